//! The local forge: what people and goldpath say about branches, in a file of its own.

use super::book::{Book, Landed, Pull, Thread, Wanted};
use super::sync::{Idle, sorted};
use super::{By, Check, Comment, Error, People, Person, Refused, Signature, Slot, Status, Subject, file};
use crate::model::{CommitId, Digest};
use crate::observe::{Clearance, Conclusion, Effect, Facts, PullRequest, PullState, Review, Wish};
use jiff::Timestamp;
use std::path::{Path, PathBuf};

const KIND: &str = "LocalForge";
/// The most characters of a comment.
const MOST_OF_A_COMMENT: usize = 60_000;

/// What somebody approves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approves<'a> {
    /// A head, and what it came to when it was looked at.
    Head {
        /// The commit that was looked at.
        head: &'a CommitId,
        /// What it came to.
        effect: Option<Effect>,
    },
    /// One hold.
    Hold {
        /// Its name: `h-…`.
        name: &'a str,
        /// The digest of what it holds.
        digest: Digest,
    },
}

/// The local forge. Only the daemon writes its file; what changes nothing writes nothing.
#[derive(Debug)]
pub struct Local {
    path: PathBuf,
    pub(super) book: Book,
    people: People,
    pub(super) idle: Idle,
}

impl Local {
    /// The forge of a state folder: `forge.json` and `people.json` there.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn open(state: &Path) -> Result<Self, Error> {
        let path = state.join("forge.json");
        file::tidy(&path)?;
        let book = file::read(&path, KIND)?.unwrap_or_default();
        Ok(Self { path, book, people: People::open(state)?, idle: Idle::new() })
    }

    /// Whose token it is.
    ///
    /// # Errors
    /// When the people have changed and cannot be read.
    pub fn authenticate(&mut self, token: &str) -> Result<Option<Person>, Error> {
        self.people.authenticate(token)
    }

    /// All pull requests by number, also closed and merged ones.
    ///
    /// # Errors
    /// When the people have changed and cannot be read.
    pub fn pulls(&mut self) -> Result<Vec<PullRequest>, Error> {
        self.people.refresh()?;
        Ok(self.book.pulls.iter().map(|pull| self.seen(pull)).collect())
    }

    /// One pull request; nothing when there is none with this number.
    ///
    /// # Errors
    /// When the people have changed and cannot be read.
    pub fn pull(&mut self, number: u64) -> Result<Option<PullRequest>, Error> {
        self.people.refresh()?;
        Ok(self.book.pull(number).ok().map(|pull| self.seen(pull)))
    }

    /// The number of the pull request with this head that lands, or has landed, as this commit: an open one, else the newest. A pull request
    /// lands once: behind another commit, a head that has landed is nobody's.
    pub fn landing_as(&self, head: &CommitId, commit: &CommitId) -> Option<u64> {
        let may = |pull: &&Pull| match &pull.state {
            PullState::Open | PullState::Closed => true,
            PullState::Merged { commit: landed } => landed == commit,
        };
        let pulls = self.book.pulls.iter().filter(|pull| pull.head == *head).filter(may);
        pulls.max_by_key(|pull| (pull.state == PullState::Open, pull.number)).map(|pull| pull.number)
    }

    /// The number of the pull request that is known to have become part of the default branch with this commit.
    pub fn by_landing(&self, commit: &CommitId) -> Option<u64> {
        let merged = PullState::Merged { commit: commit.clone() };
        self.book.pulls.iter().find(|pull| pull.state == merged).map(|pull| pull.number)
    }

    /// What people did about a subject; nothing when it is unknown.
    ///
    /// # Errors
    /// When the people have changed and cannot be read.
    pub fn facts(&mut self, subject: &Subject) -> Result<Option<Facts>, Error> {
        self.people.refresh()?;
        Ok(self.book.thread(subject).ok().map(|thread| self.facts_of(thread)))
    }

    /// Facts of somebody's commits that nobody talked about.
    ///
    /// # Errors
    /// When the people have changed and cannot be read.
    pub fn facts_of_authors(&mut self, authors: &[Signature]) -> Result<Facts, Error> {
        self.people.refresh()?;
        Ok(Facts { authors: self.people.authors(authors), ..Facts::default() })
    }

    /// A commit reached the default branch without a pull request: from now on it can be talked about. Doing it again changes nothing.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn landed(&mut self, commit: &CommitId, authors: Vec<Signature>, now: Timestamp) -> Result<(), Error> {
        self.change(|book| {
            let thread = Thread { authors: sorted(authors), ..Thread::default() };
            book.commits.entry(commit.clone()).or_insert(Landed { seen: now, thread });
            Ok(())
        })
    }

    /// A pull request is part of the default branch, also when its branch is gone already; `more` are the authors of what the merge brought
    /// besides. Doing it again changes nothing.
    ///
    /// # Errors
    /// When there is none with this number, or the file cannot be written.
    pub fn merged(&mut self, number: u64, commit: &CommitId, more: Vec<Signature>, now: Timestamp) -> Result<(), Error> {
        self.change(|book| {
            let pull = book.pull_mut(number)?;
            pull.thread.authors = sorted(pull.thread.authors.drain(..).chain(more).collect());
            if !matches!(pull.state, PullState::Merged { .. }) {
                pull.state = PullState::Merged { commit: commit.clone() };
                pull.ended = Some(now);
            }
            Ok(())
        })
    }

    /// Somebody approves what they looked at: a head and what it came to, or one hold by its name and the digest of what it holds. Doing it
    /// again changes nothing.
    ///
    /// # Errors
    /// When they may not, or the file cannot be written.
    pub fn approve(&mut self, subject: &Subject, user: &str, what: Approves<'_>, now: Timestamp) -> Result<(), Error> {
        let facts = self.facts(subject)?.ok_or_else(|| Refused::Unknown { subject: subject.clone() })?;
        if facts.wrote(user) {
            return Err(Refused::OwnApproval { user: user.to_owned(), subject: subject.clone() }.into());
        }
        self.change(|book| match what {
            // the id of a hold is bound to what it holds, a review to the head and what that came to
            Approves::Hold { name, digest } => {
                book.still_there(subject)?;
                book.thread_mut(subject).map(|thread| thread.clear(user, (name, digest), now))
            }
            Approves::Head { head, effect } => {
                book.looked_at(subject, head)?;
                book.thread_mut(subject).map(|thread| thread.review(user, (head, effect), now))
            }
        })
    }

    /// Somebody wants what they looked at, a head and what it came to, to be merged, as soon as nothing is left to wait for. Doing it again
    /// changes nothing.
    ///
    /// # Errors
    /// When it has moved, is closed or merged, or the file cannot be written.
    pub fn want_merge(
        &mut self,
        number: u64,
        user: &str,
        (head, effect): (&CommitId, Option<Effect>),
        now: Timestamp,
    ) -> Result<(), Error> {
        self.change(|book| {
            let subject = Subject::Pull(number);
            if let PullState::Merged { commit } = &book.pull(number)?.state {
                return Err(Refused::Merged { subject, commit: commit.clone() });
            }
            book.looked_at(&subject, head)?;
            let pull = book.pull_mut(number)?;
            if pull.merge_wanted.as_ref().is_none_or(|wanted| wanted.head != *head || wanted.effect != effect) {
                pull.merge_wanted = Some(Wanted { user: user.to_owned(), head: head.clone(), effect, at: now });
            }
            Ok(())
        })
    }

    /// goldpath says something. Whether that wrote anything: the same text in its sticky comment, or a second time once, does not.
    ///
    /// # Errors
    /// When the subject is unknown, the text does not fit, or the file cannot be written.
    pub fn comment(&mut self, subject: &Subject, slot: Slot, text: &str, now: Timestamp) -> Result<bool, Error> {
        fits(text)?;
        self.change(|book| {
            let by = By::Goldpath(slot.clone());
            let mut own = book.thread_mut(subject)?.comments.iter_mut();
            match (own.find(|comment| comment.by == by), slot) {
                (Some(comment), Slot::Sticky) if comment.text != text => {
                    text.clone_into(&mut comment.text);
                    comment.edited = Some(now);
                    Ok(true)
                }
                (Some(_), Slot::Sticky | Slot::Once(_)) => Ok(false),
                (None, Slot::Sticky | Slot::Once(_)) => book.add_comment(subject, by, text, now).map(|_| true),
            }
        })
    }

    /// A person says something; the number of the comment.
    ///
    /// # Errors
    /// When the subject is unknown, the text is empty or does not fit, or the file cannot be written.
    pub fn person_comment(&mut self, subject: &Subject, user: &str, text: &str, now: Timestamp) -> Result<u64, Error> {
        fits(text)?;
        self.change(|book| book.add_comment(subject, By::Person(user.to_owned()), text, now))
    }

    /// What was said about a subject, oldest first.
    pub fn comments(&self, subject: &Subject) -> &[Comment] {
        self.book.thread(subject).map_or(&[], |thread| &thread.comments)
    }

    /// Sets the check run of a head; whether it was another one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn check(&mut self, head: &CommitId, check: Check) -> Result<bool, Error> {
        self.change(|book| {
            let check = Some(check);
            let known = book.heads.entry(head.clone()).or_default();
            let is_new = known.check != check;
            known.check = check;
            Ok(is_new)
        })
    }

    /// Sets a status of a head; whether it was another one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn status(&mut self, head: &CommitId, context: &str, state: Conclusion, description: &str, now: Timestamp) -> Result<bool, Error> {
        self.change(|book| {
            let statuses = &mut book.heads.entry(head.clone()).or_default().statuses;
            if statuses.get(context).is_some_and(|known| known.state == state && known.description == description) {
                return Ok(false);
            }
            statuses.insert(context.to_owned(), Status { state, description: description.to_owned(), at: now });
            Ok(true)
        })
    }

    /// The check run of a head.
    pub fn check_of(&self, head: &CommitId) -> Option<&Check> {
        self.book.heads.get(head)?.check.as_ref()
    }

    /// The statuses of a head by context.
    pub fn statuses_of(&self, head: &CommitId) -> impl Iterator<Item = (&str, &Status)> {
        let head = self.book.heads.get(head);
        head.into_iter().flat_map(|head| &head.statuses).map(|(context, status)| (context.as_str(), status))
    }

    /// Changes the file, or nothing when it is refused or cannot be written.
    fn change<T>(&mut self, change: impl FnOnce(&mut Book) -> Result<T, Refused>) -> Result<T, Error> {
        let mut book = self.book.clone();
        let answer = change(&mut book)?;
        self.store(book)?;
        Ok(answer)
    }

    /// Writes what is new; the same is not written again.
    pub(super) fn store(&mut self, book: Book) -> Result<(), Error> {
        if book != self.book {
            file::write(&self.path, KIND, &book)?;
            self.book = book;
        }
        Ok(())
    }

    fn seen(&self, pull: &Pull) -> PullRequest {
        let wanted = pull.merge_wanted.as_ref().filter(|wanted| wanted.head == pull.head);
        PullRequest {
            number: pull.number,
            branch: pull.branch.clone(),
            title: pull.title.clone(),
            base: pull.base.clone(),
            head: pull.head.clone(),
            state: pull.state.clone(),
            facts: self.facts_of(&pull.thread),
            merge_wanted: wanted.map(|wanted| Wish { by: wanted.user.clone(), effect: wanted.effect }),
        }
    }

    fn facts_of(&self, thread: &Thread) -> Facts {
        let authors = self.people.authors(&thread.authors);
        Facts { authors, reviews: thread.reviews.clone(), clearances: thread.clearances.clone() }
    }
}

impl Book {
    /// Refuses what is closed.
    fn still_there(&self, subject: &Subject) -> Result<(), Refused> {
        let Subject::Pull(number) = subject else { return Ok(()) };
        match self.pull(*number)?.state {
            PullState::Open | PullState::Merged { .. } => Ok(()),
            PullState::Closed => Err(Refused::Closed { subject: subject.clone() }),
        }
    }

    /// Refuses when what somebody looked at is neither the head nor the commit that it landed as.
    fn looked_at(&self, subject: &Subject, looked_at: &CommitId) -> Result<(), Refused> {
        self.still_there(subject)?;
        let (head, landed) = match subject {
            Subject::Commit(commit) => (commit, None),
            Subject::Pull(number) => match self.pull(*number)? {
                Pull { head, state: PullState::Merged { commit }, .. } => (head, Some(commit)),
                Pull { head, .. } => (head, None),
            },
        };
        if looked_at == head || Some(looked_at) == landed {
            return Ok(());
        }
        Err(Refused::Moved { subject: subject.clone(), head: head.clone(), looked_at: looked_at.clone() })
    }
}

impl Thread {
    fn review(&mut self, user: &str, (head, effect): (&CommitId, Option<Effect>), now: Timestamp) {
        if !self.reviews.iter().any(|review| review.user == user && review.head == *head && review.effect == effect) {
            self.reviews.push(Review { user: user.to_owned(), head: head.clone(), effect, at: now });
        }
    }

    fn clear(&mut self, user: &str, (hold, digest): (&str, Digest), now: Timestamp) {
        if !self.clearances.iter().any(|clearance| clearance.user == user && clearance.digest == digest) {
            self.clearances.push(Clearance { user: user.to_owned(), hold: hold.to_owned(), digest, at: now });
        }
    }
}

fn fits(text: &str) -> Result<(), Refused> {
    let characters = text.chars().count();
    match characters {
        _ if text.trim().is_empty() => Err(Refused::Empty),
        0..=MOST_OF_A_COMMENT => Ok(()),
        _ => Err(Refused::TooLong { characters, most: MOST_OF_A_COMMENT }),
    }
}
