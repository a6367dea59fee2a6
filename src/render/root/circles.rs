//! What reads itself, by way of others: resources, data and local values.

use super::{Look, address, address_of};
use crate::model::RepoPath;
use crate::render::circle;
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
    let needs = nodes.iter().map(|(address, node)| (address.as_str(), node.reads.iter().map(String::as_str).collect()));
    let Some(way) = circle::first(&needs.collect()) else { return };
    let first = &nodes[way[0]];
    let message = match way.as_slice() {
        [only] => format!("`{only}` reads itself"),
        _ => {
            let shown: Vec<String> = way.iter().chain(&way[..1]).map(|address| format!("`{address}`")).collect();
            format!("this is a circle: {}", shown.join(" reads "))
        }
    };
    look.refuse(first.file, first.span.clone(), message, "Let one of them have its value from elsewhere.");
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
