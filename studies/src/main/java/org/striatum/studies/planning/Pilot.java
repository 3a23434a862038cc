package org.striatum.studies.planning;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.datasets.ProblemSet;
import org.striatum.probe.dopamine.Continuations;
import org.striatum.probe.dopamine.ValueProcess;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.planning.OutcomeModel;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.SplitHalf;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.value.ControlSettings;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueCodeTrials.Background;
import org.striatum.probe.value.ValueCodeTrials.Correlated;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.probe.value.ValueProbeTraining.Stopping;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.capture.CaptureResults;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.ContinuationSettings;
import org.striatum.studies.dopamine.ContinuationStep;
import org.striatum.studies.dopamine.ContinuedRollout;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.registration.Source;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.rollouts.WorkedExamples;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// The study in small, by its own steps and in a run folder of its own: rollouts, hidden states and continuations of a few problems, drawn,
/// graded and timed.
///
/// @param run of the pilot
/// @param settings how much is drawn
/// @param plan of the study
public record Pilot(StudyRun run, PilotSettings settings, StudyPlan plan) {
  private static final int RESAMPLES = 100;
  /// Coordinates that states are made up of; a wider hook point is thinned to them.
  static final int WIDEST = 128;

  /// What a pilot found.
  ///
  /// @param known figures, one record a data set
  /// @param states of each data set, as they are made up in simulations; without those of which too few were recorded
  /// @param notes what could not be measured
  /// @param values of each data set whose rollouts were continued
  public record Findings(List<Known> known, Map<String, Background> states, Map<String, ValueProcess> values,
      List<String> notes) {
    public Findings {
      values = Map.copyOf(values);
      known = List.copyOf(known);
      states = Map.copyOf(states);
      notes = List.copyOf(notes);
    }
  }

  /// Runs what is not finished, and measures.
  public Findings measure(List<ProblemSet> sets, WorkedExamples examples) throws IOException {
    List<String> notes = new ArrayList<>();
    RolloutSettings asked = rollouts();
    run.anyModel(); // opening it is no part of a rate
    double drawing = seconds(new RolloutStep(sets, Optional.empty(), examples), asked, notes);
    double recording = seconds(CaptureStep.STUDY, plan.settings(CaptureStep.STUDY), notes);
    List<Rollout> rollouts = run.rollouts();
    double generated = rollouts.stream().mapToDouble(Pilot::tokens).sum();
    CaptureResults captured = run.folder().results(CaptureStep.STUDY);
    List<ContinuedRollout> continued = continued(asked);
    List<Known> known = new ArrayList<>();
    Map<String, Background> states = new LinkedHashMap<>();
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      HookPoint hook = store.hooks().get(store.hooks().size() / 2);
      for (Map.Entry<String, List<Rollout>> set : ProblemSplit.byDataset(rollouts).entrySet()) {
        String from = "pilot, %d rollouts of %d problems".formatted(set.getValue().size(),
            set.getValue().stream().map(rollout -> rollout.problem().id()).distinct().count());
        Known own = outcomes(set.getKey(), set.getValue(), from)
            .with(PlannedFigure.WIDTH, store.width(hook), Source.MEASURED, "at " + hook)
            .with(PlannedFigure.HOOKS, store.hooks().size(), Source.MEASURED, "captured")
            .with(PlannedFigure.RATE, generated / drawing, Source.MEASURED, from)
            .with(PlannedFigure.ROWS, captured.rows() / recording, Source.MEASURED, from)
            .with(PlannedFigure.ROW_BYTES, (double) captured.bytes() / captured.rows(), Source.MEASURED, from);
        known.add(continued(own, rollouts, continued));
        background(store, rollouts, set.getKey(), hook).ifPresent(drawn -> states.put(set.getKey(), drawn));
      }
    }
    return new Findings(known, states, values(rollouts, continued), notes);
  }

  private RolloutSettings rollouts() {
    RolloutSettings planned = plan.settings(RolloutStep.STUDY);
    return planned.withProblems(settings.problems())
        .withSamples(planned.sampling().temperature() == 0 ? 1 : settings.samples())
        .withSeed(planned.seed() + settings.seedOffset());
  }

  /// How long a step takes; NaN where it was finished before.
  private <S extends Record> double seconds(Study<S, ?> study, S told, List<String> notes) throws IOException {
    boolean before = run.folder().has(study);
    long started = System.nanoTime();
    run.run(study, told);
    if (before) {
      notes.add("the pilot's '" + study.name() + "' was finished before, so its rate is not known: remove "
          + run.folder().folder() + " to time it again");
      return Double.NaN;
    }
    return (System.nanoTime() - started) / 1e9;
  }

  private Known outcomes(String dataset, List<Rollout> rollouts, String from) {
    Map<String, int[]> byProblem = new LinkedHashMap<>();
    for (Rollout rollout : rollouts) {
      int[] counts = byProblem.computeIfAbsent(rollout.problem().id(), _ -> new int[2]);
      counts[0] += rollout.reward() > 0.5 ? 1 : 0;
      counts[1]++;
    }
    int[] right = byProblem.values().stream().mapToInt(counts -> counts[0]).toArray();
    int[] drawn = byProblem.values().stream().mapToInt(counts -> counts[1]).toArray();
    double accuracy = (double) Arrays.stream(right).sum() / Arrays.stream(drawn).sum();
    Known known = new Known(dataset, new EnumMap<>(PlannedFigure.class), obstacle(accuracy, rollouts.size()))
        .with(PlannedFigure.ACCURACY, accuracy, Source.MEASURED, from)
        .with(PlannedFigure.PROMPT, rollouts.stream().mapToInt(Rollout::promptLength).average().orElseThrow(),
            Source.MEASURED, from)
        .with(PlannedFigure.TOKENS, rollouts.stream().mapToDouble(Pilot::tokens).average().orElseThrow(),
            Source.MEASURED,
            from);
    double length = Auroc.of(rollouts.stream().mapToDouble(Rollout::promptLength).toArray(), successes(rollouts));
    known = known.with(PlannedFigure.LENGTH, Math.max(length, 1 - length), Source.MEASURED, from);
    try {
      return known.with(PlannedFigure.ICC, OutcomeModel.measured(right, drawn).icc(), Source.MEASURED, from);
    } catch (NotEnoughData _) {
      return known; // one rollout a problem, or outcomes of one class: that is said by the obstacle, or by the default
    }
  }

  private static String obstacle(double accuracy, int rollouts) {
    return accuracy == 0 || accuracy == 1
        ? "all %d rollouts of the pilot %s".formatted(rollouts, accuracy == 0 ? "failed" : "succeeded")
        : null;
  }

  private static boolean[] successes(List<Rollout> rollouts) {
    boolean[] right = new boolean[rollouts.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] = rollouts.get(i).reward() > 0.5;
    }
    return right;
  }

  /// With the one that ended it.
  private static double tokens(Rollout rollout) {
    return rollout.tokens().length - rollout.promptLength() + (rollout.finished() ? 1.0 : 0.0);
  }

  private List<ContinuedRollout> continued(RolloutSettings asked) throws IOException {
    ContinuationSettings planned = plan.settings(DopamineStep.STUDY).continuations();
    if (settings.continued() == 0 || planned.draws() == 0 || asked.sampling().temperature() == 0) {
      return List.of();
    }
    ProbeSettings probe = plan.settings(ProbeStep.STUDY);
    run.run(ProbeStep.STUDY, ProbeSettings.quick().withStudy(Pilot::cheapest).withSplit(_ -> probe.split()));
    run.run(ContinuationStep.ALL, planned.withRollouts(settings.continued()));
    return ContinuationStep.continued(run.folder());
  }

  /// Continuations are spread over the folds of a finished probe; of the probe itself nothing is read.
  private static ValueNeuronSettings cheapest(ValueNeuronSettings study) {
    return study.withTraining(training -> training.withStopping(_ -> new Stopping(1, 1)))
        .withPruning(pruning -> pruning.withRandomSets(0)).withSparse(sparse -> sparse.withPermutations(0))
        .withControls(
            _ -> ControlSettings.QUICK.withFolds(2).withRotations(1).withRandomSets(1).withNestedPermutations(0)
                .withStabilityResamples(2).withPower(power -> power.withPlanted(0)));
  }

  private Known continued(Known known, List<Rollout> rollouts, List<ContinuedRollout> continued) {
    List<ContinuedRollout> own = continued.stream()
        .filter(one -> rollouts.get(one.line()).problem().dataset().equals(known.dataset())).toList();
    if (own.isEmpty()) {
      return known;
    }
    String from = "pilot, %d rollouts continued".formatted(own.size());
    List<double[]> halves = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (ContinuedRollout one : own) {
      List<Continuations> states = one.continuations();
      for (int k = 0; k + 1 < states.size(); k++) {
        problems.add(rollouts.get(one.line()).problem().id());
        halves.add(new double[]{half(states, k, 0), half(states, k, 1)});
      }
    }
    double reliability = halves.isEmpty()
        ? Double.NaN
        : SplitHalf.of(problems.toArray(String[]::new), halves.stream().mapToDouble(h -> h[0]).toArray(),
            halves.stream().mapToDouble(h -> h[1]).toArray(), RESAMPLES, new SplittableRandom(1))
            .reliability().value();
    return known
        .with(PlannedFigure.STEPS, own.stream().mapToInt(one -> one.ends().length).average().orElseThrow(),
            Source.MEASURED,
            from)
        .with(PlannedFigure.RELIABILITY, reliability, Source.MEASURED, from);
  }

  private static double half(List<Continuations> states, int k, int half) {
    Continuations after = states.get(k + 1);
    Continuations before = states.get(k);
    return half == 0
        ? (double) after.firstSuccesses() / after.firstDraws() - (double) before.firstSuccesses() / before.firstDraws()
        : (double) after.secondSuccesses() / after.secondDraws()
            - (double) before.secondSuccesses() / before.secondDraws();
  }

  private static Map<String, ValueProcess> values(List<Rollout> rollouts, List<ContinuedRollout> continued) {
    Map<String, List<ContinuedRollout>> bySet = continued.stream().filter(one -> one.ends().length > 0)
        .collect(Collectors.groupingBy(one -> rollouts.get(one.line()).problem().dataset()));
    Map<String, ValueProcess> values = new LinkedHashMap<>();
    bySet.forEach((dataset, own) -> values.put(dataset,
        new ValueProcess.Resampled(own.stream().map(ContinuedRollout::continuations).toList(),
            own.stream().mapToDouble(one -> rollouts.get(one.line()).reward()).toArray())));
    return values;
  }

  /// States at the prompts' ends, one of each problem.
  private static Optional<Background> background(ActivationStore store, List<Rollout> rollouts, String dataset,
      HookPoint hook) {
    Trajectories all = StoredTrajectories.ofDataset(store, rollouts, dataset, hook, StatePosition.PROMPT_END);
    List<String> seen = new ArrayList<>();
    int width = Math.min(WIDEST, all.width());
    int[] columns = IntStream.range(0, width).map(j -> (int) ((long) j * all.width() / width)).toArray();
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (!seen.contains(all.problem(i))) {
        seen.add(all.problem(i));
        float[] states = new float[all.length(i) * all.width()];
        all.states(i, states, 0);
        float[] row = new float[width];
        for (int j = 0; j < width; j++) {
          row[j] = states[columns[j]];
        }
        rows.add(row);
      }
    }
    float[] flat = new float[rows.size() * width];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, flat, i * width, width);
    }
    Correlated drawn = Correlated.of(flat, width);
    return drawn.width() > 2 ? Optional.of(drawn) : Optional.empty();
  }
}
