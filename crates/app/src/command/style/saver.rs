//! Writes pictures with the recipe and the content's transparency.

use std::path::Path;

use reverie_viz::picture::{Filter, Picture, SheetOptions, before_after, resize_plane, save};
use reverie_viz::style::{Pictures, Snapshot, StyleConfig};

use super::inputs::Alpha;
use crate::cli::MakingArgs;
use crate::command::shared;
use crate::paths;
use crate::recipe::Recipe;

/// Where and how results are written.
pub struct Saver<'a> {
    /// The flags.
    pub args: &'a MakingArgs,
    /// The result.
    pub out: &'a Path,
    /// How it is made.
    pub recipe: &'a Recipe<StyleConfig>,
    /// The content's transparency.
    pub alpha: Option<&'a Alpha>,
}

impl Saver<'_> {
    /// Writes a picture.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, picture: &Picture, path: &Path, overwrite: bool) -> anyhow::Result<()> {
        let alpha = self.alpha.map(|(alpha, width, height)| {
            let (w, h) = (picture.width(), picture.height());
            let mut alpha = resize_plane(alpha, *width, *height, w, h, Filter::Bilinear);
            alpha
                .iter_mut()
                .for_each(|value| *value = value.clamp(0.0, 1.0));
            alpha
        });
        let recipe = (self.recipe.to_json()?, self.recipe.summary());
        let mut options = shared::save_options(&self.args.run, &self.args.picture, Some(recipe));
        options.overwrite = overwrite;
        Ok(save(picture, alpha.as_deref(), path, &options)?)
    }

    /// Writes the picture so far where its step is one to be saved.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_now_and_then(&self, snapshot: &Snapshot<'_>) -> anyhow::Result<()> {
        let Some(every) = self.args.save_every else {
            return Ok(());
        };
        let steps = snapshot.steps();
        if !steps.is_multiple_of(every as usize) {
            return Ok(());
        }
        let path = paths::beside(self.out, &format!("-{steps:06}"));
        self.save(&snapshot.picture(), &path, true)
    }

    /// Writes what went in and what came out, side by side.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_sheet(&self, pictures: &Pictures, result: &Picture) -> anyhow::Result<()> {
        let content = pictures.content.iter().map(|content| (content, "content"));
        let mut row: Vec<(&Picture, &str)> = content.collect();
        let what = match pictures.content {
            Some(_) => "style",
            None => "example",
        };
        row.extend(pictures.styles.iter().map(|style| (&style.picture, what)));
        row.push((result, "result"));
        let sheet = before_after(&row, &SheetOptions::default());
        let path = paths::beside(self.out, "-sheet");
        let mut options = shared::save_options(&self.args.run, &self.args.picture, None);
        options.overwrite = true;
        Ok(save(&sheet, None, &path, &options)?)
    }
}
