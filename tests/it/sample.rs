//! A platform repository of one golden path and one request, as small as it can be: what tests of what is hostile begin with.

const PATH: &str = "apiVersion: goldpath.dev/v1
kind: GoldenPath
metadata: {name: config}
spec:
  title: A config map
  description: A config map with one text.
  owner: platform
  support: {channel: \"#platform-help\"}
  request: {group: platform.example.org, kind: SampleRequest}
  stage: ga
  current: {v1: 1.0.0}
";

const RELEASE: &str = "apiVersion: goldpath.dev/v1
kind: Release
metadata: {name: 1.0.0}
spec:
  serves: v1
  outputs:
    - {name: main, renderer: kubernetes@1, target: staging}
";

const SCHEMA: &str = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
 "properties": {"text": {"type": "string"}, "list": {"type": "array"}}}"#;

/// The template of the one golden path.
pub(crate) const TEMPLATE: &str = "golden-paths/config/1.0.0/main/a.yaml.tera";

/// Its target, as one of Terraform.
pub(crate) const TERRAFORM: &str = "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {name: staging}\nspec:\n  type: terraform\n  connection: staging\n  \
     allow: {teams: [\"*\"], paths: [\"*\"]}\n  terraform: {providers: [], backend: {type: local}}\n";

/// All files, by path.
pub(crate) const FILES: [(&str, &str); 8] = [
    ("goldpath.yaml", "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: example}\nspec: {}\n"),
    ("golden-paths/config/path.yaml", PATH),
    ("golden-paths/config/1.0.0/release.yaml", RELEASE),
    ("golden-paths/config/1.0.0/schema.json", SCHEMA),
    (TEMPLATE, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  text: {{ spec.text | default(value=\"\") | yaml }}\n"),
    (
        "targets/staging.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {name: staging}\nspec: {type: directory, connection: staging, allow: {teams: [\"*\"], paths: [\"*\"]}}\n",
    ),
    (
        "teams/platform.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: platform}\nspec: {title: Platform, members: {users: [ann]}}\n",
    ),
    (
        "requests/platform/shop.yaml",
        "apiVersion: platform.example.org/v1\nkind: SampleRequest\nmetadata: {name: shop}\nspec: {text: hello}\n",
    ),
];

/// What its template is.
pub(crate) const CONFIG: &str = FILES[4].1;
