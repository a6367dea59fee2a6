//! What to write in the place of a value of another type or form than is wanted.

use super::formats::{is_date, is_duration, is_quantity};
use super::schema::Schema;
use crate::model::key_of;
use crate::yaml;
use serde_json::Value;

/// Longer lines are no example.
const LONGEST: usize = 60;

/// How a value is written in another type.
pub(super) struct Retyped {
    /// What it would be then; nothing where that is not one value.
    pub(super) value: Option<Value>,
    pub(super) help: String,
}

/// How the same value is written in a type that is wanted, named as in JSON Schema: in quotes, as a list, by itself. Nothing where it cannot be.
pub(super) fn retyped(pointer: &str, wanted: &[&str], got: &Value, written: Option<&str>) -> Option<Retyped> {
    let wants = |names: &[&str]| wanted.iter().any(|name| names.contains(name));
    let is_simple = |value: &Value| !value.is_object() && !value.is_array() && !value.is_null();
    let as_it_is = |help: &str| Some(Retyped { value: None, help: help.to_owned() });
    let becomes = |value: Value, help: String| Some(Retyped { value: Some(value), help });
    match got {
        Value::Number(number) if wants(&["string"]) => {
            let quoted = written.and_then(|written| line(pointer, &format!("\"{written}\"")));
            let text = written.map_or_else(|| number.to_string(), str::to_owned);
            becomes(text.into(), quoted.map_or_else(|| "Put it in quotes.".to_owned(), |line| format!("Put it in quotes: {line}.")))
        }
        Value::Bool(truth) if wants(&["string"]) => becomes(truth.to_string().into(), "Put it in quotes.".to_owned()),
        Value::String(text) if wants(&["integer", "number"]) => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                let number = text.parse::<i64>().map_or_else(|_| Value::from(number), Value::from);
                becomes(number, "Remove the quotes.".to_owned())
            }
            Ok(_) => as_it_is("It is too large for a number."),
            Err(_) => {
                let number = leading_number(text)?;
                let help = format!("Write the number by itself: {}.", line(pointer, &number)?);
                becomes(number.parse::<i64>().ok()?.into(), help)
            }
        },
        Value::String(text) if wants(&["boolean"]) => match text.to_ascii_lowercase().as_str() {
            "true" | "false" => as_it_is("Remove the quotes."),
            "y" | "yes" | "on" => becomes(true.into(), "Write `true`.".to_owned()),
            "n" | "no" | "off" => becomes(false.into(), "Write `false`.".to_owned()),
            _ => None,
        },
        Value::Object(_) if wants(&["array"]) => as_it_is("Begin each entry with `- `."),
        one if wants(&["array"]) && is_simple(one) => {
            line(pointer, &format!("[{one}]")).and_then(|line| as_it_is(&format!("Write a list: {line}.")))
        }
        Value::Array(items) if !wants(&["object", "array"]) => match items.as_slice() {
            [one] if is_simple(one) => becomes(one.clone(), format!("Write one value: {}.", line(pointer, yaml::emit(one).trim_end())?)),
            _ => None,
        },
        _ => None,
    }
}

/// The number that a text begins with, before a `%` or words that count nothing; `3,000` and `3_000` are three thousand. With a unit, as in `1h`, it
/// would be another amount.
fn leading_number(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, ',' | '_')).unwrap_or(text.len());
    let digits: String = text[..end].chars().filter(char::is_ascii_digit).collect();
    let rest = text[end..].trim_start();
    (!digits.is_empty() && digits.len() <= 9 && !rest.starts_with('.') && !is_unit(rest))
        .then(|| digits.trim_start_matches('0').to_owned())
        .filter(|digits| !digits.is_empty())
}

/// Whether what stands behind a number says of what it is an amount: `h`, `Gi`, `days`.
fn is_unit(rest: &str) -> bool {
    let word = rest.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
    let lengths = ["milli", "second", "minute", "hour", "day", "week", "month", "year"];
    (1..=3).contains(&word.chars().count())
        || lengths.iter().any(|unit| word.starts_with(unit))
        || word.ends_with("byte")
        || word.ends_with("bytes")
}

/// An object that was meant by a text: `name:hello` or `name hello` for `name: hello`.
pub(super) fn parted(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let (key, rest) = text.split_at(text.find([':', ' '])?);
    let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let (missing, rest) = if let Some(rest) = rest.strip_prefix(':') {
        ("space is missing behind", rest.trim())
    } else {
        ("`:` is missing behind", rest.trim())
    };
    let is_one = is_key && !rest.is_empty() && !rest.starts_with('/') && !rest.contains([' ', '`', '\n']) && text.len() <= LONGEST;
    let behind = if missing.starts_with('s') { format!("{key}:") } else { key.to_owned() };
    is_one.then(|| format!("A {missing} `{behind}`: write `{key}: {rest}`."))
}

/// A text as it fits a schema by itself: without blanks around it, in one line, in small or capital letters, with dashes in the place of
/// blanks or of one mark that its pattern has nowhere; what is not wrong in it stays as it is where that is possible. `fits`: what else is asked of it.
pub(super) fn respelt(schema: &Value, text: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
    if text.len() > 4 * LONGEST {
        return None;
    }
    let schema = strip(schema);
    let validator = super::schema::alone(&schema)?;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (low, high) = (line.to_lowercase(), line.to_uppercase());
    // a mark that the pattern has somewhere means something there: a dash in its place makes another text of it
    let pattern = schema.get("pattern").and_then(Value::as_str).unwrap_or_default();
    let is_foreign = |marks: &&[char]| !marks.iter().any(|mark| speaks_of(pattern, *mark));
    let dashed = [&[' '][..], &['_'], &['.'], &['_', ' '], &['.', ' ']].into_iter().filter(is_foreign).map(|marks| low.replace(marks, "-"));
    let barred = [&[' '][..], &['-'], &['.'], &['-', ' '], &['.', ' ']].into_iter().filter(is_foreign);
    let barred = barred.map(|marks| high.replace(marks, "_"));
    let all = [line, low.clone()].into_iter().chain(dashed).chain([high.clone()]).chain(barred);
    all.filter(|one| one != text && !one.is_empty()).find(|one| validator.is_valid(&Value::String(one.clone())) && fits(one))
}

/// Whether a pattern has a mark, by itself or in a class, where a dash between two characters is none.
fn speaks_of(pattern: &str, mark: char) -> bool {
    let chars: Vec<char> = pattern.chars().collect();
    let mut is_class = false;
    let by_name = match mark {
        '_' => pattern.contains("\\w"),
        ' ' => pattern.contains("\\s"),
        _ => false,
    };
    by_name
        || (0..chars.len()).any(|at| {
            is_class = chars[at] == '[' || is_class && chars[at] != ']';
            let is_within = |other: Option<&char>| other.is_some_and(|other| other.is_ascii_alphanumeric());
            let is_range = is_class && mark == '-' && is_within(chars[..at].last()) && is_within(chars.get(at + 1));
            chars[at] == mark && !is_range
        })
}

/// Whether a value fits what a schema says of it by itself.
pub(super) fn fits_alone(schema: &Value, value: &Value) -> bool {
    super::schema::alone(&strip(schema)).is_none_or(|validator| validator.is_valid(value))
}

/// What a schema says of a simple value by itself, without what it refers to.
fn strip(schema: &Value) -> Value {
    let text = ["type", "pattern", "format", "minLength", "maxLength", "enum", "const"];
    let number = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
    let own = text.iter().chain(&number);
    let members = own.filter_map(|keyword| Some(((*keyword).to_owned(), schema.get(*keyword)?.clone())));
    Value::Object(members.collect())
}

/// A line with a value that the schema tells of or that is within its bounds, "such as `replicas: 2`".
pub(super) fn such_as(schema: &Schema, around: &Value, pointer: &str) -> Option<String> {
    let value = example(schema.resolved(around))?;
    line(pointer, yaml::emit(&value).trim_end()).map(|line| format!("such as {line}"))
}

/// A value behind its key, or behind the dash of its entry, as it stands in the file.
fn line(pointer: &str, value: &str) -> Option<String> {
    let key = key_of(pointer.rsplit('/').next().unwrap_or_default());
    let is_entry = !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit());
    let key = if is_entry { "-".to_owned() } else { yaml::emit(&Value::String(key.into_owned())).trim_end().to_owned() + ":" };
    let text = format!("{key} {value}");
    (!text.contains(['\n', '`']) && text.chars().count() <= LONGEST).then(|| format!("`{text}`"))
}

fn example(schema: &Value) -> Option<Value> {
    let first = |keyword: &str| schema.get(keyword).and_then(Value::as_array).and_then(|all| all.first());
    let said = first("examples").or_else(|| schema.get("default")).or_else(|| schema.get("const")).or_else(|| first("enum"));
    if let Some(said) = said {
        return (!said.is_object() && !said.is_array() && !said.is_null()).then(|| said.clone());
    }
    let is_whole = schema.get("type").is_some_and(|wanted| wanted == "integer") && schema.get("multipleOf").is_none();
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
    let (least, most) = (bound("minimum").unwrap_or(i64::MIN), bound("maximum").unwrap_or(i64::MAX));
    (is_whole && least <= most).then(|| 2.clamp(least, most).into())
}

/// A text in the form that was probably meant: `2w` for `2 weeks`, `1Gi` for `1 GiB`, `2026-03-01` for `2026-3-1`.
pub(super) fn reformed(format: &str, text: &str) -> Option<String> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len()));
    let unit = unit.trim().to_lowercase();
    match format {
        "goldpath-duration" => duration(text),
        "quantity" => {
            if let Some(rest) = text.strip_prefix('-') {
                return Some(rest.to_owned()).filter(|rest| is_quantity(rest));
            }
            let (first, rest) = (unit.chars().next()?, unit.get(1..)?);
            let first = if first == 'k' { first } else { first.to_ascii_uppercase() };
            let unit = match rest {
                "" | "b" => first.to_string(),
                "i" | "ib" => format!("{}i", first.to_ascii_uppercase()),
                _ => return None,
            };
            Some(number.to_owned() + &unit).filter(|text| is_quantity(text))
        }
        "date" if text.len() == 8 && unit.is_empty() && text.is_ascii() => {
            Some(format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..])).filter(|text| is_date(text))
        }
        "date" => {
            let parts: Vec<u16> = text.split(['-', '/', '.']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
            let [year, month, day] = parts.as_slice() else { return None };
            Some(format!("{year:04}-{month:02}-{day:02}")).filter(|text| is_date(text))
        }
        _ => None,
    }
}

/// A duration in the one form that is read, of parts in words or letters: `36h` for `1d12h`, `84h` for `3.5 days`.
fn duration(text: &str) -> Option<String> {
    let mut minutes = 0.0;
    let mut rest = text.trim();
    let mut last = "";
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let after = after.trim_start();
        let (unit, after) = after.split_at(after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len()));
        let (unit, length) = match unit.to_lowercase().as_str() {
            "m" | "min" | "mins" | "minute" | "minutes" => ("m", 1.0),
            "h" | "hr" | "hrs" | "hour" | "hours" => ("h", 60.0),
            "d" | "day" | "days" => ("d", 1440.0),
            "w" | "week" | "weeks" => ("w", 10080.0),
            _ => return None,
        };
        minutes += number.parse::<f64>().ok()? * length;
        (rest, last) = (after.trim_start(), unit);
    }
    let lengths = [("w", 10080.0), ("d", 1440.0), ("h", 60.0), ("m", 1.0)];
    let is_whole = |length: f64| (minutes / length).fract() == 0.0 && minutes >= length;
    let of = |(unit, length): (&str, f64)| format!("{}{unit}", minutes / length);
    let same = lengths.into_iter().find(|(unit, length)| *unit == last && is_whole(*length));
    same.or_else(|| lengths.into_iter().skip(1).find(|(_, length)| is_whole(*length))).map(of).filter(|text| is_duration(text))
}
