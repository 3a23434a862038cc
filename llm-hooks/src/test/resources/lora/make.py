# Writes LoRA adapters over checkpoints of golden/checkpoints and what the merged models compute: PEFT 0.21.0,
# transformers 5.18.0, torch 2, F32 on the CPU. Both halves of each path are random, so that every path counts.
import json
import os
import shutil

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

golden = "../golden/checkpoints/"
tokens = torch.tensor([[5, 17, 140, 33, 8, 61, 92], [11, 4, 77, 150, 0, 0, 0]])
mask = torch.tensor([[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0]])
cases = {
    "llama-qv": ("llama", dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"])),
    "llama-all-rslora": ("llama", dict(r=4, lora_alpha=6, target_modules="all-linear", use_rslora=True,
                                       rank_pattern={"down_proj": 2, r"layers\.1\..*k_proj": 3},
                                       alpha_pattern={"self_attn.o_proj": 11})),
    "llama-regex": ("llama", dict(r=3, lora_alpha=5, target_modules=r".*layers\.[02]\..*(up|gate)_proj")),
    "llama-layers": ("llama", dict(r=2, lora_alpha=5, target_modules=["k_proj", "down_proj"],
                                   layers_to_transform=[1], layers_pattern="layers",
                                   exclude_modules=["self_attn.o_proj"])),
    "llama-saved": ("llama", dict(r=2, lora_alpha=4, target_modules=["q_proj"],
                                  modules_to_save=["lm_head", "embed_tokens"])),
    "llama-tables": ("llama", dict(r=2, lora_alpha=4, target_modules=["embed_tokens", "lm_head", "o_proj"])),
    "gpt2-conv1d": ("gpt2", dict(r=4, lora_alpha=8, target_modules=["c_attn", "c_proj", "c_fc"], fan_in_fan_out=True,
                                 bias="lora_only")),
    "gpt_neox-fused": ("gpt_neox", dict(r=4, lora_alpha=8, target_modules=["query_key_value", "dense_h_to_4h"],
                                        bias="all")),
    "phi3-fused": ("phi3", dict(r=4, lora_alpha=8, target_modules=["qkv_proj", "gate_up_proj"])),
}
for name, (base, settings) in cases.items():
    torch.manual_seed(len(name))
    model = AutoModelForCausalLM.from_pretrained(golden + base, dtype=torch.float32, attn_implementation="eager")
    tuned = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **settings)).eval()
    for key, value in tuned.named_parameters():
        if "lora_" in key or "modules_to_save" in key or (value.requires_grad and key.endswith("bias")):
            value.data += 0.3 * torch.randn_like(value)
    shutil.rmtree(name, ignore_errors=True)
    tuned.save_pretrained(name, save_embedding_layers=False)
    os.remove(name + "/README.md")
    path = name + "/adapter_config.json"
    config = json.load(open(path))
    config["base_model_name_or_path"] = "../../golden/checkpoints/" + base
    json.dump(config, open(path, "w"), indent=1)
    with torch.no_grad():
        apart = tuned(input_ids=tokens, attention_mask=mask).logits
        merged = tuned.merge_and_unload()(input_ids=tokens, attention_mask=mask).logits
    real = mask.bool()
    print(name, "apart and merged differ by", ((apart - merged)[real].abs().max() / merged[real].abs().max()).item())
    save_file({"input_ids": tokens, "attention_mask": mask, "logits": merged.contiguous()}, name + "/expected.safetensors")

# The same adapter in BF16, as a file of torch.save.
halves = {k: v.bfloat16() for k, v in load_file("llama-qv/adapter_model.safetensors").items()}
os.makedirs("llama-qv-bf16", exist_ok=True)
shutil.copy("llama-qv/adapter_config.json", "llama-qv-bf16")
torch.save(halves, "llama-qv-bf16/adapter_model.bin")
