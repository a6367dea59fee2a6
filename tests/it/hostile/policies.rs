//! Row 24: policies and regular expressions that are built to explode.

#[cfg(target_os = "linux")]
use super::repository::MOST_MEMORY;
use super::repository::Repository;

fn policy(body: &str) -> String {
    let text = format!("package main\n\ndeny contains \"x\" if {{\n{body}\n}}\n");
    let said = Repository::new().with("policies/explodes.rego", text).findings();
    said.replace("it took too much processor time", "LIMIT").replace("it asked for more than 192 MiB of memory", "LIMIT")
}

#[test]
fn row_24_policies_that_explode_end_in_a_finding() {
    let letters = "\tletters := split(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"\")\n";
    let pairs = format!(
        "{letters}\tsome a in letters\n\tsome b in letters\n\tsome c in letters\n\tsome d in letters\n\tconcat(\"\", [a, b, c, d]) == input.kind"
    );
    let backtracks =
        "\tregex.match(\"^(x+x+)+y$\", concat(\"\", [\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", input.kind]))"
            .to_owned();
    let large = "\tregex.match(`^(((a{1,1000}){1,1000}){1,1000}){1,1000}$`, input.kind)".to_owned();
    let range = "\tcount(numbers.range(0, 1000000000)) > 1".to_owned();
    let deep = format!("\t{}1{} == 1", "[".repeat(20_000), "]".repeat(20_000));
    let network = "\thttp.send({\"method\": \"GET\", \"url\": \"http://127.0.0.1\"}).status_code == 200".to_owned();
    let bodies = [("pairs", pairs), ("backtracks", backtracks), ("large", large), ("range", range), ("deep", deep), ("network", network)];
    insta::assert_snapshot!(bodies.map(|(name, body)| format!("{name}\n{}\n", policy(&body))).concat(), @r"
    pairs
    policies/explodes.rego:1:1 policy-limit: the policy `explodes` takes too many steps for `platform/shop/main@staging`, and was not asked about the units after it
    exit 1
    backtracks
    exit 0
    large
    policies/explodes.rego:4:16 policy-limit: the policy `explodes` has a regular expression that is too large for `platform/shop/main@staging`, and was not asked about the units after it
    exit 1
    range
    policies/explodes.rego:4:8 policy-does-not-compile: `numbers.range` may ask for more than there is, and cannot be ended from outside
    exit 1
    deep
    policies/explodes.rego:1:1 worker-ended: compiling this policy was ended: LIMIT
    exit 1
    network
    policies/explodes.rego:4:2 policy-does-not-compile: `http.send` gives an answer that is not in the repository
    exit 1
    ");
}

#[test]
fn row_24_what_grows_in_a_policy_ends_in_a_finding() {
    let grows = Repository::new().with("policies/grows.rego", crate::worker::grows("input.kind == \"ConfigMap\"")).findings();
    insta::assert_snapshot!(grows.replace("192 MiB", "LIMIT"), @"
    policies/grows.rego:1:1 worker-ended: asking this policy about `platform/shop/main@staging` was ended: it asked for more than LIMIT of memory
    exit 1
    ");
}

/// As for templates; texts that are three times as long at each step.
#[cfg(target_os = "linux")]
#[test]
fn row_24_what_grows_in_a_policy_ends_below_256_mebibytes() {
    let steps: String = (1..=30).map(|n| format!("a{n} := concat(\"\", [a{0}, a{0}, input.kind])\n", n - 1)).collect();
    let policy = format!("package main\n\na0 := \"{}\"\n{steps}deny contains \"x\" if count(a30) > 3\n", "x".repeat(32));
    for policy in [policy, crate::worker::grows("input.kind == \"ConfigMap\"")] {
        let most = Repository::new().with("policies/grows.rego", &policy).most_memory();
        assert!((64..MOST_MEMORY).contains(&most), "{policy}: {most} MiB");
    }
}

#[test]
fn what_ends_a_worker_hides_nothing_else() {
    let repository = Repository::new()
        .with("policies/grows.rego", crate::worker::grows("input.kind == \"ConfigMap\""))
        .with("exceptions/platform/grows.yaml", "apiVersion: goldpath.dev/v1\nkind: Exception\nmetadata: {name: grows}\nspec: {policy: grows, reason: it is known and measured, expires: 2999-12-31}\n")
        .with("policies/labels.rego", "package main\n\ndeny contains \"no label\" if not input.metadata.labels\n")
        .with("golden-paths/other/path.yaml", "kind: GoldenPath\n")
        .with("requests/platform/misnamed.yaml", "kind: Unknown\n");
    insta::assert_snapshot!(repository.findings().replace("192 MiB", "LIMIT"), @r"
    golden-paths/other/path.yaml:1:1 missing-field: `spec.request` needs a field `group`
    golden-paths/other/path.yaml:1:1 missing-field: `spec.request` needs a field `kind`
    golden-paths/other/path.yaml:1:1 missing-field: `spec` needs a field `current`
    golden-paths/other/path.yaml:1:1 missing-field: `spec` needs a field `owner`
    golden-paths/other/path.yaml:1:1 missing-field: `spec` needs a field `request`
    golden-paths/other/path.yaml:1:1 missing-field: `spec` needs a field `title`
    golden-paths/other/path.yaml:1:1 missing-field: the document needs a field `apiVersion`
    golden-paths/other/path.yaml:1:1 missing-field: the document needs a field `metadata`
    golden-paths/other/path.yaml:1:1 missing-field: the document needs a field `spec`
    policies/grows.rego:1:1 worker-ended: asking this policy about `platform/shop/main@staging` was ended: it asked for more than LIMIT of memory
    requests/platform/misnamed.yaml:1:1 missing-field: the document needs a field `apiVersion`
    requests/platform/misnamed.yaml:1:1 missing-field: the document needs a field `metadata`
    requests/platform/misnamed.yaml:1:1 missing-field: the document needs a field `spec`
    exit 1
    ");
    let repository = repository.with("golden-paths/config/1.0.0/schema.json", crate::worker::doubled_schema());
    insta::assert_snapshot!(repository.findings().replace("192 MiB", "LIMIT"), @r"
    golden-paths/config/1.0.0/schema.json:1:1 worker-ended: holding `requests/platform/shop.yaml` against this schema was ended: it took too much processor time
    golden-paths/other/path.yaml:1:1 missing-field: `spec.request` needs a field `group`
    golden-paths/other/path.yaml:1:1 missing-field: `spec.request` needs a field `kind`
    golden-paths/other/path.yaml:1:1 missing-field: `spec` needs a field `current`
    golden-paths/other/path.yaml:1:1 missing-field: `spec` needs a field `owner`
    golden-paths/other/path.yaml:1:1 missing-field: `spec` needs a field `request`
    golden-paths/other/path.yaml:1:1 missing-field: `spec` needs a field `title`
    golden-paths/other/path.yaml:1:1 missing-field: the document needs a field `apiVersion`
    golden-paths/other/path.yaml:1:1 missing-field: the document needs a field `metadata`
    golden-paths/other/path.yaml:1:1 missing-field: the document needs a field `spec`
    requests/platform/misnamed.yaml:1:1 missing-field: the document needs a field `apiVersion`
    requests/platform/misnamed.yaml:1:1 missing-field: the document needs a field `metadata`
    requests/platform/misnamed.yaml:1:1 missing-field: the document needs a field `spec`
    exit 1
    ");
}
