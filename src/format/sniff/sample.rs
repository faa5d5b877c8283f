//! How much of a file is looked at: a small file whole, of a great one its start and pieces up to its end.

use std::ops::Range;

/// A file of so many bytes is looked at as a whole.
pub(crate) const WHOLE_BYTES: u64 = 2 * 1024 * 1024;
/// So much of the start of a greater one.
const HEAD_BYTES: u64 = 1024 * 1024;
/// So many pieces of the rest.
const PIECES: u64 = 32;
const PIECE_BYTES: u64 = 32 * 1024;

/// The bytes of a file that were read.
pub(crate) struct Sample<'a> {
    /// The file's name, without its folder.
    pub name: &'a str,
    /// How many bytes it has.
    pub size: u64,
    /// Its start.
    pub head: &'a [u8],
    /// Pieces of the rest, in their order; the last one ends with the file.
    pub pieces: &'a [Vec<u8>],
}

/// What is to be read of a file of this size: the start, then pieces, the last of which ends with the file.
pub(crate) fn ranges(size: u64) -> Vec<Range<u64>> {
    if size <= WHOLE_BYTES {
        return std::iter::once(0..size).collect();
    }
    let step = (size - HEAD_BYTES) / PIECES;
    let mut ranges: Vec<Range<u64>> = std::iter::once(0..HEAD_BYTES).collect();
    for piece in 1..=PIECES {
        // Characters of UTF-16 begin at even places.
        let end = if piece == PIECES { size } else { HEAD_BYTES + piece * step };
        let start = end.saturating_sub(PIECE_BYTES) / 4 * 4;
        ranges.push(start..end);
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_file_is_read_whole_and_of_a_great_one_no_more_than_that() {
        for size in [0, 1, WHOLE_BYTES] {
            assert!(matches!(ranges(size).as_slice(), [whole] if *whole == (0..size)));
        }
        for size in [WHOLE_BYTES + 1, 5_000_003, 200 * 1024 * 1024, u64::MAX / 2] {
            let ranges = ranges(size);
            let all: u64 = ranges.iter().map(|range| range.end - range.start).sum();
            assert!(all <= WHOLE_BYTES + 4 * PIECES, "{size}: {all}");
            assert!(ranges.windows(2).all(|two| two[0].end <= two[1].start), "{size}: {ranges:?}");
            assert_eq!(ranges.last().unwrap().end, size);
        }
    }
}
