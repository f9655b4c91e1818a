//! Which method, and who does what: all that was decided by measurement stands here.

use super::Pictures;
use super::tiles::Tiles;

/// How a convolution is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Winograd's F(4x4, 3x3): tiles of 4x4 outputs with 36 multiplications in place of 144.
    Winograd,
    /// Products with rows of 3x3 neighbourhoods.
    Direct,
}

/// What it takes to transform a channel of a tile at one of the 36 points, there or back, in
/// multiplications of a product.
const TRANSFORMATION: usize = 10;
/// What it takes to lay out a neighbour, in the same unit.
const NEIGHBOUR: usize = 4;
/// What it takes to read a weight from memory, in the same unit.
const WEIGHT: usize = 8;

/// The faster method for pictures of this kind.
///
/// Both are estimated in multiplications. The constants were fitted to measurements on one core with
/// AVX-512. There the methods are equally fast for 3 channels to 64 (where Winograd is slower
/// backward), for pictures of 2x2, and for one picture of 6x6 with 512 channels, where reading four
/// times as many weights is what costs. From 8 channels and 8x8 pixels on Winograd is faster, two
/// or three times.
pub fn method(pictures: Pictures, c_in: usize, c_out: usize) -> Method {
    let (tiles, pairs) = (Tiles::of(pictures).count(), c_in * c_out);
    let winograd = tiles * (pairs + TRANSFORMATION * (c_in + c_out)) + WEIGHT * pairs;
    let direct = pictures.pixels() * (pairs + NEIGHBOUR * c_in) + WEIGHT * pairs;
    match 36 * winograd < 9 * direct {
        true => Method::Winograd,
        false => Method::Direct,
    }
}

/// How the tiles of a Winograd convolution are shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Tiles that are worked on at once.
    pub block: usize,
    /// All threads work on the same block, first each on some tiles, then each on some of the 36
    /// products, then again on tiles; or else every thread has blocks of its own.
    pub is_shared: bool,
}

/// Bytes of all transformed filters up to which every thread reads them for itself.
const OWN_FILTERS: usize = 5 << 19;
/// Bytes of transformed tiles of a block that a thread has to itself.
const OWN_BLOCK: usize = 640 << 10;
/// Bytes of transformed tiles of a block that all threads share.
const SHARED_BLOCK: usize = 10 << 20;

/// How to share out so many tiles.
pub(super) fn plan(tiles: usize, c_in: usize, c_out: usize, threads: usize) -> Plan {
    let filters = 36 * 4 * c_in * c_out;
    let of_tile = 36 * 4 * (c_in + c_out);
    let is_shared = filters > OWN_FILTERS;
    let (tiles, most) = match is_shared {
        true => (tiles, (SHARED_BLOCK / of_tile).clamp(32, 256)),
        false => (tiles.div_ceil(threads), (OWN_BLOCK / of_tile).clamp(16, 64)),
    };
    // Blocks of the same size: a small last one would read all filters for a few tiles.
    let blocks = tiles.div_ceil(most).max(1);
    Plan {
        block: tiles.div_ceil(blocks).max(1),
        is_shared,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_is_as_measured() {
        let of = |batch, side, c_in, c_out| {
            let pictures = Pictures {
                batch,
                height: side,
                width: side,
            };
            method(pictures, c_in, c_out)
        };
        for (batch, side, c_in, c_out) in [(1, 256, 3, 64), (64, 64, 3, 24), (1, 4, 512, 512)] {
            assert_eq!(
                of(batch, side, c_in, c_out),
                Method::Direct,
                "{side} {c_in} {c_out}"
            );
        }
        for (batch, side, c_in, c_out) in [(1, 256, 64, 64), (8, 64, 8, 16), (1, 8, 512, 512)] {
            assert_eq!(
                of(batch, side, c_in, c_out),
                Method::Winograd,
                "{side} {c_in} {c_out}"
            );
        }
    }

    #[test]
    fn blocks_are_of_one_size_and_hold_all_tiles() {
        for tiles in [0, 1, 63, 64, 65, 4096] {
            for (channels, threads) in [(16, 1), (64, 3), (512, 2)] {
                let Plan { block, is_shared } = plan(tiles, channels, channels, threads);
                assert_eq!(is_shared, channels == 512);
                let blocks = tiles.div_ceil(block);
                assert!(block >= 1 && blocks * block < tiles + blocks.max(threads) * 2 + 1);
            }
        }
    }
}
