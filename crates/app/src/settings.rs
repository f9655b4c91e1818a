//! Presets, settings files and flags become one configuration.
//!
//! Later wins: preset, then `--config FILE`, then flags (which clap has already filled from
//! `REVERIE_*` variables). A file may leave keys out; a key that does not exist is refused with the
//! nearest that does. Settings may have settings of their own: a table in a file, and `learn.rate` on
//! the command line.
//!
//! | file | what |
//! |---|---|
//! | here | one configuration from all of them |
//! | `keys` | tables and whole names |
//! | `presets` | the presets |

mod keys;
mod presets;

use std::path::Path;

use anyhow::Context;
use reverie_model::weights::nearest;
use reverie_viz::dream::DreamConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use self::keys::{insert, leaves, overlay, take};
pub use self::presets::*;
use crate::exit::UsageError;

/// Reads a configuration: preset, then file, then flags.
///
/// # Errors
/// [`UsageError`] for names and keys that do not exist and values of the wrong kind.
pub fn resolve<C: DeserializeOwned>(
    presets: &[Preset],
    preset: Option<&str>,
    file: Option<&Path>,
    flags: Table,
) -> anyhow::Result<C> {
    let (name, text) = find(presets, preset)?;
    let table = toml::from_str(text).with_context(|| format!("reading the preset {name}"))?;
    resolve_over(table, file, flags)
}

/// Reads the configuration of a dream: everything off, then preset, then file, then flags.
///
/// # Errors
/// As for [`resolve`].
pub fn dream(
    presets: &[Preset],
    preset: Option<&str>,
    file: Option<&Path>,
    flags: Table,
) -> anyhow::Result<DreamConfig> {
    let (name, text) = find(presets, preset)?;
    let own: Table = toml::from_str(text).with_context(|| format!("reading the preset {name}"))?;
    let mut table = Table::try_from(DreamConfig::default()).context("writing the settings")?;
    overlay(&mut table, own, name)?;
    resolve_over(table, file, flags)
}

/// Like [`resolve`], from settings that are complete already.
///
/// # Errors
/// As for [`resolve`].
pub fn resolve_over<C: DeserializeOwned>(
    table: Table,
    file: Option<&Path>,
    flags: Table,
) -> anyhow::Result<C> {
    resolve_open(table, &[], file, flags)
}

/// Like [`resolve_over`], where some settings are not for the user: a key of `decided` does not exist
/// for files and flags, and keeps the value it has in `table`.
///
/// # Errors
/// As for [`resolve`].
pub fn resolve_open<C: DeserializeOwned>(
    mut table: Table,
    decided: &[&str],
    file: Option<&Path>,
    flags: Table,
) -> anyhow::Result<C> {
    let kept: Vec<(&str, Value)> = decided
        .iter()
        .filter_map(|key| Some((*key, take(&mut table, key)?)))
        .collect();
    let read = |mut table: Table| {
        for (key, value) in &kept {
            insert(&mut table, key, value.clone());
        }
        Value::Table(table).try_into::<C>()
    };
    let base = table.clone();
    let flag_keys: Vec<String> = leaves(&flags).into_iter().map(|(key, _)| key).collect();
    let mut said = Vec::new();
    if let Some(file) = file {
        let text = std::fs::read_to_string(file)
            .map_err(|error| UsageError(format!("{} cannot be read: {error}", file.display())))?;
        let user: Table = toml::from_str(&text).map_err(|error| {
            UsageError(format!(
                "{} is not valid TOML: {}",
                file.display(),
                error.message()
            ))
        })?;
        said.extend(leaves(&user));
        overlay(&mut table, user, &file.display().to_string())?;
    }
    said.extend(leaves(&flags));
    overlay(&mut table, flags, "the command line")?;
    let error = match read(table) {
        Ok(config) => return Ok(config),
        Err(error) => error,
    };
    // The error does not know its key: it is the one that spoils the settings all by itself.
    let is_culprit = |(key, value): &&(String, Value)| {
        let mut alone = base.clone();
        let mut pair = Table::new();
        insert(&mut pair, key, value.clone());
        overlay(&mut alone, pair, "").is_err() || read(alone).is_err()
    };
    let culprit = said.iter().find(is_culprit);
    let place = culprit.map_or("the settings".to_owned(), |(key, value)| {
        format!("{} = {value}", key.replace('_', "-"))
    });
    let place = match (file, culprit) {
        (Some(file), Some(pair)) if !flag_keys.contains(&pair.0) => {
            format!("{}: {place}", file.display())
        }
        _ => place,
    };
    Err(UsageError(format!("{place}: {}", error.message())).into())
}

/// The configuration as a file that `--config` reads.
///
/// # Errors
/// If the configuration cannot be written as TOML, which would be a mistake of ours.
pub fn to_toml<C: Serialize>(config: &C) -> anyhow::Result<String> {
    toml::to_string(config).context("writing the settings")
}

/// The same without the settings that [`resolve_open`] keeps to itself.
///
/// # Errors
/// As for [`to_toml`].
pub fn to_toml_open<C: Serialize>(config: &C, decided: &[&str]) -> anyhow::Result<String> {
    let mut table = to_table(config)?;
    for key in decided {
        take(&mut table, key);
    }
    to_toml(&table)
}

/// The configuration as settings that others may be laid over.
///
/// # Errors
/// As for [`to_toml`].
pub fn to_table<C: Serialize>(config: &C) -> anyhow::Result<Table> {
    // By way of text, so that a number in single precision keeps the few digits it has.
    toml::from_str(&to_toml(config)?).context("writing the settings")
}

fn find(presets: &[Preset], asked: Option<&str>) -> Result<Preset, UsageError> {
    let Some(asked) = asked else {
        return Ok(presets[0]);
    };
    presets
        .iter()
        .find(|(name, _)| *name == asked)
        .copied()
        .ok_or_else(|| {
            let names = || presets.iter().map(|(name, _)| *name);
            let list = names().collect::<Vec<_>>().join(" ");
            UsageError(format!(
                "there is no preset {asked}{}; there are {list}",
                did_you_mean(asked, names())
            ))
        })
}

/// `" (did you mean X?)"`, or nothing.
pub fn did_you_mean<'a>(asked: &str, names: impl Iterator<Item = &'a str>) -> String {
    nearest(asked, names)
        .map(|name| format!(" (did you mean {name}?)"))
        .unwrap_or_default()
}

/// Adds a flag that was given; `key` may be the whole name of a setting of a setting.
pub fn put<V: Into<Value>>(flags: &mut Table, key: &str, value: Option<V>) {
    if let Some(value) = value {
        insert(flags, key, value.into());
    }
}

/// A count as TOML has it.
pub fn whole(value: Option<usize>) -> Option<i64> {
    value.map(|value| i64::try_from(value).unwrap_or(i64::MAX))
}

/// Several numbers as TOML has them; nothing where there are none.
pub fn list<T: Copy + Into<Value>>(values: &[T]) -> Option<Vec<Value>> {
    (!values.is_empty()).then(|| values.iter().map(|value| (*value).into()).collect())
}

/// Several `key=value`, the later one winning, as settings that lie over others.
///
/// # Errors
/// [`UsageError`] for the first without an equals sign.
pub fn assignments<T: AsRef<str>>(texts: &[T]) -> Result<Table, UsageError> {
    let mut table = Table::new();
    for text in texts {
        let (key, value) = assignment(text.as_ref())?;
        insert(&mut table, &key, value);
    }
    Ok(table)
}

/// One `key=value` of `--set`, the value in TOML; a bare word is text.
///
/// # Errors
/// [`UsageError`] without an equals sign.
fn assignment(text: &str) -> Result<(String, Value), UsageError> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| UsageError(format!("--set {text}: write it as key=value")))?;
    let parsed = toml::from_str::<Table>(&format!("value = {value}"));
    let value = match parsed {
        Ok(mut table) => table
            .remove("value")
            .unwrap_or(Value::String(value.to_owned())),
        Err(_) => Value::String(value.to_owned()),
    };
    Ok((key.trim().to_owned(), value))
}

#[cfg(test)]
mod tests {
    use reverie_viz::invert::InvertConfig;
    use reverie_viz::style::StyleConfig;

    use super::*;

    #[test]
    fn every_preset_is_complete_and_in_range() {
        for presets in [&STYLE_PRESETS[..], &TEXTURE_PRESETS] {
            for (name, _) in presets {
                let config: StyleConfig = resolve(presets, Some(name), None, Table::new()).unwrap();
                config
                    .check()
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
        for (name, _) in INVERT_PRESETS {
            let config: InvertConfig =
                resolve(&INVERT_PRESETS, Some(name), None, Table::new()).unwrap();
            config
                .check()
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        for presets in [&DREAM_PRESETS[..], &IMAGINE_PRESETS] {
            for (name, _) in presets {
                let config = dream(presets, Some(name), None, Table::new()).unwrap();
                let checked = config.check().and_then(|()| config.layers().map(drop));
                checked.unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
    }

    #[test]
    fn what_is_printed_can_be_fed_back() {
        let config: StyleConfig =
            resolve(&STYLE_PRESETS, Some("crowson"), None, Table::new()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("run.toml");
        std::fs::write(&file, to_toml(&config).unwrap()).unwrap();
        let again: StyleConfig =
            resolve(&STYLE_PRESETS, Some("gatys"), Some(&file), Table::new()).unwrap();
        assert_eq!(again, config);
    }

    #[test]
    fn a_misspelt_key_is_refused_with_the_nearest() {
        let (key, value) = assignment("tv_wieght=0.5").unwrap();
        let flags = Table::from_iter([(key, value)]);
        let error = resolve::<StyleConfig>(&STYLE_PRESETS, None, None, flags).unwrap_err();
        assert!(
            error.to_string().contains("did you mean tv_weight?"),
            "{error}"
        );
    }

    /// Settings with settings of their own.
    fn nested() -> Table {
        toml::from_str("seeds = 3\n[learn]\nrate = 0.5\nupdates = 10\nseed = 7").unwrap()
    }

    #[test]
    fn a_setting_of_a_setting_has_a_name_with_a_dot() {
        let flags = assignments(&["learn.rate=1", "learn.updates=4"]).unwrap();
        let table: Table = resolve_over(nested(), None, flags).unwrap();
        assert_eq!(table["learn"]["rate"].as_float(), Some(1.0));
        assert_eq!(table["learn"]["updates"].as_integer(), Some(4));
        assert_eq!(table["learn"]["seed"].as_integer(), Some(7));
        let refused = |text: &str| {
            let flags = assignments(&[text]).unwrap();
            let refusal = resolve_open::<Table>(nested(), &["learn.seed"], None, flags);
            refusal.unwrap_err().to_string()
        };
        let said = refused("learn.raet=1");
        assert!(
            said.contains("no setting learn.raet (did you mean rate?)"),
            "{said}"
        );
        assert!(refused("learn.seed=1").contains("no setting learn.seed"));
        assert!(refused("updates=1").contains("(did you mean learn.updates?)"));
    }

    #[test]
    fn what_is_not_for_the_user_keeps_its_value_and_is_not_printed() {
        let table: Table = resolve_open(nested(), &["learn.seed"], None, Table::new()).unwrap();
        assert_eq!(table["learn"]["seed"].as_integer(), Some(7));
        let printed = to_toml_open(&table, &["learn.seed"]).unwrap();
        assert!(!printed.contains("seed = 7") && printed.contains("updates = 10"));
    }

    #[test]
    fn later_wins_and_whole_numbers_are_numbers() {
        let flags = Table::from_iter([assignment("strength=2").unwrap()]);
        let config: StyleConfig = resolve(&STYLE_PRESETS, None, None, flags).unwrap();
        assert_eq!(config.strength, 2.0);
    }
}
