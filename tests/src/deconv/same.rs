//! The same projections on every backend.

use burn::tensor::{Device, Tensor};
use reverie_model::vision::{Network, Rule, Vgg, VggConfig, synthetic_picture};
use reverie_viz::deconv::{Unit, project, strongest};

use super::RULES;
use crate::backends::wgpu;
use crate::common::relative_error;

/// Bar for two backends, relative to the largest value.
const BACKENDS: f64 = 1e-3;

/// What comes back from every channel's strongest unit.
fn projections(device: &Device, rule: Rule) -> Vec<f64> {
    let network = Vgg::random(&VggConfig::tiny(), 11, device);
    let info = network.info("relu2_2").unwrap();
    let image = synthetic_picture(24, 24, &Device::flex()).into_data();
    let image = Tensor::<4>::from_data(image, device);
    let seen = network.activations(image.clone(), std::slice::from_ref(&info.layer));
    let peaks = strongest(seen.unwrap().of(&info.layer));
    let units: Vec<Unit> = (0..info.channels).map(|c| peaks[0][c].unit(c)).collect();
    let images = image.repeat_dim(0, units.len());
    let signal = project(&network, rule, info, &units, images).unwrap();
    let mut all = signal.images.try_into_vec_as::<f64>().unwrap();
    all.extend(signal.scores.try_into_vec_as::<f64>().unwrap());
    all
}

#[test]
fn projections_are_the_same_on_every_backend() {
    let mut devices = Vec::new();
    #[allow(deprecated)]
    devices.push(("ndarray", Device::ndarray()));
    devices.extend(wgpu("projections_are_the_same_on_every_backend").map(|d| ("wgpu", d)));
    for rule in RULES {
        let expected = projections(&Device::flex(), rule);
        for (name, device) in &devices {
            let error = relative_error(&projections(device, rule), &expected);
            println!("{rule:?} on {name}: {error:.1e} from flex");
            assert!(error <= BACKENDS, "{rule:?} on {name}: {error}");
        }
    }
}
