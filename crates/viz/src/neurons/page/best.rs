//! The best cell of each property: its passage and its figures.

use maud::{Markup, html};
use reverie_model::sequence::Trace;

use super::super::excerpt::excerpt;
use super::super::findings::{Chance, Findings, Ranking, Scored};
use super::super::property::Property;
use super::super::score::Measure;
use super::passage::Coloured;
use super::two_digits;

/// Characters of each passage.
const EXCERPT: usize = 720;

pub(super) fn section(findings: &Findings, trace: &Trace) -> Markup {
    html! {
        section #best {
            h2 { "The best cell for each" }
            @for (property, ranking) in findings.rankings() {
                @if let Some(best) = ranking.best.first() {
                    (card(property, ranking, best, trace))
                }
            }
        }
    }
}

fn card(property: Property, ranking: &Ranking, best: &Scored, trace: &Trace) -> Markup {
    let labels = property.labels(&trace.text);
    let coloured = Coloured {
        text: &trace.text,
        series: &best.site.series(trace),
        marked: labels.yes(),
        part: excerpt(&trace.text, &labels, EXCERPT),
    };
    let label = format!(
        "A passage coloured by {}, which is {} here: {}. The text: {}",
        best.site,
        direction(ranking.measure, best.rises),
        property.title(),
        trace.text[coloured.part.clone()].iter().collect::<String>()
    );
    html! {
        article.card id=(property.key()) data-property=(property.key()) {
            h3 { (property.title()) }
            p.faint { (property.meaning()) }
            div.split {
                (coloured.markup(None, &label))
                (figures(ranking, best))
            }
        }
    }
}

/// What a cell does where a property is true, or where there is more of it.
pub(super) fn direction(measure: Measure, rises: bool) -> &'static str {
    match (measure, rises) {
        (Measure::Area, true) => "high",
        (Measure::Area, false) => "low",
        (Measure::Correlation, true) => "rising",
        (Measure::Correlation, false) => "falling",
    }
}

fn figures(ranking: &Ranking, best: &Scored) -> Markup {
    let measure = ranking.measure;
    let luck = |what, chance: &Chance| {
        let (mean, highest) = (two_digits(chance.mean), two_digits(chance.highest));
        row(
            what,
            format!("{mean} to {highest}"),
            measure,
            chance.highest,
            "luck",
        )
    };
    let verdict = if ranking.is_beyond_chance() {
        "Better than the best of all cells in every draw of moved labels."
    } else {
        "No better than luck: moved labels reach as much."
    };
    html! {
        div.figures {
            p.site { (best.site) ", " (direction(measure, best.rises)) }
            p.figure { b { (two_digits(best.reported)) } " " (measure.name()) }
            dl {
                (row("chosen on", two_digits(best.chosen), measure, best.chosen, "chosen"))
                (row("other passage", two_digits(best.reported), measure, best.reported, "reported"))
                (luck("luck, labels moved", &ranking.shifted))
                (luck("luck, labels shuffled", &ranking.permuted))
            }
            p.faint { (verdict) }
            button type="button" hidden data-look=(look(best)) { "Look at this cell below" }
        }
    }
}

/// What the script needs to find a site again.
pub(super) fn look(scored: &Scored) -> String {
    let site = scored.site;
    format!("{} {} {}", site.layer, site.signal.key(), site.unit)
}

fn row(what: &str, figure: String, measure: Measure, length: f64, class: &str) -> Markup {
    let chance = measure.chance();
    let percent = ((length - chance) / (1.0 - chance)).clamp(0.0, 1.0) * 100.0;
    html! {
        div.row {
            dt { (what) }
            dd { (figure) }
            div.bar aria-hidden="true" {
                div class=(class) style={ "width:" (format!("{percent:.0}%")) } {}
            }
        }
    }
}
