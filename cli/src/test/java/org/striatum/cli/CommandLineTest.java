package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.GOLDEN;
import static org.striatum.cli.Session.REASONER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.Screen;
import org.striatum.cli.console.ScreenText;
import org.striatum.probe.run.Sha256;

/// Every command on the bundled checkpoint, small, and what a second run of it must leave alone.
class CommandLineTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  /// Of terminals; with all tests more of them.
  private static final int[] WIDTHS = Boolean.getBoolean("striatum.tests.every")
      ? new int[]{40, 60, 80, 100, 200}
      : new int[]{40, 100};

  @TempDir
  private static Path temporary;
  private static Path run;
  private static Map<String, Session> sessions;

  @BeforeAll
  static void runEveryCommand() {
    run = temporary.resolve("run");
    sessions = everyCommand(run);
  }

  private static Map<String, Session> everyCommand(Path run) {
    Map<String, Session> sessions = new LinkedHashMap<>();
    commands(run).forEach((name, words) -> sessions.put(name, Session.of(words.toArray())));
    return sessions;
  }

  private static Map<String, List<Object>> commands(Path run) {
    Map<String, List<Object>> commands = new LinkedHashMap<>();
    commands.put("rollouts", List.of("rollouts", REASONER, "--tasks", "add,mul", "--limit", 40, "--max-new-tokens", 110,
        "--output", run));
    commands.put("capture", List.of("capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks",
        "blocks.2.hook_resid_post"));
    commands.put("probe", Stream.<List<?>>of(List.of("probe", run), Session.SMALL_PROBE,
        List.of("--epochs", 2, "--permutations", 3)).<Object>flatMap(List::stream).toList());
    commands.put("dopamine", List.of("dopamine", run, "-k", 2, "--rollouts", 20, "--permutations", 49));
    commands.put("ablate", List.of("ablate", run, "--controls", 19, "--logprob-controls", 19, "--attempts", 12,
        "--solutions", 8));
    commands.put("compare", List.of("compare", run));
    commands.put("confidence", List.of("confidence", run));
    commands.put("search", List.of("search", run, "-k", 2, "--problems", 4));
    commands.put("report", List.of("report", run));
    return commands;
  }

  /// Nothing is wider than the terminal, and nothing is lost: every cell and every line of what a file would get is there.
  @Test
  void everyOutputFitsTheTerminal() {
    List<List<Object>> commands = new ArrayList<>(commands(run).values());
    commands.addAll(List.of(List.of("show", run), List.of("show", run, "probe"), List.of("verify", run, "--checksums"),
        List.of("tasks"), List.of("nta"), List.of("inspect", REASONER), List.of("capture", REASONER, "--list"),
        List.of("lens", REASONER, "--text", "13+14"), List.of("grade", run, "--show", 3)));
    for (List<Object> command : commands) {
      List<String> cells = Session.on(Screen.PLAIN, command.toArray()).out().lines()
          .flatMap(line -> Stream.of(line.split(" {2,}"))).map(cell -> unspaced(command, cell)).toList();
      for (int columns : WIDTHS) {
        Session session = Session.on(new Screen(columns, false), command.toArray());
        assertThat(session.code()).as(command + session.err()).isZero();
        assertThat((session.out() + session.err()).lines()).as(command.toString())
            .allSatisfy(line -> assertThat(ScreenText.width(line)).as(line).isLessThanOrEqualTo(columns));
        String kept = unspaced(command, session.out());
        assertThat(cells).as(command.toString()).allSatisfy(cell -> assertThat(kept).contains(cell));
      }
    }
  }

  /// Without spaces; of `inspect` without figures and their signs: it measures time and memory anew each time.
  private static String unspaced(List<Object> command, String text) {
    return text.replaceAll(command.getFirst().equals("inspect") ? "[\\s\\d+-]" : "\\s", "");
  }

  @Test
  void everyCommandSucceeds() {
    sessions.forEach((command, session) -> assertThat(session.code()).as(command + ": " + session.err()).isZero());
    assertThat(sessions.get("rollouts").out()).containsPattern("add +40 rollouts +accuracy 0\\.\\d{3}")
        .containsPattern("mul +40 rollouts");
    assertThat(sessions.get("capture").out()).contains("80 rollouts, ");
    assertThat(sessions.get("probe").out()).contains("AUROC of V(s₀)");
    assertThat(sessions.get("ablate").out()).contains("Verdict: ");
    assertThat(sessions.get("dopamine").out()).contains("nothing is known about dopamine neurons");
    assertThat(sessions.get("compare").out()).contains("between the tasks of tiny-reasoner-step2000");
    assertThat(sessions.get("confidence").out()).contains("V(s₀) costs no token");
    assertThat(sessions.get("search").out()).contains("search by value beats random choice: ");
    assertThat(sessions.get("report").out()).contains("report.html");
  }

  @Test
  void theRunFolderHoldsWhatItShould() throws Exception {
    assertThat(Session.files(run)).contains("manifest.json", "rollouts.jsonl", "activations/index.json",
        "activations/shard-00000.safetensors", "results/probe.json", "results/ablate/value@1%+dopamine@1%.json",
        "report.html").noneMatch(name -> name.endsWith(".tmp"));
    assertThat(Files.readAllLines(run.resolve("rollouts.jsonl"))).hasSize(80);
    assertThat(Files.readString(run.resolve("report.html"))).contains("tiny-reasoner-step2000").contains("</html>");
    JsonNode manifest = JSON.readTree(Files.readAllBytes(run.resolve("manifest.json")));
    assertThat(manifest.path("steps").findValuesAsText("name")).containsExactly("rollouts", "capture", "probe", "about",
        "continuations", "dopamine", "ablate/value@1%+dopamine@1%", "compare", "confidence", "search");
  }

  @Test
  void aSecondRunKeepsFinishedWorkAndPrintsTheSame() throws Exception {
    Map<String, byte[]> before = bytes(run);
    Map<String, Session> again = everyCommand(run);
    again.forEach((command, session) -> {
      assertThat(session.code()).as(command).isZero();
      assertThat(session.out()).as(command).isEqualTo(sessions.get(command).out());
      if (!command.equals("report")) {
        assertThat(session.err()).as(command).contains("finished before, kept");
        assertThat(sessions.get(command).err()).as(command).doesNotContain("kept");
      }
    });
    assertThat(bytes(run)).containsExactlyInAnyOrderEntriesOf(before);
  }

  @Test
  @Tag("slow")
  void theSameSeedGivesTheSameBytesInAnotherFolder() throws Exception {
    Path other = temporary.resolve("other");
    everyCommand(other).forEach((command, session) -> assertThat(session.code()).as(session.err()).isZero());
    List<String> compared = new ArrayList<>(List.of("manifest.json", "rollouts.jsonl", "activations/index.json",
        "activations/shard-00000.safetensors", "report.html"));
    Session.files(run).stream().filter(name -> name.startsWith("results/")).forEach(compared::add);
    assertThat(compared).hasSizeGreaterThanOrEqualTo(7);
    for (String name : compared) {
      assertThat(other.resolve(name)).as(name).hasSameBinaryContentAs(run.resolve(name));
    }
  }

  @Test
  void batchSizeChangesNothing() {
    Path one = temporary.resolve("one-by-one");
    Session session = Session.of("rollouts", REASONER, "--tasks", "add,mul", "--limit", 40, "--max-new-tokens", 110,
        "--batch-size", 1, "--output", one);
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(one.resolve("rollouts.jsonl")).hasSameBinaryContentAs(run.resolve("rollouts.jsonl"));
    assertThat(one.resolve("manifest.json")).exists();
  }

  @Test
  void anotherSeedIsRefused() throws Exception {
    Map<String, byte[]> before = bytes(run);
    Session session = Session.of("rollouts", REASONER, "--tasks", "add,mul", "--limit", 40, "--max-new-tokens", 110,
        "--seed", 2, "--output", run);
    assertThat(session.code()).isEqualTo(2);
    assertThat(session.errorLines()).singleElement().asString().startsWith("striatum: ")
        .contains("seed is 1 there and 2 here").contains("choose another folder");
    assertThat(session.out()).isEmpty();
    assertThat(bytes(run)).containsExactlyInAnyOrderEntriesOf(before);
  }

  /// Neither a named result nor what others stand on is replaced by accident.
  @Test
  void otherSettingsAreRefusedWhereWorkWouldBeLost() throws Exception {
    Map<String, byte[]> before = bytes(run);
    Session ablate = Session.of("ablate", run, "--controls", 19, "--logprob-controls", 19, "--attempts", 12,
        "--solutions", 8, "--kind", "mean");
    assertThat(ablate.code()).isEqualTo(2);
    assertThat(ablate.errorLines()).singleElement().asString().contains("'ablate/value@1%+dopamine@1%' is finished",
        "kinds", "--name", "striatum forget RUN ablate/value@1%+dopamine@1%");
    Session probe = Session.probe(run, "--epochs", 3, "--permutations", 3);
    assertThat(probe.code()).isEqualTo(2);
    assertThat(probe.errorLines()).singleElement().asString().contains("'probe' is finished", "maxEpochs is 2",
        "continuations, dopamine, ablate/value@1%+dopamine@1%, compare, confidence, search depend on it",
        "striatum forget RUN probe");
    assertThat(bytes(run)).containsExactlyInAnyOrderEntriesOf(before);
  }

  @Test
  void aSetIsAblatedOnTheTaskThatIsNamed() throws Exception {
    Path copy = Session.copy(run, temporary.resolve("on-task"));
    Object[] few = {"--controls", 19, "--logprob-controls", 19, "--attempts", 12, "--solutions", 8, "--doses", 1,
        "--json", "--task"};
    List<Object> command = new ArrayList<>(List.of("ablate", copy, "--set", "value@1%", "--name", "there"));
    command.addAll(List.of(few));
    command.add("mul");
    Session ablated = Session.of(command.toArray());
    assertThat(ablated.code()).as(ablated.err()).isZero();
    JsonNode found = JSON.readTree(ablated.out());
    assertThat(found.path("interventions").findValuesAsText("dataset")).isNotEmpty().containsOnly("mul");
    command.set(command.size() - 1, "mull");
    Session refused = Session.of(command.toArray());
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("it has [add, mul]");
  }

  @Test
  void whatIsForgottenIsGoneWithEverythingThatStoodOnIt() throws Exception {
    Path copy = Session.copy(run, temporary.resolve("forgetful"));
    Session forget = Session.of("forget", copy, "dopamine", "--json");
    assertThat(forget.code()).as(forget.err()).isZero();
    assertThat(JSON.readTree(forget.out()).path("removed").valueStream().map(JsonNode::textValue))
        .startsWith("dopamine").contains("ablate/value@1%+dopamine@1%");
    assertThat(Session.files(copy)).contains("results/probe.json", "continuations.jsonl")
        .doesNotContain("results/dopamine.json", "results/ablate/value@1%+dopamine@1%.json");
    assertThat(Session.of("verify", copy, "--checksums").code()).isZero();
    assertThat(Session.of("forget", copy, "rollouts").code()).isEqualTo(2);
    Session again = Session.of("dopamine", copy, "-k", 2, "--rollouts", 20, "--permutations", 29);
    assertThat(again.code()).as(again.err()).isZero();
  }

  /// A study added later is in the answers at once, in `show` and the report alike.
  @Test
  void answersAreOfWhatTheRunHoldsNow() throws Exception {
    String shown = Session.of("show", run).out();
    assertThat(shown).contains("Answers, tiny-reasoner-step2000");
    assertThat(Files.readString(run.resolve("report.html"))).contains("value@1%");
  }

  @Test
  void aChangedFigureIsNotPublished() throws Exception {
    Path copy = Session.copy(run, temporary.resolve("forged"));
    Path results = copy.resolve("results/probe.json");
    Files.writeString(results, Files.readString(results).replaceFirst("\"value\" ?: ?0\\.[0-9]+", "\"value\": 0.123"));
    for (Session session : List.of(Session.of("report", copy), Session.of("confidence", copy, "--seed", 4))) {
      assertThat(session.code()).isEqualTo(4);
      assertThat(session.errorLines()).singleElement().asString().contains("probe.json is not what 'probe' wrote");
    }
    assertThat(Session.of("show", copy).out()).contains("CHANGED", "No answers: ");
    assertThat(Session.of("show", copy, "probe").out()).contains("CHANGED");
    Path other = Session.copy(run, temporary.resolve("told-otherwise"));
    Path settings = other.resolve("results/search.settings.json");
    Files.writeString(settings, Files.readString(settings) + " ");
    assertThat(Session.of("report", other).errorLines()).singleElement().asString()
        .contains("search.settings.json is not what 'search' wrote");
  }

  /// [Session] holds what each prints against its schema.
  @Test
  void jsonOfEveryCommandFitsItsSchema() {
    List<List<Object>> commands = List.of(
        List.of("dopamine", run, "-k", 2, "--rollouts", 20, "--permutations", 49), List.of("compare", run),
        List.of("confidence", run), List.of("search", run, "-k", 2, "--problems", 4), List.of("show", run),
        List.of("verify", run, "--checksums"), List.of("tasks"), List.of("nta"), List.of("report", run),
        List.of("attention", REASONER, "--text", "3+4=", "--layers", "0,2", "-o",
            temporary.resolve("attention.safetensors")));
    for (List<Object> command : commands) {
      Session session = Session.of(Stream.concat(command.stream(), Stream.of("--json")).toArray());
      assertThat(session.code()).as(command + ": " + session.err()).isZero();
      assertThat(session.out()).as(command.toString())
          .startsWith(command.contains("verify") || command.contains("tasks")
              ? "["
              : "{");
    }
  }

  @Test
  void jsonIsWhatTheFilesHold() throws Exception {
    JsonNode accuracies = JSON.readTree(Session.of("rollouts", REASONER, "--tasks", "add,mul", "--limit", 40,
        "--max-new-tokens", 110, "--output", run, "--json").out());
    assertThat(accuracies.path("datasets").get(1).path("rollouts").intValue()).isEqualTo(40);
    assertThat(accuracies.path("datasets").get(0).path("accuracy").doubleValue()).isBetween(0.0, 1.0);
    Session capture = Session.of("capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks",
        "blocks.2.hook_resid_post", "--json");
    assertThat(JSON.readTree(capture.out()).path("rollouts").intValue()).isEqualTo(80);
    assertThat(Session.probe(run, "--epochs", 2, "--permutations", 3, "--json").out())
        .isEqualTo(Files.readString(run.resolve("results/probe.json")));
    assertThat(Session
        .of("ablate", run, "--controls", 19, "--logprob-controls", 19, "--attempts", 12, "--solutions", 8, "--json")
        .out())
        .isEqualTo(Files.readString(run.resolve("results/ablate/value@1%+dopamine@1%.json")));
  }

  @Test
  void inspectSaysWhatTheCheckpointIs() throws Exception {
    Session session = Session.of("inspect", REASONER);
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.out()).contains("qwen2").contains("hook_resid_post").contains("bit-identical")
        .contains("s from opening, 8 tokens", "tokens/s", "finite states: passed", "head: passed", "block sums: passed",
            "padding: passed", "identity gates: passed");
    // No tokenizer there.
    JsonNode facts = JSON.readTree(Session.of("inspect", GOLDEN.resolve("checkpoints/qwen2"), "--json").out());
    assertThat(facts.path("layers").intValue()).isEqualTo(3);
    assertThat(facts.path("width").intValue()).isEqualTo(48);
    assertThat(facts.path("vocabulary").intValue()).isEqualTo(199);
    assertThat(facts.path("tokens").textValue()).contains("no tokenizer.json");
    assertThat(facts.path("first hidden state").path("seconds").doubleValue()).isPositive();
    assertThat(facts.path("first hidden state").path("tokens").intValue()).isEqualTo(8);
    assertThat(facts.path("capture").path("tokensPerSecond").doubleValue()).isPositive();
    assertThat(facts.path("capture").path("bytesPerToken").intValue()).isEqualTo(3 * 48 * 4);
    assertThat(facts.path("parity gate")).hasSize(5).allSatisfy(check -> {
      assertThat(check.path("outcome").textValue()).isEqualTo("passed");
      assertThat(check.path("error").doubleValue()).isLessThanOrEqualTo(check.path("tolerance").doubleValue());
    });
  }

  @Test
  void inspectSaysWhereSpecialTokensAndTheChatTemplateComeFrom(@TempDir Path folder) throws Exception {
    for (String file : List.of("config.json", "generation_config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(REASONER.resolve(file), folder.resolve(file));
    }
    Files.writeString(folder.resolve("tokenizer_config.json"), """
        {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "add_bos_token": false,
         "chat_template": "overruled"}""");
    Files.writeString(folder.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.content.split('</think>')[-1] }}</s>{% endfor %}<think>{{ strftime_now('%Y') }}");
    JsonNode tokens = JSON.readTree(Session.of("inspect", folder, "--json").out()).path("tokens");
    JsonNode around = tokens.path("special tokens");
    assertThat(around.path("before").isArray() && around.path("before").isEmpty()).isTrue();
    assertThat(around.path("by").path("file").textValue()).isEqualTo("tokenizer_config.json");
    assertThat(around.path("by").path("field").textValue()).isEqualTo("add_bos_token");
    assertThat(tokens.path("remarks").textValue()).contains("<s> (1)");
    assertThat(tokens.path("end of sequence").path("ids")).singleElement().extracting(JsonNode::intValue).isEqualTo(2);
    assertThat(tokens.path("end of sequence").path("file").textValue()).isEqualTo("generation_config.json");
    assertThat(tokens.path("chat template").textValue()).contains("'default'", "chat_template.jinja").contains(
        Sha256.of(folder.resolve("chat_template.jinja")).hex());
    assertThat(tokens.path("overruled chat templates").textValue()).contains("tokenizer_config.json");
    assertThat(tokens.path("end of turn").path("token").path("id").intValue()).isEqualTo(2);
    assertThat(tokens.path("end of turn").path("token").path("content").textValue()).isEqualTo("</s>");
    assertThat(tokens.path("thinking").textValue()).contains("<think>", "</think>");
    assertThat(tokens.path("date").isTextual()).isTrue();
    assertThat(tokens.has("the template refuses a question")).isFalse();
    for (String refusing : List.of("{{ raise_exception('no') }}",
        "{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}")) {
      Files.writeString(folder.resolve("chat_template.jinja"), refusing);
      assertThat(JSON.readTree(Session.of("inspect", folder, "--json").out()).path("tokens")
          .path("the template refuses a question").isTextual()).as(refusing).isTrue();
    }
    Files.writeString(folder.resolve("chat_template.jinja"), "{% frobnicate %}");
    Session refused = Session.of("inspect", folder);
    assertThat(refused.code()).isZero();
    assertThat(refused.out()).contains("chat template: refused").contains("frobnicate");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "private memory is read from /proc")
  void inspectMeasuresPrivateMemory() throws Exception {
    JsonNode memory = JSON.readTree(Session.of("inspect", REASONER, "--json").out()).path("first hidden state")
        .path("privateMemory");
    assertThat(memory.path("bytes").isIntegralNumber()).isTrue();
    assertThat(memory.path("peakBytes").longValue()).isGreaterThanOrEqualTo(memory.path("bytes").longValue());
  }

  @Test
  void parityIsWithinToleranceOrItsExitCodeSaysSo() throws Exception {
    Path expected = GOLDEN.resolve("checkpoints/qwen2/expected.safetensors");
    Session within = Session.of("parity", GOLDEN.resolve("checkpoints/qwen2"), "--expected", expected);
    assertThat(within.code()).as(within.err() + within.out()).isZero();
    assertThat(within.out()).contains("parity: every tensor within 0.001").doesNotContain("FAIL");
    assertThat(within.err()).isEmpty();

    Session beyond = Session.of("parity", GOLDEN.resolve("checkpoints/qwen2"), "--expected", expected, "--tolerance",
        "1e-9",
        "--json");
    assertThat(beyond.code()).isEqualTo(3);
    JsonNode result = JSON.readTree(beyond.out());
    assertThat(result.path("within").booleanValue()).isFalse();
    assertThat(result.path("tolerance").doubleValue()).isEqualTo(1e-9);
    assertThat(result.path("tensors")).isNotEmpty().allSatisfy(tensor -> {
      assertThat(tensor.path("tensor").isTextual()).isTrue();
      assertThat(tensor.path("relativeError").isNumber()).isTrue();
      assertThat(tensor.path("within").booleanValue())
          .isEqualTo(tensor.path("relativeError").doubleValue() <= (tensor.path("tensor").textValue()
              .startsWith("greedy") ? 0 : 1e-9));
    });
  }

  @Test
  void parityThroughTheTokenizer() {
    Session session = Session.of("parity", REASONER, "--expected",
        GOLDEN.resolve("tiny-reasoner-step2000/expected.safetensors"));
    assertThat(session.code()).as(session.err() + session.out()).isZero();
    assertThat(session.out()).contains("equal through the tokenizer");
  }

  @Test
  void helpShowsAnExampleOfEveryCommand() {
    for (String command : List.of("demo", "inspect", "parity", "rollouts", "capture", "probe", "ablate", "report")) {
      Session session = Session.of(command, "--help");
      assertThat(session.code()).isZero();
      assertThat(session.out()).as(command).contains("Example: striatum " + command).doesNotContain("%%");
    }
    assertThat(Session.of("--version").out()).startsWith("striatum ");
  }

  private static Map<String, byte[]> bytes(Path folder) throws Exception {
    Map<String, byte[]> bytes = new LinkedHashMap<>();
    for (String name : Session.files(folder)) {
      if (!name.equals(".lock")) {
        bytes.put(name, Files.readAllBytes(folder.resolve(name)));
      }
    }
    return bytes;
  }
}
