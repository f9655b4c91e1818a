//! Pictures that are looked at in tiles, so that memory does not grow with them, and exactly as if
//! they had been looked at whole.
//!
//! Every position of every layer belongs to one tile, and the network is shown enough around the
//! tile for these positions to be what they are in the whole picture. A first pass adds up what each
//! tile has to say ([`Additive::sums`](crate::objective::Additive::sums)), a second goes back from the
//! whole sum through each tile.
//!
//! Tiles begin on a grid on which the kernels' own blocks begin too, so that a number inside a tile
//! is computed by the same operations in the same order as in the whole picture: rectifiers and
//! maxima then decide alike.

mod choose;
mod look;

pub use choose::{Room, fitting, smallest_tiling, tile_bytes};
pub(super) use look::look;
pub use look::{measure, over_tiles};

use std::ops::Range;

use reverie_model::vision::{Layer, LayerInfo, Network};

use crate::VizError;
use crate::objective::{Window, Windows};

/// Outputs along a side that the kernels' fast convolutions compute at once.
const BLOCK: usize = 4;

/// What tiles shall be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiles {
    /// Pixels along the longer side of a tile, at most, without what is shown around it.
    pub side: usize,
    /// Whether the network is shown the other side beyond a border, so that copies of the picture can
    /// be laid side by side.
    pub wraps: bool,
}

/// How a picture is cut into tiles.
#[derive(Clone, Debug, PartialEq)]
pub struct Tiling {
    /// Pixels across and down.
    size: [usize; 2],
    /// Edges of the tiles across and down, from 0 to the size.
    edges: [Vec<usize>; 2],
    /// Pixels shown around a tile.
    halo: usize,
    /// Whether the network is shown the other side beyond a border.
    wraps: bool,
    /// Pixels along each border whose positions belong to no tile.
    margin: usize,
    /// Layers that are read.
    layers: Vec<LayerInfo>,
}

/// One tile along one direction: the pixels that belong to it, and those that are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    own: Range<usize>,
    /// May begin before the picture and end beyond it where it wraps.
    shown: Range<isize>,
    /// Whether it is the last in its direction.
    is_last: bool,
}

/// One tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tile {
    across: Span,
    down: Span,
}

impl Tiling {
    /// A picture of `width` x `height` pixels cut for a network that is read at `layers`.
    ///
    /// # Errors
    /// [`VizError::Model`] for layers that do not exist, [`VizError::NoTiles`] for one whose positions
    /// depend on all pixels.
    pub fn new(
        network: &dyn Network,
        layers: &[Layer],
        [width, height]: [usize; 2],
        tiles: Tiles,
    ) -> Result<Self, VizError> {
        let Tiles { side, wraps } = tiles;
        let infos = layers.iter().map(|layer| network.info(layer.as_str()));
        let layers: Vec<LayerInfo> = infos.map(|info| info.cloned()).collect::<Result<_, _>>()?;
        if let Some(info) = layers.iter().find(|info| info.receptive == usize::MAX) {
            let layer = info.layer.clone();
            return Err(VizError::NoTiles { layer });
        }
        let grid = grid(network, &layers);
        // What a layer sees beyond the pixels of its stride, on either side.
        let reach = |info: &LayerInfo| {
            let before = -info.offset;
            let behind = info.offset + (info.receptive - info.stride.min(info.receptive)) as isize;
            before.max(behind).max(0).cast_unsigned()
        };
        let reach = layers.iter().map(reach).max().unwrap_or(0);
        Ok(Self {
            size: [width, height],
            edges: [width, height].map(|length| edges(length, side, grid)),
            halo: reach.next_multiple_of(grid),
            wraps,
            margin: 0,
            layers,
        })
    }

    /// The same without the positions that see beyond the border, where there is enough left without
    /// them: what a layer says there tells of the border, and not of the picture.
    pub fn inside(self) -> Self {
        let [width, height] = self.size;
        Self {
            margin: self.halo.min(width.min(height) / 4),
            ..self
        }
    }

    /// How many tiles there are.
    pub fn count(&self) -> usize {
        self.edges.iter().map(|edges| edges.len() - 1).product()
    }

    /// Whether the picture is looked at as it is.
    pub fn is_plain(&self) -> bool {
        self.count() == 1 && !self.wraps && self.margin == 0
    }

    /// Pixels across and down of the largest tile, without what is shown around it.
    pub fn tile(&self) -> [usize; 2] {
        let widest = |edges: &Vec<usize>| edges.windows(2).map(|two| two[1] - two[0]).max();
        [0, 1].map(|axis| widest(&self.edges[axis]).unwrap_or(0))
    }

    /// Pixels across and down of the largest part that the network is shown.
    pub fn shown(&self) -> [usize; 2] {
        [0, 1].map(|axis| {
            let spans = self.spans(axis);
            spans.iter().map(|span| span.shown.len()).max().unwrap_or(0)
        })
    }

    /// Pixels shown around a tile, where the picture has any.
    pub fn halo(&self) -> usize {
        self.halo
    }

    /// The tiles, row by row.
    fn tiles(&self) -> Vec<Tile> {
        let (across, down) = (self.spans(0), self.spans(1));
        let row = |down: &Span| {
            let tiles = across.iter().map(|across| Tile {
                across: across.clone(),
                down: down.clone(),
            });
            tiles.collect::<Vec<_>>()
        };
        down.iter().flat_map(row).collect()
    }

    fn spans(&self, axis: usize) -> Vec<Span> {
        let (edges, length) = (&self.edges[axis], self.size[axis].cast_signed());
        let halo = self.halo.cast_signed();
        let last = edges.len() - 2;
        let spans = edges.windows(2).enumerate().map(|(number, two)| {
            let own = two[0]..two[1];
            let mut shown = own.start.cast_signed() - halo..own.end.cast_signed() + halo;
            if !self.wraps {
                shown = shown.start.max(0)..shown.end.min(length);
            }
            Span {
                own,
                shown,
                is_last: number == last,
            }
        });
        spans.collect()
    }

    /// Which positions of each layer belong to a tile.
    fn windows(&self, tile: &Tile) -> Windows {
        let window = |info: &LayerInfo| {
            let [across, down] = [(&tile.across, 0), (&tile.down, 1)].map(|(span, axis)| {
                let all = info.positions(self.size[axis]);
                let margin = (self.margin / info.stride).min(all.saturating_sub(1) / 2);
                let inner = margin..all - margin;
                let first = (span.own.start / info.stride).clamp(inner.start, inner.end);
                let behind = match span.is_last {
                    true => inner.end,
                    false => (span.own.end / info.stride).clamp(inner.start, inner.end),
                };
                let shown = first.cast_signed() - span.shown.start / info.stride.cast_signed();
                let size = behind - first;
                (shown.cast_unsigned(), first - margin, size, inner.len())
            });
            let window = Window {
                shown: [across.0, down.0],
                whole: [across.1, down.1],
                size: [across.2, down.2],
                of: [across.3, down.3],
            };
            (info.layer.clone(), window)
        };
        self.layers.iter().map(window).collect()
    }
}

/// Pixels between places where a tile may begin.
fn grid(network: &dyn Network, layers: &[LayerInfo]) -> usize {
    let stride = layers.iter().map(|info| info.stride).max().unwrap_or(1);
    match network.is_on_kernels() {
        true => stride * BLOCK,
        false => stride,
    }
}

/// Edges of tiles of about the same length, at most `side` where the grid lets them.
fn edges(length: usize, side: usize, grid: usize) -> Vec<usize> {
    let count = length.div_ceil(side.max(grid)).max(1);
    let mut edges: Vec<usize> = (0..count)
        .map(|number| (number * length / count).next_multiple_of(grid))
        .filter(|edge| *edge < length)
        .collect();
    edges.push(length);
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use reverie_model::vision::{Vgg, VggConfig};

    use super::*;

    fn tiling(size: [usize; 2], side: usize, wraps: bool) -> Tiling {
        let vgg = Vgg::random(&VggConfig::vgg19(), 1, &Device::flex());
        let layers = ["relu1_1", "relu5_1"].map(Layer::named);
        Tiling::new(&vgg, &layers, size, Tiles { side, wraps }).unwrap()
    }

    #[test]
    fn tiles_cover_every_position_of_every_layer_once() {
        for (size, side, wraps) in [
            ([1000, 700], 256, false),
            ([640, 65], 192, false),
            ([512, 512], 128, true),
            ([90, 333], 512, true),
        ] {
            let tiling = tiling(size, side, wraps);
            for info in &tiling.layers {
                let of = size.map(|length| info.positions(length));
                let mut found = vec![0; of[0] * of[1]];
                for tile in tiling.tiles() {
                    let window = tiling.windows(&tile)[&info.layer];
                    assert_eq!(window.of, of);
                    for y in 0..window.size[1] {
                        for x in 0..window.size[0] {
                            found[(window.whole[1] + y) * of[0] + window.whole[0] + x] += 1;
                        }
                    }
                }
                assert!(found.iter().all(|count| *count == 1), "{size:?} {side}");
            }
        }
    }

    #[test]
    fn what_is_shown_holds_the_fields_of_the_positions() {
        let tiling = tiling([1000, 700], 256, false);
        assert_eq!((tiling.halo, tiling.count()), (128, 12));
        for tile in tiling.tiles() {
            let windows = tiling.windows(&tile);
            for info in &tiling.layers {
                let Window {
                    shown, whole, size, ..
                } = windows[&info.layer];
                for (axis, span) in [(0, &tile.across), (1, &tile.down)] {
                    let stride = info.stride.cast_signed();
                    let start = info.offset + whole[axis].cast_signed() * stride;
                    let end =
                        start + ((size[axis] - 1) * info.stride + info.receptive).cast_signed();
                    let limit = tiling.size[axis].cast_signed();
                    assert!(span.shown.start <= start.max(0) && end.min(limit) <= span.shown.end);
                    let place = span.shown.start + shown[axis].cast_signed() * stride;
                    assert_eq!(place, whole[axis].cast_signed() * stride);
                }
            }
        }
    }

    #[test]
    fn tiles_are_about_alike() {
        assert_eq!(edges(1000, 256, 64), [0, 256, 512, 768, 1000]);
        assert_eq!(edges(300, 256, 64), [0, 192, 300]);
        assert_eq!(edges(40, 256, 64), [0, 40]);
        assert_eq!(edges(65, 1, 64), [0, 64, 65]);
    }
}
