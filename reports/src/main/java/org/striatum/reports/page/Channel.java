package org.striatum.reports.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// How one column of a chart's data becomes a position, a colour or a shape: an encoding channel of Vega-Lite.
///
/// Every method returns a changed copy.
///
/// @param name Vega-Lite's name of the channel, e.g. `x2`
/// @param definition the channel's definition
public record Channel(String name, JsonNode definition) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  public Channel {
    definition = definition.deepCopy();
  }

  /// A column of numbers.
  public static Channel quantitative(String name, String field) {
    return typed(name, field, "quantitative");
  }

  /// A column of names in the order given.
  public static Channel ordinal(String name, String field, List<String> order) {
    return typed(name, field, "ordinal").with("sort", names(order));
  }

  /// A column of names of series; the domain is fixed so that a series looks the same in every chart.
  public static Channel series(String name, String field, List<String> domain) {
    return typed(name, field, "nominal").with("sort", names(domain)).scaled("domain", names(domain));
  }

  /// A column of two names of which the first means solved, high or more and the second failed, low or less: they have the
  /// colours that these have in the whole report.
  public static Channel outcome(String name, String field, List<String> domain) {
    return series(name, field, domain).scaled("range", Chart.OUTCOME);
  }

  /// The far end of a range: a column that shares the type and scale of its near end.
  public static Channel end(String name, String field) {
    return new Channel(name, JSON.objectNode().put("field", field));
  }

  /// The same position in pixels for every mark.
  public static Channel pixels(String name, double position) {
    return new Channel(name, JSON.objectNode().put("value", position));
  }

  /// The same named position or colour for every mark, e.g. `width`.
  public static Channel constant(String name, String value) {
    return new Channel(name, JSON.objectNode().put("value", value));
  }

  /// Pairs of columns and their titles in a tooltip.
  public static SequencedMap<String, String> titles(String... pairs) {
    SequencedMap<String, String> titles = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      titles.put(pairs[i], pairs[i + 1]);
    }
    return titles;
  }

  /// The columns that a tooltip shows, with their titles.
  public static Channel tooltip(SequencedMap<String, String> titles) {
    ArrayNode fields = JSON.arrayNode();
    titles.forEach((field, title) -> fields.addObject().put("field", field).put("title", title));
    return new Channel("tooltip", fields);
  }

  /// The column that it shows; empty if it shows none.
  String column() {
    return definition.path("field").asText();
  }

  /// A property of the channel, e.g. `bandPosition`.
  public Channel with(String property, JsonNode value) {
    ObjectNode copy = definition.deepCopy();
    copy.set(property, value);
    return new Channel(name, copy);
  }

  public Channel with(String property, String value) {
    return with(property, JSON.textNode(value));
  }

  public Channel titled(String title) {
    return with("title", title);
  }

  /// It has no axis labels.
  public Channel unlabelled() {
    return with("title", JSON.nullNode());
  }

  /// A property of the channel's scale, e.g. `reverse`.
  public Channel scaled(String property, JsonNode value) {
    return nested("scale", property, value);
  }

  public Channel scaled(String property, String value) {
    return scaled(property, JSON.textNode(value));
  }

  /// The scale shows exactly this range, independently of the data.
  public Channel domain(double low, double high) {
    return scaled("domain", JSON.arrayNode().add(low).add(high)).scaled("nice", JSON.booleanNode(false));
  }

  /// A property of the channel's axis, e.g. `labelExpr`.
  public Channel axis(String property, JsonNode value) {
    return nested("axis", property, value);
  }

  public Channel axis(String property, String value) {
    return axis(property, JSON.textNode(value));
  }

  private Channel nested(String part, String property, JsonNode value) {
    ObjectNode copy = definition.deepCopy();
    copy.withObjectProperty(part).set(property, value);
    return new Channel(name, copy);
  }

  private static Channel typed(String name, String field, String type) {
    return new Channel(name, JSON.objectNode().put("field", field).put("type", type));
  }

  private static ArrayNode names(List<String> names) {
    ArrayNode array = JSON.arrayNode();
    names.forEach(array::add);
    return array;
  }
}
