"""Makes golden/variants: tiny random checkpoints of configurations that golden/checkpoints does not have, with what
transformers computes on them (eager attention, F32 arithmetic). `python variants.py FOLDER [PART OF A NAME…]`; the tests never run it."""
import json
import os
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText

VOCABULARY = 61
MODERN = dict(vocab_size=VOCABULARY, hidden_size=32, intermediate_size=40, num_hidden_layers=3, num_attention_heads=4,
              num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)
GEMMA = dict(MODERN, head_dim=12, query_pre_attn_scalar=20, sliding_window=5)
NEOX = dict(vocab_size=VOCABULARY, hidden_size=32, intermediate_size=56, num_hidden_layers=3, num_attention_heads=4,
            max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)
GPT2 = dict(vocab_size=VOCABULARY, n_embd=32, n_layer=3, n_head=4, n_positions=40, bos_token_id=1, eos_token_id=2,
            pad_token_id=0)
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=16)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)


def longrope(pairs):
    return dict(rope_type="longrope", short_factor=[1.0 + 0.3 * i for i in range(pairs)],
                long_factor=[2.0 + i for i in range(pairs)])


# name: (model_type, configuration as a file would have it, dtype of the file)
VARIANTS = {
    "gpt2-inverse-layer": ("gpt2", dict(GPT2, scale_attn_by_inverse_layer_idx=True, n_inner=72), torch.float32),
    "gpt2-unscaled-relu": ("gpt2", dict(GPT2, scale_attn_weights=False, activation_function="relu",
                                        reorder_and_upcast_attn=True), torch.float32),
    "gpt2-untied-f16": ("gpt2", dict(GPT2, tie_word_embeddings=False, activation_function="gelu"), torch.float16),
    "neox-sequential-v4": ("gpt_neox", dict(NEOX, use_parallel_residual=False, rotary_pct=0.5, rotary_emb_base=5000),
                           torch.float32),
    "neox-unbiased-linear": ("gpt_neox", dict(NEOX, attention_bias=False, hidden_act="gelu_new", rotary_pct=1.0,
                                              rope_scaling=dict(type="linear", factor=2.0)), torch.bfloat16),
    "neox-odd-share": ("gpt_neox", dict(NEOX, rotary_pct=0.4), torch.float32),
    "llama-biases-yarn": ("llama", dict(MODERN, attention_bias=True, mlp_bias=True, rope_theta=20000.0,
                                        rope_scaling=YARN), torch.float32),
    "llama-mqa-tied-f16": ("llama", dict(MODERN, num_key_value_heads=1, tie_word_embeddings=True, head_dim=6,
                                         hidden_act="gelu"), torch.float16),
    "llama-yarn-unread": ("llama", dict(MODERN, rope_scaling=dict(YARN, type="yarn", finetuned=True, mscale=0.0,
                                                                  mscale_all_dim=0.0)), torch.float16),
    "llama-dynamic": ("llama", dict(MODERN, rope_scaling=dict(type="dynamic", factor=4.0)), torch.float32),
    "mistral-window": ("mistral", dict(MODERN, sliding_window=4, head_dim=12, rope_theta=1e6), torch.float32),
    "mistral-layer-types": ("mistral", dict(MODERN, sliding_window=3, head_dim=12, rope_theta=1e4, layer_types=[
        "sliding_attention", "full_attention", "sliding_attention"]), torch.float16),
    "mistral-no-window-bf16": ("mistral", dict(MODERN, num_attention_heads=8, num_key_value_heads=8,
                                               sliding_window=None, hidden_act="gelu_pytorch_tanh"), torch.bfloat16),
    "qwen2-window-yarn": ("qwen2", dict(MODERN, use_sliding_window=True, sliding_window=5, max_window_layers=1,
                                        tie_word_embeddings=True,
                                        rope_scaling=dict(type="yarn", factor=2.0, beta_fast=16.0, beta_slow=2.0,
                                                          attention_factor=1.2,
                                                          original_max_position_embeddings=32)), torch.float32),
    "qwen2-layer-types": ("qwen2", dict(MODERN, use_sliding_window=True, sliding_window=6,
                                        layer_types=["sliding_attention", "full_attention", "sliding_attention"]),
                          torch.bfloat16),
    "qwen3-biased-window": ("qwen3", dict(MODERN, attention_bias=True, head_dim=10, use_sliding_window=True,
                                          sliding_window=4, max_window_layers=2), torch.float32),
    "qwen3-tied-linear": ("qwen3", dict(MODERN, head_dim=16, tie_word_embeddings=True,
                                        rope_parameters=dict(rope_type="linear", factor=3.0, rope_theta=1e6)),
                          torch.bfloat16),
    "gemma2-uncapped": ("gemma2", dict(GEMMA, attn_logit_softcapping=None, final_logit_softcapping=None,
                                       attention_bias=True), torch.float32),
    "gemma2-v4": ("gemma2", dict(GEMMA, hidden_act="gelu_pytorch_tanh", rope_theta=5000.0, num_key_value_heads=4),
                  torch.bfloat16),
    "gemma3-v4": ("gemma3_text", dict(GEMMA, num_hidden_layers=4, sliding_window_pattern=2, rope_theta=1e5,
                                      rope_local_base_freq=5000.0, rope_scaling=dict(rope_type="linear", factor=8.0)),
                  torch.float32),
    "gemma3-capped": ("gemma3_text", dict(GEMMA, attn_logit_softcapping=20.0, final_logit_softcapping=8.0,
                                          attention_bias=True, tie_word_embeddings=False), torch.float32),
    "phi3-partial-window": ("phi3", dict(MODERN, partial_rotary_factor=0.5, sliding_window=5), torch.float32),
    "phi3-longrope": ("phi3", dict(MODERN, original_max_position_embeddings=16, rope_scaling=longrope(4)),
                      torch.float32),
    "phi3-partial-longrope": ("phi3", dict(MODERN, partial_rotary_factor=0.75, original_max_position_embeddings=32,
                                           rope_scaling=dict(longrope(3), type="longrope")), torch.bfloat16),
    "olmo2-grouped": ("olmo2", dict(MODERN, attention_bias=True, rope_theta=5e5), torch.float32),
    "olmo2-llama3-tied": ("olmo2", dict(MODERN, tie_word_embeddings=True, rope_scaling=dict(LLAMA3)), torch.float32),
}

F32, F16, BF16 = torch.float32, torch.float16, torch.bfloat16
SLIDING = dict(MODERN, sliding_window=5)
OLD = dict(GPT2, rotary_dim=4)
OPT = dict(NEOX, ffn_dim=56)
del OPT["intermediate_size"]
GRANITE4 = dict(MODERN, num_local_experts=0, shared_intermediate_size=40, layer_types=["full_attention"] * 3,
                mamba_n_heads=8, mamba_d_head=8)
ALIBI = dict(vocab_size=VOCABULARY, bos_token_id=1, eos_token_id=2, pad_token_id=0)
VARIANTS |= {
    "apertus-biased-tied": ("apertus", dict(MODERN, attention_bias=True, tie_word_embeddings=True,
                                            rope_theta=1e5, rope_scaling=dict(LLAMA3)), BF16),
    "arcee-biases-yarn": ("arcee", dict(MODERN, attention_bias=True, mlp_bias=True, head_dim=10, hidden_act="silu",
                                        rope_theta=5000.0, rope_scaling=YARN), F32),
    "cwm-default-types": ("cwm", dict(SLIDING, num_hidden_layers=5, head_dim=6, rope_theta=1e4, tie_word_embeddings=True,
                                      rope_scaling=dict(LLAMA3)), F16),
    "ernie-biases-untied": ("ernie4_5", dict(MODERN, use_bias=True, tie_word_embeddings=False, head_dim=12,
                                             hidden_act="gelu"), F32),
    "exaone4-no-window": ("exaone4", dict(MODERN, sliding_window=None, tie_word_embeddings=True,
                                       layer_types=["full_attention"] * 3), F32),
    "exaone4-pattern": ("exaone4", dict(SLIDING, num_hidden_layers=4, sliding_window_pattern=2,
                                        rope_scaling=dict(LLAMA3)), BF16),
    "glm-unbiased-share": ("glm", dict(MODERN, attention_bias=False, head_dim=16, partial_rotary_factor=0.25,
                                       tie_word_embeddings=True), F32),
    "glm4-whole": ("glm4", dict(MODERN, head_dim=8, partial_rotary_factor=1.0, num_key_value_heads=4), F16),
    "granite-biases-untied": ("granite", dict(MODERN, attention_bias=True, mlp_bias=True, embedding_multiplier=3.0,
                                              residual_multiplier=0.5, attention_multiplier=0.3, logits_scaling=4.0,
                                              tie_word_embeddings=False, rope_scaling=dict(type="linear", factor=2.0)),
                              F32),
    "granite4-dense": ("granitemoehybrid", dict(GRANITE4, position_embedding_type="rope", attention_bias=True,
                                                embedding_multiplier=3.0, residual_multiplier=0.5,
                                                attention_multiplier=0.3, logits_scaling=4.0), F32),
    "granite4-unrotated": ("granitemoehybrid", dict(GRANITE4, tie_word_embeddings=True), BF16),
    "granite-defaults": ("granite", dict(MODERN), BF16),
    "hunyuan-alpha": ("hunyuan_v1_dense", dict(MODERN, head_dim=8, attention_bias=True, tie_word_embeddings=True,
                                               rope_scaling=dict(type="dynamic", alpha=50.0, factor=1.0)), F32),
    "ministral-window": ("ministral", dict(SLIDING, head_dim=6, hidden_act="gelu", tie_word_embeddings=True), F32),
    "ministral3-window": ("ministral3", dict(SLIDING, head_dim=10, rope_parameters=dict(
        rope_type="yarn", factor=8.0, original_max_position_embeddings=8, rope_theta=5000.0, beta_fast=8.0,
        beta_slow=1.0, mscale=1.0, mscale_all_dim=0.5, llama_4_scaling_beta=0.3)), F32),
    "nemotron-biases-silu": ("nemotron", dict(MODERN, attention_bias=True, mlp_bias=True, head_dim=12, norm_eps=1e-3,
                                              partial_rotary_factor=0.25, hidden_act="silu",
                                              tie_word_embeddings=True), F32),
    "nemotron-defaults": ("nemotron", dict(MODERN, head_dim=8), BF16),
    "olmo-grouped-clip": ("olmo", dict(MODERN, attention_bias=True, clip_qkv=1.5, tie_word_embeddings=True), F32),
    "olmo3-scaled-v4": ("olmo3", dict(SLIDING, num_hidden_layers=5, attention_bias=True, rope_scaling=dict(
        rope_type="yarn", factor=4.0, original_max_position_embeddings=16, attention_factor=1.3)), F32),
    "olmo3-flat": ("olmo3", dict(SLIDING, rope_parameters=dict(
        rope_type="yarn", factor=8.0, original_max_position_embeddings=16, rope_theta=5e4, attention_factor=1.2)), F16),
    "seed-oss-out-bias": ("seed_oss", dict(MODERN, head_dim=12, attention_bias=False, attention_out_bias=True,
                                           mlp_bias=True), F32),
    "smollm3-interval": ("smollm3", dict(MODERN, no_rope_layer_interval=2, attention_bias=True, mlp_bias=True,
                                         tie_word_embeddings=False), F32),
    "smollm3-window": ("smollm3", dict(SLIDING, use_sliding_window=True, no_rope_layers=[0, 1, 1]), BF16),
    "gemma-untied-bias": ("gemma", dict(MODERN, head_dim=12, tie_word_embeddings=False, attention_bias=True,
                                        hidden_act="gelu"), F32),
    "gemma-mqa": ("gemma", dict(MODERN, head_dim=10, num_key_value_heads=1, rope_theta=5000.0), F16),
    "vaultgemma-uncapped": ("vaultgemma", dict(GEMMA, attn_logit_softcapping=None, final_logit_softcapping=None,
                                               attention_bias=True), F32),
    "bloom-twelve-heads": ("bloom", dict(ALIBI, hidden_size=48, n_head=12, n_layer=3, layer_norm_epsilon=1e-3,
                                         tie_word_embeddings=False), F32),
    "bloom-sliced": ("bloom", dict(ALIBI, hidden_size=32, n_head=4, n_layer=3, pretraining_tp=2, slow_but_exact=True), F16),
    "codegen-inner": ("codegen", dict(OLD, n_inner=48, activation_function="gelu"), F32),
    "gptj-tied": ("gptj", dict(OLD, rotary_dim=8, n_inner=48), F16),
    "cohere-head-norms": ("cohere", dict(MODERN, use_qk_norm=True, logit_scale=0.5, attention_bias=True), F32),
    "cohere2-pattern": ("cohere2", dict(SLIDING, num_hidden_layers=4, sliding_window_pattern=2, attention_bias=True,
                                        tie_word_embeddings=False), F32),
    "falcon-sequential": ("falcon", dict(NEOX, parallel_attn=False, multi_query=False, bias=True, alibi=False,
                                         ffn_hidden_size=40, tie_word_embeddings=False), F32),
    "falcon-mqa-biased": ("falcon", dict(NEOX, bias=True, rope_theta=5000.0, activation="relu"), BF16),
    "falcon-grouped-one-norm": ("falcon", dict(NEOX, new_decoder_architecture=True, num_kv_heads=2,
                                               num_ln_in_parallel_attn=1), F32),
    "gpt-neo-types": ("gpt_neo", dict(vocab_size=VOCABULARY, hidden_size=32, num_layers=3, num_heads=4,
                                      max_position_embeddings=40, attention_types=[[["local"], 2], [["global"], 1]],
                                      window_size=4, intermediate_size=40, activation_function="gelu",
                                      bos_token_id=1, eos_token_id=2), F32),
    "mpt-six-heads": ("mpt", dict(ALIBI, d_model=48, n_heads=6, n_layers=3, max_seq_len=40, expansion_ratio=4, attn_config=dict(
        clip_qkv=2.0, softmax_scale=0.4, alibi=True)), F32),
    "opt-350m": ("opt", dict(OPT, do_layer_norm_before=False, word_embed_proj_dim=24, activation_function="gelu"), F32),
    "opt-plain": ("opt", dict(OPT, enable_bias=False, layer_norm_elementwise_affine=False,
                              activation_function="gelu", tie_word_embeddings=False), F32),
    "opt-no-last-norm": ("opt", dict(OPT, _remove_final_layer_norm=True), F16),
    "phi-head-norms": ("phi", dict(MODERN, qk_layernorm=True, partial_rotary_factor=0.75, tie_word_embeddings=False),
                       F32),
    "phi-grouped": ("phi", dict(MODERN, partial_rotary_factor=0.5, rope_scaling=dict(type="linear", factor=2.0)), BF16),
    "stablelm-mixed": ("stablelm", dict(MODERN, hidden_size=64, qk_layernorm=True, use_parallel_residual=False,
                                        use_qkv_bias=True, partial_rotary_factor=0.5, tie_word_embeddings=True), F32),
    "stablelm-parallel": ("stablelm", dict(MODERN, hidden_size=64, use_parallel_residual=True,
                                           rope_theta=5000.0), F16),
    "starcoder2-unbiased": ("starcoder2", dict(SLIDING, use_bias=False, tie_word_embeddings=False, norm_epsilon=1e-3), F32),
}

EXPERTS = dict(MODERN, num_experts=6, num_experts_per_tok=3, moe_intermediate_size=12)
LOCAL = dict(MODERN, num_local_experts=6, num_experts_per_tok=3, intermediate_size=12)
DELTA = dict(MODERN, head_dim=8, linear_num_key_heads=2, linear_num_value_heads=4, linear_key_head_dim=6,
             linear_value_head_dim=10, linear_conv_kernel_dim=3)
MAMBA = dict(mamba_n_heads=8, mamba_d_head=8, mamba_d_state=6, mamba_n_groups=2, mamba_d_conv=3)
VISION = dict(depth=1, hidden_size=16, intermediate_size=16, num_heads=2, out_hidden_size=32, patch_size=4,
              num_position_embeddings=16, deepstack_visual_indexes=[0])
CLIP = dict(model_type="clip_vision_model", hidden_size=8, intermediate_size=8, num_hidden_layers=1,
            num_attention_heads=2, image_size=8, patch_size=4, projection_dim=8)
VARIANTS |= {
    "mixtral-window": ("mixtral", dict(LOCAL, sliding_window=5, head_dim=12, tie_word_embeddings=True,
                                       hidden_act="gelu"), BF16),
    "qwen2-moe-dense-layers": ("qwen2_moe", dict(EXPERTS, num_hidden_layers=4, decoder_sparse_step=2, qkv_bias=False,
                                                 norm_topk_prob=True, use_sliding_window=True, sliding_window=4,
                                                 max_window_layers=3, shared_expert_intermediate_size=20), F32),
    "qwen2-moe-mlp-only": ("qwen2_moe", dict(EXPERTS, mlp_only_layers=[1], shared_expert_intermediate_size=20,
                                             tie_word_embeddings=True), F16),
    "qwen3-moe-mlp-only": ("qwen3_moe", dict(EXPERTS, mlp_only_layers=[0], norm_topk_prob=True, attention_bias=True,
                                             head_dim=12, use_sliding_window=True, sliding_window=5), F32),
    "olmoe-grouped-clip": ("olmoe", dict(EXPERTS, intermediate_size=12, clip_qkv=0.8, norm_topk_prob=True,
                                         attention_bias=True), F32),
    "granitemoe-scales": ("granitemoe", dict(LOCAL, attention_bias=True, tie_word_embeddings=True,
                                             embedding_multiplier=3.0, residual_multiplier=0.5,
                                             attention_multiplier=0.3, logits_scaling=4.0,
                                             rope_scaling=dict(type="linear", factor=2.0)), BF16),
    "phimoe-near-longrope": ("phimoe", dict(LOCAL, num_experts_per_tok=2, router_jitter_noise=0.3, attention_bias=True,
                                            lm_head_bias=True, original_max_position_embeddings=16,
                                            rope_scaling=dict(longrope(4), short_mscale=1.2, long_mscale=1.4,
                                                              original_max_position_embeddings=16)), F32),
    "phimoe-no-jitter": ("phimoe", dict(LOCAL, num_experts_per_tok=2, router_jitter_noise=0.0), F16),
    "phimoe-window": ("phimoe", dict(LOCAL, num_experts_per_tok=2, router_jitter_noise=0.6, sliding_window=5), F32),
    "olmoe-held": ("olmoe", dict(EXPERTS, intermediate_size=12), BF16),
    "granitemoe-held": ("granitemoe", dict(LOCAL), F32),
    "phimoe-held": ("phimoe", dict(LOCAL, num_experts_per_tok=2, router_jitter_noise=0.2), F16),
    "gpt-oss-default-types": ("gpt_oss", dict(LOCAL, head_dim=10, sliding_window=4, tie_word_embeddings=True,
                                              rope_scaling=dict(YARN, truncate=False), rope_theta=20000.0), BF16),
    "gpt-oss-unbiased": ("gpt_oss", dict(LOCAL, head_dim=8, attention_bias=False, layer_types=["full_attention"] * 3,
                                         rope_parameters=dict(rope_type="default", rope_theta=5000.0)), F32),
    "qwen3-next-dense-layer": ("qwen3_next", dict(DELTA, num_experts=6, num_experts_per_tok=3, moe_intermediate_size=12,
                                                  shared_expert_intermediate_size=20, mlp_only_layers=[1],
                                                  norm_topk_prob=False, attention_bias=True,
                                                  layer_types=["linear_attention", "full_attention",
                                                               "linear_attention"]), F32),
    "qwen3-5-interval": ("qwen3_5_text", dict(DELTA, full_attention_interval=2, attention_bias=True,
                                              tie_word_embeddings=True, rope_parameters=dict(
                                                  rope_type="default", rope_theta=5000.0,
                                                  partial_rotary_factor=0.5)), BF16),
    "qwen3-5-moe": ("qwen3_5_moe_text", dict(DELTA, num_experts=6, num_experts_per_tok=3, moe_intermediate_size=12,
                                             shared_expert_intermediate_size=20, layer_types=[
                                                 "linear_attention", "linear_attention", "full_attention"]), F32),
    "granite4-experts": ("granitemoehybrid", dict(LOCAL, **MAMBA, shared_intermediate_size=20,
                                                  position_embedding_type="rope", attention_bias=True,
                                                  mamba_proj_bias=True, embedding_multiplier=3.0,
                                                  residual_multiplier=0.5, attention_multiplier=0.3, logits_scaling=4.0,
                                                  layer_types=["mamba", "attention", "mamba"]), F32),
    "granite4-no-conv-bias": ("granitemoehybrid", dict(MODERN, **MAMBA, num_local_experts=0, mamba_conv_bias=False,
                                                       shared_intermediate_size=40, tie_word_embeddings=True,
                                                       layer_types=["linear_attention", "linear_attention",
                                                                    "full_attention"]), BF16),
    "falcon-h1-scales": ("falcon_h1", dict(MODERN, **MAMBA, mamba_d_ssm=64, mamba_rms_norm=True,
                                           mamba_norm_before_gate=False, mamba_proj_bias=True, projectors_bias=True,
                                           attention_bias=True, mlp_bias=True, key_multiplier=0.6,
                                           attention_in_multiplier=1.3, attention_out_multiplier=0.7,
                                           ssm_in_multiplier=1.2, ssm_out_multiplier=0.8,
                                           ssm_multipliers=[0.9, 1.1, 0.8, 1.2, 0.7], mlp_multipliers=[1.4, 0.6],
                                           embedding_multiplier=3.0, lm_head_multiplier=0.5), F32),
    "falcon-h1-norm-before-gate": ("falcon_h1", dict(MODERN, **MAMBA, mamba_d_ssm=None, mamba_expand=2,
                                                     mamba_rms_norm=True, mamba_conv_bias=False,
                                                     tie_word_embeddings=True), BF16),
    "gpt-bigcode-one-key-head": ("gpt_bigcode", dict(GPT2, multi_query=True, n_inner=48), F32),
    "gpt-bigcode-equal-heads": ("gpt_bigcode", dict(GPT2, multi_query=False, scale_attn_weights=False,
                                                    activation_function="gelu", tie_word_embeddings=False), F16),
    "gemma4-capped": ("gemma4_text", dict(MODERN, head_dim=12, sliding_window=5, hidden_size_per_layer_input=0,
                                          per_layer_config={}, attention_bias=True, final_logit_softcapping=9.0,
                                          layer_types=["sliding_attention", "sliding_attention",
                                                       "full_attention"]), F32),
    "qwen3-vl": ("qwen3_vl", dict(vision_config=VISION, text_config=dict(
        DELTA, attention_bias=True, tie_word_embeddings=False, rope_scaling=dict(
            rope_type="default", mrope_section=[2, 1, 1], mrope_interleaved=True))), F32),
    "qwen3-vl-moe": ("qwen3_vl_moe", dict(vision_config=VISION, text_config=dict(
        EXPERTS, head_dim=8, tie_word_embeddings=False, rope_parameters=dict(
            rope_type="default", rope_theta=10000.0, mrope_section=[2, 1, 1]))), F32),
    "llava-gemma2": ("llava", dict(vision_config=CLIP, image_token_index=60, text_config=dict(
        GEMMA, model_type="gemma2", num_hidden_layers=3)), F16),
    "qwen3-5-wrapped": ("qwen3_5", dict(vision_config=VISION, text_config=dict(
        DELTA, tie_word_embeddings=False, layer_types=["linear_attention", "full_attention", "linear_attention"])), F32),
}


def blocks(model):
    base = model.base_model
    base = getattr(base, "language_model", base)
    base = getattr(base, "decoder", base)
    return next(getattr(base, name) for name in ("h", "layers", "blocks") if hasattr(base, name))


def down(block):
    mlp = next((getattr(block, name) for name in ("mlp", "ffn", "shared_mlp", "feed_forward") if hasattr(block, name)), block)
    if hasattr(mlp, "experts") or getattr(block, "block_sparse_moe", None) is not None:
        return None  # the experts have no product in common
    return next(getattr(mlp, name) for name in ("down_proj", "c_proj", "dense_4h_to_h", "fc_out", "fc2", "output_linear")
                if hasattr(mlp, name))


def tensor(output):
    return output[0] if isinstance(output, tuple) else output


def make(folder, name, model_type, configuration, dtype):
    torch.manual_seed(len(name) + sum(map(ord, name)))
    out = os.path.join(folder, name)
    os.makedirs(out, exist_ok=True)
    as_written = dict(configuration, model_type=model_type)
    with open(os.path.join(out, "config.json"), "w") as file:
        json.dump(as_written, file, indent=1)
    config = AutoConfig.from_pretrained(out)
    kind = AutoModelForImageTextToText if "vision_config" in configuration else AutoModelForCausalLM
    model = kind.from_config(config, attn_implementation="eager", dtype=torch.float32)
    with torch.no_grad():
        for own, buffer in model.named_buffers():
            if own.endswith("layer_scalar"):
                buffer.add_(0.3 * torch.randn_like(buffer))
        for own, parameter in model.named_parameters():
            if parameter.dim() == 1 or own.endswith("_bias"):
                parameter.add_(0.3 * torch.randn_like(parameter))
            else:
                parameter.mul_(6)
    model.to(dtype).save_pretrained(out)
    if name.endswith("held"):  # experts stacked, as they are in memory and not as they are saved
        save_file({k: v.contiguous() for k, v in model.state_dict().items()}, os.path.join(out, "model.safetensors"),
                  metadata={"format": "pt"})
    with open(os.path.join(out, "config.json"), "w") as file:  # as a user's file has it, not as it is normalised
        json.dump(as_written, file, indent=1)
    model = kind.from_pretrained(out, dtype=torch.float32, attn_implementation="eager").eval()

    ids = torch.randint(3, VOCABULARY, (2, 14))
    mask = torch.ones_like(ids)
    ids[1, 9:] = 0
    mask[1, 9:] = 0
    seen, hooks = {}, []
    for layer, block in enumerate(blocks(model)):
        if layer == 0:
            hooks.append(block.register_forward_pre_hook(
                lambda m, a, k: seen.__setitem__("embed", (a[0] if a else k["hidden_states"]).clone()),
                with_kwargs=True))
        hooks.append(block.register_forward_hook(
            lambda m, i, o, l=layer: seen.__setitem__(f"resid_post.{l}", tensor(o).clone())))
        if down(block) is not None:
            hooks.append(down(block).register_forward_pre_hook(
                lambda m, i, l=layer: seen.__setitem__(f"mlp_post.{l}", i[0].clone().view(2, 14, -1))))
    with torch.no_grad():
        logits = model(ids, attention_mask=mask).logits
    for hook in hooks:
        hook.remove()
    seen["logits"] = logits

    def ablate(module, inputs, output):
        hidden = tensor(output).clone()
        hidden[..., [3, 7]] = 0
        return (hidden,) + output[1:] if isinstance(output, tuple) else hidden

    hook = blocks(model)[1].register_forward_hook(ablate)
    with torch.no_grad():
        seen["logits_zero_ablated"] = model(ids, attention_mask=mask).logits
    hook.remove()
    row, drawn = ids[:1], []
    with torch.no_grad():
        for _ in range(2 if "longrope" in name and "partial" not in name else 10):
            token = model(row).logits[:, -1].argmax(-1, keepdim=True)
            drawn.append(token)
            row = torch.cat([row, token], 1)
    seen["greedy_row0"] = torch.cat(drawn, 1)
    seen["input_ids"], seen["attention_mask"] = ids, mask
    integers = {"input_ids", "attention_mask", "greedy_row0"}
    save_file({k: (v.int() if k in integers else v).contiguous() for k, v in seen.items()},
              os.path.join(out, "expected.safetensors"))
    with open(os.path.join(out, "expected.json"), "w") as file:
        json.dump({"zero_ablated": {"hook": "resid_post.1", "dims": [3, 7], "positions": "all"}}, file)
    for leftover in ("generation_config.json",):
        if os.path.exists(os.path.join(out, leftover)):
            os.remove(os.path.join(out, leftover))


if __name__ == "__main__":
    for name, (model_type, configuration, dtype) in VARIANTS.items():
        if len(sys.argv) > 2 and not any(part in name for part in sys.argv[2:]):
            continue
        try:
            make(sys.argv[1], name, model_type, configuration, dtype)
        except Exception as failure:
            print(name, type(failure).__name__, failure)
