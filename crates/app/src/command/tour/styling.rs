//! The tour's stylised pictures.

use reverie_viz::style::Pictures;

use super::{Section, Workshop};

/// Steps at the small size and at the full one.
const STEPS: (usize, usize) = (50, 14);

/// Which drawing takes on the manner of which.
const PAIRS: [(&str, &str); 3] = [
    ("landscape", "strokes"),
    ("portrait", "planes"),
    ("still-life", "waves"),
];

/// Drawings in the manner of others.
///
/// # Errors
/// If a transfer fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let mut figures = Vec::new();
    for (content, style) in PAIRS {
        let (of, by) = (shop.drawings.of(content), shop.drawings.of(style));
        let pictures = Pictures::new(of.clone(), vec![(by.clone(), 1.0)]);
        figures.push((format!("content: {content}"), of.clone()));
        figures.push((format!("style: {style}"), by.clone()));
        figures.push((
            format!("{content} in {style}"),
            shop.stylise(&pictures, STEPS)?,
        ));
    }
    Ok(Section {
        title: "One picture in another's manner",
        text: "The content's layout is held at relu4_2 while the Gram matrices of relu1_1 to \
               relu4_1, which say which features occur together but not where, are drawn to those \
               of the style (Gatys, Ecker, Bethge 2016)."
            .to_owned(),
        command: "reverie style --content photo.jpg --style painting.jpg -o result.png",
        figures,
        ..Section::default()
    })
}
