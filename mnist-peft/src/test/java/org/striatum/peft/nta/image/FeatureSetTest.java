package org.striatum.peft.nta.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class FeatureSetTest {
  @Test
  void featuresAreWhiteButForTheRidge() {
    FeatureSet features = FeatureSet.of(Bars.IMAGES, 3, 1);
    int n = features.trainLabels().length;
    for (int i = 0; i < features.width(); i++) {
      for (int j = 0; j < i; j++) {
        double product = 0;
        for (int row = 0; row < n; row++) {
          product += features.train()[row * features.width() + i] * features.train()[row * features.width() + j];
        }
        assertThat(product / n).isCloseTo(0, within(0.05));
      }
    }
    assertThat(features.width()).isEqualTo(4);
    assertThat(features.test()[3]).isEqualTo(1);
  }
}
