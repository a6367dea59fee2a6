//! One case run, and how it differs from what is expected.

use super::setting::{Setting, sample_release};
use super::{Case, Subject, Watcher};
use crate::model::{Code, Coverage, Finding, Place, RepoPath, RequestId, Turn, UnitId, close_match, sort_findings};
use crate::parse::{self, Parsed, parse_part};
use crate::policy::{self, Policies};
use crate::render::{self, Cache, Limits, Rendered, Unit, coverage, render_watched};
use crate::snapshot::Snapshot;
use crate::yaml;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ran {
    /// The case.
    pub case: Case,
    /// How it differs from what is expected; empty when it passed.
    pub failures: Vec<Failure>,
    /// The files of the case, by their path below its folder, that would make it pass; nothing where a person has to decide first.
    pub expected: Option<BTreeMap<String, String>>,
}

impl Ran {
    /// Whether it is as expected.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// One way in which a case differs from what is expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Failure {
    /// It cannot be run.
    Broken {
        /// Why.
        message: String,
    },
    /// There is nothing that says what is expected.
    NothingExpected,
    /// A file is expected and not rendered.
    Missing {
        /// Its path below `expected/`.
        file: String,
    },
    /// A file is rendered and not expected.
    Unexpected {
        /// Its path below `expected/`.
        file: String,
    },
    /// A file is rendered with other lines.
    Differs {
        /// Its path below `expected/`.
        file: String,
        /// The hunks of a unified diff, from expected to rendered.
        diff: String,
    },
    /// Something is said that is not expected.
    Said(Box<Finding>),
    /// Something must be said, and is not.
    NotSaid {
        /// The code.
        code: String,
        /// The line of the request.
        line: Option<u64>,
    },
}

/// A line of `findings.yaml`.
struct Wanted {
    code: String,
    line: Option<u64>,
}

impl Wanted {
    fn fits(&self, finding: &Finding) -> bool {
        finding.code.as_str() == self.code && self.line.is_none_or(|line| line == u64::from(finding.place.span.line))
    }
}

/// Runs a case.
pub(super) fn run(repository: &Snapshot, case: &Case, watcher: &Watcher) -> (Ran, Option<Outcome>) {
    let broken = |message: &str| {
        let failures = vec![Failure::Broken { message: message.to_owned() }];
        (Ran { case: case.clone(), failures, expected: None }, None)
    };
    let mut setting = match Setting::of(repository, case) {
        Ok(setting) => setting,
        Err(message) => return broken(message),
    };
    let folder = case.folder();
    if let Some(message) = misnamed(repository, &folder) {
        return broken(&message);
    }
    let wanted = match repository.text(&format!("{folder}/findings.yaml")).map(wanted) {
        Some(Err(message)) => return broken(&format!("`findings.yaml`: {message}")),
        Some(Ok(wanted)) => Some(wanted),
        None => None,
    };
    let outcome = outcome(&mut setting, watcher);
    let rendered = tree(&outcome.rendered, &setting.request);
    let expected = golden(repository, &folder);
    if expected.is_some() && wanted.is_some() {
        return broken("it has both `expected/` and `findings.yaml`: a request is either rendered or refused");
    }
    let said = outcome.findings.iter().cloned();
    let findings: Vec<Finding> = said.map(|finding| back(finding, &setting, &folder)).collect();
    let (failures, expected) = match (expected, wanted) {
        (_, Some(wanted)) => {
            (refused(&wanted, &findings), written(&findings).map(|text| BTreeMap::from([("findings.yaml".to_owned(), text)])))
        }
        (expected, None) => {
            let said = findings.iter().filter(|finding| finding.is_error()).map(|finding| Failure::Said(Box::new(finding.clone())));
            let mut failures: Vec<Failure> = said.collect();
            let update =
                failures.is_empty().then(|| rendered.iter().map(|(name, text)| (format!("expected/{name}"), text.clone())).collect());
            match expected {
                Some(expected) => failures.extend(compared(&expected, &rendered)),
                None => failures.push(Failure::NothingExpected),
            }
            (failures, update)
        }
    };
    let expected = expected.filter(|_| !failures.is_empty());
    (Ran { case: case.clone(), failures, expected }, Some(outcome))
}

/// What a setting comes to.
pub(super) struct Outcome {
    snapshot: Snapshot,
    parsed: Parsed,
    rendered: Rendered,
    /// The request that it is about, where that can be read.
    request: Option<RequestId>,
    findings: Vec<Finding>,
    /// The first mistake of reading: the request is not taken.
    refused: Option<Finding>,
}

/// What a request comes to that nobody wrote.
pub(super) enum Came {
    /// It is not taken, or what it renders to is refused for a reason that is the requester's to mend.
    Refused(Box<Finding>),
    /// It is taken, and something is wrong with what it renders to.
    Wrong(Box<Finding>),
    /// It renders, and nothing is wrong.
    Fine(Box<Outcome>),
}

impl Outcome {
    /// What it comes to: a golden path owes its requesters that nothing of its own is wrong; what is theirs to mend, it may refuse.
    pub(super) fn came(self) -> Came {
        if let Some(finding) = self.refused {
            return Came::Refused(Box::new(finding));
        }
        let errors = self.findings.iter().filter(|finding| finding.is_error()).cloned();
        let (theirs, wrong): (Vec<Finding>, Vec<Finding>) = errors.partition(|finding| finding.turn == Turn::Requester);
        match (wrong.into_iter().next(), theirs.into_iter().next()) {
            (Some(wrong), _) => Came::Wrong(Box::new(wrong)),
            (None, Some(theirs)) => Came::Refused(Box::new(theirs)),
            (None, None) => Came::Fine(Box::new(self)),
        }
    }

    /// What some policies refuse of it; the requests that it names are tried by themselves.
    pub(super) fn denied(&self, policies: &Policies, watcher: &Watcher) -> Vec<Finding> {
        let plans = BTreeMap::new();
        let is_own = |unit: &UnitId| Some(&unit.request) == self.request.as_ref();
        let inputs = policy::inputs(&self.snapshot, &self.parsed.platform, &self.rendered, is_own, None, &plans);
        let verdicts = policy::evaluate_telling(policies, &inputs, &[], DAY, 1, &|progress| watcher.judges(progress));
        verdicts.findings.into_iter().filter(Finding::is_error).collect()
    }

    /// The lines of a release, with its policies, or of a renderer that it reaches.
    pub(super) fn coverage(&self, subject: &Subject, watcher: &Watcher) -> Coverage {
        let begins = |at| watcher.renders(at);
        let release = match subject {
            Subject::Release(release) => release.clone(),
            Subject::Renderer(_) => sample_release(),
        };
        let platform = &self.parsed.platform;
        let mut reached = coverage(&self.snapshot, platform, &Limits::default(), &self.rendered, &release, &begins);
        let (policies, _) = policy::compile_telling(&self.snapshot, platform, &mut |ask| watcher.asks(ask));
        let plans = BTreeMap::new();
        let inputs = policy::inputs(&self.snapshot, platform, &self.rendered, |_| true, None, &plans);
        reached.extend(policy::coverage(&policies, &inputs, &|ask| watcher.asks(ask)));
        reached
    }
}

/// Cases have no exceptions, so it is any day.
const DAY: &str = "1970-01-01";

/// Reads, renders and judges a setting, with samples of the targets that it needs.
pub(super) fn outcome(setting: &mut Setting, watcher: &Watcher) -> Outcome {
    loop {
        let snapshot = setting.snapshot();
        let parsed = parse_part(&snapshot, &setting.paths, &|progress| watcher.reads(progress));
        let request = parsed.platform.requests.values().find(|request| request.file == setting.request);
        let request = request.map(|request| request.id.clone());
        let watched = watcher.rendering(request.clone());
        let rendered = render_watched(&snapshot, &parsed.platform, &Limits::default(), &mut Cache::off(), 1, &watched);
        if setting.add_targets(&parsed, &rendered) {
            continue;
        }
        let mut findings: Vec<Finding> = parsed.findings.iter().chain(&rendered.findings).cloned().collect();
        findings.extend(judged(&snapshot, &parsed, &rendered, watcher));
        sort_findings(&mut findings);
        let refused = parsed.findings.iter().find(|finding| finding.is_error()).cloned();
        return Outcome { snapshot, parsed, rendered, request, findings, refused };
    }
}

/// What the policies of the release say; those of the organisation have tests of their own.
fn judged(snapshot: &Snapshot, parsed: &Parsed, rendered: &Rendered, watcher: &Watcher) -> Vec<Finding> {
    let platform = &parsed.platform;
    let (policies, mut findings) = policy::compile_telling(snapshot, platform, &mut |ask| watcher.asks(ask));
    let plans = BTreeMap::new();
    let inputs = policy::inputs(snapshot, platform, rendered, |_| true, None, &plans);
    findings.extend(policy::evaluate_telling(&policies, &inputs, &[], DAY, 1, &|progress| watcher.judges(progress)).findings);
    findings
}

/// A finding in the setting as one in the files of the case that it was made from, or that it may bring; the owner of a sample is nobody.
fn back(mut finding: Finding, setting: &Setting, folder: &str) -> Finding {
    let to = |place: &mut Place| {
        if let Some(file) = setting.back(&place.path) {
            place.path = RepoPath::parse(&format!("{folder}/{file}")).expect("the folder of a case is a path, and so is what was in it");
        }
    };
    to(&mut finding.place);
    finding.related.iter_mut().for_each(|related| to(&mut related.place));
    for file in setting.settings() {
        finding.help = finding.help.replace(&format!("`{file}`"), &format!("`{folder}/{file}`"));
    }
    if setting.is_sample { finding.unowned() } else { finding }
}

/// What may be in the folder of a case.
const PARTS: [&str; 9] =
    ["request.yaml", "findings.yaml", "expected", "goldpath.yaml", "schema.json", "requests", "targets", "teams", "templates"];

/// A file or folder that is hardly meant to be called so: nothing reads it.
fn misnamed(repository: &Snapshot, folder: &str) -> Option<String> {
    let names = repository.under(folder).filter_map(|(path, _)| path.below(folder)?.split('/').next());
    let other = names.filter(|name| !PARTS.contains(name));
    let mut near = other.filter_map(|name| Some((name, close_match(name, PARTS)?)));
    near.next().map(|(name, near)| format!("`{name}` is not read: did you mean `{near}`?"))
}

/// All codes that something said of a case can have, but for those of policies.
fn codes() -> impl Iterator<Item = &'static str> {
    const OF_WORKERS: &[Code] = &[Code::WORKER_ENDED];
    [parse::codes(), render::codes(), policy::codes(), OF_WORKERS].into_iter().flatten().map(Code::as_str)
}

/// Reads `findings.yaml`.
fn wanted(text: &str) -> Result<Vec<Wanted>, String> {
    let parsed = yaml::parse(text);
    if let Some(problem) = parsed.problems.iter().find(|problem| problem.is_error()) {
        return Err(format!("line {}: {}", problem.span.line, problem.message));
    }
    let document = parsed.documents.first().map(|document| document.value().clone()).unwrap_or_default();
    let list = document.as_array().filter(|list| !list.is_empty()).ok_or("it must be a list of `{code, line}`, with at least one entry")?;
    let one = |entry: &Value| {
        let known = |key: &String| key == "code" || key == "line";
        let entry = entry.as_object().filter(|entry| entry.keys().all(known))?;
        let line = entry.get("line").map(|line| line.as_u64().ok_or(())).transpose().ok()?;
        Some(Wanted { code: entry.get("code")?.as_str()?.to_owned(), line })
    };
    let wanted: Option<Vec<Wanted>> = list.iter().map(one).collect();
    let wanted = wanted.ok_or_else(|| "each entry is `{code: <text>, line: <number>}`".to_owned())?;
    let is_known = |code: &str| code.starts_with("policy/") || codes().any(|known| known == code);
    match wanted.iter().find(|wanted| !is_known(&wanted.code)) {
        Some(Wanted { code, .. }) => {
            let near = close_match(code, codes()).map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
            Err(format!("there is no code `{code}`{near}"))
        }
        None => Ok(wanted),
    }
}

/// `findings.yaml` as it would have to be; nothing when nothing is refused any more, which a person has to look at.
fn written(findings: &[Finding]) -> Option<String> {
    let mut text = String::new();
    let errors = || findings.iter().filter(|finding| finding.is_error());
    // what is wrong with the golden path is no refusal of a request, and nothing to be expected
    if errors().any(|finding| finding.turn != Turn::Requester) {
        return None;
    }
    for finding in errors() {
        writeln!(text, "- {{code: {}, line: {}}}", finding.code, finding.place.span.line).expect("a string takes all");
    }
    (!text.is_empty()).then_some(text)
}

/// Everything that is wanted is said, and no error besides.
fn refused(wanted: &[Wanted], findings: &[Finding]) -> Vec<Failure> {
    let missing = wanted.iter().filter(|wanted| !findings.iter().any(|finding| wanted.fits(finding)));
    let missing = missing.map(|wanted| Failure::NotSaid { code: wanted.code.clone(), line: wanted.line });
    let besides = findings.iter().filter(|finding| finding.is_error() && !wanted.iter().any(|wanted| wanted.fits(finding)));
    missing.chain(besides.map(|finding| Failure::Said(Box::new(finding.clone())))).collect()
}

/// The files below `expected/`; nothing when there is no such folder.
fn golden(repository: &Snapshot, folder: &str) -> Option<BTreeMap<String, String>> {
    let expected = format!("{folder}/expected");
    let file = |path: &RepoPath| Some((path.below(&expected)?.to_owned(), repository.text(path.as_str()).unwrap_or_default().to_owned()));
    let files: BTreeMap<String, String> = repository.under(&expected).filter_map(|(path, _)| file(path)).collect();
    (!files.is_empty()).then_some(files)
}

/// The rendered files of the case's request by their paths below `expected/`; those that it names have cases of their own.
fn tree(rendered: &Rendered, request: &RepoPath) -> BTreeMap<String, String> {
    let mut tree = BTreeMap::new();
    let is_own = |unit: &&Unit| format!("requests/{}.yaml", unit.id.request) == request.as_str();
    for unit in rendered.units.values().filter(is_own) {
        for (path, file) in &unit.files {
            let text = String::from_utf8_lossy(&file.bytes).into_owned();
            tree.insert(format!("{}@{}/{path}", unit.id.output, unit.id.target), text);
        }
    }
    tree
}

fn compared(expected: &BTreeMap<String, String>, rendered: &BTreeMap<String, String>) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (file, text) in expected {
        match rendered.get(file) {
            None => failures.push(Failure::Missing { file: file.clone() }),
            Some(is) if is != text => failures.push(Failure::Differs { file: file.clone(), diff: hunks(text, is) }),
            Some(_) => {}
        }
    }
    let more = rendered.keys().filter(|file| !expected.contains_key(*file));
    failures.extend(more.map(|file| Failure::Unexpected { file: file.clone() }));
    failures
}

/// The hunks of a unified diff.
fn hunks(before: &str, after: &str) -> String {
    similar::TextDiff::from_lines(before, after).unified_diff().context_radius(2).to_string()
}
