//! What the networks composed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};

use super::section::cell_label;
use super::{Listen, MusicCell, SetReport};

/// A picture and a player for every cell that composed something.
pub fn listen(set: &SetReport) -> Markup {
    let played: Vec<(MusicCell, &Listen)> = set
        .cells
        .iter()
        .filter_map(|cell| Some((cell.cell, cell.listen.as_ref()?)))
        .collect();
    html! {
        @if !played.is_empty() {
            h3 { "What they play" }
            p.faint.note {
                "Left to themselves, the networks go on from what they played. How many keys sound "
                "is drawn as in the pieces that were learnt from, which ones by the chances that the "
                "network gave them."
            }
            div.plays { @for (cell, listen) in played { (figure(set, cell, listen)) } }
        }
    }
}

/// The picture is an image of its own, so that its style sheet changes nothing else on the page.
fn figure(set: &SetReport, cell: MusicCell, listen: &Listen) -> Markup {
    let picture = STANDARD.encode(&listen.picture_svg);
    let name = format!("{} on {}", cell.title(), set.full_title());
    html! {
        figure.play {
            h4 { (cell_label(cell)) }
            @if !picture.is_empty() {
                div.roll {
                    img src={ "data:image/svg+xml;base64," (picture) }
                        alt={ "Piano roll of what was played by " (name) };
                }
            }
            @if !listen.wav.is_empty() {
                audio controls preload="metadata" aria-label={ "Music by " (name) }
                    src={ "data:audio/wav;base64," (STANDARD.encode(&listen.wav)) } {}
            }
            figcaption { (listen.caption) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake;
    use super::*;

    #[test]
    fn sound_and_picture_are_in_the_page() {
        let mut set = fake::jsb();
        set.cells[1].listen = Some(Listen {
            wav: b"RIFF".to_vec(),
            picture_svg: "<svg/>".to_owned(),
            caption: "a <caption>".to_owned(),
        });
        let page = listen(&set).0;
        assert!(
            page.contains("src=\"data:audio/wav;base64,UklGRg==\""),
            "{page}"
        );
        assert!(page.contains("src=\"data:image/svg+xml;base64,PHN2Zy8+\""));
        assert!(page.contains("a &lt;caption&gt;") && page.contains("GRU on JSB Chorales"));
        assert!(!page.contains("<svg"));
    }

    #[test]
    fn silence_is_not_mentioned() {
        assert_eq!(listen(&fake::jsb()).0, "");
    }
}
