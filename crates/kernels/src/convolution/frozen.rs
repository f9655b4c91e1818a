//! Convolutions of any shape whose weights never change.

use std::sync::{Arc, OnceLock};

use burn::tensor::Tensor;

use super::filter::{FrozenFilter, numbers};
use super::{composed, convolve_frozen, shape, sizes};
use crate::cpu::convolution::{
    self as cpu, Arrived, Filters, Method, Padding, Passed, Pictures, Rectified, Slide, Sliding,
};
use crate::cpu::simd::Level;
use crate::host::{HostOp, Kept, Made, Needs, Seen, apply, serves, untracked};

/// Side of the filters that Winograd's method is for.
const WINOGRAD: [usize; 2] = [3, 3];

/// The weights of a convolution that never change, in the form that is fastest; clones share it.
#[derive(Clone, Debug)]
pub struct FrozenConvolution {
    weights: Tensor<4>,
    bias: Tensor<1>,
    slide: Slide,
    /// For filters of 3x3 and stride 1.
    square: Option<FrozenFilter>,
    made: Arc<OnceLock<(Arc<Sliding>, Arc<Vec<f32>>)>>,
}

impl FrozenConvolution {
    /// Weights `[C_out, C_in, h, w]` and a bias `[C_out]`, neither of which wants a gradient; stride
    /// and padding down the picture and across it.
    pub fn new(
        weights: Tensor<4>,
        bias: Tensor<1>,
        stride: [usize; 2],
        padding: [usize; 2],
    ) -> Self {
        let [.., height, width] = weights.dims();
        let slide = Slide {
            kernel: [height, width],
            stride,
            padding,
        };
        let (weights, bias) = (untracked(weights), untracked(bias));
        let is_square = slide.kernel == WINOGRAD && slide.stride == [1, 1];
        let square = is_square && matches!(slide.padding, [0, 0] | [1, 1]);
        Self {
            square: square.then(|| FrozenFilter::new(weights.clone(), bias.clone())),
            weights,
            bias,
            slide,
            made: Arc::default(),
        }
    }

    /// The weights, `[C_out, C_in, h, w]`.
    pub fn weights(&self) -> Tensor<4> {
        self.weights.clone()
    }

    /// The bias, `[C_out]`.
    pub fn bias(&self) -> Tensor<1> {
        self.bias.clone()
    }

    /// Convolves `[B, H, W, C_in]` to `[B, H', W', C_out]`; negative results become zero if
    /// `is_rectified`. Only the pictures receive a gradient.
    ///
    /// # Panics
    /// If the pictures have another number of channels than the weights, or are smaller than the
    /// filters.
    pub fn apply(&self, x: Tensor<4>, is_rectified: bool) -> Tensor<4> {
        if !serves(&x) {
            let (weights, bias) = (self.weights.clone(), self.bias.clone());
            return composed::slide(x, weights, bias, self.slide, is_rectified);
        }
        let (pictures, channels) = sizes(x.dims());
        let [c_out, c_in, ..] = self.weights.dims();
        assert_eq!(channels, c_in, "channels of pictures and weights");
        let outputs = self.slide.outputs(pictures);
        let Pictures { height, width, .. } = pictures;
        assert!(
            outputs.pixels() > 0 || pictures.batch == 0,
            "filters of {:?} do not fit into {height}x{width} pixels",
            self.slide.kernel
        );
        let level = crate::level();
        let form = match &self.square {
            Some(filter) if self.slide.padding == [1, 1] => {
                return convolve_frozen(x, filter, Padding::Zeros, is_rectified);
            }
            Some(filter) if cpu::choose::method(pictures, c_in, c_out) == Method::Winograd => {
                Form::Cropped(filter.filters(level, pictures), filter.bias())
            }
            _ => {
                let (sliding, bias) = self.sliding(level);
                Form::Sliding(sliding, bias)
            }
        };
        let op = Frozen {
            level,
            pictures,
            outputs,
            c_out,
            form,
            is_rectified,
        };
        apply(op, vec![x.into_dispatch()])
    }

    fn sliding(&self, level: Level) -> (Arc<Sliding>, Arc<Vec<f32>>) {
        let [c_out, c_in, ..] = self.weights.dims();
        let make = || {
            let weights = numbers(self.weights.clone());
            let sliding = Sliding::new(level, weights, [c_in, c_out], self.slide);
            (Arc::new(sliding), Arc::new(numbers(self.bias.clone())))
        };
        let found = self.made.get_or_init(make);
        match found.0.level() == level {
            true => found.clone(),
            // Made for other instructions, which happens in tests only.
            false => make(),
        }
    }
}

/// How it is done.
#[derive(Debug)]
enum Form {
    Sliding(Arc<Sliding>, Arc<Vec<f32>>),
    /// As if there were a ring of zeros, and without the rim that comes of it.
    Cropped(Arc<Filters>, Arc<Vec<f32>>),
}

#[derive(Debug)]
struct Frozen {
    level: Level,
    pictures: Pictures,
    outputs: Pictures,
    c_out: usize,
    form: Form,
    is_rectified: bool,
}

impl Frozen {
    /// Whether bits say where the rectifier let numbers through, and not the output itself.
    fn keeps_bits(&self) -> bool {
        self.is_rectified && Passed::suits(self.c_out)
    }
}

impl HostOp for Frozen {
    fn forward(&self, inputs: &[&[f32]], is_tracked: &[bool]) -> Made {
        let (pictures, is_rectified) = (self.pictures, self.is_rectified);
        let values = match &self.form {
            Form::Sliding(sliding, bias) => {
                sliding.forward(pictures, inputs[0], bias, is_rectified)
            }
            Form::Cropped(filters, bias) => {
                let (zeros, bias) = (Padding::Zeros, Some(bias.as_slice()));
                let y = filters.forward(pictures, zeros, inputs[0], bias, is_rectified);
                cpu::without_rim(pictures, self.c_out, &y)
            }
        };
        let is_noted = is_tracked[0] && self.keeps_bits();
        let passed = is_noted.then(|| Passed::of(self.level, &values));
        Made {
            values,
            shape: shape(self.outputs, self.c_out),
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
        let rectified = passed.or(seen.output.map(Rectified::Output));
        vec![match &self.form {
            Form::Sliding(sliding, _) => {
                Some(sliding.backward(self.pictures, seen.gradient, rectified))
            }
            Form::Cropped(filters, _) => {
                let cut = rectified.map(|all| all.passed(self.level, seen.gradient));
                let dy = cut.as_deref().unwrap_or(seen.gradient);
                let dy = cpu::with_rim(self.pictures, self.c_out, dy);
                let arrived = Arrived {
                    dy: &dy,
                    rectified: None,
                    x: None,
                    wants_input: true,
                };
                filters
                    .backward(self.pictures, Padding::Zeros, arrived)
                    .input
            }
        }]
    }
}
