//! Against PyTorch's modules and steps written from the equations, made by
//! `tests/reference/recurrent.py` in 64 bits.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use reverie_model::recurrent::{
    Activation, CellConfig, CellKind, GruConvention, Sequence, Stack, StackConfig, State,
};
use reverie_model::rng::seeded;
use reverie_model::train::{OptimizerConfig, ParamGradient, ParamGradients};
use serde_json::Value;

use super::{from64, named_gradients, replaced, small, tensor64, values64};
use crate::common::{fixture_json, floats, relative_error};

/// Results of the fixture have 12 digits.
const TOLERANCE: f64 = 1e-9;

fn enum_of<T: serde::de::DeserializeOwned + Default>(value: &Value) -> T {
    if value.is_null() {
        return T::default();
    }
    serde_json::from_value(value.clone()).unwrap()
}

fn config_of(case: &Value) -> StackConfig {
    let config = &case["config"];
    let flag = |name: &str| config[name].as_bool().unwrap();
    let parameters = &case["cells"][0]["parameters"];
    let cell = CellConfig {
        kind: enum_of::<CellKind>(&config["cell"]),
        activation: enum_of::<Activation>(&config["activation"]),
        gru: enum_of::<GruConvention>(&config["convention"]),
        peepholes: flag("peepholes"),
        layer_norm: flag("layer_norm"),
        two_biases: false,
        d_output: parameters["output_bias"]["shape"][0].as_u64().unwrap_or(0) as usize,
        output_activation: enum_of::<Activation>(&config["feedback"]),
    };
    let d_input = parameters["input"]["shape"][0].as_u64().unwrap() as usize;
    let n_layers = config["layers"].as_u64().unwrap() as usize;
    let mut stack = small(cell, d_input, 4, n_layers);
    stack.bidirectional = flag("bidirectional");
    stack
}

/// Our name of a parameter in the fixture's words.
fn fixture_name(name: &str) -> (usize, bool, &'static str) {
    let mut parts = name.split('.');
    assert_eq!(parts.next(), Some("layers"));
    let layer = parts.next().unwrap().parse().unwrap();
    let is_backward = parts.next() == Some("backward");
    let rest: Vec<&str> = parts.collect();
    let name = match rest.join(".").as_str() {
        "gates.input" => "input",
        "gates.hidden" => "hidden",
        "gates.bias" => "bias",
        "gates.gains.input" => "gain_input",
        "gates.gains.hidden" => "gain_hidden",
        "peepholes" => "peephole",
        "memory_gain" => "gain_memory",
        "memory_bias" => "bias_memory",
        "gain" => "gain",
        "candidate_bias" => "candidate_bias",
        "output" => "output",
        "output_bias" => "output_bias",
        other => panic!("an unknown parameter {other}"),
    };
    (layer, is_backward, name)
}

fn check(case: &Value) {
    let name = case["name"].as_str().unwrap();
    let device = Device::flex();
    let config = config_of(case);
    let directions = if config.bidirectional { 2 } else { 1 };
    let cell_of = |layer: usize, is_backward: bool| {
        &case["cells"][layer * directions + usize::from(is_backward)]
    };
    let stack = Stack::init(&config, &mut seeded(1), &device).unwrap();
    let mut seen = 0;
    let stack = replaced(stack, |name, old| {
        let (layer, is_backward, name) = fixture_name(name);
        let new = floats(&cell_of(layer, is_backward)["parameters"][name]["data"]);
        assert_eq!(new.len(), old.len(), "{name}");
        seen += 1;
        new
    })
    .train();
    let cells = case["cells"].as_array().unwrap();
    let wanted: usize = cells
        .iter()
        .map(|cell| cell["parameters"].as_object().unwrap().len())
        .sum();
    assert_eq!(
        seen, wanted,
        "{name}: every parameter of the fixture is used"
    );

    // States, as leaves of their own.
    let leaf = |array: &Value| tensor64::<2>(array, &device).autodiff().require_grad();
    let start = |cell: &Value| State {
        hidden: leaf(if cell["h_0"].is_null() {
            &cell["y_0"]
        } else {
            &cell["h_0"]
        }),
        memory: (!cell["c_0"].is_null()).then(|| leaf(&cell["c_0"])),
    };
    let mut state = stack.initial(2, &device);
    for (number, layer) in state.layers.iter_mut().enumerate() {
        layer.forward = start(cell_of(number, false));
        layer.backward = layer.backward.take().map(|_| start(cell_of(number, true)));
    }
    let x = tensor64::<3>(&case["x"], &device).autodiff().require_grad();
    let mut mode = reverie_model::recurrent::Mode::Use;
    let (outputs, end) = stack.forward(Sequence::Whole(x.clone()), state.clone(), &mut mode);
    let outputs = outputs.into_whole();
    let shape = outputs.dims();
    let found = values64(outputs.clone().inner());
    let error = relative_error(&found, &numbers(&case["output"]));
    assert!(error < TOLERANCE, "{name}: outputs differ by {error:.1e}");

    // L = Σ output∘R + Σ h_T∘R_h + Σ c_T∘R_c.
    let mut loss = (outputs * from64(numbers(&case["R"]), shape, &device)).sum();
    for (number, layer) in end.layers.iter().enumerate() {
        let ends = [
            (Some(&layer.forward), false),
            (layer.backward.as_ref(), true),
        ];
        for (state, is_backward) in ends {
            let Some(state) = state else { continue };
            let cell = cell_of(number, is_backward);
            let either = |a: &str, b: &str| {
                if cell[a].is_null() {
                    &cell[b]
                } else {
                    &cell[a]
                }
                .clone()
            };
            let final_hidden = values64(state.hidden.clone().inner());
            let error = relative_error(&final_hidden, &numbers(&either("h_T", "y_T")));
            assert!(
                error < TOLERANCE,
                "{name}: final states differ by {error:.1e}"
            );
            let weights = numbers(&either("R_h", "R_y"));
            let hidden = state.hidden.clone();
            let dims = hidden.dims();
            loss = loss + (hidden * from64(weights, dims, &device)).sum();
            if let Some(memory) = state.memory.clone() {
                let error =
                    relative_error(&values64(memory.clone().inner()), &numbers(&cell["c_T"]));
                assert!(
                    error < TOLERANCE,
                    "{name}: final memories differ by {error:.1e}"
                );
                let weights = numbers(&cell["R_c"]);
                loss = loss + (memory * from64(weights, dims, &device)).sum();
            }
        }
    }
    let gradients = loss.backward();
    let error = relative_error(
        &values64(x.grad(&gradients).unwrap()),
        &numbers(&case["grad_x"]),
    );
    assert!(
        error < TOLERANCE,
        "{name}: gradients of x differ by {error:.1e}"
    );
    for (parameter, found) in named_gradients(&stack, &gradients) {
        let (layer, is_backward, field) = fixture_name(&parameter);
        let wanted = numbers(&cell_of(layer, is_backward)["grad"][field]);
        let error = relative_error(&found, &wanted);
        assert!(
            error < TOLERANCE,
            "{name}: gradients of {parameter} differ by {error:.1e}"
        );
    }
    for (number, layer) in state.layers.iter().enumerate() {
        for (state, is_backward) in [
            (Some(&layer.forward), false),
            (layer.backward.as_ref(), true),
        ] {
            let Some(state) = state else { continue };
            let wanted = &cell_of(number, is_backward)["grad"];
            let hidden = if wanted["h_0"].is_null() {
                &wanted["y_0"]
            } else {
                &wanted["h_0"]
            };
            let found = values64(state.hidden.grad(&gradients).unwrap());
            assert!(
                relative_error(&found, &numbers(hidden)) < TOLERANCE,
                "{name}: h_0"
            );
            if let Some(memory) = &state.memory {
                let found = values64(memory.grad(&gradients).unwrap());
                assert!(
                    relative_error(&found, &numbers(&wanted["c_0"])) < TOLERANCE,
                    "{name}: c_0"
                );
            }
        }
    }
}

/// Numbers of an array, or of the `data` of a tensor.
fn numbers(value: &Value) -> Vec<f64> {
    floats(if value.is_array() {
        value
    } else {
        &value["data"]
    })
}

#[test]
fn every_cell_agrees_with_its_reference() {
    let fixture = fixture_json("recurrent.json");
    let cases = fixture["cases"].as_array().unwrap();
    assert!(cases.len() >= 26, "{}", cases.len());
    for case in cases {
        check(case);
    }
}

fn gradients_of(arrays: &Value, device: &Device) -> ParamGradients {
    let of_one = |array: &Value| {
        let values = floats(&array["data"]);
        let len = values.len();
        ParamGradient {
            name: "a".to_owned(),
            values: Some(from64(values, [len], device)),
        }
    };
    ParamGradients(arrays.as_array().unwrap().iter().map(of_one).collect())
}

fn assert_gradients(found: &ParamGradients, wanted: &Value) {
    for (found, wanted) in found.0.iter().zip(wanted.as_array().unwrap()) {
        let found = values64(found.values.clone().unwrap());
        let error = relative_error(&found, &floats(wanted));
        assert!(error < 1e-9, "{error:.1e}");
    }
}

#[test]
fn clipping_agrees_with_pytorch() {
    let fixture = fixture_json("recurrent.json");
    let clipping = &fixture["clipping"];
    let device = Device::flex();
    for by_norm in clipping["by_norm"].as_array().unwrap() {
        let mut gradients = gradients_of(&clipping["grads"], &device);
        let limit = by_norm["limit"].as_f64().unwrap();
        let norm = values64(gradients.clip_norm(limit).unwrap())[0];
        assert!((norm - clipping["norm"].as_f64().unwrap()).abs() < 1e-9);
        assert_gradients(&gradients, &by_norm["exact"]);
        let after = values64(gradients.global_norm().unwrap())[0];
        assert!((after - limit.min(norm)).abs() < 1e-9, "{after}");
    }
    let by_value = &clipping["by_value"];
    {
        let mut gradients = gradients_of(&clipping["grads"], &device);
        gradients.clip_value(by_value["limit"].as_f64().unwrap());
        assert_gradients(&gradients, &by_value["values"]);
    }
}

/// A module of one vector, for optimisers.
#[derive(Module, Debug)]
struct Vector {
    values: burn::module::Param<Tensor<1>>,
}

#[test]
fn optimisers_agree_with_pytorch() {
    let fixture = fixture_json("recurrent.json");
    let cases = &fixture["optimisers"];
    let device = Device::flex();
    let setting = |case: &Value, name: &str| case[name].as_f64().unwrap();
    type Make = fn(&Value, &dyn Fn(&Value, &str) -> f64) -> OptimizerConfig;
    let makers: [(&str, Make); 3] = [
        ("rmsprop", |case, get| OptimizerConfig::Rmsprop {
            decay: get(case, "alpha"),
            epsilon: get(case, "epsilon"),
        }),
        ("adam", |case, get| OptimizerConfig::Adam {
            beta_1: case["betas"][0].as_f64().unwrap(),
            beta_2: case["betas"][1].as_f64().unwrap(),
            epsilon: get(case, "epsilon"),
        }),
        ("sgd", |case, get| OptimizerConfig::Sgd {
            momentum: get(case, "momentum"),
        }),
    ];
    for (name, make) in makers {
        let case = &cases[name];
        let mut optimizer = make(case, &setting).init();
        let start = floats(&cases["start"]);
        let len = start.len();
        let values = burn::module::Param::from_tensor(from64(start, [len], &device));
        let mut module = Vector { values }.train();
        let steps = cases["grads"].as_array().unwrap().iter();
        for (number, (gradient, after)) in steps.zip(case["after"].as_array().unwrap()).enumerate()
        {
            let gradient = ParamGradient {
                name: "values".to_owned(),
                values: Some(from64(floats(gradient), [len], &device)),
            };
            // What it remembers survives being written down.
            let mut tensors: BTreeMap<_, _> = optimizer.export().into_iter().collect();
            if number == 3 {
                let mut other = make(case, &setting).init();
                other.restore(&tensors, &[len], &device).unwrap();
                let again: BTreeMap<_, _> = other.export().into_iter().collect();
                assert_eq!(tensors.len(), again.len());
                for (name, tensor) in again {
                    assert_eq!(tensors.remove(&name).unwrap(), tensor, "{name}");
                }
            }
            let gradients = ParamGradients(vec![gradient]);
            module = optimizer.step(setting(case, "lr"), module, gradients);
            let found = values64(module.values.val().inner());
            let error = relative_error(&found, &floats(after));
            // Burn keeps the settings of an optimiser in 32 bits.
            assert!(error < 1e-7, "{name} step {}: {error:.1e}", number + 1);
        }
    }
}
