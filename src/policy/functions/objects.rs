//! Parts of objects: what is among what, and what is left with or without some paths.

use crate::model::key_of;
use anyhow::{Result, bail};
use regorus::Value;
use std::collections::{BTreeMap, BTreeSet};

/// `object.subset(whole, part)`
pub(super) fn subset(given: &[Value]) -> Result<Value> {
    let [whole, part] = given else { bail!("`object.subset` takes two values") };
    match (whole, part) {
        (Value::Object(_), Value::Object(_)) | (Value::Set(_), Value::Set(_)) | (Value::Array(_), Value::Array(_)) => {
            Ok(is_part(whole, part).into())
        }
        (Value::Array(all), Value::Set(some)) => Ok((some.len() <= all.len() && some.iter().all(|one| all.contains(one))).into()),
        _ => bail!("`object.subset` takes two objects, two arrays, two sets, or an array and a set"),
    }
}

/// Objects are so in depth; of arrays, the part stands in the whole as it is.
fn is_part(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| is_part(whole, part)))
        }
        (Value::Set(whole), Value::Set(part)) => part.iter().all(|one| whole.contains(one)),
        (Value::Array(whole), Value::Array(part)) => {
            let begins = whole.len().checked_sub(part.len()).map(|last| 0..=last);
            begins.is_some_and(|mut begins| begins.any(|begin| whole.iter().skip(begin).zip(part.iter()).all(|(one, other)| one == other)))
        }
        _ => whole == part,
    }
}

/// Paths by their first parts; nothing is below what is named as a whole.
enum Paths {
    Whole,
    Parts(BTreeMap<Value, Paths>),
}

impl Paths {
    /// Reads `/a/b~1c` and `["a", "b/c"]`.
    fn of(function: &str, paths: &Value) -> Result<Self> {
        let paths: Vec<&Value> = match paths {
            Value::Array(all) => all.iter().collect(),
            Value::Set(all) => all.iter().collect(),
            other => bail!("`{function}` expects a set or an array of paths. Got `{other}` instead"),
        };
        let mut all = Self::Parts(BTreeMap::new());
        for path in paths {
            let path: Vec<Value> = match path {
                Value::String(text) if text.is_empty() => continue,
                Value::String(text) => text.trim_start_matches('/').split('/').map(|part| Value::from(&*key_of(part))).collect(),
                Value::Array(parts) => parts.to_vec(),
                other => bail!("`{function}` expects paths. Got `{other}` instead"),
            };
            if !path.is_empty() {
                all.add(&path);
            }
        }
        Ok(all)
    }

    fn add(&mut self, path: &[Value]) {
        match (&mut *self, path) {
            (Self::Whole, _) => {}
            (_, []) => *self = Self::Whole,
            (Self::Parts(parts), [first, rest @ ..]) => {
                parts.entry(first.clone()).or_insert_with(|| Self::Parts(BTreeMap::new())).add(rest)
            }
        }
    }

    /// Those below a part.
    fn below(&self, part: &Value) -> Option<&Self> {
        match self {
            Self::Whole => None,
            Self::Parts(parts) => parts.get(part),
        }
    }

    /// What is left of a value that is among the paths; `with`: they are what is kept. Nothing: it is left out.
    fn left(&self, value: &Value, with: bool) -> Option<Value> {
        if matches!(self, Self::Whole) {
            return with.then(|| value.clone());
        }
        let below = |part: &Value, value: &Value| match self.below(part) {
            Some(paths) => paths.left(value, with),
            None => (!with).then(|| value.clone()),
        };
        Some(match value {
            Value::Object(fields) => {
                fields.iter().filter_map(|(key, value)| Some((key.clone(), below(key, value)?))).collect::<BTreeMap<_, _>>().into()
            }
            Value::Set(all) => all.iter().filter_map(|one| below(one, one)).collect::<BTreeSet<_>>().into(),
            Value::Array(all) => {
                let left = all.iter().enumerate().filter_map(|(at, one)| below(&at.to_string().into(), one));
                left.collect::<Vec<_>>().into()
            }
            other => other.clone(),
        })
    }
}

/// `json.remove(object, paths)`
pub(super) fn without(given: &[Value]) -> Result<Value> {
    left("json.remove", given, false)
}

/// `json.filter(object, paths)`
pub(super) fn with(given: &[Value]) -> Result<Value> {
    left("json.filter", given, true)
}

fn left(function: &str, given: &[Value], with: bool) -> Result<Value> {
    let [object @ Value::Object(_), paths] = given else { bail!("`{function}` takes an object, and paths") };
    let left = Paths::of(function, paths)?.left(object, with);
    Ok(left.unwrap_or_else(Value::new_object))
}
