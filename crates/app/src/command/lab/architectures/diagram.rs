//! Drawings of networks unrolled over time.

use maud::{Markup, html};
use reverie_lab::architectures::{HelloStep, Pattern};

/// From step to step.
const STRIDE: f64 = 46.0;
/// From layer to layer.
const RISE: f64 = 46.0;
/// Half the width of a cell, and the radius of what is read and said.
const HALF: f64 = 12.0;
/// Around the drawing.
const MARGIN: f64 = 18.0;
/// Length of an arrow's head.
const HEAD: f64 = 4.5;
/// Between an arrow there and one back.
const APART: f64 = 4.0;

/// Whether something happens at a step.
type At = fn(usize) -> bool;

/// Which steps read and which are listened to.
struct Plan {
    steps: usize,
    reads: At,
    says: At,
    /// What the first output is about, after what the first input is.
    late: usize,
}

fn plan(pattern: Pattern) -> Plan {
    let all: At = |_| true;
    let (steps, reads, says): (usize, At, At) = match pattern {
        Pattern::OneToMany => (5, |t| t == 0, all),
        Pattern::ManyToOne => (5, all, |t| t == 4),
        Pattern::ManyToMany => (6, |t| t < 3, |t| t >= 3),
        _ => (5, all, all),
    };
    let late = usize::from(pattern == Pattern::Prediction);
    Plan {
        steps,
        reads,
        says,
        late,
    }
}

/// A pattern as boxes and arrows.
pub fn pattern(pattern: Pattern) -> Markup {
    let Plan {
        steps,
        reads,
        says,
        late,
    } = plan(pattern);
    let layers = pattern.layers();
    let both = pattern.is_bidirectional();
    let x = |t: usize| MARGIN + HALF + t as f64 * STRIDE;
    // Row 0 is what is read, then the layers, then what is said.
    let y = |row: usize| MARGIN + HALF + (layers + 1 - row) as f64 * RISE;
    let (width, height) = (x(steps - 1) + HALF + MARGIN, y(0) + HALF + MARGIN);
    let is_hidden = tracked(pattern);
    let (read, said) = if is_hidden { ("y", "x") } else { ("x", "y") };
    html! {
        svg viewBox=(format!("0 0 {width} {height}")) width=(width) height=(height)
            style="max-width:100%;height:auto" role="img" aria-label=(pattern.name()) {
            @for t in 0..steps {
                @if reads(t) {
                    (arrow((x(t), y(0) - HALF), (x(t), y(1) + HALF)))
                    (node(x(t), y(0), read, t + 1, "var(--card)"))
                }
                @for layer in 1..=layers {
                    rect x=(x(t) - HALF) y=(y(layer) - HALF) width=(2.0 * HALF) height=(2.0 * HALF)
                        rx="4" fill="var(--accent)" opacity="0.85" {}
                    @if layer < layers { (arrow((x(t), y(layer) - HALF), (x(t), y(layer + 1) + HALF))) }
                    @if t + 1 < steps {
                        @let off = if both { APART } else { 0.0 };
                        (arrow((x(t) + HALF, y(layer) - off), (x(t + 1) - HALF, y(layer) - off)))
                        @if both {
                            (arrow((x(t + 1) - HALF, y(layer) + off), (x(t) + HALF, y(layer) + off)))
                        }
                    }
                }
                @if says(t) {
                    (arrow((x(t), y(layers) - HALF), (x(t), y(layers + 1) + HALF)))
                    (node(x(t), y(layers + 1), said, t + 1 + late, "none"))
                }
            }
        }
    }
}

fn tracked(pattern: Pattern) -> bool {
    matches!(
        pattern,
        Pattern::Filtering | Pattern::Smoothing | Pattern::Prediction
    )
}

fn node(x: f64, y: f64, letter: &str, number: usize, fill: &str) -> Markup {
    html! {
        circle cx=(x) cy=(y) r=(HALF) fill=(fill) stroke="currentColor" stroke-width="1.2" {}
        text x=(x) y=(y + 3.5) font-size="10" text-anchor="middle" fill="currentColor" {
            (letter) (subscript(number))
        }
    }
}

fn subscript(number: usize) -> String {
    let small = |digit: char| char::from_u32(digit as u32 - '0' as u32 + '\u{2080}' as u32);
    number.to_string().chars().filter_map(small).collect()
}

fn arrow((x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> Markup {
    let length = (x2 - x1).hypot(y2 - y1).max(1e-9);
    let (dx, dy) = ((x2 - x1) / length, (y2 - y1) / length);
    let (x3, y3) = (x2 - HEAD * dx, y2 - HEAD * dy);
    let half = HEAD / 2.0;
    let head = format!(
        "{x2},{y2} {},{} {},{}",
        x3 - half * dy,
        y3 + half * dx,
        x3 + half * dy,
        y3 - half * dx
    );
    html! {
        line x1=(x1) y1=(y1) x2=(x3) y2=(y3) stroke="currentColor" stroke-width="1.2" {}
        polygon points=(head) fill="currentColor" {}
    }
}

/// Width of a column of numbers.
const COLUMN: f64 = 74.0;
/// Height of a number.
const LINE: f64 = 17.0;
/// Letters, in the order of the shares.
const LETTERS: [&str; 4] = ["h", "e", "l", "o"];

/// The toy with all its numbers: below what is read, then the hidden units, then the shares of the
/// four letters with the right one framed, above what is said.
pub fn hello(steps: &[HelloStep]) -> Markup {
    let hidden = steps.first().map_or(0, |step| step.hidden.len());
    let x = |t: usize| 70.0 + t as f64 * COLUMN;
    let said = 20.0;
    let shares = said + 14.0;
    let units = shares + LETTERS.len() as f64 * LINE + 22.0;
    let read = units + hidden as f64 * LINE + 30.0;
    let (width, height) = (x(steps.len()), read + 12.0);
    let faint = "var(--faint)";
    html! {
        svg viewBox=(format!("0 0 {width} {height}")) width=(width) height=(height)
            style="max-width:100%;height:auto" role="img" aria-label="hell becomes ello" {
            @for (words, at) in [("says", said), ("shares", shares + 11.0), ("units", units + 11.0), ("reads", read)] {
                text x="10" y=(at) font-size="11" fill=(faint) { (words) }
            }
            @for (t, step) in steps.iter().enumerate() {
                text x=(x(t) + 24.0) y=(said) font-size="15" text-anchor="middle" fill="currentColor"
                    font-weight=(if step.said == step.wanted { "700" } else { "400" })
                    text-decoration=(if step.said == step.wanted { "none" } else { "line-through" }) { (step.said) }
                @for (place, share) in step.shares.iter().enumerate() {
                    (cell(x(t), shares + place as f64 * LINE, f64::from(*share), &format!("{} {share:.2}", LETTERS[place]),
                        LETTERS[place].starts_with(step.wanted)))
                }
                (arrow((x(t) + 24.0, units - 3.0), (x(t) + 24.0, units - 19.0)))
                @for (place, unit) in step.hidden.iter().enumerate() {
                    (cell(x(t), units + place as f64 * LINE, f64::from(unit.abs()), &format!("{unit:+.2}"), false))
                }
                @if t + 1 < steps.len() {
                    @let middle = units + hidden as f64 * LINE / 2.0;
                    (arrow((x(t) + 50.0, middle), (x(t + 1) - 2.0, middle)))
                }
                (arrow((x(t) + 24.0, read - 13.0), (x(t) + 24.0, units + hidden as f64 * LINE + 2.0)))
                text x=(x(t) + 24.0) y=(read) font-size="15" text-anchor="middle" fill="currentColor" { (step.read) }
            }
        }
    }
}

fn cell(x: f64, y: f64, strength: f64, words: &str, is_framed: bool) -> Markup {
    let frame = if is_framed { "currentColor" } else { "none" };
    html! {
        rect x=(x) y=(y) width="48" height=(LINE - 2.0) rx="2" fill="var(--accent)"
            fill-opacity=(format!("{:.2}", 0.08 + 0.5 * strength)) stroke=(frame) stroke-width="1.4" {}
        text x=(x + 24.0) y=(y + 11.0) font-size="10" text-anchor="middle" fill="currentColor" { (words) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_a_well_formed_drawing() {
        for one in Pattern::ALL {
            let drawn = pattern(one).into_string();
            let document = roxmltree::Document::parse(&drawn).unwrap();
            let boxes = document
                .descendants()
                .filter(|node| node.has_tag_name("rect"))
                .count();
            assert_eq!(boxes, plan(one).steps * one.layers(), "{one:?}");
        }
        assert_eq!(subscript(12), "₁₂");
    }
}
