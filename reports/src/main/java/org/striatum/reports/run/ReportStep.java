package org.striatum.reports.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.ModelFacts;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.value.CoordinateReading;
import org.striatum.studies.answer.AnswersStep;
import org.striatum.studies.answer.StudyResults;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// Writes `report.html` from what the run has finished; it is always written again. If hidden states are stored, a value
/// probe is fitted again to show its predictions along a few rollouts.
public final class ReportStep {
  /// The least number of problems for a split.
  private static final int LEAST_PROBLEMS = 3;

  private ReportStep() {}

  /// Writes the report.
  ///
  /// @throws IllegalArgumentException if the run has no rollouts yet
  public static void run(StudyRun run, HookedModel model) throws IOException {
    Manifest manifest = run.folder().manifest();
    StudyRun.requireFinished(run.folder(), RolloutStep.NAME);
    Manifest.Inputs inputs = manifest.inputs();
    StudyResults results = AnswersStep.results(run.folder());
    try (ActivationStore store = run.hasStates() && Files.isDirectory(run.folder().activations())
        ? ActivationStore.open(run.folder().activations())
        : null) {
      RunReport.write(
          new RunReport.Content("Reward subsystem of " + inputs.checkpoint().name(), facts(model, inputs),
              new SamplingFacts(inputs.sampling(), inputs.data().rolloutsPerProblem(), inputs.seed()),
              results, AnswersStep.beside(run.folder()), ReportedRollouts.of(run, store, model.tokenizer()),
              store == null ? List.of() : readings(run, store, RunReport.named(results)),
              new String(RecordJson.pretty(manifest), StandardCharsets.UTF_8)),
          run.folder().report());
    }
  }

  /// How each of the named neurons alone predicts the outcome, at s₀ of every dataset's test problems.
  private static List<CoordinateReading> readings(StudyRun run, ActivationStore store, Collection<NeuronId> neurons)
      throws IOException {
    if (neurons.isEmpty() || !ProbeStep.isFinishedIn(run.folder())) {
      return List.of();
    }
    ProbeStep probe = ProbeStep.finishedIn(run.folder());
    List<Rollout> rollouts = run.rollouts();
    List<CoordinateReading> readings = new ArrayList<>();
    Map<HookPoint, List<NeuronId>> byHook = neurons.stream()
        .filter(neuron -> store.hooks().contains(neuron.hook()))
        .collect(Collectors.groupingBy(NeuronId::hook, TreeMap::new, Collectors.toList()));
    ProbeStep.byDataset(rollouts).forEach((dataset, own) -> {
      if (own.stream().map(rollout -> rollout.problem().id()).distinct().count() < LEAST_PROBLEMS) {
        return;
      }
      Split split = probe.split(own);
      int[] test = IntStream.range(0, rollouts.size())
          .filter(line -> rollouts.get(line).problem().dataset().equals(dataset)
              && split.of(rollouts.get(line).problem().id()) == Split.Fold.TEST)
          .toArray();
      byHook.forEach((hook, named) -> readings.addAll(CoordinateReading.all(dataset, hook,
          new StoredTrajectories(store, rollouts, test, hook),
          named.stream().mapToInt(NeuronId::coordinate).toArray(), probe.seed())));
    });
    return readings;
  }

  private static CheckpointFacts facts(HookedModel model, Manifest.Inputs inputs) throws IOException {
    ModelFacts known = model.facts();
    return new CheckpointFacts(inputs.checkpoint().name(), inputs.checkpoint().modelType(), known.layers(),
        known.width(), known.heads(), known.vocabulary(), known.parameters(), known.dtypes(),
        inputs.checkpoint().files().entrySet().stream()
            .map(file -> new CheckpointFacts.FileHash(file.getKey(), file.getValue().hex())).toList(),
        model.tokenPolicy().entrySet().stream().map(rule -> rule.getKey() + ": " + rule.getValue())
            .collect(Collectors.joining("; ")));
  }
}
