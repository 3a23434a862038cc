/// Measurements against the libraries researchers would use instead: whole work, in turn, in one run.
package org.striatum.benchmarks;
