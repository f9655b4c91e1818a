//! The table of Hopfield networks.

use reverie_lab::hopfield::{Capacity, Hopfield, Rule};

use super::THEORY;
use crate::command::lab::findings::Row;

/// A recalled picture is the stored one from this overlap on.
const RECALLED: f64 = 0.95;
/// α below which Hebb's rule holds its patterns, and the one above which it has lost them.
const BELOW: f64 = 0.13;
const ABOVE: f64 = 0.18;
/// The bars on overlaps are of networks of so many units; smaller ones pass over more slowly.
const BAR_UNITS: usize = 1000;

/// What theory says, beside what was measured.
pub fn rows(found: &Hopfield) -> Vec<Row> {
    let changes: usize = found.recalled.iter().map(|one| one.recall.changes).sum();
    let rises = found.rises();
    let mut rows = vec![
        Row::new(
            "energy rises, one unit at a time",
            "never",
            format!("{rises} of {changes} changes"),
        )
        .holds(rises == 0),
    ];
    let good = found.recalled.iter().filter(|one| one.overlap > RECALLED);
    let good = good.count();
    let worst = found.recalled.iter().map(|one| one.overlap);
    let worst = worst.fold(1.0, f64::min);
    rows.push(
        Row::new(
            format!("recalled from {} ({})", found.config.cue, found.config.rule),
            format!("overlap above {RECALLED}"),
            format!("{good} of {}, the least {worst:.3}", found.recalled.len()),
        )
        .holds(good == found.recalled.len()),
    );
    if let Some(swing) = &found.swing {
        rows.push(
            Row::new(
                "all units at once, random starts",
                "rest or a cycle of 2",
                format!("{} of {} in a cycle of 2", swing.n_swinging, swing.starts),
            )
            .holds(swing.widest.cycle == Some(2)),
        );
    }
    for capacity in &found.capacities {
        rows.extend(capacity_rows(capacity));
    }
    rows
}

/// With a verdict where the network is as large as the bar asks for.
fn judged(row: Row, n_units: usize, holds: bool) -> Row {
    match n_units >= BAR_UNITS {
        true => row.holds(holds),
        false => row,
    }
}

/// The bars are of Hebb's rule and networks of about 1000 units.
fn capacity_rows(capacity: &Capacity) -> Vec<Row> {
    let mut rows = Vec::new();
    let n = capacity.n_units;
    let at = |load: f64| {
        capacity
            .points
            .iter()
            .find(|point| (point.load - load).abs() < 1e-9)
    };
    if capacity.rule == Rule::Hebb {
        if let Some(point) = at(BELOW) {
            let overlap = point.mean();
            let row = Row::new(
                format!("overlap at α = {BELOW}, {n} units (hebb)"),
                "above 0.95",
                format!("{overlap:.3}"),
            );
            rows.push(judged(row, n, overlap > 0.95));
        }
        if let Some(point) = at(ABOVE) {
            let overlap = point.mean();
            let row = Row::new(
                format!("overlap at α = {ABOVE}, {n} units (hebb)"),
                "below 0.7",
                format!("{overlap:.3}"),
            );
            rows.push(judged(row, n, overlap < 0.7));
        }
    }
    let theory = match capacity.rule {
        Rule::Hebb => format!("{THEORY} for many units"),
        Rule::Storkey => "more than hebb".to_owned(),
        Rule::PseudoInverse => "all stored are at rest".to_owned(),
    };
    let last = capacity.points.last().map(|point| point.load);
    let measured = match (capacity.falls_below(0.9), last) {
        (Some(load), _) => format!("{load:.3}"),
        (None, Some(last)) => format!("beyond {last}"),
        (None, None) => return rows,
    };
    rows.push(Row::new(
        format!("α where the overlap falls below 0.9 ({})", capacity.rule),
        theory,
        measured,
    ));
    rows
}
