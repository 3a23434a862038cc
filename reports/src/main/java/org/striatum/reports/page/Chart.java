package org.striatum.reports.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A chart: rows of figures and the layers of marks that show them, as one Vega-Lite specification.
/// If a chart's colour shows a series, the reader can select one in the legend.
/// The rows are stored once, separately from the specification, so that the page makes the chart, the table and the CSV
/// from the same figures. The common style is in [#theme].
///
/// @param id names the chart in the page and in exported files: letters, digits and hyphens
/// @param description what the chart shows, for screen readers
/// @param height of the plot, in pixels; its width is the page's
/// @param columns names of the columns; those starting with an underscore serve tooltips only
/// @param rows one value per column: a String, a Boolean, a finite Number or null
/// @param choice how the reader selects rows; null shows all of them
/// @param layers drawn in this order
public record Chart(String id, String description, int height, List<String> columns, List<List<Object>> rows,
    Choice choice, List<Layer> layers) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final double FADED = 0.06;
  /// Vega-Lite's name of the range that [Channel#outcome] uses: what is solved or high, then what is failed or low.
  static final String OUTCOME = "diverging";
  private static final String FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";

  public Chart {
    if (!id.matches("[a-z0-9-]+")) {
      throw new IllegalArgumentException(
          "a chart's id must be of lower-case letters, digits and hyphens, found '" + id + "'");
    }
    columns = List.copyOf(columns);
    List<List<Object>> finite = new ArrayList<>();
    for (List<Object> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(
            "a row of chart " + id + " must have " + columns.size() + " values, found " + row.size());
      }
      finite.add(row.stream().map(Chart::finite).toList());
    }
    rows = List.copyOf(finite);
    layers = List.copyOf(layers);
  }

  /// A selector above the chart: shows the rows whose column has the chosen value.
  ///
  /// @param column the column compared
  /// @param label of the selector
  /// @param options in order
  /// @param initial the one shown first
  public record Choice(String column, String label, List<String> options, String initial) {
    public Choice {
      options = List.copyOf(options);
      if (!options.contains(initial)) {
        throw new IllegalArgumentException("the choice shown first must be one of " + options + ", found " + initial);
      }
    }
  }

  /// A row of values, null for what is absent.
  public static List<Object> row(Object... values) {
    return Arrays.asList(values.clone());
  }

  /// The Vega-Lite specification, without data.
  public ObjectNode specification() {
    ObjectNode spec = JSON.objectNode();
    spec.put("description", description).put("width", "container").put("height", height);
    spec.putObject("autosize").put("type", "fit-x").put("contains", "padding");
    if (choice != null) {
      ObjectNode param = spec.putArray("params").addObject().put("name", "chosen").put("value", choice.initial());
      ObjectNode bind = param.putObject("bind").put("input", "select").put("name", choice.label());
      ArrayNode options = bind.putArray("options");
      choice.options().forEach(options::add);
      spec.putArray("transform").addObject().put("filter", "datum['" + choice.column() + "'] === chosen");
    }
    ArrayNode drawn = spec.putArray("layer");
    Optional<String> coloured = layers.stream().map(Layer::coloured).flatMap(Optional::stream).findFirst();
    layers.forEach(layer -> drawn.add(layer.specification()));
    coloured.ifPresent(column -> pickable(drawn, column));
    return spec;
  }

  /// Lets the reader select a series in the legend: the marks of the others fade.
  private void pickable(ArrayNode drawn, String column) {
    boolean defined = false;
    for (int i = 0; i < drawn.size(); i++) {
      if (!layers.get(i).shows(column)) {
        continue;
      }
      ObjectNode encoding = drawn.get(i).withObjectProperty("encoding");
      ObjectNode opacity = encoding.putObject("opacity");
      opacity.putObject("condition").put("param", "picked").set("value",
          layers.get(i).mark().path("opacity").isNumber() ? layers.get(i).mark().get("opacity") : JSON.numberNode(1));
      opacity.put("value", FADED);
      if (!defined && encoding.has("color")) {
        ObjectNode param = ((ObjectNode) drawn.get(i)).putArray("params").addObject().put("name", "picked");
        param.put("bind", "legend").putObject("select").put("type", "point").putArray("fields").add(column);
        defined = true;
      }
    }
  }

  /// What the page's script reads: id, columns, rows and the specification.
  ObjectNode payload() {
    ObjectNode payload = JSON.objectNode().put("id", id);
    ArrayNode names = payload.putArray("columns");
    columns.forEach(names::add);
    ArrayNode table = payload.putArray("rows");
    for (List<Object> row : rows) {
      ArrayNode cells = table.addArray();
      row.forEach(value -> cells.add(cell(value)));
    }
    payload.set("spec", specification());
    return (ObjectNode) legible(payload);
  }

  /// The tree with every text made visible: the parser of the chart library fails on line separators and control characters
  /// in names.
  private static JsonNode legible(JsonNode node) {
    return switch (node) {
      case TextNode text -> JSON.textNode(VisibleText.of(text.textValue()));
      case ObjectNode object -> {
        ObjectNode copy = JSON.objectNode();
        object.properties().forEach(property -> copy.set(property.getKey(), legible(property.getValue())));
        yield copy;
      }
      case ArrayNode array -> {
        ArrayNode copy = JSON.arrayNode(array.size());
        array.forEach(element -> copy.add(legible(element)));
        yield copy;
      }
      default -> node;
    };
  }

  /// The style of every chart in light or dark mode. A colour means one thing in the whole report: blue is solved or high, orange
  /// failed or low, teal what this run measured, grey chance and controls; series that are only told apart have none of these.
  public static ObjectNode theme(boolean dark) {
    String ink = dark ? "#e6e8eb" : "#1d2329";
    String quiet = dark ? "#9aa4af" : "#5b6670";
    String result = dark ? "#3fc1b0" : "#0f766e";
    String hairline = dark ? "#30373f" : "#e3e7eb";
    ObjectNode theme = JSON.objectNode();
    theme.put("background", dark ? "#15191e" : "#ffffff").put("font", FONT);
    theme.putObject("view").putNull("stroke");
    ObjectNode axis = theme.putObject("axis");
    axis.put("labelColor", quiet).put("titleColor", ink).put("labelFontSize", 11).put("titleFontSize", 12);
    axis.put("titleFontWeight", 500).put("labelFontWeight", 400).put("gridColor", hairline);
    axis.put("domainColor", quiet).put("tickColor", quiet).put("tickSize", 4).put("labelPadding", 4);
    axis.put("labelOverlap", "greedy").put("labelSeparation", 6).put("titleLimit", 600);
    theme.putObject("axisX").put("grid", false).put("titlePadding", 8).put("labelAngle", 0);
    // The title of y stands flat above the axis: upright to read, and no width lost on a phone.
    theme.putObject("axisY").put("domain", false).put("ticks", false).put("titleAngle", 0)
        .put("titleAlign", "left").put("titleBaseline", "bottom").put("titleX", 0).put("titleY", -8);
    ObjectNode legend = theme.putObject("legend");
    legend.put("orient", "bottom").put("labelColor", ink).put("labelFontSize", 12).putNull("title");
    legend.put("labelLimit", 320).put("symbolSize", 90).put("symbolStrokeWidth", 2).put("columnPadding", 18);
    legend.put("rowPadding", 4).put("symbolOpacity", 1).put("offset", 10);
    // A legend of shapes stands under that of colours: side by side they would leave a phone.
    legend.putObject("layout").putObject("bottom").put("direction", "vertical").put("anchor", "start");
    theme.putObject("range").set("category", strings(dark
        ? List.of("#c98be0", "#e0cf5a", "#f08fbd", "#c8a184", "#8f7df0", "#a3b04a", "#f6c6dd")
        : List.of("#7b3fa0", "#8a7500", "#c2447f", "#7a4b2e", "#5a4fd0", "#6f7f1e", "#d58ab5")));
    theme.withObjectProperty("range").set(OUTCOME, strings(dark
        ? List.of("#56b4e9", "#e6862e")
        : List.of("#0072b2", "#d55e00")));
    ObjectNode styles = theme.putObject("style");
    styles.putObject("null-band").put("color", quiet).put("fillOpacity", dark ? 0.24 : 0.16);
    styles.putObject("baseline").put("color", quiet).put("strokeWidth", 1);
    styles.putObject("baseline-name").put("color", quiet).put("fontSize", 11);
    styles.putObject("cell-figure").put("color", ink).put("fontSize", 11);
    styles.putObject("finding").put("color", result);
    styles.putObject("control").put("color", quiet);
    // The four answers, in the shades of the style sheet: 100, 42 and 14 % of the result's colour, and none of it.
    styles.putObject("answer-yes").put("color", result);
    styles.putObject("answer-no").put("color", dark ? "#27605b" : "#9ac5c2");
    styles.putObject("answer-undecided").put("color", dark ? "#1b3132" : "#ddeceb");
    styles.putObject("answer-not-tested").put("color", dark ? "#15191e" : "#ffffff");
    styles.putObject("answer-outline").put("color", dark ? "#28655e" : "#93c1be");
    styles.putObject("on-answer-yes").put("color", dark ? "#10181a" : "#ffffff").put("fontSize", 11);
    theme.putObject("mark").put("color", result);
    theme.putObject("rule").put("color", result);
    theme.putObject("line").put("strokeWidth", 2).put("strokeJoin", "round");
    theme.putObject("point").put("filled", true).put("size", 55).put("opacity", 1);
    return theme;
  }

  private static JsonNode cell(Object value) {
    return switch (value) {
      case null -> JSON.nullNode();
      case Boolean flag -> JSON.booleanNode(flag);
      case Integer number -> JSON.numberNode(number);
      case Double number -> JSON.numberNode(number);
      default -> JSON.textNode(value.toString());
    };
  }

  /// A NaN would be drawn as a zero; an absent value is not drawn in the chart and is a dash in the table.
  private static Object finite(Object value) {
    return value instanceof Double number && !Double.isFinite(number) ? null : value;
  }

  private static ArrayNode strings(List<String> values) {
    ArrayNode array = JSON.arrayNode();
    values.forEach(array::add);
    return array;
  }
}
