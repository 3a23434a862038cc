package org.striatum.studies.planning;

import java.util.ArrayList;
import java.util.List;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.ContinuationSettings;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.registration.Plan.PlannedCost;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.uses.SearchSettings;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeStep;

/// What a study takes: tokens that the model generates, its time at the pilot's rates, bytes on disk. The time of fits, and of
/// log-probabilities under ablation, is not in it.
///
/// @param plan settings of the study
/// @param data that it is about
public record Costs(StudyPlan plan, List<Planner.Data> data) {
  /// Rows of JSON a token, about.
  private static final int BYTES_A_TOKEN = 6;

  /// Study by study.
  public List<PlannedCost> all() {
    List<PlannedCost> costs = new ArrayList<>();
    costs.add(rollouts());
    costs.add(capture());
    costs.add(dopamine());
    costs.add(ablation());
    costs.add(search());
    return costs;
  }

  /// What is counted of a data set.
  @FunctionalInterface
  private interface Tokens {
    double of(Planner.Data one);
  }

  private PlannedCost generated(String study, Tokens tokens, int bytesAToken) {
    double all = 0;
    double seconds = 0;
    for (Planner.Data one : data) {
      double own = tokens.of(one);
      all += own;
      seconds += own / one.known().get(PlannedFigure.RATE);
    }
    return new PlannedCost(study, Math.round(all), seconds, all * bytesAToken);
  }

  private double tokens(Planner.Data one) {
    double known = one.known().get(PlannedFigure.TOKENS);
    return Double.isNaN(known) ? plan.settings(RolloutStep.STUDY).sampling().maxNewTokens() : known;
  }

  private double rollouts(Planner.Data one) {
    return (double) one.problems() * plan.settings(RolloutStep.STUDY).samples();
  }

  private double tested(Planner.Data one) {
    return Math.round(one.problems() * plan.settings(ProbeStep.STUDY).split().test());
  }

  private PlannedCost rollouts() {
    return generated(RolloutStep.STUDY.name(), one -> rollouts(one) * tokens(one), BYTES_A_TOKEN);
  }

  private PlannedCost capture() {
    double seconds = 0;
    double bytes = 0;
    for (Planner.Data one : data) {
      double rows = rollouts(one) * (tokens(one) + one.known().get(PlannedFigure.PROMPT));
      seconds += rows / one.known().get(PlannedFigure.ROWS);
      bytes += rows * one.known().get(PlannedFigure.ROW_BYTES);
    }
    return new PlannedCost(CaptureStep.STUDY.name(), 0, seconds, bytes);
  }

  /// A continuation goes on from the middle of a completion, on the average.
  private PlannedCost dopamine() {
    ContinuationSettings continuations = plan.settings(DopamineStep.STUDY).continuations();
    return generated(DopamineStep.STUDY.name(),
        one -> Math.min(continuations.rollouts(), rollouts(one)) * one.known().get(PlannedFigure.STEPS)
            * continuations.draws() * (tokens(one) / 2 + 1),
        0);
  }

  /// On the data set that is nearest to an accuracy of one half, all primary sets with their controls.
  private PlannedCost ablation() {
    AblationSettings ablation = plan.settings(AblationStep.STUDY);
    Planner.Data primary = data.stream()
        .min((a, b) -> Double.compare(distance(a), distance(b))).orElseThrow();
    double arms = ablation.sets().size() * (3.0 + 2.0 * ablation.measures().controls());
    return new Costs(plan, List.of(primary)).generated(AblationStep.STUDY.name(),
        one -> arms * Math.min(ablation.measures().attempts(), tested(one)) * tokens(one), 0);
  }

  private static double distance(Planner.Data one) {
    return Math.abs(one.known().get(PlannedFigure.ACCURACY) - 0.5);
  }

  /// Each step is drawn K times by value, by surprise and at random; K whole completions, one of them greedy, beside.
  private PlannedCost search() {
    SearchSettings search = plan.settings(SearchStep.STUDY);
    return generated(SearchStep.STUDY.name(),
        one -> Math.min(search.problems(), tested(one)) * tokens(one) * (4.0 * search.candidates() + 1), 0);
  }
}
