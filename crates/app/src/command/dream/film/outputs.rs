//! Where a film goes: its frames in a folder, and the files that move.

use std::path::{Path, PathBuf};

use reverie_viz::picture::Limits;
use reverie_viz::picture::animation::{AnimationOptions, check_animation, write_animation};
use reverie_viz::picture::frames::{frame_name, read_frames};

use crate::exit::UsageError;
use crate::output::{Output, video};

/// Names in a folder that is to hold everything.
const FRAMES: &str = "frames";
const EVERY: [&str; 3] = ["dream.gif", "dream.png", "dream.mp4"];

/// A film's places on the disk.
pub struct Outputs {
    /// Folder of the frames.
    pub frames: PathBuf,
    /// Files that move.
    pub films: Vec<PathBuf>,
}

impl Outputs {
    /// The places that `-o` stands for: one file with its frames in a folder beside it, or a folder
    /// with all of them.
    ///
    /// # Errors
    /// A name that no film can have, a file that exists, an MP4 without the program that makes it.
    pub fn of(out: &Path, overwrite: bool, output: &Output) -> anyhow::Result<Self> {
        let Some(extension) = out.extension().map(|e| e.to_string_lossy().to_lowercase()) else {
            return Self::folder(out, overwrite, output);
        };
        if extension == "mp4" {
            anyhow::ensure!(
                video::is_installed(),
                "{} needs the program ffmpeg, which is not installed here; install it, or let -o end \
                 in .gif or .png",
                out.display()
            );
            reverie_viz::picture::check_writable(out, overwrite)?;
        } else if ["gif", "png", "apng"].contains(&extension.as_str()) {
            check_animation(out, overwrite)?;
        } else {
            return Err(UsageError(format!(
                "{}: a film ends in .gif, .png, .apng or .mp4, or is a folder for all of them",
                out.display()
            ))
            .into());
        }
        let stem = out.file_stem().unwrap_or_default().to_string_lossy();
        Ok(Self {
            frames: out.with_file_name(format!("{stem}-{FRAMES}")),
            films: vec![out.to_owned()],
        })
    }

    fn folder(out: &Path, overwrite: bool, output: &Output) -> anyhow::Result<Self> {
        let has_ffmpeg = video::is_installed();
        if !has_ffmpeg {
            output.note("there will be a GIF and an animated PNG; MP4 needs the program ffmpeg, which is not installed here");
        }
        let films: Vec<PathBuf> = EVERY
            .iter()
            .filter(|name| has_ffmpeg || !name.ends_with("mp4"))
            .map(|name| out.join(name))
            .collect();
        // A folder that is not there yet is made with the first frame, after everything was checked.
        if out.exists() {
            for film in &films {
                reverie_viz::picture::check_writable(film, overwrite)?;
            }
        }
        Ok(Self {
            frames: out.join(FRAMES),
            films,
        })
    }

    /// Path of a frame, counted from 1.
    pub fn frame(&self, number: u32) -> PathBuf {
        self.frames.join(frame_name(number))
    }

    /// Makes the files that move of the first `count` frames.
    ///
    /// # Errors
    /// Frames that cannot be read, a full disk.
    pub fn write(&self, count: u32, options: &AnimationOptions) -> anyhow::Result<()> {
        let paths: Vec<PathBuf> = (1..=count).map(|number| self.frame(number)).collect();
        let limits = Limits::default();
        for film in &self.films {
            let frames = read_frames(&paths, &limits);
            match film
                .extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("mp4"))
            {
                true => {
                    video::write_mp4(frames, options.frames_per_second, film, options.overwrite)?;
                }
                false => write_animation(frames, film, options)?,
            }
        }
        Ok(())
    }
}
