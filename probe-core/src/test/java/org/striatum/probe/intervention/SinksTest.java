package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SinksTest {
  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void massiveCoordinatesStandOut() {
    double[] rms = new double[896];
    Arrays.setAll(rms, _ -> Math.exp(0.3 * random.nextGaussian()));
    assertThat(Sinks.detect(rms).coordinates()).isEmpty();
    rms[17] = 300;
    rms[500] = 40;
    rms[3] = 0;
    Sinks sinks = Sinks.detect(rms);
    assertThat(sinks.coordinates()).containsExactly(17, 500);
    assertThat(sinks.threshold()).isBetween(10 * 0.9 * sinks.median(), 40.0);
  }

  /// Scales all over three decades are no sinks, a coordinate far beyond them is.
  @Test
  void spreadScalesAreNoSinks() {
    double[] rms = new double[896];
    Arrays.setAll(rms, _ -> Math.pow(10, 3 * random.nextDouble()));
    assertThat(Sinks.detect(rms).coordinates()).isEmpty();
  }

  @Test
  void degenerateLayers() {
    assertThat(Sinks.detect(new double[5]).coordinates()).isEmpty();
    assertThat(Sinks.detect(new double[]{1, 1, 1, 1, 11}).coordinates()).containsExactly(4);
    assertThatThrownBy(() -> Sinks.detect(new double[]{1, -1})).hasMessageContaining("found -1.0 at coordinate 1");
  }
}
