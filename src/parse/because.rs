//! What brought a complaint of a part of a schema that holds only sometimes: "because `public` is true".

use super::sentence::Speaker;
use super::words::{any_of, cut, show};
use crate::model::{at, key_of};
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

impl Speaker<'_> {
    /// Behind a message: which condition of a `then` or `else`, or of what depends on a field, is met.
    pub(super) fn condition(&self) -> String {
        let path = self.error.schema_path().as_str();
        self.because(path).map_or_else(String::new, |why| format!(", because {why}"))
    }

    fn because(&self, path: &str) -> Option<String> {
        for keyword in ["/then", "/else"] {
            let Some(from) = path.rfind(keyword) else { continue };
            let Some(condition) = self.schema.at(&format!("{}/if", &path[..from])) else { continue };
            let object = self.object_of(&path[from + keyword.len()..])?;
            return self.said(condition, object, keyword == "/then");
        }
        const DEPENDENT: &str = "/dependentSchemas/";
        if let Some(from) = path.rfind(DEPENDENT) {
            let field = path[from + DEPENDENT.len()..].split('/').next()?;
            return Some(format!("`{}` is given", cut(&key_of(field))));
        }
        let Kind::Required { property } = self.error.kind() else { return None };
        let wanted_by = self.keyword().filter(|_| path.ends_with("/dependentRequired"))?.as_object()?;
        let is_behind = |(name, wanted): &(&String, &Value)| {
            self.error.instance().get(name.as_str()).is_some() && wanted.as_array().is_some_and(|wanted| wanted.contains(property))
        };
        wanted_by.iter().find(is_behind).map(|(name, _)| format!("`{}` is given", cut(name)))
    }

    /// The object that a part of the schema is for, from the way within that part to what complains.
    fn object_of(&self, way: &str) -> Option<&Value> {
        let mut parts = way.split('/').skip(1);
        let mut deep = 0;
        while let Some(part) = parts.next() {
            match part {
                "properties" | "patternProperties" | "prefixItems" => {
                    parts.next()?;
                    deep += 1;
                }
                "items" | "additionalProperties" | "unevaluatedProperties" | "unevaluatedItems" => {
                    deep += usize::from(parts.clone().next().is_some())
                }
                _ => {}
            }
        }
        let mut pointer = self.error.instance_path().as_str();
        for _ in 0..deep {
            (pointer, _) = pointer.rsplit_once('/')?;
        }
        at(self.spec, pointer)
    }

    /// How an object meets a condition, or does not; nothing where that cannot be told in a few words.
    fn said(&self, condition: &Value, object: &Value, holds: bool) -> Option<String> {
        let required: Vec<&str> =
            condition.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let fields = condition.get("properties").and_then(Value::as_object);
        let mut parts = Vec::new();
        for (name, schema) in fields.into_iter().flatten() {
            let (word, got) = (cut(name), object.get(name));
            let meets = got.is_none_or(|got| super::schema::alone(schema).is_none_or(|validator| validator.is_valid(got)));
            let allowed = schema.get("const").map(std::slice::from_ref).or_else(|| Some(schema.get("enum")?.as_array()?.as_slice()));
            match (got, allowed) {
                (None, _) if holds || required.contains(&name.as_str()) => parts.push(format!("`{word}` is not given")),
                (Some(got), _) if holds => parts.push(is(&word, got)),
                (Some(_), Some(allowed)) if !meets => parts.push(format!("`{word}` is not {}", any_of(allowed))),
                (Some(got), None) if !meets => parts.push(is(&word, got)),
                (Some(_) | None, _) => {}
            }
        }
        let others = required.iter().filter(|name| !fields.is_some_and(|fields| fields.contains_key(**name)));
        parts.extend(
            others
                .filter(|name| object.get(**name).is_some() == holds)
                .map(|name| format!("`{}` is {}given", cut(name), if holds { "" } else { "not " })),
        );
        (!parts.is_empty()).then(|| parts.join(" and "))
    }
}

fn is(word: &str, got: &Value) -> String {
    if got.is_object() || got.is_array() { format!("`{word}` is given") } else { format!("`{word}` is {}", show(got)) }
}
