package org.striatum.studies.baselines;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.decoder.StreamWriters;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredPosition;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.value.Baseline;
import org.striatum.probe.value.BaselineProbes;
import org.striatum.probe.value.ProbeJob;
import org.striatum.probe.value.ProbeTrainings;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueProbeFit;
import org.striatum.studies.baselines.BaselineResults.BaselineRanking;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// Ranks the coordinates of every probed hook point by what has nothing to do with value, so that their best can be ablated beside
/// value neurons: `wanda@1%`, `next-token@1%`, `terminal-only@1%`.
public record BaselineStep() implements Study<BaselineSettings, BaselineResults> {
  public static final BaselineStep STUDY = new BaselineStep();

  @Override
  public StudyDescription<BaselineSettings, BaselineResults> about() {
    return StudyDescription
        .of("baselines", "Rank coordinates by Wanda, by a probe of the next token and by a terminal-only probe.",
            BaselineSettings.defaults(), BaselineResults.class)
        .withQuick(BaselineSettings.quick()).withSeeding(BaselineSettings::withSeed);
  }

  @Override
  public boolean needsModel() {
    return true;
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION;
  }

  /// Every token that was written.
  @Override
  public List<StoredPosition> positions(BaselineSettings settings) {
    return List.of(StoredPosition.COMPLETION);
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, BaselineSettings settings) {
    return List.of(RolloutStep.STUDY, CaptureStep.STUDY, ProbeStep.STUDY);
  }

  @Override
  public Found<BaselineResults> find(StudyRun run, BaselineSettings settings) throws IOException {
    ProbeSettings probe = run.folder().settings(ProbeStep.STUDY);
    Map<String, List<LayerProbes>> layers = new LinkedHashMap<>();
    run.folder().results(ProbeStep.STUDY).layers()
        .forEach(layer -> layers.computeIfAbsent(layer.dataset(), _ -> new ArrayList<>()).add(layer));
    List<BaselineRanking> rankings = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    try (ActivationStore store = ActivationStore.open(run.folder().activations());
        Progress.Task task = run.progress().start("baselines",
            (long) settings.baselines().size() * layers.values().stream().mapToInt(List::size).sum(), "ranking")) {
      List<Rollout> rollouts = run.rollouts();
      Map<String, List<Rollout>> own = ProblemSplit.byDataset(rollouts);
      for (Map.Entry<String, List<LayerProbes>> dataset : layers.entrySet()) {
        Split split = probe.split().of(own.get(dataset.getKey()));
        List<HookPoint> hooks = dataset.getValue().stream().map(LayerProbes::hook).toList();
        new Dataset(dataset.getKey(), hooks, split, settings, new BaselineProbes(probe.study().training()),
            run.hooked(),
            rankings, notes)
            .rank(hook -> StoredTrajectories.ofDataset(store, rollouts, dataset.getKey(), hook, probe.at()), task);
      }
    }
    return Found.only(new BaselineResults(rankings, notes));
  }

  /// Opens the states of a hook point.
  @FunctionalInterface
  private interface States {
    StoredTrajectories at(HookPoint hook);
  }

  /// The rankings of one dataset.
  ///
  /// @param rankings receives them
  /// @param notes receives what cannot be done
  private record Dataset(String name, List<HookPoint> hooks, Split split, BaselineSettings settings,
      BaselineProbes probes, HookedModel opened, List<BaselineRanking> rankings, List<String> notes) {
    void rank(States states, Progress.Task task) throws IOException {
      if (settings.baselines().contains(Baseline.WANDA)) {
        wanda(states.at(hooks.getFirst()), task);
      }
      List<double[]> next = settings.baselines().contains(Baseline.NEXT_TOKEN)
          ? NextTokens.read(opened.model(), states.at(hooks.getFirst()), split)
          : List.of();
      List<Place> places = new ArrayList<>();
      List<ProbeJob> jobs = new ArrayList<>();
      RandomStreams streams = new RandomStreams(settings.seed());
      for (HookPoint hook : hooks) {
        for (Baseline baseline : settings.baselines()) {
          if (baseline == Baseline.WANDA) {
            continue;
          }
          try {
            jobs.add(baseline == Baseline.NEXT_TOKEN
                ? probes.nextToken(states.at(hook), next, split, settings.states(),
                    streams.of(name + " " + hook + " " + baseline))
                : probes.terminalOnly(states.at(hook), split, streams.of(name + " " + hook + " " + baseline)));
            places.add(new Place(baseline, hook));
          } catch (NotEnoughData missing) {
            notes.add("%s, %s, %s: %s".formatted(name, hook, baseline, missing.getMessage()));
          }
        }
      }
      List<ValueProbeFit> fits = ProbeTrainings.all(jobs, () -> task.step(1));
      for (int i = 0; i < fits.size(); i++) {
        rankings.add(new BaselineRanking(places.get(i).baseline(), name, places.get(i).hook(),
            fits.get(i).sorted().passes(), BaselineProbes.order(fits.get(i))));
      }
    }

    private void wanda(StoredTrajectories rollouts, Progress.Task task) throws IOException {
      Optional<StreamWriters> writers = opened.streamWriters();
      if (writers.isEmpty()) {
        notes.add(name + ": no ranking by wanda, as the matrices of an ONNX file are not known");
        return;
      }
      WandaScores scores = new WandaScores(opened.model(), writers.get());
      List<String> own = new ArrayList<>();
      Map<HookPoint, double[]> found = scores.at(hooks, rollouts.rollouts().stream()
          .filter(rollout -> split.of(rollout.problem().id()) == Split.Fold.TRAIN).limit(settings.calibration())
          .toList(), own);
      own.forEach(note -> notes.add(name + ", " + note));
      found.forEach((hook, sizes) -> rankings
          .add(new BaselineRanking(Baseline.WANDA, name, hook, 0, BaselineProbes.order(sizes))));
      task.step(hooks.size());
    }
  }

  private record Place(Baseline baseline, HookPoint hook) {}
}
