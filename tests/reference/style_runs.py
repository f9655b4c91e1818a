"""Complete style transfers with real weights, as loss per function evaluation (bar V3).

What: 128x128 crops (no resizing) of two PNG pictures, VGG-16 trunk of HED with zero
padding, the picture itself in [0, 1] RGB as the variable, started from the content.
Three losses (`gatys`, `energy`, `lecture`: see LOSSES) times three optimisers:
L-BFGS with fixed step (50 iterations), L-BFGS with strong Wolfe line search (until 60
evaluations are used) and Adam (200 steps), never clamped.  Only numbers are written.
L-BFGS is also repeated from four starts moved by noise of 1e-6 (`moved_starts`): how far
rounding alone spreads the ends of such runs.

Run:  REVERIE_DATA=<data folder> python tests/reference/style_runs.py [--threads N]
      (writes tests/fixtures/style_runs.json; about 10 minutes on one core)

Made with torch 2.15.0, Python 3.11.
"""

import argparse
import os
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

from common import FIXTURES, meta, number, quiet_cpu, write_json

DATA = Path(os.environ.get("REVERIE_DATA", "data"))
WEIGHTS = "weights/vgg16_hed_f16.safetensors"
CONTENT = {"file": "images/skimage_astronaut.png", "x": [160, 288], "y": [0, 128]}
STYLE = {"file": "images/skimage_coffee.png", "x": [200, 328], "y": [100, 228]}
MEAN_BGR = [104.00699, 116.66877, 122.67892]
# torchvision's index of each convolution up to conv4_2; "M" is a pooling layer
LAYOUT = [0, 2, "M", 5, 7, "M", 10, 12, 14, "M", 17, 19]
STYLE_LAYERS = ["relu1_1", "relu2_1", "relu3_1", "relu4_1"]
CONTENT_LAYER = "relu4_2"
LBFGS_ITERATIONS, WOLFE_EVALUATIONS, ADAM_STEPS = 50, 60, 200


def gram(features):
    """F F^T / M of [1, C, H, W] features."""
    f = features[0].flatten(1)
    return f @ f.T / f.shape[1]


# name: (pooling, content term(F, P), style term(G', A'), style weight of C channels)
LOSSES = {
    "gatys": ("max", lambda f, p: (f - p).pow(2).mean(),
              lambda g, a: (g - a).pow(2).mean(), lambda c: 1e3 / c**2),
    "energy": ("max", lambda f, p: (f - p).pow(2).sum() / p.pow(2).sum(),
               lambda g, a: (g - a).pow(2).sum() / a.pow(2).sum(), lambda c: 30 / 4),
    "lecture": ("average", lambda f, p: 1e-3 * (f - p).pow(2).sum() / 2,
                lambda g, a: (g - a).pow(2).sum() / (4 * len(g) ** 2), lambda c: 1 / 4),
}


def crop(spec):
    """A crop as [1, 3, 128, 128] in [0, 1], exactly value / 255."""
    pixels = np.asarray(Image.open(DATA / spec["file"]).convert("RGB"))
    pixels = pixels[slice(*spec["y"]), slice(*spec["x"])]
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].contiguous().float() / 255


class Problem:
    """One loss, in one precision."""

    def __init__(self, name, dtype):
        self.pooling, self.content_term, self.style_term, self.weight = LOSSES[name]
        self.weights = {k: v.to(dtype) for k, v in load_file(DATA / WEIGHTS).items()}
        self.mean = torch.tensor(MEAN_BGR, dtype=dtype).view(1, 3, 1, 1)
        self.start = crop(CONTENT).to(dtype)
        with torch.no_grad():
            self.content = self.features(self.start)[CONTENT_LAYER]
            style = self.features(crop(STYLE).to(dtype))
            self.grams = {layer: gram(style[layer]) for layer in STYLE_LAYERS}

    def features(self, picture):
        """The named layers of a picture in [0, 1] RGB."""
        h, block, index, found = picture.flip(1) * 255 - self.mean, 1, 1, {}
        for step in LAYOUT:
            if step == "M":
                h = F.max_pool2d(h, 2) if self.pooling == "max" else F.avg_pool2d(h, 2)
                block, index = block + 1, 1
                continue
            weight, bias = (self.weights[f"features.{step}.{part}"] for part in ("weight", "bias"))
            h = found[f"relu{block}_{index}"] = F.conv2d(h, weight, bias, padding=1).relu()
            index += 1
        return found

    def parts(self, picture):
        """The content loss and the weighted style loss of each layer."""
        found = self.features(picture)
        style = [self.weight(len(a)) * self.style_term(gram(found[layer]), a)
                 for layer, a in self.grams.items()]
        return self.content_term(found[CONTENT_LAYER], self.content), style


class Evaluator:
    """Counts and records evaluations; a point already seen costs nothing."""

    def __init__(self, problem, picture):
        self.problem, self.picture, self.records, self.seen = problem, picture, [], []

    def __call__(self):
        for point, loss, grad in self.seen:
            if torch.equal(point, self.picture):
                self.picture.grad = grad.clone()
                return loss
        content, style = self.problem.parts(self.picture)
        loss = content + sum(style)
        (self.picture.grad,) = torch.autograd.grad(loss, self.picture)
        loss = loss.detach()
        self.seen.append((self.picture.detach().clone(), loss, self.picture.grad.clone()))
        self.records.append((number(loss), number(content), number(sum(style))))
        return loss

    def here(self):
        """[total, content, style] at the present point, without counting."""
        with torch.no_grad():
            content, style = self.problem.parts(self.picture)
            return [number(content + sum(style)), number(content), number(sum(style))]


def run(problem, start, method):
    """One optimisation; L-BFGS goes one iteration a call (its state carries over)."""
    picture = start.clone().requires_grad_()
    evaluate = Evaluator(problem, picture)
    if method == "adam":
        optimiser = torch.optim.Adam([picture], lr=0.02, betas=(0.9, 0.999), eps=1e-8)
        iterations = ADAM_STEPS
    else:
        search = "strong_wolfe" if method == "lbfgs_wolfe" else None
        optimiser = torch.optim.LBFGS([picture], lr=1, max_iter=1, max_eval=10**9,
                                      tolerance_grad=0, tolerance_change=0,
                                      history_size=100, line_search_fn=search)
        iterations = WOLFE_EVALUATIONS if search else LBFGS_ITERATIONS
    trace = [(0, 0, *evaluate.here())]
    for iteration in range(1, iterations + 1):
        optimiser.step(evaluate)
        used = len(evaluate.records)
        evaluate.seen = [s for s in evaluate.seen if torch.equal(s[0], picture)]
        stop = iteration == iterations or (method == "lbfgs_wolfe" and used >= WOLFE_EVALUATIONS)
        if iteration % 10 == 0 or stop:
            trace.append((iteration, used, *evaluate.here()))
        if stop:
            break
    keys = ("iteration", "evaluations", "total", "content", "style")
    return {
        "trace": [dict(zip(keys, row)) for row in trace],
        "first_totals": [r[0] for r in evaluate.records[:5]],
        "evaluation_totals": [r[0] for r in evaluate.records],
        "evaluation_contents": [r[1] for r in evaluate.records],
        "evaluation_styles": [r[2] for r in evaluate.records],
    }


def start_entry(problem):
    """Loss parts and gradient norms at the start."""
    picture = problem.start.clone().requires_grad_()
    content, style = problem.parts(picture)
    (grad,) = torch.autograd.grad(content + sum(style), picture)
    return {"total": number(content + sum(style)), "content": number(content),
            "style_layers": [number(s) for s in style],
            "grad_l1": number(grad.abs().sum()), "grad_l2": number(grad.norm()),
            "grad_values": [number(grad.reshape(-1)[i * grad.numel() // 16]) for i in range(16)]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    quiet_cpu()
    torch.set_num_threads(options.threads)
    losses = {}
    for name, (pooling, *_) in LOSSES.items():
        single = Problem(name, torch.float32)
        entry = losses[name] = {"pooling": pooling, "start_f32": start_entry(single),
                                "start_f64": start_entry(Problem(name, torch.float64))}
        for method in ("lbfgs", "lbfgs_wolfe", "adam"):
            entry[method] = run(single, single.start, method)
            print(name, method, entry[method]["trace"][-1], flush=True)
        for method in ("lbfgs", "lbfgs_wolfe"):
            entry[method]["moved_starts"] = moved = []
            for seed in (1, 2, 3, 4):
                noise = torch.randn(single.start.shape, generator=torch.Generator().manual_seed(seed))
                trace = run(single, single.start + 1e-6 * noise, method)["trace"]
                moved.append({"seed": seed, "trace": trace})
            print(name, method, "moved", [m["trace"][-1]["total"] for m in moved], flush=True)
    crops = {"content": CONTENT, "style": STYLE}
    settings = {"weights": WEIGHTS, "mean_bgr": MEAN_BGR, "style_layers": STYLE_LAYERS,
                "content_layer": CONTENT_LAYER, **crops}
    write_json(FIXTURES / "style_runs.json",
               {"meta": meta("style_runs.py", threads=options.threads), **settings, "losses": losses})


if __name__ == "__main__":
    main()
