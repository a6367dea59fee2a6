//! Pods, container by container.

use super::*;

/// The pods of a Deployment, which are these.
fn pods(spec: &str) -> String {
    object("apps/v1", "Deployment", &format!("spec: {{template: {{spec: {spec}}}}}"))
}

const HELD: &str =
    "runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}";

#[test]
fn what_one_container_may_do_is_not_what_another_may() {
    let with = |first: &str, own: &str| {
        pods(&format!(
            "{{initContainers: [{{name: i, securityContext: {{{first}}}}}], containers: [{{name: a, securityContext: {{{own}}}}}]}}"
        ))
    };
    let beside = |own: &str, more: &str| pods(&format!("{{containers: [{{name: a, securityContext: {{{own}}}}}, {{name: s}}{more}]}}"));
    let of_pod =
        |all: &str, own: &str| pods(&format!("{{securityContext: {{{all}}}, containers: [{{name: a, securityContext: {{{own}}}}}]}}"));
    let named = |name: &str| pods(&format!("{{containers: [{{name: {name}, securityContext: {{privileged: true}}}}]}}"));
    insta::assert_snapshot!(shown(&[
        ("privileged as the first one", with("privileged: true", ""), with("privileged: true", "privileged: true")),
        ("root as the first one", with("runAsUser: 0", ""), with("runAsUser: 0", "runAsUser: 0")),
        ("not held, as the one beside it", beside(HELD, ""), beside("", "")),
        ("held, unlike the one beside it", beside("", ""), beside(HELD, "")),
        ("one more as the one beside it", beside(HELD, ""), beside(HELD, ", {name: t}")),
        ("one more that may do more", beside(HELD, ""), beside(HELD, ", {name: t, securityContext: {privileged: true}}")),
        ("what the pod says moves into the container", of_pod("runAsUser: 0", ""), of_pod("", "runAsUser: 0")),
        ("the container says otherwise than the pod", of_pod("runAsNonRoot: true", ""), of_pod("runAsNonRoot: true", "runAsNonRoot: false")),
        ("a privileged one of another name", named("a"), named("b")),
        ("each capability instead of one", of_pod("", "capabilities: {drop: [NET_RAW]}"), of_pod("", "capabilities: {drop: [ALL]}")),
    ]), @"
    privileged as the first one: widen
    root as the first one: widen
    not held, as the one beside it: widen
    held, unlike the one beside it: -
    one more as the one beside it: -
    one more that may do more: widen
    what the pod says moves into the container: -
    the container says otherwise than the pod: widen
    a privileged one of another name: -
    each capability instead of one: -
    ");
}

#[test]
fn what_held_pods_back_and_does_so_no_more_is_told() {
    let own = |security: &str| pods(&format!("{{containers: [{{name: a, securityContext: {{{security}}}}}]}}"));
    let whole = |fields: &str| pods(&format!("{{{fields}containers: [{{name: a}}]}}"));
    let marked = |profile: &str| {
        let mark = format!("annotations: {{container.apparmor.security.beta.kubernetes.io/a: {profile}}}");
        own("").replace("template: {", &format!("template: {{metadata: {{{mark}}}, "))
    };
    let path = |first: &str, second: &str| {
        pods(&format!(
            "{{volumes: [{{name: v, hostPath: {{path: /etc}}}}], containers: [{{name: a, volumeMounts: [{first}]}}, {{name: b, volumeMounts: [{second}]}}]}}"
        ))
    };
    let token = |volumes: &str| whole(&format!("automountServiceAccountToken: false, volumes: [{volumes}], "));
    insta::assert_snapshot!(shown(&[
        ("a user", own("runAsUser: 1000"), own("")),
        ("another user", own("runAsUser: 1000"), own("runAsUser: 2000")),
        ("a user for not being root", own("runAsNonRoot: true"), own("runAsUser: 1000")),
        ("root in other words", own(""), own("runAsUser: 0.0")),
        ("a type of SELinux", own(""), own("seLinuxOptions: {type: spc_t}")),
        ("the usual type of SELinux", own(""), own("seLinuxOptions: {type: container_t}")),
        ("AppArmor goes", marked("runtime/default"), own("")),
        ("AppArmor confines nothing", own(""), marked("unconfined")),
        ("AppArmor in other words", marked("runtime/default"), own("appArmorProfile: {type: RuntimeDefault}")),
        ("a runtime goes", whole("runtimeClassName: gvisor, "), whole("")),
        ("another runtime", whole("runtimeClassName: gvisor, "), whole("runtimeClassName: runc, ")),
        ("a runtime comes", whole(""), whole("runtimeClassName: gvisor, ")),
        ("a path is written to", path("{name: v, readOnly: true}", ""), path("{name: v}", "")),
        ("a path is only read", path("{name: v}", ""), path("{name: v, readOnly: true}", "")),
        ("a path for another container", path("{name: v}", ""), path("{name: v}", "{name: v}")),
        ("less of a path", path("{name: v}", ""), path("{name: v, subPath: ssl}", "")),
        ("a token after all", token(""), token("{name: t, projected: {sources: [{serviceAccountToken: {path: t}}]}}")),
    ]), @"
    a user: widen
    another user: -
    a user for not being root: -
    root in other words: widen
    a type of SELinux: widen
    the usual type of SELinux: -
    AppArmor goes: widen
    AppArmor confines nothing: widen
    AppArmor in other words: -
    a runtime goes: widen
    another runtime: widen
    a runtime comes: -
    a path is written to: widen
    a path is only read: -
    a path for another container: widen
    less of a path: -
    a token after all: widen
    ");
}

#[test]
fn pods_are_found_where_their_kind_has_them() {
    let privileged = "containers: [{name: a, securityContext: {privileged: true}}]";
    let plain = "containers: [{name: a}]";
    let decoy = |pod: &str| {
        object(
            "apps/v1",
            "Deployment",
            &format!("spec: {{jobTemplate: {{spec: {{template: {{spec: {{containers: []}}}}}}}}, template: {{spec: {{{pod}}}}}}}"),
        )
    };
    let jobs = |pod: &str| {
        let spec = format!("spec: {{replicatedJobs: [{{name: w, template: {{spec: {{template: {{spec: {{{pod}}}}}}}}}}}]}}");
        object("jobset.x-k8s.io/v1alpha2", "JobSet", &spec)
    };
    let rollout = |pod: &str| object("argoproj.io/v1alpha1", "Rollout", &format!("spec: {{template: {{spec: {{{pod}}}}}}}"));
    let template = |pod: &str| object("v1", "PodTemplate", &format!("template: {{spec: {{{pod}}}}}"));
    let flow = |container: &str| {
        object("argoproj.io/v1alpha1", "Workflow", &format!("spec: {{templates: [{{name: t, container: {{{container}}}}}]}}"))
    };
    let marked = |text: &str| text.replace("namespace: shop", "namespace: shop, annotations: {goldpath.dev/team: shop}");
    insta::assert_snapshot!(shown(&[
        ("behind others that are none", decoy(plain), decoy(privileged)),
        ("in a template", template(plain), template(privileged)),
        ("a template comes", NONE.to_owned(), template(plain)),
        ("of a kind with one template", rollout(plain), rollout("containers: [{name: a, image: b}]")),
        ("privileged ones of it", rollout(plain), rollout(privileged)),
        ("at a place that is not known", jobs(plain), jobs(privileged)),
        ("whatever changes there", jobs(plain), jobs("containers: [{name: a, image: b}]")),
        ("they come there", NONE.to_owned(), jobs(plain)),
        ("only marks of them", jobs(plain), marked(&jobs(plain))),
        ("one container of a workflow", flow("image: a"), flow("image: a, securityContext: {privileged: true}")),
    ]), @"
    behind others that are none: widen
    in a template: widen
    a template comes: -
    of a kind with one template: -
    privileged ones of it: widen
    at a place that is not known: widen
    whatever changes there: widen
    they come there: widen
    only marks of them: -
    one container of a workflow: widen
    ");
}
