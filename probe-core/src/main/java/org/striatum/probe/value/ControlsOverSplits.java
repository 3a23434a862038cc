package org.striatum.probe.value;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;

/// The controls that questions about value are answered by, on other splits of the same rollouts: everything that they stand on
/// is fitted again on each, on states that are read once. What no answer stands on (TD probes, sparse paths, rankings, the nested
/// selection) is left out, which is why this is cheap; no codes are planted either: power is that of the study's own split, which
/// has as many problems.
///
/// The hook point is chosen anew on the validation problems of each split, by the AUROC of a ridge regression of the outcome.
public final class ControlsOverSplits {
  private final ValueNeuronSettings settings;
  private final long seed;
  private final Pieces pieces;

  /// @param settings of the study whose answers are asked for again
  /// @param seed of every random number, another for each split
  /// @param pieces one a split
  public ControlsOverSplits(ValueNeuronSettings settings, long seed, Pieces pieces) {
    this.settings = settings.withControls(
        controls -> controls.withNestedPermutations(0).withStabilityResamples(2).withProbeSeeds(0)
            .withPower(power -> power.withPlanted(0)));
    this.seed = seed;
    this.pieces = pieces;
  }

  /// @param controls null where the split does not allow any
  private record OnSplit(DatasetControls controls) {}

  /// One dataset on every split, in their order; empty where a split does not allow it.
  ///
  /// @param states hook point → the same rollouts' states there
  /// @param splits each knows every problem of the dataset
  /// @param power of the study's own split
  /// @param task stepped once for each split
  public List<Optional<DatasetControls>> run(String dataset, SortedMap<HookPoint, Trajectories> states,
      List<Split> splits, ValuePower power, Progress.Task task) {
    SortedMap<HookPoint, FiniteTrajectories> finite = new TreeMap<>();
    states.forEach((hook, own) -> finite.put(hook, FiniteTrajectories.of(own)));
    Work<OnSplit> work = Work.of("splits of " + dataset, OnSplit.class, splits.size(),
        s -> new OnSplit(of(dataset, finite, splits.get(s), new RandomStreams(seed + s)).orElse(null)));
    task.step(work.count() - pieces.left(work));
    return pieces.all(work, computed -> task.step(computed.size())).stream()
        .map(one -> Optional.ofNullable(one.controls).map(found -> found.withPower(power))).toList();
  }

  private Optional<DatasetControls> of(String dataset, SortedMap<HookPoint, FiniteTrajectories> states, Split split,
      RandomStreams streams) {
    try {
      HookPoint hook = chosen(states, split);
      LayerProbes layer = new LayerProbes(dataset, hook, List.of(), null, List.of(), null, List.of(), List.of(),
          settings.ranking(), List.of());
      return Optional
          .of(new ProbeControls(settings, streams, Pieces.HERE).run(dataset, List.of(layer), states, split,
              Progress.NONE));
    } catch (NotEnoughData _) {
      return Optional.empty();
    }
  }

  private static HookPoint chosen(SortedMap<HookPoint, FiniteTrajectories> states, Split split) {
    HookPoint chosen = states.firstKey();
    double best = Double.NEGATIVE_INFINITY;
    for (HookPoint hook : states.keySet()) {
      FiniteTrajectories own = states.get(hook);
      for (Split.Fold fold : Split.Fold.values()) {
        boolean[] outcomes = own.in(fold, split).successes();
        NotEnoughData.requireBothOutcomes("the " + fold.printed() + " fold", "rollouts",
            IntStream.range(0, outcomes.length).filter(i -> outcomes[i]).count(), outcomes.length);
      }
      InitialStates validation = InitialStates.of(own.in(Split.Fold.VALIDATION, split));
      double auroc = validation.auroc(OutcomeRegression.of(InitialStates.of(own.in(Split.Fold.TRAIN, split))).whole()
          .scores(validation.rows(), validation.size()));
      if (auroc > best) {
        best = auroc;
        chosen = hook;
      }
    }
    return chosen;
  }
}
