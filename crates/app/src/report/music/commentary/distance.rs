//! How far ours are from the paper.

use super::super::SetReport;
use super::super::words::{listed, nats, signed};

/// A difference of more than so many nats is talked about.
pub const FAR: f64 = 0.3;

/// Test losses that later papers report for recurrent networks on the same data, in nats.
pub const LATER: [(&str, &str, [f64; 2]); 2] = [
    ("nottingham", "Nottingham", [3.2, 4.5]),
    ("musedata", "MuseData", [6.6, 8.1]),
];

/// Whether ours are far from the paper, and where later papers are.
pub fn distance(set: &SetReport) -> Vec<String> {
    let differences = differences(set);
    let far: Vec<String> = differences
        .iter()
        .filter(|(_, difference)| difference.abs() > FAR)
        .map(|(cell, difference)| format!("{cell} {}", signed(*difference)))
        .collect();
    if differences.is_empty() {
        return Vec::new();
    }
    if far.is_empty() {
        return vec![format!(
            "On test no cell of ours is more than {FAR} nats from the paper."
        )];
    }
    let mut sentences = vec![format!(
        "On test ours are more than {FAR} nats from the paper: {} (below zero is better than the \
         paper).",
        listed(&far)
    )];
    sentences.extend(later(set));
    sentences
}

/// Whether any cell is far from the paper.
pub fn is_far(set: &SetReport) -> bool {
    differences(set)
        .iter()
        .any(|(_, difference)| difference.abs() > FAR)
}

fn differences(set: &SetReport) -> Vec<(&'static str, f64)> {
    set.cells
        .iter()
        .filter_map(|cell| {
            let difference = cell.test?.mean - cell.published?.test;
            difference
                .is_finite()
                .then_some((cell.cell.title(), difference))
        })
        .collect()
}

/// Where later papers are, and whether ours are there too.
fn later(set: &SetReport) -> Option<String> {
    let (_, title, [low, high]) = LATER.iter().find(|(name, ..)| *name == set.name)?;
    let tested = set.tested();
    let within: Vec<String> = tested
        .iter()
        .filter(|(_, test)| (*low..=*high).contains(&test.mean))
        .map(|(cell, test)| format!("{} ({})", cell.title(), nats(test.mean)))
        .collect();
    let ours = match within.len() {
        0 => "none of ours is in this range".to_owned(),
        count if count == tested.len() => "all of ours are in this range".to_owned(),
        1 => format!("of ours, {} is in this range", listed(&within)),
        _ => format!("of ours, {} are in this range", listed(&within)),
    };
    Some(format!(
        "Later papers’ recurrent networks on the same data report {low:.1} to {high:.1} on \
         {title}; {ours}."
    ))
}

#[cfg(test)]
mod tests {
    use super::super::super::fake;
    use super::*;

    #[test]
    fn near_numbers_are_said_to_be_near() {
        let said = distance(&fake::jsb());
        assert_eq!(
            said,
            ["On test no cell of ours is more than 0.3 nats from the paper."]
        );
        assert!(!is_far(&fake::jsb()));
    }

    #[test]
    fn far_numbers_are_named_with_later_papers() {
        let set = fake::measured("nottingham", "Nottingham", [&[4.6], &[3.96], &[3.95]]);
        let said = distance(&set).join(" ");
        assert!(
            said.contains("tanh +1.47, GRU +0.73 and LSTM +0.75"),
            "{said}"
        );
        assert!(said.contains("3.2 to 4.5 on Nottingham"), "{said}");
        assert!(
            said.contains("of ours, GRU (3.96) and LSTM (3.95) are in"),
            "{said}"
        );
    }

    #[test]
    fn better_than_the_paper_is_a_distance_too() {
        let set = fake::measured("piano-midi", "Piano-midi.de", [&[7.69], &[8.8], &[7.72]]);
        let said = distance(&set);
        assert!(said[0].contains("tanh −1.34 and LSTM −1.31"), "{said:?}");
        assert_eq!(said.len(), 1);
    }

    #[test]
    fn without_a_published_number_nothing_is_said() {
        let set = fake::measured("own", "Own", [&[7.69], &[8.8], &[7.72]]);
        assert!(distance(&set).is_empty());
    }
}
