//! What the API of Kubernetes would refuse of an object whose form is right, and what it would take and hardly anybody means.

mod across;
mod forms;
mod kinds;
mod metadata;
mod pods;

pub(super) use across::across;

use super::schema::{At, Wrong};
use crate::model::{at, key_of};
use serde_json::{Map, Value};

/// What is found in one object.
#[derive(Default)]
pub(super) struct Found {
    /// The API would refuse it.
    pub(super) wrong: Vec<Wrong>,
    /// It would take it.
    pub(super) doubtful: Vec<Wrong>,
}

/// Looks at an object; one of a group that is not Kubernetes' own is looked at by its metadata alone.
pub(super) fn check(object: &Value) -> Found {
    let text = |field: &str| object.get(field).and_then(Value::as_str);
    let (Some(api), Some(kind)) = (text("apiVersion"), text("kind")) else { return Found::default() };
    let group = api.split_once('/').map_or("", |(group, _)| group);
    let mut look = Look { object, group, kind, found: Found::default() };
    look.metadata();
    if look.is_of_kubernetes() {
        look.pods();
        look.by_kind();
    }
    look.found
}

struct Look<'a> {
    object: &'a Value,
    group: &'a str,
    kind: &'a str,
    found: Found,
}

impl<'a> Look<'a> {
    /// Whether the object is of a group of Kubernetes itself, so that what its fields mean is known.
    fn is_of_kubernetes(&self) -> bool {
        !self.group.contains('.') || self.group.ends_with(".k8s.io")
    }

    fn refuse(&mut self, pointer: &str, at: At, message: impl AsRef<str>, help: impl Into<String>) {
        let message = format!("{}: {}", self.kind, message.as_ref());
        self.found.wrong.push(Wrong { pointer: pointer.to_owned(), at, message, help: help.into() });
    }

    fn doubt(&mut self, pointer: &str, at: At, message: impl AsRef<str>, help: impl Into<String>) {
        let message = format!("{}: {}", self.kind, message.as_ref());
        self.found.doubtful.push(Wrong { pointer: pointer.to_owned(), at, message, help: help.into() });
    }

    fn at(&self, pointer: &str) -> Option<&'a Value> {
        at(self.object, pointer).filter(|value| !value.is_null())
    }

    fn text(&self, pointer: &str) -> Option<&'a str> {
        self.at(pointer)?.as_str()
    }

    fn number(&self, pointer: &str) -> Option<i64> {
        self.at(pointer)?.as_i64()
    }

    fn map(&self, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.at(pointer).and_then(Value::as_object).into_iter().flatten()
    }

    /// The pointers of the items of a list.
    fn items(&self, pointer: &str) -> impl Iterator<Item = String> + use<> {
        let count = self.at(pointer).and_then(Value::as_array).map_or(0, Vec::len);
        let pointer = pointer.to_owned();
        (0..count).map(move |index| format!("{pointer}/{index}"))
    }

    /// Refuses what stands twice under one field of the items of some lists.
    fn twice(&mut self, lists: &[String], field: &str, what: &str) {
        let mut seen: Vec<&str> = Vec::new();
        let items: Vec<String> = lists.iter().flat_map(|list| self.items(list)).collect();
        for item in items {
            let place = format!("{item}/{field}");
            let Some(name) = self.text(&place) else { continue };
            if seen.contains(&name) {
                self.refuse(&place, At::Value, format!("two {what} are named `{}`", cut(name)), "Give one of them another name.");
            }
            seen.push(name);
        }
    }

    /// Refuses a text that is none of these.
    fn one_of(&mut self, pointer: &str, known: &[&str]) {
        let Some(text) = self.text(pointer).filter(|text| !text.is_empty() && !known.contains(text)) else { return };
        let help = match crate::model::close_match(text, known.iter().copied()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("It is {}.", crate::model::quoted_list(known.iter().copied()).replace(" and ", " or ")),
        };
        self.refuse(pointer, At::Value, format!("{} cannot be `{}`", shown(pointer), cut(text)), help);
    }

    /// Refuses a number that is less than the least.
    fn at_least(&mut self, pointer: &str, least: i64) {
        if let Some(number) = self.number(pointer).filter(|number| *number < least) {
            self.refuse(pointer, At::Value, format!("{} must be at least {least}, is {number}", shown(pointer)), "");
        }
    }

    /// Refuses a number of a port that there is not, and a name that is none.
    fn port(&mut self, pointer: &str) {
        match self.at(pointer) {
            Some(Value::Number(number)) if !number.as_i64().is_some_and(forms::is_port) => {
                self.refuse(pointer, At::Value, format!("{} is {number}, and ports are from 1 to 65535", shown(pointer)), "");
            }
            Some(Value::String(name)) if !forms::is_port_name(name) => {
                let help = "It has at most 15 small letters, digits and single `-`, one of them a letter.";
                self.refuse(pointer, At::Value, format!("{}: `{}` is no name of a port", shown(pointer), cut(name)), help);
            }
            _ => {}
        }
    }
}

/// A pointer in the language of the object: `spec.ports[1].name`.
fn shown(pointer: &str) -> String {
    let mut shown = String::new();
    for part in pointer.split('/').skip(1) {
        let part = key_of(part);
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            shown += &format!("[{part}]");
        } else if shown.is_empty() {
            shown += &part;
        } else {
            shown += &format!(".{part}");
        }
    }
    format!("`{shown}`")
}

/// Whether every pair of a selector is among labels.
fn selects(selector: &Map<String, Value>, labels: Option<&Value>) -> bool {
    selector.iter().all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
}

/// A text in one line without backticks, cut where it is long.
fn cut(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(60)
        .map(|c| {
            if c == '`' {
                '\''
            } else if c.is_control() {
                ' '
            } else {
                c
            }
        })
        .collect();
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests;
