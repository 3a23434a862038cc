package org.striatum.benchmarks.models;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;

/// A Qwen2 checkpoint in BF16, norm weights 1, all others drawn from N(0, 0.02²), by default in Qwen2.5-0.5B's shape: 494 M
/// parameters. Speed and memory do not depend on the values of the weights, so no download is needed.
public final class RandomCheckpoint {
  public static final int LAYERS = 24;
  public static final int WIDTH = 896;
  public static final int MLP_WIDTH = 4864;
  public static final int KEY_WIDTH = 128;
  public static final int VOCABULARY = 151_936;
  /// Weights of all blocks that multiply rows.
  public static final long PRODUCT_WEIGHTS = (long) LAYERS * WIDTH * (2L * WIDTH + 2L * KEY_WIDTH + 3L * MLP_WIDTH);

  private static final short ONE = (short) (Float.floatToIntBits(1f) >>> 16);

  private RandomCheckpoint() {}

  /// How large a checkpoint is.
  ///
  /// @param layers blocks
  /// @param width coordinates of a hidden state
  /// @param mlpWidth of the feed-forward part
  /// @param heads of the queries
  /// @param keyHeads of keys and values
  /// @param vocabulary tokens
  /// @param end the end of sequence
  public record Shape(int layers, int width, int mlpWidth, int heads, int keyHeads, int vocabulary, int end) {
    /// Qwen2.5-0.5B's.
    public static final Shape QWEN = new Shape(LAYERS, WIDTH, MLP_WIDTH, 14, 2, VOCABULARY, VOCABULARY - 1);

    int keyWidth() {
      return width / heads * keyHeads;
    }
  }

  /// Writes `config.json` and `model.safetensors` in [Shape#QWEN], 988 MB.
  ///
  /// @param folder an existing folder
  public static void write(Path folder, RandomGenerator random) throws IOException {
    write(folder, Shape.QWEN, random);
  }

  /// The same in another shape.
  public static void write(Path folder, Shape shape, RandomGenerator random) throws IOException {
    Files.writeString(folder.resolve("config.json"), """
        {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": %d, "intermediate_size": %d,
         "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %d, "vocab_size": %d,
         "max_position_embeddings": 32768, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "hidden_act": "silu",
         "tie_word_embeddings": true, "use_sliding_window": false, "eos_token_id": %d, "torch_dtype": "bfloat16"}
        """.formatted(shape.width, shape.mlpWidth, shape.layers, shape.heads, shape.keyHeads, shape.vocabulary,
        shape.end));
    writeWeights(folder, tensors(shape), shape.width, random);
  }

  /// Writes `model.safetensors`.
  static void writeWeights(Path folder, List<SafetensorsWriter.Declared> tensors, int width, RandomGenerator random)
      throws IOException {
    try (Arena arena = Arena.ofConfined();
        SafetensorsWriter writer = new SafetensorsWriter(folder.resolve("model.safetensors"), tensors,
            Map.of("format", "pt"))) {
      MemorySegment noise = noise(arena, random);
      MemorySegment ones = arena.allocate(ValueLayout.JAVA_SHORT, width);
      for (int i = 0; i < width; i++) {
        ones.setAtIndex(ValueLayout.JAVA_SHORT, i, ONE);
      }
      for (SafetensorsWriter.Declared tensor : tensors) {
        if (tensor.name().contains("norm")) {
          writer.append(tensor.name(), ones);
          continue;
        }
        long left = 2 * tensor.shape().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
        while (left > 0) {
          long from = 2L * random.nextInt(1 << 20); // elsewhere each time: equal rows would make equal tokens
          long part = Math.min(left, noise.byteSize() - from);
          writer.append(tensor.name(), noise.asSlice(from, part));
          left -= part;
        }
      }
    }
  }

  private static List<SafetensorsWriter.Declared> tensors(Shape shape) {
    List<SafetensorsWriter.Declared> tensors = new ArrayList<>();
    tensors.add(declared("model.embed_tokens.weight", shape.vocabulary, shape.width));
    for (int layer = 0; layer < shape.layers; layer++) {
      String block = "model.layers." + layer + ".";
      tensors.add(declared(block + "input_layernorm.weight", shape.width));
      tensors.add(declared(block + "post_attention_layernorm.weight", shape.width));
      tensors.add(declared(block + "self_attn.q_proj.weight", shape.width, shape.width));
      tensors.add(declared(block + "self_attn.q_proj.bias", shape.width));
      tensors.add(declared(block + "self_attn.k_proj.weight", shape.keyWidth(), shape.width));
      tensors.add(declared(block + "self_attn.k_proj.bias", shape.keyWidth()));
      tensors.add(declared(block + "self_attn.v_proj.weight", shape.keyWidth(), shape.width));
      tensors.add(declared(block + "self_attn.v_proj.bias", shape.keyWidth()));
      tensors.add(declared(block + "self_attn.o_proj.weight", shape.width, shape.width));
      tensors.add(declared(block + "mlp.gate_proj.weight", shape.mlpWidth, shape.width));
      tensors.add(declared(block + "mlp.up_proj.weight", shape.mlpWidth, shape.width));
      tensors.add(declared(block + "mlp.down_proj.weight", shape.width, shape.mlpWidth));
    }
    tensors.add(declared("model.norm.weight", shape.width));
    return tensors;
  }

  static SafetensorsWriter.Declared declared(String name, long... shape) {
    return new SafetensorsWriter.Declared(name, DType.BF16, Arrays.stream(shape).boxed().toList());
  }

  /// 16 MiB of N(0, 0.02²) in BF16: the upper half of each float.
  private static MemorySegment noise(Arena arena, RandomGenerator random) {
    MemorySegment noise = arena.allocate(16 << 20, 2);
    for (long i = 0; i < noise.byteSize() / 2; i++) {
      int bits = Float.floatToIntBits((float) (0.02 * random.nextGaussian()));
      noise.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (bits >>> 16));
    }
    return noise;
  }
}
