//! What was left in a file, or pasted into it, and is no YAML: a merge conflict, the fence of Markdown, a template.

use super::syntax::{line_above, line_from, line_start, lines_from, syntax};
use super::{Problem, ProblemKind, span_of};
use crate::model::Span;

/// Everything of that kind that a parser may stumble over at a byte: all conflicts of the text, else what stands there.
pub(super) fn strays(text: &str, at: usize) -> Vec<Problem> {
    let conflicts = conflicts(text);
    if conflicts.is_empty() { fence(text, at).or_else(|| template(text, at)).into_iter().collect() } else { conflicts }
}

/// Each merge conflict that was left in a text once, at its first line.
pub fn conflicts(text: &str) -> Vec<Problem> {
    let mut last = None;
    let mut found = Vec::new();
    for (start, line) in lines_from(text, 0) {
        let Some(part) = part_of_conflict(line.trim_end()) else { continue };
        if last.is_none_or(|last| part <= last) {
            let help = "Decide for one of the two sides and remove the marker lines.";
            found.push(syntax(line_from(text, start), "a merge conflict was left in the file", help));
        }
        last = Some(part);
    }
    found
}

/// The first merge conflict of any text, of which all three marks are there: one alone may be a line of it, as under a heading.
pub fn conflict(text: &str) -> Option<Problem> {
    let parts: Vec<usize> = text.lines().filter_map(|line| part_of_conflict(line.trim_end())).collect();
    let behind = |parts: &[usize], part: usize| Some(parts.iter().position(|other| *other == part)? + 1);
    let ours = behind(&parts, 0)?;
    let both = ours + behind(&parts[ours..], 2)?;
    behind(&parts[both..], 3)?;
    conflicts(text)
        .into_iter()
        .find(|problem| text.lines().nth(problem.span.line as usize - 1).is_some_and(|line| line.starts_with(PARTS[0])))
}

/// The four lines of a conflict, in their order.
const PARTS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

fn part_of_conflict(line: &str) -> Option<usize> {
    PARTS.iter().position(|mark| line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

fn fence(text: &str, at: usize) -> Option<Problem> {
    let here = lines_from(text, line_start(text, at)).next();
    let (start, line) = [here, line_above(text, at)].into_iter().flatten().find(|(_, line)| is_fence(line.trim()))?;
    let start = start + line.len() - line.trim_start().len();
    let help = "Remove the Markdown fence: this line, and its counterpart.";
    Some(syntax(line_from(text, start), "a fence of Markdown stands in this line", help))
}

fn is_fence(line: &str) -> bool {
    let language = line.strip_prefix("```").or_else(|| line.strip_prefix("~~~"));
    language.is_some_and(|language| language.trim().chars().all(|c| c.is_alphanumeric()))
}

/// `{{-`, `{%`: the parser stops at the second or third character.
fn template(text: &str, at: usize) -> Option<Problem> {
    let before = text[..at].trim_end_matches(['{', '%', '-']);
    let block = &text[before.len()..];
    ["{{-", "{%"].iter().any(|mark| block.starts_with(mark)).then(|| in_template(span_of(text, before.len(), end_of(text, before.len()))))
}

/// Where a template's block ends that begins at a byte, or its line.
pub(super) fn end_of(text: &str, from: usize) -> usize {
    let line = text[from..].lines().next().unwrap_or_default().trim_end();
    from + ["%}", "}}"].iter().filter_map(|mark| line.find(mark)).map(|end| end + 2).min().unwrap_or(line.len())
}

/// A template stands where nothing is filled in.
pub(super) fn in_template(span: Span) -> Problem {
    Problem::new(ProblemKind::Syntax, span, "this is a template's block, and nothing is filled in here")
        .help("Write out what is meant, or put it in quotes when it is text.")
}

/// Braces of a template in a value, which begin an object to YAML.
pub(super) fn in_braces(span: Span) -> Problem {
    Problem::new(ProblemKind::Key, span, "`{{` begins an object, not a text").help("Put the whole text in quotes: \"{{ … }}\".")
}
