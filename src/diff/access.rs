//! Whether an object gives more access or exposes more than it did. What cannot be told is taken for more.

mod kinds;
mod meaning;
mod pods;
mod terraform;

pub(super) use terraform::widens as root_widens;

use super::files::Both;
use crate::render::Object;
use kinds::Sort;
use serde_json::{Map, Value};

/// Annotations by which clouds give a service account their own roles.
const CLOUD_ROLES: [&str; 3] = ["eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id"];
/// A secret that holds the token of a service account, and the annotation that says of which.
const TOKEN: &str = "kubernetes.io/service-account-token";
const TOKEN_OF: &str = "kubernetes.io/service-account.name";
/// What a rule of a role gives, as lists of which each is for each.
const GIVEN: [&str; 4] = ["apiGroups", "resources", "verbs", "nonResourceURLs"];
/// How many things a rule may give to be compared by each of them.
const MOST_SINGLE: usize = 1_000;
/// The annotation by which a service of the cluster alone is reached from a network of its own.
const EXPOSED: &str = "tailscale.com/expose";
/// What a block of public access holds back, where it says so.
const BLOCKED: [&str; 4] = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
/// How strict a namespace is with its pods, from the strictest.
const POD_SECURITY: [&str; 3] = ["restricted", "baseline", "privileged"];

/// Whether a new object widens; in a namespace that is new itself nothing was closed.
pub(super) fn comes(object: &Object, in_new_place: bool) -> bool {
    let value = || object.document.value();
    match Sort::of(object) {
        // Where there is another policy for the same pods it lets more through, and another request may have that.
        Sort::Network => !in_new_place && ["ingress", "egress"].iter().any(|way| !list(&value()["spec"][way]).is_empty()),
        Sort::Service => reach(&value()) > Reach::Cluster,
        Sort::Account => CLOUD_ROLES.iter().any(|role| value()["metadata"]["annotations"].get(role).is_some()),
        Sort::Secret => token(&value()).is_some(),
        Sort::Volume => !of_machine(&value()).is_empty(),
        Sort::Pods => pods::comes(&value()),
        Sort::Block => !blocks_all(&value()),
        Sort::Role | Sort::Binding | Sort::Ingress | Sort::Guard | Sort::Other => true,
        Sort::Barrier | Sort::Namespace | Sort::Harmless => false,
    }
}

/// Whether an object that stays widens.
pub(super) fn changes(both: &Both<'_>) -> bool {
    let sort = Sort::of(both.after);
    if sort == Sort::Harmless {
        return false;
    }
    let (before, after) = both.values();
    let same = |part: &str| before.get(part) == after.get(part);
    match sort {
        Sort::Role => {
            // The cluster adds a role to others by its labels, whichever these select.
            let added = after["kind"] == "ClusterRole" && own(before, "labels") != own(after, "labels");
            added || !same("aggregationRule") || !rules_within(&before["rules"], &after["rules"])
        }
        Sort::Binding => !same("roleRef") || !within(&before["subjects"], &after["subjects"]),
        Sort::Network => network(&before["spec"], &after["spec"]),
        Sort::Service => service(before, after),
        Sort::Ingress => own(before, "annotations") != own(after, "annotations") || ingress(&before["spec"], &after["spec"]),
        Sort::Account => account(before, after),
        Sort::Namespace => looser(before, after),
        Sort::Secret => token(after).is_some_and(|of| token(before) != Some(of)),
        Sort::Volume => of_machine(after).iter().any(|place| !of_machine(before).contains(place)),
        Sort::Pods => pods::change(before, after),
        Sort::Block | Sort::Barrier | Sort::Guard | Sort::Other => without_marks(before) != without_marks(after),
        Sort::Harmless => false,
    }
}

/// What goes with an object that goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum With {
    /// Nothing but it.
    Nothing,
    /// All of its unit.
    Unit,
    /// The namespace that it is in.
    Namespace,
}

/// Whether taking an object away widens.
pub(super) fn goes(object: &Object, with: With) -> bool {
    match Sort::of(object) {
        Sort::Network => with != With::Namespace,
        // Where the unit goes too, so does what it kept out, unless it did so for all.
        Sort::Block | Sort::Barrier | Sort::Guard => with == With::Nothing || kinds::is_for_all(object),
        Sort::Role
        | Sort::Binding
        | Sort::Service
        | Sort::Ingress
        | Sort::Account
        | Sort::Namespace
        | Sort::Secret
        | Sort::Volume
        | Sort::Pods
        | Sort::Other
        | Sort::Harmless => false,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Whether everything of a list was there before.
fn within(before: &Value, after: &Value) -> bool {
    list(after).iter().all(|item| list(before).contains(item))
}

/// Labels or annotations that are not goldpath's own.
fn own(object: &Value, field: &str) -> Map<String, Value> {
    let all = object["metadata"][field].as_object().cloned().unwrap_or_default();
    all.into_iter().filter(|(key, _)| !key.starts_with("goldpath.dev/")).collect()
}

/// Whether all that the rules of a role give was given before, by whichever of them.
fn rules_within(before: &Value, after: &Value) -> bool {
    let contains = |wide: &Value, narrow: &Value| {
        // Without names a rule is for all of them.
        let names = list(&wide["resourceNames"]).is_empty()
            || !list(&narrow["resourceNames"]).is_empty() && within(&wide["resourceNames"], &narrow["resourceNames"]);
        names && GIVEN.iter().all(|part| list(&wide[part]).contains(&Value::from("*")) || within(&wide[part], &narrow[part]))
    };
    let is_given = |rule: &Value| list(before).iter().any(|known| contains(known, rule));
    list(after).iter().all(|rule| is_given(rule) || single(rule).is_some_and(|all| all.iter().all(is_given)))
}

/// A rule as rules of one thing each; nothing where these are very many.
fn single(rule: &Value) -> Option<Vec<Value>> {
    let several: Vec<&str> = GIVEN.into_iter().chain(["resourceNames"]).filter(|part| list(&rule[part]).len() > 1).collect();
    let count = several.iter().try_fold(1_usize, |count, part| count.checked_mul(list(&rule[part]).len()));
    let split = |rules: Vec<Value>, part: &&str| -> Vec<Value> {
        let of_one = |rule: Value| {
            let one = |item: &Value| {
                let mut one = rule.clone();
                one[*part] = Value::from(vec![item.clone()]);
                one
            };
            list(&rule[*part]).iter().map(one).collect::<Vec<_>>()
        };
        rules.into_iter().flat_map(of_one).collect()
    };
    count.filter(|count| *count <= MOST_SINGLE).map(|_| several.iter().fold(vec![rule.clone()], split))
}

/// Whether each rule of a policy lets in no more than one that was there: fewer of the same peers, or by fewer of the same ports.
fn lets_within(before: &Value, after: &Value) -> bool {
    let part = |wide: &Value, narrow: &Value, part: &str| match part {
        "from" | "to" | "ports" => {
            let (wide, narrow) = (&wide[part], &narrow[part]);
            // Without any it is for all.
            list(wide).is_empty() || !list(narrow).is_empty() && within(wide, narrow)
        }
        _ => wide.get(part) == narrow.get(part),
    };
    let parts = |rule: &Value| rule.as_object().into_iter().flat_map(Map::keys).cloned().collect::<Vec<_>>();
    let contains = |wide: &Value, narrow: &Value| parts(wide).iter().chain(&parts(narrow)).all(|field| part(wide, narrow, field));
    list(after).iter().all(|rule| list(before).iter().any(|known| contains(known, rule)))
}

/// Whether a policy lets more through: other pods, a direction that it no longer holds, or a rule that it did not have.
fn network(before: &Value, after: &Value) -> bool {
    if before["podSelector"] != after["podSelector"] {
        return true;
    }
    ["Ingress", "Egress"].iter().any(|way| {
        let field = way.to_lowercase();
        let holds = |spec: &Value| match list(&spec["policyTypes"]) {
            // As the API fills it in.
            [] => *way == "Ingress" || !list(&spec[&field]).is_empty(),
            types => types.iter().any(|known| known == way),
        };
        match (holds(before), holds(after)) {
            (true, false) => true,
            (true, true) => !lets_within(&before[&field], &after[&field]),
            (false, _) => false,
        }
    })
}

/// From where a service can be reached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Cluster,
    Nodes,
    World,
}

fn reach(service: &Value) -> Reach {
    match service["spec"]["type"].as_str() {
        Some("LoadBalancer") => Reach::World,
        Some("NodePort") => Reach::Nodes,
        _ if service["metadata"]["annotations"][EXPOSED] == "true" => Reach::World,
        _ if !list(&service["spec"]["externalIPs"]).is_empty() => Reach::Nodes,
        _ => Reach::Cluster,
    }
}

fn service(before: &Value, after: &Value) -> bool {
    let now = reach(after);
    if now == Reach::Cluster || now > reach(before) {
        return now > Reach::Cluster;
    }
    let (old, new) = (&before["spec"], &after["spec"]);
    let ranges = |spec: &Value| list(&spec["loadBalancerSourceRanges"]).to_vec();
    let opened =
        !ranges(old).is_empty() && (ranges(new).is_empty() || !within(&old["loadBalancerSourceRanges"], &new["loadBalancerSourceRanges"]));
    // What a cloud makes of annotations is not known from here.
    opened
        || own(before, "annotations") != own(after, "annotations")
        || !within(&old["ports"], &new["ports"])
        || !within(&old["externalIPs"], &new["externalIPs"])
        || old["selector"] != new["selector"]
        || old["loadBalancerClass"] != new["loadBalancerClass"]
}

/// Whether an ingress lets in by another class, host or path, or without TLS where it was.
fn ingress(before: &Value, after: &Value) -> bool {
    before["ingressClassName"] != after["ingressClassName"]
        || before["defaultBackend"] != after["defaultBackend"] && after.get("defaultBackend").is_some()
        || !within(&Value::from(routes(before)), &Value::from(routes(after)))
        || hosts(after).any(|host| is_covered(before, host) && !is_covered(after, host))
}

/// Each path of each host, as host, path and backend.
fn routes(spec: &Value) -> Vec<Value> {
    let of = |rule: &Value| {
        let host = |path: Value| Value::from(vec![rule["host"].clone(), path]);
        let paths = list(&rule["http"]["paths"]);
        // Without paths all of them go to the default backend.
        if paths.is_empty() { vec![host(Value::Null)] } else { paths.iter().cloned().map(host).collect() }
    };
    list(&spec["rules"]).iter().flat_map(of).collect()
}

/// The hosts of an ingress; an empty text for whichever.
fn hosts(spec: &Value) -> impl Iterator<Item = &str> {
    let whichever = spec.get("defaultBackend").map(|_| "");
    list(&spec["rules"]).iter().map(|rule| rule["host"].as_str().unwrap_or_default()).chain(whichever)
}

/// Whether a host has TLS, by its own name or by one for all of its domain.
fn is_covered(spec: &Value, host: &str) -> bool {
    let domain = host.split_once('.').map(|(_, domain)| format!("*.{domain}"));
    let is_of = |name: &Value| name == host || domain.as_deref().is_some_and(|domain| name == domain);
    list(&spec["tls"]).iter().any(|tls| list(&tls["hosts"]).is_empty() || host.is_empty() || list(&tls["hosts"]).iter().any(is_of))
}

/// Whether an account gets a role of a cloud, or gives its pods a token that they did not get.
fn account(before: &Value, after: &Value) -> bool {
    let role = |object: &Value, role: &str| object["metadata"]["annotations"].get(role).cloned();
    let mounts = |object: &Value| object["automountServiceAccountToken"] != false;
    CLOUD_ROLES.iter().any(|cloud| role(after, cloud).is_some() && role(before, cloud) != role(after, cloud))
        || mounts(after) && !mounts(before)
}

/// The places of machines that a volume is.
fn of_machine(volume: &Value) -> Vec<&Value> {
    ["hostPath", "local"].iter().filter_map(|field| volume["spec"].get(field)).filter(|place| !place.is_null()).collect()
}

/// Whether a block of public access blocks whatever it can.
fn blocks_all(block: &Value) -> bool {
    let spec = &block["spec"];
    let said = spec.get("forProvider").unwrap_or(spec);
    BLOCKED.iter().all(|field| said[field] == true)
}

/// Of which service account a secret holds the token, when it does.
fn token(secret: &Value) -> Option<&Value> {
    (secret["type"] == TOKEN).then(|| &secret["metadata"]["annotations"][TOKEN_OF])
}

/// Whether a namespace takes pods that it did not take.
fn looser(before: &Value, after: &Value) -> bool {
    let label = |object: &Value, name: &str| object["metadata"]["labels"][name].as_str().map(str::to_owned);
    let level = |object: &Value| {
        let said = label(object, "pod-security.kubernetes.io/enforce").unwrap_or_else(|| "privileged".to_owned());
        POD_SECURITY.iter().position(|level| *level == said).unwrap_or(POD_SECURITY.len())
    };
    // What is strict is so as of a version, and without one as of the latest.
    let version = |object: &Value| {
        let said = label(object, "pod-security.kubernetes.io/enforce-version").filter(|version| version != "latest");
        said.map_or(u32::MAX, |said| said.strip_prefix("v1.").and_then(|minor| minor.parse().ok()).unwrap_or(0))
    };
    let is_strict = POD_SECURITY.get(level(after)).is_some_and(|level| *level != "privileged");
    level(after) > level(before) || level(after) == level(before) && is_strict && version(after) < version(before)
}

/// An object without what goldpath itself puts on it.
fn without_marks(object: &Value) -> Value {
    let mut plain = object.clone();
    let Some(Value::Object(metadata)) = plain.get_mut("metadata") else { return plain };
    for field in ["labels", "annotations"] {
        let rest = own(object, field);
        metadata.remove(field);
        metadata.extend((!rest.is_empty()).then(|| (field.to_owned(), Value::Object(rest))));
    }
    plain
}
