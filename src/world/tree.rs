//! Both sides of a comparison, read and rendered, and what comparing them gives.

use crate::diff::{Side, diff};
use crate::model::{CommitId, Digest, Digester, Exception, Platform, RepoPath, UnitId};
use crate::observe::TerraformPlan;
use crate::parse::{FOLDERS, Parsed, on_day_anew, parse};
use crate::plan::{Evaluation, Judged, Judgement, Round};
use crate::policy::{self, Policies, Verdicts};
use crate::render::{Cache, Limits, Rendered, Unit, render};
use crate::snapshot::Snapshot;
use crate::worker::{self, Asked, Death, Evaluated, Job, Later, WALL, Wanted, Was};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A tree: its files, what they say, and what they render to.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The files.
    pub snapshot: Snapshot,
    /// What they say.
    pub parsed: Parsed,
    /// What they render to.
    pub rendered: Rendered,
    /// What its own policies say, when a worker read it; nothing: it was accepted, and its policies may run here.
    pub brought: Option<Verdicts>,
    /// Whether all of its templates come to an end: those that do not were left out by the worker, and it is never accepted.
    pub ends: bool,
}

/// Who asks the policies of a base about what changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfBase {
    /// Whoever asks those of the head, in the same worker: neither of two trees was accepted.
    AskedThere,
    /// Whoever judges, here: they were accepted.
    AskedHere,
}

impl Tree {
    /// Reads and renders a tree in this process: only for what was accepted.
    pub fn read(snapshot: Snapshot, cache: &mut Cache, threads: usize) -> Self {
        let parsed = parse(&snapshot);
        let rendered = render(&snapshot, &parsed.platform, &Limits::default(), cache, threads);
        Self { snapshot, parsed, rendered, brought: None, ends: true }
    }

    /// Reads and renders a tree, and asks its policies, in a worker: what a pull request brought, or what stands on a laptop.
    ///
    /// # Errors
    /// When the worker ends before it is done.
    pub fn apart(exe: &Path, snapshot: Snapshot, asked: Option<Asked>, threads: usize) -> Result<Self, Death> {
        Self::of(exe, Job { snapshot, limits: Limits::default(), threads, asked, wanted: Wanted::COMPARABLE }, None)
    }

    /// The same, with what was read for each unit.
    ///
    /// # Errors
    /// As [`apart`](Self::apart).
    pub fn apart_with_reads(exe: &Path, snapshot: Snapshot, asked: Option<Asked>, threads: usize) -> Result<Self, Death> {
        Self::of(exe, Job { snapshot, limits: Limits::default(), threads, asked, wanted: Wanted::EVERYTHING }, None)
    }

    /// The same, while it is not yet known what its policies are asked.
    ///
    /// # Errors
    /// As [`apart`](Self::apart).
    pub fn apart_before(exe: &Path, snapshot: Snapshot, asked: &Later, threads: usize) -> Result<Self, Death> {
        let job = Job { snapshot, limits: Limits::default(), threads, asked: None, wanted: Wanted::COMPARABLE };
        Self::of(exe, job, Some(asked))
    }

    fn of(exe: &Path, job: Job, later: Option<&Later>) -> Result<Self, Death> {
        let Evaluated { parsed, rendered, verdicts, left_out, requests: _ } = worker::evaluate_with(exe, &job, later, WALL)?;
        Ok(Self { snapshot: job.snapshot, parsed, rendered, brought: Some(verdicts), ends: left_out.is_empty() })
    }

    /// What the policies of a head are asked when it is compared with this tree, and judged by another (or this) on a day; and who asks the
    /// policies of this tree about what changes.
    pub fn asks(&self, head: &Snapshot, judge: &Self, today: &str, of_base: OfBase) -> Asked {
        let shown = policy::name_diff(head) || policy::name_diff(&self.snapshot);
        let base = self.rendered.units.values().map(|unit| (unit.id.clone(), unit.digest)).collect();
        let unit = |unit: &Unit| (unit.id.clone(), unit.clone().without_bytes());
        let before = shown.then(|| self.rendered.units.values().map(unit).collect());
        let ask_about_changes = of_base == OfBase::AskedThere && !policy::same_files(&self.snapshot, head);
        let was = || Was { policies: self.policies(), exceptions: self.parsed.platform.exceptions.clone(), ask_about_changes };
        Asked {
            base,
            before,
            exceptions: Some(judge.parsed.platform.exceptions.clone()),
            today: today.to_owned(),
            was: (!self.judges_as(head)).then(was),
        }
    }

    /// Only what its policies and their owners are read from.
    fn policies(&self) -> Snapshot {
        let wanted = |path: &RepoPath| {
            let name = path.as_str();
            name.ends_with(".rego") || path.below("teams").is_some() || name.ends_with("/path.yaml")
        };
        self.snapshot.only(wanted)
    }

    /// Whether the policies and exceptions of a tree are the very files of this one's.
    pub fn judges_as(&self, other: &Snapshot) -> bool {
        policy::same_files(&self.snapshot, other) && policy::same_exceptions(&self.snapshot, other)
    }

    /// Digest of everything by which it judges what is compared with a base on a day: the settings, all folders that are read but that of the
    /// requests, the base and the day.
    pub fn rules(&self, base: Option<&Self>, today: &str) -> Digest {
        let mut digester = Digester::new();
        digester.add(today);
        digester.add(base.and_then(|base| base.snapshot.commit()).map_or("", CommitId::as_str));
        let folders = || FOLDERS.into_iter().filter(|folder| *folder != "requests");
        let judges = |path: &RepoPath| path.as_str() == "goldpath.yaml" || folders().any(|folder| path.below(folder).is_some());
        for (path, file) in self.snapshot.files().iter().filter(|(path, _)| judges(path)) {
            digester.add(path.as_str());
            digester.add(file.id.bytes());
        }
        digester.finish()
    }

    fn files(&self) -> (&Snapshot, &Platform) {
        (&self.snapshot, &self.parsed.platform)
    }

    /// The tree as one side of a comparison.
    pub fn side(&self) -> Side<'_> {
        Side { snapshot: &self.snapshot, parsed: &self.parsed, rendered: &self.rendered }
    }

    /// Runs policies that were accepted over its units, with what changes of them and what Terraform would do; `only` leaves out the others.
    pub fn judge(
        &self,
        policies: &Policies,
        only: &BTreeSet<UnitId>,
        base: Option<&Self>,
        plans: &BTreeMap<UnitId, TerraformPlan>,
        exceptions: &[Exception],
        today: &str,
    ) -> Verdicts {
        let nothing = BTreeMap::new();
        let base = base.map_or(&nothing, |base| &base.rendered.units);
        let inputs = policy::inputs(&self.snapshot, &self.parsed.platform, &self.rendered, |id| only.contains(id), Some(base), plans);
        policy::evaluate(policies, &inputs, exceptions, today)
    }
}

/// What surrounds a comparison.
pub struct Bench<'a> {
    /// What is compared.
    pub round: Round,
    /// The newest accepted platform: its policies and exceptions judge, and say who may approve.
    pub judge: Option<&'a Tree>,
    /// Users who approve everything.
    pub owners: BTreeSet<String>,
    /// The date, UTC: `2026-01-31`.
    pub today: String,
}

/// Compares two trees: what changes, what is wrong with it, what the policies of the judge say, and what those of the head said in a worker.
pub fn evaluate(base: Option<&Tree>, head: &Tree, bench: Bench<'_>) -> Evaluation {
    let diff = diff(base.map(Tree::side), head.side(), bench.judge.map(|judge| &judge.parsed.platform));
    // the judge's policies decide; those of the head can only refuse more
    let mut verdicts = head.brought.clone().unwrap_or_default();
    if let Some(judge) = bench.judge.filter(|judge| judge.brought.is_none()) {
        let changed: BTreeSet<UnitId> = diff.units.iter().map(|unit| unit.id.clone()).collect();
        let (policies, _) = policy::compile(&judge.snapshot, &judge.parsed.platform);
        verdicts.extend(head.judge(&policies, &changed, base, &BTreeMap::new(), &judge.parsed.platform.exceptions, &bench.today));
    }
    verdicts.findings.extend(on_day_anew(base.map(Tree::files), head.files(), &bench.today));
    let judged = Judged {
        judge: bench.judge.and_then(|judge| judge.snapshot.commit().cloned()),
        rules: bench.judge.map(|judge| judge.rules(base, &bench.today)),
        judgement: judgement(&bench.judge.unwrap_or(head).parsed.platform, bench.owners),
        ends: head.ends,
    };
    Evaluation::of(base.map(Tree::side), head.side(), diff, verdicts, (bench.round, judged), |platform, _| platform.clone())
}

/// Who may approve what, as a platform says it.
pub fn judgement(platform: &Platform, owners: BTreeSet<String>) -> Judgement {
    Judgement::new(platform.settings.clone(), &platform.teams, owners)
}
