package org.striatum.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.hooks.engine.GatedRows;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.RankOne;
import org.striatum.probe.model.Shift;

/// What every engine's gate must do: the same as [Gate#apply] where the mask selects, nothing elsewhere.
public abstract class GateContract {
  private static final int ROWS = 5;

  /// Coordinates of the gated hook point.
  protected abstract int width();

  /// Runs `hidden` (rows, width) through the engine's gate, the hidden state its own gating signal; row r is position r.
  protected abstract float[] run(Gate gate, float[] hidden, boolean[] mask);

  /// Those rows at their positions.
  protected static GatedRows rows(boolean... mask) {
    return new GatedRows(mask, IntStream.range(0, mask.length).toArray());
  }

  @Test
  void gatesAsTheFormulaSays() {
    for (Gate gate : gates()) {
      float[] hidden = hidden();
      boolean[] mask = {true, false, true, true, false};
      float[] found = run(gate, hidden, mask);
      for (int i = 0; i < hidden.length; i++) {
        int coordinate = i % width();
        int row = i / width();
        float[] h = Arrays.copyOfRange(hidden, row * width(), (row + 1) * width());
        float expected = mask[row] ? gate.apply(h, h, row)[coordinate] : hidden[i];
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

  /// A direction that reads and writes other coordinates only.
  @Test
  void aDirectionNeitherReadsNorWritesInfinityWhereItIsZero() {
    float[] hidden = hidden();
    hidden[0] = Float.POSITIVE_INFINITY;
    hidden[1] = Float.NaN;
    float[] read = gaussian(3);
    float[] write = gaussian(4);
    for (int i = 0; i < 2; i++) {
      read[i] = 0;
      write[i] = 0;
    }
    Gate gate = Gate.identity(width()).along(new RankOne(read, write));
    float[] found = run(gate, hidden, new boolean[]{true, true, true, true, true});
    assertThat(found[0]).isEqualTo(Float.POSITIVE_INFINITY);
    for (int i = 2; i < found.length; i++) {
      assertThat(found[i]).isFinite();
    }
    Gate all = Gate.identity(width()).along(new RankOne(write, gaussian(5)));
    write[0] = 1;
    float[] spread = run(Gate.identity(width()).along(new RankOne(write, read)), hidden,
        new boolean[]{true, false, false, false, false});
    assertThat(spread[0]).as("infinite, read and not written").isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(run(all, hidden, new boolean[]{false, true, true, true, true})[1]).as("behind the mask").isNaN();
  }

  @Test
  void projectingADirectionOutLeavesNothingAlongItAndTheRestAsItWas() {
    Direction direction = new Direction(HookPoint.residPost(0), gaussian(6));
    float[] unit = direction.unit();
    float[] hidden = hidden();
    boolean[] all = {true, true, true, true, true};
    float[] found = run(direction.projectedOut(), hidden, all);
    float[] again = run(direction.projectedOut(), found, all);
    for (int row = 0; row < ROWS; row++) {
      double before = 0;
      double after = 0;
      for (int i = 0; i < width(); i++) {
        before += (double) unit[i] * hidden[row * width() + i];
        after += (double) unit[i] * found[row * width() + i];
      }
      assertThat(after).isCloseTo(0, within(1e-5));
      for (int i = 0; i < width(); i++) {
        assertThat((double) found[row * width() + i]).isCloseTo(hidden[row * width() + i] - before * unit[i],
            within(1e-5));
        assertThat((double) again[row * width() + i]).isCloseTo(found[row * width() + i], within(1e-5));
      }
    }
    float[] added = run(direction.added(-2), hidden, all);
    for (int i = 0; i < hidden.length; i++) {
      assertThat((double) added[i]).isCloseTo(hidden[i] - 2 * direction.vector()[i % width()], within(1e-5));
    }
  }

  /// Rows take the place of what is there at their positions, bit for bit, and nothing else moves.
  @Test
  void patchingPutsRowsInPlace() {
    float[] hidden = hidden();
    SortedMap<Integer, float[]> rows = new TreeMap<>(Map.of(1, gaussian(7), 4, gaussian(8)));
    float[] found = run(Gate.patching(rows), hidden, new boolean[]{false, true, false, false, true});
    for (int row = 0; row < ROWS; row++) {
      assertThat(Arrays.copyOfRange(found, row * width(), (row + 1) * width())).as("row %d", row).containsExactly(
          rows.getOrDefault(row, Arrays.copyOfRange(hidden, row * width(), (row + 1) * width())));
    }
  }

  private float[] gaussian(long seed) {
    Random random = new Random(seed);
    float[] values = new float[width()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
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
      Gate gate = new Gate(gain, threshold, sharpness, shift, hard, PositionMask.ALL);
      float[] read = gaussian(13);
      read[1] = 0;
      gates.add(gate);
      gates.add(gate.along(new RankOne(read, gaussian(17))));
      gates.add(gate.plus(new Shift(shift, new TreeMap<>(Map.of(0, gaussian(1), 2, gaussian(2), 3, gaussian(3))))));
    }
    return gates;
  }
}
