package org.striatum.studies.uses;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.dopamine.StepCutter;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredPosition;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.uses.SearchResults.DatasetSearch;
import org.striatum.probe.uses.SearchStudy;
import org.striatum.probe.uses.SearchStudy.Asked;
import org.striatum.probe.uses.SearchStudy.Judge;
import org.striatum.probe.uses.StepSearch;
import org.striatum.probe.uses.ValueScore;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Evidence;
import org.striatum.studies.answer.Unit;
import org.striatum.studies.answer.Question;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.ContinuationStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.CompletionText;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// Search by steps on test problems, scored by value and by surprise, compared with other ways to use the same tokens:
/// `results/search.json`.
///
/// Value is a linear probe of the outcome over the ends of all steps of training problems' rollouts, at the hook point
/// chosen on validation problems. Surprise is the TD-error probe of the dopamine study, if that was run.
/// Both use the settings of the run's own studies: the split of `probe`, the settings and V̂ of `dopamine`.
public record SearchStep() implements Study<SearchSettings, SearchResults> {
  public static final SearchStep STUDY = new SearchStep();

  @Override
  public StudyDescription<SearchSettings, SearchResults> about() {
    return StudyDescription
        .of("search", "Answer test problems step by step, keeping the step of highest value, and compare with random"
            + " choice, majority and best of K.", SearchSettings.defaults(), SearchResults.class)
        .withQuick(SearchSettings.quick()).withSeeding(SearchSettings::withSeed);
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION_AND_TABLES;
  }

  @Override
  public Scope scope() {
    return Scope.FULL_STUDY;
  }

  @Override
  public boolean needsModel() {
    return true;
  }

  /// Where steps end: stored ones end with a newline.
  @Override
  public List<StoredPosition> positions(SearchSettings settings) {
    return List.of(StoredPosition.S0,
        settings.step().equals(StepCutter.BY_NEWLINE) ? StoredPosition.STEP_ENDS : StoredPosition.COMPLETION);
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, SearchSettings settings) {
    List<Study<?, ?>> reads = new ArrayList<>(List.of(RolloutStep.STUDY, CaptureStep.STUDY, ProbeStep.STUDY));
    if (run.folder().has(DopamineStep.STUDY)) {
      reads.addAll(List.of(ContinuationStep.STUDY, DopamineStep.STUDY));
    }
    return reads;
  }

  @Override
  public Map<Question, List<Finding>> answers(String checkpoint, SearchResults results) {
    return Map.of(Question.SEARCH, results.datasets().stream().flatMap(SearchStep::findings).toList());
  }

  private static Stream<Finding> findings(DatasetSearch search) {
    return search.arms().isEmpty()
        ? Stream
            .of(Finding.on(search.dataset(), Verdict.NOT_TESTED, "not searched: " + String.join("; ", search.notes())))
        : search.overRandom().stream().map(one -> Finding.on(search.dataset(), one.verdict(), one.words(),
            new Evidence("beyond random choice", Unit.POINTS, one.difference())));
  }

  @Override
  public Found<SearchResults> find(StudyRun run, SearchSettings settings) throws IOException {
    HookedModel model = run.hooked();
    ValueNeuronResults values = run.folder().results(ProbeStep.STUDY);
    ProblemSplit split = run.folder().settings(ProbeStep.STUDY).split();
    Function<String, Grader> graders = run.graders();
    int batchSize = run.batchSize();
    int candidates = settings.candidates();
    int stepTokens = settings.stepTokens();
    List<Rollout> rollouts = run.rollouts();
    CompletionText texts = run.completions();
    StepCutter cutter = texts.cutter(settings.step());
    Map<String, List<Rollout>> byDataset = ProblemSplit.byDataset(rollouts);
    Map<String, List<Rollout>> asked = new LinkedHashMap<>();
    byDataset
        .forEach((dataset, own) -> asked.put(dataset, split.tested(own).stream().limit(settings.problems()).toList()));
    List<DatasetSearch> datasets = new ArrayList<>();
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      Surprise surprise = Surprise.of(run.folder());
      for (Map.Entry<String, List<Rollout>> entry : asked.entrySet()) {
        String dataset = entry.getKey();
        Optional<HookPoint> hook = ConfidenceStep.chosen(values, dataset);
        if (hook.isEmpty()) {
          datasets.add(DatasetSearch.unsearched(dataset, "no value probe could be fitted"));
          continue;
        }
        run.apart(() -> {
          StoredTrajectories states = StoredTrajectories.ofDataset(store, rollouts, dataset, hook.get());
          LinearPredictor value = ValueScore.fit(states, split.of(byDataset.get(dataset)),
              i -> cutter.cut(texts.pieces(states.rollout(i).sequence().continuation())));
          List<Rollout> test = entry.getValue();
          List<Judge> judges = new ArrayList<>(
              List.of(new Judge("value", new ValueScore(model.model(), hook.get(), value, batchSize))));
          List<String> notes = new ArrayList<>();
          surprise.judge(model, dataset, batchSize, notes).ifPresent(judges::add);
          try (Progress.Task task = run.progress().start(name() + " on " + dataset,
              (long) SearchStudy.units(judges.size()) * test.size(), "problem")) {
            StepSearch search = new StepSearch(model.model(), run.sampling(dataset), texts::pieces, cutter, candidates,
                stepTokens, settings.seed(), batchSize);
            datasets.add(new SearchStudy(search, run.pieces()).study(
                new Asked(dataset, hook.get(), test.stream().map(Rollout::problem).toList(),
                    test.stream().map(Rollout::prompt).toList(), graders.apply(dataset)),
                judges, notes, task));
          }
        });
      }
    }
    return Found.only(new SearchResults(candidates, stepTokens, datasets));
  }
}
