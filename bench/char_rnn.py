"""Karpathy's char-rnn on War & Peace in plain PyTorch: the learning curve ours is compared with.

What: two layers of 128 (LSTM unless `--cell` says otherwise), one-hot input, batch 50, windows
of 50, RMSProp 2e-3 (alpha 0.95, epsilon 1e-8), times 0.97 after every epoch from the 10th,
gradients clipped by value to 5, every parameter from uniform(-0.08, 0.08), then an LSTM's
forget-gate bias 1 (PyTorch has two biases: the input's is 1, the hidden one's 0).
Text with LF newlines, split 80/10/10: as char-rnn does it, the text is cut to a whole number of
batches and laid out as 50 lanes, and each lane is split (`--cut rows`); or the text is split
first, in one piece each (`--cut parts`).  The state runs on from window to window and from epoch
to epoch, and the target of the last symbol is the first one.

Prints one JSON line {"iteration", "train_nats", "val_nats"} at each of 100, 300, 500, 700, 1000,
1200, 2000 and at the last iteration: `train_nats` is the mean loss of all iterations since
the line before, `val_nats` the mean over the validation text in the same lanes, from a zero
state.  What is run goes to the error stream.

Run:  REVERIE_DATA=<data folder> python char_rnn_baseline.py [--threads N] [--iterations N]
          [--cell lstm|gru|rnn] [--hidden K] [--seed N] [--cut rows|parts]

Made with torch 2.15.0, Python 3.11.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

DATA = Path(os.environ.get("REVERIE_DATA", "data"))
TEXT = "text/warpeace_input.txt"
LAYERS, BATCH, STEPS = 2, 50, 50
RATE, ALPHA, EPSILON, LIMIT, RANGE = 2e-3, 0.95, 1e-8, 5.0, 0.08
DECAY, DECAY_AFTER = 0.97, 10
REPORTS = (100, 300, 500, 700, 1000, 1200, 2000)


class CharRnn(torch.nn.Module):
    def __init__(self, cell, hidden, vocabulary):
        super().__init__()
        self.vocabulary = vocabulary
        kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[cell]
        self.cells = kind(vocabulary, hidden, LAYERS, batch_first=True)
        self.readout = torch.nn.Linear(hidden, vocabulary)
        with torch.no_grad():
            for p in self.parameters():
                p.uniform_(-RANGE, RANGE)
            if cell == "lstm":
                for layer in range(LAYERS):  # gates i, f, g, o
                    forget = slice(hidden, 2 * hidden)
                    getattr(self.cells, f"bias_ih_l{layer}")[forget] = 1.0
                    getattr(self.cells, f"bias_hh_l{layer}")[forget] = 0.0

    def forward(self, symbols, state):
        x = F.one_hot(symbols, self.vocabulary).float()
        h, state = self.cells(x, state)
        return self.readout(h), state


def load():
    """The text as symbol numbers, and the symbols."""
    text = (DATA / TEXT).read_bytes().decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    symbols = sorted(set(text))
    index = {s: i for i, s in enumerate(symbols)}
    return torch.tensor([index[s] for s in text]), symbols


def split(stream, cut):
    """Windows to learn from and to validate, each a pair of inputs and targets."""
    if cut == "parts":
        first, second = len(stream) * 8 // 10, len(stream) * 9 // 10
        return lanes(stream[:first]), lanes(stream[first:second])
    inputs, targets = lanes(stream)
    first, second = len(inputs) * 8 // 10, len(inputs) * 9 // 10
    return [inputs[:first], targets[:first]], [inputs[first:second], targets[first:second]]


def lanes(stream):
    """Inputs and targets as windows of [BATCH, STEPS], in reading order."""
    stream = stream[:len(stream) // (BATCH * STEPS) * BATCH * STEPS]
    targets = stream.roll(-1)
    return [list(s.view(BATCH, -1).split(STEPS, 1)) for s in (stream, targets)]


def nats(model, x, y, state):
    """Mean cross-entropy of one window, and the state after it."""
    logits, state = model(x, state)
    return F.cross_entropy(logits.flatten(0, 1), y.flatten()), state


def detached(state):
    """The same state, cut off from the window before."""
    return tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


@torch.no_grad()
def validate(model, windows):
    total, state = 0.0, None
    for x, y in zip(*windows):
        loss, state = nats(model, x, y, state)
        total += loss.item()
    return total / len(windows[0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--iterations", type=int, default=2000)
    parser.add_argument("--cell", choices=["lstm", "gru", "rnn"], default="lstm")
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cut", choices=["rows", "parts"], default="rows")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    stream, symbols = load()
    windows, held_out = split(stream, args.cut)
    per_epoch = len(windows[0])
    model = CharRnn(args.cell, args.hidden, len(symbols))
    print(f"{len(symbols)} symbols, {per_epoch} windows an epoch, {len(held_out[0])} to validate, "
          f"{sum(p.numel() for p in model.parameters())} parameters, {vars(args)}",
          file=sys.stderr)

    optimiser = torch.optim.RMSprop(model.parameters(), lr=RATE, alpha=ALPHA, eps=EPSILON)
    state, losses, seconds = None, [], 0.0
    for iteration in range(1, args.iterations + 1):
        began = time.perf_counter()
        at = (iteration - 1) % per_epoch
        loss, state = nats(model, windows[0][at], windows[1][at], state)
        state = detached(state)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), LIMIT)
        optimiser.step()
        if iteration % per_epoch == 0 and iteration // per_epoch >= DECAY_AFTER:
            for group in optimiser.param_groups:
                group["lr"] *= DECAY
        losses.append(loss.item())
        seconds += time.perf_counter() - began
        if iteration in REPORTS or iteration == args.iterations:
            row = {"iteration": iteration, "train_nats": round(sum(losses) / len(losses), 4),
                   "val_nats": round(validate(model, held_out), 4)}
            print(json.dumps(row), flush=True)
            losses = []
    print(f"{1000 * seconds / args.iterations:.1f} ms an iteration, without validation",
          file=sys.stderr)


if __name__ == "__main__":
    main()
