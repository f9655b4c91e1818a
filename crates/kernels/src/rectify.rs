//! Rectifiers that send signals back by a chosen rule.
//!
//! Unlike the rest of this crate this runs on every backend, graphics cards too: a rule that depends
//! on the sign of the signal cannot be composed of operations that Burn differentiates.

// ndarray is kept because it is asked for by name, though Burn has given it up.
#![allow(deprecated)]

use burn::backend::autodiff::{
    Autodiff,
    checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
    grads::Gradients,
    ops::{Backward, Ops, OpsKind},
};
use burn::backend::{
    Backend, Dispatch, backend_extension, ops::ActivationOps as _, tensor::FloatTensor,
};
use burn::tensor::Tensor;

/// What a rectifier `y = max(x, 0)` makes of a signal `g` that comes back to it.
///
/// # Source
/// Springenberg et al. 2015 (arXiv 1412.6806), fig. 1; that the first two differ in this alone:
/// Simonyan et al. 2014 (arXiv 1312.6034), section 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rule {
    /// `g` where `x > 0`: the gradient.
    #[default]
    Gradient,
    /// `g` where `g > 0`: the deconvolutional network (Zeiler and Fergus 2014, arXiv 1311.2901).
    Deconvnet,
    /// `g` where both are: guided backpropagation.
    Guided,
}

/// `max(x, 0)`, going back by `rule`.
pub fn rectify<const D: usize>(x: Tensor<D>, rule: Rule) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Rectify>::rectify(x.into_dispatch(), rule))
}

/// The extension of all backends.
#[backend_extension(
    Flex: cfg(feature = "flex"),
    NdArray: cfg(feature = "ndarray"),
    Cube: cfg(feature = "cube"),
    Autodiff
)]
trait Rectify: Backend {
    fn rectify(x: FloatTensor<Self>, rule: Rule) -> FloatTensor<Self>;
}

#[cfg(feature = "flex")]
impl Rectify for burn::backend::Flex {
    fn rectify(x: FloatTensor<Self>, _: Rule) -> FloatTensor<Self> {
        Self::relu(x)
    }
}

#[cfg(feature = "ndarray")]
impl Rectify for burn::backend::NdArray {
    fn rectify(x: FloatTensor<Self>, _: Rule) -> FloatTensor<Self> {
        Self::relu(x)
    }
}

#[cfg(feature = "cube")]
impl Rectify for burn::backend::Cube {
    fn rectify(x: FloatTensor<Self>, _: Rule) -> FloatTensor<Self> {
        Self::relu(x)
    }
}

/// A rectifier in the graph.
#[derive(Debug)]
struct Rectifier;

impl<B: Backend> Backward<B, 1> for Rectifier {
    type State = (FloatTensor<B>, Rule);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let signal = grads.consume::<B>(&ops.node);
        let (output, rule) = ops.state;
        let back = match rule {
            Rule::Gradient => B::relu_backward(output, signal),
            Rule::Deconvnet => B::relu(signal),
            Rule::Guided => B::relu_backward(output, B::relu(signal)),
        };
        let [parent] = ops.parents;
        if let Some(node) = parent {
            grads.register::<B>(node.id, back);
        }
    }
}

impl<B: Rectify, C: CheckpointStrategy> Rectify for Autodiff<B, C> {
    fn rectify(x: FloatTensor<Self>, rule: Rule) -> FloatTensor<Self> {
        let (x, guard) = x.into_parts();
        let output = B::relu(x);
        match Rectifier.prepare::<C>([guard]).compute_bound().stateful() {
            OpsKind::Tracked(node) => node.finish((output.clone(), rule), output),
            OpsKind::UnTracked(node) => node.finish(output),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};

    /// What comes back of the signal `g`, for inputs of both signs and for zero.
    fn back(rule: Rule) -> Vec<f32> {
        let device = Device::flex().autodiff();
        let x = [1.0, 1.0, -1.0, -1.0, 0.0, 2.0];
        let g = [3.0, -3.0, 5.0, -5.0, 7.0, 0.0];
        let x = Tensor::<1>::from_data(TensorData::from(x), &device).require_grad();
        let g = Tensor::<1>::from_data(TensorData::from(g), &device);
        let y = rectify(x.clone(), rule);
        assert_eq!(
            y.clone().into_data().iter::<f32>().collect::<Vec<_>>(),
            [1.0, 1.0, 0.0, 0.0, 0.0, 2.0]
        );
        let grads = (y * g).sum().backward();
        let found = x.grad(&grads).expect("it is tracked");
        found.into_data().iter::<f32>().collect()
    }

    #[test]
    fn each_rule_goes_back_as_in_the_paper() {
        assert_eq!(back(Rule::Gradient), [3.0, -3.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(back(Rule::Deconvnet), [3.0, 0.0, 5.0, 0.0, 7.0, 0.0]);
        assert_eq!(back(Rule::Guided), [3.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
