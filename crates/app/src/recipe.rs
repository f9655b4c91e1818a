//! How a picture was made, as it travels inside the picture.

use std::path::Path;

use anyhow::Context;
use reverie_model::weights::sha256_file;
use reverie_viz::picture::{PictureError, read_recipe};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::paths;

/// A picture that went into another: its name without folders, and its hash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// File name.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its share, for styles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// What it is for, where that is not plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

impl Source {
    /// The same file for a purpose.
    pub fn with_role(self, role: &str) -> Self {
        Self {
            role: Some(role.to_owned()),
            ..self
        }
    }

    /// Names a file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of(path: &Path, weight: Option<f64>) -> anyhow::Result<Self> {
        let sha256 =
            sha256_file(path, |_| ()).with_context(|| format!("reading {}", path.display()))?;
        Ok(Self {
            file: paths::file_name(path),
            sha256,
            weight,
            role: None,
        })
    }
}

/// A recipe. Nothing in it changes from run to run, so that equal runs make equal files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe<C> {
    /// Version of the program.
    pub version: String,
    /// The command.
    pub command: String,
    /// The network.
    pub net: String,
    /// File name of its weights, where `--weights` named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights_file: Option<String>,
    /// SHA-256 of its weights; none for those inside the program.
    pub weights_sha256: Option<String>,
    /// The backend.
    pub backend: String,
    /// Seed.
    pub seed: u64,
    /// Pictures that went in; the content first.
    pub sources: Vec<Source>,
    /// Preset that the settings started from.
    pub preset: Option<String>,
    /// All settings.
    pub settings: C,
}

impl<C: Serialize> Recipe<C> {
    /// The recipe as JSON.
    ///
    /// # Errors
    /// If a setting cannot be written, which would be a mistake of ours.
    pub fn to_json(&self) -> anyhow::Result<String> {
        serde_json::to_string(self).context("writing the recipe")
    }

    /// The recipe in one line for people.
    pub fn summary(&self) -> String {
        let files: Vec<&str> = self
            .sources
            .iter()
            .map(|source| source.file.as_str())
            .collect();
        format!(
            "reverie {} {} of {} by {}, seed {}",
            self.version,
            self.command,
            files.join(" + "),
            self.net,
            self.seed
        )
    }
}

impl<C: DeserializeOwned> Recipe<C> {
    /// Reads the recipe of a picture.
    ///
    /// # Errors
    /// A file that is no picture, or carries no recipe of this command.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = text_of(path)?;
        serde_json::from_str(&text)
            .with_context(|| format!("{} has a recipe of another kind", path.display()))
    }
}

/// The recipe of a picture, as JSON text.
///
/// # Errors
/// A file that is no picture, or carries no recipe.
pub fn text_of(path: &Path) -> anyhow::Result<String> {
    let found: Result<Option<String>, PictureError> = read_recipe(path);
    found?.with_context(|| {
        format!(
            "{} carries no recipe: it was not made by reverie, saved in another format than PNG, or written with --no-metadata",
            path.display()
        )
    })
}

/// Every value of a recipe that differs from that of an earlier run, with both: `seed was 1, is 2`.
pub fn differences(before: &Value, now: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    compare("", before, now, &mut differences);
    differences
}

fn compare(name: &str, before: &Value, now: &Value, differences: &mut Vec<String>) {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            for (key, value) in now {
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                compare(
                    &name,
                    before.get(key).unwrap_or(&Value::Null),
                    value,
                    differences,
                );
            }
        }
        (Value::Array(before), Value::Array(now)) if before.len() == now.len() => {
            for (before, now) in before.iter().zip(now) {
                // Pictures are told apart by their names, other things by their places.
                let file = before
                    .get("file")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                compare(&format!("{name} {file}"), before, now, differences);
            }
        }
        (Value::Array(before), Value::Array(now)) => {
            let list = |items: &[Value]| {
                let name = |item: &Value| match item.get("file").and_then(Value::as_str) {
                    Some(file) => file.to_owned(),
                    None => item.to_string(),
                };
                items.iter().map(name).collect::<Vec<_>>().join(" ")
            };
            differences.push(format!("{name} was {}, is {}", list(before), list(now)));
        }
        _ if before == now => {}
        _ => differences.push(format!("{name} was {before}, is {now}")),
    }
}
