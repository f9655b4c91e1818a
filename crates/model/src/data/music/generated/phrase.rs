//! The best way through the voicings of a phrase.

use super::harmony::Chord;
use super::key::Key;
use super::leading;
use super::voicing::{Demand, Voicing, candidates};
use crate::rng::Rng;

/// A chord of a phrase, and what its voicing has to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) chord: Chord,
    pub(super) demand: Demand,
}

/// What a phrase lies between.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Between {
    /// What is sung before it.
    pub(super) before: Option<(Chord, Voicing)>,
    /// What is sung after it.
    pub(super) after: Option<(Chord, Voicing)>,
}

/// The voicings of a phrase that cost least together, of those that chance puts forward; none if
/// all are forbidden.
///
/// # Source
/// Viterbi 1967: the best way to each voicing of a chord goes through the best way to one of the
/// chord before.
pub(super) fn voice(
    key: Key,
    wanted: &[Wanted],
    parts: usize,
    between: Between,
    rng: &mut Rng,
) -> Option<Vec<Voicing>> {
    let step = |from: (Chord, Voicing), to: (Chord, Voicing)| {
        leading::cost(key, (from.0, &from.1[..parts]), (to.0, &to.1[..parts]))
    };
    let layers: Vec<Vec<(Voicing, f32)>> = wanted
        .iter()
        .map(|wanted| candidates(key, wanted.chord, parts, wanted.demand, rng))
        .collect();
    // For each layer and voicing the cost so far and the voicing that it came from.
    let mut ways: Vec<Vec<Option<(f32, usize)>>> = Vec::with_capacity(layers.len());
    for (at, layer) in layers.iter().enumerate() {
        let here = layer.iter().map(|(voicing, own)| {
            let to = (wanted[at].chord, *voicing);
            let Some(before) = at.checked_sub(1) else {
                let start = match between.before {
                    Some(from) => step(from, to)?,
                    None => 0.0,
                };
                return Some((start + own, 0));
            };
            let came = layers[before].iter().zip(&ways[before]).enumerate();
            came.filter_map(|(index, ((voicing, _), way))| {
                let so_far = (*way)?.0;
                let step = step((wanted[before].chord, *voicing), to)?;
                Some((so_far + step + own, index))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0))
        });
        let here = here.collect();
        ways.push(here);
    }
    let last = layers.len().checked_sub(1)?;
    let ends = layers[last].iter().zip(&ways[last]).enumerate();
    let (mut index, _) = ends
        .filter_map(|(index, ((voicing, _), way))| {
            let so_far = (*way)?.0;
            let out = match between.after {
                Some(to) => step((wanted[last].chord, *voicing), to)?,
                None => 0.0,
            };
            Some((index, so_far + out))
        })
        .min_by(|a, b| a.1.total_cmp(&b.1))?;
    let mut voicings = vec![layers[last][index].0];
    for at in (1..layers.len()).rev() {
        index = ways[at][index]?.1;
        voicings.push(layers[at - 1][index].0);
    }
    voicings.reverse();
    Some(voicings)
}

#[cfg(test)]
mod tests {
    use super::super::key::Mode;
    use super::super::leading::has_parallels;
    use super::*;
    use crate::rng::seeded;

    const C_MAJOR: Key = Key {
        tonic: 0,
        mode: Mode::Major,
    };

    fn wanted(degrees: &[usize]) -> Vec<Wanted> {
        let want = |degree: &usize| Wanted {
            chord: Chord::new(C_MAJOR, *degree),
            demand: Demand::default(),
        };
        degrees.iter().map(want).collect()
    }

    #[test]
    fn a_way_obeys_the_rules_from_what_was_before_to_what_comes_after() {
        let phrase = wanted(&[0, 3, 4, 0, 5, 1, 4, 0]);
        for seed in 0..20 {
            let mut rng = seeded(seed);
            let first = voice(C_MAJOR, &phrase, 4, Between::default(), &mut rng).unwrap();
            let ends = (phrase[7].chord, first[7]);
            let between = Between {
                before: Some(ends),
                after: Some((phrase[0].chord, first[0])),
            };
            let Some(second) = voice(C_MAJOR, &phrase, 4, between, &mut rng) else {
                continue;
            };
            let all = [first.clone(), second, vec![first[0]]].concat();
            assert_eq!(all.len(), 17);
            assert!(
                all.windows(2)
                    .all(|pair| !has_parallels(&pair[0], &pair[1]))
            );
        }
    }

    #[test]
    fn steps_are_preferred_in_the_highest_part() {
        let phrase = wanted(&[0, 3, 4, 0, 5, 1, 4, 0]);
        let mut leaps = [0; 2];
        for seed in 0..50 {
            let way = voice(C_MAJOR, &phrase, 4, Between::default(), &mut seeded(seed));
            for pair in way.unwrap().windows(2) {
                leaps[usize::from(pair[0][3].abs_diff(pair[1][3]) > 2)] += 1;
            }
        }
        assert!(leaps[0] > 3 * leaps[1], "{leaps:?}");
    }
}
