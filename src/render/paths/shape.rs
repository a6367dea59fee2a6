//! What is known of a value before there is one: the names that templates see, and the schema of the `spec` behind them.

use crate::model::Release;
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::BTreeSet;

/// Schemas that are put together deeper than this are taken as open.
const DEEPEST: u32 = 24;
/// And those that are put together from more parts, each counted as often as it is named.
const MOST_PARTS: u32 = 2_000;

/// A part of the table of names.
#[derive(Debug)]
pub(super) enum Known {
    /// Anything may be in it.
    Open,
    /// A value without fields.
    Leaf,
    /// These fields and no others.
    Table(&'static [(&'static str, Known)]),
    /// What `schema.json` says.
    Spec,
    /// The requests that `release.yaml` says another one may name.
    Refs,
}

use Known::{Leaf, Open, Refs, Spec, Table};

const METADATA: &[(&str, Known)] = &[("name", Leaf), ("labels", Open), ("annotations", Open)];

const CONTACT: &[(&str, Known)] = &[("channel", Leaf), ("onCall", Leaf), ("email", Leaf)];

/// What is seen of a request that another one names.
static NAMED: Known = Table(&[("name", Leaf), ("team", Leaf), ("spec", Open), ("exports", Open)]);

/// What templates see, as `context` makes it; `each` depends on the output.
pub(super) const CONTEXT: &[(&str, Known)] = &[
    ("annotations", Open),
    ("labels", Open),
    ("metadata", Table(METADATA)),
    ("path", Table(&[("name", Leaf)])),
    ("platform", Table(&[("name", Leaf), ("values", Open)])),
    ("refs", Refs),
    ("release", Table(&[("name", Leaf)])),
    ("request", Table(&[("apiVersion", Leaf), ("kind", Leaf), ("metadata", Table(METADATA)), ("spec", Spec)])),
    ("spec", Spec),
    ("target", Table(&[("name", Leaf), ("type", Leaf), ("labels", Open), ("values", Open)])),
    ("team", Table(&[("name", Leaf), ("contact", Table(CONTACT)), ("costCentre", Leaf), ("values", Open)])),
];

/// What is known of one value, and how it is said: "`spec.services[]`".
#[derive(Clone, Debug)]
pub(super) struct Shape<'a> {
    pub(super) at: String,
    kind: Kind<'a>,
}

#[derive(Clone, Debug)]
enum Kind<'a> {
    Any,
    Known(&'static Known),
    /// It fits at least one of these.
    Schemas(Vec<&'a Value>),
}

/// The names of one release.
pub(super) struct Names<'a> {
    schema: Option<&'a Value>,
    release: &'a Release,
}

impl<'a> Names<'a> {
    /// With the schema of the release, when it can be read.
    pub(super) fn new(schema: Option<&'a Value>, release: &'a Release) -> Self {
        Self { schema, release }
    }

    /// A value of which nothing is known.
    pub(super) fn any() -> Shape<'a> {
        Shape { at: String::new(), kind: Kind::Any }
    }

    /// A name of the table.
    pub(super) fn root(&self, name: &str) -> Option<Shape<'a>> {
        let (_, known) = CONTEXT.iter().find(|(known, _)| *known == name)?;
        Some(self.known(name.to_owned(), known))
    }

    fn known(&self, at: String, known: &'static Known) -> Shape<'a> {
        let kind = match known {
            Spec => self.schema.map_or(Kind::Any, |schema| Kind::Schemas(vec![schema])),
            Open => Kind::Any,
            Leaf | Table(_) | Refs => Kind::Known(known),
        };
        Shape { at, kind }
    }

    /// A field of a value.
    ///
    /// # Errors
    /// The fields that there are, when this one is never there.
    pub(super) fn member(&self, of: &Shape<'a>, name: &str) -> Result<Shape<'a>, Vec<String>> {
        let at = format!("{}.{name}", of.at);
        match &of.kind {
            Kind::Any => Ok(Self::any()),
            Kind::Known(Table(fields)) => match fields.iter().find(|(field, _)| *field == name) {
                Some((_, known)) => Ok(self.known(at, known)),
                None => Err(fields.iter().map(|(field, _)| (*field).to_owned()).collect()),
            },
            Kind::Known(Refs) if self.release.refs.contains_key(name) => Ok(self.known(at, &NAMED)),
            Kind::Known(Refs) => Err(self.release.refs.keys().cloned().collect()),
            Kind::Known(_) => Err(Vec::new()),
            Kind::Schemas(schemas) => {
                let mut look = Look::default();
                for schema in schemas {
                    self.look(schema, name, 0, &mut look);
                }
                let found = if look.found.is_empty() { look.rest } else { look.found };
                if !found.is_empty() {
                    return Ok(Shape { at, kind: Kind::Schemas(found) });
                }
                let left = Cell::new(MOST_PARTS);
                let closed = !look.open && schemas.iter().all(|schema| self.is_closed(schema, &left));
                if closed { Err(look.known.into_iter().map(str::to_owned).collect()) } else { Ok(Self::any()) }
            }
        }
    }

    /// An entry of a list, or the value of some key of an object.
    pub(super) fn element(&self, of: &Shape<'a>) -> Shape<'a> {
        let Kind::Schemas(schemas) = &of.kind else { return Self::any() };
        let mut look = Look::default();
        for schema in schemas {
            self.look(schema, "", 0, &mut look);
        }
        let all = match (look.items.is_empty(), look.rest.is_empty()) {
            (false, true) => look.items,
            (true, false) if look.known.is_empty() && !look.open => look.rest,
            _ => return Self::any(),
        };
        Shape { at: format!("{}[]", of.at), kind: Kind::Schemas(all) }
    }

    /// Everything that schemas for the same value say about a field of that name.
    fn look(&self, schema: &'a Value, name: &str, depth: u32, out: &mut Look<'a>) {
        let Some(map) = schema.as_object() else { return };
        // what a part says, it says once
        if !out.seen.insert(std::ptr::from_ref(schema)) {
            return;
        }
        if depth > DEEPEST {
            out.open = true;
            return;
        }
        if let Some(target) = map.get("$ref") {
            match self.target(target) {
                Some(target) => self.look(target, name, depth + 1, out),
                None => out.open = true,
            }
        }
        for (key, value) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
            out.known.insert(key);
            if key == name {
                out.found.push(value);
            }
        }
        out.open |= ["patternProperties", "propertyNames", "$dynamicRef", "not"].iter().any(|keyword| map.contains_key(*keyword));
        out.rest
            .extend(["additionalProperties", "unevaluatedProperties"].iter().filter_map(|key| map.get(*key)).filter(|it| it.is_object()));
        out.items.extend(map.get("items").filter(|items| items.is_object()));
        out.items.extend(map.get("prefixItems").and_then(Value::as_array).into_iter().flatten());
        for part in in_place(map) {
            self.look(part, name, depth + 1, out);
        }
    }

    /// Whether a value of a schema has no other fields than those that are listed.
    fn is_closed(&self, schema: &Value, left: &Cell<u32>) -> bool {
        let Some(map) = schema.as_object() else { return schema == &Value::Bool(false) };
        let Some(rest) = left.get().checked_sub(1) else { return false };
        left.set(rest);
        let all = |keyword: &str| {
            let branches = map.get(keyword).and_then(Value::as_array);
            branches.is_some_and(|branches| !branches.is_empty() && branches.iter().all(|branch| self.is_closed(branch, left)))
        };
        let says_no = |keyword: &str| map.get(keyword) == Some(&Value::Bool(false));
        let target = map.get("$ref").and_then(|target| self.target(target));
        says_no("additionalProperties")
            || says_no("unevaluatedProperties")
            || is_no_object(map)
            || target.is_some_and(|target| self.is_closed(target, left))
            || map.get("allOf").and_then(Value::as_array).is_some_and(|parts| parts.iter().any(|part| self.is_closed(part, left)))
            || all("anyOf")
            || all("oneOf")
    }

    fn target(&self, target: &Value) -> Option<&'a Value> {
        self.schema?.pointer(target.as_str()?.strip_prefix('#')?)
    }
}

/// What was found about one field.
#[derive(Default)]
struct Look<'a> {
    seen: BTreeSet<*const Value>,
    found: Vec<&'a Value>,
    /// Schemas of fields that are not listed.
    rest: Vec<&'a Value>,
    items: Vec<&'a Value>,
    known: BTreeSet<&'a str>,
    /// Whether there may be others that cannot be told from here.
    open: bool,
}

/// The schemas that are for the same value.
fn in_place(map: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|keyword| map.get(keyword)?.as_array()).flatten();
    let branches = ["then", "else", "if"].into_iter().filter_map(|keyword| map.get(keyword));
    let dependent = map.get("dependentSchemas").and_then(Value::as_object).into_iter().flat_map(|all| all.values());
    lists.chain(branches).chain(dependent)
}

/// Whether the type says that it is no object.
fn is_no_object(map: &Map<String, Value>) -> bool {
    match map.get("type") {
        Some(Value::String(one)) => one != "object",
        Some(Value::Array(several)) => several.iter().all(|one| one != "object"),
        _ => false,
    }
}
