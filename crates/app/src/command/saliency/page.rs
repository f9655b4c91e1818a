//! The page of a folder, or of one picture with all that was asked.

use maud::{Markup, PreEscaped, html};
use reverie_viz::attribution::curve::Curve;

use super::explain::Explained;
use super::summary::{Summary, hardly};
use super::views;
use crate::cli::Show;
use crate::report::{embed, frame};

/// What only this page needs.
const STYLE: &str = "
.tiles { display: grid; gap: .6rem; margin-top: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(46%, 13rem), 1fr)); }
.tiles img { width: 100%; height: auto; }
.cascade { display: grid; gap: .4rem; margin-top: 1rem; overflow-x: auto; grid-auto-flow: column; grid-auto-columns: minmax(6rem, 1fr); }
.cascade img { width: 100%; height: auto; }
.cascade figcaption { font-size: .75rem; }
.scroll { overflow-x: auto; margin-top: 1rem; }
table { border-collapse: collapse; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: right; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; }
.curves { display: grid; gap: 1rem; margin-top: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(46%, 13rem), 1fr)); }
.curves svg { width: 100%; height: auto; overflow: visible; }
.axis { fill: none; stroke: var(--line); }
.deletion { fill: none; stroke: #d1495b; stroke-width: 1.5; }
.insertion { fill: none; stroke: #2e86ab; stroke-width: 1.5; }
.warn { border-left: .3rem solid #c98a1b; padding-left: .8rem; }
";

/// The part of the page about one picture.
///
/// # Errors
/// If a picture cannot be encoded.
pub fn section(explained: &Explained, show: Show) -> anyhow::Result<Markup> {
    let mut tiles = vec![embed::figure(
        &views::seen(explained),
        "what the network saw",
    )?];
    for (picture, caption) in views::maps(explained, show) {
        tiles.push(embed::figure(&picture, &caption)?);
    }
    let mut rows = Vec::new();
    if !explained.stages.is_empty() {
        for row in views::cascade(explained, show) {
            let figures = row.iter().skip(1);
            let figures = figures.map(|(picture, caption)| embed::figure(picture, caption));
            rows.push(figures.collect::<anyhow::Result<Vec<_>>>()?);
        }
    }
    let asked = &explained.asked;
    Ok(html! {
        section {
            h2 { (explained.name) }
            p {
                "Explained: " b { (asked.label) } ", " (format!("{:.3}", asked.answer)) "."
                @if asked.is_silent {
                    " A rectifier silences this class here; what stands before it is explained."
                }
            }
            div.tiles { @for tile in &tiles { (tile) } }
            (table(&Summary::of(explained)))
            (curves(explained))
            @if !rows.is_empty() {
                p {
                    "Weights become random from the scores down, up to the layer that is named; "
                    "the number says how much the order of the pixels stays (1: all of it)."
                }
                @for row in &rows { div.cascade { @for figure in row { (figure) } } }
            }
        }
    })
}

/// What the methods say in numbers.
fn table(summary: &Summary) -> Markup {
    if !summary.has_numbers() {
        return html! {};
    }
    let cell =
        |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    html! {
        div.scroll {
            table {
                thead {
                    tr {
                        th scope="col" { "method" }
                        th scope="col" { "deletion (low is good)" }
                        th scope="col" { "insertion (high is good)" }
                        th scope="col" { "completeness gap" }
                        th scope="col" { "survives random weights" }
                    }
                }
                tbody {
                    @for row in &summary.rows {
                        tr {
                            td { (row.method) }
                            td { (cell(row.deletion)) }
                            td { (cell(row.insertion)) }
                            td { (row.gap.map_or_else(|| "–".to_owned(), |gap| format!("{:.2} %", gap * 100.0))) }
                            td { (cell(row.survives)) }
                        }
                    }
                }
            }
        }
    }
}

/// Deletion and insertion of every method.
fn curves(explained: &Explained) -> Markup {
    let drawn: Vec<(&str, &[Curve; 2])> = explained
        .found
        .iter()
        .filter_map(|one| Some((one.method, one.curves.as_ref()?)))
        .collect();
    html! {
        @if !drawn.is_empty() {
            div.curves {
                @for (method, [deletion, insertion]) in drawn {
                    figure {
                        (PreEscaped(svg(deletion, insertion)))
                        figcaption {
                            (method) ": the answer while pixels go (red) and come (blue), the most "
                            "important first"
                        }
                    }
                }
            }
        }
    }
}

fn svg(deletion: &Curve, insertion: &Curve) -> String {
    let most = deletion.answers.iter().chain(&insertion.answers);
    let most = most.copied().fold(f32::MIN_POSITIVE, f32::max);
    // A probability is drawn on the scale of probabilities.
    let top = if most <= 1.0 { 1.0 } else { most };
    let points = |curve: &Curve| -> String {
        let last = (curve.answers.len() - 1).max(1) as f32;
        let point = |(step, answer): (usize, &f32)| {
            let (x, y) = (100.0 * step as f32 / last, 60.0 * (1.0 - answer / top));
            format!("{x:.1},{y:.1} ")
        };
        curve.answers.iter().enumerate().map(point).collect()
    };
    format!(
        "<svg viewBox=\"-2 -2 104 64\" role=\"img\"><path class=\"axis\" d=\"M0 0V60H100\"/>\
         <polyline class=\"deletion\" points=\"{}\"/><polyline class=\"insertion\" points=\"{}\"/></svg>",
        points(deletion),
        points(insertion)
    )
}

/// The whole page.
pub fn html(
    title: &str,
    command: &str,
    sections: &[Markup],
    summary: &Summary,
    skipped: &[(String, String)],
) -> String {
    let warned = summary.rows.iter().filter_map(hardly);
    let body = html! {
        h1 { (title) }
        p { "Which pixels made the network say so, by several methods that do not agree." }
        @for sentence in warned { p.warn { (sentence) } }
        @if sections.len() > 1 && summary.has_numbers() {
            section {
                h2 { "All " (sections.len()) " pictures on average" }
                (table(summary))
            }
        }
        @for section in sections { (section) }
        @if !skipped.is_empty() {
            section {
                h2 { (skipped.len()) " left out" }
                ul { @for (name, reason) in skipped { li { (name) ": " (reason) } } }
            }
        }
        section {
            h2 { "Again" }
            pre { code { (command) } }
        }
    };
    frame::page(title, STYLE, &body)
}
