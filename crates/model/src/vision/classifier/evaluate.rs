//! How often a classifier is right.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};

use super::augment::{View, batch};
use crate::data::pictures::PictureSet;
use crate::train::{Confusion, host};
use crate::vision::Network;
use crate::weights::Preprocessing;

/// Classes that count as named when the right one is among them.
const TOP: usize = 5;

/// How well classes were told apart.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassesMeasured {
    /// Mean negative log-likelihood of the class, in nats.
    pub nats: f64,
    /// Share of the pictures whose class is among the five likeliest.
    pub top_5: f64,
    /// What was taken for what.
    pub confusion: Confusion,
}

/// Looks at all pictures of a set as they are, `side_by_side` at a time.
///
/// `go_on` is asked between batches; where it says no, the answer is none.
///
/// # Panics
/// If the network has no classes.
pub fn evaluate_classes(
    network: &dyn Network,
    set: &PictureSet,
    side_by_side: usize,
    device: &Device,
    mut go_on: impl FnMut() -> bool,
) -> Option<ClassesMeasured> {
    let scores = network
        .layer(crate::vision::SCORES)
        .expect("a network with classes");
    let classes = network.classes().len();
    let mut confusion = Confusion::new(classes);
    let (mut nats, mut among) = (0.0, 0);
    let places: Vec<usize> = (0..set.len()).collect();
    for places in places.chunks(side_by_side) {
        if !go_on() {
            return None;
        }
        let views = vec![View::whole(set.side); places.len()];
        let values = batch(set, places, &views, set.side, &Preprocessing::untouched());
        let shape = [places.len(), 3, set.side, set.side];
        let pictures = Tensor::from_data(TensorData::new(values, shape), device);
        let pictures = network.normalise(pictures);
        let mut seen = None;
        network.run(pictures, std::slice::from_ref(&scores), &mut |_, x| {
            seen = Some(x)
        });
        let rows = seen.expect("the layer was asked for");
        let rows = log_softmax(rows.reshape([places.len(), classes]), 1);
        for (row, &place) in host(rows).chunks_exact(classes).zip(places) {
            let label = set.labels[place];
            let better = row.iter().filter(|value| **value > row[label]).count();
            let most = (0..classes).max_by(|&a, &b| row[a].total_cmp(&row[b]));
            confusion.note(label, most.unwrap_or(0));
            among += usize::from(better < TOP);
            nats -= f64::from(row[label]);
        }
    }
    let count = set.len().max(1) as f64;
    Some(ClassesMeasured {
        nats: nats / count,
        top_5: among as f64 / count,
        confusion,
    })
}
