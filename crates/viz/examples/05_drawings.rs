//! Writes drawings of every kind, to have many pictures that may be shown to anybody:
//!
//!     05_drawings FOLDER COUNT SIDE

use reverie_viz::picture::{SaveOptions, draw, save};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("say which folder")?;
    let mut number = || args.next().ok_or("say how many, and how large");
    let (count, side): (u64, u32) = (number()?.parse()?, number()?.parse()?);
    let kinds = [
        ("landscape", draw::landscape as fn(u32, u32, u64) -> _),
        ("still-life", draw::still_life),
        ("portrait", draw::portrait),
        ("strokes", draw::brush_swirls),
        ("mosaic", draw::mosaic),
        ("waves", draw::woodcut_waves),
        ("planes", draw::cubist_planes),
    ];
    std::fs::create_dir_all(&folder)?;
    for seed in 0..count {
        let (name, draw) = kinds[seed as usize % kinds.len()];
        let path = format!("{folder}/{seed:05}-{name}.png");
        let picture = draw(side, side, seed);
        save(&picture, None, path.as_ref(), &SaveOptions::default())?;
    }
    Ok(())
}
