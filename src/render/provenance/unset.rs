//! What a request could say and does not: the fields that its schema knows, each with values of its type put in.

use crate::model::{child, key_of};
use serde_json::{Map, Value};

/// Of more fields than these, no values are given: each is a rendering.
const MOST_UNSET: usize = 100;

/// How many values of one field are given.
const MOST_VALUES: usize = 12;

/// How deep fields are followed, through references of the schema and into what they hold.
const DEPTH: usize = 6;

/// A field that a document does not set, or an empty list or map of it.
pub(super) struct Unset {
    /// Where it would be, as a JSON pointer into the document.
    pub(super) pointer: String,
    /// The document with different values put in there; none where the schema tells of none.
    pub(super) documents: Vec<Value>,
}

/// What a document does not set of what the schema of its `spec` knows, what is around first.
pub(super) fn unset(schema: &Value, document: &Value) -> Vec<Unset> {
    let mut finder = Finder { schema: Schema { root: schema }, all: Vec::new() };
    if let Some(spec) = document.get("spec") {
        finder.look("/spec", spec, &[schema], document, 0);
    }
    finder.all
}

struct Finder<'s> {
    schema: Schema<'s>,
    all: Vec<Unset>,
}

impl Finder<'_> {
    /// Looks at a value that is there, for what is not there in it.
    fn look(&mut self, at: &str, value: &Value, forms: &[&Value], document: &Value, depth: usize) {
        let forms = self.schema.forms(forms);
        match value {
            Value::Object(map) => {
                let fields = fields(&forms);
                for (key, field) in &fields {
                    let at = child(at, key);
                    match map.get(*key) {
                        Some(value) => self.look(&at, value, field, document, depth + 1),
                        None => self.put(&at, field, document, depth + 1),
                    }
                }
                let entries = entries(&forms);
                let more = map.iter().filter(|(key, _)| !fields.iter().any(|(field, _)| field == key));
                more.for_each(|(key, value)| self.look(&child(at, key), value, &entries, document, depth + 1));
                let is_closed = forms.iter().any(|form| form.get("additionalProperties") == Some(&Value::Bool(false)));
                if map.is_empty() && (!entries.is_empty() || fields.is_empty() && !is_closed) {
                    let entry = |value| Value::Object(Map::from_iter([("q".to_owned(), value)]));
                    let values = self.schema.values(&entries, 1).into_iter().map(entry).collect();
                    self.give(at, values, document);
                }
            }
            Value::Array(items) => {
                let of_items = items_of(&forms);
                if items.is_empty() {
                    let values = self.schema.values(&of_items, 1).into_iter().map(|item| vec![item].into()).collect();
                    self.give(at, values, document);
                }
                let items = items.iter().enumerate();
                items.for_each(|(index, item)| self.look(&child(at, &index.to_string()), item, &of_items, document, depth + 1));
            }
            Value::Null => self.put(at, &forms, document, depth + 1),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Puts a field in that is not there, and what could be in it.
    fn put(&mut self, at: &str, forms: &[&Value], document: &Value, depth: usize) {
        let values = if depth > DEPTH { Vec::new() } else { self.schema.values(forms, 0) };
        let around = values.iter().find(|value| value.is_object()).cloned();
        self.give(at, values, document);
        if let Some((value, document)) = around.and_then(|value| Some((value.clone(), with(document, at, value)?)))
            && self.all.len() < MOST_UNSET
        {
            self.look(at, &value, forms, &document, depth);
        }
    }

    fn give(&mut self, at: &str, values: Vec<Value>, document: &Value) {
        let values = if self.all.len() < MOST_UNSET { values } else { Vec::new() };
        let documents = values.into_iter().filter_map(|value| with(document, at, value)).collect();
        self.all.push(Unset { pointer: at.to_owned(), documents });
    }
}

/// A document with a value at a place whose surroundings are there.
fn with(document: &Value, at: &str, value: Value) -> Option<Value> {
    let mut changed = document.clone();
    if let Some(there) = changed.pointer_mut(at) {
        *there = value;
        return Some(changed);
    }
    let (around, key) = at.rsplit_once('/')?;
    changed.pointer_mut(around)?.as_object_mut()?.insert(key_of(key).into_owned(), value);
    Some(changed)
}

/// A JSON Schema, asked for what may stand at a place.
struct Schema<'s> {
    root: &'s Value,
}

impl<'s> Schema<'s> {
    /// Schemas with all that they refer to and put together, each form by itself.
    fn forms<'a>(&self, of: &[&'a Value]) -> Vec<&'a Value>
    where
        's: 'a,
    {
        let mut all: Vec<&'a Value> = Vec::new();
        of.iter().for_each(|schema| self.form(schema, DEPTH, &mut all));
        all
    }

    fn form<'a>(&self, schema: &'a Value, depth: usize, into: &mut Vec<&'a Value>)
    where
        's: 'a,
    {
        if depth == 0 || into.iter().any(|known| std::ptr::eq(*known, schema)) {
            return;
        }
        into.push(schema);
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
        if let Some(target) = target.and_then(|target| self.root.pointer(target)) {
            self.form(target, depth - 1, into);
        }
        let lists = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
        let all = lists.chain(["then", "else"].iter().filter_map(|key| schema.get(key)));
        all.for_each(|one| self.form(one, depth - 1, into));
    }

    /// Different values that may stand there; none where nothing says of what type they are.
    fn values(&self, forms: &[&Value], depth: usize) -> Vec<Value> {
        let forms = self.forms(forms);
        let mut all: Vec<Value> = forms.iter().flat_map(|form| named(form)).collect();
        if all.is_empty() || !forms.iter().any(|form| form.get("enum").is_some() || form.get("const").is_some()) {
            types(&forms).into_iter().for_each(|name| all.extend(self.of_type(name, &forms, depth)));
        }
        let mut different: Vec<Value> = Vec::new();
        all.into_iter().for_each(|value| {
            if !different.contains(&value) {
                different.push(value);
            }
        });
        different.truncate(MOST_VALUES);
        different
    }

    fn of_type(&self, name: &str, forms: &[&Value], depth: usize) -> Vec<Value> {
        match name {
            "boolean" => vec![true.into(), false.into()],
            "integer" | "number" => numbers(forms),
            "string" => texts(forms),
            "array" => {
                let items = if depth < DEPTH { self.values(&items_of(forms), depth + 1) } else { Vec::new() };
                items.into_iter().map(|item| vec![item].into()).collect()
            }
            "object" => vec![self.object(forms, false, depth), self.object(forms, true, depth)],
            _ => Vec::new(),
        }
    }

    /// An object with what it must have, or with everything that it may have.
    fn object(&self, forms: &[&Value], is_full: bool, depth: usize) -> Value {
        let required: Vec<&Value> = forms.iter().filter_map(|form| form.get("required")?.as_array()).flatten().collect();
        let wanted = fields(forms).into_iter().filter(|(key, _)| is_full || required.iter().any(|name| name.as_str() == Some(key)));
        let member = |(key, field): (&str, Vec<&Value>)| {
            let value = if depth < DEPTH { self.values(&field, depth + 1).into_iter().next() } else { None };
            Some((key.to_owned(), value?))
        };
        Value::Object(wanted.filter_map(member).collect())
    }
}

/// The values that a schema names.
fn named(form: &Value) -> Vec<Value> {
    let lists = ["enum", "examples"].iter().filter_map(|key| form.get(key)?.as_array()).flatten();
    lists.chain(["const", "default"].iter().filter_map(|key| form.get(key))).cloned().collect()
}

/// The types that a value may have, by their names or by what else is said of it.
fn types<'a>(forms: &[&'a Value]) -> Vec<&'a str> {
    let of_form = |form: &&'a Value| -> Vec<&'a str> {
        match form.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ if form.get("properties").is_some() => vec!["object"],
            _ if form.get("items").is_some() => vec!["array"],
            _ => Vec::new(),
        }
    };
    let mut all: Vec<&str> = forms.iter().flat_map(of_form).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Numbers within bounds, at both ends.
fn numbers(forms: &[&Value]) -> Vec<Value> {
    let bounds =
        |key: &str| forms.iter().filter_map(|form| form.get(key)).filter(|bound| bound.is_number()).cloned().collect::<Vec<Value>>();
    let (low, high) = (bounds("minimum"), bounds("maximum"));
    let is_within = |number: &f64| {
        low.iter().filter_map(Value::as_f64).all(|low| low <= *number) && high.iter().filter_map(Value::as_f64).all(|high| *number <= high)
    };
    let small = [1_u8, 2, 0].into_iter().filter(|number| is_within(&f64::from(*number))).map(Value::from);
    low.iter().chain(&high).cloned().chain(small).collect()
}

/// Texts, by the format that is wanted.
fn texts(forms: &[&Value]) -> Vec<Value> {
    let format = forms.iter().find_map(|form| form.get("format")?.as_str()).unwrap_or_default();
    let all: &[&str] = match format {
        "goldpath-duration" => &["1h", "2d"],
        "goldpath-quantity" => &["1", "2Gi"],
        "date" => &["2030-01-31", "2031-12-01"],
        "date-time" => &["2030-01-31T00:00:00Z"],
        "uri" => &["https://q.example.org/q"],
        "email" => &["q@example.org"],
        _ => &["q", "1", "/q"],
    };
    all.iter().map(|text| (*text).into()).collect()
}

/// What a schema says of fields by their names, of one name together.
fn fields<'a>(forms: &[&'a Value]) -> Vec<(&'a str, Vec<&'a Value>)> {
    let mut all: Vec<(&str, Vec<&Value>)> = Vec::new();
    for (key, field) in forms.iter().filter_map(|form| form.get("properties")?.as_object()).flatten() {
        match all.iter_mut().find(|(known, _)| known == key) {
            Some((_, fields)) => fields.push(field),
            None => all.push((key, vec![field])),
        }
    }
    all
}

/// What is said of the entries of a map whose names are free.
fn entries<'a>(forms: &[&'a Value]) -> Vec<&'a Value> {
    let by_pattern = forms.iter().filter_map(|form| form.get("patternProperties")?.as_object()).flat_map(Map::values);
    forms.iter().filter_map(|form| form.get("additionalProperties")).chain(by_pattern).filter(|entries| entries.is_object()).collect()
}

fn items_of<'a>(forms: &[&'a Value]) -> Vec<&'a Value> {
    let first = forms.iter().filter_map(|form| form.get("prefixItems")?.as_array()?.first());
    forms.iter().filter_map(|form| form.get("items")).chain(first).filter(|items| items.is_object()).collect()
}
