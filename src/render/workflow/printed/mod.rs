//! What a template prints into a workflow is a value: never an expression, never a word of a shell, never the name of what runs.

mod commands;
mod origins;
mod places;
mod quoted;
mod shell;
mod texts;
mod tools;

pub(super) use places::SCRIPTS;

use super::expression::{Expression, Step, pieces, read};
use crate::render::budget::{Print, placeholder};
use crate::render::language::{Content, placeholders};
use origins::Around;
use places::{Place, Way, is_workflow};
use quoted::Tongue;
use serde_json::Value;
use texts::Texts;

/// What runs scripts, by name.
const SHELLS: [&str; 6] = ["bash", "cmd", "powershell", "pwsh", "python", "sh"];

/// What stands in every expression that may bring what is printed elsewhere in the file.
const BRINGING: [&str; 6] = ["env", "inputs", "jobs", "matrix", "needs", "workflow"];

/// Whether a text means nothing to a shell or to a workflow's expressions.
fn is_inert(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b'@' | b',' | b'+' | b'='))
}

/// The first print that would become code: an expression of a workflow anywhere, or a word of a shell in a script; `marked` is the
/// file with placeholders, made when it is needed.
pub(in crate::render) fn code_printed(content: &Content, prints: &[Print], marked: impl FnOnce() -> Option<Content>) -> Option<usize> {
    let Content::Yaml(actual) = content else { return None };
    let inert = prints.iter().all(|print| is_inert(&print.text));
    if prints.is_empty()
        || inert && !actual.iter().any(|(document, _)| may_be_code(document, is_workflow(document), &mut Vec::new(), prints))
    {
        return None;
    }
    let whole = prints.iter().position(|print| print.text.contains("${{"));
    // What cannot be looked at is not let through.
    let Some(Content::Yaml(marked)) = marked() else {
        return whole.or_else(|| prints.iter().position(|print| !is_inert(&print.text))).or(Some(0));
    };
    let code = || marked.iter().find_map(|(document, _)| Look::at(document, prints));
    let opens = |documents: &[(Value, u32)]| documents.iter().map(|(document, _)| openings(document)).sum::<usize>();
    // Where prints together with what is around them open an expression, one of them holds a part of its beginning.
    let opened = || prints.iter().position(|print| print.text.contains(['$', '{'])).or(Some(0)).filter(|_| opens(actual) != opens(&marked));
    whole.or_else(code).or_else(opened)
}

/// How many expressions begin in a value.
fn openings(value: &Value) -> usize {
    let of = |text: &str| text.matches("${{").count();
    match value {
        Value::Object(map) => map.iter().map(|(name, value)| of(name) + openings(value)).sum(),
        Value::Array(items) => items.iter().map(openings).sum(),
        Value::String(text) => of(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Whether something that was printed may stand where it could be code, in the file as it is.
fn may_be_code<'v>(value: &'v Value, is_workflow: bool, names: &mut Vec<&'v str>, prints: &[Print]) -> bool {
    let holds = |code: &str| prints.iter().any(|print| !print.text.is_empty() && code.contains(&print.text));
    match value {
        Value::Object(map) => map.iter().any(|(name, value)| {
            names.push(name);
            let may = holds(name) || may_be_code(value, is_workflow, names, prints);
            names.pop();
            may
        }),
        Value::Array(items) => items.iter().any(|item| {
            names.push("0");
            let may = may_be_code(item, is_workflow, names, prints);
            names.pop();
            may
        }),
        Value::String(text) => {
            let place = Way { names: names.clone(), is_workflow, uses: String::new(), shell: String::new() }.place();
            let brings = |code: &str| BRINGING.iter().any(|name| code.to_ascii_lowercase().contains(name));
            let runs = !matches!(place, Place::Value | Place::Condition);
            // A heredoc may end at a line to which nothing was printed.
            pieces(text).iter().any(|piece| holds(piece.inner) || runs && brings(piece.inner))
                || place != Place::Value && holds(text)
                || matches!(place, Place::Script(_)) && text.contains("<<")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Goes through a document with placeholders, up to the first print that is code.
struct Look<'d> {
    texts: Texts,
    top: &'d Value,
    is_workflow: bool,
    /// The keys on the way, with what was printed in them.
    names: Vec<String>,
    /// The values on the way, the document first.
    above: Vec<&'d Value>,
    found: Option<usize>,
}

impl<'d> Look<'d> {
    fn at(document: &Value, prints: &[Print]) -> Option<usize> {
        let mut texts = Texts::of(prints);
        let document = texts.opened(document, prints);
        if texts.left_out.is_some() {
            return texts.left_out;
        }
        let mut look =
            Look { texts, top: &document, is_workflow: is_workflow(&document), names: Vec::new(), above: Vec::new(), found: None };
        look.value(&document);
        look.found.or(look.texts.left_out)
    }

    fn refuse(&mut self, print: Option<usize>) {
        self.found = self.found.or_else(|| print.map(|index| self.texts.owner(index)));
    }

    fn value(&mut self, value: &'d Value) {
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    self.above.push(value);
                    self.key(name);
                    self.below(self.texts.filled(name), inner);
                }
            }
            Value::Array(items) => {
                for (index, inner) in items.iter().enumerate() {
                    self.above.push(value);
                    self.below(index.to_string(), inner);
                }
            }
            Value::String(text) => self.text(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn below(&mut self, name: String, value: &'d Value) {
        self.names.push(name);
        if self.found.is_none() {
            self.value(value);
        }
        self.names.pop();
        self.above.pop();
    }

    /// Where the look is: `above` ends with the map or the list that holds it.
    fn way(&self) -> Way<'_> {
        let said = |value: &Value, name: &str| self.texts.below(value, name).find_map(Value::as_str).map(|text| self.texts.filled(text));
        let of_default = |value: &Value| said(value.get("defaults")?.get("run")?, "shell");
        let nearest = || self.above.iter().rev();
        Way {
            names: self.names.iter().map(String::as_str).collect(),
            is_workflow: self.is_workflow,
            uses: nearest().take(3).find_map(|value| said(value, "uses")).unwrap_or_default(),
            shell: nearest().find_map(|value| said(value, "shell").or_else(|| of_default(value))).unwrap_or_default(),
        }
    }

    fn key(&mut self, name: &str) {
        // A key may hold an expression too.
        let code = pieces(name).iter().find_map(|piece| code_of(piece.inner, &self.texts));
        let first = placeholders(name).first().copied();
        let first = first.filter(|_| self.way().is_code_key(&self.texts.filled(name)));
        self.refuse(code.or(first));
    }

    fn text(&mut self, text: &str) {
        let there = placeholders(text);
        let found = pieces(text);
        if there.is_empty() && found.is_empty() {
            return;
        }
        match self.way().place() {
            Place::Fixed => self.refuse(there.first().copied()),
            Place::Uses => self.refuse(self.names_code(text)),
            Place::Shell => self.shell(text),
            Place::Script(tongue) => self.script(text, tongue),
            Place::Options => {
                let (_, brought) = self.resolved(text);
                let bad = |index: &usize| !self.texts.inert(*index) || self.texts.text(*index).starts_with('-');
                let option = |index: &usize| self.texts.text(*index).starts_with('-');
                self.refuse(there.iter().copied().find(bad).or_else(|| brought.iter().copied().find(option)));
            }
            Place::Condition if found.is_empty() => self.refuse(code_of(text, &self.texts)),
            Place::Condition | Place::Value => {}
        }
        self.refuse(found.iter().find_map(|piece| code_of(piece.inner, &self.texts)));
    }

    /// The first print of `uses` that is more than a version.
    fn names_code(&self, uses: &str) -> Option<usize> {
        let (name, version) = uses.split_once('@').unwrap_or((uses, ""));
        let is_version = |index: &usize| self.texts.inert(*index) && !self.texts.text(*index).contains(['@', '/']);
        placeholders(name).first().copied().or_else(|| placeholders(version).into_iter().find(|index| !is_version(index)))
    }

    /// The name of what runs a script, which may be printed as a whole, also by way of a variable.
    fn shell(&mut self, text: &str) {
        let names = |text: &str, index: usize| *text == placeholder(index) && SHELLS.contains(&self.texts.text(index));
        let mut bad = placeholders(text).into_iter().find(|index| !names(text, *index));
        for piece in pieces(text) {
            let is_all = piece.at == 3 && piece.inner.len() + 5 == text.len();
            let brought = self.around().brought(piece.inner);
            let other = |text: &String| placeholders(text).into_iter().find(|index| !is_all || !names(text, *index));
            bad = bad.or_else(|| brought.iter().find_map(other));
        }
        self.refuse(bad);
    }

    fn script(&mut self, text: &str, tongue: Tongue) {
        let bad = placeholders(text).into_iter().find(|index| !self.texts.inert(*index));
        self.refuse(bad);
        let (written, brought) = self.resolved(text);
        let runs = match tongue {
            Tongue::Shell => ends_heredoc(&written, &brought, &self.texts).or_else(|| shell::runs(&written, &self.texts)),
            Tongue::JavaScript | Tongue::Other => quoted::outside(&written, tongue),
        };
        self.refuse(runs);
    }

    /// A text in which one placeholder stands for each expression that brings what was printed elsewhere, and a variable for each other
    /// one; with the placeholders of all that is brought.
    fn resolved(&mut self, text: &str) -> (String, Vec<usize>) {
        let mut written = String::with_capacity(text.len());
        let mut brought = Vec::new();
        let mut from = 0;
        for piece in pieces(text) {
            written.push_str(&text[from..piece.at - 3]);
            from = (piece.at + piece.inner.len() + 2).min(text.len());
            let mut shown = "$_".to_owned();
            for (number, one) in self.around().brought(piece.inner).iter().enumerate() {
                let prints = placeholders(one);
                self.refuse(prints.iter().copied().find(|index| !self.texts.inert(*index)));
                let owner = prints.first().map_or(0, |index| self.texts.owner(*index));
                let filled = self.texts.filled(one);
                let added = self.texts.add(&filled, false, owner);
                brought.extend(placeholders(&added));
                // What could be an option stands for all.
                if number == 0 || filled.starts_with('-') {
                    shown = added;
                }
            }
            written.push_str(&shown);
        }
        written.push_str(&text[from..]);
        (written, brought)
    }

    fn around(&self) -> Around<'_> {
        Around { top: self.top, above: &self.above, texts: &self.texts }
    }
}

/// The first print of a line that ends a heredoc of the script, so that the rest of it would be commands.
fn ends_heredoc(script: &str, brought: &[usize], texts: &Texts) -> Option<usize> {
    let ends: Vec<String> = script.split("<<").skip(1).map(|rest| texts.filled(&heredoc_end(rest))).collect();
    let brings = brought.iter().copied().find(|index| ends.iter().any(|end| texts.text(*index).trim() == end));
    brings.or_else(|| {
        script.lines().find_map(|line| {
            let first = *placeholders(line).first()?;
            ends.iter().any(|end| texts.filled(line).trim() == end).then_some(first)
        })
    })
}

/// The word behind `<<`, as the line that ends the text has it.
fn heredoc_end(rest: &str) -> String {
    let word = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches([' ', '\t']);
    let end = word.find(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | '<' | '>' | '(' | ')')).unwrap_or(word.len());
    word[..end].replace(['\'', '"', '\\'], "")
}

/// The first print of one expression that is more than a part of a text or of a property's name, or a number.
fn code_of(expression: &str, texts: &Texts) -> Option<usize> {
    let there = placeholders(expression);
    let Ok(expression) = read(expression) else { return there.first().copied() };
    let mut plain = Vec::new();
    expression.visit(&mut |part| match part {
        Expression::Text(text) => plain.extend(placeholders(text).into_iter().filter(|index| is_text(texts, *index))),
        Expression::Name(name) => {
            plain.extend(placeholders(&name.text).into_iter().filter(|index| name.text == placeholder(*index) && is_number(texts, *index)))
        }
        Expression::Path(_, steps) => {
            let names = steps.iter().filter_map(|step| if let Step::Name(name) = step { Some(name) } else { None });
            plain.extend(names.flat_map(|name| placeholders(&name.text).into_iter().filter(|index| is_word(texts, *index, &name.text))));
        }
        _ => {}
    });
    surplus(there, plain)
}

/// The first print that stands more often in a whole than in its parts: what was captured may be printed many times.
fn surplus(whole: Vec<usize>, mut parts: Vec<usize>) -> Option<usize> {
    whole.into_iter().find(|index| match parts.iter().position(|part| part == index) {
        Some(at) => {
            parts.swap_remove(at);
            false
        }
        None => true,
    })
}

fn is_text(texts: &Texts, index: usize) -> bool {
    !texts.typed(index) && !texts.text(index).contains(['\'', '\n'])
}

fn is_number(texts: &Texts, index: usize) -> bool {
    let plain = |text: &str| matches!(text, "true" | "false") || text.parse::<f64>().is_ok_and(f64::is_finite);
    texts.bare(index) && plain(texts.text(index))
}

/// Whether what was printed is a part of the name that it stands in.
fn is_word(texts: &Texts, index: usize, name: &str) -> bool {
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let begins = |text: &str| !name.starts_with(&placeholder(index)) || text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    !texts.typed(index) && begins(texts.text(index)) && letters(texts.text(index))
}
