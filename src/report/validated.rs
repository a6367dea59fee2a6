//! What `goldpath validate` found: its last line, and the whole for programs.

use super::json::{findings_json, report, waived as waived_json};
use super::text::{count, line, list};
use crate::model::{Finding, RepoPath};
use crate::policy::Waived;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What was found.
pub struct Validated<'a> {
    /// What is wrong with what was asked about.
    pub findings: &'a [Finding],
    /// How many requests were checked.
    pub requests: usize,
    /// The files and folders that were asked about; nothing among them: the repository itself.
    pub only: &'a [Option<RepoPath>],
    /// How many findings are about something else.
    pub elsewhere: usize,
    /// What exceptions waive of what was asked about.
    pub waived: &'a [Waived],
    /// Why nothing was compared with the default branch, where that was not possible.
    pub uncompared: Option<&'a str>,
}

/// The last line: what was checked, and what came of it.
pub fn validate_summary(validated: &Validated<'_>) -> String {
    let Validated { findings, requests, only, elsewhere, waived, uncompared } = validated;
    let names: Option<Vec<String>> = only.iter().map(|path| path.as_ref().map(|path| line(path.as_str()))).collect();
    let place = names.filter(|names| !names.is_empty()).map(|names| format!(" in {}", list(&names))).unwrap_or_default();
    let errors = findings.iter().any(Finding::is_error);
    let verdict = match (errors, findings.is_empty()) {
        (false, true) => format!("nothing to mend{place}"),
        (false, false) => format!("no errors{place}"),
        (true, _) => format!("the errors{place} must be mended"),
    };
    let others = if *elsewhere > 0 { format!(", and {} elsewhere", count(*elsewhere, "finding")) } else { String::new() };
    let compared = if uncompared.is_some() { "; nothing was compared with the default branch" } else { "" };
    format!("{} checked, {verdict}{others}{compared}{}\n", count(*requests, "request"), by_exceptions(waived))
}

/// How many results exceptions waive, with the first of these.
fn by_exceptions(waived: &[Waived]) -> String {
    /// So many exceptions are named.
    const MOST: usize = 3;
    let one = |waived: &Waived| format!("{} by {} until {}", waived.policy, waived.exception, line(&waived.expires));
    let all: BTreeSet<String> = waived.iter().map(one).collect();
    let mut named: Vec<String> = all.iter().take(MOST).cloned().collect();
    if all.len() > MOST {
        named.push(format!("{} more", all.len() - MOST));
    }
    if named.is_empty() { String::new() } else { format!("; waived: {}", list(&named)) }
}

/// What `goldpath validate --output json` prints.
pub fn validate_json(validated: &Validated<'_>) -> Value {
    let Validated { findings, requests, only: _, elsewhere, waived, uncompared } = validated;
    let fields = json!({
        "findings": findings_json(findings),
        "requests": requests,
        "elsewhere": elsewhere,
        "waived": waived.iter().map(waived_json).collect::<Vec<Value>>(),
        "notCompared": uncompared,
    });
    report("ValidateReport", fields)
}
