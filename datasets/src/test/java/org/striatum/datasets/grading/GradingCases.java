package org.striatum.datasets.grading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.striatum.probe.rollout.Grade;

/// Files of completions with the reward that they should get, and how far a grader agrees with them.
final class GradingCases {
  /// Each case is graded once.
  private static final Map<Case, Grade> GRADES = new ConcurrentHashMap<>();

  private GradingCases() {}

  /// @param grader its printed name
  record Case(String kind, String grader, String completion, String answer, int reward) {
    Grade grade() {
      return GRADES.computeIfAbsent(this, _ -> AnswerGrader.named(grader).grade(answer, completion, Reading.USUAL));
    }
  }

  /// Counts of one kind.
  ///
  /// @param refused right answers that got 0
  /// @param accepted wrong answers that got 1
  record Agreement(int cases, int refused, int accepted) {
    int agreed() {
      return cases - refused - accepted;
    }

    Agreement plus(Agreement other) {
      return new Agreement(cases + other.cases, refused + other.refused, accepted + other.accepted);
    }
  }

  /// @param grader of lines that name none
  static List<Case> read(String file, String grader) throws IOException {
    try (InputStream stream = Objects.requireNonNull(GradingCases.class.getResourceAsStream(file), file)) {
      List<Case> cases = new ArrayList<>();
      ObjectMapper json = new ObjectMapper();
      for (String line : new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        JsonNode row = json.readTree(line);
        cases.add(new Case(row.get("kind").asText(), row.path("grader").asText(grader), row.get("completion").asText(),
            row.get("answer").asText(), row.get("reward").asInt()));
      }
      return cases;
    }
  }

  /// By grader and kind, in their order.
  static Map<String, Agreement> agreement(List<Case> cases) {
    Map<String, Agreement> counts = new TreeMap<>();
    for (Case one : cases) {
      int reward = (int) one.grade().reward();
      counts.merge(one.grader() + " | " + one.kind(),
          new Agreement(1, reward < one.reward() ? 1 : 0, reward > one.reward() ? 1 : 0),
          Agreement::plus);
    }
    return counts;
  }

  static Agreement total(Map<String, Agreement> counts) {
    return counts.values().stream().reduce(new Agreement(0, 0, 0), Agreement::plus);
  }

  /// A table in Markdown.
  static String table(Map<String, Agreement> counts) {
    StringBuilder table = new StringBuilder(
        "| grader | kind | cases | agree | wrongly refused | wrongly accepted |\n|---|---|---|---|---|---|\n");
    counts.forEach((kind, count) -> table.append("| ").append(kind).append(line(count)));
    return table.append("| all | |").append(line(total(counts)).substring(2)).toString();
  }

  private static String line(Agreement count) {
    return " | %d | %d | %d | %d |%n".formatted(count.cases(), count.agreed(), count.refused(), count.accepted())
        .replace("\r", "");
  }
}
