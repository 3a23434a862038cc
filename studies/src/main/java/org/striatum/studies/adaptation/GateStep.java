package org.striatum.studies.adaptation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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
import org.striatum.probe.run.Folders;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.studies.adaptation.GateArms.Asked;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Question;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.neurons.RunRankings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// Specialises a run's checkpoint to one mode by gates on the neurons that the run has found, and by other adapters; the
/// learned gates are in `gates/MODE/`. A run can hold one per mode.
///
/// Trained and tested trials are kept in `gates/MODE/trials/` until the step is finished.
public record GateStep() implements Study<GateSettings, AdaptationResults> {
  public static final GateStep STUDY = new GateStep();
  /// Arms of reward neurons.
  private static final SortedMap<Asked, AdaptationArm> REWARD = new TreeMap<>(
      Map.of(Asked.VALUE, AdaptationArm.VALUE, Asked.DOPAMINE, AdaptationArm.DOPAMINE));

  @Override
  public StudyDescription<GateSettings, AdaptationResults> about() {
    return StudyDescription
        .of("gate", "Learn gates on neurons of a frozen checkpoint and compare with random sets, BitFit and LoRA.",
            GateSettings.defaults(), AdaptationResults.class)
        .withSeeding(GateSettings::withSeed);
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION_AND_TABLES;
  }

  @Override
  public boolean needsModel() {
    return true;
  }

  @Override
  public boolean hasInstances() {
    return true;
  }

  @Override
  public String instance(GateSettings settings) {
    return settings.mode();
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, GateSettings settings) {
    List<Study<?, ?>> reads = new ArrayList<>(List.of(RolloutStep.STUDY, CaptureStep.STUDY, ProbeStep.STUDY));
    if (settings.arms().has(Asked.DOPAMINE)) {
      reads.add(DopamineStep.STUDY);
    }
    return reads;
  }

  /// Whether a run has the rankings that the mode's sets are taken from.
  public boolean isPrepared(StudyRun run, GateSettings settings) {
    return reads(run, settings).stream().allMatch(run.folder()::has);
  }

  /// The problem set whose rankings are used: the mode, or the family that it shifts.
  public static String ranked(GateSettings settings) {
    return mode(settings).family();
  }

  private static ProblemSet mode(GateSettings settings) {
    return ProblemSets.named(settings.mode()).getFirst();
  }

  private static List<ProblemSet> beside(GateSettings settings) {
    return settings.beside().isEmpty() ? List.of() : ProblemSets.named(String.join(",", settings.beside()));
  }

  /// Refuses more problems than the sets have.
  ///
  /// @throws UsageException saying how many there are
  public static void requireProblems(GateSettings settings) {
    ModeProblems.requireEnough(mode(settings), beside(settings), settings.counts());
  }

  @Override
  public Map<Question, List<Finding>> answers(String checkpoint, AdaptationResults results) {
    return Map.of(Question.ADAPTATION, AdaptationAnswers.places(results));
  }

  @Override
  public Found<AdaptationResults> find(StudyRun run, GateSettings settings) throws IOException {
    HookedModel model = run.hooked();
    Path gates = run.folder().folder().resolve("gates").resolve(settings.mode());
    Path trials = gates.resolve("trials");
    String key = run.key(this, settings).sha256().hex().substring(0, 16);
    AdaptationStudy.Findings findings = study(run, settings, model, TrialStore.in(trials.resolve(key)));
    return Found.only(findings.results()).with(_ -> {
      List<Path> files = new ArrayList<>();
      for (Map.Entry<AdaptationArm, Gates> learned : findings.gates().entrySet()) {
        Path file = gates.resolve(learned.getKey().printed() + ".safetensors");
        LearnedGate.save(file, learned.getValue(), model, settings.mode(), learned.getKey(),
            settings.adaptation().seed(),
            described(settings));
        files.add(file);
      }
      Folders.delete(trials);
      return files;
    });
  }

  /// Gates are learned on new problems, which are asked in plain text.
  ///
  /// @throws UsageException if the run asks in another way, or a set has too few problems
  @Override
  public void prepare(StudyRun run, GateSettings settings) {
    requireProblems(settings);
    if (run.prompts().chat() != null || run.prompts().shots().count() > 0) {
      throw new UsageException("gates are learned on questions alone, as plain text, and this run asked by "
          + run.prompts().printed() + ": make another run");
    }
  }

  private static AdaptationStudy.Findings study(StudyRun run, GateSettings settings, HookedModel model,
      TrialStore store) throws IOException {
    SequencedMap<AdaptationArm, SortedMap<HookPoint, List<Integer>>> sets = sets(model, RunRankings.of(run.folder()),
        settings);
    Set<String> taken = run.rollouts().stream().map(rollout -> rollout.problem().id()).collect(Collectors.toSet());
    ModeProblems problems = ModeProblems.draw(model, mode(settings), beside(settings), settings.counts(), taken,
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
          add(gated, arm.matched(), notes, () -> GatedArm.matched(arm, sets.get(arm), others, scales,
              settings.arms().draws(), settings.adaptation().seed(), notes));
        }
      } else if (settings.arms().has(asked)) {
        notes.add("no arm " + arm + ": the run has no such neurons at " + settings.arms().hooks());
      }
    });
    if (settings.arms().has(Asked.LARGEST)) {
      add(gated, AdaptationArm.LARGEST, notes, () -> GatedArm.largest(sets.get(AdaptationArm.VALUE), scales));
    }
    if (settings.arms().has(Asked.ALL)) {
      gated.add(GatedArm.all(scales));
    }
    return new AdaptationStudy(model, problems, scales, settings.adaptation(), store,
        new AdaptationStudy.Execution(run.batchSize(), run.threads())).run(
            new AdaptationPlan(ranked(settings), settings.arms().setSize(), sets, gated, baselines(settings), notes),
            run.progress());
  }

  private static void add(List<GatedArm> gated, AdaptationArm arm, List<String> notes, Supplier<GatedArm> drawn) {
    try {
      gated.add(drawn.get());
    } catch (NotEnoughData missing) {
      notes.add("no arm " + arm + ": " + missing.getMessage());
    }
  }

  private static Set<AdaptationArm> baselines(GateSettings settings) {
    Set<AdaptationArm> baselines = new TreeSet<>();
    if (settings.arms().has(Asked.BITFIT)) {
      baselines.add(AdaptationArm.BITFIT);
    }
    if (settings.arms().has(Asked.LORA)) {
      baselines.add(AdaptationArm.LORA);
    }
    return baselines;
  }

  /// The reward neurons at the requested hook points, by kind: value always, because it determines the hook points of gates.
  ///
  /// @throws UsageException if the run has not studied the mode there, or a set does not fit a layer
  private static SequencedMap<AdaptationArm, SortedMap<HookPoint, List<Integer>>> sets(HookedModel model,
      RunRankings rankings, GateSettings settings) {
    List<HookPoint> hooks = new ArrayList<>(model.hookPoints(settings.arms().hooks()));
    hooks.forEach(NeuronGate::requireBlock);
    Set<HookPoint> studied = rankings.values().layers().stream()
        .filter(layer -> layer.dataset().equals(ranked(settings)))
        .map(LayerProbes::hook).collect(Collectors.toCollection(TreeSet::new));
    hooks.retainAll(studied);
    if (hooks.isEmpty()) {
      throw new UsageException("the run has ranked no neurons of %s at %s: it has studied %s".formatted(
          ranked(settings), settings.arms().hooks(), studied.isEmpty() ? "other tasks" : studied));
    }
    SequencedMap<AdaptationArm, SortedMap<HookPoint, List<Integer>>> sets = new LinkedHashMap<>();
    REWARD.forEach((asked, arm) -> {
      if (asked == Asked.VALUE || settings.arms().has(asked)) {
        SortedMap<HookPoint, List<Integer>> set = new TreeMap<>();
        for (HookPoint hook : hooks) {
          List<Integer> coordinates = settings.arms().set(arm).at(ranked(settings), hook, rankings);
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

  private static SortedMap<String, String> described(GateSettings settings) {
    SortedMap<String, String> words = new TreeMap<>();
    AdaptationSettings adaptation = settings.adaptation();
    words.put("steps", Integer.toString(adaptation.training().steps()));
    words.put("batch", Integer.toString(adaptation.training().batch()));
    words.put("openness penalty", Double.toString(adaptation.training().opennessPenalty()));
    words.put("sharpness per standard deviation", Double.toString(adaptation.gates().sharpness()));
    words.put("initial threshold in standard deviations", Double.toString(adaptation.gates().start()));
    words.put("set size", settings.arms().setSize());
    return words;
  }
}
