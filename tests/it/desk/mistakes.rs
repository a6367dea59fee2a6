//! The mistakes of a hurried day, each with what is said about it: a table of `docs/findings.md`.

use goldpath::model::Edit::{Bytes, Link, Remove, Swap, Write};
use goldpath::model::{Edit, Finding};
use std::fmt::Write as _;

const REQUEST: &str = "requests/platform/hello.yaml";
const RELEASE: &str = "golden-paths/preview/1.0.0/release.yaml";
const SCHEMA: &str = "golden-paths/preview/1.0.0/schema.json";
const PATH: &str = "golden-paths/preview/path.yaml";
const TARGET: &str = "targets/staging.yaml";
const TEMPLATE: &str = "golden-paths/preview/1.0.0/cluster/deployment.yaml.tera";
const AGAIN: &str = "apiVersion: platform.example.org/v1\nkind: Preview\nmetadata:\n  name: again\nspec:\n  image: shop/hello:1.0.0\n";

/// What was done, how, and the code that must be said; one finding is all that is said of most.
type Mistake = (&'static str, &'static [Edit], &'static str);

/// What happens in a request.
pub(super) const IN_REQUESTS: &[Mistake] = &[
    ("a key is given twice", &[Swap(REQUEST, "  replicas: 2\n", "  replicas: 2\n  image: shop/other:1.0.0\n")], "yaml-duplicate-key"),
    ("a key is misspelt", &[Swap(REQUEST, "replicas: 2", "replcas: 2")], "unknown-field"),
    ("`spec` is misspelt", &[Swap(REQUEST, "spec:", "spce:")], "unknown-field"),
    ("a number in quotes", &[Swap(REQUEST, "replicas: 2", "replicas: \"2\"")], "wrong-type"),
    ("a word for a number", &[Swap(REQUEST, "replicas: 2", "replicas: two")], "wrong-type"),
    (
        "a quantity that is none",
        &[
            Swap(SCHEMA, "    \"lifetime\": {", "    \"memory\": {\"type\": \"string\", \"format\": \"quantity\"},\n    \"lifetime\": {"),
            Swap(REQUEST, "replicas: 2", "memory: 2 GB"),
        ],
        "wrong-format",
    ),
    ("a fraction", &[Swap(REQUEST, "replicas: 2", "replicas: 2.5")], "wrong-type"),
    ("a number for a text", &[Swap(REQUEST, "shop/hello:1.0.0", "12")], "wrong-type"),
    ("a list for a value", &[Swap(REQUEST, "replicas: 2", "replicas: [2]")], "wrong-type"),
    ("too many", &[Swap(REQUEST, "replicas: 2", "replicas: 25")], "out-of-range"),
    ("a negative number", &[Swap(REQUEST, "replicas: 2", "replicas: -2")], "out-of-range"),
    ("a key without a value", &[Swap(REQUEST, "replicas: 2", "replicas:")], "wrong-type"),
    ("a text of another form", &[Swap(REQUEST, "shop/hello:1.0.0", "Shop Hello")], "wrong-format"),
    ("typographic quotes", &[Swap(REQUEST, "shop/hello:1.0.0", "“shop/hello:1.0.0”")], "wrong-format"),
    ("a duration in words", &[Swap(REQUEST, "lifetime: 14d", "lifetime: 2 weeks")], "wrong-format"),
    (
        "a day that does not exist",
        &[Swap(REQUEST, "metadata:\n", "metadata:\n  annotations: {goldpath.dev/expires: \"2027-02-30\"}\n")],
        "wrong-format",
    ),
    ("a field is missing", &[Swap(REQUEST, "  image: shop/hello:1.0.0\n", "")], "missing-field"),
    ("a value of a list, misspelt", &[Swap(REQUEST, "replicas: 2", "size: Large")], "not-one-of"),
    ("a kind that is misspelt", &[Swap(REQUEST, "kind: Preview", "kind: preveiw")], "unknown-kind"),
    ("a group that is misspelt", &[Swap(REQUEST, "platform.example.org", "platfrom.example.org")], "unknown-kind"),
    ("a version that is not served", &[Swap(REQUEST, "example.org/v1", "example.org/v2")], "unknown-version"),
    (
        "a pin to no release",
        &[Swap(REQUEST, "metadata:\n", "metadata:\n  annotations: {goldpath.dev/release: 2.0.0}\n")],
        "unknown-release",
    ),
    (
        "a pin to a retired release",
        &[
            Swap(PATH, "v1: 1.0.0\n", "v1: 1.0.0\n  releases:\n    1.0.0: {state: retired}\n"),
            Swap(REQUEST, "metadata:\n", "metadata:\n  annotations: {goldpath.dev/release: 1.0.0}\n"),
        ],
        "retired-release",
    ),
    (
        "an annotation that is misspelt",
        &[Swap(REQUEST, "metadata:\n", "metadata:\n  annotations: {goldpath.dev/relase: 1.0.0}\n")],
        "unknown-field",
    ),
    ("the name is not that of the file", &[Swap(REQUEST, "name: hello", "name: helo")], "wrong-name"),
    ("a name with capitals", &[Swap(REQUEST, "name: hello", "name: Hello")], "not-a-name"),
    (
        "two files for one request",
        &[Write(
            "requests/platform/more/hello.yaml",
            "apiVersion: platform.example.org/v1\nkind: Preview\nmetadata:\n  name: hello\nspec:\n  image: shop/hello:1.0.0\n",
        )],
        "duplicate-name",
    ),
    ("the folder of no team", &[Write("requests/platfrom/again.yaml", AGAIN)], "unknown-team"),
    ("no folder of a team", &[Write("requests/again.yaml", AGAIN)], "misplaced-file"),
    ("another ending", &[Write("requests/platform/again.yml", AGAIN)], "misplaced-file"),
    ("a link", &[Link(REQUEST, "../../goldpath.yaml")], "symlink"),
    ("an empty file", &[Write(REQUEST, "")], "empty-file"),
    ("only comments", &[Write(REQUEST, "# later\n")], "empty-file"),
    ("only `---`", &[Write(REQUEST, "---\n")], "empty-file"),
    ("a text and nothing else", &[Write(REQUEST, "hello\n")], "wrong-type"),
    ("a second document", &[Swap(REQUEST, "  lifetime: 14d\n", "  lifetime: 14d\n---\nkind: Preview\n")], "several-documents"),
    ("`---` at the end", &[Swap(REQUEST, "  lifetime: 14d\n", "  lifetime: 14d\n---\n")], "several-documents"),
    ("one space too many", &[Swap(REQUEST, "  replicas", "   replicas")], "yaml-syntax"),
    ("one space too few", &[Swap(REQUEST, "  replicas", " replicas")], "yaml-syntax"),
    ("no indentation", &[Swap(REQUEST, "  replicas", "replicas")], "yaml-syntax"),
    ("a tab", &[Swap(REQUEST, "  replicas", "\treplicas")], "yaml-syntax"),
    ("a space that is none", &[Swap(REQUEST, "  replicas", "\u{a0}\u{a0}replicas")], "yaml-syntax"),
    ("no colon", &[Swap(REQUEST, "replicas: 2", "replicas 2")], "yaml-syntax"),
    ("no space after the colon", &[Swap(REQUEST, "replicas: 2", "replicas:2")], "yaml-syntax"),
    ("a quote without its end", &[Swap(REQUEST, "lifetime: 14d", "lifetime: \"14d")], "yaml-syntax"),
    ("a bracket without its end", &[Swap(REQUEST, "lifetime: 14d", "lifetime: [14d")], "yaml-syntax"),
    ("a bracket closed by another", &[Swap(REQUEST, "lifetime: 14d", "lifetime: [14d}")], "yaml-syntax"),
    ("a comma too many", &[Swap(REQUEST, "lifetime: 14d", "lifetime: [14d,,]")], "yaml-syntax"),
    ("no comma", &[Swap(REQUEST, "metadata:\n  name: hello", "metadata: {name: hello labels: {}}")], "yaml-syntax"),
    ("no space after the colon, in braces", &[Swap(REQUEST, "metadata:\n  name: hello", "metadata: {name:hello}")], "yaml-syntax"),
    ("a text that begins with a bracket", &[Swap(REQUEST, "lifetime: 14d", "lifetime: [WIP] 14d")], "yaml-syntax"),
    ("a dash before a key", &[Swap(REQUEST, "  lifetime: 14d", "  - lifetime: 14d")], "yaml-syntax"),
    ("the fence of Markdown", &[Swap(REQUEST, "  lifetime: 14d\n", "  lifetime: 14d\n```\n")], "yaml-syntax"),
    ("an unknown escape", &[Swap(REQUEST, "lifetime: 14d", "lifetime: \"14\\d\"")], "yaml-syntax"),
    ("a text with `: `", &[Swap(REQUEST, "lifetime: 14d", "lifetime: days: 14")], "yaml-syntax"),
    ("a text that begins with `@`", &[Swap(REQUEST, "lifetime: 14d", "lifetime: @14d")], "yaml-syntax"),
    ("a text that begins with `*`", &[Swap(REQUEST, "lifetime: 14d", "lifetime: *")], "yaml-syntax"),
    ("braces without quotes", &[Swap(REQUEST, "lifetime: 14d", "lifetime: {{ days }}")], "yaml-key"),
    (
        "a merge conflict",
        &[Swap(REQUEST, "  replicas: 2\n", "<<<<<<< HEAD\n  replicas: 2\n=======\n  replicas: 3\n>>>>>>> main\n")],
        "yaml-syntax",
    ),
    ("a byte order mark", &[Swap(REQUEST, "apiVersion", "\u{feff}apiVersion")], "yaml-encoding"),
    (
        "another encoding",
        &[Bytes(REQUEST, b"apiVersion: platform.example.org/v1\nkind: Preview\nmetadata:\n  name: hello # Gr\xfc\xdfe\n")],
        "yaml-encoding",
    ),
    (
        "aliases of aliases",
        &[Write(
            REQUEST,
            "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\ng: [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]\n",
        )],
        "yaml-too-big",
    ),
    ("a control character", &[Swap(REQUEST, "14d", "14d\u{7}")], "yaml-encoding"),
    ("lines of Windows", &[Swap(REQUEST, "kind: Preview\n", "kind: Preview\r\n")], "yaml-line-endings"),
    ("`no`", &[Swap(REQUEST, "metadata:\n", "metadata:\n  labels: {beta: no}\n")], "yaml-ambiguous"),
    ("`1:30`", &[Swap(REQUEST, "metadata:\n", "metadata:\n  labels: {at: 1:30}\n")], "yaml-ambiguous"),
    ("`on` where something else belongs", &[Swap(REQUEST, "replicas: 2", "size: on")], "not-one-of"),
    (
        "a character that nobody can see",
        &[Swap(REQUEST, "metadata:\n", "metadata:\n  labels: {team: shop\u{200b}}\n")],
        "yaml-odd-character",
    ),
    ("a letter of another script", &[Swap(REQUEST, "lifetime: 14d", "lif\u{435}time: 14d")], "yaml-odd-character"),
    ("`010`", &[Swap(SCHEMA, "\"maximum\": 5", "\"maximum\": 50"), Swap(REQUEST, "replicas: 2", "replicas: 010")], "yaml-ambiguous"),
    (
        "an object that another request has",
        &[
            Swap(TEMPLATE, "  name: {{ metadata.name }}\n  namespace", "  name: preview\n  namespace"),
            Write("requests/platform/again.yaml", AGAIN),
        ],
        "duplicate-object",
    ),
];

/// What happens in a golden path, and beside it.
pub(super) const IN_PATHS: &[Mistake] = &[
    ("a field that the schema does not have, printed", &[Swap(TEMPLATE, "{{ spec.replicas }}", "{{ spec.replcas }}")], "template-error"),
    (
        "the same inside `if`, where it would be silent",
        &[Swap(TEMPLATE, "spec:\n", "{% if spec.sise == \"large\" %}{% endif %}spec:\n")],
        "template-error",
    ),
    (
        "the same in an expression",
        &[Swap(RELEASE, "      target: staging\n", "      target: staging\n      when: spec.sise == \"large\"\n")],
        "expression-error",
    ),
    ("a name that templates do not see", &[Swap(TEMPLATE, "{{ spec.replicas }}", "{{ spce.replicas }}")], "template-error"),
    ("a filter that is misspelt", &[Swap(TEMPLATE, "| yaml }}", "| yml }}")], "template-error"),
    ("two templates for one file", &[Write("golden-paths/preview/1.0.0/cluster/deployment.yaml", "a: b\n")], "template-error"),
    ("a folder that no output has", &[Write("golden-paths/preview/1.0.0/clutser/a.yaml.tera", "a: b\n")], "ignored-file"),
    ("a target that does not exist", &[Swap(RELEASE, "target: staging", "target: stagging")], "unknown-target"),
    ("a target of another type", &[Swap(TARGET, "type: directory", "type: terraform")], "target-kind"),
    ("a renderer that is misspelt", &[Swap(RELEASE, "kubernetes@1", "kubernets@1")], "unknown-renderer"),
    ("a fact that the schema does not have", &[Swap(RELEASE, "/spec/lifetime", "/spec/lifetme")], "unknown-field"),
    ("a fact without its `/`", &[Swap(RELEASE, "/spec/lifetime", "spec.lifetime")], "unknown-field"),
    ("a schema that is not JSON", &[Swap(SCHEMA, "\"type\": \"object\",", "\"type\": \"object\"")], "json-syntax"),
    ("a type that is none", &[Swap(SCHEMA, "\"type\": \"integer\"", "\"type\": \"int\"")], "schema-invalid"),
    (
        "a `$ref` to itself",
        &[Swap(SCHEMA, "\"format\": \"goldpath-duration\",\n      \"default\": \"7d\"", "\"$ref\": \"#/properties/lifetime\"")],
        "schema-doubtful",
    ),
    (
        "a library that nobody uses",
        &[Write("golden-paths/_library/net/1.2.0/names.tera", "{% component host(name) %}{{ name }}{% endcomponent %}\n")],
        "unused-library",
    ),
    (
        "an object twice in one file",
        &[Swap(
            TEMPLATE,
            "apiVersion: apps/v1\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: apps/v1\n",
        )],
        "duplicate-object",
    ),
    (
        "an owner of a policy that is no team",
        &[Write(
            "policies/x.rego",
            "# METADATA\n# custom:\n#   owner: platfrom\npackage main\n\ndeny contains \"x\" if input.kind == \"X\"\n",
        )],
        "policy-metadata",
    ),
    (
        "a check of a renderer that there is none of",
        &[Write(
            "renderers/docs/1/renderer.yaml",
            "apiVersion: goldpath.dev/v1\nkind: Renderer\nmetadata: {name: docs, version: 1}\nspec:\n  language: {\"*.md\": text}\n  cheks: []\n",
        )],
        "renderer-invalid",
    ),
    ("a keyword that is misspelt", &[Swap(SCHEMA, "\"maximum\": 5", "\"maximun\": 5")], "schema-doubtful"),
    ("a required field that is not listed", &[Swap(SCHEMA, "\"required\": [\"image\"]", "\"required\": [\"iamge\"]")], "schema-doubtful"),
    ("a default that does not fit", &[Swap(SCHEMA, "\"default\": 1\n", "\"default\": \"1\"\n")], "schema-default"),
    (
        "a schema from elsewhere",
        &[Swap(SCHEMA, "\"format\": \"goldpath-duration\"", "\"$ref\": \"https://example.org/duration.json\"")],
        "schema-remote",
    ),
    ("a release without its schema", &[Remove(SCHEMA)], "missing-file"),
    ("a change to a release that is out", &[Swap(SCHEMA, "\"maximum\": 5", "\"maximum\": 6")], "release-changed"),
    ("an owner that is no team", &[Swap(PATH, "owner: platform", "owner: platfrom")], "unknown-team"),
    ("a target with a mistake of its own", &[Swap(TARGET, "type: directory", "type: directroy")], "not-one-of"),
    (
        "a pattern of approvals that no file fits",
        &[Write(
            "goldpath.yaml",
            "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: example}\nspec:\n  approvals:\n    - {when: {files: [\"/requests/**\"]}, from: [owner]}\n",
        )],
        "idle-rule",
    ),
    (
        "a pattern of approvals that is none",
        &[Write(
            "goldpath.yaml",
            "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: example}\nspec:\n  approvals:\n    - {when: {files: [\"[\"]}, from: [owner]}\n",
        )],
        "idle-rule",
    ),
    (
        "a label of approvals that no target has",
        &[Write(
            "goldpath.yaml",
            "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: example}\nspec:\n  approvals:\n    - {when: {targets: {environment: stagin}}, from: [owner]}\n",
        )],
        "idle-rule",
    ),
    (
        "more approvals than people",
        &[Write(
            "goldpath.yaml",
            "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: example}\nspec:\n  approvals:\n    - {when: {risk: [destroy]}, from: [platform], count: 5}\n",
        )],
        "idle-rule",
    ),
    (
        "a kind to protect, misspelt",
        &[Write(
            "goldpath.yaml",
            "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: example}\nspec:\n  deletes: {protected: [PersistentVolumeClaims]}\n",
        )],
        "idle-rule",
    ),
    (
        "a prefix to protect, misspelt",
        &[Write(
            "goldpath.yaml",
            "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: example}\nspec:\n  deletes: {protected: [\"terrafrm:aws_db_instance\"]}\n",
        )],
        "idle-rule",
    ),
    ("a kind to let go, misspelt", &[Swap(RELEASE, "  outputs:\n", "  disposable: [Namespac]\n  outputs:\n")], "idle-rule"),
    (
        "a policy that does not compile",
        &[Write("policies/x.rego", "package main\n\ndeny contains msg if {\n\tmsg := \"x\n}\n")],
        "policy-does-not-compile",
    ),
];

/// One table: what was done, and everything that is said of it.
pub(super) fn table(mistakes: &[Mistake], findings: impl Fn(&[Edit]) -> Vec<Finding>) -> String {
    let mut wrong = String::new();
    let mut text = "| What was done | Where | What is said | The next step |\n|---|---|---|---|\n".to_owned();
    for (title, edits, code) in mistakes {
        let all = findings(edits);
        let said: Vec<&str> = all.iter().map(|finding| finding.code.as_str()).collect();
        if !said.contains(code) {
            let _ = writeln!(wrong, "{title}: {said:?} has no {code}");
        }
        for (index, finding) in
            all.iter().filter(|finding| finding.code.as_str() != "release-changed" || *code == "release-changed").enumerate()
        {
            let span = finding.place.span;
            let to =
                if span.line == span.end_line { span.end_column.to_string() } else { format!("{}:{}", span.end_line, span.end_column) };
            let (file, named) = (finding.place.path.file_name(), &finding.code);
            let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
            let title = if index == 0 { *title } else { "" };
            let (message, help) = (cell(&finding.message), cell(&finding.help));
            let _ =
                writeln!(text, "| {title} | `{file}` {}:{}–{to} | {message} ([`{named}`](#{named})) | {help} |", span.line, span.column);
        }
    }
    assert_eq!(wrong, "", "mistakes that are not told of");
    text
}
