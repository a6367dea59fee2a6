//! Where a line of a rendered file came from, worked out when somebody asks: its template by probes, its fields by changing one at a time.

mod unset;

#[cfg(test)]
mod tests;

use self::unset::unset;
use super::budget::Mode;
use super::context::Shared;
use super::engine::Engine;
use super::file::Maker;
use super::inputs::Inputs;
use super::marks::{Marks, OWN_PREFIX, marks};
use super::pattern::Clean;
use super::refs;
use super::release::{Body, FilePlan, Loaded, load};
use super::rendered::{Limits, RenderedFile, Unit, Watched};
use super::renderer::{Renderer, renderers};
use super::request::World;
use super::written::Memo;
use crate::model::{
    Fact, GoldenPath, Json, MadeBy, Output, Place, Platform, Release, RepoPath, Request, Span, Target, UnitId, child, key_of,
};
use crate::snapshot::Snapshot;
use crate::yaml;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tera::Context;

/// With more values than these, nobody who did not ask for it waits until each was changed.
const MOST_FIELDS: usize = 40;

/// A line of a rendered file with where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Traced {
    /// What stands there.
    pub text: String,
    /// What it is about: a JSON pointer into its document, where the file is written anew from such.
    pub pointer: Option<String>,
    /// Who wrote it.
    pub origin: Origin,
}

/// Who wrote a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// A place in a template, or in a file that is copied.
    Template(Place),
    /// goldpath itself: its labels and annotations, what stands between documents, and the files that it generates.
    Goldpath,
}

/// Every line of a file of a unit with where it came from; nothing when the unit is not one of this platform, or has no such file.
pub fn trace(snapshot: &Snapshot, platform: &Platform, limits: &Limits, unit: &Unit, file: &RepoPath) -> Option<Vec<Traced>> {
    let text = std::str::from_utf8(&unit.files.get(file)?.bytes).ok()?;
    Bench::open(snapshot, platform, limits, unit)?.trace(text, file, |_| true)
}

/// What made a line of a file of a unit, counted from 1; `written` holds the file of the request. Nothing when these files do not give this
/// very unit, byte for byte: then nothing is known of its lines.
pub fn made_by(
    (snapshot, platform): (&Snapshot, &Platform),
    written: &Snapshot,
    limits: &Limits,
    unit: &Unit,
    (file, line): (&RepoPath, u32),
) -> Option<MadeBy> {
    let text = std::str::from_utf8(&unit.files.get(file)?.bytes).ok()?;
    let bench = Bench::open(snapshot, platform, limits, unit)?;
    let made = bench.make(&bench.request.document.0)?;
    let traced = bench.trace(text, file, |number| number == line).filter(|_| Unit::digest_of(&made) == unit.digest)?.pop()?;
    let read = yaml::parse(written.text(bench.request.file.as_str())?);
    let mut all = Vec::new();
    scalars(bench.request.document.0.get("spec").unwrap_or(&Value::Null), "/spec", &mut all);
    let changing =
        if all.len() > MOST_FIELDS { Changing::default() } else { bench.changing(snapshot, text, file, (line, &traced), Fields::Set) };
    let request = changing.fields.into_iter().filter_map(|field| {
        let spot = read.documents.first()?.place(&field)?;
        Some(Place::new(bench.request.file.clone(), spot.value))
    });
    let request = request.collect();
    let template = match traced.origin {
        Origin::Template(place) => Some(place),
        Origin::Goldpath => None,
    };
    Some(MadeBy { template, request })
}

impl Bench<'_> {
    /// The wanted lines of a file with where they came from.
    fn trace(&self, text: &str, file: &RepoPath, wanted: impl Fn(u32) -> bool) -> Option<Vec<Traced>> {
        let lines = (1_u32..).zip(text.lines()).filter(|(number, _)| wanted(*number));
        let plan = self.loaded.outputs.get(&self.output.name)?.files.iter().find(|plan| plan.path == *file);
        let Some(plan) = plan else {
            let generated = |(number, shown): (u32, &str)| {
                let pointer = Spot::find(text, number).and_then(Spot::pointer);
                Traced { text: shown.to_owned(), pointer, origin: Origin::Goldpath }
            };
            return Some(lines.map(generated).collect());
        };
        let (raw, by_template) = self.raw(plan, &self.request.document.0)?;
        let one = |(number, shown): (u32, &str)| {
            let spot = if raw == text { Some(Spot::Line(number)) } else { Spot::find(text, number) };
            let at = spot.as_ref().and_then(|spot| spot.in_raw(&raw, text));
            let place = at.map(|(line, column)| match &by_template {
                Some((engine, template, context)) => {
                    let (file, span) = engine.trace(*template, context, self.limits, byte_at(&raw, line, column));
                    Place::new(file, span)
                }
                None => Place::new(plan.source.clone(), Span::point(line, column)),
            });
            let pointer = spot.and_then(Spot::pointer);
            Traced { text: shown.to_owned(), pointer, origin: place.map_or(Origin::Goldpath, Origin::Template) }
        };
        Some(lines.map(one).collect())
    }
}

/// What a line of a file changes with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changing {
    /// The fields of the request, as JSON pointers; also those that it does not set.
    pub fields: Vec<String>,
    /// The fields of which nothing is known, as no other value of them could be tried.
    pub untried: Vec<String>,
}

/// Which fields are tried.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fields {
    /// Those that the request sets, or has by default.
    Set,
    /// And those that it could set.
    All,
}

/// What a line of a file changes with; `line` counts from 1.
pub fn fields(snapshot: &Snapshot, platform: &Platform, limits: &Limits, unit: &Unit, file: &RepoPath, traced: (u32, &Traced)) -> Changing {
    let Some(bench) = Bench::open(snapshot, platform, limits, unit) else { return Changing::default() };
    let text = unit.files.get(file).and_then(|file| std::str::from_utf8(&file.bytes).ok());
    text.map(|text| bench.changing(snapshot, text, file, traced, Fields::All)).unwrap_or_default()
}

/// Everything that one unit is made with.
pub(super) struct Bench<'a> {
    limits: &'a Limits,
    request: &'a Request,
    release: &'a Release,
    path: &'a GoldenPath,
    output: &'a Output,
    target: &'a Target,
    renderer: Renderer,
    loaded: Loaded,
    shared: Shared,
    marks: Marks,
    /// What is seen of the requests that it names.
    refs: Value,
    /// Which element of `forEach` it is for.
    element: Option<usize>,
}

/// What a request sees of those that it names.
fn named(snapshot: &Snapshot, platform: &Platform, limits: &Limits, request: &Request) -> Option<Value> {
    let (renderers, _) = renderers(snapshot);
    let inputs = Inputs::of(snapshot, platform, &renderers);
    // what is named may be of any release
    let needed = platform.releases.values().filter(|_| !request.refs.is_empty());
    let releases = needed.map(|release| (release.id.clone(), Arc::new(load(snapshot, release, &renderers, limits)))).collect();
    let watched = Watched::by_nobody();
    let world = World::open((snapshot, platform), limits, renderers, releases, &inputs, &watched, &[request]);
    refs::seen(&world.views, request).map(|(value, _)| value)
}

/// The template that a text came from.
type ByTemplate<'b> = (&'b Engine, usize, Context);

impl<'a> Bench<'a> {
    pub(super) fn open(snapshot: &Snapshot, platform: &'a Platform, limits: &'a Limits, unit: &Unit) -> Option<Self> {
        let request = platform.requests.get(&unit.id.request)?;
        let release = platform.releases.get(&unit.release)?;
        let output = release.outputs.iter().find(|output| output.name == unit.id.output)?;
        let (mut renderers, _) = renderers(snapshot);
        let mut bench = Self {
            limits,
            request,
            release,
            path: platform.paths.get(&release.id.path)?,
            output,
            target: platform.targets.get(&unit.id.target)?,
            loaded: load(snapshot, release, &renderers, limits),
            renderer: renderers.remove(&output.renderer)?,
            shared: Shared::new(platform),
            marks: marks(request, &release.id),
            refs: named(snapshot, platform, limits, request)?,
            element: None,
        };
        if output.for_each.is_some() {
            let is_it = |bench: &Self| bench.make(&request.document.0).is_some_and(|files| Unit::digest_of(&files) == unit.digest);
            bench.element = (0..limits.units).find(|number| {
                bench.element = Some(*number);
                is_it(&bench)
            });
            bench.element?;
        }
        Some(bench)
    }

    fn context(&self, document: &Value) -> Option<Context> {
        self.context_with(document, &self.refs)
    }

    /// What templates see of a document and of what is seen of the requests that it names.
    fn context_with(&self, document: &Value, refs: &Value) -> Option<Context> {
        let request = Request { document: Json(document.clone()), ..self.request.clone() };
        let mut context = self.shared.request(&request, self.path, self.release, &self.marks, refs);
        if let Some(number) = self.element {
            let each = self.loaded.expressions.for_each(self.output, &context).ok()??.into_iter().nth(number)?;
            context.insert("each", &each);
        }
        Some(self.shared.with_target(&context, self.target))
    }

    /// The files of its output.
    pub(super) fn files(&self) -> impl Iterator<Item = &FilePlan> {
        self.loaded.outputs.get(&self.output.name).into_iter().flat_map(|plan| &plan.files)
    }

    /// The lines that a template of it reaches.
    pub(super) fn reached(&self, template: usize) -> BTreeSet<(RepoPath, u32)> {
        let engine = self.loaded.outputs.get(&self.output.name).map(|plan| &plan.engine);
        let reached = engine.zip(self.context(&self.request.document.0));
        reached.map(|(engine, context)| engine.reached(template, &context, self.limits)).unwrap_or_default()
    }

    /// The files of the unit for another document; nothing when they cannot be made.
    fn make(&self, document: &Value) -> Option<BTreeMap<RepoPath, RenderedFile>> {
        self.make_with(document, &self.refs)
    }

    /// The same, where other things are seen of the requests that it names.
    fn make_with(&self, document: &Value, refs: &Value) -> Option<BTreeMap<RepoPath, RenderedFile>> {
        let context = self.context_with(document, refs)?;
        let unit = UnitId { request: self.request.id.clone(), output: self.output.name.clone(), target: self.target.name.clone() };
        let maker = Maker {
            plan: self.loaded.outputs.get(&self.output.name)?,
            renderer: &self.renderer,
            context: &context,
            limits: self.limits,
            marks: &self.marks,
            unit: &unit,
            memo: &Memo::None,
            clean: &Clean::default(),
            providers: &self.target.terraform_providers,
            apis: None,
            touches: None,
            values: true,
            writes: true,
            release_file: &self.release.file,
            begins: &|_| {},
            traced: None,
        };
        maker.make().ok().map(|made| made.files)
    }

    /// The text of a file as its template wrote it.
    fn raw(&self, plan: &FilePlan, document: &Value) -> Option<(String, Option<ByTemplate<'_>>)> {
        let template = match &plan.body {
            Body::Copy(text) => return Some((text.clone(), None)),
            Body::Template(template) => *template,
        };
        let context = self.context(document)?;
        let engine: &Engine = &self.loaded.outputs.get(&self.output.name)?.engine;
        let noted = engine.render(template, &context, self.limits.steps, self.limits.output_bytes, Mode::default()).ok()?;
        let text = String::from_utf8(noted.output).ok()?;
        Some((text.trim_end().to_owned() + "\n", Some((engine, template, context))))
    }

    /// What a line changes with, whoever wrote it.
    fn changing(&self, snapshot: &Snapshot, text: &str, file: &RepoPath, (line, traced): (u32, &Traced), which: Fields) -> Changing {
        if traced.origin == Origin::Goldpath {
            let fact = traced.pointer.as_deref().and_then(|pointer| self.fact(pointer));
            return Changing { fields: fact.into_iter().collect(), untried: Vec::new() };
        }
        let spot = if traced.pointer.is_some() { Spot::find(text, line) } else { Some(Spot::Line(line)) };
        let Some(spot) = spot else { return Changing::default() };
        let schema = schema(snapshot, self.release);
        let written = Written { text, file, spot };
        let mut changing = self.set(&choices(&schema), &written);
        if which == Fields::All {
            self.add_unset(&schema, &written, &mut changing);
        }
        changing
    }

    /// Whether a line is another one for another document, or where other things are seen of the requests that it names; nothing when the
    /// file cannot be made any more, which says nothing.
    fn differs(&self, written: &Written<'_>, document: &Value, refs: &Value) -> Option<bool> {
        let files = self.make_with(document, refs)?;
        let after = files.get(written.file).map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
        Some(after.is_none_or(|after| written.spot.differs(written.text, &after)))
    }

    /// Whether a line is another one for any of these documents; nothing when the file can be made for none.
    fn differs_for_any(&self, written: &Written<'_>, documents: impl IntoIterator<Item = Value>) -> Option<bool> {
        let mut known = None;
        for document in documents {
            match self.differs(written, &document, &self.refs) {
                Some(true) => return Some(true),
                same => known = known.or(same),
            }
        }
        known
    }

    /// The fields that are set, or have a default, and that a line of a template changes with.
    fn set(&self, choices: &[Vec<Value>], written: &Written<'_>) -> Changing {
        let document = &self.request.document.0;
        let spec = document.get("spec").unwrap_or(&Value::Null);
        let mut all = Vec::new();
        scalars(spec, "/spec", &mut all);
        all.push("/metadata/name".to_owned());
        let mut changing = Changing::default();
        for pointer in all {
            let Some(value) = document.pointer(&pointer) else { continue };
            let changed = others(value, choices).into_iter().filter_map(|other| {
                let mut changed = document.clone();
                *changed.pointer_mut(&pointer)? = other;
                Some(changed)
            });
            match self.differs_for_any(written, changed) {
                Some(true) => changing.fields.push(pointer),
                Some(false) => {}
                None => changing.untried.push(pointer),
            }
        }
        // what another request says comes with the field that names it
        let named = self.release.refs.iter().filter(|(name, rule)| {
            !changing.fields.contains(&rule.at) && self.differs(written, document, &other_view(&self.refs, name)) == Some(true)
        });
        let named: Vec<String> = named.map(|(_, rule)| rule.at.clone()).collect();
        changing.fields.extend(named);
        if changing.fields.is_empty() {
            // it may be there because something else is, whatever is in that
            walk(spec, "/spec", &mut changing.fields);
            changing.fields.retain(|pointer| {
                let is_around = document.pointer(pointer).is_some_and(|value| value.is_object() || value.is_array());
                is_around && without(document, pointer).is_some_and(|changed| self.differs(written, &changed, &self.refs) == Some(true))
            });
        }
        changing
    }

    /// Adds what a request could set and does not.
    fn add_unset(&self, schema: &Value, written: &Written<'_>, to: &mut Changing) {
        let document = &self.request.document.0;
        let mut found: Vec<String> = Vec::new();
        for unset in unset(schema, document) {
            if found.iter().any(|around| is_in(&unset.pointer, around)) {
                continue;
            }
            match self.differs_for_any(written, unset.documents) {
                Some(true) => found.push(unset.pointer),
                Some(false) => {}
                None => to.untried.push(unset.pointer),
            }
        }
        // what would be seen of a request that is not named is not known
        let unnamed = self.release.refs.values().map(|rule| &rule.at).filter(|at| document.pointer(at).is_none_or(Value::is_null));
        to.untried.extend(unnamed.cloned());
        to.fields.extend(found);
        to.fields.dedup();
        let Changing { fields, untried } = to;
        untried.retain(|pointer| !fields.iter().any(|around| is_in(pointer, around)));
        untried.sort_unstable();
        untried.dedup();
    }

    /// The field behind a label or an annotation of goldpath's own.
    fn fact(&self, pointer: &str) -> Option<String> {
        let facts = &self.release.facts;
        // for Terraform the same facts have plain names, in a file of goldpath's own
        let key = key_of(pointer.rsplit('/').next()?);
        let name = pointer.strip_prefix("/locals/goldpath/").or(key.strip_prefix(OWN_PREFIX))?.replace('_', "-");
        let fact = match name.as_str() {
            "request" => return Some("/metadata/name".to_owned()),
            "expires" => return Some("/metadata/annotations/goldpath.dev~1expires".to_owned()),
            "cost-centre" => facts.cost_centre.as_ref(),
            "data-classification" => facts.data_classification.as_ref(),
            _ => None,
        };
        match fact? {
            Fact::Pointer(pointer) => Some(pointer.clone()),
            Fact::Constant(_) => None,
        }
    }
}

/// A line of a file as it was written.
struct Written<'a> {
    text: &'a str,
    file: &'a RepoPath,
    spot: Spot,
}

/// What a line is, so that it can be found again in another text.
enum Spot {
    /// A line of a text that is written as its template gave it.
    Line(u32),
    /// A value of a document that is written anew.
    Value { document: usize, pointer: String },
}

impl Spot {
    fn pointer(self) -> Option<String> {
        match self {
            Self::Line(_) => None,
            Self::Value { document: _, pointer } => Some(pointer),
        }
    }

    /// The innermost value that begins in a line of YAML, or goes through it.
    fn find(text: &str, line: u32) -> Option<Self> {
        let parsed = yaml::parse(text);
        let mut best: Option<(u32, Self)> = None;
        for (document, read) in parsed.documents.iter().enumerate() {
            let mut pointers = Vec::new();
            walk(read.value(), "", &mut pointers);
            for pointer in pointers {
                let Some(spot) = read.place(&pointer) else { continue };
                let from = spot.key.unwrap_or(spot.value).line;
                if from <= line && line <= spot.value.end_line.max(from) && best.as_ref().is_none_or(|(known, _)| from >= *known) {
                    best = Some((from, Self::Value { document, pointer }));
                }
            }
        }
        best.map(|(_, spot)| spot)
    }

    /// Line and column of the same thing in the text of the template; nothing when it is not there.
    fn in_raw(&self, raw: &str, text: &str) -> Option<(u32, u32)> {
        match self {
            Self::Line(line) => {
                let blank = raw.lines().nth(*line as usize - 1)?.chars().take_while(|c| c.is_whitespace()).count();
                Some((*line, u32::try_from(blank).ok()? + 1))
            }
            Self::Value { document, pointer } => {
                let (read, written) = (yaml::parse(text), yaml::parse(raw));
                let wanted = read.documents.get(*document)?.value();
                let written = written.documents.iter().find(|other| is_same(other.value(), wanted))?;
                let spot = written.place(pointer)?;
                let span = spot.key.unwrap_or(spot.value);
                Some((span.line, span.column))
            }
        }
    }

    /// Whether it is another thing in another text of the same file.
    fn differs(&self, before: &str, after: &str) -> bool {
        match self {
            Self::Line(line) => {
                let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
                let at = *line as usize - 1;
                let ops = similar::capture_diff_slices(similar::Algorithm::Myers, &before, &after);
                !ops.iter().any(|op| op.tag() == similar::DiffTag::Equal && op.old_range().contains(&at))
            }
            Self::Value { document, pointer } => {
                let (before, after) = (yaml::parse(before), yaml::parse(after));
                let Some(old) = before.documents.get(*document).map(yaml::Document::value) else { return true };
                let same_place = after.documents.get(*document).filter(|_| before.documents.len() == after.documents.len());
                let new = same_place.or_else(|| after.documents.iter().find(|other| is_same(other.value(), old)));
                match (old.pointer(pointer), new.and_then(|new| new.value().pointer(pointer))) {
                    // the line of a map or list is there or not, whatever is in it; one with nothing in it is written in the line
                    (Some(Value::Object(old)), Some(Value::Object(new))) => old.is_empty() != new.is_empty(),
                    (Some(Value::Array(old)), Some(Value::Array(new))) => old.is_empty() != new.is_empty(),
                    (old, new) => old != new,
                }
            }
        }
    }
}

/// Whether two documents are of the same object.
fn is_same(one: &Value, other: &Value) -> bool {
    ["/apiVersion", "/kind", "/metadata/name", "/metadata/namespace"].iter().all(|at| one.pointer(at) == other.pointer(at))
}

/// The pointers of everything below a value, what is around first.
fn walk(value: &Value, at: &str, into: &mut Vec<String>) {
    let mut go = |pointer: String, value: &Value| {
        into.push(pointer.clone());
        walk(value, &pointer, into);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| go(child(at, key), value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| go(child(at, &index.to_string()), value)),
        _ => {}
    }
}

/// The pointers of everything that is no map and no list.
fn scalars(value: &Value, at: &str, into: &mut Vec<String>) {
    let mut all = Vec::new();
    walk(value, at, &mut all);
    let below = |pointer: &String| value.pointer(&pointer[at.len()..]).is_some_and(|value| !value.is_object() && !value.is_array());
    into.extend(all.into_iter().filter(below));
}

/// Whether a pointer is another one, or leads into it.
fn is_in(pointer: &str, around: &str) -> bool {
    pointer.strip_prefix(around).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The schema of the `spec` of a release; nothing can be said of it where it cannot be read.
fn schema(snapshot: &Snapshot, release: &Release) -> Value {
    let text = snapshot.text(&format!("{}/schema.json", release.id.folder())).unwrap_or_default();
    serde_json::from_str(text).unwrap_or_default()
}

/// The lists of choices that a schema gives.
fn choices(schema: &Value) -> Vec<Vec<Value>> {
    let mut all = Vec::new();
    walk(schema, "", &mut all);
    let lists = all.iter().filter(|pointer| pointer.ends_with("/enum"));
    lists.filter_map(|pointer| schema.pointer(pointer)?.as_array().cloned()).collect()
}

/// Other values in the place of one: the other choices, and what is near at both ends.
fn others(value: &Value, choices: &[Vec<Value>]) -> Vec<Value> {
    let mut others: Vec<Value> =
        choices.iter().filter(|list| list.contains(value)).flatten().filter(|other| *other != value).cloned().collect();
    match value {
        Value::String(text) => others.extend([format!("q{text}").into(), format!("{text}q").into()]),
        Value::Bool(is) => others.push((!is).into()),
        Value::Number(number) => {
            if let Some(number) = number.as_i64() {
                let near = [number.saturating_add(1), number.saturating_sub(1), 0, 1, number.saturating_mul(2)];
                others.extend(near.into_iter().filter(|other| *other != number).map(Value::from));
            } else if let Some(number) = number.as_f64() {
                others.extend([Value::from(number + 1.0), Value::from(number / 2.0)]);
            }
        }
        Value::Null | Value::Array(_) | Value::Object(_) => {}
    }
    others
}

/// What is seen of the requests that one names, with other values in one of them.
fn other_view(refs: &Value, name: &str) -> Value {
    let mut changed = refs.clone();
    let Some(view) = changed.get_mut(name) else { return changed };
    let mut all = Vec::new();
    scalars(view, "", &mut all);
    for pointer in all {
        let Some(value) = view.pointer_mut(&pointer) else { continue };
        if let Some(other) = others(value, &[]).into_iter().next_back() {
            *value = other;
        }
    }
    changed
}

/// A document without one of its members; nothing where that is an entry of a list.
fn without(document: &Value, pointer: &str) -> Option<Value> {
    let (around, key) = pointer.rsplit_once('/')?;
    let mut changed = document.clone();
    changed.pointer_mut(around)?.as_object_mut()?.remove(&*key_of(key))?;
    Some(changed)
}

/// The byte at a line and a column, both from 1.
fn byte_at(text: &str, line: u32, column: u32) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum();
    let within = text[before..].chars().take(column.saturating_sub(1) as usize).map(char::len_utf8).sum::<usize>();
    before + within
}
