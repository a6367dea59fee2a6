//! Platform + renderers → `Rendered`: units, their files, where each came from, what each read.
//!
//! Rendering is pure: the same snapshot gives the same bytes on every machine and with any number of threads.

mod addresses;
mod allowed;
mod blame;
mod budget;
mod cast;
mod circle;
mod claims;
mod codes;
mod context;
mod coverage;
mod engine;
mod explained;
mod expression;
mod file;
mod filters;
mod hcl;
mod hits;
mod inputs;
mod kubernetes;
mod language;
mod lexer;
mod libraries;
mod marks;
mod merged;
mod mould;
mod namespaces;
mod objects;
mod otherwise;
mod paths;
mod pattern;
mod probe;
mod provenance;
mod refs;
mod refused;
mod release;
mod rendered;
mod renderer;
mod request;
mod root;
mod schema;
mod skeleton;
mod suspect;
mod terraform;
mod threads;
mod undefined;
mod walk;
mod workflow;
mod written;

pub use coverage::coverage;
pub use filters::is_plain_word;
pub use inputs::Inputs;
pub use objects::OF_ALL_VOLUMES;
pub use provenance::{Changing, Origin, Traced, fields, made_by, trace};
pub use rendered::{At, Cache, Limits, Object, Progress, Read, Rendered, RenderedFile, Take, Tell, Unit, Watched};
pub use schema::{newest_kubernetes, schemas_of_crd};
pub use threads::on_threads;
pub use written::Written;

use crate::model::{Code, Digest, Digester, Explained, Finding, Place, Platform, Release, ReleaseId, Request, RequestId, UnitId};
use crate::snapshot::Snapshot;
use hits::Part;
use merged::merged;
use rayon::prelude::*;
use release::Loaded;
use rendered::Variant;
use request::{Outcome, World, path_finding};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use written::Memo;

/// All codes that findings of this stage may have.
pub fn codes() -> &'static [Code] {
    codes::ALL
}

/// What all codes of this stage mean, each with an example.
pub fn explained() -> &'static [Explained] {
    explained::ALL
}

/// Makes ready what most trees need and what is the same for all: the newest API of Kubernetes.
pub fn make_ready() {
    schema::newest();
}

/// Renders every request of a platform repository, with at most so many threads; units that the cache knows are not rendered again.
pub fn render(snapshot: &Snapshot, platform: &Platform, limits: &Limits, cache: &mut Cache, threads: usize) -> Rendered {
    render_watched(snapshot, platform, limits, cache, threads, &Watched::by_nobody())
}

/// The same, under the eyes of somebody.
pub fn render_watched(
    snapshot: &Snapshot,
    platform: &Platform,
    limits: &Limits,
    cache: &mut Cache,
    threads: usize,
    watched: &Watched,
) -> Rendered {
    on_threads(threads, |parallel| render_here(snapshot, platform, limits, cache, watched, parallel))
}

fn render_here(
    snapshot: &Snapshot,
    platform: &Platform,
    limits: &Limits,
    cache: &mut Cache,
    watched: &Watched,
    parallel: bool,
) -> Rendered {
    let (rendered, kept) = open(snapshot, platform, limits, cache, watched, parallel, |opened| {
        let requests = &opened.requests;
        let outcomes = if parallel {
            requests.par_iter().map(|request| opened.request(request)).collect()
        } else {
            requests.iter().map(|request| opened.request(request)).collect()
        };
        opened.ended(outcomes)
    });
    cache.keep(kept);
    rendered
}

/// Opens everything that rendering reads, and lets somebody render request by request.
pub fn open<T>(
    snapshot: &Snapshot,
    platform: &Platform,
    limits: &Limits,
    cache: &mut Cache,
    watched: &Watched,
    parallel: bool,
    each: impl FnOnce(&Opened<'_, '_>) -> T,
) -> T {
    let (renderers, mut findings) = renderer::renderers(snapshot);
    let inputs = Inputs::of(snapshot, platform, &renderers);
    let requests: Vec<&Request> = platform.requests.values().filter(|request| watched.wants(&request.id)).collect();
    let wanted = |release: &&Release| {
        // What a request names may be of any release.
        let traced = watched.traced.is_none() || requests.iter().any(|request| request.release == release.id || !request.refs.is_empty());
        traced && !watched.without.contains(&release.file)
    };
    let releases: Vec<&Release> = platform.releases.values().filter(wanted).collect();
    let load = |release: &Release| {
        (watched.tell)(Progress::Loads(release.file.clone()));
        let loaded = release::load(snapshot, release, &renderers, limits);
        (watched.tell)(Progress::Loaded(release.file.clone()));
        loaded
    };
    let releases = load_releases(&releases, &load, &|release| inputs.release(release, limits), cache, parallel);
    findings.extend(schema::unknown_versions(snapshot, platform));
    findings.extend(release_findings(platform, &releases));
    findings.extend(libraries::unused(snapshot, platform, &releases));
    findings.extend(libraries::unnamed(snapshot, &renderers));
    let world = World::open((snapshot, platform), limits, renderers, releases, &inputs, watched, &requests);
    findings.extend(world.namespaces.findings(snapshot, platform, &world.shared));
    each(&Opened { world, requests, findings, cache })
}

/// Everything that rendering reads, ready for each request.
pub struct Opened<'a, 'c> {
    world: World<'a>,
    requests: Vec<&'a Request>,
    /// What is wrong with more than a request.
    findings: Vec<Finding>,
    cache: &'c Cache,
}

/// What one request came to.
pub struct Done {
    request: RequestId,
    key: Option<Digest>,
    outcome: Result<Arc<Variant>, Box<Outcome>>,
}

impl Opened<'_, '_> {
    /// The releases that were made ready for it, for rendering another tree that keeps nothing either.
    pub fn releases(&self) -> Cache {
        Cache { releases: self.cache.releases.clone(), ..Cache::off() }
    }

    /// Brings a rendering to its end: what all requests came to together.
    pub fn end(&self, outcomes: Vec<Done>) -> Rendered {
        self.ended(outcomes).0
    }

    /// The same, with what a cache may keep of it.
    fn ended(&self, outcomes: Vec<Done>) -> (Rendered, Vec<(Digest, Arc<Variant>)>) {
        let Self { world, findings, .. } = self;
        let mut rendered = Rendered::default();
        let mut said: Vec<(Finding, Option<RequestId>)> = findings.iter().map(|finding| (finding.clone(), None)).collect();
        let mut kept = Vec::new();
        let mut untried: BTreeMap<Place, BTreeSet<RequestId>> = BTreeMap::new();
        for Done { request, key, outcome } in outcomes.into_iter().map(|done| self.settled(done)) {
            let (units, findings) = match outcome {
                Ok(variant) => {
                    kept.extend(key.map(|key| (key, Arc::clone(&variant))));
                    let Variant { units, findings, .. } = Arc::unwrap_or_clone(variant);
                    (units, findings)
                }
                Err(outcome) => {
                    rendered.failed.insert(request.clone());
                    rendered.missing_targets.extend(outcome.missing_targets);
                    for place in outcome.untried.iter().filter_map(|part| self.first_hit(&request, part)) {
                        untried.entry(place).or_default().insert(request.clone());
                    }
                    (outcome.units, outcome.findings)
                }
            };
            rendered.units.extend(units.into_iter().map(|unit| (unit.id.clone(), unit)));
            said.extend(findings.into_iter().map(|finding| (finding, Some(request.clone()))));
        }
        wait_for_others(world.platform, &mut rendered);
        claims::refuse_shared(&mut rendered, world);
        said.extend(rendered.findings.drain(..).map(|finding| (finding, None)));
        rendered.findings = merged(said);
        hits::tell(&mut rendered.findings, &untried);
        blame::blame(world, &mut rendered.findings);
        (rendered, kept)
    }

    /// Where what was not tried for a request ran into its limits first.
    fn first_hit(&self, request: &RequestId, part: &Part) -> Option<Place> {
        self.world.hits.first(&self.world.platform.requests.get(request)?.release, part)
    }

    /// The same without what is not to be tried for it, where it was rendered before that was known.
    fn settled(&self, done: Done) -> Done {
        let Some(request) = self.world.platform.requests.get(&done.request) else { return done };
        let over = self.world.hits.over(&request.release, &request.id);
        if over.is_empty() || done.outcome.as_ref().is_err_and(|outcome| outcome.untried.len() == over.len()) {
            return done;
        }
        let again = request::render(&self.world, request);
        let after: BTreeMap<&UnitId, &Vec<UnitId>> = again.units.iter().map(|unit| (&unit.id, &unit.depends_on)).collect();
        let kept = |unit: &Unit| after.get(&unit.id).map(|after| Unit { depends_on: (*after).clone(), ..unit.clone() });
        let units = done.units().iter().filter_map(kept).collect();
        Done { outcome: Err(Box::new(Outcome { units, ..again })), ..done }
    }

    /// Renders one request; what the cache knows is not rendered again.
    pub fn request(&self, request: &Request) -> Done {
        let key = (!self.cache.is_off).then(|| key(&self.world, request));
        let known = key
            .and_then(|key| self.cache.requests.get(&key))
            .and_then(|variants| variants.iter().find(|variant| self.world.inputs.still(&variant.reads)));
        let outcome = known.map_or_else(|| made(&self.world, request, &Memo::None), |known| Ok(Arc::clone(known)));
        Done { request: request.id.clone(), key, outcome }
    }

    /// Renders one request without the cache, and keeps what its templates write for [`request_after`](Self::request_after).
    pub fn request_kept(&self, request: &Request) -> (Done, Written) {
        let memo = Memo::Keep(RefCell::default());
        let done = Done { request: request.id.clone(), key: None, outcome: made(&self.world, request, &memo) };
        (done, memo.into_written())
    }

    /// Renders one request without the cache; where a template is the same as in another tree and is given the same, it is not run again.
    pub fn request_after(&self, request: &Request, before: &Written) -> Done {
        Done { request: request.id.clone(), key: None, outcome: made(&self.world, request, &Memo::Take(before)) }
    }
}

impl Done {
    /// Its units, as far as they could be rendered.
    pub fn units(&self) -> &[Unit] {
        match &self.outcome {
            Ok(variant) => &variant.units,
            Err(outcome) => &outcome.units,
        }
    }

    /// Whether at least one of its units could not be rendered.
    pub fn failed(&self) -> bool {
        self.outcome.is_err()
    }

    /// The same with something else for each unit: what is to be kept of it.
    #[must_use]
    pub fn with(self, keep: impl Fn(Unit) -> Unit) -> Self {
        let outcome = match self.outcome {
            Ok(variant) => {
                let variant = Arc::unwrap_or_clone(variant);
                Ok(Arc::new(Variant { units: variant.units.into_iter().map(keep).collect(), ..variant }))
            }
            Err(mut outcome) => {
                outcome.units = std::mem::take(&mut outcome.units).into_iter().map(keep).collect();
                Err(outcome)
            }
        };
        Self { outcome, ..self }
    }
}

/// Renders one request: something that may be kept, or what it came to with errors.
fn made(world: &World<'_>, request: &Request, memo: &Memo<'_>) -> Result<Arc<Variant>, Box<Outcome>> {
    let mut outcome = request::render_with(world, request, memo);
    if let Some(take) = &world.watched.take {
        outcome.units = outcome.units.into_iter().map(|unit| take(unit)).collect();
    }
    (world.watched.tell)(Progress::Ended(request.id.clone(), outcome.units.iter().map(Unit::kept).sum()));
    if outcome.failed {
        return Err(Box::new(outcome));
    }
    Ok(Arc::new(Variant { units: outcome.units, findings: outcome.findings, reads: outcome.reads }))
}

/// The digest of what every unit of a request reads; what else was read is kept with the units.
fn key(world: &World<'_>, request: &Request) -> Digest {
    let mut digester = Digester::new().field(request.file.as_str()).field(request.id.to_string()).field(request.release.to_string());
    digester.add(world.limits.bytes());
    if world.snapshot.get(request.file.as_str()).is_none() {
        digester.add(request.document.0.to_string());
    }
    if let Some(path) = world.platform.paths.get(&request.release.path) {
        // what is found says whose it is and where to find them, so that another one is told of what is kept
        digester.add(path.owner.as_str());
        digester.add(format!("{:?}", path.support.channel));
    }
    for path in world.inputs.of_request(world.platform, request) {
        digester.add(path.as_str());
        digester.add(world.inputs.digest(&path).bytes());
    }
    digester.finish()
}

/// The units of a request come after those of the requests that it names.
fn wait_for_others(platform: &Platform, rendered: &mut Rendered) {
    let mut of_named: BTreeMap<&RequestId, Vec<UnitId>> = BTreeMap::new();
    let named = |request: &'_ Request| request.refs.values().map(|named| named.request.clone()).collect::<BTreeSet<_>>();
    let all: BTreeSet<&RequestId> =
        platform.requests.values().flat_map(|request| request.refs.values()).map(|named| &named.request).collect();
    for unit in rendered.units.keys() {
        if let Some(request) = all.get(&unit.request) {
            of_named.entry(request).or_default().push(unit.clone());
        }
    }
    if of_named.is_empty() {
        return;
    }
    for unit in rendered.units.values_mut() {
        let Some(request) = platform.requests.get(&unit.id.request).filter(|request| !request.refs.is_empty()) else { continue };
        let before = named(request).into_iter().filter_map(|id| of_named.get(&id)).flatten();
        unit.depends_on.extend(before.cloned());
    }
}

fn load_releases(
    releases: &[&Release],
    load: &(dyn Fn(&Release) -> Loaded + Sync),
    key: &(dyn Fn(&Release) -> Digest + Sync),
    cache: &mut Cache,
    parallel: bool,
) -> BTreeMap<ReleaseId, Arc<Loaded>> {
    let known = &cache.releases;
    let one = |release: &Release| {
        let key = key(release);
        let loaded = known.get(&key).cloned();
        (key, release.id.clone(), loaded.unwrap_or_else(|| Arc::new(load(release))))
    };
    let loaded: Vec<_> = if parallel {
        releases.par_iter().map(|release| one(release)).collect()
    } else {
        releases.iter().map(|release| one(release)).collect()
    };
    cache.releases.used(loaded.iter().map(|(key, _, loaded)| (*key, Arc::clone(loaded))));
    loaded.into_iter().map(|(_, id, loaded)| (id, loaded)).collect()
}

/// What is wrong with releases themselves, whether or not a request uses them.
fn release_findings(platform: &Platform, releases: &BTreeMap<ReleaseId, Arc<Loaded>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, loaded) in releases {
        let path = platform.paths.get(&id.path);
        let owned = |finding: &Finding| path.map_or_else(|| finding.clone(), |path| finding.clone().owned(path));
        findings.extend(loaded.findings.iter().map(owned));
        if let Some(path) = path {
            findings.extend(loaded.mistakes.iter().cloned().map(|mistake| path_finding(mistake, path)));
        }
    }
    findings
}

#[cfg(test)]
mod tests;
