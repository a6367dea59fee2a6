//! Objects of one unit that look for each other: what selects pods and finds none is taken by the API, and does nothing.

use super::{At, cut, selects};
use crate::model::{at, child};
use crate::render::schema::Wrong;
use serde_json::{Map, Value};
use std::cell::LazyCell;

/// What the objects of one unit hardly mean: the index of the object, and what is said of it.
pub(in crate::render) fn across(objects: &[&Value]) -> Vec<(usize, Wrong)> {
    // Few objects look for pods, so what makes them is looked for when the first does.
    let makes = LazyCell::new(|| {
        let labelled = objects.iter().filter_map(|object| Some(Makes { object, labels: labels(object)?, namespace: namespace(object) }));
        labelled.collect::<Vec<_>>()
    });
    let mut found = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let (selector, scaled) = (selector(object), scaled(object));
        if selector.is_none() && scaled.is_none() {
            continue;
        }
        let own = namespace(object);
        let near = || makes.iter().filter(|other| other.namespace == own);
        // Where nothing makes pods, they are made elsewhere.
        if near().next().is_none() {
            continue;
        }
        if let Some((pointer, selector)) = selector
            && !near().any(|other| selects(selector, Some(other.labels)))
        {
            found.push((index, nothing(object, pointer, selector, near())));
        }
        found.extend(scaled.and_then(|(kind, name)| scales(object, kind, name, objects)).map(|wrong| (index, wrong)));
    }
    found
}

/// An object that is a pod or makes some.
struct Makes<'v> {
    object: &'v Value,
    namespace: &'v str,
    /// Of its pods.
    labels: &'v Value,
}

fn text<'v>(object: &'v Value, pointer: &str) -> &'v str {
    at(object, pointer).and_then(Value::as_str).unwrap_or_default()
}

fn namespace(object: &Value) -> &str {
    text(object, "/metadata/namespace")
}

/// The labels of the pods that an object is or makes.
fn labels(object: &Value) -> Option<&Value> {
    if text(object, "/kind") == "Pod" {
        return at(object, "/metadata/labels");
    }
    let templates = ["/spec/template", "/spec/jobTemplate/spec/template"].iter().filter_map(|pointer| at(object, pointer));
    templates.filter(|template| at(template, "/spec/containers").is_some()).find_map(|template| at(template, "/metadata/labels"))
}

/// By which labels an object looks for pods, where it looks for some.
fn selector(object: &Value) -> Option<(&'static str, &Map<String, Value>)> {
    let api = text(object, "/apiVersion");
    let pointer = match (api.split_once('/').map_or("", |(group, _)| group), text(object, "/kind")) {
        ("", "Service") => "/spec/selector",
        ("policy", "PodDisruptionBudget") => "/spec/selector/matchLabels",
        ("networking.k8s.io", "NetworkPolicy") => "/spec/podSelector/matchLabels",
        _ => return None,
    };
    at(object, pointer).and_then(Value::as_object).filter(|selector| !selector.is_empty()).map(|selector| (pointer, selector))
}

fn nothing<'v>(object: &Value, pointer: &str, selector: &Map<String, Value>, near: impl Iterator<Item = &'v Makes<'v>>) -> Wrong {
    let wanted: Vec<String> =
        selector.iter().map(|(key, value)| format!("{}: {}", cut(key), cut(value.as_str().unwrap_or_default()))).collect();
    let message = format!("{}: selects `{}`, and no pod of this unit has these labels", cut(text(object, "/kind")), wanted.join(", "));
    let best = |other: &&Makes<'_>| selector.iter().filter(|(key, value)| other.labels.get(key.as_str()) == Some(*value)).count();
    let closest = near.max_by_key(best);
    let differing = closest.and_then(|other| selector.keys().find_map(|key| Some((key, other.labels.get(key)?.as_str()?, other.object))));
    let help = differing.map_or_else(String::new, |(key, value, other)| {
        format!(
            "The pods of the {} `{}` have `{}: {}`.",
            cut(text(other, "/kind")),
            cut(text(other, "/metadata/name")),
            cut(key),
            cut(value)
        )
    });
    let first = selector.keys().next().map_or_else(String::new, |key| child(pointer, key));
    Wrong { pointer: first, at: At::Key, message, help }
}

/// The kind and the name of the workload that an autoscaler scales, where it is one whose pods are known.
fn scaled(object: &Value) -> Option<(&str, &str)> {
    let target = (text(object, "/kind") == "HorizontalPodAutoscaler").then(|| at(object, "/spec/scaleTargetRef")).flatten()?;
    let (kind, name) = (text(target, "/kind"), text(target, "/name"));
    matches!(kind, "Deployment" | "StatefulSet" | "ReplicaSet").then_some((kind, name))
}

/// An autoscaler whose workload is not there.
fn scales(object: &Value, kind: &str, name: &str, objects: &[&Value]) -> Option<Wrong> {
    let same = |other: &&&Value| text(other, "/kind") == kind && namespace(other) == namespace(object);
    let names: Vec<&str> = objects.iter().filter(same).map(|other| text(other, "/metadata/name")).collect();
    if names.contains(&name) {
        return None;
    }
    let near = crate::model::close_match(name, names.iter().copied());
    let help = near.map_or_else(String::new, |near| format!("Did you mean `{near}`?"));
    let message = format!("HorizontalPodAutoscaler: scales the {kind} `{}`, which is not in this unit", cut(name));
    Some(Wrong { pointer: "/spec/scaleTargetRef/name".to_owned(), at: At::Value, message, help })
}
