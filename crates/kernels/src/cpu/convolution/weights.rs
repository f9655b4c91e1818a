//! Filters to and from the form that Winograd's products need.

use super::layout::turn;
use super::room::written;
use super::transform::{Weights, WeightsBack, both_ways};
use crate::cpu::product::Packed;
use crate::cpu::simd::{Lanes, Level, MOST_LANES, Vectorised};
use crate::cpu::threads::{self, Shared};

/// Products of a tile: 6x6.
pub(super) const POINTS: usize = 36;
/// Numbers of a filter: 3x3.
const TAPS: usize = 9;
/// Input channels whose filters are worked on at once.
const GROUP: usize = 16;
/// Operations of the transformation of one filter, about.
const WORK: usize = 150;

/// `G g Gᵀ` of filters `[C_out, C_in, 3, 3]`: 36 matrices `[C_in, C_out]`, packed for products.
pub(super) fn transformed(level: Level, g: &[f32], c_in: usize, c_out: usize) -> Vec<Packed> {
    let mut packed: Vec<Packed> = (0..POINTS)
        .map(|_| Packed::zeros(level, c_in, c_out))
        .collect();
    if c_in * c_out == 0 {
        return packed;
    }
    let width = packed[0].width();
    let to: Vec<_> = packed
        .iter_mut()
        .map(|matrix| Shared::new(matrix.panels_mut()))
        .collect();
    let vectors = c_out.div_ceil(level.lanes());
    let threads = threads::for_work(c_in * c_out * WORK);
    threads::share(threads, vectors, |part| {
        for vector in part {
            level.run(There {
                g,
                c_in,
                c_out,
                width,
                first: vector * level.lanes(),
                to: &to,
            });
        }
    });
    packed
}

struct There<'a> {
    g: &'a [f32],
    c_in: usize,
    c_out: usize,
    width: usize,
    /// First output channel.
    first: usize,
    to: &'a [Shared<'a>],
}

impl Vectorised for There<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self {
            g,
            c_in,
            c_out,
            width,
            first,
            to,
        } = self;
        let rows = L::COUNT.min(c_out - first);
        let (panel, within) = (first / width, first % width);
        let mut turned = [0.0; GROUP * TAPS * MOST_LANES];
        for start in (0..c_in).step_by(GROUP) {
            let count = GROUP.min(c_in - start);
            let from = &g[(first * c_in + start) * TAPS..];
            turn::<L>(from, c_in * TAPS, rows, count * TAPS, &mut turned, L::COUNT);
            for i in 0..count {
                let mut filter = [[L::zero(); 3]; 3];
                for r in 0..3 {
                    for s in 0..3 {
                        let at = (i * TAPS + r * 3 + s) * L::COUNT;
                        // SAFETY: the array has room for as many vectors as a group has numbers.
                        filter[r][s] = unsafe { L::load(turned.as_ptr().add(at)) };
                    }
                }
                let filter = both_ways::<L, Weights, 3, 6>(&filter);
                let at = (panel * c_in + start + i) * width + within;
                for r in 0..6 {
                    for s in 0..6 {
                        // SAFETY: panels are whole vectors wide, and each thread writes its own.
                        unsafe { filter[r][s].store(to[r * 6 + s].at(at)) };
                    }
                }
            }
        }
    }
}

/// Room between two rows of a gradient of transformed filters: whole vectors.
pub(super) fn row_of(c_out: usize) -> usize {
    c_out.next_multiple_of(MOST_LANES)
}

/// `Gᵀ dU G`, back to `[C_out, C_in, 3, 3]`; the 36 matrices `[C_in, C_out]` have rows
/// [`row_of`] apart.
pub(super) fn gradient(level: Level, du: &[f32], c_in: usize, c_out: usize) -> Vec<f32> {
    assert_eq!(du.len(), POINTS * c_in * row_of(c_out));
    let vectors = c_out.div_ceil(level.lanes());
    let threads = threads::for_work(c_in * c_out * WORK);
    let fill = |to: Shared<'_>| {
        threads::share(threads, vectors, |part| {
            for vector in part {
                let first = vector * level.lanes();
                let rows = level.lanes().min(c_out - first);
                let row = c_in * TAPS;
                // SAFETY: every thread writes the filters of its own output channels.
                let to = unsafe { to.slice(first * row..(first + rows) * row) };
                level.run(Back {
                    du,
                    c_in,
                    c_out,
                    first,
                    to,
                });
            }
        });
    };
    // SAFETY: every output channel belongs to a vector, and all its filters are written.
    unsafe { written(c_out * c_in * TAPS, fill) }
}

struct Back<'a> {
    du: &'a [f32],
    c_in: usize,
    c_out: usize,
    first: usize,
    to: &'a mut [f32],
}

impl Vectorised for Back<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self {
            du,
            c_in,
            c_out,
            first,
            to,
        } = self;
        let rows = L::COUNT.min(c_out - first);
        let row = row_of(c_out);
        let mut turned = [0.0; GROUP * TAPS * MOST_LANES];
        for start in (0..c_in).step_by(GROUP) {
            let count = GROUP.min(c_in - start);
            for i in 0..count {
                let mut filter = [[L::zero(); 6]; 6];
                for r in 0..6 {
                    for s in 0..6 {
                        let at = ((r * 6 + s) * c_in + start + i) * row + first;
                        // SAFETY: rows are whole vectors wide.
                        filter[r][s] = unsafe { L::load(du[at..].as_ptr()) };
                    }
                }
                let filter = both_ways::<L, WeightsBack, 6, 3>(&filter);
                for r in 0..3 {
                    for s in 0..3 {
                        let at = (i * TAPS + r * 3 + s) * L::COUNT;
                        // SAFETY: the array has room for as many vectors as a group has numbers.
                        unsafe { filter[r][s].store(turned.as_mut_ptr().add(at)) };
                    }
                }
            }
            let to = &mut to[start * TAPS..];
            turn::<L>(&turned, L::COUNT, count * TAPS, rows, to, c_in * TAPS);
        }
    }
}
