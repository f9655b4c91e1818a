//! Buffers of all steps, and the rows of them that one thread works on.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use crate::cpu::product::Output;

/// Room for numbers that will all be written before anyone reads them, so nobody fills it with
/// zeros first.
#[derive(Debug)]
pub(super) struct Room {
    numbers: Vec<f32>,
    len: usize,
}

impl Room {
    pub fn new(len: usize) -> Self {
        Self {
            numbers: Vec::with_capacity(len),
            len,
        }
    }

    pub fn place(&mut self) -> Place<'_> {
        Place {
            to: self.numbers.as_mut_ptr(),
            len: self.len,
            life: PhantomData,
        }
    }

    /// The numbers, when they are all there.
    ///
    /// # Safety
    /// Every number was written.
    pub unsafe fn written(mut self) -> Vec<f32> {
        // SAFETY: there is room for them, and the caller vouches that they were written.
        unsafe { self.numbers.set_len(self.len) };
        self.numbers
    }
}

/// Where the numbers of a buffer lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    to: *mut f32,
    len: usize,
    life: PhantomData<&'a mut [f32]>,
}

// SAFETY: it is only a place; whoever makes `Mine` of it vouches that no two overlap.
unsafe impl Send for Place<'_> {}
// SAFETY: as above.
unsafe impl Sync for Place<'_> {}

impl<'a> Place<'a> {
    pub fn of(numbers: &'a mut [f32]) -> Self {
        Self {
            to: numbers.as_mut_ptr(),
            len: numbers.len(),
            life: PhantomData,
        }
    }

    /// The place of some of the numbers.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn part(self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.len);
        Self {
            to: self.at(range.start),
            len: range.len(),
            life: PhantomData,
        }
    }

    /// Where a number lies, or would lie behind the last.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn at(self, index: usize) -> *mut f32 {
        assert!(index <= self.len, "{index} of {}", self.len);
        // SAFETY: it lies inside the buffer or right behind it.
        unsafe { self.to.add(index) }
    }
}

/// The rows of a buffer `[steps, batch, width]` that one thread works on.
///
/// A buffer may have fewer steps than the sequence; then a later step takes the place of an earlier
/// one.
#[derive(Debug)]
pub(super) struct Mine<'a> {
    place: Place<'a>,
    width: usize,
    steps: usize,
    batch: usize,
    rows: Range<usize>,
}

impl<'a> Mine<'a> {
    /// # Safety
    /// Nobody else reads or writes these rows meanwhile, and what is read was written before.
    pub unsafe fn new(
        place: Place<'a>,
        (steps, batch, width): (usize, usize, usize),
        rows: Range<usize>,
    ) -> Self {
        assert!(steps * batch * width <= place.len && rows.end <= batch);
        Self {
            place,
            width,
            steps: steps.max(1),
            batch,
            rows,
        }
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    fn range(&self, step: usize, rows: Range<usize>) -> (*mut f32, usize) {
        let first = (step % self.steps) * self.batch + self.rows.start;
        let from = self.place.at((first + rows.start) * self.width);
        self.place.at((first + rows.end) * self.width);
        (from, rows.len() * self.width)
    }

    /// The first `count` rows of a step.
    pub fn get(&self, step: usize, count: usize) -> &[f32] {
        let (from, len) = self.range(step, 0..count);
        // SAFETY: the range was checked, and whoever made this vouched for the rest.
        unsafe { std::slice::from_raw_parts(from, len) }
    }

    /// The first `count` rows of a step, to change.
    pub fn get_mut(&mut self, step: usize, count: usize) -> &mut [f32] {
        let (from, len) = self.range(step, 0..count);
        // SAFETY: the range was checked, and whoever made this vouched for the rest.
        unsafe { std::slice::from_raw_parts_mut(from, len) }
    }

    /// The first `count` rows of a step, to write: zeros, whatever was there.
    pub fn fresh(&mut self, step: usize, count: usize) -> &mut [f32] {
        self.clear(step, 0..count);
        self.get_mut(step, count)
    }

    /// The first `count` rows of a step, to write, whatever was there or was not.
    pub fn unwritten(&mut self, step: usize, count: usize) -> &mut [MaybeUninit<f32>] {
        let (from, len) = self.range(step, 0..count);
        // SAFETY: the range was checked, and whoever made this vouched for the rest.
        unsafe { std::slice::from_raw_parts_mut(from.cast(), len) }
    }

    /// The first `count` rows of a step, to change, and those of the step before it or of the
    /// beginning.
    pub fn with_before<'b>(
        &'b mut self,
        step: usize,
        count: usize,
        beginning: &'b [f32],
    ) -> (&'b mut [f32], &'b [f32]) {
        let before = match step {
            0 => beginning.as_ptr(),
            _ => self.range(step - 1, 0..count).0.cast_const(),
        };
        let len = count * self.width;
        assert!(step > 0 || beginning.len() >= len);
        assert!(
            step == 0 || self.steps > 1 || len == 0,
            "both lie in the same place"
        );
        // SAFETY: the range was checked, and rows of two steps do not overlap.
        let before = unsafe { std::slice::from_raw_parts(before, len) };
        (self.get_mut(step, count), before)
    }

    /// The first `count` rows of the step before this one, or of the beginning.
    pub fn before<'b>(&'b self, step: usize, count: usize, beginning: &'b [f32]) -> &'b [f32] {
        match step {
            0 => &beginning[..count * self.width],
            _ => self.get(step - 1, count),
        }
    }

    /// Writes zeros to rows of a step.
    pub fn clear(&mut self, step: usize, rows: Range<usize>) {
        let (from, len) = self.range(step, rows);
        // SAFETY: the range was checked, and whoever made this vouched for the rest.
        unsafe { from.write_bytes(0, len) };
    }

    /// Copies numbers to a row of a step.
    pub fn copy(&mut self, step: usize, row: usize, numbers: &[f32]) {
        let (to, len) = self.range(step, row..row + 1);
        assert_eq!(len, numbers.len());
        // SAFETY: the range was checked, and whoever made this vouched for the rest.
        unsafe { to.copy_from_nonoverlapping(numbers.as_ptr(), len) };
    }

    /// The columns from `column` on of the first `count` rows, counted from a step on, for a
    /// product.
    pub fn output(&mut self, step: usize, count: usize, column: usize) -> Output<'_> {
        let (to, len) = self.range(step, 0..count);
        assert!(column <= len || len == 0);
        // SAFETY: the range was checked, and whoever made this vouched for the rest.
        unsafe {
            Output::among_others(
                to.add(column.min(len)),
                len.saturating_sub(column),
                self.width,
            )
        }
    }
}
