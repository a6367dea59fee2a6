//! How many of each resource there are: with `count` and `for_each` it is named with a key, without them without one.

use super::{Look, address, address_of, span_of};
use crate::model::{RepoPath, close_match, meant, quoted_list};
use crate::render::walk::{self, Binds, Bound};
use hcl_edit::Span;
use hcl_edit::expr::{Expression, ForExpr, FuncCall, Traversal, TraversalOperator};
use hcl_edit::structure::{Attribute, Block, Body};
use hcl_edit::template::ForTemplateExpr;
use hcl_edit::visit::{Visit, visit_func_call, visit_traversal};
use std::collections::BTreeMap;
use std::ops::Range;

/// What `terraform_data` tells of itself.
const TOLD: [&str; 4] = ["id", "input", "output", "triggers_replace"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Many {
    One,
    Counted,
    Keyed,
}

/// All resources and data of a root.
pub(super) struct Instances(BTreeMap<String, Many>);

impl Instances {
    pub(super) fn of(files: &BTreeMap<RepoPath, (String, Body)>) -> Self {
        let blocks = files.values().flat_map(|(_, body)| body.blocks());
        Self(blocks.filter_map(|block| Some((address_of(block)?, many(block)))).collect())
    }

    pub(super) fn check(&self, look: &mut Look<'_>, facts: &BTreeMap<&'static str, String>) {
        for (file, block) in look.blocks() {
            match block.ident.as_str() {
                "moved" => self.moved(look, file, block),
                "removed" => self.removed(look, file, block),
                _ => {
                    let inside = address_of(block).map(|_| many(block));
                    let mut named = Named {
                        instances: self,
                        facts,
                        inside,
                        condition: false,
                        tried: false,
                        bound: Bound::default(),
                        found: Vec::new(),
                    };
                    named.block(block);
                    for (span, message, help) in named.found {
                        look.refuse(file, span, message, help);
                    }
                }
            }
        }
    }

    /// What is taken away cannot be declared any more.
    fn removed(&self, look: &mut Look<'_>, file: &RepoPath, block: &Block) {
        let from = block.body.get_attribute("from").and_then(|from| plain(&from.value));
        if let Some(address) = from.filter(|address| self.0.contains_key(address)) {
            look.refuse(file, block.span(), format!("`{address}` is in `removed`, and still declared"), "Leave one of them out.");
        }
    }

    fn moved(&self, look: &mut Look<'_>, file: &RepoPath, block: &Block) {
        let end = |name: &str| block.body.get_attribute(name).map(|end| &end.value);
        let (from, to) = (end("from").and_then(plain), end("to"));
        let itself = |address: &str| to.and_then(plain).is_some_and(|to| to == address);
        // The one that it was becomes one of many: what is declared now has a key.
        let becomes_many = |address: &str| {
            self.0.get(address).is_some_and(|many| *many != Many::One) && to.and_then(keyed).is_some_and(|to| to == address)
        };
        let stays = |address: &String| itself(address) || self.0.contains_key(address) && !becomes_many(address);
        if let Some(address) = from.filter(stays) {
            look.refuse(file, block.span(), format!("`{address}` is moved away, and still declared"), "Leave one of them out.");
        }
    }
}

fn many(block: &Block) -> Many {
    match (block.body.get_attribute("count"), block.body.get_attribute("for_each")) {
        (Some(_), _) => Many::Counted,
        (None, Some(_)) => Many::Keyed,
        (None, None) => Many::One,
    }
}

/// An address with nothing behind it.
fn plain(expression: &Expression) -> Option<String> {
    let Expression::Traversal(traversal) = expression else { return None };
    address(traversal).filter(|(_, rest)| rest.is_empty()).map(|(address, _)| address)
}

/// An address with a key behind it.
fn keyed(expression: &Expression) -> Option<String> {
    let Expression::Traversal(traversal) = expression else { return None };
    let (address, rest) = address(traversal)?;
    let is_key = matches!(rest, [key] if matches!(key.value(), TraversalOperator::Index(_)));
    is_key.then_some(address)
}

struct Named<'a> {
    instances: &'a Instances,
    /// What `local.goldpath` holds.
    facts: &'a BTreeMap<&'static str, String>,
    /// How many there are of what it is inside of; nothing outside of resources and data.
    inside: Option<Many>,
    /// Whether it is inside of what is asked afterwards.
    condition: bool,
    /// Whether it is inside of `try` or `can`, which take what is not there.
    tried: bool,
    bound: Bound,
    found: Vec<(Option<Range<usize>>, String, String)>,
}

impl Named<'_> {
    fn block(&mut self, block: &Block) {
        let argument = |named: &mut Self, attribute: &Attribute| match attribute.key.as_str() {
            "provider" | "depends_on" | "replace_triggered_by" | "ignore_changes" | "type" | "providers" => {}
            _ => named.visit_expr(&attribute.value),
        };
        walk::block(self, block, argument, |named, inner| {
            let before = named.condition;
            named.condition |= inner.ident.as_str() == "postcondition";
            named.block(inner);
            named.condition = before;
        });
    }

    fn say(&mut self, traversal: &Traversal, message: String, help: impl Into<String>) {
        let span = span_of(&traversal.expr).or_else(|| traversal.span());
        self.found.push((span, message, help.into()));
    }

    /// What is named by words of Terraform's own.
    fn own(&mut self, node: &Traversal, root: &str, part: Option<&str>) {
        let (parts, there, help): (&[&str], bool, &str) = match root {
            "each" => (&["key", "value"], self.inside == Some(Many::Keyed), "It is there where `for_each` is."),
            "count" => (&["index"], self.inside == Some(Many::Counted), "It is there where `count` is."),
            "path" => (&["cwd", "module", "root"], true, ""),
            "terraform" => (&["workspace", "applying"], true, ""),
            "self" if self.condition => return,
            "self" => return self.say(node, "`self` is nothing here".to_owned(), "It is there in a `postcondition`."),
            "module" => {
                return self.say(
                    node,
                    "there are no modules in this root".to_owned(),
                    "What they would hold is not in the reviewed bytes.",
                );
            }
            _ => return,
        };
        if !there {
            self.say(node, format!("`{root}` is nothing here"), help);
        } else if let Some(part) = part.filter(|part| !parts.contains(part)) {
            self.say(node, format!("`{root}` has no `{part}`"), format!("There are {}.", quoted_list(parts.iter().copied())));
        }
    }

    /// `local.goldpath` and a name behind it.
    fn fact(&mut self, node: &Traversal) {
        let name = match node.operators.get(1).map(|operator| operator.value()) {
            Some(TraversalOperator::GetAttr(name)) => name.as_str(),
            Some(TraversalOperator::Index(Expression::String(name))) => name.as_str(),
            _ => return,
        };
        if self.tried || self.facts.contains_key(name) {
            return;
        }
        let team = self.facts.get("team").map_or("", String::as_str);
        let read = format!("or read it with `try(local.goldpath.{name}, null)`.");
        let (message, help) = match name {
            "cost_centre" => (
                format!("`local.goldpath` has no `{name}` here: the team `{team}` has none"),
                format!("Write `costCentre` into `teams/{team}.yaml`, {read}"),
            ),
            "data_classification" => (
                format!("`local.goldpath` has no `{name}` here: the request says none"),
                format!("Say in `facts.dataClassification` of `release.yaml` which field it is, {read}"),
            ),
            _ => {
                let known = || self.facts.keys().copied();
                let near = close_match(name, known().chain(["cost_centre", "data_classification"]));
                (format!("`local.goldpath` has no `{name}`"), near.map_or_else(|| format!("There are {}.", quoted_list(known())), meant))
            }
        };
        self.say(node, message, help);
    }

    fn resource(&mut self, node: &Traversal, address: &str, many: Many, rest: &[hcl_edit::Decorated<TraversalOperator>]) {
        let first = rest.first().map(|operator| operator.value());
        let below = match (many, first) {
            (Many::One, Some(TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_))) => {
                let help = "It has neither `count` nor `for_each`, so it is named without a key.";
                return self.say(node, format!("there is only one `{address}`"), help);
            }
            (Many::Counted | Many::Keyed, Some(TraversalOperator::GetAttr(name))) => {
                let key = if many == Many::Counted { "0" } else { "\"key\"" };
                let help = format!("Say which: `{address}[{key}].{}`, or all: `{address}[*].{}`.", name.as_str(), name.as_str());
                return self.say(node, format!("there may be many `{address}`"), help);
            }
            (Many::One, Some(TraversalOperator::GetAttr(name))) => Some(name),
            (_, Some(_)) => match rest.get(1).map(|operator| operator.value()) {
                Some(TraversalOperator::GetAttr(name)) => Some(name),
                _ => None,
            },
            (_, None) => None,
        };
        let Some(name) = below.filter(|name| address.starts_with("terraform_data.") && !TOLD.contains(&name.as_str())) else { return };
        let near = close_match(name.as_str(), TOLD);
        let help = near.map_or_else(|| format!("There are {}.", quoted_list(TOLD)), meant);
        self.say(node, format!("`{address}` has no `{}`", name.as_str()), help);
    }
}

impl Binds for Named<'_> {
    fn bound(&mut self) -> &mut Bound {
        &mut self.bound
    }
}

impl Visit for Named<'_> {
    fn visit_for_expr(&mut self, node: &ForExpr) {
        walk::for_expr(self, node);
    }

    fn visit_for_template_expr(&mut self, node: &ForTemplateExpr) {
        walk::for_template_expr(self, node);
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        let before = self.tried;
        self.tried |= matches!(node.name.name.as_str(), "try" | "can");
        visit_func_call(self, node);
        self.tried = before;
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        if let Expression::Variable(root) = &node.expr
            && !self.bound.holds(root.as_str())
        {
            let part = node.operators.first().and_then(|operator| match operator.value() {
                TraversalOperator::GetAttr(name) => Some(name.as_str()),
                _ => None,
            });
            self.own(node, root.as_str(), part);
            if (root.as_str(), part) == ("local", Some("goldpath")) {
                self.fact(node);
            }
            if let Some((address, rest)) = address(node)
                && let Some(many) = self.instances.0.get(&address)
            {
                self.resource(node, &address, *many, rest);
            }
        }
        visit_traversal(self, node);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::troubles;
    use super::*;

    /// What is said of a root in which `a` is declared so, and moved so.
    fn said(declared: &str, from: &str, to: &str) -> String {
        let text = format!("resource \"t\" \"a\" {{\n  {declared}\n}}\nmoved {{\n  from = {from}\n  to   = {to}\n}}\n");
        let said: Vec<String> =
            troubles(text, &BTreeMap::new()).into_iter().map(|trouble| format!("{}: {}", trouble.line, trouble.message)).collect();
        format!("{declared} | {from} -> {to}: {}", said.join(" | ")).trim_end().to_owned()
    }

    #[test]
    fn what_becomes_many_is_moved_to_a_key_of_itself() {
        let table = [
            said("count = 2", "t.a", "t.a[0]"),
            said("for_each = toset([\"x\"])", "t.a", "t.a[\"x\"]"),
            said("count = 2", "t.a[0]", "t.a[1]"),
            said("", "t.a", "t.a[0]"),
            said("count = 2", "t.a", "t.a"),
            said("count = 2", "t.a", "t.b[0]"),
            said("count = 2", "t.a", "t.a[0].b"),
            said("count = 2", "t.a", "\"t.a[0]\""),
        ];
        insta::assert_snapshot!(table.join("\n"), @r#"
        count = 2 | t.a -> t.a[0]:
        for_each = toset(["x"]) | t.a -> t.a["x"]:
        count = 2 | t.a[0] -> t.a[1]:
         | t.a -> t.a[0]: 4: `t.a` is moved away, and still declared
        count = 2 | t.a -> t.a: 4: `t.a` is moved away, and still declared
        count = 2 | t.a -> t.b[0]: 4: `t.a` is moved away, and still declared
        count = 2 | t.a -> t.a[0].b: 4: `t.a` is moved away, and still declared
        count = 2 | t.a -> "t.a[0]": 4: `t.a` is moved away, and still declared
        "#);
    }

    /// What is said of a value in a root of a team without a cost centre.
    fn of_value(value: &str) -> String {
        let text = format!("resource \"terraform_data\" \"a\" {{\n  input = {value}\n}}\n");
        let facts = BTreeMap::from([("team", "payments-team".to_owned()), ("request", "shop".to_owned())]);
        let said: Vec<String> =
            troubles(text, &facts).into_iter().map(|trouble| format!("{}. {}", trouble.message, trouble.help)).collect();
        format!("{value}: {}", said.join(" | ")).trim_end().to_owned()
    }

    #[test]
    fn what_goldpath_writes_for_others_alone_is_not_there() {
        let table = [
            "local.goldpath.team",
            "local.goldpath[\"request\"]",
            "local.goldpath.cost_centre",
            "\"${local.goldpath.data_classification}\"",
            "local.goldpath.nope",
            "local.goldpath[\"taem\"]",
            "try(local.goldpath.cost_centre, null)",
            "can(local.goldpath.nope)",
            "lookup(local.goldpath, \"nope\", null)",
            "[for goldpath in local.goldpath : goldpath.nope]",
        ];
        insta::assert_snapshot!(table.map(of_value).join("\n"), @r#"
        local.goldpath.team:
        local.goldpath["request"]:
        local.goldpath.cost_centre: `local.goldpath` has no `cost_centre` here: the team `payments-team` has none. Write `costCentre` into `teams/payments-team.yaml`, or read it with `try(local.goldpath.cost_centre, null)`.
        "${local.goldpath.data_classification}": `local.goldpath` has no `data_classification` here: the request says none. Say in `facts.dataClassification` of `release.yaml` which field it is, or read it with `try(local.goldpath.data_classification, null)`.
        local.goldpath.nope: `local.goldpath` has no `nope`. There are `request` and `team`.
        local.goldpath["taem"]: `local.goldpath` has no `taem`. Did you mean `team`?
        try(local.goldpath.cost_centre, null):
        can(local.goldpath.nope):
        lookup(local.goldpath, "nope", null):
        [for goldpath in local.goldpath : goldpath.nope]:
        "#);
    }
}
