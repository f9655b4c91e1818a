//! Convolutions of real networks on real feature maps, and the gradient of a picture.

use burn::tensor::activation::relu;
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{DType, Device, Tensor};
use reverie_kernels::cpu::convolution::{
    Arrived, Filters, Padding, Pictures, Rectified, choose, max_pool_back, to_channels_first,
};
use reverie_kernels::cpu::simd::Level;
use reverie_model::vision::{LayerKind, Network, Vgg, VggConfig, synthetic_picture};
use reverie_model::weights::{Registry, TensorFile};

use crate::common::{data_dir, relative_error};

/// Bar for a convolution, in parts of the length of its output.
const FORWARD: f64 = 1e-5;
/// Bar for the gradient of a picture, in parts of its largest number.
const GRADIENT: f64 = 1e-4;

fn wide<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    tensor.cast(DType::F64)
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.try_into_vec_as::<f64>().unwrap()
}

fn convolved(vgg: &Vgg, index: usize, x: Tensor<4>) -> Tensor<4> {
    let options = ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
    let (w, b) = (wide(vgg.filters(index)), wide(vgg.biases(index)));
    conv2d(x, w, Some(b), options)
}

/// Length of a difference in parts of the length of what was expected.
fn relative_length(found: &[f64], expected: &[f64]) -> f64 {
    let length = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let difference = length(&mut found.iter().zip(expected).map(|(a, b)| a - b));
    difference / length(&mut expected.iter().copied())
}

/// Every convolution by itself, on the map that it sees in the network.
fn check_layers(vgg: &Vgg, picture: Tensor<4>) {
    let all: Vec<_> = vgg.layers().iter().map(|info| info.layer.clone()).collect();
    let seen = vgg.activations(picture.clone(), &all).unwrap();
    let mut input = vgg.normalise(picture);
    let mut index = 0;
    for info in vgg.layers() {
        let output = seen.of(&info.layer);
        if info.kind == LayerKind::Conv {
            let exact = values(convolved(vgg, index, wide(input)));
            let found = values(output.clone());
            let (length, largest) = (
                relative_length(&found, &exact),
                relative_error(&found, &exact),
            );
            println!("{}: length {length:.1e}, largest {largest:.1e}", info.layer);
            assert!(length <= FORWARD, "{}: {length:.1e}", info.layer);
            index += 1;
        }
        input = output;
    }
    assert_eq!(index, vgg.config().convolutions().len());
}

#[test]
fn every_convolution_of_vgg_19_is_exact_to_single_precision() {
    let device = Device::flex();
    let vgg = Vgg::random(&VggConfig::vgg19(), 3, &device);
    check_layers(&vgg, synthetic_picture(72, 64, &device));
}

#[test]
fn every_convolution_of_a_trained_network_is_exact_to_single_precision() {
    let test = "every_convolution_of_a_trained_network_is_exact_to_single_precision";
    let Some(dir) = data_dir(test) else { return };
    let device = Device::flex();
    let vgg = trained(&dir, &device);
    check_layers(&vgg, photograph(&dir, &device));
}

fn trained(dir: &std::path::Path, device: &Device) -> Vgg {
    let registry = Registry::builtin();
    let entry = registry.get("vgg16-hed").unwrap();
    let file = TensorFile::open(&dir.join("weights").join(&entry.file)).unwrap();
    let config = VggConfig::by_name(&entry.architecture).unwrap();
    Vgg::from_file(&config, entry.preprocessing, &file, &entry.ignore, device).unwrap()
}

fn photograph(dir: &std::path::Path, device: &Device) -> Tensor<4> {
    let picture = image::open(dir.join("images/tubingen.jpg")).unwrap();
    let picture = picture.resize_exact(96, 64, image::imageops::FilterType::Triangle);
    let picture = picture.to_rgb32f();
    let data = burn::tensor::TensorData::new(picture.into_raw(), [1, 64, 96, 3]);
    Tensor::<4>::from_data(data, device).permute([0, 3, 1, 2])
}

/// What a pass in double precision leaves behind for the way back.
enum Left {
    /// The output of a rectifier, `[B, C, H, W]`.
    Rectified(Tensor<4>),
    /// The input of a pooling.
    Pooled(Tensor<4>),
}

/// The gradient of a picture through the whole network, against double precision. The gradient jumps
/// where a number stands within rounding of a rectifier's zero or two candidates of a maximum are
/// nearly equal, so the comparison holds rectifiers and maxima as they are in double precision.
#[test]
fn the_gradient_of_a_picture_is_exact_where_rectifiers_and_maxima_agree() {
    let device = Device::flex();
    let mut config = VggConfig::vgg19();
    config.stages[4].truncate(1);
    config.final_pool = false;
    let vgg = Vgg::random(&config, 5, &device);
    let picture = synthetic_picture(64, 64, &device);

    // Double precision, forward and back.
    let x = wide(vgg.normalise(picture.clone()))
        .autodiff()
        .require_grad();
    let (mut y, mut index) = (x.clone(), 0);
    let mut left = Vec::new();
    for info in vgg.layers() {
        y = match info.kind {
            LayerKind::Conv => convolved(&vgg, index, y),
            LayerKind::Pool => {
                left.push(Left::Pooled(y.clone().inner()));
                max_pool2d(y, MaxPoolOptions::new([2, 2]))
            }
            _ => {
                index += 1;
                let y = relu(y);
                left.push(Left::Rectified(y.clone().inner()));
                y
            }
        };
        if info.kind == LayerKind::Conv && index + 1 == config.convolutions().len() {
            break;
        }
    }
    let upstream = y.clone().inner();
    let grads = y.square().sum().mul_scalar(0.5).backward();
    let exact = values(x.grad(&grads).unwrap());

    // The kernels, back, with its rectifiers and maxima.
    let level = Level::detect();
    let single = |tensor: Tensor<4>| -> (Vec<f32>, Pictures, usize) {
        let [batch, channels, height, width] = tensor.dims();
        let numbers = tensor.permute([0, 2, 3, 1]);
        let pictures = Pictures {
            batch,
            height,
            width,
        };
        let numbers = numbers.try_into_vec_as::<f32>().unwrap();
        (numbers, pictures, channels)
    };
    let back = |index: usize, pictures: Pictures, dy: &[f32], rectified: Option<Rectified<'_>>| {
        let [c_out, c_in, ..] = vgg.filters(index).dims();
        let weights = vgg.filters(index).try_into_vec_as::<f32>().unwrap();
        let method = choose::method(pictures, c_in, c_out);
        let filters = Filters::new(level, &weights, c_in, c_out, method);
        let arrived = Arrived {
            dy,
            rectified,
            x: None,
            wants_input: true,
        };
        let found = filters.backward(pictures, Padding::Zeros, arrived);
        found.input.unwrap()
    };
    let (mut dy, pictures, _) = single(upstream);
    dy = back(index, pictures, &dy, None);
    for left in left.into_iter().rev() {
        match left {
            Left::Rectified(y) => {
                index -= 1;
                // Single precision has room for every number above zero that is worth the name.
                let (y, pictures, _) = single(y);
                dy = back(index, pictures, &dy, Some(Rectified::Output(&y)));
            }
            Left::Pooled(x) => {
                let (_, pictures, channels) = single(x.clone());
                let positions = positions(x);
                dy = max_pool_back(level, pictures, channels, &dy, &positions);
            }
        }
    }
    let pictures = Pictures {
        batch: 1,
        height: 64,
        width: 64,
    };
    let dy = to_channels_first(level, pictures, 3, &dy);
    let held: Vec<f64> = dy.into_iter().map(f64::from).collect();
    let held = relative_error(&held, &exact);

    // The kernels by themselves, with rectifiers and maxima of their own.
    let own = picture.autodiff().require_grad();
    let normalised = vgg.normalise(own);
    let normalised = normalised.detach().require_grad();
    let deepest = vgg.layer("conv5_1").unwrap();
    let mut found = None;
    vgg.run(
        normalised.clone(),
        std::slice::from_ref(&deepest),
        &mut |_, y| {
            found = Some(y);
        },
    );
    let grads = found.unwrap().square().sum().mul_scalar(0.5).backward();
    let own = relative_error(&values(normalised.grad(&grads).unwrap()), &exact);
    println!("rectifiers and maxima held: {held:.1e}; their own: {own:.1e}");
    assert!(held <= GRADIENT, "{held:.1e}");
    // A handful of switches among millions move a gradient by a percent, no more.
    assert!(own <= 0.05, "{own:.1e}");
}

/// Where the largest of 2x2 stand, first of equals, channels-last.
fn positions(x: Tensor<4>) -> Vec<u8> {
    let [batch, channels, height, width] = x.dims();
    let x = x.try_into_vec_as::<f64>().unwrap();
    let at =
        |b: usize, c: usize, i: usize, j: usize| x[((b * channels + c) * height + i) * width + j];
    let mut all = Vec::new();
    for b in 0..batch {
        for i in 0..height / 2 {
            for j in 0..width / 2 {
                for c in 0..channels {
                    let four: [f64; 4] =
                        std::array::from_fn(|k| at(b, c, 2 * i + k / 2, 2 * j + k % 2));
                    let best =
                        (1..4).fold(0, |best, k| if four[k] > four[best] { k } else { best });
                    all.push(best as u8);
                }
            }
        }
    }
    all
}
