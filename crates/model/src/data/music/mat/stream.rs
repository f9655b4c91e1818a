//! Elements of a MATLAB file, read one after the other from bytes that may be unpacked meanwhile.

use std::io::{self, Read};

use super::{MAX_UNPACKED, MatFault};

/// Type of an element: text, or whole numbers of one byte.
pub(super) const MI_INT8: u32 = 1;
/// Type of an element: whole numbers.
pub(super) const MI_UINT8: u32 = 2;
/// Type of an element: whole numbers.
pub(super) const MI_INT16: u32 = 3;
/// Type of an element: whole numbers.
pub(super) const MI_UINT16: u32 = 4;
/// Type of an element: whole numbers, and the shape of a matrix.
pub(super) const MI_INT32: u32 = 5;
/// Type of an element: whole numbers, and the class of a matrix.
pub(super) const MI_UINT32: u32 = 6;
/// Type of an element: numbers.
pub(super) const MI_SINGLE: u32 = 7;
/// Type of an element: numbers.
pub(super) const MI_DOUBLE: u32 = 9;
/// Type of an element: whole numbers.
pub(super) const MI_INT64: u32 = 12;
/// Type of an element: whole numbers.
pub(super) const MI_UINT64: u32 = 13;
/// Type of an element: a matrix or a cell array, made of elements.
pub(super) const MI_MATRIX: u32 = 14;
/// Type of an element: another one, compressed by zlib.
pub(super) const MI_COMPRESSED: u32 = 15;

/// The most bytes that the data of a small element has; they stand in its tag.
const SMALL: u32 = 4;

/// What stands before the data of an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag {
    pub(super) kind: u32,
    pub(super) len: u32,
    /// The data, where it is so short that it stands in the tag.
    pub(super) small: Option<[u8; 4]>,
}

/// Bytes of which only so many may be read.
pub(super) struct Stream<R> {
    inner: R,
    left: u64,
    is_packed: bool,
}

impl<R: Read> Stream<R> {
    /// Reads no more than `left` bytes.
    pub(super) fn new(inner: R, left: u64) -> Self {
        Self {
            inner,
            left,
            is_packed: false,
        }
    }

    /// The same; its bytes are unpacked from a file that may be a bomb.
    pub(super) fn packed(inner: R, left: u64) -> Self {
        Self {
            inner,
            left,
            is_packed: true,
        }
    }

    /// How many bytes may still be read.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> Result<(), MatFault> {
        self.take(buffer.len() as u64)?;
        self.inner.read_exact(buffer).map_err(fault)
    }

    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), MatFault> {
        self.take(bytes)?;
        let mut skipped = self.inner.by_ref().take(bytes);
        match io::copy(&mut skipped, &mut io::sink()) {
            Ok(n) if n == bytes => Ok(()),
            Ok(_) => Err(MatFault::CutShort),
            Err(error) => Err(fault(error)),
        }
    }

    pub(super) fn tag(&mut self) -> Result<Tag, MatFault> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes)?;
        let [a, b, c, d, small @ ..] = bytes;
        let kind = u32::from_le_bytes([a, b, c, d]);
        let short = kind >> 16;
        match short {
            0 => Ok(Tag {
                kind,
                len: u32::from_le_bytes(small),
                small: None,
            }),
            1..=SMALL => Ok(Tag {
                kind: kind & 0xffff,
                len: short,
                small: Some(small),
            }),
            _ => Err(MatFault::Unexpected {
                want: "a tag",
                kind,
            }),
        }
    }

    /// Skips what fills an element up to a multiple of eight bytes; at the end it may be missing.
    pub(super) fn skip_padding(&mut self, tag: Tag) -> Result<(), MatFault> {
        if tag.small.is_some() {
            return Ok(());
        }
        let padding = u64::from(tag.len).next_multiple_of(8) - u64::from(tag.len);
        self.skip(padding.min(self.left))
    }

    /// The data of a short element of one of these types.
    pub(super) fn short(
        &mut self,
        want: &'static str,
        kinds: &[u32],
        most: u32,
    ) -> Result<Vec<u8>, MatFault> {
        let tag = self.tag()?;
        if !kinds.contains(&tag.kind) || tag.len > most {
            let kind = tag.kind;
            return Err(MatFault::Unexpected { want, kind });
        }
        if let Some(small) = tag.small {
            return Ok(small[..tag.len as usize].to_vec());
        }
        let mut data = vec![0; tag.len as usize];
        self.fill(&mut data)?;
        self.skip_padding(tag)?;
        Ok(data)
    }

    fn take(&mut self, bytes: u64) -> Result<(), MatFault> {
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None if self.is_packed => {
                let limit = MAX_UNPACKED;
                return Err(MatFault::TooLarge { limit });
            }
            None => return Err(MatFault::CutShort),
        }
        Ok(())
    }
}

impl<'a> Stream<&'a [u8]> {
    /// The next bytes as they lie in memory.
    pub(super) fn bytes(&mut self, len: u64) -> Result<&'a [u8], MatFault> {
        self.take(len)?;
        let len = usize::try_from(len).map_err(|_| MatFault::CutShort)?;
        let (bytes, rest) = self.inner.split_at_checked(len).ok_or(MatFault::CutShort)?;
        self.inner = rest;
        Ok(bytes)
    }
}

fn fault(error: io::Error) -> MatFault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => MatFault::CutShort,
        _ => MatFault::Compressed(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_data_stands_in_the_tag() {
        let bytes = [1, 0, 2, 0, b'a', b'b', 0, 0, 1, 0, 0, 0, 5, 0, 0, 0];
        let bytes = [&bytes[..], b"hello\0\0\0rest"].concat();
        let mut stream = Stream::new(&bytes[..], bytes.len() as u64);
        assert_eq!(stream.short("a name", &[MI_INT8], 9).unwrap(), b"ab");
        assert_eq!(stream.short("a name", &[MI_INT8], 9).unwrap(), b"hello");
        assert_eq!(stream.left(), 4);
        assert!(matches!(stream.tag(), Err(MatFault::CutShort)));
    }

    #[test]
    fn there_is_no_way_beyond_the_limit() {
        let endless = || io::repeat(0);
        let mut stream = Stream::packed(endless(), 100);
        stream.skip(90).unwrap();
        assert!(matches!(stream.skip(11), Err(MatFault::TooLarge { .. })));
        let mut stream = Stream::new(endless(), 100);
        assert!(matches!(
            stream.fill(&mut [0; 101]),
            Err(MatFault::CutShort)
        ));
        let mut stream = Stream::new(&[][..], 100);
        assert!(matches!(stream.skip(1), Err(MatFault::CutShort)));
        let mut stream = Stream::new(&[0, 0, 5, 0, 0, 0, 0, 0][..], 8);
        assert!(matches!(stream.tag(), Err(MatFault::Unexpected { .. })));
    }
}
