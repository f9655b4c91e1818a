//! How much memory a training run takes.

use reverie_model::recurrent::CellKind;
use reverie_model::sequence::TextConfig;

use crate::memory;

/// Tensors of the size of a layer's state that one step keeps for the way back.
const KEPT_A_STEP: u64 = 40;
/// Copies of all parameters: themselves, gradients, two moments, and where training would go back.
const COPIES: u64 = 8;

/// Refuses a network that the free memory does not hold.
///
/// # Errors
/// One sentence with both amounts.
pub fn check_memory(config: &TextConfig, symbols: usize) -> anyhow::Result<()> {
    let wide = |value: usize| value as u64;
    let (hidden, layers) = (wide(config.hidden), wide(config.layers));
    let gates = match config.cell {
        CellKind::Lstm => 4,
        CellKind::Gru => 3,
        CellKind::Rnn | CellKind::Jordan => 1,
    };
    let directions = if config.bidirectional { 2 } else { 1 };
    let inputs = wide(symbols) + hidden * (2 * layers - 1);
    let parameters = directions * hidden * (gates * inputs + wide(symbols));
    let steps = wide(config.batch) * wide(config.steps);
    let kept = steps * (directions * layers * hidden * KEPT_A_STEP + 4 * wide(symbols));
    let need = memory::BASE + 4 * (parameters * COPIES + kept);
    match memory::available() {
        Some(free) if need > free => anyhow::bail!(
            "training a network of {layers} x {hidden} needs about {} of memory, and {} are free; use a smaller --hidden, --batch or --steps",
            memory::readable(need),
            memory::readable(free)
        ),
        _ => Ok(()),
    }
}
