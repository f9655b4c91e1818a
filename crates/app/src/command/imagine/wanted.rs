//! What pictures are made of: channels of a layer, or classes.

use reverie_model::vision::{LayerInfo, Network, SCORES};
use reverie_viz::objective::{ChannelMean, Goal};

use crate::cli::ImagineArgs;
use crate::exit::UsageError;
use crate::settings::did_you_mean;

/// The word that stands for every class.
const ALL: &str = "all";
/// Classes that a fragment may fit before the list is cut.
const LISTED: usize = 12;

/// One picture to make.
pub struct Wanted {
    /// Number of the channel; that of the class where it is one.
    pub channel: usize,
    /// What stands below the picture.
    pub label: String,
    /// What is raised.
    pub goal: Goal,
}

/// The layer that the flags ask for: the scores where they name classes.
pub fn layer<'a>(args: &ImagineArgs, config_layer: &'a str) -> &'a str {
    match args.class.is_empty() {
        true => config_layer,
        false => SCORES,
    }
}

/// Whether one channel stands for a class here.
pub fn is_of_classes(info: &LayerInfo) -> bool {
    info.layer.as_str() == SCORES
}

/// Everything that the flags ask for.
///
/// # Errors
/// Channels or classes that do not exist, a network that tells none apart, a sheet with too little
/// room.
pub fn all(
    args: &ImagineArgs,
    network: &dyn Network,
    info: &LayerInfo,
) -> anyhow::Result<Vec<Wanted>> {
    let channels: Vec<usize> = match args.class.is_empty() {
        true => {
            // The last first: a list of channels that do not exist may be longer than the memory.
            ChannelMean::new(info, args.channel.1)?;
            (args.channel.0..=args.channel.1).collect()
        }
        false => classes(&args.class, network.classes())?,
    };
    if let Some((columns, rows)) = args.sheet
        && (columns as usize) * (rows as usize) < channels.len()
    {
        return Err(UsageError(format!(
            "a sheet of {columns}x{rows} has no room for {} pictures",
            channels.len()
        ))
        .into());
    }
    let name = |channel: usize| match is_of_classes(info) {
        true => network.classes().get(channel).cloned(),
        false => None,
    };
    channels
        .into_iter()
        .map(|channel| {
            Ok(Wanted {
                channel,
                label: name(channel).unwrap_or_else(|| format!("{} {channel}", info.layer)),
                goal: Goal::from(ChannelMean::new(info, channel)?),
            })
        })
        .collect()
}

fn classes(asked: &[String], known: &[String]) -> anyhow::Result<Vec<usize>> {
    if asked.iter().any(|asked| asked == ALL) {
        return Ok((0..known.len()).collect());
    }
    let found = asked.iter().map(|asked| class(asked, known));
    Ok(found.collect::<Result<_, UsageError>>()?)
}

/// A class by its name or a part of it, whatever the case of its letters.
fn class(asked: &str, known: &[String]) -> Result<usize, UsageError> {
    let lower = asked.to_lowercase();
    if let Some(place) = known.iter().position(|name| name.to_lowercase() == lower) {
        return Ok(place);
    }
    let fitting: Vec<usize> = (0..known.len())
        .filter(|&place| known[place].to_lowercase().contains(&lower))
        .collect();
    let list = |places: &[usize]| {
        let names: Vec<&str> = places.iter().map(|&place| known[place].as_str()).collect();
        let more = match places.len() > LISTED {
            true => format!(" and {} more", places.len() - LISTED),
            false => String::new(),
        };
        format!("{}{more}", names[..names.len().min(LISTED)].join(", "))
    };
    match fitting.as_slice() {
        [one] => Ok(*one),
        [] => {
            let hint = did_you_mean(asked, known.iter().map(String::as_str));
            let every: Vec<usize> = (0..known.len()).collect();
            let sentence = format!(
                "there is no class {asked}{hint}; there are {}",
                list(&every)
            );
            Err(UsageError(sentence))
        }
        several => {
            let sentence = format!("{asked} fits {}; say which", list(several));
            Err(UsageError(sentence))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_found_by_a_part_of_its_name() {
        let known = ["Egyptian cat", "goldfish", "golden retriever"].map(str::to_owned);
        let find = |asked: &str| class(asked, &known).map_err(|error| error.0);
        assert_eq!(find("CAT"), Ok(0));
        assert_eq!(find("goldfish"), Ok(1));
        let two = find("gold").unwrap_err();
        assert!(two.contains("goldfish, golden retriever"), "{two}");
        let none = find("goldfsh").unwrap_err();
        assert!(none.contains("did you mean goldfish?"), "{none}");
    }
}
