//! `# METADATA` comments: what a policy is called, and whom to ask.

use crate::model::{RepoPath, Span};
use crate::yaml;
use serde_json::Value;

/// What the metadata of a file says about its policy.
#[derive(Default)]
pub(super) struct Metadata {
    /// `custom.id`, and where it stands.
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
        let comments = lines[start + 1..].iter().map_while(|line| line.trim().strip_prefix('#').map(|text| (*line, text)));
        let block: Vec<(&str, &str)> = comments.map(|(line, text)| (line, text.strip_prefix(' ').unwrap_or(text))).collect();
        at = start + 1 + block.len();
        metadata.add(&Block { above: number(start + 1), lines: block });
    }
    metadata
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// The comment lines of one block, each with what is YAML of it.
struct Block<'a> {
    /// How many lines of the file stand above it.
    above: u32,
    lines: Vec<(&'a str, &'a str)>,
}

impl Block<'_> {
    fn text(&self) -> String {
        self.lines.iter().map(|(_, text)| *text).collect::<Vec<_>>().join("\n")
    }

    /// A place in its YAML as one in the file.
    fn place(&self, span: Span) -> Span {
        let before = |line: u32| {
            let line = self.lines.get((line as usize).saturating_sub(1));
            line.map_or(0, |(line, text)| number(line.trim_end().chars().count().saturating_sub(text.trim_end().chars().count())))
        };
        Span {
            line: span.line + self.above,
            column: span.column + before(span.line),
            end_line: span.end_line + self.above,
            end_column: span.end_column + before(span.end_line),
        }
    }
}

impl Metadata {
    fn add(&mut self, block: &Block<'_>) {
        let text = block.text();
        let parsed = yaml::parse(&text);
        if let Some(problem) = parsed.problems.iter().find(|problem| problem.is_error()) {
            return self.mistakes.push((block.place(problem.span), format!("the metadata is not YAML: {}", problem.message)));
        }
        let Some(document) = parsed.documents.into_iter().next() else { return };
        let value = document.value();
        if self.title.is_none() {
            self.title = value.pointer("/title").and_then(Value::as_str).map(str::to_owned);
        }
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        for (pointer, slot) in [("/custom/id", &mut self.id), ("/custom/owner", &mut self.owner)] {
            let at = document.place(pointer).map_or(Span::START, |spot| block.place(spot.value));
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

/// The team that a policy names as its owner, in the text of its file.
pub fn owner(text: &str) -> Option<String> {
    read(text).owner.map(|(owner, _)| owner)
}

/// What a policy is called whose metadata say nothing: its file's name.
pub(super) fn id_of_file(file: &RepoPath) -> String {
    let stem = file.file_name().strip_suffix(".rego").unwrap_or(file.file_name());
    let letters = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    letters.collect::<String>().trim_matches('-').to_owned()
}
