//! Convolutions of any shape whose weights never change.

use std::sync::{Arc, OnceLock};

use burn::tensor::Tensor;

use super::filter::numbers;
use super::{composed, shape, sizes};
use crate::cpu::convolution::{
    self as cpu, Filters, Method, Padding, Passed, Pictures, Rectified, Slide, Sliding,
};
use crate::cpu::simd::Level;
use crate::host::{HostOp, Kept, Made, Needs, Seen, apply, serves, untracked};

/// Side of the filters that Winograd's method is for.
const WINOGRAD: [usize; 2] = [3, 3];
/// Numbers that a filter is transformed to.
const WINOGRAD_POINTS: usize = 36;
/// Channels of a picture, with which Winograd's method does not pay.
const FEW: usize = 3;

/// The weights of a convolution that never change, brought into the form that is fastest for the
/// pictures when they are first used, and kept so; clones share it.
///
/// The way back has a form of its own, made when a gradient is first wanted: a network that looks at
/// small maps would spend more time on turning filters than on using them.
#[derive(Clone, Debug)]
pub struct FrozenConvolution {
    weights: Tensor<4>,
    bias: Tensor<1>,
    slide: Slide,
    made: Arc<Forms>,
}

/// The forms.
#[derive(Debug, Default)]
struct Forms {
    sliding: OnceLock<Arc<Sliding>>,
    winograd: OnceLock<Arc<Filters>>,
    winograd_back: OnceLock<Arc<Filters>>,
    bias: OnceLock<Arc<Vec<f32>>>,
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
        Self {
            weights: untracked(weights),
            bias: untracked(bias),
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
        let [_, c_in, ..] = self.weights.dims();
        assert_eq!(channels, c_in, "channels of pictures and weights");
        let outputs = self.slide.outputs(pictures);
        let Pictures { height, width, .. } = pictures;
        assert!(
            outputs.pixels() > 0 || pictures.batch == 0,
            "filters of {:?} do not fit into {height}x{width} pixels",
            self.slide.kernel
        );
        let op = Frozen {
            layer: self.clone(),
            level: crate::level(),
            method: self.method(pictures),
            pictures,
            outputs,
            is_rectified,
        };
        apply(op, vec![x.into_dispatch()])
    }

    /// Bytes of the forms for both ways, for pictures that are not tiny.
    pub fn form_bytes(&self) -> usize {
        let [c_in, c_out] = self.channels();
        let numbers = match self.suits_winograd() && c_in > FEW {
            true => WINOGRAD_POINTS,
            false => self.slide.taps(),
        };
        2 * numbers * c_in * c_out * size_of::<f32>()
    }

    fn suits_winograd(&self) -> bool {
        let Slide {
            kernel,
            stride,
            padding,
        } = self.slide;
        kernel == WINOGRAD && stride == [1, 1] && matches!(padding, [0, 0] | [1, 1])
    }

    /// C_in and C_out.
    fn channels(&self) -> [usize; 2] {
        let [c_out, c_in, ..] = self.weights.dims();
        [c_in, c_out]
    }

    fn method(&self, pictures: Pictures) -> Method {
        let [c_in, c_out] = self.channels();
        match self.suits_winograd() {
            // Of one picture, so that its numbers do not depend on what else is in the batch.
            true => cpu::choose::method(pictures.one(), c_in, c_out),
            false => Method::Direct,
        }
    }

    fn sliding(&self, level: Level) -> Arc<Sliding> {
        let weights = || numbers(self.weights.clone());
        let make = || Arc::new(Sliding::new(level, &weights(), self.channels(), self.slide));
        let found = self.made.sliding.get_or_init(make);
        match found.level() == level {
            true => found.clone(),
            // Made for other instructions, which happens in tests only.
            false => make(),
        }
    }

    fn winograd(&self, level: Level, is_back: bool) -> Arc<Filters> {
        let [c_in, c_out] = self.channels();
        let make = || {
            let weights = numbers(self.weights.clone());
            Arc::new(match is_back {
                false => Filters::new(level, &weights, c_in, c_out, Method::Winograd),
                true => {
                    let turned = cpu::turned(&weights, c_in, c_out);
                    Filters::new(level, &turned, c_out, c_in, Method::Winograd)
                }
            })
        };
        let place = match is_back {
            false => &self.made.winograd,
            true => &self.made.winograd_back,
        };
        let found = place.get_or_init(make);
        match found.level() == level {
            true => found.clone(),
            // As above.
            false => make(),
        }
    }

    fn bias_numbers(&self) -> Arc<Vec<f32>> {
        let make = || Arc::new(numbers(self.bias.clone()));
        self.made.bias.get_or_init(make).clone()
    }
}

#[derive(Debug)]
struct Frozen {
    layer: FrozenConvolution,
    level: Level,
    method: Method,
    pictures: Pictures,
    outputs: Pictures,
    is_rectified: bool,
}

impl Frozen {
    /// Whether bits say where the rectifier let numbers through, and not the output itself.
    fn keeps_bits(&self) -> bool {
        let [_, c_out] = self.layer.channels();
        self.is_rectified && Passed::suits(c_out)
    }
}

impl HostOp for Frozen {
    fn forward(&self, inputs: &[&[f32]], is_tracked: &[bool]) -> Made {
        let Self {
            level,
            pictures,
            outputs,
            is_rectified,
            ..
        } = *self;
        let ([_, c_out], bias) = (self.layer.channels(), self.layer.bias_numbers());
        let values = match self.method {
            Method::Direct => {
                let sliding = self.layer.sliding(level);
                sliding.forward(pictures, inputs[0], &bias, is_rectified)
            }
            Method::Winograd => {
                let (filters, zeros) = (self.layer.winograd(level, false), Padding::Zeros);
                let y = filters.forward(pictures, zeros, inputs[0], Some(&bias), is_rectified);
                match outputs == pictures {
                    true => y,
                    false => cpu::without_rim(pictures, c_out, &y),
                }
            }
        };
        let is_noted = is_tracked[0] && self.keeps_bits();
        let passed = is_noted.then(|| Passed::of(level, &values));
        Made {
            values,
            shape: shape(outputs, c_out),
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
        let (level, pictures, dy) = (self.level, self.pictures, seen.gradient);
        let filters = match self.method {
            Method::Direct => {
                let sliding = self.layer.sliding(level);
                return vec![Some(sliding.backward(pictures, dy, rectified))];
            }
            Method::Winograd => self.layer.winograd(level, true),
        };
        let convolve = |dy: &[f32]| filters.forward(pictures, Padding::Zeros, dy, None, false);
        let [_, c_out] = self.layer.channels();
        vec![Some(match (self.outputs == pictures, rectified) {
            (false, rectified) => convolve(&cpu::with_rim(level, pictures, c_out, dy, rectified)),
            (true, Some(rectified)) => convolve(&rectified.passed(level, dy)),
            (true, None) => convolve(dy),
        })]
    }
}
