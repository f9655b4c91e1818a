//! The page of exploding and vanishing gradients.

use reverie_lab::gradients::{CellFlow, Gradients, LinearPowers, TrainingNorms, WeightNorm};
use reverie_lab::memory::Update;

use super::{cliff, limit};
use crate::command::lab::cells::title;
use crate::command::lab::findings::Section;
use crate::command::lab::points::{above, from, last};
use crate::report::chart::{Axis, Chart, Look};
use crate::report::number::counted;

/// The least number that curves show; what is smaller has vanished.
const FLOOR: f64 = 1e-14;

/// What there is of it.
pub fn sections(found: &Gradients) -> Vec<Section> {
    let sections = [
        (!found.powers.is_empty()).then(|| powers_section(&found.powers)),
        (!found.flows.is_empty()).then(|| flow_section(found)),
        (!found.flows.is_empty()).then(|| clipping_section(found)),
        Some(cliff::section(found)),
        (!found.trainings.is_empty()).then(|| training_section(found)),
    ];
    sections.into_iter().flatten().collect()
}

fn powers_section(powers: &[LinearPowers]) -> Section {
    let mut chart = Chart::new(
        "ln ‖W^k‖ / √K of random matrices",
        Axis::new("lag k"),
        Axis::new("ln"),
    );
    for one in powers {
        let seeds = one.logs.iter().map(|logs| from(0, logs));
        chart = chart.lines(format!("radius {}", one.radius), seeds);
        let end = one.logs.first().map_or(0, Vec::len).saturating_sub(1) as f64;
        chart = chart.same(Look::Dashed, vec![(0.0, 0.0), (end, end * one.radius.ln())]);
    }
    Section::new("Linear networks")
        .words(
            "Of a linear network ∂h_T/∂h_t = W^(T−t). Lines: random matrices scaled to a spectral radius, \
             one a seed; dashes: k · ln(radius). In the first steps a matrix that is not normal may do \
             otherwise; the slope is taken from lag 100 on.",
        )
        .chart(chart)
}

fn flow_section(found: &Gradients) -> Section {
    let mut section = Section::new("Cells").words(format!(
        "‖∂h_T/∂h_t‖ / √K with random weights, whose square blocks between steps have the spectral radius \
         that is named, and random inputs; the geometric mean of {}. LSTM memory is ‖∂c_T/∂c_t‖: \
         what the forget gates (bias 1) let through.",
        counted(found.config.seeds as u64, "seed")
    ));
    for &radius in &found.config.radii {
        let here = found.flows.iter().filter(|flow| flow.radius == radius);
        let mut chart = Chart::new(
            format!("Spectral radius {radius}"),
            Axis::new("lag T − t"),
            Axis::log("norm"),
        );
        for flow in here {
            chart = chart.line(flow.name, above(FLOOR, 0, &flow.flow.hidden));
            if let Some(memory) = &flow.flow.memory {
                chart = chart.dashed("LSTM memory", above(FLOOR, 0, memory));
            }
        }
        section = section.chart(chart);
    }
    let row = |flow: &CellFlow| {
        let at = |lag: usize| {
            flow.flow
                .hidden
                .get(lag)
                .map_or(String::new(), |value| format!("{value:.1e}"))
        };
        let end = flow.flow.hidden.len() - 1;
        [
            flow.name.to_owned(),
            format!("{}", flow.radius),
            at(1),
            at(10),
            at(end),
            flow.flow
                .memory
                .as_ref()
                .map_or(String::new(), |memory| format!("{:.1e}", last(memory))),
        ]
    };
    let head = [
        "cell",
        "radius",
        "lag 1",
        "lag 10",
        "longest lag",
        "memory, longest lag",
    ];
    section.table(head, found.flows.iter().map(row))
}

fn clipping_section(found: &Gradients) -> Section {
    let mut section = Section::new("Clipping").words(format!(
        "The gradient of all weights together after sequences of growing length. Lines: as it is; dashes: \
         its global norm clipped to {}, after the backward pass and before the step. Clipping changes how \
         long the step is, not where it points, and does nothing for gradients that vanish.",
        found.config.clip
    ));
    for name in ["linear", "tanh", "GRU", "LSTM"] {
        let mut chart = Chart::new(name, Axis::new("steps"), Axis::log("global norm"));
        for flow in found.flows.iter().filter(|flow| flow.name == name) {
            let points = |of: fn(&WeightNorm) -> f64| {
                flow.weights
                    .iter()
                    .map(|one| (one.steps as f64, of(one)))
                    .collect::<Vec<_>>()
            };
            chart = chart
                .line(format!("radius {}", flow.radius), points(|one| one.free))
                .same(Look::Dashed, points(|one| one.clipped));
        }
        if !chart.series.is_empty() {
            section = section.chart(chart);
        }
    }
    section
}

fn training_section(found: &Gradients) -> Section {
    let mut norms = Chart::new(
        "Norm of the gradient, before clipping",
        Axis::new("update"),
        Axis::log("global norm"),
    );
    let mut losses = Chart::new("Loss", Axis::new("update"), Axis::new("nats"));
    for training in &found.trainings {
        let points = |of: fn(&Update) -> f64| {
            let updates = training.updates.iter().enumerate();
            updates
                .map(|(at, update)| (at as f64 + 1.0, of(update)))
                .collect::<Vec<_>>()
        };
        norms = norms.line(limit(training.clip), points(|update| update.norm));
        losses = losses.line(limit(training.clip), points(|update| update.loss));
    }
    let row = |training: &TrainingNorms| {
        let norms = || training.updates.iter().map(|update| update.norm);
        let above = norms().filter(|norm| *norm > found.config.clip).count();
        [
            limit(training.clip),
            format!("{:.3}", norms().fold(0.0, f64::max)),
            format!("{above} of {}", training.updates.len()),
            training
                .updates
                .last()
                .map_or(String::new(), |update| format!("{:.3}", update.loss)),
        ]
    };
    let head = [
        "training",
        "largest norm",
        "updates above the limit",
        "last loss",
    ];
    Section::new("Through training")
        .words(format!(
            "A {} network of {} units learns to say at the end of {} symbols which came first.",
            title(found.config.cell),
            found.config.learn.hidden,
            found.config.learn.steps
        ))
        .chart(norms)
        .chart(losses)
        .table(head, found.trainings.iter().map(row))
}
