package org.striatum.studies.transfer;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.transfer.ComparedRun;
import org.striatum.probe.transfer.ComparedRun.ComparedDataset;
import org.striatum.probe.transfer.PromptStates;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.transfer.TransferStudy;
import org.striatum.probe.value.Trajectories;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Question;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.capture.SavedStatesStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// Compares value neurons across a run's data sets and across runs. The others are only read.
///
/// @param others other run folders; may be empty
/// @param curves whether two runs without a common basis are still compared, by curves
public record CompareStep(List<RunFolder> others, boolean curves) implements Study<CompareSettings, TransferResults> {
  /// A run's own data sets.
  public static final CompareStep STUDY = new CompareStep(List.of(), true);
  private static final List<Study<?, ?>> READ = List.of(RolloutStep.STUDY, CaptureStep.STUDY, ProbeStep.STUDY);

  public CompareStep {
    others = List.copyOf(others);
  }

  @Override
  public StudyDescription<CompareSettings, TransferResults> about() {
    return StudyDescription
        .of("compare", "Compare value neurons across a run's data sets and across runs.", CompareSettings.defaults(),
            TransferResults.class)
        .withSeeding(CompareSettings::withSeed);
  }

  /// 2: ceilings, tests over all pairs, planted overlaps.
  @Override
  public int version() {
    return 2;
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION_AND_TABLES;
  }

  @Override
  public Scope scope() {
    return Scope.COMPARISON;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, CompareSettings settings) {
    return READ;
  }

  /// The files of the other runs that the comparison reads, by checksum.
  @Override
  public Object inputs(StudyRun run, CompareSettings settings) {
    return others.stream().map(CompareStep::outputs).toList();
  }

  /// @throws UsageException if there is only one other run, it shares no basis with the first, and `curves` is false
  @Override
  public void prepare(StudyRun run, CompareSettings settings) throws IOException {
    if (others.size() == 1 && !curves) {
      requireCommonBasis(run.folder(), others.getFirst(), new TransferStudy(settings.study(), settings.seed()));
    }
  }

  @Override
  public Map<Question, List<Finding>> answers(String checkpoint, TransferResults results) {
    return TransferAnswers.of(checkpoint, results);
  }

  @Override
  public Found<TransferResults> find(StudyRun run, CompareSettings settings) throws IOException {
    List<RunFolder> all = new ArrayList<>(List.of(run.folder()));
    all.addAll(others);
    try (Opened opened = Opened.of(all)) {
      return Found.only(
          new TransferStudy(settings.study(), settings.seed(), run.pieces()).run(opened.runs(), run.progress()));
    }
  }

  /// What tells whether two runs share a basis, read with the run's store open once.
  ///
  /// @param run after `probe`
  public static PromptStates promptStates(String name, RunFolder run) throws IOException {
    try (ActivationStore store = ActivationStore.open(run.activations())) {
      return PromptStates.of(name, run.manifest().inputs().checkpoint().modelType(), Opened.weights(run),
          Opened.datasets(run, store));
    }
  }

  private static void requireCommonBasis(RunFolder run, RunFolder other, TransferStudy study) throws IOException {
    try (Opened opened = Opened.of(List.of(run, other))) {
      Basis basis = study.basis(PromptStates.of(opened.runs().getFirst()), PromptStates.of(opened.runs().getLast()));
      if (!basis.common()) {
        throw new UsageException(
            "%s and %s cannot be compared coordinate by coordinate, %s; curves need no common basis"
                .formatted(basis.first(), basis.second(), basis.reason()));
      }
    }
  }

  /// Everything that a run's comparison depends on, by checksum.
  private static SortedMap<String, Sha256> outputs(RunFolder folder) {
    SortedMap<String, Sha256> outputs = new TreeMap<>();
    for (Study<?, ?> read : READ) {
      for (String step : folder.requireFinished(read)) {
        outputs.putAll(folder.manifest().step(step).orElseThrow().outputs());
      }
    }
    return outputs;
  }

  /// The runs with their stores, which stay open until the study is done.
  private record Opened(List<ComparedRun> runs, List<ActivationStore> stores) implements Closeable {
    static Opened of(List<RunFolder> all) throws IOException {
      requirePromptEnds(all);
      List<String> names = names(all);
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

    /// States of different runs are compared where their texts are the same.
    private static void requirePromptEnds(List<RunFolder> all) throws IOException {
      for (RunFolder run : all) {
        StatePosition position = run.settings(ProbeStep.STUDY).at();
        if (all.size() > 1 && position != StatePosition.PROMPT_END) {
          throw new UsageException(
              "runs are compared at the ends of their prompts, which they share: %s reads value at %s"
                  .formatted(run.folder(), position.printed()));
        }
      }
    }

    static ComparedRun compared(String name, RunFolder run, ActivationStore store) throws IOException {
      return new ComparedRun(name, run.manifest().inputs().checkpoint().modelType(), weights(run),
          datasets(run, store), run.results(ProbeStep.STUDY));
    }

    static List<ComparedDataset> datasets(RunFolder run, ActivationStore store) throws IOException {
      List<Rollout> rollouts = StudyRun.rollouts(run);
      ProbeSettings probe = run.settings(ProbeStep.STUDY);
      ProblemSplit split = probe.split();
      List<ComparedDataset> datasets = new ArrayList<>();
      for (Map.Entry<String, List<Rollout>> data : ProblemSplit.byDataset(rollouts).entrySet()) {
        SortedMap<HookPoint, Trajectories> states = new TreeMap<>();
        store.hooks().forEach(
            hook -> states.put(hook, StoredTrajectories.ofDataset(store, rollouts, data.getKey(), hook, probe.at())));
        if (data.getValue().stream().map(rollout -> rollout.problem().id()).distinct()
            .count() >= ProblemSplit.LEAST_PROBLEMS) {
          datasets.add(new ComparedDataset(data.getKey(), split.of(data.getValue()), states));
        }
      }
      return datasets;
    }

    static String weights(RunFolder run) {
      Manifest.Checkpoint checkpoint = run.manifest().inputs().checkpoint();
      return SavedStatesStep.isWithoutModel(checkpoint) ? null : checkpoint.files().toString();
    }

    /// Names of the checkpoints; if two are equal, the later ones are numbered.
    private static List<String> names(List<RunFolder> all) {
      List<String> names = new ArrayList<>();
      for (RunFolder run : all) {
        String name = run.manifest().inputs().checkpoint().name();
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
