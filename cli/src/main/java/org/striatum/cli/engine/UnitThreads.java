package org.striatum.cli.engine;

/// How many threads each of several processes of one machine has, where nobody said it.
///
/// @param count ≥ 1
public record UnitThreads(int count) {
  /// The same part of the processors for each.
  ///
  /// @param processors of the machine
  /// @param processes that run at a time, ≥ 1
  public static UnitThreads of(int processors, int processes) {
    return new UnitThreads(Math.max(1, processors / processes));
  }

  /// What people are told: a run belongs to a number of threads.
  public String note() {
    return "threads of each process: %d, which results belong to (--threads gives another number)".formatted(count);
  }
}
