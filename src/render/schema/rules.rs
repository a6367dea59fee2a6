//! What the definition of a custom resource asks of a value besides its form: words, ranges, lengths, patterns.

use super::check::show;
use crate::model::{close_match, meant, quoted_list};
use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value};
use std::sync::OnceLock;

/// The largest pattern that is looked at, as it is compiled.
const LARGEST_PATTERN: usize = 1 << 20;
/// So many words are shown of those that a field takes.
const MOST_WORDS: usize = 12;

/// The rules of one value.
#[derive(Debug, Default)]
pub(super) struct Rules {
    words: Vec<Value>,
    /// The least and the most, and whether these are still taken.
    least: Option<(f64, bool)>,
    most: Option<(f64, bool)>,
    multiple_of: Option<f64>,
    characters: Counts,
    items: Counts,
    members: Counts,
    /// It is made ready when it is first asked for.
    pattern: Option<(String, OnceLock<Option<Validator>>)>,
}

/// The fewest and the most.
#[derive(Clone, Copy, Debug, Default)]
struct Counts(Option<u64>, Option<u64>);

/// What is wrong with a value: what it must be, and perhaps the next step.
pub(super) struct Broken {
    pub(super) must: String,
    pub(super) help: Option<String>,
}

impl Rules {
    /// The rules that a schema has besides the form; nothing when there are none.
    pub(super) fn of(schema: &Map<String, Value>) -> Option<Self> {
        const KEYS: [&str; 11] = [
            "enum",
            "minimum",
            "maximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "pattern",
        ];
        let exclusive = |key: &str| schema.get(key).and_then(Value::as_f64).map(|end| (end, false));
        if !KEYS.iter().any(|key| schema.contains_key(*key)) && exclusive("exclusiveMinimum").or(exclusive("exclusiveMaximum")).is_none() {
            return None;
        }
        let number = |key: &str| schema.get(key).and_then(Value::as_f64);
        let counts =
            |fewest: &str, most: &str| Counts(schema.get(fewest).and_then(Value::as_u64), schema.get(most).and_then(Value::as_u64));
        // An older form says beside the end whether it belongs to what is taken, a newer one has an end of its own.
        let end = |key: &str, without: &str| {
            let is_without = schema.get(without).and_then(Value::as_bool) == Some(true);
            number(key).map(|end| (end, !is_without)).or_else(|| exclusive(without))
        };
        Some(Self {
            words: schema.get("enum").and_then(Value::as_array).cloned().unwrap_or_default(),
            least: end("minimum", "exclusiveMinimum"),
            most: end("maximum", "exclusiveMaximum"),
            multiple_of: number("multipleOf").filter(|of| *of > 0.0),
            characters: counts("minLength", "maxLength"),
            items: counts("minItems", "maxItems"),
            members: counts("minProperties", "maxProperties"),
            pattern: schema.get("pattern").and_then(Value::as_str).map(|pattern| (pattern.to_owned(), OnceLock::new())),
        })
    }

    /// What of the rules a value breaks, which has the right form.
    pub(super) fn broken(&self, value: &Value) -> Option<Broken> {
        if !self.words.is_empty() && !self.words.iter().any(|word| same(word, value)) {
            return Some(self.no_word(value));
        }
        let must = match value {
            Value::Number(number) => number.as_f64().and_then(|number| self.number(number)).map(|must| format!("{must}, is {value}")),
            Value::String(text) => self.text(text),
            Value::Array(items) => self.items.broken(items.len(), "entry", "entries"),
            Value::Object(members) => self.members.broken(members.len(), "entry", "entries"),
            Value::Null | Value::Bool(_) => None,
        };
        must.map(|must| Broken { must, help: None })
    }

    fn no_word(&self, value: &Value) -> Broken {
        let shown: Vec<String> = self.words.iter().take(MOST_WORDS).map(shown).collect();
        let more = if self.words.len() > MOST_WORDS { " or one of others" } else { "" };
        let near = value.as_str().and_then(|text| close_match(text, self.words.iter().filter_map(Value::as_str)));
        let of = if self.words.len() == 1 { "" } else { "one of " };
        Broken {
            must: format!("be {of}{}{more}, is {}", quoted_list(shown.iter().map(String::as_str)), show(value)),
            help: near.map(meant),
        }
    }

    fn number(&self, number: f64) -> Option<String> {
        match (self.least, self.most, self.multiple_of) {
            (Some((least, true)), _, _) if number < least => Some(format!("be at least {least}")),
            (Some((least, false)), _, _) if number <= least => Some(format!("be more than {least}")),
            (_, Some((most, true)), _) if number > most => Some(format!("be at most {most}")),
            (_, Some((most, false)), _) if number >= most => Some(format!("be less than {most}")),
            (_, _, Some(of)) if !is_whole(number / of) => Some(format!("be a multiple of {of}")),
            _ => None,
        }
    }

    fn text(&self, text: &str) -> Option<String> {
        let length = self.characters.broken(text.chars().count(), "character", "characters");
        length.or_else(|| {
            let (pattern, ready) = self.pattern.as_ref()?;
            let validator = ready.get_or_init(|| self::pattern(pattern)).as_ref()?;
            let value = Value::String(text.to_owned());
            (!validator.is_valid(&value)).then(|| format!("match the pattern `{}`, is {}", pattern.replace('`', "'"), show(&value)))
        })
    }
}

impl Counts {
    fn broken(self, count: usize, one: &str, many: &str) -> Option<String> {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let of = |number: u64| format!("{number} {}", if number == 1 { one } else { many });
        match self {
            Self(Some(fewest), _) if count < fewest => Some(format!("have at least {}, has {count}", of(fewest))),
            Self(_, Some(most)) if count > most => Some(format!("have at most {}, has {count}", of(most))),
            Self(..) => None,
        }
    }
}

/// A pattern that can be looked for; nothing for one that is none, which the API server itself would not have taken.
fn pattern(text: &str) -> Option<Validator> {
    let schema = serde_json::json!({"pattern": text});
    let options = jsonschema::options().with_pattern_options(PatternOptions::regex().size_limit(LARGEST_PATTERN)).offline();
    options.build(&schema).ok()
}

/// Whether a quotient is an integer, but for what is lost on the way.
fn is_whole(quotient: f64) -> bool {
    (quotient - quotient.round()).abs() <= 1e-9 * quotient.abs().max(1.0)
}

fn shown(word: &Value) -> String {
    word.as_str().map_or_else(|| word.to_string(), |text| text.replace('`', "'"))
}

/// Whether two values are one, however a number is written.
fn same(one: &Value, other: &Value) -> bool {
    one == other || one.as_f64().zip(other.as_f64()).is_some_and(|(one, other)| one == other)
}
