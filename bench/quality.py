"""Two published recipes of style transfer in plain PyTorch, for as many seconds as ours took.

What: a picture by the settings of neural-style (`--recipe johnson`) or of style-transfer-pytorch
with its Wasserstein-2 loss (`--recipe crowson`), written from the papers and the documented
settings, on the same weights as ours (`weights/vgg16_hed_f16.safetensors`, BGR 0..255; style layers
up to relu4_1, for its relu5_1 knows edges only).  Both in single precision.

    johnson  content (relu4_2, mean square), style (mean square of the difference of F F^T/(C H W)),
             total variation 1e-3 (half the sum of squares on 0..255), from normal noise of 0.001
             in 0..255 about the mean colour, L-BFGS with a history of 100 and no line search, up
             to 1000 iterations, all at one size; zeros beyond the border.  Gatys et al. 2016;
             Johnson 2015, github.com/jcjohnson/neural-style
    crowson  content 0.015 (relu4_2, mean square), squared Wasserstein-2 distance of normal
             distributions with layer weights 256, 64, 16, 4 over their sum, total variation 2
             (nine points, mean square on 0..1), from the content, Adam 0.02 (0.9, 0.99), clamped
             to 0..1; sizes 128 to 512 by sqrt 2 with 1000 iterations first and 500 each after,
             Adam's moments and the average picture carried up, running average 0.99; the first
             convolution repeats the border.  github.com/crowsonkb/style-transfer-pytorch

Weights of such losses belong to a network.  Learning edges made the deep layers of this one small:
taken literally, the total variation of `johnson` outweighs its content a thousand times, and the
result is a blur.  So the settings are translated:

    johnson  content and style are relative to the target's own mean square, times what the
             program says of each at its first iteration (INSTALL.md there): content 2.09e6, which
             is 5 times a mean square, and style 13.29e6 in all, shared evenly by the layers
    crowson  activations are divided by 255 * 0.226, as if the network saw pictures divided by
             their deviation, and the deep layers lifted to the mean activation of the first, which
             is how Gatys et al. scaled their network

The clock starts when modules, weights and pictures are loaded, and includes the targets of each
size.  `crowson` has too many iterations for a short time: a rehearsal of a few steps at each size,
which does not count, gives one factor for all its numbers of iterations, and the last size goes on
until time is up.

Prints one line of JSON: seconds, seconds that all iterations of the recipe would have taken, the
last loss, and the steps made at each size (longest side).

Run:  REVERIE_DATA=<data folder> python bench/quality.py --recipe johnson|crowson --content PNG
          --style PNG --seconds S [--threads 2] [--size 512] [--seed 0]
          [--start noise|content] -o OUT.png

Made with torch 2.15.0, Pillow 13.0, safetensors 0.8.0, Python 3.11.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

WEIGHTS = "weights/vgg16_hed_f16.safetensors"
MEAN_BGR = [104.00699, 116.66877, 122.67892]
# torchvision's index of each convolution up to conv4_2; "M" is a pooling layer
LAYOUT = [0, 2, "M", 5, 7, "M", 10, 12, 14, "M", 17, 19]
STYLE_LAYERS = ["relu1_1", "relu2_1", "relu3_1", "relu4_1"]
CONTENT_LAYER = "relu4_2"
# Of this network for the drawings of `reverie tour`, over all channels and positions
MEAN_ACTIVATIONS = {"relu1_1": 20.0, "relu2_1": 18.0, "relu3_1": 10.0, "relu4_1": 5.4,
                    "relu4_2": 3.3}
DEVIATION = 255 * 0.226
# What neural-style says of its losses at the first iteration
FIRST_CONTENT, FIRST_STYLE = 2.09e6, 13.29e6


class Trunk:
    """VGG-16 up to relu4_2, with max pooling."""

    def __init__(self, weights, factors=None, repeats_border=False):
        """What is found of a layer is multiplied by its factor."""
        self.convolutions = {
            step: [weights[f"features.{step}.{part}"].float() for part in ("weight", "bias")]
            for step in LAYOUT if step != "M"
        }
        self.mean = torch.tensor(MEAN_BGR).view(1, 3, 1, 1)
        self.factors = factors or dict.fromkeys([*STYLE_LAYERS, CONTENT_LAYER], 1.0)
        self.repeats_border = repeats_border

    def __call__(self, bgr):
        """The layers in use, of a picture in BGR 0..255 less the mean."""
        h, block, index, found = bgr, 1, 1, {}
        for step in LAYOUT:
            if step == "M":
                h, block, index = F.max_pool2d(h, 2), block + 1, 1
                continue
            weight, bias = self.convolutions[step]
            padding = 1
            if step == 0 and self.repeats_border:
                h, padding = F.pad(h, (1, 1, 1, 1), mode="replicate"), 0
            h = F.conv2d(h, weight, bias, padding=padding).relu()
            name, index = f"relu{block}_{index}", index + 1
            if name in self.factors:
                found[name] = h * self.factors[name]
        return found

    def to_bgr(self, image):
        """From RGB in 0..1."""
        return image.flip(1) * 255 - self.mean

    def to_image(self, bgr):
        """To RGB in 0..1, not clamped."""
        return (bgr + self.mean).flip(1) / 255


def brought_to(picture, longest, enlarge=True):
    """A picture at this longest side, [1, 3, H, W] in 0..1."""
    factor = longest / max(picture.size)
    if factor < 1 or enlarge:
        size = [max(1, round(side * factor)) for side in picture.size]
        picture = picture.resize(size, Image.LANCZOS)
    pixels = torch.from_numpy(np.asarray(picture).copy())
    return pixels.permute(2, 0, 1)[None].contiguous().float() / 255


def second_moment(features):
    """F F^T / M of [1, C, H, W] features."""
    f = features[0].flatten(1)
    return f @ f.T / f.shape[1]


def johnson(weights, content, style, options):
    """Picture, and what is said of the run."""
    trunk = Trunk(weights)
    noise = torch.Generator().manual_seed(options.seed)
    start = time.perf_counter()
    content, style = (brought_to(picture, options.size) for picture in (content, style))
    with torch.no_grad():
        content_target = trunk(trunk.to_bgr(content))[CONTENT_LAYER]
        seen = trunk(trunk.to_bgr(style))
        targets = {name: second_moment(seen[name]) / seen[name].shape[1] for name in STYLE_LAYERS}
    content_weight = FIRST_CONTENT / content_target.pow(2).mean()
    style_weights = {name: FIRST_STYLE / len(targets) / target.pow(2).mean()
                     for name, target in targets.items()}
    x = 0.001 * torch.randn(content.shape, generator=noise)
    if options.start == "content":
        x = trunk.to_bgr(content)
    x.requires_grad_()
    # One iteration a call: what L-BFGS remembers carries over, and the clock can be read.
    optimiser = torch.optim.LBFGS([x], lr=1, max_iter=1, max_eval=10**9, tolerance_grad=-1,
                                  tolerance_change=-1, history_size=100)

    def evaluate():
        found = trunk(x)
        loss = content_weight * F.mse_loss(found[CONTENT_LAYER], content_target)
        for name, target in targets.items():
            gram = second_moment(found[name]) / len(target)
            loss = loss + style_weights[name] * F.mse_loss(gram, target)
        across, down = x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]
        loss = loss + 1e-3 * (across.pow(2).sum() + down.pow(2).sum()) / 2
        (x.grad,) = torch.autograd.grad(loss, x)
        return loss.detach()

    steps, loss = 0, None
    while steps < 1000 and time.perf_counter() - start < options.seconds:
        loss = optimiser.step(evaluate)
        steps += 1
    spent = time.perf_counter() - start
    return trunk.to_image(x.detach()), {
        "seconds": spent, "seconds_for_all": spent / max(1, steps) * 1000, "loss": loss,
        "sizes": [{"size": options.size, "steps": steps}],
    }


def roots(matrix):
    """Square root and its inverse by 12 coupled Newton-Schulz steps (Higham 2008, eq. 6.35)."""
    norm = matrix.norm()
    three = 3 * torch.eye(len(matrix))
    y, z = matrix / norm, torch.eye(len(matrix))
    for _ in range(12):
        t = (three - z @ y) / 2
        y, z = y @ t, t @ z
    return y * norm.sqrt(), z / norm.sqrt()


class TraceOfRoot(torch.autograd.Function):
    """tr A^1/2, with d tr A^1/2 = tr(A^-1/2 dA)/2: cheaper than going back through the steps."""

    @staticmethod
    def forward(ctx, matrix):
        root, inverse = roots(matrix)
        ctx.save_for_backward(inverse)
        return root.trace()

    @staticmethod
    def backward(ctx, grad):
        (inverse,) = ctx.saved_tensors
        return grad * inverse.T / 2


def mean_and_covariance(features):
    """Of [1, C, H, W] features, with 1e-4 on the diagonal."""
    mean = features[0].flatten(1).mean(1)
    covariance = second_moment(features) - torch.outer(mean, mean)
    return mean, covariance + 1e-4 * torch.eye(len(mean))


def nine_point(image):
    """Total variation over all eight neighbours, diagonals counting a quarter."""
    p = F.pad(image, (1, 1, 1, 1), mode="replicate")
    inside = p[..., 1:-1, 1:-1]
    straight = (p[..., 1:-1, 2:] - inside).pow(2).mean() + (p[..., 2:, 1:-1] - inside).pow(2).mean()
    falling = (p[..., 1:, 1:] - p[..., :-1, :-1]).pow(2).mean()
    rising = (p[..., 1:, :-1] - p[..., :-1, 1:]).pow(2).mean()
    return 2 * (straight / 3 + (falling + rising) / 12)


class CrowsonLoss:
    """The loss at one size, for RGB pictures in 0..1."""

    def __init__(self, trunk, content, style):
        self.trunk, self.targets = trunk, []
        with torch.no_grad():
            self.content = trunk(trunk.to_bgr(content))[CONTENT_LAYER]
            seen = trunk(trunk.to_bgr(style))
            for name, weight in zip(STYLE_LAYERS, (256, 64, 16, 4)):
                mean, covariance = mean_and_covariance(seen[name])
                root, _ = roots(covariance)
                self.targets.append((name, weight / 340, mean, covariance, root))

    def __call__(self, image):
        found = self.trunk(self.trunk.to_bgr(image))
        loss = 0.015 * F.mse_loss(found[CONTENT_LAYER], self.content) + 2 * nine_point(image)
        for name, weight, mean_a, covariance_a, root_a in self.targets:
            mean, covariance = mean_and_covariance(found[name])
            cross = TraceOfRoot.apply(root_a @ covariance @ root_a)
            traces = (covariance_a.trace() + covariance.trace() - 2 * cross) / len(mean)
            loss = loss + weight * (F.mse_loss(mean, mean_a) + traces)
        return loss


def adam_for(x, carried=None):
    """Adam, with the moments of a smaller picture if there are any."""
    optimiser = torch.optim.Adam([x], lr=0.02, betas=(0.9, 0.99))
    if carried:
        size = x.shape[2:]
        mean, square = carried["exp_avg"], carried["exp_avg_sq"]
        optimiser.state[x] = {
            "step": carried["step"],
            "exp_avg": F.interpolate(mean, size, mode="bicubic"),
            "exp_avg_sq": F.interpolate(square, size, mode="bilinear").relu(),
        }
    return optimiser


def step(loss_of, optimiser, x):
    """One step of Adam, and the loss before it."""
    loss = loss_of(x)
    (x.grad,) = torch.autograd.grad(loss, x)
    optimiser.step()
    with torch.no_grad():
        x.clamp_(0, 1)
    return loss.detach()


def crowson(weights, content, style, options):
    """Picture, and what is said of the run."""
    factors = {name: MEAN_ACTIVATIONS["relu1_1"] / mean / DEVIATION
               for name, mean in MEAN_ACTIVATIONS.items()}
    trunk = Trunk(weights, factors, repeats_border=True)
    sizes = [round(options.size / 2 ** (i / 2)) for i in range(20)]
    sizes = sorted(size for size in sizes if size >= min(128, options.size))
    wanted = [1000] + [500] * (len(sizes) - 1)

    def ready(size):
        """The content at this size, and the loss."""
        here = brought_to(content, size)
        return here, CrowsonLoss(trunk, here, brought_to(style, size, enlarge=False))

    def rehearse(size):
        """Seconds to get ready, and seconds of a step."""
        start = time.perf_counter()
        here, loss_of = ready(size)
        loaded = time.perf_counter()
        x = here.clone().requires_grad_()
        optimiser, lengths = adam_for(x), []
        for _ in range(4):
            before = time.perf_counter()
            step(loss_of, optimiser, x)
            lengths.append(time.perf_counter() - before)
        return loaded - start, sorted(lengths[1:])[1]

    loading, lengths = zip(*map(rehearse, sizes))
    all_steps = sum(count * length for count, length in zip(wanted, lengths))
    factor = min(1.0, (options.seconds - sum(loading)) / all_steps)
    if factor * min(wanted) < 1:
        sys.exit(f"{options.seconds} seconds are too few for a step at each of {len(sizes)} sizes")
    planned = [int(count * factor) for count in wanted]

    start = time.perf_counter()
    made, x, carried, average, loss = [], None, None, None, None
    for size, most in zip(sizes, planned):
        here, loss_of = ready(size)
        if average is not None:
            here = F.interpolate(average, here.shape[2:], mode="bicubic").clamp(0, 1)
        x = here.clone().requires_grad_()
        optimiser = adam_for(x, carried)
        # Corrected for its beginning, as Adam's moments are.
        total, missing, steps = 0.01 * here, 0.99, 0
        if size == sizes[-1]:
            most = wanted[-1]
        while steps < most and time.perf_counter() - start < options.seconds:
            loss = step(loss_of, optimiser, x)
            total, missing = 0.99 * total + 0.01 * x.detach(), 0.99 * missing
            steps += 1
        average, carried = total / (1 - missing), optimiser.state[x]
        made.append({"size": size, "steps": steps})
    return average, {
        "seconds": time.perf_counter() - start, "seconds_for_all": sum(loading) + all_steps,
        "loss": loss, "sizes": made,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", choices=["johnson", "crowson"], required=True)
    parser.add_argument("--content", required=True)
    parser.add_argument("--style", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", choices=["noise", "content"], default="noise",
                        help="of johnson; neural-style's own choice is noise")
    parser.add_argument("-o", "--out", required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    weights = load_file(Path(os.environ.get("REVERIE_DATA", "data")) / WEIGHTS)
    content, style = (Image.open(path).convert("RGB") for path in (options.content, options.style))
    recipe = johnson if options.recipe == "johnson" else crowson
    image, said = recipe(weights, content, style, options)
    pixels = (image[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    Image.fromarray(pixels).save(options.out)
    for key in ("seconds", "seconds_for_all"):
        said[key] = round(said[key], 3)
    if said["loss"] is not None:
        said["loss"] = said["loss"].item()
    print(json.dumps({
        "recipe": options.recipe, **said, "threads": options.threads,
        "torch": torch.__version__.split("+")[0], "output": Path(options.out).name,
    }))


if __name__ == "__main__":
    main()
