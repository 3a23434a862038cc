package org.striatum.cli.fuzz;

import static org.striatum.cli.Session.GOLDEN;
import static org.striatum.cli.Session.REASONER;
import static org.striatum.cli.fuzz.FuzzTarget.file;
import static org.striatum.cli.fuzz.FuzzTarget.folder;
import static org.striatum.cli.fuzz.FuzzTarget.string;
import static org.striatum.cli.fuzz.FuzzTarget.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.striatum.cli.fuzz.FuzzTarget.Cost;
import org.striatum.hooks.chat.ChatTemplates;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.jinja.RenderingLimits;
import org.striatum.hooks.jinja.Template;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.parity.ReferenceDump;
import org.striatum.hooks.surgery.OnnxFile;
import org.striatum.hooks.surgery.OnnxFileModel;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.hooks.torchfile.TorchFile;
import org.striatum.probe.tensor.SafetensorsFile;

/// Readers of checkpoints, adapters, ONNX files, tokenizers, templates and reference dumps.
final class ModelTargets {
  private static final Path HOOKS = GOLDEN.resolve("..");
  private static final Path QWEN = GOLDEN.resolve("checkpoints/qwen2");
  private static final Path LORA = HOOKS.resolve("lora/llama-qv");
  private static final Path TEXT = GOLDEN.resolve("text");
  private static final String WEIGHTS = "model.safetensors";
  private static final String ONNX = "model.onnx";
  private static final String TEMPLATE = "{% for m in messages %}{{ '<' + m['role'] + '>' + m.content | trim }}"
      + "{% if loop.last and x is not defined %}{{ range(3) | join(',') }}{% endif %}{% endfor %}"
      + "{% set a = 1 %}{{ a // 2 ** 3 }}";
  /// Less than usual, as a target is to be called often.
  private static final RenderingLimits LIMITS = new RenderingLimits(100_000, 600, 1 << 20, 1 << 20,
      Duration.ofSeconds(10));

  private ModelTargets() {}

  static List<FuzzTarget> all() {
    return Stream.of(checkpoints(), onnx(), texts()).flatMap(List::stream).toList();
  }

  private static List<FuzzTarget> checkpoints() {
    return List.of(
        file("safetensors", SmallModel::weights, path -> SafetensorsFile.open(path).close()),
        file("config", QWEN.resolve("config.json"), ModelConfig::read),
        folder("checkpoint-config", SmallModel::write, "config.json", path -> Checkpoint.open(path).close()),
        folder("generation-config", SmallModel::write, "generation_config.json",
            path -> Checkpoint.open(path).close()),
        folder("checkpoint-weights", SmallModel::write, WEIGHTS, path -> Checkpoint.open(path).close()),
        folder("sharded-index", GOLDEN.resolve("checkpoints/llama_bf16_sharded"), "model.safetensors.index.json",
            path -> Checkpoint.open(path).close()),
        folder("hub-cache", to -> {
          SmallModel.write(to.resolve("snapshots/abc"));
          Files.createDirectories(to.resolve("refs"));
          Files.writeString(to.resolve("refs/main"), "abc");
        }, "refs/main", path -> Checkpoint.open(path).close()),
        folder("adapter-config", LORA, "adapter_config.json", ModelTargets::adapter),
        folder("adapter-weights", LORA, "adapter_model.safetensors", ModelTargets::adapter).at(Cost.DEAR),
        file("pickle", HOOKS.resolve("torchfile/kinds.bin"), path -> TorchFile.open(path).close()),
        file("pickle-4", HOOKS.resolve("torchfile/protocol4.bin"), path -> TorchFile.open(path).close()),
        folder("reference-dump", SmallModel::reference, "expected.safetensors", ModelTargets::reference),
        folder("reference-json", SmallModel::reference, "expected.json", ModelTargets::reference));
  }

  private static List<FuzzTarget> onnx() {
    return List.of(
        folder("onnx", to -> SmallModel.onnx(GOLDEN.resolve("onnx/gpt2-fused"), to), ONNX,
            path -> OnnxFile.open(path.resolve(ONNX))).at(Cost.DEAR),
        folder("onnx-int4", to -> SmallModel.onnx(GOLDEN.resolve("onnx/llama-int4"), to), ONNX,
            path -> OnnxFile.open(path.resolve(ONNX))).at(Cost.DEAR),
        folder("onnx-opened", to -> SmallModel.onnx(GOLDEN.resolve("onnx/gpt2-fused"), to), ONNX, path -> OnnxFileModel
            .open(path.resolve(ONNX), Memory.LOW, 1, CompletionEnd.at(List.of())).close()).at(Cost.DEARER));
  }

  private static List<FuzzTarget> texts() {
    return List.of(
        tokenizer("tokenizer", REASONER, "tokenizer.json"),
        tokenizer("tokenizer-config", REASONER, "tokenizer_config.json"),
        tokenizer("tokenizer-model", TEXT.resolve("llama-model"), "tokenizer.model"),
        tokenizer("tokenizer-unigram", TEXT.resolve("spm-unigram"), "tokenizer.model"),
        tokenizer("tokenizer-vocabulary", TEXT.resolve("qwen2-files"), "vocab.json"),
        tokenizer("tokenizer-merges", TEXT.resolve("qwen2-files"), "merges.txt"),
        tokenizer("tokenizer-added", TEXT.resolve("older-files"), "added_tokens.json"),
        tokenizer("tokenizer-special", TEXT.resolve("older-files"), "special_tokens_map.json"),
        folder("chat-files", REASONER, "tokenizer_config.json", ChatTemplates::find),
        folder("chat-json",
            to -> Files.writeString(Files.createDirectories(to).resolve("chat_template.json"),
                "{\"chat_template\": \"{{ messages }}\"}"),
            "chat_template.json", ChatTemplates::find),
        folder("chat-jinja",
            to -> Files.writeString(Files.createDirectories(to).resolve("chat_template.jinja"), TEMPLATE),
            "chat_template.jinja", ChatTemplates::find),
        text("chat-template", TEMPLATE, ModelTargets::render));
  }

  private static FuzzTarget tokenizer(String name, Path folder, String file) {
    return folder(name, folder, file, path -> Tokenizer.open(path, 64).close());
  }

  private static void adapter(Path folder) throws IOException {
    Checkpoint.open(ModelSource.of(GOLDEN.resolve("checkpoints/llama"), folder)).close();
  }

  private static void reference(Path folder) throws IOException {
    ReferenceDump.open(folder.resolve("expected.safetensors")).close();
  }

  private static void render(Path file) throws IOException {
    Template.of(string(file)).render(Map.of("messages", List.of(Map.of("role", "user", "content", " a "))),
        LocalDateTime.of(2026, 1, 1, 0, 0), LIMITS);
  }
}
