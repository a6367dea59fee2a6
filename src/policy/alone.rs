//! What a policy would see of other policies if all were loaded together. Each is loaded by itself, with the libraries of its scope, so that every
//! result has one file, one id and one owner: what would mean something else then is refused.

use super::codes::DOES_NOT_COMPILE;
use super::compile::{Source, View, turn};
use super::syntax::{Head, Syntax, Use};
use crate::model::{Finding, Place, RepoPath, Span, close_match, meant};
use std::collections::BTreeSet;

/// What a file says that only other policies know, or that they would say otherwise. It is among `all`, which are those that could be read:
/// where some could not, it is told of these, and not of everything that they may declare.
pub(super) fn said<'a>(source: &'a Source<'a>, all: &'a [Source<'a>], are_complete: bool) -> Vec<Finding> {
    let others: Vec<&Source<'_>> = all.iter().filter(|other| other.file.file != source.file.file).collect();
    let libraries: Vec<&Source<'_>> = others.iter().copied().filter(|other| other.serves(source.file)).collect();
    let mut findings = declared_twice(source, &others);
    findings.extend(shared_by_name(source, &others));
    let known = Known { own: &source.syntax, loaded: libraries.iter().map(|library| &library.syntax).collect() };
    let unknown = known.unknown().into_iter().map(|(path, span)| Unknown { path, span });
    let is_told = |unknown: &Unknown| are_complete || unknown.is_whole() || unknown.declared(&others).is_some();
    findings.extend(unknown.filter(is_told).map(|unknown| unknown.finding(source, &others)));
    findings
}

/// The first thing that a test asks for and that is not loaded with it, as a sentence with its line.
pub(super) fn of_test(test: &Syntax, loaded: &[&Source<'_>]) -> Option<String> {
    let known = Known { own: test, loaded: loaded.iter().map(|source| &source.syntax).collect() };
    let (path, span) = known.unknown().into_iter().next()?;
    Some(format!("line {}: {}", span.line, Unknown { path, span }.message(None)))
}

/// Helpers of one name that two files of a package and scope declare, each in its own way.
fn declared_twice(source: &Source<'_>, others: &[&Source<'_>]) -> Vec<Finding> {
    if !source.is_asked() {
        return Vec::new();
    }
    let is_helper = |name: &&str| !source.rules.iter().any(|rule| rule.name() == *name);
    let twice = |name: &str| {
        // of two policies the later one is told
        let is_before = |other: &Source<'_>| !other.is_asked() || other.file.file < source.file.file;
        let differs = |other: &Source<'_>| other.syntax.head(name).is_some() && other.syntax.said(name) != source.syntax.said(name);
        let other = others.iter().find(|other| other.is_beside(source) && is_before(other) && differs(other))?;
        Some((source.syntax.head(name)?, other.syntax.head(name)?, &other.file.file))
    };
    let names = source.syntax.names().into_iter().filter(is_helper);
    let finding = |(head, other, file): (&Head, &Head, &RepoPath)| {
        let name = &head.name;
        let message =
            format!("`{name}` is declared here and in `{file}`, each in its own way, and no policy sees what another one declares");
        refuse(source, head.span, message)
            .help(format!("Put all of it into a library, `package lib.{name}`, that both import, or give it another name here."))
            .related(Place::new(file.clone(), other.span), "it is declared here too")
    };
    names.filter_map(twice).map(finding).collect()
}

/// Rules that are asked, where a file looks at them and another policy has one of the same name.
fn shared_by_name(source: &Source<'_>, others: &[&Source<'_>]) -> Vec<Finding> {
    let asked = |used: &Use| {
        let package: &[String] = if used.is_bare { &[] } else { &source.syntax.package };
        let name = used.path.strip_prefix(package)?.first()?;
        source.rules.iter().any(|rule| rule.name() == name).then(|| (name.clone(), used.span))
    };
    let mut told = BTreeSet::new();
    let uses = source.syntax.uses.iter().filter_map(asked).filter(|(name, _)| told.insert(name.clone()));
    let shared = |(name, span): (String, Span)| {
        let other = others.iter().find(|other| other.is_beside(source) && other.syntax.head(&name).is_some())?;
        let file = &other.file.file;
        let message = format!("`{name}` is here what this file says, without what `{file}` says, as each policy is run by itself");
        let help = format!("Give the rule a name here that no other file has: `{name}_{}`.", stem(&source.file.file));
        Some(refuse(source, span, message).help(help))
    };
    uses.filter_map(shared).collect()
}

fn stem(file: &RepoPath) -> String {
    let stem = file.file_name().trim_end_matches(".rego");
    stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

fn refuse(source: &Source<'_>, span: Span, message: String) -> Finding {
    Finding::error(DOES_NOT_COMPILE, Place::new(source.file.file.clone(), span), message).turn(turn(source.file))
}

/// What is loaded with a file.
struct Known<'a> {
    own: &'a Syntax,
    loaded: Vec<&'a Syntax>,
}

impl Known<'_> {
    /// What a file asks for by a path that nothing declares, each path once, in the order of the file.
    fn unknown(&self) -> Vec<(Vec<String>, Span)> {
        let mut unknown: Vec<(Vec<String>, Span)> = Vec::new();
        let imports = self.own.imports.iter().map(|import| (&import.path, false, import.span, true));
        let uses = self.own.uses.iter().filter(|used| !used.is_bare);
        let uses = uses.map(|used| (&used.path, used.goes_on, used.span, false));
        for (path, goes_on, span, is_import) in imports.chain(uses) {
            let is_told = unknown.iter().any(|(told, _)| path.starts_with(told));
            let is_replaced = self
                .own
                .replaced
                .iter()
                .any(|(replaced, _)| path.starts_with(replaced) || (!path.is_empty() && replaced.starts_with(path)));
            if !is_told && !is_replaced && !self.knows(path, goes_on, is_import) {
                unknown.push((path.clone(), span));
            }
        }
        unknown
    }

    fn knows(&self, path: &[String], goes_on: bool, is_import: bool) -> bool {
        let mut all = std::iter::once(self.own).chain(self.loaded.iter().copied());
        if judged().any(|package| package.starts_with(path)) {
            // that as a whole is all that any policy declares
            return is_import && !goes_on && !path.is_empty();
        }
        all.any(|syntax| match path.strip_prefix(&*syntax.package) {
            Some([]) => true,
            Some([name, ..]) => syntax.head(name).is_some(),
            None => syntax.package.starts_with(path),
        })
    }
}

/// The packages that are asked.
fn judged() -> impl Iterator<Item = Vec<String>> {
    View::PACKAGES.iter().map(|package| package.split('.').skip(1).map(str::to_owned).collect())
}

/// A path that nothing declares that is loaded.
struct Unknown {
    path: Vec<String>,
    span: Span,
}

impl Unknown {
    fn finding(&self, source: &Source<'_>, others: &[&Source<'_>]) -> Finding {
        let other = self.declared(others);
        let finding = refuse(source, self.span, self.message(other));
        let name = self.path.last().map_or("shared", String::as_str);
        match (other, self.near(others)) {
            (Some(_), _) => finding.help(format!("Put it into a library, `package lib.{name}`, and import that here.")),
            (None, Some(near)) => finding.help(meant(&near)),
            (None, None) if self.is_whole() => {
                finding.help("Name the rules that are meant, each by itself, and have them in this file or in a library.")
            }
            (None, None) => finding.help("Policies know their `input`, and what libraries beside them declare: there are no other data."),
        }
    }

    /// The file that declares it and is not loaded.
    fn declared<'a>(&self, others: &[&'a Source<'a>]) -> Option<&'a RepoPath> {
        let declares = |other: &&&Source<'_>| match self.path.strip_prefix(&*other.syntax.package) {
            Some([name, ..]) => other.syntax.head(name).is_some(),
            Some([]) | None => false,
        };
        others.iter().find(declares).map(|other| &other.file.file)
    }

    fn message(&self, other: Option<&RepoPath>) -> String {
        let path: String = std::iter::once("data").chain(self.path.iter().map(String::as_str)).collect::<Vec<_>>().join(".");
        match other {
            Some(file) => format!("`{path}` is declared by `{file}`, which is not loaded here: each policy is run by itself"),
            None if self.is_whole() => format!("`{path}` as a whole is not known here: each policy is run by itself, with libraries"),
            None => format!("nothing that is loaded here declares `{path}`"),
        }
    }

    /// Whether it is all that policies declare.
    fn is_whole(&self) -> bool {
        judged().any(|package| package.starts_with(&self.path))
    }

    /// What was probably meant.
    fn near(&self, others: &[&Source<'_>]) -> Option<String> {
        let declared = others.iter().filter(|other| View::of(&other.package).is_none());
        let paths: Vec<String> = declared
            .flat_map(|other| {
                let package = other.package.clone();
                let rules: Vec<String> = other.syntax.names().into_iter().map(|name| format!("{package}.{name}")).collect();
                std::iter::once(package).chain(rules)
            })
            .collect();
        let path = format!("data.{}", self.path.join("."));
        close_match(&path, paths.iter().map(String::as_str)).map(str::to_owned)
    }
}
