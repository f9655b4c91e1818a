//! What is to be copied.

use rand::RngExt;
use reverie_model::rng::Rng;
use serde::{Deserialize, Serialize};

/// Bits of a vector.
pub const BITS: usize = 8;

/// The tasks of the paper that need nothing but a memory and a place in it.
///
/// # Source
/// Graves, Wayne, Danihelka 2014 (arXiv 1410.5401), sections 4.1 and 4.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Random vectors, a flag, then the same vectors from memory.
    #[default]
    Copy,
    /// Random vectors, a flag with a number, then the vectors that many times and a mark of the end.
    RepeatCopy,
}

/// How long an episode is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Vectors that are shown.
    pub length: usize,
    /// How often they are asked for; the copy has one.
    pub repeats: usize,
}

/// One sequence with what is asked of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// T inputs of D numbers: the bits, the flag, and for repeated copies their number.
    pub inputs: Vec<Vec<f32>>,
    /// T targets of bits, none where nothing is asked.
    pub targets: Vec<Option<Vec<f32>>>,
}

impl Task {
    /// D, width of an input.
    pub fn d_input(self) -> usize {
        match self {
            Self::Copy => BITS + 1,
            Self::RepeatCopy => BITS + 2,
        }
    }

    /// Width of an output.
    pub fn d_output(self) -> usize {
        match self {
            Self::Copy => BITS,
            Self::RepeatCopy => BITS + 1,
        }
    }

    /// Bits that an episode asks for.
    pub fn bits(self, extent: Extent) -> usize {
        let said = extent.length * extent.repeats;
        match self {
            Self::Copy => said * BITS,
            Self::RepeatCopy => (said + 1) * (BITS + 1),
        }
    }

    /// Most repeats where there are at most `longest` vectors.
    pub fn repeats(self, longest: usize) -> usize {
        match self {
            Self::Copy => 1,
            Self::RepeatCopy => longest,
        }
    }

    /// T, steps of an episode: what is shown, the flag, and what is asked for.
    pub fn steps(self, extent: Extent) -> usize {
        let end = usize::from(self == Self::RepeatCopy);
        extent.length + 1 + extent.length * extent.repeats + end
    }

    /// Draws how long an episode is, up to `longest` vectors and as many repeats.
    pub fn extent(self, longest: usize, rng: &mut Rng) -> Extent {
        let length = rng.random_range(1..=longest);
        let repeats = match self.repeats(longest) {
            1 => 1,
            most => rng.random_range(1..=most),
        };
        Extent { length, repeats }
    }

    /// Draws an episode. `longest` is that of training: numbers of repeats are given to the machine
    /// with mean zero and variance one over it, as in the paper.
    pub fn episode(self, extent: Extent, longest: usize, rng: &mut Rng) -> Episode {
        let bits = |rng: &mut Rng| -> Vec<f32> {
            (0..BITS).map(|_| f32::from(rng.random::<bool>())).collect()
        };
        let vectors: Vec<Vec<f32>> = (0..extent.length).map(|_| bits(rng)).collect();
        let d_input = self.d_input();
        let mut inputs: Vec<Vec<f32>> = vectors.clone();
        inputs
            .iter_mut()
            .for_each(|input| input.resize(d_input, 0.0));
        let mut flag = vec![0.0; d_input];
        flag[BITS] = 1.0;
        if self == Self::RepeatCopy {
            flag[BITS + 1] = normal_count(extent.repeats, longest);
        }
        inputs.push(flag);
        let mut targets = vec![None; inputs.len()];
        for _ in 0..extent.repeats {
            targets.extend(vectors.iter().cloned().map(|mut target| {
                target.resize(self.d_output(), 0.0);
                Some(target)
            }));
        }
        if self == Self::RepeatCopy {
            let mut end = vec![0.0; BITS + 1];
            end[BITS] = 1.0;
            targets.push(Some(end));
        }
        inputs.resize(targets.len(), vec![0.0; d_input]);
        Episode { inputs, targets }
    }
}

/// A number of repeats with mean zero and variance one over 1 to `most`.
fn normal_count(repeats: usize, most: usize) -> f32 {
    let most = most as f64;
    let variance = (most * most - 1.0) / 12.0;
    let centred = repeats as f64 - (most + 1.0) / 2.0;
    (centred / variance.sqrt().max(1.0)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use reverie_model::rng::seeded;

    #[test]
    fn a_copy_asks_for_what_was_shown() {
        let extent = Extent {
            length: 3,
            repeats: 1,
        };
        let episode = Task::Copy.episode(extent, 20, &mut seeded(1));
        assert_eq!((episode.inputs.len(), episode.targets.len()), (7, 7));
        assert_eq!(Task::Copy.steps(extent), 7);
        assert_eq!(episode.inputs[3][BITS], 1.0);
        for step in 0..3 {
            assert_eq!(
                episode.targets[4 + step].as_deref(),
                Some(&episode.inputs[step][..BITS])
            );
            assert_eq!(episode.targets[step], None);
            assert!(episode.inputs[4 + step].iter().all(|v| *v == 0.0));
        }
    }

    #[test]
    fn a_repeated_copy_ends_with_a_mark() {
        let extent = Extent {
            length: 2,
            repeats: 3,
        };
        let episode = Task::RepeatCopy.episode(extent, 10, &mut seeded(2));
        assert_eq!(Task::RepeatCopy.steps(extent), episode.inputs.len());
        let asked: Vec<_> = episode.targets.iter().flatten().collect();
        assert_eq!(asked.len(), 7);
        assert_eq!(asked.len() * asked[0].len(), Task::RepeatCopy.bits(extent));
        assert_eq!(asked[0], asked[2]);
        assert_eq!(asked[6][BITS], 1.0);
        assert!(asked[..6].iter().all(|target| target[BITS] == 0.0));
    }

    #[test]
    fn counts_have_mean_zero_and_variance_one() {
        let counts: Vec<f64> = (1..=10).map(|n| f64::from(normal_count(n, 10))).collect();
        let variance = counts.iter().map(|v| v * v).sum::<f64>() / 10.0;
        assert!(counts.iter().sum::<f64>().abs() < 1e-6 && (variance - 1.0).abs() < 1e-6);
        assert_eq!(normal_count(1, 1), 0.0);
    }
}
