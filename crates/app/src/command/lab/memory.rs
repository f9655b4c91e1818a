//! `reverie lab memory`: how long the first input still counts, and what the gates do meanwhile.

use reverie_lab::memory::{CellMemory, Memory, MemoryConfig, memory};
use reverie_model::recurrent::CellKind;
use serde_json::json;

use super::Experiment;
use super::bench::Bench;
use super::findings::{Findings, Part, Row, Section};
use super::gradients::title;
use crate::cli::{LabMemoryArgs, LabRunArgs};
use crate::command::shared;
use crate::report::chart::{Axis, Chart, HeatMap, Look, Palette};

/// An LSTM holds the first input where this share of ∂c/∂x_1 is left at the end.
const HELD: f64 = 0.1;
/// A tanh network has lost it where less than this share of ∂h/∂x_1 is left.
const LOST: f64 = 0.01;
/// Bars hold from so many steps on: a few steps back every network sees.
const FAR: usize = 50;
/// What is smaller is not drawn.
const FLOOR: f64 = 1e-12;

impl LabMemoryArgs {
    fn config(&self) -> anyhow::Result<MemoryConfig> {
        let mut config = match self.lab.quick {
            true => MemoryConfig::quick(),
            false => MemoryConfig::default(),
        };
        config.learn.seed = self.lab.seed();
        config.learn.hidden = self.hidden.unwrap_or(config.learn.hidden);
        config.learn.steps = self.steps.unwrap_or(config.learn.steps);
        config.learn.first_steps = config.learn.steps;
        config.learn.updates = self.updates.unwrap_or(config.learn.updates);
        config.seeds = self.seeds.unwrap_or(config.seeds);
        config.check()?;
        Ok(config)
    }
}

impl Experiment for LabMemoryArgs {
    const NAME: &'static str = "memory";

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn plan(&self) -> anyhow::Result<String> {
        let config = self.config()?;
        Ok(format!(
            "tanh, GRU and LSTM of {} units remember the first of {} symbols; {} updates, {} seeds",
            config.learn.hidden, config.learn.steps, config.learn.updates, config.seeds
        ))
    }

    fn run(&self, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let opened = shared::open_device(&self.device, bench.output())?;
        let found = memory(&self.config()?, &opened.device, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        Ok(findings(&found))
    }
}

/// What was found, as a table and a page.
pub fn findings(found: &Memory) -> Findings {
    let mut sections = Vec::new();
    if !found.networks.is_empty() {
        sections.push(fading_section(found));
        let first = found.networks[0].seed;
        let here = found
            .networks
            .iter()
            .filter(|network| network.seed == first);
        sections.extend(here.map(picture_section));
        sections.push(learning_section(found));
    }
    Findings {
        title: "Preserving gradients".to_owned(),
        idea: "A tanh network writes over its state at every step, so what came first fades from \
               later outputs. An LSTM holds it as long as its forget gates are open, and so it can \
               learn from it."
            .to_owned(),
        rows: rows(found),
        sections,
        figures: json!(found),
    }
}

fn last(values: &[f64]) -> f64 {
    values.last().copied().unwrap_or(f64::NAN)
}

fn of(found: &Memory, cell: CellKind) -> impl Iterator<Item = &CellMemory> {
    found
        .networks
        .iter()
        .filter(move |network| network.cell == cell)
}

fn rows(found: &Memory) -> Vec<Row> {
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

fn from_one(values: &[f64]) -> Vec<(f64, f64)> {
    let points = values.iter().enumerate();
    points
        .map(|(at, value)| {
            (
                at as f64 + 1.0,
                if *value < FLOOR { f64::NAN } else { *value },
            )
        })
        .collect()
}

fn fading_section(found: &Memory) -> Section {
    let mut start = Chart::new(
        "The state before learning: ‖∂/∂x_1‖, relative to the first step",
        Axis::new("step"),
        Axis::log("share"),
    );
    let mut state = Chart::new(
        "The state after learning: ‖∂/∂x_1‖, relative to the first step",
        Axis::new("step"),
        Axis::log("share"),
    );
    let mut outputs = Chart::new(
        "The answer after learning: ‖∂y_t/∂x_1‖, relative to its largest",
        Axis::new("step"),
        Axis::log("share"),
    );
    for cell in [CellKind::Lstm, CellKind::Gru, CellKind::Rnn] {
        for (number, network) in of(found, cell).enumerate() {
            let (a, b) = (from_one(&network.state), from_one(&network.outputs));
            start = match number {
                0 => start.line(title(cell), from_one(&network.start)),
                _ => start.same(Look::Line, from_one(&network.start)),
            };
            (state, outputs) = match number {
                0 => (state.line(title(cell), a), outputs.line(title(cell), b)),
                _ => (state.same(Look::Line, a), outputs.same(Look::Line, b)),
            };
        }
    }
    Section::new("What is left of the first input")
        .words(
            "By how much the state and the answer at each step depend on the first input; one line a \
             seed, the geometric mean of four sequences. Of the LSTM the state is its memory c, of the \
             others h. Some tanh networks do learn the task: they latch, so that what came first is held \
             in where they are, whether or not small changes of it still count.",
        )
        .chart(start)
        .chart(state)
        .chart(outputs)
}

/// `[T][K]` as rows of units, the one that holds most at the top.
fn unit_rows(steps: &[Vec<f64>], order: &[usize]) -> Vec<Vec<f64>> {
    order
        .iter()
        .map(|unit| steps.iter().map(|units| units[*unit]).collect())
        .collect()
}

fn picture_section(network: &CellMemory) -> Section {
    let followed = &network.followed;
    let held = followed.memory.as_ref().unwrap_or(&followed.units);
    let at_end = &held[held.len() - 1];
    let mut order: Vec<usize> = (0..at_end.len()).collect();
    order.sort_by(|a, b| at_end[*b].total_cmp(&at_end[*a]));
    let most = held
        .iter()
        .flatten()
        .copied()
        .fold(f64::MIN_POSITIVE, f64::max);
    let map = |title: String, rows: Vec<Vec<f64>>, high: f64| HeatMap {
        title,
        x: format!("steps 1 to {}", network.symbols.len()),
        y: "units".to_owned(),
        rows,
        range: (0.0, high),
        palette: Palette::Rising,
    };
    let name = title(network.cell);
    let what = if followed.memory.is_some() {
        "memory"
    } else {
        "state"
    };
    let mut section = Section::new(format!("{name}, step by step")).words(match network.cell {
        CellKind::Lstm => {
            "One sequence, unit by unit: the brighter, the more the first input acts on it. What is held \
             is held by units whose forget gate stays open (bright); the output gate decides where it \
             shows. The chart sets the product of the forget gates beside what is really left, which has \
             ways over other units besides."
        }
        CellKind::Gru => {
            "The update gate of a GRU is its forget gate: where it is open (bright), a unit keeps what it \
             had."
        }
        _ => "Without gates every step mixes and squashes all units anew.",
    });
    section = section.heat(map(
        format!("How much the {what} depends on the first input"),
        unit_rows(held, &order),
        most,
    ));
    for (gate, steps) in &followed.gates {
        section = section.heat(map(format!("{gate} gates"), unit_rows(steps, &order), 1.0));
    }
    if let Some((gate, product)) = &network.forget {
        let chart = Chart::new(
            "Forget gates and what is left",
            Axis::new("step"),
            Axis::new("share").with(0.0, 1.0),
        )
        .line("‖∂c_t/∂x_1‖", from_one(&network.state))
        .dashed("product of forget gates", from_one(product))
        .line("forget gate where held", from_one(gate));
        section = section.chart(chart);
    }
    section
}

fn learning_section(found: &Memory) -> Section {
    const MANY: usize = 20;
    let mut chart = Chart::new(
        "Right answers, mean of 20 updates",
        Axis::new("update"),
        Axis::new("share").with(0.0, 1.0),
    );
    for cell in [CellKind::Lstm, CellKind::Gru, CellKind::Rnn] {
        for (number, network) in of(found, cell).enumerate() {
            let points = network
                .updates
                .chunks(MANY)
                .enumerate()
                .map(|(number, part)| {
                    let right = part.iter().map(|update| update.right).sum::<f64>();
                    ((number * MANY) as f64, right / part.len() as f64)
                });
            let points = points.collect();
            chart = match number {
                0 => chart.line(title(cell), points),
                _ => chart.same(Look::Line, points),
            };
        }
    }
    let row = |network: &CellMemory| {
        vec![
            title(network.cell).to_owned(),
            network.seed.to_string(),
            format!("{:.3}", network.right),
            format!("{:.1e}", last(&network.state)),
        ]
    };
    let head = [
        "cell",
        "seed",
        "right at full length",
        "left of the first input",
    ];
    Section::new("Learning")
        .words(
            "Sequences have their full length from the first update on. Chance is one in as many as there are first symbols.",
        )
        .chart(chart)
        .with(Part::Table(head.map(str::to_owned).to_vec(), found.networks.iter().map(row).collect()))
}
