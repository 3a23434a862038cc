package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.cli.PenProblems.Pens;
import org.striatum.cli.console.ExitCode;
import org.striatum.datasets.RolloutFile;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.rollout.Rollout;

/// Models whose habits are known: one that writes on behind its answer, one that thinks first.
class WrittenModelsTest {
  private static final int PROBLEMS = 12;

  @TempDir
  private Path folder;

  private List<Rollout> rollouts(Path checkpoint, List<Pens> problems, String run, Object... options)
      throws IOException {
    Path data = PenProblems.write(folder.resolve("gsm8k/test.jsonl"), problems);
    PenProblems.write(folder.resolve("gsm8k/train.jsonl"), PenProblems.train());
    Session session = Session.of(Stream.concat(Stream.of("rollouts", checkpoint, "--data", data, "--max-new-tokens", 40,
        "--output", folder.resolve(run)), Arrays.stream(options)).toArray());
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.DONE);
    return RolloutFile.read(folder.resolve(run).resolve("rollouts.jsonl"));
  }

  private static Map<String, Pens> byQuestion(List<Pens> problems) {
    return problems.stream().collect(Collectors.toMap(Pens::question, Function.identity()));
  }

  /// The problem whose question stands last in a prompt.
  private static Pens asked(Rollout rollout, Map<String, Pens> problems) {
    String prompt = rollout.problem().prompt();
    return problems.values().stream().filter(one -> prompt.contains(one.question())).findFirst().orElseThrow();
  }

  /// Without a stop the same completion goes on to a question of its own, whose answer is 99.
  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aBaseModelIsGradedOnItsOwnAnswerAndEndsAtTheStop(int shots) throws IOException {
    List<Pens> problems = PenProblems.test(PROBLEMS);
    Path base = folder.resolve("base");
    PenProblems.base(problems).write(base, null);
    List<Rollout> stopped = rollouts(base, problems, "stopped", "--shots", shots);
    List<Rollout> running = rollouts(base, problems, "running", "--shots", shots, "--no-stop");
    assertThat(stopped).extracting(Rollout::reward).contains(0.0, 1.0);
    try (Tokenizer tokenizer = Tokenizer.open(base, Integer.MAX_VALUE)) {
      int question = tokenizer.encodeBare("Question")[0];
      for (int i = 0; i < PROBLEMS; i++) {
        Rollout own = stopped.get(i);
        Rollout on = running.get(i);
        assertThat(own.problem().prompt().split("Question: ", -1)).hasSize(shots + 2);
        assertThat(own.completion()).matches(" The numbers add up\\.\n#### \\d+\n\n");
        assertThat(on.completion()).startsWith(own.completion() + "Question: Zoe knows.\n#### 99\n\nQuestion: ");
        int[] kept = own.tokens();
        assertThat(kept).isEqualTo(Arrays.copyOf(on.tokens(), kept.length));
        assertThat(kept[kept.length - 1]).as("the token in which the stop begins").isEqualTo(question);
        assertThat(own.finished()).isTrue();
        assertThat(on.finished()).isFalse();
        Pens asked = asked(own, byQuestion(problems));
        String said = own.completion().substring(own.completion().indexOf("#### ") + 5).strip();
        for (Rollout graded : List.of(own, on)) {
          assertThat(graded.read()).isEqualTo(said);
          assertThat(graded.reward()).isEqualTo(said.equals(Integer.toString(asked.answer())) ? 1 : 0);
        }
      }
    }
  }

  /// The text of a completion is what stands before the stop, for a grader of whole texts too.
  @Test
  void nothingOfAStopIsGraded() throws IOException {
    List<Pens> problems = PenProblems.test(PROBLEMS);
    Path base = folder.resolve("base");
    PenProblems.base(problems).write(base, null);
    for (Rollout rollout : rollouts(base, problems, "exact", "--stop", "add up", "--columns",
        "prompt=question,answer=answer", "--grader", "exact", "--prompt-template", "Question: {prompt}\nAnswer:")) {
      assertThat(rollout.completion()).isEqualTo(" The numbers ");
      assertThat(rollout.read()).isEqualTo("The numbers");
    }
  }

  @Test
  void anAnswerStandsBehindTheThoughtAndACutThoughtHasNone() throws IOException {
    List<Pens> problems = new ArrayList<>(PenProblems.test(PROBLEMS));
    problems.addAll(PenProblems.large(4));
    Path thinker = folder.resolve("thinker");
    PenProblems.thinking(problems).write(thinker, WrittenModel.THINKING);
    List<Rollout> drawn = rollouts(thinker, problems, "run", "--chat");
    assertThat(drawn).hasSize(PROBLEMS + 4).extracting(Rollout::reward).contains(0.0, 1.0);
    for (Rollout rollout : drawn) {
      Pens asked = asked(rollout, byQuestion(problems));
      String text = rollout.completion();
      if (asked.answer() == PenProblems.OWN) {
        assertThat(text).startsWith("<think>Let me see (99) hmm hmm").doesNotContain("</think>");
        assertThat(rollout.read()).isNull();
        assertThat(rollout.reward()).as("the right answer stands in the thought").isZero();
        assertThat(rollout.finished()).isFalse();
      } else {
        String[] parts = text.split("</think>", -1);
        assertThat(parts).hasSize(2);
        assertThat(rollout.read()).isEqualTo(parts[1].substring(parts[1].indexOf("#### ") + 5));
        assertThat(rollout.reward()).isEqualTo(rollout.read().equals(Integer.toString(asked.answer())) ? 1 : 0);
      }
    }
    assertThat(
        new ObjectMapper().readTree(folder.resolve("run/results/rollouts.json").toFile()).findValue("cutInThought")
            .asDouble())
        .isEqualTo(4.0 / drawn.size());
  }

  /// In the report, V(t) goes over thought and answer, and each token says which it is of.
  @Test
  @Tag("slow")
  void theReportDrawsValueOverThoughtAndAnswer() throws IOException {
    List<Pens> problems = new ArrayList<>(PenProblems.test(20));
    problems.addAll(PenProblems.large(4));
    Path thinker = folder.resolve("thinker");
    PenProblems.thinking(problems).write(thinker, WrittenModel.THINKING);
    rollouts(thinker, problems, "run", "--chat", "-k", 2);
    Path run = folder.resolve("run");
    for (Session session : List.of(
        Session.of("capture", thinker, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks",
            "blocks.0.hook_resid_post"),
        Session.probe(run, "--epochs", 1, "--permutations", 1), Session.of("report", run))) {
      assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.DONE);
    }
    String page = Files.readString(run.resolve("report.html"));
    int drawn = 0;
    for (JsonNode chart : charts(page)) {
      if (chart.get("id").asText().startsWith("value-trace-")) {
        drawn++;
        List<JsonNode> tokens = StreamSupport.stream(chart.get("rows").spliterator(), false)
            .filter(row -> row.get(0).asText().equals("token") && !row.get(7).isNull()).toList();
        List<String> parts = tokens.stream().map(row -> row.get(7).asText()).toList();
        int thought = Collections.frequency(parts, "thought");
        assertThat(parts.subList(0, thought)).containsOnly("thought");
        assertThat(tokens).allSatisfy(row -> assertThat(row.get(4).isNumber()).isTrue());
        assertThat(tokens.getFirst().get(3).asText()).isEqualTo("<think>");
        if (thought < parts.size()) {
          assertThat(tokens.get(thought - 1).get(3).asText()).isEqualTo("</think>");
          assertThat(parts.subList(thought, parts.size())).containsOnly("answer").hasSizeGreaterThan(5);
        }
      }
    }
    assertThat(drawn).isEqualTo(2);
    assertThat(page).contains(" thought\"");
  }

  private static JsonNode charts(String page) throws IOException {
    Matcher data = Pattern.compile("<script[^>]*application/json[^>]*>(.*?)</script>", Pattern.DOTALL).matcher(page);
    assertThat(data.find()).isTrue();
    return new ObjectMapper().readTree(data.group(1)).get("charts");
  }
}
