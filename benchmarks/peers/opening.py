"""Opens a checkpoint folder and reads one prompt's hidden states with transformers: the peer of FirstState.

Prints one JSON line: seconds from from_pretrained to the hidden states, seconds of importing before that, and the
process's private memory then, in bytes (Linux; else null).

    python opening.py --checkpoint FOLDER --threads 2 --tokens 1,2,3
"""

import argparse
import json
import time


def private_bytes():
    try:
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("RssAnon"))
    except OSError:
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokens", required=True)
    arguments = parser.parse_args()
    started = time.perf_counter()
    try:
        import torch
        import transformers
    except ImportError as missing:
        print(json.dumps({"missing": str(missing)}), flush=True)
        return
    torch.set_num_threads(arguments.threads)
    transformers.utils.logging.set_verbosity_error()
    from transformers import AutoModel  # imported lazily: counted as importing

    imported = time.perf_counter()
    model = AutoModel.from_pretrained(arguments.checkpoint, dtype=torch.float32).eval()
    with torch.inference_mode():
        ids = torch.tensor([[int(token) for token in arguments.tokens.split(",")]])
        states = model(ids, use_cache=False, output_hidden_states=True).hidden_states
    layer = len(states) // 2
    checksum = states[layer].double().abs().sum().item()
    print(json.dumps({"seconds": time.perf_counter() - imported, "importing": imported - started,
                      "private": private_bytes(), "checksum": checksum}), flush=True)


if __name__ == "__main__":
    main()
