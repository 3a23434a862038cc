package org.striatum.studies.intervention;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.dopamine.SurpriseAblation;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.dopamine.SurpriseResponse.Read;
import org.striatum.probe.intervention.LayerStates;
import org.striatum.probe.intervention.MatchedSets;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredPosition;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Question;
import org.striatum.studies.baselines.BaselineStep;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.ContinuationStep;
import org.striatum.studies.dopamine.ContinuedRollout;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.dopamine.DopamineStepSettings;
import org.striatum.studies.neurons.NeuronSelection;
import org.striatum.studies.neurons.RunRankings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// Reads dopamine neurons at surprising steps of test rollouts while value neurons of a lower hook point are set to zero: in every
/// data set, at the hook point whose dopamine probe was chosen and at the nearest one below it that has value neurons.
public record SurpriseStep() implements Study<SurpriseSettings, SurpriseResults> {
  public static final SurpriseStep STUDY = new SurpriseStep();

  @Override
  public StudyDescription<SurpriseSettings, SurpriseResults> about() {
    return StudyDescription
        .of("surprise", "Read dopamine neurons at surprises while value neurons below them are set to zero.",
            SurpriseSettings.defaults(), SurpriseResults.class)
        .withQuick(SurpriseSettings.quick()).withSeeding(SurpriseSettings::withSeed);
  }

  /// 2: losses are planted.
  @Override
  public int version() {
    return 2;
  }

  @Override
  public Map<Question, List<Finding>> answers(String checkpoint, SurpriseResults results) {
    return Map.of(Question.RESPONSE, SurpriseAnswers.of(results));
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
  public List<StoredPosition> positions(SurpriseSettings settings) {
    return StoredPosition.EVERY;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, SurpriseSettings settings) {
    List<Study<?, ?>> reads = new ArrayList<>(
        List.of(RolloutStep.STUDY, CaptureStep.STUDY, ProbeStep.STUDY, ContinuationStep.STUDY, DopamineStep.STUDY));
    if (NeuronSelection.named(settings.neurons()).needsBaselines()
        || NeuronSelection.named(settings.set()).needsBaselines()) {
      reads.add(BaselineStep.STUDY);
    }
    return reads;
  }

  @Override
  public Found<SurpriseResults> find(StudyRun run, SurpriseSettings settings) throws IOException {
    RunRankings rankings = RunRankings.of(run.folder());
    DopamineStepSettings dopamine = run.folder().settings(DopamineStep.STUDY);
    List<SurpriseResponse> responses = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      List<Rollout> rollouts = run.rollouts();
      List<ContinuedRollout> continued = ContinuedRollout.read(ContinuationStep.file(run.folder()));
      for (StudiedDataset studied : DopamineStep.datasets(run, store, dopamine.values())) {
        List<TokenSequence> sequences = continued.stream().map(one -> rollouts.get(one.line()))
            .filter(rollout -> rollout.problem().dataset().equals(studied.name())).map(Rollout::sequence).toList();
        try {
          responses.add(new Place(studied, rankings, settings).response(run, store, rollouts, sequences,
              new SurpriseAblation(run.hooked().model(), dopamine.study(), settings.effect(), run.progress())));
        } catch (NotEnoughData missing) {
          notes.add(studied.name() + ": " + missing.getMessage());
        }
      }
    }
    return Found.only(new SurpriseResults(responses, notes));
  }

  /// Where a dataset's neurons are read and what is set to zero.
  private record Place(StudiedDataset studied, RunRankings rankings, SurpriseSettings settings) {
    SurpriseResponse response(StudyRun run, ActivationStore store, List<Rollout> rollouts,
        List<TokenSequence> sequences, SurpriseAblation ablation) throws IOException {
      Read neurons = neurons();
      Read ablated = below(neurons.hook());
      ProbeSettings probe = run.folder().settings(ProbeStep.STUDY);
      LayerStates states = LayerStates.read(store, rollouts, studied.split(), studied.name(), ablated.hook(),
          probe.at(), 0, settings.seed());
      RandomStreams streams = new RandomStreams(settings.seed());
      MatchedSets controls = MatchedSets.draw(states.scales().rms(), ablated.coordinates(), List.of(), states.sinks(),
          settings.controls(), MatchedSets.DEFAULT_TOLERANCE, streams.of(studied.name() + " controls"));
      return ablation.run(studied, sequences, neurons, ablated, controls.matched(),
          streams.of(studied.name() + " intervals"));
    }

    /// Those at the hook point that the dopamine study chose, if anything lies below it, else at the highest.
    private Read neurons() {
      NeuronSelection set = NeuronSelection.named(settings.neurons());
      DopamineResults dopamine = rankings.dopamine();
      Optional<HookPoint> chosen = dopamine.chosen(studied.name()).map(LayerDopamine::hook)
          .filter(hook -> hook.compareTo(lowest()) > 0);
      HookPoint hook = chosen.or(() -> dopamine.layers().stream()
          .filter(layer -> layer.dataset().equals(studied.name())).map(LayerDopamine::hook)
          .max(HookPoint::compareTo)).orElseThrow(() -> none("hook points with dopamine neurons"));
      List<Integer> coordinates = set.at(studied.name(), hook, rankings);
      if (coordinates.isEmpty()) {
        throw none("neurons of " + set.name() + " at " + hook);
      }
      return new Read(set.name(), hook, coordinates);
    }

    private HookPoint lowest() {
      return studied.states().firstKey();
    }

    /// What is set to zero at the nearest hook point below.
    private Read below(HookPoint read) {
      NeuronSelection set = NeuronSelection.named(settings.set());
      return studied.states().headMap(read).reversed().keySet().stream()
          .map(hook -> new Read(set.name(), hook, set.at(studied.name(), hook, rankings)))
          .filter(one -> !one.coordinates().isEmpty()).findFirst()
          .orElseThrow(() -> none("hook points below " + read + " with " + set.name()));
    }

    private static NotEnoughData none(String what) {
      return new NotEnoughData("a response to surprises", what, 0, 1);
    }
  }
}
