package org.striatum.probe.power;

import java.util.Arrays;
import java.util.stream.IntStream;
import smile.stat.distribution.GaussianDistribution;

/// A signal of known strength in a real coordinate.
///
///     x′ = r z(signal) + √(1 − r²) z(x)
///
/// z standardises over all items, so that r is the correlation of x′ with the signal where x is unrelated to it.
public final class PlantedSignal {
  private static final GaussianDistribution NORMAL = new GaussianDistribution(0, 1);

  private PlantedSignal() {}

  /// The coordinate with the signal in it, standardised: (n).
  ///
  /// @param carrier a real coordinate: (n)
  /// @param r in [−1, 1]
  public static double[] in(double[] carrier, double[] signal, double r) {
    double[] s = standardised(signal);
    double[] c = standardised(carrier);
    double rest = Math.sqrt(1 - r * r);
    return IntStream.range(0, s.length).mapToDouble(i -> r * s[i] + rest * c[i]).toArray();
  }

  /// (x − mean) / deviation; all 0 where nothing varies.
  public static double[] standardised(double[] x) {
    double mean = Arrays.stream(x).average().orElse(0);
    double deviation = Math.sqrt(Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElse(0));
    return Arrays.stream(x).map(v -> deviation > 0 ? (v - mean) / deviation : 0).toArray();
  }

  /// The r at which x′ tells outcomes apart with an AUROC of A, both classes taken as normal and equally wide:
  ///
  ///     d = √2 Φ⁻¹(A),   r D = d / √(1 + d² π (1 − π))
  ///
  /// D is the difference of z(signal)'s class means, π the share of successes. Above 1 where the signal itself does not reach A;
  /// NaN without both outcomes.
  public static double strength(double[] signal, boolean[] outcomes, double auroc) {
    double[] z = standardised(signal);
    double right = IntStream.range(0, z.length).filter(i -> outcomes[i]).mapToDouble(i -> z[i]).average()
        .orElse(Double.NaN);
    double wrong = IntStream.range(0, z.length).filter(i -> !outcomes[i]).mapToDouble(i -> z[i]).average()
        .orElse(Double.NaN);
    double share = IntStream.range(0, z.length).filter(i -> outcomes[i]).count() / (double) z.length;
    double apart = Math.sqrt(2) * NORMAL.quantile(auroc);
    return apart / Math.sqrt(1 + apart * apart * share * (1 - share)) / (right - wrong);
  }

  /// The r of each of several coordinates whose mean has a correlation of `together` with the signal, their carriers
  /// unrelated.
  public static double each(double together, int coordinates) {
    return together / Math.sqrt(coordinates - (coordinates - 1) * together * together);
  }
}
