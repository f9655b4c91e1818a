//! The table for a README.

use super::super::input::StudyReport;
use super::super::words::{nats, signed};
use super::super::{SetReport, Spread};
use super::rows::{Entry, rows};
use super::{MARKOV, UNIGRAM};
use crate::report::number::NOTHING;

/// Columns of the table.
const COLUMNS: usize = 8;
/// Columns of words, at the left; all others are numbers.
const WORDS: usize = 2;

/// One line of the table.
type Line = [String; COLUMNS];

/// The table in Markdown, with columns that are also aligned where nothing renders it.
pub fn table_markdown(report: &StudyReport<'_>) -> String {
    let mut lines: Vec<Line> = vec![
        [
            "set",
            "cell",
            "train paper",
            "train ours",
            "diff.",
            "test paper",
            "test ours",
            "diff.",
        ]
        .map(str::to_owned),
    ];
    lines.extend(report.sets.iter().flat_map(of_set));
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        push(&mut text, line, &widths);
        if index == 0 {
            text.push_str(&rule(&widths));
        }
    }
    text.push_str(
        "\nNats per step, lower is better. Ours: mean ± standard deviation (seeds). \
         Difference: ours less the paper's. Bold: best cell of a set on test.\n",
    );
    text
}

fn of_set(set: &SetReport) -> Vec<Line> {
    let title = escaped(&set.full_title());
    let mut lines: Vec<Line> = Vec::new();
    for row in rows(set) {
        let [train_paper, train_ours, train_difference] = entry(&row.train);
        let [test_paper, test_ours, test_difference] = entry(&row.test);
        lines.push([
            title.clone(),
            row.cell.title().to_owned(),
            train_paper,
            train_ours,
            train_difference,
            test_paper,
            test_ours,
            test_difference,
        ]);
    }
    for (name, test) in [(MARKOV, set.markov), (UNIGRAM, set.unigram)] {
        if test.is_finite() {
            let mut line: Line = std::array::from_fn(|_| String::new());
            line[0].clone_from(&title);
            name.clone_into(&mut line[1]);
            line[COLUMNS - 2] = nats(test);
            lines.push(line);
        }
    }
    lines
}

fn entry(entry: &Entry) -> [String; 3] {
    let nothing = || NOTHING.to_owned();
    let ours = |spread: Spread| format!("{} ({})", spread.text(), spread.count);
    [
        bold(
            entry.published.map_or_else(nothing, nats),
            entry.is_best_published,
        ),
        bold(entry.ours.map_or_else(nothing, ours), entry.is_best_ours),
        entry.difference().map_or_else(nothing, signed),
    ]
}

fn bold(text: String, is_best: bool) -> String {
    match is_best {
        true => format!("**{text}**"),
        false => text,
    }
}

fn push(text: &mut String, line: &Line, widths: &[usize; COLUMNS]) {
    for (column, (cell, width)) in line.iter().zip(widths).enumerate() {
        let padded = match column < WORDS {
            true => format!("| {cell:<width$} "),
            false => format!("| {cell:>width$} "),
        };
        text.push_str(&padded);
    }
    text.push_str("|\n");
}

/// The line below the heading; numbers are aligned to the right.
fn rule(widths: &[usize; COLUMNS]) -> String {
    let cells = widths.iter().enumerate().map(|(column, width)| {
        let end = if column < WORDS { '-' } else { ':' };
        format!("|{}{end}", "-".repeat(width + 1))
    });
    cells.collect::<String>() + "|\n"
}

/// Words that Markdown leaves alone.
fn escaped(words: &str) -> String {
    let mut text = String::new();
    for c in words.chars() {
        match c {
            '|' | '\\' | '*' | '_' | '`' | '<' | '[' | ']' | '~' | '&' => text.extend(['\\', c]),
            c if c.is_whitespace() || c.is_control() => text.push(' '),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::super::fake;
    use super::*;

    #[test]
    fn all_lines_are_equally_long() {
        let text = table_markdown(&fake::report(vec![fake::jsb(), fake::set("own", "Own")]));
        let table: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
        let length = |line: &&str| line.chars().count();
        assert!(
            table.iter().all(|line| length(line) == length(&table[0])),
            "{text}"
        );
        assert_eq!(table.len(), 2 + 2 * 5);
        assert!(
            table
                .iter()
                .all(|line| line.matches('|').count() == COLUMNS + 1)
        );
    }

    #[test]
    fn the_best_are_bold_and_seeds_are_counted() {
        let text = table_markdown(&fake::report(vec![fake::jsb()]));
        assert!(
            text.contains("**8.56 ± 0.01 (3)**") && text.contains("**8.54**"),
            "{text}"
        );
        assert_eq!(text.matches("**").count(), 4, "{text}");
    }

    #[test]
    fn a_title_cannot_break_the_table() {
        let mut set = fake::set("own", "a|b\n<script>");
        set.is_generated = true;
        let text = table_markdown(&fake::report(vec![set]));
        assert!(text.contains("a\\|b \\<script> (generated)"), "{text}");
    }
}
