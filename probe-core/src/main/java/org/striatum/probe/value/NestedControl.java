package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.value.DatasetControls.NestedChoice;
import org.striatum.probe.value.DatasetControls.NestedSelection;
import org.striatum.probe.value.OutcomeRegression.Order;
import org.striatum.probe.value.ValueNeuronResults.NullBand;

/// The whole selection inside each of several outer folds of all problems. See [NestedSelection].
///
/// Outcomes as found and every shuffle of them go through together, so that a correlation matrix is computed once for all
/// of them and none is kept.
final class NestedControl {
  private static final Order[] ORDERS = {Order.CORRELATION, Order.RIDGE};

  private final List<HookPoint> hooks;
  private final List<InitialStates> states; // one a hook point, the same rollouts in the same order
  private final ControlSettings settings;
  private final int resamples;
  private final RandomGenerator random;
  private final boolean[][] outcomes; // as found, then each shuffle: (1 + permutations, rollouts)

  NestedControl(List<HookPoint> hooks, List<InitialStates> states, ControlSettings settings, int resamples,
      RandomGenerator random) {
    this.hooks = hooks;
    this.states = states;
    this.settings = settings;
    this.resamples = resamples;
    this.random = random;
    this.outcomes = new boolean[1 + settings.reruns().nestedPermutations()][];
    outcomes[0] = states.getFirst().successes();
    for (int m = 1; m < outcomes.length; m++) {
      outcomes[m] = states.getFirst().shuffled(random).successes();
    }
  }

  /// What was chosen for one outer fold and one dealing of outcomes, while it is looked for.
  private static final class Choice {
    private double inner = Double.NEGATIVE_INFINITY;
    private int hook;
    private int order;
    private int count;
  }

  /// What inner folds say of one hook point within one outer fold: AUROCs summed over them, (outcomes, orders, counts).
  private record Sums(double[][][] of) {}

  /// What the choices of one outer fold come to there.
  ///
  /// @param scores of what was chosen for the outcomes as found: (inside)
  /// @param aurocs (outcomes)
  private record Outer(double[] scores, double[] aurocs) {}

  /// @param name of the pieces, distinct
  /// @param pieces one for each outer fold and hook point, then one for each outer fold
  NestedSelection run(String name, Pieces pieces) {
    String[] problems = states.getFirst().problems();
    ProblemFolds outer = ProblemFolds.deal(problems, settings.folds(), random);
    List<ProblemFolds> inner = IntStream.range(0, outer.folds())
        .mapToObj(fold -> ProblemFolds.deal(
            Arrays.stream(outer.outside(fold)).mapToObj(i -> problems[i]).toArray(String[]::new), settings.folds(),
            random))
        .toList();
    int n = hooks.size();
    List<Sums> sums = pieces.all(Work.of(name + " choices", Sums.class, outer.folds() * n, operations(settings.folds()),
        i -> new Sums(sums(i % n, outer.outside(i / n), inner.get(i / n)))));
    List<Choice[]> chosen = IntStream.range(0, outer.folds())
        .mapToObj(fold -> choose(sums.subList(fold * n, (fold + 1) * n))).toList();
    List<Outer> found = pieces.all(Work.of(name, Outer.class, outer.folds(), operations(1),
        fold -> outer(chosen.get(fold), outer.outside(fold), outer.inside(fold))));
    double[][] aurocs = new double[outcomes.length][outer.folds()];
    List<NestedChoice> choices = new ArrayList<>();
    List<ToDoubleFunction<int[]>> figures = new ArrayList<>();
    for (int fold = 0; fold < outer.folds(); fold++) {
      int[] inside = outer.inside(fold);
      Choice best = chosen.get(fold)[0];
      for (int m = 0; m < outcomes.length; m++) {
        aurocs[m][fold] = found.get(fold).aurocs[m];
      }
      choices.add(new NestedChoice(hooks.get(best.hook), ORDERS[best.order].printed(), best.count, aurocs[0][fold]));
      figures.add(within(outer.foldOf(), found.get(fold).scores, inside));
    }
    double[] nulls = Arrays.stream(aurocs).skip(1).mapToDouble(NestedControl::mean).sorted().toArray();
    double observed = mean(aurocs[0]);
    NullBand band = nulls.length == 0
        ? new NullBand(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN)
        : new NullBand(nulls.length, Arrays.stream(nulls).average().orElseThrow(), Bootstrap.quantile(nulls, 0.025),
            Bootstrap.quantile(nulls, 0.975), EmpiricalP.high(observed, nulls));
    return new NestedSelection(outer.folds(),
        Bootstrap.byProblem(problems, ControlledProbe.mean(figures), resamples, random), band, choices);
  }

  /// About how many so many regressions and their orders take, at the widest hook point.
  private double operations(int regressions) {
    double width = states.stream().mapToInt(InitialStates::width).max().orElseThrow();
    return regressions * width * width * (states.getFirst().size() + width);
  }

  private double[][][] sums(int hook, int[] outside, ProblemFolds inner) {
    InitialStates all = states.get(hook);
    int[] counts = counts(all.width());
    double[][][] sums = new double[outcomes.length][ORDERS.length][counts.length];
    for (int fold = 0; fold < inner.folds(); fold++) {
      int[] fit = of(outside, inner.outside(fold));
      int[] held = of(outside, inner.inside(fold));
      OutcomeRegression regression = OutcomeRegression.of(all.items(fit));
      InitialStates heldStates = all.items(held);
      for (int m = 0; m < outcomes.length; m++) {
        OutcomeRegression.add(sums[m], m == 0 ? regression : regression.with(taken(outcomes[m], fit)),
            heldStates.with(taken(outcomes[m], held)), ORDERS, counts);
      }
    }
    return sums;
  }

  /// Hook point, order and count with the highest AUROC over inner folds, for each of the outcomes.
  ///
  /// @param sums of each hook point
  private Choice[] choose(List<Sums> sums) {
    Choice[] chosen = new Choice[outcomes.length];
    Arrays.setAll(chosen, _ -> new Choice());
    for (int h = 0; h < hooks.size(); h++) {
      int[] counts = counts(states.get(h).width());
      for (int m = 0; m < outcomes.length; m++) {
        for (int o = 0; o < ORDERS.length; o++) {
          for (int k = 0; k < counts.length; k++) {
            if (sums.get(h).of[m][o][k] > chosen[m].inner) {
              chosen[m].inner = sums.get(h).of[m][o][k];
              chosen[m].hook = h;
              chosen[m].order = o;
              chosen[m].count = counts[k];
            }
          }
        }
      }
    }
    return chosen;
  }

  private Outer outer(Choice[] chosen, int[] outside, int[] inside) {
    double[][] scores = scores(chosen, outside, inside);
    double[] aurocs = new double[scores.length];
    Arrays.setAll(aurocs, m -> Auroc.of(scores[m], taken(outcomes[m], inside)));
    return new Outer(scores[0], aurocs);
  }

  private static int[] counts(int width) {
    return Arrays.stream(new double[]{0.01, 0.05, 0.2, 1})
        .mapToInt(share -> (int) Math.max(1, Math.round(width * share)))
        .distinct().toArray();
  }

  /// Outer scores of what was chosen: (outcomes, inside).
  private double[][] scores(Choice[] chosen, int[] outside, int[] inside) {
    double[][] scores = new double[chosen.length][];
    for (int h = 0; h < hooks.size(); h++) {
      OutcomeRegression regression = null;
      InitialStates held = states.get(h).items(inside);
      for (int m = 0; m < chosen.length; m++) {
        if (chosen[m].hook == h) {
          regression = regression == null ? OutcomeRegression.of(states.get(h).items(outside)) : regression;
          OutcomeRegression own = m == 0 ? regression : regression.with(taken(outcomes[m], outside));
          scores[m] = own.head(own.order(ORDERS[chosen[m].order]), chosen[m].count).scores(held.rows(), held.size());
        }
      }
    }
    return scores;
  }

  /// One outer fold's AUROC as a function of any rollouts.
  private static ToDoubleFunction<int[]> fold(double[] scores, boolean[] labels, int[] place) {
    ToDoubleFunction<int[]> auroc = Auroc.over(scores, labels);
    return items -> {
      int[] places = new int[items.length];
      int count = 0;
      for (int item : items) {
        places[count] = place[item];
        count += place[item] >= 0 ? 1 : 0;
      }
      return auroc.applyAsDouble(Arrays.copyOf(places, count));
    };
  }

  private ToDoubleFunction<int[]> within(int[] foldOf, double[] scores, int[] inside) {
    int[] place = new int[foldOf.length];
    Arrays.fill(place, -1);
    for (int k = 0; k < inside.length; k++) {
      place[inside[k]] = k;
    }
    return fold(scores, taken(outcomes[0], inside), place);
  }

  private static boolean[] taken(boolean[] all, int[] items) {
    boolean[] taken = new boolean[items.length];
    for (int k = 0; k < items.length; k++) {
      taken[k] = all[items[k]];
    }
    return taken;
  }

  private static int[] of(int[] items, int[] places) {
    return Arrays.stream(places).map(place -> items[place]).toArray();
  }

  private static double mean(double[] aurocs) {
    return Arrays.stream(aurocs).average().orElseThrow();
  }
}
