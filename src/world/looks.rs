//! Looking at branches and the forge, merging, and saying.

use super::Outside;
use crate::command::{Event, Found, RenderedUnit, Words};
use crate::error::{Error, Kind};
use crate::evidence;
use crate::forge::{self, Branch, Check, Local, Slot, Subject};
use crate::git::{self, CommitInfo, Person, Update};
use crate::model::{CommitId, Digest, RepoPath, UnitId};
use crate::observe::{Landing, PullState};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The branch that holds each unit as it was applied.
pub(super) const RENDERED: &str = "rendered";

impl Outside {
    /// Looks at the branches and the forge as a whole.
    pub(super) fn observe(&self, known: Option<&CommitId>) -> Result<Event, Error> {
        self.git.fetch()?;
        let mut branches = self.git.branches()?;
        let tip = branches.remove(&self.branch).ok_or_else(|| {
            Error::new(Kind::Outside, format!("the platform repository has no branch `{}`", self.branch))
                .hint("push the default branch, or name another in the configuration's `repository.branch`")
        })?;
        let rendered = branches.remove(RENDERED);
        branches.retain(|name, _| !name.starts_with("goldpath/"));
        let first_look = known.is_none();
        let (landings, last) = match (known, &rendered) {
            (None, Some(rendered)) => self.resume(rendered, &tip)?,
            (known, _) => (self.landings(known, &tip)?, BTreeMap::new()),
        };
        let rewound = landings.is_none();
        let landings = landings.unwrap_or_default();
        branches.insert(self.branch.clone(), tip.clone());
        let pulls = self.sync(&tip, &branches, &landings)?;
        let rendered = match rendered.filter(|_| first_look) {
            Some(commit) => Some(self.rendered_units(&commit)?),
            None => first_look.then(BTreeMap::new),
        };
        Ok(Event::Found(Box::new(Found { tip, pulls, landings, rewound, rendered, last })))
    }

    /// The pieces of history between what is known and the tip, oldest first; nothing when what is known is not in it.
    pub(super) fn landings(&self, known: Option<&CommitId>, tip: &CommitId) -> Result<Option<Vec<Landing>>, Error> {
        let Some(known) = known else {
            let info = self.git.commit_info(tip)?;
            return Ok(Some(vec![self.landing(None, &[info], None)?]));
        };
        if !self.git.is_ancestor(known, tip)? {
            return Ok(None);
        }
        // a merge made the other way round hides what is known behind a second parent: then all of it is one piece
        let Some(mut line) = self.git.first_parents(tip, Some(known))? else {
            return Ok(Some(vec![self.landing(Some(known.clone()), &self.git.commits_between(known, tip)?, None)?]));
        };
        line.reverse();
        self.pieces(known, line).map(Some)
    }

    /// Cuts a line of first parents where a pull request was merged: at a merge of its head, at its head itself, or where the tree is what
    /// its merge gives, as after a squash or a rebase.
    fn pieces(&self, known: &CommitId, line: Vec<CommitInfo>) -> Result<Vec<Landing>, Error> {
        let mut landings = Vec::new();
        let (mut base, mut piece) = (known.clone(), Vec::new());
        for commit in line {
            let merged = self.with_local(|local| commit.parents.get(1).and_then(|head| local.landing_as(head, &commit.id)));
            if merged.is_some() && !piece.is_empty() {
                let before = std::mem::take(&mut piece);
                landings.push(self.landing(Some(base), &before, None)?);
                base = newest(&before);
            }
            let known = |local: &mut Local| local.landing_as(&commit.id, &commit.id).or_else(|| local.by_landing(&commit.id));
            let pull = match merged.or_else(|| self.with_local(known)) {
                Some(number) => Some(number),
                None => self.squashed(&base, &commit)?,
            };
            piece.push(commit);
            if let Some(number) = pull {
                let done = std::mem::take(&mut piece);
                landings.push(self.landing(Some(base), &done, Some(number))?);
                base = newest(&done);
            }
        }
        if !piece.is_empty() {
            landings.push(self.landing(Some(base), &piece, None)?);
        }
        Ok(landings)
    }

    /// The open pull request whose merge gives exactly this commit's tree.
    fn squashed(&self, base: &CommitId, commit: &CommitInfo) -> Result<Option<u64>, Error> {
        if self.git.commit_info(base)?.tree == commit.tree {
            return Ok(None);
        }
        let open = self.with_local(Local::pulls)?.into_iter().filter(|pull| pull.state == PullState::Open);
        for pull in open {
            if self.gives(base, &pull.head, commit)? {
                return Ok(Some(pull.number));
            }
        }
        Ok(None)
    }

    /// Tells the forge that a piece of history landed, and asks what people did about it.
    pub(super) fn landing(&self, base: Option<CommitId>, commits: &[CommitInfo], pull: Option<u64>) -> Result<Landing, Error> {
        let commit = newest(commits);
        let info = commits.iter().find(|info| info.id == commit);
        let title = info.map(|info| info.subject().to_owned()).unwrap_or_default();
        let now = Timestamp::now();
        let Some(number) = pull else {
            let authors = self.authors(base.as_ref(), commits)?;
            let facts = self.with_local(|local| {
                local.landed(&commit, authors, now)?;
                local.facts(&Subject::Commit(commit.clone()))
            })?;
            let facts = facts.unwrap_or_default();
            return Ok(Landing { base, commit, title, pull: None, head: None, facts, merges: None, order: 0 });
        };
        let head = self.with_local(|local| local.pull(number))?.map(|pull| pull.head);
        let clean = match (&base, &head, info) {
            (Some(base), Some(head), Some(info)) => self.gives(base, head, info)?,
            _ => false,
        };
        let more = if clean { Vec::new() } else { self.authors(base.as_ref(), commits)? };
        let facts = self.with_local(|local| {
            local.merged(number, &commit, more, now)?;
            local.facts(&Subject::Pull(number))
        })?;
        Ok(Landing { base, commit, title, pull, head, facts: facts.unwrap_or_default(), merges: None, order: 0 })
    }

    /// Who wrote a piece of history: also what stands behind its second parents.
    fn authors(&self, base: Option<&CommitId>, commits: &[CommitInfo]) -> Result<Vec<forge::Signature>, Error> {
        let Some(base) = base else { return Ok(people(commits)) };
        Ok(people(&self.git.commits_between(base, &newest(commits))?))
    }

    /// Whether a commit's tree is exactly what merging a head gives.
    pub(super) fn gives(&self, base: &CommitId, head: &CommitId, commit: &CommitInfo) -> Result<bool, Error> {
        let merged = self.git.merge_preview(base, head)?;
        Ok(merged.conflicts.is_empty() && merged.tree == commit.tree)
    }

    /// Tells the forge what branches there are; answers which pull requests are to be looked at.
    fn sync(&self, tip: &CommitId, branches: &BTreeMap<String, CommitId>, landings: &[Landing]) -> Result<Vec<u64>, Error> {
        let mut describe = |tip: &CommitId, head: &CommitId| self.describe(tip, head);
        let mut numbers: BTreeSet<u64> = landings.iter().filter_map(|landing| landing.pull).collect();
        self.with_local(|local| -> Result<(), Error> {
            numbers.extend(local.sync(&self.branch, tip, branches, &mut describe, Timestamp::now())?);
            let open = local.pulls()?.into_iter().filter(|pull| pull.state == PullState::Open);
            numbers.extend(open.map(|pull| pull.number));
            Ok(())
        })?;
        Ok(numbers.into_iter().collect())
    }

    /// A branch as the forge keeps it; nothing of its own when all of it is on the default branch.
    fn describe(&self, tip: &CommitId, head: &CommitId) -> Result<Branch, Error> {
        let commits = self.git.commits_between(tip, head)?;
        let title = commits.last().map(|first| first.subject().to_owned()).unwrap_or_default();
        Ok(Branch { title, authors: people(&commits), contained: commits.is_empty() })
    }

    fn rendered_units(&self, commit: &CommitId) -> Result<BTreeMap<UnitId, RenderedUnit>, Error> {
        let snapshot = self.git.snapshot(commit)?;
        let digests = evidence::folders(snapshot.files().iter().map(|(path, file)| (path, &*file.bytes)));
        let files = |unit: &UnitId| -> BTreeMap<RepoPath, Digest> {
            let folder = unit.folder();
            let below = |path: &RepoPath| path.below(&folder).and_then(|below| RepoPath::parse(below).ok());
            snapshot.under(&folder).filter_map(|(path, file)| Some((below(path)?, Digest::of(&file.bytes)))).collect()
        };
        Ok(digests.into_iter().map(|(unit, digest)| (unit.clone(), RenderedUnit { digest, files: files(&unit) })).collect())
    }

    /// What people did about one change.
    pub(super) fn look(&self, pull: Option<u64>, landed: Option<&CommitId>) -> Result<Event, Error> {
        match (pull, landed) {
            (Some(number), _) => {
                let pull = self.with_local(|local| local.pull(number))?;
                pull.map(|pull| Event::Observed(Box::new(pull))).ok_or_else(|| Error::bug(format!("pull request {number} is unknown")))
            }
            (None, Some(commit)) => {
                let facts = self.with_local(|local| local.facts(&Subject::Commit(commit.clone())))?;
                Ok(Event::Reviewed(Box::new(facts.unwrap_or_default())))
            }
            (None, None) => Err(Error::bug("there is nothing to look at")),
        }
    }

    /// Makes the merge commit and moves the default branch, if both are still where they were.
    pub(super) fn merge(&self, number: u64, base: &CommitId, head: &CommitId, by: &str) -> Result<Event, Error> {
        let Some(pull) = self.with_local(|local| local.pull(number))? else {
            return Err(Error::bug(format!("pull request {number} is unknown")));
        };
        let merged = self.git.merge_preview(base, head)?;
        let tip = self.git.branch(&self.branch)?;
        if tip.as_ref() != Some(base) || pull.head != *head || !merged.conflicts.is_empty() {
            return Ok(Event::NotMerged);
        }
        let (title, branch) = (one_line(&pull.title), one_line(&pull.branch));
        let message = format!("Merge pull request #{number}: {title}\n\nBranch {branch}, merged for {by}.\n");
        let commit = self.git.commit_merge(base, head, &merged.tree, &message, &own(), Timestamp::now())?;
        match self.git.push(&[Update::branch(&self.branch, Some(base.clone()), Some(commit.clone()))]) {
            Ok(()) => Ok(Event::Merged { commit }),
            Err(git::Error::Moved { .. }) => Ok(Event::NotMerged),
            Err(error) => Err(error.into()),
        }
    }

    /// Says on a change what is known now.
    pub(super) fn say(&self, pull: Option<u64>, commit: &CommitId, words: &Words) -> Result<Event, Error> {
        let now = Timestamp::now();
        let subject = pull.map_or_else(|| Subject::Commit(commit.clone()), Subject::Pull);
        let check = Check {
            conclusion: words.conclusion,
            title: words.title.clone(),
            summary: words.comment.clone(),
            annotations: words.annotations.clone(),
        };
        let written = self.with_local(|local| -> Result<bool, forge::Error> {
            let mut written = local.comment(&subject, Slot::Sticky, &words.comment, now)?;
            if let Some((nonce, text)) = &words.note {
                written |= local.comment(&subject, Slot::Once(nonce.clone()), text, now)?;
            }
            // the head that was merged does not go on asking for its merge
            let pull = pull.map(|number| local.pull(number)).transpose()?.flatten();
            let merged = pull.filter(|pull| matches!(pull.state, PullState::Merged { .. })).map(|pull| pull.head);
            let head = merged.filter(|head| head != commit && local.check_of(head).is_some());
            for commit in head.iter().chain([commit]) {
                written |= local.check(commit, check.clone())?;
                written |= local.status(commit, "goldpath", words.conclusion, &words.title, now)?;
            }
            Ok(written)
        })?;
        Ok(Event::Said { written })
    }
}

fn one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

/// goldpath as the author of a commit.
pub(super) fn own() -> Person {
    Person { name: "goldpath".to_owned(), email: "goldpath@localhost".to_owned() }
}

/// Authors and committers, without goldpath itself.
fn people(commits: &[CommitInfo]) -> Vec<forge::Signature> {
    let signatures = commits.iter().flat_map(|commit| [&commit.author, &commit.committer]);
    let named = signatures.map(|by| forge::Signature { name: by.person.name.clone(), email: by.person.email.clone() });
    let own = own().email;
    named.filter(|signature| signature.email != own).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The newest of some commits: the one that none of the others follows.
fn newest(commits: &[CommitInfo]) -> CommitId {
    let followed: BTreeSet<&CommitId> = commits.iter().flat_map(|commit| &commit.parents).collect();
    let tip = commits.iter().find(|commit| !followed.contains(&commit.id)).or(commits.last());
    tip.map(|commit| commit.id.clone()).expect("a piece of history has a commit")
}
