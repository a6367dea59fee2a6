//! Branches and other refs.

use super::error::Doing;
use super::{Error, Repository, commit_id, object_id};
use crate::model::CommitId;
use gix::refs::transaction::{PreviousValue, RefEdit};
use gix::refs::{FullName, Target};
use std::collections::BTreeMap;

/// A ref to be moved, made or removed, if it still is where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The full name: `refs/heads/main`.
    pub name: String,
    /// Where it must be; nothing: it must not exist.
    pub old: Option<CommitId>,
    /// Where it goes; nothing: it is removed.
    pub new: Option<CommitId>,
}

impl Update {
    /// A branch by its short name.
    pub fn branch(name: &str, old: Option<CommitId>, new: Option<CommitId>) -> Self {
        Self { name: format!("refs/heads/{name}"), old, new }
    }

    fn edit(&self) -> Result<RefEdit, Error> {
        let name = full_name(&self.name)?;
        let old = self.old.as_ref().map(object_id).transpose()?.map(Target::Object);
        Ok(match (&self.new, old) {
            (Some(new), Some(old)) => RefEdit::update(name, object_id(new)?, PreviousValue::MustExistAndMatch(old), "goldpath"),
            (Some(new), None) => RefEdit::update(name, object_id(new)?, PreviousValue::MustNotExist, "goldpath"),
            (None, Some(old)) => RefEdit::delete(name, PreviousValue::MustExistAndMatch(old)),
            (None, None) => return Err(Error::Refused { what: self.name.clone(), reason: "what does not exist cannot be removed" }),
        })
    }
}

pub(super) fn full_name(name: &str) -> Result<FullName, Error> {
    let good = name.starts_with("refs/") && !name.contains("/-");
    let refused = || Error::Refused { what: name.to_owned(), reason: "it is not the full name of a ref" };
    if !good {
        return Err(refused());
    }
    FullName::try_from(name).map_err(|_| refused())
}

impl Repository {
    /// All branches by their short names.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn branches(&self) -> Result<BTreeMap<String, CommitId>, Error> {
        self.refs_below("refs/heads/")
    }

    pub(super) fn refs_below(&self, prefix: &str) -> Result<BTreeMap<String, CommitId>, Error> {
        let repo = self.local();
        let platform = repo.references().doing(|| "read the refs".to_owned())?;
        let mut found = BTreeMap::new();
        for reference in platform.prefixed(prefix).doing(|| format!("read the refs below {prefix}"))? {
            let Ok(mut reference) = reference else { continue };
            let Ok(name) = std::str::from_utf8(reference.name().as_bstr()).map(ToOwned::to_owned) else { continue };
            if let (Some(short), Ok(id)) = (name.strip_prefix(prefix), reference.peel_to_id()) {
                found.insert(short.to_owned(), commit_id(id));
            }
        }
        Ok(found)
    }

    /// The tip of a branch, when it exists.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn branch(&self, name: &str) -> Result<Option<CommitId>, Error> {
        self.tip(&format!("refs/heads/{name}"))
    }

    /// Where a ref is, by its full name, when it exists.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn tip(&self, name: &str) -> Result<Option<CommitId>, Error> {
        let Ok(full) = full_name(name) else { return Ok(None) };
        let repo = self.local();
        let found = repo.try_find_reference(full.as_ref()).doing(|| format!("read {name}"))?;
        let Some(mut reference) = found else { return Ok(None) };
        let id = reference.peel_to_id().doing(|| format!("read {name}"))?;
        Ok(Some(commit_id(id)))
    }

    /// The short name of the branch that `HEAD` names; nothing when it names none.
    ///
    /// # Errors
    /// When `HEAD` cannot be read.
    pub fn default_branch(&self) -> Result<Option<String>, Error> {
        let head = self.local().head_name().doing(|| "read HEAD".to_owned())?;
        Ok(head.and_then(|name| Some(std::str::from_utf8(name.as_bstr()).ok()?.strip_prefix("refs/heads/")?.to_owned())))
    }

    /// Whether it knows a remote: it is a copy then, and what it has need not be all that there is.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn is_copy(&self) -> Result<bool, Error> {
        Ok(!self.local().remote_names().is_empty() || !self.refs_below("refs/remotes/")?.is_empty())
    }

    pub(super) fn set_head(&self, branch: &str) -> Result<(), Error> {
        let target = Target::Symbolic(full_name(&format!("refs/heads/{branch}"))?);
        let head = FullName::try_from("HEAD").expect("HEAD is a name");
        self.transaction(vec![RefEdit::update(head, target, PreviousValue::Any, "goldpath")])
            .doing(|| format!("make {branch} the default branch"))
    }

    /// The commit that a person means: an id or the beginning of one, a branch, `HEAD`, `HEAD~1`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it means none.
    pub fn resolve(&self, rev: &str) -> Result<CommitId, Error> {
        let none = || Error::NotFound { what: format!("commit {rev:?}") };
        let repo = self.local();
        let id = repo.rev_parse_single(rev).map_err(|_| none())?;
        let commit = id.object().map_err(|_| none())?.peel_to_kind(gix::objs::Kind::Commit).map_err(|_| none())?;
        Ok(commit_id(commit.id))
    }

    /// Moves, makes and removes refs: all of them, or none when one is no longer where it was expected.
    /// One that is already where it goes is done. For a remote repository they are
    /// pushed, and the mirror follows.
    ///
    /// # Errors
    /// [`Error::Moved`] with the first ref that is elsewhere.
    pub fn push(&self, updates: &[Update]) -> Result<(), Error> {
        let edits: Vec<RefEdit> = updates.iter().map(Update::edit).collect::<Result<_, _>>()?;
        if updates.is_empty() {
            return Ok(());
        }
        if let Some(remote) = &self.remote {
            remote.push(&self.git_dir(), updates)?;
            // what the remote took is so; a mirror that lags is refreshed by the next fetch
            return self.transaction(edits).or_else(|_| self.fetch().map(drop));
        }
        self.not_checked_out(updates)?;
        match self.transaction(edits) {
            Ok(()) => Ok(()),
            Err(source) => Err(self.moved(updates).unwrap_or_else(|| {
                let names: Vec<&str> = updates.iter().map(|update| update.name.as_str()).collect();
                Error::Git { doing: format!("move {}", names.join(", ")), source: Box::new(source) }
            })),
        }
    }

    fn transaction(&self, edits: Vec<RefEdit>) -> Result<(), gix::Error> {
        let committer = gix::actor::SignatureRef { name: "goldpath".into(), email: "goldpath@localhost".into(), time: "0 +0000" };
        self.local().edit_references_as(edits, Some(committer)).map(drop)
    }

    fn moved(&self, updates: &[Update]) -> Option<Error> {
        let elsewhere = |update: &&Update| self.tip(&update.name).is_ok_and(|tip| tip != update.old && tip != update.new);
        updates.iter().find(elsewhere).map(|update| Error::Moved { name: update.name.clone() })
    }

    fn not_checked_out(&self, updates: &[Update]) -> Result<(), Error> {
        let repo = self.local();
        let Some(dir) = repo.workdir() else { return Ok(()) };
        let head = repo.head_name().doing(|| "read HEAD".to_owned())?;
        let out = updates.iter().find(|update| head.as_ref().is_some_and(|head| head.as_bstr() == update.name.as_str()));
        out.map_or(Ok(()), |update| Err(Error::CheckedOut { name: update.name.clone(), dir: dir.to_owned() }))
    }
}
