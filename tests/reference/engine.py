"""The pieces of the render engine, in float64, by autograd.

What: value and gradient of the objectives that came with feature pictures (neuron,
direction with and without a cosine power, guide, energy, diversity) with respect to
the features or the picture; images and gradients of the two parameterisations
(spectrum by torch.fft, pyramid by torch's interpolate) with respect to their numbers;
rotated and scaled pictures by torch's grid_sample.  For an image I the gradient is
that of the sum of I * R, with R in the file.

Run:  python tests/reference/engine.py      (writes tests/fixtures/engine.json)

Made with torch 2.15.0, Python 3.11.
"""

import math

import torch
import torch.nn.functional as F

from common import FIXTURES, array, flat, meta, number, quiet_cpu, write_json

LENGTH_FLOOR = 1e-4
SMALLEST_COSINE = 0.1
GRAM_FLOOR = 1e-10
LEVELS = 3


def value_and_grad(objective, x):
    """An objective at x, and its gradient there."""
    x = x.clone().requires_grad_()
    value = objective(x)
    (grad,) = torch.autograd.grad(value, x)
    return {"value": number(value), "grad": flat(grad)}


def image_and_grad(make, numbers, gen):
    """An image, weights of its pixels, and the gradient of the weighted sum."""
    numbers = numbers.clone().requires_grad_()
    image = make(numbers)
    weights = torch.randn(image.shape, generator=gen, dtype=torch.float64)
    (grad,) = torch.autograd.grad((image * weights).sum(), numbers)
    return {"image": array(image), "weights": array(weights), "grad": flat(grad)}


def direction(vector, power):
    """Mean dot product, each position weighted by a power of its cosine."""

    def score(features):
        dot = torch.einsum("bchw,c->bhw", features, vector)
        if power == 0:
            return dot.mean()
        lengths = (features.pow(2).sum(1) + LENGTH_FLOOR**2).sqrt()
        cosine = dot / (lengths * vector.norm())
        return (dot * cosine.clamp(min=SMALLEST_COSINE) ** power).mean()

    return score


def guided(guide):
    """Mean product with the guide position that matches best, held fixed."""

    def score(features):
        positions = features.transpose(0, 1).flatten(1)
        best = (positions.T @ guide).argmax(1)
        return (positions * guide[:, best]).sum(0).mean()

    return score


def diversity(features):
    """Minus the mean cosine of the Gram matrices of two different images."""
    flat_features = features.flatten(2)
    gram = flat_features @ flat_features.transpose(1, 2) / flat_features.shape[2]
    vectors = gram.flatten(1)
    units = vectors / (vectors.pow(2).sum(1, keepdim=True) + GRAM_FLOOR).sqrt()
    pairs = [units[i] @ units[j] for i in range(len(units)) for j in range(i)]
    return -torch.stack(pairs).mean()


def coloured(colours):
    """Independent colours [3, H, W] to an image in (0, 1)."""
    directions = torch.tensor([[1, 1, 1], [1, 0, -1], [-1, 2, -1]], dtype=torch.float64)
    directions = directions / directions.norm(dim=1, keepdim=True)
    root = directions.T * torch.tensor([1, 0.28, 0.13], dtype=torch.float64)
    return torch.sigmoid(torch.einsum("dc,chw->dhw", root, colours))


def from_spectrum(height, width):
    """An image from the numbers of its spectrum."""
    down = torch.fft.fftfreq(height, dtype=torch.float64)[:, None]
    across = torch.fft.rfftfreq(width, dtype=torch.float64)[None]
    lowest = torch.tensor(1 / max(width, height), dtype=torch.float64)
    scale = math.sqrt(width * height) / 4 / torch.maximum(torch.hypot(down, across), lowest)

    def make(numbers):
        spectrum = torch.view_as_complex(numbers.reshape(3, height, width // 2 + 1, 2))
        return coloured(torch.fft.irfft2(spectrum * scale, s=(height, width)))

    return make


def from_pyramid(height, width):
    """An image from the numbers of its pyramid."""
    sizes = [(-(-height // 2**k), -(-width // 2**k)) for k in range(LEVELS)]

    def make(numbers):
        levels = numbers.split([3 * h * w for h, w in sizes])
        total = 0
        for (h, w), level in zip(sizes, levels):
            total = total + F.interpolate(
                level.reshape(1, 3, h, w), size=(height, width), mode="bilinear"
            )
        return coloured(total[0])

    return make, sum(3 * h * w for h, w in sizes)


def sampled(theta, height, width):
    """A picture seen through an affine map."""
    theta = torch.tensor([theta], dtype=torch.float64)

    def make(picture):
        grid = F.affine_grid(theta, (1, 3, height, width), align_corners=False)
        return F.grid_sample(picture[None], grid, padding_mode="border", align_corners=False)[0]

    return make


def rotated(degrees, height, width):
    """Counter-clockwise; the map is in units of half a side."""
    sin, cos = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    return sampled(
        [[cos, -sin * height / width, 0], [sin * width / height, cos, 0]], height, width
    )


def main():
    quiet_cpu()
    gen = torch.Generator().manual_seed(30)

    def normal(*shape):
        return torch.randn(shape, generator=gen, dtype=torch.float64)

    features, vector, guide = normal(3, 3, 2, 3), normal(3), normal(3, 7)
    picture = torch.rand(2, 3, 3, 4, generator=gen, dtype=torch.float64)
    mean = torch.tensor([0.5, 0.25, 0.75], dtype=torch.float64)[:, None, None]
    view = torch.rand(3, 4, 5, generator=gen, dtype=torch.float64)
    vector = vector.float().double()

    params = []
    for height, width in [(4, 5), (5, 4)]:
        numbers = 0.5 * normal(3 * height * (width // 2 + 1) * 2)
        entry = {"kind": "fourier", "height": height, "width": width, "numbers": array(numbers)}
        params.append(entry | image_and_grad(from_spectrum(height, width), numbers, gen))
    make, count = from_pyramid(5, 7)
    numbers = 0.5 * normal(count)
    entry = {"kind": "pyramid", "height": 5, "width": 7, "numbers": array(numbers)}
    params.append(entry | image_and_grad(make, numbers, gen))

    views = []
    for degrees in (10.0, -37.5):
        entry = {"kind": "rotated", "by": degrees}
        views.append(entry | image_and_grad(rotated(degrees, 4, 5), view, gen))
    for factor in (1.45, 0.72):
        entry = {"kind": "scaled", "by": factor}
        plain = sampled([[1, 0, 0], [0, 1, 0]], round(4 * factor), round(5 * factor))
        views.append(entry | image_and_grad(plain, view, gen))

    write_json(FIXTURES / "engine.json", {
        "meta": meta("engine.py", dtype="float64", levels=LEVELS),
        "inputs": {
            "features": array(features),
            "vector": array(vector),
            "guide": array(guide),
            "picture": array(picture),
            "mean": flat(mean),
            "view": array(view),
        },
        "objectives": {
            "neuron_at_centre": value_and_grad(lambda f: f[:, 2, 1, 1].mean(), features),
            "neuron_at_2_0": value_and_grad(lambda f: f[:, 1, 0, 2].mean(), features),
            "direction": value_and_grad(direction(vector, 0), features),
            "direction_power_2": value_and_grad(direction(vector, 2), features),
            "guided": value_and_grad(guided(guide), features),
            "diversity": value_and_grad(diversity, features),
            "energy": value_and_grad(lambda p: -(p - mean).pow(2).sum(1).mean(), picture),
        },
        "params": params,
        "views": views,
    })


if __name__ == "__main__":
    main()
