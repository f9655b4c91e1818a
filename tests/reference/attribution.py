"""Attribution maps by captum, and what one unit of a network projects onto the picture.

What: the class score before the softmax, sent back or taken apart by captum's own methods
(Saliency, InputXGradient, NoiseTunnel's mean by hand, IntegratedGradients, GuidedBackprop,
Deconvolution, LayerGradCam, Occlusion) for two small networks with random weights: a VGG with max
pooling and a linear head, and torchvision's SqueezeNet 1.1 with an eighth of the channels, whose
poolings overlap and whose branches meet.  RISE, the curves of deletion and insertion, and the
rank correlation are no part of captum: the first two are written here from the paper, the last is
SciPy's.  One unit of an inner layer goes back by captum's Deconvolution and GuidedBackprop; a
rectifier written as an autograd function has to say the same, or the script stops.

All is computed in float64; float32 has to agree, or a number stands so near to a kink or to a tie
of a maximum that no two programs need agree.

Run:  python tests/reference/attribution.py   (writes tests/fixtures/attribution*)

Made with torch 2.15.0, torchvision 0.29.2, captum 0.9.0, scipy 1.17.1, safetensors 0.8.0,
Python 3.11.
"""

import math
import warnings

import captum
import captum.attr as methods
import scipy
import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torchvision.models.vgg import make_layers

from common import FIXTURES, flat, meta, quiet_cpu, write_json
from graph_fixtures import FORMULA, PREPROCESSING, narrowed, normalise, picture, randomise
from graph_fixtures import save, squeezenet_names

NOISE = "0.2*sin(1.7*(k+1)*(x+1) + 2.3*(y+1) + 4.1*c + k*k)"
BLURRED = "0.5 + 0.2*cos(0.19*(x+1))*sin(0.13*(y+1) + c)"
STAGES = [[4, 4], [6, 6], [8]]
CLASSES = 5
PICKS = 307  # a prime, so that the picked places are spread over rows, columns and channels
DIGITS = 7
STEPS = 50
SAMPLES = 4
AGREEMENT = 2e-5  # of float32 with float64, relative to the largest value

MEAN, STD = (torch.tensor(v, dtype=torch.float64).view(1, 3, 1, 1)
             for v in PREPROCESSING["torchvision"][2:])


class Vgg(nn.Module):
    """Stages of 3x3 convolutions, the mean over all positions, one linear layer."""

    def __init__(self, seed):
        super().__init__()
        self.features = make_layers([v for stage in STAGES for v in [*stage, "M"]])
        self.classifier = nn.Linear(STAGES[-1][-1], CLASSES)
        randomise(self, seed)

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))

    def names(self):
        """Our name of each module."""
        named, stage, place = {}, 1, 1
        for module in self.features:
            if isinstance(module, nn.MaxPool2d):
                named[f"pool{stage}"] = module
                stage, place = stage + 1, 1
                continue
            kind = "conv" if isinstance(module, nn.Conv2d) else "relu"
            named[f"{kind}{stage}_{place}"] = module
            place += kind == "relu"
        return named


class Unit(nn.Module):
    """One unit of an inner layer as the only output of a network."""

    def __init__(self, model, layer, place):
        super().__init__()
        self.model, self.layer, self.place = model, layer, place

    def forward(self, x):
        seen = []
        hook = self.layer.register_forward_hook(lambda _m, _i, out: seen.append(out))
        self.model(x)
        hook.remove()
        channel, row, column = self.place
        return seen[0][:, channel, row, column][:, None]


class Rectified(torch.autograd.Function):
    """A rectifier that goes back by one of three rules."""

    @staticmethod
    def forward(ctx, x, rule):
        ctx.save_for_backward(x)
        ctx.rule = rule
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, signal):
        (x,) = ctx.saved_tensors
        if ctx.rule in ("gradient", "guided"):
            signal = signal * (x > 0)
        if ctx.rule in ("deconvnet", "guided"):
            signal = signal.clamp(min=0)
        return signal, None


def waves(formula, height, width, **more):
    """A picture or noise of a formula in c, y, x from 0, in float64, rounded to float32."""
    axis = lambda n, at: torch.arange(n, dtype=torch.float64).view([-1 if i == at else 1
                                                                     for i in range(3)])
    known = {"sin": torch.sin, "cos": torch.cos, **more}
    places = {"c": axis(3, 0), "y": axis(height, 1), "x": axis(width, 2)}
    return eval(formula, {"__builtins__": {}}, known | places).float()[None]


def by_own_rule(model, layer, place, x, rule):
    """What a unit sends back through rectifiers of our own."""
    relus = [m for m in model.modules() if isinstance(m, nn.ReLU)]
    for relu in relus:
        relu.forward = lambda x: Rectified.apply(x, rule)
    x = x.clone().requires_grad_()
    (back,) = torch.autograd.grad(Unit(model, layer, place)(x).sum(), x)
    for relu in relus:
        del relu.forward
    return back


def by_rule(model, x, rule, target):
    """What a class or a unit sends back, by captum."""
    if rule == "gradient":
        return methods.Saliency(model).attribute(x, target, abs=False)
    kinds = {"deconvnet": methods.Deconvolution, "guided": methods.GuidedBackprop}
    return kinds[rule](model).attribute(x, target)


def projections(model, names, x, layers):
    """The strongest unit of some channels, its value times what it sends back by each rule."""
    rows = []
    for name, channel in layers:
        seen = []
        hook = names[name].register_forward_hook(lambda _m, _i, out: seen.append(out[0, channel]))
        with torch.no_grad():
            model(x)
        hook.remove()
        best = seen[0].argmax().item()
        place = channel, best // seen[0].shape[1], best % seen[0].shape[1]
        value = seen[0].max()
        assert value > 0, f"{name} {channel} is silent"
        row = {"layer": name, "channel": channel, "row": place[1], "column": place[2],
               "signal": value}
        unit = Unit(model, names[name], place)
        for rule in ["gradient", "deconvnet", "guided"]:
            back = by_rule(unit, x, rule, 0)
            own = by_own_rule(model, names[name], place, x, rule)
            assert (back - own).abs().max() <= 1e-6 * own.abs().max(), f"{name}: {rule}"
            row[rule] = value * back / STD.to(x)
        rows.append(row)
    return rows


def masks_of(grids, shifts, height, width):
    """Petsiuk et al. 2018: grids, stretched bilinearly, and the part that a shift cuts out."""
    cells = grids.shape[-1]
    cell = [math.ceil(side / cells) for side in (height, width)]
    size = [(cells + 1) * side for side in cell]
    large = F.interpolate(grids[:, None], size=size, mode="bilinear", align_corners=False)
    return torch.stack([mask[:, top:top + height, left:left + width]
                        for mask, (top, left) in zip(large, shifts)])


def rise(model, x, target, masks, kept):
    """The mean of the masks, weighted by the probability of the class under each."""
    probabilities = model(x * masks).softmax(1)[:, target]
    return (probabilities[:, None, None, None] * masks).sum(0) / (kept * len(masks))


def curve(model, start, end, order, steps, target):
    """Probability of the class while pixels of `start` become those of `end`, and the area.

    After step i of n, i/n of the pixels have changed, rounded down.
    """
    now, points = start.clone(), []
    for i in range(steps + 1):
        part = order[:i * len(order) // steps]
        now.flatten(2)[:, :, part] = end.flatten(2)[:, :, part]
        points.append(model(now).softmax(1)[0, target])
    points = torch.stack(points)
    return {"points": points, "area": torch.trapezoid(points, dx=1 / steps)}


def order_of(values):
    """Places from the largest value to the smallest; equal ones in reading order."""
    return torch.argsort(torch.tensor(values), descending=True, stable=True)


def answers(model, names, setup, dtype):
    """Everything about one network, as tensors."""
    model = model.to(dtype)
    height, width = setup["height"], setup["width"]
    image = picture(width, height).to(dtype)
    x, std = normalise(image, "torchvision"), STD.to(dtype)
    black = normalise(torch.zeros_like(image), "torchvision")
    target = setup["class"]
    untied(model, x)
    saliency = methods.Saliency(model).attribute(x, target, abs=False) / std
    noisy = [waves(NOISE, height, width, k=k).to(dtype) for k in range(SAMPLES)]
    smooth = [methods.Saliency(model).attribute(x + noise / std, target, abs=False) / std
              for noise in noisy]
    found = {
        "scores": model(x)[0],
        "gradient": saliency,
        "largest_gradient": saliency.abs().amax(1),
        "gradient_times_input": methods.InputXGradient(model).attribute(x, target),
        "smoothgrad": torch.stack(smooth).mean(0),
        "guided": by_rule(model, x, "guided", target) / std,
        "deconvnet": by_rule(model, x, "deconvnet", target) / std,
    }
    for name, baseline in [("mean_colour", torch.zeros_like(x)), ("black", black)]:
        maps, delta = methods.IntegratedGradients(model).attribute(
            x, baseline, target, n_steps=STEPS, method="riemann_middle",
            return_convergence_delta=True)
        change = (model(x) - model(baseline))[0, target]
        assert delta.abs() < 0.05 * change.abs(), f"{delta} of {change}"
        found[f"integrated_from_{name}"] = {"map": maps, "gap": delta[0]}
    found["gradcam"] = []
    for layer in setup["gradcam"]:
        for relu in [False, True]:
            cam = methods.LayerGradCam(model, names[layer]).attribute(
                x, target, relu_attributions=relu)
            large = methods.LayerAttribution.interpolate(cam, (height, width), "bilinear")
            found["gradcam"].append(
                {"layer": layer, "relu": relu, "small": cam, "large": large})
    found["occlusion"] = []
    for window, stride in setup["occlusion"]:
        maps = methods.Occlusion(model).attribute(
            x, (3, window, window), (3, stride, stride), baselines=0, target=target)
        assert (maps == maps[:, :1]).all()
        found["occlusion"].append({"window": window, "stride": stride, "map": maps[:, :1]})
    grids = torch.tensor(setup["rise"]["grids"], dtype=dtype)
    masks = masks_of(grids, setup["rise"]["shifts"], height, width)
    found["rise"] = rise(model, x, target, masks, setup["rise"]["kept"])
    order, steps = order_of(setup["curves"]["map"]), setup["curves"]["steps"]
    blurred = normalise(waves(BLURRED, height, width).to(dtype), "torchvision")
    found["deletion"] = curve(model, x, torch.zeros_like(x), order, steps, target)
    found["insertion"] = curve(model, blurred, x, order, steps, target)
    found["projections"] = projections(model, names, x, setup["projections"])
    return found


def untied(model, x):
    """Stops where two positive values of a window are so near that rounding says which is larger.

    That happens where a layer is silent all over a window: the next one is its bias there, the same
    at every place, but for the rounding of fast convolutions.  Zeros may tie: the first one counts.
    """
    def check(pool, inputs, _out):
        (seen,) = inputs
        side, stride = pool.kernel_size, pool.stride
        extra = [-(size - side) % stride if pool.ceil_mode else 0 for size in seen.shape[2:]]
        seen = F.pad(seen, (0, extra[1], 0, extra[0]), value=-torch.inf)
        windows = seen.unfold(2, side, stride).unfold(3, side, stride).flatten(4)
        first, second = windows.topk(2).values.unbind(-1)
        near = (first > 0) & (first - second < 1e-5 * first.max())
        assert not near.any(), "a maximum is a tie: take another seed"

    hooks = [module.register_forward_hook(check) for module in model.modules()
             if isinstance(module, nn.MaxPool2d)]
    model(x)
    for hook in hooks:
        hook.remove()


def agreed(single, double, name):
    """Stops where 32 bits are not enough to say what 64 say."""
    if isinstance(double, dict):
        for key in double:
            agreed(single[key], double[key], f"{name}.{key}")
    elif isinstance(double, list):
        for i, (one, two) in enumerate(zip(single, double)):
            agreed(one, two, f"{name}.{i}")
    elif isinstance(double, torch.Tensor) and not name.endswith("gap"):
        assert double.isfinite().all() and double.any(), f"{name} would test nothing"
        apart = ((single - double).abs().max() / double.abs().max()).item()
        assert apart < AGREEMENT, f"{name}: 32 bits differ by {apart:.1e}: take another seed"
    elif not isinstance(double, torch.Tensor):
        assert single == double, name


def rounded(value):
    """What is written: all of a small tensor; of a large one its length and some values."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if not isinstance(value, torch.Tensor):
        return value
    short = lambda v: float(f"{v:.{DIGITS}g}")
    if value.dim() < 2:
        return short(value.item()) if value.dim() == 0 else [short(v) for v in flat(value)]
    all_values = value.detach().reshape(-1)
    count = min(PICKS, len(all_values))
    picks = torch.tensor([i * len(all_values) // count for i in range(count)])
    return {"shape": list(value.shape[-3:]), "l2": short(all_values.norm().item()),
            "values": [short(v) for v in flat(all_values[picks])]}


def setup(seed, width, height, target, **more):
    """What is asked of a network; grids, shifts and the map of the curves are drawn."""
    gen = torch.Generator().manual_seed(seed)
    draw = lambda high, *shape: torch.randint(high, shape, generator=gen).tolist()
    cells, count = 4, 8
    cell = math.ceil(height / cells), math.ceil(width / cells)
    shifts = [[draw(cell[0], 1)[0], draw(cell[1], 1)[0]] for _ in range(count)]
    return {
        "preprocessing": "torchvision", "width": width, "height": height, "class": target,
        "rise": {"kept": 0.5, "grids": draw(2, count, cells, cells), "shifts": shifts},
        "curves": {"steps": more.pop("steps"), "map": draw(40, height * width)}, **more,
    }


def vgg():
    """The VGG and what is asked of it."""
    model = Vgg(105).eval()
    file = save(model.state_dict(), "attribution_vgg.safetensors")
    asked = setup(
        81, 21, 18, 0, steps=9, gradcam=["relu3_1", "relu2_2"], occlusion=[[5, 2], [6, 6]],
        projections=[["relu2_2", 2], ["conv3_1", 2], ["pool2", 3]])
    return model, model.names(), {"file": file, "stages": STAGES, **asked}


def squeezenet():
    """The narrow SqueezeNet and what is asked of it; its weights fit into 16 bits."""
    model = narrowed(torchvision.models.squeezenet1_1(weights=None), 8).eval()
    randomise(model, 82)
    half = {key: value.half() for key, value in model.state_dict().items()}
    file = save(half, "attribution_squeezenet_f16.safetensors")
    model.load_state_dict(half)
    asked = setup(
        82, 43, 37, 120, steps=16, gradcam=["fire5", "fire9"], occlusion=[[12, 7]],
        projections=[["fire3", 7], ["pool3", 8], ["fire5_squeeze1x1", 1]])
    return model, squeezenet_names(model), {"file": file, "divisor": 8, **asked}


def correlations():
    """Rank correlations of numbers with and without ties."""
    gen = torch.Generator().manual_seed(91)
    normal = torch.randn(2, 24, generator=gen, dtype=torch.float64)
    tied = torch.randint(6, (2, 30), generator=gen).double()
    tied[1] += tied[0]
    rows = []
    for one, two in [normal, tied, (tied[0], -tied[0])]:
        rows.append({"one": one, "two": two,
                     "rank_correlation": torch.tensor(scipy.stats.spearmanr(one, two).statistic)})
    return rounded(rows)


def main():
    quiet_cpu()
    warnings.simplefilter("ignore")  # captum's about hooks
    networks = {}
    for name, make in [("vgg", vgg), ("squeezenet1_1", squeezenet)]:
        model, names, asked = make()
        for module in model.modules():  # hooks want a rectifier's input left alone
            if isinstance(module, nn.ReLU):
                module.inplace = False
        single, double = (answers(model, names, asked, d) for d in (torch.float32, torch.float64))
        agreed(single, double, name)
        networks[name] = {**asked, "answers": rounded(double)}
    version = lambda module: module.__version__.split("+")[0]
    write_json(FIXTURES / "attribution.json", {
        "meta": meta("attribution.py", torchvision=version(torchvision), captum=version(captum),
                     scipy=version(scipy)),
        "picture": FORMULA, "noise": NOISE, "blurred": BLURRED, "samples": SAMPLES,
        "steps": STEPS, "networks": networks, "correlations": correlations(),
    })


if __name__ == "__main__":
    main()
