//! What is dangerous about a change, as far as the rendered files tell; what only a plan tells is added by `plan`.

use super::access::{self, With};
use super::files::Differing;
use super::replaced;
use crate::model::{DeleteBudget, OnDelete, Risk};
use crate::render::{Object, Unit};
use std::collections::BTreeSet;

/// What is dangerous about a unit's change; things are told as `Kind/name`.
pub(super) struct Found {
    pub(super) risks: BTreeSet<Risk>,
    /// Protected things that it takes away or makes anew.
    pub(super) protected: Vec<String>,
    /// What may give more access or expose more.
    pub(super) widened: Vec<String>,
}

pub(super) fn of(pair: (Option<&Unit>, Option<&Unit>), objects: &[Differing<'_>], budget: Option<&DeleteBudget>) -> Found {
    // another release alone is no risk
    let told = |object: &&Differing<'_>| !matches!(object, Differing::Changed(both) if both.differ_in_release_alone());
    let objects: Vec<&Differing<'_>> = objects.iter().filter(told).collect();
    let mut risks = BTreeSet::new();
    let kept = is_kept(pair);
    let removed: Vec<&Object> = objects.iter().filter_map(|object| gone(object).filter(|_| !kept)).collect();
    if !removed.is_empty() || (pair.1.is_none() && !kept) {
        risks.insert(Risk::Destroy);
    }
    let request_goes = pair.1.is_none();
    let disposable = |kind: &str| request_goes && pair.0.is_some_and(|unit| unit.disposable.contains(kind));
    let made_new: Vec<&Object> = objects.iter().filter_map(|object| made_new(object)).collect();
    if !made_new.is_empty() {
        risks.insert(Risk::Replace);
    }
    let removed = removed.into_iter().filter(|object| !disposable(&object.kind));
    let protected = removed.chain(made_new).filter(|object| budget.is_some_and(|budget| protects(budget, object)));
    let thing = |object: &Object| format!("{}/{}", object.kind, object.name);
    let protected: Vec<String> = protected.map(thing).collect();
    if !protected.is_empty() {
        risks.insert(Risk::Protected);
    }
    let widening = objects.iter().filter(|object| widens(pair, object)).filter_map(|object| object.pair().1.or(object.pair().0));
    let widened: Vec<String> = widening.map(thing).collect();
    if !widened.is_empty() || pair.1.is_some_and(|after| access::root_widens(pair.0, after)) {
        risks.insert(Risk::Widen);
    }
    Found { risks, protected, widened }
}

fn gone<'u>(object: &Differing<'u>) -> Option<&'u Object> {
    match object {
        Differing::Removed(before) => Some(before),
        Differing::Added(_) | Differing::Changed(_) => None,
    }
}

/// An object that stays in name only, as it was.
fn made_new<'u>(object: &Differing<'u>) -> Option<&'u Object> {
    match object {
        Differing::Changed(both) if replaced::is(both) => Some(both.before),
        Differing::Changed(_) | Differing::Added(_) | Differing::Removed(_) => None,
    }
}

/// Whether an object is protected: by `Kind`, `Kind.group` or `terraform:<type>`.
fn protects(budget: &DeleteBudget, Object { kind, group, .. }: &Object) -> bool {
    budget.protected.contains(kind) || budget.protected.contains(&format!("{kind}.{group}"))
}

/// Whether a unit goes whose things stay.
fn is_kept((before, after): (Option<&Unit>, Option<&Unit>)) -> bool {
    after.is_none() && before.is_some_and(|unit| unit.on_delete == OnDelete::Keep)
}

/// Whether an object that comes, changes or goes gives more access or exposes more.
fn widens(pair: (Option<&Unit>, Option<&Unit>), object: &Differing<'_>) -> bool {
    match object {
        Differing::Changed(both) => access::changes(both),
        Differing::Added(after) => access::comes(after, brings(pair.1, after) && !brings(pair.0, after)),
        Differing::Removed(before) => {
            let with = match pair.1 {
                after if brings(pair.0, before) && !brings(after, before) => With::Namespace,
                None => With::Unit,
                Some(_) => With::Nothing,
            };
            !is_kept(pair) && access::goes(before, with)
        }
    }
}

/// Whether a unit holds the namespace that an object is in.
fn brings(unit: Option<&Unit>, object: &Object) -> bool {
    let is_it = |known: &Object| known.kind == "Namespace" && known.group.is_empty() && Some(&known.name) == object.namespace.as_ref();
    unit.is_some_and(|unit| unit.objects.iter().any(is_it))
}

#[cfg(test)]
mod tests;
