//! Functions by how many arguments they take, and texts between quotes.

use super::{Look, span_of};
use crate::render::hcl::is_function;
use crate::render::walk;
use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall};
use hcl_edit::template::ForTemplateExpr;
use hcl_edit::visit::{Visit, visit_expr, visit_func_call};
use std::ops::Range;

/// Functions with the fewest and the most arguments; those that are not here take one.
const TAKES: &[(&str, usize, usize)] = &[
    ("chunklist", 2, 2),
    ("cidrhost", 2, 2),
    ("cidrsubnet", 3, 3),
    ("cidrsubnets", 1, MANY),
    ("coalesce", 1, MANY),
    ("coalescelist", 0, MANY),
    ("concat", 1, MANY),
    ("contains", 2, 2),
    ("element", 2, 2),
    ("endswith", 2, 2),
    ("format", 1, MANY),
    ("formatdate", 2, 2),
    ("formatlist", 1, MANY),
    ("indent", 2, 2),
    ("index", 2, 2),
    ("join", 2, MANY),
    ("log", 2, 2),
    ("lookup", 2, 3),
    ("matchkeys", 3, 3),
    ("max", 1, MANY),
    ("merge", 0, MANY),
    ("min", 1, MANY),
    ("parseint", 2, 2),
    ("pow", 2, 2),
    ("range", 1, 3),
    ("regex", 2, 2),
    ("regexall", 2, 2),
    ("replace", 3, 3),
    ("setintersection", 1, MANY),
    ("setproduct", 2, MANY),
    ("setsubtract", 2, 2),
    ("setunion", 1, MANY),
    ("slice", 3, 3),
    ("split", 2, 2),
    ("startswith", 2, 2),
    ("strcontains", 2, 2),
    ("substr", 3, 3),
    ("textdecodebase64", 2, 2),
    ("textencodebase64", 2, 2),
    ("timeadd", 2, 2),
    ("timecmp", 2, 2),
    ("trim", 2, 2),
    ("trimprefix", 2, 2),
    ("trimsuffix", 2, 2),
    ("try", 0, MANY),
    ("uuidv5", 2, 2),
    ("zipmap", 2, 2),
];
const MANY: usize = usize::MAX;

pub(super) fn check(look: &mut Look<'_>) {
    for (file, (text, body)) in look.files {
        let mut calls = Calls { text, found: Vec::new() };
        calls.visit_body(body);
        for (span, message) in calls.found {
            look.refuse(file, span, message, "");
        }
    }
}

struct Calls<'a> {
    text: &'a str,
    found: Vec<(Option<Range<usize>>, String)>,
}

impl Visit for Calls<'_> {
    fn visit_func_call(&mut self, node: &FuncCall) {
        let name = node.name.name.as_str();
        let known = is_function(name) && node.name.namespace.is_empty() && !node.args.expand_final();
        let (least, most) = TAKES.iter().find(|(known, _, _)| *known == name).map_or((1, 1), |(_, least, most)| (*least, *most));
        let count = node.args.len();
        if known && !(least..=most).contains(&count) {
            let wanted = match (least, most) {
                (1, 1) => "1 argument".to_owned(),
                (least, most) if least == most => format!("{least} arguments"),
                (least, MANY) => format!("at least {least}"),
                (least, most) => format!("{least} to {most} arguments"),
            };
            self.found.push((node.span(), format!("the function `{name}` takes {wanted}, here are {count}")));
        }
        visit_func_call(self, node);
    }

    fn visit_for_template_expr(&mut self, node: &ForTemplateExpr) {
        walk::visit_for_template_expr(self, node);
    }

    /// Terraform takes no line break between quotes, though this parser does.
    fn visit_expr(&mut self, node: &Expression) {
        if matches!(node, Expression::String(_) | Expression::StringTemplate(_))
            && let Some(span) = span_of(node)
            && self.text.get(span.clone()).is_some_and(|raw| raw.starts_with('"') && literal_break(raw))
        {
            let message = "a text between quotes goes over the end of its line: write `\\n`, or a heredoc";
            self.found.push((Some(span), message.to_owned()));
        }
        visit_expr(self, node);
    }
}

/// Whether a line ends outside of all `${ }`.
fn literal_break(raw: &str) -> bool {
    let mut depth = 0_i32;
    let mut before = ' ';
    for c in raw.chars() {
        match c {
            '{' if depth > 0 || matches!(before, '$' | '%') => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '\n' if depth == 0 => return true,
            _ => {}
        }
        before = c;
    }
    false
}
