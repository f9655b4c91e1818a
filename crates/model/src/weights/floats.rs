//! Turns the bytes of a tensor into `f32`.

use half::{bf16, f16};

/// Element types that weights come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FloatKind {
    F16,
    Bf16,
    F32,
    F64,
}

impl FloatKind {
    /// Bytes of one value.
    pub(super) fn size(self) -> usize {
        match self {
            Self::F16 | Self::Bf16 => 2,
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Values from bytes in the machine's own order. Bytes beyond the last whole value are left.
    pub(super) fn to_f32(self, bytes: &[u8]) -> Vec<f32> {
        match self {
            Self::F16 => read(bytes, |b| f16::from_ne_bytes(b).to_f32()),
            Self::Bf16 => read(bytes, |b| bf16::from_ne_bytes(b).to_f32()),
            Self::F32 => read(bytes, f32::from_ne_bytes),
            Self::F64 => read(bytes, |b| f64::from_ne_bytes(b) as f32),
        }
    }

    /// Values from bytes in little-endian order, as safetensors files have them.
    pub(super) fn little_endian_to_f32(self, mut bytes: Vec<u8>) -> Vec<f32> {
        if cfg!(target_endian = "big") {
            bytes
                .chunks_exact_mut(self.size())
                .for_each(<[u8]>::reverse);
        }
        self.to_f32(&bytes)
    }
}

fn read<const N: usize>(bytes: &[u8], value: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes
        .as_chunks::<N>()
        .0
        .iter()
        .map(|chunk| value(*chunk))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_gives_the_same_numbers() {
        let want = [1.0f32, -0.5, 0.0, 240.0];
        let bytes = |parts: Vec<Vec<u8>>| parts.concat();
        let f16s = bytes(
            want.iter()
                .map(|v| f16::from_f32(*v).to_ne_bytes().to_vec())
                .collect(),
        );
        let bf16s = bytes(
            want.iter()
                .map(|v| bf16::from_f32(*v).to_ne_bytes().to_vec())
                .collect(),
        );
        let f32s = bytes(want.iter().map(|v| v.to_ne_bytes().to_vec()).collect());
        let f64s = bytes(
            want.iter()
                .map(|v| f64::from(*v).to_ne_bytes().to_vec())
                .collect(),
        );
        assert_eq!(FloatKind::F16.to_f32(&f16s), want);
        assert_eq!(FloatKind::Bf16.to_f32(&bf16s), want);
        assert_eq!(FloatKind::F32.to_f32(&f32s), want);
        assert_eq!(FloatKind::F64.to_f32(&f64s), want);
    }

    #[test]
    fn little_endian_bytes_are_read_on_any_machine() {
        let bytes = [1.5f32, -2.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        assert_eq!(FloatKind::F32.little_endian_to_f32(bytes), [1.5, -2.0]);
    }
}
