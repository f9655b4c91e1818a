//! How often a gate is as good as open or as good as shut.
//!
//! A unit whose forget gate is nearly always open carries its memory far; one whose gates are never
//! saturated works in the linear middle, as a plain network would.

use reverie_model::sequence::{GateTrace, LayerTrace, Trace};
use serde::{Serialize, Serializer};

/// Below this a gate counts as shut (saturated on the left).
pub const SHUT_BELOW: f32 = 0.1;

/// Above this a gate counts as open (saturated on the right).
pub const OPEN_ABOVE: f32 = 0.9;

/// The shares of time that the gate of one unit spends at its ends, each in `[0, 1]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Saturation {
    /// Share of the characters at which it is shut.
    pub shut: f64,
    /// Share of the characters at which it is open.
    pub open: f64,
}

/// How often the gates of a layer are at their ends.
///
/// # Source
/// Karpathy, Johnson, Fei-Fei 2015 (arXiv 1506.02078), figure 3, with their limits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GateSaturation {
    /// The layer, counted from 0.
    pub layer: usize,
    /// The gate's name.
    pub gate: String,
    /// The mean of the units.
    pub mean: Saturation,
    /// Each unit, `[K]`; JSON has their number only.
    #[serde(serialize_with = "serialize_length")]
    pub units: Vec<Saturation>,
}

fn serialize_length<S: Serializer>(units: &[Saturation], out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u64(units.len() as u64)
}

/// The gates of all layers, from the input up, in the order in which the trace has them.
pub fn saturation(trace: &Trace) -> Vec<GateSaturation> {
    let mut all = Vec::new();
    for (layer, states) in trace.layers.iter().enumerate() {
        all.extend(states.gates.iter().map(|gate| of_gate(layer, states, gate)));
    }
    all
}

fn of_gate(layer: usize, states: &LayerTrace, gate: &GateTrace) -> GateSaturation {
    let mut counts = vec![[0_usize; 2]; states.units];
    let mut steps = 0;
    for row in gate.values.chunks_exact(states.units) {
        steps += 1;
        for ([shut, open], value) in counts.iter_mut().zip(row) {
            *shut += usize::from(*value < SHUT_BELOW);
            *open += usize::from(*value > OPEN_ABOVE);
        }
    }
    let share = |count: usize| count as f64 / f64::from(steps.max(1));
    let units: Vec<Saturation> = counts
        .iter()
        .map(|[shut, open]| Saturation {
            shut: share(*shut),
            open: share(*open),
        })
        .collect();
    let mean = |of: fn(&Saturation) -> f64| units.iter().map(of).sum::<f64>() / units.len() as f64;
    GateSaturation {
        layer,
        gate: gate.name.clone(),
        mean: Saturation {
            shut: mean(|unit| unit.shut),
            open: mean(|unit| unit.open),
        },
        units,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_counted_for_each_unit_and_their_mean_is_given() {
        let gate = GateTrace {
            name: "forget".to_owned(),
            values: vec![0.95, 0.05, 0.99, 0.5, 0.9, 0.1, 0.0, 0.02],
        };
        let layer = LayerTrace {
            units: 2,
            hidden: vec![0.0; 8],
            memory: None,
            gates: vec![gate],
        };
        let trace = Trace {
            text: vec!['a'; 4],
            layers: vec![layer],
        };
        let found = saturation(&trace);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].units[0],
            Saturation {
                shut: 0.25,
                open: 0.5
            }
        );
        assert_eq!(
            found[0].units[1],
            Saturation {
                shut: 0.5,
                open: 0.0
            }
        );
        assert_eq!(
            found[0].mean,
            Saturation {
                shut: 0.375,
                open: 0.25
            }
        );
        let json = serde_json::to_string(&found[0]).unwrap();
        assert!(json.ends_with(r#""units":2}"#), "{json}");
    }

    #[test]
    fn a_network_without_gates_has_nothing_to_saturate() {
        let layer = LayerTrace {
            units: 1,
            hidden: vec![0.0],
            memory: None,
            gates: Vec::new(),
        };
        let trace = Trace {
            text: vec!['a'],
            layers: vec![layer],
        };
        assert!(saturation(&trace).is_empty());
    }
}
