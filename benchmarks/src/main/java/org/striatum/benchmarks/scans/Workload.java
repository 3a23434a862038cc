package org.striatum.benchmarks.scans;

/// How much work is done on one checkpoint.
///
/// @param rollouts one per problem
/// @param length tokens generated in each
/// @param layers of the checkpoint
/// @param width coordinates of a hidden state
record Workload(int rollouts, int length, int layers, int width) {
  /// Generated tokens of all rollouts; every one becomes a state at every hook point.
  int tokens() {
    return rollouts * length;
  }
}
