package org.striatum.studies.value;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.dopamine.StepValues;
import org.striatum.probe.dopamine.Steps;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueProbe;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// V̂ by a dataset's value probe: of the hook points and targets studied, the one that foretells best on validation
/// problems, fitted again to all training rollouts.
///
/// @param found what the probe step reported
/// @param probe its settings
/// @param seed of the fit
public record ProbedValues(String dataset, ValueNeuronResults found, ProbeSettings probe, long seed) {
  private record Candidate(HookPoint hook, Target target, double validation) {}

  /// A probe fitted again, and what it reads.
  ///
  /// @param rollouts of training problems it was fitted to
  public record Fitted(ValueProbe probe, HookPoint hook, Target target, int rollouts) {}

  /// Fits the probe; empty where the dataset has none.
  ///
  /// @param rollouts all of the run
  /// @param most rollouts of a fold that are looked at, the first ones
  public Optional<Fitted> fit(ActivationStore store, List<Rollout> rollouts, Split split, int most) {
    return best().map(best -> {
      HookPoint hook = best.hook();
      Target target = best.target();
      Trajectories train = fold(store, rollouts, split, hook, Fold.TRAIN, most);
      ValueProbe fitted = ValueProbe.train(train, fold(store, rollouts, split, hook, Fold.VALIDATION, most),
          probe.study().training().withTarget(target),
          new SplittableRandom(Rollout.seed(seed, dataset + " " + hook + " " + target.printed(), 0, 0))).probe();
      return new Fitted(fitted, hook, target, train.size());
    });
  }

  /// Reads V̂ before every step of the chosen rollouts; NaN where the dataset has no value probe.
  ///
  /// @param rollouts all of the run
  /// @param states of the chosen ones
  /// @param steps of the chosen ones
  public StepValues read(ActivationStore store, List<Rollout> rollouts, Split split,
      Map<HookPoint, Trajectories> states,
      List<Steps> steps) {
    return fit(store, rollouts, split, Integer.MAX_VALUE)
        .<StepValues>map(fitted -> StepValues.Probe.read(fitted.probe(), states.get(fitted.hook()), steps,
            "value probe " + fitted.target().printed() + " at " + fitted.hook()))
        .orElseGet(() -> new StepValues.Probe(steps.stream().map(cut -> unknown(cut.count())).toArray(double[][]::new),
            "no value probe: " + dataset + " has no value probe"));
  }

  private Optional<Candidate> best() {
    return found.layers().stream().filter(layer -> layer.dataset().equals(dataset)).flatMap(this::candidates)
        .max(Comparator.comparingDouble(Candidate::validation));
  }

  private Stream<Candidate> candidates(LayerProbes layer) {
    return Stream.of(Target.values()).flatMap(target -> layer.probes().stream()
        .filter(one -> one.probe() == ProbeKind.of(target) && !Double.isNaN(one.validation()))
        .map(one -> new Candidate(layer.hook(), target, one.validation())));
  }

  private static double[] unknown(int steps) {
    return IntStream.range(0, steps).mapToDouble(_ -> Double.NaN).toArray();
  }

  /// A fold's first rollouts, but for those with a state that is no number.
  private Trajectories fold(ActivationStore store, List<Rollout> rollouts, Split split, HookPoint hook, Fold fold,
      int most) {
    int width = store.width(hook);
    int[] lines = IntStream.range(0, rollouts.size()).filter(line -> {
      Rollout rollout = rollouts.get(line);
      if (!rollout.problem().dataset().equals(dataset) || split.of(rollout.problem().id()) != fold) {
        return false;
      }
      float[] rows = new float[store.length(line) * width];
      store.rows(hook, store.firstRow(line), store.length(line), rows, 0);
      return IntStream.range(0, rows.length).allMatch(i -> Float.isFinite(rows[i]));
    }).limit(most).toArray();
    return new StoredTrajectories(store, rollouts, lines, hook);
  }
}
