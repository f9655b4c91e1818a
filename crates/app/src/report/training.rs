//! The page about a training run.

use maud::{Markup, PreEscaped, html};

use super::curve::{self, Shape};
use super::frame;
use super::number::{counted, fixed, grouped, percent};
use super::parts::{facts, tile};
use super::point::{Best, LogPoint, to_bits, to_choices};
use super::sample::{Sample, card};
use super::table::table;

/// What only this page needs.
const STYLE: &str = concat!(include_str!("parts.css"), include_str!("training.css"));
/// Digits of a loss after the point.
const DIGITS: usize = 3;
/// What stands above the command.
const AGAIN: &str = "The command that trains the same again:";
/// Where the first source can be read.
const BLOG: &str = "https://karpathy.github.io/2015/05/21/rnn-effectiveness/";
/// Where the second source can be read.
const ARTICLE: &str = "https://arxiv.org/abs/1506.02078";

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It goes on, and this page will be written again.
    Running {
        /// The last iteration it will make.
        of: u64,
    },
    /// It was stopped before its last iteration.
    Stopped {
        /// The last iteration it would have made.
        of: u64,
    },
    /// It made all iterations that it was asked for.
    Finished,
}

/// What the page is made from.
pub struct Report<'a> {
    /// Heading of the page.
    pub title: &'a str,
    /// How far the run is.
    pub status: Status,
    /// What was trained on what: names with values, shown in this order.
    pub facts: Vec<(String, String)>,
    /// The command that trains the same again.
    pub command: String,
    /// The log, by iteration.
    pub points: &'a [LogPoint],
    /// What the model wrote, by iteration.
    pub samples: &'a [Sample],
    /// Whether a word, in lower case with straight apostrophes, occurs in the text.
    pub is_known_word: &'a dyn Fn(&str) -> bool,
}

/// The page: one file that needs no network.
///
/// # Errors
/// If the curve cannot be drawn.
pub fn html(report: &Report<'_>) -> anyhow::Result<String> {
    let body = html! {
        header.top {
            p.status { (status(report)) }
            h1 { (report.title) }
            (introduction())
            (headline(report))
        }
        section #curve { h2 { "The loss" } (losses(report)?) }
        section #samples { h2 { "What it wrote" } (samples(report)) }
        @if !report.facts.is_empty() || !report.command.is_empty() {
            section #facts {
                h2 { "What was trained" }
                (facts(&report.facts, &report.command, AGAIN))
            }
        }
    };
    Ok(frame::page(report.title, STYLE, &body))
}

fn status(report: &Report<'_>) -> String {
    let last = report.points.last().map_or(0, |point| point.iteration);
    match report.status {
        Status::Running { of } => format!(
            "Training: {} of {} so far. Reload the page for more.",
            grouped(last),
            counted(of, "iteration")
        ),
        Status::Stopped { of } => format!(
            "Stopped after {} of {}",
            grouped(last),
            counted(of, "iteration")
        ),
        Status::Finished => format!("Trained for {}", counted(last, "iteration")),
    }
}

fn introduction() -> Markup {
    html! {
        p.lead {
            "A recurrent network reads a text one character at a time and learns one thing: to "
            "guess the character that comes next. Nobody tells it what a word is. Asked to go on "
            "by itself, it writes noise at first; then come spaces and line breaks, short words, "
            "longer words, names, quotation marks that close. Below are its guesses getting better "
            "and its own writing along the way."
        }
        p.faint {
            "Andrej Karpathy showed this on " cite { "War and Peace" } " and other texts in "
            a href=(BLOG) { "The Unreasonable Effectiveness of Recurrent Neural Networks" }
            " (2015); with Justin Johnson and Li Fei-Fei he looked inside such networks in "
            a href=(ARTICLE) { "Visualizing and Understanding Recurrent Networks" } " (2015)."
        }
    }
}

/// The run in a few numbers.
fn headline(report: &Report<'_>) -> Markup {
    let measured = |point: &&LogPoint| point.val_nats.is_some_and(f64::is_finite);
    let latest = report.points.iter().rfind(measured);
    let is_earlier = |best: &Best| latest.is_none_or(|last| last.iteration != best.iteration);
    let earlier_best = Best::of(report.points).filter(is_earlier);
    let written = report.samples.iter().rfind(|s| s.word_share.is_some());
    html! {
        @if let Some((point, nats)) = latest.and_then(|point| Some((point, point.val_nats?))) {
            ul.numbers {
                (tile(&fixed(Some(nats), DIGITS), html! {
                    "nats per character on text it never trained on, after "
                    (counted(point.iteration, "iteration"))
                }))
                (tile(&fixed(Some(to_bits(nats)), 2), html! {
                    "bits per character, the same in another unit"
                }))
                (tile(&fixed(Some(to_choices(nats)), 1), html! {
                    "characters: a blind choice among so many is as uncertain"
                }))
                @if let Some(sample) = written {
                    (tile(&percent(sample.word_share), html! {
                        "of the words it writes are real, after "
                        (counted(sample.iteration, "iteration"))
                    }))
                }
            }
        }
        @if let Some(best) = earlier_best {
            p.faint {
                "Best validation: " (fixed(Some(best.val_nats), DIGITS)) " nats after "
                (counted(best.iteration, "iteration")) "."
            }
        }
    }
}

fn losses(report: &Report<'_>) -> anyhow::Result<Markup> {
    if report.points.is_empty() {
        return Ok(html! { p.faint { "Nothing has been measured yet." } });
    }
    let alt = alt_text(report);
    let wide = curve::draw(report.points, report.samples, Shape::WIDE)?;
    let narrow = curve::draw(report.points, report.samples, Shape::NARROW)?;
    Ok(html! {
        figure.loss {
            div.wide role="img" aria-label=(alt) { (PreEscaped(wide)) }
            div.narrow role="img" aria-label=(alt) { (PreEscaped(narrow)) }
            figcaption {
                "How surprised the network is by a character, on average: on the text it trains on "
                "(running mean) and on text it never trained on."
                @if !report.samples.is_empty() {
                    " Green dots are samples, with the share of real words in them."
                }
            }
        }
        (table(report.points, report.samples, Best::of(report.points)))
    })
}

/// What the picture says, for those who do not see it.
fn alt_text(report: &Report<'_>) -> String {
    let ends = report.points.first().zip(report.points.last());
    ends.map_or_else(String::new, |(first, last)| {
        format!(
            "Loss over iterations: training goes from {} nats at {} to {} at {}, \
             validation ends at {}",
            fixed(Some(first.train_nats), DIGITS),
            grouped(first.iteration),
            fixed(Some(last.train_nats), DIGITS),
            grouped(last.iteration),
            fixed(
                report.points.iter().rev().find_map(|point| point.val_nats),
                DIGITS
            ),
        )
    })
}

fn samples(report: &Report<'_>) -> Markup {
    html! {
        @if report.samples.is_empty() {
            p.faint { "No sample has been taken yet." }
        } @else {
            p.legend {
                "In these texts " u { "invented" } " words are set off from words that occur in "
                "the text."
            }
            div.samples {
                @for sample in report.samples { (card(sample, report.is_known_word)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::point::fake::point;
    use super::*;

    fn report<'a>(points: &'a [LogPoint], samples: &'a [Sample]) -> Report<'a> {
        Report {
            title: "A <run>",
            status: Status::Running { of: 2000 },
            facts: vec![("text & newlines".to_owned(), "<b>LF</b>".to_owned())],
            command: "reverie text train 'a<b'".to_owned(),
            points,
            samples,
            is_known_word: &|word| word == "the",
        }
    }

    #[test]
    fn a_report_of_nothing_is_a_page() {
        let mut report = report(&[], &[]);
        report.facts.clear();
        report.command.clear();
        let page = html(&report).unwrap();
        assert!(page.contains("Nothing has been measured yet."));
        assert!(page.contains("No sample has been taken yet."));
        assert!(page.contains("0 of 2,000 iterations"));
    }

    #[test]
    fn what_comes_from_outside_is_escaped() {
        let samples = [Sample {
            iteration: 100,
            text: "<script>alert(1)</script> the \u{1b}[31m".to_owned(),
            val_nats: Some(3.0),
            word_share: Some(0.12),
        }];
        let page = html(&report(&[point(100, 3.1, Some(3.0))], &samples)).unwrap();
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&lt;<u>script</u>&gt;<u>alert</u>(1)"));
        assert!(page.contains("A &lt;run&gt;"));
        assert!(page.contains("&lt;b&gt;LF&lt;/b&gt;"));
        assert!(page.contains("'a&lt;b'"));
        assert!(page.contains("U+001B"));
    }

    #[test]
    fn a_run_that_went_wrong_still_has_a_page() {
        let points = [
            point(1, 4.4, Some(f64::INFINITY)),
            point(2, f64::NAN, Some(f64::NAN)),
        ];
        let page = html(&report(&points, &[])).unwrap();
        assert!(!page.contains("NaN") && !page.contains("inf "), "{page}");
    }

    #[test]
    fn the_numbers_are_those_of_the_last_validation_and_of_the_best() {
        let points = [
            point(1, 4.4, Some(1.0)),
            point(2000, 1.4, Some(1.518)),
            point(2001, 1.4, None),
        ];
        let page = html(&report(&points, &[])).unwrap();
        for part in [
            "<b>1.518</b>",
            "<b>2.19</b>",
            "<b>4.6</b>",
            "Best validation: 1.000",
        ] {
            assert!(page.contains(part), "{part}");
        }
    }

    #[test]
    fn a_status_says_how_far_the_run_is() {
        let points = [point(1200, 2.0, None)];
        let mut report = report(&points, &[]);
        report.status = Status::Stopped { of: 2000 };
        assert_eq!(status(&report), "Stopped after 1,200 of 2,000 iterations");
        report.status = Status::Finished;
        assert_eq!(status(&report), "Trained for 1,200 iterations");
    }
}
