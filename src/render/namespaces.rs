//! What units may touch of the cluster behind a target: the namespaces that `kubernetes.namespaces` names, each a template of one line.

use super::codes::NAMESPACE_OVERLAP;
use super::context::Shared;
use super::engine::Mistake;
use super::expression::{Expressions, Failed, reads, reads_beyond};
use super::kubernetes::{Apis, is_list};
use super::schema::{At, Scope, Wrong};
use crate::model::{Finding, Place, Platform, RepoPath, Span, Target, TargetName, TeamName, Turn, at, glob_matches, quoted_list};
use crate::snapshot::Snapshot;
use crate::yaml;
use serde_json::Value;
use std::collections::BTreeMap;
use tera::Context;

/// What says where a unit may go cannot be what the request itself says, but for its name.
const REQUESTED: [&str; 7] = ["annotations", "each", "labels", "refs", "release", "request", "spec"];

/// The patterns of all targets, loaded.
pub(super) struct Namespaces(BTreeMap<TargetName, Patterns>);

/// The patterns of one target.
struct Patterns {
    loaded: Expressions,
    /// What is wrong with each, in their order; units are many, so it is worked out once.
    wrong: Vec<Option<String>>,
}

/// What the units of one request may touch on one target.
pub(super) struct Allowed {
    target: String,
    patterns: Vec<String>,
    /// Whether `*` is among the patterns as they are written: everything is allowed then, also what is in no namespace.
    everything: bool,
}

impl Namespaces {
    /// The patterns of a platform repository.
    pub(super) fn of(platform: &Platform) -> Self {
        let with = platform.targets.values().filter_map(|target| Some((target, target.namespaces.as_ref()?)));
        let loaded = with.map(|(target, patterns)| {
            let lines = patterns.iter().enumerate().map(|(index, pattern)| (index.to_string(), pattern.as_str()));
            let loaded = Expressions::lines(lines);
            let wrong = patterns.iter().enumerate().map(|(index, source)| usable(&loaded, index, source).err());
            (target.name.clone(), Patterns { wrong: wrong.collect(), loaded })
        });
        Self(loaded.collect())
    }

    /// What may be touched by what sees this context; nothing where a target allows everything by saying nothing, and what is wrong where a
    /// pattern comes to none.
    pub(super) fn allowed(&self, snapshot: &Snapshot, target: &Target, context: &Context) -> Result<Option<Allowed>, Box<Finding>> {
        let Some((sources, known)) = target.namespaces.as_ref().zip(self.0.get(&target.name)) else { return Ok(None) };
        let mut patterns = Vec::new();
        for (index, message) in known.wrong.iter().enumerate() {
            let line = match message {
                Some(message) => Err(Failed::new(message.clone())),
                None => known.loaded.line("namespaces", &index.to_string(), context),
            };
            patterns.push(line.map_err(|failed| Box::new(wrong(target, snapshot, index, failed)))?);
        }
        Ok(Some(Allowed { target: target.name.to_string(), everything: sources.iter().any(|source| source == "*"), patterns }))
    }

    /// What is wrong with the patterns themselves, and where those of one team take in what is another's.
    pub(super) fn findings(&self, snapshot: &Snapshot, platform: &Platform, shared: &Shared) -> Vec<Finding> {
        let mut findings = Vec::new();
        for target in platform.targets.values() {
            let Some(known) = self.0.get(&target.name) else { continue };
            let all = known.wrong.iter().enumerate();
            findings.extend(all.filter_map(|(index, message)| Some(wrong(target, snapshot, index, Failed::new(message.clone()?)))));
            findings.extend(self.overlap(snapshot, platform, shared, target));
        }
        findings
    }

    /// The first two teams of which one may touch what is the other's, because the name of one begins that of the other.
    fn overlap(&self, snapshot: &Snapshot, platform: &Platform, shared: &Shared, target: &Target) -> Option<Finding> {
        let of = |team: &TeamName| {
            self.allowed(snapshot, target, &shared.team(team, target)).ok().flatten().filter(|allowed| !allowed.everything)
        };
        let begins = |name: &TeamName| {
            let at = name.as_str().match_indices('-').map(|(at, _)| at).collect::<Vec<_>>();
            at.into_iter().filter_map(|at| platform.teams.keys().find(|other| other.as_str() == &name.as_str()[..at])).collect::<Vec<_>>()
        };
        for (shorter, longer) in platform.teams.keys().flat_map(|longer| begins(longer).into_iter().map(move |shorter| (shorter, longer))) {
            let (Some(one), Some(other)) = (of(shorter), of(longer)) else { continue };
            let literal =
                other.patterns.iter().find(|pattern| !pattern.contains('*') && !one.patterns.contains(pattern) && one.matches(pattern));
            let Some(namespace) = literal else { continue };
            let index = one.patterns.iter().position(|pattern| glob_matches(pattern, namespace)).unwrap_or_default();
            let place = place(target, snapshot, index);
            let message = format!("`{shorter}` may touch the namespace `{namespace}` of `{longer}` too, whose name begins with its own");
            let help = "Put something between the team and the rest that no name of a team holds, such as `--`.";
            return Some(Finding::warning(NAMESPACE_OVERLAP, place, message).help(help).turn(Turn::Platform));
        }
        None
    }
}

/// Whether a pattern may be asked at all, and why not.
fn usable(loaded: &Expressions, index: usize, source: &str) -> Result<(), String> {
    if let Some(name) = REQUESTED.into_iter().find(|name| reads(source, name)) {
        return Err(format!("`namespaces`: `{name}` is what a request says, which does not decide where it may go"));
    }
    if reads_beyond(source, "metadata", "name") {
        return Err("`namespaces`: all of `metadata` but its name is what a request says, which does not decide where it may go".to_owned());
    }
    loaded.loads(&index.to_string()).map_err(|message| format!("`namespaces`: {message}"))
}

fn place(target: &Target, snapshot: &Snapshot, index: usize) -> Place {
    let text = snapshot.text(target.file.as_str());
    let spot = text.and_then(|text| yaml::locate(text, &format!("/spec/kubernetes/namespaces/{index}")));
    Place::new(target.file.clone(), spot.map_or(Span::START, |spot| spot.value))
}

fn wrong(target: &Target, snapshot: &Snapshot, index: usize, failed: Failed) -> Finding {
    let help = "Write it with `team`, `path`, `platform`, `target` and `metadata.name`, such as `{{ team.name }}-*`.";
    let place = place(target, snapshot, index);
    let Mistake { file: _, span: _, code, message, help, printed: _ } = failed.mistake(&place.path, place.span, help);
    Finding::error(code, place, message).help(help).turn(Turn::Platform)
}

impl Allowed {
    fn matches(&self, namespace: &str) -> bool {
        self.everything || self.patterns.iter().any(|pattern| glob_matches(pattern, namespace))
    }

    fn list(&self) -> String {
        quoted_list(self.patterns.iter().map(String::as_str))
    }

    /// What a document touches that it may not; `custom`: where its schema would be, for a custom resource.
    pub(super) fn check(&self, apis: Apis<'_>, document: &Value, custom: Option<&RepoPath>) -> Option<Wrong> {
        // A list is refused whatever it holds.
        if self.everything || is_list(document) {
            return None;
        }
        let text = |pointer: &str| at(document, pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (kind, name) = (text("/kind")?, text("/metadata/name")?);
        let shown = format!("{kind} `{name}`");
        let ask = |what: &str| format!("Ask the platform team for {what} in `kubernetes.namespaces` of `{}`.", self.target);
        let refuse = |pointer: &str, at: At, message: String, help: String| Some(Wrong { pointer: pointer.to_owned(), at, message, help });
        let scope = apis.scope(document, custom);
        if kind == "Namespace" && scope == Some(Scope::Cluster) {
            let message = format!("the namespace `{name}` is not for units of this request, which may touch {}", self.list());
            return if self.matches(name) { None } else { refuse("/metadata/name", At::Value, message, ask("it")) };
        }
        match (scope, text("/metadata/namespace")) {
            (Some(Scope::Cluster), _) => {
                let message = format!("{shown} is in no namespace: it is for the whole cluster, and units may touch {}", self.list());
                refuse("/kind", At::Value, message, ask("`*`"))
            }
            (_, Some(namespace)) if !self.matches(namespace) => {
                let message = format!("{shown} is in the namespace `{namespace}`, and units of this request may touch {}", self.list());
                refuse("/metadata/namespace", At::Value, message, format!("Put it into one of them. {}", ask("another")))
            }
            (Some(Scope::Namespaced), Some(_)) => None,
            (Some(Scope::Namespaced), None) => {
                let message = format!("{shown} says no namespace, so that it would go wherever the connection's default is");
                refuse(
                    "/metadata",
                    At::Key,
                    message,
                    format!("Write `metadata.namespace`; units of this request may touch {}.", self.list()),
                )
            }
            // What is for the whole cluster may say a namespace, and is for the whole cluster all the same.
            (None, said) => {
                let (what, write, place, at) = match said {
                    Some(_) => ("says a namespace, and whether it is in one", "", "/kind", At::Value),
                    None => ("says no namespace, and whether it needs one", " and write `metadata.namespace`", "/metadata", At::Key),
                };
                let ask = ask("`*`, where it is for the whole cluster,");
                let help = format!("Bring its definition with `goldpath schema import`{write}. {ask}");
                refuse(place, at, format!("{shown} {what} is not known"), help)
            }
        }
    }
}
