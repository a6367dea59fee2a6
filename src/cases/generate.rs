//! Requests made from a release's own schema: those that fit must render, those that do not must be refused.
//!
//! What a schema cannot say, such as that names are unique, a policy of the release itself may refuse, at the field that it is about: it is the
//! requester's to mend, and such a request is made anew. What the organisation's policies refuse besides, the requester hears of too late: it is a
//! failure, until the schema or the release says it.
//!
//! The seed is the digest of the release, so that the same release is always tried with the same requests. A request that fails is made small as
//! long as it fails in the same way.

use super::check::{Came, outcome};
use super::setting::{Files, SAMPLE_TEAM, Setting, document, targets};
use super::shrink::shrunk;
use super::values::{Maker, spoiled};
use super::{Case, Subject, Watcher};
use crate::model::{Code, Finding, ReleaseId, RepoPath};
use crate::policy::Policies;
use crate::snapshot::Snapshot;
use crate::yaml;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How often a request is made anew when it does not fit after all.
const TRIES: usize = 10;
/// How many smaller requests are tried for one that fails.
const MOST_SMALLER: usize = 300;
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
    /// What policies of the organisation refuse of those that fit, each policy once.
    pub denied: Vec<Denied>,
}

impl Tried {
    /// Whether all that fits renders to what nobody refuses, and nothing else is taken.
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && self.denied.is_empty()
    }
}

/// A policy of the organisation refuses requests that fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Denied {
    /// How many of them.
    pub times: usize,
    /// One of them, made small.
    pub request: String,
    /// What the policy says of it.
    pub finding: Box<Finding>,
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
pub(super) fn tried(repository: &Snapshot, policies: &Policies, release: &ReleaseId, count: usize, watcher: &Watcher) -> Option<Tried> {
    let scene = Scene::of(repository, policies, release, watcher)?;
    let mut tried = Tried { release: release.clone(), valid: 0, refused: 0, failures: Vec::new(), denied: Vec::new() };
    let mut last = None;
    let mut fitting = Vec::new();
    for nth in 0..count {
        match scene.fitting(nth, &mut last) {
            Some(Ok(fits)) => fitting.push(fits),
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
    tried.denied = scene.denied(&fitting);
    for (nth, (spec, _)) in fitting.iter().enumerate() {
        let Some((spoilt, how)) = spoiled(spec, &scene.schema, scene.seed.wrapping_add(nth as u64)) else { continue };
        match scene.run(&spoilt) {
            Came::Refused(_) => tried.refused += 1,
            Came::Wrong(_) | Came::Fine(_) => {
                tried.failures.push(Wrong::Taken { request: scene.text(&spoilt), how });
                break;
            }
        }
    }
    Some(tried)
}

/// The spec of a request that fits, and what the organisation's policies refuse of it.
type Fits = (Value, Vec<Finding>);

/// What all generated requests of a release share.
struct Scene<'a> {
    watcher: &'a Watcher,
    /// The organisation's.
    policies: &'a Policies,
    release: ReleaseId,
    /// Only what the release needs.
    repository: Snapshot,
    /// Where requests go: a policy may ask what a target is for.
    targets: Files,
    /// Those of `goldpath.yaml`.
    values: Option<Value>,
    schema: Value,
    seed: u64,
    api_version: String,
    kind: String,
    /// Where the owner and other requests are named.
    owner: Option<String>,
    refs: Vec<String>,
}

impl<'a> Scene<'a> {
    fn of(repository: &Snapshot, policies: &'a Policies, release: &ReleaseId, watcher: &'a Watcher) -> Option<Self> {
        let folder = release.folder();
        let own = document(repository, &format!("{folder}/release.yaml"))?;
        let path = document(repository, &format!("golden-paths/{}/path.yaml", release.path))?;
        let schema = serde_json::from_str(repository.text(&format!("{folder}/schema.json"))?).ok()?;
        let text = |of: &Value, pointer: &str| of.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let refs = own.pointer("/spec/refs").and_then(Value::as_object).into_iter().flatten();
        let digest = repository.folder_digest(&folder);
        let needed = |path: &RepoPath| {
            let read = ["golden-paths", "renderers", "schemas"].iter().any(|it| path.below(it).is_some());
            read && path.components().nth(3) != Some("tests")
        };
        Some(Self {
            watcher,
            policies,
            release: release.clone(),
            repository: repository.only(needed),
            targets: targets(repository),
            values: document(repository, "goldpath.yaml").as_ref().and_then(|platform| platform.pointer("/spec/values")).cloned(),
            schema,
            seed: u64::from_le_bytes(*digest.bytes().first_chunk()?),
            api_version: format!("{}/{}", text(&path, "/spec/request/group")?, text(&own, "/spec/serves")?),
            kind: text(&path, "/spec/request/kind")?,
            owner: text(&own, "/spec/facts/owner").filter(|owner| owner.starts_with("/spec/")),
            refs: refs.filter_map(|(_, named)| text(named, "/at")).collect(),
        })
    }

    /// The spec of a request that fits and renders, with what policies refuse of it, or what is wrong; nothing when none could be made.
    fn fitting(&self, nth: usize, last: &mut Option<Finding>) -> Option<Result<Fits, Wrong>> {
        for attempt in 0..TRIES {
            let seed = self.seed.wrapping_add((nth * TRIES + attempt) as u64);
            let mut spec = Maker::new(&self.schema, seed).make();
            self.settle(&mut spec);
            match self.run(&spec) {
                Came::Fine(outcome) => return Some(Ok((spec, outcome.denied(self.policies, self.watcher)))),
                Came::Refused(finding) => *last = Some(*finding),
                Came::Wrong(finding) => return Some(Err(self.wrong(spec, finding))),
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

    fn wrong(&self, spec: Value, finding: Box<Finding>) -> Wrong {
        let code = finding.code.clone();
        let (spec, finding) = self.shrunk(spec, finding, &|came| match came {
            Came::Wrong(found) => Some(found).filter(|found| found.code == code),
            Came::Refused(_) | Came::Fine(_) => None,
        });
        Wrong::Fails { request: self.text(&spec), finding }
    }

    /// What each policy refuses of requests that fit, with a small one that it refuses.
    fn denied(&self, fitting: &[Fits]) -> Vec<Denied> {
        let mut all: BTreeMap<Code, (usize, &Value, &Finding)> = BTreeMap::new();
        for (spec, denied) in fitting {
            let codes: BTreeMap<&Code, &Finding> = denied.iter().rev().map(|finding| (&finding.code, finding)).collect();
            for (code, finding) in codes {
                all.entry(code.clone()).or_insert((0, spec, finding)).0 += 1;
            }
        }
        let small = |(code, (times, spec, finding)): (Code, (usize, &Value, &Finding))| {
            let (spec, finding) = self.shrunk(spec.clone(), Box::new(finding.clone()), &|came| match came {
                Came::Fine(outcome) => {
                    let denied = outcome.denied(self.policies, self.watcher).into_iter();
                    denied.map(Box::new).find(|finding| finding.code == code)
                }
                Came::Refused(_) | Came::Wrong(_) => None,
            });
            Denied { times, request: self.text(&spec), finding }
        };
        all.into_iter().map(small).collect()
    }

    /// The smallest request of which the same is said, as far as some tries find it.
    fn shrunk(&self, spec: Value, finding: Box<Finding>, same: &dyn Fn(Came) -> Option<Box<Finding>>) -> (Value, Box<Finding>) {
        let (spec, said) = shrunk(spec, &self.schema, MOST_SMALLER, |spec| same(self.run(spec)));
        (spec, said.unwrap_or(finding))
    }

    fn text(&self, spec: &Value) -> String {
        yaml::emit(&json!({"apiVersion": self.api_version, "kind": self.kind, "metadata": {"name": "sample"}, "spec": spec}))
    }

    fn run(&self, spec: &Value) -> Came {
        let case = Case { subject: Subject::Release(self.release.clone()), name: NAME.to_owned() };
        let mut files = self.repository.files().clone();
        files.insert(case.request(), super::setting::file(&self.text(spec)));
        let repository = Snapshot::new(None, files, Vec::new());
        let mut setting = Setting::of(&repository, &case).expect("its request is there").within(&self.targets, self.values.as_ref());
        outcome(&mut setting, self.watcher).came()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::File;
    const PATH: &str = "apiVersion: goldpath.dev/v1\nkind: GoldenPath\nmetadata: {name: app}\nspec:\n  title: App\n  owner: platform\n  request: {group: example.org, kind: App}\n  current: {v1: 1.0.0}\n";
    const RELEASE: &str = "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  outputs:\n    - {name: main, renderer: kubernetes@1, target: eu}\n";
    const SCHEMA: &str = r#"{"type": "object", "additionalProperties": false, "required": ["size"], "properties": {
        "size": {"type": "integer", "minimum": 1, "maximum": 9},
        "note": {"type": "string"},
        "words": {"type": "array", "items": {"type": "string"}}}}"#;
    const PLATFORM: &str =
        "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: acme}\nspec: {values: {registry: registry.example.org}}\n";
    const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {size: \"{{ spec.size }}\"}\n";

    fn shown(schema: &str, template: &str, policy: &str) -> String {
        shown_to(schema, template, policy, "package main\n")
    }

    /// The same with a policy of the organisation.
    fn shown_to(schema: &str, template: &str, policy: &str, of_all: &str) -> String {
        let folder = "golden-paths/app/1.0.0";
        let files: BTreeMap<RepoPath, File> = [
            ("golden-paths/app/path.yaml".to_owned(), PATH),
            (format!("{folder}/release.yaml"), RELEASE),
            (format!("{folder}/schema.json"), schema),
            (format!("{folder}/main/a.yaml.tera"), template),
            (format!("{folder}/policies/small.rego"), policy),
            ("policies/of-all.rego".to_owned(), of_all),
            ("goldpath.yaml".to_owned(), PLATFORM),
        ]
        .into_iter()
        .map(|(name, text)| (RepoPath::parse(&name).unwrap(), super::super::setting::file(text)))
        .collect();
        let repository = Snapshot::new(None, files, Vec::new());
        let (policies, _) = crate::policy::compile(&repository, &crate::parse::parse(&repository).platform);
        let policies = policies.of_organisation();
        let tried = tried(&repository, &policies, &ReleaseId::parse("app@1.0.0").unwrap(), 12, &Watcher::nobody()).unwrap();
        let failures = tried.failures.iter().map(|wrong| match wrong {
            Wrong::Ended { finding } => format!("ended: {}", finding.message),
            Wrong::Fails { request, finding } => format!("{}: {}\n{request}", finding.code, finding.message),
            Wrong::Taken { request, how } => format!("taken {how}\n{request}"),
            Wrong::NoneFits { finding } => format!("none fits: {:?}", finding.as_ref().map(|finding| &finding.message)),
        });
        let failures: String = failures.collect();
        let denied = tried.denied.iter().map(|denied| format!("{} times {}\n{}", denied.times, denied.finding.message, denied.request));
        format!("{} fit, {} were refused\n{failures}{}", tried.valid, tried.refused, denied.collect::<String>())
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
        unsafe-print: an empty text that is printed here changes what is around it
        apiVersion: example.org/v1
        kind: App
        metadata:
          name: sample
        spec:
          size: 1
          words:
          - ""
        "#);
    }

    #[test]
    fn what_a_policy_refuses_is_made_anew() {
        let policy = "package main\n\ndeny contains \"too large\" if to_number(input.data.size) > 5\n";
        let shown = shown(SCHEMA, TEMPLATE, policy);
        assert!(shown.starts_with("12 fit, 12 were refused"), "{shown}");
    }

    #[test]
    fn what_only_the_organisation_refuses_is_told_with_a_small_request() {
        let policy = "package main\n\ndeny contains \"too large\" if to_number(input.data.size) > 5\n";
        insta::assert_snapshot!(shown_to(SCHEMA, TEMPLATE, NO_POLICY, policy), @"
        12 fit, 12 were refused
        4 times too large (ConfigMap `a` in `sample-team/sample/main@eu`)
        apiVersion: example.org/v1
        kind: App
        metadata:
          name: sample
        spec:
          size: 6
        ");
    }

    #[test]
    fn templates_read_the_values_of_the_platform() {
        let template = TEMPLATE.replace("data: {size", "data: {registry: {{ platform.values.registry }}, size");
        let policy = "package main\n\ndeny contains \"another registry\" if input.data.registry != \"registry.example.org\"\n";
        insta::assert_snapshot!(shown_to(SCHEMA, &template, NO_POLICY, policy), @"12 fit, 12 were refused");
    }

    #[test]
    fn what_the_release_refuses_too_is_made_anew() {
        let policy = "package main\n\ndeny contains \"too large\" if to_number(input.data.size) > 5\n";
        insta::assert_snapshot!(shown_to(SCHEMA, TEMPLATE, policy, policy), @"12 fit, 12 were refused");
        let narrow = SCHEMA.replace("\"maximum\": 9", "\"maximum\": 5");
        insta::assert_snapshot!(shown_to(&narrow, TEMPLATE, NO_POLICY, policy), @"12 fit, 12 were refused");
    }

    #[test]
    fn a_schema_that_nothing_fits_is_said() {
        insta::assert_snapshot!(shown(&SCHEMA.replace("\"minimum\": 1", "\"minimum\": 10"), TEMPLATE, NO_POLICY), @r#"
    0 fit, 0 were refused
    none fits: Some("`minimum` is above `maximum`, so that no value fits")
    "#);
    }
}
