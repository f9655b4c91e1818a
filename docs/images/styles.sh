#!/usr/bin/env bash
# Makes the pictures of docs/tutorial-styles.md from drawings of our own:
#     REVERIE_DATA=FOLDER docs/images/styles.sh
# vgg16-hed must lie in that folder, and Python 3 is needed; about fifteen minutes on two cores.
# With REVERIE and SHEET in the environment, programs that are built already are used.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [ -z "${REVERIE:-}" ]; then
    cargo build --release --workspace --bins --examples
fi
reverie=${REVERIE:-target/release/reverie}
sheet=${SHEET:-target/release/examples/04_sheet}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
common=(--net vgg16-hed --backend flex --threads 2 --seed 0)
# Fewer steps than the presets have, at one small size.
small=(--size 288 --steps 80)

# The drawings lie beside the page of the tour.
$reverie tour --only dream --backend flex --out "$work" --quiet

# `laid IN OUT` lays two by two copies side by side; `mask OUT WIDTH HEIGHT WHAT` draws a mask.
cat >"$work/draw.py" <<'PYTHON'
import struct
import sys
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write(path, width, rows):
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data))
        file.write(chunk(b"IEND", b""))


def paeth(a, b, c):
    near = [abs(b - c), abs(a - c), abs(a + b - 2 * c)]
    return (a, b, c)[near.index(min(near))]


def read(path):
    """Width and rows of a PNG with three colours of 8 bits, as the program writes them."""
    with open(path, "rb") as file:
        content = file.read()
    place, data = 8, b""
    while place < len(content):
        (length,) = struct.unpack(">I", content[place:place + 4])
        kind, part = content[place + 4:place + 8], content[place + 8:place + 8 + length]
        if kind == b"IHDR":
            width, height, *form = struct.unpack(">IIBBBBB", part)
            assert form == [8, 2, 0, 0, 0], form
        elif kind == b"IDAT":
            data += part
        place += 12 + length
    data, wide = zlib.decompress(data), 3 * width
    rows, above = [], bytes(wide)
    for y in range(height):
        start = y * (wide + 1)
        filtered, row = data[start + 1:start + 1 + wide], bytearray(wide)
        for x in range(wide):
            left, corner = (row[x - 3], above[x - 3]) if x >= 3 else (0, 0)
            guess = [0, left, above[x], (left + above[x]) // 2, paeth(left, above[x], corner)]
            row[x] = (filtered[x] + guess[data[start]]) & 255
        above = bytes(row)
        rows.append(above)
    return width, rows


def grey(what, x, y):
    """White where the mask is; x and y are shares of width and height."""
    if what == "sky":
        share = (0.42 - y) * 12 + 0.5
    elif what == "ground":
        share = (y - 0.42) * 12 + 0.5
    else:
        share = (1.15 - (((x - 0.53) / 0.16) ** 2 + ((y - 0.42) / 0.31) ** 2) ** 0.5) * 8
    return round(255 * min(max(share, 0), 1))


command, *rest = sys.argv[1:]
if command == "laid":
    width, rows = read(rest[0])
    write(rest[1], 2 * width, 2 * [2 * row for row in rows])
else:
    width, height = int(rest[1]), int(rest[2])
    rows = [bytes(value for x in range(width)
                  for value in 3 * [grey(rest[3], (x + 0.5) / width, (y + 0.5) / height)])
            for y in range(height)]
    write(rest[0], width, rows)
PYTHON
python=${PYTHON:-python3}

# A texture beside its example, and four copies of one without a seam.
textures=()
for name in mosaic strokes waves; do
    $reverie texture "$work/$name.png" --size 288x216 "${common[@]}" -o "$work/$name-more.png"
    $reverie texture "$work/$name.png" --size 144x108 --tileable "${common[@]}" \
        -o "$work/$name-tile.png"
    "$python" "$work/draw.py" laid "$work/$name-tile.png" "$work/$name-laid.png"
    textures+=("$work/$name.png=example: $name" "$work/$name-more.png=texture"
        "$work/$name-laid.png=four copies of a tile")
done
$sheet 3 216 1200 76 docs/images/textures.jpg "${textures[@]}"

# Two styles, each in its place, and a style around what stays.
for what in sky ground face; do
    "$python" "$work/draw.py" mask "$work/$what.png" 512 384 $what
done
$reverie style --content "$work/landscape.png" --style "$work/strokes.png" --mask "$work/sky.png" \
    --style "$work/mosaic.png" --mask "$work/ground.png" "${small[@]}" "${common[@]}" \
    -o "$work/two.png"
$reverie style --content "$work/portrait.png" --style "$work/waves.png" \
    --protect "$work/face.png" "${small[@]}" "${common[@]}" -o "$work/kept.png"
$sheet 3 216 1200 84 docs/images/regions.jpg \
    "$work/landscape.png=content" "$work/sky.png=the mask of strokes" \
    "$work/two.png=strokes above, mosaic below" \
    "$work/portrait.png=content" "$work/face.png=what is protected" "$work/kept.png=waves around it"

# One pair by the four losses.
losses=("$work/landscape.png=content" "$work/strokes.png=style")
for loss in gram:1 moments:5 wasserstein:5 sliced:5; do
    name=${loss%:*} strength=${loss#*:}
    said=$($reverie style --content "$work/landscape.png" --style "$work/strokes.png" \
        --style-loss "$name" --strength "$strength" --measure "${small[@]}" "${common[@]}" --quiet \
        --json -o "$work/$name.png" | tail -n 1)
    numbers=$("$python" -c 'import json, sys
end = json.loads(sys.argv[1])
print("style {style_distance:.4f} content {content_distance:.2f}".format(**end))' "$said")
    losses+=("$work/$name.png=$name x $strength: $numbers")
done
$sheet 3 216 1200 84 docs/images/losses.jpg "${losses[@]}"

# Three pairs by three presets.
looks=()
for pair in landscape-strokes portrait-planes still-life-waves; do
    content=${pair%-*} style=${pair##*-}
    looks+=("$work/$content.png=$content" "$work/$style.png=$style")
    for preset in reverie gentle bold; do
        $reverie style --content "$work/$content.png" --style "$work/$style.png" \
            --preset $preset "${small[@]}" "${common[@]}" -o "$work/$pair-$preset.png"
        looks+=("$work/$pair-$preset.png=$preset")
    done
done
$sheet 5 216 1400 74 docs/images/looks.jpg "${looks[@]}"
