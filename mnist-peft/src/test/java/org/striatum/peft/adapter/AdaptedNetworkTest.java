package org.striatum.peft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.striatum.peft.adapter.Adapter.Bottleneck;
import org.striatum.peft.adapter.Adapter.LoRa;
import org.striatum.peft.adapter.Adapter.TauGate;
import org.striatum.peft.network.Mlp;

class AdaptedNetworkTest {
  @Test
  void switchesAndComesBackToTheBitWhenOff() {
    float[] base = TinyTask.BASE.logits(TinyTask.X);
    try (AdaptedNetwork network = new AdaptedNetwork(TinyTask.BASE)) {
      assertThat(network.logits(TinyTask.X)).containsExactly(base);
      network.add("gate", TinyTask.trained(new TauGate(true, true, 10)));
      network.add("lora", TinyTask.trained(new LoRa(2, 4)));
      assertThat(network.logits(TinyTask.X)).as("adding switches nothing on").containsExactly(base);
      network.switchTo("gate");
      float[] gated = network.logits(TinyTask.X);
      network.switchTo("lora");
      float[] changed = network.logits(TinyTask.X);
      assertThat(gated).isNotEqualTo(base).isNotEqualTo(changed);
      network.switchTo("gate");
      assertThat(network.logits(TinyTask.X)).containsExactly(gated);
      network.disable();
      assertThat(network.logits(TinyTask.X)).containsExactly(base);
      network.switchTo("lora");
      network.remove("lora");
      assertThat(network.logits(TinyTask.X)).containsExactly(base);
      assertThat(network.merged()).isEqualTo(TinyTask.BASE);
    }
  }

  @Test
  void reportsWhatItsAdaptersWeigh() {
    try (AdaptedNetwork network = new AdaptedNetwork(TinyTask.BASE)) {
      network.add("a", TinyTask.trained(new Bottleneck(1)));
      network.add("b", TinyTask.trained(new LoRa(1, 1)));
      network.switchTo("b");
      assertThat(network.report()).containsExactly(
          new AdaptedNetwork.Entry("a", new Bottleneck(1), 24, 24.0 / 107, false, false),
          new AdaptedNetwork.Entry("b", new LoRa(1, 1), 33, 33.0 / 107, true, true));
      AdapterTest.assertClose(network.merged().logits(TinyTask.X), network.logits(TinyTask.X), 3e-6);
    }
  }

  @Test
  void accuracyCountsTheHighestLogit() {
    byte[] predicted = new byte[TinyTask.LABELS.length];
    float[] logits = TinyTask.BASE.logits(TinyTask.X);
    for (int i = 0; i < predicted.length; i++) {
      for (byte k = 1; k < 3; k++) {
        predicted[i] = logits[3 * i + k] > logits[3 * i + predicted[i]] ? k : predicted[i];
      }
    }
    byte[] oneWrong = predicted.clone();
    oneWrong[4] = (byte) ((oneWrong[4] + 1) % 3);
    try (AdaptedNetwork network = new AdaptedNetwork(TinyTask.BASE);
        Examples right = new Examples(TinyTask.X, predicted);
        Examples wrong = new Examples(TinyTask.X, oneWrong)) {
      assertThat(network.accuracy(right)).isEqualTo(1);
      assertThat(network.accuracy(wrong)).isEqualTo(10.0 / 11);
      assertThat(network.signals(right)).hasSize(2).extracting(z -> z.length).containsExactly(11 * 7, 11 * 5);
    }
  }

  @Test
  void refusesWhatIsNotItsOwn() {
    Mlp other = Mlp.random(TinyTask.WIDTHS, new SplittableRandom(99));
    try (AdaptedNetwork network = new AdaptedNetwork(other);
        Examples wide = new Examples(new float[9], new byte[1]);
        Examples manyClasses = new Examples(new float[6], new byte[]{3})) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> network.add("gate", TinyTask.trained(new TauGate(true, true, 10))))
          .withMessageContaining("open it over its own");
      assertThatIllegalArgumentException().isThrownBy(() -> network.switchTo("gate"))
          .withMessage("there is no adapter 'gate', only []");
      assertThatIllegalArgumentException().isThrownBy(() -> network.logits(new float[4]))
          .withMessageContaining("rows of 6 values");
      assertThatIllegalArgumentException().isThrownBy(() -> network.accuracy(wide)).withMessageContaining("width 9");
      assertThatIllegalArgumentException().isThrownBy(() -> network.accuracy(manyClasses))
          .withMessageContaining("labels below 4");
    }
  }
}
