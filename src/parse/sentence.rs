//! What does not fit a schema, said in the language of the request.

use super::codes;
use super::fields::At;
use super::hint;
use super::schema::Schema;
use super::words::{any_of, cut, dotted, show, typed};
use crate::model::{Code, amount, child, close_match, either, key_of, meant, quoted_list};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

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
    pub(super) field: Option<String>,
    /// Whether it is about a field that no part of the schema took.
    pub(super) is_left_over: bool,
}

/// Quotes that editors and chats put in the place of `"` and `'`.
const TYPOGRAPHIC: [char; 8] = ['“', '”', '„', '‘', '’', '‚', '«', '»'];

/// More complaints than this about one request help nobody.
const MOST: usize = 49;
/// A schema is searched this far for a field that stands in the wrong place.
const FARTHEST: usize = 400;

/// The `spec` as it stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    /// A bare word of it.
    pub(super) written: &'a dyn Fn(&str) -> Option<String>,
    /// Whether a value stands there, and is not filled in.
    pub(super) has: &'a dyn Fn(&str) -> bool,
    /// Whether an alias brings what stands there.
    pub(super) is_brought: &'a dyn Fn(&str) -> bool,
}

/// Everything in a `spec` that does not fit its schema.
pub(super) fn complaints(schema: &Schema, spec: &Value, text: Text<'_>) -> Vec<Complaint> {
    if schema.validator.is_valid(spec) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for error in schema.validator.iter_errors(spec).take(MOST + 1) {
        Speaker { schema, spec, error: &error, text }.say(&mut all);
    }
    let are_more = all.len() > MOST;
    all.truncate(MOST);
    let mut all = said_once(all);
    if are_more {
        let message = format!("there are more mistakes in this request than the first {MOST}, and they are not told yet");
        all.push(Complaint { at: At::Key, ..Complaint::of("", codes::DOES_NOT_FIT, message, "Mend these first.".to_owned()) });
    }
    all
}

/// One mistake is one complaint: a misspelt field is not missing too, a field with a mistake inside is not unknown, and what is none of the
/// allowed values need not be told its type.
fn said_once(all: Vec<Complaint>) -> Vec<Complaint> {
    let parent = |pointer: &str| pointer.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
    let unknown = all.iter().filter(|one| one.code == codes::UNKNOWN_FIELD);
    let meant: Vec<(String, String)> = unknown.filter_map(|one| Some((parent(&one.pointer), one.field.clone()?))).collect();
    let others: Vec<String> = all.iter().filter(|one| !one.is_left_over).map(|one| one.pointer.clone()).collect();
    let is_meant = |one: &Complaint| meant.iter().any(|(at, field)| one.pointer == child(at, field));
    let keep = |one: &Complaint| {
        let misspelt =
            one.code == codes::MISSING_FIELD && meant.iter().any(|(at, field)| *at == one.pointer && Some(field) == one.field.as_ref());
        let outside_too = |other: &Complaint| other.code == codes::NOT_ONE_OF && other.pointer == one.pointer;
        let of_no_use = one.code == codes::WRONG_TYPE && all.iter().any(outside_too);
        let inside = |other: &String| *other == one.pointer || other.strip_prefix(&one.pointer).is_some_and(|rest| rest.starts_with('/'));
        // what was filled in for a misspelt field is none of the request's
        !misspelt && !is_meant(one) && !of_no_use && (!one.is_left_over || !others.iter().any(inside))
    };
    let keep: Vec<bool> = all.iter().map(keep).collect();
    all.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(one, _)| one).collect()
}

impl Complaint {
    /// Whether it misses a field of the `spec` that stands in another place.
    pub(super) fn is_of(&self, strays: &[String]) -> bool {
        let field = self.field.as_ref().filter(|_| self.code == codes::MISSING_FIELD && self.pointer.is_empty());
        field.is_some_and(|field| strays.contains(field))
    }

    fn of(pointer: &str, code: Code, message: String, help: String) -> Self {
        let pointer = pointer.to_owned();
        Self { pointer, at: At::Value, code, message, help, is_limit: false, field: None, is_left_over: false }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Speaker<'a> {
    pub(super) schema: &'a Schema,
    /// The whole `spec`, with defaults.
    pub(super) spec: &'a Value,
    pub(super) error: &'a ValidationError<'a>,
    pub(super) text: Text<'a>,
}

impl Speaker<'_> {
    pub(super) fn pointer(&self) -> String {
        self.error.instance_path().as_str().to_owned()
    }

    /// The field, as the request would write it.
    pub(super) fn field(&self) -> String {
        name(self.error.instance_path().as_str())
    }

    /// The value of the keyword that complains.
    pub(super) fn keyword(&self) -> Option<&Value> {
        self.schema.root.pointer(self.error.schema_path().as_str())
    }

    /// The schema that the keyword stands in.
    pub(super) fn around(&self) -> Option<&Value> {
        let (parent, _) = self.error.schema_path().as_str().rsplit_once('/')?;
        self.schema.root.pointer(parent)
    }

    pub(super) fn complaint(&self, code: Code, message: impl Into<String>, help: impl Into<String>) -> Complaint {
        let message = message.into() + &self.condition();
        let at = if self.error.instance().is_object() || self.error.instance().is_array() { At::Start } else { At::Value };
        Complaint { at, ..Complaint::of(&self.pointer(), code, message, help.into()) }
    }

    pub(super) fn say(&self, out: &mut Vec<Complaint>) {
        match self.error.kind() {
            Kind::AdditionalProperties { unexpected } => out.extend(unexpected.iter().take(MOST + 1).map(|key| self.unknown(key, false))),
            Kind::UnevaluatedProperties { unexpected } => out.extend(unexpected.iter().take(MOST + 1).map(|key| self.unknown(key, true))),
            Kind::Required { property } => out.push(self.required(property.as_str().unwrap_or_default())),
            Kind::AnyOf { context } => self.branches(context, "at least one", out),
            Kind::OneOfNotValid { context } => self.branches(context, "exactly one", out),
            Kind::PropertyNames { error } => {
                let key = error.instance().as_str().unwrap_or_default().to_owned();
                let message = format!("`{}` is not a name that {} may hold", cut(&key), self.field());
                let names = self.names();
                let respelt = names.and_then(|names| hint::respelt(names, &key, |name| self.fits_as_name(&key, name)));
                let respelt = respelt.map(|name| format!("Write `{name}`."));
                let help = respelt.or_else(|| description(names)).unwrap_or_else(|| pattern_help(error.kind()));
                let complaint = self.complaint(codes::WRONG_FORMAT, message, help);
                out.push(Complaint { pointer: child(&self.pointer(), &key), at: At::Key, ..complaint });
            }
            Kind::FalseSchema => {
                let complaint = self.complaint(codes::UNKNOWN_FIELD, format!("{} is not allowed here", self.field()), "Remove it.");
                out.push(Complaint { at: At::Key, ..complaint });
            }
            _ => out.push(self.added(self.advised(self.simple()))),
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
        Complaint { help: self.described().unwrap_or_default(), ..complaint }
    }

    /// What the field is for: said where the value is described, where that is referred to, or of the list that it is an entry of.
    fn described(&self) -> Option<String> {
        let path = self.error.evaluation_path().as_str();
        let mut at = path.split_once("/$ref").map(|(before, _)| before).or_else(|| path.rsplit_once('/').map(|(parent, _)| parent))?;
        let mut found = description(self.around());
        while found.is_none() {
            found = description(self.schema.root.pointer(at));
            let (parent, last) = at.rsplit_once('/')?;
            if found.is_none() && !matches!(last, "items" | "additionalProperties") {
                return None;
            }
            at = parent;
        }
        found
    }

    /// Where else a field of that name is known: what stands a level too high or too low is looked for through the whole schema.
    fn elsewhere(&self, key: &str) -> Option<String> {
        let here = self.pointer();
        let mut open = std::collections::VecDeque::from([(String::new(), &self.schema.root)]);
        for _ in 0..FARTHEST {
            let (at, of) = open.pop_front()?;
            for (field, schema) in properties(self.schema, of) {
                if field == key && at != here {
                    return Some(name(&at));
                }
                open.push_back((child(&at, field), schema));
            }
            if let Some(items) = self.schema.resolved(of).get("items") {
                open.push_back((format!("{at}/0"), items));
            }
        }
        None
    }

    fn unknown(&self, key: &str, is_left_over: bool) -> Complaint {
        let known = self.around().map(|around| properties(self.schema, around)).unwrap_or_default();
        let names: Vec<&str> = known.keys().copied().collect();
        let near = close_match(key, names.iter().copied());
        let elsewhere = if near.is_some() { None } else { self.elsewhere(key) };
        let help = match (near, elsewhere) {
            (Some(near), _) => meant(&cut(near)),
            // what an alias brings is indented as it should be
            (None, Some(elsewhere)) if (self.text.is_brought)(&child(&self.pointer(), key)) => format!("It belongs to {elsewhere}."),
            (None, Some(elsewhere)) => format!("It belongs to {elsewhere}: mind how far it is indented."),
            (None, None) if names.is_empty() => self.patterns().unwrap_or_else(|| "Remove it.".to_owned()),
            (None, None) => format!("Known are {}.", quoted_list(names.iter().copied())),
        };
        let message = format!("`{}` is not a field of {}", cut(key), self.field());
        let complaint = self.complaint(codes::UNKNOWN_FIELD, message, help);
        let pointer = child(&self.pointer(), key);
        Complaint { pointer, at: At::Key, field: near.map(str::to_owned), is_left_over, ..complaint }
    }

    /// What is said of the names of an object.
    fn names(&self) -> Option<&Value> {
        let said = self.keyword().filter(|said| said.is_object()).or_else(|| self.around())?;
        Some(self.schema.resolved(said))
    }

    /// Whether a field could have another name, as far as its name alone goes.
    fn fits_as_name(&self, key: &str, name: &str) -> bool {
        let mut spec = self.spec.clone();
        let Some(Value::Object(members)) = spec.pointer_mut(&self.pointer()) else { return false };
        let Some(value) = members.remove(key) else { return false };
        let is_taken = members.insert(name.to_owned(), value).is_some();
        let is_of_name = |error: &ValidationError<'_>| match error.kind() {
            Kind::PropertyNames { error } => error.instance().as_str() == Some(name),
            _ => false,
        };
        !is_taken && !self.schema.validator.iter_errors(&spec).any(|error| is_of_name(&error))
    }

    /// Whether another value would do in the place of the one that complains: help must not lead to the next mistake.
    fn fits(&self, value: &Value) -> bool {
        let (pointer, mut spec) = (self.pointer(), self.spec.clone());
        let Some(place) = spec.pointer_mut(&pointer) else { return false };
        place.clone_from(value);
        let is_here = |error: &ValidationError<'_>| {
            error.instance_path().as_str().strip_prefix(&pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let by_itself = self.around().is_none_or(|around| hint::fits_alone(around, value));
        by_itself && !self.schema.validator.iter_errors(&spec).any(|error| is_here(&error))
    }

    /// Which names an object may have that has none of its own.
    fn patterns(&self) -> Option<String> {
        let patterns = self.around()?.get("patternProperties")?.as_object()?;
        Some(format!("Its names match {}.", either(patterns.keys().map(String::as_str))))
    }

    fn required(&self, property: &str) -> Complaint {
        let known = self.around().map(|around| properties(self.schema, around)).unwrap_or_default();
        let schema = known.get(property).copied();
        let allowed = schema.and_then(|schema| schema.get("enum")).and_then(Value::as_array);
        let example = || hint::such_as(self.schema, schema?, &child(&self.pointer(), property));
        let help = match allowed {
            Some(allowed) => format!("Add `{}: …`, one of {}.", cut(property), any_of(allowed)),
            None => example().map_or_else(|| format!("Add `{}: …`.", cut(property)), |example| format!("Add it, {example}.")),
        };
        let complaint = self.complaint(codes::MISSING_FIELD, format!("{} needs a field `{}`", self.field(), cut(property)), help);
        Complaint { at: At::Key, field: Some(property.to_owned()), ..complaint }
    }

    /// A value as it is written, for messages.
    fn got(&self) -> String {
        let value = &**self.error.instance();
        let written = if value.is_number() { (self.text.written)(&self.pointer()) } else { None };
        written.map_or_else(|| typed(value), |written| cut(&written)) + self.by_default()
    }

    /// What is said of a value that the request does not give itself.
    pub(super) fn by_default(&self) -> &'static str {
        if self.is_default() { " by default" } else { "" }
    }

    fn is_default(&self) -> bool {
        let pointer = self.pointer();
        !pointer.is_empty() && !(self.text.has)(&pointer)
    }

    /// The step to a value that must be given, since the default does not do.
    fn added(&self, complaint: Complaint) -> Complaint {
        if !self.is_default() {
            return complaint;
        }
        let name = cut(&key_of(complaint.pointer.rsplit('/').next().unwrap_or_default()));
        let allowed = match self.error.kind() {
            Kind::Constant { expected_value } => vec![(**expected_value).clone()],
            Kind::Enum { options } => options.as_array().cloned().unwrap_or_default(),
            Kind::Maximum { limit } | Kind::Minimum { limit } => vec![limit.clone()],
            _ => Vec::new(),
        };
        let help = match allowed.as_slice() {
            [only] if !only.is_object() && !only.is_array() => format!("Add `{name}: {}`.", crate::yaml::emit(only).trim_end()),
            [_, _, ..] => format!("Add `{name}: …`, one of {}.", any_of(&allowed)),
            _ => format!("Add `{name}: …`: the default does not do here. {}", complaint.help).trim_end().to_owned(),
        };
        Complaint { help, ..complaint }
    }

    /// Complaints about one value by itself.
    fn simple(&self) -> Complaint {
        let field = self.field();
        let got = if self.error.instance().is_string() { show(self.error.instance()) + self.by_default() } else { self.got() };
        match self.error.kind() {
            Kind::Enum { options } => self.one_of(options.as_array().map_or(&[], Vec::as_slice)),
            Kind::Constant { expected_value } => self.one_of(std::slice::from_ref(&**expected_value)),
            Kind::UniqueItems => {
                let complaint = self.complaint(codes::DOES_NOT_FIT, format!("{field} holds an entry twice"), "Remove one of the two.");
                self.at_entry(complaint, self.second())
            }
            Kind::Type { .. } => self.wrong_type(),
            Kind::Pattern { pattern } => {
                let help = self.respelt().unwrap_or_else(|| self.example_help());
                self.complaint(codes::WRONG_FORMAT, format!("{field} is {got}, which does not match `{}`", cut(pattern)), help)
            }
            Kind::Format { format } => {
                let meant = self.error.instance().as_str().and_then(|text| hint::reformed(format, text));
                let meant = meant.filter(|meant| self.fits(&Value::from(meant.as_str()))).map(|meant| format!("Write `{meant}`."));
                let help = meant.or_else(|| self.respelt()).unwrap_or_else(|| self.example_help());
                self.complaint(codes::WRONG_FORMAT, format!("{field} must be {}, is {got}", format_in_words(format)), help)
            }
            Kind::Not { .. } => self.not(&field, &got),
            Kind::Contains => {
                let wanted = self.keyword().map(|wanted| self.schema.resolved(wanted));
                let only = wanted.and_then(|wanted| wanted.get("const"));
                let message = match only {
                    Some(only) => format!("{field} lacks the entry {}", show(only)),
                    None => format!("{field} lacks an entry that it must have"),
                };
                let help = only.map(|only| format!("Add {} to it.", show(only))).or_else(|| description(wanted));
                self.complaint(codes::DOES_NOT_FIT, message, help.unwrap_or_default())
            }
            Kind::OneOfMultipleValid { context } => self.several(&field, context),
            other => self.limit(&field, &got).unwrap_or_else(|| {
                let message = format!("{field} does not fit: {} (`{}`)", cut(&self.error.to_string()), other.keyword());
                self.complaint(codes::DOES_NOT_FIT, message, "")
            }),
        }
    }

    /// Complaints about a number, a length or a count that is out of its range.
    fn limit(&self, field: &str, got: &str) -> Option<Complaint> {
        let most =
            |limit: u64, one: &str, many: &str| format!("{field} may have at most {}, has {}", counted(limit, one, many), self.size());
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
        let complaint = Complaint { is_limit, ..self.complaint(codes::OUT_OF_RANGE, message, self.range_help()) };
        Some(match self.error.kind() {
            Kind::MaxItems { limit } => self.at_entry(complaint, usize::try_from(*limit).ok()),
            _ => complaint,
        })
    }

    /// Both ends of a range, of which a message tells one.
    fn range_help(&self) -> String {
        let bound = |keyword: &str| self.around()?.get(keyword).filter(|bound| bound.is_number());
        match (bound("minimum"), bound("maximum")) {
            (Some(least), Some(most)) if self.error.instance().is_number() => format!("Write a number from {least} to {most}."),
            _ => self.more_help(),
        }
    }

    /// How much is missing.
    fn more_help(&self) -> String {
        let more = |limit: u64, one: &str, many: &str| {
            let missing = limit.saturating_sub(u64::try_from(self.size()).unwrap_or(u64::MAX));
            format!("Add {} more.", counted(missing, one, many))
        };
        match self.error.kind() {
            Kind::MinItems { limit } => more(*limit, "entry", "entries"),
            Kind::MinProperties { limit } => more(*limit, "field", "fields"),
            Kind::MinLength { limit } => more(*limit, "character", "characters"),
            Kind::MultipleOf { multiple_of } => match self.error.instance().as_f64() {
                Some(number) => {
                    let least = (number / multiple_of).floor() * multiple_of;
                    format!("Write {least} or {}.", least + multiple_of)
                }
                None => String::new(),
            },
            _ => String::new(),
        }
    }

    /// A complaint about a list, at one of its entries.
    fn at_entry(&self, complaint: Complaint, index: Option<usize>) -> Complaint {
        let Some(index) = index else { return complaint };
        Complaint { pointer: format!("{}/{index}", self.pointer()), at: At::Value, ..complaint }
    }

    /// The first entry of a list that stands in it before.
    fn second(&self) -> Option<usize> {
        let mut seen = BTreeSet::new();
        self.error.instance().as_array()?.iter().position(|item| !seen.insert(item.to_string()))
    }

    /// The same text as it would fit: in small letters, with dashes, without what stands around it.
    fn respelt(&self) -> Option<String> {
        let text = self.error.instance().as_str()?;
        let fits = hint::respelt(self.around()?, text, |other| self.fits(&Value::from(other)))?;
        Some(if text.contains('\n') { format!("Write it in one line: `{}`.", cut(&fits)) } else { format!("Write `{}`.", cut(&fits)) })
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
        Complaint { message: complaint.message + self.by_default() + &self.condition(), ..complaint }
    }

    fn wrong_type(&self) -> Complaint {
        let wanted: Vec<&str> = match self.keyword() {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let got = &**self.error.instance();
        let written = if got.is_number() { (self.text.written)(&self.pointer()) } else { None };
        let retyped = || {
            let retyped = hint::retyped(&self.pointer(), &wanted, got, written.as_deref())?;
            retyped.value.as_ref().is_none_or(|value| self.fits(value)).then_some(retyped.help)
        };
        let help = self.number_help().or_else(retyped).or_else(|| self.range_wanted(&wanted)).unwrap_or_else(|| match got {
            Value::Null if !self.is_required() => "Give it a value, or remove it.".to_owned(),
            _ if wanted.contains(&"object") => hint::parted(got).unwrap_or_else(|| self.fields_help()),
            _ if wanted.contains(&"boolean") => String::new(),
            Value::Null => format!("Give it a value. {}", self.example_help()).trim_end().to_owned(),
            _ => self.example_help(),
        });
        let words: Vec<String> = wanted.iter().map(|name| self.type_wanted(name)).collect();
        let message = format!("{} must be {}, is {}", self.field(), words.join(" or "), self.got());
        self.complaint(codes::WRONG_TYPE, message, help)
    }

    /// What a number lacks to be of a form that a text must have.
    fn number_help(&self) -> Option<String> {
        let number = self.error.instance().as_number()?;
        match self.format()? {
            "goldpath-duration" if number.as_u64().is_none_or(|number| number == 0) => {
                Some("Write a whole number above 0 with its unit, such as `14d` or `12h`.".to_owned())
            }
            "goldpath-duration" => Some(format!("Add the unit: `{number}d` is so many days, `{number}h` so many hours.")),
            "quantity" if number.as_f64().is_some_and(|number| number < 0.0) => Some("Write it without the `-`, in quotes.".to_owned()),
            "quantity" => None,
            _ => Some(self.example_help()),
        }
    }

    /// Which numbers would do, in the place of a text that begins with one, or a list of one, that cannot be taken for it.
    fn range_wanted(&self, wanted: &[&str]) -> Option<String> {
        let is_near = match &**self.error.instance() {
            Value::String(text) => text.starts_with(|c: char| c.is_ascii_digit()),
            Value::Array(items) => matches!(items.as_slice(), [Value::Number(_)]),
            _ => false,
        };
        if !is_near {
            return None;
        }
        let what = wanted.iter().find(|name| matches!(**name, "integer" | "number")).map(|name| type_in_words(name))?;
        let bound = |keyword: &str| self.around()?.get(keyword).filter(|bound| bound.is_number());
        let range = match (bound("minimum"), bound("maximum")) {
            (Some(least), Some(most)) => format!(" from {least} to {most}"),
            (Some(least), None) => format!(" from {least}"),
            (None, Some(most)) => format!(" up to {most}"),
            (None, None) => String::new(),
        };
        let written = Some(format!("Write {what}{range}."));
        Some([written, self.described()].into_iter().flatten().collect::<Vec<_>>().join(" "))
    }

    fn format(&self) -> Option<&str> {
        self.around()?.get("format")?.as_str()
    }

    /// What a value should be: a text of a known format is said by that.
    fn type_wanted(&self, name: &str) -> String {
        self.format().filter(|_| name == "string").map_or_else(|| type_in_words(name).to_owned(), format_in_words)
    }

    /// Whether the object that holds the value must have it.
    fn is_required(&self) -> bool {
        let path = self.error.schema_path().as_str();
        let Some((object, field)) = path.strip_suffix("/type").and_then(|path| path.rsplit_once("/properties/")) else { return false };
        let required = self.schema.root.pointer(object).and_then(|object| object.get("required")).and_then(Value::as_array);
        required.is_some_and(|required| required.iter().any(|name| name.as_str() == Some(&*key_of(field))))
    }

    /// A value that would do, and what the field is for.
    fn example_help(&self) -> String {
        let example = self.around().and_then(|around| hint::such_as(self.schema, around, &self.pointer()));
        let example = example.map(|example| format!("Write a value {example}."));
        [example, self.described()].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// What an object is for, and which fields it has.
    fn fields_help(&self) -> String {
        let around = self.around();
        let known = around.map(|around| properties(self.schema, around)).unwrap_or_default();
        let names = known.keys().copied();
        let fields = (!known.is_empty()).then(|| format!("Its fields are {}.", quoted_list(names)));
        let only = |of: &&Value| known.is_empty() && of.get("additionalProperties").is_some_and(Value::is_object);
        let entries = around.filter(only).map(|_| "Write each entry as `name: value`, without `- `.".to_owned());
        [self.described(), fields, entries].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// A value that is not one of those that are allowed.
pub(super) fn one_of(pointer: &str, value: &Value, allowed: &[Value]) -> Complaint {
    let written = Value::to_string;
    let word = value.as_str().map_or_else(|| written(value), str::to_owned);
    let texts = || allowed.iter().filter_map(Value::as_str);
    let is_same = |text: &&str| amount(text).is_some() && amount(text) == amount(&word);
    let other_type = if value.is_string() {
        allowed.iter().any(|one| !one.is_string() && written(one) == word).then_some("Remove the quotes.")
    } else {
        texts().any(|text| text == word).then_some("Put it in quotes.")
    };
    let near = || close_match(&word, texts()).or_else(|| texts().find(is_same)).map(|near| meant(&cut(near)));
    let help = match (other_type, value) {
        (Some(help), _) => help.to_owned(),
        (None, Value::Null) => format!("Give it a value: {}.", any_of(allowed)),
        (None, Value::Array(items)) => match items.as_slice() {
            [one] if allowed.contains(one) => format!("Remove the brackets: {}.", show(one)),
            _ => String::new(),
        },
        (None, Value::Object(_)) => String::new(),
        (None, Value::String(text)) if texts().any(|one| one == text.trim()) => {
            let how = if text.contains('\n') { "Write it in one line" } else { "Write it without the spaces around it" };
            format!("{how}: `{}`.", cut(text.trim()))
        }
        (None, _) if allowed.len() == 1 => near().unwrap_or_else(|| format!("Write {}.", any_of(allowed))),
        (None, _) => near().unwrap_or_default(),
    };
    let wanted = if allowed.len() == 1 { any_of(allowed) } else { format!("one of {}", any_of(allowed)) };
    let got = if other_type.is_some() { typed(value) } else { show(value) };
    let message = format!("{} must be {wanted}, is {got}", name(pointer));
    Complaint::of(pointer, codes::NOT_ONE_OF, message, help)
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A place in the `spec`, as the request would write it.
fn name(pointer: &str) -> String {
    dotted(&format!("/spec{pointer}"))
}

/// The properties that a schema knows, through everything that is for the same object.
pub(super) fn properties<'s>(schema: &'s Schema, of: &'s Value) -> BTreeMap<&'s str, &'s Value> {
    let (mut known, mut seen) = (BTreeMap::new(), BTreeSet::new());
    let mut open = vec![of];
    while let Some(of) = open.pop() {
        let of = schema.resolved(of);
        // one part may be named many times
        if !seen.insert(std::ptr::from_ref(of)) {
            continue;
        }
        for (name, property) in of.get("properties").and_then(Value::as_object).into_iter().flatten() {
            known.entry(name.as_str()).or_insert_with(|| schema.resolved(property));
        }
        let several = ["allOf", "anyOf", "oneOf"].iter().filter_map(|keyword| of.get(keyword)?.as_array()).flatten();
        let one = ["then", "else"].iter().filter_map(|keyword| of.get(keyword));
        let parts: Vec<&Value> = several.chain(one).collect();
        open.extend(parts.into_iter().rev());
    }
    known
}

pub(super) fn description(schema: Option<&Value>) -> Option<String> {
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

pub(super) fn type_in_words(name: &str) -> &str {
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

pub(super) fn format_in_words(format: &str) -> String {
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
