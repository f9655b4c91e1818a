//! The pictures that the tour works on.

use std::path::Path;

use rayon::prelude::*;
use reverie_viz::picture::{Filter, Picture, SaveOptions, draw, resize, save};

use super::SEED;

/// Width of the drawings that sections work on, in pixels.
const WIDTH: u32 = 384;
/// Width and height of the drawings that lie beside the page, for trials of one's own.
const LARGE: (u32, u32) = (512, 384);

/// Draws one picture: width, height, seed.
type Draw = fn(u32, u32, u64) -> Picture;

/// All kinds with their names, contents before styles.
pub const KINDS: [(&str, Draw); 7] = [
    ("landscape", draw::landscape),
    ("still-life", draw::still_life),
    ("portrait", draw::portrait),
    ("strokes", draw::brush_swirls),
    ("mosaic", draw::mosaic),
    ("waves", draw::woodcut_waves),
    ("planes", draw::cubist_planes),
];

/// One drawing of every kind, large and small.
pub struct Drawings(Vec<(Picture, Picture)>);

impl Drawings {
    /// Draws all of them, on all cores.
    pub fn make() -> Self {
        let mut drawn = Vec::new();
        KINDS
            .par_iter()
            .map(|(_, draw)| {
                let (width, height) = LARGE;
                let large = draw(width, height, SEED);
                let small = resize(&large, WIDTH, height * WIDTH / width, Filter::Lanczos3);
                (large, small)
            })
            .collect_into_vec(&mut drawn);
        Self(drawn)
    }

    /// The small drawing of this name.
    ///
    /// # Panics
    /// If there is none.
    pub fn of(&self, name: &str) -> &Picture {
        let place = KINDS.iter().position(|(kind, _)| *kind == name);
        &self.0[place.expect("one of the names in the list")].1
    }

    /// Writes the large ones to a folder, in place of older ones.
    ///
    /// # Errors
    /// The folder or the disk refuses.
    pub fn save(&self, folder: &Path) -> anyhow::Result<()> {
        let options = SaveOptions {
            overwrite: true,
            ..SaveOptions::default()
        };
        for ((name, _), (picture, _)) in KINDS.iter().zip(&self.0) {
            save(picture, None, &folder.join(format!("{name}.png")), &options)?;
        }
        Ok(())
    }
}
