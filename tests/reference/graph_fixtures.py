"""Narrow AlexNet, SqueezeNet, GoogLeNet and Inception-v3 trunk, and what every layer answers.

What: torchvision's own AlexNet, SqueezeNet 1.1 and GoogLeNet, whose convolutions, norms and
linear layers are replaced by ones with a fraction of the outputs (rounded up), so that code and
keys are exactly torchvision's; and the trunk that inception_v3_trunk.json describes, narrowed in
the same way.  Weights are random from a seed.  One picture, made by a formula, goes through each;
the JSON file holds statistics and 8 values of every layer under the name that we give it, and
of the gradient of half the squared length of the deepest layer with respect to the picture.
All is computed in float64; float32 has to agree, or a number stands so near to a rectifier's
kink that no two programs need agree.
The real weights of the data folder answer a picture too; their numbers stand under "real".

Run:  REVERIE_DATA=<data folder> python tests/reference/graph_fixtures.py
      python tests/reference/graph_fixtures.py --full DIR  (torchvision's three at full size with
      random weights, 0.3 GB, to DIR outside the repository)

Made with torch 2.15.0, torchvision 0.29.2, safetensors 0.8.0, Python 3.11.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
import torchvision
from safetensors.torch import load_file, save_file
from torch import nn

from common import FIXTURES, flat, meta, number, quiet_cpu, write_json

DATA = Path(os.environ.get("REVERIE_DATA", "data"))
FORMULA = "0.5 + 0.25*sin(0.11*(x+1)*(c+1)) + 0.25*cos(0.07*(y+1)*(2*c+1) + 0.3*c)"
VALUES = 8
PREPROCESSING = {  # order, scale, mean, std: (picture * scale - mean) / std
    "torchvision": ("rgb", 1, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    "symmetric": ("rgb", 1, [0.5] * 3, [0.5] * 3),
    "squeezenet_caffe": ("bgr", 255, [104, 117, 123], [1] * 3),
}


def picture(width, height):
    """The picture of FORMULA in float64, rounded to float32: [1, 3, height, width]."""
    c = torch.arange(3, dtype=torch.float64).view(3, 1, 1)
    y = torch.arange(height, dtype=torch.float64).view(1, height, 1)
    x = torch.arange(width, dtype=torch.float64).view(1, 1, width)
    waves = torch.sin(0.11 * (x + 1) * (c + 1)), torch.cos(0.07 * (y + 1) * (2 * c + 1) + 0.3 * c)
    return (0.5 + 0.25 * waves[0] + 0.25 * waves[1]).float()[None]


def normalise(image, name):
    """An RGB image in [0, 1] as a network sees it."""
    order, scale, mean, std = PREPROCESSING[name]
    image = image.flip(1) if order == "bgr" else image
    row = lambda values: torch.tensor(values, dtype=image.dtype).view(1, 3, 1, 1)
    return (image * scale - row(mean)) / row(std)


def summary(name, activation):
    """Length and 8 values of one layer, batch axis dropped."""
    a = activation.detach()[0].reshape(-1)
    assert a.any(), f"{name} is dead, which would test nothing"
    picks = torch.tensor([i * a.numel() // VALUES for i in range(VALUES)])
    return {
        "name": name,
        "shape": list(activation.shape[1:]),
        "l2": number(a.norm().float()),
        "values": flat(a[picks].float()),
    }


def narrowed(model, divisor):
    """The model with a fraction of the outputs in every layer that has weights."""
    part = lambda n: -(-n // divisor)
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Conv2d):
                new = nn.LazyConv2d(part(child.out_channels), child.kernel_size, child.stride,
                                    child.padding, bias=child.bias is not None)
            elif isinstance(child, nn.BatchNorm2d):
                new = nn.LazyBatchNorm2d(eps=child.eps)
            elif isinstance(child, nn.Linear):
                new = nn.LazyLinear(part(child.out_features))
            else:
                continue
            setattr(module, name, new)
    model.eval()(torch.zeros(1, 3, 224, 224))
    return model


@torch.no_grad()
def randomise(model, seed):
    """Weights that keep the scale of activations; norms that are not the identity."""
    gen = torch.Generator().manual_seed(seed)
    noise = lambda like: torch.randn(like.shape, generator=gen)
    for layer in model.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.weight.copy_(noise(layer.weight) * (2 / layer.weight[0].numel()) ** 0.5)
            if layer.bias is not None:
                layer.bias.copy_(0.1 * noise(layer.bias))
        if isinstance(layer, nn.BatchNorm2d):
            layer.weight.copy_(1 + 0.2 * noise(layer.weight))
            layer.bias.copy_(0.5 + 0.2 * noise(layer.bias))
            layer.running_mean.copy_(0.2 * noise(layer.running_mean))
            layer.running_var.copy_((0.3 * noise(layer.running_var)).exp())
            layer.num_batches_tracked.fill_(seed)


def alexnet_names(model):
    """Our name of each module of torchvision's AlexNet."""
    names = ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "conv3", "relu3", "conv4",
             "relu4", "conv5", "relu5", "pool5"]
    named = dict(zip(names, model.features))
    head = {"fc6": 1, "relu6": 2, "fc7": 4, "relu7": 5, "scores": 6}
    return named | {name: model.classifier[i] for name, i in head.items()}


def squeezenet_names(model):
    """Our name of each module of torchvision's SqueezeNet 1.1."""
    f, named = model.features, {}
    names = ["conv1", "relu1", "pool1", "fire2", "fire3", "pool3", "fire4", "fire5", "pool5",
             "fire6", "fire7", "fire8", "fire9"]
    for name, module in zip(names, f):
        if name.startswith("fire"):
            for part in ["squeeze", "expand1x1", "expand3x3"]:
                ours = f"{name}_squeeze1x1" if part == "squeeze" else f"{name}_{part}"
                named[f"{ours}_pre_relu"] = getattr(module, part)
                named[ours] = getattr(module, f"{part}_activation")
        named[name] = module
    c = model.classifier
    return named | {"conv10": c[1], "relu10": c[2], "scores": c[3]}


def googlenet_names(model):
    """Our name of each module of torchvision's GoogLeNet."""
    named = {}

    def basic(name, module):
        named[f"{name}_pre_relu"] = module.bn
        named[name] = module

    basic("conv1", model.conv1)
    named["pool1"] = model.maxpool1
    basic("conv2_reduce", model.conv2)
    basic("conv2", model.conv3)
    named["pool2"] = model.maxpool2
    for block in ["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"]:
        module, name = getattr(model, f"inception{block}"), f"inception_{block}"
        basic(f"{name}_1x1", module.branch1)
        basic(f"{name}_3x3_reduce", module.branch2[0])
        basic(f"{name}_3x3", module.branch2[1])
        basic(f"{name}_5x5_reduce", module.branch3[0])
        basic(f"{name}_5x5", module.branch3[1])
        named[f"{name}_pool"] = module.branch4[0]
        basic(f"{name}_pool_proj", module.branch4[1])
        named[name] = module
        if block in ["3b", "4e"]:
            named[f"pool{block[0]}"] = {"3b": model.maxpool3, "4e": model.maxpool4}[block]
    named["scores"] = model.fc
    return named


def hooked(model, named, image, preprocessing):
    """Every named layer of a torchvision model, by hooks, in the order of the names."""
    seen, hooks = {}, []
    for name, module in named.items():
        # A copy, because torchvision's rectifiers work in place.
        keep = lambda _module, _inputs, out, name=name: seen.update({name: out.clone()})
        hooks.append(module.register_forward_hook(keep))
    model.to(image.dtype).eval()(normalise(image, preprocessing))
    for hook in hooks:
        hook.remove()
    as_maps = lambda a: a.reshape(*a.shape, 1, 1) if a.dim() == 2 else a
    return {name: as_maps(seen[name]) for name in named}


def trunk_layers(description, tensors, image):
    """Every layer of the Inception trunk, straight from its description."""
    specs, seen = {spec["name"]: spec for spec in description["layers"]}, {}

    def step(x, name, pool_name):
        if name == "maxpool3x3s2_valid":
            seen[pool_name] = F.max_pool2d(x, 3, 2)
            return seen[pool_name]
        if name == "avgpool3x3s1_same_excl_pad":
            seen[pool_name] = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
            return seen[pool_name]
        spec = specs[name]
        weight, bias = (tensors[f"{name}.{end}"].to(x.dtype) for end in ["weight", "bias"])
        seen[f"{name}_pre_relu"] = F.conv2d(x, weight, bias, spec["stride"], spec["pad"])
        seen[name] = torch.relu(seen[f"{name}_pre_relu"])
        return seen[name]

    x, pools = normalise(image, "symmetric"), iter(["pool", "pool_1"])
    for name in description["stem"]:
        x = step(x, name, next(pools) if "pool" in name else None)
    for block, branches in description["blocks"].items():
        ends = []
        for branch in branches:
            y = x
            pool = f"{block}_pool" if len(branch) == 1 else f"{block}_tower_2_pool"
            for name in branch:
                y = step(y, name, pool)
            ends.append(y)
        x = seen[block] = torch.cat(ends, 1)
    return seen


def trunk_weights(description, divisor, seed):
    """Random weights of a narrow trunk, rounded to half precision as the real file is."""
    part, gen, tensors = (lambda n: -(-n // divisor)), torch.Generator().manual_seed(seed), {}
    specs = {spec["name"]: spec for spec in description["layers"]}

    def walk(channels, names):
        for name in names:
            if "pool" not in name:
                spec = specs[name]
                shape = (part(spec["cout"]), channels, *spec["kernel"])
                fan_in = channels * spec["kernel"][0] * spec["kernel"][1]
                weight = torch.randn(shape, generator=gen) * (2 / fan_in) ** 0.5
                tensors[f"{name}.weight"] = weight.half()
                tensors[f"{name}.bias"] = (0.1 * torch.randn(shape[0], generator=gen)).half()
                channels = shape[0]
        return channels

    channels = walk(3, description["stem"])
    for branches in description["blocks"].values():
        channels = sum(walk(channels, branch) for branch in branches)
    return tensors


def entry(layers_of, size, preprocessing, deepest, has_kinks=False, **more):
    """What the JSON file says about one network; `has_kinks` where gradients need not agree."""
    def seen_by(dtype):
        image = picture(*size).to(dtype).requires_grad_()
        layers = layers_of(image)
        (0.5 * layers[deepest].square().sum()).backward()
        return layers, image.grad

    _, single = seen_by(torch.float32)
    layers, gradient = seen_by(torch.float64)
    is_same = (single - gradient).norm() < 1e-4 * gradient.norm()
    assert is_same or has_kinks, "a number is at a kink: take another seed"
    return {
        "width": size[0], "height": size[1], "preprocessing": preprocessing, **more,
        "layers": [summary(name, value) for name, value in layers.items()],
        "gradient": {"of": deepest, **summary("gradient", gradient)},
    }


def save(tensors, name):
    save_file({key: value.contiguous() for key, value in tensors.items()}, FIXTURES / name)
    (FIXTURES / name).chmod(0o644)
    print(f"{name}: {(FIXTURES / name).stat().st_size} bytes")
    return name


def full(folder):
    """The full-size files, for checks by hand; GoogLeNet's with its auxiliary heads."""
    folder.mkdir(parents=True, exist_ok=True)
    models, networks = torchvision.models, {}
    plain = {
        "alexnet": (models.alexnet(weights=None), "torchvision", alexnet_names),
        "squeezenet1_1": (models.squeezenet1_1(weights=None), "torchvision", squeezenet_names),
        "googlenet": (models.googlenet(weights=None, init_weights=False), "symmetric",
                      googlenet_names),
    }
    for seed, (name, (model, kind, names_of)) in enumerate(plain.items(), start=51):
        randomise(model, seed)
        torch.save(model.state_dict(), folder / f"{name}.pth")
        layers_of = lambda image: hooked(model, names_of(model), image, kind)
        networks[name] = entry(layers_of, (224, 224), kind, "scores", has_kinks=True,
                               file=f"{name}.pth")
    write_json(folder / "graph_full.json", {"networks": networks})


def narrow():
    """The small files of the repository."""
    models = torchvision.models
    # Architecture: model, seed, divisor, size of the picture, preprocessing, names.  With other
    # seeds a layer of two or three channels may be dead, or a number stand at a kink.
    plain = {
        "alexnet": (models.alexnet(weights=None), 31, 32, (95, 79), "torchvision",
                    alexnet_names),
        "squeezenet1_1": (models.squeezenet1_1(weights=None), 34, 8, (67, 52), "torchvision",
                          squeezenet_names),
        "googlenet": (models.googlenet(weights=None, aux_logits=False, init_weights=False), 37, 16,
                      (70, 53), "symmetric", googlenet_names),
    }
    networks = {}
    for name, (model, seed, divisor, size, kind, names_of) in plain.items():
        model = narrowed(model, divisor)
        randomise(model, seed)
        tensors = dict(model.state_dict())
        if name == "googlenet":  # stands for the two auxiliary heads, which nobody needs
            tensors["aux1.fc2.bias"] = torch.zeros(1)
        file = save(tensors, f"{name}_narrow.safetensors")
        layers_of = lambda image: hooked(model, names_of(model), image, kind)
        networks[name] = entry(layers_of, size, kind, "scores", file=file, divisor=divisor)

    description = json.loads((DATA / "weights/inception_v3_trunk.json").read_text())
    tensors = trunk_weights(description, 16, 34)
    file = save(tensors, "inception_v3_trunk_narrow_f16.safetensors")
    layers_of = lambda image: trunk_layers(description, tensors, image)
    networks["inception_v3_trunk"] = entry(layers_of, (107, 91), "symmetric", "mixed_8",
                                           file=file, divisor=16)
    write_json(FIXTURES / "graph_narrow.json", {
        "meta": meta("graph_fixtures.py", torchvision=torchvision.__version__.split("+")[0]),
        "picture": FORMULA, "networks": networks, "real": real(description, models),
    })


def real(description, models):
    """A few layers of the real files; the picture is the same formula, larger."""
    file = DATA / "weights/inception_v3_trunk_f16.safetensors"
    tensors = load_file(file)
    wanted = ["conv_4", "pool_1", *description["blocks"]]
    trunk = entry(lambda image: {name: layer for name, layer
                                 in trunk_layers(description, tensors, image).items()
                                 if name in wanted}, (171, 139), "symmetric", "mixed_8",
                  file=f"weights/{file.name}")
    file = DATA / "weights/squeezenet1_1_caffe_f16.safetensors"
    model = models.squeezenet1_1(weights=None).eval()
    model.load_state_dict(load_file(file))
    wanted = ["conv1", "pool1", *(f"fire{i}" for i in range(2, 10)), "conv10", "scores"]
    names = {name: module for name, module in squeezenet_names(model).items() if name in wanted}
    kind = "squeezenet_caffe"
    squeezenet = entry(lambda image: hooked(model, names, image, kind), (171, 139), kind,
                       "scores", file=f"weights/{file.name}")
    return {"inception_v3_trunk": trunk, "squeezenet1_1": squeezenet}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", metavar="DIR", type=Path, help="write full-size models there")
    options = parser.parse_args()
    if not options.full and not (DATA / "weights").is_dir():
        sys.exit(f"there is no folder {DATA / 'weights'}; set REVERIE_DATA to the data folder")
    quiet_cpu()
    full(options.full) if options.full else narrow()
