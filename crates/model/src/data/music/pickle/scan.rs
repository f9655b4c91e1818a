//! Bytes of a pickle and the numbers in them.

use super::PickleFault;

/// Goes through the bytes of a pickle.
pub(super) struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Where the next byte stands.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn byte(&mut self) -> Result<u8, PickleFault> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleFault> {
        let bytes = self.bytes[self.at..].first_chunk().copied();
        let bytes = bytes.ok_or_else(|| self.cut_short())?;
        self.at += N;
        Ok(bytes)
    }

    pub(super) fn slice(&mut self, len: usize) -> Result<&'a [u8], PickleFault> {
        let bytes = self.bytes[self.at..].get(..len);
        let bytes = bytes.ok_or_else(|| self.cut_short())?;
        self.at += len;
        Ok(bytes)
    }

    /// As many bytes as the number says that comes first and has `width` bytes.
    pub(super) fn counted(&mut self, width: usize) -> Result<&'a [u8], PickleFault> {
        let len = unsigned(self.slice(width)?);
        self.slice(usize::try_from(len).unwrap_or(usize::MAX))
    }

    /// What is left of the line, without its end.
    pub(super) fn line(&mut self) -> Result<&'a [u8], PickleFault> {
        let rest = &self.bytes[self.at..];
        let len = rest.iter().position(|&byte| byte == b'\n');
        let len = len.ok_or_else(|| self.cut_short())?;
        self.at += len + 1;
        Ok(rest[..len].strip_suffix(b"\r").unwrap_or(&rest[..len]))
    }

    fn cut_short(&self) -> PickleFault {
        PickleFault::CutShort {
            at: self.bytes.len(),
        }
    }
}

/// Up to eight bytes as a number, the lowest first.
pub(super) fn unsigned(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Any bytes as a number with a sign, the lowest first; the nearest one where it is too large.
pub(super) fn signed(bytes: &[u8]) -> i64 {
    let Some(&last) = bytes.last() else {
        return 0;
    };
    let fill = if last >= 0x80 { 0xff } else { 0 };
    let is_negative = fill != 0;
    let (low, high) = bytes.split_at(bytes.len().min(8));
    let mut eight = [fill; 8];
    eight[..low.len()].copy_from_slice(low);
    let number = i64::from_le_bytes(eight);
    if high.iter().all(|&byte| byte == fill) && (number < 0) == is_negative {
        number
    } else if is_negative {
        i64::MIN
    } else {
        i64::MAX
    }
}

/// Decimal digits as a number; the nearest one where it is too large.
pub(super) fn decimal(digits: &[u8]) -> Option<i64> {
    let digits = digits.trim_ascii();
    let (is_negative, only) = match digits {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if only.is_empty() || !only.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let parsed = str::from_utf8(digits).ok()?.parse();
    Some(parsed.unwrap_or(if is_negative { i64::MIN } else { i64::MAX }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_signs_and_ends() {
        assert_eq!(signed(&[]), 0);
        assert_eq!(signed(&[60]), 60);
        assert_eq!(signed(&[0xff]), -1);
        assert_eq!(signed(&[0xff, 0]), 255);
        assert_eq!(signed(&[0, 0x80]), -32768);
        assert_eq!(signed(&[0xff; 8]), -1);
        assert_eq!(signed(&[0xff; 300]), -1);
        assert_eq!(
            signed(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]),
            i64::MAX
        );
        assert_eq!(signed(&[0, 0, 0, 0, 0, 0, 0, 0, 0x80]), i64::MIN);
        assert_eq!(signed(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 1);
        assert_eq!(decimal(b" -12 "), Some(-12));
        assert_eq!(decimal(b"99999999999999999999"), Some(i64::MAX));
        assert_eq!(decimal(b"-99999999999999999999"), Some(i64::MIN));
        for wrong in [&b""[..], b"-", b"1_0", b"1e3", b"\xff"] {
            assert_eq!(decimal(wrong), None);
        }
    }

    #[test]
    fn nothing_is_read_beyond_the_end() {
        let mut scan = Scan::new(b"ab\r\ncd");
        assert_eq!(scan.line().unwrap(), b"ab");
        let end = PickleFault::CutShort { at: 6 };
        assert_eq!(scan.line(), Err(end.clone()));
        assert_eq!(scan.slice(usize::MAX), Err(end.clone()));
        assert_eq!(scan.array::<3>(), Err(end.clone()));
        assert_eq!(scan.slice(2).unwrap(), b"cd");
        assert_eq!(scan.byte(), Err(end));
    }
}
