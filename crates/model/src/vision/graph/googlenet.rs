//! GoogLeNet, which is Inception v1.

use super::{Blueprint, Conv, Dense, Op, Window};
use crate::vision::SCORES;

/// Classes of ImageNet.
const CLASSES: usize = 1000;
/// ε of its batch normalisation.
const EPSILON: f32 = 1e-3;

/// Name of an inception module, and its channels: 1x1; reduced and 3x3; reduced and "5x5"; behind the
/// pooling. The paper's table 1.
const MODULES: [(&str, [usize; 6]); 9] = [
    ("3a", [64, 96, 128, 16, 32, 32]),
    ("3b", [128, 128, 192, 32, 96, 64]),
    ("4a", [192, 96, 208, 16, 48, 64]),
    ("4b", [160, 112, 224, 24, 64, 64]),
    ("4c", [128, 128, 256, 24, 64, 64]),
    ("4d", [112, 144, 288, 32, 64, 64]),
    ("4e", [256, 160, 320, 32, 128, 128]),
    ("5a", [256, 160, 320, 32, 128, 128]),
    ("5b", [384, 192, 384, 48, 128, 128]),
];

impl Blueprint {
    /// GoogLeNet as torchvision has it.
    ///
    /// # Layers
    /// `conv1 pool1 conv2_reduce conv2 pool2 inception_3a inception_3b pool3 inception_4a …
    /// inception_4e pool4 inception_5a inception_5b`, inside a module `inception_3a_1x1 _3x3_reduce
    /// _3x3 _5x5_reduce _5x5 _pool _pool_proj`, and with a classifier `scores`.
    ///
    /// # Source
    /// Szegedy et al. 2014 (arXiv 1409.4842), table 1. As in torchvision, and unlike the paper, it has
    /// batch normalisation and no local response normalisation, and the branch called 5x5 has filters
    /// of 3x3. Its two auxiliary classifiers serve training only and are left out.
    ///
    /// # Preprocessing
    /// torchvision's trained weights bring `transform_input`, which turns its usual normalisation
    /// into [`Preprocessing::symmetric`](crate::weights::Preprocessing::symmetric): use that.
    pub fn googlenet() -> Self {
        let mut net = Self::new("googlenet");
        net.ignore("aux1.");
        net.ignore("aux2.");
        let conv1 = basic("conv1", 64, 7).with_stride(2).with_padding(3);
        let mut x = net.push_rectified("conv1", conv1, Self::PICTURE);
        x = net.push("pool1", Op::MaxPool(Window::new(3, 2).with_ceil()), &[x]);
        x = net.push_rectified("conv2_reduce", basic("conv2", 64, 1), x);
        x = net.push_rectified("conv2", basic("conv3", 192, 3).with_padding(1), x);
        x = net.push("pool2", Op::MaxPool(Window::new(3, 2).with_ceil()), &[x]);
        for (name, channels) in MODULES {
            x = net.push_module(name, channels, x);
            let pool = match name {
                "3b" => Some(("pool3", Window::new(3, 2))),
                "4e" => Some(("pool4", Window::new(2, 2))),
                _ => None,
            };
            if let Some((name, window)) = pool {
                x = net.push(name, Op::MaxPool(window.with_ceil()), &[x]);
            }
        }
        net.begin_head();
        net.push(SCORES, Op::Dense(Dense::new("fc", CLASSES, 1)), &[x]);
        net
    }

    fn push_module(&mut self, name: &str, channels: [usize; 6], input: usize) -> usize {
        let [one, three_reduced, three, five_reduced, five, proj] = channels;
        let (key, name) = (format!("inception{name}"), format!("inception_{name}"));
        let conv = |branch: &str, channels, side| {
            basic(&format!("{key}.{branch}"), channels, side).keeping_size()
        };
        let mut push =
            |end: &str, conv, input| self.push_rectified(format!("{name}_{end}"), conv, input);

        let one = push("1x1", conv("branch1", one, 1), input);
        let reduced = push("3x3_reduce", conv("branch2.0", three_reduced, 1), input);
        let three = push("3x3", conv("branch2.1", three, 3), reduced);
        let reduced = push("5x5_reduce", conv("branch3.0", five_reduced, 1), input);
        let five = push("5x5", conv("branch3.1", five, 3), reduced);
        let window = Window::new(3, 1).with_padding(1);
        let pool = self.push(format!("{name}_pool"), Op::MaxPool(window), &[input]);
        let proj = conv("branch4.1", proj, 1);
        let proj = self.push_rectified(format!("{name}_pool_proj"), proj, pool);
        self.push(name, Op::Concat, &[one, three, five, proj])
    }
}

/// A convolution without bias and the batch normalisation behind it.
fn basic(key: &str, channels: usize, side: usize) -> Conv {
    Conv::square(format!("{key}.conv"), channels, side).with_norm(format!("{key}.bn"), EPSILON)
}
