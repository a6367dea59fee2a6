//! A value made small, as long as the same is said of it: what need not be there goes, and what stays becomes as little as its schema lets it.

use super::values::shortest;
use crate::model::{child, key_of};
use serde_json::Value;

/// References are followed so far.
const DEEPEST: usize = 8;
/// From texts of this length on, no single letter is left out.
const LONG: usize = 24;

/// Makes a value of a schema small with at most so many tries; `same` gives what is said of a value, where that is the same.
pub(super) fn shrunk<T>(value: Value, schema: &Value, most: usize, same: impl FnMut(&Value) -> Option<T>) -> (Value, Option<T>) {
    let mut shrinking = Shrinking { value, said: None, schema, left: most, same };
    loop {
        let before = shrinking.value.clone();
        shrinking.drop_parts("");
        shrinking.simplify("");
        if shrinking.value == before || shrinking.left == 0 {
            return (shrinking.value, shrinking.said);
        }
    }
}

struct Shrinking<'s, T, F> {
    /// The smallest so far.
    value: Value,
    /// What is said of it; nothing: it is the first.
    said: Option<T>,
    schema: &'s Value,
    left: usize,
    same: F,
}

impl<T, F: FnMut(&Value) -> Option<T>> Shrinking<'_, T, F> {
    /// Takes a value instead, when the same is said of it.
    fn takes(&mut self, candidate: Value) -> bool {
        if self.left == 0 || candidate == self.value {
            return false;
        }
        self.left -= 1;
        let said = (self.same)(&candidate);
        let takes = said.is_some();
        if takes {
            (self.value, self.said) = (candidate, said);
        }
        takes
    }

    /// Takes another value at a place.
    fn takes_at(&mut self, at: &str, value: Value) -> bool {
        let mut candidate = self.value.clone();
        let there = candidate.pointer_mut(at).map(|place| *place = value).is_some();
        there && self.takes(candidate)
    }

    /// Takes it without a member of an object.
    fn takes_without(&mut self, at: &str, key: &str) -> bool {
        let mut candidate = self.value.clone();
        let was = candidate.pointer_mut(at).and_then(Value::as_object_mut).and_then(|members| members.remove(key));
        was.is_some() && self.takes(candidate)
    }

    /// Leaves out members that need not be there, and elements, the outer ones first.
    fn drop_parts(&mut self, at: &str) {
        match self.value.pointer(at).cloned() {
            Some(Value::Object(members)) => {
                for key in members.keys() {
                    if is_required(self.schema, at, key) || !self.takes_without(at, key) {
                        self.drop_parts(&child(at, key));
                    }
                }
            }
            Some(Value::Array(elements)) => {
                for index in (0..elements.len()).rev() {
                    let mut less = self.value.pointer(at).and_then(Value::as_array).cloned().unwrap_or_default();
                    less.remove(index);
                    if !self.takes_at(at, Value::Array(less)) {
                        self.drop_parts(&child(at, &index.to_string()));
                    }
                }
            }
            Some(_) | None => {}
        }
    }

    /// Makes what is left as little as it may be.
    fn simplify(&mut self, at: &str) {
        let Some(value) = self.value.pointer(at).cloned() else { return };
        let schema = schema_at(self.schema, at);
        if let Some(first) = schema.and_then(|schema| schema.get("enum")?.as_array()?.first()) {
            self.takes_at(at, first.clone());
            return;
        }
        match value {
            Value::Object(members) => members.keys().for_each(|key| self.simplify(&child(at, key))),
            Value::Array(elements) => (0..elements.len()).for_each(|index| self.simplify(&child(at, &index.to_string()))),
            Value::Number(number) => {
                if let Some(number) = number.as_i64() {
                    self.number(at, number, schema);
                }
            }
            Value::String(text) => self.text(at, &text, schema),
            Value::Bool(true) => {
                self.takes_at(at, Value::Bool(false));
            }
            Value::Bool(false) | Value::Null => {}
        }
    }

    /// Goes towards the least by halves.
    fn number(&mut self, at: &str, number: i64, schema: Option<&Value>) {
        let bound = |key: &str| schema.and_then(|schema| schema.get(key)?.as_i64());
        let step = bound("multipleOf").unwrap_or(1).max(1);
        let least = bound("minimum").or_else(|| Some(bound("exclusiveMinimum")? + 1)).unwrap_or(0);
        let least = least + (step - least.rem_euclid(step)) % step;
        if self.takes_at(at, Value::from(least)) {
            return;
        }
        let (mut not, mut same) = (least, number);
        loop {
            let middle = not + (same - not) / 2;
            let middle = middle - middle.rem_euclid(step);
            if middle == not || middle == same {
                return;
            }
            if self.takes_at(at, Value::from(middle)) { same = middle } else { not = middle }
        }
    }

    /// Takes the shortest text that fits; else leaves out what it can.
    fn text(&mut self, at: &str, text: &str, schema: Option<&Value>) {
        let least =
            schema.and_then(|schema| schema.get("minLength")?.as_u64()).map_or(0, |least| usize::try_from(least).unwrap_or(usize::MAX));
        let shortest = schema.and_then(Value::as_object).map(shortest).unwrap_or_default();
        if self.takes_at(at, Value::from(shortest)) {
            return;
        }
        let mut letters: Vec<char> = text.chars().collect();
        while letters.len() > least.max(1) {
            let half = letters.len() / 2;
            let halves = [letters[..half].to_vec(), letters[half..].to_vec()].into_iter();
            let singles = (0..letters.len()).filter(|_| letters.len() < LONG);
            let singles = singles.map(|left_out| letters.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, c)| *c).collect());
            let smaller: Vec<Vec<char>> = halves.chain(singles).filter(|letters: &Vec<char>| letters.len() >= least).collect();
            let Some(taken) = smaller.into_iter().find(|letters| self.takes_at(at, Value::from(letters.iter().collect::<String>()))) else {
                return;
            };
            letters = taken;
        }
    }
}

/// Whether the object at a pointer must have a member.
pub(super) fn is_required(schema: &Value, at: &str, key: &str) -> bool {
    let required = schema_at(schema, at).and_then(|schema| schema.get("required")?.as_array());
    required.is_some_and(|required| required.iter().any(|name| name.as_str() == Some(key)))
}

/// What a schema says of the value at a pointer, as far as that does not depend on other values.
pub(super) fn schema_at<'s>(root: &'s Value, at: &str) -> Option<&'s Value> {
    let mut schema = resolved(root, root)?;
    for part in at.split('/').skip(1) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let member = properties.and_then(|properties| properties.get(&*key_of(part)));
        schema = resolved(root, member.or_else(|| schema.get("items")).or_else(|| schema.get("additionalProperties"))?)?;
    }
    Some(schema)
}

fn resolved<'s>(root: &'s Value, schema: &'s Value) -> Option<&'s Value> {
    let mut schema = schema;
    for _ in 0..DEEPEST {
        match schema.get("$ref").and_then(Value::as_str) {
            Some(target) => schema = root.pointer(target.strip_prefix('#')?)?,
            None => return Some(schema),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_left_is_what_matters() {
        let schema = json!({
            "type": "object", "required": ["image", "max"],
            "properties": {
                "image": {"type": "string", "pattern": "^[a-z]{2,9}/[a-z]+:[0-9]+$"},
                "max": {"type": "integer", "minimum": 1, "maximum": 2000},
                "even": {"type": "integer", "multipleOf": 4},
                "size": {"enum": ["small", "large"]},
                "words": {"type": "array", "items": {"type": "string"}},
                "more": {"$ref": "#/$defs/more"},
            },
            "$defs": {"more": {"type": "object", "required": ["deep"], "properties": {"deep": {"type": "boolean"}}}},
        });
        let value = json!({
            "image": "qwertz/uiop:4711", "max": 1138, "even": 400, "size": "large", "words": ["plain", "a: b # c", "no"],
            "more": {"deep": true, "other": 1},
        });
        let shown = |same: &dyn Fn(&Value) -> bool| {
            let mut tries = 0;
            let (value, said) = shrunk(value.clone(), &schema, 400, |value| {
                tries += 1;
                same(value).then_some(())
            });
            format!("{value} after {}, {}", if tries < 60 { "few" } else { "many" }, if said.is_some() { "changed" } else { "as it was" })
        };
        let number = |value: &Value, key: &str| value[key].as_i64().unwrap_or_default();
        let table = [
            shown(&|value| number(value, "max") > 20),
            shown(&|value| number(value, "even") > 21),
            shown(&|value| value["words"].to_string().contains(':')),
            shown(&|value| value["more"].get("deep").is_some() && value.get("size").is_some()),
            shown(&|value| value["image"].as_str().is_some_and(|image| image.len() > 9)),
            shown(&|_| false),
        ];
        insta::assert_snapshot!(table.join("\n"), @r#"
        {"image":"aa/a:1","max":21} after many, changed
        {"image":"aa/a:1","max":1,"even":24} after many, changed
        {"image":"aa/a:1","max":1,"words":[":"]} after many, changed
        {"image":"a","max":1,"more":{"deep":false},"size":"small"} after many, changed
        {"image":"/uiop:4711","max":1} after few, changed
        {"image":"qwertz/uiop:4711","max":1138,"even":400,"size":"large","words":["plain","a: b # c","no"],"more":{"deep":true,"other":1}} after many, as it was
        "#);
    }
}
