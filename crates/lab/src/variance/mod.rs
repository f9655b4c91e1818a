//! How large signals and gradients are, layer by layer and step by step.
//!
//! With f(x) = α x + β the lecture finds Var(y^l) = α² n_{l-1} σ² (Var(y^{l-1}) + β²) on the way up
//! and Var(∂cost/∂y^{l-1}) = α² n_l σ² Var(∂cost/∂y^l) on the way down. Both stay as they are where
//! n_{l-1} σ² ≈ 1, n_l σ² ≈ 1, α = 1 and β = 0; what the real activations do follows from their
//! Taylor series, and exactly from an integral over the normal distribution.
//!
//! Here y^l = W f(y^{l-1}), so y is what f reads, and Var is the mean square of a layer's units.
//!
//! | file | what |
//! |---|---|
//! | `activation` | [`Function`]: f, its slope, its Taylor series |
//! | `scheme` | [`Scheme`]: how weights are drawn |
//! | `network` | random networks, signals up and gradients down |
//! | `theory` | the formulas, and the mean-field recursion by quadrature |
//! | `lines` | the lecture's formulas beside what is measured |
//! | `recursion` | deep and recurrent networks beside the recursion |
//! | `scale` | [`drift`]: whether any constant scale keeps both |
//! | `config` | [`VarianceConfig`] |
//! | `experiment` | all of it |
//!
//! # Source
//! Glorot, Bengio 2010; He et al. 2015 (arXiv 1502.01852); Saxe, McClelland, Ganguli 2014
//! (arXiv 1312.6120); Poole et al. 2016 (arXiv 1606.05340) for the recursion.

mod activation;
mod config;
mod experiment;
mod lines;
mod network;
mod recursion;
mod scale;
mod scheme;
mod theory;

pub use activation::{Function, Polynomial};
pub use config::VarianceConfig;
pub use experiment::{Variance, variance};
pub use lines::{Affine, TaylorTerm, Widths};
pub use network::{Measured, measure};
pub use recursion::{Compared, Depth, Over};
pub use scale::{Drift, Series, best_scale, drift};
pub use scheme::Scheme;
pub use theory::{affine_down, affine_up, gaussian_mean, mean_field};
