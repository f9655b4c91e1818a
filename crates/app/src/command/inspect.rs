//! `reverie inspect`: how a picture was made.

use std::process::ExitCode;

use anyhow::Context;
use serde_json::Value;

use crate::cli::InspectArgs;
use crate::output::Output;
use crate::recipe;

/// Prints the recipe that a picture carries.
///
/// # Errors
/// A file that is missing, no PNG, or without a recipe.
pub fn run(args: &InspectArgs) -> anyhow::Result<ExitCode> {
    let output = Output::new(args.talk.json, args.talk.quiet, args.talk.verbose);
    let text = recipe::text_of(&args.picture)?;
    if output.is_json() {
        output.result(&text)?;
    } else {
        let recipe: Value = serde_json::from_str(&text).context("reading the recipe")?;
        print(&output, &recipe, "")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints `name: value` lines, the names of nested values joined by dots.
fn print(output: &Output, value: &Value, prefix: &str) -> std::io::Result<()> {
    let name = |key: &str| {
        if prefix.is_empty() {
            key.into()
        } else {
            format!("{prefix}.{key}")
        }
    };
    match value {
        Value::Object(fields) => fields
            .iter()
            .try_for_each(|(key, value)| print(output, value, &name(key))),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let mut numbered = items.iter().enumerate();
            numbered.try_for_each(|(i, item)| print(output, item, &name(&(i + 1).to_string())))
        }
        Value::String(text) => output.result(&format!("{prefix}: {text}")),
        other => output.result(&format!("{prefix}: {other}")),
    }
}
