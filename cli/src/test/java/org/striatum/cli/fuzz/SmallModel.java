package org.striatum.cli.fuzz;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

/// Models so small that most of what is made wrong in them is no weight.
final class SmallModel {
  /// Embedded weights from this size on go into a file beside the graph.
  private static final int LARGE = 256;
  private static final long D = 4;
  private static final long KEYS = 2;
  private static final long WORDS = 8;
  private static final String LAYER = "model.layers.0.";
  private static final String CONFIG = """
      {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "bos_token_id": 1, "eos_token_id": 2,
       "head_dim": 2, "hidden_act": "silu", "hidden_size": 4, "intermediate_size": 4, "max_position_embeddings": 64,
       "mlp_bias": false, "model_type": "llama", "num_attention_heads": 2, "num_hidden_layers": 1,
       "num_key_value_heads": 1, "pad_token_id": 0, "rms_norm_eps": 1e-06, "rope_parameters": {"factor": 8.0,
       "high_freq_factor": 4.0, "low_freq_factor": 1.0, "original_max_position_embeddings": 16,
       "rope_theta": 500000.0, "rope_type": "llama3"}, "tie_word_embeddings": false, "torch_dtype": "float32",
       "use_cache": true, "vocab_size": 8}
      """;

  private SmallModel() {}

  /// A Llama of one layer.
  static void write(Path to) throws IOException {
    Files.createDirectories(to);
    Files.writeString(to.resolve("config.json"), CONFIG);
    Files.writeString(to.resolve("generation_config.json"),
        "{\"bos_token_id\": 1, \"eos_token_id\": [2, 3], \"temperature\": 0.6, \"top_p\": 0.9}");
    weights(to.resolve("model.safetensors"));
  }

  static void weights(Path file) throws IOException {
    write(file, List.of(f32("model.embed_tokens.weight", WORDS, D), f32(LAYER + "input_layernorm.weight", D),
        f32(LAYER + "self_attn.q_proj.weight", D, D), f32(LAYER + "self_attn.k_proj.weight", KEYS, D),
        f32(LAYER + "self_attn.v_proj.weight", KEYS, D), f32(LAYER + "self_attn.o_proj.weight", D, D),
        f32(LAYER + "post_attention_layernorm.weight", D), f32(LAYER + "mlp.gate_proj.weight", D, D),
        f32(LAYER + "mlp.up_proj.weight", D, D), f32(LAYER + "mlp.down_proj.weight", D, D),
        f32("model.norm.weight", D), f32("lm_head.weight", WORDS, D)));
  }

  /// What a reference says of two rows of three tokens.
  static void reference(Path to) throws IOException {
    Files.createDirectories(to);
    write(to.resolve("expected.safetensors"), List.of(new Declared("input_ids", DType.I32, List.of(2L, 3L)),
        new Declared("attention_mask", DType.I32, List.of(2L, 3L)), f32("resid_post.0", 2, 3, D),
        f32("logits", 2, 3, WORDS)));
    Files.writeString(to.resolve("expected.json"), """
        {"transformers": "5.17.0", "zero_ablated": {"hook": "resid_post.1", "dims": [3, 1], "positions": "all"},
         "layout": "right padded"}
        """);
  }

  private static Declared f32(String name, long... shape) {
    List<Long> sizes = new ArrayList<>();
    for (long size : shape) {
      sizes.add(size);
    }
    return new Declared(name, DType.F32, sizes);
  }

  private static void write(Path file, List<Declared> tensors) throws IOException {
    try (SafetensorsWriter writer = new SafetensorsWriter(file, tensors, new TreeMap<>())) {
      for (Declared tensor : tensors) {
        int elements = (int) tensor.shape().stream().mapToLong(size -> size).reduce(1, (a, b) -> a * b);
        if (tensor.dtype() == DType.F32) {
          float[] values = new float[elements];
          for (int i = 0; i < elements; i++) {
            values[i] = 0.25f + i;
          }
          writer.append(tensor.name(), values, 0, elements);
        } else {
          writer.append(tensor.name(), IntStream.generate(() -> 1).limit(elements).toArray(), 0, elements);
        }
      }
    }
  }

  /// The ONNX file of a folder with its large weights in a file beside it: what is left is its graph.
  static void onnx(Path folder, Path to) throws IOException {
    Files.createDirectories(to);
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(folder.resolve("model.onnx"))).toBuilder();
    ByteArrayOutputStream weights = new ByteArrayOutputStream();
    for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
      byte[] raw = tensor.getRawData().toByteArray();
      if (raw.length >= LARGE) {
        tensor.clearRawData().setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", "weights.bin"))
            .addExternalData(entry("offset", Integer.toString(weights.size())))
            .addExternalData(entry("length", Integer.toString(raw.length)));
        weights.writeBytes(raw);
      }
    }
    Files.write(to.resolve("weights.bin"), weights.toByteArray());
    Files.write(to.resolve("model.onnx"), model.build().toByteArray());
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
