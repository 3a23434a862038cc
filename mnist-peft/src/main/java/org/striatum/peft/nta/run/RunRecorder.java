package org.striatum.peft.nta.run;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/// A run's figures while it runs: each block's loss against its criterion, and curves thinned to some points per block.
/// Stops a run that diverges.
final class RunRecorder {
  private static final int POINTS = 25;
  /// No loss here starts above a few units.
  private static final double DIVERGED = 1e6;

  private final int blocks;
  private final int steps;
  private final int every;
  private final double dt;
  private final double unit;
  private final double criterion;
  private final SortedMap<String, double[]> byBlock = new TreeMap<>();
  private final SortedMap<String, float[]> curves = new TreeMap<>();
  private final float[] time;
  private int point = -1;

  /// @param steps of a block
  /// @param unit of times to criterion, in the model's time
  RunRecorder(int blocks, int steps, double dt, double unit, double criterion) {
    this.blocks = blocks;
    this.steps = steps;
    this.every = Math.ceilDiv(steps, POINTS);
    this.dt = dt;
    this.unit = unit;
    this.criterion = criterion;
    this.time = new float[blocks * Math.ceilDiv(steps, every)];
  }

  /// Notes the loss before a step, counted within its block, both from 0.
  ///
  /// @return whether curves have a point here
  /// @throws DivergedException if it is not finite or far too large
  boolean loss(int block, int step, double loss) {
    double now = (block * (double) steps + step) * dt;
    requireFinite(loss, block, now);
    if (step == 0) {
      figure(NtaRun.LOSS_AT_START, block, loss);
      figure(NtaRun.TIME_TO_CRITERION, block, steps * dt / unit);
      figure(NtaRun.REACHED, block, 0);
    }
    if (loss <= criterion && series(NtaRun.REACHED)[block] == 0) {
      figure(NtaRun.TIME_TO_CRITERION, block, step * dt / unit);
      figure(NtaRun.REACHED, block, 1);
    }
    series(NtaRun.MEAN_LOSS)[block] += loss / steps;
    if (step % every != 0) {
      return false;
    }
    time[++point] = (float) now;
    curve(NtaRun.LOSS, loss);
    return true;
  }

  /// Notes the loss after a block's last step.
  void end(int block, double loss) {
    requireFinite(loss, block, (block + 1) * steps * dt);
    figure(NtaRun.LOSS_AT_END, block, loss);
  }

  private static void requireFinite(double loss, int block, double now) {
    if (!(loss < DIVERGED)) {
      throw new DivergedException("the loss must stay finite, found %.3g in block %d at time %.4g: the steps are"
          .formatted(loss, block + 1, now) + " too coarse, take a smaller dt, longer time constants or a smaller λ");
    }
  }

  void figure(String name, int block, double value) {
    series(name)[block] = value;
  }

  private double[] series(String name) {
    return byBlock.computeIfAbsent(name, _ -> new double[blocks]);
  }

  /// A curve's value at the point that the last loss noted.
  void curve(String name, double value) {
    curves.computeIfAbsent(name, _ -> {
      float[] course = new float[time.length];
      Arrays.fill(course, Float.NaN);
      return course;
    })[point] = (float) value;
  }

  NtaRun run(long seed) {
    return new NtaRun(seed, byBlock, time, curves);
  }
}
