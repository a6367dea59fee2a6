//! Rows 6 and 7: files of YAML that explode, and schemas that do.

use super::repository::{Repository, request};
use std::fmt::Write as _;

fn brought(bytes: impl AsRef<[u8]>) -> String {
    let said = Repository::new().with("requests/platform/shop.yaml", bytes).findings();
    let lines: Vec<&str> = said.lines().collect();
    let shown = |line: &&str| line.chars().take(300).collect::<String>();
    let more = if lines.len() > 4 { format!("\n({} lines more)", lines.len() - 4) } else { String::new() };
    lines.iter().take(4).map(shown).collect::<Vec<_>>().join("\n") + &more
}

#[test]
fn row_6_files_that_explode_end_in_a_few_findings() {
    let mut bomb = request("{text: hello}") + "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for n in 1..12 {
        writeln!(bomb, "a{n}: &a{n} [{}]", vec![format!("*a{}", n - 1); 10].join(", ")).unwrap();
    }
    let said = [
        ("alias bomb", brought(bomb)),
        ("a million documents", brought("---\n".repeat(250_000))),
        ("more than a file may hold", brought("---\n".repeat(1_000_000))),
        ("duplicate keys", brought(request("{text: a, text: b}"))),
        ("deep", brought(request(&format!("{{text: {}}}", "[".repeat(100_000))))),
        ("100 MB scalar", brought(request(&format!("{{text: {}}}", "x".repeat(100_000_000))))),
        (
            "no UTF-8",
            brought(
                request("{text: hello}")
                    .replace("hello", "\u{1}")
                    .into_bytes()
                    .iter()
                    .map(|b| if *b == 1 { 0xff } else { *b })
                    .collect::<Vec<u8>>(),
            ),
        ),
        ("UTF-16", brought(request("{}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())),
        ("tabs", brought(request("").replace("spec: \n", "spec:\n\ttext: hello\n"))),
        ("booleans", brought(request("{text: yes}"))),
    ];
    insta::assert_snapshot!(said.map(|(name, said)| format!("{name}\n{said}\n")).concat(), @r"
    alias bomb
    requests/platform/shop.yaml:5:10 yaml-too-big: the aliases of this file stand for more than 5000 values
    exit 1
    a million documents
    requests/platform/shop.yaml:2:4 several-documents: nothing stands behind this `---`, which begins a second document
    requests/platform/shop.yaml:133334:1 yaml-too-big: this file has more than 400000 values and documents
    exit 1
    more than a file may hold
    requests/platform/shop.yaml:1:1 file-too-big: the file has 4000000 bytes, at most 1048576 are read
    exit 1
    duplicate keys
    requests/platform/shop.yaml:4:17 yaml-duplicate-key: `text` is given twice in the same object
    exit 1
    deep
    requests/platform/shop.yaml:4:77 yaml-too-deep: values are nested deeper than 64 levels here
    exit 1
    100 MB scalar
    requests/platform/shop.yaml:1:1 refused-path: `requests/platform/shop.yaml` is not read: the file has more than 4194304 bytes
    exit 1
    no UTF-8
    requests/platform/shop.yaml:4:14 yaml-encoding: the byte 0xFF here is not UTF-8
    exit 1
    UTF-16
    requests/platform/shop.yaml:1:1 yaml-encoding: the file is UTF-16, not UTF-8
    exit 1
    tabs
    requests/platform/shop.yaml:5:1 yaml-syntax: a tab is used for indentation; YAML wants spaces
    exit 1
    booleans
    requests/platform/shop.yaml:4:14 yaml-ambiguous: `yes` is text here, but older YAML readers take it for true
    exit 0
    ");
}

fn schema(text: &str) -> String {
    let said = Repository::new().with("golden-paths/config/1.0.0/schema.json", text).findings();
    said.replace("it took too much processor time", "LIMIT")
}

#[test]
fn row_7_schemas_that_explode_or_fetch_end_in_a_finding() {
    let head = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "#;
    let cycle = format!(r##"{head}"$ref": "#/$defs/a", "$defs": {{"a": {{"$ref": "#/$defs/b"}}, "b": {{"$ref": "#/$defs/a"}}}}}}"##);
    let remote = format!(r#"{head}"$ref": "https://example.org/schema.json"}}"#);
    let file = format!(r#"{head}"$ref": "file:///etc/passwd"}}"#);
    let ahead = format!(
        r#"{head}"type": "object", "additionalProperties": false, "properties": {{"text": {{"type": "string", "pattern": "(?=a)b"}}}}}}"#
    );
    let large = format!(
        r#"{head}"type": "object", "additionalProperties": false, "properties": {{"text": {{"type": "string", "pattern": "^((a{{1,1000}}){{1,1000}}){{1,1000}}$"}}}}}}"#
    );
    let said = [
        ("cycle", schema(&cycle)),
        ("combinators", schema(&crate::worker::doubled_schema())),
        ("remote", schema(&remote)),
        ("file", schema(&file)),
        ("look-ahead", schema(&ahead)),
        ("large pattern", schema(&large)),
    ];
    insta::assert_snapshot!(said.map(|(name, said)| format!("{name}\n{said}\n")).concat(), @"
    cycle
    golden-paths/config/1.0.0/schema.json:1:98 schema-doubtful: this `$ref` leads back to itself, so that it checks nothing
    exit 1
    combinators
    golden-paths/config/1.0.0/schema.json:1:1 worker-ended: holding `requests/platform/shop.yaml` against this schema was ended: LIMIT
    exit 1
    remote
    golden-paths/config/1.0.0/schema.json:1:61 schema-remote: the schema `https://example.org/schema.json` is outside of this file, and nothing is fetched
    exit 1
    file
    golden-paths/config/1.0.0/schema.json:1:61 schema-remote: the schema `file:///etc/passwd` is outside of this file, and nothing is fetched
    exit 1
    look-ahead
    golden-paths/config/1.0.0/schema.json:1:152 schema-invalid: the pattern `(?=a)b` cannot be used
    exit 1
    large pattern
    golden-paths/config/1.0.0/schema.json:1:152 schema-invalid: the pattern `^((a{1,1000}){1,1000}){1,1000}$` cannot be used
    exit 1
    ");
}
