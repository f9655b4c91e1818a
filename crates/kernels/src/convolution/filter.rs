//! Convolutions of 3x3, stride 1, with one ring of padding.

use std::sync::{Arc, OnceLock};

use burn::tensor::Tensor;

use super::{composed, shape, sizes};
use crate::cpu::convolution::{
    self as cpu, Arrived, Filters, Method, Padding, Passed, Pictures, Rectified,
};
use crate::cpu::simd::Level;
use crate::host::{HostOp, Kept, Made, Needs, Seen, apply, serves, untracked};

/// The weights of a convolution that never change, brought into the form of the work when they are
/// first used and kept so.
///
/// There are two forms, and which is faster depends on the size of the pictures; a form is made
/// only when it is needed. Clones share what was made.
#[derive(Clone, Debug)]
pub struct FrozenFilter {
    weights: Tensor<4>,
    bias: Tensor<1>,
    made: Arc<Forms>,
}

/// The forms, by method, and the bias.
#[derive(Debug, Default)]
struct Forms {
    winograd: OnceLock<Arc<Filters>>,
    direct: OnceLock<Arc<Filters>>,
    bias: OnceLock<Arc<Vec<f32>>>,
}

impl FrozenFilter {
    /// Weights `[C_out, C_in, 3, 3]` and a bias `[C_out]`, neither of which wants a gradient.
    pub fn new(weights: Tensor<4>, bias: Tensor<1>) -> Self {
        Self {
            weights: untracked(weights),
            bias: untracked(bias),
            made: Arc::default(),
        }
    }

    fn filters(&self, level: Level, pictures: Pictures) -> Arc<Filters> {
        let [c_out, c_in, ..] = self.weights.dims();
        // What a frozen network says of a picture must not depend on what else is in the batch, not in
        // the last bit either.
        let method = cpu::choose::method(pictures.one(), c_in, c_out);
        let make = || {
            let numbers = numbers(self.weights.clone());
            Arc::new(Filters::new(level, &numbers, c_in, c_out, method))
        };
        let place = match method {
            Method::Winograd => &self.made.winograd,
            Method::Direct => &self.made.direct,
        };
        let found = place.get_or_init(make);
        match found.level() == level {
            true => found.clone(),
            // Made for other instructions, which happens in tests only.
            false => make(),
        }
    }

    fn bias(&self) -> Arc<Vec<f32>> {
        let make = || Arc::new(numbers(self.bias.clone()));
        self.made.bias.get_or_init(make).clone()
    }
}

/// The numbers of a tensor of this crate's devices.
pub(super) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Convolves `[B, H, W, C_in]` to `[B, H, W, C_out]`; negative results become zero if
/// `is_rectified`. Only the pictures receive a gradient.
///
/// # Panics
/// If the pictures have another number of channels than the weights.
pub fn convolve_frozen(
    x: Tensor<4>,
    filter: &FrozenFilter,
    padding: Padding,
    is_rectified: bool,
) -> Tensor<4> {
    if !serves(&x) {
        let (weights, bias) = (filter.weights.clone(), Some(filter.bias.clone()));
        return composed::convolve(x, weights, bias, padding, is_rectified);
    }
    let (pictures, channels) = sizes(x.dims());
    let level = crate::level();
    let filters = filter.filters(level, pictures);
    assert_eq!(channels, filters.c_in(), "channels of pictures and weights");
    let op = Frozen {
        pictures,
        padding,
        filters,
        bias: filter.bias(),
        is_rectified,
    };
    apply(op, vec![x.into_dispatch()])
}

#[derive(Debug)]
struct Frozen {
    pictures: Pictures,
    padding: Padding,
    filters: Arc<Filters>,
    bias: Arc<Vec<f32>>,
    is_rectified: bool,
}

impl Frozen {
    /// Whether bits say where the rectifier let numbers through, and not the output itself.
    fn keeps_bits(&self) -> bool {
        self.is_rectified && Passed::suits(self.filters.c_out())
    }
}

impl HostOp for Frozen {
    fn forward(&self, inputs: &[&[f32]], is_tracked: &[bool]) -> Made {
        let Self {
            pictures,
            padding,
            is_rectified,
            ..
        } = *self;
        let bias = Some(self.bias.as_slice());
        let filters = &self.filters;
        let values = filters.forward(pictures, padding, inputs[0], bias, is_rectified);
        // Bits in place of the output: this way a layer's output is free as soon as the next layer
        // has read it.
        let is_noted = is_tracked[0] && self.keeps_bits();
        let passed = is_noted.then(|| Passed::of(filters.level(), &values));
        Made {
            values,
            shape: shape(pictures, filters.c_out()),
            kept: passed.map(|passed| Arc::new(passed) as Kept),
        }
    }

    fn needs(&self, _: &[bool]) -> Needs {
        Needs {
            inputs: vec![false],
            output: self.is_rectified && !self.keeps_bits(),
        }
    }

    fn backward(&self, seen: Seen<'_>, _: &[bool]) -> Vec<Option<Vec<f32>>> {
        let passed = seen.kept.as_ref();
        let passed = passed.and_then(|kept| kept.downcast_ref().map(Rectified::Passed));
        let arrived = Arrived {
            dy: seen.gradient,
            rectified: passed.or(seen.output.map(Rectified::Output)),
            x: None,
            wants_input: true,
        };
        let found = self.filters.backward(self.pictures, self.padding, arrived);
        vec![found.input]
    }
}

/// Convolves `[B, H, W, C_in]` with weights `[C_out, C_in, 3, 3]` that are being learnt; negative
/// results become zero if `is_rectified`.
///
/// # Panics
/// If the pictures have another number of channels than the weights.
pub fn convolve(
    x: Tensor<4>,
    weights: Tensor<4>,
    bias: Option<Tensor<1>>,
    padding: Padding,
    is_rectified: bool,
) -> Tensor<4> {
    if !serves(&x) {
        return composed::convolve(x, weights, bias, padding, is_rectified);
    }
    let (pictures, channels) = sizes(x.dims());
    let [c_out, c_in, ..] = weights.dims();
    assert_eq!(channels, c_in, "channels of pictures and weights");
    let op = Learning {
        level: crate::level(),
        pictures,
        padding,
        channels: (c_in, c_out),
        is_rectified,
    };
    let mut tensors = vec![x.into_dispatch(), weights.into_dispatch()];
    tensors.extend(bias.map(Tensor::into_dispatch));
    apply(op, tensors)
}

#[derive(Debug)]
struct Learning {
    level: Level,
    pictures: Pictures,
    padding: Padding,
    /// C_in and C_out.
    channels: (usize, usize),
    is_rectified: bool,
}

/// Places of pictures, weights and bias among the inputs.
const PICTURES: usize = 0;
const WEIGHTS: usize = 1;
const BIAS: usize = 2;

impl HostOp for Learning {
    fn forward(&self, inputs: &[&[f32]], is_tracked: &[bool]) -> Made {
        let (c_in, c_out) = self.channels;
        let (pictures, padding) = (self.pictures, self.padding);
        let weights = inputs[WEIGHTS];
        let filters = Filters::suited_to(self.level, weights, c_in, c_out, pictures);
        let bias = inputs.get(BIAS).copied();
        let values = filters.forward(pictures, padding, inputs[PICTURES], bias, self.is_rectified);
        Made {
            values,
            shape: shape(pictures, c_out),
            kept: is_tracked
                .contains(&true)
                .then(|| Arc::new(filters) as Kept),
        }
    }

    fn needs(&self, is_tracked: &[bool]) -> Needs {
        let mut inputs = vec![false; is_tracked.len()];
        inputs[PICTURES] = is_tracked[WEIGHTS..].contains(&true);
        Needs {
            inputs,
            output: self.is_rectified,
        }
    }

    fn backward(&self, seen: Seen<'_>, is_tracked: &[bool]) -> Vec<Option<Vec<f32>>> {
        let kept = seen
            .kept
            .as_ref()
            .expect("a tracked convolution keeps its filters");
        let filters = kept.downcast_ref::<Filters>().expect("it kept filters");
        let arrived = Arrived {
            dy: seen.gradient,
            rectified: seen.output.map(Rectified::Output),
            x: seen.inputs[PICTURES],
            wants_input: is_tracked[PICTURES],
        };
        let found = filters.backward(self.pictures, self.padding, arrived);
        let all = [found.input, found.weights, found.bias];
        all.into_iter().take(is_tracked.len()).collect()
    }
}
