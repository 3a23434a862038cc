package org.striatum.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.striatum.probe.stats.Estimate;

class NotationTest {
  @Test
  void writesFiguresAsTheyArePrinted() {
    assertThat(Notation.auroc(new Estimate(0.8124, 0.7606, 0.8599))).isEqualTo("0.812 [0.761 to 0.860]");
    assertThat(Notation.percent(0.7519)).isEqualTo("75.2\u202f%");
    assertThat(Notation.effect(new Estimate(-0.382, -0.44, -0.32), "accuracy"))
        .isEqualTo("−38.2 points [−44.0 to −32.0]");
    assertThat(Notation.effect(0.0312, "log-probability")).isEqualTo("+0.031 nats");
    assertThat(Notation.effect(-1.5, "perplexity")).isEqualTo("−1.500");
    assertThat(Notation.outcome(-14.206, "log-probability")).isEqualTo("−14.21");
    assertThat(Notation.p(0.01)).isEqualTo("0.01");
    assertThat(Notation.p(0.34)).isEqualTo("0.34");
    assertThat(Notation.p(1.2e-7)).isEqualTo("<\u202f0.0001");
    assertThat(Notation.pEquals(0.052)).isEqualTo("p = 0.052");
    assertThat(Notation.significant(494.03, 3)).isEqualTo("494");
    assertThat(Notation.significant(0.00031415, 3)).isEqualTo("0.000314");
    assertThat(Notation.significant(-3.1415e-7, 3)).isEqualTo("−3.14e−7");
    assertThat(Notation.significant(9_996_000, 3)).isEqualTo("1.00e7");
    assertThat(Notation.plain(1.0)).isEqualTo("1");
    assertThat(Notation.count(1240, "problem")).isEqualTo("1,240 problems");
    assertThat(Notation.count(1, "problem")).isEqualTo("1 problem");
  }

  @Test
  void leavesADashForWhatIsNotKnown() {
    Estimate unknown = new Estimate(Double.NaN, Double.NaN, Double.NaN);
    assertThat(Notation.auroc(Estimate.exact(0.7))).isEqualTo("0.700 [no interval]");
    assertThat(Notation.auroc(unknown)).isEqualTo("–");
    assertThat(Notation.percent(Double.NaN)).isEqualTo("–");
    assertThat(Notation.outcomeInterval(unknown, "accuracy")).isEqualTo("–");
    assertThat(Notation.p(Double.NaN)).isEqualTo("–");
    assertThat(Notation.span(Double.NaN, 0.6, 3)).isEqualTo("–");
    assertThat(Notation.pEquals(Double.NaN)).isEqualTo("p not computed");
  }

  @Property
  void everyFigureIsReadable(@ForAll double value) {
    for (String text : new String[]{Notation.decimals(value, 3), Notation.significant(value, 3),
        Notation.effect(value, "accuracy"), Notation.p(value), Notation.plain(value)}) {
      assertThat(text).doesNotContain("NaN", "Infinity").doesNotStartWith("−0.000");
    }
  }

  @Property
  void roundsToTheNearest(@ForAll @net.jqwik.api.constraints.DoubleRange(min = -1000, max = 1000) double value) {
    double read = Double.parseDouble(Notation.decimals(value, 3).replace('−', '-'));
    assertThat(Math.abs(read - value)).isLessThanOrEqualTo(0.0005000001);
  }
}
