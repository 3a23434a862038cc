package org.striatum.studies.transfer;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.transfer.ComparedRun.ComparedDataset;
import org.striatum.probe.transfer.ComparedRun;
import org.striatum.probe.transfer.PromptStates;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.transfer.TransferSettings;
import org.striatum.probe.transfer.TransferStudy;
import org.striatum.probe.value.Trajectories;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// Compares value neurons across a run's datasets and across runs: `results/transfer.json` of the first run. The others
/// are only read.
///
/// @param settings of the study
/// @param seed of the study
public record CompareStep(TransferSettings settings, long seed) {
  public static final String NAME = "transfer";
  /// Of prompt states that are held while many runs are compared.
  private static final long KEPT_BYTES = 256L << 20;

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
    StepKey key = key(run, others);
    if (others.size() == 1 && !curves) {
      requireCommonBasis(run, others.getFirst(), new TransferStudy(settings, seed));
    }
    var results = run.folder().results(NAME);
    run.step(NAME, key, List.of(results), () -> RecordJson.write(results, study(run, others, progress)));
    return RecordJson.read(results, TransferResults.class);
  }

  public StepKey key(StudyRun run, List<StudyRun> others) {
    List<SortedMap<String, Sha256>> outputs = others.stream().map(other -> outputs(other.folder())).toList();
    return run.key(new Key(settings, seed, outputs), RolloutStep.NAME, CaptureStep.NAME, ProbeStep.NAME);
  }

  /// What the step writes, computed.
  public TransferResults study(StudyRun run, List<StudyRun> others, Progress progress) throws IOException {
    List<StudyRun> all = new ArrayList<>(List.of(run));
    all.addAll(others);
    try (Opened opened = Opened.of(all)) {
      return new TransferStudy(settings, seed).run(opened.runs(), progress);
    }
  }

  /// Whether the coordinates of each pair of runs can be compared one by one. Prompt states are read run by run and kept as
  /// long as all that are kept fit into [#KEPT_BYTES]; the others are read again for every pair.
  ///
  /// @param runs names, distinct → run folders after `probe`
  public List<Basis> bases(SequencedMap<String, RunFolder> runs, Progress progress) throws IOException {
    TransferStudy study = new TransferStudy(settings, seed);
    List<Map.Entry<String, RunFolder>> all = List.copyOf(runs.entrySet());
    Map<String, PromptStates> kept = new HashMap<>();
    List<Basis> bases = new ArrayList<>();
    try (Progress.Task task = progress.start("bases", all.size() * (all.size() - 1L) / 2, "pair")) {
      for (int i = 0; i < all.size() - 1; i++) {
        PromptStates first = promptStates(all.get(i), kept);
        for (Map.Entry<String, RunFolder> other : all.subList(i + 1, all.size())) {
          bases.add(study.basis(first, promptStates(other, kept)));
          task.step(1);
        }
      }
    }
    return bases;
  }

  private static PromptStates promptStates(Map.Entry<String, RunFolder> run, Map<String, PromptStates> kept)
      throws IOException {
    PromptStates known = kept.get(run.getKey());
    if (known != null) {
      return known;
    }
    try (ActivationStore store = ActivationStore.open(run.getValue().activations())) {
      PromptStates read = PromptStates.of(Opened.compared(run.getKey(), run.getValue(), store));
      if (kept.values().stream().mapToLong(PromptStates::bytes).sum() + read.bytes() <= KEPT_BYTES) {
        kept.put(run.getKey(), read);
      }
      return read;
    }
  }

  private static void requireCommonBasis(StudyRun run, StudyRun other, TransferStudy study) throws IOException {
    try (Opened opened = Opened.of(List.of(run, other))) {
      Basis basis = study.basis(PromptStates.of(opened.runs().getFirst()), PromptStates.of(opened.runs().getLast()));
      if (!basis.common()) {
        throw new IllegalArgumentException("%s and %s cannot be compared coordinate by coordinate, %s: give --curves"
            .formatted(basis.first(), basis.second(), basis.reason()) + " to compare what needs no basis");
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
      List<String> names = names(all);
      List<ActivationStore> stores = new ArrayList<>();
      try {
        List<ComparedRun> runs = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
          ActivationStore store = ActivationStore.open(all.get(i).folder().activations());
          stores.add(store);
          runs.add(compared(names.get(i), all.get(i).folder(), store));
        }
        return new Opened(runs, stores);
      } catch (IOException | RuntimeException e) {
        for (ActivationStore store : stores) {
          store.close();
        }
        throw e;
      }
    }

    static ComparedRun compared(String name, RunFolder run, ActivationStore store) throws IOException {
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
