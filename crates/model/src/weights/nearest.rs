//! Guesses what somebody meant when a name is misspelled.

/// The name that is fewest keystrokes away from `asked`, for "did you mean" in error messages.
///
/// Distances count inserted, removed and changed characters and two neighbours swapped; letter
/// case is ignored. A name further away than a third of the longer of the two words (at least
/// two keystrokes) is not a guess but noise, so `None` is returned then. Of equally near names
/// the first wins.
///
/// # Example
/// ```
/// # use reverie_model::weights::nearest;
/// assert_eq!(nearest("vgg61", ["vgg16", "vgg19"].into_iter()), Some("vgg16"));
/// ```
pub fn nearest<'a>(asked: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let asked = letters(asked);
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        let letters = letters(name);
        let allowed = (asked.len().max(letters.len()) / 3).max(2);
        let distance = distance(&asked, &letters);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

fn letters(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).collect()
}

/// Optimal string alignment distance, with the last three rows of the table kept.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut row = vec![0; b.len() + 1];
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = changed.min(last[j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if swapped {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(a: &str, b: &str) -> usize {
        distance(&letters(a), &letters(b))
    }

    #[test]
    fn distances_count_keystrokes() {
        assert_eq!(count("", ""), 0);
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("kitten", "sitting"), 3);
        assert_eq!(count("vgg61", "vgg16"), 1);
        assert_eq!(count("VGG16", "vgg16"), 0);
    }

    #[test]
    fn a_slip_finds_its_name_and_nonsense_finds_none() {
        let names = ["relu1_1", "relu4_2", "conv3_1"];
        assert_eq!(nearest("relu42", names.into_iter()), Some("relu4_2"));
        assert_eq!(nearest("Relu4-2", names.into_iter()), Some("relu4_2"));
        assert_eq!(nearest("mixed_7b", names.into_iter()), None);
        assert_eq!(nearest("anything", std::iter::empty()), None);
    }

    #[test]
    fn equally_near_names_give_the_first() {
        assert_eq!(
            nearest("vgg1", ["vgg11", "vgg16"].into_iter()),
            Some("vgg11")
        );
    }
}
