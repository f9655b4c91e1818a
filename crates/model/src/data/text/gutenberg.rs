//! What Project Gutenberg wraps around a book.

/// Most lines that a marker with a long title, or a paragraph of credits, goes on for.
const MOST_LINES: usize = 8;
/// Most paragraphs of credits that follow a header.
const MOST_CREDITS: usize = 3;

/// How the paragraph that says who made the file begins, in capitals.
const CREDITS: [&str; 9] = [
    "PRODUCED BY",
    "E-TEXT PREPARED BY",
    "ETEXT PREPARED BY",
    "THIS ETEXT WAS PREPARED BY",
    "THIS ETEXT WAS PRODUCED BY",
    "THIS EBOOK WAS PREPARED BY",
    "THIS EBOOK WAS PRODUCED BY",
    "TRANSCRIBED FROM",
    "TRANSCRIBED BY",
];

/// The book without the header and footer of Project Gutenberg; a text without their markers is
/// given back untouched.
///
/// The header ends with `*** START OF THE (or THIS) PROJECT GUTENBERG EBOOK … ***`, whose title may
/// run over several lines, or in files of the 1990s with `*END*THE SMALL PRINT! …`. Credits right
/// after it (`Produced by …`) belong to it. The footer begins with `*** END OF THE PROJECT
/// GUTENBERG EBOOK …` or the line `End of the Project Gutenberg EBook of …` that often stands
/// before it. Letter case, the number of asterisks and the kind of line ends do not matter. Blank
/// lines beside what was taken off go with it; everything else keeps its bytes.
///
/// A file of several books keeps the first alone.
///
/// # Example
/// ```
/// # use reverie_model::data::text::strip_boilerplate;
/// let file = "The Project Gutenberg EBook of X\n\
///             *** START OF THE PROJECT GUTENBERG EBOOK X ***\n\n\
///             Produced by A. Volunteer\n\n\
///             CHAPTER I\n\nIt rained.\n\n\
///             *** END OF THE PROJECT GUTENBERG EBOOK X ***\n\
///             The licence";
/// assert_eq!(strip_boilerplate(file), "CHAPTER I\n\nIt rained.");
/// ```
pub fn strip_boilerplate(text: &str) -> &str {
    let lines = lines(text);
    // The small print may stand in the footer too, so the footer is looked for first.
    let first_start = lines
        .iter()
        .position(|line| is_start(line.text))
        .unwrap_or(0);
    let footer = lines[first_start..]
        .iter()
        .position(|line| is_end(line.text))
        .map_or(lines.len(), |at| first_start + at);
    let header = lines[..footer].iter().rposition(|line| is_start(line.text));

    let first = header.map_or(0, |at| {
        let inside = &lines[..footer];
        skip_credits(inside, after_marker(inside, at))
    });
    let start = lines.get(first).map_or(text.len(), |line| line.start);
    let end = lines.get(footer).map_or(text.len(), |line| line.start);
    let book = &text[start.min(end)..end];
    if footer < lines.len() {
        book.trim_end()
    } else {
        book
    }
}

/// A line, and the byte at which it starts.
struct Line<'a> {
    start: usize,
    text: &'a str,
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// The lines of a text with any kind of line ends, which are no part of them.
fn lines(text: &str) -> Vec<Line<'_>> {
    let bytes = text.as_bytes();
    let mut lines = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let rest = &bytes[start..];
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
            .unwrap_or(rest.len());
        lines.push(Line {
            start,
            text: &text[start..start + length],
        });
        let is_crlf = rest[length..].starts_with(b"\r\n");
        start += length + if is_crlf { 2 } else { 1 };
    }
    lines
}

/// The line without what stands before its first letter, in capitals; asterisks are told apart.
fn letters(line: &str) -> (bool, String) {
    let line = line.trim_start_matches('\u{feff}').trim();
    let bare = line.trim_start_matches(['*', ' ']);
    (line.starts_with('*'), bare.to_uppercase())
}

fn is_start(line: &str) -> bool {
    let (has_asterisks, words) = letters(line);
    let is_old =
        words.starts_with("END*THE SMALL PRINT") || words.starts_with("END THE SMALL PRINT");
    has_asterisks && (is_old || names_gutenberg(&words, "START OF "))
}

fn is_end(line: &str) -> bool {
    names_gutenberg(&letters(line).1, "END OF ")
}

/// `START OF`, perhaps an article, and the name.
fn names_gutenberg(words: &str, verb: &str) -> bool {
    words.strip_prefix(verb).is_some_and(|rest| {
        ["", "THE ", "THIS "]
            .iter()
            .filter_map(|article| rest.strip_prefix(article))
            .any(|rest| rest.starts_with("PROJECT GUTENBERG"))
    })
}

/// The line after the marker at `at`, which ends where its asterisks do.
fn after_marker(lines: &[Line<'_>], at: usize) -> usize {
    let is_whole = |line: &Line<'_>| line.text.trim_end().ends_with('*');
    lines[at..]
        .iter()
        .take(MOST_LINES)
        .take_while(|line| !line.is_blank())
        .position(is_whole)
        .map_or(at + 1, |more| at + more + 1)
}

/// The first line that is neither blank nor credits.
fn skip_credits(lines: &[Line<'_>], from: usize) -> usize {
    let skip_blank = |from: usize| {
        from + lines[from..]
            .iter()
            .take_while(|line| line.is_blank())
            .count()
    };
    let mut at = skip_blank(from);
    for _ in 0..MOST_CREDITS {
        let Some(first) = lines.get(at) else { break };
        let words = letters(first.text).1;
        let length = lines[at..]
            .iter()
            .take_while(|line| !line.is_blank())
            .count();
        let is_credit = CREDITS.iter().any(|credit| words.starts_with(credit));
        // A long paragraph is the book's own, whatever its first words are.
        if !is_credit || length > MOST_LINES {
            break;
        }
        at = skip_blank(at + length);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::real_file;

    #[test]
    fn a_text_without_markers_is_untouched() {
        for text in [
            "",
            "\n a\n",
            "Produced by nobody\n\nText\n",
            "*** START ***\n",
        ] {
            assert_eq!(strip_boilerplate(text), text);
        }
    }

    #[test]
    fn both_articles_and_any_case_are_understood() {
        for (start, end) in [
            (
                "*** START OF THE PROJECT GUTENBERG EBOOK X ***",
                "*** END OF THE PROJECT GUTENBERG EBOOK X ***",
            ),
            (
                "*** START OF THIS PROJECT GUTENBERG EBOOK X ***",
                "*** END OF THIS PROJECT GUTENBERG EBOOK X ***",
            ),
            (
                "***START OF THE PROJECT GUTENBERG EBOOK X***",
                "***END OF THE PROJECT GUTENBERG EBOOK X***",
            ),
            (
                "*** Start of the Project Gutenberg eBook X ***",
                "End of Project Gutenberg's X, by Y",
            ),
        ] {
            let text = format!("header\n{start}\n\n\n  First.\n\nLast.\n\n\n{end}\nlicence\n");
            assert_eq!(strip_boilerplate(&text), "  First.\n\nLast.", "{start}");
        }
    }

    #[test]
    fn the_small_print_ends_an_old_header() {
        let text = "**Welcome**\n***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***\n\
                    terms\n*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\n\n\
                    This etext was prepared by A. Volunteer\nof Nowhere.\n\nCall me X.\n\n\
                    End of The Project Gutenberg Etext of X, by Y\n";
        assert_eq!(strip_boilerplate(text), "Call me X.");
    }

    #[test]
    fn small_print_in_the_footer_ends_no_header() {
        let text = "*** START OF THE PROJECT GUTENBERG EBOOK X ***\nBook\n\
                    *** END OF THE PROJECT GUTENBERG EBOOK X ***\n\
                    *END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*END*\n";
        assert_eq!(strip_boilerplate(text), "Book");
    }

    #[test]
    fn a_title_may_run_over_lines() {
        let text = "*** START OF THIS PROJECT GUTENBERG EBOOK A VERY LONG\nTITLE INDEED ***\nBook";
        assert_eq!(strip_boilerplate(text), "Book");
        let unclosed = "*** START OF THIS PROJECT GUTENBERG EBOOK X\nBook\n\n* * *";
        assert_eq!(strip_boilerplate(unclosed), "Book\n\n* * *");
    }

    #[test]
    fn the_spoken_end_before_the_marker_goes_too() {
        let text = "Book.\r\n\r\n\r\nEnd of the Project Gutenberg EBook of X, by Y\r\n\r\n\
                    *** END OF THIS PROJECT GUTENBERG EBOOK X ***\r\nlicence";
        assert_eq!(strip_boilerplate(text), "Book.");
    }

    #[test]
    fn credits_go_only_after_a_header_and_only_short_ones() {
        let marker = "*** START OF THE PROJECT GUTENBERG EBOOK X ***";
        let text = format!(
            "{marker}\r\n\r\nProduced by A\r\nand B\r\n\r\nTranscribed by C\r\n\r\nBook\r\n"
        );
        assert_eq!(strip_boilerplate(&text), "Book\r\n");
        let long = "Produced by hand\n".repeat(MOST_LINES + 1);
        assert_eq!(strip_boilerplate(&format!("{marker}\n{long}")), long);
    }

    #[test]
    fn lone_carriage_returns_are_line_ends() {
        let text = "h\r*** START OF THE PROJECT GUTENBERG EBOOK X ***\r\rA\r\rB\r\
                    *** END OF THE PROJECT GUTENBERG EBOOK X ***\rl";
        assert_eq!(strip_boilerplate(text), "A\r\rB");
    }

    #[test]
    fn the_real_book_loses_its_licence_and_nothing_else() {
        let Some(path) = real_file("text/pg2600-0.txt") else {
            return;
        };
        let text = std::fs::read_to_string(path).unwrap();
        let book = strip_boilerplate(&text);
        assert!(text.starts_with(book), "this file has no header marker");
        assert!(book.ends_with("of which we are not\r\nconscious."));
        assert!(!book.to_lowercase().contains("gutenberg"));
    }

    #[test]
    fn char_rnns_war_and_peace_has_nothing_to_lose() {
        let Some(path) = real_file("text/warpeace_input.txt") else {
            return;
        };
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(strip_boilerplate(&text).len(), text.len());
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_a_part_of_itself(text in "(?s)[*\r\n A-C]{0,40}(\\*\\*\\* (START|END) OF THE PROJECT GUTENBERG EBOOK)?[*\r\n A-C]{0,40}") {
            proptest::prop_assert!(text.contains(strip_boilerplate(&text)));
        }
    }
}
