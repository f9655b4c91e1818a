//! The page of an experiment: one file that needs no other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, PreEscaped, html};

use super::findings::{Findings, Part, Row, Section};
use crate::report::{embed, frame};

/// What only these pages need.
const STYLE: &str = concat!(
    include_str!("drawn.css"),
    "
.idea { font-size: 1.1rem; max-width: 46rem; }
table { border-collapse: collapse; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: left; font-variant-numeric: tabular-nums; vertical-align: top; }
thead th { color: var(--faint); font-weight: 600; }
.short { white-space: nowrap; }
td.no { color: var(--accent); font-weight: 700; }
.tiles { display: grid; gap: .8rem; margin-top: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(46%, 9rem), 1fr)); }
.again { white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; }
.warn { border-left: .3rem solid #c98a1b; padding-left: .8rem; }
@media (max-width: 40rem) {
  .figures-table thead { display: none; }
  .figures-table, .figures-table tbody, .figures-table tr { display: block; }
  .figures-table tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  .figures-table td { display: grid; grid-template-columns: 6rem 1fr; padding: .1rem 0; border: 0; }
  .figures-table td::before { content: attr(data-name); color: var(--faint); }
  .figures-table td:first-child { display: block; font-weight: 600; }
  .figures-table td:first-child::before { content: none; }
  .figures-table td:empty { display: none; }
}
"
);

/// Letters of a cell up to which it is not broken into lines.
const SHORT: usize = 24;

/// What stands at the foot of the page.
pub struct About {
    /// The command that makes it again.
    pub command: String,
    /// Its settings, as a file.
    pub settings: String,
    /// Its seed.
    pub seed: u64,
    /// How long it took.
    pub seconds: f64,
    /// Whether it was not stopped early.
    pub is_whole: bool,
}

/// The page.
///
/// # Errors
/// If a picture cannot be drawn.
pub fn html(findings: &Findings, about: &About) -> anyhow::Result<String> {
    let sections = findings.sections.iter().map(section);
    let sections = sections.collect::<anyhow::Result<Vec<Markup>>>()?;
    let body = html! {
        h1 { (findings.title) }
        p.idea { (findings.idea) }
        @if !about.is_whole {
            p.warn { "Stopped early: this is what was measured up to then." }
        }
        (table(&findings.rows))
        @for section in &sections { (section) }
        section {
            h2 { "Again" }
            pre.again { code { (about.command) } }
            details {
                summary { "All settings" }
                pre { code { (about.settings) } }
            }
            p.faint { (format!("Seed {}, {:.1} s.", about.seed, about.seconds)) }
        }
    };
    Ok(frame::page(&findings.title, STYLE, &body))
}

/// The columns of the first table.
const COLUMNS: [&str; 4] = ["figure", "theory", "measured", "holds"];

/// Figures beside theory.
pub fn table(rows: &[Row]) -> Markup {
    let [figure, theory, measured, holds] = COLUMNS;
    html! {
        div.scroll {
            table.figures-table {
                thead { tr { @for name in COLUMNS { th scope="col" { (name) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            td data-name=(figure) { (row.figure) }
                            td data-name=(theory) { (row.theory) }
                            td data-name=(measured) { (row.measured) }
                            td.no[row.holds == Some(false)] data-name=(holds) { (row.verdict()) }
                        }
                    }
                }
            }
        }
    }
}

/// Where a part stands: what belongs side by side goes into one grid.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Alone,
    Side,
    Tile,
}

fn place(part: &Part) -> Place {
    match part {
        Part::Chart(_) | Part::Heat(_) => Place::Side,
        Part::Picture(..) => Place::Tile,
        _ => Place::Alone,
    }
}

fn section(section: &Section) -> anyhow::Result<Markup> {
    let drawn = drawn(&section.parts)?;
    Ok(html! {
        section {
            h2 { (section.heading) }
            @for part in &drawn { (part) }
        }
    })
}

/// Parts as they stand on a page whose style holds `drawn.css`.
///
/// # Errors
/// If a picture cannot be drawn.
pub fn drawn(parts: &[Part]) -> anyhow::Result<Vec<Markup>> {
    let groups = parts.chunk_by(|one, next| place(one) == place(next));
    let drawn = groups.map(|group| {
        let parts = group.iter().map(part);
        let parts = parts.collect::<anyhow::Result<Vec<Markup>>>()?;
        Ok(match place(&group[0]) {
            Place::Alone => html! { @for part in &parts { (part) } },
            Place::Side => html! { div.side { @for part in &parts { (part) } } },
            Place::Tile => html! { div.tiles { @for part in &parts { (part) } } },
        })
    });
    drawn.collect()
}

fn part(part: &Part) -> anyhow::Result<Markup> {
    Ok(match part {
        Part::Words(words) => html! { p { (words) } },
        Part::Chart(chart) => PreEscaped(chart.svg()?),
        Part::Heat(map) => map.figure()?,
        Part::Picture(picture, caption) => {
            let uri = embed::png_uri(picture)?;
            html! { figure { img.crisp src=(uri) alt=(caption); figcaption { (caption) } } }
        }
        Part::Film(bytes, caption) => {
            let kind = if bytes.starts_with(b"GIF") {
                "gif"
            } else {
                "png"
            };
            let uri = format!("data:image/{kind};base64,{}", STANDARD.encode(bytes));
            html! { figure.film { img.crisp src=(uri) alt=(caption); figcaption { (caption) } } }
        }
        Part::Table(head, rows) => html! {
            div.scroll {
                table {
                    thead { tr { @for name in head { th scope="col" { (name) } } } }
                    tbody { @for row in rows { tr {
                        @for cell in row { td.short[cell.chars().count() <= SHORT] { (cell) } }
                    } } }
                }
            }
        },
        Part::Markup(markup) => markup.clone(),
    })
}

#[cfg(test)]
mod tests {
    use reverie_viz::picture::Picture;
    use serde_json::Value;

    use super::*;
    use crate::report::chart::{Axis, Chart};

    #[test]
    fn a_page_holds_all_of_it() {
        let chart =
            || Chart::new("chart", Axis::new("x"), Axis::new("y")).line("l", vec![(0.0, 1.0)]);
        let picture = Picture::filled(2, 2, [0.5; 3]);
        let findings = Findings {
            title: "A <title>".to_owned(),
            idea: "An idea.".to_owned(),
            rows: vec![Row::new("f", "t", "m").holds(false)],
            sections: vec![
                Section::new("First")
                    .words("words")
                    .chart(chart())
                    .chart(chart()),
                Section::new("Second")
                    .with(Part::Picture(picture, "caption".to_owned()))
                    .with(Part::Table(
                        vec!["a".to_owned()],
                        vec![vec!["b".to_owned()]],
                    )),
            ],
            figures: Value::Null,
        };
        let about = About {
            command: "reverie lab x".to_owned(),
            settings: "units = 4".to_owned(),
            seed: 3,
            seconds: 1.0,
            is_whole: false,
        };
        let page = html(&findings, &about).unwrap();
        for word in [
            "A &lt;title&gt;",
            "An idea.",
            "Stopped early",
            "reverie lab x",
            "Seed 3",
            "units = 4",
            "caption",
        ] {
            assert!(page.contains(word), "{word}");
        }
        assert_eq!(page.matches("class=\"side\"").count(), 1);
        assert_eq!(page.matches("<svg").count(), 2);
        assert!(!page.contains("http://www.example") && !page.contains("<script"));
    }
}
