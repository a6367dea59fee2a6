//! YAML with places: one reading gives values and, for every JSON pointer, where its key and value stand.
//!
//! What is read is YAML 1.2 (core schema); what a reader of YAML 1.1 would take differently is a warning, and is written in quotes by [`emit`].

mod block;
mod bytes;
mod emit;
mod flow;
mod form;
mod kubectl;
mod problem;
mod scalar;
mod stray;
mod syntax;
mod tree;
mod unseen;

pub use bytes::{check_bytes, check_lines};
pub use emit::{emit, emit_into};
pub use form::{Form, Word};
pub use kubectl::Misread;
pub use problem::{Problem, ProblemKind};
pub use scalar::plain;
pub use stray::{conflict, conflicts};
pub use tree::{Document, Spot};

use crate::model::Span;

/// What a text holds: its documents, and everything that is wrong with it.
#[derive(Debug, Default)]
pub struct Parsed<'a> {
    /// The documents that could be read, in order; one with a syntax error is missing.
    pub documents: Vec<Document<'a>>,
    /// What is wrong, in the order of the text.
    pub problems: Vec<Problem>,
    /// Whether a text in quotes goes over several lines: what one of these lines looks like is not what it is.
    pub quotes_over_lines: bool,
    /// Keys that readers of YAML 1.1 take for something else, which is a mistake only where no format asks for a key of that name.
    pub doubtful_keys: Vec<Problem>,
    /// How many keys are numbers, truth values or nothing to YAML itself; here they are text.
    pub other_keys: usize,
    /// Whether `kubectl` reads a plain value as another one.
    pub misread: bool,
}

impl Parsed<'_> {
    /// Whether a problem is more than a warning.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }
}

/// Reads all documents of a text; the documents behind one with a syntax error are still read.
pub fn parse(text: &str) -> Parsed<'_> {
    let mut parsed = tree::read(text);
    if let Some(at) = text.find('\r') {
        let place = bytes::point(text, at);
        let ends = if text[at..].starts_with("\r\n") { "CR LF" } else { "CR" };
        parsed.problems.push(
            Problem::new(ProblemKind::LineEndings, place, format!("the lines of this file end with {ends}, not with LF"))
                .help("Save the file with Unix line endings (in Git: `*.yaml text eol=lf` in `.gitattributes`)."),
        );
    }
    parsed.problems.sort_by_key(|problem| problem.span);
    parsed
}

/// Where the key and the value of a JSON pointer stand in the first document of a text.
pub fn locate(text: &str, pointer: &str) -> Option<Spot> {
    tree::read(text).documents.first()?.place(pointer)
}

/// The span of a part of a text, from byte to byte.
fn span_of(text: &str, from: usize, to: usize) -> Span {
    let start = bytes::point(text, from);
    let mut span = start;
    for c in text[from..to].chars() {
        if c == '\n' {
            span.end_line += 1;
            span.end_column = 1;
        } else {
            span.end_column += 1;
        }
    }
    span
}

#[cfg(test)]
mod tests;
