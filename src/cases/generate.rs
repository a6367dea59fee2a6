//! Requests made from a release's own schema: those that fit must render, those that do not must be refused.
//!
//! What a schema cannot say, such as that names are unique, and what policies refuse, is the requester's to mend: such a request is made anew.
//!
//! The seed is the digest of the release, so that the same release is always tried with the same requests. A request that fails is made smaller
//! as long as it fails in the same way.

use super::check::{Came, outcome};
use super::setting::{SAMPLE_TEAM, Setting, document};
use super::values::{Maker, smaller, spoiled};
use super::{Case, Watcher};
use crate::model::{Finding, ReleaseId, RepoPath};
use crate::snapshot::Snapshot;
use crate::yaml;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How often a request is made anew when it does not fit after all.
const TRIES: usize = 10;
/// How many smaller requests are tried for one that fails.
const MOST_SMALLER: usize = 80;
/// The folder of cases in which they are tried.
const NAME: &str = "generated";

/// What came of the generated requests of one release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The release.
    pub release: ReleaseId,
    /// How many requests fit, and rendered.
    pub valid: usize,
    /// How many did not fit, and were refused.
    pub refused: usize,
    /// What went wrong, at most one of each kind.
    pub failures: Vec<Wrong>,
}

/// What is wrong with a release, as a generated request shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Wrong {
    /// Trying it was ended from outside.
    Ended {
        /// What was being run, and why it was ended.
        finding: Box<Finding>,
    },
    /// A request fits, and something is said about what it renders to.
    Fails {
        /// The request.
        request: String,
        /// What is said.
        finding: Box<Finding>,
    },
    /// A request does not fit, and is taken.
    Taken {
        /// The request.
        request: String,
        /// What does not fit.
        how: String,
    },
    /// No request could be made that fits.
    NoneFits {
        /// What was said about the last one.
        finding: Option<Box<Finding>>,
    },
}

/// Tries a release with so many requests that fit and so many that do not; nothing when it cannot be read at all.
pub(super) fn tried(repository: &Snapshot, release: &ReleaseId, count: usize, watcher: &Watcher) -> Option<Tried> {
    let scene = Scene::of(repository, release, watcher)?;
    let mut tried = Tried { release: release.clone(), valid: 0, refused: 0, failures: Vec::new() };
    let mut last = None;
    let mut fitting = Vec::new();
    for nth in 0..count {
        match scene.fitting(nth, &mut last) {
            Some(Ok(spec)) => fitting.push(spec),
            Some(Err(wrong)) => {
                tried.failures.push(wrong);
                break;
            }
            None => {}
        }
    }
    tried.valid = fitting.len();
    if fitting.is_empty() && tried.failures.is_empty() && count > 0 {
        tried.failures.push(Wrong::NoneFits { finding: last.map(Box::new) });
    }
    for (nth, spec) in fitting.iter().enumerate() {
        let Some((spoilt, how)) = spoiled(spec, &scene.schema, scene.seed.wrapping_add(nth as u64)) else { continue };
        match scene.run(&spoilt) {
            Came::Refused(_) => tried.refused += 1,
            Came::Wrong(_) | Came::Fine => {
                tried.failures.push(Wrong::Taken { request: scene.text(&spoilt), how });
                break;
            }
        }
    }
    Some(tried)
}

/// What all generated requests of a release share.
struct Scene<'a> {
    watcher: &'a Watcher,
    release: ReleaseId,
    /// Only what the release needs.
    repository: Snapshot,
    schema: Value,
    seed: u64,
    api_version: String,
    kind: String,
    /// Where the owner and other requests are named.
    owner: Option<String>,
    refs: Vec<String>,
}

impl<'a> Scene<'a> {
    fn of(repository: &Snapshot, release: &ReleaseId, watcher: &'a Watcher) -> Option<Self> {
        let folder = release.folder();
        let own = document(repository, &format!("{folder}/release.yaml"))?;
        let path = document(repository, &format!("golden-paths/{}/path.yaml", release.path))?;
        let schema = serde_json::from_str(repository.text(&format!("{folder}/schema.json"))?).ok()?;
        let text = |of: &Value, pointer: &str| of.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let refs = own.pointer("/spec/refs").and_then(Value::as_object).into_iter().flatten();
        let digest = repository.folder_digest(&folder, |below| below == "README.md" || below.starts_with("tests/"));
        let needed = repository
            .files()
            .iter()
            .filter(|(path, _)| ["golden-paths", "renderers", "schemas"].iter().any(|it| path.below(it).is_some()));
        let files = needed.filter(|(path, _)| path.components().nth(3) != Some("tests")).map(|(path, file)| (path.clone(), file.clone()));
        Some(Self {
            watcher,
            release: release.clone(),
            repository: Snapshot::new(None, files.collect(), Vec::new()),
            schema,
            seed: u64::from_le_bytes(*digest.bytes().first_chunk()?),
            api_version: format!("{}/{}", text(&path, "/spec/request/group")?, text(&own, "/spec/serves")?),
            kind: text(&path, "/spec/request/kind")?,
            owner: text(&own, "/spec/facts/owner").filter(|owner| owner.starts_with("/spec/")),
            refs: refs.filter_map(|(_, named)| text(named, "/at")).collect(),
        })
    }

    /// The spec of a request that fits and renders, or what is wrong; nothing when none could be made.
    fn fitting(&self, nth: usize, last: &mut Option<Finding>) -> Option<Result<Value, Wrong>> {
        for attempt in 0..TRIES {
            let seed = self.seed.wrapping_add((nth * TRIES + attempt) as u64);
            let mut spec = Maker::new(&self.schema, seed).make();
            self.settle(&mut spec);
            match self.run(&spec) {
                Came::Fine => return Some(Ok(spec)),
                Came::Refused(finding) => *last = Some(*finding),
                Came::Wrong(finding) => return Some(Err(self.shrunk(spec, finding))),
            }
        }
        None
    }

    /// Puts in what no schema knows: the team, and that there are no other requests to name.
    fn settle(&self, spec: &mut Value) {
        if let Some(owner) = self.owner.as_ref().and_then(|owner| spec.pointer_mut(owner.strip_prefix("/spec")?)) {
            *owner = Value::from(SAMPLE_TEAM);
        }
        for at in &self.refs {
            let Some((parent, key)) = at.strip_prefix("/spec").and_then(|at| at.rsplit_once('/')) else { continue };
            if let Some(parent) = spec.pointer_mut(parent).and_then(Value::as_object_mut) {
                parent.remove(key);
            }
        }
    }

    /// The smallest request that fails in the same way, as far as a few steps find it.
    fn shrunk(&self, spec: Value, finding: Box<Finding>) -> Wrong {
        let (mut spec, mut finding) = (spec, finding);
        let mut left = MOST_SMALLER;
        'smaller: loop {
            for candidate in smaller(&spec) {
                if left == 0 {
                    break 'smaller;
                }
                left -= 1;
                match self.run(&candidate) {
                    Came::Wrong(found) if found.code == finding.code => {
                        (spec, finding) = (candidate, found);
                        continue 'smaller;
                    }
                    Came::Wrong(_) | Came::Refused(_) | Came::Fine => {}
                }
            }
            break;
        }
        Wrong::Fails { request: self.text(&spec), finding }
    }

    fn text(&self, spec: &Value) -> String {
        yaml::emit(&json!({"apiVersion": self.api_version, "kind": self.kind, "metadata": {"name": "sample"}, "spec": spec}))
    }

    fn run(&self, spec: &Value) -> Came {
        let case = Case { release: self.release.clone(), name: NAME.to_owned() };
        let mut files = self.repository.files().clone();
        if let Ok(path) = RepoPath::parse(&format!("{}/request.yaml", case.folder())) {
            files.insert(path, super::setting::file(&self.text(spec)));
        }
        let repository = Snapshot::new(None, files, Vec::new());
        let setting = Setting::of(&repository, &case);
        setting.map_or(Came::Fine, |mut setting| outcome(&mut setting, self.watcher).came())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::File;
    use std::collections::BTreeMap;

    const PATH: &str = "apiVersion: goldpath.dev/v1\nkind: GoldenPath\nmetadata: {name: app}\nspec:\n  title: App\n  owner: platform\n  request: {group: example.org, kind: App}\n  current: {v1: 1.0.0}\n";
    const RELEASE: &str = "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  outputs:\n    - {name: main, renderer: kubernetes@1, target: eu}\n";
    const SCHEMA: &str = r#"{"type": "object", "additionalProperties": false, "required": ["size"], "properties": {
        "size": {"type": "integer", "minimum": 1, "maximum": 9},
        "note": {"type": "string"},
        "words": {"type": "array", "items": {"type": "string"}}}}"#;
    const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {size: \"{{ spec.size }}\"}\n";

    fn shown(schema: &str, template: &str, policy: &str) -> String {
        let folder = "golden-paths/app/1.0.0";
        let files: BTreeMap<RepoPath, File> = [
            ("golden-paths/app/path.yaml".to_owned(), PATH),
            (format!("{folder}/release.yaml"), RELEASE),
            (format!("{folder}/schema.json"), schema),
            (format!("{folder}/main/a.yaml.tera"), template),
            (format!("{folder}/policies/small.rego"), policy),
        ]
        .into_iter()
        .map(|(name, text)| (RepoPath::parse(&name).unwrap(), super::super::setting::file(text)))
        .collect();
        let repository = Snapshot::new(None, files, Vec::new());
        let tried = tried(&repository, &ReleaseId::parse("app@1.0.0").unwrap(), 12, &Watcher::nobody()).unwrap();
        let failures = tried.failures.iter().map(|wrong| match wrong {
            Wrong::Ended { finding } => format!("ended: {}", finding.message),
            Wrong::Fails { request, finding } => format!("{}: {}\n{request}", finding.code, finding.message),
            Wrong::Taken { request, how } => format!("taken {how}\n{request}"),
            Wrong::NoneFits { finding } => format!("none fits: {:?}", finding.as_ref().map(|finding| &finding.message)),
        });
        let failures: String = failures.collect();
        format!("{} fit, {} were refused\n{failures}", tried.valid, tried.refused)
    }

    const NO_POLICY: &str = "package main\n";

    #[test]
    fn a_sound_release_takes_what_fits_and_refuses_what_does_not() {
        insta::assert_snapshot!(shown(SCHEMA, TEMPLATE, NO_POLICY), @"12 fit, 12 were refused");
    }

    #[test]
    fn a_template_that_prints_a_text_without_a_filter_is_caught_with_a_small_request() {
        let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n{% for word in spec.words | default(value=[]) %}  key{{ loop.index }}: {{ word }}\n{% endfor %}\n";
        insta::assert_snapshot!(shown(SCHEMA, template, NO_POLICY), @r#"
    4 fit, 4 were refused
    unsafe-print: the text `:` that is printed here changes what is around it
    apiVersion: example.org/v1
    kind: App
    metadata:
      name: sample
    spec:
      size: 1
      words:
      - ":"
    "#);
    }

    #[test]
    fn what_a_policy_refuses_is_made_anew() {
        let policy = "package main\n\ndeny contains \"too large\" if to_number(input.data.size) > 5\n";
        let shown = shown(SCHEMA, TEMPLATE, policy);
        assert!(shown.starts_with("12 fit, 12 were refused"), "{shown}");
    }

    #[test]
    fn a_schema_that_nothing_fits_is_said() {
        insta::assert_snapshot!(shown(&SCHEMA.replace("\"minimum\": 1", "\"minimum\": 10"), TEMPLATE, NO_POLICY), @r#"
    0 fit, 0 were refused
    none fits: Some("`minimum` is above `maximum`, so that no value fits")
    "#);
    }
}
