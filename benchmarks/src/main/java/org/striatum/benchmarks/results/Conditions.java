package org.striatum.benchmarks.results;

import java.util.Map;

/// Where and when something was measured.
///
/// @param date day and minute, UTC
/// @param seconds that it took, both sides
/// @param machine processor, their number, system
/// @param loadBefore load average of a minute when it began
/// @param loadAfter the same when it ended
/// @param threads of each side
/// @param versions of the software that was measured
public record Conditions(String date, double seconds, String machine, double loadBefore, double loadAfter, int threads,
    Map<String, String> versions) {
  public Conditions {
    versions = Map.copyOf(versions);
  }
}
