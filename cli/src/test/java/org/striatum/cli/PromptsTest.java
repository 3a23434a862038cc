package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.cli.console.ExitCode;
import org.striatum.datasets.ProblemSets;
import org.striatum.datasets.RolloutFile;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.hooks.jinja.Template;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.answer.Question;
import org.striatum.studies.run.RunFolder;

/// Prompts as they are sent, and completions as they end: chat, worked examples, stops, thinking.
class PromptsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  /// Writes what the plain prompt is: the beginning of the sequence and the question.
  private static final String PLAIN = "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}({{ m.content }})"
      + "{% elif m.role == 'user' %}{{ m.content }}{% else %}{{ m.content }}{{ eos_token }}{% endif %}{% endfor %}";

  /// The token `#`.
  private static final int HASH = 5;

  @TempDir
  private Path folder;

  /// The reasoner with a chat template.
  private Path instruct(String template) throws IOException {
    Path copy = Session.copy(REASONER, folder.resolve("instruct"));
    Files.writeString(copy.resolve("chat_template.jinja"), template);
    return copy;
  }

  private static Session succeed(Object... arguments) {
    Session session = Session.of(arguments);
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.DONE);
    return session;
  }

  private List<Rollout> rollouts(Path checkpoint, String run, Object... options) throws IOException {
    succeed(Stream.concat(Stream.of("rollouts", checkpoint, "--tasks", "add", "--limit", 12, "--max-new-tokens", 60,
        "--output", folder.resolve(run)), Arrays.stream(options)).toArray());
    return RolloutFile.read(folder.resolve(run).resolve("rollouts.jsonl"));
  }

  private JsonNode prompts(String run) throws IOException {
    return JSON.readTree(folder.resolve(run).resolve("manifest.json").toFile()).at("/inputs/data/prompts");
  }

  /// A template that writes the plain prompt gives the plain prompt's rollouts, token by token.
  @Test
  void aChatWhoseTemplateIsThePromptIsThePrompt() throws IOException {
    Path instruct = instruct(PLAIN);
    List<Rollout> raw = rollouts(instruct, "raw", "--raw");
    List<Rollout> chat = rollouts(instruct, "chat", "--chat");
    for (int i = 0; i < raw.size(); i++) {
      assertThat(chat.get(i).tokens()).isEqualTo(raw.get(i).tokens());
      assertThat(chat.get(i).problem().prompt()).isEqualTo("<s>" + raw.get(i).problem().prompt());
      assertThat(chat.get(i).reward()).isEqualTo(raw.get(i).reward());
    }
    assertThat(prompts("chat").at("/chat/origin").asText()).contains("chat_template.jinja");
    assertThat(prompts("chat").at("/chat/sha256").asText()).hasSize(64);
    assertThat(prompts("raw").at("/chat").isNull()).isTrue();
  }

  @Test
  void aTemplateThatIsNotUsedIsSaid() throws IOException {
    Path instruct = instruct(PLAIN);
    Session unsaid = succeed("rollouts", instruct, "--tasks", "add", "--limit", 2, "--output", folder.resolve("a"));
    assertThat(unsaid.errorLines()).filteredOn(line -> line.contains("chat template")).hasSize(1);
    Session raw = succeed("rollouts", instruct, "--raw", "--tasks", "add", "--limit", 2, "--output",
        folder.resolve("b"));
    assertThat(raw.errorLines()).filteredOn(line -> line.contains("chat template")).isEmpty();
  }

  @Test
  void aDryRunShowsThePromptAndDoesNothing() throws IOException {
    Path instruct = instruct(PLAIN);
    Session shown = succeed("rollouts", instruct, "--chat", "--system", "be brief", "--tasks", "add,mul", "--dry-run",
        "--output", folder.resolve("run"));
    Problem first = ProblemSets.named("mul").getFirst().draw(1, 1).getFirst();
    assertThat(shown.out()).contains("<s>(be brief)" + first.prompt() + "\n", "chat template 'default'");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', nullValues = "none", value = {"256 | none | REFUSED", "none | none | DONE",
      "128 | {'type': 'linear', 'factor': 2} | REFUSED", "128 | {'type': 'linear', 'factor': 4} | DONE",
      "256 | {'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 1, 'high_freq_factor': 4, 'original_max_position_embeddings': 32} | REFUSED"})
  void aPromptBeyondTheContextIsRefusedBeforeAnything(Integer context, String scaling, String code)
      throws IOException {
    Path copy = instruct("{{ messages[0].content }}" + "0".repeat(400));
    ObjectNode config = (ObjectNode) JSON.readTree(copy.resolve("config.json").toFile());
    config.remove("max_position_embeddings");
    if (context != null) {
      config.put("max_position_embeddings", context);
    }
    if (scaling != null) {
      config.set("rope_scaling", JSON.readTree(scaling.replace('\'', '"')));
    }
    Files.delete(copy.resolve("config.json"));
    Files.writeString(copy.resolve("config.json"), config.toString());
    Session session = Session.of("rollouts", copy, "--chat", "--tasks", "add", "--limit", 2, "--dry-run");
    assertThat(session.code()).as(session.err()).isEqualTo(code.equals("DONE") ? ExitCode.DONE : ExitCode.BAD_DATA);
    if (!code.equals("DONE")) {
      assertThat(session.err()).contains("context of 256 tokens").hasLineCount(1);
    }
  }

  /// Not only what the command said: what the checkpoint's files and the defaults made of it.
  @Test
  void whatWasUsedIsKeptAndShown() throws IOException {
    Path copy = instruct(PLAIN);
    Files.deleteIfExists(copy.resolve("generation_config.json"));
    Files.writeString(copy.resolve("generation_config.json"), "{\"eos_token_id\": [2, 5]}");
    Path file = Files.writeString(folder.resolve("three.jsonl"), IntStream.range(0, 3)
        .mapToObj(i -> "{\"question\": \"%d+1=\", \"answer\": \"#### %d\"}\n".formatted(i, i + 1))
        .collect(Collectors.joining()));
    Path run = folder.resolve("run");
    succeed("rollouts", copy, "--chat", "--data", file, "-k", 1, "--max-new-tokens", 4, "--output", run);
    JsonNode inputs = JSON.readTree(run.resolve("manifest.json").toFile()).path("inputs");
    assertThat(inputs.path("data").path("ends").toString()).isEqualTo("[2,5]");
    assertThat(inputs.path("data").path("problems").intValue()).isEqualTo(200);
    assertThat(inputs.path("data").path("drawn").path("three").intValue()).isEqualTo(3);
    assertThat(succeed("show", run).out()).contains("chat template 'default'", "<think>", "</think>")
        .doesNotContainPattern("chat\\.template +none").doesNotContainPattern("thinking +none");
  }

  @Test
  void workedExamplesAreOtherProblemsWithTheirSolutions() throws IOException {
    Path instruct = instruct(PLAIN);
    List<Rollout> text = rollouts(instruct, "text", "--raw", "--shots", 2);
    List<Rollout> turns = rollouts(instruct, "turns", "--chat", "--shots", 2);
    List<Problem> asked = ProblemSets.named("add").getFirst().draw(12, 1);
    for (int i = 0; i < 12; i++) {
      List<String> parts = List.of(text.get(i).problem().prompt().split("\n\n", -1));
      assertThat(parts).hasSize(3);
      assertThat(parts.getLast()).isEqualTo(asked.get(i).prompt());
      for (String shot : parts.subList(0, 2)) {
        assertThat(asked).extracting(Problem::prompt).noneMatch(shot::startsWith);
        assertThat(turns.get(i).problem().prompt()).contains(shot + "</s>");
      }
    }
    assertThat(prompts("turns").at("/shots/count").asInt()).isEqualTo(2);
  }

  /// The beginning of the same completion: the model would have written on. A stop of two tokens leaves none of its text.
  @ParameterizedTest
  @ValueSource(strings = {"\n", "\n#"})
  void aCompletionEndsAtItsStop(String stop) throws IOException {
    List<Rollout> whole = rollouts(REASONER, "whole");
    List<Rollout> stopped = rollouts(REASONER, "stopped", "--stop", stop.replace("\n", "\\n"));
    int shorter = 0;
    for (int i = 0; i < whole.size(); i++) {
      String text = whole.get(i).completion();
      int end = text.indexOf(stop);
      assertThat(stopped.get(i).completion()).isEqualTo(end < 0 ? text : text.substring(0, end));
      int[] kept = stopped.get(i).tokens();
      assertThat(kept).isEqualTo(Arrays.copyOf(whole.get(i).tokens(), kept.length));
      if (end >= 0) {
        shorter++;
        assertThat(stopped.get(i).finished()).isTrue();
        assertThat(kept[kept.length - 1]).as("the line end, where the stop begins").isEqualTo(3);
      }
    }
    assertThat(shorter).isPositive();
    assertThat(prompts("stopped").at("/stops/add/0").asText()).isEqualTo(stop);
    Session verified = succeed("verify", folder.resolve("stopped"));
    assertThat(verified.out()).contains("12 of 12 completions graded again, the same rewards");
  }

  /// Everything up to the mark is thought; what stands behind it is the answer.
  @Test
  void anAnswerStandsBehindTheThought() throws IOException {
    List<String> rows = new ArrayList<>();
    for (Problem problem : ProblemSets.named("add").getFirst().drawDistinct(12, 1, java.util.Set.of())) {
      rows.add("{\"question\": \"%s\", \"answer\": \"%s\"}".formatted(problem.prompt(), problem.answer()));
    }
    Path data = Files.write(folder.resolve("test.jsonl"), rows);
    for (int tokens : new int[]{60, 8}) {
      Path run = folder.resolve("thought" + tokens);
      succeed("rollouts", REASONER, "--data", data, "--columns", "prompt=question,answer=answer", "--grader", "exact",
          "--prompt-template", "{prompt}", "--thinking", "=,#", "--no-stop", "--max-new-tokens", tokens, "--output",
          run);
      for (Rollout rollout : RolloutFile.read(run.resolve("rollouts.jsonl"))) {
        String text = rollout.completion();
        boolean right = text.lastIndexOf('#') > text.lastIndexOf('=')
            && text.substring(text.lastIndexOf('#') + 1).strip().equals(rollout.problem().answer());
        assertThat(rollout.reward()).as(text).isEqualTo(right ? 1 : 0);
      }
    }
  }

  /// Thoughts end at the mark: value is read there, and rollouts that never reach it are counted.
  @Test
  void valueIsReadWhereTheThoughtCloses() throws IOException {
    List<String> rows = IntStream.range(0, 40).mapToObj(i -> "{\"question\": \"%d+%d+%d=\", \"answer\": \"%d\"}"
        .formatted(2 + i * 37 % 59, 2 + i * 23 % 59, 2 * i, 4 + i * 37 % 59 + i * 23 % 59 + 2 * i)).toList();
    Path data = Files.write(folder.resolve("test.jsonl"), rows);
    Path run = folder.resolve("run");
    Session drawn = succeed("rollouts", REASONER, "--data", data, "--columns", "prompt=question,answer=answer",
        "--grader", "exact", "--prompt-template", "{prompt}", "--thinking", "=,#", "--no-stop", "-k", 2,
        "--max-new-tokens", 21, "--output", run);
    List<Rollout> rollouts = RolloutFile.read(run.resolve("rollouts.jsonl"));
    for (Rollout rollout : rollouts) {
      String text = rollout.completion();
      boolean closed = text.lastIndexOf('#') > text.lastIndexOf('=');
      assertThat(rollout.thinkEnd() != null).as(text).isEqualTo(closed);
      assertThat(closed ? rollout.tokens()[rollout.thinkEnd()] : HASH).isEqualTo(HASH);
      assertThat(rollout.ending())
          .isEqualTo(rollout.finished() ? Ending.ENDED : closed ? Ending.CUT_OFF : Ending.CUT_IN_THOUGHT);
    }
    long closed = rollouts.stream().filter(rollout -> rollout.thinkEnd() != null).count();
    assertThat(closed).isBetween(60L, 79L);
    assertThat(rollouts).extracting(Rollout::ending).contains(Ending.ENDED, Ending.CUT_OFF, Ending.CUT_IN_THOUGHT);
    assertThat(drawn.out()).contains("thought closed in " + closed, "cut off while thinking");

    assertThat(succeed("capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks",
        "blocks.2.hook_resid_post").err()).contains(closed + " of 80 rollouts have a think-end");
    Session probed = Session.probe(run, "--position", "think-end", "--epochs", 1, "--permutations", 1, "--validation",
        0.2);
    assertThat(probed.code()).as(probed.err()).isZero();
    assertThat(probed.out()).contains((80 - closed) + " of 80 rollouts have no think-end and are left out",
        "length of prompt and thought, its square, generated tokens, finished");
    try (RunFolder read = RunFolder.read(run)) {
      assertThat(StudyRegistry.standard().answers().of(read).to(Question.READABLE).findings()).singleElement()
          .satisfies(finding -> assertThat(finding.remark()).contains("were cut off at the token limit",
              "inside a thought"));
    }
    succeed("report", run);
    assertThat(Files.readString(run.resolve("report.html"))).contains("were cut off at the token limit",
        "compared by exact, version " + AnswerGrader.EXACT.version(), "generated tokens, finished");
    succeed("dopamine", run, "--step", "think-end", "--values", "probe", "--rollouts", 20, "--permutations", 20,
        "--retrainings", 1);
    for (JsonNode line : JSON.readerFor(JsonNode.class)
        .<JsonNode>readValues(run.resolve("continuations.jsonl").toFile())
        .readAll()) {
      Rollout rollout = rollouts.get(line.get("line").asInt());
      int first = line.at("/ends/0").asInt();
      int whole = rollout.tokens().length - rollout.promptLength();
      assertThat(first).isEqualTo(rollout.thinkEnd() == null ? whole : rollout.thinkEnd() - rollout.promptLength() + 1);
      assertThat(line.get("ends")).hasSize(first == whole ? 1 : 2);
    }
    assertThat(succeed("verify", run).out()).contains("= results/probe.json", "= results/dopamine.json");
  }

  /// A chat whose prompt opens the thought by itself, and one whose prompt closes it at once: in one run.
  @Test
  void promptsOfOneRunMayDifferInWhetherTheyBeginAThought() throws IOException {
    Path instruct = instruct(
        "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}{% if '9' in messages[0].content %}%{% else %}%+={% endif %}");
    List<Rollout> rollouts = rollouts(instruct, "both", "--chat", "--thinking", "%,=");
    assertThat(rollouts).extracting(rollout -> rollout.problem().prompt().endsWith("%")).contains(true, false);
    for (Rollout rollout : rollouts) {
      boolean inside = rollout.problem().prompt().endsWith("%") && !rollout.completion().contains("=");
      assertThat(rollout.ending() == Ending.CUT_IN_THOUGHT).isEqualTo(inside && !rollout.finished());
      if (inside) {
        assertThat(rollout.read()).isNull();
      }
    }
    assertThat(succeed("verify", folder.resolve("both")).out()).contains("the same rewards");
  }

  @Test
  void examplesFromTheProblemsThemselvesAreRefused() throws IOException {
    Path data = Files.writeString(folder.resolve("test.jsonl"),
        "{\"question\": \"1+1=\", \"answer\": \"a #### 2\"}\n{\"question\": \"1+2=\", \"answer\": \"b #### 3\"}\n");
    Session leaked = Session.of("rollouts", REASONER, "--data", data, "--shots", 1, "--shots-file", data, "--dry-run");
    assertThat(leaked.code()).isEqualTo(ExitCode.USAGE);
    assertThat(leaked.err()).contains("leaks answers");
    Session none = Session.of("rollouts", REASONER, "--data", data, "--shots", 1, "--dry-run");
    assertThat(none.code()).isEqualTo(ExitCode.USAGE);
    Files.writeString(folder.resolve("train.jsonl"),
        "{\"question\": \"1+1=\", \"answer\": \"a #### 2\"}\n{\"question\": \"2+2=\", \"answer\": \"c #### 4\"}\n");
    Session shown = succeed("rollouts", REASONER, "--data", data, "--shots", 1, "--dry-run");
    assertThat(shown.out()).as("the first of the train split is a problem of the run").contains(
        "Question: 2+2=\nAnswer: c #### 4\n\nQuestion: 1+1=\nAnswer:", "stops at 'Question:'");
  }

  /// The asked question is no example, whatever its columns, layout, white space or choices; the others are written as the question.
  @ParameterizedTest
  @ValueSource(strings = {"{'prompt': '1+1  =', 'target': '2'}", "{'question': ' 1+1 = ', 'answer': 'b #### 2'}",
      "{'problem': '1+1 =', 'solution': '$\\\\boxed{2}$'}",
      "{'question': '1+1 =\\n', 'choices': ['2', '3'], 'answer': 0}"})
  void theQuestionIsNoExampleOfItself(String leak) throws IOException {
    Path data = Files.writeString(folder.resolve("test.jsonl"),
        "{\"question\": \"1+1 =\", \"answer\": \"a #### 2\"}\n");
    Path shots = Files.writeString(folder.resolve("shots.jsonl"), leak.replace('\'', '"') + "\n");
    Object[] asked = {"rollouts", REASONER, "--data", data, "--shots", 1, "--shots-file", shots, "--dry-run"};
    Session refused = Session.of(asked);
    assertThat(refused.code()).as(refused.err()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("found 0 that are no problems of the run");
    Files.writeString(shots, leak.replace('\'', '"') + "\n" + leak.replace("1+1", "1+2").replace('\'', '"') + "\n");
    String shown = succeed(asked).out();
    assertThat(shown).contains("Question: ", "\n\nQuestion: 1+1 =\nAnswer:").doesNotContain("Problem:");
    assertThat(shown.split("1\\+1", -1)).as("only in the question").hasSize(2);
    assertThat(shown.split("1\\+2", -1)).hasSize(2);
    assertThat(shown.split("\nAnswer: ?", -1)).as("one layout").hasSize(3);
  }

  /// Nor in capitals, in the letters of another width, with a label, without its sign or with other white space.
  @ParameterizedTest
  @ValueSource(strings = {"WHAT IS 1+1?", "\uFF37hat is\u00A01+1?", "What is 1+1", "Q: What is 1+1?",
      "Question 3: “What is 1+1”.", "What is 1 + 1?", "Whatis1+1", "... What\\tis 1 +1 ?!"})
  void theQuestionInOtherLettersIsNoExampleOfItself(String leak) throws IOException {
    String row = "{\"question\": \"%s\", \"answer\": \"a #### 2\"}\n";
    Path data = Files.writeString(folder.resolve("test.jsonl"), row.formatted("What is 1+1?"));
    Path shots = Files.writeString(folder.resolve("shots.jsonl"), row.formatted(leak));
    Session refused = Session.of("rollouts", REASONER, "--data", data, "--shots", 1, "--shots-file", shots,
        "--dry-run");
    assertThat(refused.code()).as(refused.err()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("found 0 that are no problems of the run");
  }

  /// A question of some length is asked too where another holds it or is a part of it; a short one may be in any.
  @ParameterizedTest
  @CsvSource({"Tom has 3 red pens. How many has he?,Be brief. Tom has 3 red pens: how many has he?  Say why.,false",
      "Tom has 3 red pens. How many has he?,Be brief. tom has 3 red pens.  How many has he ? Say why.,true",
      "Be brief. tom has 3 red pens.  How many has he ? Say why.,Tom has 3 red pens. How many has he?,true",
      "What is 1+1?,Be brief. What is 1+1? Say why.,false"})
  void aQuestionWithinAnotherIsNoExample(String question, String example, boolean passed) throws IOException {
    String row = "{\"question\": \"%s\", \"answer\": \"a #### 2\"}\n";
    Path data = Files.writeString(folder.resolve("test.jsonl"), row.formatted(question));
    Path shots = Files.writeString(folder.resolve("shots.jsonl"), row.formatted(example));
    Session session = Session.of("rollouts", REASONER, "--data", data, "--shots", 1, "--shots-file", shots,
        "--dry-run");
    assertThat(session.code()).as(session.err()).isEqualTo(passed ? ExitCode.USAGE : ExitCode.DONE);
  }

  /// Not what only begins like one, and the one with the same words before and behind; it is said which.
  @Test
  void theTrainSplitIsTheFileThatDiffersInTheSplitAlone() throws IOException {
    String row = "{\"question\": \"%s=\", \"answer\": \"a #### 2\"}\n";
    Path data = Files.writeString(folder.resolve("latest_test.jsonl"), row.formatted("1+1"));
    Files.writeString(folder.resolve("latest_train_log.jsonl"), row.formatted("9+9"));
    Files.writeString(folder.resolve("train.jsonl"), row.formatted("8+8"));
    Object[] asked = {"rollouts", REASONER, "--data", data, "--shots", 1, "--dry-run"};
    assertThat(Session.of(asked).code()).isEqualTo(ExitCode.USAGE);
    Files.writeString(folder.resolve("latest_train-00000-of-00002.jsonl"), row.formatted("2+2"));
    assertThat(succeed(asked).out()).contains("Question: 2+2=");
    Files.writeString(folder.resolve("latest_train.jsonl"), row.formatted("3+3"));
    Session exact = succeed(asked);
    assertThat(exact.out()).contains("Question: 3+3=");
    assertThat(exact.err()).contains("latest_train.jsonl");
  }

  /// Examples and the question have the same text around them, to the blank.
  @Test
  void examplesAreSeparatedAsTheQuestionIs() throws IOException {
    Path data = Files.writeString(folder.resolve("test.jsonl"), "{\"question\": \"1+1\", \"answer\": \"2\"}\n");
    Files.writeString(folder.resolve("train.jsonl"), "{\"question\": \"1+2\", \"answer\": \"3\"}\n");
    for (String blank : List.of(" ", "")) {
      assertThat(succeed("rollouts", REASONER, "--data", data, "--shots", 1, "--prompt-template",
          "Frage: {prompt}\nAntwort:" + blank, "--dry-run").out())
          .contains("Frage: 1+2\nAntwort: 3\n\nFrage: 1+1\nAntwort:" + blank + "\n");
    }
  }

  /// With what is asked for, all of it must be in the prompt.
  @Test
  void aTemplateThatLeavesOutWhatIsAskedIsRefused() throws IOException {
    Path first = instruct("{{ messages[0].content }}");
    Object[] asked = {"rollouts", first, "--chat", "--tasks", "add", "--limit", 2, "--dry-run"};
    succeed(asked);
    assertThat(Session.of(Stream.concat(Arrays.stream(asked), Stream.of("--system", "S1")).toArray()).code())
        .as("the system message stands in the question's place").isEqualTo(ExitCode.USAGE);
    for (String template : List.of("{{ messages[-1].content }}",
        "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}",
        "{% for m in messages[-3:] %}{{ m.content }}{% endfor %}")) {
      Files.writeString(first.resolve("chat_template.jinja"), template);
      succeed(asked);
      assertThat(Session.of(Stream.concat(Arrays.stream(asked), Stream.of("--shots", 2)).toArray()).code()).as(template)
          .isEqualTo(ExitCode.USAGE);
    }
  }

  /// `study` and `scan` show it as `rollouts` does; of a scan, a checkpoint without a template is named.
  @Test
  void everyCommandShowsWhatItWouldSend() throws IOException {
    Path instruct = instruct("[{{ messages[0].content }}]");
    for (List<Object> command : List.<List<Object>>of(List.of("study", instruct),
        List.of("scan", instruct, REASONER))) {
      Session shown = succeed(Stream.concat(command.stream(), Stream.of("--chat", "--tasks", "add", "--limit", 2,
          "--output", folder.resolve("none"), "--dry-run")).toArray());
      assertThat(shown.out()).contains("first prompt ", "\n[");
      assertThat(shown.err().contains("has no chat template")).isEqualTo(command.contains(REASONER));
    }
    assertThat(folder.resolve("none")).doesNotExist();
  }

  /// Columns that no layout knows: a gap ends an answer where it ends those of the examples, and without examples a line says that
  /// nothing does.
  @Test
  void columnsWithoutALayoutStopWhereTheExamplesDo() throws IOException {
    Path data = Files.writeString(folder.resolve("test.jsonl"), "{\"question\": \"1+1=\", \"answer\": \"2\"}\n");
    Path train = Files.writeString(folder.resolve("train.jsonl"), "{\"question\": \"1+2=\", \"answer\": \"3\"}\n");
    Session zero = succeed("rollouts", REASONER, "--data", data, "--dry-run");
    assertThat(zero.err()).contains("test has no stop texts");
    Session one = succeed("rollouts", REASONER, "--data", data, "--shots", 1, "--dry-run");
    assertThat(one.out()).contains("stops at '\\n\\n'", "1+2= 3\n\n1+1=");
    assertThat(one.err()).doesNotContain("no stop texts");
    assertThat(succeed("rollouts", REASONER, "--data", data, "--no-stop", "--dry-run").err())
        .doesNotContain("no stop texts");
    Files.writeString(train, "{\"question\": \"1+2=\", \"answer\": \"so\\n\\n3\"}\n");
    assertThat(succeed("rollouts", REASONER, "--data", data, "--shots", 1, "--dry-run").err())
        .contains("test has no stop texts");
  }

  /// Chats of another program are written by the checkpoint's template; tokens that a file carries are used as they are.
  @Test
  void importedChatsAndCarriedTokens() throws IOException {
    Path instruct = instruct(PLAIN);
    Path chats = Files.writeString(folder.resolve("chats.jsonl"),
        """
            {"messages": [{"role": "user", "content": "1+1="}], "choices": [{"message": {"role": "assistant", "content": "2"}, "finish_reason": "stop", "score": 1}]}
            {"messages": [{"role": "user", "content": "1+2="}], "choices": [{"message": {"role": "assistant", "content": "4"}, "finish_reason": "length", "score": 0}]}
            """);
    Path run = folder.resolve("chats");
    Session imported = succeed("rollouts", instruct, "--import", chats, "--output", run);
    assertThat(imported.errorLines()).filteredOn(line -> line.contains("chat template 'default'")).singleElement()
        .asString().contains("messages of chats.jsonl", "chat_template.jinja");
    List<Rollout> read = RolloutFile.read(run.resolve("rollouts.jsonl"));
    assertThat(read).extracting(rollout -> rollout.problem().prompt()).containsExactly("<s>1+1=", "<s>1+2=");
    assertThat(read.getFirst().tokens()).containsExactly(1, 15, 10, 15, 25, 16);
    assertThat(read).extracting(Rollout::reward).containsExactly(1.0, 0.0);
    assertThat(read).extracting(Rollout::ending).containsExactly(Ending.ENDED, Ending.CUT_OFF);
    assertThat(prompts("chats").at("/chat/template").asText()).isEqualTo("default");
    Path carried = Files.writeString(folder.resolve("carried.jsonl"),
        """
            {"prompt": "1+1=", "prompt_token_ids": [1, 15, 10, 15, 25], "outputs": [{"text": "22", "token_ids": [16, 16, 2], "reward": 0}]}
            """);
    succeed("rollouts", instruct, "--import", carried, "--output", folder.resolve("carried"));
    assertThat(RolloutFile.read(folder.resolve("carried/rollouts.jsonl")).getFirst().tokens()).containsExactly(1, 15,
        10, 15, 25, 16, 16);
    assertThat(RolloutFile.read(folder.resolve("carried/rollouts.jsonl")).getFirst().ending())
        .as("the file gives no reason").isEqualTo(Ending.UNKNOWN);
  }

  private static Stream<List<String>> contradictions() {
    return Stream.of(List.of("--chat", "--raw"), List.of("--system", "x"), List.of("--template-arg", "a=1"),
        List.of("--stop", "x", "--no-stop"), List.of("--shots-seed", "1"), List.of("--thinking", "think"),
        List.of("--chat"), List.of("--chat", "--chat-template", "none-such"), List.of("--shots", "-1"),
        List.of("-k", "3", "--temperature", "0"), List.of("--stop", ""), List.of("--thinking", "<a>,<a>"),
        List.of("--chat", "--chat-template", "no-such-folder/none.jinja"),
        List.of("--chat", "--chat-template", "none.jinja"));
  }

  /// What is no template must not become the text of every prompt, nor a name.
  @ParameterizedTest
  @ValueSource(strings = {"", "default", "Question:", "{# {% #}", "{{ bos_token }}", "{{ '' }}",
      "{% if false %}{{ messages }}{% endif %}"})
  void aTemplateWithoutTheQuestionIsRefused(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("given.jinja"), content);
    whatCannotBeMeantIsRefusedBeforeAnything(List.of("--chat", "--chat-template", file.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--chat", "--chat --template-arg a=1", "--raw", "--dry-run", "--system x --chat", "--shots 2",
      "--limit 1", "-k 3", "--gate none.safetensors"})
  void whatAnImportWouldIgnoreIsRefused(String options) throws IOException {
    Path file = Files.writeString(folder.resolve("made.jsonl"),
        "{\"prompt\": \"1+1=\", \"outputs\": [{\"text\": \"2\"}], \"answer\": \"2\"}\n");
    List<Object> words = new ArrayList<>(List.of("rollouts", REASONER, "--import", file, "--grader", "number",
        "--output", folder.resolve("run")));
    words.addAll(List.of(options.split(" ", -1)));
    Session refused = Session.of(words.toArray());
    assertThat(refused.code()).as(refused.err()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains(options.split(" ", -1)[0] + " has no effect with ", "import");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  /// Messages of an import are written by the template and arguments that are given; a checkpoint without one needs it.
  @Test
  void messagesOfAnImportAreWrittenByTheGivenTemplate() throws IOException {
    Path file = Files.writeString(folder.resolve("chats.jsonl"),
        """
            {"messages": [{"role": "user", "content": "1+1="}], "choices": [{"message": {"role": "assistant", "content": "2"}, "finish_reason": "stop", "score": 1}]}
            """);
    Path template = Files.writeString(folder.resolve("given.jinja"),
        "{{ bos_token }}{% if thinking %}#{% endif %}{{ messages[0].content }}");
    List<Object> words = List.of("rollouts", REASONER, "--import", file, "--output");
    Session without = Session.of(Stream.concat(words.stream(), Stream.of(folder.resolve("none"))).toArray());
    assertThat(without.code()).isEqualTo(ExitCode.USAGE);
    assertThat(without.err()).contains("has no chat template", "--chat --chat-template FILE");
    Path run = folder.resolve("run");
    Object[] given = {run, "--chat", "--chat-template", template, "--template-arg", "thinking=true", "--template-arg",
        "thinkng=true"};
    Session imported = succeed(Stream.concat(words.stream(), Arrays.stream(given)).toArray());
    assertThat(imported.err()).contains("'thinkng'");
    assertThat(RolloutFile.read(run.resolve("rollouts.jsonl"))).extracting(rollout -> rollout.problem().prompt())
        .containsExactly("<s>#1+1=");
    Session other = Session.of(Stream.concat(words.stream(), Stream.of(run, "--chat", "--chat-template", template))
        .toArray());
    assertThat(other.code()).as("without the arguments").isEqualTo(ExitCode.USAGE);
    Session system = Session.of(Stream.concat(words.stream(), Stream.of(folder.resolve("system"), "--chat",
        "--chat-template", template, "--system", "x")).toArray());
    assertThat(system.code()).isEqualTo(ExitCode.USAGE);
    assertThat(system.err()).contains("--system has no effect with --import");
  }

  /// LaTeX is full of \t and \n.
  @Test
  void aSystemMessageIsSentAsItStands() throws IOException {
    String system = "Use \\text{...}, \\frac and \\neq; \\nu.";
    Path instruct = instruct(PLAIN);
    assertThat(rollouts(instruct, "run", "--chat", "--system", system, "--stop", "\\text", "--stop", "a\\\\nb\\n"))
        .allSatisfy(rollout -> assertThat(rollout.problem().prompt()).startsWith("<s>(" + system + ")"));
    assertThat(prompts("run").at("/stops/add/0").asText()).isEqualTo("\\text");
    assertThat(prompts("run").at("/stops/add/1").asText()).isEqualTo("a\\nb\n");
  }

  @Test
  void whatATemplateDoesNotUseIsSaid() throws IOException {
    Path instruct = instruct(
        "{{ bos_token }}{% for m in messages if m.role == 'user' %}{{ m.content }}{% if enable_thinking %}#{% endif %}{% endfor %}");
    Session said = succeed("rollouts", instruct, "--chat", "--system", "be brief", "--template-arg",
        "enable_thinkng=false", "--template-arg", "enable_thinking=true", "--tasks", "add", "--limit", 2, "--output",
        folder.resolve("run"));
    assertThat(said.errorLines()).filteredOn(line -> line.contains("system message")).hasSize(1);
    assertThat(said.errorLines()).filteredOn(line -> line.contains("'enable_thinkng'")).hasSize(1);
    assertThat(said.errorLines()).filteredOn(line -> line.contains("'enable_thinking'")).isEmpty();
    Session dry = succeed("rollouts", instruct, "--chat", "--system", "be brief", "--tasks", "add", "--limit", 2,
        "--dry-run");
    assertThat(dry.errorLines()).filteredOn(line -> line.contains("system message")).hasSize(1);
    Files.writeString(instruct.resolve("chat_template.jinja"), PLAIN);
    Session used = succeed("rollouts", instruct, "--chat", "--system", "be brief", "--tasks", "add", "--limit",
        2, "--dry-run");
    assertThat(used.err()).doesNotContain("system message");
  }

  /// A finished run is not replaced by one that asks in another way, whichever came first.
  @Test
  void anotherWayOfAskingNeedsAnotherFolder() throws IOException {
    Path instruct = instruct(PLAIN);
    List<List<String>> ways = List.of(List.of("--raw"), List.of("--chat"), List.of("--chat", "--system", "1+"),
        List.of("--raw", "--shots", "2"), List.of("--raw", "--shots", "2", "--shots-seed", "5"));
    for (int there = 0; there < ways.size(); there++) {
      Path run = folder.resolve("run" + there);
      succeed(asked(instruct, run, ways.get(there)));
      byte[] rollouts = Files.readAllBytes(run.resolve("rollouts.jsonl"));
      for (List<String> here : ways) {
        Session again = Session.of(asked(instruct, run, here));
        assertThat(again.code()).as("%s, then %s", ways.get(there), here)
            .isEqualTo(here.equals(ways.get(there)) ? ExitCode.DONE : ExitCode.USAGE);
        assertThat(run.resolve("rollouts.jsonl")).hasBinaryContent(rollouts);
      }
    }
  }

  private static Object[] asked(Path checkpoint, Path run, List<String> way) {
    List<Object> words = new ArrayList<>(List.of("rollouts", checkpoint, "--tasks", "add", "--limit", 2,
        "--max-new-tokens", 4, "--output", run));
    words.addAll(way);
    return words.toArray();
  }

  @ParameterizedTest
  @MethodSource("contradictions")
  void whatCannotBeMeantIsRefusedBeforeAnything(List<String> options) {
    List<Object> words = new ArrayList<>(List.of("rollouts", REASONER, "--tasks", "add", "--limit", 2, "--output",
        folder.resolve("run")));
    words.addAll(options);
    Session refused = Session.of(words.toArray());
    assertThat(refused.code()).as(refused.err()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.errorLines()).hasSize(1);
    assertThat(folder.resolve("run/rollouts.jsonl")).doesNotExist();
  }

  /// Whatever a template that is named by its file cannot do, the line says which.
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"{% include '/etc/passwd' %} | include", "{% import 'x' as y %} | import",
      "{% extends 'x' %} | extends", "{% frobnicate %} | frobnicate", "{{ 1 is frob }} | frob", "café | UTF-8",
      "LARGE | larger than 2 MiB"})
  void aGivenTemplateIsRefusedByName(String content, String named) throws IOException {
    Path file = Files.write(folder.resolve("given.jinja"),
        content.replace("LARGE", "x".repeat(Template.LARGEST + 1)).getBytes(StandardCharsets.ISO_8859_1));
    Session refused = Session.of("rollouts", REASONER, "--tasks", "add", "--chat", "--chat-template", file);
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.errorLines()).singleElement().asString().contains(named);
  }

  /// Nothing else bounds it: what a checkpoint may bring may be given.
  @Test
  void aTemplateOfTheLargestSizeIsRead() throws IOException {
    Path file = folder.resolve("given.jinja");
    Files.writeString(file, "{{ messages[0].content }}{#" + "x".repeat(Template.LARGEST - 29) + "#}");
    succeed("rollouts", REASONER, "--tasks", "add", "--limit", 2, "--dry-run", "--chat", "--chat-template", file);
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void aHostileTemplateIsAnError(String template) throws IOException {
    Path instruct = instruct(template);
    Session refused = Session.of("rollouts", instruct, "--chat", "--tasks", "add", "--limit", 2, "--output",
        folder.resolve("run"));
    assertThat(refused.code()).as(refused.err()).isNotEqualTo(ExitCode.DONE).isNotEqualTo(ExitCode.FAILED);
    assertThat(refused.errorLines()).filteredOn(line -> line.startsWith("striatum: ")).hasSize(1);
  }

  private static Stream<String> hostile() {
    return Stream.of("{{ raise_exception('no') }}", "{{ messages.__class__ }}", "{{ no_such_function() }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "{% for i in range(1000000000) %}x{% endfor %}", "{% for %}",
        "{{ 'x' * 1000000000 }}");
  }
}
