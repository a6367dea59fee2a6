//! What requests see of the requests that they name: name, team, `spec` and static exports.

use super::expression::Failed;
use super::marks::marks;
use super::release::Loaded;
use super::rendered::{Progress, Read};
use super::request::{World, fan_out};
use crate::model::{Release, Request, RequestId, Target};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use tera::Context;

/// What others see of a request, and what that was made from.
pub(super) struct View {
    pub(super) value: Json,
    pub(super) reads: Vec<Read>,
}

/// The views of all requests that others name; nothing for those whose exports cannot be made.
pub(super) type Views = BTreeMap<RequestId, Option<View>>;

/// Makes the views of all requests that others name, each after those that it names itself.
pub(super) fn views(world: &World<'_>, wanted: &[&Request]) -> Views {
    let requests = &world.platform.requests;
    let mut views = Views::new();
    let mut entered: BTreeSet<&RequestId> = BTreeSet::new();
    let mut open: Vec<&RequestId> = wanted.iter().flat_map(|request| request.refs.values()).map(|named| &named.request).collect();
    while let Some(id) = open.last().copied() {
        let Some(request) = requests.get(id).filter(|_| !views.contains_key(id)) else {
            views.entry(id.clone()).or_insert(None);
            open.pop();
            continue;
        };
        let missing: Vec<&RequestId> = request.refs.values().map(|named| &named.request).filter(|id| !views.contains_key(id)).collect();
        if missing.is_empty() || !entered.insert(id) {
            // Entered before and still without what it names: a circle, which reading refuses.
            let made = if missing.is_empty() { view(world, &views, request) } else { None };
            views.insert(id.clone(), made);
            open.pop();
        } else {
            open.extend(missing);
        }
    }
    views
}

fn view(world: &World<'_>, views: &Views, request: &Request) -> Option<View> {
    let (platform, inputs) = (world.platform, world.inputs);
    let (release, loaded) = (platform.releases.get(&request.release)?, world.releases.get(&request.release)?);
    let (value, mut reads) = seen(views, request)?;
    let marks = marks(request, &release.id);
    let context = world.shared.request(request, platform.paths.get(&request.release.path)?, release, &marks, &value);
    (world.watched.tell)(Progress::Loads(release.file.clone()));
    let made = exports(world, release, loaded, &context);
    (world.watched.tell)(Progress::Loaded(release.file.clone()));
    let (exports, target) = made.ok()?;
    reads.extend(inputs.source(platform, request).into_iter().map(|path| inputs.read(path)));
    reads.extend(target.map(|target| inputs.read(target.file.clone())));
    reads.sort();
    reads.dedup();
    let spec = request.document.0.get("spec").unwrap_or(&Json::Null);
    let value = json!({"name": request.id.name, "team": request.id.team, "spec": spec, "exports": exports});
    Some(View { value, reads })
}

/// What a request sees of those that it names, by the names that its release gives them; nothing when one of them cannot be seen.
pub(super) fn seen(views: &Views, request: &Request) -> Option<(Json, Vec<Read>)> {
    let mut seen = Map::new();
    let mut reads = Vec::new();
    for (name, named) in &request.refs {
        let view = views.get(&named.request)?.as_ref()?;
        seen.insert(name.clone(), view.value.clone());
        reads.extend(view.reads.iter().cloned());
    }
    reads.sort();
    reads.dedup();
    Some((Json::Object(seen), reads))
}

type Exports<'a> = (BTreeMap<&'a str, String>, Option<&'a Target>);

/// The static exports of a request, and the target that their templates see: that of the first output that goes anywhere, when it is one.
pub(super) fn exports<'a>(
    world: &World<'a>,
    release: &'a Release,
    loaded: &Loaded,
    context: &Context,
) -> Result<Exports<'a>, Vec<(&'a str, Failed)>> {
    if release.exports.is_empty() {
        return Ok((BTreeMap::new(), None));
    }
    let targets = release.outputs.iter().map(|output| fan_out(world, loaded, output, context)).find(|targets| !targets.is_empty());
    let target = targets.and_then(|targets| (targets.len() == 1).then(|| targets[0]));
    let context = match target {
        Some(target) => &world.shared.with_target(context, target),
        None => context,
    };
    let mut exports = BTreeMap::new();
    let mut wrong = Vec::new();
    for name in release.exports.keys() {
        match loaded.expressions.export(name, context) {
            Ok(value) => drop(exports.insert(name.as_str(), value)),
            Err(failed) => wrong.push((name.as_str(), failed.said(|message| format!("the export {message}")))),
        }
    }
    if wrong.is_empty() { Ok((exports, target)) } else { Err(wrong) }
}

#[cfg(test)]
mod tests;
