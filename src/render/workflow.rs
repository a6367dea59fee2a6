//! CI workflows: their rough shape, and no text from outside in their scripts.

use super::budget::Print;
use super::language::{Content, Trouble, placeholders};
use crate::model::RepoPath;
use serde_json::Value;

/// Where text of strangers comes in: anybody may choose the title of an issue or the name of a branch.
const UNTRUSTED: [&str; 4] = ["github.event.", "github.head_ref", "gitea.event.", "gitea.head_ref"];

/// What is wrong with a parsed-back file as a workflow; files that are none have nothing wrong.
pub(super) fn check(file: &RepoPath, content: &Content, text: &str) -> Vec<Trouble> {
    let folder = file.parent().unwrap_or_default();
    let Content::Yaml(documents) = content else { return Vec::new() };
    let mut troubles = Vec::new();
    for (document, line) in documents {
        if folder.ends_with("workflows") {
            troubles.extend(shape(document).map(|message| Trouble::new(*line, message)));
        }
        scripts(document, &mut |script| {
            if let Some(expression) = untrusted(script) {
                let line = line_of(text, expression);
                troubles.push(
                    Trouble::new(line, format!("a script holds `{expression}`, which anybody may choose and the shell would run"))
                        .help("Pass it through `env:` and use the variable in quotes."),
                );
            }
        });
    }
    troubles
}

/// Whether a text means nothing to a shell or to a workflow's expressions.
fn is_inert(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b'@' | b',' | b'+' | b'='))
}

/// The first print that would become code: an expression of a workflow anywhere, or a word of a shell in a script; `marked` is the
/// file with placeholders, made when it is needed.
pub(super) fn code_printed(prints: &[Print], marked: impl FnOnce() -> Option<Content>) -> Option<usize> {
    let expression = prints.iter().position(|print| print.text.contains("${{"));
    if expression.is_some() || prints.iter().all(|print| is_inert(&print.text)) {
        return expression;
    }
    let Some(Content::Yaml(documents)) = marked() else { return None };
    let mut found = None;
    for (document, _) in &documents {
        scripts(document, &mut |script| {
            let bad = |index: &usize| prints.get(*index).is_some_and(|print| !is_inert(&print.text));
            found = found.or_else(|| placeholders(script).into_iter().find(bad));
        });
    }
    found
}

fn shape(document: &Value) -> Option<String> {
    let Value::Object(top) = document else { return Some("the workflow is no map".to_owned()) };
    let has = |key: &str| top.get(key).is_some_and(|value| !value.is_null());
    if !has("on") && !has("true") {
        return Some("the workflow has no `on`".to_owned());
    }
    let Some(Value::Object(jobs)) = top.get("jobs") else { return Some("the workflow has no `jobs`".to_owned()) };
    let bad = jobs.iter().find(|(_, job)| job.get("steps").is_none_or(|steps| !steps.is_array()) && job.get("uses").is_none());
    bad.map(|(name, _)| format!("the job `{name}` has neither `steps` nor `uses`"))
}

fn scripts(value: &Value, tell: &mut impl FnMut(&str)) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(script) if key == "run" || key == "script" => tell(script),
                    other => scripts(other, tell),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| scripts(item, tell)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The first expression of a script that brings in text of strangers.
fn untrusted(script: &str) -> Option<&str> {
    let mut rest = script;
    while let Some(start) = rest.find("${{") {
        let end = rest[start..].find("}}").map_or(rest.len(), |end| start + end + 2);
        let expression = &rest[start..end];
        let plain: String = expression.to_ascii_lowercase().replace("['", ".").replace(' ', "");
        if UNTRUSTED.iter().any(|word| plain.contains(word)) {
            return Some(expression);
        }
        rest = &rest[end..];
    }
    None
}

fn line_of(text: &str, needle: &str) -> u32 {
    let before = text.find(needle).map_or("", |at| &text[..at]);
    u32::try_from(before.matches('\n').count() + 1).unwrap_or(1)
}
