//! From `--net` and `--weights` to a network.

use std::path::{Path, PathBuf};

use anyhow::Context;
use burn::tensor::Device;
use reverie_model::vision::{Architecture, ClassNames, Edges, Network, Pooling, Vgg, VggConfig};
use reverie_model::weights::{
    ClassList, Entry, Preprocessing, Registry, TensorFile, locate, nearest, sha256_bytes,
    sha256_file, verify_file,
};

use reverie_viz::dream::DreamConfig;

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
    pub network: Box<dyn Network>,
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
    /// The layer to dream on where none is asked for.
    pub dream_layer: Option<String>,
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

impl Options {
    /// A VGG of this shape with these choices.
    pub fn shape(self, config: VggConfig) -> VggConfig {
        config.with_pooling(self.pooling).with_edges(self.edges)
    }

    /// The same for any network; those that are no VGG leave no choice.
    pub fn apply(self, architecture: Architecture) -> Architecture {
        match architecture {
            Architecture::Vgg(config) => Architecture::Vgg(self.shape(config)),
            graph => graph,
        }
    }
}

impl Loaded {
    /// A network of which nothing more is known.
    fn new(network: Box<dyn Network>, name: &str) -> Self {
        Self {
            network,
            name: name.to_owned(),
            file: None,
            side: None,
            sha256: None,
            deepest_useful: None,
            dream_layer: None,
            remark: None,
        }
    }
}

impl Loaded {
    /// Refuses a network that is asked for a class and has no classifier.
    ///
    /// # Errors
    /// One sentence, if it has none.
    pub fn require_classes(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            !self.network.classes().is_empty(),
            "{} has no classifier: it tells no classes apart",
            self.name
        );
        Ok(())
    }

    /// The layer of `config`; where nobody asked for it and the network has none of that name, the
    /// network's own.
    pub fn layer_for(&self, config: &DreamConfig, is_asked: bool) -> String {
        let has = |name: &str| self.network.info(name).is_ok();
        match &self.dream_layer {
            Some(own) if !is_asked && !has(&config.layer) => own.clone(),
            _ => config.layer.clone(),
        }
    }
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
    let registry = registry(args.data_dir.as_deref())?;
    if let Some(file) = &args.weights {
        return from_file(args, file, &registry, options, device);
    }
    if args.name() == BUILTIN {
        return builtin(options, device);
    }
    if args.name() == RANDOM {
        let config = options.shape(VggConfig::by_name(RANDOM)?);
        let network = Vgg::random(&config, RANDOM_SEED, device);
        let remark = "its weights are random: they carry texture, not things".to_owned();
        return Ok(Loaded {
            remark: Some(remark),
            ..Loaded::new(Box::new(network), RANDOM)
        });
    }
    let entry = match registry.get(args.name()) {
        Ok(entry) => entry,
        Err(_) => return Err(unknown_net(args.name(), &registry).into()),
    };
    let dirs = paths::data_dirs(args.data_dir.as_deref());
    let path = locate(entry, &dirs)?;
    let (shape, sha256) = (architecture(entry)?, checked_hash(entry, &path)?);
    let (classes, remark) = class_names(entry, &dirs)?;
    let network = options.apply(shape).build(
        entry.preprocessing,
        &TensorFile::open(&path)?,
        &entry.ignore,
        ClassNames(&classes),
        device,
    )?;
    Ok(Loaded {
        sha256: Some(sha256),
        deepest_useful: entry.deepest_useful.clone(),
        dream_layer: entry.dream_layer.clone(),
        remark,
        ..Loaded::new(network, &entry.name)
    })
}

/// Whether the network that `--net` names first tells the classes of ImageNet apart.
///
/// # Errors
/// If the user's list of weights is damaged.
pub fn knows_imagenet(args: &NetArgs) -> anyhow::Result<bool> {
    let registry = registry(args.data_dir.as_deref())?;
    let first = args.name().split(',').next().unwrap_or_default();
    let entry = registry.get(first.trim()).ok();
    Ok(entry.is_some_and(|entry| entry.classes.as_deref() == Some("imagenet")))
}

/// The network that `--judge` names: one that is known, or a file of one that was trained here.
///
/// # Errors
/// As for [`load`].
pub fn load_named(asked: &str, data_dir: Option<&Path>, device: &Device) -> anyhow::Result<Loaded> {
    let is_known = asked == BUILTIN || asked == RANDOM || registry(data_dir)?.get(asked).is_ok();
    let is_file = !is_known && Path::new(asked).exists();
    let args = NetArgs {
        net: (!is_file).then(|| asked.to_owned()),
        weights: is_file.then(|| PathBuf::from(asked)),
        data_dir: data_dir.map(Path::to_owned),
    };
    load(&args, Options::default(), device)
}

/// The network inside the program.
fn builtin(options: Options, device: &Device) -> anyhow::Result<Loaded> {
    let file = TensorFile::embedded(BUILTIN, BUILTIN_FILE)?;
    let found = Vgg::classifier(&file, |config| options.shape(config), device)?;
    let (network, card) = found.context("the network inside the program has no card")?;
    Ok(Loaded {
        side: Some(card.config.side),
        sha256: Some(sha256_bytes(BUILTIN_FILE)),
        ..Loaded::new(Box::new(network), BUILTIN)
    })
}

/// The network shape of an entry.
///
/// # Errors
/// An architecture that this version cannot build.
pub fn architecture(entry: &Entry) -> anyhow::Result<Architecture> {
    let shape = Architecture::by_name(&entry.architecture)
        .with_context(|| format!("the entry {} cannot be built", entry.name))?;
    Ok(shape.called(&entry.name))
}

/// The names of an entry's classes, and what a user should know where they are not here.
fn class_names(entry: &Entry, dirs: &[PathBuf]) -> anyhow::Result<(Vec<String>, Option<String>)> {
    let Some(list) = entry.classes.as_deref().and_then(ClassList::by_name) else {
        return Ok((Vec::new(), None));
    };
    Ok(match list.read(dirs)? {
        Some(names) => (names, None),
        None => {
            let remark = format!(
                "the names of its classes are not here, only their numbers: {} belongs beside the \
                 weights; reverie weights fetch {} gets it",
                list.file, entry.name
            );
            (Vec::new(), Some(remark))
        }
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
    options: Options,
    device: &Device,
) -> anyhow::Result<Loaded> {
    // A known name brings its preprocessing along; a bare architecture is taken for torchvision's.
    let entry = registry.get(args.name()).ok();
    let name = entry.map_or(args.name(), |entry| entry.architecture.as_str());
    let shape = Architecture::by_name(name)?;
    let tensors = TensorFile::open(file)?;
    let sha256 =
        sha256_file(file, |_| ()).with_context(|| format!("reading {}", file.display()))?;
    let loaded = |network| Loaded {
        file: Some(paths::file_name(file)),
        sha256: Some(sha256),
        deepest_useful: entry.and_then(|entry| entry.deepest_useful.clone()),
        dream_layer: entry.and_then(|entry| entry.dream_layer.clone()),
        ..Loaded::new(network, args.name())
    };
    let own = Vgg::classifier(&tensors, |config| options.shape(config), device)?;
    if let Some((network, card)) = own {
        return Ok(Loaded {
            side: Some(card.config.side),
            ..loaded(Box::new(network))
        });
    }
    let preprocessing = entry.map_or_else(Preprocessing::torchvision, |entry| entry.preprocessing);
    let ignore = entry.map(|entry| entry.ignore.clone()).unwrap_or_default();
    let dirs = paths::data_dirs(args.data_dir.as_deref());
    let (classes, remark) = match entry {
        Some(entry) => class_names(entry, &dirs)?,
        None => (Vec::new(), None),
    };
    let network = options.apply(shape).build(
        preprocessing,
        &tensors,
        &ignore,
        ClassNames(&classes),
        device,
    )?;
    Ok(Loaded {
        remark,
        ..loaded(network)
    })
}

fn unknown_net(asked: &str, registry: &Registry) -> UsageError {
    let names = || [BUILTIN].into_iter().chain(registry.names());
    let hint = nearest(asked, names()).map(|name| format!(" (did you mean {name}?)"));
    let list = names().collect::<Vec<_>>().join(" ");
    let as_architecture = if Architecture::names().any(|name| name == asked) {
        "; with --weights FILE it can be built from a file of yours"
    } else {
        ""
    };
    UsageError(format!(
        "there is no network {asked}{}; there are {list}{as_architecture}",
        hint.unwrap_or_default()
    ))
}
