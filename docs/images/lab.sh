#!/usr/bin/env bash
# Makes docs/images/lab.jpg: one curve of each experiment of the lab, as the tour draws them:
#     docs/images/lab.sh target/release/reverie
# The examples must be built beside the program (cargo build --release --workspace --examples), and
# Chromium must be there to look at the page with (CHROMIUM names another). About a minute.
set -euo pipefail
program=$(realpath "${1:?usage: docs/images/lab.sh PROGRAM}")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

experiments=(gradients memory variance universal hopfield elman esn ntm adding layernorm ode architectures)
for experiment in "${experiments[@]}"; do
    only+=(--only "$experiment")
done
"$program" tour "${only[@]}" --backend flex --out "$work" --quiet
"${PYTHON:-python3}" - "$work/index.html" >"$work/sheet.html" <<'PYTHON'
import re
import sys

page = open(sys.argv[1], encoding="utf-8").read()
style = re.search(r"<style>.*?</style>", page, re.S).group()
cells = []
for name, section in re.findall(r'<section id="(.*?)">(.*?)</section>', page, re.S):
    curves = re.findall(r"<svg.*?</svg>", section, re.S)
    cells.append(f"<figure>{curves[0]}<figcaption>reverie lab {name}</figcaption></figure>")
print(f"""<!DOCTYPE html><meta charset="utf-8">{style}<style>
body {{ max-width: none; padding: 16px; display: grid; grid-template-columns: repeat(4, 1fr); gap: 16px; }}
figure {{ display: flex; flex-direction: column; justify-content: space-between; }}
svg {{ width: 100%; height: auto; }}
</style>{"".join(cells)}""")
PYTHON
"${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --hide-scrollbars \
    --force-device-scale-factor=1 --window-size=1600,960 --screenshot="$work/sheet.png" \
    "file://$work/sheet.html" 2>/dev/null
"$(dirname "$program")/examples/04_sheet" 1 960 1600 84 docs/images/lab.jpg "$work/sheet.png"
