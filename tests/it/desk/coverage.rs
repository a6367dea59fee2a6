//! `goldpath test --coverage`.

use super::place::Place;
use insta::assert_snapshot;

#[test]
fn cases_reach_the_policies_of_their_release() {
    let place = Place::with("first-repository");
    place.write(
        "golden-paths/preview/1.0.0/policies/replicas.rego",
        "package main\n\ndeny contains \"too many\" if {\n\tinput.kind == \"Deployment\"\n\tinput.spec.replicas > 100\n}\n\nwarn contains msg if {\n\tinput.kind == \"Secret\"\n\tmsg := \"a secret\"\n}\n",
    );
    assert_snapshot!(place.run(&["test", "--coverage", "--generate", "0"]), @"
    $ goldpath test --coverage --generate 0
    ok      preview@1.0.0 defaults
    ok      preview@1.0.0 too-many

    2 passed

    lines that cases and tests reach, and those that they do not
    preview@1.0.0: 82 % of 29 lines
      golden-paths/preview/1.0.0/cluster/deployment.yaml.tera: 22-23
      golden-paths/preview/1.0.0/policies/replicas.rego: 3, 8, 10
    -- exit 0
    ");
}

#[test]
fn lines_that_no_case_and_no_test_reaches_are_named() {
    let place = Place::with("first-repository");
    let template = "golden-paths/preview/1.0.0/cluster/deployment.yaml.tera";
    let more =
        "{% if spec.size == \"large\" %}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ metadata.name }}-large}\n{% endif %}\n";
    place.write(template, &(place.text(template) + more));
    place.write(
        "policies/replicas.rego",
        "package main\n\ndeny contains msg if {\n\tinput.spec.replicas > 9\n\tmsg := \"too many\"\n}\n\nwarn contains msg if {\n\tinput.kind == \"Secret\"\n\tmsg := \"a secret\"\n}\n",
    );
    place.write(
        "policies/replicas_test.rego",
        "package main\n\ntest_a_few if count(deny) == 0 with input as {\"spec\": {\"replicas\": 9}}\n",
    );
    place.write("policies/untested.rego", "package main\n\ndeny contains \"x\" if input.kind == \"Y\"\n");
    assert_snapshot!(place.run(&["test", "--coverage", "--generate", "0"]), @r"
    $ goldpath test --coverage --generate 0
    ok      preview@1.0.0 defaults
    ok      preview@1.0.0 too-many
    ok      policies/replicas_test.rego test_a_few

    3 passed

    lines that cases and tests reach, and those that they do not
    policies: 16 % of 6 lines, and nothing of 1 more file
      policies/replicas.rego: 3, 5-10
      policies/untested.rego: nothing of it was run
    preview@1.0.0: 77 % of 27 lines
      golden-paths/preview/1.0.0/cluster/deployment.yaml.tera: 22-23, 29-32
    -- exit 0
    ");
    assert_snapshot!(place.run(&["test", "preview", "--coverage", "--generate", "0", "--output", "json"]), @r#"
    $ goldpath test preview --coverage --generate 0 --output json
    {"apiVersion":"goldpath.dev/v1","kind":"TestReport","cases":[{"path":"preview","release":"1.0.0","case":"defaults","passed":true,"failures":[]},{"path":"preview","release":"1.0.0","case":"too-many","passed":true,"failures":[]}],"generated":[],"policies":[],"coverage":[{"name":"preview@1.0.0","lines":27,"reached":21,"files":[{"path":"golden-paths/preview/1.0.0/cluster/deployment.yaml.tera","lines":27,"reached":21,"missed":[22,23,29,30,31,32],"run":true}]}]}
    -- exit 0
    "#);
}

#[test]
fn a_line_that_only_includes_is_reached_like_any_other() {
    let place = Place::with("first-repository");
    let template = "golden-paths/preview/1.0.0/cluster/deployment.yaml.tera";
    place.write("golden-paths/_library/common/1.0.0/deployment.tera", &place.text(template));
    place.write(template, "{% include \"library/common/deployment.tera\" %}\n{% if spec.replicas > 99 %}{% include \"library/common/deployment.tera\" %}{% endif %}\n");
    let release = "golden-paths/preview/1.0.0/release.yaml";
    place.write(release, &place.text(release).replace("  serves: v1\n", "  serves: v1\n  libraries: {common: 1.0.0}\n"));
    assert_snapshot!(place.run(&["test", "--coverage", "--generate", "0"]), @r"
    $ goldpath test --coverage --generate 0
    ok      preview@1.0.0 defaults
    ok      preview@1.0.0 too-many

    2 passed

    lines that cases and tests reach, and those that they do not
    golden-paths/_library/common/1.0.0: 91 % of 23 lines
      golden-paths/_library/common/1.0.0/deployment.tera: 22-23
    preview@1.0.0: 50 % of 2 lines
      golden-paths/preview/1.0.0/cluster/deployment.yaml.tera: 2
    -- exit 0
    ");
}
