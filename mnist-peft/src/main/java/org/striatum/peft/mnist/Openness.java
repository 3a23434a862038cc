package org.striatum.peft.mnist;

import java.util.Arrays;
import java.util.List;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.Examples;

/// How far the gates of a network are open on some images: g = σ(s(z − τ)), all hidden layers pooled.
///
/// The paper reports a "high-activation fraction" and does not define it; each of these could be meant.
///
/// @param mean of g
/// @param above9 share of g > 0.9
/// @param above5 share of g > 0.5, which is that of z > τ
/// @param unitsAbove9 share of units whose mean g is > 0.9
/// @param byUnit mean g of each unit, layer after layer: (hidden units)
record Openness(double mean, double above9, double above5, double unitsAbove9, double[] byUnit) {
  /// @param network with a gate switched on
  static Openness of(AdaptedNetwork network, Examples examples) {
    List<float[]> gates = network.openness(examples);
    int n = examples.size();
    int units = gates.stream().mapToInt(g -> g.length / n).sum();
    double[] byUnit = new double[units];
    long nine = 0;
    long half = 0;
    int first = 0;
    for (float[] g : gates) {
      int width = g.length / n;
      for (int i = 0; i < g.length; i++) {
        byUnit[first + i % width] += g[i] / n;
        nine += g[i] > 0.9 ? 1 : 0;
        half += g[i] > 0.5 ? 1 : 0;
      }
      first += width;
    }
    double mean = Arrays.stream(byUnit).average().orElseThrow();
    long wide = Arrays.stream(byUnit).filter(open -> open > 0.9).count();
    double all = (double) n * units;
    return new Openness(mean, nine / all, half / all, (double) wide / units, byUnit);
  }
}
