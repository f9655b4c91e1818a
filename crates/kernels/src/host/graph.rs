//! Operations as nodes of the graph that automatic differentiation walks back.

use std::sync::Arc;

use burn::backend::autodiff::{
    Autodiff, NodeId,
    checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
    grads::Gradients,
    ops::{Backward, Ops, OpsKind},
};
use burn::backend::{TensorMetadata, tensor::FloatTensor};

use super::{Bundle, HostExtension, HostOp, Kept, Made, OnHost, Seen};

/// An operation nobody wants a gradient of.
#[cfg_attr(not(any(feature = "flex", feature = "ndarray")), allow(dead_code))]
pub(super) fn untracked<B: OnHost>(inputs: Bundle<B>, op: &dyn HostOp) -> FloatTensor<B> {
    let inputs: Vec<_> = inputs.tensors.into_iter().map(B::in_order).collect();
    let numbers: Vec<&[f32]> = inputs.iter().map(B::numbers).collect();
    let Made { values, shape, .. } = op.forward(&numbers, &vec![false; numbers.len()]);
    B::tensor(values, shape)
}

impl<B: HostExtension + OnHost, C: CheckpointStrategy> HostExtension for Autodiff<B, C> {
    fn host_op(inputs: Bundle<Self>, op: Arc<dyn HostOp>) -> FloatTensor<Self> {
        // The graph wants the number of inputs when the program is compiled.
        macro_rules! by_count {
            ($($count:literal)*) => {
                match inputs.tensors.len() {
                    $($count => tracked::<B, C, $count>(inputs, op),)*
                    other => panic!("no operation has {other} inputs"),
                }
            };
        }
        by_count!(1 2 3 4 5 6 7 8 9 10 11 12)
    }
}

/// A node with N inputs.
#[derive(Debug)]
struct Node<const N: usize>;

/// What a node keeps for the way back.
#[derive(Clone, Debug)]
struct State<B: OnHost> {
    op: Arc<dyn HostOp>,
    inputs: Vec<Option<FloatTensor<B>>>,
    shapes: Vec<Vec<usize>>,
    output: Option<FloatTensor<B>>,
    kept: Option<Kept>,
}

impl<B: OnHost, const N: usize> Backward<B, N> for Node<N> {
    type State = State<B>;

    fn backward(self, ops: Ops<State<B>, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = B::in_order(grads.consume::<B>(&ops.node));
        let state = ops.state;
        let parents: Vec<Option<NodeId>> = ops
            .parents
            .iter()
            .map(|parent| parent.as_ref().map(|node| node.id))
            .collect();
        let is_tracked: Vec<bool> = parents.iter().map(Option::is_some).collect();
        let inputs: Vec<Option<&[f32]>> = state
            .inputs
            .iter()
            .map(|input| input.as_ref().map(B::numbers))
            .collect();
        let seen = Seen {
            inputs: &inputs,
            output: state.output.as_ref().map(B::numbers),
            kept: state.kept,
            gradient: B::numbers(&gradient),
        };
        let found = state.op.backward(seen, &is_tracked);
        for ((id, shape), values) in parents.into_iter().zip(state.shapes).zip(found) {
            if let Some((id, values)) = id.zip(values) {
                grads.register::<B>(id, B::tensor(values, shape));
            }
        }
    }
}

fn tracked<B: HostExtension + OnHost, C: CheckpointStrategy, const N: usize>(
    inputs: Bundle<Autodiff<B, C>>,
    op: Arc<dyn HostOp>,
) -> FloatTensor<Autodiff<B, C>> {
    let mut tensors = Vec::with_capacity(N);
    let mut guards = Vec::with_capacity(N);
    let mut is_tracked = Vec::with_capacity(N);
    for tensor in inputs.tensors {
        is_tracked.push(tensor.is_tracked());
        let (tensor, guard) = tensor.into_parts();
        tensors.push(B::in_order(tensor));
        guards.push(guard);
    }
    let guards = guards
        .try_into()
        .unwrap_or_else(|_| unreachable!("there are N inputs"));
    let numbers: Vec<&[f32]> = tensors.iter().map(B::numbers).collect();
    let Made {
        values,
        shape,
        kept,
    } = op.forward(&numbers, &is_tracked);
    let output = B::tensor(values, shape);
    match Node::<N>.prepare::<C>(guards).compute_bound().stateful() {
        OpsKind::UnTracked(node) => node.finish(output),
        OpsKind::Tracked(node) => {
            let needs = op.needs(&is_tracked);
            let shapes = tensors.iter().map(|tensor| tensor.shape().to_vec());
            let shapes = shapes.collect();
            let inputs = tensors.into_iter().zip(needs.inputs);
            let inputs = inputs.map(|(tensor, is_needed)| is_needed.then_some(tensor));
            let state = State {
                op,
                inputs: inputs.collect(),
                shapes,
                output: needs.output.then(|| output.clone()),
                kept,
            };
            node.finish(state, output)
        }
    }
}
