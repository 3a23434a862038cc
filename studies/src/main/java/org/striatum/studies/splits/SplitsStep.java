package org.striatum.studies.splits;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.Pieces.Part;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Resplit;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredPosition;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.value.ControlsOverSplits;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValuePower;
import org.striatum.probe.value.Trajectories;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.splits.SplitsResults.AnswerShares;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;
import org.striatum.studies.value.ValueAnswers;

/// Asks the questions about value again on other splits of the same rollouts: an answer that another split would not give is no
/// finding.
public record SplitsStep() implements Study<SplitsSettings, SplitsResults> {
  public static final SplitsStep STUDY = new SplitsStep();

  @Override
  public StudyDescription<SplitsSettings, SplitsResults> about() {
    return StudyDescription
        .of("splits", "Ask the questions about value again on other splits of the same rollouts.",
            SplitsSettings.defaults(), SplitsResults.class)
        .withQuick(SplitsSettings.defaults().withSplits(10))
        .withSeeding(SplitsSettings::withSeed);
  }

  @Override
  public Scope scope() {
    return Scope.FULL_STUDY;
  }

  @Override
  public boolean isReplaceable() {
    return true;
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION;
  }

  /// Those of the probes.
  @Override
  public List<StoredPosition> positions(SplitsSettings settings) {
    return List.of(StoredPosition.LAST);
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, SplitsSettings settings) {
    return List.of(RolloutStep.STUDY, CaptureStep.STUDY, ProbeStep.STUDY);
  }

  @Override
  public Found<SplitsResults> find(StudyRun run, SplitsSettings settings) throws IOException {
    ProbeSettings probe = run.folder().settings(ProbeStep.STUDY);
    if (settings.splits() == 0) {
      return Found.only(new SplitsResults(0, List.of(), List.of()));
    }
    ValueNeuronResults own = run.folder().results(ProbeStep.STUDY);
    List<Rollout> rollouts = run.rollouts();
    List<ProblemSplit> divisions = LongStream.generate(new SplittableRandom(settings.seed())::nextLong)
        .limit(settings.splits()).mapToObj(probe.split()::withSeed).toList();
    Map<String, List<Rollout>> datasets = ProblemSplit.byDataset(rollouts);
    Map<String, Part<List<Optional<DatasetControls>>>> controls = new LinkedHashMap<>();
    List<String> notes = new ArrayList<>();
    try (ActivationStore store = ActivationStore.open(run.folder().activations());
        Progress.Task task = run.progress().start("splits", (long) datasets.size() * settings.splits(), "split")) {
      for (Map.Entry<String, List<Rollout>> dataset : datasets.entrySet()) {
        if (distinctProblems(dataset.getValue()) < ProblemSplit.LEAST_PROBLEMS) {
          notes.add(dataset.getKey() + " has too few problems to be divided");
          task.step(settings.splits());
          continue;
        }
        SortedMap<HookPoint, Trajectories> states = new TreeMap<>();
        store.hooks().forEach(hook -> states.put(hook,
            StoredTrajectories.ofDataset(store, rollouts, dataset.getKey(), hook, probe.at())));
        List<Split> splits = divisions.stream().map(division -> division.of(dataset.getValue())).toList();
        controls.put(dataset.getKey(), run.pieces()
            .part(() -> new ControlsOverSplits(probe.study(), settings.seed(), run.pieces()).run(dataset.getKey(),
                states, splits, power(own, dataset.getKey(), probe), task)));
      }
    }
    List<AnswerShares> answers = new ArrayList<>();
    controls.forEach((dataset, found) -> answers.addAll(shares(dataset, found.get(), probe.split().test())));
    return Found.only(new SplitsResults(settings.splits(), answers, notes));
  }

  private static ValuePower power(ValueNeuronResults own, String dataset, ProbeSettings probe) {
    return own.controls().stream().filter(controls -> controls.dataset().equals(dataset)).findFirst()
        .map(DatasetControls::power).orElse(ValuePower.none(probe.study().controls().power().effect()));
  }

  private static long distinctProblems(List<Rollout> rollouts) {
    return rollouts.stream().map(rollout -> rollout.problem().id()).distinct().count();
  }

  private static List<AnswerShares> shares(String dataset, List<Optional<DatasetControls>> controls,
      double testShare) {
    List<AnswerShares> shares = new ArrayList<>();
    for (ValueAnswers.Asked asked : ValueAnswers.ASKED) {
      List<Verdict> verdicts = controls.stream()
          .map(one -> one.map(asked::verdict).orElse(Verdict.NOT_TESTED)).toList();
      double[] effects = controls.stream().flatMap(Optional::stream).mapToDouble(one -> asked.effect(one).value())
          .toArray();
      Estimate effect = asked.unit().within(Resplit.mean(effects, testShare));
      shares.add(AnswerShares.of(asked.question(), dataset, verdicts, asked.figure(), effect));
    }
    return shares;
  }
}
