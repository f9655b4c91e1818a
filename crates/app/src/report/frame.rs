//! What the pages share: one file each, light and dark, on a phone and on a wide screen.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Colours and type of every page.
const STYLE: &str = include_str!("frame.css");
/// Forbids a page to load or to run anything, so that what it shows is all in it.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:";

/// A whole page.
///
/// `style` comes after the shared style sheet. It is part of the program, never of its input, since
/// a style sheet cannot be escaped.
pub fn page(title: &str, style: &'static str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(style)) }
            }
            body {
                (body)
                footer.faint { "reverie " (env!("CARGO_PKG_VERSION")) }
            }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_escaped_and_needs_no_other_file() {
        let page = page("<b>", ".x { color: red; }", &html! { p { "a & b" } });
        assert!(page.starts_with("<!DOCTYPE html>"));
        assert!(page.contains("<title>&lt;b&gt;</title>"));
        assert!(page.contains("a &amp; b"));
        for word in ["<link", "<script", "src=", "url(", "@import"] {
            assert!(!page.contains(word), "{word}");
        }
    }

    #[test]
    fn every_colour_has_a_dark_counterpart() {
        let names = |part: &str| {
            let end = part.find('}').unwrap();
            let mut names: Vec<String> = part[..end]
                .split(';')
                .filter_map(|rule| rule.split_once(':'))
                .map(|(name, _)| name.trim().to_owned())
                .filter(|name| name.starts_with("--"))
                .collect();
            names.sort();
            names
        };
        let (_, light) = STYLE.split_once(":root {").unwrap();
        let (_, dark) = light.split_once(":root {").unwrap();
        assert!(!names(light).is_empty());
        assert_eq!(names(light), names(dark));
    }
}
