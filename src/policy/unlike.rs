//! What may be written in Rego and what the engine answers in silence other than OPA, so that a policy would let through what it refuses there.

use super::refused;
use super::syntax::{Path, Syntax, parts, path_below_root, said_in, span};
use crate::model::Span;
use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Module, Query, Rule, RuleBody, RuleHead};
use std::collections::BTreeSet;

/// Something that a policy may not say.
pub(super) struct Unlike {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: String,
}

/// Functions of the engine that give nothing for an empty list.
const OF_NOTHING: [&str; 2] = ["max", "min"];

/// Everything of a file, in the order of its rules.
pub(super) fn said(module: &Module, syntax: &Syntax) -> Vec<Unlike> {
    let of = |rule: &Rule| {
        let mut reader = Reader { syntax, names: syntax.names(), own: Names::new(), sure: BTreeSet::new(), found: Vec::new() };
        if let Rule::Spec { head, bodies, .. } = rule {
            reader.rule(head, bodies);
        }
        reader.found
    };
    module.policy.iter().flat_map(|rule| of(rule)).collect()
}

/// A function that may not be called, however its name is written: `numbers["\u0072ange"]`.
pub(super) fn refused(root: &str, path: &[String], span: Span) -> Option<Unlike> {
    let name = std::iter::once(root).chain(path.iter().map(String::as_str)).collect::<Vec<_>>().join(".");
    let (name, why, help) = refused::named(&name)?;
    Some(Unlike { span, message: format!("`{name}` {why}"), help: help.to_owned() })
}

/// The variables that something binds.
type Names<'a> = BTreeSet<&'a str>;

struct Reader<'a> {
    syntax: &'a Syntax,
    /// What the file declares.
    names: Names<'a>,
    /// The variables that the rule declares, whatever else is called so.
    own: Names<'a>,
    /// What is defined where the conditions hold, as it is written.
    sure: BTreeSet<String>,
    found: Vec<Unlike>,
}

impl<'a> Reader<'a> {
    fn rule(&mut self, head: &'a RuleHead, bodies: &'a [RuleBody]) {
        let mut bound = Names::new();
        let (indices, assign) = match head {
            RuleHead::Compr { refr, assign, .. } => (path_below_root(refr).indices, assign.as_ref()),
            RuleHead::Set { refr, key, .. } => {
                (path_below_root(refr).indices.into_iter().chain(key.iter().map(AsRef::as_ref)).collect(), None)
            }
            RuleHead::Func { args, assign, .. } => {
                args.iter().for_each(|arg| variables(arg, &mut bound));
                self.own.clone_from(&bound);
                args.iter().for_each(|arg| self.pattern(arg, true));
                (Vec::new(), assign.as_ref())
            }
        };
        bodies.iter().for_each(|body| declared(&body.query, &mut self.own));
        let value = assign.map(|assign| assign.value.as_ref());
        if matches!(head, RuleHead::Func { .. }) {
            self.otherwise(value, bodies);
        } else {
            let given = |value: Option<&'a Expr>| indices.iter().copied().chain(value).collect::<Vec<_>>();
            if bodies.is_empty() {
                self.lost(&given(value), None);
            }
            for (at, body) in bodies.iter().enumerate() {
                let own = body.assign.as_ref().map(|assign| assign.value.as_ref());
                self.lost(&given(own.or(value.filter(|_| at == 0))), Some(&body.query));
            }
        }
        let values = bodies.iter().filter_map(|body| body.assign.as_ref().map(|assign| assign.value.as_ref()));
        for expr in indices.into_iter().chain(value).chain(values) {
            self.expr(expr, &bound);
        }
        bodies.iter().for_each(|body| self.query(&body.query, &bound));
    }

    /// What one element of many does not have: all that the rule gives for the others is lost with it.
    fn lost(&mut self, given: &[&'a Expr], query: Option<&'a Query>) {
        let mut bound = Names::new();
        query.iter().for_each(|query| assigned(query, &mut bound));
        let is_many = query.is_some_and(|query| query.stmts.iter().any(|stmt| self.goes_through(stmt, &bound)));
        if !is_many && !given.iter().any(|expr| self.is_many(expr, &bound)) {
            return;
        }
        self.sure = query.map(sure).unwrap_or_default();
        let flaw = given.iter().find_map(|expr| self.undefined(expr, true));
        if let Some(flaw) = flaw {
            let text = short(flaw.span().text());
            let message = format!("where `{text}` of one element is not defined, what this rule gives of all others would be lost");
            self.tell(flaw, message, format!("Give it a name in the body, `given := {text}`, and write `given` here."));
        }
    }

    /// What an `else` of a function stands behind: where its conditions hold and it has no value, the `else` would not be asked.
    fn otherwise(&mut self, value: Option<&'a Expr>, bodies: &'a [RuleBody]) {
        let mut before = value;
        self.sure.clear();
        for (at, body) in bodies.iter().enumerate() {
            let flaw = before.filter(|_| body.is_else).and_then(|value| self.undefined(value, false));
            if let Some(flaw) = flaw {
                let text = short(flaw.span().text());
                let message = format!("where `{text}` is not defined, the `else` behind it would not be asked");
                self.tell(flaw, message, format!("Give it a name in the body, `given := {text}`, and write `given` here."));
            }
            self.sure = sure(&body.query);
            let own = body.assign.as_ref().map(|assign| assign.value.as_ref());
            before = if at == 0 && !body.is_else { own.or(value) } else { own };
        }
    }

    /// The first part of a value that may be undefined; `varies`: for one element and not for another.
    fn undefined(&self, expr: &'a Expr, varies: bool) -> Option<&'a Expr> {
        let may_be = |expr: &'a Expr| Some(expr).filter(|expr| (!varies || self.is_local(expr)) && !self.sure.contains(&plain(expr)));
        match expr {
            Expr::Var { .. } if varies => None,
            Expr::Var { value, .. } => {
                let name = value.as_string().ok()?;
                self.is_global(name).then_some(expr)
            }
            Expr::RefDot { .. } | Expr::RefBrack { .. } => may_be(expr),
            Expr::Call { fcn, params, .. } => {
                let Path { root, path, .. } = path_below_root(fcn);
                let root = root.unwrap_or_default();
                let is_own = self.is_global(&root) || (path.is_empty() && OF_NOTHING.contains(&root.as_str()));
                params.iter().find_map(|param| self.undefined(param, varies)).or_else(|| may_be(expr).filter(|_| is_own))
            }
            Expr::ArrayCompr { .. } | Expr::SetCompr { .. } | Expr::ObjectCompr { .. } => None,
            other => parts(other).0.into_iter().find_map(|part| self.undefined(part, varies)),
        }
    }

    /// Whether something is of a variable.
    fn is_local(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Var { value, .. } => value.as_string().is_ok_and(|name| !self.is_global(name)),
            Expr::Call { params, .. } => params.iter().any(|param| self.is_local(param)),
            other => parts(other).0.into_iter().any(|part| self.is_local(part)),
        }
    }

    /// Whether a name is no variable.
    fn is_global(&self, name: &str) -> bool {
        let is_known = name == "input" || name == "data" || self.names.contains(name) || self.syntax.is_imported(name);
        is_known && !self.own.contains(name)
    }

    /// Whether a condition may hold more than once.
    fn goes_through(&self, stmt: &'a LiteralStmt, bound: &Names<'a>) -> bool {
        match &stmt.literal {
            Literal::SomeIn { .. } => true,
            Literal::SomeVars { .. } | Literal::NotExpr { .. } => false,
            Literal::Expr { expr, .. } => self.is_many(expr, bound),
            Literal::Every { domain, .. } => self.is_many(domain, bound),
        }
    }

    /// Whether an expression has more than one value: `xs[_]`, `xs[i].name`, `walk(x, [path, value])`.
    fn is_many(&self, expr: &Expr, bound: &Names<'a>) -> bool {
        let is_unbound = |name: &str| name == "_" || (!self.is_global(name) && !bound.contains(name));
        let is_free = |expr: &Expr| matches!(expr, Expr::Var { span, .. } if is_unbound(span.text()));
        match expr {
            Expr::ArrayCompr { .. } | Expr::SetCompr { .. } | Expr::ObjectCompr { .. } => false,
            Expr::Call { fcn, .. } if fcn.span().text() == "walk" => true,
            Expr::RefBrack { index, .. } if holds(index, &is_free) => true,
            other => parts(other).0.into_iter().any(|part| self.is_many(part, bound)),
        }
    }

    fn query(&mut self, query: &'a Query, outer: &Names<'a>) {
        let mut bound = outer.clone();
        binders(query, &mut bound);
        for stmt in &query.stmts {
            if let Literal::SomeIn { key, value, .. } = &stmt.literal {
                key.iter().chain([value]).for_each(|pattern| self.pattern(pattern, false));
            }
            let (exprs, inner) = said_in(stmt);
            let with = stmt.with_mods.iter().map(|with| with.r#as.as_ref());
            exprs.into_iter().chain(with).for_each(|expr| self.expr(expr, &bound));
            if let Some(inner) = inner {
                let mut bound = bound.clone();
                if let Literal::Every { key, value, .. } = &stmt.literal {
                    bound.extend(key.iter().chain([value]).map(|name| name.text()));
                }
                self.query(inner, &bound);
            }
        }
    }

    fn expr(&mut self, expr: &'a Expr, bound: &Names<'a>) {
        match expr {
            Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } => self.pattern(lhs, false),
            Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => {
                for side in [lhs, rhs] {
                    let mut names = Names::new();
                    variables(side, &mut names);
                    if names.iter().any(|name| *name == "_" || (!bound.contains(name) && !self.is_global(name))) {
                        self.pattern(side, true);
                    }
                }
            }
            Expr::Call { fcn, params, .. } if fcn.span().text() == "walk" => match params.as_slice() {
                [_] => {
                    let message = "`walk` with one value finds nothing here".to_owned();
                    self.tell(expr, message, "Write `walk(x, [path, value])`.".to_owned());
                }
                [_, found, ..] => self.pattern(found, false),
                [] => {}
            },
            _ => {}
        }
        let (exprs, query) = parts(expr);
        let mut bound = bound.clone();
        query.iter().for_each(|query| binders(query, &mut bound));
        exprs.into_iter().for_each(|expr| self.expr(expr, &bound));
        query.into_iter().for_each(|query| self.query(query, &bound));
    }

    /// The first object of a pattern; `of_values`: also of one that holds no variable.
    fn pattern(&mut self, pattern: &'a Expr, of_values: bool) {
        let mut names = Names::new();
        variables(pattern, &mut names);
        let object = object_in(pattern).filter(|_| of_values || !names.is_empty());
        if let Some(object) = object {
            let message = "this pattern fits objects that have other fields too; in OPA it fits those alone that have no others".to_owned();
            let help = "Take the fields by their names, `x := object.field`; with `count(object) == 1` where it may have no others.";
            self.tell(object, message, help.to_owned());
        }
    }

    fn tell(&mut self, at: &Expr, message: String, help: String) {
        self.found.push(Unlike { span: begin(at), message, help });
    }
}

/// Where an expression begins: the place of `a.b` is that of `a`.
fn begin(expr: &Expr) -> Span {
    match expr {
        Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => begin(refr),
        Expr::Call { fcn, .. } => begin(fcn),
        other => span(other.span()),
    }
}

/// What is written, on one line and not too long.
fn short(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST { line } else { line.chars().take(MOST - 1).chain(['…']).collect() }
}

/// Whether an expression, or one that it is made of, is such.
fn holds(expr: &Expr, is_such: &dyn Fn(&Expr) -> bool) -> bool {
    is_such(expr) || parts(expr).0.into_iter().any(|part| holds(part, is_such))
}

/// The first object of a pattern.
fn object_in(pattern: &Expr) -> Option<&Expr> {
    match pattern {
        Expr::Array { items, .. } => items.iter().find_map(|item| object_in(item)),
        Expr::Object { .. } => Some(pattern),
        _ => None,
    }
}

/// What is defined where conditions hold, as it is written: all that they ask for, without comprehensions and `not`.
fn sure(query: &Query) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for stmt in query.stmts.iter().filter(|stmt| stmt.with_mods.is_empty()) {
        if let Literal::SomeIn { .. } | Literal::Expr { .. } = &stmt.literal {
            said_in(stmt).0.into_iter().for_each(|expr| asked(expr, &mut all));
        }
    }
    all
}

fn asked(expr: &Expr, all: &mut BTreeSet<String>) {
    // another `_` may be another element
    let is_any = |expr: &Expr| matches!(expr, Expr::Var { span, .. } if span.text() == "_");
    match expr {
        Expr::ArrayCompr { .. } | Expr::SetCompr { .. } | Expr::ObjectCompr { .. } => return,
        Expr::RefDot { .. } | Expr::RefBrack { .. } | Expr::Call { .. } if !holds(expr, &is_any) => {
            all.insert(plain(expr));
        }
        _ => {}
    }
    parts(expr).0.into_iter().for_each(|part| asked(part, all));
}

/// What is written, without blanks.
fn plain(expr: &Expr) -> String {
    expr.span().text().split_whitespace().collect()
}

/// The variables of a pattern.
fn variables<'a>(pattern: &'a Expr, names: &mut Names<'a>) {
    match pattern {
        Expr::Var { span, .. } => {
            names.insert(span.text());
        }
        Expr::Array { items, .. } => items.iter().for_each(|item| variables(item, names)),
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| variables(value, names)),
        _ => {}
    }
}

/// The variables that conditions bind, whatever the patterns of `=` do; not those of comprehensions in them.
fn binders<'a>(query: &'a Query, names: &mut Names<'a>) {
    assigned(query, names);
    declared(query, names);
    for stmt in query.stmts.iter().filter(|stmt| !matches!(stmt.literal, Literal::NotExpr { .. })) {
        said_in(stmt).0.into_iter().for_each(|expr| looked_up(expr, names));
    }
}

/// The variables that are given one value: `x := …`, `x = …`.
fn assigned<'a>(query: &'a Query, names: &mut Names<'a>) {
    for stmt in &query.stmts {
        let Literal::Expr { expr, .. } = &stmt.literal else { continue };
        match expr.as_ref() {
            Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } => variables(lhs, names),
            Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => {
                [lhs, rhs].into_iter().filter(|side| matches!(side.as_ref(), Expr::Var { .. })).for_each(|side| variables(side, names));
            }
            _ => {}
        }
    }
}

/// The variables that are new here: `x := …`, `some x in …`.
fn declared<'a>(query: &'a Query, names: &mut Names<'a>) {
    for stmt in &query.stmts {
        match &stmt.literal {
            Literal::SomeIn { key, value, .. } => key.iter().chain([value]).for_each(|pattern| variables(pattern, names)),
            Literal::Expr { expr, .. } => {
                if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = expr.as_ref() {
                    variables(lhs, names);
                }
            }
            Literal::SomeVars { .. } | Literal::NotExpr { .. } | Literal::Every { .. } => {}
        }
    }
}

/// The variables that something is looked up by, `xs[i]`, and those of what `walk` finds.
fn looked_up<'a>(expr: &'a Expr, names: &mut Names<'a>) {
    match expr {
        Expr::ArrayCompr { .. } | Expr::SetCompr { .. } | Expr::ObjectCompr { .. } => return,
        Expr::RefBrack { index, .. } => variables(index, names),
        Expr::Call { fcn, params, .. } if fcn.span().text() == "walk" => params.iter().skip(1).for_each(|found| variables(found, names)),
        _ => {}
    }
    parts(expr).0.into_iter().for_each(|part| looked_up(part, names));
}
