package org.striatum.probe.sparse;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Activations with a known answer: a few coordinates differ in mean by outcome, all others are noise, and scales and means
/// are spread over decades, so that only a standardised probe can find the few.
///
/// Problems come with several rows each and a success rate of their own, so that outcomes of one problem resemble each
/// other, as rollouts do.
///
/// @param rows (n, width) row-major
/// @param labels outcome of each row: (n)
/// @param problems problem of each row: (n)
/// @param informative the planted coordinates, ascending
public record PlantedStore(float[] rows, int width, boolean[] labels, String[] problems, int[] informative) {
  /// Draws a store. Coordinate j of a row is `scaleⱼ · (offsetⱼ + N(0, 1) ± effect)`, the last term on informative
  /// coordinates only: + on success and − on failure (or the other way round, by coordinate).
  ///
  /// @param effect half the difference of means, in standard deviations
  /// @param decades scales are log-uniform over so many powers of ten, and offsets reach ± 5 deviations
  public static PlantedStore draw(int problems, int rowsPerProblem, int width, int informative, double effect,
      double decades, RandomGenerator random) {
    int n = problems * rowsPerProblem;
    int[] planted = IntStream.generate(() -> random.nextInt(width)).distinct().limit(informative).sorted().toArray();
    double[] scale = new double[width];
    double[] offset = new double[width];
    double[] shift = new double[width];
    for (int j = 0; j < width; j++) {
      scale[j] = Math.pow(10, decades * (random.nextDouble() - 0.5));
      offset[j] = 10 * (random.nextDouble() - 0.5);
    }
    for (int j : planted) {
      shift[j] = random.nextBoolean() ? effect : -effect;
    }
    float[] rows = new float[n * width];
    boolean[] labels = new boolean[n];
    String[] problemOf = new String[n];
    for (int p = 0; p < problems; p++) {
      double rate = 0.1 + 0.8 * random.nextDouble();
      for (int k = 0; k < rowsPerProblem; k++) {
        int i = p * rowsPerProblem + k;
        labels[i] = random.nextDouble() < rate;
        problemOf[i] = "problem-" + p;
        for (int j = 0; j < width; j++) {
          double z = offset[j] + random.nextGaussian() + (labels[i] ? shift[j] : -shift[j]);
          rows[i * width + j] = (float) (scale[j] * z);
        }
      }
    }
    return new PlantedStore(rows, width, labels, problemOf, planted);
  }

  /// The design's store: d = 896 with 9 informative coordinates at ± 1.2 σ, scales over 3 decades.
  public static PlantedStore standard(int problems, RandomGenerator random) {
    return draw(problems, 4, 896, 9, 1.2, 3, random);
  }

  public int size() {
    return labels.length;
  }

  public LabelledRows labelled() {
    return LabelledRows.of(rows, width, labels);
  }

  /// Rows [from, to) as a store of their own.
  public PlantedStore range(int from, int to) {
    return new PlantedStore(Arrays.copyOfRange(rows, from * width, to * width), width,
        Arrays.copyOfRange(labels, from, to), Arrays.copyOfRange(problems, from, to), informative);
  }

  /// The same rows, each problem with the outcomes of another: what was planted is no longer there.
  ///
  /// @param rowsPerProblem as drawn
  public PlantedStore shuffledByProblem(int rowsPerProblem, RandomGenerator random) {
    int[] order = IntStream.range(0, size() / rowsPerProblem).toArray();
    for (int p = order.length - 1; p > 0; p--) {
      int other = random.nextInt(p + 1);
      int swap = order[p];
      order[p] = order[other];
      order[other] = swap;
    }
    boolean[] shuffled = new boolean[size()];
    for (int i = 0; i < size(); i++) {
      shuffled[i] = labels[order[i / rowsPerProblem] * rowsPerProblem + i % rowsPerProblem];
    }
    return new PlantedStore(rows, width, shuffled, problems, informative);
  }
}
