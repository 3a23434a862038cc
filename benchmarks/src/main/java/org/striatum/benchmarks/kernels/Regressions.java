package org.striatum.benchmarks.kernels;

import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.striatum.probe.sparse.Moments;
import org.striatum.probe.sparse.PathSolver;
import org.striatum.probe.sparse.SparsePath;

/// The parts of the sparse paths.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class Regressions {
  private static final int ROWS = 1024;
  private static final int WIDTH = 896;
  private static final int PATH_WIDTH = 512;

  private final float[] rows = new float[ROWS * WIDTH];
  private final double[] targets = new double[ROWS];
  private final Moments streamed = new Moments(WIDTH);
  private final Moments fixed = new Moments(PATH_WIDTH);

  @Setup
  public void draw() {
    SplittableRandom random = new SplittableRandom(3);
    float[] some = new float[ROWS * PATH_WIDTH];
    for (int block = 0; block < 8; block++) {
      for (int i = 0; i < ROWS; i++) {
        float shared = (float) random.nextGaussian();
        for (int j = 0; j < PATH_WIDTH; j++) {
          some[i * PATH_WIDTH + j] = (float) (0.5 * shared + random.nextGaussian());
        }
        targets[i] = random.nextDouble() < 1 / (1 + Math.exp(-some[i * PATH_WIDTH] - some[i * PATH_WIDTH + 1])) ? 1 : 0;
      }
      fixed.add(some, ROWS, targets);
    }
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) random.nextGaussian();
    }
  }

  @Benchmark
  public long accumulateMoments() {
    streamed.add(rows, ROWS, targets);
    return streamed.rows();
  }

  @Benchmark
  public SparsePath descendPath() {
    return new PathSolver().lasso(fixed);
  }
}
