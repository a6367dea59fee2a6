//! A person's desk: a clone, an editor, Git and the command line's own calls to the daemon.

use crate::config;
use crate::error::Error;
use crate::process::{self, Command};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A person of the demo.
pub(super) struct Person {
    /// The user of the forge.
    pub(super) name: &'static str,
    /// What their commits carry.
    pub(super) email: String,
}

/// Runs Git as a person, in a folder; nothing of the machine's own configuration takes part.
pub(super) async fn git(dir: &Path, person: (&str, &str), args: &[&str]) -> Result<String, Error> {
    let mut command = Command::new("git").args(args).dir(dir).timeout(Duration::from_secs(60));
    let (name, email) = person;
    let path = config::path().unwrap_or_default();
    let env = [
        ("PATH", path.as_str()),
        ("HOME", "/nonexistent"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_AUTHOR_NAME", name),
        ("GIT_AUTHOR_EMAIL", email),
        ("GIT_COMMITTER_NAME", name),
        ("GIT_COMMITTER_EMAIL", email),
    ];
    for (key, value) in env {
        command = command.env(key, value);
    }
    let failed = |error: process::Error| Error::outside(format!("`git {}` failed", args.join(" ")), &error);
    let output = command.run().await.map_err(failed)?.success().map_err(failed)?;
    Ok(output.stdout.text().into_owned())
}

/// Writes an embedded folder to disk.
pub(super) fn write_folder(folder: &include_dir::Dir<'_>, to: &Path) -> Result<(), Error> {
    folder.extract(to).map_err(|error| Error::outside(format!("unable to write {}", to.display()), &error))
}

/// Removes a folder with everything in it.
pub(super) fn remove_folder(folder: &Path) -> Result<(), Error> {
    std::fs::remove_dir_all(folder).map_err(|error| Error::outside(format!("unable to remove {}", folder.display()), &error))
}

/// Writes one file, with the folders that it needs.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::outside(format!("unable to write {}", path.display()), &error);
    std::fs::create_dir_all(path.parent().unwrap_or(path)).map_err(failed)?;
    std::fs::write(path, text).map_err(failed)
}

/// Writes one file that only its owner may read.
pub(super) fn write_secret(path: &Path, text: &str) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Error::outside(format!("unable to write {}", path.display()), &error))
}

/// All files below a folder, sorted, with their sizes in bytes.
pub(super) fn files_below(root: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(about) if about.is_dir() => open.push(entry.path()),
                Ok(about) => found.push((entry.path().strip_prefix(root).map(Path::to_path_buf).unwrap_or_default(), about.len())),
                Err(_) => {}
            }
        }
    }
    found.sort();
    found
}
