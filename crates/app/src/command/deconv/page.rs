//! The page: layer by layer, the pictures that excite feature maps and what in them does.

use maud::{Markup, html};
use reverie_model::vision::Rule;

use super::draw::Entry;
use super::folder::Shown;
use super::state::Skip;
use crate::report::{facts, frame};

/// What only this page needs.
const STYLE: &str = "
.maps { display: grid; gap: 1rem; margin-top: .8rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; padding: .5rem .5rem 0; }
.pair img { border-radius: .2rem; }
.skipped { overflow-wrap: anywhere; font-size: .9rem; }
.facts { margin-top: 1.4rem; }
";

/// What the page is about.
pub struct About<'a> {
    /// The network.
    pub net: &'a str,
    /// Name of the folder or archive.
    pub folder: &'a str,
    /// Pictures in it that were looked at.
    pub looked: usize,
    /// Those that were not.
    pub skipped: &'a [Skip],
    /// Side of the squares, in pixels.
    pub side: u32,
    /// How it went back.
    pub rule: Rule,
    /// Pictures for every feature map.
    pub top: usize,
    /// Rows of the table of facts.
    pub facts: Vec<(String, String)>,
    /// Layers that are reached through means.
    pub means: &'a [String],
    /// How to make it again.
    pub command: String,
}

/// The page.
pub fn html(about: &About<'_>, shown: &[Shown]) -> String {
    let title = format!("What excites {}", about.net);
    let body = html! {
        p.status { "deconvolutional network" }
        h1 { (title) }
        p.lead {
            "Every card is a feature map. At its left are the " (about.top) " of "
            (about.looked) " pictures in " (about.folder) " that excite it most, the strongest "
            "first, row by row, each cut to what the unit can see; at its right is what comes back from that "
            "unit alone: " (way(about.rule)) ". The numbers are its strongest and weakest answers "
            "among them. Grey is beyond the border of a picture, or nothing that comes back."
        }
        @if !about.means.is_empty() {
            p.note.faint {
                "The network takes means on the way to " (about.means.join(", "))
                ". A mean records no switch, so its signal is spread evenly."
            }
        }
        @if shown.len() > 1 {
            p.faint {
                @for one in shown {
                    @let name = one.info.layer.as_str();
                    a href=(format!("#{name}")) { (name) } " "
                }
            }
        }
        @for one in shown { (layer(one, about.side)) }
        @if !about.skipped.is_empty() {
            h2 { "Skipped" }
            details {
                summary { (about.skipped.len()) " pictures could not be read" }
                ul.skipped { @for skip in about.skipped { li { (skip.reason) } } }
            }
        }
        (facts(&about.facts, &about.command, "Again:"))
    };
    frame::page(&title, STYLE, &body)
}

/// What the right half of a card shows.
fn way(rule: Rule) -> &'static str {
    match rule {
        Rule::Deconvnet => {
            "maxima lead back by their switches, filters are transposed, and only what is positive passes a rectifier (Zeiler and Fergus 2014)"
        }
        Rule::Guided => {
            "the gradient, of which only what is positive passes a rectifier that was open (guided backpropagation)"
        }
        Rule::Gradient => "the gradient",
    }
}

fn layer(shown: &Shown, side: u32) -> Markup {
    let info = &shown.info;
    let sees = match info.receptive {
        usize::MAX => "a unit sees the whole picture".to_owned(),
        field => format!("a unit sees {field}x{field} pixels, of {side}x{side} in the picture"),
    };
    html! {
        h2 id=(info.layer.as_str()) { (info.layer.as_str()) }
        p.faint {
            (shown.entries.len()) " of " (info.channels) " feature maps; " (sees)
        }
        div.maps { @for entry in &shown.entries { (figure(info.layer.as_str(), entry)) } }
    }
}

fn figure(layer: &str, entry: &Entry) -> Markup {
    let of = |what: &str| format!("{what} of {layer} {}", entry.channel);
    html! {
        figure {
            div.pair {
                img loading="lazy" src=(entry.patches) alt=(of("patches"));
                img loading="lazy" src=(entry.projections) alt=(of("projections"));
            }
            figcaption { (entry.caption) }
        }
    }
}
