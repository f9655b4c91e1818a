//! What holds for every size and every number.

use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;
use reverie_model::rng::{normal, seeded};
use reverie_model::vision::{Network, Vgg, VggConfig};
use reverie_viz::style::{StyleConfig, brought_to, gram, scales};
use reverie_viz::transform::{Jitter, Transform};

fn random(shape: [usize; 4], seed: u64) -> Tensor<4> {
    let data = normal(&mut seeded(seed), shape.iter().product());
    Tensor::from_data(TensorData::new(data, shape), &Device::flex())
}

fn preset() -> StyleConfig {
    toml::from_str(include_str!("../../configs/style/reverie.toml")).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn layers_have_the_size_they_announce(
        height in 4usize..12,
        width in 4usize..12,
        batch in prop_oneof![Just(1usize), Just(3)],
        batch_norm: bool,
    ) {
        let config = VggConfig::tiny();
        let config = if batch_norm { config.with_batch_norm() } else { config };
        let network = Vgg::random(&config, 1, &Device::flex());
        let layers: Vec<_> = network.layers().iter().map(|info| info.layer.clone()).collect();
        let seen = network.activations(random([batch, 3, height, width], 1), &layers).unwrap();
        for info in network.layers() {
            let [b, c, h, w] = seen.of(&info.layer).dims();
            prop_assert_eq!((b, c), (batch, info.channels));
            prop_assert_eq!((h, w), (height / info.stride, width / info.stride));
            prop_assert_eq!(info.elements(height, width), c * h * w);
        }
    }

    #[test]
    fn gram_matrices_are_symmetric_with_a_diagonal_of_squares(
        height in 1usize..9,
        width in 1usize..9,
        channels in 1usize..7,
        seed: u64,
    ) {
        let matrix = gram(random([1, channels, height, width], seed));
        let values = matrix.try_into_vec_as::<f32>().unwrap();
        for i in 0..channels {
            prop_assert!(values[i * channels + i] >= 0.0);
            for j in 0..channels {
                let (a, b) = (values[i * channels + j], values[j * channels + i]);
                prop_assert!((a - b).abs() <= 1e-5 * (1.0 + a.abs()));
            }
        }
    }

    #[test]
    fn jitter_only_moves_pixels(
        height in 1usize..9,
        width in 1usize..9,
        reach in 0usize..40,
        seed: u64,
    ) {
        let image = random([1, 3, height, width], 1);
        let moved = Jitter { reach }.apply(image.clone(), &mut seeded(seed));
        let sorted = |tensor: Tensor<4>| {
            let mut values = tensor.try_into_vec_as::<f32>().unwrap();
            values.sort_by(f32::total_cmp);
            values
        };
        prop_assert_eq!(sorted(moved), sorted(image));
    }

    #[test]
    fn sizes_go_up_to_the_one_that_was_asked_for(
        size in 1u32..5000,
        start_size in 1u32..5000,
        growth in 1.05f64..4.0,
    ) {
        let config = StyleConfig { size, start_size, growth, ..preset() };
        let plan = scales(&config);
        prop_assert_eq!(plan.last().unwrap().size, size);
        prop_assert!(plan.windows(2).all(|pair| pair[0].size < pair[1].size));
        prop_assert!(plan.len() == 1 || plan[0].size >= start_size);
        prop_assert_eq!(plan[0].steps, config.first_steps);
    }

    #[test]
    fn a_picture_brought_to_a_size_has_it_and_keeps_its_shape(
        width in 1u32..4000,
        height in 1u32..4000,
        longest in 1u32..4000,
    ) {
        let (w, h) = brought_to(width, height, longest);
        prop_assert_eq!(w.max(h), longest);
        let exact = f64::from(width.min(height)) * f64::from(longest) / f64::from(width.max(height));
        prop_assert!((f64::from(w.min(h)) - exact).abs() <= 1.0);
    }
}
