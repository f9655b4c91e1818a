//! The page of what the first input still counts for.

use reverie_lab::memory::{CellMemory, Memory, Update};
use reverie_model::recurrent::CellKind;

use super::of;
use crate::command::lab::cells::title;
use crate::command::lab::findings::Section;
use crate::command::lab::points::{above, last};
use crate::report::chart::{Axis, Chart, HeatMap, Palette};

/// What is smaller is not drawn.
const FLOOR: f64 = 1e-12;

/// What there is of it.
pub fn sections(found: &Memory) -> Vec<Section> {
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
    sections
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
        let name = title(cell);
        let lines = |part: fn(&CellMemory) -> &[f64]| {
            of(found, cell).map(move |network| above(FLOOR, 1, part(network)))
        };
        start = start.lines(name, lines(|network| &network.start));
        state = state.lines(name, lines(|network| &network.state));
        outputs = outputs.lines(name, lines(|network| &network.outputs));
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
        .line("‖∂c_t/∂x_1‖", above(FLOOR, 1, &network.state))
        .dashed("product of forget gates", above(FLOOR, 1, product))
        .line("forget gate where held", above(FLOOR, 1, gate));
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
        let points = |network: &CellMemory| {
            let parts = network.updates.chunks(MANY).enumerate();
            let mean = |(number, part): (usize, &[Update])| {
                let right = part.iter().map(|update| update.right).sum::<f64>();
                ((number * MANY) as f64, right / part.len() as f64)
            };
            parts.map(mean).collect()
        };
        chart = chart.lines(title(cell), of(found, cell).map(points));
    }
    let row = |network: &CellMemory| {
        [
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
        .table(head, found.networks.iter().map(row))
}
