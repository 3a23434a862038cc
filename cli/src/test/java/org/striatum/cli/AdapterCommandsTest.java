package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.run.RecordJson;
import org.striatum.studies.run.Manifest;

/// Commands on an adapter over its base: which model is meant, what the run keeps of it, what later commands open.
class AdapterCommandsTest {
  private static final Path ADAPTERS = Session.GOLDEN.resolveSibling("lora");

  @TempDir
  Path folder;
  private Path base;
  private Path tune;

  @BeforeEach
  void copy() throws IOException {
    base = Files.createDirectories(folder.resolve("base"));
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(Session.GOLDEN.resolve("checkpoints/llama").resolve(name), base.resolve(name));
    }
    Files.copy(Session.REASONER.resolve("tokenizer.json"), base.resolve("tokenizer.json"));
    tune = tune("llama-qv");
  }

  private Path tune(String name) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(name));
    Files.copy(ADAPTERS.resolve(name).resolve("adapter_model.safetensors"), copy.resolve("adapter_model.safetensors"));
    String config = Files.readString(ADAPTERS.resolve(name).resolve("adapter_config.json"));
    Files.writeString(copy.resolve("adapter_config.json"),
        config.replace("../../golden/checkpoints/llama", "org/llama"));
    return copy;
  }

  private Session rollouts(Object checkpoint, Path run, Object... options) {
    Object[] all = new Object[options.length + 13];
    System
        .arraycopy(new Object[]{"rollouts", checkpoint, "--tasks", "add", "--limit", 3, "--max-new-tokens", 6, "--seed",
            1, "--json", "-o", run}, 0, all, 0, 13);
    System.arraycopy(options, 0, all, 13, options.length);
    return Session.of(all);
  }

  private static Manifest manifest(Path run) throws IOException {
    return RecordJson.read(run.resolve("manifest.json"), Manifest.class);
  }

  @Test
  void theAdapterIsAnInputOfTheRunAndLaterCommandsOpenIt() throws Exception {
    Path run = folder.resolve("run");
    Session made = rollouts(tune, run, "--base", base);
    assertThat(made.code()).as(made.err()).isZero();
    Manifest.Checkpoint model = manifest(run).inputs().checkpoint();
    assertThat(model.name()).isEqualTo("base+llama-qv");
    assertThat(model.files()).containsKeys("config.json", "model.safetensors", "adapter_config.json",
        "adapter_model.safetensors");
    Session capture = Session.of("capture", base, "--adapter", tune, "--rollouts", run.resolve("rollouts.jsonl"));
    assertThat(capture.code()).as(capture.err()).isZero();
    assertThat(Files.readAllLines(run.resolve("checkpoint.path"))).containsExactly(base.toString(), tune.toString());
    Session other = Session.of("capture", base, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks", "hook_embed");
    assertThat(other.code()).as("the base alone is another model").isEqualTo(2);
    assertThat(other.err()).contains("adapter_config.json");
    Session another = Session.of("capture", base, "--adapter", tune("llama-regex"), "--rollouts",
        run.resolve("rollouts.jsonl"), "--hooks", "hook_embed");
    assertThat(another.code()).isEqualTo(2);
    assertThat(another.err()).contains("adapter_model.safetensors");
  }

  @Test
  void bothWaysOfNamingItMeanOneModel() throws Exception {
    assertThat(rollouts(tune, folder.resolve("a"), "--base", base).code()).isZero();
    assertThat(rollouts(base, folder.resolve("b"), "--adapter", tune).code()).isZero();
    assertThat(folder.resolve("a/manifest.json")).hasSameBinaryContentAs(folder.resolve("b/manifest.json"));
    assertThat(folder.resolve("a/rollouts.jsonl")).hasSameBinaryContentAs(folder.resolve("b/rollouts.jsonl"));
  }

  @Test
  void inspectShowsIt() throws Exception {
    Session inspected = Session.of("inspect", tune, "--base", base, "--json");
    assertThat(inspected.code()).as(inspected.err()).isZero();
    JsonNode facts = new ObjectMapper().readTree(inspected.out());
    assertThat(facts.path("adapter").path("ranks").toString()).isEqualTo("[4]");
    assertThat(facts.path("adapter").path("weights").intValue()).isEqualTo(6);
    assertThat(Session.of("inspect", tune, "--base", base).out()).contains("LoRA of rank 4 at 6 weights");
    assertThat(facts.path("checkpoint").asText()).isEqualTo("base+llama-qv");
  }

  @Test
  void whatIsNotSaidIsAskedForByTheOption() {
    Session alone = Session.of("inspect", tune);
    assertThat(alone.code()).isEqualTo(3);
    assertThat(alone.err()).contains("org/llama").contains("--base DIR");
    Session both = Session.of("inspect", base, "--base", base, "--adapter", tune);
    assertThat(both.code()).isEqualTo(2);
    assertThat(both.err()).contains("--adapter").contains("--base");
    Session none = Session.of("inspect", base, "--adapter", base);
    assertThat(none.code()).isEqualTo(3);
  }

  @Test
  void aScanTakesAdaptersOverOneBase() throws Exception {
    Session planned = Session.of("scan", tune, tune("llama-regex"), "--base", base, "--tasks", "add", "--dry-run",
        "--json",
        "-o", folder.resolve("scan"));
    assertThat(planned.code()).as(planned.err()).isZero();
    JsonNode units = new ObjectMapper().readTree(planned.out()).path("units");
    assertThat(units).hasSize(2);
    assertThat(units.get(0).path("command").toString()).contains("--base");
    assertThat(units.get(0).path("inputs").path("model.safetensors"))
        .isEqualTo(units.get(1).path("inputs").path("model.safetensors"));
    assertThat(units.get(0).path("inputs").path("adapter_model.safetensors"))
        .isNotEqualTo(units.get(1).path("inputs").path("adapter_model.safetensors"));
  }

  /// No unit copies the weights that all of them map; what is asked for has priority, and one adapter shares nothing.
  @Test
  @Tag("slow")
  void adaptersThatShareTheirBaseLeaveItInItsFile() throws Exception {
    Path other = tune("llama-regex");
    assertThat(memory(plan(tune, other, "--base", base))).containsExactly("low", "low");
    assertThat(memory(plan(tune, other, "--base", base, "--memory", "fast"))).containsExactly("fast", "fast");
    assertThat(memory(plan(tune, "--base", base))).containsExactly("");
    Session shown = Session.of("scan", tune, other, "--base", base, "--tasks", "add", "--limit", 100,
        "--max-new-tokens", 40, "--dry-run", "-o", folder.resolve("scan"));
    assertThat(shown.out()).as("sizes are the base's").contains("disk: at most");
  }

  private JsonNode plan(Object... arguments) throws IOException {
    Object[] all = Stream.of(Stream.of("scan"), Arrays.stream(arguments),
        Stream.of("--tasks", "add", "--dry-run", "--json", "-o", folder.resolve("scan"))).flatMap(words -> words)
        .toArray();
    Session planned = Session.of(all);
    assertThat(planned.code()).as(planned.err()).isZero();
    return new ObjectMapper().readTree(planned.out()).path("units");
  }

  /// The word behind `--memory` in each unit's command.
  private static List<String> memory(JsonNode units) {
    List<String> found = new ArrayList<>();
    for (JsonNode unit : units) {
      List<String> words = new ArrayList<>();
      unit.path("command").forEach(word -> words.add(word.textValue()));
      int place = words.indexOf("--memory");
      found.add(place < 0 ? "" : words.get(place + 1));
    }
    return found;
  }
}
