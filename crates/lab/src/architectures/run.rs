//! Teaches every example.

use std::ops::ControlFlow;

use burn::tensor::Device;
use reverie_model::recurrent::{CellConfig, InitConfig, Initializer, Regularisation, StackConfig};
use reverie_model::rng::{Rng, seeded};
use serde::{Deserialize, Serialize};

use super::cases::{Cases, Inputs, Targets};
use super::hello::{Hello, teach as teach_hello};
use super::{Pattern, Tracking, discrete, tracking};
use crate::learner::Learner;
use crate::reader::Reader;
use crate::{LabError, Progress, positive, rates, within};

/// All settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ArchitecturesConfig {
    /// Updates of every example.
    pub updates: u64,
    /// Cases in an update.
    pub batch: usize,
    /// Step size of Adam at the beginning; it falls to a tenth.
    pub rate: f64,
    /// Seed of all random numbers.
    pub seed: u64,
}

impl Default for ArchitecturesConfig {
    fn default() -> Self {
        Self {
            updates: 1_500,
            batch: 50,
            rate: 0.01,
            seed: 0,
        }
    }
}

impl ArchitecturesConfig {
    /// A small version: the examples are half learnt.
    pub fn quick() -> Self {
        Self {
            updates: 150,
            ..Self::default()
        }
    }

    /// Refuses settings that teach nothing.
    ///
    /// # Errors
    /// [`LabError::Setting`] with the setting, its value and what is allowed.
    pub fn check(&self) -> Result<(), LabError> {
        within("updates", self.updates, 1..)?;
        within("batch", self.batch, 1..=4_096)?;
        positive("rate", self.rate)
    }
}

/// One case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// What was read.
    pub read: String,
    /// What should be said.
    pub wanted: String,
    /// What was said.
    pub said: String,
}

/// One pattern at work.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Demonstration {
    /// The pattern.
    pub pattern: Pattern,
    /// Share of fresh answers that are right, for tasks of symbols.
    pub right: Option<f64>,
    /// For tasks of numbers.
    pub tracking: Option<Tracking>,
    /// A few cases.
    pub examples: Vec<Example>,
    /// Updates and cost now and then: nats, or the squared error.
    pub losses: Vec<(u64, f64)>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ArchitecturesResult {
    /// The toy.
    pub hello: Option<Hello>,
    /// One for each pattern.
    pub demonstrations: Vec<Demonstration>,
    /// Whether somebody said stop.
    pub is_stopped: bool,
}

/// Added to a seed where cases are drawn that are not learnt from.
const FRESH: u64 = 0x6172_6368_7465_7374;
/// Fresh cases that are judged by.
const TESTS: usize = 1_000;
/// Cases that are shown.
const SHOWN: usize = 4;
/// Largest norm of the gradients.
const CLIP: f64 = 1.0;
/// Share of the rate that is left at the end.
const RATE_AT_END: f64 = 0.1;
/// Losses that are kept of an example.
const KEPT: u64 = 100;

/// Teaches all examples; the observer may end it after any update, and keeps what is there.
///
/// # Errors
/// Settings out of range; a loss that is no number.
pub fn run(
    config: &ArchitecturesConfig,
    device: &Device,
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<ArchitecturesResult, LabError> {
    config.check()?;
    let mut result = ArchitecturesResult {
        hello: Some(teach_hello(config.seed, device)?),
        ..ArchitecturesResult::default()
    };
    let total = Pattern::ALL.len() as u64 * config.updates;
    for (number, pattern) in Pattern::ALL.into_iter().enumerate() {
        let mut watch = |update: u64, loss: f64| {
            observe(Progress {
                done: number as u64 * config.updates + update,
                total,
                remark: format!("{}, loss {loss:.4}", pattern.name()),
            })
        };
        let Some(demonstration) = teach(config, pattern, device, &mut watch)? else {
            result.is_stopped = true;
            break;
        };
        result.demonstrations.push(demonstration);
    }
    Ok(result)
}

/// None where somebody said stop.
fn teach(
    config: &ArchitecturesConfig,
    pattern: Pattern,
    device: &Device,
    watch: &mut dyn FnMut(u64, f64) -> ControlFlow<()>,
) -> Result<Option<Demonstration>, LabError> {
    let mut rng = seeded(config.seed);
    let (d_input, d_output) = match discrete::alphabet(pattern) {
        Some(alphabet) => (alphabet.read.chars().count(), alphabet.said.chars().count()),
        None => (1, 1),
    };
    let net = Reader::init(&stack(pattern, d_input), d_output, &mut rng, device)?;
    let mut learner = Learner::new(net, CLIP);
    let mut losses = Vec::new();
    let every = config.updates.div_ceil(KEPT);
    for update in 1..=config.updates {
        let cases = draw(pattern, config.batch, &mut rng);
        let done = update as f64 / config.updates as f64;
        let rate = config.rate * rates::evenly(done, 0.0, RATE_AT_END);
        let loss = learner.update(rate, |net| cases.loss(net))?;
        if update % every == 0 || update == 1 {
            losses.push((update, loss));
        }
        if watch(update, loss).is_break() {
            return Ok(None);
        }
    }
    let net = learner.net();
    let tests = draw(pattern, TESTS, &mut seeded(config.seed ^ FRESH));
    Ok(Some(judge(pattern, &net, &tests, losses)))
}

fn draw(pattern: Pattern, batch: usize, rng: &mut Rng) -> Cases {
    match discrete::alphabet(pattern) {
        Some(_) => discrete::draw(pattern, batch, rng),
        None => tracking::draw(pattern, batch, rng),
    }
}

fn stack(pattern: Pattern, d_input: usize) -> StackConfig {
    StackConfig {
        cell: CellConfig {
            kind: pattern.cell(),
            ..CellConfig::default()
        },
        d_input,
        d_hidden: pattern.hidden(),
        n_layers: pattern.layers(),
        bidirectional: pattern.is_bidirectional(),
        regularisation: Regularisation::default(),
        init: InitConfig {
            initializer: Initializer::Orthogonal,
            scale: 1.0,
            forget_bias: 1.0,
        },
    }
}

fn judge(pattern: Pattern, net: &Reader, tests: &Cases, losses: Vec<(u64, f64)>) -> Demonstration {
    let mut found = Demonstration {
        pattern,
        right: None,
        tracking: None,
        examples: Vec::new(),
        losses,
    };
    match (&tests.targets, &tests.inputs, discrete::alphabet(pattern)) {
        (Targets::Classes(wanted), Inputs::Symbols(read), Some(alphabet)) => {
            let said = tests.classes(net);
            let right = said
                .iter()
                .zip(wanted)
                .filter(|(said, wanted)| said == wanted);
            found.right = Some(right.count() as f64 / wanted.len() as f64);
            let letter = |letters: &str, number: usize| letters.chars().nth(number);
            let text = |all: &[i32], case: usize| -> String {
                let of_case = all.iter().skip(case).step_by(tests.batch);
                of_case
                    .filter_map(|s| letter(alphabet.said, *s as usize))
                    .collect()
            };
            found.examples = (0..SHOWN.min(tests.batch))
                .map(|case| Example {
                    read: read[case * tests.steps..(case + 1) * tests.steps]
                        .iter()
                        .filter_map(|s| letter(alphabet.read, *s as usize))
                        .collect::<String>()
                        .trim_end()
                        .to_owned(),
                    wanted: text(wanted, case),
                    said: text(&said, case),
                })
                .collect();
        }
        (Targets::Numbers(wanted), ..) => {
            let said = tests.numbers(net);
            let squares = said
                .iter()
                .zip(wanted)
                .map(|(a, b)| f64::from(a - b).powi(2));
            let error = squares.sum::<f64>() / wanted.len() as f64;
            let (least, naive) = tracking::bounds(pattern);
            let curves = tracking::curves(tests, &said);
            found.tracking = Some(Tracking {
                error,
                least,
                naive,
                curves,
            });
        }
        _ => unreachable!("symbols have classes"),
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_has_its_example() {
        let config = ArchitecturesConfig {
            updates: 2,
            ..ArchitecturesConfig::default()
        };
        let go_on = |_: Progress| ControlFlow::Continue(());
        let result = run(&config, &Device::flex(), go_on).unwrap();
        assert_eq!(result.demonstrations.len(), Pattern::ALL.len());
        for found in &result.demonstrations {
            assert_ne!(found.right.is_some(), found.tracking.is_some());
            assert_eq!(found.examples.is_empty(), found.right.is_none());
        }
    }

    #[test]
    fn no_updates_are_refused() {
        let config = ArchitecturesConfig {
            updates: 0,
            ..ArchitecturesConfig::default()
        };
        assert!(run(&config, &Device::flex(), |_| ControlFlow::Continue(())).is_err());
    }
}
