package org.striatum.benchmarks.probes;

import java.util.SplittableRandom;
import org.striatum.probe.sparse.Moments;
import org.striatum.probe.sparse.PathSolver;
import org.striatum.probe.sparse.SparsePath;

/// A process that fits a lasso path of 100 penalties to rows that arrive block by block and are not kept.
public final class StreamedPath {
  private static final int BLOCK = 1024;
  private static final int POOL = 2048;

  private StreamedPath() {}

  /// Arguments: rows, width.
  public static void main(String[] arguments) {
    int rows = Integer.parseInt(arguments[0]);
    int width = Integer.parseInt(arguments[1]);
    SplittableRandom random = new SplittableRandom(13);
    float[] pool = new float[POOL * width];
    for (int i = 0; i < pool.length; i++) {
      pool[i] = (float) random.nextGaussian();
    }
    Moments moments = new Moments(width);
    float[] block = new float[BLOCK * width];
    double[] targets = new double[BLOCK];
    for (int done = 0; done < rows; done += BLOCK) {
      int count = Math.min(BLOCK, rows - done);
      for (int i = 0; i < count; i++) {
        // Sums of two rows of the pool: four million different ones, for the time of an addition.
        int one = random.nextInt(POOL) * width;
        int other = random.nextInt(POOL) * width;
        for (int j = 0; j < width; j++) {
          block[i * width + j] = pool[one + j] + pool[other + j];
        }
        targets[i] = random.nextDouble() < 1 / (1 + Math.exp(-block[i * width] + block[i * width + 1])) ? 1 : 0;
      }
      moments.add(block, count, targets);
    }
    SparsePath path = new PathSolver().lasso(moments);
    if (moments.rows() != rows || path.unconverged() > 0) {
      throw new IllegalStateException("found " + moments.rows() + " of " + rows + " rows and " + path.unconverged()
          + " penalties without a minimum");
    }
  }
}
