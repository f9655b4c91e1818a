//! The table of the paper with our numbers beside it: published, ours and the difference.
//!
//! | module | what is in it |
//! |---|---|
//! | `rows` | the numbers and which of them are best |
//! | `html` | the table of the page |
//! | `markdown` | the table for a README |
//! | `json` | the table for other programs |

mod html;
mod json;
mod markdown;
mod rows;

pub use html::table_html;
pub use json::table_json;
pub use markdown::table_markdown;

/// What the Markov chain is called where there is little room.
const MARKOV: &str = "Markov chain";
/// What the model of single keys is called where there is little room.
const UNIGRAM: &str = "key frequency";
