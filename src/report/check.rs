//! The check run and the commit status of a change.

use super::comment::{comment, only_merge};
use super::verdict::{Mark, verdict};
use super::view::View;
use crate::change::ChangeState;
use crate::model::Finding;
use crate::observe::Conclusion;

/// The most characters of a commit status.
pub const MOST_OF_A_STATUS: usize = 140;
/// The most annotations of one check run.
pub const MOST_ANNOTATIONS: usize = 50;

/// A check run.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// How it ended.
    pub conclusion: Conclusion,
    /// The verdict in plain words.
    pub title: String,
    /// The comment.
    pub summary: String,
    /// Findings to be shown at their lines, errors first, at most [`MOST_ANNOTATIONS`].
    pub annotations: Vec<Finding>,
}

/// The check run of a change.
pub fn check(view: &View<'_>) -> Check {
    let mut annotations: Vec<Finding> = view.findings().into_iter().cloned().collect();
    annotations.sort_by_key(|finding| finding.severity);
    annotations.truncate(MOST_ANNOTATIONS);
    Check { conclusion: conclusion(view), title: verdict(view).line, summary: comment(view), annotations }
}

fn conclusion(view: &View<'_>) -> Conclusion {
    match (verdict(view).mark, &view.change.state) {
        (_, ChangeState::Closed) => Conclusion::Neutral,
        (Mark::Busy, _) => Conclusion::Pending,
        (Mark::Stop | Mark::Failed, _) => Conclusion::Failure,
        (Mark::Done, _) => Conclusion::Success,
        (Mark::Well | Mark::Danger, ChangeState::Waiting(_)) if only_merge(view) => Conclusion::Success,
        (Mark::Well | Mark::Danger, _) => Conclusion::ActionRequired,
    }
}

/// The commit status of a change: its state, and the verdict in at most [`MOST_OF_A_STATUS`] characters.
pub fn status(view: &View<'_>) -> (Conclusion, String) {
    (conclusion(view), shortened(&verdict(view).line, MOST_OF_A_STATUS))
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}
