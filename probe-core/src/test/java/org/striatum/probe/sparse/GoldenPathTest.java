package org.striatum.probe.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Every path equals scikit-learn's. Its rows are doubles and ours floats, which costs the last digits.
class GoldenPathTest {
  private static Golden golden;

  @BeforeAll
  static void read() throws IOException {
    golden = Golden.read();
  }

  @Test
  void lasso() {
    assertEqualPath(1, "lasso_coef");
  }

  @Test
  void elasticNet() {
    assertEqualPath(0.5, "elastic_net_coef");
  }

  private static void assertEqualPath(double l1Ratio, String expected) {
    double[] alphas = Golden.doubles(golden.root().get("alphas"));
    SparsePath path = new PathSolver(1e-9).elasticNet(golden.regression(), alphas, l1Ratio);
    assertThat(path.unconverged()).isZero();
    for (int k = 0; k < alphas.length; k++) {
      assertThat(path.points().get(k).coefficients()).as("alpha %s", alphas[k])
          .containsExactly(Golden.doubles(golden.root().get(expected).get(k)), within(2e-6));
    }
  }

  @Test
  void ridge() {
    JsonNode node = golden.root().get("ridge");
    assertThat(Ridge.fit(Moments.of(golden.regression()), node.get("alpha").asDouble()).coefficients())
        .containsExactly(Golden.doubles(node.get("coef")), within(1e-6));
  }

  @Test
  void logistic() {
    JsonNode nodes = golden.root().get("logistic_l1");
    double[] lambdas = new double[nodes.size()];
    for (int k = 0; k < lambdas.length; k++) {
      lambdas[k] = nodes.get(k).get("lambda_per_sample").asDouble();
    }
    SparsePath path = new PathSolver(1e-8).logistic(golden.classification(), lambdas);
    assertThat(path.unconverged()).isZero();
    for (int k = 0; k < lambdas.length; k++) {
      LinearPredictor found = path.points().get(k);
      assertThat(found.coefficients()).as("lambda %s", lambdas[k])
          .containsExactly(Golden.doubles(nodes.get(k).get("coef")), within(1e-5));
      // saga had not settled the intercept where all coefficients are 0; half of the labels are 1, so it is 0.
      double intercept = found.nonZero().length == 0 ? 0 : nodes.get(k).get("intercept").asDouble();
      assertThat(found.intercept()).isCloseTo(intercept, within(1e-6));
    }
  }

  @Test
  void linearProbe() throws IOException {
    JsonNode probes = Golden.file("linear-probe").get("probes");
    assertThat(probes).hasSize(2).allSatisfy(node -> {
      LinearPredictor found = LinearProbe.fit(golden.classification(), node.get("C").asDouble());
      assertThat(found.coefficients()).containsExactly(Golden.doubles(node.get("coef")), within(1e-6));
      assertThat(found.intercept()).isCloseTo(node.get("intercept").asDouble(), within(1e-6));
    });
  }
}
