package org.striatum.benchmarks.measure;

/// How long one call of an inner loop takes.
///
/// @param name class and method
/// @param work what one call does
/// @param micros mean of the measured iterations, in microseconds
/// @param error half the width of its 99.9 % interval, as JMH reports it; NaN for a single iteration
/// @param bytes allocated on the heap by a call; NaN if that was not measured
public record Kernel(String name, String work, double micros, double error, double bytes) {}
