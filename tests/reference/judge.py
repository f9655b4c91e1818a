"""A judge of class pictures that took no part in making them (bar V7).

What: a linear head (softmax regression) on the Inception trunk's `mixed_8`, averaged over
positions, for the 50 classes of the labelled set.  The pictures of the set are 64 px a side and
are enlarged to 147 px, the same for all; features are computed once and cached.  The strength of
the L2 penalty is chosen on a fifth of the training pictures; the validation set is only counted.

Run:  export REVERIE_DATA=<data folder>
      python tests/reference/judge.py train         (writes head.npz beside this script; 10 minutes)
      python tests/reference/judge.py judge FILE.png=CLASS ...
      python tests/reference/judge.py judge FOLDER [--list FILE] [--json FILE]

CLASS is a wnid, ImageNet's index (0 to 999), a name, or a part of a name that only one of the 50
has.  A list has one `FILE=CLASS` a line; a folder's own is called list.txt, and where there is
none the name of each file is the class (`goldfish.png`, `03-school-bus.png`).

Every picture is seen in two ways, both as squares: `trained` goes through 64 px as the training
pictures did, and is the one that counts; `sharp` goes to 147 px directly and also shows detail
that the head never learnt from.

Made with torch 2.15.0, Pillow 13.0.0, Python 3.11.
"""

import argparse
import io
import json
import os
import re
import sys
import tarfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

from graph_fixtures import trunk_layers

DATA = Path(os.environ.get("REVERIE_DATA", "data"))
HERE = Path(__file__).resolve().parent
HEAD = HERE / "head.npz"
WEIGHTS = "weights/inception_v3_trunk_f16.safetensors"
LAYER = "mixed_8"
SMALL, SIDE = 64, 147  # pixels of the set's pictures, and of what the trunk sees
BATCH = 32
PENALTIES = [1e-3, 3e-3, 1e-2, 3e-2, 1e-1]
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"}


def names():
    """The 50 wnids in the set's order, and every word for each of ImageNet's wnids."""
    set_rows = (DATA / "imagesets/tiny_imagenet50_classes.txt").read_text().splitlines()
    all_rows = (DATA / "weights/imagenet_synset_words.txt").read_text().splitlines()
    words, order = {}, []
    for row in all_rows + set_rows:
        wnid, text = row.split(maxsplit=1)
        known = words.setdefault(wnid, [])
        known.extend(w for w in text.strip().split(", ") if w not in known)
    order = [row.split()[0] for row in set_rows if row.strip()]
    return order, words, [row.split()[0] for row in all_rows]


def plain(text):
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


def class_of(asked, order, words, imagenet):
    """The place among the 50 of what the user calls a class."""
    asked = asked.strip()
    wnid = imagenet[int(asked)] if asked.isdigit() and int(asked) < len(imagenet) else asked
    if wnid in words:
        if wnid not in order:
            raise SystemExit(f"{wnid} ({words[wnid][0]}) is not among the 50 classes of the set")
        return order.index(wnid)
    want = plain(asked)
    tests = [lambda w: plain(w) == want, lambda w: f" {want} " in f" {plain(w)} ",
             lambda w: want in plain(w)]
    for test in tests:
        found = [i for i, wnid in enumerate(order) if any(map(test, words[wnid]))]
        if len(found) == 1:
            return found[0]
        if found:
            several = "; ".join(words[order[i]][0] for i in found)
            raise SystemExit(f"'{asked}' may be {several}")
    raise SystemExit(f"'{asked}' is none of the 50 classes of the set")


class Trunk:
    """Pictures `[B, 3, H, W]` in [0, 1] to the mean of `mixed_8` over positions, `[B, 1280]`."""

    def __init__(self):
        self.description = json.loads((DATA / "weights/inception_v3_trunk.json").read_text())
        self.weights = {k: v.float() for k, v in load_file(DATA / WEIGHTS).items()}

    @torch.no_grad()
    def __call__(self, pictures):
        return trunk_layers(self.description, self.weights, pictures)[LAYER].mean((2, 3))


def seen(picture, through=None):
    """A PIL picture as `[3, SIDE, SIDE]` in [0, 1]: the square in its middle, resized."""
    picture = picture.convert("RGB")
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    picture = picture.crop((left, top, left + side, top + side))
    if through and side != through:
        picture = picture.resize((through, through), Image.Resampling.BICUBIC)
    picture = picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.asarray(picture).copy()).permute(2, 0, 1).float() / 255


def features(split, per_class, trunk, order):
    """Features and places of the classes; the first `per_class` pictures by number, cached."""
    cache = HERE / f"features_{split}_{SIDE}px_{per_class}.npz"
    if cache.exists():
        stored = np.load(cache)
        return torch.from_numpy(stored["x"]), torch.from_numpy(stored["y"])
    pictures = {wnid: [] for wnid in order}
    with tarfile.open(DATA / f"imagesets/tiny_imagenet50_{split}.tar.gz") as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".JPEG"):
                number = int(re.findall(r"\d+", Path(member.name).stem)[-1])
                content = archive.extractfile(member).read()
                pictures[member.name.split("/")[1]].append((number, content))
    chosen = [(bytes_, i) for i, wnid in enumerate(order)
              for _, bytes_ in sorted(pictures[wnid])[:per_class]]
    rows = []
    for start in range(0, len(chosen), BATCH):
        batch = [seen(Image.open(io.BytesIO(b))) for b, _ in chosen[start:start + BATCH]]
        both = torch.stack(batch + [p.flip(2) for p in batch]) if split == "train" \
            else torch.stack(batch)
        found = trunk(both)
        rows.append(torch.stack(found.chunk(2), 1) if split == "train" else found[:, None])
        if start // BATCH % 20 == 0:
            print(f"{split}: {start} of {len(chosen)}", file=sys.stderr, flush=True)
    x, y = torch.cat(rows), torch.tensor([i for _, i in chosen])
    np.savez(cache, x=x.numpy(), y=y.numpy())
    return x, y


def fit(x, y, penalty, n_classes):
    """Softmax regression on standardised features; the penalty spares the bias."""
    weight = torch.zeros(n_classes, x.shape[1], requires_grad=True)
    bias = torch.zeros(n_classes, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=300, history_size=20,
                                  line_search_fn="strong_wolfe")

    def loss():
        optimiser.zero_grad()
        value = F.cross_entropy(x @ weight.T + bias, y) + penalty / 2 * weight.square().sum()
        value.backward()
        return value

    optimiser.step(loss)
    return weight.detach(), bias.detach()


def standing(scores, y):
    """Place of the right class, from 1."""
    return (scores > scores.gather(1, y[:, None])).sum(1) + 1


def train(options):
    order, words, _ = names()
    trunk = Trunk()
    x, y = features("train", options.per_class, trunk, order)
    x_val, y_val = features("val", 50, trunk, order)
    x_val = x_val[:, 0]
    mean, std = x.flatten(0, 1).mean(0), x.flatten(0, 1).std(0) + 1e-6
    x, x_val = (x - mean) / std, (x_val - mean) / std
    views = lambda part: (x[part].flatten(0, 1), y[part].repeat_interleave(x.shape[1]))
    held = torch.arange(len(y)) % 5 == 4  # a fifth of every class; both views go together
    tried = {}
    for penalty in PENALTIES:
        weight, bias = fit(*views(~held), penalty, len(order))
        scores = x[held][:, 0] @ weight.T + bias
        tried[penalty] = float(F.cross_entropy(scores, y[held]))
        right = float((standing(scores, y[held]) == 1).float().mean())
        print(f"penalty {penalty:g}: held out loss {tried[penalty]:.4f}, top-1 {right:.4f}")
    penalty = min(tried, key=tried.get)
    weight, bias = fit(*views(torch.ones_like(held)), penalty, len(order))
    scores = x_val @ weight.T + bias
    places = standing(scores, y_val)
    top1, top5 = (float((places <= k).float().mean()) for k in (1, 5))
    print(f"validation, {len(y_val)} pictures: top-1 {top1:.4f}, top-5 {top5:.4f}, "
          f"loss {float(F.cross_entropy(scores, y_val)):.4f}")
    hardest = sorted((float((places[y_val == i] == 1).float().mean()), words[w][0])
                     for i, w in enumerate(order))[:5]
    print("hardest: " + ", ".join(f"{word} {share:.2f}" for share, word in hardest))
    np.savez(HEAD, weight=(weight / std).numpy(), bias=(bias - weight @ (mean / std)).numpy(),
             wnids=np.array(order), side=SIDE, through=SMALL, layer=LAYER, penalty=penalty,
             per_class=options.per_class, top1=top1, top5=top5)
    print(f"{HEAD} written")


def wanted_of(options, where):
    """Pairs of file and class from the command line, a list, or file names."""
    for asked in options.what:
        if Path(asked).is_dir():
            folder = Path(asked)
            listed = options.list or folder / "list.txt"
            if Path(listed).exists():
                for row in Path(listed).read_text().splitlines():
                    if row.strip() and not row.startswith("#"):
                        file, label = row.rsplit("=", 1)
                        yield folder / file.strip(), where(label)
            else:
                for file in sorted(f for f in folder.iterdir() if f.suffix in SUFFIXES):
                    yield file, where(re.sub(r"^\d+[-_ ]", "", file.stem).replace("-", " ")
                                      .replace("_", " "))
        else:
            file, label = asked.rsplit("=", 1) if "=" in asked else (asked, Path(asked).stem)
            yield Path(file), where(label)


def judge(options):
    if not HEAD.exists():
        sys.exit(f"there is no {HEAD}; run `judge.py train` first")
    head, (order, words, imagenet) = np.load(HEAD), names()
    assert list(head["wnids"]) == order, "the head was trained on other classes"
    weight, bias = torch.from_numpy(head["weight"]), torch.from_numpy(head["bias"])
    wanted = list(wanted_of(options, lambda label: class_of(label, order, words, imagenet)))
    if not wanted:
        sys.exit("there is nothing to judge")
    trunk, ways, report = Trunk(), {"trained": SMALL, "sharp": None}, []
    print(f"{'picture':<32} {'class':<20} " + " ".join(f"{w + ' rank':>13} {'p':>7}" for w in ways)
          + "  first guess")
    for file, label in wanted:
        with Image.open(file) as picture:
            views = torch.stack([seen(picture, through) for through in ways.values()])
        scores = trunk(views) @ weight.T + bias
        odds, places = scores.softmax(1), standing(scores, torch.tensor([label] * len(ways)))
        guess = int(scores[0].argmax())
        row = {"file": str(file), "wnid": order[label], "class": words[order[label]][0]}
        for i, way in enumerate(ways):
            row[way] = {"rank": int(places[i]), "p": round(float(odds[i, label]), 6)}
        row["guess"] = words[order[guess]][0]
        report.append(row)
        print(f"{file.name[-32:]:<32} {row['class'][:20]:<20} "
              + " ".join(f"{row[w]['rank']:>13} {row[w]['p']:>7.3f}" for w in ways)
              + f"  {row['guess']} {float(odds[0, guess]):.3f}", flush=True)
    summary = {way: {f"top{k}": sum(r[way]["rank"] <= k for r in report) for k in (1, 5)}
               for way in ways}
    for way, counts in summary.items():
        print(f"{way}: the class is first in {counts['top1']} and among five in {counts['top5']} "
              f"of {len(report)}")
    if options.json:
        options.json.write_text(json.dumps({"pictures": report, **summary}, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    training = commands.add_parser("train", help="train the head and count the validation set")
    training.add_argument("--per-class", type=int, default=150)
    training.set_defaults(run=train)
    judging = commands.add_parser("judge", help="rank and probability of the class of pictures")
    judging.add_argument("what", nargs="+", metavar="FILE=CLASS|FOLDER")
    judging.add_argument("--list", type=Path, help="list of FILE=CLASS for a folder")
    judging.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    judging.set_defaults(run=judge)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    options.run(options)


if __name__ == "__main__":
    main()
