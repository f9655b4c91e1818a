//! Pictures from networks: style transfer, dreams, feature pictures, neurons of recurrent networks,
//! and the music that they play.
//!
//! Everything here is one loop ([`render::render`]) over four axes that know nothing of each other:
//!
//! | axis | trait | answers |
//! |---|---|---|
//! | [`objective`] | [`objective::Objective`] | what do we want to see more of? |
//! | [`param`] | [`param::ImageParam`] | which numbers make the image? |
//! | [`transform`] | [`transform::Transform`] | how is the image shaken before the network looks? |
//! | [`render`] | [`render::Constraint`], [`render::Optimizer`] | how do the numbers move, and what must stay true of the image? |
//!
//! [`style`], [`dream`] and [`invert`] are combinations of these; [`filters`] shows what a network is
//! made of, and [`picture`] reads and writes files. The network is anything with the trait
//! [`reverie_model::vision::Network`].
//!
//! [`attribution`] asks which pixels made a network say so.
//!
//! [`deconv`] goes back from single units, and finds the pictures that excite them most.
//!
//! [`neurons`] is about recurrent networks: what single cells of them follow while they read.
//! [`pianoroll`] shows what they play, and [`sound`] makes it heard.

pub mod attribution;
pub mod deconv;
pub mod dream;
pub mod filters;
pub mod invert;
pub mod neurons;
pub mod objective;
pub mod param;
pub mod pianoroll;
pub mod picture;
pub mod render;
pub mod sound;
pub mod style;
pub mod transform;

mod bilinear;
mod error;
mod noise;
mod signal;
mod tensor;

pub use error::VizError;
pub use signal::{Signal, send_back};
pub use tensor::{picture_of, tensor_of};
