"""Specialises a small network on tilted digits in PyTorch: the peer of org.striatum.peft.mnist.

Does the work of `striatum mnist --parts table`: a foundation of 784-128-128-10 on upright and tilted digits, then
BitFit, TauGate, LoRA and full fine-tuning on tilted ones, each tested with the frozen network on both modes. Answers
one JSON request a line on standard input with one JSON line on standard output:

    {"table": 10, "foundation_steps": 250, "steps": 68}   seeds of the whole table; "work" counts training steps,
        "checksum" is the mean of all ten cells
    {"gate_steps": 2000}   steps of a gate alone; "checksum" is 0

    python mnist.py --images FOLDER --threads 2
"""

import argparse
import gzip
import json
import math
import pathlib
import sys
import time


def idx(folder, name, head, numpy):
    with gzip.open(pathlib.Path(folder) / (name + ".gz")) as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=head)


class Digits:
    def __init__(self, folder, torch, numpy):
        self.torch = torch
        self.train, self.train_labels = self.read(folder, "train", numpy)
        self.test, self.test_labels = self.read(folder, "t10k", numpy)

    def read(self, folder, share, numpy):
        images = idx(folder, share + "-images-idx3-ubyte", 16, numpy).reshape(-1, 784)
        labels = idx(folder, share + "-labels-idx1-ubyte", 8, numpy)
        return self.torch.from_numpy(images.copy()), self.torch.from_numpy(labels.astype("int64"))

    def inputs(self, images):
        return images.float() / 255

    def tilted(self, images):
        """Turned by 45 degrees counter-clockwise, bilinear, 0 outside."""
        turn = math.cos(math.pi / 4)
        theta = self.torch.tensor([[[turn, -turn, 0.0], [turn, turn, 0.0]]])
        x = self.inputs(images).view(1, -1, 28, 28)
        grid = self.torch.nn.functional.affine_grid(theta, (1, 1, 28, 28), align_corners=True)
        return self.torch.nn.functional.grid_sample(x, grid, align_corners=True).view(-1, 784)


def network(torch):
    return torch.nn.ModuleList([torch.nn.Linear(784, 128), torch.nn.Linear(128, 128), torch.nn.Linear(128, 10)])


def plain(layers, x, torch):
    x = torch.relu(layers[0](x))
    x = torch.relu(layers[1](x))
    return layers[2](x)


def sgd(forward, groups, x, labels, steps, torch, batch=64):
    optimizer = torch.optim.SGD(groups)
    order, at = torch.randperm(len(x)), 0
    for _ in range(steps):
        if at + batch > len(x):
            order, at = torch.randperm(len(x)), 0
        rows = order[at : at + batch]
        at += batch
        loss = torch.nn.functional.cross_entropy(forward(x[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def methods(base, torch):
    """name -> (forward, parameter groups)"""
    linear = torch.nn.functional.linear
    biases = [layer.bias.detach().clone().requires_grad_() for layer in base]

    def bitfit(x):
        for index, layer in enumerate(base):
            x = linear(x, layer.weight, biases[index])
            x = torch.relu(x) if index < 2 else x
        return x

    thresholds = [torch.zeros(128, requires_grad=True) for _ in range(2)]
    gains = [torch.ones(128, requires_grad=True) for _ in range(2)]

    def taugate(x):
        for index in range(2):
            z = base[index](x)
            x = gains[index] * torch.sigmoid(10.0 * (z - thresholds[index])) * torch.relu(z)
        return base[2](x)

    downs = [(torch.rand(8, layer.in_features) * 2 - 1) / math.sqrt(layer.in_features) for layer in base]
    downs = [down.requires_grad_() for down in downs]
    ups = [torch.zeros(layer.out_features, 8, requires_grad=True) for layer in base]

    def lora(x):
        for index, layer in enumerate(base):
            x = layer(x) + 2.0 * linear(linear(x, downs[index]), ups[index])
            x = torch.relu(x) if index < 2 else x
        return x

    full = network(torch)
    full.load_state_dict(base.state_dict())
    return {
        "bitfit": (bitfit, [{"params": biases, "lr": 0.1}]),
        "taugate": (taugate, [{"params": gains, "lr": 0.1}, {"params": thresholds, "lr": 0.003}]),
        "lora": (lora, [{"params": downs + ups, "lr": 0.1}]),
        "full": (lambda x: plain(full, x, torch), [{"params": full.parameters(), "lr": 0.1}]),
    }


def accuracies(forward, digits, tests, torch):
    with torch.inference_mode():
        return [(forward(x).argmax(1) == digits.test_labels).float().mean().item() for x in tests]


def founded(digits, steps, torch):
    order = torch.randperm(60000)
    chosen, adapted = order[:10000], order[10000:16000]
    images = digits.train[chosen]
    tossed = (torch.rand(10000) < 0.5)[:, None]
    x = torch.where(tossed, digits.tilted(images), digits.inputs(images))
    base = network(torch)
    groups = [{"params": base.parameters(), "lr": 0.2}]
    sgd(lambda rows: plain(base, rows, torch), groups, x, digits.train_labels[chosen], steps, torch)
    for parameter in base.parameters():
        parameter.requires_grad_(False)
    return base, digits.tilted(digits.train[adapted]), digits.train_labels[adapted]


def table(digits, request, torch):
    cells, steps = [], 0
    started, cpu_started = time.perf_counter(), time.process_time()
    tests = digits.inputs(digits.test), digits.tilted(digits.test)
    for seed in range(request["table"]):
        torch.manual_seed(seed)
        base, x, labels = founded(digits, request["foundation_steps"], torch)
        steps += request["foundation_steps"]
        cells += accuracies(lambda rows: plain(base, rows, torch), digits, tests, torch)
        for forward, groups in methods(base, torch).values():
            sgd(forward, groups, x, labels, request["steps"], torch)
            steps += request["steps"]
            cells += accuracies(forward, digits, tests, torch)
    return answer(started, cpu_started, steps, sum(cells) / len(cells))


def gate(digits, request, torch):
    torch.manual_seed(1)
    base, x, labels = founded(digits, 250, torch)
    forward, groups = methods(base, torch)["taugate"]
    started, cpu_started = time.perf_counter(), time.process_time()
    sgd(forward, groups, x, labels, request["gate_steps"], torch)
    return answer(started, cpu_started, request["gate_steps"], 0)


def answer(started, cpu_started, work, checksum):
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu_started
    return {"seconds": seconds, "cpu": cpu, "work": work, "checksum": checksum}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", required=True)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    try:
        import numpy
        import torch
    except ImportError as missing:
        print(json.dumps({"missing": str(missing)}), flush=True)
        return
    torch.set_num_threads(arguments.threads)
    digits = Digits(arguments.images, torch, numpy)
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        work = table if "table" in request else gate
        print(json.dumps(work(digits, request, torch)), flush=True)


if __name__ == "__main__":
    main()
