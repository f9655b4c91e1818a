//! Gradients of the weight matrices: large products over all steps.

use std::ops::Range;

use super::forward::row_of;
use super::multiply::Multiply;
use super::plan::Schedule;
use super::room::{Place, Room};
use super::tape::Tape;
use super::{Cell, Convention, First, Inputs, Plan, Weights};
use crate::cpu::product::{Into, Matrix, Output, Right, Sizes};
use crate::cpu::simd::{Lanes, Level, Vectorised};
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
    /// `d_sums` are those of a simple network without layer normalisation.
    pub fn new(
        plan: &Plan<'_>,
        weights: &Weights<'_>,
        tape: &Tape<&'a [f32]>,
        d_sums: &'a [f32],
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

/// Rows that are multiplied with rows of the same number.
struct Rows<'a> {
    left: &'a [f32],
    /// Numbers in a row on the left.
    row: usize,
    /// Rows on the right that come before the first on the left.
    shift: usize,
    runs: Vec<Range<usize>>,
}

/// Some columns of a gradient: the sum over all rows of left times right.
struct Job<'a> {
    left: Vec<Rows<'a>>,
    right: Columns<'a>,
    /// The columns of the gradient.
    columns: Range<usize>,
    out: Place<'a>,
}

impl Job<'_> {
    /// Rows of the gradient.
    fn rows(&self) -> usize {
        self.left.first().map_or(0, |rows| rows.row)
    }

    /// The work on some of the columns. `width` is that of a row of the gradient.
    fn run(&self, level: Level, part: Range<usize>, width: usize) {
        let (n, mut into) = (part.len(), Into::Replace);
        for rows in &self.left {
            for run in &rows.runs {
                let from = run.start * self.right.row + self.right.from + part.start;
                let right = &self.right.numbers[from.min(self.right.numbers.len())..];
                let left = &rows.left[(run.start.saturating_sub(rows.shift)) * rows.row..];
                let column = self.columns.start + part.start;
                let len = (rows.row.max(1) - 1) * width + n;
                let to = self.out.at(column);
                if rows.row > 0 {
                    self.out.at(column + len);
                }
                level.run(Multiply {
                    sizes: Sizes {
                        m: rows.row,
                        n,
                        k: run.len(),
                    },
                    left: Matrix::rows(left, rows.row).transposed(),
                    right: Right::Plain(Matrix::rows(right, self.right.row)),
                    // SAFETY: the place was checked, and parts of the columns do not overlap.
                    out: unsafe { Output::among_others(to, len, width) },
                    into,
                });
                into = Into::Add;
            }
        }
    }
}

/// Adds the gradient of every sum to the row of W_x that its symbol picked.
struct Scatter<'a> {
    symbols: &'a [i32],
    runs: &'a [Range<usize>],
    right: Columns<'a>,
    out: Place<'a>,
    /// Rows of W_x.
    d: usize,
    part: Range<usize>,
}

impl Vectorised for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (width, part) = (self.right.row, self.part);
        for row in self.runs.iter().cloned().flatten() {
            let symbol = row_of(self.symbols[row], self.d);
            let from = &self.right.numbers[row * width..][part.clone()];
            self.out.at((symbol + 1) * width);
            // SAFETY: the row is there as checked, and nobody else writes these columns of any row.
            let to = unsafe {
                let to = self.out.at(symbol * width + part.start);
                std::slice::from_raw_parts_mut(to, part.len())
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
    let mut jobs = of_hidden(plan, schedule, first, outputs, sides, hidden.place());
    let all = schedule.runs(0);
    if let Inputs::Dense(left) = inputs {
        jobs.push(Job {
            left: vec![Rows {
                left,
                row: d,
                shift: 0,
                runs: all.clone(),
            }],
            right: sides.input,
            columns: 0..width,
            out: input.place(),
        });
    }
    let rows: usize = all.iter().map(ExactSizeIterator::len).sum();
    let threads = threads::for_work(plan.operations(inputs, rows));
    let panel = 2 * level.lanes();
    // Parts of the columns, in whole panels; each by itself can be done by any thread.
    let cut = |columns: usize| {
        let panels = columns.div_ceil(panel);
        let most = if threads > 1 { 4 * threads } else { 1 };
        let parts = panels.min(most);
        let at = move |part: usize| (part * panels / parts * panel).min(columns);
        (0..parts).map(move |part| at(part)..at(part + 1))
    };
    let mut tasks: Vec<(Option<&Job<'_>>, Range<usize>)> = Vec::new();
    for job in &jobs {
        tasks.extend(cut(job.columns.len()).map(|part| (Some(job), part)));
    }
    if let Inputs::Symbols(_) = inputs {
        tasks.extend(cut(width).map(|part| (None, part)));
    }
    // The largest first, so that nobody is left with one when all others are done.
    tasks.sort_by_key(|(job, part)| std::cmp::Reverse(job.map_or(0, Job::rows) * part.len()));
    let zeros_place = Place::of(&mut zeros);
    threads::take_turns(threads, tasks.len(), |turn| {
        let (job, part) = tasks[turn].clone();
        match (job, inputs) {
            (Some(job), _) => job.run(level, part, width),
            (None, Inputs::Symbols(symbols)) => level.run(Scatter {
                symbols,
                runs: &all,
                right: sides.input,
                out: zeros_place,
                d,
                part,
            }),
            (None, Inputs::Dense(_)) => unreachable!("dense inputs are multiplied"),
        }
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

/// What makes the gradient of W_h.
fn of_hidden<'a>(
    plan: &Plan<'_>,
    schedule: &Schedule,
    first: First<'a>,
    outputs: &'a [f32],
    sides: &Sides<'a>,
    out: Place<'a>,
) -> Vec<Job<'a>> {
    let (k, width) = (plan.shape.d_hidden, plan.width());
    let rows = |left, shift, runs| Rows {
        left,
        row: k,
        shift,
        runs,
    };
    // h_{t-1} of step zero lies elsewhere than that of all other steps.
    let before = || {
        vec![
            rows(first.hidden, 0, vec![schedule.first_run()]),
            rows(outputs, plan.shape.batch, schedule.runs(1)),
        ]
    };
    let is_gru = matches!(plan.cell, Cell::Gru(_));
    let gates = if is_gru { 2 * k } else { width };
    let mut jobs = vec![Job {
        left: before(),
        right: sides.hidden,
        columns: 0..gates,
        out,
    }];
    if is_gru {
        jobs.push(Job {
            left: match sides.reset {
                None => before(),
                Some(left) => vec![rows(left, 0, schedule.runs(0))],
            },
            right: sides.candidate,
            columns: gates..width,
            out,
        });
    }
    jobs
}
