//! Parsing rendered files back, and finding out whether a printed text changed more than its own place.

use super::budget::{Print, placeholder};
use super::filters::{escape, hcl, is_odd, is_plain_word};
use super::otherwise;
use super::renderer::Language;
use super::walk;
use crate::model::json_mistake;
use crate::yaml;
use hcl_edit::Ident;
use hcl_edit::expr::{Expression, FuncCall, Traversal};
use hcl_edit::structure::{BlockLabel, Body, Structure};
use hcl_edit::template::{ForTemplateExpr, HeredocTemplate};
use hcl_edit::visit::{Visit, visit_block_label, visit_expr, visit_func_call, visit_heredoc_template, visit_traversal};
use hcl_edit::{Decorated, Spanned};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::Range;

/// What a rendered file holds.
#[derive(PartialEq)]
pub(super) enum Content {
    /// The documents, each with the line on which it begins.
    Yaml(Vec<(Value, u32)>),
    Json(Value),
    Hcl(Box<Body>),
    Text,
}

/// What is wrong with a rendered file: the line in the rendered text, and a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) line: u32,
    pub(super) message: String,
    pub(super) help: String,
    /// Whether it is worth a look, and holds nobody up.
    pub(super) doubtful: bool,
}

impl Trouble {
    pub(super) fn new(line: u32, message: impl Into<String>) -> Self {
        Self { line, message: message.into(), help: String::new(), doubtful: false }
    }

    pub(super) fn doubtful(self) -> Self {
        Self { doubtful: true, ..self }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

/// LF, and exactly one newline at the end, but for YAML whose last text has the blanks and newlines that stand there.
pub(super) fn ended(language: Language, text: &str) -> String {
    let mut text = if text.contains('\r') { text.replace("\r\n", "\n") } else { text.to_owned() };
    let end = text.trim_end().len();
    if language == Language::Yaml && may_end_in_block(&text, end) {
        let short = format!("{}\n", &text[..end]);
        let values = |text: &str| yaml::parse(text).documents.into_iter().map(yaml::Document::into_value).collect::<Vec<_>>();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        return if values(&text) == values(&short) { short } else { text };
    }
    text.truncate(end);
    text.push('\n');
    text
}

/// Whether what stands behind the last word of YAML could belong to it: newlines to a text that begins with `|+`, blanks to one with `|`.
fn may_end_in_block(text: &str, end: usize) -> bool {
    let behind = &text[end..];
    let has_blanks = behind.contains(|c| c != '\n');
    let begins = |word: &str| word.strip_prefix(['|', '>']).is_some_and(|header| has_blanks || header.contains('+'));
    (has_blanks || behind.len() > 1) && text.split_ascii_whitespace().any(begins)
}

/// Parses a rendered text back.
pub(super) fn parse_back(language: Language, text: &str) -> Result<Content, Vec<Trouble>> {
    match language {
        Language::Yaml => parse_yaml(text).map(|read| Content::Yaml(read.documents)),
        Language::Json => serde_json::from_str(text).map(Content::Json).map_err(|error| {
            let line = json_mistake(text, &error).line;
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
            vec![Trouble::new(line, message)]
        }),
        Language::Hcl => {
            let body: Body = text.parse().map_err(|error: hcl_edit::parser::Error| {
                let line = u32::try_from(error.location().line()).unwrap_or(1);
                vec![Trouble::new(line, error.message().replace('\n', ", "))]
            })?;
            let troubles = otherwise::read(text, &body);
            if troubles.is_empty() { Ok(Content::Hcl(Box::new(body))) } else { Err(troubles) }
        }
        Language::Text | Language::Owners => Ok(Content::Text),
    }
}

/// A rendered YAML file.
pub(super) struct Read {
    /// Its documents, each with the line on which it begins.
    pub(super) documents: Vec<(Value, u32)>,
    /// Whether a text in quotes goes over several lines of it.
    pub(super) quotes_over_lines: bool,
    /// Whether `kubectl` reads something of it as another value.
    pub(super) misread: bool,
}

/// Parses a rendered YAML file back.
pub(super) fn parse_yaml(text: &str) -> Result<Read, Vec<Trouble>> {
    let yaml::Parsed { documents, problems, quotes_over_lines, misread, .. } = yaml::parse(text);
    let problems = problems.into_iter().filter(yaml::Problem::is_error).chain(yaml::check_lines(text));
    let troubles: Vec<Trouble> = problems.map(|problem| Trouble::new(problem.span.line, problem.message).help(problem.help)).collect();
    if !troubles.is_empty() {
        return Err(troubles);
    }
    let documents = documents.into_iter().map(|document| {
        let line = document.root_span().line;
        (document.into_value(), line)
    });
    let documents = documents.filter(|(value, _)| !value.is_null()).collect();
    Ok(Read { documents, quotes_over_lines, misread })
}

/// Whether each print obviously changed nothing but its own place, so that the file need not be rendered twice.
pub(super) fn prints_are_plain(language: Language, text: &[u8], prints: &[Print]) -> bool {
    prints.iter().all(|print| {
        let end = print.offset + print.text.len();
        if text.get(print.offset..end) != Some(print.text.as_bytes()) {
            return false;
        }
        if matches!(language, Language::Text | Language::Owners) {
            return !breaks(language, print);
        }
        let line_start = text[..print.offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = &text[line_start..];
        match &print.typed {
            Some(_) => is_written_for(language, print) && typed_stands_alone(language, &line[..print.offset - line_start], &text[end..]),
            None => word_is_plain(language, line, print.offset - line_start..end - line_start),
        }
    })
}

/// Whether a typed print says in this language what it was given.
fn is_written_for(language: Language, print: &Print) -> bool {
    let Some(value) = &print.typed else { return true };
    match language {
        // YAML that is no JSON is seen where it stands
        Language::Yaml | Language::Json => print.written.yaml,
        // a number is the same in all of them
        Language::Hcl => print.written.hcl || hcl(value) == print.text,
        Language::Text | Language::Owners => true,
    }
}

/// A typed value fills the place of a whole value: nothing but its key before it on its line, nothing behind it.
fn typed_stands_alone(language: Language, before: &[u8], rest: &[u8]) -> bool {
    if before.iter().any(|byte| matches!(byte, b'"' | b'\'')) {
        return false;
    }
    let head = before.trim_ascii_end();
    let blank = head.len() < before.len();
    let starts = match (language, head.last()) {
        (Language::Yaml, Some(b':' | b'-')) => blank,
        (Language::Hcl, Some(b'=')) => true,
        _ => false,
    };
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    starts && rest[..end].trim_ascii().is_empty()
}

/// The word around a printed text, which stands there in a line, is a string whatever its letters are.
fn word_is_plain(language: Language, line: &[u8], printed: Range<usize>) -> bool {
    let (before, text, rest) = (&line[..printed.start], &line[printed.clone()], &line[printed.end..]);
    let in_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    if text.is_empty() || !text.iter().all(in_word) {
        return false;
    }
    let quoted = before.iter().filter(|byte| **byte == b'"').count() % 2 == 1;
    if matches!(language, Language::Hcl | Language::Json) {
        return quoted && !before.iter().any(|byte| matches!(byte, b'\\' | b'{' | b'}'));
    }
    let head = before.iter().rev().take_while(|byte| in_word(byte)).count();
    // A part of an escape, or the name of an anchor, an alias or a tag, is no text of its own.
    if before.contains(&b'\\') || matches!(before[..before.len() - head].last(), Some(b'&' | b'*' | b'!')) {
        return false;
    }
    let tail = rest.iter().take_while(|byte| in_word(byte)).count();
    std::str::from_utf8(&line[printed.start - head..printed.end + tail]).is_ok_and(is_plain_word)
}

/// Compares the file as it is with the file in which each print stands as a placeholder (and, for HCL, as an escaped text); an error is the
/// first print that changed more than its own place, nothing when it is not known which one did.
pub(super) fn changed_by_print(language: Language, actual: &Content, (marked, escaped): (&str, &str), prints: &[Print]) -> Same {
    let bad = || prints.iter().position(|print| breaks(language, print) || !is_written_for(language, print));
    if let Some(bad) = bad().or_else(|| if language == Language::Hcl { opens(marked, prints) } else { None }) {
        return Err(Some(bad));
    }
    let Ok(marked) = parse_back(language, marked) else { return Err(None) };
    if let Some(bad) = ends_comment(&marked, prints) {
        return Err(Some(bad));
    }
    says_the_same(&marked, actual, escaped, prints)
}

/// Whether a file says what the file with placeholders in it does.
pub(super) fn says_the_same(marked: &Content, actual: &Content, escaped: &str, prints: &[Print]) -> Same {
    match (marked, actual) {
        (Content::Yaml(marked), Content::Yaml(actual)) if marked.len() == actual.len() => {
            marked.iter().zip(actual).try_for_each(|(marked, actual)| same(&marked.0, &actual.0, prints))
        }
        (Content::Json(marked), Content::Json(actual)) => same(marked, actual, prints),
        (Content::Hcl(marked), Content::Hcl(actual)) => same_hcl(marked, actual, escaped, prints),
        (Content::Text, Content::Text) => Ok(()),
        _ => Err(None),
    }
}

/// How many places of a text readers of YAML 1.1 take for something else than a text, where those of 1.2 do not: `no`, `12:30`, a date.
pub(super) fn doubts(text: &str) -> usize {
    let yaml::Parsed { problems, doubtful_keys, other_keys, .. } = yaml::parse(text);
    let is_other = |problem: &&yaml::Problem| problem.is_ambiguous() || problem.kind == yaml::ProblemKind::LargeNumber;
    problems.iter().filter(is_other).count() + doubtful_keys.len() + other_keys
}

/// The first text in JSON that is printed without a filter and outside of quotes: none of its values is written so.
pub(super) fn bare_in_json(text: &str, prints: &[Print]) -> Option<usize> {
    let in_quotes = |before: &str| {
        let line = before.rsplit('\n').next().unwrap_or_default();
        let next = |(quoted, escaped): (bool, bool), c| match c {
            '"' if !escaped => (!quoted, false),
            _ => (quoted, c == '\\' && !escaped),
        };
        line.chars().fold((false, false), next).0
    };
    prints.iter().position(|print| print.typed.is_none() && text.get(..print.offset).is_some_and(|before| !in_quotes(before)))
}

/// Whether a print ends a line to some reader, or stands where none takes what it begins with.
fn breaks(language: Language, print: &Print) -> bool {
    let text = print.text.as_str();
    match language {
        Language::Owners => {
            text.starts_with(['!', '[', '^']) || text.contains(|c: char| c == '#' || c.is_whitespace() || is_break(language, c))
        }
        // a blank in quotes is no line break
        _ if print.typed.is_some() => false,
        Language::Yaml if is_misplaced(text) => true,
        _ => text.contains(|c| is_break(language, c)),
    }
}

/// The first print of several lines that is in no value of a YAML file: its second line ends the comment in which it stands.
fn ends_comment(marked: &Content, prints: &[Print]) -> Option<usize> {
    let Content::Yaml(documents) = marked else { return None };
    let mut open: BTreeSet<usize> = (0..prints.len()).filter(|index| prints[*index].text.contains('\n')).collect();
    if !open.is_empty() {
        documents.iter().for_each(|(document, _)| remove_met(document, &mut open));
    }
    open.first().copied()
}

/// Takes away the numbers of the placeholders in a value and its keys.
fn remove_met(value: &Value, open: &mut BTreeSet<usize>) {
    let mut met = |text: &str| {
        let there = placeholders(text);
        open.retain(|index| !there.contains(index));
    };
    match value {
        Value::String(text) => met(text),
        Value::Array(items) => items.iter().for_each(|item| remove_met(item, open)),
        Value::Object(members) => {
            members.keys().for_each(|key| met(key));
            members.values().for_each(|member| remove_met(member, open));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether some reader of YAML takes this for something else than text in some place: one looks for the indentation of a block where a line
/// begins with a tab, and one for a key or a value within brackets at `:` and `?`.
fn is_misplaced(text: &str) -> bool {
    text.split('\n').any(|line| line.starts_with('\t')) || text.starts_with([':', '?']) || text.contains(":?")
}

/// The first print at whose edge `${` or `%{` comes about, or becomes text, because of what stands on its other side; or that went through
/// something else before it was written, and has what these are made of.
fn opens(marked: &str, prints: &[Print]) -> Option<usize> {
    let met = placeholders(marked);
    let makes = |index: &usize| prints[*index].typed.is_none() && prints[*index].text.contains(['$', '%', '{']);
    if let Some(lost) = (0..prints.len()).filter(|index| !met.contains(index)).find(makes) {
        return Some(lost);
    }
    let (mut before, mut last, mut rest) = (None, None, marked);
    for index in met {
        let print = prints.get(index)?;
        let (literal, behind) = rest.split_once(&placeholder(index))?;
        for (text, of) in [(literal, None), (print.text.as_str(), Some(index))] {
            let edge = of.or(last);
            let first = text.bytes().next();
            if let (Some(sign @ (b'$' | b'%')), Some(first), Some(edge)) = (before, first, edge)
                && (first == b'{' || first == sign)
            {
                return Some(edge);
            }
            before = text.bytes().last().or(before);
            last = if text.is_empty() { of.or(last) } else { of };
        }
        rest = behind;
    }
    let first = rest.bytes().next();
    let closes = matches!((before, first), (Some(sign @ (b'$' | b'%')), Some(first)) if first == b'{' || first == sign);
    last.filter(|_| closes)
}

/// Whether some reader of a language ends a line at this character, or takes the file for a broken one, though the parser here may not.
fn is_break(language: Language, c: char) -> bool {
    match language {
        // Terraform takes no line break between quotes.
        Language::Text | Language::Owners | Language::Hcl => c != '\t' && is_odd(c),
        // A line break between quotes is a blank to every reader of YAML; others than `\n` are line breaks to some of them alone.
        Language::Yaml => !matches!(c, '\n' | '\t') && is_odd(c),
        Language::Json => false,
    }
}

/// Whether prints changed nothing but their places, or which one did, where that is known.
pub(super) type Same = Result<(), Option<usize>>;

fn same(marked: &Value, actual: &Value, prints: &[Print]) -> Same {
    match (marked, actual) {
        (Value::String(text), _) => {
            let found = placeholders(text);
            match found.as_slice() {
                [] if marked == actual => Ok(()),
                [] => Err(None),
                [only] if *text == placeholder(*only) && prints.get(*only).is_some_and(|print| print.typed.is_some()) => {
                    if prints[*only].typed.as_ref() == Some(actual) { Ok(()) } else { Err(Some(*only)) }
                }
                several => {
                    let wanted = substitute(text, several, prints)?;
                    if actual.as_str() == Some(wanted.as_str()) { Ok(()) } else { Err(several.first().copied()) }
                }
            }
        }
        (Value::Array(marked), Value::Array(actual)) if marked.len() == actual.len() => {
            marked.iter().zip(actual).try_for_each(|(marked, actual)| same(marked, actual, prints))
        }
        (Value::Object(marked), Value::Object(actual)) if marked.len() == actual.len() => {
            marked.iter().zip(actual).try_for_each(|((marked_key, marked), (key, actual))| {
                let found = placeholders(marked_key);
                if substitute(marked_key, &found, prints)? != *key {
                    return Err(found.first().copied());
                }
                same(marked, actual, prints)
            })
        }
        _ if marked == actual => Ok(()),
        _ => Err(None),
    }
}

/// The numbers of the placeholders in a text.
pub(super) fn placeholders(text: &str) -> Vec<usize> {
    let starts = text.match_indices("gpx").map(|(at, _)| at);
    starts.filter_map(|at| text.get(at + 3..at + 8)?.parse().ok().filter(|index| text[at..].starts_with(&placeholder(*index)))).collect()
}

fn substitute(text: &str, found: &[usize], prints: &[Print]) -> Result<String, Option<usize>> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    for index in found {
        let Some(print) = prints.get(*index) else { continue };
        if print.typed.is_some() {
            return Err(Some(*index));
        }
        let Some((before, after)) = rest.split_once(&placeholder(*index)) else { return Err(Some(*index)) };
        out.push_str(before);
        out.push_str(&print.text);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// In HCL a printed text may be in a string, a label or a name, never an expression; a typed value is a whole expression.
fn same_hcl(marked: &Body, actual: &Body, escaped: &str, prints: &[Print]) -> Same {
    let mut seen = Seen { prints, wrong: None, met: BTreeSet::new() };
    seen.visit_body(marked);
    let in_comment = |index: &usize| !seen.met.contains(index) && may_end_comment(&prints[*index].text);
    let wrong = seen.wrong.or_else(|| (0..prints.len()).find(in_comment));
    if wrong.is_some() {
        return Err(wrong);
    }
    match escaped.parse::<Body>() {
        Ok(escaped) if escaped == *actual && same_shape(marked, actual) => Ok(()),
        _ => Err(prints.iter().position(|print| print.typed.is_none() && escape(&print.text) != print.text)),
    }
}

/// Whether two files have the same blocks and attributes, whatever these are.
fn same_shape(one: &Body, other: &Body) -> bool {
    one.len() == other.len()
        && one.iter().zip(other.iter()).all(|structures| match structures {
            (Structure::Attribute(_), Structure::Attribute(_)) => true,
            (Structure::Block(one), Structure::Block(other)) => {
                one.labels.len() == other.labels.len() && same_shape(&one.body, &other.body)
            }
            (Structure::Attribute(_), Structure::Block(_)) | (Structure::Block(_), Structure::Attribute(_)) => false,
        })
}

/// Whether a text could end the comment that it is printed into, whatever stands around it.
fn may_end_comment(text: &str) -> bool {
    text.starts_with('/') || text.ends_with('*') || text.contains("*/")
}

/// Whether a text is a name wherever HCL takes one.
fn is_name(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    letters && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !matches!(text, "true" | "false" | "null")
}

struct Seen<'a> {
    prints: &'a [Print],
    wrong: Option<usize>,
    /// The prints that stand in what the file says; the others stand in its comments.
    met: BTreeSet<usize>,
}

impl Seen<'_> {
    /// Notes a placeholder that stands where its kind may not: a typed one belongs to a whole expression, another one to text.
    fn text(&mut self, text: &str) {
        let found = placeholders(text);
        self.met.extend(&found);
        let typed = found.into_iter().find(|index| self.prints.get(*index).is_some_and(|print| print.typed.is_some()));
        self.wrong = self.wrong.or(typed);
    }

    fn code(&mut self, name: &str) {
        let found = placeholders(name);
        self.met.extend(&found);
        self.wrong = self.wrong.or(found.first().copied());
    }
}

impl Visit for Seen<'_> {
    fn visit_ident(&mut self, node: &Decorated<Ident>) {
        self.text(node.as_str());
        let not_a_name = |index: &usize| self.prints.get(*index).is_some_and(|print| !is_name(&print.text));
        self.wrong = self.wrong.or(placeholders(node.as_str()).into_iter().find(not_a_name));
    }

    fn visit_string(&mut self, node: &Decorated<String>) {
        self.text(node.as_str());
    }

    fn visit_literal(&mut self, node: &Spanned<String>) {
        self.text(node.as_str());
    }

    fn visit_block_label(&mut self, node: &BlockLabel) {
        self.text(node.as_str());
        visit_block_label(self, node);
    }

    fn visit_for_template_expr(&mut self, node: &ForTemplateExpr) {
        walk::visit_for_template_expr(self, node);
    }

    /// What ends a text is no text.
    fn visit_heredoc_template(&mut self, node: &HeredocTemplate) {
        self.code(node.delimiter.as_str());
        visit_heredoc_template(self, node);
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        self.code(node.name.name.as_str());
        visit_func_call(self, node);
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        if let Expression::Variable(name) = &node.expr {
            self.code(name.as_str());
        }
        visit_traversal(self, node);
    }

    fn visit_expr(&mut self, node: &Expression) {
        match node {
            Expression::Variable(name) => {
                let found = placeholders(name.as_str());
                self.met.extend(&found);
                let whole = found.len() == 1 && name.as_str() == placeholder(found[0]);
                let typed = whole && self.prints.get(found[0]).is_some_and(|print| print.typed.is_some());
                if !typed {
                    self.code(name.as_str());
                }
            }
            other => visit_expr(self, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_json_is_told_at_its_line() {
        let line = |text: &str| match parse_back(Language::Json, text) {
            Err(troubles) => troubles[0].line,
            Ok(_) => 0,
        };
        let texts = ["{\"a\n", "{\"a\": 1\n", "{\n  \"a: 1,\n  \"b\": 2\n}\n", "{\n  \"a\": 1\n  \"b\": 2\n}\n", "\n", "{}\n"];
        assert_eq!(texts.map(line), [1, 1, 2, 3, 1, 0]);
    }
}
