package org.striatum.probe.adaptation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.striatum.probe.adaptation.AdaptationResults.Comparison;
import org.striatum.probe.adaptation.AdaptationResults.LearnedLayer;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;

class AdaptationResultsTest {
  private static Verdict verdict(double low, double high, double gained) {
    Estimate difference = new Estimate((low + high) / 2, low, high);
    return new Comparison(AdaptationArm.VALUE, AdaptationArm.VALUE_MATCHED, difference, difference, difference, gained,
        3, 5).verdict();
  }

  @Test
  void aPlaceIsBetterOnlyIfTheWholeIntervalSaysSo() {
    assertThat(verdict(0.001, 0.01, 0.05)).isEqualTo(Verdict.YES);
    assertThat(verdict(-0.01, -0.001, 0.05)).isEqualTo(Verdict.NO);
    assertThat(verdict(-0.01, 0.01, 0.05)).isEqualTo(Verdict.UNDECIDED);
    assertThat(verdict(-0.01, 0.004, 0.05)).as("less than a tenth of what others gained").isEqualTo(Verdict.NO);
    assertThat(verdict(-0.01, 0.004, -0.05)).as("others gained nothing").isEqualTo(Verdict.UNDECIDED);
    assertThat(verdict(Double.NaN, Double.NaN, 0.05)).as("one problem").isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void armsArePrintedInLowerCase() {
    for (AdaptationArm arm : AdaptationArm.values()) {
      assertThat(AdaptationArm.named(arm.printed())).isEqualTo(arm);
    }
    assertThat(AdaptationArm.DOPAMINE.matched().printed()).isEqualTo("dopamine-matched");
    assertThatIllegalArgumentException().isThrownBy(() -> AdaptationArm.named("none"))
        .withMessage("an arm must be one of frozen, value, value-matched, dopamine, dopamine-matched, largest, all,"
            + " bitfit, lora, found 'none'");
    assertThatIllegalArgumentException().isThrownBy(AdaptationArm.ALL::matched);
  }

  @Test
  void aNeuronsChangeIsWhatItIsMultipliedByLessOne() {
    LearnedLayer layer = new LearnedLayer(HookPoint.residPost(2), new int[]{4, 9}, new float[]{1, 1.5f},
        new float[]{-4, 0}, new float[]{1, 1}, new float[]{1, 0.5f});
    assertThat(layer.change(0)).isZero();
    assertThat(layer.change(1)).isCloseTo(-0.25, within(1e-7));
    assertThat(layer.neuron(1)).isEqualTo(new NeuronId(HookPoint.residPost(2), 9));
  }
}
