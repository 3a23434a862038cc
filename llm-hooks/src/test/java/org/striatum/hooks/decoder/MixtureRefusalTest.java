package org.striatum.hooks.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;
import org.striatum.probe.tensor.TensorInfo;

/// What a configuration of experts, or of layers with a state, may not say; and files that lack experts.
class MixtureRefusalTest {
  private static final Path FAMILIES = Path.of("src/test/resources/golden/families");

  @TempDir
  private Path folder;

  /// The key that is named, in the family's own configuration where `there` is replaced.
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      mixtral      | "num_experts_per_tok": 2     | "num_experts_per_tok": 5           | num_experts_per_tok
      mixtral      | "num_local_experts": 4       | "num_local_experts": 4, "num_experts": 8 | num_local_experts
      mixtral      | "num_local_experts": 4       | "num_local_experts": 5             | gate.weight
      mixtral      | "num_local_experts": 4       | "num_local_experts": 0             | num_local_experts
      qwen2_moe    | "mlp_only_layers": []        | "mlp_only_layers": [-1]            | mlp_only_layers
      qwen2_moe    | "mlp_only_layers": []        | "mlp_only_layers": [1]             | mlp.gate_proj.weight
      qwen2_moe    | "decoder_sparse_step": 1     | "decoder_sparse_step": 0           | decoder_sparse_step
      qwen2_moe    | "moe_intermediate_size": 24  | "moe_intermediate_size": 12        | experts.0.gate_proj.weight
      gpt_oss      | "hidden_act": "silu"         | "hidden_act": "gelu"               | hidden_act
      gpt_oss      | "hidden_act": "silu"         | "hidden_act": "silu", "swiglu_limit": 5.0 | swiglu_limit
      gpt_oss      | "hidden_act": "silu"         | "hidden_act": "silu", "experts_per_token": 4 | experts_per_token
      gpt_oss      | "num_experts_per_tok": 2     | "experts_per_token": 3             | experts_per_token
      qwen3_next   | "linear_num_key_heads": 2    | "linear_num_key_heads": 3          | linear_num_key_heads
      qwen3_next   | "linear_conv_kernel_dim": 4  | "linear_conv_kernel_dim": 1        | linear_conv_kernel_dim
      qwen3_5_text | "linear_value_head_dim": 12  | "linear_value_head_dim": 10        | linear_attn.in_proj_qkv.weight
      granite4_h   | "linear_attention"           | "state_space"                      | layer_types
      granite4_h   | "mamba_n_groups": 1          | "mamba_n_groups": 3                | mamba_n_groups
      granite4_h   | "mamba_d_head": 24           | "mamba_d_head": 12                 | mamba_n_heads
      granite4_h   | "mamba_d_head": 24           | "mamba_d_head": "some"             | mamba_d_head
      granite4_h   | "__float__": "Infinity"      | "__float__": "0.5"                 | time_step_limit
      falcon_h1    | "mamba_rms_norm": false      | "mamba_rms_norm": true             | mamba.norm.weight
      falcon_h1    | "key_multiplier": 1.0        | "key_multiplier": -1.0             | key_multiplier
      gemma4_text  | "attention_k_eq_v": false    | "attention_k_eq_v": true           | attention_k_eq_v
      gemma4_text  | "enable_moe_block": false    | "enable_moe_block": true           | enable_moe_block
      gemma4_text  | "num_kv_shared_layers": 0    | "num_kv_shared_layers": 2          | num_kv_shared_layers
      gemma4_text  | "per_layer_config": {},      | "global_head_dim": 32,             | global_head_dim
      gemma4_text  | "hidden_size_per_layer_input": 0 | "hidden_size_per_layer_input": 8 | hidden_size_per_layer_input
      """)
  void theKeyOrTensorIsNamed(String family, String there, String instead, String named) throws Exception {
    String config = Files.readString(FAMILIES.resolve(family).resolve("config.json"));
    assertThat(config).contains(there);
    Files.writeString(folder.resolve("config.json"), config.replaceFirst(
        Pattern.quote(there), Matcher.quoteReplacement(instead)));
    Files.copy(FAMILIES.resolve(family).resolve("model.safetensors"), folder.resolve("model.safetensors"));
    assertRefused().hasMessageContaining(named);
  }

  @Test
  void aMissingExpertIsNamed() throws Exception {
    rewrite("mixtral", name -> name.contains("layers.1.block_sparse_moe.experts.2.w2") ? null : name);
    assertRefused().hasMessageContaining("layers.1.block_sparse_moe.experts.2.w2.weight")
        .hasMessageContaining("missing");
  }

  @Test
  void allExpertsMissingIsNamedByTheFirst() throws Exception {
    rewrite("qwen2_moe", name -> name.contains(".experts.") ? null : name);
    assertRefused().hasMessageContaining("layers.0.mlp.experts.0.gate_proj.weight").hasMessageContaining("missing");
  }

  @Test
  void packedExpertsAreRefusedByTheirFormat() throws Exception {
    rewrite("gpt_oss", name -> name.endsWith("experts.gate_up_proj") ? name + "_blocks" : name);
    assertRefused().hasMessageContaining("MXFP4");
  }

  /// Copies a family's files, its tensors under other names, or left out where that is null.
  private void rewrite(String family, Function<String, String> renamed) throws Exception {
    Files.copy(FAMILIES.resolve(family).resolve("config.json"), folder.resolve("config.json"));
    try (SafetensorsFile file = SafetensorsFile.open(FAMILIES.resolve(family).resolve("model.safetensors"))) {
      List<TensorInfo> kept = file.tensors().values().stream().filter(info -> renamed.apply(info.name()) != null)
          .toList();
      List<Declared> declared = new ArrayList<>();
      kept.forEach(info -> declared.add(new Declared(renamed.apply(info.name()), info.dtype(), info.shape())));
      try (SafetensorsWriter writer = new SafetensorsWriter(folder.resolve("model.safetensors"), declared, Map.of())) {
        for (TensorInfo info : kept) {
          writer.append(renamed.apply(info.name()), file.data(info.name()));
        }
      }
    }
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertRefused() {
    return assertThatThrownBy(() -> HookedModel.open(folder, Optional.empty(), 1).close())
        .isInstanceOf(CheckpointException.class);
  }
}
