//! Pictures of what was found.

use reverie_viz::attribution::{Map, paint};
use reverie_viz::picture::{Filter, Picture, SheetOptions, contact_sheet, resize};

use super::explain::{Explained, Found};
use crate::cli::Show;

/// Shorter side that a small picture is enlarged to, in pixels.
const WIDE: u32 = 224;
/// The same on sheets of many.
const NARROW: u32 = 128;

/// What suits a method: its own colours where it goes back in them, heat where it knows single pixels,
/// heat over the picture where it knows regions.
fn suits(found: &Found) -> Show {
    match found.method {
        "guided-backprop" | "deconvnet" => Show::Signal,
        "grad-cam" | "occlusion" | "rise" => Show::Overlay,
        _ => Show::Heat,
    }
}

/// The picture with whole pixels repeated until its shorter side has `side` pixels.
fn repeated(picture: &Picture, side: u32, filter: Filter) -> Picture {
    let factor = side.div_ceil(picture.width().min(picture.height())).max(1);
    let (width, height) = (picture.width() * factor, picture.height() * factor);
    resize(picture, width, height, filter)
}

/// One map in one way.
fn painted(map: &Map, picture: &Picture, is_signed: bool, show: Show, side: u32) -> Picture {
    match show {
        Show::Signed => repeated(&paint::signed(map), side, Filter::Nearest),
        Show::Signal => repeated(&paint::signal(map), side, Filter::Nearest),
        Show::Overlay => repeated(
            &paint::overlay(map, picture, is_signed),
            side,
            Filter::Bicubic,
        ),
        Show::Masked => repeated(
            &paint::masked(map, picture, is_signed),
            side,
            Filter::Bicubic,
        ),
        Show::Heat | Show::Auto | Show::All => {
            repeated(&paint::heat(map, is_signed), side, Filter::Nearest)
        }
    }
}

/// The ways that were asked for.
fn ways(found: &Found, show: Show) -> Vec<(Show, &'static str)> {
    match show {
        Show::All => vec![
            (Show::Heat, "heat"),
            (Show::Signed, "signed"),
            (Show::Signal, "signal"),
            (Show::Overlay, "overlay"),
            (Show::Masked, "masked"),
        ],
        Show::Auto => vec![(suits(found), "")],
        one => vec![(one, "")],
    }
}

/// What was explained, with how sure the network is.
pub fn headline(explained: &Explained) -> String {
    format!("{} {:.3}", explained.asked.label, explained.asked.answer)
}

/// The picture itself, enlarged as its maps are.
pub fn seen(explained: &Explained) -> Picture {
    repeated(&explained.picture, WIDE, Filter::Bicubic)
}

/// Every method's map with its caption, as it was asked for.
pub fn maps(explained: &Explained, show: Show) -> Vec<(Picture, String)> {
    let mut tiles = Vec::new();
    for one in &explained.found {
        for (way, name) in ways(one, show) {
            let painted = painted(&one.map, &explained.picture, one.is_signed, way, WIDE);
            tiles.push((painted, format!("{} {name}", one.method).trim().to_owned()));
        }
    }
    tiles
}

/// A row for each method: the picture, its map, and what becomes of it while weights become random.
pub fn cascade(explained: &Explained, show: Show) -> Vec<Vec<(Picture, String)>> {
    let row = |(number, one): (usize, &Found)| {
        let way = match show {
            Show::Auto | Show::All => suits(one),
            way => way,
        };
        let paint = |map: &Map| painted(map, &explained.picture, one.is_signed, way, NARROW);
        let picture = repeated(&explained.picture, NARROW, Filter::Bicubic);
        let mut tiles = vec![
            (picture, headline(explained)),
            (paint(&one.map), one.method.to_owned()),
        ];
        tiles.extend(explained.stages.iter().map(|stage| {
            let layer = stage.layer.as_str().trim_end_matches("_pre_relu");
            let caption = format!("{layer} {:.2}", stage.unsigned[number]);
            (paint(&stage.maps[number]), caption)
        }));
        tiles
    };
    explained.found.iter().enumerate().map(row).collect()
}

/// One picture for all of it: the map alone where it is one, else a sheet.
pub fn sheet(explained: &Explained, show: Show) -> Picture {
    if !explained.stages.is_empty() {
        let rows = cascade(explained, show);
        return laid_out(&rows.concat(), rows[0].len());
    }
    let mut tiles = maps(explained, show);
    if tiles.len() == 1 {
        return tiles.swap_remove(0).0;
    }
    tiles.insert(0, (seen(explained), headline(explained)));
    let columns = match tiles.len() {
        few @ ..=5 => few,
        6 => 3,
        7..=8 => 4,
        _ => 5,
    };
    laid_out(&tiles, columns)
}

fn laid_out(tiles: &[(Picture, String)], columns: usize) -> Picture {
    let options = SheetOptions {
        columns,
        ..SheetOptions::default()
    };
    contact_sheet(tiles, &options)
}
