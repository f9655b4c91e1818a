//! Traces whose answer is known, for tests.

use rand::RngExt;
use reverie_model::rng::{Rng, normal};
use reverie_model::sequence::{GateTrace, LayerTrace, Trace};

use super::labels::Labels;
use super::property::Property;

/// Steps of a walk are this large.
const WALK_STEP: f32 = 0.06;

/// What a cell of the trace does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unit {
    /// Moves a little at every character and knows nothing of the text.
    Walk,
    /// Holds a property times `scale`, and normal noise of that deviation.
    Follows {
        property: Property,
        scale: f32,
        noise: f32,
    },
}

/// Words in lines of about 60 characters, some of them between quotes or brackets, in paragraphs.
pub(crate) fn prose(characters: usize, rng: &mut Rng) -> Vec<char> {
    let (mut text, mut column, mut open) = (String::new(), 0, None);
    while text.len() < characters {
        let (opening, closing) = match (open, rng.random_range(0..40)) {
            (None, 0..3) => (Some('"'), None),
            (None, 3..5) => (Some('('), None),
            (Some('"'), 0..4) => (None, Some('"')),
            (Some('('), 0..8) => (None, Some(')')),
            _ => (None, None),
        };
        let word: String = (0..rng.random_range(1..9))
            .map(|_| char::from(rng.random_range(b'a'..=b'z')))
            .collect();
        text.extend(opening);
        text.push_str(&word);
        text.extend(closing);
        open = if closing.is_some() {
            None
        } else {
            opening.or(open)
        };
        column += word.len() + 1;
        if column > 60 {
            column = 0;
            text.push('\n');
            if rng.random_range(0..8) == 0 {
                open = None;
                text.push('\n');
            }
        } else {
            text.push(' ');
        }
    }
    text.chars().take(characters).collect()
}

/// One layer with a memory, which the units describe; the outputs are the memory's tanh, noisier.
pub(crate) fn trace(text: &[char], units: &[Unit], rng: &mut Rng) -> Trace {
    let (steps, width) = (text.len(), units.len());
    let (mut memory, mut hidden) = (vec![0.0; steps * width], vec![0.0; steps * width]);
    for (unit, kind) in units.iter().enumerate() {
        let draws = normal(rng, steps);
        let series: Vec<f32> = match kind {
            Unit::Walk => draws
                .iter()
                .scan(0.0, |at: &mut f32, draw| {
                    *at = (*at + WALK_STEP * draw).clamp(-2.0, 2.0);
                    Some(*at)
                })
                .collect(),
            Unit::Follows {
                property,
                scale,
                noise,
            } => {
                let labels: Vec<f32> = match property.labels(text) {
                    Labels::Graded(values) => values,
                    Labels::YesNo(labels) => labels.iter().map(|l| f32::from(*l)).collect(),
                };
                labels
                    .iter()
                    .zip(&draws)
                    .map(|(label, draw)| scale * label + noise * draw)
                    .collect()
            }
        };
        let noise = normal(rng, steps);
        for t in 0..steps {
            memory[t * width + unit] = series[t];
            hidden[t * width + unit] = (series[t].tanh() + 0.1 * noise[t]).clamp(-1.0, 1.0);
        }
    }
    let gate = |name: &str, rng: &mut Rng| GateTrace {
        name: name.to_owned(),
        values: (0..steps * width).map(|_| rng.random()).collect(),
    };
    let gates = ["input", "forget", "output"]
        .map(|name| gate(name, rng))
        .into();
    let layer = LayerTrace {
        units: width,
        hidden,
        memory: Some(memory),
        gates,
    };
    Trace {
        text: text.to_vec(),
        layers: vec![layer],
    }
}
