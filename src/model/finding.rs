//! Findings: a user's mistake or a policy result, as a value.

use super::{GoldenPath, RepoPath, TeamName};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where something stands in a file: lines and columns from 1, columns in code points; the end is the column behind the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// The line of the first character, from 1.
    pub line: u32,
    /// The column of the first character, from 1, in code points.
    pub column: u32,
    /// The line of the last character.
    pub end_line: u32,
    /// The column behind the last character.
    pub end_column: u32,
}

impl Span {
    /// The first character of a file: where a finding stands that is about the file as a whole.
    pub const START: Self = Self { line: 1, column: 1, end_line: 1, end_column: 1 };

    /// One point.
    pub fn point(line: u32, column: u32) -> Self {
        Self { line, column, end_line: line, end_column: column }
    }
}

/// A place in the platform repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file.
    pub path: RepoPath,
    /// Where in the file.
    pub span: Span,
}

/// What made a line of a rendered file, as far as that can be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeBy {
    /// The line of the template; nothing where goldpath itself wrote it.
    pub template: Option<Place>,
    /// The values of the request that the line changes with, where they are written.
    pub request: Vec<Place>,
}

impl Place {
    /// A place in a file.
    pub fn new(path: RepoPath, span: Span) -> Self {
        Self { path, span }
    }

    /// A file as a whole.
    pub fn file(path: RepoPath) -> Self {
        Self { path, span: Span::START }
    }
}

/// How much a finding matters: an error holds a change, a warning and a note do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The change cannot go on.
    Error,
    /// Worth a look; the change goes on.
    Warning,
    /// For information.
    Note,
}

/// Whose turn it is to act on a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// Who wrote the request.
    Requester,
    /// The owner of the golden path.
    PathOwner,
    /// The platform team: settings, targets, teams, policies.
    Platform,
}

/// A stable code, listed with an example in `docs/findings.md`: kebab-case, or `policy/<id>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(std::borrow::Cow<'static, str>);

impl Code {
    /// Of what was ended from outside.
    pub const WORKER_ENDED: Self = Code::new("worker-ended");

    /// A code of goldpath's own.
    pub const fn new(code: &'static str) -> Self {
        Self(std::borrow::Cow::Borrowed(code))
    }

    /// The code of a policy's results.
    pub fn policy(id: &str) -> Self {
        Self(format!("policy/{id}").into())
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Another place that a finding speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Related {
    /// Where it is.
    pub place: Place,
    /// What is there.
    pub message: String,
}

/// How help begins to say whose turn it is.
const OWNED: &str = "This is for the owner of the golden path to mend";

/// A user's mistake or a policy result: where, what, what to do next, and whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// Where it stands, at the line that can be edited.
    pub place: Place,
    /// Whether it holds the change.
    pub severity: Severity,
    /// Its stable code.
    pub code: Code,
    /// What is wrong, in one sentence without a full stop; may hold `code` in backticks.
    pub message: String,
    /// The next step, which can be taken without asking anybody; empty when the message says it all.
    pub help: String,
    /// Who can mend it.
    pub turn: Turn,
    /// Other places that it speaks of.
    pub related: Vec<Related>,
}

impl Finding {
    /// An error that the requester can mend.
    pub fn error(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self {
            place,
            severity: Severity::Error,
            code,
            message: message.into(),
            help: String::new(),
            turn: Turn::Requester,
            related: Vec::new(),
        }
    }

    /// A warning for the requester.
    pub fn warning(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// Says the next step.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Says whose turn it is.
    #[must_use]
    pub fn turn(mut self, turn: Turn) -> Self {
        self.turn = turn;
        self
    }

    /// Names another place.
    #[must_use]
    pub fn related(mut self, place: Place, message: impl Into<String>) -> Self {
        self.related.push(Related { place, message: message.into() });
        self
    }

    /// Names the owner of the golden path that it is about, and where to find them, as the last of its help.
    #[must_use]
    pub fn owned(self, path: &GoldenPath) -> Self {
        self.owned_by(&path.owner, path.support.channel.as_deref())
    }

    /// The same for a golden path of which only this much is known.
    #[must_use]
    pub fn owned_by(mut self, owner: &TeamName, channel: Option<&str>) -> Self {
        let at = channel.map_or_else(String::new, |channel| format!(", in {channel}"));
        let gap = if self.help.is_empty() { "" } else { " " };
        self.help += &format!("{gap}{OWNED}: team `{owner}`{at}.");
        self
    }

    /// The same without a word on the owner, where that is nobody.
    #[must_use]
    pub fn unowned(mut self) -> Self {
        if let Some(at) = self.help.find(OWNED) {
            self.help.truncate(self.help[..at].trim_end().len());
        }
        self
    }

    /// Whether its help says who owns the golden path.
    pub fn names_owner(&self) -> bool {
        self.help.contains(OWNED)
    }

    /// Whether it holds the change.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Puts findings in the order in which they are read (file, line, column, severity, code) and drops those said twice.
pub fn sort_findings(findings: &mut Vec<Finding>) {
    findings.sort();
    findings.dedup();
}
