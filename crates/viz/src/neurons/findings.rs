//! What was found: for each property the cells that follow it, with the figures to judge it by.

use serde::Serialize;

use super::labels::Absence;
use super::property::Property;
use super::saturation::GateSaturation;
use super::score::Measure;
use super::signal::Site;

/// What was found in a network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Findings {
    /// Characters of the passage on which cells were chosen.
    pub chosen_characters: usize,
    /// Characters of the other passage, on which the chosen ones were measured anew.
    pub reported_characters: usize,
    /// Numbers that were compared: each cell counts once for each signal it has.
    pub sites: usize,
    /// Draws of each kind of shuffled labels.
    pub draws: usize,
    /// One entry for each property, in the order of [`Property::ALL`].
    pub properties: Vec<Finding>,
    /// How far open the gates were in the second passage, by layer; empty without gates.
    pub gates: Vec<GateSaturation>,
}

impl Findings {
    /// The properties that could be measured.
    pub fn rankings(&self) -> impl Iterator<Item = (Property, &Ranking)> {
        self.properties
            .iter()
            .filter_map(|finding| match &finding.outcome {
                Outcome::Measured(ranking) => Some((finding.property, ranking)),
                Outcome::Absent { .. } => None,
            })
    }
}

/// What was found for one property.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The property.
    pub property: Property,
    /// Its figures, or why there are none.
    pub outcome: Outcome,
}

/// The figures of a property, or why there are none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The property occurs in both passages.
    Measured(Ranking),
    /// It does not.
    Absent {
        /// The passage.
        passage: Passage,
        /// What is wrong with it.
        reason: Absence,
    },
}

/// One of the two passages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Passage {
    /// The one on which cells are chosen.
    Chosen,
    /// The one on which they are measured anew.
    Reported,
}

/// The cells that follow a property best.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranking {
    /// What the figures are.
    pub measure: Measure,
    /// The best cells, best first, at most [`BEST`](super::BEST); a cell with two signals stands
    /// here with the better one.
    pub best: Vec<Scored>,
    /// The best of all cells on the second passage, with labels that were drawn into another order.
    /// Too kind a comparison for properties that last: it breaks their runs up, and any cell that
    /// changes slowly follows a run better than it follows noise.
    pub permuted: Chance,
    /// The best of all cells on the second passage, with labels that were moved along the text, its
    /// end joined to its beginning: the runs stay, only their places are wrong. The fairer one.
    pub shifted: Chance,
    /// The strength of every site on the first passage, in `[-1, 1]`, in the order of
    /// [`Site::all`]: see [`Measure::figure`].
    #[serde(skip)]
    pub chosen_strengths: Vec<f32>,
    /// The same on the second passage.
    #[serde(skip)]
    pub reported_strengths: Vec<f32>,
}

impl Ranking {
    /// Whether the chosen cell does better on the second passage than any cell did in any draw of
    /// moved labels.
    pub fn is_beyond_chance(&self) -> bool {
        self.best
            .first()
            .is_some_and(|best| best.reported > self.shifted.highest)
    }
}

/// A cell and its figures.
///
/// # Units
/// The figures are in the [`Measure`] of the ranking and do not depend on the direction: a cell
/// that is low inside quotes is as good as one that is high. The direction is the one of the first
/// passage; a cell that turns around on the second has a figure below chance there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scored {
    /// The cell.
    pub site: Site,
    /// Whether the signal is high where the property is true, or rises with it.
    pub rises: bool,
    /// The figure on the passage on which the cell was chosen.
    pub chosen: f64,
    /// The figure on the other passage.
    pub reported: f64,
}

/// What the best of all cells reaches with labels that mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Chance {
    /// Mean of the draws.
    pub mean: f64,
    /// The highest of the draws.
    pub highest: f64,
}
