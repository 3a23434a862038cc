package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Every figure equals SciPy's or scikit-learn's (`golden/statistics.json`, origin beside it).
class GoldenStatisticsTest {
  private static JsonNode golden;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = GoldenStatisticsTest.class.getResourceAsStream("/golden/statistics.json")) {
      golden = new ObjectMapper().readTree(in);
    }
  }

  @Test
  void auroc() {
    assertThat(golden.get("auroc")).isNotEmpty().allSatisfy(node -> {
      double[] scores = doubles(node.get("scores"));
      boolean[] labels = booleans(node.get("labels"));
      double expected = node.get("auroc").asDouble();
      assertThat(Auroc.of(scores, labels)).isCloseTo(expected, within(1e-14));
      assertThat(Auroc.over(scores, labels).applyAsDouble(IntStream.range(0, scores.length).toArray()))
          .isCloseTo(expected, within(1e-14));
    });
  }

  @Test
  void mcNemar() {
    assertThat(golden.get("mcnemar_exact")).isNotEmpty()
        .allSatisfy(node -> assertThat(McNemar.exact(node.get("b").asInt(), node.get("c").asInt()))
            .isCloseTo(node.get("p").asDouble(), Percentage.withPercentage(1e-8)));
  }

  @Test
  void benjaminiHochberg() {
    JsonNode node = golden.get("benjamini_hochberg");
    assertThat(FalseDiscovery.benjaminiHochberg(doubles(node.get("p")))).containsExactly(doubles(node.get("q")),
        within(1e-14));
  }

  @Test
  void hypergeometricTail() {
    assertThat(golden.get("hypergeometric_tail")).isNotEmpty().allSatisfy(node -> {
      Overlap overlap = new Overlap(node.get("population").asInt(), node.get("set_a").asInt(),
          node.get("set_b").asInt(), node.get("overlap_at_least").asInt());
      assertThat(overlap.p()).isCloseTo(node.get("p").asDouble(), Percentage.withPercentage(1e-7));
      assertThat(overlap.expectedIou()).isCloseTo(node.get("expected_iou").asDouble(),
          Percentage.withPercentage(1e-7));
    });
  }

  @Test
  void spearman() {
    JsonNode node = golden.get("spearman");
    double[] x = doubles(node.get("x"));
    double[] y = doubles(node.get("y"));
    Spearman plain = Spearman.of(x, y);
    assertThat(plain.rho()).isCloseTo(node.get("rho").asDouble(), within(1e-13));
    assertThat(plain.p()).isCloseTo(node.get("p").asDouble(), Percentage.withPercentage(1e-6));
    double[] first = new double[x.length];
    double[] second = new double[x.length];
    Arrays.setAll(first, i -> node.get("z").get(i).get(0).asDouble());
    Arrays.setAll(second, i -> node.get("z").get(i).get(1).asDouble());
    assertThat(Spearman.partial(x, y, first, second).rho())
        .isCloseTo(node.get("partial_rho_given_z").asDouble(), within(1e-12));
  }

  @Test
  void calibration() {
    JsonNode node = golden.get("calibration");
    Calibration found = Calibration.of(doubles(node.get("probabilities")), booleans(node.get("outcomes")));
    assertThat(found.brier()).isCloseTo(node.get("brier").asDouble(), within(1e-14));
    assertThat(found.ece()).isCloseTo(node.get("ece_10_equal_width_bins").asDouble(), within(1e-14));
  }

  private static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    Arrays.setAll(values, i -> array.get(i).asDouble());
    return values;
  }

  private static boolean[] booleans(JsonNode array) {
    boolean[] values = new boolean[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt() == 1;
    }
    return values;
  }
}
