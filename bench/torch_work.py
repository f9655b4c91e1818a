"""The PyTorch side of the side-by-side measurements: the same work as the program's module `work`, timed
the same way.

Run by the measuring program, one process for each piece of work:

    python torch_work.py WORK THREADS

It makes the work ready, says `ready`, and then for every line it reads does it again and again for
at least TURN seconds, answering with the seconds that one time took. When the input ends it says the largest resident memory in MB.

Made for torch 2.15.0, Python 3.11.
"""

import resource
import sys
import time

import torch
import torch.nn.functional as F

VGG19 = [64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512]
GATYS = {0: 64, 2: 128, 4: 256, 8: 512, 12: 512}  # relu1_1 .. relu5_1 by number of the convolution
CONTENT = 9  # relu4_2
TURN = 0.6  # the same on the Rust side
MINI = [24, 24, "M", 48, 48, "M", 96, 96, 96, "M", 192, 192, 192]


def trunk():
    layers, width = [], 3
    for size in VGG19:
        if size == "M":
            layers.append(torch.nn.MaxPool2d(2))
        else:
            layers.append(torch.nn.Conv2d(width, size, 3, padding=1))
            torch.nn.init.kaiming_normal_(layers[-1].weight)
            torch.nn.init.zeros_(layers[-1].bias)
            width = size
    for layer in layers:
        layer.requires_grad_(False)
    return layers


def run(layers, x):
    """Activations after the rectifier by number of the convolution, and the last one before it."""
    found, number = {}, 0
    for layer in layers:
        x = layer(x)
        if isinstance(layer, torch.nn.Conv2d):
            last = x
            x = torch.relu(x)
            found[number] = x
            number += 1
    return found, last


def vgg19(side):
    layers = trunk()
    image = torch.rand(1, 3, side, side)

    def work():
        x = image.clone().requires_grad_(True)
        h = x
        for layer in layers[:-1]:
            h = layer(h)
            if isinstance(layer, torch.nn.Conv2d):
                h = torch.relu(h)
        layers[-1](h).square().mean().backward()
        return x.grad

    return work


def frozen(c_in, c_out, kernel, **options):
    conv = torch.nn.Conv2d(c_in, c_out, kernel, **options)
    torch.nn.init.kaiming_normal_(conv.weight)
    torch.nn.init.zeros_(conv.bias)
    return conv.requires_grad_(False)


class Fire(torch.nn.Module):
    """A fire module of SqueezeNet."""

    def __init__(self, c_in, squeezed, expanded):
        super().__init__()
        self.squeeze = frozen(c_in, squeezed, 1)
        self.one = frozen(squeezed, expanded, 1)
        self.three = frozen(squeezed, expanded, 3, padding=1)

    def forward(self, x):
        x = self.squeeze(x).relu()
        return torch.cat([self.one(x).relu(), self.three(x).relu()], 1)


def squeezenet():
    """SqueezeNet 1.1 to the maps of its classes."""
    pool = lambda: torch.nn.MaxPool2d(3, 2, ceil_mode=True)
    return torch.nn.Sequential(
        frozen(3, 64, 3, stride=2), torch.nn.ReLU(), pool(),
        Fire(64, 16, 64), Fire(128, 16, 64), pool(),
        Fire(128, 32, 128), Fire(256, 32, 128), pool(),
        Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256),
        frozen(512, 1000, 1))


class Branches(torch.nn.Module):
    """A block of Inception: branches of rectified convolutions and poolings, side by side."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = torch.nn.ModuleList(torch.nn.Sequential(*branch) for branch in branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def chain(c_in, *steps, last=None):
    """Rectified convolutions that keep the size, and one of 3x3 that halves it."""
    layers = []
    for channels, kernel in steps:
        padding = [side // 2 for side in kernel]
        layers += [frozen(c_in, channels, kernel, padding=padding), torch.nn.ReLU()]
        c_in = channels
    if last:
        layers += [frozen(c_in, last, 3, stride=2), torch.nn.ReLU()]
    return layers


def inception():
    """Inception v3 to mixed_4."""
    one, row, column, three = (1, 1), (1, 7), (7, 1), (3, 3)
    mean = lambda: torch.nn.AvgPool2d(3, 1, 1, count_include_pad=False)
    layers = [frozen(3, 32, 3, stride=2), torch.nn.ReLU(), frozen(32, 32, 3), torch.nn.ReLU(),
              frozen(32, 64, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(3, 2),
              frozen(64, 80, 1), torch.nn.ReLU(), frozen(80, 192, 3), torch.nn.ReLU(),
              torch.nn.MaxPool2d(3, 2)]
    c_in = 192
    for pooled in [32, 64, 64]:
        layers.append(Branches(
            chain(c_in, (64, one)), chain(c_in, (48, one), (64, (5, 5))),
            chain(c_in, (64, one), (96, three), (96, three)),
            [mean(), *chain(c_in, (pooled, one))]))
        c_in = 224 + pooled
    layers.append(Branches(chain(c_in, last=384), chain(c_in, (64, one), (96, three), last=96),
                           [torch.nn.MaxPool2d(3, 2)]))
    n = 128
    twice = [(n, one), (n, column), (n, row), (n, column), (192, row)]
    layers.append(Branches(
        chain(768, (192, one)), chain(768, (n, one), (n, row), (192, column)), chain(768, *twice),
        [mean(), *chain(768, (192, one))]))
    return torch.nn.Sequential(*layers)


def look(network, width, height):
    image = torch.rand(1, 3, height, width)

    def work():
        x = image.clone().requires_grad_(True)
        network(x).square().mean().backward()
        return x.grad

    return work


def gram(features):
    flat = features.flatten(2)[0]
    return flat @ flat.T / flat.shape[1]


def gatys(side):
    layers = trunk()
    content, style = torch.rand(1, 3, side, side), torch.rand(1, 3, side, side)
    with torch.no_grad():
        wanted_content = run(layers, content)[0][CONTENT]
        wanted_style = {n: gram(run(layers, style)[0][n]) for n in GATYS}
    image = content.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([image], lr=0.01)

    def work():
        optimiser.zero_grad()
        found, _ = run(layers, image)
        loss = F.mse_loss(found[CONTENT], wanted_content)
        for number, channels in GATYS.items():
            loss = loss + 1e3 / channels**2 * F.mse_loss(gram(found[number]), wanted_style[number])
        loss.backward()
        optimiser.step()

    return work


def text(cell, hidden, batch=50, steps=50, symbols=87):
    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[cell]
    net = kind(symbols, hidden, 2, batch_first=True)
    readout = torch.nn.Linear(hidden, symbols)
    parameters = [*net.parameters(), *readout.parameters()]
    for p in parameters:
        torch.nn.init.uniform_(p, -0.08, 0.08)
    optimiser = torch.optim.RMSprop(parameters, lr=2e-3, alpha=0.95, eps=1e-8)
    ids = torch.randint(symbols, (batch, steps + 1))
    state = [None]

    def work():
        x = F.one_hot(ids[:, :-1], symbols).float()
        h, carried = net(x, state[0])
        state[0] = tuple(s.detach() for s in carried) if cell == "lstm" else carried.detach()
        loss = F.cross_entropy(readout(h).flatten(0, 1), ids[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(parameters, 5.0)
        optimiser.step()
        return loss.item()

    return work


def music(cell, hidden, batch=16, steps=100, keys=88):
    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[cell]
    net = kind(keys, hidden)
    readout = torch.nn.Linear(hidden, keys)
    parameters = [*net.parameters(), *readout.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=1e-3)
    roll = (torch.rand(steps + 1, batch, keys) < 0.05).float()

    def work():
        h, _ = net(roll[:-1])
        loss = F.binary_cross_entropy_with_logits(readout(h), roll[1:], reduction="sum")
        loss = loss / (batch * steps)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        return loss.item()

    return work


def mini(batch=64, side=64, classes=50):
    layers, width = [], 3
    for size in MINI:
        if size == "M":
            layers.append(torch.nn.MaxPool2d(2))
        else:
            layers += [torch.nn.Conv2d(width, size, 3, padding=1), torch.nn.BatchNorm2d(size),
                       torch.nn.ReLU()]
            width = size
    layers += [torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(width, classes)]
    net = torch.nn.Sequential(*layers)
    optimiser = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    images, targets = torch.rand(batch, 3, side, side), torch.randint(classes, (batch,))

    def work():
        loss = F.cross_entropy(net(images), targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item()

    return work


def product(side):
    a, b = torch.rand(side, side), torch.rand(side, side)
    return lambda: a @ b


WORKS = {
    "vgg19-256": lambda: vgg19(256),
    "vgg19-512": lambda: vgg19(512),
    "squeezenet-128": lambda: look(squeezenet(), 128, 128),
    "squeezenet-224": lambda: look(squeezenet(), 224, 224),
    "inception-256x144": lambda: look(inception(), 256, 144),
    "inception-512x288": lambda: look(inception(), 512, 288),
    "gatys-256": lambda: gatys(256),
    "gatys-1024": lambda: gatys(1024),
    "text-lstm-128": lambda: text("lstm", 128),
    "text-lstm-512": lambda: text("lstm", 512),
    "text-gru-128": lambda: text("gru", 128),
    "text-rnn-128": lambda: text("rnn", 128),
    "music-lstm-36": lambda: music("lstm", 36),
    "music-gru-46": lambda: music("gru", 46),
    "music-rnn-100": lambda: music("rnn", 100),
    "vgg-mini-train": mini,
    "product-2048": lambda: product(2048),
}


def main():
    name, threads = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    work = WORKS[name]()
    print("ready", flush=True)
    for _ in sys.stdin:
        began, times = time.perf_counter(), 0
        while times == 0 or time.perf_counter() - began < TURN:
            work()
            times += 1
        print((time.perf_counter() - began) / times, flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)


if __name__ == "__main__":
    main()
