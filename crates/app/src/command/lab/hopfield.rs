//! `reverie lab hopfield`: pictures as the valleys of an energy.

use std::path::Path;

use reverie_lab::hopfield::{
    Capacity, Hopfield, HopfieldConfig, Pattern, Recalled, Rule, Swing, drawings, hopfield,
};
use reverie_viz::picture::animation::{AnimationOptions, check_animation, write_animation};
use reverie_viz::picture::{
    Filter, Picture, PictureError, SheetOptions, contact_sheet, load, resize,
};
use serde_json::json;

use super::Experiment;
use super::bench::Bench;
use super::findings::{Findings, Part, Row, Section};
use crate::cli::{HopfieldArgs, LabRunArgs};
use crate::paths;
use crate::report::chart::{Axis, Chart, Look};

/// A recalled picture is the stored one from this overlap on.
const RECALLED: f64 = 0.95;
/// α below which Hebb's rule holds its patterns, and the one above which it has lost them.
const BELOW: f64 = 0.13;
const ABOVE: f64 = 0.18;
/// The theory's capacity of Hebb's rule (Amit, Gutfreund, Sompolinsky 1985).
const THEORY: f64 = 0.138;
/// The bars on overlaps are of networks of so many units; smaller ones pass over more slowly.
const BAR_UNITS: usize = 1000;
/// Frames a second of the animation.
const FRAME_RATE: f64 = 10.0;
/// Frames that the cue and the end stand still.
const STILL: usize = 8;
/// Pixels of the longest side of a picture in the animation, about.
const SHOWN: u32 = 128;
/// Units that a picture may have: the weights of so many take 400 megabytes.
const MOST_UNITS: usize = 10_000;

impl HopfieldArgs {
    fn config(&self) -> anyhow::Result<HopfieldConfig> {
        let mut config = match self.lab.quick {
            true => HopfieldConfig::quick(),
            false => HopfieldConfig::default(),
        };
        config.seed = self.lab.seed();
        if let Some(rule) = &self.rule {
            config.rule = rule.parse()?;
        }
        if let Some(cue) = &self.cue {
            config.cue = cue.parse()?;
        }
        config.noise = self.noise.unwrap_or(config.noise);
        config.units = self.units.unwrap_or(config.units);
        config.seeds = self.seeds.unwrap_or(config.seeds);
        if !self.loads.is_empty() {
            config.loads.clone_from(&self.loads);
        }
        config.check()?;
        Ok(config)
    }

    /// The pictures of the user, or the drawings.
    fn patterns(&self) -> anyhow::Result<Vec<Pattern>> {
        if self.pattern.is_empty() {
            return Ok(drawings());
        }
        self.pattern.iter().map(|path| pattern(path)).collect()
    }
}

fn pattern(path: &Path) -> anyhow::Result<Pattern> {
    let picture = load(path, &Default::default())?.picture;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    anyhow::ensure!(
        width * height <= MOST_UNITS,
        "{} has {width}x{height} pixels; a network has a unit for each and at most {MOST_UNITS}, so make it smaller",
        path.display()
    );
    let name = paths::file_name(path);
    Ok(Pattern::from_brightness(
        name,
        width,
        height,
        &picture.luma(),
    ))
}

impl Experiment for HopfieldArgs {
    const NAME: &'static str = "hopfield";

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn plan(&self) -> anyhow::Result<String> {
        let config = self.config()?;
        if let Some(path) = &self.gif {
            check_animation(path, self.lab.force)?;
        }
        let patterns = self.patterns()?;
        // What cannot be stored is refused here; the weights cost little.
        let n_units = config.rule.weights(&patterns)?.n_units();
        Ok(format!(
            "{} pictures of {n_units} units by {}, recalled from {}; capacity of {} units at {} loads, {} seeds",
            patterns.len(),
            config.rule,
            config.cue,
            config.units,
            config.loads.len(),
            config.seeds
        ))
    }

    fn run(&self, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let config = self.config()?;
        let patterns = self.patterns()?;
        let found = hopfield(&config, &patterns, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        let film = film(&found, &patterns, self.gif.as_deref(), self.lab.force)?;
        if let Some(path) = &self.gif {
            bench.output().note(&format!("{} written", path.display()));
        }
        Ok(findings(&found, film))
    }
}

/// What was found, as a table and a page.
pub fn findings(found: &Hopfield, film: Vec<u8>) -> Findings {
    let mut sections = vec![recall_section(found, film)];
    sections.extend(found.swing.as_ref().map(swing_section));
    if found.capacities.iter().any(|one| !one.points.is_empty()) {
        sections.push(capacity_section(&found.capacities));
    }
    Findings {
        title: "Hopfield network".to_owned(),
        idea: "Symmetric weights give every state of the units an energy, and units that change one \
               at a time only ever lower it. Stored patterns lie at the bottom of its valleys, so a \
               damaged one rolls back to what it was, as long as not too many are stored."
            .to_owned(),
        rows: rows(found),
        sections,
        figures: json!(found),
    }
}

fn rows(found: &Hopfield) -> Vec<Row> {
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
        vec![
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
        .with(Part::Table(
            head.map(str::to_owned).to_vec(),
            found.recalled.iter().map(row).collect(),
        ))
        .words("The columns cue and recalled are overlaps with the stored picture: 1 is the same, 0 nothing in common, -1 the negative.")
}

fn swing_section(swing: &Swing) -> Section {
    let n = swing
        .widest
        .moments
        .first()
        .map_or(1, |moment| moment.units.len());
    let steps = |moments: &[reverie_lab::hopfield::Moment]| -> Vec<(f64, f64)> {
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
            rows.push(vec![
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
        .with(Part::Table(head.map(str::to_owned).to_vec(), rows))
}

/// Bright, dark and unknown units as a picture of one pixel each.
fn picture(units: &[i8], width: usize) -> Picture {
    let height = units.len() / width;
    Picture::from_fn(width as u32, height as u32, |x, y| {
        match units[y as usize * width + x as usize] {
            1 => [0.96, 0.95, 0.92],
            -1 => [0.13, 0.13, 0.17],
            _ => [0.62, 0.62, 0.64],
        }
    })
}

/// All recalls side by side, below what was stored; written to a file where one is asked for.
///
/// # Errors
/// If it cannot be written.
pub fn film(
    found: &Hopfield,
    patterns: &[Pattern],
    file: Option<&Path>,
    force: bool,
) -> anyhow::Result<Vec<u8>> {
    let moments = found.recalled.iter().map(|one| one.recall.moments.len());
    let n_moments = moments.max().unwrap_or(1);
    let frames = (0..n_moments + 2 * STILL).map(|number| {
        let at = number.saturating_sub(STILL).min(n_moments - 1);
        Ok::<Picture, PictureError>(frame(found, patterns, at))
    });
    let options = AnimationOptions {
        frames_per_second: FRAME_RATE,
        overwrite: true,
        ..AnimationOptions::default()
    };
    let folder = tempfile::tempdir()?;
    let whole = folder.path().join("recall.gif");
    write_animation(frames.clone(), &whole, &options)?;
    if let Some(file) = file {
        let options = AnimationOptions {
            overwrite: force,
            ..options
        };
        write_animation(frames, file, &options)?;
    }
    Ok(std::fs::read(whole)?)
}

fn frame(found: &Hopfield, patterns: &[Pattern], at: usize) -> Picture {
    let large = |units: &[i8], pattern: &Pattern| {
        let side = pattern.width.max(pattern.height) as u32;
        let times = (SHOWN / side).max(1);
        let (width, height) = (pattern.width as u32 * times, pattern.height as u32 * times);
        resize(
            &picture(units, pattern.width),
            width,
            height,
            Filter::Nearest,
        )
    };
    let pairs = || found.recalled.iter().zip(patterns);
    let stored = pairs().map(|(one, pattern)| (large(&pattern.units, pattern), one.name.clone()));
    let recalled = pairs().map(|(one, pattern)| {
        let moments = &one.recall.moments;
        let moment = &moments[at.min(moments.len() - 1)];
        let overlap = pattern.overlap(&moment.units);
        (
            large(&moment.units, pattern),
            format!("overlap {overlap:.2}"),
        )
    });
    let tiles: Vec<(Picture, String)> = stored.chain(recalled).collect();
    let options = SheetOptions {
        columns: found.recalled.len(),
        ..SheetOptions::default()
    };
    contact_sheet(&tiles, &options)
}
