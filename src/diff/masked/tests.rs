use super::*;

const BEFORE: &str = "apiVersion: v1
kind: Secret
metadata:
  name: db
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{\"data\":{\"password\":\"OLD\"}}'
data: # OLD
  password: OLD # OLD
  # user: OLD
  user: SAME
  gone: OLD
  tls.key: |
    OLD 1
    OLD 2
type: Opaque
";

const AFTER: &str = "apiVersion: v1
kind: Secret
metadata:
  name: db
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{\"data\":{\"password\":\"NEW\"}}'
data: # NEW
  password: NEW # NEW
  # user: NEW
  user: SAME
  token: NEW
  tls.key: |
    NEW 1

    NEW 2
    NEW 3
type: Opaque
";

fn told(before: &str, after: &str) -> String {
    let [before, after] = shown(before, after, true);
    super::super::hunks::unified(&before, &after).0
}

#[test]
fn that_a_value_changes_is_shown_and_never_what_it_is() {
    insta::assert_snapshot!(told(BEFORE, AFTER), @"
    @@ -3,13 +3,15 @@
     metadata:
       name: db
       annotations:
    -    kubectl.kubernetes.io/last-applied-configuration: ••• (value before)
    +    kubectl.kubernetes.io/last-applied-configuration: ••• (new value)
     data: # •••
    -  password: ••• (value before) # •••
    +  password: ••• (new value) # •••
       # •••
       user: •••
    -  gone: ••• (value before)
    +  token: ••• (new value)
       tls.key: |
    -    ••• (value before)
    +    ••• (new value)
    +
    +    •••
         •••
     type: Opaque
    ");
}

#[test]
fn every_form_of_a_secret_is_masked() {
    let json = r#"{"apiVersion":"v1","kind":"Secret","stringData":{"a":"OLD","b":{"OLD":["OLD"]}},"metadata":{"name":"x"}}"#;
    let pretty = "{\n  \"kind\": \"Secret\",\n  \"data\": {\n    \"a\": \"OLD\",\n    \"b\": null\n  }\n}\n";
    let list = "kind: List\nitems:\n- kind: ConfigMap\n  data:\n    a: SHOWN\n- kind: Secret\n  metadata: {name: x}\n  stringData: {a: OLD, b: 'OLD}'}\n  # OLD\n- kind: Service\n";
    let kinds = "kind: SecretList\nitems:\n- metadata: {name: x}\n  data:\n    a: >-\n      OLD\n      OLD\n";
    let many =
        "kind: Service\n---\n# shown\nkind: Secret\ndata: OLD\n---\n# shown\nkind: \"\\x53ecret\"\nstringData:\n  a: \"OLD\n    OLD\"\n";
    let all = [json, pretty, list, kinds, many].map(|text| told("", text));
    let all = all.join("\n");
    assert!(!all.contains("OLD"), "{all}");
    insta::assert_snapshot!(all, @r#"
    +{"apiVersion":"v1","kind":"Secret","stringData":{"a":••• (new value),"b":••• (new value)},"metadata":{"name":"x"}}

    +{
    +  "kind": "Secret",
    +  "data": {
    +    "a": ••• (new value),
    +    "b": ••• (new value)
    +  }
    +}

    +kind: List
    +items:
    +- kind: ConfigMap
    +  data:
    +    a: SHOWN
    +- kind: Secret
    +  metadata: {name: x}
    +  stringData: {a: ••• (new value), b: ••• (new value)}
    +  # •••
    +- kind: Service

    +kind: SecretList
    +items:
    +- metadata: {name: x}
    +  data:
    +    a: >-
    +      ••• (new value)
    +      •••

    +kind: Service
    +---
    +# shown
    +kind: Secret
    +data: ••• (new value)
    +---
    +# shown
    +kind: "\x53ecret"
    +stringData:
    +  a: ••• (new value)
    +    •••
    "#);
}

#[test]
fn what_cannot_be_read_is_not_shown() {
    let broken = "kind: Secret\ndata: {a: OLD\n";
    let alias = "a: &a OLD\nb:\n  kind: Secret\n  data: {a: *a}\n";
    let merged = "a: &a {x: OLD}\nb:\n  kind: Secret\n  data:\n    <<: *a\n";
    let twice = "kind: Secret\ndata: {a: OLD}\ndata: {b: OLD}\n";
    let all = [told("", broken), told(alias, merged), told(twice, ""), told("a: 1\n", "kind: SecretStore\ndata: {a: SHOWN}\n")];
    let script = "cat <<EOF\n{\"kind\": \"Secret\", \"data\": \n\tOLD\n";
    let [text, other] = [script, "the Secret: {[ of it\n"].map(|text| shown("", text, false)[1].to_string());
    assert!(!text.contains("OLD") && other.contains("of it"), "{text}{other}");
    insta::assert_snapshot!(all.join("\n"), @"
    +(not shown: 2 lines now, which may hold a Secret and cannot be read)

    @@ -1 +1 @@
    -(not shown: 4 lines before, which may hold a Secret and cannot be read)
    +(not shown: 5 lines now, which may hold a Secret and cannot be read)

    -(not shown: 3 lines before, which may hold a Secret and cannot be read)

    @@ -1 +1,2 @@
    -a: 1
    +kind: SecretStore
    +data: {a: SHOWN}
    ");
}

#[test]
fn no_value_of_a_request_comes_out_of_a_secret() {
    let release = "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  outputs: [{name: all, renderer: kubernetes@1, target: eu}]\n";
    let schema = r#"{"type": "object", "additionalProperties": false, "properties": {"key": {"type": "string"}}}"#;
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  key: {{ spec.key | yaml }}\n";
    let request = |key: &str| format!("apiVersion: example.org/v1\nkind: App\nmetadata: {{name: web}}\nspec: {{key: {key}}}\n");
    let (old, new) = (request("OLD"), request("\"NEW\\nNEW\""));
    let files = |request: &'static str| {
        [
            ("golden-paths/app/1.0.0/release.yaml", Some(release)),
            ("golden-paths/app/1.0.0/schema.json", Some(schema)),
            ("golden-paths/app/1.0.0/all/secret.yaml.tera", Some(secret)),
            ("golden-paths/app/1.0.0/labelled/a.md.tera", None),
            ("golden-paths/app/1.0.0/wanted/a.md.tera", None),
            ("golden-paths/app/1.0.0/offered/a.md.tera", None),
            ("requests/shop/web.yaml", Some(request)),
        ]
    };
    let diff = crate::diff::tests::diff_of(&files(old.leak()), &files(new.leak()));
    let all: String = diff.units.iter().flat_map(|unit| &unit.files).map(|file| file.hunks.as_str()).collect();
    assert!(all.contains("-  key: ••• (value before)\n") && all.contains("••• (new value)\n"), "{all}");
    assert!(!all.contains("OLD") && !all.contains("NEW"), "{all}");
    assert!(diff.groups.iter().all(|group| !group.hunks.contains("OLD") && !group.hunks.contains("NEW")));
}

#[test]
fn what_is_in_something_else_is_masked_too() {
    let object = "kind: Object\nspec:\n  forProvider:\n    manifest:\n      kind: Secret\n      stringData:\n        p: OLD\n";
    let text = "kind: ConfigMap\ndata:\n  a: shown\n  secret.yaml: |\n    kind: Secret\n    stringData:\n      p: OLD\n  b: shown\n";
    let kept = "kind: Secret\nmetadata:\n  annotations:\n    kapp.k14s.io/original: '{\"kind\":\"Secret\",\"data\":{\"p\":\"OLD\"}}'\n    part: '{\"stringData\":{\"p\":\"OLD\"}}'\n    shown: shown\n";
    let steps = "jobs:\n  a:\n    steps:\n      - name: shown\n      - run: |\n          cat <<EOF\n          {\\\"kind\\\": \\\"Secret\\\", \\\"data\\\": \\\"OLD\\\"}\n          EOF\n      - |-\n        kind: Secret\n        data: OLD\n";
    let folded = "kind: \"Sec\\\n  ret\"\ndata: {p: OLD}\n";
    let json = r#"{"resource": {"kubernetes_secret_v1": {"a": {"metadata": {"name": "x"}, "data": {"p": "OLD"}}}, "other": {"a": {"b": "shown"}}}}"#;
    let all = [object, text, kept, steps, folded, json].map(|text| told("", text)).join("\n");
    assert!(!all.contains("OLD"), "{all}");
    insta::assert_snapshot!(all, @r#"
    +kind: Object
    +spec:
    +  forProvider:
    +    manifest:
    +      kind: Secret
    +      stringData:
    +        p: ••• (new value)

    +kind: ConfigMap
    +data:
    +  a: shown
    +  secret.yaml: |
    +    ••• (new value)
    +    •••
    +      •••
    +  b: shown

    +kind: Secret
    +metadata:
    +  annotations:
    +    kapp.k14s.io/original: ••• (new value)
    +    part: ••• (new value)
    +    shown: shown

    +jobs:
    +  a:
    +    steps:
    +      - name: shown
    +      - run: |
    +          ••• (new value)
    +          •••
    +          •••
    +      - |-
    +        ••• (new value)
    +        •••

    +kind: "Sec\
    +  ret"
    +data: {p: ••• (new value)}

    +{"resource": {"kubernetes_secret_v1": {"a": ••• (new value)}, "other": {"a": {"b": "shown"}}}}
    "#);
}

#[test]
fn a_file_of_terraform_that_makes_a_secret_is_not_shown() {
    let manifest = "resource \"kubernetes_manifest\" \"a\" {\n  manifest = {\n    kind = \"Secret\"\n    data = { p = \"OLD\" }\n  }\n}\n";
    let resource = "resource \"kubernetes_secret_v1\" \"a\" {\n  data = { p = \"OLD\" }\n}\n";
    let data = "data \"kubernetes_secret_v1\" \"a\" {\n  metadata { name = \"shown\" }\n}\n";
    let all = [manifest, resource, data].map(|text| shown("", text, false)[1].to_string()).join("\n");
    insta::assert_snapshot!(all, @r#"
    ••• (new value)
      •••
        •••
        •••
      •••
    •••

    ••• (new value)
      •••
    •••

    data "kubernetes_secret_v1" "a" {
      metadata { name = "shown" }
    }
    "#);
}
