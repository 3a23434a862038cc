/// How things are measured: sides in turn, processes from outside, and what a measurement is.
package org.striatum.benchmarks.measure;
