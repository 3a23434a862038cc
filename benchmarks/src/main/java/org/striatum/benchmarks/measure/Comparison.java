package org.striatum.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One line of the table: our figures and the peer's, taken in turn.
///
/// @param name what was measured
/// @param work what was done
/// @param unit of the figures
/// @param ours ours, in the order taken
/// @param peer the peer's; empty where it could not run
/// @param target what the ratio of medians is to reach
/// @param notes more about it: processor time, shares, memory
public record Comparison(String name, String work, String unit, List<Double> ours, List<Double> peer, Target target,
    Map<String, Double> notes) {
  /// What a ratio is to reach.
  ///
  /// @param kind whether ours over theirs is to be at least or at most this, or theirs over ours at least
  /// @param value the ratio
  public record Target(Kind kind, double value) {
    /// How the ratio is taken, and which side of the value is good.
    public enum Kind {
      /// Ours over the peer's, the more the better: rates.
      TIMES_THE_PEER,
      /// The peer's over ours, the more the better: durations.
      TIMES_SOONER,
      /// Ours over the peer's, the less the better: memory.
      SHARE_OF_THE_PEER
    }

    double ratio(double ours, double peer) {
      return kind == Kind.TIMES_SOONER ? peer / ours : ours / peer;
    }

    boolean reached(double ratio) {
      return kind == Kind.SHARE_OF_THE_PEER ? ratio <= value : ratio >= value;
    }

    @Override
    public String toString() {
      return (kind == Kind.SHARE_OF_THE_PEER ? "≤ " : "≥ ") + value + "×";
    }
  }

  public Comparison {
    ours = List.copyOf(ours);
    peer = List.copyOf(peer);
    notes = Map.copyOf(notes);
    if (ours.isEmpty()) {
      throw new IllegalArgumentException("a comparison needs at least one measurement, found none of " + name);
    }
  }

  /// The ratio of medians, empty without a peer.
  public Optional<Double> ratio() {
    return peer.isEmpty() ? Optional.empty() : Optional.of(target.ratio(median(ours), median(peer)));
  }

  /// Whether the target is reached, empty without a peer.
  public Optional<Boolean> reached() {
    return ratio().map(target::reached);
  }

  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : Arrays.stream(sorted, middle - 1, middle + 1).sum() / 2;
  }
}
