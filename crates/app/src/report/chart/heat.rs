//! A table of numbers as colours.

use maud::{Markup, html};
use reverie_viz::picture::Picture;

use crate::report::embed;

/// Which colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// From dark (low) to bright (high): shares, gates, sizes.
    Rising,
    /// From blue (low) through white to red (high): signed numbers.
    Signed,
}

/// Rows of numbers, the first at the top.
#[derive(Clone, Debug)]
pub struct HeatMap {
    /// What it shows, above it.
    pub title: String,
    /// What the columns are, below it.
    pub x: String,
    /// What the rows are, at its left.
    pub y: String,
    /// The numbers, all rows of one length; one that is none is grey.
    pub rows: Vec<Vec<f64>>,
    /// Numbers of the colours' ends; what lies beyond has the colour of the end.
    pub range: (f64, f64),
    /// The colours.
    pub palette: Palette,
}

/// Colours from low to high.
const RISING: [[f32; 3]; 5] = [
    [0.06, 0.05, 0.20],
    [0.35, 0.10, 0.42],
    [0.73, 0.22, 0.33],
    [0.96, 0.52, 0.15],
    [0.99, 0.95, 0.66],
];
const SIGNED: [[f32; 3]; 5] = [
    [0.10, 0.24, 0.56],
    [0.46, 0.63, 0.86],
    [0.97, 0.97, 0.96],
    [0.92, 0.55, 0.45],
    [0.62, 0.10, 0.14],
];
const MISSING: [f32; 3] = [0.6, 0.6, 0.6];

impl Palette {
    /// The colour of a share of the way from low to high.
    fn at(self, share: f64) -> [f32; 3] {
        let stops = match self {
            Self::Rising => RISING,
            Self::Signed => SIGNED,
        };
        if !share.is_finite() {
            return MISSING;
        }
        let way = share.clamp(0.0, 1.0) as f32 * (stops.len() - 1) as f32;
        let below = (way as usize).min(stops.len() - 2);
        let part = way - below as f32;
        std::array::from_fn(|c| stops[below][c] * (1.0 - part) + stops[below + 1][c] * part)
    }
}

impl HeatMap {
    /// As a picture of one pixel a number.
    ///
    /// # Panics
    /// If there are no numbers, or rows of different length.
    pub fn picture(&self) -> Picture {
        let (low, high) = self.range;
        let width = self.rows.first().map_or(0, Vec::len);
        assert!(
            width > 0 && self.rows.iter().all(|row| row.len() == width),
            "a heat map has rows of one length"
        );
        Picture::from_fn(width as u32, self.rows.len() as u32, |x, y| {
            let value = self.rows[y as usize][x as usize];
            self.palette.at((value - low) / (high - low))
        })
    }

    /// As part of a page; its classes are in `command/lab/drawn.css`.
    ///
    /// # Errors
    /// If the picture cannot be encoded.
    pub fn figure(&self) -> anyhow::Result<Markup> {
        let uri = embed::png_uri(&self.picture())?;
        let ends: Vec<f64> = (0..64).map(|step| f64::from(step) / 63.0).collect();
        let bar = Picture::from_fn(64, 1, |x, _| self.palette.at(ends[x as usize]));
        let bar = embed::png_uri(&bar)?;
        Ok(html! {
            figure.heat {
                div.heat-title { (self.title) }
                div.heat-map {
                    span.heat-y { (self.y) }
                    img.crisp src=(uri) alt=(self.title);
                }
                div.heat-below {
                    span { (self.x) }
                    span.heat-key { (short(self.range.0)) img src=(bar) alt="colours"; (short(self.range.1)) }
                }
            }
        })
    }
}

fn short(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        size if !(1e-3..1e5).contains(&size) => format!("{number:.1e}"),
        size if size < 10.0 => {
            let words = format!("{number:.3}");
            words.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => format!("{number:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_is_dark_high_is_bright_and_nothing_is_grey() {
        let map = HeatMap {
            title: "t".to_owned(),
            x: "time".to_owned(),
            y: "unit".to_owned(),
            rows: vec![vec![0.0, 1.0], vec![f64::NAN, 9.0]],
            range: (0.0, 1.0),
            palette: Palette::Rising,
        };
        let picture = map.picture();
        assert_eq!(picture.get(0, 0), RISING[0]);
        assert_eq!(picture.get(1, 0), RISING[4]);
        assert_eq!(picture.get(0, 1), MISSING);
        assert_eq!(picture.get(1, 1), RISING[4]);
        assert!(map.figure().unwrap().0.contains("data:image/png"));
    }

    #[test]
    fn ends_are_short() {
        let said = [0.0, 1.0, -0.25, 1e-6, 400.0].map(short);
        assert_eq!(said, ["0", "1", "-0.25", "1.0e-6", "400"]);
    }
}
