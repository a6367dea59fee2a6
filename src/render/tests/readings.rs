//! What is written is what `kubectl` would have read of the template, to the last blank, or it is said that this is not clear.

use super::renderer::Language;
use super::*;

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\ndata:\n";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\nspec:\n  containers: [{name: a, image: \"a:1\"}]\n";
const OTHER: &str = "apiVersion: example.org/v1\nkind: Other\nmetadata: {name: a, namespace: x}\nspec:\n";

fn case(version: Option<&str>, template: &str) -> Case {
    let mut case = Case::new().output("main", "kubernetes@1", "staging-eu", &[("a.yaml.tera", template)]);
    case.platform.targets.values_mut().for_each(|target| target.kubernetes_version = version.map(str::to_owned));
    case.request("payments-team/shop", json!({}))
}

/// What is said of a file for a target with a version and for one without.
fn said(template: &str) -> String {
    let one = |finding: &Finding| {
        let help = finding.help.split(" This is for the owner").next().unwrap_or_default();
        format!("    {} {}: {}. {help}\n", finding.place.span.line, finding.code, finding.message)
    };
    let of = |version: Option<&str>| {
        let all: String = case(version, template)
            .render()
            .findings
            .iter()
            .filter(|finding| finding.code.as_str() != "unchecked-object")
            .map(one)
            .collect();
        format!("  {}\n{all}", version.unwrap_or("any version"))
    };
    of(Some("1.36")) + &of(None)
}

#[test]
fn a_plain_value_that_kubectl_reads_as_another_is_refused() {
    let all = [
        format!("{POD}  volumes: [{{name: v, secret: {{secretName: s, defaultMode: 0400}}}}]\n  terminationGracePeriodSeconds: 010\n"),
        format!("{POD}  hostNetwork: yes\n  securityContext: {{runAsUser: 1_000}}\n"),
        format!("{CONFIG}  a: 0644\n  b: 1_000\n"),
        format!("{OTHER}  a: yes\n  b: [0400, 1_000, .inf]\n  c: &c {{d: -010}}\n  e: *c\n"),
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: x}\nstringData: {a: 0644, b: on}\n".to_owned(),
        format!("{CONFIG}  a: x\n---\n{OTHER}  a: 0o10\n{{% for n in [1, 2] %}}  b{{{{ n }}}}: 0400\n{{% endfor %}}"),
    ];
    let shown: String = all.iter().map(|text| format!("{}\n{}", text.lines().skip(3).collect::<Vec<_>>().join("\n"), said(text))).collect();
    insta::assert_snapshot!(shown, @r#"
    spec:
      containers: [{name: a, image: "a:1"}]
      volumes: [{name: v, secret: {secretName: s, defaultMode: 0400}}]
      terminationGracePeriodSeconds: 010
      1.36
        6 output-refused: `a.yaml` (line 6 when rendered): `0400` is 400 to YAML 1.2, and 256 to `kubectl`. Write `256` or `400`, whichever you mean, or "0400" when it is text.
        7 output-refused: `a.yaml` (line 7 when rendered): `010` is 10 to YAML 1.2, and 8 to `kubectl`. Write `8` or `10`, whichever you mean, or "010" when it is text.
      any version
        6 output-refused: `a.yaml` (line 6 when rendered): `0400` is 400 to YAML 1.2, and 256 to `kubectl`. Write `256` or `400`, whichever you mean, or "0400" when it is text.
        7 output-refused: `a.yaml` (line 7 when rendered): `010` is 10 to YAML 1.2, and 8 to `kubectl`. Write `8` or `10`, whichever you mean, or "010" when it is text.
    spec:
      containers: [{name: a, image: "a:1"}]
      hostNetwork: yes
      securityContext: {runAsUser: 1_000}
      1.36
        6 kubernetes-schema: `a.yaml`: Pod: `spec.hostNetwork` must be `true` or `false`, is the text `yes`. `kubectl explain pod.spec.hostNetwork` tells what may stand there.
        7 kubernetes-schema: `a.yaml`: Pod: `spec.securityContext.runAsUser` must be an integer, is the text `1_000`. `kubectl explain pod.spec.securityContext.runAsUser` tells what may stand there.
      any version
        6 output-refused: `a.yaml` (line 6 when rendered): `yes` is text to YAML 1.2, and true to `kubectl`. Write `true` when you mean that, or "yes" when it is text.
        7 output-refused: `a.yaml` (line 7 when rendered): `1_000` is text to YAML 1.2, and 1000 to `kubectl`. Write `1000` when you mean that, or "1_000" when it is text.
    data:
      a: 0644
      b: 1_000
      1.36
        5 kubernetes-schema: `a.yaml`: ConfigMap: `data.a` must be text, is 644. Put it in quotes.
      any version
        5 output-refused: `a.yaml` (line 5 when rendered): `0644` is 644 to YAML 1.2, and 420 to `kubectl`. Write `420` or `644`, whichever you mean, or "0644" when it is text.
    spec:
      a: yes
      b: [0400, 1_000, .inf]
      c: &c {d: -010}
      e: *c
      1.36
        5 output-refused: `a.yaml` (line 5 when rendered): `yes` is text to YAML 1.2, and true to `kubectl`. Write `true` when you mean that, or "yes" when it is text.
        6 output-refused: `a.yaml` (line 6 when rendered): `.inf` is text to YAML 1.2, and a number that JSON does not have to `kubectl`. Write ".inf" when it is text.
        6 output-refused: `a.yaml` (line 6 when rendered): `0400` is 400 to YAML 1.2, and 256 to `kubectl`. Write `256` or `400`, whichever you mean, or "0400" when it is text.
        6 output-refused: `a.yaml` (line 6 when rendered): `1_000` is text to YAML 1.2, and 1000 to `kubectl`. Write `1000` when you mean that, or "1_000" when it is text.
        7 output-refused: `a.yaml` (line 7 when rendered): `-010` is -10 to YAML 1.2, and -8 to `kubectl`. Write `-8` or `-10`, whichever you mean, or "-010" when it is text.
      any version
        5 output-refused: `a.yaml` (line 5 when rendered): `yes` is text to YAML 1.2, and true to `kubectl`. Write `true` when you mean that, or "yes" when it is text.
        6 output-refused: `a.yaml` (line 6 when rendered): `.inf` is text to YAML 1.2, and a number that JSON does not have to `kubectl`. Write ".inf" when it is text.
        6 output-refused: `a.yaml` (line 6 when rendered): `0400` is 400 to YAML 1.2, and 256 to `kubectl`. Write `256` or `400`, whichever you mean, or "0400" when it is text.
        6 output-refused: `a.yaml` (line 6 when rendered): `1_000` is text to YAML 1.2, and 1000 to `kubectl`. Write `1000` when you mean that, or "1_000" when it is text.
        7 output-refused: `a.yaml` (line 7 when rendered): `-010` is -10 to YAML 1.2, and -8 to `kubectl`. Write `-8` or `-10`, whichever you mean, or "-010" when it is text.
    stringData: {a: 0644, b: on}
      1.36
        4 kubernetes-schema: `a.yaml`: Secret: `stringData.a` must be text, is a number. Put it in quotes.
      any version
        4 output-refused: `a.yaml` (line 4 when rendered): a value of a Secret stands here without quotes, and `kubectl` reads it as something else. Put it in quotes when it is text.
    data:
      a: x
    ---
    apiVersion: example.org/v1
    kind: Other
    metadata: {name: a, namespace: x}
    spec:
      a: 0o10
    {% for n in [1, 2] %}  b{{ n }}: 0400
    {% endfor %}
      1.36
        12 output-refused: `a.yaml`: `0400` is 400 to YAML 1.2, and 256 to `kubectl`. Write `256` or `400`, whichever you mean, or "0400" when it is text.
      any version
        12 output-refused: `a.yaml`: `0400` is 400 to YAML 1.2, and 256 to `kubectl`. Write `256` or `400`, whichever you mean, or "0400" when it is text.
    "#);
}

#[test]
fn what_all_read_alike_and_what_can_only_be_text_is_taken() {
    let fine = [
        format!("{CONFIG}  a: yes\n  b: on\n  c: 12:30\n  d: 2026-03-01\n  no: \"0644\"\n  e: &e n\n  f: *e\n"),
        format!("{POD}  volumes: [{{name: v, secret: {{secretName: s, defaultMode: 0x100}}}}]\n  terminationGracePeriodSeconds: 007\n"),
        format!("{OTHER}  a: 0o400\n  b: 256\n  c: 08\n  d: 12:30\n  e: 2026-03-01\n  f: 1e3\n  g: \"yes\"\n  h: 010.5\n"),
    ];
    for text in fine {
        assert_eq!(said(&text), "  1.36\n  any version\n", "{text}");
    }
}

/// The value of `data.a` as it is written.
fn written(data: &str) -> String {
    let rendered = case(None, &format!("{CONFIG}{data}")).render();
    let file = rendered.units.values().next().unwrap().files.values().next().unwrap();
    let text = std::str::from_utf8(&file.bytes).unwrap().to_owned();
    crate::yaml::parse(&text).documents[0].value()["data"]["a"].as_str().unwrap().to_owned()
}

#[test]
fn the_end_of_the_last_value_is_as_it_stands_there() {
    let table = [
        ("  a: |+\n    keep\n\n", "keep\n\n"),
        ("  a: |+\n    keep\n\n\n\n", "keep\n\n\n\n"),
        ("  a: |2+\n     keep\n\n", " keep\n\n"),
        ("  a: |\n    keep\n\n\n", "keep\n"),
        ("  a: |\n    x  \n    y \n", "x  \ny \n"),
        ("  a: |\n    x  \n    y ", "x  \ny \n"),
        ("  a: |-\n    x  \n    y  \n", "x  \ny  "),
        ("  a: >-\n    x y  \n", "x y  "),
        ("  a: |+\n    x\n     \n", "x\n \n"),
        ("  a: x|+ \n\n", "x|+"),
        ("  a: \"x  \" \n  \n", "x  "),
        ("  b: |\n    x\n  a: y \n\n", "y"),
    ];
    for (data, wanted) in table {
        assert_eq!(written(data), wanted, "{data:?}");
    }
}

#[test]
fn a_file_that_is_written_as_it_is_ends_with_one_newline_but_for_its_last_text() {
    let ended = |text: &str| language::ended(Language::Yaml, text);
    let table = [
        ("run: |\n  make\n\n  \n", "run: |\n  make\n"),
        ("run: |+\n  make\n\n", "run: |+\n  make\n\n"),
        ("run: |\n  make \n", "run: |\n  make \n"),
        ("on: push\n\n\n", "on: push\n"),
        ("on: push", "on: push\n"),
        ("run: |+\n  make", "run: |+\n  make\n"),
    ];
    for (text, wanted) in table {
        assert_eq!(ended(text), wanted, "{text:?}");
    }
    assert_eq!(language::ended(Language::Text, "a |+ \n\n"), "a |+\n");
}
