//! What JSON Schema allows and nobody means: keywords that are none, values that nothing can have.

use super::words::{any_of, cut};
use crate::model::{child, close_match, filled, meant};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The keywords of JSON Schema 2020-12.
const KEYWORDS: [&str; 56] = [
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$ref",
    "$schema",
    "$vocabulary",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "description",
    "else",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "then",
    "title",
    "type",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
];

/// Keywords of older drafts, which check nothing any more, and what takes their place.
const OLDER: [(&str, &str); 4] =
    [("definitions", "$defs"), ("dependencies", "dependentRequired"), ("additionalItems", "items"), ("id", "$id")];

/// Pairs of limits of which the first may not be above the second.
const LIMITS: [(&str, &str); 5] = [
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
];

/// Keywords, by the types of which they say anything, and how their limits end.
const OF_TYPES: [(&[&str], &str, &[&str]); 4] = [
    (&["number", "integer"], "imum", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
    (&["string"], "Length", &["minLength", "maxLength", "pattern"]),
    (&["array"], "Items", &["minItems", "maxItems", "items", "prefixItems", "uniqueItems", "contains"]),
    (
        &["object"],
        "Properties",
        &["minProperties", "maxProperties", "properties", "required", "additionalProperties", "patternProperties", "propertyNames"],
    ),
];

/// One doubt: at which keyword, what, and the next step.
pub(super) struct Doubt {
    pub(super) pointer: String,
    pub(super) message: String,
    pub(super) help: String,
    /// Whether no value can fit, so that every request would be blamed for it.
    pub(super) is_error: bool,
}

/// Everything doubtful in a schema and the schemas in it.
pub(super) fn doubts(schema: &Value, at: &str, out: &mut Vec<Doubt>) {
    let Some(map) = schema.as_object() else { return };
    of_one(map, at, out);
    for (keyword, value) in map {
        let at = child(at, keyword);
        match (keyword.as_str(), value) {
            ("properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas", Value::Object(members)) => {
                for (name, member) in members {
                    doubts(member, &child(&at, name), out);
                }
            }
            ("const" | "enum" | "default" | "dependentRequired" | "examples", _) => {}
            (_, Value::Object(_)) => doubts(value, &at, out),
            (_, Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    doubts(item, &format!("{at}/{index}"), out);
                }
            }
            _ => {}
        }
    }
}

/// Every default that is never filled in, since it is none of a field, or of one that stands in a form or under a pattern.
pub(super) fn unfilled(root: &Value, out: &mut Vec<Doubt>) {
    // without the right keyword nothing below it is known
    if out.iter().any(|doubt| doubt.is_error) {
        return;
    }
    let mut all = Vec::new();
    add_schemas(root, "", &|keyword| KEYWORDS.contains(&keyword), &mut all);
    all.retain(|at| root.pointer(at).is_some_and(|schema| schema.get("default").is_some()));
    let filled = if all.is_empty() { BTreeSet::new() } else { filled(root) };
    for at in all.iter().filter(|at| !filled.contains(*at)) {
        out.push(Doubt {
            pointer: child(at, "default"),
            message: "this `default` is never filled in".to_owned(),
            help: "Say it of a field below `properties`, `items`, `then` or `else`; or leave it out, and tell it in the `description`."
                .to_owned(),
            is_error: false,
        });
    }
}

/// Every `$ref` that leads back to itself without going into a value: nothing is checked by it. One of each circle is told.
pub(super) fn circles(root: &Value, out: &mut Vec<Doubt>) {
    let all = schemas(root);
    let mut told: Vec<BTreeSet<String>> = Vec::new();
    for at in all.iter().filter(|at| root.pointer(at).is_some_and(|schema| schema.get("$ref").is_some())) {
        let reached = reached(root, at);
        if reached.contains(at) && !told.iter().any(|circle| circle.contains(at)) {
            out.push(Doubt {
                pointer: child(at, "$ref"),
                message: "this `$ref` leads back to itself, so that it checks nothing".to_owned(),
                help: "Say at its end what is meant. A value may hold others of its own kind below `properties` or `items`.".to_owned(),
                is_error: true,
            });
            told.push(reached);
        }
    }
}

/// The pointers of a schema and of all schemas in it.
pub(super) fn schemas(root: &Value) -> Vec<String> {
    let mut all = Vec::new();
    add_schemas(root, "", &|_| true, &mut all);
    all
}

fn add_schemas(schema: &Value, at: &str, is_read: &dyn Fn(&str) -> bool, all: &mut Vec<String>) {
    let Some(map) = schema.as_object() else { return };
    all.push(at.to_owned());
    let holds_none = |keyword: &str| ["const", "enum", "default", "dependentRequired", "examples"].contains(&keyword);
    for (keyword, value) in map.iter().filter(|(keyword, _)| is_read(keyword) && !holds_none(keyword)) {
        let at = child(at, keyword);
        match value {
            Value::Object(members)
                if ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"].contains(&keyword.as_str()) =>
            {
                members.iter().for_each(|(name, member)| add_schemas(member, &child(&at, name), is_read, all));
            }
            Value::Object(_) => add_schemas(value, &at, is_read, all),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| add_schemas(item, &format!("{at}/{index}"), is_read, all))
            }
            _ => {}
        }
    }
}

/// The schemas that the same value is held against when it is held against this one.
fn reached(root: &Value, at: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = beside(root, at);
    while let Some(next) = open.pop() {
        if reached.insert(next.clone()) {
            open.extend(beside(root, &next));
        }
    }
    reached
}

/// Those that one schema names for the same value.
fn beside(root: &Value, at: &str) -> Vec<String> {
    let Some(map) = root.pointer(at).and_then(Value::as_object) else { return Vec::new() };
    let mut next: Vec<String> =
        map.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#')).map(str::to_owned).into_iter().collect();
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let branches = map.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        next.extend((0..branches).map(|index| format!("{}/{index}", child(at, keyword))));
    }
    let one = ["if", "then", "else", "not"].into_iter().filter(|keyword| map.contains_key(*keyword));
    next.extend(one.map(|keyword| child(at, keyword)));
    next
}

fn of_one(map: &Map<String, Value>, at: &str, out: &mut Vec<Doubt>) {
    let found = &mut *out;
    let mut push = |keyword: &str, message: String, help: String, is_error: bool| {
        found.push(Doubt { pointer: child(at, keyword), message, help, is_error });
    };
    for keyword in map.keys().filter(|keyword| !KEYWORDS.contains(&keyword.as_str())) {
        if let Some((help, message, is_error)) = no_keyword(keyword) {
            push(keyword, message, help, is_error);
        }
    }
    for (least, most) in LIMITS {
        let limit = |keyword: &str| map.get(keyword).and_then(Value::as_f64);
        if limit(least).zip(limit(most)).is_some_and(|(least, most)| least > most) {
            let message = format!("`{least}` is above `{most}`, so that no value fits");
            push(least, message, format!("Lower it, or raise `{most}`."), true);
        }
    }
    if let Some(Value::Array(values)) = map.get("enum") {
        of_enum(map, values, &mut push);
    }
    of_other_types(map, &mut push);
    let closed = map.get("additionalProperties") == Some(&Value::Bool(false));
    let elsewhere = ["patternProperties", "$ref", "allOf"].iter().any(|keyword| map.contains_key(*keyword));
    if let (Some(properties), true, false) = (map.get("properties").and_then(Value::as_object), closed, elsewhere) {
        let required = map.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for name in required.filter(|name| !properties.contains_key(*name)) {
            let near = close_match(name, properties.keys().map(String::as_str));
            let help = near.map_or_else(|| "Add it to `properties`, or do not require it.".to_owned(), meant);
            let message = format!("`{}` is required, and is none of the `properties`, so that no value fits", cut(name));
            push("required", message, help, true);
        }
        dependents(map, at, properties, out);
    }
    if let (Some(properties), true, false) =
        (map.get("properties").and_then(Value::as_object), closed, map.contains_key("patternProperties"))
    {
        for part in IN_PLACE.iter().flat_map(|keyword| parts(map, at, keyword)) {
            strangers(part, properties, out);
        }
    }
}

/// Fields on which others depend, or which are wanted with others, and that no such object may have.
fn dependents(map: &Map<String, Value>, at: &str, known: &Map<String, Value>, out: &mut Vec<Doubt>) {
    let mut strange = |pointer: String, name: &str, so: &str, is_error: bool| {
        let near = close_match(name, known.keys().map(String::as_str));
        let help = near.map_or_else(|| "Add it to `properties`, or leave it out here.".to_owned(), meant);
        out.push(Doubt { pointer, message: format!("`{}` is none of the `properties`, {so}", cut(name)), help, is_error });
    };
    for keyword in ["dependentRequired", "dependentSchemas"] {
        for (name, wanted) in map.get(keyword).and_then(Value::as_object).into_iter().flatten() {
            let at = child(&child(at, keyword), name);
            if !known.contains_key(name) {
                strange(at, name, "so that nothing may have it", false);
                continue;
            }
            let others = wanted.as_array().into_iter().flatten().map(|other| other.as_str().unwrap_or_default()).enumerate();
            for (index, other) in others.filter(|(_, other)| !known.contains_key(*other)) {
                strange(format!("{at}/{index}"), other, &format!("so that nothing with `{}` fits", cut(name)), true);
            }
        }
    }
}

/// Keywords whose schemas are for the same object.
const IN_PLACE: [&str; 8] = ["if", "then", "else", "not", "allOf", "anyOf", "oneOf", "dependentSchemas"];

/// The schemas that a keyword holds, each with its pointer.
fn parts<'s>(map: &'s Map<String, Value>, at: &str, keyword: &str) -> Vec<(String, &'s Map<String, Value>)> {
    let at = child(at, keyword);
    let all: Vec<(String, &Value)> = match map.get(keyword) {
        Some(Value::Array(items)) => items.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item)).collect(),
        Some(Value::Object(members)) if keyword == "dependentSchemas" => {
            members.iter().map(|(name, member)| (child(&at, name), member)).collect()
        }
        Some(one) => vec![(at, one)],
        None => Vec::new(),
    };
    all.into_iter().filter_map(|(at, schema)| Some((at, schema.as_object()?))).collect()
}

/// Fields that a part of an object's schema speaks of, and that no such object may have.
fn strangers((at, part): (String, &Map<String, Value>), known: &Map<String, Value>, out: &mut Vec<Doubt>) {
    let named = part.get("properties").and_then(Value::as_object).into_iter().flatten();
    let named = named.map(|(name, _)| (child(&child(&at, "properties"), name), name.as_str()));
    let required = part.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let required = required.map(|name| (child(&at, "required"), name));
    // a part of `allOf` may be one that several objects share
    let is_shared = at.rsplit('/').nth(1) == Some("allOf");
    for (pointer, name) in named.chain(required).filter(|(_, name)| !is_shared && !known.contains_key(*name)) {
        // what is wanted and may not be there is wanted of the requester
        let is_error = pointer.ends_with("/required") && matches!(at.rsplit('/').next(), Some("then" | "else"));
        let near = close_match(name, known.keys().map(String::as_str));
        if near.is_none() && !is_error {
            continue;
        }
        let help = near.map_or_else(|| "Add it to the `properties` of the object, or leave it out here.".to_owned(), meant);
        let message = format!("`{}` is none of the `properties`, so that nothing may have it", cut(name));
        out.push(Doubt { pointer, message, help, is_error });
    }
    if !is_shared {
        dependents(part, &at, known, out);
    }
    for inner in IN_PLACE.iter().flat_map(|keyword| parts(part, &at, keyword)) {
        strangers(inner, known, out);
    }
}

/// Help and message for a keyword that checks nothing, and whether the fields of requests are not known without it; nothing for those that are
/// somebody's own.
fn no_keyword(keyword: &str) -> Option<(String, String, bool)> {
    let word = cut(keyword);
    if let Some((_, now)) = OLDER.iter().find(|(older, _)| *older == keyword) {
        let message = format!("`{word}` is of an older draft of JSON Schema, and checks nothing");
        return Some((format!("Write `{now}`."), message, false));
    }
    let near = if keyword.starts_with("x-") { None } else { close_match(keyword, KEYWORDS) }?;
    let names_fields = matches!(near, "properties" | "patternProperties");
    let effect = if names_fields { "so that the fields below it are not known" } else { "so it checks nothing" };
    Some((meant(near), format!("`{word}` is no keyword of JSON Schema, {effect}"), names_fields))
}

/// Keywords that say nothing of what has the type that is wanted.
fn of_other_types(map: &Map<String, Value>, push: &mut impl FnMut(&str, String, String, bool)) {
    let types: Vec<&str> = match map.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    // of what is no type, nobody knows what it was to be
    let is_known = |one: &&str| matches!(*one, "boolean" | "null") || OF_TYPES.iter().any(|(of, _, _)| of.contains(one));
    if !types.iter().all(is_known) {
        return;
    }
    let is_of = |of: &&[&str]| types.iter().any(|one| of.contains(one));
    for (of, _, keywords) in OF_TYPES.iter().filter(|(of, _, _)| !is_of(of)) {
        for keyword in keywords.iter().filter(|keyword| map.contains_key(**keyword)) {
            let limit = keyword.get(..3).filter(|begin| matches!(*begin, "min" | "max"));
            let meant = OF_TYPES.iter().find(|(of, _, _)| is_of(of)).zip(limit).map(|((_, end, _), begin)| format!("{begin}{end}"));
            let help = meant.map_or_else(|| "Leave it out, or mend the `type`.".to_owned(), |meant| crate::model::meant(&meant));
            let of = crate::model::either(of.iter().copied());
            let message = format!("`{keyword}` is for the type {of}, and checks nothing here");
            push(keyword, message, help, false);
        }
    }
}

fn of_enum(map: &Map<String, Value>, values: &[Value], push: &mut impl FnMut(&str, String, String, bool)) {
    if values.is_empty() {
        let help = "Write the values that are allowed, or leave `enum` out.".to_owned();
        push("enum", "`enum` is empty, so that no value fits".to_owned(), help, true);
    }
    let sort = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let double = values.iter().enumerate().find(|(index, value)| values[..*index].contains(value));
    if let Some((_, value)) = double {
        push("enum", format!("`enum` holds {} twice", any_of(std::slice::from_ref(value))), "Remove one of the two.".to_owned(), false);
    }
    let sorts = values.iter().map(sort).filter(|sort| *sort != "null").collect::<BTreeSet<_>>();
    if sorts.len() > 1 && !map.contains_key("type") {
        let sorts: Vec<&str> = sorts.into_iter().collect();
        let message = format!("`enum` mixes values of the types {}", crate::model::quoted_list(sorts.iter().copied()));
        push("enum", message, "Put the numbers and truth values in quotes, or say the types with `type`.".to_owned(), false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(schema: &Value) -> String {
        let mut out = Vec::new();
        doubts(schema, "", &mut out);
        out.iter().map(|doubt| format!("{} {}. {}\n", doubt.pointer, doubt.message, doubt.help)).collect()
    }

    #[test]
    fn what_is_hardly_meant_is_said() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["nme", "far"], "x-own": 1, "ours": true,
            "properties": {
                "name": {"type": "string", "minLenght": 3},
                "minimun": {"type": "integer", "minimum": 5, "maximum": 2},
                "size": {"enum": ["small", 2, true, null, "small"]},
                "text": {"type": "string", "minimum": 5, "items": {}},
                "many": {"type": ["array", "null"], "minLength": 1, "required": ["a"], "minItems": 1},
                "any": {"type": ["string", "integer"], "enum": ["1", 1], "default": {"minimun": 1}},
                "list": {"items": {"$ref": "#/definitions/one"}},
            },
            "definitions": {"one": {"anyOf": [{"patern": "^a$"}]}},
        });
        insta::assert_snapshot!(said(&schema), @"
        /definitions `definitions` is of an older draft of JSON Schema, and checks nothing. Write `$defs`.
        /required `nme` is required, and is none of the `properties`, so that no value fits. Did you mean `name`?
        /required `far` is required, and is none of the `properties`, so that no value fits. Add it to `properties`, or do not require it.
        /properties/name/minLenght `minLenght` is no keyword of JSON Schema, so it checks nothing. Did you mean `minLength`?
        /properties/minimun/minimum `minimum` is above `maximum`, so that no value fits. Lower it, or raise `maximum`.
        /properties/size/enum `enum` holds `small` twice. Remove one of the two.
        /properties/size/enum `enum` mixes values of the types `boolean`, `number` and `string`. Put the numbers and truth values in quotes, or say the types with `type`.
        /properties/text/minimum `minimum` is for the type `number` or `integer`, and checks nothing here. Did you mean `minLength`?
        /properties/text/items `items` is for the type `array`, and checks nothing here. Leave it out, or mend the `type`.
        /properties/many/minLength `minLength` is for the type `string`, and checks nothing here. Did you mean `minItems`?
        /properties/many/required `required` is for the type `object`, and checks nothing here. Leave it out, or mend the `type`.
        /definitions/one/anyOf/0/patern `patern` is no keyword of JSON Schema, so it checks nothing. Did you mean `pattern`?
        ");
    }

    #[test]
    fn a_reference_that_only_leads_to_itself_is_said_once() {
        let circles = |schema: &Value| {
            let mut out = Vec::new();
            circles(schema, &mut out);
            out.iter().map(|doubt| format!("{} ", doubt.pointer)).collect::<String>()
        };
        let own = json!({"$ref": "#"});
        let two = json!({"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/a"}]}}});
        assert_eq!([circles(&own), circles(&two)], ["/$ref ", "/$defs/a/$ref "]);
        let tree = json!({"$ref": "#/$defs/node", "$defs": {"node": {"properties": {"left": {"$ref": "#/$defs/node"}, "all": {"items": {"$ref": "#"}}}}}});
        assert_eq!(circles(&tree), "", "a value in a value is another one");
    }

    #[test]
    fn names_of_fields_are_no_keywords() {
        let schema = json!({
            "type": "object", "additionalProperties": false,
            "properties": {"allow": {}, "key": {}},
            "dependentRequired": {"allow": ["key", "kye"], "alow": ["key"], "typ": ["far"]},
            "dependentSchemas": {"items": {"minimun": 1}},
            "then": {"dependentRequired": {"key": ["alow"]}},
        });
        insta::assert_snapshot!(said(&schema), @r"
        /dependentRequired/allow/1 `kye` is none of the `properties`, so that nothing with `allow` fits. Did you mean `key`?
        /dependentRequired/alow `alow` is none of the `properties`, so that nothing may have it. Did you mean `allow`?
        /dependentRequired/typ `typ` is none of the `properties`, so that nothing may have it. Add it to `properties`, or leave it out here.
        /dependentSchemas/items `items` is none of the `properties`, so that nothing may have it. Add it to `properties`, or leave it out here.
        /then/dependentRequired/key/0 `alow` is none of the `properties`, so that nothing with `key` fits. Did you mean `allow`?
        /dependentSchemas/items/minimun `minimun` is no keyword of JSON Schema, so it checks nothing. Did you mean `minimum`?
        ");
    }

    #[test]
    fn a_default_that_is_never_filled_in_is_said() {
        let schema = json!({
            "properties": {
                "a": {"default": 1}, "b": {"$ref": "#/$defs/b"}, "c": {"oneOf": [{"properties": {"cpu": {"default": "100m"}}}]},
                "d": {"items": {"default": 2}}, "e": {"patternProperties": {"^x": {"default": 3}}},
            },
            "$defs": {"b": {"default": 4}}, "x-own": {"default": 5},
        });
        let mut out = Vec::new();
        unfilled(&schema, &mut out);
        insta::assert_snapshot!(out.iter().map(|doubt| format!("{} {}. {}\n", doubt.pointer, doubt.message, doubt.help)).collect::<String>(), @r"
        /properties/c/oneOf/0/properties/cpu/default this `default` is never filled in. Say it of a field below `properties`, `items`, `then` or `else`; or leave it out, and tell it in the `description`.
        /properties/d/items/default this `default` is never filled in. Say it of a field below `properties`, `items`, `then` or `else`; or leave it out, and tell it in the `description`.
        /properties/e/patternProperties/^x/default this `default` is never filled in. Say it of a field below `properties`, `items`, `then` or `else`; or leave it out, and tell it in the `description`.
        ");
    }

    #[test]
    fn what_is_meant_is_left_alone() {
        for schema in [
            json!(true),
            json!({"type": "object", "additionalProperties": false, "required": ["a"], "properties": {"a": {"x-minimun": 1, "enum": ["a", null]}}}),
            json!({"type": "object", "additionalProperties": false, "required": ["a"], "allOf": [{"properties": {"a": {}}}], "properties": {}}),
            json!({"required": ["a"], "properties": {"b": {"minimum": 1, "maximum": 1}}}),
        ] {
            assert_eq!(said(&schema), "", "{schema}");
        }
    }
}
