//! Objects that the API does not change in place: what differs makes them new.

use super::files::Both;
use crate::model::amount;
use crate::render::OF_ALL_VOLUMES;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// Fields that cannot change, by group and kind.
const FIXED: &[(&str, &str, &[&str])] = &[
    ("apps", "Deployment", &["/spec/selector"]),
    ("apps", "DaemonSet", &["/spec/selector"]),
    ("apps", "ReplicaSet", &["/spec/selector"]),
    ("apps", "StatefulSet", &["/spec/selector", "/spec/serviceName", "/spec/podManagementPolicy", "/spec/volumeClaimTemplates"]),
    ("batch", "Job", &["/spec/selector", "/spec/template", "/spec/completionMode"]),
    (
        "",
        "PersistentVolumeClaim",
        &["/spec/storageClassName", "/spec/accessModes", "/spec/volumeMode", "/spec/volumeName", "/spec/selector", "/spec/dataSource"],
    ),
    ("", "Secret", &["/type"]),
    ("", "Service", &["/spec/clusterIP"]),
    ("rbac.authorization.k8s.io", "RoleBinding", &["/roleRef"]),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", &["/roleRef"]),
    ("storage.k8s.io", "StorageClass", &["/provisioner", "/parameters", "/reclaimPolicy", "/volumeBindingMode"]),
    ("scheduling.k8s.io", "PriorityClass", &["/value", "/preemptionPolicy"]),
    ("networking.k8s.io", "IngressClass", &["/spec/controller"]),
];

/// What the marks of goldpath stand in, which changes with a release and makes nothing new.
const MARKED: [&str; 2] = ["labels", "annotations"];

/// Whether what differs between two objects of one name makes it new.
pub(super) fn is(both: &Both<'_>) -> bool {
    both.are_replaced(|| judged(both))
}

fn judged(both: &Both<'_>) -> bool {
    let after = both.after;
    let fixed = FIXED.iter().find(|(group, kind, _)| *group == after.group && *kind == after.kind).map(|(_, _, fields)| *fields);
    let claim = after.kind == "PersistentVolumeClaim";
    if after.group.is_empty() && after.kind == "PersistentVolume" {
        let (before, after) = both.values();
        let pinned = |object: &Value| object["spec"]["nodeAffinity"].clone();
        return volume(before) != volume(after) || !pinned(before).is_null() && pinned(before) != pinned(after);
    }
    let frozen = after.group.is_empty() && matches!(after.kind.as_str(), "ConfigMap" | "Secret");
    if fixed.is_none() && !frozen {
        return false;
    }
    if !claim && !frozen && fixed.is_some_and(|fields| fields.iter().all(|field| is_same_text(both, field))) {
        return false;
    }
    let (before, after) = both.values();
    let differs = |field: &&&str| part(before, field) != part(after, field);
    let other = fixed.unwrap_or_default().iter().any(|field| differs(&field));
    let shrinks = || claim && size(before).zip(size(after)).is_some_and(|(before, after)| after < before);
    let thawed = || {
        frozen
            && before["immutable"] == true
            && ["data", "stringData", "binaryData", "immutable"].iter().any(|field| before.get(field) != after.get(field))
    };
    other || shrinks() || thawed()
}

/// Whether a field is there in both and is written the same, which is told without reading the rest.
fn is_same_text(both: &Both<'_>, field: &str) -> bool {
    let (before, after) = (both.before.document.text(), both.after.document.text());
    raw(before, field).is_some_and(|before| raw(after, field) == Some(before))
}

/// The text of what a pointer through objects leads to; nothing, too, where a key on the way is written in escapes.
fn raw<'t>(text: &'t str, pointer: &str) -> Option<&'t str> {
    pointer.split('/').skip(1).try_fold(text, |text, key| {
        let member = Member(key).deserialize(&mut serde_json::Deserializer::from_str(text)).ok()?;
        member.map(RawValue::get)
    })
}

/// Reads one member of an object, and passes over the others.
struct Member<'k>(&'k str);

impl<'t> DeserializeSeed<'t> for Member<'_> {
    type Value = Option<&'t RawValue>;

    fn deserialize<D: Deserializer<'t>>(self, text: D) -> Result<Self::Value, D::Error> {
        text.deserialize_map(self)
    }
}

impl<'t> Visitor<'t> for Member<'_> {
    type Value = Option<&'t RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = members.next_key::<&str>()? {
            if key == self.0 {
                found = Some(members.next_value()?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// A field, in a pod's template without the marks.
fn part(object: &Value, field: &str) -> Value {
    let mut value = object.pointer(field).cloned().unwrap_or_default();
    for marked in MARKED {
        if let Some(Value::Object(map)) = value.pointer_mut(&format!("/metadata/{marked}")) {
            map.retain(|key, _| !key.starts_with("goldpath.dev/") && key != "app.kubernetes.io/managed-by");
        }
    }
    value
}

/// What a persistent volume is, and how it is used: neither changes.
fn volume(object: &Value) -> BTreeMap<&str, &Value> {
    let fields = object["spec"].as_object().into_iter().flatten().map(|(field, value)| (field.as_str(), value));
    fields
        .filter(|(field, value)| !value.is_null() && (!OF_ALL_VOLUMES.contains(field) || *field == "volumeMode" && **value != "Filesystem"))
        .collect()
}

/// How much a claim asks for, in bytes.
fn size(claim: &Value) -> Option<f64> {
    let text = claim.pointer("/spec/resources/requests/storage")?;
    amount(&text.as_str().map_or_else(|| text.to_string(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_in_the_text_of_an_object() {
        let text = r#"{"kind":"Deployment","spec":{"selector":{"matchLabels":{"app":"a\"}"}},"replicas":2}}"#;
        assert_eq!(raw(text, "/spec/selector"), Some(r#"{"matchLabels":{"app":"a\"}"}}"#));
        assert_eq!((raw(text, "/spec/replicas"), raw(text, "/kind")), (Some("2"), Some("\"Deployment\"")));
        assert_eq!((raw(text, "/spec/none"), raw(text, "/kind/none"), raw(r#"{"a\u0062":1}"#, "/ab")), (None, None, None));
    }
}
