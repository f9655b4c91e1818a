//! Parts of a picture, and objectives that can be put together from them.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer};

/// Positions of a layer that belong to one part of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Column and row of the first in the map of what the network was shown.
    pub shown: [usize; 2],
    /// Column and row of the first in the map of the whole picture.
    pub whole: [usize; 2],
    /// Columns and rows.
    pub size: [usize; 2],
    /// Columns and rows of the map of the whole picture.
    pub of: [usize; 2],
}

impl Window {
    /// Whether no position belongs to the part.
    pub fn is_empty(&self) -> bool {
        self.size.contains(&0)
    }
}

/// Windows of the layers that are read.
pub type Windows = BTreeMap<Layer, Window>;

/// What a network made of a part of a picture: each position of each layer belongs to exactly one
/// part.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    seen: &'a Activations,
    windows: Option<&'a Windows>,
}

impl<'a> Part<'a> {
    /// All of a picture.
    pub fn whole(seen: &'a Activations) -> Self {
        Self {
            seen,
            windows: None,
        }
    }

    /// The positions in these windows.
    pub fn new(seen: &'a Activations, windows: &'a Windows) -> Self {
        Self {
            seen,
            windows: Some(windows),
        }
    }

    /// The feature maps of `layer` at the positions of this part, `[B, C, h, w]`.
    ///
    /// # Panics
    /// If `layer` was not among the wanted ones.
    pub fn of(&self, layer: &Layer) -> Tensor<4> {
        let maps = self.seen.of(layer);
        match self.window(layer) {
            Some(window) => cut(maps, window.shown, window.size),
            None => maps,
        }
    }

    /// The same positions of something else that is known for the whole map, `[B, C, H, W]`.
    pub fn same(&self, layer: &Layer, map: &Tensor<4>) -> Tensor<4> {
        match self.window(layer) {
            Some(window) => cut(map.clone(), window.whole, window.size),
            None => map.clone(),
        }
    }

    /// Whether no position of `layer` belongs to this part.
    pub fn is_empty(&self, layer: &Layer) -> bool {
        self.window(layer).is_some_and(Window::is_empty)
    }

    /// Positions of this part over those of the whole map.
    pub fn share(&self, layer: &Layer) -> f64 {
        self.window(layer).map_or(1.0, |Window { size, of, .. }| {
            (size[0] * size[1]) as f64 / (of[0] * of[1]) as f64
        })
    }

    fn window(&self, layer: &Layer) -> Option<&Window> {
        self.windows.and_then(|windows| windows.get(layer))
    }
}

/// A rectangle of maps, where it is less than all of them.
fn cut(maps: Tensor<4>, [left, top]: [usize; 2], [width, height]: [usize; 2]) -> Tensor<4> {
    let [.., rows, columns] = maps.dims();
    if [columns, rows] == [width, height] {
        return maps;
    }
    maps.narrow(2, top, height).narrow(3, left, width)
}

/// How what is known of parts is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Added.
    Sum,
    /// One behind the other, along the last dimension.
    List,
}

/// An objective whose score follows from a few numbers that are known part by part, so that a picture
/// may be looked at in tiles and the score is still that of the whole.
///
/// With `S = Σ_t s_t(x)` over parts t and the score `f(S)`, the gradient is
/// `Σ_t f'(S) · ∂s_t/∂x`: each part by itself, once `S` is known.
pub trait Additive {
    /// What one part adds, `[1, …]` each: divided so that the whole picture's are means over
    /// positions.
    fn sums(&self, part: &Part<'_>) -> Vec<Tensor<3>>;

    /// The score `[1]` from what all parts together have; differentiable.
    fn score_of(&self, sums: Vec<Tensor<3>>) -> Tensor<1>;

    /// How parts are put together.
    fn join(&self) -> Join {
        Join::Sum
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::objective::mirror::Mirror;
    use crate::tensor::values_of;

    #[test]
    fn a_part_has_its_positions_of_every_map() {
        let mirror = Mirror::new(1);
        let layer = mirror.info().layer.clone();
        let seen = mirror.seen((0..6).map(|v| v as f32).collect(), [1, 1, 2, 3]);
        let window = Window {
            shown: [1, 0],
            whole: [0, 1],
            size: [2, 1],
            of: [4, 2],
        };
        let windows = Windows::from([(layer.clone(), window)]);
        let part = Part::new(&seen, &windows);
        assert_eq!(values_of(part.of(&layer)), [1.0, 2.0]);
        assert_eq!(part.share(&layer), 0.25);
        let map = TensorData::new((10..18).map(|v| v as f32).collect::<Vec<_>>(), [1, 1, 2, 4]);
        let map = Tensor::from_data(map, &Device::flex());
        assert_eq!(values_of(part.same(&layer, &map)), [14.0, 15.0]);
        let whole = Part::whole(&seen);
        assert_eq!(
            (whole.share(&layer), values_of(whole.of(&layer)).len()),
            (1.0, 6)
        );
    }
}
