package org.striatum.probe.intervention;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.striatum.probe.stats.Bootstrap;

/// Massive activations: the few coordinates so much larger than the rest that removing one collapses any model, whatever
/// it means. They are looked for first, and left out of every control.
///
/// A coordinate is a sink if its magnitude (RMS, or largest absolute value) exceeds the median by a factor of 10 and, on
/// the log scale, by 6 robust deviations (1.4826 · median absolute deviation). The second condition keeps a layer whose
/// scales spread over decades from being called all sinks. Coordinates that are always 0 take no part. (After Sun et
/// al. 2024, *Massive Activations in Large Language Models*, who ask for 1000 times the median of single activations;
/// RMS over positions dilutes those, since they stand at few positions.)
///
/// @param coordinates the sinks, ascending
/// @param median of the magnitudes
/// @param threshold above which a coordinate counts
public record Sinks(List<Integer> coordinates, double median, double threshold) {
  private static final double LEAST_FACTOR = 10;
  private static final double DEVIATIONS = 6;
  private static final double NORMAL = 1.4826; // turns a median absolute deviation into a standard deviation

  public Sinks {
    coordinates = List.copyOf(coordinates);
  }

  /// Finds the sinks.
  ///
  /// @param magnitudes RMS or largest absolute value of each coordinate: (d)
  /// @throws IllegalArgumentException on a negative, infinite or NaN magnitude
  public static Sinks detect(double[] magnitudes) {
    requireMagnitudes(magnitudes);
    double[] logs = Arrays.stream(magnitudes).filter(m -> m > 0).map(Math::log).sorted().toArray();
    if (logs.length == 0) {
      return new Sinks(List.of(), 0, Double.POSITIVE_INFINITY);
    }
    double median = Bootstrap.quantile(logs, 0.5);
    double[] distances = Arrays.stream(logs).map(log -> Math.abs(log - median)).sorted().toArray();
    double deviation = NORMAL * Bootstrap.quantile(distances, 0.5);
    double threshold = Math.exp(median + Math.max(Math.log(LEAST_FACTOR), DEVIATIONS * deviation));
    return new Sinks(IntStream.range(0, magnitudes.length).filter(j -> magnitudes[j] > threshold).boxed().toList(),
        Math.exp(median), threshold);
  }

  static void requireMagnitudes(double[] magnitudes) {
    for (int j = 0; j < magnitudes.length; j++) {
      if (!(magnitudes[j] >= 0) || Double.isInfinite(magnitudes[j])) {
        throw new IllegalArgumentException(
            "a magnitude must be ≥ 0 and finite, found " + magnitudes[j] + " at coordinate " + j);
      }
    }
  }
}
