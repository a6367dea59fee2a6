//! The first line: counts, danger, and whose turn it is.

use super::attention::staying;
use super::text::{count, first_of, list, thousands};
use super::view::View;
use crate::change::{Accepted, ChangeState};
use crate::delivery::{Job, MOST_ATTEMPTS, Status};
use crate::diff::{About, Diff, FileStatus, Group, ObjectChange};
use crate::model::{Code, RepoPath, RequestId, Severity, TeamName, Turn};
use crate::observe::Verb;
use crate::plan::{HoldReason, WaitingOn, Who};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// How a change stands, in one symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Something is being worked out; nobody has to do anything.
    Busy,
    /// All well; it waits for people.
    Well,
    /// Mistakes to mend.
    Stop,
    /// Held, or dangerous.
    Danger,
    /// Done.
    Done,
    /// Applying failed.
    Failed,
}

/// The first line, in plain words: names in it are labels, which need no escaping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) mark: Mark,
    pub(super) line: String,
}

impl Mark {
    /// The symbol with the blank behind it.
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Busy => "⏳ ",
            Self::Well => "",
            Self::Stop => "✋ ",
            Self::Danger => "⚠️ ",
            Self::Done => "✅ ",
            Self::Failed => "❌ ",
        }
    }
}

pub(super) fn verdict(view: &View<'_>) -> Verdict {
    let says = |mark, line: String| Verdict { mark, line };
    match &view.change.state {
        ChangeState::Seen => says(Mark::Busy, "Found; not looked at yet".to_owned()),
        ChangeState::Rendering { .. } => says(Mark::Busy, "Being checked and rendered; this will update".to_owned()),
        ChangeState::Planning { units, .. } => {
            let asked = format!("Terraform is being asked about {}", count(units.len(), "unit"));
            says(Mark::Busy, joined(&[counts(view), asked]))
        }
        ChangeState::Waiting(_) => waiting(view),
        ChangeState::Merging { .. } => says(Mark::Busy, joined(&[counts(view), "being merged".to_owned()])),
        ChangeState::Landing { .. } => {
            says(Mark::Busy, joined(&[counts(view), "on the default branch, being compared with what was reviewed".to_owned()]))
        }
        ChangeState::Held(_) => says(Mark::Danger, joined(&[counts(view), format!("on the default branch, held, {}", turn(view))])),
        ChangeState::Accepted(accepted) => applied(view, accepted),
        ChangeState::Closed => says(Mark::Done, "Closed without a merge; nothing was applied".to_owned()),
    }
}

fn joined(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(" — ")
}

fn waiting(view: &View<'_>) -> Verdict {
    let conflicts = view.evaluation.map_or(0, |evaluation| evaluation.conflicts.len());
    if view.errors() > 0 {
        return Verdict { mark: Mark::Stop, line: format!("{} — nothing was planned", mistakes(view)) };
    }
    if conflicts > 0 {
        let line = format!("Does not merge: {} both here and on the default branch", changed_in_both(conflicts));
        return Verdict { mark: Mark::Stop, line };
    }
    let held = !view.holds().is_empty();
    let mark = if held || !dangers(view).is_empty() { Mark::Danger } else { Mark::Well };
    let then = if held { format!("held, {}", turn(view)) } else { turn(view) };
    Verdict { mark, line: joined(&[counts(view), then]) }
}

fn changed_in_both(conflicts: usize) -> String {
    if conflicts == 1 { "1 file changed".to_owned() } else { format!("{} changed", count(conflicts, "file")) }
}

/// "2 mistakes in 1 request".
fn mistakes(view: &View<'_>) -> String {
    let errors: Vec<_> = view.findings().into_iter().filter(|finding| finding.is_error()).collect();
    let files: BTreeSet<&RepoPath> = errors.iter().map(|finding| &finding.place.path).collect();
    if files.is_empty() {
        return count(view.errors(), "mistake");
    }
    let requests = files.iter().all(|path| path.below("requests").is_some());
    format!("{} in {}", count(errors.len(), "mistake"), count(files.len(), if requests { "request" } else { "file" }))
}

/// "3 requests → 41 files to 2 targets: 38 added, 3 changed · replaces 1 thing · 2 warnings".
fn counts(view: &View<'_>) -> String {
    let Some(diff) = view.diff() else { return String::new() };
    let mut parts = vec![moves(diff)];
    parts.extend(dangers(view));
    let warnings = view.findings().iter().filter(|finding| finding.severity == Severity::Warning).count();
    if warnings > 0 {
        parts.push(count(warnings, "warning"));
    }
    parts.join(" · ")
}

fn moves(diff: &Diff) -> String {
    if diff.units.is_empty() {
        return format!("{} → nothing to apply", source(diff));
    }
    let told = || diff.groups.iter().filter(|group| group.about != About::Marks);
    let requests = |group: &Group| group.members.iter().map(|(unit, _)| unit.request.clone()).collect::<BTreeSet<RequestId>>();
    let alike = told().max_by_key(|group| group.members.len()).map(requests).unwrap_or_default();
    if diff.touches_platform() && alike.len() > 1 {
        let others = told().flat_map(requests).filter(|request| !alike.contains(request)).collect::<BTreeSet<_>>().len();
        let others = if others == 0 { String::new() } else { format!(", {} otherwise", thousands(others)) };
        return format!("{}: {} changed alike{others}", source(diff), thousands(alike.len()));
    }
    let Files { added, changed, removed, left, marks } = Files::of(diff);
    let kinds = [(added, "added"), (changed, "changed"), (removed, "removed"), (left, LEFT), (marks, in_mark(diff))];
    let kinds: Vec<String> = kinds.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", thousands(*n))).collect();
    let files = count(added + changed + removed + left + marks, "file");
    let targets = count(diff.targets().len(), "target");
    format!("{} → {files} to {targets}: {}", source(diff), kinds.join(", "))
}

/// What goldpath itself writes anew on things that do not change otherwise: their release, or the end of their request.
pub(super) fn mark(diff: &Diff) -> &'static str {
    let moved = diff.requests.values().any(|change| change.before != change.after);
    if moved { "release" } else { "end" }
}

fn in_mark(diff: &Diff) -> &'static str {
    if mark(diff) == "release" { "in the release alone" } else { "in the end alone" }
}

/// What is said of units that go away, and of their files, where what was applied stays.
pub(super) const LEFT: &str = "no longer looked after";

/// How many rendered files come, change and go, and how many change in nothing but what goldpath itself writes of the release and the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) added: usize,
    pub(super) changed: usize,
    pub(super) removed: usize,
    /// Of units whose things stay.
    pub(super) left: usize,
    pub(super) marks: usize,
}

impl Files {
    pub(super) fn of(diff: &Diff) -> Self {
        let mut files = Self::default();
        for (unit, file) in diff.units.iter().flat_map(|unit| unit.files.iter().map(move |file| (unit, file))) {
            let number = match (file.about, file.status) {
                (About::Marks, _) => &mut files.marks,
                (_, FileStatus::Added) => &mut files.added,
                (_, FileStatus::Changed) => &mut files.changed,
                (_, FileStatus::Removed) if unit.is_left() => &mut files.left,
                (_, FileStatus::Removed) => &mut files.removed,
            };
            *number += 1;
        }
        files
    }
}

/// What the change is about: requests, or what changes requests.
fn source(diff: &Diff) -> String {
    let touched: BTreeSet<&RequestId> = diff.units.iter().map(|unit| &unit.id.request).chain(diff.requests.keys()).collect();
    let teams: BTreeSet<&TeamName> = touched.iter().map(|request| &request.team).collect();
    let folders = |folder: &str| -> BTreeSet<&str> {
        diff.files.keys().filter_map(|path| path.below(folder)).filter_map(|below| below.split('/').next()).collect()
    };
    let paths = folders("golden-paths").len();
    let own = diff.files.keys().any(|path| path.below("requests").is_some());
    let affected = || {
        let all = diff.head_size.requests.max(touched.len());
        let of =
            if all == touched.len() { count(all, "request") } else { format!("{} of {}", thousands(touched.len()), count(all, "request")) };
        if teams.len() > 1 { format!("{of} of {} teams", teams.len()) } else { of }
    };
    if diff.files.is_empty() || own && !diff.touches_platform() {
        return count(touched.len(), "request");
    }
    let cause = if paths > 0 { count(paths, "golden path") } else { count(diff.files.len(), "file") };
    if touched.is_empty() { cause } else { format!("{cause} → {}", affected()) }
}

/// What is dangerous, most dangerous first: "replaces 1 thing".
pub(super) fn dangers(view: &View<'_>) -> Vec<String> {
    let actions = |verb: Verb| {
        view.plans.iter().flat_map(|plans| plans.plans.values()).flat_map(|plan| &plan.actions).filter(|a| a.verb == verb).count()
    };
    let protected = view.diff().map_or(0, |diff| diff.units.iter().map(|unit| unit.protected.len()).sum());
    let removed = view.diff().map_or(0, |diff| diff.removed_units().count());
    let objects = |is_it: fn(&ObjectChange) -> bool| -> usize {
        let stay = view.diff().into_iter().flat_map(|diff| staying(view, diff));
        stay.map(|unit| {
            let protected = |object: &&ObjectChange| unit.protected.contains(&format!("{}/{}", object.kind, object.name));
            unit.objects.iter().filter(|object| is_it(object) && !protected(object)).count()
        })
        .sum()
    };
    let mut dangers = Vec::new();
    let mut say = |number: usize, words: &dyn Fn(usize) -> String| {
        if number > 0 {
            dangers.push(words(number));
        }
    };
    say(actions(Verb::Replace) + objects(|object| object.replaced), &|n| format!("replaces {}", count(n, "thing")));
    say(protected, &|n| format!("takes away or recreates {}", count(n, "protected thing")));
    say(actions(Verb::Delete), &|n| format!("destroys {}", count(n, "thing")));
    say(removed, &|n| format!("removes {}", count(n, "unit")));
    say(objects(|object| object.status == FileStatus::Removed), &|n| format!("takes away {}", count(n, "object")));
    // all of a new unit is new: what it may do is told below the first line
    let widened = view.diff().map_or(0, |diff| diff.widened_units().filter(|unit| unit.transition.before.is_some()).count());
    say(widened, &|n| format!("may give more access in {}", count(n, "unit")));
    dangers
}

/// Whose turn it is: "waiting for a review by payments-team".
pub(super) fn turn(view: &View<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    // who reviews anyway is not named twice
    let mut say = |words: String| {
        if !parts.iter().any(|part| *part == words || part.ends_with(&format!(" by {words}"))) {
            parts.push(words);
        }
    };
    for waiting in view.change.waiting() {
        match waiting {
            WaitingOn::Fix { .. } => say("the mistakes".to_owned()),
            WaitingOn::Conflict { .. } => say("a rebase".to_owned()),
            WaitingOn::Approval { from, have, need, .. } => say(review_by(&from, have, need)),
            WaitingOn::Hold(hold) => say(who(&hold.from)),
            WaitingOn::Merge => say("the merge".to_owned()),
            WaitingOn::Plan { .. } => say("Terraform's plan".to_owned()),
            WaitingOn::Settings => say(unreadable(view).to_owned()),
        }
    }
    for hold in view.holds() {
        say(if hold.is_refusal() { "a mended file or an exception".to_owned() } else { who(&hold.from) });
    }
    format!("waiting for {}", list(&parts))
}

/// What has to be mended on the default branch before anything goes on.
fn unreadable(view: &View<'_>) -> &'static str {
    let ended = view.findings().iter().any(|finding| finding.code == Code::WORKER_ENDED);
    if ended { "a default branch that can be read to its end" } else { "a readable goldpath.yaml" }
}

pub(super) fn review_by(from: &[Who], have: u32, need: u32) -> String {
    let left = need.saturating_sub(have);
    if left == 1 { format!("a review by {}", who(from)) } else { format!("{left} reviews by {}", who(from)) }
}

/// "platform", "sre or platform".
pub(super) fn who(from: &[Who]) -> String {
    let names: Vec<String> = from
        .iter()
        .map(|who| match who {
            Who::Team(team) => team.to_string(),
            Who::Owners => "an owner".to_owned(),
            Who::Anyone => "anybody but the authors".to_owned(),
        })
        .collect();
    names.join(" or ")
}

/// Whose turn it is, in one word for each: "requester".
pub(super) fn turn_word(turn: Turn) -> &'static str {
    match turn {
        Turn::Requester => "requester",
        Turn::PathOwner => "owner of the golden path",
        Turn::Platform => "platform team",
    }
}

/// How far the moves of an accepted change are.
fn applied(view: &View<'_>, accepted: &Accepted) -> Verdict {
    let says = |mark, line| Verdict { mark, line };
    if accepted.entries.is_empty() {
        return says(Mark::Done, "On the default branch; nothing was to be applied".to_owned());
    }
    let (done, total) = match view.progress {
        Some(progress) if !progress.jobs.is_empty() => (progress.applied(), progress.total()),
        // once it is recorded, the targets have forgotten its moves, for all of them ended well
        Some(_) | None => (if accepted.recorded { accepted.entries.len() } else { 0 }, accepted.entries.len()),
    };
    // what gave way was never applied: it is counted, and said
    let gave_way = view.jobs().iter().filter(|job| matches!(job.status, Status::Superseded { .. })).count();
    let (open, total) = (total - done, total + gave_way);
    let gave = if gave_way == 0 { String::new() } else { format!(", {gave_way} gave way to newer changes") };
    let failures = view.failures();
    if let Some(first) = failures.first() {
        let line = format!("Applied {done} of {total}{gave} — {}", failing(first, failures.len()));
        return says(Mark::Failed, line);
    }
    if open == 0 && done == 0 {
        return says(Mark::Done, format!("Nothing applied: {} gave way to newer changes", count(gave_way, "unit")));
    }
    if open == 0 {
        return says(Mark::Done, format!("Applied: {done} of {total}{gave}{}", taken(view, accepted)));
    }
    let holds = view.holds();
    if !holds.is_empty() {
        let held = holds.iter().filter(|hold| hold.reason.unit().is_some()).count().max(1);
        return says(Mark::Danger, format!("Applied {done} of {total}{gave} — {held} held, {}", turn(view)));
    }
    says(Mark::Busy, format!("Applied {done} of {total}{gave} — {open} to go"))
}

/// ", ready after 42 s": from accepted to the last move.
fn taken(view: &View<'_>, accepted: &Accepted) -> String {
    let ends = view.jobs().into_iter().filter_map(|job| if let Status::Applied { at, .. } = &job.status { Some(*at) } else { None });
    let Some(end) = ends.max() else { return String::new() };
    let seconds = end.duration_since(accepted.at).as_secs().max(0);
    let words = match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    };
    format!(", ready after {words}")
}

/// "dns failed, trying again at 10:42 (attempt 2 of 5)".
fn failing(job: &Job, failures: usize) -> String {
    let Status::Failed { attempt, next, .. } = &job.status else { return String::new() };
    let what = if failures == 1 { job.apply.unit.target.to_string() } else { count(failures, "unit") };
    format!("{what} failed, {}", again(*attempt, *next))
}

pub(super) fn again(attempt: u32, next: Option<Timestamp>) -> String {
    match next {
        Some(at) if attempt < MOST_ATTEMPTS => format!("trying again at {} (attempt {} of {MOST_ATTEMPTS})", clock(at), attempt + 1),
        Some(at) => format!("trying again at {} (attempt {})", clock(at), attempt + 1),
        None => "waiting for a fix".to_owned(),
    }
}

/// "10:42 UTC".
pub(super) fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M UTC").to_string()
}

/// What a hold is about, in a few words, for a line.
pub(super) fn hold_words(reason: &HoldReason) -> String {
    match reason {
        HoldReason::DeleteBudget { requests, units, .. } => {
            format!("takes away {} and {} at once", count(requests.len(), "request"), count(*units, "unit"))
        }
        HoldReason::Protected { things, .. } => {
            format!("takes away or recreates {}", first_of(things.iter().map(|(_, thing)| super::text::line(thing)), 2))
        }
        HoldReason::Vanished { units } => format!("takes away {} that requests still ask for", count(units.len(), "unit")),
        HoldReason::Unreviewed { unit, actions, .. } => format!("{unit}: {} that nobody reviewed", count(actions.len(), "action")),
        HoldReason::BytesChanged { unit, .. } => format!("{unit}: not the bytes that were reviewed"),
        HoldReason::Refused { unit, by } => {
            let codes: BTreeSet<&String> = by.iter().map(|(code, _)| code).collect();
            format!("{unit}: refused by {}", first_of(codes.into_iter().cloned(), 2))
        }
        HoldReason::Foreign { unit, what } => format!("{unit}: {} is not goldpath's", super::text::line(what)),
    }
}
