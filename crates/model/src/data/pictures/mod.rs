//! Pictures in classes, for networks that learn to tell them apart.
//!
//! The class of a picture is the name of the folder it lies in, in a folder on disk as in a
//! `.tar.gz`. Folders `train` and `val` (or `valid`, `validation`, `test`) above the classes say what
//! is learnt from and what is measured on; where there are none, a tenth of every class is kept back.
//!
//! | to | use |
//! |---|---|
//! | find pictures of any kind | [`picture_files`], [`PictureFile`] |
//! | find the pictures of classes | [`list_pictures`], [`Listed`] |
//! | have all of them in memory, at one size | [`PictureSet`], [`decode_all`] |
//! | deal them into two parts | [`Parts`] |
//! | know what went wrong | [`PicturesError`], [`Skipped`] |

mod decode;
mod error;
mod files;
mod list;
mod parts;
mod set;

pub use decode::{Decode, Decoded, Skipped, decode_all};
pub use error::PicturesError;
pub use files::{PictureFile, picture_files};
pub use list::{Listed, list_pictures};
pub use parts::Parts;
pub use set::PictureSet;
