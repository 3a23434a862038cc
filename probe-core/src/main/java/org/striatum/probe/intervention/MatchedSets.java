package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.intervention.InterventionResults.Matching;
import org.striatum.probe.run.NotEnoughData;

/// The control sets of one target set: random ones, and ones matched to it on RMS, so that what is removed is of the same size
/// but stands elsewhere. All have the target's size and distinct coordinates, no two of a kind are equal, and none holds a
/// coordinate of the target, of another set under test, or a sink.
///
/// A matched set has one coordinate for each of the target's, within the tolerance of its RMS: |ln(RMS / target RMS)| ≤
/// tolerance. Where that cannot be done the tolerance is doubled once; where it still cannot, no matched set is drawn and
/// the reason is given. At least [#LEAST] distinct sets must be found, since with fewer no p can reach 0.05. Fewer than
/// asked for are kept where there are no more.
///
/// Since controls leave the target out, p is somewhat too small where few coordinates can stand in for it: among 30
/// exchangeable coordinates, 29 of 300 sets of 3 without value passed at p ≤ 0.05, where 15 should. With hundreds of
/// candidates the effect is negligible.
///
/// @param random uniformly random sets
/// @param matched RMS-matched sets; empty if refused
/// @param matching how well they match, with the tolerance that was used
public record MatchedSets(List<List<Integer>> random, List<List<Integer>> matched, Matching matching) {
  /// 1/(1 + 19) = 0.05.
  public static final int LEAST = 19;
  /// A quarter larger or smaller.
  public static final double DEFAULT_TOLERANCE = Math.log(1.25);

  public MatchedSets {
    random = random.stream().map(List::copyOf).toList();
    matched = matched.stream().map(List::copyOf).toList();
  }

  /// Draws the control sets.
  ///
  /// @param rms RMS of each coordinate: (d)
  /// @param target coordinates of the set under test
  /// @param others coordinates of other sets under test, left out of every control
  /// @param sinks left out of every control
  /// @param sets how many of each kind, ≥ [#LEAST]: 99 where outcomes need generation, 999 by log-probability
  /// @param tolerance on |ln(RMS / target RMS)|, > 0
  /// @throws NotEnoughData if too few coordinates are left for random sets
  /// @throws IllegalArgumentException on an empty, repeating or out-of-range target
  public static MatchedSets draw(double[] rms, Collection<Integer> target, Collection<Integer> others,
      Collection<Integer> sinks, int sets, double tolerance, RandomGenerator random) {
    Sinks.requireMagnitudes(rms);
    Set<Integer> excluded = new TreeSet<>(target);
    if (target.isEmpty() || excluded.size() != target.size()
        || target.stream().anyMatch(j -> j < 0 || j >= rms.length)) {
      throw new IllegalArgumentException(
          "a target needs distinct coordinates in [0, " + rms.length + "), found " + target);
    }
    if (sets < LEAST || !(tolerance > 0)) {
      throw new IllegalArgumentException("controls need at least " + LEAST + " sets and a tolerance > 0, found " + sets
          + " and " + tolerance);
    }
    excluded.addAll(others);
    excluded.addAll(sinks);
    int[] pool = IntStream.range(0, rms.length).filter(j -> !excluded.contains(j)).toArray();
    int[][] anyOfPool = new int[target.size()][];
    Arrays.fill(anyOfPool, pool);
    List<List<Integer>> uniform = distinctSets(anyOfPool, sets, random);
    NotEnoughData.require("an ablation of " + target.size() + " coordinates",
        "distinct random sets of the same size among the " + pool.length
            + " coordinates outside the sets and the sinks",
        uniform.size(), LEAST);
    List<Integer> sinkList = List.copyOf(new TreeSet<>(sinks));
    List<Integer> members = List.copyOf(target);
    for (double allowed : new double[]{tolerance, 2 * tolerance}) {
      int[][] candidates = candidates(rms, members, pool, allowed);
      List<List<Integer>> matched = distinctSets(candidates, sets, random);
      if (matched.size() >= LEAST) {
        return new MatchedSets(uniform, matched, residual(rms, members, matched, allowed, sinkList));
      }
    }
    return new MatchedSets(uniform, List.of(), new Matching(2 * tolerance, Double.NaN, Double.NaN, sinkList,
        refusal(rms, members, candidates(rms, members, pool, 2 * tolerance), 2 * tolerance, sinkList)));
  }

  private static int[][] candidates(double[] rms, List<Integer> members, int[] pool, double tolerance) {
    return members.stream().map(
        t -> IntStream.of(pool).filter(j -> Math.abs(logRatio(rms[j], rms[t])) <= tolerance).toArray())
        .toArray(int[][]::new);
  }

  /// ln(a / b), and 0 for two coordinates that are always 0.
  private static double logRatio(double a, double b) {
    return a == b ? 0 : Math.log(a / b);
  }

  /// Distinct sets with one coordinate out of each row of `candidates`, in the rows' order: rows with the fewest choose
  /// first, each uniformly among what is left to it.
  private static List<List<Integer>> distinctSets(int[][] candidates, int sets, RandomGenerator random) {
    int[] order = IntStream.range(0, candidates.length).boxed()
        .sorted(Comparator.comparingInt((Integer r) -> candidates[r].length)).mapToInt(Integer::intValue).toArray();
    Set<Set<Integer>> seen = new HashSet<>();
    List<List<Integer>> drawn = new ArrayList<>();
    for (long attempt = 0; attempt < 1000 + 20L * sets && drawn.size() < sets; attempt++) {
      Integer[] set = new Integer[candidates.length];
      Set<Integer> used = new HashSet<>();
      for (int r : order) {
        OptionalInt free = anyFree(candidates[r], used, random);
        if (free.isEmpty()) {
          break;
        }
        set[r] = free.getAsInt();
        used.add(set[r]);
      }
      if (used.size() == candidates.length && seen.add(used)) {
        drawn.add(List.of(set));
      }
    }
    return drawn;
  }

  private static OptionalInt anyFree(int[] candidates, Set<Integer> used, RandomGenerator random) {
    for (int guess = 0; guess < 8 && candidates.length > 0; guess++) {
      int candidate = candidates[random.nextInt(candidates.length)];
      if (!used.contains(candidate)) {
        return OptionalInt.of(candidate);
      }
    }
    int[] free = IntStream.of(candidates).filter(j -> !used.contains(j)).toArray();
    return free.length == 0 ? OptionalInt.empty() : OptionalInt.of(free[random.nextInt(free.length)]);
  }

  private static Matching residual(double[] rms, List<Integer> members, List<List<Integer>> matched, double tolerance,
      List<Integer> sinks) {
    double worst = 0;
    double sum = 0;
    for (List<Integer> set : matched) {
      for (int r = 0; r < set.size(); r++) {
        double ratio = logRatio(rms[set.get(r)], rms[members.get(r)]);
        worst = Math.max(worst, Math.abs(ratio));
        sum += ratio;
      }
    }
    return new Matching(tolerance, worst, sum / matched.size() / members.size(), sinks, null);
  }

  private static String refusal(double[] rms, List<Integer> members, int[][] candidates, double tolerance,
      List<Integer> sinks) {
    int hardest = IntStream.range(0, candidates.length).boxed()
        .min(Comparator.comparingInt((Integer r) -> candidates[r].length)).orElseThrow();
    int member = members.get(hardest);
    return String.format(Locale.ROOT,
        "fewer than %d distinct sets lie within a factor of %.2f of the target's RMS: coordinate %d (RMS %.4g%s) has %d "
            + "others to stand in for it",
        LEAST, Math.exp(tolerance), member, rms[member], sinks.contains(member) ? ", itself a sink" : "",
        candidates[hardest].length);
  }
}
