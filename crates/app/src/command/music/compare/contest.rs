//! One cell on one set: which runs are to be made, and which rate is chosen.

use std::collections::BTreeMap;

use reverie_model::sequence::music::{MusicCell, MusicConfig, best, halve};

/// One run of a contest, up to a number of passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Job {
    /// Number of the learning rate.
    pub rate: usize,
    /// Number of the seed.
    pub seed: usize,
    /// Passes after which it pauses, where it does not end before.
    pub until: u64,
}

/// One cell on one set, while it is found out how well it does.
///
/// First every rate is tried with the first seed: to the end, or by halving. Then the best rate, by
/// the validation pieces, is run with the other seeds. What is decided depends on the losses alone,
/// not on the order in which runs end.
#[derive(Clone, Debug)]
pub struct Contest {
    /// Number of the set.
    pub set: usize,
    /// The cell.
    pub cell: MusicCell,
    epochs: u64,
    seeds: usize,
    /// Passes of this round.
    until: u64,
    /// Rates that are still in the race.
    racing: Vec<usize>,
    /// Jobs of this round that nobody has taken.
    open: Vec<Job>,
    /// Jobs that somebody is at.
    taken: usize,
    /// Best validation losses of this round by rate.
    losses: BTreeMap<usize, f64>,
    chosen: Option<usize>,
}

impl Contest {
    /// A contest between `rates` learning rates.
    pub fn new(set: usize, cell: MusicCell, config: &MusicConfig, rates: usize) -> Self {
        let until = match config.halving && rates > 1 {
            true => config.halving_epochs.min(config.epochs),
            false => config.epochs,
        };
        let racing: Vec<usize> = (0..rates).collect();
        let mut contest = Self {
            set,
            cell,
            epochs: config.epochs,
            seeds: config.seeds,
            until,
            racing,
            open: Vec::new(),
            taken: 0,
            losses: BTreeMap::new(),
            chosen: None,
        };
        contest.open_round();
        contest
    }

    /// The next job, if one can be begun now.
    pub fn take(&mut self) -> Option<Job> {
        let job = self.open.pop()?;
        self.taken += 1;
        Some(job)
    }

    /// A job has come as far as it should: its best validation loss so far.
    pub fn done(&mut self, job: Job, loss: f64) {
        self.taken -= 1;
        if self.chosen.is_some() {
            return;
        }
        self.losses.insert(job.rate, loss);
        if self.losses.len() < self.racing.len() {
            return;
        }
        let losses: Vec<f64> = self.racing.iter().map(|rate| self.losses[rate]).collect();
        if self.until >= self.epochs {
            // Where all of them diverged there is nothing to choose; the first stands for all.
            self.chosen = Some(self.racing[best(&losses).unwrap_or(0)]);
            self.open = (1..self.seeds)
                .rev()
                .map(|seed| self.job(self.racing_chosen(), seed))
                .collect();
            return;
        }
        self.racing = halve(&losses).into_iter().map(|i| self.racing[i]).collect();
        self.until = match self.racing.len() {
            1 => self.epochs,
            _ => (2 * self.until).min(self.epochs),
        };
        self.losses.clear();
        self.open_round();
    }

    /// The rate that was chosen, once it is.
    pub fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// Whether all is done.
    pub fn is_over(&self) -> bool {
        self.chosen.is_some() && self.open.is_empty() && self.taken == 0
    }

    fn racing_chosen(&self) -> usize {
        self.chosen.unwrap_or(0)
    }

    fn job(&self, rate: usize, seed: usize) -> Job {
        Job {
            rate,
            seed,
            until: self.until.max(if seed > 0 { self.epochs } else { 0 }),
        }
    }

    fn open_round(&mut self) {
        // The last is taken first.
        self.open = self
            .racing
            .iter()
            .rev()
            .map(|&rate| self.job(rate, 0))
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use reverie_model::sequence::music::MusicConfig;
    use toml::Table;

    use super::*;
    use crate::settings::{MUSIC_PRESETS, resolve};

    fn config(halving: bool) -> MusicConfig {
        let mut config: MusicConfig =
            resolve(&MUSIC_PRESETS, Some("chung2014"), None, Table::new()).unwrap();
        (config.halving, config.halving_epochs) = (halving, 4);
        (config.epochs, config.seeds) = (20, 3);
        config
    }

    /// Plays a contest to its end with these losses, jobs ending in the order that `turn` picks.
    fn play(halving: bool, losses: &[f64], turn: impl Fn(usize) -> usize) -> (Vec<Job>, usize) {
        let mut contest = Contest::new(0, MusicCell::Gru, &config(halving), losses.len());
        let (mut running, mut made) = (Vec::new(), Vec::new());
        while !contest.is_over() {
            running.extend(std::iter::from_fn(|| contest.take()));
            let job = running.remove(turn(running.len()));
            contest.done(job, losses[job.rate] / (job.until as f64));
            made.push(job);
        }
        made.sort_unstable();
        (made, contest.chosen().unwrap())
    }

    #[test]
    fn without_halving_every_rate_is_run_to_the_end() {
        let losses = [3.0, 1.0, f64::NAN, 2.0];
        let (made, chosen) = play(false, &losses, |_| 0);
        assert_eq!(chosen, 1);
        assert!(made.iter().all(|job| job.until == 20));
        let pairs: Vec<_> = made.iter().map(|job| (job.rate, job.seed)).collect();
        assert_eq!(pairs, [(0, 0), (1, 0), (1, 1), (1, 2), (2, 0), (3, 0)]);
    }

    #[test]
    fn halving_drops_the_worse_half_again_and_again() {
        let losses = [3.0, 1.0, f64::NAN, 2.0];
        let (made, chosen) = play(true, &losses, |_| 0);
        assert_eq!(chosen, 1);
        let rounds: Vec<_> = made
            .iter()
            .map(|job| (job.rate, job.seed, job.until))
            .collect();
        let all = [
            (0, 0, 4),
            (1, 0, 4),
            (1, 0, 8),
            (1, 0, 20),
            (1, 1, 20),
            (1, 2, 20),
        ];
        assert_eq!(rounds[..6], all);
        assert_eq!(rounds[6..], [(2, 0, 4), (3, 0, 4), (3, 0, 8)]);
    }

    #[test]
    fn the_order_in_which_runs_end_changes_nothing() {
        let losses = [3.0, 1.0, 5.0, 2.0, 1.0, 9.0, 8.0];
        for halving in [false, true] {
            let first = play(halving, &losses, |_| 0);
            assert_eq!(first, play(halving, &losses, |len| len - 1));
            assert_eq!(first, play(halving, &losses, |len| len / 2));
            assert_eq!(first.1, 1);
        }
    }

    #[test]
    fn one_rate_is_its_own_choice() {
        let mut config = config(true);
        config.seeds = 1;
        let mut contest = Contest::new(0, MusicCell::Tanh, &config, 1);
        let job = contest.take().unwrap();
        assert_eq!(job.until, 20);
        contest.done(job, f64::NAN);
        assert!(contest.is_over());
    }
}
