//! What pods may do to the machine that they run on, and as whom: what comes beside what they could.

use super::list;
use serde_json::Value;
use std::collections::BTreeSet;

/// What the text of an object holds that makes pods.
pub(super) const CONTAINERS: &str = "\"containers\":[";

/// Where a pod is, or what one is made of.
const PODS: [&str; 3] = ["/spec/jobTemplate/spec/template/spec", "/spec/template/spec", "/spec"];
/// The lists of its containers.
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// What gives a pod more, as its own field or as one of its containers: where, and which value does.
const POWERS: &[(&str, &str)] = &[
    ("/hostNetwork", "true"),
    ("/hostPID", "true"),
    ("/hostIPC", "true"),
    ("/securityContext/privileged", "true"),
    ("/securityContext/procMount", "Unmasked"),
    ("/securityContext/runAsUser", "0"),
    ("/securityContext/seccompProfile/type", "Unconfined"),
    ("/securityContext/appArmorProfile/type", "Unconfined"),
    ("/securityContext/windowsOptions/hostProcess", "true"),
];

/// What holds a pod back as long as each container has it or the pod itself: where, and which values do.
const HOLDS: &[(&str, &[&str])] = &[
    ("/hostUsers", &["false"]),
    ("/automountServiceAccountToken", &["false"]),
    ("/securityContext/runAsNonRoot", &["true"]),
    ("/securityContext/allowPrivilegeEscalation", &["false"]),
    ("/securityContext/seccompProfile/type", &["RuntimeDefault", "Localhost"]),
    ("/securityContext/appArmorProfile/type", &["RuntimeDefault", "Localhost"]),
];

/// Whether pods that come may do more than others.
pub(super) fn comes(object: &Value) -> bool {
    pod(object).is_some_and(|pod| !powers(pod).is_empty() || paths(pod).next().is_some())
}

/// Whether pods may do more than they could.
pub(super) fn change(before: &Value, after: &Value) -> bool {
    let Some(now) = pod(after) else { return false };
    let was = pod(before).unwrap_or(&Value::Null);
    let account = |pod: &Value| {
        let said = ["serviceAccountName", "serviceAccount"].iter().find_map(|field| pod[*field].as_str().filter(|name| !name.is_empty()));
        said.unwrap_or("default").to_owned()
    };
    account(was) != account(now)
        || !powers(now).is_subset(&powers(was))
        || paths(now).any(|path| !paths(was).any(|known| is_below(path, known)))
        || !held(was).is_subset(&held(now))
}

fn pod(object: &Value) -> Option<&Value> {
    PODS.iter().filter_map(|pointer| object.pointer(pointer)).find(|pod| pod["containers"].is_array())
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    LISTS.iter().flat_map(|field| list(&pod[*field]))
}

fn written(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
    }
}

fn says(place: &Value, pointer: &str, values: &[&str]) -> bool {
    place.pointer(pointer).and_then(written).is_some_and(|said| values.contains(&said.as_str()))
}

/// What a pod may do.
fn powers(pod: &Value) -> BTreeSet<String> {
    let places = || std::iter::once(pod).chain(containers(pod));
    let fields = POWERS.iter().filter(|(pointer, value)| places().any(|place| says(place, pointer, &[value])));
    let mut all: BTreeSet<String> = fields.map(|(pointer, value)| format!("{pointer}={value}")).collect();
    for container in containers(pod) {
        let added = list(&container["securityContext"]["capabilities"]["add"]).iter().filter_map(Value::as_str);
        all.extend(added.map(|name| format!("capability {}", name.trim_start_matches("CAP_"))));
        let ports = list(&container["ports"]).iter().filter_map(|port| port["hostPort"].as_u64()).filter(|port| *port > 0);
        all.extend(ports.map(|port| format!("port {port}")));
    }
    all
}

/// The paths of the machine that a pod sees.
fn paths(pod: &Value) -> impl Iterator<Item = &str> {
    list(&pod["volumes"]).iter().filter_map(|volume| volume["hostPath"]["path"].as_str())
}

fn is_below(path: &str, known: &str) -> bool {
    let known = known.trim_end_matches('/');
    path.trim_end_matches('/').strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What holds all of a pod back.
fn held(pod: &Value) -> BTreeSet<String> {
    let count = containers(pod).count();
    let holds = |(pointer, values): &&(&str, &[&str])| {
        let own = |container: &Value| container.pointer(pointer).is_none_or(Value::is_null) && says(pod, pointer, values);
        says(pod, pointer, values) && count == 0
            || count > 0 && containers(pod).all(|container| says(container, pointer, values) || own(container))
    };
    let mut all: BTreeSet<String> = HOLDS.iter().filter(holds).map(|(pointer, _)| (*pointer).to_owned()).collect();
    let dropped = |container: &Value| {
        let names = list(&container["securityContext"]["capabilities"]["drop"]).iter().filter_map(Value::as_str);
        names.map(|name| format!("without {}", name.trim_start_matches("CAP_"))).collect::<BTreeSet<_>>()
    };
    let sets: Vec<BTreeSet<String>> = containers(pod).map(dropped).collect();
    let Some((first, others)) = sets.split_first() else { return all };
    all.extend(first.iter().filter(|name| others.iter().all(|set| set.contains(*name))).cloned());
    all
}
