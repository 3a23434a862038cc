package org.striatum.benchmarks.scans;

/// How much one checkpoint is asked for.
///
/// @param rollouts one a problem
/// @param length tokens generated in each
/// @param layers of the checkpoint
/// @param width coordinates of a hidden state
record Workload(int rollouts, int length, int layers, int width) {
  /// Generated tokens of all rollouts; every one becomes a state at every hook point.
  int tokens() {
    return rollouts * length;
  }
}
