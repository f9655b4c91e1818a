"""Narrow and full-size VGG state dicts, and the activations of every layer.

What: feature stacks made by torchvision's own `make_layers`, in the layer pattern of
VGG-11, VGG-16, VGG-19 and VGG-16 with batch norm, but with 4, 5, 6, 7, 7 channels in
the five blocks, so the keys are exactly torchvision's (`features.N.weight`, ...).
Weights are random from a seed.  One picture, made by a formula, goes through each; the
JSON file holds statistics and 16 values of every layer under its literature name.

Run:  python tests/reference/vgg_fixtures.py             (writes tests/fixtures/*)
      python tests/reference/vgg_fixtures.py --full DIR  (full-size models, 0.5 GB each, to
      DIR outside the repository: state dicts with classifier, and vgg_full.json)

Made with torch 2.15.0, torchvision 0.29.2, safetensors 0.8.0, Python 3.11.
"""

import argparse
from pathlib import Path

import torch
import torchvision
from safetensors.torch import save_file
from torch import nn
from torchvision.models.vgg import cfgs, make_layers

from common import FIXTURES, flat, meta, number, quiet_cpu, write_json

WIDTHS = {64: 4, 128: 5, 256: 6, 512: 7, "M": "M"}
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
WIDTH, HEIGHT = 64, 48
FORMULA = "0.5 + 0.25*sin(0.11*(x+1)*(c+1)) + 0.25*cos(0.07*(y+1)*(2*c+1) + 0.3*c)"
FC_NAMES = ["fc6", "relu6", "drop6", "fc7", "relu7", "drop7", "fc8"]


class Narrow(nn.Module):
    """A VGG without its classifier."""

    def __init__(self, config, batch_norm, seed):
        super().__init__()
        self.features = make_layers([WIDTHS[v] for v in cfgs[config]], batch_norm=batch_norm)
        gen = torch.Generator().manual_seed(seed)

        def noise(like):
            return torch.randn(like.shape, generator=gen)

        with torch.no_grad():
            for layer in self.features:
                if isinstance(layer, nn.Conv2d):
                    fan_in = layer.weight[0].numel()
                    layer.weight.copy_(noise(layer.weight) * (2 / fan_in) ** 0.5)
                    layer.bias.copy_(0.1 * noise(layer.bias))
                if isinstance(layer, nn.BatchNorm2d):
                    layer.weight.copy_(1 + 0.2 * noise(layer.weight))
                    layer.bias.copy_(0.2 * noise(layer.bias))
                    layer.running_mean.copy_(0.2 * noise(layer.running_mean))
                    layer.running_var.copy_((0.3 * noise(layer.running_var)).exp())
                    layer.num_batches_tracked.fill_(seed)


def picture():
    """The picture of FORMULA in float64, rounded to float32: [3, HEIGHT, WIDTH]."""
    c = torch.arange(3, dtype=torch.float64).view(3, 1, 1)
    y = torch.arange(HEIGHT, dtype=torch.float64).view(1, HEIGHT, 1)
    x = torch.arange(WIDTH, dtype=torch.float64).view(1, 1, WIDTH)
    waves = torch.sin(0.11 * (x + 1) * (c + 1)), torch.cos(0.07 * (y + 1) * (2 * c + 1) + 0.3 * c)
    return (0.5 + 0.25 * waves[0] + 0.25 * waves[1]).float()


def normalised():
    """The picture as the networks see it: a batch of one."""
    mean, std = torch.tensor(MEAN).view(3, 1, 1), torch.tensor(STD).view(3, 1, 1)
    return ((picture() - mean) / std)[None]


def summary(name, activation):
    """Statistics (taken in float64) and 16 values of one layer, batch axis dropped."""
    a = activation[0].reshape(-1)
    wide = a.double()
    picks = torch.tensor([i * a.numel() // 16 for i in range(16)])
    single = {"mean": wide.mean(), "std": wide.std(unbiased=False), "l2": wide.norm()}
    return {
        "name": name,
        "shape": list(activation.shape[1:]),
        **{key: number(value.float()) for key, value in single.items()},
        "values": flat(a[picks]),
    }


@torch.no_grad()
def activations(model, pooling):
    """Every layer of an eval-mode model.

    The layers are called one by one, with ReLU out of place, so that a convolution's
    entry is its own output (torchvision's ReLU would overwrite it).
    """
    h, block, index, layers = normalised(), 1, 1, []
    for layer in model.eval().features:
        if isinstance(layer, nn.Conv2d):
            name, h = f"conv{block}_{index}", layer(h)
        elif isinstance(layer, nn.BatchNorm2d):
            name, h = f"bn{block}_{index}", layer(h)
        elif isinstance(layer, nn.ReLU):
            name, h = f"relu{block}_{index}", torch.relu(h)
            index += 1
        else:
            name, h = f"pool{block}", layer(h) if pooling == "max" else nn.AvgPool2d(2)(h)
            block, index = block + 1, 1
        layers.append(summary(name, h))
    if hasattr(model, "classifier"):
        h = model.avgpool(h).flatten(1)
        for name, layer in zip(FC_NAMES, model.classifier):
            h = torch.relu(h) if isinstance(layer, nn.ReLU) else layer(h)
            if not isinstance(layer, nn.Dropout):
                layers.append(summary(name, h))
    return layers


def entry(model, files, config, poolings):
    """What the JSON file says about one network."""
    widths = [[]]
    for layer in model.features:
        if isinstance(layer, nn.MaxPool2d):
            widths.append([])
        elif isinstance(layer, nn.Conv2d):
            widths[-1].append(layer.out_channels)
    return {
        "files": files,
        "blocks": widths[:-1],
        "batch_norm": config.endswith("_bn"),
        "runs": {pooling: activations(model, pooling) for pooling in poolings},
    }


def document(networks):
    """The JSON file: the picture, then the networks."""
    return {
        "meta": meta("vgg_fixtures.py", torchvision=torchvision.__version__.split("+")[0]),
        "picture": {"width": WIDTH, "height": HEIGHT, "formula": FORMULA, "mean": MEAN,
                    "std": STD, "raw": summary("picture", picture()[None]),
                    "input": summary("input", normalised())},
        "networks": networks,
    }


def narrow():
    """The small files of the repository."""
    FIXTURES.mkdir(exist_ok=True)
    letters = {"vgg11": "A", "vgg16": "D", "vgg19": "E", "vgg16_bn": "D"}
    networks = {}
    for seed, (config, letter) in enumerate(letters.items(), start=11):
        model = Narrow(letter, config.endswith("_bn"), seed)
        name = config.replace("_", "") + "_narrow"
        torch.save(model.state_dict(), FIXTURES / f"{name}.pth")
        files = [f"{name}.pth"]
        if config == "vgg11":
            files.append(f"{name}_legacy.pth")
            torch.save(model.state_dict(), FIXTURES / files[1],
                       _use_new_zipfile_serialization=False)
        poolings = ["max", "average"] if config == "vgg19" else ["max"]
        networks[name] = entry(model, files, config, poolings)
        if config == "vgg11":  # half-precision weights, activations in single precision
            half = {key: value.half() for key, value in model.state_dict().items()}
            save_file(half, FIXTURES / f"{name}_f16.safetensors")
            (FIXTURES / f"{name}_f16.safetensors").chmod(0o644)
            model.load_state_dict({key: value.float() for key, value in half.items()})
            networks[f"{name}_f16"] = entry(model, [f"{name}_f16.safetensors"], config, ["max"])
    write_json(FIXTURES / "vgg_narrow.json", document(networks))


def full(folder):
    """The full-size files, for checks by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    networks = {}
    for seed, config in enumerate(["vgg11", "vgg16", "vgg19"], start=11):
        torch.manual_seed(seed)
        model = getattr(torchvision.models, config)(weights=None)
        torch.save(model.state_dict(), folder / f"{config}.pth")
        poolings = ["max", "average"] if config == "vgg19" else ["max"]
        networks[config] = entry(model, [f"{config}.pth"], config, poolings)
    write_json(folder / "vgg_full.json", document(networks))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", metavar="DIR", type=Path, help="write full-size models there")
    options = parser.parse_args()
    quiet_cpu()
    full(options.full) if options.full else narrow()
