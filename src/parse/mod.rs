//! Snapshot → `Parsed { platform, findings }`: never fails; raw file shapes stay private here.
//!
//! Every file of the platform repository is read as a document with places, so that all mistakes are found at once, each at the line that can be
//! edited. A request with an error is known as broken, so that it is never taken for removed.

mod because;
mod branches;
mod chosen;
mod codes;
mod cross;
mod day;
mod explained;
mod fields;
mod formats;
mod golden;
mod hint;
mod idle;
mod layout;
mod lint;
mod once;
mod refs;
mod request;
mod schema;
mod sentence;
mod settings;
mod unusable;
mod words;

use crate::model::{
    Code, Explained, Finding, GoldenPath, LibraryId, PathName, Place, Platform, Release, ReleaseId, RepoPath, RequestId, TeamName, Turn,
    close_match, joined, meant, quoted_list, sort_findings,
};
use crate::snapshot::Snapshot;
pub use day::{on_day, on_day_anew};
use fields::{At, Fields};
use layout::{Entry, Layout};
pub use layout::{FOLDERS, folder_meant};
use rayon::prelude::*;
use request::Catalogue;
use schema::Schema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a tree says, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// What it says, as far as it can be read.
    pub platform: Platform,
    /// All mistakes at once, sorted.
    pub findings: Vec<Finding>,
}

/// All codes that findings of this stage may have.
pub fn codes() -> &'static [Code] {
    codes::ALL
}

/// What all codes of this stage mean, each with an example.
pub fn explained() -> &'static [Explained] {
    explained::ALL
}

/// A schema that something is about to be held against, told so that the death of whoever does it can be traced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Check {
    /// The file of the request; or the schema itself, whose defaults are checked.
    pub file: RepoPath,
    /// The schema.
    pub schema: RepoPath,
}

/// What reading is about to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A schema is used.
    Begins(Check),
    /// It held.
    Ended(Check),
}

/// Makes ready what every tree needs and what is the same for all: what schemas themselves are held against.
pub fn make_ready() {
    schema::make_ready();
}

/// Reads a platform repository; whatever is wrong with it is a finding.
pub fn parse(snapshot: &Snapshot) -> Parsed {
    parse_telling(snapshot, &|_| {})
}

/// The same without the schemas that cannot be used: requests of such a release cannot be read, and nothing is said of the schema itself.
pub fn parse_without(snapshot: &Snapshot, without: &BTreeSet<RepoPath>, tell: &(dyn Fn(Progress) + Sync)) -> Parsed {
    let mut layout = Layout::of(snapshot);
    layout.leave_out(without);
    read(Opened::with(snapshot, layout, tell), tell)
}

/// The same, telling what it is about to do, from the thread that does it.
pub fn parse_telling(snapshot: &Snapshot, tell: &(dyn Fn(Progress) + Sync)) -> Parsed {
    read(Opened::of(snapshot, tell), tell)
}

/// The same of a part of a repository, whose other golden paths have these names: what is there may speak of them.
pub(crate) fn parse_part(snapshot: &Snapshot, others: &BTreeSet<PathName>, tell: &(dyn Fn(Progress) + Sync)) -> Parsed {
    let mut layout = Layout::of(snapshot);
    layout.names.paths.extend(others.iter().cloned());
    read(Opened::with(snapshot, layout, tell), tell)
}

/// Reads the requests of a tree of which everything else was read.
fn read(opened: Opened<'_>, tell: &(dyn Fn(Progress) + Sync)) -> Parsed {
    let catalogue = opened.catalogue(tell);
    let outcomes = opened.layout.requests.par_iter().map(|file| request::read(file, &catalogue)).collect();
    opened.end(outcomes)
}

/// Reads two trees; the file of a request that both have is taken apart only once.
pub fn parse_both(before: &Snapshot, after: &Snapshot, tell: &(dyn Fn(Progress) + Sync)) -> (Parsed, Parsed) {
    let (before, after) = (Opened::of(before, tell), Opened::of(after, tell));
    let catalogues = (before.catalogue(tell), after.catalogue(tell));
    let files = joined(&before.layout.requests, &after.layout.requests, |file| file.entry.0);
    let read = |(before, after)| request::read_both(before, after, (&catalogues.0, &catalogues.1));
    let (were, are): (Vec<_>, Vec<_>) = files.into_par_iter().map(read).unzip();
    let of = |outcomes: Vec<Option<request::Outcome>>| outcomes.into_iter().flatten().collect();
    rayon::join(|| before.end(of(were)), || after.end(of(are)))
}

/// A tree of which everything but its requests was read.
struct Opened<'a> {
    snapshot: &'a Snapshot,
    layout: Layout<'a>,
    reader: Reader,
}

impl<'a> Opened<'a> {
    fn of(snapshot: &'a Snapshot, tell: &(dyn Fn(Progress) + Sync)) -> Self {
        Self::with(snapshot, Layout::of(snapshot), tell)
    }

    fn with(snapshot: &'a Snapshot, mut layout: Layout<'a>, tell: &(dyn Fn(Progress) + Sync)) -> Self {
        let mut reader = Reader { findings: std::mem::take(&mut layout.findings), ..Reader::default() };
        reader.settings(&layout);
        reader.paths(&layout);
        reader.releases(&layout, snapshot, tell);
        reader.check_currents(&layout);
        reader.exceptions(&layout);
        reader.findings.extend(layout.definitions.par_iter().flat_map_iter(|entry| schema::definition(*entry)).collect::<Vec<_>>());
        Self { snapshot, layout, reader }
    }

    /// What its requests are checked against.
    fn catalogue<'c>(&'c self, tell: &'c (dyn Fn(Progress) + Sync)) -> Catalogue<'c> {
        let Reader { platform, schemas, broken_kinds, misses_kinds, wrong_currents, .. } = &self.reader;
        let Platform { paths, releases, teams, .. } = platform;
        let (names, misses_kinds) = (&self.layout.names, *misses_kinds);
        Catalogue { tell, names, paths, broken_kinds, misses_kinds, wrong_currents, releases, schemas, teams }
    }

    /// The whole, with what the file of each request came to.
    fn end(self, requests: Vec<request::Outcome>) -> Parsed {
        let Self { snapshot, mut layout, mut reader } = self;
        reader.requests(&layout, requests);
        let of_refs = refs::check(&mut reader.platform, &reader.asked, &reader.findings);
        reader.findings.extend(of_refs);
        reader.findings.extend(cross::exceptions(&reader.platform, snapshot));
        reader.findings.extend(idle::rules(&reader.platform, snapshot));
        let libraries = layout.names.libraries.iter();
        reader.platform.libraries = libraries.map(|id| (id.clone(), snapshot.folder_digest(&id.folder()))).collect();
        reader.unused_libraries(&layout, snapshot);
        reader.platform.policies = std::mem::take(&mut layout.policies);
        reader.name_owners();
        reader.findings = once::told(reader.findings);
        sort_findings(&mut reader.findings);
        Parsed { platform: reader.platform, findings: reader.findings }
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    platform: Platform,
    findings: Vec<Finding>,
    schemas: BTreeMap<ReleaseId, Schema>,
    served: BTreeMap<ReleaseId, String>,
    /// Group and kind of golden paths with errors, as far as they could be read.
    broken_kinds: Vec<(String, String)>,
    /// What requests name that are refused.
    asked: Vec<request::Asked>,
    /// Whether there are golden paths of which not even the kind can be known.
    misses_kinds: bool,
    /// Who owns golden paths with errors, as far as that could be read, and where they are reached.
    owners: BTreeMap<PathName, (TeamName, Option<String>)>,
    /// Golden paths that name a release as current for a version that it does not serve.
    wrong_currents: BTreeSet<PathName>,
}

impl Reader {
    /// Opens a file and gives its fields to a loader; findings of both are kept.
    fn load<'a, T>(
        &mut self,
        (path, file): Entry<'a>,
        turn: Turn,
        read: impl FnOnce(Fields<'a>) -> (Option<T>, Vec<Finding>),
    ) -> Option<T> {
        let (value, findings) = match Fields::open(path, file, turn) {
            Ok(fields) => read(fields),
            Err(findings) => (None, findings),
        };
        self.findings.extend(findings);
        value
    }

    /// What is for the owner of a golden path says who that is, and where to find them.
    fn name_owners(&mut self) {
        let (paths, owners) = (&self.platform.paths, &self.owners);
        let owned = |finding: Finding| {
            let name = finding.place.path.below("golden-paths").and_then(|below| PathName::parse(below.split('/').next()?).ok());
            let Some(name) = name.filter(|_| finding.turn == Turn::PathOwner) else { return finding };
            match (paths.get(&name), owners.get(&name)) {
                (Some(path), _) => finding.owned(path),
                (None, Some((owner, channel))) => finding.owned_by(owner, channel.as_deref()),
                (None, None) => finding,
            }
        };
        self.findings = std::mem::take(&mut self.findings).into_iter().map(owned).collect();
    }

    fn missing(&mut self, path: &str, message: &str, help: &str, turn: Turn) {
        let path = RepoPath::parse(path).expect("the path is made of names");
        self.findings.push(Finding::error(codes::MISSING_FILE, Place::file(path), message).help(help).turn(turn));
    }

    fn settings(&mut self, layout: &Layout<'_>) {
        let names = &layout.names;
        match layout.settings {
            Some(entry) => self.platform.settings = self.load(entry, Turn::Platform, |fields| settings::settings(fields, names)),
            None => {
                let help = "Add it; nothing is applied without it.";
                self.missing("goldpath.yaml", "`goldpath.yaml` is missing at the top of the repository", help, Turn::Platform);
            }
        }
        for (name, entry) in &layout.teams {
            if let Some(team) = self.load(*entry, Turn::Platform, |fields| settings::team(fields, name.clone(), names)) {
                self.platform.teams.insert(name.clone(), team);
            }
        }
        for (name, entry) in &layout.targets {
            if let Some(target) = self.load(*entry, Turn::Platform, |fields| settings::target(fields, name.clone(), names)) {
                self.platform.targets.insert(name.clone(), target);
            }
        }
    }

    fn paths(&mut self, layout: &Layout<'_>) {
        let mut taken: BTreeMap<(String, String), (PathName, Place)> = BTreeMap::new();
        for (name, entry) in &layout.paths {
            let Some(entry) = entry else {
                let file = format!("golden-paths/{name}/path.yaml");
                self.missing(
                    &file,
                    &format!("the golden path `{name}` has no `path.yaml`"),
                    "Add it, or remove the folder.",
                    Turn::PathOwner,
                );
                self.misses_kinds = true;
                continue;
            };
            let (mut kind, mut owner, mut channel) = (None, None, None);
            let path = self.load(*entry, Turn::PathOwner, |mut fields| {
                kind = kind_of(&fields);
                let text = |pointer: &str| fields.get(pointer).and_then(Value::as_str).map(str::to_owned);
                owner =
                    text("/spec/owner").and_then(|owner| TeamName::parse(&owner).ok()).filter(|owner| layout.names.teams.contains(owner));
                channel = text("/spec/support/channel");
                if let Some(kind) = &kind {
                    let place = fields.place("/spec/request/kind", At::Value);
                    match taken.get(kind) {
                        Some((other, related)) => {
                            let message = format!("the golden path `{other}` takes requests of the kind `{}` already", words::cut(&kind.1));
                            let finding = Finding::error(codes::DUPLICATE, place, message).help("Choose another kind or group.");
                            fields.push(finding.turn(Turn::PathOwner).related(related.clone(), "taken here"));
                        }
                        None => {
                            taken.insert(kind.clone(), (name.clone(), place));
                        }
                    }
                }
                golden::path(fields, name.clone(), &layout.names)
            });
            let channel = channel.or_else(|| self.platform.teams.get(owner.as_ref()?)?.contact.get("channel").cloned());
            match path {
                Some(mut path) => {
                    path.support.channel = channel;
                    self.platform.paths.insert(name.clone(), path);
                }
                None => {
                    self.owners.extend(owner.map(|owner| (name.clone(), (owner, channel))));
                    self.misses_kinds |= kind.is_none();
                    self.broken_kinds.extend(kind);
                }
            }
        }
    }

    /// Releases are independent of each other, and compiling a schema is the work in it.
    fn releases(&mut self, layout: &Layout<'_>, snapshot: &Snapshot, tell: &(dyn Fn(Progress) + Sync)) {
        let read =
            |(id, files): (&ReleaseId, &layout::ReleaseFiles<'_>)| (id.clone(), read_release(id, files, &layout.names, snapshot, tell));
        let all: Vec<(ReleaseId, ReadRelease)> = layout.releases.par_iter().map(read).collect();
        for (id, read) in all {
            self.findings.extend(read.findings);
            if let Some(serves) = read.serves {
                self.served.insert(id.clone(), serves);
            }
            if let (Some(release), Some(schema)) = (read.release, read.schema) {
                self.platform.releases.insert(id.clone(), release);
                self.schemas.insert(id, schema);
            }
        }
    }

    fn check_currents(&mut self, layout: &Layout<'_>) {
        let entries: Vec<(Entry<'_>, &GoldenPath)> = self
            .platform
            .paths
            .values()
            .filter_map(|path| layout.paths.get(&path.name).copied().flatten().map(|entry| (entry, path)))
            .collect();
        let mut found = Vec::new();
        for ((file, content), path) in entries {
            let text = std::str::from_utf8(&content.bytes).unwrap_or_default();
            let place = |pointer: &str| {
                let spot = crate::yaml::locate(text, pointer);
                spot.map_or_else(|| Place::file(file.clone()), |spot| Place::new(file.clone(), spot.value))
            };
            let wrong = golden::check_current(path, &self.served, place);
            self.wrong_currents.extend((!wrong.is_empty()).then(|| path.name.clone()));
            found.extend(wrong);
        }
        self.findings.extend(found);
    }

    /// Says which libraries no release uses; a release that cannot be read may use any.
    fn unused_libraries(&mut self, layout: &Layout<'_>, snapshot: &Snapshot) {
        if layout.releases.keys().any(|id| !self.platform.releases.contains_key(id)) {
            return;
        }
        let used: BTreeSet<&LibraryId> = self.platform.releases.values().flat_map(|release| &release.libraries).collect();
        for id in layout.names.libraries.iter().filter(|id| !used.contains(id)) {
            let folder = id.folder();
            let Some((file, _)) = snapshot.under(&folder).next() else { continue };
            let message = format!("no release uses the library `{id}`");
            let help = format!("Name it in `spec.libraries` of a release, or remove `{folder}`.");
            self.findings.push(Finding::warning(codes::UNUSED_LIBRARY, Place::file(file.clone()), message).help(help).turn(Turn::Platform));
        }
    }

    fn exceptions(&mut self, layout: &Layout<'_>) {
        for (team, id, entry) in &layout.exceptions {
            if !layout.names.teams.contains(team) {
                let message = format!("there is no team `{team}`");
                let names = || layout.names.teams.iter().map(TeamName::as_str);
                let help = close_match(team.as_str(), names()).map_or_else(|| format!("Teams are {}.", quoted_list(names())), meant);
                self.findings.push(Finding::error(codes::UNKNOWN_TEAM, Place::file(entry.0.clone()), message).help(help));
            }
            let exception = self.load(*entry, Turn::Requester, |fields| settings::exception(fields, team.clone(), id.clone()));
            self.platform.exceptions.extend(exception);
        }
    }

    fn requests(&mut self, layout: &Layout<'_>, outcomes: Vec<request::Outcome>) {
        let mut seen: BTreeMap<RequestId, (Place, bool)> = BTreeMap::new();
        for (file, outcome) in layout.requests.iter().zip(outcomes) {
            self.findings.extend(outcome.findings);
            let place = outcome.name_at.unwrap_or_else(|| Place::file(file.entry.0.clone()));
            self.asked.extend(outcome.asked);
            let mut request = outcome.request;
            for id in &outcome.ids {
                if let Some((other, other_is_misnamed)) = seen.insert(id.clone(), (place.clone(), outcome.is_misnamed)) {
                    // two names that differ only by mistake are told of at the mistake
                    if !outcome.is_misnamed && !other_is_misnamed {
                        self.findings.extend(request::twice(id, &other, &place));
                    }
                    self.platform.requests.remove(id);
                    self.platform.broken.insert(id.clone(), other.path);
                    request = None;
                }
            }
            match request {
                Some(request) => {
                    self.platform.requests.insert(request.id.clone(), request);
                }
                None => {
                    for id in outcome.ids {
                        self.platform.broken.entry(id).or_insert_with(|| file.entry.0.clone());
                    }
                }
            }
        }
        for (id, file) in layout.unread.iter().filter(|(id, _)| !seen.contains_key(id)) {
            self.platform.broken.insert(id.clone(), file.clone());
        }
    }
}

/// The group and kind of requests that a golden path takes, with or without errors elsewhere in its file; nothing where one of them is wrong, so that
/// nobody can tell which requests are meant.
fn kind_of(fields: &Fields<'_>) -> Option<(String, String)> {
    let text = |pointer: &str, is_one: fn(&str) -> bool| {
        fields.get(pointer).and_then(Value::as_str).filter(|text| is_one(text)).map(str::to_owned)
    };
    text("/spec/request/group", golden::is_group).zip(text("/spec/request/kind", golden::is_kind))
}

/// What the folder of a release came to.
#[derive(Default)]
struct ReadRelease {
    release: Option<Release>,
    schema: Option<Schema>,
    serves: Option<String>,
    findings: Vec<Finding>,
}

fn read_release(
    id: &ReleaseId,
    files: &layout::ReleaseFiles<'_>,
    names: &layout::Names,
    snapshot: &Snapshot,
    tell: &(dyn Fn(Progress) + Sync),
) -> ReadRelease {
    let mut read = ReadRelease::default();
    let folder = id.folder();
    for (entry, name) in [(files.release, "release.yaml"), (files.schema, "schema.json")] {
        if entry.is_none() && !(name == "schema.json" && files.schema_is_left_out) {
            let path = RepoPath::parse(&format!("{folder}/{name}")).expect("the path is made of names");
            let message = format!("the release `{id}` has no `{name}`");
            read.findings.push(Finding::error(codes::MISSING_FILE, Place::file(path), message).help("Add it.").turn(Turn::PathOwner));
        }
    }
    if let Some((path, file)) = files.release {
        match Fields::open(path, file, Turn::PathOwner) {
            Ok(fields) => {
                read.serves = fields.get("/spec/serves").and_then(Value::as_str).map(str::to_owned);
                let (release, findings) = golden::release(fields, id.clone(), snapshot.folder_digest(&folder), files, names);
                read.release = release;
                read.findings.extend(findings);
            }
            Err(findings) => read.findings.extend(findings),
        }
    }
    if let Some(entry) = files.schema {
        let (schema, findings) = checking(entry.0, entry.0, tell, || schema::load(entry));
        read.schema = schema;
        read.findings.extend(findings);
    }
    if let (Some(release), Some(schema), Some((path, file))) = (&read.release, &read.schema, files.release) {
        let text = std::str::from_utf8(&file.bytes).unwrap_or_default();
        let wrong = cross::facts(release, schema, names, (path, text));
        if !wrong.is_empty() {
            // Requests that would be judged by facts that are not there are not judged.
            read.release = None;
            read.findings.extend(wrong);
        }
    }
    read
}

/// Tells that a schema is used, uses it, and tells that it is done.
fn checking<T>(file: &RepoPath, schema: &RepoPath, tell: &(dyn Fn(Progress) + Sync), work: impl FnOnce() -> T) -> T {
    let check = Check { file: file.clone(), schema: schema.clone() };
    tell(Progress::Begins(check.clone()));
    let done = work();
    tell(Progress::Ended(check));
    done
}

#[cfg(test)]
mod tests;
