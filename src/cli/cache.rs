//! What earlier calls left in the user's cache folder, so that a comparison costs what differs. Everything in it can be made again: it may be
//! deleted at any time, what is broken in it is not there, and the daemon neither reads nor writes it.

use crate::config;
use crate::diff::Claims;
use crate::model::{Digest, Digester};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How many files there are at most, and how many bytes in all; those that were written first go first.
const MOST: Bounds = Bounds { files: 64, bytes: 64 << 20 };

/// How much is kept.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    files: usize,
    bytes: u64,
}

/// A folder with what is known of trees, each under the digest of what it was made from, and beginning with the digest of its bytes.
#[derive(Debug)]
pub(super) struct Cache {
    dir: PathBuf,
    /// Other versions of the program may say something else of the same tree.
    program: Digest,
}

impl Cache {
    /// The user's own; nothing when there is no place for it.
    pub(super) fn open(program: &Path) -> Option<Self> {
        Self::at(config::cache_folder()?.join("diff"), program)
    }

    fn at(dir: PathBuf, program: &Path) -> Option<Self> {
        let file = fs::metadata(program).ok()?;
        let stamp = format!("{} {}.{:09}", file.len(), file.mtime(), file.mtime_nsec());
        Some(Self { dir, program: Digester::new().field(env!("CARGO_PKG_VERSION")).field(stamp).finish() })
    }

    /// What the requests of a tree claim, when it is known.
    pub(super) fn claims(&self, tree: &str) -> Option<Claims> {
        let bytes = fs::read(self.file(tree)).ok()?;
        let (digest, claims) = bytes.split_first_chunk::<32>()?;
        (digest == Digest::of(claims).bytes()).then(|| Claims::from_bytes(claims)).flatten()
    }

    /// Keeps what the requests of a tree claim; when that is not possible, the next call is as slow as this one.
    pub(super) fn keep(&self, tree: &str, claims: &Claims) {
        let claims = claims.to_bytes();
        let _made_again_when_needed = self.write(&self.file(tree), &claims).and_then(|()| self.shrink(MOST));
    }

    fn file(&self, tree: &str) -> PathBuf {
        self.dir.join(Digester::new().field(self.program.bytes()).field(tree).finish().hex())
    }

    /// Writes a file as a whole or not at all: another call may be reading or writing it.
    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
        let begun = file.with_extension(std::process::id().to_string());
        let mut open = File::options();
        let written = open.write(true).create(true).truncate(true).mode(0o600).open(&begun).and_then(|mut new| {
            new.write_all(Digest::of(bytes).bytes())?;
            new.write_all(bytes)
        });
        let done = written.and_then(|()| fs::rename(&begun, file));
        if done.is_err() {
            let _nobody_reads_it = fs::remove_file(&begun);
        }
        done
    }

    /// Takes away what was written first, until the rest is within the bounds.
    fn shrink(&self, most: Bounds) -> io::Result<()> {
        let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            if let Ok(file) = entry.metadata() {
                files.push((file.modified()?, file.len(), entry.path()));
            }
        }
        files.sort();
        let mut bytes: u64 = files.iter().map(|(_, length, _)| length).sum();
        let mut left = files.len();
        for (_, length, file) in &files {
            if left <= most.files && bytes <= most.bytes {
                break;
            }
            fs::remove_file(file)?;
            (left, bytes) = (left - 1, bytes - length);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// A cache, a tree, and the claims of a tree without requests.
    fn cache(dir: &Path) -> (Cache, &'static str, Claims) {
        let cache = Cache::at(dir.join("cache/diff"), &std::env::current_exe().unwrap()).unwrap();
        (cache, "4b825dc642cb6eb9a060e54bf8d69288fbee4904", Claims::from_bytes(&[0; 16]).unwrap())
    }

    #[test]
    fn what_is_kept_is_found_again_by_its_owner_alone_and_by_the_same_program() {
        let dir = tempfile::tempdir().unwrap();
        let (cache, tree, claims) = cache(dir.path());
        assert_eq!(cache.claims(tree), None);
        cache.keep(tree, &claims);
        assert_eq!(cache.claims(tree), Some(claims));
        for folder in [dir.path().join("cache"), cache.dir.clone()] {
            assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
        }
        assert_eq!(fs::metadata(cache.file(tree)).unwrap().permissions().mode() & 0o777, 0o600);
        let other = dir.path().join("other-program");
        fs::write(&other, "other").unwrap();
        assert_eq!(Cache::at(cache.dir.clone(), &other).unwrap().claims(tree), None);
    }

    #[test]
    fn what_is_broken_is_not_there_and_is_written_anew() {
        let dir = tempfile::tempdir().unwrap();
        let (cache, tree, claims) = cache(dir.path());
        cache.keep(tree, &claims);
        let right = fs::read(cache.file(tree)).unwrap();
        let mut flipped = right.clone();
        flipped[40] ^= 1;
        for broken in [Vec::new(), right[..20].to_vec(), right[..right.len() - 1].to_vec(), flipped, vec![0; 48], b"nonsense".to_vec()] {
            fs::write(cache.file(tree), &broken).unwrap();
            assert_eq!(cache.claims(tree), None, "{broken:?}");
        }
        cache.keep(tree, &claims);
        assert_eq!(cache.claims(tree), Some(claims));
        assert_eq!(fs::read_dir(&cache.dir).unwrap().count(), 1, "nothing half-written stays");
    }

    #[test]
    fn it_does_not_grow_beyond_its_bounds() {
        let dir = tempfile::tempdir().unwrap();
        let (cache, ..) = cache(dir.path());
        for (age, name) in ["first", "second", "third"].iter().enumerate() {
            cache.write(&cache.dir.join(name), &[0; 8]).unwrap();
            let written = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(age as u64);
            File::options().write(true).open(cache.dir.join(name)).unwrap().set_modified(written).unwrap();
        }
        let names = || {
            let mut names: Vec<_> =
                fs::read_dir(&cache.dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names.join(" ")
        };
        cache.shrink(Bounds { files: 2, bytes: 1000 }).unwrap();
        assert_eq!(names(), "second third");
        cache.shrink(Bounds { files: 2, bytes: 79 }).unwrap();
        assert_eq!(names(), "third");
    }

    #[test]
    fn a_place_that_cannot_be_written_costs_only_time() {
        let dir = tempfile::tempdir().unwrap();
        let (cache, tree, claims) = cache(dir.path());
        fs::write(dir.path().join("cache"), "a file where the folder should be").unwrap();
        cache.keep(tree, &claims);
        assert_eq!(cache.claims(tree), None);
    }
}
