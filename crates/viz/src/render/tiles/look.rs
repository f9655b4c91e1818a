//! Looking at a picture tile by tile.

use std::ops::Range;

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer, Network};

use super::{Tile, Tiling};
use crate::VizError;
use crate::objective::{Additive, Goal, Join, Objective, Part, Rows, Scored, Windows};

/// Rows of the image that an objective without layers is shown at a time.
const ROWS: usize = 128;

/// What came of a look.
pub(crate) struct Look {
    /// The goal's value and its parts, without gradients.
    pub(crate) scored: Scored,
    /// Gradient of the whole value, `[1, 3, H, W]`.
    pub(crate) gradient: Tensor<4>,
}

/// The value of a goal on an image `[1, 3, H, W]` without gradients, and its gradient.
///
/// # Errors
/// [`VizError::Model`] if the network refuses a tile.
///
/// # Panics
/// If the goal is not [additive](Goal::is_additive).
pub(crate) fn look(
    network: &dyn Network,
    goal: &Goal,
    image: Tensor<4>,
    tiling: &Tiling,
) -> Result<Look, VizError> {
    let layers = goal.layers();
    let tiles: Vec<(Tile, Windows)> = tiling
        .tiles()
        .into_iter()
        .map(|tile| {
            let windows = tiling.windows(&tile);
            (tile, windows)
        })
        .collect();
    let terms: Vec<(f64, &dyn Objective, &dyn Additive)> = goal
        .terms()
        .filter_map(|(weight, term)| Some((weight, term, term.additive()?)))
        .collect();
    let is_seen = |term: &dyn Objective, windows: &Windows| {
        let layers = term.layers();
        layers.iter().all(|layer| !windows[layer].is_empty())
    };

    // What all tiles together have to say.
    let mut joined: Vec<Joined> = terms.iter().map(|_| Joined::default()).collect();
    if tiles.len() > 1 {
        for (tile, windows) in &tiles {
            let seen = network.activations(cut(&image, tile), &layers)?;
            let part = Part::new(&seen, windows);
            for ((_, term, additive), joined) in terms.iter().zip(&mut joined) {
                if is_seen(*term, windows) {
                    joined.take(additive.sums(&part));
                }
            }
        }
    }
    let mut scores: Vec<(&'static str, Tensor<1>)> = Vec::new();
    let mut gradient = image.clone().zeros_like();
    let mut slopes: Vec<Vec<Tensor<3>>> = Vec::new();
    if tiles.len() > 1 {
        for ((weight, term, additive), joined) in terms.iter().zip(joined) {
            let leaves: Vec<Tensor<3>> = joined
                .whole(additive.join())
                .into_iter()
                .map(|sum| sum.autodiff().require_grad())
                .collect();
            let score = additive.score_of(leaves.clone()) * *weight;
            let mut gradients = score.backward();
            let of_leaf = |leaf: Tensor<3>| {
                leaf.grad_remove(&mut gradients)
                    .unwrap_or_else(|| leaf.inner().zeros_like())
            };
            slopes.push(leaves.into_iter().map(of_leaf).collect());
            scores.push((term.part(), score));
        }
    }

    // Back through each of them.
    let mut listed = vec![0; terms.len()];
    for (tile, windows) in &tiles {
        let leaf = cut(&image, tile).autodiff().require_grad();
        let seen = network.activations(leaf.clone(), &layers)?;
        let part = Part::new(&seen, windows);
        let mut total: Option<Tensor<1>> = None;
        for (number, (weight, term, additive)) in terms.iter().enumerate() {
            if !is_seen(*term, windows) {
                continue;
            }
            let sums = additive.sums(&part);
            let value = match tiles.len() {
                1 => {
                    let score = additive.score_of(sums) * *weight;
                    scores.push((term.part(), score.clone()));
                    score
                }
                _ => {
                    let from = listed[number];
                    listed[number] += sums.first().map_or(0, |sum| sum.dims()[2]);
                    along(sums, &slopes[number], additive.join(), from)
                }
            };
            total = Some(match total {
                Some(sum) => sum + value,
                None => value,
            });
        }
        drop(seen);
        let Some(total) = total else {
            continue;
        };
        let mut gradients = total.backward();
        if let Some(found) = leaf.grad_remove(&mut gradients) {
            gradient = put(gradient, found, tile);
        }
    }

    for (weight, term) in goal.terms().filter(|(_, term)| term.layers().is_empty()) {
        let (score, found) = look_at_image(network, term, &image, weight, gradient)?;
        scores.push((term.part(), score));
        gradient = found;
    }
    let mut scored = Scored::sum(scores.into_iter());
    scored.total = scored.total.inner();
    Ok(Look { scored, gradient })
}

/// The weighted score of an objective that reads no layer, and `gradient` with its own added.
fn look_at_image(
    network: &dyn Network,
    term: &dyn Objective,
    image: &Tensor<4>,
    weight: f64,
    mut gradient: Tensor<4>,
) -> Result<(Tensor<1>, Tensor<4>), VizError> {
    let width = image.dims()[3];
    let mut total: Option<Tensor<1>> = None;
    for (shown, rows) in Rows::bands(image, ROWS, term.meets_around()) {
        let leaf = rows.image.autodiff().require_grad();
        let rows = Rows {
            image: leaf.clone(),
            ..rows
        };
        let Some(score) = term.score_rows(&rows) else {
            break;
        };
        drop(rows);
        let score = score * weight;
        let mut gradients = score.backward();
        let score = score.inner();
        total = Some(match total {
            Some(sum) => sum + score,
            None => score,
        });
        let Some(found) = leaf.grad_remove(&mut gradients) else {
            continue;
        };
        let columns = 0..width;
        gradient = put_at(gradient, found, &shown, std::slice::from_ref(&columns));
    }
    if let Some(total) = total {
        return Ok((total.autodiff(), gradient));
    }
    let leaf = image.clone().autodiff().require_grad();
    let seen = network.activations(leaf.clone(), &[])?;
    let score = term.score(&seen) * weight;
    drop(seen);
    let mut gradients = score.backward();
    if let Some(found) = leaf.grad_remove(&mut gradients) {
        gradient = gradient + found;
    }
    Ok((score, gradient))
}

/// What an additive measure says of a whole image `[1, 3, H, W]`, tile by tile.
///
/// # Errors
/// [`VizError::Model`] if the network refuses a tile.
pub fn measure(
    network: &dyn Network,
    image: Tensor<4>,
    tiling: &Tiling,
    layers: &[Layer],
    joins: &[Join],
    mut sums: impl FnMut(&Part<'_>) -> Vec<Vec<Tensor<3>>>,
) -> Result<Vec<Vec<Tensor<3>>>, VizError> {
    let mut joined: Vec<Joined> = joins.iter().map(|_| Joined::default()).collect();
    over_tiles(network, image, tiling, layers, |part, _| {
        for (joined, sums) in joined.iter_mut().zip(sums(part)) {
            joined.take(sums);
        }
    })?;
    let whole = joined.into_iter().zip(joins);
    Ok(whole.map(|(joined, join)| joined.whole(*join)).collect())
}

/// Shows a network each tile of an image `[1, 3, H, W]` and hands on what it made of it.
///
/// # Errors
/// [`VizError::Model`] if the network refuses a tile.
pub fn over_tiles(
    network: &dyn Network,
    image: Tensor<4>,
    tiling: &Tiling,
    layers: &[Layer],
    mut take: impl FnMut(&Part<'_>, &Windows),
) -> Result<(), VizError> {
    for tile in tiling.tiles() {
        let windows = tiling.windows(&tile);
        let seen: Activations = network.activations(cut(&image, &tile), layers)?;
        take(&Part::new(&seen, &windows), &windows);
    }
    Ok(())
}

/// What tiles said so far.
#[derive(Default)]
struct Joined(Vec<Vec<Tensor<3>>>);

impl Joined {
    /// Takes what one tile says; nothing where it has no position of the layer.
    fn take(&mut self, sums: Vec<Tensor<3>>) {
        if !sums.is_empty() {
            self.0.push(sums);
        }
    }

    fn whole(self, join: Join) -> Vec<Tensor<3>> {
        let mut parts = self.0.into_iter();
        match join {
            Join::Sum => {
                let first = parts.next().unwrap_or_default();
                parts.fold(first, |whole, more| {
                    let pairs = whole.into_iter().zip(more);
                    pairs.map(|(whole, more)| whole + more).collect()
                })
            }
            Join::List => {
                let mut lists: Vec<Vec<Tensor<3>>> = Vec::new();
                for part in parts {
                    lists.resize_with(part.len(), Vec::new);
                    lists
                        .iter_mut()
                        .zip(part)
                        .for_each(|(list, one)| list.push(one));
                }
                lists.into_iter().map(|list| Tensor::cat(list, 2)).collect()
            }
        }
    }
}

/// `Σ slope · sum`: whose gradient is that of the whole score, through one tile.
fn along(sums: Vec<Tensor<3>>, slopes: &[Tensor<3>], join: Join, from: usize) -> Tensor<1> {
    let products = sums.into_iter().zip(slopes).map(|(sum, slope)| {
        let slope = match join {
            Join::Sum => slope.clone(),
            Join::List => slope.clone().narrow(2, from, sum.dims()[2]),
        };
        (sum * Tensor::from_inner(slope)).sum()
    });
    products
        .reduce(|a, b| a + b)
        .expect("an additive objective has at least one sum")
}

/// The pixels that a tile is shown.
fn cut(image: &Tensor<4>, tile: &Tile) -> Tensor<4> {
    let [.., height, width] = image.dims();
    let rows = along_axis(image.clone(), 2, &pieces(&tile.down.shown, height));
    along_axis(rows, 3, &pieces(&tile.across.shown, width))
}

fn along_axis(image: Tensor<4>, axis: usize, pieces: &[Range<usize>]) -> Tensor<4> {
    let piece = |range: &Range<usize>| match range.len() == image.dims()[axis] {
        true => image.clone(),
        false => image.clone().narrow(axis, range.start, range.len()),
    };
    match pieces {
        [one] => piece(one),
        several => Tensor::cat(several.iter().map(piece).collect(), axis),
    }
}

/// Adds the gradient of what a tile is shown to that of the image.
fn put(image: Tensor<4>, shown: Tensor<4>, tile: &Tile) -> Tensor<4> {
    let [.., height, width] = image.dims();
    let (down, across) = (
        pieces(&tile.down.shown, height),
        pieces(&tile.across.shown, width),
    );
    put_at(image, shown, &down, &across)
}

/// Adds what is shown, piece by piece, where in the image these rows and columns are.
fn put_at(
    mut image: Tensor<4>,
    shown: Tensor<4>,
    down: &[Range<usize>],
    across: &[Range<usize>],
) -> Tensor<4> {
    let [batch, channels, ..] = image.dims();
    let mut top = 0;
    for rows in down {
        let mut left = 0;
        for columns in across {
            let place = [0..batch, 0..channels, rows.clone(), columns.clone()];
            let piece = shown
                .clone()
                .narrow(2, top, rows.len())
                .narrow(3, left, columns.len());
            let sum = image.clone().slice(place.clone()) + piece;
            image = image.slice_assign(place, sum);
            left += columns.len();
        }
        top += rows.len();
    }
    image
}

/// A range that may leave `0..length` on either side, as ranges within it: what leaves on one side
/// comes back on the other.
fn pieces(shown: &Range<isize>, length: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = shown.start;
    while at < shown.end {
        let start = at.rem_euclid(length.cast_signed()).cast_unsigned();
        let left = (shown.end - at).cast_unsigned();
        let end = (start + left).min(length);
        found.push(start..end);
        at += (end - start).cast_signed();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_on_one_side_comes_back_on_the_other() {
        assert_eq!(pieces(&(2..5), 8), std::slice::from_ref(&(2..5)));
        assert_eq!(pieces(&(-3..10), 8), [5..8, 0..8, 0..2]);
        assert_eq!(pieces(&(-5..5), 2), [1..2, 0..2, 0..2, 0..2, 0..2, 0..1]);
    }
}
