//! Memory for temporary numbers, kept from one call to the next.
//!
//! Fresh memory costs a page fault for every 4 KB, which is as much as a pass over it. What a call
//! needs while it runs is therefore put back here, up to a bound.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

use crate::cpu::threads::Shared;

/// Numbers that are kept at most while nobody uses them: 24 MiB.
const KEPT: usize = 6 << 20;
/// Numbers in a cache line.
const LINE: usize = 16;

static RESTING: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

/// Some numbers, whatever was in them before, beginning at a cache line.
#[derive(Debug)]
pub(super) struct Room {
    numbers: Vec<f32>,
    start: usize,
    len: usize,
}

impl Room {
    /// Room for so many numbers.
    pub fn of(len: usize) -> Self {
        let wanted = len + LINE;
        let kept = {
            let mut resting = RESTING.lock().unwrap_or_else(PoisonError::into_inner);
            let fitting = (0..resting.len())
                .filter(|&i| resting[i].len() >= wanted && resting[i].len() / 4 <= wanted)
                .min_by_key(|&i| resting[i].len());
            fitting.map(|i| resting.remove(i))
        };
        let numbers = kept.unwrap_or_else(|| vec![0.0; wanted]);
        let start = numbers
            .as_ptr()
            .align_offset(LINE * size_of::<f32>())
            .min(LINE);
        Self {
            numbers,
            start,
            len,
        }
    }

    /// Room for so many zeros.
    pub fn of_zeros(len: usize) -> Self {
        let mut room = Self::of(len);
        room.fill(0.0);
        room
    }
}

impl Deref for Room {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.numbers[self.start..][..self.len]
    }
}

impl DerefMut for Room {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.numbers[self.start..][..self.len]
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut resting = RESTING.lock().unwrap_or_else(PoisonError::into_inner);
        resting.push(std::mem::take(&mut self.numbers));
        // What has rested longest goes first: it belongs to sizes that are no longer in use.
        while resting.iter().map(Vec::len).sum::<usize>() > KEPT {
            resting.remove(0);
        }
    }
}

/// A new vector whose numbers `write` puts in place, all of them, without zeros before.
///
/// # Safety
/// `write` writes every number, and reads none before that.
pub(super) unsafe fn written(len: usize, write: impl FnOnce(Shared<'_>)) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(len);
    // SAFETY: the room is there, and `Shared` only keeps the place of it.
    write(Shared::new(unsafe {
        std::slice::from_raw_parts_mut(numbers.as_mut_ptr(), len)
    }));
    // SAFETY: the caller vouches that all were written.
    unsafe { numbers.set_len(len) };
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_begins_at_a_cache_line_and_is_reused() {
        for len in [1, 17, 5000] {
            let mut room = Room::of(len);
            assert_eq!(room.len(), len);
            assert_eq!(room.as_ptr() as usize % 64, 0);
            room.fill(1.0);
            drop(room);
            assert!(Room::of_zeros(len).iter().all(|&x| x == 0.0));
        }
    }
}
