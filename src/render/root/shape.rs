//! Blocks and their arguments: which there are, which must be there, and which stand twice.

use super::{Look, labels, span_of};
use crate::model::{RepoPath, close_match, meant, quoted_list};
use hcl_edit::Span;
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::{Block, Body, Structure};
use std::collections::BTreeSet;

/// What a block may hold: its name, arguments, those that must be there, and blocks.
struct Form {
    arguments: &'static [&'static str],
    required: &'static [&'static str],
    blocks: &'static [&'static str],
}

const VARIABLE: Form =
    Form { arguments: &["type", "default", "description", "sensitive", "nullable", "ephemeral"], required: &[], blocks: &["validation"] };
const OUTPUT: Form =
    Form { arguments: &["value", "description", "sensitive", "ephemeral", "depends_on"], required: &["value"], blocks: &["precondition"] };
const MOVED: Form = Form { arguments: &["from", "to"], required: &["from", "to"], blocks: &[] };
const REMOVED: Form = Form { arguments: &["from"], required: &["from"], blocks: &["lifecycle", "provisioner", "connection"] };
const CONDITION: Form = Form { arguments: &["condition", "error_message"], required: &["condition", "error_message"], blocks: &[] };
const LIFECYCLE: Form = Form {
    arguments: &["create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by", "destroy"],
    required: &[],
    blocks: &["precondition", "postcondition"],
};
const TERRAFORM_DATA: Form = Form {
    arguments: &["input", "triggers_replace", "count", "for_each", "provider", "depends_on"],
    required: &[],
    blocks: &["lifecycle", "provisioner", "connection"],
};
const DYNAMIC: Form = Form { arguments: &["for_each", "iterator", "labels"], required: &["for_each"], blocks: &["content"] };

/// Names that a variable cannot have.
const RESERVED: [&str; 8] = ["count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"];
/// Types that are words.
const TYPES: [&str; 4] = ["any", "bool", "number", "string"];
/// Types that hold others.
const TYPES_OF: [&str; 6] = ["list", "map", "object", "optional", "set", "tuple"];

pub(super) fn check(look: &mut Look<'_>) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let configured: BTreeSet<String> =
        look.blocks().filter(|(_, block)| block.ident.as_str() == "provider").filter_map(|(_, block)| declares(block)).collect();
    for (file, block) in look.blocks() {
        provider(look, file, block, &configured);
        if let Some(name) = declares(block).filter(|name| !seen.insert(name.clone())) {
            look.refuse(file, block.span(), format!("{name} is declared twice"), "Give one of them another name.");
        }
        for again in block.body.get_blocks("required_providers").filter(|_| block.ident.as_str() == "terraform") {
            if !seen.insert("required_providers".to_owned()) {
                let help = "Terraform takes one in all files of a root: write all providers into it.";
                look.refuse(file, again.span(), "`required_providers` is there twice", help);
            }
        }
        if block.ident.as_str() == "locals" {
            for attribute in block.body.attributes() {
                let name = attribute.key.as_str();
                if !seen.insert(format!("the local value `{name}`")) {
                    look.refuse(
                        file,
                        attribute.span(),
                        format!("the local value `{name}` is declared twice"),
                        "Give one of them another name.",
                    );
                }
            }
        } else {
            twice(look, file, &block.body);
        }
        top(look, file, block);
    }
}

/// What a block declares, in words; resources are objects of the unit, which are compared as such.
fn declares(block: &Block) -> Option<String> {
    match (block.ident.as_str(), labels(block).as_slice()) {
        ("data", [kind, name]) => Some(format!("the data `{kind}.{name}`")),
        ("variable", [name]) => Some(format!("the variable `{name}`")),
        ("output", [name]) => Some(format!("the output `{name}`")),
        ("provider", [name]) => {
            let alias = block.body.get_attribute("alias").and_then(|alias| alias.value.as_str());
            Some(alias.map_or_else(|| format!("the provider `{name}`"), |alias| format!("the provider `{name}.{alias}`")))
        }
        _ => None,
    }
}

/// A provider by another name needs a block that gives it that name.
fn provider(look: &mut Look<'_>, file: &RepoPath, block: &Block, configured: &BTreeSet<String>) {
    let named = block.body.get_attribute("provider").filter(|_| matches!(block.ident.as_str(), "resource" | "data"));
    let Some(Expression::Traversal(traversal)) = named.map(|named| &named.value) else { return };
    let (Expression::Variable(name), Some(operator)) = (&traversal.expr, traversal.operators.first()) else { return };
    let TraversalOperator::GetAttr(alias) = operator.value() else { return };
    let wanted = format!("the provider `{}.{}`", name.as_str(), alias.as_str());
    if !configured.contains(&wanted) {
        let help = format!("Write `provider \"{}\" {{ alias = \"{}\" }}`.", name.as_str(), alias.as_str());
        look.refuse(file, named.and_then(|named| named.span()), format!("{wanted} is not configured in this root"), help);
    }
}

/// Arguments that stand twice in one block.
fn twice(look: &mut Look<'_>, file: &RepoPath, body: &Body) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) if !seen.insert(attribute.key.as_str()) => {
                look.refuse(file, attribute.span(), format!("the argument `{}` is there twice", attribute.key.as_str()), "");
            }
            Structure::Attribute(_) => {}
            Structure::Block(block) => twice(look, file, &block.body),
        }
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_') && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

fn top(look: &mut Look<'_>, file: &RepoPath, block: &Block) {
    let kind = block.ident.as_str();
    if let Some(name) = labels(block).last().filter(|name| matches!(kind, "resource" | "data" | "variable" | "output") && !is_name(name)) {
        let help = "It begins with a letter or `_`, and has letters, digits, `_` and `-`.";
        look.refuse(file, block.span(), format!("`{name}` is no name of a {}", if kind == "data" { "data source" } else { kind }), help);
    }
    match (kind, labels(block).as_slice()) {
        ("variable", [name]) => variable(look, file, block, name),
        ("output", [name]) => form(look, file, block, &format!("the output `{name}`"), &OUTPUT),
        ("moved", []) => form(look, file, block, "`moved`", &MOVED),
        ("removed", []) => form(look, file, block, "`removed`", &REMOVED),
        ("resource", [kind, name]) => {
            let shown = format!("`{kind}.{name}`");
            if *kind == "terraform_data" {
                form(look, file, block, &shown, &TERRAFORM_DATA);
            }
            repeated(look, file, block, &shown);
            inner(look, file, block);
        }
        ("data", [kind, name]) => {
            repeated(look, file, block, &format!("`data.{kind}.{name}`"));
            inner(look, file, block);
        }
        ("terraform", []) => version(look, file, block),
        _ => {}
    }
}

/// Arguments and blocks that a block does not have, and those that are missing.
fn form(look: &mut Look<'_>, file: &RepoPath, block: &Block, shown: &str, form: &Form) {
    for structure in &block.body {
        let (name, span, known, what) = match structure {
            Structure::Attribute(attribute) => (attribute.key.as_str(), attribute.span(), form.arguments, "argument"),
            Structure::Block(inner) => {
                let name = inner.ident.as_str();
                let dynamic = name == "dynamic";
                (if dynamic { inner.labels.first().map_or(name, |label| label.as_str()) } else { name }, inner.span(), form.blocks, "block")
            }
        };
        if !known.contains(&name) {
            let help = match close_match(name, known.iter().copied()) {
                Some(near) => meant(near),
                None if known.is_empty() => String::new(),
                None => format!("There are {}.", quoted_list(known.iter().copied())),
            };
            look.refuse(file, span, format!("{shown} has no {what} `{name}`"), help);
        }
    }
    for name in form.required.iter().filter(|name| block.body.get_attribute(name).is_none()) {
        look.refuse(file, block.span(), format!("{shown} has no `{name}`"), "");
    }
    for name in ["sensitive", "nullable", "ephemeral", "create_before_destroy", "prevent_destroy", "destroy"] {
        let Some(attribute) = block.body.get_attribute(name).filter(|_| form.arguments.contains(&name)) else { continue };
        let truth = attribute.value.as_bool().is_some() || matches!(attribute.value.as_str(), Some("true" | "false"));
        if !truth {
            look.refuse(file, attribute.span(), format!("`{name}` must be `true` or `false`"), "It is read before anything is worked out.");
        }
    }
    for condition in block.body.blocks().filter(|inner| matches!(inner.ident.as_str(), "validation" | "precondition" | "postcondition")) {
        self::form(look, file, condition, &format!("`{}`", condition.ident.as_str()), &CONDITION);
    }
}

/// What a resource or data is repeated by.
fn repeated(look: &mut Look<'_>, file: &RepoPath, block: &Block, shown: &str) {
    let each = block.body.get_attribute("for_each");
    if let Some(attribute) = each.filter(|_| block.body.get_attribute("count").is_some()) {
        look.refuse(file, attribute.span(), format!("{shown} has both `count` and `for_each`"), "Leave one of them out.");
    }
    if let Some(attribute) = each.filter(|each| matches!(each.value, Expression::Array(_))) {
        look.refuse(file, attribute.span(), "`for_each` takes a map or a set, not a list", "Write `toset([…])`.");
    }
}

/// Blocks inside of resources and data, of whatever provider.
fn inner(look: &mut Look<'_>, file: &RepoPath, block: &Block) {
    for inner in block.body.blocks() {
        match inner.ident.as_str() {
            "lifecycle" => form(look, file, inner, "`lifecycle`", &LIFECYCLE),
            "dynamic" => {
                form(look, file, inner, "`dynamic`", &DYNAMIC);
                if inner.body.get_blocks("content").next().is_none() {
                    look.refuse(file, inner.span(), "`dynamic` has no block `content`", "");
                }
            }
            _ => {}
        }
    }
}

fn variable(look: &mut Look<'_>, file: &RepoPath, block: &Block, name: &str) {
    if RESERVED.contains(&name) {
        look.refuse(file, block.span(), format!("a variable cannot be named `{name}`"), "The name has a meaning of its own.");
    }
    form(look, file, block, &format!("the variable `{name}`"), &VARIABLE);
    let wanted = block.body.get_attribute("type");
    if let Some(wrong) = wanted.and_then(|wanted| wrong_type(&wanted.value)) {
        look.refuse(file, wanted.and_then(|wanted| wanted.span()), wrong, "Such as `string`, `list(string)` or `object({name = string})`.");
    }
    // Without one, the connection's own environment gives the value.
    let Some(default) = block.body.get_attribute("default") else { return };
    if !is_constant(&default.value) {
        let help = "Let the template write the value.";
        return look.refuse(file, default.span(), format!("the default of `{name}` is worked out, and nothing is known before it"), help);
    }
    let word = wanted.and_then(|wanted| wanted.value.as_variable()).map(|word| word.as_str());
    let fits = match (word, &default.value) {
        (_, Expression::Null(_)) => true,
        (Some("number"), Expression::String(text)) => text.parse::<f64>().is_ok(),
        (Some("number"), value) => matches!(value, Expression::Number(_) | Expression::UnaryOp(_) | Expression::Parenthesis(_)),
        (Some("bool"), Expression::String(text)) => matches!(text.as_str(), "true" | "false"),
        (Some("bool"), value) => matches!(value, Expression::Bool(_) | Expression::UnaryOp(_) | Expression::Parenthesis(_)),
        (Some("string"), value) => !matches!(value, Expression::Array(_) | Expression::Object(_)),
        _ => true,
    };
    if !fits {
        look.refuse(file, default.span(), format!("the default of `{name}` is no {}", word.unwrap_or_default()), "");
    }
}

/// What is wrong with a type.
fn wrong_type(expression: &Expression) -> Option<String> {
    match expression {
        Expression::Variable(word) if TYPES.contains(&word.as_str()) => None,
        Expression::Variable(word) if matches!(word.as_str(), "list" | "map" | "set") => None,
        Expression::Variable(word) => Some(format!("there is no type `{}`", word.as_str())),
        Expression::FuncCall(call) if TYPES_OF.contains(&call.name.name.as_str()) => {
            let first = call.args.iter().next();
            match (call.name.name.as_str(), first) {
                ("object", Some(Expression::Object(object))) => object.iter().find_map(|(_, value)| wrong_type(value.expr())),
                ("tuple", Some(Expression::Array(items))) => items.iter().find_map(wrong_type),
                ("object" | "tuple", _) | (_, None) => Some(format!("the type `{}` does not say of what", call.name.name.as_str())),
                (_, Some(inner)) => wrong_type(inner),
            }
        }
        Expression::FuncCall(call) => Some(format!("there is no type `{}`", call.name.name.as_str())),
        Expression::String(text) => Some(format!("a type stands without quotes: `{}`", text.as_str())),
        _ => Some("this is no type".to_owned()),
    }
}

/// Whether a value names nothing and calls nothing.
fn is_constant(expression: &Expression) -> bool {
    match expression {
        Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => true,
        Expression::Array(items) => items.iter().all(is_constant),
        Expression::Object(items) => items.iter().all(|(_, value)| is_constant(value.expr())),
        Expression::Parenthesis(inner) => is_constant(inner.inner()),
        Expression::UnaryOp(inner) => is_constant(&inner.expr),
        Expression::BinaryOp(both) => is_constant(&both.lhs_expr) && is_constant(&both.rhs_expr),
        Expression::HeredocTemplate(_) | Expression::StringTemplate(_) => constant_template(expression),
        Expression::Variable(_)
        | Expression::Conditional(_)
        | Expression::FuncCall(_)
        | Expression::Traversal(_)
        | Expression::ForExpr(_) => false,
    }
}

fn constant_template(expression: &Expression) -> bool {
    let elements: Vec<_> = match expression {
        Expression::HeredocTemplate(heredoc) => heredoc.template.iter().collect(),
        Expression::StringTemplate(template) => template.iter().collect(),
        _ => Vec::new(),
    };
    elements.into_iter().all(|element| matches!(element, hcl_edit::template::Element::Literal(_)))
}

fn version(look: &mut Look<'_>, file: &RepoPath, block: &Block) {
    let Some(attribute) = block.body.get_attribute("required_version") else { return };
    let part = |part: &str| {
        let number = part.trim().trim_start_matches(['=', '!', '<', '>', '~']).trim();
        let core = number.split(['-', '+']).next().unwrap_or_default();
        !core.is_empty()
            && core.split('.').count() <= 3
            && core.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    };
    if !attribute.value.as_str().is_some_and(|text| text.split(',').all(part)) {
        look.refuse(file, span_of(&attribute.value), "`required_version` is no condition of versions", "Such as `>= 1.9, < 2.0`.");
    }
}
