package org.striatum.benchmarks.measure;

import java.util.List;

/// The measurements of one piece of work.
public record Findings(List<Comparison> comparisons, List<Trend> trends, List<Kernel> kernels) {
  public Findings {
    comparisons = List.copyOf(comparisons);
    trends = List.copyOf(trends);
    kernels = List.copyOf(kernels);
  }

  public static Findings of(List<Comparison> comparisons) {
    return new Findings(comparisons, List.of(), List.of());
  }

  /// Whether every peer could run.
  public boolean complete() {
    return comparisons.stream().noneMatch(comparison -> comparison.peer().isEmpty());
  }
}
