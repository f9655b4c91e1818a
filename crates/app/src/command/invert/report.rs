//! What is shown and said of finished pictures.

use reverie_model::vision::Layer;
use reverie_viz::invert::Inverted;
use reverie_viz::picture::{Picture, SheetOptions, contact_sheet};
use reverie_viz::render::Losses;
use serde_json::{Map, Value, json};

use crate::command::shared;
use crate::exit::UsageError;

/// So many pictures still stand in one row.
const ROW: usize = 6;

/// Columns of the sheet, which shows the given picture first; 0 leaves them to it.
///
/// # Errors
/// [`UsageError`] for a sheet with too little room.
pub fn columns(asked: Option<(u32, u32)>, layers: usize) -> Result<usize, UsageError> {
    let tiles = layers + 1;
    match shared::sheet_columns(asked, tiles)? {
        0 if tiles <= ROW => Ok(tiles),
        columns => Ok(columns),
    }
}

/// Beside the progress bar.
pub fn remark(layer: &Layer, losses: &Losses) -> String {
    format!("{layer}: features off {}", percent(features_off(losses)))
}

/// The line for programs after a step.
pub fn step(layer: &Layer, step: usize, losses: &Losses) -> Value {
    json!({
        "event": "step",
        "layer": layer.as_str(),
        "step": step,
        "loss": losses.total,
        "feature_error": features_off(losses),
    })
}

/// The loss of the features is the square of their error.
fn features_off(losses: &Losses) -> f64 {
    losses.part("content").max(0.0).sqrt()
}

/// `relu3_3: features off 4.1 %, picture off 38 %`.
pub fn sentence(one: &Inverted) -> String {
    let picture = match one.picture_error {
        Some(off) => format!(", picture off {} of its contrast", percent(off)),
        None => String::new(),
    };
    let layer = &one.layer;
    format!(
        "{layer}: features off {}{picture}",
        percent(one.feature_error)
    )
}

fn caption(one: &Inverted) -> String {
    format!("{}: {} off", one.layer, percent(one.feature_error))
}

/// A share in percent, with two digits that count.
fn percent(share: f64) -> String {
    let share = 100.0 * share;
    match share {
        _ if share < 0.095 => format!("{share:.2} %"),
        _ if share < 9.95 => format!("{share:.1} %"),
        _ => format!("{share:.0} %"),
    }
}

/// The line for programs.
pub fn event(one: &Inverted) -> Value {
    json!({
        "event": "layer",
        "layer": one.layer.as_str(),
        "feature_error": one.feature_error,
        "picture_error": one.picture_error,
        "loss": one.losses.total,
        "steps": one.steps,
    })
}

/// What the last line says of all of them: sums, and the errors of the last layer.
pub fn totals(made: &[Inverted]) -> Map<String, Value> {
    let all = |value: fn(&Inverted) -> Value| made.iter().map(value).collect::<Vec<_>>();
    let last = made.last();
    let fields = [
        ("layers", json!(all(|one| json!(one.layer.as_str())))),
        ("feature_errors", json!(all(|one| json!(one.feature_error)))),
        ("picture_errors", json!(all(|one| json!(one.picture_error)))),
        ("feature_error", json!(last.map(|one| one.feature_error))),
        (
            "picture_error",
            json!(last.and_then(|one| one.picture_error)),
        ),
        (
            "loss",
            json!(made.iter().map(|one| one.losses.total).sum::<f64>()),
        ),
    ];
    let named = fields.into_iter();
    named
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The given picture and those that were found; one found picture may stand for itself.
pub fn sheet(picture: &Picture, made: &[Inverted], columns: usize, is_alone: bool) -> Picture {
    if let ([one], true) = (made, is_alone) {
        return one.picture.clone();
    }
    let mut tiles = vec![(picture.clone(), "the picture".to_owned())];
    tiles.extend(made.iter().map(|one| (one.picture.clone(), caption(one))));
    let options = SheetOptions {
        columns,
        ..SheetOptions::default()
    };
    contact_sheet(&tiles, &options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_two_digits() {
        let said = [0.0004, 0.0123, 0.0994, 0.38, 1.2].map(percent);
        assert_eq!(said, ["0.04 %", "1.2 %", "9.9 %", "38 %", "120 %"]);
    }
}
