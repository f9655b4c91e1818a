//! The page itself: one file, pictures inside, no network needed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use reverie_viz::picture::{Format, Picture, SaveOptions, encode};

use super::{Made, Section, Workshop};

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1d1d22; --paper: #f7f5f0; --faint: #6b6b74; --card: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --paper: #16161a; --faint: #9a9aa6; --card: #202026; } }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 62rem; font: 17px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 2.2rem; margin: 0; letter-spacing: -.02em; }
h2 { margin: 3rem 0 .3rem; font-size: 1.35rem; }
.faint { color: var(--faint); }
pre { overflow-x: auto; padding: .7rem .9rem; border-radius: .5rem; background: var(--card); font-size: .9rem; }
.figures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); }
figure { margin: 0; background: var(--card); border-radius: .6rem; overflow: hidden; }
figure img { display: block; width: 100%; height: auto; }
figcaption { padding: .45rem .8rem .6rem; font-size: .9rem; color: var(--faint); }
.failed { border-left: .3rem solid #c0392b; padding-left: .8rem; }
";

/// Quality of the pictures inside the page.
const JPEG_QUALITY: u8 = 90;

/// The page.
///
/// # Errors
/// If a picture cannot be encoded.
pub fn html(shop: &Workshop, made: &[Made]) -> anyhow::Result<String> {
    let sections = made
        .iter()
        .map(section)
        .collect::<anyhow::Result<Vec<_>>>()?;
    let version = env!("CARGO_PKG_VERSION");
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "reverie: a tour" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "reverie" }
                p {
                    "What convolutional networks see. Everything on this page was made just now, on "
                    (shop.opened.backend) " (" (shop.opened.name) "), from pictures that the program "
                    "draws itself and a small network with " b { "random weights" }
                    ": no download, no training. Trained networks make far richer pictures: see "
                    code { "reverie weights list" } "."
                }
                @for section in &sections { (section) }
                p.faint { "reverie " (version) }
            }
        }
    };
    Ok(page.into_string())
}

fn section((name, made, seconds): &Made) -> anyhow::Result<Markup> {
    match made {
        Ok(section) => done(name, section, *seconds),
        Err(error) => Ok(html! {
            section id=(name) {
                h2 { (name) }
                p.failed { "This section failed: " (format!("{error:#}")) }
            }
        }),
    }
}

fn done(name: &str, section: &Section, seconds: f64) -> anyhow::Result<Markup> {
    let figures = section
        .figures
        .iter()
        .map(|(caption, picture)| Ok((caption, data_uri(picture)?, picture)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(html! {
        section id=(name) {
            h2 { (section.title) }
            p { (section.text) }
            div.figures {
                @for (caption, uri, picture) in &figures {
                    figure {
                        img src=(uri) alt=(caption) width=(picture.width()) height=(picture.height());
                        figcaption { (caption) }
                    }
                }
            }
            p.faint { (format!("Made in {seconds:.0} s. With your own files:")) }
            pre { (section.command) }
        }
    })
}

fn data_uri(picture: &Picture) -> anyhow::Result<String> {
    let options = SaveOptions {
        jpeg_quality: JPEG_QUALITY,
        ..SaveOptions::default()
    };
    let bytes = encode(picture, None, Format::Jpeg, &options)?;
    Ok(format!("data:image/jpeg;base64,{}", STANDARD.encode(bytes)))
}
