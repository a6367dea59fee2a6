//! What the files of a Terraform root name of each other: variables, local values, data and resources that no block declares.

use super::language::Trouble;
use super::lexer::line_column;
use super::walk::{self, Binds, Bound};
use crate::model::{close_match, meant};
use hcl_edit::Span;
use hcl_edit::expr::{Expression, ForExpr, Traversal, TraversalOperator};
use hcl_edit::structure::{Attribute, Block, Body};
use hcl_edit::template::ForTemplateExpr;
use hcl_edit::visit::{Visit, visit_expr, visit_traversal};
use std::collections::BTreeSet;

/// Names that Terraform itself gives a meaning.
const OWN: [&str; 7] = ["each", "count", "self", "path", "terraform", "module", "ephemeral"];

/// What all files of a root declare, as they are named: `var.a`, `local.b`, `data.c.d`, `e.f`.
pub(super) struct Addresses(BTreeSet<String>);

impl Addresses {
    /// The addresses that files declare, and the local value that goldpath itself writes.
    pub(super) fn of<'b>(bodies: impl IntoIterator<Item = &'b Body>) -> Self {
        let mut all = BTreeSet::from(["local.goldpath".to_owned()]);
        for block in bodies.into_iter().flat_map(Body::blocks) {
            let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
            match (block.ident.as_str(), labels.as_slice()) {
                ("variable", [name]) => drop(all.insert(format!("var.{name}"))),
                ("resource", [kind, name]) => drop(all.insert(format!("{kind}.{name}"))),
                ("data", [kind, name]) => drop(all.insert(format!("data.{kind}.{name}"))),
                ("locals", []) => all.extend(block.body.attributes().map(|attribute| format!("local.{}", attribute.key.as_str()))),
                _ => {}
            }
        }
        Self(all)
    }

    /// The names in one file that nothing declares, each once.
    pub(super) fn unknown(&self, text: &str, body: &Body) -> Vec<Trouble> {
        let mut named = Named::default();
        for block in body.blocks().filter(|block| !matches!(block.ident.as_str(), "moved" | "removed")) {
            named.visit_block(block);
        }
        let mut said = BTreeSet::new();
        let unknown = named.found.into_iter().filter(|(address, _)| !self.0.contains(address) && said.insert(address.clone()));
        unknown.map(|(address, at)| self.trouble(&address, at.or_else(|| text.find(&address)), text)).collect()
    }

    fn trouble(&self, address: &str, at: Option<usize>, text: &str) -> Trouble {
        let line = at.map_or(1, |at| line_column(text, at).0);
        if !address.contains('.') {
            return Trouble::new(line, format!("nothing is named `{address}` here"))
                .help(format!("A text stands between quotes: `\"{address}\"`."));
        }
        let root = address.split('.').next().unwrap_or_default();
        let what = match root {
            "var" => "variable",
            "local" => "local value",
            "data" => "data",
            _ => "resource",
        };
        let same = self.0.iter().filter(|known| (known.split('.').next() == Some(root)) || what == "resource" && known.contains('_'));
        let help = match close_match(address, same.map(String::as_str)) {
            Some(near) => meant(near),
            None => "Declare it in a file of this output, or let the template write the value.".to_owned(),
        };
        Trouble::new(line, format!("there is no {what} `{address}` in this root")).help(help)
    }
}

/// The addresses that a file names, with where.
#[derive(Default)]
struct Named {
    bound: Bound,
    found: Vec<(String, Option<usize>)>,
}

impl Binds for Named {
    fn bound(&mut self) -> &mut Bound {
        &mut self.bound
    }
}

impl Visit for Named {
    fn visit_for_expr(&mut self, node: &ForExpr) {
        walk::for_expr(self, node);
    }

    fn visit_for_template_expr(&mut self, node: &ForTemplateExpr) {
        walk::for_template_expr(self, node);
    }

    fn visit_block(&mut self, node: &Block) {
        let argument = |named: &mut Self, attribute: &Attribute| {
            // A provider and a type are named, and what is ignored are arguments of the block itself.
            let words = match attribute.key.as_str() {
                "provider" => true,
                "type" => node.ident.as_str() == "variable",
                "ignore_changes" => node.ident.as_str() == "lifecycle",
                _ => false,
            };
            if !words {
                named.visit_expr(&attribute.value);
            }
        };
        walk::block(self, node, argument, Self::visit_block);
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        if let Expression::Variable(root) = &node.expr {
            let names = node.operators.iter().map_while(|operator| match operator.value() {
                TraversalOperator::GetAttr(name) => Some(name.as_str()),
                _ => None,
            });
            let names: Vec<&str> = names.collect();
            let at = root.span().or_else(|| node.span()).map(|span| span.start);
            self.found.extend(address(root.as_str(), &names, &self.bound).map(|address| (address, at)));
            return node.operators.iter().for_each(|operator| self.visit_traversal_operator(operator));
        }
        visit_traversal(self, node);
    }

    fn visit_expr(&mut self, node: &Expression) {
        match node {
            Expression::Variable(name) if !self.bound.holds(name.as_str()) => {
                self.found.push((name.as_str().to_owned(), node.span().map(|span| span.start)))
            }
            Expression::Variable(_) => {}
            other => visit_expr(self, other),
        }
    }
}

/// The address that a traversal begins with; nothing when it names something else.
fn address(root: &str, names: &[&str], bound: &Bound) -> Option<String> {
    if bound.holds(root) || OWN.contains(&root) {
        return None;
    }
    match (root, names) {
        ("data", [kind, name, ..]) => Some(format!("data.{kind}.{name}")),
        ("data", _) => None,
        (_, [name, ..]) => Some(format!("{root}.{name}")),
        (_, []) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> String {
        let body: Body = text.parse().unwrap();
        let troubles = Addresses::of([&body]).unknown(text, &body);
        troubles.iter().map(|trouble| format!("{}: {}. {}\n", trouble.line, trouble.message, trouble.help)).collect()
    }

    #[test]
    fn what_is_declared_may_be_named() {
        let text = r#"
variable "zone" {}
locals {
  names = [for key, name in var.list : "${key}-${name.first}-${local.goldpath.team}"]
}
variable "list" {}
resource "terraform_data" "a" {
  for_each = toset(local.names)
  input    = { zone = var.zone, key = each.key, path = path.module }
  dynamic "setting" {
    for_each = var.list
    content {
      name = setting.value.name
    }
  }
  lifecycle {
    ignore_changes = [input.zone]
  }
}
data "dns_a_record_set" "b" {}
output "all" {
  value = [terraform_data.a["x"].output, data.dns_a_record_set.b.addrs]
}
moved {
  from = terraform_data.old
  to   = terraform_data.a
}
"#;
        assert_eq!(check(text), "");
    }

    #[test]
    fn what_nothing_declares_is_said_at_its_line() {
        let text = r#"
variable "zone" {}
resource "terraform_data" "main" {
  input = "${var.zon}.${local.domain}"
  more  = [data.dns_a_record_set.b.addrs, terraform_data.mian.output]
}
"#;
        insta::assert_snapshot!(check(text), @r"
        4: there is no variable `var.zon` in this root. Did you mean `var.zone`?
        4: there is no local value `local.domain` in this root. Declare it in a file of this output, or let the template write the value.
        5: there is no data `data.dns_a_record_set.b` in this root. Declare it in a file of this output, or let the template write the value.
        5: there is no resource `terraform_data.mian` in this root. Did you mean `terraform_data.main`?
        ");
    }
}
