//! Convolution by Winograd's F(4x4, 3x3), forward.
//!
//! Lavin & Gray 2016 (arXiv 1509.09308): tiles of 6x6 inputs are transformed, 36 products over the
//! channels take the place of the convolution, and the products are transformed to 4x4 outputs. The
//! work goes block by block of tiles so that what is between the three steps stays in the caches;
//! see [`choose::plan`] for who does what.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::choose::{self, Plan};
use super::inputs::TransformInputs;
use super::multiply::multiply;
use super::outputs::TransformProducts;
use super::planes::Planes;
use super::room::{Room, written};
use super::tiles::Tiles;
use super::weights::{POINTS, transformed};
use super::{Padding, Pictures};
use crate::cpu::product::{Into, Matrix, Output, Packed, Right, Scratch, Sizes};
use crate::cpu::simd::Level;
use crate::cpu::threads::{self, Shared};

/// Transformed filters.
#[derive(Clone, Debug)]
pub(super) struct Winograd {
    pub level: Level,
    pub c_in: usize,
    pub c_out: usize,
    /// 36 matrices `[C_in, C_out]`.
    pub filters: Vec<Packed>,
}

impl Winograd {
    pub fn new(level: Level, weights: &[f32], c_in: usize, c_out: usize) -> Self {
        let filters = transformed(level, weights, c_in, c_out);
        Self {
            level,
            c_in,
            c_out,
            filters,
        }
    }

    /// Threads that are worth it.
    pub fn threads(&self, tiles: Tiles) -> usize {
        threads::for_work(2 * POINTS * tiles.count() * self.c_in * self.c_out)
    }

    pub fn forward(
        &self,
        pictures: Pictures,
        padding: Padding,
        x: &[f32],
        bias: Option<&[f32]>,
        is_rectified: bool,
    ) -> Vec<f32> {
        let tiles = Tiles::of(pictures);
        let threads = self.threads(tiles);
        let Plan { block, is_shared } = choose::plan(tiles.count(), self.c_in, self.c_out, threads);
        let blocks = tiles.count().div_ceil(block);
        let piece = |number: usize| number * block..((number + 1) * block).min(tiles.count());
        let (v, m) = (Planes::of(self.c_in, block), Planes::of(self.c_out, block));
        let fill = |y: Shared<'_>| {
            let forward = Forward {
                layer: self,
                tiles,
                padding,
                x,
                bias,
                is_rectified,
                y,
                planes: (v, m),
            };
            if is_shared {
                let mut rooms = (Room::of(v.len()), Room::of(m.len()));
                for number in 0..blocks {
                    forward.block(piece(number), threads, &mut rooms);
                }
            } else {
                // Whoever is done takes the next block: on a machine that does other things as well,
                // equal shares would wait for the slowest thread.
                let next = AtomicUsize::new(0);
                threads::share(threads, threads, |_| {
                    let mut rooms = (Room::of(v.len()), Room::of(m.len()));
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= blocks {
                            break;
                        }
                        forward.block(piece(number), 1, &mut rooms);
                    }
                });
            }
        };
        // SAFETY: every pixel belongs to a tile, and all its channels are written.
        unsafe { written(pictures.pixels() * self.c_out, fill) }
    }
}

struct Forward<'a> {
    layer: &'a Winograd,
    tiles: Tiles,
    padding: Padding,
    x: &'a [f32],
    bias: Option<&'a [f32]>,
    is_rectified: bool,
    y: Shared<'a>,
    /// Of the transformed inputs and of the products.
    planes: (Planes, Planes),
}

impl Forward<'_> {
    /// Some tiles, from inputs to outputs, on so many threads.
    fn block(&self, block: Range<usize>, threads: usize, rooms: &mut (Room, Room)) {
        let layer = self.layer;
        let (v, m) = self.planes;
        let part_of = |part: Range<usize>| block.start + part.start..block.start + part.end;
        let shared = Shared::new(&mut rooms.0);
        threads::share(threads, block.len(), |part| {
            layer.level.run(TransformInputs {
                tiles: self.tiles,
                range: part_of(part),
                first: block.start,
                padding: self.padding,
                x: self.x,
                channels: layer.c_in,
                planes: v,
                to: shared,
            });
        });
        let sizes = Sizes {
            m: block.len(),
            n: layer.c_out,
            k: layer.c_in,
        };
        let shared = Shared::new(&mut rooms.1);
        threads::take_turns(threads, POINTS, |point| {
            // SAFETY: every matrix of products is written by the one thread whose turn it is.
            let to = unsafe { shared.slice(point * m.plane..(point + 1) * m.plane) };
            multiply(
                layer.level,
                sizes,
                Matrix::rows(&rooms.0[point * v.plane..], v.row),
                Right::Packed(&layer.filters[point]),
                Output::rows(to, m.row),
                Into::Replace,
                &mut Scratch::default(),
            );
        });
        threads::share(threads, block.len(), |part| {
            layer.level.run(TransformProducts {
                tiles: self.tiles,
                range: part_of(part),
                first: block.start,
                from: &rooms.1,
                channels: layer.c_out,
                planes: m,
                bias: self.bias,
                is_rectified: self.is_rectified,
                y: self.y,
            });
        });
    }
}
