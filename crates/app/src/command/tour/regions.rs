//! The tour's picture of two manners, with a place that stays.

use reverie_viz::picture::Picture;
use reverie_viz::style::{Mask, Pictures};

use super::{Section, Workshop};

/// Steps at the small size and at the full one.
const STEPS: (usize, usize) = (50, 12);
/// Share of the height at which the upper manner gives way to the lower.
const HORIZON: f32 = 0.45;
/// Centre and half the sides of what stays, as shares of width and height.
const KEPT: [[f32; 2]; 2] = [[0.5, 0.45], [0.22, 0.32]];

/// One drawing in two manners, and one with a protected place.
///
/// # Errors
/// If a transfer fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let landscape = shop.drawings.of("landscape");
    let (upper, lower) = (shop.drawings.of("waves"), shop.drawings.of("strokes"));
    let mut pictures = Pictures::new(
        landscape.clone(),
        vec![(upper.clone(), 1.0), (lower.clone(), 1.0)],
    );
    let sky = drawn(landscape, |_, y| {
        ((HORIZON - y) * 12.0 + 0.5).clamp(0.0, 1.0)
    });
    let ground = drawn(landscape, |_, y| {
        ((y - HORIZON) * 12.0 + 0.5).clamp(0.0, 1.0)
    });
    pictures.styles[0].region = Some(Mask::of(&sky));
    pictures.styles[1].region = Some(Mask::of(&ground));
    let both = shop.stylise(&pictures, STEPS)?;

    let portrait = shop.drawings.of("portrait");
    let mut pictures = Pictures::new(
        portrait.clone(),
        vec![(shop.drawings.of("mosaic").clone(), 1.0)],
    );
    let [[left, top], [wide, high]] = KEPT;
    let face = drawn(portrait, |x, y| {
        let distance = ((x - left) / wide).hypot((y - top) / high);
        ((1.15 - distance) * 8.0).clamp(0.0, 1.0)
    });
    pictures.protected = Some(Mask::of(&face));
    let kept = shop.stylise(&pictures, STEPS)?;
    Ok(Section {
        title: "Manners by region",
        text: "A mask for each style says where it counts: above the waves, below the brush strokes \
               (guided Gram matrices, Gatys et al. 2017). Another mask protects a place, which stays \
               as it is to the bit while the network sees it with the rest."
            .to_owned(),
        command: "reverie style --content photo.jpg --style a.jpg --mask sky.png --style b.jpg \
                  --mask ground.png -o two.png",
        figures: vec![
            ("where the waves count".to_owned(), sky),
            ("landscape in waves and strokes".to_owned(), both),
            ("what is protected".to_owned(), face),
            ("portrait in mosaic around it".to_owned(), kept),
        ],
        ..Section::default()
    })
}

/// A grey picture of the size of another, from shares of width and height.
fn drawn(like: &Picture, grey: impl Fn(f32, f32) -> f32) -> Picture {
    let (width, height) = (like.width(), like.height());
    Picture::from_fn(width, height, |x, y| {
        let at = |place: u32, length: u32| (place as f32 + 0.5) / length as f32;
        [grey(at(x, width), at(y, height)); 3]
    })
}
