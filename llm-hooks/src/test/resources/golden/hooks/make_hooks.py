"""Makes golden/hooks: what PyTorch's forward hooks on a transformers model compute (eager attention, F32) when a direction is
projected out or added, when rows of one prompt stand in another's, and what heads, attention and the logit lens give.
`python make_hooks.py GOLDEN` writes hooks/FAMILY.safetensors; the tests never run it."""
import os
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

# folder: blocks, the output projection of a block's attention, the final norm
MODELS = {
    "checkpoints/llama": ("model.layers", "self_attn.o_proj", "model.norm"),
    "checkpoints/gpt2": ("transformer.h", "attn.c_proj", "transformer.ln_f"),
    "checkpoints/gemma2": ("model.layers", "self_attn.o_proj", "model.norm"),
    "variants/bloom-twelve-heads": ("transformer.h", "self_attention.dense", "transformer.ln_f"),
}
POSITIONS, LAYER, ALPHA, PATCHED = 10, 1, 1.5, [3, 7]


def hidden(output):
    return output[0] if isinstance(output, tuple) else output


def replaced(output, value):
    return (value,) + output[1:] if isinstance(output, tuple) else value


def run(model, ids, block=None, change=None):
    """Logits, with what leaves one block changed by a forward hook."""
    handle = None
    if block is not None:
        handle = block.register_forward_hook(lambda _m, _i, output: replaced(output, change(hidden(output))))
    with torch.no_grad():
        logits = model(input_ids=ids, use_cache=False).logits[0]
    if handle is not None:
        handle.remove()
    return logits.clone()


def dump(golden, folder, blocks_at, projection, norm_at):
    model = AutoModelForCausalLM.from_pretrained(os.path.join(golden, folder), attn_implementation="eager",
                                                 dtype=torch.float32).eval()
    blocks = model.get_submodule(blocks_at)
    torch.manual_seed(5)
    ids = torch.randint(3, model.config.vocab_size, (2, POSITIONS))
    width = model.config.hidden_size
    direction = torch.randn(width)
    unit = direction / direction.norm()
    block = blocks[LAYER]
    tensors = dict(input_ids=ids, direction=direction, logits=run(model, ids[:1]),
                   projected=run(model, ids[:1], block, lambda h: h - (h @ unit)[..., None] * unit),
                   added=run(model, ids[:1], block, lambda h: h + ALPHA * direction))
    kept, heads = {}, {}
    handles = [b.register_forward_hook(lambda _m, _i, output, at=at: kept.__setitem__(at, hidden(output).clone()))
               for at, b in enumerate(blocks)]
    handles += [b.get_submodule(projection).register_forward_pre_hook(
        lambda _m, inputs, at=at: heads.__setitem__(at, inputs[0].clone())) for at, b in enumerate(blocks)]
    with torch.no_grad():
        model(input_ids=ids[1:], use_cache=False)
        donor = dict(kept)
        attentions = model(input_ids=ids[:1], use_cache=False, output_attentions=True).attentions
    for handle in handles:
        handle.remove()

    def patched(h):
        h = h.clone()
        h[:, PATCHED] = donor[LAYER][:, PATCHED]
        return h

    tensors["patched"] = run(model, ids[:1], block, patched)
    norm = model.get_submodule(norm_at)
    cap = getattr(model.config, "final_logit_softcapping", None)
    for at in range(len(blocks)):
        tensors[f"z.{at}"] = heads[at][0]
        tensors[f"pattern.{at}"] = attentions[at][0]
        with torch.no_grad():
            lens = model.lm_head(norm(kept[at][0]))
        tensors[f"lens.{at}"] = lens if not cap else cap * torch.tanh(lens / cap)
    save_file({name: value.contiguous().clone() for name, value in tensors.items()},
              os.path.join(golden, "hooks", os.path.basename(folder) + ".safetensors"))


if __name__ == "__main__":
    for folder, places in MODELS.items():
        dump(sys.argv[1], folder, *places)
