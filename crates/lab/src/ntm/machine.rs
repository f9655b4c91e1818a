//! One step of the machine, and a whole sequence.

use super::addressing::{Focus, Memory};
use super::layout::{Layout, Sizes, placing};
use super::real::{Real, add_scaled, softmax};
use super::task::Episode;

/// Everything a step computed that the way back needs; what pictures show is public.
#[derive(Clone, Debug)]
pub struct Step<F> {
    /// Input, last read vector and last state side by side.
    pub(super) seen: Vec<F>,
    /// i, f, o and the candidate, `[4 K]`.
    pub(super) gates: Vec<F>,
    /// tanh of the controller's memory.
    pub(super) squashed: Vec<F>,
    pub(super) carried: Vec<F>,
    pub(super) hidden: Vec<F>,
    /// The read head.
    pub reader: Focus<F>,
    /// The write head.
    pub writer: Focus<F>,
    /// e, what it erases of a row, 0 to 1.
    pub erase: Vec<F>,
    /// a, what it adds to a row.
    pub add: Vec<F>,
    /// The memory before it is written to.
    pub before: Memory<F>,
    /// r, what was read.
    pub read: Vec<F>,
    /// The output before the logistic function.
    pub logits: Vec<F>,
}

/// A run over one sequence.
#[derive(Clone, Debug)]
pub struct Trace<F> {
    /// One for each step.
    pub steps: Vec<Step<F>>,
    pub(super) starts: [Vec<F>; 2],
}

/// A sequence's cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Mean cross-entropy of a bit that is asked for, in nats.
    pub nats: f64,
    /// Bits that are wrong when rounded.
    pub wrong: usize,
    /// Bits that are asked for.
    pub bits: usize,
}

/// Runs a machine along an episode: controller, heads, read from the memory, write to it, output.
///
/// The read head sees the memory as the step before left it.
pub fn run<F: Real>(layout: &Layout, numbers: &[F], start: F, episode: &Episode) -> Trace<F> {
    let Sizes {
        d_hidden,
        rows,
        width,
        ..
    } = layout.sizes;
    let focus_at = |range: &std::ops::Range<usize>| {
        let mut weights = numbers[range.clone()].to_vec();
        softmax(&mut weights);
        weights
    };
    let starts = [focus_at(&layout.read_start), focus_at(&layout.write_start)];
    let mut memory = vec![start; rows * width];
    let mut steps: Vec<Step<F>> = Vec::with_capacity(episode.inputs.len());
    for input in &episode.inputs {
        let last = steps.last();
        let mut seen: Vec<F> = input.iter().map(|&x| F::of(f64::from(x))).collect();
        match last {
            Some(last) => {
                seen.extend_from_slice(&last.read);
                seen.extend_from_slice(&last.hidden);
            }
            None => seen.resize(seen.len() + width + d_hidden, F::zero()),
        }
        let mut gates = layout.gates.forward(numbers, &seen);
        let (sigmoids, candidate) = gates.split_at_mut(3 * d_hidden);
        sigmoids.iter_mut().for_each(|v| *v = v.sigmoid());
        candidate.iter_mut().for_each(|v| *v = v.tanh());
        let carried: Vec<F> = (0..d_hidden)
            .map(|k| {
                let old = last.map_or(F::zero(), |last| last.carried[k]);
                gates[d_hidden + k] * old + gates[k] * gates[3 * d_hidden + k]
            })
            .collect();
        let squashed: Vec<F> = carried.iter().map(|c| c.tanh()).collect();
        let output_gate = &gates[2 * d_hidden..3 * d_hidden];
        let hidden: Vec<F> = output_gate
            .iter()
            .zip(&squashed)
            .map(|(&o, &c)| o * c)
            .collect();

        let told = layout.heads.forward(numbers, &hidden);
        let place = placing(width);
        let before = Memory::new(memory, width);
        let was = last.map_or(&starts[0], |last| &last.reader.weights);
        let reader = Focus::new(&told[..place], &before, was);
        let was = last.map_or(&starts[1], |last| &last.writer.weights);
        let writer = Focus::new(&told[place..2 * place], &before, was);
        let (erase, add) = told[2 * place..].split_at(width);
        let erase: Vec<F> = erase.iter().map(|v| v.sigmoid()).collect();
        let add: Vec<F> = add.iter().map(|v| v.tanh()).collect();

        let mut read = vec![F::zero(); width];
        memory = before.cells.clone();
        for (i, row) in memory.chunks_exact_mut(width).enumerate() {
            add_scaled(&mut read, reader.weights[i], row);
            let w = writer.weights[i];
            for ((cell, &e), &a) in row.iter_mut().zip(&erase).zip(&add) {
                *cell = *cell * (F::one() - w * e) + w * a;
            }
        }
        let mut shown = hidden.clone();
        shown.extend_from_slice(&read);
        let logits = layout.output.forward(numbers, &shown);
        steps.push(Step {
            seen,
            gates,
            squashed,
            carried,
            hidden,
            reader,
            writer,
            erase,
            add,
            before,
            read,
            logits,
        });
    }
    Trace { steps, starts }
}

impl<F: Real> Trace<F> {
    /// What the outputs cost against the targets.
    pub fn cost(&self, episode: &Episode) -> Cost {
        let mut cost = Cost::default();
        for (step, target) in self.asked(episode) {
            for (&logit, &target) in step.logits.iter().zip(target) {
                let (logit, is_one) = (logit.wide(), target > 0.5);
                // -ln σ(±x) = softplus(∓x).
                cost.nats += Real::softplus(if is_one { -logit } else { logit });
                cost.wrong += usize::from((logit > 0.0) != is_one);
                cost.bits += 1;
            }
        }
        cost.nats /= cost.bits.max(1) as f64;
        cost
    }

    /// The steps at which something is asked, with what it is.
    pub(super) fn asked<'a>(
        &'a self,
        episode: &'a Episode,
    ) -> impl Iterator<Item = (&'a Step<F>, &'a [f32])> {
        let pairs = self.steps.iter().zip(&episode.targets);
        pairs.filter_map(|(step, target)| target.as_deref().map(|target| (step, target)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::NtmConfig;
    use super::super::task::{Extent, Task};
    use super::*;
    use reverie_model::rng::seeded;

    #[test]
    fn heads_look_somewhere_and_nothing_is_endless() {
        let config = NtmConfig::default();
        let layout = Layout::new(config.sizes());
        let numbers = layout.draw(&mut seeded(1));
        let extent = Extent {
            length: 120,
            repeats: 1,
        };
        let episode = Task::Copy.episode(extent, 20, &mut seeded(2));
        let trace = run(&layout, &numbers, config.start, &episode);
        for step in &trace.steps {
            for focus in [&step.reader, &step.writer] {
                let sum: f32 = focus.weights.iter().sum();
                assert!((sum - 1.0).abs() < 1e-4, "{sum}");
                assert!(focus.weights.iter().all(|w| (0.0..=1.0 + 1e-6).contains(w)));
            }
        }
        let mut gradients = vec![0.0; layout.len()];
        trace.backward(&layout, &numbers, &episode, 1.0, &mut gradients);
        assert!(gradients.iter().all(|g| g.is_finite()));
    }
}
