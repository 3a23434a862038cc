package org.striatum.benchmarks.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

/// An OLMoE checkpoint in BF16 (norm weights 1, all others drawn from N(0, 0.02²)): 64 experts in every layer, of which a token
/// meets 8, one tensor for each matrix of each expert. 113 M parameters.
final class RandomMixture {
  static final int LAYERS = 4;
  static final int VOCABULARY = 8192;
  static final int EXPERTS = 64;
  static final int CHOSEN = 8;
  private static final int WIDTH = 512;
  private static final int EXPERT_WIDTH = 256;

  private RandomMixture() {}

  /// Writes `config.json` and `model.safetensors`.
  ///
  /// @param folder an existing folder
  static void write(Path folder, RandomGenerator random) throws IOException {
    Files.writeString(folder.resolve("config.json"), """
        {"architectures": ["OlmoeForCausalLM"], "model_type": "olmoe", "hidden_size": %d, "intermediate_size": %d,
         "num_hidden_layers": %d, "num_attention_heads": 8, "num_key_value_heads": 8, "vocab_size": %d,
         "num_experts": %d, "num_experts_per_tok": %d, "norm_topk_prob": false, "max_position_embeddings": 1024,
         "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": true,
         "eos_token_id": %d, "torch_dtype": "bfloat16"}
        """.formatted(WIDTH, EXPERT_WIDTH, LAYERS, VOCABULARY, EXPERTS, CHOSEN, VOCABULARY - 1));
    RandomCheckpoint.writeWeights(folder, tensors(), WIDTH, random);
  }

  private static List<Declared> tensors() {
    List<Declared> tensors = new ArrayList<>();
    tensors.add(RandomCheckpoint.declared("model.embed_tokens.weight", VOCABULARY, WIDTH));
    for (int layer = 0; layer < LAYERS; layer++) {
      String block = "model.layers." + layer + ".";
      for (String norm : List.of("input_layernorm", "post_attention_layernorm", "self_attn.q_norm",
          "self_attn.k_norm")) {
        tensors.add(RandomCheckpoint.declared(block + norm + ".weight", WIDTH));
      }
      for (String projection : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
        tensors.add(RandomCheckpoint.declared(block + "self_attn." + projection + ".weight", WIDTH, WIDTH));
      }
      tensors.add(RandomCheckpoint.declared(block + "mlp.gate.weight", EXPERTS, WIDTH));
      for (int e = 0; e < EXPERTS; e++) {
        String expert = block + "mlp.experts." + e + ".";
        tensors.add(RandomCheckpoint.declared(expert + "gate_proj.weight", EXPERT_WIDTH, WIDTH));
        tensors.add(RandomCheckpoint.declared(expert + "up_proj.weight", EXPERT_WIDTH, WIDTH));
        tensors.add(RandomCheckpoint.declared(expert + "down_proj.weight", WIDTH, EXPERT_WIDTH));
      }
    }
    tensors.add(RandomCheckpoint.declared("model.norm.weight", WIDTH));
    return tensors;
  }
}
