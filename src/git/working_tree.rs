//! A folder on this machine as a snapshot, for the command line.

use super::error::Doing;
use super::{Error, Limits, Repository, snapshot as objects};
use crate::model::{ContentId, RepoPath};
use crate::snapshot::{File, Mode, Refused, Snapshot};
use gix::bstr::{BStr, BString, ByteSlice};
use gix::index::entry::{Flags, Mode as IndexMode};
use gix::worktree::stack::state::ignore::Source;
use rayon::prelude::*;
use rustix::fs::{AtFlags, Dir, FileType, OFlags};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files of a folder, with the ids that Git would give them (filters such as `autocrlf` aside). In a Git repository, at its top or below, those
/// that Git tracks or would add; elsewhere all of them. `.git` is never among them and no link is followed. What a sparse checkout leaves out is
/// there as the index has it: nobody took it away.
///
/// # Errors
/// When the folder cannot be read, or holds more than the default [`Limits`] allow.
pub fn working_tree(dir: impl AsRef<Path>) -> Result<Snapshot, Error> {
    let dir = dir.as_ref();
    let io = |source| Error::Io { doing: "read", path: dir.to_owned(), source };
    let top = dir.canonicalize().map_err(io)?;
    let fd = open_folder(rustix::fs::CWD, &top).map_err(|error| io(error.into()))?;
    match Repository::open_above(&top) {
        Ok((repository, below)) => {
            let repo = repository.local();
            let mut git = Git::new(&repo, below)?;
            let snapshot = read(top, &fd, &mut Some(&mut git))?;
            if git.left_out.is_empty() { Ok(snapshot) } else { git.with_left_out(&repository, &repo, &snapshot) }
        }
        Err(_) => read(top, &fd, &mut None),
    }
}

fn read(top: PathBuf, fd: &OwnedFd, git: &mut Option<&mut Git<'_>>) -> Result<Snapshot, Error> {
    let mut walk = Walk { top, limits: Limits::default(), entries: 0, bytes: 0, files: BTreeMap::new(), refused: Vec::new() };
    walk.folder(fd, "", git)?;
    walk.refused.sort();
    Ok(Snapshot::new(None, walk.files, walk.refused))
}

fn open_folder(at: impl std::os::fd::AsFd, name: &Path) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(at, name, flags, rustix::fs::Mode::empty())
}

/// What Git says of the folder.
struct Git<'repo> {
    /// The folder's path in the repository, with a slash behind it; empty at the top.
    prefix: BString,
    tracked: BTreeMap<BString, (IndexMode, gix::ObjectId)>,
    /// Folders with tracked files in them.
    tracked_folders: BTreeSet<BString>,
    /// What a sparse checkout does not put into the folder: files, and whole folders, whose path ends with a slash then.
    left_out: BTreeMap<BString, (IndexMode, gix::ObjectId)>,
    excludes: gix::AttributeStack<'repo>,
}

impl<'repo> Git<'repo> {
    fn new(repo: &'repo gix::Repository, below: String) -> Result<Self, Error> {
        let doing = || "read the index".to_owned();
        let index = repo.index_or_empty().doing(doing)?;
        let excludes = repo.excludes(&index, None, Source::WorktreeThenIdMappingIfNotSkipped).doing(doing)?;
        let tracked: BTreeMap<BString, _> =
            index.entries().iter().map(|entry| (entry.path(&index).to_owned(), (entry.mode, entry.id))).collect();
        let mut tracked_folders = BTreeSet::new();
        for path in tracked.keys() {
            let mut rest: &BStr = path.as_bstr();
            while let Some(at) = rest.rfind_byte(b'/') {
                rest = rest[..at].as_bstr();
                if !tracked_folders.insert(rest.to_owned()) {
                    break;
                }
            }
        }
        let prefix = BString::from(if below.is_empty() { below } else { format!("{below}/") });
        let skipped = index.entries().iter().filter(|entry| entry.flags.contains(Flags::SKIP_WORKTREE));
        let of_folder = skipped.filter_map(|entry| Some((entry.path(&index).strip_prefix(&**prefix)?.into(), (entry.mode, entry.id))));
        let left_out = of_folder.collect();
        Ok(Self { prefix, tracked, tracked_folders, left_out, excludes })
    }

    fn path(&self, path: &str) -> BString {
        let mut full = self.prefix.clone();
        full.extend_from_slice(path.as_bytes());
        full
    }

    fn wants(&mut self, path: &str, folder: bool) -> Result<bool, Error> {
        let full = self.path(path);
        if self.tracked.contains_key(&full) || folder && self.tracked_folders.contains(&full) {
            return Ok(true);
        }
        let mode = if folder { IndexMode::DIR } else { IndexMode::FILE };
        let platform = self.excludes.at_entry(full.as_bstr(), Some(mode)).doing(|| format!("read what is ignored at {path}"))?;
        Ok(!platform.is_excluded())
    }

    fn submodule(&self, path: &str) -> Option<ContentId> {
        let (mode, id) = self.tracked.get(&self.path(path))?;
        let bytes = id.as_bytes().try_into().ok()?;
        (*mode == IndexMode::COMMIT).then(|| ContentId::from_bytes(bytes))
    }

    /// The files of the folder with what the checkout leaves out of it.
    fn with_left_out(&self, repository: &Repository, repo: &gix::Repository, snapshot: &Snapshot) -> Result<Snapshot, Error> {
        let mut walk = objects::Walk::new(repo, repository.limits(), "the index".to_owned(), snapshot.files().clone());
        for (path, (mode, id)) in &self.left_out {
            let path = path.strip_suffix(b"/").unwrap_or(path);
            let (folder, name) = path.rsplit_once_str("/").unwrap_or((b"", path));
            let (Some(mode), Ok(folder)) = (mode.to_tree_entry_mode(), folder.to_str()) else { continue };
            // what is in the folder all the same counts as it is there
            if !path.to_str().is_ok_and(|path| snapshot.get(path).is_some()) {
                walk.add(name, mode.kind(), *id, folder)?;
            }
        }
        let all = repository.finish(walk, None, &Snapshot::default())?;
        let refused = snapshot.refused().iter().chain(all.refused()).cloned().collect();
        Ok(Snapshot::new(None, all.files().clone(), refused))
    }
}

/// A file that is yet to be read.
struct Regular {
    name: Vec<u8>,
    path: RepoPath,
}

/// So few files of a folder are read one after the other.
const FEW: usize = 16;

/// How many bytes a file is given before it is read.
const AT_FIRST: usize = 1 << 20;

/// How many files are read before it is looked at how much that is.
const AT_ONCE: usize = 64;

struct Walk {
    top: PathBuf,
    limits: Limits,
    entries: usize,
    bytes: u64,
    files: BTreeMap<RepoPath, File>,
    refused: Vec<Refused>,
}

impl Walk {
    fn io(&self, path: &str) -> impl FnOnce(rustix::io::Errno) -> Error {
        let path = self.top.join(path);
        move |source| Error::Io { doing: "read", path, source: source.into() }
    }

    fn what(&self) -> String {
        self.top.display().to_string()
    }

    fn folder(&mut self, fd: &OwnedFd, folder: &str, git: &mut Option<&mut Git<'_>>) -> Result<(), Error> {
        let mut names = Vec::new();
        for entry in Dir::read_from(fd).map_err(self.io(folder))? {
            let entry = entry.map_err(self.io(folder))?;
            let name = entry.file_name().to_bytes();
            if !matches!(name, b"." | b".." | b".git") {
                names.push((name.to_vec(), entry.file_type()));
            }
        }
        names.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.entries += names.len();
        if self.entries > self.limits.entries {
            return Err(self.limits.too_many(&self.what()));
        }
        let mut regular = Vec::new();
        for (name, kind) in names {
            regular.extend(self.entry(fd, folder, name, kind, git)?);
        }
        regular.chunks(AT_ONCE).try_for_each(|some| self.read_all(fd, some))
    }

    /// Reads some files of a folder on all threads.
    fn read_all(&mut self, fd: &OwnedFd, regular: &[Regular]) -> Result<(), Error> {
        let one = |Regular { name, path }: &Regular| self.regular(fd, name, path.as_str());
        let read: Vec<_> = if regular.len() < FEW { regular.iter().map(one).collect() } else { regular.par_iter().map(one).collect() };
        regular
            .iter()
            .zip(read)
            .filter_map(|(regular, found)| Some((regular, found.transpose()?)))
            .try_for_each(|(Regular { path, .. }, found)| self.found(path.to_string(), found?.map(|file| (path.clone(), file))))
    }

    /// Notes what stands at a path, or why it is not taken.
    fn found(&mut self, path: String, found: Result<(RepoPath, File), String>) -> Result<(), Error> {
        match found {
            Ok((parsed, file)) => {
                self.bytes += file.bytes.len() as u64;
                self.files.insert(parsed, file);
            }
            Err(reason) => self.refused.push(Refused { name: path, reason }),
        }
        if self.bytes > self.limits.total_bytes { Err(self.limits.too_much(&self.what())) } else { Ok(()) }
    }

    /// Looks at an entry of a folder; a file is given back, to be read with the others.
    fn entry(
        &mut self,
        fd: &OwnedFd,
        folder: &str,
        name: Vec<u8>,
        listed: FileType,
        git: &mut Option<&mut Git<'_>>,
    ) -> Result<Option<Regular>, Error> {
        let shown = String::from_utf8_lossy(&name);
        let path = if folder.is_empty() { shown.to_string() } else { format!("{folder}/{shown}") };
        let kind = match listed {
            // some file systems list names alone
            FileType::Unknown => match rustix::fs::statat(fd, name.as_slice(), AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                // gone since the folder was listed
                Err(_) => return Ok(None),
            },
            known => known,
        };
        if let Some(git) = git
            && !git.wants(&path, kind == FileType::Directory)?
        {
            return Ok(None);
        }
        let parsed = match std::str::from_utf8(&name) {
            Ok(_) => RepoPath::parse(&path).map_err(|error| error.to_string()),
            Err(_) => Err("the name is not UTF-8".to_owned()),
        };
        let found = match parsed {
            Ok(parsed) => match kind {
                FileType::Directory => return self.below(fd, &name, parsed, git).map(|()| None),
                FileType::RegularFile => return Ok(Some(Regular { name, path: parsed })),
                FileType::Symlink => self.link(fd, &name, &path)?,
                _ => Err("it is neither a file nor a folder".to_owned()),
            }
            .map(|file| (parsed, file)),
            Err(reason) => Err(reason),
        };
        self.found(path, found).map(|()| None)
    }

    fn below(&mut self, fd: &OwnedFd, name: &[u8], path: RepoPath, git: &mut Option<&mut Git<'_>>) -> Result<(), Error> {
        if let Some(id) = git.as_ref().and_then(|git| git.submodule(path.as_str())) {
            self.files.insert(path, File { id, mode: Mode::Submodule, bytes: Arc::from([]) });
            return Ok(());
        }
        let below = open_folder(fd, Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(name)))
            .map_err(self.io(path.as_str()))?;
        // another repository inside this one is no part of it
        if git.is_some() && rustix::fs::statat(&below, ".git", AtFlags::SYMLINK_NOFOLLOW).is_ok() {
            return Ok(());
        }
        self.folder(&below, path.as_str(), git)
    }

    /// Reads a file, or says why it is not taken; nothing when it is gone since the folder was listed.
    fn regular(&self, fd: &OwnedFd, name: &[u8], path: &str) -> Result<Option<Result<File, String>>, Error> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = match rustix::fs::openat(fd, name, flags, rustix::fs::Mode::empty()) {
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(rustix::io::Errno::LOOP) => return Ok(Some(Err("it became a symbolic link while it was read".to_owned()))),
            opened => opened.map_err(self.io(path))?,
        };
        // asked again of what was opened: it may have been swapped
        let stat = rustix::fs::fstat(&opened).map_err(self.io(path))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(Some(Err("it is neither a file nor a folder".to_owned())));
        }
        // as long as it is said to be, and a byte to see its end: else it is read in small pieces
        let mut bytes = Vec::with_capacity(usize::try_from(stat.st_size).unwrap_or(0).min(AT_FIRST) + 1);
        let read = std::fs::File::from(opened).take(self.limits.file_bytes + 1).read_to_end(&mut bytes);
        read.map_err(|source| Error::Io { doing: "read", path: self.top.join(path), source })?;
        if bytes.len() as u64 > self.limits.file_bytes {
            return Ok(Some(Err(self.limits.file())));
        }
        let mode = if stat.st_mode & 0o100 == 0 { Mode::Regular } else { Mode::Executable };
        Ok(Some(file(mode, bytes)))
    }

    fn link(&self, fd: &OwnedFd, name: &[u8], path: &str) -> Result<Result<File, String>, Error> {
        let target = rustix::fs::readlinkat(fd, name, Vec::new()).map_err(self.io(path))?;
        Ok(file(Mode::Symlink, target.into_bytes()))
    }
}

fn file(mode: Mode, bytes: Vec<u8>) -> Result<File, String> {
    let id = gix::objs::compute_hash(gix::hash::Kind::Sha1, gix::objs::Kind::Blob, &bytes).map_err(|error| error.to_string())?;
    let id = ContentId::from_bytes(id.as_bytes().try_into().expect("SHA-1 has 20 bytes"));
    Ok(File { id, mode, bytes: bytes.into() })
}
