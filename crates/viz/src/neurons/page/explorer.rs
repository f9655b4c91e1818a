//! All cells, one at a time.

use maud::{Markup, html};
use reverie_model::sequence::Trace;

use super::super::findings::Findings;
use super::super::signal::{Signal, Site};
use super::data::Packed;
use super::passage::Coloured;

pub(super) fn section(findings: &Findings, trace: &Trace, packed: &Packed) -> Markup {
    let (site, marked) = first_site(findings, trace, packed);
    let coloured = Coloured {
        text: &trace.text,
        series: &site.series(trace),
        marked: marked.as_deref(),
        part: 0..packed.shown(),
    };
    let label = format!("The passage coloured by {site}");
    html! {
        section #explorer {
            h2 { "All cells, one at a time" }
            p {
                "Choose what to look for, then go through the cells from the best to the worst with "
                "the arrow keys ← and → or the slider. Point at a character, or tap it, to see its "
                "value. Most cells follow nothing that has a name. Whoever looks through all of them "
                "chooses too: the figure on the other passage is the one to believe."
            }
            noscript { p.faint { "This part needs JavaScript; without it, this is " (site) "." } }
            (controls(findings, trace, packed))
            (coloured.markup(Some("passage"), &label))
        }
    }
}

/// The cell that is shown at first, the best of the first property that has one to look at, with
/// what is to be underlined.
fn first_site(findings: &Findings, trace: &Trace, packed: &Packed) -> (Site, Option<Vec<bool>>) {
    let best = findings.rankings().find_map(|(property, ranking)| {
        let mut sites = ranking.best.iter().map(|scored| scored.site);
        let site = sites.find(|site| packed.has(site.signal, site.layer))?;
        let labels = property.labels(&trace.text);
        Some((site, labels.yes().map(<[bool]>::to_vec)))
    });
    let signal = packed.signals(0)[0];
    best.unwrap_or((
        Site {
            layer: 0,
            unit: 0,
            signal,
        },
        None,
    ))
}

fn controls(findings: &Findings, trace: &Trace, packed: &Packed) -> Markup {
    let has = |signal| (0..trace.layers.len()).any(|layer| packed.has(signal, layer));
    html! {
        form #controls hidden autocomplete="off" {
            div.choices {
                label { "Look for"
                    select #order {
                        @for (property, _) in findings.rankings() {
                            option value=(property.key()) { (property.title()) }
                        }
                        option value="" { "nothing: by number" }
                    }
                }
                label { "Layer"
                    select #layer {
                        option value="" { "all" }
                        @for layer in 0..trace.layers.len() {
                            option value=(layer) { (layer + 1) }
                        }
                    }
                }
                label { "Signal"
                    select #signal {
                        @for signal in [Signal::Memory, Signal::Hidden] {
                            @if has(signal) {
                                option value=(signal.key()) { (signal.formula()) }
                            }
                        }
                    }
                }
            }
            canvas #strip height="56" aria-hidden="true" {}
            div.walk {
                button #previous type="button" aria-label="previous cell" { "←" }
                input #rank type="range" min="0" value="0" step="1" aria-label="rank of the cell";
                button #next type="button" aria-label="next cell" { "→" }
            }
            p #which role="status" {}
            ul #chips aria-label="figures of this cell" {}
        }
    }
}
