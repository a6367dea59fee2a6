//! What reads itself, by way of others: resources, data and local values.

use super::{Look, address, address_of};
use crate::model::RepoPath;
use hcl_edit::Span;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::Block;
use hcl_edit::visit::{Visit, visit_traversal};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Something that reads others.
struct Node<'a> {
    file: &'a RepoPath,
    span: Option<Range<usize>>,
    reads: BTreeSet<String>,
}

pub(super) fn check(look: &mut Look<'_>) {
    let mut nodes: BTreeMap<String, Node<'_>> = BTreeMap::new();
    for (file, block) in look.blocks() {
        if let Some(address) = address_of(block) {
            nodes.insert(address, Node { file, span: block.span(), reads: reads(|reader| reader.block(block)) });
        }
        for attribute in block.body.attributes().filter(|_| block.ident.as_str() == "locals") {
            let reads = reads(|reader| reader.visit_expr(&attribute.value));
            nodes.insert(format!("local.{}", attribute.key.as_str()), Node { file, span: attribute.span(), reads });
        }
    }
    let Some(way) = circle(&nodes) else { return };
    let first = &nodes[&way[0]];
    let message = match way.as_slice() {
        [only] => format!("`{only}` reads itself"),
        _ => {
            let shown: Vec<String> = way.iter().chain([&way[0]]).map(|address| format!("`{address}`")).collect();
            format!("this is a circle: {}", shown.join(" reads "))
        }
    };
    look.refuse(first.file, first.span.clone(), message, "Let one of them have its value from elsewhere.");
}

/// The first circle, each reading the next.
fn circle(nodes: &BTreeMap<String, Node<'_>>) -> Option<Vec<String>> {
    let mut left: BTreeSet<&str> = nodes.keys().map(String::as_str).collect();
    loop {
        let ends: Vec<&str> =
            left.iter().copied().filter(|name| !nodes[*name].reads.iter().any(|read| left.contains(read.as_str()))).collect();
        if ends.is_empty() {
            break;
        }
        left.retain(|name| !ends.contains(name));
    }
    // Whatever is left reads something that is left, so following it comes round.
    let (mut at, mut way) = (*left.iter().next()?, Vec::new());
    loop {
        if let Some(start) = way.iter().position(|known| *known == at) {
            return Some(way.split_off(start).into_iter().map(str::to_owned).collect());
        }
        way.push(at);
        at = nodes[at].reads.iter().map(String::as_str).find(|read| left.contains(read))?;
    }
}

#[derive(Default)]
struct Reader(BTreeSet<String>);

fn reads(read: impl FnOnce(&mut Reader)) -> BTreeSet<String> {
    let mut reader = Reader::default();
    read(&mut reader);
    reader.0
}

impl Reader {
    fn block(&mut self, block: &Block) {
        for attribute in block.body.attributes().filter(|attribute| !matches!(attribute.key.as_str(), "provider" | "ignore_changes")) {
            self.visit_expr(&attribute.value);
        }
        // What is asked afterwards may ask about itself.
        block.body.blocks().filter(|inner| inner.ident.as_str() != "postcondition").for_each(|inner| self.block(inner));
    }
}

impl Visit for Reader {
    fn visit_traversal(&mut self, node: &Traversal) {
        self.0.extend(address(node).map(|(address, _)| address));
        if let (Expression::Variable(root), Some(first)) = (&node.expr, node.operators.first())
            && let ("local", TraversalOperator::GetAttr(name)) = (root.as_str(), first.value())
        {
            self.0.insert(format!("local.{}", name.as_str()));
        }
        visit_traversal(self, node);
    }
}
