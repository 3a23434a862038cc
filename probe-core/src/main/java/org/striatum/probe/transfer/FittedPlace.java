package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
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

  /// @param halves of all its problems
  /// @throws NotEnoughData if nothing can be fitted here
  static FittedPlace fit(Place place, HookPoint hook, FirstStates all, Split split, List<Integer> studied,
      TransferSettings settings, HalfSets halves, RandomGenerator random) {
    FirstStates train = all.in(Split.Fold.TRAIN, split);
    FirstStates test = all.in(Split.Fold.TEST, split);
    train.requireBothOutcomes(Split.Fold.TRAIN);
    test.requireBothOutcomes(Split.Fold.TEST);
    NotEnoughData.require("a comparison of sets", "coordinates", train.width(), 3);
    LinearPredictor probe = train.probe();
    int k = new SetSize(settings.refitted()).of(train.width());
    List<int[]> sets = new ArrayList<>();
    List<LinearPredictor> probes = new ArrayList<>();
    for (int r = 0; r < settings.randomSets(); r++) {
      int[] set = random.ints(0, train.width()).distinct().limit(k).sorted().toArray();
      sets.add(set);
      probes.add(train.columns(set).probe());
    }
    int[] own = studied == null ? null : studied.stream().mapToInt(Integer::intValue).toArray();
    return new FittedPlace(place, hook, train, test, probe, new Orders(FirstStates.order(probe), own), halves,
        new RandomSets(sets, probes));
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
