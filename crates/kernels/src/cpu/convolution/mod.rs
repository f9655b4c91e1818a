//! Convolutions and what stands between them in a network, channels-last.
//!
//! Pictures lie as `[B, H, W, C]`: all channels of a pixel side by side, so that a vector holds
//! channels and no shuffling is needed anywhere. Weights come as PyTorch keeps them,
//! `[C_out, C_in, h, w]`, and are brought into a form of their own once.
//!
//! [`Filters`] of 3x3 have stride 1, and one ring of padding keeps height and width; [`Sliding`]
//! filters have any shape, and only their input receives a gradient. For the former
//! two methods do the work, and [`choose`] says which: Winograd's minimal filtering, which needs
//! four times fewer multiplications, and products with rows of neighbourhoods where there are few
//! channels or hardly any pixels.

// Rows and columns of tiles have numbers on both sides of what is done with them.
#![allow(clippy::needless_range_loop)]

pub mod choose;
mod direct;
mod direct_back;
mod inputs;
mod join;
mod layout;
mod multiply;
mod norm;
mod outputs;
mod passed;
mod planes;
mod pooling;
mod rim;
mod room;
mod scatter;
mod slide;
mod sliding;
mod stretches;
mod sweep;
mod taps;
mod tiles;
mod transform;
mod turned;
mod weights;
mod windows;
mod winograd;
mod winograd_back;

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub use choose::Method;
pub use join::{join, part};
pub use layout::{to_channels_first, to_channels_last};
pub use norm::{Norm, NormGradients, Normalised, normalise, normalise_back};
pub use passed::{Passed, Rectified};
pub use pooling::{average_pool, average_pool_back, max_pool, max_pool_back};
pub use rim::{with_rim, without_rim};
pub use slide::Slide;
pub use sliding::Sliding;
pub use turned::turned;
pub use windows::{Pooled, Window};

use super::simd::Level;
use direct::Direct;
use winograd::Winograd;

/// How many pictures there are and how large they are: `[B, H, W]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pictures {
    /// Pictures, B.
    pub batch: usize,
    /// Rows of pixels, H.
    pub height: usize,
    /// Columns of pixels, W.
    pub width: usize,
}

impl Pictures {
    /// Pixels of all pictures, B·H·W.
    pub fn pixels(self) -> usize {
        self.batch * self.height * self.width
    }

    /// One of them.
    #[must_use]
    pub fn one(self) -> Self {
        Self { batch: 1, ..self }
    }

    /// After pooling 2x2 with stride 2: an odd last row or column is dropped.
    #[must_use]
    pub fn halved(self) -> Self {
        Self {
            height: self.height / 2,
            width: self.width / 2,
            ..self
        }
    }
}

/// What stands in the ring around a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Zeros.
    Zeros,
    /// The nearest pixel of the picture.
    Edge,
}

/// Weights of a convolution in the form that the work needs.
///
/// They are kept once: the input gradient reads the same numbers as the forward direction.
#[derive(Clone, Debug)]
pub struct Filters {
    level: Level,
    c_in: usize,
    c_out: usize,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Winograd(Winograd),
    Direct(Direct),
}

/// What a backward call starts from.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    /// The gradient of the output, `[B, H, W, C_out]`.
    pub dy: &'a [f32],
    /// The ReLU behind the convolution, if there is one: gradients pass only where its output is
    /// above zero.
    pub rectified: Option<Rectified<'a>>,
    /// The input, `[B, H, W, C_in]`, where the gradients of weights and bias are wanted.
    pub x: Option<&'a [f32]>,
    /// Whether the gradient of the input is wanted.
    pub wants_input: bool,
}

/// What a backward call finds.
#[derive(Clone, Debug, Default)]
pub struct Gradients {
    /// Of the input, `[B, H, W, C_in]`.
    pub input: Option<Vec<f32>>,
    /// Of the weights, `[C_out, C_in, 3, 3]`.
    pub weights: Option<Vec<f32>>,
    /// Of the bias, `[C_out]`; comes with the weights.
    pub bias: Option<Vec<f32>>,
}

impl Filters {
    /// Brings weights `[C_out, C_in, 3, 3]` into the form of a method, on all threads.
    ///
    /// # Panics
    /// If there are more or fewer numbers than that.
    pub fn new(level: Level, weights: &[f32], c_in: usize, c_out: usize, method: Method) -> Self {
        assert_eq!(
            weights.len(),
            c_out * c_in * 9,
            "weights are [C_out, C_in, 3, 3]"
        );
        let level = level.min(Level::detect());
        let form = match method {
            Method::Winograd => Form::Winograd(Winograd::new(level, weights, c_in, c_out)),
            Method::Direct => Form::Direct(Direct::new(level, weights, c_in, c_out)),
        };
        Self {
            level,
            c_in,
            c_out,
            form,
        }
    }

    /// The same with the method that is fastest for pictures like these; any others work as well.
    ///
    /// # Panics
    /// As [`Filters::new`].
    pub fn suited_to(
        level: Level,
        weights: &[f32],
        c_in: usize,
        c_out: usize,
        pictures: Pictures,
    ) -> Self {
        Self::new(
            level,
            weights,
            c_in,
            c_out,
            choose::method(pictures, c_in, c_out),
        )
    }

    /// Channels of the input.
    pub fn c_in(&self) -> usize {
        self.c_in
    }

    /// Channels of the output.
    pub fn c_out(&self) -> usize {
        self.c_out
    }

    /// How these weights are used.
    pub fn method(&self) -> Method {
        match self.form {
            Form::Winograd(_) => Method::Winograd,
            Form::Direct(_) => Method::Direct,
        }
    }

    /// Convolves x `[B, H, W, C_in]` and adds the bias `[C_out]`; negative results become zero if
    /// `is_rectified`. Gives `[B, H, W, C_out]`.
    ///
    /// # Panics
    /// If sizes do not match.
    pub fn forward(
        &self,
        pictures: Pictures,
        padding: Padding,
        x: &[f32],
        bias: Option<&[f32]>,
        is_rectified: bool,
    ) -> Vec<f32> {
        assert_eq!(
            x.len(),
            pictures.pixels() * self.c_in,
            "the input is [B, H, W, C_in]"
        );
        if let Some(bias) = bias {
            assert_eq!(bias.len(), self.c_out, "the bias is [C_out]");
        }
        if pictures.pixels() * self.c_out == 0 {
            return Vec::new();
        }
        match &self.form {
            Form::Winograd(form) => form.forward(pictures, padding, x, bias, is_rectified),
            Form::Direct(form) => form.forward(pictures, padding, x, bias, is_rectified),
        }
    }

    /// The gradients of a loss, given its gradient at the output.
    ///
    /// The gradient of the input is the adjoint of [`Filters::forward`], step by step, and not a
    /// second convolution: it needs no second form of the weights.
    ///
    /// # Panics
    /// If sizes do not match.
    pub fn backward(
        &self,
        pictures: Pictures,
        padding: Padding,
        arrived: Arrived<'_>,
    ) -> Gradients {
        let pixels = pictures.pixels();
        assert_eq!(
            arrived.dy.len(),
            pixels * self.c_out,
            "the gradient is [B, H, W, C_out]"
        );
        if let Some(rectified) = arrived.rectified {
            assert_eq!(
                rectified.len(),
                pixels * self.c_out,
                "the output is [B, H, W, C_out]"
            );
        }
        if let Some(x) = arrived.x {
            assert_eq!(x.len(), pixels * self.c_in, "the input is [B, H, W, C_in]");
        }
        if pixels * self.c_out * self.c_in == 0 {
            return Gradients {
                input: arrived.wants_input.then(|| vec![0.0; pixels * self.c_in]),
                weights: arrived.x.map(|_| vec![0.0; self.c_out * self.c_in * 9]),
                bias: arrived.x.map(|_| vec![0.0; self.c_out]),
            };
        }
        match &self.form {
            Form::Winograd(form) => form.backward(pictures, padding, arrived),
            Form::Direct(form) => form.backward(pictures, padding, arrived),
        }
    }

    /// The instruction set they are laid out for.
    pub fn level(&self) -> Level {
        self.level
    }
}
