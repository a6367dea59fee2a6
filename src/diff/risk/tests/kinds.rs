//! Kinds beside those of every cluster, and what several units say of one namespace.

use super::*;

/// The risks of a unit that comes or goes as a whole.
fn alone(before: Option<&str>, after: Option<&str>) -> String {
    let (before, after) = (before.map(unit), after.map(unit));
    let pair = (before.as_ref(), after.as_ref());
    format!("{:?}", of(pair, &changed_objects(pair), None).risks)
}

#[test]
fn kinds_that_come_and_go_are_told_by_their_names() {
    let kinds = [
        ("iam.cnrm.cloud.google.com", "IAMPolicyMember"),
        ("compute.cnrm.cloud.google.com", "ComputeFirewall"),
        ("network.azure.upbound.io", "SecurityRule"),
        ("ec2.services.k8s.aws", "SecurityGroup"),
        ("ec2.aws.upbound.io", "SecurityGroupIngressRule"),
        ("s3.aws.upbound.io", "BucketACL"),
        ("lambda.aws.upbound.io", "Permission"),
        ("s3.aws.upbound.io", "Bucket"),
        ("security.istio.io", "PeerAuthentication"),
        ("kyverno.io", "PolicyException"),
        ("constraints.gatekeeper.sh", "K8sPSPPrivilegedContainer"),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
        ("policy.linkerd.io", "NetworkAuthentication"),
        ("policy.linkerd.io", "ServerAuthorization"),
        ("keda.sh", "TriggerAuthentication"),
        ("security.openshift.io", "SecurityContextConstraints"),
        ("management.cattle.io", "ClusterRoleTemplateBinding"),
        ("argoproj.io", "AppProject"),
        ("kafka.strimzi.io", "KafkaUser"),
        ("apiregistration.k8s.io", "APIService"),
        ("discovery.k8s.io", "EndpointSlice"),
        ("elbv2.k8s.aws", "TargetGroupBinding"),
        ("networking.gke.io", "MultiClusterIngress"),
        ("networking.k8s.io", "IngressClass"),
        ("getambassador.io", "Mapping"),
        ("zalando.org", "RouteGroup"),
        ("gateway.networking.x-k8s.io", "XListenerSet"),
    ];
    let row = |(group, kind): &(&str, &str)| {
        let object = object(&format!("{group}/v1"), kind, "spec: {a: b}");
        format!("{kind}: {}, {}\n", risks(NONE, &object), risks(&object, NONE))
    };
    insta::assert_snapshot!(kinds.iter().map(row).collect::<String>(), @"
    IAMPolicyMember: widen, destroy
    ComputeFirewall: widen, destroy widen
    SecurityRule: widen, destroy widen
    SecurityGroup: widen, destroy
    SecurityGroupIngressRule: widen, destroy
    BucketACL: widen, destroy widen
    Permission: widen, destroy
    Bucket: -, destroy protected (Bucket/a)
    PeerAuthentication: widen, destroy widen
    PolicyException: widen, destroy widen
    K8sPSPPrivilegedContainer: widen, destroy widen
    MutatingAdmissionPolicyBinding: widen, destroy widen
    NetworkAuthentication: widen, destroy widen
    ServerAuthorization: widen, destroy widen
    TriggerAuthentication: -, destroy
    SecurityContextConstraints: widen, destroy
    ClusterRoleTemplateBinding: widen, destroy
    AppProject: widen, destroy
    KafkaUser: widen, destroy
    APIService: widen, destroy
    EndpointSlice: widen, destroy
    TargetGroupBinding: widen, destroy
    MultiClusterIngress: widen, destroy
    IngressClass: -, destroy
    Mapping: widen, destroy
    RouteGroup: widen, destroy
    XListenerSet: widen, destroy
    ");
}

#[test]
fn accounts_volumes_services_and_namespaces_are_told_by_their_fields() {
    let account = |token: &str| object("v1", "ServiceAccount", token);
    let volume = |source: &str| object("v1", "PersistentVolume", &format!("spec: {{{source}}}"));
    let level = |labels: &str| format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: a, labels: {{{labels}}}}}}}");
    let strict = |version: &str| {
        level(&format!("pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: {version}"))
    };
    let exposed = |text: &str| text.replace("namespace: shop", "namespace: shop, annotations: {tailscale.com/expose: 'true'}");
    let host = "[{host: a.example.org, http: {paths: []}}]";
    let tls = |name: &str| ingress("public", host).replace("rules:", &format!("tls: [{{hosts: ['{name}']}}], rules:"));
    let of = |verbs: &str| format!("{{apiGroups: [''], resources: [pods], verbs: {verbs}}}");
    let ports = |ports: &str| network(&format!("{{podSelector: {{}}, ingress: [{{from: [{{podSelector: {{}}}}], ports: {ports}}}]}}"));
    insta::assert_snapshot!(shown(&[
        ("a token for all pods", account("automountServiceAccountToken: false"), account("automountServiceAccountToken: true")),
        ("a token as it is without a word", account("automountServiceAccountToken: false"), account("x: 1")),
        ("no token", account("x: 1"), account("automountServiceAccountToken: false")),
        ("a volume of a machine comes", NONE.to_owned(), volume("hostPath: {path: /}")),
        ("a disk of a machine comes", NONE.to_owned(), volume("local: {path: /mnt}")),
        ("a volume comes", NONE.to_owned(), volume("csi: {driver: a}")),
        ("an older version", strict("latest"), strict("v1.0")),
        ("a later version", strict("v1.0"), strict("v1.30")),
        ("a network of its own", service("{ports: [{port: 80}]}"), exposed(&service("{ports: [{port: 80}]}"))),
        ("TLS for the domain goes", tls("*.example.org"), ingress("public", host)),
        ("TLS for the domain instead", tls("a.example.org"), tls("*.example.org")),
        ("TLS for what is below the domain", tls("a.example.org"), tls("*.b.a.example.org")),
        ("two rules in one", role(&format!("[{}, {}]", of("[get]"), of("[list]"))), role(&format!("[{}]", of("[list, get]")))),
        ("two rules and more in one", role(&format!("[{}, {}]", of("[get]"), of("[list]"))), role(&format!("[{}]", of("[list, get, watch]")))),
        ("two rules of other things in one", role("[{apiGroups: [''], resources: [pods], verbs: [get]}, {apiGroups: [''], resources: [secrets], verbs: [list]}]"), role("[{apiGroups: [''], resources: [pods, secrets], verbs: [get, list]}]")),
        ("a port less", ports("[{port: 80}, {port: 90}]"), ports("[{port: 80}]")),
        ("all ports", ports("[{port: 80}]"), ports("[]")),
    ]), @"
    a token for all pods: widen
    a token as it is without a word: widen
    no token: -
    a volume of a machine comes: widen
    a disk of a machine comes: widen
    a volume comes: -
    an older version: widen
    a later version: -
    a network of its own: widen
    TLS for the domain goes: widen
    TLS for the domain instead: -
    TLS for what is below the domain: widen
    two rules in one: -
    two rules and more in one: widen
    two rules of other things in one: widen
    a port less: -
    all ports: widen
    ");
}

/// What is let in by a policy may have been kept out by that of another request.
#[test]
fn a_network_policy_is_told_whatever_else_its_unit_holds() {
    let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}";
    let opens = network("{podSelector: {}, ingress: [{}]}");
    let denies = network("{podSelector: {}}");
    let with = |policy: &str| format!("{namespace}\n---\n{policy}");
    let webhook = object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "webhooks: []");
    let rows = [
        ("one that opens comes alone", alone(None, Some(&opens))),
        ("one that opens comes to others", alone(Some(NONE), Some(&opens))),
        ("it comes with its namespace", alone(None, Some(&with(&opens)))),
        ("it comes to its namespace", alone(Some(namespace), Some(&with(&opens)))),
        ("one that denies comes", alone(None, Some(&denies))),
        ("one that denies goes", alone(Some(&denies), None)),
        ("it goes with its namespace", alone(Some(&with(&denies)), None)),
        ("it goes with its namespace from what stays", alone(Some(&with(&denies)), Some(NONE))),
        ("a webhook goes", alone(Some(&webhook), None)),
    ];
    insta::assert_snapshot!(rows.map(|(what, risks)| format!("{what}: {risks}")).join("\n"), @"
    one that opens comes alone: {Widen}
    one that opens comes to others: {Widen}
    it comes with its namespace: {}
    it comes to its namespace: {Widen}
    one that denies comes: {}
    one that denies goes: {Destroy, Widen}
    it goes with its namespace: {Destroy}
    it goes with its namespace from what stays: {Destroy}
    a webhook goes: {Destroy, Widen}
    ");
}
