//! What a transfer works on: from flags, or from the recipe of an earlier result.

use std::path::{Path, PathBuf};

use reverie_viz::picture::Picture;
use reverie_viz::style::{Colour, Init, Mask, OptimizerChoice, Pictures, Sample, StyleConfig};
use toml::{Table, Value};

use super::again::{self, Known};
use crate::backend::Opened;
use crate::cli::{MakingArgs, NetArgs, Quality, StyleArgs, TextureArgs};
use crate::command::shared;
use crate::exit::UsageError;
use crate::network::Loaded;
use crate::output::Output;
use crate::recipe::{Recipe, Source};
use crate::settings::{self, Preset, STYLE_PRESETS, TEXTURE_PRESETS, put, whole};

/// The content's transparency with its size.
pub type Alpha = (Vec<f32>, u32, u32);

/// Everything the flags (or a recipe) say, files not yet opened.
pub struct Inputs {
    /// `style` or `texture`.
    pub command: &'static str,
    /// All settings.
    pub config: StyleConfig,
    /// The network's flags.
    pub net: NetArgs,
    /// Seed.
    pub seed: u64,
    /// Whether the user chose the style layers.
    pub names_layers: bool,
    /// Gives the things; none for a texture.
    pub content: Option<PathBuf>,
    styles: Vec<(PathBuf, f64)>,
    masks: Vec<PathBuf>,
    protect: Option<PathBuf>,
    preset: Option<String>,
    out: Option<PathBuf>,
    /// The picture that is made again.
    recipe_of: String,
    /// Sources of its recipe.
    expected: Vec<Source>,
}

impl Inputs {
    /// Reads flags, settings file and, for `--rerun`, the recipe of a transfer.
    ///
    /// # Errors
    /// Settings that do not exist, a picture without a recipe.
    pub fn of_style(args: &StyleArgs) -> anyhow::Result<Self> {
        let mut flags = making_flags(&args.making)?;
        put(&mut flags, "size", args.size.map(i64::from));
        put(&mut flags, "strength", args.strength);
        let known = again::known(&args.making, "style")?;
        let mut inputs = Self::gather("style", &STYLE_PRESETS, &args.making, known, flags)?;
        if let Some(content) = &args.content {
            inputs.content = Some(content.clone());
        }
        if !args.style.is_empty() {
            inputs.styles = weights(&args.style, "--style ")?;
        }
        if !args.mask.is_empty() {
            inputs.masks.clone_from(&args.mask);
        }
        if let Some(protect) = &args.protect {
            inputs.protect = Some(protect.clone());
        }
        inputs.check_masks()?;
        inputs.require_found()?;
        Ok(inputs)
    }

    /// The same for a texture.
    ///
    /// # Errors
    /// As for [`of_style`](Self::of_style).
    pub fn of_texture(args: &TextureArgs) -> anyhow::Result<Self> {
        let mut flags = making_flags(&args.making)?;
        if let Some((width, height)) = args.size {
            flags.insert("size".to_owned(), Value::from(i64::from(width.max(height))));
            let aspect = f64::from(width) / f64::from(height);
            flags.insert("aspect".to_owned(), Value::from(aspect));
        }
        put(&mut flags, "tileable", args.tileable.then_some(true));
        let known = again::known(&args.making, "texture")?;
        let mut inputs = Self::gather("texture", &TEXTURE_PRESETS, &args.making, known, flags)?;
        if !args.examples.is_empty() {
            inputs.styles = weights(&args.examples, "")?;
        }
        inputs.refuse_content()?;
        inputs.require_found()?;
        Ok(inputs)
    }

    fn gather(
        command: &'static str,
        presets: &[Preset],
        args: &MakingArgs,
        known: Option<Known>,
        flags: Table,
    ) -> anyhow::Result<Self> {
        let says_rate = flags.contains_key("rate") || file_has(args, "rate");
        let names_layers = flags.contains_key("style_layers");
        let file = args.run.config.as_deref();
        let mut inputs = match known {
            None => Self {
                command,
                config: settings::resolve(presets, args.preset.as_deref(), file, flags)?,
                net: args.net.clone(),
                seed: args.run.seed(),
                names_layers,
                preset: args.preset.clone(),
                content: None,
                styles: Vec::new(),
                masks: Vec::new(),
                protect: None,
                recipe_of: String::new(),
                expected: Vec::new(),
                out: args.out.clone(),
            },
            Some(known) => {
                let found = known.pictures()?;
                Self {
                    command,
                    config: settings::resolve_over(known.settings()?, file, flags)?,
                    net: known.net(&args.net)?,
                    seed: args.run.seed.unwrap_or(known.recipe.seed),
                    names_layers: true,
                    content: found.content,
                    styles: found.styles,
                    masks: found.masks,
                    protect: found.protect,
                    recipe_of: crate::paths::file_name(&known.picture),
                    expected: known.recipe.sources,
                    preset: known.recipe.preset,
                    out: args.out.clone(),
                }
            }
        };
        if args.optimizer.is_some() && !says_rate {
            inputs.config.rate = usual_rate(inputs.config.optimizer);
        }
        if let Some(quality) = args.quality {
            work_harder(&mut inputs.config, quality);
        }
        Ok(inputs)
    }

    /// Where the result goes.
    ///
    /// # Errors
    /// [`UsageError`] without `--out`.
    pub fn out(&self) -> Result<&Path, UsageError> {
        self.out
            .as_deref()
            .ok_or_else(|| UsageError("say where the result goes: -o FILE".into()))
    }

    /// Opens the pictures; the content's transparency comes with its size.
    ///
    /// # Errors
    /// What is wrong with a file.
    pub fn load(&self, output: &Output) -> anyhow::Result<(Pictures, Option<Alpha>)> {
        let content = match self.command {
            "texture" => None,
            _ => Some(shared::load_picture(self.content_path()?, output)?),
        };
        let form = match &content {
            Some(content) => (content.picture.width(), content.picture.height()),
            None => self.config.form(),
        };
        let pictures = self.with_styles(form, output)?;
        self.warn_of_changed_sources(output)?;
        let Some(content) = content else {
            return Ok((pictures, None));
        };
        let alpha = content.alpha.map(|alpha| (alpha, form.0, form.1));
        let pictures = Pictures {
            content: Some(content.picture),
            ..pictures
        };
        Ok((pictures, alpha))
    }

    /// The styles and masks, for a result of this form; no content yet.
    ///
    /// # Errors
    /// What is wrong with a file.
    pub fn with_styles(&self, form: (u32, u32), output: &Output) -> anyhow::Result<Pictures> {
        let styles: Vec<(Picture, f64)> = self
            .styles
            .iter()
            .map(|(path, weight)| Ok((shared::load_picture(path, output)?.picture, *weight)))
            .collect::<anyhow::Result<_>>()?;
        let total: f64 = styles.iter().map(|(_, weight)| weight).sum();
        if styles.is_empty() || total <= 0.0 {
            let what = match self.command {
                "texture" => "examples",
                _ => "styles",
            };
            return Err(UsageError(format!(
                "the weights of the {what} sum to 0; give one of them more"
            ))
            .into());
        }
        let mut pictures = Pictures::texture(form, styles);
        for (style, path) in pictures.styles.iter_mut().zip(&self.masks) {
            let Sample { region, .. } = style;
            let mask = open_mask(path, form, output)?;
            anyhow::ensure!(
                mask.share() > 0.0,
                "the mask {} is black everywhere, so its style would count nowhere; paint white where it shall",
                path.display()
            );
            *region = Some(mask);
        }
        let protect = self.protect.as_deref();
        pictures.protected = protect
            .map(|path| open_mask(path, form, output))
            .transpose()?;
        Ok(pictures)
    }

    /// Says which pictures of the recipe are no longer the same files.
    fn warn_of_changed_sources(&self, output: &Output) -> anyhow::Result<()> {
        for path in self.paths() {
            let now = Source::of(path, None)?;
            let was = self.expected.iter().find(|source| source.file == now.file);
            if was.is_some_and(|was| was.sha256 != now.sha256) {
                output.warn(&format!(
                    "{} is not the file it was when the recipe of {} was written; the result will differ",
                    path.display(),
                    self.recipe_of
                ));
            }
        }
        Ok(())
    }

    /// Refuses settings that only a content gives a meaning.
    fn refuse_content(&self) -> Result<(), UsageError> {
        if self.config.init == Init::Content {
            let text = "a texture has no content to start from; use --init noise or --init style";
            return Err(UsageError(text.to_owned()));
        }
        match self.config.colour {
            Colour::Free | Colour::StyleHistogram => Ok(()),
            Colour::Chroma | Colour::Linear | Colour::Histogram => Err(UsageError(
                "a texture has no content to take colours from; use --colour free or --colour style-histogram"
                    .to_owned(),
            )),
        }
    }

    /// Refuses a recipe whose pictures are gone and were not replaced.
    fn require_found(&self) -> anyhow::Result<()> {
        match self.expected.is_empty() {
            true => Ok(()),
            false => self
                .paths()
                .try_for_each(|path| again::require(&self.recipe_of, path)),
        }
    }

    /// Every file that goes in.
    fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        let styles = self.styles.iter().map(|(path, _)| path);
        let content = self.content.iter().chain(styles);
        content.chain(&self.masks).chain(&self.protect)
    }

    /// The recipe of the result.
    ///
    /// # Errors
    /// If a source cannot be read again.
    pub fn recipe(
        &self,
        config: &StyleConfig,
        loaded: &Loaded,
        opened: &Opened,
    ) -> anyhow::Result<Recipe<StyleConfig>> {
        let mut sources = Vec::new();
        if let Some(content) = &self.content {
            sources.push(Source::of(content, None)?);
        }
        // A style that does not count leaves no trace, and neither does its mask.
        let counts = |(_, weight): &&(PathBuf, f64)| *weight > 0.0;
        for (path, weight) in self.styles.iter().filter(counts) {
            sources.push(Source::of(path, Some(*weight))?);
        }
        for (_, mask) in self
            .styles
            .iter()
            .zip(&self.masks)
            .filter(|(s, _)| counts(s))
        {
            sources.push(Source::of(mask, None)?.with_role("mask"));
        }
        if let Some(protect) = &self.protect {
            sources.push(Source::of(protect, None)?.with_role("protect"));
        }
        Ok(Recipe {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: self.command.to_owned(),
            net: loaded.name.clone(),
            weights_file: loaded.file.clone(),
            weights_sha256: loaded.sha256.clone(),
            backend: opened.backend.to_owned(),
            seed: self.seed,
            sources,
            preset: self.preset.clone(),
            settings: config.clone(),
        })
    }

    fn content_path(&self) -> Result<&Path, UsageError> {
        let missing = || UsageError("say which picture gives the content: --content FILE".into());
        self.content.as_deref().ok_or_else(missing)
    }

    fn check_masks(&self) -> Result<(), UsageError> {
        let (masks, styles) = (self.masks.len(), self.styles.len());
        if masks != 0 && masks != styles {
            return Err(UsageError(format!(
                "there are {masks} --mask and {styles} --style, but each style needs one mask, in the same order; a white picture lets a style count everywhere"
            )));
        }
        Ok(())
    }
}

/// A mask, with a warning where it has another size than the picture.
fn open_mask(path: &Path, (width, height): (u32, u32), output: &Output) -> anyhow::Result<Mask> {
    let picture = shared::load_picture(path, output)?.picture;
    if (picture.width(), picture.height()) != (width, height) {
        output.warn(&format!(
            "{} has {}x{} pixels and the picture {width}x{height}: it is stretched over the picture",
            path.display(),
            picture.width(),
            picture.height()
        ));
    }
    Ok(Mask::of(&picture))
}

/// The flags that transfers and textures share, as a table.
fn making_flags(args: &MakingArgs) -> Result<Table, UsageError> {
    let mut flags = shared::set_flags(&args.run)?;
    put(&mut flags, "style_loss", args.style_loss.clone());
    put(&mut flags, "style_scale", args.style_scale);
    put(&mut flags, "colour", args.colour.clone());
    put(&mut flags, "init", args.init.clone());
    put(&mut flags, "optimizer", args.optimizer.clone());
    put(&mut flags, "steps", whole(args.steps));
    put(&mut flags, "first_steps", whole(args.steps));
    put(&mut flags, "frame_steps", whole(args.steps));
    put(&mut flags, "rate", args.rate);
    Ok(flags)
}

/// As many steps as a quality asks for.
fn work_harder(config: &mut StyleConfig, quality: Quality) {
    let factor = match quality {
        Quality::Fast => 0.4,
        Quality::Normal => 1.0,
        Quality::Best => 3.0,
    };
    for steps in [
        &mut config.first_steps,
        &mut config.steps,
        &mut config.frame_steps,
    ] {
        *steps = ((*steps as f64 * factor).round() as usize).max(1);
    }
}

/// The step size for an optimiser that was chosen by a flag, while the preset's belongs to another.
fn usual_rate(optimizer: OptimizerChoice) -> f64 {
    match optimizer {
        OptimizerChoice::Adam | OptimizerChoice::Auto => 0.02,
        OptimizerChoice::Lbfgs => 1.0,
    }
}

/// Whether the settings file says something about `key`; one that cannot be read is refused later.
fn file_has(args: &MakingArgs, key: &str) -> bool {
    let text = args
        .run
        .config
        .as_ref()
        .and_then(|file| std::fs::read_to_string(file).ok());
    text.and_then(|text| toml::from_str::<Table>(&text).ok())
        .is_some_and(|table| table.contains_key(key))
}

/// Paths with weights, from the flag of this name.
fn weights(texts: &[String], flag: &str) -> Result<Vec<(PathBuf, f64)>, UsageError> {
    texts.iter().map(|text| weighted(text, flag)).collect()
}

/// `painting.jpg:0.5` as a path and a weight; the weight is 1 unless said otherwise.
fn weighted(text: &str, flag: &str) -> Result<(PathBuf, f64), UsageError> {
    let Some((path, weight)) = text.rsplit_once(':') else {
        return Ok((text.into(), 1.0));
    };
    match weight.parse::<f64>() {
        Ok(weight) if weight.is_finite() && weight >= 0.0 && !path.is_empty() => {
            Ok((path.into(), weight))
        }
        Ok(weight) => Err(UsageError(format!(
            "{flag}{text}: the weight is {weight}, but it must be 0 or above"
        ))),
        // A colon that belongs to the name.
        Err(_) => Ok((text.into(), 1.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_follows_the_last_colon() {
        assert_eq!(weighted("a.jpg", "").unwrap(), ("a.jpg".into(), 1.0));
        assert_eq!(weighted("a.jpg:0.25", "").unwrap(), ("a.jpg".into(), 0.25));
        assert_eq!(
            weighted("C:\\a.jpg", "").unwrap(),
            ("C:\\a.jpg".into(), 1.0)
        );
        assert!(weighted("a.jpg:-1", "").is_err());
        assert!(weighted("a.jpg:nan", "").is_err());
    }
}
