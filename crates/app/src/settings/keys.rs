//! Tables of settings, and settings of settings by their whole names, such as `learn.rate`.

use toml::{Table, Value};

use super::did_you_mean;
use crate::exit::UsageError;

/// Puts the user's keys over the defaults.
///
/// # Errors
/// [`UsageError`] for a key that the defaults do not have, with the nearest that they have.
pub(super) fn overlay(table: &mut Table, user: Table, origin: &str) -> Result<(), UsageError> {
    overlay_within(table, user, origin, "")
}

/// The same of the settings of a setting; `within` is its name with a dot, or nothing.
fn overlay_within(
    table: &mut Table,
    user: Table,
    origin: &str,
    within: &str,
) -> Result<(), UsageError> {
    for (key, value) in user {
        let key = key.replace('-', "_");
        let Some(slot) = table.get_mut(&key) else {
            let names = table.keys().map(String::as_str);
            let hint = match did_you_mean(&key, names) {
                none if none.is_empty() => deeper(table, &key),
                hint => hint,
            };
            return Err(UsageError(format!(
                "{origin}: there is no setting {within}{key}{hint}"
            )));
        };
        match (slot, value) {
            (Value::Table(slot), Value::Table(value)) => {
                overlay_within(slot, value, origin, &format!("{within}{key}."))?;
            }
            // A whole number is a fine value for a setting with a fraction.
            (slot @ Value::Float(_), Value::Integer(whole)) => *slot = Value::Float(whole as f64),
            (slot, value) => *slot = value,
        }
    }
    Ok(())
}

/// `" (did you mean learn.X?)"` where a setting of a setting has this name, or nothing.
fn deeper(table: &Table, key: &str) -> String {
    let is_it = |name: &String| name.ends_with(&format!(".{key}"));
    let mut names = leaves(table).into_iter().map(|(name, _)| name);
    names
        .find(is_it)
        .map(|name| format!(" (did you mean {name}?)"))
        .unwrap_or_default()
}

/// All settings that have none of their own, by their whole names.
pub(super) fn leaves(table: &Table) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) => {
                let inner = leaves(inner).into_iter();
                found.extend(inner.map(|(name, value)| (format!("{key}.{name}"), value)));
            }
            value => found.push((key.clone(), value.clone())),
        }
    }
    found
}

/// Sets a setting by its whole name.
pub(super) fn insert(table: &mut Table, key: &str, value: Value) {
    let Some((first, rest)) = key.split_once('.') else {
        table.insert(key.to_owned(), value);
        return;
    };
    let slot = table.entry(first).or_insert(Value::Table(Table::new()));
    if !slot.is_table() {
        *slot = Value::Table(Table::new());
    }
    if let Value::Table(inner) = slot {
        insert(inner, rest, value);
    }
}

/// Takes a setting out by its whole name.
pub(super) fn take(table: &mut Table, key: &str) -> Option<Value> {
    match key.split_once('.') {
        Some((first, rest)) => take(table.get_mut(first)?.as_table_mut()?, rest),
        None => table.remove(key),
    }
}
