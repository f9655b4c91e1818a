//! What convolutions, pooling and batch normalisation are, in plain loops of double precision.

use super::{Padding, Pictures};

/// A convolution to check against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub pictures: Pictures,
    pub c_in: usize,
    pub c_out: usize,
    pub padding: Padding,
}

impl Case {
    /// Calls back with (input number, weight number, output number) of every product there is.
    fn products(&self, mut each: impl FnMut(usize, usize, usize)) {
        let Pictures {
            batch,
            height,
            width,
        } = self.pictures;
        let place = |place: usize, size: usize| match self.padding {
            Padding::Zeros => place.checked_sub(1).filter(|&place| place < size),
            Padding::Edge => Some(place.saturating_sub(1).min(size - 1)),
        };
        for picture in 0..batch {
            for (row, column) in (0..height).flat_map(|r| (0..width).map(move |c| (r, c))) {
                let output = (picture * height + row) * width + column;
                for (a, b) in (0..9).map(|tap| (tap / 3, tap % 3)) {
                    let (r, c) = (place(row + a, height), place(column + b, width));
                    let (Some(r), Some(c)) = (r, c) else { continue };
                    let input = (picture * height + r) * width + c;
                    for o in 0..self.c_out {
                        for i in 0..self.c_in {
                            each(
                                input * self.c_in + i,
                                (o * self.c_in + i) * 9 + a * 3 + b,
                                output * self.c_out + o,
                            );
                        }
                    }
                }
            }
        }
    }

    /// The output.
    pub fn forward(&self, x: &[f32], w: &[f32], bias: &[f32], is_rectified: bool) -> Vec<f64> {
        let mut y: Vec<f64> = (0..self.pictures.pixels() * self.c_out)
            .map(|at| f64::from(bias[at % self.c_out]))
            .collect();
        self.products(|i, k, o| y[o] += f64::from(x[i]) * f64::from(w[k]));
        if is_rectified {
            y.iter_mut().for_each(|y| *y = y.max(0.0));
        }
        y
    }

    /// The gradients of input, weights and bias.
    pub fn backward(&self, x: &[f32], w: &[f32], dy: &[f64]) -> [Vec<f64>; 3] {
        let (mut dx, mut dw) = (vec![0.0; x.len()], vec![0.0; w.len()]);
        self.products(|i, k, o| {
            dx[i] += dy[o] * f64::from(w[k]);
            dw[k] += dy[o] * f64::from(x[i]);
        });
        let mut bias = vec![0.0; self.c_out];
        for (at, dy) in dy.iter().enumerate() {
            bias[at % self.c_out] += dy;
        }
        [dx, dw, bias]
    }
}

/// The numbers in the four pixels of a window: their places in x, for every output.
pub(super) fn windows(pictures: Pictures, channels: usize) -> Vec<[usize; 4]> {
    let small = pictures.halved();
    let mut all = Vec::new();
    for picture in 0..small.batch {
        for row in 0..small.height {
            for column in 0..small.width {
                for c in 0..channels {
                    all.push([(0, 0), (0, 1), (1, 0), (1, 1)].map(|(a, b)| {
                        let row = picture * pictures.height + row * 2 + a;
                        (row * pictures.width + column * 2 + b) * channels + c
                    }));
                }
            }
        }
    }
    all
}

/// Mean and biased variance of every channel.
pub(super) fn moments(x: &[f32], channels: usize) -> Vec<(f64, f64)> {
    let of_channel = |c: usize| x.iter().skip(c).step_by(channels).map(|&x| f64::from(x));
    let pixels = (x.len() / channels) as f64;
    (0..channels)
        .map(|c| {
            let mean = of_channel(c).sum::<f64>() / pixels;
            let square = of_channel(c).map(|x| (x - mean).powi(2)).sum::<f64>();
            (mean, square / pixels)
        })
        .collect()
}
