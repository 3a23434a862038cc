"""Makes golden/gradients.json: for tiny checkpoints with experts, whose loss has steps where another expert is chosen, the
gradient that torch finds for the gain of an open gate behind block 0. `python gradients.py`, in its folder."""
import json

import torch
from transformers import AutoModelForCausalLM

TOKENS, PROMPT = [5, 9, 11, 30, 22, 17, 40, 33, 8, 19], 2
out = {}
for name in ["families/mixtral", "families/qwen2_moe", "families/gpt_oss", "families/qwen3_next",
             "variants/phimoe-window", "variants/granite4-experts"]:
    model = AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32, attn_implementation="eager").eval()
    gain = torch.ones(model.config.hidden_size, requires_grad=True)
    model.model.layers[0].register_forward_hook(
        lambda module, inputs, output: (output[0] * gain,) + output[1:] if isinstance(output, tuple) else output * gain)
    chances = model(torch.tensor([TOKENS]), use_cache=False).logits.log_softmax(-1)[0]
    loss = -sum(chances[t - 1, TOKENS[t]] for t in range(PROMPT, len(TOKENS))) / (len(TOKENS) - PROMPT)
    loss.backward()
    out[name] = {"tokens": TOKENS, "prompt": PROMPT, "loss": loss.item(), "gain": gain.grad.tolist()}
json.dump(out, open("gradients.json", "w"), indent=1)
