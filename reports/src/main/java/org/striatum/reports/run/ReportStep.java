package org.striatum.reports.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.datasets.ProblemSource;
import org.striatum.datasets.ProblemSources;
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
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.AnswersStep;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.registration.PlanReport;
import org.striatum.studies.results.StudyResults;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.FlatRecord;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.RewardGraders;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.UnfinishedStudyException;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// Writes `report.html` from what the run has finished. It is always made from the files in the folder; the value probe
/// that `probe` kept shows its predictions along a few rollouts.
///
/// @param registry of the studies that a run can hold
public record ReportStep(StudyRegistry registry) {
  /// Writes the report.
  ///
  /// @throws UnfinishedStudyException if the run has no rollouts yet
  public void write(StudyRun run) throws IOException {
    RunFolder folder = run.folder();
    folder.requireFinished(RolloutStep.STUDY);
    HookedModel model = run.hooked();
    Manifest manifest = folder.manifest();
    Manifest.Inputs inputs = manifest.inputs();
    StudyResults results = StudyResults.of(folder);
    try (ActivationStore store = run.hasStates() && Files.isDirectory(folder.activations())
        ? ActivationStore.open(folder.activations())
        : null) {
      RunReport.RunFacts facts = new RunReport.RunFacts(facts(model, inputs), sampling(inputs, graders(folder)),
          studies(folder), new String(RecordJson.pretty(manifest), StandardCharsets.UTF_8),
          PlanReport.of(folder, registry.studies()).orElse(null));
      RunReport.write(new RunReport.Content("Reward subsystem of " + inputs.checkpoint().name(), facts, results,
          registry.answers().of(folder), folder.find(AnswersStep.STUDY).map(Answers::beside).orElse(List.of()),
          ReportedRollouts.of(run, store),
          store == null ? List.of() : readings(run, store, RunReport.named(results))), folder.report());
    }
  }

  private static SamplingFacts sampling(Manifest.Inputs inputs, SortedMap<String, String> graders) {
    return new SamplingFacts(inputs.sampling(), inputs.data().rolloutsPerProblem(), inputs.seed(), inputs.prompts(),
        graders);
  }

  /// How answers were compared: of sets that were read from files by a grader, of generated ones by their own rule.
  private static SortedMap<String, String> graders(RunFolder folder) throws IOException {
    SortedMap<String, String> graders = new TreeMap<>();
    for (ProblemSource source : ProblemSources.of(folder.folder()).sets()) {
      graders.put(source.dataset(), source.grader() == null ? "scores of their own" : source.grader().printed());
    }
    graders.putAll(RewardGraders.printed(folder));
    return graders;
  }

  private List<StudyFacts> studies(RunFolder folder) throws IOException {
    List<StudyFacts> studies = new ArrayList<>();
    for (Manifest.Step step : folder.manifest().steps()) {
      Optional<Study<?, ?>> study = registry.ofStep(step.name());
      if (study.isPresent()) {
        folder.requireUnchanged(step, folder.settingsFile(step.name()));
        studies.add(new StudyFacts(step.name(), study.get().about().summary(),
            FlatRecord.read(folder.settingsFile(step.name())).entries(), study.get().presentation().hasSection()
                ? List.of()
                : FlatRecord.read(folder.resultsFile(step.name())).entries()));
      }
    }
    return studies;
  }

  /// What the named neurons do by themselves at s₀ of every data set's test problems.
  private static List<CoordinateReading> readings(StudyRun run, ActivationStore store, Collection<NeuronId> neurons)
      throws IOException {
    if (neurons.isEmpty() || !run.folder().has(ProbeStep.STUDY)) {
      return List.of();
    }
    ProbeSettings probe = run.folder().settings(ProbeStep.STUDY);
    List<Rollout> rollouts = run.rollouts();
    List<CoordinateReading> readings = new ArrayList<>();
    Map<HookPoint, List<NeuronId>> byHook = neurons.stream()
        .filter(neuron -> store.hooks().contains(neuron.hook()))
        .collect(Collectors.groupingBy(NeuronId::hook, TreeMap::new, Collectors.toList()));
    ProblemSplit.byDataset(rollouts).forEach((dataset, own) -> {
      if (own.stream().map(rollout -> rollout.problem().id()).distinct().count() < ProblemSplit.LEAST_PROBLEMS) {
        return;
      }
      Split split = probe.split().of(own);
      int[] test = IntStream.range(0, rollouts.size())
          .filter(line -> rollouts.get(line).problem().dataset().equals(dataset)
              && split.of(rollouts.get(line).problem().id()) == Split.Fold.TEST
              && probe.at().in(rollouts.get(line)).isPresent())
          .toArray();
      byHook.forEach((hook, named) -> readings.addAll(CoordinateReading.all(dataset, hook,
          new StoredTrajectories(store, rollouts, test, hook, probe.at()),
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
