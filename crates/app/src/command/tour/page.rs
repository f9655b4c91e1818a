//! The page itself: one file, pictures inside, no network needed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};
use reverie_viz::picture::Picture;

use super::audible::Audible;
use super::filming::Film;
use super::{GROUPS, Group, Made, Purpose, Section, Workshop};
use crate::command::lab::page as experiment;
use crate::report::{embed, frame};

/// What only this page needs.
const STYLE: &str = concat!(
    include_str!("../lab/drawn.css"),
    "
h2 { margin: 4rem 0 0; font-size: 1.7rem; letter-spacing: -.01em; }
h3 { margin: 3rem 0 .3rem; font-size: 1.35rem; line-height: 1.3; }
h2 + section h3 { margin-top: 1.6rem; }
nav { margin: 1.6rem 0 0; font-size: .93rem; }
nav p { margin: .4rem 0; }
nav a { margin-left: .6rem; }
.failed { border-left: .3rem solid #c0392b; padding-left: .8rem; }
.texts { display: grid; gap: 1rem; margin-top: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); }
.texts pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem; }
.tiles { display: grid; gap: .6rem; margin-top: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(46%, 12.5rem), 1fr)); }
.tiles img { width: 100%; height: auto; }
.films { margin-top: 1rem; }
.films img { width: min(100%, 24rem); height: auto; }
table { border-collapse: collapse; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: right; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; }
.measured th, .measured td { text-align: left; vertical-align: top; font-size: .93rem; }
.parts > * { margin-top: 1rem; }
.parts .side { grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); }
td.no { color: var(--accent); font-weight: 700; }
.sounds { display: grid; gap: 1rem; margin-top: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
/* Rolls have dark letters and no paper of their own. */
.sounds img { background: #fff; }
.sounds audio { display: block; width: 100%; padding: .5rem .6rem 0; }
"
);

/// The page.
///
/// # Errors
/// If a picture cannot be encoded.
pub fn html(shop: &Workshop, made: &[Made]) -> anyhow::Result<String> {
    let groups = GROUPS.iter().map(|group| {
        let of_group = |(name, _, _): &&Made| group.sections.iter().any(|entry| entry.0 == *name);
        (group, made.iter().filter(of_group).collect::<Vec<&Made>>())
    });
    let groups: Vec<(&Group, Vec<&Made>)> = groups.filter(|(_, made)| !made.is_empty()).collect();
    let body = html! {
        h1 { "reverie" }
        p {
            "What convolutional networks see and what recurrent networks remember. Everything on "
            "this page was made just now, on " (shop.opened.backend) " (" (shop.opened.name)
            "), and nothing was downloaded. The pictures come from drawings that the program makes "
            "itself and from the small network inside it, which learnt from 25,000 photographs of "
            "50 kinds of things. Larger networks make richer ones, see "
            code { "reverie weights list" } "."
        }
        nav {
            @for (group, made) in &groups {
                p {
                    b { (group.title) } ":"
                    @for (name, _, _) in made { " " a href={ "#" (name) } { (name) } }
                }
            }
        }
        @for (group, made) in &groups {
            h2 { (group.title) }
            @for one in made { (section(one)?) }
        }
    };
    Ok(frame::page("reverie: a tour", STYLE, &body))
}

fn section((name, made, seconds): &Made) -> anyhow::Result<Markup> {
    match made {
        Ok(section) => done(name, section, *seconds),
        Err(error) => Ok(html! {
            section id=(name) {
                h3 { (name) }
                p.failed { "This section failed: " (format!("{error:#}")) }
            }
        }),
    }
}

fn done(name: &str, section: &Section, seconds: f64) -> anyhow::Result<Markup> {
    let figures = shown(&section.figures)?;
    let tiles = shown(&section.tiles)?;
    let parts = experiment::drawn(&section.parts)?;
    let purpose = match section.purpose {
        Purpose::OwnFiles => "With your own files",
        Purpose::Whole => "The whole experiment",
    };
    Ok(html! {
        section id=(name) {
            h3 { (section.title) }
            p { (section.text) }
            @if !section.rows.is_empty() { div.measured { (experiment::table(&section.rows)) } }
            @if !parts.is_empty() { div.parts { @for part in &parts { (part) } } }
            @if !figures.is_empty() { div.figures { @for one in &figures { (one) } } }
            @if !tiles.is_empty() { div.tiles { @for one in &tiles { (one) } } }
            @if !section.films.is_empty() {
                div.films { @for film in &section.films { (moving(film)) } }
            }
            @if !section.texts.is_empty() {
                div.texts {
                    @for (caption, text) in &section.texts {
                        figure { pre { (text) } figcaption { (caption) } }
                    }
                }
            }
            @if let [head, rows @ ..] = section.table.as_slice() {
                div.scroll {
                    table {
                        thead { tr { @for cell in head { th scope="col" { (cell) } } } }
                        tbody {
                            @for row in rows { tr { @for cell in row { td { (cell) } } } }
                        }
                    }
                }
            }
            @if !section.sounds.is_empty() {
                div.sounds { @for sound in &section.sounds { (heard(sound)) } }
            }
            p.faint { (format!("Made in {seconds:.0} s. {purpose}:")) }
            pre { (section.command) }
        }
    })
}

/// Pictures above their captions.
fn shown(pictures: &[(String, Picture)]) -> anyhow::Result<Vec<Markup>> {
    let figure = |(caption, picture): &(String, Picture)| embed::figure(picture, caption);
    pictures.iter().map(figure).collect()
}

/// Something that moves.
fn moving(film: &Film) -> Markup {
    html! {
        figure {
            img src=(film.address) alt=(film.caption) width=(film.size.0) height=(film.size.1);
            figcaption { (film.caption) }
        }
    }
}

/// A sound below its picture, which is an image of its own, so that its style changes nothing else.
fn heard(sound: &Audible) -> Markup {
    html! {
        figure {
            img src=(sound.picture) alt={ (sound.shows) ": " (sound.caption) };
            audio controls preload="metadata" aria-label=(sound.caption)
                src={ "data:audio/wav;base64," (STANDARD.encode(&sound.wav)) } {}
            figcaption { (sound.caption) }
        }
    }
}
