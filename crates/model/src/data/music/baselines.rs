//! What can be said about music without a network, to be beaten by one.
//!
//! | baseline | what it knows | figure |
//! |---|---|---|
//! | [`KeyFrequency`] | how often each key sounds | nats a time step |
//! | [`KeyMarkov`] | the same, given whether the key sounded at the step before | nats a time step |
//! | [`repeat_accuracy`] | the step before | frame accuracy |
//!
//! Nats are those of all 88 keys together, and the mean is over all steps of a split, not over
//! sequences. Probabilities are counts of the training split plus one.
//!
//! # First steps
//! The first step of a sequence has none before it. [`KeyMarkov`] and [`repeat_accuracy`] leave it
//! out of the counts and of the mean, which is the convention that gives the known figures; with
//! silence before each sequence Nottingham would be 5.168 instead of 5.153 nats, JSB 10.478 instead
//! of 10.492. [`KeyFrequency`] and networks, which begin with a state of zeros, count all steps.

use super::{Frame, KEYS, Roll};

/// How often each key sounds, whatever else does.
///
/// # Source
/// "Note 1-gram" of Boulanger-Lewandowski, Bengio, Vincent 2012 (arXiv 1206.6392), table 1, with
/// one added to each count.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyFrequency {
    keys: Vec<Coin>,
}

/// How often each key sounds, given whether it sounded at the step before: 88 Markov chains of the
/// first order that know nothing of each other.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyMarkov {
    /// Where the key did not sound before.
    off: Vec<Coin>,
    /// Where it did.
    on: Vec<Coin>,
}

/// Nats that it costs to be told that a key sounds, or that it does not.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Coin {
    on: f64,
    off: f64,
}

impl Coin {
    /// From how often a key sounded at so many steps, with one added to both counts.
    fn new(sounded: u64, steps: u64) -> Self {
        let all = (steps + 2) as f64;
        let nats = |count: u64| -((count + 1) as f64 / all).ln();
        Self {
            on: nats(sounded),
            off: nats(steps - sounded),
        }
    }

    fn nats(self, counts: Counts) -> f64 {
        let silent = counts.steps - counts.sounded;
        self.on * counts.sounded as f64 + self.off * silent as f64
    }
}

/// How often a key sounded, of how many steps.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    sounded: u64,
    steps: u64,
}

impl Counts {
    fn coin(self) -> Coin {
        Coin::new(self.sounded, self.steps)
    }
}

impl KeyFrequency {
    /// Counts the keys of some sequences.
    pub fn fit(rolls: &[Roll]) -> Self {
        let counts = frequencies(rolls).into_iter();
        Self {
            keys: counts.map(Counts::coin).collect(),
        }
    }

    /// Probability that this key, counted from 0, sounds.
    ///
    /// # Panics
    /// If there is no such key.
    pub fn probability(&self, key: usize) -> f64 {
        (-self.keys[key].on).exp()
    }

    /// Nats a time step.
    ///
    /// # Panics
    /// If the sequences have no steps, which those of a set have.
    pub fn nll(&self, rolls: &[Roll]) -> f64 {
        let counts = frequencies(rolls);
        let steps = counts[0].steps;
        assert!(steps > 0, "a mean over {steps} steps");
        let nats = self.keys.iter().zip(counts);
        nats.map(|(coin, counts)| coin.nats(counts)).sum::<f64>() / steps as f64
    }
}

impl KeyMarkov {
    /// Counts how the keys of some sequences follow themselves.
    pub fn fit(rolls: &[Roll]) -> Self {
        let (off, on) = transitions(rolls);
        let coins = |counts: Vec<Counts>| counts.into_iter().map(Counts::coin).collect();
        Self {
            off: coins(off),
            on: coins(on),
        }
    }

    /// Probability that this key, counted from 0, sounds where it sounded before or did not.
    ///
    /// # Panics
    /// If there is no such key.
    pub fn probability(&self, key: usize, sounded: bool) -> f64 {
        let coins = if sounded { &self.on } else { &self.off };
        (-coins[key].on).exp()
    }

    /// Nats a time step that has one before it; none where no step has.
    pub fn nll(&self, rolls: &[Roll]) -> Option<f64> {
        let (off, on) = transitions(rolls);
        let steps = off[0].steps + on[0].steps;
        let nats = |coins: &[Coin], counts: Vec<Counts>| {
            let nats = coins.iter().zip(counts);
            nats.map(|(coin, counts)| coin.nats(counts)).sum::<f64>()
        };
        let all = nats(&self.off, off) + nats(&self.on, on);
        (steps > 0).then(|| all / steps as f64)
    }
}

/// Frame accuracy of saying at each step what was at the step before: of all notes that sound or
/// were said, how many sound and were said, TP / (TP + FP + FN) over all steps together.
///
/// It is 1 where nothing sounds and nothing was said.
///
/// # Source
/// Bay, Ehmann, Downie 2009, *Evaluation of multiple-F0 estimation and tracking systems*, eq. 3
/// (accuracy), as Boulanger-Lewandowski and others 2012 use it.
pub fn repeat_accuracy(rolls: &[Roll]) -> f64 {
    let (right, all) = pairs(rolls).fold((0, 0), |(right, all), (before, now)| {
        (
            right + before.and(now).count(),
            all + before.or(now).count(),
        )
    });
    if all == 0 {
        return 1.0;
    }
    right as f64 / all as f64
}

/// Each step with the one before it, within a sequence.
fn pairs(rolls: &[Roll]) -> impl Iterator<Item = (Frame, Frame)> {
    let windows = rolls.iter().flat_map(|roll| roll.windows(2));
    windows.map(|pair| (pair[0], pair[1]))
}

/// How often each key sounds.
fn frequencies(rolls: &[Roll]) -> Vec<Counts> {
    let mut sounded = [0; KEYS];
    let mut steps = 0;
    for frame in rolls.iter().flatten() {
        steps += 1;
        frame.keys().for_each(|key| sounded[key] += 1);
    }
    let counts = |sounded| Counts { sounded, steps };
    sounded.map(counts).into()
}

/// How often each key sounds after a step at which it did not, and after one at which it did.
fn transitions(rolls: &[Roll]) -> (Vec<Counts>, Vec<Counts>) {
    let mut sounded = [0; KEYS];
    let mut came = [0; KEYS];
    let mut stayed = [0; KEYS];
    let mut steps = 0;
    for (before, now) in pairs(rolls) {
        steps += 1;
        before.keys().for_each(|key| sounded[key] += 1);
        now.without(before).keys().for_each(|key| came[key] += 1);
        now.and(before).keys().for_each(|key| stayed[key] += 1);
    }
    let off = (0..KEYS).map(|key| Counts {
        sounded: came[key],
        steps: steps - sounded[key],
    });
    let on = (0..KEYS).map(|key| Counts {
        sounded: stayed[key],
        steps: sounded[key],
    });
    (off.collect(), on.collect())
}

#[cfg(test)]
mod tests {
    use super::super::{Outside, Split, read_set, real_file};
    use super::*;

    /// One key: on, on, off; and a step alone.
    fn toy() -> [Roll; 2] {
        let (on, off) = (Frame::of_keys([5]), Frame::SILENT);
        [vec![on, on, off], vec![on]]
    }

    #[track_caller]
    fn assert_near(value: f64, want: f64, by: f64) {
        assert!((value - want).abs() <= by, "{value} is not {want}");
    }

    #[test]
    fn frequencies_by_hand() {
        let model = KeyFrequency::fit(&toy());
        assert_near(model.probability(5), 4.0 / 6.0, 1e-12);
        assert_near(model.probability(6), 1.0 / 6.0, 1e-12);
        // 3 steps with the key and one without; the other 87 keys never sound.
        let want = -(3.0 * (4.0f64 / 6.0).ln() + (2.0f64 / 6.0).ln()) / 4.0;
        let silent = -87.0 * (5.0f64 / 6.0).ln();
        assert_near(model.nll(&toy()), want + silent, 1e-12);
    }

    #[test]
    fn chains_by_hand() {
        let model = KeyMarkov::fit(&toy());
        // on -> on once, on -> off once; never off before.
        assert_near(model.probability(5, true), 2.0 / 4.0, 1e-12);
        assert_near(model.probability(5, false), 1.0 / 2.0, 1e-12);
        // The other keys: off -> off twice.
        assert_near(model.probability(6, false), 1.0 / 4.0, 1e-12);
        let want = 2.0f64.ln() - 87.0 * (3.0f64 / 4.0).ln();
        assert_near(model.nll(&toy()).unwrap(), want, 1e-12);
        assert_eq!(model.nll(&toy()[1..]), None);
    }

    #[test]
    fn repetition_by_hand() {
        // on -> on is one right; on -> off is one said that does not sound.
        assert_near(repeat_accuracy(&toy()), 0.5, 1e-12);
        let (a, b) = (Frame::of_keys([1, 2, 3]), Frame::of_keys([2, 3, 4]));
        assert_near(repeat_accuracy(&[vec![a, b]]), 2.0 / 4.0, 1e-12);
        assert_near(repeat_accuracy(&[vec![Frame::SILENT; 2]]), 1.0, 1e-12);
    }

    #[test]
    fn nothing_learnt_is_a_coin_for_each_key() {
        let model = KeyFrequency::fit(&[]);
        assert_near(model.nll(&toy()), 88.0 * 2.0f64.ln(), 1e-9);
        let model = KeyMarkov::fit(&[]);
        assert_near(model.nll(&toy()).unwrap(), 88.0 * 2.0f64.ln(), 1e-9);
    }

    #[test]
    #[should_panic(expected = "0 steps")]
    fn no_steps_have_no_mean() {
        KeyFrequency::fit(&toy()).nll(&[]);
    }

    #[test]
    fn the_known_figures_come_out() {
        for (name, unigram, markov, repeat) in [
            ("nottingham", 10.25, 5.15, 0.649),
            ("jsb_chorales", 11.06, 10.49, 0.222),
            ("musedata", 11.51, 8.56, 0.382),
            ("piano_midi", 11.05, 8.27, 0.352),
        ] {
            let Some(path) = real_file(&format!("music/{name}.json")) else {
                return;
            };
            let set = read_set(&path, Outside::Refuse).unwrap().set;
            let frequency = KeyFrequency::fit(&set.train).nll(&set.test);
            let chains = KeyMarkov::fit(&set.train).nll(&set.test).unwrap();
            let repetition = repeat_accuracy(&set.test);
            println!("{name} {frequency:.4} {chains:.4} {repetition:.4}");
            assert_near(frequency, unigram, 0.01);
            assert_near(chains, markov, 0.01);
            assert_near(repetition, repeat, 0.0005);
        }
    }

    #[test]
    fn every_split_has_the_frequency_figure_of_the_statistics() {
        let Some(path) = real_file("music/stats.json") else {
            return;
        };
        let text = std::fs::read_to_string(path).unwrap();
        let all: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (name, want) in all.as_object().unwrap() {
            let Some(path) = real_file(&format!("music/{name}.json")) else {
                return;
            };
            let set = read_set(&path, Outside::Refuse).unwrap().set;
            let model = KeyFrequency::fit(&set.train);
            for split in Split::ALL {
                let want = want[split.name()]["marginal_bernoulli_nll"].as_f64();
                assert_near(model.nll(set.split(split)), want.unwrap(), 6e-5);
            }
        }
    }
}
