//! Whether an object gives more access or exposes more than it did. What cannot be told is taken for more.

mod meaning;
mod pods;
mod terraform;

pub(super) use terraform::widens as root_widens;

use super::files::Both;
use crate::render::Object;
use serde_json::{Map, Value};

/// Annotations by which clouds give a service account their own roles.
const CLOUD_ROLES: [&str; 3] = ["eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id"];
/// The group of roles and bindings.
const RBAC: &str = "rbac.authorization.k8s.io";
/// How kinds of custom resources end that give access.
const ACCESS: [&str; 6] = ["PolicyAttachment", "RoleAssignment", "SecurityGroupRule", "IAMMember", "IAMBinding", "Grant"];
/// How kinds of groups with a domain end that let in: the routes and gateways of meshes, of ingress controllers and of the gateway API.
const ROUTES: [&str; 16] = [
    "Route",
    "RouteTCP",
    "RouteUDP",
    "Gateway",
    "VirtualService",
    "VirtualServer",
    "VirtualHost",
    "TransportServer",
    "HTTPProxy",
    "TCPIngress",
    "UDPIngress",
    "ServiceEntry",
    "ServiceExport",
    "DomainMapping",
    "TunnelBinding",
    "Listener",
];
/// A secret that holds the token of a service account, and the annotation that says of which.
const TOKEN: &str = "kubernetes.io/service-account-token";
const TOKEN_OF: &str = "kubernetes.io/service-account.name";
/// Kinds whose fields are known of one group: what another group means by them is not.
const KNOWN: [&str; 8] = ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "Ingress", "Service", "ServiceAccount", "Namespace"];
/// How strict a namespace is with its pods, from the strictest.
const POD_SECURITY: [&str; 3] = ["restricted", "baseline", "privileged"];

/// Whether a new object widens; the unit it comes to may have had others.
pub(super) fn comes(object: &Object, others: &[&Object]) -> bool {
    match Sort::of(object) {
        // The first policy for some pods lets less through, each further one more.
        Sort::Network => {
            let document = object.document.value();
            let opens = ["ingress", "egress"].iter().any(|way| !list(&document["spec"][way]).is_empty());
            opens && others.iter().any(|other| Sort::of(other) == Sort::Network && other.namespace == object.namespace)
        }
        Sort::Service => reach(&object.document.value()) > Reach::Cluster,
        Sort::Account => CLOUD_ROLES.iter().any(|role| object.document.value()["metadata"]["annotations"].get(role).is_some()),
        Sort::Secret => token(&object.document.value()).is_some(),
        Sort::Pods => pods::comes(&object.document.value()),
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
        Sort::Account => CLOUD_ROLES.iter().any(|role| {
            let of = |object: &Value| object["metadata"]["annotations"].get(role).cloned();
            of(after).is_some() && of(before) != of(after)
        }),
        Sort::Namespace => looser(before, after),
        Sort::Secret => token(after).is_some_and(|of| token(before) != Some(of)),
        Sort::Pods => pods::change(before, after),
        Sort::Barrier | Sort::Guard | Sort::Other => without_marks(before) != without_marks(after),
        Sort::Harmless => false,
    }
}

/// Whether taking an object away from a unit that stays widens.
pub(super) fn goes(object: &Object) -> bool {
    matches!(Sort::of(object), Sort::Network | Sort::Barrier | Sort::Guard)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Role,
    Binding,
    Network,
    Service,
    Ingress,
    Account,
    Namespace,
    Secret,
    /// It is a pod, or makes some.
    Pods,
    /// It keeps others out: without it more is let in.
    Barrier,
    /// It may keep others out, and it may let them in: which of both is not told from here.
    Guard,
    /// It gives access, and how much is not told from here.
    Other,
    Harmless,
}

impl Sort {
    fn of(object: &Object) -> Self {
        // What a root does is told from all its files.
        if object.kind.starts_with("terraform:") {
            return Self::Harmless;
        }
        match (object.group.as_str(), object.kind.as_str()) {
            (RBAC, "Role" | "ClusterRole") => Self::Role,
            (RBAC, "RoleBinding" | "ClusterRoleBinding") => Self::Binding,
            ("networking.k8s.io", "NetworkPolicy") => Self::Network,
            ("networking.k8s.io", "Ingress") => Self::Ingress,
            ("", "Service") => Self::Service,
            ("", "ServiceAccount") => Self::Account,
            ("", "Namespace") => Self::Namespace,
            ("", "Secret") => Self::Secret,
            (_, "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding") => Self::Barrier,
            (_, "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration") => Self::Guard,
            (_, kind) if kind.ends_with("PublicAccessBlock") => Self::Barrier,
            // Custom resources of clouds and meshes, and what the API has beside its own network policies.
            (group, kind) if group.contains('.') && kind.ends_with("Policy") => Self::Guard,
            (group, kind) if group.contains('.') && ACCESS.iter().any(|end| kind.ends_with(end)) => Self::Other,
            (group, kind) if group.contains('.') && ROUTES.iter().any(|end| kind.ends_with(end)) => Self::Other,
            (_, kind) if KNOWN.contains(&kind) => Self::Other,
            _ if pods::are_in(object.document.text()) => Self::Pods,
            _ => Self::Harmless,
        }
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

/// Whether each rule of a role is contained in one that was there.
fn rules_within(before: &Value, after: &Value) -> bool {
    let contains = |wide: &Value, narrow: &Value| {
        let parts = ["apiGroups", "resources", "verbs", "nonResourceURLs"];
        // Without names a rule is for all of them.
        let names = list(&wide["resourceNames"]).is_empty()
            || !list(&narrow["resourceNames"]).is_empty() && within(&wide["resourceNames"], &narrow["resourceNames"]);
        names && parts.iter().all(|part| list(&wide[part]).contains(&Value::from("*")) || within(&wide[part], &narrow[part]))
    };
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
            (true, true) => !within(&before[&field], &after[&field]),
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

/// Whether a host has TLS.
fn is_covered(spec: &Value, host: &str) -> bool {
    list(&spec["tls"])
        .iter()
        .any(|tls| list(&tls["hosts"]).is_empty() || host.is_empty() || list(&tls["hosts"]).contains(&Value::from(host)))
}

/// Of which service account a secret holds the token, when it does.
fn token(secret: &Value) -> Option<&Value> {
    (secret["type"] == TOKEN).then(|| &secret["metadata"]["annotations"][TOKEN_OF])
}

/// Whether a namespace takes pods that it did not take.
fn looser(before: &Value, after: &Value) -> bool {
    let level = |object: &Value| {
        let said = object["metadata"]["labels"]["pod-security.kubernetes.io/enforce"].as_str().unwrap_or("privileged").to_owned();
        POD_SECURITY.iter().position(|level| *level == said).unwrap_or(POD_SECURITY.len())
    };
    level(after) > level(before)
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
