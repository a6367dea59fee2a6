//! What the verbs say that write the first files of something.

use super::json::report;
use super::text::{count, line};
use crate::model::{GoldenPath, ReleaseId, RepoPath};
use serde_json::{Value, json};

/// What `goldpath init` wrote, and what to do next; `is_in_git`: whether a Git repository is around it already.
pub fn init_terminal(dir: &str, files: &[String], is_in_git: bool) -> String {
    let list: String = files.iter().map(|file| format!("  {}\n", line(file))).collect();
    let enter = if dir == "." { String::new() } else { format!("  cd {}\n", line(dir)) };
    let begin = if is_in_git { "" } else { "git init && " };
    format!(
        "a first platform repository in {}, {}:\n{list}\nNext:\n{enter}  goldpath validate                          nothing is wrong with it\n  \
         goldpath test                              its cases pass\n  goldpath render                            what its request renders to\n  \
         goldpath new preview NAME                  another request, every field explained\n  \
         {begin}git add . && git commit -m \"The platform\"\n",
        line(dir),
        count(files.len(), "file")
    )
}

/// The same as JSON.
pub fn init_json(dir: &str, files: &[String]) -> Value {
    report("InitReport", json!({ "dir": dir, "files": files }))
}

/// A new request file as JSON; `file`: where it is.
pub fn new_json(file: &str, path: &GoldenPath, release: &ReleaseId) -> Value {
    report("NewReport", json!({ "file": file, "path": path.name, "release": release.version.to_string() }))
}

/// A kind that has a schema.
#[derive(Clone, Copy, Debug)]
pub struct Kind<'a> {
    /// Its name.
    pub kind: &'a str,
    /// Its version.
    pub api_version: &'a str,
    /// Which files are of it.
    pub about: &'a str,
    /// Its JSON Schema.
    pub schema: &'a Value,
}

/// Kinds as one JSON object, with their schemas when these were asked for.
pub fn schema_json(kinds: &[Kind<'_>], schemas: bool) -> Value {
    let kinds = kinds.iter().map(|kind| {
        let mut value = json!({"kind": kind.kind, "apiVersion": kind.api_version, "about": kind.about});
        if schemas {
            value["schema"] = kind.schema.clone();
        }
        value
    });
    report("SchemaReport", json!({ "kinds": kinds.collect::<Vec<_>>() }))
}

/// The list of kinds.
pub fn kinds_terminal(kinds: &[Kind<'_>], in_repository: bool) -> String {
    let width = kinds.iter().map(|kind| kind.kind.chars().count()).max().unwrap_or(0);
    let rows: String = kinds.iter().map(|kind| format!("{:width$}  {}\n", line(kind.kind), line(kind.about))).collect();
    let more = if in_repository { "" } else { "Kinds of requests are listed in a platform repository.\n" };
    format!("{rows}\n{more}`goldpath schema KIND` prints the JSON Schema of one.\n")
}

/// Where schemas were written.
pub fn written_schemas(dir: &str, files: &[String]) -> String {
    let list: String = files.iter().map(|file| format!("  {}\n", line(file))).collect();
    format!("{} in {}:\n{list}", count(files.len(), "schema"), line(dir))
}

/// What came of a schema that was imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// There was none.
    New,
    /// Another one was there.
    Changed,
    /// The same was there: the file is as it was.
    Unchanged,
}

impl Imported {
    fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

/// The schemas of custom resources that were imported, a line for each.
pub fn imported_terminal(schemas: &[(RepoPath, Imported)]) -> String {
    let rows: String = schemas.iter().map(|(path, imported)| format!("{:9}  {}\n", imported.word(), line(path.as_str()))).collect();
    format!("{rows}\n{} for `goldpath validate` to check custom resources against\n", count(schemas.len(), "schema"))
}

/// The same as one JSON object.
pub fn imported_json(schemas: &[(RepoPath, Imported)]) -> Value {
    let one = |(path, imported): &(RepoPath, Imported)| json!({ "path": path, "change": imported.word() });
    report("SchemaImportReport", json!({ "schemas": schemas.iter().map(one).collect::<Vec<_>>() }))
}

/// Where a new request is, and what to do next.
pub fn new_terminal(file: &str, path: &GoldenPath, release: &ReleaseId, is_deprecated: bool) -> String {
    let deprecated = if is_deprecated { "\nThis golden path is deprecated: ask its owner what takes its place.\n" } else { "" };
    format!(
        "{}: a request for {} (`{release}`)\n{deprecated}\nNext:\n  fill in the fields that have no value\n  goldpath validate {}\n  goldpath diff\n",
        line(file),
        line(&path.title),
        line(file)
    )
}
