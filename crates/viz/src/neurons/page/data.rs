//! What the interaction needs: a byte for each cell, signal and character, and the figures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, PreEscaped, html};
use reverie_model::sequence::{LayerTrace, Trace};
use serde::Serialize;

use super::super::findings::Findings;
use super::super::labels::Labels;
use super::super::palette::LEVELS;
use super::super::score::Measure;
use super::super::signal::{Signal, columns};
use super::passage::pack;

/// Bytes of all values together, before they are written as text, which takes a third more.
const MAX_BYTES: usize = 3_800_000;

/// Figures are written in thousandths.
const THOUSAND: f32 = 1000.0;

/// Which values go into the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packed {
    shown: usize,
    asked: usize,
    signals: Vec<Vec<Signal>>,
    without_hidden: bool,
}

impl Packed {
    /// As much of `asked` characters as fits: where it does not, the outputs of layers with a memory
    /// stay out, and then the passage becomes shorter.
    pub(super) fn of(trace: &Trace, asked: usize) -> Self {
        Self::within(trace, asked, MAX_BYTES)
    }

    fn within(trace: &Trace, asked: usize, max_bytes: usize) -> Self {
        let asked = asked.min(trace.text.len());
        let mut signals: Vec<Vec<Signal>> = trace
            .layers
            .iter()
            .map(|layer| Signal::of(layer).to_vec())
            .collect();
        let bytes_each = |signals: &[Vec<Signal>]| {
            let layers = trace.layers.iter().zip(signals);
            layers
                .map(|(layer, signals)| layer.units * signals.len())
                .sum::<usize>()
        };
        let without_hidden =
            bytes_each(&signals) * asked > max_bytes && signals.iter().any(|s| s.len() > 1);
        if without_hidden {
            signals.iter_mut().for_each(|signals| signals.truncate(1));
        }
        let shown = asked.min(max_bytes / bytes_each(&signals).max(1));
        Self {
            shown,
            asked,
            signals,
            without_hidden,
        }
    }

    /// Characters in the explorer.
    pub(super) fn shown(&self) -> usize {
        self.shown
    }

    /// The signals of a layer that can be looked at.
    pub(super) fn signals(&self, layer: usize) -> &[Signal] {
        &self.signals[layer]
    }

    /// Whether this signal can be looked at.
    pub(super) fn has(&self, signal: Signal, layer: usize) -> bool {
        self.signals[layer].contains(&signal)
    }

    /// What was left out, in sentences.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.without_hidden {
            notes.push(
                "To keep the file small, the explorer has tanh(c) only where a cell has both \
                 signals; the figures looked at both."
                    .to_owned(),
            );
        }
        if self.shown < self.asked {
            notes.push(format!(
                "To keep the file small, the explorer shows {} of {} characters.",
                self.shown, self.asked
            ));
        }
        notes
    }

    /// The elements that carry the data.
    pub(super) fn scripts(&self, findings: &Findings, trace: &Trace) -> Markup {
        let index = Index {
            shown: self.shown,
            levels: LEVELS,
            layers: trace
                .layers
                .iter()
                .zip(&self.signals)
                .map(|(layer, packed)| LayerIndex {
                    units: layer.units,
                    signals: Signal::of(layer)
                        .iter()
                        .map(|signal| signal.key())
                        .collect(),
                    packed: packed.iter().map(|signal| signal.key()).collect(),
                })
                .collect(),
            properties: self.properties(findings, trace),
        };
        let json = serde_json::to_string(&index).expect("plain numbers and strings become JSON");
        html! {
            // A "<" could end the element early.
            script #index type="application/json" { (PreEscaped(json.replace('<', "\\u003c"))) }
            @for (number, layer) in trace.layers.iter().enumerate() {
                @for &signal in &self.signals[number] {
                    script id={ "data-" (number) "-" (signal.key()) } type="text/plain" {
                        (STANDARD.encode(self.bytes(layer, signal)))
                    }
                }
            }
        }
    }

    /// The values of a layer, unit by unit, `[K, T]`.
    fn bytes(&self, layer: &LayerTrace, signal: Signal) -> Vec<u8> {
        let series = columns(layer, signal, 0..layer.units);
        series
            .iter()
            .flat_map(|series| pack(&series[..self.shown]))
            .collect()
    }

    fn properties(&self, findings: &Findings, trace: &Trace) -> Vec<PropertyIndex> {
        let thousandths = |strengths: &[f32]| {
            strengths
                .iter()
                .map(|strength| (strength * THOUSAND).round() as i16)
                .collect()
        };
        let of_ranking = findings
            .rankings()
            .map(|(property, ranking)| PropertyIndex {
                key: property.key(),
                title: property.title(),
                is_area: ranking.measure == Measure::Area,
                chosen: thousandths(&ranking.chosen_strengths),
                reported: thousandths(&ranking.reported_strengths),
                marks: match property.labels(&trace.text) {
                    Labels::Graded(_) => None,
                    Labels::YesNo(labels) => {
                        let digit = |label: &bool| if *label { '1' } else { '0' };
                        Some(labels[..self.shown].iter().map(digit).collect())
                    }
                },
            });
        of_ranking.collect()
    }
}

#[derive(Serialize)]
struct Index {
    shown: usize,
    levels: usize,
    layers: Vec<LayerIndex>,
    properties: Vec<PropertyIndex>,
}

#[derive(Serialize)]
struct LayerIndex {
    units: usize,
    /// In the order in which the strengths have them.
    signals: Vec<&'static str>,
    /// Those whose values are in the page.
    packed: Vec<&'static str>,
}

#[derive(Serialize)]
struct PropertyIndex {
    key: &'static str,
    title: &'static str,
    is_area: bool,
    chosen: Vec<i16>,
    reported: Vec<i16>,
    marks: Option<String>,
}

#[cfg(test)]
mod tests {
    use reverie_model::rng::seeded;

    use super::super::super::synthetic::{self, Unit};
    use super::*;

    fn trace() -> Trace {
        let mut rng = seeded(1);
        let text = synthetic::prose(500, &mut rng);
        synthetic::trace(&text, &[Unit::Walk; 10], &mut rng)
    }

    #[test]
    fn what_fits_goes_in() {
        let packed = Packed::within(&trace(), 300, 6_000);
        assert_eq!((packed.shown(), packed.signals(0).len()), (300, 2));
        assert!(packed.notes().is_empty());
        assert_eq!(Packed::within(&trace(), 3_000, 1_000_000).shown(), 500);
    }

    #[test]
    fn outputs_are_left_out_first_and_then_characters_and_both_are_said() {
        let packed = Packed::within(&trace(), 300, 5_999);
        assert_eq!((packed.shown(), packed.signals(0).len()), (300, 1));
        assert_eq!(packed.notes().len(), 1);
        let packed = Packed::within(&trace(), 300, 2_000);
        assert_eq!(packed.shown(), 200);
        assert!(packed.notes()[1].contains("200 of 300 characters"));
    }
}
