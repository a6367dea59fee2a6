//! What is dangerous about a change, as far as the rendered files tell; what only a plan tells is added by `plan`.

use super::{FileStatus, ObjectChange, access, replaced};
use crate::model::{DeleteBudget, OnDelete, Risk};
use crate::render::{Object, Unit};
use std::collections::BTreeSet;

/// The risks of a unit's change and the protected things that it takes away or makes anew, as `Kind/name`.
pub(super) fn of(
    pair: (Option<&Unit>, Option<&Unit>),
    objects: &[ObjectChange],
    budget: Option<&DeleteBudget>,
) -> (BTreeSet<Risk>, Vec<String>) {
    let mut risks = BTreeSet::new();
    let kept = pair.1.is_none() && pair.0.is_some_and(|unit| unit.on_delete == OnDelete::Keep);
    let removed: Vec<&ObjectChange> = objects.iter().filter(|object| object.status == FileStatus::Removed && !kept).collect();
    if !removed.is_empty() || (pair.1.is_none() && !kept) {
        risks.insert(Risk::Destroy);
    }
    let request_goes = pair.1.is_none();
    let disposable = |kind: &str| request_goes && pair.0.is_some_and(|unit| unit.disposable.contains(kind));
    let groups = |object: &ObjectChange| pair.0.and_then(|unit| find(unit, object)).map(|object| object.group.as_str()).unwrap_or_default();
    let is_protected = |object: &ObjectChange| budget.is_some_and(|budget| protects(budget, &object.kind, groups(object)));
    let both = |object: &ObjectChange| pair.0.and_then(|unit| find(unit, object)).zip(pair.1.and_then(|unit| find(unit, object)));
    let is_new = |object: &&ObjectChange| both(object).is_some_and(|(before, after)| replaced::is(before, after));
    let made_new: Vec<&ObjectChange> = objects.iter().filter(|object| object.status == FileStatus::Changed).filter(is_new).collect();
    if !made_new.is_empty() {
        risks.insert(Risk::Replace);
    }
    let gone = removed.iter().filter(|object| is_protected(object) && !disposable(&object.kind));
    let gone = gone.chain(made_new.iter().filter(|object| is_protected(object)));
    let protected: Vec<String> = gone.map(|object| format!("{}/{}", object.kind, object.name)).collect();
    if !protected.is_empty() {
        risks.insert(Risk::Protected);
    }
    if objects.iter().any(|object| widens(pair, object)) {
        risks.insert(Risk::Widen);
    }
    (risks, protected)
}

/// Whether a kind is protected: by `Kind`, `Kind.group` or `terraform:<type>`.
fn protects(budget: &DeleteBudget, kind: &str, group: &str) -> bool {
    budget.protected.contains(kind) || budget.protected.contains(&format!("{kind}.{group}"))
}

fn find<'a>(unit: &'a Unit, wanted: &ObjectChange) -> Option<&'a Object> {
    unit.objects.iter().find(|object| object.kind == wanted.kind && object.namespace == wanted.namespace && object.name == wanted.name)
}

/// Whether an object that comes, changes or goes gives more access or exposes more.
fn widens(pair: (Option<&Unit>, Option<&Unit>), object: &ObjectChange) -> bool {
    let (before, after) = (pair.0.and_then(|unit| find(unit, object)), pair.1.and_then(|unit| find(unit, object)));
    match (object.status, before, after) {
        (FileStatus::Changed, Some(before), Some(after)) => access::changes(before, after),
        (FileStatus::Added, _, Some(after)) => {
            access::comes(after, &pair.0.map(|unit| unit.objects.iter().collect::<Vec<_>>()).unwrap_or_default())
        }
        // Where the unit goes too, so does what it kept out.
        (FileStatus::Removed, Some(before), _) => pair.1.is_some() && access::goes(before),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
