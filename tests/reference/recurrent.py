"""Recurrent cells, clipping, optimisers and a tiny char-rnn: what our code must reproduce.

What: for every cell the output sequence, the final state and the gradients of
  L = sum(output * R) + sum(h_T * R_h) + sum(c_T * R_c)
with respect to every parameter, the input and the initial state, in float64.  Two kinds of
reference: PyTorch's own modules (`reference`: "torch") and steps written from the equations
and differentiated by autograd (`reference`: "explicit").  Where both exist they must agree;
each explicit gradient is also compared with a central difference along a random direction.

Layout of the parameters: a row vector times `input` [D, G*K], `hidden` [K, G*K], `bias` [G*K].
Gates by column: LSTM i, f, g, o; GRU r, z, n.  See README.md for the other names.

Run:  python tests/reference/recurrent.py     (writes tests/fixtures/recurrent.json)

Made with torch 2.15.0, Python 3.11.
"""

import torch
import torch.nn.functional as F

from common import FIXTURES, array, flat, meta, number, quiet_cpu, write_json

B, T, D, K, V = 2, 4, 3, 4, 5
EPSILON = 1e-5  # of layer normalisation
GATES = {"rnn": 1, "jordan": 1, "lstm": 4, "gru": 3}
ACTIVATIONS = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu}
FEEDBACK = {"softmax": lambda a: torch.softmax(a, 1), "identity": lambda a: a,
            "sigmoid": torch.sigmoid}


# ---- numbers: inputs have 4 decimals and are exact, results 12 significant digits


class Draw:
    """Random float64 tensors with at most 4 decimals, so that the file gives them exactly."""

    def __init__(self, seed):
        self.gen = torch.Generator().manual_seed(seed)

    def normal(self, *shape, scale=1.0, mean=0.0):
        noise = torch.randn(*shape, generator=self.gen, dtype=torch.float64)
        return short(noise * scale + mean, ".4f")

    def uniform(self, *shape, scale=1.0, mean=0.0):
        noise = 2 * torch.rand(*shape, generator=self.gen, dtype=torch.float64) - 1
        return short(noise * scale + mean, ".4f")


def short(tensor, form=".12g"):
    """The same tensor with every value as its decimal form gives it (-0 becomes 0)."""
    values = [float(f"{v:{form}}") + 0.0 for v in tensor.detach().reshape(-1).tolist()]
    return torch.tensor(values, dtype=torch.float64).reshape(tensor.shape)


def flat12(tensor):
    return flat(short(tensor))


def array12(tensor):
    return array(short(tensor))


def difference(a, b):
    """Largest absolute difference over two equally built lists of tensors."""
    assert len(a) == len(b) and all(x.shape == y.shape for x, y in zip(a, b))
    return max(number((x - y).abs().max()) for x, y in zip(a, b))


# ---- the cells, from the equations: step(p, x, state) -> (h, state), state = (h,) or (h, c)


SPREADS = []  # smallest variance of every normalisation, for `well_placed`


def normal(a):
    """(a - mu) / sqrt(var + eps) over the last axis, with the variance divided by K."""
    centred = a - a.mean(-1, keepdim=True)
    variance = centred.pow(2).mean(-1, keepdim=True)
    SPREADS.append(variance.min().item())
    return centred / (variance + EPSILON).sqrt()


def gate(matrix, index, width=K):
    """Columns (or entries) of one gate: each has `width` of them."""
    return matrix[..., index * width:(index + 1) * width]


def rnn_step(config, p, x, state):
    (h,) = state
    a = x @ p["input"] + h @ p["hidden"]
    if config["layer_norm"]:
        a = p["gain"] * normal(a)
    h = ACTIVATIONS[config["activation"]](a + p["bias"])
    return h, (h,)


def jordan_step(config, p, x, state):
    (y,) = state
    h = ACTIVATIONS[config["activation"]](x @ p["input"] + y @ p["hidden"] + p["bias"])
    y = FEEDBACK[config["feedback"]](h @ p["output"] + p["output_bias"])
    return h, (y,)


def parts(config, p, x, h, index):
    """The two products of one gate, normalised apart where the config says so; no bias."""
    from_x = x @ gate(p["input"], index, h.shape[1])
    from_h = h @ gate(p["hidden"], index, h.shape[1])
    if config["layer_norm"]:
        from_x = gate(p["gain_input"], index) * normal(from_x)
        from_h = gate(p["gain_hidden"], index) * normal(from_h)
    return from_x, from_h


def lstm_step(config, p, x, state):
    h, c = state

    def summed(index):
        from_x, from_h = parts(config, p, x, h, index)
        return from_x + from_h + gate(p["bias"], index, h.shape[1])

    def peep(index, memory):
        return gate(p["peephole"], index) * memory if config["peepholes"] else 0

    i = torch.sigmoid(summed(0) + peep(0, c))
    f = torch.sigmoid(summed(1) + peep(1, c))
    g = torch.tanh(summed(2))
    c = f * c + i * g
    o = torch.sigmoid(summed(3) + peep(2, c))
    shown = p["gain_memory"] * normal(c) + p["bias_memory"] if config["layer_norm"] else c
    h = o * torch.tanh(shown)
    return h, (h, c)


def gru_step(config, p, x, state):
    (h,) = state
    r = torch.sigmoid(sum(parts(config, p, x, h, 0)) + gate(p["bias"], 0))
    z = torch.sigmoid(sum(parts(config, p, x, h, 1)) + gate(p["bias"], 1))
    if config["convention"] == "torch":
        from_x, from_h = parts(config, p, x, h, 2)
        if not config["layer_norm"]:
            from_h = from_h + p["candidate_bias"]
        n = torch.tanh(from_x + r * from_h + gate(p["bias"], 2))
    else:
        n = torch.tanh(sum(parts(config, p, x, r * h, 2)) + gate(p["bias"], 2))
    h = (1 - z) * h + z * n if config["convention"] == "chung" else (1 - z) * n + z * h
    return h, (h,)


STEPS = {"rnn": rnn_step, "jordan": jordan_step, "lstm": lstm_step, "gru": gru_step}


def explicit(config, x, params, states):
    """Output of the top layer [B, T, ...] and the final states, one tuple for each cell."""
    directions = 2 if config["bidirectional"] else 1
    finals = []
    for layer in range(config["layers"]):
        sequences = []
        for direction in range(directions):
            p, state = params[len(finals)], states[len(finals)]
            times = range(x.shape[1])
            outputs = {}
            for t in reversed(times) if direction == 1 else times:
                outputs[t], state = STEPS[config["cell"]](config, p, x[:, t], state)
            sequences.append(torch.stack([outputs[t] for t in times], 1))
            finals.append(state)
        x = torch.cat(sequences, 2)
    return x, finals


# ---- the same by torch.nn


def has_module(config):
    """Whether torch.nn has this cell."""
    if config["layer_norm"] or config["peepholes"] or config["cell"] == "jordan":
        return False
    return config["activation"] != "sigmoid" and config["convention"] in (None, "torch")


def suffixes(config):
    """The ends of PyTorch's parameter names, in the order of our cells."""
    ways = ["", "_reverse"] if config["bidirectional"] else [""]
    return [f"l{layer}{way}" for layer in range(config["layers"]) for way in ways]


def build_module(config, params, inputs):
    """torch.nn's module with our parameters; its two biases share ours a quarter to 3/4."""
    options = {"num_layers": config["layers"], "batch_first": True,
               "bidirectional": config["bidirectional"]}
    if config["cell"] == "rnn":
        options["nonlinearity"] = config["activation"]
    width = len(params[0]["hidden"])
    name = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}[config["cell"]]
    module = getattr(torch.nn, name)(inputs, width, **options).double()
    with torch.no_grad():
        for end, p in zip(suffixes(config), params):
            of_x, of_h = p["bias"] / 4, p["bias"] * 3 / 4
            if config["cell"] == "gru":
                of_x[2 * width:] = p["bias"][2 * width:]
                of_h[2 * width:] = p["candidate_bias"]
            getattr(module, f"weight_ih_{end}").copy_(p["input"].T)
            getattr(module, f"weight_hh_{end}").copy_(p["hidden"].T)
            getattr(module, f"bias_ih_{end}").copy_(of_x)
            getattr(module, f"bias_hh_{end}").copy_(of_h)
    return module


def module_grads(config, module):
    """The module's gradients under our names."""
    grads = []
    for end in suffixes(config):
        grad = {name: getattr(module, f"{name}_{end}").grad
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        ours = {"input": grad["weight_ih"].T, "hidden": grad["weight_hh"].T,
                "bias": grad["bias_ih"]}
        if config["cell"] == "gru":
            ours["candidate_bias"] = gate(grad["bias_hh"], 2)
        grads.append(ours)
    return grads


# ---- one case: parameters, values, gradients


def config_of(cell, activation=None, convention=None, feedback=None, peepholes=False,
              layer_norm=False, bidirectional=False, layers=1):
    if cell in ("rnn", "jordan"):
        activation = activation or "tanh"
    return {"cell": cell, "activation": activation, "convention": convention,
            "feedback": feedback, "peepholes": peepholes, "layer_norm": layer_norm,
            "bidirectional": bidirectional, "layers": layers}


def draw_params(config, draw, inputs):
    """The parameters of one cell; an ordinary LSTM's forget gate starts near 1."""
    g = GATES[config["cell"]]
    fed_back = V if config["cell"] == "jordan" else K
    scale = 0.8 if config["layer_norm"] else 0.4
    p = {"input": draw.normal(inputs, g * K, scale=scale),
         "hidden": draw.normal(fed_back, g * K, scale=scale),
         "bias": draw.normal(g * K, scale=0.3)}
    if config["cell"] == "jordan":
        p["output"] = draw.normal(K, V, scale=0.7)
        p["output_bias"] = draw.normal(V, scale=0.3)
    if config["cell"] == "lstm":
        p["bias"][K:2 * K] += 1.0
        p["bias"] = short(p["bias"], ".4f")
        if config["peepholes"]:
            p["peephole"] = draw.normal(3 * K, scale=0.5)
    if config["layer_norm"] and config["cell"] == "rnn":
        p["gain"] = draw.normal(K, scale=0.2, mean=1.0)
    elif config["layer_norm"]:
        p["gain_input"] = draw.normal(g * K, scale=0.2, mean=0.8)
        p["gain_hidden"] = draw.normal(g * K, scale=0.2, mean=0.8)
        if config["cell"] == "lstm":
            p["gain_memory"] = draw.normal(K, scale=0.2, mean=1.0)
            p["bias_memory"] = draw.normal(K, scale=0.3)
    elif config["convention"] == "torch":
        p["candidate_bias"] = draw.normal(K, scale=0.3)
    return p


def loss_of(output, finals, weights):
    """sum(output * R) plus the same of every final state, h before c."""
    total = (output * weights["R"]).sum()
    for final, of_state in zip(finals, weights["states"]):
        total = total + sum((s * r).sum() for s, r in zip(final, of_state))
    return total


def explicit_loss(config, leaves, weights, count):
    """Loss and results as a function of the flat list x, then parameters and states by cell."""
    names = list(leaves["params"][0])

    def run(tensors):
        rest = iter(tensors[1:])
        params = [{n: next(rest) for n in names} for _ in leaves["params"]]
        states = [tuple(next(rest) for _ in range(count)) for _ in leaves["states"]]
        output, finals = explicit(config, tensors[0], params, states)
        return loss_of(output, finals, weights), output, finals

    return run


def flat_leaves(leaves):
    return [leaves["x"], *(v for p in leaves["params"] for v in p.values()),
            *(v for s in leaves["states"] for v in s)]


def by_explicit(config, leaves, weights, draw):
    """Loss, output, final states and gradients (in the order of `flat_leaves`)."""
    run = explicit_loss(config, leaves, weights, len(leaves["states"][0]))
    tensors = [t.clone().requires_grad_() for t in flat_leaves(leaves)]
    loss, output, finals = run(tensors)
    grads = torch.autograd.grad(loss, tensors)

    direction = [draw.normal(*t.shape) for t in tensors]
    with torch.no_grad():
        step = 1e-6
        up, *_ = run([t + step * d for t, d in zip(tensors, direction)])
        down, *_ = run([t - step * d for t, d in zip(tensors, direction)])
    slope = sum((g * d).sum() for g, d in zip(grads, direction))
    assert abs((up - down) / (2 * step) - slope) < 1e-7 * (1 + abs(slope))
    return loss, output, finals, list(grads)


def by_module(config, leaves, weights):
    """The same by torch.nn."""
    x = leaves["x"].clone().requires_grad_()
    stacked = [torch.stack(s).requires_grad_() for s in zip(*leaves["states"])]
    module = build_module(config, leaves["params"], x.shape[2])
    output, end = module(x, tuple(stacked) if len(stacked) > 1 else stacked[0])
    finals = list(zip(*(end if len(stacked) > 1 else (end,))))
    loss = loss_of(output, finals, weights)
    loss.backward()
    grads = [x.grad, *(g[n] for g, p in zip(module_grads(config, module), leaves["params"])
                       for n in p)]
    grads += [s.grad[i] for i in range(len(leaves["states"])) for s in stacked]
    return loss, output, finals, grads


def draw_case(config, seed):
    draw = Draw(seed)
    directions = 2 if config["bidirectional"] else 1
    x = draw.normal(B, T, D, scale=0.8)
    widths = [V] if config["cell"] == "jordan" else [K] * (2 if config["cell"] == "lstm" else 1)
    params, states, of_states = [], [], []
    for layer in range(config["layers"]):
        for _ in range(directions):
            params.append(draw_params(config, draw, D if layer == 0 else K * directions))
            states.append(tuple(draw.normal(B, w, scale=0.5) for w in widths))
            of_states.append(tuple(draw.normal(B, w) for w in widths))
    if config["cell"] == "jordan":  # y_0 is an output of the kind that is fed back
        states = [tuple(short(FEEDBACK[config["feedback"]](s), ".4f") for s in states[0])]
    weights = {"R": draw.normal(B, T, K * directions), "states": of_states}
    return draw, {"x": x, "params": params, "states": states}, weights


def case(name, seed, **options):
    """One entry of the file."""
    config = config_of(**options)
    while True:
        SPREADS.clear()
        draw, leaves, weights = draw_case(config, seed)
        output, _ = explicit(config, leaves["x"], leaves["params"], leaves["states"])
        if well_placed(config, output):
            break
        seed += 1
    loss, output, finals, grads = by_explicit(config, leaves, weights, draw)
    reference = "explicit"
    if has_module(config):
        ours = [output, *(s for f in finals for s in f), *grads]
        loss, output, finals, grads = by_module(config, leaves, weights)
        theirs = [output, *(s for f in finals for s in f), *grads]
        assert difference(ours, theirs) < 1e-13, name
        reference = "torch"

    rest = iter(grads[1:])
    of_params = [{n: next(rest) for n in p} for p in leaves["params"]]
    of_states = [[next(rest) for _ in s] for s in leaves["states"]]
    letters = "y" if config["cell"] == "jordan" else "hc"
    cells = []
    for index, (p, state) in enumerate(zip(leaves["params"], leaves["states"])):
        entry = {"parameters": {n: array(v) for n, v in p.items()},
                 "grad": {n: flat12(v) for n, v in of_params[index].items()}}
        for i, letter in zip(range(len(state)), letters):
            entry[f"{letter}_0"] = array(state[i])
            entry[f"{letter}_T"] = array12(finals[index][i])
            entry[f"R_{letter}"] = flat(weights["states"][index][i])
            entry["grad"][f"{letter}_0"] = flat12(of_states[index][i])
        cells.append(entry)
    return {"name": name, "config": config, "reference": reference, "x": array(leaves["x"]),
            "R": flat(weights["R"]), "cells": cells, "output": array12(output),
            "loss": number(short(loss)), "grad_x": flat12(grads[0])}


def well_placed(config, output):
    """Whether nothing is saturated, nearly constant before layer norm, or near relu's kink."""
    if SPREADS and min(SPREADS) < 0.1**2:
        return False
    if config["activation"] == "relu":
        alive = output > 0
        return output[alive].min() > 1e-2 and 0.4 < alive.double().mean() < 0.8
    return output.abs().max() < 0.95


CASES = [
    ("rnn_tanh", dict(cell="rnn")),
    ("rnn_relu", dict(cell="rnn", activation="relu")),
    ("rnn_sigmoid", dict(cell="rnn", activation="sigmoid")),
    ("rnn_tanh_layer_norm", dict(cell="rnn", layer_norm=True)),
    ("jordan_softmax", dict(cell="jordan", feedback="softmax")),
    ("jordan_identity", dict(cell="jordan", feedback="identity")),
    ("jordan_sigmoid", dict(cell="jordan", feedback="sigmoid")),
    ("lstm", dict(cell="lstm")),
    ("lstm_peepholes", dict(cell="lstm", peepholes=True)),
    ("lstm_layer_norm", dict(cell="lstm", layer_norm=True)),
    ("lstm_peepholes_layer_norm", dict(cell="lstm", peepholes=True, layer_norm=True)),
    ("gru_torch", dict(cell="gru", convention="torch")),
    ("gru_britz", dict(cell="gru", convention="britz")),
    ("gru_chung", dict(cell="gru", convention="chung")),
    ("gru_torch_layer_norm", dict(cell="gru", convention="torch", layer_norm=True)),
    ("gru_britz_layer_norm", dict(cell="gru", convention="britz", layer_norm=True)),
    ("gru_chung_layer_norm", dict(cell="gru", convention="chung", layer_norm=True)),
    ("rnn_tanh_bidirectional", dict(cell="rnn", bidirectional=True)),
    ("lstm_bidirectional", dict(cell="lstm", bidirectional=True)),
    ("lstm_peepholes_layer_norm_bidirectional",
     dict(cell="lstm", peepholes=True, layer_norm=True, bidirectional=True)),
    ("gru_torch_bidirectional", dict(cell="gru", convention="torch", bidirectional=True)),
    ("rnn_tanh_2_layers", dict(cell="rnn", layers=2)),
    ("lstm_2_layers", dict(cell="lstm", layers=2)),
    ("gru_torch_2_layers", dict(cell="gru", convention="torch", layers=2)),
    ("gru_britz_2_layers", dict(cell="gru", convention="britz", layers=2)),
    ("lstm_bidirectional_2_layers", dict(cell="lstm", bidirectional=True, layers=2)),
]


def check_explicit():
    """What the equations imply for the cells that torch.nn does not have."""
    draw = Draw(99)
    a = draw.normal(3, K, scale=2.0)
    assert difference([normal(a)], [F.layer_norm(a, (K,), eps=EPSILON)]) < 1e-14

    # Chung's z is one minus Britz's: the same network with the update gate's signs turned
    for layer_norm in (False, True):
        britz = config_of("gru", convention="britz", layer_norm=layer_norm)
        _, leaves, _ = draw_case(britz, 98)
        turned = {n: v.clone() for n, v in leaves["params"][0].items()}
        for name in ("gain_input", "gain_hidden", "bias") if layer_norm else \
                ("input", "hidden", "bias"):
            gate(turned[name], 1).neg_()
        one, _ = explicit(britz, leaves["x"], leaves["params"], leaves["states"])
        other, _ = explicit({**britz, "convention": "chung"}, leaves["x"], [turned],
                            leaves["states"])
        assert difference([one], [other]) < 1e-14

    # peepholes of zero are no peepholes
    config = config_of("lstm", peepholes=True)
    _, leaves, weights = draw_case(config, 97)
    leaves["params"][0]["peephole"].zero_()
    ours, _ = explicit(config, leaves["x"], leaves["params"], leaves["states"])
    _, theirs, _, _ = by_module({**config, "peepholes": False}, {
        **leaves, "params": [{n: leaves["params"][0][n] for n in ("input", "hidden", "bias")}]},
        weights)
    assert difference([ours], [theirs]) < 1e-14


# ---- clipping and optimisers


def clipping():
    """Global norm and value clipping of three tensors."""
    draw = Draw(50)
    grads = [draw.normal(2, 3, scale=2.0), draw.normal(4), draw.normal(3, 2, scale=0.5)]
    norm = torch.cat([g.reshape(-1) for g in grads]).norm()
    result = {"grads": [array(g) for g in grads], "norm": number(short(norm)), "by_norm": []}
    for limit in (1.0, 5.0, 20.0):
        params = [torch.zeros_like(g).requires_grad_() for g in grads]
        for p, g in zip(params, grads):
            p.grad = g.clone()
        total = torch.nn.utils.clip_grad_norm_(params, limit)
        assert abs(total - norm) < 1e-14
        exact = [g * min(1.0, limit / norm.item()) for g in grads]
        assert difference([p.grad for p in params], exact) < 1e-6 * norm
        result["by_norm"].append({
            "limit": limit,
            "exact": [flat12(g) for g in exact],
            "torch": [flat12(p.grad) for p in params],
        })
    limit = 0.75
    params = [torch.zeros_like(g).requires_grad_() for g in grads]
    for p, g in zip(params, grads):
        p.grad = g.clone()
    torch.nn.utils.clip_grad_value_(params, limit)
    exact = [g.clamp(-limit, limit) for g in grads]
    assert difference([p.grad for p in params], exact) == 0
    result["by_value"] = {"limit": limit, "values": [flat12(g) for g in exact]}
    return result


def rmsprop(x, grads, lr, alpha, epsilon):
    """torch7's RMSProp, as char-rnn uses it: the epsilon is added after the square root."""
    m, rows = torch.zeros_like(x), []
    for g in grads:
        m = alpha * m + (1 - alpha) * g * g
        x = x - lr * g / (m.sqrt() + epsilon)
        rows.append(x)
    return rows


def adam(x, grads, lr, betas, epsilon):
    """Kingma and Ba's algorithm 1."""
    m, v, rows = torch.zeros_like(x), torch.zeros_like(x), []
    for t, g in enumerate(grads, 1):
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        unbiased = m / (1 - betas[0]**t), v / (1 - betas[1]**t)
        x = x - lr * unbiased[0] / (unbiased[1].sqrt() + epsilon)
        rows.append(x)
    return rows


def sgd(x, grads, lr, momentum):
    """v = momentum v + g; x -= lr v."""
    v, rows = torch.zeros_like(x), []
    for g in grads:
        v = momentum * v + g
        x = x - lr * v
        rows.append(x)
    return rows


def optimisers():
    """Parameters after each of 5 steps with given gradients, by hand and by torch.optim."""
    draw = Draw(51)
    x = draw.normal(6)
    grads = [draw.normal(6) for _ in range(5)]
    for g in grads:  # one large, one so small that epsilon counts, one always zero
        g *= torch.tensor([1, 1, 1, 100, 1e-8, 0], dtype=torch.float64)
    grads = [short(g, ".8g") for g in grads]

    def by_torch(make):
        p = x.clone().requires_grad_()
        optimiser, rows = make([p]), []
        for g in grads:
            p.grad = g.clone()
            optimiser.step()
            rows.append(p.detach().clone())
        return rows

    cases = {
        "rmsprop": (dict(lr=2e-3, alpha=0.95, epsilon=1e-8), rmsprop,
                    lambda p: torch.optim.RMSprop(p, lr=2e-3, alpha=0.95, eps=1e-8)),
        "adam": (dict(lr=1e-2, betas=[0.9, 0.999], epsilon=1e-8), adam,
                 lambda p: torch.optim.Adam(p, lr=1e-2, betas=(0.9, 0.999), eps=1e-8)),
        "sgd": (dict(lr=1e-2, momentum=0.9), sgd,
                lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.9)),
    }
    result = {"start": flat(x), "grads": [flat(g) for g in grads]}
    for name, (options, by_hand, make) in cases.items():
        ours, theirs = by_hand(x, grads, **options), by_torch(make)
        assert difference(ours, theirs) < 1e-13, name
        result[name] = {**options, "after": [flat12(row) for row in theirs]}
    return result


# ---- a tiny char-rnn


CHAR = {"hidden": 5, "vocabulary": 6, "layers": 2, "batch": 2, "steps": 3, "iterations": 4}
LIMIT, RATE, ALPHA, SMALL = 5.0, 2e-3, 0.95, 1e-8


def char_params(draw):
    k, v = CHAR["hidden"], CHAR["vocabulary"]
    cells = []
    for inputs in (v, k):
        bias = draw.uniform(4 * k, scale=0.3)
        bias[k:2 * k] = 1.0
        cells.append({"input": draw.uniform(inputs, 4 * k, scale=0.5),
                      "hidden": draw.uniform(k, 4 * k, scale=0.5), "bias": bias})
    readout = {"weight": draw.uniform(k, v, scale=0.8), "bias": draw.uniform(v, scale=0.3)}
    return cells, readout


def char_torch(cells, readout, stream, limit):
    """Losses, first gradients, final parameters and states with torch.nn and torch.optim."""
    config = config_of("lstm", layers=CHAR["layers"])
    module = build_module(config, cells, CHAR["vocabulary"])
    with torch.no_grad():  # one bias, as ours: the other stays at zero
        for end, p in zip(suffixes(config), cells):
            getattr(module, f"bias_ih_{end}").copy_(p["bias"])
            getattr(module, f"bias_hh_{end}").zero_().requires_grad_(False)
    weight, bias = (readout[n].clone().requires_grad_() for n in ("weight", "bias"))
    trained = [p for end in suffixes(config) for p in
               (getattr(module, f"{n}_{end}") for n in ("weight_ih", "weight_hh", "bias_ih"))]
    trained += [weight, bias]
    optimiser = torch.optim.RMSprop(trained, lr=RATE, alpha=ALPHA, eps=SMALL)
    zero = torch.zeros(CHAR["layers"], CHAR["batch"], CHAR["hidden"], dtype=torch.float64)
    state, losses, all_grads = (zero, zero), [], []
    for i in range(CHAR["iterations"]):
        window = stream[:, i * CHAR["steps"]:(i + 1) * CHAR["steps"] + 1]
        x = F.one_hot(window[:, :-1], CHAR["vocabulary"]).double()
        h, state = module(x, tuple(s.detach() for s in state))
        logits = h @ weight + bias
        loss = F.cross_entropy(logits.flatten(0, 1), window[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        all_grads.append([p.grad.clone() for p in trained])
        torch.nn.utils.clip_grad_value_(trained, limit)
        optimiser.step()
        losses.append(loss.detach())
    final = [p.detach().T if p.shape[0] == 4 * CHAR["hidden"] and p.dim() == 2 else p.detach()
             for p in trained]
    return losses, all_grads, final, [s.detach() for s in state]


def char_explicit(cells, readout, stream, limit):
    """The same with explicit steps, loss and optimiser."""
    config = config_of("lstm")
    params = [v for p in cells for v in p.values()] + list(readout.values())
    means = [torch.zeros_like(p) for p in params]
    zero = torch.zeros(CHAR["batch"], CHAR["hidden"], dtype=torch.float64)
    states, losses = [(zero, zero)] * CHAR["layers"], []
    eye = torch.eye(CHAR["vocabulary"], dtype=torch.float64)
    for i in range(CHAR["iterations"]):
        params = [p.detach().requires_grad_() for p in params]
        layers = [dict(zip(("input", "hidden", "bias"), params[3 * n:3 * n + 3]))
                  for n in range(CHAR["layers"])]
        states = [tuple(s.detach() for s in state) for state in states]
        total = 0
        for t in range(i * CHAR["steps"], (i + 1) * CHAR["steps"]):
            h = eye[stream[:, t]]
            for n, p in enumerate(layers):
                h, states[n] = lstm_step(config, p, h, states[n])
            chances = torch.softmax(h @ params[-2] + params[-1], 1)
            total = total - (eye[stream[:, t + 1]] * chances.log()).sum()
        loss = total / (CHAR["batch"] * CHAR["steps"])
        grads = [g.clamp(-limit, limit) for g in torch.autograd.grad(loss, params)]
        means = [ALPHA * m + (1 - ALPHA) * g * g for m, g in zip(means, grads)]
        params = [p - RATE * g / (m.sqrt() + SMALL) for p, g, m in zip(params, grads, means)]
        losses.append(loss.detach())
    return losses, [p.detach() for p in params], states


def named(tensors, form):
    """The flat list of all parameters as two cells and a read-out."""
    names = ("input", "hidden", "bias")
    cells = [{n: form(tensors[3 * i + j]) for j, n in enumerate(names)}
             for i in range(CHAR["layers"])]
    return {"cells": cells, "readout": {"weight": form(tensors[-2]), "bias": form(tensors[-1])}}


def char_rnn():
    """Losses and final parameters of 4 windows of truncated BPTT, for two clip limits."""
    draw = Draw(1078)  # one of the few without tiny gradients, see below
    cells, readout = char_params(draw)
    length = CHAR["steps"] * CHAR["iterations"] + 1
    stream = torch.randint(CHAR["vocabulary"], (CHAR["batch"], length), generator=draw.gen)
    assert len(stream[:, :-1].unique()) == CHAR["vocabulary"]
    start = [v for p in cells for v in p.values()] + list(readout.values())
    result = {**CHAR, "lr": RATE, "alpha": ALPHA, "epsilon": SMALL,
              "symbols": stream.tolist(), "start": named(start, array), "runs": []}
    for limit in (LIMIT, 0.02):
        losses, grads, final, state = char_torch(cells, readout, stream, limit)
        others, params, states = char_explicit(cells, readout, stream, limit)
        assert difference(losses, others) < 1e-13 and difference(final, params) < 1e-12
        assert difference([s[n] for n in range(CHAR["layers"]) for s in state],
                          [s for pair in states for s in pair]) < 1e-13
        sizes = torch.cat([g.abs().reshape(-1) for step in grads for g in step])
        # RMSProp enlarges what is nearly zero: without such gradients float32 can follow
        assert sizes[sizes > 0].min() > 1e-6, sizes[sizes > 0].min()
        assert (sizes.max() > limit) == (limit < 1)
        first = [g.T if g.dim() == 2 and i < 3 * CHAR["layers"] else g
                 for i, g in enumerate(grads[0])]
        run = {"clip_value": limit, "share_clipped": number(short((sizes > limit).double().mean())),
               "losses": flat12(torch.stack(losses)), "final": named(final, flat12),
               "h_T": flat12(state[0]), "c_T": flat12(state[1])}
        if limit == LIMIT:
            run["first_grads"] = named(first, flat12)
        result["runs"].append(run)
    return result


def main():
    quiet_cpu()
    check_explicit()
    write_json(FIXTURES / "recurrent.json", {
        "meta": meta("recurrent.py", dtype="float64", epsilon=EPSILON),
        "sizes": {"B": B, "T": T, "D": D, "K": K, "V": V},
        "cases": [case(name, 100 * i, **options) for i, (name, options) in enumerate(CASES)],
        "clipping": clipping(),
        "optimisers": optimisers(),
        "char_rnn": char_rnn(),
    })


if __name__ == "__main__":
    main()
