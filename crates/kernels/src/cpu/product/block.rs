//! The innermost loop: a few rows times two vectors of columns, all sums in registers.

use super::pack::Panels;
use crate::cpu::simd::Lanes;

/// Part of a product whose left-hand side stays near.
pub(super) struct Block {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub left: *const f32,
    pub left_row: usize,
    pub left_step: usize,
    pub out: *mut f32,
    pub out_row: usize,
    pub is_added: bool,
}

/// Multiplies a block with all panels.
///
/// # Safety
/// Left-hand side and output hold what the block says, the panels hold `k` rows of `n` columns.
#[inline(always)]
pub(super) unsafe fn multiply<L: Lanes>(block: &Block, panels: &Panels<'_>) {
    let width = 2 * L::COUNT;
    // Groups of rows of nearly the same size: a group of one row would be slow.
    let groups = block.m.div_ceil(L::ROWS);
    for (number, column) in (0..block.n).step_by(width).enumerate() {
        let columns = width.min(block.n - column);
        for group in 0..groups {
            let first = group * block.m / groups;
            let rows = (group + 1) * block.m / groups - first;
            // SAFETY: the rows and columns lie inside the block.
            unsafe {
                let left = block.left.add(first * block.left_row);
                let out = block.out.add(first * block.out_row + column);
                rows_by_panel::<L>(block, rows, left, panels.at(number, column), columns, out);
            }
        }
    }
}

/// One panel, with as many rows as there are.
#[inline(always)]
unsafe fn rows_by_panel<L: Lanes>(
    block: &Block,
    rows: usize,
    left: *const f32,
    (right, right_step, is_padded): (*const f32, usize, bool),
    columns: usize,
    out: *mut f32,
) {
    macro_rules! of {
        ($($rows:literal)*) => {
            match rows {
                // SAFETY: the caller vouches for rows, panel and output.
                $($rows if $rows <= L::ROWS => unsafe {
                    if is_padded && columns <= L::COUNT {
                        sums::<L, $rows, 1>(block, left, right, right_step, is_padded, columns, out)
                    } else {
                        sums::<L, $rows, 2>(block, left, right, right_step, is_padded, columns, out)
                    }
                },)*
                _ => unreachable!("there are never more rows than fit"),
            }
        };
    }
    of!(1 2 3 4 5 6 7 8 9 10 11 12 13 14)
}

/// `R` rows times `V` vectors.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // Indices keep the sums in registers; iterators did not.
unsafe fn sums<L: Lanes, const R: usize, const V: usize>(
    block: &Block,
    left: *const f32,
    mut right: *const f32,
    right_step: usize,
    is_padded: bool,
    columns: usize,
    out: *mut f32,
) {
    let mut sums = [[L::zero(); V]; R];
    let mut column = left;
    let is_whole = columns == V * L::COUNT;
    let load = |from: *const f32, v: usize| {
        if is_padded || is_whole {
            // SAFETY: panels are padded to whole vectors, or these are whole.
            unsafe { L::load(from.add(v * L::COUNT)) }
        } else {
            let left = columns.saturating_sub(v * L::COUNT).min(L::COUNT);
            // SAFETY: the row has `columns` numbers.
            L::load_some(unsafe {
                std::slice::from_raw_parts(from.add(v * L::COUNT * usize::from(left > 0)), left)
            })
        }
    };
    if is_padded || is_whole {
        for _ in 0..block.k {
            // SAFETY: the caller vouches for `k` steps of both sides.
            unsafe {
                let mut b = [L::zero(); V];
                for v in 0..V {
                    b[v] = L::load(right.add(v * L::COUNT));
                }
                for r in 0..R {
                    let a = L::splat(*column.add(r * block.left_row));
                    for v in 0..V {
                        sums[r][v] = a.mul_add(b[v], sums[r][v]);
                    }
                }
                column = column.wrapping_add(block.left_step);
                right = right.wrapping_add(right_step);
            }
        }
    } else {
        for _ in 0..block.k {
            // SAFETY: as above; `load` stays inside the row.
            unsafe {
                for v in 0..V {
                    let b = load(right, v);
                    for r in 0..R {
                        let a = L::splat(*column.add(r * block.left_row));
                        sums[r][v] = a.mul_add(b, sums[r][v]);
                    }
                }
                column = column.wrapping_add(block.left_step);
                right = right.wrapping_add(right_step);
            }
        }
    }
    for r in 0..R {
        for v in 0..V {
            let at = v * L::COUNT;
            if at >= columns {
                continue;
            }
            // SAFETY: row r has room for `columns` numbers.
            unsafe {
                let to = out.add(r * block.out_row + at);
                if at + L::COUNT <= columns {
                    let sum = match block.is_added {
                        true => L::load(to) + sums[r][v],
                        false => sums[r][v],
                    };
                    sum.store(to);
                } else {
                    let rest = std::slice::from_raw_parts_mut(to, columns - at);
                    let sum = match block.is_added {
                        true => L::load_some(rest) + sums[r][v],
                        false => sums[r][v],
                    };
                    sum.store_some(rest);
                }
            }
        }
    }
}
