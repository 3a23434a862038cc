package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.datasets.RolloutFile;
import org.striatum.probe.rollout.Rollout;

/// The demo, at fewer problems: the same twice, and as accurate as the model is elsewhere.
@Tag("slow")
@Order(4)
class DemoTest {
  private static final int LIMIT = 60;
  /// Accuracies of an independent pipeline (transformers 5.17, its own sampler and grader) on 600 problems a task at
  /// temperature 1.
  private static final Map<String, Double> REFERENCE = Map.of("add", 0.667, "mul", 0.620, "mod", 0.918, "expr", 0.340);
  private static final int REFERENCE_PROBLEMS = 600;

  @TempDir
  private static Path temporary;
  private static Path first;
  private static Session session;

  @BeforeAll
  static void runTheDemo() {
    first = temporary.resolve("first");
    session = Session.of("demo", "--limit", LIMIT, "--output", first);
    assertThat(session.code()).as(session.err()).isZero();
  }

  @Test
  void endsWithAVerdictAndAReport() {
    assertThat(session.out()).contains("Verdict: ").endsWith("report: " + first.resolve("report.html")
        + System.lineSeparator());
    assertThat(first.resolve("report.html")).isNotEmptyFile();
    assertThat(session.out().lines().count()).as("lines that a person reads").isLessThan(400);
  }

  @Test
  void printsTheSameInAnotherFolder() {
    Path second = temporary.resolve("second");
    Session again = Session.of("demo", "--limit", LIMIT, "--output", second);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.out().replace(second.toString(), first.toString())).isEqualTo(session.out());
    assertThat(second.resolve("results/ablate/value@1%+dopamine@1%.json"))
        .hasSameBinaryContentAs(first.resolve("results/ablate/value@1%+dopamine@1%.json"));
  }

  @Test
  void isAsAccurateAsTheReference() throws Exception {
    Map<String, List<Rollout>> byTask = RolloutFile.read(first.resolve("rollouts.jsonl")).stream()
        .collect(Collectors.groupingBy(rollout -> rollout.problem().dataset()));
    assertThat(byTask).containsOnlyKeys(REFERENCE.keySet());
    REFERENCE.forEach((task, expected) -> {
      List<Rollout> rollouts = byTask.get(task);
      assertThat(rollouts).hasSize(LIMIT);
      double accuracy = rollouts.stream().mapToDouble(Rollout::reward).average().orElseThrow();
      double standardError = Math.sqrt(expected * (1 - expected) * (1.0 / LIMIT + 1.0 / REFERENCE_PROBLEMS));
      assertThat(Math.abs(accuracy - expected)).as("%s: %.3f against %.3f", task, accuracy, expected)
          .isLessThan(4 * standardError);
    });
  }
}
