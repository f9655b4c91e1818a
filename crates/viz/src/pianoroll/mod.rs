//! Pictures of piano rolls: time to the right, pitch upwards, a bar for every note.
//!
//! A long roll is broken into rows, as a text into lines. What a network was given and how it went
//! on can have two colours.
//!
//! | file | idea |
//! |---|---|
//! | `config` | [`RollConfig`]: how large, how many steps to the bar, where the continuation begins |
//! | `keys` | white keys, black keys, octaves |
//! | `layout` | where everything is |
//! | `colours` | which colour it has |
//! | `raster` | [`draw_roll`]: pixels |
//! | `svg` | [`roll_svg`]: lines and bars for a page |

mod colours;
mod config;
mod keys;
mod layout;
mod raster;
mod svg;

pub use config::{RollConfig, RollError};
pub use raster::{draw_roll, roll_png};
pub use svg::roll_svg;
