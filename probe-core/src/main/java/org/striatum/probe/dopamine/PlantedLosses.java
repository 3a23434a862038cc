package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
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
  private static final int KINDS = 4; // sums of a change: right and wrong, after and before
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

  /// Where losses are planted.
  ///
  /// @param itemsOf surprises of each problem
  /// @param read what is read at each surprise under every control, and last in the untouched model: (surprises, controls + 1)
  /// @param whole response of the untouched model
  private record Source(int[][] itemsOf, double[][] read, double whole) {}

  /// How often a loss is found, by its share of the response.
  ///
  /// @param effect the declared share, planted too
  LossPower power(double effect) {
    List<Double> lost = new ArrayList<>(LOST);
    if (!lost.contains(effect)) {
      lost.add(effect);
    }
    Source source = source();
    int problems = source.itemsOf.length;
    if (controls.isEmpty() || problems < 2) {
      return new LossPower(new PowerCurve(0, effect, List.of()), Double.NaN);
    }
    List<PowerCurve.Point> points = lost.stream().sorted()
        .map(share -> new PowerCurve.Point(share, PLANTED, found(share, source, problems, PLANTED))).toList();
    return new LossPower(new PowerCurve(0, effect, points), problemsNeeded(effect, source));
  }

  /// The fewest from which on every larger number tried finds enough.
  private double problemsNeeded(double share, Source source) {
    double needed = Double.NaN;
    for (int k = TIMES.length - 1; k >= 0; k--) {
      int drawn = (int) Math.ceil(TIMES[k] * source.itemsOf.length);
      if (drawn < 2
          || found(share, source, drawn, PLANTED_FOR_NUMBER) < PowerCurve.ENOUGH * PLANTED_FOR_NUMBER) {
        return needed;
      }
      needed = drawn;
    }
    return needed;
  }

  private int found(double share, Source source, int drawn, int times) {
    SplittableRandom random = new SplittableRandom(seed);
    double shrinking = shrinking(source.itemsOf, (double) drawn / source.itemsOf.length);
    return (int) IntStream.range(0, times).filter(_ -> isFound(share, source, drawn, shrinking, random.split()))
        .count();
  }

  private boolean isFound(double share, Source source, int drawn, double shrinking, SplittableRandom random) {
    int[][] items = new int[drawn][]; // of each problem drawn
    Arrays.setAll(items, _ -> source.itemsOf[random.nextInt(source.itemsOf.length)]);
    double[] contrasts = contrasts(source, items);
    double own = contrasts[controls.size()];
    double[] changes = Arrays.stream(contrasts, 0, controls.size()).map(contrast -> contrast - own).toArray();
    if (Double.isNaN(changes[0])) {
      return false; // surprises of one kind only
    }
    int chosen = random.nextInt(controls.size());
    double middle = Arrays.stream(changes).average().orElseThrow();
    double[] shrunk = Arrays.stream(changes).map(change -> middle + shrinking * (change - middle)).toArray();
    double fallen = shrunk[chosen] - share * source.whole;
    if (!(EmpiricalP.low(fallen, shrunk) <= SurpriseResponse.LEVEL)) {
      return false;
    }
    return isFall(items,
        planted(controls.get(chosen), share, shrunk[chosen] - changes[chosen] - share * (source.whole - own)), random);
  }

  /// [#contrast] of every control, and last of the untouched model, all at once.
  ///
  /// @param items of each problem
  private double[] contrasts(Source source, int[][] items) {
    double[] right = new double[controls.size() + 1];
    double[] wrong = new double[right.length];
    int successful = 0;
    int all = 0;
    for (int[] own : items) {
      for (int item : own) {
        double[] sums = item < successes ? right : wrong;
        double[] read = source.read[item];
        for (int c = 0; c < sums.length; c++) {
          sums[c] += read[c];
        }
        successful += item < successes ? 1 : 0;
      }
      all += own.length;
    }
    for (int c = 0; c < right.length; c++) {
      right[c] = right[c] / successful - wrong[c] / (all - successful);
    }
    return right;
  }

  /// Whether the change's interval lies below 0. Where it is further from 0 than resampling can move its end, nothing is resampled:
  /// four standard errors below 0 it does, less than one it does not.
  ///
  /// @param itemsOf of each problem drawn
  private boolean isFall(int[][] itemsOf, double[] responses, SplittableRandom random) {
    int[] items = Bootstrap.items(itemsOf);
    double change = change(responses, items);
    double error = error(itemsOf, items, responses);
    if (change + FAR * error < 0 || change + error >= 0) {
      return change + error < 0;
    }
    String[] names = IntStream.range(0, itemsOf.length)
        .mapToObj(k -> Collections.nCopies(itemsOf[k].length, Integer.toString(k))).flatMap(List::stream)
        .toArray(String[]::new);
    return Bootstrap.byProblem(names, changeAt(items, responses), RESAMPLES, random).high() < 0;
  }

  /// [#change] as a figure of places among items. Sums of both kinds of surprises are taken without asking which kind an item is:
  /// to the other kind's sum it adds 0.
  private ToDoubleFunction<int[]> changeAt(int[] items, double[] responses) {
    double[] terms = new double[KINDS * items.length];
    int[] isRight = new int[items.length];
    for (int i = 0; i < items.length; i++) {
      isRight[i] = items[i] < successes ? 1 : 0;
      int at = KINDS * i + 2 * (1 - isRight[i]);
      terms[at] = responses[items[i]];
      terms[at + 1] = base[items[i]];
    }
    return places -> {
      double right = 0;
      double rightBefore = 0;
      double wrong = 0;
      double wrongBefore = 0;
      int of = 0;
      for (int place : places) {
        int at = KINDS * place;
        right += terms[at];
        rightBefore += terms[at + 1];
        wrong += terms[at + 2];
        wrongBefore += terms[at + 3];
        of += isRight[place];
      }
      int others = places.length - of;
      return right / of - wrong / others - (rightBefore / of - wrongBefore / others);
    };
  }

  /// The standard error of a change, by problem.
  ///
  /// @param itemsOf of each problem drawn
  /// @param items all of them
  private double error(int[][] itemsOf, int[] items, double[] responses) {
    int right = (int) Arrays.stream(items).filter(item -> item < successes).count();
    int wrong = items.length - right;
    double[] means = new double[2];
    for (int item : items) {
      means[item < successes ? 0 : 1] += (responses[item] - base[item]) / (item < successes ? right : wrong);
    }
    double squares = 0;
    for (int[] ofProblem : itemsOf) {
      double own = 0;
      for (int item : ofProblem) {
        double beyond = responses[item] - base[item];
        own += item < successes ? (beyond - means[0]) / right : -(beyond - means[1]) / wrong;
      }
      squares += own * own;
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

  private Source source() {
    Map<String, List<Integer>> items = new LinkedHashMap<>();
    IntStream.range(0, problems.length)
        .forEach(i -> items.computeIfAbsent(problems[i], _ -> new ArrayList<>()).add(i));
    int[][] itemsOf = items.values().stream().map(own -> own.stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
    double[][] read = IntStream.range(0, base.length)
        .mapToObj(
            i -> DoubleStream.concat(controls.stream().mapToDouble(control -> control[i]), DoubleStream.of(base[i]))
                .toArray())
        .toArray(double[][]::new);
    return new Source(itemsOf, read, contrast(base, successes, IntStream.range(0, base.length).toArray()));
  }
}
