package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.intervention.InterventionResults.Arm;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.LayerSet;
import org.striatum.probe.intervention.InterventionResults.Matching;
import org.striatum.probe.intervention.InterventionResults.McNemarTable;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.McNemar;

/// Interventions whose outcomes are made up, one item a problem.
final class ConstructedArms {
  private ConstructedArms() {}

  /// @param matched outcomes of each matched control; random controls are the same
  /// @param available matched controls that there were
  static MeasuredIntervention of(boolean primary, OutcomeKind outcome, double[] base, double[] target,
      List<double[]> matched, int available) {
    SplittableRandom random = new SplittableRandom(5);
    String[] problems = IntStream.range(0, base.length).mapToObj(i -> "p" + i).toArray(String[]::new);
    Estimate level = Bootstrap.meanByProblem(problems, base, random);
    Estimate effect = Bootstrap.meanByProblem(problems, minus(target, base), random);
    Arm untouched = new Arm("base", 0, level, Estimate.exact(0), null, null, null);
    Arm ablated = new Arm("value@1%", 1, Bootstrap.meanByProblem(problems, target, random), effect,
        outcome == OutcomeKind.ACCURACY ? table(base, target) : null, null, null);
    Controls controls = controls(effect.value(), base, target, matched, available, problems, random);
    Intervention intervention = new Intervention(primary, "add", "value@1%",
        List.of(new LayerSet(HookPoint.residPost(1), List.of(3), new Matching(0.2, 0.1, 0, List.of(), null))),
        AblationKind.ZERO, Double.NaN, PositionMask.ALL, outcome, base.length, base.length, true, untouched, ablated,
        List.of(), controls, controls, null);
    return new MeasuredIntervention(intervention, PlantedDrops.of(problems, Readings.of(base),
        matched.stream().map(Readings::of).toList(), available, intervention.pairs(), 7));
  }

  /// An intervention that all of `exceeding` among 99 controls do more damage than: p = (1 + exceeding) / 100.
  static MeasuredIntervention withP(boolean primary, int exceeding) {
    SplittableRandom random = new SplittableRandom(exceeding);
    double[] base = normal(60, 0, random);
    List<double[]> matched = IntStream.range(0, 99).mapToObj(c -> shifted(base, c < exceeding ? -1 : -0.001 * c, 0.1,
        random)).toList();
    return of(primary, OutcomeKind.LOG_PROBABILITY, base, shifted(base, -0.5, 0.1, random), matched, 99);
  }

  static double[] normal(int items, double mean, RandomGenerator random) {
    return IntStream.range(0, items).mapToDouble(_ -> mean + random.nextGaussian()).toArray();
  }

  static double[] shifted(double[] base, double by, double noise, RandomGenerator random) {
    return Arrays.stream(base).map(value -> value + by + noise * random.nextGaussian()).toArray();
  }

  /// The base with the first `broken` right items wrong and the first `repaired` wrong ones right.
  static double[] flipped(double[] base, int broken, int repaired) {
    double[] flipped = base.clone();
    int left = broken;
    int gained = repaired;
    for (int i = 0; i < base.length; i++) {
      if (base[i] == 1 && left > 0) {
        flipped[i] = 0;
        left--;
      } else if (base[i] == 0 && gained > 0) {
        flipped[i] = 1;
        gained--;
      }
    }
    return flipped;
  }

  private static Controls controls(double effect, double[] base, double[] target, List<double[]> arms, int available,
      String[] problems, RandomGenerator random) {
    List<Double> effects = new ArrayList<>();
    arms.forEach(arm -> effects.add(Readings.of(arm).effect(Readings.of(base))));
    double p = EmpiricalP.low(effect, effects.stream().mapToDouble(Double::doubleValue).toArray());
    Estimate excess = arms.isEmpty()
        ? Estimate.exact(Double.NaN)
        : Readings.of(target).effect(Readings.mean(arms.stream().map(Readings::of).toList()), problems, random);
    return new Controls(effects, available, p, p, 0, excess, null, null);
  }

  private static McNemarTable table(double[] base, double[] target) {
    int broken = (int) IntStream.range(0, base.length).filter(i -> base[i] > target[i]).count();
    int repaired = (int) IntStream.range(0, base.length).filter(i -> base[i] < target[i]).count();
    return new McNemarTable(broken, repaired, McNemar.exact(broken, repaired));
  }

  private static double[] minus(double[] one, double[] other) {
    double[] difference = new double[one.length];
    Arrays.setAll(difference, i -> one[i] - other[i]);
    return difference;
  }
}
