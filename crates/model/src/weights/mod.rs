//! Weights: which there are, where they lie, whether they are the right ones, and their numbers.
//!
//! Nothing here knows a network or touches the internet. A [`Registry`] knows files by name,
//! [`locate`] finds one on the disk, [`verify_file`] compares it with what the registry says, a
//! [`TensorFile`] reads it, and a [`Loader`] hands its tensors to a network and insists that all
//! of them fit.
//!
//! | to | use |
//! |---|---|
//! | know what there is | [`Registry`], [`Entry`] |
//! | know what a network wants to see | [`Preprocessing`] |
//! | find and check a file | [`locate`], [`verify_file`], [`sha256_file`] |
//! | name the classes of a network | [`ClassList`] |
//! | read `.safetensors`, `.pth`, `.pt` | [`TensorFile`], [`RawTensor`] |
//! | fill a network and miss nothing | [`Loader`], [`Problems`] |
//! | know what a file calls the layers of a VGG | [`VggNames`] |
//! | write a small file of one's own | [`write_safetensors_f16`], [`write_safetensors_f32`] |
//! | guess what a misspelled name meant | [`nearest`] |

mod class_names;
mod content;
mod entry;
mod error;
mod floats;
mod hash;
mod loader;
mod locate;
mod nearest;
mod preprocessing;
mod pytorch;
mod registry;
mod safetensors_file;
mod tensor_file;
mod verify;
mod vgg_names;
mod write;

pub use class_names::{CLASS_LISTS, ClassList};
pub use content::LooksLike;
pub use entry::{Entry, Probe};
pub(crate) use entry::{is_plain_file_name, is_sha256};
pub use error::{EntryFault, Remedy, WeightsError};
pub(crate) use error::{did_you_mean, list_paths};
pub use hash::{sha256_bytes, sha256_file};
pub use loader::{Loader, Problems, WrongShape};
pub(crate) use locate::find;
pub use locate::locate;
pub use nearest::nearest;
pub use preprocessing::{ChannelOrder, Preprocessing};
pub use registry::Registry;
pub use tensor_file::{RawTensor, TensorFile, TensorFormat};
pub use verify::{Verified, verify_file};
pub use vgg_names::{ConvNames, Scheme, VggNames};
pub use write::{write_safetensors_f16, write_safetensors_f32};
