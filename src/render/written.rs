//! What templates wrote for a request, to be taken over when the same request is rendered in another tree.
//!
//! A template that is the same there, with all that it includes, and is given the same values for everything that it names, writes the same. In
//! debug builds it is run all the same, and what it writes is compared.

use super::budget::Noted;
use super::renderer::Language;
use crate::model::{Digest, RepoPath, UnitId};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use tera::{Context, Value};

/// What the templates of one request wrote.
#[derive(Default)]
pub struct Written(BTreeMap<UnitId, OfUnit>);

struct OfUnit {
    context: Context,
    files: Vec<Known>,
}

/// What one template wrote.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) path: RepoPath,
    pub(super) script: Arc<Script>,
    pub(super) language: Language,
    pub(super) noted: Arc<Noted>,
    /// Whether all that was printed is plain.
    pub(super) plain: bool,
}

/// What a template is, whichever release it is of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Script {
    /// The digest of its text and of all that it includes.
    pub(super) digest: Digest,
    /// What it names of what templates are given.
    pub(super) names: Vec<&'static str>,
}

/// What a rendering does with what was written.
pub(super) enum Memo<'w> {
    /// Nothing.
    None,
    /// It is kept.
    Keep(RefCell<Written>),
    /// What was written before is taken over where that is the same.
    Take(&'w Written),
}

impl Memo<'_> {
    /// What a template of a unit wrote with the same values.
    pub(super) fn known<'s>(
        &self,
        unit: &UnitId,
        path: &RepoPath,
        script: impl FnOnce() -> &'s Arc<Script>,
        language: Language,
        context: &Context,
    ) -> Option<&Known> {
        let Self::Take(Written(units)) = self else { return None };
        let (of, script) = (units.get(unit)?, script());
        let known = of.files.iter().find(|known| known.path == *path && known.language == language && known.script == *script)?;
        script.names.iter().all(|name| are_same(of.context.get(name), context.get(name))).then_some(known)
    }

    /// What was kept.
    pub(super) fn into_written(self) -> Written {
        if let Self::Keep(written) = self { written.into_inner() } else { Written::default() }
    }

    /// Keeps what a template of a unit wrote with these values, where that is wanted.
    pub(super) fn keep(&self, unit: &UnitId, context: &Context, known: impl FnOnce() -> Known) {
        let Self::Keep(written) = self else { return };
        let mut written = written.borrow_mut();
        match written.0.get_mut(unit) {
            Some(of) => of.files.push(known()),
            None => drop(written.0.insert(unit.clone(), OfUnit { context: context.clone(), files: vec![known()] })),
        }
    }
}

fn are_same(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => same(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Whether two values are printed and looped over as one: numbers of another type are not the same, and neither are maps in another order.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    if let (Some(one), Some(other)) = (one.as_map(), other.as_map()) {
        let all = || one.iter().zip(other).all(|((key, value), (other_key, other))| key == other_key && same(value, other));
        return std::ptr::eq(one, other) || one.len() == other.len() && all();
    }
    if let (Some(one), Some(other)) = (one.as_array(), other.as_array()) {
        return one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other));
    }
    let bits = |value: &Value| value.is_f64().then(|| value.as_f64().map(f64::to_bits));
    one.kind() == other.kind() && one.is_safe() == other.is_safe() && bits(one) == bits(other) && one == other
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_only_the_same_when_they_are_printed_the_same() {
        let all = [
            json!(1),
            json!(1.0),
            json!(-1),
            json!(0.0),
            json!(-0.0),
            json!("1"),
            json!(true),
            json!(null),
            json!([1]),
            json!([1.0]),
            json!([1, 1]),
            json!({"a": 1, "b": 2}),
            json!({"b": 2, "a": 1}),
            json!({"a": 1, "b": 2.0}),
            json!({"a": 1}),
        ];
        let values: Vec<Value> = all.iter().map(Value::from_serializable).collect();
        for (number, one) in values.iter().enumerate() {
            let again = Value::from_serializable(&all[number]);
            assert!(same(one, &again), "{one}");
            let others = values.iter().enumerate().filter(|(other, value)| *other != number && same(one, value));
            assert_eq!(others.count(), 0, "{one}");
        }
        assert!(!same(&Value::from("a"), &Value::safe_string("a")));
    }
}
