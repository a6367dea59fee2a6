//! Git notes: lines about commits, readable with `git notes show`.

use super::edit::Draft;
use super::error::Doing;
use super::history::tree_of;
use super::{Error, Person, Repository, Update, commit_id, object_id};
use crate::model::CommitId;
use gix::ObjectId;
use gix::objs::tree::EntryKind;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What a commit of a notes ref says besides its tree.
#[derive(Clone, Copy, Debug)]
pub struct NotesCommit<'a> {
    /// Its message, with trailers.
    pub message: &'a str,
    /// Who makes it.
    pub who: &'a Person,
    /// When.
    pub at: Timestamp,
}

/// Where notes are in a tree, by the commit that they are on.
type Notes = BTreeMap<ObjectId, (String, ObjectId)>;

/// Collects notes; Git spreads them over folders of two digits, at any depth.
fn collect(repo: &gix::Repository, tree: ObjectId, path: &str, notes: &mut Notes) -> Result<(), gix::Error> {
    let tree = repo.find_tree(tree)?;
    for entry in tree.decode()?.entries {
        let Ok(name) = std::str::from_utf8(entry.filename) else { continue };
        let hex = name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let here = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
        match entry.mode.kind() {
            EntryKind::Tree if hex && name.len() == 2 && path.len() < 57 => collect(repo, entry.oid.to_owned(), &here, notes)?,
            EntryKind::Blob | EntryKind::BlobExecutable if hex => {
                if let Ok(on) = ObjectId::from_hex(here.replace('/', "").as_bytes()) {
                    notes.insert(on, (here, entry.oid.to_owned()));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

impl Repository {
    fn notes_of(&self, repo: &gix::Repository, tip: Option<&CommitId>) -> Result<Notes, Error> {
        let mut notes = Notes::new();
        if let Some(tip) = tip {
            collect(repo, tree_of(repo, tip)?, "", &mut notes).doing(|| format!("read the notes at {tip}"))?;
        }
        Ok(notes)
    }

    /// All notes of a ref, line by line, by the commit that they are on; none when the ref is not there.
    ///
    /// # Errors
    /// When the notes cannot be read.
    pub fn notes_all(&self, name: &str) -> Result<BTreeMap<CommitId, Vec<String>>, Error> {
        let tip = self.tip(name)?;
        let repo = self.local();
        let notes = self.notes_of(&repo, tip.as_ref())?;
        let lines = |blob: ObjectId| Ok(text(&repo, blob)?.lines().map(ToOwned::to_owned).collect());
        notes.into_iter().map(|(on, (_, blob))| Ok((commit_id(on), lines(blob)?))).collect()
    }

    /// Adds a line to the note on a commit, in a new commit of the notes ref, if the ref still is at `expected`; gives its new tip.
    ///
    /// # Errors
    /// [`Error::Moved`] when the ref is elsewhere.
    pub fn notes_append(
        &self,
        name: &str,
        on: &CommitId,
        line: &str,
        expected: Option<&CommitId>,
        commit: &NotesCommit<'_>,
    ) -> Result<CommitId, Error> {
        let new = self.notes_commit(on, line, expected, commit)?;
        self.push(&[Update { name: name.to_owned(), old: expected.cloned(), new: Some(new.clone()) }])?;
        Ok(new)
    }

    /// The commit that [`Repository::notes_append`] moves the ref to, for whoever moves several refs at once.
    ///
    /// # Errors
    /// When `line` is more than one line, or the commit cannot be written.
    pub fn notes_commit(&self, on: &CommitId, line: &str, parent: Option<&CommitId>, commit: &NotesCommit<'_>) -> Result<CommitId, Error> {
        if line.contains('\n') {
            return Err(Error::Refused { what: format!("a note on {on}"), reason: "it has more than one line" });
        }
        let repo = self.local();
        let on_id = object_id(on)?;
        let notes = self.notes_of(&repo, parent)?;
        let (path, mut note) = match notes.get(&on_id) {
            Some((path, blob)) => (path.clone(), text(&repo, *blob)?),
            None => (format!("{}/{}", &on.as_str()[..2], &on.as_str()[2..]), String::new()),
        };
        if !note.is_empty() && !note.ends_with('\n') {
            note.push('\n');
        }
        note.push_str(line);
        note.push('\n');
        let before = match parent {
            Some(parent) => tree_of(&repo, parent)?,
            None => ObjectId::empty_tree(gix::hash::Kind::Sha1),
        };
        let written = || -> Result<ObjectId, gix::Error> {
            let mut editor = repo.edit_tree(before)?;
            editor.upsert(path, EntryKind::Blob, repo.write_blob(&note)?)?;
            Ok(editor.write()?.detach())
        };
        let tree = written().doing(|| format!("write a note on {on}"))?;
        let parents = parent.map(object_id).transpose()?.into_iter().collect();
        Draft { tree, parents, message: commit.message, who: commit.who, at: commit.at }.write(&repo)
    }
}

fn text(repo: &gix::Repository, blob: ObjectId) -> Result<String, Error> {
    let blob = repo.find_blob(blob).doing(|| format!("read note {blob}"))?;
    Ok(String::from_utf8_lossy(&blob.data).into_owned())
}
