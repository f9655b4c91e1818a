//! Colours for values from -1 to 1: blue, paper, orange.
//!
//! Blue against orange is told apart with every common kind of colour blindness, and the ends are
//! only so strong that letters of one ink can be read on all of them.

use crate::picture::CHANNELS;

/// Steps of the scale; odd, so that 0 has one.
pub(crate) const LEVELS: usize = 17;

/// A colour, sRGB-encoded bytes.
pub(crate) type Bytes = [u8; CHANNELS];

/// The colours of paper and ink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scheme {
    /// At -1.
    pub(crate) low: Bytes,
    /// At 0.
    pub(crate) middle: Bytes,
    /// At 1.
    pub(crate) high: Bytes,
    /// Letters.
    pub(crate) ink: Bytes,
}

/// Dark ink on light paper.
pub(crate) const LIGHT: Scheme = Scheme {
    low: [0x4f, 0x94, 0xd6],
    middle: [0xfb, 0xfa, 0xf7],
    high: [0xf0, 0x87, 0x22],
    ink: [0x17, 0x17, 0x1b],
};

/// Light ink on dark paper.
pub(crate) const DARK: Scheme = Scheme {
    low: [0x25, 0x6c, 0xb8],
    middle: [0x1e, 0x1e, 0x23],
    high: [0xb0, 0x58, 0x08],
    ink: [0xf4, 0xf4, 0xf6],
};

impl Scheme {
    /// The colour of a step of the scale, 0 to [`LEVELS`] - 1.
    pub(crate) fn colour(&self, level: usize) -> Bytes {
        let half = (LEVELS / 2) as f32;
        let value = level as f32 / half - 1.0;
        let end = if value < 0.0 { self.low } else { self.high };
        std::array::from_fn(|c| {
            let (from, to) = (f32::from(self.middle[c]), f32::from(end[c]));
            (from + (to - from) * value.abs()).round() as u8
        })
    }
}

/// The step of a value; values beyond the ends are as the ends.
pub(crate) fn level(value: f32) -> usize {
    let half = (LEVELS / 2) as f32;
    ((value.clamp(-1.0, 1.0) + 1.0) * half).round() as usize
}

/// The notation of web pages.
pub(crate) fn hex([r, g, b]: Bytes) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance.
    ///
    /// # Source
    /// Web Content Accessibility Guidelines 2.2.
    fn luminance(colour: Bytes) -> f64 {
        let linear = colour.map(|value| match f64::from(value) / 255.0 {
            v if v <= 0.04045 => v / 12.92,
            v => ((v + 0.055) / 1.055).powf(2.4),
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    #[test]
    fn letters_can_be_read_on_every_step() {
        for (scheme, level) in [LIGHT, DARK]
            .iter()
            .flat_map(|s| (0..LEVELS).map(move |l| (s, l)))
        {
            let (a, b) = (luminance(scheme.ink), luminance(scheme.colour(level)));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(
                contrast >= 4.5,
                "step {level} has a contrast of {contrast:.2}"
            );
        }
    }

    #[test]
    fn the_scale_goes_from_end_to_end_through_paper() {
        assert_eq!(
            [-1.0, -2.0, 0.0, 1.0].map(level),
            [0, 0, LEVELS / 2, LEVELS - 1]
        );
        assert_eq!(LIGHT.colour(0), LIGHT.low);
        assert_eq!(LIGHT.colour(level(0.0)), LIGHT.middle);
        assert_eq!(LIGHT.colour(LEVELS - 1), LIGHT.high);
        assert_eq!(hex([255, 0, 10]), "#ff000a");
    }
}
