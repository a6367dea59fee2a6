//! Calls of functions that are not there: the engine knows of one when it comes to it, and a rule may not come to it for a long time.

use super::codes::DOES_NOT_COMPILE;
use super::compile::{Source, turn};
use super::functions;
use super::syntax::{Call, Syntax};
use crate::model::{Finding, Place, close_match, meant};
use std::collections::BTreeSet;

/// What a file calls that neither it nor a library of its package declares, and that the engine does not have; each name once.
pub(super) fn unknown(source: &Source<'_>, all: &[Source<'_>]) -> Vec<Finding> {
    let beside = all.iter().filter(|other| other.package == source.package && other.serves(source.file));
    let declared: BTreeSet<&str> = beside.chain([source]).flat_map(|source| source.syntax.names()).collect();
    let mut told = BTreeSet::new();
    let calls = source.syntax.calls.iter().filter(|call| !declared.contains(call.name.split('.').next().unwrap_or_default()));
    let mut findings = Vec::new();
    for call in calls {
        let Some((message, help)) = amiss(call, &declared).filter(|_| told.insert(&call.name)) else { continue };
        let place = Place::new(source.file.file.clone(), call.span);
        findings.push(Finding::error(DOES_NOT_COMPILE, place, message).help(help).turn(turn(source.file)));
    }
    findings
}

/// What is wrong with a call, and what to do.
fn amiss(call: &Call, declared: &BTreeSet<&str>) -> Option<(String, String)> {
    let Call { name, values, .. } = call;
    match functions::values(name).map(usize::from) {
        _ if name == "print" || name == "walk" => None,
        Some(takes) if takes == *values => None,
        Some(takes) => {
            let number = if takes == 1 { "1 value".to_owned() } else { format!("{takes} values") };
            Some((format!("`{name}` takes {number}, and is given {values} here"), format!("Give it {number}.")))
        }
        None => {
            let mut names: Vec<&str> = functions::names().collect();
            names.extend(declared);
            let help = close_match(name, names).map_or_else(|| "Some functions of OPA are not there: do without it.".to_owned(), meant);
            Some((format!("there is no function `{name}`"), help))
        }
    }
}

/// The first function that a test puts something in the place of, and that its own package calls by its bare name: the engine calls the
/// function itself there. As a sentence with its line.
pub(super) fn unheard(test: &Syntax, loaded: &[&Source<'_>]) -> Option<String> {
    let all = || loaded.iter().map(|source| &source.syntax).chain([test]);
    test.replaced.iter().find_map(|(path, span)| {
        let is_called = |syntax: &Syntax| {
            let name = path.strip_prefix(&*syntax.package)?.first()?;
            syntax.calls.iter().any(|call| call.name == *name).then(|| name.clone())
        };
        let name = all().find_map(is_called)?;
        let path = path.join(".");
        Some(format!(
            "line {}: `with data.{path}` changes nothing where `{name}` is called in its own package: put it into a library, or test with another `input`",
            span.line
        ))
    })
}
