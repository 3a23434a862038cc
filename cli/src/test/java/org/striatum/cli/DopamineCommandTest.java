package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.striatum.cli.Session.REASONER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.studies.fits.FitFile;
import org.striatum.studies.value.ProbeSettings;

/// `dopamine` on the bundled checkpoint, small.
@Order(5)
class DopamineCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROLLOUTS = 60;

  @TempDir
  private static Path temporary;
  private static Path run;
  private static Path probed;
  private static Session session;

  @BeforeAll
  static void run() throws IOException {
    probed = temporary.resolve("probed");
    Session.of("rollouts", REASONER, "--tasks", "mul", "--limit", 80, "--top-p", 1, "--max-new-tokens", 110, "--output",
        probed);
    Session.of("capture", REASONER, "--rollouts", probed.resolve("rollouts.jsonl"), "--hooks",
        "blocks.2.hook_resid_post");
    run = temporary.resolve("run");
    Session early = Session.of("dopamine", probed);
    assertThat(early.code()).isEqualTo(2);
    assertThat(early.err()).contains("has no finished 'probe': run `striatum probe` first");
    Session.probe(probed, "--epochs", 1, "--permutations", 3, "--random-sets", 2, "--validation", 0.2);
    Session.copy(probed, run);
    session = dopamine(run, 64, "continuations");
  }

  private static Session dopamine(Path folder, int batchSize, String values) {
    return Session.of("dopamine", folder, "-k", 4, "--rollouts", ROLLOUTS, "--permutations", 49, "--retrainings", 1,
        "--tested", 3, "--batch-size", batchSize, "--values", values);
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      List<JsonNode> nodes = new ArrayList<>();
      for (String line : lines.toList()) {
        nodes.add(JSON.readTree(line));
      }
      return nodes;
    }
  }

  @Test
  void saysWhatItFound() {
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.err())
        .containsPattern("\\d+ continuations of 60 rollouts, 4 from each of \\d+ states: about \\d+ tokens, \\d+ min");
    assertThat(session.out()).contains("reliability of V̂", "mul: ");
    assertThat(run.resolve("results/dopamine.json")).isRegularFile();
  }

  @Test
  void writesALineARolloutThatFitsIt() throws IOException {
    List<JsonNode> rollouts = lines(run.resolve("rollouts.jsonl"));
    List<JsonNode> continued = lines(run.resolve("continuations.jsonl"));
    assertThat(continued).hasSize(ROLLOUTS).extracting(line -> line.get("line").asInt()).isSorted()
        .doesNotHaveDuplicates();
    double right = 0;
    double value = 0;
    int counted = 0;
    for (JsonNode line : continued) {
      JsonNode rollout = rollouts.get(line.get("line").asInt());
      int written = rollout.get("tokens").size() - rollout.get("promptLength").asInt();
      JsonNode ends = line.get("ends");
      assertThat(line.get("entropies")).hasSize(written)
          .allSatisfy(entropy -> assertThat(entropy.asDouble()).isBetween(0.0, Math.log(1000)));
      assertThat(line.get("outcomes")).hasSize(ends.size())
          .allSatisfy(drawn -> assertThat(drawn.asText()).matches("[01]{4}"));
      if (!ends.isEmpty()) {
        assertThat(ends.get(ends.size() - 1).asInt()).isEqualTo(written);
        right += rollout.get("reward").asDouble();
        value += line.get("outcomes").get(0).asText().chars().filter(c -> c == '1').count() / 4.0;
        counted++;
      }
    }
    // Two estimates of one accuracy, of 60 and 240 rollouts: four standard errors of their difference at most.
    assertThat(value / counted).isCloseTo(right / counted, within(4 * Math.sqrt(0.25 / 60 + 0.25 / 240)));
  }

  @Test
  @Tag("slow")
  void anotherBatchSizeChangesNothing() throws IOException {
    Path other = temporary.resolve("other");
    Session.copy(probed, other);
    assertThat(dopamine(other, 7, "continuations").code()).isZero();
    for (String file : List.of("continuations.jsonl", "results/dopamine.json")) {
      assertThat(other.resolve(file)).hasSameBinaryContentAs(run.resolve(file));
    }
  }

  @Test
  void aFinishedStepIsKept() {
    Session again = dopamine(run, 64, "continuations");
    assertThat(again.code()).isZero();
    assertThat(again.err()).contains("continuations: finished before, kept",
        "dopamine: finished before, kept");
    assertThat(again.out()).isEqualTo(session.out());
  }

  @Test
  @Tag("slow")
  void valuesOfAProbeNeedNoContinuations() throws IOException {
    Path cheap = temporary.resolve("cheap");
    Session.copy(probed, cheap);
    Session session = dopamine(cheap, 64, "probe");
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.out()).contains("V̂ is read from hidden states");
    assertThat(lines(cheap.resolve("continuations.jsonl"))).first()
        .satisfies(line -> assertThat(line.get("outcomes").get(0).asText()).isEmpty());
  }

  @Test
  void theReportShowsRolloutsTokenByTokenAndNeuronsByOutcome() throws IOException {
    Path reported = temporary.resolve("reported");
    Session.copy(run, reported);
    Session report = Session.of("report", reported);
    assertThat(report.code()).as(report.err()).isZero();
    String page = Files.readString(reported.resolve("report.html"));
    assertThat(page).contains("id=\"value-trace-1\"", "id=\"delta-trace-1\"", "id=\"histogram-1\"",
        "class=\"neuron\"", "4 continuations from there");
    String start = "<script type=\"application/json\" id=\"charts\">";
    int from = page.indexOf(start) + start.length();
    JsonNode charts = JSON.readTree(page.substring(from, page.indexOf("</script>", from))).get("charts");
    int traces = 0;
    for (JsonNode chart : charts) {
      List<String> columns = new ArrayList<>();
      chart.get("columns").forEach(column -> columns.add(column.asText()));
      if (chart.get("id").asText().startsWith("delta-trace-")) {
        // γ is 1 but for 1e-5: the surprises of a rollout sum to its reward less V(s₀).
        double sum = 0;
        double reward = Double.NaN;
        double before = Double.NaN;
        for (JsonNode row : chart.get("rows")) {
          if (row.get(columns.indexOf("kind")).asText().equals("token")) {
            double value = row.get(columns.indexOf("value")).asDouble();
            before = Double.isNaN(before) ? value : before;
            reward = value;
            sum += row.get(columns.indexOf("delta")).asDouble();
          }
        }
        assertThat(sum).isCloseTo(reward - before, within(0.01));
        traces++;
      }
    }
    assertThat(traces).isPositive();
  }

  /// Four solved problems have no surprise in them: nothing is drawn there, the other data set is studied.
  @Test
  @Tag("slow")
  void onlyDataSetsThatCanBeStudiedAreContinued() throws IOException {
    Path file = Files.writeString(temporary.resolve("few.jsonl"), """
        {"prompt": "12+13=", "answer": "25"}
        {"prompt": "14+13=", "answer": "27"}
        {"prompt": "12+23=", "answer": "35"}
        {"prompt": "22+13=", "answer": "35"}
        """);
    Path two = temporary.resolve("two");
    Session.of("rollouts", REASONER, "--tasks", "mul", "--data", file, "--grader", "number", "--limit", 80, "--top-p",
        1,
        "--max-new-tokens", 110, "--output", two);
    Session.of("capture", REASONER, "--rollouts", two.resolve("rollouts.jsonl"), "--hooks", "blocks.2.hook_resid_post");
    Session probe = Session.probe(two, "--effort", "quick", "--epochs", 1, "--permutations", 3);
    assertThat(probe.err()).contains("no probes of few: the ")
        .contains("will fit, at 1 hook point of mul (80 problems, 80 rollouts): 2 networks, 4 sparse paths (3 of them")
        .contains("2 resamples of problems");
    assertThat(JSON.readTree(two.resolve("results/probe.settings.json").toFile()).at("/split/validation").asDouble())
        .as("of --effort quick").isEqualTo(ProbeSettings.quick().split().validation())
        .isNotEqualTo(ProbeSettings.defaults().split().validation());
    Session both = dopamine(two, 64, "continuations");
    assertThat(both.code()).as(both.err()).isZero();
    assertThat(both.err()).contains("60 rollouts of mul (80 problems), 4 rollouts of few (4 problems)",
        "no continuations of few: the ").containsPattern("\\d+ continuations of 60 rollouts, 4 from each");
    List<JsonNode> rollouts = lines(two.resolve("rollouts.jsonl"));
    assertThat(lines(two.resolve("continuations.jsonl"))).hasSize(64).allSatisfy(line -> {
      String dataset = rollouts.get(line.get("line").asInt()).at("/problem/dataset").asText();
      assertThat(line.get("outcomes")).hasSize(line.get("ends").size()).allSatisfy(
          drawn -> assertThat(drawn.asText()).hasSize(dataset.equals("few") ? 0 : 4));
    });
    JsonNode results = JSON.readTree(two.resolve("results/dopamine.json").toFile());
    assertThat(results.at("/datasets/1/notes").get(0).asText()).contains("among its 2");
    Session again = dopamine(two, 64, "continuations");
    assertThat(again.err()).as("what is finished costs nothing").contains("kept").doesNotContain("will ");
    long kept = Files.size(two.resolve("fits/probe.safetensors"));
    assertThat(FitFile.bytes(64, 256) * 2.0).isCloseTo((double) kept, withinPercentage(20));
  }

  @Test
  void refusesWhatItCannotUse() {
    assertThat(Session.of("dopamine", run, "--step", "(").err()).contains("a step is newline, paragraph, think-end or");
    assertThat(Session.of("dopamine", run, "-k", 1).err()).contains("at least 2 continuations per state");
    assertThat(Session.of("dopamine", run, "--values", "dreams").err())
        .contains("must come from continuations or probe, found 'dreams'");
  }
}
