//! Pictures of maps.

use super::Map;
use crate::picture::Picture;

/// Share of the pixels that may be brighter than white, so that one spot does not darken the rest.
const CUT: f64 = 0.01;
/// From nothing to everything: black, violet, orange, pale yellow. Lightness rises evenly, so that it
/// survives in grey.
const HEAT: [[f32; 3]; 6] = [
    [0.0, 0.0, 0.02],
    [0.23, 0.06, 0.44],
    [0.55, 0.16, 0.50],
    [0.87, 0.29, 0.41],
    [0.99, 0.62, 0.43],
    [0.99, 0.99, 0.75],
];
/// Against, indifferent, for: blue, near white, red.
const SIGNED: [[f32; 3]; 5] = [
    [0.02, 0.19, 0.50],
    [0.40, 0.66, 0.84],
    [0.97, 0.97, 0.97],
    [0.94, 0.54, 0.38],
    [0.50, 0.02, 0.14],
];
/// How much of the picture is seen through the heat where nothing is.
const SEEN: f32 = 0.55;

/// A colour of a ramp at `place` in `[0, 1]`.
fn ramp(stops: &[[f32; 3]], place: f32) -> [f32; 3] {
    let place = place.clamp(0.0, 1.0) * (stops.len() - 1) as f32;
    let low = (place as usize).min(stops.len() - 2);
    let share = place - low as f32;
    std::array::from_fn(|i| stops[low][i] * (1.0 - share) + stops[low + 1][i] * share)
}

/// The value that all but a hundredth of the magnitudes stay below; never zero.
pub fn bright(values: &[f32]) -> f32 {
    let mut sorted: Vec<f32> = values.iter().map(|value| value.abs()).collect();
    sorted.sort_by(f32::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let place = (sorted.len() as f64 * (1.0 - CUT)) as usize;
    let found = sorted.get(place.min(last)).copied().unwrap_or(0.0);
    let most = sorted.last().copied().unwrap_or(0.0);
    // A map with few pixels that are not zero is scaled by the largest.
    let scale = if found > 0.0 { found } else { most };
    scale.max(f32::MIN_POSITIVE)
}

/// How strong every pixel is beside the weakest, in `[0, 1]`, `[H, W]`: by magnitude, or, where signs mean something, what
/// speaks for the score.
pub fn strength(map: &Map, is_signed: bool) -> Vec<f32> {
    let mut values: Vec<f32> = match is_signed {
        true => map.signed().iter().map(|value| value.max(0.0)).collect(),
        false => map.unsigned(),
    };
    // A map that is nowhere zero, as RISE's, is seen from its least value on.
    let least = values.iter().copied().fold(f32::INFINITY, f32::min);
    values.iter_mut().for_each(|value| *value -= least);
    let scale = bright(&values);
    values
        .iter()
        .map(|value| (value / scale).min(1.0))
        .collect()
}

fn of_plane(map: &Map, values: &[f32], colour: impl Fn(f32) -> [f32; 3]) -> Picture {
    Picture::from_fn(map.width as u32, map.height as u32, |x, y| {
        colour(values[y as usize * map.width + x as usize])
    })
}

/// The strength of every pixel as heat.
pub fn heat(map: &Map, is_signed: bool) -> Picture {
    of_plane(map, &strength(map, is_signed), |value| ramp(&HEAT, value))
}

/// Red speaks for the score, blue against it.
pub fn signed(map: &Map) -> Picture {
    let values = map.signed();
    let scale = bright(&values);
    of_plane(map, &values, |value| {
        ramp(&SIGNED, 0.5 + 0.5 * value / scale)
    })
}

/// The signal itself, in its own colours about mid grey; a map of one channel as grey.
pub fn signal(map: &Map) -> Picture {
    let scale = bright(&map.values);
    let plane = map.width * map.height;
    Picture::from_fn(map.width as u32, map.height as u32, |x, y| {
        let place = y as usize * map.width + x as usize;
        std::array::from_fn(|channel| {
            let value = map.values[place + plane * (channel % map.channels)];
            (0.5 + 0.5 * value / scale).clamp(0.0, 1.0)
        })
    })
}

/// Heat over the picture in grey.
///
/// # Panics
/// If the picture has another size than the map.
pub fn overlay(map: &Map, picture: &Picture, is_signed: bool) -> Picture {
    let values = strength(map, is_signed);
    let luma = picture.luma();
    assert_eq!(luma.len(), values.len(), "a picture of the map's size");
    let mut places = 0..luma.len();
    Picture::from_fn(picture.width(), picture.height(), |_, _| {
        let place = places.next().unwrap_or(0);
        let (grey, value) = (luma[place] * SEEN, values[place]);
        let hot = ramp(&HEAT, value);
        std::array::from_fn(|i| (grey * (1.0 - value) + hot[i] * value).clamp(0.0, 1.0))
    })
}

/// The picture as far as it is important: the rest is dark.
///
/// # Panics
/// If the picture has another size than the map.
pub fn masked(map: &Map, picture: &Picture, is_signed: bool) -> Picture {
    let values = strength(map, is_signed);
    Picture::from_fn(picture.width(), picture.height(), |x, y| {
        let value = values[y as usize * map.width + x as usize];
        picture.get(x, y).map(|colour| colour * value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(values: Vec<f32>) -> Map {
        Map {
            channels: 1,
            height: 1,
            width: values.len(),
            values,
        }
    }

    #[test]
    fn heat_grows_lighter_and_signs_have_their_colours() {
        let heat = heat(&map(vec![0.0, 0.25, 0.5, 0.75, 1.0]), false);
        let luma = heat.luma();
        assert!(luma.windows(2).all(|pair| pair[0] < pair[1]), "{luma:?}");
        let signed = signed(&map(vec![-1.0, 0.0, 1.0]));
        let [against, none, for_it] = [0, 1, 2].map(|x| signed.get(x, 0));
        assert!(against[2] > against[0] && for_it[0] > for_it[2]);
        assert!((none[0] - none[2]).abs() < 1e-6);
    }

    #[test]
    fn an_empty_map_is_dark_and_no_number_is_lost() {
        let dark = heat(&map(vec![0.0; 4]), true);
        assert!(dark.pixels().iter().all(|value| *value < 0.05));
        let grey = signal(&map(vec![0.0; 4]));
        assert!(grey.pixels().iter().all(|value| *value == 0.5));
    }

    #[test]
    fn what_matters_is_seen_and_the_rest_is_dark() {
        let picture = Picture::filled(2, 1, [0.8, 0.8, 0.8]);
        let masked = masked(&map(vec![0.0, 1.0]), &picture, false);
        assert_eq!(masked.get(0, 0), [0.0; 3]);
        assert_eq!(masked.get(1, 0), [0.8; 3]);
    }
}
