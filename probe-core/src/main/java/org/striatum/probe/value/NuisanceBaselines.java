package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.sparse.LabelledRows;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.DatasetControls.NuisanceBaseline;

/// What the outcome can be predicted by without hidden states, and what the probe adds to it. See [NuisanceBaseline].
///
/// Known before generation is the prompt's length, which is also s₀'s position; its square is given to the model too, so
/// that lengths in the middle can be the easy ones. Known only after it are the mean log-probability of the generated
/// tokens, their number, and whether the completion finished or was cut off at the token limit. Token entropies are not part
/// of a rollout.
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

  /// The two baselines.
  ///
  /// @param fit the trajectories of the fit states, test those of the test states, in their order
  /// @param crossFitted the probe's scores of the fit states, whole of the test states
  List<NuisanceBaseline> run(Source fit, Source test, double[] crossFitted, double[] whole) {
    List<Variable> before = List.of(
        new Variable(fit.of().position().lengthPrinted(), (source, i) -> source.of().promptLength(i)),
        new Variable("its square", (source, i) -> Math.pow(source.of().promptLength(i), 2)));
    List<Variable> after = new ArrayList<>(before);
    if (fit.knowsProbabilities() && test.knowsProbabilities()) {
      after.add(new Variable("mean log-probability of a generated token", (source, i) -> source.of().logProbability(i)
          / Math.max(1, source.of().generated(i))));
    }
    after.add(new Variable("generated tokens", (source, i) -> source.of().generated(i)));
    if (fit.knowsEndings() && test.knowsEndings()) {
      after.add(new Variable(NuisanceBaseline.FINISHED, (source, i) -> source.of().ending(i).isCutOff() ? 0 : 1));
      if (fit.has(Ending.CUT_IN_THOUGHT)) {
        after.add(new Variable("cut off inside a thought",
            (source, i) -> source.of().ending(i) == Ending.CUT_IN_THOUGHT ? 1 : 0));
      }
    }
    return List.of(baseline(before, true, fit, test, crossFitted, whole),
        baseline(after, false, fit, test, crossFitted, whole));
  }

  /// Some trajectories of a hook point.
  ///
  /// @param items which of them
  record Source(FiniteTrajectories of, int[] items) {
    boolean knowsProbabilities() {
      return Arrays.stream(items).allMatch(i -> Double.isFinite(of.logProbability(i)));
    }

    boolean knowsEndings() {
      return !has(Ending.UNKNOWN);
    }

    boolean has(Ending ending) {
      return Arrays.stream(items).anyMatch(i -> of.ending(i) == ending);
    }
  }

  private record Variable(String name, Reading reading) {}

  @FunctionalInterface
  private interface Reading {
    double of(Source source, int i);
  }

  private NuisanceBaseline baseline(List<Variable> variables, boolean before, Source fit, Source test,
      double[] crossFitted, double[] whole) {
    double[] alone = scores(columns(variables, fit, null), columns(variables, test, null), variables.size());
    double[] both = scores(columns(variables, fit, crossFitted), columns(variables, test, whole), variables.size() + 1);
    Estimate increment = probe.difference(both, alone, random);
    return new NuisanceBaseline(variables.stream().map(Variable::name).toList(), before, probe.auroc(alone, random),
        probe.auroc(both, random), increment, answer(increment, margin));
  }

  static Verdict answer(Estimate increment, double margin) {
    return increment.low() > 0 ? Verdict.YES : increment.high() < margin ? Verdict.NO : Verdict.UNDECIDED;
  }

  private static float[] columns(List<Variable> variables, Source source, double[] last) {
    int width = variables.size() + (last == null ? 0 : 1);
    float[] rows = new float[source.items().length * width];
    for (int i = 0; i < source.items().length; i++) {
      for (int j = 0; j < variables.size(); j++) {
        rows[i * width + j] = (float) variables.get(j).reading().of(source, source.items()[i]);
      }
      if (last != null) {
        rows[i * width + width - 1] = (float) last[i];
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
