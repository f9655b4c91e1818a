//! `reverie lab gradients`: how gradients explode and vanish, and what clipping does.

use reverie_lab::gradients::{
    CellFlow, Descent, Gradients, GradientsConfig, LinearPowers, TrainingNorms, gradients,
};
use reverie_model::recurrent::CellKind;
use serde_json::json;

use super::Experiment;
use super::bench::Bench;
use super::findings::{Findings, Part, Row, Section};
use crate::cli::{GradientsArgs, LabCell, LabRunArgs};
use crate::command::shared;
use crate::report::chart::{Axis, Chart, HeatMap, Look, Palette};

/// How far a slope may be from the logarithm of the spectral radius.
const BAR: f64 = 0.05;
/// How far a clipped norm may be from the limit.
const CLIP_BAR: f64 = 1e-5;
/// The least number that curves show; what is smaller has vanished.
const FLOOR: f64 = 1e-14;

impl LabCell {
    /// The cell.
    pub fn kind(self) -> CellKind {
        match self {
            Self::Tanh => CellKind::Rnn,
            Self::Gru => CellKind::Gru,
            Self::Lstm => CellKind::Lstm,
        }
    }
}

/// What a cell is called in tables.
pub fn title(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Rnn => "tanh",
        CellKind::Jordan => "Jordan",
        CellKind::Gru => "GRU",
        CellKind::Lstm => "LSTM",
    }
}

impl GradientsArgs {
    fn config(&self) -> anyhow::Result<GradientsConfig> {
        let mut config = match self.lab.quick {
            true => GradientsConfig::quick(),
            false => GradientsConfig::default(),
        };
        config.seed = self.lab.seed();
        config.hidden = self.hidden.unwrap_or(config.hidden);
        config.steps = self.steps.unwrap_or(config.steps);
        config.clip = self.clip.unwrap_or(config.clip);
        config.seeds = self.seeds.unwrap_or(config.seeds);
        config.learn.updates = self.updates.unwrap_or(config.learn.updates);
        config.cell = self.cell.map_or(config.cell, LabCell::kind);
        if !self.radius.is_empty() {
            config.radii.clone_from(&self.radius);
        }
        config.check()?;
        Ok(config)
    }
}

impl Experiment for GradientsArgs {
    const NAME: &'static str = "gradients";

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn plan(&self) -> anyhow::Result<String> {
        let config = self.config()?;
        Ok(format!(
            "linear, tanh, GRU and LSTM of {} units over {} steps at {} spectral radii, {} seeds; a unit at a cliff; {} updates of {} with and without clipping",
            config.hidden,
            config.steps,
            config.radii.len(),
            config.seeds,
            config.learn.updates,
            title(config.cell)
        ))
    }

    fn run(&self, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let opened = shared::open_device(&self.device, bench.output())?;
        let found = gradients(&self.config()?, &opened.device, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        Ok(findings(&found))
    }
}

/// What was found, as a table and a page.
pub fn findings(found: &Gradients) -> Findings {
    let sections = [
        (!found.powers.is_empty()).then(|| powers_section(&found.powers)),
        (!found.flows.is_empty()).then(|| flow_section(found)),
        (!found.flows.is_empty()).then(|| clipping_section(found)),
        Some(cliff_section(found)),
        (!found.trainings.is_empty()).then(|| training_section(found)),
    ];
    Findings {
        title: "Exploding and vanishing gradients".to_owned(),
        idea: "The gradient over many steps is a product of as many Jacobians, so it grows or fades \
               like a power of their spectral radius. Gates keep it; clipping bounds the step where it \
               explodes."
            .to_owned(),
        rows: rows(found),
        sections: sections.into_iter().flatten().collect(),
        figures: json!(found),
    }
}

fn last(values: &[f64]) -> f64 {
    values.last().copied().unwrap_or(f64::NAN)
}

fn rows(found: &Gradients) -> Vec<Row> {
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

fn by_lag(values: &[f64]) -> Vec<(f64, f64)> {
    let points = values.iter().enumerate();
    points
        .map(|(lag, value)| (lag as f64, if *value < FLOOR { f64::NAN } else { *value }))
        .collect()
}

fn powers_section(powers: &[LinearPowers]) -> Section {
    let mut chart = Chart::new(
        "ln ‖W^k‖ / √K of random matrices",
        Axis::new("lag k"),
        Axis::new("ln"),
    );
    for one in powers {
        for (number, logs) in one.logs.iter().enumerate() {
            let points = logs
                .iter()
                .enumerate()
                .map(|(k, log)| (k as f64, *log))
                .collect();
            chart = match number {
                0 => chart.line(format!("radius {}", one.radius), points),
                _ => chart.same(Look::Line, points),
            };
        }
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
         that is named, and random inputs; the geometric mean of {} seeds. LSTM memory is ‖∂c_T/∂c_t‖: \
         what the forget gates (bias 1) let through.",
        found.config.seeds
    ));
    for &radius in &found.config.radii {
        let here = found.flows.iter().filter(|flow| flow.radius == radius);
        let mut chart = Chart::new(
            format!("Spectral radius {radius}"),
            Axis::new("lag T − t"),
            Axis::log("norm"),
        );
        for flow in here {
            chart = chart.line(flow.name, by_lag(&flow.flow.hidden));
            if let Some(memory) = &flow.flow.memory {
                chart = chart.dashed("LSTM memory", by_lag(memory));
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
        vec![
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
    section.with(Part::Table(
        head.map(str::to_owned).to_vec(),
        found.flows.iter().map(row).collect(),
    ))
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
            let points = |of: fn(&reverie_lab::gradients::WeightNorm) -> f64| {
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

fn cliff_section(found: &Gradients) -> Section {
    let cliff = &found.cliff;
    let range = |values: &[f64]| (values[0], values[values.len() - 1]);
    let (w, b) = (range(&cliff.w), range(&cliff.b));
    let map = |title: &str, rows: Vec<Vec<f64>>, range| HeatMap {
        title: title.to_owned(),
        x: format!("w from {:.1} to {:.1}", w.0, w.1),
        y: format!("b from {:.1} to {:.1}", b.1, b.0),
        rows,
        range,
        palette: Palette::Rising,
    };
    let highest = cliff.loss.iter().flatten().copied().fold(0.0, f64::max);
    let logs: Vec<Vec<f64>> = cliff
        .norm
        .iter()
        .map(|row| row.iter().map(|norm| norm.max(1e-3).log10()).collect())
        .collect();
    let steepest = logs.iter().flatten().copied().fold(0.0, f64::max);
    let mut paths = Chart::new(
        "Two descents",
        Axis::new("w").only(w.0.min(w.1), w.0.max(w.1)),
        Axis::new("b").only(b.0.min(b.1), b.0.max(b.1)),
    );
    let mut losses = Chart::new(
        "Loss on the way, median of 25 steps",
        Axis::new("step"),
        Axis::log("loss"),
    );
    for descent in &found.descents {
        let name = descent_name(descent);
        let places: Vec<(f64, f64)> = descent.path.clone();
        paths = paths
            .line(name.clone(), places.clone())
            .same(Look::Dots, places.into_iter().step_by(10).collect());
        losses = losses.line(name, medians(&descent.loss));
    }
    Section::new("The cliff")
        .words(
            "Pascanu's network of one unit: x becomes w σ(x) + b, 50 times from 0.5, with the loss \
             (σ(x) − 0.7)² at the end. Where the unit changes from one resting place to another the loss is a \
             cliff. Without clipping one step at its foot leads far outside the picture.",
        )
        .heat(map("Loss", cliff.loss.clone(), (0.0, highest)))
        .heat(map("Length of its gradient, as a power of ten", logs, (-3.0, steepest)))
        .chart(paths)
        .chart(losses)
}

/// The median of every 25 steps: along a cliff single losses go up and down.
fn medians(losses: &[f64]) -> Vec<(f64, f64)> {
    const MANY: usize = 25;
    let median = |(number, part): (usize, &[f64])| {
        let mut part = part.to_vec();
        part.sort_by(f64::total_cmp);
        ((number * MANY) as f64, part[part.len() / 2])
    };
    losses.chunks(MANY).enumerate().map(median).collect()
}

fn descent_name(descent: &Descent) -> String {
    match descent.clip {
        Some(limit) => format!("clipped at {limit}"),
        None => "not clipped".to_owned(),
    }
}

fn training_section(found: &Gradients) -> Section {
    let name = |training: &TrainingNorms| match training.clip {
        Some(limit) => format!("clipped at {limit}"),
        None => "not clipped".to_owned(),
    };
    let mut norms = Chart::new(
        "Norm of the gradient, before clipping",
        Axis::new("update"),
        Axis::log("global norm"),
    );
    let mut losses = Chart::new("Loss", Axis::new("update"), Axis::new("nats"));
    for training in &found.trainings {
        let points = |of: fn(&reverie_lab::memory::Update) -> f64| {
            let updates = training.updates.iter().enumerate();
            updates
                .map(|(at, update)| (at as f64 + 1.0, of(update)))
                .collect::<Vec<_>>()
        };
        norms = norms.line(name(training), points(|update| update.norm));
        losses = losses.line(name(training), points(|update| update.loss));
    }
    let row = |training: &TrainingNorms| {
        let norms = || training.updates.iter().map(|update| update.norm);
        let above = norms().filter(|norm| *norm > found.config.clip).count();
        vec![
            name(training),
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
        .with(Part::Table(
            head.map(str::to_owned).to_vec(),
            found.trainings.iter().map(row).collect(),
        ))
}
