//! The page of Hopfield networks.

use reverie_lab::hopfield::{Capacity, Hopfield, Moment, Recalled, Swing};

use super::THEORY;
use super::film::picture;
use crate::command::lab::findings::{Part, Section};
use crate::report::chart::{Axis, Chart, Look};

/// What there is of it; `film` shows the recalls.
pub fn sections(found: &Hopfield, film: Vec<u8>) -> Vec<Section> {
    let mut sections = vec![recall_section(found, film)];
    sections.extend(found.swing.as_ref().map(swing_section));
    if found.capacities.iter().any(|one| !one.points.is_empty()) {
        sections.push(capacity_section(&found.capacities));
    }
    sections
}

fn recall_section(found: &Hopfield, film: Vec<u8>) -> Section {
    let mut chart = Chart::new(
        "Energy of each recall, one unit at a time",
        Axis::new("looks at all units"),
        Axis::new("energy / N"),
    );
    let n = found.n_units as f64;
    for one in &found.recalled {
        let moments = one.recall.moments.iter();
        let points = moments.map(|moment| (moment.looks as f64 / n, moment.energy / n));
        chart = chart.line(&one.name, points.collect());
    }
    let row = |one: &Recalled| {
        let together = match one.together.cycle {
            Some(1) => "rest".to_owned(),
            Some(length) => format!("cycle of {length}"),
            None => "undecided".to_owned(),
        };
        [
            one.name.clone(),
            format!("{:.3}", one.cue_overlap),
            format!("{:.3}", one.overlap),
            one.recall.sweeps.to_string(),
            one.recall.changes.to_string(),
            one.recall.rises.to_string(),
            together,
        ]
    };
    let head = [
        "picture",
        "cue",
        "recalled",
        "sweeps",
        "changes",
        "rises",
        "all at once",
    ];
    Section::new("Recall")
        .words(format!(
            "{} pictures stored by the {} rule. Above: what was stored; below: the recall from {}, \
             units changing one at a time in random order. Grey units are unknown.",
            found.recalled.len(),
            found.config.rule,
            match found.config.cue.name() {
                "half" => "the upper half".to_owned(),
                _ => format!("{:.0} % of the units turned over", 100.0 * found.config.noise),
            }
        ))
        .with(Part::Film(film, "stored, and being recalled".to_owned()))
        .chart(chart)
        .table(head, found.recalled.iter().map(row))
        .words("The columns cue and recalled are overlaps with the stored picture: 1 is the same, 0 nothing in common, -1 the negative.")
}

fn swing_section(swing: &Swing) -> Section {
    let n = swing
        .widest
        .moments
        .first()
        .map_or(1, |moment| moment.units.len());
    let steps = |moments: &[Moment]| -> Vec<(f64, f64)> {
        let points = moments.iter();
        points
            .map(|moment| (moment.looks as f64 / n as f64, moment.energy / n as f64))
            .collect()
    };
    let mut together = steps(&swing.widest.moments);
    // It would go on for ever.
    if let [.., a, b] = swing.widest.moments.as_slice() {
        let (a, b, last) = (a.energy / n as f64, b.energy / n as f64, together.len());
        together.extend((0..6).map(|k| ((last + k) as f64, if k % 2 == 0 { a } else { b })));
    }
    let last = together.last().map_or(0.0, |point| point.0);
    let mut settled = steps(&swing.settled.moments);
    settled.extend(settled.last().map(|point| (last.max(point.0), point.1)));
    let chart = Chart::new(
        "The same start in the same network",
        Axis::new("looks at all units"),
        Axis::new("energy / N"),
    )
    .line("all at once", together.clone())
    .same(Look::Dots, together)
    .line("one at a time", settled);
    let side = (n as f64).sqrt() as usize;
    let mut section = Section::new("All units at once").words(format!(
        "When all units change at the same time, the energy may rise, and the network need not come \
         to rest: it ends at rest or in a cycle of two states. Of {} random starts in a network of \
         {n} units with random patterns, {} end in such a cycle. Below: the two states between which \
         one of them goes to and fro, and the units in which they differ.",
        swing.starts, swing.n_swinging
    ));
    section = section.chart(chart);
    if let [.., a, b] = swing.widest.moments.as_slice() {
        let differ: Vec<i8> = a
            .units
            .iter()
            .zip(&b.units)
            .map(|(a, b)| if a == b { 1 } else { -1 })
            .collect();
        for (units, caption) in [
            (&a.units, "one state"),
            (&b.units, "the other"),
            (&differ, "where they differ (black)"),
        ] {
            section = section.with(Part::Picture(picture(units, side), caption.to_owned()));
        }
    }
    section
}

fn capacity_section(capacities: &[Capacity]) -> Section {
    let n = capacities.first().map_or(0, |one| one.n_units);
    let seeds = capacities.iter().flat_map(|one| &one.points);
    let seeds = seeds.map(|point| point.overlaps.len()).max().unwrap_or(0);
    let mut chart = Chart::new(
        format!("Overlap after recall from the stored pattern, {n} units"),
        Axis::new("α: patterns a unit"),
        Axis::new("overlap").with(0.0, 1.0),
    );
    for capacity in capacities {
        let means = capacity
            .points
            .iter()
            .map(|point| (point.load, point.mean()));
        let each = capacity.points.iter();
        let each =
            each.flat_map(|point| point.overlaps.iter().map(|overlap| (point.load, *overlap)));
        chart = chart.line(capacity.rule.name(), means.collect());
        chart = chart.same(Look::Dots, each.collect());
    }
    chart = chart.dashed(
        format!("theory of hebb: {THEORY}"),
        vec![(THEORY, 0.0), (THEORY, 1.0)],
    );
    let mut rows = Vec::new();
    for capacity in capacities {
        for point in &capacity.points {
            let each: Vec<String> = point
                .overlaps
                .iter()
                .map(|one| format!("{one:.3}"))
                .collect();
            rows.push([
                capacity.rule.to_string(),
                format!("{}", point.load),
                point.n_patterns.to_string(),
                format!("{:.3}", point.mean()),
                each.join(", "),
            ]);
        }
    }
    let head = ["rule", "α", "patterns", "mean overlap", "seeds"];
    Section::new("Capacity")
        .words(format!(
            "Random patterns, {seeds} seeds (dots) and their mean (line). A network that holds a \
             pattern stays near it when it starts there. Hebb's rule lets go of all of them together \
             near α = {THEORY}; Storkey's holds more; the pseudo-inverse keeps every independent \
             pattern at rest."
        ))
        .chart(chart)
        .table(head, rows)
}
