package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.NotEnoughData;

/// Control directions: of the target's norm, at right angles to it, and matched ones of its RMS.
class MatchedDirectionsTest {
  private static final int D = 40;
  private static final double TOLERANCE = MatchedSets.DEFAULT_TOLERANCE;

  /// Coordinates of very unequal size, so that a random direction carries something else than a given one.
  private static List<float[]> states() {
    Random random = new Random(3);
    List<float[]> states = new ArrayList<>();
    for (int k = 0; k < 200; k++) {
      float[] state = new float[D];
      for (int j = 0; j < D; j++) {
        state[j] = (float) (random.nextGaussian() * Math.exp(-j / 8.0));
      }
      states.add(state);
    }
    return states;
  }

  private static double rms(float[] direction, List<float[]> states) {
    double norm = Math.sqrt(dot(direction, direction));
    return Math.sqrt(states.stream().mapToDouble(state -> Math.pow(dot(direction, state) / norm, 2)).average()
        .orElseThrow());
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void controlsHaveTheNormAndMatchedOnesTheRmsToo() {
    List<float[]> states = states();
    float[] vector = new float[D];
    vector[4] = 3;
    vector[9] = -2;
    Direction target = new Direction(HookPoint.EMBED, vector);
    MatchedDirections controls = MatchedDirections.draw(target, states, 30, TOLERANCE, new SplittableRandom(1));
    assertThat(controls.random()).hasSize(30);
    assertThat(controls.matched()).hasSize(30);
    Stream.concat(controls.random().stream(), controls.matched().stream()).forEach(control -> {
      assertThat(Math.sqrt(dot(control, control))).isCloseTo(target.norm(), within(1e-4));
      assertThat(dot(control, vector)).isCloseTo(0, within(1e-4));
    });
    controls.matched().forEach(control -> assertThat(Math.abs(Math.log(rms(control, states) / rms(vector, states))))
        .isLessThanOrEqualTo(TOLERANCE + 1e-6));
    assertThat(controls.matching().worst()).isLessThanOrEqualTo(TOLERANCE);
    assertThat(controls.random().stream().filter(control -> Math.abs(Math.log(rms(control, states)
        / rms(vector, states))) > TOLERANCE).count()).as("random ones that would not match").isGreaterThan(10);
  }

  /// A coordinate that carries more than anything else can.
  @Test
  void aDirectionThatNothingElseCarriesAsMuchAsHasNoMatchedControls() {
    List<float[]> states = states();
    states.forEach(state -> state[0] = 1000);
    float[] vector = new float[D];
    vector[0] = 1;
    MatchedDirections controls = MatchedDirections.draw(new Direction(HookPoint.EMBED, vector), states, 19, TOLERANCE,
        new SplittableRandom(1));
    assertThat(controls.matched()).isEmpty();
    assertThat(controls.random()).hasSize(19);
    assertThat(controls.matching().refused()).contains("0 of 76");
    assertThatThrownBy(() -> MatchedDirections.draw(new Direction(HookPoint.EMBED, vector), List.of(), 19, TOLERANCE,
        new SplittableRandom(1))).isInstanceOf(NotEnoughData.class);
  }
}
