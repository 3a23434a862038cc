package org.striatum.peft.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.peft.llm.NeuronGate.Place;
import org.striatum.probe.intervention.CoordinateScales;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.TokenSequence;

class NeuronGateTest {
  private static final HookPoint LOW = HookPoint.residPost(0);
  private static final HookPoint HIGH = HookPoint.residPost(2);

  private static StateScale scale(int width, SplittableRandom random) {
    float[] mean = new float[width];
    float[] deviation = new float[width];
    double[] size = new double[width];
    for (int i = 0; i < width; i++) {
      mean[i] = (float) random.nextDouble(-3, 3);
      deviation[i] = (float) random.nextDouble(0.1, 4);
      size[i] = Math.hypot(mean[i], deviation[i]);
    }
    return new StateScale(mean, deviation, new CoordinateScales(size, size));
  }

  private static List<Integer> some(int width, int count, SplittableRandom random) {
    TreeSet<Integer> chosen = new TreeSet<>();
    while (chosen.size() < count) {
      chosen.add(random.nextInt(width));
    }
    return List.copyOf(chosen);
  }

  /// Far below the data a gate is nearly open; what was not chosen is left as it is, to the bit.
  @Property(tries = 100)
  void theStartIsNearIdentityAndTheRestIsIdentity(@ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int count) {
    SplittableRandom random = new SplittableRandom(seed);
    StateScale scale = scale(12, random);
    NeuronGate gate = new NeuronGate(new TreeMap<>(Map.of(LOW, new Place(some(12, count, random), scale))),
        new GateForm(4, -4, 5));
    Gate at = gate.gates(gate.start(random), false).at().get(LOW);
    assertThat(at.positions()).isEqualTo(PositionMask.ALL_BUT_FIRST);
    for (int i = 0; i < 12; i++) {
      float h = (float) (scale.mean()[i] + random.nextDouble(-2, 2) * scale.deviation()[i]);
      if (gate.at().get(LOW).coordinates().contains(i)) {
        assertThat(at.apply(i, h, h)).isCloseTo(h, within(4e-4f * Math.abs(h) + 1e-6f)); // 1 − σ(8)
      } else {
        assertThat(at.apply(i, h, h)).isEqualTo(h);
      }
    }
  }

  /// τ̃ deviations about the mean is where g = ½, whatever the coordinate's scale; hardened, it opens there.
  @Property(tries = 100)
  void thresholdsAreInDeviationsAboutTheMean(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    StateScale scale = scale(6, random);
    List<Integer> chosen = some(6, 3, random);
    NeuronGate gate = new NeuronGate(new TreeMap<>(Map.of(LOW, new Place(chosen, scale))), new GateForm(4, -4, 5));
    float[] parameters = {-1, 0.5f, 2, 1, -0.5f, 3};
    Gate soft = gate.gates(parameters, false).at().get(LOW);
    Gate hard = gate.gates(parameters, true).at().get(LOW);
    for (int k = 0; k < 3; k++) {
      int i = chosen.get(k);
      float gain = parameters[3 + k];
      for (double above : new double[]{-0.5, 0.25}) {
        double z = scale.mean()[i] + (parameters[k] + above) * scale.deviation()[i];
        double g = 1 / (1 + Math.exp(-4 * above));
        assertThat((double) soft.apply(i, (float) z, 1)).isCloseTo(gain * g, within(1e-4));
        assertThat(hard.apply(i, (float) z, 1)).isEqualTo(above > 0 ? gain : 0);
      }
    }
  }

  /// The chain rule, against differences of the loss along random directions.
  @Test
  void theGradientInItsOwnUnitsIsThatOfTheLoss() throws Exception {
    try (Checkpoint checkpoint = Checkpoint.open(Reasoner.FOLDER);
        DjlModel model = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()))) {
      SplittableRandom random = new SplittableRandom(5);
      List<TokenSequence> items = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        items.add(new TokenSequence(random.ints(12, 3, model.vocabulary()).toArray(), 4));
      }
      NeuronGate gate = new NeuronGate(
          new TreeMap<>(Map.of(LOW, new Place(some(256, 40, random), scale(256, random)), HIGH,
              new Place(some(256, 25, random), scale(256, random)))),
          new GateForm(2, -0.5, 5));
      float[] at = gate.start(random);
      float[] slopes = gate.gradient(model.gradient(items, gate.gates(at, false), 0));
      assertThat(slopes).hasSize(130);
      for (int direction = 0; direction < 3; direction++) {
        float[] v = new float[at.length];
        double norm = 0;
        double expected = 0;
        double length = 0;
        for (int i = 0; i < v.length; i++) {
          v[i] = (float) random.nextGaussian();
          length += v[i] * v[i];
          norm += slopes[i] * slopes[i];
        }
        for (int i = 0; i < v.length; i++) {
          v[i] /= (float) Math.sqrt(length);
          expected += slopes[i] * v[i];
        }
        double found = (loss(model, items, gate, at, v, 0.05) - loss(model, items, gate, at, v, -0.05)) / 0.1;
        assertThat(found).isCloseTo(expected, within(0.03 * Math.sqrt(norm / v.length)));
      }
    }
  }

  private static double loss(DjlModel model, List<TokenSequence> items, NeuronGate gate, float[] at, float[] along,
      double by) {
    float[] moved = at.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += (float) (by * along[i]);
    }
    return model.gradient(items, gate.gates(moved, false), 0).loss();
  }

  @Test
  void whatCannotBeGatedIsRefused() {
    StateScale scale = scale(4, new SplittableRandom(1));
    assertThatThrownBy(() -> new GateForm(0, -4, 5)).hasMessage(
        "a gate's sharpness must be > 0 and finite, found 0.0");
    assertThatThrownBy(() -> new NeuronGate(new TreeMap<>(), new GateForm(4, -4, 5)))
        .hasMessageContaining("at least one hook point");
    assertThatThrownBy(() -> new Place(List.of(4), scale)).hasMessage("a gated coordinate must be in [0, 4), found 4");
    assertThatThrownBy(
        () -> new NeuronGate(new TreeMap<>(Map.of(HookPoint.FINAL_NORM, new Place(List.of(1), scale))),
            new GateForm(4, -4, 5)))
        .hasMessageContaining("found ln_final.hook_normalized");
  }
}
