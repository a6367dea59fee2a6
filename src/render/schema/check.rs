//! Objects against what the API takes: the value and its type are walked together.

use super::rules::{Broken, Rules};
use super::{Schema, Scope, Type};
use crate::model::{child, close_match, is_quantity, key_of, meant, quoted_list};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Beyond this many, more mistakes of one object help nobody.
const MOST: usize = 20;
/// Longer texts are cut in messages.
const LONGEST_SHOWN: usize = 60;

/// One mistake of an object.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::render) struct Wrong {
    /// A JSON pointer to what is wrong, or to what lacks something.
    pub(in crate::render) pointer: String,
    pub(in crate::render) at: At,
    /// A sentence without a full stop.
    pub(in crate::render) message: String,
    pub(in crate::render) help: String,
}

/// Which part of the place that the pointer names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) enum At {
    Key,
    Value,
}

/// What the API takes at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) enum Takes {
    /// Text and nothing else.
    Text,
    /// Something that is no text.
    Another,
}

/// Everything in an object that the API would not take; nothing for a custom resource, which is not checked here.
pub(in crate::render) fn check(schema: &Schema, object: &Value) -> Vec<Wrong> {
    let text = |field: &str| object.get(field).and_then(Value::as_str);
    let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else { return Vec::new() };
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let Some(versions) = schema.kinds.get(group) else {
        // The group of a custom resource has a dot; one without is Kubernetes' own.
        return if group.contains('.') { Vec::new() } else { vec![schema.not_served(api_version, kind)] };
    };
    let Some(kinds) = versions.get(version) else { return vec![schema.not_served(api_version, kind)] };
    let Some(wanted) = kinds.get(kind) else { return vec![schema.no_kind(api_version, kind, kinds.keys())] };
    let mut walk = Walk { schema, kind, secret: group.is_empty() && kind == "Secret", path: Vec::new(), wrong: Vec::new() };
    walk.value(wanted, object);
    walk.wrong
}

impl Schema {
    /// Whether the group of an object is one of this API's own.
    pub(in crate::render) fn serves(&self, object: &Value) -> bool {
        let group = object.get("apiVersion").and_then(Value::as_str).and_then(|api| api.split_once('/')).map_or("", |(group, _)| group);
        self.kinds.contains_key(group)
    }

    /// Whether an object is in a namespace; nothing where that is not known.
    pub(in crate::render) fn scope(&self, object: &Value) -> Option<Scope> {
        let text = |field: &str| object.get(field).and_then(Value::as_str);
        let group = text("apiVersion")?.split_once('/').map_or("", |(group, _)| group);
        self.scopes.get(group)?.get(text("kind")?).copied()
    }

    /// What is taken at a place of an object; nothing where that is not known, or may be text and something else.
    pub(in crate::render) fn takes(&self, object: &Value, pointer: &str) -> Option<Takes> {
        let text = |field: &str| object.get(field).and_then(Value::as_str);
        let api_version = text("apiVersion")?;
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let mut wanted = self.kinds.get(group)?.get(version)?.get(text("kind")?)?;
        for part in pointer.split('/').skip(1) {
            wanted = match wanted.form() {
                Type::Shape(index) => self.shapes[*index].fields.get(&*key_of(part))?,
                Type::List(inner) | Type::Map(inner) => inner,
                _ => return None,
            };
        }
        match wanted.form() {
            Type::Any | Type::Held(..) | Type::Object | Type::IntOrString => None,
            Type::String | Type::Bytes | Type::Time | Type::MicroTime => Some(Takes::Text),
            Type::Boolean | Type::Int32 | Type::Int64 | Type::Number | Type::Quantity | Type::List(_) | Type::Map(_) | Type::Shape(_) => {
                Some(Takes::Another)
            }
        }
    }

    fn not_served(&self, api_version: &str, kind: &str) -> Wrong {
        let help = self.homes(kind).unwrap_or_else(|| {
            let all = self.kinds.iter().flat_map(|(group, versions)| versions.keys().map(move |version| joined(group, version)));
            let all: Vec<String> = all.collect();
            let near = close_match(api_version, all.iter().map(String::as_str));
            near.map_or_else(String::new, meant)
        });
        let message = format!("{} does not serve `{}`", self.api, cut(api_version));
        Wrong { pointer: "/apiVersion".to_owned(), at: At::Value, message, help }
    }

    fn no_kind<'a>(&self, api_version: &str, kind: &str, known: impl Iterator<Item = &'a String>) -> Wrong {
        let near = || close_match(kind, known.map(String::as_str)).map(meant);
        let help = self.homes(kind).or_else(near).unwrap_or_default();
        let message = format!("`{api_version}` of {} has no kind `{}`", self.api, cut(kind));
        Wrong { pointer: "/kind".to_owned(), at: At::Value, message, help }
    }

    /// A sentence that says where a kind is.
    fn homes(&self, kind: &str) -> Option<String> {
        let versions = self.kinds.iter().flat_map(|(group, versions)| versions.iter().map(move |(version, kinds)| (group, version, kinds)));
        let homes = versions.filter(|(_, _, kinds)| kinds.contains_key(kind)).map(|(group, version, _)| joined(group, version));
        let homes: Vec<String> = homes.collect();
        (!homes.is_empty()).then(|| format!("`{kind}` is in {}.", quoted_list(homes.iter().map(String::as_str))))
    }
}

fn joined(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

struct Walk<'a> {
    schema: &'a Schema,
    kind: &'a str,
    /// Whether values must not be shown.
    secret: bool,
    path: Vec<Step<'a>>,
    wrong: Vec<Wrong>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, wanted: &'a Type, value: &'a Value) {
        // The API server drops what is null.
        if value.is_null() || self.wrong.len() >= MOST {
            return;
        }
        match (wanted, value) {
            (Type::Held(form, rules), _) => self.held(form, rules, value),
            (Type::Shape(index), Value::Object(fields)) => self.shape(*index, fields),
            (Type::List(inner), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.step(Step::Item(index), inner, item);
                }
            }
            (Type::Map(inner), Value::Object(entries)) => {
                for (key, entry) in entries {
                    self.step(Step::Field(key), inner, entry);
                }
            }
            _ if fits(wanted, value) => {}
            _ => self.wrong_type(wanted, value),
        }
    }

    fn held(&mut self, form: &'a Type, rules: &Rules, value: &'a Value) {
        let before = self.wrong.len();
        self.value(form, value);
        if self.wrong.len() == before
            && let Some(Broken { must, help }) = rules.broken(value)
        {
            let message = format!("{}: {} must {must}", self.kind, self.shown());
            let help = help.unwrap_or_else(|| self.explain());
            self.push(At::Value, message, help);
        }
    }

    fn step(&mut self, step: Step<'a>, wanted: &'a Type, value: &'a Value) {
        self.path.push(step);
        self.value(wanted, value);
        self.path.pop();
    }

    fn shape(&mut self, index: usize, fields: &'a Map<String, Value>) {
        let shape = &self.schema.shapes[index];
        let mut meant = Vec::new();
        for (name, value) in fields {
            match shape.fields.get(name) {
                Some(wanted) => self.step(Step::Field(name), wanted, value),
                None if shape.open => {}
                None => meant.extend(self.unknown(index, name, fields)),
            }
        }
        // Who writes a status need not write all of it: the cluster does.
        if matches!(self.path.first(), Some(Step::Field("status"))) {
            return;
        }
        for name in &shape.required {
            if fields.get(name).is_none_or(Value::is_null) && !meant.contains(&name.as_str()) {
                self.missing(name);
            }
        }
    }

    /// Notes an unknown field; gives the one that was most likely meant.
    fn unknown(&mut self, index: usize, name: &'a str, fields: &Map<String, Value>) -> Option<&'a str> {
        let known = &self.schema.shapes[index].fields;
        let near = close_match(name, known.keys().map(String::as_str)).filter(|near| !fields.contains_key(*near));
        let help = match near {
            Some(near) => meant(near),
            None => self.explain(),
        };
        self.path.push(Step::Field(name));
        let message = format!("{}: {} knows no field {}", self.kind, self.schema.api, self.shown());
        self.push(At::Key, message, help);
        self.path.pop();
        near
    }

    fn missing(&mut self, name: &'a str) {
        let help = self.explain();
        self.path.push(Step::Field(name));
        let message = format!("{}: {} is missing", self.kind, self.shown());
        self.path.pop();
        self.push(At::Key, message, help);
    }

    fn wrong_type(&mut self, wanted: &Type, value: &Value) {
        let found = if self.secret { Cow::Borrowed(sort_of(value)) } else { show(value) };
        let message = format!("{}: {} must be {}, is {found}", self.kind, self.shown(), said(wanted, value));
        let help = match (wanted, value) {
            (Type::String, Value::Number(_) | Value::Bool(_)) => "Put it in quotes.".to_owned(),
            (_, Value::String(text)) if text.parse::<Value>().is_ok_and(|plain| fits(wanted, &plain)) => {
                "Write it without quotes.".to_owned()
            }
            (Type::List(_), _) => "Begin each entry with `- `.".to_owned(),
            (Type::Bytes, _) if self.secret => "Encode it with base64, or write it under `stringData`.".to_owned(),
            (Type::Bytes, _) => "Encode it with base64.".to_owned(),
            _ => self.explain(),
        };
        self.push(At::Value, message, help);
    }

    fn push(&mut self, at: At, message: String, help: String) {
        if self.wrong.len() < MOST {
            let pointer = self.path.iter().fold(String::new(), |pointer, step| match step {
                Step::Field(name) => child(&pointer, name),
                Step::Item(index) => format!("{pointer}/{index}"),
            });
            self.wrong.push(Wrong { pointer, at, message, help });
        }
    }

    /// Where the walk is, in the language of the object: "`spec.ports[1].name`".
    fn shown(&self) -> String {
        let mut shown = String::new();
        for step in &self.path {
            match step {
                Step::Item(index) => shown += &format!("[{index}]"),
                Step::Field(name) if !is_plain(name) => shown += &format!("[\"{}\"]", cut(name)),
                Step::Field(name) if shown.is_empty() => shown += name,
                Step::Field(name) => shown += &format!(".{name}"),
            }
        }
        if shown.is_empty() { "the object".to_owned() } else { format!("`{shown}`") }
    }

    /// How to see what may stand where the walk is.
    fn explain(&self) -> String {
        let mut shown = self.kind.to_lowercase();
        for step in &self.path {
            match step {
                Step::Field(name) if is_plain(name) => shown += &format!(".{name}"),
                Step::Field(_) => break,
                Step::Item(_) => {}
            }
        }
        format!("`kubectl explain {shown}` tells what may stand there.")
    }
}

fn is_plain(name: &str) -> bool {
    (1..=LONGEST_SHOWN).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'$'))
}

/// Whether a value without parts is what is wanted.
fn fits(wanted: &Type, value: &Value) -> bool {
    match (wanted.form(), value) {
        (Type::Any, _)
        | (Type::Boolean, Value::Bool(_))
        | (Type::Number | Type::Quantity, Value::Number(_))
        | (Type::Object, Value::Object(_))
        | (Type::String | Type::IntOrString, Value::String(_)) => true,
        (Type::Int32 | Type::IntOrString, Value::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        (Type::Int64, Value::Number(number)) => number.is_i64(),
        (Type::Bytes, Value::String(text)) => is_base64(text),
        (Type::Quantity, Value::String(text)) => is_quantity(text),
        (Type::Time, Value::String(text)) => is_time(text).is_some(),
        (Type::MicroTime, Value::String(text)) => is_time(text) == Some(6),
        (
            Type::Boolean
            | Type::Bytes
            | Type::Held(..)
            | Type::Int32
            | Type::Int64
            | Type::IntOrString
            | Type::List(_)
            | Type::Map(_)
            | Type::MicroTime
            | Type::Number
            | Type::Object
            | Type::Quantity
            | Type::Shape(_)
            | Type::String
            | Type::Time,
            _,
        ) => false,
    }
}

/// Whether a text is base64 as the API server reads it: padded, line breaks left out.
fn is_base64(text: &str) -> bool {
    let mut letters = 0_usize;
    let mut padding = 0_usize;
    for byte in text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')) {
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => letters += 1,
            _ => return false,
        }
    }
    padding <= 2 && (letters + padding).is_multiple_of(4)
}

/// How many digits are behind the second of a time as the API server reads it (RFC 3339); nothing for another text.
fn is_time(text: &str) -> Option<usize> {
    let (to_second, rest) = text.split_at_checked("2026-03-01T12:00:00".len())?;
    to_second.parse::<jiff::civil::DateTime>().ok()?;
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let digits = rest.strip_prefix('.').map_or(0, |fraction| fraction.bytes().take_while(u8::is_ascii_digit).count());
    let zone = if digits == 0 { rest } else { &rest[1 + digits..] };
    let formed =
        marks.iter().all(|(at, mark)| to_second.as_bytes()[*at] == *mark) && (zone == "Z" || zone.len() == 6 && zone.contains(':'));
    (formed && text.parse::<jiff::Timestamp>().is_ok()).then_some(digits)
}

/// What is wanted, in words.
fn said(wanted: &Type, found: &Value) -> &'static str {
    match wanted {
        Type::Held(form, _) => said(form, found),
        Type::Any => "anything",
        Type::Boolean => "`true` or `false`",
        Type::Bytes => "base64",
        Type::Int32 | Type::IntOrString if found.as_i64().is_some() => "an integer of 32 bits",
        Type::Int32 | Type::Int64 => "an integer",
        Type::IntOrString => "an integer or text",
        Type::List(_) => "a list",
        Type::Map(_) | Type::Object | Type::Shape(_) => "an object",
        Type::Number => "a number",
        Type::Quantity => "a quantity such as `500m` or `1Gi`",
        Type::String => "text",
        Type::MicroTime => "a time such as `2026-03-01T12:00:00.000000Z`",
        Type::Time => "a time such as `2026-03-01T12:00:00Z`",
    }
}

pub(super) fn show(value: &Value) -> Cow<'static, str> {
    match value {
        Value::String(text) if !text.is_empty() => format!("the text `{}`", cut(text)).into(),
        Value::Bool(_) | Value::Number(_) => value.to_string().into(),
        Value::String(_) | Value::Null | Value::Array(_) | Value::Object(_) => sort_of(value).into(),
    }
}

fn sort_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "empty",
        Value::String(_) => "another text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A text in one line without backticks and control characters, cut where it is long.
fn cut(text: &str) -> String {
    let clean = |c: char| match c {
        '`' => '\'',
        c if c.is_control() => ' ',
        c => c,
    };
    let mut out: String = text.chars().take(LONGEST_SHOWN).map(clean).collect();
    if text.chars().nth(LONGEST_SHOWN).is_some() {
        out.push('…');
    }
    out
}
