package org.striatum.studies.intervention;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.CurveKind;
import org.striatum.probe.intervention.CurveStudy;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Curve;
import org.striatum.probe.intervention.InterventionStudy;
import org.striatum.probe.intervention.InterventionStudy.Cut;
import org.striatum.probe.intervention.InterventionStudy.Plan;
import org.striatum.probe.intervention.LayerStates;
import org.striatum.probe.intervention.MatchedSets;
import org.striatum.probe.intervention.MeasuredIntervention;
import org.striatum.probe.intervention.NamedSet;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.studies.neurons.DirectionSelection;
import org.striatum.studies.neurons.NeuronSelection;
import org.striatum.studies.neurons.RunRankings;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// Every arm of one intervention study, hook point by hook point: what lies at one is read once. What cannot be done
/// becomes a note and costs the rest nothing.
final class AblationArms {
  private final AblationSettings settings;
  private final RunRankings rankings;
  private final AblationStep.Primary primary;
  private final List<Rollout> rollouts;
  private final ActivationStore store;
  private final StudyRun run;
  private final TestItems items;
  private final InterventionStudy study;
  private final CurveStudy curveStudy;
  private final StatePosition position;
  private final Map<String, Split> splits = new LinkedHashMap<>();

  private final List<MeasuredIntervention> interventions = new ArrayList<>();
  private final List<Curve> curves = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /// @param store of the run's hidden states
  AblationArms(AblationSettings settings, RunRankings rankings, AblationStep.Primary primary, StudyRun run,
      ActivationStore store) throws IOException {
    this.settings = settings;
    this.rankings = rankings;
    this.primary = primary;
    this.rollouts = run.rollouts();
    this.store = store;
    this.run = run;
    HookedModel model = run.hooked();
    this.study = new InterventionStudy(model.model(), run.progress(), run.pieces());
    this.curveStudy = new CurveStudy(model.model(), run.progress(), run.pieces());
    ProbeSettings probe = run.folder().settings(ProbeStep.STUDY);
    ProblemSplit split = probe.split();
    this.position = probe.at();
    this.items = new TestItems(run, split, settings.measures(), rollouts);
    ProblemSplit.byDataset(rollouts).forEach((dataset, own) -> splits.put(dataset, split.of(own)));
  }

  InterventionResults run() throws IOException {
    for (NeuronSelection set : settings.allNeuronSets()) {
      if (AblationStep.isEmpty(set, rankings)) {
        notes.add(set.name() + " holds no neuron at any studied hook point: nothing was ablated"
            + (set instanceof NeuronSelection.Significant
                ? " (no coordinate passed the dopamine study's signature test)"
                : ""));
      }
    }
    for (LayerProbes layer : rankings.values().layers()) {
      boolean first = layer.dataset().equals(primary.dataset()) && layer.hook().equals(primary.hook());
      if (!settings.neuronSets().isEmpty() && (first || settings.layers().contains(AblationSettings.Layers.EACH))) {
        layer(layer, first);
      }
      boolean asked = layer.dataset().equals(primary.dataset())
          && settings.measures().beside().blocks().contains(layer.hook().layer());
      if (first || asked) {
        generated(layer.dataset(), layer.hook(),
            first ? settings.measures().beside().sets() : settings.allNeuronSets());
      }
    }
    noteAbsentBlocks();
    if (settings.layers().contains(AblationSettings.Layers.ALL)) {
      allAtOnce();
    }
    DirectionArms directions = new DirectionArms(settings, rankings, study, items,
        (dataset, hook) -> states(dataset, hook, DirectionArms.STATES), interventions, notes);
    for (DirectionSelection selection : settings.directions()) {
      run.apart(() -> directions.run(selection, selection.read(run.folder())));
    }
    return InterventionResults.of(interventions, settings.measures().effect(), curves, notes);
  }

  private void layer(LayerProbes probed, boolean first) throws IOException {
    try {
      layer(probed.dataset(), probed.hook(), states(probed.dataset(), probed.hook()), first);
    } catch (NotEnoughData missing) {
      notes.add(missing.getMessage());
    }
  }

  private void layer(String dataset, HookPoint hook, LayerStates states, boolean first) throws IOException {
    for (NeuronSelection set : settings.neuronSets()) {
      run.apart(() -> layer(dataset, hook, states, first, set));
    }
  }

  private void layer(String dataset, HookPoint hook, LayerStates states, boolean first, NeuronSelection set)
      throws IOException {
    List<Integer> target = set.at(dataset, hook, rankings);
    if (target.isEmpty()) {
      if (first) {
        notes.add(set.name() + " holds no neuron at the primary hook point " + hook + " of " + dataset);
      }
      return;
    }
    AblationKind kind = settings.setKinds().getFirst();
    RandomGenerator random = random(dataset + hook + set.name());
    if (first) {
      attempt(set, hook.toString(), () -> interventions.add(study.accuracy(
          plan(true, dataset, set,
              List.of(cut(states, dataset, hook, set, target, kind, settings.measures().controls(), random))),
          items.attempts(dataset), items.generation(dataset), random)));
    }
    boolean measured = !first || settings.measuresPrimaryByLogProbability();
    List<AblationKind> kinds = first ? settings.setKinds() : List.of(kind);
    for (AblationKind each : measured ? kinds : List.<AblationKind>of()) {
      attempt(set, hook.toString(), () -> interventions.add(study.logProbability(plan(false, dataset, set,
          List.of(
              cut(states, dataset, hook, set, target, each, settings.measures().logProbabilityControls(), random))),
          items.solutions(dataset), dataset.equals(primary.dataset()), random)));
    }
    if (first) {
      attempt(set, hook.toString(), () -> dose(states, set, random));
      attempt(set, hook.toString(), () -> steering(states, set, target, random));
    }
  }

  /// Secondary sets at a hook point by generation.
  private void generated(String dataset, HookPoint hook, List<NeuronSelection> sets) throws IOException {
    if (sets.isEmpty()) {
      return;
    }
    LayerStates states;
    try {
      states = states(dataset, hook);
    } catch (NotEnoughData missing) {
      notes.add(missing.getMessage());
      return;
    }
    for (NeuronSelection set : sets) {
      List<Integer> target = set.at(dataset, hook, rankings);
      RandomGenerator random = random(dataset + hook + set.name() + " generated");
      if (!target.isEmpty()) {
        run.apart(() -> attempt(set, hook.toString(), () -> interventions.add(study.accuracy(
            plan(false, dataset, set, List.of(cut(states, dataset, hook, set, target,
                settings.setKinds().getFirst(), settings.measures().secondaryControls(), random))),
            items.attempts(dataset), items.generation(dataset), random))));
      }
    }
  }

  private void noteAbsentBlocks() {
    List<Integer> studied = rankings.values().layers().stream()
        .filter(layer -> layer.dataset().equals(primary.dataset())).map(layer -> layer.hook().layer()).toList();
    List<Integer> absent = settings.measures().beside().blocks().stream().filter(block -> !studied.contains(block))
        .toList();
    if (!absent.isEmpty()) {
      notes.add("blocks " + absent + " were to be measured by generation, but have no studied hook point on "
          + primary.dataset());
    }
  }

  /// All hook points of the primary dataset at once, each with its own set. With one hook point that has been measured.
  private void allAtOnce() throws IOException {
    String dataset = primary.dataset();
    Map<HookPoint, LayerStates> states = new LinkedHashMap<>();
    for (NeuronSelection set : settings.neuronSets()) {
      RandomGenerator random = random(dataset + "all" + set.name());
      List<HookPoint> hooks = rankings.values().layers().stream().filter(layer -> layer.dataset().equals(dataset))
          .map(LayerProbes::hook).filter(hook -> !set.at(dataset, hook, rankings).isEmpty()).toList();
      if (hooks.size() < 2) {
        continue;
      }
      run.apart(() -> attempt(set, "all hook points", () -> {
        List<Cut> cuts = new ArrayList<>();
        for (HookPoint hook : hooks) {
          cuts.add(cut(states.computeIfAbsent(hook, absent -> states(dataset, absent)), dataset, hook, set,
              set.at(dataset, hook, rankings), settings.setKinds().getFirst(),
              settings.measures().logProbabilityControls(), random));
        }
        interventions
            .add(study.logProbability(plan(false, dataset, set, cuts), items.solutions(dataset), true, random));
      }));
    }
  }

  private void dose(LayerStates states, NeuronSelection set, RandomGenerator random) throws IOException {
    String dataset = primary.dataset();
    HookPoint hook = primary.hook();
    List<Integer> order = set.order(dataset, hook, rankings);
    List<CurveStudy.Point> points = new ArrayList<>();
    int last = 0;
    for (double share : new TreeSet<>(settings.curves().doses())) {
      int count = (int) Math.ceil(share * order.size() - 1e-9);
      if (count > last && count < order.size()) {
        last = count;
        attempt(set, "a dose of " + 100 * share + " %", () -> {
          List<Integer> target = order.subList(0, count);
          points.add(new CurveStudy.Point(share, target, states.ablation(settings.setKinds().getFirst(), alpha()),
              MatchedSets.draw(states.scales().rms(), target, List.of(), states.sinks(), settings.curves().controls(),
                  MatchedSets.DEFAULT_TOLERANCE, random)));
        });
      }
    }
    if (!points.isEmpty()) {
      curves.add(curveStudy.run(new CurveStudy.Plan(CurveKind.DOSE, dataset, hook, set.name(),
          settings.setKinds().getFirst(), settings.positions(), points), items.solutions(dataset), random));
    }
  }

  private void steering(LayerStates states, NeuronSelection set, List<Integer> target, RandomGenerator random)
      throws IOException {
    String dataset = primary.dataset();
    MatchedSets controls = controls(states, dataset, primary.hook(), set, target, settings.curves().controls(), random);
    List<CurveStudy.Point> points = new TreeSet<>(settings.curves().alphas()).stream()
        .map(alpha -> new CurveStudy.Point(alpha, target, states.ablation(AblationKind.STEER, alpha), controls))
        .toList();
    if (!points.isEmpty()) {
      curves.add(curveStudy
          .run(new CurveStudy.Plan(CurveKind.STEERING, dataset, primary.hook(), set.name(), AblationKind.STEER,
              settings.positions(), points), items.solutions(dataset), random));
    }
  }

  private Plan plan(boolean named, String dataset, NeuronSelection set, List<Cut> cuts) {
    return new Plan(named, dataset, set.name(), cuts, settings.positions());
  }

  private Cut cut(LayerStates states, String dataset, HookPoint hook, NeuronSelection set, List<Integer> target,
      AblationKind kind,
      int count, RandomGenerator random) {
    return new Cut(hook, target, states.ablation(kind, alpha()),
        controls(states, dataset, hook, set, target, count, random),
        NamedSet.beside(states.scales().rms(), target, states.sinks()));
  }

  /// Controls hold no coordinate of any set under test.
  private MatchedSets controls(LayerStates states, String dataset, HookPoint hook, NeuronSelection set,
      List<Integer> target, int count, RandomGenerator random) {
    Collection<Integer> others = new TreeSet<>();
    settings.neuronSets().stream().filter(other -> !other.equals(set))
        .forEach(other -> others.addAll(other.at(dataset, hook, rankings)));
    return MatchedSets.draw(states.scales().rms(), target, others, states.sinks(), count,
        MatchedSets.DEFAULT_TOLERANCE, random);
  }

  private double alpha() {
    return settings.curves().alphas().isEmpty() ? 0 : settings.curves().alphas().getFirst();
  }

  private LayerStates states(String dataset, HookPoint hook) {
    return states(dataset, hook, settings.measures().donors());
  }

  private LayerStates states(String dataset, HookPoint hook, int donors) {
    return LayerStates.read(store, rollouts, splits.get(dataset), dataset, hook, position, donors, settings.seed());
  }

  private RandomGenerator random(String stream) {
    return new RandomStreams(settings.seed()).of(stream);
  }

  /// Work that may turn out to be impossible.
  private interface Work {
    void run() throws IOException;
  }

  private void attempt(NeuronSelection set, String where, Work work) throws IOException {
    try {
      work.run();
    } catch (NotEnoughData missing) {
      notes.add(set.name() + " at " + where + ": " + missing.getMessage());
    }
  }
}
