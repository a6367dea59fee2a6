//! Rendered text without the values of Secrets: that one changes is shown, what it is never.

use crate::model::{Span, child, key_of};
use crate::yaml::{self, Document};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What stands for a value.
const MARK: &str = "•••";
/// Fields of a Secret that hold values.
const SECTIONS: [&str; 3] = ["data", "stringData", "binaryData"];
/// The annotation in which a client repeats the whole object.
const REPEATED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What Terraform calls the resource that is a Secret, with all that it may add: `kubernetes_secret_v1_data`.
const RESOURCE: &str = "kubernetes_secret";

/// Whether a kind is that of Secrets, or of a list of them.
fn is_secret(kind: &str) -> bool {
    matches!(kind, "Secret" | "SecretList")
}

/// Whether a text may hold a Secret: it has the word, or a letter of it may be written as an escape.
pub(super) fn may_hold(text: &str) -> bool {
    let stands_alone = |(at, word): (usize, &str)| {
        let (before, behind) = (&text[..at], &text[at + word.len()..]);
        !before.ends_with(char::is_alphanumeric) && (!behind.starts_with(char::is_alphanumeric) || behind.starts_with("List"))
    };
    let escapes = ["\\x", "\\u", "\\U", "\\\n", "\\\r"];
    let has_escape = || text.contains('\\') && escapes.iter().any(|escape| text.contains(escape));
    text.match_indices("Secret").any(stands_alone) || text.contains(RESOURCE) || has_escape()
}

/// Whether a text that is of no format that is read here says somewhere that its kind is that of Secrets, or has one as a resource of Terraform.
fn declares(text: &str) -> bool {
    let before = |at: usize| text[..at].trim_end_matches([' ', '"', '\'', '\\']);
    let is_kind = |(at, _): (usize, &str)| {
        let key = before(at).strip_suffix([':', '=']);
        key.is_some_and(|key| before(key.len()).ends_with("kind"))
    };
    text.match_indices("Secret").any(is_kind) || text.match_indices(RESOURCE).any(|(at, _)| before(at).ends_with("resource"))
}

/// Both texts of a file as they may be shown, line for line. Of one that cannot be read no lines are, where it is one of data (`strict`) or
/// declares a Secret.
pub(super) fn shown<'t>(before: &'t str, after: &'t str, strict: bool) -> [Cow<'t, str>; 2] {
    let hidden = [before, after].map(hidden);
    let values = [0, 1].map(|side| values([before, after][side], hidden[side].as_deref().unwrap_or_default()));
    let is_same = |name: &str| matches!((values[0].get(name), values[1].get(name)), (Some(Some(one)), Some(Some(other))) if one == other);
    let one = |text: &'t str, hidden: &Option<Vec<Hidden>>, (note, when): (&str, &str)| match hidden {
        Some(hidden) if hidden.is_empty() => Cow::Borrowed(text),
        Some(hidden) => Cow::Owned(without(text, hidden, |name| if is_same(name) { "" } else { note })),
        None if text.is_empty() || !strict && !declares(text) => Cow::Borrowed(text),
        None => Cow::Owned(format!("(not shown: {} lines {when}, which may hold a Secret and cannot be read)\n", text.lines().count())),
    };
    [one(before, &hidden[0], (" (value before)", "before")), one(after, &hidden[1], (" (new value)", "now"))]
}

/// A part of a text that is not shown.
struct Hidden {
    from: usize,
    to: usize,
    /// Which value it is; nothing: what stands between values.
    name: Option<String>,
}

/// The values by their names; one whose name stands twice is the same as no other.
fn values<'t>(text: &'t str, hidden: &[Hidden]) -> BTreeMap<String, Option<&'t str>> {
    let mut values = BTreeMap::new();
    for Hidden { from, to, name } in hidden {
        if let Some(name) = name {
            let value = &text[*from..*to];
            values.entry(name.clone()).and_modify(|twice| *twice = None).or_insert(Some(value));
        }
    }
    values
}

/// A text with marks for what is hidden; each line stays where it was.
fn without<'n>(text: &str, hidden: &[Hidden], note: impl Fn(&str) -> &'n str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for Hidden { from, to, name } in hidden {
        out.push_str(&text[done..*from]);
        let part = &text[*from..*to];
        match name {
            Some(name) => push_value(&mut out, part, note(name)),
            None => push_between(&mut out, part),
        }
        done = *to;
    }
    out.push_str(&text[done..]);
    out
}

fn push_value(out: &mut String, part: &str, note: &str) {
    for (number, line) in part.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
            out.push_str(&line[..line.len() - line.trim_start().len()]);
        }
        if !line.trim().is_empty() {
            let note = if number == 0 { note } else { "" };
            write!(out, "{MARK}{note}").expect("a string takes all");
        }
    }
}

/// What stands between values: brackets and blanks as they are, of comments that there are some.
fn push_between(out: &mut String, part: &str) {
    for (number, line) in part.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let told = line.find(|c: char| !(c.is_whitespace() || "{}[],:-?.|>+".contains(c)));
        let (plain, rest) = line.split_at(told.unwrap_or(line.len()));
        out.push_str(plain);
        if !rest.is_empty() {
            write!(out, "{}{MARK}", if rest.starts_with('#') { "# " } else { "" }).expect("a string takes all");
        }
    }
}

/// What is hidden of a text, in its order; nothing when it cannot be read.
fn hidden(text: &str) -> Option<Vec<Hidden>> {
    if !may_hold(text) {
        return Some(Vec::new());
    }
    let parsed = yaml::parse(text);
    if parsed.has_errors() {
        return None;
    }
    let lines: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut hidden = Vec::new();
    for document in &parsed.documents {
        if holds(document.value()) {
            let mut search = Search { text, lines: &lines, document, hidden: Vec::new() };
            let end = search.end_of(document.root_span())?;
            let end = text[end..].find("\n---").map_or(text.len(), |at| end + at);
            search.walk(document.value(), "", end)?;
            hidden.append(&mut search.hidden);
        }
    }
    let in_order = hidden.windows(2).all(|two| two[0].to <= two[1].from) && hidden.iter().all(|part| part.from <= part.to);
    in_order.then_some(hidden)
}

/// Whether a value is a Secret or has one in it, also as text.
fn holds(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            kind(members).is_some_and(is_secret) || members.iter().any(|(key, member)| is_resource(key, member) || holds(member))
        }
        Value::Array(items) => items.iter().any(holds),
        Value::String(text) => declares(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether a member is all resources of a type of Terraform that are Secrets.
fn is_resource(key: &str, member: &Value) -> bool {
    key.starts_with(RESOURCE) && member.is_object()
}

/// Whether an annotation of a Secret has it once more, whole or in part.
fn repeats(annotation: &Value) -> bool {
    let has_section = |text: &str| SECTIONS.iter().any(|section| text.contains(&format!("\"{section}\"")));
    holds(annotation) || annotation.as_str().is_some_and(has_section)
}

/// The last part of a JSON pointer.
fn last(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}

fn kind(members: &Map<String, Value>) -> Option<&str> {
    members.get("kind").and_then(Value::as_str)
}

/// The search for the Secrets of one document. It ends with nothing where what it would hide is written somewhere else, by an alias.
struct Search<'s, 't> {
    text: &'t str,
    /// Where each line begins.
    lines: &'s [usize],
    document: &'s Document<'t>,
    hidden: Vec<Hidden>,
}

/// A member of an object, or an item of a list: its pointer, where it begins and where the next one does.
struct Member<'v> {
    pointer: String,
    value: &'v Value,
    from: usize,
    to: usize,
}

impl Search<'_, '_> {
    fn walk(&mut self, value: &Value, pointer: &str, end: usize) -> Option<()> {
        if value.is_string() {
            let written = self.value(pointer)?;
            self.hide(written, Some(format!("text {pointer}")));
            return Some(());
        }
        let kind = value.get("kind").and_then(Value::as_str);
        if kind == Some("Secret") {
            return self.secret(value, pointer, end);
        }
        let of_list = kind == Some("SecretList");
        for member in self.members(value, pointer, end)? {
            match member.value {
                Value::Array(_) if of_list && member.pointer.ends_with("/items") => {
                    for item in self.members(member.value, &member.pointer, member.to)? {
                        self.secret(item.value, &item.pointer, item.to)?;
                    }
                }
                inner if is_resource(last(&member.pointer), inner) => self.section(&member, &format!("resource {}", member.pointer))?,
                inner if holds(inner) => self.walk(inner, &member.pointer, member.to)?,
                _ => {}
            }
        }
        Some(())
    }

    /// The members of an object or the items of a list, in the order of the text.
    fn members<'v>(&self, value: &'v Value, pointer: &str, end: usize) -> Option<Vec<Member<'v>>> {
        let all: Vec<(String, &Value)> = match value {
            Value::Object(members) => members.iter().map(|(key, value)| (child(pointer, key), value)).collect(),
            Value::Array(items) => items.iter().enumerate().map(|(at, item)| (format!("{pointer}/{at}"), item)).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        };
        let mut members = Vec::with_capacity(all.len());
        for (pointer, value) in all {
            let spot = self.document.place(&pointer)?;
            let from = self.byte(spot.key.unwrap_or(spot.value))?;
            members.push(Member { pointer, value, from, to: end });
        }
        members.sort_by_key(|member| member.from);
        for at in 1..members.len() {
            members[at - 1].to = members[at].from;
        }
        Some(members)
    }

    fn secret(&mut self, object: &Value, pointer: &str, end: usize) -> Option<()> {
        let metadata = |field: &str| object.pointer(&format!("/metadata/{field}")).map(Value::to_string).unwrap_or_default();
        let name = format!("{} {}", metadata("namespace"), metadata("name"));
        for member in self.members(object, pointer, end)? {
            let field = &member.pointer[pointer.len() + 1..];
            if SECTIONS.contains(&field) {
                self.section(&member, &format!("{name} {field}"))?;
            } else if field == "metadata" {
                self.annotations(&member, &name)?;
            } else if holds(member.value) {
                self.walk(member.value, &member.pointer, member.to)?;
            }
        }
        Some(())
    }

    /// Annotations in which clients repeat the whole object.
    fn annotations(&mut self, metadata: &Member<'_>, name: &str) -> Option<()> {
        let Some(all) = metadata.value.get("annotations") else { return Some(()) };
        let pointer = format!("{}/annotations", metadata.pointer);
        for annotation in self.members(all, &pointer, metadata.to)? {
            if key_of(last(&annotation.pointer)) == REPEATED || repeats(annotation.value) {
                let value = self.value(&annotation.pointer)?;
                self.hide(value, Some(format!("{name} annotation {}", last(&annotation.pointer))));
            }
        }
        Some(())
    }

    /// All values of a section, and what is written between them.
    fn section(&mut self, member: &Member<'_>, name: &str) -> Option<()> {
        let (key, value) = self.spans(&member.pointer)?;
        let entries = if member.value.is_object() { self.members(member.value, &member.pointer, member.to)? } else { Vec::new() };
        if entries.is_empty() {
            self.hide((key.1, value.0), None);
            self.hide(value, Some(name.to_owned()));
            self.hide((value.1, member.to), None);
            return Some(());
        }
        let mut done = key.1;
        for entry in entries {
            let (key, value) = self.spans(&entry.pointer)?;
            self.hide((done, key.0), None);
            self.hide((key.1, value.0), None);
            self.hide(value, Some(format!("{name}{}", &entry.pointer[member.pointer.len()..])));
            done = value.1;
        }
        self.hide((done, member.to), None);
        Some(())
    }

    fn hide(&mut self, (from, to): (usize, usize), name: Option<String>) {
        self.hidden.push(Hidden { from, to, name });
    }

    /// Where a key and its value begin and end, where both are written here.
    fn spans(&self, pointer: &str) -> Option<((usize, usize), (usize, usize))> {
        let spot = self.document.place(pointer)?;
        let (key, value) = (self.range(spot.key?)?, self.value(pointer)?);
        (key.1 <= value.0).then_some((key, value))
    }

    /// Where a value begins and ends, where it is written here.
    fn value(&self, pointer: &str) -> Option<(usize, usize)> {
        let value = self.range(self.document.place(pointer)?.value)?;
        (value.0 <= value.1 && !self.text[value.0..].starts_with('*')).then_some(value)
    }

    fn range(&self, span: Span) -> Option<(usize, usize)> {
        Some((self.byte(span)?, self.end_of(span)?))
    }

    fn byte(&self, span: Span) -> Option<usize> {
        self.at(span.line, span.column)
    }

    fn end_of(&self, span: Span) -> Option<usize> {
        self.at(span.end_line, span.end_column)
    }

    /// The byte at which a line and a column of it stand.
    fn at(&self, line: u32, column: u32) -> Option<usize> {
        let start = *self.lines.get(usize::try_from(line).ok()?.checked_sub(1)?)?;
        let column = usize::try_from(column).ok()?.checked_sub(1)?;
        let rest = &self.text[start..];
        Some(start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at))
    }
}

#[cfg(test)]
mod tests;
