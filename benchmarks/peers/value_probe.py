"""Trains the value probe of arXiv 2602.00986 in PyTorch: the peer of org.striatum.probe.value.ValueProbe.

Linear(d, 1024) - ReLU - Linear(1024, 1), AdamW (lr 1e-4, weight decay 0.01), batches of 4 trajectories, on random
states. Prints milliseconds a step, the median of several runs.

    python value_probe.py --width 896 --trajectories 200 --length 100 --epochs 2 --target td
"""

import argparse
import statistics
import time

import torch


def train(states, rewards, length, hidden, epochs, target, batch=4, gamma=1 - 1e-5):
    """Trains one probe and returns seconds a step. states: (trajectories * length, width); rewards: (trajectories)."""
    count, width = len(rewards), states.shape[1]
    probe = torch.nn.Sequential(torch.nn.Linear(width, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 1))
    optimizer = torch.optim.AdamW(probe.parameters(), lr=1e-4, weight_decay=0.01)
    steps = 0
    started = time.perf_counter()
    for _ in range(epochs):
        for chosen in torch.randperm(count).split(batch):
            rows = (chosen[:, None] * length + torch.arange(length)).flatten()
            value = probe(states[rows]).view(-1, length)  # (batch, length)
            reward = rewards[chosen][:, None]
            if target == "td":
                goal = torch.cat([gamma * value.detach()[:, 1:], reward], dim=1)
            else:
                goal = reward.expand(-1, length)
            loss = (goal - value).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            steps += 1
    return (time.perf_counter() - started) / steps


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, default=896)
    parser.add_argument("--hidden", type=int, default=1024)
    parser.add_argument("--trajectories", type=int, default=200)
    parser.add_argument("--length", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--target", choices=["td", "monte-carlo"], default="td")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    states = torch.rand(arguments.trajectories * arguments.length, arguments.width) - 0.5
    rewards = (torch.arange(arguments.trajectories) % 2).float()
    seconds = [
        train(states, rewards, arguments.length, arguments.hidden, arguments.epochs, arguments.target)
        for _ in range(arguments.runs)
    ]
    print(f"{arguments.target} width {arguments.width}, {4 * arguments.length} rows a step:"
          f" {1000 * statistics.median(seconds):.3f} ms a step (torch {torch.__version__})")


if __name__ == "__main__":
    main()
