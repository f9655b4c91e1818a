//! What a network does while it reads.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor};

use super::CharModel;
use crate::recurrent::{GateName, Mode, Sequence};
use crate::train::host;

/// What a network did while it read a text, character by character.
///
/// # Units
/// The state at index `t` is the state after reading `text[t]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The text, T characters.
    pub text: Vec<char>,
    /// The layers from the input up.
    pub layers: Vec<LayerTrace>,
}

/// What one layer did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerTrace {
    /// Hidden units, K.
    pub units: usize,
    /// The outputs h, `[T, K]`.
    pub hidden: Vec<f32>,
    /// The memory c (not its tanh), `[T, K]`; an LSTM has one.
    pub memory: Option<Vec<f32>>,
    /// The gates.
    pub gates: Vec<GateTrace>,
}

/// What one gate did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GateTrace {
    /// `input`, `forget`, `output`, `update` or `reset`.
    pub name: String,
    /// How open it was, `[T, K]`, in `[0, 1]`.
    pub values: Vec<f32>,
}

/// Steps that are read before their values are fetched from the device.
const CHUNK: usize = 256;

/// What is collected of one layer during a chunk.
#[derive(Default)]
struct Collected {
    hidden: Vec<Tensor<2>>,
    memory: Vec<Tensor<2>>,
    gates: BTreeMap<GateName, Vec<Tensor<2>>>,
}

/// Reads `before` and then a text with the part of the model that reads forwards, and writes down
/// every unit at every step of the text.
///
/// # Panics
/// If text and symbols have different lengths.
pub fn trace(
    model: &CharModel,
    before: &[u32],
    text: &[char],
    symbols: &[u32],
    device: &Device,
) -> Trace {
    assert_eq!(text.len(), symbols.len(), "a symbol for each character");
    let mut state = model.initial(1, device);
    if !before.is_empty() {
        let sequence = Sequence::of_symbols(before, 1, device);
        state = model.stack.forward(sequence, state, &mut Mode::Use).1;
    }
    let mut layers = vec![LayerTrace::default(); model.stack.layers.len()];
    for chunk in symbols.chunks(CHUNK) {
        let mut collected: Vec<Collected> = layers.iter().map(|_| Collected::default()).collect();
        let sequence = Sequence::of_symbols(chunk, 1, device);
        let mut mode = Mode::Use;
        let (_, next) =
            model
                .stack
                .forward_observed(sequence, state, &mut mode, &mut |layer, _, stepped| {
                    let layer = &mut collected[layer];
                    layer.hidden.push(stepped.output.clone());
                    layer.memory.extend(stepped.state.memory.clone());
                    for (name, gate) in &stepped.gates {
                        layer.gates.entry(*name).or_default().push(gate.clone());
                    }
                });
        state = next;
        for (layer, collected) in layers.iter_mut().zip(collected) {
            layer.units = collected.hidden[0].dims()[1];
            layer.hidden.extend(fetch(collected.hidden));
            if !collected.memory.is_empty() {
                let memory = layer.memory.get_or_insert_default();
                memory.extend(fetch(collected.memory));
            }
            for (name, values) in collected.gates {
                let name = name.name();
                let values = fetch(values);
                match layer.gates.iter_mut().find(|gate| gate.name == name) {
                    Some(gate) => gate.values.extend(values),
                    None => layer.gates.push(GateTrace {
                        name: name.to_owned(),
                        values,
                    }),
                }
            }
        }
    }
    Trace {
        text: text.to_vec(),
        layers,
    }
}

fn fetch(steps: Vec<Tensor<2>>) -> Vec<f32> {
    host(Tensor::cat(steps, 0))
}
