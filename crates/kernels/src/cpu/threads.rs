//! Sharing work between threads.

use std::marker::PhantomData;
use std::ops::Range;

/// Floating-point operations that are worth waking another thread for.
const WORTH_A_THREAD: usize = 400_000;

/// How many threads a piece of work of so many floating-point operations is worth.
pub fn for_work(operations: usize) -> usize {
    rayon::current_num_threads()
        .min(operations / WORTH_A_THREAD)
        .max(1)
}

/// Cuts `0..count` into as many parts as there are threads, and does them at the same time.
pub fn share(threads: usize, count: usize, work: impl Fn(Range<usize>) + Sync) {
    let threads = threads.min(count);
    if threads <= 1 {
        return work(0..count);
    }
    let part = |i: usize| i * count / threads..(i + 1) * count / threads;
    rayon::scope(|scope| {
        let work = &work;
        for i in 1..threads {
            scope.spawn(move |_| work(part(i)));
        }
        work(part(0));
    });
}

/// Does `count` pieces of work that take different times, each thread taking the next when it is
/// done with one.
pub fn take_turns(threads: usize, count: usize, work: impl Fn(usize) + Sync) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let next = AtomicUsize::new(0);
    share(threads.min(count), threads.min(count), |part| {
        for _ in part {
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                if turn >= count {
                    break;
                }
                work(turn);
            }
        }
    });
}

/// Numbers that several threads write, each its own.
#[derive(Clone, Copy, Debug)]
pub struct Shared<'a, T = f32> {
    to: *mut T,
    len: usize,
    life: PhantomData<&'a mut [T]>,
}

// SAFETY: it is only a place; whoever makes slices of it vouches that they do not overlap.
unsafe impl<T> Send for Shared<'_, T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Shared<'_, T> {}

impl<'a, T> Shared<'a, T> {
    /// Numbers to share.
    pub fn new(numbers: &'a mut [T]) -> Self {
        Self {
            to: numbers.as_mut_ptr(),
            len: numbers.len(),
            life: PhantomData,
        }
    }

    /// The place of a number.
    ///
    /// # Panics
    /// If there are fewer.
    #[inline(always)]
    pub fn at(self, index: usize) -> *mut T {
        assert!(index <= self.len, "{index} of {}", self.len);
        // SAFETY: it lies inside the numbers or right behind them.
        unsafe { self.to.add(index) }
    }

    /// Some of the numbers, to write.
    ///
    /// # Safety
    /// Nobody else reads or writes these numbers while the slice is used.
    ///
    /// # Panics
    /// If there are fewer.
    #[inline(always)]
    pub unsafe fn slice(self, range: Range<usize>) -> &'a mut [T] {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: the range lies inside the numbers, and the caller vouches for the rest.
        unsafe { std::slice::from_raw_parts_mut(self.to.add(range.start), range.len()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn every_piece_is_done_once() {
        for (threads, count) in [(1, 5), (2, 5), (3, 2), (4, 0), (2, 100)] {
            let shared: Vec<AtomicU32> = (0..count).map(|_| AtomicU32::new(0)).collect();
            share(threads, count, |part| {
                for i in part {
                    shared[i].fetch_add(1, Ordering::Relaxed);
                }
            });
            take_turns(threads, count, |i| {
                shared[i].fetch_add(1, Ordering::Relaxed);
            });
            assert!(shared.iter().all(|n| n.load(Ordering::Relaxed) == 2));
        }
    }
}
