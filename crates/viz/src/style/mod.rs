//! Style transfer: one picture's content in other pictures' manner.
//!
//! | item | for |
//! |---|---|
//! | [`StyleConfig`] | every choice that the presets make |
//! | [`Pictures`] | what goes in: content, styles with weights and regions, what is protected |
//! | [`Measure`], [`Statistic`] | what "style" is measured by: Gram matrices, moments, distributions |
//! | [`StyleMatch`], [`ContentMatch`], [`TemporalMatch`] | the losses as objectives |
//! | [`transfer`] | coarse to fine, on the loop of [`crate::render`]; without content it makes textures |

mod config;
mod content;
mod distance;
mod goal;
mod gram;
mod matched;
mod moments;
mod pace;
mod pictures;
mod plan;
mod sliced;
mod square_root;
mod stage;
mod statistic;
mod temporal;
mod transfer;
mod wasserstein;

pub use config::{
    Colour, ContentNorm, GramNorm, Init, LayerWeighting, OptimizerChoice, OptimizerKind,
    StyleConfig, StyleLoss,
};
pub use content::{ContentMatch, content_distance};
pub use distance::distances;
pub use goal::{Manner, measures, statistics, style_goal};
pub use gram::{gram, gram_distance};
pub use matched::StyleMatch;
pub use moments::{mean_and_deviation, moments_distance};
pub use pictures::{Mask, Pictures, Previous, Sample};
pub use plan::{Scale, brought_to, drop_unusable_layers, scales};
pub use sliced::{Quantiles, directions, projections};
pub use square_root::square_root;
pub use statistic::{Measure, Statistic};
pub use temporal::{TemporalMatch, temporal_distance};
pub use transfer::{Event, Outcome, Snapshot, Transfer, transfer};
pub use wasserstein::{Normal, wasserstein};
