//! What a training run leaves to look at: `log.csv`, `curve.svg` and one `report.html`.
//!
//! A character model learns in the open: its samples go from noise to words to sentences while one
//! number falls. These files show both side by side. Everything is text made in memory, so it can
//! be written anew after every report while the run goes on; nothing here touches a disk or a
//! terminal.
//!
//! | module | what is in it |
//! |---|---|
//! | `point` | one line of the log, and the best of them |
//! | `csv` | the log as a file |
//! | `sample` | text that the model wrote, as a card |
//! | `marked` | text with invented words and invisible characters made visible |
//! | `curve` | the losses as a picture |
//! | `chart` | charts of any numbers, heat maps |
//! | `table` | the losses as a table |
//! | `training` | the page |
//! | `parts` | what the pages about training have in common |
//! | `music` | the page about the comparison of recurrent cells on music |
//! | `frame` | what this page shares with the other pages |
//! | `embed` | pictures inside pages |
//! | `number` | numbers as people write them |

pub mod chart;
mod csv;
mod curve;
pub mod embed;
pub mod frame;
mod marked;
pub mod music;
pub mod number;
mod parts;
mod point;
mod sample;
mod table;
mod training;

pub use csv::csv;
pub use curve::curve_svg;
pub use parts::facts;
pub use point::LogPoint;
pub use sample::Sample;
pub use training::{Report, Status, html};
