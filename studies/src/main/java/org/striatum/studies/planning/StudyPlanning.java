package org.striatum.studies.planning;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.datasets.ProblemSet;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.dopamine.DopamineStepSettings;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.neurons.NeuronSelection;
import org.striatum.studies.planning.Planner.Data;
import org.striatum.studies.registration.Plan;
import org.striatum.studies.registration.Plan.AskedProblems;
import org.striatum.studies.registration.Plan.Ground;
import org.striatum.studies.registration.Plan.PlannedData;
import org.striatum.studies.registration.PlannedEffect;
import org.striatum.studies.registration.Registration;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.splits.SplitsStep;
import org.striatum.studies.run.Manifest.PrimaryFamily;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.Study.Scope;
import org.striatum.studies.transfer.CompareSettings;
import org.striatum.studies.transfer.CompareStep;

/// Makes the plan of a full study.
///
/// @param registry of the studies
/// @param plan their settings
/// @param effects that are to be found
/// @param trials simulations of each size
/// @param progress of the simulations
public record StudyPlanning(StudyRegistry registry, StudyPlan plan, Map<PlannedEffect, Double> effects, int trials,
    Progress progress) {
  /// A planning in which studies and plan are about the same effects: those that are given are declared to the studies that
  /// say *no* by them, and of the others the studies' own are planned for.
  ///
  /// @param given effects by the user
  public static StudyPlanning of(StudyRegistry registry, StudyPlan plan, Map<PlannedEffect, Double> given, int trials,
      Progress progress) {
    AblationSettings ablation = plan.settings(AblationStep.STUDY);
    DopamineStepSettings dopamine = plan.settings(DopamineStep.STUDY);
    CompareSettings transfer = plan.settings(CompareStep.STUDY);
    Map<PlannedEffect, Double> effects = new EnumMap<>(PlannedEffect.class);
    for (PlannedEffect effect : PlannedEffect.values()) {
      effects.put(effect, given.getOrDefault(effect, switch (effect) {
        case USED -> ablation.measures().effect();
        case DOPAMINE -> dopamine.study().tests().power().effect();
        case TRANSFER -> transfer.study().power().effect();
        case PREDICTS, SPARSE, ALIGNED, MORE, SEARCH -> effect.usual();
      }));
    }
    StudyPlan declared = plan
        .with(AblationStep.STUDY,
            ablation.withMeasures(measures -> measures.withEffect(effects.get(PlannedEffect.USED))))
        .with(DopamineStep.STUDY, dopamine.withStudy(study -> study.withTests(
            tests -> tests.withPower(power -> power.withEffect(effects.get(PlannedEffect.DOPAMINE))))));
    return new StudyPlanning(registry, declared, effects, trials, progress);
  }

  /// What is planned for.
  ///
  /// @param checkpoint its name
  /// @param files of the checkpoint
  /// @param asked where the problems come from
  /// @param sets the problems
  public record Asked(String checkpoint, SortedMap<String, Sha256> files, AskedProblems asked, List<ProblemSet> sets) {}

  /// A pilot's figures, with those that the user assumes in place of them, and the program's own for what is left.
  public static Known completed(Known measured, Map<PlannedFigure, Double> assumed) {
    return measured.told(assumed).completed();
  }

  /// The plan.
  ///
  /// @param found one record of figures for each set
  public Plan plan(Asked asked, Pilot.Findings found) {
    RolloutSettings rollouts = plan.settings(RolloutStep.STUDY);
    SortedMap<String, PlannedData> planned = Registration.data(asked.sets(), rollouts.problems(), rollouts.seed());
    List<Data> data = new ArrayList<>();
    List<Ground> grounds = new ArrayList<>();
    for (Known known : found.known()) {
      data.add(new Data(known, planned.get(known.dataset()).problems(), found.states().get(known.dataset()),
          found.values().get(known.dataset())));
      grounds.addAll(known.grounds());
    }
    List<String> notes = new ArrayList<>(found.notes());
    if (plan.settings(SplitsStep.STUDY).splits() > 1) {
      notes.add("an answer about value is that of most splits of the same problems, and so is its power; of the other"
          + " questions it is that of the study's own split");
    }
    return new Plan(told(asked, planned, rollouts.seed()), primary(rollouts.seed()), grounds,
        new Planner(plan, effects, data, trials, rollouts.seed(), progress).answers(), new Costs(plan, data).all(),
        notes);
  }

  private Plan.Told told(Asked asked, SortedMap<String, PlannedData> data, long seed) {
    SortedMap<String, JsonNode> settings = new TreeMap<>();
    SortedMap<String, String> instances = new TreeMap<>();
    for (Study<?, ?> study : registry.of(Scope.EVERY_CHECKPOINT, Scope.FULL_STUDY)) {
      settings.put(study.name(), RecordJson.tree(plan.settings(study)));
      if (study.hasInstances()) {
        instances.put(study.name(), plan.instance(study));
      }
    }
    return new Plan.Told(asked.checkpoint(), asked.files(), asked.asked(), data, settings, instances, seed);
  }

  private PrimaryFamily primary(long seed) {
    AblationSettings ablation = plan.settings(AblationStep.STUDY);
    return new PrimaryFamily(plan.settings(CaptureStep.STUDY).hooks(),
        ablation.sets().stream().map(NeuronSelection::name).toList(), ablation.kinds().getFirst().printed(), "accuracy",
        effects.getOrDefault(PlannedEffect.USED, PlannedEffect.USED.usual()), seed);
  }
}
