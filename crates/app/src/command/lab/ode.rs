//! `reverie lab ode`: parameters of equations, learnt by a network whose step is the integrator.

use reverie_lab::ode::{
    CLEAN_BAR, GUESS_FACTOR, NOISY_BAR, OBSERVATIONS, OdeCase, OdePicture, OdeStudy, study,
};
use serde_json::json;
use toml::Table;

use super::Experiment;
use super::bench::Bench;
use super::findings::{Findings, Part, Row, Section};
use super::room::Room;
use crate::cli::{LabRunArgs, OdeArgs};
use crate::report::chart::{Axis, Chart, Look};
use crate::settings::{put, whole};

/// Fits of a system in a quick run.
const QUICK_FITS: usize = 2;

impl Experiment for OdeArgs {
    const NAME: &'static str = "ode";

    type Settings = OdeStudy;

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn defaults(is_quick: bool) -> OdeStudy {
        let study = OdeStudy::default();
        let fits = if is_quick { QUICK_FITS } else { study.fits };
        OdeStudy { fits, ..study }
    }

    fn flags(&self, flags: &mut Table) {
        let systems = self.system.clone();
        put(flags, "systems", (!systems.is_empty()).then_some(systems));
        put(flags, "noise", self.noise);
        put(flags, "fits", whole(self.fits));
        put(flags, "training.updates", whole(self.updates));
    }

    fn settle(study: &mut OdeStudy) -> anyhow::Result<()> {
        Ok(study.check()?)
    }

    fn seed(study: &OdeStudy) -> u64 {
        study.seed
    }

    /// All sizes are bounded.
    fn room(&self, _: &OdeStudy) -> Room {
        Room::SMALL
    }

    fn plan(&self, study: &OdeStudy) -> anyhow::Result<String> {
        let systems: Vec<&str> = study.systems.iter().map(|system| system.title()).collect();
        Ok(format!(
            "{} fits each of {} to {OBSERVATIONS} observations, without noise and with {}",
            study.fits,
            systems.join(", "),
            level(study.noise)
        ))
    }

    fn run(&self, settings: &OdeStudy, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let cases = study(settings, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        });
        Ok(findings(settings, &cases))
    }
}

/// What was found, as a table and a page.
pub fn findings(study: &OdeStudy, cases: &[OdeCase]) -> Findings {
    let sections = study.systems.iter().filter_map(|system| {
        let cases = cases.iter().filter(|case| case.system == *system);
        section(&cases.collect::<Vec<_>>())
    });
    Findings {
        title: "Parameters of differential equations".to_owned(),
        idea: format!(
            "One step of an integrator takes a state and gives the next: it is a recurrent cell whose weights \
             are the parameters of the equations. So they are learnt like weights, by gradients through time, \
             from {OBSERVATIONS} observations and a guess that is up to a factor of {GUESS_FACTOR} off."
        ),
        rows: cases.iter().map(row).collect(),
        sections: sections.collect(),
        figures: json!({ "study": study, "cases": cases }),
    }
}

/// A level of noise.
fn level(noise: f64) -> String {
    format!("{}\u{a0}%", (1e4 * noise).round() / 100.0)
}

/// A share in words that stay on one line.
fn percent(part: f64, digits: usize) -> String {
    let percent = 100.0 * part;
    match percent > 0.0 && percent < 10_f64.powi(-(digits as i32)) {
        true => format!("{percent:.0e}\u{a0}%"),
        false => format!("{percent:.digits$}\u{a0}%"),
    }
}

fn row(case: &OdeCase) -> Row {
    let (title, fits) = (case.system.title(), case.fits.len());
    if case.noise == 0.0 {
        let worst = case.worst();
        return Row::new(
            format!("{title}, no noise: worst error of a parameter, {fits} fits"),
            format!("at most {}", percent(CLEAN_BAR, 0)),
            percent(worst, 4),
        )
        .holds(worst <= CLEAN_BAR);
    }
    let (mean, rival) = (case.mean(), case.rival());
    Row::new(
        format!(
            "{title}, {} noise: mean error, {fits} fits",
            level(case.noise)
        ),
        format!(
            "at most {NOISY_BAR} x {} of least squares",
            percent(rival, 2)
        ),
        format!("{} ({:.2}\u{a0}x)", percent(mean, 2), mean / rival),
    )
    .holds(mean <= NOISY_BAR * rival)
}

/// What there is to see of a system: the noisy case, or the other where it was not reached.
fn section(cases: &[&OdeCase]) -> Option<Section> {
    let case = cases.last()?;
    let picture = case.picture.as_ref()?;
    let noise = match case.noise {
        0.0 => "no noise".to_owned(),
        noise => format!("{} noise", level(noise)),
    };
    let seed = case.fits.first().map_or(0, |fit| fit.seed);
    let section = Section::new(case.system.title())
        .words(equations(case))
        .chart(path(
            case,
            picture,
            &format!("{OBSERVATIONS} observations, {noise}, seed {seed}"),
        ))
        .chart(training(case, picture))
        .chart(spread(case, &noise))
        .with(table(case));
    Some(section)
}

fn equations(case: &OdeCase) -> String {
    use reverie_lab::ode::OdeSystem::{FitzHughNagumo, Lorenz, LotkaVolterra, Sir};
    let words = match case.system {
        LotkaVolterra => "Prey x and predators y: x' = a x - b x y, y' = c x y - d y.",
        Sir => "An epidemic, in parts of the population: S' = -beta S I, I' = beta S I - gamma I.",
        Lorenz => {
            "Convection, chaotic: x' = sigma (y - x), y' = x (rho - z) - y, z' = x y - beta z. Over these \
             times an error of the start grows about a hundredfold."
        }
        FitzHughNagumo => "A nerve cell: v' = c (v - v^3 / 3 + w), w' = -(v - a + b w) / c.",
    };
    words.to_owned()
}

fn path(case: &OdeCase, picture: &OdePicture, title: &str) -> Chart {
    let interval = case.system.interval();
    let mut chart = Chart::new(title, Axis::new("time"), Axis::new("quantity"));
    for (i, name) in case.system.state_names().iter().enumerate() {
        let points = |states: &[[f64; 3]]| -> Vec<(f64, f64)> {
            let places = states.iter().enumerate();
            places
                .map(|(step, state)| (step as f64 * interval, state[i]))
                .collect()
        };
        chart = chart
            .line(*name, points(&picture.path))
            .same(Look::Dots, points(&picture.seen));
    }
    chart
}

fn training(case: &OdeCase, picture: &OdePicture) -> Chart {
    let truth = case.system.truth();
    let mut chart = Chart::new(
        "Estimates while the network learns",
        Axis::new("update"),
        Axis::new("estimate / truth"),
    );
    for (i, name) in case.system.parameter_names().iter().enumerate() {
        let points = picture.history.iter();
        let points = points.map(|point| (point.update as f64, point.parameters[i] / truth[i]));
        chart = chart.line(*name, points.collect());
    }
    let end = picture
        .history
        .last()
        .map_or(1.0, |point| point.update as f64);
    let mut changes: Vec<f64> = Vec::new();
    for pair in picture.history.windows(2) {
        if pair[0].window != pair[1].window {
            changes.push(pair[1].update as f64);
        }
    }
    chart = chart.dashed("truth", vec![(0.0, 1.0), (end, 1.0)]);
    changes
        .iter()
        .enumerate()
        .fold(chart, |chart, (number, at)| {
            let points = vec![(*at, 0.9), (*at, 1.1)];
            match number {
                0 => chart.dashed("longer windows", points),
                _ => chart.same(Look::Dashed, points),
            }
        })
}

fn spread(case: &OdeCase, noise: &str) -> Chart {
    let truth = case.system.truth();
    let mut chart = Chart::new(
        format!("Estimates of all seeds, {noise}"),
        Axis::new("seed").whole(),
        Axis::new("estimate / truth"),
    );
    for (i, name) in case.system.parameter_names().iter().enumerate() {
        let points = case.fits.iter();
        let points = points.map(|fit| (fit.seed as f64, fit.network[i] / truth[i]));
        chart = chart.dots(*name, points.collect());
    }
    let seeds = || case.fits.iter().map(|fit| fit.seed as f64);
    let ends = [seeds().next(), seeds().next_back()].into_iter().flatten();
    chart.dashed("truth", ends.map(|seed| (seed, 1.0)).collect())
}

fn table(case: &OdeCase) -> Part {
    let head = ["parameter", "truth", "network", "least squares"];
    let truth = case.system.truth();
    let summary = |values: Vec<f64>| {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        format!("{mean:.4} ± {:.4}", (squares / count).sqrt())
    };
    let rows = case
        .system
        .parameter_names()
        .iter()
        .enumerate()
        .map(|(i, name)| {
            vec![
                (*name).to_owned(),
                format!("{:.4}", truth[i]),
                summary(case.fits.iter().map(|fit| fit.network[i]).collect()),
                summary(case.fits.iter().map(|fit| fit.least_squares[i]).collect()),
            ]
        });
    Part::Table(head.map(str::to_owned).to_vec(), rows.collect())
}
