package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.GOLDEN;
import static org.striatum.cli.Session.REASONER;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.cli.console.Console;
import org.striatum.probe.run.Progress;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Bad input ends with its exit code and one line that says what to do, and leaves nothing half-written.
class BadInputTest {
  private static final int USAGE = 2;
  private static final int CHECKPOINT = 3;
  private static final int BAD_DATA = 4;

  /// A run with everything but interventions.
  @TempDir
  private static Path finished;

  @TempDir
  private Path folder;

  @BeforeAll
  static void makeARun() {
    succeed("rollouts", REASONER, "--tasks", "mul", "--limit", 40, "--max-new-tokens", 110, "--output", finished);
    succeed("capture", REASONER, "--rollouts", finished.resolve("rollouts.jsonl"), "--hooks",
        "blocks.2.hook_resid_post");
    succeed("probe", finished, "--epochs", 1, "--permutations", 1, "--planted", 0);
  }

  @AfterEach
  void nothingIsHalfWritten() {
    assertThat(Session.files(folder)).noneMatch(name -> name.endsWith(".tmp"));
  }

  private static void succeed(Object... arguments) {
    Session session = Session.of(arguments);
    assertThat(session.code()).as(session.err()).isZero();
  }

  /// The one line.
  private static String refused(int code, Object... arguments) {
    Session session = Session.of(arguments);
    assertThat(session.code()).as(session.err()).isEqualTo(code);
    assertThat(session.out()).isEmpty();
    assertThat(session.errorLines()).hasSize(1);
    assertThat(session.err()).startsWith("striatum: ").endsWith(System.lineSeparator());
    return session.err();
  }

  private Path golden() throws IOException {
    return Session.copy(GOLDEN.resolve("checkpoints/qwen2"), folder.resolve("model"));
  }

  private Path reasoner() throws IOException {
    return Session.copy(REASONER, folder.resolve("tiny-reasoner-step2000"));
  }

  private Path damagedRun() throws IOException {
    return Session.copy(finished, folder.resolve("run"));
  }

  private static void truncate(Path file) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 7));
  }

  @Test
  void missingCheckpoint() {
    assertThat(refused(CHECKPOINT, "inspect", folder.resolve("nowhere")))
        .contains("nowhere: the folder does not exist");
    assertThat(refused(CHECKPOINT, "rollouts", folder.resolve("nowhere"), "--tasks", "add", "--output",
        folder.resolve("run"))).contains("does not exist");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"{\"model_type\": | is not valid JSON",
      "{\"model_type\": \"mamba\"} | optimum-cli export onnx --model",
      "{\"model_type\": \"a\\nb\"} | 'model_type' is supported as one of"})
  void brokenConfig(String config, String message) throws Exception {
    Path model = golden();
    Files.writeString(model.resolve("config.json"), config);
    assertThat(refused(CHECKPOINT, "inspect", model)).contains(message);
  }

  @Test
  void truncatedWeights() throws Exception {
    Path model = golden();
    truncate(model.resolve("model.safetensors"));
    assertThat(refused(CHECKPOINT, "inspect", model)).contains("model.safetensors");
  }

  @Test
  void missingTensor() throws Exception {
    Path model = golden();
    Path weights = model.resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    int length = Math.toIntExact(ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong());
    String header = new String(whole, Long.BYTES, length, StandardCharsets.UTF_8);
    byte[] renamed = header.replace("model.norm.weight", "model.norm.wEight").getBytes(StandardCharsets.UTF_8);
    System.arraycopy(renamed, 0, whole, Long.BYTES, length);
    Files.write(weights, whole);
    assertThat(refused(CHECKPOINT, "inspect", model)).contains("tensor 'model.norm.weight' is missing from");
  }

  @Test
  void tokenizerOfAnotherModel() throws Exception {
    Path model = reasoner();
    Path tokenizer = model.resolve("tokenizer.json");
    String text = Files.readString(tokenizer);
    Files.writeString(tokenizer, text.replaceFirst("\"=\": \\d+", "\"=\": 987654"));
    assertThat(refused(USAGE, "rollouts", model, "--tasks", "add", "--output", folder.resolve("run")))
        .contains("'=' (987654)").contains("embedding has only 54 rows");
  }

  @Test
  void noTokenizer() throws Exception {
    Path model = reasoner();
    Files.delete(model.resolve("tokenizer.json"));
    assertThat(refused(CHECKPOINT, "rollouts", model, "--tasks", "add", "--output", folder.resolve("run")))
        .contains("no tokenizer.json in ");
    assertThat(folder.resolve("run/rollouts.jsonl")).doesNotExist();
  }

  @Test
  void parityWithoutADump() throws Exception {
    Path model = GOLDEN.resolve("checkpoints/qwen2");
    assertThat(refused(BAD_DATA, "parity", model, "--expected", folder.resolve("none.safetensors")))
        .contains("no reference dump at");
    Path garbage = Files.writeString(folder.resolve("garbage.safetensors"), "this is no tensor file\nat all");
    assertThat(refused(BAD_DATA, "parity", model, "--expected", garbage)).contains("garbage.safetensors");
    assertThat(refused(BAD_DATA, "parity", model, "--expected", model.resolve("model.safetensors")))
        .contains("lacks input_ids");
    assertThat(refused(USAGE, "parity", model, "--expected", garbage, "--tolerance", "-1")).contains("--tolerance");
    assertThat(refused(USAGE, "parity", model)).contains("--expected");
  }

  @Test
  void emptyRollouts() throws Exception {
    Path run = damagedRun();
    Files.writeString(run.resolve("rollouts.jsonl"), "");
    assertThat(refused(BAD_DATA, "capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl")))
        .contains("restore it");
  }

  @Test
  void rolloutsEditedByHandAreRefused() throws Exception {
    Path run = damagedRun();
    Path rollouts = run.resolve("rollouts.jsonl");
    List<String> lines = new ArrayList<>(Files.readAllLines(rollouts));
    lines.removeLast();
    Files.write(rollouts, lines);
    assertThat(refused(BAD_DATA, "capture", REASONER, "--rollouts", rollouts)).contains("was changed since");
    assertThat(refused(BAD_DATA, "report", run)).contains("was changed since");
  }

  @Test
  void malformedRolloutsAreToBeRestored() throws Exception {
    Path run = damagedRun();
    Path rollouts = run.resolve("rollouts.jsonl");
    List<String> lines = Files.readAllLines(rollouts);
    lines.set(2, "{\"problem\": 7}");
    Files.write(rollouts, lines);
    assertThat(refused(BAD_DATA, "capture", REASONER, "--rollouts", rollouts)).contains("restore it");
    assertThat(refused(BAD_DATA, "report", run)).contains("restore it");
    assertThat(refused(BAD_DATA, "probe", run, "--seed", 2)).contains("restore it");
  }

  @Test
  void rolloutsOutsideARun() throws Exception {
    Path alone = Files.copy(finished.resolve("rollouts.jsonl"), folder.resolve("rollouts.jsonl"));
    assertThat(refused(USAGE, "capture", REASONER, "--rollouts", alone)).contains("is not a run folder");
    Path run = damagedRun();
    Path other = Files.copy(finished.resolve("rollouts.jsonl"), run.resolve("others.jsonl"));
    assertThat(refused(USAGE, "capture", REASONER, "--rollouts", other))
        .contains("--rollouts must be the run's own rollouts.jsonl, found others.jsonl");
    assertThat(refused(BAD_DATA, "capture", REASONER, "--rollouts", folder.resolve("nowhere.jsonl")))
        .contains("nowhere.jsonl is not a file");
  }

  @Test
  void aRunOfAnotherModel() throws Exception {
    Path model = reasoner();
    Path config = model.resolve("config.json");
    Files.writeString(config, Files.readString(config) + "\n");
    assertThat(refused(USAGE, "capture", model, "--rollouts", damagedRun().resolve("rollouts.jsonl")))
        .contains("holds a run with other inputs: checkpoint.files.config.json");
  }

  @Test
  void hookPatternWithoutAMatch() throws Exception {
    assertThat(refused(USAGE, "capture", REASONER, "--rollouts", damagedRun().resolve("rollouts.jsonl"), "--hooks",
        "blocks.*.hook_nowhere")).contains("no hook point matches 'blocks.*.hook_nowhere'");
    assertThat(refused(USAGE, "capture", REASONER, "--rollouts", finished.resolve("rollouts.jsonl"), "--dtype", "i9"))
        .contains("unknown element type 'I9'");
    assertThat(refused(USAGE, "capture", REASONER, "--rollouts", finished.resolve("rollouts.jsonl"), "--dtype", "i32"))
        .contains("f32, f16 or bf16, found i32");
    for (String positions : List.of("end", "s0,,last", "", "think-end,step-ends")) {
      assertThat(refused(USAGE, "capture", REASONER, "--rollouts", finished.resolve("rollouts.jsonl"), "--positions",
          positions)).contains("s0").contains("last");
    }
    assertThat(refused(USAGE, "capture", REASONER, "--rollouts", finished.resolve("rollouts.jsonl"), "--hooks",
        "blocks.1.hook_resid_post")).contains("holds a run with other inputs: hooks is");
  }

  @Test
  void directionsThatDoNotFit() throws Exception {
    Path run = damagedRun();
    Path unknown = Files.writeString(folder.resolve("unknown.json"),
        "{\"hook\": \"blocks.1.hook_resid\", \"vector\": [1]}");
    assertThat(refused(BAD_DATA, "ablate", run, "--direction", unknown)).contains("blocks.1.hook_resid_p");
    Path narrow = Files.writeString(folder.resolve("narrow.json"),
        "{\"hook\": \"blocks.2.hook_resid_post\", \"vector\": [1, 2]}");
    assertThat(refused(USAGE, "ablate", run, "--direction", narrow)).contains("narrow has a direction of 2");
    Path elsewhere = Files.writeString(folder.resolve("elsewhere.json"),
        "{\"hook\": \"blocks.1.hook_mlp_out\", \"vector\": [1, 2]}");
    assertThat(refused(USAGE, "ablate", run, "--direction", elsewhere)).contains("has captured no states");
    assertThat(refused(USAGE, "ablate", run, "--kind", "project-out")).contains("directions");
    // Without a direction that is added, the number of times would change nothing.
    assertThat(refused(USAGE, "ablate", run, "--times", "3")).contains("--times");
    assertThat(refused(USAGE, "ablate", run, "--direction", narrow, "--times", "3")).contains("--times");
  }

  @Test
  void stepsOutOfOrder() {
    Path run = folder.resolve("run");
    succeed("rollouts", REASONER, "--tasks", "add", "--limit", 2, "--max-new-tokens", 8, "--output", run);
    assertThat(refused(USAGE, "probe", run)).contains("has no finished 'capture': run `striatum capture` first");
    assertThat(refused(USAGE, "ablate", run))
        .contains("has no finished 'probe': run `striatum probe` first");
    assertThat(refused(USAGE, "probe", folder)).contains("is not a run folder");
    assertThat(refused(USAGE, "ablate", folder)).contains("is not a run folder");
    assertThat(refused(USAGE, "report", folder)).contains("is not a run folder");
  }

  @Test
  void damagedActivationsAreRefusedAndRecordedAgain() throws Exception {
    Path run = damagedRun();
    Path shard = run.resolve("activations/shard-00000.safetensors");
    truncate(shard);
    assertThat(refused(BAD_DATA, "probe", run, "--seed", 2)).contains("shard-00000.safetensors: expected a file of")
        .contains("capture the states again");
    succeed("capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks", "blocks.2.hook_resid_post");
    assertThat(shard).hasSameBinaryContentAs(finished.resolve("activations/shard-00000.safetensors"));
    Files.delete(run.resolve("activations/index.json"));
    assertThat(refused(BAD_DATA, "probe", run, "--seed", 2)).contains("capture the states again");
  }

  @ParameterizedTest
  @ValueSource(strings = {"report", "ablate"})
  void damagedResults(String command) throws Exception {
    Path run = damagedRun();
    truncate(run.resolve("results/probe.json"));
    assertThat(refused(BAD_DATA, command, run)).contains("probe.json").contains("is not what 'probe' wrote");
    assertThat(run.resolve("report.html")).doesNotExist();
  }

  @Test
  void damagedManifest() throws Exception {
    Path run = damagedRun();
    truncate(run.resolve("manifest.json"));
    assertThat(refused(BAD_DATA, "probe", run)).contains("manifest.json").contains("damaged");
  }

  @Test
  void movedCheckpoint() throws Exception {
    Path run = damagedRun();
    Files.delete(run.resolve("checkpoint.path"));
    assertThat(refused(USAGE, "report", run)).contains("does not record the path of its checkpoint");
  }

  /// A stranger's run may name any place: what is no path is refused, and what lies there is opened only if it is the run's checkpoint.
  @Test
  void aCheckpointPathThatLeadsElsewhere() throws Exception {
    Path run = damagedRun();
    Path noted = run.resolve("checkpoint.path");
    Path hostile = Files.createDirectories(folder.resolve("hostile"));
    Files.writeString(hostile.resolve("model.onnx"), "an ONNX file that must not reach the runtime");
    for (String text : List.of("relative\n", "/a\0b\n", "/\\q\n", "/a\n/b\n/c\n", "/" + "a".repeat(20_000) + "\n")) {
      Files.writeString(noted, text);
      assertThat(refused(BAD_DATA, "report", run)).contains("checkpoint.path");
      assertThat(refused(BAD_DATA, "probe", run)).contains("checkpoint.path");
    }
    Files.write(noted, new byte[]{'/', (byte) 0xff, '\n'});
    assertThat(refused(BAD_DATA, "report", run)).contains("checkpoint.path");
    for (Path other : List.of(REASONER.resolveSibling("tiny-reasoner-step3000"), hostile,
        hostile.resolve("model.onnx"))) {
      Files.writeString(noted, other.toAbsolutePath().normalize() + "\n");
      assertThat(refused(BAD_DATA, "report", run)).contains(other.getFileName().toString(), "was made with");
      assertThat(refused(BAD_DATA, "ablate", run, "--attempts", 2)).contains("was made with");
    }
    Files.writeString(noted, REASONER.toAbsolutePath().normalize() + "\n" + hostile + "\n");
    assertThat(Session.of("report", run).code()).as("an adapter that is none").isNotZero();
  }

  /// Mistyped commands, options and tasks; what is far from all of them gets no guess.
  @ParameterizedTest
  @CsvSource({"rollots x, rollouts", "hepl, help", "probe r --epohcs 3, --epochs", "rollouts CK --tasks ad, add"})
  void aSlipOfTheKeysIsAnsweredWithWhatIsNear(String words, String meant) {
    assertThat(refused(USAGE, (Object[]) words.replace("CK", REASONER.toString()).split(" ")))
        .contains("did you mean").contains(meant);
  }

  /// Before anything is read or written.
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"--sbatch --mem=1G | --sbatch is for --engine slurm",
      "--workers 2 --sbatch --mem=1G | --sbatch is for --engine slurm",
      "--master local | --master is for --engine spark", "--spark-conf a=b | --spark-conf is for --engine spark",
      "--engine slurm --master local | --master is for --engine spark", "--workers 0 | at least one worker",
      "--engine slurm --workers 0 | at least one worker", "--engine slum | there is no engine 'slum'",
      "--engine slurm --sbatch --array=1-3 | --array is set by the engine"})
  void anEnginesOptionsAreItsOwn(String words, String message, @TempDir Path folder) {
    for (String command : List.of("study", "scan")) {
      List<Object> arguments = new ArrayList<>(
          List.of(command, REASONER, "--tasks", "mul", "-o", folder.resolve("run")));
      arguments.addAll(List.of(words.split(" ")));
      assertThat(refused(USAGE, arguments.toArray())).contains(message);
      assertThat(folder.resolve("run")).doesNotExist();
    }
  }

  /// Of every command: two letters of an option are exchanged, a value stands behind it, and the option alone is named.
  @ParameterizedTest
  @MethodSource("commands")
  void aMistypedOptionOfEveryCommandIsNamedAlone(String command, CommandSpec spec) {
    mistyped(spec).limit(1).forEach(option -> isNamedAlone(command, option));
  }

  @ParameterizedTest
  @MethodSource("commands")
  @Tag("slow")
  void everyMistypedOptionIsNamedAlone(String command, CommandSpec spec) {
    mistyped(spec).forEach(option -> isNamedAlone(command, option));
  }

  private record Mistyped(String name, String as) {}

  /// Options of a command, and each as it may be typed.
  private static Stream<Mistyped> mistyped(CommandSpec spec) {
    return spec.options().stream().filter(option -> !option.hidden()).map(OptionSpec::longestName)
        .filter(name -> name.length() >= 6 && name.charAt(3) != name.charAt(4))
        .map(name -> new Mistyped(name, name.substring(0, 3) + name.charAt(4) + name.charAt(3) + name.substring(5)))
        .filter(option -> spec.findOption(option.as) == null);
  }

  private static void isNamedAlone(String command, Mistyped option) {
    for (Object[] words : new Object[][]{{command, option.as, "7"}, {command, "somewhere", option.as, "7"},
        {command, "somewhere", option.as + "=7"}}) {
      assertThat(refused(USAGE, words)).as(Arrays.toString(words))
          .contains("'" + option.as + "'", "did you mean", option.name)
          .doesNotContain("'7'", "=7", "nknown options").contains("(try 'striatum " + command + " --help')");
    }
  }

  static Stream<Arguments> commands() {
    return Striatum.commandLine(new Console(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()),
        Progress.NONE)).getSubcommands().entrySet().stream().filter(one -> !one.getKey().equals("help"))
        .map(one -> Arguments.of(one.getKey(), one.getValue().getCommandSpec()));
  }

  /// Of every name two letters are exchanged, with words behind it.
  @Test
  void aMistypedCommandIsNamedAlone() {
    commands().map(one -> one.get()[0].toString()).filter(name -> name.length() > 3 && name.charAt(1) != name.charAt(2))
        .forEach(name -> {
          String mistyped = name.substring(0, 1) + name.charAt(2) + name.charAt(1) + name.substring(3);
          assertThat(refused(USAGE, mistyped, "x", "--json")).contains("unknown command '" + mistyped + "'", name)
              .doesNotContain("'x'", "--json");
          assertThat(refused(USAGE, "help", mistyped)).contains("unknown command '" + mistyped + "'", name);
        });
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"demo --plantd | --planted", "demo --plantd --limit 3 | --planted",
      "demo --effrt quick | --effort", "study CK --tasks add --with CK --effrt quick | --effort",
      "study CK --tasks add --probe --epohcs~3 | --epochs"})
  void otherPlacesOfOptions(String words, String meant) {
    assertThat(refused(USAGE, Stream.of(words.replace("CK", REASONER.toString()).split(" "))
        .map(word -> word.replace('~', ' ')).toArray())).contains("did you mean " + meant);
  }

  /// Whatever names a study, a set, a task or one of a list: the known names, and the nearest at the end.
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"forget RUN proobe | rollouts, capture, probe | probe",
      "show RUN captrue | rollouts, capture, probe | capture",
      "forget RUN rolouts | rollouts, capture, probe | rollouts",
      "ablate RUN --set valeu@1% | value@1%, value@top20, dopamine@1% | value@1%",
      "ablate RUN --set vlaue@top3 | value@1%, value@top20 | value@top3",
      "ablate RUN --set dopamine@significnat | dopamine@significant, wanda@1% | dopamine@significant",
      "ablate RUN --set value@1%:mull | mul | mul", "ablate RUN --set value@1% --task mull | mul | mul",
      "ablate RUN --kind zeor | zero, mean, resample | zero", "ablate RUN --layers eahc | primary, each, all | each",
      "probe RUN --targets td-lamda | terminal-only | td-lambda", "rollouts CK --tasks ad | add, mul, mod | add",
      "study CK --tasks ad | add, mul, mod | add", "gate CK --mode mul-lnog | add, mul, mod | mul-long",
      "gate CK --mode mul --beside ad | add, mul, mod | add",
      "gate CK --mode mul --arms vlaue | value, dopamine | value",
      "nta flexbile | flexible | flexible", "mnist --parts tabel | table, tuned | table",
      "plan CK --tasks mul --effect usde=.1 | used | used", "grade RUN --grader mahts | number, math | math"})
  void anUnknownNameIsAnsweredWithThoseThatThereAre(String words, String known, String meant) throws Exception {
    Path run = damagedRun();
    assertThat(refused(USAGE, Stream.of(words.split(" ")).map(word -> switch (word) {
      case "RUN" -> run;
      case "CK" -> REASONER;
      default -> word;
    }).toArray())).contains(known)
        .containsPattern("did you mean ([^?]* or )?" + Pattern.quote(meant) + "( or [^?]*)?\\?");
  }

  /// Wherever a list is split at commas: one line that shows the number with a point.
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"ablate RUN --set value@1,5% | value@1.5%",
      "ablate RUN --set value@1%,value@2,5%:mul | 2.5%",
      "ablate RUN --doses 0,5 | 0.5", "ablate RUN --doses 1,0,05 | 0.05", "ablate RUN --alpha=-0,5 | -0.5",
      "compare RUN --sizes 1,5%,top20 | 1.5%", "gate CK --mode mul --rates 0,003 | 0.003",
      "nta exact-solution --taus 0,1 | 0.1",
      "study CK --tasks mul --ablate --set~value@1,5% | value@1.5%", "demo --ablate --doses~0,5 | 0.5",
      "plan CK --tasks mul --effect used=0,05 | with a point",
      "rollouts CK --tasks mul --temperature 0,7 | with a point"})
  void decimalsWithACommaAreRefused(String words, String shown) throws Exception {
    Path run = damagedRun();
    assertThat(refused(USAGE, Stream.of(words.split(" ")).map(word -> switch (word) {
      case "RUN" -> run;
      case "CK" -> REASONER;
      default -> word.replace('~', ' ');
    }).toArray())).contains("decimals are written with a point", shown.replace("value@", ""));
  }

  @Test
  void aWordTooManyIsNoOption() {
    assertThat(refused(USAGE, "inspect", REASONER, "more")).contains("'more' is one argument too many");
  }

  @Test
  void whatIsFarFromEveryNameIsNotGuessed() {
    assertThat(refused(USAGE, "frobnicate")).doesNotContain("did you mean");
  }

  @Test
  void unusableArguments() {
    Path run = folder.resolve("run");
    assertThat(refused(USAGE, "rollouts", REASONER, "--tasks", "add,gsm9k", "--output", run))
        .contains("unknown task 'gsm9k': the tasks are add, mul, mod, expr");
    assertThat(refused(USAGE, "rollouts", REASONER, "--tasks", "add", "--limmit", 3, "--output", run))
        .contains("--limmit")
        .contains("(try 'striatum rollouts --help')");
    assertThat(refused(USAGE, "rollouts", REASONER, "--tasks", "add", "--limit", "many", "--output", run))
        .contains("--limit").contains("many");
    assertThat(refused(USAGE, "rollouts", REASONER, "--tasks", "add", "--limit", 0, "--output", run)).contains("≥ 1");
    assertThat(refused(USAGE, "rollouts", REASONER, "--tasks", "add", "--top-p", 2, "--output", run)).contains("2.0");
    assertThat(refused(USAGE, "rollouts", REASONER, "--tasks", "add", "--temperature", "NaN", "--output", run))
        .contains("NaN");
    assertThat(refused(USAGE, "rollouts", REASONER, "--tasks", "add", "-k", 0, "--output", run)).contains("≥ 1");
    assertThat(refused(USAGE, "rollouts", REASONER, "--tasks", "add", "--batch-size", "big", "--output", run))
        .contains("--batch-size must be auto or an integer ≥ 1, found big");
    assertThat(refused(USAGE, "rollouts", REASONER, "--tasks", "add", "--threads", -1, "--output", run))
        .contains("--threads must be ≥ 0, found -1");
    assertThat(refused(USAGE, "rollouts", REASONER, "--tasks", "add", "--hang-limit", -1, "--output", run))
        .contains("--hang-limit must be in [0, 1000000000], found -1");
    assertThat(refused(USAGE, "rollouts", "--tasks", "add")).contains("CKPT");
    assertThat(refused(USAGE, "roll\nouts")).contains("roll");
    assertThat(refused(USAGE)).contains("give a command");
    assertThat(run).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"--set | values@1% | is named value@1%, value@top20",
      "--set | value@0% | (0 %, 100 %)",
      "--set | value@top0 | must leave something", "--set | value@top999 | must leave something",
      "--set | dopamine@1% | needs the dopamine study", "--set | value@1%,value@1% | named once",
      "--kind | shrink | must be one of zero, mean, resample, steer, project-out, add, found 'shrink'",
      "--layers | some | layers must be one of primary, each, all, found 'some'", "--doses | 0 | (0 %, 100 %)",
      "--alpha | NaN | must be finite",
      "--positions | nowhere | all, prompt, generated, all-but-first, none", "--controls | 18 | 18",
      "--effect | 0 | above 0 and below 100", "--effect | 100 | above 0 and below 100",
      "--attempts | 1 | at least 2 problems", "--solutions | 0 | at least 2 problems"})
  void unusableInterventions(String option, String value, String message) throws Exception {
    Path run = damagedRun();
    assertThat(refused(USAGE, "ablate", run, option, value)).contains(message);
    assertThat(run.resolve("results/ablate/value@1%+dopamine@1%.json")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"2 | blocks.2.hook_resid_post[0]\\nblocks.99.hook_resid_post[1] | blocks.99",
      "2 | blocks.2.hook_resid_post[9999] | names 9999", "2 | blocks.1.mlp.hook_post[3] | has not studied",
      "4 | blocks.2.hook_resid_post | line 1", "4 | # nothing | lists no neuron",
      "4 | blocks.2.hook_resid_post[0]\\nblocks.2.hook_resid_post[0] | line 2",
      "4 | blocks.2.hook_nowhere[0] | line 1"})
  void unusableNeurons(int code, String text, String message) throws Exception {
    Path run = damagedRun();
    Path file = Files.writeString(folder.resolve("neurons.txt"), text.replace("\\n", "\n"));
    assertThat(refused(code, "ablate", run, "--neurons", file)).contains(message);
    assertThat(refused(BAD_DATA, "ablate", run, "--neurons", folder.resolve("none"))).contains("no neuron file at");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"--train | 1.5", "--train | -0.1", "--validation | 0.9", "--epochs | 0",
      "--permutations | -1", "--ranking | best", "--effect | 0.5", "--effect | 1.0", "--planted | -1"})
  void unusableStudies(String option, String value) throws Exception {
    Path run = damagedRun();
    assertThat(refused(USAGE, "probe", run, option, value)).contains(value);
  }

  @Test
  void outputBelowAFile() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThat(refused(USAGE, "rollouts", REASONER, "--tasks", "add", "--output", file.resolve("run")))
        .contains("cannot be written").contains("choose another folder");
    assertThat(refused(USAGE, "rollouts", REASONER, "--tasks", "add", "--output", file)).contains("cannot be written");
    assertThat(refused(USAGE, "demo", "--limit", 5, "--output", file.resolve("run"))).contains("cannot be written");
  }

  @Test
  void aStackTraceOnlyOnRequest() {
    Session session = Session.of("--debug", "inspect", folder.resolve("nowhere"));
    assertThat(session.code()).isEqualTo(CHECKPOINT);
    assertThat(session.errorLines()).hasSizeGreaterThan(2).anyMatch(line -> line.contains("\tat org.striatum."));
  }
}
