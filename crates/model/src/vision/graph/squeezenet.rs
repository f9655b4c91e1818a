//! SqueezeNet 1.1.

use super::{Blueprint, Conv, Op, Window};
use crate::vision::SCORES;

/// Classes of ImageNet.
const CLASSES: usize = 1000;

/// Name of a fire module, what a file calls it, its channels when squeezed and when expanded (the
/// latter twice: by filters of 1x1 and of 3x3), and the pooling behind it.
const FIRES: [(&str, &str, usize, usize, Option<&str>); 8] = [
    ("fire2", "features.3", 16, 64, None),
    ("fire3", "features.4", 16, 64, Some("pool3")),
    ("fire4", "features.6", 32, 128, None),
    ("fire5", "features.7", 32, 128, Some("pool5")),
    ("fire6", "features.9", 48, 192, None),
    ("fire7", "features.10", 48, 192, None),
    ("fire8", "features.11", 64, 256, None),
    ("fire9", "features.12", 64, 256, None),
];

impl Blueprint {
    /// SqueezeNet 1.1.
    ///
    /// # Layers
    /// `conv1 relu1 pool1 fire2 fire3 pool3 fire4 fire5 pool5 fire6 … fire9`, inside a fire module
    /// `fire2_squeeze1x1 fire2_expand1x1 fire2_expand3x3`, and with a classifier
    /// `conv10 relu10 scores`. Its scores are the mean of `relu10` over all positions, as published,
    /// so they are never negative.
    ///
    /// # Source
    /// Iandola et al. 2016 (arXiv 1602.07360), version 1.1 of their repository; keys as in
    /// torchvision. Poolings count a last window that is only partly filled, as Caffe's and
    /// torchvision's do.
    pub fn squeezenet() -> Self {
        let pool = || Op::MaxPool(Window::new(3, 2).with_ceil());
        let mut net = Self::new("squeezenet1_1");
        let conv1 = Conv::square("features.0", 64, 3).with_stride(2);
        let mut x = net.push("conv1", Op::Conv(conv1), &[Self::PICTURE]);
        x = net.push("relu1", Op::Relu, &[x]);
        x = net.push("pool1", pool(), &[x]);
        for (name, key, squeezed, expanded, pooled) in FIRES {
            x = net.push_fire(name, key, squeezed, expanded, x);
            if let Some(name) = pooled {
                x = net.push(name, pool(), &[x]);
            }
        }
        net.begin_head();
        let conv10 = Conv::square("classifier.1", CLASSES, 1);
        x = net.push("conv10", Op::Conv(conv10), &[x]);
        x = net.push("relu10", Op::Relu, &[x]);
        net.push(SCORES, Op::GlobalMean, &[x]);
        net
    }

    fn push_fire(
        &mut self,
        name: &str,
        key: &str,
        squeezed: usize,
        expanded: usize,
        input: usize,
    ) -> usize {
        let squeeze = Conv::square(format!("{key}.squeeze"), squeezed, 1);
        let one = Conv::square(format!("{key}.expand1x1"), expanded, 1);
        let three = Conv::square(format!("{key}.expand3x3"), expanded, 3).with_padding(1);
        let squeeze = self.push_rectified(format!("{name}_squeeze1x1"), squeeze, input);
        let one = self.push_rectified(format!("{name}_expand1x1"), one, squeeze);
        let three = self.push_rectified(format!("{name}_expand3x3"), three, squeeze);
        self.push(name, Op::Concat, &[one, three])
    }
}
