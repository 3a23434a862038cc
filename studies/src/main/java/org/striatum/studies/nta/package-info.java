/// Experiments with gated linear networks.
package org.striatum.studies.nta;
