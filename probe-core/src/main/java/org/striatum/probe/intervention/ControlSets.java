package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.intervention.InterventionResults.Matching;

/// The sets a target set is compared with: uniformly random ones of its size, and ones whose coordinates have the same
/// RMS, one for one. Both leave out the target and the sinks; sets of a kind are distinct.
///
/// A coordinate matches another if |ln(RMS / RMS)| is within the tolerance. Where too few sets can be drawn the tolerance
/// is doubled once, and [Matching] says so; where that is not enough either there are no matched sets, and no verdict.
///
/// @param random sets of coordinates, each ascending
/// @param matched the same; empty where refused
public record ControlSets(List<List<Integer>> random, List<List<Integer>> matched, Matching matching) {
  private static final int ATTEMPTS_PER_SET = 50;

  public ControlSets {
    random = List.copyOf(random);
    matched = List.copyOf(matched);
  }

  /// Draws controls for a target.
  ///
  /// @param target coordinates of the set under study, distinct
  /// @param count sets of each kind
  /// @param tolerance of the RMS match, in ln units, > 0
  /// @throws IllegalArgumentException if the target is empty, repeats itself, leaves the layer, or is so large that no
  ///     random set of its size is left
  public static ControlSets draw(Collection<Integer> target, CoordinateScales scales, int count, double tolerance,
      RandomGenerator random) {
    Set<Integer> members = new TreeSet<>(target);
    int width = scales.width();
    if (members.isEmpty() || members.size() != target.size()) {
      throw new IllegalArgumentException("a neuron set must name distinct coordinates, at least one, found " + target);
    }
    for (int i : members) {
      if (i < 0 || i >= width) {
        throw new IllegalArgumentException("coordinates must be in [0, " + width + "), found " + i);
      }
    }
    if (!(tolerance > 0)) {
      throw new IllegalArgumentException("matching tolerance must be > 0, found " + tolerance);
    }
    List<Integer> sinks = scales.sinks();
    List<Integer> pool = IntStream.range(0, width).filter(i -> !members.contains(i) && !sinks.contains(i)).boxed()
        .toList();
    if (pool.size() < members.size()) {
      throw new IllegalArgumentException("a set of " + members.size() + " coordinates leaves " + pool.size()
          + " of " + width + " for controls: choose a smaller set");
    }
    List<List<Integer>> uniform = distinct(count, () -> uniform(pool, members.size(), random));
    if (uniform.size() < count) {
      throw new IllegalArgumentException("only " + uniform.size() + " distinct random sets of " + members.size()
          + " coordinates exist, " + count + " were asked for: choose fewer controls");
    }
    for (double allowed : new double[]{tolerance, 2 * tolerance}) {
      List<List<Integer>> matched = distinct(count, () -> matched(members, pool, scales, allowed, random));
      if (matched.size() == count) {
        return new ControlSets(uniform, matched, matching(members, matched, scales, allowed, sinks, null));
      }
    }
    return new ControlSets(uniform, List.of(), matching(members, List.of(), scales, 2 * tolerance, sinks,
        "fewer than " + count + " distinct sets match the target's RMS within a factor of "
            + "%.2f".formatted(Math.exp(2 * tolerance))));
  }

  private interface Draw {
    /// A set, or null if this attempt failed.
    List<Integer> attempt();
  }

  private static List<List<Integer>> distinct(int count, Draw draw) {
    Set<List<Integer>> sets = new LinkedHashSet<>();
    for (int attempt = 0; sets.size() < count && attempt < ATTEMPTS_PER_SET * count; attempt++) {
      List<Integer> set = draw.attempt();
      if (set != null) {
        sets.add(set.stream().sorted().toList());
      }
    }
    return List.copyOf(sets);
  }

  private static List<Integer> uniform(List<Integer> pool, int size, RandomGenerator random) {
    List<Integer> left = new ArrayList<>(pool);
    for (int i = 0; i < size; i++) {
      Collections.swap(left, i, i + random.nextInt(left.size() - i));
    }
    return List.copyOf(left.subList(0, size));
  }

  /// One match for each member, those with fewest candidates first; null if a member finds none.
  private static List<Integer> matched(Set<Integer> members, List<Integer> pool, CoordinateScales scales,
      double tolerance, RandomGenerator random) {
    List<List<Integer>> candidates = members.stream()
        .map(member -> pool.stream().filter(i -> Math.abs(logRatio(scales, i, member)) <= tolerance).toList())
        .sorted(Comparator.comparingInt(List::size)).toList();
    Set<Integer> chosen = new HashSet<>();
    for (List<Integer> of : candidates) {
      List<Integer> free = of.stream().filter(i -> !chosen.contains(i)).toList();
      if (free.isEmpty()) {
        return null;
      }
      chosen.add(free.get(random.nextInt(free.size())));
    }
    return List.copyOf(chosen);
  }

  private static double logRatio(CoordinateScales scales, int coordinate, int member) {
    return scales.rms()[coordinate] == scales.rms()[member]
        ? 0
        : Math.log(scales.rms()[coordinate] / scales.rms()[member]);
  }

  /// How well the sets match, coordinates paired in order of RMS.
  private static Matching matching(Set<Integer> members, List<List<Integer>> sets, CoordinateScales scales,
      double tolerance, List<Integer> sinks, String refused) {
    List<Integer> target = byRms(members, scales);
    double worst = 0;
    double sum = 0;
    for (List<Integer> set : sets) {
      List<Integer> ordered = byRms(set, scales);
      for (int i = 0; i < target.size(); i++) {
        double ratio = logRatio(scales, ordered.get(i), target.get(i));
        worst = Math.max(worst, Math.abs(ratio));
        sum += ratio;
      }
    }
    return new Matching(tolerance, sets.isEmpty() ? Double.NaN : worst,
        sets.isEmpty() ? Double.NaN : sum / (sets.size() * target.size()), sinks, refused);
  }

  private static List<Integer> byRms(Collection<Integer> coordinates, CoordinateScales scales) {
    return coordinates.stream().sorted(Comparator.comparingDouble(i -> scales.rms()[i])).toList();
  }
}
