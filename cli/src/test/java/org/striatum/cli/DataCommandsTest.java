package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.ExitCode;
import org.striatum.datasets.Arithmetic;
import org.striatum.datasets.RolloutFile;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

/// Problems and completions that come from files, through the commands.
class DataCommandsTest {
  private static final int PROBLEMS = 30;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir
  private Path folder;

  private static Session succeed(Object... arguments) {
    Session session = Session.of(arguments);
    assertThat(session.code()).as(session.err()).isZero();
    return session;
  }

  private static String refused(int code, Object... arguments) {
    Session session = Session.of(arguments);
    assertThat(session.code()).as(session.err()).isEqualTo(code);
    assertThat(session.errorLines()).hasSize(1);
    return session.err();
  }

  /// The arithmetic set as somebody's own table, with one malformed row.
  private Path table() throws IOException {
    StringBuilder lines = new StringBuilder("{\"q\": null}\n");
    for (Problem problem : new Arithmetic.Mul().draw(PROBLEMS, 5)) {
      lines.append("{\"q\": \"%s\", \"a\": %s}\n".formatted(problem.prompt(), problem.answer()));
    }
    return Files.writeString(folder.resolve("products.jsonl"), lines);
  }

  /// GPT-2's table of 64 positions: before the first batch, by the row of the file.
  @Test
  void aRowThatIsTooLongForTheModelIsNamed() throws IOException {
    Path model = Files.createDirectory(folder.resolve("gpt2"));
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(Session.GOLDEN.resolve("checkpoints/gpt2").resolve(name), model.resolve(name));
    }
    Files.copy(REASONER.resolve("tokenizer.json"), model.resolve("tokenizer.json"));
    Path file = Files.writeString(folder.resolve("sums.jsonl"), """
        {"id": "a", "prompt": "12+3=", "answer": "15"}
        {"id": "b", "prompt": "%s=", "answer": "15"}
        """.formatted("1+".repeat(40) + "1"));
    Path run = folder.resolve("run");
    Session session = Session.of("rollouts", model, "--data", file, "--max-new-tokens", 4, "-o", run);
    assertThat(session.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(session.errorLines().getLast()).contains("at most 64 positions", "1 of 2 prompts",
        "line 2 of sums.jsonl");
    assertThat(run.resolve("rollouts.jsonl")).doesNotExist();
  }

  /// Read from a file, the set's own problems give the set's own completions; later commands need no file.
  @Test
  void aFileOfProblemsRunsThroughTheStudy() throws IOException {
    Path run = folder.resolve("run");
    Path table = table();
    Object[] rollouts = {"rollouts", REASONER, "--data", table, "--columns", "prompt=q,answer=a", "--grader", "number",
        "--limit", PROBLEMS, "--temperature", 0, "--max-new-tokens", 110, "--output", run};
    assertThat(succeed(rollouts).err()).contains("products.jsonl: 1 of 31 rows skipped: line 1 has no 'q'");
    Path drawn = folder.resolve("drawn");
    succeed("rollouts", REASONER, "--tasks", "mul", "--seed", 5, "--limit", PROBLEMS, "--temperature", 0,
        "--max-new-tokens", 110, "--output", drawn);
    List<Rollout> read = RolloutFile.read(run.resolve("rollouts.jsonl"));
    assertThat(read).extracting(Rollout::completion)
        .isEqualTo(RolloutFile.read(drawn.resolve("rollouts.jsonl")).stream().map(Rollout::completion).toList());
    assertThat(read).extracting(rollout -> rollout.problem().dataset()).containsOnly("products");
    JsonNode files = JSON.readTree(Files.readAllBytes(run.resolve("manifest.json"))).at("/inputs/data/files");
    assertThat(files.path("products.jsonl").textValue()).isEqualTo(Sha256.of(table).hex());
    assertThat(files.path("problems.json").textValue()).isEqualTo(Sha256.of(run.resolve("problems.json")).hex());
    assertThat(succeed(rollouts).err()).contains("finished before, kept");
    Session otherwise = Session.of(with(rollouts, "--prompt-template", "{prompt} "));
    assertThat(otherwise.code()).isEqualTo(2);
    assertThat(otherwise.err()).contains("holds problems that were read differently: products.jsonl (")
        .contains("asked as '{prompt}', graded by number there and ").contains("asked as '{prompt} '");

    Files.delete(table);
    succeed("capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks", "blocks.2.hook_resid_post");
    assertThat(Session.probe(run, "--epochs", 1, "--permutations", 1).code()).isZero();
    succeed("ablate", run, "--controls", 19, "--logprob-controls", 19, "--attempts", 6, "--solutions", 4);
    succeed("dopamine", run, "--values", "probe", "--permutations", 49);
    succeed("confidence", run);
    succeed("search", run, "-k", 2, "--problems", 2);
    succeed("report", run);
  }

  private static Object[] with(Object[] arguments, Object... more) {
    Object[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return all;
  }

  @Test
  void completionsMadeElsewhereAreCapturedAndProbed() throws IOException {
    Path drawn = folder.resolve("drawn");
    succeed("rollouts", REASONER, "--tasks", "mul", "--limit", PROBLEMS, "-k", 2, "--max-new-tokens", 110, "--output",
        drawn);
    StringBuilder lines = new StringBuilder();
    List<Rollout> expected = RolloutFile.read(drawn.resolve("rollouts.jsonl"));
    for (Rollout rollout : expected) {
      lines
          .append("{\"prompt\": \"%s\", \"outputs\": [{\"text\": %s, \"finish_reason\": \"%s\"}], \"answer\": \"%s\"}\n"
              .formatted(rollout.problem().prompt(),
                  new String(RecordJson.compact(rollout.completion()), StandardCharsets.US_ASCII),
                  rollout.finished() ? "stop" : "length", rollout.problem().answer()));
    }
    Path file = Files.writeString(folder.resolve("vllm.jsonl"), lines + "{\"prompt\": 3}\n");
    Path run = folder.resolve("run");
    assertThat(
        succeed("rollouts", REASONER, "--import", file, "--grader", "number", "--max-new-tokens", 110, "--output",
            run).err())
        .contains("vllm.jsonl: 1 of 61 rows skipped: line 61 has no prompt");
    List<Rollout> imported = RolloutFile.read(run.resolve("rollouts.jsonl"));
    assertThat(imported).extracting(Rollout::completion)
        .isEqualTo(expected.stream().map(Rollout::completion).toList());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(imported.get(i).tokens()).isEqualTo(expected.get(i).tokens());
      assertThat(imported.get(i).promptLength()).isEqualTo(expected.get(i).promptLength());
    }
    succeed("capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks", "blocks.2.hook_resid_post");
    assertThat(Session.probe(run, "--epochs", 1, "--permutations", 1).code()).isZero();
    succeed("confidence", run);
    succeed("report", run);
  }

  /// The states of a run, saved as another program would, give the run's own figures.
  @Test
  void statesRecordedElsewhereAreProbedWithoutAModel() throws IOException {
    probedWithoutAModel("blocks.0.hook_resid_post");
  }

  @Test
  @Tag("slow")
  void statesOfAllLayersRecordedElsewhereAreProbedWithoutAModel() throws IOException {
    probedWithoutAModel("blocks.*.hook_resid_post");
  }

  private void probedWithoutAModel(String hooks) throws IOException {
    Path drawn = folder.resolve("drawn");
    succeed("rollouts", REASONER, "--tasks", "mul", "--limit", PROBLEMS, "--max-new-tokens", 110, "--output", drawn);
    succeed("capture", REASONER, "--rollouts", drawn.resolve("rollouts.jsonl"), "--hooks", hooks);
    List<Rollout> rollouts = RolloutFile.read(drawn.resolve("rollouts.jsonl"));
    Path states = folder.resolve("states.safetensors");
    save(drawn.resolve("activations"), rollouts, states);
    StringBuilder lines = new StringBuilder();
    for (Rollout rollout : rollouts) {
      lines
          .append(
              "{\"dataset\": \"mul\", \"problem\": \"%s\", \"reward\": %s, \"prompt_length\": %d, \"finished\": %s}\n"
                  .formatted(rollout.problem().id(), rollout.reward(), rollout.promptLength(), rollout.finished()));
    }
    Path outcomes = Files.writeString(folder.resolve("outcomes.jsonl"), lines);
    Path run = folder.resolve("run");
    Session saved = Session.of(with(new Object[]{"probe", "--activations", states, "--outcomes", outcomes, "--output",
        run, "--epochs", 1, "--permutations", 1}, Session.SMALL_PROBE.toArray()));
    assertThat(saved.code()).as(saved.err()).isZero();
    assertThat(saved.out()).contains("AUROC of V(s₀)", "(prompt length, its square, generated tokens, finished)");
    assertThat(beforeGeneration(saved))
        .isEqualTo(beforeGeneration(Session.probe(drawn, "--epochs", 1, "--permutations", 1)));
    assertThat(Session.probe(run, "--epochs", 1, "--permutations", 1).err()).contains("finished before, kept");
    succeed("confidence", run);
    assertThat(refused(2, "report", run)).contains("no checkpoint");

    // a name that no set of this program has: nothing here needs one
    Path mine = folder.resolve("mine");
    Path named = Files.writeString(folder.resolve("named.jsonl"), lines.toString().replace("\"mul\"", "\"mine\""));
    Session own = Session.of("probe", "--activations", states, "--outcomes", named, "--output", mine, "--rotations",
        1, "--control-sets", 1, "--nested-permutations", 1, "--resampled-sets", 2, "--probe-seeds", 0, "--planted", 0,
        "--epochs", 1, "--permutations", 1);
    assertThat(own.code()).as(own.err()).isZero();
    assertThat(Session.of("confidence", mine).out()).contains("mine", "these rollouts have no texts");

    Path nowhere = folder.resolve("nowhere");
    Files.writeString(outcomes, lines.toString().replaceFirst("\"reward\": ", "\"r\": "));
    assertThat(refused(4, "probe", "--activations", states, "--outcomes", outcomes, "--output", nowhere))
        .contains("outcomes.jsonl, line 1: has no 'reward'");
    assertThat(refused(2, "probe", "--activations", states, "--output", nowhere)).contains("--outcomes");
    assertThat(nowhere).doesNotExist();
  }

  /// Without the baseline of log-probabilities, which the other program did not record.
  private static List<String> beforeGeneration(Session probe) {
    return probe.out().lines()
        .filter(line -> !line.contains("known after generation") && !line.contains("auroc-after-nuisances")).toList();
  }

  /// `hidden_states` (layers, rows, d), `token_ids` and `lengths`.
  private static void save(Path store, List<Rollout> rollouts, Path file) throws IOException {
    try (ActivationStore captured = ActivationStore.open(store)) {
      int rows = Math.toIntExact(captured.rows());
      int width = captured.width(captured.hooks().getFirst());
      List<Declared> tensors = List.of(
          new Declared("hidden_states", DType.F32, List.of((long) captured.hooks().size(), (long) rows, (long) width)),
          new Declared("token_ids", DType.I32, List.of((long) rows)),
          new Declared("lengths", DType.I32, List.of((long) rollouts.size())));
      try (SafetensorsWriter writer = new SafetensorsWriter(file, tensors, Map.of())) {
        for (HookPoint hook : captured.hooks()) {
          float[] states = new float[rows * width]; // (rows, width)
          captured.rows(hook, 0, rows, states, 0);
          writer.append("hidden_states", states, 0, states.length);
        }
        for (Rollout rollout : rollouts) {
          writer.append("token_ids", rollout.tokens(), 0, rollout.tokens().length);
        }
        int[] lengths = rollouts.stream().mapToInt(rollout -> rollout.tokens().length).toArray();
        writer.append("lengths", lengths, 0, lengths.length);
      }
    }
  }

  /// References that a grader cannot read are said where they are few.
  @Test
  void referencesThatTheGraderCannotReadAreCounted() throws IOException {
    Path file = Files.writeString(folder.resolve("made.jsonl"),
        """
            {"prompt": "1+1=", "outputs": [{"text": "2"}, {"text": "3"}], "answer": "2"}
            {"prompt": "2+1=", "outputs": [{"text": "3"}], "answer": "3"}
            {"prompt": "0+1=", "outputs": [{"text": "apple"}, {"text": "1"}], "answer": "apple"}
            """);
    Path run = folder.resolve("run");
    succeed("rollouts", REASONER, "--import", file, "--grader", "exact", "--output", run);
    assertThat(succeed("grade", run, "--grader", "number").err()).contains("1 reference answers cannot be read");
    assertThat(succeed("grade", run, "--grader", "exact").err()).doesNotContain("cannot be read");
  }

  /// Rewards of another grader are those of an import with that grader, and later steps know.
  @Test
  void aFinishedRunIsGradedAgain() throws IOException {
    Path file = Files.writeString(folder.resolve("made.jsonl"),
        """
            {"prompt": "1/4+1/4=", "outputs": [{"text": "So $\\\\frac12$."}, {"text": "0.5"}, {"text": "1/3"}], "answer": "0.5"}
            {"prompt": "3*4=", "outputs": [{"text": "It is 12 eggs"}, {"text": "12"}, {"text": "no"}], "answer": "12"}
            """);
    Path run = folder.resolve("run");
    Object[] imported = {"rollouts", REASONER, "--import", file, "--output", run, "--grader"};
    succeed(with(imported, "exact"));
    succeed("capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks", "blocks.2.hook_resid_post");
    assertThat(RolloutFile.read(run.resolve("rollouts.jsonl"))).extracting(Rollout::reward)
        .containsExactly(0.0, 1.0, 0.0, 0.0, 1.0, 0.0);
    byte[] manifest = Files.readAllBytes(run.resolve("manifest.json"));
    assertThat(succeed("grade", run).out()).contains("0 of 6 rewards changed");
    assertThat(succeed("grade", run, "--grader", "math", "--dry-run").out()).contains("2 of 6 rewards changed",
        "nothing was written");
    assertThat(run.resolve("manifest.json")).hasBinaryContent(manifest);

    String graded = succeed("grade", run, "--grader", "math", "--show", 2).out();
    assertThat(graded).contains("line 1: made ",
        "reward 0 → 1, read '\\frac12' (was 'So $\\frac12$.'), reference '0.5'",
        "line 4: made ", "2 of 6 rewards changed", "accuracy 0.333 → 0.667", "to be run again: capture");
    assertThat(graded).contains("completion 'It is 12 eggs'", "read       '12'", "reference  '12'", "reward     1");
    List<Rollout> again = RolloutFile.read(run.resolve("rollouts.jsonl"));
    assertThat(again).extracting(Rollout::reward).containsExactly(1.0, 1.0, 0.0, 1.0, 1.0, 0.0);
    assertThat(again).extracting(Rollout::read).containsExactly("\\frac12", "0.5", "1/3", "12", "12", null);
    assertThat(succeed(with(imported, "math")).err()).contains("finished before, kept");
    assertThat(succeed("verify", run).out()).contains("6 of 6 completions graded again, the same rewards");
    assertThat(succeed("grade", run, "--json").out()).contains("\"changes\" : [ ]", "\"unread\" : 1");
    assertThat(graded).contains("1 of 6 completions not read");
    assertThat(succeed("grade", run, "--show", 5, "--unread").out()).contains("line 6: made ", "completion 'no'")
        .doesNotContain("line 1: ");
    assertThat(refused(2, "grade", run, "--unread")).contains("--unread goes with --show N");
    rewardsOfAnotherVersionAreStale(run);
    Path fresh = folder.resolve("fresh");
    succeed("rollouts", REASONER, "--import", file, "--grader", "math", "--output", fresh);
    for (String same : List.of("rollouts.jsonl", "problems.json", "results/rollouts.json",
        "results/rollouts.settings.json")) {
      assertThat(run.resolve(same)).hasSameBinaryContentAs(fresh.resolve(same));
    }

    byte[] kept = Files.readAllBytes(run.resolve("manifest.json"));
    assertThat(refused(2, "grade", run, "--grader", "choice")).contains("cannot read 2 of the 2 reference answers");
    assertThat(run.resolve("manifest.json")).hasBinaryContent(kept);

    Path drawn = folder.resolve("drawn");
    succeed("rollouts", REASONER, "--tasks", "add", "--limit", 2, "--max-new-tokens", 20, "--output", drawn);
    assertThat(refused(2, "grade", drawn)).contains("graded by their own rule");
    assertThat(refused(2, "grade", run, "--grader", "regex")).contains("the graders are");
    assertThat(refused(2, "grade", run, "--show", 0)).contains("--show must be ≥ 1");
    assertThat(refused(2, "grade", folder)).contains("is not a run folder");
  }

  /// The version is in the manifest: one of another program is said, and gone once this program has graded.
  private void rewardsOfAnotherVersionAreStale(Path run) throws IOException {
    Path manifest = run.resolve("manifest.json");
    String text = Files.readString(manifest);
    String version = "\"grader\" : \"math\",\n          \"version\" : ";
    assertThat(text).contains(version + AnswerGrader.MATH.version());
    assertThat(succeed("show", run).out()).doesNotContain("stale");
    Files.writeString(manifest, text.replace(version + AnswerGrader.MATH.version(), version + "99"));
    String stale = "rewards of made are stale: given by math, version 99, this program has math, version "
        + AnswerGrader.MATH.version();
    assertThat(succeed("show", run).out()).contains(stale);
    assertThat(succeed("verify", run).out()).contains("6 of 6 completions graded again, the same rewards (" + stale);
    assertThat(succeed("grade", run, "--show", 1).err()).contains(stale);
    assertThat(succeed("grade", run).err()).contains(stale);
    assertThat(manifest).hasContent(text);
    Files.writeString(manifest, text.replaceFirst("(?s),\\s*\"graders\" : \\{.*?\\}\\s*\\}", ""));
    assertThat(succeed("show", run).out()).as("as programs before wrote it").contains("was not kept");
    assertThat(succeed("verify", run).out()).contains("was not kept");
    Files.writeString(manifest, text);
  }

  @Test
  void drawnAndReadProblemsTogether() throws IOException {
    Path run = folder.resolve("run");
    succeed("rollouts", REASONER, "--tasks", "add", "--data", table(), "--columns", "prompt=q,answer=a", "--grader",
        "number", "--limit", 3, "--max-new-tokens", 60, "--output", run);
    assertThat(RolloutFile.read(run.resolve("rollouts.jsonl"))).extracting(rollout -> rollout.problem().dataset())
        .containsExactly("add", "add", "add", "products", "products", "products");
    assertThat(succeed("verify", run).out()).contains("6 of 6 completions graded again");
  }

  @Test
  @Tag("slow")
  void aScanOfAFileOfProblemsIsPlanned() throws IOException {
    Path table = table();
    Path scan = folder.resolve("scan");
    Object[] options = {"--columns", "prompt=q,answer=a", "--grader", "number", "--effort", "quick", "--output", scan,
        "--dry-run"};
    Session session = succeed(with(new Object[]{"scan", REASONER, "--data", table, "--tasks", "add"}, options));
    assertThat(session.err()).contains("products.jsonl: 1 of 31 rows skipped: line 1 has no 'q'");
    assertThat(session.out()).contains("time: about ");
    Path file = Files.writeString(folder.resolve("scan.yaml"), "data: products.jsonl\n");
    assertThat(succeed(with(new Object[]{"scan", REASONER, "--config", file}, options)).out())
        .contains("time: about ");
    Files.delete(table);
    assertThat(refused(4, with(new Object[]{"scan", REASONER, "--data", table}, options))).contains("is not a file");
  }

  @Test
  void unusableSources() throws IOException {
    Path run = folder.resolve("run");
    Path table = table();
    assertThat(refused(2, "rollouts", REASONER, "--output", run)).contains("--tasks").contains("--data");
    assertThat(refused(2, "rollouts", REASONER, "--tasks", "add", "--import", table, "--output", run))
        .contains("--import has its own problems");
    assertThat(refused(2, "rollouts", REASONER, "--data", table, "--data", table, "--columns", "prompt=q,answer=a",
        "--grader", "number", "--output", run)).contains("'products' twice");
    assertThat(refused(2, "study", REASONER, "--columns", "prompt=q,answer=a", "--output", run))
        .contains("--columns has no effect with --tasks");
    assertThat(refused(2, "rollouts", REASONER, "--tasks", "add", "--grader", "number", "--output", run))
        .contains("--grader has no effect with --tasks");
    assertThat(refused(2, "rollouts", REASONER, "--data", table, "--columns", "prompt=q,answer=a", "--output", run))
        .contains("give --grader (number, math, latex, choice, exact)");
    assertThat(refused(2, "rollouts", REASONER, "--data", table, "--grader", "regex", "--output", run))
        .contains("the graders are number, math, latex, choice, exact");
    assertThat(refused(4, "rollouts", REASONER, "--data", table, "--output", run)).contains("has the columns q, a");
    assertThat(refused(4, "rollouts", REASONER, "--data", folder, "--output", run)).contains("is a folder");
    assertThat(refused(4, "rollouts", REASONER, "--import", table, "--output", run)).contains("has no prompt");
    assertThat(run).doesNotExist();
  }
}
