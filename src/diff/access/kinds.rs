//! Which kinds give access, let in or keep out.

use super::pods;
use crate::render::Object;

/// The group of roles and bindings, and that of what is asked before an object is taken.
const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";
/// The group of what Gatekeeper refuses, of which each kind is of one's own.
const GATEKEEPER: &str = "constraints.gatekeeper.sh";
/// Where EKS reads who may act as whom in the cluster.
const AWS_AUTH: (&str, &str) = ("kube-system", "aws-auth");
/// Kinds whose fields are known of one group: what another group means by them is not.
const KNOWN: [&str; 8] = ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "Ingress", "Service", "ServiceAccount", "Namespace"];

/// Parts of kinds of groups with a domain that give access.
const ACCESS: [&str; 16] = [
    "PolicyAttachment",
    "PolicyMember",
    "RoleAssignment",
    "RoleBinding",
    "RoleTemplateBinding",
    "SecurityGroup",
    "IAMMember",
    "IAMBinding",
    "Grant",
    "Permission",
    "SecurityContextConstraints",
    "ServiceAccountKey",
    "AppProject",
    "KafkaUser",
    "APIService",
    "EndpointSlice",
];
/// Parts of kinds of groups with a domain that keep out, or make exceptions to what does.
const GUARDS: [&str; 9] = [
    "Policy",
    "Firewall",
    "SecurityRule",
    "ACL",
    "PeerAuthentication",
    "RequestAuthentication",
    "NetworkAuthentication",
    "TLSAuthentication",
    "ServerAuthorization",
];
/// How kinds of groups with a domain end that let in: the routes and gateways of meshes, of ingress controllers and of the gateway API.
const ROUTES: [&str; 18] = [
    "Route",
    "RouteTCP",
    "RouteUDP",
    "RouteGroup",
    "Gateway",
    "VirtualService",
    "VirtualServer",
    "VirtualHost",
    "TransportServer",
    "HTTPProxy",
    "Ingress",
    "ServiceEntry",
    "ServiceExport",
    "Mapping",
    "TunnelBinding",
    "TargetGroupBinding",
    "Listener",
    "ListenerSet",
];

/// What an object is in view of access.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Role,
    Binding,
    Network,
    Service,
    Ingress,
    Account,
    Namespace,
    Secret,
    Volume,
    /// It is a pod, or makes some.
    Pods,
    /// It keeps the public out of a bucket, as far as it says so.
    Block,
    /// It keeps others out: without it more is let in.
    Barrier,
    /// It may keep others out, and it may let them in: which of both is not told from here.
    Guard,
    /// It gives access, and how much is not told from here.
    Other,
    Harmless,
}

impl Sort {
    pub(super) fn of(object: &Object) -> Self {
        // What a root does is told from all its files.
        if object.kind.starts_with("terraform:") {
            return Self::Harmless;
        }
        let has = |parts: &[&str]| object.group.contains('.') && parts.iter().any(|part| object.kind.contains(part));
        let ends = |ends: &[&str]| object.group.contains('.') && ends.iter().any(|end| object.kind.ends_with(end));
        match (object.group.as_str(), object.kind.as_str()) {
            (RBAC, "Role" | "ClusterRole") => Self::Role,
            (RBAC, "RoleBinding" | "ClusterRoleBinding") => Self::Binding,
            ("networking.k8s.io", "NetworkPolicy") => Self::Network,
            ("networking.k8s.io", "Ingress") => Self::Ingress,
            ("", "Service") => Self::Service,
            ("", "ServiceAccount") => Self::Account,
            ("", "Namespace") => Self::Namespace,
            ("", "Secret") => Self::Secret,
            ("", "PersistentVolume") => Self::Volume,
            // Written by hand they lead a service wherever they say.
            ("", "Endpoints") => Self::Other,
            ("", "ConfigMap") if (object.namespace.as_deref().unwrap_or_default(), object.name.as_str()) == AWS_AUTH => Self::Other,
            (_, "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding") => Self::Barrier,
            (_, "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration") | (GATEKEEPER, _) => Self::Guard,
            (_, kind) if kind.ends_with("PublicAccessBlock") => Self::Block,
            // Custom resources of clouds and meshes, and what the API has beside its own network policies.
            _ if has(&ACCESS) => Self::Other,
            _ if has(&GUARDS) => Self::Guard,
            _ if ends(&ROUTES) => Self::Other,
            (_, kind) if KNOWN.contains(&kind) => Self::Other,
            _ if pods::are_in(object.document.text()) => Self::Pods,
            _ => Self::Harmless,
        }
    }
}

/// Whether an object keeps something out of the whole cluster.
pub(super) fn is_for_all(object: &Object) -> bool {
    [ADMISSION, GATEKEEPER].contains(&object.group.as_str())
}
