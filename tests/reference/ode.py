"""Parameters of differential equations by non-linear least squares: what our network must come near.

What: for each of four systems the true path at 100 times (scipy's DOP853 at a tolerance of 1e-11), three
sets of observations with normal noise of 5 % of each quantity's deviation, and the parameters that
scipy's `least_squares` finds in them, started at the truth, with the state at time 0 estimated as well.
The residuals are divided by the deviations of the observations. Also the deviation that the linear theory
gives for each parameter (square roots of the diagonal of s^2 (J'J)^-1).

Run:  python tests/reference/ode.py     (writes tests/fixtures/ode.json)

Made with scipy 1.17.1, numpy, Python 3.11.
"""

import numpy as np
import scipy
from scipy.integrate import solve_ivp
from scipy.optimize import least_squares

from common import FIXTURES, write_json

COUNT, NOISE, SETS = 100, 0.05, 3


def lotka_volterra(_, s, a, b, c, d):
    x, y = s
    return [a * x - b * x * y, c * x * y - d * y]


def sir(_, s, beta, gamma):
    x, y = s
    return [-beta * x * y, beta * x * y - gamma * y]


def lorenz(_, s, sigma, rho, beta):
    x, y, z = s
    return [sigma * (y - x), x * (rho - z) - y, x * y - beta * z]


def fitzhugh_nagumo(_, s, a, b, c):
    v, w = s
    return [c * (v - v**3 / 3 + w), -(v - a + b * w) / c]


SYSTEMS = {  # equations, parameters, start, interval
    "lotka-volterra": (lotka_volterra, [1.1, 0.4, 0.1, 0.4], [10.0, 5.0], 0.2),
    "sir": (sir, [0.5, 0.1], [0.99, 0.01], 1.0),
    "lorenz": (lorenz, [10.0, 28.0, 8.0 / 3.0], [-8.0, 8.0, 27.0], 0.05),
    "fitzhugh-nagumo": (fitzhugh_nagumo, [0.2, 0.2, 3.0], [-1.0, 1.0], 0.2),
}


def path(field, start, parameters, interval):
    times = np.arange(COUNT) * interval
    end = times[-1]
    found = solve_ivp(field, (0.0, end), start, "DOP853", times, args=tuple(parameters),
                      rtol=1e-11, atol=1e-12)
    assert found.success, found.message
    return found.y.T


def nine(values):
    return [float(f"{value:.9g}") for value in np.asarray(values).reshape(-1)]


def fit(seen, field, truth, start, interval):
    scales = seen.std(axis=0)
    n = len(start)

    def residuals(numbers):
        said = path(field, numbers[:n] * scales, numbers[n:], interval)
        return ((said - seen) / scales).reshape(-1)

    first = np.concatenate([np.array(start) / scales, truth])
    found = least_squares(residuals, first, "3-point", method="lm", xtol=1e-14, ftol=1e-14, gtol=1e-14)
    left = 2 * found.cost / (seen.size - len(first))
    covariance = left * np.linalg.inv(found.jac.T @ found.jac)
    return found.x[n:], np.sqrt(np.diag(covariance))[n:], 2 * found.cost / seen.size


def main():
    systems = {}
    for place, (name, (field, truth, start, interval)) in enumerate(SYSTEMS.items()):
        exact = path(field, start, truth, interval)
        draw = np.random.default_rng(place)
        sets = []
        for _ in range(SETS):
            noise = draw.standard_normal(exact.shape) * exact.std(axis=0) * NOISE
            seen = np.array(nine(exact + noise)).reshape(exact.shape)
            parameters, deviations, loss = fit(seen, field, truth, start, interval)
            sets.append({"seen": nine(seen), "parameters": nine(parameters),
                         "deviations": nine(deviations), "loss": float(f"{loss:.9g}")})
        systems[name] = {"truth": nine(truth), "start": start, "interval": interval,
                         "exact": nine(exact), "sets": sets}
    about = {"script": "tests/reference/ode.py", "scipy": scipy.__version__}
    write_json(FIXTURES / "ode.json", {"meta": about, "systems": systems})


if __name__ == "__main__":
    main()
