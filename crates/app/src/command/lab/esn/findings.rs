//! The table and the page of echo state networks.

use std::f64::consts::TAU;

use reverie_lab::esn::{EsnPicture, EsnResult, EsnStudy, EsnTask};
use serde_json::json;

use crate::command::lab::findings::{Findings, Row, Section};
use crate::command::lab::points::from;
use crate::report::chart::{Axis, Chart};

/// Seconds that a network may take for Mackey-Glass.
const SECONDS_BAR: f64 = 10.0;
/// Steps of a run that are drawn: more could not be told apart.
const DRAWN_ALONE: usize = 500;
const DRAWN_HEARING: usize = 150;
/// Points of the circle around the spectrum.
const CIRCLE: usize = 120;
/// What a task is called; a series of the user's has a name.
pub fn title(task: EsnTask, name: Option<&str>) -> &str {
    match task {
        EsnTask::MackeyGlass => "Mackey-Glass",
        EsnTask::Narma10 => "NARMA-10",
        EsnTask::Series => name.unwrap_or("series"),
    }
}

/// All of it.
pub fn findings(found: &[(EsnResult, Option<String>)]) -> Findings {
    let found: Vec<(&EsnResult, &str)> = found
        .iter()
        .filter(|(result, _)| !result.runs.is_empty())
        .map(|(result, name)| (result, title(result.study.task, name.as_deref())))
        .collect();
    Findings {
        title: "Echo state network".to_owned(),
        idea: "The weights between the units are random and stay as they are; only the line from the \
               units to the output is fitted, by solving one system of equations. Fed with what it said \
               itself, the network goes on with the series alone."
            .to_owned(),
        rows: found.iter().flat_map(|(result, name)| rows(result, name)).collect(),
        sections: found.iter().flat_map(|(result, name)| sections(result, name)).collect(),
        figures: json!(found.iter().map(|(result, _)| result).collect::<Vec<_>>()),
    }
}

/// All values in order, short, and their mean.
fn each(values: impl Iterator<Item = f64>, digits: usize) -> String {
    let values: Vec<f64> = values.collect();
    let words: Vec<String> = values
        .iter()
        .map(|value| format!("{value:.digits$}"))
        .collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    match values.len() {
        1 => words[0].clone(),
        _ => format!("mean {mean:.digits$} ({})", words.join(" ")),
    }
}

fn rows(result: &EsnResult, name: &str) -> Vec<Row> {
    let study = &result.study;
    let runs = || result.runs.iter();
    let worst = result.worst().unwrap_or(f64::NAN);
    let figure = format!(
        "{name}: {}, {} units",
        study.task.figure(),
        study.network.units
    );
    let measured = each(runs().map(|run| run.figure), 3);
    let mut rows = Vec::new();
    let is_default = study.horizon == EsnStudy::new(study.task).horizon;
    match (study.task.bar(), result.persistence) {
        (Some(bar), _) if is_default => {
            let theory = match study.task {
                EsnTask::MackeyGlass => format!("at most {bar} (Jaeger and Haas 2004: -4.2)"),
                _ => format!("at most {bar}"),
            };
            rows.push(Row::new(figure, theory, measured).holds(worst <= bar));
        }
        (_, Some(persistence)) => {
            let theory = format!("below 1 (the mean) and {persistence:.3} (the last value)");
            let is_better = worst < persistence.min(1.0);
            rows.push(Row::new(figure, theory, measured).holds(is_better));
        }
        _ => {
            let figure = figure.replace("NRMSE84", &format!("NRMSE{}", study.horizon));
            rows.push(Row::new(figure, "", measured));
        }
    }
    if study.task == EsnTask::MackeyGlass {
        let one_step = each(runs().map(|run| run.one_step.log10()), 2);
        rows.push(Row::new(
            format!("{name}: log10 NRMSE of one step"),
            "",
            one_step,
        ));
        let slowest = runs().map(|run| run.seconds).fold(0.0, f64::max);
        rows.push(
            Row::new(
                format!("{name}: seconds a network, drawn, trained and tested"),
                format!("below {SECONDS_BAR}"),
                format!("{slowest:.1}"),
            )
            .holds(slowest < SECONDS_BAR),
        );
    }
    let asked = study.network.spectral_radius;
    let off = runs().map(|run| (run.spectral_radius - asked).abs());
    let off = off.fold(0.0, f64::max);
    rows.push(
        Row::new(
            format!("{name}: spectral radius, measured after scaling"),
            asked.to_string(),
            format!(
                "{:.4}",
                runs().map(|run| run.spectral_radius).fold(0.0, f64::max)
            ),
        )
        .holds(off < 1e-3 * asked),
    );
    let asked = study.network.ridge;
    if study.choose_ridge || runs().any(|run| run.ridge != asked) {
        let used: Vec<String> = runs().map(|run| format!("{:.0e}", run.ridge)).collect();
        let why = match study.choose_ridge {
            true => "the best on the last fifth".to_owned(),
            false => format!("{asked:.0e}, raised until the equations can be solved"),
        };
        rows.push(Row::new(format!("{name}: ridge"), why, used.join(" ")));
    }
    rows
}

fn sections(result: &EsnResult, name: &str) -> Vec<Section> {
    let Some(picture) = &result.picture else {
        return Vec::new();
    };
    let study = &result.study;
    let (words, said) = match study.task {
        EsnTask::Narma10 => (
            "Each value depends on the last ten values and inputs. The network hears the inputs and says \
             the values, of which it has never seen these.",
            "network",
        ),
        _ => (
            "From step 0 on the network hears nothing but itself. Nearby paths of a chaotic series part \
             exponentially, so sooner or later any small error is as large as the series.",
            "network, alone",
        ),
    };
    let drawn = match study.task {
        EsnTask::Narma10 => DRAWN_HEARING,
        _ => DRAWN_ALONE,
    };
    let drawn = drawn.min(picture.truth.len());
    let mut section = Section::new(name).words(words).chart(
        Chart::new(
            format!("{name}, network of seed {}", study.seed),
            Axis::new("step"),
            Axis::new("value"),
        )
        .line("truth", from(0, &picture.truth[..drawn]))
        .dashed(said, from(0, &picture.said[..drawn])),
    );
    if study.task != EsnTask::Narma10 {
        let mut chart = Chart::new(
            format!("Error of free runs from {} places", study.starts),
            Axis::new("steps alone"),
            Axis::log("NRMSE"),
        );
        for run in &result.runs {
            chart = chart.line(format!("seed {}", run.seed), from(1, &run.by_horizon));
        }
        section = section.chart(chart).chart(far(picture));
    }
    vec![
        section
            .chart(units(picture))
            .chart(spectrum(study, picture)),
    ]
}

/// How one long free run parts from the truth.
fn far(picture: &EsnPicture) -> Chart {
    let both = picture.truth.iter().zip(&picture.said).enumerate();
    let points = both.map(|(step, (truth, said))| (step as f64, (truth - said).abs()));
    Chart::new(
        "Distance from the truth along one long free run",
        Axis::new("steps alone"),
        Axis::log("distance"),
    )
    .line("distance", points.collect())
}

fn units(picture: &EsnPicture) -> Chart {
    let chart = Chart::new(
        "A few units while the network hears the series",
        Axis::new("step"),
        Axis::new("state"),
    );
    let units = picture.units.iter().enumerate();
    units.fold(chart, |chart, (number, unit)| {
        chart.line(format!("unit {}", number + 1), from(0, unit))
    })
}

fn spectrum(study: &EsnStudy, picture: &EsnPicture) -> Chart {
    let radius = study.network.spectral_radius;
    let circle = (0..=CIRCLE).map(|part| {
        let (sin, cos) = (TAU * part as f64 / CIRCLE as f64).sin_cos();
        (radius * cos, radius * sin)
    });
    let values = picture.spectrum.iter();
    Chart::new(
        "Eigenvalues of the weights between units",
        Axis::new("real part"),
        Axis::new("imaginary part"),
    )
    .dots("eigenvalues", values.map(|[re, im]| (*re, *im)).collect())
    .dashed(format!("radius {radius}"), circle.collect())
    .even()
}
