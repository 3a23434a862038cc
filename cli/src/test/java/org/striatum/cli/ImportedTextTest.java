package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.cli.console.ExitCode;
import org.striatum.datasets.RolloutFile;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Rollout;

/// What of an imported completion is its own: not what stands behind a stop or another turn, and the thought that a server took out.
class ImportedTextTest {
  private static final Path REASONER = Session.REASONER;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String THINKS = "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}"
      + "{% if false %}</think>{% endif %}{% if add_generation_prompt %}<think>\n{% endif %}";

  @TempDir
  private Path folder;

  private Path file(String name, ObjectNode... lines) throws IOException {
    List<String> written = new ArrayList<>();
    for (ObjectNode line : lines) {
      written.add(JSON.writeValueAsString(line));
    }
    return Files.write(folder.resolve(name + ".jsonl"), written);
  }

  private static ObjectNode text(String prompt, String completion, String answer) {
    ObjectNode line = JSON.createObjectNode().put("prompt", prompt).put("answer", answer);
    line.putArray("outputs").addObject().put("text", completion).put("finish_reason", "length");
    return line;
  }

  private Session session(Path checkpoint, Path file, String run, Object... options) {
    List<Object> words = new ArrayList<>(List.of("rollouts", checkpoint, "--import", file, "--grader", "number",
        "--output", folder.resolve(run)));
    words.addAll(Arrays.asList(options));
    return Session.of(words.toArray());
  }

  private Rollout imported(Path checkpoint, Path file, String run, Object... options) throws IOException {
    Session session = session(checkpoint, file, run, options);
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.DONE);
    return RolloutFile.read(folder.resolve(run).resolve("rollouts.jsonl")).getFirst();
  }

  @ParameterizedTest
  @CsvSource({"Question: 2+3?\\nAnswer:,' 5\\n\\nQuestion: 4+4?\\nAnswer: 8',' 5\\n\\n'",
      "Question: 1+1?\\nAnswer: 2\\n\\nQuestion: 2+3?\\nAnswer:,' 5\\n\\nQuestion: 4+4?\\nAnswer: 8',' 5\\n\\n'",
      "Problem:\\n2+3\\n\\nSolution:,' 5\\nProblem:\\n4+4\\n\\nSolution: 8',' 5\\n'",
      "2+3=,It is 5.<|im_end|>\\n<|im_start|>assistant\\nIt is 8.,It is 5.", "2+3=,5</s>8,5"})
  void whatFollowsTheAnswerIsNotRead(String prompt, String completion, String kept) throws IOException {
    Rollout rollout = imported(REASONER, file("runon",
        text(prompt.replace("\\n", "\n"), completion.replace("\\n", "\n"), "5")), "run");
    assertThat(rollout.completion()).isEqualTo(kept.replace("\\n", "\n"));
    assertThat(rollout.reward()).isEqualTo(1);
    assertThat(rollout.ending()).isEqualTo(Ending.ENDED);
  }

  /// They are honoured, and the run keeps them: the same file with another stop is another run.
  @Test
  void stopsAndMarkersMayBeGiven() throws IOException {
    Path file = file("given", text("2+3=", "5; then 8", "5"));
    assertThat(imported(REASONER, file, "whole").completion()).isEqualTo("5; then 8");
    assertThat(imported(REASONER, file, "stopped", "--stop", "; then").completion()).isEqualTo("5");
    assertThat(JSON.readTree(folder.resolve("stopped/manifest.json").toFile()).at("/inputs/data/prompts/stops/given/0")
        .asText()).isEqualTo("; then");
    Path layout = file("layout", text("Question: 2+3?\nAnswer:", " 5 Question: 8", "5"));
    assertThat(imported(REASONER, layout, "none", "--no-stop").completion()).isEqualTo(" 5 Question: 8");
    Rollout thought = imported(REASONER, file("marked", text("2+3=", "%8=**5**", "5")), "marked", "--thinking", "%,=");
    assertThat(thought.read()).isEqualTo("5");
    assertThat(thought.thinkEnd()).isNotNull();
  }

  private static ObjectNode chat(String content, String thought) {
    ObjectNode line = JSON.createObjectNode().put("answer", "5");
    line.putArray("messages").addObject().put("role", "user").put("content", "2+3=");
    ObjectNode choice = line.putArray("choices").addObject().put("finish_reason", "stop");
    choice.putObject("message").put("role", "assistant").put("content", content).put("reasoning_content", thought);
    return line;
  }

  /// Of a template that begins the thought, and of one that leaves it to the model.
  @ParameterizedTest
  @CsvSource({"true,2 and 3</think>5", "false,<think>2 and 3</think>5"})
  void aThoughtThatStandsApartIsPutBack(boolean opened, String whole) throws IOException {
    Path thinks = Session.copy(REASONER, folder.resolve("thinks"));
    Files.writeString(thinks.resolve("chat_template.jinja"), opened ? THINKS : THINKS.replace("<think>\n", ""));
    Rollout rollout = imported(thinks, file("chat", chat("5", "2 and 3")), "run");
    assertThat(rollout.completion()).isEqualTo(whole);
    assertThat(rollout.read()).isEqualTo("5");
    assertThat(rollout.reward()).isEqualTo(1);
  }

  @Test
  void anAnswerWhoseThoughtIsMissingIsSaid() throws IOException {
    Path thinks = Session.copy(REASONER, folder.resolve("thinks"));
    Files.writeString(thinks.resolve("chat_template.jinja"), THINKS);
    Session session = session(thinks, file("chat", chat("5", null)), "run");
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.DONE);
    assertThat(session.errorLines()).filteredOn(line -> line.contains("1 of 1 completions")).hasSize(1);
  }

  /// Prompts that somebody rendered, and plain ones: a thought has the markers of the checkpoint's template, and no stop that nobody
  /// asked for ends one.
  @ParameterizedTest
  @CsvSource({"[THINK]8[/THINK]**5**,5", "[THINK]The answer is 5 but,", "[THINK]Question: 8[/THINK] **5**, 5"})
  void textHasTheThoughtsOfTheTemplate(String completion, String read) throws IOException {
    Path thinks = Session.copy(REASONER, folder.resolve("thinks"));
    Files.writeString(thinks.resolve("chat_template.jinja"),
        THINKS.replace("<think>", "[THINK]").replace("</think>", "[/THINK]"));
    for (String prompt : List.of("2+3=", "Question: 2+3?\nAnswer:")) {
      Rollout rollout = imported(thinks, file("thought", text(prompt, completion, "5")), "run" + prompt.length());
      assertThat(rollout.completion()).isEqualTo(completion);
      assertThat(rollout.read()).isEqualTo(read);
      assertThat(rollout.reward()).isEqualTo(read == null ? 0 : 1);
      assertThat(rollout.ending()).isEqualTo(read == null ? Ending.CUT_IN_THOUGHT : Ending.CUT_OFF);
    }
  }

  /// Where nothing says how a text ended, as in logs of the harness, too.
  @Test
  void aThoughtThatSomebodyTookOutIsSaid() throws IOException {
    ObjectNode line = JSON.createObjectNode().put("doc_id", 0).put("target", "5");
    line.putArray("arguments").addArray().add("2+3=<think>\n").addObject();
    line.putArray("resps").addArray().add("The answer is 5");
    Session session = session(REASONER, file("log", line), "run");
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.DONE);
    assertThat(session.errorLines()).filteredOn(said -> said.contains("1 of 1 completions")).hasSize(1);
  }

  /// Text that nothing ends is said to be read to its end, unless that was asked for.
  @Test
  void textThatNothingEndsIsSaid() throws IOException {
    Path plain = file("plain", text("What is 2+3?\n", "5\nQ: 4+4?\nA: 8", "5"));
    assertThat(session(REASONER, plain, "a").err()).contains("no text ends a completion");
    assertThat(session(REASONER, plain, "b", "--no-stop").err()).doesNotContain("no text ends");
    Path layout = file("layout", text("Question: 2+3?\nAnswer:", "5", "5"));
    assertThat(session(REASONER, layout, "c").err()).doesNotContain("no text ends");
  }

  /// What a template refuses is left out by name; the others are imported.
  @Test
  void aChatThatTheTemplateRefusesIsLeftOut() throws IOException {
    Path strict = Session.copy(REASONER, folder.resolve("strict"));
    Files.writeString(strict.resolve("chat_template.jinja"),
        "{% for m in messages %}{% if m.role != 'user' %}{{ raise_exception('users only') }}{% endif %}{{ m.content }}{% endfor %}");
    ObjectNode refused = chat("5", null).put("id", "odd");
    refused.withArray("messages").addObject().put("role", "developer").put("content", "x");
    Path file = file("chats", chat("5", null), refused);
    Session session = session(strict, file, "run");
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.DONE);
    assertThat(session.err()).contains("1 of 2 chats (problem odd", "users only");
    assertThat(RolloutFile.read(folder.resolve("run/rollouts.jsonl"))).hasSize(1);
    assertThat(session(strict, file("all", refused), "none").code()).isEqualTo(ExitCode.USAGE);
  }

  /// What another program told its template stands in its prompts: here it must be told the same.
  @Test
  void aChatIsWrittenWithTheArgumentsOfItsFile() throws IOException {
    Path template = Files.writeString(folder.resolve("told.jinja"),
        "{% for m in messages %}{{ m.content }}{% endfor %}{% if enable_thinking is false %}<no thought>{% endif %}");
    ObjectNode chat = text("", "5", "5");
    chat.remove("prompt");
    chat.withArray("messages").addObject().put("role", "user").put("content", "2+3=");
    chat.withObject("chat_template_kwargs").put("enable_thinking", false);
    Path file = file("told", chat);
    for (String told : List.of("other=1", "enable_thinking=true")) {
      Session refused = session(REASONER, file, "untold", "--chat", "--chat-template", template, "--template-arg",
          told);
      assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
      assertThat(refused.err()).contains("enable_thinking=false");
    }
    assertThat(imported(REASONER, file, "told", "--chat", "--chat-template", template, "--template-arg",
        "enable_thinking=false").problem().prompt()).isEqualTo("2+3=<no thought>");
  }

  /// `1+1=` as ids alone: read by the tokenizer, kept as they are.
  @Test
  void aPromptOfIdsIsReadAndKept() throws IOException {
    ObjectNode whole = ids("", new int[]{1, 15, 10, 15, 25}, "2", 16, 2);
    whole.remove("prompt");
    whole.set("prompt_token_ids", whole.withArray("choices").get(0).get("prompt_token_ids"));
    Rollout rollout = imported(REASONER, file("vllm", whole), "vllm");
    assertThat(rollout.tokens()).containsExactly(1, 15, 10, 15, 25, 16);
    assertThat(rollout.problem().prompt()).endsWith("1+1=");
    assertThat(rollout.reward()).isEqualTo(1);
    ObjectNode openai = JSON.createObjectNode().put("answer", "2");
    openai.putArray("prompt").add(1).add(15).add(10).add(15).add(25);
    openai.putArray("choices").addObject().put("text", "2");
    assertThat(imported(REASONER, file("openai", openai), "openai").tokens()).containsExactly(1, 15, 10, 15, 25, 16);
  }

  private static ObjectNode ids(String prompt, int[] prompted, String completion, int... written) {
    ObjectNode line = JSON.createObjectNode().put("prompt", prompt).put("answer", "2");
    ObjectNode choice = line.putArray("choices").addObject().put("text", completion);
    for (int id : prompted) {
      choice.withArray("prompt_token_ids").add(id);
    }
    for (int id : written) {
      choice.withArray("token_ids").add(id);
    }
    return line;
  }

  /// `1+1=` is 15, 10, 15, 25 behind the beginning, 1; `2` is 16 and the end 2.
  @Test
  void carriedTokensAreThoseOfTheirText() throws IOException {
    int[] prompt = {1, 15, 10, 15, 25};
    assertThat(imported(REASONER, file("own", ids("1+1=", prompt, "2", 16, 2)), "own").tokens()).containsExactly(1,
        15, 10, 15, 25, 16);
    assertThat(imported(REASONER, file("on", ids("1+1=", prompt, "2", 16, 2, 15, 15)), "on").tokens())
        .as("up to the end of the turn").containsExactly(1, 15, 10, 15, 25, 16);
    assertThat(imported(REASONER, file("stop", ids("1+1=", prompt, "2", 16, 10, 15, 15)), "stop", "--stop", "+")
        .tokens()).as("up to the token in which a stop begins").containsExactly(1, 15, 10, 15, 25, 16, 10);
    Session otherText = session(REASONER, file("text", ids("1+1=", prompt, "2", 15)), "text");
    assertThat(otherText.code()).as(otherText.err()).isEqualTo(ExitCode.BAD_DATA);
    Session otherPrompt = session(REASONER, file("prompt", ids("1+2=", prompt, "2", 16)), "prompt");
    assertThat(otherPrompt.code()).as(otherPrompt.err()).isEqualTo(ExitCode.BAD_DATA);
  }

  /// Of one completion, generated to a stop, and imported whole as text and as ids: tokens end with that in which
  /// the stop begins, and text before it.
  @Test
  void aStopEndsTextTokensAndGenerationAlike() throws IOException {
    Path data = Files.writeString(folder.resolve("data.jsonl"), "{\"question\": \"7+5=\", \"answer\": \"12\"}\n");
    List<Rollout> drawn = new ArrayList<>();
    for (String stop : List.of("--no-stop", "--stop=#")) {
      Path run = folder.resolve(stop);
      Session session = Session.of("rollouts", REASONER, "--data", data, "--prompt-template", "{prompt}", "--grader",
          "number",
          "--max-new-tokens", 40, "--temperature", 0, stop, "--output", run);
      assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.DONE);
      drawn.add(RolloutFile.read(run.resolve("rollouts.jsonl")).getFirst());
    }
    Rollout whole = drawn.getFirst();
    Rollout stopped = drawn.getLast();
    assertThat(stopped.tokens()).hasSizeLessThan(whole.tokens().length);
    ObjectNode carried = ids("7+5=", Arrays.copyOf(whole.tokens(), whole.promptLength()), whole.completion(),
        Arrays.copyOfRange(whole.tokens(), whole.promptLength(), whole.tokens().length));
    for (ObjectNode line : List.of(carried, text("7+5=", whole.completion(), "12"))) {
      Rollout imported = imported(REASONER, file("whole", line), "run" + line.has("outputs"), "--stop", "#");
      assertThat(imported.tokens()).containsExactly(stopped.tokens());
      assertThat(imported.completion()).isEqualTo(stopped.completion());
    }
  }

  /// Rewards of another program say nothing of what was read, right or wrong.
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void scoresOfAFileAreGradedElsewhere(int score) throws IOException {
    ObjectNode line = text("2+3=", "5", "5").put("correct", score);
    Session session = Session.of("rollouts", REASONER, "--import", file("scored", line), "--output",
        folder.resolve("run"));
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.DONE);
    assertThat(session.out()).contains("graded elsewhere").doesNotContain("answered");
    assertThat(JSON.readTree(folder.resolve("run/results/rollouts.json").toFile()).findValue("answered").isNull())
        .isTrue();
  }

  /// An answer at the end of what the token limit cut off is none, on import and graded again alike.
  @Test
  void anAnswerAtACutIsNotRead() throws IOException {
    ObjectNode open = text("2+3=", "The answer is 5", "5");
    ObjectNode ended = open.deepCopy().put("prompt", "1+4=");
    ((ObjectNode) ended.withArray("outputs").get(0)).put("finish_reason", "stop");
    Path file = file("cut", open, ended);
    assertThat(imported(REASONER, file, "run").read()).isNull();
    Path run = folder.resolve("run");
    assertThat(RolloutFile.read(run.resolve("rollouts.jsonl"))).extracting(Rollout::reward).containsExactly(0.0, 1.0);
    assertThat(Session.of("grade", run, "--grader", "number", "--dry-run").out()).contains("0 of 2 rewards changed");
    assertThat(Session.of("grade", run, "--grader", "math").out()).contains("0 of 2 rewards changed");
    assertThat(Session.of("verify", run).out()).contains("2 of 2 completions graded again, the same rewards");
  }

  /// In a file of problems as in one of completions: the row that has it is named.
  @Test
  void aTokenBeyondTheEmbeddingIsBadData() throws IOException {
    Path other = Session.copy(REASONER, folder.resolve("other"));
    Path tokenizer = other.resolve("tokenizer.json");
    Files.writeString(tokenizer, Files.readString(tokenizer).replaceFirst("\"%\": \\d+", "\"%\": 987654"));
    Session imported = session(other, file("rows", text("2+3=", "5", "5"), text("2%3=", "5", "5")), "run");
    assertThat(imported.code()).as(imported.err()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(imported.err()).contains("rows.jsonl", "2%3=", "987654");
    Path data = Files.writeString(folder.resolve("data.jsonl"),
        "{\"question\": \"2+3=\", \"answer\": \"5\"}\n{\"question\": \"2%3=\", \"answer\": \"5\"}\n");
    Session asked = Session.of("rollouts", other, "--data", data, "--dry-run");
    assertThat(asked.code()).as(asked.err()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(asked.err()).contains("line 2", "987654");
  }

  /// Whoever says how it ended, or nobody.
  @ParameterizedTest
  @CsvSource({"length,<think>It is 5,CUT_IN_THOUGHT", ",<think>It is 5,CUT_IN_THOUGHT", ",<think>8</think>5,UNKNOWN",
      "stop,<think>It is 5,ENDED", ",5,UNKNOWN"})
  void anOpenThoughtIsCutOff(String reason, String completion, Ending ending) throws IOException {
    ObjectNode line = text("2+3=", completion, "5");
    ((ObjectNode) line.withArray("outputs").get(0)).put("finish_reason", reason);
    Rollout rollout = imported(REASONER, file("thought", line), "run");
    assertThat(rollout.ending()).isEqualTo(ending);
    assertThat(rollout.finished()).isEqualTo(!ending.isCutOff());
  }
}
