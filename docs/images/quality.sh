#!/usr/bin/env bash
# Makes docs/images/quality.jpg and docs/results/quality.md: three drawings in the manner of three
# others, by this program and by two published recipes in PyTorch in the same time.
#     REVERIE_DATA=FOLDER PYTHON=.venv/bin/python docs/images/quality.sh
# vgg16-hed must lie in that folder. Nothing else may run meanwhile: the recipes have the seconds
# that the first run took.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

more=(--quality best)
# What `johnson` starts from. Its own choice is noise, of which about 60 iterations, all that
# the time holds, leave little but noise; `content` is its option `-init image`.
start=${START:-content}
size=${SIZE:-256}
threads=2
python=${PYTHON:-python3}

cargo build --release --workspace --bins --examples
reverie=target/release/reverie
sheet=target/release/examples/04_sheet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
common=(--net vgg16-hed --size "$size" --backend flex --threads $threads --seed 0)

# The drawings lie beside the page of the tour.
$reverie tour --only dream --backend flex --out "$work"

# The last line that `--json` prints holds the seconds, those before it sizes and steps.
ours() {
    $reverie style --content "$work/$content.png" --style "$work/$style.png" "${common[@]}" \
        "${@:2}" --json -o "$work/$pair-$1.png" >"$work/$pair-$1.jsonl"
}

recipe() {
    "$python" bench/quality.py --recipe "$1" --content "$work/$content.png" \
        --style "$work/$style.png" --seconds "$seconds" --threads $threads --size "$size" \
        --seed 0 --start "$start" -o "$work/$pair-$1.png" | tee "$work/$pair-$1.jsonl"
}

pairs=(landscape-strokes portrait-planes still-life-waves)
for pair in "${pairs[@]}"; do
    content=${pair%-*} style=${pair##*-}
    ours reverie
    seconds=$(tail -n 1 "$work/$pair-reverie.jsonl" |
        "$python" -c 'import json, sys; print(json.load(sys.stdin)["seconds"])')
    recipe johnson
    recipe crowson
    ours best "${more[@]}"
    tiles+=(
        "$work/$content.png=$content" "$work/$style.png=$style"
        "$work/$pair-reverie.png=reverie" "$work/$pair-best.png=reverie ${more[*]}"
        "$work/$pair-johnson.png=johnson (PyTorch)" "$work/$pair-crowson.png=crowson (PyTorch)"
    )
done
$sheet 6 288 2400 84 docs/images/quality.jpg "${tiles[@]}"

processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
"$python" - "$work" "$size" "$threads" "${processor:-unknown}" "${more[*]}" "$start" \
    "${pairs[@]}" >"$work/quality.md" <<'PYTHON'
import json
import sys
from pathlib import Path

work, size, threads, processor, more, start, *pairs = sys.argv[1:]
runs = {
    "reverie": "reverie",
    "johnson": "johnson, PyTorch",
    "crowson": "crowson, PyTorch",
    "best": f"reverie `{more}`",
}


def read(pair, run):
    """The last line of a run's JSON, and its steps as text."""
    lines = (Path(work) / f"{pair}-{run}.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    end = events[-1]
    if "recipe" in end:
        steps = [(entry["size"], entry["steps"]) for entry in end["sizes"]]
    else:
        # `step` counts through all sizes.
        made = {event["size_index"]: event["step"] for event in events if event["event"] == "step"}
        steps, before = [], 0
        for event in events:
            if event["event"] == "size":
                done = made.get(event["index"], before)
                steps.append((max(event["width"], event["height"]), done - before))
                before = done
    return end, ", ".join(f"{count} at {side}" for side, count in steps)


starts = {
    "content": "starts from the content here (neural-style's option `-init image`), because from noise, its own choice, it would show little but noise in this time",
    "noise": "starts from noise, and needs some hundred iterations before colours settle",
}
torch = read(pairs[0], "johnson")[0]["torch"]
print(f"""# One time, several programs

Drawings of `reverie tour` in the manner of others, {size} pixels long, all on the weights of `vgg16-hed`: with the default settings of `reverie style`, by two published recipes in plain PyTorch ([quality.py](../../bench/quality.py)) which stop when as many seconds are over, and with `{more}`, which takes its own time.

![Content, style, and what was made of them](../images/quality.jpg)

```sh
REVERIE_DATA=data PYTHON=.venv/bin/python docs/images/quality.sh
```

{processor}, {threads} threads, PyTorch {torch}, one run after another. The seconds of `reverie` are those of the whole run. Those of the recipes leave out starting Python, loading the weights, and the rehearsal by which `crowson` divides its time. The last column says how long the recipe's own number of iterations would take: 1000 for `johnson`, 1000 at the first size and 500 at each other for `crowson`.

| pair | run | seconds | steps at each longest side | all steps, minutes |
|---|---|---:|---|---:|""")
for pair in pairs:
    content, style = pair.rsplit("-", 1)
    for run, name in runs.items():
        end, steps = read(pair, run)
        whole = f"{end['seconds_for_all'] / 60:.0f}" if "recipe" in end else ""
        print(f"| {content}, {style} | {name} | {end['seconds']:.1f} | {steps} | {whole} |")
print(f"""
So the recipes are not shown at their best, but in the time that was given. `johnson` {starts[start]}. `crowson` has all its sizes, with fewer steps at each.

The weights of their losses were chosen for other networks than this one, whose deep layers became small when it learnt edges. They are translated to it; the first lines of quality.py say how, and what would become of them otherwise.""")
PYTHON
mkdir -p docs/results
mv "$work/quality.md" docs/results/quality.md
