//! Layers and channels where nobody named them.

use reverie_model::vision::{LayerInfo, LayerKind, Network};

/// One layer for every resolution of a network: the last of it that joins branches, or else the last
/// rectifier. Those that need larger pictures than `side` pixels are left out, and so is what lies beyond
/// `deepest`.
pub fn usual_layers(network: &dyn Network, side: usize, deepest: Option<&str>) -> Vec<LayerInfo> {
    let infos = network.layers();
    let end = deepest.and_then(|name| infos.iter().position(|info| info.layer.as_str() == name));
    let reached = &infos[..end.map_or(infos.len(), |place| place + 1)];
    // A classifier's own maps, and what is behind them, are no features.
    let evidence = network.evidence();
    let features = reached
        .iter()
        .take_while(|info| Some(&info.layer) != evidence.as_ref());
    let fit = features.filter(|info| info.receptive < usize::MAX && info.min_side() <= side);
    let mut chosen: Vec<&LayerInfo> = Vec::new();
    for info in fit {
        let rank = |info: &LayerInfo| match info.kind {
            LayerKind::Concat => 2,
            LayerKind::Relu => 1,
            _ => 0,
        };
        if rank(info) == 0 {
            continue;
        }
        match chosen.iter_mut().find(|other| other.stride == info.stride) {
            Some(other) if rank(info) >= rank(other) => *other = info,
            Some(_) => {}
            None => chosen.push(info),
        }
    }
    chosen.into_iter().cloned().collect()
}

/// So many of `all` channels, evenly spread, the first among them.
pub fn spread(all: usize, count: usize) -> Vec<usize> {
    let count = count.min(all);
    (0..count).map(|place| place * all / count).collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use reverie_model::vision::graph::{Blueprint, GraphNet};
    use reverie_model::vision::{Vgg, VggConfig};

    use super::*;

    fn names(network: &dyn Network, side: usize, deepest: Option<&str>) -> Vec<String> {
        let found = usual_layers(network, side, deepest);
        found.iter().map(|info| info.layer.to_string()).collect()
    }

    #[test]
    fn every_resolution_has_one_layer() {
        let device = Device::flex();
        let mini = Vgg::random(&VggConfig::mini(), 1, &device);
        let all = ["relu1_2", "relu2_2", "relu3_3", "relu4_3"];
        assert_eq!(names(&mini, 64, None), all);
        assert_eq!(names(&mini, 64, Some("relu3_3")), all[..3]);
        assert_eq!(names(&mini, 4, None), all[..3]);
        let squeeze = GraphNet::random(&Blueprint::squeezenet().narrowed(16), 1, &device);
        let found = names(&squeeze, 224, None);
        assert_eq!(found[1..], ["fire3", "fire5", "fire9"], "{found:?}");
        let trunk = GraphNet::random(&Blueprint::inception_trunk().narrowed(16), 1, &device);
        let found = names(&trunk, 224, None);
        assert!(
            found.contains(&"mixed_2".to_owned()) && found.contains(&"mixed_7".to_owned()),
            "{found:?}"
        );
    }

    #[test]
    fn channels_are_spread_evenly() {
        assert_eq!(spread(64, 4), [0, 16, 32, 48]);
        assert_eq!(spread(3, 16), [0, 1, 2]);
        assert_eq!(spread(100, 3), [0, 33, 66]);
    }
}
