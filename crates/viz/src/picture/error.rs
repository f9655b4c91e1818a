//! Why a picture cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

use super::animation::ANIMATION_EXTENSIONS;
use super::format::{Format, READABLE, WRITABLE_EXTENSIONS};

/// Why a picture cannot be read or written; every sentence names the file as it was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// Nothing is at that path.
    #[error("there is no file {}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file is there and the system does not hand it out.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The content is of no format that we know, whatever the name says.
    #[error("{} is not a picture that can be read; readable are {READABLE}", path.display())]
    NotAPicture {
        /// The file.
        path: PathBuf,
    },
    /// The file ends before the picture does.
    #[error("{} is cut off: the {format} data end too early, so copy or download it again", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The format of its content.
        format: Format,
    },
    /// The content is broken, or of a kind that the decoder does not know.
    #[error("{} cannot be decoded as {format}; saving it again as PNG in another program may help", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// The format of its content.
        format: Format,
        /// What the decoder said.
        source: image::ImageError,
    },
    /// The header promises more pixels than are allowed; nothing has been decoded.
    #[error("{} has {width}x{height} pixels, more than the limit of {limit}; make it smaller first", path.display())]
    TooManyPixels {
        /// The file.
        path: PathBuf,
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// How many pixels are allowed.
        limit: u64,
    },
    /// The file, or what it decodes to, takes more memory than is allowed.
    #[error("{} needs more than the {limit} bytes that one picture may take; make it smaller first", path.display())]
    TooManyBytes {
        /// The file.
        path: PathBuf,
        /// How many bytes are allowed.
        limit: u64,
    },
    /// A side is shorter than the caller can use.
    #[error("{} has {width}x{height} pixels, but each side must have at least {min}", path.display())]
    TooSmall {
        /// The file.
        path: PathBuf,
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// The shortest side that is allowed.
        min: u32,
    },
    /// The name does not say a format that can be written.
    #[error("{} does not end in an extension that can be written; use one of {WRITABLE_EXTENSIONS}", path.display())]
    UnsupportedExtension {
        /// The file.
        path: PathBuf,
    },
    /// The format is read only.
    #[error("{format} files can be read but not written; use one of {WRITABLE_EXTENSIONS}")]
    NotWritableFormat {
        /// The format.
        format: Format,
    },
    /// The format has no room for so large a picture.
    #[error(
        "a {format} file has at most {limit} pixels a side, and the picture is {width}x{height}; save it as PNG"
    )]
    TooLargeForFormat {
        /// The format.
        format: Format,
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// The longest side of the format.
        limit: u32,
    },
    /// The name does not say a format of animations.
    #[error("{} does not end in an extension of animations; use one of {ANIMATION_EXTENSIONS}", path.display())]
    UnsupportedAnimation {
        /// The file.
        path: PathBuf,
    },
    /// So many frames a second cannot be shown.
    #[error("an animation shows {min} to {max} frames a second, not {asked}")]
    FrameRate {
        /// Frames a second that were asked for.
        asked: f64,
        /// The fewest.
        min: f64,
        /// The most.
        max: f64,
    },
    /// There is nothing to show.
    #[error("{} would be an animation without frames, so it was not written", path.display())]
    NoFrames {
        /// The file.
        path: PathBuf,
    },
    /// A frame has another size than the first.
    #[error(
        "frame {number} has {width}x{height} pixels and the first has {first_width}x{first_height}; all frames of an animation need one size"
    )]
    FrameSize {
        /// The frame, counted from 1.
        number: usize,
        /// Its columns.
        width: u32,
        /// Its rows.
        height: u32,
        /// Columns of the first frame.
        first_width: u32,
        /// Rows of the first frame.
        first_height: u32,
    },
    /// A folder of pictures was expected.
    #[error("{} is not a folder of pictures", path.display())]
    NotAFolder {
        /// What was named.
        path: PathBuf,
    },
    /// A folder holds nothing that we read.
    #[error("there is no picture in the folder {}; readable are {READABLE}", folder.display())]
    NoPictures {
        /// The folder.
        folder: PathBuf,
    },
    /// The file does not begin as a flow file does.
    #[error(
        "{} is not a flow file: it begins with \"{}\", and a Middlebury .flo (little endian) with \"PIEH\"; compute the flow with a program that writes such files",
        path.display(), begin.escape_ascii()
    )]
    NotAFlow {
        /// The file.
        path: PathBuf,
        /// Its first bytes, at most four.
        begin: Vec<u8>,
    },
    /// A flow file ends before its size is known.
    #[error("{} is cut off: it has {bytes} bytes, and the head of a flow file alone has {expected}; copy it or compute it again", path.display())]
    FlowHead {
        /// The file.
        path: PathBuf,
        /// Its bytes.
        bytes: usize,
        /// Bytes of a head.
        expected: usize,
    },
    /// A flow file says that it has a size that no flow has.
    #[error("{} says that it has {width}x{height} vectors, but each side must have 1 to {limit}; compute the flow again, for smaller frames if they are that large", path.display())]
    FlowSide {
        /// The file.
        path: PathBuf,
        /// Columns that it says.
        width: i32,
        /// Rows that it says.
        height: i32,
        /// The longest side that is allowed.
        limit: u32,
    },
    /// A flow file has more or fewer bytes than its size takes.
    #[error("{} has {bytes} bytes, but a flow of {width}x{height} takes {expected}; copy it or compute it again", path.display())]
    FlowLength {
        /// The file.
        path: PathBuf,
        /// Its bytes, as far as they were counted.
        bytes: u64,
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// Bytes that a flow of that size takes.
        expected: u64,
    },
    /// The folder of the output is not there.
    #[error("the folder {} does not exist; create it first", folder.display())]
    FolderMissing {
        /// The folder.
        folder: PathBuf,
    },
    /// The output is there already, and nobody said that it may go.
    #[error("{} exists already; choose another name, or overwrite it with --force", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// No file can be made at that path.
    #[error("{} cannot be written; check the permissions of its folder", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The disk filled up; no part of the file is left behind.
    #[error("the disk is full: {} needs {bytes} bytes and was not written; free some space or choose another disk", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// What the system said.
        source: io::Error,
    },
    /// The disk filled up under a file whose size nobody knew; no part of it is left behind.
    #[error("the disk filled up while {} was written, and no part of it was left behind; free some space or choose another disk", path.display())]
    DiskFilledUp {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Writing began and failed; no part of the file is left behind.
    #[error("writing {} failed, and no part of it was left behind", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The encoder refused the picture.
    #[error("the picture cannot be encoded as {format}")]
    Encode {
        /// The format.
        format: Format,
        /// What the encoder said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The text in a PNG is broken or longer than we accept.
    #[error("the text inside {} cannot be read", path.display())]
    Metadata {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        source: png::DecodingError,
    },
    /// A recipe is longer than we write or accept.
    #[error("a recipe has at most {limit} bytes, and this one has {bytes}; leave it out")]
    RecipeTooLong {
        /// Its length.
        bytes: usize,
        /// The longest that is allowed.
        limit: usize,
    },
}

impl PictureError {
    /// The error of a file that cannot be opened or read.
    pub(crate) fn from_read(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            _ => Self::Read { path, source },
        }
    }

    /// The error of a file of `bytes` bytes that cannot be written.
    pub(crate) fn from_write(path: &Path, bytes: u64, source: io::Error) -> Self {
        match Self::from_stream(path, source) {
            Self::DiskFilledUp { path, source } => Self::DiskFull {
                path,
                bytes,
                source,
            },
            other => other,
        }
    }

    /// The error of a file that cannot be written, where nobody knows how long it was to become.
    pub(crate) fn from_stream(path: &Path, source: io::Error) -> Self {
        use io::ErrorKind::{
            AlreadyExists, NotADirectory, NotFound, PermissionDenied, QuotaExceeded,
            ReadOnlyFilesystem, StorageFull,
        };
        let path = path.to_owned();
        let source = plain(source);
        match source.kind() {
            AlreadyExists => Self::Exists { path },
            StorageFull | QuotaExceeded => Self::DiskFilledUp { path, source },
            PermissionDenied | ReadOnlyFilesystem | NotFound | NotADirectory => {
                Self::NotWritable { path, source }
            }
            _ => Self::Write { path, source },
        }
    }
}

/// The system's own words, without the name of a temporary file that nobody has heard of.
pub(super) fn plain(source: io::Error) -> io::Error {
    match source.to_string().split_once(" at path ") {
        Some((words, _)) => io::Error::new(source.kind(), words.to_owned()),
        None => source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_called_a_full_disk() {
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            let error = PictureError::from_write(Path::new("out.png"), 1234, kind.into());
            let text = error.to_string();
            assert!(
                text.starts_with("the disk is full: out.png needs 1234 bytes"),
                "{text}"
            );
        }
    }

    #[test]
    fn the_sentences_name_the_file_and_the_remedy() {
        let path = PathBuf::from("a b.png");
        let text = PictureError::NotAPicture { path: path.clone() }.to_string();
        assert!(text.contains("a b.png") && text.contains("JPEG"), "{text}");
        let text = PictureError::UnsupportedExtension { path }.to_string();
        assert!(text.contains("png, jpg, jpeg, webp, tif, tiff"), "{text}");
        assert!(!text.ends_with('.'));
    }
}
