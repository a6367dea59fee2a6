//! Rounds of looking at a change: both sides read and rendered, compared, judged, planned.

use super::{Asks, Bench, Outside, Tree, evaluate, judgement, keep, recall, traced};
use crate::command::Event;
use crate::error::Error;
use crate::model::{CommitId, Digest, Finding, ReleaseId, RepoPath, TargetKind, UnitId, day};
use crate::observe::TerraformPlan;
use crate::plan::{ErrorAt, Evaluation, Plans, Round};
use crate::policy;
use crate::snapshot::Snapshot;
use crate::worker::{Asked, Judge};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

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
        let key = (round.clone(), judge.cloned(), today());
        if let Some(evaluation) = recall(&mut self.kept().evaluations, &key) {
            return Ok(evaluation);
        }
        let began = Instant::now();
        let mut evaluation = self.evaluate(round, judge)?;
        evaluation.took = Some(began.elapsed());
        let evaluation = Arc::new(evaluation);
        keep(&mut self.kept().evaluations, key, evaluation.clone());
        Ok(evaluation)
    }

    fn evaluate(&self, round: &Round, judge: Option<&CommitId>) -> Result<Evaluation, Error> {
        let base = self.base(round, judge)?;
        let judge_tree = self.judge(judge)?.or_else(|| base.clone());
        let bench = Bench { round: round.clone(), judge: judge_tree.as_deref(), owners: self.owners.clone(), today: today() };
        match self.head(round, judge)? {
            Head::Tree(head) => Ok(evaluate(base.as_deref(), &head, bench)),
            Head::Conflicts(files) => Ok(self.nothing_to_compare(round, bench.judge, files, Vec::new())),
            Head::Dead(findings) => Ok(self.nothing_to_compare(round, bench.judge, Vec::new(), findings)),
        }
    }

    /// What a newer judge says of a round; by the same rules it says the same.
    pub(super) fn judged_again(&self, round: &Round, judge: &CommitId, rules: Option<Digest>) -> Result<Event, Error> {
        let (base, tree) = (self.base(round, Some(judge))?, self.trusted(judge)?);
        if rules == Some(tree.rules(base.as_deref(), &today())) {
            return Ok(Event::JudgedAlike { round: round.clone(), judge: judge.clone(), rules, day: Some(today()) });
        }
        self.evaluation(round, Some(judge)).map(Event::Rendered)
    }

    fn judge(&self, judge: Option<&CommitId>) -> Result<Option<Arc<Tree>>, Error> {
        judge.map(|judge| self.trusted(judge)).transpose()
    }

    /// The base of a round. The default branch may hold what was never accepted, because somebody pushed it there: that is read by a worker like
    /// any other proposal, and where not even that comes to an end, the newest accepted tree is compared with.
    pub(super) fn base(&self, round: &Round, judge: Option<&CommitId>) -> Result<Option<Arc<Tree>>, Error> {
        let Some(commit) = &round.base else { return Ok(None) };
        if Some(commit) == judge {
            return self.trusted(commit).map(Some);
        }
        match self.unaccepted(commit)? {
            Head::Tree(tree) if tree.ends => Ok(Some(tree)),
            Head::Tree(_) | Head::Conflicts(_) | Head::Dead(_) => self.judge(judge),
        }
    }

    fn unaccepted(&self, commit: &CommitId) -> Result<Head, Error> {
        let itself = Round { base: None, head: commit.clone(), preview: false };
        self.worked((itself, Asks::Nobody), || self.snapshot(commit), None)
    }

    /// The commit, when it is known that reading it comes to an end: it was read here before, or a worker can.
    pub(super) fn ends(&self, commit: &CommitId) -> Result<Option<CommitId>, Error> {
        let known = recall(&mut self.kept().trusted, commit).is_some();
        let ends = known || matches!(self.unaccepted(commit)?, Head::Tree(tree) if tree.ends);
        Ok(ends.then(|| commit.clone()))
    }

    /// A branch that does not merge, or that cannot be rendered to its end, has nothing to be compared.
    fn nothing_to_compare(&self, round: &Round, judge: Option<&Tree>, files: Vec<RepoPath>, findings: Vec<Finding>) -> Evaluation {
        Evaluation {
            round: round.clone(),
            judge: judge.and_then(|judge| judge.snapshot.commit().cloned()),
            rules: None,
            day: Some(today()),
            judgement: judge.map(|judge| judgement(&judge.parsed.platform, self.owners.clone())).unwrap_or_default(),
            platform: Arc::default(),
            // what came to no end is never accepted, also when somebody pushed it to the default branch
            settings_readable: findings.is_empty(),
            diff: Default::default(),
            findings,
            tallies: BTreeMap::new(),
            waived: Vec::new(),
            conflicts: files.into_iter().map(|file| file.to_string()).collect(),
            took: None,
        }
    }

    /// The head of a round, or what its merge would give, read and rendered by a worker: it is what a pull request brought.
    fn head(&self, round: &Round, judge: Option<&CommitId>) -> Result<Head, Error> {
        let (base, judge_tree) = (self.base(round, judge)?, self.judge(judge)?);
        let key = (round.clone(), Asks::For(judge.cloned(), today()));
        if let Some(tree) = recall(&mut self.kept().heads, &key) {
            return Ok(Head::Tree(tree));
        }
        let snapshot = match round.base.as_ref().filter(|_| round.preview) {
            None => self.snapshot(&round.head)?,
            Some(base) => {
                let merged = self.git.merge_preview(base, &round.head)?;
                if !merged.conflicts.is_empty() {
                    return Ok(Head::Conflicts(merged.conflicts));
                }
                self.git.snapshot_of_tree(&merged.tree, &self.snapshot(base)?)?
            }
        };
        let asked = match &base {
            Some(base) => self.asked(round, judge, (base, judge_tree.as_deref().unwrap_or(base)), &snapshot)?,
            None => Asked::about_what_is_new(today()),
        };
        self.worked(key, || Ok(snapshot), Some(asked))
    }

    /// What policies are asked about the head of a round. What landed before its judge is judged by the judge's alone: what its own refuse is
    /// mended by newer ones.
    fn asked(&self, round: &Round, judge: Option<&CommitId>, (base, tree): (&Tree, &Tree), head: &Snapshot) -> Result<Asked, Error> {
        let landed_before = |judge: &CommitId| Ok::<_, Error>(*judge != round.head && self.git.is_ancestor(&round.head, judge)?);
        let is_newer = !round.preview && judge.map_or(Ok(false), landed_before)?;
        let mut asked = base.asks(head, tree, &today());
        asked.judge = asked.judge.map(|judge| Judge { is_newer, ..judge });
        Ok(asked)
    }

    /// What a worker makes of files, kept for the next time.
    fn worked(&self, key: (Round, Asks), snapshot: impl FnOnce() -> Result<Snapshot, Error>, asked: Option<Asked>) -> Result<Head, Error> {
        if let Some(tree) = recall(&mut self.kept().heads, &key) {
            return Ok(Head::Tree(tree));
        }
        match Tree::apart(&self.exe, snapshot()?, asked, self.threads) {
            Ok(tree) => {
                let tree = Arc::new(tree);
                keep(&mut self.kept().heads, key, tree.clone());
                Ok(Head::Tree(tree))
            }
            Err(death) if death.findings().is_empty() => Err(death.into()),
            Err(death) => Ok(Head::Dead(death.findings())),
        }
    }

    /// Asks Terraform what it would do for each unit whose templates are those of the base.
    pub(super) fn plan(&self, round: &Round, judge: Option<&CommitId>, units: &[UnitId]) -> Result<Event, Error> {
        let evaluation = self.evaluation(round, judge)?;
        let base = self.base(round, judge)?;
        let Head::Tree(head) = self.head(round, judge)? else { return Err(Error::bug("a branch that does not merge is not planned")) };
        let mut plans: BTreeMap<UnitId, TerraformPlan> = BTreeMap::new();
        let (mut failed, mut errors, mut recreated) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for unit in units {
            let after = head.rendered.units.get(unit);
            let before = base.as_deref().and_then(|base| base.rendered.units.get(unit));
            let Some(wanted) = after.or(before).filter(|unit| unit.target_kind == TargetKind::Terraform) else { continue };
            if after.is_some() && !same_release(base.as_deref(), &head, &wanted.release) {
                continue;
            }
            match self.terraform_plan(wanted, after.is_none(), base.as_deref()) {
                Ok(plan) => {
                    let places = base.as_deref().filter(|_| after.is_some());
                    let places = places.map(|base| traced::recreated(base, &head, wanted, &plan.actions)).unwrap_or_default();
                    recreated.extend((!places.is_empty()).then(|| (unit.clone(), places)));
                    plans.insert(unit.clone(), plan);
                }
                Err((error, at)) => {
                    failed.insert(unit.clone(), super::said(&error));
                    let made_by =
                        |file: &str, line| traced::made_by(base.as_deref().filter(|_| after.is_some())?, &head, wanted, file, line);
                    errors.extend(at.map(|(file, line)| (unit.clone(), ErrorAt { made_by: made_by(&file, line), file, line })));
                }
            }
        }
        let findings = self.judge_plans((round, base.as_deref(), &head), judge, &plans)?;
        Ok(Event::Planned(Box::new(Plans { evaluation, plans, failed, findings, errors, recreated })))
    }

    /// What the policies say of the plans that they did not say before.
    fn judge_plans(
        &self,
        (round, base, head): (&Round, Option<&Tree>, &Tree),
        judge: Option<&CommitId>,
        plans: &BTreeMap<UnitId, TerraformPlan>,
    ) -> Result<Vec<Finding>, Error> {
        let judge_tree = self.judge(judge)?;
        let (Some(tree), false) = (judge_tree.as_deref().or(base), plans.is_empty()) else { return Ok(Vec::new()) };
        if !policy::name_plan(&tree.snapshot) && !policy::name_plan(&head.snapshot) {
            return Ok(Vec::new());
        }
        let asked = self.asked(round, judge, (base.unwrap_or(tree), tree), &head.snapshot)?;
        let said = match head.asked_again(&self.exe, Asked { plans: plans.clone(), ..asked }, self.threads) {
            Ok(verdicts) => verdicts.findings,
            Err(death) if death.findings().is_empty() => return Err(death.into()),
            Err(death) => death.findings(),
        };
        let before = head.brought.iter().flat_map(|verdicts| &verdicts.findings);
        let known: Vec<&Finding> = before.collect();
        Ok(said.into_iter().filter(|finding| !known.contains(&finding)).collect())
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
    day(Timestamp::now())
}
