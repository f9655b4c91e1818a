//! What goes into a transfer.

use crate::VizError;
use crate::picture::{Filter, Picture, resize, resize_plane};

/// One number a pixel, between 0 and 1, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Mask {
    width: u32,
    height: u32,
    values: Vec<f32>,
}

impl Mask {
    /// A mask of this size; numbers are clamped to `[0, 1]`.
    ///
    /// # Panics
    /// If there are not `width * height` numbers.
    pub fn new(width: u32, height: u32, mut values: Vec<f32>) -> Self {
        assert_eq!(values.len(), width as usize * height as usize);
        for value in &mut values {
            *value = crate::picture::to_unit(*value);
        }
        Self {
            width,
            height,
            values,
        }
    }

    /// The brightness of a picture: 1 where it is white.
    pub fn of(picture: &Picture) -> Self {
        Self::new(picture.width(), picture.height(), picture.luma())
    }

    /// Stretched to another size. Where nothing changes, numbers keep their bits.
    pub fn at(&self, width: u32, height: u32) -> Vec<f32> {
        if (width, height) == (self.width, self.height) {
            return self.values.clone();
        }
        let (w, h) = (self.width, self.height);
        let mut found = resize_plane(&self.values, w, h, width, height, Filter::Bilinear);
        for value in &mut found {
            *value = value.clamp(0.0, 1.0);
        }
        found
    }

    /// The share of a picture that it covers.
    pub fn share(&self) -> f64 {
        let sum: f64 = self.values.iter().map(|value| f64::from(*value)).sum();
        sum / self.values.len() as f64
    }
}

/// A picture that gives the manner.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The picture.
    pub picture: Picture,
    /// How much it counts among the others; one of weight zero is as good as absent.
    pub weight: f64,
    /// Where in the result it counts; everywhere if there is none.
    pub region: Option<Mask>,
}

/// What the frame before has become, brought to where things are now.
#[derive(Clone, Debug)]
pub struct Previous {
    /// The finished frame, warped.
    pub picture: Picture,
    /// Where it can be trusted: 1 where a thing was seen before, 0 where it comes into sight.
    pub trust: Mask,
}

/// What is transferred.
#[derive(Clone, Debug)]
pub struct Pictures {
    /// Gives the things; a texture has none.
    pub content: Option<Picture>,
    /// Width to height of the result, as pixels of a picture of that form.
    pub form: (u32, u32),
    /// Give the manner, each with a weight; weights are divided by their sum. Either all of them or
    /// none have a region.
    pub styles: Vec<Sample>,
    /// Where the content stays as it is: 1 where nothing changes.
    pub protected: Option<Mask>,
    /// The frame before, for one of a film.
    pub previous: Option<Previous>,
}

impl Pictures {
    /// A content in the manner of others, each with a weight.
    pub fn new(content: Picture, styles: Vec<(Picture, f64)>) -> Self {
        Self {
            form: (content.width(), content.height()),
            content: Some(content),
            styles: samples(styles),
            protected: None,
            previous: None,
        }
    }

    /// A texture of this form like some examples, each with a weight.
    pub fn texture(form: (u32, u32), examples: Vec<(Picture, f64)>) -> Self {
        Self {
            content: None,
            form,
            styles: samples(examples),
            protected: None,
            previous: None,
        }
    }

    /// Styles that count, with weights that sum to 1.
    pub fn active(&self) -> impl Iterator<Item = (f64, &Sample)> {
        let sum: f64 = self.styles.iter().map(|style| style.weight).sum();
        let active = self.styles.iter().filter(|style| style.weight > 0.0);
        active.map(move |style| (style.weight / sum, style))
    }

    /// The content at a size of the way; grey where there is none.
    pub(super) fn content_at(&self, width: u32, height: u32) -> Picture {
        match &self.content {
            Some(content) => resize(content, width, height, Filter::Lanczos3),
            None => Picture::filled(width, height, [0.5; 3]),
        }
    }

    /// Refuses what contradicts itself.
    ///
    /// # Errors
    /// [`VizError::Setting`], for regions of some styles only, and for a mask without content.
    pub fn check(&self) -> Result<(), VizError> {
        let with = self.active().filter(|(_, style)| style.region.is_some());
        let (with, all) = (with.count(), self.active().count());
        let fail = |name, value: String, must| Err(VizError::Setting { name, value, must });
        if with != 0 && with != all {
            let value = format!("given for {with} of {all} styles");
            return fail("mask", value, "given for each style or for none");
        }
        for (_, style) in self.active() {
            if style
                .region
                .as_ref()
                .is_some_and(|region| region.share() <= 0.0)
            {
                return fail("mask", "black everywhere".to_owned(), "white somewhere");
            }
        }
        if self.protected.is_some() && self.content.is_none() {
            let value = "given without content".to_owned();
            return fail("protect", value, "left out of a texture");
        }
        Ok(())
    }
}

fn samples(pictures: Vec<(Picture, f64)>) -> Vec<Sample> {
    let pictures = pictures.into_iter();
    let samples = pictures.map(|(picture, weight)| Sample {
        picture,
        weight,
        region: None,
    });
    samples.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_of_the_size_asked_for_keeps_its_numbers() {
        let mask = Mask::new(2, 1, vec![0.25, 2.0]);
        assert_eq!(mask.at(2, 1), [0.25, 1.0]);
        assert_eq!(mask.at(4, 2).len(), 8);
        assert_eq!(mask.share(), 0.625);
    }

    #[test]
    fn regions_are_for_all_styles_or_none() {
        let picture = Picture::filled(4, 4, [0.5; 3]);
        let styles = vec![(picture.clone(), 1.0), (picture.clone(), 1.0)];
        let mut pictures = Pictures::new(picture, styles);
        assert!(pictures.check().is_ok());
        pictures.styles[0].region = Some(Mask::new(1, 1, vec![1.0]));
        let error = pictures.check().unwrap_err().to_string();
        assert_eq!(
            error,
            "mask is given for 1 of 2 styles, but it must be given for each style or for none"
        );
        pictures.styles[1].weight = 0.0;
        assert!(pictures.check().is_ok());
    }
}
