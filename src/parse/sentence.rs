//! What does not fit a schema, said in the language of the request.

use super::codes;
use super::fields::At;
use super::schema::Schema;
use super::words::{any_of, cut, dotted, show, typed};
use crate::model::{Code, child, close_match, meant, quoted_list};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;
use std::collections::BTreeMap;

/// One thing that does not fit, at a pointer into the `spec`.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) pointer: String,
    pub(super) at: At,
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) help: String,
    /// Whether it is a limit, which the path's owner may be asked to raise.
    pub(super) is_limit: bool,
    /// The field that is missing, or the one that an unknown field was probably meant to be.
    field: Option<String>,
    /// Whether it is about a field that no part of the schema took.
    is_left_over: bool,
}

/// Quotes that editors and chats put in the place of `"` and `'`.
const TYPOGRAPHIC: [char; 8] = ['“', '”', '„', '‘', '’', '‚', '«', '»'];

/// More complaints than this about one request, or one object of it, help nobody.
const MOST: usize = 50;

/// Everything in a `spec` that does not fit its schema.
pub(super) fn complaints(schema: &Schema, spec: &Value) -> Vec<Complaint> {
    if schema.validator.is_valid(spec) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for error in schema.validator.iter_errors(spec).take(MOST) {
        Speaker { schema, error: &error }.say(&mut all);
    }
    said_once(all)
}

/// One mistake is one complaint: a misspelt field is not missing too, a field with a mistake inside is not unknown, and what is none of the
/// allowed values need not be told its type.
fn said_once(all: Vec<Complaint>) -> Vec<Complaint> {
    let parent = |pointer: &str| pointer.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
    let unknown = all.iter().filter(|one| one.code == codes::UNKNOWN_FIELD);
    let meant: Vec<(String, String)> = unknown.filter_map(|one| Some((parent(&one.pointer), one.field.clone()?))).collect();
    let others: Vec<String> = all.iter().filter(|one| !one.is_left_over).map(|one| one.pointer.clone()).collect();
    let keep = |one: &Complaint| {
        let misspelt =
            one.code == codes::MISSING_FIELD && meant.iter().any(|(at, field)| *at == one.pointer && Some(field) == one.field.as_ref());
        let outside_too = |other: &Complaint| other.code == codes::NOT_ONE_OF && other.pointer == one.pointer;
        let of_no_use = one.code == codes::WRONG_TYPE && all.iter().any(outside_too);
        let inside = |other: &String| *other == one.pointer || other.strip_prefix(&one.pointer).is_some_and(|rest| rest.starts_with('/'));
        !misspelt && !of_no_use && (!one.is_left_over || !others.iter().any(inside))
    };
    let keep: Vec<bool> = all.iter().map(keep).collect();
    all.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(one, _)| one).collect()
}

struct Speaker<'a> {
    schema: &'a Schema,
    error: &'a ValidationError<'a>,
}

impl Speaker<'_> {
    fn pointer(&self) -> String {
        self.error.instance_path().as_str().to_owned()
    }

    /// The field, as the request would write it.
    fn field(&self) -> String {
        name(self.error.instance_path().as_str())
    }

    /// The value of the keyword that complains.
    fn keyword(&self) -> Option<&Value> {
        self.schema.root.pointer(self.error.schema_path().as_str())
    }

    /// The schema that the keyword stands in.
    fn around(&self) -> Option<&Value> {
        let (parent, _) = self.error.schema_path().as_str().rsplit_once('/')?;
        self.schema.root.pointer(parent)
    }

    fn complaint(&self, code: Code, message: impl Into<String>, help: impl Into<String>) -> Complaint {
        let message = message.into() + &self.condition();
        let at = if self.error.instance().is_object() || self.error.instance().is_array() { At::Key } else { At::Value };
        Complaint { pointer: self.pointer(), at, code, message, help: help.into(), is_limit: false, field: None, is_left_over: false }
    }

    fn say(&self, out: &mut Vec<Complaint>) {
        match self.error.kind() {
            Kind::AdditionalProperties { unexpected } => out.extend(unexpected.iter().take(MOST).map(|key| self.unknown(key, false))),
            Kind::UnevaluatedProperties { unexpected } => out.extend(unexpected.iter().take(MOST).map(|key| self.unknown(key, true))),
            Kind::Required { property } => out.push(self.required(property.as_str().unwrap_or_default())),
            Kind::AnyOf { context } => self.branches(context, "at least one", out),
            Kind::OneOfNotValid { context } => self.branches(context, "exactly one", out),
            Kind::PropertyNames { error } => {
                let key = error.instance().as_str().unwrap_or_default().to_owned();
                let message = format!("`{}` is not a name that {} may hold", cut(&key), self.field());
                let help = description(self.keyword()).unwrap_or_else(|| pattern_help(error.kind()));
                let complaint = self.complaint(codes::WRONG_FORMAT, message, help);
                out.push(Complaint { pointer: child(&self.pointer(), &key), at: At::Key, ..complaint });
            }
            Kind::FalseSchema => {
                let complaint = self.complaint(codes::UNKNOWN_FIELD, format!("{} is not allowed here", self.field()), "Remove it.");
                out.push(Complaint { at: At::Key, ..complaint });
            }
            _ => out.push(self.advised(self.simple())),
        }
    }

    /// A complaint about a value with something to go by: plain quotes, or what the field is for.
    fn advised(&self, complaint: Complaint) -> Complaint {
        let text = self.error.instance().as_str().unwrap_or_default();
        if text.starts_with(TYPOGRAPHIC) || text.ends_with(TYPOGRAPHIC) {
            return Complaint { help: "Write plain quotes, `\"` or `'`: these are a part of the text.".to_owned(), ..complaint };
        }
        if !complaint.help.is_empty() || complaint.is_limit {
            return complaint;
        }
        Complaint { help: description(self.around()).unwrap_or_default(), ..complaint }
    }

    fn unknown(&self, key: &str, is_left_over: bool) -> Complaint {
        let mut known = BTreeMap::new();
        if let Some(around) = self.around() {
            properties(self.schema, around, 0, &mut known);
        }
        let names: Vec<&str> = known.keys().copied().collect();
        let near = close_match(key, names.iter().copied());
        let help = match near {
            Some(near) => meant(&cut(near)),
            None if names.is_empty() => "Remove it.".to_owned(),
            None => format!("Known are {}.", quoted_list(names.iter().copied())),
        };
        let message = format!("`{}` is not a field of {}", cut(key), self.field());
        let complaint = self.complaint(codes::UNKNOWN_FIELD, message, help);
        let pointer = child(&self.pointer(), key);
        Complaint { pointer, at: At::Key, field: near.map(str::to_owned), is_left_over, ..complaint }
    }

    fn required(&self, property: &str) -> Complaint {
        let mut known = BTreeMap::new();
        if let Some(around) = self.around() {
            properties(self.schema, around, 0, &mut known);
        }
        let allowed = known.get(property).and_then(|schema| schema.get("enum")).and_then(Value::as_array);
        let help = match allowed {
            Some(allowed) => format!("Add `{}: …`, one of {}.", cut(property), any_of(allowed)),
            None => format!("Add `{}: …`.", cut(property)),
        };
        let complaint = self.complaint(codes::MISSING_FIELD, format!("{} needs a field `{}`", self.field(), cut(property)), help);
        Complaint { at: At::Key, field: Some(property.to_owned()), ..complaint }
    }

    /// Complaints about one value by itself.
    fn simple(&self) -> Complaint {
        let (field, got) = (self.field(), show(self.error.instance()));
        match self.error.kind() {
            Kind::Enum { options } => self.one_of(options.as_array().map_or(&[], Vec::as_slice)),
            Kind::Constant { expected_value } => self.one_of(std::slice::from_ref(&**expected_value)),
            Kind::UniqueItems => self.complaint(codes::DOES_NOT_FIT, format!("{field} holds an entry twice"), "Remove one of the two."),
            Kind::Type { .. } => self.wrong_type(),
            Kind::Pattern { pattern } => {
                let help = description(self.around()).unwrap_or_default();
                self.complaint(codes::WRONG_FORMAT, format!("{field} is {got}, which does not match `{}`", cut(pattern)), help)
            }
            Kind::Format { format } => {
                let help = description(self.around()).unwrap_or_default();
                self.complaint(codes::WRONG_FORMAT, format!("{field} must be {}, is {got}", format_in_words(format)), help)
            }
            Kind::Not { .. } => {
                let help = description(self.keyword()).unwrap_or_default();
                self.complaint(codes::DOES_NOT_FIT, format!("{field} is {got}, which is not allowed here"), help)
            }
            Kind::Contains => {
                let help = description(self.keyword()).unwrap_or_default();
                self.complaint(codes::DOES_NOT_FIT, format!("{field} lacks an entry that it must have"), help)
            }
            Kind::OneOfMultipleValid { context } => {
                let fits = context.iter().filter(|errors| errors.is_empty()).count();
                let message = format!("{field} fits {fits} forms at once, and must fit exactly one");
                self.complaint(codes::NO_FORM_FITS, message, "Remove the fields of the other form.")
            }
            other => self.limit(&field, &got).unwrap_or_else(|| {
                let message = format!("{field} does not fit: {} (`{}`)", cut(&self.error.to_string()), other.keyword());
                self.complaint(codes::DOES_NOT_FIT, message, "")
            }),
        }
    }

    /// Complaints about a number, a length or a count that is out of its range.
    fn limit(&self, field: &str, got: &str) -> Option<Complaint> {
        let most = |limit: u64, one: &str, many: &str| format!("{field} may have {}, has {}", counted(limit, one, many), self.size());
        let least =
            |limit: u64, one: &str, many: &str| format!("{field} must have at least {}, has {}", counted(limit, one, many), self.size());
        let (message, is_limit) = match self.error.kind() {
            Kind::Maximum { limit } => (format!("{field} must be at most {limit}, is {got}"), true),
            Kind::Minimum { limit } => (format!("{field} must be at least {limit}, is {got}"), false),
            Kind::ExclusiveMaximum { limit } => (format!("{field} must be less than {limit}, is {got}"), true),
            Kind::ExclusiveMinimum { limit } => (format!("{field} must be more than {limit}, is {got}"), false),
            Kind::MultipleOf { multiple_of } => (format!("{field} must be a multiple of {multiple_of}, is {got}"), false),
            Kind::MaxItems { limit } => (most(*limit, "entry", "entries"), true),
            Kind::MinItems { limit } => (least(*limit, "entry", "entries"), false),
            Kind::MaxProperties { limit } => (most(*limit, "field", "fields"), true),
            Kind::MinProperties { limit } => (least(*limit, "field", "fields"), false),
            Kind::MaxLength { limit } => (most(*limit, "character", "characters"), true),
            Kind::MinLength { limit } => (least(*limit, "character", "characters"), false),
            _ => return None,
        };
        Some(Complaint { is_limit, ..self.complaint(codes::OUT_OF_RANGE, message, "") })
    }

    fn size(&self) -> usize {
        match &**self.error.instance() {
            Value::Array(items) => items.len(),
            Value::Object(members) => members.len(),
            Value::String(text) => text.chars().count(),
            _ => 0,
        }
    }

    fn one_of(&self, allowed: &[Value]) -> Complaint {
        let complaint = one_of(&self.pointer(), self.error.instance(), allowed);
        Complaint { message: complaint.message + &self.condition(), ..complaint }
    }

    fn wrong_type(&self) -> Complaint {
        let wanted: Vec<&str> = match self.keyword() {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let got = &**self.error.instance();
        let wants = |names: &[&str]| wanted.iter().any(|name| names.contains(name));
        let help = match got {
            Value::Number(_) | Value::Bool(_) if wants(&["string"]) => "Put it in quotes.",
            Value::String(text) if wants(&["integer", "number"]) && text.parse::<f64>().is_ok() => "Remove the quotes.",
            Value::String(text) if wants(&["boolean"]) => match text.to_ascii_lowercase().as_str() {
                "true" | "false" => "Remove the quotes.",
                "y" | "yes" | "on" => "Write `true`.",
                "n" | "no" | "off" => "Write `false`.",
                _ => "",
            },
            Value::Object(_) if wants(&["array"]) => "Begin each entry with `- `.",
            Value::Null => "Give it a value, or remove it.",
            _ => "",
        };
        let help = if help.is_empty() && wants(&["object"]) { self.fields_help() } else { help.to_owned() };
        let words: Vec<&str> = wanted.iter().map(|name| type_in_words(name)).collect();
        self.complaint(codes::WRONG_TYPE, format!("{} must be {}, is {}", self.field(), words.join(" or "), typed(got)), help)
    }

    /// What an object is for, and which fields it has.
    fn fields_help(&self) -> String {
        let mut known = BTreeMap::new();
        let around = self.around();
        if let Some(around) = around {
            properties(self.schema, around, 0, &mut known);
        }
        let names = known.keys().copied();
        let fields = (!known.is_empty()).then(|| format!("Its fields are {}.", quoted_list(names)));
        [description(around), fields].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Says the branch that was probably meant; all of them when that is not clear.
    fn branches(&self, context: &[Vec<ValidationError<'static>>], how_many: &str, out: &mut Vec<Complaint>) {
        let branches = self.keyword().and_then(Value::as_array);
        if let Some((name, wanted)) = branches.and_then(|branches| self.discriminator(branches)) {
            let pointer = child(&self.pointer(), name);
            let value = self.error.instance().get(name).unwrap_or(&Value::Null);
            let complaint = one_of(&pointer, value, &wanted);
            out.push(Complaint { message: complaint.message + &self.condition(), ..complaint });
            return;
        }
        let branch = |index: usize| branches.and_then(|all| all.get(index)).map(|one| self.schema.resolved(one));
        let mut scores: Vec<(i64, usize)> =
            context.iter().enumerate().map(|(index, errors)| (-self.score(branch(index), errors), index)).collect();
        scores.sort_unstable();
        let is_clear = match scores.as_slice() {
            [] => false,
            [_] => true,
            [first, second, ..] => second.0 > first.0,
        };
        let labels: Vec<String> = (0..context.len()).map(|index| label(branch(index), index)).collect();
        if let (true, Some((_, index))) = (is_clear, scores.first()) {
            let mut inner = Vec::new();
            for error in &context[*index] {
                Speaker { schema: self.schema, error }.say(&mut inner);
            }
            out.extend(inner.into_iter().map(|one| Complaint { message: format!("{} (taken as {})", one.message, labels[*index]), ..one }));
        } else {
            let message = format!("{} must be {how_many} of: {}", self.field(), labels.join("; "));
            out.push(self.complaint(codes::NO_FORM_FITS, message, ""));
        }
    }

    /// The field by whose value all branches are told apart, when it has none of these values, and what they are.
    fn discriminator<'b>(&'b self, branches: &'b [Value]) -> Option<(&'b str, Vec<Value>)> {
        let wanted = |branch: &'b Value, name: &str| self.schema.resolved(branch).get("properties")?.get(name)?.get("const").cloned();
        let first = self.schema.resolved(branches.first()?).get("properties")?.as_object()?;
        first.keys().map(String::as_str).find_map(|name| {
            let value = self.error.instance().get(name)?;
            let all: Vec<Value> = branches.iter().map(|branch| wanted(branch, name)).collect::<Option<_>>()?;
            (!all.contains(value)).then_some((name, all))
        })
    }

    /// How likely a branch was meant: a `const` or `enum` that holds, known properties, few and deep errors.
    fn score(&self, branch: Option<&Value>, errors: &[ValidationError<'static>]) -> i64 {
        let here = self.error.instance_path().as_str();
        let mut score = 0;
        let members = self.error.instance().as_object();
        for (name, schema) in branch.and_then(|branch| branch.get("properties")).and_then(Value::as_object).into_iter().flatten() {
            let Some(value) = members.and_then(|members| members.get(name)) else { continue };
            let schema = self.schema.resolved(schema);
            score += match (schema.get("const"), schema.get("enum").and_then(Value::as_array)) {
                (Some(wanted), _) => {
                    if wanted == value {
                        1000
                    } else {
                        -1000
                    }
                }
                (None, Some(allowed)) => {
                    if allowed.contains(value) {
                        300
                    } else {
                        -300
                    }
                }
                (None, None) => 20,
            };
        }
        for error in errors {
            let path = error.instance_path().as_str();
            let clash = path == here && matches!(error.kind(), Kind::Type { .. });
            let depth = i64::try_from(path.len().saturating_sub(here.len()).min(20)).unwrap_or(20);
            score += depth - 30 - if clash { 500 } else { 0 };
        }
        score
    }

    /// What brought a complaint of a `then` or `else`: "because `public` is true".
    fn condition(&self) -> String {
        let path = self.error.schema_path().as_str();
        for (keyword, word) in [("/then", "because"), ("/else", "because not")] {
            let Some(at) = path.rfind(keyword) else { continue };
            let Some(condition) = self.schema.at(&format!("{}/if", &path[..at])) else { continue };
            let said = |(name, schema): (&String, &Value)| match (schema.get("const"), schema.get("enum").and_then(Value::as_array)) {
                (Some(value), _) => format!("`{}` is {}", cut(name), show(value)),
                (None, Some(values)) => format!("`{}` is one of {}", cut(name), any_of(values)),
                (None, None) => format!("`{}` is set", cut(name)),
            };
            let parts: Vec<String> = condition.get("properties").and_then(Value::as_object).into_iter().flatten().map(said).collect();
            if !parts.is_empty() {
                return format!(", {word} {}", parts.join(" and "));
            }
        }
        String::new()
    }
}

/// A value that is not one of those that are allowed.
fn one_of(pointer: &str, value: &Value, allowed: &[Value]) -> Complaint {
    let near = value.as_str().and_then(|word| close_match(word, allowed.iter().filter_map(Value::as_str)));
    let help = near.map_or(String::new(), |near| meant(&cut(near)));
    let wanted = if allowed.len() == 1 { any_of(allowed) } else { format!("one of {}", any_of(allowed)) };
    let message = format!("{} must be {wanted}, is {}", name(pointer), show(value));
    let (pointer, code) = (pointer.to_owned(), codes::NOT_ONE_OF);
    Complaint { pointer, at: At::Value, code, message, help, is_limit: false, field: None, is_left_over: false }
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A place in the `spec`, as the request would write it.
fn name(pointer: &str) -> String {
    dotted(&format!("/spec{pointer}"))
}

/// The properties that a schema knows, through everything that is for the same object.
pub(super) fn properties<'s>(schema: &'s Schema, of: &'s Value, depth: u32, out: &mut BTreeMap<&'s str, &'s Value>) {
    let of = schema.resolved(of);
    if depth > 8 {
        return;
    }
    for (name, property) in of.get("properties").and_then(Value::as_object).into_iter().flatten() {
        out.entry(name).or_insert_with(|| schema.resolved(property));
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        for part in of.get(keyword).and_then(Value::as_array).into_iter().flatten() {
            properties(schema, part, depth + 1, out);
        }
    }
    for keyword in ["then", "else"] {
        if let Some(part) = of.get(keyword) {
            properties(schema, part, depth + 1, out);
        }
    }
}

fn label(branch: Option<&Value>, index: usize) -> String {
    let text = |key: &str| branch.and_then(|branch| branch.get(key)).and_then(Value::as_str);
    if let Some(title) = text("title") {
        return cut(title);
    }
    if let Some(required) = branch.and_then(|branch| branch.get("required")).and_then(Value::as_array) {
        return format!("with {}", quoted_list(required.iter().filter_map(Value::as_str)));
    }
    if let Some(allowed) = branch.and_then(|branch| branch.get("enum")).and_then(Value::as_array) {
        return format!("one of {}", any_of(allowed));
    }
    text("type").map_or_else(|| format!("form {}", index + 1), |name| type_in_words(name).to_owned())
}

fn description(schema: Option<&Value>) -> Option<String> {
    let text = schema?.get("description")?.as_str()?.trim().trim_end_matches('.');
    let mut chars = text.chars();
    let first = chars.next()?;
    Some(format!("{}{}.", first.to_uppercase(), chars.as_str()))
}

fn pattern_help(kind: &Kind) -> String {
    match kind {
        Kind::Pattern { pattern } => format!("It must match `{}`.", cut(pattern)),
        _ => String::new(),
    }
}

fn type_in_words(name: &str) -> &str {
    match name {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "`true` or `false`",
        "array" => "a list",
        "object" => "an object",
        "null" => "empty",
        other => other,
    }
}

fn format_in_words(format: &str) -> String {
    match format {
        "goldpath-duration" => "a duration such as `14d` or `12h`".to_owned(),
        "quantity" => "a quantity such as `100m` or `1.5Gi`".to_owned(),
        "date" => "a day such as `2026-03-01`".to_owned(),
        "date-time" => "a time such as `2026-03-01T12:00:00Z`".to_owned(),
        "email" => "an e-mail address".to_owned(),
        "uri" => "an address such as `https://example.org`".to_owned(),
        "hostname" => "the name of a host".to_owned(),
        other => format!("of the format `{}`", cut(other)),
    }
}
