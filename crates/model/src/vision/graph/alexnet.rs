//! AlexNet.

use super::{Blueprint, Conv, Dense, Op, Window};
use crate::vision::SCORES;

/// Values between the two fully connected layers in the middle.
const HIDDEN: usize = 4096;
/// Classes of ImageNet.
const CLASSES: usize = 1000;
/// Positions a side that the classifier works on: what 224 pixels leave.
const HEAD_SIDE: usize = 6;

impl Blueprint {
    /// AlexNet in the one-column form that torchvision has.
    ///
    /// # Layers
    /// `conv1 relu1 pool1 conv2 relu2 pool2 conv3 relu3 conv4 relu4 conv5 relu5 pool5`, and with a
    /// classifier `fc6 relu6 fc7 relu7 scores`. It was trained at 224 x 224, where `pool5` is 6 x 6;
    /// for other sizes, from 63 on, the classifier sees `pool5` averaged to that (torchvision's
    /// adaptive pooling), so scores mean most near 224.
    ///
    /// # Source
    /// Krizhevsky 2014 (arXiv 1404.5997), after Krizhevsky et al. 2012. No local response
    /// normalisation; keys as in torchvision.
    pub fn alexnet() -> Self {
        let convs = [
            Conv::square("features.0", 64, 11)
                .with_stride(4)
                .with_padding(2),
            Conv::square("features.3", 192, 5).with_padding(2),
            Conv::square("features.6", 384, 3).with_padding(1),
            Conv::square("features.8", 256, 3).with_padding(1),
            Conv::square("features.10", 256, 3).with_padding(1),
        ];
        let pooled = [1, 2, 5];

        let mut net = Self::new("alexnet");
        let mut x = Self::PICTURE;
        for (place, conv) in (1..).zip(convs) {
            x = net.push(format!("conv{place}"), Op::Conv(conv), &[x]);
            x = net.push(format!("relu{place}"), Op::Relu, &[x]);
            if pooled.contains(&place) {
                x = net.push(format!("pool{place}"), Op::MaxPool(Window::new(3, 2)), &[x]);
            }
        }
        net.begin_head();
        let fc6 = Dense::new("classifier.1", HIDDEN, HEAD_SIDE);
        x = net.push("fc6", Op::Dense(fc6), &[x]);
        x = net.push("relu6", Op::Relu, &[x]);
        x = net.push(
            "fc7",
            Op::Dense(Dense::new("classifier.4", HIDDEN, 1)),
            &[x],
        );
        x = net.push("relu7", Op::Relu, &[x]);
        net.push(
            SCORES,
            Op::Dense(Dense::new("classifier.6", CLASSES, 1)),
            &[x],
        );
        net
    }
}
