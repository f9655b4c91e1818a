//! What is said of finished pictures.

use reverie_viz::picture::Picture;
use serde_json::{Value, json};

use super::verdict::Verdict;
use crate::network::Loaded;
use crate::output::Output;

/// A class counts as named when it is among so many.
const TOP: usize = 5;

/// A finished picture.
pub struct Made {
    /// The network that was pleased.
    pub net: String,
    /// Number of the channel or class.
    pub channel: Option<usize>,
    /// What it is of.
    pub label: String,
    /// What the network itself says, of a picture of a class.
    pub own: Option<Verdict>,
    /// What another says.
    pub judge: Option<Verdict>,
    /// The score at the last step.
    pub score: f64,
    /// The picture.
    pub picture: Picture,
}

impl Made {
    /// What stands below it on a sheet.
    pub fn caption(&self, names_net: bool) -> String {
        let net = match names_net {
            true => format!("{}: ", self.net),
            false => String::new(),
        };
        let said = match &self.own {
            Some(own) => format!(" {:.2}", own.probability),
            None => String::new(),
        };
        format!("{net}{}{said}", self.label)
    }

    /// The line for programs.
    pub fn event(&self) -> Value {
        let class = self.own.as_ref().map(|_| &self.label);
        json!({
            "event": "channel", "net": self.net, "channel": self.channel, "score": self.score,
            "class": class,
            "probability": self.own.as_ref().map(|own| own.probability),
            "judge_probability": self.judge.as_ref().map(|said| said.probability),
            "judge_rank": self.judge.as_ref().map(|said| said.rank),
            "judge_first": self.judge.as_ref().map(|said| &said.first),
        })
    }
}

/// How sure the networks are of their own pictures, and what the other says.
pub fn say_verdicts(made: &[Made], judge: Option<&Loaded>, output: &Output) {
    let own: Vec<&Verdict> = made.iter().filter_map(|one| one.own.as_ref()).collect();
    if own.is_empty() {
        return;
    }
    for one in made {
        if let Some(own) = &one.own {
            output.note(&sentence(one, own, judge));
        }
    }
    if own.len() > 1 {
        let least = own.iter().map(|said| said.probability).fold(1.0, f64::min);
        let mean = own.iter().map(|said| said.probability).sum::<f64>() / own.len() as f64;
        output.note(&format!(
            "all {}: {mean:.3} on average, {least:.3} at least",
            own.len()
        ));
    }
    let judged: Vec<&Verdict> = made.iter().filter_map(|one| one.judge.as_ref()).collect();
    if let Some(judge) = judge.filter(|_| judged.len() > 1) {
        let named = judged.iter().filter(|said| said.rank <= TOP).count();
        output.note(&format!(
            "{} has {named} of {} classes among its first {TOP}",
            judge.name,
            judged.len()
        ));
    }
}

/// `goldfish: squeezenet 0.994; vgg-mini 0.310, number 1 of its classes`.
fn sentence(one: &Made, own: &Verdict, judge: Option<&Loaded>) -> String {
    let mut sentence = format!("{}: {} {:.3}", one.label, one.net, own.probability);
    if own.rank > 1 {
        sentence += &format!(" (it says {})", own.first);
    }
    let Some(judge) = judge else {
        return sentence;
    };
    sentence += &match &one.judge {
        Some(said) if said.rank == 1 => {
            format!("; {} {:.3}, its first", judge.name, said.probability)
        }
        Some(said) => format!(
            "; {} {:.3}, number {} of its classes (it says {})",
            judge.name, said.probability, said.rank, said.first
        ),
        None => format!("; {} knows no such class", judge.name),
    };
    sentence
}
