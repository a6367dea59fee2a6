//! Where one stands: the platform repository around a folder, and the commits in it.

use crate::error::Error;
use crate::git::{self, Repository};
use crate::model::RepoPath;
use crate::render::Limits;
use crate::snapshot::Snapshot;
use crate::worker::{self, Asked, Death, Evaluated, Job, Later, TakeUnit, WALL, Wanted};
use crate::world::Tree;
use std::path::{Path, PathBuf};

/// The file that makes a folder a platform repository.
const SETTINGS: &str = "goldpath.yaml";

/// The root of the platform repository around a folder: upwards to the first `goldpath.yaml`.
pub(super) fn root(from: Option<&Path>) -> Result<PathBuf, Error> {
    let from = from.unwrap_or_else(|| Path::new("."));
    let start = from.canonicalize().map_err(|error| Error::unreadable(from, &error))?;
    let found = start.ancestors().find(|folder| folder.join(SETTINGS).is_file());
    found.map(Path::to_path_buf).ok_or_else(|| {
        Error::usage(format!("there is no {SETTINGS} in {} or above it", start.display()))
            .hint("change into a platform repository, or name a folder in one")
    })
}

/// A file on this machine as a path in the repository.
pub(super) fn inside(root: &Path, file: &Path) -> Result<RepoPath, Error> {
    let full = file.canonicalize().map_err(|error| Error::unreadable(file, &error))?;
    let outside = || {
        let error = Error::usage(format!("{} is not in the platform repository {}", file.display(), root.display()));
        error.hint("all files of one call are in one repository; check others by themselves")
    };
    let below = full.strip_prefix(root).map_err(|_| outside())?;
    RepoPath::parse(&below.to_string_lossy()).map_err(|_| outside())
}

/// A path of the repository as it is named where one stands.
pub(super) fn shown(root: &Path, path: &str) -> String {
    let here = std::env::current_dir().ok().and_then(|here| here.canonicalize().ok());
    let full = root.join(path);
    let below = here.and_then(|here| full.strip_prefix(here).ok().map(Path::to_path_buf));
    below.unwrap_or(full).display().to_string()
}

/// The files as they are in the working tree.
pub(super) fn working_tree(root: &Path) -> Result<Snapshot, Error> {
    Ok(git::working_tree(root)?)
}

/// This program, which is its own worker.
pub(super) fn program() -> Result<PathBuf, Error> {
    std::env::current_exe().map_err(|error| Error::outside("unable to find this program's file", &error))
}

/// Reads and renders files in a worker, as the daemon does with what a pull request brings; `asked`: and asks their policies.
pub(super) fn apart(snapshot: Snapshot, asked: Option<Asked>) -> Result<Result<Tree, Death>, Error> {
    Ok(Tree::apart(&program()?, snapshot, asked, super::run::threads()))
}

/// The same, with what was read for each unit.
pub(super) fn apart_with_reads(snapshot: Snapshot, asked: Option<Asked>) -> Result<Result<Tree, Death>, Error> {
    Ok(Tree::apart_with_reads(&program()?, snapshot, asked, super::run::threads()))
}

/// As [`apart`], while it is not yet known what its policies are asked.
pub(super) fn apart_before(snapshot: Snapshot, asked: &Later) -> Result<Result<Tree, Death>, Error> {
    Ok(Tree::apart_before(&program()?, snapshot, asked, super::run::threads()))
}

/// The same, when only something of it is wanted.
pub(super) fn apart_for(wanted: Wanted, snapshot: &Snapshot, asked: Option<Asked>) -> Result<Result<Evaluated, Death>, Error> {
    let job = Job { snapshot: snapshot.clone(), limits: Limits::default(), threads: super::run::threads(), asked, wanted };
    Ok(worker::evaluate(&program()?, &job, WALL))
}

/// The same for files that are read while the worker starts, which say what is asked and wanted; `take` sees each unit as it comes.
pub(super) fn apart_early(
    read: impl FnOnce() -> Result<(Snapshot, Option<Asked>, Wanted), Error>,
    take: &TakeUnit<'_>,
) -> Result<(Snapshot, Result<Evaluated, Death>), Error> {
    let job = || {
        let (snapshot, asked, wanted) = read()?;
        Ok(Job { snapshot, limits: Limits::default(), threads: super::run::threads(), asked, wanted })
    };
    let (job, evaluated) = worker::evaluate_early::<Error>(&program()?, job, WALL, take)?;
    Ok((job.snapshot, evaluated))
}

/// The Git repository around the working tree, when there is one.
pub(super) fn repository(root: &Path) -> Option<Repository> {
    Repository::open(root).ok()
}
