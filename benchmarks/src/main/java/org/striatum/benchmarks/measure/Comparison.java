package org.striatum.benchmarks.measure;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One line of the table: our figures and those of the peer that we are compared with, measured alternately.
///
/// @param name what was measured
/// @param work what was done
/// @param unit of the figures
/// @param against the name of the peer
/// @param ours ours, in the order taken
/// @param peer the peer's; empty if it could not run
/// @param processorRatio the peer's processor time for a unit of work over ours, which other work on the machine disturbs
///     less than wall time; NaN if unknown
/// @param target what the ratio of medians should reach
/// @param notes more about it: processor time, shares, memory
public record Comparison(String name, String work, String unit, String against, List<Double> ours, List<Double> peer,
    double processorRatio, Target target, Map<String, Double> notes) {
  /// What a ratio should reach.
  ///
  /// @param kind whether ours over the peer's should be at least or at most this, or the peer's over ours at least
  /// @param value the ratio
  public record Target(Kind kind, double value) {
    /// How the ratio is taken, and which side of the value is good.
    public enum Kind {
      /// Ours over the peer's, higher is better: rates.
      TIMES_THE_PEER,
      /// The peer's over ours, higher is better: durations.
      TIMES_SOONER,
      /// Ours over the peer's, lower is better: memory.
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

  /// The rates of two sides, `ours` and `peer`, that alternated, with the processor time of every side as notes.
  ///
  /// @param samples of each side by its name; there may be more sides, and no `peer`
  public static Comparison ofRates(String name, String work, String unit, String against,
      Map<String, List<Sample>> samples, Target target, Map<String, Double> notes) {
    Map<String, Double> all = new LinkedHashMap<>(notes);
    samples.forEach((side, taken) -> all.put(side + ": processor seconds",
        median(taken.stream().map(Sample::cpu).toList())));
    List<Sample> ours = samples.get("ours");
    List<Sample> peer = samples.getOrDefault("peer", List.of());
    return new Comparison(name, work, unit, against, rates(ours), rates(peer),
        peer.isEmpty() ? Double.NaN : processorTime(peer) / processorTime(ours), target, all);
  }

  /// Median processor time of a unit of work.
  private static double processorTime(List<Sample> samples) {
    return median(samples.stream().map(sample -> sample.cpu() / sample.work()).toList());
  }

  /// Work per second of each sample.
  public static List<Double> rates(List<Sample> samples) {
    return samples.stream().map(Sample::rate).toList();
  }

  /// The ratio of medians, empty without a peer.
  public Optional<Double> ratio() {
    return peer.isEmpty() ? Optional.empty() : Optional.of(target.ratio(median(ours), median(peer)));
  }

  /// Whether the target is reached, empty without a peer.
  public Optional<Boolean> reached() {
    return ratio().map(target::reached);
  }

  public static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : Arrays.stream(sorted, middle - 1, middle + 1).sum() / 2;
  }
}
