//! Objects that the API does not change in place: what differs makes them new.

use super::files::Both;
use crate::model::amount;
use crate::render::OF_ALL_VOLUMES;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// Fields that cannot change, by group and kind.
const FIXED: &[(&str, &str, &[&str])] = &[
    ("apps", "Deployment", &["/spec/selector"]),
    ("apps", "DaemonSet", &["/spec/selector"]),
    ("apps", "ReplicaSet", &["/spec/selector"]),
    ("apps", "StatefulSet", &["/spec/selector", "/spec/serviceName", "/spec/podManagementPolicy", "/spec/volumeClaimTemplates"]),
    (
        "batch",
        "Job",
        &[
            "/spec/selector",
            "/spec/template",
            "/spec/completionMode",
            "/spec/podFailurePolicy",
            "/spec/successPolicy",
            "/spec/backoffLimitPerIndex",
            "/spec/managedBy",
        ],
    ),
    (
        "",
        "PersistentVolumeClaim",
        &[
            "/spec/storageClassName",
            "/spec/accessModes",
            "/spec/volumeMode",
            "/spec/volumeName",
            "/spec/selector",
            "/spec/dataSource",
            "/spec/dataSourceRef",
        ],
    ),
    ("", "Secret", &["/type"]),
    ("", "Service", &["/spec/clusterIP"]),
    ("rbac.authorization.k8s.io", "RoleBinding", &["/roleRef"]),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", &["/roleRef"]),
    ("storage.k8s.io", "StorageClass", &["/provisioner", "/parameters", "/reclaimPolicy", "/volumeBindingMode"]),
    ("scheduling.k8s.io", "PriorityClass", &["/value", "/preemptionPolicy"]),
    ("networking.k8s.io", "IngressClass", &["/spec/controller"]),
    ("node.k8s.io", "RuntimeClass", &["/handler"]),
    ("discovery.k8s.io", "EndpointSlice", &["/addressType"]),
    ("apiextensions.k8s.io", "CustomResourceDefinition", &["/spec/scope", "/spec/names/kind"]),
];

/// What kinds have where their fixed fields are not said.
const FILLED_IN: &[(&str, &str, &str)] = &[
    ("StatefulSet", "/spec/podManagementPolicy", "OrderedReady"),
    ("Job", "/spec/completionMode", "NonIndexed"),
    ("PersistentVolumeClaim", "/spec/volumeMode", "Filesystem"),
    ("Secret", "/type", "Opaque"),
    ("StorageClass", "/reclaimPolicy", "Delete"),
    ("StorageClass", "/volumeBindingMode", "Immediate"),
    ("PriorityClass", "/preemptionPolicy", "PreemptLowerPriority"),
];

/// Whether one value cannot become another in place.
type Rule = fn(&Value, &Value) -> bool;

/// What else makes an object of a kind new, by group and kind.
const RULES: &[(&str, &str, Rule)] = &[
    ("", "PersistentVolume", volume_is_new),
    ("", "PersistentVolumeClaim", claim_shrinks),
    ("", "ConfigMap", frozen_differs),
    ("", "Secret", frozen_differs),
    ("", "Service", service_is_new),
    ("", "Pod", pod_is_new),
    ("batch", "Job", job_is_new),
];

/// Where a claim says how much it asks for.
const SIZE: &str = "/spec/resources/requests/storage";

/// What the marks of goldpath stand in, which changes with a release and makes nothing new.
const MARKED: [&str; 2] = ["labels", "annotations"];

/// Whether what differs between two objects of one name makes it new.
pub(super) fn is(both: &Both<'_>) -> bool {
    both.are_replaced(|| judged(both))
}

fn judged(both: &Both<'_>) -> bool {
    let is_of = |group: &str, kind: &str| group == both.after.group && kind == both.after.kind;
    let fixed = FIXED.iter().find(|(group, kind, _)| is_of(group, kind)).map(|(_, _, fields)| *fields).unwrap_or_default();
    let rule = RULES.iter().find(|(group, kind, _)| is_of(group, kind)).map(|(_, _, rule)| rule);
    if rule.is_none() && fixed.iter().all(|field| is_same_text(both, field)) {
        return false;
    }
    let (before, after) = both.values();
    fixed.iter().any(|field| part(before, field) != part(after, field)) || rule.is_some_and(|rule| rule(before, after))
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

/// A field as the API has it, in a pod's template without the marks.
fn part(object: &Value, field: &str) -> Value {
    let filled_in = FILLED_IN.iter().find(|(kind, of, _)| object["kind"] == *kind && *of == field).map(|(_, _, value)| Value::from(*value));
    let said = object.pointer(field).filter(|value| !value.is_null()).cloned();
    let mut value = said.or(filled_in).unwrap_or_default();
    for marked in MARKED {
        if let Some(Value::Object(map)) = value.pointer_mut(&format!("/metadata/{marked}")) {
            map.retain(|key, _| !key.starts_with("goldpath.dev/") && key != "app.kubernetes.io/managed-by");
        }
    }
    // Claims ask for as much in whatever words.
    for claim in value.as_array_mut().into_iter().flatten() {
        if let Some((amount, said)) = size(claim).zip(claim.pointer_mut(SIZE)) {
            *said = Value::from(amount);
        }
    }
    value
}

fn volume_is_new(before: &Value, after: &Value) -> bool {
    let pinned = |object: &Value| object["spec"]["nodeAffinity"].clone();
    volume(before) != volume(after) || !pinned(before).is_null() && pinned(before) != pinned(after)
}

fn claim_shrinks(before: &Value, after: &Value) -> bool {
    size(before).zip(size(after)).is_some_and(|(before, after)| after < before)
}

fn frozen_differs(before: &Value, after: &Value) -> bool {
    let fields = ["data", "stringData", "binaryData", "immutable"];
    before["immutable"] == true && fields.iter().any(|field| before.get(field) != after.get(field))
}

/// A balancer keeps its class, and a service the first of its families of addresses.
fn service_is_new(before: &Value, after: &Value) -> bool {
    let (old, new) = (&before["spec"], &after["spec"]);
    let both_are = |kind: &str| old["type"] == kind && new["type"] == kind;
    let family = |spec: &Value| Some(spec["ipFamilies"][0].clone()).filter(|family| !family.is_null() && spec["type"] != "ExternalName");
    both_are("LoadBalancer") && old["loadBalancerClass"] != new["loadBalancerClass"]
        || family(old).zip(family(new)).is_some_and(|(old, new)| old != new)
}

/// A job keeps how often it runs, unless it counts and runs all at once.
fn job_is_new(before: &Value, after: &Value) -> bool {
    let completions = |job: &Value| {
        let spec = &job["spec"];
        let said = spec["completions"].as_u64();
        said.or_else(|| spec["parallelism"].is_null().then_some(1))
    };
    let (old, new) = (completions(before), completions(after));
    let all_at_once = after["spec"]["parallelism"].as_u64().unwrap_or(1);
    let is_elastic = after["spec"]["completionMode"] == "Indexed" && old.is_some() && new == Some(all_at_once);
    old != new && !is_elastic
}

/// A pod keeps all but its images; it may end sooner, be let onto more machines, and wait for less.
fn pod_is_new(before: &Value, after: &Value) -> bool {
    let (old, new) = (&before["spec"], &after["spec"]);
    let list = |spec: &Value, field: &str| spec[field].as_array().cloned().unwrap_or_default();
    let keeps = |from: &Value, to: &Value, field: &str| list(from, field).iter().all(|item| list(to, field).contains(item));
    let deadline = |spec: &Value| spec["activeDeadlineSeconds"].as_u64();
    let later = deadline(old).is_some_and(|old| deadline(new).is_none_or(|new| new > old));
    later || !keeps(old, new, "tolerations") || !keeps(new, old, "schedulingGates") || fixed_of_pod(old) != fixed_of_pod(new)
}

/// What of a pod cannot change, without what the API fills in as it is written there.
fn fixed_of_pod(spec: &Value) -> Map<String, Value> {
    let filled_in = [
        ("restartPolicy", Value::from("Always")),
        ("dnsPolicy", Value::from("ClusterFirst")),
        ("schedulerName", Value::from("default-scheduler")),
        ("terminationGracePeriodSeconds", Value::from(30)),
        ("enableServiceLinks", Value::from(true)),
        ("hostNetwork", Value::from(false)),
        ("hostPID", Value::from(false)),
        ("hostIPC", Value::from(false)),
    ];
    let mut fixed = spec.as_object().cloned().unwrap_or_default();
    fixed.retain(|field, value| {
        let is_free = ["activeDeadlineSeconds", "tolerations", "schedulingGates"].contains(&field.as_str());
        !is_free && !value.is_null() && !filled_in.iter().any(|(known, filled)| known == field && filled == value)
    });
    for field in ["containers", "initContainers"] {
        for container in fixed.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut) {
            container.remove("image");
        }
    }
    fixed
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
    let text = claim.pointer(SIZE)?;
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
