//! The losses as a table.

use maud::{Markup, html};

use super::number::{fixed, grouped, percent, whole};
use super::point::{Best, LogPoint};
use super::sample::Sample;

/// Rows of the table, apart from those with a sample, the last and the best.
const ROWS: usize = 16;
/// Digits of a loss after the point.
const DIGITS: usize = 3;

/// A row for every sample, the best, the last, and a few between them; the log has the others.
pub fn table(points: &[LogPoint], samples: &[Sample], best: Option<Best>) -> Markup {
    let rows = choose(points, samples, best);
    let is_best = |point: &LogPoint| best.is_some_and(|best| best.iteration == point.iteration);
    html! {
        div.scroll {
            table.losses {
                thead {
                    tr {
                        th scope="col" rowspan="2" { "iteration" }
                        th scope="col" { "training" }
                        th scope="colgroup" colspan="2" { "validation" }
                        th scope="col" { "speed" }
                        th scope="col" { "words" }
                    }
                    tr {
                        @for unit in ["nats", "nats", "bits", "char/s", "real"] {
                            th scope="col" { (unit) }
                        }
                    }
                }
                tbody {
                    @for point in &rows {
                        @let sample = at(samples, point.iteration);
                        tr.best[is_best(point)] {
                            th scope="row" {
                                @if let Some(sample) = sample {
                                    a href={ "#" (sample.anchor()) } { (grouped(point.iteration)) }
                                } @else {
                                    (grouped(point.iteration))
                                }
                            }
                            td { (fixed(Some(point.train_nats), DIGITS)) }
                            td { (fixed(point.val_nats, DIGITS)) }
                            td { (fixed(point.val_bpc(), DIGITS)) }
                            td { (whole(point.chars_per_second)) }
                            td { @if let Some(sample) = sample { (percent(sample.word_share)) } }
                        }
                    }
                }
            }
        }
        p.faint.note {
            "Losses are per character. "
            @if rows.iter().any(|point| is_best(point)) { "The best validation is bold. " }
            @if rows.iter().any(|point| at(samples, point.iteration).is_some()) {
                "A linked iteration leads to what the network wrote then. "
            }
            @if rows.len() < points.len() {
                (rows.len()) " of " (grouped(points.len() as u64)) " lines; all are in "
                code { "log.csv" } "."
            }
        }
    }
}

fn at(samples: &[Sample], iteration: u64) -> Option<&Sample> {
    samples.iter().find(|sample| sample.iteration == iteration)
}

/// The points that tell something, in order.
fn choose<'p>(points: &'p [LogPoint], samples: &[Sample], best: Option<Best>) -> Vec<&'p LogPoint> {
    let is_measured = |point: &&LogPoint| point.val_nats.is_some();
    let any_measured = points.iter().any(|point| point.val_nats.is_some());
    let candidates = points
        .iter()
        .filter(|point| !any_measured || is_measured(point))
        .count();
    let every = candidates.div_ceil(ROWS).max(1);
    let mut seen = 0;
    points
        .iter()
        .enumerate()
        .filter(|(index, point)| {
            let is_candidate = !any_measured || is_measured(point);
            seen += usize::from(is_candidate);
            let is_its_turn = is_candidate && seen.is_multiple_of(every);
            is_its_turn
                || index + 1 == points.len()
                || at(samples, point.iteration).is_some()
                || best.is_some_and(|best| best.iteration == point.iteration)
        })
        .map(|(_, point)| point)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::point::fake::point;
    use super::*;

    fn sample(iteration: u64) -> Sample {
        Sample {
            iteration,
            text: String::new(),
            val_nats: None,
            word_share: Some(0.5),
        }
    }

    #[test]
    fn a_long_log_keeps_samples_best_and_last() {
        let points: Vec<LogPoint> = (1..=1999)
            .map(|iteration| point(iteration, 2.0, (iteration % 10 == 0).then_some(2.0)))
            .collect();
        let best = Best {
            iteration: 30,
            val_nats: 1.0,
        };
        let rows = choose(&points, &[sample(101), sample(700)], Some(best));
        let kept: Vec<u64> = rows.iter().map(|row| row.iteration).collect();
        assert!(kept.len() <= ROWS + 4, "{kept:?}");
        assert!(
            [30, 101, 700, 1999].iter().all(|it| kept.contains(it)),
            "{kept:?}"
        );
        assert!(kept.is_sorted(), "{kept:?}");
    }

    #[test]
    fn a_short_log_is_shown_whole() {
        let points: Vec<LogPoint> = (1..=9).map(|i| point(i, 2.0, None)).collect();
        assert_eq!(choose(&points, &[], None).len(), 9);
    }

    #[test]
    fn a_row_with_a_sample_leads_to_it() {
        let page = table(&[point(100, 2.0, None)], &[sample(100)], None).0;
        assert!(page.contains("<a href=\"#sample-100\">100</a>"), "{page}");
        assert!(page.contains("50\u{a0}%"), "{page}");
    }
}
