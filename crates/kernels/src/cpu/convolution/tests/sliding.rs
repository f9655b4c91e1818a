//! Filters and windows of any shape.

use super::*;

/// A convolution of some pictures.
#[derive(Clone, Copy, Debug)]
struct Some {
    pictures: Pictures,
    channels: [usize; 2],
    slide: Slide,
}

impl Some {
    /// Every output, filter, pixel of the input and weight that meet: numbers of each.
    fn meetings(self, mut meet: impl FnMut(usize, usize, usize)) {
        let (outputs, [c_in, c_out]) = (self.slide.outputs(self.pictures), self.channels);
        let Pictures { height, width, .. } = self.pictures;
        let [rows, columns] = self.slide.kernel;
        for place in 0..outputs.pixels() {
            let (i, j) = (place / outputs.width, place % outputs.width);
            let (picture, i) = (i / outputs.height, i % outputs.height);
            for tap in 0..rows * columns {
                let row = i * self.slide.stride[0] + tap / columns;
                let column = j * self.slide.stride[1] + tap % columns;
                let row = row.checked_sub(self.slide.padding[0]);
                let column = column.checked_sub(self.slide.padding[1]);
                let (Option::Some(row), Option::Some(column)) = (row, column) else {
                    continue;
                };
                if row >= height || column >= width {
                    continue;
                }
                let pixel = (picture * height + row) * width + column;
                for filter in 0..c_out {
                    for channel in 0..c_in {
                        let weight = (filter * c_in + channel) * rows * columns + tap;
                        meet(place * c_out + filter, pixel * c_in + channel, weight);
                    }
                }
            }
        }
    }
}

fn some(batch: usize, size: [usize; 2], channels: [usize; 2], slide: [[usize; 2]; 3]) -> Some {
    let [kernel, stride, padding] = slide;
    Some {
        pictures: Pictures {
            batch,
            height: size[0],
            width: size[1],
        },
        channels,
        slide: Slide {
            kernel,
            stride,
            padding,
        },
    }
}

/// The shapes of real networks, and drawn ones.
fn shapes() -> Vec<Some> {
    let mut shapes = vec![
        some(1, [9, 13], [33, 48], [[1, 1], [1, 1], [0, 0]]),
        some(2, [17, 11], [64, 16], [[1, 1], [1, 1], [0, 0]]),
        some(1, [31, 29], [3, 16], [[3, 3], [2, 2], [0, 0]]),
        some(1, [40, 33], [3, 8], [[11, 11], [4, 4], [2, 2]]),
        some(1, [23, 24], [3, 16], [[7, 7], [2, 2], [3, 3]]),
        some(1, [13, 12], [16, 20], [[5, 5], [1, 1], [2, 2]]),
        some(1, [12, 15], [24, 32], [[1, 7], [1, 1], [0, 3]]),
        some(1, [15, 12], [32, 16], [[7, 1], [1, 1], [3, 0]]),
        some(2, [14, 17], [40, 17], [[3, 3], [2, 2], [0, 0]]),
        some(1, [10, 12], [16, 16], [[3, 3], [1, 1], [0, 0]]),
        some(1, [7, 5], [70, 33], [[1, 1], [2, 2], [0, 0]]),
        some(1, [3, 3], [5, 7], [[3, 3], [1, 1], [0, 0]]),
        some(1, [1, 1], [1, 1], [[1, 1], [1, 1], [0, 0]]),
        some(1, [60, 70], [48, 40], [[3, 3], [1, 2], [1, 0]]),
    ];
    let draw = |number: u32| {
        let drawn = numbers(12, 100 + number);
        let below = |i: usize, most: usize| ((drawn[i] + 1.0) * 0.5 * most as f32) as usize;
        let kernel = [1 + below(0, 5), 1 + below(1, 5)];
        let stride = [1 + below(2, 3), 1 + below(3, 3)];
        let padding = [below(4, kernel[0]), below(5, kernel[1])];
        let size = [kernel[0] + below(6, 12), kernel[1] + below(7, 12)];
        let channels = [1 + below(8, 70), 1 + below(9, 70)];
        some(1 + below(10, 2), size, channels, [kernel, stride, padding])
    };
    shapes.extend((0..40).map(draw));
    shapes
}

#[test]
fn sliding_filters_are_sums_of_what_lies_under_them_and_so_is_their_way_back() {
    let mut most = [0.0_f64; 2];
    for case in shapes() {
        let [c_in, c_out] = case.channels;
        let outputs = case.slide.outputs(case.pictures).pixels() * c_out;
        let x = numbers(case.pictures.pixels() * c_in, 1);
        let weights = numbers(c_out * c_in * case.slide.taps(), 2);
        let (bias, dy) = (numbers(c_out, 3), numbers(outputs, 4));
        let wide = |x: f32| f64::from(x);
        let mut plain: Vec<f64> = (0..outputs).map(|at| wide(bias[at % c_out])).collect();
        case.meetings(|output, pixel, weight| {
            plain[output] += wide(x[pixel]) * wide(weights[weight])
        });
        for (level, is_rectified) in Level::available()
            .into_iter()
            .flat_map(|level| [(level, false), (level, true)])
        {
            let filters = Sliding::new(level, &weights, case.channels, case.slide);
            let one = with_threads(1, || {
                filters.forward(case.pictures, &x, &bias, is_rectified)
            });
            let two = with_threads(2, || {
                filters.forward(case.pictures, &x, &bias, is_rectified)
            });
            assert_eq!(one, two, "{case:?} {level:?}: each place by itself");
            let wanted = plain
                .iter()
                .map(|y| if is_rectified { y.max(0.0) } else { *y });
            let off = difference(&one, &wanted.collect::<Vec<f64>>());
            assert!(off < 2e-6, "{case:?} {level:?}: {off:.1e}");

            let is_through = |at: usize| !is_rectified || one[at] > 0.0;
            let mut wanted = vec![0.0; x.len()];
            case.meetings(|output, pixel, weight| {
                if is_through(output) {
                    wanted[pixel] += wide(dy[output]) * wide(weights[weight]);
                }
            });
            let noted = Passed::suits(c_out).then(|| Passed::of(level, &one));
            let mut ways = vec![is_rectified.then_some(Rectified::Output(&one))];
            ways.extend(
                noted
                    .as_ref()
                    .filter(|_| is_rectified)
                    .map(|bits| Option::Some(Rectified::Passed(bits))),
            );
            for rectified in ways {
                let back = |threads| {
                    with_threads(threads, || filters.backward(case.pictures, &dy, rectified))
                };
                let dx = back(1);
                assert_eq!(dx, back(2), "{case:?} {level:?}: each pixel by itself");
                let off_back = difference(&dx, &wanted);
                assert!(off_back < 2e-6, "{case:?} {level:?}: {off_back:.1e}");
                most = [most[0].max(off), most[1].max(off_back)];
            }
        }
    }
    println!(
        "sliding filters: forward {:.1e}, back {:.1e}",
        most[0], most[1]
    );
}

#[test]
fn windows_take_the_first_largest_or_the_mean_of_what_they_cover() {
    let mut windows = Vec::new();
    for (side, stride) in [(3, 2), (3, 1), (2, 2), (2, 3), (5, 2)] {
        for padding in 0..=side / 2 {
            for (is_ceil, counts_padding) in [(false, false), (true, false), (false, true)] {
                windows.push(Window {
                    side,
                    stride,
                    padding,
                    is_ceil,
                    counts_padding,
                });
            }
        }
    }
    let sizes = [
        (1, 5, 5, 7),
        (2, 8, 9, 16),
        (1, 17, 12, 33),
        (1, 23, 31, 48),
    ];
    for ((batch, height, width, channels), window) in sizes
        .into_iter()
        .flat_map(|size| windows.iter().map(move |window| (size, *window)))
    {
        let pictures = Pictures {
            batch,
            height,
            width,
        };
        // Few different numbers, so that there are ties.
        let x: Vec<f32> = (numbers(pictures.pixels() * channels, 5).iter())
            .map(|x| (x * 3.0).round())
            .collect();
        let outputs = window.outputs(pictures);
        let dy = numbers(outputs.pixels() * channels, 6);
        let (mut best, mut mean) = (Vec::new(), Vec::new());
        let (mut best_back, mut mean_back) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        for at in 0..dy.len() {
            let (place, channel) = (at / channels, at % channels);
            let (i, j) = (place / outputs.width, place % outputs.width);
            let (picture, i) = (i / outputs.height, i % outputs.height);
            let (mut seen, mut divisor) = (Vec::new(), 0);
            for tap in 0..window.side.pow(2) {
                let row = i * window.stride + tap / window.side;
                let column = j * window.stride + tap % window.side;
                let ring = 2 * window.padding;
                divisor += usize::from(row < height + ring && column < width + ring);
                let inside =
                    |at: usize, size: usize| at.checked_sub(window.padding).filter(|at| *at < size);
                if let (Option::Some(row), Option::Some(column)) =
                    (inside(row, height), inside(column, width))
                {
                    seen.push(((picture * height + row) * width + column) * channels + channel);
                }
            }
            let largest = seen
                .iter()
                .map(|&at| x[at])
                .fold(f32::NEG_INFINITY, f32::max);
            let first = seen.iter().find(|&&at| x[at] == largest).unwrap();
            best.push(largest);
            best_back[*first] += f64::from(dy[at]);
            if !window.counts_padding {
                divisor = seen.len();
            }
            let sum: f64 = seen.iter().map(|&at| f64::from(x[at])).sum();
            mean.push(sum / divisor as f64);
            for pixel in seen {
                mean_back[pixel] += f64::from(dy[at]) / divisor as f64;
            }
        }
        for (level, threads) in Level::available()
            .into_iter()
            .flat_map(|level| [(level, 1), (level, 2)])
        {
            with_threads(threads, || {
                let pooled = Pooled {
                    level,
                    pictures,
                    channels,
                    window,
                };
                let (y, positions) = pooled.largest(&x, true);
                assert_eq!(y, best, "{pooled:?}");
                assert_eq!(pooled.largest(&x, false), (y, Vec::new()));
                let back = pooled.largest_back(&dy, &positions);
                assert!(difference(&back, &best_back) < 1e-6, "{pooled:?}");
                assert!(difference(&pooled.mean(&x), &mean) < 1e-6, "{pooled:?}");
                let back = pooled.mean_back(&dy);
                assert!(difference(&back, &mean_back) < 1e-6, "{pooled:?}");
            });
        }
    }
}

#[test]
fn channels_are_joined_and_taken_apart() {
    for pixels in [0, 1, 63, 64, 5000] {
        let channels = [3, 16, 1, 40];
        let parts = channels.map(|channels| numbers(pixels * channels, channels as u32));
        let with_channels: Vec<_> = parts.iter().map(Vec::as_slice).zip(channels).collect();
        for threads in [1, 2] {
            with_threads(threads, || {
                let whole = join(pixels, &with_channels);
                let mut first = 0;
                for (numbers, channels) in parts.iter().zip(channels) {
                    for (at, number) in numbers.iter().enumerate() {
                        let to = at / channels * 60 + first + at % channels;
                        assert_eq!(whole[to], *number);
                    }
                    assert_eq!(part(&whole, 60, first, channels), *numbers);
                    first += channels;
                }
            });
        }
    }
}

#[test]
fn a_rim_is_cut_off_and_put_around() {
    let pictures = Pictures {
        batch: 2,
        height: 5,
        width: 4,
    };
    let x = numbers(pictures.pixels() * 16, 1);
    let inner = without_rim(pictures, 16, &x);
    assert_eq!(inner.len(), 2 * 3 * 2 * 16);
    for level in Level::available() {
        let passed = Passed::of(level, &inner);
        for rectified in [None, Option::Some(Rectified::Passed(&passed))] {
            let whole = with_rim(level, pictures, 16, &inner, rectified);
            for (at, (found, x)) in whole.iter().zip(&x).enumerate() {
                let (row, column) = (at / 64 % 5, at / 16 % 4);
                let is_inside = (1..4).contains(&row) && (1..3).contains(&column);
                let is_through = is_inside && (rectified.is_none() || *x > 0.0);
                assert_eq!(*found, if is_through { *x } else { 0.0 });
            }
        }
    }
}

#[test]
fn turned_filters_make_the_way_back() {
    for case in [
        case(2, 9, 13, 24, 24),
        case(1, 16, 16, 64, 48),
        case(1, 5, 3, 8, 16),
    ] {
        let weights = numbers(case.c_out * case.c_in * 9, 2);
        let dy = numbers(case.pictures.pixels() * case.c_out, 3);
        let x = vec![0.0; case.pictures.pixels() * case.c_in];
        let wide: Vec<f64> = dy.iter().copied().map(f64::from).collect();
        let [wanted, ..] = case.backward(&x, &weights, &wide);
        let turned = turned(&weights, case.c_in, case.c_out);
        for level in Level::available() {
            let filters = Filters::new(level, &turned, case.c_out, case.c_in, Method::Winograd);
            let found = filters.forward(case.pictures, case.padding, &dy, None, false);
            let off = difference(&found, &wanted);
            assert!(off < 1e-5, "{case:?} {level:?}: {off:.1e}");
        }
    }
}
