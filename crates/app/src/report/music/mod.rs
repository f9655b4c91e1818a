//! The study of recurrent cells on music: one page, one table, one picture of the curves.
//!
//! Chung, Gulcehre, Cho and Bengio (2014, arXiv 1412.3555) asked whether the gates of a GRU or an
//! LSTM help where all networks have the same number of weights, and answered with a table of
//! losses on polyphonic music. What is here sets the same numbers of our runs beside theirs, says
//! in sentences what follows and what does not, and shows how the runs went. Everything is plain
//! data in and text out: nothing here knows the networks, touches a disk or a terminal.
//!
//! | module | what is in it |
//! |---|---|
//! | `input` | what a study hands over |
//! | `spread` | a mean over seeds, and whether two differ |
//! | `published` | the numbers of the paper |
//! | `table` | published, ours and the difference, as HTML, Markdown and JSON |
//! | `commentary` | what the numbers say, in sentences |
//! | `chart` | validation losses over updates and seconds |
//! | `section` | what the page says about one set |
//! | `rates` | the learning rates that were tried |
//! | `listen` | what the networks composed |
//! | `page` | the page |
//! | `words` | numbers and lists in sentences |

mod chart;
mod commentary;
#[cfg(test)]
pub(crate) mod fake;
mod input;
mod listen;
mod page;
mod published;
mod rates;
mod section;
mod spread;
mod table;
mod words;

pub use chart::curves_svg;
use reverie_model::sequence::music::MusicCell;

pub use commentary::{commentary, summary};
pub use input::{CellReport, Curve, CurvePoint, Listen, SetReport, Status, StudyReport, Tried};
pub use page::html;
pub use published::{Published, published};
pub use spread::Spread;
pub use table::{table_html, table_json, table_markdown};
