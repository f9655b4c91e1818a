"""Values and gradients of the objectives, in float64, by autograd.

What: every objective on small seeded inputs which the JSON file carries itself:
content (two forms), Gram style loss (four forms), Wasserstein-2 style loss,
total variation (two forms), layer norms and the mean of a channel.  Gradients are
with respect to the features of the picture under way, or to the picture for the
total variation.

Run:  python tests/reference/objectives.py      (writes tests/fixtures/objectives.json)

Made with torch 2.15.0, Python 3.11.
"""

import torch

from common import FIXTURES, array, flat, meta, number, quiet_cpu, write_json

EPS = 1e-4
STEPS = 12


def value_and_grad(objective, x):
    """An objective at x, and its gradient there."""
    x = x.clone().requires_grad_()
    value = objective(x)
    (grad,) = torch.autograd.grad(value, x)
    return {"value": number(value), "grad": flat(grad)}


def gram(features):
    """F F^T / M of a [C, H, W] array: M is the number of positions of its own picture."""
    f = features.flatten(1)
    return f @ f.T / f.shape[1]


def gram_losses(target):
    """The four ways in which tools turn a difference of Gram matrices into a number."""
    a = gram(target)
    n = a.shape[0]
    return {
        # the lecture's E_l, with each matrix divided by its own M
        "lecture": lambda x: (gram(x) - a).pow(2).sum() / (4 * n * n),
        # the Gatys notebook: mean squared error of F F^T / M
        "mean": lambda x: (gram(x) - a).pow(2).mean(),
        # neural-style (Johnson): mean squared error of F F^T / (N M)
        "elements": lambda x: ((gram(x) - a) / n).pow(2).mean(),
        # relative to the target: the same number at every size and layer
        "energy": lambda x: (gram(x) - a).pow(2).sum() / a.pow(2).sum(),
    }


def mean_and_covariance(features):
    """Spatial mean, and the second raw moment less the mean's outer product."""
    mean = features.flatten(1).mean(1)
    return mean, gram(features) - torch.outer(mean, mean)


def sqrt_newton_schulz(matrix):
    """Square root by the coupled Newton-Schulz iteration, scaled by the Frobenius norm."""
    norm = matrix.norm()
    three = 3 * torch.eye(len(matrix), dtype=matrix.dtype)
    y, z = matrix / norm, torch.eye(len(matrix), dtype=matrix.dtype)
    for _ in range(STEPS):
        t = (three - z @ y) / 2
        y, z = y @ t, t @ z
    return y * norm.sqrt()


def sqrt_exact(matrix):
    """Square root by eigenvalues (for matrices which need no gradient)."""
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


def wasserstein(target, eps_on_input, exact):
    """Squared 2-Wasserstein distance of two normal distributions, as means over channels.

    mean((m_x - m_a)^2) + mean(diag(S_a + S_x - 2 (S_a^1/2 S_x S_a^1/2)^1/2)).
    S_a always gets EPS on its diagonal; the published program gives it to S_x too.
    """
    mean_a, cov_a = mean_and_covariance(target)
    eye = torch.eye(len(cov_a), dtype=target.dtype)
    cov_a = cov_a + EPS * eye
    root_a = sqrt_exact(cov_a) if exact else sqrt_newton_schulz(cov_a)

    def loss(x):
        mean_x, cov_x = mean_and_covariance(x)
        if eps_on_input:
            cov_x = cov_x + EPS * eye
        middle = root_a @ cov_x @ root_a
        if exact:  # only the trace is needed: the sum of the roots of the eigenvalues
            root_trace = torch.linalg.eigvalsh(middle).sqrt().sum()
        else:
            root_trace = sqrt_newton_schulz(middle).trace()
        traces = cov_a.trace() + cov_x.trace() - 2 * root_trace
        return (mean_x - mean_a).pow(2).mean() + traces / len(cov_a)

    return loss


def wasserstein_entry(x, target):
    """The loss in its two variants by eigenvalues and by 12 Newton-Schulz steps."""
    entry = {}
    for name, on_input in (("eps_target", False), ("eps_both", True)):
        single = wasserstein(target.float(), on_input, exact=False)(x.float())
        entry[name] = {
            "exact": value_and_grad(wasserstein(target, on_input, exact=True), x),
            "newton_schulz_f64": value_and_grad(wasserstein(target, on_input, exact=False), x),
            "newton_schulz_f32": {"value": number(single)},
        }
    return entry


def tv_nine_point(picture):
    """Nine-point total variation of style-transfer-pytorch: edges repeated by one pixel."""
    p = torch.nn.functional.pad(picture[None], (1, 1, 1, 1), mode="replicate")[0]
    inside = p[:, 1:-1, 1:-1]
    d1 = (p[:, 1:-1, 2:] - inside).pow(2).mean() / 3
    d2 = (p[:, 2:, 1:-1] - inside).pow(2).mean() / 3
    d3 = (p[:, 1:, 1:] - p[:, :-1, :-1]).pow(2).mean() / 12
    d4 = (p[:, 1:, :-1] - p[:, :-1, 1:]).pow(2).mean() / 12
    return 2 * (d1 + d2 + d3 + d4)


def tv_squared(picture):
    """Sum of the squared forward differences along x and along y (neural-style)."""
    dx = picture[:, :, 1:] - picture[:, :, :-1]
    dy = picture[:, 1:, :] - picture[:, :-1, :]
    return dx.pow(2).sum() + dy.pow(2).sum()


def main():
    quiet_cpu()
    gen = torch.Generator().manual_seed(20)

    def features(height, width, channels=5):
        mix = torch.eye(channels, dtype=torch.float64)
        mix += 0.25 * torch.randn(channels, channels, generator=gen, dtype=torch.float64)
        noise = torch.randn(channels, height * width, generator=gen, dtype=torch.float64)
        shift = 0.5 * torch.randn(channels, 1, generator=gen, dtype=torch.float64)
        return (mix @ noise + shift).reshape(channels, height, width)

    x, content = features(6, 7), features(6, 7)
    style, deficient = features(8, 5), features(2, 2)
    picture = torch.rand(3, 6, 5, generator=gen, dtype=torch.float64)

    layer = {
        "half_square_sum": lambda f: f.pow(2).sum() / 2,
        "mean_square": lambda f: f.pow(2).mean(),
        "channel_mean": lambda f: f[2].mean(),
    }
    write_json(FIXTURES / "objectives.json", {
        "meta": meta("objectives.py", dtype="float64", w2_eps=EPS, newton_schulz_steps=STEPS,
                     channel_of_channel_mean=2),
        "inputs": {
            "features": array(x),
            "content_target": array(content),
            "style_target": array(style),
            "style_target_deficient": array(deficient),
            "picture": array(picture),
        },
        "content": {
            "lecture": value_and_grad(lambda f: (f - content).pow(2).sum() / 2, x),
            "mean": value_and_grad(lambda f: (f - content).pow(2).mean(), x),
        },
        "gram_features": array(gram(x)),
        "gram_style_target": array(gram(style)),
        "gram": {name: value_and_grad(loss, x) for name, loss in gram_losses(style).items()},
        "wasserstein": {
            "well_conditioned": wasserstein_entry(x, style),
            "rank_deficient": wasserstein_entry(x, deficient),
        },
        "total_variation": {
            "nine_point": value_and_grad(tv_nine_point, picture),
            "squared": value_and_grad(tv_squared, picture),
        },
        "layer": {name: value_and_grad(objective, x) for name, objective in layer.items()},
    })


if __name__ == "__main__":
    main()
