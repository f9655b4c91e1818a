//! MP4 films, made by the program `ffmpeg` where it is installed.
//!
//! The frames go to it one after another as plain bytes, so that it sees every picture as we do
//! (upright, in sRGB, in our order), and a film of any length takes the memory of a few pictures.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, bail};
use reverie_viz::picture::animation::{check_frame_rate, check_frame_size};
use reverie_viz::picture::{Picture, PictureError, write_atomic_with};

/// The program, found where the system looks for programs.
const FFMPEG: &str = "ffmpeg";

/// How much a film keeps, as x264 counts: 0 is everything, 23 its own choice, 18 looks the same.
const QUALITY: &str = "18";

/// Sides of a film are even, since its colours have half the resolution: an odd one loses a pixel.
/// Colours are those of HD television and say so, since players do not agree on what else to assume.
const FILTER: &str = "crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0,\
    scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,\
    setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709";

/// The shortest side of a film.
const MIN_SIDE: u32 = 2;

/// Whether films can be made on this machine.
pub fn is_installed() -> bool {
    runs(FFMPEG.as_ref())
}

/// Makes an MP4 film (H.264) of frames that come one after another.
///
/// # Units
/// `fps`: frames a second.
///
/// # Errors
/// One sentence: there is no `ffmpeg`, or what it said last; a number of frames a second that cannot
/// be shown, no frames, a frame of another size than the first, a side of one pixel, the first error
/// among the frames, or a place that cannot be written. Nothing is left behind, and a file that was
/// to be replaced stays.
pub fn write_mp4(
    frames: impl IntoIterator<Item = Result<Picture, PictureError>>,
    fps: f64,
    dest: &Path,
    overwrite: bool,
) -> anyhow::Result<()> {
    write_mp4_with(FFMPEG.as_ref(), frames, fps, dest, overwrite)
}

/// Whether a program can be started and says its version.
fn runs(program: &OsStr) -> bool {
    let mut asked = Command::new(program);
    asked.arg("-version").stdin(Stdio::null());
    let status = asked.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn write_mp4_with(
    program: &OsStr,
    frames: impl IntoIterator<Item = Result<Picture, PictureError>>,
    fps: f64,
    dest: &Path,
    overwrite: bool,
) -> anyhow::Result<()> {
    check_frame_rate(fps)?;
    let mut frames = frames.into_iter();
    write_atomic_with(dest, overwrite, |_, unfinished| {
        let Some(first) = frames.next().transpose()? else {
            let path = dest.to_owned();
            bail!(PictureError::NoFrames { path });
        };
        let (width, height) = (first.width(), first.height());
        if width.min(height) < MIN_SIDE {
            bail!(
                "a film has at least {MIN_SIDE} pixels a side, and the frames have {width}x{height}"
            );
        }
        let child = start(program, &first, fps, unfinished)?;
        let film = Film { child };
        film.make(first, frames)
            .with_context(|| format!("{} was not made", dest.display()))
    })
}

/// Starts the program, waiting for frames of this size.
fn start(program: &OsStr, first: &Picture, fps: f64, out: &Path) -> anyhow::Result<Child> {
    let size = format!("{}x{}", first.width(), first.height());
    let fps = fps.to_string();
    let mut command = Command::new(program);
    command.args(["-nostdin", "-loglevel", "error", "-y"]);
    command.args(["-f", "rawvideo", "-pix_fmt", "rgb24"]);
    command.args(["-s", &size, "-framerate", &fps, "-i", "pipe:0"]);
    command.args(["-vf", FILTER, "-c:v", "libx264", "-crf", QUALITY]);
    command.args(["-colorspace", "bt709", "-color_primaries", "bt709"]);
    command.args(["-color_trc", "bt709", "-movflags", "+faststart"]);
    // The unfinished file has no extension that would say it.
    command.args(["-f", "mp4"]).arg(out);
    command.stdin(Stdio::piped());
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!(
            "the program ffmpeg, which makes MP4 films, is not installed; \
             install it, or choose a name that ends in .gif or .png, which work without it"
        ),
        _ => anyhow::Error::new(error).context("ffmpeg cannot be started"),
    })
}

/// The running program.
struct Film {
    child: Child,
}

impl Film {
    /// Hands it all frames and waits for its end.
    fn make(
        mut self,
        first: Picture,
        frames: impl Iterator<Item = Result<Picture, PictureError>>,
    ) -> anyhow::Result<()> {
        let mut stdin = self.child.stdin.take().expect("its input was piped");
        let stderr = self.child.stderr.take().expect("its errors were piped");
        // It would wait for ever if it had more to say than a pipe holds.
        let listener = std::thread::spawn(move || last_line(stderr));
        let feed = || -> anyhow::Result<bool> {
            if !takes(&mut stdin, &first)? {
                return Ok(false);
            }
            for (number, frame) in (2..).zip(frames) {
                let frame = frame?;
                check_frame_size(&first, &frame, number)?;
                if !takes(&mut stdin, &frame)? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let took_all = feed()?;
        drop(stdin);
        let status = self.child.wait().context("waiting for ffmpeg")?;
        let last = listener.join().unwrap_or_default();
        judge(status, took_all, &last)
    }
}

impl Drop for Film {
    /// After an error among the frames nobody needs what it would make of those before.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Hands over a frame; false if nobody listens any more, of which the end of the program tells more.
fn takes(stdin: &mut impl Write, frame: &Picture) -> anyhow::Result<bool> {
    match stdin.write_all(&frame.to_rgb8()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error).context("handing a frame to ffmpeg"),
    }
}

/// The last line that says something.
fn last_line(stderr: impl Read) -> String {
    let mut last = String::new();
    for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() {
            last = line.trim().to_owned();
        }
    }
    last
}

fn judge(status: ExitStatus, took_all: bool, last: &str) -> anyhow::Result<()> {
    if status.success() && took_all {
        return Ok(());
    }
    if last.is_empty() {
        bail!("ffmpeg stopped early and said nothing ({status})");
    }
    bail!("ffmpeg says: {last}")
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::*;

    /// Writes what it was told and what it was given.
    const KIND: &str = r#"
        here=$(dirname "$0")
        printf '%s\n' "$@" > "$here/told"
        for last; do :; done
        exec cat > "$last"
    "#;

    /// A folder for films, and a program that stands for ffmpeg. Another process writes it: a program
    /// that is open for writing here could not be started while a parallel test starts another.
    fn stage(script: &str) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("films")).unwrap();
        let program = folder.path().join("ffmpeg");
        let mut writer = Command::new("sh")
            .args(["-c", r#"cat > "$1" && chmod +x "$1""#, "sh"])
            .arg(&program)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let text = format!("#!/bin/sh\n{script}\n");
        let mut stdin = writer.stdin.take().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        drop(stdin);
        assert!(writer.wait().unwrap().success());
        (folder, program)
    }

    fn films(folder: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder.path().join("films")).unwrap();
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
        entries
            .map(|entry| name(entry).into_string().unwrap())
            .collect()
    }

    fn frame(number: u32) -> Picture {
        Picture::from_fn(5, 4, |x, y| {
            [x as f32 / 4.0, y as f32 / 3.0, number as f32 / 9.0]
        })
    }

    fn frames(count: u32) -> impl Iterator<Item = Result<Picture, PictureError>> {
        (0..count).map(|number| Ok(frame(number)))
    }

    fn sentence(result: anyhow::Result<()>) -> String {
        format!("{:#}", result.unwrap_err())
    }

    #[test]
    fn all_frames_arrive_and_the_film_appears_at_the_end() {
        let (folder, program) = stage(KIND);
        let dest = folder.path().join("films/a dream.mp4");
        write_mp4_with(program.as_os_str(), frames(3), 29.97, &dest, false).unwrap();
        let expected: Vec<u8> = (0..3).flat_map(|number| frame(number).to_rgb8()).collect();
        assert_eq!(fs::read(&dest).unwrap(), expected);
        assert_eq!(films(&folder), ["a dream.mp4"]);
        let told = fs::read_to_string(folder.path().join("told")).unwrap();
        let told: Vec<&str> = told.lines().collect();
        for pair in [
            ["-loglevel", "error"],
            ["-s", "5x4"],
            ["-framerate", "29.97"],
            ["-c:v", "libx264"],
            ["-f", "mp4"],
        ] {
            assert!(
                told.windows(2).any(|two| two == pair),
                "{pair:?} in {told:?}"
            );
        }
        assert!(told.contains(&"-nostdin"));
        let filter = told.iter().find(|word| word.starts_with("crop=")).unwrap();
        assert!(filter.contains("format=yuv420p") && !filter.contains(' '));
    }

    #[test]
    fn the_real_program_makes_an_mp4() {
        if !is_installed() {
            eprintln!("skipped: ffmpeg is not installed");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let dest = folder.path().join("a.mp4");
        write_mp4(frames(5), 12.5, &dest, false).unwrap();
        assert_eq!(fs::read(&dest).unwrap()[4..8], *b"ftyp");
    }

    #[test]
    fn a_film_is_replaced_only_when_asked() {
        let (folder, program) = stage(KIND);
        let dest = folder.path().join("films/a.mp4");
        fs::write(&dest, "mine").unwrap();
        let text = sentence(write_mp4_with(
            program.as_ref(),
            frames(1),
            24.0,
            &dest,
            false,
        ));
        assert!(text.contains("exists already"), "{text}");
        assert_eq!(fs::read(&dest).unwrap(), b"mine");
        write_mp4_with(program.as_ref(), frames(1), 24.0, &dest, true).unwrap();
        assert_eq!(fs::read(&dest).unwrap(), frame(0).to_rgb8());
        assert_eq!(films(&folder), ["a.mp4"]);
    }

    #[test]
    fn a_missing_program_is_one_sentence_with_the_remedy() {
        let (folder, _) = stage("");
        let none = folder.path().join("none");
        assert!(!runs(none.as_ref()));
        let dest = folder.path().join("films/a.mp4");
        let text = sentence(write_mp4_with(none.as_ref(), frames(1), 24.0, &dest, false));
        assert!(text.starts_with("the program ffmpeg"), "{text}");
        assert!(text.contains(".gif or .png"), "{text}");
        assert!(films(&folder).is_empty());
    }

    #[test]
    fn a_program_that_fails_is_quoted_with_its_last_line() {
        let talk = "i=0; while [ $i -lt 9000 ]; do echo \"line $i of many\" >&2; i=$((i+1)); done";
        let last = "printf \"Unknown encoder 'libx264'\\n\\n\" >&2; exit 1";
        for script in [
            format!("cat > /dev/null; {last}"),
            format!("exec < /dev/null; {talk}; {last}"),
        ] {
            let (folder, program) = stage(&script);
            let dest = folder.path().join("films/a.mp4");
            let many = frames(2000);
            let text = sentence(write_mp4_with(program.as_ref(), many, 24.0, &dest, false));
            assert!(text.ends_with("a.mp4 was not made: ffmpeg says: Unknown encoder 'libx264'"));
            assert!(films(&folder).is_empty());
        }
        let (folder, program) = stage("exit 3");
        let dest = folder.path().join("films/a.mp4");
        let text = sentence(write_mp4_with(
            program.as_ref(),
            frames(9000),
            24.0,
            &dest,
            false,
        ));
        assert!(text.contains("said nothing (exit status: 3)"), "{text}");
        assert!(!runs(program.as_ref()));
    }

    #[test]
    fn what_is_wrong_with_the_frames_is_said_and_nothing_is_left() {
        let (folder, program) = stage(KIND);
        let dest = folder.path().join("films/a.mp4");
        let small = || Ok(Picture::filled(1, 9, [0.5; 3]));
        let missing = PathBuf::from("frame-00002.png");
        for (frames, expected) in [
            (vec![], "without frames"),
            (
                vec![small()],
                "at least 2 pixels a side, and the frames have 1x9",
            ),
            (vec![Ok(frame(0)), small()], "frame 2 has 1x9 pixels"),
            (
                vec![Ok(frame(0)), Err(PictureError::Missing { path: missing })],
                "there is no file frame-00002.png",
            ),
        ] {
            let text = sentence(write_mp4_with(program.as_ref(), frames, 24.0, &dest, false));
            assert!(text.contains(expected), "{text}");
            assert!(films(&folder).is_empty());
        }
        let text = sentence(write_mp4_with(
            program.as_ref(),
            frames(1),
            0.0,
            &dest,
            false,
        ));
        assert!(text.contains("0.1 to 240 frames a second"), "{text}");
    }

    #[test]
    fn a_program_that_says_its_version_is_installed() {
        let (_folder, program) = stage("[ \"$1\" = -version ]");
        assert!(runs(program.as_ref()));
    }
}
