package org.striatum.peft.llm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.intervention.MatchedSets;
import org.striatum.probe.intervention.NamedSet;
import org.striatum.probe.intervention.Sinks;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.stats.RandomStreams;

/// Neurons that a gate is learned on: one set, or several random sets of one kind.
///
/// @param name which
/// @param draws hook point → coordinates, at least one draw
public record GatedArm(AdaptationArm name, List<SortedMap<HookPoint, List<Integer>>> draws) {
  public GatedArm {
    draws = draws.stream().map(draw -> Collections.unmodifiableSortedMap(new TreeMap<>(draw))).toList();
    if (draws.isEmpty()) {
      throw new IllegalArgumentException("an arm needs at least one set of neurons, found none");
    }
  }

  /// One set.
  public static GatedArm of(AdaptationArm name, SortedMap<HookPoint, List<Integer>> set) {
    return new GatedArm(name, List.of(set));
  }

  /// Every coordinate of every hook point.
  public static GatedArm all(Map<HookPoint, StateScale> scales) {
    SortedMap<HookPoint, List<Integer>> all = new TreeMap<>();
    scales.forEach((hook, scale) -> all.put(hook, IntStream.range(0, scale.width()).boxed().toList()));
    return of(AdaptationArm.ALL, all);
  }

  /// The coordinates of largest RMS, equally many at each hook point as in `target`; sinks are left out.
  ///
  /// @throws NotEnoughData if no hook point has as many
  public static GatedArm largest(SortedMap<HookPoint, List<Integer>> target, Map<HookPoint, StateScale> scales) {
    SortedMap<HookPoint, List<Integer>> largest = new TreeMap<>();
    target.forEach((hook, set) -> NamedSet.beside(scales.get(hook).sizes().rms(), set, sinks(scales.get(hook))).stream()
        .filter(beside -> beside.name().equals(NamedSet.LARGEST)).findFirst()
        .ifPresent(beside -> largest.put(hook, beside.coordinates())));
    NotEnoughData.require("a set of the largest coordinates",
        "hook points with as many coordinates besides sinks as the set has", largest.size(), 1);
    return of(AdaptationArm.LARGEST, largest);
  }

  /// Random sets of the same size and RMS as `target`, hook point by hook point, without any coordinate of it, of `others`
  /// or a sink.
  ///
  /// @param set whose neurons `target` are
  /// @param others other sets under test
  /// @param count how many are drawn, ≥ 1
  /// @param notes told where RMS could not be matched and any coordinates were drawn instead
  /// @throws NotEnoughData if too few coordinates are left
  public static GatedArm matched(AdaptationArm set, SortedMap<HookPoint, List<Integer>> target,
      Collection<SortedMap<HookPoint, List<Integer>>> others, Map<HookPoint, StateScale> scales, int count, long seed,
      List<String> notes) {
    if (count < 1) {
      throw new IllegalArgumentException("at least one matched set must be drawn, found " + count);
    }
    List<SortedMap<HookPoint, List<Integer>>> draws = new ArrayList<>();
    IntStream.range(0, count).forEach(_ -> draws.add(new TreeMap<>()));
    RandomGenerator random = new RandomStreams(seed).of("matched to " + set);
    target.forEach((hook, coordinates) -> {
      TreeSet<Integer> excluded = new TreeSet<>();
      others.forEach(other -> excluded.addAll(other.getOrDefault(hook, List.of())));
      excluded.removeAll(coordinates);
      MatchedSets controls = MatchedSets.draw(scales.get(hook).sizes().rms(), coordinates, excluded,
          sinks(scales.get(hook)), Math.max(MatchedSets.LEAST, count), MatchedSets.DEFAULT_TOLERANCE, random);
      boolean matched = controls.matched().size() >= count;
      if (!matched) {
        notes.add("%s at %s: random sets are not matched on RMS there (%s)".formatted(set, hook,
            controls.matched().isEmpty() ? controls.matching().refused() : "too few distinct sets"));
      }
      List<List<Integer>> sets = matched ? controls.matched() : controls.random();
      for (int draw = 0; draw < count; draw++) {
        draws.get(draw).put(hook, sets.get(draw % sets.size()));
      }
    });
    return new GatedArm(set.matched(), draws);
  }

  private static List<Integer> sinks(StateScale scale) {
    return Sinks.detect(scale.sizes().greatest()).coordinates();
  }
}
