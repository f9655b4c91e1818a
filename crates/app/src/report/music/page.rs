//! The page.

use maud::{Markup, html};

use super::input::StudyReport;
use super::section::{section, set_label};
use super::words::{hundredths, nats};
use super::{SetReport, Status, summary, table_html};
use crate::report::frame;
use crate::report::number::{counted, grouped};
use crate::report::parts::{facts, tile};

/// What this page needs beside what all pages share.
const STYLE: &str = concat!(include_str!("../parts.css"), include_str!("study.css"));
/// Where the paper can be read.
const PAPER: &str = "https://arxiv.org/abs/1412.3555";
/// Where the sets and the task come from.
const TASK: &str = "https://arxiv.org/abs/1206.6392";
/// What stands above the command.
const AGAIN: &str = "The command that makes the same study again:";

/// The page: one file that needs no network, with all pictures and sounds in it.
///
/// # Errors
/// If a chart cannot be drawn.
pub fn html(report: &StudyReport<'_>) -> anyhow::Result<String> {
    let mut sections = Vec::new();
    for (index, set) in report.sets.iter().enumerate() {
        sections.push(section(index, set)?);
    }
    let body = html! {
        header.top {
            p.status { (status(report.status)) }
            h1 { (report.title) }
            (introduction(report))
            (tiles(report))
        }
        section #table {
            h2 { "The paper and ours" }
            @if report.sets.is_empty() {
                p.faint { "No set has been chosen." }
            } @else {
                (findings(report))
                (table_html(report))
            }
        }
        @for section in &sections { (section) }
        @if !report.facts.is_empty() || !report.command.is_empty() {
            section #facts {
                h2 { "How it was done" }
                (facts(&report.facts, &report.command, AGAIN))
            }
        }
    };
    Ok(frame::page(report.title, STYLE, &body))
}

fn status(status: Status) -> String {
    let runs = |done: usize, of: usize| {
        format!("{} of {}", grouped(done as u64), counted(of as u64, "run"))
    };
    match status {
        Status::Running { done, of } => {
            format!(
                "Running: {} so far. Reload the page for more.",
                runs(done, of)
            )
        }
        Status::Stopped { done, of } => format!("Stopped after {}", runs(done, of)),
        Status::Finished => "All runs are done".to_owned(),
    }
}

fn introduction(report: &StudyReport<'_>) -> Markup {
    html! {
        p.lead {
            "A piece of piano music is cut into short steps; at each step some of the 88 keys "
            "sound. A recurrent network hears the steps so far and says for every key how likely "
            "it is to sound next. The better it knows the style, the less surprised it is by what "
            "really comes. This page compares three kinds of memory at about the same number of "
            "weights: a plain " b { "tanh" } " layer, and two with gates that decide what to keep "
            "and what to forget, the " b { "GRU" } " and the " b { "LSTM" } "."
        }
        p.faint {
            "The score is the surprise in nats per step, lower is better: tossing a coin for every "
            "key would give " (fixed_coin()) ". The comparison is that of "
            a href=(PAPER) { "Chung, Gulcehre, Cho and Bengio" } " (2014), the task that of "
            a href=(TASK) { "Boulanger-Lewandowski, Bengio and Vincent" } " (2012). Settings "
            b { (report.preset) } ": " (counted(report.rates as u64, "learning rate"))
            " tried for each cell on each set, the best by validation run with "
            (counted(report.seeds as u64, "seed")) "."
        }
    }
}

/// Loss of equal chances for all keys.
fn fixed_coin() -> String {
    /// Keys of a piano.
    const KEYS: f64 = 88.0;
    format!("{:.1}", KEYS * std::f64::consts::LN_2)
}

/// The best cell of each set.
fn tiles(report: &StudyReport<'_>) -> Markup {
    let tiles: Vec<Markup> = report.sets.iter().filter_map(best).collect();
    html! { @if !tiles.is_empty() { ul.numbers.sets { @for tile in &tiles { (tile) } } } }
}

fn best(set: &SetReport) -> Option<Markup> {
    let tested = set.tested();
    let lowest = tested.iter().map(|(_, test)| hundredths(test.mean)).min()?;
    let (_, spread) = tested
        .iter()
        .find(|(_, test)| hundredths(test.mean) == lowest)?;
    let names: Vec<&str> = tested
        .iter()
        .filter(|(_, test)| hundredths(test.mean) == lowest)
        .map(|(cell, _)| cell.title())
        .collect();
    let meaning = html! {
        (set_label(set)) br;
        @if tested.len() > 1 { "lowest on test: " } @else { "on test: " }
        (super::words::listed(&names))
        @if set.markov.is_finite() { "; a Markov chain has " (nats(set.markov)) }
    };
    Some(tile(&nats(spread.mean), meaning))
}

fn findings(report: &StudyReport<'_>) -> Markup {
    let said = summary(report);
    html! {
        @if said.is_empty() {
            p.faint { "Nothing has been measured yet; these are the numbers to compare with." }
        } @else {
            ul.said { @for sentence in &said { li { (sentence) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MusicCell, chart, fake};
    use super::*;

    #[test]
    fn a_study_of_nothing_is_a_page() {
        let mut report = fake::report(vec![]);
        (report.facts, report.command) = (vec![], String::new());
        assert!(html(&report).unwrap().contains("No set has been chosen."));
        let page = html(&fake::report(vec![fake::set("jsb", "JSB Chorales")])).unwrap();
        assert!(page.contains("Nothing has been measured yet"));
        assert!(page.contains("Running: 3 of 1,200 runs so far."));
    }

    #[test]
    fn a_page_is_escaped_and_loads_nothing() {
        let mut own = fake::jsb();
        (own.name, own.title) = ("own".to_owned(), "<script>x</script>".to_owned());
        let page = html(&fake::report(vec![own, fake::jsb()])).unwrap();
        for word in ["<script", "<link", "src=\"http", "url(", "@import"] {
            assert!(!page.contains(word), "{word}");
        }
        assert!(page.contains("A &lt;study&gt;") && page.contains("&lt;b&gt;2&lt;/b&gt;"));
        assert!(page.contains("'a&lt;b'"));
        assert!(page.contains("media-src data:"));
    }

    #[test]
    fn runs_that_went_wrong_still_have_a_page() {
        let nan: &[f64] = &[f64::NAN, f64::INFINITY];
        let mut set = fake::measured("jsb", "JSB Chorales", [nan, nan, nan]);
        (set.markov, set.unigram, set.repeat_accuracy) = (f64::NAN, f64::NAN, f64::NAN);
        set.cells[0].seconds = f64::NAN;
        let page = html(&fake::report(vec![set])).unwrap();
        let start = page.find("<body").unwrap();
        assert!(!page[start..].contains("NaN") && !page[start..].contains("inf<"));
    }

    #[test]
    fn one_cell_of_one_set_is_a_page() {
        let mut set = fake::jsb();
        set.cells.truncate(1);
        let page = html(&fake::report(vec![set])).unwrap();
        assert!(page.contains("<b>8.82</b>") && page.contains("on test: tanh"));
    }

    #[test]
    fn the_best_of_a_set_is_a_tile() {
        let page = html(&fake::report(vec![fake::jsb()])).unwrap();
        assert!(page.contains("<b>8.56</b>"));
        assert!(page.contains("lowest on test: GRU; a Markov chain has 10.49"));
        assert!(page.contains("would give 61.0"));
    }

    #[test]
    fn the_style_sheet_has_the_colours_of_the_charts() {
        for cell in MusicCell::ALL {
            for colour in chart::hex_of(cell) {
                let rule = format!("--{}: {};", cell.name(), colour.to_lowercase());
                assert!(STYLE.contains(&rule), "{rule}");
            }
        }
    }

    #[test]
    fn a_status_counts_runs() {
        let stopped = Status::Stopped { done: 1, of: 1 };
        assert_eq!(status(stopped), "Stopped after 1 of 1 run");
        assert_eq!(status(Status::Finished), "All runs are done");
    }
}
