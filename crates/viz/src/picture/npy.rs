//! Raw numbers for NumPy.

/// The bytes of a `.npy` file, version 1.0, of single-precision numbers in C order.
///
/// # Panics
/// If there are not as many numbers as the shape says.
///
/// # Source
/// NumPy enhancement proposal 1, "A Simple File Format for NumPy Arrays".
pub fn npy(values: &[f32], shape: &[usize]) -> Vec<u8> {
    assert_eq!(values.len(), shape.iter().product::<usize>());
    let sides: String = shape.iter().map(|side| format!("{side}, ")).collect();
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({sides}), }}");
    // The numbers begin at a multiple of 64 bytes, behind a line feed.
    const BEFORE: usize = 10;
    let length = (BEFORE + header.len() + 1).next_multiple_of(64) - BEFORE;
    header.push_str(&" ".repeat(length - 1 - header.len()));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((length as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_as_numpy_writes_it() {
        let bytes = npy(&[1.0, -2.0], &[1, 2]);
        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
        let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        assert_eq!((10 + length) % 64, 0);
        let header = std::str::from_utf8(&bytes[10..10 + length]).unwrap();
        assert!(
            header.contains("'<f4'") && header.contains("(1, 2, )"),
            "{header}"
        );
        assert!(header.ends_with('\n'));
        assert_eq!(&bytes[10 + length..14 + length], 1.0_f32.to_le_bytes());
    }
}
