"""Trains the value probe of arXiv 2602.00986 in PyTorch: the peer of org.striatum.probe.value.ValueProbe.

Linear(d, hidden) - ReLU - Linear(hidden, 1), AdamW, whole trajectories a step, semi-gradient TD(0) on standardised
states. Reads states (F32, (layers, trajectories, length, width)) from a raw file, of each layer the first --training
trajectories to train on, the rest to validate; every other trajectory is a success. Answers one JSON request a line on
standard input with one JSON line on standard output:

    {"weights": "weights.f32", "hidden": 1024, "orders": [[[3, 0, ...], ...], ...], "batch": 4, "lr": 1e-4,
     "weight_decay": 0.01, "gamma": 0.99999}   a probe of each layer, one after the other: passes in the orders given
        (layer, pass), from the weights given (each probe's layers, weights before biases); "work" counts steps,
        "checksum" is the mean (V(s) - return)^2 over the validation states of all layers

    python value_probe.py --states states.f32 --width 896 --length 100 --training 2000 --threads 2
"""

import argparse
import json
import sys
import time

VALIDATION_ROWS_AT_ONCE = 8192


def probe_of(request, layer, width, torch, numpy):
    hidden = request["hidden"]
    probe = torch.nn.Sequential(torch.nn.Linear(width, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 1))
    weights = torch.from_numpy(numpy.fromfile(request["weights"], numpy.float32))
    weights = weights.view(len(request["orders"]), -1)[layer]
    with torch.no_grad():
        for parameter in (probe[0].weight, probe[0].bias, probe[2].weight, probe[2].bias):
            parameter.copy_(weights[: parameter.numel()].view_as(parameter))
            weights = weights[parameter.numel():]
    return probe


def train(states, training, request, layer, torch, numpy):
    """states: (trajectories, length, width) of a layer, as they are."""
    count, length, width = states.shape
    rewards = (torch.arange(count) % 2).float()
    gamma = request["gamma"]
    fit = states[:training].view(-1, width)
    mean, deviation = fit.mean(0), fit.std(0, correction=0)
    z = ((states.view(-1, width) - mean) / deviation).view(count, length, width)
    probe = probe_of(request, layer, width, torch, numpy)
    optimizer = torch.optim.AdamW(probe.parameters(), lr=request["lr"], weight_decay=request["weight_decay"])
    steps = 0
    for order in request["orders"][layer]:
        for chosen in torch.tensor(order).split(request["batch"]):
            value = probe(z[chosen]).squeeze(-1)  # (batch, length)
            goal = torch.cat([gamma * value.detach()[:, 1:], rewards[chosen][:, None]], dim=1)
            loss = (goal - value).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            steps += 1
    returns = rewards[training:, None] * gamma ** torch.arange(length - 1, -1, -1)
    error = 0.0
    with torch.inference_mode():
        rows, wanted = z[training:].view(-1, width), returns.flatten()
        for x, r in zip(rows.split(VALIDATION_ROWS_AT_ONCE), wanted.split(VALIDATION_ROWS_AT_ONCE)):
            error += (probe(x).squeeze(-1) - r).square().sum().item()
    return steps, error / returns.numel()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--states", required=True)
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--length", type=int, required=True)
    parser.add_argument("--training", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    try:
        import numpy
        import torch
    except ImportError as missing:
        print(json.dumps({"missing": str(missing)}), flush=True)
        return
    torch.set_num_threads(arguments.threads)
    states = torch.from_numpy(numpy.fromfile(arguments.states, numpy.float32))
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        started, cpu_started = time.perf_counter(), time.process_time()
        layers = len(request["orders"])
        found = [train(own, arguments.training, request, layer, torch, numpy)
                 for layer, own in enumerate(states.view(layers, -1, arguments.length, arguments.width))]
        steps, error = sum(one[0] for one in found), sum(one[1] for one in found) / layers
        print(json.dumps({"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu_started,
                          "work": steps, "checksum": error}), flush=True)


if __name__ == "__main__":
    main()
