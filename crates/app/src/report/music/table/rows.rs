//! The numbers of the table and which of them are best.

use super::super::words::hundredths;
use super::super::{CellReport, MusicCell, SetReport, Spread};

/// One split of one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// Printed in the paper.
    pub published: Option<f64>,
    /// Measured by us.
    pub ours: Option<Spread>,
    /// Whether the published number is the best of its set.
    pub is_best_published: bool,
    /// Whether our number is the best of its set.
    pub is_best_ours: bool,
}

impl Entry {
    fn new(published: Option<f64>, ours: Option<Spread>) -> Self {
        Self {
            published,
            ours: ours.filter(|ours| ours.mean.is_finite()),
            is_best_published: false,
            is_best_ours: false,
        }
    }

    /// Ours less the published number.
    pub fn difference(&self) -> Option<f64> {
        Some(self.ours?.mean - self.published?)
    }
}

/// One cell of a set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The cell.
    pub cell: MusicCell,
    /// Loss on the training sequences.
    pub train: Entry,
    /// Loss on the test sequences.
    pub test: Entry,
}

/// The rows of a set; on test, and only there, the best are known.
pub fn rows(set: &SetReport) -> Vec<Row> {
    let row = |cell: &CellReport| Row {
        cell: cell.cell,
        train: Entry::new(cell.published.map(|published| published.train), cell.train),
        test: Entry::new(cell.published.map(|published| published.test), cell.test),
    };
    let mut rows: Vec<Row> = set.cells.iter().map(row).collect();
    let best_published = best(rows.iter().map(|row| row.test.published));
    let best_ours = best(rows.iter().map(|row| row.test.ours.map(|ours| ours.mean)));
    for Row { test, .. } in &mut rows {
        let is = |best: Option<i64>, value: Option<f64>| {
            value.is_some_and(|value| best == Some(hundredths(value)))
        };
        test.is_best_published = is(best_published, test.published);
        test.is_best_ours = is(best_ours, test.ours.map(|ours| ours.mean));
    }
    rows
}

/// The lowest, in hundredths; none where there is nothing to compare with.
fn best(values: impl Iterator<Item = Option<f64>>) -> Option<i64> {
    let values: Vec<i64> = values.flatten().map(hundredths).collect();
    values.iter().min().copied().filter(|_| values.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::super::super::fake;
    use super::*;

    #[test]
    fn the_difference_is_ours_less_published() {
        let rows = rows(&fake::jsb());
        assert!((rows[0].test.difference().unwrap() - (8.82 - 9.10)).abs() < 1e-9);
        assert!((rows[1].train.difference().unwrap() - (8.06 - 6.94)).abs() < 1e-9);
    }

    #[test]
    fn the_best_are_those_that_look_equal_on_test() {
        let set = fake::measured("musedata", "MuseData", [&[7.401], &[7.399], &[7.52]]);
        let rows = rows(&set);
        let ours: Vec<bool> = rows.iter().map(|row| row.test.is_best_ours).collect();
        let published: Vec<bool> = rows.iter().map(|row| row.test.is_best_published).collect();
        assert_eq!(ours, [true, true, false]);
        assert_eq!(published, [false, true, false]);
        assert!(rows.iter().all(|row| !row.train.is_best_ours));
    }

    #[test]
    fn a_cell_alone_is_not_the_best() {
        let mut set = fake::jsb();
        set.cells.truncate(1);
        assert!(!rows(&set)[0].test.is_best_ours);
    }

    #[test]
    fn what_is_missing_or_no_number_has_no_difference() {
        let mut set = fake::jsb();
        set.cells[0].test = Spread::of(&[f64::INFINITY]);
        set.cells[1].published = None;
        let rows = rows(&set);
        assert_eq!(rows[0].test.ours, None);
        assert_eq!(rows[0].test.difference(), None);
        assert_eq!(rows[1].test.difference(), None);
    }
}
