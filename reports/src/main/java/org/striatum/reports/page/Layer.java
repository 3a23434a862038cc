package org.striatum.reports.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/// One kind of mark in a chart, drawn for the rows that pass its filter.
///
/// Every method returns a changed copy.
///
/// @param mark Vega-Lite's mark definition
/// @param filter an expression over `datum`; null keeps every row
/// @param channels the columns shown by the mark's position and appearance
public record Layer(ObjectNode mark, String filter, List<Channel> channels) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  public Layer {
    mark = mark.deepCopy();
    channels = List.copyOf(channels);
  }

  /// A mark by Vega-Lite's name, e.g. `line`.
  public static Layer of(String mark, Channel... channels) {
    return new Layer(JSON.objectNode().put("type", mark), null, List.of(channels));
  }

  /// Keeps only the rows for which the expression holds.
  public Layer where(String expression) {
    return new Layer(mark, expression, channels);
  }

  /// A property of the mark, e.g. `opacity`.
  public Layer with(String property, JsonNode value) {
    ObjectNode copy = mark.deepCopy();
    copy.set(property, value);
    return new Layer(copy, filter, channels);
  }

  public Layer with(String property, double value) {
    return with(property, JSON.numberNode(value));
  }

  public Layer with(String property, String value) {
    return with(property, JSON.textNode(value));
  }

  public Layer with(String property, boolean value) {
    return with(property, JSON.booleanNode(value));
  }

  /// A dashed line, the style of baselines.
  public Layer dashed() {
    return with("strokeDash", JSON.arrayNode().add(4).add(3));
  }

  /// The column that the mark's colour shows.
  Optional<String> coloured() {
    return channels.stream().filter(channel -> channel.name().equals("color")).map(Channel::column).findFirst();
  }

  /// Whether any channel shows the column.
  boolean shows(String column) {
    return channels.stream().anyMatch(channel -> channel.column().equals(column));
  }

  ObjectNode specification() {
    ObjectNode layer = JSON.objectNode();
    if (filter != null) {
      layer.putArray("transform").addObject().put("filter", filter);
    }
    layer.set("mark", mark);
    ObjectNode encoding = layer.putObject("encoding");
    channels.forEach(channel -> encoding.set(channel.name(), channel.definition()));
    return layer;
  }
}
