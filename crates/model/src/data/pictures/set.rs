//! Pictures in memory, all of one size.

/// Square pictures of one size with the numbers of their classes, one byte for a colour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PictureSet {
    /// Pixels of a side.
    pub side: usize,
    /// Names of the pictures.
    pub names: Vec<String>,
    /// Number of the class of every picture.
    pub labels: Vec<usize>,
    /// RGB, row by row, picture after picture: `[N, side, side, 3]`.
    pub pixels: Vec<u8>,
}

impl PictureSet {
    /// An empty set of pictures of this size.
    pub fn new(side: usize) -> Self {
        Self {
            side,
            ..Self::default()
        }
    }

    /// How many pictures.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Bytes of a picture.
    pub fn bytes(&self) -> usize {
        self.side * self.side * 3
    }

    /// The bytes of one picture, `[side, side, 3]`.
    ///
    /// # Panics
    /// If there is no such picture.
    pub fn picture(&self, index: usize) -> &[u8] {
        let bytes = self.bytes();
        &self.pixels[index * bytes..(index + 1) * bytes]
    }

    /// Puts a picture in.
    ///
    /// # Panics
    /// If it has another size.
    pub fn push(&mut self, name: String, label: usize, pixels: &[u8]) {
        assert_eq!(pixels.len(), self.bytes(), "a picture of another size");
        self.names.push(name);
        self.labels.push(label);
        self.pixels.extend_from_slice(pixels);
    }
}
