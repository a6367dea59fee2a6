//! What rendered Terraform may hold: a list of what is allowed; everything else is refused before any process starts.

use super::language::Trouble;
use super::lexer::line_column;
use super::walk;
use crate::model::quoted_list;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey};
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};
use hcl_edit::template::ForTemplateExpr;
use hcl_edit::visit::{Visit, visit_func_call};
use hcl_edit::{Decorated, Ident, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Functions of Terraform 1.11 that read nothing of the host and give the same answer every time.
const FUNCTIONS: [&str; 99] = [
    "abs",
    "alltrue",
    "anytrue",
    "base64decode",
    "base64encode",
    "base64gzip",
    "base64sha256",
    "base64sha512",
    "basename",
    "can",
    "ceil",
    "chomp",
    "chunklist",
    "cidrhost",
    "cidrnetmask",
    "cidrsubnet",
    "cidrsubnets",
    "coalesce",
    "coalescelist",
    "compact",
    "concat",
    "contains",
    "csvdecode",
    "dirname",
    "distinct",
    "element",
    "endswith",
    "flatten",
    "floor",
    "format",
    "formatdate",
    "formatlist",
    "indent",
    "index",
    "issensitive",
    "join",
    "jsondecode",
    "jsonencode",
    "keys",
    "length",
    "log",
    "lookup",
    "lower",
    "matchkeys",
    "max",
    "md5",
    "merge",
    "min",
    "nonsensitive",
    "one",
    "parseint",
    "pow",
    "range",
    "regex",
    "regexall",
    "replace",
    "reverse",
    "sensitive",
    "setintersection",
    "setproduct",
    "setsubtract",
    "setunion",
    "sha1",
    "sha256",
    "sha512",
    "signum",
    "slice",
    "sort",
    "split",
    "startswith",
    "strcontains",
    "strrev",
    "substr",
    "sum",
    "textdecodebase64",
    "textencodebase64",
    "timeadd",
    "timecmp",
    "title",
    "tobool",
    "tolist",
    "tomap",
    "tonumber",
    "toset",
    "tostring",
    "transpose",
    "trim",
    "trimprefix",
    "trimspace",
    "trimsuffix",
    "try",
    "type",
    "upper",
    "urlencode",
    "uuidv5",
    "values",
    "yamldecode",
    "yamlencode",
    "zipmap",
];

/// Whether a function is among those that may be called.
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name)
}

/// Blocks at the top of a file.
const BLOCKS: [&str; 9] = ["terraform", "resource", "data", "variable", "output", "locals", "provider", "moved", "removed"];

/// A resource that a root holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) kind: String,
    pub(super) name: String,
}

/// All files of one root.
pub(super) struct Root<'a> {
    providers: &'a BTreeSet<String>,
    /// The local names of providers that a file declares, with their sources.
    declared: BTreeMap<String, String>,
}

impl<'a> Root<'a> {
    /// A root of these files for a target that allows these providers (`hashicorp/time`).
    pub(super) fn new<'b>(bodies: impl IntoIterator<Item = &'b Body>, providers: &'a BTreeSet<String>) -> Self {
        let mut declared = BTreeMap::new();
        for block in
            bodies.into_iter().flat_map(|body| body.get_blocks("terraform")).flat_map(|block| block.body.get_blocks("required_providers"))
        {
            for attribute in block.body.attributes() {
                let source = source_of(&attribute.value).unwrap_or_else(|| format!("hashicorp/{}", attribute.key.as_str()));
                declared.insert(attribute.key.as_str().to_owned(), source);
            }
        }
        Self { providers, declared }
    }

    /// What is refused in one file, and its resources.
    pub(super) fn check(&self, text: &str, body: &Body) -> (Vec<Trouble>, Vec<Resource>) {
        let mut check = Check { root: self, text, troubles: Vec::new(), resources: Vec::new() };
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    check.refuse(attribute.span(), format!("`{}` does not belong at the top of a file", attribute.key.as_str()), "");
                }
                Structure::Block(block) => check.top(block),
            }
        }
        check.visit_body(body);
        (check.troubles, check.resources)
    }

    /// Why a provider may not be used, when it may not.
    fn refused(&self, local: &str) -> Option<String> {
        let source = self.declared.get(local).cloned().unwrap_or_else(|| format!("hashicorp/{local}"));
        let plain = source.strip_prefix("registry.terraform.io/").unwrap_or(&source);
        // No registry tells sources apart by their letters' case.
        (!self.providers.iter().any(|provider| provider.eq_ignore_ascii_case(plain)))
            .then(|| format!("the provider `{plain}` is not among those that the target allows"))
    }

    fn help(&self) -> String {
        let providers = quoted_list(self.providers.iter().map(String::as_str));
        let others = "one of another namespace than `hashicorp` is named in `required_providers` first";
        format!("The target allows {providers}, and `terraform_data`, which needs no provider; {others}.")
    }
}

/// The `source` of an entry of `required_providers`.
fn source_of(value: &Expression) -> Option<String> {
    let object = value.as_object()?;
    let entry = object.iter().find(|(key, _)| key_text(key) == Some("source"))?;
    entry.1.expr().as_str().map(str::to_owned)
}

fn key_text(key: &ObjectKey) -> Option<&str> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str()),
        ObjectKey::Expression(expression) => expression.as_str(),
    }
}

struct Check<'a> {
    root: &'a Root<'a>,
    text: &'a str,
    troubles: Vec<Trouble>,
    resources: Vec<Resource>,
}

impl Check<'_> {
    fn refuse(&mut self, span: Option<std::ops::Range<usize>>, message: impl Into<String>, help: impl Into<String>) {
        let line = span.map_or(1, |span| line_column(self.text, span.start).0);
        self.troubles.push(Trouble::new(line, message).help(help));
    }

    fn top(&mut self, block: &Block) {
        let labels: Vec<&str> = block.labels.iter().map(BlockLabel::as_str).collect();
        match (block.ident.as_str(), labels.as_slice()) {
            ("terraform", []) => self.settings(block),
            ("resource", [kind, name]) => {
                self.provider_of(block, kind);
                if kind.starts_with("terraform_") && *kind != "terraform_data" {
                    self.refuse(block.span(), format!("there is no resource `{kind}`"), "");
                }
                self.resources.push(Resource { kind: (*kind).to_owned(), name: (*name).to_owned() });
            }
            ("data", [kind, _]) => self.data(block, kind),
            ("provider", [name]) => {
                if let Some(message) = self.root.refused(name) {
                    self.refuse(block.span(), message, self.root.help());
                }
                let mut programs = Programs(false);
                programs.visit_block(block);
                if programs.0 {
                    self.refuse(block.span(), format!("`exec` of the provider `{name}` would start a program"), "");
                }
            }
            ("locals", []) => {
                if let Some(own) = block.body.get_attribute("goldpath") {
                    self.refuse(
                        own.span(),
                        "`local.goldpath` is goldpath's own",
                        "Leave it out: goldpath writes it into `goldpath.tf.json`.",
                    );
                }
            }
            ("variable" | "output", [_]) | ("moved" | "removed", []) => {}
            (name, _) if BLOCKS.contains(&name) => {
                self.refuse(block.span(), format!("the block `{name}` has the wrong number of labels"), "")
            }
            ("module", _) => self.refuse(
                block.span(),
                "modules are not allowed: what they hold is not in the reviewed bytes",
                "Write the resources into the template itself.",
            ),
            (name, _) => {
                self.refuse(block.span(), format!("the block `{name}` is not allowed"), format!("Allowed are {}.", quoted_list(BLOCKS)))
            }
        }
    }

    /// `terraform { … }`: the target says where the state is.
    fn settings(&mut self, block: &Block) {
        for structure in &block.body {
            match structure {
                Structure::Attribute(attribute) if attribute.key.as_str() == "required_version" => {}
                Structure::Block(inner) if inner.ident.as_str() == "required_providers" => self.required_providers(inner),
                Structure::Block(inner) if matches!(inner.ident.as_str(), "backend" | "cloud") => {
                    let message = format!("`{}` is for the target to say, not for a template", inner.ident.as_str());
                    self.refuse(inner.span(), message, "Leave it out: goldpath writes it into `goldpath.tf.json`.");
                }
                Structure::Attribute(attribute) => {
                    self.refuse(attribute.span(), format!("`{}` is not allowed in `terraform`", attribute.key.as_str()), "");
                }
                Structure::Block(inner) => {
                    self.refuse(inner.span(), format!("`{}` is not allowed in `terraform`", inner.ident.as_str()), "")
                }
            }
        }
    }

    fn required_providers(&mut self, block: &Block) {
        for attribute in block.body.attributes() {
            let name = attribute.key.as_str();
            if attribute.value.as_object().is_none() {
                self.refuse(attribute.span(), format!("`required_providers.{name}` must say `source` and `version`"), "");
            } else if name == "terraform" {
                self.refuse(attribute.span(), "the name `terraform` is for what is built in", "Give the provider another name.");
            } else if let Some(message) = self.root.refused(name) {
                self.refuse(attribute.span(), message, self.root.help());
            }
        }
    }

    fn data(&mut self, block: &Block, kind: &str) {
        match kind {
            "terraform_remote_state" => {
                self.refuse(
                    block.span(),
                    "`terraform_remote_state` reads the whole state of another root",
                    "Use an export of the other request.",
                );
            }
            "external" | "http" => self.refuse(block.span(), format!("data `{kind}` reaches out of Terraform at plan time"), ""),
            _ if kind.starts_with("terraform_") => {
                let help = if kind == "terraform_data" { "It is a resource: write `resource` instead of `data`." } else { "" };
                self.refuse(block.span(), format!("there is no data `{kind}`"), help);
            }
            _ => self.provider_of(block, kind),
        }
    }

    /// The provider of a resource or of data: its `provider`, or the first word of its type.
    fn provider_of(&mut self, block: &Block, kind: &str) {
        let word = kind.split('_').next().unwrap_or(kind);
        let mut local = word.to_owned();
        if let Some(attribute) = block.body.get_attribute("provider") {
            let named = match &attribute.value {
                Expression::Variable(name) => Some(name.as_str()),
                Expression::Traversal(traversal) => traversal.expr.as_variable().map(|name| name.as_str()),
                Expression::String(name) => name.as_str().split('.').next(),
                _ => None,
            };
            match named {
                Some(name) => name.clone_into(&mut local),
                None => return self.refuse(attribute.span(), "`provider` must be the name of a provider", ""),
            }
        }
        if local == "terraform" && word == "terraform" {
            return;
        }
        if let Some(message) = self.root.refused(&local) {
            self.refuse(block.span(), format!("`{kind}`: {message}"), self.root.help());
        }
    }
}

/// Whether something is named `exec`, by which providers start programs for their credentials.
struct Programs(bool);

impl Visit for Programs {
    fn visit_ident(&mut self, node: &Decorated<Ident>) {
        self.0 |= node.as_str() == "exec";
    }

    fn visit_string(&mut self, node: &Decorated<String>) {
        self.0 |= node.as_str() == "exec";
    }

    fn visit_block_label(&mut self, node: &BlockLabel) {
        self.0 |= node.as_str() == "exec";
    }

    fn visit_for_template_expr(&mut self, node: &ForTemplateExpr) {
        walk::visit_for_template_expr(self, node);
    }
}

impl Visit for Check<'_> {
    fn visit_block(&mut self, node: &Block) {
        match node.ident.as_str() {
            "provisioner" => {
                self.refuse(node.span(), "provisioners run programs outside of what is planned", "Use a resource of a provider.")
            }
            "connection" => self.refuse(node.span(), "`connection` is for provisioners, which are not allowed", ""),
            "dynamic" if node.labels.iter().any(|label| matches!(label.as_str(), "provisioner" | "connection")) => {
                self.refuse(node.span(), "provisioners run programs outside of what is planned", "");
            }
            // A type looks like calls, and calls nothing.
            "variable" => {
                let others = node.body.iter().filter(|inner| inner.as_attribute().is_none_or(|attribute| attribute.key.as_str() != "type"));
                return others.for_each(|inner| self.visit_structure(inner));
            }
            _ => {}
        }
        hcl_edit::visit::visit_block(self, node);
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        let name = node.name.name.as_str();
        if !node.name.namespace.is_empty() {
            let spaces: Vec<&str> = node.name.namespace.iter().map(|part| part.as_str()).collect();
            self.refuse(node.span(), format!("the function `{}::{name}` is a provider's, and not allowed", spaces.join("::")), "");
        } else if !FUNCTIONS.contains(&name) {
            let why = match name {
                "timestamp" | "plantimestamp" | "uuid" | "bcrypt" | "ephemeralasnull" => "gives another answer every time",
                _ if name.contains("file") || name.contains("path") => "reads the machine that it runs on",
                _ => "is not among those that are allowed",
            };
            self.refuse(node.span(), format!("the function `{name}` {why}"), "Let the template write the value instead.");
        }
        visit_func_call(self, node);
    }

    fn visit_for_template_expr(&mut self, node: &ForTemplateExpr) {
        walk::visit_for_template_expr(self, node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_a_provider_is_the_same_in_other_letters() {
        let said = |source: &str| {
            let text = format!(
                "terraform {{\n  required_providers {{\n    dog = {{ source = \"{source}\", version = \"1\" }}\n  }}\n}}\nresource \"dog_a\" \"b\" {{}}\n"
            );
            let body: Body = text.parse().unwrap();
            let providers = BTreeSet::from(["datadog/datadog".to_owned()]);
            Root::new([&body], &providers).check(&text, &body).0.len()
        };
        assert_eq!(
            ["datadog/datadog", "DataDog/datadog", "registry.terraform.io/DataDog/Datadog", "other/datadog"].map(said),
            [0, 0, 0, 2]
        );
    }
}
