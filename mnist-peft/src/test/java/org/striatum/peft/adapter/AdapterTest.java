package org.striatum.peft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.peft.adapter.Adapter.BitFit;
import org.striatum.peft.adapter.Adapter.Bottleneck;
import org.striatum.peft.adapter.Adapter.Frozen;
import org.striatum.peft.adapter.Adapter.FullFineTuning;
import org.striatum.peft.adapter.Adapter.Ia3;
import org.striatum.peft.adapter.Adapter.LoRa;
import org.striatum.peft.adapter.Adapter.LoReft;
import org.striatum.peft.adapter.Adapter.ScaleShift;
import org.striatum.peft.adapter.Adapter.TauGate;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.model.Gate;

/// What every adapter must be, and what each of them is.
class AdapterTest {
  private static final int[] MNIST = {784, 128, 128, 10};

  static List<Adapter> trainable() {
    return TinyTask.trainable();
  }

  /// The paper's own counts where it gives them (arXiv 2602.11726, table 1); the others follow from their formulas.
  @Test
  void trainsAsManyValuesAsThePaperSays() {
    assertThat(new TauGate(true, true, 10).trainable(MNIST)).isEqualTo(512);
    assertThat(new TauGate(true, false, 10).trainable(MNIST)).isEqualTo(256);
    assertThat(new TauGate(false, true, 10).trainable(MNIST)).isEqualTo(256);
    assertThat(new BitFit().trainable(MNIST)).isEqualTo(266);
    assertThat(new Ia3().trainable(MNIST)).isEqualTo(256);
    assertThat(new ScaleShift().trainable(MNIST)).isEqualTo(512);
    assertThat(new Bottleneck(1).trainable(MNIST)).isEqualTo(512);
    assertThat(new LoReft(1).trainable(MNIST)).isEqualTo(514);
    assertThat(new LoRa(1, 16).trainable(MNIST)).isEqualTo(1306);
    assertThat(new LoRa(8, 16).trainable(MNIST)).isEqualTo(10_448);
    assertThat(new FullFineTuning().trainable(MNIST)).isEqualTo(118_282);
    assertThat(new Frozen().trainable(MNIST)).isZero();
  }

  @Property(tries = 50)
  void countsFollowTheWidths(@ForAll @Size(min = 2, max = 6) List<@IntRange(min = 3, max = 20) Integer> drawn,
      @ForAll @IntRange(min = 1, max = 3) int rank) {
    int[] widths = drawn.stream().mapToInt(Integer::intValue).toArray();
    int hidden = Arrays.stream(widths, 1, widths.length - 1).sum();
    int outputs = Arrays.stream(widths, 1, widths.length).sum();
    int inputs = Arrays.stream(widths, 0, widths.length - 1).sum();
    assertThat(new TauGate(true, true, 1).trainable(widths)).isEqualTo(2 * hidden);
    assertThat(new BitFit().trainable(widths)).isEqualTo(outputs);
    assertThat(new Ia3().trainable(widths)).isEqualTo(hidden);
    assertThat(new ScaleShift().trainable(widths)).isEqualTo(2 * hidden);
    assertThat(new Bottleneck(rank).trainable(widths)).isEqualTo(2 * rank * hidden);
    assertThat(new LoReft(rank).trainable(widths)).isEqualTo(2 * rank * hidden + rank * (widths.length - 2));
    assertThat(new LoRa(rank, 1).trainable(widths)).isEqualTo(rank * (inputs + outputs));
    assertThat(new FullFineTuning().trainable(widths))
        .isEqualTo(Mlp.random(widths, new SplittableRandom(1)).parameters());
  }

  @ParameterizedTest
  @MethodSource("trainable")
  void startsWithItsParametersAndChangesNothing(Adapter adapter) {
    SequencedMap<String, float[]> initial = Parameters.initial(adapter, TinyTask.BASE, new SplittableRandom(1));
    List<Parameter> parameters = adapter.parameters(TinyTask.WIDTHS);
    assertThat(initial.keySet()).containsExactlyElementsOf(parameters.stream().map(Parameter::name).toList());
    parameters.forEach(parameter -> assertThat(initial.get(parameter.name())).hasSize(parameter.size()));
    Adapter still = adapter instanceof TauGate gate ? gate.hardened() : adapter; // a soft gate is no identity
    assertClose(logits(still, initial), TinyTask.BASE.logits(TinyTask.X), 1e-6);
  }

  @ParameterizedTest
  @MethodSource("trainable")
  void computesItsFormula(Adapter adapter) {
    assertClose(logits(adapter, TinyTask.values(adapter)), reference(adapter, TinyTask.values(adapter)), 2e-6);
  }

  @ParameterizedTest
  @MethodSource("trainable")
  void everySlopeIsThatOfTheLoss(Adapter adapter) {
    double sparsity = adapter instanceof TauGate ? 0.3 : 0;
    SequencedMap<String, float[]> values = TinyTask.values(adapter);
    AdapterTraining training = new AdapterTraining(AdapterTraining.Optimizer.SGD, 0.1, 0.1, 1, 4, sparsity);
    Map<String, double[]> wide = wide(values);
    ReferenceNetwork reference = new ReferenceNetwork(TinyTask.BASE, adapter, wide);
    try (Examples examples = new Examples(TinyTask.X, TinyTask.LABELS);
        AdapterLearner learner = new AdapterLearner(TinyTask.BASE, adapter, values, training, examples)) {
      SequencedMap<String, float[]> slopes = learner.gradient(LongStream.range(0, TinyTask.LABELS.length).toArray());
      assertThat(slopes.keySet()).isEqualTo(values.keySet());
      slopes.forEach((name, slope) -> {
        for (int i = 0; i < slope.length; i++) {
          double[] array = wide.get(name);
          double here = array[i];
          double step = 1e-5;
          array[i] = here + step;
          double above = reference.loss(TinyTask.X, TinyTask.LABELS, sparsity);
          array[i] = here - step;
          double below = reference.loss(TinyTask.X, TinyTask.LABELS, sparsity);
          array[i] = here;
          assertThat((double) slope[i]).as("%s[%d] of %s", name, i, adapter)
              .isCloseTo((above - below) / (2 * step), within(2e-6));
        }
      });
      assertThat(slopes.values()).as("some slope of every array").allMatch(slope -> {
        for (float each : slope) {
          if (each != 0) {
            return true;
          }
        }
        return false;
      });
    }
  }

  @Test
  void theHardGateIsTheLimitOfSoftOnes() {
    TauGate soft = new TauGate(true, true, 1);
    SequencedMap<String, float[]> values = TinyTask.values(soft);
    float[] hard = logits(soft.hardened(), values);
    double last = Double.POSITIVE_INFINITY;
    for (double sharpness : new double[]{1, 10, 100}) {
      float[] found = logits(new TauGate(true, true, sharpness), values);
      double distance = IntStream.range(0, hard.length).mapToDouble(i -> Math.abs(found[i] - hard[i])).max()
          .orElseThrow();
      assertThat(distance).as("s = %s", sharpness).isLessThan(last);
      last = distance;
    }
    assertThat(last).isLessThan(1e-3);
  }

  /// The third engine of the one gate.
  @ParameterizedTest
  @MethodSource("trainable")
  void gatesAsTheOneGateDoes(Adapter adapter) {
    if (!(adapter instanceof TauGate soft)) {
      assertThatIllegalArgumentException().isThrownBy(() -> TinyTask.trained(adapter).gates())
          .withMessageContaining("only a taugate");
      return;
    }
    for (TauGate gate : List.of(soft, soft.hardened())) {
      TrainedAdapter trained = TinyTask.trained(gate);
      List<Gate> gates = trained.gates();
      float[] expected = new float[TinyTask.LABELS.length * 3];
      for (int row = 0; row < TinyTask.LABELS.length; row++) {
        float[] h = Arrays.copyOfRange(TinyTask.X, row * 6, row * 6 + 6);
        for (int l = 0; l < 3; l++) {
          h = product(l, h);
          for (int i = 0; l < 2 && i < h.length; i++) {
            h[i] = gates.get(l).apply(i, h[i], Math.max(0, h[i]));
          }
        }
        System.arraycopy(h, 0, expected, row * 3, 3);
      }
      assertClose(logits(gate, trained.values()), expected, 2e-6);
    }
  }

  private static float[] product(int l, float[] h) {
    float[] z = TinyTask.BASE.biases().get(l).clone();
    for (int i = 0; i < z.length; i++) {
      for (int j = 0; j < h.length; j++) {
        z[i] += TinyTask.BASE.weights().get(l)[i * h.length + j] * h[j];
      }
    }
    return z;
  }

  @ParameterizedTest
  @MethodSource("trainable")
  void mergesToTheSameFunctionOrSaysWhyNot(Adapter adapter) {
    TrainedAdapter trained = TinyTask.trained(adapter);
    switch (adapter) {
      case TauGate _ -> {
        assertThatIllegalArgumentException().isThrownBy(() -> trained.mergedInto(TinyTask.BASE))
            .withMessageContaining("soft gate").withMessageContaining("harden it first");
        TrainedAdapter hard = trained.hardened();
        if (((TauGate) adapter).learnsThreshold()) {
          assertThatIllegalArgumentException().isThrownBy(() -> hard.mergedInto(TinyTask.BASE))
              .withMessageContaining("every threshold is ≤ 0");
        }
        Map<String, float[]> open = new LinkedHashMap<>();
        hard.values().forEach((name, values) -> {
          if (name.endsWith("threshold")) {
            open.put(name, new float[values.length]);
          }
        });
        assertMerges(hard.with(open));
      }
      case Bottleneck _ -> assertThatIllegalArgumentException().isThrownBy(() -> trained.mergedInto(TinyTask.BASE))
          .withMessageContaining("non-linearity");
      default -> assertMerges(trained);
    }
  }

  private static void assertMerges(TrainedAdapter trained) {
    assertClose(trained.mergedInto(TinyTask.BASE).logits(TinyTask.X), logits(trained.adapter(), trained.values()),
        3e-6);
  }

  @Test
  void refusesSettingsThatMeanNothing() {
    assertThatIllegalArgumentException().isThrownBy(() -> new TauGate(true, true, 0))
        .withMessage("a gate's sharpness must be > 0, found 0.0");
    assertThatIllegalArgumentException().isThrownBy(() -> new TauGate(true, true, Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> new TauGate(false, false, 1))
        .withMessageContaining("found neither");
    assertThatIllegalArgumentException().isThrownBy(() -> new LoRa(0, 1)).withMessageContaining("rank must be ≥ 1");
    assertThatIllegalArgumentException().isThrownBy(() -> new LoRa(1, -1)).withMessageContaining("alpha");
    assertThatIllegalArgumentException().isThrownBy(() -> new LoReft(9).parameters(TinyTask.WIDTHS))
        .withMessageContaining("at most the hidden width");
  }

  private static float[] logits(Adapter adapter, Map<String, float[]> values) {
    try (AdaptedNetwork network = AdaptedNetwork.of(TinyTask.BASE, new TrainedAdapter(adapter,
        TinyTask.BASE.sha256(), TinyTask.WIDTHS, new LinkedHashMap<>(values), TinyTask.provenance()))) {
      return network.logits(TinyTask.X);
    }
  }

  private static float[] reference(Adapter adapter, Map<String, float[]> values) {
    ReferenceNetwork reference = new ReferenceNetwork(TinyTask.BASE, adapter, wide(values));
    List<Double> logits = new ArrayList<>();
    for (int row = 0; row < TinyTask.LABELS.length; row++) {
      Arrays.stream(reference.logits(Arrays.copyOfRange(TinyTask.X, row * 6, row * 6 + 6))).forEach(logits::add);
    }
    float[] all = new float[logits.size()];
    IntStream.range(0, all.length).forEach(i -> all[i] = logits.get(i).floatValue());
    return all;
  }

  private static Map<String, double[]> wide(Map<String, float[]> values) {
    Map<String, double[]> wide = new LinkedHashMap<>();
    values.forEach((name, array) -> wide.put(name, ReferenceNetwork.wide(array)));
    return wide;
  }

  static void assertClose(float[] found, float[] expected, double tolerance) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i]).as("value %d", i).isCloseTo(expected[i], within(tolerance));
    }
  }
}
