//! The way back through a sequence: back-propagation through time, written by hand.

use super::layout::{Layout, Sizes, placing};
use super::machine::Trace;
use super::real::{Real, add_scaled, softmax_back};
use super::task::Episode;
use crate::numbers::dot;

impl<F: Real> Trace<F> {
    /// Adds the gradients of the cost, times `scale`, to `gradients`.
    pub fn backward(
        &self,
        layout: &Layout,
        numbers: &[F],
        episode: &Episode,
        scale: f64,
        gradients: &mut [F],
    ) {
        let Sizes {
            d_input,
            d_output,
            d_hidden,
            rows,
            width,
        } = layout.sizes;
        let bits = self.asked(episode).count() * d_output;
        let scale = F::of(scale / bits.max(1) as f64);
        let one = F::one();
        let place = placing(width);
        let mut d_hidden_next = vec![F::zero(); d_hidden];
        let mut d_carried = vec![F::zero(); d_hidden];
        let mut d_read_next = vec![F::zero(); width];
        let mut d_memory = vec![F::zero(); rows * width];
        let mut d_reader = vec![F::zero(); rows];
        let mut d_writer = vec![F::zero(); rows];
        for (t, step) in self.steps.iter().enumerate().rev() {
            let last = t.checked_sub(1).map(|t| &self.steps[t]);
            // Output.
            let (mut d_h, mut d_read) = (d_hidden_next, d_read_next);
            if let Some(target) = &episode.targets[t] {
                let d_logits: Vec<F> = step
                    .logits
                    .iter()
                    .zip(target)
                    .map(|(&logit, &t)| scale * (logit.sigmoid() - F::of(f64::from(t))))
                    .collect();
                let mut shown = step.hidden.clone();
                shown.extend_from_slice(&step.read);
                let d_shown = layout
                    .output
                    .backward(numbers, &shown, &d_logits, gradients);
                add_scaled(&mut d_h, one, &d_shown[..d_hidden]);
                add_scaled(&mut d_read, one, &d_shown[d_hidden..]);
            }
            // Write and read, row by row.
            let mut told = vec![F::zero(); 2 * place + 2 * width];
            let (told_places, told_rows) = told.split_at_mut(2 * place);
            let (d_erase, d_add) = told_rows.split_at_mut(width);
            for (i, row) in step.before.rows().enumerate() {
                let d_row = &mut d_memory[i * width..(i + 1) * width];
                let (w, r) = (step.writer.weights[i], step.reader.weights[i]);
                d_reader[i] += dot(row, &d_read);
                let mut d_w = F::zero();
                let told = d_erase.iter_mut().zip(d_add.iter_mut());
                let known = step.erase.iter().zip(&step.add).zip(&d_read);
                let each = d_row.iter_mut().zip(row).zip(told).zip(known);
                for (((d, &cell), (d_erase, d_add)), ((&e, &a), &d_read)) in each {
                    let after = *d;
                    d_w += after * (a - cell * e);
                    *d_erase -= after * cell * w;
                    *d_add += after * w;
                    *d = after * (one - w * e) + r * d_read;
                }
                d_writer[i] += d_w;
            }
            for (d, &e) in d_erase.iter_mut().zip(&step.erase) {
                *d = *d * e * (one - e);
            }
            for (d, &a) in d_add.iter_mut().zip(&step.add) {
                *d = *d * (one - a * a);
            }
            // Both heads.
            let (told_read, told_write) = told_places.split_at_mut(place);
            let mut d_reader_before = vec![F::zero(); rows];
            let was = last.map_or(&self.starts[0], |last| &last.reader.weights);
            let d = std::mem::take(&mut d_reader);
            let before = &step.before;
            step.reader.backward(
                before,
                was,
                d,
                told_read,
                &mut d_memory,
                &mut d_reader_before,
            );
            let mut d_writer_before = vec![F::zero(); rows];
            let was = last.map_or(&self.starts[1], |last| &last.writer.weights);
            let d = std::mem::take(&mut d_writer);
            step.writer.backward(
                before,
                was,
                d,
                told_write,
                &mut d_memory,
                &mut d_writer_before,
            );
            (d_reader, d_writer) = (d_reader_before, d_writer_before);
            let d_told = layout
                .heads
                .backward(numbers, &step.hidden, &told, gradients);
            add_scaled(&mut d_h, one, &d_told);
            // Controller.
            let mut d_gates = vec![F::zero(); 4 * d_hidden];
            for (k, (d_carried, &d_h)) in d_carried.iter_mut().zip(&d_h).enumerate() {
                let [i, f, o, g] = [0, 1, 2, 3].map(|gate| step.gates[gate * d_hidden + k]);
                let c = step.squashed[k];
                let d_c = *d_carried + d_h * o * (one - c * c);
                let old = last.map_or(F::zero(), |last| last.carried[k]);
                d_gates[k] = d_c * g * i * (one - i);
                d_gates[d_hidden + k] = d_c * old * f * (one - f);
                d_gates[2 * d_hidden + k] = d_h * c * o * (one - o);
                d_gates[3 * d_hidden + k] = d_c * i * (one - g * g);
                *d_carried = d_c * f;
            }
            let d_seen = layout
                .gates
                .backward(numbers, &step.seen, &d_gates, gradients);
            d_read_next = d_seen[d_input..d_input + width].to_vec();
            d_hidden_next = d_seen[d_input + width..].to_vec();
        }
        for ((range, weights), mut d) in [&layout.read_start, &layout.write_start]
            .into_iter()
            .zip(&self.starts)
            .zip([d_reader, d_writer])
        {
            softmax_back(weights, &mut d);
            add_scaled(&mut gradients[range.clone()], one, &d);
        }
    }
}

#[cfg(test)]
mod tests {
    use reverie_model::rng::{normal, seeded};

    use super::super::config::NtmConfig;
    use super::super::machine::run;
    use super::super::task::{Extent, Task};
    use super::*;

    /// Half the distance of a central difference.
    const STEP: f64 = 1e-5;

    #[test]
    fn gradients_are_central_differences() {
        for task in [Task::Copy, Task::RepeatCopy] {
            let config = NtmConfig {
                task,
                rows: 5,
                width: 3,
                hidden: 4,
                ..NtmConfig::default()
            };
            let layout = Layout::new(config.sizes());
            let mut rng = seeded(3);
            let drawn = layout.draw(&mut rng);
            let noise = normal(&mut rng, layout.len());
            let mut numbers: Vec<f64> = drawn
                .iter()
                .zip(noise)
                .map(|(number, noise)| f64::from(*number) + 0.3 * f64::from(noise))
                .collect();
            let extent = Extent {
                length: 3,
                repeats: 2,
            };
            let episode = task.episode(extent, 10, &mut rng);
            let cost = |numbers: &[f64]| run(&layout, numbers, 0.1, &episode).cost(&episode).nats;
            let mut gradients = vec![0.0; layout.len()];
            let trace = run(&layout, &numbers, 0.1, &episode);
            trace.backward(&layout, &numbers, &episode, 1.0, &mut gradients);
            for (i, gradient) in gradients.iter().enumerate() {
                let number = numbers[i];
                numbers[i] = number + STEP;
                let above = cost(&numbers);
                numbers[i] = number - STEP;
                let below = cost(&numbers);
                numbers[i] = number;
                let slope = (above - below) / (2.0 * STEP);
                let off = (slope - gradient).abs();
                assert!(off < 1e-9, "{task:?} {i}: {slope} and {gradient}");
            }
        }
    }
}
