package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.rollout.Problem;

class TasksCommandTest {
  @Test
  void everySetIsListedWithAnExample() throws IOException {
    Session session = Session.of("tasks");
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.out().lines()).hasSize(1 + ProblemSets.KNOWN.size());
    JsonNode listed = new ObjectMapper().readTree(Session.of("tasks", "--json").out());
    assertThat(listed).hasSize(ProblemSets.KNOWN.size());
    for (JsonNode row : listed) {
      boolean one = row.path("shortestPrompt").intValue() == row.path("longestPrompt").intValue();
      if (row.path("name").asText().endsWith("-fixed")) {
        assertThat(one).as(row.toString()).isTrue();
      }
    }
  }

  /// The page has every set, with the lengths that its prompts have.
  @Test
  void thePageNamesEverySet() throws IOException {
    String page = Files.readString(Path.of("../docs/data.md"));
    for (ProblemSet set : ProblemSets.KNOWN) {
      List<Problem> drawn = set.draw(20_000, 3);
      int shortest = drawn.stream().mapToInt(one -> one.prompt().length()).min().orElseThrow();
      int longest = drawn.stream().mapToInt(one -> one.prompt().length()).max().orElseThrow();
      String lengths = shortest == longest ? "all " + longest : shortest + " to " + longest;
      assertThat(page).containsPattern(
          "\\| `" + set.name() + "` \\|[^|\n]*\\| " + Pattern.quote(lengths) + "( characters)? \\|");
    }
  }

  /// Equal in tokens too, by the bundled checkpoint's tokenizer.
  @Test
  void promptsOfAFixedSetAreEquallyManyTokens() throws IOException {
    Tokenizer tokenizer = Tokenizer.open(REASONER, Integer.MAX_VALUE);
    for (ProblemSet set : ProblemSets.KNOWN) {
      if (set.name().endsWith("-fixed")) {
        assertThat(set.draw(500, 5)).as(set.name()).extracting(problem -> tokenizer.encode(problem.prompt()).length)
            .containsOnly(tokenizer.encode(set.draw(1, 5).getFirst().prompt()).length);
      }
    }
  }
}
