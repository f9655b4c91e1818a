//! The settings of an experiment: defaults or `--quick`, then `--config FILE`, then flags.

use clap::ValueEnum;

use super::Experiment;
use crate::command::shared;
use crate::exit::UsageError;
use crate::settings::{put, resolve_open, to_table};

/// Lays file and flags over the defaults.
///
/// # Errors
/// Settings that do not exist, have a value of the wrong kind, or are out of range.
pub fn resolve<E: Experiment + ?Sized>(
    experiment: &E,
    defaults: &E::Settings,
) -> anyhow::Result<E::Settings> {
    let run = &experiment.common().run;
    let mut flags = shared::set_flags(run)?;
    experiment.flags(&mut flags);
    put(&mut flags, E::SEED, run.seed.map(seed).transpose()?);
    let defaults = to_table(defaults)?;
    let mut settings = resolve_open(defaults, E::DECIDED, run.config.as_deref(), flags)?;
    E::settle(&mut settings)?;
    Ok(settings)
}

/// A seed as a settings file has it.
fn seed(seed: u64) -> Result<i64, UsageError> {
    i64::try_from(seed)
        .map_err(|_| UsageError(format!("--seed is {seed}; it must be at most {}", i64::MAX)))
}

/// A large count as a settings file has it.
pub fn long(value: Option<u64>) -> Option<i64> {
    value.map(|value| i64::try_from(value).unwrap_or(i64::MAX))
}

/// Counts as a settings file has them; nothing where there are none.
pub fn counts(values: &[usize]) -> Option<Vec<i64>> {
    let values: Vec<i64> = values
        .iter()
        .map(|value| i64::try_from(*value).unwrap_or(i64::MAX))
        .collect();
    (!values.is_empty()).then_some(values)
}

/// The name of a choice on the command line, which is that of the setting.
pub fn name<V: ValueEnum>(choice: V) -> String {
    let name = choice.to_possible_value();
    name.map_or_else(String::new, |name| name.get_name().to_owned())
}
