//! How much there is of a set.

use serde::{Deserialize, Serialize};

use super::{Frame, MusicSet, Roll, Split};

/// How much there is of each split of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetStats {
    /// What is learnt from.
    pub train: SplitStats,
    /// What choices are made by.
    pub valid: SplitStats,
    /// What is looked at once, at the end.
    pub test: SplitStats,
}

/// How much there is of some sequences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitStats {
    /// Sequences.
    pub sequences: usize,
    /// Time steps of all sequences.
    pub steps: usize,
    /// Steps of the shortest sequence; 0 where there is none.
    pub shortest: usize,
    /// Steps of the longest sequence; 0 where there is none.
    pub longest: usize,
    /// Notes of all steps; one that is held counts at each step.
    pub notes: usize,
    /// MIDI number of the lowest note; none where nothing sounds.
    pub lowest: Option<u8>,
    /// MIDI number of the highest note; none where nothing sounds.
    pub highest: Option<u8>,
    /// Most notes of a step.
    pub most_at_once: usize,
    /// Steps at which nothing sounds.
    pub silent_steps: usize,
}

impl SetStats {
    /// Counts a whole set.
    pub fn of(set: &MusicSet) -> Self {
        Self {
            train: SplitStats::of(&set.train),
            valid: SplitStats::of(&set.valid),
            test: SplitStats::of(&set.test),
        }
    }

    /// Those of a split.
    pub fn split(&self, split: Split) -> &SplitStats {
        match split {
            Split::Train => &self.train,
            Split::Valid => &self.valid,
            Split::Test => &self.test,
        }
    }
}

impl SplitStats {
    /// Counts some sequences.
    pub fn of(rolls: &[Roll]) -> Self {
        let lengths = || rolls.iter().map(Vec::len);
        let frames = || rolls.iter().flatten();
        let all = frames().fold(Frame::SILENT, |all, &frame| all.or(frame));
        Self {
            sequences: rolls.len(),
            steps: lengths().sum(),
            shortest: lengths().min().unwrap_or(0),
            longest: lengths().max().unwrap_or(0),
            notes: frames().map(|frame| frame.count()).sum(),
            lowest: all.notes().next(),
            highest: all.notes().last(),
            most_at_once: frames().map(|frame| frame.count()).max().unwrap_or(0),
            silent_steps: frames().filter(|frame| frame.is_silent()).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Outside, read_set, real_file};
    use super::*;

    #[test]
    fn a_few_notes_are_counted() {
        let chord = Frame::of_notes([60, 64]).unwrap();
        let low = Frame::of_notes([21]).unwrap();
        let stats = SplitStats::of(&[vec![chord, Frame::SILENT, low], vec![chord]]);
        assert_eq!(
            stats,
            SplitStats {
                sequences: 2,
                steps: 4,
                shortest: 1,
                longest: 3,
                notes: 5,
                lowest: Some(21),
                highest: Some(64),
                most_at_once: 2,
                silent_steps: 1,
            }
        );
        assert_eq!(SplitStats::of(&[]), SplitStats::default());
    }

    #[test]
    fn the_published_sets_have_the_published_sizes() {
        let Some(path) = real_file("music/stats.json") else {
            return;
        };
        let text = std::fs::read_to_string(path).unwrap();
        let all: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut splits = 0;
        for (name, want) in all.as_object().unwrap() {
            let Some(path) = real_file(&format!("music/{name}.json")) else {
                return;
            };
            let stats = SetStats::of(&read_set(&path, Outside::Refuse).unwrap().set);
            for split in Split::ALL {
                let want = |key: &str| want[split.name()][key].as_u64().map(|n| n as usize);
                let stats = stats.split(split);
                assert_eq!(Some(stats.sequences), want("sequences"));
                assert_eq!(Some(stats.steps), want("timesteps"));
                assert_eq!(Some(stats.shortest), want("min_len"));
                assert_eq!(Some(stats.longest), want("max_len"));
                assert_eq!(Some(stats.notes), want("notes"));
                assert_eq!(stats.lowest.map(usize::from), want("min_pitch"));
                assert_eq!(stats.highest.map(usize::from), want("max_pitch"));
                assert_eq!(Some(stats.most_at_once), want("max_polyphony"));
                assert_eq!(Some(stats.silent_steps), want("empty_timesteps"));
                splits += 1;
            }
        }
        assert_eq!(splits, 12);
    }
}
