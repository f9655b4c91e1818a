#!/usr/bin/env bash
# Makes the pictures of the documents that the network inside the program made, from nothing:
#     docs/images/make.sh
# For two-networks.jpg, vgg16-hed must lie in the folder that REVERIE_DATA names.
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

for pair in landscape-strokes portrait-planes still-life-waves; do
    content=${pair%-*} style=${pair##*-}
    tiles+=("$work/$content.png=$content" "$work/$style.png=$style")
    for net in vgg-mini vgg16-hed; do
        $reverie style --content "$work/$content.png" --style "$work/$style.png" --net $net \
            --size 512 "${common[@]}" -o "$work/$pair-$net.png"
        tiles+=("$work/$pair-$net.png=$net")
    done
done
$sheet 4 384 1600 84 docs/images/two-networks.jpg "${tiles[@]}"

$reverie dream "$work/landscape.png" --layer relu3_3 --size 512 "${common[@]}" -o "$work/dream.png"
$reverie imagine --class "mushroom,candle,golden retriever,espresso,banana,jellyfish" --sheet 3x2 \
    "${common[@]}" -o "$work/six.png"
$sheet 3 384 1400 86 docs/images/first.jpg \
    "$work/landscape-strokes-vgg-mini.png" "$work/dream.png" "$work/six.png"

# Twenty of its classes.
classes="goldfish,bullfrog,ladybug,school bus,pizza,monarch,teapot,sports car,Egyptian cat"
classes="$classes,king penguin,espresso,banana,dragonfly,jellyfish,lion,bee,mushroom,candle"
classes="$classes,spider web,golden retriever"
$reverie imagine --class "$classes" --sheet 5x4 "${common[@]}" -o "$work/classes.png"
$sheet 1 1200 1400 84 docs/images/classes.jpg "$work/classes.png"

# Sixteen of its channels.
$reverie imagine --layer relu3_3 --channel 0-15 --sheet 4x4 --size 112 "${common[@]}" \
    -o "$work/channels.png"
$sheet 1 1000 1000 84 docs/images/channels-mini.jpg "$work/channels.png"
