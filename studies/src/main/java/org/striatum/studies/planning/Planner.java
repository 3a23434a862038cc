package org.striatum.studies.planning;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.striatum.probe.dopamine.DopamineSettings;
import org.striatum.probe.dopamine.SignatureTrials;
import org.striatum.probe.dopamine.ValueProcess;
import org.striatum.probe.planning.AurocPower;
import org.striatum.probe.planning.DamagePower;
import org.striatum.probe.planning.OutcomeModel;
import org.striatum.probe.planning.PairedPower;
import org.striatum.probe.planning.PowerBySize;
import org.striatum.probe.planning.PowerFormula;
import org.striatum.probe.planning.SplitsPower;
import org.striatum.probe.planning.SurprisePower;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.transfer.TransferTrials;
import org.striatum.probe.value.ValueCodeTrials;
import org.striatum.probe.value.ValueCodeTrials.Asked;
import org.striatum.probe.value.ValueCodeTrials.Background;
import org.striatum.probe.value.ValueCodeTrials.Code;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.registration.Means;
import org.striatum.studies.registration.Plan.Needs;
import org.striatum.studies.registration.Plan.PlannedAnswer;
import org.striatum.studies.registration.PlannedEffect;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.splits.SplitsStep;
import org.striatum.studies.transfer.CompareStep;
import org.striatum.studies.uses.SearchSettings;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// Plans the power of every question on every data set: by formula where there is one, else by putting made-up data through the
/// study's own tests.
///
/// @param plan settings of the study
/// @param effects that are to be found
/// @param data that the study is about
/// @param trials simulations of each size
/// @param seed of the simulations
/// @param progress of the simulations
public record Planner(StudyPlan plan, Map<PlannedEffect, Double> effects, List<Data> data, int trials, long seed,
    Progress progress) {
  private static final int CODE = 6; // coordinates
  private static final int PLANTED = 6; // neurons a made-up data set
  private static final int[] FACTORS = {1, 3}; // of the planned problems, that are simulated
  private static final int MOST_SIMULATED = 2000; // problems
  private static final int[] DRAWS = {8, 16, 32, 64};
  private static final int MOST_SAMPLES = 64;

  /// One data set.
  ///
  /// @param problems that the study will have of it
  /// @param states as they are made up; null without a pilot
  /// @param values as they are made up; null where the pilot continued no rollout
  public record Data(Known known, int problems, Background states, ValueProcess values) {}

  public Planner {
    effects = Map.copyOf(effects);
    data = List.copyOf(data);
  }

  /// Every question on every data set.
  public List<PlannedAnswer> answers() {
    List<PlannedAnswer> answers = new ArrayList<>();
    try (Progress.Task task = progress.start("planning", 4L * data.size() + 1, "simulation")) {
      List<PlannedAnswer> transfers = transfers();
      task.step(1);
      for (int d = 0; d < data.size(); d++) {
        answers.addAll(answers(data.get(d), transfers.get(d), task));
      }
    }
    return answers;
  }

  private double size(PlannedEffect effect) {
    return effects.getOrDefault(effect, effect.usual());
  }

  /// @param transfer planned of all data sets at once
  private List<PlannedAnswer> answers(Data one, PlannedAnswer transfer, Progress.Task task) {
    if (one.known.obstacle() != null || one.known.find(PlannedFigure.ACCURACY).isEmpty()) {
      task.step(4);
      String why = one.known.obstacle() != null ? one.known.obstacle() : "its accuracy is not known";
      return List.of(PlannedEffect.values()).stream()
          .map(effect -> effect == PlannedEffect.TRANSFER ? transfer : unplanned(one, effect, why)).toList();
    }
    OutcomeModel outcomes;
    try {
      outcomes = new OutcomeModel(one.known.get(PlannedFigure.ACCURACY), one.known.get(PlannedFigure.ICC));
    } catch (IllegalArgumentException outside) {
      task.step(4);
      return List.of(PlannedEffect.values()).stream().map(effect -> unplanned(one, effect, outside.getMessage()))
          .toList();
    }
    List<PlannedAnswer> answers = new ArrayList<>();
    answers.add(predicts(one, outcomes));
    answers.add(code(one, outcomes, PlannedEffect.SPARSE, Asked.SPARSE));
    task.step(1);
    answers.add(code(one, outcomes, PlannedEffect.ALIGNED, Asked.ALIGNED));
    task.step(1);
    answers.add(code(one, outcomes, PlannedEffect.MORE, Asked.MORE_THAN_LENGTH));
    task.step(1);
    answers.add(used(one));
    answers.add(dopamine(one, outcomes));
    task.step(1);
    answers.add(transfer);
    answers.add(search(one, outcomes));
    return answers;
  }

  private PlannedAnswer unplanned(Data one, PlannedEffect effect, String why) {
    return new PlannedAnswer(one.known.dataset(), effect, size(effect), Means.NOT_PLANNED, Double.NaN,
        Needs.UNKNOWN, why);
  }

  private PlannedAnswer planned(Data one, PlannedEffect effect, Means means, double power, Needs needs,
      String because) {
    return new PlannedAnswer(one.known.dataset(), effect, size(effect), means, power, needs, because);
  }

  private double tested() {
    return plan.settings(ProbeStep.STUDY).split().test();
  }

  private int samples() {
    return plan.settings(RolloutStep.STUDY).samples();
  }

  /// Of a question about value: its answer is that of most splits, the study's own where no others are asked.
  private SplitsPower overSplits() {
    return new SplitsPower(plan.settings(SplitsStep.STUDY).splits(), tested());
  }

  /// `; one split of them 0.62`; empty where there is one only.
  private String ofOneSplit(double power) {
    int splits = overSplits().splits();
    return splits < 2
        ? ""
        : String.format(Locale.ROOT, "; most of %d splits, one of them %.0f %%", splits, 100 * power);
  }

  /// Of a question about value, which is asked on several splits.
  private Needs problems(OptionalInt needed, String otherwise) {
    int splits = Math.max(1, plan.settings(SplitsStep.STUDY).splits());
    return needed.isPresent()
        ? new Needs(needed.getAsInt(), samples(), null, null, splits, null)
        : new Needs(null, samples(), null, null, splits, otherwise);
  }

  private PlannedAnswer predicts(Data one, OutcomeModel outcomes) {
    double auroc = size(PlannedEffect.PREDICTS);
    if (auroc > outcomes.ceiling()) {
      return unplanned(one, PlannedEffect.PREDICTS, ceiling(auroc, outcomes));
    }
    AurocPower power = new AurocPower(auroc, outcomes, samples(), tested());
    SplitsPower splits = overSplits();
    OptionalInt needed = splits.problemsNeeded(power);
    Integer samples = null;
    for (int k = samples() + 1; samples == null && k <= MOST_SAMPLES
        && splits.of(power.at(one.problems)) < PowerFormula.ENOUGH; k++) {
      samples = splits.of(new AurocPower(auroc, outcomes, k, tested()).at(one.problems)) >= PowerFormula.ENOUGH
          ? k
          : null;
    }
    String because = String.format(Locale.ROOT,
        "%d problems, K = %d, %.0f %% of them tested; accuracy %.2f, correlation within a problem %.2f%s%s",
        one.problems, samples(), 100 * tested(), outcomes.accuracy(), outcomes.icc(),
        ofOneSplit(power.at(one.problems)),
        samples == null ? "" : "; with these problems K = " + samples + " would do");
    return planned(one, PlannedEffect.PREDICTS, Means.FORMULA, splits.of(power.at(one.problems)),
        problems(needed, "more than a million problems in all"), because);
  }

  private static String ceiling(double auroc, OutcomeModel outcomes) {
    return String.format(Locale.ROOT,
        "AUROC %.3f is more than the true chances of success reach here, %.3f (accuracy %.2f, correlation within a"
            + " problem %.2f): declare a smaller effect",
        auroc, outcomes.ceiling(), outcomes.accuracy(), outcomes.icc());
  }

  /// Sparse, aligned and more than length: made-up states with a code in six coordinates.
  private PlannedAnswer code(Data one, OutcomeModel outcomes, PlannedEffect effect, Asked asked) {
    double auroc = size(effect);
    double length = effect == PlannedEffect.MORE ? one.known.get(PlannedFigure.LENGTH) : 0.5;
    if (one.known.find(PlannedFigure.WIDTH).isEmpty() && one.states == null) {
      return unplanned(one, effect, "the width is not known");
    }
    Background states = one.states != null
        ? one.states
        : new ValueCodeTrials.Independent((int) Math.min(Pilot.WIDEST, one.known.get(PlannedFigure.WIDTH)));
    ProbeSettings probe = plan.settings(ProbeStep.STUDY);
    ValueCodeTrials made;
    try {
      made = new ValueCodeTrials(new Code(outcomes, samples(), CODE, auroc, length), states, probe.study().controls(),
          tested(), probe.study().summary().resamples());
    } catch (IllegalArgumentException beyond) {
      return unplanned(one, effect, beyond.getMessage());
    }
    List<PowerBySize.Point> points = new ArrayList<>();
    try {
      for (int problems : sizes(one)) {
        int found = (int) IntStream.range(0, trials)
            .filter(k -> made.answer(asked, problems, seed + 7919L * k).verdict() == Verdict.YES).count();
        points.add(new PowerBySize.Point(problems, found, trials));
      }
    } catch (NotEnoughData few) {
      return unplanned(one, effect, few.getMessage());
    }
    PowerBySize curve = PowerBySize.of(points);
    SplitsPower splits = overSplits();
    return planned(one, effect, Means.SIMULATION, splits.of(curve.at(one.problems)),
        problems(curve.problemsNeeded(splits.enough()),
            "more than " + 4 * points.getLast().problems() + " problems in all"),
        String.format(Locale.ROOT, "%s in %s%s; %d coordinates carry it%s", shares(points),
            one.states == null ? "independent coordinates" : "normal states with the pilot's covariance",
            ofOneSplit(curve.at(one.problems)), CODE,
            one.known.get(PlannedFigure.WIDTH) > states.width()
                ? String.format(Locale.ROOT, ", %d of %.0f coordinates are made up", states.width(),
                    one.known.get(PlannedFigure.WIDTH))
                : ""));
  }

  private static String shares(List<PowerBySize.Point> points) {
    return "yes in " + String.join(", ", points.stream()
        .map(point -> point.found() + " of " + point.simulated() + " at " + point.problems() + " problems").toList());
  }

  /// The planned number of problems and more, at least two different ones.
  private static List<Integer> sizes(Data one) {
    TreeSet<Integer> sizes = new TreeSet<>();
    for (int factor : FACTORS) {
      sizes.add(Math.min(MOST_SIMULATED, factor * one.problems));
    }
    if (sizes.size() < 2) {
      sizes.add(Math.max(20, one.problems / 2));
    }
    return List.copyOf(sizes);
  }

  /// Test problems among those needed, where the settings attempt fewer; null where they do not.
  private Integer attempts(OptionalInt problems, int most) {
    int tested = problems.isPresent() ? (int) Math.round(problems.getAsInt() * tested()) : 0;
    return tested > most ? tested : null;
  }

  private PlannedAnswer used(Data one) {
    AblationSettings ablation = plan.settings(AblationStep.STUDY);
    double drop = size(PlannedEffect.USED);
    double accuracy = one.known.get(PlannedFigure.ACCURACY);
    double churn = Math.min(one.known.get(PlannedFigure.CHURN), 2 * Math.min(accuracy - drop, 1 - accuracy));
    if (!(churn >= 0) || one.known.get(PlannedFigure.GENERIC) >= drop) {
      return unplanned(one, PlannedEffect.USED, String.format(Locale.ROOT,
          "a drop of %.3f is more than an accuracy of %.3f allows, or no more than a matched set's, %.3f", drop,
          accuracy,
          one.known.get(PlannedFigure.GENERIC)));
    }
    int primary = ablation.sets().size();
    int controls = ablation.measures().controls();
    DamagePower.Design design = new DamagePower.Design(controls, primary, tested(), ablation.measures().attempts());
    DamagePower power = new DamagePower(drop, one.known.get(PlannedFigure.GENERIC), churn, design);
    int enough = Math.max(controls, DamagePower.fewestControls(primary));
    OptionalInt needed = new DamagePower(drop, one.known.get(PlannedFigure.GENERIC), churn,
        new DamagePower.Design(enough, primary, tested(), Integer.MAX_VALUE)).problemsNeeded();
    double reached = power.at(one.problems);
    Needs needs = new Needs(needed.isPresent() ? needed.getAsInt() : null, null,
        attempts(needed, ablation.measures().attempts()), enough, 1,
        needed.isEmpty() ? "more than 2000 attempts" : null);
    return planned(one, PlannedEffect.USED, Means.FORMULA, reached, needs,
        String.format(Locale.ROOT,
            "%d primary, %d matched sets of which %d may do as much, at most %d test problems; accuracy %.2f, %.0f %% of"
                + " answers change under any ablation",
            primary, controls, Math.max(0, design.allowed()),
            ablation.measures().attempts(), accuracy, 100 * churn));
  }

  private PlannedAnswer dopamine(Data one, OutcomeModel outcomes) {
    DopamineSettings study = plan.settings(DopamineStep.STUDY).study();
    int draws = plan.settings(DopamineStep.STUDY).continuations().draws();
    if (plan.settings(RolloutStep.STUDY).sampling().temperature() == 0 || draws < 2) {
      return unplanned(one, PlannedEffect.DOPAMINE, "values are not measured by continuations");
    }
    int steps = (int) Math.round(one.known.get(PlannedFigure.STEPS));
    if (steps < 2) {
      return unplanned(one, PlannedEffect.DOPAMINE,
          "completions have one step, and after the last one there is no value to be wrong about");
    }
    try {
      return dopamine(one, outcomes, study, steps, draws);
    } catch (NotEnoughData few) {
      return unplanned(one, PlannedEffect.DOPAMINE, few.getMessage());
    }
  }

  private PlannedAnswer dopamine(Data one, OutcomeModel outcomes, DopamineSettings study, int steps, int draws) {
    int most = plan.settings(DopamineStep.STUDY).continuations().rollouts();
    ValueProcess process = one.values != null
        ? one.values
        : ValueProcess.Revealed.calibrated(outcomes, steps, one.known.get(PlannedFigure.RELIABILITY), draws, seed);
    int hooks = (int) Math.max(1, one.known.find(PlannedFigure.HOOKS).orElse(1));
    SignatureTrials made = new SignatureTrials(study, process, draws, 2 * study.tests().tested() * hooks);
    Data continued = new Data(one.known, Math.min(most, one.problems), one.states, one.values);
    List<PowerBySize.Point> points = sizes(continued).stream().map(problems -> found(made, problems)).toList();
    PowerBySize curve = PowerBySize.of(points);
    OptionalInt needed = curve.problemsNeeded();
    double power = curve.at(continued.problems);
    Integer samples = power < PowerFormula.ENOUGH ? continuations(made, continued) : null;
    Needs needs = new Needs(needed.isPresent() ? needed.getAsInt() : null, draws, null, null, 1,
        needed.isEmpty()
            ? "more than " + 4 * points.getLast().problems() + " problems in all"
            : needed.getAsInt() > most ? "a rollout of each continued" : null);
    return planned(one, PlannedEffect.DOPAMINE, Means.SIMULATION, power, needs,
        String.format(Locale.ROOT,
            "%s, one rollout each, K = %d, %d coordinates tested; values %s; reliability of δ̂ %.2f made up%s%s",
            shares(points), draws, made.family(),
            one.values != null ? "of the pilot's rollouts" : "of " + steps + " even steps",
            made.of(continued.problems, trained(), tested(), size(PlannedEffect.DOPAMINE), 2, seed).reliability(),
            one.known.find(PlannedFigure.RELIABILITY).isPresent()
                ? String.format(Locale.ROOT, ", %.2f in the pilot", one.known.get(PlannedFigure.RELIABILITY))
                : "",
            samples == null
                ? ""
                : String.format(Locale.ROOT, "; with %d problems K = %d would do", continued.problems, samples)));
  }

  private double trained() {
    return plan.settings(ProbeStep.STUDY).split().train();
  }

  private PowerBySize.Point found(SignatureTrials made, int problems) {
    int sets = Math.max(2, (trials + PLANTED - 1) / PLANTED);
    int found = 0;
    for (int k = 0; k < sets; k++) {
      found += made.of(problems, trained(), tested(), size(PlannedEffect.DOPAMINE), PLANTED, seed + 7919L * k).found();
    }
    return new PowerBySize.Point(problems, found, sets * PLANTED);
  }

  /// The fewest continuations of those tried at which these problems suffice; null if none does. Where not even the first part
  /// of the test is likely to pass, by formula, nothing is simulated.
  private Integer continuations(SignatureTrials made, Data one) {
    double reliability = made.of(one.problems, trained(), tested(), size(PlannedEffect.DOPAMINE), 2, seed)
        .reliability();
    for (int k : DRAWS) {
      double at = SurprisePower.reliability(reliability, made.draws(), k);
      if (k > made.draws() && at > 0 && at <= 1
          && new SurprisePower(size(PlannedEffect.DOPAMINE), at, one.known.get(PlannedFigure.STEPS), tested(),
              made.family())
              .at(one.problems) >= PowerFormula.ENOUGH
          && found(new SignatureTrials(made.settings(), made.process(), k, made.family()), one.problems)
              .share() >= PowerFormula.ENOUGH) {
        return k;
      }
    }
    return null;
  }

  /// All data sets at once, as the test pools them: each has a code as strong as the one that is to be found sparse, and any two of
  /// them share the declared part.
  private List<PlannedAnswer> transfers() {
    if (data.size() < 2) {
      return data.stream()
          .map(one -> unplanned(one, PlannedEffect.TRANSFER, "there is no second data set to transfer to"))
          .toList();
    }
    try {
      return transfers(new TransferTrials(data.stream().map(this::shared).toList(),
          plan.settings(CompareStep.STUDY).study(), trained(), tested()));
    } catch (IllegalArgumentException | NotEnoughData cannot) {
      return data.stream().map(one -> unplanned(one, PlannedEffect.TRANSFER, cannot.getMessage())).toList();
    }
  }

  private ValueCodeTrials shared(Data one) {
    if (one.known.obstacle() != null || one.known.find(PlannedFigure.ACCURACY).isEmpty()) {
      throw new IllegalArgumentException(one.known.dataset() + ": "
          + (one.known.obstacle() != null ? one.known.obstacle() : "its accuracy is not known"));
    }
    if (one.known.find(PlannedFigure.WIDTH).isEmpty() && one.states == null) {
      throw new IllegalArgumentException(one.known.dataset() + ": the width is not known");
    }
    ProbeSettings probe = plan.settings(ProbeStep.STUDY);
    OutcomeModel outcomes = new OutcomeModel(one.known.get(PlannedFigure.ACCURACY), one.known.get(PlannedFigure.ICC));
    return new ValueCodeTrials(new Code(outcomes, samples(), CODE, size(PlannedEffect.SPARSE), 0.5), commonStates(one),
        probe.study().controls(), tested(), probe.study().summary().resamples());
  }

  /// States of one width for all data sets: those of their pilots where all have as many coordinates that vary.
  private Background commonStates(Data one) {
    List<Integer> widths = data.stream().map(each -> each.states == null ? 0 : each.states.width()).distinct().toList();
    return widths.size() == 1 && widths.getFirst() > 0
        ? one.states
        : new ValueCodeTrials.Independent(data.stream()
            .mapToInt(each -> each.states != null
                ? each.states.width()
                : (int) Math.min(Pilot.WIDEST, each.known.get(PlannedFigure.WIDTH)))
            .min().orElseThrow());
  }

  /// Problems of each data set: as planned, and three times as many, or half where that is too many to simulate.
  private List<List<Integer>> sizes() {
    List<Integer> planned = data.stream().map(one -> Math.min(MOST_SIMULATED, one.problems)).toList();
    boolean room = planned.stream().allMatch(problems -> FACTORS[1] * problems <= MOST_SIMULATED);
    return List.of(planned,
        planned.stream().map(problems -> room ? FACTORS[1] * problems : Math.max(20, problems / 2)).toList());
  }

  private List<PlannedAnswer> transfers(TransferTrials made) {
    double effect = size(PlannedEffect.TRANSFER);
    List<List<PowerBySize.Point>> points = new ArrayList<>();
    data.forEach(_ -> points.add(new ArrayList<>()));
    for (List<Integer> problems : sizes()) {
      int found = (int) IntStream.range(0, trials)
          .filter(k -> made.verdict(problems, effect, seed + 7919L * k) == Verdict.YES).count();
      for (int d = 0; d < data.size(); d++) {
        points.get(d).add(new PowerBySize.Point(problems.get(d), found, trials));
      }
    }
    return IntStream.range(0, data.size()).mapToObj(d -> {
      PowerBySize curve = PowerBySize.of(points.get(d));
      OptionalInt needed = curve.problemsNeeded();
      return planned(data.get(d), PlannedEffect.TRANSFER, Means.SIMULATION, curve.at(data.get(d).problems),
          new Needs(needed.isPresent() ? needed.getAsInt() : null, samples(), null, null, 1,
              needed.isEmpty() ? "more than " + 4 * points.get(d).getLast().problems() + " problems in all" : null),
          String.format(Locale.ROOT,
              "%s, of %d data sets alike; each has a code of AUROC %s in %d of %d coordinates, at one hook point",
              shares(points.get(d)), data.size(), size(PlannedEffect.SPARSE), CODE,
              made.codes().getFirst().background().width()));
    }).toList();
  }

  private PlannedAnswer search(Data one, OutcomeModel outcomes) {
    SearchSettings search = plan.settings(SearchStep.STUDY);
    double gain = size(PlannedEffect.SEARCH);
    if (gain > 1 - outcomes.accuracy()) {
      return unplanned(one, PlannedEffect.SEARCH,
          String.format(Locale.ROOT, "a gain of %.3f is more than an accuracy of %.3f leaves", gain,
              outcomes.accuracy()));
    }
    PairedPower power = new PairedPower(gain, outcomes, tested(), search.problems());
    OptionalInt needed = new PairedPower(gain, outcomes, tested(), Integer.MAX_VALUE).problemsNeeded();
    Needs needs = new Needs(needed.isPresent() ? needed.getAsInt() : null, null, attempts(needed, search.problems()),
        null, 1, needed.isPresent() ? null : "more than a million problems in all");
    return planned(one, PlannedEffect.SEARCH, Means.FORMULA, power.at(one.problems), needs,
        String.format(Locale.ROOT,
            "at most %d test problems; two completions of a problem differ in %.0f %% of the cases", search.problems(),
            100 * outcomes.discordance()));
  }
}
