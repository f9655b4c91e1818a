//! The page of the unit at a cliff.

use reverie_lab::gradients::Gradients;

use super::limit;
use crate::command::lab::findings::Section;
use crate::report::chart::{Axis, Chart, HeatMap, Look, Palette};

/// Surface, descents and their losses.
pub fn section(found: &Gradients) -> Section {
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
        let name = limit(descent.clip);
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
