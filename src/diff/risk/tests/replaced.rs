//! What the API refuses to change in place, and what it fills in by itself.

use super::*;

#[test]
fn what_is_made_new_is_told_from_what_is_only_written_out() {
    let stateful = |claims: &str| {
        object("apps/v1", "StatefulSet", &format!("spec: {{serviceName: a, selector: {{}}, volumeClaimTemplates: {claims}}}"))
    };
    let jobs = |spec: &str| object("batch/v1", "Job", &format!("spec: {{{spec}}}"));
    let pod = |container: &str| object("v1", "Pod", &format!("spec: {{containers: [{{name: a, {container}}}]}}"));
    insta::assert_snapshot!(shown(&[
        ("a secret says its type", object("v1", "Secret", "data: {}"), object("v1", "Secret", "data: {}, type: Opaque")),
        ("a set says in which order", stateful("[]"), stateful("[], podManagementPolicy: OrderedReady")),
        ("the volumes of a set in other words", stateful("[{metadata: {name: a}, spec: {resources: {requests: {storage: 1Gi}}}}]"), stateful("[{metadata: {name: a}, spec: {resources: {requests: {storage: 1024Mi}}}}]")),
        ("a job says how it counts", jobs("a: 1"), jobs("completionMode: NonIndexed")),
        ("a job runs more often", jobs("completions: 1"), jobs("completions: 2")),
        ("one that counts does, all at once", jobs("completionMode: Indexed, completions: 1, parallelism: 1"), jobs("completionMode: Indexed, completions: 2, parallelism: 2")),
        ("when a job fails", jobs("podFailurePolicy: {rules: []}"), jobs("podFailurePolicy: {rules: [1]}")),
        ("where a claim comes from", claim("{dataSourceRef: {name: a}}"), claim("{dataSourceRef: {name: b}}")),
        ("another class of a balancer", service("{type: LoadBalancer, loadBalancerClass: a}"), service("{type: LoadBalancer, loadBalancerClass: b}")),
        ("a class of what becomes a balancer", service("{type: ClusterIP}"), service("{type: LoadBalancer, loadBalancerClass: b}")),
        ("another family", service("{ipFamilies: [IPv4]}"), service("{ipFamilies: [IPv6]}")),
        ("one family more", service("{ipFamilies: [IPv4]}"), service("{ipFamilies: [IPv4, IPv6]}")),
        ("a runtime", object("node.k8s.io/v1", "RuntimeClass", "handler: a"), object("node.k8s.io/v1", "RuntimeClass", "handler: b")),
        ("what a definition is for", object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "spec: {scope: Cluster}"), object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "spec: {scope: Namespaced}")),
        ("the image of a pod", pod("image: a"), pod("image: b")),
        ("the command of a pod", pod("image: a"), pod("image: a, command: [b]")),
        ("what a pod is without saying so", pod("image: a"), pod("image: a").replace("spec: {", "spec: {restartPolicy: Always, ")),
        ("machines that a pod bears", pod("image: a"), pod("image: a").replace("spec: {", "spec: {tolerations: [{key: a}], ")),
        ("machines that it bears no more", pod("image: a").replace("spec: {", "spec: {tolerations: [{key: a}], "), pod("image: a")),
    ]), @"
    a secret says its type: -
    a set says in which order: -
    the volumes of a set in other words: -
    a job says how it counts: -
    a job runs more often: replace
    one that counts does, all at once: -
    when a job fails: replace
    where a claim comes from: replace protected (PersistentVolumeClaim/a)
    another class of a balancer: replace widen
    a class of what becomes a balancer: widen
    another family: replace
    one family more: -
    a runtime: replace
    what a definition is for: replace
    the image of a pod: -
    the command of a pod: replace
    what a pod is without saying so: -
    machines that a pod bears: -
    machines that it bears no more: replace
    ");
}
