//! The same walk, composed of Burn's operations, step by step: for graphics cards and double precision.

use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Int, Tensor};

use super::{Activation, Cell, Convention, Inputs, Layer, Walked};

/// Added to the variance under layer normalisation.
const EPSILON: f64 = 1e-5;

pub(super) fn walk(
    layer: &Layer,
    inputs: Inputs,
    hidden: Tensor<2>,
    memory: Option<Tensor<2>>,
    lengths: Option<&[usize]>,
) -> Walked {
    let steps = match &inputs {
        Inputs::Symbols(symbols) => symbols.dims()[0],
        Inputs::Dense(dense) => dense.dims()[0],
    };
    let (mut h, mut c) = (hidden, memory);
    let mut outputs = Vec::with_capacity(steps);
    for step in 0..steps {
        let x = match &inputs {
            Inputs::Dense(dense) => {
                let x: Tensor<2> = dense.clone().narrow(0, step, 1).squeeze_dim(0);
                x.matmul(layer.input.clone())
            }
            Inputs::Symbols(symbols) => {
                let symbols: Tensor<1, Int> = symbols.clone().narrow(0, step, 1).squeeze_dim(0);
                layer.input.clone().select(0, symbols)
            }
        };
        let (new_h, new_c) = one(layer, x, h.clone(), c.clone());
        let Some(lengths) = lengths else {
            outputs.push(new_h.clone());
            (h, c) = (new_h, new_c);
            continue;
        };
        // Sequences that have ended keep their state and say nothing.
        let goes_on: Vec<f32> = lengths.iter().map(|&len| f32::from(len > step)).collect();
        let device = h.device().without_autodiff();
        let goes_on = Tensor::<1>::from_floats(goes_on.as_slice(), &device);
        let goes_on = goes_on.cast(h.dtype()).unsqueeze_dim::<2>(1);
        let keep = |old: Tensor<2>, new: Tensor<2>| old.clone() + goes_on.clone() * (new - old);
        outputs.push(new_h.clone() * goes_on.clone());
        h = keep(h, new_h);
        c = c.zip(new_c).map(|(old, new)| keep(old, new));
    }
    Walked {
        outputs: Tensor::stack(outputs, 0),
        hidden: h,
        memory: c,
    }
}

/// One step; `x` is x W_x.
fn one(
    layer: &Layer,
    x: Tensor<2>,
    h: Tensor<2>,
    c: Option<Tensor<2>>,
) -> (Tensor<2>, Option<Tensor<2>>) {
    let gates = layer.cell.gates();
    let row = |values: &Tensor<1>| values.clone().unsqueeze::<2>();
    let part = |values: Tensor<2>, gate: usize| values.chunk(gates, 1).swap_remove(gate);
    let norm = layer.norm.as_ref();
    // x W_x + b and h W_h of a gate, each normalised where that is asked for.
    let input = |gate: usize| {
        let mut sum = part(x.clone(), gate);
        if let Some(norm) = norm {
            sum = normalised(sum) * part(row(&norm.gain), gate);
        }
        sum + part(row(&layer.bias), gate)
    };
    let product = |h: Tensor<2>, gate: usize| {
        let sum = h.matmul(part(layer.hidden.clone(), gate));
        match norm.and_then(|norm| norm.hidden_gain.as_ref()) {
            Some(gain) => normalised(sum) * part(row(gain), gate),
            None => sum,
        }
    };
    match layer.cell {
        Cell::Elman(activation) => {
            let sum = x.clone() + h.matmul(layer.hidden.clone());
            let sum = match norm {
                Some(norm) => normalised(sum) * row(&norm.gain),
                None => sum,
            };
            let sum = sum + row(&layer.bias);
            let h = match activation {
                Activation::Tanh => sum.tanh(),
                Activation::Sigmoid => sigmoid(sum),
                Activation::Relu => relu(sum),
            };
            (h, None)
        }
        Cell::Lstm => {
            let c = c.expect("an LSTM carries a memory");
            let peep = |sum: Tensor<2>, which: usize, c: &Tensor<2>| match &layer.peepholes {
                Some(peepholes) => sum + c.clone() * row(peepholes).chunk(3, 1).swap_remove(which),
                None => sum,
            };
            let sum = |gate: usize| input(gate) + product(h.clone(), gate);
            let i = sigmoid(peep(sum(0), 0, &c));
            let f = sigmoid(peep(sum(1), 1, &c));
            let c = f * c + i * sum(2).tanh();
            let o = sigmoid(peep(sum(3), 2, &c));
            let shown = match norm.and_then(|norm| norm.memory.as_ref()) {
                Some((gain, bias)) => normalised(c.clone()) * row(gain) + row(bias),
                None => c.clone(),
            };
            (o * shown.tanh(), Some(c))
        }
        Cell::Gru(convention) => {
            let r = sigmoid(input(0) + product(h.clone(), 0));
            let z = sigmoid(input(1) + product(h.clone(), 1));
            let n = match convention {
                Convention::Torch => {
                    let product = product(h.clone(), 2);
                    let product = match &layer.candidate_bias {
                        Some(bias) => product + row(bias),
                        None => product,
                    };
                    input(2) + r * product
                }
                Convention::Britz | Convention::Chung => input(2) + product(h.clone() * r, 2),
            }
            .tanh();
            let h = match convention {
                Convention::Chung => h.clone() + z * (n - h),
                Convention::Britz | Convention::Torch => n.clone() + z * (h - n),
            };
            (h, None)
        }
    }
}

/// (a − μ) / √(σ² + ε) of every row.
fn normalised(sums: Tensor<2>) -> Tensor<2> {
    let centred = sums.clone() - sums.mean_dim(1);
    let variance = centred.clone().square().mean_dim(1);
    centred / (variance + EPSILON).sqrt()
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, Device, TensorData};

    use super::super::{LayerNorm, walk};
    use super::*;

    fn numbers<const D: usize>(shape: [usize; D], seed: u32) -> Tensor<D> {
        let values = (0..shape.iter().product::<usize>()).map(|i| {
            let x = (i as u32 ^ seed.wrapping_mul(0x9e37_79b9)).wrapping_mul(2_654_435_761);
            (x.wrapping_mul(x | 1) >> 8) as f32 / 8_388_608.0 - 1.0
        });
        let data = TensorData::new(values.collect::<Vec<f32>>(), shape);
        Tensor::from_data(data, &Device::flex().autodiff())
    }

    const STEPS: usize = 5;
    const BATCH: usize = 4;
    const INPUTS: usize = 3;
    const UNITS: usize = 6;

    /// A layer with everything its cell may have; outputs, states and the gradient of the inputs.
    fn look(
        cell: Cell,
        has_norm: bool,
        lengths: Option<Vec<usize>>,
        dtype: DType,
    ) -> [Vec<f64>; 4] {
        let width = cell.gates() * UNITS;
        let cast = |tensor: Tensor<1>| tensor.cast(dtype);
        let is_lstm = cell == Cell::Lstm;
        let is_apart = !matches!(cell, Cell::Elman(_));
        let norm = has_norm.then(|| LayerNorm {
            gain: cast(numbers([width], 4)),
            hidden_gain: is_apart.then(|| cast(numbers([width], 5))),
            memory: is_lstm.then(|| (cast(numbers([UNITS], 6)), cast(numbers([UNITS], 7)))),
        });
        let has_bias = cell == Cell::Gru(Convention::Torch) && !has_norm;
        let layer = Layer {
            cell,
            input: numbers([INPUTS, width], 1).cast(dtype),
            hidden: numbers([UNITS, width], 2).cast(dtype),
            bias: cast(numbers([width], 3)),
            peepholes: is_lstm.then(|| cast(numbers([3 * UNITS], 8))),
            candidate_bias: has_bias.then(|| cast(numbers([UNITS], 9))),
            norm,
        };
        let x = numbers([STEPS, BATCH, INPUTS], 10).require_grad();
        let state = |seed| numbers([BATCH, UNITS], seed).cast(dtype);
        let memory = is_lstm.then(|| state(12));
        let dense = Inputs::Dense(x.clone().cast(dtype));
        let walked = walk(layer, dense, state(11), memory, lengths);
        let memory = walked.memory.unwrap_or_else(|| walked.hidden.clone());
        let weights = numbers([STEPS, BATCH, UNITS], 13).cast(dtype);
        let loss = (walked.outputs.clone() * weights).sum()
            + walked.hidden.clone().square().sum()
            + memory.clone().square().sum() * 0.5;
        let gradient = x.grad(&loss.backward()).unwrap();
        fn wide<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
            tensor.try_into_vec_as().unwrap()
        }
        [
            wide(walked.outputs),
            wide(walked.hidden),
            wide(memory),
            wide(gradient),
        ]
    }

    #[test]
    fn single_steps_in_double_precision_are_the_fused_walk() {
        let cells = [
            Cell::Elman(Activation::Tanh),
            Cell::Elman(Activation::Sigmoid),
            Cell::Lstm,
            Cell::Gru(Convention::Britz),
            Cell::Gru(Convention::Chung),
            Cell::Gru(Convention::Torch),
        ];
        for cell in cells {
            for has_norm in [false, true] {
                for lengths in [None, Some(vec![5, 4, 2, 1])] {
                    let fused = look(cell, has_norm, lengths.clone(), DType::F32);
                    let plain = look(cell, has_norm, lengths.clone(), DType::F64);
                    for (fused, plain) in fused.iter().zip(&plain) {
                        for (a, b) in fused.iter().zip(plain) {
                            let error = (a - b).abs();
                            assert!(error < 2e-5, "{cell:?} {has_norm} {lengths:?}: {a} {b}");
                        }
                    }
                }
            }
        }
    }
}
