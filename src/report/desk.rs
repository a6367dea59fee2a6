//! What the command line shows at one's desk: comparisons, renderings, validation, answers of the daemon, evidence.

use super::attention::{REFUSED, objects_where};
use super::facts::ends;
use super::json::{diff_report_json, findings_json, report};
use super::text::{count, first_of, line, part};
use super::verdict::{Files, LEFT, hold_words, mark, review_by, who};
use super::view::View;
use super::widened;
use crate::diff::{About, Diff, FileStatus, ObjectChange};
use crate::evidence::{Entry, Gap, UnitOutcome};
use crate::model::Finding;
use crate::plan::{Hold, WaitingOn};
use crate::render::Unit;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The most holds, approvals and exceptions that are told on a terminal.
const MOST_TOLD: usize = 12;
/// The most people of one.
const MOST_USERS: usize = 5;

/// What `goldpath render` wrote.
pub fn written_terminal(units: usize, files: usize, written: usize, dir: &str) -> String {
    let what = match written {
        0 => "nothing to write, all of them are right".to_owned(),
        all if all == files => "all written".to_owned(),
        some => format!("{some} written, the others are right"),
    };
    format!("{} of {} in {}: {what}", count(files, "file"), count(units, "unit"), line(dir))
}

/// A comment as a reader first meets it: what is folded is shown by its summary, and small print is plain.
pub fn folded(comment: &str) -> String {
    let mut text = String::new();
    let mut hidden: Option<usize> = None;
    for line in comment.lines() {
        let summary = line.strip_prefix("<details><summary>").and_then(|rest| rest.strip_suffix("</summary>"));
        match (&mut hidden, summary) {
            (Some(lines), _) if line == "</details>" => {
                writeln!(text, "  (folded: {})", count(*lines, "line")).expect("a string takes all");
                hidden = None;
            }
            (Some(lines), _) => *lines += 1,
            (None, Some(summary)) => {
                writeln!(text, "\u{25b8} {}", summary.replace("<!-- -->", "")).expect("a string takes all");
                hidden = Some(0);
            }
            (None, None) => writeln!(text, "{}", line.trim_start_matches("<sub>").trim_end_matches("</sub>")).expect("a string takes all"),
        }
    }
    text
}

/// What requests render to, as one JSON object.
pub fn render_json(units: &[&Unit], findings: &[Finding]) -> Value {
    let unit = |unit: &&Unit| {
        let files = unit.files.iter().map(|(path, file)| {
            json!({ "path": path, "template": file.template, "digest": file.digest, "content": String::from_utf8_lossy(&file.bytes) })
        });
        json!({ "unit": unit.id, "release": unit.release.to_string(), "digest": unit.digest, "files": files.collect::<Vec<_>>() })
    };
    let units: Vec<Value> = units.iter().map(unit).collect();
    report("RenderReport", json!({ "units": units, "findings": findings_json(findings) }))
}

/// A comparison as one JSON object, as text.
pub fn diff_json(view: &View<'_>) -> String {
    diff_report_json(view).to_string()
}

/// A comparison for a terminal: the lines that change, equal changes once, then what it waits for, and how much it is.
pub fn diff_terminal(view: &View<'_>) -> String {
    let Some(diff) = view.diff() else { return String::new() };
    let mut text = String::new();
    for group in diff.groups.iter().filter(|group| group.about != About::Marks) {
        let (unit, path) = &group.members[0];
        let more = group.members.len() - 1;
        let also = if more > 0 { format!("  and the same in {}", count(more, "other file")) } else { String::new() };
        writeln!(text, "{}/{path}{also}", unit.folder()).expect("a string takes all");
        // all of it: a comment points here for what it cuts
        group.hunks.lines().for_each(|hunk| writeln!(text, "  {}", part(hunk, 0, usize::MAX)).expect("a string takes all"));
    }
    let told = ends(diff).into_iter().chain(moved(view)).chain(waived(view)).chain(waits(view));
    told.for_each(|told| writeln!(text, "{told}").expect("a string takes all"));
    text + &totals(diff)
}

/// Objects that are made anew, those that go away while their unit stays, and units in which access may grow.
fn moved(view: &View<'_>) -> Vec<String> {
    let told = |words: &str, is_it: fn(&ObjectChange) -> bool| -> Vec<String> {
        let objects = objects_where(view, &[], is_it).into_iter();
        few(objects.map(|(unit, thing)| format!("{words}: {} of {unit}", line(&thing))).collect())
    };
    let mut all = told("replaced, for it cannot be changed in place", |object| object.replaced);
    all.extend(told("taken away", |object| object.status == FileStatus::Removed));
    all.extend(few(view.diff().map(widened::lines).unwrap_or_default()));
    all
}

/// What exceptions waive, each exception once.
fn waived(view: &View<'_>) -> Vec<String> {
    let all = view.evaluation.into_iter().flat_map(|evaluation| &evaluation.waived);
    let all: BTreeSet<String> =
        all.map(|waived| format!("waived: {} by {} until {}", waived.policy, waived.exception, line(&waived.expires))).collect();
    few(all.into_iter().collect())
}

/// What it waits for that somebody must do something about, holds first.
fn waits(view: &View<'_>) -> Vec<String> {
    let users = |users: &BTreeSet<String>| {
        let names = first_of(users.iter().map(|user| line(user)), MOST_USERS);
        if names.is_empty() { String::new() } else { format!(" ({names})") }
    };
    let held = view.holds().into_iter().map(|hold| {
        let Hold { id, reason, from, users: able } = &hold;
        let until = if hold.is_refusal() { REFUSED.to_owned() } else { format!("{}{} approves {id}", who(from), users(able)) };
        format!("held: {}; until {until}", line(&hold_words(reason)))
    });
    let mut told: Vec<String> = held.collect();
    told.extend(view.change.waiting().into_iter().filter_map(|waiting| match waiting {
        WaitingOn::Approval { from, users: able, have, need, because } => {
            Some(format!("needs {}{}, because {}", review_by(&from, have, need), users(&able), line(&because)))
        }
        WaitingOn::Settings => Some("held: there is no goldpath.yaml that can be read".to_owned()),
        WaitingOn::Conflict { files } => Some(format!("does not merge: {}", first_of(files.iter().map(|file| line(file)), MOST_TOLD))),
        WaitingOn::Fix { .. } | WaitingOn::Hold(_) | WaitingOn::Merge | WaitingOn::Plan { .. } => None,
    }));
    few(told)
}

fn few(mut told: Vec<String>) -> Vec<String> {
    let left = told.len().saturating_sub(MOST_TOLD);
    told.truncate(MOST_TOLD);
    if left > 0 {
        told.push(format!("… and {} more like these", count(left, "line")));
    }
    told
}

fn totals(diff: &Diff) -> String {
    if diff.units.is_empty() {
        return "nothing that is rendered changes\n".to_owned();
    }
    let Files { added, changed, removed, left, marks } = Files::of(diff);
    let looked_after = if left == 0 { String::new() } else { format!(", {left} {LEFT}") };
    let marked = if marks == 0 { String::new() } else { format!(", {marks} in the {} alone", mark(diff)) };
    format!(
        "{} of {}: {added} files added, {changed} changed, {removed} removed{looked_after}{marked}\n",
        count(diff.units.len(), "unit"),
        count(diff.requests.len(), "request")
    )
}

/// What the daemon did when it was asked to.
pub fn done_terminal(done: &Value) -> String {
    done.get("message").and_then(Value::as_str).map(line).unwrap_or_default()
}

/// The record of every applied change, the oldest first.
pub fn audit_log(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "no evidence here: nothing was applied yet, or this is a clone without it. To fetch it:\n  \
                git fetch origin refs/notes/goldpath:refs/notes/goldpath rendered:rendered\n"
            .to_owned();
    }
    entries.iter().map(entry).collect()
}

/// "2026-01-31 10:42:07 UTC".
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn entry(entry: &Entry) -> String {
    let stated = &entry.statement.predicate;
    let mut text = format!("{}. {}  {}  applied {}\n", stated.sequence, stated.change, stated.commit.short(), moment(stated.applied_at));
    if let Some(pull) = &stated.pull {
        let authors: Vec<&str> = pull.authors.iter().map(String::as_str).collect();
        writeln!(text, "   pull request #{} ({}) by {}", pull.number, line(&pull.branch), line(&authors.join(", ")))
            .expect("a string takes all");
    }
    for approval in &stated.approvals {
        writeln!(text, "   approved by {} at {}, who saw {}", line(&approval.user), moment(approval.at), approval.head.short())
            .expect("a string takes all");
    }
    for clearance in &stated.clearances {
        writeln!(text, "   hold {} approved by {}", line(&clearance.hold), line(&clearance.user)).expect("a string takes all");
    }
    let policies = &stated.policies;
    writeln!(
        text,
        "   policies: {} passed, {} warned, {} failed, {} waived",
        policies.passed, policies.warnings, policies.failed, policies.waived
    )
    .expect("a string takes all");
    for unit in &stated.units {
        let what = match (&unit.outcome, &unit.after) {
            (UnitOutcome::SupersededBy(by), _) => format!("gave way to {by}"),
            (UnitOutcome::Applied, Some(digest)) => digest.to_string(),
            (UnitOutcome::Applied, None) => "removed".to_owned(),
        };
        let release = if unit.release.is_empty() { String::new() } else { format!("  {}", line(&unit.release)) };
        writeln!(text, "   {}{release}  {what}", unit.unit).expect("a string takes all");
    }
    if let Some(rendered) = &stated.rendered {
        writeln!(text, "   shown by {} of the branch rendered", rendered.short()).expect("a string takes all");
    }
    text
}

/// What verification says: each gap a line.
pub fn audit_verify(entries: &[Entry], gaps: &[Gap]) -> String {
    let mut text = String::new();
    for gap in gaps {
        let word = if gap.is_error() { "error" } else { "note" };
        writeln!(text, "{word}: {}", line(&gap.to_string())).expect("a string takes all");
    }
    let errors = gaps.iter().filter(|gap| gap.is_error()).count();
    let verdict = match (entries.len(), errors) {
        (0, 0) => "nothing was verified: there is no evidence here. In a clone, fetch it first:\n  \
                   git fetch origin refs/notes/goldpath:refs/notes/goldpath rendered:rendered"
            .to_owned(),
        (n, 0) => format!("{} verified: signatures, chain, and the bytes of the branch rendered", count(n, "statement")),
        (_, errors) => format!("the evidence does not hold: {}", count(errors, "gap")),
    };
    text + &verdict + "\n"
}

/// Statements and gaps as one JSON object.
pub fn audit_json(entries: &[Entry], gaps: &[Gap]) -> Value {
    let entry = |entry: &Entry| json!({ "on": entry.on, "digest": entry.digest, "statement": entry.statement });
    let gap = |gap: &Gap| json!({ "severity": if gap.is_error() { "error" } else { "note" }, "message": gap.to_string() });
    let entries: Vec<Value> = entries.iter().map(entry).collect();
    let gaps: Vec<Value> = gaps.iter().map(gap).collect();
    report("AuditReport", json!({ "entries": entries, "gaps": gaps }))
}
