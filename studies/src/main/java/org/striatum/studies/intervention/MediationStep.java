package org.striatum.studies.intervention;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.striatum.probe.intervention.LayerStates;
import org.striatum.probe.intervention.MatchedSets;
import org.striatum.probe.intervention.MediationResults.Mediation;
import org.striatum.probe.intervention.MediationResults;
import org.striatum.probe.intervention.MediationStudy.Tested;
import org.striatum.probe.intervention.MediationStudy;
import org.striatum.probe.intervention.RunPair;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.store.StoredPosition;
import org.striatum.studies.baselines.BaselineStep;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.neurons.NeuronSelection;
import org.striatum.studies.neurons.RunRankings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// Puts a set's coordinates of a right run into a wrong run of the same test problem, and back, in every data set at every hook point
/// that was probed.
public record MediationStep() implements Study<MediationSettings, MediationResults> {
  public static final MediationStep STUDY = new MediationStep();

  @Override
  public StudyDescription<MediationSettings, MediationResults> about() {
    return StudyDescription
        .of("mediate", "Put coordinates of right runs into wrong runs of the same problems, and back.",
            MediationSettings.defaults(), MediationResults.class)
        .withSeeding(MediationSettings::withSeed);
  }

  @Override
  public boolean needsModel() {
    return true;
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION;
  }

  /// Means, scales and donors are those of all tokens.
  @Override
  public List<StoredPosition> positions(MediationSettings settings) {
    return StoredPosition.EVERY;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, MediationSettings settings) {
    List<Study<?, ?>> reads = new ArrayList<>(List.of(RolloutStep.STUDY, CaptureStep.STUDY, ProbeStep.STUDY));
    NeuronSelection set = NeuronSelection.named(settings.set());
    if (set.needsDopamine()) {
      reads.add(DopamineStep.STUDY);
    }
    if (set.needsBaselines()) {
      reads.add(BaselineStep.STUDY);
    }
    return reads;
  }

  /// @throws UsageException if no problem has several rollouts
  @Override
  public void prepare(StudyRun run, MediationSettings settings) throws IOException {
    long problems = run.rollouts().stream().map(rollout -> rollout.problem().id()).distinct().count();
    if (problems == run.rollouts().size()) {
      throw new UsageException(
          "mediation compares right and wrong runs of one problem: this run has one rollout of each,"
              + " it needs at least 2");
    }
  }

  @Override
  public Found<MediationResults> find(StudyRun run, MediationSettings settings) throws IOException {
    NeuronSelection set = NeuronSelection.named(settings.set());
    RunRankings rankings = RunRankings.of(run.folder());
    ProbeSettings probe = run.folder().settings(ProbeStep.STUDY);
    List<Rollout> rollouts = run.rollouts();
    RandomStreams streams = new RandomStreams(settings.seed());
    List<Mediation> found = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      Map<String, List<Rollout>> datasets = ProblemSplit.byDataset(rollouts);
      for (LayerProbes layer : rankings.values().layers()) {
        String dataset = layer.dataset();
        List<Integer> target = set.at(dataset, layer.hook(), rankings);
        if (target.isEmpty()) {
          notes.add("%s: no %s at %s".formatted(dataset, set.name(), layer.hook()));
          continue;
        }
        Split split = probe.split().of(datasets.get(dataset));
        try {
          LayerStates states = LayerStates.read(store, rollouts, split, dataset, layer.hook(), probe.at(), 0,
              settings.seed());
          MatchedSets controls = MatchedSets.draw(states.scales().rms(), target, List.of(), states.sinks(),
              settings.controls(), MatchedSets.DEFAULT_TOLERANCE, streams.of(dataset + layer.hook() + " controls"));
          if (controls.matched().isEmpty()) {
            notes.add(dataset + ", " + layer.hook() + ": no controls, " + controls.matching().refused());
          }
          found.addAll(new MediationStudy(run.hooked().model(), run.progress()).run(
              new Tested(dataset, layer.hook(), set.name(), target, controls.matched()),
              pairs(datasets.get(dataset), split, settings.pairs()),
              streams.of(dataset + layer.hook() + " intervals")));
        } catch (NotEnoughData missing) {
          notes.add(missing.getMessage());
        }
      }
    }
    return Found.only(new MediationResults(found, notes));
  }

  /// The first right and the first wrong run of each test problem that differ before their last tokens.
  static List<RunPair> pairs(List<Rollout> rollouts, Split split, int most) {
    Map<String, List<Rollout>> ofProblem = new LinkedHashMap<>();
    rollouts.stream().filter(rollout -> split.of(rollout.problem().id()) == Split.Fold.TEST)
        .forEach(rollout -> ofProblem.computeIfAbsent(rollout.problem().id(), _ -> new ArrayList<>()).add(rollout));
    return ofProblem.entrySet().stream().flatMap(problem -> pair(problem.getKey(), problem.getValue()).stream())
        .limit(most).toList();
  }

  private static Optional<RunPair> pair(String problem, List<Rollout> runs) {
    Optional<Rollout> right = runs.stream().filter(run -> run.reward() == 1).findFirst();
    Optional<Rollout> wrong = runs.stream().filter(run -> run.reward() == 0).findFirst();
    if (right.isEmpty() || wrong.isEmpty()) {
      return Optional.empty();
    }
    int[] a = right.get().tokens();
    int[] b = wrong.get().tokens();
    int differ = Arrays.mismatch(a, b);
    int behind = differ + 1; // the first token in which they differ belongs to both beginnings
    return differ < right.get().promptLength() || behind >= a.length || behind >= b.length
        ? Optional.empty()
        : Optional.of(new RunPair(problem, new TokenSequence(a, behind), new TokenSequence(b, behind)));
  }
}
