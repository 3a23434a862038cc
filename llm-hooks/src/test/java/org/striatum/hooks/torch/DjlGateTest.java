package org.striatum.hooks.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.striatum.hooks.GateContract;
import org.striatum.hooks.GoldenCheckpoints;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.value.GradientTape;

/// The gate on arrays, alone.
class DjlGateTest extends GateContract {
  private static final int WIDTH = 37;

  @Override
  protected int width() {
    return WIDTH;
  }

  @Override
  protected float[] run(Gate gate, float[] hidden, boolean[] mask) {
    return run(gate, hidden, hidden, mask);
  }

  private static float[] run(Gate gate, float[] hidden, float[] signal, boolean[] mask) {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), FrozenWeights.ENGINE)) {
      Shape shape = new Shape(mask.length, WIDTH);
      NDArray h = manager.create(hidden, shape);
      NDArray z = signal == hidden ? h : manager.create(signal, shape);
      NDArray shift = gate.added().isByPosition()
          ? manager.create(gate.added().over(rows(mask).positions()), shape)
          : null;
      return new GateArrays(manager, gate, false).apply(h, z, manager.create(mask, new Shape(mask.length, 1)), shift)
          .value().toFloatArray();
    }
  }

  @Test
  void readsItsSignalApartFromItsValue() {
    Random random = new Random(31);
    float[] h = gaussian(random, 3 * WIDTH);
    float[] z = gaussian(random, 3 * WIDTH);
    boolean[] mask = {true, false, true};
    for (boolean hard : new boolean[]{false, true}) {
      Gate gate = GoldenCheckpoints.gate(random, WIDTH, hard, PositionMask.ALL);
      float[] found = run(gate, h, z, mask);
      for (int i = 0; i < h.length; i++) {
        float expected = mask[i / WIDTH] ? gate.apply(i % WIDTH, z[i], h[i]) : h[i];
        assertThat(found[i]).isCloseTo(expected, within(1e-5f));
      }
    }
  }

  /// Coordinates 0 to 3 hold ∞ or NaN behind a gain of 0 (or a shut hard gate), row 1 holds them behind the mask.
  @Test
  void whatAGateHidesLeaksIntoNoGradient() {
    for (boolean hard : new boolean[]{false, true}) {
      float[] gain = filled(1);
      float[] threshold = filled(0.25f);
      if (hard) {
        Arrays.fill(threshold, 0, 4, Float.POSITIVE_INFINITY);
      } else {
        Arrays.fill(gain, 0, 4, 0);
      }
      threshold[4] = Float.NEGATIVE_INFINITY;
      threshold[5] = Float.POSITIVE_INFINITY;
      Gate gate = new Gate(gain, threshold, filled(2), filled(0), hard, PositionMask.ALL);
      float[] h = gaussian(new Random(2), 2 * WIDTH);
      float[] bad = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, hard ? 1 : Float.NaN, Float.MAX_VALUE};
      System.arraycopy(bad, 0, h, 0, 4);
      Arrays.fill(h, WIDTH, 2 * WIDTH, Float.NaN);
      GateGradient gradient = gradient(gate, h, new boolean[]{true, false});
      for (float[] vector : new float[][]{gradient.gain(), gradient.threshold(), gradient.sharpness(),
          gradient.shift()}) {
        for (float value : vector) {
          assertThat(value).isFinite();
        }
      }
      for (int i = 6; i < WIDTH; i++) {
        double g = hard ? (h[i] > 0.25f ? 1 : 0) : 1 / (1 + Math.exp(-2 * (h[i] - 0.25)));
        assertThat(gradient.gain()[i]).isCloseTo((float) (g * h[i]), within(1e-5f));
        assertThat(gradient.shift()[i]).isEqualTo(1);
        double slope = hard ? 0 : g * (1 - g) * h[i];
        assertThat(gradient.sharpness()[i]).isCloseTo((float) (slope * (h[i] - 0.25)), within(1e-5f));
        assertThat(gradient.threshold()[i]).isCloseTo((float) (-2 * slope), within(1e-5f));
      }
    }
  }

  @Test
  void aShutCoordinateCanLearnToOpen() {
    Gate shut = new Gate(filled(0), filled(Float.NEGATIVE_INFINITY), filled(1), filled(0), false, PositionMask.ALL);
    float[] h = gaussian(new Random(4), WIDTH);
    assertThat(gradient(shut, h, new boolean[]{true}).gain()).containsExactly(h);
  }

  /// Of the sum of all that flows on.
  private static GateGradient gradient(Gate gate, float[] hidden, boolean[] mask) {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), FrozenWeights.ENGINE);
        GradientTape tape = GradientTape.start()) {
      GateArrays arrays = new GateArrays(manager, gate, true);
      NDArray h = manager.create(hidden, new Shape(mask.length, WIDTH));
      tape.backward(arrays.apply(h, h, manager.create(mask, new Shape(mask.length, 1)), null).value().sum());
      return arrays.gradient(new float[WIDTH]);
    }
  }

  private static float[] filled(float value) {
    float[] filled = new float[WIDTH];
    Arrays.fill(filled, value);
    return filled;
  }

  private static float[] gaussian(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
