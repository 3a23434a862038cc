package org.striatum.probe.value;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.value.ValueProbeFit.Sorted;
import org.striatum.probe.value.ValueProbeTraining.Sorting;

/// The best coordinates so far by Σₕ |W₁(h, j)|, until the rule is met.
final class ColumnOrder {
  private final Sorting rule;
  private final int best;
  private Set<Integer> before = Set.of();
  private ValueProbe kept;
  private boolean due;
  private int passes;
  private double overlap = Double.NaN;

  ColumnOrder(Sorting rule, int width) {
    this.rule = rule;
    this.best = rule.best(width);
  }

  boolean isOpen() {
    return kept == null && !due && rule.most() > 0;
  }

  boolean isDue() {
    return due;
  }

  /// Looks at the columns after a pass. Returns whether they are numbers.
  boolean look(int pass, double[] sizes) {
    if (!Arrays.stream(sizes).allMatch(Double::isFinite)) {
      return false;
    }
    passes = pass;
    if (rule.looksAt(pass)) {
      Set<Integer> now = new HashSet<>(Arrays.stream(Ranks.top(sizes, best)).boxed().toList());
      overlap = before.isEmpty() ? Double.NaN : (double) now.stream().filter(before::contains).count() / best;
      before = now;
      due = rule.isMet(pass, overlap);
    }
    return true;
  }

  void keep(ValueProbe probe) {
    kept = probe;
    due = false;
  }

  ValueProbe kept(ValueProbe otherwise) {
    return kept == null ? otherwise : kept;
  }

  Sorted found(int predicting) {
    return kept == null
        ? new Sorted(predicting, Double.NaN, false)
        : new Sorted(passes, overlap, overlap >= rule.overlap());
  }
}
