package org.striatum.reports.page;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/// A square of cells, `first` down and `second` across, each shaded by a figure and, up to [#LABELLED] names, labelled with it.
public final class MatrixChart {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final double FAINTEST = 0.03;
  /// The figure in a cell must be readable, in dark mode too.
  static final double STRONGEST = 0.5;

  /// The number of letters that fit under a cell on a phone.
  private static final int SIDE_BY_SIDE = 28;

  /// The most names whose cells hold a label.
  private static final int LABELLED = 24;
  /// The height of the square of more of them.
  private static final int HEIGHT = 620;

  private MatrixChart() {}

  /// The chart.
  ///
  /// @param shade the column that shades a cell, from `low` to `high`
  /// @param columns `first` and `second` come first
  /// @param label the column whose value is written in the cell
  /// @param titles of the tooltip, see [Channel#titles]
  public static Chart of(String id, String description, String shade, List<String> columns, List<List<Object>> rows,
      String label, SequencedMap<String, String> titles, double low, double high, Chart.Choice choice, String rowTitle,
      String columnTitle) {
    List<String> names = rows.stream().map(row -> (String) row.getFirst()).distinct().toList();
    boolean labelled = names.size() <= LABELLED;
    int height = labelled ? (names.size() > 8 ? 26 : 48) * names.size() : HEIGHT;
    int longest = names.stream().mapToInt(String::length).max().orElse(0);
    Channel across = Channel.ordinal("x", "second", names).titled(columnTitle).axis("labelLimit", JSON.numberNode(120));
    // Names too long to stand side by side lean, so that none is left out.
    Channel x = labelled && names.size() * longest > SIDE_BY_SIDE
        ? across.axis("labelAngle", JSON.numberNode(-40)).axis("labelAlign", "right")
            .axis("labelOverlap", BooleanNode.FALSE)
        : across;
    Channel y = Channel.ordinal("y", "first", names).titled(rowTitle);
    Channel strength = Channel.quantitative("fillOpacity", shade).domain(low, high)
        .scaled("range", JSON.arrayNode().add(FAINTEST).add(labelled ? STRONGEST : 1))
        .scaled("clamp", BooleanNode.TRUE).with("legend", JSON.nullNode());
    List<Layer> layers = new ArrayList<>(List.of(Layer.of("rect", x, y, strength, Channel.tooltip(titles))));
    if (labelled) {
      layers.add(Layer.of("text", x, y, new Channel("text", JSON.objectNode().put("field", label)))
          .with("style", "cell-figure").with("tooltip", JSON.nullNode()));
    }
    return new Chart(id, description, height + 20, columns, rows, choice, layers);
  }
}
