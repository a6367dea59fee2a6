//! What a report is made from.

use crate::change::{Change, ChangeState};
use crate::delivery::{Job, Progress, Status};
use crate::diff::Diff;
use crate::model::{CommitId, Finding, GoldenPath, Platform, RepoPath, Turn, UnitId};
use crate::observe::{Effect, TerraformPlan};
use crate::plan::{ApplyPlan, Evaluation, Hold, Plans, Proposed, WaitingOn};
use std::collections::BTreeSet;
use std::time::Duration;

/// Everything that is known of one change. The same view gives the same text, byte for byte; so nothing in it is a clock.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The change.
    pub change: &'a Change,
    /// The newest comparison of it: of the pull request, or once it is on the default branch, of that.
    pub evaluation: Option<&'a Evaluation>,
    /// What Terraform would do, where it was asked.
    pub plans: Option<&'a Plans>,
    /// How far its moves are, once it is accepted.
    pub progress: Option<&'a Progress<'a>>,
    /// What the head says: for the support of golden paths and the digests of releases.
    pub platform: Option<&'a Platform>,
    /// Where things can be looked at, and what can be typed.
    pub links: Links<'a>,
}

/// Where things can be looked at, and what can be typed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Links<'a> {
    /// The page of the change.
    pub page: Option<&'a str>,
    /// The address of the files of the head, before `/<path>#L<line>`.
    pub files: Option<&'a str>,
    /// Commands that work as a comment here, as they are typed: `/goldpath help`. Holds are offered `/goldpath approve` when it is among them.
    pub commands: &'a [&'a str],
    /// Whether `goldpath change …` reaches the daemon.
    pub terminal: bool,
}

impl<'a> View<'a> {
    pub(super) fn diff(&self) -> Option<&'a Diff> {
        self.evaluation.map(|evaluation| &evaluation.diff)
    }

    /// All findings: of the comparison and of the policies that look at plans.
    pub(super) fn findings(&self) -> Vec<&'a Finding> {
        let of_plans = self.plans.iter().flat_map(|plans| &plans.findings);
        let mut findings: Vec<&Finding> = self.evaluation.iter().flat_map(|evaluation| &evaluation.findings).chain(of_plans).collect();
        findings.sort();
        findings.dedup();
        findings
    }

    pub(super) fn errors(&self) -> usize {
        match (self.evaluation, &self.change.state) {
            // after a start only their number is known
            (None, ChangeState::Waiting(review)) => review.errors,
            (_, _) => self.findings().iter().filter(|finding| finding.is_error()).count(),
        }
    }

    /// Whether what changes is shown: not while mistakes stand in the way of everything, but always where something may be applied or approved.
    pub(super) fn shows_moves(&self) -> bool {
        let may_go_on = match &self.change.state {
            ChangeState::Merging { .. } | ChangeState::Landing { .. } | ChangeState::Held(_) | ChangeState::Accepted(_) => true,
            ChangeState::Seen
            | ChangeState::Rendering { .. }
            | ChangeState::Planning { .. }
            | ChangeState::Waiting(_)
            | ChangeState::Closed => false,
        };
        may_go_on || self.errors() == 0
    }

    /// What it would do, as far as it is known.
    pub(super) fn apply_plan(&self) -> Option<&'a ApplyPlan<Proposed>> {
        match &self.change.state {
            ChangeState::Waiting(review) | ChangeState::Merging { review, .. } => Some(&review.plan),
            ChangeState::Landing { review, .. } => review.as_ref().map(|review| &review.plan),
            ChangeState::Held(held) => Some(&held.plan),
            ChangeState::Seen
            | ChangeState::Rendering { .. }
            | ChangeState::Planning { .. }
            | ChangeState::Accepted(_)
            | ChangeState::Closed => None,
        }
    }

    /// What Terraform would do to one unit.
    pub(super) fn plan_of(&self, unit: &UnitId) -> Option<&'a TerraformPlan> {
        self.plans?.plans.get(unit)
    }

    /// Why there is no plan of a unit.
    pub(super) fn unplanned(&self, unit: &UnitId) -> Option<&'a String> {
        self.plans?.failed.get(unit)
    }

    /// Its moves, in order of their units.
    pub(super) fn jobs(&self) -> Vec<&'a Job> {
        self.progress.iter().flat_map(|progress| progress.jobs.values().copied()).collect()
    }

    pub(super) fn job(&self, unit: &UnitId) -> Option<&'a Job> {
        self.progress?.jobs.get(unit).copied()
    }

    /// Moves that were refused or cannot be made now.
    pub(super) fn failures(&self) -> Vec<&'a Job> {
        self.jobs().into_iter().filter(|job| matches!(job.status, Status::Failed { .. })).collect()
    }

    /// Every hold that somebody could clear now, each once.
    pub fn holds(&self) -> Vec<Hold> {
        let of_change =
            self.change.waiting().into_iter().filter_map(|waiting| if let WaitingOn::Hold(hold) = waiting { Some(hold) } else { None });
        let mut holds: Vec<Hold> = of_change.collect();
        match &self.change.state {
            ChangeState::Held(held) => holds.extend(held.holds().filter(|hold| !hold.is_cleared(&self.change.facts)).cloned()),
            ChangeState::Accepted(_) => {
                let of_jobs = self.jobs().into_iter();
                holds.extend(of_jobs.filter_map(|job| if let Status::Held(hold) = &job.status { Some(hold.clone()) } else { None }));
            }
            ChangeState::Seen
            | ChangeState::Rendering { .. }
            | ChangeState::Planning { .. }
            | ChangeState::Waiting(_)
            | ChangeState::Merging { .. }
            | ChangeState::Landing { .. }
            | ChangeState::Closed => {}
        }
        holds.sort();
        holds.dedup();
        holds
    }

    /// The commits that were compared: base and head.
    pub(super) fn commits(&self) -> (Option<&'a CommitId>, Option<&'a CommitId>) {
        match (&self.change.state, self.evaluation) {
            (_, Some(evaluation)) => (evaluation.round.base.as_ref(), Some(&evaluation.round.head)),
            (ChangeState::Rendering { round } | ChangeState::Planning { round, .. }, None) => (round.base.as_ref(), Some(&round.head)),
            (_, None) => match (self.change.landing(), self.apply_plan()) {
                (Some(landing), _) => (landing.base.as_ref(), Some(&landing.commit)),
                (None, Some(plan)) => (None, Some(&plan.head)),
                (None, None) => (None, None),
            },
        }
    }

    /// What was approved: the head of the pull request, and what it came to.
    pub(super) fn reviewed(&self) -> Option<(&'a CommitId, Option<&'a Effect>)> {
        let of = |plan: &'a ApplyPlan<Proposed>| (&plan.head, plan.effect.as_ref());
        match &self.change.state {
            ChangeState::Waiting(review) | ChangeState::Merging { review, .. } => Some(of(&review.plan)),
            ChangeState::Landing { review, .. } => review.as_ref().map(|review| of(&review.plan)),
            ChangeState::Held(held) => held.review.as_ref().map(|review| of(&review.plan)),
            ChangeState::Accepted(accepted) => accepted.reviewed_head.as_ref().map(|head| (head, accepted.plan.effect.as_ref())),
            ChangeState::Seen | ChangeState::Rendering { .. } | ChangeState::Planning { .. } | ChangeState::Closed => None,
        }
    }

    /// How long it took to render and compare what is reviewed, where that is to be said.
    pub(super) fn took(&self) -> Option<Duration> {
        match &self.change.state {
            ChangeState::Waiting(review) | ChangeState::Merging { review, .. } => review.took,
            ChangeState::Seen
            | ChangeState::Rendering { .. }
            | ChangeState::Planning { .. }
            | ChangeState::Landing { .. }
            | ChangeState::Held(_)
            | ChangeState::Accepted(_)
            | ChangeState::Closed => None,
        }
    }

    /// The golden path that answers for a finding: the one whose file it stands in, or the one of the request.
    pub(super) fn path_of(&self, finding: &Finding) -> Option<&'a GoldenPath> {
        let platform = self.platform?;
        let name = match finding.place.path.below("golden-paths") {
            Some(below) => below.split('/').next()?.to_owned(),
            None => self.release_of(&finding.place.path)?,
        };
        platform.paths.values().find(|path| path.name.as_str() == name)
    }

    fn release_of(&self, file: &RepoPath) -> Option<String> {
        let request = self.platform?.requests.values().find(|request| request.file == *file)?;
        Some(request.release.path.to_string())
    }

    /// Users who wrote the change, as far as the forge knows them.
    pub(super) fn authors(&self) -> Vec<&'a str> {
        let authors = self.change.facts.authors.iter();
        authors
            .filter_map(|author| match author {
                crate::observe::Author::User(user) => Some(user.as_str()),
                crate::observe::Author::Email(_) => None,
            })
            .collect()
    }

    /// Whose turn the errors are.
    pub(super) fn turns(&self) -> BTreeSet<Turn> {
        self.findings().into_iter().filter(|finding| finding.is_error()).map(|finding| finding.turn).collect()
    }

    /// The address of a line of a file of the head.
    pub(super) fn address(&self, path: &str, line: u32) -> Option<String> {
        let files = self.links.files?;
        Some(format!("{files}/{}#L{line}", super::text::in_address(path)))
    }

    /// Whether a command works as a comment here.
    pub(super) fn can_comment(&self, verb: &str) -> bool {
        self.links
            .commands
            .iter()
            .any(|command| command.strip_prefix("/goldpath ").is_some_and(|rest| rest.split(' ').next() == Some(verb)))
    }
}
