package org.striatum.studies.about;

/// How much is told of each neuron.
///
/// @param neurons the best of each layer's ranking, at most
/// @param examples tokens where a neuron is highest, and as many where it is lowest, at most one per problem
/// @param context tokens shown on either side of each
/// @param deviations from the mean to where a neuron counts as high, and to where it counts as low
/// @param outputs output tokens that a neuron raises most, and as many that it lowers most
public record AboutSettings(int neurons, int examples, int context, double deviations, int outputs) {
  private static final int MOST = 1000;

  public AboutSettings {
    for (int count : new int[]{neurons, examples, context, outputs}) {
      if (count < 1 || count > MOST) {
        throw new IllegalArgumentException(
            "neurons, examples, context and outputs must be in [1, " + MOST + "], found " + count);
      }
    }
    if (!(deviations > 0) || Double.isInfinite(deviations)) {
      throw new IllegalArgumentException("deviations must be > 0 and finite, found " + deviations);
    }
  }

  public static AboutSettings defaults() {
    return new AboutSettings(6, 8, 8, 2, 8);
  }
}
