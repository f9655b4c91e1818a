//! Style transfer: one picture's content in other pictures' manner.
//!
//! | item | for |
//! |---|---|
//! | [`StyleConfig`] | every choice that the presets make |
//! | [`Statistic`] | what "style" is measured by: Gram matrices or means with covariances |
//! | [`StyleMatch`], [`ContentMatch`] | the two losses as objectives |
//! | [`transfer`] | coarse to fine, on the loop of [`crate::render`] |

mod config;
mod content;
mod goal;
mod gram;
mod plan;
mod square_root;
mod statistic;
mod transfer;

pub use config::{
    Colour, ContentNorm, GramNorm, Init, LayerWeighting, OptimizerKind, StyleConfig, StyleLoss,
};
pub use content::{ContentMatch, content_distance};
pub use goal::style_goal;
pub use gram::{gram, gram_distance};
pub use plan::{Scale, brought_to, drop_unusable_layers, scales};
pub use square_root::square_root;
pub use statistic::{Statistic, StyleMatch, wasserstein};
pub use transfer::{Event, Outcome, Pictures, Snapshot, Transfer, transfer};
