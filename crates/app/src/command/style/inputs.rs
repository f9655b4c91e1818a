//! What a transfer works on: from flags, or from the recipe of an earlier result.

use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_viz::picture::Picture;
use reverie_viz::style::{OptimizerKind, Pictures, StyleConfig};
use toml::{Table, Value};

use crate::backend::Opened;
use crate::cli::{NetArgs, StyleArgs};
use crate::command::shared;
use crate::exit::UsageError;
use crate::network::Loaded;
use crate::output::Output;
use crate::recipe::{Recipe, Source};
use crate::settings::{self, STYLE_PRESETS, put, whole};

/// Everything the flags (or a recipe) say, files not yet opened.
pub struct Inputs {
    /// All settings.
    pub config: StyleConfig,
    /// The network's flags.
    pub net: NetArgs,
    /// Seed.
    pub seed: u64,
    /// Whether the user chose the style layers.
    pub names_layers: bool,
    preset: Option<String>,
    content: Option<PathBuf>,
    styles: Vec<(PathBuf, f64)>,
    out: Option<PathBuf>,
    /// The picture that is made again.
    recipe_of: String,
    /// Sources of its recipe.
    expected: Vec<Source>,
}

impl Inputs {
    /// Reads flags, settings file and, for `--rerun`, the recipe.
    ///
    /// # Errors
    /// Settings that do not exist, a picture without a recipe.
    pub fn gather(args: &StyleArgs) -> anyhow::Result<Self> {
        let mut flags = shared::set_flags(&args.run)?;
        put(&mut flags, "size", args.size.map(i64::from));
        put(&mut flags, "strength", args.strength);
        put(&mut flags, "style_scale", args.style_scale);
        put(&mut flags, "colour", args.colour.clone());
        put(&mut flags, "init", args.init.clone());
        put(&mut flags, "optimizer", args.optimizer.clone());
        put(&mut flags, "steps", whole(args.steps));
        put(&mut flags, "first_steps", whole(args.steps));
        put(&mut flags, "rate", args.rate);
        let says_rate = flags.contains_key("rate") || file_has(args, "rate");
        let says_optimizer = args.optimizer.is_some();
        let names_layers = flags.contains_key("style_layers");
        let styles = args
            .style
            .iter()
            .map(|text| weighted(text))
            .collect::<Result<Vec<_>, _>>()?;
        let mut inputs = match &args.rerun {
            None => Self {
                config: settings::resolve(
                    &STYLE_PRESETS,
                    args.preset.as_deref(),
                    args.run.config.as_deref(),
                    flags,
                )?,
                net: args.net.clone(),
                seed: args.run.seed(),
                names_layers,
                preset: args.preset.clone(),
                content: None,
                styles: Vec::new(),
                recipe_of: String::new(),
                expected: Vec::new(),
                out: args.out.clone(),
            },
            Some(picture) => Self::from_recipe(args, picture, flags)?,
        };
        if says_optimizer && !says_rate {
            inputs.config.rate = usual_rate(inputs.config.optimizer);
        }
        if let Some(content) = &args.content {
            inputs.content = Some(content.clone());
        }
        if !styles.is_empty() {
            inputs.styles = styles;
        }
        Ok(inputs)
    }

    /// The settings and pictures of an earlier result. Pictures are looked for beside it and in the
    /// current folder, since a recipe holds names without folders.
    fn from_recipe(args: &StyleArgs, picture: &Path, flags: Table) -> anyhow::Result<Self> {
        let recipe = Recipe::<StyleConfig>::read(picture)?;
        let Value::Table(base) = Value::try_from(&recipe.settings)? else {
            anyhow::bail!("{} has an empty recipe", picture.display());
        };
        let find = |source: &Source| {
            let beside = picture.with_file_name(&source.file);
            let here = PathBuf::from(&source.file);
            [beside, here].into_iter().find(|path| path.exists()).ok_or_else(|| {
                let (recipe, file) = (picture.display(), &source.file);
                anyhow::anyhow!(
                    "the recipe of {recipe} needs {file}, which is neither beside it nor in this folder; name it with --content or --style"
                )
            })
        };
        let (content, styles) = recipe
            .sources
            .split_first()
            .with_context(|| format!("the recipe of {} names no pictures", picture.display()))?;
        let mut net = args.net.clone();
        if let (Some(file), None) = (&recipe.weights_file, &net.weights)
            && net.net.is_none()
        {
            let (picture, name) = (picture.display(), &recipe.net);
            return Err(UsageError(format!(
                "{picture} was made with the weights file {file}: add --net {name} --weights FILE"
            ))
            .into());
        }
        if net.net.is_none() {
            net.net = Some(recipe.net);
        }
        // Pictures named by flags need not be found.
        let content_path = args.content.is_none().then(|| find(content)).transpose()?;
        let style_paths = if args.style.is_empty() {
            let found = styles
                .iter()
                .map(|s| Ok((find(s)?, s.weight.unwrap_or(1.0))));
            found.collect::<anyhow::Result<Vec<_>>>()?
        } else {
            Vec::new()
        };
        Ok(Self {
            config: settings::resolve_over(base, args.run.config.as_deref(), flags)?,
            net,
            seed: args.run.seed.unwrap_or(recipe.seed),
            names_layers: true,
            preset: recipe.preset,
            content: content_path,
            styles: style_paths,
            recipe_of: crate::paths::file_name(picture),
            expected: recipe.sources.clone(),
            out: args.out.clone(),
        })
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
    #[allow(clippy::type_complexity)]
    pub fn load(
        &self,
        output: &Output,
    ) -> anyhow::Result<(Pictures, Option<(Vec<f32>, u32, u32)>)> {
        let content = shared::load_picture(self.content_path()?, output)?;
        let styles: Vec<(Picture, f64)> = self
            .styles
            .iter()
            .map(|(path, weight)| Ok((shared::load_picture(path, output)?.picture, *weight)))
            .collect::<anyhow::Result<_>>()?;
        self.warn_of_changed_sources(output)?;
        let total: f64 = styles.iter().map(|(_, weight)| weight).sum();
        if styles.is_empty() || total <= 0.0 {
            return Err(UsageError(
                "the weights of the styles sum to 0; give one of them more".to_owned(),
            )
            .into());
        }
        let (width, height) = (content.picture.width(), content.picture.height());
        let alpha = content.alpha.map(|alpha| (alpha, width, height));
        Ok((
            Pictures {
                content: content.picture,
                styles,
            },
            alpha,
        ))
    }

    /// Says which pictures of the recipe are no longer the same files.
    fn warn_of_changed_sources(&self, output: &Output) -> anyhow::Result<()> {
        let paths = self
            .content
            .iter()
            .chain(self.styles.iter().map(|(path, _)| path));
        for path in paths {
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
        let mut sources = vec![Source::of(self.content_path()?, None)?];
        for (path, weight) in self.styles.iter().filter(|(_, weight)| *weight > 0.0) {
            sources.push(Source::of(path, Some(*weight))?);
        }
        Ok(Recipe {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: "style".to_owned(),
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
}

/// The step size for an optimiser that was chosen by a flag, while the preset's belongs to another.
fn usual_rate(optimizer: OptimizerKind) -> f64 {
    match optimizer {
        OptimizerKind::Adam => 0.02,
        OptimizerKind::Lbfgs => 1.0,
    }
}

/// Whether the settings file says something about `key`; one that cannot be read is refused later.
fn file_has(args: &StyleArgs, key: &str) -> bool {
    let text = args
        .run
        .config
        .as_ref()
        .and_then(|file| std::fs::read_to_string(file).ok());
    text.and_then(|text| toml::from_str::<Table>(&text).ok())
        .is_some_and(|table| table.contains_key(key))
}

/// `painting.jpg:0.5` as a path and a weight; the weight is 1 unless said otherwise.
fn weighted(text: &str) -> Result<(PathBuf, f64), UsageError> {
    let Some((path, weight)) = text.rsplit_once(':') else {
        return Ok((text.into(), 1.0));
    };
    match weight.parse::<f64>() {
        Ok(weight) if weight.is_finite() && weight >= 0.0 && !path.is_empty() => {
            Ok((path.into(), weight))
        }
        Ok(weight) => Err(UsageError(format!(
            "--style {text}: the weight is {weight}, but it must be 0 or above"
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
        assert_eq!(weighted("a.jpg").unwrap(), ("a.jpg".into(), 1.0));
        assert_eq!(weighted("a.jpg:0.25").unwrap(), ("a.jpg".into(), 0.25));
        assert_eq!(weighted("C:\\a.jpg").unwrap(), ("C:\\a.jpg".into(), 1.0));
        assert!(weighted("a.jpg:-1").is_err());
        assert!(weighted("a.jpg:nan").is_err());
    }
}
