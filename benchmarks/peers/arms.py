"""Zeroes coordinates of the residual stream behind one block by a forward hook and scores continuations: the peer of
GatedModel.scorer.

Answers one JSON request a line on standard input with one JSON line on standard output:

    {"items": [{"tokens": [...], "prompt": 9}, ...], "block": 1, "sets": [[3, 17, 80], ...], "batch": 50}
        "checksum" is the sum over sets and items of log p(tokens behind the prompt | prompt)

    python arms.py --checkpoint FOLDER --threads 2
"""

import argparse
import json
import sys
import time

from capture import padded


def arms(model, request, torch):
    items, size = request["items"], request["batch"]
    items = sorted(items, key=lambda item: len(item["tokens"]))
    batches = []
    for start in range(0, len(items), size):
        batch = items[start : start + size]
        ids, mask = padded([item["tokens"] for item in batch], torch)
        scored = torch.zeros(ids.shape[0], ids.shape[1] - 1)
        for row, item in enumerate(batch):
            scored[row, item["prompt"] - 1 : len(item["tokens"]) - 1] = 1
        batches.append((ids, mask, scored))
    zeroed = []

    def zero(module, inputs, output):
        states = output[0] if isinstance(output, tuple) else output
        states[..., zeroed] = 0
        return output

    handle = model.model.layers[request["block"]].register_forward_hook(zero)
    checksum = 0.0
    started, cpu_started = time.perf_counter(), time.process_time()
    for chosen in request["sets"]:
        zeroed[:] = chosen
        for ids, mask, scored in batches:
            logits = model(ids, attention_mask=mask, use_cache=False).logits[:, :-1]
            logp = logits.log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
            checksum += (logp * scored).sum().item()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu_started
    handle.remove()
    return {"seconds": seconds, "cpu": cpu, "work": len(request["sets"]), "checksum": checksum}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    try:
        import torch
        import transformers
    except ImportError as missing:
        print(json.dumps({"missing": str(missing)}), flush=True)
        return
    torch.set_num_threads(arguments.threads)
    transformers.utils.logging.set_verbosity_error()
    model = transformers.AutoModelForCausalLM.from_pretrained(arguments.checkpoint, dtype=torch.float32).eval()
    print(json.dumps({"torch": torch.__version__, "transformers": transformers.__version__}), flush=True)
    with torch.inference_mode():
        for line in sys.stdin:
            print(json.dumps(arms(model, json.loads(line), torch)), flush=True)


if __name__ == "__main__":
    main()
