package org.striatum.reports.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a paper about a run may cite: this tool, and the papers whose methods it follows.
public enum Bibliography {
  /// This tool.
  TOOL("striatum", "software", "Striatum: reward neurons in language models", "{The Striatum maintainers}",
      null, null),
  /// Value and dopamine neurons.
  REWARD_SUBSYSTEM("sparse-reward-subsystem", "misc", "Sparse Reward Subsystem in Large Language Models",
      "Xu, Guowei and Yuksekgonul, Mert and Zou, James", "2602.00986", "2026"),
  /// Gates as adapters.
  BRAIN_MODES("brain-modes", "misc", "Dopamine: Brain Modes, Not Brains", "Ghasemlou, Shervin",
      "2602.11726", "2026"),
  /// Gated linear networks.
  TASK_ABSTRACTION("flexible-task-abstractions", "misc",
      "Flexible task abstractions emerge in linear networks with fast and bounded units",
      "Sandbrink, Kai J. and Bauer, Jan P. and Proca, Alexandra M. and Saxe, Andrew M. and Summerfield, Christopher and Hummos, Ali",
      "2411.03840", "2024");

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern TOOL_NAME = Pattern.compile("striatum (\\d[\\w.-]*)");

  private final String key;
  private final String kind;
  private final String title;
  private final String authors;
  private final String arxiv;
  private final String year;

  Bibliography(String key, String kind, String title, String authors, String arxiv, String year) {
    this.key = key;
    this.kind = kind;
    this.title = title;
    this.authors = authors;
    this.arxiv = arxiv;
    this.year = year;
  }

  /// The tool's name as a sentence writes it: `Striatum 0.1.0`; the name alone where the manifest has no such name.
  ///
  /// @param manifest of a run, JSON
  public static String tool(JsonNode manifest) {
    Matcher known = TOOL_NAME.matcher(manifest.at("/environments/0/tool").asText(""));
    return known.matches() ? "Striatum " + known.group(1) : "Striatum";
  }

  /// A manifest as a tree; one that is no JSON tells nothing.
  public static JsonNode manifest(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return JSON.createObjectNode();
    }
  }

  /// This tool, in the version that the manifest names, and the papers.
  ///
  /// @param manifest of a run, JSON
  public static String bibtex(String manifest, Bibliography... papers) {
    String tool = tool(manifest(manifest));
    return Stream.concat(Stream.of(TOOL), Stream.of(papers)).map(entry -> entry.entry(tool))
        .collect(Collectors.joining("\n"));
  }

  private String entry(String tool) {
    return arxiv == null
        ? "@%s{%s,\n  author = {%s},\n  title = {%s},\n  version = {%s}\n}\n".formatted(kind, key, authors, title,
            tool.replace("Striatum", "").strip())
        : "@%s{%s,\n  author = {%s},\n  title = {%s},\n  eprint = {%s},\n  archivePrefix = {arXiv},\n  year = {%s},\n  url = {https://arxiv.org/abs/%s}\n}\n"
            .formatted(kind, key, authors, title, arxiv, year, arxiv);
  }
}
