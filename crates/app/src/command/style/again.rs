//! What the recipe of an earlier result says.

use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_viz::style::StyleConfig;
use toml::{Table, Value};

use crate::cli::{MakingArgs, NetArgs};
use crate::exit::UsageError;
use crate::recipe::{Recipe, Source};

/// A recipe, and the picture that carries it.
pub struct Known {
    /// The recipe.
    pub recipe: Recipe<StyleConfig>,
    /// The picture.
    pub picture: PathBuf,
}

/// The files that a recipe names, where they were found.
#[derive(Default)]
pub struct Found {
    /// Gives the things.
    pub content: Option<PathBuf>,
    /// Give the manner, with weights.
    pub styles: Vec<(PathBuf, f64)>,
    /// Where they count.
    pub masks: Vec<PathBuf>,
    /// What stays.
    pub protect: Option<PathBuf>,
}

/// The recipe that `--rerun` names, if it does.
///
/// # Errors
/// A picture without a recipe, or with that of another command.
pub fn known(args: &MakingArgs, command: &str) -> anyhow::Result<Option<Known>> {
    let Some(picture) = args.rerun.clone() else {
        return Ok(None);
    };
    let recipe = Recipe::<StyleConfig>::read(&picture)?;
    anyhow::ensure!(
        recipe.command == command,
        "{} was made by reverie {}; use that command to make it again",
        picture.display(),
        recipe.command
    );
    Ok(Some(Known { recipe, picture }))
}

impl Known {
    /// Its settings.
    ///
    /// # Errors
    /// If they are not a table, which would be a mistake of ours.
    pub fn settings(&self) -> anyhow::Result<Table> {
        match Value::try_from(&self.recipe.settings)? {
            Value::Table(settings) => Ok(settings),
            _ => anyhow::bail!("{} has an empty recipe", self.picture.display()),
        }
    }

    /// The flags of the network, which go over the recipe.
    ///
    /// # Errors
    /// [`UsageError`], for weights from a file that is not named.
    pub fn net(&self, flags: &NetArgs) -> Result<NetArgs, UsageError> {
        let mut net = flags.clone();
        if let (Some(file), None) = (&self.recipe.weights_file, &net.weights)
            && net.net.is_none()
        {
            let (picture, name) = (self.picture.display(), &self.recipe.net);
            return Err(UsageError(format!(
                "{picture} was made with the weights file {file}: add --net {name} --weights FILE"
            )));
        }
        if net.net.is_none() {
            net.net = Some(self.recipe.net.clone());
        }
        Ok(net)
    }

    /// Where its pictures are: beside the picture or in the current folder, since a recipe holds names
    /// without folders.
    fn find(&self, source: &Source) -> PathBuf {
        let beside = self.picture.with_file_name(&source.file);
        let here = PathBuf::from(&source.file);
        let places = [beside, here];
        let found = places.iter().find(|path| path.exists());
        found.unwrap_or(&places[0]).clone()
    }

    /// All its pictures. One that is nowhere is named where it should be: flags may name another.
    ///
    /// # Errors
    /// A recipe without pictures.
    pub fn pictures(&self) -> anyhow::Result<Found> {
        let mut found = Found::default();
        for source in &self.recipe.sources {
            let path = self.find(source);
            match (source.role.as_deref(), source.weight) {
                (Some("mask"), _) => found.masks.push(path),
                (Some("protect"), _) => found.protect = Some(path),
                (_, Some(weight)) => found.styles.push((path, weight)),
                (_, None) => found.content = Some(path),
            }
        }
        let picture = self.picture.display();
        let first = found.styles.first();
        first.with_context(|| format!("the recipe of {picture} names no pictures"))?;
        Ok(found)
    }
}

/// Refuses a recipe whose picture is gone.
///
/// # Errors
/// One sentence with both names.
pub fn require(recipe_of: &str, path: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        path.exists(),
        "the recipe of {recipe_of} needs {}, which is neither beside it nor in this folder; name it with --content or --style",
        crate::paths::file_name(path)
    );
    Ok(())
}
