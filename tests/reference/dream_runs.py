"""Complete dreams with real weights: layer norms at the end of every octave (bar V8).

What: our own port of DeepDream as crates/viz/src/dream/octaves.rs walks through it, with the
settings of configs/dream/deepdream.toml at 256 px: 4 octaves of ratio 1.4, smallest first, 10
steps each, detail carried, jitter by rolling, step = rate / mean|g|, clipping.  The jitter is what
the Rust program draws from the same seed: Pcg64Mcg and rand's `random_range` are ported below and
checked against values of their own tests.  Two networks: the Inception trunk on `mixed_5` (of
the five blocks on a sixteenth of the picture the third, as inception_4c is in GoogLeNet) and on
`mixed_3`, and the VGG-16 trunk of HED on `relu4_2`.  A norm is our score, half the mean square
of the layer, of the picture as it is, without jitter.  Runs are repeated from bases moved by noise
of 1e-6 (`moved_starts`): how far rounding alone spreads the ends.  On `mixed_5` that is more than
5 %, elsewhere 1 to 2 % (`deviation`): compare `mean_end` with a mean of several runs of ours.
Guided dreams as the notebook's `objective_guide`: at every position the guide's feature with the
largest dot product, which is also the gradient; here as the mean over positions, so that sizes
compare (the step is normalised and does not notice).  Only numbers are written.

Run:  REVERIE_DATA=<data folder> python tests/reference/dream_runs.py [--out FILE]
      (writes tests/fixtures/dream_runs.json; 4 minutes on one core)
      python tests/reference/dream_runs.py --norm FILE.png [--net NAME] [--layer NAME]
      (the norm of a picture that the Rust program made)

Made with torch 2.15.0, torchvision 0.29.2, Pillow 13.0.0, safetensors 0.8.0, Python 3.11.
"""

import argparse
import json
import math
import os
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

from common import FIXTURES, meta, number, quiet_cpu, write_json
from graph_fixtures import trunk_layers
from style_runs import LAYOUT, MEAN_BGR

DATA = Path(os.environ.get("REVERIE_DATA", "data"))
OUT = FIXTURES / "dream_runs.json"
PICTURE, GUIDE = "images/deepdream_sky1024px.jpg", "images/deepdream_flowers.jpg"
SEED, MOVED_SEEDS, MOVED_BY = 0, range(1, 9), 1e-6
# Network, layer, longest side; the last three follow the guide.
FREE = [("inception_v3_trunk", "mixed_3", 256), ("inception_v3_trunk", "mixed_5", 256),
        ("vgg16_hed", "relu4_2", 256)]
GUIDED = [("inception_v3_trunk", "mixed_4", 256), ("inception_v3_trunk", "mixed_5", 256),
          ("inception_v3_trunk", "mixed_5", 512)]
CONFIG = {"octaves": 4, "octave_scale": 1.4, "steps": 10, "rate": 1.5 / 255,
          "jitter": 32, "decay": 0.0, "blur": 0.0, "clip": True, "carry_detail": True}
SMALLEST_MEAN_GRADIENT = 1e-12
M32, M64, M128 = (1 << 32) - 1, (1 << 64) - 1, (1 << 128) - 1


class Pcg64Mcg:
    """rand_pcg 0.10's generator: O'Neill 2014, PCG XSL RR 128/64 (MCG)."""

    MULTIPLIER = 0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645

    def __init__(self, state):
        self.state = state | 1

    @classmethod
    def seeded(cls, seed):
        """`SeedableRng::seed_from_u64` of rand_core 0.10: four words of PCG32, low word first."""
        words = []
        for _ in range(4):
            seed = (seed * 0x5851_F42D_4C95_7F2D + 0xA176_54E4_6FBE_17F3) & M64
            x, turn = ((seed >> 18 ^ seed) >> 27) & M32, seed >> 59
            words.append((x >> turn | x << (32 - turn)) & M32)
        return cls(sum(word << 32 * i for i, word in enumerate(words)))

    def next_u64(self):
        self.state = self.state * self.MULTIPLIER & M128
        x, turn = (self.state >> 64 ^ self.state) & M64, self.state >> 122
        return (x >> turn | x << (64 - turn)) & M64


def random_range(rng, low, high):
    """rand 0.10's `random_range(low..=high)` of i64: Canon's method, at most two draws."""
    count = high - low + 1
    product = rng.next_u64() * count
    result, rest = product >> 64, product & M64
    if rest > (1 << 64) - count:
        result += rest + (rng.next_u64() * count >> 64) > M64
    return low + result


def jitter():
    """Every move of a dream as [down, right], in the order they are drawn."""
    rng, reach = Pcg64Mcg.seeded(SEED), CONFIG["jitter"]
    draw = lambda: random_range(rng, -reach, reach)
    return [[draw(), draw()] for _ in range(CONFIG["octaves"] * CONFIG["steps"])]


def check_generator():
    """Values from rand_pcg-0.10.3/tests/mcg128xsl64.rs."""
    assert Pcg64Mcg.seeded(0).next_u64() == 6198063878555692194
    rng = Pcg64Mcg(int.from_bytes(range(1, 17), "little"))
    assert rng.next_u64() == 7071994460355047496
    rng = Pcg64Mcg(42)
    assert [rng.next_u64() for _ in range(3)] == [
        0x63B4A3A813CE700A, 0x382954200617AB24, 0xA7FD85AE3FE950CE]


def rounded(value):
    """Half away from zero, as Rust's `round`."""
    return math.floor(value + 0.5)


def fit_size(width, height, longest):
    """The size whose longer side is at most `longest`."""
    longer = max(width, height)
    if longer <= longest:
        return width, height
    return tuple(max((2 * side * longest + longer) // (2 * longer), 1) for side in (width, height))


def octave_sizes(width, height):
    """Smallest first; both networks answer to all of them."""
    shrinks = [CONFIG["octave_scale"] ** octave for octave in range(CONFIG["octaves"])]
    return [(rounded(width / s), rounded(height / s)) for s in reversed(shrinks)]


def resize(planes, width, height, how):
    """[1, 3, H, W] in another size, on the encoded values, single precision, not clamped."""
    if planes.shape[2:] == (height, width):
        return planes
    planes = [Image.fromarray(p.numpy()).resize((width, height), how) for p in planes[0]]
    return torch.from_numpy(np.stack([np.asarray(p) for p in planes]))[None]


def shrunk(picture, width, height):
    """A picture in [0, 1] in another size, as crates/viz/src/picture/resize.rs."""
    return resize(picture, width, height, Image.Resampling.LANCZOS).clamp(0, 1)


def load(path):
    """A picture file as [1, 3, H, W] in [0, 1]."""
    pixels = np.asarray(Image.open(path).convert("RGB"))
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].contiguous().float() / 255


def load_fitted(file, longest):
    picture = load(DATA / file)
    return shrunk(picture, *fit_size(picture.shape[3], picture.shape[2], longest))


def inception_trunk(deepest):
    """The trunk from the picture to a block."""
    description = json.loads((DATA / "weights/inception_v3_trunk.json").read_text())
    blocks = list(description["blocks"].items())
    end = [name for name, _ in blocks].index(deepest) + 1
    description["blocks"] = dict(blocks[:end])
    file = DATA / "weights/inception_v3_trunk_f16.safetensors"
    weights = {name: value.float() for name, value in load_file(file).items()}
    return lambda image: trunk_layers(description, weights, image)[deepest]


def vgg16_hed(deepest):
    """The trunk of HED with max pooling, from the picture to a rectified layer."""
    file = DATA / "weights/vgg16_hed_f16.safetensors"
    weights = {name: value.float() for name, value in load_file(file).items()}
    mean = torch.tensor(MEAN_BGR).view(1, 3, 1, 1)

    def layer_of(image):
        h, block, index = image.flip(1) * 255 - mean, 1, 1
        for step in LAYOUT:
            if step == "M":
                h, block, index = F.max_pool2d(h, 2), block + 1, 1
                continue
            weight, bias = (weights[f"features.{step}.{part}"] for part in ("weight", "bias"))
            h = F.conv2d(h, weight, bias, padding=1).relu()
            if f"relu{block}_{index}" == deepest:
                return h
            index += 1
        raise ValueError(f"there is no {deepest}")

    return layer_of


NETWORKS = {"inception_v3_trunk": inception_trunk, "vgg16_hed": vgg16_hed}


def norm_of(layer):
    """Half the mean square (crates/viz/src/objective/layer_norm.rs)."""
    return 0.5 * layer.square().mean()


def match_with(guide):
    """Mean over positions of the largest dot product with a feature [C, H, W] of the guide."""
    guide = guide.flatten(1)
    return lambda layer: (layer[0].flatten(1).T @ guide).max(1).values.mean()


def plainly(score_of, layer_of, picture):
    """The score of a picture as it is."""
    with torch.no_grad():
        return number(score_of(layer_of(picture)))


def dream(layer_of, score_of, base):
    """One dream: its octaves as numbers, and the picture."""
    moves, detail, octaves = iter(jitter()), None, []
    for width, height in octave_sizes(base.shape[3], base.shape[2]):
        plain = shrunk(base, width, height)
        picture = plain
        if detail is not None:
            picture = plain + resize(detail, width, height, Image.Resampling.BILINEAR)
        entry = {"width": width, "height": height, "base": plainly(score_of, layer_of, plain),
                 "start": plainly(score_of, layer_of, picture), "scores": []}
        for _ in range(CONFIG["steps"]):
            picture = picture.clone().requires_grad_()
            score = score_of(layer_of(picture.roll(next(moves), (2, 3))))
            (gradient,) = torch.autograd.grad(score, picture)
            scale = gradient.abs().mean().clamp_min(SMALLEST_MEAN_GRADIENT)
            picture = (picture.detach() + gradient / scale * CONFIG["rate"]).clamp(0, 1)
            entry["scores"].append(number(score.detach()))
        entry["end"] = plainly(score_of, layer_of, picture)
        octaves.append(entry)
        detail = picture - plain
    return octaves, picture


def repeated(layer_of, score_of, base):
    """A dream, the ends of its octaves from bases moved a little, and the picture."""
    octaves, picture = dream(layer_of, score_of, base)
    ends, moved = [[octave["end"] for octave in octaves]], []
    for seed in MOVED_SEEDS:
        noise = torch.randn(base.shape, generator=torch.Generator().manual_seed(seed))
        again, _ = dream(layer_of, score_of, base + MOVED_BY * noise)
        ends.append([octave["end"] for octave in again])
        moved.append({"seed": seed, "end": ends[-1]})
    ends = torch.tensor(ends, dtype=torch.float64)
    mean, short = ends.mean(0), lambda values: [float(f"{v:.6g}") for v in values.tolist()]
    run = {"octaves": octaves, "moved_starts": moved, "mean_end": short(mean),
           "deviation": short(ends.std(0) / mean)}
    return run, picture


def free_run(network, layer, size):
    """A dream on the norm of a layer."""
    layer_of = NETWORKS[network](layer)
    run, picture = repeated(layer_of, norm_of, load_fitted(PICTURE, size))
    as_file = (picture * 255).round() / 255
    print(network, layer, size, [(o["base"], o["end"]) for o in run["octaves"]], run["mean_end"],
          run["deviation"], flush=True)
    return {"network": network, "layer": layer, "size": size,
            "end_8_bit": plainly(norm_of, layer_of, as_file), **run}


def check_match(layer, guide):
    """The gradient of the mean best match is the best feature, as the notebook sets it."""
    layer = layer.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(match_with(guide)(layer), layer)
    x, y = layer.detach()[0].flatten(1), guide.flatten(1)
    notebook = y[:, (x.T @ y).argmax(1)]
    assert torch.allclose(gradient[0].flatten(1) * x.shape[1], notebook, rtol=1e-5, atol=1e-6)


def guided_run(network, layer, size):
    """A dream that follows a guide, and how much its best matches rose."""
    layer_of = NETWORKS[network](layer)
    base, guide_picture = load_fitted(PICTURE, size), load_fitted(GUIDE, size)
    with torch.no_grad():
        guide = layer_of(guide_picture)[0]
    check_match(layer_of(base), guide)
    score_of = match_with(guide)
    run, picture = repeated(layer_of, score_of, base)
    before, after = (plainly(score_of, layer_of, p) for p in (base, picture))
    rise = float(f"{after / before:.6g}")
    print("guided", network, layer, size, before, after, rise, run["deviation"], flush=True)
    return {"network": network, "layer": layer, "size": size,
            "guide_width": guide_picture.shape[3], "guide_height": guide_picture.shape[2],
            "guide_positions": guide.shape[1] * guide.shape[2],
            "before": before, "after": after, "rise": rise, **run}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--norm", type=Path, metavar="FILE", help="only the norm of this picture")
    parser.add_argument("--net", choices=NETWORKS, default="inception_v3_trunk")
    parser.add_argument("--layer", default="mixed_5", help="layer of --norm")
    options = parser.parse_args()
    quiet_cpu()
    if options.norm:
        print(plainly(norm_of, NETWORKS[options.net](options.layer), load(options.norm)))
        return
    check_generator()
    write_json(options.out, {
        "meta": meta("dream_runs.py"), "picture": PICTURE, "guide": GUIDE, "seed": SEED,
        "moved_by": MOVED_BY, "config": CONFIG, "jitter": jitter(),
        "runs": [free_run(*what) for what in FREE],
        "guided": [guided_run(*what) for what in GUIDED]})


if __name__ == "__main__":
    main()
