package org.striatum.studies.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.striatum.probe.run.RecordJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.datasets.prompt.PromptFormat.Chat;
import org.striatum.datasets.prompt.PromptFormat.Shots;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.run.Manifest.Checkpoint;
import org.striatum.studies.run.Manifest.Data;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.run.Manifest.Inputs;
import org.striatum.studies.run.Manifest.Tokenizer;
import org.striatum.studies.value.ProbeStep;

class RunFolderTest {
  private static final Environment HERE = Environment.here("striatum 0.1.0", Map.of("onnxruntime", "1.29.0"), 2);

  @TempDir
  Path parent;

  @Test
  void equalRunsWriteEqualManifests() throws IOException {
    byte[] first = run(parent.resolve("a"));
    assertThat(run(parent.resolve("elsewhere/b"))).isEqualTo(first);
    assertThat(run(parent.resolve("a"))).as("a second run over the first").isEqualTo(first);
    assertThat(new String(first, StandardCharsets.UTF_8)).doesNotContain(parent.toString()).contains("\"seed\" : 7",
        "\"blocks.1.hook_resid_post\"", "\"rollouts.jsonl\" : \"" + Sha256.of(parent.resolve("a/rollouts.jsonl")),
        "\"cpu\"");
  }

  private static byte[] run(Path folder) throws IOException {
    try (RunFolder run = RunFolder.create(folder)) {
      run.settle(inputs(7));
      for (String step : List.of("rollouts", "probe")) {
        StepKey key = run.key(Map.of("k", 8), step.equals("probe") ? new String[]{"rollouts"} : new String[0]);
        if (!run.isFinished(step, key)) {
          Path output = step.equals("probe") ? run.resultsFile("value-neurons") : run.rollouts();
          AtomicFile.write(output, step.getBytes(StandardCharsets.UTF_8));
          run.finish(step, key, List.of(output), HERE);
        }
      }
    }
    return Files.readAllBytes(folder.resolve("manifest.json"));
  }

  @Property(tries = 300)
  void anyNameBecomesOneThatAFileCanHave(@ForAll String name, @ForAll String other) {
    String instance = RunFolder.instanceOf(name);
    assertThat(RunFolder.step(AblationStep.STUDY, instance)).isEqualTo("ablate/" + instance);
    assertThat(RunFolder.instanceOf(instance)).isEqualTo(instance);
    assertThat(instance.equals(RunFolder.instanceOf(other))).isEqualTo(name.equals(other));
  }

  @Test
  void namesThatLookAlikeStayApart() {
    assertThat(RunFolder.instanceOf("my neurons.txt")).startsWith("my_neurons.txt-")
        .isNotEqualTo(RunFolder.instanceOf("my_neurons.txt")).isNotEqualTo(RunFolder.instanceOf("my\tneurons.txt"));
    assertThat(RunFolder.instanceOf("value@1%+".repeat(20))).hasSize(80);
    assertThat(RunFolder.instanceOf("value@1%+dopamine@top20")).isEqualTo("value@1%+dopamine@top20");
  }

  @Test
  void onlyAStudyThatCanRunSeveralTimesHasNames() {
    assertThatThrownBy(() -> RunFolder.step(AblationStep.STUDY, "")).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> RunFolder.step(ProbeStep.STUDY, "mine")).isInstanceOf(IllegalArgumentException.class);
    assertThat(RunFolder.step(ProbeStep.STUDY, "")).isEqualTo("probe");
  }

  @Test
  void aClosedFolderIsNotWritten() throws IOException {
    Path folder = parent.resolve("run");
    byte[] before = run(folder);
    RunFolder run = RunFolder.open(folder);
    run.close();
    assertThatThrownBy(() -> run.settle(inputs(7))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> run.finish("more", run.key(Map.of()), List.of(), HERE))
        .isInstanceOf(IllegalStateException.class);
    assertThat(Files.readAllBytes(folder.resolve("manifest.json"))).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"format\": 1}", "{\"format\": 1, \"inputs\": {", "{\"format\": \"1\"}", "{\"format\": 2}",
      "", "[]"})
  void aDamagedManifestIsExplainedInPlainWords(String content) throws IOException {
    Path folder = Files.createDirectories(parent.resolve("run"));
    Files.writeString(folder.resolve("manifest.json"), content);
    assertThatThrownBy(() -> RunFolder.open(folder)).isInstanceOf(BadDataException.class).message()
        .contains("manifest.json").doesNotContain("Feature", "REDACTED", "creator", "index 0", "write it again",
            "run again the command", "are read");
  }

  @Test
  void aNullAnywhereInAManifestIsRefusedOrDoesNoHarm() throws IOException {
    byte[] whole = run(parent.resolve("run"));
    JsonNode tree = RecordJson.parseForeign(whole, "manifest");
    int places = 0;
    for (JsonPointer place : places(JsonPointer.empty(), tree, new ArrayList<>())) {
      JsonNode changed = tree.deepCopy();
      JsonNode parent = changed.at(place.head());
      if (parent instanceof ArrayNode list) {
        list.setNull(place.last().getMatchingIndex());
      } else {
        ((ObjectNode) parent).putNull(place.last().getMatchingProperty());
      }
      places++;
      try {
        Manifest read = RecordJson.parse(RecordJson.compact(changed), Manifest.FORMAT, Manifest.class, "manifest");
        read.inputs().prompts();
        for (Manifest.Step step : read.steps()) {
          assertThat(read.step(step.name())).as(place.toString()).isPresent();
          read.standingOn(step.name());
          read.lostWith(step.name());
        }
      } catch (BadDataException refused) {
        assertThat(refused).hasMessageStartingWith("manifest: ").message().doesNotContain("\n");
      }
    }
    assertThat(places).isGreaterThan(30);
  }

  private static List<JsonPointer> places(JsonPointer here, JsonNode tree, List<JsonPointer> found) {
    tree.properties().forEach(field -> {
      found.add(here.appendProperty(field.getKey()));
      places(here.appendProperty(field.getKey()), field.getValue(), found);
    });
    for (int i = 0; tree.isArray() && i < tree.size(); i++) {
      found.add(here.appendIndex(i));
      places(here.appendIndex(i), tree.get(i), found);
    }
    return found;
  }

  /// A name with a NUL is that of no file.
  @Test
  void aManifestNamesNoFileThatCannotBe() {
    Sha256 sum = Sha256.of(new byte[1]);
    TreeMap<String, Sha256> files = new TreeMap<>(Map.of("a\0b", sum));
    assertThatThrownBy(() -> new Checkpoint("m", "llama", files)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Manifest.Step("probe", sum, List.of(), files, 0, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Manifest.Step("ablate/a\0b", sum, List.of(), new TreeMap<>(), 0, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void otherInputsAreRefusedSayingWhatDiffers() throws IOException {
    Path folder = parent.resolve("run");
    run(folder);
    try (RunFolder run = RunFolder.create(folder)) {
      assertThatThrownBy(() -> run.settle(inputs(8))).isInstanceOf(UsageException.class).hasMessage(
          folder + " holds a run with other inputs: seed is 7 there and 8 here; choose another folder");
      Inputs other = inputs(7);
      TreeMap<String, Sha256> files = new TreeMap<>(other.checkpoint().files());
      files.put("extra.safetensors", Sha256.of(new byte[1]));
      assertThatThrownBy(() -> run.settle(new Inputs(new Checkpoint("m", "llama", files), null, null,
          new Sampling(0.5, 0.95, 0, 64, true), List.of(), null)))
          .hasMessageContaining("checkpoint.files.extra.safetensors is absent there and")
          .hasMessageContaining("; sampling.temperature is 1.0 there and 0.5 here; ")
          .hasMessageContaining("hooks is [\"blocks.1.hook_resid_post\"] there and [] here; ").message()
          .doesNotContain("\n");
      assertThat(run.manifest().inputs()).isEqualTo(inputs(7));
    }
  }

  /// Every way to ask against every other, in both directions: what is null in one of them is a choice.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void anotherWayOfAskingIsRefused(int there) throws IOException {
    Chat chat = new Chat("given", "a file", Sha256.of(new byte[1]), null, new TreeMap<>(), null);
    Chat system = new Chat("given", "a file", Sha256.of(new byte[1]), "be brief", new TreeMap<>(), null);
    Chat dated = new Chat("given", "a file", Sha256.of(new byte[1]), null, new TreeMap<>(), "2026-01-01");
    List<PromptFormat> ways = Arrays.asList(null, PromptFormat.PLAIN, asked(chat, Shots.NONE),
        asked(system, Shots.NONE),
        asked(dated, Shots.NONE), asked(null, new Shots(2, null, new TreeMap<>())),
        asked(null, new Shots(2, 5L, new TreeMap<>())));
    try (RunFolder run = RunFolder.create(parent.resolve("run"))) {
      run.settle(asked(ways.get(there)));
      run.settle(asked(ways.get(there)));
      for (int here = 0; here < ways.size(); here++) {
        if (here != there) {
          Inputs other = asked(ways.get(here));
          assertThatThrownBy(() -> run.settle(other)).as("%d, %d", there, here).isInstanceOf(UsageException.class)
              .hasMessageContaining("data.prompts");
        }
      }
      run.settle(new Inputs(null, null, null, null, inputs(7).hooks(), null));
      assertThat(run.manifest().inputs().data().prompts()).isEqualTo(ways.get(there));
    }
  }

  private static PromptFormat asked(Chat chat, Shots shots) {
    return new PromptFormat(chat, shots, new TreeMap<>(), List.of(), PromptFormat.Thinking.USUAL);
  }

  private static Inputs asked(PromptFormat prompts) {
    return new Inputs(null, null, new Data(List.of("add"), new TreeMap<>(), 10, 8, null, prompts), null, null, null);
  }

  @Test
  void laterCommandsSettleWhatEarlierOnesLeftOpen() throws IOException {
    try (RunFolder run = RunFolder.create(parent.resolve("run"))) {
      Inputs all = inputs(7);
      Data unsplit = new Data(all.data().sets(), all.data().files(), 10, 8, null, PromptFormat.PLAIN);
      run.settle(new Inputs(all.checkpoint(), all.tokenizer(), unsplit, all.sampling(), null, null));
      try (RunFolder reader = RunFolder.read(parent.resolve("run"))) {
        assertThatThrownBy(() -> reader.settle(all)).as("what is open").isInstanceOf(IllegalStateException.class);
      }
      run.settle(new Inputs(null, null, null, null, all.hooks(), 7L));
      run.settle(all);
      assertThat(run.manifest().inputs()).isEqualTo(all);
    }
    try (RunFolder run = RunFolder.read(parent.resolve("run"))) {
      assertThat(run.manifest().inputs()).isEqualTo(inputs(7));
      run.settle(inputs(7)); // as it is settled: a share's process asks for no more
      assertThatThrownBy(() -> run.settle(inputs(8))).isInstanceOf(UsageException.class);
    }
  }

  @Test
  void aStepIsFinishedOnlyWithItsKeyAndWholeOutputs() throws IOException {
    Path folder = parent.resolve("run");
    run(folder);
    try (RunFolder run = RunFolder.open(folder)) {
      StepKey key = run.key(Map.of("k", 8));
      assertThat(run.isFinished("rollouts", key)).isTrue();
      assertThat(run.isFinished("rollouts", run.key(Map.of("k", 9)))).isFalse();
      assertThat(run.isFinished("dopamine", key)).isFalse();
      Files.writeString(run.rollouts(), "rolloutS");
      assertThat(run.isFinished("rollouts", key)).isFalse();
      Files.delete(run.rollouts());
      assertThat(run.isFinished("rollouts", key)).isFalse();
    }
  }

  @Test
  void changedOutputsForgetTheStepsThatStoodOnThem() throws IOException {
    Path folder = parent.resolve("run");
    run(folder);
    try (RunFolder run = RunFolder.open(folder)) {
      StepKey probeKey = run.key(Map.of("k", 8), "rollouts");
      assertThat(run.isFinished("probe", probeKey)).isTrue();
      run.finish("rollouts", run.key(Map.of("k", 9)), List.of(run.rollouts()), HERE);
      assertThat(run.isFinished("probe", probeKey)).as("same outputs under another key").isTrue();
      Files.writeString(run.rollouts(), "other");
      run.finish("rollouts", run.key(Map.of("k", 9)), List.of(run.rollouts()), HERE);
      assertThat(run.manifest().step("probe")).isEmpty();
      assertThat(run.key(Map.of("k", 8), "rollouts")).isNotEqualTo(probeKey);
      assertThatThrownBy(() -> run.key(Map.of(), "probe")).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("'probe' must be finished first");
    }
  }

  @Test
  void stepsThatStandOnOtherThingsAreKept() throws IOException {
    Path folder = parent.resolve("run");
    run(folder);
    try (RunFolder run = RunFolder.open(folder)) {
      for (String[] step : new String[][]{{"search", "probe"}, {"confidence", "rollouts"}, {"compare", "search"}}) {
        Files.writeString(run.resultsFile(step[0]), "first");
        run.finish(step[0], run.key(Map.of(), step[1]), List.of(run.resultsFile(step[0])), HERE);
      }
      Files.writeString(run.resultsFile("value-neurons"), "other");
      run.finish("probe", run.key(Map.of("k", 9), "rollouts"), List.of(run.resultsFile("value-neurons")), HERE);
      assertThat(run.manifest().steps()).extracting(Manifest.Step::name).containsExactly("rollouts", "probe",
          "confidence");
    }
  }

  @Test
  void anotherEnvironmentIsNoted() throws IOException {
    Path folder = parent.resolve("run");
    run(folder);
    try (RunFolder run = RunFolder.open(folder)) {
      Environment other = new Environment("striatum 0.2.0", new TreeMap<>(), 64, "Z80");
      run.finish("rollouts", run.key(Map.of()), List.of(run.rollouts()), other);
      assertThat(run.manifest().environments()).containsExactly(HERE, other);
      assertThat(run.manifest().step("rollouts").orElseThrow().environment()).isEqualTo(1);
      assertThat(run.manifest().step("probe").orElseThrow().environment()).isEqualTo(0);
    }
  }

  @Test
  void oneWritesAtATime() throws IOException {
    Path folder = parent.resolve("run");
    try (RunFolder run = RunFolder.create(folder)) {
      run.settle(inputs(7));
      assertThatThrownBy(() -> RunFolder.open(folder)).isInstanceOf(UsageException.class).hasMessage(folder
          + " is being written by process " + ProcessHandle.current().pid()
          + ": wait for it or choose another folder");
      RunFolder.read(folder).close();
    }
    RunFolder.open(folder).close();
  }

  @Test
  void refusesAFolderItCannotMake() throws IOException {
    Path file = Files.writeString(parent.resolve("file"), "x");
    assertThatThrownBy(() -> RunFolder.create(file)).isInstanceOf(UsageException.class)
        .hasMessage("folder " + file
            + " cannot be written (there is a file of that name): choose another folder");
    assertThatThrownBy(() -> RunFolder.create(file.resolve("run"))).isInstanceOf(UsageException.class)
        .hasMessageStartingWith("folder " + file.resolve("run") + " cannot be written (")
        .hasMessageEndingWith("): choose another folder");
  }

  @Test
  void refusesFilesThatNoManifestSpeaksFor() throws IOException {
    Files.writeString(parent.resolve("report.html"), "mine");
    assertThatThrownBy(() -> RunFolder.create(parent)).isInstanceOf(UsageException.class)
        .hasMessageContaining("holds report.html but no manifest.json");
    Files.delete(parent.resolve("report.html"));
    RunFolder.create(parent).close();
    assertThatThrownBy(() -> RunFolder.open(parent)).isInstanceOf(UsageException.class)
        .hasMessageContaining("is not a run folder");
  }

  /// A process that is killed behind its first result and before the manifest names it.
  @Test
  void aFolderIsARunBeforeItsFirstResult() throws IOException {
    Path folder = parent.resolve("killed");
    try (RunFolder run = RunFolder.create(folder)) {
      Files.writeString(run.resultsFile("series"), "{}");
    }
    try (RunFolder again = RunFolder.create(folder)) {
      assertThat(again.manifest()).isEqualTo(Manifest.EMPTY);
    }
  }

  @Test
  void refusesADamagedManifestAndOneThatPointsOutside() throws IOException {
    Path folder = parent.resolve("run");
    run(folder);
    Path manifest = folder.resolve("manifest.json");
    String whole = Files.readString(manifest);
    Files.writeString(manifest, whole.replace("\"rollouts.jsonl\"", "\"../../secret\""));
    try (RunFolder run = RunFolder.open(folder)) {
      assertThatThrownBy(() -> run.isFinished("rollouts", run.key(Map.of("k", 8))))
          .isInstanceOf(BadDataException.class).hasMessageContaining("must be in the run folder");
    }
    Files.writeString(manifest, whole.substring(0, whole.length() / 2));
    assertThatThrownBy(() -> RunFolder.open(folder)).isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(manifest + ": ");
    Files.writeString(manifest, whole);
    RunFolder.open(folder).close();
  }

  @Test
  void anOutputMustLieInTheFolder() throws IOException {
    Path outside = Files.writeString(parent.resolve("outside"), "x");
    try (RunFolder run = RunFolder.create(parent.resolve("run"))) {
      assertThatThrownBy(() -> run.finish("step", run.key(Map.of()), List.of(outside), HERE))
          .hasMessageContaining("must be in the run folder");
    }
  }

  @Test
  void refusesPathsAsCheckpointNames() {
    assertThatThrownBy(() -> new Checkpoint("/home/me/m", "llama", new TreeMap<>()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /// The example of FIPS 180-4, appendix B.1 of its 2002 edition.
  @Test
  void checksumsAreSha256() throws IOException {
    String expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assertThat(Sha256.of("abc".getBytes(StandardCharsets.US_ASCII)).hex()).isEqualTo(expected);
    assertThat(Sha256.of(Files.writeString(parent.resolve("abc"), "abc"))).isEqualTo(new Sha256(expected));
    assertThatThrownBy(() -> new Sha256("ABC")).isInstanceOf(IllegalArgumentException.class);
  }

  private static Inputs inputs(long seed) {
    Sha256 weights = Sha256.of(new byte[]{1});
    return new Inputs(new Checkpoint("m", "llama", new TreeMap<>(Map.of("model.safetensors", weights))),
        new Tokenizer(weights, 1, 2, null, true),
        new Data(List.of("add", "mul"), new TreeMap<>(), 10, 8, 3L, PromptFormat.PLAIN),
        new Sampling(1, 0.95, 0, 64, true), List.of(HookPoint.residPost(1)), seed);
  }
}
