//! Which channels are shown, in which order, and how large.

use reverie_viz::filters::{Bank, Range};
use reverie_viz::picture::{Filter, Picture, resize};

use super::subject::Subject;
use crate::cli::{FiltersArgs, TileOrder, TileScale};
use crate::exit::UsageError;

/// Tiles of a sheet where nobody says which.
const MOST: usize = 256;
/// Small tiles are enlarged by a whole number to about so many pixels.
const SIDE: usize = 96;

/// The channels that were asked for.
pub struct Chosen {
    /// All that may be shown, in the order of the network.
    channels: Vec<usize>,
    /// How many of them the sheet holds.
    most: usize,
    /// Whether some are left out that nobody chose.
    pub is_cut: bool,
}

/// Finds the channels that the flags name.
///
/// # Errors
/// [`UsageError`] for one that does not exist.
pub fn choose(args: &FiltersArgs, subject: &Subject) -> Result<Chosen, UsageError> {
    let there = subject.channels();
    if args.channel.is_empty() {
        return Ok(Chosen {
            channels: (0..there).collect(),
            most: MOST,
            is_cut: there > MOST,
        });
    }
    // The last first: a list of channels that do not exist may be longer than the memory.
    if let Some((_, asked)) = args.channel.iter().find(|(_, last)| *last >= there) {
        let sentence = format!(
            "{} has channels 0 to {}, so there is no channel {asked}",
            subject.name(),
            there - 1
        );
        return Err(UsageError(sentence));
    }
    let ranges = args.channel.iter();
    Ok(Chosen {
        channels: ranges.flat_map(|&(first, last)| first..=last).collect(),
        most: usize::MAX,
        is_cut: false,
    })
}

impl Chosen {
    /// Tiles of the sheet.
    pub fn count(&self) -> usize {
        self.channels.len().min(self.most)
    }

    /// The channels of the sheet, from the top left.
    pub fn in_order(self, bank: &Bank, order: TileOrder) -> Vec<usize> {
        let mut channels = match order {
            TileOrder::Number => self.channels,
            TileOrder::Strength => bank.strongest_first(self.channels),
        };
        channels.truncate(self.most);
        channels
    }
}

/// The tiles with their numbers.
pub fn draw(bank: &Bank, channels: &[usize], scale: TileScale) -> Vec<(Picture, String)> {
    let range = match scale {
        TileScale::Each => Range::Own,
        TileScale::All => Range::Common,
    };
    let factor = (SIDE / bank.width().max(bank.height())).max(1);
    let (width, height) = (bank.width() * factor, bank.height() * factor);
    let tile = |&channel: &usize| {
        let picture = bank.picture(channel, range);
        let larger = resize(&picture, width as u32, height as u32, Filter::Nearest);
        (larger, channel.to_string())
    };
    channels.iter().map(tile).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    /// What `flags` choose of 300 channels, the later ones stronger.
    fn chosen(flags: &[&str], order: TileOrder) -> Result<Vec<usize>, UsageError> {
        let command = [&["reverie", "filters", "-o", "x.png"], flags].concat();
        let Command::Filters(args) = Cli::try_parse_from(command).unwrap().command else {
            panic!("filters was asked for");
        };
        let values = (0..900).map(|value| value as f32).collect();
        let bank = Bank::new([300, 3, 1, 1], values);
        let subject = Subject::Filters { bank: bank.clone() };
        let chosen = choose(&args, &subject)?;
        let (count, is_cut) = (chosen.count(), chosen.is_cut);
        let channels = chosen.in_order(&bank, order);
        assert_eq!((channels.len(), is_cut), (count, count == MOST));
        Ok(channels)
    }

    #[test]
    fn a_sheet_holds_so_many_unless_they_are_named() {
        let first: Vec<usize> = (0..MOST).collect();
        assert_eq!(chosen(&[], TileOrder::Number).unwrap(), first);
        let strongest: Vec<usize> = (300 - MOST..300).rev().collect();
        assert_eq!(chosen(&[], TileOrder::Strength).unwrap(), strongest);
        let all: Vec<usize> = (0..300).collect();
        assert_eq!(
            chosen(&["--channel", "0-299"], TileOrder::Number).unwrap(),
            all
        );
        let some = chosen(&["--channel", "7,2-3"], TileOrder::Strength).unwrap();
        assert_eq!(some, [7, 3, 2]);
        let refused = chosen(&["--channel", "0,200-300"], TileOrder::Number).unwrap_err();
        assert!(refused.to_string().contains("no channel 300"), "{refused}");
    }
}
