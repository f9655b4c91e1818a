//! Every choice of the deconvolutional network.

use reverie_model::vision::{Pooling, Rule};
use serde::{Deserialize, Serialize};

use crate::VizError;

/// Side of the squares that pictures of a folder become, where neither the user nor the network says
/// it, in pixels: what most networks of ImageNet learnt from.
const USUAL_SIDE: u32 = 224;
/// Longest side of a single picture where the user does not say it, in pixels.
const USUAL_LONGEST: u32 = 384;
/// The largest size, in pixels.
const MAX_SIDE: u32 = 65_535;
/// Pictures that are smaller show a network nothing.
const MIN_SIDE: u32 = 8;

/// Every choice but the network, its layers and the pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeconvConfig {
    /// How rectifiers send signals back: `deconvnet`, `guided` or `gradient`.
    #[serde(with = "names")]
    pub rule: Rule,
    /// How a VGG halves its feature maps.
    pub pooling: Pooling,
    /// Pixels: of a folder, the side of the squares that its pictures become; of one picture, its
    /// longest side, which only makes it smaller. 0 for the usual.
    pub size: u32,
    /// Pictures for every feature map.
    pub top: usize,
    /// Feature maps of every layer that are shown where none are named.
    pub count: usize,
    /// Pictures that are looked at together; it changes the speed only.
    pub batch: usize,
    /// Pictures between two writings of what was found so far.
    pub save_every: usize,
}

impl DeconvConfig {
    /// Refuses values that nothing can be made of.
    ///
    /// # Errors
    /// [`VizError::Setting`], with the value and what it must be.
    pub fn check(&self) -> Result<(), VizError> {
        let bad = |name, value: String, must| Err(VizError::Setting { name, value, must });
        if self.size != 0 && !(MIN_SIDE..=MAX_SIDE).contains(&self.size) {
            return bad("size", self.size.to_string(), "0, or between 8 and 65535");
        }
        let counts = [
            ("top", self.top, 100, "between 1 and 100"),
            ("count", self.count, usize::MAX, "at least 1"),
            ("batch", self.batch, 1024, "between 1 and 1024"),
            ("save_every", self.save_every, usize::MAX, "at least 1"),
        ];
        for (name, value, most, must) in counts {
            if !(1..=most).contains(&value) {
                return bad(name, value.to_string(), must);
            }
        }
        Ok(())
    }

    /// Side of the squares that the pictures of a folder become, in pixels; `own` is what the network's
    /// classifier learnt from, where that is known.
    pub fn square_side(&self, own: Option<usize>) -> u32 {
        match (self.size, own) {
            (0, Some(own)) => own as u32,
            (0, None) => USUAL_SIDE,
            (asked, _) => asked,
        }
    }

    /// Longest side of a single picture, in pixels.
    pub fn longest_side(&self) -> u32 {
        match self.size {
            0 => USUAL_LONGEST,
            asked => asked,
        }
    }
}

/// What people call a rule.
pub fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Deconvnet => "deconvnet",
        Rule::Guided => "guided",
        Rule::Gradient => "gradient",
    }
}

/// Rules by their names in files.
mod names {
    use reverie_model::vision::Rule;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(rule: &Rule, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(super::rule_name(*rule))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rule, D::Error> {
        let name = String::deserialize(deserializer)?;
        let rules = [Rule::Deconvnet, Rule::Guided, Rule::Gradient];
        let found = rules
            .into_iter()
            .find(|rule| super::rule_name(*rule) == name);
        found.ok_or_else(|| Error::unknown_variant(&name, &["deconvnet", "guided", "gradient"]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> DeconvConfig {
        toml::from_str(include_str!("../../../../configs/deconv/zeiler.toml")).unwrap()
    }

    #[test]
    fn sizes_are_the_network_s_own_unless_said() {
        let mut config = config();
        assert_eq!(
            (config.square_side(Some(64)), config.square_side(None)),
            (64, 224)
        );
        assert_eq!(config.longest_side(), 384);
        config.size = 100;
        assert_eq!(
            (config.square_side(Some(64)), config.longest_side()),
            (100, 100)
        );
    }

    #[test]
    fn values_that_make_no_sense_are_refused() {
        config().check().unwrap();
        let with = |change: fn(&mut DeconvConfig)| {
            let mut config = config();
            change(&mut config);
            config.check().unwrap_err().to_string()
        };
        assert!(with(|c| c.size = 5).contains("size is 5"));
        assert!(with(|c| c.top = 0).contains("top is 0"));
        assert!(with(|c| c.batch = 0).contains("batch is 0"));
    }
}
