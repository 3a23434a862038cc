package org.striatum.reports.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.reports.page.Bibliography;
import org.striatum.reports.page.Notation;

class CitationTest {
  private static final String MANIFEST = """
      {"environments": [{"tool": "striatum 1.2.3", "versions": {"onnxruntime": "1.29.0"}}]}
      """;

  @Test
  void theMethodsAreThoseOfTheRun() {
    RunReport.Content content = ExampleRun.content();
    String methods = Citation.of(manifest(content, MANIFEST)).methods();
    assertThat(methods).contains(content.checkpoint().name(), "Striatum 1.2.3 on ONNX Runtime 1.29.0",
        Long.toString(content.sampling().seed()), "Holm", "Benjamini–Hochberg").doesNotContain("null", "NaN", "\n");
    for (DatasetSummary dataset : content.values().datasets()) {
      assertThat(methods).contains("%s %s, %s, %s".formatted(dataset.dataset(), Notation.count(dataset.train()),
          Notation.count(dataset.validation()), Notation.count(dataset.test())));
    }
    // What a run did not do is not among its methods.
    assertThat(Citation.of(ExampleRun.with(List.of())).methods()).doesNotContain("probe", "Holm", "surprise");
  }

  @Test
  void everyEntryIsBalancedAndNamesItsPaper() {
    String bibtex = Citation.of(manifest(ExampleRun.content(), MANIFEST)).bibtex();
    assertThat(bibtex).contains("version = {1.2.3}", "2602.00986", "2602.11726");
    assertThat(Pattern.compile("@\\w+\\{[a-z-]+,").matcher(bibtex).results().count()).isEqualTo(3);
    assertThat(bibtex.chars().filter(c -> c == '{').count()).isEqualTo(bibtex.chars().filter(c -> c == '}').count());
    assertThat(bibtex).as("what TeX would read as a command").doesNotContainPattern("(?<!\\\\)[%&#$~^_\\\\]");
    assertThat(bibtex.lines().filter(line -> !line.isBlank())).as("nothing but entries of fields")
        .allMatch(line -> line.matches("@\\w+\\{[a-z-]+,|  \\w+ = \\{.*},?|}"));
    assertThat(Citation.of(ExampleRun.with(List.of())).bibtex()).doesNotContain("2602.11726");
  }

  /// A manifest is a file: what it calls the tool goes into no entry unless it is a name and a version.
  @Test
  void aStrangeManifestTellsNothing() {
    for (String strange : List.of("no JSON", "{}", "[]", "{\"environments\": [{\"tool\": \"striatum 1}\\n@x{y\"}]}")) {
      Citation citation = Citation.of(manifest(ExampleRun.content(), strange));
      assertThat(citation.methods()).contains(" with Striatum.");
      assertThat(citation.bibtex()).contains("version = {}").doesNotContain("@x");
    }
    assertThat(
        Bibliography.tool(Bibliography.manifest("{\"environments\": [{\"tool\": \"striatum 0.1.0-SNAPSHOT\"}]}")))
        .isEqualTo("Striatum 0.1.0-SNAPSHOT");
  }

  private static RunReport.Content manifest(RunReport.Content content, String manifest) {
    RunReport.RunFacts facts = content.run();
    return new RunReport.Content(content.title(),
        new RunReport.RunFacts(facts.checkpoint(), facts.sampling(), facts.studies(), manifest, facts.plan()),
        content.results(), content.answers(), content.beside(), content.samples(), content.readings());
  }
}
