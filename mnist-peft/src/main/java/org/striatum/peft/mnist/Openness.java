package org.striatum.peft.mnist;

import java.util.List;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.Examples;
import org.striatum.peft.adapter.TrainedAdapter;

/// How far the gates of a network stand open on some images: g = σ(s(z − τ)), all hidden layers pooled.
///
/// The paper reports a "high-activation fraction" and does not define it; each of these could be meant.
///
/// @param mean of g
/// @param above9 share of g > 0.9
/// @param above5 share of g > 0.5, which is that of z > τ
/// @param unitsAbove9 share of units whose mean g is > 0.9
/// @param byUnit mean g of each unit, layer after layer: (hidden units)
record Openness(double mean, double above9, double above5, double unitsAbove9, double[] byUnit) {
  /// @param network with `gate` switched on
  static Openness of(AdaptedNetwork network, TrainedAdapter gate, Examples examples, double sharpness) {
    List<float[]> signals = network.signals(examples);
    double beyond9 = Math.log(9) / sharpness; // g > 0.9 where z − τ is more
    long nine = 0;
    long half = 0;
    long count = 0;
    int units = signals.stream().mapToInt(z -> z.length / examples.size()).sum();
    double[] byUnit = new double[units];
    int first = 0;
    for (int l = 0; l < signals.size(); l++) {
      float[] z = signals.get(l);
      float[] threshold = gate.thresholds(l);
      for (int i = 0; i < z.length; i++) {
        double above = z[i] - threshold[i % threshold.length];
        nine += above > beyond9 ? 1 : 0;
        half += above > 0 ? 1 : 0;
        byUnit[first + i % threshold.length] += 1 / (1 + Math.exp(-sharpness * above)) / examples.size();
      }
      count += z.length;
      first += threshold.length;
    }
    double mean = 0;
    int wide = 0;
    for (double open : byUnit) {
      mean += open / units;
      wide += open > 0.9 ? 1 : 0;
    }
    return new Openness(mean, (double) nine / count, (double) half / count, (double) wide / units, byUnit);
  }
}
