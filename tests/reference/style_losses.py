"""Values and gradients of the style losses beside those of `objectives.py`, in float64, by autograd.

What: losses on means and deviations, Wasserstein-2 and sliced Wasserstein relative to the target's
energy, the same and the Gram loss under a weight map, blends of two targets, and the temporal loss
of films.  Gradients are with respect to `features`, for the temporal loss to `picture`; each is
compared with central differences here.

Notation: C channels; M positions, of the picture under way M_x, of a target M_a; f_k the feature
vector at position k.  A loss has up to three entries: `plain` {value, grad}, `divisor`, and
`energy` {value, grad}, which is the plain one divided by the divisor.

    inputs       features [C, H, W], targets `style_target` and `second_target` of other sizes,
                 `directions` V [P, C] (unit rows), `weight_map` m [H, W] in 0..1, and for the
                 temporal loss `picture` x, `warped` w (3 H W) and `confidence` c (H W)
    moments      plain    1/C sum_c (mu_x - mu_a)^2 + (sigma_x - sigma_a)^2,
                          sigma = sqrt(variance of the population + 1e-8)
                 divisor  1/C sum_c mu_a^2 + sigma_a^2
                 Li et al. 2017, arXiv 1701.01036: "batch normalisation statistics"
    wasserstein  plain    as `eps_both` of objectives.py: 1e-4 on both covariances
                 divisor  mean over channels of m_a^2, plus trace(C_a)/C (C_a with the 1e-4)
                 roots by eigenvalues; `newton_schulz` is the plain value by 12 steps
    sliced       features become V f [P, M_x], and each row is sorted; rank i (from 0) is at
                 quantile q = (i + 0.5)/M_x.  The M_a sorted values of the target stand at
                 (j + 0.5)/M_a: linear between them, constant outside.
                 plain    mean over P and M_x of (v_i - target(q_i))^2; which position has which
                          rank is held fixed in the gradient
                 divisor  mean over P and the target's own M_a positions of its squares
                 Heitz et al. 2021, arXiv 2006.07229, who repeat elements instead of interpolating
    masked       the four with weights on the positions of the picture under way; the target has
                 none.  gram = sum_k m_k f_k f_k^T / sum m, mean = sum_k m_k f_k / sum m, raw second
                 moment = gram, variance = raw - mean^2.
                 gram: plain is the mean of D^2, divisor the mean of A^2.
                 sliced: the weights are sorted with the values, q = (weight before the element +
                 half of its own) / sum m, loss = sum over P and k of m_k (v_k - target(q_k))^2
                 / (P sum m); positions of weight 0 do not count.
                 `statistics`: the weighted gram, mean and sigma themselves
    blend        one target made of two, `shares` 0.7 and 0.3: means of the Gram matrices; of means
                 and of RAW second moments (moments, wasserstein; sigma and covariance are taken
                 after that); of the two quantile functions at q (sliced: the barycentre of
                 one-dimensional distributions; plain only)
    temporal     sum over pixels of c sum_rgb (x - w)^2 / (3 sum c): one {value, grad}

Run:  python tests/reference/style_losses.py      (writes tests/fixtures/style_losses.json)

Made with torch 2.15.0, Python 3.11.
"""

import torch

from common import FIXTURES, array, flat, meta, number, quiet_cpu, write_json
from objectives import EPS, STEPS, sqrt_exact, sqrt_newton_schulz

VARIANCE_FLOOR = 1e-8
SHARES = (0.7, 0.3)
DIRECTIONS = 6
STEP, AGREEMENT = 1e-5, 1e-6
# Sorting is only differentiable while no two values change places.
CLOSEST = 20 * STEP


def value_and_grad(objective, x):
    """An objective at x and its gradient there, which must be that of central differences."""
    x = x.clone().requires_grad_()
    value = objective(x)
    (grad,) = torch.autograd.grad(value, x)
    differences = torch.zeros_like(grad).view(-1)
    with torch.no_grad():
        for i in range(x.numel()):
            ends = []
            for sign in (1, -1):
                moved = x.detach().clone()
                moved.view(-1)[i] += sign * STEP
                ends.append(objective(moved))
            differences[i] = (ends[0] - ends[1]) / (2 * STEP)
    error = (differences - grad.view(-1)).norm() / grad.norm()
    assert error <= AGREEMENT, f"the gradient is off by {error:.1e}"
    return {"value": number(value), "grad": flat(grad)}


def entry(plain, divisor, x):
    """A loss as it is and relative to its target."""
    return {
        "plain": value_and_grad(plain, x),
        "divisor": number(divisor),
        "energy": value_and_grad(lambda f: plain(f) / divisor, x),
    }


# Statistics.  `weights` [M] or None for all ones.

def mean_and_raw(features, weights=None):
    """Mean [C] and raw second moment [C, C], the latter also being the Gram matrix over M."""
    f = features.flatten(1)
    if weights is None:
        weights = torch.ones(f.shape[1], dtype=f.dtype)
    weighted = f * weights
    return weighted.sum(1) / weights.sum(), weighted @ f.T / weights.sum()


def sigma(mean, raw):
    """Deviations [C]."""
    return (raw.diagonal() - mean.pow(2) + VARIANCE_FLOOR).sqrt()


def covariance(mean, raw):
    """Covariance [C, C] with the floor."""
    return raw - torch.outer(mean, mean) + EPS * torch.eye(len(mean), dtype=raw.dtype)


def quantile_function(projected):
    """The function which gives the values of rows [P, M_a] at quantiles [P, M_x]."""
    knots, count = projected.sort(1).values, projected.shape[1]

    def at(q):
        place = (q * count - 0.5).clamp(0, count - 1)
        low = place.floor().long().clamp(max=count - 2)
        left, right = knots.gather(1, low), knots.gather(1, low + 1)
        return left + (place - low) * (right - left)

    return at


# Losses: (function of the features, divisor) for a target given by its statistic.

def gram_loss(target, weights=None):
    _, a = target
    return lambda f: (mean_and_raw(f, weights)[1] - a).pow(2).mean(), a.pow(2).mean()


def moments_loss(target, weights=None):
    mean_a, sigma_a = target[0], sigma(*target)

    def loss(f):
        mean, raw = mean_and_raw(f, weights)
        return (mean - mean_a).pow(2).mean() + (sigma(mean, raw) - sigma_a).pow(2).mean()

    return loss, mean_a.pow(2).mean() + sigma_a.pow(2).mean()


def wasserstein_loss(target, exact, weights=None):
    mean_a, cov_a = target[0], covariance(*target)
    root_a = sqrt_exact(cov_a) if exact else sqrt_newton_schulz(cov_a)

    def loss(f):
        mean, raw = mean_and_raw(f, weights)
        cov = covariance(mean, raw)
        middle = root_a @ cov @ root_a
        if exact:
            root_trace = torch.linalg.eigvalsh(middle).sqrt().sum()
        else:
            root_trace = sqrt_newton_schulz(middle).trace()
        traces = cov_a.trace() + cov.trace() - 2 * root_trace
        return (mean - mean_a).pow(2).mean() + traces / len(cov_a)

    return loss, mean_a.pow(2).mean() + cov_a.trace() / len(cov_a)


def wasserstein_entry(target, x, weights=None):
    """By eigenvalues; that many steps must give the same for the tests to mean anything."""
    found = entry(*wasserstein_loss(target, True, weights), x)
    steps = value_and_grad(wasserstein_loss(target, False, weights)[0], x)
    for a, b in (([found["plain"]["value"]], [steps["value"]]),
                 (found["plain"]["grad"], steps["grad"])):
        a, b = torch.tensor(a), torch.tensor(b)
        assert (a - b).norm() <= 1e-6 * a.norm(), f"{STEPS} steps are not enough: another seed"
    return {**found, "newton_schulz": steps["value"]}


def sliced_loss(target_at, directions, weights=None):
    """`target_at` is the target's quantile function."""

    def loss(f):
        projected = directions @ f.flatten(1)
        m = torch.ones(projected.shape[1], dtype=f.dtype) if weights is None else weights
        projected, m = projected[:, m > 0], m[m > 0]
        values, order = projected.sort(1)
        m = m[order]
        q = (m.cumsum(1) - m / 2) / m[0].sum()
        return (m * (values - target_at(q)).pow(2)).sum() / m.sum()

    return loss


def temporal_loss(warped, confidence):
    return lambda x: (confidence * (x - warped).pow(2)).sum() / (3 * confidence.sum())


def main():
    quiet_cpu()
    gen = torch.Generator().manual_seed(45)

    def features(height, width, channels=5):
        mix = torch.eye(channels, dtype=torch.float64)
        mix += 0.25 * torch.randn(channels, channels, generator=gen, dtype=torch.float64)
        noise = torch.randn(channels, height * width, generator=gen, dtype=torch.float64)
        shift = 0.5 * torch.randn(channels, 1, generator=gen, dtype=torch.float64)
        return (mix @ noise + shift).reshape(channels, height, width)

    def weight_map(height, width):
        """A third of zeros, a third of ones, the rest between."""
        even = torch.rand(height, width, generator=gen, dtype=torch.float64)
        return (even * 3 - 1).clamp(0, 1)

    x, style, second = features(4, 6), features(7, 5), features(3, 9)
    directions = torch.randn(DIRECTIONS, 5, generator=gen, dtype=torch.float64)
    directions /= directions.norm(dim=1, keepdim=True)
    mask = weight_map(4, 6)
    weights = mask.flatten()
    for kind in (weights == 0, weights == 1, (weights > 0) & (weights < 1)):
        assert kind.sum() >= 4, "another seed"
    picture = torch.rand(3, 4, 5, generator=gen, dtype=torch.float64)
    warped = torch.rand(3, 4, 5, generator=gen, dtype=torch.float64)
    confidence = weight_map(4, 5)

    target = mean_and_raw(style)
    gaps = (directions @ x.flatten(1)).sort(1).values.diff(dim=1)
    assert gaps.min() > CLOSEST, "two projections are too close: another seed"
    projected = directions @ style.flatten(1)
    style_at, second_at = (quantile_function(directions @ f.flatten(1)) for f in (style, second))
    energy = projected.pow(2).mean()
    for at_itself in (moments_loss(target)[0](style), wasserstein_loss(target, True)[0](style),
                      sliced_loss(style_at, directions)(style)):
        assert abs(at_itself) < 1e-12, "a picture is at a distance from itself"
    ones = torch.ones_like(weights)
    plain = sliced_loss(style_at, directions)(x)
    assert torch.allclose(plain, sliced_loss(style_at, directions, ones)(x), rtol=1e-12)

    mixed = tuple(SHARES[0] * a + SHARES[1] * b for a, b in zip(target, mean_and_raw(second)))

    def mixed_at(q):
        return SHARES[0] * style_at(q) + SHARES[1] * second_at(q)

    masked_mean, masked_raw = mean_and_raw(x, weights)
    write_json(FIXTURES / "style_losses.json", {
        "meta": meta("style_losses.py", dtype="float64", covariance_floor=EPS,
                     variance_floor=VARIANCE_FLOOR, newton_schulz_steps=STEPS),
        "inputs": {
            "features": array(x),
            "style_target": array(style),
            "second_target": array(second),
            "directions": array(directions),
            "weight_map": array(mask),
            "picture": array(picture),
            "warped": array(warped),
            "confidence": array(confidence),
        },
        "moments": entry(*moments_loss(target), x),
        "wasserstein": wasserstein_entry(target, x),
        "sliced": entry(sliced_loss(style_at, directions), energy, x),
        "masked": {
            "statistics": {"gram": array(masked_raw), "mean": array(masked_mean),
                           "sigma": array(sigma(masked_mean, masked_raw))},
            "gram": entry(*gram_loss(target, weights), x),
            "moments": entry(*moments_loss(target, weights), x),
            "wasserstein": wasserstein_entry(target, x, weights),
            "sliced": entry(sliced_loss(style_at, directions, weights), energy, x),
        },
        "blend": {
            "shares": list(SHARES),
            "gram": entry(*gram_loss(mixed), x),
            "moments": entry(*moments_loss(mixed), x),
            "wasserstein": wasserstein_entry(mixed, x),
            "sliced": {"plain": value_and_grad(sliced_loss(mixed_at, directions), x)},
        },
        "temporal": value_and_grad(temporal_loss(warped, confidence), picture),
    })


if __name__ == "__main__":
    main()
