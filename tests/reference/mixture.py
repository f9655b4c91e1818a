"""The mixture of Gaussians that speaks of samples: values and gradients, in float64.

What: -ln p(x) of every row and the gradients of L = sum(loss * R) with respect to the outputs, by
PyTorch's own distributions (MixtureSameFamily of Independent Normals) and autograd. The
outputs of a row are a [M], then mu [M, D], then s [M, D]; the weights are softmax(a) and the
deviations 0.05 + exp(s). Each gradient is also compared with a central difference along a random
direction.

Run:  python tests/reference/mixture.py     (writes tests/fixtures/mixture.json)

Made with torch 2.15.0, Python 3.11.
"""

import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from common import FIXTURES, array, flat, meta, quiet_cpu, write_json

LEAST_DEVIATION = 0.05
STEP = 1e-6
CASES = [("one_gaussian", 1, 10, 3), ("small", 3, 2, 5), ("speech", 20, 10, 3)]


def nll(raw, x, m, d):
    a, mu, s = raw[:, :m], raw[:, m:m + m * d], raw[:, m + m * d:]
    shape = (-1, m, d)
    parts = Independent(Normal(mu.reshape(shape), LEAST_DEVIATION + s.reshape(shape).exp()), 1)
    return -MixtureSameFamily(Categorical(logits=a), parts).log_prob(x)


def short(tensor, digits):
    values = [float(f"{v:{digits}}") + 0.0 for v in tensor.detach().reshape(-1).tolist()]
    return torch.tensor(values, dtype=torch.float64).reshape(tensor.shape)


def case(name, m, d, rows, gen):
    def draw(*shape):
        return short(torch.randn(*shape, generator=gen, dtype=torch.float64), ".4f")

    raw, x, r = draw(rows, m * (1 + 2 * d)).requires_grad_(), draw(rows, d), draw(rows)
    loss = nll(raw, x, m, d)
    (loss * r).sum().backward()
    along = torch.randn(raw.shape, generator=gen, dtype=torch.float64)
    with torch.no_grad():
        ends = [(nll(raw + way * STEP * along, x, m, d) * r).sum() for way in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * STEP)
        found = (raw.grad * along).sum()
        assert abs(slope - found) < 1e-6 * max(1, abs(slope)), (name, slope, found)
    return {"name": name, "components": m, "width": d, "raw": array(raw), "x": array(x),
            "R": flat(r), "loss": flat(short(loss, ".12g")), "grad": flat(short(raw.grad, ".12g"))}


def main():
    quiet_cpu()
    gen = torch.Generator().manual_seed(20)
    cases = [case(*sizes, gen) for sizes in CASES]
    write_json(FIXTURES / "mixture.json", {"meta": meta("mixture.py"), "cases": cases})


if __name__ == "__main__":
    main()
