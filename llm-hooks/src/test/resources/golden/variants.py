"""Makes golden/variants: tiny random checkpoints of configurations that golden/checkpoints does not have, with what
transformers computes on them (eager attention, F32 arithmetic). `python variants.py FOLDER`; the tests never run it."""
import json
import os
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

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
    "llama-dynamic": ("llama", dict(MODERN, rope_scaling=dict(type="dynamic", factor=4.0)), torch.float32),
    "mistral-window": ("mistral", dict(MODERN, sliding_window=4, head_dim=12, rope_theta=1e6), torch.float32),
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


def blocks(model):
    base = model.base_model
    return base.h if hasattr(base, "h") else base.layers


def down(block):
    mlp = block.mlp
    for name in ("down_proj", "c_proj", "dense_4h_to_h"):
        if hasattr(mlp, name):
            return getattr(mlp, name)
    raise ValueError("no down projection")


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
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager", dtype=torch.float32)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.3 * torch.randn_like(parameter))
            else:
                parameter.mul_(6)
    model.to(dtype).save_pretrained(out)
    with open(os.path.join(out, "config.json"), "w") as file:  # as a user's file has it, not as it is normalised
        json.dump(as_written, file, indent=1)
    model = AutoModelForCausalLM.from_pretrained(out, dtype=torch.float32, attn_implementation="eager").eval()

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
        hooks.append(down(block).register_forward_pre_hook(
            lambda m, i, l=layer: seen.__setitem__(f"mlp_post.{l}", i[0].clone())))
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
        try:
            make(sys.argv[1], name, model_type, configuration, dtype)
        except Exception as failure:
            print(name, type(failure).__name__, failure)
