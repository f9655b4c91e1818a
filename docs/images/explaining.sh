#!/usr/bin/env bash
# Makes the pictures of docs/tutorial-explaining.md from drawings of our own:
#     REVERIE_DATA=FOLDER docs/images/explaining.sh
# The file of squeezenet must lie in that folder; about five minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cargo build --release --workspace --bins --examples
reverie=target/release/reverie
examples=target/release/examples
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
common=(--backend flex --threads 2 --seed 0 --no-metadata --force)

# The drawings lie beside the page of the tour.
$reverie tour --only dream --backend flex --out "$work" --quiet
drawing=$work/still-life.png

$reverie saliency "$drawing" --net squeezenet --method all "${common[@]}" -o "$work/methods.png"
"$examples/04_sheet" 1 512 1400 84 docs/images/methods.jpg "$work/methods.png"
$reverie saliency "$drawing" --net squeezenet --method vanilla,guided-backprop,grad-cam --sanity \
    --set stages=6 "${common[@]}" -o "$work/sanity.png"
"$examples/04_sheet" 1 762 1400 84 docs/images/sanity.jpg "$work/sanity.png"

# What excites maps most among many drawings.
"$examples/05_drawings" "$work/drawings" 700 160
$reverie deconv --folder "$work/drawings" --net squeezenet --layers fire2,fire4,fire8 --count 8 \
    --backend flex --out "$work/top" --quiet
for layer in fire2 fire4 fire8; do
    rows+=("$work/top/$layer.png")
done
"$examples/04_sheet" 1 1200 1400 84 docs/images/top9.jpg "${rows[@]}"

$reverie invert "$drawing" --net squeezenet "${common[@]}" -o docs/images/inverted.jpg
