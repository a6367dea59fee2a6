//! One row for each kind of thing that may happen to an object.

mod kinds;
mod pods;
mod replaced;
mod terraform;

use super::*;
use crate::diff::files::changed_objects;
use crate::model::{Digest, JsonText, ReleaseId, RendererId, RepoPath, RequestId, TargetKind, TargetName, UnitId};
use crate::render::RenderedFile;
use crate::yaml;
use serde_json::Value;
use std::collections::BTreeMap;

/// A unit that holds these objects.
fn unit(text: &str) -> Unit {
    let documents = yaml::parse(text).documents.into_iter().map(yaml::Document::into_value).filter(|document| !document.is_null());
    let object = |document: Value| {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let api = text("/apiVersion");
        Object {
            kind: text("/kind"),
            group: api.split_once('/').map_or("", |(group, _)| group).to_owned(),
            namespace: Some(text("/metadata/namespace")).filter(|namespace| !namespace.is_empty()),
            name: text("/metadata/name"),
            file: RepoPath::parse("a.yaml").unwrap(),
            document: JsonText::of(&document),
        }
    };
    let target = TargetName::parse("staging").unwrap();
    let objects: Vec<Object> = documents.map(object).collect();
    let code: String = objects.iter().filter_map(block).collect();
    let file = RenderedFile {
        bytes: code.as_bytes().into(),
        digest: Digest::of(code.as_bytes()),
        template: RepoPath::parse("main.tf.tera").unwrap(),
    };
    Unit {
        id: UnitId { request: RequestId::parse("shop/web").unwrap(), output: crate::model::OutputName::parse("main").unwrap(), target },
        request_file: RepoPath::parse("requests/shop/web.yaml").unwrap(),
        release: ReleaseId::parse("app@1.0.0").unwrap(),
        target_kind: if code.is_empty() { TargetKind::Directory } else { TargetKind::Terraform },
        renderer: RendererId::parse("kubernetes@1").unwrap(),
        on_delete: OnDelete::Delete,
        disposable: BTreeSet::new(),
        depends_on: Vec::new(),
        files: BTreeMap::from([(RepoPath::parse("main.tf").unwrap(), file)]),
        digest: Digest::of(text.as_bytes()),
        objects,
        reads: Vec::new(),
    }
}

/// The block of a resource.
fn block(object: &Object) -> Option<String> {
    let input = object.document.value()["input"].to_string();
    object.kind.strip_prefix("terraform:").map(|kind| format!("resource \"{kind}\" \"{}\" {{\n  input = {input}\n}}\n", object.name))
}

fn budget() -> DeleteBudget {
    let protected = ["PersistentVolumeClaim", "Namespace", "Bucket.s3.aws.upbound.io", "terraform:aws_db_instance"];
    DeleteBudget { protected: protected.iter().map(|kind| (*kind).to_owned()).collect(), ..DeleteBudget::default() }
}

/// What is dangerous about one text becoming another.
fn risks(before: &str, after: &str) -> String {
    let (before, after) = (unit(before), unit(after));
    let pair = (Some(&before), Some(&after));
    let Found { risks, protected, .. } = of(pair, &changed_objects(pair), Some(&budget()));
    let risks: Vec<String> = risks.iter().map(|risk| format!("{risk:?}").to_lowercase()).collect();
    let risks = if risks.is_empty() { "-".to_owned() } else { risks.join(" ") };
    if protected.is_empty() { risks } else { format!("{risks} ({})", protected.join(", ")) }
}

/// An object with what stands behind its name.
fn object(api: &str, kind: &str, rest: &str) -> String {
    format!("{{apiVersion: {api}, kind: {kind}, metadata: {{name: a, namespace: shop}}, {rest}}}")
}

fn role(rules: &str) -> String {
    object("rbac.authorization.k8s.io/v1", "Role", &format!("rules: {rules}"))
}

fn binding(role: &str, subjects: &str) -> String {
    object("rbac.authorization.k8s.io/v1", "RoleBinding", &format!("roleRef: {{kind: Role, name: {role}}}, subjects: {subjects}"))
}

fn network(spec: &str) -> String {
    object("networking.k8s.io/v1", "NetworkPolicy", &format!("spec: {spec}"))
}

fn service(spec: &str) -> String {
    object("v1", "Service", &format!("spec: {spec}"))
}

fn ingress(class: &str, rules: &str) -> String {
    object("networking.k8s.io/v1", "Ingress", &format!("spec: {{ingressClassName: {class}, rules: {rules}}}"))
}

fn claim(spec: &str) -> String {
    object("v1", "PersistentVolumeClaim", &format!("spec: {spec}"))
}

fn deployment(selector: &str, image: &str) -> String {
    object(
        "apps/v1",
        "Deployment",
        &format!("spec: {{selector: {{matchLabels: {{app: {selector}}}}}, template: {{spec: {{containers: [{{image: {image}}}]}}}}}}"),
    )
}

fn terraform(kind: &str, input: &str) -> String {
    format!("{{kind: 'terraform:{kind}', metadata: {{name: a}}, input: {input}}}")
}

fn shown(rows: &[(&str, String, String)]) -> String {
    rows.iter().map(|(what, before, after)| format!("{what}: {}\n", risks(before, after))).collect()
}

const READ: &str = "{apiGroups: [''], resources: [pods], verbs: [get, list]}";
const NONE: &str = "";

#[test]
fn access_that_grows_is_told_from_access_that_shrinks() {
    let user = "{kind: User, name: ann}";
    let both = format!("[{user}, {{kind: User, name: bob}}]");
    let none = || NONE.to_owned();
    let accounts = |namespace: &str, role: &str| {
        format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: aws-auth, namespace: {namespace}}}, data: {{mapRoles: {role}}}}}")
    };
    let for_all = |labels: &str| {
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: a, labels: {{{labels}}}}}, rules: [{READ}]}}"
        )
    };
    insta::assert_snapshot!(shown(&[
        ("a role comes", none(), role(&format!("[{READ}]"))),
        ("a role goes", role(&format!("[{READ}]")), none()),
        ("a verb more", role(&format!("[{READ}]")), role("[{apiGroups: [''], resources: [pods], verbs: [get, list, delete]}]")),
        ("a verb less", role(&format!("[{READ}]")), role("[{apiGroups: [''], resources: [pods], verbs: [get]}]")),
        ("all verbs", role(&format!("[{READ}]")), role("[{apiGroups: [''], resources: [pods], verbs: ['*']}]")),
        ("one of all verbs", role("[{apiGroups: [''], resources: [pods], verbs: ['*']}]"), role(&format!("[{READ}]"))),
        ("a rule more", role(&format!("[{READ}]")), role(&format!("[{READ}, {{apiGroups: [''], resources: [secrets], verbs: [get]}}]"))),
        ("a rule less", role(&format!("[{READ}, {{apiGroups: [''], resources: [secrets], verbs: [get]}}]")), role(&format!("[{READ}]"))),
        ("names of all", role("[{apiGroups: [''], resources: [secrets], verbs: [get]}]"), role("[{apiGroups: [''], resources: [secrets], resourceNames: [a], verbs: [get]}]")),
        ("all of names", role("[{apiGroups: [''], resources: [secrets], resourceNames: [a], verbs: [get]}]"), role("[{apiGroups: [''], resources: [secrets], verbs: [get]}]")),
        ("only marks of a role", role(&format!("[{READ}]")), role(&format!("[{READ}]")).replace("namespace: shop", "namespace: shop, annotations: {goldpath.dev/release: 2.0.0}")),
        ("a role is added to others", for_all(""), for_all("rbac.authorization.k8s.io/aggregate-to-edit: 'true'")),
        ("it was not added before", for_all("rbac.authorization.k8s.io/aggregate-to-edit: 'false'"), for_all("rbac.authorization.k8s.io/aggregate-to-edit: 'true'")),
        ("to others of one's own", for_all(""), for_all("example.org/aggregate-to-readers: 'true'")),
        ("it stays added", for_all("example.org/aggregate-to-readers: 'true'"), for_all("example.org/aggregate-to-readers: 'true', goldpath.dev/team: shop")),
        ("a label of a role of one namespace", role(&format!("[{READ}]")), role(&format!("[{READ}]")).replace("namespace: shop", "namespace: shop, labels: {tier: a}")),
        ("a binding comes", none(), binding("a", &format!("[{user}]"))),
        ("a binding goes", binding("a", &format!("[{user}]")), none()),
        ("a subject more", binding("a", &format!("[{user}]")), binding("a", &both)),
        ("a subject less", binding("a", &both), binding("a", &format!("[{user}]"))),
        ("another role", binding("a", &both), binding("b", &both)),
        ("a cloud's role comes", object("v1", "ServiceAccount", "x: 1"), object("v1", "ServiceAccount", "x: 1").replace("namespace: shop", "namespace: shop, annotations: {eks.amazonaws.com/role-arn: a}")),
        ("a cloud's role goes", object("v1", "ServiceAccount", "x: 1").replace("namespace: shop", "namespace: shop, annotations: {eks.amazonaws.com/role-arn: a}"), object("v1", "ServiceAccount", "x: 1")),
        ("a service account comes", none(), object("v1", "ServiceAccount", "x: 1")),
        ("a webhook changes", object("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "webhooks: []"), object("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "webhooks: [{name: a}]")),
        ("who acts as whom in EKS", accounts("kube-system", "a"), accounts("kube-system", "b")),
        ("a map of the same name elsewhere", accounts("shop", "a"), accounts("shop", "b")),
    ]), @"
    a role comes: widen
    a role goes: destroy
    a verb more: widen
    a verb less: -
    all verbs: widen
    one of all verbs: -
    a rule more: widen
    a rule less: -
    names of all: -
    all of names: widen
    only marks of a role: -
    a role is added to others: widen
    it was not added before: widen
    to others of one's own: widen
    it stays added: -
    a label of a role of one namespace: -
    a binding comes: widen
    a binding goes: destroy
    a subject more: widen
    a subject less: -
    another role: replace widen
    a cloud's role comes: widen
    a cloud's role goes: -
    a service account comes: -
    a webhook changes: widen
    who acts as whom in EKS: widen
    a map of the same name elsewhere: -
    ");
}

/// Other groups have kinds of the same names: what their fields mean is not known, so that nothing of them is taken for less.
#[test]
fn a_kind_of_another_group_is_not_taken_for_the_one_of_the_api() {
    let none = || NONE.to_owned();
    let cloud = |rest: &str| object("iam.aws.upbound.io/v1beta1", "Role", &format!("spec: {{forProvider: {{{rest}}}}}"));
    let calico = |spec: &str| object("projectcalico.org/v3", "NetworkPolicy", &format!("spec: {{{spec}}}"));
    let account = |spec: &str| object("cloudplatform.gcp.upbound.io/v1beta1", "ServiceAccount", &format!("spec: {{{spec}}}"));
    let webhook = |kind: &str| object("admissionregistration.k8s.io/v1", kind, "x: 1");
    // both carry one name: which of them differs decides
    let two = |verbs: &str, policy: &str| {
        let native = role(&format!("[{{apiGroups: [''], resources: [pods], verbs: {verbs}}}]"));
        format!("{native}\n---\n{}", cloud(&format!("assumeRolePolicy: {policy}")))
    };
    insta::assert_snapshot!(shown(&[
        ("a cloud's role", cloud("assumeRolePolicy: a"), cloud("assumeRolePolicy: b")),
        ("a cloud's account", account("a: 1"), account("a: 2")),
        ("a Calico policy", calico("ingress: [{action: Deny}]"), calico("ingress: [{action: Allow}]")),
        ("a Calico policy goes", calico("ingress: [{action: Deny}]"), none()),
        ("a policy of the mesh goes", object("security.istio.io/v1", "AuthorizationPolicy", "spec: {}"), none()),
        ("a policy of the cluster comes", none(), object("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "spec: {}")),
        ("a grant comes", none(), object("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "spec: {}")),
        ("a webhook that refuses goes", webhook("ValidatingWebhookConfiguration"), none()),
        ("a webhook that changes goes", webhook("MutatingWebhookConfiguration"), none()),
        ("an admission policy comes", none(), webhook("ValidatingAdmissionPolicy")),
        ("an admission policy goes", webhook("ValidatingAdmissionPolicy"), none()),
        ("of two that share a name, a verb less", two("[get, list]", "a"), two("[get]", "a")),
        ("of two that share a name, the cloud's", two("[get]", "a"), two("[get]", "b")),
        ("of two that share a name, a verb more", two("[get]", "a"), two("[get, list]", "a")),
        ("one of two goes, the other widens", two("[get]", "a"), role("[{apiGroups: [''], resources: [pods], verbs: [get, list]}]")),
    ]), @"
    a cloud's role: widen
    a cloud's account: widen
    a Calico policy: widen
    a Calico policy goes: destroy widen
    a policy of the mesh goes: destroy widen
    a policy of the cluster comes: widen
    a grant comes: widen
    a webhook that refuses goes: destroy widen
    a webhook that changes goes: destroy widen
    an admission policy comes: -
    an admission policy goes: destroy widen
    of two that share a name, a verb less: -
    of two that share a name, the cloud's: widen
    of two that share a name, a verb more: widen
    one of two goes, the other widens: destroy widen
    ");
}

#[test]
fn a_network_policy_that_lets_more_through_is_told() {
    let none = || NONE.to_owned();
    let from = |peers: &str| network(&format!("{{podSelector: {{}}, policyTypes: [Ingress], ingress: {peers}}}"));
    let deny = from("[]");
    let open = from("[{from: [{namespaceSelector: {}}]}]");
    insta::assert_snapshot!(shown(&[
        ("a first network policy", none(), deny.clone()),
        ("a further one that opens", deny.clone(), format!("{deny}\n---\n{}", open.replace("name: a", "name: b"))),
        ("a further one that closes", open.clone(), format!("{open}\n---\n{}", deny.replace("name: a", "name: b"))),
        ("a network policy goes", deny.clone(), none()),
        ("it is loosened", deny.clone(), open.clone()),
        ("it is tightened", open.clone(), deny.clone()),
        ("a direction less", network("{podSelector: {}, policyTypes: [Ingress, Egress]}"), network("{podSelector: {}, policyTypes: [Ingress]}")),
        ("a direction more", network("{podSelector: {}, policyTypes: [Ingress]}"), network("{podSelector: {}, policyTypes: [Ingress, Egress]}")),
        ("other pods", network("{podSelector: {matchLabels: {app: a}}}"), network("{podSelector: {matchLabels: {app: b}}}")),
        ("no way out but some", network("{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}"), network("{podSelector: {}, egress: []}")),
        ("no way out after all", network("{podSelector: {}}"), network("{podSelector: {}, egress: [{to: []}]}")),
        ("no types are those of its fields", network("{podSelector: {}, policyTypes: []}"), network("{podSelector: {}, policyTypes: [], ingress: [{}]}")),
        ("only marks of it", deny.clone(), deny.replace("namespace: shop", "namespace: shop, annotations: {goldpath.dev/release: 2.0.0}")),
    ]), @"
    a first network policy: -
    a further one that opens: widen
    a further one that closes: -
    a network policy goes: destroy widen
    it is loosened: widen
    it is tightened: -
    a direction less: widen
    a direction more: -
    other pods: widen
    no way out but some: widen
    no way out after all: -
    no types are those of its fields: widen
    only marks of it: -
    ");
}

#[test]
fn exposure_that_grows_is_told_from_exposure_that_shrinks() {
    let none = || NONE.to_owned();
    let host =
        |host: &str| format!("[{{host: {host}, http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: a}}}}}}]}}}}]");
    let two = "[{host: a, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a}}}]}}, {host: b, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a}}}]}}]";
    let level = |level: &str| {
        format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: a, labels: {{pod-security.kubernetes.io/enforce: {level}}}}}}}")
    };
    let balancer = |rest: &str| service(&format!("{{type: LoadBalancer, ports: [{{port: 443}}]{rest}}}"));
    insta::assert_snapshot!(shown(&[
        ("an ingress comes", none(), ingress("public", &host("a"))),
        ("an ingress goes", ingress("public", &host("a")), none()),
        ("another host", ingress("public", &host("a")), ingress("public", &host("b"))),
        ("a host more", ingress("public", &host("a")), ingress("public", two)),
        ("a host less", ingress("public", two), ingress("public", &host("a"))),
        ("another class", ingress("internal", &host("a")), ingress("public", &host("a"))),
        ("only marks of an ingress", ingress("public", &host("a")), ingress("public", &host("a")).replace("namespace: shop", "namespace: shop, annotations: {goldpath.dev/release: 2.0.0}")),
        ("an annotation of an ingress", ingress("public", &host("a")), ingress("public", &host("a")).replace("namespace: shop", "namespace: shop, annotations: {example.org/allow: all}")),
        ("a route changes", object("gateway.networking.k8s.io/v1", "HTTPRoute", "spec: {hostnames: [a]}"), object("gateway.networking.k8s.io/v1", "HTTPRoute", "spec: {hostnames: [b]}")),
        ("a service comes", none(), service("{ports: [{port: 80}]}")),
        ("a public service comes", none(), balancer("")),
        ("a service becomes public", service("{ports: [{port: 443}]}"), balancer("")),
        ("a service is public no more", balancer(""), service("{ports: [{port: 443}]}")),
        ("from nodes to the world", service("{type: NodePort, ports: [{port: 443}]}"), balancer("")),
        ("a port more of a public one", balancer(""), balancer("").replace("{port: 443}", "{port: 443}, {port: 22}")),
        ("a port more of an inner one", service("{ports: [{port: 80}]}"), service("{ports: [{port: 80}, {port: 22}]}")),
        ("its sources are opened", balancer(", loadBalancerSourceRanges: [10.0.0.0/8]"), balancer("")),
        ("its sources are closed", balancer(""), balancer(", loadBalancerSourceRanges: [10.0.0.0/8]")),
        ("a namespace is less strict", level("restricted"), level("baseline")),
        ("a namespace is stricter", level("baseline"), level("restricted")),
        ("a bucket's policy changes", object("s3.aws.upbound.io/v1beta1", "BucketPolicy", "spec: 1"), object("s3.aws.upbound.io/v1beta1", "BucketPolicy", "spec: 2")),
        ("a bucket's block goes", object("s3.aws.upbound.io/v1beta1", "BucketPublicAccessBlock", "spec: 1"), none()),
        ("a bucket's block comes", none(), object("s3.aws.upbound.io/v1beta1", "BucketPublicAccessBlock", "spec: {forProvider: {blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true}}")),
        ("one that does not block all", none(), object("s3.aws.upbound.io/v1beta1", "BucketPublicAccessBlock", "spec: {forProvider: {blockPublicAcls: false, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true}}")),
        ("Terraform: a policy changes", terraform("aws_iam_role_policy", "1"), terraform("aws_iam_role_policy", "2")),
        ("Terraform: a firewall comes", none(), terraform("google_compute_firewall", "1")),
        ("Terraform: a record changes", terraform("aws_route53_record", "1"), terraform("aws_route53_record", "2")),
        ("a config changes", object("v1", "ConfigMap", "data: {a: b}"), object("v1", "ConfigMap", "data: {a: c}")),
    ]), @"
    an ingress comes: widen
    an ingress goes: destroy
    another host: widen
    a host more: widen
    a host less: -
    another class: widen
    only marks of an ingress: -
    an annotation of an ingress: widen
    a route changes: widen
    a service comes: -
    a public service comes: widen
    a service becomes public: widen
    a service is public no more: -
    from nodes to the world: widen
    a port more of a public one: widen
    a port more of an inner one: -
    its sources are opened: widen
    its sources are closed: -
    a namespace is less strict: widen
    a namespace is stricter: -
    a bucket's policy changes: widen
    a bucket's block goes: destroy widen
    a bucket's block comes: -
    one that does not block all: widen
    Terraform: a policy changes: widen
    Terraform: a firewall comes: widen
    Terraform: a record changes: -
    a config changes: -
    ");
}

#[test]
fn what_is_told_of_routes_tokens_and_tls() {
    let none = || NONE.to_owned();
    let host =
        |host: &str| format!("[{{host: {host}, http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: a}}}}}}]}}}}]");
    let two = "[{host: a, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a}}}]}}, {host: b, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a}}}]}}]";
    insta::assert_snapshot!(shown(&[
        ("an ingress without TLS", ingress("public", &host("a")).replace("rules:", "tls: [{hosts: [a]}], rules:"), ingress("public", &host("a"))),
        ("TLS of another host", ingress("public", &host("a")).replace("rules:", "tls: [{hosts: [a]}], rules:"), ingress("public", &host("a")).replace("rules:", "tls: [{hosts: [b]}], rules:")),
        ("an ingress with TLS", ingress("public", &host("a")), ingress("public", &host("a")).replace("rules:", "tls: [{hosts: [a]}], rules:")),
        ("TLS for whichever host", ingress("public", &host("a")).replace("rules:", "tls: [{hosts: [a]}], rules:"), ingress("public", &host("a")).replace("rules:", "tls: [{secretName: s}], rules:")),
        ("a host without TLS less", ingress("public", two).replace("rules:", "tls: [{hosts: [a, b]}], rules:"), ingress("public", &host("a")).replace("rules:", "tls: [{hosts: [a]}], rules:")),
        ("a host more without paths", ingress("public", "[{host: a}]"), ingress("public", "[{host: a}, {host: b}]")),
        ("a route of OpenShift comes", none(), object("route.openshift.io/v1", "Route", "spec: {to: {name: a}}")),
        ("a route of Traefik comes", none(), object("traefik.io/v1alpha1", "IngressRoute", "spec: {routes: []}")),
        ("a service of the mesh changes", object("networking.istio.io/v1", "VirtualService", "spec: {hosts: [a]}"), object("networking.istio.io/v1", "VirtualService", "spec: {hosts: ['*']}")),
        ("a gateway of the mesh comes", none(), object("networking.istio.io/v1", "Gateway", "spec: {servers: []}")),
        ("a route goes", object("route.openshift.io/v1", "Route", "spec: {}"), none()),
        ("a token comes", none(), object("v1", "Secret", "type: kubernetes.io/service-account-token")),
        ("a secret comes", none(), object("v1", "Secret", "type: Opaque")),
    ]), @"
    an ingress without TLS: widen
    TLS of another host: widen
    an ingress with TLS: -
    TLS for whichever host: -
    a host without TLS less: -
    a host more without paths: widen
    a route of OpenShift comes: widen
    a route of Traefik comes: widen
    a service of the mesh changes: widen
    a gateway of the mesh comes: widen
    a route goes: destroy
    a token comes: widen
    a secret comes: -
    ");
}

#[test]
fn what_pods_may_do_to_their_machine_is_told() {
    let none = || NONE.to_owned();
    let pods = |pod: &str, container: &str| {
        object("apps/v1", "DaemonSet", &format!("spec: {{template: {{spec: {{{pod} containers: [{{name: a, image: b{container}}}]}}}}}}"))
    };
    let with = |security: &str| pods("", &format!(", securityContext: {{{security}}}"));
    let plain = || pods("", "");
    let path = |path: &str| pods(&format!("volumes: [{{name: v, hostPath: {{path: {path}}}}}],"), "");
    let job = |image: &str| {
        object(
            "batch/v1",
            "CronJob",
            &format!("spec: {{jobTemplate: {{spec: {{template: {{spec: {{hostPID: true, containers: [{{image: {image}}}]}}}}}}}}}}"),
        )
    };
    insta::assert_snapshot!(shown(&[
        ("another image", plain(), plain().replace("image: b", "image: c")),
        ("pods come", none(), plain()),
        ("privileged", plain(), with("privileged: true")),
        ("privileged no more", with("privileged: true"), plain()),
        ("privileged is said to be false", plain(), with("privileged: false")),
        ("privileged ones come", none(), with("privileged: true")),
        ("the network of the machine", plain(), pods("hostNetwork: true,", "")),
        ("its processes", plain(), pods("hostPID: true,", "")),
        ("its memory", plain(), pods("hostIPC: true,", "")),
        ("processes of one another", plain(), pods("shareProcessNamespace: true,", "")),
        ("a setting of the kernel", plain(), pods("securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]},", "")),
        ("a setting of its own", plain(), pods("securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: '1'}]},", "")),
        ("its users", pods("hostUsers: false,", ""), plain()),
        ("a port of it", plain(), pods("", ", ports: [{containerPort: 80, hostPort: 80}]")),
        ("a port of the container", plain(), pods("", ", ports: [{containerPort: 80}]")),
        ("a path of it", plain(), path("/var/log")),
        ("a path below", path("/var"), path("/var/log/")),
        ("a path above", path("/var/log"), path("/var")),
        ("a path beside", path("/var"), path("/variant")),
        ("a capability", plain(), with("capabilities: {add: [NET_ADMIN]}")),
        ("the same in other words", with("capabilities: {add: [NET_ADMIN]}"), with("capabilities: {add: [CAP_NET_ADMIN]}")),
        ("one that is dropped no more", with("capabilities: {drop: [ALL]}"), plain()),
        ("as root", plain(), with("runAsUser: 0")),
        ("not held from it", with("runAsNonRoot: true"), plain()),
        ("held from it by the pod", with("runAsNonRoot: true"), pods("securityContext: {runAsNonRoot: true},", "")),
        ("a container more that is not held", with("allowPrivilegeEscalation: false"), with("allowPrivilegeEscalation: false").replace("containers: [", "containers: [{name: c},")),
        ("another account", plain(), pods("serviceAccountName: admin,", "")),
        ("the account by its name", plain(), pods("serviceAccountName: default,", "")),
        ("a token", pods("automountServiceAccountToken: false,", ""), plain()),
        ("a job that could already", job("a"), job("b")),
    ]), @"
    another image: -
    pods come: -
    privileged: widen
    privileged no more: -
    privileged is said to be false: -
    privileged ones come: widen
    the network of the machine: widen
    its processes: widen
    its memory: widen
    processes of one another: widen
    a setting of the kernel: widen
    a setting of its own: -
    its users: widen
    a port of it: widen
    a port of the container: -
    a path of it: widen
    a path below: -
    a path above: widen
    a path beside: widen
    a capability: widen
    the same in other words: -
    one that is dropped no more: widen
    as root: widen
    not held from it: widen
    held from it by the pod: -
    a container more that is not held: widen
    another account: widen
    the account by its name: -
    a token: widen
    a job that could already: -
    ");
}

#[test]
fn what_is_taken_away_or_made_new_is_told() {
    let none = || NONE.to_owned();
    let gib = |gib: u32| {
        claim(&format!("{{accessModes: [ReadWriteOnce], storageClassName: fast, resources: {{requests: {{storage: {gib}Gi}}}}}}"))
    };
    let stateful = |claims: &str| {
        object("apps/v1", "StatefulSet", &format!("spec: {{serviceName: a, selector: {{}}, volumeClaimTemplates: {claims}}}"))
    };
    let job = |image: &str| {
        object(
            "batch/v1",
            "Job",
            &format!("spec: {{template: {{metadata: {{labels: {{goldpath.dev/team: {image}}}}}, spec: {{containers: [{{image: a}}]}}}}}}"),
        )
    };
    let volume = |spec: &str| object("v1", "PersistentVolume", &format!("spec: {{{spec}}}"));
    insta::assert_snapshot!(shown(&[
        ("a config goes", object("v1", "ConfigMap", "data: {}"), none()),
        ("a config gets another name", object("v1", "ConfigMap", "data: {}"), object("v1", "ConfigMap", "data: {}").replace("name: a", "name: b")),
        ("a claim goes", gib(1), none()),
        ("a claim grows", gib(1), gib(2)),
        ("a claim shrinks", gib(2), gib(1)),
        ("a claim of another class", gib(1), gib(1).replace("fast", "slow")),
        ("what a volume is", volume("csi: {volumeHandle: a}"), volume("csi: {volumeHandle: b}")),
        ("what becomes of a volume", volume("csi: {volumeHandle: a}"), volume("csi: {volumeHandle: a}, volumeMode: Filesystem, persistentVolumeReclaimPolicy: Retain")),
        ("another image", deployment("a", "x:1"), deployment("a", "x:2")),
        ("another selector", deployment("a", "x:1"), deployment("b", "x:1")),
        ("other volumes of a set", stateful("[{metadata: {name: a}}]"), stateful("[{metadata: {name: b}}]")),
        ("other marks of a job", job("a"), job("b")),
        ("another image of a job", job("a"), job("a").replace("image: a", "image: b")),
        ("a frozen config", object("v1", "ConfigMap", "immutable: true, data: {a: b}"), object("v1", "ConfigMap", "immutable: true, data: {a: c}")),
        ("a secret of another type", object("v1", "Secret", "type: a"), object("v1", "Secret", "type: b")),
        ("a protected custom resource goes", object("s3.aws.upbound.io/v1beta2", "Bucket", "spec: 1"), none()),
        ("one of another group goes", object("s3.example.org/v1", "Bucket", "spec: 1"), none()),
        ("Terraform: a database goes", terraform("aws_db_instance", "1"), none()),
        ("Terraform: a record goes", terraform("aws_route53_record", "1"), none()),
        ("Terraform: a record gets another name", terraform("aws_route53_record", "1"), terraform("aws_route53_record", "1").replace("name: a", "name: b")),
    ]), @"
    a config goes: destroy
    a config gets another name: destroy
    a claim goes: destroy protected (PersistentVolumeClaim/a)
    a claim grows: -
    a claim shrinks: replace protected (PersistentVolumeClaim/a)
    a claim of another class: replace protected (PersistentVolumeClaim/a)
    what a volume is: replace
    what becomes of a volume: -
    another image: -
    another selector: replace
    other volumes of a set: replace
    other marks of a job: -
    another image of a job: replace
    a frozen config: replace
    a secret of another type: replace
    a protected custom resource goes: destroy protected (Bucket/a)
    one of another group goes: destroy
    Terraform: a database goes: destroy protected (terraform:aws_db_instance/a)
    Terraform: a record goes: destroy
    Terraform: a record gets another name: destroy
    ");
}

#[test]
fn a_unit_that_goes_takes_everything_with_it() {
    let of_unit = |text: &str, edit: fn(&mut Unit)| {
        let mut unit = unit(text);
        edit(&mut unit);
        let pair = (Some(&unit), None);
        let Found { risks, protected, .. } = of(pair, &changed_objects(pair), Some(&budget()));
        format!("{risks:?} {protected:?}")
    };
    let text = "{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}}";
    let rows = [
        of_unit(text, |_| {}),
        of_unit(text, |unit| unit.disposable.extend(["Namespace".to_owned()])),
        of_unit(text, |unit| unit.on_delete = OnDelete::Keep),
        of_unit("", |_| {}),
    ];
    insta::assert_snapshot!(rows.join("\n"), @r#"
    {Destroy, Protected, Widen} ["Namespace/a"]
    {Destroy, Widen} []
    {} []
    {Destroy} []
    "#);
}
