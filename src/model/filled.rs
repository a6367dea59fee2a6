//! Which defaults of a JSON schema are ever filled in: those of fields, below `properties`, `items`, `$ref`, `allOf`, and `then` and `else`.

use super::child;
use serde_json::Value;
use std::collections::BTreeSet;

/// References to references end here.
const LONGEST_CHAIN: usize = 16;

/// The pointers of all schemas whose default is filled in where a field is missing.
pub fn filled(root: &Value) -> BTreeSet<String> {
    let mut walk = Walk { root, seen: BTreeSet::new(), filled: BTreeSet::new() };
    let mut open = vec![String::new()];
    while let Some(at) = open.pop() {
        if walk.seen.insert(at.clone()) {
            open.extend(walk.through(&at));
        }
    }
    walk.filled
}

struct Walk<'a> {
    root: &'a Value,
    seen: BTreeSet<String>,
    filled: BTreeSet<String>,
}

impl Walk<'_> {
    /// The schemas that are gone through with one.
    fn through(&mut self, at: &str) -> Vec<String> {
        let Some(map) = self.root.pointer(at).and_then(Value::as_object) else { return Vec::new() };
        let mut next: Vec<String> = self.target(at).into_iter().collect();
        let one = ["items", "additionalProperties"].into_iter().chain(["then", "else"].into_iter().filter(|_| map.contains_key("if")));
        next.extend(one.filter(|keyword| map.contains_key(*keyword)).map(|keyword| child(at, keyword)));
        for keyword in ["allOf", "prefixItems"] {
            let count = map.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
            next.extend((0..count).map(|index| format!("{}/{index}", child(at, keyword))));
        }
        for name in map.get("properties").and_then(Value::as_object).into_iter().flat_map(|all| all.keys()) {
            let field = child(&child(at, "properties"), name);
            self.field(&field);
            next.push(field);
        }
        next
    }

    /// The default of a field is its own, or that of what it refers to.
    fn field(&mut self, at: &str) {
        let mut at = at.to_owned();
        for _ in 0..LONGEST_CHAIN {
            self.filled.insert(at.clone());
            let Some(target) = self.target(&at) else { break };
            at = target;
        }
    }

    /// What `$ref` names.
    fn target(&self, at: &str) -> Option<String> {
        self.root.pointer(at)?.get("$ref")?.as_str()?.strip_prefix('#').map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn defaults_of_fields_are_filled_in_and_no_others() {
        let schema = json!({
            "properties": {
                "own": {}, "far": {"$ref": "#/$defs/far"}, "list": {"items": {"properties": {"in": {}}}},
                "forms": {"oneOf": [{"properties": {"form": {}}}]},
            },
            "allOf": [{"properties": {"part": {}}}],
            "if": {"properties": {"asked": {}}}, "then": {"properties": {"then": {}}},
            "else": {"patternProperties": {"^a": {"properties": {"matched": {}}}}},
            "$defs": {"far": {"$ref": "#/$defs/end"}, "end": {"additionalProperties": {"properties": {"value": {}}}}, "lost": {}},
        });
        let all: Vec<String> = filled(&schema).into_iter().collect();
        insta::assert_snapshot!(all.join("\n"), @r"
        /$defs/end
        /$defs/end/additionalProperties/properties/value
        /$defs/far
        /allOf/0/properties/part
        /properties/far
        /properties/forms
        /properties/list
        /properties/list/items/properties/in
        /properties/own
        /then/properties/then
        ");
        assert!(filled(&json!({"$ref": "#"})).is_empty() && filled(&json!(true)).is_empty());
    }
}
