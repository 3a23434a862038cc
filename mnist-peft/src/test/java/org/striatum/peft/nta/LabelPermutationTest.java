package org.striatum.peft.nta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.striatum.datasets.images.ImageSet;
import org.striatum.datasets.images.LabelledImages;
import org.striatum.peft.nta.BridgeSettings.Conflict;
import org.striatum.peft.nta.Finding.Verdict;
import org.striatum.peft.network.GatedMlp.Bound;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;

/// Both experiments on images, on bars at ten places under noise.
class LabelPermutationTest {
  private static final NtaStudy TWO = new NtaStudy(2, 1, 1, KeptRuns.NONE, Progress.NONE);
  private static final int SIDE = 12;
  private static final ImageSet BARS = new ImageSet("bars", bars(3000, 1), bars(100, 2), new TreeMap<>());

  private static LabelledImages bars(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] pixels = new byte[n * SIDE * SIDE];
    byte[] labels = new byte[n];
    for (int i = 0; i < n; i++) {
      labels[i] = (byte) (i % 10);
      for (int k = 0; k < SIDE * SIDE; k++) {
        boolean ink = labels[i] < 5 ? k / SIDE == 2 * labels[i] + 1 : k % SIDE == 2 * labels[i] - 9;
        pixels[i * SIDE * SIDE + k] = (byte) ((ink ? 180 : 0) + random.nextInt(60));
      }
    }
    return new LabelledImages(SIDE, SIDE, pixels, labels);
  }

  @Test
  void noClassHasOneNameInTwoTasks() {
    int[][] names = LabelPermutation.names(10, new SplittableRandom(5));
    for (int c = 0; c < 10; c++) {
      int k = c;
      assertThat(Arrays.stream(names).mapToInt(task -> task[k]).distinct().count()).isEqualTo(10);
    }
    assertThat(Arrays.stream(names[3]).sorted().toArray()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void featuresAreWhiteButForTheRidge() {
    FeatureSet features = FeatureSet.of(BARS, 3, 1);
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

  /// The loss of nothing is ½, for names are one-hot.
  @Test
  void boundedGatesSwitchBetweenNames() throws IOException {
    LabelSettings base = LabelSettings.published(new TreeMap<>());
    LabelSettings brief = new LabelSettings(base.files(), 16, 1, 2, 2, 2, 0.3, base.regulariser(), 0.1, 50, 8, 300,
        0.15);
    NtaResults results = LabelPermutation.run(TWO, BARS, brief);
    assertThat(results.arms()).hasSize(3);
    for (double loss : results.arms().getFirst().figure(NtaRun.LOSS_AT_START, 1)) {
      assertThat(loss).isCloseTo(0.5, within(0.05));
    }
    for (double accuracy : results.arms().getFirst().figure(LabelPermutation.ACCURACY_AT_END, -1)) {
      assertThat(accuracy).isGreaterThan(0.7);
    }
    assertThat(results.findings()).filteredOn(finding -> finding.name().startsWith("forgetful takes"))
        .allSatisfy(finding -> assertThat(finding.verdict()).isEqualTo(Verdict.HOLDS));
  }

  @Test
  void theBridgeSaysWhatItFound() throws IOException {
    List<BridgeSettings> pairs = Arrays.stream(Conflict.values())
        .map(conflict -> new BridgeSettings(new TreeMap<>(), conflict, 16, 10, 0.1, 1, new Bound(0.02, 1, 10), 200, 50,
            20, 4, 20, 0.2))
        .toList();
    NtaResults results = Bridge.run(TWO, BARS, pairs);
    assertThat(results.arms()).hasSize(8);
    assertThat(results.notes()).hasSize(2).allSatisfy(note -> assertThat(note).contains("the flexible regime"));
    assertThat(Sha256.of(RecordJson.pretty(Bridge.run(TWO, BARS, pairs))))
        .isEqualTo(Sha256.of(RecordJson.pretty(results)));
  }
}
