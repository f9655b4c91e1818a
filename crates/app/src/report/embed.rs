//! Pictures inside pages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};
use reverie_viz::picture::{Format, Picture, SaveOptions, encode};

/// Quality of photographs and drawings inside pages.
const JPEG_QUALITY: u8 = 90;

/// A picture as an address that holds it.
///
/// # Errors
/// If it cannot be encoded.
pub fn data_uri(picture: &Picture) -> anyhow::Result<String> {
    data_uri_of(picture, JPEG_QUALITY)
}

/// The same in another quality, from 1 to 100.
///
/// # Errors
/// If it cannot be encoded.
pub fn data_uri_of(picture: &Picture, quality: u8) -> anyhow::Result<String> {
    let options = SaveOptions {
        jpeg_quality: quality,
        ..SaveOptions::default()
    };
    let bytes = encode(picture, None, Format::Jpeg, &options)?;
    Ok(format!("data:image/jpeg;base64,{}", STANDARD.encode(bytes)))
}

/// A picture as an address that holds it without loss, for drawings and single pixels.
///
/// # Errors
/// If it cannot be encoded.
pub fn png_uri(picture: &Picture) -> anyhow::Result<String> {
    let bytes = encode(picture, None, Format::Png, &SaveOptions::default())?;
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(bytes)))
}

/// A picture above its caption.
///
/// # Errors
/// If it cannot be encoded.
pub fn figure(picture: &Picture, caption: &str) -> anyhow::Result<Markup> {
    let uri = data_uri(picture)?;
    Ok(html! {
        figure {
            img src=(uri) alt=(caption) width=(picture.width()) height=(picture.height());
            figcaption { (caption) }
        }
    })
}
