//! Patches and projections of the pictures that excite a feature map most.

use anyhow::Context;
use rayon::prelude::*;
use reverie_model::data::pictures::PictureFile;
use reverie_model::vision::LayerInfo;
use reverie_viz::deconv::{
    CardOptions, DeconvConfig, Hit, Projection, Unit, card, grid, patch, project,
};
use reverie_viz::picture::{Picture, SheetOptions, contact_sheet};
use reverie_viz::tensor_of;

use super::files::square;
use super::plan;
use crate::network::Loaded;
use crate::report::embed::data_uri_of;

/// Quality of the pictures inside the page.
const JPEG_QUALITY: u8 = 86;
/// Pixels of a side of a patch, at least and at most.
const TILE: std::ops::Range<u32> = 64..96;
/// Cards in a row of a sheet.
const COLUMNS: usize = 4;
/// Cards on a sheet.
pub const ON_A_SHEET: usize = 64;

/// A feature map with what excites it.
pub struct Card {
    /// Its number.
    pub channel: usize,
    /// The pictures that were found, the strongest first.
    pub hits: Vec<Hit>,
    /// Their patches, as a picture inside the page.
    pub patches: String,
    /// What came back, likewise.
    pub projections: String,
    /// Both beside each other.
    pub picture: Picture,
    /// How strong all that came back is: the root of the sum of all squares.
    pub norm: f64,
}

impl Card {
    /// The range of its answers: `3: 1.25 to 4.10`.
    pub fn caption(&self) -> String {
        let answers = self.hits.iter().map(|hit| hit.activation);
        match answers.clone().filter(|answer| *answer > 0.0).count() {
            0 => format!("{}: silent", self.channel),
            _ => {
                let least = answers.clone().fold(f32::INFINITY, f32::min);
                let most = answers.fold(f32::NEG_INFINITY, f32::max);
                format!("{}: {} to {}", self.channel, short(most), short(least))
            }
        }
    }
}

/// A number with three digits that matter.
pub fn short(value: f32) -> String {
    let size = value.abs();
    let digits = match size {
        _ if size >= 100.0 => 0,
        _ if size >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$}")
}

/// What cards are made of.
pub struct Easel<'a> {
    /// The network.
    pub loaded: &'a Loaded,
    /// All pictures.
    pub files: &'a [PictureFile],
    /// Settings.
    pub config: &'a DeconvConfig,
    /// Side of the squares that pictures become, in pixels.
    pub side: u32,
}

impl Easel<'_> {
    /// The card of one feature map.
    ///
    /// # Errors
    /// A picture that cannot be read any more.
    pub fn card(&self, info: &LayerInfo, channel: usize, hits: &[Hit]) -> anyhow::Result<Card> {
        // Where a map says nothing there is nothing to go back from.
        let heard: Vec<Hit> = hits
            .iter()
            .filter(|hit| hit.activation > 0.0)
            .copied()
            .collect();
        let (files, side) = (self.files, self.side);
        let read: Vec<Picture> = heard
            .par_iter()
            .map(|hit| square(&files[hit.picture], side))
            .collect::<Result<_, _>>()
            .map_err(|skipped| anyhow::anyhow!(skipped.reason))
            .context("a picture that was looked at cannot be read any more")?;
        let projections = self.project(info, channel, &heard, &read)?;
        let side = self.side as usize;
        let field = |hit: &Hit| info.field(hit.column, hit.row, side, side);
        let fields: Vec<_> = heard.iter().map(field).collect();
        let patches: Vec<Picture> = read
            .iter()
            .zip(&fields)
            .map(|(p, f)| patch(p, *f))
            .collect();
        let norm = projections
            .iter()
            .map(|one| one.norm().powi(2))
            .sum::<f64>();
        let largest = patches.iter().map(Picture::width).max().unwrap_or(0);
        let options = look(self.config.top, largest);
        let projected: Vec<Picture> = projections
            .iter()
            .zip(&fields)
            .map(|(p, f)| p.cut(*f).within(options.tile).picture())
            .collect();
        let places = self.config.top;
        let uri =
            |pictures: &[Picture]| data_uri_of(&grid(pictures, places, &options), JPEG_QUALITY);
        Ok(Card {
            channel,
            hits: hits.to_vec(),
            patches: uri(&patches)?,
            projections: uri(&projected)?,
            picture: card(&patches, &projected, places, &options),
            norm: norm.sqrt(),
        })
    }

    fn project(
        &self,
        info: &LayerInfo,
        channel: usize,
        hits: &[Hit],
        pictures: &[Picture],
    ) -> anyhow::Result<Vec<Projection>> {
        let network = self.loaded.network.as_ref();
        let group = plan::group(network, info, [self.side; 2], self.config.top)?;
        let mut found = Vec::with_capacity(hits.len());
        for (hits, pictures) in hits.chunks(group).zip(pictures.chunks(group)) {
            let device = network.device();
            let images = pictures.iter().map(|picture| tensor_of(picture, &device));
            let images = burn::tensor::Tensor::cat(images.collect(), 0);
            let units: Vec<Unit> = hits.iter().map(|hit| hit.unit(channel)).collect();
            let signal = project(network, self.config.rule, info, &units, images)?;
            found.extend(Projection::each(signal.images));
        }
        Ok(found)
    }
}

/// Nine in three columns, other numbers as near to a square; patches that are large are shown larger.
fn look(top: usize, largest: u32) -> CardOptions {
    CardOptions {
        columns: (top as f64).sqrt().ceil() as usize,
        tile: largest.clamp(TILE.start, TILE.end),
        ..CardOptions::default()
    }
}

/// Cards on one sheet.
pub fn sheet(cards: Vec<Card>) -> (Picture, Vec<Entry>) {
    let mut entries = Vec::with_capacity(cards.len());
    let mut tiles = Vec::with_capacity(cards.len());
    for card in cards {
        let caption = card.caption();
        tiles.push((card.picture, caption.clone()));
        entries.push(Entry {
            channel: card.channel,
            caption,
            hits: card.hits,
            patches: card.patches,
            projections: card.projections,
            norm: card.norm,
        });
    }
    let options = SheetOptions {
        columns: COLUMNS,
        gap: 16,
        label_scale: 2,
        ..SheetOptions::default()
    };
    (contact_sheet(&tiles, &options), entries)
}

/// What is left of a card once its sheet is written: little enough to hold those of all layers.
pub struct Entry {
    /// Number of the feature map.
    pub channel: usize,
    /// The range of its answers.
    pub caption: String,
    /// The pictures that were found, the strongest first.
    pub hits: Vec<Hit>,
    /// Their patches, as a picture inside the page.
    pub patches: String,
    /// What came back, likewise.
    pub projections: String,
    /// How strong all that came back is.
    pub norm: f64,
}
