package org.striatum.studies.adaptation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.peft.llm.AdaptationPlan;
import org.striatum.peft.llm.AdaptationSettings;
import org.striatum.peft.llm.AdaptationStudy;
import org.striatum.peft.llm.GatedArm;
import org.striatum.peft.llm.LearnedGate;
import org.striatum.peft.llm.ModeProblems;
import org.striatum.peft.llm.NeuronGate;
import org.striatum.peft.llm.StateScale;
import org.striatum.peft.llm.TrialStore;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.studies.adaptation.GateArms.Asked;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.neurons.RunRankings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// Specialises a run's checkpoint to one mode by gates on the neurons that the run has found, and by other means:
/// `results/gate@MODE.json`, and the learned gates in `gates/MODE/`.
///
/// Trained and tested trials are kept in `gates/MODE/trials/` until the step is finished.
///
/// @param settings of the study
public record GateStep(GateSettings settings) {
  private static final String NAME = "gate@";
  /// Arms of reward neurons.
  private static final SortedMap<Asked, AdaptationArm> REWARD = new TreeMap<>(
      Map.of(Asked.VALUE, AdaptationArm.VALUE, Asked.DOPAMINE, AdaptationArm.DOPAMINE));

  /// Whether a step of a run is one of these.
  public static boolean is(Manifest.Step step) {
    return step.name().startsWith(NAME);
  }

  /// Whether the run has ranked what the mode's sets are cut from: with dopamine neurons if those are asked for.
  public boolean isPrepared(RunFolder folder) {
    return ProbeStep.isFinishedIn(folder)
        && (!settings.arms().has(Asked.DOPAMINE) || folder.manifest().step(DopamineStep.NAME).isPresent());
  }

  /// The problem set whose rankings are used: the mode, or the family that it shifts.
  public String ranked() {
    return mode().family();
  }

  private ProblemSet mode() {
    return ProblemSets.named(settings.mode()).getFirst();
  }

  /// Runs the step unless it is finished.
  ///
  /// @param threads of the runtime; 0 for one a core
  public AdaptationResults run(StudyRun run, HookedModel model, int batchSize, int threads, Progress progress)
      throws IOException {
    RunFolder folder = run.folder();
    RunRankings rankings = RunRankings.of(folder);
    SequencedMap<AdaptationArm, SortedMap<HookPoint, List<Integer>>> sets = sets(model, rankings);
    List<String> after = new ArrayList<>(List.of(RolloutStep.NAME, CaptureStep.NAME, ProbeStep.NAME));
    if (settings.arms().has(Asked.DOPAMINE)) {
      after.add(DopamineStep.NAME);
    }
    String name = NAME + settings.mode();
    StepKey key = run.key(settings, after.toArray(String[]::new));
    Path results = folder.results(name);
    Path gates = folder.folder().resolve("gates").resolve(settings.mode());
    if (folder.isFinished(name, key)) {
      run.note().accept(name + ": finished before, kept");
      return RecordJson.read(results, AdaptationResults.class);
    }
    Path trials = gates.resolve("trials").resolve(key.sha256().hex().substring(0, 16));
    AdaptationStudy.Findings findings = study(run, model, sets, TrialStore.in(trials), batchSize, threads, progress);
    List<Path> outputs = new ArrayList<>(List.of(results));
    for (Map.Entry<AdaptationArm, Gates> learned : findings.gates().entrySet()) {
      Path file = gates.resolve(learned.getKey().printed() + ".safetensors");
      LearnedGate.save(file, learned.getValue(), model, settings.mode(), learned.getKey(), settings.adaptation().seed(),
          described());
      outputs.add(file);
    }
    RecordJson.write(results, findings.results());
    folder.finish(name, key, outputs, run.environment());
    delete(gates.resolve("trials"));
    return findings.results();
  }

  private AdaptationStudy.Findings study(StudyRun run, HookedModel model,
      SequencedMap<AdaptationArm, SortedMap<HookPoint, List<Integer>>> sets, TrialStore store, int batchSize,
      int threads,
      Progress progress) throws IOException {
    Set<String> taken = run.rollouts().stream().map(rollout -> rollout.problem().id()).collect(Collectors.toSet());
    List<ProblemSet> beside = settings.beside().isEmpty()
        ? List.of()
        : ProblemSets.named(String.join(",", settings.beside()));
    ModeProblems problems = ModeProblems.draw(model, mode(), beside, settings.counts(), taken,
        settings.adaptation().seed());
    Set<HookPoint> hooks = new TreeSet<>();
    sets.values().forEach(set -> hooks.addAll(set.keySet()));
    Map<HookPoint, StateScale> scales = StateScale.of(model, problems.training().items(), hooks);
    List<String> notes = new ArrayList<>();
    List<GatedArm> gated = new ArrayList<>();
    REWARD.forEach((asked, arm) -> {
      if (settings.arms().has(asked) && sets.containsKey(arm)) {
        gated.add(GatedArm.of(arm, sets.get(arm)));
        if (settings.arms().has(Asked.RANDOM)) {
          List<SortedMap<HookPoint, List<Integer>>> others = sets.entrySet().stream()
              .filter(other -> other.getKey() != arm).map(Map.Entry::getValue).toList();
          gated.add(GatedArm.matched(arm, sets.get(arm), others, scales, settings.arms().draws(),
              settings.adaptation().seed(), notes));
        }
      } else if (settings.arms().has(asked)) {
        notes.add("no arm " + arm + ": the run has no such neurons at " + settings.arms().hooks());
      }
    });
    if (settings.arms().has(Asked.LARGEST)) {
      gated.add(GatedArm.largest(sets.get(AdaptationArm.VALUE), scales));
    }
    if (settings.arms().has(Asked.ALL)) {
      gated.add(GatedArm.all(scales));
    }
    return new AdaptationStudy(model, problems, scales, settings.adaptation(), store,
        new AdaptationStudy.Execution(batchSize, threads)).run(
            new AdaptationPlan(ranked(), settings.arms().setSize(), sets, gated, baselines(), notes), progress);
  }

  private Set<AdaptationArm> baselines() {
    Set<AdaptationArm> baselines = new TreeSet<>();
    if (settings.arms().has(Asked.BITFIT)) {
      baselines.add(AdaptationArm.BITFIT);
    }
    if (settings.arms().has(Asked.LORA)) {
      baselines.add(AdaptationArm.LORA);
    }
    return baselines;
  }

  /// The reward neurons at the hook points that were asked for, by kind: value always, for it says where gates stand.
  ///
  /// @throws IllegalArgumentException if the run has not studied the mode there, or a set does not fit a layer
  private SequencedMap<AdaptationArm, SortedMap<HookPoint, List<Integer>>> sets(HookedModel model,
      RunRankings rankings) {
    List<HookPoint> hooks = new ArrayList<>(model.hookPoints(settings.arms().hooks()));
    hooks.forEach(NeuronGate::requireBlock);
    Set<HookPoint> studied = rankings.values().layers().stream().filter(layer -> layer.dataset().equals(ranked()))
        .map(LayerProbes::hook).collect(Collectors.toCollection(TreeSet::new));
    hooks.retainAll(studied);
    if (hooks.isEmpty()) {
      throw new IllegalArgumentException("the run has ranked no neurons of %s at %s: it has studied %s".formatted(
          ranked(), settings.arms().hooks(), studied.isEmpty() ? "other tasks" : studied));
    }
    SequencedMap<AdaptationArm, SortedMap<HookPoint, List<Integer>>> sets = new LinkedHashMap<>();
    REWARD.forEach((asked, arm) -> {
      if (asked == Asked.VALUE || settings.arms().has(asked)) {
        SortedMap<HookPoint, List<Integer>> set = new TreeMap<>();
        for (HookPoint hook : hooks) {
          List<Integer> coordinates = settings.arms().set(arm).at(ranked(), hook, rankings);
          if (!coordinates.isEmpty()) {
            set.put(hook, coordinates);
          }
        }
        if (!set.isEmpty()) {
          sets.put(arm, set);
        }
      }
    });
    return sets;
  }

  private SortedMap<String, String> described() {
    SortedMap<String, String> words = new TreeMap<>();
    AdaptationSettings adaptation = settings.adaptation();
    words.put("steps", Integer.toString(adaptation.training().steps()));
    words.put("batch", Integer.toString(adaptation.training().batch()));
    words.put("openness penalty", Double.toString(adaptation.training().opennessPenalty()));
    words.put("sharpness per deviation", Double.toString(adaptation.gates().sharpness()));
    words.put("first threshold in deviations", Double.toString(adaptation.gates().start()));
    words.put("set size", settings.arms().setSize());
    return words;
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  /// What a run's adaptation studies found, mode by mode.
  public static List<AdaptationResults> results(RunFolder folder) throws IOException {
    List<AdaptationResults> all = new ArrayList<>();
    for (Manifest.Step step : folder.manifest().steps()) {
      if (is(step)) {
        all.add(RecordJson.read(folder.results(step.name()), AdaptationResults.class));
      }
    }
    return all;
  }
}
