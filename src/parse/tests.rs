mod advice;
mod causes;
mod help;

use super::*;
use crate::model::Digest;
use crate::model::{CommitId, ContentId, Severity};
use crate::snapshot::{File, Mode, Refused};
use std::fmt::Write as _;

const SETTINGS: &str = "apiVersion: goldpath.dev/v1
kind: Platform
metadata: {name: example}
spec:
  requires: \">=0.1\"
  values: {registry: registry.example.org}
  approvals:
    - {when: {files: [\"requests/**\"]}, from: [owner], count: 1}
    - {when: {targets: {environment: production}, risk: [destroy, widen]}, from: [platform], count: 2}
  deletes: {maxRequests: 3, protected: [Namespace, \"terraform:aws_db_instance\"]}
";
const PATH: &str = "apiVersion: goldpath.dev/v1
kind: GoldenPath
metadata: {name: environment}
spec:
  title: Staging environment
  description: A namespace with quotas.
  owner: platform
  customer: teams that deploy HTTP services every week
  support: {channel: \"#platform-help\", response: 1 business day}
  scope: {in: [staging], out: [production]}
  measure: {target: 30m}
  request: {group: platform.kubedojo.io, kind: SandboxRequest, name: {maxLength: 40}}
  stage: ga
  current: {v1: 1.1.0}
  releases:
    1.0.0: {state: deprecated, since: 2026-01-01, until: 2026-06-01, replacedBy: 1.1.0}
";
const RELEASE: &str = "apiVersion: goldpath.dev/v1
kind: Release
metadata: {name: VERSION}
spec:
  serves: v1
  facts:
    owner: /spec/owner
    lifetime: /spec/lifetime
    dataClassification: /spec/dataClassification
    region: /spec/region
  lifetime: {default: 14d, max: 30d}
  disposable: [Namespace]
  outputs:
    - name: cluster
      renderer: kubernetes@1
      target: \"staging-{{ spec.region }}\"
    - name: dns
      renderer: terraform@1
      target: dns
      when: spec.services | length > 0
      dependsOn: [cluster]
  exports:
    url: {value: \"https://{{ metadata.name }}.example.org\"}
";
const SCHEMA: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["owner", "region", "services"],
  "properties": {
    "owner": {"type": "string", "pattern": "^[a-z0-9-]+$", "description": "small letters, digits and dashes"},
    "purpose": {"type": "string"},
    "lifetime": {"type": "string", "format": "goldpath-duration"},
    "region": {"type": "string", "enum": ["eu-central-1", "eu-west-1"]},
    "dataClassification": {"enum": ["public", "internal"], "default": "internal"},
    "public": {"type": "boolean", "default": false},
    "domain": {"type": "string"},
    "memory": {"type": "string", "format": "quantity"},
    "check": {"oneOf": [{"$ref": "#/$defs/http"}, {"$ref": "#/$defs/tcp"}]},
    "size": {"anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["small", "large"]}]},
    "services": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"$ref": "#/$defs/service"}}
  },
  "if": {"properties": {"public": {"const": true}}, "required": ["public"]},
  "then": {"required": ["domain"], "properties": {"domain": {"default": "example.org"}, "tls": {}}},
  "$defs": {
    "service": {
      "type": "object", "additionalProperties": false, "required": ["name"],
      "properties": {
        "name": {"type": "string"},
        "replicas": {"type": "integer", "minimum": 1, "maximum": 10, "default": 1},
        "port": {"type": "integer"}
      }
    },
    "http": {"title": "an HTTP check", "type": "object", "required": ["type", "path"], "properties": {"type": {"const": "http"}, "path": {"type": "string"}, "port": {"type": "integer"}}, "additionalProperties": false},
    "tcp": {"title": "a TCP check", "type": "object", "required": ["type", "port"], "properties": {"type": {"const": "tcp"}, "port": {"type": "integer"}}, "additionalProperties": false}
  }
}
"##;
const TEAM: &str = "apiVersion: goldpath.dev/v1
kind: Team
metadata: {name: NAME}
spec:
  title: A team
  members: {users: [alice, bob]}
  contact: {channel: \"#payments\", onCall: payments-primary}
  costCentre: cc-1201
";
const TARGET: &str = "apiVersion: goldpath.dev/v1
kind: Target
metadata: {name: dns, labels: {environment: staging}}
spec:
  type: terraform
  connection: dns
  drift: report
  allow: {teams: [\"*\"], paths: [environment]}
  terraform: {providers: [hashicorp/time], backend: {type: local, config: {}}}
";
const REQUEST: &str = "apiVersion: platform.kubedojo.io/v1
kind: SandboxRequest
metadata:
  name: payments-staging
spec:
  owner: payments-team
  purpose: integration-test
  lifetime: 14d
  region: eu-central-1
  dataClassification: internal
  services:
    - name: payments-api
      replicas: 2
    - name: payments-worker
      replicas: 1
";
const AT: &str = "requests/payments-team/payments-staging.yaml";

const SCHEMATA: &str = "golden-paths/environment/1.1.0/schema.json";

/// What is said of each of some changes.
fn rows(rows: &[(&str, String)]) -> String {
    rows.iter().map(|(name, said)| format!("{name}\n{said}")).collect()
}

/// The findings of a request with other lines at the end, and with more properties in its schema and more beside them.
fn asked(properties: &str, beside: &str, lines: &str) -> String {
    let schema = SCHEMA.replace("\"purpose\": {", &format!("{properties}, \"purpose\": {{"));
    let schema = schema.replace("\"type\": \"object\",\n", &format!("\"type\": \"object\", {beside}\n"));
    let request = format!("{REQUEST}{lines}");
    with(&[(SCHEMATA, Some(&schema)), (AT, Some(&request))])
}

/// A small repository without a mistake.
fn repository() -> BTreeMap<String, String> {
    let path = "golden-paths/environment";
    let mut files = BTreeMap::new();
    let mut put = |path: &str, text: &str| files.insert(path.to_owned(), text.to_owned());
    put("goldpath.yaml", SETTINGS);
    put(&format!("{path}/path.yaml"), PATH);
    for version in ["1.0.0", "1.1.0"] {
        put(&format!("{path}/{version}/release.yaml"), &RELEASE.replace("VERSION", version));
        put(&format!("{path}/{version}/schema.json"), SCHEMA);
        put(&format!("{path}/{version}/cluster/namespace.yaml.tera"), "kind: Namespace\n");
        put(&format!("{path}/{version}/dns/main.tf.tera"), "");
        put(&format!("{path}/{version}/policies/own.rego"), "package main\n");
    }
    put("policies/images.rego", "package main\n");
    put("policies/images_test.rego", "package main\n");
    put("teams/platform.yaml", &TEAM.replace("NAME", "platform"));
    put("teams/payments-team.yaml", &TEAM.replace("NAME", "payments-team"));
    put("targets/dns.yaml", TARGET);
    put(AT, REQUEST);
    put(
        "exceptions/payments-team/old-image.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Exception\nmetadata: {name: old-image}\nspec: {policy: image-registry, scope: {request: payments-team/payments-staging}, reason: until the port, expires: 2026-03-01}\n",
    );
    put("README.md", "");
    files
}

fn file(bytes: &[u8], mode: Mode) -> File {
    let mut id = [0; 20];
    id.copy_from_slice(&Digest::of(bytes).bytes()[..20]);
    File { id: ContentId::from_bytes(id), mode, bytes: bytes.into() }
}

fn snapshot(files: &BTreeMap<String, String>) -> Snapshot {
    let files = files.iter().map(|(path, text)| (RepoPath::parse(path).unwrap(), file(text.as_bytes(), Mode::Regular)));
    Snapshot::new(CommitId::parse(&"a".repeat(40)), files.collect(), Vec::new())
}

fn said(parsed: &Parsed) -> String {
    let mut out = String::new();
    for finding in &parsed.findings {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let turn = match finding.turn {
            Turn::Requester => "requester",
            Turn::PathOwner => "path owner",
            Turn::Platform => "platform",
        };
        let Place { path, span } = &finding.place;
        let _ = writeln!(out, "{path}:{}:{} {severity} {} ({turn})", span.line, span.column, finding.code);
        let _ = writeln!(out, "{}", format!("  {}. {}", finding.message, finding.help).trim_end());
    }
    out
}

/// The findings of the repository with some files replaced (or, with nothing, taken away).
fn with(changes: &[(&str, Option<&str>)]) -> String {
    let mut files = repository();
    for (path, text) in changes {
        match text {
            Some(text) => files.insert((*path).to_owned(), (*text).to_owned()),
            None => files.remove(*path),
        };
    }
    said(&parse(&snapshot(&files)))
}

/// The findings with parts of one file's text replaced.
fn changed(path: &str, replacements: &[(&str, &str)]) -> String {
    let mut text = repository()[path].clone();
    for (from, to) in replacements {
        assert!(text.contains(from), "{from:?} is not in {path}");
        text = text.replacen(from, to, 1);
    }
    with(&[(path, Some(&text))])
}

#[test]
fn a_repository_without_a_mistake_is_read_whole() {
    let parsed = parse(&snapshot(&repository()));
    assert_eq!(said(&parsed), "");
    let platform = &parsed.platform;
    let id = RequestId::parse("payments-team/payments-staging").unwrap();
    let request = &platform.requests[&id];
    assert_eq!((request.release.to_string(), request.pinned), ("environment@1.1.0".to_owned(), false));
    assert_eq!(request.document["spec"]["public"], Value::Bool(false), "the default is filled in");
    insta::assert_snapshot!(format!("{:?}", request.facts), @r#"RequestFacts { lifetime: Some("14d"), data_classification: Some("internal"), region: Some("eu-central-1"), cost_centre: Some("cc-1201"), expires: None }"#);
    insta::assert_snapshot!(format!("{:?}", platform.settings), @r#"Some(Settings { name: "example", values: Json(Object {"registry": String("registry.example.org")}), approvals: [ApprovalRule { files: ["requests/**"], targets: {}, risk: {}, from: [Owner], count: 1, span: Span { line: 8, column: 7, end_line: 8, end_column: 64 } }, ApprovalRule { files: [], targets: {"environment": "production"}, risk: {Destroy, Widen}, from: [Team(platform)], count: 2, span: Span { line: 9, column: 7, end_line: 9, end_column: 103 } }], deletes: DeleteBudget { max_requests: 3, max_percent: 20, percent_from_units: 50, protected: {"Namespace", "terraform:aws_db_instance"} } })"#);
    insta::assert_snapshot!(format!("{:?}", platform.releases.values().next().unwrap().outputs), @r#"[Output { name: cluster, renderer: kubernetes@1, for_each: None, target: Template("staging-{{ spec.region }}"), when: None, on_delete: Delete, depends_on: [], span: Span { line: 14, column: 7, end_line: 16, end_column: 42 } }, Output { name: dns, renderer: terraform@1, for_each: None, target: Template("dns"), when: Some("spec.services | length > 0"), on_delete: Delete, depends_on: [cluster], span: Span { line: 17, column: 7, end_line: 21, end_column: 27 } }]"#);
    insta::assert_snapshot!(format!("{:?}", platform.policies), @"[PolicyFile { file: golden-paths/environment/1.0.0/policies/own.rego, release: Some(environment@1.0.0) }, PolicyFile { file: golden-paths/environment/1.1.0/policies/own.rego, release: Some(environment@1.1.0) }, PolicyFile { file: policies/images.rego, release: None }]");
    assert_eq!(platform.exceptions.len(), 1);
    assert!(platform.broken.is_empty());
    let bytes = postcard::to_stdvec(&parsed).unwrap();
    assert_eq!(postcard::from_bytes::<Parsed>(&bytes).unwrap(), parsed, "it travels to the worker and back");
}

/// The published request, as it stands in the course that it is from.
const PUBLISHED: &str = include_str!("../../tests/data/published-request.yaml");

/// The repository with a golden path for the published request's kind, and a text for that request.
fn published(text: &str) -> Parsed {
    let kind = crate::yaml::parse(PUBLISHED).documents[0].value()["kind"].as_str().unwrap().to_owned();
    let mut files = repository();
    files.insert("golden-paths/environment/path.yaml".into(), PATH.replace("SandboxRequest", &kind));
    files.insert(AT.to_owned(), text.to_owned());
    parse(&snapshot(&files))
}

#[test]
fn the_published_request_is_taken_unchanged() {
    let parsed = published(PUBLISHED);
    assert_eq!(said(&parsed), "");
    assert_eq!(parsed.platform.requests.len(), 1);
}

#[test]
fn the_published_request_with_two_mistakes() {
    let parsed = published(&PUBLISHED.replace("eu-central-1", "eu-centrl-1").replace("replicas: 2", "replicas: 40"));
    insta::assert_snapshot!(said(&parsed), @r"
    requests/payments-team/payments-staging.yaml:9:11 error not-one-of (requester)
      `spec.region` must be one of `eu-central-1` or `eu-west-1`, is `eu-centrl-1`. Did you mean `eu-central-1`?
    requests/payments-team/payments-staging.yaml:13:17 error out-of-range (requester)
      `spec.services[0].replicas` must be at most 10, is 40. Write a number from 1 to 10. For more, ask `platform` in #platform-help.
    ");
    assert!(parsed.platform.requests.is_empty());
    let id = RequestId::parse("payments-team/payments-staging").unwrap();
    assert_eq!(parsed.platform.broken[&id].as_str(), AT, "it is known, so that it is not taken for removed");
}

#[test]
fn mistakes_in_a_spec_are_said_in_the_language_of_the_request() {
    insta::assert_snapshot!(changed(AT, &[("region:", "regoin:")]), @r"
        requests/payments-team/payments-staging.yaml:9:3 error unknown-field (requester)
          `regoin` is not a field of `spec`. Did you mean `region`?
        ");
    insta::assert_snapshot!(changed(AT, &[("  region: eu-central-1\n", "")]), @r"
        requests/payments-team/payments-staging.yaml:5:1 error missing-field (requester)
          `spec` needs a field `region`. Add `region: …`, one of `eu-central-1` or `eu-west-1`.
        ");
    insta::assert_snapshot!(changed(AT, &[("replicas: 2", "replicas: \"2\"")]), @r#"
    requests/payments-team/payments-staging.yaml:13:17 error wrong-type (requester)
      `spec.services[0].replicas` must be a whole number, is the text `2`. Remove the quotes.
    "#);
    insta::assert_snapshot!(changed(AT, &[("owner: payments-team", "owner: Payments Team")]), @r"
    requests/payments-team/payments-staging.yaml:6:10 error wrong-format (requester)
      `spec.owner` is `Payments Team`, which does not match `^[a-z0-9-]+$`. Write `payments-team`, which is the team that the request belongs to.
    ");
    insta::assert_snapshot!(changed(AT, &[("lifetime: 14d", "lifetime: 2 weeks")]), @r"
    requests/payments-team/payments-staging.yaml:8:13 error wrong-format (requester)
      `spec.lifetime` must be a duration such as `14d` or `12h`, is `2 weeks`. Write `2w`.
    ");
    insta::assert_snapshot!(changed(AT, &[("lifetime: 14d", "lifetime: 90d")]), @r"
        requests/payments-team/payments-staging.yaml:8:13 error lifetime-too-long (requester)
          `spec.lifetime` is `90d`, and `environment` lives at most `30d`. Write `30d` or less; it can be extended before it ends.
        ");
    insta::assert_snapshot!(changed(AT, &[("purpose: integration-test", "purpose: 7\n  memory: 1GiB\n  public: no")]), @r#"
    requests/payments-team/payments-staging.yaml:7:12 error wrong-type (requester)
      `spec.purpose` must be text, is 7. Put it in quotes: `purpose: "7"`.
    requests/payments-team/payments-staging.yaml:8:11 error wrong-format (requester)
      `spec.memory` must be a quantity such as `100m` or `1.5Gi`, is `1GiB`. Write `1Gi`.
    requests/payments-team/payments-staging.yaml:9:11 error wrong-type (requester)
      `spec.public` must be `true` or `false`, is the text `no`. Write `false`.
    "#);
    insta::assert_snapshot!(changed(AT, &[("  services:\n    - name: payments-api\n      replicas: 2\n    - name: payments-worker\n      replicas: 1\n", "  services: []\n")]), @r"
    requests/payments-team/payments-staging.yaml:11:13 error out-of-range (requester)
      `spec.services` must have at least 1 entry, has 0. Add 1 entry more.
    ");
    insta::assert_snapshot!(changed(AT, &[("region: eu-central-1", "region: [eu-central-1]"), ("- name: payments-api\n      replicas: 2\n", "- payments-api\n")]), @r"
    requests/payments-team/payments-staging.yaml:9:11 error not-one-of (requester)
      `spec.region` must be one of `eu-central-1` or `eu-west-1`, is a list. Remove the brackets: `eu-central-1`.
    requests/payments-team/payments-staging.yaml:12:7 error wrong-type (requester)
      `spec.services[0]` must be an object, is the text `payments-api`. Its fields are `name`, `port` and `replicas`.
    ");
    insta::assert_snapshot!(changed(AT, &[("  services:", "  check: {type: http, port: 80, pth: /x}\n  services:")]), @r"
        requests/payments-team/payments-staging.yaml:11:33 error unknown-field (requester)
          `pth` is not a field of `spec.check` (taken as an HTTP check). Did you mean `path`?
        ");
    insta::assert_snapshot!(changed(AT, &[("  services:", "  check: {type: udp, port: 1}\n  size: medium\n  services:")]), @r"
        requests/payments-team/payments-staging.yaml:11:17 error not-one-of (requester)
          `spec.check.type` must be one of `http` or `tcp`, is `udp`.
        requests/payments-team/payments-staging.yaml:12:9 error not-one-of (requester)
          `spec.size` must be one of `small` or `large`, is `medium` (taken as one of `small` or `large`).
        ");
    insta::assert_snapshot!(changed(AT, &[("- name: payments-worker", "- nmae: payments-worker\n      \"po`rt\\n\": 1")]), @r"
        requests/payments-team/payments-staging.yaml:14:7 error unknown-field (requester)
          `nmae` is not a field of `spec.services[1]`. Did you mean `name`?
        requests/payments-team/payments-staging.yaml:15:7 error unknown-field (requester)
          `po'rt ` is not a field of `spec.services[1]`. Did you mean `port`?
        ");
    insta::assert_snapshot!(changed(AT, &[("owner: payments-team", "owner: platform")]), @r"
        requests/payments-team/payments-staging.yaml:6:10 error other-owner (requester)
          `spec.owner` is `platform`, but this request is in the folder of `payments-team`. Write `payments-team`, or move the file to `requests/platform/`.
        ");
    insta::assert_snapshot!(changed(AT, &[("spec:\n", "spec: &x\n  <<: {replicas: 1}\n")]), @r"
    requests/payments-team/payments-staging.yaml:6:8 error unknown-field (requester)
      `replicas` is not a field of `spec`. It belongs to `spec.services[0]`: mind how far it is indented.
    ");
}

#[test]
fn mistakes_around_a_spec_are_found_together() {
    insta::assert_snapshot!(changed(AT, &[("name: payments-staging", "name: Payments_Staging")]), @r"
    requests/payments-team/payments-staging.yaml:4:9 error not-a-name (requester)
      `Payments_Staging` is not a name: a name is made of small letters, digits and `-`, this one holds 'P'. Names are DNS labels: write `payments-staging`.
    ");
    insta::assert_snapshot!(changed(AT, &[("name: payments-staging", "name: payments-stagin")]), @r"
    requests/payments-team/payments-staging.yaml:4:9 error wrong-name (requester)
      `metadata.name` is `payments-stagin`, but the file is `payments-staging.yaml`. Write `name: payments-staging`; or rename the file, if `payments-stagin` is meant.
    ");
    insta::assert_snapshot!(changed(AT, &[("kind: SandboxRequest", "kind: SandbxRequest")]), @r"
        requests/payments-team/payments-staging.yaml:2:7 error unknown-kind (requester)
          no golden path takes requests of the kind `SandbxRequest`. Did you mean `SandboxRequest`?
        ");
    insta::assert_snapshot!(changed(AT, &[("platform.kubedojo.io/v1", "platform.kubedojo.oi/v1")]), @r"
        requests/payments-team/payments-staging.yaml:1:13 error unknown-kind (requester)
          no golden path takes `SandboxRequest` of the group `platform.kubedojo.oi`. Did you mean `apiVersion: platform.kubedojo.io/v1`?
        ");
    insta::assert_snapshot!(changed(AT, &[("platform.kubedojo.io/v1", "platform.kubedojo.io/v2")]), @r"
        requests/payments-team/payments-staging.yaml:1:13 error unknown-version (requester)
          `SandboxRequest` is not served in the version `v2`. Write `platform.kubedojo.io/v1`.
        ");
    insta::assert_snapshot!(changed(AT, &[("platform.kubedojo.io/v1", "v1")]), @r"
        requests/payments-team/payments-staging.yaml:1:13 error wrong-format (requester)
          `apiVersion` must be a group and a version, is `v1`. Write `platform.kubedojo.io/v1`.
        ");
    insta::assert_snapshot!(changed(AT, &[("spec:\n", "spce:\n")]), @r"
        requests/payments-team/payments-staging.yaml:5:1 error unknown-field (requester)
          `spce` is not a field of the document. Did you mean `spec`?
        ");
    insta::assert_snapshot!(changed(AT, &[("metadata:\n", "metadata:\n  annotations: {goldpath.dev/release: 1.0.0, example.org/x: y}\n")]), @r#"
    requests/payments-team/payments-staging.yaml:4:39 warning deprecated (requester)
      the release `environment@1.0.0` is deprecated, and to be left by 2026-06-01. Move to `1.1.0`.
    requests/payments-team/payments-staging.yaml:4:61 warning yaml-ambiguous (requester)
      `y` is text here, but older YAML readers take it for true. Write `true` when you mean that, or put it in quotes when it is text: "y".
    "#);
    insta::assert_snapshot!(changed(AT, &[("metadata:\n", "metadata:\n  annotations: {goldpath.dev/release: 1.2.0, goldpath.dev/expires: 2026-02-30}\n")]), @r#"
    requests/payments-team/payments-staging.yaml:4:39 error unknown-release (requester)
      the golden path `environment` has no release `1.2.0`. It has `1.0.0` and `1.1.0`.
    requests/payments-team/payments-staging.yaml:4:68 error wrong-format (requester)
      `metadata.annotations["goldpath.dev/expires"]` must be a day such as `2026-03-01`, is `2026-02-30`. Write a day that there is, as year, month and day.
    "#);
    insta::assert_snapshot!(changed(AT, &[("metadata:\n", "metadata:\n  annotations: {goldpath.dev/relaese: 1.1.0, goldpath.dev/moved-from: a/b}\n")]), @"
    requests/payments-team/payments-staging.yaml:4:17 error unknown-field (requester)
      `goldpath.dev/relaese` is not an annotation of goldpath. Did you mean `goldpath.dev/release`?
    requests/payments-team/payments-staging.yaml:4:46 error not-supported-yet (requester)
      moving a request is not supported yet by this version of goldpath. Without it the request would be removed and made anew: keep its name and team for now.
    ");
    insta::assert_snapshot!(with(&[("requests/paymnts-team/x.yaml", Some(&REQUEST.replace("payments-staging", "x")))]), @r"
        requests/paymnts-team/x.yaml:1:1 error unknown-team (requester)
          the folder `requests/paymnts-team/` belongs to no team: there is no `teams/paymnts-team.yaml`. Move the file to `requests/payments-team/`, or ask the platform team to add the team.
        ");
    insta::assert_snapshot!(with(&[("requests/payments-team/more/payments-staging.yaml", Some(REQUEST))]), @r"
        requests/payments-team/more/payments-staging.yaml:4:9 error duplicate-name (requester)
          the team `payments-team` has two requests named `payments-staging`. Rename one of the two; the other is `requests/payments-team/payments-staging.yaml`.
        requests/payments-team/payments-staging.yaml:4:9 error duplicate-name (requester)
          the team `payments-team` has two requests named `payments-staging`. Rename one of the two; the other is `requests/payments-team/more/payments-staging.yaml`.
        ");
    let long = "a".repeat(41);
    insta::assert_snapshot!(with(&[(&format!("requests/payments-team/{long}.yaml"), Some(&REQUEST.replace("payments-staging", &long)))]), @r"
        requests/payments-team/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.yaml:4:9 error name-too-long (requester)
          `metadata.name` has 41 characters, and `SandboxRequest` takes at most 40. Choose a shorter name.
        ");
    insta::assert_snapshot!(changed("golden-paths/environment/path.yaml", &[("state: deprecated", "state: retired"), ("v1: 1.1.0", "v1: 1.0.0")]), @r"
    golden-paths/environment/path.yaml:14:17 error retired-release (path owner)
      `spec.current.v1` is `1.0.0`, which is retired. Name a live release. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
}

#[test]
fn files_that_cannot_be_read_are_findings() {
    insta::assert_snapshot!(changed(AT, &[("purpose: integration-test", "purpose: \"integration-test")]), @r#"
        requests/payments-team/payments-staging.yaml:7:12 error yaml-syntax (requester)
          the text that begins with `"` here has no end. Close it with `"` in the same line.
        "#);
    insta::assert_snapshot!(changed(AT, &[("spec:\n", "spec:\n  owner: x\n")]), @r"
        requests/payments-team/payments-staging.yaml:7:3 error yaml-duplicate-key (requester)
          `owner` is given twice in the same object. Keep one of the two; the other is in line 6.
        ");
    insta::assert_snapshot!(with(&[(AT, Some(&format!("{REQUEST}---\n{REQUEST}")))]), @r"
        requests/payments-team/payments-staging.yaml:17:1 error several-documents (requester)
          a second document begins here, and only one is read from a file. Put it into a file of its own.
        ");
    insta::assert_snapshot!(with(&[(AT, Some("# nothing\n"))]), @r"
        requests/payments-team/payments-staging.yaml:1:1 error empty-file (requester)
          this file holds no document. Fill it, or remove it.
        ");
    insta::assert_snapshot!(with(&[(AT, Some("- a list\n"))]), @r#"
    requests/payments-team/payments-staging.yaml:1:1 error wrong-type (requester)
      the document must be an object, is a list. Begin with `apiVersion: …`, `kind: …`, `metadata:` and `spec:`.
    "#);
    insta::assert_snapshot!(with(&[(AT, Some("\u{feff}a: 1\n"))]), @r"
        requests/payments-team/payments-staging.yaml:1:1 error yaml-encoding (requester)
          the file begins with a byte order mark. Save the file as UTF-8 without a byte order mark (BOM).
        ");
    insta::assert_snapshot!(with(&[("goldpath.yaml", None)]), @r"
        goldpath.yaml:1:1 error missing-file (platform)
          `goldpath.yaml` is missing at the top of the repository. Add it; nothing is applied without it.
        ");

    let mut files: BTreeMap<RepoPath, File> = snapshot(&repository()).files().clone();
    let path = |text: &str| RepoPath::parse(text).unwrap();
    files.insert(path(AT), file(b"../../secret", Mode::Symlink));
    files.insert(path("requests/payments-team/vendor.yaml"), file(b"", Mode::Submodule));
    files.insert(path("teams/latin.yaml"), file(b"title: caf\xe9\n", Mode::Regular));
    files.insert(path("golden-paths/environment/1.1.0/cluster/link.tera"), file(b"/etc/passwd", Mode::Symlink));
    let refused = Refused { name: "a/../b".into(), reason: "the path holds `.` or `..`".into() };
    let parsed = parse(&Snapshot::new(None, files, vec![refused]));
    insta::assert_snapshot!(said(&parsed), @r#"
    golden-paths/environment/1.1.0/cluster/link.tera:1:1 error symlink (path owner)
      this is a symbolic link, and nothing follows it. Put the files themselves here. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    goldpath.yaml:1:1 error refused-path (requester)
      `a/../b` is not read: the path holds `.` or `..`. Rename it, or remove it from the repository.
    requests/payments-team/payments-staging.yaml:1:1 error symlink (requester)
      this is a symbolic link, and links are never followed. Put a copy of the file here.
    requests/payments-team/vendor.yaml:1:1 error submodule (requester)
      this is a submodule, and submodules are never read. Put the files themselves here.
    teams/latin.yaml:1:11 error yaml-encoding (platform)
      the byte 0xE9 here is not UTF-8. Save the file as UTF-8, or write the character anew.
    "#);
    assert_eq!(parsed.platform.broken.len(), 2);
}

#[test]
fn files_in_the_wrong_place_are_findings() {
    insta::assert_snapshot!(
        with(&[
            ("request/payments-team/a.yaml", Some(REQUEST)),
            ("requests/a.yaml", Some(REQUEST)),
            ("requests/payments-team/b.yml", Some(REQUEST)),
            ("requests/payments-team/notes.txt", Some("")),
            ("requests/payments-team/Big.yaml", Some(REQUEST)),
            ("teams/more/x.yaml", Some(TEAM)),
            ("golden-paths/environment/draft/release.yaml", Some(RELEASE)),
            ("golden-paths/environment/1.1.0/clutser/a.tera", Some("")),
            ("golden-paths/empty/1.0.0/README.md", Some("")),
            ("policies/sub/x.rego", Some("")),
        ]),
        @r#"
    golden-paths/empty/1.0.0/release.yaml:1:1 error missing-file (path owner)
      the release `empty@1.0.0` has no `release.yaml`. Add it.
    golden-paths/empty/1.0.0/schema.json:1:1 error missing-file (path owner)
      the release `empty@1.0.0` has no `schema.json`. Add it.
    golden-paths/empty/path.yaml:1:1 error missing-file (path owner)
      the golden path `empty` has no `path.yaml`. Add it, or remove the folder.
    golden-paths/environment/1.1.0/clutser/a.tera:1:1 warning ignored-file (path owner)
      the folder `clutser` is no output of this release, so its files are not used. Did you mean `cluster`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/draft/release.yaml:1:1 error not-a-name (path owner)
      `draft` is no version of a release: unexpected character 'd' while parsing major version number. Name the folder by a version such as `1.0.0`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    policies/sub/x.rego:1:1 warning ignored-file (platform)
      this file is not read: policies are `.rego` files right in this folder. Move it up, or out of the folder.
    request/payments-team/a.yaml:1:1 error misplaced-file (platform)
      `request/` is not read. Rename it to `requests/`.
    requests/a.yaml:1:1 error misplaced-file (requester)
      this request stands in no team's folder. Move it to `requests/<team>/`.
    requests/payments-team/Big.yaml:1:1 error not-a-name (requester)
      the name of this file is not a name: a name is made of small letters, digits and `-`, this one holds 'B'. Rename it to a DNS label, such as `payments-api.yaml`.
    requests/payments-team/Big.yaml:4:9 error duplicate-name (requester)
      the team `payments-team` has two requests named `payments-staging`. Rename one of the two; the other is `requests/payments-team/payments-staging.yaml`.
    requests/payments-team/b.yml:1:1 error misplaced-file (requester)
      files that end with `.yml` are not read here. Rename it to `b.yaml`.
    requests/payments-team/notes.txt:1:1 warning ignored-file (requester)
      this file is not read: only `.yaml` files are. Remove it, or move it out of this folder.
    requests/payments-team/payments-staging.yaml:4:9 error duplicate-name (requester)
      the team `payments-team` has two requests named `payments-staging`. Rename one of the two; the other is `requests/payments-team/Big.yaml`.
    teams/more/x.yaml:1:1 error misplaced-file (platform)
      files under `teams/` stand in no folder of their own, so this one is not read. Move it to `teams/`.
    "#
    );
}

#[test]
fn a_folder_of_manifests_names_a_version_of_kubernetes() {
    let of_directory =
        |kubernetes: &str| changed("targets/dns.yaml", &[("type: terraform", &format!("type: directory\n  kubernetes: {kubernetes}"))]);
    assert!(!of_directory("{version: \"1.36\"}").contains("kubernetes"));
    let all = ["{version: 1.30}", "{version: v1.36}", "{version: \"1.36.3\", namespaces: [a]}", "1.36"].map(of_directory);
    insta::assert_snapshot!(all.join("\n"), @r#"
    targets/dns.yaml:6:25 error wrong-type (platform)
      `spec.kubernetes.version` must be text, is 1.3. Put it in quotes: `version: "1.30"`.
    targets/dns.yaml:10:3 error unknown-field (platform)
      `spec.terraform` is only for targets of the type `terraform`. Remove it, or change the type.

    targets/dns.yaml:6:25 error wrong-format (platform)
      `spec.kubernetes.version` must be a minor version such as `1.36`, is `v1.36`.
    targets/dns.yaml:10:3 error unknown-field (platform)
      `spec.terraform` is only for targets of the type `terraform`. Remove it, or change the type.

    targets/dns.yaml:6:25 error wrong-format (platform)
      `spec.kubernetes.version` must be a minor version such as `1.36`, is `1.36.3`.
    targets/dns.yaml:10:3 error unknown-field (platform)
      `spec.terraform` is only for targets of the type `terraform`. Remove it, or change the type.

    targets/dns.yaml:6:15 error wrong-type (platform)
      `spec.kubernetes` must be an object, is 1.36. Write `kubernetes:`, and below it, indented, its fields as `key: value`.
    targets/dns.yaml:10:3 error unknown-field (platform)
      `spec.terraform` is only for targets of the type `terraform`. Remove it, or change the type.
    "#);
}

#[test]
fn what_later_versions_bring_is_refused() {
    insta::assert_snapshot!(
        with(&[
            ("campaigns/a.yaml", Some("a: 1\n")),
            ("renderers/renderer.yaml", Some("a: 1\n")),
            ("golden-paths/_library/net/a.tera", Some("")),
            ("golden-paths/environment/1.1.0/migrate.yaml", Some("a: 1\n")),
        ]),
        @r"
    campaigns/a.yaml:1:1 error not-supported-yet (platform)
      campaigns are not supported yet by this version of goldpath. Remove `campaigns/` for now.
    golden-paths/_library/net/a.tera:1:1 error not-a-name (path owner)
      `net/a.tera` is no name and version of a library. Name the folders such as `net/1.2.0`.
    golden-paths/environment/1.1.0/migrate.yaml:1:1 warning not-supported-yet (path owner)
      migrations are not supported yet by this version of goldpath, and nothing uses this file. Nothing to do. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    renderers/renderer.yaml:1:1 error misplaced-file (platform)
      this file belongs to no renderer. Move it to `renderers/<name>/<version>/`, beside its `renderer.yaml`.
    "
    );
    insta::assert_snapshot!(changed("targets/dns.yaml", &[("type: terraform", "type: kubernetes"), ("drift: report", "drift: heal")]), @r"
        targets/dns.yaml:5:3 error not-supported-yet (platform)
          targets of this type are not supported yet by this version of goldpath. Use `directory` for now: manifests and files are then written to a folder; or `terraform`.
        targets/dns.yaml:7:3 error not-supported-yet (platform)
          healing drift is not supported yet by this version of goldpath. Write `drift: report`; drift is then shown, not healed.
        ");
    insta::assert_snapshot!(changed("teams/platform.yaml", &[("costCentre: cc-1201", "quotas: {environmnt: 5}"), ("users: [alice, bob]", "users: [alice, bob], forgeTeam: a/b")]), @r"
    teams/platform.yaml:6:34 warning not-supported-yet (platform)
      members of a forge's team are not read yet by this version of goldpath. List them under `users` too: only these can approve.
    teams/platform.yaml:8:12 error unknown-path (platform)
      there is no golden path `environmnt`. Did you mean `environment`?
    ");
    let release = "golden-paths/environment/1.0.0/release.yaml";
    insta::assert_snapshot!(
        changed(
            release,
            &[
                ("max: 30d", "max: 30d, notify: [3d]"),
                ("      when:", "      inputs: {a: b}\n      repository: a/b\n      when:"),
                ("  exports:", "  refs: {a: {at: /spec/a}, b-c: {at: spec, path: environment, teams: any}}\n  health: []\n  libraries: {net: 1.0.0}\n  exports:\n    host: {from: {output: dns}}"),
            ]
        ),
        @r"
    golden-paths/environment/1.0.0/release.yaml:11:38 note not-supported-yet (path owner)
      notices before the end are not sent yet by this version of goldpath. Nothing to do. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.0.0/release.yaml:20:7 error not-supported-yet (path owner)
      inputs from other outputs are not supported yet by this version of goldpath. Remove `inputs` for now. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.0.0/release.yaml:21:7 error not-supported-yet (path owner)
      outputs to service repositories are not supported yet by this version of goldpath. Send it to a `directory` target for now. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.0.0/release.yaml:24:10 error missing-field (path owner)
      `spec.refs.a` needs a field `path`. Add `path: …`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.0.0/release.yaml:24:28 error wrong-format (path owner)
      `b-c` is no name that templates can use. Write letters, digits and `_`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.0.0/release.yaml:25:3 error not-supported-yet (path owner)
      health checks of a path's own are not supported yet by this version of goldpath. Remove `health` for now. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.0.0/release.yaml:26:20 error unknown-library (path owner)
      there is no library `net` of the version `1.0.0`. Add its folder under `golden-paths/_library/`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.0.0/release.yaml:28:12 error not-supported-yet (path owner)
      exports known only after the apply are not supported yet by this version of goldpath. Remove it for now, or export a `value`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    "
    );
}

#[test]
fn mistakes_of_the_platform_team_are_theirs() {
    insta::assert_snapshot!(changed("goldpath.yaml", &[(">=0.1", ">=9"), ("from: [owner]", "from: [ownr]"), ("risk: [destroy, widen]", "risk: [destory]"), ("maxRequests: 3", "maxRequest: 3, maxPercent: 101"), ("count: 2", "count: 0")]), @r"
    goldpath.yaml:5:13 error other-goldpath (platform)
      this repository asks for goldpath `>=9`, and this is 0.1.0. Use a goldpath of that range.
    goldpath.yaml:8:47 error unknown-team (platform)
      `spec.approvals[0].from[0]` is `ownr`, and there is nothing of that name under `teams/`. Add it under `teams/`, or name one that is there.
    goldpath.yaml:9:58 error not-one-of (platform)
      `spec.approvals[1].when.risk[0]` must be one of `destroy`, `replace`, `protected` or `widen`, is `destory`. Did you mean `destroy`?
    goldpath.yaml:9:94 error out-of-range (platform)
      a rule that asks for no approval asks for nothing. Write `count: 1` or more, or remove the rule.
    goldpath.yaml:10:13 error unknown-field (platform)
      `maxRequest` is not a field of `spec.deletes`. Did you mean `maxRequests`?
    goldpath.yaml:10:40 error out-of-range (platform)
      `spec.deletes.maxPercent` must be a whole number from 0 to 100, is 101. Write a number from 0 to 100.
    ");
    insta::assert_snapshot!(changed("goldpath.yaml", &[("apiVersion: goldpath.dev/v1", "apiVersion: goldpath.dev/v2"), ("when: {files: [\"requests/**\"]}", "when: {files: []}"), ("metadata: {name: example}\n", "")]), @r"
        goldpath.yaml:1:1 error missing-field (platform)
          the document needs a field `metadata`. Add `metadata: …`.
        goldpath.yaml:1:13 error wrong-kind (platform)
          `apiVersion` must be `goldpath.dev/v1` in this file, is `goldpath.dev/v2`. Write `apiVersion: goldpath.dev/v1`.
        goldpath.yaml:7:15 error missing-field (platform)
          `spec.approvals[0].when.files` is empty, so it is not clear what the rule is for. Fill it, or remove it: a rule without it is for everything.
        ");
    insta::assert_snapshot!(changed("targets/dns.yaml", &[("name: dns", "name: dsn"), ("  connection: dns\n", ""), ("[environment]", "[enviroment]"), ("hashicorp/time", "time"), ("type: local", "type: pg")]), @r"
        targets/dns.yaml:3:18 error wrong-name (platform)
          `metadata.name` is `dsn`, but the path says `dns`. Write `name: dns`, or rename the file or folder.
        targets/dns.yaml:4:1 error missing-field (platform)
          `spec` needs a field `connection`. Add `connection: …`.
        targets/dns.yaml:7:33 error unknown-path (platform)
          `spec.allow.paths[0]` is `enviroment`, and there is nothing of that name under `golden-paths/`. Did you mean `environment`?
        targets/dns.yaml:8:27 error wrong-format (platform)
          `spec.terraform.providers[0]` must be `<namespace>/<name>`, is `time`. Such as `hashicorp/time`.
        targets/dns.yaml:8:44 error not-supported-yet (platform)
          another back end than `local` is not supported yet by this version of goldpath. Write `type: local`.
        ");
    insta::assert_snapshot!(changed("targets/dns.yaml", &[("type: terraform", "type: directory")]), @r"
        targets/dns.yaml:9:3 error unknown-field (platform)
          `spec.terraform` is only for targets of the type `terraform`. Remove it, or change the type.
        ");
}

#[test]
fn a_scope_that_names_nothing_is_no_scope() {
    let scoped =
        |scope: &str| changed("exceptions/payments-team/old-image.yaml", &[("scope: {request: payments-team/payments-staging}", scope)]);
    insta::assert_snapshot!(["scope: {request: }", "scope:", "scope: {}", "scope: {request: ''}", "scope: []"].map(scoped).join("\n"), @"
    exceptions/payments-team/old-image.yaml:4:47 error wrong-format (requester)
      `spec.scope.request` names nothing, so that this exception would be for the whole team. Name one request, `scope: {request: payments-team/…}`, or leave `scope` out where all of the team's are meant.

    exceptions/payments-team/old-image.yaml:4:37 error wrong-format (requester)
      `spec.scope` names nothing, so that this exception would be for the whole team. Name one request, `scope: {request: payments-team/…}`, or leave `scope` out where all of the team's are meant.

    exceptions/payments-team/old-image.yaml:4:39 error wrong-format (requester)
      `spec.scope` names nothing, so that this exception would be for the whole team. Name one request, `scope: {request: payments-team/…}`, or leave `scope` out where all of the team's are meant.

    exceptions/payments-team/old-image.yaml:4:49 error wrong-format (requester)
      `spec.scope.request` must be `team/name`, is empty.

    exceptions/payments-team/old-image.yaml:4:39 error wrong-type (requester)
      `spec.scope` must be an object, is a list. Write `scope:`, and below it, indented, its fields as `key: value`.
    ");
}

#[test]
fn mistakes_of_golden_paths_and_exceptions() {
    insta::assert_snapshot!(
        changed("golden-paths/environment/path.yaml", &[("owner: platform", "owner: platfrom"), ("title: Staging environment", "titel: x"), ("v1: 1.1.0", "v1: 1.2.0"), ("maxLength: 40", "maxLength: 90"), ("stage: ga", "stage: live"), ("30m", "soon")]),
        @r"
    golden-paths/environment/path.yaml:5:3 error unknown-field (path owner)
      `titel` is not a field of `spec`. Did you mean `title`?
    golden-paths/environment/path.yaml:7:10 error unknown-team (path owner)
      `spec.owner` is `platfrom`, and there is nothing of that name under `teams/`. Did you mean `platform`?
    golden-paths/environment/path.yaml:11:21 error wrong-format (path owner)
      `spec.measure.target` must be a duration such as `14d` or `12h`, is `soon`.
    golden-paths/environment/path.yaml:12:82 error out-of-range (path owner)
      `spec.request.name.maxLength` must be a whole number from 0 to 63, is 90. Write a number from 0 to 63.
    golden-paths/environment/path.yaml:13:10 error not-one-of (path owner)
      `spec.stage` must be one of `alpha`, `beta`, `ga` or `deprecated`, is `live`.
    golden-paths/environment/path.yaml:14:17 error unknown-release (path owner)
      the golden path `environment` has no release `1.2.0`. It has `1.0.0` and `1.1.0`.
    "
    );
    insta::assert_snapshot!(
        changed("golden-paths/environment/1.1.0/release.yaml", &[("renderer: kubernetes@1", "renderer: kubernetes"), ("dependsOn: [cluster]", "dependsOn: [clutser]"), ("default: 14d", "default: 60d"), ("name: dns", "name: dnss"), ("serves: v1", "serves: v2")]),
        @r#"
    golden-paths/environment/1.1.0/dns/main.tf.tera:1:1 warning ignored-file (path owner)
      the folder `dns` is no output of this release, so its files are not used. Did you mean `dnss`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.1.0/release.yaml:11:23 error out-of-range (path owner)
      the default lifetime is longer than `max`. Lower it, or raise `max`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.1.0/release.yaml:15:17 error wrong-format (path owner)
      `spec.outputs[0].renderer` must be a renderer with its version, such as `kubernetes@1`, is `kubernetes`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.1.0/release.yaml:17:13 error missing-file (path owner)
      the output `dnss` has no folder. Put its templates into the folder `dnss` beside `release.yaml`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.1.0/release.yaml:21:19 error unknown-output (path owner)
      this release has no output `clutser`. Did you mean `cluster`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/path.yaml:14:17 error other-version (path owner)
      the current release for `v1` is `1.1.0`, which serves `v2`. Name a release that serves `v1`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    "#
    );
    insta::assert_snapshot!(changed("exceptions/payments-team/old-image.yaml", &[("payments-team/payments-staging", "platform/x"), ("2026-03-01", "soon")]), @r"
        exceptions/payments-team/old-image.yaml:4:49 error other-owner (requester)
          an exception under `exceptions/payments-team/` is for that team's requests, and `platform/x` is not one. Move it to `exceptions/platform/`.
        exceptions/payments-team/old-image.yaml:4:95 error wrong-format (requester)
          `spec.expires` must be a day such as `2026-03-01`, is `soon`.
        ");
    insta::assert_snapshot!(changed("exceptions/payments-team/old-image.yaml", &[("payments-team/payments-staging", "payments-team/payment-staging")]), @"
    exceptions/payments-team/old-image.yaml:4:49 warning unknown-request (requester)
      there is no request `payments-team/payment-staging`: this exception waives nothing. Did you mean `payments-team/payments-staging`?
    ");
    insta::assert_snapshot!(changed("exceptions/payments-team/old-image.yaml", &[("payments-team/payments-staging", "payments-team/x")]), @r"
    exceptions/payments-team/old-image.yaml:4:49 warning unknown-request (requester)
      there is no request `payments-team/x`: this exception waives nothing. Remove the file, or name a request of the team; without `scope` it is for all of them.
    ");
    insta::assert_snapshot!(
        with(&[("golden-paths/other/path.yaml", Some(&PATH.replace("{name: environment}", "{name: other}").replace("1.1.0", "2.0.0")))]),
        @r"
    golden-paths/other/path.yaml:12:48 error duplicate (path owner)
      the golden path `environment` takes requests of the kind `SandboxRequest` already. Choose another kind or group. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/other/path.yaml:14:17 error unknown-release (path owner)
      the golden path `other` has no release `2.0.0`. It has no release yet: add the folder of one. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/other/path.yaml:16:12 error unknown-release (path owner)
      the golden path `other` has no release `1.0.0`. It has no release yet: add the folder of one. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/other/path.yaml:16:82 error unknown-release (path owner)
      the golden path `other` has no release `2.0.0`. It has no release yet: add the folder of one. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    "
    );
}

#[test]
fn mistakes_in_a_schema_are_the_owners() {
    let schema = "golden-paths/environment/1.1.0/schema.json";
    insta::assert_snapshot!(changed(schema, &[("\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"name\"]", "\"type\": \"object\"")]), @r#"
    golden-paths/environment/1.1.0/schema.json:22:5 error schema-open (path owner)
      `$defs.service` lists properties, but does not say whether others are allowed. Add `"additionalProperties": false` (or `true`, when others are meant to be allowed). This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    "#);
    insta::assert_snapshot!(changed(schema, &[("#/$defs/http", "https://example.org/http.json")]), @r#"
    golden-paths/environment/1.1.0/schema.json:15:26 error schema-remote (path owner)
      the schema `https://example.org/http.json` is outside of this file, and nothing is fetched. Copy it into `$defs` and name it by `#/$defs/…`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    "#);
    insta::assert_snapshot!(changed(schema, &[("draft/2020-12", "draft-07")]), @r#"
    golden-paths/environment/1.1.0/schema.json:2:3 error schema-invalid (path owner)
      `https://json-schema.org/draft-07/schema` is not read here: schemas are JSON Schema 2020-12. Write `https://json-schema.org/draft/2020-12/schema`, or leave it out. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    "#);
    insta::assert_snapshot!(changed(schema, &[("\"^[a-z0-9-]+$\"", "\"^(?=a)$\"")]), @r#"
    golden-paths/environment/1.1.0/schema.json:7:33 error schema-invalid (path owner)
      the pattern `^(?=a)$` cannot be used. Patterns have no look-around and no back-references, and may not grow too large. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    "#);
    insta::assert_snapshot!(changed(schema, &[("\"maximum\": 10, \"default\": 1", "\"maximum\": 10, \"default\": 20")]), @r#"
    golden-paths/environment/1.1.0/schema.json:26:70 error schema-default (path owner)
      the default of `$defs.service.properties.replicas` does not fit its own schema: 20 is greater than the maximum of 10. Change the default, or what the schema allows. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    "#);
    insta::assert_snapshot!(changed(schema, &[("\"type\": \"boolean\"", "\"type\": \"bool\"")]), @r"
    golden-paths/environment/1.1.0/schema.json:12:16 error schema-invalid (path owner)
      `bool` is not a type. Did you mean `boolean`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
    insta::assert_snapshot!(changed(schema, &[("\"purpose\": {", "\"purpose\" {")]), @r#"
    golden-paths/environment/1.1.0/schema.json:8:15 error json-syntax (path owner)
      this is not JSON: expected `:`. Mend it here, or a little before. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    "#);
    insta::assert_snapshot!(with(&[("schemas/example.org/Thing_v1.json", Some("{\n  \"type\": object\n}\n")), ("schemas/example.org/Thing.json", Some("{}")), ("schemas/README.md", Some("what is here"))]), @r"
    schemas/example.org/Thing.json:1:1 error misplaced-file (platform)
      the schema of a custom resource stands at `schemas/<group>/<kind>_<version>.json`, so this file is not read. `goldpath schema import FILE` makes it, at its place, from the definition of the custom resource.
    schemas/example.org/Thing_v1.json:2:11 error json-syntax (platform)
      this is not JSON: expected value. Mend it here, or a little before.
    ");
    insta::assert_snapshot!(changed(schema, &[("#/$defs/tcp", "#/$defs/udp")]), @r"
    golden-paths/environment/1.1.0/schema.json:15:52 error schema-invalid (path owner)
      `#/$defs/udp` is not in this file. Did you mean `#/$defs/tcp`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
    insta::assert_snapshot!(changed(schema, &[("\"format\": \"quantity\"", "\"format\": \"quantitty\"")]), @r"
    golden-paths/environment/1.1.0/schema.json:14:34 error schema-invalid (path owner)
      the format `quantitty` is not known. Known are `date`, `date-time`, `time`, `email`, `hostname`, `ipv4`, `ipv6`, `uri`, `uuid`, `regex`, `goldpath-duration` and `quantity`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
    let cyclic = r##"{"$ref": "#/$defs/a", "$defs": {"a": {"additionalProperties": false, "properties": {"owner": {}, "l": {"default": {}, "$ref": "#/$defs/a"}, "r": {"default": {}, "$ref": "#/$defs/a"}}}}}"##;
    insta::assert_snapshot!(with(&[(schema, Some(cyclic))]), @r#"
    golden-paths/environment/1.1.0/schema.json:1:104 error schema-default (path owner)
      the default of `$defs.a.properties.l` never ends: what it fills in has defaults again. Leave out one of the defaults of the circle. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.1.0/schema.json:1:147 error schema-default (path owner)
      the default of `$defs.a.properties.r` never ends: what it fills in has defaults again. Leave out one of the defaults of the circle. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    "#);
}

#[test]
fn defaults_are_filled_in_through_the_whole_schema() {
    let mut files = repository();
    files.insert(AT.to_owned(), REQUEST.replace("purpose: integration-test", "public: true").replace("      replicas: 1\n", ""));
    let parsed = parse(&snapshot(&files));
    assert_eq!(said(&parsed), "");
    let request = parsed.platform.requests.values().next().unwrap();
    insta::assert_json_snapshot!(request.document["spec"], @r#"
        {
          "owner": "payments-team",
          "public": true,
          "lifetime": "14d",
          "region": "eu-central-1",
          "dataClassification": "internal",
          "services": [
            {
              "name": "payments-api",
              "replicas": 2
            },
            {
              "name": "payments-worker",
              "replicas": 1
            }
          ],
          "domain": "example.org"
        }
        "#);
}

/// What is said to be filled in is what is filled in: each default is the pointer of its own schema.
#[test]
fn no_other_defaults_are_filled_in_than_is_said() {
    let mut schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let text = |at: &str| serde_json::json!({"type": "string", "default": at});
    let object = |properties: Value| serde_json::json!({"type": "object", "additionalProperties": false, "properties": properties});
    let when = |size: &str, branch: &str, name: &str| {
        let then = serde_json::json!({"properties": {name: text(&format!("/properties/probe/allOf/{}/{branch}/properties/{name}", usize::from(branch == "else")))}});
        serde_json::json!({"if": {"properties": {"size": {"const": size}}}, branch: then})
    };
    let mut probe = object(serde_json::json!({
        "size": {"type": "string"}, "taken": {"type": "string"}, "other": {"type": "string"},
        "own": text("/properties/probe/properties/own"),
        "far": {"$ref": "#/$defs/far"},
        "list": {"type": "array", "items": object(serde_json::json!({"in": text("/properties/probe/properties/list/items/properties/in")}))},
        "texts": {"type": "array", "items": text("/properties/probe/properties/texts/items")},
        "map": {"type": "object", "additionalProperties": object(serde_json::json!({"of": text("/properties/probe/properties/map/additionalProperties/properties/of")}))},
        "named": {"type": "object", "additionalProperties": false, "patternProperties": {"^a": text("/properties/probe/properties/named/patternProperties/^a")}},
        "form": {"oneOf": [object(serde_json::json!({"cpu": text("/properties/probe/properties/form/oneOf/0/properties/cpu")}))]},
    }));
    probe["allOf"] = serde_json::json!([when("small", "then", "taken"), when("large", "else", "other")]);
    schema["properties"]["probe"] = probe;
    schema["$defs"]["far"] = serde_json::json!({"$ref": "#/$defs/end"});
    schema["$defs"]["end"] = text("/$defs/end");
    let mut files = repository();
    files.insert(SCHEMATA.to_owned(), schema.to_string());
    files.insert(
        AT.to_owned(),
        format!("{REQUEST}  probe: {{size: small, list: [{{}}], texts: [], map: {{a: {{}}}}, named: {{}}, form: {{}}}}\n"),
    );
    let parsed = parse(&snapshot(&files));
    let request = parsed.platform.requests.values().next().unwrap_or_else(|| panic!("{}", said(&parsed)));
    let shown = request.document["spec"]["probe"].to_string();
    let strings = shown.split('"').filter(|text| text.starts_with('/')).map(str::to_owned);
    let is_probe = |at: &String| schema.pointer(at).and_then(|schema| schema.get("default")?.as_str()).is_some_and(|default| default == at);
    let told: BTreeSet<String> = crate::model::filled(&schema).into_iter().filter(is_probe).collect();
    assert_eq!(strings.collect::<BTreeSet<_>>(), told);
    assert_eq!(told.len(), 6, "{told:?}");
}

#[test]
fn hostile_files_end_in_a_few_findings() {
    let many: String = (0..40_000).map(|n| format!("  x{n}: 1\n")).collect();
    let mut files = repository();
    files.insert(AT.to_owned(), format!("{REQUEST}{many}"));
    files.insert("teams/platform.yaml".to_owned(), format!("{}{many}", TEAM.replace("NAME", "platform")));
    let mut defs: Vec<String> = (0..5000).map(|n| format!("\"d{n}\": {{\"$ref\": \"#/$defs/d{}\"}}", n + 1)).collect();
    defs.push("\"d5000\": {}".to_owned());
    let chain = format!("{{\"$ref\": \"#/$defs/d0\", \"$defs\": {{{}}}}}", defs.join(","));
    files.insert("golden-paths/environment/1.0.0/schema.json".to_owned(), chain);
    let parsed = parse(&snapshot(&files));
    assert!(parsed.findings.len() < 200, "{}", parsed.findings.len());
    let told = said(&parsed).lines().filter(|line| line.contains("refers to more")).collect::<String>();
    insta::assert_snapshot!(told.trim(), @"the schema refers to more than 200 parts of itself. Write fewer `$defs`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.");
}

/// What two trees read together, and each by itself, say of the request, with its fields in their order.
fn read_both_ways(base: &BTreeMap<String, String>, head: &BTreeMap<String, String>) -> [String; 2] {
    let (base, head) = (snapshot(base), snapshot(head));
    let shown = |parsed: &Parsed| {
        let documents = parsed.platform.requests.values().map(|request| format!("{} {}\n", request.release, request.document.0));
        said(parsed) + &documents.collect::<String>()
    };
    let (before, after) = parse_both(&base, &head, &|_| {});
    [shown(&before) + &shown(&after), shown(&parse(&base)) + &shown(&parse(&head))]
}

#[test]
fn two_trees_read_together_are_read_as_each_by_itself() {
    let base = repository();
    let defaults = r#""dataClassification": {"enum": ["public", "internal"], "default": "internal"},
    "public": {"type": "boolean", "default": false},"#;
    let other_order = r#""public": {"type": "boolean", "default": false},
    "dataClassification": {"enum": ["public", "internal"], "default": "internal"},"#;
    assert!(SCHEMA.contains(defaults));
    let request = base[AT].replace("  dataClassification: internal\n", "");
    let schema = "golden-paths/environment/1.1.0/schema.json";
    let of = |edits: &[(&str, &str)]| {
        let mut files = base.clone();
        files.insert(AT.to_owned(), request.clone());
        files.extend(edits.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
        files
    };
    let older = of(&[("golden-paths/environment/path.yaml", &PATH.replace("v1: 1.1.0", "v1: 1.0.0"))]);
    let table = [
        ("another release", of(&[])),
        ("fields in another order", of(&[(schema, &SCHEMA.replace(defaults, other_order))])),
        ("another default", of(&[(schema, &SCHEMA.replace("\"default\": false", "\"default\": true"))])),
        ("a mistake", of(&[(schema, &SCHEMA.replace("\"maxItems\": 3", "\"maxItems\": 1"))])),
        ("another request", of(&[(AT, REQUEST)])),
        ("no request", with_out(of(&[]), AT)),
    ];
    for (what, head) in table {
        for (one, other) in [(&older, &head), (&head, &older)] {
            let [together, apart] = read_both_ways(one, other);
            assert_eq!(together, apart, "{what}");
        }
    }
}

fn with_out(mut files: BTreeMap<String, String>, path: &str) -> BTreeMap<String, String> {
    files.remove(path);
    files
}

#[test]
fn kinds_are_data() {
    let mut files = repository();
    let path = PATH.replace("{name: environment}", "{name: sandbox}").replace("platform.kubedojo.io", "platform.example.org");
    let path = path.split("  releases:").next().unwrap().replace("v1: 1.1.0", "v1alpha1: 0.1.0");
    let release = RELEASE.replace("VERSION", "0.1.0").replace("serves: v1", "serves: v1alpha1").replace("/spec/lifetime", "/spec/ttl");
    let release = release
        .replace("    owner: /spec/owner\n", "")
        .replace("    dataClassification: /spec/dataClassification\n    region: /spec/region\n", "");
    let schema = r#"{"type": "object", "additionalProperties": false, "properties": {
        "profile": {"enum": ["small", "large"]}, "ttl": {"type": "string", "format": "goldpath-duration", "default": "8h"}, "access": {"type": "array", "items": {"type": "string"}}}}"#;
    files.insert("golden-paths/sandbox/path.yaml".into(), path);
    files.insert("golden-paths/sandbox/0.1.0/release.yaml".into(), release);
    files.insert("golden-paths/sandbox/0.1.0/schema.json".into(), schema.into());
    for folder in ["cluster", "dns"] {
        files.insert(format!("golden-paths/sandbox/0.1.0/{folder}/a.yaml.tera"), String::new());
    }
    let request =
        "apiVersion: platform.example.org/v1alpha1\nkind: SandboxRequest\nmetadata: {name: try}\nspec: {profile: small, access: [alice]}\n";
    files.insert("requests/payments-team/try.yaml".into(), request.into());
    let parsed = parse(&snapshot(&files));
    assert_eq!(said(&parsed), "");
    let request = &parsed.platform.requests[&RequestId::parse("payments-team/try").unwrap()];
    assert_eq!((request.release.to_string(), request.facts.lifetime.as_deref()), ("sandbox@0.1.0".to_owned(), Some("8h")));
}

#[test]
fn a_pin_on_a_retired_release_is_refused() {
    let mut files = repository();
    let path = PATH.replace("state: deprecated", "state: retired");
    files.insert("golden-paths/environment/path.yaml".into(), path);
    files.insert(AT.into(), REQUEST.replace("metadata:\n", "metadata:\n  annotations: {goldpath.dev/release: 1.0.0}\n"));
    insta::assert_snapshot!(said(&parse(&snapshot(&files))), @"
    requests/payments-team/payments-staging.yaml:4:39 error retired-release (requester)
      the release `environment@1.0.0` is retired. Move to `1.1.0`.
    ");
}

#[test]
fn requests_of_a_broken_path_are_known_and_not_blamed() {
    let mut files = repository();
    files.insert("golden-paths/environment/path.yaml".into(), PATH.replace("owner: platform", "ownr: platform"));
    let parsed = parse(&snapshot(&files));
    insta::assert_snapshot!(said(&parsed), @r"
        golden-paths/environment/path.yaml:7:3 error unknown-field (path owner)
          `ownr` is not a field of `spec`. Did you mean `owner`?
        ");
    assert_eq!(parsed.platform.broken.len(), 1);
}

#[test]
fn codes_are_unique_and_kebab_case() {
    let mut all: Vec<&str> = codes().iter().map(Code::as_str).collect();
    assert!(all.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}
