/// Dopamine neurons: continuations from every step, TD-error probes, the signature test.
package org.striatum.studies.dopamine;
