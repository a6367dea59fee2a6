use super::super::context::Shared;
use super::super::marks::marks;
use super::shape::{CONTEXT, Known};
use super::*;
use crate::model::{ContentId, Platform};
use crate::snapshot::{File, Mode};
use std::fmt::Write as _;

const FOLDER: &str = "golden-paths/environment/1.0.0";

const SCHEMA: &str = r##"{
  "type": "object", "additionalProperties": false,
  "properties": {
    "region": {"type": "string"},
    "services": {"type": "array", "items": {"$ref": "#/$defs/service"}},
    "env": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": false, "properties": {"value": {"type": "string"}}}},
    "free": {"type": "object", "additionalProperties": true, "properties": {"known": {"type": "string"}}},
    "store": {"oneOf": [
      {"type": "object", "additionalProperties": false, "properties": {"kind": {"const": "disk"}, "size": {"type": "string"}}},
      {"type": "object", "additionalProperties": false, "properties": {"kind": {"const": "bucket"}, "region": {"type": "string"}}}]}
  },
  "$defs": {"service": {"type": "object", "additionalProperties": false, "properties": {
    "name": {"type": "string"}, "replicas": {"type": "integer"}, "parts": {"type": "array", "items": {"$ref": "#/$defs/service"}}}}}
}"##;

const RELEASE: &str = r#"apiVersion: goldpath.dev/v1
kind: Release
metadata: {name: 1.0.0}
spec:
  serves: v1
  outputs:
    - name: main
      renderer: kubernetes@1
      forEach: spec.services
      target: "staging-{{ spec.region }}"
      when: spec.region == "eu"
  refs:
    db: {at: /spec/free/known, path: environment}
"#;

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

fn snapshot(release: &str) -> Snapshot {
    let path_file = "apiVersion: goldpath.dev/v1\nkind: GoldenPath\nmetadata: {name: environment}\nspec:\n  title: T\n  owner: platform\n  request: {group: example.org, kind: Sample}\n  current: {v1: 1.0.0}\n";
    let request = "apiVersion: example.org/v1\nkind: Sample\nmetadata: {name: shop}\nspec: {region: eu}\n";
    let files = [
        ("goldpath.yaml", "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: p}\nspec: {}\n"),
        ("teams/platform.yaml", "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: platform}\nspec: {}\n"),
        ("targets/eu.yaml", "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {name: eu}\nspec: {type: directory, connection: eu}\n"),
        ("golden-paths/environment/path.yaml", path_file),
        (&format!("{FOLDER}/release.yaml"), release),
        (&format!("{FOLDER}/schema.json"), SCHEMA),
        (&format!("{FOLDER}/main/a.yaml.tera"), "a: b\n"),
        ("requests/platform/shop.yaml", request),
    ];
    let file = |text: &str| File { id: ContentId::from_bytes([1; 20]), mode: Mode::Regular, bytes: text.as_bytes().into() };
    Snapshot::new(None, files.into_iter().map(|(name, text)| (path(name), file(text))).collect(), Vec::new())
}

fn platform(snapshot: &Snapshot) -> Platform {
    let parsed = crate::parse::parse(snapshot);
    assert_eq!(parsed.findings, []);
    parsed.platform
}

fn said(mistakes: impl IntoIterator<Item = Mistake>) -> String {
    mistakes.into_iter().fold(String::new(), |mut out, mistake| {
        let Span { line, column, end_column, .. } = mistake.span;
        let _ = writeln!(out, "{line}:{column}-{end_column} {}. {}", mistake.message, mistake.help);
        out
    })
}

/// What is said about a template of the output `main`, whose `forEach` is `spec.services`.
fn check(text: &str) -> String {
    let snapshot = snapshot(RELEASE);
    let platform = platform(&snapshot);
    let release = platform.releases.values().next().unwrap();
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let source = Source { name: "main/a.yaml.tera".into(), file: path("a.yaml.tera"), text: text.into() };
    said(templates(&[source], &Delimiters::default(), Some(&schema), release, &[&release.outputs[0]]))
}

#[test]
fn a_path_that_is_never_there_is_found_wherever_it_stands() {
    let all: String = [
        "a: {{ spec.regoin | yaml }}",
        "{% if spec.regoin == 1 %}{% elif not metadata.nme %}{% endif %}",
        "{% if spec.region in [spec.regin] and team.nam is defined %}{% endif %}",
        "a: {{ (team.name ~ spec.services[0].nme) | yaml }}",
        "a: {{ platform.values.x | default(value=spec.regio) }}",
        "{% for service in spec.services %}{{ service.replcas | default(value=1) }}{{ service.parts[0].parts.1.nam }}{% endfor %}",
        "{% for service in spec.servces %}{% endfor %}",
        "{% for service in spec.services | sort(attribute=\"name\") %}{{ service.nmae }}{% endfor %}",
        "{% for key, one in spec.env %}{{ key }}{{ one.vaule }}{% endfor %}",
        "{% set first = spec.services[0] %}{{ first.nme }}",
        "{{ [service.nme for service in spec.services if service.replica > 1] }}",
        "{{ request.spec.regoin }}{{ request.metadata[\"nme\"] }}{{ spec?.regoin }}",
        "{{ each.nme }}{{ spec.region.zone }}{{ target.valus.x }}",
        "{{ spec.store.sise }}{{ spec.store.size }}{{ spec.store.region }}",
        "{%- component card(title) -%}{{ title.x }}{{ spec.regoin }}{%- endcomponent -%}",
        "{% if refs.dbb is defined or refs.db.nme is defined %}{{ refs.db.exports.any }}{% endif %}{{ team.contact.chanel | default(value=1) }}",
    ]
    .iter()
    .map(|text| format!("{text}\n{}", check(text)))
    .collect();
    insta::assert_snapshot!(all, @r#"
    a: {{ spec.regoin | yaml }}
    1:7-18 `spec.regoin` is never there: `spec` has no field `regoin`. Did you mean `region`?
    {% if spec.regoin == 1 %}{% elif not metadata.nme %}{% endif %}
    1:7-18 `spec.regoin` is never there: `spec` has no field `regoin`. Did you mean `region`?
    1:38-50 `metadata.nme` is never there: `metadata` has no field `nme`. Did you mean `name`?
    {% if spec.region in [spec.regin] and team.nam is defined %}{% endif %}
    1:23-33 `spec.regin` is never there: `spec` has no field `regin`. Did you mean `region`?
    1:39-47 `team.nam` is never there: `team` has no field `nam`. Did you mean `name`?
    a: {{ (team.name ~ spec.services[0].nme) | yaml }}
    1:20-40 `spec.services[0].nme` is never there: `spec.services[]` has no field `nme`. Did you mean `name`?
    a: {{ platform.values.x | default(value=spec.regio) }}
    1:41-51 `spec.regio` is never there: `spec` has no field `regio`. Did you mean `region`?
    {% for service in spec.services %}{{ service.replcas | default(value=1) }}{{ service.parts[0].parts.1.nam }}{% endfor %}
    1:38-53 `service.replcas` is never there: `spec.services[]` has no field `replcas`. Did you mean `replicas`?
    1:78-106 `service.parts[0].parts.1.nam` is never there: `spec.services[].parts[].parts[]` has no field `nam`. Did you mean `name`?
    {% for service in spec.servces %}{% endfor %}
    1:19-31 `spec.servces` is never there: `spec` has no field `servces`. Did you mean `services`?
    {% for service in spec.services | sort(attribute="name") %}{{ service.nmae }}{% endfor %}
    1:63-75 `service.nmae` is never there: `spec.services[]` has no field `nmae`. Did you mean `name`?
    {% for key, one in spec.env %}{{ key }}{{ one.vaule }}{% endfor %}
    1:43-52 `one.vaule` is never there: `spec.env[]` has no field `vaule`. Did you mean `value`?
    {% set first = spec.services[0] %}{{ first.nme }}
    1:38-47 `first.nme` is never there: `spec.services[]` has no field `nme`. Did you mean `name`?
    {{ [service.nme for service in spec.services if service.replica > 1] }}
    1:5-16 `service.nme` is never there: `spec.services[]` has no field `nme`. Did you mean `name`?
    1:49-64 `service.replica` is never there: `spec.services[]` has no field `replica`. Did you mean `replicas`?
    {{ request.spec.regoin }}{{ request.metadata["nme"] }}{{ spec?.regoin }}
    1:4-23 `request.spec.regoin` is never there: `request.spec` has no field `regoin`. Did you mean `region`?
    1:29-52 `request.metadata["nme"]` is never there: `request.metadata` has no field `nme`. Did you mean `name`?
    1:58-70 `spec?.regoin` is never there: `spec` has no field `regoin`. Did you mean `region`?
    {{ each.nme }}{{ spec.region.zone }}{{ target.valus.x }}
    1:4-12 `each.nme` is never there: `spec.services[]` has no field `nme`. Did you mean `name`?
    1:18-34 `spec.region.zone` is never there: `spec.region` has no field `zone`. `spec.region` is a value without fields.
    1:40-52 `target.valus` is never there: `target` has no field `valus`. Did you mean `values`?
    {{ spec.store.sise }}{{ spec.store.size }}{{ spec.store.region }}
    1:4-19 `spec.store.sise` is never there: `spec.store` has no field `sise`. Did you mean `size`?
    {%- component card(title) -%}{{ title.x }}{{ spec.regoin }}{%- endcomponent -%}
    1:46-57 `spec.regoin` is never there: `spec` has no field `regoin`. Did you mean `region`?
    {% if refs.dbb is defined or refs.db.nme is defined %}{{ refs.db.exports.any }}{% endif %}{{ team.contact.chanel | default(value=1) }}
    1:7-15 `refs.dbb` is never there: `refs` has no field `dbb`. Did you mean `db`?
    1:30-41 `refs.db.nme` is never there: `refs.db` has no field `nme`. Did you mean `name`?
    1:94-113 `team.contact.chanel` is never there: `team.contact` has no field `chanel`. Did you mean `channel`?
    "#);
}

#[test]
fn what_may_be_there_is_left_alone() {
    for text in [
        "{{ spec.region }}{{ spec.services[0].name }}{{ spec.services | length }}{{ spec.free.unknown }}{{ platform.values.any.thing }}",
        "{% for service in spec.services %}{{ service.name }}{{ loop.index }}{% endfor %}{% for a, b in spec.env %}{{ b.value }}{% endfor %}",
        "{% set a = spec.services[0] %}{% if a %}{% set a = team %}{% endif %}{{ a.name }}",
        "{% set spec = {\"other\": 1} %}{{ spec.other }}",
        "{% set_global x = spec.services %}{{ x.anything }}",
        "{{ spec.services[1:2][0].name }}{{ spec.services[spec.services | length - 1].name }}",
        "{{ [s.name for s in spec.services] }}{{ target.values.zone }}{{ labels.any }}",
        "{% for s in spec.services | map(attribute=\"parts\") %}{{ s.anything }}{% endfor %}",
        "{# spec.regoin #}{% raw %}{{ spec.regoin }}{% endraw %}{{ \"spec.regoin\" }}",
        "{% for service in spec.services %}{% endfor %}{{ service.x }}",
    ] {
        assert_eq!(check(text), "", "{text}");
    }
}

#[test]
fn expressions_are_checked_at_their_own_place() {
    let check = |from: &str, to: &str| {
        let snapshot = snapshot(&RELEASE.replacen(from, to, 1));
        let platform = platform(&snapshot);
        let release = platform.releases.values().next().unwrap();
        let schema = schema(&snapshot, release);
        said(expressions(&snapshot, release, schema.as_ref()).into_iter().map(|(_, mistake)| mistake))
    };
    assert_eq!(check("when: ", "when: "), "");
    let all: String = [
        ("when: spec.region == \"eu\"", "when: spec.regoin == \"eu\""),
        ("when: spec.region == \"eu\"", "when: 'each.nme is defined and spce.region == \"eu\"'"),
        ("when: spec.region == \"eu\"", "when: target.name == \"eu\""),
        ("when: spec.region == \"eu\"", "when: >-\n        spec.regoin\n        == 1"),
        ("forEach: spec.services", "forEach: spec.servces"),
        ("forEach: spec.services", "forEach: each"),
        ("{{ spec.region }}", "{{ spec.regoin }}-{{ each.nme }}"),
    ]
    .iter()
    .map(|(from, to)| format!("{to}\n{}", check(from, to)))
    .collect();
    insta::assert_snapshot!(all, @r#"
    when: spec.regoin == "eu"
    11:13-24 `when`: `spec.regoin` is never there: `spec` has no field `regoin`. Did you mean `region`?
    when: 'each.nme is defined and spce.region == "eu"'
    11:14-22 `when`: `each.nme` is never there: `spec.services[]` has no field `nme`. Did you mean `name`?
    11:38-42 `when`: `spce` is not known here. Did you mean `spec`?
    when: target.name == "eu"
    11:13-19 `when`: `target` is not known here. Known are `request`, `metadata`, `spec`, `each`, `team`, `path`, `release`, `platform`, `labels`, `annotations` and `refs`.
    when: >-
            spec.regoin
            == 1
    12:9-13 `when`: `spec.regoin` is never there: `spec` has no field `regoin`. Did you mean `region`?
    forEach: spec.servces
    9:16-28 `forEach`: `spec.servces` is never there: `spec` has no field `servces`. Did you mean `services`?
    forEach: each
    9:16-20 `forEach`: `each` is not known here. Known are `request`, `metadata`, `spec`, `team`, `path`, `release`, `platform`, `labels`, `annotations` and `refs`.
    {{ spec.regoin }}-{{ each.nme }}
    10:27-38 `target`: `spec.regoin` is never there: `spec` has no field `regoin`. Did you mean `region`?
    10:45-53 `target`: `each.nme` is never there: `spec.services[]` has no field `nme`. Did you mean `name`?
    "#);
}

#[test]
fn exports_are_checked_before_there_is_a_request() {
    let check = |value: &str| {
        let snapshot = snapshot(&format!("{RELEASE}  exports:\n    url: {{value: {value}}}\n"));
        let platform = platform(&snapshot);
        let release = platform.releases.values().next().unwrap();
        let expressions = super::super::expression::Expressions::load(release);
        said(exports(&snapshot, release, schema(&snapshot, release).as_ref(), |name| expressions.loads(&format!("export:{name}"))))
    };
    assert_eq!(check("\"https://{{ metadata.name }}.{{ target.values.zone }}\""), "");
    let wrong = ["\"https://{{ metadata.nme }}\"", "\"{{ each }}\"", "\"{{ target.nme }}\"", "\"a\\nb\"", "\"{{ spec.region | uper }}\""];
    insta::assert_snapshot!(wrong.map(check).concat(), @r"
    15:30-42 the export `url`: `metadata.nme` is never there: `metadata` has no field `nme`. Did you mean `name`?
    15:22-26 the export `url`: `each` is not known here. Known are `request`, `metadata`, `spec`, `team`, `path`, `release`, `platform`, `target`, `labels`, `annotations` and `refs`.
    15:22-32 the export `url`: `target.nme` is never there: `target` has no field `nme`. Did you mean `name`?
    15:18-24 the export `url`: `a⏎b` is not a template of one line. 
    15:18-44 the export `url`: unknown filter `uper`.
    ");
}

/// The table says what the context really holds.
#[test]
fn the_table_is_what_templates_get() {
    let snapshot = snapshot(RELEASE);
    let platform = platform(&snapshot);
    let (request, golden) = (platform.requests.values().next().unwrap(), platform.paths.values().next().unwrap());
    let release = platform.releases.values().next().unwrap();
    let marks = marks(request, &release.id);
    let shared = Shared::new(&platform);
    let context = shared
        .with_target(&shared.request(request, golden, release, &marks, &serde_json::json!({})), platform.targets.values().next().unwrap());
    let mut names: Vec<&str> = CONTEXT.iter().map(|(name, _)| *name).collect();
    names.push("each");
    let mut known = NAMES.to_vec();
    names.sort_unstable();
    known.sort_unstable();
    assert_eq!(names, known);
    for (name, known) in CONTEXT {
        let value = context.get(name).unwrap_or_else(|| panic!("templates do not get `{name}`"));
        if let Known::Table(fields) = known {
            let map = value.as_map().unwrap_or_else(|| panic!("`{name}` is no map"));
            let is: BTreeSet<&str> = map.keys().filter_map(tera::value::Key::as_str).collect();
            let optional = ["labels", "annotations"];
            let said: BTreeSet<&str> = fields.iter().map(|(field, _)| *field).filter(|f| is.contains(f) || !optional.contains(f)).collect();
            assert_eq!(said, is, "{name}");
        }
    }
}
