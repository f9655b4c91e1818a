//! The convolutions of Inception v3, up to the last block that halves the maps.

use super::{Blueprint, Conv, Op, Window};

/// What the maps of a block have become on one way through it: filters with their channels.
type Step = (usize, [usize; 2]);

impl Blueprint {
    /// Inception v3 through `mixed_8`, batch normalisation folded into the filters.
    ///
    /// # Layers
    /// `conv conv_1 conv_2 pool conv_3 conv_4 pool_1 mixed mixed_1 … mixed_8`, inside a block the
    /// names of TensorFlow's graph: `mixed_4_conv`, `mixed_4_tower_conv`, `mixed_4_tower_conv_1`, …,
    /// `mixed_4_tower_1_conv`, …, `mixed_4_tower_2_pool`, `mixed_4_tower_2_conv`. There is no
    /// classifier. A picture needs 75 pixels a side for `mixed_8`.
    ///
    /// # Source
    /// Szegedy et al. 2015 (arXiv 1512.00567), as in TensorFlow's graph of 2015-12-05; keys are the
    /// names of the layers. Means near the rim count only what is there.
    ///
    /// # Preprocessing
    /// [`Preprocessing::symmetric`](crate::weights::Preprocessing::symmetric).
    pub fn inception_trunk() -> Self {
        let mut net = Self::new("inception_v3_trunk");
        let mut x = Self::PICTURE;
        for (name, conv) in [
            ("conv", Conv::square("conv", 32, 3).with_stride(2)),
            ("conv_1", Conv::square("conv_1", 32, 3)),
            ("conv_2", Conv::square("conv_2", 64, 3).with_padding(1)),
        ] {
            x = net.push_rectified(name, conv, x);
        }
        x = net.push("pool", Op::MaxPool(Window::new(3, 2)), &[x]);
        x = net.push_rectified("conv_3", Conv::square("conv_3", 80, 1), x);
        x = net.push_rectified("conv_4", Conv::square("conv_4", 192, 3), x);
        x = net.push("pool_1", Op::MaxPool(Window::new(3, 2)), &[x]);

        for (name, pooled) in [("mixed", 32), ("mixed_1", 64), ("mixed_2", 64)] {
            x = Block::new(&mut net, name, x).square_filters(pooled);
        }
        x = Block::new(&mut net, "mixed_3", x).first_halving();
        for (name, between) in [
            ("mixed_4", 128),
            ("mixed_5", 160),
            ("mixed_6", 160),
            ("mixed_7", 192),
        ] {
            x = Block::new(&mut net, name, x).split_filters(between);
        }
        Block::new(&mut net, "mixed_8", x).second_halving();
        net
    }
}

/// A block whose branches all begin at its input.
struct Block<'a> {
    net: &'a mut Blueprint,
    name: &'static str,
    input: usize,
    /// Where the branches end.
    ends: Vec<usize>,
}

impl<'a> Block<'a> {
    fn new(net: &'a mut Blueprint, name: &'static str, input: usize) -> Self {
        let ends = Vec::new();
        Self {
            net,
            name,
            input,
            ends,
        }
    }

    /// Filters up to 5x5, on maps of an eighth of the picture (figure 5 of the paper).
    fn square_filters(self, pooled: usize) -> usize {
        self.branch("", &[(64, [1, 1])], None)
            .branch("tower_", &[(48, [1, 1]), (64, [5, 5])], None)
            .branch(
                "tower_1_",
                &[(64, [1, 1]), (96, [3, 3]), (96, [3, 3])],
                None,
            )
            .pooled_branch(pooled)
            .join()
    }

    /// Filters of 7x7, each split into a row and a column (figure 6 of the paper).
    fn split_filters(self, n: usize) -> usize {
        let (one, row, column) = ([1, 1], [1, 7], [7, 1]);
        let twice = [(n, one), (n, column), (n, row), (n, column), (192, row)];
        self.branch("", &[(192, one)], None)
            .branch("tower_", &[(n, one), (n, row), (192, column)], None)
            .branch("tower_1_", &twice, None)
            .pooled_branch(192)
            .join()
    }

    /// From an eighth of the picture to a sixteenth.
    fn first_halving(self) -> usize {
        self.branch("", &[], Some(384))
            .branch("tower_", &[(64, [1, 1]), (96, [3, 3])], Some(96))
            .halved_input()
            .join()
    }

    /// From a sixteenth to a thirty-second.
    fn second_halving(self) -> usize {
        let before = [(192, [1, 1]), (192, [1, 7]), (192, [7, 1])];
        self.branch("tower_", &[(192, [1, 1])], Some(320))
            .branch("tower_1_", &before, Some(192))
            .halved_input()
            .join()
    }

    /// Steps that keep the size, and one of 3x3 that halves it where `halved` says its channels.
    fn branch(mut self, tower: &str, steps: &[Step], halved: Option<usize>) -> Self {
        let same = |&(channels, kernel): &Step| Conv::new("", channels, kernel).keeping_size();
        let last = halved.map(|channels| Conv::square("", channels, 3).with_stride(2));
        let mut x = self.input;
        for (place, conv) in steps.iter().map(same).chain(last).enumerate() {
            x = self.conv(tower, place, conv, x);
        }
        self.ends.push(x);
        self
    }

    /// The mean of the neighbours, and a filter of 1x1.
    fn pooled_branch(mut self, channels: usize) -> Self {
        let (name, window) = (self.name, Window::new(3, 1).with_padding(1));
        let pool = format!("{name}_tower_2_pool");
        let pool = self.net.push(pool, Op::AvgPool(window), &[self.input]);
        let end = self.conv("tower_2_", 0, Conv::square("", channels, 1), pool);
        self.ends.push(end);
        self
    }

    /// The maximum of the neighbours, at half the size.
    fn halved_input(mut self) -> Self {
        let name = format!("{}_pool", self.name);
        let pool = Op::MaxPool(Window::new(3, 2));
        let end = self.net.push(name, pool, &[self.input]);
        self.ends.push(end);
        self
    }

    /// A convolution by its place in its branch; its key is its name.
    fn conv(&mut self, tower: &str, place: usize, conv: Conv, input: usize) -> usize {
        let number = match place {
            0 => String::new(),
            place => format!("_{place}"),
        };
        let key = format!("{}_{tower}conv{number}", self.name);
        let conv = Conv {
            key: key.clone(),
            ..conv
        };
        self.net.push_rectified(key, conv, input)
    }

    fn join(self) -> usize {
        self.net.push(self.name, Op::Concat, &self.ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_table_is_the_description_that_comes_with_the_weights() {
        let Some(data) = std::env::var_os("REVERIE_DATA") else {
            println!("skipped: REVERIE_DATA is not set");
            return;
        };
        let file = std::path::Path::new(&data).join("weights/inception_v3_trunk.json");
        let text = std::fs::read_to_string(file).unwrap();
        let described: Value = serde_json::from_str(&text).unwrap();
        let net = Blueprint::inception_trunk();
        let extents = net.extents();
        let convs = net.nodes().iter().filter_map(|node| match &node.op {
            Op::Conv(conv) => Some(json!({
                "name": conv.key,
                "kernel": conv.kernel,
                "cin": extents[node.inputs[0]].channels,
                "cout": conv.channels,
                "stride": conv.stride,
                "pad": conv.padding,
            })),
            _ => None,
        });
        let convs: Vec<Value> = convs.collect();
        assert_eq!(&convs, described["layers"].as_array().unwrap());

        for (block, branches) in described["blocks"].as_object().unwrap() {
            let node = net.nodes().iter().find(|node| node.layer.as_str() == block);
            let ends = node
                .unwrap()
                .inputs
                .iter()
                .map(|input| &net.nodes()[*input].layer);
            for (end, branch) in ends.zip(branches.as_array().unwrap()) {
                let last = branch.as_array().unwrap().last().unwrap().as_str().unwrap();
                let is_pool = last == "maxpool3x3s2_valid" && end.as_str().ends_with("_pool");
                assert!(
                    is_pool || end.as_str() == last,
                    "{block}: {end} is not {last}"
                );
            }
        }
    }
}
