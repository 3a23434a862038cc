package org.striatum.benchmarks.measure;

import java.util.List;
import java.util.stream.IntStream;

/// How a cost grows with the size of the work, measured in separate processes.
///
/// @param name what grows, and with what
/// @param work what was done at each size
/// @param axis unit of the sizes
/// @param unit of the costs
/// @param sizes one per measurement; a size occurs as often as it was measured
/// @param costs one per size
/// @param expected how the cost should grow
/// @param bound how far it may be from that, as a share: see [#deviation]
public record Trend(String name, String work, String axis, String unit, List<Double> sizes, List<Double> costs,
    Growth expected, double bound) {
  /// How a cost should grow.
  public enum Growth {
    /// Linearly, in addition to a fixed cost.
    LINEAR,
    /// Not at all.
    FLAT
  }

  public Trend {
    sizes = List.copyOf(sizes);
    costs = List.copyOf(costs);
    Line.through(sizes, costs);
    if (sizes.stream().distinct().count() < 3) {
      throw new IllegalArgumentException("a trend needs at least three sizes, found " + sizes);
    }
    if (costs.stream().anyMatch(cost -> !(cost > 0))) {
      throw new IllegalArgumentException("costs must be > 0, found " + costs + " of " + name);
    }
  }

  /// The line through all measurements.
  public Line line() {
    return Line.through(sizes, costs);
  }

  /// Different sizes, rising.
  public List<Double> steps() {
    return sizes.stream().distinct().sorted().toList();
  }

  /// The median cost at a size.
  public double cost(double size) {
    return Comparison.median(IntStream.range(0, sizes.size()).filter(i -> sizes.get(i) == size)
        .mapToObj(costs::get).toList());
  }

  /// How far the cost is from the expected growth, as a share: for a linear cost the largest distance of a size's median
  /// from the line, over that median; for a flat one the growth of the line from the smallest size to the largest, over the
  /// cost of the smallest.
  public double deviation() {
    Line line = line();
    List<Double> steps = steps();
    return switch (expected) {
      case LINEAR -> steps.stream().mapToDouble(size -> Math.abs(cost(size) - line.at(size)) / cost(size)).max()
          .orElseThrow();
      case FLAT -> line.slope() * (steps.getLast() - steps.getFirst()) / cost(steps.getFirst());
    };
  }

  /// Whether the cost grows as expected.
  public boolean reached() {
    return deviation() <= bound;
  }
}
