package org.striatum.cli.summary;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.striatum.cli.console.Counted;
import org.striatum.datasets.ProblemSet;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.dopamine.DopamineFits;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.DiskSpace;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.value.FitSpeed;
import org.striatum.probe.value.ValueFits;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.planning.StudyTime;
import org.striatum.studies.run.ModelSpeed;
import org.striatum.studies.capture.CaptureStep.Stored;
import org.striatum.studies.dopamine.ContinuationSettings;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.dopamine.DopamineStep.Values;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationSettings.Layers;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.splits.SplitsStep;
import org.striatum.studies.uses.SearchSettings;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeStep;

/// What a full study asks of the model, and how much it fits, counted before it begins; and its time, from a first batch and a fit of each
/// kind.
///
/// @param tasks each with its problems
public record StudyCost(StudyPlan plan, List<Task> tasks) {
  /// A data set of the study.
  ///
  /// @param drawn some of them may be equal
  /// @param problems distinct ones
  public record Task(String name, int drawn, long problems) {
    private static Task of(String name, List<Problem> drawn) {
      return new Task(name, drawn.size(), drawn.stream().map(Problem::id).distinct().count());
    }
  }

  /// Control sets of an intervention that are no draws: the value set itself, those beside it and nothing at all.
  private static final int OWN_ARMS = 5;

  /// Draws the problems.
  ///
  /// @throws UsageException if a set has too few problems to be divided into training, validation and test problems
  public static StudyCost of(StudyPlan plan, List<ProblemSet> sets) {
    StudyCost cost = counted(plan, sets);
    cost.tasks.stream().filter(task -> task.problems() < ProblemSplit.LEAST_PROBLEMS).findFirst().ifPresent(task -> {
      throw new UsageException(
          "%s has %s, and a study needs at least %d: some to train on, some to choose by, some to test on"
              .formatted(task.name(), Counted.of(task.problems(), "distinct problem"), ProblemSplit.LEAST_PROBLEMS));
    });
    return cost;
  }

  /// The same of a study that is only shown, however few problems it has.
  public static StudyCost counted(StudyPlan plan, List<ProblemSet> sets) {
    RolloutSettings rollouts = plan.settings(RolloutStep.STUDY);
    return new StudyCost(plan, sets.stream()
        .map(set -> Task.of(set.name(), set.draw(rollouts.problems(), rollouts.seed()))).toList());
  }

  /// One line for each part of the study that runs the model.
  public List<String> lines() {
    RolloutSettings rollouts = plan.settings(RolloutStep.STUDY);
    long problems = tasks.stream().mapToLong(Task::problems).sum();
    List<String> lines = new ArrayList<>();
    lines.add("will ask: %s (%s), %s of at most %d tokens".formatted(Counted.of(problems, "problem"),
        tasks.stream().map(task -> task.name() + " " + task.problems()).collect(Collectors.joining(", ")),
        Counted.of(tasks.stream().mapToLong(Task::drawn).sum() * rollouts.samples(), "rollout"),
        rollouts.sampling().maxNewTokens()));
    lines.add("value probes at every hook point, again on " + Counted.of(plan.settings(SplitsStep.STUDY).splits(),
        "other split") + "; " + continuations());
    lines.add(completed() + "; " + search());
    lines.add(scored());
    return lines;
  }

  /// What is stored of a model's hidden states, and what is fitted to them.
  ///
  /// @param states if every completion is as long as it may be
  public List<String> lines(Stored states) {
    List<String> lines = new ArrayList<>(lines());
    DopamineFits dopamine = DopamineFits.of(plan.settings(DopamineStep.STUDY).study(), states.hooks());
    lines.add("hidden states at %s: at most %s".formatted(Counted.of(states.hooks(), "hook point"),
        DiskSpace.megabytes(states.bytes())));
    lines
        .add("fits to each task: " + FitCosts.fits(ValueFits.of(plan.settings(ProbeStep.STUDY).study(), states.hooks()))
            + "; for dopamine neurons " + Counted.of(dopamine.networks(), "network"));
    return lines;
  }

  /// How long that takes here and now.
  ///
  /// @param model runs a first batch of each set
  /// @param asked the same problems
  public StudyTime time(HookedModel model, RolloutStep asked, Stored stored) throws IOException {
    int samples = plan.settings(RolloutStep.STUDY).samples();
    double fitted = 1 - plan.settings(ProbeStep.STUDY).split().test();
    int rows = (int) (fitted * samples * tasks.stream().mapToInt(Task::drawn).max().orElse(0));
    return StudyTime.of(plan, tasks.stream()
        .map(task -> new StudyTime.Task(task.name(), task.problems(), (long) task.drawn() * samples)).toList(), stored,
        new StudyTime.Speeds(asked.trials(model, plan.settings(RolloutStep.STUDY)), ModelSpeed.recorded(model),
            ModelSpeed.scored(model),
            FitSpeed.measured(plan.settings(ProbeStep.STUDY).study(), rows, stored.width())));
  }

  private String continuations() {
    ContinuationSettings continuations = plan.settings(DopamineStep.STUDY).continuations();
    return plan.settings(DopamineStep.STUDY).values() == Values.PROBE
        ? "no continuations"
        : "%s from each step of at most %d rollouts a task".formatted(Counted.of(continuations.draws(), "continuation"),
            continuations.rollouts());
  }

  /// In the unit of its progress: arms of one set.
  private String completed() {
    AblationSettings ablation = plan.settings(AblationStep.STUDY);
    return "interventions on one task: about %d arms of at most %d completions%s".formatted(
        OWN_ARMS + 2 * ablation.measures().controls(), (int) Math.min(ablation.measures().attempts(), tested()),
        ofEachSet(ablation));
  }

  /// The same of what is measured beside it, without a completion. Most of it ends early.
  private String scored() {
    AblationSettings ablation = plan.settings(AblationStep.STUDY);
    int solutions = (int) Math.min(ablation.measures().solutions(), tested());
    int points = ablation.curves().doses().size() + ablation.curves().alphas().size();
    return "beside them, by log-probability of at most %d solutions: at most %d arms at %s%s, and about %d arms of curves"
        .formatted(solutions, OWN_ARMS + 2 * ablation.measures().logProbabilityControls(), places(ablation),
            ofEachSet(ablation), points * (1 + ablation.curves().controls()));
  }

  private static String places(AblationSettings ablation) {
    if (ablation.layers().contains(Layers.EACH)) {
      return "every hook point of every task";
    }
    return ablation.layers().contains(Layers.PRIMARY) ? "one hook point" : "all hook points at once";
  }

  private static String ofEachSet(AblationSettings ablation) {
    return ablation.sets().size() == 1 ? "" : " for each of " + ablation.sets().size() + " sets";
  }

  private String search() {
    SearchSettings search = plan.settings(SearchStep.STUDY);
    return "search over at most %d problems a task, %d candidates a step".formatted(
        (int) Math.min(search.problems(), tested()), search.candidates());
  }

  private double tested() {
    return Math.ceil(tasks.stream().mapToLong(Task::problems).max().orElse(0)
        * plan.settings(ProbeStep.STUDY).split().test());
  }
}
