package org.striatum.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.datasets.ForeignRollouts.Asked;
import org.striatum.datasets.ForeignRollouts.Graded;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.probe.run.BadDataException;

/// Lines as the programs write them: their fields, in their nesting.
class ForeignRolloutsTest {
  /// lm-evaluation-harness 0.4, task gsm8k: every document once for each filter.
  private static final String HARNESS = """
      {"doc_id": 0, "doc": {"question": "Janet's ducks lay 16 eggs per day. How much does she make?", "answer": "She makes 9 * 2 = $<<9*2=18>>18.\\n#### 18"}, "target": "She makes 9 * 2 = $<<9*2=18>>18.\\n#### 18", "arguments": {"gen_args_0": {"arg_0": "Question: Janet's ducks\\nAnswer:", "arg_1": {"until": ["Question:", "</s>"], "do_sample": false, "temperature": 0.0}}}, "resps": [[" She makes 18.\\n#### 18"]], "filtered_resps": ["18"], "filter": "strict-match", "metrics": ["exact_match"], "doc_hash": "ab", "prompt_hash": "cd", "target_hash": "ef", "exact_match": 1.0}
      {"doc_id": 1, "doc": {"question": "A robe", "answer": "#### 3"}, "target": "#### 3", "arguments": {"gen_args_0": {"arg_0": "Question: A robe\\nAnswer:", "arg_1": {"until": ["Question:"]}}}, "resps": [[" It takes 4"]], "filtered_resps": ["[invalid]"], "filter": "strict-match", "metrics": ["exact_match"], "exact_match": 0.0}
      {"doc_id": 0, "doc": {"question": "Janet's ducks", "answer": "#### 18"}, "target": "#### 18", "arguments": {"gen_args_0": {"arg_0": "Question: Janet's ducks\\nAnswer:", "arg_1": {}}}, "resps": [[" She makes 18.\\n#### 18"]], "filtered_resps": ["18"], "filter": "flexible-extract", "metrics": ["exact_match"], "exact_match": 1.0}
      """;
  private static final String VLLM = """
      {"request_id": "0", "prompt": "What is 2+2?", "prompt_token_ids": [1, 2], "outputs": [{"index": 0, "text": " 4", "token_ids": [3], "finish_reason": "stop"}, {"index": 1, "text": " 5 or", "token_ids": [4, 5], "finish_reason": "length"}], "finished": true, "answer": "4"}
      {"request_id": "1", "prompt": "What is 3+3?", "outputs": [{"index": 0, "text": " 6", "finish_reason": "stop"}], "answer": 6}
      """;

  private static final String VLLM_SCORED = """
      {"prompt": "%s", "outputs": [{"text": "4"}], "reward": %s}
      """;

  @TempDir
  private Path folder;

  private ForeignRollouts read(String name, String lines, AnswerGrader grader) throws IOException {
    return ForeignRollouts.read(Files.writeString(folder.resolve(name), lines), Optional.ofNullable(grader),
        Optional.empty());
  }

  @Test
  void harnessSamplesKeepTheirScore() throws IOException {
    ForeignRollouts made = read("samples_gsm8k_2025.jsonl", HARNESS, null);
    assertThat(made.source().layout()).isEqualTo("lm-evaluation-harness");
    assertThat(made.source().grader()).isNull();
    assertThat(made.skipped()).isEmpty();
    assertThat(made.completions()).extracting(Graded::reward).as("the first filter's lines").containsExactly(1.0, 0.0);
    assertThat(made.completions().getFirst().problem().prompt()).isEqualTo("Question: Janet's ducks\nAnswer:");
    assertThat(made.completions().getFirst().text()).isEqualTo(" She makes 18.\n#### 18");
    assertThat(made.completions()).extracting(graded -> graded.problem().id()).containsExactly("0", "1");
    assertThat(read("samples.jsonl", HARNESS, AnswerGrader.NUMBER).completions()).extracting(Graded::reward)
        .as("graded anew").containsExactly(1.0, 0.0);
  }

  @Test
  void olderHarnessFilesListTheirArguments() throws IOException {
    String line = """
        {"doc_id": 7, "doc": {}, "target": "4", "arguments": [["2+2=", {"until": ["\\n"]}]], "resps": [["4"]], "filtered_resps": ["4"], "acc": 1}
        """;
    assertThat(read("old.jsonl", line, null).completions()).singleElement()
        .satisfies(graded -> assertThat(graded.problem().prompt()).isEqualTo("2+2="));
    assertThat(read("old.jsonl", line, null).completions()).extracting(Graded::finished)
        .as("the harness does not say why a response ended").containsExactly(Optional.empty());
    assertThat(read("old.jsonl", line.replace("[[\"4\"]]", "[[\"4\\n5\"]]"), null).completions())
        .extracting(Graded::finished).as("but here its stop did").containsExactly(Optional.of(true));
  }

  @Test
  void vllmOutputsAreSamplesOfOnePrompt() throws IOException {
    ForeignRollouts made = read("vllm.jsonl", VLLM, AnswerGrader.NUMBER);
    assertThat(made.source().layout()).isEqualTo("vllm");
    assertThat(made.completions()).extracting(Graded::sample).containsExactly(0, 1, 0);
    assertThat(made.completions()).extracting(Graded::finished).containsExactly(Optional.of(true), Optional.of(false),
        Optional.of(true));
    assertThat(made.completions()).extracting(Graded::reward).containsExactly(1.0, 0.0, 1.0);
    assertThat(made.completions().get(0).problem()).isEqualTo(made.completions().get(1).problem());
  }

  @Test
  void openAiCompletionsToo() throws IOException {
    String lines = """
        {"id": "cmpl-1", "object": "text_completion", "model": "m", "prompt": "Capital of Peru?", "choices": [{"text": "Lima", "index": 0, "logprobs": null, "finish_reason": "stop"}], "gold": "Lima"}
        {"id": "cmpl-2", "prompt": "Capital of Chad?", "choices": [{"message": {"role": "assistant", "content": "Lima"}, "index": 0, "finish_reason": "stop"}], "gold": "N'Djamena"}
        """;
    ForeignRollouts made = ForeignRollouts.read(Files.writeString(folder.resolve("openai.jsonl"), lines),
        Optional.of(AnswerGrader.EXACT), Optional.of("gold"));
    assertThat(made.source().layout()).isEqualTo("openai-completions");
    assertThat(made.completions()).extracting(Graded::reward).containsExactly(1.0, 0.0);
  }

  @Test
  void malformedLinesAreCountedAndNamed() throws IOException {
    ForeignRollouts made = read("some.jsonl",
        HARNESS
            + """
                {"doc_id": 3, "arguments": {"gen_args_0": {"arg_0": "p"}}, "resps": [], "exact_match": 1.0, "filter": "strict-match"}
                {"doc_id": 4, "arguments"
                """,
        null);
    assertThat(made.completions()).hasSize(2);
    assertThat(made.skipped().orElseThrow())
        .startsWith("some.jsonl: 2 of 4 rows skipped: line 4 has no completion in 'resps'; line 5 is not JSON: ");
  }

  @Test
  void whatCannotBeGradedIsRefused() {
    refused("{\"prompt\": \"p\", \"outputs\": [{\"text\": \"t\"}]}", null, "line 1 has no score (exact_match, acc, ");
    refused("{\"prompt\": \"p\", \"outputs\": [{\"text\": \"t\"}]}", AnswerGrader.NUMBER,
        "has no reference answer that the grader number can read");
    refused("{\"prompt\": \"p\", \"outputs\": [{\"text\": \"t\"}], \"score\": 0.5}", null,
        "neither 0 nor 1 1 times (line 1: 'score' 0.5)");
    refused("{\"prompt\": [{\"role\": \"user\"}], \"outputs\": [{\"text\": \"t\"}], \"score\": 1}", null,
        "a list of messages");
    refused("{\"prompt\": [\"2+3=\", \"2+4=\"], \"choices\": [{\"text\": \"t\"}], \"score\": 1}", null,
        "has 2 prompts");
    refused("{\"prompt\": \"p\", \"outputs\": [{\"text\": \"t\"}], \"correct\": \"True\"}", null, "'correct' \"True\"");
    refused("{\"question\": \"p\"}", null, "has no prompt");
    refused("{\"doc_id\": 0, \"arguments\": [[\"p\", {}]], \"resps\": [[\"a\", \"b\"]], \"acc\": 1}", null,
        "one score for 2 responses");
  }

  /// One wrong answer that is scored −1, or one that is half right, must not be left out: that selects by outcome.
  @Test
  void aScoreThatIsNoSuccessRefusesTheFile() {
    for (String score : List.of("-1", "0.5", "2")) {
      String lines = VLLM_SCORED.formatted("a", "1") + VLLM_SCORED.formatted("b", "1")
          + VLLM_SCORED.formatted("c", score);
      assertThatThrownBy(() -> read("other.jsonl", lines, null)).isInstanceOfSatisfying(MalformedTableException.class,
          refused -> assertThat(refused.needs()).containsExactly(Need.GRADER));
    }
  }

  @Test
  void aPromptHasOneReference() throws IOException {
    String lines = """
        {"prompt": "2+2", "outputs": [{"text": "4"}], "answer": "4"}
        {"prompt": "2+2", "outputs": [{"text": "5"}], "answer": "5"}
        {"prompt": "3+3", "outputs": [{"text": "6"}], "answer": "6"}
        """;
    ForeignRollouts made = read("two.jsonl", lines, AnswerGrader.NUMBER);
    assertThat(made.completions()).hasSize(2);
    assertThat(made.skipped()).isPresent();
  }

  /// What a template was told, and tools that it wrote, are part of the prompt.
  @Test
  void whatElseThePromptWasMadeOfIsKeptOrRefused() throws IOException {
    String line = """
        {"messages": [{"role": "user", "content": "2+2"}%s], %s"choices": [{"message": {"content": "4"}%s}], "answer": "4"}
        """;
    Asked.Chat chat = (Asked.Chat) read("kwargs.jsonl",
        line.formatted("", "\"chat_template_kwargs\": {\"enable_thinking\": false}, ", ""), AnswerGrader.NUMBER)
        .completions().getFirst().asked();
    assertThat(chat.arguments()).containsOnlyKeys("enable_thinking");
    String called = ", {\"role\": \"assistant\", \"content\": \"x\", \"tool_calls\": [{\"id\": \"1\"}]}";
    String tools = "\"tools\": [{\"type\": \"function\"}], ";
    refused(line.formatted("", tools, ""), AnswerGrader.NUMBER, "tools");
    refused(line.formatted(called, "", ""), AnswerGrader.NUMBER, "tools");
    assertThat(read("ids.jsonl", line.formatted("", tools, ", \"prompt_token_ids\": [1, 2]"), AnswerGrader.NUMBER)
        .completions()).as("its tokens say what the prompt was").hasSize(1);
  }

  /// The harness' own stops end an answer, not a thought, and what they cut is told.
  @Test
  void aStopOfTheHarnessInsideAThoughtEndsNothing() throws IOException {
    String line = """
        {"doc_id": %d, "doc": {}, "target": "4", "arguments": [["2+2=", {"until": ["\\n\\n"]}]], "resps": [["%s"]], "acc": 1}
        """;
    ForeignRollouts made = read("thought.jsonl",
        line.formatted(0, "<think>a\\n\\nb</think> 4\\n\\nQuestion: 5"), AnswerGrader.NUMBER);
    assertThat(made.completions().getFirst().text()).isEqualTo("<think>a\n\nb</think> 4");
    assertThat(made.left()).isPresent();
    assertThat(read("plain.jsonl", line.formatted(0, "4"), AnswerGrader.NUMBER).left()).isEmpty();
  }

  @Test
  void aRefusalCarriesWhatWouldMakeTheRowsUsable() {
    needs("{\"prompt\": \"p\", \"outputs\": [{\"text\": \"t\"}]}", null, Need.GRADER);
    needs("{\"prompt\": \"p\", \"outputs\": [{\"text\": \"t\"}]}", AnswerGrader.NUMBER, Need.REFERENCE_COLUMN);
    needs("{\"question\": \"p\"}", null);
  }

  private void needs(String line, AnswerGrader grader, Need... needs) {
    assertThatThrownBy(() -> read("r.jsonl", line, grader)).isInstanceOfSatisfying(MalformedTableException.class,
        e -> assertThat(e.needs()).containsExactly(needs));
  }

  private void refused(String line, AnswerGrader grader, String why) {
    assertThatThrownBy(() -> read("r.jsonl", line, grader)).isInstanceOf(BadDataException.class)
        .hasMessageContaining(why).message().doesNotContain("\n");
  }

  private static String filtered(int doc, String target, String text, double score) {
    return """
        {"doc_id": %d, "doc": {"question": "q%d"}, "target": "work\\n#### %s", "arguments": {"gen_args_0": {"arg_0": "Question: q%d\\nAnswer:", "arg_1": {"until": ["Question:"]}}}, "resps": [["%s"]], "filtered_resps": ["x"], "exact_match": %s}
        """
        .formatted(doc, doc, target, doc, text, score);
  }

  /// Logs before 0.4.6 hold every document once for each filter and do not say which (lm-evaluation-harness#2517).
  @Test
  void aDocumentThatStandsTwiceIsOneRollout() throws IOException {
    String same = filtered(0, "5", " So it is 5.", 1) + filtered(1, "6", " It is 7.", 0);
    assertThat(read("same.jsonl", same + same, null).completions()).extracting(Graded::reward).containsExactly(1.0,
        0.0);
    assertThat(read("same.jsonl", same + same, null).left().orElseThrow()).contains("2 lines");
    assertThat(read("once.jsonl", same, null).left()).isEmpty();
    String other = filtered(0, "5", " So it is 5.", 0) + filtered(1, "6", " It is 7.", 0);
    assertThatThrownBy(() -> read("contradiction.jsonl", same + other, null))
        .isInstanceOfSatisfying(MalformedTableException.class,
            refused -> assertThat(refused.needs()).containsExactly(Need.GRADER));
    assertThat(read("graded.jsonl", same + other, AnswerGrader.NUMBER).completions()).extracting(Graded::reward)
        .containsExactly(1.0, 0.0);
  }

  @Test
  void aResponseEndsWhereTheHarnessEndsIt() throws IOException {
    String runOn = filtered(0, "18", " It is 18.\\n#### 18\\n\\nQuestion: Bo has 3\\nAnswer: 3", 1);
    assertThat(read("runon.jsonl", runOn, AnswerGrader.NUMBER).completions()).singleElement().satisfies(graded -> {
      assertThat(graded.text()).isEqualTo(" It is 18.\n#### 18\n\n");
      assertThat(graded.reward()).isEqualTo(1);
    });
  }

  /// Whatever program wrote them, and whatever ids it gave: one prompt and completion with one reference has one score.
  @Test
  void oneCompletionHasOneScoreInEveryFormat() throws IOException {
    for (String line : List.of("{\"prompt\": \"a=\", \"outputs\": [{\"text\": \"1\"}], \"reward\": %2$d}",
        "{\"id\": %1$d, \"prompt\": \"a=\", \"outputs\": [{\"text\": \"1\"}], \"reward\": %2$d}",
        "{\"prompt\": \"a=\", \"choices\": [{\"text\": \"1\", \"score\": %2$d}]}",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a=\"}], \"choices\": [{\"message\": {\"content\": \"1\"}}], \"score\": %2$d}",
        "{\"doc_id\": %1$d, \"doc\": {}, \"arguments\": [[\"a=\", {}]], \"resps\": [[\"1\"]], \"acc\": %2$d}")) {
      String one = line.formatted(0, 1) + "\n";
      assertThatThrownBy(() -> read("two.jsonl", one + line.formatted(7, 0), null)).as(line)
          .isInstanceOfSatisfying(MalformedTableException.class,
              refused -> assertThat(refused.needs()).containsExactly(Need.GRADER));
      read("same.jsonl", one + line.formatted(7, 1), null); // may be said twice
    }
  }

  private static String choice(String target, int likeliest, String score, String... given) {
    StringBuilder arguments = new StringBuilder();
    StringBuilder likelihoods = new StringBuilder();
    for (int i = 0; i < given.length; i++) {
      arguments.append(i == 0 ? "" : ", ").append("[\"Q\", \"" + given[i] + "\"]");
      likelihoods.append(i == 0 ? "" : ", ").append("[[" + (i == likeliest ? -1 : -3) + ", false]]");
    }
    return "{\"doc_id\": 0, \"doc\": {}, \"target\": \"%s\", \"arguments\": [%s], \"resps\": [%s], %s}\n".formatted(
        target,
        arguments, likelihoods, score);
  }

  /// The score says whether the likeliest answer is the target, named by its place or its text.
  @Test
  void aScoreThatItsOwnLikelihoodsContradictIsRefused() throws IOException {
    for (String target : List.of("0", "blue")) {
      for (int likeliest : new int[]{0, 1}) {
        String right = choice(target, likeliest, "\"acc\": " + (1 - likeliest), " blue", " red");
        assertThat(read("right.jsonl", right, null).completions()).hasSize(1);
        String wrong = choice(target, likeliest, "\"acc\": " + likeliest, " blue", " red");
        assertThatThrownBy(() -> read("wrong.jsonl", wrong, null)).isInstanceOf(MalformedTableException.class);
        assertThat(read("again.jsonl", wrong, AnswerGrader.EXACT).completions()).as("a grader does not ask the score")
            .hasSize(1);
      }
    }
  }

  /// Given answers that are numbers: a target may be a place or a text, and the accuracy tells which, or nothing does.
  @Test
  void aTargetIsAPlaceOrATextAndNeverGuessed() throws IOException {
    assertThat(answer(choice("1", 0, "\"acc\": 1", " 1", " 2", " 0"))).isEqualTo("1");
    assertThat(answer(choice("1", 0, "\"acc\": 0", " 1", " 2", " 0"))).isEqualTo("2");
    assertThat(answer(choice("1", 1, "\"acc\": 1", " 1", " 2", " 0"))).isEqualTo("2");
    assertThat(answer(choice("1", 0, "\"x\": 0", " 0", " 1", " 2"))).as("place and text are one").isEqualTo("1");
    for (String unknown : List.of(choice("1", 2, "\"acc\": 0", " 1", " 2", " 0"),
        choice("1", 0, "\"x\": 0", " 1", " 2", " 0"))) {
      assertThatThrownBy(() -> answer(unknown)).isInstanceOf(MalformedTableException.class);
    }
  }

  private String answer(String line) throws IOException {
    return read("choice.jsonl", line, AnswerGrader.EXACT).completions().getFirst().problem().answer();
  }

  /// Logs of subtasks one behind another count their documents anew; one document has one prompt.
  @Test
  void aDocumentIsToldByWhatItIs() throws IOException {
    String line = "{\"doc_id\": 0, \"doc\": {\"q\": \"%s\"}, \"arguments\": [[\"%s\", {}]], \"resps\": [[\"%s\"]], \"acc\": 1}\n";
    ForeignRollouts two = read("two.jsonl", line.formatted("a", "a=", "1") + line.formatted("b", "b=", "2"), null);
    assertThat(two.completions()).extracting(graded -> graded.problem().id()).hasSize(2).doesNotHaveDuplicates();
    assertThat(two.skipped()).isEmpty();
    ForeignRollouts same = read("same.jsonl", line.formatted("a", "a=", "1") + line.formatted("a", "c=", "2"), null);
    assertThat(same.completions()).hasSize(1);
    assertThat(same.skipped()).isPresent();
  }

  @Test
  void aPromptMayBeTokenIds() throws IOException {
    for (String prompt : List.of("\"prompt\": null, \"prompt_token_ids\": [5, 6]", "\"prompt_token_ids\": [5, 6]",
        "\"prompt\": [5, 6]")) {
      ForeignRollouts with = read("ids.jsonl",
          "{" + prompt + ", \"outputs\": [{\"text\": \"t\", \"token_ids\": [7]}], \"score\": 1}", null);
      assertThat(with.completions()).as(prompt).singleElement().satisfies(graded -> {
        assertThat(graded.asked()).isInstanceOf(ForeignRollouts.Asked.Ids.class);
        assertThat(graded.tokens().orElseThrow().tokens()).containsExactly(5, 6, 7);
      });
      assertThat(read("text.jsonl", "{" + prompt + ", \"choices\": [{\"text\": \"t\"}], \"score\": 1}", null)
          .completions().getFirst().tokens().orElseThrow().tokens()).containsExactly(5, 6);
    }
  }

  @Test
  void chatsAndTextsAreNotMixed() {
    String chat = "{\"messages\": [{\"role\": \"user\", \"content\": \"1+1?\"}], \"choices\": [{\"message\": {\"content\": \"2\"}}], \"score\": 1}\n";
    assertThatThrownBy(
        () -> read("mix.jsonl", chat + "{\"prompt\": \"p\", \"choices\": [{\"text\": \"t\"}], \"score\": 1}\n",
            null))
        .isInstanceOf(BadDataException.class);
  }

  @Test
  void ofLikelihoodsTheLikeliestAnswerIsTheCompletion() throws IOException {
    String line = """
        {"doc_id": 3, "doc": {}, "target": "1", "arguments": {"gen_args_0": {"arg_0": "Q\\nAnswer:", "arg_1": " no"}, "gen_args_1": {"arg_0": "Q\\nAnswer:", "arg_1": " yes"}}, "resps": [[[-Infinity, false]], [[-0.5, true]]], "filtered_resps": [[-4.0, false], [-0.5, true]], "acc": 1.0, "brier": NaN}
        """;
    assertThat(read("acc.jsonl", line, null).completions()).singleElement().satisfies(graded -> {
      assertThat(graded.text()).isEqualTo(" yes");
      assertThat(graded.problem().answer()).isEqualTo("yes");
      assertThat(graded.reward()).isEqualTo(1);
    });
  }

  @Test
  void chatsKeepTheirMessagesAndEachChoiceItsOwnScore() throws IOException {
    String line = """
        {"id": "c1", "messages": [{"role": "system", "content": "brief"}, {"role": "user", "content": "1+1?"}], "choices": [{"index": 0, "message": {"role": "assistant", "content": "2"}, "finish_reason": "stop", "score": 1}, {"index": 1, "message": {"role": "assistant", "content": "3"}, "finish_reason": "length", "score": 0}], "score": 1}
        """;
    ForeignRollouts made = read("chat.jsonl", line, null);
    assertThat(made.source().layout()).isEqualTo("openai-chat-completions");
    assertThat(made.completions()).extracting(Graded::reward).containsExactly(1.0, 0.0);
    assertThat(made.completions().getFirst().messages()).extracting(ForeignRollouts.Message::role)
        .containsExactly("system", "user");
  }

  @Test
  void tokensThatAFileCarriesAreKept() throws IOException {
    String line = """
        {"prompt": "1+1=", "prompt_token_ids": [1, 15, 10, 15, 25], "outputs": [{"text": "2", "token_ids": [16, 2], "reward": 1}]}
        """;
    assertThat(read("ids.jsonl", line, null).completions()).singleElement().satisfies(graded -> {
      assertThat(graded.tokens().orElseThrow().tokens()).containsExactly(1, 15, 10, 15, 25, 16, 2);
      assertThat(graded.tokens().orElseThrow().promptLength()).isEqualTo(5);
    });
    refused(line.replace("[16, 2]", "[16, -2]"), null, "token id");
  }

  /// With the filter's name and without it, in two lines and in one.
  @Test
  void whatSaysTwoThingsOfOneCompletionIsRefused() throws IOException {
    String right = filtered(0, "5", " So it is 5.", 1).replace("\"exact_match\"",
        "\"filter\": \"none\", \"exact_match\"");
    assertThat(read("twice.jsonl", right + right, null).completions()).hasSize(1);
    for (String lines : new String[]{right + right.replace("\"exact_match\": 1.0", "\"exact_match\": 0.0"),
        right.replace("\"exact_match\"", "\"acc\": 0.0, \"exact_match\""),
        "{\"prompt\": \"p\", \"reward\": 1, \"score\": 0, \"outputs\": [{\"text\": \"5\"}], \"answer\": \"5\"}"}) {
      assertThatThrownBy(() -> read("two.jsonl", lines, null)).as(lines)
          .isInstanceOfSatisfying(MalformedTableException.class,
              e -> assertThat(e.needs()).containsExactly(Need.GRADER));
      assertThat(read("two.jsonl", lines, AnswerGrader.NUMBER).completions()).extracting(Graded::reward)
          .containsExactly(1.0);
    }
  }

  private static String likelihoods(String contexts, String likelihoods, int target) {
    String[] context = contexts.split(",", -1);
    String[] likelihood = likelihoods.split(",", -1);
    StringBuilder arguments = new StringBuilder();
    StringBuilder responses = new StringBuilder();
    for (int i = 0; i < likelihood.length; i++) {
      String comma = i == 0 ? "" : ", ";
      arguments.append(comma)
          .append("\"gen_args_%d\": {\"arg_0\": \"%s\", \"arg_1\": \" is big.\"}".formatted(i, context[i]));
      responses.append(comma).append("[[\"%s\", \"False\"]]".formatted(likelihood[i]));
    }
    return "{\"doc_id\": 0, \"doc\": {}, \"target\": \"%d\", \"arguments\": {%s}, \"resps\": [%s], \"metrics\": [\"perplexity\", \"acc\"], \"perplexity\": -5.2, \"acc\": 1.0}"
        .formatted(target, arguments, responses);
  }

  /// As winogrande asks: the answer is the same and what it stands behind is not.
  @Test
  void theLikeliestAnswerStandsBehindItsOwnPrompt() throws IOException {
    assertThat(read("wino.jsonl", likelihoods("the cup,the box", "-9.0,-3.0", 1), null).completions()).singleElement()
        .satisfies(graded -> {
          assertThat(graded.problem().prompt()).isEqualTo("the box");
          assertThat(graded.text()).isEqualTo(" is big.");
          assertThat(graded.reward()).isEqualTo(1);
        });
    refused(likelihoods("the cup,the box", "-9.0,-3.0", 1), AnswerGrader.EXACT, "different prompts");
  }

  /// As lambada asks: the only given answer is the right one, whatever the model would say.
  @Test
  void oneLikelihoodIsNoCompletion() {
    refused(likelihoods("the cup", "-9.0", 0), null, "one given answer");
    refused(likelihoods("the cup", "-9.0", 0), AnswerGrader.EXACT, "one given answer");
  }

  @Test
  void onlyReasonsThatTellAreEndings() throws IOException {
    Map<String, Optional<Boolean>> reasons = Map.of("\"stop\"", Optional.of(true), "\"eos_token\"", Optional.of(true),
        "\"length\"", Optional.of(false), "\"content_filter\"", Optional.empty(), "\"tool_calls\"", Optional.empty(),
        "\"abort\"", Optional.empty(), "null", Optional.empty());
    for (Map.Entry<String, Optional<Boolean>> reason : reasons.entrySet()) {
      assertThat(read("reasons.jsonl",
          "{\"prompt\": \"p\", \"outputs\": [{\"text\": \"t\", \"finish_reason\": %s}], \"score\": 1}"
              .formatted(reason.getKey()),
          null).completions()).as(reason.getKey())
          .extracting(Graded::finished).containsExactly(reason.getValue());
    }
  }

  @Test
  void aTargetThatNobodyComparesWithHarmsNoRow() throws IOException {
    String line = filtered(0, "5", " So it is 5.", 1).replace("\"work\\n#### 5\"", "[\"5\", \"five\"]");
    assertThat(line).contains("[\"5\", \"five\"]");
    assertThat(read("list.jsonl", line, null).completions()).extracting(Graded::reward).containsExactly(1.0);
    refused(line, AnswerGrader.NUMBER, "'target' must be text or a number");
  }

  /// A list of messages under either name, its texts in parts, or as the harness writes what it sent to a server.
  @Test
  void chatsInEveryShape() throws IOException {
    String messages = "[{\"role\": \"user\", \"content\": \"1+1?\"}]";
    String parts = "[{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"1+\"}, {\"type\": \"text\", \"text\": \"1?\"}]}]";
    String quoted = "\"" + messages.replace("\"", "\\\"") + "\"";
    String choices = "\"choices\": [{\"message\": {\"role\": \"assistant\", \"content\": \"2\"}}], \"score\": 1}";
    String harness = "{\"doc_id\": 0, \"arguments\": {\"gen_args_0\": {\"arg_0\": %s, \"arg_1\": {}}}, \"resps\": [[\"2\"]], \"acc\": 1}";
    for (String line : new String[]{"{\"messages\": " + messages + ", " + choices,
        "{\"messages\": " + parts + ", " + choices,
        "{\"prompt\": " + messages + ", " + choices, harness.formatted("[" + quoted + "]"),
        harness.formatted(quoted)}) {
      assertThat(read("chats.jsonl", line, null).completions()).as(line).singleElement().satisfies(graded -> {
        assertThat(graded.messages()).containsExactly(new ForeignRollouts.Message("user", "1+1?"));
        assertThat(graded.text()).isEqualTo("2");
      });
    }
    assertThat(read("text.jsonl", harness.formatted("\"[{1, 2}, {3}] has how many sets?\""), null).completions())
        .singleElement().satisfies(graded -> assertThat(graded.messages()).as("a text that begins like one").isEmpty());
  }

  @Test
  void aThoughtApartIsKept() throws IOException {
    String line = "{\"messages\": [{\"role\": \"user\", \"content\": \"1+1?\"}], \"choices\": [{\"message\": {\"content\": %s, \"%s\": \"1 and 1\"}, \"finish_reason\": \"stop\"}], \"score\": 1}";
    for (String name : new String[]{"reasoning_content", "reasoning"}) {
      assertThat(read("thought.jsonl", line.formatted("\"2\"", name), null).completions()).singleElement()
          .satisfies(graded -> assertThat(graded.thought()).contains("1 and 1"));
      assertThat(read("cut.jsonl", line.formatted("null", name), null).completions()).as("cut off in it").hasSize(1);
    }
  }

  /// As vLLM's server gives them with `return_token_ids`.
  @Test
  void tokensOfChoicesAreKept() throws IOException {
    String line = """
        {"prompt": "1+1=", "choices": [{"text": "2", "prompt_token_ids": [1, 15], "token_ids": [16], "reward": 1}]}
        """;
    for (String written : new String[]{line, line.replace("\"prompt_token_ids\": [1, 15], ", "").replace("\"choices\"",
        "\"prompt_token_ids\": [1, 15], \"choices\"")}) {
      assertThat(read("ids.jsonl", written, null).completions()).singleElement()
          .satisfies(graded -> assertThat(graded.tokens().orElseThrow().tokens()).containsExactly(1, 15, 16));
    }
  }
}
