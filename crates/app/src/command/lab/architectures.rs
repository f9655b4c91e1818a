//! `reverie lab architectures`: what a recurrent network can be asked.

mod diagram;

use maud::{Markup, html};
use reverie_lab::architectures::{
    ArchitecturesConfig, ArchitecturesResult, Curves, Demonstration, Hello, NOISE, Pattern, STAYS,
    Tracking, run,
};
use serde_json::json;
use toml::Table;

use super::Experiment;
use super::bench::Bench;
use super::findings::{Findings, Part, Row, Section};
use super::room::Room;
use super::settings::long;
use crate::cli::{ArchitecturesArgs, LabRunArgs};
use crate::command::shared;
use crate::report::chart::{Axis, Chart};
use crate::settings::put;

/// Share of right answers that an example must reach.
const RIGHT: f64 = 0.95;
/// How far above the least error a network may stay, as a share of it.
const NEAR: f64 = 0.1;

impl Experiment for ArchitecturesArgs {
    const NAME: &'static str = "architectures";

    type Settings = ArchitecturesConfig;

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn defaults(is_quick: bool) -> ArchitecturesConfig {
        match is_quick {
            true => ArchitecturesConfig::quick(),
            false => ArchitecturesConfig::default(),
        }
    }

    fn flags(&self, flags: &mut Table) {
        put(flags, "updates", long(self.updates));
    }

    fn settle(config: &mut ArchitecturesConfig) -> anyhow::Result<()> {
        Ok(config.check()?)
    }

    fn seed(config: &ArchitecturesConfig) -> u64 {
        config.seed
    }

    /// All sizes are bounded.
    fn room(&self, _: &ArchitecturesConfig) -> Room {
        Room::SMALL
    }

    fn plan(&self, config: &ArchitecturesConfig) -> anyhow::Result<String> {
        let count = Pattern::ALL.len();
        Ok(format!(
            "{count} patterns and the toy that makes ello of hell, {} updates each",
            config.updates
        ))
    }

    fn run(&self, config: &ArchitecturesConfig, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let opened = shared::open_device(&self.device, bench.output())?;
        let found = run(config, &opened.device, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        Ok(findings(config, &found))
    }
}

/// What was found, as a table and a page.
pub fn findings(config: &ArchitecturesConfig, found: &ArchitecturesResult) -> Findings {
    let mut sections = Vec::new();
    sections.push(overview());
    sections.extend(found.hello.as_ref().map(hello));
    sections.extend(found.demonstrations.iter().map(section));
    Findings {
        title: "What a recurrent network can be asked".to_owned(),
        idea: "The same cells answer different questions by where they read and where they are \
               listened to. Below: every pattern with a small network that was taught it a moment ago."
            .to_owned(),
        rows: rows(config, found),
        sections,
        figures: json!({
            "config": config, "hello": found.hello, "demonstrations": found.demonstrations,
        }),
    }
}

fn rows(config: &ArchitecturesConfig, found: &ArchitecturesResult) -> Vec<Row> {
    let is_full = config.updates >= ArchitecturesConfig::default().updates;
    let mut rows = Vec::new();
    if let Some(hello) = &found.hello {
        let said: String = hello.after.iter().map(|step| step.said).collect();
        let holds = said == "ello";
        rows.push(Row::new("the toy reads hell and says", "ello", said).holds(holds));
    }
    for one in &found.demonstrations {
        let name = one.pattern.name();
        let (row, holds) = match (&one.right, &one.tracking) {
            (Some(right), _) => {
                let measured = format!("{:.1} %", 100.0 * right);
                (
                    Row::new(format!("{name}: right answers"), "100 %", measured),
                    *right >= RIGHT,
                )
            }
            (None, Some(tracking)) => {
                let theory = format!("at least {:.4}", tracking.least);
                let measured = format!("{:.4}", tracking.error);
                let holds = tracking.error <= (1.0 + NEAR) * tracking.least;
                (
                    Row::new(format!("{name}: squared error"), theory, measured),
                    holds,
                )
            }
            (None, None) => continue,
        };
        rows.push(if is_full { row.holds(holds) } else { row });
    }
    rows
}

/// All patterns side by side.
fn overview() -> Section {
    let tile = |pattern: Pattern| -> Markup {
        html! {
            figure style="margin:0;max-width:19rem" {
                (diagram::pattern(pattern))
                figcaption { b { (pattern.name()) } ": " (pattern.task()) }
            }
        }
    };
    Section::new("The patterns")
        .words(
            "Time goes to the right. Below what is read, above what is said, between them the cells; \
             an arrow to the right carries the state on, one to the left comes from a second reader \
             that begins at the end.",
        )
        .with(Part::Markup(html! {
            div style="display:flex;flex-wrap:wrap;gap:1.2rem 1.6rem" {
                @for one in Pattern::ALL { (tile(one)) }
            }
        }))
}

fn hello(hello: &Hello) -> Section {
    let losses = hello.losses.iter().enumerate();
    let losses = losses
        .map(|(update, loss)| ((update + 1) as f64, *loss))
        .collect();
    let chart = Chart::new("Cost of a letter", Axis::new("updates"), Axis::log("nats"));
    Section::new("hell becomes ello")
        .words(format!(
            "Four letters, three hidden units, every number. Each letter is to be followed by the next \
             one of hello: the two l have different answers, so the network must know which is which. \
             Left by itself after an h it writes \"{}\".",
            hello.written
        ))
        .with(Part::Markup(html! {
            div style="display:flex;flex-wrap:wrap;gap:1.2rem 2rem" {
                figure style="margin:0" { (diagram::hello(&hello.before)) figcaption { "before the first update" } }
                figure style="margin:0" { (diagram::hello(&hello.after)) figcaption { "after the last" } }
            }
        }))
        .chart(chart.line("mean over the four letters", losses))
}

fn section(one: &Demonstration) -> Section {
    let pattern = one.pattern;
    let name = pattern.name();
    let mut section = Section::new(capital(name)).words(format!(
        "{}: the network {}.",
        pattern.network(),
        pattern.task()
    ));
    if let Some(tracking) = &one.tracking {
        section = section
            .words(track_words(tracking))
            .chart(track(pattern, &tracking.curves));
    }
    let losses = one
        .losses
        .iter()
        .map(|(update, loss)| (*update as f64, *loss))
        .collect();
    let what = if one.tracking.is_some() {
        "squared error"
    } else {
        "nats"
    };
    section = section.chart(
        Chart::new("While learning", Axis::new("updates"), Axis::log(what))
            .line("fresh cases", losses),
    );
    if !one.examples.is_empty() {
        let rows = one.examples.iter();
        let rows = rows.map(|e| [e.read.clone(), e.said.clone(), e.wanted.clone()]);
        section = section.table(["read", "said", "should be said"], rows);
    }
    section
}

fn track_words(tracking: &Tracking) -> String {
    format!(
        "The quantity keeps {STAYS} of itself from step to step and has variance one; an observation \
         has noise of variance {NOISE}. Mean squared error {:.4}; the least there is, from the Kalman \
         equations, {:.4}; of who repeats the last observation, {:.4}.",
        tracking.error, tracking.least, tracking.naive
    )
}

fn track(pattern: Pattern, curves: &Curves) -> Chart {
    let points = |values: &[f32], late: usize| -> Vec<(f64, f64)> {
        let steps = values.iter().enumerate();
        steps
            .map(|(step, value)| ((step + late) as f64, f64::from(*value)))
            .collect()
    };
    let late = usize::from(pattern == Pattern::Prediction);
    Chart::new("One sequence", Axis::new("step"), Axis::new("value"))
        .dots("observed", points(&curves.observed, 0))
        .line("hidden", points(&curves.hidden, late))
        .line("the network", points(&curves.said, late))
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
