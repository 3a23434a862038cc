/// The MNIST table and the training of a gate.
package org.striatum.benchmarks.digits;
