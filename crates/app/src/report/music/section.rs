//! What the page says about one set.

use maud::{Markup, PreEscaped, html};

use super::chart::{self, Measure, chart_svg};
use super::words::{DIGITS, duration, nats, rate};
use super::{CellReport, MusicCell, SetReport, Spread, commentary, listen, rates};
use crate::report::number::{NOTHING, counted, fixed, grouped};

/// The section's name within the page.
pub fn anchor(index: usize) -> String {
    format!("set-{}", index + 1)
}

/// The title of a set, with a tag where a program made it up.
pub fn set_label(set: &SetReport) -> Markup {
    html! { (set.title) @if set.is_generated { " " span.tag { "generated" } } }
}

/// The title of a cell behind its colour.
pub fn cell_label(cell: MusicCell) -> Markup {
    html! { span.cell data-cell=(cell.name()) { (cell.title()) } }
}

/// All about one set.
///
/// # Errors
/// If a chart cannot be drawn.
pub fn section(index: usize, set: &SetReport) -> anyhow::Result<Markup> {
    let said = commentary(set);
    Ok(html! {
        section.about id=(anchor(index)) {
            h2 { (set_label(set)) }
            p.faint.note { (amount(set)) }
            ul.said { @for sentence in &said { li { (sentence) } } }
            (charts(set)?)
            (networks(set))
            (rates::rates(set))
            (listen::listen(set))
        }
    })
}

/// How much music there is.
fn amount(set: &SetReport) -> String {
    let part = |(pieces, steps): (usize, usize)| {
        format!(
            "{} with {}",
            counted(pieces as u64, "piece"),
            counted(steps as u64, "step")
        )
    };
    let [train, valid, test] = set.splits.map(part);
    let made = if set.is_generated {
        "Made by rules. "
    } else {
        ""
    };
    format!("{made}To learn from: {train}; to choose by: {valid}; for the test: {test}.")
}

fn charts(set: &SetReport) -> anyhow::Result<Markup> {
    if set.cells.iter().all(|cell| cell.curves.is_empty()) {
        return Ok(html! {});
    }
    let chart = |measure: Measure| -> anyhow::Result<Markup> {
        let alt = alt_text(set, measure);
        let wide = chart_svg(set, measure, chart::WIDE)?;
        let narrow = chart_svg(set, measure, chart::NARROW)?;
        Ok(html! {
            figure.chart {
                div.wide role="img" aria-label=(alt) { (PreEscaped(wide)) }
                div.narrow role="img" aria-label=(alt) { (PreEscaped(narrow)) }
            }
        })
    };
    Ok(html! {
        div.charts {
            @for measure in Measure::ALL { (chart(measure)?) }
        }
        p.faint.note {
            "Validation loss while the networks learn, a line for each seed with the chosen "
            "learning rate; the mark is its lowest. The scale shows the end of the "
            "way: all begin far above. Dashed lines are models without a network, on the test "
            "pieces."
        }
    })
}

/// What a chart says, for those who do not see it.
fn alt_text(set: &SetReport, measure: Measure) -> String {
    let cells: Vec<String> = set
        .cells
        .iter()
        .filter_map(|cell| {
            let losses = cell.curves.iter().flat_map(|curve| &curve.points);
            let lowest = losses
                .filter_map(|point| point.valid_nll)
                .filter(|loss| loss.is_finite())
                .reduce(f64::min)?;
            Some(format!("{} down to {}", cell.cell.title(), nats(lowest)))
        })
        .collect();
    format!(
        "Validation loss over {} on {}, in nats per step: {}",
        measure.noun(),
        set.full_title(),
        cells.join(", ")
    )
}

/// Sizes, rates, times.
fn networks(set: &SetReport) -> Markup {
    html! {
        @if !set.cells.is_empty() {
            div.scroll {
                table.networks {
                    thead {
                        tr {
                            th scope="col" { "cell" }
                            th scope="col" { "recurrent weights" }
                            th scope="col" { "all weights" }
                            th scope="col" { "learning rate" }
                            th scope="col" { "validation" }
                            th scope="col" { "right notes" }
                            th scope="col" { "time" }
                        }
                    }
                    tbody { @for cell in &set.cells { (network(cell)) } }
                }
            }
            p.faint.note {
                "Right notes: of all notes that sound in the test pieces or were expected, the "
                "share that are both."
                @if set.repeat_accuracy.is_finite() {
                    " Repeating the step before gets " (fixed(Some(set.repeat_accuracy), 3)) "."
                }
                " Time: of all runs with the chosen rate."
            }
        }
    }
}

fn network(cell: &CellReport) -> Markup {
    let text = |spread: Option<Spread>| spread.map_or_else(|| NOTHING.to_owned(), |s| s.text());
    html! {
        tr {
            th scope="row" { (cell_label(cell.cell)) }
            td { (grouped(cell.params_recurrent as u64)) }
            td { (grouped(cell.params_total as u64)) }
            td { (cell.learning_rate.map_or_else(|| NOTHING.to_owned(), rate)) }
            td { (text(cell.valid)) }
            td { (accuracy(cell.accuracy)) }
            td { @if cell.seconds > 0.0 { (duration(cell.seconds)) } @else { (NOTHING) } }
        }
    }
}

/// An accuracy with a digit more than a loss, since it lies between 0 and 1.
fn accuracy(spread: Option<Spread>) -> String {
    match spread {
        Some(Spread {
            mean,
            deviation: Some(deviation),
            ..
        }) if mean.is_finite() => {
            let digits = DIGITS + 1;
            format!("{mean:.digits$} ± {}", fixed(Some(deviation), digits))
        }
        Some(Spread { mean, .. }) => fixed(Some(mean), DIGITS + 1),
        None => NOTHING.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake;
    use super::*;

    #[test]
    fn a_set_without_results_is_a_section() {
        let page = section(0, &fake::set("own", "<own>")).unwrap().0;
        assert!(
            page.contains("&lt;own&gt;") && !page.contains("<svg"),
            "{page}"
        );
        assert!(page.contains("229 pieces with 14,000 steps"));
        let mut none = fake::set("own", "Own");
        none.cells.clear();
        assert!(!section(0, &none).unwrap().0.contains("<table"));
    }

    #[test]
    fn a_generated_set_has_its_tag() {
        let mut set = fake::jsb();
        set.is_generated = true;
        let page = section(0, &set).unwrap().0;
        assert!(page.contains("<span class=\"tag\">generated</span>"));
        assert!(page.contains("Made by rules. To learn from"));
        assert!(page.contains("on JSB Chorales (generated), in nats"));
    }

    #[test]
    fn accuracies_have_three_digits() {
        assert_eq!(accuracy(Spread::of(&[0.3, 0.302])), "0.301 ± 0.001");
        assert_eq!(accuracy(Spread::of(&[0.3])), "0.300");
        assert_eq!(accuracy(Spread::of(&[f64::NAN, 1.0])), NOTHING);
        assert_eq!(accuracy(None), NOTHING);
    }
}
