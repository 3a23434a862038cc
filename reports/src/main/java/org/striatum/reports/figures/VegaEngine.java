package org.striatum.reports.figures;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.InlineScript;

/// Vega and Vega-Lite, the same versions that a report carries, in an interpreter of JavaScript that reaches neither files nor
/// network nor Java. A chart takes about a second.
final class VegaEngine implements AutoCloseable {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  /// The first that is there. No blanks behind the commas: what draws images and pages takes them for part of a name.
  private static final String FONT = "Helvetica,Arial,Liberation Sans,DejaVu Sans,SansSerif,sans-serif";
  /// What the libraries expect of a browser and do not need to draw.
  private static final String BROWSER = """
      var console = {log() {}, warn() {}, error() {}};
      var setTimeout = work => { Promise.resolve().then(work); };
      globalThis.structuredClone ??= value => JSON.parse(JSON.stringify(value));
      """;
  private static final String DRAW = """
      specification => {
        const drawn = {};
        const parsed = vega.parse(vegaLite.compile(JSON.parse(specification)).spec);
        new vega.View(parsed, {renderer: 'none'}).toSVG().then(svg => drawn.svg = svg, error => drawn.error = String(error));
        return drawn;
      }
      """;

  private final Context context;
  private final Value draw;

  VegaEngine() {
    // Without a compiler of its own it interprets, which is known.
    context = Context.newBuilder("js").option("engine.WarnInterpreterOnly", "false").build();
    context.eval("js", BROWSER);
    InlineScript.drawing().forEach(script -> context.eval("js", script.source()));
    draw = context.eval("js", DRAW);
  }

  /// A chart in the light theme, for paper.
  ///
  /// @param chart id, columns, rows and specification, as the page has them
  /// @param chosen which rows, where the chart lets the reader choose; empty for those that it shows first
  /// @param width of the plot in pixels
  /// @return an SVG document
  /// @throws IllegalStateException if Vega cannot draw it
  String svg(JsonNode chart, Optional<String> chosen, int width) {
    ObjectNode specification = chart.path("spec").deepCopy();
    specification.put("width", width);
    specification.putObject("data").set("values", values(chart));
    chosen.ifPresent(option -> ((ObjectNode) specification.path("params").path(0)).put("value", option));
    specification.set("config", Chart.theme(false).put("font", FONT));
    try {
      Value drawn = draw.execute(specification.toString());
      if (!drawn.hasMember("svg")) {
        throw new IllegalStateException("chart " + chart.path("id").asText() + " cannot be drawn: "
            + (drawn.hasMember("error") ? drawn.getMember("error").asString() : "nothing was drawn"));
      }
      return drawn.getMember("svg").asString();
    } catch (PolyglotException failed) {
      throw new IllegalStateException("chart " + chart.path("id").asText() + " cannot be drawn: "
          + failed.getMessage(), failed);
    }
  }

  private static JsonNode values(JsonNode chart) {
    var values = JSON.arrayNode();
    for (JsonNode row : chart.path("rows")) {
      ObjectNode value = values.addObject();
      for (int i = 0; i < row.size(); i++) {
        value.set(chart.path("columns").path(i).asText(), row.get(i));
      }
    }
    return values;
  }

  @Override
  public void close() {
    context.close();
  }
}
