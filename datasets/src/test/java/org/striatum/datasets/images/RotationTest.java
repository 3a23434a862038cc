package org.striatum.datasets.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RotationTest {
  /// scipy 1.x: ndimage.rotate(a, 30, order=1, reshape=False, mode='grid-constant', cval=0), rounded to 6 digits.
  private static final double[] SCIPY_30 = {0.0, 0.130642, 0.726795, 0.43923, 0.52439, 0.462178, 0.274906, 0.400258,
      0.42561, 0.618653, 0.266987, 0.317949, 0.295225, 0.378461, 0.310289, 0.287564, 0.520096, 0.9, 0.729904, 0.70718,
      0.389711, 0.616025, 0.625833, 0.382051, 0.506699, 0.591858, 0.387564, 0.043524, 0.345964, 0.45359, 0.17561,
      0.26077, 0.542339, 0.135898, 0.0};

  /// aᵢ = (7i mod 11)/10
  private static float[] image(int pixels) {
    float[] image = new float[pixels];
    for (int i = 0; i < pixels; i++) {
      image[i] = i * 7 % 11 / 10f;
    }
    return image;
  }

  @Test
  void turnsAsScipyDoes() {
    float[] turned = new Rotation(30).apply(image(35), 5, 7);
    for (int i = 0; i < turned.length; i++) {
      assertThat((double) turned[i]).as("pixel %d", i).isCloseTo(SCIPY_30[i], within(1e-6));
    }
  }

  @Test
  void aPositiveAngleTurnsCounterClockwise() {
    float[] right = {0, 0, 0, 0, 0, 1, 0, 0, 0};
    assertThat(new Rotation(90).apply(right, 3, 3)).containsExactly(0, 1, 0, 0, 0, 0, 0, 0, 0);
  }

  @Property(tries = 50)
  void aTurnByNothingOrAllTheWayChangesNoBit(@ForAll @IntRange(min = 1, max = 9) int rows,
      @ForAll @IntRange(min = 1, max = 9) int columns, @ForAll @IntRange(min = -2, max = 2) int turns) {
    float[] images = image(3 * rows * columns);
    assertThat(new Rotation(360 * turns).apply(images, rows, columns)).containsExactly(images);
  }

  @Property(tries = 30)
  void fourQuarterTurnsAreNone(@ForAll @IntRange(min = 1, max = 9) int side) {
    float[] images = image(2 * side * side);
    float[] turned = images;
    for (int quarter = 0; quarter < 4; quarter++) {
      turned = new Rotation(90).apply(turned, side, side);
    }
    assertThat(turned).containsExactly(images);
  }

  @Property(tries = 50)
  void inkNeitherGrowsNorTurnsNegative(@ForAll @DoubleRange(min = -720, max = 720) double degrees) {
    for (float ink : new Rotation(degrees).apply(image(28 * 28), 28, 28)) {
      assertThat(ink).isBetween(0f, 1.000001f);
    }
  }

  @Test
  void refusesWhatIsNoAngleOrNoImage() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Rotation(Double.NaN))
        .withMessage("an angle must be finite, found NaN");
    assertThatIllegalArgumentException().isThrownBy(() -> new Rotation(1).apply(new float[10], 3, 3))
        .withMessageContaining("found 10 pixels");
  }
}
