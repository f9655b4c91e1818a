use super::*;

fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let draw = |i: u32| {
        let x = (i ^ seed.wrapping_mul(0x9e37_79b9)).wrapping_mul(2_654_435_761);
        ((x ^ (x >> 15)).wrapping_mul(0x2c1b_3c6d) >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..count as u32).map(draw).collect()
}

/// Three loops in double precision.
fn plainly(sizes: Sizes, a: &[f32], b: &[f32], is_turned: (bool, bool)) -> Vec<f64> {
    let Sizes { m, n, k } = sizes;
    let mut c = vec![0.0; m * n];
    for i in 0..m {
        for j in 0..n {
            c[i * n + j] = (0..k)
                .map(|p| {
                    let a = if is_turned.0 {
                        a[p * m + i]
                    } else {
                        a[i * k + p]
                    };
                    let b = if is_turned.1 {
                        b[j * k + p]
                    } else {
                        b[p * n + j]
                    };
                    f64::from(a) * f64::from(b)
                })
                .sum();
        }
    }
    c
}

struct Work<'a>(Sizes, Matrix<'a>, Right<'a>, &'a mut [f32], Into);

impl Vectorised for Work<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self(sizes, left, right, out, into) = self;
        let out = Output::rows(out, sizes.n);
        product::<L>(sizes, left, right, out, into, &mut Scratch::default());
    }
}

#[test]
fn products_are_what_three_loops_make() {
    let shapes = [
        (1, 1, 1),
        (1, 40, 3),
        (5, 87, 128),
        (25, 512, 128),
        (13, 33, 400),
        (40, 31, 65),
        (130, 100, 20),
        (33, 16, 7),
        (7, 3, 800),
    ];
    for (m, n, k) in shapes {
        let sizes = Sizes { m, n, k };
        let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
        for turned in [(false, false), (true, false), (false, true), (true, true)] {
            let left = match turned.0 {
                true => Matrix::rows(&a, m).transposed(),
                false => Matrix::rows(&a, k),
            };
            let right = match turned.1 {
                true => Matrix::rows(&b, k).transposed(),
                false => Matrix::rows(&b, n),
            };
            let wanted = plainly(sizes, &a, &b, turned);
            let bound = 1e-6 * (k as f64).sqrt();
            for level in Level::available() {
                let packed = Packed::new(level, right, k, n);
                for right in [Right::Plain(right), Right::Packed(&packed)] {
                    let mut out = vec![1.0; m * n];
                    level.run(Work(sizes, left, right, &mut out, Into::Replace));
                    level.run(Work(sizes, left, right, &mut out, Into::Add));
                    for (&found, &wanted) in out.iter().zip(&wanted) {
                        let error = (f64::from(found) - 2.0 * wanted).abs();
                        assert!(
                            error < 2.0 * bound,
                            "{level:?} {sizes:?} {turned:?}: {error}"
                        );
                    }
                }
                let mut out = vec![0.0; m * n];
                multiply_all(level, sizes, left, right, &mut out, Into::Replace);
                for (&found, &wanted) in out.iter().zip(&wanted) {
                    let error = (f64::from(found) - wanted).abs();
                    assert!(error < bound, "{level:?} {sizes:?} {turned:?}: {error}");
                }
            }
        }
    }
}

#[test]
fn rows_that_others_write_stay() {
    let (a, b) = (numbers(6, 1), numbers(15, 2));
    let mut out = [7.0; 2 * 9];
    let sizes = Sizes { m: 2, n: 5, k: 3 };
    struct Among<'a>(Sizes, &'a [f32], &'a [f32], &'a mut [f32]);
    impl Vectorised for Among<'_> {
        type Output = ();
        #[inline(always)]
        fn run<L: Lanes>(self) {
            let (left, right) = (
                Matrix::rows(self.1, 3),
                Right::Plain(Matrix::rows(self.2, 5)),
            );
            let out = Output::rows(self.3, 9);
            let mut scratch = Scratch::default();
            product::<L>(self.0, left, right, out, Into::Replace, &mut scratch);
        }
    }
    Level::detect().run(Among(sizes, &a, &b, &mut out));
    assert!(out[5..9].iter().chain(&out[14..]).all(|&x| x == 7.0));
    assert!(out[..5].iter().all(|&x| x != 7.0));
}

#[test]
#[should_panic(expected = "does not fit into 6 numbers")]
fn a_matrix_past_its_numbers_is_a_fault() {
    let (a, mut out) = (numbers(6, 1), [0.0; 9]);
    let sizes = Sizes { m: 3, n: 3, k: 3 };
    let matrix = Matrix::rows(&a, 3);
    multiply_all(
        Level::detect(),
        sizes,
        matrix,
        matrix,
        &mut out,
        Into::Replace,
    );
}

#[test]
fn a_sum_of_nothing_is_zero() {
    let mut out = [1.0; 4];
    let sizes = Sizes { m: 2, n: 2, k: 0 };
    let matrix = Matrix::rows(&[], 2);
    multiply_all(Level::detect(), sizes, matrix, matrix, &mut out, Into::Add);
    assert_eq!(out, [1.0; 4]);
    multiply_all(
        Level::detect(),
        sizes,
        matrix,
        matrix,
        &mut out,
        Into::Replace,
    );
    assert_eq!(out, [0.0; 4]);
}
