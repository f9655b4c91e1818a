//! A recurrent layer along a whole sequence, as one operation.
//!
//! Step by step, automatic differentiation notes some thirty small operations for every step of an
//! LSTM. Here a layer's whole walk is one node of the graph, with back-propagation through time
//! written by hand. The equations are those of [`Cell`]; the work is in [`crate::cpu::recurrent`].
//!
//! Where no kernel [`serves`], the same walk is composed of Burn's operations, step by
//! step.

mod composed;

use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::{Int, Tensor};

pub use crate::cpu::recurrent::{Activation, Cell, Convention};
use crate::cpu::recurrent::{
    First, Inputs as Numbers, Kept as Tape, Norm, Plan, Shape, Upstream, Weights, backward, forward,
};
use crate::cpu::simd::Level;
use crate::host::{HostOp, Kept, Made, Needs, Seen, apply, serves};

/// What a layer has learned.
///
/// # Shapes
/// K hidden units, D numbers in an input, G gates, the columns of one gate side by side.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What walks.
    pub cell: Cell,
    /// W_x, `[D, G·K]`.
    pub input: Tensor<2>,
    /// W_h, `[K, G·K]`.
    pub hidden: Tensor<2>,
    /// b, `[G·K]`.
    pub bias: Tensor<1>,
    /// w_ci, w_cf, w_co, `[3·K]`; LSTM only.
    pub peepholes: Option<Tensor<1>>,
    /// b_hn, `[K]`; GRU in the torch convention only.
    pub candidate_bias: Option<Tensor<1>>,
    /// Layer normalisation, where there is one.
    pub norm: Option<LayerNorm>,
}

/// Gains and biases of layer normalisation.
#[derive(Clone, Debug)]
pub struct LayerNorm {
    /// Of x W_x, `[G·K]`; for Elman's cell of the whole sum.
    pub gain: Tensor<1>,
    /// Of h W_h, `[G·K]`; LSTM and GRU.
    pub hidden_gain: Option<Tensor<1>>,
    /// Gain and bias of the memory inside the tanh, `[K]` each; LSTM only.
    pub memory: Option<(Tensor<1>, Tensor<1>)>,
}

/// What a layer reads.
#[derive(Clone, Debug)]
pub enum Inputs {
    /// Numbers of symbols, `[T, B]`.
    Symbols(Tensor<2, Int>),
    /// Features, `[T, B, D]`.
    Dense(Tensor<3>),
}

/// What comes of a walk.
#[derive(Clone, Debug)]
pub struct Walked {
    /// h of every step, `[T, B, K]`; zero behind the end of a sequence.
    pub outputs: Tensor<3>,
    /// h of the last step of every sequence, `[B, K]`.
    pub hidden: Tensor<2>,
    /// c of the last step of every sequence, `[B, K]`; LSTM only.
    pub memory: Option<Tensor<2>>,
}

/// Runs a layer along sequences that begin with the state `hidden` (and `memory` for an LSTM),
/// `[B, K]`.
///
/// With `lengths`, longest first, steps behind the end of a sequence cost nothing.
///
/// # Panics
/// If shapes do not fit together, or a symbol has no row in W_x.
pub fn walk(
    layer: Layer,
    inputs: Inputs,
    hidden: Tensor<2>,
    memory: Option<Tensor<2>>,
    lengths: Option<Vec<usize>>,
) -> Walked {
    if !serves(&hidden) {
        return composed::walk(&layer, inputs, hidden, memory, lengths.as_deref());
    }
    let [batch, d_hidden] = hidden.dims();
    let d_input = layer.input.dims()[0];
    let mut tensors = vec![
        hidden.into_dispatch(),
        layer.input.into_dispatch(),
        layer.hidden.into_dispatch(),
        layer.bias.into_dispatch(),
    ];
    let mut place = |tensor: Option<burn::backend::DispatchTensor>| {
        tensor.map(|tensor| {
            tensors.push(tensor);
            tensors.len() - 1
        })
    };
    let is_lstm = memory.is_some();
    let (gain, hidden_gain, memory_norm) = match layer.norm {
        None => (None, None, None),
        Some(norm) => (Some(norm.gain), norm.hidden_gain, norm.memory),
    };
    let (memory_gain, memory_bias) = memory_norm.unzip();
    let row = |tensor: Option<Tensor<1>>| tensor.map(Tensor::into_dispatch);
    let places = Places {
        memory: place(memory.map(Tensor::into_dispatch)),
        peepholes: place(row(layer.peepholes)),
        candidate_bias: place(row(layer.candidate_bias)),
        gain: place(row(gain)),
        hidden_gain: place(row(hidden_gain)),
        memory_gain: place(row(memory_gain)),
        memory_bias: place(row(memory_bias)),
        dense: None,
    };
    let (steps, symbols, dense) = match inputs {
        Inputs::Dense(dense) => (dense.dims()[0], None, place(Some(dense.into_dispatch()))),
        Inputs::Symbols(symbols) => {
            let steps = symbols.dims()[0];
            let numbers = symbols.into_data().iter::<i32>().collect();
            (steps, Some(numbers), None)
        }
    };
    let ends = Arc::new(Mutex::new(Ends::default()));
    let has_lengths = lengths.is_some();
    let op = Sequence {
        level: crate::level(),
        cell: layer.cell,
        shape: Shape {
            steps,
            batch,
            d_input,
            d_hidden,
        },
        lengths,
        symbols,
        places: Places { dense, ..places },
        ends: ends.clone(),
    };
    let outputs: Tensor<3> = apply(op, tensors);
    let end = |which| {
        let op = End {
            which,
            shape: [batch, d_hidden],
            steps,
            ends: ends.clone(),
        };
        apply(op, vec![outputs.clone().into_dispatch()])
    };
    Walked {
        hidden: match has_lengths {
            true => end(Which::Hidden),
            false => outputs.clone().narrow(0, steps - 1, 1).squeeze_dim(0),
        },
        memory: is_lstm.then(|| end(Which::Memory)),
        outputs,
    }
}

/// The states that sequences end in, on their way out, and their gradients on their way back.
#[derive(Debug, Default)]
struct Ends {
    hidden: Vec<f32>,
    memory: Vec<f32>,
    d_hidden: Option<Vec<f32>>,
    d_memory: Option<Vec<f32>>,
}

fn locked(ends: &Mutex<Ends>) -> std::sync::MutexGuard<'_, Ends> {
    ends.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Which of the states.
#[derive(Clone, Copy, Debug)]
enum Which {
    Hidden,
    Memory,
}

/// The state that sequences end in, as an operation on their outputs.
///
/// An operation has one result, and a walk has three. So the states take a way of their own: what
/// comes back to them is handed over to the walk, which the graph visits later because this
/// operation hangs on its result. Where nobody looks at the states, nothing is done.
#[derive(Debug)]
struct End {
    which: Which,
    shape: [usize; 2],
    steps: usize,
    ends: Arc<Mutex<Ends>>,
}

impl HostOp for End {
    fn forward(&self, _: &[&[f32]], _: &[bool]) -> Made {
        let mut ends = locked(&self.ends);
        let values = match self.which {
            Which::Hidden => std::mem::take(&mut ends.hidden),
            Which::Memory => std::mem::take(&mut ends.memory),
        };
        Made {
            values,
            shape: self.shape.to_vec(),
            kept: None,
        }
    }

    fn needs(&self, _: &[bool]) -> Needs {
        Needs {
            inputs: vec![false],
            output: false,
        }
    }

    fn backward(&self, seen: Seen<'_>, _: &[bool]) -> Vec<Option<Vec<f32>>> {
        let gradient = Some(seen.gradient.to_vec());
        let mut ends = locked(&self.ends);
        match self.which {
            Which::Hidden => ends.d_hidden = gradient,
            Which::Memory => ends.d_memory = gradient,
        }
        // The walk is only visited if something comes back to its outputs.
        vec![Some(vec![0.0; self.steps * self.shape[0] * self.shape[1]])]
    }
}

/// Places among the inputs of what not every layer has.
#[derive(Clone, Copy, Debug)]
struct Places {
    memory: Option<usize>,
    peepholes: Option<usize>,
    candidate_bias: Option<usize>,
    gain: Option<usize>,
    hidden_gain: Option<usize>,
    memory_gain: Option<usize>,
    memory_bias: Option<usize>,
    dense: Option<usize>,
}

/// Places of what every layer has.
const HIDDEN: usize = 0;
const INPUT_WEIGHTS: usize = 1;
const HIDDEN_WEIGHTS: usize = 2;
const BIAS: usize = 3;

/// The walk as an operation, with the outputs `[T, B, K]` for its result.
#[derive(Debug)]
struct Sequence {
    level: Level,
    cell: Cell,
    shape: Shape,
    lengths: Option<Vec<usize>>,
    symbols: Option<Vec<i32>>,
    places: Places,
    ends: Arc<Mutex<Ends>>,
}

impl Sequence {
    fn plan(&self) -> Plan<'_> {
        Plan {
            shape: self.shape,
            cell: self.cell,
            lengths: self.lengths.as_deref(),
        }
    }

    fn weights<'a>(&self, at: &impl Fn(usize) -> &'a [f32]) -> Weights<'a> {
        let maybe = |place: Option<usize>| place.map(at);
        let Places {
            memory_gain,
            memory_bias,
            ..
        } = self.places;
        Weights {
            input: at(INPUT_WEIGHTS),
            hidden: at(HIDDEN_WEIGHTS),
            bias: at(BIAS),
            peepholes: maybe(self.places.peepholes),
            candidate_bias: maybe(self.places.candidate_bias),
            norm: self.places.gain.map(|gain| Norm {
                gain: at(gain),
                hidden_gain: maybe(self.places.hidden_gain),
                memory: maybe(memory_gain).zip(maybe(memory_bias)),
            }),
        }
    }

    fn first<'a>(&self, at: &impl Fn(usize) -> &'a [f32]) -> First<'a> {
        First {
            hidden: at(HIDDEN),
            memory: self.places.memory.map(at),
        }
    }

    fn inputs<'a>(&'a self, at: &impl Fn(usize) -> &'a [f32]) -> Numbers<'a> {
        match (&self.symbols, self.places.dense) {
            (Some(symbols), _) => Numbers::Symbols(symbols),
            (None, Some(place)) => Numbers::Dense(at(place)),
            (None, None) => unreachable!("a walk has symbols or features"),
        }
    }
}

impl HostOp for Sequence {
    fn forward(&self, inputs: &[&[f32]], is_tracked: &[bool]) -> Made {
        let at = |place: usize| inputs[place];
        let made = forward(
            self.level,
            &self.plan(),
            self.inputs(&at),
            &self.weights(&at),
            self.first(&at),
            is_tracked.contains(&true),
        );
        let mut ends = locked(&self.ends);
        ends.hidden = made.last.hidden;
        ends.memory = made.last.memory.unwrap_or_default();
        Made {
            values: made.outputs,
            shape: vec![self.shape.steps, self.shape.batch, self.shape.d_hidden],
            kept: made
                .last
                .kept
                .map(|tape| Arc::new(Mutex::new(Some(tape))) as Kept),
        }
    }

    fn needs(&self, is_tracked: &[bool]) -> Needs {
        Needs {
            inputs: vec![true; is_tracked.len()],
            output: true,
        }
    }

    fn backward(&self, seen: Seen<'_>, is_tracked: &[bool]) -> Vec<Option<Vec<f32>>> {
        let at = |place: usize| seen.input(place);
        let kept = seen.kept.clone().expect("a tracked walk keeps its tape");
        let tape = kept.downcast_ref::<Mutex<Option<Tape>>>();
        let tape = tape.expect("it kept a tape").lock();
        let tape = tape.unwrap_or_else(|broken| broken.into_inner()).take();
        let ends = locked(&self.ends);
        let upstream = Upstream {
            outputs: Some(seen.gradient),
            hidden: ends.d_hidden.as_deref(),
            memory: ends.d_memory.as_deref(),
        };
        let found = backward(
            self.level,
            &self.plan(),
            self.inputs(&at),
            &self.weights(&at),
            self.first(&at),
            seen.output.expect("it was asked for"),
            tape.expect("the way back is walked once"),
            upstream,
            self.places.dense.is_some_and(|place| is_tracked[place]),
        );
        let mut all: Vec<Option<Vec<f32>>> = vec![None; is_tracked.len()];
        all[HIDDEN] = Some(found.first_hidden);
        all[INPUT_WEIGHTS] = Some(found.input);
        all[HIDDEN_WEIGHTS] = Some(found.hidden);
        all[BIAS] = Some(found.bias);
        let mut put = |place: Option<usize>, values: Option<Vec<f32>>| {
            if let Some(place) = place {
                all[place] = values;
            }
        };
        put(self.places.memory, found.first_memory);
        put(self.places.peepholes, found.peepholes);
        put(self.places.candidate_bias, found.candidate_bias);
        put(self.places.dense, found.inputs);
        if let Some(norm) = found.norm {
            put(self.places.gain, Some(norm.gain));
            put(self.places.hidden_gain, norm.hidden_gain);
            let (gain, bias) = norm.memory.unzip();
            put(self.places.memory_gain, gain);
            put(self.places.memory_bias, bias);
        }
        all
    }
}
