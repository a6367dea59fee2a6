//! Values that fit a JSON Schema, made from it: bounded, and the same for the same seed.
//!
//! What is made is only likely to fit; whether it does is for the stage to say that reads requests.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};
use serde_json::{Map, Value, json};

/// Schemas nest no deeper than this before the smallest value is taken.
const DEEPEST: usize = 8;
/// The most elements, fields of a map and repetitions beyond what must be there.
const MOST_MORE: usize = 3;

/// Numbers that look like chance and follow from a seed (splitmix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 when there is none.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % (end.max(1) as u64)).unwrap_or(0)
    }

    fn pick<'v, T>(&mut self, from: &'v [T]) -> Option<&'v T> {
        let at = self.below(from.len());
        from.get(at)
    }
}

/// Makes values of one schema.
pub(super) struct Maker<'a> {
    root: &'a Value,
    dice: Dice,
}

impl<'a> Maker<'a> {
    pub(super) fn new(root: &'a Value, seed: u64) -> Self {
        Self { root, dice: Dice::new(seed) }
    }

    /// A value of the schema.
    pub(super) fn make(&mut self) -> Value {
        self.value(self.root, 0)
    }

    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        let Value::Object(schema) = self.plain(schema, depth) else { return Value::from("any") };
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        if let Some(Value::Array(of)) = schema.get("enum") {
            return self.dice.pick(of).cloned().unwrap_or_default();
        }
        // what people wrote as an example knows more than chance does
        if let Some(Value::Array(examples)) = schema.get("examples")
            && self.dice.below(2) == 1
            && let Some(example) = self.dice.pick(examples)
        {
            return example.clone();
        }
        match kind(&schema) {
            "object" => self.object(&schema, depth),
            "array" => self.array(&schema, depth),
            "integer" => Value::from(self.integer(&schema)),
            "number" => json!(self.integer(&schema) as f64),
            "boolean" => Value::from(self.dice.below(2) == 1),
            "null" => Value::Null,
            _ => Value::from(self.string(&schema)),
        }
    }

    /// A schema with its references and one branch of each choice put into it.
    fn plain(&mut self, schema: &Value, depth: usize) -> Value {
        let Value::Object(map) = schema else { return schema.clone() };
        let mut plain = map.clone();
        if depth > DEEPEST {
            return Value::Object(plain);
        }
        if let Some(Value::String(name)) = plain.remove("$ref") {
            let target = name.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)).cloned();
            let target = target.map(|target| self.plain(&target, depth + 1));
            merge(&mut plain, target.as_ref());
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(Value::Array(branches)) = plain.remove(key) {
                let branch = self.dice.pick(&branches).cloned();
                let branch = branch.map(|branch| self.plain(&branch, depth + 1));
                merge(&mut plain, branch.as_ref());
            }
        }
        if let Some(Value::Array(parts)) = plain.remove("allOf") {
            for part in parts {
                let part = self.plain(&part, depth + 1);
                merge(&mut plain, Some(&part));
            }
        }
        Value::Object(plain)
    }

    fn object(&mut self, schema: &Map<String, Value>, depth: usize) -> Value {
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut made = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let wanted = required.contains(&name.as_str()) || (depth < DEEPEST && self.dice.below(2) == 1);
            if wanted {
                made.insert(name.clone(), self.value(property, depth + 1));
            }
        }
        if let Some(values @ Value::Object(_)) = schema.get("additionalProperties") {
            for index in 0..self.dice.below(MOST_MORE) {
                let name = match schema.get("propertyNames") {
                    Some(names) => self.value(names, depth + 1).as_str().unwrap_or("name").to_owned(),
                    None => format!("name{index}"),
                };
                made.insert(name, self.value(values, depth + 1));
            }
        }
        Value::Object(made)
    }

    fn array(&mut self, schema: &Map<String, Value>, depth: usize) -> Value {
        let bound = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        let least = bound("minItems").unwrap_or(0);
        let most = bound("maxItems").unwrap_or(usize::MAX).min(least + MOST_MORE);
        let count = least + self.dice.below(most.saturating_sub(least) + 1);
        let items = schema.get("items").unwrap_or(&Value::Null);
        let mut made: Vec<Value> = Vec::new();
        for _ in 0..count {
            let one = self.value(items, depth + 1);
            if !made.contains(&one) {
                made.push(one);
            }
        }
        Value::Array(made)
    }

    fn integer(&mut self, schema: &Map<String, Value>) -> i64 {
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64).map(|number| number as i64);
        let least = bound("minimum").or(bound("exclusiveMinimum").map(|least| least + 1));
        let most = bound("maximum").or(bound("exclusiveMaximum").map(|most| most - 1));
        let least = least.unwrap_or_else(|| most.map_or(0, |most| most.min(0)));
        let most = most.unwrap_or(least.saturating_add(20)).max(least);
        let step = bound("multipleOf").unwrap_or(1).max(1);
        // The borders are where mistakes are.
        let number = match self.dice.below(4) {
            0 => least,
            1 => most,
            _ => least + i64::try_from(self.dice.below(usize::try_from(most - least).unwrap_or(0) + 1)).unwrap_or(0),
        };
        let number = number - number.rem_euclid(step);
        if number < least { number + step } else { number }
    }

    fn string(&mut self, schema: &Map<String, Value>) -> String {
        let bound = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        let (least, most) = (bound("minLength").unwrap_or(0), bound("maxLength").unwrap_or(usize::MAX));
        if let Some(of) = schema.get("format").and_then(Value::as_str).and_then(samples) {
            return self.dice.pick(of).copied().unwrap_or_default().to_owned();
        }
        let pattern = schema.get("pattern").and_then(Value::as_str).and_then(|pattern| regex_syntax::parse(pattern).ok());
        let Some(pattern) = pattern else {
            // Text that means something to YAML, HCL and shells, as far as no pattern keeps it out.
            const TEXTS: [&str; 8] = ["plain", "no", "1e3", "a: b # c", "${x} %{y}", "\"quoted\" 'twice'", "- dash", "tab\there"];
            let text = self.dice.pick(&TEXTS).copied().unwrap_or_default();
            let long: String = text.chars().chain(std::iter::repeat('x')).take(text.len().max(least)).collect();
            return long.chars().take(most).collect();
        };
        let mut text = String::new();
        for _ in 0..20 {
            text.clear();
            self.walk(&pattern, &mut text);
            if (least..=most).contains(&text.chars().count()) {
                break;
            }
        }
        text
    }

    /// A text that a regular expression takes.
    fn walk(&mut self, part: &Hir, out: &mut String) {
        match part.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
            HirKind::Class(Class::Unicode(class)) => out.extend(self.letter(class)),
            HirKind::Class(Class::Bytes(class)) => out.extend(class.ranges().first().map(|range| char::from(range.start()))),
            HirKind::Repetition(repetition) => {
                let more = repetition.max.map_or(u32::MAX, |max| max - repetition.min);
                let more = self.dice.below(usize::try_from(more).unwrap_or(usize::MAX).min(2 * MOST_MORE) + 1);
                for _ in 0..repetition.min as usize + more {
                    self.walk(&repetition.sub, out);
                }
            }
            HirKind::Capture(capture) => self.walk(&capture.sub, out),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.walk(part, out)),
            HirKind::Alternation(parts) => {
                let at = self.dice.below(parts.len());
                if let Some(part) = parts.get(at) {
                    self.walk(part, out);
                }
            }
        }
    }

    /// A letter of a class, one that can be printed where it has any.
    fn letter(&mut self, class: &ClassUnicode) -> Option<char> {
        let clipped = |start: char, end: char| (start.max('!'), end.min('~'));
        let printed: Vec<(char, char)> =
            class.ranges().iter().map(|range| clipped(range.start(), range.end())).filter(|(start, end)| start <= end).collect();
        let (start, end) = match self.dice.pick(&printed) {
            Some(range) => *range,
            None => class.ranges().first().map(|range| (range.start(), range.end()))?,
        };
        let span = u32::from(end).saturating_sub(u32::from(start)) as usize;
        let at = u32::from(start) + u32::try_from(self.dice.below(span + 1)).ok()?;
        char::from_u32(at).or(Some(start))
    }
}

/// The type of a schema, said or meant.
fn kind(schema: &Map<String, Value>) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null"),
        _ if schema.contains_key("properties") => "object",
        _ if schema.contains_key("items") => "array",
        _ => "string",
    }
}

fn merge(into: &mut Map<String, Value>, from: Option<&Value>) {
    for (key, value) in from.and_then(Value::as_object).into_iter().flatten() {
        match (into.get_mut(key), value) {
            (Some(Value::Object(old)), Value::Object(new)) if key == "properties" => {
                old.extend(new.iter().map(|(name, property)| (name.clone(), property.clone())));
            }
            (Some(Value::Array(old)), Value::Array(new)) if key == "required" => old.extend(new.iter().cloned()),
            (_, value) => drop(into.insert(key.clone(), value.clone())),
        }
    }
}

/// Texts of a format that is asserted.
fn samples(format: &str) -> Option<&'static [&'static str]> {
    Some(match format {
        "goldpath-duration" => &["1h", "12h", "1d", "3d"],
        "quantity" => &["1", "500m", "128Mi", "1Gi"],
        "date" => &["2027-01-15"],
        "date-time" => &["2027-01-15T10:00:00Z"],
        "time" => &["10:00:00Z"],
        "email" => &["someone@example.org"],
        "hostname" => &["www.example.org", "a"],
        "ipv4" => &["192.0.2.1"],
        "ipv6" => &["2001:db8::1"],
        "uri" => &["https://example.org/a?b=c"],
        "uuid" => &["01234567-89ab-4cde-8f01-23456789abcd"],
        _ => return None,
    })
}

/// A value that does not fit the schema of an object any more, and what was done to it.
pub(super) fn spoiled(spec: &Value, schema: &Value, seed: u64) -> Option<(Value, String)> {
    let mut dice = Dice::new(seed);
    let (value, map) = (spec.as_object()?, schema.as_object()?);
    let mut ways: Vec<(Map<String, Value>, String)> = Vec::new();
    let closed = |key: &str| map.get(key) == Some(&Value::Bool(false));
    if closed("additionalProperties") || closed("unevaluatedProperties") {
        let mut more = value.clone();
        more.insert("notAField".to_owned(), Value::from(true));
        ways.push((more, "with a field that is not known".to_owned()));
    }
    let properties = map.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten().filter(|(name, _)| value.contains_key(name.as_str())) {
        let wrong = match property.get("type").and_then(Value::as_str) {
            Some("string") => json!([1]),
            Some("integer" | "number" | "boolean" | "array" | "object") => json!("text"),
            _ => continue,
        };
        let mut other = value.clone();
        other.insert(name.clone(), wrong);
        ways.push((other, format!("with another type of `{name}`")));
        let required = map.get("required").and_then(Value::as_array).is_some_and(|all| all.iter().any(|it| it.as_str() == Some(name)));
        if required && property.get("default").is_none() {
            let mut less = value.clone();
            less.remove(name);
            ways.push((less, format!("without `{name}`")));
        }
    }
    let at = dice.below(ways.len());
    ways.into_iter().nth(at).map(|(value, how)| (Value::Object(value), how))
}

/// The shortest text that a schema takes, as far as its pattern tells.
pub(super) fn shortest(schema: &Map<String, Value>) -> String {
    if let Some(of) = schema.get("format").and_then(Value::as_str).and_then(samples) {
        return of.first().copied().unwrap_or_default().to_owned();
    }
    let pattern = schema.get("pattern").and_then(Value::as_str).and_then(|pattern| regex_syntax::parse(pattern).ok());
    let text = pattern.map(|pattern| shortest_of(&pattern)).unwrap_or_default();
    let least = schema.get("minLength").and_then(Value::as_u64).and_then(|least| usize::try_from(least).ok()).unwrap_or(0);
    let missing = least.saturating_sub(text.chars().count());
    text + &"a".repeat(missing)
}

/// The shortest text that a regular expression takes, with plain letters where it has any.
fn shortest_of(part: &Hir) -> String {
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).into_owned(),
        HirKind::Class(Class::Unicode(class)) => {
            let has = |letter: &char| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(letter));
            let plain = ['a', '1', 'A'].into_iter().find(has);
            plain.or_else(|| class.ranges().first().map(|range| range.start())).map(String::from).unwrap_or_default()
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().first().map(|range| char::from(range.start()).to_string()).unwrap_or_default()
        }
        HirKind::Repetition(repetition) => shortest_of(&repetition.sub).repeat(repetition.min as usize),
        HirKind::Capture(capture) => shortest_of(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(shortest_of).collect(),
        HirKind::Alternation(parts) => parts.iter().map(shortest_of).min_by_key(String::len).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_follow_their_schema_and_their_seed() {
        let schema = json!({
            "type": "object", "required": ["name", "count", "list"],
            "properties": {
                "name": {"type": "string", "pattern": "^[a-z][a-z0-9-]{2,5}$", "maxLength": 5},
                "count": {"type": "integer", "minimum": 2, "maximum": 9, "multipleOf": 2},
                "list": {"type": "array", "items": {"$ref": "#/$defs/one"}, "minItems": 1, "maxItems": 2},
            },
            "$defs": {"one": {"enum": ["a", "b"]}},
        });
        for seed in 0..200 {
            let made = Maker::new(&schema, seed).make();
            assert_eq!(made, Maker::new(&schema, seed).make());
            let name = made["name"].as_str().unwrap();
            assert!((3..=5).contains(&name.len()) && name.starts_with(|c: char| c.is_ascii_lowercase()), "{made}");
            assert!(matches!(made["count"].as_i64(), Some(2 | 4 | 6 | 8)), "{made}");
            assert!((1..=2).contains(&made["list"].as_array().unwrap().len()), "{made}");
        }
    }

    #[test]
    fn the_shortest_text_fits_its_pattern() {
        let shown = |schema: Value| shortest(schema.as_object().unwrap());
        let table = [
            json!({"type": "string"}),
            json!({"minLength": 3}),
            json!({"pattern": "^[a-z][a-z0-9-]{2,5}$"}),
            json!({"pattern": "^registry\\.example\\.org/([a-z]+/)?[A-Z0-9]+(:|@)\\d{2}$"}),
            json!({"format": "quantity"}),
        ];
        insta::assert_snapshot!(table.map(shown).join("\n"), @r"

        aaa
        aaa
        registry.example.org/1:11
        1
        ");
    }
}
