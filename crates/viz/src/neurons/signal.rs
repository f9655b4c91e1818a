//! The numbers of a trace that are compared with the text: one for each cell and signal.

use std::fmt;
use std::ops::Range;

use reverie_model::sequence::{LayerTrace, Trace};
use serde::Serialize;

use super::NeuronsError;

/// Which number of a cell is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// The hyperbolic tangent of the memory c: what the cell keeps, shown or not.
    Memory,
    /// The output h: what the cell tells the others.
    Hidden,
}

impl Signal {
    /// A short word without blanks.
    pub fn key(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Hidden => "hidden",
        }
    }

    /// The formula.
    pub fn formula(self) -> &'static str {
        match self {
            Self::Memory => "tanh(c)",
            Self::Hidden => "h",
        }
    }

    /// The signals that a layer has; the memory comes first.
    pub fn of(layer: &LayerTrace) -> &'static [Self] {
        match layer.memory {
            Some(_) => &[Self::Memory, Self::Hidden],
            None => &[Self::Hidden],
        }
    }
}

/// Where a number was read: a cell of a layer, and which of its signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Site {
    /// The layer, counted from 0; people are told numbers from 1.
    pub layer: usize,
    /// The hidden unit of the layer, counted from 0; people are told numbers from 1.
    pub unit: usize,
    /// Which number of the unit.
    pub signal: Signal,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formula = self.signal.formula();
        write!(
            f,
            "layer {}, cell {}, {formula}",
            self.layer + 1,
            self.unit + 1
        )
    }
}

impl Site {
    /// All sites of a network: by layer, then signal, then unit.
    pub fn all(trace: &Trace) -> Vec<Self> {
        let mut sites = Vec::new();
        for (layer, states) in trace.layers.iter().enumerate() {
            for &signal in Signal::of(states) {
                sites.extend((0..states.units).map(|unit| Self {
                    layer,
                    unit,
                    signal,
                }));
            }
        }
        sites
    }

    /// What was read here, `[T]`, in `[-1, 1]`.
    ///
    /// # Panics
    /// If the trace has no such site.
    pub fn series(self, trace: &Trace) -> Vec<f32> {
        let mut columns = columns(
            &trace.layers[self.layer],
            self.signal,
            self.unit..self.unit + 1,
        );
        columns.pop().expect("one unit has one series")
    }
}

/// What some units of a layer did, unit by unit: as many series of `[T]` as there are units asked
/// for.
///
/// # Panics
/// If the layer has no such signal or no such units.
pub(crate) fn columns(layer: &LayerTrace, signal: Signal, units: Range<usize>) -> Vec<Vec<f32>> {
    let values = match signal {
        Signal::Memory => layer.memory.as_ref().expect("the layer has a memory"),
        Signal::Hidden => &layer.hidden,
    };
    let mut columns = vec![Vec::with_capacity(values.len() / layer.units); units.len()];
    for row in values.chunks_exact(layer.units) {
        for (column, value) in columns.iter_mut().zip(&row[units.clone()]) {
            column.push(match signal {
                Signal::Memory => value.tanh(),
                Signal::Hidden => *value,
            });
        }
    }
    columns
}

/// Refuses a trace that cannot be measured.
///
/// # Panics
/// If the numbers of a layer are not `T` times its units: no reader of texts makes such a trace.
pub(crate) fn check(trace: &Trace, need: usize) -> Result<(), NeuronsError> {
    let found = trace.text.len();
    if found < need {
        return Err(NeuronsError::TooShort { found, need });
    }
    if trace.layers.is_empty() {
        return Err(NeuronsError::NoLayers);
    }
    for (number, layer) in (1..).zip(&trace.layers) {
        let gates = layer.gates.iter().map(|gate| &gate.values);
        for values in [&layer.hidden]
            .into_iter()
            .chain(&layer.memory)
            .chain(gates)
        {
            assert!(
                layer.units > 0 && values.len() == found * layer.units,
                "layer {number} has {} values for {found} characters and {} units",
                values.len(),
                layer.units
            );
            if let Some(i) = values.iter().position(|value| !value.is_finite()) {
                return Err(NeuronsError::NotFinite {
                    layer: number,
                    unit: i % layer.units + 1,
                    at: i / layer.units + 1,
                    value: values[i],
                });
            }
        }
    }
    Ok(())
}

/// Refuses traces of two networks.
pub(crate) fn check_same_network(a: &Trace, b: &Trace) -> Result<(), NeuronsError> {
    let shape = |layer: &LayerTrace| (layer.units, layer.memory.is_some());
    let layers = a.layers.len().max(b.layers.len());
    let differs = |i: &usize| a.layers.get(*i).map(shape) != b.layers.get(*i).map(shape);
    match (0..layers).find(differs) {
        Some(i) => Err(NeuronsError::OtherNetwork { layer: i + 1 }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace() -> Trace {
        let layer = |memory: Option<Vec<f32>>| LayerTrace {
            units: 2,
            hidden: vec![0.1, 0.2, 0.3, 0.4],
            memory,
            gates: Vec::new(),
        };
        Trace {
            text: vec!['a', 'b'],
            layers: vec![layer(Some(vec![1.0, -2.0, 0.0, 3.0])), layer(None)],
        }
    }

    #[test]
    fn a_series_is_a_column_and_the_memory_is_squashed() {
        let site = |layer, unit, signal| Site {
            layer,
            unit,
            signal,
        };
        assert_eq!(site(1, 1, Signal::Hidden).series(&trace()), [0.2, 0.4]);
        let memory = site(0, 1, Signal::Memory).series(&trace());
        assert_eq!(memory, [(-2.0_f32).tanh(), 3.0_f32.tanh()]);
    }

    #[test]
    fn sites_are_counted_by_layer_signal_and_unit() {
        let sites = Site::all(&trace());
        assert_eq!(sites.len(), 6);
        assert_eq!(sites[1].to_string(), "layer 1, cell 2, tanh(c)");
        assert_eq!(sites[4].to_string(), "layer 2, cell 1, h");
    }

    #[test]
    fn what_cannot_be_measured_is_refused_with_its_numbers() {
        let said = |trace: &Trace, need| check(trace, need).unwrap_err().to_string();
        assert_eq!(
            said(&trace(), 3),
            "the passage has 2 characters, but it must have at least 3"
        );
        let mut broken = trace();
        broken.layers[1].hidden[3] = f32::NAN;
        assert!(said(&broken, 1).starts_with("layer 2, cell 2 is NaN after character 2"));
        assert!(check(&trace(), 2).is_ok());
    }

    #[test]
    fn two_networks_are_told_apart() {
        let mut other = trace();
        other.layers[0].memory = None;
        let error = check_same_network(&trace(), &other).unwrap_err();
        assert!(matches!(error, NeuronsError::OtherNetwork { layer: 1 }));
        other = trace();
        other.layers.pop();
        assert!(check_same_network(&trace(), &other).is_err());
        assert!(check_same_network(&trace(), &trace()).is_ok());
    }
}
