//! How saturated the gates are: one panel for each gate, one mark for each unit.

use maud::{Markup, html};

use super::super::saturation::{GateSaturation, OPEN_ABOVE, SHUT_BELOW};

/// Side of the square that the marks lie in.
const SIDE: f64 = 240.0;

/// Room for the labels, left and below.
const MARGIN: f64 = 44.0;

/// Room right and above, where marks at the edge stick out.
const EDGE: f64 = 10.0;

/// Kinds of marks; a deeper layer uses the first again, in another colour.
const SHAPES: usize = 3;

/// Colours of layers.
const COLOURS: usize = 6;

/// Ticks of both axes.
const TICKS: [f64; 3] = [0.0, 0.5, 1.0];

pub(super) fn section(gates: &[GateSaturation]) -> Markup {
    let names = in_order(gates.iter().map(|gate| gate.gate.as_str()));
    let layers = in_order(gates.iter().map(|gate| gate.layer));
    html! {
        section #gates {
            h2 { "How far the gates open" }
            @if names.is_empty() {
                p { "This network has no gates." }
            } @else {
                p {
                    "A gate is a number between 0 (shut) and 1 (open). Each mark is one cell: to the "
                    "right, the share of the characters at which its gate is open (above "
                    (OPEN_ABOVE) "); upwards, the share at which it is shut (below " (SHUT_BELOW)
                    "). A forget gate far to the right keeps its memory for long; a mark at the "
                    "lower left is hardly ever at either end. No mark can lie beyond the slanting line."
                }
                (legend(&layers))
                div.panels {
                    @for name in &names {
                        (panel(name, gates.iter().filter(|gate| gate.gate == *name)))
                    }
                }
                (means(gates))
            }
        }
    }
}

fn in_order<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in all {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

fn mark(layer: usize) -> (String, String) {
    (
        format!("#m{}", layer % SHAPES),
        format!("l{}", layer % COLOURS),
    )
}

fn legend(layers: &[usize]) -> Markup {
    html! {
        ul.key {
            @for &layer in layers {
                @let (shape, colour) = mark(layer);
                li {
                    svg.sample viewBox="-6 -6 12 12" aria-hidden="true" {
                        @if layer == layers[0] { (shapes()) }
                        use href=(shape) class=(colour) {}
                    }
                    "layer " (layer + 1)
                }
            }
        }
    }
}

/// The marks themselves, once in the page.
fn shapes() -> Markup {
    html! {
        defs {
            circle #m0 r="3.2" {}
            rect #m1 x="-2.9" y="-2.9" width="5.8" height="5.8" {}
            path #m2 d="M0-4.2L4.2 0L0 4.2L-4.2 0Z" {}
        }
    }
}

fn panel<'a>(name: &str, layers: impl Iterator<Item = &'a GateSaturation>) -> Markup {
    let (width, height) = (SIDE + MARGIN + EDGE, SIDE + MARGIN + EDGE);
    let label = format!("{name} gate: share of time open to the right, share of time shut upwards");
    html! {
        figure {
            figcaption { (name) " gate" }
            svg viewBox=(format!("{} {} {width} {height}", -MARGIN, -EDGE)) role="img" aria-label=(label) {
                (axes())
                @for layer in layers {
                    @let (shape, colour) = mark(layer.layer);
                    g class=(colour) {
                        @for (unit, saturation) in (1..).zip(&layer.units) {
                            use href=(shape) x=(short(saturation.open * SIDE)) y=(short((1.0 - saturation.shut) * SIDE)) {
                                title {
                                    (format!(
                                        "layer {}, cell {unit}: open {:.0}%, shut {:.0}%",
                                        layer.layer + 1, saturation.open * 100.0, saturation.shut * 100.0
                                    ))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn axes() -> Markup {
    html! {
        g.axes {
            path d=(format!("M0 0V{SIDE}H{SIDE}")) {}
            path.faint d=(format!("M0 0L{SIDE} {SIDE}")) {}
            @for tick in TICKS {
                text x=(short(tick * SIDE)) y=(short(SIDE + 16.0)) text-anchor="middle" { (tick) }
                text x="-8" y=(short((1.0 - tick) * SIDE + 4.0)) text-anchor="end" { (tick) }
            }
            text x=(short(SIDE / 2.0)) y=(short(SIDE + 34.0)) text-anchor="middle" { "share of time open" }
            text transform=(format!("translate(-33 {}) rotate(-90)", SIDE / 2.0)) text-anchor="middle" {
                "share of time shut"
            }
        }
    }
}

fn means(gates: &[GateSaturation]) -> Markup {
    let percent = |share: f64| format!("{:.1}%", share * 100.0);
    html! {
        table.means {
            caption { "Means over the cells" }
            thead {
                tr {
                    th scope="col" { "layer" }
                    th scope="col" { "gate" }
                    th.number scope="col" { "open" }
                    th.number scope="col" { "shut" }
                    th.number scope="col" { "between" }
                }
            }
            tbody {
                @for gate in gates {
                    tr {
                        th scope="row" { (gate.layer + 1) }
                        td { (gate.gate) }
                        td.number { (percent(gate.mean.open)) }
                        td.number { (percent(gate.mean.shut)) }
                        td.number { (percent(1.0 - gate.mean.open - gate.mean.shut)) }
                    }
                }
            }
        }
    }
}

/// A length to a tenth of a pixel, so that thousands of marks stay small.
fn short(length: f64) -> String {
    format!("{length:.1}")
}

#[cfg(test)]
mod tests {
    use super::super::super::saturation::Saturation;
    use super::*;

    #[test]
    fn each_unit_is_a_mark_in_the_panel_of_its_gate() {
        let gate = |layer, name: &str| GateSaturation {
            layer,
            gate: name.to_owned(),
            mean: Saturation {
                shut: 0.25,
                open: 0.5,
            },
            units: vec![
                Saturation {
                    shut: 0.25,
                    open: 0.5
                };
                3
            ],
        };
        let page = section(&[gate(0, "reset"), gate(0, "update"), gate(1, "reset")]).into_string();
        assert_eq!(page.matches("<figure>").count(), 2);
        assert_eq!(page.matches("x=\"120.0\" y=\"180.0\"").count(), 9);
        assert_eq!(page.matches("<defs>").count(), 1);
        assert!(page.contains("layer 2, cell 3: open 50%, shut 25%"));
    }

    #[test]
    fn a_network_without_gates_says_so() {
        assert!(
            section(&[])
                .into_string()
                .contains("This network has no gates")
        );
    }
}
