//! Rendered files are written while others are still being made.
//!
//! What stands there already and is another file is only written at the end, and what was made for a unit that is refused after all goes away
//! again: until it is known that a unit stands, nothing of anybody is lost.

use crate::error::Error;
use crate::model::UnitId;
use crate::render::Unit;
use crate::worker::TakeUnit;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};

/// How many units may be made before they are written.
const AHEAD: usize = 256;

/// How many write: each unit has folders of its own, so that none waits for another.
const WRITERS: usize = 2;

/// What was written so far.
#[derive(Default)]
pub(super) struct Written {
    units: BTreeMap<UnitId, OfUnit>,
    failed: Option<Error>,
}

/// What was written of one unit.
#[derive(Default)]
struct OfUnit {
    /// New files.
    made: Vec<PathBuf>,
    /// Files that are there with other bytes.
    differing: Vec<(PathBuf, Arc<[u8]>)>,
}

/// Writes the units that are made into a folder; `whole`: they are needed afterwards with their bytes.
pub(super) fn while_made<T>(dir: &Path, whole: bool, make: impl FnOnce(&TakeUnit<'_>) -> T) -> (T, Written) {
    let (send, come) = sync_channel::<Unit>(AHEAD);
    let come = Mutex::new(come);
    let next = || come.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
    let write = || {
        let mut written = Written::default();
        std::iter::from_fn(next).for_each(|unit| written.add(dir, &unit));
        written
    };
    std::thread::scope(|scope| {
        let writers = [(); WRITERS].map(|()| scope.spawn(write));
        let take = move |unit: Unit| {
            let rest = if whole { unit.clone() } else { unit.clone().stripped() };
            // who writes listens to the end
            send.send(unit).ok();
            rest
        };
        let made = make(&take);
        drop(take);
        let all = writers.map(|writer| writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        (made, all.into_iter().fold(Written::default(), Written::and))
    })
}

/// Makes a folder whose parent is most often new too, while what is above that is there: asking for it first would be refused.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let made = folder.parent().into_iter().chain([folder]).try_for_each(|folder| match std::fs::create_dir(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made,
    });
    if made.is_ok() { made } else { std::fs::create_dir_all(folder) }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::outside(format!("unable to write {}", path.display()), error)
}

impl Written {
    /// With what was written besides; of two errors one is enough.
    fn and(mut self, other: Self) -> Self {
        self.units.extend(other.units);
        self.failed = self.failed.or(other.failed);
        self
    }

    /// Writes the files of a unit that are not there.
    pub(super) fn add(&mut self, dir: &Path, unit: &Unit) {
        if self.failed.is_none() {
            let of = self.units.entry(unit.id.clone()).or_default();
            self.failed = of.write(&dir.join(unit.id.folder()), unit).err();
        }
    }

    /// Brings it to its end for the units that stand, and takes away what was made for the others; gives how many files were written.
    pub(super) fn end(self, stands: impl Fn(&UnitId) -> bool) -> Result<usize, Error> {
        let mut written = 0;
        for (id, of) in &self.units {
            if stands(id) {
                for (path, bytes) in of.differing.iter().filter(|_| self.failed.is_none()) {
                    std::fs::write(path, bytes).map_err(|error| failed(path, &error))?;
                }
                written += of.made.len() + of.differing.len();
            } else {
                of.take_away();
            }
        }
        self.failed.map_or(Ok(written), Err)
    }
}

impl OfUnit {
    fn write(&mut self, folder: &Path, unit: &Unit) -> Result<(), Error> {
        let mut made = PathBuf::new();
        for (path, file) in &unit.files {
            let full = folder.join(path.as_str());
            let parent = full.parent().expect("a file in a folder has a parent");
            // they are sorted: those of one folder stand together
            if made != parent {
                make_folder(parent).map_err(|error| failed(parent, &error))?;
                made = parent.to_owned();
            }
            self.write_file(full, &file.bytes)?;
        }
        Ok(())
    }

    fn write_file(&mut self, path: PathBuf, bytes: &Arc<[u8]>) -> Result<(), Error> {
        match std::fs::File::create_new(&path) {
            Ok(mut file) => {
                let written = file.write_all(bytes).map_err(|error| failed(&path, &error));
                self.made.push(path);
                written
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if std::fs::read(&path).is_ok_and(|there| *there == **bytes) {
                    return Ok(());
                }
                self.differing.push((path, Arc::clone(bytes)));
                Ok(())
            }
            Err(error) => Err(failed(&path, &error)),
        }
    }

    /// Takes away what was made, with the folders that are empty then; what cannot be taken away stays.
    fn take_away(&self) {
        for path in &self.made {
            std::fs::remove_file(path).ok();
            path.ancestors().skip(1).take(2).for_each(|folder| drop(std::fs::remove_dir(folder)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, OnDelete, ReleaseId, RendererId, RendererName, RepoPath, TargetKind};
    use crate::render::RenderedFile;
    use std::collections::BTreeSet;

    fn unit(name: &str, text: &str) -> Unit {
        let file = RenderedFile {
            bytes: text.as_bytes().into(),
            digest: Digest::of(text.as_bytes()),
            template: RepoPath::parse("golden-paths/app/1.0.0/cluster/a.yaml.tera").unwrap(),
        };
        Unit {
            id: UnitId::parse(&format!("shop/{name}/cluster@eu")).unwrap(),
            request_file: RepoPath::parse(&format!("requests/shop/{name}.yaml")).unwrap(),
            release: ReleaseId::parse("app@1.0.0").unwrap(),
            target_kind: TargetKind::Directory,
            renderer: RendererId { name: RendererName::parse("kubernetes").unwrap(), version: 1 },
            on_delete: OnDelete::Delete,
            disposable: BTreeSet::new(),
            depends_on: Vec::new(),
            digest: file.digest,
            files: BTreeMap::from([(RepoPath::parse("a.yaml").unwrap(), file)]),
            objects: Vec::new(),
            reads: Vec::new(),
        }
    }

    fn there(dir: &Path, name: &str) -> Option<String> {
        std::fs::read_to_string(dir.join(format!("eu/shop/{name}/cluster/a.yaml"))).ok()
    }

    #[test]
    fn what_is_refused_in_the_end_leaves_everything_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let old = dir.path().join("eu/shop/old/cluster");
        std::fs::create_dir_all(&old).unwrap();
        std::fs::write(old.join("a.yaml"), "of somebody\n").unwrap();
        let ((), written) = while_made(dir.path(), false, |take| {
            for name in ["new", "old", "stays"] {
                assert!(take(unit(name, "rendered\n")).files.values().all(|file| file.bytes.is_empty()));
            }
        });
        assert_eq!(there(dir.path(), "new").as_deref(), Some("rendered\n"), "it is written while others are made");
        assert_eq!(written.end(|id| id.request.name.as_str() == "stays").unwrap(), 1);
        assert_eq!(there(dir.path(), "old").as_deref(), Some("of somebody\n"));
        assert_eq!(there(dir.path(), "stays").as_deref(), Some("rendered\n"));
        assert!(!dir.path().join("eu/shop/new").exists() && dir.path().join("eu/shop").exists());
    }

    #[test]
    fn what_stands_is_written_and_what_is_right_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let write = |text: &str| {
            let (rest, written) = while_made(dir.path(), true, |take| take(unit("web", text)));
            assert_eq!(rest, unit("web", text));
            written.end(|_| true).unwrap()
        };
        assert_eq!((write("one\n"), write("one\n"), write("two\n")), (1, 0, 1));
        assert_eq!(there(dir.path(), "web").as_deref(), Some("two\n"));
        std::fs::remove_dir_all(dir.path().join("eu/shop/web")).unwrap();
        std::fs::write(dir.path().join("eu/shop/web"), "in the way").unwrap();
        let ((), written) = while_made(dir.path(), false, |take| drop(take(unit("web", "one\n"))));
        let error = written.end(|_| true).unwrap_err().to_string();
        assert!(error.contains("unable to write") && error.contains("eu/shop/web/cluster"), "{error}");
    }
}
