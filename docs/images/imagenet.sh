#!/usr/bin/env bash
# Makes the pictures of the documents that networks of ImageNet made:
#     REVERIE_DATA=FOLDER docs/images/imagenet.sh
# The files of squeezenet and inception-trunk must lie in that folder; about ten minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cargo build --release --workspace --bins --examples
reverie=target/release/reverie
sheet=target/release/examples/04_sheet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
common=(--backend flex --threads 2 --seed 0)

# The drawings lie beside the page of the tour.
$reverie tour --only dream --backend flex --out "$work"

# One drawing on four layers.
for layer in mixed_2 mixed_3 mixed_4 mixed_6; do
    $reverie dream "$work/landscape.png" --net inception-trunk --layer $layer --preset deepdream \
        --size 512 "${common[@]}" -o "$work/$layer.png"
    layers+=("$work/$layer.png=$layer")
done
$sheet 2 512 1400 84 docs/images/layers.jpg "${layers[@]}"

# The lecture's aids, all, and each switched off.
aids() {
    $reverie dream "$work/landscape.png" --net inception-trunk --layer mixed_4 \
        --preset lecture-dream --size 384 "${common[@]}" "${@:2}" -o "$work/aids-$1.png"
    off+=("$work/aids-$1.png=$1")
}
aids "all four"
aids "without L2" --decay 0
aids "without blur" --blur 0
aids "without clipping" --clip false
aids "without octaves" --octaves 1
aids "none" --decay 0 --blur 0 --clip false --octaves 1
$sheet 3 384 1400 84 docs/images/aids.jpg "${off[@]}"

# Twelve classes.
classes="goldfish,dumbbell,dalmatian,king penguin,school bus,monarch"
classes="$classes,koala,mushroom,hourglass,tarantula,pineapple,flamingo"
$reverie imagine --net squeezenet --class "$classes" --sheet 4x3 "${common[@]}" -o "$work/classes.png"
$sheet 1 1000 1200 84 docs/images/imagenet.jpg "$work/classes.png"

# Twelve channels.
$reverie imagine --net inception-trunk --layer mixed_4 --channel 0-11 --sheet 4x3 --preset lucid \
    "${common[@]}" -o "$work/lucid.png"
$sheet 1 1000 1200 84 docs/images/lucid.jpg "$work/lucid.png"

# A film that turns into goldfish.
$reverie dream "$work/landscape.png" --net squeezenet --class goldfish --zoom --frames 90 --size 320 \
    "${common[@]}" -o "$work/zoom.gif"
for frame in 1 8 16 24 40 52 66 90; do
    film+=("$work/zoom-frames/frame-$(printf %05d $frame).png=frame $frame")
done
$sheet 4 320 1400 84 docs/images/zoom.jpg "${film[@]}"
