/// Opens models and runs them with hooks and gates.
package org.striatum.hooks;
