//! Training as a whole: against PyTorch, broken off and resumed, gone wrong and come back.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Device;
use reverie_model::data::text::{Chunk, EvalBatches, TrainBatches, Vocabulary};
use reverie_model::recurrent::{Mode, StackState};
use reverie_model::rng::seeded;
use reverie_model::sequence::{
    CharModel, Measured, Outcome, SampleConfig, SequenceError, TextConfig, TextSource, TextTrainer,
    evaluate, sample, trace,
};
use reverie_model::train::{ParamGradients, export, import};
use reverie_model::weights::RawTensor;
use serde_json::Value;

use crate::common::{fixture_json, floats, relative_error};

/// The preset `char-rnn` at a size for tests.
pub fn config() -> TextConfig {
    let mut config: TextConfig =
        toml::from_str(include_str!("../../../configs/text/char-rnn.toml")).unwrap();
    (config.hidden, config.layers) = (9, 2);
    (config.batch, config.steps, config.iterations) = (4, 6, 40);
    config
}

pub fn source() -> TextSource {
    TextSource {
        file: "made up".to_owned(),
        sha256: String::new(),
        characters: 0,
        unseen: 0,
    }
}

/// A text with lines, quotes and a little order.
pub fn text(characters: usize) -> Vec<char> {
    let words = [
        "the",
        "\"old",
        "prince\"",
        "said",
        "(nothing)",
        "to",
        "Natasha.",
        "and\n",
    ];
    let mut state = 7u64;
    let mut text = String::new();
    while text.len() < characters {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        text += words[(state >> 60) as usize % words.len()];
        text.push(' ');
    }
    text.chars().take(characters).collect()
}

fn setup(config: &TextConfig) -> (Vocabulary, TrainBatches, EvalBatches) {
    let text = text(3_000);
    let vocabulary = Vocabulary::new(&text, false);
    let symbols = vocabulary.encode(&text).unwrap();
    let batches = TrainBatches::new(symbols[..2_500].to_vec(), config.batch, config.steps).unwrap();
    let validation = EvalBatches::new(symbols[2_500..].to_vec(), 3, 7).unwrap();
    (vocabulary, batches, validation)
}

fn raw(array: &Value) -> RawTensor {
    RawTensor {
        shape: floats(&array["shape"])
            .iter()
            .map(|n| *n as usize)
            .collect(),
        values: floats(&array["data"]).iter().map(|v| *v as f32).collect(),
    }
}

/// Two layers of LSTM, truncated back-propagation, RMSProp and clipping, against PyTorch.
#[test]
fn a_small_char_rnn_learns_as_in_pytorch() {
    let fixture = fixture_json("recurrent.json");
    let case = &fixture["char_rnn"];
    let device = Device::flex();
    let mut config = config();
    (config.hidden, config.batch, config.steps) = (5, 2, 3);
    config.two_biases = false;
    let rows: Vec<Vec<u32>> = case["symbols"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| floats(row).iter().map(|v| *v as u32).collect())
        .collect();
    for run in case["runs"].as_array().unwrap() {
        let model = CharModel::init(&config, 6, &mut seeded(1), &device).unwrap();
        let mut tensors = BTreeMap::new();
        for (layer, cell) in case["start"]["cells"]
            .as_array()
            .unwrap()
            .iter()
            .enumerate()
        {
            for (name, field) in [("input", "input"), ("hidden", "hidden"), ("bias", "bias")] {
                let full = format!("stack.layers.{layer}.forward.gates.{name}");
                tensors.insert(full, raw(&cell[field]));
            }
        }
        let read_out = case["start"]["readout"].as_object().unwrap();
        for (name, array) in read_out {
            let ours = if raw(array).shape.len() == 2 {
                "output"
            } else {
                "output_bias"
            };
            assert!(
                tensors.insert(ours.to_owned(), raw(array)).is_none(),
                "{name}"
            );
        }
        let mut model = import(model, tensors).unwrap().train();
        let mut optimizer = config.optimizer_config().init();
        let mut state = model.initial(2, &device);
        let mut losses = Vec::new();
        for window in 0..4 {
            let cut = |shift: usize| {
                let from = 3 * window + shift;
                rows.iter()
                    .flat_map(move |row| row[from..from + 3].to_vec())
                    .collect()
            };
            let chunk = Chunk {
                batch: 2,
                steps: 3,
                inputs: cut(0),
                targets: cut(1),
                valid: vec![3, 3],
            };
            let mut rng = seeded(1);
            let on = device.clone().autodiff();
            let (nats, next) = model.losses(&chunk, state, &mut Mode::Train(&mut rng), &on);
            state = next.detach();
            let loss = nats.mean();
            let gradients = loss.backward();
            losses.push(f64::from(loss.into_scalar::<f32>()));
            let mut gradients = ParamGradients::of(&model, &gradients);
            gradients.clip_value(run["clip_value"].as_f64().unwrap());
            model = optimizer.step(config.rate, model, gradients);
        }
        let error = relative_error(&losses, &floats(&run["losses"]));
        assert!(error < 1e-5, "losses differ by {error:.1e}");
        let mut ends = (Vec::new(), Vec::new());
        for layer in &state.layers {
            let values = |t: &burn::tensor::Tensor<2>| t.clone().try_into_vec_as::<f64>().unwrap();
            ends.0.extend(values(&layer.forward.hidden));
            ends.1
                .extend(values(layer.forward.memory.as_ref().unwrap()));
        }
        for (found, wanted) in [(ends.0, "h_T"), (ends.1, "c_T")] {
            let wanted = &run[wanted];
            let wanted = floats(if wanted.is_array() {
                wanted
            } else {
                &wanted["data"]
            });
            let error = relative_error(&found, &wanted);
            assert!(error < 1e-4, "states differ by {error:.1e}");
        }
        for (name, tensor) in export(&model.valid()) {
            let parts: Vec<&str> = name.split('.').collect();
            let wanted = match parts[..] {
                ["stack", "layers", layer, _, "gates", field] => {
                    let layer: usize = layer.parse().unwrap();
                    run["final"]["cells"][layer][field].clone()
                }
                _ => {
                    let of_rank = |array: &Value| {
                        let len = floats(if array.is_array() {
                            array
                        } else {
                            &array["data"]
                        })
                        .len();
                        len == tensor.values.len()
                    };
                    let read_out = run["final"]["readout"].as_object().unwrap();
                    read_out
                        .values()
                        .find(|array| of_rank(array))
                        .unwrap()
                        .clone()
                }
            };
            let wanted = floats(if wanted.is_array() {
                &wanted
            } else {
                &wanted["data"]
            });
            let found: Vec<f64> = tensor.values.iter().map(|v| f64::from(*v)).collect();
            let error = relative_error(&found, &wanted);
            // RMSProp's first steps are nearly signs, which makes 32 bits show.
            assert!(error < 1e-4, "{name} differs by {error:.1e}");
        }
    }
}

/// Trains to `until`, looking at the validation text every ten updates.
fn advance(
    trainer: &mut TextTrainer,
    batches: &TrainBatches,
    validation: &EvalBatches,
    until: u64,
) {
    while trainer.iteration() < until {
        trainer.step(batches).unwrap();
        if trainer.iteration().is_multiple_of(10) {
            let measured = evaluate(&trainer.model(), validation, &Device::flex(), || true);
            trainer.note(measured.unwrap()).unwrap();
        }
    }
}

#[test]
fn a_run_that_was_broken_off_ends_as_one_that_was_not() {
    let device = Device::flex();
    for (optimizer, cell) in [
        ("rmsprop", "lstm"),
        ("adam", "gru"),
        ("sgd", "rnn"),
        ("adam", "jordan"),
    ] {
        let mut config = config();
        config.optimizer = serde_json::from_value(optimizer.into()).unwrap();
        config.cell = serde_json::from_value(cell.into()).unwrap();
        config.momentum = 0.5;
        config.dropout = 0.2;
        config.weight_noise = 0.01;
        if cell == "jordan" {
            config.layers = 1;
        } else {
            config.zoneout = 0.1;
            config.variational_dropout = 0.1;
        }
        let (vocabulary, batches, validation) = setup(&config);
        let new =
            || TextTrainer::new(config.clone(), vocabulary.clone(), source(), 5, &device).unwrap();
        let mut whole = new();
        advance(&mut whole, &batches, &validation, 37);
        let mut half = new();
        advance(&mut half, &batches, &validation, 23);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("half.safetensors");
        half.checkpoint().write(&path).unwrap();
        drop(half);
        let mut resumed = TextTrainer::resume(&path, &device).unwrap();
        assert_eq!(resumed.iteration(), 23);
        advance(&mut resumed, &batches, &validation, 37);
        let write = |trainer: &mut TextTrainer, name: &str| {
            let path = dir.path().join(name);
            trainer.checkpoint().write(&path).unwrap();
            std::fs::read(path).unwrap()
        };
        let same = write(&mut whole, "a") == write(&mut resumed, "b");
        assert!(same, "{optimizer}, {cell}: every byte of the checkpoint");
    }
}

#[test]
fn training_that_goes_wrong_goes_back_and_on_more_slowly() {
    let device = Device::flex();
    let mut config = config();
    config.rate = 1e30;
    config.retries = 3;
    let (vocabulary, batches, validation) = setup(&config);
    let mut trainer = TextTrainer::new(config, vocabulary, source(), 1, &device).unwrap();
    let measured = evaluate(&trainer.model(), &validation, &device, || true).unwrap();
    trainer.note(measured).unwrap();
    let mut back = Vec::new();
    let error = loop {
        match trainer.step(&batches) {
            Ok(Outcome::RolledBack {
                to, rate_factor, ..
            }) => back.push((to, rate_factor)),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(back, [(0, 0.5), (0, 0.25), (0, 0.125)]);
    assert!(
        matches!(error, SequenceError::Diverged { retries: 3, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("smaller rate"), "{error}");

    // A parameter that is no number is named with its layer.
    let mut config = self::config();
    (config.retries, config.two_biases) = (0, false);
    let (vocabulary, batches, _) = setup(&config);
    let mut trainer = TextTrainer::new(config, vocabulary, source(), 1, &device).unwrap();
    trainer.step(&batches).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bad.safetensors");
    let mut checkpoint = trainer.checkpoint();
    let bad = "model.stack.layers.1.forward.gates.hidden";
    let (_, tensor) = checkpoint
        .tensors
        .iter_mut()
        .find(|(name, _)| name == bad)
        .unwrap();
    tensor.values[3] = f32::NAN;
    checkpoint.write(&path).unwrap();
    let mut trainer = TextTrainer::resume(&path, &device).unwrap();
    let error = trainer.step(&batches).unwrap_err().to_string();
    assert!(
        error.contains("NaN in step 2") && error.contains("layers."),
        "{error}"
    );

    // A loss that is no number, seen in validation, is trouble, too.
    let config = self::config();
    let (vocabulary, _, _) = setup(&config);
    let mut trainer = TextTrainer::new(config, vocabulary, source(), 1, &device).unwrap();
    let nats = f64::NAN;
    assert!(
        !trainer
            .note(Measured {
                nats,
                characters: 1
            })
            .unwrap()
    );
    assert!(trainer.history().is_empty());
}

#[test]
fn a_model_learns_and_the_validation_loss_falls() {
    let device = Device::flex();
    for bidirectional in [false, true] {
        let mut config = config();
        (config.iterations, config.rate, config.bidirectional) = (60, 0.02, bidirectional);
        let (vocabulary, batches, validation) = setup(&config);
        let guess = (vocabulary.len() as f64).ln();
        let mut trainer = TextTrainer::new(config, vocabulary, source(), 1, &device).unwrap();
        advance(&mut trainer, &batches, &validation, 60);
        let last = trainer.history().last().unwrap();
        assert!(last.val_nats < 0.8 * guess, "{} of {guess}", last.val_nats);
        assert_eq!(
            trainer.best().best,
            trainer
                .history()
                .iter()
                .map(|l| l.val_nats)
                .reduce(f64::min)
        );
    }
}

/// The backward half must not see the character it helps to guess, nor the state of it.
#[test]
fn a_model_of_both_directions_does_not_see_what_it_guesses() {
    let device = Device::flex();
    let mut config = config();
    (config.bidirectional, config.batch, config.steps) = (true, 1, 6);
    let model = CharModel::init(&config, 5, &mut seeded(1), &device).unwrap();
    let losses = |targets: [u32; 6]| {
        let mut inputs = vec![0];
        inputs.extend(&targets[..5]);
        let chunk = Chunk {
            batch: 1,
            steps: 6,
            inputs,
            targets: targets.to_vec(),
            valid: vec![6],
        };
        let state = model.initial(1, &device);
        let (losses, _) = model.losses(&chunk, state, &mut Mode::Use, &device);
        losses.try_into_vec_as::<f32>().unwrap()
    };
    // The chances of all symbols at one place add up to one only if the guess does not depend on
    // which of them stands there.
    for place in 0..6 {
        let total: f32 = (0..5)
            .map(|symbol| {
                let mut targets = [1, 2, 3, 4, 2, 1];
                targets[place] = symbol;
                (-losses(targets)[place]).exp()
            })
            .sum();
        assert!((total - 1.0).abs() < 1e-5, "place {place}: {total}");
    }
}

#[test]
fn reading_a_prime_is_the_same_as_being_told_each_character() {
    let device = Device::flex();
    let config = config();
    let (vocabulary, _, _) = setup(&config);
    let model = CharModel::init(&config, vocabulary.len(), &mut seeded(2), &device).unwrap();
    let prime: Vec<u32> = vec![3, 1, 4, 1, 5];
    let greedy = SampleConfig {
        temperature: 0.0,
        ..SampleConfig::default()
    };
    let texts = sample(
        &model,
        &vocabulary,
        &prime,
        1,
        6,
        &greedy,
        &mut seeded(1),
        &device,
        |_| true,
    )
    .unwrap();
    // The same, one character at a time, from the guesses after each.
    let mut state: StackState = model.initial(1, &device);
    let mut next = 0;
    let mut told = Vec::new();
    for step in 0..prime.len() + 6 {
        let symbol = *prime.get(step).unwrap_or(&next);
        if step >= prime.len() {
            told.push(symbol);
        }
        let sequence = reverie_model::recurrent::Sequence::of_symbols(&[symbol], 1, &device);
        let (logits, after) = model.guess(sequence, state, &mut Mode::Use, &mut |_, _, _| ());
        state = after;
        let logits = logits.try_into_vec_as::<f32>().unwrap();
        let best = logits
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .unwrap();
        next = best.0 as u32;
    }
    assert_eq!(texts, [told]);
}

#[test]
fn evaluation_does_not_depend_on_how_the_text_is_cut() {
    let device = Device::flex();
    let config = config();
    let (vocabulary, _, _) = setup(&config);
    let model = CharModel::init(&config, vocabulary.len(), &mut seeded(2), &device).unwrap();
    let symbols = vocabulary.encode(&text(700)).unwrap();
    let measure = |batch: usize, steps: usize| {
        let batches = EvalBatches::new(symbols.clone(), batch, steps).unwrap();
        evaluate(&model, &batches, &device, || true).unwrap()
    };
    let (whole, pieces) = (measure(1, 699), measure(1, 50));
    assert_eq!(whole.characters, 699);
    assert!(
        (whole.nats - pieces.nats).abs() < 1e-5,
        "{whole:?} {pieces:?}"
    );
    assert!((whole.bits() - whole.nats / 2f64.ln()).abs() < 1e-12);
    // Rows that begin without knowing what stands before them cost a little.
    assert!((measure(7, 20).nats - whole.nats).abs() < 0.05);
}

#[test]
fn a_trace_is_what_the_network_did() {
    let device = Device::flex();
    let mut config = config();
    config.peepholes = true;
    let text = text(600);
    let vocabulary = Vocabulary::new(&text, false);
    let symbols = vocabulary.encode(&text).unwrap();
    let model = CharModel::init(&config, vocabulary.len(), &mut seeded(2), &device).unwrap();
    let whole = trace(&model, &[], &text, &symbols, &device);
    assert_eq!(whole.layers.len(), 2);
    let layer = &whole.layers[1];
    assert_eq!(layer.units, 9);
    let memory = layer.memory.as_ref().unwrap();
    assert_eq!((layer.hidden.len(), memory.len()), (600 * 9, 600 * 9));
    let gate = |name: &str| {
        &layer
            .gates
            .iter()
            .find(|gate| gate.name == name)
            .unwrap()
            .values
    };
    // h = o tanh(c).
    for ((h, o), c) in layer.hidden.iter().zip(gate("output")).zip(memory) {
        assert!((h - o * c.tanh()).abs() < 1e-6);
    }
    assert!(
        gate("forget")
            .iter()
            .chain(gate("input"))
            .all(|v| (0.0..=1.0).contains(v))
    );
    // What was read before counts.
    let later = trace(
        &model,
        &symbols[..200],
        &text[200..],
        &symbols[200..],
        &device,
    );
    let same: Vec<f64> = whole.layers[1].hidden[200 * 9..]
        .iter()
        .map(|v| f64::from(*v))
        .collect();
    let found: Vec<f64> = later.layers[1]
        .hidden
        .iter()
        .map(|v| f64::from(*v))
        .collect();
    assert!(relative_error(&found, &same) < 1e-5);
}
