//! Files of policies that are never asked, and that no other file uses; and rules of others that are never asked, though they look so.

use super::codes::NEVER_RUNS;
use super::compile::{Source, View, turn};
use super::rules::{self, words};
use super::syntax::{Head, Kind};
use crate::model::{Finding, Place, Span, and_more, meant};

/// What is to be said of a file that no policy can be made of: nothing where another one uses it, as a library.
pub(super) fn said<'a>(source: &Source<'_>, others: impl Iterator<Item = &'a Source<'a>>) -> Option<Finding> {
    let mut others = others.filter(|other| other.file.file != source.file.file && source.reaches(other.file));
    let package = source.package.strip_prefix("data.").unwrap_or(&source.package);
    match View::of(&source.package) {
        Some(_) => {
            // what conftest asks for exceptions is asked nothing here, whoever speaks of exceptions
            if source.syntax.head(CONFTEST).is_some() {
                return Some(conftest(source));
            }
            // what is declared in a package is known in all files of it; who declares it too does not use it by that
            let (names, declares) =
                (source.syntax.names(), |other: &Source<'_>, word: &str| other.rules.is_empty() && other.syntax.head(word).is_some());
            let uses = |other: &Source<'_>, word: &str| names.contains(word) && !declares(other, word);
            let is_used = others.any(|other| words(other.text).any(|word| uses(other, word)));
            // of a file of tests it is told what these are
            (!is_used && tests(source).is_empty()).then(|| unasked(source))
        }
        None => (!source.rules.is_empty() && !others.any(|other| names(other.text, package))).then(|| elsewhere(source, package)),
    }
}

/// The rules of a file that other tools would ask, whatever else the file holds: exceptions of conftest beside what they were to waive, and tests.
pub(super) fn besides(source: &Source<'_>) -> Vec<Finding> {
    let mut all = Vec::new();
    if source.is_asked() && unused(source).any(|head| head.name == CONFTEST) {
        all.push(conftest(source));
    }
    if let [first, others @ ..] = tests(source).as_slice() {
        let message = format!("the test `{}` is never run", first.name);
        let message = and_more(&message, others.iter().map(|other| other.name.clone()));
        let file = source.file.file.as_str();
        let help =
            format!("Move it into a file whose name ends with `_test.rego`: `{}_test.rego`.", file.strip_suffix(".rego").unwrap_or(file));
        let finding = Finding::warning(NEVER_RUNS, Place::new(source.file.file.clone(), first.span), message);
        all.push(finding.help(help).turn(turn(source.file)));
    }
    all
}

/// The rules of a file that it does not ask for itself, each by its first head.
fn unused<'s>(source: &'s Source<'_>) -> impl Iterator<Item = &'s Head> {
    let is_used = |name: &str| source.syntax.uses.iter().any(|used| used.is_bare && used.path.first().is_some_and(|first| first == name));
    let heads = source.syntax.heads.iter().filter(move |head| head.kind != Kind::Function && !is_used(&head.name));
    heads.filter(|head| source.syntax.head(&head.name).is_some_and(|first| first.span == head.span))
}

/// The tests that a file declares.
fn tests<'s>(source: &'s Source<'_>) -> Vec<&'s Head> {
    unused(source).filter(|head| head.kind == Kind::Whole && head.name.starts_with("test_")).collect()
}

/// The rule by which conftest waives what policies say.
const CONFTEST: &str = "exception";

fn conftest(source: &Source<'_>) -> Finding {
    let message = format!("the rule `{CONFTEST}` waives nothing here");
    Finding::error(NEVER_RUNS, Place::new(source.file.file.clone(), head(source.text, CONFTEST)), message)
        .help("Write a file `exceptions/<team>/<id>.yaml` of the kind `Exception`: it names the policy, a reason and a last day.")
        .turn(turn(source.file))
}

/// A policy in a package that is not asked.
fn elsewhere(source: &Source<'_>, package: &str) -> Finding {
    let message = format!("this policy is in `package {package}`, which is never run");
    Finding::error(NEVER_RUNS, Place::file(source.file.file.clone()), message)
        .help("Write `package main` to see each rendered object, or `package goldpath.unit` to see a unit as a whole.")
        .turn(turn(source.file))
}

/// A file of a package that is asked, without a rule that is.
fn unasked(source: &Source<'_>) -> Finding {
    let near = source.syntax.names().into_iter().find_map(|name| Some((name, rules::meant(name)?)));
    let place = |span| Place::new(source.file.file.clone(), span);
    let finding = match near {
        Some((name, near)) => {
            let message = format!("the rule `{name}` is never asked");
            Finding::error(NEVER_RUNS, place(head(source.text, name)), message).help(meant(&near))
        }
        None => {
            let message = "no rule of this file is ever asked, and no other file uses what it declares";
            Finding::warning(NEVER_RUNS, place(Span::START), message)
                .help("Rules that are asked are called `deny`, `violation` or `warn`, or begin so: `deny_host_network`.")
        }
    };
    finding.turn(turn(source.file))
}

/// Where a rule begins; the first line when it does not begin a line.
fn head(text: &str, name: &str) -> Span {
    let begins = |line: &str| {
        let rest = line.strip_prefix("default ").unwrap_or(line).strip_prefix(name);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    };
    let line = text.lines().zip(1..).find(|(line, _)| begins(line));
    line.map_or(Span::START, |(_, number)| Span::point(number, 1))
}

/// Whether a text names a package by its whole path, or the end of a shorter one as a whole.
fn names(text: &str, package: &str) -> bool {
    let code = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let ends: Vec<usize> = package.match_indices('.').map(|(at, _)| at).chain([package.len()]).collect();
    let named = |line: &str| {
        ends.iter().any(|end| {
            let path = format!("data.{}", &package[..*end]);
            line.match_indices(&path).any(|(at, _)| match line[at + path.len()..].chars().next() {
                Some('.') => *end == package.len(),
                Some(c) => !c.is_alphanumeric() && c != '_',
                None => true,
            })
        })
    };
    code.into_iter().any(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_named_by_itself_or_as_a_part_of_another() {
        for (text, is_named) in [
            ("import data.lib.images", true),
            ("import data.lib.images as i", true),
            ("import data.lib", true),
            ("x if data.lib.images.ours(1)", true),
            ("x if data.lib[_].ours(1)", true),
            ("import data.lib.image", false),
            ("import data.lib.images_of_all", false),
            ("import data.library", false),
            ("# import data.lib.images", false),
        ] {
            assert_eq!(names(text, "lib.images"), is_named, "{text}");
        }
    }

    #[test]
    fn a_rule_begins_where_its_name_begins_a_line() {
        let at = |name: &str| head("package main\n\n# dney is one\ndefault den := 1\ndney_more := 1\ndney contains 1\n", name).line;
        assert_eq!(["dney", "den", "dney_more", "none"].map(at), [6, 4, 5, 1]);
    }
}
