//! Remembering the first symbol of a sequence, and where the gradient to it goes.
//!
//! A network reads one symbol that counts and then many that do not, and is to say at the end what the
//! first was. What it learns shows the lecture's picture: in an LSTM the first input goes on acting on
//! later outputs while forget gates are open and input gates shut; in a tanh network it fades at every
//! step.
//!
//! | file | what |
//! |---|---|
//! | `task` | [`RecallTask`]: sequences |
//! | `model` | [`Reader`]: a recurrent network with a read-out |
//! | `train` | [`learn`]: longer and longer sequences, with or without clipping |
//! | `sensitivity` | [`sensitivity`]: ∂h_t/∂x_1 and gates along time |
//! | `experiment` | all of it |
//!
//! # Source
//! Graves 2012, Supervised Sequence Labelling, figures 4.1 and 4.4; Hochreiter, Bengio, Frasconi,
//! Schmidhuber 2001 for the task.

mod experiment;
mod model;
mod sensitivity;
mod task;
mod train;

pub use experiment::{CellMemory, Memory, MemoryConfig, memory};
pub use model::{Reader, cell_config};
pub use sensitivity::{Sensitivity, sensitivity};
pub use task::RecallTask;
pub use train::{LearnConfig, Learnt, Update, learn};
