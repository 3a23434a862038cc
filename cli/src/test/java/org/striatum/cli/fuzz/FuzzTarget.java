package org.striatum.cli.fuzz;

import static org.striatum.cli.Session.GOLDEN;
import static org.striatum.cli.Session.REASONER;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.striatum.datasets.FileProblems;
import org.striatum.datasets.RolloutFile;
import org.striatum.datasets.SavedStates;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.datasets.images.IdxFile;
import org.striatum.hooks.chat.ChatTemplates;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.hooks.jinja.RenderingLimits;
import org.striatum.hooks.jinja.Template;
import org.striatum.hooks.parity.ReferenceDump;
import org.striatum.hooks.surgery.OnnxFile;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.hooks.torchfile.TorchFile;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.dopamine.StepCutter;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.studies.directions.DirectionFile;
import org.striatum.studies.run.FlatRecord;
import org.striatum.studies.run.RunFolder;

/// A reader of files that others wrote: what it is given whole, and how it is called.
///
/// @param seed a valid file or folder; of a folder, `file` is the one that is made wrong
/// @param file its name in the folder; empty if the seed is the file
/// @param reader of the file or the folder; anything it keeps open is closed
record FuzzTarget(String name, Seed seed, String file, Reading reader) {
  /// Writes the seed.
  interface Seed {
    void write(Path to) throws IOException;
  }

  interface Reading {
    void read(Path path) throws IOException;
  }

  private static final Path HOOKS = GOLDEN.resolve("..");
  private static final Path QWEN = GOLDEN.resolve("checkpoints/qwen2");
  /// Less than usual, as a target is to be called often.
  private static final RenderingLimits LIMITS = new RenderingLimits(100_000, 600, 1 << 20, 1 << 20,
      Duration.ofSeconds(10));

  static List<FuzzTarget> all() {
    return List.of(
        of("safetensors", QWEN.resolve("model.safetensors"), path -> SafetensorsFile.open(path).close()),
        of("onnx", GOLDEN.resolve("onnx/gpt2-fused"), "model.onnx", path -> OnnxFile.open(path.resolve("model.onnx"))),
        of("config", QWEN.resolve("config.json"), ModelConfig::read),
        of("checkpoint-config", QWEN, "config.json", path -> Checkpoint.open(path).close()),
        of("generation-config", QWEN, "generation_config.json", path -> Checkpoint.open(path).close()),
        of("checkpoint-weights", QWEN, "model.safetensors", path -> Checkpoint.open(path).close()),
        of("sharded-index", GOLDEN.resolve("checkpoints/llama_bf16_sharded"), "model.safetensors.index.json",
            path -> Checkpoint.open(path).close()),
        of("adapter-config", HOOKS.resolve("lora/llama-qv"), "adapter_config.json", FuzzTarget::adapter),
        of("adapter-weights", HOOKS.resolve("lora/llama-qv"), "adapter_model.safetensors", FuzzTarget::adapter),
        of("tokenizer", REASONER, "tokenizer.json", path -> Tokenizer.open(path, 64).close()),
        of("tokenizer-config", REASONER, "tokenizer_config.json", path -> Tokenizer.open(path, 64).close()),
        of("tokenizer-model", GOLDEN.resolve("text/llama-model"), "tokenizer.model",
            path -> Tokenizer.open(path, 64).close()),
        of("chat-files", REASONER, "tokenizer_config.json", ChatTemplates::find),
        text("chat-template",
            "{% for m in messages %}{{ '<' + m['role'] + '>' + m.content | trim }}{% if loop.last and "
                + "x is not defined %}{{ range(3) | join(',') }}{% endif %}{% endfor %}{% set a = 1 %}{{ a // 2 ** 3 }}",
            FuzzTarget::render),
        of("pickle", HOOKS.resolve("torchfile/kinds.bin"), path -> TorchFile.open(path).close()),
        of("pickle-4", HOOKS.resolve("torchfile/protocol4.bin"), path -> TorchFile.open(path).close()),
        text("problems.jsonl", "{\"question\": \"1+1\", \"answer\": \"a #### 2\"}\n".repeat(3), "jsonl",
            path -> FileProblems.read(path, FileProblems.Options.RECOGNISED, 10)),
        text("problems.csv", "question,answer\n\"1+1\",#### 2\n2+2,#### 4\n", "csv",
            path -> FileProblems.read(path, FileProblems.Options.RECOGNISED, 10)),
        text("problems.json", "[{\"problem\": \"1+1\", \"solution\": \"\\\\boxed{2}\", \"answer\": \"2\"}]", "json",
            path -> FileProblems.read(path, FileProblems.Options.RECOGNISED, 10)),
        new FuzzTarget("saved-states", FuzzRun::states, "", path -> SavedStates.open(path).close()),
        of("reference-dump", QWEN, "expected.safetensors",
            path -> ReferenceDump.open(path.resolve("expected.safetensors")).close()),
        of("reference-json", QWEN, "expected.json",
            path -> ReferenceDump.open(path.resolve("expected.safetensors")).close()),
        text("directions", "{\"hook\": \"blocks.2.hook_resid_post\", \"vector\": [0.5, -1, 2]}", "json",
            DirectionFile::read),
        new FuzzTarget("network", path -> Mlp.random(new int[]{3, 4, 2}, new SplittableRandom(1)).save(path), "",
            Mlp::load),
        new FuzzTarget("images",
            path -> Files.write(path, new byte[]{0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2,
                3, 4}),
            "", IdxFile::read),
        run("manifest", "manifest.json", RunFolder::read),
        run("rollouts-of-run", "rollouts.jsonl", path -> RolloutFile.read(path.resolve("rollouts.jsonl"))),
        run("settings", "results/probe.settings.json",
            path -> FlatRecord.read(path.resolve("results/probe.settings.json"))),
        run("results-shown", "results/probe.json", path -> FuzzRun.command("show", path)),
        run("manifest-shown", "manifest.json", path -> FuzzRun.command("show", path)),
        run("store", "activations/index.json", path -> ActivationStore.open(path.resolve("activations")).close()),
        text("grader",
            "So \\boxed{\\frac{1}{2}} and the answer is $1,111.5$ (B). #### -3/4 \\text{cm}^2 1e5 \\{1, 2\\}",
            FuzzTarget::grade),
        text("steps", "First\n\nthen \n \t\n1 + 1\n\n\n= 2</think>", FuzzTarget::cut));
  }

  /// Whether a reader may say so, and the command line ends in one line and an exit code that is not a bug's.
  static boolean isDocumented(Throwable thrown) {
    return thrown instanceof IOException || thrown instanceof UncheckedIOException || thrown instanceof UsageException
        || thrown instanceof NotEnoughData;
  }

  private static FuzzTarget of(String name, Path seed, Reading reader) {
    return new FuzzTarget(name, to -> Files.copy(seed, to), "", reader);
  }

  private static FuzzTarget of(String name, Path folder, String file, Reading reader) {
    return new FuzzTarget(name, to -> {
      Files.createDirectories(to);
      try (var files = Files.list(folder)) {
        for (Path each : files.filter(Files::isRegularFile).toList()) {
          Files.copy(each, to.resolve(each.getFileName()));
        }
      }
    }, file, reader);
  }

  private static FuzzTarget run(String name, String file, Reading reader) {
    return new FuzzTarget(name, FuzzRun::copy, file, reader);
  }

  private static FuzzTarget text(String name, String seed, Reading reader) {
    return text(name, seed, "txt", reader);
  }

  /// The name's end tells some readers the layout, so the file is in a folder of its own.
  private static FuzzTarget text(String name, String seed, String end, Reading reader) {
    String file = "seed." + end;
    return new FuzzTarget(name, to -> Files.writeString(Files.createDirectories(to).resolve(file), seed), file,
        folder -> reader.read(folder.resolve(file)));
  }

  private static void adapter(Path folder) throws IOException {
    Checkpoint.open(ModelSource.of(GOLDEN.resolve("checkpoints/llama"), folder)).close();
  }

  private static String string(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  private static void render(Path file) throws IOException {
    Template.of(string(file)).render(Map.of("messages", List.of(Map.of("role", "user", "content", " a "))),
        LocalDateTime.of(2026, 1, 1, 0, 0), LIMITS);
  }

  private static void grade(Path file) throws IOException {
    String text = string(file);
    for (AnswerGrader grader : AnswerGrader.values()) {
      grader.answer(text);
      grader.reference(text);
    }
  }

  private static void cut(Path file) throws IOException {
    String text = string(file);
    StepCutter.PARAGRAPH.cut(List.of(text));
    StepCutter.NEWLINE.cut(List.of(text.split("(?<=\\G.{3})")));
  }
}
