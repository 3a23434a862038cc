package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;

/// Losses of known size, planted into the surprises that a response was read at. Problems are drawn with replacement; on them one of
/// the matched controls, with all that it changes, loses a share s of the response more:
///
///     r′ᵢ = cᵢ − s (bᵢ − b̄)
///
/// cᵢ what is read at surprise i under the control, bᵢ in the untouched model, b̄ the middle of the means of both kinds of
/// surprises, so that the planted loss is s times the response and differs from surprise to surprise as the response does. It is then
/// judged as the ablated set is, against all matched controls on the same problems.
///
/// Controls' changes differ by what the controls are, and by which problems they were read on; drawing problems again adds the
/// second once more. Their distances from their mean are therefore made smaller, see [#shrinking].
///
/// @param problems of each surprise
/// @param successes how many surprises are unexpected successes: the first ones; the others are failures
/// @param base what is read at each surprise of the untouched model
/// @param controls the same under each matched set: (controls, surprises)
/// @param seed of everything drawn
record PlantedLosses(String[] problems, int successes, double[] base, List<double[]> controls, long seed) {
  private static final List<Double> LOST = List.of(0.25, 0.5, 0.75, 1.0);
  private static final int PLANTED = 200;
  private static final int PLANTED_FOR_NUMBER = 100;
  private static final int RESAMPLES = 200;
  private static final double FAR = 4;
  private static final double[] TIMES = {0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16};

  /// Mean response at some successes less that at some failures; NaN where either are missing.
  static double contrast(double[] responses, int successes, int[] items) {
    double right = 0;
    double wrong = 0;
    int of = 0;
    for (int item : items) {
      if (item < successes) {
        right += responses[item];
        of++;
      } else {
        wrong += responses[item];
      }
    }
    return right / of - wrong / (items.length - of);
  }

  /// How often a loss is found, by its share of the response.
  ///
  /// @param effect the declared share, planted too
  LossPower power(double effect) {
    List<Double> lost = new ArrayList<>(LOST);
    if (!lost.contains(effect)) {
      lost.add(effect);
    }
    int[][] itemsOf = itemsOf();
    if (controls.isEmpty() || itemsOf.length < 2) {
      return new LossPower(new PowerCurve(0, effect, List.of()), Double.NaN);
    }
    List<PowerCurve.Point> points = lost.stream().sorted()
        .map(share -> new PowerCurve.Point(share, PLANTED, found(share, itemsOf, itemsOf.length, PLANTED))).toList();
    return new LossPower(new PowerCurve(0, effect, points), problemsNeeded(effect, itemsOf));
  }

  /// The fewest from which on every larger number tried finds enough.
  private double problemsNeeded(double share, int[][] itemsOf) {
    double needed = Double.NaN;
    for (int k = TIMES.length - 1; k >= 0; k--) {
      int drawn = (int) Math.ceil(TIMES[k] * itemsOf.length);
      if (drawn < 2
          || found(share, itemsOf, drawn, PLANTED_FOR_NUMBER) < PowerCurve.ENOUGH * PLANTED_FOR_NUMBER) {
        return needed;
      }
      needed = drawn;
    }
    return needed;
  }

  private int found(double share, int[][] itemsOf, int drawn, int times) {
    SplittableRandom random = new SplittableRandom(seed);
    double shrinking = shrinking(itemsOf, (double) drawn / itemsOf.length);
    return (int) IntStream.range(0, times).filter(_ -> isFound(share, itemsOf, drawn, shrinking, random.split()))
        .count();
  }

  private boolean isFound(double share, int[][] itemsOf, int drawn, double shrinking, SplittableRandom random) {
    List<Integer> items = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int k = 0; k < drawn; k++) {
      for (int item : itemsOf[random.nextInt(itemsOf.length)]) {
        items.add(item);
        names.add(Integer.toString(k));
      }
    }
    int[] all = items.stream().mapToInt(Integer::intValue).toArray();
    double[] changes = controls.stream().mapToDouble(control -> change(control, all)).toArray();
    if (Double.isNaN(changes[0])) {
      return false; // surprises of one kind only
    }
    int chosen = random.nextInt(controls.size());
    double middle = Arrays.stream(changes).average().orElseThrow();
    double[] shrunk = Arrays.stream(changes).map(change -> middle + shrinking * (change - middle)).toArray();
    double whole = contrast(base, successes, IntStream.range(0, base.length).toArray());
    double fallen = shrunk[chosen] - share * whole;
    double[] planted = planted(controls.get(chosen), share,
        shrunk[chosen] - changes[chosen] - share * (whole - contrast(base, successes, all)));
    if (!(EmpiricalP.low(fallen, shrunk) <= SurpriseResponse.LEVEL)) {
      return false;
    }
    return isFall(names.toArray(String[]::new), all, planted, random);
  }

  /// Whether the change's interval lies below 0. Where it is further from 0 than resampling can move its end, nothing is resampled:
  /// four standard errors below 0 it does, less than one it does not.
  private boolean isFall(String[] names, int[] items, double[] responses, SplittableRandom random) {
    double change = change(responses, items);
    double error = error(names, items, responses);
    if (change + FAR * error < 0 || change + error >= 0) {
      return change + error < 0;
    }
    return Bootstrap.byProblem(names,
        places -> change(responses, Arrays.stream(places).map(place -> items[place]).toArray()), RESAMPLES, random)
        .high() < 0;
  }

  /// The standard error of a change, by problem.
  ///
  /// @param names of the problems drawn, those of one problem in a row
  private double error(String[] names, int[] items, double[] responses) {
    int right = (int) Arrays.stream(items).filter(item -> item < successes).count();
    double[] means = new double[2];
    for (int item : items) {
      means[item < successes ? 0 : 1] += (responses[item] - base[item])
          / (item < successes ? right : items.length - right);
    }
    double squares = 0;
    double own = 0;
    for (int i = 0; i < items.length; i++) {
      double beyond = responses[items[i]] - base[items[i]];
      own += items[i] < successes ? (beyond - means[0]) / right : -(beyond - means[1]) / (items.length - right);
      if (i + 1 == items.length || !names[i].equals(names[i + 1])) {
        squares += own * own;
        own = 0;
      }
    }
    return Math.sqrt(squares);
  }

  private double change(double[] responses, int[] items) {
    return contrast(responses, successes, items) - contrast(base, successes, items);
  }

  /// @param moved what makes the change that of the control, its distance from the others' mean made smaller, less the share of the
  ///     whole response: which problems were drawn decides neither twice
  private double[] planted(double[] control, double share, double moved) {
    double middle = (mean(base, 0, successes) + mean(base, successes, base.length)) / 2;
    double[] planted = control.clone();
    Arrays.setAll(planted,
        i -> control[i] - share * (base[i] - middle) + (i < successes ? moved : -moved) / 2);
    return planted;
  }

  private static double mean(double[] values, int from, int to) {
    return Arrays.stream(values, from, to).average().orElse(Double.NaN);
  }

  /// By how much distances of controls' changes from their mean are multiplied on problems drawn again:
  ///
  ///     √((τ² + σ²/k) / (τ² + σ² + σ²/k)),  τ² = max(0, variance of the changes − σ²)
  ///
  /// for k times as many problems drawn as there are; σ² is the squared standard error of what one control changes beyond the mean
  /// of all, by problem.
  private double shrinking(int[][] itemsOf, double times) {
    double[] middle = new double[base.length];
    Arrays.setAll(middle, i -> controls.stream().mapToDouble(control -> control[i]).average().orElseThrow());
    int[] all = IntStream.range(0, base.length).toArray();
    double[] changes = new double[controls.size()];
    double error = 0;
    for (int c = 0; c < changes.length; c++) {
      double[] control = controls.get(c);
      double[] beyond = new double[base.length];
      Arrays.setAll(beyond, i -> control[i] - middle[i]);
      changes[c] = contrast(beyond, successes, all);
      error += squaredError(beyond, itemsOf) / changes.length;
    }
    double mean = Arrays.stream(changes).average().orElseThrow();
    double variance = Arrays.stream(changes).map(change -> (change - mean) * (change - mean)).sum()
        / Math.max(1, changes.length - 1);
    double between = Math.max(0, variance - error);
    double spread = between + error + error / times;
    return spread == 0 ? 1 : Math.sqrt((between + error / times) / spread);
  }

  /// Of a contrast, by problem: the sum of squares of what each problem adds to it.
  private double squaredError(double[] values, int[][] itemsOf) {
    double right = mean(values, 0, successes);
    double wrong = mean(values, successes, values.length);
    double sum = 0;
    for (int[] items : itemsOf) {
      double own = 0;
      for (int i : items) {
        own += i < successes ? (values[i] - right) / successes : -(values[i] - wrong) / (values.length - successes);
      }
      sum += own * own;
    }
    return sum;
  }

  private int[][] itemsOf() {
    Map<String, List<Integer>> items = new LinkedHashMap<>();
    IntStream.range(0, problems.length)
        .forEach(i -> items.computeIfAbsent(problems[i], _ -> new ArrayList<>()).add(i));
    return items.values().stream().map(own -> own.stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
  }
}
