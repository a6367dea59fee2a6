use crate::parse::parse;
use crate::render::{Cache, Changing, Limits, Traced, fields, render, trace};
use crate::snapshot::Snapshot;

const FILES: &[(&str, &str)] = &[
    ("goldpath.yaml", "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: p}\nspec: {values: {}}\n"),
    ("teams/shop.yaml", "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: shop}\nspec: {title: Shop}\n"),
    ("targets/eu.yaml", "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {name: eu}\nspec: {type: directory, connection: eu}\n"),
    (
        "golden-paths/service/path.yaml",
        "apiVersion: goldpath.dev/v1\nkind: GoldenPath\nmetadata: {name: service}\nspec:\n  title: Service\n  owner: shop\n  request: {group: example.org, kind: Service}\n  current: {v1: 1.0.0}\n",
    ),
    (
        "golden-paths/service/1.0.0/release.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  outputs:\n    - {name: main, renderer: kubernetes@1, target: eu}\n",
    ),
];

/// What each line of `spec` of an object changes with: the fields of a schema, the `spec` of a request and lines of a template in, each
/// line with its fields, and those that were not tried, out.
fn changing(properties: &str, spec: &str, template: &str) -> String {
    let schema = format!(r#"{{"type": "object", "additionalProperties": false, "properties": {{{properties}}}}}"#);
    let request = format!("apiVersion: example.org/v1\nkind: Service\nmetadata: {{name: web}}\nspec: {spec}\n");
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ metadata.name | yaml }}\n  namespace: shop\ndata:\n";
    let template = format!("{head}{template}");
    let edits = [
        ("golden-paths/service/1.0.0/schema.json", Some(schema.as_str())),
        ("golden-paths/service/1.0.0/main/a.yaml.tera", Some(template.as_str())),
        ("requests/shop/web.yaml", Some(request.as_str())),
    ];
    let snapshot = Snapshot::of_texts(FILES, &edits);
    let parsed = parse(&snapshot);
    let platform = parsed.platform;
    let limits = Limits::default();
    let rendered = render(&snapshot, &platform, &limits, &mut Cache::new(), 1);
    let Some(unit) = rendered.units.values().next() else { return format!("{:#?} {:#?}", parsed.findings, rendered.findings) };
    let file = unit.files.keys().next().unwrap();
    let lines = trace(&snapshot, &platform, &limits, unit, file).unwrap();
    let line = |(number, line): (u32, &Traced)| {
        let Changing { fields, untried } = fields(&snapshot, &platform, &limits, unit, file, (number, line));
        let untried = if untried.is_empty() { String::new() } else { format!("; not tried: {}", untried.join(" ")) };
        format!("{} <- {}{untried}\n", line.text.trim(), fields.join(" "))
    };
    (1..).zip(&lines).skip_while(|(_, traced)| traced.text != "data:").skip(1).map(line).collect()
}

#[test]
fn a_field_that_the_request_does_not_set_is_what_a_line_changes_with() {
    let dir = r#""dir": {"type": "string"}"#;
    insta::assert_snapshot!(changing(dir, "{}", "  dir: {{ spec.dir | default(value=\"/srv\") | yaml }}\n  other: always\n"), @"
    dir: /srv <- /spec/dir
    other: always <-
    ");
    let choice = r#""size": {"enum": ["small", "large"]}"#;
    insta::assert_snapshot!(changing(choice, "{}", "  size: {% if spec.size | default(value=\"\") == \"large\" %}big{% else %}little{% endif %}\n"), @"size: little <- /spec/size");
    let deep = r##""log": {"type": "object", "additionalProperties": false, "properties": {"level": {"$ref": "#/properties/level"}, "to": {"type": "string"}}}, "level": {"type": "string"}"##;
    let level = "  level: {{ spec.log.level | default(value=\"info\") | yaml }}\n";
    insta::assert_snapshot!(changing(deep, "{log: {to: x}}", level), @"level: info <- /spec/log/level");
    let required = r#""log": {"type": "object", "additionalProperties": false, "required": ["level"], "properties": {"level": {"type": "integer", "minimum": 3}}}"#;
    insta::assert_snapshot!(changing(required, "{}", "  level: \"{% if spec.log is defined %}{{ spec.log.level }}{% else %}1{% endif %}\"\n"), @r#"level: "1" <- /spec/log"#);
}

#[test]
fn a_list_or_map_with_nothing_in_it_is_what_its_line_changes_with() {
    let args = r#""args": {"type": "array", "items": {"type": "string"}, "default": []}"#;
    let each = "  args: \"{% for arg in spec.args %}{{ arg }} {% endfor %}\"\n";
    insta::assert_snapshot!(changing(args, "{}", "  args: {{ spec.args | join(sep=\",\") | yaml }}\n"), @r#"args: "" <- /spec/args"#);
    insta::assert_snapshot!(changing(args, "{}", each), @r#"args: "" <- /spec/args"#);
    insta::assert_snapshot!(changing(args, "{args: [a]}", "  args: {{ spec.args | join(sep=\",\") | yaml }}\n"), @"args: a <- /spec/args/0");
    let env = r#""env": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}}"#;
    insta::assert_snapshot!(changing(env, "{}", "  env: {{ spec.env | json | yaml }}\n"), @r#"env: "{}" <- /spec/env"#);
    let mounts = r#""mounts": {"type": "array", "default": [], "items": {"type": "object", "additionalProperties": false, "required": ["at"], "properties": {"at": {"type": "string"}}}}"#;
    insta::assert_snapshot!(changing(mounts, "{}", "  first: {% for mount in spec.mounts %}{{ mount.at | yaml }}{% else %}none{% endfor %}\n"), @"first: none <- /spec/mounts");
}

#[test]
fn what_was_not_tried_is_told_and_not_claimed() {
    let fixed = "  fixed: always\n";
    insta::assert_snapshot!(changing(r#""any": {"description": "Of no type."}"#, "{}", fixed), @"fixed: always <- ; not tried: /spec/any");
    insta::assert_snapshot!(changing(r#""open": {"type": "object", "additionalProperties": true, "default": {}}"#, "{}", fixed), @"fixed: always <- ; not tried: /spec/open");
}
