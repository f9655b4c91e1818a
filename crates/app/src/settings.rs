//! Presets, settings files and flags become one configuration.
//!
//! Later wins: preset, then `--config FILE`, then flags (which clap has already filled from
//! `REVERIE_*` variables). A file may leave keys out; a key that does not exist is refused with the
//! nearest that does.

use std::path::Path;

use anyhow::Context;
use reverie_model::weights::nearest;
use reverie_viz::dream::DreamConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::exit::UsageError;

/// A named preset: its name and its file, which is part of the program.
pub type Preset = (&'static str, &'static str);

/// Style-transfer presets; the first is the default.
pub const STYLE_PRESETS: [Preset; 7] = [
    (
        "reverie",
        include_str!("../../../configs/style/reverie.toml"),
    ),
    ("gentle", include_str!("../../../configs/style/gentle.toml")),
    ("bold", include_str!("../../../configs/style/bold.toml")),
    (
        "lecture-style",
        include_str!("../../../configs/style/lecture-style.toml"),
    ),
    ("gatys", include_str!("../../../configs/style/gatys.toml")),
    (
        "johnson",
        include_str!("../../../configs/style/johnson.toml"),
    ),
    (
        "crowson",
        include_str!("../../../configs/style/crowson.toml"),
    ),
];

/// Presets for textures; the first is the default.
pub const TEXTURE_PRESETS: [Preset; 2] = [
    (
        "reverie",
        include_str!("../../../configs/texture/reverie.toml"),
    ),
    (
        "deeptextures",
        include_str!("../../../configs/texture/deeptextures.toml"),
    ),
];

/// Dream presets; the first is the default.
pub const DREAM_PRESETS: [Preset; 4] = [
    ("soft", include_str!("../../../configs/dream/soft.toml")),
    (
        "deepdream",
        include_str!("../../../configs/dream/deepdream.toml"),
    ),
    (
        "lecture-dream",
        include_str!("../../../configs/dream/lecture-dream.toml"),
    ),
    ("zoom", include_str!("../../../configs/dream/zoom.toml")),
];

/// Presets for pictures from noise; the first is the default.
pub const IMAGINE_PRESETS: [Preset; 8] = [
    (
        "channel",
        include_str!("../../../configs/imagine/channel.toml"),
    ),
    ("class", include_str!("../../../configs/imagine/class.toml")),
    (
        "imagenet",
        include_str!("../../../configs/imagine/imagenet.toml"),
    ),
    ("lucid", include_str!("../../../configs/imagine/lucid.toml")),
    (
        "yosinski-1",
        include_str!("../../../configs/imagine/yosinski-1.toml"),
    ),
    (
        "yosinski-2",
        include_str!("../../../configs/imagine/yosinski-2.toml"),
    ),
    (
        "yosinski-3",
        include_str!("../../../configs/imagine/yosinski-3.toml"),
    ),
    (
        "yosinski-4",
        include_str!("../../../configs/imagine/yosinski-4.toml"),
    ),
];

/// Presets for inversions; the first is the default.
pub const INVERT_PRESETS: [Preset; 2] = [
    (
        "reverie",
        include_str!("../../../configs/invert/reverie.toml"),
    ),
    (
        "mahendran",
        include_str!("../../../configs/invert/mahendran.toml"),
    ),
];

/// Presets for the deconvolutional network; the first is the default.
pub const DECONV_PRESETS: [Preset; 1] = [(
    "zeiler",
    include_str!("../../../configs/deconv/zeiler.toml"),
)];

/// Presets for classifiers of pictures; the first is the default.
pub const CLASSIFY_PRESETS: [Preset; 1] = [(
    "vgg-mini",
    include_str!("../../../configs/classify/vgg-mini.toml"),
)];

/// Presets for models of text; the first is the default.
pub const TEXT_PRESETS: [Preset; 5] = [
    (
        "char-rnn",
        include_str!("../../../configs/text/char-rnn.toml"),
    ),
    (
        "karpathy2015",
        include_str!("../../../configs/text/karpathy2015.toml"),
    ),
    ("quick", include_str!("../../../configs/text/quick.toml")),
    (
        "war-and-peace",
        include_str!("../../../configs/text/war-and-peace.toml"),
    ),
    (
        "c-source",
        include_str!("../../../configs/text/c-source.toml"),
    ),
];

/// Presets for the comparison on music; the first is the default.
pub const MUSIC_PRESETS: [Preset; 4] = [
    ("quick", include_str!("../../../configs/music/quick.toml")),
    (
        "matched",
        include_str!("../../../configs/music/matched.toml"),
    ),
    (
        "chung2014",
        include_str!("../../../configs/music/chung2014.toml"),
    ),
    ("free", include_str!("../../../configs/music/free.toml")),
];

/// Presets for the recognition of digits; the first is the default.
pub const SPEECH_PRESETS: [Preset; 1] = [(
    "digits",
    include_str!("../../../configs/speech/digits.toml"),
)];

/// Presets for attribution; the first is the default.
pub const SALIENCY_PRESETS: [Preset; 1] = [(
    "reverie",
    include_str!("../../../configs/saliency/reverie.toml"),
)];

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
    mut table: Table,
    file: Option<&Path>,
    flags: Table,
) -> anyhow::Result<C> {
    let base = table.clone();
    let flag_keys: Vec<String> = flags.keys().cloned().collect();
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
        said.extend(user.clone());
        overlay(&mut table, user, &file.display().to_string())?;
    }
    said.extend(flags.clone());
    overlay(&mut table, flags, "the command line")?;
    let Err(error) = Value::Table(table.clone()).try_into::<C>() else {
        return Ok(Value::Table(table).try_into::<C>()?);
    };
    // The error does not know its key: it is the one that spoils the settings all by itself.
    let is_culprit = |(key, value): &&(String, Value)| {
        let mut alone = base.clone();
        let pair = Table::from_iter([(key.clone(), value.clone())]);
        overlay(&mut alone, pair, "").is_err() || Value::Table(alone).try_into::<C>().is_err()
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

/// Puts the user's keys over the defaults.
fn overlay(table: &mut Table, user: Table, origin: &str) -> Result<(), UsageError> {
    for (key, value) in user {
        let key = key.replace('-', "_");
        let Some(slot) = table.get_mut(&key) else {
            let names = table.keys().map(String::as_str);
            let hint = did_you_mean(&key, names);
            return Err(UsageError(format!(
                "{origin}: there is no setting {key}{hint}"
            )));
        };
        *slot = match (&*slot, value) {
            // A whole number is a fine value for a setting with a fraction.
            (Value::Float(_), Value::Integer(whole)) => Value::Float(whole as f64),
            (_, value) => value,
        };
    }
    Ok(())
}

/// Adds a flag that was given.
pub fn put<V: Into<Value>>(flags: &mut Table, key: &str, value: Option<V>) {
    if let Some(value) = value {
        flags.insert(key.to_owned(), value.into());
    }
}

/// A count as TOML has it.
pub fn whole(value: Option<usize>) -> Option<i64> {
    value.map(|value| i64::try_from(value).unwrap_or(i64::MAX))
}

/// Several `key=value`, the later one winning, as settings that lie over others.
///
/// # Errors
/// [`UsageError`] for the first without an equals sign.
pub fn assignments<T: AsRef<str>>(texts: &[T]) -> Result<Table, UsageError> {
    texts.iter().map(|text| assignment(text.as_ref())).collect()
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

    #[test]
    fn later_wins_and_whole_numbers_are_numbers() {
        let flags = Table::from_iter([assignment("strength=2").unwrap()]);
        let config: StyleConfig = resolve(&STYLE_PRESETS, None, None, flags).unwrap();
        assert_eq!(config.strength, 2.0);
    }
}
