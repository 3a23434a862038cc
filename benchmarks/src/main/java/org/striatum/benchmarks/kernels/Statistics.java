package org.striatum.benchmarks.kernels;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Spearman;

/// What rankings and controls compute thousands of times.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class Statistics {
  private static final int ITEMS = 10_000;

  private final double[] scores = new double[ITEMS];
  private final double[] others = new double[ITEMS];
  private final boolean[] labels = new boolean[ITEMS];

  @Setup
  public void draw() {
    SplittableRandom random = new SplittableRandom(4);
    Arrays.setAll(scores, _ -> random.nextGaussian());
    Arrays.setAll(others, i -> scores[i] + random.nextGaussian());
    for (int i = 0; i < ITEMS; i++) {
      labels[i] = random.nextBoolean();
    }
  }

  @Benchmark
  public double auroc() {
    return Auroc.of(scores, labels);
  }

  @Benchmark
  public Spearman spearman() {
    return Spearman.of(scores, others);
  }
}
