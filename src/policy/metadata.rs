//! `# METADATA` comments: what a policy is called, and whom to ask.

use crate::model::{RepoPath, Span};
use crate::yaml;
use serde_json::Value;

/// What the metadata of a file says about its policy.
#[derive(Default)]
pub(super) struct Metadata {
    /// `custom.id`, with the line on which its block begins.
    pub(super) id: Option<(String, Span)>,
    /// `custom.owner`.
    pub(super) owner: Option<(String, Span)>,
    /// `title`.
    pub(super) title: Option<String>,
    /// What cannot be used: a place and a sentence.
    pub(super) mistakes: Vec<(Span, String)>,
}

/// Reads all metadata blocks of a file: `# METADATA` and the comment lines below it.
pub(super) fn read(text: &str) -> Metadata {
    let mut metadata = Metadata::default();
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        if lines[at].trim() != "# METADATA" {
            at += 1;
            continue;
        }
        let start = at;
        let comments = lines[start + 1..].iter().map_while(|line| line.trim().strip_prefix('#'));
        let block: Vec<&str> = comments.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        at = start + 1 + block.len();
        metadata.add(&block.join("\n"), Span::point(line_number(start), 1));
    }
    metadata
}

fn line_number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

impl Metadata {
    fn add(&mut self, block: &str, at: Span) {
        let parsed = yaml::parse(block);
        if let Some(problem) = parsed.problems.iter().find(|problem| problem.is_error()) {
            let place = Span::point(at.line + problem.span.line, 1);
            return self.mistakes.push((place, format!("the metadata is not YAML: {}", problem.message)));
        }
        let Some(value) = parsed.documents.into_iter().next().map(yaml::Document::into_value) else { return };
        if self.title.is_none() {
            self.title = value.pointer("/title").and_then(Value::as_str).map(str::to_owned);
        }
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        for (pointer, slot) in [("/custom/id", &mut self.id), ("/custom/owner", &mut self.owner)] {
            match (text(pointer), &slot) {
                (Some(new), None) => *slot = Some((new, at)),
                (Some(new), Some((first, _))) if new != *first => {
                    let name = pointer.rsplit('/').next().unwrap_or(pointer);
                    self.mistakes.push((at, format!("the {name} of this policy is `{first}` above and `{new}` here")));
                }
                _ => {}
            }
        }
    }
}

/// What a policy is called whose metadata say nothing: its file's name.
pub(super) fn id_of_file(file: &RepoPath) -> String {
    let stem = file.file_name().strip_suffix(".rego").unwrap_or(file.file_name());
    let letters = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    letters.collect::<String>().trim_matches('-').to_owned()
}
