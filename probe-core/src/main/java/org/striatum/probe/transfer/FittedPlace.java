package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Part;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.transfer.TransferResults.Place;

/// A dataset of a run at one hook point with all that is fitted on its training problems, once.
///
/// @param halves of all its problems
record FittedPlace(Place place, HookPoint hook, FirstStates train, FirstStates test, LinearPredictor probe,
    Orders orders, HalfSets halves, RandomSets random) {
  /// @param linear coordinates by the linear probe, best first: (width)
  /// @param studied coordinates by the run's own ranking, best first; null where it has none
  record Orders(int[] linear, int[] studied) {}

  /// @param coordinates of each draw, rising
  /// @param probes the linear probe refitted on each draw
  record RandomSets(List<int[]> coordinates, List<LinearPredictor> probes) {}

  private record Fits(LinearPredictor probe, List<LinearPredictor> random) {}

  /// @param halves of all its problems, asked for where something can be fitted
  /// @param random draws sets
  /// @throws NotEnoughData if nothing can be fitted here
  static FittedPlace fit(Place place, HookPoint hook, FirstStates all, Split split, List<Integer> studied,
      TransferSettings settings, Supplier<HalfSets> halves, RandomGenerator random, Pieces pieces) {
    FirstStates train = all.in(Split.Fold.TRAIN, split);
    FirstStates test = all.in(Split.Fold.TEST, split);
    train.requireBothOutcomes(Split.Fold.TRAIN);
    test.requireBothOutcomes(Split.Fold.TEST);
    NotEnoughData.require("a comparison of sets", "coordinates", train.width(), 3);
    Part<HalfSets> halved = pieces.part(halves);
    int k = new SetSize(settings.refitted()).of(train.width());
    List<int[]> sets = new ArrayList<>();
    for (int r = 0; r < settings.randomSets(); r++) {
      sets.add(random.ints(0, train.width()).distinct().limit(k).sorted().toArray());
    }
    Fits fits = pieces.all(Work.of(place + ", " + hook + " probes", Fits.class, 1,
        _ -> new Fits(train.probe(), sets.stream().map(set -> train.columns(set).probe()).toList()))).getFirst();
    int[] own = studied == null ? null : studied.stream().mapToInt(Integer::intValue).toArray();
    return new FittedPlace(place, hook, train, test, fits.probe,
        new Orders(FirstStates.order(fits.probe), own), halved.get(), new RandomSets(sets, fits.random));
  }

  int width() {
    return train.width();
  }

  /// +1 where longer prompts go with success in training, else −1.
  int promptLengthSign() {
    return Auroc.of(train.promptLengths(), train.successes()) >= 0.5 ? 1 : -1;
  }

  /// AUROCs that random coordinates reach on some of this place's test states, ascending.
  double[] randomAurocs(FirstStates some) {
    return IntStream.range(0, random.coordinates.size())
        .mapToDouble(r -> Auroc.of(some.columns(random.coordinates.get(r)).scores(random.probes.get(r)),
            some.successes()))
        .sorted().toArray();
  }

  /// The k best, rising.
  int[] best(int k) {
    int[] best = Arrays.copyOf(orders.linear, k);
    Arrays.sort(best);
    return best;
  }
}
