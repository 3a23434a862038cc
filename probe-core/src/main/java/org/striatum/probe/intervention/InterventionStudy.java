package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.McNemarTable;
import org.striatum.probe.intervention.InterventionResults.Verdict;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.GatedModel.Scorer;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.McNemar;

/// Does the model use a set of neurons? The same items go through the same graph under many gates at one hook point: the
/// identity (base), the set's own gate with an empty mask (must equal base bit for bit), the set, every random set and
/// every RMS-matched set. Outcomes are paired by item; effects are outcome minus base, so damage is negative. (arXiv
/// 2602.00986, §4; the matched arm, the empty mask and the verdict are ours.)
///
/// @param model not closed here
/// @param progress stepped once an arm
public record InterventionStudy(GatedModel model, Progress progress) {
  private static final double ALPHA = 0.05;

  /// What is to be tested.
  ///
  /// @param primary whether it was named before the run
  /// @param set e.g. `value@1%`
  /// @param coordinates of the set
  /// @param positions where the gate acts
  public record Plan(boolean primary, String dataset, HookPoint hook, String set, List<Integer> coordinates,
      Ablation ablation, PositionMask positions) {
    public Plan {
      coordinates = List.copyOf(coordinates);
      if (positions == PositionMask.NONE) {
        throw new IllegalArgumentException("an intervention must act somewhere, found positions none");
      }
    }
  }

  /// A text to score: the continuation's log-probability is the outcome.
  public record ScoredText(String problem, TokenSequence tokens) {}

  /// A prompt to continue and grade.
  ///
  /// @param sample which of the problem's attempts, from 0
  /// @param seed the same in every arm
  public record Attempt(Problem problem, int sample, TokenSequence prompt, long seed) {}

  /// How attempts become successes.
  ///
  /// @param decoder token ids to text
  /// @param batchSize how many run together
  public record Generation(Sampling sampling, Function<int[], String> decoder, Grader grader, int batchSize) {}

  /// Outcomes of one arm, and what tells whether two arms are the same to the bit.
  private record Arm(double[] outcomes, List<Completion> completions) {
    boolean isIdenticalTo(Arm other) {
      if (!Arrays.equals(outcomes, other.outcomes) || completions.size() != other.completions.size()) {
        return false;
      }
      for (int i = 0; i < completions.size(); i++) {
        Completion one = completions.get(i);
        Completion two = other.completions.get(i);
        if (!Arrays.equals(one.tokens(), two.tokens()) || one.finished() != two.finished()
            || one.logProbability() != two.logProbability()) {
          return false;
        }
      }
      return true;
    }
  }

  /// The effect on Σ log p of given continuations, in nats an item. What lies below the hook point runs once.
  ///
  /// @param random resamples problems
  /// @throws IllegalArgumentException without items, or on coordinates the hook point does not have
  /// @throws IllegalStateException if the model returns NaN or ∞
  public Intervention logProbability(Plan plan, List<ScoredText> items, MatchedSets controls, RandomGenerator random) {
    String[] problems = items.stream().map(ScoredText::problem).toArray(String[]::new);
    try (Scorer scorer = model.scorer(items.stream().map(ScoredText::tokens).toList(), plan.hook)) {
      return run(plan, "log-probability", problems, controls,
          gate -> new Arm(scorer.logProbabilities(gate), List.of()), random, (_, _) -> null);
    }
  }

  /// The effect on the share of attempts graded right. All arms draw with the same seeds. McNemar's test takes the first
  /// sample of each problem.
  ///
  /// @param random resamples problems
  /// @throws IllegalArgumentException without attempts, or on coordinates the hook point does not have
  public Intervention accuracy(Plan plan, List<Attempt> attempts, Generation generation, MatchedSets controls,
      RandomGenerator random) {
    List<TokenSequence> prompts = attempts.stream().map(Attempt::prompt).toList();
    long[] seeds = attempts.stream().mapToLong(Attempt::seed).toArray();
    String[] problems = attempts.stream().map(attempt -> attempt.problem.id()).toArray(String[]::new);
    int[] first = firstSamples(attempts);
    return run(plan, "accuracy", problems, controls, gate -> {
      List<Completion> completions = model.generate(prompts, seeds, generation.sampling, Gates.of(plan.hook, gate),
          generation.batchSize, () -> {});
      double[] rewards = new double[completions.size()];
      Arrays.setAll(rewards, i -> generation.grader.reward(attempts.get(i).problem,
          generation.decoder.apply(completions.get(i).tokens())));
      return new Arm(rewards, completions);
    }, random, (base, ablated) -> table(base, ablated, first));
  }

  private Intervention run(Plan plan, String outcome, String[] problems, MatchedSets controls,
      Function<Gate, Arm> arm, RandomGenerator random, McNemarOf mcNemar) {
    if (problems.length == 0) {
      throw new IllegalArgumentException("an intervention needs items to measure on, found none");
    }
    Stream.concat(controls.random().stream(), controls.matched().stream()).forEach(set -> {
      if (set.size() != plan.coordinates.size() || !Collections.disjoint(set, plan.coordinates)) {
        throw new IllegalArgumentException("controls must be as large as the set and outside it, found " + set + " for "
            + plan.coordinates + ": draw them for this set");
      }
    });
    int width = model.width(plan.hook);
    int arms = 3 + controls.random().size() + controls.matched().size();
    try (Progress.Task task = progress.start("arms of " + plan.set + " at " + plan.hook, arms, "arm")) {
      Arm base = measure(arm, Gate.identity(width), "base", task);
      Gate gate = plan.ablation.gate(width, plan.coordinates);
      Arm empty = measure(arm, gate.at(PositionMask.NONE), "empty mask", task);
      Arm ablated = measure(arm, gate.at(plan.positions), plan.set, task);
      boolean identical = empty.isIdenticalTo(base);
      List<Double> randomEffects = effects(plan, width, controls.random(), "random", base, arm, task);
      List<Double> matchedEffects = effects(plan, width, controls.matched(), "matched", base, arm, task);

      double[] differences = difference(base, ablated);
      Estimate effect = Bootstrap.meanByProblem(problems, differences, random);
      double pRandom = pOf(effect, randomEffects);
      double pMatched = pOf(effect, matchedEffects);
      return new Intervention(plan.primary, plan.dataset, plan.hook, plan.set, plan.coordinates, plan.ablation.kind(),
          plan.positions, outcome, problems.length, (int) Arrays.stream(problems).distinct().count(), identical,
          Bootstrap.meanByProblem(problems, base.outcomes, random),
          Bootstrap.meanByProblem(problems, ablated.outcomes, random), effect, randomEffects, matchedEffects,
          controls.matching(), pRandom, pMatched, pRandom, pMatched,
          mcNemar.of(base.outcomes, ablated.outcomes),
          identical ? verdict(effect.value(), pRandom, pMatched) : Verdict.UNDECIDED);
    }
  }

  private static Arm measure(Function<Gate, Arm> arm, Gate gate, String name, Progress.Task task) {
    Arm measured = arm.apply(gate);
    for (int i = 0; i < measured.outcomes.length; i++) {
      if (!Double.isFinite(measured.outcomes[i])) {
        throw new IllegalStateException(
            "the outcome of item " + i + " in arm '" + name + "' must be finite, found " + measured.outcomes[i]);
      }
    }
    task.step(1);
    return measured;
  }

  private static List<Double> effects(Plan plan, int width, List<List<Integer>> sets, String name, Arm base,
      Function<Gate, Arm> arm, Progress.Task task) {
    List<Double> effects = new ArrayList<>();
    for (Collection<Integer> set : sets) {
      Gate gate = plan.ablation.gate(width, set).at(plan.positions);
      effects.add(Arrays.stream(difference(base, measure(arm, gate, name, task))).average().orElseThrow());
    }
    return effects;
  }

  private static double[] difference(Arm base, Arm other) {
    double[] difference = new double[base.outcomes.length];
    Arrays.setAll(difference, i -> other.outcomes[i] - base.outcomes[i]);
    return difference;
  }

  private static double pOf(Estimate effect, List<Double> controls) {
    return EmpiricalP.low(effect.value(), controls.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /// Value-specific if there is damage beyond the RMS-matched controls, generic if only beyond the uniform ones.
  static Verdict verdict(double effect, double pRandom, double pMatched) {
    if (Double.isNaN(pMatched)) {
      return Verdict.UNDECIDED;
    }
    if (effect < 0 && pMatched <= ALPHA) {
      return Verdict.VALUE_SPECIFIC;
    }
    return effect < 0 && pRandom <= ALPHA ? Verdict.GENERIC : Verdict.NONE;
  }

  /// Exact McNemar on some items, where the outcome is a success; null where it is not.
  @FunctionalInterface
  private interface McNemarOf {
    McNemarTable of(double[] base, double[] ablated);
  }

  private static McNemarTable table(double[] base, double[] ablated, int[] items) {
    int broken = 0;
    int repaired = 0;
    for (int i : items) {
      broken += base[i] == 1 && ablated[i] == 0 ? 1 : 0;
      repaired += base[i] == 0 && ablated[i] == 1 ? 1 : 0;
    }
    return new McNemarTable(broken, repaired, McNemar.exact(broken, repaired));
  }

  /// The attempt with the lowest sample number of each problem.
  private static int[] firstSamples(List<Attempt> attempts) {
    Map<String, Integer> first = new HashMap<>();
    for (int i = 0; i < attempts.size(); i++) {
      first.merge(attempts.get(i).problem.id(), i,
          (one, two) -> attempts.get(two).sample < attempts.get(one).sample ? two : one);
    }
    return first.values().stream().mapToInt(Integer::intValue).toArray();
  }
}
