//! Files of policies made ready to run.

use super::codes::{DOES_NOT_COMPILE, METADATA};
use super::inputs::name_diff;
use super::metadata::{self, Metadata};
use super::refused::{self, Refused};
use super::rules::Rule;
use super::syntax::{Kind, Syntax};
use super::unlike::Unlike;
use super::{Ask, alone, calls, circle, exceptions, functions, idle};
use crate::model::{
    Finding, Place, Platform, PolicyFile, PolicyId, ReleaseId, RepoPath, Span, TeamName, Turn, close_match, meant, quoted_list,
};
use crate::snapshot::Snapshot;
use crate::yaml;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, LimitError};
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

/// How many steps one rule of a policy may take for one input: about a second's worth. They are counted, and no clock is looked at, so that every
/// machine says the same; what takes long in few steps is ended from outside.
pub(super) const STEPS: NonZeroU32 = NonZeroU32::new(1_000_000).expect("it is not zero");
/// Who owns a policy of the organisation whose metadata say nothing; a release's is its path's owner's.
const DEFAULT_OWNER: &str = "platform";

/// Policies made ready to run: the organisation's, and those of each release.
pub struct Policies {
    pub(super) policies: Vec<Policy>,
    /// Whether they are shown what changes.
    pub(super) name_diff: bool,
}

/// One policy: a file that declares at least one rule that is asked.
pub(super) struct Policy {
    pub(super) id: PolicyId,
    pub(super) file: RepoPath,
    pub(super) release: Option<ReleaseId>,
    pub(super) title: Option<String>,
    pub(super) owner: String,
    /// Where its owner is reached.
    pub(super) channel: Option<String>,
    pub(super) view: View,
    pub(super) rules: Vec<Rule>,
    /// Loaded with the policy and the libraries of its scope; cloned for a run.
    pub(super) engine: Engine,
}

impl Policy {
    /// "The policy `images` belongs to `sre`".
    pub(super) fn whose(&self) -> String {
        format!("The policy `{}` belongs to `{}`", self.id, self.owner)
    }

    /// " in #sre", where that is known.
    pub(super) fn reached(&self) -> String {
        self.channel.as_ref().map_or_else(String::new, |channel| format!(" in {channel}"))
    }
}

/// What a policy sees as `input`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// `package main`: one rendered object or file.
    Object,
    /// `package goldpath.unit`: the unit as a whole.
    Unit,
}

impl View {
    /// That of a package: `data.main`.
    pub(super) fn of(package: &str) -> Option<Self> {
        match package {
            "data.main" => Some(Self::Object),
            "data.goldpath.unit" => Some(Self::Unit),
            _ => None,
        }
    }

    /// Those that are asked.
    pub(super) const PACKAGES: [&str; 2] = ["data.main", "data.goldpath.unit"];
}

/// A file that could be parsed.
pub(super) struct Source<'a> {
    pub(super) file: &'a PolicyFile,
    pub(super) text: &'a str,
    /// `data.main`
    pub(super) package: String,
    /// The rules that are asked, where the package is.
    pub(super) rules: Vec<Rule>,
    pub(super) syntax: Syntax,
}

impl Source<'_> {
    /// What it judges; nothing: it is a library.
    fn judges(&self) -> Option<View> {
        View::of(&self.package).filter(|_| !self.rules.is_empty())
    }

    /// Whether it is a policy, and no library.
    pub(super) fn is_asked(&self) -> bool {
        self.judges().is_some()
    }

    /// Whether it is another file of the same package that is asked, and of the same scope.
    pub(super) fn is_beside(&self, other: &Source<'_>) -> bool {
        View::of(&self.package).is_some() && self.package == other.package && self.file.release == other.file.release
    }

    /// Whether another file may use what this one declares.
    pub(super) fn reaches(&self, other: &PolicyFile) -> bool {
        self.file.release.is_none() || self.file.release == other.release
    }

    /// Whether this file is a library for the policies of another one.
    pub(super) fn serves(&self, other: &PolicyFile) -> bool {
        self.judges().is_none() && self.reaches(other)
    }
}

impl Policies {
    /// Those of the organisation alone.
    pub fn of_organisation(mut self) -> Self {
        self.policies.retain(|policy| policy.release.is_none());
        self
    }
}

/// Reads and compiles all policies; what does not compile is a finding at its line, and is not among them.
pub fn compile(snapshot: &Snapshot, platform: &Platform) -> (Policies, Vec<Finding>) {
    compile_telling(snapshot, platform, &mut |_| {})
}

/// The same, telling which file it is about to compile.
pub fn compile_telling(snapshot: &Snapshot, platform: &Platform, tell: &mut dyn FnMut(Ask)) -> (Policies, Vec<Finding>) {
    compile_without(snapshot, platform, &BTreeSet::new(), tell)
}

/// The same without some files, of which nothing is said: they are policies that exceptions may name, and cannot be run.
pub fn compile_without(
    snapshot: &Snapshot,
    platform: &Platform,
    without: &BTreeSet<RepoPath>,
    tell: &mut dyn FnMut(Ask),
) -> (Policies, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut sources = Vec::new();
    for file in platform.policies.iter().filter(|file| !without.contains(&file.file)) {
        tell(Ask { policy: file.file.clone(), unit: None });
        match parse(snapshot, file) {
            Ok(source) => sources.push(source),
            Err(refused) => findings.extend(refused),
        }
    }
    let are_complete = sources.len() == platform.policies.len();
    let of_libraries = sources.iter().filter(|source| source.judges().is_none());
    let idle: Vec<Finding> = of_libraries.filter_map(|source| idle::said(source, sources.iter())).collect();
    sources.retain(|source| idle.iter().all(|finding| finding.place.path != source.file.file));
    findings.extend(idle);
    findings.extend(sources.iter().flat_map(idle::besides));
    let mut policies: Vec<Policy> = Vec::new();
    let alone: Vec<Finding> = sources.iter().flat_map(|source| alone::said(source, &sources, are_complete)).collect();
    let unknown: Vec<Finding> = sources.iter().flat_map(|source| calls::unknown(source, &sources)).collect();
    let is_told = |all: &[Finding], file: &RepoPath| all.iter().any(|told| told.place.path == *file);
    for source in &sources {
        let Some(view) = source.judges().filter(|_| !is_told(&unknown, &source.file.file)) else { continue };
        tell(Ask { policy: source.file.file.clone(), unit: None });
        match load(source, &sources) {
            Ok(engine) => {
                let policy = describe(source, view, engine, platform, &mut findings);
                findings.extend(policy.as_ref().and_then(|policy| called_alike(source, policy, &policies)));
                policies.extend(policy);
            }
            // it is told of as what nobody declares
            Err(finding)
                if finding.message.contains(NO_FUNCTION) && [&alone, &unknown].iter().any(|all| is_told(all, &finding.place.path)) => {}
            Err(finding) => findings.push(*finding),
        }
    }
    findings.extend(alone);
    findings.extend(unknown);
    findings.extend(exceptions::of_no_policy(snapshot, platform, &ids(snapshot, platform, &policies, &sources)));
    let findings = findings.into_iter().map(|finding| widened(finding, snapshot, platform)).collect();
    (Policies { policies, name_diff: name_diff(snapshot) }, findings)
}

/// Two files of one scope that are called alike: an exception would waive both.
fn called_alike(source: &Source<'_>, policy: &Policy, others: &[Policy]) -> Option<Finding> {
    let other = others.iter().find(|other| other.id == policy.id && other.release == policy.release)?;
    let span = metadata::read(source.text).id.map_or(Span::START, |(_, span)| span);
    let message = format!("the policy of `{}` is called `{}` too, so that an exception waives both", other.file, policy.id);
    let help = "Give one of them another `custom.id` in its metadata, or put both into one file.";
    Some(Finding::error(METADATA, Place::new(policy.file.clone(), span), message).help(help).turn(turn(source.file)))
}

/// With the whole word at its place, and with whom to ask where it is in a release.
fn widened(finding: Finding, snapshot: &Snapshot, platform: &Platform) -> Finding {
    let Place { path, span } = &finding.place;
    let mut place = finding.place.clone();
    if (span.line, span.column) == (span.end_line, span.end_column)
        && let Some(line) = snapshot.text(path.as_str()).and_then(|text| text.lines().nth(span.line as usize - 1))
    {
        let rest: Vec<char> = line.chars().skip(span.column as usize - 1).collect();
        let word = rest.iter().take_while(|c| c.is_alphanumeric() || **c == '_').count();
        let length = word.max(1).min(rest.len());
        place.span.end_column = span.column + u32::try_from(length).unwrap_or(0);
    }
    let owner = ReleaseId::of_file(path).filter(|_| finding.turn == Turn::PathOwner && !finding.names_owner());
    let finding = Finding { place, ..finding };
    match owner.and_then(|release| platform.paths.get(&release.path)) {
        Some(path) => finding.owned(path),
        None => finding,
    }
}

/// What all policies are called, also those that cannot be run as they are; only where exceptions name any.
fn ids(snapshot: &Snapshot, platform: &Platform, policies: &[Policy], sources: &[Source<'_>]) -> Vec<PolicyId> {
    if platform.exceptions.is_empty() {
        return Vec::new();
    }
    let is_library = |file: &RepoPath| sources.iter().any(|source| source.file.file == *file && source.judges().is_none());
    let is_read = |file: &RepoPath| policies.iter().any(|policy| policy.file == *file) || is_library(file);
    let broken = platform.policies.iter().filter(|file| !is_read(&file.file)).filter_map(|PolicyFile { file, .. }| {
        let id = metadata::read(snapshot.text(file.as_str()).unwrap_or_default()).id;
        PolicyId::parse(&id.map_or_else(|| metadata::id_of_file(file), |(id, _)| id)).ok()
    });
    // several releases may have one of the same name
    let mut seen = BTreeSet::new();
    policies.iter().map(|policy| policy.id.clone()).chain(broken).filter(|id| seen.insert(id.clone())).collect()
}

pub(super) fn engine() -> Engine {
    let mut engine = Engine::new();
    functions::add(&mut engine);
    engine.set_rego_v0(false);
    engine.set_strict_builtin_errors(true);
    engine.set_gather_prints(true);
    // the time is looked at when so many steps are over, and any time is too much then
    engine.set_execution_timer_config(ExecutionTimerConfig { limit: Duration::ZERO, check_interval: STEPS });
    engine
}

pub(super) fn parse<'a>(snapshot: &'a Snapshot, file: &'a PolicyFile) -> Result<Source<'a>, Vec<Finding>> {
    let finding = |span: Span, message: String, help: &str| {
        Finding::error(DOES_NOT_COMPILE, Place::new(file.file.clone(), span), message).help(help).turn(turn(file))
    };
    let refuse = |span: Span, message: String, help: &str| vec![finding(span, message, help)];
    let text = snapshot.text(file.file.as_str()).ok_or_else(|| refuse(Span::START, "the file is not UTF-8 text".to_owned(), ""))?;
    if let Some(Refused { span, name, why, help }) = refused::first(text) {
        return Err(refuse(span, format!("`{name}` {why}"), help));
    }
    if let Some(circle) = circle::first(text) {
        let through = circle.through.map_or_else(String::new, |through| format!(" through `{through}`"));
        let message = format!("the function `{}` calls itself{through}, which no policy may: it might come to no end", circle.name);
        return Err(refuse(circle.span, message, "Go through a list with `some` or a comprehension, or through everything with `walk`."));
    }
    let mut engine = engine();
    let package =
        engine.add_policy(file.file.to_string(), text.to_owned()).map_err(|error| match yaml::conflicts(text).into_iter().next() {
            Some(yaml::Problem { span, message, help, .. }) => refuse(span, message, &help),
            None => vec![does_not_compile(file, &error)],
        })?;
    let syntax = Syntax::of_last(&mut engine);
    if !syntax.unlike.is_empty() {
        let unlike = syntax.unlike.into_iter();
        return Err(unlike.map(|Unlike { span, message, help }| finding(span, message, &help)).collect());
    }
    let mut rules: Vec<Rule> = Vec::new();
    for head in &syntax.heads {
        let Some(rule) = Rule::of(&package, &head.name).map(|rule| Rule { at: head.span, ..rule }) else { continue };
        match head.kind {
            // a function is asked nothing
            Kind::Function => {}
            Kind::Part if View::of(&package).is_none() => {}
            Kind::Part => {
                let message = format!("`{}` makes an object, and what is refused or warned of is told by a set", head.begins);
                return Err(refuse(head.span, message, &format!("Write `{} contains msg if {{ … }}`.", head.name)));
            }
            Kind::Whole if rules.iter().any(|known| known.path == rule.path) => {}
            Kind::Whole => rules.push(rule),
        }
    }
    rules.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(Source { file, text, package, rules, syntax })
}

/// The policy with the libraries of its scope, asked once about nothing, so that most of what cannot be resolved is found now.
fn load(source: &Source<'_>, all: &[Source<'_>]) -> Result<Engine, Box<Finding>> {
    let mut engine = engine();
    let libraries = all.iter().filter(|other| other.serves(source.file));
    for file in libraries.chain([source]) {
        let added = engine.add_policy(file.file.file.to_string(), file.text.to_owned());
        added.map_err(|error| Box::new(does_not_compile(file.file, &error)))?;
    }
    engine.set_input(regorus::Value::new_object());
    for rule in &source.rules {
        match engine.eval_rule(rule.path.clone()) {
            Ok(_) => {}
            Err(error) if Exceeded::of(&error).is_some() => break,
            Err(error) => return Err(Box::new(does_not_compile(source.file, &error))),
        }
    }
    Ok(engine)
}

fn describe(source: &Source<'_>, view: View, engine: Engine, platform: &Platform, findings: &mut Vec<Finding>) -> Option<Policy> {
    let metadata = metadata::read(source.text);
    let file = &source.file.file;
    let mut refuse = |span: Span, message: String, help: String| {
        let finding = Finding::error(METADATA, Place::new(file.clone(), span), message);
        findings.push(finding.help(help).turn(turn(source.file)));
    };
    let Metadata { id, owner, title, mistakes } = metadata;
    for (span, message) in mistakes {
        refuse(span, message, "A file holds one policy: split the file, or make them agree.".to_owned());
    }
    let (id, span) = id.unwrap_or_else(|| (metadata::id_of_file(file), Span::START));
    let id = PolicyId::parse(&id)
        .map_err(|error| refuse(span, format!("`{id}` cannot be the id of a policy: {error}"), "Name it in `custom.id`.".to_owned()))
        .ok()?;
    if let Some((owner, span)) = &owner
        && !platform.teams.keys().any(|team| team.as_str() == owner)
    {
        let names = || platform.teams.keys().map(TeamName::as_str);
        let help = close_match(owner, names()).map_or_else(|| format!("Teams are {}.", quoted_list(names())), meant);
        refuse(*span, format!("the owner of this policy is `{owner}`, which is no team"), help);
    }
    let of_path = source.file.release.as_ref().and_then(|release| platform.paths.get(&release.path)).map(|path| path.owner.to_string());
    let owner = owner.map(|(owner, _)| owner).or(of_path).unwrap_or_else(|| DEFAULT_OWNER.to_owned());
    let team = platform.teams.iter().find(|(name, _)| name.as_str() == owner);
    let channel = team.and_then(|(_, team)| team.contact.get("channel")).cloned();
    let release = source.file.release.clone();
    let rules = source.rules.clone();
    Some(Policy { id, file: file.clone(), release, title, owner, channel, view, rules, engine })
}

/// Whose turn it is to mend a file of policies.
pub(super) fn turn(file: &PolicyFile) -> Turn {
    turn_in(file.release.as_ref())
}

/// The same, of the release that the file is in; nothing: it is the organisation's.
pub(super) fn turn_in(release: Option<&ReleaseId>) -> Turn {
    if release.is_some() { Turn::PathOwner } else { Turn::Platform }
}

fn does_not_compile(file: &PolicyFile, error: &anyhow::Error) -> Finding {
    let (place, message) = said_at(&error.to_string(), &file.file);
    let help = match message.as_str() {
        CIRCLE => "Take the circle apart: what a rule looks at may not look at the rule again.",
        _ => "Policies are written in Rego v1: `deny contains msg if { … }`.",
    };
    Finding::error(DOES_NOT_COMPILE, place, format!("this policy does not compile: {message}")).help(help).turn(turn(file))
}

/// What a policy asked too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exceeded {
    /// It came to no end in so many steps.
    Steps,
    /// The size that a regular expression may have.
    Pattern,
}

impl Exceeded {
    /// What an error of the engine tells of it; a function hands on only the words of what went wrong in it.
    pub(super) fn of(error: &anyhow::Error) -> Option<Self> {
        let told = error.chain().find_map(|cause| cause.downcast_ref::<LimitError>());
        match told {
            Some(LimitError::RegexSizeLimitExceeded { .. }) => Some(Self::Pattern),
            Some(LimitError::TimeLimitExceeded { .. } | LimitError::MemoryLimitExceeded { .. }) => Some(Self::Steps),
            None => Self::said(&error.to_string()),
        }
    }

    fn said(text: &str) -> Option<Self> {
        let ways = [("execution exceeded time limit", Self::Steps), ("compiled regex exceeded size limit", Self::Pattern)];
        ways.into_iter().find(|(words, _)| text.contains(words)).map(|(_, way)| way)
    }

    /// What it does, after its name.
    pub(super) fn does(self) -> &'static str {
        match self {
            Self::Steps => "takes too many steps",
            Self::Pattern => "has a regular expression that is too large",
        }
    }
}

/// What the engine says of a function that it does not know.
const NO_FUNCTION: &str = "could not find function";
/// What is said of rules that need each other's values.
const CIRCLE: &str = "this rule needs its own value";

/// Takes apart what the engine says: `--> file:line:column`, the line with a mark under it, and `error: …`.
pub(super) fn said_at(text: &str, file: &RepoPath) -> (Place, String) {
    let message = text.rsplit_once("error: ").map_or(text, |(_, message)| message);
    // how long it took is another number each time
    let message = Exceeded::said(message).map_or(message, |exceeded| exceeded.does());
    let message = if text.contains("recursion detected when evaluating rule") { CIRCLE } else { message };
    let message = match message.strip_prefix("var ").and_then(|rest| rest.split_once(" is unsafe")) {
        Some((name, _)) => format!("`{name}` is not defined"),
        None => message.trim().trim_end_matches('.').to_owned(),
    };
    let message: String = message.chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let place = text.lines().find_map(|line| {
        let mut parts = line.strip_prefix("--> ")?.rsplitn(3, ':');
        // some of its places begin to count at 0
        let column = parts.next()?.parse::<u32>().ok()?.max(1);
        let line = parts.next()?.parse::<u32>().ok()?.max(1);
        Some(Place::new(RepoPath::parse(parts.next()?).ok()?, Span::point(line, column)))
    });
    (place.unwrap_or_else(|| Place::file(file.clone())), message)
}
