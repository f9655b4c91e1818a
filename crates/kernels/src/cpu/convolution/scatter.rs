//! The way back through filters on few channels: what an output gives is added to all pixels under
//! its filter.
//!
//! The first layer of a network reads three channels. Gathering makes products of three columns
//! then, where a vector has room for sixteen; this way they have three for every tap. A thread owns
//! a band of rows of pixels, and computes all outputs that reach into it; those at the edge of a
//! band are computed by both neighbours, so that nobody waits for anybody.

use std::ops::Range;

use super::multiply::multiply;
use super::passed::Rectified;
use super::room::Room;
use super::{Pictures, Slide};
use crate::cpu::product::{Into, Matrix, Output, Packed, Right, Scratch, Sizes};
use crate::cpu::simd::{Lanes, Level, Vectorised};
use crate::cpu::threads::{self, Shared};

/// Outputs of a block, at least and at most, and numbers that their rows have together.
const FEWEST: usize = 32;
const MOST: usize = 224;
const BLOCK: usize = 64 << 10;

/// Filters `[C_out, taps · C_in]`.
#[derive(Clone, Debug)]
pub(super) struct Scatter {
    pub level: Level,
    pub slide: Slide,
    /// C_in and C_out.
    pub channels: [usize; 2],
    pub weights: Packed,
}

/// What comes back to the outputs.
#[derive(Clone, Copy)]
pub(super) struct Upstream<'a> {
    pub pictures: Pictures,
    pub dy: &'a [f32],
    pub rectified: Option<Rectified<'a>>,
}

impl Scatter {
    /// Numbers under a filter.
    fn row(&self) -> usize {
        self.slide.taps() * self.channels[0]
    }

    /// Writes the gradient of all pixels.
    pub fn run(&self, upstream: Upstream<'_>, dx: Shared<'_>) {
        let [c_in, c_out] = self.channels;
        let Pictures {
            batch,
            height,
            width,
        } = upstream.pictures;
        let outputs = self.slide.outputs(upstream.pictures);
        let threads = threads::for_work(2 * outputs.pixels() * self.row() * c_out);
        let lines = batch * height;
        let bands = threads.min(lines);
        let block = (BLOCK / self.row().max(1)).clamp(FEWEST, MOST);
        threads::share(bands, bands, |part| {
            let mut room = [Room::of(block * c_out), Room::of(block * self.row())];
            for band in part {
                let lines = band * lines / bands..(band + 1) * lines / bands;
                // SAFETY: bands do not overlap.
                let dx = unsafe { dx.slice(lines.start * width * c_in..lines.end * width * c_in) };
                dx.fill(0.0);
                for picture in lines.start / height.max(1)..lines.end.div_ceil(height.max(1)) {
                    let first = picture * height;
                    let rows =
                        lines.start.max(first) - first..lines.end.min(first + height) - first;
                    let readers = self.readers(rows, outputs.height);
                    let of = |row: usize| (picture * outputs.height + row) * outputs.width;
                    let readers = of(readers.start)..of(readers.end);
                    for start in readers.clone().step_by(block) {
                        let range = start..(start + block).min(readers.end);
                        self.block(upstream, range, &mut room, &lines, dx);
                    }
                }
            }
        });
    }

    /// Rows of outputs that reach into rows of pixels of a picture.
    fn readers(&self, rows: Range<usize>, count: usize) -> Range<usize> {
        let (stride, padding) = (self.slide.stride[0], self.slide.padding[0]);
        let first = (rows.start + padding + 1).saturating_sub(self.slide.kernel[0]);
        let last = (rows.end + padding).div_ceil(stride);
        let last = last.min(count);
        first.div_ceil(stride).min(last)..last
    }

    /// Some outputs, for the pixels of a band.
    fn block(
        &self,
        upstream: Upstream<'_>,
        range: Range<usize>,
        room: &mut [Room; 2],
        lines: &Range<usize>,
        dx: &mut [f32],
    ) {
        let [cut, rows] = room;
        let [c_in, c_out] = self.channels;
        let numbers = range.start * c_out..range.end * c_out;
        let mut dy = &upstream.dy[numbers.clone()];
        if let Some(rectified) = upstream.rectified {
            rectified.cut(self.level, numbers, dy, cut);
            dy = &cut[..range.len() * c_out];
        }
        let sizes = Sizes {
            m: range.len(),
            n: self.row(),
            k: c_out,
        };
        multiply(
            self.level,
            sizes,
            Matrix::rows(dy, c_out),
            Right::Packed(&self.weights),
            Output::rows(rows, self.row()),
            Into::Replace,
            &mut Scratch::default(),
        );
        self.level.run(AddTaps {
            slide: self.slide,
            pictures: upstream.pictures,
            channels: c_in,
            rows,
            range,
            lines: lines.clone(),
            dx,
        });
    }
}

/// Adds rows `[h, w, C_in]` to the pixels that the filters stood on, those inside the band.
struct AddTaps<'a> {
    slide: Slide,
    pictures: Pictures,
    channels: usize,
    rows: &'a [f32],
    /// Outputs.
    range: Range<usize>,
    /// Rows of pixels of the band, over all pictures.
    lines: Range<usize>,
    dx: &'a mut [f32],
}

impl Vectorised for AddTaps<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (c, outputs) = (self.channels, self.slide.outputs(self.pictures));
        let Pictures { height, width, .. } = self.pictures;
        let [rows, columns] = self.slide.kernel;
        let [above, before] = self.slide.padding;
        let parts = self.rows.chunks_exact((rows * columns * c).max(1));
        for (place, row) in self.range.zip(parts) {
            let (i, j) = (place / outputs.width, place % outputs.width);
            let (picture, i) = (i / outputs.height, i % outputs.height);
            let (top, left) = (i * self.slide.stride[0], j * self.slide.stride[1]);
            // The part of a filter's line that lies in the picture.
            let start = before.saturating_sub(left).min(columns);
            let end = (width + before).saturating_sub(left).clamp(start, columns);
            let len = (end - start) * c;
            for (a, line) in row.chunks_exact(columns * c).enumerate() {
                let Some(y) = (top + a).checked_sub(above).filter(|y| *y < height) else {
                    continue;
                };
                let number = picture * height + y;
                if len == 0 || !self.lines.contains(&number) {
                    continue;
                }
                let at = (number - self.lines.start) * width + left + start - before;
                let to = &mut self.dx[at * c..at * c + len];
                let from = &line[start * c..end * c];
                for (from, to) in from.chunks(L::COUNT).zip(to.chunks_mut(L::COUNT)) {
                    (L::load_some(to) + L::load_some(from)).store_some(to);
                }
            }
        }
    }
}
