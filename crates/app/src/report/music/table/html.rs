//! The table of the page.

use maud::{Markup, html};

use super::super::input::StudyReport;
use super::super::section::{anchor, cell_label, set_label};
use super::super::spread::BEYOND;
use super::super::words::{nats, signed};
use super::super::{SetReport, Spread};
use super::rows::{Entry, Row, rows};
use super::{MARKOV, UNIGRAM};
use crate::report::number::NOTHING;

/// Columns of the table.
const COLUMNS: usize = 7;
/// Columns of one split of one cell.
const ENTRY: usize = 3;

/// The table: for every set its cells and what knows less than any network.
pub fn table_html(report: &StudyReport<'_>) -> Markup {
    let has_spread = report.sets.iter().flat_map(|set| &set.cells).any(|cell| {
        let spreads = [cell.train, cell.test];
        spreads.iter().flatten().any(|s| s.deviation.is_some())
    });
    html! {
        div.scroll {
            table.study {
                thead {
                    tr {
                        th scope="col" rowspan="2" { "cell" }
                        th scope="colgroup" colspan=(ENTRY) { "training" }
                        th scope="colgroup" colspan=(ENTRY) { "test" }
                    }
                    tr {
                        @for _ in 0..2 {
                            th.first scope="col" { "paper" }
                            th scope="col" { "ours" }
                            th scope="col" { "diff." }
                        }
                    }
                }
                @for (index, set) in report.sets.iter().enumerate() { (group(index, set)) }
            }
        }
        p.faint.note {
            "Nats per step, lower is better. The best cell of each set on test is bold. "
            @if has_spread {
                "Ours are the mean ± standard deviation over seeds, with the number of seeds in "
                "brackets. "
            } @else {
                "In brackets: the number of seeds. "
            }
            "The difference is ours less the paper’s. "
            @if has_spread {
                "Two cells differ beyond the spread over seeds where their means are more than "
                (BEYOND) " pooled standard deviations apart."
            }
        }
    }
}

fn group(index: usize, set: &SetReport) -> Markup {
    html! {
        tbody {
            tr.set {
                th scope="rowgroup" colspan=(COLUMNS) {
                    a href={ "#" (anchor(index)) } { (set_label(set)) }
                }
            }
            @for row in rows(set) { (cell_row(&row)) }
            (baseline(MARKOV, set.markov))
            (baseline(UNIGRAM, set.unigram))
        }
    }
}

fn cell_row(row: &Row) -> Markup {
    html! {
        tr {
            th scope="row" { (cell_label(row.cell)) }
            (entry(&row.train))
            (entry(&row.test))
        }
    }
}

fn entry(entry: &Entry) -> Markup {
    html! {
        td.first.best[entry.is_best_published] {
            (entry.published.map_or_else(|| NOTHING.to_owned(), nats))
        }
        td.ours.best[entry.is_best_ours] { (ours(entry.ours)) }
        td.faint { (entry.difference().map_or_else(|| NOTHING.to_owned(), signed)) }
    }
}

/// A mean, its deviation and its count, which may stand below it where there is little room.
fn ours(ours: Option<Spread>) -> Markup {
    html! {
        @if let Some(spread) = ours {
            @let text = spread.text();
            @let (mean, deviation) = text.split_once(" ± ").unwrap_or((&text, ""));
            (mean) " "
            small {
                @if !deviation.is_empty() { "±\u{a0}" (deviation) "\u{a0}" }
                "(" (spread.count) ")"
            }
        } @else {
            (NOTHING) " " small {}
        }
    }
}

fn baseline(name: &str, test: f64) -> Markup {
    html! {
        @if test.is_finite() {
            tr.baseline {
                th scope="row" colspan=(COLUMNS - ENTRY) { (name) }
                td.first {} td.ours { (nats(test)) " " small {} } td {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fake;
    use super::*;

    #[test]
    fn the_best_of_both_kinds_is_marked() {
        let page = table_html(&fake::report(vec![fake::jsb()])).0;
        assert!(
            page.contains("<td class=\"first best\">8.54</td>"),
            "{page}"
        );
        assert!(page.contains("<td class=\"ours best\">8.56 <small>±\u{a0}0.01\u{a0}(3)"));
        assert_eq!(page.matches("best\"").count(), 2);
        assert!(page.contains("−0.28") && page.contains("10.49") && page.contains("11.06"));
    }

    #[test]
    fn a_set_without_anything_has_dashes_and_no_baselines_that_are_no_numbers() {
        let mut set = fake::set("<own>", "<own>");
        set.markov = f64::NAN;
        set.is_generated = true;
        let page = table_html(&fake::report(vec![set])).0;
        assert!(page.contains("&lt;own&gt;") && page.contains("generated"));
        assert!(page.contains(NOTHING) && !page.contains(MARKOV) && !page.contains("NaN"));
        assert!(!page.contains("deviation"), "{page}");
    }

    #[test]
    fn every_row_has_all_columns() {
        let page = table_html(&fake::report(vec![fake::jsb()])).0;
        for row in page.split("<tr").skip(4) {
            let headings = if row.contains("colspan") {
                COLUMNS - ENTRY
            } else {
                1
            };
            assert_eq!(row.matches("<td").count() + headings, COLUMNS, "{row}");
        }
    }
}
