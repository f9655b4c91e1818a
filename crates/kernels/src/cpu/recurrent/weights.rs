//! Gradients of the weight matrices: large products over all steps.

use std::ops::Range;

use super::multiply::Multiply;
use super::picked::row_of;
use super::plan::Schedule;
use super::room::{Place, Room};
use super::tape::Tape;
use super::{Cell, Convention, First, Inputs, Plan, Weights};
use crate::cpu::product::{Into, Matrix, Output, Packed, Right, Sizes};
use crate::cpu::simd::{Lanes, Level, MOST_LANES, Vectorised, prefetch};
use crate::cpu::threads;

/// Columns of the rows of a buffer.
#[derive(Clone, Copy)]
struct Columns<'a> {
    numbers: &'a [f32],
    /// Numbers in a row.
    row: usize,
    /// The first column.
    from: usize,
}

impl Columns<'_> {
    /// Whether the others are the very same.
    fn are(self, others: Self) -> bool {
        std::ptr::eq(self.numbers, others.numbers)
            && (self.row, self.from) == (others.row, others.from)
    }
}

/// Where the gradients of sums lie after a walk back.
pub(super) struct Sides<'a> {
    /// Of x W_x.
    input: Columns<'a>,
    /// Of h W_h; of a GRU r and z.
    hidden: Columns<'a>,
    /// Of the W_hn of a GRU.
    candidate: Columns<'a>,
    /// h_{t-1} ∘ r, where that is what W_hn multiplies.
    reset: Option<&'a [f32]>,
}

impl<'a> Sides<'a> {
    /// `d_sums` are those of a simple network without layer normalisation. With a table, symbols
    /// pick from rows that are normalised already.
    pub fn new(
        plan: &Plan<'_>,
        weights: &Weights<'_>,
        tape: &Tape<&'a [f32]>,
        d_sums: &'a [f32],
        has_table: bool,
    ) -> Self {
        let (k, row) = (plan.shape.d_hidden, plan.width());
        let all = |numbers: &'a [f32]| Columns {
            numbers,
            row,
            from: 0,
        };
        let (input, hidden) = match (plan.cell, weights.norm.is_some()) {
            (Cell::Elman(_), false) => (all(d_sums), all(d_sums)),
            (Cell::Elman(_), true) | (_, false) => (all(tape.gates), all(tape.gates)),
            (_, true) if has_table => (all(tape.gates), all(tape.hidden)),
            (_, true) => (all(tape.input), all(tape.hidden)),
        };
        let is_q = plan.resets_after() && weights.norm.is_none();
        let resets_before = matches!(plan.cell, Cell::Gru(Convention::Britz | Convention::Chung));
        Self {
            input,
            hidden,
            candidate: match is_q {
                true => Columns {
                    numbers: tape.memory,
                    row: k,
                    from: 0,
                },
                false => Columns {
                    from: 2 * k,
                    ..hidden
                },
            },
            reset: resets_before.then_some(tape.memory),
        }
    }
}

/// Gradients of W_x and W_h.
pub(super) struct Matrices {
    pub input: Vec<f32>,
    pub hidden: Vec<f32>,
}

/// Rows that are packed and multiplied at a time: few enough that a panel of them stays in the
/// nearest cache, and enough that adding to the gradient costs little.
const DEPTH: usize = 128;
/// Columns that are worked on at a time, where one thread does all: more of the gradient would not
/// stay near.
const WIDTH: usize = 512;
/// Rows that are asked for ahead of the one that is packed.
const AHEAD: usize = 8;

/// What stands on the left of a product with the gradient of sums: a row for each of its rows.
struct Left<'a> {
    /// The first rows, where they lie elsewhere than the others.
    first: &'a [f32],
    /// The rows that follow.
    rest: &'a [f32],
    /// How many come first.
    count: usize,
    /// Numbers in a row.
    row: usize,
}

impl<'a> Left<'a> {
    /// The numbers from this row on.
    fn at(&self, row: usize) -> &'a [f32] {
        match row < self.count {
            true => &self.first[row * self.row..],
            false => &self.rest[(row - self.count) * self.row..],
        }
    }
}

/// A gradient: the sum over all rows of left times right.
struct Factor<'a> {
    left: Left<'a>,
    out: Place<'a>,
}

/// A gradient whose rows are picked by symbols, as those of W_x were.
struct Picking<'a> {
    symbols: &'a [i32],
    /// Zeros before.
    out: Place<'a>,
    /// Rows of W_x.
    d: usize,
}

/// Some columns of gradients that share what stands on the right.
struct Job<'a> {
    factors: Vec<Factor<'a>>,
    picking: Option<Picking<'a>>,
    right: Columns<'a>,
    /// The columns of the gradients.
    columns: Range<usize>,
}

impl Job<'_> {
    /// Rows of the gradients that are products.
    fn rows(&self) -> usize {
        self.factors.iter().map(|factor| factor.left.row).sum()
    }

    /// The work on some of the columns. `width` is that of a row of the gradients.
    ///
    /// Every piece of the right-hand side is packed once for all gradients, and small enough to
    /// stay near meanwhile.
    fn run(&self, level: Level, pieces: &[Range<usize>], part: Range<usize>, width: usize) {
        let (n, mut into) = (part.len(), Into::Replace);
        let column = self.columns.start + part.start;
        let right = Columns {
            from: self.right.from + part.start,
            ..self.right
        };
        let mut packed = Packed::zeros(level, 0, n);
        let mut depth = 0;
        for piece in pieces {
            if !self.factors.is_empty() {
                if piece.len() != depth {
                    depth = piece.len();
                    packed = Packed::zeros(level, depth, n);
                }
                level.run(Pack {
                    factors: &self.factors,
                    right,
                    rows: piece.clone(),
                    n,
                    into: &mut packed,
                });
            }
            for Factor { left, out } in &self.factors {
                let len = (left.row.max(1) - 1) * width + n;
                let to = out.at(column);
                if left.row > 0 {
                    out.at(column + len);
                }
                level.run(Multiply {
                    sizes: Sizes {
                        m: left.row,
                        n,
                        k: depth,
                    },
                    left: Matrix::rows(left.at(piece.start), left.row).transposed(),
                    right: Right::Packed(&packed),
                    // SAFETY: the place was checked, and parts of the columns do not overlap.
                    out: unsafe { Output::among_others(to, len, width) },
                    into,
                });
            }
            if let Some(picking) = &self.picking {
                level.run(Scatter {
                    picking,
                    rows: piece.clone(),
                    right,
                    columns: column..column + n,
                    width,
                });
            }
            into = Into::Add;
        }
    }
}

/// Packs some rows of `n` columns.
struct Pack<'a> {
    /// What will be multiplied with them.
    factors: &'a [Factor<'a>],
    right: Columns<'a>,
    rows: Range<usize>,
    n: usize,
    into: &'a mut Packed,
}

impl Vectorised for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (width, k) = (2 * L::COUNT, self.rows.len());
        assert_eq!(self.into.width(), width, "packed for another level");
        let to = self.into.panels_mut();
        let Columns { numbers, row, from } = self.right;
        for (i, number) in self.rows.enumerate() {
            let from = &numbers[number * row + from..][..self.n];
            // The machine does not foresee the way to the next rows: they lie far apart.
            let ahead = from.as_ptr().wrapping_add(AHEAD * row);
            for line in (0..self.n).step_by(MOST_LANES) {
                prefetch(ahead.wrapping_add(line));
            }
            // Products read the left-hand side column by column, which nobody foresees either.
            for Factor { left, .. } in self.factors {
                let begin = left.at(number).as_ptr();
                for line in (0..left.row).step_by(MOST_LANES) {
                    prefetch(begin.wrapping_add(line));
                }
            }
            for (panel, from) in from.chunks(width).enumerate() {
                let to = &mut to[(panel * k + i) * width..][..from.len()];
                for (to, from) in to.chunks_mut(L::COUNT).zip(from.chunks(L::COUNT)) {
                    L::load_some(from).store_some(to);
                }
            }
        }
    }
}

/// Cuts runs of rows into pieces of nearly the same size that are worked on one after the other.
/// The first rows are pieces of their own, as what they are multiplied with may lie elsewhere.
fn pieces(runs: &[Range<usize>], first: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    for run in runs {
        let middle = first.clamp(run.start, run.end);
        for run in [run.start..middle, middle..run.end] {
            let count = run.len().div_ceil(DEPTH).max(1);
            let size = run.len().div_ceil(count).max(1);
            pieces.extend(
                run.clone()
                    .step_by(size)
                    .map(|start| start..(start + size).min(run.end)),
            );
        }
    }
    if pieces.is_empty() {
        // So that a gradient of nothing becomes zero.
        pieces.push(0..0);
    }
    pieces
}

/// Adds the gradients of some rows of sums to the rows of W_x that their symbols picked.
struct Scatter<'a> {
    picking: &'a Picking<'a>,
    rows: Range<usize>,
    right: Columns<'a>,
    /// The columns of the gradient.
    columns: Range<usize>,
    /// Numbers in a row of the gradient.
    width: usize,
}

impl Vectorised for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Picking { symbols, out, d } = self.picking;
        for number in self.rows {
            let symbol = row_of(symbols[number], *d);
            let from = &self.right.numbers[number * self.right.row + self.right.from..]
                [..self.columns.len()];
            out.at(symbol * self.width + self.columns.end);
            // SAFETY: the row is there as checked, and nobody else writes these columns of any row.
            let to = unsafe {
                let to = out.at(symbol * self.width + self.columns.start);
                std::slice::from_raw_parts_mut(to, from.len())
            };
            for (to, from) in to.chunks_mut(L::COUNT).zip(from.chunks(L::COUNT)) {
                (L::load_some(to) + L::load_some(from)).store_some(to);
            }
        }
    }
}

/// The gradients of W_x and W_h.
pub(super) fn gradients(
    level: Level,
    plan: &Plan<'_>,
    schedule: &Schedule,
    inputs: Inputs<'_>,
    first: First<'_>,
    outputs: &[f32],
    sides: &Sides<'_>,
) -> Matrices {
    let (d, width) = (plan.shape.d_input, plan.width());
    let mut hidden = Room::new(plan.shape.d_hidden * width);
    // A scatter needs zeros to add to; a product takes the place of whatever is there.
    let mut zeros = match inputs {
        Inputs::Symbols(_) => vec![0.0; d * width],
        Inputs::Dense(_) => Vec::new(),
    };
    let mut input = Room::new(d * width - zeros.len());
    let all = schedule.runs();
    let pieces = pieces(&all, plan.shape.batch);
    let of_input = match inputs {
        Inputs::Symbols(_) => Place::of(&mut zeros),
        Inputs::Dense(_) => input.place(),
    };
    let of_hidden = hidden.place();
    let rows: usize = all.iter().map(ExactSizeIterator::len).sum();
    let threads = threads::for_work(plan.operations(inputs, rows));
    let panel = 2 * level.lanes();
    // With few panels, jobs stay apart so that every thread gets its share.
    let joins = threads == 1 || width.div_ceil(panel) >= 4 * threads;
    let jobs = jobs(
        plan,
        inputs,
        first,
        outputs,
        sides,
        (of_input, of_hidden),
        joins,
    );
    // Parts of the columns, in whole panels; each by itself can be done by any thread.
    let cut = |columns: usize| {
        let panels = columns.div_ceil(panel);
        let most = if threads > 1 { 4 * threads } else { 1 };
        let parts = panels.min(most.max(columns.div_ceil(WIDTH)));
        let at = move |part: usize| (part * panels / parts * panel).min(columns);
        (0..parts).map(move |part| at(part)..at(part + 1))
    };
    let mut tasks: Vec<(&Job<'_>, Range<usize>)> = Vec::new();
    for job in &jobs {
        tasks.extend(cut(job.columns.len()).map(|part| (job, part)));
    }
    // The largest first, so that nobody is left with one when all others are done.
    tasks.sort_by_key(|(job, part)| std::cmp::Reverse(job.rows() * part.len()));
    threads::take_turns(threads, tasks.len(), |turn| {
        let (job, part) = tasks[turn].clone();
        job.run(level, &pieces, part, width);
    });
    Matrices {
        input: match inputs {
            Inputs::Symbols(_) => zeros,
            // SAFETY: the products wrote all rows and columns.
            Inputs::Dense(_) => unsafe { input.written() },
        },
        // SAFETY: as above.
        hidden: unsafe { hidden.written() },
    }
}

/// What makes the gradients of W_x and W_h, whose places are given in this order. With
/// `joins`, those that share a right-hand side are one job.
fn jobs<'a>(
    plan: &Plan<'_>,
    inputs: Inputs<'a>,
    first: First<'a>,
    outputs: &'a [f32],
    sides: &Sides<'a>,
    (of_input, of_hidden): (Place<'a>, Place<'a>),
    joins: bool,
) -> Vec<Job<'a>> {
    let (k, d, width) = (plan.shape.d_hidden, plan.shape.d_input, plan.width());
    let all = |rest, row| Left {
        first: &[],
        rest,
        count: 0,
        row,
    };
    // h_{t-1} of step zero lies elsewhere than that of all other steps.
    let before = || Left {
        first: first.hidden,
        rest: outputs,
        count: plan.shape.batch,
        row: k,
    };
    let is_gru = matches!(plan.cell, Cell::Gru(_));
    let gates = if is_gru { 2 * k } else { width };
    let mut hidden = vec![(0..gates, sides.hidden, before())];
    if is_gru {
        let left = sides.reset.map_or_else(before, |reset| all(reset, k));
        hidden.push((gates..width, sides.candidate, left));
    }
    let mut jobs = Vec::new();
    for (columns, right, left) in hidden {
        let mut job = Job {
            factors: vec![Factor {
                left,
                out: of_hidden,
            }],
            picking: None,
            right,
            columns: columns.clone(),
        };
        // Those of the same columns of W_x, in the same job where the right-hand side is the same.
        let right_of_input = Columns {
            from: columns.start,
            ..sides.input
        };
        let mut other = Job {
            factors: Vec::new(),
            picking: None,
            right: right_of_input,
            columns,
        };
        let is_shared = joins && right.are(right_of_input);
        let with_input = if is_shared { &mut job } else { &mut other };
        match inputs {
            Inputs::Dense(values) => with_input.factors.push(Factor {
                left: all(values, d),
                out: of_input,
            }),
            Inputs::Symbols(symbols) => {
                with_input.picking = Some(Picking {
                    symbols,
                    out: of_input,
                    d,
                });
            }
        }
        jobs.push(job);
        if !is_shared {
            jobs.push(other);
        }
    }
    jobs
}
