//! Style transfer as a user runs it.

mod determinism;
mod presets;
mod recipes;

use std::path::{Path, PathBuf};

use assert_cmd::Command;

use crate::common::{reverie, small_picture};

/// A folder with a content and two style pictures.
struct Studio {
    dir: tempfile::TempDir,
    content: PathBuf,
    styles: [PathBuf; 2],
}

impl Studio {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let content = small_picture(dir.path(), "content.png", 40, 32, 1);
        let styles = [
            small_picture(dir.path(), "first.png", 32, 32, 2),
            small_picture(dir.path(), "second.png", 32, 40, 3),
        ];
        Self {
            dir,
            content,
            styles,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn style_args(&self) -> [String; 1] {
        [self.styles[0].display().to_string()]
    }

    /// A transfer with the tiny network on flex.
    fn transfer(&self, styles: &[String], out: &Path, more: &[&str]) -> Command {
        self.transfer_with_seed("1", styles, out, more)
    }

    fn transfer_with_seed(
        &self,
        seed: &str,
        styles: &[String],
        out: &Path,
        more: &[&str],
    ) -> Command {
        let mut command = reverie();
        command
            .args([
                "style",
                "--net",
                "tiny",
                "--backend",
                "flex",
                "--seed",
                seed,
                "--json",
            ])
            .args(["--set", "content_layers=[\"relu2_1\"]", "--content"])
            .arg(&self.content);
        for style in styles {
            command.arg("--style").arg(style);
        }
        command.arg("-o").arg(out).args(more);
        command
    }

    /// The bytes of a finished transfer.
    fn bytes(&self, styles: &[String], name: &str, more: &[&str]) -> Vec<u8> {
        let out = self.path(name);
        self.transfer(styles, &out, more).assert().success();
        std::fs::read(out).unwrap()
    }
}
