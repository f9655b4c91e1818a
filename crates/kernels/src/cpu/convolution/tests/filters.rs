//! Convolutions and their gradients.

use super::*;

struct Numbers {
    x: Vec<f32>,
    w: Vec<f32>,
    bias: Vec<f32>,
    dy: Vec<f32>,
}

fn numbers_for(case: Case) -> Numbers {
    let pixels = case.pictures.pixels();
    Numbers {
        x: numbers(pixels * case.c_in, 1),
        w: numbers(case.c_in * case.c_out * 9, 2),
        bias: numbers(case.c_out, 3),
        dy: numbers(pixels * case.c_out, 4),
    }
}

const METHODS: [Method; 2] = [Method::Winograd, Method::Direct];

#[test]
fn forward_is_what_plain_loops_make() {
    for case in cases() {
        let Numbers { x, w, bias, .. } = numbers_for(case);
        for is_rectified in [false, true] {
            let wanted = case.forward(&x, &w, &bias, is_rectified);
            for (method, level) in METHODS.into_iter().flat_map(|method| {
                Level::available()
                    .into_iter()
                    .map(move |level| (method, level))
            }) {
                let filters = Filters::new(level, &w, case.c_in, case.c_out, method);
                for threads in [1, 2] {
                    let y = with_threads(threads, || {
                        filters.forward(case.pictures, case.padding, &x, Some(&bias), is_rectified)
                    });
                    let what = format!("{case:?} {method:?} {level:?} {threads}");
                    assert!(
                        distance(&y, &wanted) < 1e-5,
                        "{} {what}",
                        distance(&y, &wanted)
                    );
                    let worst = difference(&y, &wanted);
                    assert!(worst < 1e-5, "{worst} {what}");
                }
            }
        }
    }
}

#[test]
fn gradients_are_what_plain_loops_make() {
    for case in cases() {
        let Numbers { x, w, bias, dy } = numbers_for(case);
        for is_rectified in [false, true] {
            let y: Vec<f32> = (case.forward(&x, &w, &bias, true).iter())
                .map(|&y| y as f32)
                .collect();
            let passing: Vec<f64> = (dy.iter().zip(&y))
                .map(|(dy, y)| f64::from(if is_rectified && *y <= 0.0 { 0.0 } else { *dy }))
                .collect();
            let wanted = case.backward(&x, &w, &passing);
            for (method, level) in METHODS.into_iter().flat_map(|method| {
                Level::available()
                    .into_iter()
                    .map(move |level| (method, level))
            }) {
                let filters = Filters::new(level, &w, case.c_in, case.c_out, method);
                let arrived = Arrived {
                    dy: &dy,
                    rectified: is_rectified.then_some(Rectified::Output(&y)),
                    x: Some(&x),
                    wants_input: true,
                };
                for threads in [1, 2, 3] {
                    let run = |arrived| {
                        with_threads(threads, || {
                            filters.backward(case.pictures, case.padding, arrived)
                        })
                    };
                    let all = run(arrived);
                    let what = format!("{case:?} {method:?} {level:?} {threads}");
                    let found = [all.input, all.weights, all.bias].map(Option::unwrap);
                    for ((name, found), wanted) in
                        ["dx", "dw", "db"].iter().zip(&found).zip(&wanted)
                    {
                        let worst = difference(found, wanted);
                        assert!(worst < 1e-5, "{worst} {name} {what}");
                    }
                    let input = run(Arrived { x: None, ..arrived });
                    let worst = difference(&input.input.unwrap(), &wanted[0]);
                    assert!(worst < 1e-5, "{worst} {what}");
                    assert!(input.weights.is_none() && input.bias.is_none());
                    let weights = run(Arrived {
                        wants_input: false,
                        ..arrived
                    });
                    assert!(weights.input.is_none());
                    assert_eq!(weights.weights.as_ref(), Some(&found[1]), "{what}");
                    assert_eq!(weights.bias.as_ref(), Some(&found[2]), "{what}");
                }
            }
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(a, b)| f64::from(*a) * f64::from(*b))
        .sum()
}

#[test]
fn the_input_gradient_is_the_adjoint() {
    // Large enough for several threads, several blocks, and bands that begin inside a picture; the
    // last is large enough for threads that share a block.
    let cases = [
        case(2, 45, 38, 24, 40),
        case(3, 37, 66, 64, 64),
        case(2, 18, 33, 200, 192),
        case(1, 70, 63, 3, 24),
    ];
    for (case, method) in cases
        .into_iter()
        .flat_map(|case| METHODS.map(|method| (case, method)))
    {
        for padding in [Padding::Zeros, Padding::Edge] {
            let Numbers { x, w, dy, .. } = numbers_for(case);
            let filters = Filters::new(Level::detect(), &w, case.c_in, case.c_out, method);
            for threads in [1, 2, 5] {
                let run = || {
                    with_threads(threads, || {
                        let y = filters.forward(case.pictures, padding, &x, None, false);
                        let arrived = Arrived {
                            dy: &dy,
                            rectified: None,
                            x: Some(&x),
                            wants_input: true,
                        };
                        (y, filters.backward(case.pictures, padding, arrived))
                    })
                };
                let (y, gradients) = run();
                let (dx, dw) = (gradients.input.unwrap(), gradients.weights.unwrap());
                let scale = (dot(&y, &y) * dot(&dy, &dy)).sqrt();
                // y is linear in x and in w.
                for other in [dot(&dx, &x), dot(&dw, &w)] {
                    let off = (dot(&dy, &y) - other).abs() / scale;
                    assert!(
                        off < 1e-7,
                        "{off} {case:?} {method:?} {padding:?} {threads}"
                    );
                }
                let (again, repeated) = run();
                assert_eq!(y, again, "the same threads must give the same bytes");
                assert_eq!(Some(dx), repeated.input);
                assert_eq!(Some(dw), repeated.weights);
                assert_eq!(gradients.bias, repeated.bias);
            }
        }
    }
}

#[test]
fn the_transformation_stays_exact_enough_with_many_channels() {
    let case = case(1, 9, 9, 512, 33);
    let Numbers { x, w, bias, .. } = numbers_for(case);
    let wanted = case.forward(&x, &w, &bias, false);
    for method in METHODS {
        let filters = Filters::new(Level::detect(), &w, case.c_in, case.c_out, method);
        let y = filters.forward(case.pictures, case.padding, &x, Some(&bias), false);
        let off = distance(&y, &wanted);
        assert!(off < 5e-6, "{off} {method:?}");
    }
}

#[test]
fn nothing_in_nothing_out() {
    let empty = case(0, 4, 4, 3, 5);
    let Numbers { x, w, .. } = numbers_for(empty);
    for method in METHODS {
        let filters = Filters::new(Level::detect(), &w, 3, 5, method);
        assert!(
            filters
                .forward(empty.pictures, Padding::Edge, &x, None, true)
                .is_empty()
        );
        let arrived = Arrived {
            dy: &[],
            rectified: None,
            x: Some(&x),
            wants_input: true,
        };
        let gradients = filters.backward(empty.pictures, Padding::Edge, arrived);
        assert_eq!(gradients.input, Some(Vec::new()));
        assert_eq!(gradients.weights, Some(vec![0.0; 135]));
        assert_eq!(gradients.bias, Some(vec![0.0; 5]));
    }
}

#[test]
fn bits_of_the_output_serve_as_well_as_the_output() {
    let pictures = Pictures {
        batch: 2,
        height: 9,
        width: 14,
    };
    let (c_in, c_out) = (5, 48);
    let w = numbers(c_out * c_in * 9, 1);
    let x = numbers(pictures.pixels() * c_in, 2);
    let dy = numbers(pictures.pixels() * c_out, 3);
    assert!(Passed::suits(c_out) && !Passed::suits(c_out - 8));
    for level in Level::available() {
        for method in [Method::Winograd, Method::Direct] {
            let filters = Filters::new(level, &w, c_in, c_out, method);
            let y = filters.forward(pictures, Padding::Zeros, &x, None, true);
            let passed = Passed::of(level, &y);
            let back = |rectified| {
                let arrived = Arrived {
                    dy: &dy,
                    rectified: Some(rectified),
                    x: Some(&x),
                    wants_input: true,
                };
                filters.backward(pictures, Padding::Zeros, arrived)
            };
            let by_output = back(Rectified::Output(&y));
            let by_bits = back(Rectified::Passed(&passed));
            assert_eq!(by_output.input, by_bits.input, "{level:?} {method:?}");
            assert_eq!(by_output.weights, by_bits.weights, "{level:?} {method:?}");
        }
    }
}
