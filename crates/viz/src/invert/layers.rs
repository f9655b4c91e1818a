//! Layers worth going back from.

use reverie_model::vision::{Layer, LayerInfo, LayerKind, Network};

/// The last rectified layer at every resolution, from the picture to the deepest: `relu1_2`,
/// `relu2_2`, `relu3_3`, … of a VGG, `relu1`, `fire3`, `fire5`, `fire9` of SqueezeNet.
///
/// Layers inside blocks are left out, and those of the classifier; so is what lies deeper than
/// `deepest`, beyond which the weights carry no general picture content, and what pooling leaves
/// nothing of in a picture of `width` x `height` pixels.
pub fn one_a_size(
    network: &dyn Network,
    deepest: Option<&str>,
    (width, height): (u32, u32),
) -> Vec<Layer> {
    let infos = network.layers();
    let place = |name: &str| infos.iter().position(|info| info.layer.as_str() == name);
    let after = deepest.and_then(place).map(|place| place + 1);
    let head = network.evidence();
    let head = head.and_then(|layer| place(layer.as_str()));
    let end = after
        .unwrap_or(infos.len())
        .min(head.unwrap_or(infos.len()));
    let is_inside = |info: &LayerInfo| {
        infos
            .iter()
            .any(|block| info.layer.is_part_of(&block.layer))
    };
    let mut found: Vec<&LayerInfo> = Vec::new();
    for info in &infos[..end] {
        let is_rectified = matches!(info.kind, LayerKind::Relu | LayerKind::Concat);
        let is_seen = info.check_side(width as usize, height as usize).is_ok();
        if !is_rectified || !is_seen || info.receptive == usize::MAX || is_inside(info) {
            continue;
        }
        if found.last().is_some_and(|last| last.stride == info.stride) {
            found.pop();
        }
        found.push(info);
    }
    found.into_iter().map(|info| info.layer.clone()).collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use reverie_model::vision::graph::{Blueprint, GraphNet};
    use reverie_model::vision::{Vgg, VggConfig};

    use super::*;

    fn names(network: &dyn Network, deepest: Option<&str>, side: u32) -> Vec<String> {
        let found = one_a_size(network, deepest, (side, side));
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_resolution_is_there_once() {
        let device = Device::flex();
        let vgg = Vgg::random(&VggConfig::tiny(), 1, &device);
        assert_eq!(names(&vgg, None, 32), ["relu1_2", "relu2_2"]);
        assert_eq!(names(&vgg, Some("relu2_1"), 32), ["relu1_2", "relu2_1"]);
        assert_eq!(names(&vgg, None, 1), ["relu1_2"]);
        let graph = |blueprint: Blueprint| GraphNet::random(&blueprint.narrowed(16), 1, &device);
        let squeezenet = graph(Blueprint::squeezenet());
        assert_eq!(
            names(&squeezenet, None, 224),
            ["relu1", "fire3", "fire5", "fire9"]
        );
        let trunk = graph(Blueprint::inception_trunk());
        assert_eq!(
            names(&trunk, None, 224),
            ["conv_2", "conv_4", "mixed_2", "mixed_7", "mixed_8"]
        );
        assert_eq!(
            names(&trunk, None, 60),
            ["conv_2", "conv_4", "mixed_2", "mixed_7"]
        );
    }
}
