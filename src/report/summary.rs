//! What lists, pages and the API say of changes and of the daemon.

use super::attention::{REFUSED, reason};
use super::comment::{comment, in_full, is_cut};
use super::verdict::{hold_words, verdict, who};
use super::view::View;
use crate::model::{ChangeId, CommitId, TargetName};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One change in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// What people call it.
    pub id: ChangeId,
    /// One line of who wrote it.
    pub title: String,
    /// The branch of the pull request.
    pub branch: Option<String>,
    /// Where it is in its life: `seen`, `rendering`, `planning`, `waiting`, `merging`, `landing`, `held`, `accepted`, `applied`, `closed`.
    pub state: String,
    /// The verdict in plain words.
    pub line: String,
    /// The commit looked at.
    pub head: Option<CommitId>,
    /// Where it is on the default branch.
    pub landed: Option<CommitId>,
    /// What somebody must approve by name.
    pub holds: Vec<HoldSummary>,
    /// When it was first seen.
    pub seen: Timestamp,
    /// When its state last changed.
    pub updated: Timestamp,
}

/// A hold in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldSummary {
    /// What is typed to approve it.
    pub id: String,
    /// Why, in a few words.
    pub reason: String,
    /// Why in full, as Markdown.
    pub text: String,
    /// Who may approve it.
    pub from: String,
}

/// What a person wrote on a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Remark {
    /// Who.
    pub author: String,
    /// When.
    pub at: Timestamp,
    /// What, as Markdown of theirs.
    pub text: String,
}

/// One change in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// What the list says.
    #[serde(flatten)]
    pub summary: Summary,
    /// The comment, as Markdown.
    pub report: String,
    /// Where the comment does not say all of it: everything that is wrong and changes.
    #[serde(default, skip_serializing_if = "Everything::is_said")]
    pub everything: Everything,
    /// What people wrote.
    pub remarks: Vec<Remark>,
}

/// What is shown of a change besides its comment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Everything {
    /// The comment says all of it.
    #[default]
    Said,
    /// All of it, as Markdown.
    Shown(String),
    /// What changes is not known any more: the commits that were compared, where they are.
    Forgotten {
        /// The commit before.
        base: Option<CommitId>,
        /// The commit that was looked at.
        head: Option<CommitId>,
    },
}

/// How the daemon is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DaemonStatus {
    /// The version of goldpath.
    pub version: String,
    /// The repository that it watches, without credentials.
    pub repository: String,
    /// The branch that is the wanted state.
    pub branch: String,
    /// Its tip, as last seen.
    pub tip: Option<CommitId>,
    /// The newest commit whose settings were accepted.
    pub accepted: Option<CommitId>,
    /// Changes that have not ended.
    pub open: usize,
    /// Changes that are held: somebody has to approve something before they go on.
    pub held: usize,
    /// What was known of the default branch is no longer part of it: nothing lands until it is again.
    pub rewound: bool,
    /// What this machine's kernel does not give to shut in what pull requests bring; empty: everything that is asked for.
    #[serde(default)]
    pub sandbox_lacks: Vec<String>,
    /// How often the repository was looked at since the start.
    pub rounds: u64,
    /// The targets.
    pub targets: Vec<TargetStatus>,
}

/// How far a target is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetStatus {
    /// The target.
    pub target: TargetName,
    /// Units that it holds.
    pub applied: usize,
    /// Moves that wait or run.
    pub queued: usize,
    /// Moves that failed.
    pub failed: usize,
    /// Moves that are held.
    pub held: usize,
}

impl Everything {
    /// Whether the comment says all of it.
    fn is_said(&self) -> bool {
        *self == Self::Said
    }
}

impl Detail {
    /// What is shown besides the comment, where that leaves something out.
    pub fn everything(&self) -> Option<&Everything> {
        match &self.everything {
            Everything::Said => None,
            Everything::Shown(_) => Some(&self.everything),
            Everything::Forgotten { .. } => is_cut(&self.report).then_some(&self.everything),
        }
    }
}

impl HoldSummary {
    /// What clears it, where no approval does.
    pub fn refused(&self) -> Option<&'static str> {
        self.from.is_empty().then_some(REFUSED)
    }
}

impl Summary {
    /// Whether anything may still become of it.
    pub fn is_open(&self) -> bool {
        !matches!(self.state.as_str(), "applied" | "closed")
    }

    /// Whether it is held: on the default branch, or by something that is approved by name.
    pub fn is_held(&self) -> bool {
        self.state == "held" || !self.holds.is_empty()
    }
}

/// One change in a list.
pub fn summary(view: &View<'_>) -> Summary {
    let holds = view.holds();
    let summed = holds.iter().map(|hold| HoldSummary {
        id: hold.id.to_string(),
        reason: hold_words(&hold.reason),
        text: reason(&hold.reason),
        from: who(&hold.from),
    });
    Summary {
        id: view.change.id.clone(),
        title: view.change.title.clone(),
        branch: view.change.branch.clone(),
        state: state(view).to_owned(),
        line: verdict(view).line,
        head: view.commits().1.cloned(),
        landed: view.change.landing().map(|landing| landing.commit.clone()),
        holds: summed.collect(),
        seen: view.change.seen,
        updated: view.change.updated,
    }
}

/// One line for a list: the verdict.
pub fn summary_line(view: &View<'_>) -> String {
    let verdict = verdict(view);
    format!("{}{}", verdict.mark.symbol(), verdict.line)
}

/// One change in full, with what people wrote on it.
pub fn detail(view: &View<'_>, remarks: Vec<Remark>) -> Detail {
    let everything = match (view.evaluation, in_full(view)) {
        (Some(_), None) => Everything::Said,
        (Some(_), Some(all)) => Everything::Shown(all),
        (None, _) => {
            let (base, head) = view.commits();
            Everything::Forgotten { base: base.cloned(), head: head.cloned() }
        }
    };
    Detail { summary: summary(view), report: comment(view), everything, remarks }
}

/// The phase in the words of people: what is recorded is applied.
fn state(view: &View<'_>) -> &'static str {
    match view.change.phase() {
        "recorded" => "applied",
        phase => phase,
    }
}
