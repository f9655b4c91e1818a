//! The same networks in plain scalar f64, one number at a time, to test against.

use crate::cpu::recurrent::{Activation, Cell, Convention, Shape};

/// Everything that goes into a walk and can have a gradient; empty where a cell has no such thing.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    pub inputs: Vec<f64>,
    pub input: Vec<f64>,
    pub hidden: Vec<f64>,
    pub bias: Vec<f64>,
    pub peepholes: Vec<f64>,
    pub candidate_bias: Vec<f64>,
    pub gain: Vec<f64>,
    pub hidden_gain: Vec<f64>,
    pub memory_gain: Vec<f64>,
    pub memory_bias: Vec<f64>,
    pub first_hidden: Vec<f64>,
    pub first_memory: Vec<f64>,
}

impl Values {
    pub fn each_mut(&mut self) -> [(&'static str, &mut Vec<f64>); 12] {
        [
            ("inputs", &mut self.inputs),
            ("W_x", &mut self.input),
            ("W_h", &mut self.hidden),
            ("b", &mut self.bias),
            ("peepholes", &mut self.peepholes),
            ("b_hn", &mut self.candidate_bias),
            ("gain", &mut self.gain),
            ("hidden gain", &mut self.hidden_gain),
            ("memory gain", &mut self.memory_gain),
            ("memory bias", &mut self.memory_bias),
            ("h_0", &mut self.first_hidden),
            ("c_0", &mut self.first_memory),
        ]
    }
}

/// Outputs `[T, B, K]`, last h and last c `[B, K]`.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub outputs: Vec<f64>,
    pub hidden: Vec<f64>,
    pub memory: Vec<f64>,
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn normalise(sums: &[f64]) -> Vec<f64> {
    let count = sums.len() as f64;
    let mean = sums.iter().sum::<f64>() / count;
    let variance = sums.iter().map(|a| (a - mean).powi(2)).sum::<f64>() / count;
    sums.iter()
        .map(|a| (a - mean) / (variance + 1e-5).sqrt())
        .collect()
}

/// row · matrix, for the columns of one gate.
fn product(row: &[f64], matrix: &[f64], width: usize, gate: usize, k: usize) -> Vec<f64> {
    let column = |j: usize| {
        let products = row
            .iter()
            .enumerate()
            .map(|(i, x)| x * matrix[i * width + gate * k + j]);
        products.sum()
    };
    (0..k).map(column).collect()
}

struct Step<'a> {
    cell: Cell,
    k: usize,
    values: &'a Values,
    is_normed: bool,
}

impl Step<'_> {
    fn width(&self) -> usize {
        self.cell.gates() * self.k
    }

    fn scaled(&self, sums: Vec<f64>, gain: &[f64], gate: usize) -> Vec<f64> {
        match self.is_normed {
            false => sums,
            true => {
                let gain = &gain[gate * self.k..];
                normalise(&sums)
                    .iter()
                    .zip(gain)
                    .map(|(hat, gain)| hat * gain)
                    .collect()
            }
        }
    }

    /// x W_x + b of a gate.
    fn input_sum(&self, x: &[f64], gate: usize) -> Vec<f64> {
        let sums = product(x, &self.values.input, self.width(), gate, self.k);
        let sums = self.scaled(sums, &self.values.gain, gate);
        sums.iter()
            .zip(&self.values.bias[gate * self.k..])
            .map(|(a, b)| a + b)
            .collect()
    }

    /// h W_h of a gate.
    fn hidden_sum(&self, h: &[f64], gate: usize) -> Vec<f64> {
        let sums = product(h, &self.values.hidden, self.width(), gate, self.k);
        self.scaled(sums, &self.values.hidden_gain, gate)
    }

    fn sum(&self, x: &[f64], h: &[f64], gate: usize) -> Vec<f64> {
        let both = self
            .input_sum(x, gate)
            .into_iter()
            .zip(self.hidden_sum(h, gate));
        both.map(|(a, b)| a + b).collect()
    }

    fn elman(&self, x: &[f64], h: &[f64], activation: Activation) -> Vec<f64> {
        let (values, k) = (self.values, self.k);
        let input = product(x, &values.input, k, 0, k);
        let hidden = product(h, &values.hidden, k, 0, k);
        let sums: Vec<f64> = input.iter().zip(&hidden).map(|(a, b)| a + b).collect();
        let sums = self.scaled(sums, &values.gain, 0);
        let sums = sums.iter().zip(&values.bias).map(|(a, b)| a + b);
        let f = |a: f64| match activation {
            Activation::Tanh => a.tanh(),
            Activation::Sigmoid => sigmoid(a),
            Activation::Relu => a.max(0.0),
        };
        sums.map(f).collect()
    }

    fn lstm(&self, x: &[f64], h: &[f64], c: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (values, k) = (self.values, self.k);
        let peep = |which: usize, j: usize| match values.peepholes.is_empty() {
            true => 0.0,
            false => values.peepholes[which * k + j],
        };
        let [i, f, g, o] = [0, 1, 2, 3].map(|gate| self.sum(x, h, gate));
        let new = |j: usize| {
            let i = sigmoid(i[j] + peep(0, j) * c[j]);
            let f = sigmoid(f[j] + peep(1, j) * c[j]);
            f * c[j] + i * g[j].tanh()
        };
        let c: Vec<f64> = (0..k).map(new).collect();
        let shown = match self.is_normed {
            false => c.clone(),
            true => {
                let hat = normalise(&c);
                (0..k)
                    .map(|j| hat[j] * values.memory_gain[j] + values.memory_bias[j])
                    .collect()
            }
        };
        let h = |j: usize| sigmoid(o[j] + peep(2, j) * c[j]) * shown[j].tanh();
        ((0..k).map(h).collect(), c)
    }

    fn gru(&self, x: &[f64], h: &[f64], convention: Convention) -> Vec<f64> {
        let k = self.k;
        let r: Vec<f64> = self.sum(x, h, 0).into_iter().map(sigmoid).collect();
        let z: Vec<f64> = self.sum(x, h, 1).into_iter().map(sigmoid).collect();
        let from_hidden: Vec<f64> = match convention {
            Convention::Britz | Convention::Chung => {
                let reset: Vec<f64> = (0..k).map(|j| h[j] * r[j]).collect();
                self.hidden_sum(&reset, 2)
            }
            Convention::Torch => {
                let bias = &self.values.candidate_bias;
                let bias = |j: usize| bias.get(j).copied().unwrap_or(0.0);
                let product = self.hidden_sum(h, 2);
                (0..k).map(|j| (product[j] + bias(j)) * r[j]).collect()
            }
        };
        let n: Vec<f64> = self
            .input_sum(x, 2)
            .iter()
            .zip(&from_hidden)
            .map(|(a, b)| (a + b).tanh())
            .collect();
        let mix = |j: usize| match convention {
            Convention::Britz | Convention::Torch => (1.0 - z[j]) * n[j] + z[j] * h[j],
            Convention::Chung => (1.0 - z[j]) * h[j] + z[j] * n[j],
        };
        (0..k).map(mix).collect()
    }
}

/// Walks through sequences. Symbols take the place of inputs where there are any.
pub(super) fn walk(
    cell: Cell,
    shape: Shape,
    lengths: &[usize],
    symbols: Option<&[i32]>,
    values: &Values,
) -> Ended {
    let Shape {
        steps,
        batch,
        d_input: d,
        d_hidden: k,
    } = shape;
    let step = Step {
        cell,
        k,
        values,
        is_normed: !values.gain.is_empty(),
    };
    let mut ended = Ended {
        outputs: vec![0.0; steps * batch * k],
        hidden: values.first_hidden.clone(),
        memory: values.first_memory.clone(),
    };
    for t in 0..steps {
        for b in (0..batch).filter(|&b| lengths[b] > t) {
            let x: Vec<f64> = match symbols {
                Some(symbols) => {
                    let symbol = symbols[t * batch + b] as usize;
                    (0..d)
                        .map(|i| if i == symbol { 1.0 } else { 0.0 })
                        .collect()
                }
                None => values.inputs[(t * batch + b) * d..][..d].to_vec(),
            };
            let at = b * k..(b + 1) * k;
            let h = &ended.hidden[at.clone()];
            let h = match cell {
                Cell::Elman(activation) => step.elman(&x, h, activation),
                Cell::Gru(convention) => step.gru(&x, h, convention),
                Cell::Lstm => {
                    let (h, c) = step.lstm(&x, h, &ended.memory[at.clone()]);
                    ended.memory[at.clone()].copy_from_slice(&c);
                    h
                }
            };
            ended.outputs[(t * batch + b) * k..][..k].copy_from_slice(&h);
            ended.hidden[at].copy_from_slice(&h);
        }
    }
    ended
}
