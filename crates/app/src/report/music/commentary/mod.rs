//! What the numbers say, in sentences.
//!
//! Every sentence is computed: none claims anything that the numbers of this study do not bear out.
//!
//! | module | what is in it |
//! |---|---|
//! | `baselines` | networks and models that know less |
//! | `gates` | GRU and LSTM against tanh |
//! | `orderings` | which order of the paper comes out again |
//! | `distance` | how far ours are from the paper |
//! | `summary` | what holds across the sets |

mod baselines;
mod distance;
mod gates;
mod orderings;
mod summary;

pub use summary::summary;

use super::SetReport;
use super::words::listed;

/// What can be said of one set, the most important first.
pub fn commentary(set: &SetReport) -> Vec<String> {
    let mut sentences = vec![];
    sentences.extend(origin(set));
    if set.tested().is_empty() {
        sentences.extend(baselines::of_the_paper(set));
        sentences.push("No cell has a test loss on this set yet.".to_owned());
        return sentences;
    }
    sentences.extend(missing(set));
    sentences.extend(gates::gates(set));
    sentences.extend(baselines::of_ours(set));
    sentences.extend(baselines::of_the_paper(set));
    sentences.extend(orderings::orderings(set));
    sentences.extend(distance::distance(set));
    sentences
}

/// Cells that were asked for and have no result.
fn missing(set: &SetReport) -> Option<String> {
    let tested = set.tested();
    let missing: Vec<&str> = set
        .cells
        .iter()
        .filter(|cell| tested.iter().all(|(name, _)| *name != cell.cell))
        .map(|cell| cell.cell.title())
        .collect();
    (!missing.is_empty()).then(|| format!("There is no test loss of {}.", listed(&missing)))
}

/// Where the set comes from, if it is not one of the paper's.
fn origin(set: &SetReport) -> Option<String> {
    let has_published = set.cells.iter().any(|cell| cell.published.is_some());
    if set.is_generated {
        Some("This set is generated: made by rules; nothing is published about it.".to_owned())
    } else if !has_published {
        Some("This set is not in the paper, so there is nothing to compare with.".to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake;
    use super::*;

    #[test]
    fn a_generated_set_says_so_first() {
        let mut set = fake::measured("rules", "Rules", [&[5.0], &[4.0], &[4.0]]);
        set.is_generated = true;
        let said = commentary(&set);
        assert!(
            said[0].contains("made by rules; nothing is published"),
            "{said:?}"
        );
        let all = said.join(" ");
        assert!(!all.contains("paper") && !all.contains("later"), "{all}");
    }

    #[test]
    fn a_set_of_the_user_is_not_compared_with_the_paper() {
        let set = fake::measured("own", "Own", [&[5.0], &[4.0], &[4.0]]);
        assert!(commentary(&set)[0].contains("not in the paper"));
    }

    #[test]
    fn nothing_measured_is_said() {
        let said = commentary(&fake::set("jsb", "JSB Chorales"));
        assert_eq!(said, ["No cell has a test loss on this set yet."]);
        let mut none = fake::set("jsb", "JSB Chorales");
        none.cells.clear();
        assert!(commentary(&none).join(" ").contains("No cell"));
    }

    #[test]
    fn nothing_that_is_no_number_is_said() {
        let nan: &[f64] = &[f64::NAN, f64::INFINITY];
        let mut set = fake::measured("jsb", "JSB Chorales", [nan, &[8.5, 8.6], nan]);
        set.markov = f64::NAN;
        set.unigram = f64::INFINITY;
        let all = commentary(&set).join(" ");
        assert!(
            all.contains("There is no test loss of tanh and LSTM."),
            "{all}"
        );
        assert!(!all.contains("NaN") && !all.contains("inf"), "{all}");
    }
}
