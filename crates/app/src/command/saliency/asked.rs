//! What is to be explained, and by which methods.

use reverie_model::vision::Network;
use reverie_viz::attribution::{METHODS, Question, Score};
use reverie_viz::picture::Picture;
use reverie_viz::tensor_of;

use crate::classes;
use crate::cli::SaliencyArgs;
use crate::exit::UsageError;
use crate::network::Loaded;
use crate::settings::did_you_mean;

/// The word that stands for every method.
const ALL: &str = "all";

/// The methods that were named, each once, in the order they were named.
///
/// # Errors
/// A name that no method has.
pub fn methods(asked: &[String]) -> Result<Vec<&'static str>, UsageError> {
    let mut found = Vec::new();
    for name in asked.iter().map(|name| name.trim()) {
        let fitting: Vec<&'static str> = METHODS
            .into_iter()
            .filter(|method| name == ALL || *method == name)
            .collect();
        if fitting.is_empty() {
            return Err(UsageError(format!(
                "there is no method {name}{}; there are {}, and {ALL} for every one",
                did_you_mean(name, METHODS.into_iter()),
                METHODS.join(", ")
            )));
        }
        found.extend(
            fitting
                .into_iter()
                .filter(|method| !found.contains(method))
                .collect::<Vec<_>>(),
        );
    }
    Ok(found)
}

/// What is to be explained of every picture.
pub enum Aim {
    /// A class, by its place.
    Class(usize),
    /// The class that each picture is taken for.
    Likeliest,
    /// A channel of a layer.
    Channel(Score, String),
}

impl Aim {
    /// What the flags say.
    ///
    /// # Errors
    /// Names that do not exist, a network without a classifier that is asked for classes.
    pub fn of(args: &SaliencyArgs, loaded: &Loaded) -> anyhow::Result<Self> {
        let network = loaded.network.as_ref();
        if let (Some(layer), Some(channel)) = (&args.layer, args.channel) {
            let info = network.info(layer)?;
            let score = Score::channel(info, channel)?;
            return Ok(Self::Channel(score, format!("{layer} channel {channel}")));
        }
        if network.classes().is_empty() {
            anyhow::bail!(
                "{} has no classifier: it tells no classes apart; --layer and --channel explain a \
                 channel of it",
                loaded.name
            );
        }
        Ok(match &args.class {
            Some(name) => Self::Class(classes::find(name, network.classes())?),
            None => Self::Likeliest,
        })
    }
}

/// The question that one picture is asked.
pub struct Asked {
    /// What is explained.
    pub score: Score,
    /// Its name.
    pub label: String,
    /// How likely the class is; the score itself of a channel.
    pub answer: f32,
    /// Whether a rectifier silences the class in this picture, so that what stands before it is
    /// explained.
    pub is_silent: bool,
}

/// Asks for one picture.
///
/// # Errors
/// A picture that is too small for the network.
pub fn ask(aim: &Aim, network: &dyn Network, picture: &Picture) -> anyhow::Result<Asked> {
    let image = tensor_of(picture, &network.device());
    let answer = |score: &Score| -> anyhow::Result<f32> {
        let question = Question {
            network,
            score: score.clone(),
        };
        Ok(question.answers(image.clone())?[0])
    };
    let class = match aim {
        Aim::Channel(score, label) => {
            return Ok(Asked {
                answer: answer(score)?,
                score: score.clone(),
                label: label.clone(),
                is_silent: false,
            });
        }
        Aim::Class(class) => *class,
        Aim::Likeliest => likeliest(network, picture)?,
    };
    let (score, is_silent) = Score::awake(network, class, image.clone())?;
    Ok(Asked {
        answer: answer(&score)?,
        score,
        label: classes::short(&network.classes()[class]).to_owned(),
        is_silent,
    })
}

fn likeliest(network: &dyn Network, picture: &Picture) -> anyhow::Result<usize> {
    use reverie_model::vision::SCORES;
    let layer = network.layer(SCORES)?;
    let image = tensor_of(picture, &network.device());
    let seen = network.activations(image, std::slice::from_ref(&layer))?;
    let scores: Vec<f32> = seen.of(&layer).into_data().iter::<f32>().collect();
    // The first of equal ones.
    let best = (0..scores.len())
        .rev()
        .max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    Ok(best.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_found_by_name_and_each_once() {
        let names = |asked: &[&str]| {
            let asked: Vec<String> = asked.iter().map(|name| (*name).to_owned()).collect();
            methods(&asked).map_err(|error| error.0)
        };
        assert_eq!(
            names(&["rise", "vanilla", "rise"]).unwrap(),
            ["rise", "vanilla"]
        );
        assert_eq!(names(&["all", "rise"]).unwrap(), METHODS);
        let error = names(&["gradcam"]).unwrap_err();
        assert!(error.contains("did you mean grad-cam?"), "{error}");
    }
}
