package org.striatum.studies.intervention;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.neurons.NeuronSet;
import org.striatum.studies.neurons.RunRankings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// Ablates neuron sets on test problems: at one hook point by generation, at the others by log-probability of the
/// reference solution. `results/interventions.json`.
///
/// Primary interventions are fixed before anything is ablated: the dataset whose accuracy is nearest to one half (most to
/// lose), the layer whose TD probe foretells best on validation problems, each set once.
///
/// @param settings of the study
/// @param probe the step that found value neurons, for its split
/// @param graders dataset name to grader, where there is one
public record AblationStep(AblationSettings settings, ProbeStep probe,
    Function<String, Optional<Grader>> graders) {
  public static final String NAME = "interventions";
  private static final String RANKED_BY = "td";

  /// Which hook point was named first.
  public record Primary(String dataset, HookPoint hook) {
    /// @throws IllegalArgumentException if no layer could be studied
    static Primary of(RunRankings rankings, List<NeuronSet> sets) {
      List<LayerProbes> able = new ArrayList<>();
      for (NeuronSet set : sets) { // the first set that has a neuron anywhere
        if (able.isEmpty()) {
          rankings.values().layers().stream()
              .filter(layer -> !set.at(layer.dataset(), layer.hook(), rankings).isEmpty()).forEach(able::add);
        }
      }
      if (able.isEmpty()) {
        able.addAll(rankings.values().layers());
      }
      Map<String, DatasetSummary> summaries = rankings.values().datasets().stream()
          .collect(Collectors.toMap(DatasetSummary::dataset, summary -> summary));
      String dataset = able.stream().map(LayerProbes::dataset).distinct()
          .min(Comparator.comparingDouble(name -> Math.abs(summaries.get(name).accuracy().value() - 0.5)))
          .orElseThrow(() -> new IllegalArgumentException(
              sets.getFirst().name() + " has no neuron at any studied hook point: see the notes of `striatum probe`"));
      return new Primary(dataset, able.stream().filter(layer -> layer.dataset().equals(dataset))
          .max(Comparator.comparingDouble(Primary::validation)).orElseThrow().hook());
    }

    private static double validation(LayerProbes layer) {
      return layer.probes().stream().filter(probe -> probe.probe().equals(RANKED_BY)).findFirst().orElseThrow()
          .validation();
    }
  }

  /// Runs the step unless it is finished.
  public InterventionResults run(StudyRun run, HookedModel model, int batchSize, Progress progress)
      throws IOException {
    RunRankings rankings = RunRankings.of(run.folder());
    settings.sets().forEach(set -> fits(set, rankings));
    List<String> after = new ArrayList<>(List.of(RolloutStep.NAME, CaptureStep.NAME, ProbeStep.NAME));
    if (settings.sets().stream().anyMatch(NeuronSet::needsDopamine)) {
      after.add(DopamineStep.NAME);
    }
    StepKey key = run.key(settings, after.toArray(String[]::new));
    var results = run.folder().results(NAME);
    run.step(NAME, key, List.of(results), () -> {
      Primary primary = Primary.of(rankings, settings.sets());
      run.note().accept("primary interventions, named before any: %s on %s at %s, by generation".formatted(
          settings.sets().stream().map(NeuronSet::name).collect(Collectors.joining(", ")), primary.dataset(),
          primary.hook()));
      try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
        RecordJson.write(results, new AblationArms(settings, rankings, primary, run.rollouts(), store, probe,
            graders, run.folder().manifest().inputs().sampling(), model, batchSize, progress).run());
      }
    });
    return RecordJson.read(results, InterventionResults.class);
  }

  /// Refuses a set that does not fit the run, before any work.
  private static void fits(NeuronSet set, RunRankings rankings) {
    if (set instanceof NeuronSet.Listed listed) {
      listed.requireStudied(rankings.values());
    }
    rankings.values().layers().forEach(layer -> set.at(layer.dataset(), layer.hook(), rankings));
  }
}
