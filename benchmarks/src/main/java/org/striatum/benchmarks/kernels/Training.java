package org.striatum.benchmarks.kernels;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueProbe;
import org.striatum.probe.value.ValueProbeFit;
import org.striatum.probe.value.ValueProbeTraining;

/// Steps of a value probe, and the gate's formula that the engines are checked against.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class Training {
  private static final int ROWS = 1024;
  private static final int WIDTH = 896;

  private final float[] states = new float[ROWS * WIDTH];
  private final Drawn trajectories = new Drawn(100, 100, 256);
  private final ValueProbeTraining onePass = ValueProbeTraining.PAPER.withHidden(256)
      .withStopping(_ -> new ValueProbeTraining.Stopping(1, 1));
  private Gate gate = Gate.identity(WIDTH);

  @Setup
  public void draw() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < states.length; i++) {
      states[i] = (float) random.nextGaussian();
    }
    float[] ones = new float[WIDTH];
    Arrays.fill(ones, 1);
    gate = new Gate(ones, new float[WIDTH], ones, new float[WIDTH], false, PositionMask.ALL);
  }

  @Benchmark
  public ValueProbeFit passOfTemporalDifferences() {
    return ValueProbe.train(trajectories, trajectories, onePass, new SplittableRandom(1));
  }

  @Benchmark
  public float applyGate() {
    float sum = 0;
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < WIDTH; j++) {
        float h = states[i * WIDTH + j];
        sum += gate.apply(j, h, h);
      }
    }
    return sum;
  }

  /// The same random states in every trajectory.
  private static final class Drawn implements Trajectories {
    private final int size;
    private final int length;
    private final int width;
    private final float[] states;

    Drawn(int size, int length, int width) {
      this.size = size;
      this.length = length;
      this.width = width;
      states = new float[length * width];
      SplittableRandom random = new SplittableRandom(6);
      for (int i = 0; i < states.length; i++) {
        states[i] = (float) random.nextGaussian();
      }
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public int width() {
      return width;
    }

    @Override
    public int length(int i) {
      return length;
    }

    @Override
    public void states(int i, float[] into, int offset) {
      System.arraycopy(states, 0, into, offset, states.length);
    }

    @Override
    public double reward(int i) {
      return i % 2;
    }

    @Override
    public String problem(int i) {
      return Integer.toString(i);
    }

    @Override
    public int promptLength(int i) {
      return 1;
    }
  }
}
