//! The tests beside policies: `*_test.rego`, rules named `test_…`.

use super::compile::{Source, engine, parse, said_at};
use super::syntax::{Kind, Syntax};
use super::unlike::Unlike;
use super::{Ask, alone, calls, refused};
use crate::model::{Coverage, Platform, PolicyFile, ReleaseId, RepoPath};
use crate::snapshot::Snapshot;
use regorus::{Engine, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A rule of a test, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    /// The file of the test.
    pub file: RepoPath,
    /// The release whose policies it tests; nothing: the organisation's.
    pub release: Option<ReleaseId>,
    /// The rule; empty when the file could not be run at all.
    pub rule: String,
    /// Why it failed, in one sentence; nothing when it passed.
    pub failure: Option<String>,
}

/// The files of tests of a repository, sorted; those of a release know it.
pub fn tests(snapshot: &Snapshot) -> Vec<PolicyFile> {
    let of = |path: &RepoPath| match path.components().collect::<Vec<_>>().as_slice() {
        ["policies", _] => Some(None),
        ["golden-paths", _, _, "policies", _] => ReleaseId::of_file(path).map(Some),
        _ => None,
    };
    let files = snapshot.files().keys().filter(|path| path.as_str().ends_with("_test.rego"));
    files.filter_map(|path| Some(PolicyFile { file: path.clone(), release: of(path)? })).collect()
}

/// Runs one file of tests, telling what it is about to run, and gives what its rules came to and the lines of policies that they reached; a
/// policy is loaded as it is when it judges: by itself, with the libraries of its scope.
pub fn test(snapshot: &Snapshot, platform: &Platform, file: &PolicyFile, tell: &dyn Fn(Ask)) -> (Vec<Tested>, Coverage) {
    tell(Ask { policy: file.file.clone(), unit: None });
    let result = |rule: String, failure: Option<String>| Tested { file: file.file.clone(), release: file.release.clone(), rule, failure };
    match rules(snapshot, platform, file, tell) {
        Ok((rules, coverage)) => (rules.into_iter().map(|(rule, failure)| result(rule, failure)).collect(), coverage),
        Err(failure) => (vec![result(String::new(), Some(failure))], Coverage::default()),
    }
}

/// How the engine says of something that it is not loaded.
const UNKNOWN: [&str; 3] = ["undefined variable", "is not defined", "could not find function"];

/// A rule, and why it failed.
type Rule = (String, Option<String>);

fn rules(snapshot: &Snapshot, platform: &Platform, file: &PolicyFile, tell: &dyn Fn(Ask)) -> Result<(Vec<Rule>, Coverage), String> {
    let text = snapshot.text(file.file.as_str()).ok_or("the file is not UTF-8 text")?;
    if let Some(refused) = refused::first(text) {
        return Err(format!("line {}: `{}` {}", refused.span.line, refused.name, refused.why));
    }
    let sources: Vec<_> = platform.policies.iter().filter_map(|other| parse(snapshot, other).ok()).collect();
    let beside = file.file.as_str().replace("_test.rego", ".rego");
    let loaded: Vec<&Source<'_>> = sources.iter().filter(|source| source.file.file.as_str() == beside || source.serves(file)).collect();
    let mut engine = engine();
    engine.set_enable_coverage(true);
    let lonely = !loaded.iter().any(|source| source.file.file.as_str() == beside);
    let lonely = if lonely { format!("; there is no `{beside}`, so that only libraries are loaded") } else { String::new() };
    let told = |error: &anyhow::Error| {
        let (place, message) = said_at(&error.to_string(), &file.file);
        let why = if UNKNOWN.iter().any(|words| message.contains(words)) { &*lonely } else { "" };
        format!("{}:{}: {message}{why}", place.path, place.span.line)
    };
    for source in &loaded {
        engine.add_policy(source.file.file.to_string(), source.text.to_owned()).map_err(|error| told(&error))?;
    }
    let package = engine.add_policy(file.file.to_string(), text.to_owned()).map_err(|error| told(&error))?;
    let syntax = Syntax::of_last(&mut engine);
    if let Some(Unlike { span, message, .. }) = syntax.unlike.first() {
        return Err(format!("line {}: {message}", span.line));
    }
    if let Some(unknown) = alone::of_test(&syntax, &loaded) {
        return Err(unknown + &lonely);
    }
    if let Some(unheard) = calls::unheard(&syntax, &loaded) {
        return Err(unheard);
    }
    let tests = syntax.heads.iter().filter(|head| head.kind == Kind::Whole && head.name.starts_with("test_"));
    let names: BTreeSet<String> = tests.map(|head| head.name.clone()).collect();
    if names.is_empty() {
        return Err("it has no rule whose name begins with `test_`".to_owned());
    }
    let run = |name: &String| {
        tell(Ask { policy: file.file.clone(), unit: None });
        let failure = match engine.eval_rule(format!("{package}.{name}")) {
            Ok(value) if value == Value::from(true) => None,
            Ok(Value::Undefined) => Some("it is undefined: a condition of it does not hold".to_owned()),
            Ok(value) => Some(format!("it is {value}, not true")),
            Err(error) => Some(clash(&names, told(&error))),
        };
        (name.clone(), failure)
    };
    let rules = names.iter().map(run).collect();
    Ok((rules, reached(&engine)))
}

/// A test is a rule of the policy's own package: a variable of that name means the test, where both are loaded.
fn clash(names: &BTreeSet<String>, message: String) -> String {
    let clashing = names.iter().find(|name| message.contains(&format!("var `{name}` used before definition")));
    match clashing.and_then(|name| Some((name, message.split_once(": ")?.0))) {
        Some((name, place)) => format!("{place}: `{name}` is a variable here, and a test is called so too: give the test another name"),
        None => message,
    }
}

/// The lines of policies that an engine ran so far; tests themselves are not to be tested.
pub(super) fn reached(engine: &Engine) -> Coverage {
    let mut coverage = Coverage::default();
    for of_file in engine.get_coverage_report().map(|report| report.files).unwrap_or_default() {
        let Some(file) = RepoPath::parse(&of_file.path).ok().filter(|file| !file.as_str().ends_with("_test.rego")) else { continue };
        of_file.not_covered.iter().for_each(|line| coverage.add(&file, *line, false));
        of_file.covered.iter().for_each(|line| coverage.add(&file, *line, true));
    }
    coverage
}
