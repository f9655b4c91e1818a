//! The page: one file with everything in it, to be looked at without a network.
//!
//! | file | section |
//! |---|---|
//! | here | the frame, what is seen, notes on the method |
//! | `best` | the best cell of each property with its figures |
//! | `explorer` | all cells, with a little interaction |
//! | `table` | the five best cells of each property |
//! | `gates` | how saturated the gates are |
//! | `passage` | a text coloured by the values of a cell |
//! | `data` | what the interaction needs, packed |

mod best;
mod data;
mod explorer;
mod gates;
mod passage;
mod table;

use std::fmt::Write as _;

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};
use reverie_model::sequence::Trace;

use self::data::Packed;
use super::findings::{Findings, Outcome, Passage};
use super::palette::{DARK, LEVELS, LIGHT, Scheme, hex};
use super::signal::Site;

const STYLE: &str = include_str!("neurons.css");
const SCRIPT: &str = include_str!("neurons.js");

/// Characters that the explorer shows unless it is told otherwise.
pub const DEFAULT_SHOWN: usize = 3_000;

/// What a page says about what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// The heading.
    pub title: String,
    /// The network in a few words, such as `LSTM, 2 layers of 128 cells`.
    pub model: String,
    /// The name of the text.
    pub text: String,
    /// Characters that the explorer shows at most; fewer where the file would become too large.
    pub shown: usize,
}

impl Default for Meta {
    fn default() -> Self {
        Self {
            title: "What single cells of the network do".to_owned(),
            model: "A recurrent network over characters".to_owned(),
            text: "a text".to_owned(),
            shown: DEFAULT_SHOWN,
        }
    }
}

/// The page, as one file of HTML that loads nothing.
///
/// `trace` is the passage that is shown: the one on which the findings are reported.
///
/// # Panics
/// If the trace is of another network than the findings.
///
/// # Source
/// Karpathy, Johnson, Fei-Fei 2015 (arXiv 1506.02078), figures 2 and 3, for the coloured text and
/// the saturation of gates. They chose cells by eye; the ranking and its figures are ours.
pub fn html(findings: &Findings, trace: &Trace, meta: &Meta) -> String {
    let sites = Site::all(trace).len();
    assert!(
        sites == findings.sites,
        "findings about {} signals cannot be shown with a trace of {sites}",
        findings.sites
    );
    let packed = Packed::of(trace, meta.shown);
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (meta.title) }
                style { (PreEscaped(STYLE)) (PreEscaped(palette_css())) }
            }
            body {
                header {
                    h1 { (meta.title) }
                    p.faint { (meta.model) " reading " (meta.text) "." }
                }
                main {
                    (what_is_seen(findings))
                    (best::section(findings, trace))
                    (explorer::section(findings, trace, &packed))
                    (table::section(findings))
                    (gates::section(&findings.gates))
                    (method(findings, &packed))
                }
                div #readout hidden {}
                (packed.scripts(findings, trace))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

fn what_is_seen(findings: &Findings) -> Markup {
    markup! {
        section #seen {
            h2 { "What is seen here" }
            p {
                "The network reads a text one character at a time and guesses the next one. On the "
                "way each of its cells holds a number between −1 and +1. The colour behind a "
                "character is the number that " b { "one" } " cell holds right after it has read "
                "that character:"
            }
            (legend())
            p {
                "Nobody told the network about lines, quotes or brackets. But to guess well it helps "
                "to know whether a quote is open, and sometimes one single cell keeps that in mind. "
                "To find such cells, all " (findings.sites) " signals were compared with what is "
                "true of the text. Where a property is a yes or no, it is underlined in the text, so "
                "the eye can check the cell against it."
            }
        }
    }
}

fn legend() -> Markup {
    markup! {
        div.legend role="img" aria-label="Scale: blue is -1, paper is 0, orange is +1" {
            span { "−1" }
            div { @for level in 0..LEVELS { i class={ "a" (level) } {} } }
            span { "+1" }
        }
    }
}

fn method(findings: &Findings, packed: &Packed) -> Markup {
    let absent: Vec<String> = findings
        .properties
        .iter()
        .filter_map(|finding| match finding.outcome {
            Outcome::Measured(_) => None,
            Outcome::Absent { passage, reason } => {
                let passage = match passage {
                    Passage::Chosen => "first",
                    Passage::Reported => "second",
                };
                Some(format!(
                    "{} (in the {passage} passage {reason})",
                    finding.property
                ))
            }
        })
        .collect();
    markup! {
        section #method {
            h2 { "How it was measured" }
            ul.notes {
                li {
                    "Cells were chosen on a first passage of " (findings.chosen_characters)
                    " characters and measured anew on a second one of "
                    (findings.reported_characters) ". All text on this page is from the second."
                }
                li {
                    b { "AUC" } ", for a yes or no: how often the cell is higher at a character where it "
                    "is true than at one where it is not. 1 is perfect, 0.5 is chance. "
                    b { "Correlation" } " (Pearson), for more or less: 1 is perfect, 0 is chance. "
                    "A cell that is low where others are high is as good, and its direction is given; "
                    "it is the direction of the first passage, so a cell that turned around would "
                    "fall below chance on the second."
                }
                li {
                    b { "Luck" } ": the best of all " (findings.sites) " signals on the second passage with "
                    "labels that mean nothing: the mean of " (findings.draws) " draws and the highest. "
                    "Once with labels shuffled, and once with labels moved along the text, where "
                    "runs stay as long as they are. The second is the fairer one: any cell that changes slowly follows a "
                    "long quote better than it follows noise."
                }
                li {
                    b { "tanh(c)" } " is the memory of a cell of an LSTM, squashed; " b { "h" }
                    " is what a cell tells the rest of the network."
                }
                li {
                    "The text shown for a property is the first stretch in which it changes a dozen "
                    "times; the cell has no say in that."
                }
                @for note in packed.notes() { li { (note) } }
                @if !absent.is_empty() { li { "Not measured: " (absent.join("; ")) "." } }
                li {
                    "After Karpathy, Johnson and Fei-Fei 2015, Visualizing and understanding "
                    "recurrent networks (arXiv 1506.02078)."
                }
            }
        }
    }
}

/// The classes `a0`, `a1`, ... of the scale, for light and for dark.
fn palette_css() -> String {
    let rules = |scheme: &Scheme| {
        let mut css = format!(".passage{{color:{}}}", hex(scheme.ink));
        for level in 0..LEVELS {
            // Writing to a string cannot fail.
            let _ = write!(css, ".a{level}{{background:{}}}", hex(scheme.colour(level)));
        }
        css
    };
    format!(
        "{}@media(prefers-color-scheme:dark){{{}}}",
        rules(&LIGHT),
        rules(&DARK)
    )
}

/// A figure to two digits, with a true minus sign.
fn two_digits(figure: f64) -> String {
    format!("{figure:.2}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use reverie_model::rng::seeded;

    use super::super::property::Property;
    use super::super::synthetic::{self, Unit};
    use super::*;

    fn page() -> String {
        let mut rng = seeded(8);
        let mut units = vec![Unit::Walk; 6];
        units[3] = Unit::Follows {
            property: Property::Quotes,
            scale: 0.8,
            noise: 0.2,
        };
        let mut passages = [0, 1].map(|_| {
            let text = synthetic::prose(2_000, &mut rng);
            synthetic::trace(&text, &units, &mut rng)
        });
        passages[1].text[5..14].copy_from_slice(&['<', '/', 's', 'c', 'r', 'i', 'p', 't', '>']);
        let findings = Findings::of(&passages[0], &passages[1], &mut rng).unwrap();
        let meta = Meta {
            title: "A <title>".to_owned(),
            ..Meta::default()
        };
        html(&findings, &passages[1], &meta)
    }

    #[test]
    fn the_page_loads_nothing() {
        let page = page();
        for needle in ["http:", "https:", "src=", "@import", "url(", "<link"] {
            assert!(!page.contains(needle), "the page has {needle}");
        }
    }

    #[test]
    fn text_cannot_break_out_of_the_page() {
        let page = page();
        assert!(page.contains("<h1>A &lt;title&gt;</h1>"));
        assert_eq!(
            page.matches("<script").count(),
            page.matches("</script>").count()
        );
    }

    #[test]
    fn a_newline_is_seen_and_breaks_the_line() {
        assert!(page().contains("↵\n</i>"));
    }

    #[test]
    fn the_best_cell_and_its_gates_are_there_without_a_script() {
        let page = page();
        assert!(page.contains("layer 1, cell 4, "));
        assert_eq!(page.matches("<figure>").count(), 3);
        assert!(page.contains("Not measured: "));
    }
}
