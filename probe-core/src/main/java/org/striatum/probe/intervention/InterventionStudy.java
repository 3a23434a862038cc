package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.McNemarTable;
import org.striatum.probe.intervention.InterventionResults.Verdict;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.FalseDiscovery;
import org.striatum.probe.stats.McNemar;

/// Zero-ablates a neuron set and asks whether that hurts more than ablating others: uniformly random sets, and sets
/// matched on RMS. Base, empty mask and every arm run the same items on the same graph. (arXiv 2602.00986 ablates the
/// top 1 % of one layer against random sets; the matched arm is ours.)
///
/// Sees the model only as [GatedModel]. Not thread-safe.
public final class InterventionStudy {
  private final GatedModel model;
  private final InterventionSettings settings;
  private final long seed;

  /// A study whose control sets and bootstraps are drawn from `seed`.
  public InterventionStudy(GatedModel model, InterventionSettings settings, long seed) {
    this.model = model;
    this.settings = settings;
    this.seed = seed;
  }

  /// A named set of neurons at a hook point, found on a dataset.
  ///
  /// @param primary whether it was named before the run
  /// @param set e.g. `value@1%`
  public record Target(boolean primary, String dataset, HookPoint hook, String set, List<Integer> coordinates) {
    public Target {
      coordinates = List.copyOf(coordinates);
    }
  }

  /// What every arm runs: a prompt (and, to be scored, its continuation), with the seed of its generator.
  public record Item(String problem, TokenSequence sequence, long seed) {}

  /// Decides whether a completion of item i is a success (1) or not (0).
  @FunctionalInterface
  public interface Success {
    double of(int item, Completion completion);
  }

  /// Runs one arm: outcomes of all items under a gate.
  @FunctionalInterface
  private interface Arm {
    double[] outcomes(Gate gate);
  }

  /// Arms of one intervention: base, empty mask, target, and the controls of both kinds.
  public int arms() {
    return 3 + 2 * settings.controls();
  }

  /// Outcome: accuracy of what the model writes, same problems and seeds in every arm.
  ///
  /// @param items prompts
  /// @param task stepped once an arm
  public Intervention byGeneration(Target target, CoordinateScales scales, List<Item> items, Sampling sampling,
      Success success, int batchSize, Progress.Task task) {
    List<TokenSequence> prompts = items.stream().map(Item::sequence).toList();
    long[] seeds = items.stream().mapToLong(Item::seed).toArray();
    return run(target, scales, items, "accuracy", gate -> {
      List<Completion> completions = model.generate(prompts, seeds, sampling, Gates.of(target.hook(), gate), batchSize,
          () -> {});
      double[] outcomes = new double[completions.size()];
      Arrays.setAll(outcomes, i -> success.of(i, completions.get(i)));
      return outcomes;
    }, task);
  }

  /// Outcome: Σ log p of each item's continuation (a reference solution with its steps), in nats.
  ///
  /// @param task stepped once an arm
  public Intervention byLogProbability(Target target, CoordinateScales scales, List<Item> items, Progress.Task task) {
    try (GatedModel.Scorer scorer = model.scorer(items.stream().map(Item::sequence).toList(), target.hook())) {
      return run(target, scales, items, "log-probability", scorer::logProbabilities, task);
    }
  }

  private Intervention run(Target target, CoordinateScales scales, List<Item> items, String outcome, Arm arm,
      Progress.Task task) {
    if (items.isEmpty()) {
      throw new IllegalArgumentException("an intervention needs at least one item, found none for " + target.dataset());
    }
    int width = model.width(target.hook());
    if (scales.width() != width) {
      throw new IllegalArgumentException(
          target.hook() + " has " + width + " coordinates, found scales of " + scales.width());
    }
    SplittableRandom random = new SplittableRandom(
        seed ^ (31L * target.hook().toString().hashCode() + target.dataset().hashCode()));
    ControlSets controls = ControlSets.draw(target.coordinates(), scales, settings.controls(), settings.tolerance(),
        random);
    Gate ablation = zeroing(width, target.coordinates());
    double[] base = stepped(task, arm.outcomes(Gate.identity(width)));
    double[] empty = stepped(task, arm.outcomes(ablation.at(PositionMask.NONE)));
    double[] ablated = stepped(task, arm.outcomes(ablation));
    List<Double> randomEffects = effects(controls.random(), base, arm, width, task);
    List<Double> matchedEffects = effects(controls.matched(), base, arm, width, task);

    String[] problems = items.stream().map(Item::problem).toArray(String[]::new);
    double[] difference = minus(ablated, base);
    double effect = mean(difference);
    double pRandom = EmpiricalP.low(effect, toArray(randomEffects));
    double pMatched = EmpiricalP.low(effect, toArray(matchedEffects));
    return new Intervention(target.primary(), target.dataset(), target.hook(), target.set(), target.coordinates(),
        "zero",
        settings.positions(), outcome, items.size(), (int) Arrays.stream(problems).distinct().count(),
        Arrays.equals(base, empty), Bootstrap.meanByProblem(problems, base, random),
        Bootstrap.meanByProblem(problems, ablated, random), Bootstrap.meanByProblem(problems, difference, random),
        randomEffects, matchedEffects, controls.matching(), pRandom, pMatched, pRandom, pMatched,
        outcome.equals("accuracy") ? mcNemar(problems, base, ablated) : null,
        verdict(effect, pRandom, pMatched, settings.level()));
  }

  private Gate zeroing(int width, Collection<Integer> coordinates) {
    return Gate.zeroing(width, coordinates).at(settings.positions());
  }

  private List<Double> effects(List<List<Integer>> sets, double[] base, Arm arm, int width, Progress.Task task) {
    List<Double> effects = new ArrayList<>();
    for (List<Integer> set : sets) {
      effects.add(mean(minus(stepped(task, arm.outcomes(zeroing(width, set))), base)));
    }
    return effects;
  }

  /// Value-specific only if the damage exceeds the RMS-matched distribution, generic if only the uniform one.
  static Verdict verdict(double effect, double pRandom, double pMatched, double level) {
    if (Double.isNaN(pMatched)) {
      return Verdict.UNDECIDED;
    }
    if (effect < 0 && pMatched <= level) {
      return Verdict.VALUE_SPECIFIC;
    }
    return effect < 0 && pRandom <= level ? Verdict.GENERIC : Verdict.NONE;
  }

  /// The primary intervention stands on its own p; all others share one false-discovery rate: their p become q
  /// (Benjamini–Hochberg) and decide their verdicts.
  public InterventionResults together(List<Intervention> interventions) {
    List<Intervention> secondary = interventions.stream().filter(intervention -> !intervention.primary()).toList();
    double[] qRandom = FalseDiscovery
        .benjaminiHochberg(secondary.stream().mapToDouble(Intervention::pRandom).toArray());
    List<Intervention> matchable = secondary.stream().filter(intervention -> !Double.isNaN(intervention.pMatched()))
        .toList();
    double[] qMatched = FalseDiscovery
        .benjaminiHochberg(matchable.stream().mapToDouble(Intervention::pMatched).toArray());
    List<Intervention> all = new ArrayList<>(interventions.stream().filter(Intervention::primary).toList());
    for (int i = 0; i < secondary.size(); i++) {
      int place = matchable.indexOf(secondary.get(i));
      all.add(secondary.get(i).corrected(qRandom[i], place < 0 ? Double.NaN : qMatched[place], settings.level()));
    }
    return new InterventionResults(all);
  }

  /// Each problem counts once, by its first item.
  private static McNemarTable mcNemar(String[] problems, double[] base, double[] ablated) {
    int broken = 0;
    int repaired = 0;
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < problems.length; i++) {
      if (seen.add(problems[i])) {
        broken += base[i] > ablated[i] ? 1 : 0;
        repaired += base[i] < ablated[i] ? 1 : 0;
      }
    }
    return new McNemarTable(broken, repaired, McNemar.exact(broken, repaired));
  }

  private static double[] stepped(Progress.Task task, double[] outcomes) {
    task.step(1);
    return outcomes;
  }

  private static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    Arrays.setAll(difference, i -> a[i] - b[i]);
    return difference;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static double[] toArray(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
