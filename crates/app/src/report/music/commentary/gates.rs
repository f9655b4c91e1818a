//! GRU and LSTM against tanh: the question of the paper.

use super::super::spread::Gap;
use super::super::words::{hundredths, nats};
use super::super::{MusicCell, SetReport, Spread};

/// How a gated cell does against tanh on test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Lower, by more than the spread over seeds.
    Better,
    /// Higher, by more than the spread over seeds.
    Worse,
    /// The difference is within the spread over seeds.
    Level,
    /// Lower, but the spread is not known.
    Lower,
    /// Not lower, but the spread is not known.
    NotLower,
}

/// The verdict on a gap from a gated cell to tanh.
pub fn verdict(gap: &Gap) -> Verdict {
    let is_lower = gap.lower_by > 0.0;
    match (gap.is_beyond(), is_lower) {
        (None, true) => Verdict::Lower,
        (None, false) => Verdict::NotLower,
        (Some(false), _) => Verdict::Level,
        (Some(true), true) => Verdict::Better,
        (Some(true), false) => Verdict::Worse,
    }
}

/// The gated cells of a set with their gaps to tanh; none without tanh.
pub fn gaps(set: &SetReport) -> Vec<(MusicCell, Gap)> {
    let tested = set.tested();
    let of = |name: MusicCell| -> Option<Spread> {
        tested
            .iter()
            .find(|(cell, _)| *cell == name)
            .map(|(_, test)| *test)
    };
    let Some(tanh) = of(MusicCell::Tanh) else {
        return Vec::new();
    };
    [MusicCell::Gru, MusicCell::Lstm]
        .into_iter()
        .filter_map(|cell| Some((cell, Gap::between(of(cell)?, tanh))))
        .collect()
}

/// A sentence for each gated cell.
pub fn gates(set: &SetReport) -> Vec<String> {
    gaps(set)
        .iter()
        .map(|(cell, gap)| sentence(*cell, gap))
        .collect()
}

fn sentence(cell: MusicCell, gap: &Gap) -> String {
    let cell = cell.title();
    let size = nats(gap.lower_by.abs());
    let compared = match () {
        () if hundredths(gap.lower_by) == 0 => format!("{cell} and tanh are equal to two digits"),
        () if gap.lower_by > 0.0 => format!("{cell} is {size} nats better than tanh on test"),
        () => format!("{cell} is {size} nats worse than tanh on test"),
    };
    match (gap.pooled, gap.is_beyond()) {
        (Some(pooled), Some(is_beyond)) => {
            let verdict = if is_beyond { "beyond" } else { "within" };
            format!(
                "{compared}: {verdict} the spread over seeds ({}).",
                times(gap.lower_by.abs(), pooled)
            )
        }
        _ => format!(
            "{compared}, but with fewer than two seeds nothing can be said about the spread."
        ),
    }
}

/// A gap in pooled deviations, as a reader can check it.
fn times(gap: f64, pooled: f64) -> String {
    let ratio = gap / pooled;
    match () {
        () if !ratio.is_finite() => format!("pooled deviation {}", nats(pooled)),
        () => format!("{ratio:.1} pooled deviations of {pooled:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fake;
    use super::*;

    #[test]
    fn a_clear_gap_is_beyond_the_spread() {
        let said = gates(&fake::jsb());
        assert!(
            said[0].starts_with("GRU is 0.26 nats better than tanh on test: beyond the spread"),
            "{said:?}"
        );
        assert!(
            said[0].contains("16.4 pooled deviations of 0.016"),
            "{said:?}"
        );
    }

    #[test]
    fn a_small_gap_is_within_the_spread_in_either_direction() {
        let tests: [&[f64]; 3] = [&[4.0, 4.2, 4.4], &[4.1, 4.3, 4.5], &[3.9, 4.1, 4.3]];
        let said = gates(&fake::measured("nottingham", "Nottingham", tests));
        assert!(
            said[0].contains("GRU is 0.10 nats worse than tanh on test: within"),
            "{said:?}"
        );
        assert!(said[1].contains("LSTM is 0.10 nats better than tanh on test: within"));
    }

    #[test]
    fn one_seed_says_nothing_about_the_spread() {
        let said = gates(&fake::measured("jsb", "JSB", [&[8.82], &[8.56], &[8.82]]));
        assert!(
            said[0].contains("nothing can be said about the spread"),
            "{said:?}"
        );
        assert!(
            said[1].contains("LSTM and tanh are equal to two digits"),
            "{said:?}"
        );
    }

    #[test]
    fn seeds_that_agree_exactly_do_not_divide_by_zero() {
        let tests: [&[f64]; 3] = [&[4.0, 4.0], &[3.0, 3.0], &[4.0, 4.0]];
        let said = gates(&fake::measured("jsb", "JSB", tests)).join(" ");
        assert!(!said.contains("NaN") && !said.contains("inf"), "{said}");
        assert!(said.contains("beyond") && said.contains("within"), "{said}");
    }

    #[test]
    fn without_tanh_nothing_is_said() {
        let mut set = fake::jsb();
        set.cells.remove(0);
        assert!(gates(&set).is_empty());
    }
}
