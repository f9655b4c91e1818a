//! What holds across the sets.

use super::super::input::StudyReport;
use super::super::words::{hundredths, listed};
use super::super::{MusicCell, SetReport};
use super::distance::{FAR, LATER, is_far};
use super::gates::{Verdict, gaps, verdict};

/// What is said of the sets of each verdict.
const VERDICTS: [(Verdict, &str); 5] = [
    (
        Verdict::Better,
        "better than tanh, beyond the spread over seeds, on",
    ),
    (Verdict::Level, "not told from tanh by these seeds on"),
    (
        Verdict::Worse,
        "worse than tanh, beyond the spread over seeds, on",
    ),
    (
        Verdict::Lower,
        "lower than tanh, from too few seeds to know the spread, on",
    ),
    (
        Verdict::NotLower,
        "not lower than tanh, from too few seeds to know the spread, on",
    ),
];

/// The study in a few sentences; none before there are results.
pub fn summary(report: &StudyReport<'_>) -> Vec<String> {
    let mut sentences = gated(&report.sets);
    sentences.extend(chain(&report.sets));
    sentences.extend(later(&report.sets));
    sentences
}

/// A sentence for each gated cell, or one where the same is true of both.
fn gated(sets: &[SetReport]) -> Vec<String> {
    let (gru, lstm) = (MusicCell::Gru, MusicCell::Lstm);
    match (clauses(gru, sets), clauses(lstm, sets)) {
        (Some(both), Some(other)) if both == other => vec![format!(
            "On test {} and {} are both {both}.",
            gru.title(),
            lstm.title()
        )],
        each => [(gru, each.0), (lstm, each.1)]
            .into_iter()
            .filter_map(|(cell, said)| Some(format!("On test {} is {}.", cell.title(), said?)))
            .collect(),
    }
}

fn clauses(cell: MusicCell, sets: &[SetReport]) -> Option<String> {
    let verdicts: Vec<(Verdict, String)> = sets
        .iter()
        .filter_map(|set| {
            let (_, gap) = gaps(set).into_iter().find(|(other, _)| *other == cell)?;
            Some((verdict(&gap), set.full_title()))
        })
        .collect();
    let clauses: Vec<String> = VERDICTS
        .iter()
        .filter_map(|(verdict, words)| {
            let titles: Vec<&str> = verdicts
                .iter()
                .filter(|(other, _)| other == verdict)
                .map(|(_, title)| title.as_str())
                .collect();
            (!titles.is_empty()).then(|| format!("{words} {}", listed(&titles)))
        })
        .collect();
    (!clauses.is_empty()).then(|| clauses.join("; "))
}

/// How many of our networks are better than chains.
fn chain(sets: &[SetReport]) -> Option<String> {
    let known = || sets.iter().filter(|set| set.markov.is_finite());
    let all: usize = known().map(|set| set.tested().len()).sum();
    let better: usize = known()
        .map(|set| {
            let tested = set.tested();
            let beats = tested
                .iter()
                .filter(|(_, test)| hundredths(test.mean) < hundredths(set.markov));
            beats.count()
        })
        .sum();
    match (all, better) {
        (0, _) => None,
        (1, 1) => Some("The one network of ours beats a Markov chain per key.".to_owned()),
        (all, better) if all == better => Some(format!(
            "All {all} networks of ours beat a Markov chain per key."
        )),
        (all, better) => Some(format!(
            "Of {all} networks of ours, {better} {} a Markov chain per key.",
            if better == 1 { "beats" } else { "beat" }
        )),
    }
}

/// What later papers found, where ours are far from this one.
fn later(sets: &[SetReport]) -> Option<String> {
    let far: Vec<&str> = sets
        .iter()
        .filter(|set| is_far(set))
        .map(|set| set.title.as_str())
        .collect();
    let ranges = LATER.map(|(_, title, [low, high])| format!("{low:.1} to {high:.1} on {title}"));
    (!far.is_empty()).then(|| {
        format!(
            "Ours differ from the paper by more than {FAR} nats on {}. Later papers’ recurrent \
             networks on the same data report {}.",
            listed(&far),
            listed(&ranges)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::fake;
    use super::*;

    #[test]
    fn sets_are_gathered_by_verdict() {
        let tests: [&[f64]; 3] = [&[4.0, 4.2, 4.4], &[4.1, 4.3, 4.5], &[5.0, 5.0, 5.0]];
        let mut rules = fake::measured("rules", "Rules", tests);
        rules.is_generated = true;
        let said = summary(&fake::report(vec![fake::jsb(), rules]));
        assert_eq!(
            said[0],
            "On test GRU is better than tanh, beyond the spread over seeds, on JSB Chorales; not \
             told from tanh by these seeds on Rules (generated)."
        );
        assert!(said[1].contains("worse than tanh, beyond the spread over seeds, on Rules"));
        assert_eq!(
            said[2],
            "All 6 networks of ours beat a Markov chain per key."
        );
        assert_eq!(said.len(), 3);
    }

    #[test]
    fn what_is_true_of_both_is_said_once() {
        let said = summary(&fake::report(vec![fake::jsb()]));
        assert_eq!(
            said[0],
            "On test GRU and LSTM are both better than tanh, beyond the spread over seeds, on JSB \
             Chorales."
        );
    }

    #[test]
    fn far_sets_bring_in_later_papers() {
        let set = fake::measured("nottingham", "Nottingham", [&[12.0], &[3.96], &[3.95]]);
        let said = summary(&fake::report(vec![set])).join(" ");
        assert!(said.contains("Of 3 networks of ours, 2 beat a"), "{said}");
        assert!(said.contains("more than 0.3 nats on Nottingham"), "{said}");
        assert!(said.contains("6.6 to 8.1 on MuseData"), "{said}");
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        assert!(summary(&fake::report(vec![])).is_empty());
        assert!(summary(&fake::report(vec![fake::set("jsb", "JSB")])).is_empty());
    }
}
