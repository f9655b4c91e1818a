//! "hell" that becomes "ello": four letters, three units, every number on one page.

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};
use reverie_kernels::loss::cross_entropy;
use reverie_model::recurrent::{
    CellConfig, CellKind, InitConfig, Initializer, Mode, Regularisation, Sequence, StackConfig,
    Stepped,
};
use reverie_model::rng::seeded;
use serde::Serialize;

use crate::LabError;
use crate::learner::Learner;
use crate::numbers::largest;
use crate::reader::Reader;

/// Letters, in the order of their numbers.
const LETTERS: [char; 4] = ['h', 'e', 'l', 'o'];
/// "hell".
const READ: [u32; 4] = [0, 1, 2, 2];
/// "ello".
const SAID: [i32; 4] = [1, 2, 2, 3];
/// Units.
const HIDDEN: usize = 3;
/// Updates.
const UPDATES: u64 = 200;
/// Step size of Adam.
const RATE: f64 = 0.05;
/// Largest norm of the gradients.
const CLIP: f64 = 1.0;

/// What one step computes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HelloStep {
    /// The letter that is read.
    pub read: char,
    /// The letter that should follow.
    pub wanted: char,
    /// The letter that is said.
    pub said: char,
    /// h, `[3]`.
    pub hidden: Vec<f32>,
    /// ŷ, the shares of h, e, l, o.
    pub shares: Vec<f32>,
}

/// The toy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hello {
    /// Before the first update.
    pub before: Vec<HelloStep>,
    /// After the last one.
    pub after: Vec<HelloStep>,
    /// Cost of a letter after each update, in nats.
    pub losses: Vec<f64>,
    /// What it writes by itself after an h: each letter is the one it says it will be.
    pub written: String,
}

/// Teaches it.
///
/// # Errors
/// A loss that is no number.
pub fn teach(seed: u64, device: &Device) -> Result<Hello, LabError> {
    let config = StackConfig {
        cell: CellConfig {
            kind: CellKind::Rnn,
            ..CellConfig::default()
        },
        d_input: LETTERS.len(),
        d_hidden: HIDDEN,
        n_layers: 1,
        bidirectional: false,
        regularisation: Regularisation::default(),
        init: InitConfig {
            initializer: Initializer::Pytorch,
            scale: 1.0,
            forget_bias: 0.0,
        },
    };
    let net = Reader::init(&config, LETTERS.len(), &mut seeded(seed), device)?;
    let before = steps(&net);
    let mut learner = Learner::new(net, CLIP);
    let loss = |net: &Reader| {
        let device = net.device();
        let logits = net.every(Sequence::of_symbols(&READ, 1, &device));
        let targets = Tensor::from_data(TensorData::new(SAID.to_vec(), [SAID.len()]), &device);
        cross_entropy(logits, targets).mean()
    };
    let losses = (0..UPDATES)
        .map(|_| learner.update(RATE, loss))
        .collect::<Result<_, _>>()?;
    let net = learner.net();
    Ok(Hello {
        before,
        after: steps(&net),
        losses,
        written: written(&net),
    })
}

fn steps(net: &Reader) -> Vec<HelloStep> {
    let device = net.device();
    let state = net.stack.initial(1, &device);
    let inputs = Sequence::of_symbols(&READ, 1, &device);
    let mut hidden: Vec<Vec<f32>> = Vec::new();
    let mut keep = |_: usize, _: usize, stepped: &Stepped| {
        hidden.push(stepped.output.clone().into_data().iter::<f32>().collect());
    };
    net.stack
        .forward_observed(inputs.clone(), state, &mut Mode::Use, &mut keep);
    let shares = softmax(net.every(inputs), 1).into_data();
    let shares: Vec<f32> = shares.iter::<f32>().collect();
    let each = hidden
        .into_iter()
        .zip(shares.chunks(LETTERS.len()))
        .zip(READ.iter().zip(SAID));
    each.map(|((hidden, shares), (&read, wanted))| HelloStep {
        read: LETTERS[read as usize],
        wanted: LETTERS[wanted as usize],
        said: LETTERS[largest(shares)],
        hidden,
        shares: shares.to_vec(),
    })
    .collect()
}

fn written(net: &Reader) -> String {
    let device = net.device();
    let mut state = net.stack.initial(1, &device);
    let mut letter = READ[0];
    let mut text = String::from(LETTERS[letter as usize]);
    for _ in 0..READ.len() {
        let (said, next) = net.read_on(Sequence::of_symbols(&[letter], 1, &device), state);
        let logits: Vec<f32> = said.into_data().iter::<f32>().collect();
        letter = largest(&logits) as u32;
        text.push(LETTERS[letter as usize]);
        state = next;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hell_becomes_ello() {
        let hello = teach(0, &Device::flex()).unwrap();
        let said: String = hello.after.iter().map(|step| step.said).collect();
        assert_eq!((said.as_str(), hello.written.as_str()), ("ello", "hello"));
        assert!(hello.losses.last() < hello.losses.first());
        for step in &hello.after {
            assert_eq!(step.hidden.len(), HIDDEN);
            assert!((step.shares.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }
}
