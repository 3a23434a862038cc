"""Reads hidden states with transformers: the peer of OnnxModel.record and generate.

Loads a checkpoint's decoder without its head (AutoModel; with it where --generate is given) in F32, then answers one
JSON request a line on standard input with one JSON line on standard output:

    {"batches": [[[1, 2, 3], [4, 5]], ...], "layer": 11}   right-padded batch by batch, all hidden states returned;
        "checksum" sums |h| behind block "layer" over all real tokens
    {"prompts": [[1, 2, 3], ...], "new_tokens": 32, "batch": 128, "stop": true}   sampled at temperature 1

    python capture.py --checkpoint FOLDER --threads 2
"""

import argparse
import json
import sys
import time


def padded(batch, torch):
    """Token ids (sequences, longest), right-padded, and the mask of real ones, None where all are."""
    longest = max(map(len, batch))
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    mask = torch.zeros(len(batch), longest, dtype=torch.long)
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        mask[row, : len(tokens)] = 1
    return ids, (None if mask.all() else mask)


def record(model, request, torch):
    checksum = 0.0
    seconds = cpu = 0.0
    for batch in request["batches"]:
        ids, mask = padded(batch, torch)
        started, cpu_started = time.perf_counter(), time.process_time()
        states = model(ids, attention_mask=mask, use_cache=False, output_hidden_states=True).hidden_states
        seconds += time.perf_counter() - started
        cpu += time.process_time() - cpu_started
        for row, tokens in enumerate(batch):
            checksum += states[request["layer"] + 1][row, : len(tokens)].double().abs().sum().item()
    return {"seconds": seconds, "cpu": cpu, "work": sum(len(t) for b in request["batches"] for t in b),
            "checksum": checksum}


def generate(model, request, torch):
    """Left-padded, as transformers wants it. Counts tokens up to the end of sequence, without it."""
    prompts, work = request["prompts"], 0
    end = model.generation_config.eos_token_id if request["stop"] else None
    ends = end if isinstance(end, list) else [end]
    limits = {} if request["stop"] else {"min_new_tokens": request["new_tokens"]}
    started, cpu_started = time.perf_counter(), time.process_time()
    for start in range(0, len(prompts), request["batch"]):
        batch = prompts[start : start + request["batch"]]
        longest = max(map(len, batch))
        ids = torch.tensor([[0] * (longest - len(t)) + t for t in batch])
        mask = torch.tensor([[0] * (longest - len(t)) + [1] * len(t) for t in batch])
        out = model.generate(ids, attention_mask=mask, do_sample=True, temperature=1.0, top_k=0, top_p=1.0,
                             max_new_tokens=request["new_tokens"], pad_token_id=0, **limits)
        for row in out[:, longest:].tolist():
            work += next((i for i, token in enumerate(row) if token in ends), len(row))
    return {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu_started, "work": work,
            "checksum": 0.0}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", help="folder; without one only versions are printed")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--generate", action="store_true")
    arguments = parser.parse_args()
    try:
        import torch
        import transformers
    except ImportError as missing:
        print(json.dumps({"missing": str(missing)}), flush=True)
        return
    versions = json.dumps({"torch": torch.__version__, "transformers": transformers.__version__})
    if arguments.checkpoint is None:
        print(versions, flush=True)
        return
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    transformers.utils.logging.set_verbosity_error()
    kind = transformers.AutoModelForCausalLM if arguments.generate else transformers.AutoModel
    model = kind.from_pretrained(arguments.checkpoint, dtype=torch.float32).eval()
    print(versions, flush=True)
    with torch.inference_mode():
        for line in sys.stdin:
            request = json.loads(line)
            answer = generate if "prompts" in request else record
            print(json.dumps(answer(model, request, torch)), flush=True)


if __name__ == "__main__":
    main()
