//! Networks that branch: a list of named nodes, each with the nodes it reads.
//!
//! A [`Blueprint`] says what a network is made of, without weights; a [`GraphNet`] is one with
//! weights, and a [`Network`](super::Network) like any other. Each architecture is a table in a file
//! of its own.
//!
//! | architecture | blueprint | file of weights |
//! |---|---|---|
//! | AlexNet | [`Blueprint::alexnet`] | torchvision |
//! | SqueezeNet 1.1 | [`Blueprint::squeezenet`] | torchvision, or Caffe's with the same names |
//! | GoogLeNet | [`Blueprint::googlenet`] | torchvision |
//! | Inception-v3 trunk | [`Blueprint::inception_trunk`] | TensorFlow's of 2015, batch norm folded |
//!
//! # Names of layers
//! AlexNet's `conv` layers are values before the rectifier and `relu` layers those behind it, as in a
//! VGG. In the networks of blocks a layer has the name of its convolution and is what comes out of the
//! rectifier, as in the papers; what goes in is `…_pre_relu`.

mod alexnet;
mod blueprint;
mod geometry;
mod googlenet;
mod inception_trunk;
mod maps;
mod net;
mod op;
mod squeezenet;
#[cfg(test)]
mod tests;
mod weights;

pub use blueprint::{Blueprint, GRAPHS, Node};
pub use net::GraphNet;
pub use op::{BatchNorm, Conv, Dense, Op, Window};
