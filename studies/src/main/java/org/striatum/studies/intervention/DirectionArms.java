package org.striatum.studies.intervention;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.DirectionPlan;
import org.striatum.probe.intervention.DirectionPlan.DirectionTreatment;
import org.striatum.probe.intervention.InterventionStudy;
import org.striatum.probe.intervention.LayerStates;
import org.striatum.probe.intervention.MatchedDirections;
import org.striatum.probe.intervention.MatchedSets;
import org.striatum.probe.intervention.MeasuredIntervention;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.studies.neurons.DirectionSelection;
import org.striatum.studies.neurons.RunRankings;

/// Every arm of the directions of one intervention study. What cannot be done becomes a note.
///
/// @param settings of the study
/// @param rankings whose probes say which hook point is the primary one
/// @param study that measures
/// @param items it is measured on
/// @param states of a dataset at a hook point, with [#STATES] of them
/// @param interventions receives what was measured
/// @param notes receives what could not be
record DirectionArms(AblationSettings settings, RunRankings rankings, InterventionStudy study, TestItems items,
    BiFunction<String, HookPoint, LayerStates> states, List<MeasuredIntervention> interventions, List<String> notes) {
  /// Training states that say what a direction carries.
  static final int STATES = 512;

  /// Measures a direction: at its primary hook point by generation, at each of its hook points by log-probability, and at all
  /// of them at once.
  ///
  /// @param directions by hook point
  void run(DirectionSelection selection, SortedMap<HookPoint, Direction> directions) throws IOException {
    List<LayerProbes> layers = rankings.values().layers().stream()
        .filter(layer -> directions.containsKey(layer.hook())).toList();
    if (layers.isEmpty()) {
      notes.add(selection.name() + " has no direction at a hook point that could be studied");
      return;
    }
    AblationStep.Primary primary = AblationStep.Primary.among(layers, rankings);
    List<DirectionTreatment> treatments = settings.directionKinds().stream()
        .map(kind -> new DirectionTreatment(kind, kind == AblationKind.ADD ? selection.times() : Double.NaN)).toList();
    for (LayerProbes layer : layers) {
      boolean first = layer.dataset().equals(primary.dataset()) && layer.hook().equals(primary.hook());
      if (first || settings.layers().contains(AblationSettings.Layers.EACH)) {
        one(selection, directions.get(layer.hook()), layer.dataset(), first, treatments);
      }
    }
    List<LayerProbes> own = layers.stream().filter(layer -> layer.dataset().equals(primary.dataset())).toList();
    if (settings.layers().contains(AblationSettings.Layers.ALL) && own.size() > 1) {
      attempt(selection, "all hook points", () -> {
        RandomGenerator random = random(selection, primary.dataset() + "all");
        List<DirectionPlan.Cut> cuts = new ArrayList<>();
        for (LayerProbes layer : own) {
          cuts.add(cut(layer.dataset(), directions.get(layer.hook()), settings.measures().logProbabilityControls(),
              random));
        }
        interventions.add(study.logProbability(
            plan(false, primary.dataset(), selection, cuts, treatments.getFirst()), items.solutions(primary.dataset()),
            true, random));
      });
    }
  }

  private void one(DirectionSelection selection, Direction direction, String dataset, boolean first,
      List<DirectionTreatment> treatments) throws IOException {
    String where = direction.hook().toString();
    RandomGenerator random = random(selection, dataset + where);
    if (first) {
      attempt(selection, where, () -> interventions.add(study.accuracy(
          plan(true, dataset, selection,
              List.of(cut(dataset, direction, settings.measures().controls(), random)), treatments.getFirst()),
          items.attempts(dataset), items.generation(dataset), random)));
    }
    boolean measured = !first || settings.measuresPrimaryByLogProbability();
    for (DirectionTreatment treatment : !measured
        ? List.<DirectionTreatment>of()
        : first ? treatments : treatments.subList(0, 1)) {
      attempt(selection, where, () -> interventions.add(study.logProbability(
          plan(false, dataset, selection,
              List.of(cut(dataset, direction, settings.measures().logProbabilityControls(), random)), treatment),
          items.solutions(dataset), first, random)));
    }
  }

  private DirectionPlan plan(boolean primary, String dataset, DirectionSelection selection,
      List<DirectionPlan.Cut> cuts, DirectionTreatment treatment) {
    return new DirectionPlan(primary, dataset, selection.name(), cuts, treatment, settings.positions());
  }

  private DirectionPlan.Cut cut(String dataset, Direction direction, int count, RandomGenerator random) {
    return new DirectionPlan.Cut(direction,
        MatchedDirections.draw(direction, states.apply(dataset, direction.hook()).donors(), count,
            MatchedSets.DEFAULT_TOLERANCE, random));
  }

  private RandomGenerator random(DirectionSelection selection, String stream) {
    return new RandomStreams(settings.seed()).of(stream + selection.name());
  }

  /// Work that may turn out to be impossible.
  private interface Work {
    void run() throws IOException;
  }

  private void attempt(DirectionSelection selection, String where, Work work) throws IOException {
    try {
      work.run();
    } catch (NotEnoughData missing) {
      notes.add(selection.name() + " at " + where + ": " + missing.getMessage());
    }
  }
}
