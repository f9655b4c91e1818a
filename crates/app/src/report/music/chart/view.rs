//! Which losses are worth looking at, and lines cut to them.

use std::ops::Range;

use super::lines::{Line, Place, drawable};
use crate::report::curve::axis::span;

/// The view goes on above the highest loss that matters by this share of what is below it.
const ABOVE: f64 = 0.6;
/// The lowest view, in nats.
const MIN_HEIGHT: f64 = 1.0;

/// The losses to show: from the lowest up to a bit above the worst of the runs' best losses and the
/// Markov chain, since all runs come from far above.
///
/// # Units
/// Nats per step.
pub fn view(lines: &[Line], markov: f64) -> Range<f64> {
    let best = || {
        let runs = lines.iter().map(|line| line.lowest.1);
        runs.chain(drawable(markov))
    };
    let (low, worst) = best().fold((f64::MAX, f64::MIN), |(low, worst), loss| {
        (low.min(loss), worst.max(loss))
    });
    let all = lines.iter().flat_map(|line| line.parts.iter().flatten());
    let highest = all.map(|place| place.1).fold(worst, f64::max);
    let high = worst + ((worst - low) * ABOVE).max(MIN_HEIGHT - (worst - low));
    span([low, high.min(highest)].into_iter())
}

/// The parts of a line below a limit, ending where they cross it.
pub fn below(part: &[Place], limit: f64) -> Vec<Vec<Place>> {
    let mut parts: Vec<Vec<Place>> = Vec::new();
    let mut open: Vec<Place> = Vec::new();
    for (index, place) in part.iter().enumerate() {
        let is_below = place.1 <= limit;
        let before = index.checked_sub(1).map(|index| part[index]);
        let was_below = before.is_some_and(|before| before.1 <= limit);
        if let Some(before) = before.filter(|_| is_below != was_below) {
            open.push(crossing(before, *place, limit));
        }
        if is_below {
            open.push(*place);
        } else if !open.is_empty() {
            parts.push(std::mem::take(&mut open));
        }
    }
    if !open.is_empty() {
        parts.push(open);
    }
    parts
}

/// Where the line between two places crosses a limit, on a logarithmic axis.
fn crossing((from, high): Place, (to, low): Place, limit: f64) -> Place {
    let share = ((high - limit) / (high - low)).clamp(0.0, 1.0);
    let (start, end) = (from.max(1) as f64, to.max(1) as f64);
    let at = start.ln() + share * (end.ln() - start.ln());
    ((at.exp().round() as u64).clamp(from, to.max(from)), limit)
}

/// The places of a line that can be told apart: the last of each column of the picture.
pub fn thinned(part: &[Place], column: impl Fn(u64) -> i32) -> Vec<Place> {
    let mut kept: Vec<Place> = Vec::new();
    for (index, place) in part.iter().enumerate() {
        let is_same = index > 1
            && kept
                .last()
                .is_some_and(|last| column(last.0) == column(place.0));
        if is_same {
            kept.pop();
        }
        kept.push(*place);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::super::MusicCell;
    use super::*;

    fn line(losses: &[f64]) -> Line {
        let places: Vec<Place> = (1..).zip(losses.iter().copied()).collect();
        let lowest = *places.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        Line {
            cell: MusicCell::Tanh,
            parts: vec![places],
            lowest,
        }
    }

    #[test]
    fn the_start_is_out_of_view_and_the_chain_is_in_it() {
        let view = view(&[line(&[61.0, 12.0, 8.5]), line(&[61.0, 9.0])], 10.49);
        assert!(view.start < 8.5 && view.start > 7.9, "{view:?}");
        assert!(view.end > 10.49 && view.end < 12.5, "{view:?}");
    }

    #[test]
    fn without_a_chain_there_is_a_view() {
        let view = view(&[line(&[61.0, 8.5])], f64::NAN);
        assert!(
            view.start < 8.5 && view.end > 9.4 && view.end < 10.0,
            "{view:?}"
        );
    }

    #[test]
    fn nothing_above_the_highest_loss_is_shown() {
        let view = view(&[line(&[3.0, 3.0])], f64::NAN);
        assert!(view.end < 3.2, "{view:?}");
    }

    #[test]
    fn a_line_ends_where_it_leaves_the_view() {
        let part = [
            (1, 30.0),
            (100, 10.0),
            (1000, 10.0),
            (2000, 40.0),
            (4000, 50.0),
        ];
        let cut = below(&part, 20.0);
        assert_eq!(cut.len(), 1);
        assert_eq!(cut[0][0], (10, 20.0));
        assert_eq!(cut[0][3].1, 20.0);
        assert!((1000..2000).contains(&cut[0][3].0));
        assert!(below(&part, 5.0).is_empty());
        assert_eq!(below(&part, 90.0), [part.to_vec()]);
    }

    #[test]
    fn a_column_of_the_picture_keeps_its_last_place() {
        let part: Vec<Place> = (0..100).map(|at| (at, at as f64)).collect();
        let kept = thinned(&part, |at| (at / 10) as i32);
        assert_eq!(kept.first(), Some(&(0, 0.0)));
        assert_eq!(kept.last(), Some(&(99, 99.0)));
        assert_eq!(kept.len(), 11);
    }
}
