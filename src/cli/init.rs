//! `goldpath init [DIR]`

use super::{Ended, Output, answer};
use crate::error::Error;
use crate::git::Repository;
use crate::report;
use include_dir::{Dir, File, include_dir};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The repository that is written; the examples of `docs/findings.md` are edits of it.
static FIRST: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/first-repository");

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where it goes; it is made when it is not there
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

/// What may be named instead.
const ELSEWHERE: &str = "name an empty folder, or one that is not there yet: `goldpath init platform`";

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    if let Some(file) = args.dir.ancestors().find(|part| part.exists()).filter(|part| !part.is_dir()) {
        let error = Error::usage(format!("{} is a file, and no folder", file.display()));
        return Err(error.hint(ELSEWHERE));
    }
    let mut files = Vec::new();
    collect(&FIRST, &mut files);
    files.sort_by_key(|file| file.path());
    if let Some(there) = files.iter().map(|file| args.dir.join(file.path())).find(|path| path.symlink_metadata().is_ok()) {
        let error = Error::usage(format!("{} is there already, and nothing is overwritten", there.display()));
        return Err(error.hint(ELSEWHERE));
    }
    for file in &files {
        write(&args.dir.join(file.path()), file.contents())?;
    }
    let names: Vec<String> = files.iter().map(|file| file.path().display().to_string()).collect();
    let dir = args.dir.display().to_string();
    answer(output, || report::init_json(&dir, &names), || report::init_terminal(&dir, &names, Repository::open_above(&args.dir).is_ok()));
    Ok(Ended::Done)
}

fn collect(dir: &Dir<'static>, files: &mut Vec<File<'static>>) {
    files.extend(dir.files().cloned());
    dir.dirs().for_each(|dir| collect(dir, files));
}

/// Writes a file that is not there yet, with the folders that it needs.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    with_folders(path, || fs::File::create_new(path)?.write_all(content))
}

/// Writes a file that goldpath makes and may make anew; one that is right already is left alone.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), Error> {
    if fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    with_folders(path, || fs::write(path, content))
}

fn with_folders(path: &Path, write: impl Fn() -> std::io::Result<()>) -> Result<(), Error> {
    let folders = path.parent().map_or(Ok(()), fs::create_dir_all);
    folders.and_then(|()| write()).map_err(|error| Error::outside(format!("unable to write {}", path.display()), &error))
}
