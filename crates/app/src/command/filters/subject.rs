//! What is shown: filters, or the maps of a picture.

use anyhow::Context;
use reverie_model::vision::{LayerInfo, LayerKind, Network};
use reverie_viz::filters::{Bank, feature_maps, first_filters};
use reverie_viz::picture::{Filter, Picture, fit_size, resize};
use reverie_viz::render::{image_bytes, look_bytes, network_bytes};
use reverie_viz::tensor_of;

use crate::cli::FiltersArgs;
use crate::command::shared;
use crate::memory;
use crate::network::Loaded;
use crate::output::Output;
use crate::recipe::Source;

/// Copies of the picture while it is looked at.
const IMAGE_COPIES: u64 = 4;

/// What the tiles are of.
pub enum Subject {
    /// The filters of the first layer.
    Filters {
        /// On the picture's own colours.
        bank: Bank,
    },
    /// What a layer makes of a picture.
    Maps {
        /// The layer.
        info: LayerInfo,
        /// The picture as the layer sees it.
        picture: Picture,
    },
}

/// The picture that the flags name, at its size on the sheet.
///
/// # Errors
/// What is wrong with the file.
pub fn load(args: &FiltersArgs, output: &Output) -> anyhow::Result<Option<Picture>> {
    let Some(path) = &args.source else {
        return Ok(None);
    };
    let picture = shared::load_picture(path, output)?.picture;
    let (width, height) = fit_size(picture.width(), picture.height(), args.size);
    Ok(Some(resize(&picture, width, height, Filter::Lanczos3)))
}

/// The picture for the recipe.
///
/// # Errors
/// A file that has gone away.
pub fn sources(args: &FiltersArgs) -> anyhow::Result<Vec<Source>> {
    let paths = args.source.iter();
    paths.map(|path| Source::of(path, None)).collect()
}

impl Subject {
    /// What the flags ask of a network.
    ///
    /// # Errors
    /// A layer that does not exist, a picture too small for it, a network without such filters.
    pub fn of(
        args: &FiltersArgs,
        loaded: &Loaded,
        picture: Option<Picture>,
    ) -> anyhow::Result<Self> {
        let network = loaded.network.as_ref();
        let Some(picture) = picture else {
            let bank = first_filters(network).with_context(|| {
                format!(
                    "the filters of the first layer of {} are not to be had",
                    loaded.name
                )
            })?;
            return Ok(Self::Filters { bank });
        };
        let info = match &args.layer {
            Some(name) => network.info(name)?,
            None => first_rectified(network)?,
        };
        info.check_side(picture.width() as usize, picture.height() as usize)?;
        Ok(Self::Maps {
            info: info.clone(),
            picture,
        })
    }

    /// The layer whose maps are shown; none of filters.
    pub fn layer(&self) -> Option<&str> {
        match self {
            Self::Filters { .. } => None,
            Self::Maps { info, .. } => Some(info.layer.as_str()),
        }
    }

    /// What the channels belong to.
    pub fn name(&self) -> &str {
        self.layer().unwrap_or("the first layer")
    }

    /// How many there are.
    pub fn channels(&self) -> usize {
        match self {
            Self::Filters { bank } => bank.channels(),
            Self::Maps { info, .. } => info.channels,
        }
    }

    /// Columns and rows of the picture that is looked at; none of filters.
    pub fn size(&self) -> Option<[u32; 2]> {
        match self {
            Self::Filters { .. } => None,
            Self::Maps { picture, .. } => Some([picture.width(), picture.height()]),
        }
    }

    /// Prints the plan and refuses one that does not fit.
    ///
    /// # Errors
    /// A picture that needs more memory than there is.
    pub fn announce(
        &self,
        count: usize,
        size: u32,
        network: &dyn Network,
        output: &Output,
    ) -> anyhow::Result<()> {
        let (info, picture) = match self {
            Self::Filters { bank } => {
                let (width, height) = (bank.width(), bank.height());
                output.note(&format!("plan: {count} filters of {width}x{height}"));
                return Ok(());
            }
            Self::Maps { info, picture } => (info, picture),
        };
        let (width, height) = (picture.width(), picture.height());
        let layers = std::slice::from_ref(&info.layer);
        let bytes = memory::BASE
            + look_bytes(network, layers, width, height)?
            + network_bytes(network)
            + image_bytes(width, height, IMAGE_COPIES);
        output.note(&format!(
            "plan: {count} maps of {} for a picture of {width}x{height} pixels, about {} of memory",
            info.layer,
            memory::readable(bytes)
        ));
        shared::check_memory(bytes, size)
    }

    /// The numbers.
    ///
    /// # Errors
    /// As the network says.
    pub fn bank(&self, network: &dyn Network) -> anyhow::Result<Bank> {
        match self {
            Self::Filters { bank } => Ok(bank.clone()),
            Self::Maps { info, picture } => {
                let image = tensor_of(picture, &network.device());
                Ok(feature_maps(network, image, &info.layer)?)
            }
        }
    }
}

fn first_rectified(network: &dyn Network) -> anyhow::Result<&LayerInfo> {
    let mut infos = network.layers().iter();
    infos
        .find(|info| info.kind == LayerKind::Relu)
        .or_else(|| network.layers().first())
        .context("the network has no layers")
}
