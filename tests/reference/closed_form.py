"""The lecture's closed-form derivatives with respect to the pre-activation, three ways.

What: F = relu(Z) with N channels and M_x positions.
  content   L = 1/2 sum (F - P)^2                     dL/dZ = (F - P) * [F > 0]
  style     E = 1/(4 N^2) sum (G/M_x - A/M_a)^2       dE/dZ = 1/(N^2 M_x) (G/M_x - A/M_a) F * [F > 0]
  total     alpha * content + beta * style
with G = F F^T and A the same of a style picture with M_a positions (the lecture's own
form where M_x = M_a).  The JSON file carries the inputs, the closed form, autograd's
gradient and central differences (step 1e-5), all in float64.

Run:  python tests/reference/closed_form.py     (writes tests/fixtures/closed_form.json)

Made with torch 2.15.0, Python 3.11.
"""

import torch

from common import FIXTURES, array, flat, meta, number, quiet_cpu, write_json

N, M_X, M_A = 4, 30, 20
ALPHA, BETA = 1e-3, 1.0
STEP = 1e-5


def central_differences(loss, z):
    """(L(z + h) - L(z - h)) / 2h for every entry."""
    grad = torch.zeros_like(z)
    for i in range(z.numel()):
        shift = torch.zeros_like(z)
        shift.view(-1)[i] = STEP
        grad.view(-1)[i] = (loss(z + shift) - loss(z - shift)) / (2 * STEP)
    return grad


def relative(a, b):
    """Largest difference, relative to the largest entry."""
    return number((a - b).abs().max() / b.abs().max())


def main():
    quiet_cpu()
    gen = torch.Generator().manual_seed(4)

    def noise(columns):
        return torch.randn(N, columns, generator=gen, dtype=torch.float64)

    z = noise(M_X)
    z = torch.where(z.abs() < 0.01, 0.25 * torch.ones_like(z), z)  # keep off the kink at 0
    p = noise(M_X).relu()
    style_features = noise(M_A).relu()
    a = style_features @ style_features.T

    def content(z):
        return (z.relu() - p).pow(2).sum() / 2

    def style(z):
        f = z.relu()
        return (f @ f.T / M_X - a / M_A).pow(2).sum() / (4 * N * N)

    f = z.relu()
    mask = (f > 0).double()
    content_grad = (f - p) * mask
    style_grad = (f @ f.T / M_X - a / M_A) @ f / (N * N * M_X) * mask
    cases = {
        "content": (content, content_grad),
        "style": (style, style_grad),
        "total": (lambda z: ALPHA * content(z) + BETA * style(z),
                  ALPHA * content_grad + BETA * style_grad),
    }

    result = {
        "meta": meta("closed_form.py", dtype="float64", difference_step=STEP),
        "N": N, "M_x": M_X, "M_a": M_A, "alpha": ALPHA, "beta": BETA,
        "inputs": {"Z": array(z), "P": array(p), "style_features": array(style_features)},
        "G": array(f @ f.T),
        "A": array(a),
    }
    for name, (loss, closed) in cases.items():
        leaf = z.clone().requires_grad_()
        value = loss(leaf)
        (auto,) = torch.autograd.grad(value, leaf)
        differences = central_differences(loss, z)
        assert relative(auto, closed) < 1e-12 and relative(differences, closed) < 1e-7
        result[name] = {
            "value": number(value),
            "closed_form": flat(closed),
            "autograd": flat(auto),
            "central_differences": flat(differences),
            "autograd_vs_closed_form": relative(auto, closed),
            "differences_vs_closed_form": relative(differences, closed),
        }
    write_json(FIXTURES / "closed_form.json", result)


if __name__ == "__main__":
    main()
