//! Text that the model wrote, as a card of the page.

use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::marked::marked_pieces;
use super::number::{counted, fixed, grouped, percent};
use reverie_model::data::text::{Piece, pieces};

/// Characters that a card shows at once; the rest opens on demand.
const EXCERPT: usize = 1600;
/// Digits of a loss after the point.
const DIGITS: usize = 3;

/// What the model wrote at some point of its training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Updates made until then.
    pub iteration: u64,
    /// The text, as the model wrote it.
    pub text: String,
    /// Loss on the validation text, in nats per character, where it was measured.
    pub val_nats: Option<f64>,
    /// Share of the words that occur in the text, in `[0, 1]`; it may have been measured
    /// on more text than is kept here.
    pub word_share: Option<f64>,
}

impl Sample {
    /// The card's name within the page.
    pub fn anchor(&self) -> String {
        format!("sample-{}", self.iteration)
    }
}

/// One card.
pub fn card(sample: &Sample, is_known: &dyn Fn(&str) -> bool) -> Markup {
    let all: Vec<Piece<'_>> = pieces(&sample.text).collect();
    let (shown, rest) = all.split_at(excerpt(&all));
    let more: usize = rest.iter().map(|piece| length(*piece)).sum();
    let share = sample.word_share.filter(|share| share.is_finite());
    html! {
        article.sample id=(sample.anchor()) {
            header {
                h3 { "after " (counted(sample.iteration, "iteration")) }
                p {
                    @if sample.val_nats.is_some() {
                        span { (fixed(sample.val_nats, DIGITS)) " nats" }
                    }
                    @if share.is_some() { span { (percent(share)) " real words" } }
                }
                @if let Some(share) = share {
                    div.share aria-hidden="true" { span style=(bar(share)) {} }
                }
            }
            @if sample.text.is_empty() {
                p.faint { "The model wrote nothing." }
            }
            div.written dir="auto" { (marked_pieces(shown.iter().copied(), is_known)) }
            @if !rest.is_empty() {
                details {
                    summary { (grouped(more as u64)) " characters more" }
                    div.written dir="auto" { (marked_pieces(rest.iter().copied(), is_known)) }
                }
            }
        }
    }
}

/// A bar as long as a share.
fn bar(share: f64) -> String {
    format!("width:{:.1}%", share.clamp(0.0, 1.0) * 100.0)
}

/// How many pieces the excerpt has, so that no word is cut.
fn excerpt(pieces: &[Piece<'_>]) -> usize {
    let mut characters = 0;
    for (index, piece) in pieces.iter().enumerate() {
        if characters >= EXCERPT {
            return index;
        }
        characters += length(*piece);
    }
    pieces.len()
}

fn length(piece: Piece<'_>) -> usize {
    let (Piece::Word(text) | Piece::Between(text)) = piece;
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str) -> Sample {
        Sample {
            iteration: 100,
            text: text.to_owned(),
            val_nats: None,
            word_share: Some(f64::NAN),
        }
    }

    #[test]
    fn a_long_text_is_shown_in_two_parts_without_cutting_a_word() {
        let page = card(&sample(&"word ".repeat(400)), &|_| true).0;
        assert!(page.contains("400 characters more"), "{page}");
        assert!(!page.contains("wo</div>"), "{page}");
    }

    #[test]
    fn a_short_text_is_shown_at_once_and_an_empty_one_is_said_to_be() {
        assert!(!card(&sample("word"), &|_| true).0.contains("details"));
        assert!(card(&sample(""), &|_| true).0.contains("wrote nothing"));
    }

    #[test]
    fn a_share_that_is_not_a_number_is_left_out() {
        assert!(!card(&sample("a"), &|_| true).0.contains("share"));
    }
}
