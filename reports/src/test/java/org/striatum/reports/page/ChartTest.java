package org.striatum.reports.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChartTest {
  private static final Channel X = Channel.quantitative("x", "ratio").titled("removed").scaled("type", "log");
  private static final Channel Y = Channel.quantitative("y", "auroc").domain(0.3, 0.9);
  private static final Channel COLOUR = Channel.series("color", "curve", List.of("td", "linear"));

  @Test
  void aSpecificationSaysWhatItsLayersSay() {
    Chart chart = new Chart("a-chart", "what it shows", 200, List.of("ratio", "auroc", "curve"),
        List.of(Chart.row(0.5, 0.7, "td")), new Chart.Choice("layer", "layer", List.of("1", "2"), "2"),
        List.of(Layer.of("line", X, Y, COLOUR).where("datum.auroc > 0").with("opacity", 0.5), Layer.of("rule", Y)));
    JsonNode spec = chart.specification();
    assertThat(spec.at("/width").asText()).isEqualTo("container");
    assertThat(spec.at("/params/0/value").asText()).isEqualTo("2");
    assertThat(spec.at("/transform/0/filter").asText()).isEqualTo("datum['layer'] === chosen");
    assertThat(spec.at("/layer/0/mark/type").asText()).isEqualTo("line");
    assertThat(spec.at("/layer/0/transform/0/filter").asText()).isEqualTo("datum.auroc > 0");
    assertThat(spec.at("/layer/0/encoding/x/scale/type").asText()).isEqualTo("log");
    assertThat(spec.at("/layer/0/encoding/y/scale/domain/1").asDouble()).isEqualTo(0.9);
    assertThat(spec.at("/layer/0/encoding/color/scale/domain")).extracting(JsonNode::asText)
        .containsExactly("td", "linear");
    // The picked series keeps its mark's opacity; a layer without series has nothing to fade.
    assertThat(spec.at("/layer/0/params/0/bind").asText()).isEqualTo("legend");
    assertThat(spec.at("/layer/0/encoding/opacity/condition/value").asDouble()).isEqualTo(0.5);
    assertThat(spec.at("/layer/1/encoding/opacity").isMissingNode()).isTrue();
  }

  @Test
  void changesMakeCopies() {
    assertThat(X.titled("kept")).isNotEqualTo(X);
    assertThat(X.definition().at("/title").asText()).isEqualTo("removed");
    Layer layer = Layer.of("point", X);
    assertThat(layer.with("size", 9).where("datum.auroc > 0").mark().path("size").asInt()).isEqualTo(9);
    assertThat(layer.mark().has("size")).isFalse();
    assertThat(layer.filter()).isNull();
  }

  @Test
  void whatIsNotANumberIsAbsent() {
    Chart chart = new Chart("c", "d", 100, List.of("a", "b"),
        List.of(Chart.row(Double.NaN, Double.POSITIVE_INFINITY), Chart.row("line\u2028end", 3)), null, List.of());
    assertThat(chart.payload().at("/rows").toString()).isEqualTo("[[null,null],[\"line⟨U+2028⟩end\",3]]");
  }

  @Test
  void refusesWhatItCannotDraw() {
    assertThatThrownBy(() -> new Chart("A chart", "d", 1, List.of(), List.of(), null, List.of()))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("found 'A chart'");
    assertThatThrownBy(() -> new Chart("c", "d", 1, List.of("a"), List.of(Chart.row(1, 2)), null, List.of()))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("must have 1 values, found 2");
    assertThatThrownBy(() -> new Chart.Choice("layer", "layer", List.of("1"), "2"))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("must be one of [1], found 2");
  }

  /// Blue, orange, teal and grey mean something in the whole report: series that are only told apart have none of these, and page and
  /// charts have the same.
  @Test
  void aColourMeansOneThing() {
    String style = InlineScript.text("/org/striatum/reports/page/report.css");
    for (boolean dark : List.of(false, true)) {
      JsonNode theme = Chart.theme(dark);
      List<String> meant = List.of(theme.at("/range/" + Chart.OUTCOME + "/0").asText(),
          theme.at("/range/" + Chart.OUTCOME + "/1").asText(), theme.at("/style/finding/color").asText(),
          theme.at("/style/control/color").asText());
      assertThat(meant).doesNotHaveDuplicates().doesNotContain("");
      assertThat(theme.at("/range/category")).extracting(JsonNode::asText).doesNotHaveDuplicates()
          .doesNotContainAnyElementsOf(meant)
          .allSatisfy(series -> assertThat(meant).allSatisfy(
              other -> assertThat(distance(series, other)).as("%s and %s", series, other).isGreaterThan(45)));
      List<String> names = List.of("high", "low", "result", "quiet");
      for (int i = 0; i < names.size(); i++) {
        assertThat(style).contains("--" + names.get(i) + ": " + meant.get(i) + ";");
      }
    }
  }

  /// Of two colours, in steps of red, green and blue.
  private static double distance(String one, String other) {
    int a = Integer.parseInt(one.substring(1), 16);
    int b = Integer.parseInt(other.substring(1), 16);
    return Math
        .sqrt(square((a >> 16) - (b >> 16)) + square((a >> 8 & 255) - (b >> 8 & 255)) + square((a & 255) - (b & 255)));
  }

  private static double square(int x) {
    return (double) x * x;
  }

  @Test
  void bothThemesColourTheSameThings() {
    JsonNode light = Chart.theme(false);
    JsonNode dark = Chart.theme(true);
    assertThat(dark).isNotEqualTo(light);
    assertThat(dark.at("/range/category")).hasSameSizeAs(light.at("/range/category"));
    assertThat(dark.at("/style").properties()).extracting(java.util.Map.Entry::getKey)
        .containsExactlyElementsOf(light.at("/style").properties().stream().map(java.util.Map.Entry::getKey).toList());
  }
}
