//! What is written in a file of policies, as the engine reads it: heads of rules, and what they ask for by a path.

use super::unlike::{self, Unlike};
use crate::model::Span;
use regorus::unstable::{self, Expr, Lexer, Literal, LiteralStmt, Module, Query, RuleHead, TokenKind};
use regorus::{Engine, Source};
use std::collections::BTreeSet;

/// A file that an engine has read.
#[derive(Default)]
pub(super) struct Syntax {
    /// `["lib", "images"]`
    pub(super) package: Vec<String>,
    pub(super) heads: Vec<Head>,
    /// What is imported of other files.
    pub(super) imports: Vec<Import>,
    /// What is asked for below `data`, and bare names that may be rules.
    pub(super) uses: Vec<Use>,
    /// What `with` puts in the place of something below `data`.
    pub(super) replaced: Vec<(Vec<String>, Span)>,
    /// Functions that are called by a name that is neither imported nor below `data`.
    pub(super) calls: Vec<Call>,
    /// What the engine would answer other than OPA.
    pub(super) unlike: Vec<Unlike>,
}

/// A call of a function: `startswith(input.image, "a/")`.
pub(super) struct Call {
    /// `regex.match`
    pub(super) name: String,
    /// How many values it is given.
    pub(super) values: usize,
    pub(super) span: Span,
}

/// A rule, one of maybe several of its name.
pub(super) struct Head {
    /// The first part of its name.
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// How it begins: `deny[…]`.
    pub(super) begins: String,
    /// All its words, without what is between them.
    words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Function,
    /// A set, or a value.
    Whole,
    /// A part of an object: `deny[msg]`, `deny.images`.
    Part,
}

/// `import data.lib.images as ours`
pub(super) struct Import {
    /// `["lib", "images"]`
    pub(super) path: Vec<String>,
    pub(super) span: Span,
    alias: String,
}

/// Something that is asked for by a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// Below `data`, or a bare name.
    pub(super) path: Vec<String>,
    /// Whether it is a bare name: a rule of its own package, or a variable.
    pub(super) is_bare: bool,
    /// Whether more of the path is only known when it runs.
    pub(super) goes_on: bool,
    pub(super) span: Span,
}

impl Syntax {
    /// Reads what an engine read last.
    pub(super) fn of_last(engine: &mut Engine) -> Self {
        engine.get_modules().last().map(|module| Self::of(module)).unwrap_or_default()
    }

    fn of(module: &Module) -> Self {
        let Path { root, path, .. } = path_below_root(&module.package.refr);
        let mut syntax = Self { package: root.into_iter().chain(path).collect(), ..Self::default() };
        for import in &module.imports {
            let Path { root: Some(root), path, begins, .. } = path_below_root(&import.refr) else { continue };
            let alias = import.r#as.as_ref().map(|alias| alias.text().to_owned()).or_else(|| path.last().cloned());
            if let Some(alias) = alias.filter(|_| root == "data") {
                syntax.imports.push(Import { path, span: span(begins.span()), alias });
            }
        }
        let words = Words::of(&module.package.span.source);
        for rule in &module.policy {
            syntax.rule(rule, &words);
        }
        syntax.unlike.extend(unlike::said(module, &syntax));
        syntax
    }

    /// All names that it declares.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        self.heads.iter().map(|head| &*head.name).collect()
    }

    /// Whether a name is imported.
    pub(super) fn is_imported(&self, name: &str) -> bool {
        self.imports.iter().any(|import| import.alias == name)
    }

    /// The first head of a name.
    pub(super) fn head(&self, name: &str) -> Option<&Head> {
        self.heads.iter().find(|head| head.name == name)
    }

    /// Everything that it says under a name, in any order.
    pub(super) fn said(&self, name: &str) -> BTreeSet<&str> {
        self.heads.iter().filter(|head| head.name == name).map(|head| &*head.words).collect()
    }

    fn rule(&mut self, rule: &unstable::Rule, words: &Words) {
        let (refr, is_function) = match rule {
            unstable::Rule::Spec { head, bodies, .. } => {
                let (refr, is_function) = self.head_of(head);
                for body in bodies {
                    body.assign.iter().for_each(|assign| self.expr(&assign.value));
                    self.query(&body.query);
                }
                (refr, is_function)
            }
            unstable::Rule::Default { refr, args, value, .. } => {
                self.expr(value);
                (refr, !args.is_empty())
            }
        };
        let Path { root, indices, begins: first, .. } = path_below_root(refr);
        indices.into_iter().for_each(|index| self.expr(index));
        let kind = match refr.as_ref() {
            Expr::Var { .. } if is_function => Kind::Function,
            Expr::Var { .. } => Kind::Whole,
            _ => Kind::Part,
        };
        let Some(name) = root else { return };
        let begins = refr.span().text();
        let begins = begins.split_once('[').map_or_else(|| begins.to_owned(), |(name, _)| format!("{name}[…]"));
        self.heads.push(Head { name, kind, span: span(first.span()), begins, words: words.within(rule.span()) });
    }

    /// What is asked for in a head; its name, and whether it is a function's.
    fn head_of<'a>(&mut self, head: &'a RuleHead) -> (&'a unstable::Ref<Expr>, bool) {
        match head {
            RuleHead::Compr { refr, assign, .. } => {
                assign.iter().for_each(|assign| self.expr(&assign.value));
                (refr, false)
            }
            RuleHead::Set { refr, key, .. } => {
                key.iter().for_each(|key| self.expr(key));
                (refr, false)
            }
            RuleHead::Func { refr, assign, .. } => {
                assign.iter().for_each(|assign| self.expr(&assign.value));
                (refr, true)
            }
        }
    }

    fn query(&mut self, query: &Query) {
        for stmt in &query.stmts {
            let (exprs, inner) = said_in(stmt);
            exprs.into_iter().for_each(|expr| self.expr(expr));
            inner.into_iter().for_each(|query| self.query(query));
            for with in &stmt.with_mods {
                let target = path_below_root(&with.refr);
                if target.root.as_deref() == Some("data") {
                    self.replaced.push((target.path, span(target.begins.span())));
                }
                self.expr(&with.r#as);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr),
            Expr::Call { fcn, params, .. } => {
                self.reference(fcn);
                let Path { root, path, goes_on, begins, .. } = path_below_root(fcn);
                if let Some(root) = root.filter(|root| !goes_on && root != "data" && !self.is_imported(root)) {
                    let name = std::iter::once(root).chain(path).collect::<Vec<_>>().join(".");
                    self.calls.push(Call { name, values: params.len(), span: span(begins.span()) });
                }
                params.iter().for_each(|param| self.expr(param));
            }
            other => {
                let (exprs, query) = parts(other);
                exprs.into_iter().for_each(|expr| self.expr(expr));
                query.into_iter().for_each(|query| self.query(query));
            }
        }
    }

    fn reference(&mut self, expr: &Expr) {
        let Path { root, path, goes_on, indices, begins } = path_below_root(expr);
        indices.into_iter().for_each(|index| self.expr(index));
        let Some(root) = root else {
            // the result of a call, or a value that is written out
            return self.expr(begins);
        };
        let span = span(begins.span());
        self.unlike.extend(unlike::refused(&root, &path, span));
        let import = self.imports.iter().find(|import| import.alias == root);
        let (path, is_bare) = match import {
            Some(import) => (import.path.iter().cloned().chain(path).collect(), false),
            None if root == "data" => (path, false),
            None => (vec![root], true),
        };
        self.uses.push(Use { path, is_bare, goes_on, span });
    }
}

/// What an expression is made of: others, and the conditions of a comprehension.
pub(super) fn parts(expr: &Expr) -> (Vec<&Expr>, Option<&Query>) {
    match expr {
        Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. } | Expr::Var { .. } => {
            (Vec::new(), None)
        }
        Expr::RefDot { refr, .. } => (vec![refr], None),
        Expr::RefBrack { refr, index, .. } => (vec![refr, index], None),
        Expr::Array { items, .. } | Expr::Set { items, .. } => (items.iter().map(AsRef::as_ref).collect(), None),
        Expr::Object { fields, .. } => (fields.iter().flat_map(|(_, key, value)| [key.as_ref(), value.as_ref()]).collect(), None),
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => (vec![term], Some(query)),
        Expr::ObjectCompr { key, value, query, .. } => (vec![key, value], Some(query)),
        Expr::Call { fcn, params, .. } => (std::iter::once(fcn).chain(params).map(AsRef::as_ref).collect(), None),
        Expr::UnaryExpr { expr, .. } => (vec![expr], None),
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => (vec![lhs, rhs], None),
        Expr::Membership { key, value, collection, .. } => (key.iter().chain([value, collection]).map(AsRef::as_ref).collect(), None),
    }
}

/// The expressions of a condition, and what `every` asks of each.
pub(super) fn said_in(stmt: &LiteralStmt) -> (Vec<&Expr>, Option<&Query>) {
    match &stmt.literal {
        Literal::SomeVars { .. } => (Vec::new(), None),
        Literal::SomeIn { key, value, collection, .. } => (key.iter().chain([value, collection]).map(AsRef::as_ref).collect(), None),
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => (vec![expr], None),
        Literal::Every { domain, query, .. } => (vec![domain], Some(query)),
    }
}

/// A path as it is written.
pub(super) struct Path<'a> {
    /// The name that it begins with.
    pub(super) root: Option<String>,
    /// What is known of the rest.
    pub(super) path: Vec<String>,
    /// Whether more of it is only known when it runs.
    pub(super) goes_on: bool,
    /// What is looked up by the parts that are not known.
    pub(super) indices: Vec<&'a Expr>,
    /// What it begins with.
    pub(super) begins: &'a Expr,
}

pub(super) fn path_below_root(expr: &Expr) -> Path<'_> {
    let (mut steps, mut indices, mut at) = (Vec::new(), Vec::new(), expr);
    let text = |value: &regorus::Value| value.as_string().ok().map(|text| text.to_string());
    let root = loop {
        match at {
            Expr::RefDot { refr, field, .. } => {
                steps.push(text(&field.1));
                at = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                match index.as_ref() {
                    Expr::String { value, .. } | Expr::RawString { value, .. } => steps.push(text(value)),
                    other => {
                        steps.push(None);
                        indices.push(other);
                    }
                }
                at = refr;
            }
            Expr::Var { value, .. } => break text(value),
            _ => break None,
        }
    };
    let all = steps.len();
    let path: Vec<String> = steps.into_iter().rev().map_while(|step| step).collect();
    Path { root, goes_on: path.len() < all, path, indices, begins: at }
}

pub(super) fn span(span: &unstable::Span) -> Span {
    Span::point(span.line.max(1), span.col.max(1))
}

/// The words of a file without what is between them, each with where it begins.
struct Words(Vec<(u32, String)>);

impl Words {
    fn of(source: &Source) -> Self {
        let (mut lexer, mut words) = (Lexer::new(source), Vec::new());
        while let Ok(token) = lexer.next_token()
            && token.0 != TokenKind::Eof
        {
            words.push((token.1.start, format!("{:?} {}\n", token.0, token.1.text())));
        }
        Self(words)
    }

    /// Those of a rule, which ends with the letters of its last word: a quote may stand behind them.
    fn within(&self, span: &unstable::Span) -> String {
        let words = self.0.iter().skip_while(|(begins, _)| *begins < span.start).take_while(|(begins, _)| *begins <= span.end);
        words.map(|(_, word)| word.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Syntax {
        let mut engine = super::super::compile::engine();
        engine.add_policy("a.rego".to_owned(), text.to_owned()).unwrap();
        Syntax::of_last(&mut engine)
    }

    #[test]
    fn words_are_what_is_left_without_blanks_and_comments() {
        let said = |text: &str| read(&format!("package a\n\n{text}\n")).said("x").into_iter().collect::<String>();
        let one = said("x contains 1 if {\n\tinput.a == \"b  c\" # why\n}");
        assert_eq!(one, said("x   contains 1 if { input.a == \"b  c\" }"));
        assert_ne!(one, said("x contains 1 if { input.a == \"b c\" }"));
        assert_ne!(said("x contains \"a\""), said("x contains \"b\""));
        assert_ne!(one, said("x contains 2 if { input.a == \"b  c\" }"));
    }

    #[test]
    fn what_is_asked_for_is_read_with_its_place() {
        let syntax = read(
            "package a.b\n\nimport data.lib.images as ours\nimport input.x\n\nf(y) := data[\"main\"].z[y] if ours.of(y, `data.w`)\n\ng[k] := v if {\n\tsome k, v in data.m[input.n]\n\tevery e in data.o { e == {data.p: [data.q]} }\n\tnot data.r with data.s.t as data.u\n}\n",
        );
        let one =
            |used: &Use| format!("{}:{} {}{}", used.span.line, used.span.column, used.path.join("."), if used.goes_on { ".…" } else { "" });
        let uses: Vec<String> = syntax.uses.iter().filter(|used| !used.is_bare).map(one).collect();
        let heads: Vec<String> = syntax.heads.iter().map(|head| format!("{} {:?} {}", head.begins, head.kind, head.span.line)).collect();
        let replaced = syntax.replaced.iter().map(|(path, at)| format!("{} {}:{}", path.join("."), at.line, at.column));
        let replaced: Vec<String> = replaced.collect();
        insta::assert_snapshot!(format!("{}\n{}\n{}\n{}", syntax.package.join("."), heads.join("\n"), replaced.join("\n"), uses.join("\n")), @"
        a.b
        f Function 6
        g[…] Part 8
        s.t 11:21
        6:9 main.z.…
        6:30 lib.images.of
        9:18 m.…
        10:16 o
        10:31 p
        10:40 q
        11:9 r
        11:33 u
        ");
    }
}
