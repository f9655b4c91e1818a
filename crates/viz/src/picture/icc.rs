//! Embedded colour profiles: what the numbers of a file mean, brought to sRGB.

use moxcms::{CmsError, ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::CHANNELS;

/// Pixels that are converted at once, so that no second copy of the picture is needed.
const CHUNK_PIXELS: usize = 4096;

/// A profile that moves no colour further than this (a quarter of a step of 8 bits) is sRGB under
/// another name, and 16-bit values keep their exact numbers.
const SAME_AS_SRGB: f32 = 0.25 / 255.0;

/// Steps of one channel among the colours that are tried on a profile.
const PROBE_STEPS: u8 = 6;

/// Why a profile was left out of account; the picture is then taken for sRGB.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProfileError {
    #[error("the embedded colour profile is broken ({0}) and was ignored")]
    Broken(CmsError),
    #[error(
        "the embedded colour profile is for {0:?} data, which is not what was decoded, and was ignored"
    )]
    OtherColours(DataColorSpace),
}

/// Converts colours from what `profile` describes to sRGB, in place.
///
/// Colours outside sRGB are clamped. `grey` says that the file has one channel, which has been
/// repeated three times.
///
/// # Shapes
/// - `pixels`: `[H, W, C]`
pub(crate) fn convert_to_srgb(
    pixels: &mut [f32],
    grey: bool,
    profile: &[u8],
) -> Result<(), ProfileError> {
    let profile = ColorProfile::new_from_slice(profile).map_err(ProfileError::Broken)?;
    match profile.color_space {
        DataColorSpace::Rgb => convert(pixels, &profile, Layout::Rgb),
        DataColorSpace::Gray if grey => convert(pixels, &profile, Layout::Gray),
        other => Err(ProfileError::OtherColours(other)),
    }
}

fn convert(pixels: &mut [f32], profile: &ColorProfile, layout: Layout) -> Result<(), ProfileError> {
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions {
        prefer_fixed_point: false,
        ..TransformOptions::default()
    };
    let transform = profile
        .create_transform_f32(layout, &srgb, Layout::Rgb, options)
        .map_err(ProfileError::Broken)?;
    let mut source = Vec::with_capacity(CHUNK_PIXELS * CHANNELS);
    let mut run = |pixels: &mut [f32]| {
        source.clear();
        match layout {
            Layout::Gray => source.extend(pixels.iter().step_by(CHANNELS)),
            _ => source.extend_from_slice(pixels),
        }
        transform
            .transform(&source, pixels)
            .map_err(ProfileError::Broken)?;
        pixels
            .iter_mut()
            .for_each(|value| *value = super::to_unit(*value));
        Ok(())
    };

    let probe = probe_colours(layout);
    let mut seen = probe.clone();
    run(&mut seen)?;
    if probe
        .iter()
        .zip(&seen)
        .all(|(before, after)| (before - after).abs() <= SAME_AS_SRGB)
    {
        return Ok(());
    }
    pixels.chunks_mut(CHUNK_PIXELS * CHANNELS).try_for_each(run)
}

/// A cube of colours, or a ramp of greys.
fn probe_colours(layout: Layout) -> Vec<f32> {
    let steps = || (0..PROBE_STEPS).map(|i| f32::from(i) / f32::from(PROBE_STEPS - 1));
    match layout {
        Layout::Gray => steps().flat_map(|value| [value; CHANNELS]).collect(),
        _ => steps()
            .flat_map(|r| steps().flat_map(move |g| steps().flat_map(move |b| [r, g, b])))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The colours of 8 bits, converted through the profile, in 8 bits.
    fn converted(colour: [u8; 3], grey: bool, profile: &ColorProfile) -> [f32; 3] {
        let mut pixels = colour.map(|value| f32::from(value) / 255.0).to_vec();
        convert_to_srgb(&mut pixels, grey, &profile.encode().unwrap()).unwrap();
        [pixels[0] * 255.0, pixels[1] * 255.0, pixels[2] * 255.0]
    }

    fn assert_near(found: [f32; 3], expected: [f32; 3]) {
        let near = found
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() <= 2.0);
        assert!(near, "{found:?} is not {expected:?}");
    }

    /// The expected numbers are the textbook matrices (SMPTE EG 432-1, Adobe RGB 1998 and
    /// IEC 61966-2-1, all D65), worked out in double precision outside this program.
    #[test]
    fn known_colours_of_display_p3() {
        let p3 = ColorProfile::new_display_p3();
        assert_near(
            converted([128, 128, 128], false, &p3),
            [128.0, 128.0, 128.0],
        );
        assert_near(converted([200, 100, 50], false, &p3), P3_ORANGE);
        assert_near(converted([60, 120, 180], false, &p3), P3_BLUE);
        assert_near(converted([255, 0, 0], false, &p3), [255.0, 0.0, 0.0]);
    }

    #[test]
    fn known_colours_of_adobe_rgb() {
        let adobe = ColorProfile::new_adobe_rgb();
        assert_near(converted([200, 100, 50], false, &adobe), ADOBE_ORANGE);
        assert_near(converted([100, 150, 100], false, &adobe), ADOBE_GREEN);
    }

    #[test]
    fn a_grey_profile_with_gamma_one_is_made_brighter() {
        let linear = ColorProfile::new_gray_with_gamma(1.0);
        assert_near(
            converted([55, 55, 55], true, &linear),
            [128.0, 128.0, 128.0],
        );
    }

    #[test]
    fn srgb_itself_leaves_every_bit_alone() {
        let mut pixels: Vec<f32> = (0..=3000_u16)
            .map(|i| f32::from(i) / 3001.0)
            .take(3000)
            .collect();
        let before = pixels.clone();
        let profile = ColorProfile::new_srgb().encode().unwrap();
        convert_to_srgb(&mut pixels, false, &profile).unwrap();
        assert_eq!(pixels, before);
    }

    #[test]
    fn a_broken_profile_says_so_and_changes_nothing() {
        let mut pixels = vec![0.25; 3];
        let error = convert_to_srgb(&mut pixels, false, b"not a profile").unwrap_err();
        assert!(error.to_string().contains("broken"), "{error}");
        assert_eq!(pixels, [0.25; 3]);
    }

    #[test]
    fn a_grey_profile_on_colours_is_ignored() {
        let profile = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
        let error = convert_to_srgb(&mut [0.25, 0.5, 0.75], false, &profile).unwrap_err();
        assert!(
            matches!(error, ProfileError::OtherColours(DataColorSpace::Gray)),
            "{error}"
        );
    }

    const P3_ORANGE: [f32; 3] = [214.9, 92.61, 30.95];
    const P3_BLUE: [f32; 3] = [30.17, 121.77, 185.08];
    const ADOBE_ORANGE: [f32; 3] = [227.07, 100.07, 42.35];
    const ADOBE_GREEN: [f32; 3] = [65.98, 151.41, 97.08];
}
