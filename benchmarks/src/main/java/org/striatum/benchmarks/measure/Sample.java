package org.striatum.benchmarks.measure;

/// One piece of work, done and measured.
///
/// @param seconds wall time
/// @param cpu seconds of CPU time, all threads
/// @param work how much was done: tokens, arms, steps, paths
/// @param checksum of the results, to be compared with the other side's
public record Sample(double seconds, double cpu, double work, double checksum) {
  /// Work per second.
  public double rate() {
    return work / seconds;
  }
}
