//! What is wrong with the evidence, each in one sentence.

use crate::model::{ChangeId, CommitId, Digest, UnitId};
use std::fmt;

/// Something that the evidence does not prove, or that contradicts it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// A line is no statement of goldpath.
    Unreadable {
        /// The commit that the note is on.
        on: CommitId,
        /// The line of the note, from 1.
        line: usize,
        /// Why it cannot be read.
        why: String,
    },
    /// A line names the key but was not signed with it: it was altered, or forged.
    BadSignature {
        /// The commit that the note is on.
        on: CommitId,
        /// The line of the note, from 1.
        line: usize,
        /// The place in the chain that it claims.
        sequence: u64,
    },
    /// A line was signed with another key.
    ForeignKey {
        /// The commit that the note is on.
        on: CommitId,
        /// The line of the note, from 1.
        line: usize,
        /// The id of the key that it names.
        key: String,
    },
    /// A statement is on another commit than the one it is about.
    Misplaced {
        /// Its place in the chain.
        sequence: u64,
        /// The commit that the note is on.
        on: CommitId,
        /// The commit that it is about.
        about: CommitId,
    },
    /// The lines of a note are in another order than they were written.
    Reordered {
        /// The commit that the note is on.
        on: CommitId,
    },
    /// Several statements have the same place in the chain.
    Doubled {
        /// The place.
        sequence: u64,
        /// How many there are.
        times: usize,
    },
    /// Statements are gone.
    Missing {
        /// The first place without a statement.
        from: u64,
        /// The last one.
        to: u64,
    },
    /// A statement does not follow the one before it.
    Broken {
        /// Its place in the chain.
        sequence: u64,
        /// The digest of the line before it, as it says.
        says: Option<Digest>,
        /// The digest of the line before it, as it is.
        is: Option<Digest>,
    },
    /// The end of the chain is gone: a commit knows of more.
    Cut {
        /// How long the chain is now.
        length: u64,
        /// How long it was.
        was: u64,
        /// The commit that says so.
        says: CommitId,
    },
    /// A commit knows another line at a place of the chain.
    Replaced {
        /// The place.
        sequence: u64,
        /// The commit that says so.
        says: CommitId,
    },
    /// The branch `rendered` has a commit that goldpath did not make.
    Unexplained {
        /// The commit.
        rendered: CommitId,
    },
    /// The branch `rendered` has a commit of a change that no valid statement tells of, or one that is newer than what the statement tells of.
    Unrecorded {
        /// The commit.
        rendered: CommitId,
        /// The change.
        change: ChangeId,
        /// Whether a statement tells of older commits of the change.
        newer: bool,
    },
    /// The branch `rendered` has a commit of a change that is not complete yet: no statement tells of it yet.
    Pending {
        /// The commit.
        rendered: CommitId,
        /// The change.
        change: ChangeId,
    },
    /// A statement tells of a commit of `rendered` that is not on the branch.
    Unpublished {
        /// Its place in the chain.
        sequence: u64,
        /// The commit.
        rendered: CommitId,
    },
    /// The folder of a unit on the branch `rendered` is not what was stated.
    OtherBytes {
        /// The place of the statement in the chain.
        sequence: u64,
        /// The unit.
        unit: UnitId,
        /// The digest as stated; nothing: it was taken away.
        stated: Option<Digest>,
        /// The digest as it is; nothing: there is no folder.
        is: Option<Digest>,
        /// The commit of `rendered`.
        rendered: CommitId,
    },
    /// The branch `rendered` has a unit that no statement tells of.
    Unstated {
        /// The unit.
        unit: UnitId,
        /// The commit of `rendered`.
        rendered: CommitId,
    },
}

impl Gap {
    /// Whether something is wrong; else it is only not complete yet.
    pub fn is_error(&self) -> bool {
        !matches!(self, Self::Pending { .. })
    }
}

fn digest(digest: Option<&Digest>) -> String {
    digest.map_or_else(|| "nothing".to_owned(), Digest::short)
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { on, line, why } => write!(f, "line {line} of the note on {} cannot be read: {why}", on.short()),
            Self::BadSignature { on, line, sequence } => write!(
                f,
                "line {line} of the note on {} has a bad signature: it was altered or forged (it claims to be statement {sequence})",
                on.short()
            ),
            Self::ForeignKey { on, line, key } => {
                let shown: String = key.chars().filter(char::is_ascii_hexdigit).take(12).collect();
                write!(f, "line {line} of the note on {} is signed with another key: {shown}", on.short())
            }
            Self::Misplaced { sequence, on, about } => {
                write!(f, "statement {sequence} is on commit {} and is about commit {}", on.short(), about.short())
            }
            Self::Reordered { on } => write!(f, "the lines of the note on {} are not in the order in which they were written", on.short()),
            Self::Doubled { sequence, times } => write!(f, "statement {sequence} is there {times} times"),
            Self::Missing { from, to } if from == to => write!(f, "statement {from} is missing"),
            Self::Missing { from, to } => write!(f, "statements {from} to {to} are missing"),
            Self::Broken { sequence, says, is } => {
                let (says, is) = (digest(says.as_ref()), digest(is.as_ref()));
                write!(f, "statement {sequence} does not follow the one before it: it names {says}, and the line before it is {is}")
            }
            Self::Cut { length, was, says } => {
                write!(f, "the chain was cut: it has {length} statements, and commit {} knows of {was}", says.short())
            }
            Self::Replaced { sequence, says } => write!(f, "statement {sequence} is not the one that commit {} knows", says.short()),
            Self::Unexplained { rendered } => write!(f, "commit {} of the branch rendered was not made by goldpath", rendered.short()),
            Self::Unrecorded { rendered, change, newer: false } => {
                write!(f, "commit {} of the branch rendered belongs to {change}, of which no valid statement tells", rendered.short())
            }
            Self::Unrecorded { rendered, change, newer: true } => {
                write!(
                    f,
                    "commit {} of the branch rendered claims {change} and is newer than what its statement tells of",
                    rendered.short()
                )
            }
            Self::Pending { rendered, change } => {
                write!(f, "commit {} of the branch rendered belongs to {change}, which is not complete yet", rendered.short())
            }
            Self::Unpublished { sequence, rendered } => {
                write!(f, "statement {sequence} tells of commit {}, which is not on the branch rendered", rendered.short())
            }
            Self::OtherBytes { sequence, unit, stated, is, rendered } => {
                let at = rendered.short();
                match (stated, is) {
                    (Some(stated), Some(is)) => {
                        let (stated, is) = (stated.short(), is.short());
                        write!(
                            f,
                            "{unit} has other bytes at commit {at} of the branch rendered ({is}) than statement {sequence} says ({stated})"
                        )
                    }
                    (Some(_), None) => {
                        write!(f, "{unit} is not at commit {at} of the branch rendered, where statement {sequence} says it is")
                    }
                    (None, _) => {
                        write!(f, "{unit} is at commit {at} of the branch rendered, where statement {sequence} says it was taken away")
                    }
                }
            }
            Self::Unstated { unit, rendered } => {
                write!(f, "{unit} is on the branch rendered (at commit {}), and no statement tells of it", rendered.short())
            }
        }
    }
}
