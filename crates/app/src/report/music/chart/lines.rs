//! The curves of a set as lines of numbers.

use super::super::{Curve, MusicCell, SetReport};
use super::Measure;

/// Losses beyond this, in nats, are drawn at it: the backend cannot place any number.
const MAX_LOSS: f64 = 1e6;
/// Time is counted in whole milliseconds.
pub const MILLISECONDS: f64 = 1e3;

/// A place: updates or milliseconds, and a loss in nats.
pub type Place = (u64, f64);

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its cell.
    pub cell: MusicCell,
    /// Its losses in order; a part ends where a loss is no number.
    pub parts: Vec<Vec<Place>>,
    /// Where its loss is lowest, for the first time.
    pub lowest: Place,
}

/// A line for every run of the set that has a loss.
pub fn lines(set: &SetReport, measure: Measure) -> Vec<Line> {
    set.cells
        .iter()
        .flat_map(|cell| {
            let of_curve = |curve| line(cell.cell, curve, measure);
            cell.curves.iter().filter_map(of_curve)
        })
        .collect()
}

fn line(cell: MusicCell, curve: &Curve, measure: Measure) -> Option<Line> {
    let mut places: Vec<(u64, Option<f64>)> = curve
        .points
        .iter()
        .filter_map(|point| {
            let at = match measure {
                Measure::Updates => point.updates,
                Measure::Seconds if point.seconds.is_finite() => {
                    (point.seconds * MILLISECONDS).round() as u64
                }
                Measure::Seconds => return None,
            };
            let loss = point.valid_nll?;
            Some((at.max(1), drawable(loss)))
        })
        .collect();
    places.sort_by_key(|(at, _)| *at);
    let parts: Vec<Vec<Place>> = places
        .split(|(_, loss)| loss.is_none())
        .map(|part| {
            part.iter()
                .filter_map(|(at, loss)| Some((*at, (*loss)?)))
                .collect()
        })
        .filter(|part: &Vec<Place>| !part.is_empty())
        .collect();
    let lowest = parts
        .iter()
        .flatten()
        .copied()
        .min_by(|one, other| one.1.total_cmp(&other.1))?;
    Some(Line {
        cell,
        parts,
        lowest,
    })
}

/// A loss that can be placed.
pub fn drawable(loss: f64) -> Option<f64> {
    loss.is_finite().then(|| loss.clamp(-MAX_LOSS, MAX_LOSS))
}

#[cfg(test)]
mod tests {
    use super::super::super::{CurvePoint, fake};
    use super::*;

    fn set(losses: &[Option<f64>]) -> SetReport {
        let mut set = fake::set("jsb", "JSB");
        let points = losses.iter().enumerate().map(|(index, loss)| CurvePoint {
            updates: index as u64,
            seconds: index as f64 / 2.0,
            train_nll: None,
            valid_nll: *loss,
        });
        set.cells[0].curves = vec![Curve {
            seed: 1,
            points: points.collect(),
        }];
        set
    }

    #[test]
    fn a_loss_that_is_no_number_ends_a_part_and_one_that_was_not_measured_does_not() {
        let set = set(&[Some(9.0), None, Some(8.0), Some(f64::NAN), Some(8.0)]);
        let lines = lines(&set, Measure::Updates);
        assert_eq!(lines[0].parts, [vec![(1, 9.0), (2, 8.0)], vec![(4, 8.0)]]);
        assert_eq!(lines[0].lowest, (2, 8.0));
    }

    #[test]
    fn seconds_are_counted_in_thousandths() {
        let lines = lines(&set(&[Some(9.0), Some(8.0)]), Measure::Seconds);
        assert_eq!(lines[0].parts, [vec![(1, 9.0), (500, 8.0)]]);
    }

    #[test]
    fn a_run_without_a_number_is_no_line() {
        assert!(lines(&set(&[None, Some(f64::INFINITY)]), Measure::Updates).is_empty());
    }
}
