//! Row 8: values aimed at shells and workflow expressions never become code.

use crate::sample::{TEMPLATE, TERRAFORM};
use crate::worker::repository;
use goldpath::parse::parse;
use goldpath::render::{Cache, Limits, render};
use serde_json::{Value, json};

const ANY_SPEC: &str = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
 "properties": {"text": {"type": "string"}, "list": {"type": "array"}, "map": {"type": "object", "additionalProperties": {"type": "string"}}, "word": {"type": "string"}}}"#;

fn release(renderer: &str) -> String {
    format!(
        "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {{name: 1.0.0}}\nspec:\n  serves: v1\n  outputs:\n    - {{name: main, renderer: {renderer}, target: staging}}\n"
    )
}

/// What one template makes of one `spec`: the rendered file, or the findings.
pub(super) fn rendered(renderer: &str, file: &str, template: &str, spec: &Value) -> Result<String, String> {
    let document = json!({"apiVersion": "platform.example.org/v1", "kind": "SampleRequest", "metadata": {"name": "shop"}, "spec": spec});
    let document = ascii(&document.to_string());
    let at = format!("golden-paths/config/1.0.0/main/{file}.tera");
    let release = release(renderer);
    let mut others = vec![
        ("golden-paths/config/1.0.0/schema.json", ANY_SPEC),
        ("golden-paths/config/1.0.0/release.yaml", release.as_str()),
        (at.as_str(), template),
        ("requests/platform/shop.yaml", document.as_str()),
    ];
    if renderer.starts_with("terraform") {
        others.push(("targets/staging.yaml", TERRAFORM));
    }
    let first = if renderer.starts_with("kubernetes") { template } else { "{# nothing #}" };
    let mut snapshot = repository(first, &others);
    if !renderer.starts_with("kubernetes") {
        snapshot = snapshot.only(|path| path.as_str() != TEMPLATE);
    }
    let parsed = parse(&snapshot);
    let rendered = render(&snapshot, &parsed.platform, &Limits::default(), &mut Cache::new(), 1);
    let of = |unit: &goldpath::render::Unit| {
        let found = unit.files.iter().find(|(path, _)| path.as_str() == file);
        found.map(|(_, file)| String::from_utf8(file.bytes.to_vec()).expect("text"))
    };
    rendered.units.values().find_map(of).ok_or_else(|| {
        let findings = parsed.findings.iter().chain(&rendered.findings);
        findings.map(|finding| format!("{} {}\n", finding.code, finding.message)).collect()
    })
}

/// JSON with everything else than ASCII escaped: what no file may hold as it is, a value may.
pub(super) fn ascii(json: &str) -> String {
    let escaped = |c: char| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
    json.chars().map(|c| if c.is_ascii() && c != '\u{7f}' { c.to_string() } else { escaped(c) }).collect()
}

#[test]
fn row_8_a_value_aimed_at_a_shell_or_a_workflow_is_named() {
    let workflow =
        "on: push\njobs:\n  build:\n    runs-on: a\n    steps:\n      - name: <{ spec.text | yaml }>\n        run: make <{ spec.text }>\n";
    let values = ["shop", "a; id", "$(id)", "`id`", "${{ github.token }}", "a\nb: c", "a && b", "--flag", "'", "<<EOF"];
    let said = values.map(|value| {
        let said = rendered("ci@1", ".github/workflows/build.yaml", workflow, &json!({"text": value}));
        format!("{value:?}: {}\n", said.map_or_else(|said| said.trim_end().to_owned(), |_| "rendered".to_owned()))
    });
    insta::assert_snapshot!(said.concat(), @r#"
    "shop": rendered
    "a; id": unsafe-print the text `a; id` that is printed here would run as code
    "$(id)": unsafe-print the text `$(id)` that is printed here would run as code
    "`id`": unsafe-print the text `'id'` that is printed here would run as code
    "${{ github.token }}": unsafe-print the text `"${{ github.token }}"` that is printed here would run as code
    "a\nb: c": unsafe-print the text `a⏎b: c` that is printed here changes what is around it
    "a && b": unsafe-print the text `a && b` that is printed here would run as code
    "--flag": unsafe-print the text `--flag` that is printed here would run as code
    "'": unsafe-print the text `'` that is printed here would run as code
    "<<EOF": unsafe-print the text `<<EOF` that is printed here would run as code
    "#);
}

/// Templates that print a text into an expression, each with what it may be there.
#[test]
fn row_8_a_value_in_an_expression_of_a_workflow_is_never_code() {
    let step = |line: &str| format!("on: push\njobs:\n  build:\n    runs-on: a\n    steps:\n      - run: make\n        {line}\n");
    let templates = [
        "if: github.ref == 'refs/heads/<{ spec.text }>'",
        "if: ${{ github.ref == 'refs/heads/<{ spec.text }>' }}",
        "if: github.ref == <{ spec.text }>",
        "if: <{ spec.text }>",
        "if: <{ spec.text | yaml }>",
        "env: {A: '${{ secrets.<{ spec.text }> }}'}",
        "env: {A: '${{ secrets.X_<{ spec.text }> }}'}",
        "env: {A: '${{ <{ spec.text }>.A }}'}",
        "env: {A: '${{ <{ spec.text }>(1) }}'}",
        "env: {A: '$<{ spec.text }>'}",
        "env: {A: '$<{ spec.text }>{ github.token }}'}",
        "env: {A: '<{ spec.text }>'}",
    ];
    let values = ["main", "3", "true", "secrets.A", "a' || 'b", "a || always()", "{{ github.token }}", "{", "${{ github.token }}"];
    let letter =
        |template: &str, value: &str| match rendered("ci@1", ".github/workflows/build.yaml", &step(template), &json!({"text": value})) {
            Ok(_) => "·",
            Err(said) if said.starts_with("unsafe-print") => "U",
            Err(said) if said.starts_with("output-refused") => "r",
            Err(_) => "!",
        };
    let row = |template: &&str| {
        let letters: Vec<&str> = values.iter().map(|value| letter(template, value)).collect();
        format!("{}  {template}\n", letters.join(" "))
    };
    // One column for each value; ·: rendered, U: unsafe-print, r: output-refused
    insta::assert_snapshot!(templates.iter().map(row).collect::<String>(), @"
    · · · · U · · · U  if: github.ref == 'refs/heads/<{ spec.text }>'
    · · · · U · · · U  if: ${{ github.ref == 'refs/heads/<{ spec.text }>' }}
    U · · U U U U U U  if: github.ref == <{ spec.text }>
    U U U U U U U U U  if: <{ spec.text }>
    U U U U U U U U U  if: <{ spec.text | yaml }>
    · U · U U U U U U  env: {A: '${{ secrets.<{ spec.text }> }}'}
    · · · U U U U U U  env: {A: '${{ secrets.X_<{ spec.text }> }}'}
    U r · U U U U U U  env: {A: '${{ <{ spec.text }>.A }}'}
    U U U U U U U U U  env: {A: '${{ <{ spec.text }>(1) }}'}
    · · · · U · U · U  env: {A: '$<{ spec.text }>'}
    · · · · U · U U U  env: {A: '$<{ spec.text }>{ github.token }}'}
    · · · · U · · · U  env: {A: '<{ spec.text }>'}
    ");
}
