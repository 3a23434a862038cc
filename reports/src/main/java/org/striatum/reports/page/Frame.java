package org.striatum.reports.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import gg.jte.Content;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The common frame of all reports: title, contents, style, the chart library and the charts' data, and the policy that
/// lets nothing else run.
///
/// @param kicker the kind of report, above the title
/// @param sections anchor → title in the contents
/// @param figures every chart of the page, each placed by its id
public record Frame(String kicker, String title, SequencedMap<String, String> sections, List<Figure> figures) {
  private static final String FOLDER = "/org/striatum/reports/page/";
  private static final List<InlineScript> ENGINE = InlineScript.engine();
  private static final InlineScript SCRIPT = InlineScript.resource(FOLDER + "report.js");
  private static final InlineScript STYLE = InlineScript.resource(FOLDER + "report.css");
  private static final String NOTICES = InlineScript.text(FOLDER + "third-party.txt");

  public Frame {
    sections = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(sections));
    figures = List.copyOf(figures);
  }

  /// What a browser may do with the page: run the inlined scripts and styles by their hashes, show images made by the
  /// scripts, and nothing else; there is no network request.
  String policy() {
    String scripts = Stream.concat(ENGINE.stream(), Stream.of(SCRIPT)).map(InlineScript::hash)
        .collect(Collectors.joining(" "));
    return "default-src 'none'; script-src " + scripts + "; style-src " + STYLE.hash()
        + "; img-src data: blob:; base-uri 'none'; form-action 'none'";
  }

  /// The sections as text: already escaped.
  static String text(Content sections) {
    StringOutput text = new StringOutput();
    sections.writeTo(new OwaspHtmlTemplateOutput(text));
    return text.toString();
  }

  List<InlineScript> engine() {
    return ENGINE;
  }

  InlineScript script() {
    return SCRIPT;
  }

  InlineScript style() {
    return STYLE;
  }

  String notices() {
    return NOTICES;
  }

  /// Every chart and both themes as JSON that is safe inside a script element: no character can end it.
  public String charts() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.set("light", Chart.theme(false));
    root.set("dark", Chart.theme(true));
    ArrayNode charts = root.putArray("charts");
    figures.forEach(figure -> charts.add(figure.payload()));
    String json = root.toString();
    for (Map.Entry<String, String> escape : List.of(Map.entry("<", "\\u003c"), Map.entry(">", "\\u003e"),
        Map.entry("&", "\\u0026"), Map.entry("\u2028", "\\u2028"), Map.entry("\u2029", "\\u2029"))) {
      json = json.replace(escape.getKey(), escape.getValue());
    }
    return json;
  }
}
