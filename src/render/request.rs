//! One request: which units it has, and each of them rendered.

use super::blame::{element, printed, read_by, written};
use super::codes::{
    DUPLICATE_UNIT, EMPTY_UNIT, TARGET_KIND, TARGET_NOT_ALLOWED, TEMPLATE_LIMIT, TOO_MANY_UNITS, UNCHECKED_OBJECT, UNKNOWN_RELEASE,
    UNKNOWN_TARGET,
};
use super::context::Shared;
use super::engine::Mistake;
use super::expression::{self, Failed};
use super::file::{Made, Maker, at_output};
use super::hits::{self, Hits, Part};
use super::inputs::{Inputs, TARGETS};
use super::kubernetes::Apis;
use super::marks::{Marks, marks};
use super::namespaces::Namespaces;
use super::paths::{in_export, in_release};
use super::pattern::Clean;
use super::refs::{self, Views};
use super::release::Loaded;
use super::rendered::{At, Limits, Progress, Read, Unit, Watched};
use super::renderer::{Marks as MarkKind, Renderer};
use super::schema::{self, Custom};
use super::written::Memo;
use crate::model::{
    Code, Finding, GoldenPath, Output, OutputName, Place, Platform, Release, ReleaseId, RendererId, RepoPath, Request, Severity, Span,
    Target, TargetKind, TargetName, TargetSelector, Turn, UnitId, child, close_match, meant, quoted_list,
};
use crate::snapshot::Snapshot;
use crate::yaml;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tera::Context;

/// Everything that rendering reads, made ready once for all requests.
pub(super) struct World<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) platform: &'a Platform,
    pub(super) limits: &'a Limits,
    pub(super) renderers: BTreeMap<RendererId, Renderer>,
    pub(super) releases: BTreeMap<ReleaseId, Arc<Loaded>>,
    pub(super) shared: Shared,
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) views: Views,
    pub(super) custom: Custom<'a>,
    pub(super) namespaces: Namespaces,
    pub(super) clean: Clean,
    pub(super) hits: Hits,
    pub(super) watched: &'a Watched,
    /// Whether there are targets that cannot be read, so that nobody knows which labels they have.
    hidden_targets: bool,
}

impl<'a> World<'a> {
    /// Everything that is read, with what these requests see of those that they name.
    pub(super) fn open(
        (snapshot, platform): (&'a Snapshot, &'a Platform),
        limits: &'a Limits,
        renderers: BTreeMap<RendererId, Renderer>,
        releases: BTreeMap<ReleaseId, Arc<Loaded>>,
        inputs: &'a Inputs<'a>,
        watched: &'a Watched,
        requests: &[&Request],
    ) -> Self {
        let (shared, custom) = (Shared::new(platform), Custom::of(snapshot));
        let (views, namespaces, clean, hits) = (Views::new(), Namespaces::of(platform), Clean::default(), Hits::default());
        let hidden_targets = hides_targets(snapshot, platform);
        let mut world = Self {
            snapshot,
            platform,
            limits,
            renderers,
            releases,
            shared,
            inputs,
            views,
            custom,
            namespaces,
            clean,
            hits,
            watched,
            hidden_targets,
        };
        world.views = refs::views(&world, requests);
        world
    }
}

/// What one request gives.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) units: Vec<Unit>,
    pub(super) findings: Vec<Finding>,
    pub(super) failed: bool,
    /// Targets that outputs go to and that do not exist.
    pub(super) missing_targets: BTreeMap<TargetName, TargetKind>,
    /// What was read besides what every request reads, sorted.
    pub(super) reads: Vec<Read>,
    /// What was not tried, because it ran into its limits for others.
    pub(super) untried: Vec<Part>,
}

/// Renders all units of one request once more.
pub(super) fn render(world: &World<'_>, request: &Request) -> Outcome {
    let outcome = render_with(world, request, &Memo::None);
    (world.watched.tell)(Progress::Ended(request.id.clone(), 0));
    outcome
}

/// Renders all units of one request, where what its templates write is kept, or was written in another tree.
pub(super) fn render_with(world: &World<'_>, request: &Request, memo: &Memo<'_>) -> Outcome {
    let platform = world.platform;
    let release = platform.releases.get(&request.release);
    if release.is_some_and(|release| world.watched.without.contains(&release.file)) {
        return Outcome { failed: true, ..Outcome::default() };
    }
    let (Some(release), Some(path), Some(loaded)) =
        (release, platform.paths.get(&request.release.path), world.releases.get(&request.release))
    else {
        let message = format!("there is no release `{}`", request.release);
        let finding = Finding::error(UNKNOWN_RELEASE, Place::file(request.file.clone()), message);
        return Outcome { findings: vec![finding], failed: true, ..Outcome::default() };
    };
    // One that cannot be seen is told of where it is rendered itself.
    let Some((refs, seen)) = refs::seen(&world.views, request) else { return Outcome { failed: true, ..Outcome::default() } };
    let marks = marks(request, &release.id);
    let context = world.shared.request(request, path, release, &marks, &refs);
    let outcome = Outcome { reads: seen.clone(), ..Outcome::default() };
    let taken = BTreeSet::new();
    let mut work = Work { world, request, memo, release, path, loaded, marks, context, seen, outcome, taken, part: None, hits: 0 };
    work.exports();
    for output in &release.outputs {
        work.begins_output(output);
        work.output(output);
    }
    work.finish()
}

struct Work<'a> {
    world: &'a World<'a>,
    request: &'a Request,
    memo: &'a Memo<'a>,
    release: &'a Release,
    path: &'a GoldenPath,
    loaded: &'a Loaded,
    marks: Marks,
    context: Context,
    /// What was read of the requests that this one names.
    seen: Vec<Read>,
    outcome: Outcome,
    taken: BTreeSet<UnitId>,
    /// What is worked on, and how often it ran into its limits.
    part: Part,
    hits: usize,
}

impl<'a> Work<'a> {
    fn finish(mut self) -> Outcome {
        let by_output = |units: &[Unit], name: &OutputName| -> Vec<UnitId> {
            units.iter().filter(|unit| unit.id.output == *name).map(|unit| unit.id.clone()).collect()
        };
        for output in &self.release.outputs {
            let before: Vec<UnitId> = output.depends_on.iter().flat_map(|name| by_output(&self.outcome.units, name)).collect();
            for unit in self.outcome.units.iter_mut().filter(|unit| unit.id.output == output.name) {
                unit.depends_on.clone_from(&before);
            }
        }
        self.outcome.reads.sort();
        self.outcome.reads.dedup();
        self.outcome
    }

    /// Says what is wrong with the exports, whether or not a request reads them; what they read is read again where they are seen.
    fn exports(&mut self) {
        if self.release.exports.is_empty() || self.is_over() {
            return;
        }
        if self.loaded.exports_fail {
            // The release has findings of its own that say why.
            self.outcome.failed = true;
            return;
        }
        let at = At { request: self.request.id.clone(), unit: None, file: self.release.file.clone() };
        (self.world.watched.tell)(Progress::Begins(at));
        match refs::exports(self.world, self.release, self.loaded, &self.context) {
            Ok((_, target)) => {
                let read = target.map(|target| self.world.inputs.read(target.file.clone()));
                self.outcome.reads.extend(read);
            }
            Err(all) => {
                for (name, failed) in all {
                    let span = in_export(self.world.snapshot, self.release, name);
                    let finding = self.finding(failed.mistake(&self.release.file, span, ""));
                    self.fail(finding);
                }
            }
        }
    }

    /// Notes that a unit cannot be rendered.
    fn fail(&mut self, finding: Finding) {
        self.outcome.failed = true;
        if finding.code == TEMPLATE_LIMIT {
            self.hits += 1;
            self.world.hits.add(&self.release.id, &self.part, &self.request.id, &finding.place);
        }
        self.outcome.findings.push(finding);
    }

    /// Whether what is worked on is not tried at all, as it runs into its limits for others.
    fn is_over(&mut self) -> bool {
        let is_over = self.world.hits.is_over(&self.release.id, &self.part, &self.request.id);
        if is_over {
            self.outcome.failed = true;
            self.outcome.untried.push(self.part.clone());
        }
        is_over
    }

    /// Whether what is worked on ran into its limits too often to be gone on with.
    fn is_spent(&mut self) -> bool {
        let is_spent = self.hits >= hits::MOST;
        self.outcome.failed |= is_spent;
        is_spent
    }

    fn fail_output(&mut self, output: &Output, field: &str, failed: Failed) {
        let finding = self.failed(output, field, failed);
        self.fail(finding);
    }

    fn failed(&self, output: &Output, field: &str, failed: Failed) -> Finding {
        self.finding(failed.mistake(&self.release.file, self.field(output, field), ""))
    }

    /// Where a field of an output stands.
    fn field(&self, output: &Output, field: &str) -> Span {
        in_release(self.world.snapshot, self.release, output, field)
    }

    /// A mistake of the golden path as a finding: its owner's turn, with where to ask and which request met it.
    fn finding(&self, mistake: Mistake) -> Finding {
        let place = printed(self.world, self.request, &mistake).unwrap_or_else(|| Place::file(self.request.file.clone()));
        path_finding(mistake, self.path).related(place, format!("rendered for `{}`", self.request.id))
    }

    /// Tells that the expressions of an output are about to be run.
    fn begins_output(&mut self, output: &Output) {
        (self.part, self.hits) = (Some(output.name.clone()), 0);
        let Watched { tell, traced, .. } = self.world.watched;
        tell(Progress::Begins(At { request: self.request.id.clone(), unit: None, file: self.release.file.clone() }));
        if traced.is_some() {
            tell(Progress::Step(Place::new(self.release.file.clone(), output.span)));
        }
    }

    fn output(&mut self, output: &'a Output) {
        let plan = self.loaded.outputs.get(&output.name);
        if plan.is_none_or(|plan| plan.files.iter().any(|file| self.world.watched.without.contains(&file.source))) {
            // The release has a finding of its own that says why, or who watches has.
            self.outcome.failed = true;
            return;
        }
        if self.is_over() {
            return;
        }
        match self.loaded.expressions.for_each(output, &self.context) {
            Ok(None) => {
                let context = self.context.clone();
                self.element(output, &context);
            }
            Ok(Some(elements)) if elements.len() > self.world.limits.units => {
                let message =
                    format!("`{}` would have {} units; at most {} are allowed", output.name, elements.len(), self.world.limits.units);
                let place = read_by(self.world, self.request, output.for_each.as_deref());
                self.fail(Finding::error(TOO_MANY_UNITS, place, message).help("Split the request."));
            }
            Ok(Some(elements)) => {
                for element in elements {
                    let mut context = self.context.clone();
                    context.insert("each", &element);
                    self.element(output, &context);
                }
            }
            Err(failed) => self.fail_output(output, "forEach", failed),
        }
    }

    fn element(&mut self, output: &'a Output, context: &Context) {
        if self.is_spent() {
            return;
        }
        match self.loaded.expressions.when(output, context) {
            Ok(true) => {}
            Ok(false) => return,
            Err(failed) => return self.fail_output(output, "when", failed),
        }
        match self.targets(output, context) {
            Ok(targets) => {
                for target in targets {
                    self.unit(output, target, context);
                }
            }
            Err(finding) => self.fail(*finding),
        }
    }

    fn targets(&mut self, output: &Output, context: &Context) -> Result<Vec<&'a Target>, Box<Finding>> {
        let all = &self.world.platform.targets;
        match &output.target {
            TargetSelector::Template(source) => {
                let name = self.loaded.expressions.target(output, context);
                let name = name.map_err(|failed| Box::new(self.failed(output, "target", failed)))?;
                let parsed = TargetName::parse(name.trim()).ok();
                if let Some(name) = parsed.as_ref().filter(|name| !all.contains_key(*name))
                    && self.world.snapshot.get(&format!("targets/{name}.yaml")).is_some()
                {
                    // The file of the target has a finding of its own.
                    self.outcome.failed = true;
                    return Ok(Vec::new());
                }
                let target = parsed.as_ref().and_then(|name| all.get(name));
                let missing = parsed.filter(|_| target.is_none()).zip(self.kind_of(output));
                self.outcome.missing_targets.extend(missing);
                target.map(|target| vec![target]).ok_or_else(|| {
                    let near = close_match(name.trim(), all.keys().map(TargetName::as_str));
                    let help = match near {
                        Some(near) => format!("Did you mean `{near}`?"),
                        None => format!("There are {}.", quoted_list(all.keys().map(TargetName::as_str))),
                    };
                    let message = format!("the output `{}` goes to the target `{}`, which does not exist", output.name, name.trim());
                    let Some(place) = self.chosen(output, context) else {
                        let made = if source.contains("{{") { " Its name is made from what the request does not give." } else { "" };
                        let mistake = at_output(&self.release.file, self.field(output, "target"), message);
                        return Box::new(self.finding(Mistake { code: UNKNOWN_TARGET, help: help + made, ..mistake }));
                    };
                    let help = format!("{help} Its name is made from values of the request.");
                    let finding = Finding::error(UNKNOWN_TARGET, place, message).help(help);
                    let made = Place::new(self.release.file.clone(), self.field(output, "target"));
                    Box::new(finding.related(made, "the name of the target is made here"))
                })
            }
            TargetSelector::Labels(labels) => {
                let found = with_labels(self.world.platform, labels);
                // One whose file cannot be read may be among them: what went there is not taken for removed.
                self.outcome.failed |= self.world.hidden_targets;
                if found.is_empty() && !self.world.hidden_targets {
                    return Err(Box::new(self.finding(self.no_target(output, labels))));
                }
                Ok(found)
            }
        }
    }

    /// No target has all of these labels: told at the first one that none has.
    fn no_target(&self, output: &Output, labels: &BTreeMap<String, String>) -> Mistake {
        let all = || self.world.platform.targets.values().flat_map(|target| &target.labels);
        let wanted: Vec<String> = labels.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let message = format!("no target has the labels {}", quoted_list(wanted.iter().map(String::as_str)));
        let missing = labels.iter().find(|(key, value)| !all().any(|(other, there)| other == *key && there == *value));
        let Some((key, value)) = missing else {
            let help = "There are targets with each of them, and none with all.".to_owned();
            return Mistake { code: UNKNOWN_TARGET, help, ..at_output(&self.release.file, self.field(output, "targets"), message) };
        };
        let values: BTreeSet<&str> = all().filter(|(other, _)| *other == key).map(|(_, value)| value.as_str()).collect();
        let help = match (close_match(value, values.iter().copied()), values.is_empty()) {
            (Some(near), _) => meant(near),
            (None, false) => format!("`{key}` is {} there.", quoted_list(values)),
            (None, true) => close_match(key, all().map(|(key, _)| key.as_str())).map(meant).unwrap_or_default(),
        };
        let span = self.field(output, child("targets/matchLabels", key).as_str());
        Mistake { code: UNKNOWN_TARGET, help, ..at_output(&self.release.file, span, message) }
    }

    /// What a target of an output has to be; nothing when its renderer is not known.
    fn kind_of(&self, output: &Output) -> Option<TargetKind> {
        let renderer = self.world.renderers.get(&output.renderer)?;
        Some(if renderer.marks == MarkKind::Terraform { TargetKind::Terraform } else { TargetKind::Directory })
    }

    fn unit(&mut self, output: &'a Output, target: &'a Target, context: &Context) {
        if self.is_spent() {
            return;
        }
        let reads = self.reads(output, target);
        self.outcome.reads.extend(reads.iter().cloned());
        let id = UnitId { request: self.request.id.clone(), output: output.name.clone(), target: target.name.clone() };
        if let Some(finding) = self.refused(output, target, &id, context) {
            return self.fail(finding);
        }
        let (Some(plan), Some(renderer)) = (self.loaded.outputs.get(&output.name), self.world.renderers.get(&output.renderer)) else {
            self.outcome.failed = true;
            return;
        };
        let context = self.world.shared.with_target(context, target);
        let allowed = match self.world.namespaces.allowed(self.world.snapshot, target, &context) {
            Ok(allowed) => allowed,
            Err(finding) => return self.fail(finding.related(Place::file(self.request.file.clone()), "a unit of this request goes there")),
        };
        let custom = &self.world.custom;
        let maker = Maker {
            plan,
            renderer,
            context: &context,
            limits: self.world.limits,
            marks: &self.marks,
            unit: &id,
            memo: self.memo,
            clean: &self.world.clean,
            providers: &target.terraform_providers,
            apis: schema::of_target(target).map(|kubernetes| Apis { kubernetes, custom }),
            touches: allowed.as_ref().map(|allowed| {
                let kubernetes = schema::of_target(target).unwrap_or_else(schema::newest);
                (allowed, Apis { kubernetes, custom })
            }),
            values: self.world.watched.values,
            writes: self.world.watched.bytes,
            release_file: &self.release.file,
            begins: &|file| {
                let at = At { request: id.request.clone(), unit: Some(id.clone()), file: file.clone() };
                (self.world.watched.tell)(Progress::Begins(at));
            },
            traced: self.world.watched.traced.is_some().then_some(&self.world.watched.tell),
        };
        match maker.make() {
            Ok(made) if made.files.is_empty() => {
                let message = format!("the output `{}` renders to no file at all", output.name);
                let help = "Say when the output is wanted with `when`; an empty unit is never taken for a removed one.".to_owned();
                let finding = self.finding(Mistake { code: EMPTY_UNIT, help, ..at_output(&self.release.file, output.span, message) });
                self.fail(finding);
            }
            Ok(made) => self.made(output, target, id, reads, made),
            Err(mistakes) => {
                for mistake in few(mistakes) {
                    let finding = self.finding(mistake);
                    self.fail(finding);
                }
            }
        }
    }

    /// Takes in a unit that was made, with what is worth a look in it.
    fn made(&mut self, output: &Output, target: &Target, id: UnitId, mut reads: Vec<Read>, made: Made) {
        let schemas = made.schemas.into_iter().filter(|_| self.world.watched.reads);
        let schemas: Vec<Read> = schemas.map(|path| self.world.inputs.read(path)).collect();
        self.outcome.reads.extend(schemas.iter().cloned());
        self.outcome.findings.extend(made.unchecked.iter().map(unchecked));
        for doubtful in made.doubtful {
            let finding = Finding { severity: Severity::Warning, ..self.finding(doubtful) };
            self.outcome.findings.push(finding);
        }
        reads.extend(schemas);
        reads.sort();
        self.outcome.units.push(Unit {
            id,
            request_file: self.request.file.clone(),
            release: self.release.id.clone(),
            target_kind: target.kind,
            renderer: output.renderer.clone(),
            on_delete: output.on_delete,
            disposable: self.release.disposable.clone(),
            depends_on: Vec::new(),
            digest: Unit::digest_of(&made.files),
            files: made.files,
            objects: made.objects,
            reads,
        });
    }

    /// Why a unit may not be at all, when it may not.
    fn refused(&mut self, output: &Output, target: &Target, id: &UnitId, context: &Context) -> Option<Finding> {
        let allows = |list: &[String], name: &str| list.iter().any(|entry| entry == "*" || entry == name);
        let team = self.request.id.team.as_str();
        let not = if !allows(&target.allow_teams, team) {
            Some(("teams", format!("the team `{team}`")))
        } else if !allows(&target.allow_paths, self.path.name.as_str()) {
            Some(("paths", format!("the golden path `{}`", self.path.name)))
        } else {
            None
        };
        if let Some((list, who)) = not {
            return Some(self.not_taken(output, target, (list, &who), context));
        }
        let wanted = self.kind_of(output)?;
        if target.kind != wanted {
            let message = format!(
                "the output `{}` of `{}` cannot go to the target `{}`, which is of another type",
                output.name, output.renderer, target.name
            );
            let help = "Terraform roots go to targets of `type: terraform`, everything else to targets of `type: directory`.".to_owned();
            let field = if matches!(output.target, TargetSelector::Labels(_)) { "targets" } else { "target" };
            return Some(self.finding(Mistake {
                code: TARGET_KIND,
                help,
                ..at_output(&self.release.file, self.field(output, field), message)
            }));
        }
        if !self.taken.insert(id.clone()) {
            let message = format!("the output `{}` goes to the target `{}` twice", output.name, target.name);
            if let Some((field, help)) = same_for_each(output) {
                let mistake = at_output(&self.release.file, self.field(output, field), message);
                return Some(self.finding(Mistake { code: DUPLICATE_UNIT, help: help.to_owned(), ..mistake }));
            }
            let place = self.chosen(output, context).unwrap_or_else(|| read_by(self.world, self.request, output.for_each.as_deref()));
            let finding = Finding::error(DUPLICATE_UNIT, place, message).help("Each element of `forEach` needs a target of its own.");
            return Some(finding.related(Place::new(self.release.file.clone(), output.span), "the units are made here"));
        }
        None
    }

    /// The value of the request that says where an output goes, or what it is made for each of.
    fn chosen(&self, output: &Output, context: &Context) -> Option<Place> {
        let TargetSelector::Template(source) = &output.target else { return None };
        let listed = output.for_each.as_deref().filter(|_| expression::reads(source, "each"));
        let element = listed.zip(context.get("each")).and_then(|(list, each)| element(self.world, self.request, (list, each), source));
        if element.is_some() {
            return element;
        }
        [Some(source.as_str()), listed].into_iter().find_map(|source| written(self.world, self.request, source))
    }

    /// A target takes other teams or golden paths alone. Where no request says that this golden path goes there, that is for its owner to mend.
    fn not_taken(&self, output: &Output, target: &Target, (list, who): (&str, &str), context: &Context) -> Finding {
        let field = if matches!(output.target, TargetSelector::Labels(_)) { "targets" } else { "target" };
        let message = format!("the target `{}` does not take {who}", target.name);
        let ask = format!("ask the platform team to add it to `allow.{list}` of `{}`.", target.file);
        let chosen = self.chosen(output, context);
        let finding = if chosen.is_none() && list == "paths" {
            let mistake = at_output(&self.release.file, self.field(output, field), message);
            self.finding(Mistake { code: TARGET_NOT_ALLOWED, help: format!("Send the output to another target, or {ask}"), ..mistake })
        } else {
            let place = chosen.unwrap_or_else(|| self.in_file(&self.request.file, "/metadata/name"));
            Finding::error(TARGET_NOT_ALLOWED, place, message).help(format!("Ask for another target, or {ask}"))
        };
        let allow = [format!("/spec/allow/{list}"), "/spec/allow".to_owned()];
        let said = allow.iter().map(|pointer| self.in_file(&target.file, pointer)).find(|place| place.span != Span::START);
        finding.related(said.unwrap_or_else(|| Place::file(target.file.clone())), "who may go there is said here")
    }

    /// A value of a file; the whole file where it is not there.
    fn in_file(&self, file: &RepoPath, pointer: &str) -> Place {
        let spot = self.world.snapshot.text(file.as_str()).and_then(|text| yaml::locate(text, pointer));
        Place::new(file.clone(), spot.map_or(Span::START, |spot| spot.value))
    }

    /// What a unit is made from, where somebody asks for it.
    fn reads(&self, output: &Output, target: &Target) -> Vec<Read> {
        if !self.world.watched.reads {
            return Vec::new();
        }
        let inputs = self.world.inputs;
        let mut paths = inputs.of_request(self.world.platform, self.request);
        let renderer = RepoPath::parse(&format!("renderers/{}/{}", output.renderer.name, output.renderer.version)).ok();
        paths.retain(|path| path.below("renderers").is_none() || Some(path) == renderer.as_ref());
        paths.push(target.file.clone());
        if let TargetSelector::Labels(_) = output.target {
            paths.extend(RepoPath::parse(TARGETS));
        }
        let mut reads: Vec<Read> = paths.into_iter().map(|path| inputs.read(path)).collect();
        reads.extend(self.seen.iter().cloned());
        reads.sort();
        reads.dedup();
        reads
    }
}

/// So many mistakes of one unit are told for one place of a template.
const MOST_OF_A_PLACE: usize = 3;

/// The mistakes of a unit; what is wrong in one place more often than that is told once, with how often.
fn few(mistakes: Vec<Mistake>) -> Vec<Mistake> {
    let mut places: BTreeMap<(RepoPath, Span, Code), usize> = BTreeMap::new();
    let place = |mistake: &Mistake| (mistake.file.clone(), mistake.span, mistake.code.clone());
    for mistake in mistakes.iter().filter(|mistake| mistake.span != Span::START) {
        *places.entry(place(mistake)).or_default() += 1;
    }
    places.retain(|_, count| *count > MOST_OF_A_PLACE);
    let mut told = BTreeSet::new();
    let one = |mut mistake: Mistake| {
        let place = place(&mistake);
        let Some(count) = places.get(&place) else { return Some(mistake) };
        mistake.message += &format!(" (and so {} more times)", count - 1);
        told.insert(place).then_some(mistake)
    };
    mistakes.into_iter().filter_map(one).collect()
}

/// Whether there are files of targets that give no target.
fn hides_targets(snapshot: &Snapshot, platform: &Platform) -> bool {
    let name = |path: &RepoPath| TargetName::parse(path.below(TARGETS)?.strip_suffix(".yaml")?).ok();
    snapshot.under(TARGETS).filter_map(|(path, _)| name(path)).any(|name| !platform.targets.contains_key(&name))
}

fn with_labels<'a>(platform: &'a Platform, labels: &BTreeMap<String, String>) -> Vec<&'a Target> {
    let fits = |target: &&Target| labels.iter().all(|(key, value)| target.labels.get(key) == Some(value));
    platform.targets.values().filter(fits).collect()
}

/// Why an output with `forEach` goes to the same targets for each element, by the field that says so; nothing where it does not.
fn same_for_each(output: &Output) -> Option<(&'static str, &'static str)> {
    output.for_each.as_ref()?;
    match &output.target {
        TargetSelector::Labels(_) => Some((
            "targets",
            "`targets` finds the same ones for each element of `forEach`: write `target: \"{{ each }}\"`, or another field of `each`, in its place.",
        )),
        TargetSelector::Template(source) => (!expression::reads(source, "each"))
            .then_some(("target", "It is the same for each element of `forEach`: read `each` in it, such as `target: \"{{ each }}\"`.")),
    }
}

/// The targets that an output goes to, each once; what is wrong with it is told where the output is rendered.
pub(super) fn fan_out<'a>(world: &World<'a>, loaded: &Loaded, output: &Output, context: &Context) -> Vec<&'a Target> {
    let platform: &'a Platform = world.platform;
    let contexts: Vec<Context> = match loaded.expressions.for_each(output, context) {
        Ok(None) => vec![context.clone()],
        Ok(Some(elements)) => {
            let with = |element: serde_json::Value| {
                let mut context = context.clone();
                context.insert("each", &element);
                context
            };
            elements.into_iter().take(world.limits.units).map(with).collect()
        }
        Err(_) => Vec::new(),
    };
    let mut targets: BTreeMap<&TargetName, &'a Target> = BTreeMap::new();
    for context in contexts.iter().filter(|context| loaded.expressions.when(output, context).unwrap_or(false)) {
        let found = match &output.target {
            TargetSelector::Labels(labels) => with_labels(platform, labels),
            TargetSelector::Template(_) => {
                let name = loaded.expressions.target(output, context).ok().and_then(|name| TargetName::parse(name.trim()).ok());
                name.and_then(|name| platform.targets.get(&name)).into_iter().collect()
            }
        };
        targets.extend(found.into_iter().map(|target| (&target.name, target)));
    }
    targets.into_values().collect()
}

/// The warning for a custom resource whose schema is not there or cannot be read.
fn unchecked((template, shown, place, is_there): &(RepoPath, String, RepoPath, bool)) -> Finding {
    let why = if *is_there { format!("`{place}` is no schema of an object") } else { format!("there is no `{place}`") };
    let message = format!("{shown} is not checked: {why}");
    let help = "`goldpath schema import FILE` makes it from the definition of the custom resource.";
    Finding::warning(UNCHECKED_OBJECT, Place::file(template.clone()), message).help(help).turn(Turn::Platform)
}

/// A mistake of a golden path as a finding for its owner.
pub(super) fn path_finding(mistake: Mistake, path: &GoldenPath) -> Finding {
    let finding = Finding {
        place: Place::new(mistake.file, mistake.span),
        severity: Severity::Error,
        code: mistake.code,
        message: mistake.message,
        help: mistake.help,
        turn: Turn::PathOwner,
        related: Vec::new(),
    };
    finding.owned(path)
}
