//! Base × head → `Diff`: what changes, with equal changes grouped, and what only the pair can tell.

mod access;
mod claims;
mod common;
mod counted;
mod explained;
mod files;
mod group;
mod hunks;
mod immutable;
mod marked;
mod masked;
mod replaced;
mod risk;
mod taken;
mod vanished;

pub use claims::{Claims, Part};
pub use group::Key;

use crate::model::{
    CommitId, ContentId, Digest, Explained, Finding, OnDelete, Platform, ReleaseId, RepoPath, Request, RequestId, Risk, TargetKind,
    TargetName, TeamName, UnitId, joined,
};
use crate::parse::Parsed;
use crate::render::{Object, Rendered, Unit};
use crate::snapshot::{File, Snapshot};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub use taken::TARGET_WIDENED;
pub use vanished::{Vanished, why_gone};

/// What all codes of this stage mean, each with an example.
pub fn explained() -> &'static [Explained] {
    explained::ALL
}

/// Everything about one tree: its files, what they say, and what they render to.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The files.
    pub snapshot: &'a Snapshot,
    /// What they say.
    pub parsed: &'a Parsed,
    /// What they render to.
    pub rendered: &'a Rendered,
}

/// One tree before it is rendered.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The files.
    pub snapshot: &'a Snapshot,
    /// What they say.
    pub parsed: &'a Parsed,
}

impl<'a> Side<'a> {
    fn source(self) -> Source<'a> {
        Source { snapshot: self.snapshot, parsed: self.parsed }
    }
}

/// What changes between two trees.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Diff {
    /// The commit compared with; nothing for a working tree or the first start.
    pub base: Option<CommitId>,
    /// The commit looked at.
    pub head: Option<CommitId>,
    /// Files of the platform repository that differ.
    pub files: BTreeMap<RepoPath, FileStatus>,
    /// Those outside `requests/`, as they are in the head; nothing: gone.
    pub platform: BTreeMap<RepoPath, Option<ContentId>>,
    /// Requests with a changed file or changed units.
    pub requests: BTreeMap<RequestId, RequestChange>,
    /// Units that differ, in order of their names.
    pub units: Vec<UnitChange>,
    /// Changes of files that are the same in several units, the most telling of the widespread ones first; each unit and file stands in exactly one.
    pub groups: Vec<Group>,
    /// How many units are the same on both sides.
    pub unchanged: usize,
    /// Of golden paths whose files differ: how many requests of the head pin each release.
    #[serde(default)]
    pub pinned: BTreeMap<ReleaseId, usize>,
    /// How many units and requests the base has.
    pub base_size: Size,
    /// How many units and requests the head has.
    pub head_size: Size,
    /// What only the pair can tell: changed immutable releases, quotas, requests that go away while others name them.
    pub findings: Vec<Finding>,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Units.
    pub units: usize,
    /// Requests.
    pub requests: usize,
}

/// How a file differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileStatus {
    /// Only the head has it.
    Added,
    /// Both have it, with other bytes.
    Changed,
    /// Only the base has it.
    Removed,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestChange {
    /// Its file, in the head or, when it goes away, in the base.
    pub file: RepoPath,
    /// How the request differs: added, removed, or still there.
    pub status: FileStatus,
    /// The release before.
    pub before: Option<ReleaseId>,
    /// The release after.
    pub after: Option<ReleaseId>,
    /// Whether it is pinned to it.
    #[serde(default)]
    pub pinned: bool,
    /// How long it lives, as it is written.
    pub lifetime: Option<String>,
    /// The day on which it ends, where that is set by hand: then its lifetime does not count.
    pub expires: Option<String>,
    /// The same, as it was before.
    pub expires_before: Option<String>,
    /// Who pays.
    pub cost_centre: Option<String>,
}

/// One move of a unit: the digests of its files before and after; nothing: it is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Transition {
    /// The digest before.
    pub before: Option<Digest>,
    /// The digest after.
    pub after: Option<Digest>,
}

/// A unit that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitChange {
    /// The unit.
    pub id: UnitId,
    /// The request's file.
    pub request_file: RepoPath,
    /// The release that renders it (before, when it goes away).
    pub release: ReleaseId,
    /// What its target is.
    pub target_kind: TargetKind,
    /// Labels of its target.
    pub target_labels: BTreeMap<String, String>,
    /// From which bytes to which.
    pub transition: Transition,
    /// When the unit goes away, whether what was applied goes too.
    pub on_delete: OnDelete,
    /// Units of the same request that are applied before it.
    pub depends_on: Vec<UnitId>,
    /// Its files that differ.
    pub files: Vec<FileChange>,
    /// Objects and resources that come, change or go, as `kind` → names.
    pub objects: Vec<ObjectChange>,
    /// What is dangerous about it, as far as the rendered files tell.
    pub risks: BTreeSet<Risk>,
    /// Protected things that go away or are recreated, as `Kind/name`.
    pub protected: Vec<String>,
    /// Objects that may give more access or expose more, as `Kind/name`.
    #[serde(default)]
    pub widened: Vec<String>,
    /// When the unit goes away though nobody took it out of its request: what did.
    pub vanished: Option<Vanished>,
}

/// An object or resource that comes, changes or goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectChange {
    /// How.
    pub status: FileStatus,
    /// Its kind: `Deployment`, `terraform:aws_db_instance`.
    pub kind: String,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Whether nothing differs but what goldpath itself writes on it of its release and its end.
    #[serde(rename = "marksAlone")]
    pub marks_alone: bool,
    /// Whether what differs cannot be changed in place, so that it is made anew.
    pub replaced: bool,
}

/// What the change of a file tells a reviewer, the most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// Objects or resources that were there change or go.
    Objects,
    /// Objects or resources come.
    NewObjects,
    /// No objects: documents, workflows, configuration.
    Text,
    /// Nothing but what goldpath itself writes of the release and the end: it follows from the request.
    Marks,
}

/// A rendered file that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileChange {
    /// Its path below the unit.
    pub path: RepoPath,
    /// How it differs.
    pub status: FileStatus,
    /// What it tells.
    pub about: About,
    /// The template that makes it.
    pub template: RepoPath,
    /// The lines, as a unified diff without file headers.
    pub hunks: String,
    /// Lines added.
    pub added: usize,
    /// Lines removed.
    pub removed: usize,
}

/// The same change of the same file in one or more units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The lines that change, with names of the unit left out of the comparison where they are all that differs.
    pub hunks: String,
    /// Who has it: unit and file.
    pub members: Vec<(UnitId, RepoPath)>,
    /// Teams of the members.
    pub teams: BTreeSet<TeamName>,
    /// What it tells.
    pub about: About,
}

/// Compares two trees; without a base everything is added. The judge says which kinds are protected and what labels a target has; without
/// one the base does, and of what it does not know, the head.
pub fn diff(base: Option<Side<'_>>, head: Side<'_>, judge: Option<&Platform>) -> Diff {
    let judge = judge.or(base.map(|base| &base.parsed.platform)).unwrap_or(&head.parsed.platform);
    with_units(base, head, changed_units(base, head, judge))
}

fn with_units(base: Option<Side<'_>>, head: Side<'_>, units: Vec<UnitChange>) -> Diff {
    let platform = |id: &RequestId| match base {
        Some(base) if !requests_of(head).contains_key(id) => &base.parsed.platform,
        Some(_) | None => &head.parsed.platform,
    };
    let keys = |unit: &UnitChange| group::keys(unit, platform(&unit.id.request));
    let keys: Vec<Vec<Key>> = if units.len() < FEW { units.iter().map(keys).collect() } else { units.par_iter().map(keys).collect() };
    Diff { requests: changed_requests(base, head, &units), groups: group::group(&units, &keys), units, ..rest(base, head) }
}

/// What is told of two trees besides the units and the requests that differ; of those in the trees only digests are looked at.
pub fn rest(base: Option<Side<'_>>, head: Side<'_>) -> Diff {
    let of_base = base.into_iter().flat_map(|base| base.rendered.units.values());
    let units = joined(of_base, head.rendered.units.values(), |unit| &unit.id);
    let same = |(was, is): &(Option<&Unit>, Option<&Unit>)| was.zip(*is).is_some_and(|(was, is)| was.digest == is.digest);
    let files = changed_files(base.map(|base| base.snapshot), head.snapshot);
    let now = |path: &RepoPath| head.snapshot.files().get(path).map(|file| file.id);
    Diff {
        base: base.and_then(|base| base.snapshot.commit().cloned()),
        head: head.snapshot.commit().cloned(),
        platform: files.keys().filter(|path| is_platform(path)).map(|path| (path.clone(), now(path))).collect(),
        pinned: pinned(&files, head),
        files,
        requests: BTreeMap::new(),
        units: Vec::new(),
        groups: Vec::new(),
        unchanged: units.iter().filter(|pair| same(pair)).count(),
        base_size: base.map(size).unwrap_or_default(),
        head_size: size(head),
        findings: base.map(|base| [between(base.source(), head.source()), taken::widened(base, head)].concat()).unwrap_or_default(),
    }
}

/// How many requests of the head pin each release of the golden paths whose files differ.
fn pinned(files: &BTreeMap<RepoPath, FileStatus>, head: Side<'_>) -> BTreeMap<ReleaseId, usize> {
    let paths = files.keys().filter_map(|path| path.below("golden-paths")?.split('/').next());
    let paths: BTreeSet<&str> = paths.collect();
    let mut pinned = BTreeMap::new();
    let requests = requests_of(head).values().filter(|_| !paths.is_empty());
    for request in requests.filter(|request| request.pinned && paths.contains(request.release.path.as_str())) {
        *pinned.entry(request.release.clone()).or_default() += 1;
    }
    pinned
}

/// Some units and requests that differ, told while others are still compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// Units that differ, with what tells of each of their files which changes are alike.
    pub units: Vec<(UnitChange, Vec<Key>)>,
    /// Requests with a changed file or changed units.
    pub requests: Vec<(RequestId, RequestChange)>,
}

impl Changes {
    /// Adds a unit that differs; `platform` is the one that has its request: the head or, when it goes away, the base.
    pub fn add(&mut self, unit: UnitChange, platform: &Platform) {
        let keys = group::keys(&unit, platform);
        self.units.push((unit, keys));
    }

    /// Adds a request as it was and is, where it differs or one of its units does.
    pub fn add_request(&mut self, pair: (Option<&Request>, Option<&Request>), head: &Platform) {
        let touched = |id: &RequestId| self.units.iter().any(|(unit, _)| unit.id.request == *id);
        self.requests.extend(request_change(pair, head, touched));
    }

    /// Takes in others.
    pub fn extend(&mut self, others: Self) {
        self.units.extend(others.units);
        self.requests.extend(others.requests);
    }
}

impl UnitChange {
    /// Whether it goes away and what was applied stays: it is no longer looked after.
    pub fn is_left(&self) -> bool {
        self.transition.after.is_none() && self.on_delete == OnDelete::Keep
    }
}

impl Diff {
    /// Takes in all units and requests that differ.
    pub fn take_in(&mut self, changes: Changes) {
        let Changes { mut units, requests } = changes;
        units.sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        let keys: Vec<Vec<Key>>;
        (self.units, keys) = units.into_iter().unzip();
        self.groups = group::group(&self.units, &keys);
        // a map that is built from all of them sorts them once
        self.requests = std::mem::take(&mut self.requests).into_iter().chain(requests).collect();
    }
}

/// What only the pair can tell: the files of both trees and what they say, whatever they render to.
pub fn between(base: Source<'_>, head: Source<'_>) -> Vec<Finding> {
    let all = [immutable::changed(base, head), immutable::moved(base, head), counted::in_use(base, head), counted::over_quota(base, head)];
    all.into_iter().flatten().collect()
}

fn requests_of(side: Side<'_>) -> &BTreeMap<RequestId, Request> {
    &side.parsed.platform.requests
}

fn size(side: Side<'_>) -> Size {
    Size { units: side.rendered.units.len(), requests: side.parsed.platform.known_requests().count() }
}

/// The files that differ; without a base all are added.
pub fn changed_files(base: Option<&Snapshot>, head: &Snapshot) -> BTreeMap<RepoPath, FileStatus> {
    type OfTree<'s> = Option<(&'s RepoPath, &'s File)>;
    let files = joined(base.into_iter().flat_map(Snapshot::files), head.files(), |(path, _)| *path);
    let change = |(was, is): (OfTree<'_>, OfTree<'_>)| {
        let status = match (was, is) {
            (None, Some(_)) => FileStatus::Added,
            (Some(_), None) => FileStatus::Removed,
            (Some((_, old)), Some((_, new))) if (old.id, old.mode) != (new.id, new.mode) => FileStatus::Changed,
            (Some(_), Some(_)) | (None, None) => return None,
        };
        is.or(was).map(|(path, _)| (path.clone(), status))
    };
    files.into_iter().filter_map(change).collect()
}

/// Units that differ. One whose request could not be read or rendered in the head is not taken for removed.
fn changed_units(base: Option<Side<'_>>, head: Side<'_>, judge: &Platform) -> Vec<UnitChange> {
    let empty = BTreeMap::new();
    let before = base.map_or(&empty, |base| &base.rendered.units);
    let after = &head.rendered.units;
    let ids: BTreeSet<&UnitId> = before.keys().chain(after.keys()).collect();
    let unreadable = |id: &UnitId| head.parsed.platform.broken.contains_key(&id.request) || head.rendered.failed.contains(&id.request);
    let change = |id: &UnitId| {
        let pair = (before.get(id), after.get(id));
        let is_known = !(matches!(pair, (Some(_), None)) && unreadable(id));
        let vanished = || base.zip(pair.0.filter(|_| pair.1.is_none())).and_then(|(base, unit)| why_gone(base, head, unit));
        is_known.then(|| unit_change(judge, &head.parsed.platform, pair, vanished)).flatten()
    };
    let ids: Vec<&UnitId> = ids.into_iter().collect();
    // one after the other where it would take longer to share the work
    if ids.len() < FEW { ids.into_iter().filter_map(change).collect() } else { ids.into_par_iter().filter_map(change).collect() }
}

/// So few units are compared on one thread.
const FEW: usize = 256;

/// What changes of one unit, before and after; nothing when nothing does. `vanished` is asked why it goes away.
pub fn unit_change(
    judge: &Platform,
    head: &Platform,
    pair: (Option<&Unit>, Option<&Unit>),
    vanished: impl FnOnce() -> Option<Vanished>,
) -> Option<UnitChange> {
    let transition = Transition { before: pair.0.map(|unit| unit.digest), after: pair.1.map(|unit| unit.digest) };
    let unit = pair.1.or(pair.0).filter(|_| transition.before != transition.after)?;
    let objects = files::changed_objects(pair);
    let files = files::changed_files(pair, &objects);
    let risk::Found { risks, protected, widened } = risk::of(pair, &objects, judge.settings.as_ref().map(|settings| &settings.deletes));
    let target = |platform: &Platform| platform.targets.get(&unit.id.target).map(|target| target.labels.clone());
    Some(UnitChange {
        id: unit.id.clone(),
        request_file: unit.request_file.clone(),
        release: unit.release.clone(),
        target_kind: unit.target_kind,
        target_labels: target(judge).or_else(|| target(head)).unwrap_or_default(),
        transition,
        on_delete: unit.on_delete,
        depends_on: unit.depends_on.clone(),
        files,
        objects: objects.iter().map(files::Differing::change).collect(),
        risks,
        protected,
        widened,
        vanished: vanished(),
    })
}

/// How a unit differs from what it was, told by its files and objects.
pub struct Differing<'u> {
    /// Files that come, change or go.
    pub files: BTreeMap<&'u RepoPath, FileStatus>,
    /// Objects and resources that come, change or go, each as it was and as it is.
    pub objects: Vec<(ObjectChange, [Option<&'u Object>; 2])>,
}

/// How a unit differs from what it was; without that, everything in it is new.
pub fn differing<'u>(before: Option<&'u Unit>, after: &'u Unit) -> Differing<'u> {
    let pair = (before, Some(after));
    let object = |object: files::Differing<'u>| {
        let (before, after) = object.pair();
        (object.change(), [before, after])
    };
    Differing { files: files::statuses(pair), objects: files::changed_objects(pair).into_iter().map(object).collect() }
}

fn changed_requests(base: Option<Side<'_>>, head: Side<'_>, units: &[UnitChange]) -> BTreeMap<RequestId, RequestChange> {
    let empty = BTreeMap::new();
    let before = base.map_or(&empty, |base| &base.parsed.platform.requests);
    let after = &head.parsed.platform.requests;
    let touched: BTreeSet<&RequestId> = units.iter().map(|unit| &unit.id.request).collect();
    let ids: BTreeSet<&RequestId> = before.keys().chain(after.keys()).collect();
    let change = |id: &RequestId| request_change((before.get(id), after.get(id)), &head.parsed.platform, |id| touched.contains(id));
    ids.into_iter().filter_map(change).collect()
}

/// What becomes of a request, when anything does; one that cannot be read in the head is not taken for removed.
fn request_change(
    (old, new): (Option<&Request>, Option<&Request>),
    head: &Platform,
    touched: impl Fn(&RequestId) -> bool,
) -> Option<(RequestId, RequestChange)> {
    let request = new.or(old)?;
    let id = &request.id;
    if head.broken.contains_key(id) || !(old != new || touched(id)) {
        return None;
    }
    let status = match (old, new) {
        (None, _) => FileStatus::Added,
        (Some(_), None) => FileStatus::Removed,
        (Some(_), Some(_)) => FileStatus::Changed,
    };
    let change = RequestChange {
        file: request.file.clone(),
        status,
        before: old.map(|request| request.release.clone()),
        after: new.map(|request| request.release.clone()),
        pinned: new.is_some_and(|request| request.pinned),
        lifetime: request.facts.lifetime.clone(),
        expires: request.facts.expires.clone(),
        expires_before: old.and_then(|request| request.facts.expires.clone()),
        cost_centre: request.facts.cost_centre.clone(),
    };
    Some((id.clone(), change))
}

impl Diff {
    /// The requests that go away.
    pub fn removed_requests(&self) -> impl Iterator<Item = &RequestId> {
        self.requests.iter().filter(|(_, change)| change.status == FileStatus::Removed).map(|(id, _)| id)
    }

    /// The units in which access or exposure may grow.
    pub fn widened_units(&self) -> impl Iterator<Item = &UnitChange> {
        self.units.iter().filter(|unit| unit.risks.contains(&Risk::Widen))
    }

    /// The units that are taken away, with what was applied.
    pub fn removed_units(&self) -> impl Iterator<Item = &UnitChange> {
        self.units.iter().filter(|unit| unit.transition.after.is_none() && !unit.is_left())
    }

    /// The units that are no longer looked after, whose things stay.
    pub fn left_units(&self) -> impl Iterator<Item = &UnitChange> {
        self.units.iter().filter(|unit| unit.is_left())
    }

    /// The targets that something goes to or goes away from.
    pub fn targets(&self) -> BTreeSet<&TargetName> {
        self.units.iter().map(|unit| &unit.id.target).collect()
    }

    /// Whether files outside `requests/` differ: settings, golden paths, policies, targets, teams.
    pub fn touches_platform(&self) -> bool {
        !self.platform.is_empty()
    }
}

/// Whether a file is of the platform, not of a request.
fn is_platform(path: &RepoPath) -> bool {
    path.below("requests").is_none()
}

#[cfg(test)]
mod tests;
