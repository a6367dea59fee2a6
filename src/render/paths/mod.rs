//! Every path of a template against the schema and the names that templates see, when it is loaded.
//!
//! Tera takes what is not there for nothing, in silence, inside `if`, `~`, lists and the arguments of filters, so that a misspelt field would choose the
//! wrong branch for every request.

mod shape;

use super::codes::{EXPRESSION_ERROR, TEMPLATE_ERROR};
use super::engine::{Mistake, NAMES, Source, names_set};
use super::lexer::{Delimiters, Kind, Part, Piece, parts, span};
use crate::model::{Code, Output, OutputName, Release, RepoPath, Span, TargetSelector, child, close_match, meant, quoted_list};
use crate::snapshot::Snapshot;
use crate::yaml;
use serde_json::Value;
use shape::{Names, Shape};
use std::collections::{BTreeMap, BTreeSet};

/// Filters that leave the shape of a value as it is.
const SAME_SHAPE: [&str; 5] = ["default", "sort", "reverse", "unique", "slice"];
/// Words of expressions that are no names.
const WORDS: [&str; 16] =
    ["and", "or", "not", "in", "is", "if", "elif", "else", "for", "true", "false", "True", "False", "none", "None", "null"];

/// The schema of a release, when it can be read.
pub(super) fn schema(snapshot: &Snapshot, release: &Release) -> Option<Value> {
    serde_json::from_str(snapshot.text(&format!("{}/schema.json", release.id.folder()))?).ok()
}

/// Where the value of a field of an output stands in `release.yaml`; the whole output, when the field is not there.
pub(super) fn in_release(snapshot: &Snapshot, release: &Release, output: &Output, field: &str) -> Span {
    let index = release.outputs.iter().position(|other| other.name == output.name);
    let spot = index
        .zip(snapshot.text(release.file.as_str()))
        .and_then(|(index, text)| yaml::locate(text, &format!("/spec/outputs/{index}/{field}")));
    spot.map_or(output.span, |spot| spot.value)
}

/// Everything that the templates of some outputs name and that is never there.
pub(super) fn templates(
    sources: &[Source],
    delimiters: &Delimiters,
    schema: Option<&Value>,
    release: &Release,
    outputs: &[&Output],
) -> Vec<Mistake> {
    let names = Names::new(schema, release);
    let set = names_set(sources, delimiters);
    let mut mistakes = Vec::new();
    for source in sources {
        // What a library or a renderer brings is for every golden path.
        let Some(output) = outputs.iter().find(|output| source.name.split('/').next() == Some(output.name.as_str())) else { continue };
        let each = each(&names, output);
        let place = |from: usize, to: usize| span(&source.text, from..to);
        let mut reader = Reader::new(&names, &source.text, Some(each));
        reader.elsewhere = Some(&set);
        for part in parts(&source.text, delimiters) {
            reader.part(&part);
        }
        let wrong = reader.wrong.into_iter();
        mistakes.extend(wrong.map(|wrong| wrong.mistake(&source.file, place(wrong.from, wrong.to), TEMPLATE_ERROR, "")));
    }
    mistakes
}

/// Everything that the expressions of a release name and that is never there, each with its output.
pub(super) fn expressions(snapshot: &Snapshot, release: &Release, schema: Option<&Value>) -> Vec<(OutputName, Mistake)> {
    let names = Names::new(schema, release);
    let mut mistakes = Vec::new();
    for output in &release.outputs {
        let target = match &output.target {
            TargetSelector::Template(source) => Some(source),
            TargetSelector::Labels(_) => None,
        };
        for (field, source) in [("forEach", output.for_each.as_ref()), ("when", output.when.as_ref()), ("target", target)] {
            let Some(source) = source else { continue };
            let each = if field == "forEach" { None } else { output.for_each.as_ref().map(|_| each(&names, output)) };
            let whole = in_release(snapshot, release, output, field);
            let written = Written { source, is_line: field == "target", whole, has_target: false };
            let found = written.never_there(&names, each, snapshot, release).into_iter();
            mistakes
                .extend(found.map(|(place, wrong)| (output.name.clone(), wrong.mistake(&release.file, place, EXPRESSION_ERROR, field))));
        }
    }
    mistakes
}

/// Everything that is wrong with the exports of a release before there is any request: what they name and is never there, and those that cannot be read.
pub(super) fn exports(
    snapshot: &Snapshot,
    release: &Release,
    schema: Option<&Value>,
    loads: impl Fn(&str) -> Result<(), String>,
) -> Vec<Mistake> {
    let names = Names::new(schema, release);
    let mut mistakes = Vec::new();
    for (export, source) in &release.exports {
        let whole = in_export(snapshot, release, export);
        let found = Written { source, is_line: true, whole, has_target: true }.never_there(&names, None, snapshot, release);
        let shown = format!("the export `{export}`");
        match loads(export) {
            Err(message) => mistakes.push(Mistake::new(&release.file, whole, EXPRESSION_ERROR, format!("{shown}: {message}"))),
            Ok(()) => mistakes.extend(found.into_iter().map(|(place, wrong)| {
                let mistake = wrong.mistake(&release.file, place, EXPRESSION_ERROR, "");
                Mistake { message: format!("{shown}: {}", mistake.message), ..mistake }
            })),
        }
    }
    mistakes
}

/// Where the value of an export stands in `release.yaml`.
pub(super) fn in_export(snapshot: &Snapshot, release: &Release, export: &str) -> Span {
    let at = child("/spec/exports", export);
    let text = snapshot.text(release.file.as_str()).unwrap_or_default();
    let spot = yaml::locate(text, &format!("{at}/value")).or_else(|| yaml::locate(text, &at));
    spot.map_or(Span::START, |spot| spot.value)
}

/// An expression, or a template of one line, that is written into `release.yaml`.
struct Written<'t> {
    source: &'t str,
    is_line: bool,
    whole: Span,
    has_target: bool,
}

impl Written<'_> {
    /// What it names and is never there, each where it stands.
    fn never_there(&self, names: &Names<'_>, each: Option<Shape<'_>>, snapshot: &Snapshot, release: &Release) -> Vec<(Span, Wrong)> {
        let source = self.source;
        let (text, shift) = if self.is_line { (source.to_owned(), 0) } else { (format!("{{{{ {source} }}}}"), 3) };
        let mut reader = Reader::new(names, &text, each);
        reader.is_expression = true;
        reader.has_target = self.has_target;
        for part in parts(&text, &Delimiters::default()) {
            reader.part(&part);
        }
        let file = snapshot.text(release.file.as_str()).unwrap_or_default();
        let place = |wrong: &Wrong| within(file, self.whole, source, wrong.from.saturating_sub(shift), wrong.to.saturating_sub(shift));
        reader.wrong.into_iter().map(|wrong| (place(&wrong), wrong)).collect()
    }
}

/// The place of a part of a scalar that is written in one line, as it is or in quotes; of all of it otherwise.
fn within(text: &str, whole: Span, value: &str, from: usize, to: usize) -> Span {
    let Some(line) = text.lines().nth(whole.line as usize - 1).filter(|_| whole.line == whole.end_line) else { return whole };
    let count = (whole.end_column - whole.column) as usize;
    let raw: String = line.chars().skip(whole.column as usize - 1).take(count).collect();
    let quoted = raw.strip_prefix(['"', '\'']).and_then(|raw| raw.strip_suffix(['"', '\'']));
    let before = match (raw == value, quoted == Some(value)) {
        (true, _) => 0,
        (_, true) => 1,
        _ => return whole,
    };
    let column = |byte: usize| whole.column + before + u32::try_from(value[..byte].chars().count()).unwrap_or(u32::MAX);
    Span { column: column(from), end_column: column(to), ..whole }
}

/// What is known of `each` in an output.
fn each<'a>(names: &Names<'a>, output: &Output) -> Shape<'a> {
    let Some(source) = &output.for_each else { return Names::any() };
    let text = format!("{{{{ {source} }}}}");
    let parts = parts(&text, &Delimiters::default());
    let reader = Reader::new(names, &text, None);
    let list = parts.first().and_then(|part| reader.whole(part, 0, part.tokens.len()));
    list.map_or_else(Names::any, |list| names.element(&list))
}

/// A name or a field that is never there.
struct Wrong {
    from: usize,
    to: usize,
    message: String,
    help: String,
}

impl Wrong {
    fn mistake(&self, file: &RepoPath, span: Span, code: Code, field: &str) -> Mistake {
        let message = if field.is_empty() { self.message.clone() } else { format!("`{field}`: {}", self.message) };
        Mistake { help: self.help.clone(), ..Mistake::new(file, span, code, message) }
    }
}

/// Reads the parts of one template in order, with the names that are set on the way.
struct Reader<'a, 's> {
    names: &'s Names<'a>,
    source: &'s str,
    each: Option<Shape<'a>>,
    /// Names of loops and components, innermost last; the first are those of the template itself.
    frames: Vec<BTreeMap<String, Shape<'a>>>,
    /// How many `if` are open.
    branches: usize,
    /// Names that another template may have set.
    elsewhere: Option<&'s BTreeSet<&'s str>>,
    /// An expression by itself: nothing but the table is known, and not the target.
    is_expression: bool,
    /// Whether an expression sees the target all the same.
    has_target: bool,
    wrong: Vec<Wrong>,
}

impl<'a, 's> Reader<'a, 's> {
    fn new(names: &'s Names<'a>, source: &'s str, each: Option<Shape<'a>>) -> Self {
        let frames = vec![BTreeMap::new()];
        Self { names, source, each, frames, branches: 0, elsewhere: None, is_expression: false, has_target: false, wrong: Vec::new() }
    }

    fn part(&mut self, part: &Part) {
        match part.piece {
            Piece::Text | Piece::Raw | Piece::Comment => return,
            Piece::Expression => {}
            Piece::Tag => self.opens(part),
        }
        let comprehension = self.comprehension(part);
        self.frames.push(comprehension);
        for index in 0..part.tokens.len() {
            if self.begins(part, index) {
                self.follow(part, index);
            }
        }
        self.frames.pop();
        if part.piece == Piece::Tag {
            self.binds(part);
        }
    }

    fn word(&self, part: &Part, index: usize) -> &'s str {
        part.tokens.get(index).map_or("", |token| &self.source[token.range.clone()])
    }

    fn is_name(part: &Part, index: usize) -> bool {
        part.tokens.get(index).is_some_and(|token| token.kind == Kind::Ident)
    }

    /// What ends with a tag.
    fn opens(&mut self, part: &Part) {
        match self.word(part, 0) {
            "endfor" | "endcomponent" if self.frames.len() > 1 => drop(self.frames.pop()),
            "if" => self.branches += 1,
            "endif" => self.branches = self.branches.saturating_sub(1),
            _ => {}
        }
    }

    /// What a tag sets for the parts behind it.
    fn binds(&mut self, part: &Part) {
        let end = part.tokens.len();
        match self.word(part, 0) {
            "for" => {
                let frame = self.bound(part, 1, end);
                self.frames.push(frame);
            }
            "component" => {
                let names = (1..end).filter(|index| Self::is_name(part, *index));
                let frame = names.map(|index| (self.word(part, index).to_owned(), Names::any())).collect();
                self.frames.push(frame);
            }
            "set" => {
                let name = self.word(part, 1);
                let again = self.branches > 0 || self.frames.iter().any(|frame| frame.contains_key(name));
                let shape = if again || self.word(part, 2) != "=" { None } else { self.whole(part, 3, end) };
                let shape = shape.unwrap_or_else(Names::any);
                if let Some(frame) = self.frames.last_mut() {
                    frame.insert(name.to_owned(), shape);
                }
            }
            "set_global" => {
                let name = self.word(part, 1).to_owned();
                self.frames[0].insert(name, Names::any());
            }
            _ => {}
        }
    }

    /// The names of `a in EXPR` or `k, v in EXPR`.
    fn bound(&self, part: &Part, from: usize, end: usize) -> BTreeMap<String, Shape<'a>> {
        let mut frame = BTreeMap::new();
        let first = self.word(part, from).to_owned();
        if self.word(part, from + 1) == "," {
            let value = self.whole(part, from + 4, end).map_or_else(Names::any, |of| self.names.element(&of));
            frame.insert(first, Names::any());
            frame.insert(self.word(part, from + 2).to_owned(), value);
        } else {
            let value = self.whole(part, from + 2, end).map_or_else(Names::any, |of| self.names.element(&of));
            frame.insert(first, value);
        }
        frame.insert("loop".to_owned(), Names::any());
        frame
    }

    /// The names of `[x for x in LIST if …]`, anywhere in a part.
    fn comprehension(&self, part: &Part) -> BTreeMap<String, Shape<'a>> {
        let mut frame = BTreeMap::new();
        for index in 1..part.tokens.len() {
            if self.word(part, index) == "for" && Self::is_name(part, index) && Self::is_name(part, index + 1) {
                let ends = |at: &usize| matches!(self.word(part, *at), "if" | "]");
                let end = (index + 1..part.tokens.len()).find(ends).unwrap_or(part.tokens.len());
                frame.extend(self.bound(part, index + 1, end));
            }
        }
        frame
    }

    /// Whether a path begins at a token.
    fn begins(&self, part: &Part, index: usize) -> bool {
        let before = |back: usize| index.checked_sub(back).map_or("", |at| self.word(part, at));
        let is_tag = part.piece == Piece::Tag && index == 0;
        let is_field = before(1) == "." || before(1) == "|" || before(1).ends_with('.');
        let is_test = before(1) == "is" || before(1) == "not" && before(2) == "is";
        let is_argument = self.word(part, index + 1) == "=" && self.word(part, index + 2) != "=";
        let is_call = self.word(part, index + 1) == "(";
        Self::is_name(part, index) && !(is_tag || is_field || is_test || is_argument || is_call)
    }

    /// What is known of a name; nothing for one that is not ours to judge.
    fn lookup(&self, name: &str) -> Option<Shape<'a>> {
        if let Some(shape) = self.frames.iter().rev().find_map(|frame| frame.get(name)) {
            return Some(shape.clone());
        }
        if self.elsewhere.is_some_and(|names| names.contains(name)) {
            return None;
        }
        match name {
            "each" => self.each.clone(),
            "target" if self.is_expression && !self.has_target => None,
            _ => self.names.root(name),
        }
    }

    fn follow(&mut self, part: &Part, index: usize) {
        let name = self.word(part, index);
        match self.lookup(name) {
            Some(shape) => {
                if let Err(wrong) = self.walk(part, index, shape) {
                    self.wrong.push(wrong);
                }
            }
            None if self.is_expression && !WORDS.contains(&name) => {
                let known = NAMES.iter().copied().filter(|known| match *known {
                    "target" => self.has_target,
                    "each" => self.each.is_some(),
                    _ => true,
                });
                let known: Vec<&str> = known.collect();
                let help = match close_match(name, known.iter().copied()) {
                    Some(near) => meant(near),
                    None => format!("Known are {}.", quoted_list(known)),
                };
                let range = part.tokens[index].range.clone();
                self.wrong.push(Wrong { from: range.start, to: range.end, message: format!("`{name}` is not known here"), help });
            }
            None => {}
        }
    }

    /// The value that a stretch of tokens is, when it is a path and nothing else but filters that keep its shape.
    fn whole(&self, part: &Part, from: usize, end: usize) -> Option<Shape<'a>> {
        let shape = self.lookup(self.word(part, from)).filter(|_| Self::is_name(part, from) && from < end)?;
        let (shape, next) = self.walk(part, from, shape).ok()?;
        let keeps = next >= end || self.word(part, next) == "|" && SAME_SHAPE.contains(&self.word(part, next + 1));
        let filters = (next..end).filter(|at| self.word(part, *at) == "|").count();
        (keeps && filters <= 1).then_some(shape)
    }

    /// Follows the fields behind a name: what they lead to, and the token behind.
    fn walk(&self, part: &Part, index: usize, root: Shape<'a>) -> Result<(Shape<'a>, usize), Wrong> {
        let (mut shape, mut at) = (root, index + 1);
        loop {
            if self.word(part, at) == "?" && matches!(self.word(part, at + 1), "." | "[") {
                at += 1;
            }
            let next = part.tokens.get(at + 1).map(|token| token.kind);
            match (self.word(part, at), next) {
                (".", Some(Kind::Ident)) => {
                    shape = self.field(part, index, at + 1, &shape, self.word(part, at + 1))?;
                    at += 2;
                }
                (".", Some(Kind::Number)) => {
                    shape = self.names.element(&shape);
                    at += 2;
                    if self.word(part, at - 1).ends_with('.') && Self::is_name(part, at) {
                        shape = self.field(part, index, at, &shape, self.word(part, at))?;
                        at += 1;
                    }
                }
                ("[", Some(Kind::Text)) if self.word(part, at + 2) == "]" => {
                    let word = self.word(part, at + 1);
                    shape = self.field(part, index, at + 2, &shape, &word[1..word.len() - 1])?;
                    at += 3;
                }
                ("[", _) => {
                    let end = self.closes(part, at);
                    let is_slice = (at..end).any(|inside| self.word(part, inside) == ":");
                    shape = if is_slice { shape } else { self.names.element(&shape) };
                    at = end + 1;
                }
                _ => return Ok((shape, at)),
            }
        }
    }

    fn closes(&self, part: &Part, open: usize) -> usize {
        let mut depth = 0_usize;
        for at in open..part.tokens.len() {
            match self.word(part, at) {
                "[" => depth += 1,
                "]" if depth == 1 => return at,
                "]" => depth -= 1,
                _ => {}
            }
        }
        part.tokens.len()
    }

    fn field(&self, part: &Part, from: usize, to: usize, of: &Shape<'a>, name: &str) -> Result<Shape<'a>, Wrong> {
        self.names.member(of, name).map_err(|known| {
            let (from, to) = (part.tokens[from].range.start, part.tokens[to].range.end);
            let help = match close_match(name, known.iter().map(String::as_str)) {
                Some(near) => meant(near),
                None if of.at == "refs" => "Say in `refs` of `release.yaml` which requests may be named.".to_owned(),
                None if known.is_empty() => format!("`{}` is a value without fields.", of.at),
                None => format!("`{}` has {}.", of.at, quoted_list(known.iter().map(String::as_str))),
            };
            let message = format!("`{}` is never there: `{}` has no field `{name}`", self.source[from..to].trim(), of.at);
            Wrong { from, to, message, help }
        })
    }
}

#[cfg(test)]
mod tests;
