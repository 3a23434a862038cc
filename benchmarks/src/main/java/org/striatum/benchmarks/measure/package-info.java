/// How measurements are made: alternating sides, processes observed from outside, and the records of a measurement.
package org.striatum.benchmarks.measure;
