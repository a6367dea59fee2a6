//! Terraform's `-json` lines: <https://developer.hashicorp.com/terraform/internals/machine-readable-ui>.

use super::Diagnostic;
use serde_json::Value;
use std::collections::BTreeMap;

/// The errors, in Terraform's order.
pub(super) fn errors(output: &[u8]) -> Vec<Diagnostic> {
    let lines = lines(output).filter(|line| line["type"] == "diagnostic" && line["diagnostic"]["severity"] == "error");
    lines.map(|line| diagnostic(&line["diagnostic"])).collect()
}

/// Per address what was done: `created`, `changed`, `removed`, `replaced`.
pub(super) fn objects(output: &[u8]) -> BTreeMap<String, String> {
    let mut objects: BTreeMap<String, String> = BTreeMap::new();
    for line in lines(output).filter(|line| line["type"] == "apply_complete") {
        let hook = &line["hook"];
        let (Some(address), Some(action)) = (hook["resource"]["addr"].as_str(), hook["action"].as_str()) else { continue };
        let word = match action {
            "create" => "created",
            "update" => "changed",
            "delete" => "removed",
            other => other,
        };
        let before = objects.insert(address.to_owned(), word.to_owned());
        let both = before.is_some_and(|before| before != word);
        if both {
            objects.insert(address.to_owned(), "replaced".to_owned());
        }
    }
    objects
}

/// What is not JSON among the lines.
pub(super) fn plain(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    text.lines().filter(|line| !line.starts_with('{')).collect::<Vec<_>>().join("\n")
}

fn lines(output: &[u8]) -> impl Iterator<Item = Value> {
    output.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

fn diagnostic(raw: &Value) -> Diagnostic {
    let text = |field: &str| raw[field].as_str().map(str::to_owned);
    let range = &raw["range"];
    let line = range["start"]["line"].as_u64().and_then(|line| u32::try_from(line).ok());
    Diagnostic {
        summary: text("summary").unwrap_or_default(),
        detail: text("detail").unwrap_or_default(),
        address: text("address"),
        at: range["filename"].as_str().map(str::to_owned).zip(line),
    }
}
