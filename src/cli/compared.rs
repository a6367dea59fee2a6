//! What the working tree is compared with, and how the policies of that judge it.

use super::base::Base;
use super::place;
use crate::diff::{TARGET_WIDENED, changed_files};
use crate::error::Error;
use crate::model::{Finding, RepoPath};
use crate::policy::{self, Waived};
use crate::snapshot::Snapshot;
use std::collections::BTreeSet;
use std::path::Path;

/// What the working tree is compared with.
#[derive(Default)]
pub(super) struct Compared {
    /// What it is compared with, where something differs.
    pub(super) base: Option<Snapshot>,
    /// What differs; nothing where there is nothing to compare with.
    pub(super) changed: Option<BTreeSet<RepoPath>>,
    /// Why there is nothing, where there should be.
    pub(super) unknown: Option<String>,
}

impl Compared {
    /// What a working tree is compared with: `rev`, or where it left the default branch.
    pub(super) fn of(rev: Option<&str>, root: &Path, snapshot: &Snapshot) -> Result<Self, Error> {
        let Some(repository) = place::repository(root) else {
            if rev.is_some() {
                let why = format!("`--base` compares with a commit, and {} is not the top of a Git repository", root.display());
                return Err(Error::usage(why).hint("leave it out, or run it in a clone of the platform repository"));
            }
            return Ok(Self::default());
        };
        Ok(match Base::of(&repository, rev)? {
            // what the working tree has too is not read again
            Base::Commit(commit) => Self::with(repository.snapshot_again(snapshot, &commit)?, snapshot),
            Base::Nothing => Self::default(),
            Base::Unknown(why) => Self { unknown: Some(why.note()), ..Self::default() },
        })
    }

    fn with(base: Snapshot, snapshot: &Snapshot) -> Self {
        let changed: BTreeSet<RepoPath> = changed_files(Some(&base), snapshot).into_keys().collect();
        Self { base: Some(base).filter(|_| !changed.is_empty()), changed: Some(changed), unknown: None }
    }
}

/// Adds what is said of a tree by the policies, exceptions and targets of its base, where it has others; what is refused is not warned of as well.
/// `waived`: by exceptions of the tree.
pub(super) fn add_by_base(base: &Snapshot, snapshot: &Snapshot, findings: &mut Vec<Finding>, waived: &[Waived]) {
    let same_targets = base.folder_digest("targets") == snapshot.folder_digest("targets");
    if same_targets && policy::same_files(base, snapshot) && policy::same_exceptions(base, snapshot) {
        return;
    }
    let more = by_base(base, snapshot, findings, waived);
    let is_refused = |finding: &Finding| more.iter().any(|refused| refused.is_error() && is_of_same(refused, finding));
    findings.retain(|finding| finding.is_error() || !is_refused(finding));
    findings.extend(more);
}

/// What is said of a change only by the policies, exceptions and targets of its base, which judge its pull request.
fn by_base(base: &Snapshot, snapshot: &Snapshot, known: &[Finding], waived: &[Waived]) -> Vec<Finding> {
    let is_policy = |finding: &Finding| finding.code.as_str().starts_with("policy/") || policy::ended(finding).is_some();
    let said = |finding: Finding| {
        if !is_policy(&finding) {
            return finding;
        }
        let later = waived.iter().find(|waived| waived.is_of(&finding));
        let later = later.map(|waived| format!(" `{}` waives this once it is there.", waived.exception)).unwrap_or_default();
        let help = format!(
            "The policies and exceptions of the default branch judge this change: those that it brings count from then on.{later} {}",
            finding.help
        );
        if finding.is_error() { finding.help(help) } else { finding }
    };
    // a side that does not come to its end has been told of already, or is the base's own
    let all = super::diff::findings(base, snapshot).unwrap_or_default();
    let is_judged = |finding: &Finding| is_policy(finding) || finding.code == TARGET_WIDENED;
    all.into_iter().filter(|finding| is_judged(finding) && !is_known(finding, known)).map(said).collect()
}

/// Whether what the base's policies say is said by those of the head too, and refuses as much.
fn is_known(finding: &Finding, known: &[Finding]) -> bool {
    let ended = policy::ended(finding);
    known.iter().any(|known| match &ended {
        Some(policy) => policy::ended(known).as_ref() == Some(policy),
        None if finding.is_error() => known.is_error() && is_of_same(finding, known),
        None => (&finding.code, &finding.place) == (&known.code, &known.place),
    })
}

/// Whether two findings say the same of one place, however much it matters.
fn is_of_same(one: &Finding, other: &Finding) -> bool {
    (&one.code, &one.place, policy::said(one)) == (&other.code, &other.place, policy::said(other))
}
