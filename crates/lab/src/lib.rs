//! The small networks of the lecture, each with the experiment that shows what it can and cannot do.
//!
//! Every experiment is a function from settings to a result that can be written as JSON; pictures and
//! the terminal are the program's.
//!
//! | room | what |
//! |---|---|
//! | [`esn`] | a random network with a trained readout goes on with a series |
//! | [`adding`] | two numbers, far apart, to be added |
//! | [`architectures`] | what a recurrent network can be asked |
//! | [`elman`] | Elman's network beside Jordan's |
//! | [`layernorm`] | a text with and without layer normalisation |
//! | [`ntm`] | a network that learns to use a memory |
//! | [`gradients`] | how gradients explode, vanish, and are clipped |
//! | [`hopfield`] | patterns as the valleys of an energy |
//! | [`memory`] | how long the first input of a sequence still counts |
//! | [`ode`] | parameters of equations, learnt by a network whose step is the integrator |
//! | [`universal`] | a driven system, learnt by networks of growing size |
//! | [`variance`] | how large signals and gradients are, layer by layer |

pub mod adding;
pub mod architectures;
pub mod elman;
mod error;
pub mod esn;
pub mod gradients;
pub mod hopfield;
pub mod layernorm;
mod learner;
pub mod memory;
pub mod ntm;
mod numbers;
pub mod ode;
mod progress;
mod rates;
mod reader;
pub mod universal;
pub mod variance;

pub use error::LabError;
pub(crate) use error::{positive, rising, some, up_to, within};
pub use progress::Progress;
