//! Tasks with symbols.

use rand::RngExt;
use reverie_model::rng::Rng;

use super::Pattern;
use super::cases::{Cases, Inputs, Targets};

/// Names of the digits.
const NAMES: [&str; 10] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
];
/// Every letter of the names, then the mark after their end.
const NAME_LETTERS: &str = "efghinorstuvwxz.";
/// Steps of a spelled name: the longest and its end.
const NAME_STEPS: usize = 6;
/// Letters of what is said backwards.
const LETTERS: &str = "abcd";
/// How many of them are read.
const WORD: usize = 5;
/// Bits of a vote.
const VOTES: usize = 9;
/// Bits whose running parity is asked for.
const BITS: usize = 20;
/// Brackets of a row.
const BRACKETS: usize = 12;

/// How symbols are written for a reader.
pub struct Alphabet {
    /// Of what is read; a blank where nothing is.
    pub read: &'static str,
    /// Of what is said.
    pub said: &'static str,
}

/// The symbols of a task; none for tasks of numbers.
pub fn alphabet(pattern: Pattern) -> Option<Alphabet> {
    let (read, said) = match pattern {
        Pattern::OneToMany => ("0123456789 ", NAME_LETTERS),
        Pattern::ManyToOne => ("01", "01"),
        Pattern::ManyToMany => ("abcd ", LETTERS),
        Pattern::Aligned => ("01", "01"),
        Pattern::Deep => ("()", "-+"),
        Pattern::Filtering | Pattern::Smoothing | Pattern::Prediction => return None,
    };
    Some(Alphabet { read, said })
}

/// Draws cases of a task of symbols.
pub fn draw(pattern: Pattern, batch: usize, rng: &mut Rng) -> Cases {
    let rows: Vec<(Vec<u32>, Vec<i32>)> = (0..batch).map(|case| one(pattern, case, rng)).collect();
    let steps = rows[0].0.len();
    let answers = rows[0].1.len();
    let by_time = (0..answers).flat_map(|t| rows.iter().map(move |(_, said)| said[t]));
    Cases {
        batch,
        steps,
        asked: steps - answers..steps,
        targets: Targets::Classes(by_time.collect()),
        inputs: Inputs::Symbols(rows.iter().flat_map(|(read, _)| read.clone()).collect()),
    }
}

fn one(pattern: Pattern, case: usize, rng: &mut Rng) -> (Vec<u32>, Vec<i32>) {
    let mut bits =
        |count: usize| -> Vec<u32> { (0..count).map(|_| rng.random_range(0..2)).collect() };
    match pattern {
        Pattern::OneToMany => {
            // All ten, over and over: there are no others.
            let digit = case % NAMES.len();
            let mut read = vec![NAMES.len() as u32; NAME_STEPS];
            read[0] = digit as u32;
            let letters = NAMES[digit].chars().chain(std::iter::repeat('.'));
            let number = |c| NAME_LETTERS.find(c).expect("a letter of a name") as i32;
            (read, letters.take(NAME_STEPS).map(number).collect())
        }
        Pattern::ManyToOne => {
            let votes = bits(VOTES);
            let ones = votes.iter().sum::<u32>() as usize;
            (votes, vec![i32::from(ones > VOTES / 2)])
        }
        Pattern::ManyToMany => {
            let n = LETTERS.len() as u32;
            let word: Vec<u32> = (0..WORD).map(|_| rng.random_range(0..n)).collect();
            let said = word.iter().rev().map(|s| *s as i32).collect();
            let mut read = word;
            read.resize(2 * WORD, n);
            (read, said)
        }
        Pattern::Aligned => {
            let read = bits(BITS);
            let mut odd = 0;
            let said = read.iter().map(|bit| {
                odd ^= bit;
                odd as i32
            });
            let said = said.collect();
            (read, said)
        }
        Pattern::Deep => {
            let read = bits(BRACKETS);
            let said = partners(&read);
            (read, said)
        }
        Pattern::Filtering | Pattern::Smoothing | Pattern::Prediction => {
            unreachable!("a task of numbers")
        }
    }
}

/// One for every bracket that has a partner, of 0 "(" and 1 ")".
fn partners(brackets: &[u32]) -> Vec<i32> {
    let mut found = vec![0; brackets.len()];
    let mut open = Vec::new();
    for (place, bracket) in brackets.iter().enumerate() {
        if *bracket == 0 {
            open.push(place);
        } else if let Some(partner) = open.pop() {
            (found[partner], found[place]) = (1, 1);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use reverie_model::rng::seeded;

    #[test]
    fn brackets_find_their_partners() {
        let of = |text: &str| {
            let brackets: Vec<u32> = text.chars().map(|c| u32::from(c == ')')).collect();
            let said = partners(&brackets);
            said.iter()
                .map(|s| if *s == 1 { '+' } else { '-' })
                .collect::<String>()
        };
        assert_eq!(of("()"), "++");
        assert_eq!(of(")("), "--");
        assert_eq!(of("(()"), "-++");
        assert_eq!(of("())("), "++--");
    }

    #[test]
    fn every_task_says_as_much_as_is_asked() {
        for pattern in Pattern::ALL {
            let Some(alphabet) = alphabet(pattern) else {
                continue;
            };
            let cases = draw(pattern, 10, &mut seeded(1));
            let Targets::Classes(said) = &cases.targets else {
                panic!("classes")
            };
            assert_eq!(said.len(), cases.asked.len() * 10, "{pattern:?}");
            let most = alphabet.said.chars().count() as i32;
            assert!(said.iter().all(|s| (0..most).contains(s)));
            let Inputs::Symbols(read) = &cases.inputs else {
                panic!("symbols")
            };
            let most = alphabet.read.chars().count() as u32;
            assert!(read.len() == 10 * cases.steps && read.iter().all(|s| *s < most));
        }
    }
}
