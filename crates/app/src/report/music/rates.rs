//! The learning rates that were tried.

use maud::{Markup, html};

use super::section::cell_label;
use super::words::{nats, rate};
use super::{CellReport, SetReport, Tried};
use crate::report::number::{NOTHING, counted, grouped};

/// Two rates are the same where they differ by no more than this share, which files may lose.
const SAME_RATE: f64 = 1e-9;

/// A small table for each cell, in a part of the page that opens on demand.
pub fn rates(set: &SetReport) -> Markup {
    let tried = || set.cells.iter().filter(|cell| !cell.tried.is_empty());
    html! {
        @if tried().next().is_some() {
            details {
                summary { (headline(set)) }
                div.rates { @for cell in tried() { (table(cell)) } }
            }
        }
    }
}

fn headline(set: &SetReport) -> String {
    let all = || set.cells.iter().flat_map(|cell| &cell.tried);
    let diverged = all().filter(|tried| tried.has_diverged).count();
    let count = all().count();
    let base = format!(
        "The search for a learning rate: {}",
        counted(count as u64, "run")
    );
    match diverged {
        0 => base,
        diverged => format!("{base}, {} of them diverged", grouped(diverged as u64)),
    }
}

fn table(cell: &CellReport) -> Markup {
    let mut tried: Vec<&Tried> = cell.tried.iter().collect();
    tried.sort_by(|one, other| other.rate.total_cmp(&one.rate));
    html! {
        table.tried {
            caption { (cell_label(cell.cell)) }
            thead {
                tr {
                    th scope="col" { "rate" }
                    th scope="col" { "validation" }
                    th scope="col" { "passes" }
                }
            }
            tbody {
                @for tried in tried {
                    @let is_chosen = is_same(cell.learning_rate, tried.rate);
                    tr.best[is_chosen] {
                        th scope="row" {
                            (rate(tried.rate))
                            @if is_chosen { " " span.tag { "chosen" } }
                        }
                        td { (result(tried)) }
                        td { (grouped(tried.epochs as u64)) }
                    }
                }
            }
        }
    }
}

fn is_same(chosen: Option<f64>, rate: f64) -> bool {
    chosen.is_some_and(|chosen| (chosen - rate).abs() <= SAME_RATE * chosen.abs())
}

fn result(tried: &Tried) -> Markup {
    let loss = tried.valid_nll.filter(|loss| loss.is_finite());
    html! {
        @match (loss, tried.has_diverged) {
            (Some(loss), true) => { (nats(loss)) ", then diverged" }
            (Some(loss), false) => { (nats(loss)) }
            (None, true) => { span.faint { "diverged" } }
            (None, false) => { (NOTHING) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake;
    use super::*;

    #[test]
    fn rates_fall_and_the_chosen_one_is_marked() {
        let mut set = fake::jsb();
        set.cells.truncate(1);
        set.cells[0].tried.reverse();
        let page = rates(&set).0;
        assert!(page.contains("3 runs, 1 of them diverged"), "{page}");
        let place = |words: &str| page.find(words).unwrap();
        assert!(place("2.00·10⁻³") < place("1.00·10⁻³"));
        assert!(place("1.00·10⁻³") < place("1.00·10⁻⁴"));
        assert!(
            page.contains("1.00·10⁻³ <span class=\"tag\">chosen"),
            "{page}"
        );
        assert_eq!(page.matches("chosen").count(), 1);
    }

    #[test]
    fn a_run_that_diverged_late_keeps_its_loss() {
        assert_eq!(
            result(&fake::tried(1.0, Some(9.0), true)).0,
            "9.00, then diverged"
        );
        assert!(
            result(&fake::tried(1.0, Some(f64::NAN), true))
                .0
                .contains(">diverged")
        );
        assert_eq!(result(&fake::tried(1.0, None, false)).0, NOTHING);
    }

    #[test]
    fn no_search_is_not_mentioned() {
        assert_eq!(rates(&fake::set("jsb", "JSB")).0, "");
    }
}
