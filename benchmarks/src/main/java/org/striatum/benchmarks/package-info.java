/// Measurements against the libraries researchers would use instead: complete pieces of work, alternating, in one run.
package org.striatum.benchmarks;
