//! What `goldpath validate` found: its last line, and the whole for programs.

use super::json::{findings_json, report};
use super::text::{count, line, list};
use crate::model::{Finding, RepoPath};
use serde_json::{Value, json};

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
    /// Why nothing was compared with the default branch, where that was not possible.
    pub uncompared: Option<&'a str>,
}

/// The last line: what was checked, and what came of it.
pub fn validate_summary(validated: &Validated<'_>) -> String {
    let Validated { findings, requests, only, elsewhere, uncompared } = validated;
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
    format!("{} checked, {verdict}{others}{compared}\n", count(*requests, "request"))
}

/// What `goldpath validate --output json` prints.
pub fn validate_json(validated: &Validated<'_>) -> Value {
    let Validated { findings, requests, only: _, elsewhere, uncompared } = validated;
    let fields = json!({
        "findings": findings_json(findings),
        "requests": requests,
        "elsewhere": elsewhere,
        "notCompared": uncompared,
    });
    report("ValidateReport", fields)
}
