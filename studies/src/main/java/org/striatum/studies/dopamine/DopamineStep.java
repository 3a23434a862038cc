package org.striatum.studies.dopamine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineStudy;
import org.striatum.probe.dopamine.DopamineVerdict;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.dopamine.StepValues;
import org.striatum.probe.dopamine.Steps;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.PrintedLater;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredPosition;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.stats.Estimate;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Evidence;
import org.striatum.studies.answer.Planted;
import org.striatum.studies.answer.Power;
import org.striatum.studies.answer.Unit;
import org.striatum.studies.answer.Question;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.fits.Fit;
import org.striatum.studies.fits.FitFile;
import org.striatum.studies.fits.Fits;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;
import org.striatum.studies.value.ProbedValues;

/// Searches for dopamine neurons in every data set at every captured hook point.
public record DopamineStep() implements Study<DopamineStepSettings, DopamineResults> {
  public static final DopamineStep STUDY = new DopamineStep();

  /// The source of V̂.
  public enum Values implements PrintedLater {
    /// Continuations sampled from each step, as in the paper.
    CONTINUATIONS,
    /// The value probe that predicts best on validation problems: cheap.
    PROBE;

    /// The source of that name.
    ///
    /// @throws IllegalArgumentException on any other name
    public static Values named(String name) {
      return Arrays.stream(values()).filter(values -> values.printed().equals(name)).findFirst()
          .orElseThrow(() -> new IllegalArgumentException(
              "V̂ must come from continuations or probe, found '" + name + "'"));
    }

    @Override
    public String printed() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public StudyDescription<DopamineStepSettings, DopamineResults> about() {
    return StudyDescription
        .of("dopamine", "Sample continuations from every step, fit TD-error probes, run the signature test.",
            DopamineStepSettings.defaults(), DopamineResults.class)
        .withQuick(DopamineStepSettings.quick()).withSeeding(DopamineStepSettings::withSeed);
  }

  /// 2: results say how often planted neurons are found, and the parts of the signature test are one family over all hook
  /// points. 3: networks that rank are trained until their order settles.
  @Override
  public int version() {
    return 3;
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION_AND_TABLES;
  }

  @Override
  public Scope scope() {
    return Scope.FULL_STUDY;
  }

  /// Every token that was written: steps are compared, and surprises traced, token by token.
  @Override
  public List<StoredPosition> positions(DopamineStepSettings settings) {
    return List.of(StoredPosition.COMPLETION);
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, DopamineStepSettings settings) {
    return List.of(RolloutStep.STUDY, CaptureStep.STUDY, ProbeStep.STUDY, ContinuationStep.STUDY);
  }

  /// Samples the continuations.
  @Override
  public void prepare(StudyRun run, DopamineStepSettings settings) throws IOException {
    run.folder().requireFinished(CaptureStep.STUDY);
    run.run(ContinuationStep.STUDY, settings.continuations());
  }

  @Override
  public Map<Question, List<Finding>> answers(String checkpoint, DopamineResults results) {
    return Map.of(Question.DOPAMINE, results.verdicts().stream()
        .map(one -> Finding.on(one.dataset(), one.verdict(), one.sentence(), evidence(one))).toList());
  }

  private static Evidence evidence(DopamineVerdict found) {
    return found.studied() == 0
        ? null
        : new Evidence("coordinates that pass", Unit.COUNT,
            Estimate.exact(found.significant()), found.found().shares().isEmpty()
                ? null
                : Power.of(Planted.NEURONS, found.found().curve(), found.steps().problems()));
  }

  @Override
  public Found<DopamineResults> find(StudyRun run, DopamineStepSettings settings) throws IOException {
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      List<Fit> fits = new ArrayList<>();
      DopamineResults results = new DopamineStudy(settings.study(), settings.seed(),
          (dataset, hook, scorer) -> fits.add(new Fit.Scorer(dataset, hook, scorer)), run.pieces())
          .run(datasets(run, store, settings.values()), run.progress());
      Sha256 inputs = run.key(this, settings).sha256();
      return Found.only(results).with(folder -> {
        Path file = FitFile.of(folder.folder(), name());
        FitFile.write(file, fits, inputs);
        return List.of(file);
      });
    }
  }

  /// The chosen rollouts of every dataset with their steps, values and states, once the continuations are sampled.
  ///
  /// @param store which must stay open
  /// @param values the source of V̂
  public static List<StudiedDataset> datasets(StudyRun run, ActivationStore store, Values values)
      throws IOException {
    ProbeSettings probe = run.folder().settings(ProbeStep.STUDY);
    List<Rollout> rollouts = run.rollouts();
    List<ContinuedRollout> continued = ContinuedRollout.read(ContinuationStep.file(run.folder()));
    ValueNeuronResults found = run.folder().results(ProbeStep.STUDY);
    Fits fits = values == Values.PROBE ? Fits.of(run.folder(), ProbeStep.STUDY) : Fits.NONE;
    List<StudiedDataset> datasets = new ArrayList<>();
    ProblemSplit.byDataset(rollouts).forEach((dataset, own) -> {
      List<ContinuedRollout> chosen = continued.stream()
          .filter(one -> rollouts.get(one.line()).problem().dataset().equals(dataset)).toList();
      int[] lines = chosen.stream().mapToInt(ContinuedRollout::line).toArray();
      List<Steps> steps = chosen.stream().map(ContinuedRollout::steps).toList();
      Split split = probe.split().of(own);
      SortedMap<HookPoint, Trajectories> states = new TreeMap<>();
      store.hooks().forEach(hook -> states.put(hook, new StoredTrajectories(store, rollouts, lines, hook)));
      StepValues before = switch (values) {
        case CONTINUATIONS -> new StepValues.MonteCarlo(chosen.stream().map(ContinuedRollout::continuations).toList());
        case PROBE -> new ProbedValues(dataset, found, fits).read(states, steps);
      };
      double[][] entropies = chosen.stream().map(ContinuedRollout::entropies).toArray(double[][]::new);
      datasets.add(new StudiedDataset(dataset, split, steps, before, entropies, states));
    });
    return datasets;
  }
}
