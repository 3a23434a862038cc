package org.striatum.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.PositionMask;

/// What every engine's gate must do: the same as [Gate#apply] where the mask selects, nothing elsewhere.
public abstract class GateContract {
  private static final int ROWS = 5;

  /// Coordinates of the gated hook point.
  protected abstract int width();

  /// Runs `hidden` (rows, width) through the engine's gate, the hidden state its own gating signal.
  protected abstract float[] run(Gate gate, float[] hidden, boolean[] mask);

  @Test
  void gatesAsTheFormulaSays() {
    for (Gate gate : gates()) {
      float[] hidden = hidden();
      boolean[] mask = {true, false, true, true, false};
      float[] found = run(gate, hidden, mask);
      for (int i = 0; i < hidden.length; i++) {
        int coordinate = i % width();
        float expected = mask[i / width()] ? gate.apply(coordinate, hidden[i], hidden[i]) : hidden[i];
        if (Float.isFinite(expected)) {
          assertThat((double) found[i]).as("coordinate %d of %s at h = %s", coordinate, gate, hidden[i])
              .isCloseTo(expected, within(1e-6 * (1 + Math.abs(expected))));
        } else {
          assertThat(found[i]).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void identityChangesNoBit() {
    float[] hidden = hidden();
    assertThat(run(Gate.identity(width()), hidden, new boolean[]{true, true, true, true, true}))
        .usingComparator((a, b) -> Arrays.equals(a, b) ? 0 : 1).isEqualTo(hidden);
  }

  @Test
  void ablatingAnInfiniteCoordinateLeavesNoNaN() {
    float[] hidden = hidden();
    hidden[3] = Float.POSITIVE_INFINITY;
    hidden[4] = Float.NEGATIVE_INFINITY;
    float[] found = run(Gate.zeroing(width(), List.of(3, 4)), hidden, new boolean[]{true, true, true, true, true});
    assertThat(found[3]).isZero();
    assertThat(found[4]).isZero();
    assertThat(found).doesNotContain(Float.NaN);
  }

  private float[] hidden() {
    Random random = new Random(7);
    float[] hidden = new float[ROWS * width()];
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] = (float) (3 * random.nextGaussian());
    }
    return hidden;
  }

  private List<Gate> gates() {
    int d = width();
    Random random = new Random(11);
    List<Gate> gates = new ArrayList<>(List.of(Gate.zeroing(d, List.of(0, 2, d - 1))));
    for (boolean hard : new boolean[]{false, true}) {
      float[] gain = new float[d];
      float[] threshold = new float[d];
      float[] sharpness = new float[d];
      float[] shift = new float[d];
      for (int i = 0; i < d; i++) {
        gain[i] = i % 5 == 0 ? 0 : (float) random.nextGaussian();
        threshold[i] = i % 3 == 0
            ? Float.NEGATIVE_INFINITY
            : i % 7 == 0
                ? Float.POSITIVE_INFINITY
                : (float) random.nextGaussian();
        sharpness[i] = (float) (1 + random.nextDouble());
        shift[i] = (float) random.nextGaussian();
      }
      gates.add(new Gate(gain, threshold, sharpness, shift, hard, PositionMask.ALL));
    }
    return gates;
  }
}
