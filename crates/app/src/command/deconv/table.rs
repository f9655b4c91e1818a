//! What was found, as numbers.

use reverie_model::data::pictures::PictureFile;
use reverie_model::vision::LayerInfo;
use reverie_viz::deconv::rule_name;
use serde_json::{Value, json};

use super::draw::Entry;
use super::folder::Shown;
use super::state::Progress;

/// The file for programs.
pub fn table(
    folder: &str,
    rule: reverie_model::vision::Rule,
    progress: &Progress,
    files: &[PictureFile],
    shown: &[Shown],
) -> Value {
    let skipped: Vec<Value> = progress
        .skipped
        .iter()
        .map(|skip| json!({ "picture": skip.name, "reason": skip.reason }))
        .collect();
    let side = progress.basis.size as usize;
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "net": progress.basis.net,
        "weights_sha256": progress.basis.weights_sha256,
        "backend": progress.basis.backend,
        "rule": rule_name(rule),
        "folder": folder,
        "pictures": progress.of,
        "skipped": skipped,
        "size": side,
        "top": progress.basis.top,
        "layers": shown.iter().map(|one| layer(one, files, side)).collect::<Vec<_>>(),
    })
}

fn layer(shown: &Shown, files: &[PictureFile], side: usize) -> Value {
    let channels = shown.entries.iter();
    json!({
        "layer": shown.info.layer.as_str(),
        "sheets": shown.sheets,
        "positions": shown.info.positions(side),
        "channels": channels.map(|entry| channel(&shown.info, entry, files, side)).collect::<Vec<_>>(),
    })
}

fn channel(info: &LayerInfo, entry: &Entry, files: &[PictureFile], side: usize) -> Value {
    let hits = entry.hits.iter().enumerate().map(|(place, hit)| {
        let field = info.field(hit.column, hit.row, side, side);
        json!({
            "rank": place + 1,
            "picture": files[hit.picture].name,
            "activation": hit.activation,
            "column": hit.column,
            "row": hit.row,
            "field": [field.left, field.top, field.width as isize, field.height as isize],
        })
    });
    json!({ "channel": entry.channel, "top": hits.collect::<Vec<_>>() })
}
