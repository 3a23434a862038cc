package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// A set of coordinates that an intervention is set beside without being drawn at random.
///
/// @param name as reported, e.g. `largest RMS`
public record NamedSet(String name, List<Integer> coordinates) {
  public static final String LARGEST = "largest RMS";
  public static final String SINKS = "sinks";
  public static final String COMPLEMENT = "complement";

  public NamedSet {
    coordinates = List.copyOf(coordinates);
  }

  /// What every intervention at one hook point is set beside: the coordinates of largest RMS, as many as the target has,
  /// sinks left out and the target's own allowed; the sinks, where there are any; and the complement, which is every
  /// coordinate *but* the target's, sinks among them: the target alone is kept.
  ///
  /// @param rms RMS of each coordinate: (d)
  public static List<NamedSet> beside(double[] rms, Collection<Integer> target, Collection<Integer> sinks) {
    Set<Integer> massive = new TreeSet<>(sinks);
    List<NamedSet> sets = new ArrayList<>();
    List<Integer> largest = IntStream.range(0, rms.length).boxed().filter(j -> !massive.contains(j))
        .sorted(Comparator.comparingDouble((Integer j) -> rms[j]).reversed()).limit(target.size()).toList();
    if (largest.size() == target.size()) {
      sets.add(new NamedSet(LARGEST, largest));
    }
    if (!massive.isEmpty()) {
      sets.add(new NamedSet(SINKS, List.copyOf(massive)));
    }
    Set<Integer> kept = Set.copyOf(target);
    sets.add(new NamedSet(COMPLEMENT, IntStream.range(0, rms.length).boxed().filter(j -> !kept.contains(j)).toList()));
    return sets;
  }
}
