//! What a study hands over.

use reverie_model::sequence::music::MusicCell;

use super::{Published, Spread};

/// How far a study is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It goes on, and the page will be written again.
    Running {
        /// Runs that ended.
        done: usize,
        /// Runs that it will make.
        of: usize,
    },
    /// It was stopped before its last run.
    Stopped {
        /// Runs that ended.
        done: usize,
        /// Runs that it would have made.
        of: usize,
    },
    /// It made all runs that it was asked for.
    Finished,
}

/// What the page is made from.
#[derive(Clone, Debug)]
pub struct StudyReport<'a> {
    /// Heading of the page.
    pub title: &'a str,
    /// How far the study is.
    pub status: Status,
    /// Name of the settings that all runs share: `chung2014`.
    pub preset: &'a str,
    /// Seeds that the chosen learning rate is run with.
    pub seeds: usize,
    /// Learning rates that are tried for each cell on each set.
    pub rates: usize,
    /// The sets, in this order.
    pub sets: Vec<SetReport>,
    /// Settings, machine and time: names with values, shown in this order.
    pub facts: Vec<(String, String)>,
    /// The command that makes the same study again.
    pub command: String,
}

/// What is known of one set.
///
/// # Units
/// Losses are nats per step, averaged over all steps of a split; accuracies are shares of right
/// notes, TP / (TP + FP + FN), in `[0, 1]`. What was not measured is not finite or none.
#[derive(Clone, Debug)]
pub struct SetReport {
    /// Name of the set as options write it; the published numbers go by it.
    pub name: String,
    /// Name of the set as people write it.
    pub title: String,
    /// Whether a program made the set up.
    pub is_generated: bool,
    /// Pieces and steps of the training, validation and test split.
    pub splits: [(usize, usize); 3],
    /// Test loss of knowing nothing but how often each key sounds.
    pub unigram: f64,
    /// Test loss of a first-order Markov chain for each key by itself.
    pub markov: f64,
    /// Test accuracy of repeating the previous step.
    pub repeat_accuracy: f64,
    /// The cells, in the order of the paper; those that are missing were not asked for.
    pub cells: Vec<CellReport>,
}

impl SetReport {
    /// The cells with a test loss that is a number.
    pub fn tested(&self) -> Vec<(MusicCell, Spread)> {
        self.cells
            .iter()
            .filter_map(|cell| Some((cell.cell, cell.test.filter(|s| s.mean.is_finite())?)))
            .collect()
    }

    /// The title with what everybody must know: `Rules (generated)`.
    pub fn full_title(&self) -> String {
        if self.is_generated && !self.title.to_lowercase().contains("generated") {
            format!("{} (generated)", self.title)
        } else {
            self.title.clone()
        }
    }
}

/// What is known of one cell on one set.
#[derive(Clone, Debug)]
pub struct CellReport {
    /// The cell.
    pub cell: MusicCell,
    /// What the paper prints.
    pub published: Option<Published>,
    /// Loss on the training sequences.
    pub train: Option<Spread>,
    /// Loss on the test sequences.
    pub test: Option<Spread>,
    /// Loss on the validation sequences, by which the learning rate was chosen.
    pub valid: Option<Spread>,
    /// Accuracy on the test sequences.
    pub accuracy: Option<Spread>,
    /// The learning rate that was chosen.
    pub learning_rate: Option<f64>,
    /// All learning rates that were tried.
    pub tried: Vec<Tried>,
    /// Weights of the cell.
    pub params_recurrent: usize,
    /// Weights of the cell and the read-out.
    pub params_total: usize,
    /// Seconds that the runs with the chosen rate took, together.
    pub seconds: f64,
    /// The runs with the chosen rate, one for each seed.
    pub curves: Vec<Curve>,
    /// What the network composed.
    pub listen: Option<Listen>,
}

/// A learning rate that was tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tried {
    /// The learning rate.
    pub rate: f64,
    /// Best validation loss, in nats per step.
    pub valid_nll: Option<f64>,
    /// Whether the run ended because its loss was no longer a number.
    pub has_diverged: bool,
    /// Passes over the training sequences.
    pub epochs: usize,
}

/// How one run went.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Seed of the run.
    pub seed: u64,
    /// What was measured, in order.
    pub points: Vec<CurvePoint>,
}

/// What was measured at one time of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// Updates made so far.
    pub updates: u64,
    /// Seconds of training so far.
    pub seconds: f64,
    /// Running training loss, in nats per step.
    pub train_nll: Option<f64>,
    /// Validation loss, in nats per step.
    pub valid_nll: Option<f64>,
}

/// What a network composed.
#[derive(Clone, Debug, PartialEq)]
pub struct Listen {
    /// The piece as a WAV file; it becomes part of the page, so it should be short.
    pub wav: Vec<u8>,
    /// The piece as a picture, a whole SVG file.
    pub picture_svg: String,
    /// What it is.
    pub caption: String,
}

#[cfg(test)]
mod tests {
    use super::super::fake;
    use super::*;

    #[test]
    fn a_generated_set_says_so_once() {
        let mut set = fake::set("rules", "Rules");
        assert_eq!(set.full_title(), "Rules");
        set.is_generated = true;
        assert_eq!(set.full_title(), "Rules (generated)");
        set.title = "Generated pieces".to_owned();
        assert_eq!(set.full_title(), "Generated pieces");
    }

    #[test]
    fn a_loss_that_is_no_number_is_no_result() {
        let mut set = fake::jsb();
        set.cells[0].test = Spread::of(&[f64::NAN]);
        set.cells[1].test = None;
        let cells: Vec<MusicCell> = set.tested().iter().map(|tested| tested.0).collect();
        assert_eq!(cells, [MusicCell::Lstm]);
    }
}
