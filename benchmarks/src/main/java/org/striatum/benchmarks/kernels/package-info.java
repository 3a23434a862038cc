/// Inner loops, by JMH.
package org.striatum.benchmarks.kernels;
