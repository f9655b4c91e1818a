//! Which part of a long passage is worth showing for a property.

use std::ops::Range;

use super::labels::Labels;

/// Changes of the label that make a stretch worth showing.
const ENOUGH_CHANGES: usize = 12;

/// About `length` characters of the text: the first stretch, from the beginning of a line, in which
/// the property changes a dozen times, or else the one in which it changes most.
///
/// It is chosen by the text alone, so a cell has no say in what is shown of it. The end moves back
/// to the end of a word.
pub(crate) fn excerpt(text: &[char], labels: &Labels, length: usize) -> Range<usize> {
    let mut changes_before = vec![0];
    for changes in labels.changes() {
        let so_far = changes_before[changes_before.len() - 1];
        changes_before.push(so_far + usize::from(changes));
    }
    let changes = |range: &Range<usize>| changes_before[range.end] - changes_before[range.start];
    let begins_line = |start: &usize| *start > 0 && text[start - 1] == '\n';
    let mut starts = (0..=text.len().saturating_sub(length)).filter(begins_line);
    // A passage often begins in the middle of a line, so its beginning is taken only without others.
    let first = starts.next().unwrap_or(0);
    let mut best = first..text.len().min(first + length);
    for start in starts {
        if changes(&best) >= ENOUGH_CHANGES {
            break;
        }
        let candidate = start..start + length;
        if changes(&candidate) > changes(&best) {
            best = candidate;
        }
    }
    best.start..word_end(text, best)
}

/// The end of the last whole word in the range, or the end of the range if that is one word.
fn word_end(text: &[char], range: Range<usize>) -> usize {
    if range.end == text.len() {
        return range.end;
    }
    let blank = text[range.clone()].iter().rposition(|c| c.is_whitespace());
    blank.map_or(range.end, |at| range.start + at + 1)
}

#[cfg(test)]
mod tests {
    use super::super::property::Property;
    use super::*;

    fn shown(text: &str, property: Property, length: usize) -> String {
        let text: Vec<char> = text.chars().collect();
        text[excerpt(&text, &property.labels(&text), length)]
            .iter()
            .collect()
    }

    #[test]
    fn the_stretch_begins_where_the_property_changes() {
        let text = "nothing at all\nnothing again\nor here\n\"yes\" \"and\" yes\nno more of it\n";
        assert_eq!(shown(text, Property::Quotes, 17), "\"yes\" \"and\" yes\n");
    }

    #[test]
    fn the_first_whole_line_with_enough_after_it_is_taken() {
        let text = "rest\na b c d e f g h i\nA B C D E F G H I\n";
        assert_eq!(shown(text, Property::WordEnd, 18), "a b c d e f g h i\n");
    }

    #[test]
    fn words_are_kept_whole_and_a_short_text_is_shown_wholly() {
        assert_eq!(shown("one two three", Property::Column, 9), "one two ");
        assert_eq!(
            shown("one two three", Property::Column, 99),
            "one two three"
        );
        assert_eq!(shown("", Property::Column, 99), "");
        assert_eq!(shown("unbreakable", Property::Column, 4), "unbr");
    }
}
