//! A tree that is walked by open handles: no step follows a link, and none leaves the tree.

use crate::model::Digest;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, fstat, mkdirat, openat, renameat, statat, unlinkat};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

/// The name of a file while it is written; what a crash left under it is written over.
pub(super) const WRITING: &str = ".goldpath-writing";

/// The root of a tree.
pub(super) struct Folder(OwnedFd);

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    File(Digest),
    Folder,
    /// A file stands where one of its folders should be.
    UnderFile,
    /// Something that is not touched.
    Other(&'static str),
}

enum Step {
    To(OwnedFd),
    Nothing,
    File,
    Other(&'static str),
}

impl Folder {
    /// Opens the root; that it is reached over a link is its owner's will.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(openat(rustix::fs::CWD, root, flags, Mode::empty())?))
    }

    pub(super) fn find(&self, path: &str) -> io::Result<Found> {
        let (folders, name) = split(path);
        let mut at = self.0.try_clone()?;
        for folder in folders {
            match step(&at, folder)? {
                Step::To(next) => at = next,
                Step::Nothing => return Ok(Found::Nothing),
                Step::File => return Ok(Found::UnderFile),
                Step::Other(what) => return Ok(Found::Other(what)),
            }
        }
        // Without waiting for the other end of a pipe that somebody put there.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&at, name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(Found::Nothing),
            Err(Errno::LOOP) => return Ok(Found::Other("a symbolic link")),
            Err(Errno::NXIO) => return Ok(Found::Other("a socket")),
            Err(error) => return Err(error.into()),
        };
        match kind(FileType::from_raw_mode(fstat(&file)?.st_mode)) {
            None => digest_of(file.into()).map(Found::File),
            Some("a folder") => Ok(Found::Folder),
            Some(what) => Ok(Found::Other(what)),
        }
    }

    /// All that is no folder below a folder, and empty folders, by their paths in it.
    pub(super) fn names_below(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut at = self.0.try_clone()?;
        for name in folder.split('/') {
            at = down(&at, name)?;
        }
        let mut names = Vec::new();
        names_in(&at, "", &mut names)?;
        Ok(names)
    }

    /// Writes a file as a whole or not at all; makes the folders that it needs.
    pub(super) fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let (folders, name) = split(path);
        let mut at = self.0.try_clone()?;
        for folder in folders {
            at = match step(&at, folder)? {
                Step::To(next) => next,
                Step::Nothing => {
                    mkdirat(&at, folder, Mode::from_raw_mode(0o755))?;
                    rustix::fs::fsync(&at)?;
                    down(&at, folder)?
                }
                Step::File | Step::Other(_) => return Err(Errno::NOTDIR.into()),
            };
        }
        forget_writing(&at)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(openat(&at, WRITING, flags, Mode::from_raw_mode(0o644))?);
        file.write_all(bytes)?;
        file.sync_all()?;
        renameat(&at, WRITING, &at, name)?;
        Ok(rustix::fs::fsync(&at)?)
    }

    /// Removes a file, and the folders that it leaves empty.
    pub(super) fn remove(&self, path: &str) -> io::Result<()> {
        let (folders, name) = split(path);
        let mut way = vec![self.0.try_clone()?];
        for folder in &folders {
            let at = way.last().expect("it begins with the root");
            way.push(down(at, folder)?);
        }
        unlinkat(way.last().expect("it begins with the root"), name, AtFlags::empty())?;
        for folder in folders.iter().rev() {
            forget_writing(&way.pop().expect("one for each folder"))?;
            match unlinkat(way.last().expect("the root stays"), *folder, AtFlags::REMOVEDIR) {
                Ok(()) => {}
                Err(Errno::NOTEMPTY | Errno::EXIST) => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(rustix::fs::fsync(way.last().expect("the root stays"))?)
    }
}

/// The folders of a path and its last name.
fn split(path: &str) -> (Vec<&str>, &str) {
    let mut names: Vec<&str> = path.split('/').collect();
    let name = names.pop().unwrap_or_default();
    (names, name)
}

fn down(at: &OwnedFd, name: &str) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(at, name, flags, Mode::empty())?)
}

fn step(at: &OwnedFd, name: &str) -> io::Result<Step> {
    let stat = match statat(at, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(Step::Nothing),
        Err(error) => return Err(error.into()),
    };
    Ok(match kind(FileType::from_raw_mode(stat.st_mode)) {
        Some("a folder") => Step::To(down(at, name)?),
        None => Step::File,
        Some(what) => Step::Other(what),
    })
}

fn names_in(at: &OwnedFd, prefix: &str, names: &mut Vec<String>) -> io::Result<()> {
    let before = names.len();
    for entry in Dir::read_from(at)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy();
        if matches!(&*name, "." | ".." | WRITING) {
            continue;
        }
        let path = format!("{prefix}{name}");
        match step(at, &name)? {
            Step::To(folder) => names_in(&folder, &format!("{path}/"), names)?,
            Step::Nothing | Step::File | Step::Other(_) => names.push(path),
        }
    }
    if names.len() == before {
        names.push(prefix.to_owned());
    }
    Ok(())
}

/// Nothing for a regular file.
fn kind(kind: FileType) -> Option<&'static str> {
    match kind {
        FileType::RegularFile => None,
        FileType::Directory => Some("a folder"),
        FileType::Symlink => Some("a symbolic link"),
        FileType::Fifo => Some("a pipe"),
        FileType::Socket => Some("a socket"),
        FileType::CharacterDevice | FileType::BlockDevice | FileType::Unknown => Some("a device"),
    }
}

fn digest_of(mut file: File) -> io::Result<Digest> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Digest::of(&bytes))
}

fn forget_writing(at: &OwnedFd) -> io::Result<()> {
    match unlinkat(at, WRITING, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
