//! What a layer is made of, and what it makes of a picture.
//!
//! | file | idea |
//! |---|---|
//! | `bank` | [`Bank`]: numbers of many channels, and the picture of each |
//! | `first` | [`first_filters`]: the filters that read the picture, in its own colours |
//! | `maps` | [`feature_maps`]: what every channel of a layer makes of a picture |

mod bank;
mod first;
mod maps;

pub use bank::{Bank, Range};
pub use first::first_filters;
pub use maps::feature_maps;
