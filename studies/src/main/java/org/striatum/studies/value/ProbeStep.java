package org.striatum.studies.value;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronStudy;
import org.striatum.probe.value.ValueNeuronStudy.StudiedDataset;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// Looks for value neurons in every data set at every captured hook point.
public record ProbeStep() implements Study<ProbeSettings, ValueNeuronResults> {
  public static final ProbeStep STUDY = new ProbeStep();

  @Override
  public StudyDescription<ProbeSettings, ValueNeuronResults> about() {
    return StudyDescription
        .of("probe", "Fit value probes and sparse paths, rank neurons, run controls.", ProbeSettings.defaults(),
            ValueNeuronResults.class)
        .withQuick(ProbeSettings.quick()).withSeeding(ProbeSettings::withSeed);
  }

  @Override
  public Scope scope() {
    return Scope.EVERY_CHECKPOINT;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, ProbeSettings settings) {
    return List.of(RolloutStep.STUDY, CaptureStep.STUDY);
  }

  @Override
  public Found<ValueNeuronResults> find(StudyRun run, ProbeSettings settings) throws IOException {
    List<Rollout> rollouts = run.rollouts();
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      List<StudiedDataset> datasets = new ArrayList<>();
      ProblemSplit.byDataset(rollouts).forEach((dataset, own) -> {
        SortedMap<HookPoint, Trajectories> states = new TreeMap<>();
        store.hooks().forEach(hook -> states.put(hook, StoredTrajectories.ofDataset(store, rollouts, dataset, hook)));
        double finished = own.stream().mapToDouble(rollout -> rollout.finished() ? 1 : 0).average().orElseThrow();
        datasets.add(new StudiedDataset(dataset, finished, settings.split().of(own), states));
      });
      return Found.only(new ValueNeuronStudy(settings.study(), settings.seed()).run(datasets, run.progress()));
    }
  }
}
