//! Arguments that name something and read nothing: `depends_on`, `ignore_changes` and `replace_triggered_by`.

use super::{Look, address, address_of, span_of};
use crate::model::{RepoPath, close_match, meant, quoted_list};
use hcl_edit::Span;
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::{Attribute, Block};
use std::collections::BTreeSet;

/// What `terraform_data` has.
const FIELDS: [&str; 4] = ["id", "input", "output", "triggers_replace"];

/// What is said of an argument that has something else in it.
const WHOLE: &str = "Name the whole of a resource: `depends_on = [terraform_data.a]`.";
const TRIGGER: &str = "Name a resource or a part of one: `replace_triggered_by = [terraform_data.a.output]`.";

pub(super) fn check(look: &mut Look<'_>) {
    let declared: BTreeSet<String> = look.blocks().filter_map(|(_, block)| address_of(block)).collect();
    for (file, block) in look.blocks() {
        let kind = block.ident.as_str();
        if let Some(list) = block.body.get_attribute("depends_on").filter(|_| matches!(kind, "resource" | "data" | "output")) {
            depends_on(look, file, list, &declared);
        }
        if kind != "resource" {
            continue;
        }
        for lifecycle in block.body.get_blocks("lifecycle") {
            let is_data = block.labels.first().is_some_and(|label| label.as_str() == "terraform_data");
            if let Some(list) = lifecycle.body.get_attribute("ignore_changes").filter(|_| is_data) {
                ignored(look, file, block, list);
            }
            if let Some(list) = lifecycle.body.get_attribute("replace_triggered_by") {
                triggers(look, file, list);
            }
        }
    }
}

fn depends_on(look: &mut Look<'_>, file: &RepoPath, list: &Attribute, declared: &BTreeSet<String>) {
    let Expression::Array(items) = &list.value else {
        return look.refuse(file, list.span(), "`depends_on` is no list", WHOLE);
    };
    for item in items {
        let at = span_of(item).or_else(|| list.span());
        match item {
            Expression::String(text) if declared.contains(text.as_str()) => {}
            Expression::String(text) => {
                let message = format!("there is no resource `{}` in this root", text.as_str());
                let near = close_match(text.as_str(), declared.iter().map(String::as_str));
                look.refuse(file, at, message, near.map_or_else(|| WHOLE.to_owned(), meant));
            }
            Expression::Traversal(traversal) => {
                let root = traversal.expr.as_variable().map(|root| root.as_str());
                let rest = address(traversal).map(|(_, rest)| rest);
                let is_whole = rest.is_some_and(|rest| rest.iter().all(|part| matches!(part.value(), TraversalOperator::Index(_))));
                if root == Some("module") {
                    look.refuse(file, at, "there are no modules in this root", "What they would hold is not in the reviewed bytes.");
                } else if !is_whole || matches!(root, Some("each" | "count" | "self")) {
                    look.refuse(file, at, "`depends_on` takes no part of something", WHOLE);
                }
            }
            // what nothing declares is told of where all names are
            Expression::Variable(_) => {}
            _ => look.refuse(file, at, "`depends_on` takes names alone", WHOLE),
        }
    }
}

/// `ignore_changes` of `terraform_data`; what other resources have, only their providers know.
fn ignored(look: &mut Look<'_>, file: &RepoPath, block: &Block, list: &Attribute) {
    let Expression::Array(items) = &list.value else { return };
    for item in items {
        let name = match item {
            Expression::Variable(name) => name.as_str(),
            Expression::String(text) => text.split(['.', '[']).next().unwrap_or_default(),
            Expression::Traversal(traversal) => traversal.expr.as_variable().map_or("", |name| name.as_str()),
            _ => "",
        };
        if name.is_empty() || FIELDS.contains(&name) || matches!(name, "all" | "*") {
            continue;
        }
        let near = close_match(name, FIELDS);
        let help = near.map_or_else(|| format!("There are {}.", quoted_list(FIELDS)), meant);
        let shown = address_of(block).unwrap_or_default();
        look.refuse(file, span_of(item).or_else(|| list.span()), format!("`{shown}` has no `{name}`"), help);
    }
}

fn triggers(look: &mut Look<'_>, file: &RepoPath, list: &Attribute) {
    const OTHERS: [&str; 8] = ["local", "var", "path", "terraform", "module", "each", "count", "self"];
    let Expression::Array(items) = &list.value else {
        return look.refuse(file, list.span(), "`replace_triggered_by` is no list", TRIGGER);
    };
    for item in items {
        let is_resource = match item {
            Expression::Traversal(traversal) => traversal.expr.as_variable().is_some_and(|root| !OTHERS.contains(&root.as_str())),
            Expression::Variable(_) => true,
            _ => false,
        };
        if !is_resource {
            look.refuse(file, span_of(item).or_else(|| list.span()), "`replace_triggered_by` takes resources alone", TRIGGER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::troubles;
    use std::collections::BTreeMap;

    /// What is said of a line in a resource.
    fn said(line: &str) -> String {
        let text = format!("resource \"terraform_data\" \"b\" {{}}\nresource \"terraform_data\" \"a\" {{\n  {line}\n}}\n");
        let said: Vec<String> =
            troubles(text, &BTreeMap::new()).into_iter().map(|trouble| format!("{}. {}", trouble.message, trouble.help)).collect();
        format!("{line}: {}", said.join(" | ")).trim_end().to_owned()
    }

    #[test]
    fn what_names_something_names_what_may_be_named() {
        let lines = [
            "depends_on = [terraform_data.b]",
            "depends_on = [\"terraform_data.b\"]",
            "depends_on = [local.goldpath]",
            "depends_on = [\"x\"]",
            "depends_on = [\"terraform_data.bb\"]",
            "depends_on = [upper(\"a\")]",
            "depends_on = [module.x]",
            "depends_on = [terraform_data.b.id]",
            "depends_on = terraform_data.b",
            "depends_on = [each.key]",
        ];
        let lifecycle = [
            "ignore_changes = [input, \"output\", input.zone]",
            "ignore_changes = all",
            "ignore_changes = [nope]",
            "ignore_changes = [inptu]",
            "replace_triggered_by = [terraform_data.b.id]",
            "replace_triggered_by = [local.goldpath]",
            "replace_triggered_by = [\"x\"]",
        ];
        let lifecycle = lifecycle.map(|line| format!("lifecycle {{\n    {line}\n  }}"));
        let all: Vec<String> = lines.map(str::to_owned).into_iter().chain(lifecycle).map(|line| said(&line)).collect();
        insta::assert_snapshot!(all.join("\n"), @r#"
        depends_on = [terraform_data.b]:
        depends_on = ["terraform_data.b"]:
        depends_on = [local.goldpath]:
        depends_on = ["x"]: there is no resource `x` in this root. Name the whole of a resource: `depends_on = [terraform_data.a]`.
        depends_on = ["terraform_data.bb"]: there is no resource `terraform_data.bb` in this root. Did you mean `terraform_data.b`?
        depends_on = [upper("a")]: `depends_on` takes names alone. Name the whole of a resource: `depends_on = [terraform_data.a]`.
        depends_on = [module.x]: there are no modules in this root. What they would hold is not in the reviewed bytes.
        depends_on = [terraform_data.b.id]: `depends_on` takes no part of something. Name the whole of a resource: `depends_on = [terraform_data.a]`.
        depends_on = terraform_data.b: `depends_on` is no list. Name the whole of a resource: `depends_on = [terraform_data.a]`.
        depends_on = [each.key]: `depends_on` takes no part of something. Name the whole of a resource: `depends_on = [terraform_data.a]`.
        lifecycle {
            ignore_changes = [input, "output", input.zone]
          }:
        lifecycle {
            ignore_changes = all
          }:
        lifecycle {
            ignore_changes = [nope]
          }: `terraform_data.a` has no `nope`. There are `id`, `input`, `output` and `triggers_replace`.
        lifecycle {
            ignore_changes = [inptu]
          }: `terraform_data.a` has no `inptu`. Did you mean `input`?
        lifecycle {
            replace_triggered_by = [terraform_data.b.id]
          }:
        lifecycle {
            replace_triggered_by = [local.goldpath]
          }: `replace_triggered_by` takes resources alone. Name a resource or a part of one: `replace_triggered_by = [terraform_data.a.output]`.
        lifecycle {
            replace_triggered_by = ["x"]
          }: `replace_triggered_by` takes resources alone. Name a resource or a part of one: `replace_triggered_by = [terraform_data.a.output]`.
        "#);
    }
}
