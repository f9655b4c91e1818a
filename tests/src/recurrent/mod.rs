//! Recurrent networks: references, gradients, and what must hold of every cell.

mod backends;
mod gradients;
mod properties;
mod ragged;
mod reference;
mod training;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{DType, Device, Tensor, TensorData};
use reverie_model::recurrent::{
    AnyCell, CellConfig, CellKind, InitConfig, Initializer, Mode, Regularisation, Sequence, Stack,
    StackConfig, StackState,
};
use serde_json::Value;

use crate::common::floats;

/// Path of the parameter that is being looked at, without the names of enum variants.
#[derive(Default)]
pub struct Path(Vec<String>);

impl Path {
    fn name(&self) -> String {
        let is_plain = |part: &&String| !part.starts_with(char::is_uppercase);
        let parts: Vec<&str> = self.0.iter().filter(is_plain).map(String::as_str).collect();
        parts.join(".")
    }
}

/// Replaces every parameter: gets its name and its values, answers with 64-bit values.
pub struct Replace<F: FnMut(&str, Vec<f64>) -> Vec<f64>> {
    path: Path,
    change: F,
}

impl<F: FnMut(&str, Vec<f64>) -> Vec<f64>> ModuleMapper for Replace<F> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.0.push(name.to_owned());
    }
    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.0.pop();
    }
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (name, change) = (self.path.name(), &mut self.change);
        param.map(|old| {
            let (shape, device) = (old.dims(), old.device().inner());
            let values = old.try_into_vec_as::<f64>().unwrap();
            let data = TensorData::new(change(&name, values), shape);
            Tensor::from_data(data, (&device, DType::F64))
        })
    }
}

/// The module in 64 bits, its numbers changed one parameter at a time.
pub fn replaced<M: Module>(module: M, change: impl FnMut(&str, Vec<f64>) -> Vec<f64>) -> M {
    module.map(&mut Replace {
        path: Path::default(),
        change,
    })
}

/// Every parameter's name and gradient.
pub fn named_gradients<M: Module>(
    module: &M,
    gradients: &burn::tensor::Gradients,
) -> Vec<(String, Vec<f64>)> {
    struct Collect<'a> {
        path: Path,
        gradients: &'a burn::tensor::Gradients,
        found: Vec<(String, Vec<f64>)>,
    }
    impl ModuleVisitor for Collect<'_> {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.path.0.push(name.to_owned());
        }
        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.0.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let gradient = param.val().grad(self.gradients).unwrap();
            let values = gradient.try_into_vec_as::<f64>().unwrap();
            self.found.push((self.path.name(), values));
        }
    }
    let mut collect = Collect {
        path: Path::default(),
        gradients,
        found: Vec::new(),
    };
    module.visit(&mut collect);
    collect.found
}

/// A 64-bit tensor from `{"shape": […], "data": […]}`.
pub fn tensor64<const D: usize>(array: &Value, device: &Device) -> Tensor<D> {
    let shape: Vec<usize> = floats(&array["shape"])
        .iter()
        .map(|n| *n as usize)
        .collect();
    from64(floats(&array["data"]), shape.try_into().unwrap(), device)
}

/// A 64-bit tensor.
pub fn from64<const D: usize>(values: Vec<f64>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), (device, DType::F64))
}

/// The values of a tensor in 64 bits.
pub fn values64<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.try_into_vec_as::<f64>().unwrap()
}

/// A network of a few units with numbers large enough to matter.
pub fn small(cell: CellConfig, d_input: usize, d_hidden: usize, n_layers: usize) -> StackConfig {
    StackConfig {
        cell,
        d_input,
        d_hidden,
        n_layers,
        bidirectional: false,
        regularisation: Regularisation::default(),
        init: InitConfig {
            initializer: Initializer::Uniform,
            scale: 0.7,
            forget_bias: 1.0,
        },
    }
}

/// Runs a stack that is used, not trained.
pub fn run(stack: &Stack, inputs: Tensor<3>, state: StackState) -> (Tensor<3>, StackState) {
    let (outputs, state) = stack.forward(Sequence::Whole(inputs), state, &mut Mode::Use);
    (outputs.into_whole(), state)
}

/// Every cell with every option of its own.
pub fn all_cells() -> Vec<(String, CellConfig)> {
    use reverie_model::recurrent::{Activation, GruConvention};
    let base = CellConfig {
        d_output: 3,
        ..CellConfig::default()
    };
    let mut all = Vec::new();
    for activation in [Activation::Tanh, Activation::Sigmoid, Activation::Relu] {
        let kind = CellKind::Rnn;
        for layer_norm in [false, true] {
            let cell = CellConfig {
                kind,
                activation,
                layer_norm,
                ..base
            };
            all.push((format!("rnn {activation:?} norm {layer_norm}"), cell));
        }
        for output_activation in [
            Activation::Softmax,
            Activation::Identity,
            Activation::Sigmoid,
        ] {
            let kind = CellKind::Jordan;
            let cell = CellConfig {
                kind,
                activation,
                output_activation,
                ..base
            };
            all.push((format!("jordan {activation:?} {output_activation:?}"), cell));
        }
    }
    for layer_norm in [false, true] {
        for peepholes in [false, true] {
            let kind = CellKind::Lstm;
            let cell = CellConfig {
                kind,
                peepholes,
                layer_norm,
                ..base
            };
            all.push((
                format!("lstm peepholes {peepholes} norm {layer_norm}"),
                cell,
            ));
        }
        for gru in [
            GruConvention::Britz,
            GruConvention::Chung,
            GruConvention::Torch,
        ] {
            let kind = CellKind::Gru;
            let cell = CellConfig {
                kind,
                gru,
                layer_norm,
                ..base
            };
            all.push((format!("gru {gru:?} norm {layer_norm}"), cell));
        }
    }
    let (two_biases, kind) = (true, CellKind::Lstm);
    all.push((
        "lstm two biases".to_owned(),
        CellConfig {
            kind,
            two_biases,
            ..base
        },
    ));
    all
}

/// Whether its steps have a width of their own for what is fed back.
pub fn is_jordan(stack: &Stack) -> bool {
    matches!(stack.layers[0].forward, AnyCell::Jordan(_))
}
