//! Snapshots of texts, for the tests of what is made from them.

use super::{File, Mode, Snapshot};
use crate::model::{ContentId, Digest, RepoPath};

impl Snapshot {
    /// These files with some of them replaced; nothing: removed. Equal texts have equal content ids.
    pub(crate) fn of_texts(files: &[(&str, &str)], edits: &[(&str, Option<&str>)]) -> Self {
        let path = |text: &str| RepoPath::parse(text).expect("a sample has paths");
        let mut files = files.iter().map(|(name, text)| (path(name), file(text))).collect::<std::collections::BTreeMap<_, _>>();
        for (name, text) in edits {
            match text {
                Some(text) => drop(files.insert(path(name), file(text))),
                None => drop(files.remove(&path(name))),
            }
        }
        Self::new(None, files, Vec::new())
    }
}

fn file(text: &str) -> File {
    let mut id = [0; 20];
    id.copy_from_slice(&Digest::of(text.as_bytes()).bytes()[..20]);
    File { id: ContentId::from_bytes(id), mode: Mode::Regular, bytes: text.as_bytes().into() }
}
