//! Networks beside models that know less.

use super::super::SetReport;
use super::super::words::{hundredths, listed, nats};

/// Published numbers that a chain without any network beats.
pub fn of_the_paper(set: &SetReport) -> Option<String> {
    let markov = Some(set.markov).filter(|loss| loss.is_finite())?;
    let worse: Vec<String> = set
        .cells
        .iter()
        .filter_map(|cell| Some((cell.cell, cell.published?.test)))
        .filter(|(_, test)| hundredths(*test) > hundredths(markov))
        .map(|(cell, test)| format!("{} ({})", cell.title(), nats(test)))
        .collect();
    if worse.is_empty() {
        return None;
    }
    let verb = if worse.len() == 1 { "is" } else { "are" };
    Some(format!(
        "The published {} on {} {verb} worse than a first-order Markov chain per key ({}), which \
         knows of each key only whether it sounded one step before.",
        listed(&worse),
        set.full_title(),
        nats(markov)
    ))
}

/// How ours stand to both models.
pub fn of_ours(set: &SetReport) -> Option<String> {
    let (markov, unigram) = (known(set.markov), known(set.unigram));
    let tested = set.tested();
    let names = |holds: &dyn Fn(i64) -> bool| -> Vec<String> {
        tested
            .iter()
            .filter(|(_, test)| holds(hundredths(test.mean)))
            .map(|(cell, test)| format!("{} ({})", cell.title(), nats(test.mean)))
            .collect()
    };
    let mut clauses = Vec::new();
    if let Some((loss, limit)) = markov {
        let beat = names(&|test| test < limit);
        let level = names(&|test| test == limit);
        let worse = names(&|test| test > limit);
        clauses.extend(clause(
            &beat,
            ["beats", "beat"],
            "the Markov chain per key",
            loss,
        ));
        clauses.extend(clause(
            &level,
            ["is", "are"],
            "level with the Markov chain",
            loss,
        ));
        clauses.extend(clause(
            &worse,
            ["does", "do"],
            "not beat the Markov chain per key",
            loss,
        ));
    }
    if let Some((loss, limit)) = unigram {
        // What beats the better model beats the other one too.
        let is_open = |test: i64| markov.is_none_or(|(_, markov)| test >= markov || markov > limit);
        let beat = names(&|test| is_open(test) && test < limit);
        let worse = names(&|test| is_open(test) && test >= limit);
        let (frequency, none) = (
            "the frequency of each key alone",
            "not even beat the frequency of each key alone",
        );
        clauses.extend(clause(&beat, ["beats", "beat"], frequency, loss));
        clauses.extend(clause(&worse, ["does", "do"], none, loss));
    }
    (!clauses.is_empty()).then(|| format!("Ours on test: {}.", clauses.join("; ")))
}

/// A loss that can be compared with, also in hundredths.
fn known(loss: f64) -> Option<(f64, i64)> {
    loss.is_finite().then(|| (loss, hundredths(loss)))
}

fn clause(who: &[String], verb: [&str; 2], what: &str, loss: f64) -> Option<String> {
    let verb = verb[usize::from(who.len() > 1)];
    (!who.is_empty()).then(|| format!("{} {verb} {what} ({})", listed(who), nats(loss)))
}

#[cfg(test)]
mod tests {
    use super::super::super::fake;
    use super::*;

    #[test]
    fn published_numbers_that_a_chain_beats_are_named() {
        let mut set = fake::set("piano-midi", "Piano-midi.de");
        set.markov = 8.83;
        let said = of_the_paper(&set).unwrap();
        assert!(
            said.starts_with(
                "The published tanh (9.03) and LSTM (9.03) on Piano-midi.de are worse"
            ),
            "{said}"
        );
        set.cells.truncate(1);
        assert!(
            of_the_paper(&set)
                .unwrap()
                .contains("Piano-midi.de is worse")
        );
        set.markov = 9.03;
        assert_eq!(of_the_paper(&set), None);
    }

    #[test]
    fn ours_that_beat_the_chain_need_no_other_model() {
        let said = of_ours(&fake::jsb()).unwrap();
        assert_eq!(
            said,
            "Ours on test: tanh (8.82), GRU (8.56) and LSTM (8.59) beat the Markov chain per key \
             (10.49)."
        );
    }

    #[test]
    fn ours_that_do_not_beat_the_chain_are_named() {
        let set = fake::measured("jsb", "JSB", [&[10.80], &[10.49], &[12.00]]);
        let said = of_ours(&set).unwrap();
        for part in [
            "GRU (10.49) is level with the Markov chain (10.49)",
            "tanh (10.80) and LSTM (12.00) do not beat the Markov chain per key (10.49)",
            "tanh (10.80) and GRU (10.49) beat the frequency of each key alone (11.06)",
            "LSTM (12.00) does not even beat the frequency of each key alone (11.06)",
        ] {
            assert!(said.contains(part), "{part} in {said}");
        }
    }

    #[test]
    fn without_a_model_nothing_is_said() {
        let mut set = fake::jsb();
        (set.markov, set.unigram) = (f64::NAN, f64::NAN);
        assert_eq!(of_ours(&set), None);
        set.unigram = 11.06;
        assert!(
            of_ours(&set)
                .unwrap()
                .contains("LSTM (8.59) beat the frequency")
        );
    }
}
