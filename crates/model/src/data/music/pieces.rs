//! Pieces of music side by side, cut into chunks that a network is fed.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt as _;

use super::{Frame, KEYS, Roll};
use crate::recurrent::{Sequence, StackState};
use crate::rng::Rng;

/// Batches whose pieces are sorted by length together: enough that pieces of one batch are about as
/// long as each other, and few enough that batches are made of other pieces in every pass.
const POOL: usize = 8;

/// A few pieces that are read side by side, the longest first.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    rolls: Vec<Moved<'a>>,
}

/// A piece, so many semitones higher.
#[derive(Clone, Copy, Debug)]
struct Moved<'a> {
    roll: &'a [Frame],
    semitones: i32,
}

/// Some steps of pieces that are read side by side.
///
/// Rows are in the order of [`Pieces`]: those that have ended already are no longer there, and those
/// that end within the chunk are padded with frames that do not count.
#[derive(Clone, Debug)]
pub struct PieceChunk<'a> {
    pieces: &'a Pieces<'a>,
    from: usize,
    lengths: Arc<[usize]>,
}

impl<'a> Pieces<'a> {
    /// All pieces in batches of equal length, as far as that goes. Nothing is random.
    pub fn by_length(rolls: &'a [Roll], batch: usize) -> Vec<Self> {
        let mut order: Vec<Moved<'a>> = rolls.iter().map(Moved::unmoved).collect();
        longest_first(&mut order);
        in_batches(&order, batch)
    }

    /// All pieces once, in batches of about equal length, in random order, each moved by up to
    /// `semitones` up or down as far as the keys go.
    pub fn shuffled(rolls: &'a [Roll], batch: usize, semitones: usize, rng: &mut Rng) -> Vec<Self> {
        let mut order: Vec<Moved<'a>> = rolls.iter().map(Moved::unmoved).collect();
        shuffle(&mut order, rng);
        if semitones > 0 {
            order
                .iter_mut()
                .for_each(|piece| piece.move_by(semitones, rng));
        }
        let mut batches = Vec::with_capacity(rolls.len().div_ceil(batch));
        for pool in order.chunks_mut(batch * POOL) {
            longest_first(pool);
            batches.extend(in_batches(pool, batch));
        }
        shuffle(&mut batches, rng);
        batches
    }

    /// How many pieces.
    pub fn len(&self) -> usize {
        self.rolls.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rolls.is_empty()
    }

    /// Cut into chunks of so many steps; the last may be shorter.
    pub fn chunks(&'a self, steps: usize) -> impl Iterator<Item = PieceChunk<'a>> {
        let longest = self.rolls.first().map_or(0, |piece| piece.roll.len());
        (0..longest).step_by(steps).map(move |from| {
            let left = self.rolls.iter().map(|piece| piece.roll.len());
            let left = left.take_while(|len| *len > from);
            PieceChunk {
                pieces: self,
                from,
                lengths: left.map(|len| (len - from).min(steps)).collect(),
            }
        })
    }
}

impl<'a> Moved<'a> {
    fn unmoved(roll: &'a Roll) -> Self {
        Self { roll, semitones: 0 }
    }

    fn move_by(&mut self, most: usize, rng: &mut Rng) {
        let all = self
            .roll
            .iter()
            .fold(Frame::SILENT, |all, frame| all.or(*frame));
        let most = most as i32;
        let fits = |semitones: &i32| all.shifted(*semitones).is_some();
        let fitting: Vec<i32> = (-most..=most).filter(fits).collect();
        self.semitones = fitting[rng.random_range(0..fitting.len())];
    }

    fn frame(&self, step: usize) -> Frame {
        let frame = self.roll[step];
        frame.shifted(self.semitones).unwrap_or(frame)
    }
}

fn longest_first(pieces: &mut [Moved<'_>]) {
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.roll.len()));
}

fn in_batches<'a>(order: &[Moved<'a>], batch: usize) -> Vec<Pieces<'a>> {
    let pieces = |rolls: &[Moved<'a>]| Pieces {
        rolls: rolls.to_vec(),
    };
    order.chunks(batch).map(pieces).collect()
}

/// Fisher and Yates 1938, in the form of Durstenfeld 1964.
fn shuffle<T>(items: &mut [T], rng: &mut Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, rng.random_range(0..=last));
    }
}

impl PieceChunk<'_> {
    /// B, the pieces that go on.
    pub fn batch(&self) -> usize {
        self.lengths.len()
    }

    /// T, the steps of the longest.
    pub fn steps(&self) -> usize {
        self.lengths.first().copied().unwrap_or(0)
    }

    /// Steps that count.
    pub fn counted(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// The states of the pieces that go on, of the states of all that went before.
    pub fn of_those_that_go_on(&self, state: StackState) -> StackState {
        let batch = self.batch();
        state.map(|rows| match rows.dims()[0] == batch {
            true => rows,
            false => rows.narrow(0, 0, batch),
        })
    }

    /// What is read: at every step the frame before, and silence before the first.
    ///
    /// # Shapes
    /// T steps of `[B, 88]`.
    pub fn inputs(&self, device: &Device) -> Sequence {
        let before = |row: usize, step: usize| match (self.from + step).checked_sub(1) {
            Some(step) => self.pieces.rolls[row].frame(step),
            None => Frame::SILENT,
        };
        let [steps, batch] = [self.steps(), self.batch()];
        let numbers = dense(self.places().map(|(step, row)| match self.has(step, row) {
            true => before(row, step),
            false => Frame::SILENT,
        }));
        let steps = Tensor::from_data(TensorData::new(numbers, [steps, batch, KEYS]), device);
        Sequence::by_time(steps, Some(self.lengths.clone()))
    }

    /// What comes: the frame of every step, `[T·B, 88]`, all pieces of a step before the next step.
    pub fn targets(&self, device: &Device) -> Tensor<2> {
        let rows = self.steps() * self.batch();
        Tensor::from_data(TensorData::new(dense(self.frames()), [rows, KEYS]), device)
    }

    /// The frames of [`PieceChunk::targets`].
    pub fn frames(&self) -> impl Iterator<Item = Frame> {
        self.places().map(|(step, row)| match self.has(step, row) {
            true => self.pieces.rolls[row].frame(self.from + step),
            false => Frame::SILENT,
        })
    }

    /// Whether each row of [`PieceChunk::targets`] counts.
    pub fn counts(&self) -> Vec<bool> {
        self.places()
            .map(|(step, row)| self.has(step, row))
            .collect()
    }

    fn has(&self, step: usize, row: usize) -> bool {
        step < self.lengths[row]
    }

    fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        let batch = self.batch();
        (0..self.steps()).flat_map(move |step| (0..batch).map(move |row| (step, row)))
    }
}

/// Frames as numbers, 1 for a key that sounds.
fn dense(frames: impl Iterator<Item = Frame>) -> Vec<f32> {
    let mut numbers = Vec::new();
    for frame in frames {
        let at = numbers.len();
        numbers.resize(at + KEYS, 0.0);
        frame.keys().for_each(|key| numbers[at + key] = 1.0);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    fn rolls(lengths: &[usize]) -> Vec<Roll> {
        let roll = |(i, len): (usize, &usize)| {
            (0..*len)
                .map(|t| Frame::of_keys([20 + i, 40 + t % 8]))
                .collect()
        };
        lengths.iter().enumerate().map(roll).collect()
    }

    #[test]
    fn every_step_of_every_piece_comes_once() {
        let rolls = rolls(&[3, 9, 1, 4, 4]);
        for steps in [1, 2, 4, 100] {
            let mut seen: Vec<Frame> = Vec::new();
            for pieces in Pieces::shuffled(&rolls, 2, 0, &mut seeded(1)) {
                for chunk in pieces.chunks(steps) {
                    assert!(chunk.steps() <= steps);
                    let counts = chunk.counts();
                    let counted = chunk.frames().zip(&counts).filter(|(_, counts)| **counts);
                    seen.extend(counted.map(|(frame, _)| frame));
                    assert_eq!(chunk.counted(), counts.iter().filter(|c| **c).count());
                }
            }
            let mut all: Vec<Frame> = rolls.concat();
            all.sort_unstable();
            seen.sort_unstable();
            assert_eq!(seen, all);
        }
    }

    #[test]
    fn what_is_read_is_what_came_before() {
        let rolls = rolls(&[5]);
        let device = Device::flex();
        let pieces = Pieces::by_length(&rolls, 4);
        let mut before = Frame::SILENT;
        for chunk in pieces[0].chunks(2) {
            let inputs = chunk.inputs(&device).into_rows().into_data();
            let inputs: Vec<f32> = inputs.iter::<f32>().collect();
            for (row, frame) in inputs.chunks(KEYS).zip(chunk.frames()) {
                let read = Frame::of_keys((0..KEYS).filter(|&key| row[key] == 1.0));
                assert_eq!(read, before);
                before = frame;
            }
        }
        assert_eq!(before, rolls[0][4]);
    }

    #[test]
    fn pieces_are_moved_as_far_as_the_keys_go() {
        let rolls = vec![vec![Frame::of_keys([0, 85])]; 60];
        let batches = Pieces::shuffled(&rolls, 60, 5, &mut seeded(3));
        let chunk = batches[0].chunks(1).next().unwrap();
        let lowest: Vec<usize> = chunk
            .frames()
            .map(|frame| frame.keys().next().unwrap())
            .collect();
        assert!(lowest.iter().all(|key| *key <= 2) && lowest.contains(&2) && lowest.contains(&0));
    }
}
