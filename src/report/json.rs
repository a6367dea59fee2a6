//! JSON for programs: `formats.md` §7.

use super::verdict::hold_words;
use super::view::View;
use crate::diff::{FileStatus, UnitChange};
use crate::model::{Finding, Related};
use crate::plan::{Evaluation, Hold, HoldReason, WaitingOn, Who};
use crate::policy::Waived;
use serde_json::{Value, json};

/// The version of these formats.
pub const API_VERSION: &str = "goldpath.dev/v1";

/// One JSON object of a kind, with these fields.
pub fn report(kind: &str, fields: Value) -> Value {
    let mut report = json!({"apiVersion": API_VERSION, "kind": kind});
    if let (Some(into), Value::Object(fields)) = (report.as_object_mut(), fields) {
        into.extend(fields);
    }
    report
}

/// Findings, flattened.
pub fn findings_json(findings: &[Finding]) -> Value {
    findings.iter().map(finding).collect()
}

fn finding(finding: &Finding) -> Value {
    let span = finding.place.span;
    json!({
        "severity": finding.severity,
        "code": finding.code,
        "message": finding.message,
        "help": finding.help,
        "turn": finding.turn,
        "path": finding.place.path,
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "related": finding.related.iter().map(related).collect::<Vec<Value>>(),
    })
}

fn related(related: &Related) -> Value {
    let Related { place, message } = related;
    json!({"path": place.path, "line": place.span.line, "column": place.span.column, "message": message})
}

/// What a call prints that ended with an error instead of a result.
pub fn error_json(message: &str, help: Option<&str>, exit_code: u8) -> Value {
    report("ErrorReport", json!({"message": message, "help": help.unwrap_or_default(), "exitCode": exit_code}))
}

/// What `goldpath diff --output json` prints.
pub fn diff_report_json(view: &View<'_>) -> Value {
    let Some(evaluation) = view.evaluation else { return report("DiffReport", json!({})) };
    let diff = &evaluation.diff;
    let requests = diff.requests.iter().map(|(id, change)| {
        let release = |id: &Option<crate::model::ReleaseId>| id.as_ref().map(ToString::to_string);
        json!({
            "request": id.to_string(), "path": change.file, "status": change.status,
            "before": release(&change.before), "after": release(&change.after),
            "lifetime": change.lifetime, "expires": change.expires, "expiresBefore": change.expires_before,
            "costCentre": change.cost_centre,
        })
    });
    report(
        "DiffReport",
        json!({
            "base": evaluation.round.base,
            "head": evaluation.round.head,
            "findings": findings_json(&evaluation.findings),
            "conflicts": evaluation.conflicts,
            "approvals": approvals(view),
            "holds": view.holds().iter().map(hold).collect::<Vec<Value>>(),
            "waived": evaluation.waived.iter().map(waived).collect::<Vec<Value>>(),
            "files": diff.files,
            "requests": requests.collect::<Vec<Value>>(),
            "units": diff.units.iter().map(|one| unit(evaluation, one)).collect::<Vec<Value>>(),
            "unchanged": diff.unchanged,
        }),
    )
}

/// The approvals that are missing; none while there is something to mend.
fn approvals(view: &View<'_>) -> Vec<Value> {
    let missing = view.change.waiting().into_iter().filter_map(|waiting| match waiting {
        WaitingOn::Approval { from, users, have, need, because } => Some(json!({
            "from": from.iter().map(who).collect::<Vec<Value>>(), "users": users, "have": have, "need": need, "because": because,
        })),
        WaitingOn::Fix { .. }
        | WaitingOn::Conflict { .. }
        | WaitingOn::Hold(_)
        | WaitingOn::Merge
        | WaitingOn::Plan { .. }
        | WaitingOn::Settings => None,
    });
    missing.collect()
}

fn who(who: &Who) -> Value {
    match who {
        Who::Team(team) => json!({"team": team}),
        Who::Owners => json!("owners"),
        Who::Anyone => json!("anyone"),
    }
}

fn hold(hold: &Hold) -> Value {
    let Hold { id, reason, from, users } = hold;
    json!({
        "id": id, "reason": reason_word(reason), "message": hold_words(reason), "unit": reason.unit(),
        "from": from.iter().map(who).collect::<Vec<Value>>(), "users": users,
    })
}

fn reason_word(reason: &HoldReason) -> &'static str {
    match reason {
        HoldReason::DeleteBudget { .. } => "delete-budget",
        HoldReason::Protected { .. } => "protected",
        HoldReason::Vanished { .. } => "vanished",
        HoldReason::Unreviewed { .. } => "unreviewed",
        HoldReason::BytesChanged { .. } => "bytes-changed",
        HoldReason::Refused { .. } => "refused",
        HoldReason::Foreign { .. } => "foreign",
    }
}

pub(super) fn waived(waived: &Waived) -> Value {
    let Waived { exception, policy, unit, message, expires } = waived;
    json!({"policy": policy, "exception": exception, "unit": unit, "message": message, "expires": expires})
}

fn unit(evaluation: &Evaluation, unit: &UnitChange) -> Value {
    let status = match (unit.transition.before, unit.transition.after) {
        (None, _) => FileStatus::Added,
        (Some(_), None) => FileStatus::Removed,
        (Some(_), Some(_)) => FileStatus::Changed,
    };
    let files = unit.files.iter().map(|file| {
        json!({
            "path": file.path, "status": file.status, "about": file.about, "template": file.template,
            "added": file.added, "removed": file.removed, "diff": file.hunks,
        })
    });
    let tally = evaluation.tallies.get(&unit.id).copied().unwrap_or_default();
    json!({
        "unit": unit.id.to_string(),
        "status": status,
        "path": unit.request_file,
        "release": unit.release.to_string(),
        "before": unit.transition.before,
        "after": unit.transition.after,
        "risks": unit.risks,
        "protected": unit.protected,
        "widened": unit.widened,
        "policies": {"passed": tally.passed, "warned": tally.warned, "failed": tally.failed, "waived": tally.waived},
        "objects": unit.objects,
        "files": files.collect::<Vec<Value>>(),
    })
}
