//! The experiments of the lab, each small enough for some seconds.
//!
//! They measure here and now with settings of their own; the figures and the drawings are some of
//! those of the experiment's page, so that what they mean is written once.

mod adding;
mod architectures;
mod elman;
mod esn;
mod gradients;
mod hopfield;
mod layernorm;
mod memory;
mod ntm;
mod ode;
mod universal;
mod variance;

use std::ops::ControlFlow;

use anyhow::Context;

use super::{Entry, Purpose, SEED, Section, Workshop};
use crate::command::lab::findings::{Findings, Part, Row};

/// All of them, in the order of the page.
pub const SECTIONS: [Entry; 12] = [
    ("gradients", gradients::make),
    ("memory", memory::make),
    ("variance", variance::make),
    ("universal", universal::make),
    ("hopfield", hopfield::make),
    ("elman", elman::make),
    ("esn", esn::make),
    ("ntm", ntm::make),
    ("adding", adding::make),
    ("layernorm", layernorm::make),
    ("ode", ode::make),
    ("architectures", architectures::make),
];

/// What a section shows of what an experiment found.
struct Extract {
    /// Heading.
    title: &'static str,
    /// What is seen.
    text: String,
    /// The whole experiment.
    command: &'static str,
    /// How the figures begin that are shown; all begin with nothing.
    rows: &'static [&'static str],
    /// Headings of which all drawings are shown, or how the titles of single ones begin.
    drawings: &'static [&'static str],
}

impl Extract {
    /// The section.
    ///
    /// # Errors
    /// If the experiment has no such figure or drawing.
    fn of(self, found: Findings) -> anyhow::Result<Section> {
        let rows = rows(&found, self.rows)?;
        Ok(Section {
            title: self.title,
            text: self.text,
            command: self.command,
            purpose: Purpose::Whole,
            rows,
            parts: drawings(found, self.drawings)?,
            ..Section::default()
        })
    }
}

fn rows(found: &Findings, beginnings: &[&str]) -> anyhow::Result<Vec<Row>> {
    for beginning in beginnings {
        let is_there = |row: &Row| row.figure.starts_with(beginning);
        anyhow::ensure!(
            found.rows.iter().any(is_there),
            "{} has no figure {beginning}",
            found.title
        );
    }
    let is_shown = |row: &&Row| beginnings.iter().any(|word| row.figure.starts_with(word));
    Ok(found.rows.iter().filter(is_shown).cloned().collect())
}

fn drawings(found: Findings, names: &[&str]) -> anyhow::Result<Vec<Part>> {
    let mut all: Vec<(String, Vec<Option<Part>>)> = found
        .sections
        .into_iter()
        .map(|section| {
            let parts = section.parts.into_iter().filter(is_drawn);
            (section.heading, parts.map(Some).collect())
        })
        .collect();
    let mut shown = Vec::new();
    for name in names {
        if let Some((_, parts)) = all.iter_mut().find(|(heading, _)| heading == name) {
            shown.extend(parts.iter_mut().filter_map(Option::take));
            continue;
        }
        let has_name = |part: &&mut Option<Part>| {
            let title = part.as_ref().and_then(title);
            title.is_some_and(|title| title.starts_with(name))
        };
        let part = all.iter_mut().flat_map(|(_, parts)| parts).find(has_name);
        let part = part.and_then(Option::take);
        shown.push(part.with_context(|| format!("{} has no drawing {name}", found.title))?);
    }
    Ok(shown)
}

fn is_drawn(part: &Part) -> bool {
    !matches!(part, Part::Words(_) | Part::Table(..))
}

fn title(part: &Part) -> Option<&str> {
    match part {
        Part::Chart(chart) => Some(&chart.title),
        Part::Heat(map) => Some(&map.title),
        Part::Picture(_, caption) | Part::Film(_, caption) => Some(caption),
        Part::Words(_) | Part::Table(..) | Part::Markup(_) => None,
    }
}

/// An observer that never says stop.
fn go_on<T>(_: T) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::command::lab::findings;
    use crate::report::chart::{Axis, Chart};

    fn found() -> Findings {
        let chart = |title: &str| Chart::new(title, Axis::new("x"), Axis::new("y"));
        Findings {
            title: "Experiment".to_owned(),
            idea: String::new(),
            rows: vec![Row::new("slope at 0.9", "", ""), Row::new("other", "", "")],
            sections: vec![
                findings::Section::new("First")
                    .words("words")
                    .chart(chart("one: a"))
                    .chart(chart("two")),
                findings::Section::new("Second").chart(chart("three")),
            ],
            figures: Value::Null,
        }
    }

    fn extract(rows: &'static [&'static str], drawings: &'static [&'static str]) -> Extract {
        Extract {
            title: "",
            text: String::new(),
            command: "",
            rows,
            drawings,
        }
    }

    #[test]
    fn what_is_named_is_shown() {
        let section = extract(&["slope"], &["Second", "one"]).of(found()).unwrap();
        assert_eq!(section.rows.len(), 1);
        let titles: Vec<&str> = section.parts.iter().filter_map(title).collect();
        assert_eq!(titles, ["three", "one: a"]);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let said = |extract: Extract| extract.of(found()).map(|_| ()).unwrap_err().to_string();
        assert_eq!(
            said(extract(&["length"], &[])),
            "Experiment has no figure length"
        );
        assert_eq!(
            said(extract(&[], &["four"])),
            "Experiment has no drawing four"
        );
    }
}
