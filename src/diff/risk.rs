//! What is dangerous about a change, as far as the rendered files tell; what only a plan tells is added by `plan`.

use super::{FileStatus, ObjectChange};
use crate::model::{DeleteBudget, OnDelete, Risk};
use crate::render::{Object, Unit};
use std::collections::BTreeSet;

/// Kinds whose coming or changing can widen access or exposure.
const ACCESS_KINDS: [&str; 10] = [
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "Ingress",
    "HTTPRoute",
    "Gateway",
    "NetworkPolicy",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
];

/// The risks of a unit's change and the protected things that it takes away, as `Kind/name`.
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
    let protected: Vec<String> = removed
        .iter()
        .filter(|object| is_protected(object) && !disposable(&object.kind))
        .map(|object| format!("{}/{}", object.kind, object.name))
        .collect();
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

/// A new or changed object that gives access, or a network policy that changes or goes away while what it guards stays.
fn widens(pair: (Option<&Unit>, Option<&Unit>), object: &ObjectChange) -> bool {
    let gives = ACCESS_KINDS.contains(&object.kind.as_str());
    let public = |unit: Option<&Unit>| unit.and_then(|unit| find(unit, object)).is_some_and(is_public_service);
    match object.status {
        FileStatus::Added => gives && object.kind != "NetworkPolicy" || public(pair.1),
        FileStatus::Changed => gives || (public(pair.1) && !public(pair.0)),
        FileStatus::Removed => object.kind == "NetworkPolicy" && pair.1.is_some(),
    }
}

fn is_public_service(object: &Object) -> bool {
    let public = |object: &Object| matches!(object.document.value()["spec"]["type"].as_str(), Some("LoadBalancer" | "NodePort"));
    object.kind == "Service" && public(object)
}
