//! Both sides of a comparison, read and rendered, and what comparing them gives.

use crate::diff::{Side, diff};
use crate::model::{CommitId, Digest, Digester, Platform, RepoPath, UnitId};
use crate::parse::{FOLDERS, Parsed, on_day_anew, parse};
use crate::plan::{Evaluation, Judged, Judgement, Round};
use crate::policy::{self, Surroundings, Verdicts};
use crate::render::{Cache, Limits, Rendered, Unit, render};
use crate::snapshot::Snapshot;
use crate::worker::{self, Asked, Death, Evaluated, Job, Judge, Later, WALL, Wanted, Wants, Was};
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
    /// What policies say of it, when a worker read it and asked them; nothing: it was accepted, and is only compared with.
    pub brought: Option<Verdicts>,
    /// Whether all of its templates come to an end: those that do not were left out by the worker, and it is never accepted.
    pub ends: bool,
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

    /// What policies say of this tree when they are asked again, in a worker.
    ///
    /// # Errors
    /// As [`apart`](Self::apart).
    pub fn asked_again(&self, exe: &Path, asked: Asked, threads: usize) -> Result<Verdicts, Death> {
        let wanted = Wanted { platform: false, rendered: Wants::Findings };
        let job = Job { snapshot: self.snapshot.clone(), limits: Limits::default(), threads, asked: Some(asked), wanted };
        worker::evaluate(exe, &job, WALL).map(|evaluated| evaluated.verdicts)
    }

    fn of(exe: &Path, job: Job, later: Option<&Later>) -> Result<Self, Death> {
        let Evaluated { parsed, rendered, verdicts, left_out, requests: _ } = worker::evaluate_with(exe, &job, later, WALL)?;
        Ok(Self { snapshot: job.snapshot, parsed, rendered, brought: Some(verdicts), ends: left_out.is_empty() })
    }

    /// What policies are asked of a head when it is compared with this tree, and judged by another (or this) on a day.
    pub fn asks(&self, head: &Snapshot, judge: &Self, today: &str) -> Asked {
        let shown = [head, &judge.snapshot, &self.snapshot].into_iter().any(policy::name_diff);
        let Platform { requests, .. } = &self.parsed.platform;
        let seen = |unit: &Unit| Some((unit.id.clone(), policy::seen(unit, requests.get(&unit.id.request)?)));
        let unit = |unit: &Unit| (unit.id.clone(), unit.clone().without_bytes());
        let was = || Was { policies: self.policies(), exceptions: self.parsed.platform.exceptions.clone() };
        let judges = || Judge { policies: judge.policies(), is_newer: false };
        Asked {
            base: self.rendered.units.values().filter_map(seen).collect(),
            before: shown.then(|| self.rendered.units.values().map(unit).collect()),
            exceptions: Some(judge.parsed.platform.exceptions.clone()),
            today: today.to_owned(),
            was: (!self.judges_as(head)).then(was),
            judge: (!policy::same_files(&judge.snapshot, head)).then(judges),
            around: (!policy::same_surroundings(&self.snapshot, head)).then(|| Surroundings::of(&self.parsed.platform)),
            plans: BTreeMap::new(),
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

/// Compares two trees: what changes, what is wrong with it, and what policies said of the head in its worker.
pub fn evaluate(base: Option<&Tree>, head: &Tree, bench: Bench<'_>) -> Evaluation {
    let diff = diff(base.map(Tree::side), head.side(), bench.judge.map(|judge| &judge.parsed.platform));
    let mut verdicts = head.brought.clone().unwrap_or_default();
    // of what stays as it is, nothing is told but what is found
    let changing: BTreeSet<&UnitId> = diff.units.iter().map(|unit| &unit.id).collect();
    verdicts.units.retain(|unit, _| changing.contains(unit));
    verdicts.findings.extend(on_day_anew(base.map(Tree::files), head.files(), &bench.today));
    let judged = Judged {
        judge: bench.judge.and_then(|judge| judge.snapshot.commit().cloned()),
        rules: bench.judge.map(|judge| judge.rules(base, &bench.today)),
        day: Some(bench.today),
        judgement: judgement(&bench.judge.unwrap_or(head).parsed.platform, bench.owners),
        ends: head.ends,
    };
    Evaluation::of(base.map(Tree::side), head.side(), diff, verdicts, (bench.round, judged), |platform, _| platform.clone())
}

/// Who may approve what, as a platform says it.
pub fn judgement(platform: &Platform, owners: BTreeSet<String>) -> Judgement {
    Judgement::new(platform.settings.clone(), &platform.teams, owners)
}
