//! Convolution by Winograd's F(4x4, 3x3), backward: the adjoint of every step of the forward
//! direction, in reverse order.
//!
//! With y = Aᵀ [U ⊙ V] A, U = G g Gᵀ and V = Bᵀ d B, the gradients are
//!
//! - of the products, dM = A dy Aᵀ (zero where a ReLU cut off),
//! - of the transformed inputs, dV = dM · Uᵀ, and of the inputs, B dV Bᵀ, added up where tiles of
//!   6x6 inputs overlap,
//! - of the transformed filters, dU = Vᵀ · dM, and of the filters, Gᵀ dU G,
//! - of the bias, the sum of dy, which is one of the 36 matrices of dM ([`SUM`]).
//!
//! The transposed filters are packed from the forward ones when they are needed: a copy would cost
//! as much memory as the network itself.

use std::ops::Range;
use std::sync::OnceLock;

use super::choose::{self, Plan};
use super::inputs::{AddInputs, Seam, TransformInputs};
use super::multiply::{multiply, turn_rows};
use super::outputs::TransformGradients;
use super::planes::Planes;
use super::room::{Room, written};
use super::tiles::Tiles;
use super::transform::SUM;
use super::weights::{POINTS, gradient, row_of};
use super::winograd::Winograd;
use super::{Arrived, Gradients, Padding, Pictures};
use crate::cpu::product::{Into, Matrix, Output, Packed, Right, Scratch, Sizes};
use crate::cpu::threads::{self, Shared};

/// Bands for every thread, where several do no harm.
const BANDS: usize = 4;

impl Winograd {
    pub fn backward(
        &self,
        pictures: Pictures,
        padding: Padding,
        arrived: Arrived<'_>,
    ) -> Gradients {
        let tiles = Tiles::of(pictures);
        let threads = self.threads(tiles);
        let Plan { block, is_shared } = choose::plan(tiles.count(), self.c_in, self.c_out, threads);
        // Who works alone has rows of tiles to himself: a band. Several bands for every thread even
        // out what they get done, but each has sums of its own if the weights want them.
        let (bands, threads_of_band) = match (is_shared, arrived.x) {
            (true, _) => (1, threads),
            (false, Some(_)) => (threads.min(tiles.rows()), 1),
            (false, None) if threads == 1 => (1, 1),
            (false, None) => ((BANDS * threads).min(tiles.rows()), 1),
        };
        // To transpose all filters at once pays where they are used for several blocks.
        let is_reused = !is_shared && tiles.count() > 2 * threads * block;
        let job = Backward {
            layer: self,
            tiles,
            padding,
            arrived,
            turned: match arrived.wants_input && is_reused {
                true => self.turned(threads),
                false => Vec::new(),
            },
            threads: threads_of_band,
            block,
            planes: (Planes::of(self.c_in, block), Planes::of(self.c_out, block)),
        };
        let rows = |band: usize| band * tiles.rows() / bands..(band + 1) * tiles.rows() / bands;
        let of_weights = POINTS * self.c_in * row_of(self.c_out);
        let of_sums = (of_weights + self.c_out) * usize::from(arrived.x.is_some());
        let of_seam = 2 * pictures.width * self.c_in * usize::from(arrived.wants_input);
        let (mut sums, mut seams) = (Room::of(bands * of_sums), Room::of(bands * of_seam));
        let (all_sums, all_seams) = (Shared::new(&mut sums), Shared::new(&mut seams));
        let fill = |dx: Shared<'_>| {
            threads::take_turns(threads, bands, |band| {
                // SAFETY: every band has sums and a seam of its own.
                let (sums, seam) = unsafe {
                    (
                        all_sums.slice(band * of_sums..(band + 1) * of_sums),
                        all_seams.slice(band * of_seam..(band + 1) * of_seam),
                    )
                };
                let (weights, bias) = sums.split_at_mut(of_weights.min(of_sums));
                job.band(&Band {
                    rows: rows(band),
                    weights: Shared::new(weights),
                    bias: Shared::new(bias),
                    dx,
                    seam: Shared::new(seam),
                });
            });
        };
        let mut input = match arrived.wants_input {
            // SAFETY: every pixel is an input of a tile, and the first tile that has it as an input
            // writes it before others add to it.
            true => Some(unsafe { written(pictures.pixels() * self.c_in, fill) }),
            false => {
                fill(Shared::new(&mut []));
                None
            }
        };
        if let Some(dx) = &mut input {
            for band in 0..bands {
                let tile = tiles.tile(rows(band).start * tiles.across);
                if tile.top > 0 {
                    let start = (tile.picture + (tile.top - 1) * pictures.width) * self.c_in;
                    let seam = &seams[band * of_seam..(band + 1) * of_seam];
                    add(&mut dx[start..start + of_seam], seam);
                }
            }
        }
        if arrived.x.is_none() {
            return Gradients {
                input,
                ..Gradients::default()
            };
        }
        let (first, others) = sums.split_at_mut(of_sums);
        let shared = Shared::new(first);
        threads::share(threads, of_sums, |part| {
            for other in others.chunks_exact(of_sums) {
                // SAFETY: the threads add to parts that do not overlap.
                add(unsafe { shared.slice(part.clone()) }, &other[part.clone()]);
            }
        });
        let (weights, bias) = first.split_at(of_weights);
        Gradients {
            input,
            weights: Some(gradient(self.level, weights, self.c_in, self.c_out)),
            bias: Some(bias.to_vec()),
        }
    }

    /// All transposed filters, for those who use them block after block.
    fn turned(&self, threads: usize) -> Vec<Packed> {
        let turn = |point: usize| {
            let mut to = Packed::zeros(self.level, 0, 0);
            turn_rows(self.level, &self.filters[point], 0..self.c_in, &mut to);
            to
        };
        let all: Vec<_> = (0..POINTS).map(|_| OnceLock::new()).collect();
        threads::share(threads, POINTS, |part| {
            for point in part {
                all[point].get_or_init(|| turn(point));
            }
        });
        all.into_iter().filter_map(OnceLock::into_inner).collect()
    }
}

fn add(to: &mut [f32], more: &[f32]) {
    for (to, more) in to.iter_mut().zip(more) {
        *to += more;
    }
}

struct Backward<'a> {
    layer: &'a Winograd,
    tiles: Tiles,
    padding: Padding,
    arrived: Arrived<'a>,
    /// The transposed filters, if they are used often.
    turned: Vec<Packed>,
    /// Threads that work on a band.
    threads: usize,
    /// Tiles that are worked on at once.
    block: usize,
    /// Of the inputs and of the products.
    planes: (Planes, Planes),
}

/// Some rows of tiles, and where what comes of them goes.
struct Band<'a> {
    rows: Range<usize>,
    /// Gradient of the transformed filters.
    weights: Shared<'a>,
    bias: Shared<'a>,
    dx: Shared<'a>,
    seam: Shared<'a>,
}

impl Backward<'_> {
    /// A band, block by block.
    fn band(&self, band: &Band<'_>) {
        let (v, m) = self.planes;
        let mut rooms = (Room::of(v.len()), Room::of(m.len()));
        let range = band.rows.start * self.tiles.across..band.rows.end * self.tiles.across;
        let mut into = Into::Replace;
        for start in range.clone().step_by(self.block) {
            let block = start..(start + self.block).min(range.end);
            self.block(band, block, into, &mut rooms);
            into = Into::Add;
        }
    }

    /// Some tiles, one block; `into` says whether the sums begin with it.
    fn block(&self, band: &Band<'_>, block: Range<usize>, into: Into, rooms: &mut (Room, Room)) {
        let layer = self.layer;
        let part_of = |part: Range<usize>| block.start + part.start..block.start + part.end;
        let (v, m) = (Shared::new(&mut rooms.0), Shared::new(&mut rooms.1));
        threads::share(self.threads, block.len(), |part| {
            layer.level.run(TransformGradients {
                tiles: self.tiles,
                range: part_of(part.clone()),
                first: block.start,
                dy: self.arrived.dy,
                rectified: self.arrived.rectified,
                channels: layer.c_out,
                planes: self.planes.1,
                to: m,
            });
            if let Some(x) = self.arrived.x {
                layer.level.run(TransformInputs {
                    tiles: self.tiles,
                    range: part_of(part),
                    first: block.start,
                    padding: self.padding,
                    x,
                    channels: layer.c_in,
                    planes: self.planes.0,
                    to: v,
                });
            }
        });
        let (v_plane, m_plane) = (self.planes.0.plane, self.planes.1.plane);
        threads::take_turns(self.threads, POINTS, |point| {
            // SAFETY: the matrices of a point are touched by the one thread whose turn it is.
            let (v, m) = unsafe {
                (
                    v.slice(point * v_plane..(point + 1) * v_plane),
                    m.slice(point * m_plane..(point + 1) * m_plane),
                )
            };
            if self.arrived.x.is_some() {
                self.add_sums(point, block.len(), (v, m), band.weights, into);
                if point == SUM {
                    // SAFETY: only the thread whose turn this point is touches the sums.
                    let bias = unsafe { band.bias.slice(0..layer.c_out) };
                    if into == Into::Replace {
                        bias.fill(0.0);
                    }
                    for row in m.chunks_exact(self.planes.1.row).take(block.len()) {
                        add(bias, row);
                    }
                }
            }
            if self.arrived.wants_input {
                self.spread(point, block.len(), m, v);
            }
        });
        if self.arrived.wants_input {
            let lanes = layer.level.lanes();
            threads::share(self.threads, layer.c_in.div_ceil(lanes), |part| {
                layer.level.run(AddInputs {
                    tiles: self.tiles,
                    range: block.clone(),
                    padding: self.padding,
                    from: &rooms.0,
                    of: layer.c_in,
                    channels: part.start * lanes..(part.end * lanes).min(layer.c_in),
                    planes: self.planes.0,
                    dx: band.dx,
                    seam: Seam {
                        to: band.seam,
                        first_row: band.rows.start,
                    },
                });
            });
        }
    }

    /// dU += Vᵀ · dM.
    fn add_sums(
        &self,
        point: usize,
        tiles: usize,
        (v, m): (&[f32], &[f32]),
        to: Shared<'_>,
        into: Into,
    ) {
        let layer = self.layer;
        let row = row_of(layer.c_out);
        let len = layer.c_in * row;
        // SAFETY: the sums of a point are touched by the one thread whose turn it is.
        let to = unsafe { to.slice(point * len..(point + 1) * len) };
        multiply(
            layer.level,
            Sizes {
                m: layer.c_in,
                n: layer.c_out,
                k: tiles,
            },
            Matrix::rows(v, self.planes.0.row).transposed(),
            Right::Plain(Matrix::rows(m, self.planes.1.row)),
            Output::rows(to, row),
            into,
            &mut Scratch::default(),
        );
    }

    /// dV = dM · Uᵀ.
    fn spread(&self, point: usize, tiles: usize, m: &[f32], v: &mut [f32]) {
        let layer = self.layer;
        let (v_row, m_row) = (self.planes.0.row, self.planes.1.row);
        let mut sizes = Sizes {
            m: tiles,
            n: layer.c_in,
            k: layer.c_out,
        };
        let left = Matrix::rows(m, m_row);
        let mut scratch = Scratch::default();
        let mut multiply = |sizes: Sizes, right: &Packed, v: &mut [f32]| {
            let out = Output::rows(v, v_row);
            let right = Right::Packed(right);
            multiply(
                layer.level,
                sizes,
                left,
                right,
                out,
                Into::Replace,
                &mut scratch,
            );
        };
        if let Some(turned) = self.turned.get(point) {
            return multiply(sizes, turned, v);
        }
        // Panel by panel: a transposed panel stays in the second cache.
        let width = layer.filters[point].width();
        let mut panel = Packed::zeros(layer.level, 0, 0);
        for first in (0..layer.c_in).step_by(width) {
            let columns = first..(first + width).min(layer.c_in);
            sizes.n = columns.len();
            turn_rows(layer.level, &layer.filters[point], columns, &mut panel);
            multiply(sizes, &panel, &mut v[first..]);
        }
    }
}
