//! What the API of Kubernetes would refuse of an object whose form is right, and what it would take and hardly anybody means.

mod across;
mod forms;
mod kinds;
mod metadata;
mod pods;
mod rules;
mod spot;
mod tables;

pub(super) use across::across;
pub(super) use forms::are_times;
pub use kinds::OF_ALL_VOLUMES;

use super::schema::{At, Wrong};
use serde_json::{Map, Value};
use spot::Spot;

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
    if look.is_of_kubernetes() && look.is_specified() {
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

    /// Refuses an object that is nothing without a `spec` and has none, as what a template leaves that writes nothing.
    fn is_specified(&mut self) -> bool {
        let needs = tables::SPECIFIED.iter().any(|(group, kinds)| *group == self.group && kinds.contains(&self.kind));
        let spec = self.top().at("spec").is_there();
        if needs && !spec {
            self.refuse(&self.top(), At::Value, "has no `spec`", "Write one, or let the template write no object at all.");
        }
        spec || !needs
    }

    fn top(&self) -> Spot<'a, 'a> {
        Spot::top(self.object)
    }

    fn refuse(&mut self, spot: &Spot<'_, '_>, at: At, message: impl AsRef<str>, help: impl Into<String>) {
        let message = format!("{}: {}", self.kind, message.as_ref());
        self.found.wrong.push(Wrong { pointer: spot.pointer(), at, message, help: help.into() });
    }

    fn doubt(&mut self, spot: &Spot<'_, '_>, at: At, message: impl AsRef<str>, help: impl Into<String>) {
        let message = format!("{}: {}", self.kind, message.as_ref());
        self.found.doubtful.push(Wrong { pointer: spot.pointer(), at, message, help: help.into() });
    }

    /// Refuses what stands twice under one field of the items of some lists.
    fn twice(&mut self, lists: &[Spot<'_, '_>], field: &'static str, what: &str) {
        let mut seen: Vec<&str> = Vec::new();
        for item in lists.iter().flat_map(Spot::items) {
            let place = item.at(field);
            let Some(name) = place.text() else { continue };
            if seen.contains(&name) {
                self.refuse(&place, At::Value, format!("two {what} are named `{}`", cut(name)), "Give one of them another name.");
            }
            seen.push(name);
        }
    }

    /// Refuses a text that is none of these.
    fn one_of(&mut self, spot: &Spot<'_, '_>, known: &[&str]) {
        let Some(text) = spot.text().filter(|text| !text.is_empty() && !known.contains(text)) else { return };
        let help = match crate::model::close_match(text, known.iter().copied()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("It is {}.", crate::model::quoted_list(known.iter().copied()).replace(" and ", " or ")),
        };
        self.refuse(spot, At::Value, format!("{} cannot be `{}`", spot.shown(), cut(text)), help);
    }

    /// Refuses a number that is less than the least.
    fn at_least(&mut self, spot: &Spot<'_, '_>, least: i64) {
        if let Some(number) = spot.number().filter(|number| *number < least) {
            self.refuse(spot, At::Value, format!("{} must be at least {least}, is {number}", spot.shown()), "");
        }
    }

    /// Doubts thousandths of a byte: `512m` is half a byte, and `512Mi` was meant.
    fn bytes(&mut self, spot: &Spot<'_, '_>) {
        let slip = spot.text().and_then(|text| Some((text, text.strip_suffix('m')?)));
        let Some((text, number)) = slip.filter(|(text, _)| crate::model::amount(text).is_some_and(|bytes| bytes > 0.0)) else { return };
        let message = format!("{} is `{}`, and `m` is a thousandth of a byte", spot.shown(), cut(text));
        self.doubt(spot, At::Value, message, format!("Write `{}Mi`.", cut(number)));
    }

    /// Refuses a number of a port that there is not, and a name that is none.
    fn port(&mut self, spot: &Spot<'_, '_>) {
        match spot.value() {
            Some(Value::Number(number)) if !number.as_i64().is_some_and(forms::is_port) => {
                self.refuse(spot, At::Value, format!("{} is {number}, and ports are from 1 to 65535", spot.shown()), "");
            }
            Some(Value::String(name)) if !forms::is_port_name(name) => {
                let help = "It has at most 15 small letters, digits and single `-`, one of them a letter.";
                self.refuse(spot, At::Value, format!("{}: `{}` is no name of a port", spot.shown(), cut(name)), help);
            }
            _ => {}
        }
    }
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
