package org.striatum.studies.planning;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.striatum.probe.dopamine.DopamineFits;
import org.striatum.probe.value.FitSpeed;
import org.striatum.probe.value.ValueFits;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.capture.CaptureStep.Stored;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.dopamine.DopamineStepSettings;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.registration.Plan.PlannedCost;
import org.striatum.studies.registration.Source;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.rollouts.RolloutStep.Trial;
import org.striatum.studies.run.Study;
import org.striatum.studies.splits.SplitsStep;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeStep;

/// How long a study will take, study by study: what it does, counted, at the speeds that were measured on this machine a moment ago.
/// Nothing in it is known beforehand, so that a slow or a busy machine has a longer estimate.
///
/// @param seconds of each study, in their order; of what is quick in any case nothing is said
public record StudyTime(Map<String, Double> seconds) {
  /// What was measured before the study began.
  ///
  /// @param trials one a data set
  /// @param recorded tokens recorded in a second
  /// @param scored tokens of fixed texts scored in a second, under a gate
  /// @param fits of the probes
  public record Speeds(List<Trial> trials, double recorded, double scored, FitSpeed fits) {
    public Speeds {
      trials = List.copyOf(trials);
    }
  }

  /// A data set.
  ///
  /// @param problems distinct ones
  /// @param rollouts of all of them
  public record Task(String name, long problems, long rollouts) {}

  private static final List<Study<?, ?>> ORDER = List.of(RolloutStep.STUDY, CaptureStep.STUDY, ProbeStep.STUDY,
      SplitsStep.STUDY, DopamineStep.STUDY, AblationStep.STUDY, SearchStep.STUDY);
  /// Arms that a set gets before it is plain that it does no more than its controls.
  private static final int FEW_ARMS = 100;

  public StudyTime {
    seconds = new LinkedHashMap<>(seconds);
    if (seconds.values().stream().anyMatch(one -> !(one >= 0) || one.isInfinite())) {
      throw new IllegalArgumentException("times must be finite and ≥ 0, found " + seconds);
    }
  }

  /// The estimate for a study of one checkpoint.
  ///
  /// @param tasks in the order of the trials
  /// @param stored hook points and their width
  public static StudyTime of(StudyPlan plan, List<Task> tasks, Stored stored, Speeds speeds) {
    Map<String, Double> seconds = new LinkedHashMap<>();
    ORDER.forEach(study -> seconds.put(study.name(), 0.0));
    List<Planner.Data> data = new ArrayList<>();
    for (Task task : tasks) {
      data.add(data(task, plan, trial(speeds, task), speeds.recorded()));
    }
    for (PlannedCost cost : new Costs(plan, data).all()) {
      seconds.merge(cost.study(), cost.seconds(), Double::sum);
    }
    for (Task task : tasks) {
      Trial trial = trial(speeds, task);
      ValueFits.Size size = size(task.rollouts(), plan, trial.prompt() + trial.tokens(), stored.width());
      seconds.merge(ProbeStep.STUDY.name(), probes(plan, stored.hooks(), size, speeds.fits()), Double::sum);
      seconds.merge(SplitsStep.STUDY.name(), plan.settings(SplitsStep.STUDY).splits()
          * ValueFits.of(values(plan), stored.hooks()).secondsOfASplit(speeds.fits(), stored.hooks(), size),
          Double::sum);
      seconds.merge(DopamineStep.STUDY.name(), networks(plan, stored, task, speeds.fits()), Double::sum);
      seconds.merge(AblationStep.STUDY.name(), scored(plan, stored.hooks(), trial, speeds.scored()), Double::sum);
    }
    return new StudyTime(seconds);
  }

  /// Of all studies.
  public double total() {
    return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /// The same where the pieces of each study are dealt over processes that work at a time, each as fast as this one: at least.
  public StudyTime over(int processes) {
    Map<String, Double> each = new LinkedHashMap<>(seconds);
    each.replaceAll((_, one) -> one / processes);
    return new StudyTime(each);
  }

  /// The same without studies that are finished.
  public StudyTime without(Set<String> finished) {
    Map<String, Double> left = new LinkedHashMap<>(seconds);
    left.keySet().removeAll(finished);
    return new StudyTime(left);
  }

  /// Of one study; 0 for one that is quick.
  public double of(String study) {
    return seconds.getOrDefault(study, 0.0);
  }

  private static double probes(StudyPlan plan, int hooks, ValueFits.Size size, FitSpeed speed) {
    return ValueFits.of(values(plan), hooks).seconds(speed, values(plan), hooks, size);
  }

  private static ValueNeuronSettings values(StudyPlan plan) {
    return plan.settings(ProbeStep.STUDY).study();
  }

  private static ValueFits.Size size(long rollouts, StudyPlan plan, double tokens, int width) {
    double fitted = 1 - plan.settings(ProbeStep.STUDY).split().test();
    return new ValueFits.Size(Math.round(rollouts * fitted), Math.round(rollouts * fitted * tokens), width);
  }

  /// Networks of a search for dopamine neurons; its signature tests are quick beside them.
  private static double networks(StudyPlan plan, Stored stored, Task task, FitSpeed speed) {
    DopamineStepSettings dopamine = plan.settings(DopamineStep.STUDY);
    double steps = Math.min(dopamine.continuations().rollouts(), task.rollouts())
        * PlannedFigure.STEPS.usual().orElseThrow();
    return DopamineFits.of(dopamine.study(), stored.hooks()).networks() * speed.network(dopamine.study().training(),
        new ValueFits.Size(0, Math.round(steps), stored.width()));
  }

  /// Log-probabilities of reference solutions under every arm: of most sets few, of one set all, as measuring goes on where a set does
  /// more than its controls.
  private static double scored(StudyPlan plan, int hooks, Trial trial, double scored) {
    AblationSettings ablation = plan.settings(AblationStep.STUDY);
    double all = 2.0 * ablation.measures().logProbabilityControls();
    double few = Math.min(all, FEW_ARMS) * ablation.sets().size() * hooks;
    return (all + few) * ablation.measures().solutions() * (trial.prompt() + trial.tokens()) / scored;
  }

  private static Trial trial(Speeds speeds, Task task) {
    return speeds.trials().stream().filter(one -> one.set().equals(task.name())).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no trial of '" + task.name() + "'"));
  }

  private static Planner.Data data(Task task, StudyPlan plan, Trial trial, double recorded) {
    double samples = plan.settings(RolloutStep.STUDY).samples();
    Known known = new Known(task.name(), new EnumMap<>(PlannedFigure.class), null)
        .with(PlannedFigure.ACCURACY, 0.5, Source.DEFAULT, "not known before")
        .with(PlannedFigure.PROMPT, trial.prompt(), Source.MEASURED, "first batch")
        .with(PlannedFigure.TOKENS, trial.tokens(), Source.MEASURED, "first batch")
        .with(PlannedFigure.RATE, trial.rate(), Source.MEASURED, "first batch")
        .with(PlannedFigure.ROWS, recorded, Source.MEASURED, "a run")
        .with(PlannedFigure.ROW_BYTES, 0, Source.DEFAULT, "counted elsewhere").completed();
    return new Planner.Data(known, (int) Math.ceil(task.rollouts() / samples), null, null);
  }
}
