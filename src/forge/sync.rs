//! Branches become pull requests.

use super::book::{Book, Pull, Thread};
use super::{Error, Local, Signature};
use crate::model::CommitId;
use crate::observe::PullState;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What Git says of a branch, compared with the default branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// The subject of its first own commit.
    pub title: String,
    /// Authors and committers of all its own commits.
    pub authors: Vec<Signature>,
    /// Whether the default branch contains its head: it has no own commits.
    pub contained: bool,
}

/// Per branch that brings nothing, the tip and the head that were compared.
pub(super) type Idle = BTreeMap<String, (CommitId, CommitId)>;

/// The branches as they are now.
struct Look<'a, E> {
    default_branch: &'a str,
    tip: &'a CommitId,
    branches: &'a BTreeMap<String, CommitId>,
    describe: &'a mut dyn FnMut(&CommitId, &CommitId) -> Result<Branch, E>,
    now: Timestamp,
}

impl Local {
    /// Brings the pull requests to what the branches are, and gives the numbers of those that are not as they were. Every branch but the
    /// default one, `rendered` and `goldpath/*` is one; a branch that is gone closes its own; one whose head the default branch contains
    /// when it is first seen is none. `describe` is given the tip of the default branch and a head, and asked only about what moved.
    ///
    /// Whoever walks the default branch says [`Local::merged`] before this is called: a merged branch that is gone would be closed.
    ///
    /// # Errors
    /// When `describe` fails, the branches cannot be all of them, or the file cannot be written; nothing has changed then.
    pub fn sync<E: From<Error>>(
        &mut self,
        default_branch: &str,
        tip: &CommitId,
        branches: &BTreeMap<String, CommitId>,
        describe: &mut dyn FnMut(&CommitId, &CommitId) -> Result<Branch, E>,
        now: Timestamp,
    ) -> Result<Vec<u64>, E> {
        if !branches.contains_key(default_branch) {
            return Err(Error::NoDefaultBranch { default_branch: default_branch.to_owned() }.into());
        }
        let mut book = self.book.clone();
        let mut idle = Idle::new();
        let mut look = Look { default_branch, tip, branches, describe, now };
        let mut changed = look.known(&mut book)?;
        changed.extend(look.unknown(&mut book, &self.idle, &mut idle)?);
        self.store(book)?;
        self.idle = idle;
        Ok(changed.into_iter().collect())
    }
}

impl<E> Look<'_, E> {
    /// Pull requests whose branch moved, or is gone.
    fn known(&mut self, book: &mut Book) -> Result<BTreeSet<u64>, E> {
        let mut changed = BTreeSet::new();
        for pull in book.pulls.iter_mut().filter(|pull| pull.state == PullState::Open) {
            let is_changed = match self.branches.get(&pull.branch).filter(|_| is_proposal(&pull.branch, self.default_branch)) {
                None => {
                    pull.state = PullState::Closed;
                    pull.ended = Some(self.now);
                    true
                }
                Some(head) if *head == pull.head && *self.tip == pull.base => false,
                Some(head) => self.follow(pull, head)?,
            };
            if is_changed {
                changed.insert(pull.number);
            }
        }
        Ok(changed)
    }

    /// A branch or the default branch moved; whether that is a change of the pull request.
    fn follow(&mut self, pull: &mut Pull, head: &CommitId) -> Result<bool, E> {
        let branch = (self.describe)(self.tip, head)?;
        if branch.contained && *head == pull.head {
            // it is merged, or part of something that is: what was reviewed is needed when its landing is looked at
            return Ok(false);
        }
        if !branch.contained {
            pull.title = branch.title;
            pull.thread.authors = sorted(branch.authors);
        }
        pull.base = self.tip.clone();
        pull.head = head.clone();
        if pull.merge_wanted.as_ref().is_some_and(|wanted| wanted.head != *head) {
            pull.merge_wanted = None;
        }
        Ok(true)
    }

    /// Branches without an open pull request: new ones, unless they bring nothing.
    fn unknown(&mut self, book: &mut Book, known_idle: &Idle, idle: &mut Idle) -> Result<Vec<u64>, E> {
        let mut opened = Vec::new();
        let default_branch = self.default_branch;
        for (name, head) in self.branches.iter().filter(|(name, _)| is_proposal(name, default_branch)) {
            if book.pulls.iter().any(|pull| pull.branch == *name && (pull.state == PullState::Open || pull.is_merged_at(head))) {
                continue;
            }
            let pair = (self.tip.clone(), head.clone());
            if head == self.tip || known_idle.get(name) == Some(&pair) {
                idle.insert(name.clone(), pair);
                continue;
            }
            let branch = (self.describe)(self.tip, head)?;
            if branch.contained {
                idle.insert(name.clone(), pair);
                continue;
            }
            opened.push(book.open(name, pair, branch, self.now));
        }
        Ok(opened)
    }
}

impl Book {
    fn open(&mut self, branch: &str, (base, head): (CommitId, CommitId), seen: Branch, now: Timestamp) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        self.pulls.push(Pull {
            number,
            branch: branch.to_owned(),
            title: seen.title,
            base,
            head,
            state: PullState::Open,
            opened: now,
            ended: None,
            merge_wanted: None,
            thread: Thread { authors: sorted(seen.authors), ..Thread::default() },
        });
        number
    }
}

impl Pull {
    fn is_merged_at(&self, head: &CommitId) -> bool {
        matches!(self.state, PullState::Merged { .. }) && self.head == *head
    }
}

/// goldpath's own branches are no pull requests.
fn is_proposal(branch: &str, default_branch: &str) -> bool {
    branch != default_branch && branch != "rendered" && !branch.starts_with("goldpath/")
}

pub(super) fn sorted(mut authors: Vec<Signature>) -> Vec<Signature> {
    authors.sort();
    authors.dedup();
    authors
}
