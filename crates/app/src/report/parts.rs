//! Parts that the pages about training have in common; their style sheet is `parts.css`.

use maud::{Markup, html};

/// A number with what it means, for a list of class `numbers`.
pub fn tile(number: &str, meaning: Markup) -> Markup {
    html! { li { b { (number) } span { (meaning) } } }
}

/// Names with values in this order, then the command that makes the same again.
pub fn facts(facts: &[(String, String)], command: &str, lead: &str) -> Markup {
    html! {
        @if !facts.is_empty() {
            table.facts {
                tbody {
                    @for (name, value) in facts {
                        tr { th scope="row" { (name) } td { (value) } }
                    }
                }
            }
        }
        @if !command.is_empty() {
            p { (lead) }
            pre { code { (command) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_leaves_nothing() {
        assert_eq!(facts(&[], "", "Again:").0, "");
    }

    #[test]
    fn values_are_escaped() {
        let page = facts(&[("a".to_owned(), "<b>".to_owned())], "x 'y<'", "Again:").0;
        assert!(
            page.contains("&lt;b&gt;") && page.contains("'y&lt;'"),
            "{page}"
        );
    }
}
