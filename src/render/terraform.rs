//! Terraform roots: the allow-list over all files, the resources in them, and the generated `goldpath.tf.json`.

use super::addresses::Addresses;
use super::filters::escape_interpolation;
use super::hcl::Root;
use super::language::Trouble;
use super::marks::Marks;
use super::rendered::Object;
use super::root;
use crate::model::{JsonText, RepoPath};
use hcl_edit::structure::Body;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The file that goldpath writes into every root.
pub(super) const GENERATED: &str = "goldpath.tf.json";

/// Checks the files of one root; gives its resources, or the troubles of each file.
pub(super) fn resources(
    files: &BTreeMap<RepoPath, (String, Body)>,
    providers: &BTreeSet<String>,
    marks: &Marks,
) -> Result<Vec<Object>, BTreeMap<RepoPath, Vec<Trouble>>> {
    let allowed = Root::new(files.values().map(|file| &file.1), providers);
    let addresses = Addresses::of(files.values().map(|file| &file.1));
    let mut objects = Vec::new();
    let mut troubles = root::check(files, &marks.facts);
    for (path, (text, body)) in files {
        let (mut found, resources) = allowed.check(text, body);
        found.extend(addresses.unknown(text, body));
        if !found.is_empty() {
            troubles.entry(path.clone()).or_default().extend(found);
        }
        let value: Value = hcl::from_body(hcl::Body::from(body.clone())).unwrap_or_default();
        for resource in resources {
            let document = value.get("resource").and_then(|all| all.get(&resource.kind)?.get(&resource.name)).cloned();
            objects.push(Object {
                kind: format!("terraform:{}", resource.kind),
                group: String::new(),
                namespace: None,
                name: resource.name,
                file: path.clone(),
                document: JsonText::of(&document.unwrap_or_default()),
            });
        }
    }
    troubles.values_mut().for_each(|found| found.sort_by_key(|trouble| trouble.line));
    if troubles.is_empty() { Ok(objects) } else { Err(troubles) }
}

/// Why a file may not be in a root, judged by its name.
pub(super) fn refused_name(path: &RepoPath) -> Option<&'static str> {
    let name = path.file_name();
    if name == GENERATED {
        return Some("goldpath writes this file itself");
    }
    if name.ends_with(".tf.json") || name.ends_with(".tfvars") || name.ends_with(".tfvars.json") {
        return Some("JSON and variable files are not allowed in a root: write `.tf`");
    }
    if name == "override.tf" || name.ends_with("_override.tf") {
        return Some("override files change what others say: write it where it belongs");
    }
    (name.ends_with(".tf") && path.parent().is_some()).then_some("Terraform reads no folders below a root: put the file at its top")
}

/// `local.goldpath` and the target's back end. Strings of JSON configuration are templates, so they are escaped.
pub(super) fn generated(marks: &Marks) -> String {
    let facts: Map<String, Value> =
        marks.facts.iter().map(|(key, value)| ((*key).to_owned(), Value::String(escape_interpolation(value)))).collect();
    let value = json!({"locals": {"goldpath": facts}, "terraform": {"backend": {"local": {}}}});
    let mut text = serde_json::to_string_pretty(&value).expect("a value of strings and maps can be written");
    text.push('\n');
    text
}
