//! The presets, each a file that is part of the program.

/// A named preset: its name and its file, which is part of the program.
pub type Preset = (&'static str, &'static str);

/// Style-transfer presets; the first is the default.
pub const STYLE_PRESETS: [Preset; 7] = [
    (
        "reverie",
        include_str!("../../../../configs/style/reverie.toml"),
    ),
    (
        "gentle",
        include_str!("../../../../configs/style/gentle.toml"),
    ),
    ("bold", include_str!("../../../../configs/style/bold.toml")),
    (
        "lecture-style",
        include_str!("../../../../configs/style/lecture-style.toml"),
    ),
    (
        "gatys",
        include_str!("../../../../configs/style/gatys.toml"),
    ),
    (
        "johnson",
        include_str!("../../../../configs/style/johnson.toml"),
    ),
    (
        "crowson",
        include_str!("../../../../configs/style/crowson.toml"),
    ),
];

/// Presets for textures; the first is the default.
pub const TEXTURE_PRESETS: [Preset; 2] = [
    (
        "reverie",
        include_str!("../../../../configs/texture/reverie.toml"),
    ),
    (
        "deeptextures",
        include_str!("../../../../configs/texture/deeptextures.toml"),
    ),
];

/// Dream presets; the first is the default.
pub const DREAM_PRESETS: [Preset; 4] = [
    ("soft", include_str!("../../../../configs/dream/soft.toml")),
    (
        "deepdream",
        include_str!("../../../../configs/dream/deepdream.toml"),
    ),
    (
        "lecture-dream",
        include_str!("../../../../configs/dream/lecture-dream.toml"),
    ),
    ("zoom", include_str!("../../../../configs/dream/zoom.toml")),
];

/// Presets for pictures from noise; the first is the default.
pub const IMAGINE_PRESETS: [Preset; 8] = [
    (
        "channel",
        include_str!("../../../../configs/imagine/channel.toml"),
    ),
    (
        "class",
        include_str!("../../../../configs/imagine/class.toml"),
    ),
    (
        "imagenet",
        include_str!("../../../../configs/imagine/imagenet.toml"),
    ),
    (
        "lucid",
        include_str!("../../../../configs/imagine/lucid.toml"),
    ),
    (
        "yosinski-1",
        include_str!("../../../../configs/imagine/yosinski-1.toml"),
    ),
    (
        "yosinski-2",
        include_str!("../../../../configs/imagine/yosinski-2.toml"),
    ),
    (
        "yosinski-3",
        include_str!("../../../../configs/imagine/yosinski-3.toml"),
    ),
    (
        "yosinski-4",
        include_str!("../../../../configs/imagine/yosinski-4.toml"),
    ),
];

/// Presets for inversions; the first is the default.
pub const INVERT_PRESETS: [Preset; 2] = [
    (
        "reverie",
        include_str!("../../../../configs/invert/reverie.toml"),
    ),
    (
        "mahendran",
        include_str!("../../../../configs/invert/mahendran.toml"),
    ),
];

/// Presets for the deconvolutional network; the first is the default.
pub const DECONV_PRESETS: [Preset; 1] = [(
    "zeiler",
    include_str!("../../../../configs/deconv/zeiler.toml"),
)];

/// Presets for classifiers of pictures; the first is the default.
pub const CLASSIFY_PRESETS: [Preset; 1] = [(
    "vgg-mini",
    include_str!("../../../../configs/classify/vgg-mini.toml"),
)];

/// Presets for models of text; the first is the default.
pub const TEXT_PRESETS: [Preset; 5] = [
    (
        "char-rnn",
        include_str!("../../../../configs/text/char-rnn.toml"),
    ),
    (
        "karpathy2015",
        include_str!("../../../../configs/text/karpathy2015.toml"),
    ),
    ("quick", include_str!("../../../../configs/text/quick.toml")),
    (
        "war-and-peace",
        include_str!("../../../../configs/text/war-and-peace.toml"),
    ),
    (
        "c-source",
        include_str!("../../../../configs/text/c-source.toml"),
    ),
];

/// Presets for the comparison on music; the first is the default.
pub const MUSIC_PRESETS: [Preset; 4] = [
    (
        "quick",
        include_str!("../../../../configs/music/quick.toml"),
    ),
    (
        "matched",
        include_str!("../../../../configs/music/matched.toml"),
    ),
    (
        "chung2014",
        include_str!("../../../../configs/music/chung2014.toml"),
    ),
    ("free", include_str!("../../../../configs/music/free.toml")),
];

/// Presets for the recognition of digits; the first is the default.
pub const SPEECH_PRESETS: [Preset; 1] = [(
    "digits",
    include_str!("../../../../configs/speech/digits.toml"),
)];

/// Presets for attribution; the first is the default.
pub const SALIENCY_PRESETS: [Preset; 1] = [(
    "reverie",
    include_str!("../../../../configs/saliency/reverie.toml"),
)];
