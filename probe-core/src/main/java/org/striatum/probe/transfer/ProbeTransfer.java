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
  /// From one place to another, of one width.
  ///
  /// @param sameData whether both are one dataset, so that equal problem ids are equal problems
  /// @return null where what is left of the test problems has one class only
  ProbePool.Scored of(FittedPlace from, FittedPlace to, boolean sameData) {
    SortedSet<String> fittedOn = from.train().distinctProblems();
    FirstStates all = to.test();
    FirstStates test = sameData ? all.where(i -> !fittedOn.contains(all.problems()[i])) : all;
    if (!test.hasBothOutcomes()) {
      return null;
    }
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
    return new ProbePool.Scored(figures, test, own, restandardised, length, lengthMoved);
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
