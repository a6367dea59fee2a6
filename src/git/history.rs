//! Commits and how they follow each other.

use super::error::Doing;
use super::{Error, Repository, TreeId, commit_id, object_id};
use crate::model::CommitId;
use gix::ObjectId;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// For people.
    pub name: String,
    /// What matches them to users.
    pub email: String,
}

/// Who did something and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Who, as the commit says it: anybody may write any name into a commit.
    pub person: Person,
    /// When, as the commit says it.
    pub at: Timestamp,
}

/// One commit without its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitInfo {
    /// Its id.
    pub id: CommitId,
    /// Its tree.
    pub tree: TreeId,
    /// The commits that it follows; the first is the one on the same branch.
    pub parents: Vec<CommitId>,
    /// Who wrote it.
    pub author: Signature,
    /// Who made the commit.
    pub committer: Signature,
    /// The whole message.
    pub message: String,
    /// Its trailers, with all values of each, in their order.
    pub trailers: BTreeMap<String, Vec<String>>,
}

impl CommitInfo {
    /// The first line of its message.
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }

    /// The last value of a trailer.
    pub fn trailer(&self, name: &str) -> Option<&str> {
        self.trailers.get(name)?.last().map(String::as_str)
    }
}

fn signature(raw: gix::actor::SignatureRef<'_>) -> Signature {
    let raw = raw.trim();
    let person = Person { name: raw.name.to_string(), email: raw.email.to_string() };
    // a commit may say any number as its time
    Signature { person, at: Timestamp::from_second(raw.seconds()).unwrap_or(Timestamp::UNIX_EPOCH) }
}

fn info(commit: &gix::Commit<'_>) -> Result<CommitInfo, gix::Error> {
    let decoded = commit.decode()?;
    let message = String::from_utf8_lossy(decoded.message).into_owned();
    let mut trailers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if let Some(body) = decoded.message().body() {
        for trailer in body.trailers() {
            trailers.entry(trailer.token.to_string()).or_default().push(trailer.value.to_string());
        }
    }
    Ok(CommitInfo {
        id: commit_id(commit.id),
        tree: TreeId(decoded.tree()),
        parents: decoded.parents().map(commit_id).collect(),
        author: signature(decoded.author()?),
        committer: signature(decoded.committer()?),
        message,
        trailers,
    })
}

impl Repository {
    /// One commit.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such commit.
    pub fn commit_info(&self, id: &CommitId) -> Result<CommitInfo, Error> {
        let repo = self.local();
        let commit = find_commit(&repo, id)?;
        info(&commit).doing(|| format!("read commit {id}"))
    }

    /// The newest commit that both have in their past, when there is one.
    ///
    /// # Errors
    /// When a commit cannot be read.
    pub fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<Option<CommitId>, Error> {
        let base =
            self.local().merge_base(object_id(one)?, object_id(other)?).doing(|| format!("compare {one} with {other}"))?.map(commit_id);
        Ok(base)
    }

    /// Whether `old` is `new` or in its past.
    ///
    /// # Errors
    /// When a commit cannot be read.
    pub fn is_ancestor(&self, old: &CommitId, new: &CommitId) -> Result<bool, Error> {
        Ok(old == new || self.merge_base(old, new)?.as_ref() == Some(old))
    }

    /// The line of first parents from `from` down to, and without, `back_to`, newest first; nothing when `back_to` is not on that line.
    /// Without `back_to` down to the first commit.
    ///
    /// # Errors
    /// When a commit cannot be read.
    pub fn first_parents(&self, from: &CommitId, back_to: Option<&CommitId>) -> Result<Option<Vec<CommitInfo>>, Error> {
        let repo = self.local();
        let mut line = Vec::new();
        let mut next = Some(from.clone());
        while let Some(id) = next {
            if Some(&id) == back_to {
                return Ok(Some(line));
            }
            let commit = info(&find_commit(&repo, &id)?).doing(|| format!("read commit {id}"))?;
            next = commit.parents.first().cloned();
            line.push(commit);
        }
        Ok(back_to.is_none().then_some(line))
    }

    /// All commits that are in `head` and not in `base`, newest first.
    ///
    /// # Errors
    /// When a commit cannot be read.
    pub fn commits_between(&self, base: &CommitId, head: &CommitId) -> Result<Vec<CommitInfo>, Error> {
        let repo = self.local();
        let doing = || format!("read the commits between {base} and {head}");
        let (base_id, head_id) = (object_id(base)?, object_id(head)?);
        let walk = repo.rev_walk([head_id]).with_hidden([base_id]).all().doing(doing)?;
        walk.map(|step| step.and_then(|step| info(&step.object()?)).doing(doing)).collect()
    }
}

pub(super) fn find_commit<'repo>(repo: &'repo gix::Repository, id: &CommitId) -> Result<gix::Commit<'repo>, Error> {
    let found = repo.try_find_object(object_id(id)?).doing(|| format!("read commit {id}"))?;
    let none = || Error::NotFound { what: format!("commit {id}") };
    found.ok_or_else(none)?.try_into_commit().map_err(|_| none())
}

pub(super) fn tree_of(repo: &gix::Repository, id: &CommitId) -> Result<ObjectId, Error> {
    Ok(find_commit(repo, id)?.tree_id().doing(|| format!("read commit {id}"))?.detach())
}
