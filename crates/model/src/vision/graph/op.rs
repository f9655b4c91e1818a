//! What the nodes of a network do.

/// What a node does with the nodes it reads.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// The normalised picture, `[B, 3, H, W]`: the first node of every network, and no layer.
    Picture,
    /// A convolution.
    Conv(Conv),
    /// `max(x, 0)`.
    Relu,
    /// The largest value of each window.
    MaxPool(Window),
    /// The mean of each window.
    AvgPool(Window),
    /// The channels of several nodes of one size, one behind the other in the order they are named.
    Concat,
    /// The mean over all positions, `[B, C, 1, 1]`.
    GlobalMean,
    /// A fully connected layer.
    Dense(Dense),
}

/// A convolution with a bias, `[B, C_in, H, W]` to `[B, C_out, H', W']`; `C_in` is what it reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv {
    /// Feature maps it puts out, C_out.
    pub channels: usize,
    /// Height and width of the filters.
    pub kernel: [usize; 2],
    /// Positions from one place of the filter to the next.
    pub stride: usize,
    /// Zeros on either side: above and below, left and right.
    pub padding: [usize; 2],
    /// What a file calls it, without `.weight` and `.bias`.
    pub key: String,
    /// A batch normalisation behind it, which takes the place of its bias in the file.
    pub norm: Option<BatchNorm>,
}

/// Batch normalisation with fixed statistics, `y = γ (x − μ)/√(σ² + ε) + β`.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchNorm {
    /// What a file calls it, without `.weight`, `.bias`, `.running_mean` and `.running_var`.
    pub key: String,
    /// ε, added to the variance before its root.
    pub epsilon: f32,
}

/// A square window that moves over the maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Side of the window, in positions.
    pub side: usize,
    /// Positions from one place of the window to the next.
    pub stride: usize,
    /// Positions on every side that the window may cover beyond the rim; they never are the maximum.
    pub padding: usize,
    /// Whether a last window that is only partly filled counts.
    pub is_ceil: bool,
    /// Whether a mean counts positions beyond the rim as zeros.
    pub counts_padding: bool,
}

/// A fully connected layer: the maps averaged to `side` x `side` positions, and every one of their
/// values joined to every output. `[B, C, H, W]` to `[B, K, 1, 1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dense {
    /// Values it puts out, K.
    pub outputs: usize,
    /// Side of the grid that the maps are averaged to; 1 takes the mean over all positions.
    pub side: usize,
    /// What a file calls it, without `.weight` and `.bias`.
    pub key: String,
}

impl Conv {
    /// Filters of `side` x `side`, stride 1, without padding, that a file calls `key`.
    pub fn square(key: impl Into<String>, channels: usize, side: usize) -> Self {
        Self::new(key, channels, [side, side])
    }

    /// Filters of this height and width, stride 1, without padding, that a file calls `key`.
    pub fn new(key: impl Into<String>, channels: usize, kernel: [usize; 2]) -> Self {
        Self {
            channels,
            kernel,
            stride: 1,
            padding: [0, 0],
            key: key.into(),
            norm: None,
        }
    }

    /// Moves by so many positions.
    pub fn with_stride(mut self, stride: usize) -> Self {
        self.stride = stride;
        self
    }

    /// Zeros on every side.
    pub fn with_padding(mut self, padding: usize) -> Self {
        self.padding = [padding, padding];
        self
    }

    /// As many zeros as keep the size, for filters of odd sides and stride 1.
    pub fn keeping_size(mut self) -> Self {
        self.padding = self.kernel.map(|side| side / 2);
        self
    }

    /// Batch normalisation behind it, that a file calls `key`.
    pub fn with_norm(mut self, key: impl Into<String>, epsilon: f32) -> Self {
        let key = key.into();
        self.norm = Some(BatchNorm { key, epsilon });
        self
    }
}

impl Window {
    /// A window that stays within the maps.
    pub fn new(side: usize, stride: usize) -> Self {
        Self {
            side,
            stride,
            padding: 0,
            is_ceil: false,
            counts_padding: false,
        }
    }

    /// Lets the window reach beyond the rim.
    pub fn with_padding(mut self, padding: usize) -> Self {
        self.padding = padding;
        self
    }

    /// Counts a last window that is only partly filled.
    pub fn with_ceil(mut self) -> Self {
        self.is_ceil = true;
        self
    }
}

impl Dense {
    /// A layer on maps averaged to `side` x `side`, that a file calls `key`.
    pub fn new(key: impl Into<String>, outputs: usize, side: usize) -> Self {
        Self {
            outputs,
            side,
            key: key.into(),
        }
    }
}
