//! Power spectra.

/// Lengths that a Fourier transform may have.
pub(super) const LENGTHS: [usize; 7] = [64, 128, 256, 512, 1024, 2048, 4096];

/// |X|² from frequency zero to half the sample rate: N/2 + 1 numbers of a signal of N.
///
/// # Panics
/// If N is none of [`LENGTHS`].
pub(super) fn power(signal: &mut [f32]) -> Vec<f32> {
    use microfft::real;
    let length = signal.len();
    macro_rules! transform {
        ($($length:literal => $transform:path),*) => {
            match length {
                $($length => {
                    let signal: &mut [f32; $length] = signal.try_into().expect("the length was asked");
                    $transform(signal).as_slice()
                })*
                _ => panic!("no transform of {length} numbers, only of {LENGTHS:?}"),
            }
        };
    }
    let spectrum = transform!(
        64 => real::rfft_64, 128 => real::rfft_128, 256 => real::rfft_256, 512 => real::rfft_512,
        1024 => real::rfft_1024, 2048 => real::rfft_2048, 4096 => real::rfft_4096
    );
    // The first and the last are real, and lie in one place.
    let ends = spectrum[0];
    let mut powers: Vec<f32> = spectrum.iter().map(|x| x.re * x.re + x.im * x.im).collect();
    powers[0] = ends.re * ends.re;
    powers.push(ends.im * ends.im);
    powers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{normal, seeded};

    #[test]
    fn powers_are_those_of_the_definition() {
        for length in LENGTHS {
            let signal = normal(&mut seeded(1), length);
            let found = power(&mut signal.clone());
            assert_eq!(found.len(), length / 2 + 1);
            for place in [0, 1, length / 3, length / 2] {
                let (mut re, mut im) = (0.0, 0.0);
                for (n, x) in signal.iter().enumerate() {
                    let turn = std::f64::consts::TAU * (n * place % length) as f64 / length as f64;
                    re += f64::from(*x) * turn.cos();
                    im -= f64::from(*x) * turn.sin();
                }
                let exact = re * re + im * im;
                let error = (f64::from(found[place]) - exact).abs();
                assert!(error < 1e-4 * length as f64, "{length} {place}: {error}");
            }
        }
    }
}
