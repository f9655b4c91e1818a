//! What is drawn of a log.

use super::super::number::percent;
use super::super::point::LogPoint;
use super::super::sample::Sample;

/// Losses beyond this, in nats, are drawn at it: the backend cannot place any number.
const MAX_LOSS: f64 = 1e6;

/// Where a sample was taken.
pub struct Mark {
    /// Iteration and loss, in nats per character.
    pub at: (u64, f64),
    /// What stands beside it: the share of real words, or nothing.
    pub label: String,
}

/// What is drawn: only numbers, in order.
pub struct Lines {
    /// Iterations with training losses, in nats per character.
    pub train: Vec<(u64, f64)>,
    /// Iterations with validation losses, in nats per character.
    pub validation: Vec<(u64, f64)>,
    /// Samples.
    pub marks: Vec<Mark>,
}

impl Lines {
    /// What can be drawn of a log.
    pub fn new(points: &[LogPoint], samples: &[Sample]) -> Self {
        let mut train: Vec<(u64, f64)> = points
            .iter()
            .filter_map(|point| Some((point.iteration, drawable(point.train_nats)?)))
            .collect();
        let mut validation: Vec<(u64, f64)> = points
            .iter()
            .filter_map(|point| Some((point.iteration, point.val_nats.and_then(drawable)?)))
            .collect();
        train.sort_by_key(|(iteration, _)| *iteration);
        validation.sort_by_key(|(iteration, _)| *iteration);
        let mut marks: Vec<Mark> = samples
            .iter()
            .filter_map(|sample| {
                let measured = sample.val_nats.and_then(drawable);
                let loss = measured
                    .or_else(|| nearest(&validation, sample.iteration))
                    .or_else(|| nearest(&train, sample.iteration))?;
                let share = sample.word_share.filter(|share| share.is_finite());
                Some(Mark {
                    at: (sample.iteration, loss),
                    label: share.map(|share| percent(Some(share))).unwrap_or_default(),
                })
            })
            .collect();
        marks.sort_by_key(|mark| mark.at.0);
        Self {
            train,
            validation,
            marks,
        }
    }

    /// Every point of the picture.
    pub fn all(&self) -> impl Iterator<Item = (u64, f64)> + '_ {
        let marks = self.marks.iter().map(|mark| mark.at);
        let lines = self.train.iter().chain(&self.validation).copied();
        lines.chain(marks)
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }
}

/// A loss that can be placed.
fn drawable(loss: f64) -> Option<f64> {
    loss.is_finite().then(|| loss.clamp(-MAX_LOSS, MAX_LOSS))
}

/// The loss at the nearest iteration that has one.
fn nearest(line: &[(u64, f64)], iteration: u64) -> Option<f64> {
    line.iter()
        .min_by_key(|(at, _)| at.abs_diff(iteration))
        .map(|(_, loss)| *loss)
}
