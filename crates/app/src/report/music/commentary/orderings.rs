//! Which orders of the paper come out again.

use super::super::spread::Gap;
use super::super::words::{hundredths, listed};
use super::super::{CellReport, MusicCell, SetReport};

/// How a published order of two cells fares with us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The same, beyond the spread over seeds.
    Reproduced,
    /// The other way round, beyond the spread over seeds.
    Reversed,
    /// Within the spread over seeds.
    Open,
    /// The same, but the spread is not known.
    SameWay,
    /// Not the same, but the spread is not known.
    NotSameWay,
}

impl Fate {
    /// Each with what is said of it.
    const ALL: [(Self, &str); 5] = [
        (Self::Reproduced, "reproduced"),
        (Self::Reversed, "reversed in ours"),
        (
            Self::Open,
            "not decided by ours, within the spread over seeds",
        ),
        (
            Self::SameWay,
            "the same in ours, from too few seeds to know the spread",
        ),
        (
            Self::NotSameWay,
            "not the same in ours, from too few seeds to know the spread",
        ),
    ];
}

/// The published orders on test, by what becomes of them.
pub fn orderings(set: &SetReport) -> Vec<String> {
    let orders = orders(set);
    let clauses: Vec<String> = Fate::ALL
        .iter()
        .filter_map(|(fate, words)| {
            let pairs: Vec<&str> = orders
                .iter()
                .filter(|(_, other)| other == fate)
                .map(|(pair, _)| pair.as_str())
                .collect();
            (!pairs.is_empty()).then(|| format!("{words}: {}", listed(&pairs)))
        })
        .collect();
    let mut sentences = Vec::new();
    if !clauses.is_empty() {
        sentences.push(format!(
            "Of the paper’s orders on test, {}.",
            clauses.join("; ")
        ));
    }
    sentences
}

/// Every two cells that the paper puts in an order and that both have a result of ours.
fn orders(set: &SetReport) -> Vec<(String, Fate)> {
    let mut orders = Vec::new();
    for (index, first) in set.cells.iter().enumerate() {
        for second in &set.cells[index + 1..] {
            orders.extend(order(first, second));
        }
    }
    orders
}

fn order(first: &CellReport, second: &CellReport) -> Option<(String, Fate)> {
    let (Some(one), Some(other)) = (first.published, second.published) else {
        return None;
    };
    let (better, worse) = match hundredths(one.test).cmp(&hundredths(other.test)) {
        std::cmp::Ordering::Less => (first, second),
        std::cmp::Ordering::Greater => (second, first),
        std::cmp::Ordering::Equal => return None,
    };
    let test = |cell: &CellReport| cell.test.filter(|test| test.mean.is_finite());
    let gap = Gap::between(test(better)?, test(worse)?);
    Some((named(better.cell, worse.cell), fate(&gap)))
}

fn named(better: MusicCell, worse: MusicCell) -> String {
    format!("{} before {}", better.title(), worse.title())
}

fn fate(gap: &Gap) -> Fate {
    match (gap.is_beyond(), gap.lower_by > 0.0) {
        (Some(true), true) => Fate::Reproduced,
        (Some(true), false) => Fate::Reversed,
        (Some(false), _) => Fate::Open,
        (None, true) => Fate::SameWay,
        (None, false) => Fate::NotSameWay,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fake;
    use super::*;

    #[test]
    fn each_order_has_its_fate() {
        let said = orderings(&fake::jsb()).join(" ");
        assert_eq!(
            said,
            "Of the paper’s orders on test, reproduced: GRU before tanh and LSTM before tanh; not \
             decided by ours, within the spread over seeds: GRU before LSTM."
        );
    }

    #[test]
    fn an_order_that_turns_round_is_said() {
        let tests: [&[f64]; 3] = [&[4.50, 4.51], &[3.95, 3.96], &[3.94, 3.97]];
        let said = orderings(&fake::measured("nottingham", "Nottingham", tests)).join(" ");
        assert!(
            said.contains("reversed in ours: tanh before GRU and tanh before LSTM"),
            "{said}"
        );
    }

    #[test]
    fn what_the_paper_does_not_order_is_left_out() {
        let said = orderings(&fake::measured(
            "musedata",
            "MuseData",
            [&[8.0], &[7.4], &[7.5]],
        ));
        assert!(!said.join(" ").contains("LSTM before tanh"), "{said:?}");
        assert!(said[0].contains("too few seeds"));
        assert!(orderings(&fake::measured("own", "Own", [&[8.0], &[7.4], &[7.5]])).is_empty());
    }
}
