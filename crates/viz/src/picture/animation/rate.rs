//! Frames a second, as the formats count time.

use super::super::PictureError;

/// The fewest frames a second.
pub const MIN_FRAME_RATE: f64 = 0.1;

/// The most frames a second.
pub const MAX_FRAME_RATE: f64 = 240.0;

/// The most frames a second of a GIF: browsers take times below 2/100 s for a mistake.
const MAX_GIF_RATE: f64 = 50.0;

/// The longest numerator that is tried: 1001 makes the rates of television, such as 30000/1001.
const MAX_NUMERATOR: u16 = 1001;

/// Refuses a number of frames a second that cannot be shown.
///
/// # Errors
/// [`PictureError::FrameRate`].
pub fn check_frame_rate(frames_per_second: f64) -> Result<(), PictureError> {
    let (min, max) = (MIN_FRAME_RATE, MAX_FRAME_RATE);
    if (min..=max).contains(&frames_per_second) {
        return Ok(());
    }
    Err(PictureError::FrameRate {
        asked: frames_per_second,
        min,
        max,
    })
}

/// How long a frame is shown, in seconds: the nearest fraction, numerator first.
pub(super) fn fraction(frames_per_second: f64) -> (u16, u16) {
    let mut best = (1, 1);
    let mut smallest = f64::INFINITY;
    for numerator in 1..=MAX_NUMERATOR {
        let denominator = (frames_per_second * f64::from(numerator)).round();
        let error = (denominator / f64::from(numerator) - frames_per_second).abs();
        if error < smallest && (1.0..=f64::from(u16::MAX)).contains(&denominator) {
            (best, smallest) = ((numerator, denominator as u16), error);
        }
    }
    best
}

/// Hundredths of a second for which a frame of a GIF is shown; frames are counted from 0.
///
/// Both ends of its time are rounded, so errors never add up.
pub(super) fn hundredths(frame: usize, frames_per_second: f64) -> u16 {
    let each = 100.0 / frames_per_second.min(MAX_GIF_RATE);
    let begin = |frame: usize| (frame as f64 * each).round();
    (begin(frame + 1) - begin(frame)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_rates_are_exact_fractions() {
        for (rate, expected) in [
            (24.0, (1, 24)),
            (12.5, (2, 25)),
            (0.1, (10, 1)),
            (29.97, (100, 2997)),
            (30_000.0 / 1001.0, (1001, 30_000)),
            (240.0, (1, 240)),
        ] {
            assert_eq!(fraction(rate), expected, "{rate}");
        }
    }

    #[test]
    fn the_frames_of_a_second_take_a_second() {
        let times = |rate: f64, frames: usize| -> Vec<u16> {
            (0..frames).map(|frame| hundredths(frame, rate)).collect()
        };
        assert_eq!(times(10.0, 3), [10; 3]);
        assert_eq!(times(30.0, 3), [3, 4, 3]);
        assert_eq!(times(0.1, 1), [1000]);
        assert_eq!(times(60.0, 4), [2; 4]);
        for rate in [7_u16, 24, 30, 33, 48, 50] {
            let times = times(rate.into(), rate.into());
            assert_eq!(times.iter().sum::<u16>(), 100, "{rate}");
            assert!(times.iter().all(|&time| time >= 2), "{rate}: {times:?}");
        }
    }

    #[test]
    fn a_rate_that_cannot_be_shown_is_refused_with_the_limits() {
        assert!(check_frame_rate(MIN_FRAME_RATE).is_ok() && check_frame_rate(25.0).is_ok());
        for rate in [0.0, -24.0, 1000.0, f64::NAN, f64::INFINITY] {
            assert!(check_frame_rate(rate).is_err(), "{rate}");
        }
        assert_eq!(
            check_frame_rate(1000.0).unwrap_err().to_string(),
            "an animation shows 0.1 to 240 frames a second, not 1000"
        );
    }
}
