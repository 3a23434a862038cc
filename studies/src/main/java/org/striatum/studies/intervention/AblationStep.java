package org.striatum.studies.intervention;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.NearestNames;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.store.StoredPosition;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Question;
import org.striatum.studies.baselines.BaselineStep;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.neurons.DirectionSelection;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.neurons.NeuronSelection;
import org.striatum.studies.neurons.RunRankings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// Ablates neuron sets on test problems: at one hook point by generation, at the others by log-probability of the
/// reference solution. A run can hold several, each under a name.
///
/// Primary interventions are fixed before anything is ablated: the data set whose accuracy is nearest to one half (most to
/// lose), the layer whose TD probe predicts best on validation problems, each set once.
public record AblationStep() implements Study<AblationSettings, InterventionResults> {
  public static final AblationStep STUDY = new AblationStep();
  private static final ProbeKind RANKED_BY = ProbeKind.TD;

  @Override
  public StudyDescription<AblationSettings, InterventionResults> about() {
    return StudyDescription
        .of("ablate", "Ablate neuron sets and compare with random and RMS-matched sets.", AblationSettings.defaults(),
            InterventionResults.class)
        .withQuick(AblationSettings.quick()).withSeeding(AblationSettings::withSeed);
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION_AND_TABLES;
  }

  @Override
  public Scope scope() {
    return Scope.FULL_STUDY;
  }

  @Override
  public boolean hasInstances() {
    return true;
  }

  /// 3: settings name the sets that are measured beside those under test.
  @Override
  public int version() {
    return 3;
  }

  @Override
  public boolean needsModel() {
    return true;
  }

  /// By default an intervention has the names of its sets: `value@1%+dopamine@1%`. A name that no file can have is changed.
  @Override
  public String instance(AblationSettings settings) {
    return RunFolder.instanceOf(String.join("+", names(settings)));
  }

  private static List<String> names(AblationSettings settings) {
    return settings.sets().stream().map(NeuronSelection::name).toList();
  }

  /// Means, scales and donors are those of all tokens.
  @Override
  public List<StoredPosition> positions(AblationSettings settings) {
    return StoredPosition.EVERY;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, AblationSettings settings) {
    List<Study<?, ?>> reads = new ArrayList<>(List.of(RolloutStep.STUDY, CaptureStep.STUDY, ProbeStep.STUDY));
    if (settings.allNeuronSets().stream().anyMatch(NeuronSelection::needsDopamine)) {
      reads.add(DopamineStep.STUDY);
    }
    if (settings.allNeuronSets().stream().anyMatch(NeuronSelection::needsBaselines)) {
      reads.add(BaselineStep.STUDY);
    }
    return reads;
  }

  /// Refuses sets that do not fit the run or hold no neuron anywhere, before any work.
  @Override
  public void prepare(StudyRun run, AblationSettings settings) throws IOException {
    RunRankings rankings = RunRankings.of(run.folder());
    settings.allNeuronSets().forEach(set -> fits(set, rankings));
    requireKinds(settings);
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      for (DirectionSelection selection : settings.directions()) {
        fits(selection, selection.read(run.folder()), store);
      }
    }
    Optional<String> nothing = nothingToStudy(run, settings);
    if (nothing.isPresent()) {
      throw new UsageException(nothing.get());
    }
  }

  @Override
  public Optional<String> nothingToStudy(StudyRun run, AblationSettings settings) throws IOException {
    RunRankings rankings = RunRankings.of(run.folder());
    return settings.directions().isEmpty() && settings.neuronSets().stream().allMatch(set -> isEmpty(set, rankings))
        ? Optional.of(String.join(", ", names(settings))
            + " holds no neuron at any hook point of this run, so there is nothing to ablate")
        : Optional.empty();
  }

  /// Sets and directions each need something that can be done to them, and nothing else can be asked for.
  private static void requireKinds(AblationSettings settings) {
    if (settings.neuronSets().isEmpty() == settings.setKinds().isEmpty()
        && settings.directions().isEmpty() == settings.directionKinds().isEmpty()) {
      return;
    }
    throw new UsageException(
        "zero, mean, resample and steer are done to neuron sets, project-out and add to directions:"
            + " found " + settings.kinds() + " for " + settings.neuronSets().size() + " sets and "
            + settings.directions().size()
            + " directions");
  }

  /// Refuses a direction at a hook point that the run has not captured, or of another width.
  private static void fits(DirectionSelection selection, SortedMap<HookPoint, Direction> directions,
      ActivationStore store) {
    directions.forEach((hook, direction) -> {
      if (!store.hooks().contains(hook)) {
        throw new UsageException(selection.name() + " has a direction at " + hook
            + ", where this run has captured no states: the nearest are " + String.join(", ", NearestNames
                .of(hook.toString(), store.hooks().stream().map(HookPoint::toString).toList())));
      }
      if (store.width(hook) != direction.vector().length) {
        throw new UsageException(hook + " has " + store.width(hook) + " coordinates, " + selection.name()
            + " has a direction of " + direction.vector().length);
      }
    });
  }

  /// Which hook point was named first.
  public record Primary(String dataset, HookPoint hook) {
    /// @throws UsageException if no layer could be studied
    static Primary of(RunRankings rankings, List<NeuronSelection> sets) {
      List<LayerProbes> able = new ArrayList<>();
      for (NeuronSelection set : sets) { // the first set that has a neuron anywhere
        if (able.isEmpty()) {
          rankings.values().layers().stream()
              .filter(layer -> !set.at(layer.dataset(), layer.hook(), rankings).isEmpty()).forEach(able::add);
        }
      }
      if (able.isEmpty()) {
        able.addAll(rankings.values().layers());
      }
      return among(able, rankings);
    }

    /// The data set whose accuracy is nearest to one half, and of its layers the one whose probe predicts best.
    static Primary among(List<LayerProbes> able, RunRankings rankings) {
      Map<String, DatasetSummary> summaries = rankings.values().datasets().stream()
          .collect(Collectors.toMap(DatasetSummary::dataset, summary -> summary));
      String dataset = able.stream().map(LayerProbes::dataset).distinct()
          .min(Comparator.comparingDouble(name -> Math.abs(summaries.get(name).accuracy().value() - 0.5)))
          .orElseThrow(() -> new UsageException("no hook point of this run could be studied"));
      return new Primary(dataset, able.stream().filter(layer -> layer.dataset().equals(dataset))
          .max(Comparator.comparingDouble(layer -> layer.validation(RANKED_BY))).orElseThrow().hook());
    }
  }

  @Override
  public Map<Question, List<Finding>> answers(String checkpoint, InterventionResults results) {
    return Map.of(Question.USED, InterventionAnswers.of(results));
  }

  @Override
  public Found<InterventionResults> find(StudyRun run, AblationSettings settings) throws IOException {
    RunRankings rankings = RunRankings.of(run.folder());
    Primary primary = Primary.of(rankings, settings.neuronSets());
    settings.directions().forEach(selection -> run.note().accept("primary intervention, named before any: "
        + selection.name() + ", by generation"));
    if (!settings.neuronSets().isEmpty()) {
      run.note().accept("primary interventions, named before any: %s on %s at %s, by generation"
          .formatted(String.join(", ", settings.neuronSets().stream().map(NeuronSelection::name).toList()),
              primary.dataset(),
              primary.hook()));
    }
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      return Found.only(new AblationArms(settings, rankings, primary, run, store).run());
    }
  }

  /// Refuses a set that does not fit the run, before any work.
  private static void fits(NeuronSelection set, RunRankings rankings) {
    if (set instanceof NeuronSelection.OnTask on) {
      on.requireAsked(rankings.values());
      fits(on.of(), rankings);
    }
    if (set instanceof NeuronSelection.Listed listed) {
      listed.requireStudied(rankings.values());
    }
    rankings.values().layers().forEach(layer -> set.at(layer.dataset(), layer.hook(), rankings));
  }

  static boolean isEmpty(NeuronSelection set, RunRankings rankings) {
    return rankings.values().layers().stream()
        .allMatch(layer -> set.at(layer.dataset(), layer.hook(), rankings).isEmpty());
  }
}
