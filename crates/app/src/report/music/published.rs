//! The numbers of the paper.

use serde::{Deserialize, Serialize};

use super::MusicCell;

/// Losses that the paper prints.
///
/// # Units
/// Nats per step: negative log-likelihood averaged over all steps of a split.
///
/// # Source
/// Chung, Gulcehre, Cho, Bengio 2014 (arXiv 1412.3555), table 2.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// On the training sequences.
    pub train: f64,
    /// On the test sequences.
    pub test: f64,
}

/// Train and test of tanh, GRU and LSTM.
type Row = [(f64, f64); 3];

/// Table 2 of the paper, by the names that the program gives the sets.
const TABLE: [(&str, Row); 6] = [
    ("nottingham", [(3.22, 3.13), (2.79, 3.23), (3.08, 3.20)]),
    ("jsb", [(8.82, 9.10), (6.94, 8.54), (8.15, 8.67)]),
    ("musedata", [(5.64, 6.23), (5.06, 5.99), (5.18, 6.23)]),
    ("piano-midi", [(5.64, 9.03), (4.93, 8.82), (6.49, 9.03)]),
    ("ubisoft-a", [(6.29, 6.44), (2.31, 3.59), (1.44, 2.70)]),
    ("ubisoft-b", [(7.61, 7.62), (0.38, 0.88), (0.80, 1.26)]),
];

/// What the paper prints for a cell on a set: none for a set that is not in it.
pub fn published(set: &str, cell: MusicCell) -> Option<Published> {
    let (_, row) = TABLE.iter().find(|(name, _)| *name == set)?;
    let (train, test) = match cell {
        MusicCell::Tanh => row[0],
        MusicCell::Gru => row[1],
        MusicCell::Lstm => row[2],
    };
    Some(Published { train, test })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_that_of_the_paper() {
        let test = |set, cell| published(set, cell).unwrap().test;
        assert_eq!(test("nottingham", MusicCell::Tanh), 3.13);
        assert_eq!(test("piano-midi", MusicCell::Gru), 8.82);
        assert_eq!(test("ubisoft-b", MusicCell::Lstm), 1.26);
        assert_eq!(published("jsb", MusicCell::Gru).unwrap().train, 6.94);
    }

    #[test]
    fn other_sets_have_no_published_numbers() {
        assert_eq!(published("generated", MusicCell::Tanh), None);
        assert_eq!(published("JSB", MusicCell::Tanh), None);
    }
}
