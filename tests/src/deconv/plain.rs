//! A network of two layers in plain loops in double precision: forward with switches, and back by each
//! rule, as the papers write it.

use burn::tensor::{Device, Tensor, TensorData};
use reverie_model::vision::{Network, Rule, Vgg};
use reverie_viz::deconv::{Unit, project};

use super::{RULES, random, two_layers};
use crate::common::relative_error;

/// Bar for single precision against double, relative to the largest value.
const CLOSE: f64 = 1e-5;

/// Feature maps: `[C][H][W]`, row by row.
#[derive(Clone)]
struct Maps {
    channels: usize,
    height: usize,
    width: usize,
    values: Vec<f64>,
}

impl Maps {
    fn zeros(channels: usize, height: usize, width: usize) -> Self {
        let values = vec![0.0; channels * height * width];
        Self {
            channels,
            height,
            width,
            values,
        }
    }

    fn place(&self, c: usize, y: usize, x: usize) -> usize {
        (c * self.height + y) * self.width + x
    }
}

/// A 3x3 convolution with padding 1: `[C_out][C_in][3][3]`.
struct Filters {
    outputs: usize,
    inputs: usize,
    weights: Vec<f64>,
}

impl Filters {
    fn of(network: &Vgg, index: usize) -> Self {
        let weights = network.filters(index);
        let [outputs, inputs, ..] = weights.dims();
        let weights = weights.try_into_vec_as::<f64>().unwrap();
        Self {
            outputs,
            inputs,
            weights,
        }
    }

    /// Every pair of places that one weight joins, on maps of this size: output, input, weight.
    fn each(&self, like: &Maps, mut join: impl FnMut([usize; 3], [usize; 3], f64)) {
        for (o, i) in (0..self.outputs).flat_map(|o| (0..self.inputs).map(move |i| (o, i))) {
            for (y, x) in (0..like.height).flat_map(|y| (0..like.width).map(move |x| (y, x))) {
                for (dy, dx) in (0..3).flat_map(|dy| (0..3).map(move |dx| (dy, dx))) {
                    let (v, u) = ((y + dy).wrapping_sub(1), (x + dx).wrapping_sub(1));
                    if v < like.height && u < like.width {
                        let weight = self.weights[((o * self.inputs + i) * 3 + dy) * 3 + dx];
                        join([o, y, x], [i, v, u], weight);
                    }
                }
            }
        }
    }

    fn forward(&self, x: &Maps) -> Maps {
        let mut y = Maps::zeros(self.outputs, x.height, x.width);
        self.each(x, |[o, r, c], [i, v, u], weight| {
            let to = y.place(o, r, c);
            y.values[to] += weight * x.values[x.place(i, v, u)];
        });
        y
    }

    /// The transposed filters.
    fn back(&self, signal: &Maps) -> Maps {
        let mut x = Maps::zeros(self.inputs, signal.height, signal.width);
        self.each(signal, |[o, r, c], [i, v, u], weight| {
            let to = x.place(i, v, u);
            x.values[to] += weight * signal.values[signal.place(o, r, c)];
        });
        x
    }
}

fn rectified(x: &Maps) -> Maps {
    let values = x.values.iter().map(|value| value.max(0.0)).collect();
    Maps {
        values,
        ..x.clone()
    }
}

/// What a rectifier with this input lets back.
fn rectified_back(rule: Rule, x: &Maps, mut signal: Maps) -> Maps {
    for (signal, x) in signal.values.iter_mut().zip(&x.values) {
        let is_open = match rule {
            Rule::Gradient => *x > 0.0,
            Rule::Deconvnet => *signal > 0.0,
            Rule::Guided => *x > 0.0 && *signal > 0.0,
        };
        if !is_open {
            *signal = 0.0;
        }
    }
    signal
}

/// The largest of 2x2, and where each stood: the first of equals.
fn pooled(x: &Maps) -> (Maps, Vec<usize>) {
    let mut y = Maps::zeros(x.channels, x.height / 2, x.width / 2);
    let mut switches = vec![0; y.values.len()];
    for c in 0..x.channels {
        for (row, column) in (0..y.height).flat_map(|r| (0..y.width).map(move |c| (r, c))) {
            let corners = [(0, 0), (0, 1), (1, 0), (1, 1)];
            let mut best = x.place(c, 2 * row, 2 * column);
            for (dy, dx) in corners {
                let place = x.place(c, 2 * row + dy, 2 * column + dx);
                if x.values[place] > x.values[best] {
                    best = place;
                }
            }
            let to = y.place(c, row, column);
            (y.values[to], switches[to]) = (x.values[best], best);
        }
    }
    (y, switches)
}

fn unpooled(signal: &Maps, switches: &[usize], like: &Maps) -> Maps {
    let mut x = Maps::zeros(like.channels, like.height, like.width);
    for (signal, switch) in signal.values.iter().zip(switches) {
        x.values[*switch] += signal;
    }
    x
}

/// The answer of a unit and what it sends back to the picture, per unit of `[0, 1]`.
fn by_hand(network: &Vgg, rule: Rule, unit: Unit, picture: &Maps) -> (f64, Vec<f64>) {
    let (first, second) = (Filters::of(network, 0), Filters::of(network, 1));
    let normalise = |colour| network.preprocessing().normalise(colour).map(f64::from);
    let (black, white) = (normalise([0.0; 3]), normalise([1.0; 3]));
    let size = picture.height * picture.width;
    let mut seen = picture.clone();
    for (place, value) in seen.values.iter_mut().enumerate() {
        let c = place / size;
        *value = black[c] + *value * (white[c] - black[c]);
    }
    let before1 = first.forward(&seen);
    let after1 = rectified(&before1);
    let (pool, switches) = pooled(&after1);
    let before2 = second.forward(&pool);
    let after2 = rectified(&before2);

    let mut signal = Maps::zeros(after2.channels, after2.height, after2.width);
    let place = signal.place(unit.channel, unit.row, unit.column);
    signal.values[place] = after2.values[place];
    let signal = rectified_back(rule, &before2, signal);
    let signal = unpooled(&second.back(&signal), &switches, &after1);
    let signal = rectified_back(rule, &before1, signal);
    let mut arrived = first.back(&signal);
    for (place, value) in arrived.values.iter_mut().enumerate() {
        *value *= white[place / size] - black[place / size];
    }
    (after2.values[place], arrived.values)
}

#[test]
fn each_rule_goes_back_as_plain_loops_do() {
    let network = random(&two_layers());
    let (width, height) = (12, 8);
    let image = reverie_model::vision::synthetic_picture(width, height, &Device::flex());
    let picture = Maps {
        channels: 3,
        height,
        width,
        values: image.clone().try_into_vec_as::<f64>().unwrap(),
    };
    let info = network.info("relu2_1").unwrap();
    let mut compared = 0;
    for channel in 0..info.channels {
        for (column, row) in [(0, 0), (2, 1), (5, 3), (3, 2)] {
            let unit = Unit {
                channel,
                column,
                row,
            };
            for rule in RULES {
                let (answer, expected) = by_hand(&network, rule, unit, &picture);
                let data = image.clone().into_data();
                let image = Tensor::<4>::from_data(data, &Device::flex());
                let signal = project(&network, rule, info, &[unit], image).unwrap();
                let found = signal.scores.try_into_vec_as::<f64>().unwrap();
                assert!((found[0] - answer).abs() < 1e-5 * answer.abs().max(1.0));
                let found = signal.images.try_into_vec_as::<f64>().unwrap();
                if answer > 0.0 {
                    let error = relative_error(&found, &expected);
                    assert!(error < CLOSE, "{rule:?} of {unit:?}: {error}");
                    compared += 1;
                } else {
                    assert!(found.iter().all(|value| *value == 0.0));
                }
            }
        }
    }
    assert!(compared > 20, "only {compared} units answer");
}

#[test]
fn plain_pooling_takes_the_first_of_equals() {
    let mut maps = Maps::zeros(1, 2, 4);
    maps.values = vec![1.0, 1.0, 0.0, 2.0, 1.0, 0.0, 2.0, 0.0];
    let (pool, switches) = pooled(&maps);
    assert_eq!((pool.values, switches), (vec![1.0, 2.0], vec![0, 3]));
    // As the network's own poolings do.
    let data = TensorData::new(vec![1.0_f32, 1.0, 1.0, 0.0], [1, 2, 2, 1]);
    let x = Tensor::<4>::from_data(data, &Device::flex().autodiff()).require_grad();
    let pooling = reverie_kernels::convolution::Pooling::Max;
    let y = reverie_kernels::convolution::pool(x.clone(), pooling).sum();
    let back = x.grad(&y.backward()).unwrap();
    let back = back.try_into_vec_as::<f32>().unwrap();
    assert_eq!(back, [1.0, 0.0, 0.0, 0.0]);
}
