//! Rounds of looking at a change: both sides read and rendered, compared, judged, planned.

use super::{Bench, Outside, Tree, evaluate, judgement, keep, recall};
use crate::command::Event;
use crate::error::Error;
use crate::model::{CommitId, Finding, ReleaseId, RepoPath, TargetKind, UnitId};
use crate::observe::TerraformPlan;
use crate::plan::{Evaluation, Plans, Round};
use crate::policy;
use crate::render::Limits;
use crate::snapshot::Snapshot;
use crate::worker;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// How long a worker may take for one pull request.
const WALL: Duration = Duration::from_secs(60);

impl Outside {
    /// A tree whose content was accepted, read in this process.
    pub(super) fn trusted(&self, commit: &CommitId) -> Result<Arc<Tree>, Error> {
        if let Some(tree) = recall(&mut self.kept().trusted, commit) {
            return Ok(tree);
        }
        let snapshot = self.snapshot(commit)?;
        let mut cache = std::mem::take(&mut self.kept().cache);
        let tree = Arc::new(Tree::read(snapshot, &mut cache, self.threads));
        let mut kept = self.kept();
        kept.cache = cache;
        keep(&mut kept.trusted, commit.clone(), tree.clone());
        Ok(tree)
    }

    /// The files of a commit; what a tree that is known already has is not read again.
    fn snapshot(&self, commit: &CommitId) -> Result<Snapshot, Error> {
        let newest = self.kept().trusted.last().map(|(_, tree)| tree.clone());
        Ok(match newest {
            Some(tree) => self.git.snapshot_again(&tree.snapshot, commit)?,
            None => self.git.snapshot(commit)?,
        })
    }

    /// What a round gives; asked again, the same answer.
    pub(super) fn evaluation(&self, round: &Round, judge: Option<&CommitId>) -> Result<Arc<Evaluation>, Error> {
        let key = (round.clone(), judge.cloned());
        if let Some(evaluation) = recall(&mut self.kept().evaluations, &key) {
            return Ok(evaluation);
        }
        let evaluation = Arc::new(self.evaluate(round, judge)?);
        keep(&mut self.kept().evaluations, key, evaluation.clone());
        Ok(evaluation)
    }

    fn evaluate(&self, round: &Round, judge: Option<&CommitId>) -> Result<Evaluation, Error> {
        let base = round.base.as_ref().map(|base| self.trusted(base)).transpose()?;
        let judge = judge.map(|judge| self.trusted(judge)).transpose()?.or_else(|| base.clone());
        let bench = || Bench { round: round.clone(), judge: judge.as_deref(), owners: self.owners.clone(), today: today() };
        let head = match self.head(round)? {
            Head::Tree(tree) => tree,
            Head::Conflicts(files) => return Ok(self.nothing_to_compare(round, judge.as_deref(), files, Vec::new())),
            Head::Dead(findings) => return Ok(self.nothing_to_compare(round, judge.as_deref(), Vec::new(), findings)),
        };
        Ok(evaluate(base.as_deref(), &head, bench()))
    }

    /// A branch that does not merge, or that cannot be rendered to its end, has nothing to be compared.
    fn nothing_to_compare(&self, round: &Round, judge: Option<&Tree>, files: Vec<RepoPath>, findings: Vec<Finding>) -> Evaluation {
        Evaluation {
            round: round.clone(),
            judgement: judge.map(|judge| judgement(&judge.parsed.platform, self.owners.clone())).unwrap_or_default(),
            platform: Arc::default(),
            settings_readable: true,
            diff: Default::default(),
            findings,
            tallies: BTreeMap::new(),
            waived: Vec::new(),
            conflicts: files.into_iter().map(String::from).collect(),
        }
    }

    /// The head of a round, or what its merge would give, read and rendered by a worker: it is what a pull request brought.
    fn head(&self, round: &Round) -> Result<Head, Error> {
        if let Some(tree) = recall(&mut self.kept().heads, round) {
            return Ok(Head::Tree(tree));
        }
        let snapshot = match round.base.as_ref().filter(|_| round.preview) {
            None => self.snapshot(&round.head)?,
            Some(base) => {
                let merged = self.git.merge_preview(base, &round.head)?;
                if !merged.conflicts.is_empty() {
                    return Ok(Head::Conflicts(merged.conflicts));
                }
                let base = self.trusted(base)?;
                self.git.snapshot_of_tree(&merged.tree, &base.snapshot)?
            }
        };
        let job = worker::Job { snapshot: snapshot.clone(), limits: Limits::default(), threads: self.threads };
        let evaluated = match worker::evaluate(&self.exe, &job, WALL) {
            Ok(evaluated) => evaluated,
            Err(death) if death.findings().is_empty() => return Err(death.into()),
            Err(death) => return Ok(Head::Dead(death.findings())),
        };
        let tree = Arc::new(Tree { snapshot, parsed: evaluated.parsed, rendered: evaluated.rendered });
        keep(&mut self.kept().heads, round.clone(), tree.clone());
        Ok(Head::Tree(tree))
    }

    /// Asks Terraform what it would do for each unit whose templates are those of the base.
    pub(super) fn plan(&self, round: &Round, judge: Option<&CommitId>, units: &[UnitId]) -> Result<Event, Error> {
        let evaluation = self.evaluation(round, judge)?;
        let base = round.base.as_ref().map(|base| self.trusted(base)).transpose()?;
        let Head::Tree(head) = self.head(round)? else { return Err(Error::bug("a branch that does not merge is not planned")) };
        let mut plans: BTreeMap<UnitId, TerraformPlan> = BTreeMap::new();
        let mut failed = BTreeMap::new();
        for unit in units {
            let after = head.rendered.units.get(unit);
            let before = base.as_deref().and_then(|base| base.rendered.units.get(unit));
            let Some(wanted) = after.or(before).filter(|unit| unit.target_kind == TargetKind::Terraform) else { continue };
            if after.is_some() && !same_release(base.as_deref(), &head, &wanted.release) {
                continue;
            }
            match self.terraform_plan(wanted, after.is_none()) {
                Ok(plan) => drop(plans.insert(unit.clone(), plan)),
                Err(error) => drop(failed.insert(unit.clone(), super::said(&error))),
            }
        }
        let findings = self.judge_plans(&head, judge, &plans, &evaluation)?;
        Ok(Event::Planned(Box::new(Plans { evaluation, plans, failed, findings })))
    }

    /// What the policies say of the plans that they did not say before.
    fn judge_plans(
        &self,
        head: &Tree,
        judge: Option<&CommitId>,
        plans: &BTreeMap<UnitId, TerraformPlan>,
        evaluation: &Evaluation,
    ) -> Result<Vec<Finding>, Error> {
        let Some(judge) = judge.map(|judge| self.trusted(judge)).transpose()? else { return Ok(Vec::new()) };
        let (policies, _) = policy::compile(&judge.snapshot, &judge.parsed.platform);
        let only: BTreeSet<UnitId> = plans.keys().cloned().collect();
        let verdicts = head.judge_plans(&policies, Some(&only), plans, &judge.parsed.platform.exceptions, &today());
        Ok(verdicts.findings.into_iter().filter(|finding| !evaluation.findings.contains(finding)).collect())
    }
}

/// What a round looks at.
enum Head {
    Tree(Arc<Tree>),
    Conflicts(Vec<RepoPath>),
    Dead(Vec<Finding>),
}

/// Whether a release is the same on both sides: what a pull request brought is not run against the world.
fn same_release(base: Option<&Tree>, head: &Tree, release: &ReleaseId) -> bool {
    let digest = |tree: &Tree| tree.parsed.platform.releases.get(release).map(|release| release.digest);
    base.is_some_and(|base| digest(base).is_some() && digest(base) == digest(head))
}

/// The date, UTC.
pub(super) fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}
