/// Sparse paths and value probes.
package org.striatum.benchmarks.probes;
