//! What Terraform itself refuses of a root before it plans anything, as far as the files tell: so that it is found before review.

mod calls;
mod circles;
mod instances;
mod named;
mod shape;

use super::language::Trouble;
use super::lexer::line_column;
use crate::model::RepoPath;
use hcl_edit::Span;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, BlockLabel, Body};
use instances::Instances;
use std::collections::BTreeMap;
use std::ops::Range;

/// Everything that is wrong with the files of one root, by file; `facts`: what `local.goldpath` holds.
pub(super) fn check(
    files: &BTreeMap<RepoPath, (String, Body)>,
    facts: &BTreeMap<&'static str, String>,
) -> BTreeMap<RepoPath, Vec<Trouble>> {
    let mut look = Look { files, found: BTreeMap::new() };
    shape::check(&mut look);
    calls::check(&mut look);
    named::check(&mut look);
    Instances::of(files).check(&mut look, facts);
    circles::check(&mut look);
    look.found
}

/// The files, and what was found in them.
struct Look<'a> {
    files: &'a BTreeMap<RepoPath, (String, Body)>,
    found: BTreeMap<RepoPath, Vec<Trouble>>,
}

impl<'a> Look<'a> {
    fn refuse(&mut self, file: &RepoPath, span: Option<Range<usize>>, message: impl Into<String>, help: impl Into<String>) {
        let text = self.files.get(file).map_or("", |(text, _)| text);
        let line = span.map_or(1, |span| line_column(text, span.start).0);
        self.found.entry(file.clone()).or_default().push(Trouble::new(line, message).help(help));
    }

    /// All blocks at the top of all files.
    fn blocks(&self) -> impl Iterator<Item = (&'a RepoPath, &'a Block)> + use<'a> {
        self.files.iter().flat_map(|(path, (_, body))| body.blocks().map(move |block| (path, block)))
    }
}

fn labels(block: &Block) -> Vec<&str> {
    block.labels.iter().map(BlockLabel::as_str).collect()
}

/// How a resource or data is named elsewhere.
fn address_of(block: &Block) -> Option<String> {
    match (block.ident.as_str(), labels(block).as_slice()) {
        ("resource", [kind, name]) => Some(format!("{kind}.{name}")),
        ("data", [kind, name]) => Some(format!("data.{kind}.{name}")),
        _ => None,
    }
}

/// The address that a traversal begins with, and what is behind it; nothing when it names no resource and no data.
fn address(traversal: &Traversal) -> Option<(String, &[hcl_edit::Decorated<TraversalOperator>])> {
    let Expression::Variable(root) = &traversal.expr else { return None };
    let name = |index: usize| match traversal.operators.get(index)?.value() {
        TraversalOperator::GetAttr(name) => Some(name.as_str()),
        _ => None,
    };
    if root.as_str() == "data" {
        return Some((format!("data.{}.{}", name(0)?, name(1)?), &traversal.operators[2..]));
    }
    Some((format!("{}.{}", root.as_str(), name(0)?), &traversal.operators[1..]))
}

fn span_of(expression: &Expression) -> Option<Range<usize>> {
    expression.span()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that is wrong with a root of one file, as it was found.
    pub(super) fn troubles(text: String, facts: &BTreeMap<&'static str, String>) -> Vec<Trouble> {
        let body: Body = text.parse().unwrap();
        check(&BTreeMap::from([(RepoPath::parse("main.tf").unwrap(), (text, body))]), facts).into_values().flatten().collect()
    }
}
