package org.striatum.probe.value;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.sparse.LabelledRows;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.DatasetControls.NuisanceBaseline;

/// What the outcome can be predicted by without hidden states, and what the probe adds to it. See [NuisanceBaseline] and
/// [NuisanceVariables].
final class NuisanceBaselines {
  private static final double C = 1; // a few variables: hardly any penalty

  private final ControlledProbe probe;
  private final double margin;
  private final RandomGenerator random;

  NuisanceBaselines(ControlledProbe probe, double margin, RandomGenerator random) {
    this.probe = probe;
    this.margin = margin;
    this.random = random;
  }

  /// Variables of the fit states and of the test states.
  ///
  /// @param fit (fit, variables)
  /// @param test (test, variables)
  record Known(List<String> names, boolean beforeGeneration, double[][] fit, double[][] test) {
    static Known before(FiniteTrajectories all, int[] fit, int[] test) {
      return of(NuisanceVariables.before(all), true, all, fit, test);
    }

    static Known after(FiniteTrajectories all, int[] fit, int[] test) {
      return of(NuisanceVariables.after(all, IntStream.concat(IntStream.of(fit), IntStream.of(test)).toArray()), false,
          all, fit, test);
    }

    private static Known of(NuisanceVariables variables, boolean before, FiniteTrajectories all, int[] fit,
        int[] test) {
      return new Known(variables.names(), before, variables.of(all, fit), variables.of(all, test));
    }
  }

  /// One baseline.
  ///
  /// @param crossFitted the probe's scores of the fit states
  /// @param whole its scores of the test states
  NuisanceBaseline of(Known known, double[] crossFitted, double[] whole) {
    int width = known.names().size();
    double[] alone = scores(columns(known.fit(), null), columns(known.test(), null), width);
    double[] both = scores(columns(known.fit(), crossFitted), columns(known.test(), whole), width + 1);
    Estimate increment = probe.difference(both, alone, random);
    Estimate auroc = probe.auroc(alone, random);
    return new NuisanceBaseline(known.names(), known.beforeGeneration(), auroc, probe.auroc(both, random), increment,
        answer(auroc, increment, margin));
  }

  static Verdict answer(Estimate alone, Estimate increment, double margin) {
    if (alone.value() > 1 - margin) {
      return Verdict.NOT_TESTED;
    }
    return increment.low() > 0 ? Verdict.YES : increment.high() < margin ? Verdict.NO : Verdict.UNDECIDED;
  }

  private static float[] columns(double[][] variables, double[] last) {
    int own = variables[0].length;
    int width = own + (last == null ? 0 : 1);
    float[] rows = new float[variables.length * width];
    for (int i = 0; i < variables.length; i++) {
      for (int j = 0; j < own; j++) {
        rows[i * width + j] = (float) variables[i][j];
      }
      if (last != null) {
        rows[i * width + own] = (float) last[i];
      }
    }
    return rows;
  }

  private double[] scores(float[] fit, float[] test, int width) {
    int n = test.length / width;
    return IntStream.range(width, fit.length).allMatch(k -> fit[k] == fit[k - width])
        ? new double[n] // nothing varies: nothing is predicted
        : logistic(fit, width).scores(test, n);
  }

  private LinearPredictor logistic(float[] rows, int width) {
    return LinearProbe.fit(LabelledRows.of(rows, width, probe.fit().successes()), C);
  }
}
