package org.striatum.peft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.peft.adapter.Adapter.BitFit;
import org.striatum.peft.adapter.Adapter.Frozen;
import org.striatum.peft.adapter.Adapter.FullFineTuning;
import org.striatum.peft.adapter.Adapter.LoReft;
import org.striatum.peft.adapter.Adapter.TauGate;
import org.striatum.peft.adapter.AdapterTraining.Optimizer;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.run.UsageException;

class TrainerTest {
  private static final Examples EXAMPLES = new Examples(TinyTask.X, TinyTask.LABELS);

  @AfterAll
  static void free() {
    EXAMPLES.close();
  }

  static List<Adapter> trainable() {
    return TinyTask.trainable();
  }

  private static Trainer.Outcome train(Adapter adapter, AdapterTraining training) {
    return Trainer.train(TinyTask.BASE, adapter, EXAMPLES, training, 1, "tiny");
  }

  @ParameterizedTest
  @MethodSource("trainable")
  void theLossFallsAndTheBaseStays(Adapter adapter) {
    String before = TinyTask.BASE.sha256().hex();
    for (AdapterTraining training : List.of(new AdapterTraining(Optimizer.SGD, 0.1, 40, 11),
        new AdapterTraining(Optimizer.ADAM, 0.02, 40, 11))) {
      Trainer.Outcome outcome = train(adapter, training);
      assertThat(outcome.diverged()).isFalse();
      assertThat(outcome.losses()).hasSize(40);
      assertThat(outcome.losses()[39]).as("%s by %s", adapter, training).isLessThan(outcome.losses()[0]);
      assertThat(outcome.adapter().provenance()).isEqualTo(new Provenance("tiny", 11, 1, training, 40));
    }
    assertThat(TinyTask.BASE.sha256().hex()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("trainable")
  void equalSeedsGiveEqualValues(Adapter adapter) {
    AdapterTraining training = new AdapterTraining(Optimizer.ADAM, 0.02, 7, 4);
    Trainer.Outcome first = train(adapter, training);
    Trainer.Outcome second = train(adapter, training);
    assertThat(second.losses()).containsExactly(first.losses());
    first.adapter().values().forEach((name, values) -> assertThat(second.adapter().values().get(name))
        .containsExactly(values));
    assertThat(Trainer.train(TinyTask.BASE, adapter, EXAMPLES, training, 2, "tiny").losses())
        .isNotEqualTo(first.losses());
  }

  /// θ ← θ − rate · slope, each kind at its own rate.
  @Test
  void thresholdsHaveALearningRateOfTheirOwn() {
    Adapter gate = new TauGate(true, true, 3);
    AdapterTraining training = new AdapterTraining(Optimizer.SGD, 0.5, 0.01, 1, 11, 0);
    var initial = Parameters.initial(gate, TinyTask.BASE, null);
    try (AdapterLearner learner = new AdapterLearner(TinyTask.BASE, gate, initial, training, EXAMPLES)) {
      var slopes = learner.gradient(LongStream.range(0, 11).toArray());
      train(gate, training).adapter().values().forEach((name, values) -> {
        double rate = name.endsWith("threshold") ? 0.01 : 0.5;
        for (int i = 0; i < values.length; i++) {
          assertThat((double) values[i]).as(name).isCloseTo(initial.get(name)[i] - rate * slopes.get(name)[i],
              within(1e-6));
        }
      });
    }
  }

  /// Adam's first step is the learning rate in size, whatever the slope (Kingma and Ba 2015, §2.1).
  @Test
  void adamsFirstStepIsItsRate() {
    Trainer.Outcome outcome = train(new BitFit(), new AdapterTraining(Optimizer.ADAM, 0.01, 1, 11));
    outcome.adapter().values().forEach((name, values) -> {
      float[] start = Parameters.initial(new BitFit(), TinyTask.BASE, null).get(name);
      for (int i = 0; i < values.length; i++) {
        double moved = Math.abs(values[i] - start[i]);
        assertThat(moved < 1e-7 || Math.abs(moved - 0.01) < 1e-4).as("%s moved by %s", name, moved).isTrue();
      }
    });
  }

  @Test
  void sparsityClosesGates() {
    TauGate gate = new TauGate(true, true, 5);
    AdapterTraining open = new AdapterTraining(Optimizer.ADAM, 0.02, 0.02, 80, 11, 0);
    double without = meanThreshold(train(gate, open));
    double with = meanThreshold(train(gate, open.withSparsity(2)));
    assertThat(with).isGreaterThan(without + 0.1);
  }

  private static double meanThreshold(Trainer.Outcome outcome) {
    float[] first = outcome.adapter().thresholds(0);
    double sum = 0;
    for (float threshold : first) {
      sum += threshold;
    }
    return sum / first.length;
  }

  @Test
  void loReftStaysOrthonormal() {
    Trainer.Outcome outcome = train(new LoReft(3), new AdapterTraining(Optimizer.SGD, 0.5, 30, 4));
    float[] rotation = outcome.adapter().values().get("layers.0.rotation");
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        double product = 0;
        for (int k = 0; k < 7; k++) {
          product += (double) rotation[i * 7 + k] * rotation[j * 7 + k];
        }
        assertThat(product).isCloseTo(i == j ? 1 : 0, within(1e-6));
      }
    }
  }

  @Test
  void aLossThatIsNoNumberStopsAndTheLastGoodStateIsKept() {
    AdapterTraining wild = new AdapterTraining(Optimizer.SGD, 1e30, 50, 11);
    Trainer.Outcome outcome = train(new FullFineTuning(), wild);
    assertThat(outcome.diverged()).isTrue();
    assertThat(outcome.losses().length).isLessThan(50);
    int done = outcome.adapter().provenance().stepsDone();
    assertThat(done).isLessThan(outcome.losses().length);
    if (done == 0) {
      assertThat(outcome.adapter().values().get("layers.0.weight"))
          .containsExactly(TinyTask.BASE.weights().getFirst());
    }
    try (AdaptedNetwork network = AdaptedNetwork.of(TinyTask.BASE, outcome.adapter())) {
      assertThat(network.logits(TinyTask.X)).doesNotContain(Float.NaN);
    }
    assertThatThrownBy(() -> Trainer.foundation(TinyTask.WIDTHS, EXAMPLES, wild, 1)).isInstanceOf(UsageException.class)
        .hasMessageContaining("take a lower one");
  }

  @Test
  void aFoundationLearns() {
    Mlp network = Trainer.foundation(TinyTask.WIDTHS, EXAMPLES, new AdapterTraining(Optimizer.SGD, 0.3, 400, 11), 1);
    try (AdaptedNetwork learned = new AdaptedNetwork(network)) {
      assertThat(learned.accuracy(EXAMPLES)).isEqualTo(1);
    }
  }

  @Test
  void refusesWhatCannotBeTrained() {
    AdapterTraining training = new AdapterTraining(Optimizer.SGD, 0.1, 1, 1);
    assertThatIllegalArgumentException().isThrownBy(() -> train(new Frozen(), training))
        .withMessageContaining("something to train, found frozen");
    assertThatIllegalArgumentException().isThrownBy(() -> train(new TauGate(true, true, 1).hardened(), training))
        .withMessageContaining("train it soft");
    assertThatIllegalArgumentException().isThrownBy(() -> train(new BitFit(), training.withSparsity(1)))
        .withMessageContaining("λ");
    assertThatIllegalArgumentException().isThrownBy(() -> new Examples(new float[0], new byte[0]))
        .withMessage("there must be at least one example, found none");
    assertThatIllegalArgumentException().isThrownBy(() -> new Examples(new float[5], new byte[2]));
    assertThatIllegalArgumentException().isThrownBy(() -> new AdapterTraining(Optimizer.SGD, -1, 1, 1))
        .withMessage("a learning rate must be > 0 and finite, found -1.0");
    assertThatIllegalArgumentException().isThrownBy(() -> new AdapterTraining(Optimizer.SGD, 1, 0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> training.withSparsity(-0.1)).withMessageContaining("-0.1");
  }
}
