//! Requests made from a release's own schema: those that fit must render, those that do not must be refused.
//!
//! What a schema cannot say, such as that names are unique, a policy of the release itself may refuse, at the field that it is about: it is the
//! requester's to mend, and such a request is made anew. What the organisation's policies refuse besides, the requester hears of too late: it is a
//! failure, until the schema or the release says it.
//!
//! The seed is the digest of the release, so that the same release is always tried with the same requests. A request that fails is made small as
//! long as it fails in the same way.
//!
//! What a request names by `refs` is made too, from the schema of the golden path that is asked for.

use super::check::{Came, outcome};
use super::named::{Named, Reference};
use super::setting::{Files, SAMPLE_TEAM, Setting, document, file, targets};
use super::shrink::shrunk;
use super::values::{Dice, Maker, spoiled};
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
/// The name of each request that is tried.
pub(super) const SAMPLE: &str = "sample";

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
    /// A request must name another one, and that one could not be made.
    NoneToName {
        /// Where it is named, and why there is none.
        message: String,
    },
}

/// Tries a release with so many requests that fit and so many that do not; nothing when it cannot be read at all.
pub(super) fn tried(repository: &Snapshot, policies: &Policies, release: &ReleaseId, count: usize, watcher: &Watcher) -> Option<Tried> {
    let scene = Scene::of(repository, policies, release, watcher, &[])?;
    let mut tried = Tried { release: release.clone(), valid: 0, refused: 0, failures: Vec::new(), denied: Vec::new() };
    if let Some(message) = scene.unmade().filter(|_| count > 0) {
        tried.failures.push(Wrong::NoneToName { message });
        return Some(tried);
    }
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
    for (nth, (made, _)) in fitting.iter().enumerate() {
        let Some((spoilt, how)) = spoiled(&made.spec, &scene.schema, scene.seed.wrapping_add(nth as u64)) else { continue };
        let spoilt = made.with(spoilt);
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

/// A request that fits, and what the organisation's policies refuse of it.
type Fits = (Made, Vec<Finding>);

/// A request that is made.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) spec: Value,
    /// Which of the requests that were made for each reference is named there, whatever its name is.
    chosen: Vec<usize>,
}

impl Made {
    /// The same with another spec.
    fn with(&self, spec: Value) -> Self {
        Self { spec, chosen: self.chosen.clone() }
    }
}

/// What all generated requests of a release share.
pub(super) struct Scene<'a> {
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
    pub(super) schema: Value,
    pub(super) seed: u64,
    api_version: String,
    kind: String,
    /// Where the owner is named.
    owner: Option<String>,
    /// Where other requests are named.
    refs: Vec<Reference>,
}

impl<'a> Scene<'a> {
    /// The scene of a release; `way`: the releases whose requests name those of this one, the first first.
    pub(super) fn of(
        repository: &Snapshot,
        policies: &'a Policies,
        release: &ReleaseId,
        watcher: &'a Watcher,
        way: &[ReleaseId],
    ) -> Option<Self> {
        let folder = release.folder();
        let own = document(repository, &format!("{folder}/release.yaml"))?;
        let path = document(repository, &format!("golden-paths/{}/path.yaml", release.path))?;
        let schema: Value = serde_json::from_str(repository.text(&format!("{folder}/schema.json"))?).ok()?;
        let text = |of: &Value, pointer: &str| of.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let digest = repository.folder_digest(&folder);
        let needed = |path: &RepoPath| {
            let read = ["golden-paths", "renderers", "schemas"].iter().any(|it| path.below(it).is_some());
            read && path.components().nth(3) != Some("tests")
        };
        let mut scene = Self {
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
            refs: Vec::new(),
        };
        let way: Vec<ReleaseId> = way.iter().chain([release]).cloned().collect();
        scene.refs = Reference::all(&own, &scene.schema, |path| Named::all(repository, policies, watcher, path, &way));
        Some(scene)
    }

    /// Why no request can be made at all: it must name one that cannot be made.
    pub(super) fn unmade(&self) -> Option<String> {
        self.refs.iter().find_map(Reference::unmade)
    }

    /// A request that fits and renders, with what policies refuse of it, or what is wrong; nothing when none could be made.
    fn fitting(&self, nth: usize, last: &mut Option<Finding>) -> Option<Result<Fits, Wrong>> {
        for attempt in 0..TRIES {
            let made = self.made(nth * TRIES + attempt);
            match self.run(&made) {
                Came::Fine(outcome) => {
                    let denied = outcome.denied(self.policies, self.watcher);
                    return Some(Ok((made, denied)));
                }
                Came::Refused(finding) => *last = Some(*finding),
                Came::Wrong(finding) => return Some(Err(self.wrong(&made, finding))),
            }
        }
        None
    }

    /// A request that may fit, with what no schema knows: the team, and the requests that it names.
    pub(super) fn made(&self, attempt: usize) -> Made {
        let seed = self.seed.wrapping_add(attempt as u64);
        let mut spec = Maker::new(&self.schema, seed).make();
        if let Some(owner) = self.owner.as_ref().and_then(|owner| spec.pointer_mut(owner.strip_prefix("/spec")?)) {
            *owner = Value::from(SAMPLE_TEAM);
        }
        let mut dice = Dice::new(seed);
        let mut taken = BTreeMap::new();
        let chosen = self.refs.iter().map(|reference| reference.settle(&mut spec, &mut dice, &mut taken)).collect();
        Made { spec, chosen }
    }

    /// The requests that a request names, and those that these name, by name.
    fn others(&self, made: &Made) -> BTreeMap<String, String> {
        let mut others = BTreeMap::new();
        for (reference, chosen) in self.refs.iter().zip(&made.chosen) {
            for (name, text) in reference.named(&made.spec, *chosen) {
                others.entry(name).or_insert(text);
            }
        }
        others
    }

    /// The request as one that others name.
    pub(super) fn named(&self, made: Made) -> Named {
        let others = self.others(&made);
        Named { api_version: self.api_version.clone(), kind: self.kind.clone(), spec: made.spec, others }
    }

    fn wrong(&self, made: &Made, finding: Box<Finding>) -> Wrong {
        let code = finding.code.clone();
        let (made, finding) = self.shrunk(made, finding, &|came| match came {
            Came::Wrong(found) => Some(found).filter(|found| found.code == code),
            Came::Refused(_) | Came::Fine(_) => None,
        });
        Wrong::Fails { request: self.text(&made), finding }
    }

    /// What each policy refuses of requests that fit, with a small one that it refuses.
    fn denied(&self, fitting: &[Fits]) -> Vec<Denied> {
        let mut all: BTreeMap<Code, (usize, &Made, &Finding)> = BTreeMap::new();
        for (made, denied) in fitting {
            let codes: BTreeMap<&Code, &Finding> = denied.iter().rev().map(|finding| (&finding.code, finding)).collect();
            for (code, finding) in codes {
                all.entry(code.clone()).or_insert((0, made, finding)).0 += 1;
            }
        }
        let small = |(code, (times, made, finding)): (Code, (usize, &Made, &Finding))| {
            let (made, finding) = self.shrunk(made, Box::new(finding.clone()), &|came| match came {
                Came::Fine(outcome) => {
                    let denied = outcome.denied(self.policies, self.watcher).into_iter();
                    denied.map(Box::new).find(|finding| finding.code == code)
                }
                Came::Refused(_) | Came::Wrong(_) => None,
            });
            Denied { times, request: self.text(&made), finding }
        };
        all.into_iter().map(small).collect()
    }

    /// The smallest request of which the same is said, as far as some tries find it.
    fn shrunk(&self, made: &Made, finding: Box<Finding>, same: &dyn Fn(Came) -> Option<Box<Finding>>) -> (Made, Box<Finding>) {
        let (spec, said) = shrunk(made.spec.clone(), &self.schema, MOST_SMALLER, |spec| same(self.run(&made.with(spec.clone()))));
        (made.with(spec), said.unwrap_or(finding))
    }

    /// The request, and the requests that are there for it to name.
    fn text(&self, made: &Made) -> String {
        let others = self.others(made).into_values().map(|text| format!("---\n{text}"));
        self.own_text(made) + &others.collect::<String>()
    }

    fn own_text(&self, made: &Made) -> String {
        request(&self.api_version, &self.kind, SAMPLE, &made.spec)
    }

    pub(super) fn run(&self, made: &Made) -> Came {
        let case = Case { subject: Subject::Release(self.release.clone()), name: NAME.to_owned() };
        let mut files = self.repository.files().clone();
        files.insert(case.request(), file(&self.own_text(made)));
        for (name, text) in self.others(made) {
            let path = RepoPath::parse(&format!("{}/requests/{SAMPLE_TEAM}/{name}.yaml", case.folder()));
            files.extend(path.ok().map(|path| (path, file(&text))));
        }
        let repository = Snapshot::new(None, files, Vec::new());
        let mut setting = Setting::of(&repository, &case).expect("its request is there").within(&self.targets, self.values.as_ref());
        outcome(&mut setting, self.watcher).came()
    }
}

/// The text of a request.
pub(super) fn request(api_version: &str, kind: &str, name: &str, spec: &Value) -> String {
    yaml::emit(&json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": spec}))
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
        .map(|(name, text)| (RepoPath::parse(&name).unwrap(), file(text)))
        .collect();
        let repository = Snapshot::new(None, files, Vec::new());
        let (policies, _) = crate::policy::compile(&repository, &crate::parse::parse(&repository).platform);
        let policies = policies.of_organisation();
        let tried = tried(&repository, &policies, &ReleaseId::parse("app@1.0.0").unwrap(), 12, &Watcher::nobody()).unwrap();
        let failures = tried.failures.iter().map(|wrong| match wrong {
            Wrong::Ended { finding } => format!("ended: {}", finding.message),
            Wrong::Fails { request, finding } => format!("{}: {}\n{request}", finding.code, finding.message),
            Wrong::Taken { request, how } => format!("taken {how}\n{request}"),
            Wrong::NoneToName { message } => message.clone(),
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
