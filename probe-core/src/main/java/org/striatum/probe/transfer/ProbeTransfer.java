package org.striatum.probe.transfer;

import java.util.SortedSet;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.transfer.TransferResults.FunctionalTransfer;

/// What one place's linear probe and its coordinates are worth in another. No test problem counts on which anything was
/// fitted, on either side.
///
/// @param resamples bootstrap resamples behind each interval
record ProbeTransfer(int k, int resamples, RandomGenerator random) {
  /// What a transfer comes to: figures, and the scores behind them.
  record Scores(FunctionalTransfer figures, double[] own, double[] moved, double[] length, double[] lengthMoved) {}

  /// Test states that count.
  ///
  /// @param sameData whether both are one dataset, so that equal problem ids are equal problems
  static FirstStates test(FittedPlace from, FittedPlace to, boolean sameData) {
    SortedSet<String> fittedOn = from.train().distinctProblems();
    FirstStates all = to.test();
    return sameData ? all.where(i -> !fittedOn.contains(all.problems()[i])) : all;
  }

  /// From one place to another, of one width.
  ///
  /// @param test states that count, of both outcomes
  Scores of(FittedPlace from, FittedPlace to, FirstStates test) {
    SortedSet<String> fittedOn = from.train().distinctProblems();
    FirstStates all = to.test();
    LinearPredictor moved = new LinearPredictor(to.probe().scale(), from.probe().intercept(),
        from.probe().coefficients());
    double[] own = test.scores(to.probe());
    double[] restandardised = test.scores(moved);
    double[] length = lengths(test, to.promptLengthSign());
    double[] lengthMoved = lengths(test, from.promptLengthSign());
    Estimate ownAuroc = estimate(test, own);
    Estimate movedAuroc = estimate(test, restandardised);
    ToDoubleFunction<int[]> byProbe = Auroc.over(restandardised, test.successes());
    ToDoubleFunction<int[]> byLength = Auroc.over(lengthMoved, test.successes());
    Estimate gain = Bootstrap.byProblem(test.problems(), items -> byProbe.applyAsDouble(items) - byLength.applyAsDouble(
        items), resamples, random);
    double[] randoms = to.randomAurocs(test);
    int tested = test.distinctProblems().size();
    FunctionalTransfer figures = new FunctionalTransfer(from.place(), to.place(), to.hook(), fittedOn.size(), tested,
        all.distinctProblems().size() - tested, ownAuroc, estimate(test, test.scores(from.probe())), movedAuroc,
        estimate(test, length), estimate(test, lengthMoved), gain,
        ownAuroc.low() > 0.5 ? (movedAuroc.value() - 0.5) / (ownAuroc.value() - 0.5) : Double.NaN, k,
        refitted(to, test, from.best(k)), refitted(to, test, to.best(k)), quantile(randoms, 0.025),
        DoubleStream.of(randoms).average().orElse(Double.NaN), quantile(randoms, 0.975));
    return new Scores(figures, own, restandardised, length, lengthMoved);
  }

  private Estimate refitted(FittedPlace to, FirstStates test, int[] coordinates) {
    return estimate(test, test.columns(coordinates).scores(to.train().columns(coordinates).probe()));
  }

  private Estimate estimate(FirstStates test, double[] scores) {
    return Bootstrap.byProblem(test.problems(), Auroc.over(scores, test.successes()), resamples, random);
  }

  private static double[] lengths(FirstStates test, int sign) {
    return DoubleStream.of(test.promptLengths()).map(length -> sign * length).toArray();
  }

  private static double quantile(double[] sorted, double q) {
    return sorted.length == 0 ? Double.NaN : Bootstrap.quantile(sorted, q);
  }
}
