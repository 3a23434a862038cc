package org.striatum.cli.step;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.RunFolder;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.StepKey;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.transfer.ComparedRun;
import org.striatum.probe.transfer.ComparedRun.ComparedDataset;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.transfer.TransferSettings;
import org.striatum.probe.transfer.TransferStudy;
import org.striatum.probe.value.Trajectories;

/// Compares value neurons across a run's datasets and across runs: `results/transfer.json` of the first run. The others
/// are only read.
///
/// @param settings of the study
/// @param seed of the study
public record CompareStep(TransferSettings settings, long seed) {
  static final String NAME = "transfer";

  private record Key(TransferSettings settings, long seed, List<SortedMap<String, Sha256>> others) {}

  /// Runs the step unless it is finished.
  ///
  /// @param run the first, written to
  /// @param others may be empty
  /// @param curves whether two runs without a common basis are compared all the same, by curves
  /// @throws IllegalArgumentException if there is one other run only, it shares no basis with the first, and curves do not
  ///     do; or a run has not finished `probe`
  public TransferResults run(StudyRun run, List<StudyRun> others, boolean curves, Progress progress)
      throws IOException {
    List<StudyRun> all = new ArrayList<>(List.of(run));
    all.addAll(others);
    List<SortedMap<String, Sha256>> outputs = new ArrayList<>();
    for (StudyRun other : others) {
      outputs.add(outputs(other.folder()));
    }
    StepKey key = run.key(new Key(settings, seed, outputs), RolloutStep.NAME, CaptureStep.NAME, ProbeStep.NAME);
    if (others.size() == 1 && !curves) {
      requireCommonBasis(all);
    }
    var results = run.folder().results(NAME);
    run.step(NAME, key, List.of(results), () -> {
      try (Opened opened = Opened.of(all)) {
        RecordJson.write(results, new TransferStudy(settings, seed).run(opened.runs(), progress));
      }
    });
    return RecordJson.read(results, TransferResults.class);
  }

  /// Whether the coordinates of each pair of runs can be compared one by one.
  ///
  /// @param runs names, distinct → run folders after `probe`
  public List<Basis> bases(SequencedMap<String, RunFolder> runs) throws IOException {
    try (Opened opened = Opened.of(List.copyOf(runs.keySet()), List.copyOf(runs.values()))) {
      return new TransferStudy(settings, seed).bases(opened.runs());
    }
  }

  private void requireCommonBasis(List<StudyRun> all) throws IOException {
    try (Opened opened = Opened.of(all)) {
      for (Basis basis : new TransferStudy(settings, seed).bases(opened.runs())) {
        if (!basis.common()) {
          throw new IllegalArgumentException("%s and %s cannot be compared coordinate by coordinate, %s: give --curves"
              .formatted(basis.first(), basis.second(), basis.reason()) + " to compare what needs no basis");
        }
      }
    }
  }

  /// Everything a run's comparison stands on, by checksum.
  private static SortedMap<String, Sha256> outputs(RunFolder folder) {
    SortedMap<String, Sha256> outputs = new TreeMap<>();
    for (String step : List.of(RolloutStep.NAME, CaptureStep.NAME, ProbeStep.NAME)) {
      StudyRun.requireFinished(folder, step);
      outputs.putAll(folder.manifest().step(step).orElseThrow().outputs());
    }
    return outputs;
  }

  /// The runs with their stores, which stay open until the study is done.
  private record Opened(List<ComparedRun> runs, List<ActivationStore> stores) implements Closeable {
    static Opened of(List<StudyRun> all) throws IOException {
      return of(names(all), all.stream().map(StudyRun::folder).toList());
    }

    static Opened of(List<String> names, List<RunFolder> all) throws IOException {
      List<ActivationStore> stores = new ArrayList<>();
      try {
        List<ComparedRun> runs = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
          ActivationStore store = ActivationStore.open(all.get(i).activations());
          stores.add(store);
          runs.add(compared(names.get(i), all.get(i), store));
        }
        return new Opened(runs, stores);
      } catch (IOException | RuntimeException e) {
        for (ActivationStore store : stores) {
          store.close();
        }
        throw e;
      }
    }

    private static ComparedRun compared(String name, RunFolder run, ActivationStore store) throws IOException {
      List<Rollout> rollouts = StudyRun.rollouts(run);
      ProbeStep probe = ProbeStep.finishedIn(run);
      List<ComparedDataset> datasets = new ArrayList<>();
      for (Map.Entry<String, List<Rollout>> data : ProbeStep.byDataset(rollouts).entrySet()) {
        SortedMap<HookPoint, Trajectories> states = new TreeMap<>();
        store.hooks().forEach(
            hook -> states.put(hook, StoredTrajectories.ofDataset(store, rollouts, data.getKey(), hook)));
        if (data.getValue().stream().map(rollout -> rollout.problem().id()).distinct().count() >= 3) {
          datasets.add(new ComparedDataset(data.getKey(), probe.split(data.getValue()), states));
        }
      }
      return new ComparedRun(name, run.manifest().inputs().checkpoint().modelType(), datasets,
          ProbeStep.results(run));
    }

    /// Names of the checkpoints; where two are equal, the later ones are numbered.
    private static List<String> names(List<StudyRun> all) {
      List<String> names = new ArrayList<>();
      for (StudyRun run : all) {
        String name = run.folder().manifest().inputs().checkpoint().name();
        String distinct = name;
        for (int n = 2; names.contains(distinct); n++) {
          distinct = name + " (" + n + ")";
        }
        names.add(distinct);
      }
      return names;
    }

    @Override
    public void close() throws IOException {
      for (ActivationStore store : stores) {
        store.close();
      }
    }
  }
}
