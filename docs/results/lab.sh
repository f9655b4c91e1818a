#!/usr/bin/env bash
# Runs the experiments of docs/lab.md and writes what they found to docs/results/lab/NAME.json and,
# as one table, to docs/results/lab.md:
#     REVERIE_DATA=FOLDER docs/results/lab.sh target/release/reverie [NAME...]
# War and Peace must lie in that folder, for layernorm only. Without names all are run, which takes
# about three quarters of an hour on two cores; with names the others stay in the table as they
# were. Nothing else should run meanwhile: some figures are times.
set -euo pipefail
if [ $# -eq 0 ]; then
    echo "usage: docs/results/lab.sh PROGRAM [NAME...]" >&2
    exit 2
fi
program=$(realpath "$1")
shift
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
unset REVERIE_SEED
export REVERIE_BACKEND=flex

# Name, seeds as the table says them, and the runs, with semicolons between them. Most experiments
# take several seeds by themselves.
experiments=(
    "gradients|0, 1, 2|"
    "memory|0, 1, 2|"
    "variance|50 draws of 0|"
    "universal|0, 1, 2|"
    "hopfield|0, 1, 2|"
    "esn|0, 1, 2|"
    "ode|0 to 9|"
    "elman|0, 1, 2|"
    "architectures|0, 1, 2|;--seed 1;--seed 2"
    "adding|0, 1, 2|--lengths 100 --seeds 3;--lengths 200 --seeds 3 --updates 4000;--lengths 400 --seeds 3 --updates 6000"
    "layernorm|0, 1, 2|--seeds 3"
    "ntm|0, 1, 2, 3|--seeds 4;--task repeat-copy --no-lstm"
)
for name in "$@"; do
    case " ${experiments[*]%%|*} " in
    *" $name "*) ;;
    *)
        echo "there is no experiment $name; there are ${experiments[*]%%|*}" >&2
        exit 2
        ;;
    esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p docs/results/lab
python=${PYTHON:-python3}

# The last line that `--json` prints holds all figures.
for experiment in "${experiments[@]}"; do
    IFS='|' read -r name seeds runs <<<"$experiment"
    if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then
        continue
    fi
    : >"$work/$name.jsonl"
    # A last semicolon, so that one run without flags is a run too.
    while IFS= read -r -d ';' flags; do
        read -r -a words <<<"$flags"
        echo "reverie lab $name $flags" >&2
        "$program" lab "$name" "${words[@]}" --json --quiet >"$work/out.jsonl"
        printf '%s\t' "$(echo reverie lab "$name" "${words[@]}")" >>"$work/$name.jsonl"
        tail -n 1 "$work/out.jsonl" >>"$work/$name.jsonl"
    done <<<"$runs;"
    processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    "$python" - "$work/$name.jsonl" "$name" "$seeds" "${processor:-unknown}" "$(nproc)" \
        "$("$program" --version)" >"$work/$name.json" <<'PYTHON'
import json
import sys

path, name, seeds, processor, cores, version = sys.argv[1:]


def settings(figures):
    """The settings that stand beside the figures, at any depth; of many alike, the first."""
    if isinstance(figures, list):
        found = [settings(one) for one in figures]
        found = [one for at, one in enumerate(found) if one and one not in found[:at]]
        return found[0] if len(found) == 1 else found or None
    if not isinstance(figures, dict):
        return None
    for key in ("config", "study"):
        if key in figures:
            return figures[key]
    found = {key: settings(value) for key, value in figures.items()}
    return {key: value for key, value in found.items() if value} or None


runs = []
for line in open(path, encoding="utf-8"):
    command, event = line.split("\t", 1)
    event = json.loads(event)
    rows = [{key: row[key] for key in ("figure", "theory", "measured", "holds")} for row in event["rows"]]
    runs.append({
        "command": command,
        "seed": event["seed"],
        "seconds": event["seconds"],
        "settings": settings(event["figures"]),
        "rows": rows,
    })
made = {
    "experiment": name, "seeds": seeds, "program": version, "processor": processor,
    "cores": int(cores), "runs": runs,
}
print(json.dumps(made, indent=1, ensure_ascii=False))
PYTHON
    mv "$work/$name.json" "docs/results/lab/$name.json"
done

"$python" - "${experiments[@]%%|*}" >"$work/lab.md" <<'PYTHON'
import json
import sys
from pathlib import Path

found = {}
for name in sys.argv[1:]:
    path = Path("docs/results/lab") / f"{name}.json"
    if path.exists():
        found[name] = json.loads(path.read_text(encoding="utf-8"))


def joined(values):
    """Each value once, where all are the same."""
    return values[0] if len(set(values)) == 1 else ", ".join(values)


def verdict(holds):
    if any(one is None for one in holds):
        return ""
    return "yes" if all(holds) else "no"


def cell(words):
    return str(words).replace("|", "\\|")


print("""# Figures of the lab

Every experiment of [lab.md](../lab.md) as it is documented there, beside what theory, a bar or a published result says. The last column is empty where there is nothing to hold to.

```sh
REVERIE_DATA=data docs/results/lab.sh target/release/reverie
```
""")
machines = {f"{one['processor']}, {one['cores']} cores" for one in found.values()}
print(f"{'; '.join(sorted(machines))}. Seconds are of a whole command. Settings and figures of every run are in the files that the first column names.")
print("""
| command | seeds | figure | bar or theory | measured | seconds | holds |
|---|---|---|---|---|---:|---|""")
for name, one in found.items():
    # Runs with the same figures, as of several seeds, stand in one row.
    groups = {}
    for run in one["runs"]:
        groups.setdefault(tuple(row["figure"] for row in run["rows"]), []).append(run)
    for place, (figures, runs) in enumerate(groups.items()):
        commands = "; ".join(f"`{run['command']}`" for run in runs)
        label = f"[{name}](lab/{name}.json): " if place == 0 else ""
        seeds = one["seeds"] if place == 0 or "--seeds" in commands else runs[0]["seed"]
        seconds = f"{sum(run['seconds'] for run in runs):.0f}"
        for at, figure in enumerate(figures):
            same = [run["rows"][at] for run in runs]
            cells = ([label + commands, seeds] if at == 0 else ["", ""]) + [
                figure,
                joined([row["theory"] for row in same]),
                ", ".join(row["measured"] for row in same),
                seconds if at == 0 else "",
                verdict([row["holds"] for row in same]),
            ]
            print("| " + " | ".join(cell(words) for words in cells) + " |")
PYTHON
mv "$work/lab.md" docs/results/lab.md
