//! Opening and making repositories.

use super::error::Doing;
use super::{Error, Limits, Repository, remote};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of pack data that are kept, so that chains of deltas are not undone again for each object.
const DELTA_CACHE: &str = "core.deltaBaseCacheLimit=96m";
/// No object larger than this is unpacked: a bomb must not fill the memory.
const OBJECT_LIMIT: &str = "gitoxide.objects.allocLimit=33554432";

/// Options that read neither the host's configuration nor the environment. With reduced trust the repository's own configuration
/// cannot name a program (merge drivers, filters) either.
fn options() -> gix::open::Options {
    gix::open::Options::isolated().with(gix::sec::Trust::Reduced).config_overrides([DELTA_CACHE, OBJECT_LIMIT])
}

/// Whether a text names a repository elsewhere rather than a folder on this machine.
pub fn is_remote(url: &str) -> bool {
    url.contains("://") || url.contains("::") || remote::is_scp_like(url)
}

impl Repository {
    /// Opens a repository on this machine in place: a bare one, or a folder with one in `.git`.
    ///
    /// # Errors
    /// When there is none, or its objects are not named by SHA-1.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        // absolute, so that a later change of the working directory changes nothing
        let at = std::path::absolute(path).map_err(|source| Error::Io { doing: "find", path: path.to_owned(), source })?;
        let inner = options().open(&at).map_err(|source| Error::Open { path: path.to_owned(), source: Box::new(source) })?;
        let format = inner.to_thread_local().object_hash();
        if format != gix::hash::Kind::Sha1 {
            return Err(Error::Format { path: path.to_owned(), format: format.to_string() });
        }
        Ok(Self { inner, limits: Limits::default(), remote: None })
    }

    /// Opens the repository that holds a folder, and gives the folder's path in it: `""` at its top.
    ///
    /// # Errors
    /// When neither the folder nor any above it is one.
    pub fn open_above(dir: impl AsRef<Path>) -> Result<(Self, String), Error> {
        let dir = dir.as_ref();
        let at = dir.canonicalize().map_err(|source| Error::Io { doing: "find", path: dir.to_owned(), source })?;
        let top = at.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&at);
        let below = at.strip_prefix(top).unwrap_or(Path::new("")).to_string_lossy().into_owned();
        Ok((Self::open(top)?, below))
    }

    /// Makes a bare repository without commits whose `HEAD` names `default_branch`.
    ///
    /// # Errors
    /// When the folder is there and not empty, or cannot be written.
    pub fn init_bare(path: impl AsRef<Path>, default_branch: &str) -> Result<Self, Error> {
        let path = path.as_ref();
        std::fs::create_dir_all(path).map_err(|source| Error::Io { doing: "make", path: path.to_owned(), source })?;
        gix::create::into(path, gix::create::Kind::Bare, gix::create::Options::default())
            .doing(|| format!("make a repository in {}", path.display()))?;
        let repository = Self::open(path)?;
        repository.set_head(default_branch)?;
        Ok(repository)
    }

    /// Opens a folder in place, or mirrors a remote repository into `state_dir/mirror.git`, which is fetched before this returns.
    ///
    /// # Errors
    /// When the address is refused (only `https`, `ssh` and `file` go out), or the repository cannot be opened or fetched.
    pub fn open_or_mirror(url: &str, state_dir: impl AsRef<Path>) -> Result<Self, Error> {
        if !is_remote(url) {
            return Self::open(url);
        }
        let remote = remote::Remote::parse(url)?;
        let mirror: PathBuf = state_dir.as_ref().join("mirror.git");
        let made = if mirror.join("HEAD").exists() { Self::open(&mirror) } else { Self::init_bare(&mirror, "main") };
        let repository = Self { remote: Some(Arc::new(remote)), ..made? };
        repository.fetch()?;
        Ok(repository)
    }
}
