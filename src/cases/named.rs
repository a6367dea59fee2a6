//! Requests for generated ones to name: made of the golden path that a reference asks for, of the same team.

use super::Watcher;
use super::check::Came;
use super::generate::{SAMPLE, Scene, request};
use super::setting::{SAMPLE_TEAM, document};
use super::shrink::{is_required, schema_at};
use super::values::Dice;
use crate::model::{ReleaseId, RequestName};
use crate::policy::Policies;
use crate::render::is_plain_word;
use crate::snapshot::Snapshot;
use serde_json::Value;
use std::collections::BTreeMap;

/// So many requests name each other in a row, with the one that is tried.
const LONGEST: usize = 3;
/// How many requests of a golden path there are to choose from.
const CHOICE: usize = 3;
/// How often one is made before there is none.
const TRIES: usize = 20;

/// A request that others name, which fits and renders.
#[derive(Clone)]
pub(super) struct Named {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) spec: Value,
    /// The requests that it names, and those that these name, by name.
    pub(super) others: BTreeMap<String, String>,
}

impl Named {
    /// Some requests of a golden path's current release, or of the release that is tried itself.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn all(
        repository: &Snapshot,
        policies: &Policies,
        watcher: &Watcher,
        path: &str,
        way: &[ReleaseId],
    ) -> Result<Vec<Self>, String> {
        if way.len() >= LONGEST {
            return Err(match way.iter().any(|release| release.path.as_str() == path) {
                true => format!("requests of `{path}` would name each other in a circle"),
                false => format!("more than {LONGEST} requests would name each other in a row"),
            });
        }
        let tried = way.first().filter(|release| release.path.as_str() == path).cloned();
        let release = tried.or_else(|| current(repository, path)).ok_or_else(|| format!("`{path}` has no current release"))?;
        let scene = Scene::of(repository, policies, &release, watcher, way).ok_or_else(|| format!("`{release}` cannot be read"))?;
        if let Some(message) = scene.unmade() {
            return Err(message);
        }
        let mut all = Vec::new();
        let mut last = None;
        for attempt in 0..TRIES {
            let made = scene.made(attempt);
            match scene.run(&made) {
                Came::Fine(_) => all.push(scene.named(made)),
                Came::Refused(finding) | Came::Wrong(finding) => last = Some(finding),
            }
            if all.len() == CHOICE {
                break;
            }
        }
        match last.filter(|_| all.is_empty()) {
            Some(finding) => Err(format!("none fits `{release}` and renders; of the last one is said: {}", finding.message)),
            None => Ok(all),
        }
    }

    /// Its text under a name.
    fn text(&self, name: &str) -> String {
        request(&self.api_version, &self.kind, name, &self.spec)
    }
}

/// The newest of a golden path's current releases.
fn current(repository: &Snapshot, path: &str) -> Option<ReleaseId> {
    let golden = document(repository, &format!("golden-paths/{path}/path.yaml"))?;
    let current = golden.pointer("/spec/current")?.as_object()?.values();
    let releases = current.filter_map(|version| ReleaseId::parse(&format!("{path}@{}", version.as_str()?)));
    releases.max_by(|a, b| a.version.cmp(&b.version))
}

/// A place of a request that names another one.
pub(super) struct Reference {
    /// Below `spec`.
    at: String,
    /// The golden path.
    path: String,
    /// Whether no request is without it.
    required: bool,
    /// What is named where a request says nothing.
    default: Option<String>,
    /// The requests to choose from, or why there are none.
    choice: Result<Vec<Named>, String>,
}

impl Reference {
    /// The references of a release; `choice` gives the requests of a golden path.
    pub(super) fn all(release: &Value, schema: &Value, choice: impl Fn(&str) -> Result<Vec<Named>, String>) -> Vec<Self> {
        let mut made: BTreeMap<String, Result<Vec<Named>, String>> = BTreeMap::new();
        let rules = release.pointer("/spec/refs").and_then(Value::as_object).into_iter().flatten();
        let reference = |(_, rule): (&String, &Value)| {
            let at = rule.get("at")?.as_str()?.strip_prefix("/spec")?.to_owned();
            let path = rule.get("path")?.as_str()?.to_owned();
            let default = schema_at(schema, &at).and_then(|schema| schema.get("default")?.as_str()).map(str::to_owned);
            let mut keys = at.match_indices('/').map(|(start, _)| {
                let key = at[start + 1..].split('/').next().unwrap_or_default();
                is_required(schema, &at[..start], key)
            });
            let required = default.is_none() && keys.all(|one| one);
            let choice = made.entry(path.clone()).or_insert_with(|| choice(&path)).clone();
            Some(Self { at, path, required, default, choice })
        };
        rules.filter_map(reference).collect()
    }

    /// Why no request can be made: it must name one here, and there is none.
    pub(super) fn unmade(&self) -> Option<String> {
        let why = self.choice.as_ref().err().filter(|_| self.required)?;
        Some(format!("`spec{}` names a request of `{}`, which cannot be made: {why}", self.at.replace('/', "."), self.path))
    }

    /// The name that a request says here, without its team.
    fn name<'v>(&'v self, spec: &'v Value) -> Option<&'v str> {
        let name = spec.pointer(&self.at).map_or(self.default.as_deref(), Value::as_str)?;
        Some(name.strip_prefix(SAMPLE_TEAM).and_then(|name| name.strip_prefix('/')).unwrap_or(name))
    }

    /// Sees to it that the request that is named here can be there, and chooses it; where there is none to name, the field goes. What is `taken` so
    /// far are the texts of other requests, by name.
    pub(super) fn settle(&self, spec: &mut Value, dice: &mut Dice, taken: &mut BTreeMap<String, String>) -> usize {
        let choice = self.choice.as_deref().unwrap_or_default();
        let first = dice.below(choice.len());
        let Some(name) = self.name(spec).map(str::to_owned) else { return first };
        let order = || (0..choice.len()).map(|nth| (first + nth) % choice.len());
        let names = [name]
            .into_iter()
            .filter(|name| is_plain_word(name) && RequestName::parse(name).is_ok())
            .chain((1..=LONGEST).map(|nth| format!("other-{nth}")));
        for name in names.filter(|name| name != SAMPLE) {
            let is_free = |chosen: &usize| {
                let hides = choice.get(*chosen).is_some_and(|named| named.others.contains_key(&name));
                let mut needed = choice.get(*chosen).into_iter().flat_map(|named| with_others(named, &name));
                !hides && needed.all(|(name, text)| name != SAMPLE && taken.get(&name).is_none_or(|there| *there == text))
            };
            let Some(chosen) = order().find(is_free) else { continue };
            taken.extend(choice.get(chosen).into_iter().flat_map(|named| with_others(named, &name)));
            if let Some(at) = spec.pointer_mut(&self.at) {
                *at = Value::from(name);
            }
            return chosen;
        }
        let parent = self.at.rsplit_once('/').and_then(|(parent, key)| Some((spec.pointer_mut(parent)?.as_object_mut()?, key)));
        if let Some((parent, key)) = parent {
            parent.remove(key);
        }
        first
    }

    /// The request that is named here, and those that it names, by name.
    pub(super) fn named(&self, spec: &Value, chosen: usize) -> BTreeMap<String, String> {
        let name = self.name(spec).filter(|name| RequestName::parse(name).is_ok());
        let named = self.choice.as_ref().ok().and_then(|choice| choice.get(chosen));
        name.zip(named).map(|(name, named)| with_others(named, name)).unwrap_or_default()
    }
}

/// A request under a name, and those that it names; one of these that has its name is hidden by it, and then it does not fit.
fn with_others(named: &Named, name: &str) -> BTreeMap<String, String> {
    let mut all = named.others.clone();
    all.insert(name.to_owned(), named.text(name));
    all
}

#[cfg(test)]
mod tests {
    use super::super::{Answer, Bench, Trial, Wrong};
    use super::*;

    /// A golden path whose requests have these references and fields.
    fn path(name: &str, refs: &str, schema: &str, template: &str) -> Vec<(String, String)> {
        let kind = name[..1].to_uppercase() + &name[1..];
        let folder = format!("golden-paths/{name}");
        let head = "apiVersion: goldpath.dev/v1\nkind";
        vec![
            (
                format!("{folder}/path.yaml"),
                format!(
                    "{head}: GoldenPath\nmetadata: {{name: {name}}}\nspec:\n  title: A\n  owner: platform\n  request: {{group: example.org, kind: {kind}}}\n  current: {{v1: 1.0.0}}\n"
                ),
            ),
            (
                format!("{folder}/1.0.0/release.yaml"),
                format!(
                    "{head}: Release\nmetadata: {{name: 1.0.0}}\nspec:\n  serves: v1\n  refs: {{{refs}}}\n  outputs:\n    - {{name: main, renderer: kubernetes@1, target: eu}}\n"
                ),
            ),
            (format!("{folder}/1.0.0/schema.json"), format!(r#"{{"type": "object", "additionalProperties": false, {schema}}}"#)),
            (
                format!("{folder}/1.0.0/main/a.yaml.tera"),
                format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: \"{{{{ metadata.name }}}}\"}}\ndata:\n  a: b\n{template}"),
            ),
        ]
    }

    const NAME: &str = r#"{"type": "string", "pattern": "^[a-z]{3,9}$"}"#;

    fn needs(field: &str) -> String {
        format!(r#""required": ["{field}"], "properties": {{"{field}": {NAME}}}"#)
    }

    fn may(field: &str) -> String {
        format!(r#""properties": {{"{field}": {NAME}}}"#)
    }

    const PLAIN: &str = r#""properties": {}"#;

    /// What is said of `app`.
    fn said(paths: &[Vec<(String, String)>]) -> String {
        let team =
            ("teams/platform.yaml", "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: platform}\nspec: {title: Platform}\n");
        let files: Vec<(&str, &str)> = paths.iter().flatten().map(|(name, text)| (name.as_str(), text.as_str())).chain([team]).collect();
        let snapshot = Snapshot::of_texts(&files, &[]);
        let trial = Trial::Made { release: ReleaseId::parse("app@1.0.0").unwrap(), count: 8 };
        let answer = || Bench::of(snapshot.clone(), false).run(&trial, &Watcher::nobody());
        let Answer::Made(Some(tried)) = answer() else { panic!("it can be read") };
        assert_eq!(answer(), Answer::Made(Some(tried.clone())), "the same seed, the same requests");
        let mut said = format!("{} fit, {} were refused\n", tried.valid, tried.refused);
        for wrong in &tried.failures {
            said += &match wrong {
                Wrong::Fails { request, finding } => format!("{}: {}\n{request}", finding.code, finding.message),
                Wrong::NoneToName { message } => format!("{message}\n"),
                other => format!("{other:?}\n"),
            };
        }
        said
    }

    #[test]
    fn what_must_be_named_is_made() {
        let to_base = "parent: {at: /spec/parent, path: base}";
        let base = || path("base", "", PLAIN, "");
        let chain = path("base", "next: {at: /spec/next, path: last}", &needs("next"), "  next: \"{{ refs.next.name }}\"\n");
        let two = r#""required": ["parent", "other"], "properties": {"parent": {"enum": ["one"]}, "other": {"enum": ["one"]}}"#;
        let all = [
            said(&[path("app", to_base, &needs("parent"), "  parent: \"{{ refs.parent.name }}\"\n"), base()]),
            said(&[path("app", to_base, &needs("parent"), ""), chain, path("last", "", PLAIN, "")]),
            said(&[path("app", &format!("{to_base}, other: {{at: /spec/other, path: base}}"), two, ""), base()]),
            said(&[path("app", "next: {at: /spec/next, path: app}", &may("next"), "")]),
        ];
        insta::assert_snapshot!(all.concat(), @"
        8 fit, 8 were refused
        8 fit, 8 were refused
        8 fit, 8 were refused
        8 fit, 8 were refused
        ");
    }

    #[test]
    fn what_depends_on_a_reference_that_may_be_given_is_tried() {
        let broken = "{% if refs.parent is defined %}  a: [\n{% endif %}";
        let app = path("app", "parent: {at: /spec/parent, path: base}", &may("parent"), broken);
        insta::assert_snapshot!(said(&[app, path("base", "", PLAIN, "")]), @"
        0 fit, 0 were refused
        not-well-formed: `a.yaml` is not well-formed YAML (line 6 when rendered): `[` here has no end
        apiVersion: example.org/v1
        kind: App
        metadata:
          name: sample
        spec:
          parent: aaa
        ---
        apiVersion: example.org/v1
        kind: Base
        metadata:
          name: aaa
        spec: {}
        ");
    }

    #[test]
    fn why_there_is_none_to_name_is_said() {
        let to = |name: &str, to: &str| path(name, &format!("parent: {{at: /spec/parent, path: {to}}}"), &needs("parent"), "");
        let nothing_fits = r#""required": ["size"], "properties": {"size": {"type": "integer", "minimum": 3, "maximum": 2}}"#;
        let mut not_current = path("base", "", PLAIN, "");
        not_current[0].1 = not_current[0].1.replace("{v1: 1.0.0}", "{}");
        let all = [
            said(&[to("app", "base"), not_current]),
            said(&[to("app", "base"), path("base", "", nothing_fits, "")]),
            said(&[to("app", "base"), to("base", "app")]),
            said(&[to("app", "base"), to("base", "next"), to("next", "last"), path("last", "", PLAIN, "")]),
        ];
        insta::assert_snapshot!(all.concat(), @"
        0 fit, 0 were refused
        `spec.parent` names a request of `base`, which cannot be made: `base` has no current release
        0 fit, 0 were refused
        `spec.parent` names a request of `base`, which cannot be made: none fits `base@1.0.0` and renders; of the last one is said: `minimum` is above `maximum`, so that no value fits
        0 fit, 0 were refused
        `spec.parent` names a request of `base`, which cannot be made: `spec.parent` names a request of `app`, which cannot be made: `spec.parent` names a request of `base`, which cannot be made: requests of `base` would name each other in a circle
        0 fit, 0 were refused
        `spec.parent` names a request of `base`, which cannot be made: `spec.parent` names a request of `next`, which cannot be made: `spec.parent` names a request of `last`, which cannot be made: more than 3 requests would name each other in a row
        ");
    }
}
