//! The table of what the first input still counts for.

use reverie_lab::memory::Memory;
use reverie_model::recurrent::CellKind;

use super::of;
use crate::command::lab::cells::title;
use crate::command::lab::findings::Row;
use crate::command::lab::points::last;

/// An LSTM holds the first input where this share of ∂c/∂x_1 is left at the end.
const HELD: f64 = 0.1;
/// A tanh network has lost it where less than this share of ∂h/∂x_1 is left.
const LOST: f64 = 0.01;
/// Bars hold from so many steps on: a few steps back every network sees.
const FAR: usize = 50;
/// What is expected of each cell, beside what was measured.
pub fn rows(found: &Memory) -> Vec<Row> {
    let steps = found.config.learn.steps;
    let mut rows = Vec::new();
    let cells = [
        (CellKind::Lstm, "∂c_T/∂x_1"),
        (CellKind::Gru, "∂h_T/∂x_1"),
        (CellKind::Rnn, "∂h_T/∂x_1"),
    ];
    let list = |values: Vec<String>| values.join(", ");
    let shares = |ends: &[f64]| list(ends.iter().map(|end| format!("{end:.1e}")).collect());
    for (cell, left) in cells {
        let before: Vec<f64> = of(found, cell)
            .map(|network| last(&network.start))
            .collect();
        if before.is_empty() {
            continue;
        }
        let name = title(cell);
        let figure =
            format!("{name}, before learning: ‖{left}‖ after {steps} steps, relative to one");
        let row = |theory: String| Row::new(figure.clone(), theory, shares(&before));
        rows.push(match cell {
            CellKind::Rnn if steps >= FAR => {
                row(format!("lost: below {LOST}")).holds(before.iter().all(|end| *end < LOST))
            }
            CellKind::Lstm if steps >= FAR => {
                row(format!("open gates: above {LOST}")).holds(before.iter().all(|end| *end > LOST))
            }
            _ => row(String::new()),
        });
    }
    for (cell, _) in cells {
        let after: Vec<f64> = of(found, cell)
            .map(|network| last(&network.state))
            .collect();
        if after.is_empty() {
            continue;
        }
        let name = title(cell);
        let figure = format!("{name}, after learning: the same");
        let row = |theory: String| Row::new(figure.clone(), theory, shares(&after));
        rows.push(match cell {
            CellKind::Lstm => {
                row(format!("held: above {HELD}")).holds(after.iter().all(|end| *end > HELD))
            }
            CellKind::Rnn if steps >= FAR => {
                row(format!("lost: below {LOST}")).holds(after.iter().all(|end| *end < LOST))
            }
            _ => row(String::new()),
        });
        let right = of(found, cell).map(|network| format!("{:.3}", network.right));
        let chance = 1.0 / found.config.learn.task.n_cues as f64;
        rows.push(Row::new(
            format!("{name}: right answers after {steps} steps"),
            format!("chance {chance}"),
            list(right.collect()),
        ));
    }
    let gates = of(found, CellKind::Lstm).filter_map(|network| network.forget.as_ref());
    let gates: Vec<String> = gates
        .map(|(gate, _)| {
            format!(
                "{:.3}",
                gate[1..].iter().sum::<f64>() / (gate.len() - 1) as f64
            )
        })
        .collect();
    if !gates.is_empty() {
        rows.push(Row::new(
            "LSTM: mean forget gate where it is held",
            "open: near 1",
            gates.join(", "),
        ));
    }
    rows
}
