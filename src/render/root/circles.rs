//! What reads itself, by way of others: resources, data and local values.

use super::{Look, address, address_of};
use crate::model::RepoPath;
use crate::render::circle;
use crate::render::walk::{self, Binds, Bound};
use hcl_edit::Span;
use hcl_edit::expr::{Expression, ForExpr, Traversal, TraversalOperator};
use hcl_edit::structure::{Attribute, Block};
use hcl_edit::template::ForTemplateExpr;
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
struct Reader {
    read: BTreeSet<String>,
    bound: Bound,
}

fn reads(read: impl FnOnce(&mut Reader)) -> BTreeSet<String> {
    let mut reader = Reader::default();
    read(&mut reader);
    reader.read
}

impl Reader {
    fn block(&mut self, block: &Block) {
        let argument = |reader: &mut Self, attribute: &Attribute| {
            if !matches!(attribute.key.as_str(), "provider" | "ignore_changes") {
                reader.visit_expr(&attribute.value);
            }
        };
        walk::block(self, block, argument, |reader, inner| {
            // What is asked afterwards may ask about itself.
            if inner.ident.as_str() != "postcondition" {
                reader.block(inner);
            }
        });
    }
}

impl Binds for Reader {
    fn bound(&mut self) -> &mut Bound {
        &mut self.bound
    }
}

impl Visit for Reader {
    fn visit_traversal(&mut self, node: &Traversal) {
        if let Expression::Variable(root) = &node.expr
            && !self.bound.holds(root.as_str())
        {
            self.read.extend(address(node).map(|(address, _)| address));
            if let ("local", Some(TraversalOperator::GetAttr(name))) = (root.as_str(), node.operators.first().map(|first| first.value())) {
                self.read.insert(format!("local.{}", name.as_str()));
            }
        }
        visit_traversal(self, node);
    }

    fn visit_for_expr(&mut self, node: &ForExpr) {
        walk::for_expr(self, node);
    }

    fn visit_for_template_expr(&mut self, node: &ForTemplateExpr) {
        walk::for_template_expr(self, node);
    }
}
