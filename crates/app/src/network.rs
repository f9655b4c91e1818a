//! From `--net` and `--weights` to a network.

use std::path::{Path, PathBuf};

use anyhow::Context;
use burn::tensor::Device;
use reverie_model::vision::{ARCHITECTURES, Edges, Pooling, Vgg, VggConfig};
use reverie_model::weights::{
    Entry, Preprocessing, Registry, TensorFile, locate, nearest, sha256_bytes, sha256_file,
    verify_file,
};

use crate::cli::NetArgs;
use crate::exit::UsageError;
use crate::paths;

/// Name of the network inside the program.
pub const BUILTIN: &str = "vgg-mini";
/// Its file, which `reverie classify train` wrote; `assets/vgg-mini.md` says how.
const BUILTIN_FILE: &[u8] = include_bytes!("../../../assets/vgg-mini.safetensors");
/// Name of a network for trials that has learnt nothing.
const RANDOM: &str = "tiny";
/// Seed of its weights.
const RANDOM_SEED: u64 = 2014;

/// A network and where it came from.
pub struct Loaded {
    /// The network.
    pub network: Vgg,
    /// Its name for reports and recipes.
    pub name: String,
    /// File name of the weights, where `--weights` named one.
    pub file: Option<String>,
    /// Side of the pictures that its classifier learnt from, in pixels.
    pub side: Option<usize>,
    /// SHA-256 of the weights file; none for random weights.
    pub sha256: Option<String>,
    /// Beyond this layer the weights carry no general picture content.
    pub deepest_useful: Option<String>,
    /// Something a user should know before trusting the picture.
    pub remark: Option<String>,
}

/// Choices about a network that its weights leave open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// How it halves its feature maps.
    pub pooling: Pooling,
    /// What lies beyond the border.
    pub edges: Edges,
}

impl NetArgs {
    /// The network's name, the built-in one unless said otherwise.
    pub fn name(&self) -> &str {
        self.net.as_deref().unwrap_or(BUILTIN)
    }
}

/// The registry with the user's own entries.
///
/// # Errors
/// If the user's file is damaged.
pub fn registry(data_dir: Option<&Path>) -> anyhow::Result<Registry> {
    let mut registry = Registry::builtin();
    for dir in paths::data_dirs(data_dir) {
        registry.load_user(&user_registry(&dir))?;
    }
    Ok(registry)
}

/// Where the user's own entries stand in a data folder.
pub fn user_registry(dir: &Path) -> PathBuf {
    dir.join("weights").join("weights.toml")
}

/// Builds the network that the flags name.
///
/// # Errors
/// A name that does not exist, a file that is missing, damaged or does not fit.
pub fn load(args: &NetArgs, options: Options, device: &Device) -> anyhow::Result<Loaded> {
    let shaped = |config: VggConfig| {
        config
            .with_pooling(options.pooling)
            .with_edges(options.edges)
    };
    let registry = registry(args.data_dir.as_deref())?;
    if let Some(file) = &args.weights {
        return from_file(args, file, &registry, shaped, device);
    }
    if args.name() == BUILTIN {
        return builtin(shaped, device);
    }
    if args.name() == RANDOM {
        let config = shaped(VggConfig::by_name(RANDOM)?);
        let network = Vgg::random(&config, RANDOM_SEED, device);
        let remark = "its weights are random: they carry texture, not things".to_owned();
        return Ok(Loaded {
            network,
            name: args.name().to_owned(),
            file: None,
            side: None,
            sha256: None,
            deepest_useful: None,
            remark: Some(remark),
        });
    }
    let entry = match registry.get(args.name()) {
        Ok(entry) => entry,
        Err(_) => return Err(unknown_net(args.name(), &registry).into()),
    };
    let path = locate(entry, &paths::data_dirs(args.data_dir.as_deref()))?;
    let (config, sha256) = (architecture(entry)?, checked_hash(entry, &path)?);
    let file = TensorFile::open(&path)?;
    let network = Vgg::from_file(
        &shaped(config),
        entry.preprocessing,
        &file,
        &entry.ignore,
        device,
    )?;
    Ok(Loaded {
        network,
        name: entry.name.clone(),
        file: None,
        side: None,
        sha256: Some(sha256),
        deepest_useful: entry.deepest_useful.clone(),
        remark: None,
    })
}

/// The network inside the program.
fn builtin(shaped: impl FnOnce(VggConfig) -> VggConfig, device: &Device) -> anyhow::Result<Loaded> {
    let file = TensorFile::embedded(BUILTIN, BUILTIN_FILE)?;
    let found = Vgg::classifier(&file, shaped, device)?;
    let (network, card) = found.context("the network inside the program has no card")?;
    Ok(Loaded {
        network,
        name: BUILTIN.to_owned(),
        file: None,
        side: Some(card.config.side),
        sha256: Some(sha256_bytes(BUILTIN_FILE)),
        deepest_useful: None,
        remark: None,
    })
}

/// The network shape of an entry.
///
/// # Errors
/// An architecture that this version cannot build.
pub fn architecture(entry: &Entry) -> anyhow::Result<VggConfig> {
    let config = VggConfig::by_name(&entry.architecture)
        .with_context(|| format!("the entry {} cannot be built", entry.name))?;
    Ok(VggConfig {
        name: entry.name.clone(),
        ..config
    })
}

fn checked_hash(entry: &Entry, path: &Path) -> anyhow::Result<String> {
    use reverie_model::weights::Verified;
    Ok(match verify_file(entry, path)? {
        Verified::Hash { sha256 }
        | Verified::HashPrefix { sha256, .. }
        | Verified::NoHash { sha256 } => sha256,
        _ => String::new(),
    })
}

fn from_file(
    args: &NetArgs,
    file: &Path,
    registry: &Registry,
    shaped: impl Fn(VggConfig) -> VggConfig,
    device: &Device,
) -> anyhow::Result<Loaded> {
    // A known name brings its preprocessing along; a bare architecture is taken for torchvision's.
    let entry = registry.get(args.name()).ok();
    let name = entry.map_or(args.name(), |entry| entry.architecture.as_str());
    let config = VggConfig::by_name(name)?;
    let preprocessing = entry.map_or_else(Preprocessing::torchvision, |entry| entry.preprocessing);
    let ignore = entry.map(|entry| entry.ignore.clone()).unwrap_or_default();
    let tensors = TensorFile::open(file)?;
    let sha256 =
        sha256_file(file, |_| ()).with_context(|| format!("reading {}", file.display()))?;
    let (network, side) = match Vgg::classifier(&tensors, &shaped, device)? {
        Some((network, card)) => (network, Some(card.config.side)),
        None => {
            let config = shaped(config);
            let network = Vgg::from_file(&config, preprocessing, &tensors, &ignore, device)?;
            (network, None)
        }
    };
    Ok(Loaded {
        network,
        name: args.name().to_owned(),
        file: Some(paths::file_name(file)),
        side,
        sha256: Some(sha256),
        deepest_useful: entry.and_then(|entry| entry.deepest_useful.clone()),
        remark: None,
    })
}

fn unknown_net(asked: &str, registry: &Registry) -> UsageError {
    let names = || [BUILTIN].into_iter().chain(registry.names());
    let hint = nearest(asked, names()).map(|name| format!(" (did you mean {name}?)"));
    let list = names().collect::<Vec<_>>().join(" ");
    let as_architecture = if ARCHITECTURES.contains(&asked) {
        "; with --weights FILE it can be built from a file of yours"
    } else {
        ""
    };
    UsageError(format!(
        "there is no network {asked}{}; there are {list}{as_architecture}",
        hint.unwrap_or_default()
    ))
}
