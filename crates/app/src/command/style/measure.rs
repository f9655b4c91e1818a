//! How far a result is from what went in, by one measure for all settings.

use std::fmt;

use reverie_viz::picture::Picture;
use reverie_viz::style::{Transfer, distances};
use serde_json::{Map, Value, json};

/// Distances of features, 1 for a blank picture.
pub struct Distances {
    style: f64,
    content: Option<f64>,
}

impl Distances {
    /// Measures a result.
    ///
    /// # Errors
    /// If the network refuses the picture.
    pub fn of(job: &Transfer<'_>, picture: &Picture) -> anyhow::Result<Self> {
        let (style, content) = distances(job, picture)?;
        Ok(Self { style, content })
    }

    /// Adds them to the result.
    pub fn tell(&self, event: &mut Map<String, Value>) {
        event.insert("style_distance".into(), json!(self.style));
        event.insert("content_distance".into(), json!(self.content));
    }
}

impl fmt::Display for Distances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "distance of features to the style {:.4}", self.style)?;
        match self.content {
            Some(content) => write!(f, ", to the content {content:.4}"),
            None => Ok(()),
        }
    }
}
