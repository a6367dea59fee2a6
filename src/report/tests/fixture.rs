//! Changes and what is known of them, made from plain data.

use crate::change::{Accepted, Change, ChangeState, Held, Review};
use crate::delivery::{Job, Progress, Status};
use crate::diff::{self, Side};
use crate::model::{
    ChangeId, CommitId, ContentId, Digest, Finding, Json, JsonText, OnDelete, Platform, ReleaseId, RendererId, RepoPath, Request,
    RequestFacts, RequestId, TargetKind, UnitId,
};
use crate::observe::{Author, Facts, Landing, TerraformPlan};
use crate::parse::Parsed;
use crate::plan::{self, ErrorAt, Evaluation, Judgement, Plans, Round};
use crate::policy::Tally;
use crate::render::{Object, Rendered, RenderedFile, Unit};
use crate::report::{Links, View, comment};
use crate::snapshot::{File, Mode, Snapshot};
use jiff::Timestamp;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) fn commit(letter: char) -> CommitId {
    CommitId::parse(&letter.to_string().repeat(40)).unwrap()
}

pub(super) fn at(text: &str) -> Timestamp {
    format!("2026-11-21T{text}Z").parse().unwrap()
}

pub(super) fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

/// A tree: its files, and the units that its requests render to.
#[derive(Clone, Default)]
pub(super) struct Tree {
    files: BTreeMap<RepoPath, File>,
    parsed: Parsed,
    rendered: Rendered,
}

impl Tree {
    pub(super) fn file(mut self, name: &str, text: &str) -> Self {
        let mut id = [0; 20];
        id.copy_from_slice(&Digest::of(text.as_bytes()).bytes()[..20]);
        let file = File { id: ContentId::from_bytes(id), mode: Mode::Regular, bytes: text.as_bytes().into() };
        self.files.insert(path(name), file);
        self
    }

    /// All requests end on this day, which is set by hand.
    pub(super) fn ending(mut self, day: &str) -> Self {
        self.parsed.platform.requests.values_mut().for_each(|request| request.facts.expires = Some(day.to_owned()));
        self
    }

    /// What is applied stays when its unit goes away.
    pub(super) fn keeping(mut self) -> Self {
        self.rendered.units.values_mut().for_each(|unit| unit.on_delete = OnDelete::Keep);
        self
    }

    /// A request is pinned to its release.
    pub(super) fn pinned(mut self, request: &str) -> Self {
        self.parsed.platform.requests.values_mut().filter(|one| one.id.to_string() == request).for_each(|one| one.pinned = true);
        self
    }

    /// A unit of a release of `environment` with an object in each file: file, kind, and what is in it. Each says its release.
    pub(super) fn released(mut self, version: &str, id: &str, objects: &[(&str, &str, &str)]) -> Self {
        let release = ReleaseId::parse(&format!("environment@{version}")).unwrap();
        let text = |kind: &str, spec: &str| format!("kind: {kind}\n  annotations:\n    goldpath.dev/release: {version}\nspec: {spec}\n");
        for (file, kind, spec) in objects {
            self = self.unit(id, TargetKind::Directory, file, &text(kind, spec), &[]);
        }
        let id = UnitId::parse(id).unwrap();
        let request = self.parsed.platform.requests.get_mut(&id.request).unwrap();
        request.release = release.clone();
        let unit = self.rendered.units.get_mut(&id).unwrap();
        unit.release = release;
        let file = |(file, kind, spec): &(&str, &str, &str)| {
            let text = text(kind, spec);
            let template = path(&format!("golden-paths/environment/{version}/{}/{file}.tera", id.output));
            (path(file), RenderedFile { bytes: text.as_bytes().into(), digest: Digest::of(text.as_bytes()), template })
        };
        unit.files = objects.iter().map(file).collect();
        unit.digest = Unit::digest_of(&unit.files);
        unit.objects = objects
            .iter()
            .map(|(file, kind, spec)| {
                let document = json!({"kind": kind, "metadata": {"annotations": {"goldpath.dev/release": version}}, "spec": spec});
                Object { document: JsonText::of(&document), ..object(&format!("{kind}/main"), file, "") }
            })
            .collect();
        self
    }

    /// One more object of a unit, in its first file.
    pub(super) fn object(mut self, unit: &str, group: &str, thing: &str, spec: &serde_json::Value) -> Self {
        let unit = self.rendered.units.get_mut(&UnitId::parse(unit).unwrap()).unwrap();
        let file = unit.files.keys().next().unwrap().to_string();
        let document = JsonText::of(&json!({"kind": thing, "spec": spec}));
        unit.objects.push(Object { group: group.to_owned(), document, ..object(thing, &file, "") });
        self
    }

    /// A unit of `environment@1.1.0` with one file, whose objects are `Kind/name`.
    pub(super) fn unit(mut self, id: &str, kind: TargetKind, file: &str, text: &str, objects: &[&str]) -> Self {
        let id = UnitId::parse(id).unwrap();
        let request_file = path(&format!("requests/{}/{}.yaml", id.request.team, id.request.name));
        self = self.file(request_file.as_str(), id.request.name.as_str());
        let release = ReleaseId::parse("environment@1.1.0").unwrap();
        self.parsed.platform.requests.insert(id.request.clone(), request(&id.request, &request_file, &release));
        let template = path(&format!("golden-paths/environment/1.1.0/{}/{file}.tera", id.output));
        let rendered = RenderedFile { bytes: text.as_bytes().into(), digest: Digest::of(text.as_bytes()), template };
        let files = BTreeMap::from([(path(file), rendered)]);
        let unit = Unit {
            id: id.clone(),
            request_file,
            release,
            target_kind: kind,
            renderer: RendererId::parse("kubernetes@1").unwrap(),
            on_delete: OnDelete::Delete,
            disposable: BTreeSet::new(),
            depends_on: Vec::new(),
            digest: Unit::digest_of(&files),
            files,
            objects: objects.iter().map(|one| object(one, file, text)).collect(),
            reads: Vec::new(),
        };
        self.rendered.units.insert(id, unit);
        self
    }
}

fn request(id: &RequestId, file: &RepoPath, release: &ReleaseId) -> Request {
    let facts = RequestFacts { lifetime: Some("14d".to_owned()), cost_centre: Some("cc-1201".to_owned()), ..RequestFacts::default() };
    Request {
        id: id.clone(),
        file: file.clone(),
        release: release.clone(),
        pinned: false,
        document: Json::default(),
        facts,
        refs: BTreeMap::new(),
    }
}

fn object(text: &str, file: &str, content: &str) -> Object {
    let (kind, name) = text.split_once('/').unwrap();
    Object {
        kind: kind.to_owned(),
        group: String::new(),
        namespace: None,
        name: name.to_owned(),
        file: path(file),
        document: JsonText::of(&json!(content)),
    }
}

/// Alice's pull request 7, from one tree to another, with nothing to wait for but the merge.
pub(super) struct Story {
    pub(super) change: Change,
    pub(super) evaluation: Evaluation,
    pub(super) plans: Plans,
    pub(super) jobs: Vec<Job>,
    pub(super) links: Links<'static>,
}

impl Story {
    pub(super) fn new(base: &Tree, head: &Tree) -> Self {
        let judgement = Judgement { settings: None, members: BTreeMap::new(), owners: BTreeSet::from(["root".to_owned()]) };
        let snapshots =
            [(&base, 'b'), (&head, 'a')].map(|(tree, letter)| Snapshot::new(Some(commit(letter)), tree.files.clone(), Vec::new()));
        let side = |n: usize, tree: &'static Tree| Side {
            snapshot: Box::leak(Box::new(snapshots[n].clone())),
            parsed: &tree.parsed,
            rendered: &tree.rendered,
        };
        let (base, head): (&'static Tree, &'static Tree) = (Box::leak(Box::new(base.clone())), Box::leak(Box::new(head.clone())));
        let diff = diff::diff(Some(side(0, base)), side(1, head), None);
        let evaluation = Evaluation {
            round: Round { base: Some(commit('b')), head: commit('a'), preview: true },
            judge: Some(commit('b')),
            rules: None,
            day: None,
            tallies: diff.units.iter().map(|unit| (unit.id.clone(), Tally { passed: 9, ..Tally::default() })).collect(),
            diff,
            findings: Vec::new(),
            waived: Vec::new(),
            conflicts: Vec::new(),
            judgement,
            platform: Arc::new(Platform::default()),
            settings_readable: true,
            took: None,
        };
        let plans = Plans {
            evaluation: Arc::new(evaluation.clone()),
            plans: BTreeMap::new(),
            failed: BTreeMap::new(),
            findings: Vec::new(),
            errors: BTreeMap::new(),
            recreated: BTreeMap::new(),
        };
        let mut change =
            Change::new(ChangeId::pull(7), "ask for a staging environment".to_owned(), Some("payments".to_owned()), at("10:00:00"));
        change.facts = Facts { authors: BTreeSet::from([Author::User("alice".to_owned())]), ..Facts::default() };
        let links = Links {
            page: Some("http://127.0.0.1:7171/changes/pr-7"),
            files: None,
            commands: &["/goldpath help", "/goldpath approve"],
            terminal: true,
        };
        Self { change, evaluation, plans, jobs: Vec::new(), links }.reviewed()
    }

    pub(super) fn finding(mut self, finding: Finding) -> Self {
        self.evaluation.findings.push(finding);
        self.reviewed()
    }

    pub(super) fn conflicts(mut self, files: &[&str]) -> Self {
        self.evaluation.conflicts = files.iter().map(|file| (*file).to_owned()).collect();
        self.reviewed()
    }

    /// What Terraform would do to a unit.
    pub(super) fn planned(mut self, unit: &str, plan: TerraformPlan) -> Self {
        self.plans.plans.insert(UnitId::parse(unit).unwrap(), plan);
        self.reviewed()
    }

    /// Terraform could not be asked about a unit.
    pub(super) fn unplanned(mut self, unit: &str, message: &str, at: ErrorAt) -> Self {
        let unit = UnitId::parse(unit).unwrap();
        self.plans.failed.insert(unit.clone(), message.to_owned());
        self.plans.errors.insert(unit, at);
        self.reviewed()
    }

    pub(super) fn judged(mut self, judgement: Judgement) -> Self {
        self.evaluation.judgement = judgement;
        self.reviewed()
    }

    fn review(&self) -> Review {
        let evaluation = &self.evaluation;
        Review::of(evaluation, &self.plans.plans, &[], self.plans.failed.clone())
    }

    fn reviewed(mut self) -> Self {
        self.change.state = ChangeState::Waiting(Box::new(self.review()));
        self
    }

    fn landing(&self) -> Landing {
        let facts = self.change.facts.clone();
        Landing {
            base: Some(commit('b')),
            commit: commit('c'),
            title: "Merge".to_owned(),
            pull: Some(7),
            head: Some(commit('a')),
            facts,
            merges: None,
            order: 1,
        }
    }

    /// On the default branch, without what it needs.
    pub(super) fn held(mut self) -> Self {
        let review = self.review();
        let held = Held {
            landing: self.landing(),
            plan: review.plan.clone(),
            review: Some(Box::new(review)),
            settings_readable: true,
            touches_platform: false,
            entries: Vec::new(),
            refused: BTreeMap::new(),
            judge: Some(commit('b')),
        };
        self.change.state = ChangeState::Held(Box::new(held));
        self
    }

    /// Accepted at 10:40:00, with the state of each unit's move.
    pub(super) fn accepted(mut self, recorded: bool, status: impl Fn(&UnitId) -> Status) -> Self {
        let entries: Vec<serde_json::Value> = self.evaluation.diff.units.iter().map(|unit| {
            let apply = json!({
                "change": "pr-7", "order": 1, "commit": commit('c'), "unit": unit.id, "target_kind": unit.target_kind, "transition": unit.transition,
                "keep": false, "reviewed": "Bytes", "cleared_by": [[], []], "again": false,
            });
            json!({"apply": apply, "after": [], "hold": null})
        }).collect();
        let entries: Vec<_> = serde_json::from_value(json!(entries)).unwrap();
        let job = |entry: &serde_json::Value, status: Status| Job {
            apply: serde_json::from_value(entry["apply"].clone()).unwrap(),
            after: Vec::new(),
            status,
            refused: None,
            cleared: BTreeSet::new(),
        };
        let raw = serde_json::to_value(&entries).unwrap();
        let plan = plan::plan(&commit('a'), &self.evaluation.diff, &self.plans.plans, &self.evaluation.judgement);
        let (landing, judge) = (self.landing(), Some(commit('b')));
        let (reviewed_head, at) = (Some(commit('a')), at("10:40:00"));
        let accepted = Accepted { landing, reviewed_head, plan, entries, refused: BTreeMap::new(), judge, at, recorded };
        let units = self.evaluation.diff.units.iter();
        self.jobs = units.zip(raw.as_array().unwrap()).filter(|_| !recorded).map(|(unit, entry)| job(entry, status(&unit.id))).collect();
        self.change.state = ChangeState::Accepted(Box::new(accepted));
        self
    }

    pub(super) fn with<T>(&self, show: impl FnOnce(&View<'_>) -> T) -> T {
        let progress = Progress { jobs: self.jobs.iter().map(|job| (&job.apply.unit, job)).collect() };
        show(&View {
            change: &self.change,
            evaluation: Some(&self.evaluation),
            plans: Some(&self.plans),
            progress: Some(&progress),
            platform: None,
            links: self.links,
        })
    }

    pub(super) fn comment(&self) -> String {
        self.with(comment)
    }
}
