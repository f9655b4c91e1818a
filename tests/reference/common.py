"""What the reference scripts share: where fixtures go and how numbers are written.

Not run by itself.  Made with torch 2.15.0, Python 3.11.
"""

import json
from pathlib import Path

import torch

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def quiet_cpu():
    """One thread: the sums are then always taken in the same order."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def meta(script, **more):
    """The first entry of every JSON file: how its numbers came about."""
    version = torch.__version__.split("+")[0]
    return {"script": f"tests/reference/{script}", "torch": version, **more}


def number(value):
    """A JSON-ready number: 9 digits give a 32-bit float back exactly, 17 a 64-bit one."""
    if isinstance(value, torch.Tensor):
        digits = 9 if value.dtype == torch.float32 else 17
        return float(f"{value.item():.{digits}g}")
    return value


def flat(tensor):
    """All values of a tensor in row-major order."""
    digits = 9 if tensor.dtype == torch.float32 else 17
    return [float(f"{v:.{digits}g}") for v in tensor.detach().reshape(-1).tolist()]


def array(tensor):
    """A tensor as its shape and its values in row-major order."""
    return {"shape": list(tensor.shape), "data": flat(tensor)}


def _lines(value, indent):
    """JSON with one key a line, but every list of plain values on a single line."""
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        rows = [f"{pad}{json.dumps(k)}: {_lines(v, indent + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"
    if isinstance(value, list) and any(isinstance(v, (dict, list)) for v in value):
        if all(isinstance(v, dict) and _is_plain(v) for v in value):
            rows = [pad + json.dumps(v) for v in value]
        else:
            rows = [pad + _lines(v, indent + 1) for v in value]
        return "[\n" + ",\n".join(rows) + "\n" + " " * indent + "]"
    return json.dumps(value, allow_nan=False)


def _is_plain(record):
    """True for a dict without dicts inside, which then fits on one line."""
    return not any(isinstance(v, dict) for v in record.values())


def write_json(path, value):
    """Writes a fixture and says how large it became."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_lines(value, 0) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")
