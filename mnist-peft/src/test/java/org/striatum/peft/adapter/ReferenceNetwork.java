package org.striatum.peft.adapter;

import java.util.Arrays;
import java.util.Map;
import org.striatum.peft.adapter.Adapter.BitFit;
import org.striatum.peft.adapter.Adapter.Bottleneck;
import org.striatum.peft.adapter.Adapter.Frozen;
import org.striatum.peft.adapter.Adapter.FullFineTuning;
import org.striatum.peft.adapter.Adapter.Ia3;
import org.striatum.peft.adapter.Adapter.LoRa;
import org.striatum.peft.adapter.Adapter.LoReft;
import org.striatum.peft.adapter.Adapter.ScaleShift;
import org.striatum.peft.adapter.Adapter.TauGate;
import org.striatum.peft.network.Mlp;

/// Every adapter's formula once more, in double precision and plain loops, for one input at a time.
final class ReferenceNetwork {
  private final Mlp base;
  private final Adapter adapter;
  private final Map<String, double[]> values;
  private double openness; // Σ g of the last input
  private int gated;

  ReferenceNetwork(Mlp base, Adapter adapter, Map<String, double[]> values) {
    this.base = base;
    this.adapter = adapter;
    this.values = values;
  }

  /// Mean over inputs of −log p of the right class, + λ · mean(g).
  double loss(float[] x, byte[] labels, double sparsity) {
    double loss = 0;
    int width = base.inputs();
    for (int i = 0; i < labels.length; i++) {
      double[] logits = logits(Arrays.copyOfRange(x, i * width, (i + 1) * width));
      double most = Arrays.stream(logits).max().orElseThrow();
      double sum = Arrays.stream(logits).map(z -> Math.exp(z - most)).sum();
      loss += most + Math.log(sum) - logits[labels[i]];
      loss += sparsity == 0 ? 0 : sparsity * openness / gated;
    }
    return loss / labels.length;
  }

  double[] logits(float[] input) {
    openness = 0;
    gated = 0;
    double[] h = new double[input.length];
    Arrays.setAll(h, i -> input[i]);
    for (int l = 0; l < base.layers(); l++) {
      double[] z = product(l, h);
      h = l + 1 < base.layers() ? activation(l, z) : z;
    }
    return h;
  }

  private double[] product(int l, double[] h) {
    double[] weight = adapter instanceof FullFineTuning ? value(l, "weight") : wide(base.weights().get(l));
    double[] bias = adapter instanceof FullFineTuning || adapter instanceof BitFit
        ? value(l, "bias")
        : wide(base.biases().get(l));
    double[] z = plus(times(weight, h), bias);
    if (adapter instanceof LoRa lora) {
      double[] low = times(value(l, "up"), times(value(l, "down"), h));
      Arrays.setAll(low, i -> low[i] * lora.alpha() / lora.rank());
      return plus(z, low);
    }
    return z;
  }

  private double[] activation(int l, double[] z) {
    double[] h = Arrays.stream(z).map(v -> Math.max(0, v)).toArray();
    return switch (adapter) {
      case TauGate gate -> {
        double[] out = new double[z.length];
        for (int i = 0; i < z.length; i++) {
          double tau = gate.learnsThreshold() ? value(l, "threshold")[i] : 0;
          double gain = gate.learnsGain() ? value(l, "gain")[i] : 1;
          double g = gate.isHard()
              ? (z[i] > tau ? 1 : 0)
              : 1 / (1 + Math.exp(-gate.sharpness() * (z[i] - tau)));
          openness += g;
          gated++;
          out[i] = gain * g * h[i];
        }
        yield out;
      }
      case Ia3 _ -> by(value(l, "scale"), h);
      case ScaleShift _ -> plus(by(value(l, "scale"), h), value(l, "shift"));
      case Bottleneck _ -> {
        double[] low = times(value(l, "down"), h);
        Arrays.setAll(low, i -> low[i] * normalCdf(low[i]));
        yield plus(h, times(value(l, "up"), low));
      }
      case LoReft _ -> {
        double[] rotation = value(l, "rotation");
        double[] change = plus(times(value(l, "weight"), h), value(l, "bias"));
        double[] seen = times(rotation, h);
        double[] out = h.clone();
        for (int r = 0; r < change.length; r++) {
          for (int i = 0; i < h.length; i++) {
            out[i] += rotation[r * h.length + i] * (change[r] - seen[r]);
          }
        }
        yield out;
      }
      case Frozen _,BitFit _,LoRa _,FullFineTuning _ -> h;
    };
  }

  /// Φ(x) by Simpson's rule over the density, to 1e-12.
  private static double normalCdf(double x) {
    int n = 2000;
    double sum = 0;
    for (int i = 0; i <= n; i++) {
      double t = x * i / n;
      sum += (i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2) * Math.exp(-t * t / 2);
    }
    return 0.5 + sum * x / n / 3 / Math.sqrt(2 * Math.PI);
  }

  private double[] value(int layer, String role) {
    return values.get("layers." + layer + "." + role);
  }

  static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  private static double[] times(double[] matrix, double[] x) {
    double[] product = new double[matrix.length / x.length];
    for (int i = 0; i < matrix.length; i++) {
      product[i / x.length] += matrix[i] * x[i % x.length];
    }
    return product;
  }

  private static double[] plus(double[] a, double[] b) {
    double[] sum = new double[a.length];
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  private static double[] by(double[] a, double[] b) {
    double[] product = new double[a.length];
    Arrays.setAll(product, i -> a[i] * b[i]);
    return product;
  }
}
