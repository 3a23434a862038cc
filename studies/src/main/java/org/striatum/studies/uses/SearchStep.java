package org.striatum.studies.uses;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.text.TokenPieces;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineSettings;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.dopamine.StepCutter;
import org.striatum.probe.dopamine.StepScorer;
import org.striatum.probe.dopamine.Steps;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.uses.SearchResults.DatasetSearch;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.uses.SearchStudy.Asked;
import org.striatum.probe.uses.SearchStudy.Judge;
import org.striatum.probe.uses.SearchStudy;
import org.striatum.probe.uses.StepSearch;
import org.striatum.probe.uses.SurpriseScore;
import org.striatum.probe.uses.ValueScore;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.ContinuationStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// Searches by steps on test problems, value and surprise as judges, beside other ways to spend the same tokens:
/// `results/search.json`.
///
/// Value is a linear probe of the outcome over the ends of all steps of training problems' rollouts, at the hook point
/// that validation chose. Surprise is the TD-error probe of the dopamine study, where that was made.
///
/// @param probe the step that chose hook points, for its split
/// @param graders dataset name to grader
/// @param problems test problems of each dataset, at most
/// @param candidates drawn at each step, K
/// @param stepTokens most tokens of a candidate step
/// @param step what ends a step, see [StepCutter#named]
/// @param batchSize candidates that run together; no result depends on it
public record SearchStep(ProbeStep probe, Function<String, Grader> graders, int problems, int candidates,
    int stepTokens, String step, long seed, int batchSize) {
  public static final String NAME = "search";

  public SearchStep {
    if (problems < 2 || candidates < 1 || stepTokens < 1) {
      throw new IllegalArgumentException("search needs at least 2 problems, 1 candidate and 1 token a step, found "
          + problems + ", " + candidates + " and " + stepTokens);
    }
    StepCutter.named(step);
  }

  /// What decides the outcome, and nothing else.
  private record Key(int problems, int candidates, int stepTokens, String step, long seed) {}

  /// Runs the step unless it is finished.
  public SearchResults run(StudyRun run, HookedModel model, ValueNeuronResults values, Progress progress)
      throws IOException {
    List<String> after = new ArrayList<>(List.of(RolloutStep.NAME, CaptureStep.NAME, ProbeStep.NAME));
    if (hasSurprise(run)) {
      after.addAll(List.of(ContinuationStep.NAME, DopamineStep.NAME));
    }
    StepKey key = run.key(new Key(problems, candidates, stepTokens, step, seed), after.toArray(String[]::new));
    var results = run.folder().results(NAME);
    run.step(NAME, key, List.of(results), () -> RecordJson.write(results, study(run, model, values, progress)));
    return RecordJson.read(results, SearchResults.class);
  }

  private SearchResults study(StudyRun run, HookedModel model, ValueNeuronResults values, Progress progress)
      throws IOException {
    List<Rollout> rollouts = run.rollouts();
    Tokenizer tokenizer = model.tokenizer();
    StepSearch search = new StepSearch(model.model(), run.folder().manifest().inputs().sampling(),
        tokens -> TokenPieces.of(tokenizer, tokens), StepCutter.named(step), candidates, stepTokens, seed, batchSize);
    Map<String, List<Rollout>> byDataset = ProbeStep.byDataset(rollouts);
    Map<String, List<Rollout>> asked = new LinkedHashMap<>();
    byDataset.forEach((dataset, own) -> asked.put(dataset, probe.tested(own).stream().limit(problems).toList()));
    List<DatasetSearch> datasets = new ArrayList<>();
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      DopamineResults found = hasSurprise(run) ? DopamineStep.results(run.folder()) : null;
      List<StudiedDataset> surprised = found == null
          ? List.of()
          : DopamineStep.datasets(run, store, DopamineStep.Values.CONTINUATIONS, probe, seed);
      for (Map.Entry<String, List<Rollout>> entry : asked.entrySet()) {
        String dataset = entry.getKey();
        Optional<HookPoint> hook = ConfidenceStep.chosen(values, dataset);
        if (hook.isEmpty()) {
          datasets.add(DatasetSearch.unsearched(dataset, "no value probe could be fitted, see the notes of `striatum"
              + " probe`"));
          continue;
        }
        StoredTrajectories states = StoredTrajectories.ofDataset(store, rollouts, dataset, hook.get());
        LinearPredictor value = ValueScore.fit(states, probe.split(byDataset.get(dataset)),
            i -> steps(states.rollout(i), tokenizer));
        List<Rollout> test = entry.getValue();
        List<Judge> judges = new ArrayList<>(
            List.of(new Judge("value", new ValueScore(model.model(), hook.get(), value, batchSize))));
        List<String> notes = new ArrayList<>();
        surprise(model, dataset, found, surprised, notes).ifPresent(judges::add);
        try (Progress.Task task = progress.start(NAME + " on " + dataset,
            (long) SearchStudy.units(judges.size()) * test.size(), "problem")) {
          datasets.add(new SearchStudy(search).study(
              new Asked(dataset, hook.get(), test.stream().map(Rollout::problem).toList(),
                  test.stream().map(Rollout::prompt).toList(), graders.apply(dataset)),
              judges, notes, task));
        }
      }
    }
    return new SearchResults(candidates, stepTokens, datasets);
  }

  private static boolean hasSurprise(StudyRun run) {
    return run.folder().manifest().step(DopamineStep.NAME).isPresent();
  }

  /// The TD-error probe of the hook point that the dopamine study chose.
  ///
  /// @param found null where the study was not made
  /// @param notes told why there is none
  private Optional<Judge> surprise(HookedModel model, String dataset, DopamineResults found,
      List<StudiedDataset> surprised, List<String> notes) {
    if (found == null) {
      notes.add("no search by surprise: `striatum dopamine` was not run before");
      return Optional.empty();
    }
    Optional<HookPoint> hook = found.chosen(dataset).map(DopamineResults.LayerDopamine::hook);
    Optional<StudiedDataset> steps = surprised.stream().filter(one -> one.name().equals(dataset)).findFirst();
    if (hook.isEmpty() || steps.isEmpty()) {
      notes.add("no search by surprise: no hook point could be studied, see the notes of `striatum dopamine`");
      return Optional.empty();
    }
    try {
      return Optional.of(new Judge("surprise", new SurpriseScore(model.model(), hook.get(),
          StepScorer.fit(steps.get(), hook.get(), DopamineSettings.DEFAULTS, seed), batchSize)));
    } catch (IllegalArgumentException refused) {
      notes.add("no search by surprise: " + refused.getMessage());
      return Optional.empty();
    }
  }

  private Steps steps(Rollout rollout, Tokenizer tokenizer) {
    return StepCutter.named(step).cut(TokenPieces.of(tokenizer, rollout.sequence().continuation()));
  }
}
