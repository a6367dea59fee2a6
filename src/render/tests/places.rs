//! From where to where a mistake stands, and which value of the request is behind it.

use super::*;

/// The findings of a template for a request whose file is there.
fn found(renderer: &str, file: &str, template: &str, spec: &str) -> String {
    let target = if renderer == "terraform@1" { "dns" } else { "staging-eu" };
    let mut case = Case::new().output("main", renderer, target, &[(file, template)]);
    case.platform.targets.values_mut().for_each(|target| target.kubernetes_version = Some("1.36".to_owned()));
    let text = format!("metadata: {{name: shop}}\nspec:\n{spec}");
    let value = crate::yaml::parse(&text).documents[0].value()["spec"].clone();
    let file = File { id: ContentId::from_bytes([3; 20]), mode: Mode::Regular, bytes: text.as_bytes().into() };
    case.files.insert(path("requests/payments-team/shop.yaml"), file);
    places(&case.request("payments-team/shop", value))
}

fn places(case: &Case) -> String {
    let snapshot = case.snapshot();
    let shown = |place: &Place| {
        let Span { line, column, end_line, end_column } = place.span;
        let text = snapshot.text(place.path.as_str()).unwrap_or_default().lines().nth(line as usize - 1).unwrap_or_default();
        let count = if line == end_line { end_column - column } else { 0 };
        let text: String = text.chars().skip(column as usize - 1).take(count as usize).collect();
        format!("{}:{line}:{column} «{text}»", place.path.file_name())
    };
    let one = |finding: &Finding| {
        let help = finding.help.split(" This is for the owner").next().unwrap_or_default();
        let help = if help.starts_with("This is for") { "" } else { help };
        let related: String = finding.related.iter().map(|related| format!("\n  {}", shown(&related.place))).collect();
        format!("{} {}: {}. {help}{related}\n", shown(&finding.place), finding.code, finding.message)
    };
    case.render().findings.iter().map(one).collect()
}

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\ndata:\n";

fn config(data: &str, spec: &str) -> String {
    found("kubernetes@1", "a.yaml.tera", &format!("{CONFIG}{data}"), spec)
}

/// What is wrong with a template, in many ways.
const WRONG: &[&str] = &[
    "  a: {{ metdata.name }}\n",
    "  a: {{ spec.a | ymal }}\n  b: {{ metadata.nme }}\n  c: {{ spec.a | ymal }}\n  d: {{ rnge(end=3) }}\n",
    "  a: {{ <prt x={spec.a} /> }}\n{% component part(x) %}{{ x }}{% endcomponent %}",
    "{% include \"a.yaml\" %}\n",
    "{% include \"library/net/a.tera\" %}\n",
    "{% set foo = 1 %}  a: {{ fooo }}\n",
    "{% if spec.a %}\n{% elseif spec.b %}\n{% endif %}\n",
    "{% for a in spec.list %}\n{% endif %}\n",
    "{% endif %}\n",
    "{% if spec.a %}\n{% else %}\n",
    "  a: {{ spec.b | upper }}\n",
    "  a: {{ target.values.foo }}\n",
    "  a: {{ team.values.foo }}\n",
    "  a: {{ platform.values.foo }}\n",
    "  a: {{ each.name }}\n",
    "{% if refs.db is defined %}{% endif %}\n",
    "<<<<<<< HEAD\n  a: b\n=======\n  a: c\n>>>>>>> other\n",
    "{% raw %}\n  a: b\n  b: 3\n{% endraw %}\n",
    "  a: {{ spec.a }}{% raw %}\n  b: 3\n{% endraw %}\n",
];

#[test]
fn a_mistake_of_a_template_has_an_end() {
    let all: String = WRONG.iter().map(|template| format!("{template}→ {}", config(template, "  a: x\n"))).collect();
    insta::assert_snapshot!(all, @r#"
      a: {{ metdata.name }}
    → a.yaml.tera:5:9 «metdata» template-error: `metdata` is not known to templates. Did you mean `metadata`?
      a: {{ spec.a | ymal }}
      b: {{ metadata.nme }}
      c: {{ spec.a | ymal }}
      d: {{ rnge(end=3) }}
    → a.yaml.tera:5:18 «ymal» template-error: unknown filter `ymal`. Did you mean `yaml`?
    a.yaml.tera:6:9 «metadata.nme» template-error: `metadata.nme` is never there: `metadata` has no field `nme`. Did you mean `name`?
    a.yaml.tera:7:18 «ymal» template-error: unknown filter `ymal`. Did you mean `yaml`?
    a.yaml.tera:8:9 «rnge» template-error: unknown function `rnge`. Did you mean `range`?
      a: {{ <prt x={spec.a} /> }}
    {% component part(x) %}{{ x }}{% endcomponent %}→ a.yaml.tera:5:10 «prt» template-error: unknown component `prt`. Did you mean `part`?
    {% include "a.yaml" %}
    → a.yaml.tera:5:12 «"a.yaml"» template-error: unknown template `a.yaml`. It is a path below the folder of the release, or `library/NAME/…` for a library that `libraries` of `release.yaml` names.
    {% include "library/net/a.tera" %}
    → a.yaml.tera:5:12 «"library/net/a.tera"» template-error: unknown template `library/net/a.tera`. Name the library `net` in `libraries` of `release.yaml`.
    {% set foo = 1 %}  a: {{ fooo }}
    → a.yaml.tera:5:26 «fooo» template-error: `fooo` is not known to templates. Did you mean `foo`?
    {% if spec.a %}
    {% elseif spec.b %}
    {% endif %}
    → a.yaml.tera:6:4 «elseif» template-error: unknown tag `elseif`. Did you mean `elif`?
    {% for a in spec.list %}
    {% endif %}
    → a.yaml.tera:6:4 «endif» template-error: unknown tag `endif`. What ends here is the `for` of line 5, with `endfor`.
    {% endif %}
    → a.yaml.tera:5:4 «endif» template-error: unknown tag `endif`. Nothing is open here that it could end: leave it out.
    {% if spec.a %}
    {% else %}
    → a.yaml.tera:5:1 «{% if spec.a %}» template-error: `if` begins here and never ends. Write `{% endif %}` where it ends.
      a: {{ spec.b | upper }}
    → a.yaml.tera:5:9 «spec.b» template-error: `spec.b` is undefined. Give `b` a default in `schema.json`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      a: {{ target.values.foo }}
    → a.yaml.tera:5:9 «target.values.foo» template-error: `target.values.foo` is undefined. Write `foo` into `targets/staging-eu.yaml`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      a: {{ team.values.foo }}
    → a.yaml.tera:5:9 «team.values.foo» template-error: `team.values.foo` is undefined. Write `foo` into `teams/payments-team.yaml`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      a: {{ platform.values.foo }}
    → a.yaml.tera:5:9 «platform.values.foo» template-error: `platform.values.foo` is undefined. Write `foo` into `goldpath.yaml`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      a: {{ each.name }}
    → a.yaml.tera:5:9 «each.name» template-error: `each` is undefined: the output is not made for each element of a list. Give the output a `forEach` in `release.yaml`.
      shop.yaml:1:1 «»
    {% if refs.db is defined %}{% endif %}
    → a.yaml.tera:5:7 «refs.db» template-error: `refs.db` is never there: `refs` has no field `db`. Say in `refs` of `release.yaml` which requests may be named.
    <<<<<<< HEAD
      a: b
    =======
      a: c
    >>>>>>> other
    → a.yaml.tera:5:1 «<<<<<<< HEAD» template-error: a merge conflict was left in the file. Decide for one of the two sides and remove the marker lines.
    {% raw %}
      a: b
      b: 3
    {% endraw %}
    → a.yaml.tera:7:3 «b: 3» kubernetes-schema: `a.yaml`: ConfigMap: `data.b` must be text, is 3. Put it in quotes.
      shop.yaml:1:1 «»
      a: {{ spec.a }}{% raw %}
      b: 3
    {% endraw %}
    → a.yaml.tera:6:3 «b: 3» kubernetes-schema: `a.yaml`: ConfigMap: `data.b` must be text, is 3. Put it in quotes.
      shop.yaml:1:1 «»
    "#);
}

#[test]
fn a_refused_output_names_the_value_that_was_printed_there() {
    let pod = |line: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: x}}\nspec:\n  containers:\n    - name: a\n      image: b\n      {line}\n"
        )
    };
    let kubernetes = |line: &str, spec: &str| found("kubernetes@1", "a.yaml.tera", &pod(line), spec);
    let terraform = |line: &str, spec: &str| {
        found("terraform@1", "main.tf.tera", &format!("resource \"terraform_data\" \"a\" {{\n  {line}\n}}\n"), spec)
    };
    let all = [
        kubernetes("resources: {limits: {memory: {{ spec.b | yaml }}}}", "  a: x\n  b: 1GB\n"),
        kubernetes("stdin: {{ spec.b }}", "  a: x\n  b: y\n"),
        kubernetes("{% set b = spec.b %}stdin: {{ b }}", "  a: x\n  b: y\n"),
        kubernetes("{% for one in spec.list %}stdin: {{ one.b }}{% endfor %}", "  a: y\n  list:\n    - {a: y, b: y}\n"),
        kubernetes("stdin: {{ spec.c | default(value=\"y\") }}", "  a: y\n"),
        kubernetes("name: {{ spec.b }}: 2", "  a: x\n  b: y\n"),
        terraform("input = {{ spec.b }}", "  a: x\n  b: y z\n"),
    ];
    insta::assert_snapshot!(all.concat(), @r#"
    a.yaml.tera:8:7 «resources: {limits: {memory: {{ spec.b | yaml }}}}» kubernetes-schema: `a.yaml`: Pod: `spec.containers[0].resources.limits.memory` must be a quantity such as `500m` or `1Gi`, is the text `1GB`. `kubectl explain pod.spec.containers.resources.limits.memory` tells what may stand there.
      shop.yaml:4:6 «1GB»
    a.yaml.tera:8:7 «stdin: {{ spec.b }}» kubernetes-schema: `a.yaml`: Pod: `spec.containers[0].stdin` must be `true` or `false`, is the text `y`. `kubectl explain pod.spec.containers.stdin` tells what may stand there.
      shop.yaml:4:6 «y»
    a.yaml.tera:8:27 «stdin: {{ b }}» kubernetes-schema: `a.yaml`: Pod: `spec.containers[0].stdin` must be `true` or `false`, is the text `y`. `kubectl explain pod.spec.containers.stdin` tells what may stand there.
      shop.yaml:4:6 «y»
    a.yaml.tera:8:33 «stdin: {{ one.b }}{% endfor %}» kubernetes-schema: `a.yaml`: Pod: `spec.containers[0].stdin` must be `true` or `false`, is the text `y`. `kubectl explain pod.spec.containers.stdin` tells what may stand there.
      shop.yaml:5:17 «y»
    a.yaml.tera:8:7 «stdin: {{ spec.c | default(value="y") }}» kubernetes-schema: `a.yaml`: Pod: `spec.containers[0].stdin` must be `true` or `false`, is the text `y`. `kubectl explain pod.spec.containers.stdin` tells what may stand there.
      shop.yaml:1:1 «»
    a.yaml.tera:8:7 «name: {{ spec.b }}: 2» not-well-formed: `a.yaml` is not well-formed YAML (line 8 when rendered): a second `: ` stands in this line. Write `{y: 2}`, or begin a new line with `y: 2`, indented by 8 spaces; put it in quotes when it is text.
      shop.yaml:4:6 «y»
    main.tf.tera:2:11 «{{ spec.b }}» unsafe-print: the text `y z` that is printed here changes what is around it. Print it with the filter `hcl` as a whole value: `key = {{ … | hcl }}`; put texts together before, with `~`.
      shop.yaml:4:6 «y z»
    "#);
}

#[test]
fn what_was_captured_may_be_looked_at() {
    for data in [
        "{% set v %}{{ spec.a }}{% endset %}  a: {{ v | upper }}\n",
        "{% set v %}{{ spec.a }}{% endset %}  a: \"{{ v | length }}\"\n",
        "{% set v %}{{ spec.a }}{% endset %}{% if v == \"hello\" %}  a: {{ v }}\n{% endif %}",
        "  a: {% filter upper %}{{ spec.a }}{% endfilter %}\n",
        "  a: {{ <w x={spec.a} /> | upper }}\n{% component w(x) %}{{ x }}{% endcomponent %}",
    ] {
        assert_eq!(config(data, "  a: hello\n"), "", "{data}");
    }
    insta::assert_snapshot!(config("  b: {{ metadata.name }}\n{% set v %}{{ spec.a }}{% endset %}\n  a: {{ v }}\n", "  a: \"b: c\"\n"), @r#"
    a.yaml.tera:6:12 «{{ spec.a }}» unsafe-print: the text `b: c` that is printed here changes what is around it. Print it with the filter `yaml` as a whole value: `key: {{ … | yaml }}`; put texts together before, with `~`.
      shop.yaml:3:6 «"b: c"»
    "#);
}

#[test]
fn a_target_that_is_not_there_is_told_at_its_name() {
    let of = |key: &str, value: &str| {
        let labels = BTreeMap::from([(key.to_owned(), value.to_owned())]);
        let case = Case::of("ci@1", "staging-eu", &[("a.md", "a\n")]).edit(|output| output.target = TargetSelector::Labels(labels));
        case.shown()
    };
    insta::assert_snapshot!([of("environment", "stagin"), of("enviroment", "staging")].concat(), @r"
    /release.yaml:10:5 unknown-target (PathOwner)
      no target has the labels `environment: stagin`
      help: Did you mean `staging`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /release.yaml:10:5 unknown-target (PathOwner)
      no target has the labels `enviroment: staging`
      help: Did you mean `environment`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    ");
    let mut case = Case::new().output("main", "ci@1", "{{ each }}", &[("a.md", "a\n")]);
    case = case.edit(|output| output.for_each = Some("spec.list".to_owned()));
    let text = "metadata: {name: shop}\nspec:\n  list: [staging-eu, staging-e]\n";
    let file = File { id: ContentId::from_bytes([3; 20]), mode: Mode::Regular, bytes: text.as_bytes().into() };
    case.files.insert(path("requests/payments-team/shop.yaml"), file);
    insta::assert_snapshot!(places(&case.request("payments-team/shop", json!({"list": ["staging-eu", "staging-e"]}))), @r"
    shop.yaml:3:22 «staging-e» unknown-target: the output `main` goes to the target `staging-e`, which does not exist. Did you mean `staging-eu`? Its name is made from values of the request.
      release.yaml:10:5 «»
    ");
}

#[test]
fn a_unit_stays_while_a_target_cannot_be_read() {
    let labels = BTreeMap::from([("environment".to_owned(), "staging".to_owned())]);
    let mut case = Case::of("ci@1", "staging-eu", &[("a.md", "a\n")]).edit(|output| output.target = TargetSelector::Labels(labels));
    let file = |text: &str| File { id: ContentId::from_bytes([3; 20]), mode: Mode::Regular, bytes: text.as_bytes().into() };
    for name in ["staging-eu", "dns"] {
        case.files.insert(path(&format!("targets/{name}.yaml")), file("a: b\n"));
    }
    case.files.insert(path("targets/README.md"), file("what they are\n"));
    assert_eq!(case.render().failed.len(), 1, "`dns` has no such label, and is of another kind");
    case.platform.targets.remove(&TargetName::parse("dns").unwrap());
    let rendered = case.render();
    assert_eq!((rendered.failed.len(), rendered.units.len(), rendered.findings.len()), (1, 2, 0));
}

/// Of what is put together, the part that is not there.
#[test]
fn a_part_that_is_not_there_is_named() {
    let wrong = [
        "  a: {{ metadata.name ~ \"-\" ~ spec.b }}\n  b: {{ (platform.values.foo ~ \"/\" ~ spec.a) | yaml }}\n",
        "  b: {{ (platform.values.foo ~ \"/\" ~ spec.a) | yaml }}\n",
        "{% set c = spec.c %}  b: {{ platform.values.foo ~ (spec.c | default(value=\"d\")) }}\n",
        "  b: {{ spec.a ~ spec.c }}{% if spec.a ~ spec.b == \"x\" %}{% endif %}\n",
    ];
    let all: String = wrong.iter().map(|template| format!("{template}→ {}", config(template, "  a: x\n"))).collect();
    insta::assert_snapshot!(all, @r#"
      a: {{ metadata.name ~ "-" ~ spec.b }}
      b: {{ (platform.values.foo ~ "/" ~ spec.a) | yaml }}
    → a.yaml.tera:5:31 «spec.b» template-error: `spec.b` is undefined. Give `b` a default in `schema.json`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      b: {{ (platform.values.foo ~ "/" ~ spec.a) | yaml }}
    → a.yaml.tera:5:10 «platform.values.foo» template-error: `platform.values.foo` is undefined. Write `foo` into `goldpath.yaml`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
    {% set c = spec.c %}  b: {{ platform.values.foo ~ (spec.c | default(value="d")) }}
    → a.yaml.tera:5:29 «platform.values.foo» template-error: `platform.values.foo` is undefined. Write `foo` into `goldpath.yaml`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      b: {{ spec.a ~ spec.c }}{% if spec.a ~ spec.b == "x" %}{% endif %}
    → a.yaml.tera:5:18 «spec.c» template-error: `spec.c` is undefined. Give `c` a default in `schema.json`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
    "#);
}

/// A list and a map are made of what is there.
#[test]
fn a_member_that_is_not_there_is_named() {
    let wrong = [
        "  a: {{ [spec.a, spec.b] | json | json }}\n",
        "  a: {{ {\"k\": {\"l\": platform.values.foo }, \"m\": spec.a} | json | json }}\n",
        "  a: {{ [spec.b, spec.a] | join(sep=\",\") }}\n",
        "{% set c = [spec.a , spec.c ] %}  a: {{ c | json | json }}\n",
        "{% for one in [spec.a, metadata.annotations.x] %}  a: {{ one }}\n{% endfor %}",
        "{% if spec.a in [\"x\", spec.b] %}  a: y\n{% endif %}",
    ];
    let all: String = wrong.iter().map(|template| format!("{template}→ {}", config(template, "  a: x\n"))).collect();
    insta::assert_snapshot!(all, @r#"
      a: {{ [spec.a, spec.b] | json | json }}
    → a.yaml.tera:5:18 «spec.b» template-error: `spec.b` is undefined. Give `b` a default in `schema.json`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      a: {{ {"k": {"l": platform.values.foo }, "m": spec.a} | json | json }}
    → a.yaml.tera:5:21 «platform.values.foo» template-error: `platform.values.foo` is undefined. Write `foo` into `goldpath.yaml`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      a: {{ [spec.b, spec.a] | join(sep=",") }}
    → a.yaml.tera:5:10 «spec.b» template-error: `spec.b` is undefined. Give `b` a default in `schema.json`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
    {% set c = [spec.a , spec.c ] %}  a: {{ c | json | json }}
    → a.yaml.tera:5:22 «spec.c» template-error: `spec.c` is undefined. Give `c` a default in `schema.json`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
    {% for one in [spec.a, metadata.annotations.x] %}  a: {{ one }}
    {% endfor %}→ a.yaml.tera:5:24 «metadata.annotations.x» template-error: `metadata.annotations.x` is undefined. A request need not have it: ask `metadata.annotations is defined` before, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
    {% if spec.a in ["x", spec.b] %}  a: y
    {% endif %}→ a.yaml.tera:5:23 «spec.b» template-error: `spec.b` is undefined. Give `b` a default in `schema.json`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
    "#);
    for right in [
        "  a: {{ [spec.a, spec.b | default(value=\"d\"), true, 1] | json | json }}\n",
        "  a: {{ {\"k\": spec.a, \"l\": [none]} | json | json }}\n",
        "  a: {{ [one for one in [spec.a, metadata.name]] | join(sep=\",\") }}\n",
        "{% set c = [spec.a] %}  a: {{ c[0] }}{{ spec.a[0:1] }}\n",
        "  a: {{ [spec.list[0]] | json | json }}\n",
    ] {
        assert_eq!(config(right, "  a: x\n  list: [y]\n"), "", "{right}");
    }
}

/// A filter has no part in what is not there.
#[test]
fn what_is_not_there_is_named_before_its_filters() {
    let wrong = [
        "  a: {{ team.values.nope | yaml }}\n",
        "  a: {{ target.labels.nope | upper | yaml }}\n",
        "  a: {{ platform.values.nope | replace(from=spec.a, to=\"b\") | yaml }}\n",
        "  a: {{ spec.config.foo | yaml }}\n",
        "  a: {{ metadata.annotations.x | yaml }}\n",
        "  a: {{ each | yaml }}\n",
        "  a: {{ (spec.a ~ spec.b) | replace(from=\"a\", to=\"b\") | yaml }}\n",
        "  a: {{ spec.nope | default(value=spec.a | upper) | yaml }}{{ team.contact.nope | yaml }}\n",
    ];
    let all: String = wrong.iter().map(|template| format!("{template}→ {}", config(template, "  a: x\n"))).collect();
    insta::assert_snapshot!(all, @r#"
      a: {{ team.values.nope | yaml }}
    → a.yaml.tera:5:9 «team.values.nope» template-error: `team.values.nope` is undefined. Write `nope` into `teams/payments-team.yaml`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      a: {{ target.labels.nope | upper | yaml }}
    → a.yaml.tera:5:9 «target.labels.nope» template-error: `target.labels.nope` is undefined. Write `nope` into `targets/staging-eu.yaml`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      a: {{ platform.values.nope | replace(from=spec.a, to="b") | yaml }}
    → a.yaml.tera:5:9 «platform.values.nope» template-error: `platform.values.nope` is undefined. Write `nope` into `goldpath.yaml`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      a: {{ spec.config.foo | yaml }}
    → a.yaml.tera:5:9 «spec.config.foo» template-error: `spec.config.foo` is undefined. Give `config` a default in `schema.json`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      a: {{ metadata.annotations.x | yaml }}
    → a.yaml.tera:5:9 «metadata.annotations.x» template-error: `metadata.annotations.x` is undefined. A request need not have it: ask `metadata.annotations is defined` before, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      a: {{ each | yaml }}
    → a.yaml.tera:5:9 «each» template-error: `each` is undefined: the output is not made for each element of a list. Give the output a `forEach` in `release.yaml`.
      shop.yaml:1:1 «»
      a: {{ (spec.a ~ spec.b) | replace(from="a", to="b") | yaml }}
    → a.yaml.tera:5:19 «spec.b» template-error: `spec.b` is undefined. Give `b` a default in `schema.json`, or print it with `| default(value=…)`.
      shop.yaml:1:1 «»
      a: {{ spec.nope | default(value=spec.a | upper) | yaml }}{{ team.contact.nope | yaml }}
    → a.yaml.tera:5:63 «team.contact.nope» template-error: `team.contact.nope` is never there: `team.contact` has no field `nope`. `team.contact` has `channel`, `onCall` and `email`.
    "#);
}

/// Lines that a filter takes over are written when all of them are made.
#[test]
fn a_line_that_goes_through_a_filter_keeps_its_place() {
    let component = "{% component container(image) %}\n- name: a\n  image: {{ image }}\n  prots: [{containerPort: 80}]\n  env: [{name: A, value: {{ image }}}]\n{% endcomponent container %}";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\nspec:\n  containers:\n";
    let call = "    {{ <container image={spec.a} /> | indent(width=4) }}\n";
    insta::assert_snapshot!(found("kubernetes@1", "a.yaml.tera", &format!("{component}{pod}{call}"), "  a: x\n"), @r"
    a.yaml.tera:4:3 «prots: [{containerPort: 80}]» kubernetes-schema: `a.yaml`: Pod: Kubernetes 1.36 knows no field `spec.containers[0].prots`. Did you mean `ports`?
      shop.yaml:1:1 «»
    ");
    let section = "{% filter indent(width=4) %}{{ <container image={spec.a} /> }}{% endfilter %}\n";
    insta::assert_snapshot!(found("kubernetes@1", "a.yaml.tera", &format!("{component}{pod}{section}"), "  a: x\n"), @r"
    a.yaml.tera:4:3 «prots: [{containerPort: 80}]» kubernetes-schema: `a.yaml`: Pod: Kubernetes 1.36 knows no field `spec.containers[0].prots`. Did you mean `ports`?
      shop.yaml:1:1 «»
    ");
}

#[test]
fn the_print_that_did_it_is_named_and_none_before_it() {
    let spec = "  a: reg/b:1\n  note: 'see: the wiki'\n  keep: 7d\n  quote: 'a\"b'\n";
    let yaml =
        |line: &str| config(&format!("  a: {{{{ spec.a | yaml }}}}\n  w: {{{{ spec.a }}}}\n{line}  z: {{{{ spec.a | yaml }}}}\n"), spec);
    let hcl = |line: &str| {
        let before = "locals {\n  a = {{ spec.a | hcl }}\n  b = \"{{ spec.a }}\"\n";
        found("terraform@1", "main.tf.tera", &format!("{before}{line}}}\nlocals {{\n  z = {{{{ spec.a | hcl }}}}\n}}\n"), spec)
    };
    let json = |line: &str| {
        let before = "{\n  \"a\": <{ spec.a | json }>,\n  \"w\": \"<{ spec.a }>\",\n";
        found("ci@1", "a.json.tera", &format!("{before}{line}  \"z\": <{{ spec.a | json }}>\n}}\n"), spec)
    };
    let all = [
        yaml("  b: {{ spec.note }}\n"),
        yaml("  b: x{{ spec.note | yaml }}: y\n"),
        hcl("  c = {{ spec.keep }}\n"),
        hcl("  c = x.{{ spec.note }}\n"),
        json("  \"b\": <{ spec.keep }>,\n"),
        json("  \"b\": \"<{ spec.quote }>\",\n"),
    ];
    insta::assert_snapshot!(all.concat(), @r#"
    a.yaml.tera:7:6 «{{ spec.note }}» unsafe-print: the text `see: the wiki` that is printed here changes what is around it. Print it with the filter `yaml` as a whole value: `key: {{ … | yaml }}`; put texts together before, with `~`.
      shop.yaml:4:9 «'see: the wiki'»
    a.yaml.tera:7:3 «b: x{{ spec.note | yaml }}: y» not-well-formed: `a.yaml` is not well-formed YAML (line 7 when rendered): a second `: ` stands in this line. Put the text in quotes.
      shop.yaml:4:9 «'see: the wiki'»
    main.tf.tera:4:7 «{{ spec.keep }}» unsafe-print: the text `7d` that is printed here changes what is around it. Print it with the filter `hcl` as a whole value: `key = {{ … | hcl }}`; put texts together before, with `~`.
      shop.yaml:5:9 «7d»
    main.tf.tera:4:9 «{{ spec.note }}» unsafe-print: the text `see: the wiki` that is printed here changes what is around it. Print it with the filter `hcl` as a whole value: `key = {{ … | hcl }}`; put texts together before, with `~`.
      shop.yaml:4:9 «'see: the wiki'»
    a.json.tera:4:8 «<{ spec.keep }>» unsafe-print: the text `7d` that is printed here changes what is around it. Print it with the filter `json` as a whole value: `"key": {{ … | json }}`; put texts together before, with `~`.
      shop.yaml:5:9 «7d»
    a.json.tera:4:9 «<{ spec.quote }>» unsafe-print: the text `a"b` that is printed here changes what is around it. Print it with the filter `json` as a whole value: `"key": {{ … | json }}`; put texts together before, with `~`.
      shop.yaml:6:10 «'a"b'»
    "#);
}
