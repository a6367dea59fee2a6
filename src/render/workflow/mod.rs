//! CI workflows and actions: their form, their jobs, their expressions, and no text from outside in their scripts.

mod expression;
mod facts;
mod graph;
mod keys;
mod names;
mod printed;
mod scope;
mod shape;
mod untrusted;

pub(super) use printed::code_printed;

use super::language::{Content, Trouble};
use super::schema::At;
use crate::model::{RepoPath, child as key};
use crate::yaml;
use expression::{Mistake, pieces, read};
use facts::Facts;
use names::Seen;
use printed::SCRIPTS;
use scope::Scope;
use serde_json::{Map, Value};
use untrusted::{Chosen, Surroundings, in_script};

/// One mistake of a document.
struct Wrong {
    /// A JSON pointer to what is wrong.
    pointer: String,
    at: At,
    /// Where in the text of the value, in bytes.
    inside: Option<usize>,
    message: String,
    help: String,
    doubtful: bool,
}

impl Wrong {
    fn new(pointer: &str, at: At, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), at, inside: None, message: message.into(), help: help.into(), doubtful: false }
    }

    fn inside(pointer: &str, inside: usize, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { inside: Some(inside), ..Self::new(pointer, At::Value, message, help) }
    }

    fn doubtful(self) -> Self {
        Self { doubtful: true, ..self }
    }
}

/// What a document is, by where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Workflow,
    Action,
    Other,
}

fn kind(file: &RepoPath) -> Kind {
    let folder = file.parent().unwrap_or_default();
    match file.file_name() {
        _ if folder == "workflows" || folder.ends_with("/workflows") => Kind::Workflow,
        "action.yml" | "action.yaml" => Kind::Action,
        _ => Kind::Other,
    }
}

/// What is wrong with a parsed-back file as a workflow or an action; files that are none have no text of strangers in their scripts.
pub(super) fn check(file: &RepoPath, content: &Content, text: &str) -> Vec<Trouble> {
    let Content::Yaml(documents) = content else { return Vec::new() };
    let kind = kind(file);
    let mut wrong: Vec<(u32, Wrong)> = Vec::new();
    for (document, line) in documents {
        let of = match (kind, document) {
            (Kind::Workflow, Value::Object(top)) => workflow(top, document),
            (Kind::Action, Value::Object(top)) => action(top, document),
            (Kind::Workflow, _) => vec![Wrong::new("", At::Value, "the workflow is no map", "")],
            (Kind::Action, _) => vec![Wrong::new("", At::Value, "the action is no map", "")],
            (Kind::Other, _) => scripts(document),
        };
        wrong.extend(of.into_iter().map(|wrong| (*line, wrong)));
    }
    let mut troubles = if wrong.is_empty() { Vec::new() } else { placed(text, documents, wrong) };
    troubles.extend(keys::beyond(kind, text, documents));
    troubles.sort_by_key(|trouble| trouble.line);
    troubles
}

/// Places are not kept for files in which nothing is wrong, so they are read once more.
fn placed(text: &str, documents: &[(Value, u32)], wrong: Vec<(u32, Wrong)>) -> Vec<Trouble> {
    let places = yaml::parse(text).documents;
    let trouble = |(first, wrong): (u32, Wrong)| {
        let spot = places.iter().find(|document| document.root_span().line == first).and_then(|document| document.place(&wrong.pointer));
        let value = documents.iter().find(|(_, line)| *line == first).and_then(|(value, _)| value.pointer(&wrong.pointer)?.as_str());
        let line = spot.map_or(first, |spot| match (wrong.at, wrong.inside, value) {
            (At::Key, ..) => spot.key.unwrap_or(spot.value).line,
            (At::Value, Some(inside), Some(value)) => line_inside(text, spot.value.line, spot.value.end_line, value, inside),
            (At::Value, ..) => spot.value.line,
        });
        let trouble = Trouble::new(line, wrong.message).help(wrong.help);
        if wrong.doubtful { trouble.doubtful() } else { trouble }
    };
    wrong.into_iter().map(trouble).collect()
}

/// The line of the text on which a byte of a value stands that was written on these lines.
fn line_inside(text: &str, first: u32, last: u32, value: &str, inside: usize) -> u32 {
    let inside = value.floor_char_boundary(inside);
    let begins = value[..inside].rfind('\n').map_or(0, |at| at + 1);
    let line = value[begins..].lines().next().unwrap_or_default().trim();
    let earlier = value[..begins].lines().filter(|earlier| earlier.contains(line)).count();
    let numbered = (first..=last).zip(text.lines().skip(first.saturating_sub(1) as usize));
    let whole = numbered.clone().filter(|(_, written)| written.contains(line)).nth(earlier);
    // Lines that were folded into one are found by the word that is meant.
    let word: String = value[inside..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '$' | '{' | '_' | '-' | '.')).collect();
    let part = || numbered.filter(|(_, written)| !word.is_empty() && written.contains(&word)).last();
    whole.or_else(part).map_or(first, |(number, _)| number)
}

fn workflow(top: &Map<String, Value>, document: &Value) -> Vec<Wrong> {
    let facts = Facts::of_workflow(top);
    let mut wrong = shape::workflow(top);
    wrong.extend(graph::check(&facts));
    wrong.extend(keys::twins(document));
    let mut walk = Walk { kind: Kind::Workflow, facts: &facts, top: document, path: Vec::new(), wrong };
    walk.value(document);
    walk.wrong
}

fn action(top: &Map<String, Value>, document: &Value) -> Vec<Wrong> {
    let facts = Facts::of_action(top);
    let mut wrong = shape::action(top);
    wrong.extend(keys::twins(document));
    let mut walk = Walk { kind: Kind::Action, facts: &facts, top: document, path: Vec::new(), wrong };
    walk.value(document);
    walk.wrong
}

/// Goes through all texts of a document.
struct Walk<'f, 'a> {
    kind: Kind,
    facts: &'f Facts<'a>,
    top: &'a Value,
    path: Vec<String>,
    wrong: Vec<Wrong>,
}

impl<'a> Walk<'_, 'a> {
    fn value(&mut self, value: &'a Value) {
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    self.step(name.clone(), value);
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    self.step(index.to_string(), value);
                }
            }
            Value::String(text) => self.text(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn step(&mut self, name: String, value: &'a Value) {
        self.path.push(name);
        self.value(value);
        self.path.pop();
    }

    fn pointer(&self) -> String {
        self.path.iter().fold(String::new(), |pointer, name| key(&pointer, name))
    }

    fn text(&mut self, text: &'a str) {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let condition = scope::is_condition(&path);
        if !condition && !text.contains("${{") {
            return;
        }
        let scope = if self.kind == Kind::Action { scope::of_action(&path) } else { scope::of_workflow(&path) };
        let script = is_script(&path, self.top);
        let pointer = self.pointer();
        let Some(scope) = scope else {
            let help = "Write what it stands for, or leave it out.";
            let wrong = Wrong::inside(
                &pointer,
                text.find("${{").unwrap_or_default(),
                "no expression is read here: this stays as it is written",
                help,
            );
            return self.wrong.push(wrong.doubtful());
        };
        if condition {
            self.condition(&pointer, text, scope);
        } else {
            self.pieces(&pointer, text, scope);
        }
        if let Some(runs) = script {
            self.script(&pointer, text, runs);
        }
    }

    /// `if` is an expression as a whole; one with something around it is a text, and so always true.
    fn condition(&mut self, pointer: &str, text: &str, scope: Scope) {
        let found = pieces(text);
        match found.as_slice() {
            [] => self.expression(pointer, text, 0, scope),
            [only] if only.closed && text.starts_with("${{") && text.len() == only.at + only.inner.len() + 2 => {
                self.pieces(pointer, text, scope)
            }
            _ => {
                self.pieces(pointer, text, scope);
                let help = "Write the whole condition as one expression, without `${{` and `}}`.";
                let begins = text.find("${{").unwrap_or_default();
                self.wrong.push(Wrong::inside(
                    pointer,
                    begins,
                    "this condition is a text around an expression, which is always true",
                    help,
                ));
            }
        }
    }

    fn pieces(&mut self, pointer: &str, text: &str, scope: Scope) {
        for piece in pieces(text) {
            if piece.closed {
                self.expression(pointer, piece.inner, piece.at, scope);
            } else {
                self.wrong.push(Wrong::inside(pointer, piece.at - 3, "`${{` is not closed", "End the expression with `}}`."));
            }
        }
    }

    fn expression(&mut self, pointer: &str, text: &str, at: usize, scope: Scope) {
        let mistakes = match read(text) {
            Err(mistake) => vec![mistake],
            Ok(expression) => {
                let mut mistakes = scope.check(&expression);
                mistakes.extend(self.seen().check(&expression, scope));
                mistakes
            }
        };
        let shown = shown(text);
        let wrong = |Mistake { at: inner, message, help }| {
            let message = if shown.is_empty() { message } else { format!("in the expression `{shown}`: {message}") };
            Wrong::inside(pointer, at + inner, message, help)
        };
        self.wrong.extend(mistakes.into_iter().map(wrong));
    }

    /// What is to be seen from where the walk is.
    fn seen(&self) -> Seen<'_, 'a> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let (job, rest) = match (self.kind, path.as_slice()) {
            (Kind::Workflow, ["jobs", job, rest @ ..]) => (Some(*job), rest),
            (Kind::Action, ["runs", rest @ ..]) => (Some(""), rest),
            (Kind::Action, _) => (Some(""), &[] as &[&str]),
            _ => (None, path.as_slice()),
        };
        let before = match rest {
            ["steps", index, ..] => index.parse().unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        let job = self.facts.names().find(|name| Some(*name) == job);
        Seen { facts: self.facts, job, before }
    }

    fn script(&mut self, pointer: &str, text: &str, runs: &str) {
        let around = surroundings(&self.path, self.top);
        let around: Vec<Option<&Value>> = around.iter().map(|pointer| self.top.pointer(pointer)).collect();
        let plain = |name: &str| self.facts.plain_inputs.contains(name);
        let found: Vec<Wrong> = in_script(text, &around, &plain).into_iter().map(|found| stranger(pointer, found, runs)).collect();
        self.wrong.extend(found);
    }
}

/// Pointers to the variables around a step, the nearest first.
fn surroundings(path: &[String], top: &Value) -> Vec<String> {
    let below = |count: usize| path[..count].iter().fold(String::new(), |pointer, name| key(&pointer, name)) + "/env";
    let steps = path.iter().position(|name| name == "steps").filter(|_| top.is_object());
    let depths = steps.into_iter().flat_map(|steps| [steps + 2, steps, 0]);
    depths.filter(|depth| *depth <= path.len()).map(below).collect()
}

fn stranger(pointer: &str, (at, written, chosen): (usize, &str, Chosen), runs: &str) -> Wrong {
    let written: String = written.split_whitespace().collect::<Vec<_>>().join(" ");
    let help = "Pass it through `env:` and use the variable in quotes.";
    match chosen {
        Chosen::Anybody => {
            Wrong::inside(pointer, at, format!("a script holds `{written}`, which anybody may choose and {runs} would run"), help)
        }
        Chosen::Starter => {
            Wrong::inside(pointer, at, format!("a script holds `{written}`, which whoever starts it may choose and {runs} would run"), help)
                .doubtful()
        }
    }
}

/// What runs a text, when it is a script.
fn is_script(path: &[&str], top: &Value) -> Option<&'static str> {
    match path {
        [.., "steps", _, "run" | "shell"] => Some("the shell"),
        [before @ .., "with", "script"] => {
            let pointer = before.iter().fold(String::new(), |pointer, name| key(&pointer, name)) + "/uses";
            let uses = top.pointer(&pointer).and_then(Value::as_str)?;
            uses.contains("github-script@").then_some("JavaScript")
        }
        _ => None,
    }
}

/// Text of strangers in whatever is named like a script, in a document of another kind; a script may be a list of lines.
fn scripts(document: &Value) -> Vec<Wrong> {
    fn go(value: &Value, pointer: &str, is_script: bool, wrong: &mut Vec<Wrong>) {
        match value {
            Value::Object(map) => {
                map.iter().for_each(|(name, value)| go(value, &key(pointer, name), SCRIPTS.contains(&name.as_str()), wrong));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| go(item, &format!("{pointer}/{index}"), is_script, wrong));
            }
            Value::String(script) if is_script => {
                let found = in_script(script, &[] as &Surroundings<'_>, &|_| true);
                wrong.extend(found.into_iter().map(|found| stranger(pointer, found, "the shell")));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut wrong = Vec::new();
    go(document, "", false, &mut wrong);
    wrong
}

/// The beginning of an expression, in one line.
fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'");
    let mut shown: String = line.chars().take(60).collect();
    if line.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
