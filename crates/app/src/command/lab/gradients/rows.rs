//! The table of exploding and vanishing gradients.

use reverie_lab::gradients::Gradients;

use crate::command::lab::findings::Row;
use crate::command::lab::points::last;

/// How far a slope may be from the logarithm of the spectral radius.
const BAR: f64 = 0.05;
/// How far a clipped norm may be from the limit.
const CLIP_BAR: f64 = 1e-5;

/// What theory says, beside what was measured.
pub fn rows(found: &Gradients) -> Vec<Row> {
    let mut rows = Vec::new();
    for powers in &found.powers {
        let (expected, measured) = (powers.radius.ln(), powers.slope());
        let row = Row::new(
            format!("linear: slope of ln‖∂h_T/∂h_t‖ at radius {}", powers.radius),
            format!("{expected:.4}"),
            format!("{measured:.4}"),
        );
        rows.push(match expected {
            0.0 => row,
            _ => row.holds((measured / expected - 1.0).abs() < BAR),
        });
    }
    let lag = found.config.steps - 1;
    for flow in &found.flows {
        let is_shown = flow.name != "linear" && (flow.radius - 0.9).abs() < 1e-9;
        if is_shown {
            rows.push(Row::new(
                format!("{}: ‖∂h_T/∂h_t‖ at lag {lag}, radius 0.9", flow.name),
                "",
                format!("{:.1e}", last(&flow.flow.hidden)),
            ));
            if let Some(memory) = &flow.flow.memory {
                let tanh = found
                    .flows
                    .iter()
                    .find(|other| other.name == "tanh" && other.radius == flow.radius);
                let tanh = tanh.map_or(0.0, |tanh| last(&tanh.flow.hidden));
                let row = Row::new(
                    format!("{}: ‖∂c_T/∂c_t‖ at lag {lag}, radius 0.9", flow.name),
                    "above tanh's",
                    format!("{:.1e}", last(memory)),
                );
                rows.push(row.holds(last(memory) > tanh));
            }
        }
    }
    let all = found.flows.iter().flat_map(|flow| &flow.weights);
    let off = all.map(|one| (one.clipped - one.free.min(found.config.clip)).abs());
    if let Some(off) = off.reduce(f64::max) {
        let relative = off / found.config.clip;
        let row = Row::new(
            "clipped global norm",
            format!("at most {} ± 1e-5", found.config.clip),
            format!("{off:.0e} off"),
        );
        rows.push(row.holds(relative < CLIP_BAR));
    }
    if let [free, clipped] = found.descents.as_slice() {
        let limit = clipped.clip.unwrap_or(f64::NAN);
        rows.push(
            Row::new(
                "cliff: loss after descent without clipping",
                "leaps away",
                format!(
                    "{:.4}, longest step {:.1}",
                    free.settled(),
                    free.longest_step
                ),
            )
            .holds(free.longest_step > 1.0),
        );
        rows.push(
            Row::new(
                format!("cliff: the same, clipped at {limit}"),
                "finds the valley",
                format!(
                    "{:.4}, longest step {:.4}",
                    clipped.settled(),
                    clipped.longest_step
                ),
            )
            .holds(clipped.settled() < free.settled()),
        );
    }
    rows
}
