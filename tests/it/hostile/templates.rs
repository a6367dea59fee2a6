//! Row 5: templates that loop, recurse, include themselves, write gigabytes, or ask for what is outside.

#[cfg(target_os = "linux")]
use super::repository::MOST_MEMORY;
use super::repository::Repository;
use crate::sample::{CONFIG, FILES, TEMPLATE};

fn template(text: &str) -> String {
    Repository::new().with(TEMPLATE, text).findings()
}

/// What comes of several templates, each by itself.
fn each(templates: &[(&str, String)]) -> String {
    templates.iter().map(|(name, text)| format!("{name}\n{}\n", at_its_limit(&template(text)))).collect()
}

/// Which of its limits a worker meets first is the machine's affair.
fn at_its_limit(said: &str) -> String {
    said.replace("it took too much processor time", "LIMIT").replace("it asked for more than 192 MiB of memory", "LIMIT")
}

#[test]
fn row_5_what_grows_ends_at_its_line() {
    let doubling = |with: &str| format!("{CONFIG}{{% set_global s = {with} %}}\n{{% for n in range(end=60) %}}\n");
    let texts = doubling("\"xxxxxxxxxxxxxxxx\"") + "{% set_global s = s ~ s %}\n{% endfor %}\n";
    let arrays = doubling("[1, 2, 3, 4]") + "{% set_global s = [...s, ...s] %}\n{% endfor %}\n";
    let replace = format!(
        "{CONFIG}# {{% set x = \"{}\" %}}\n# {{{{ x | replace(from=\"x\", to=x) | replace(from=\"x\", to=x) | replace(from=\"x\", to=x) | length }}}}\n",
        "x".repeat(2000)
    );
    let captured = doubling("\"xxxxxxxxxxxxxxxx\"") + "{% set_global s %}{{ s ~ s }}{% endset %}\n{% endfor %}\n";
    insta::assert_snapshot!(each(&[("texts", texts), ("arrays", arrays), ("replace", replace), ("captured", captured)]), @"
    texts
    golden-paths/config/1.0.0/main/a.yaml.tera:8:1 worker-ended: rendering `platform/shop/main@staging` with this file was ended here: LIMIT
    exit 1
    arrays
    golden-paths/config/1.0.0/main/a.yaml.tera:8:1 worker-ended: rendering `platform/shop/main@staging` with this file was ended here: LIMIT
    exit 1
    replace
    golden-paths/config/1.0.0/main/a.yaml.tera:7:3 template-limit: the templates take more than 100000 steps
    exit 1
    captured
    golden-paths/config/1.0.0/main/a.yaml.tera:8:19 worker-ended: rendering `platform/shop/main@staging` with this file was ended here: LIMIT
    exit 1
    ");
}

/// Parent and worker together: what is reserved and not yet written to must not let anything through.
#[cfg(target_os = "linux")]
#[test]
fn row_5_what_grows_ends_below_256_mebibytes() {
    let growing =
        |step: &str| format!("{CONFIG}{{% set_global s = [1, 2, 3, 4] %}}\n{{% for n in range(end=60) %}}\n{step}\n{{% endfor %}}\n");
    for step in ["{% set_global s = [...s, ...s] %}", "{% set_global s = s ~ s %}"] {
        let most = Repository::new().with(TEMPLATE, growing(step)).most_memory();
        assert!((64..MOST_MEMORY).contains(&most), "{step}: {most} MiB");
    }
}

#[test]
fn row_5_what_hardly_ends_is_ended_at_its_line() {
    let nested = format!(
        "{CONFIG}{{% for a in range(end=300) %}}{{% for b in range(end=300) %}}\n{{% for c in range(end=300) %}}{{% endfor %}}\n{{% endfor %}}{{% endfor %}}\n"
    );
    let billion = format!("{CONFIG}\n{{% for a in range(end=1000000000) %}}{{% endfor %}}\n");
    let comprehension = format!(
        "{CONFIG}\n# {{{{ [x for x in [y for y in range(end=300)]] | length }}}}\n{{% for a in range(end=300) %}}\n# {{{{ [x for x in range(end=900)] | length }}}}\n{{% endfor %}}\n"
    );
    let slow = format!(
        "{CONFIG}# {{% set x = \"ab\" %}}\n{{% for n in range(end=15) %}}{{% set_global x = x ~ x %}}{{% endfor %}}\n{{% for n in range(end=90000) %}}\n# {{{{ x | split(pat=\"a\") | unique | length }}}}\n{{% endfor %}}\n"
    );
    insta::assert_snapshot!(each(&[("nested", nested), ("billion", billion), ("comprehension", comprehension), ("slow", slow)]), @"
    nested
    golden-paths/config/1.0.0/main/a.yaml.tera:7:13 template-limit: the templates take more than 100000 steps
    exit 1
    billion
    golden-paths/config/1.0.0/main/a.yaml.tera:7:13 template-limit: the templates take more than 100000 steps
    exit 1
    comprehension
    golden-paths/config/1.0.0/main/a.yaml.tera:9:3 template-limit: the templates take more than 100000 steps
    exit 1
    slow
    golden-paths/config/1.0.0/main/a.yaml.tera:9:3 template-limit: the templates take more than 100000 steps
    exit 1
    ");
}

#[test]
fn row_5_what_calls_itself_ends_at_its_line() {
    let component =
        format!("{{% component again(n) %}}\n{{{{<again n={{n}} />}}}}\n{{% endcomponent %}}\n{CONFIG}\n{{{{<again n={{1}} />}}}}\n");
    let itself = format!("{CONFIG}{{% include \"main/a.yaml.tera\" %}}\n");
    let deep = format!("{CONFIG}# {{{{ {}1{} }}}}\n", "(".repeat(5000), ")".repeat(5000));
    let blocks = format!("{CONFIG}{}{}\n", "{% if true %}\n".repeat(3000), "{% endif %}".repeat(3000));
    insta::assert_snapshot!(each(&[("component", component), ("itself", itself), ("deep", deep), ("blocks", blocks)]), @"
    component
    golden-paths/config/1.0.0/main/a.yaml.tera:1:1 template-limit: maximum render recursion depth for components exceeded
    exit 1
    itself
    golden-paths/config/1.0.0/main/a.yaml.tera:6:12 template-limit: templates include each other more than 16 deep, or in a circle
    exit 1
    deep
    golden-paths/config/1.0.0/main/a.yaml.tera:6:45 template-error: the expression is too complex
    exit 1
    blocks
    golden-paths/config/1.0.0/main/a.yaml.tera:45:12 template-error: the template nesting is too deep
    exit 1
    ");
}

#[test]
fn row_5_two_hundred_includes_are_refused_before_they_run() {
    let folder = "golden-paths/config/1.0.0/main";
    let chain = |n: usize| format!("{{% include \"main/i{}.yaml.tera\" %}}\n", n + 1);
    let mut repository = Repository::new().with(TEMPLATE, format!("{CONFIG}{}", chain(0)));
    for n in 1..200 {
        repository = repository.with(&format!("{folder}/i{n}.yaml.tera"), chain(n));
    }
    let repository = repository.with(&format!("{folder}/i200.yaml.tera"), "# the end\n");
    insta::assert_snapshot!(repository.findings(), @"
    golden-paths/config/1.0.0/main/a.yaml.tera:6:12 template-limit: templates include each other more than 16 deep, or in a circle
    exit 1
    ");
}

#[test]
fn row_5_gigabytes_end_at_the_limit_of_the_output() {
    let text = format!(
        "{CONFIG}  # {{% set x = \"{}\" %}}\n{{% for n in range(end=99000) %}}\n  # {{{{ x }}}}\n{{% endfor %}}\n",
        "x".repeat(20_000)
    );
    insta::assert_snapshot!(template(&text), @"
    golden-paths/config/1.0.0/main/a.yaml.tera:7:1 template-limit: the templates write more output than is allowed
    exit 1
    ");
}

#[test]
fn row_5_nothing_outside_can_be_asked_for() {
    let asked = [
        "now()",
        "now",
        "get_env(name=\"HOME\")",
        "get_random(start=0, end=9)",
        "__tera_context",
        "__result(v=1)",
        "load_data(path=\"/etc/passwd\")",
        "\"/etc/passwd\" | read_file",
        "1 | date",
        "env",
        "spec.text | __step",
        "\"x\" | shell",
        "1 is even",
        "uuid()",
        "random()",
    ];
    let said: String = asked
        .iter()
        .map(|what| format!("{what}: {}\n", template(&format!("{CONFIG}# {{{{ {what} }}}}\n")).lines().next().unwrap_or_default()))
        .collect();
    let includes: String = ["/etc/passwd", "../../../../goldpath.yaml", "main/../main/a.yaml.tera"]
        .iter()
        .map(|what| format!("{what}: {}\n", template(&format!("{CONFIG}{{% include \"{what}\" %}}\n")).lines().next().unwrap_or_default()))
        .collect();
    insta::assert_snapshot!(said + &includes, @r#"
    now(): golden-paths/config/1.0.0/main/a.yaml.tera:6:6 template-error: unknown function `now`
    now: golden-paths/config/1.0.0/main/a.yaml.tera:6:6 template-error: `now` is not known to templates
    get_env(name="HOME"): golden-paths/config/1.0.0/main/a.yaml.tera:6:6 template-error: unknown function `get_env`
    get_random(start=0, end=9): golden-paths/config/1.0.0/main/a.yaml.tera:6:6 template-error: unknown function `get_random`
    __tera_context: golden-paths/config/1.0.0/main/a.yaml.tera:6:6 template-error: `__tera_context` is not for templates
    __result(v=1): golden-paths/config/1.0.0/main/a.yaml.tera:6:6 template-error: `__result` is not for templates
    load_data(path="/etc/passwd"): golden-paths/config/1.0.0/main/a.yaml.tera:6:6 template-error: unknown function `load_data`
    "/etc/passwd" | read_file: golden-paths/config/1.0.0/main/a.yaml.tera:6:22 template-error: unknown filter `read_file`
    1 | date: golden-paths/config/1.0.0/main/a.yaml.tera:6:10 template-error: unknown filter `date`
    env: golden-paths/config/1.0.0/main/a.yaml.tera:6:6 template-error: `env` is not known to templates
    spec.text | __step: golden-paths/config/1.0.0/main/a.yaml.tera:6:18 template-error: `__step` is not for templates
    "x" | shell: golden-paths/config/1.0.0/main/a.yaml.tera:6:12 template-error: unknown filter `shell`
    1 is even: exit 0
    uuid(): golden-paths/config/1.0.0/main/a.yaml.tera:6:6 template-error: unknown function `uuid`
    random(): golden-paths/config/1.0.0/main/a.yaml.tera:6:6 template-error: unknown function `random`
    /etc/passwd: golden-paths/config/1.0.0/main/a.yaml.tera:6:12 template-error: unknown template `/etc/passwd`
    ../../../../goldpath.yaml: golden-paths/config/1.0.0/main/a.yaml.tera:6:12 template-error: unknown template `../../../../goldpath.yaml`
    main/../main/a.yaml.tera: golden-paths/config/1.0.0/main/a.yaml.tera:6:12 template-error: unknown template `main/../main/a.yaml.tera`
    "#);
}

/// One bad release among many requests: the others are rendered, and the finding names the line.
#[test]
fn row_5_one_bad_release_among_many_requests_stops_only_its_own() {
    let bad =
        format!("{CONFIG}{{% set_global s = spec.text %}}\n{{% for n in range(end=60) %}}\n{{% set_global s = s ~ s %}}\n{{% endfor %}}\n");
    let path = |file: &str, from: &str, to: &str| {
        (file.replace("config", "bad"), std::fs::read_to_string(Repository::new().path(file)).unwrap().replace(from, to))
    };
    let mut repository = Repository::new().with("golden-paths/bad/1.0.0/main/a.yaml.tera", bad);
    let copied = [
        path("golden-paths/config/path.yaml", "config", "bad"),
        path("golden-paths/config/1.0.0/release.yaml", "", ""),
        path("golden-paths/config/1.0.0/schema.json", "", ""),
    ];
    for (file, text) in &copied {
        repository = repository.with(file, text.replace("SampleRequest", "BadRequest"));
    }
    for n in 0..300 {
        let kind = if n % 100 == 7 { "BadRequest" } else { "SampleRequest" };
        let text = format!("apiVersion: platform.example.org/v1\nkind: {kind}\nmetadata: {{name: r{n}}}\nspec: {{text: hello}}\n");
        repository = repository.with(&format!("requests/platform/r{n}.yaml"), text);
    }
    repository = repository.with(TEMPLATE, CONFIG.replace("name: a", "name: {{ metadata.name }}"));
    let rendered = repository.units();
    assert_eq!(rendered.len(), 298, "{rendered:?}");
    insta::assert_snapshot!(at_its_limit(&repository.findings()), @"
    golden-paths/bad/1.0.0/main/a.yaml.tera:8:1 worker-ended: rendering `platform/r107/main@staging` with this file was ended here: LIMIT
    exit 1
    ");
}

/// So many requests of one template: what it takes is taken by a few of them.
#[test]
fn row_5_thousands_of_requests_of_one_bad_template_are_one_finding() {
    let head = CONFIG.replace("name: a", "name: {{ metadata.name }}");
    let loops = |times: u32| format!("{{% for a in range(end={times}) %}}");
    let rows = [
        ("nested", format!("{head}{0}{0}{0}{{% endfor %}}{{% endfor %}}{{% endfor %}}\n", loops(300))),
        ("output", format!("{head}  # {{% set x = \"{}\" %}}\n{}\n  # {{{{ x }}}}\n{{% endfor %}}\n", "x".repeat(20_000), loops(99_000))),
        (
            "doubled",
            format!("{head}{{% set_global s = \"xxxxxxxxxxxxxxxx\" %}}\n{}\n{{% set_global s = s ~ s %}}\n{{% endfor %}}\n", loops(60)),
        ),
    ];
    let mut repository = Repository::new();
    for n in 0..2000 {
        let text =
            format!("apiVersion: platform.example.org/v1\nkind: SampleRequest\nmetadata: {{name: r{n:04}}}\nspec: {{text: hello}}\n");
        repository = repository.with(&format!("requests/platform/r{n:04}.yaml"), text);
    }
    let mut said = String::new();
    for (name, template) in rows {
        repository = repository.with(TEMPLATE, template);
        said += &format!("{name}\n{}\n", repository.findings());
    }
    let given = said.split("more than ").filter_map(|rest| rest.split_once(" MiB of memory")?.0.parse().ok());
    assert!(given.max().is_none_or(|given: u64| given < 256), "{said}");
    insta::assert_snapshot!(said.replace("it asked for more than 192 MiB of memory", "LIMIT").replace("it took too much processor time", "LIMIT"), @"
    nested
    golden-paths/config/1.0.0/main/a.yaml.tera:6:71 template-limit: the templates take more than 100000 steps (and so in 11 more); 1985 more requests were not tried
    exit 1
    output
    golden-paths/config/1.0.0/main/a.yaml.tera:7:1 template-limit: the templates write more output than is allowed (and so in 11 more); 1985 more requests were not tried
    exit 1
    doubled
    golden-paths/config/1.0.0/main/a.yaml.tera:8:1 worker-ended: rendering `platform/r0000/main@staging` with this file was ended here: LIMIT
    exit 1
    ");
}

/// More templates that come to no end than are looked for one by one.
#[test]
fn row_5_many_bad_templates_hide_nothing_else() {
    let doubled = "{% set_global s = \"xxxxxxxxxxxxxxxx\" %}{% for a in range(end=60) %}{% set_global s = s ~ s %}{% endfor %}\n";
    let mut repository =
        Repository::new().with("requests/platform/unknown.yaml", super::repository::request("{}").replace("SampleRequest", "Sample"));
    for n in 0..12 {
        let path = |file: &str| format!("golden-paths/bad{n}/{file}");
        let of = |text: &str| text.replace("SampleRequest", &format!("Sample{n}Request")).replace("config", &format!("bad{n}"));
        let file = |path: &str| FILES.into_iter().find(|(known, _)| known.ends_with(path)).expect("there is such a file").1;
        repository = repository
            .with(&path("path.yaml"), of(file("config/path.yaml")))
            .with(&path("1.0.0/release.yaml"), file("release.yaml"))
            .with(&path("1.0.0/schema.json"), file("schema.json"))
            .with(&path("1.0.0/main/a.yaml.tera"), format!("{CONFIG}{doubled}"))
            .with(
                &format!("requests/platform/r{n}.yaml"),
                of(&super::repository::request("{}")).replace("name: shop", &format!("name: r{n}")),
            );
    }
    let said = repository.findings();
    let ended = |line: &&str| line.contains("/main/a.yaml.tera:6:68 worker-ended: ");
    assert_eq!(said.lines().filter(ended).count(), 8, "{said}");
    // which of the others are named depends on what ran at the same time
    let others: Vec<&str> = said.lines().filter(|line| !line.contains("/main/a.yaml.tera:")).collect();
    insta::assert_snapshot!(others.join("\n"), @"
    goldpath.yaml:1:1 worker-ended: nothing was rendered, because too many files came to no end: others may, too
    requests/platform/unknown.yaml:2:7 unknown-kind: no golden path takes requests of the kind `Sample`
    requests/platform/unknown.yaml:3:18 wrong-name: `metadata.name` is `shop`, but the file is `unknown.yaml`
    exit 1
    ");
}
