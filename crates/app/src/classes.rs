//! Classes by name, as people type them.
//!
//! A class may have several names with commas between them, as ImageNet's have: `dalmatian, coach dog,
//! carriage dog`.

use reverie_model::weights::nearest;

use crate::exit::UsageError;

/// The word that stands for every class.
const ALL: &str = "all";
/// Classes that a fragment may fit before the list is cut.
const LISTED: usize = 12;

/// The names of a class.
fn synonyms(class: &str) -> impl Iterator<Item = &str> {
    class.split(',').map(str::trim)
}

/// The first of a class's names, for captions.
pub fn short(class: &str) -> &str {
    synonyms(class).next().unwrap_or(class)
}

/// The place of the class that another network calls `class`: one that shares a name with it.
pub fn counterpart(class: &str, known: &[String]) -> Option<usize> {
    if let Some(place) = known.iter().position(|other| other == class) {
        return Some(place);
    }
    let shares = |other: &String| {
        synonyms(other).any(|name| synonyms(class).any(|mine| mine.eq_ignore_ascii_case(name)))
    };
    known.iter().position(shares)
}

/// The places of all classes that were asked for, in that order.
///
/// # Errors
/// [`UsageError`] for a name that fits none or several.
pub fn find_all(asked: &[String], known: &[String]) -> Result<Vec<usize>, UsageError> {
    if asked.iter().any(|asked| asked == ALL) {
        return Ok((0..known.len()).collect());
    }
    asked.iter().map(|asked| find(asked, known)).collect()
}

/// The place of a class, by one of its names, a part of one, or its number; the case of letters does
/// not matter. A whole name comes before whole words in a name, and those before other parts.
///
/// # Errors
/// [`UsageError`] where nothing fits, with the nearest name, or several classes do.
pub fn find(asked: &str, known: &[String]) -> Result<usize, UsageError> {
    let lower = asked.trim().to_lowercase();
    if lower.is_empty() {
        return Err(UsageError(
            "say which class, by a part of its name".to_owned(),
        ));
    }
    let number = lower.parse().ok().filter(|place| *place < known.len());
    if let Some(place) = number {
        return Ok(place);
    }
    let places = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..known.len())
            .filter(|&place| synonyms(&known[place]).any(|name| fits(&name.to_lowercase())))
            .collect()
    };
    let whole: Vec<usize> = (0..known.len())
        .filter(|&place| known[place].to_lowercase() == lower)
        .collect();
    let tries = [
        whole,
        places(&|name| name == lower),
        places(&|name| has_words(name, &lower)),
        places(&|name| name.contains(&lower)),
    ];
    match tries.into_iter().find(|fitting| !fitting.is_empty()) {
        Some(fitting) if fitting.len() == 1 => Ok(fitting[0]),
        Some(fitting) => Err(UsageError(format!(
            "{asked} fits {}; say which",
            list(&fitting, known)
        ))),
        None => Err(nothing(asked, known)),
    }
}

/// Whether the words of `asked` stand in `name` one behind the other.
fn has_words(name: &str, asked: &str) -> bool {
    format!(" {name} ").contains(&format!(" {asked} "))
}

fn nothing(asked: &str, known: &[String]) -> UsageError {
    let names = known.iter().flat_map(|class| synonyms(class));
    let hint = nearest(asked, names)
        .map(|name| format!(" (did you mean {name}?)"))
        .unwrap_or_default();
    let every: Vec<usize> = (0..known.len()).collect();
    UsageError(format!(
        "there is no class {asked}{hint}; there are {}",
        list(&every, known)
    ))
}

fn list(places: &[usize], known: &[String]) -> String {
    let names: Vec<&str> = places.iter().map(|&place| short(&known[place])).collect();
    let more = match places.len() > LISTED {
        true => format!(" and {} more", places.len() - LISTED),
        false => String::new(),
    };
    format!("{}{more}", names[..names.len().min(LISTED)].join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<String> {
        [
            "Egyptian cat",
            "goldfish, Carassius auratus",
            "golden retriever",
            "tabby, tabby cat",
            "cougar, puma, catamount",
            "hand-held computer",
            "computer keyboard, keypad",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    #[test]
    fn a_class_is_found_by_a_name_or_a_part_of_one() {
        let known = known();
        let find = |asked: &str| find(asked, &known).map_err(|error| error.0);
        assert_eq!(find("egyptian"), Ok(0));
        assert_eq!(find("goldfish"), Ok(1));
        assert_eq!(find("carassius AURATUS"), Ok(1));
        assert_eq!(find("puma"), Ok(4));
        assert_eq!(find("catam"), Ok(4));
        assert_eq!(find("2"), Ok(2));
        // A whole word is more than a part of one: the catamount is no cat.
        let cats = find("cat").unwrap_err();
        assert_eq!(cats, "cat fits Egyptian cat, tabby; say which");
        assert!(
            find("gold")
                .unwrap_err()
                .contains("goldfish, golden retriever")
        );
        let none = find("goldfsh").unwrap_err();
        assert!(none.contains("did you mean goldfish?"), "{none}");
        assert!(find(" ").is_err());
    }

    #[test]
    fn networks_call_a_class_by_one_of_its_names() {
        let known = known();
        assert_eq!(counterpart("goldfish", &known), Some(1));
        assert_eq!(counterpart("goldfish, Carassius auratus", &known), Some(1));
        assert_eq!(counterpart("Tabby Cat, mackerel", &known), Some(3));
        assert_eq!(counterpart("cat", &known), None);
    }
}
