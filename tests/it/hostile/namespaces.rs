//! Row 9: another team's namespace, what is for the whole cluster, and goldpath's own labels.

use crate::worker::repository;
use goldpath::parse::parse;
use goldpath::render::{Cache, Limits, render};

const PATTERNS: &str = "[\"{{ team.name }}\", \"{{ team.name }}-*\"]";

fn said(namespaces: &str, template: &str, others: &[(&str, &str)]) -> String {
    let target = format!(
        "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {{name: staging}}\nspec:\n  type: directory\n  connection: staging\n  \
         allow: {{teams: [\"*\"], paths: [\"*\"]}}\n  kubernetes: {{namespaces: {namespaces}}}\n"
    );
    let mut all = vec![("targets/staging.yaml", target.as_str())];
    all.extend(others.iter().copied());
    let snapshot = repository(template, &all);
    let parsed = parse(&snapshot);
    let rendered = render(&snapshot, &parsed.platform, &Limits::default(), &mut Cache::new(), 1);
    let findings = parsed.findings.iter().chain(&rendered.findings);
    let lines: Vec<String> = findings
        .map(|finding| {
            let place = format!("{}:{}", finding.place.path.as_str().rsplit('/').next().unwrap_or_default(), finding.place.span.line);
            format!("{place} {} {}. {}", finding.code, finding.message, finding.help)
        })
        .collect();
    assert_eq!(rendered.units.is_empty(), !rendered.failed.is_empty());
    if lines.is_empty() { "rendered".to_owned() } else { lines.join("\n") }
}

/// One object, on several lines, so that the place is seen.
fn object(api: &str, kind: &str, metadata: &str) -> String {
    format!("apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: a\n{metadata}")
}

#[test]
fn row_9_what_a_unit_may_touch() {
    let rows = [
        ("own namespace", object("v1", "ConfigMap", "  namespace: platform\n")),
        ("own prefix", object("v1", "ConfigMap", "  namespace: platform-x\n")),
        ("another team's", object("v1", "ConfigMap", "  namespace: payments\n")),
        ("one that begins with its name", object("v1", "ConfigMap", "  namespace: platformer\n")),
        ("the cluster's own", object("v1", "ConfigMap", "  namespace: kube-system\n")),
        ("a star", object("v1", "ConfigMap", "  namespace: \"*\"\n")),
        ("none said", object("v1", "ConfigMap", "")),
        ("null", object("v1", "ConfigMap", "  namespace: null\n")),
        ("empty", object("v1", "ConfigMap", "  namespace: \"\"\n")),
        ("own Namespace", object("v1", "Namespace", "").replace("name: a", "name: platform-a")),
        ("another Namespace", object("v1", "Namespace", "").replace("name: a", "name: payments")),
        ("a ClusterRole", object("rbac.authorization.k8s.io/v1", "ClusterRole", "")),
        ("a ClusterRole that says a namespace", object("rbac.authorization.k8s.io/v1", "ClusterRole", "  namespace: platform\n")),
        ("a binding for the cluster", object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "")),
        ("a definition", object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "")),
        ("a webhook", object("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "")),
        ("a volume", object("v1", "PersistentVolume", "")),
        ("a list", "apiVersion: v1\nkind: List\nmetadata: {name: a}\nitems: [{apiVersion: v1, kind: ConfigMap}]\n".to_owned()),
        (
            "another sort of list",
            "apiVersion: v1\nkind: ConfigMapList\nmetadata: {name: a}\nitems: [{apiVersion: v1, kind: ConfigMap}]\n".to_owned(),
        ),
        (
            "another sort of list in its own namespace",
            "apiVersion: v1\nkind: ConfigMapList\nmetadata: {name: a, namespace: platform}\nitems: [{apiVersion: v1, kind: ConfigMap}]\n"
                .to_owned(),
        ),
        ("a custom resource that nothing is known of", object("iam.example.org/v1", "GlobalRole", "  namespace: platform\n")),
        ("a Namespace of another group", object("example.org/v1", "Namespace", "").replace("name: a", "name: platform")),
        ("goldpath's labels", object("v1", "ConfigMap", "  namespace: platform\n  labels: {goldpath.dev/team: payments}\n")),
    ];
    let shown: String = rows.iter().map(|(what, template)| format!("{what}: {}\n", said(PATTERNS, template, &[]))).collect();
    insta::assert_snapshot!(shown, @"
    own namespace: rendered
    own prefix: rendered
    another team's: a.yaml.tera:5 namespace-not-allowed `a.yaml`: ConfigMap `a` is in the namespace `payments`, and units of this request may touch `platform` and `platform-*`. Put it into one of them. Ask the platform team for another in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    one that begins with its name: a.yaml.tera:5 namespace-not-allowed `a.yaml`: ConfigMap `a` is in the namespace `platformer`, and units of this request may touch `platform` and `platform-*`. Put it into one of them. Ask the platform team for another in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    the cluster's own: a.yaml.tera:5 namespace-not-allowed `a.yaml`: ConfigMap `a` is in the namespace `kube-system`, and units of this request may touch `platform` and `platform-*`. Put it into one of them. Ask the platform team for another in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a star: a.yaml.tera:5 namespace-not-allowed `a.yaml`: ConfigMap `a` is in the namespace `*`, and units of this request may touch `platform` and `platform-*`. Put it into one of them. Ask the platform team for another in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    none said: a.yaml.tera:3 namespace-not-allowed `a.yaml`: ConfigMap `a` says no namespace, so that it would go wherever the connection's default is. Write `metadata.namespace`; units of this request may touch `platform` and `platform-*`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    null: a.yaml.tera:3 namespace-not-allowed `a.yaml`: ConfigMap `a` says no namespace, so that it would go wherever the connection's default is. Write `metadata.namespace`; units of this request may touch `platform` and `platform-*`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    empty: a.yaml.tera:1 output-refused `a.yaml` (line 1 when rendered): ConfigMap `a`: `metadata.namespace` of the object must be a text. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a.yaml.tera:3 namespace-not-allowed `a.yaml`: ConfigMap `a` says no namespace, so that it would go wherever the connection's default is. Write `metadata.namespace`; units of this request may touch `platform` and `platform-*`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    own Namespace: rendered
    another Namespace: a.yaml.tera:4 namespace-not-allowed `a.yaml`: the namespace `payments` is not for units of this request, which may touch `platform` and `platform-*`. Ask the platform team for it in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a ClusterRole: a.yaml.tera:2 namespace-not-allowed `a.yaml`: ClusterRole `a` is in no namespace: it is for the whole cluster, and units may touch `platform` and `platform-*`. Ask the platform team for `*` in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a ClusterRole that says a namespace: a.yaml.tera:2 namespace-not-allowed `a.yaml`: ClusterRole `a` is in no namespace: it is for the whole cluster, and units may touch `platform` and `platform-*`. Ask the platform team for `*` in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a binding for the cluster: a.yaml.tera:2 namespace-not-allowed `a.yaml`: ClusterRoleBinding `a` is in no namespace: it is for the whole cluster, and units may touch `platform` and `platform-*`. Ask the platform team for `*` in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a definition: a.yaml.tera:2 namespace-not-allowed `a.yaml`: CustomResourceDefinition `a` is in no namespace: it is for the whole cluster, and units may touch `platform` and `platform-*`. Ask the platform team for `*` in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a webhook: a.yaml.tera:2 namespace-not-allowed `a.yaml`: MutatingWebhookConfiguration `a` is in no namespace: it is for the whole cluster, and units may touch `platform` and `platform-*`. Ask the platform team for `*` in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a volume: a.yaml.tera:2 namespace-not-allowed `a.yaml`: PersistentVolume `a` is in no namespace: it is for the whole cluster, and units may touch `platform` and `platform-*`. Ask the platform team for `*` in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a list: a.yaml.tera:1 output-refused `a.yaml` (line 1 when rendered): a `List` hides its objects: write them as documents of their own, with `---` between them. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    another sort of list: a.yaml.tera:1 output-refused `a.yaml` (line 1 when rendered): a `ConfigMapList` with `items` is a list, which hides its objects: write them as documents of their own, with `---` between them. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    another sort of list in its own namespace: a.yaml.tera:1 output-refused `a.yaml` (line 1 when rendered): a `ConfigMapList` with `items` is a list, which hides its objects: write them as documents of their own, with `---` between them. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a custom resource that nothing is known of: a.yaml.tera:2 namespace-not-allowed `a.yaml`: GlobalRole `a` says a namespace, and whether it is in one is not known. Bring its definition with `goldpath schema import`. Ask the platform team for `*`, where it is for the whole cluster, in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a Namespace of another group: a.yaml.tera:3 namespace-not-allowed `a.yaml`: Namespace `platform` says no namespace, and whether it needs one is not known. Bring its definition with `goldpath schema import` and write `metadata.namespace`. Ask the platform team for `*`, where it is for the whole cluster, in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    goldpath's labels: a.yaml.tera:6 output-refused `a.yaml` (line 6 when rendered): ConfigMap `a` sets `goldpath.dev/team`, which goldpath itself puts on every object: leave it out. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
}

#[test]
fn row_9_a_custom_resource_is_where_its_definition_says() {
    let schema = |scope: &str| format!(r#"{{"type": "object", {scope} "properties": {{"spec": {{"type": "object"}}}}}}"#);
    let rows = [("Namespaced", r#""x-goldpath-scope": "Namespaced","#), ("Cluster", r#""x-goldpath-scope": "Cluster","#), ("not said", "")];
    let mut shown = String::new();
    for (what, scope) in rows {
        for (place, metadata) in [("no namespace", ""), ("its own", "  namespace: platform\n"), ("another", "  namespace: payments\n")] {
            let schema = schema(scope);
            let said = said(
                PATTERNS,
                &object("cert.example.org/v1", "Certificate", metadata),
                &[("schemas/cert.example.org/Certificate_v1.json", &schema)],
            );
            shown += &format!("{what}, {place}: {said}\n");
        }
    }
    insta::assert_snapshot!(shown, @"
    Namespaced, no namespace: a.yaml.tera:3 namespace-not-allowed `a.yaml`: Certificate `a` says no namespace, so that it would go wherever the connection's default is. Write `metadata.namespace`; units of this request may touch `platform` and `platform-*`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    Namespaced, its own: rendered
    Namespaced, another: a.yaml.tera:5 namespace-not-allowed `a.yaml`: Certificate `a` is in the namespace `payments`, and units of this request may touch `platform` and `platform-*`. Put it into one of them. Ask the platform team for another in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    Cluster, no namespace: a.yaml.tera:2 namespace-not-allowed `a.yaml`: Certificate `a` is in no namespace: it is for the whole cluster, and units may touch `platform` and `platform-*`. Ask the platform team for `*` in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    Cluster, its own: a.yaml.tera:2 namespace-not-allowed `a.yaml`: Certificate `a` is in no namespace: it is for the whole cluster, and units may touch `platform` and `platform-*`. Ask the platform team for `*` in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    Cluster, another: a.yaml.tera:2 namespace-not-allowed `a.yaml`: Certificate `a` is in no namespace: it is for the whole cluster, and units may touch `platform` and `platform-*`. Ask the platform team for `*` in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    not said, no namespace: a.yaml.tera:3 namespace-not-allowed `a.yaml`: Certificate `a` says no namespace, and whether it needs one is not known. Bring its definition with `goldpath schema import` and write `metadata.namespace`. Ask the platform team for `*`, where it is for the whole cluster, in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    not said, its own: a.yaml.tera:2 namespace-not-allowed `a.yaml`: Certificate `a` says a namespace, and whether it is in one is not known. Bring its definition with `goldpath schema import`. Ask the platform team for `*`, where it is for the whole cluster, in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    not said, another: a.yaml.tera:5 namespace-not-allowed `a.yaml`: Certificate `a` is in the namespace `payments`, and units of this request may touch `platform` and `platform-*`. Put it into one of them. Ask the platform team for another in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
}

#[test]
fn row_9_what_a_target_allows_is_not_what_a_request_says() {
    let own = object("v1", "ConfigMap", "  namespace: {{ spec.text }}\n");
    let rows = [
        "[\"{{ spec.text }}\"]",
        "[\"{{ metadata.name }}\"]",
        "[\"{{ metadata.labels.x }}\"]",
        "[\"{{ metadata | json }}\"]",
        "[\"{{ [...spec.list] | first }}\"]",
        "[\"hello\", \"{{ team.nam }}\"]",
        "[\"{{ now() }}\"]",
        "[\"{{ team.name\"]",
        "[\"*\"]",
        "[]",
        "hello",
        "[hello]",
        "[\"{{ 'h' ~ 'ello' }}\"]",
    ];
    let shown: String = rows.iter().map(|row| format!("{row}: {}\n", said(row, &own, &[]))).collect();
    insta::assert_snapshot!(shown, @r#"
    ["{{ spec.text }}"]: staging.yaml:8 expression-error `namespaces`: `spec` is what a request says, which does not decide where it may go. Write it with `team`, `path`, `platform`, `target` and `metadata.name`, such as `{{ team.name }}-*`.
    ["{{ metadata.name }}"]: a.yaml.tera:5 namespace-not-allowed `a.yaml`: ConfigMap `a` is in the namespace `hello`, and units of this request may touch `shop`. Put it into one of them. Ask the platform team for another in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ["{{ metadata.labels.x }}"]: staging.yaml:8 expression-error `namespaces`: all of `metadata` but its name is what a request says, which does not decide where it may go. Write it with `team`, `path`, `platform`, `target` and `metadata.name`, such as `{{ team.name }}-*`.
    ["{{ metadata | json }}"]: staging.yaml:8 expression-error `namespaces`: all of `metadata` but its name is what a request says, which does not decide where it may go. Write it with `team`, `path`, `platform`, `target` and `metadata.name`, such as `{{ team.name }}-*`.
    ["{{ [...spec.list] | first }}"]: staging.yaml:8 expression-error `namespaces`: `spec` is what a request says, which does not decide where it may go. Write it with `team`, `path`, `platform`, `target` and `metadata.name`, such as `{{ team.name }}-*`.
    ["hello", "{{ team.nam }}"]: staging.yaml:8 expression-error `namespaces`: `team.nam` is undefined. Did you mean `name`?
    ["{{ now() }}"]: staging.yaml:8 expression-error `namespaces`: unknown function `now`. Write it with `team`, `path`, `platform`, `target` and `metadata.name`, such as `{{ team.name }}-*`.
    ["{{ team.name"]: staging.yaml:8 expression-error `namespaces`: unexpected end of input. Write it with `team`, `path`, `platform`, `target` and `metadata.name`, such as `{{ team.name }}-*`.
    ["*"]: rendered
    []: a.yaml.tera:5 namespace-not-allowed `a.yaml`: ConfigMap `a` is in the namespace `hello`, and units of this request may touch nothing. Put it into one of them. Ask the platform team for another in `kubernetes.namespaces` of `staging`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    hello: staging.yaml:8 wrong-type `spec.kubernetes.namespaces` must be a list, is the text `hello`. Write a list: `namespaces: ["hello"]`.
    [hello]: rendered
    ["{{ 'h' ~ 'ello' }}"]: rendered
    "#);
    assert_eq!(said("[\"*\"]", &object("rbac.authorization.k8s.io/v1", "ClusterRole", ""), &[]), "rendered");
}

#[test]
fn row_9_a_team_whose_name_begins_anothers() {
    let team = "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: platform-tools}\nspec: {title: Tools}\n";
    let with =
        |patterns: &str| said(patterns, &object("v1", "ConfigMap", "  namespace: platform--a\n"), &[("teams/platform-tools.yaml", team)]);
    insta::assert_snapshot!(with(PATTERNS), @"staging.yaml:8 namespace-overlap `platform` may touch the namespace `platform-tools` of `platform-tools` too, whose name begins with its own. Put something between the team and the rest that no name of a team holds, such as `--`.");
    assert_eq!(with("[\"{{ team.name }}\", \"{{ team.name }}--*\"]"), "rendered");
    assert_eq!(with("[\"*\"]"), "rendered");
}
