//! The document around a `spec`: `apiVersion`, `kind` and `metadata`.

use super::DRAFT;
use crate::model::child;
use serde_json::{Map, Value, json};

/// The pattern of an RFC 1123 label.
const LABEL: &str = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";
/// The pattern of a semantic version.
const VERSION: &str = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[-0-9A-Za-z.]+)?(\+[-0-9A-Za-z.]+)?$";
/// Where a schema that is moved below `$defs` stands.
const SPEC: &str = "spec";

/// What stands around a `spec`.
pub(super) struct Envelope<'a> {
    pub(super) kind: &'a str,
    pub(super) api_versions: Vec<String>,
    pub(super) description: String,
    pub(super) metadata: Option<Value>,
}

impl Envelope<'_> {
    /// The schema of the document, around the schema of its `spec`.
    pub(super) fn around(self, spec: Value, required: &[&str]) -> Value {
        let mut whole = self.open(required);
        whole["properties"]["spec"] = json!({"$ref": reference(SPEC)});
        whole["$defs"] = json!({ SPEC: moved(spec, SPEC) });
        whole
    }

    /// The schema of the document, with nothing said about its `spec`.
    pub(super) fn open(self, required: &[&str]) -> Value {
        let api_version = match self.api_versions.as_slice() {
            [one] => json!({"description": "The group and the version of this kind.", "const": one}),
            several => json!({"description": "The group and the version of this kind.", "enum": several}),
        };
        let mut properties = Map::new();
        properties.insert("apiVersion".into(), api_version);
        properties.insert("kind".into(), json!({"description": "What this file is.", "const": self.kind}));
        if let Some(mut metadata) = self.metadata {
            if let Some(metadata) = metadata.as_object_mut() {
                metadata.entry("description").or_insert_with(|| "What it is called, and notes on it.".into());
            }
            properties.insert("metadata".into(), metadata);
        }
        properties.insert("spec".into(), json!({}));
        json!({
            "$schema": DRAFT,
            "title": self.kind,
            "description": self.description,
            "type": "object",
            "additionalProperties": false,
            "required": required,
            "properties": properties,
        })
    }
}

/// A name.
pub(super) fn name() -> Value {
    json!({"type": "string", "pattern": LABEL})
}

/// A semantic version.
pub(super) fn version() -> Value {
    json!({"type": "string", "pattern": VERSION})
}

/// Text that is not empty.
pub(super) fn text() -> Value {
    json!({"type": "string", "minLength": 1})
}

/// The fields of `metadata` that people may use as they like.
pub(super) fn labels() -> Map<String, Value> {
    let map = |description: &str| json!({"description": description, "type": "object", "additionalProperties": {"type": "string"}});
    let mut fields = Map::new();
    fields.insert("labels".into(), map("Labels, by name."));
    fields.insert("annotations".into(), map("Annotations, by name."));
    fields
}

/// The reference to what stands below `$defs`.
pub(super) fn reference(name: &str) -> String {
    child("#/$defs", name)
}

/// A schema as it stands below `$defs`: what it says of itself is found there, and formats that only goldpath knows are patterns too.
pub(super) fn moved(mut schema: Value, name: &str) -> Value {
    if let Some(map) = schema.as_object_mut() {
        map.shift_remove("$schema");
        map.shift_remove("$id");
    }
    rewrite(&mut schema, &reference(name));
    schema
}

fn rewrite(schema: &mut Value, home: &str) {
    let Some(map) = schema.as_object_mut() else { return };
    for (keyword, value) in map.iter_mut() {
        match (keyword.as_str(), value) {
            ("$ref" | "$dynamicRef", Value::String(target)) => {
                if let Some(below) = target.strip_prefix('#').filter(|below| below.is_empty() || below.starts_with('/')) {
                    *target = format!("{home}{below}");
                }
            }
            ("const" | "enum" | "default" | "examples", _) => {}
            ("properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions", Value::Object(members)) => {
                members.values_mut().for_each(|member| rewrite(member, home));
            }
            (_, Value::Array(members)) => members.iter_mut().for_each(|member| rewrite(member, home)),
            (_, member) => rewrite(member, home),
        }
    }
    let pattern = match map.get("format").and_then(Value::as_str) {
        Some("goldpath-duration") => "^[1-9][0-9]{0,4}[mhdw]$",
        Some("quantity") => "^[+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$",
        _ => return,
    };
    if !map.contains_key("pattern") {
        map.insert("pattern".into(), pattern.into());
    }
    // editors that do not know a format say so at every value
    map.shift_remove("format");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_that_is_moved_says_the_same() {
        let schema = json!({
            "$schema": DRAFT,
            "properties": {
                "$ref": {"$ref": "#/$defs/a"},
                "const": {"const": {"$ref": "#"}},
                "self": {"anyOf": [{"$ref": "#"}, {"format": "goldpath-duration", "default": "14d"}]},
            },
            "$defs": {"a": {"format": "date"}},
        });
        insta::assert_snapshot!(moved(schema, "1.0.0"), @r##"{"properties":{"$ref":{"$ref":"#/$defs/1.0.0/$defs/a"},"const":{"const":{"$ref":"#"}},"self":{"anyOf":[{"$ref":"#/$defs/1.0.0"},{"default":"14d","pattern":"^[1-9][0-9]{0,4}[mhdw]$"}]}},"$defs":{"a":{"format":"date"}}}"##);
    }
}
