//! Policies run over units, and what comes of it.

use super::check::reached;
use super::compile::{Policies, Policy, View};
use super::ended;
use super::group::{named, worded};
use super::input::{Thing, things, whole};
use super::outcome::{Said, Unclear, results};
use super::verdict::{Asked, End, Ends, Verdicts, Waived, worsen};
use super::{Ask, Progress};
use crate::model::{
    self, Code, Coverage, Exception, Finding, GoldenPath, Place, Request, Severity, Span, Target, Team, Turn, UnitId, sort_findings,
};
use crate::observe::TerraformPlan;
use crate::render::{Unit, on_threads};
use crate::yaml;
use rayon::prelude::*;
use regorus::{Engine, Value};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Everything that a request asks for.
const WHOLE: &str = "/spec";

/// A unit and everything that policies see of it.
#[derive(Clone, Copy)]
pub struct UnitInput<'a> {
    /// The unit as it is rendered.
    pub unit: &'a Unit,
    /// Its request.
    pub request: &'a Request,
    /// The text of the request's file, so that a result can stand at the line of its field; nothing: it stands at the first line.
    pub text: Option<&'a str>,
    /// The team of the request.
    pub team: &'a Team,
    /// Where it goes.
    pub target: &'a Target,
    /// The golden path of the request.
    pub path: &'a GoldenPath,
    /// What it is compared with.
    pub before: Before<'a>,
    /// What Terraform would do, when it is known.
    pub plan: Option<&'a TerraformPlan>,
}

/// What a unit is compared with.
#[derive(Clone, Copy, Debug)]
pub enum Before<'a> {
    /// Nothing is compared.
    Unknown,
    /// It is new.
    Nothing,
    /// It was this: its files by their digests, its objects with their values.
    Unit(&'a Unit),
}

impl<'a> Before<'a> {
    /// What a unit was among those of a base; nothing: nothing is compared.
    pub fn of(base: Option<&'a BTreeMap<UnitId, Unit>>, id: &UnitId) -> Self {
        base.map_or(Self::Unknown, |base| Self::was(base.get(id)))
    }

    /// What a unit was, where it was there.
    pub fn was(unit: Option<&'a Unit>) -> Self {
        unit.map_or(Self::Nothing, Self::Unit)
    }
}

/// How many units are asked about on one thread before the next thread's turn: as many as make its own copies of the policies worth it.
pub(super) const PART: usize = 64;

/// Asks all policies about all units. `today` is the date, UTC (`2026-01-31`): an exception holds up to and with the day on which it expires.
pub fn evaluate(policies: &Policies, inputs: &[UnitInput<'_>], exceptions: &[Exception], today: &str) -> Verdicts {
    let bench = Bench::of(policies, exceptions, today);
    let heard = bench.ask_in_parallel(inputs, &|_| {});
    bench.verdicts(answered(inputs, heard))
}

/// The same with at most so many threads, telling which policy is about to be asked about which unit.
pub fn evaluate_telling(
    policies: &Policies,
    inputs: &[UnitInput<'_>],
    exceptions: &[Exception],
    today: &str,
    threads: usize,
    tell: &(dyn Fn(Progress) + Sync),
) -> Verdicts {
    let bench = Bench::of(policies, exceptions, today);
    let threads = if inputs.len() > PART { threads } else { 1 };
    let heard =
        on_threads(threads, |parallel| if parallel { bench.ask_in_parallel(inputs, tell) } else { bench.ask_about(0, inputs, tell) });
    bench.verdicts(answered(inputs, heard))
}

fn answered<'i>(inputs: &'i [UnitInput<'_>], heard: Vec<Heard>) -> impl Iterator<Item = Answered> + use<'i> {
    let all = inputs.iter().enumerate().zip(heard);
    all.map(|((number, input), heard)| Answered { number, unit: input.unit.id.clone(), heard })
}

/// Policies that are asked about units as these come, and not about all at once.
pub struct Asking<'a>(Bench<'a>);

/// What the policies said of one unit.
pub struct Answered {
    number: usize,
    unit: UnitId,
    heard: Heard,
}

impl<'a> Asking<'a> {
    /// Policies, exceptions and the date as for [`evaluate`].
    pub fn of(policies: &'a Policies, exceptions: &'a [Exception], today: &'a str) -> Self {
        Self(Bench::of(policies, exceptions, today))
    }

    /// Asks about some units, of which the first has this number in the order of all.
    pub fn ask(&self, first: usize, inputs: &[UnitInput<'_>], tell: &(dyn Fn(Progress) + Sync)) -> Vec<Answered> {
        let heard = self.0.ask_about(first, inputs, tell);
        let all = inputs.iter().zip(heard).enumerate();
        all.map(|(at, (input, heard))| Answered { number: first + at, unit: input.unit.id.clone(), heard }).collect()
    }

    /// What comes of all answers.
    pub fn verdicts(&self, answers: Vec<Answered>) -> Verdicts {
        self.0.verdicts(answers)
    }
}

/// The lines of a release's own policies that are reached when its units are judged, telling which policy is about to be asked.
pub fn coverage(policies: &Policies, inputs: &[UnitInput<'_>], tell: &dyn Fn(Ask)) -> Coverage {
    let mut coverage = Coverage::default();
    for policy in policies.policies.iter().filter(|policy| policy.release.is_some()) {
        let mut run = Run { policy, ended: &AtomicUsize::new(usize::MAX), engine: policy.engine.clone() };
        run.engine.set_enable_coverage(true);
        for input in inputs.iter().filter(|input| policy.release.as_ref() == Some(&input.unit.release)) {
            tell(Ask { policy: policy.file.clone(), unit: Some(input.unit.id.clone()) });
            // what went wrong is told where it judges
            drop(run.ask(input, &things(input), &OnceCell::new(), policies.name_diff));
        }
        coverage.extend(reached(&run.engine));
    }
    coverage.0.retain(|file, _| file.below("golden-paths").is_some());
    coverage
}

/// What is the same for all units.
pub(super) struct Bench<'a> {
    /// Each with the number of the first unit for which it came to no end: it is not asked about those after it, and nothing that it did not see
    /// passes.
    pub(super) policies: Vec<(&'a Policy, AtomicUsize)>,
    /// Whether they are shown what changes.
    diff: bool,
    exceptions: &'a [Exception],
    today: &'a str,
}

/// What the policies said of one unit, each by its number.
pub(super) type Heard = Vec<(usize, Judged)>;

impl<'a> Bench<'a> {
    pub(super) fn of(policies: &'a Policies, exceptions: &'a [Exception], today: &'a str) -> Self {
        let Policies { policies, name_diff } = policies;
        let policies = policies.iter().map(|policy| (policy, AtomicUsize::new(usize::MAX))).collect();
        Self { policies, diff: *name_diff, exceptions, today }
    }

    /// Asks about some units, of which the first has this number.
    pub(super) fn ask_about(&self, first: usize, inputs: &[UnitInput<'_>], tell: &(dyn Fn(Progress) + Sync)) -> Vec<Heard> {
        self.ask_numbered((first..).zip(inputs), tell)
    }

    /// Asks about some units, each with its number.
    pub(super) fn ask_numbered<'i>(
        &self,
        inputs: impl Iterator<Item = (usize, &'i UnitInput<'i>)>,
        tell: &(dyn Fn(Progress) + Sync),
    ) -> Vec<Heard> {
        let mut runs: Vec<Run<'_>> =
            self.policies.iter().map(|(policy, ended)| Run { policy, ended, engine: policy.engine.clone() }).collect();
        let mut ask = |(number, input): (usize, &UnitInput<'_>)| {
            let of_unit = |run: &Run<'_>| run.policy.release.as_ref().is_none_or(|release| *release == input.unit.release);
            let mut heard = Heard::new();
            if !runs.iter().any(of_unit) {
                return heard;
            }
            let things = things(input);
            let unit = OnceCell::new();
            for (policy, run) in runs.iter_mut().enumerate().filter(|(_, run)| of_unit(run)) {
                tell(Progress::Begins(Ask { policy: run.policy.file.clone(), unit: Some(input.unit.id.clone()) }));
                heard.push((policy, run.judge(number, input, &things, &unit, self)));
            }
            tell(Progress::Ended(input.unit.id.clone()));
            heard
        };
        inputs.map(|(number, input)| ask((number, input))).collect()
    }

    /// Asks about all units, part by part on the threads that there are.
    fn ask_in_parallel(&self, inputs: &[UnitInput<'_>], tell: &(dyn Fn(Progress) + Sync)) -> Vec<Heard> {
        if inputs.len() <= PART {
            return self.ask_about(0, inputs, tell);
        }
        let part = |(number, part): (usize, &[UnitInput<'_>])| self.ask_about(number * PART, part, tell);
        inputs.par_chunks(PART).enumerate().flat_map_iter(part).collect()
    }

    fn verdicts(&self, answers: impl IntoIterator<Item = Answered>) -> Verdicts {
        let asked = |(policy, _): &(&Policy, AtomicUsize)| Asked {
            policy: policy.id.clone(),
            file: policy.file.clone(),
            release: policy.release.clone(),
        };
        let mut verdicts = Verdicts { asked: self.policies.iter().map(asked).collect(), ..Verdicts::default() };
        for Answered { number, unit, heard } in answers {
            let mut ends = Ends::new();
            for (policy, judged) in heard {
                let (policy, ended) = &self.policies[policy];
                // another thread may have been further than the unit that ended it
                let judged = if number > ended.load(Ordering::Relaxed) { Judged::unasked() } else { judged };
                worsen(&mut ends, policy.id.clone(), judged.end);
                verdicts.findings.extend(judged.findings);
                verdicts.waived.extend(judged.waived);
            }
            verdicts.units.insert(unit, ends);
        }
        sort_findings(&mut verdicts.findings);
        verdicts.waived.sort();
        verdicts.waived.dedup();
        verdicts
    }
}

/// A policy while it runs.
struct Run<'a> {
    policy: &'a Policy,
    ended: &'a AtomicUsize,
    engine: Engine,
}

/// What a policy gives for a unit.
pub(super) struct Judged {
    pub(super) end: End,
    pub(super) findings: Vec<Finding>,
    waived: Vec<Waived>,
}

impl Judged {
    fn unasked() -> Self {
        Self { end: End::Failed, findings: Vec::new(), waived: Vec::new() }
    }
}

/// One result, and the objects or files that it is about; none: the unit as a whole.
struct Outcome<'a> {
    severity: Severity,
    said: Said,
    about: Vec<&'a str>,
}

/// What is said of several objects in the same words is said once.
fn together(found: Vec<Outcome<'_>>) -> Vec<Outcome<'_>> {
    let mut kept: Vec<Outcome<'_>> = Vec::new();
    for Outcome { severity, said, about } in found {
        match kept.iter_mut().find(|known| known.severity == severity && known.said == said) {
            Some(known) => known.about.extend(about.into_iter().filter(|about| !known.about.contains(about)).collect::<Vec<_>>()),
            None => kept.push(Outcome { severity, said, about }),
        }
    }
    kept
}

impl Run<'_> {
    fn judge(&mut self, number: usize, input: &UnitInput<'_>, things: &[Thing], unit: &OnceCell<Value>, bench: &Bench<'_>) -> Judged {
        if number > self.ended.load(Ordering::Relaxed) {
            return Judged::unasked();
        }
        let mut judged = Judged { end: End::Passed, findings: Vec::new(), waived: Vec::new() };
        let found = match self.ask(input, things, unit, bench.diff) {
            Ok(found) => found,
            Err(error) => {
                self.ended.fetch_min(number, Ordering::Relaxed);
                judged.end = End::Failed;
                judged.findings.push(ended::finding(self.policy, input, &error));
                return judged;
            }
        };
        let exceptions = bench.exceptions.iter().filter(|exception| waives(exception, self.policy, input, bench.today));
        let exception = exceptions.max_by_key(|exception| &exception.expires);
        for result in together(found) {
            let end = match (exception, result.severity) {
                (Some(exception), _) => {
                    judged.waived.push(self.waived(exception, input, &result));
                    End::Waived
                }
                (None, severity) => {
                    judged.findings.push(self.finding(input, &result, severity));
                    if severity == Severity::Error { End::Failed } else { End::Warned }
                }
            };
            judged.end = judged.end.max(end);
        }
        judged
    }

    fn ask<'t>(
        &mut self,
        input: &UnitInput<'_>,
        things: &'t [Thing],
        unit: &OnceCell<Value>,
        diff: bool,
    ) -> Result<Vec<Outcome<'t>>, anyhow::Error> {
        let mut found = Vec::new();
        match self.policy.view {
            View::Object => {
                for thing in things {
                    self.rules(&thing.value, Some(&thing.name), &mut found)?;
                }
            }
            View::Unit => self.rules(unit.get_or_init(|| whole(input, things, diff)), None, &mut found)?,
        }
        Ok(found)
    }

    fn rules<'t>(&mut self, input: &Value, about: Option<&'t str>, found: &mut Vec<Outcome<'t>>) -> Result<(), anyhow::Error> {
        self.engine.set_input(input.clone());
        let otherwise = self.policy.title.as_deref().unwrap_or("this is refused");
        for rule in &self.policy.rules {
            let value = self.engine.eval_rule(rule.path.clone())?;
            let outcome = |said| Outcome { severity: rule.severity, said, about: about.into_iter().collect() };
            let name = rule.name();
            let said = results(&value, otherwise).map_err(|is| Unclear { message: format!("`{name}` {is}"), at: rule.at })?;
            found.extend(said.into_iter().map(outcome));
        }
        self.engine.take_prints()?;
        Ok(())
    }

    fn finding(&self, input: &UnitInput<'_>, result: &Outcome<'_>, severity: Severity) -> Finding {
        let message = worded(&result.said.message, &result.about, &input.unit.id);
        let said = &result.said;
        let field = said.field.clone().or_else(|| quoted(input.request, &said.message)).or_else(|| composed(input.request, &said.message));
        let place = place(input, field.as_deref());
        let finding = Finding { severity, ..Finding::error(Code::policy(self.policy.id.as_str()), place, message) };
        finding.help(self.help()).turn(Turn::Requester)
    }

    /// Whom to ask.
    fn help(&self) -> String {
        format!("{}: change the request, or ask them{} for an exception.", self.policy.whose(), self.policy.reached())
    }

    fn waived(&self, exception: &Exception, input: &UnitInput<'_>, result: &Outcome<'_>) -> Waived {
        let about = if result.about.is_empty() { String::new() } else { format!(" ({})", named(&result.about)) };
        Waived {
            exception: exception.id.clone(),
            policy: self.policy.id.clone(),
            unit: input.unit.id.clone(),
            message: format!("{}{about}", result.said.message),
            expires: exception.expires.clone(),
        }
    }
}

fn waives(exception: &Exception, policy: &Policy, input: &UnitInput<'_>, today: &str) -> bool {
    let id = &input.request.id;
    exception.policy == policy.id
        && exception.team == id.team
        && exception.request.as_ref().is_none_or(|request| request == id)
        && !is_over(exception, today)
}

/// Whether the last day on which an exception holds is before a day.
pub(super) fn is_over(exception: &Exception, today: &str) -> bool {
    exception.expires.as_str() < today
}

/// The texts of a request's `spec`, each with its pointer.
fn texts(request: &Request) -> Vec<(String, &str)> {
    request.document.get("spec").map(|spec| model::texts(spec, WHOLE)).unwrap_or_default()
}

/// The field of the request whose value a message shows in quotes: of several, the one that says most.
fn quoted(request: &Request, message: &str) -> Option<String> {
    /// Shorter values stand in many messages by chance.
    const SHORTEST: usize = 4;
    let in_quotes = |(at, value): (usize, &str)| {
        let mark = message[..at].chars().next_back().filter(|mark| matches!(mark, '`' | '\'' | '"'));
        mark.is_some() && message[at + value.len()..].chars().next() == mark
    };
    let there = |(_, text): &(String, &str)| text.len() >= SHORTEST && message.match_indices(*text).any(in_quotes);
    let found = texts(request).into_iter().filter(there);
    found.min_by(|(one, text), (other, than)| than.len().cmp(&text.len()).then_with(|| one.cmp(other))).map(|(pointer, _)| pointer)
}

/// The field whose value begins what a message shows in quotes, where most of that is put together from fields: the registry of an image.
fn composed(request: &Request, message: &str) -> Option<String> {
    let texts = texts(request);
    ['`', '"', '\''].iter().flat_map(|mark| message.split(*mark).skip(1).step_by(2)).find_map(|quote| first_part(&texts, quote))
}

/// The field whose value stands first in a quote that is made of the values of fields by more than half.
fn first_part(texts: &[(String, &str)], quote: &str) -> Option<String> {
    /// Shorter values are words of their own by chance.
    const SHORTEST: usize = 2;
    let is_word = |at: usize, text: &str| {
        let (before, after) = (quote[..at].chars().next_back(), quote[at + text.len()..].chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    let known = texts.iter().filter(|(_, text)| text.len() >= SHORTEST);
    let parts = known.flat_map(|(pointer, text)| quote.match_indices(*text).map(move |(at, text)| (at, text, pointer)));
    let mut parts: Vec<_> = parts.filter(|(at, text, _)| is_word(*at, text)).collect();
    parts.sort_by_key(|(at, text, pointer)| (*at, usize::MAX - text.len(), *pointer));
    let (mut covered, mut end) = (0, 0);
    for (at, text, _) in &parts {
        if *at >= end {
            covered += text.len();
            end = at + text.len();
        }
    }
    parts.first().filter(|_| covered * 2 > quote.len()).map(|(_, _, pointer)| (*pointer).clone())
}

/// The line of a field of the request, or of what is nearest above it; a field that has its default is not written anywhere, and what
/// speaks of no field speaks of all.
fn place(input: &UnitInput<'_>, field: Option<&str>) -> Place {
    let near = |field: &str| {
        let text = input.text?;
        let mut at = field;
        while !at.is_empty() {
            if let Some(spot) = yaml::locate(text, at) {
                return Some(if at == field && at != WHOLE { spot.value } else { spot.key.unwrap_or(spot.value) });
            }
            at = at.rsplit_once('/')?.0;
        }
        None
    };
    let spot = field.and_then(near).or_else(|| near(WHOLE)).or_else(|| near("/metadata/name"));
    Place::new(input.request.file.clone(), spot.unwrap_or(Span::START))
}
