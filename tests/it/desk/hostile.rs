//! `goldpath test` in a checkout that somebody else wrote.

use super::place::Place;
use insta::assert_snapshot;
use serde_json::Value;

const TEMPLATE: &str = "golden-paths/preview/1.0.0/cluster/deployment.yaml.tera";

/// What came of each trial, in a line. Which of its limits a worker meets first is the machine's affair.
fn came(place: &Place) -> String {
    let shown = place.run(&["test", "--generate", "1", "--output", "json"]);
    let (_, rest) = shown.split_once('\n').expect("the call is a line");
    let (report, code) = rest.rsplit_once("\n-- ").expect("the code is a line");
    let report: Value = serde_json::from_str(report).unwrap_or_else(|error| panic!("{error}: {shown}"));
    let mut came = String::new();
    for (kind, name) in [("cases", "case"), ("generated", "release"), ("policies", "file")] {
        for trial in report[kind].as_array().expect("a list") {
            came += &format!("{kind} {}: {}\n", trial[name], trial["passed"]);
            let findings = trial["failures"].as_array().into_iter().flatten().map(|failure| &failure["finding"]);
            for finding in findings.filter(|finding| finding.is_object()) {
                came += &format!("  {}:{} {} {}\n", finding["path"], finding["line"], finding["code"], finding["message"]);
            }
            came += &trial["message"].as_str().map(|message| format!("  {message}\n")).unwrap_or_default();
        }
    }
    let limits = ["it took too much processor time", "it asked for more than 192 MiB of memory"];
    limits.iter().fold(came + code, |said, limit| said.replace(limit, "LIMIT")).replace('"', "")
}

#[test]
fn a_case_that_comes_to_no_end_is_told_at_its_line_and_the_rest_is_run() {
    let place = Place::with("first-repository");
    let doubles = "{% if metadata.name == \"boom\" %}{% set s = \"xxxxxxxxxxxxxxxx\" %}{% for n in range(end=60) %}\n{% set_global s = s ~ s %}{% endfor %}{% endif %}\n";
    place.write(TEMPLATE, &(place.text(TEMPLATE) + doubles));
    let case = "golden-paths/preview/1.0.0/tests";
    let request = place.text(&format!("{case}/defaults/request.yaml"));
    place.write(&format!("{case}/boom/request.yaml"), &request.replace("name: defaults", "name: boom"));
    place.write("policies/fine.rego", "package main\n\ndeny contains \"many\" if input.spec.replicas > 99\n");
    place.write("policies/fine_test.rego", "package main\n\ntest_it if count(deny) == 0 with input as {\"spec\": {\"replicas\": 9}}\n");
    assert_snapshot!(came(&place), @"
    cases boom: false
      golden-paths/preview/1.0.0/cluster/deployment.yaml.tera:29 worker-ended rendering `sample-team/boom/cluster@staging` with this file was ended here: LIMIT
    cases defaults: true
    cases too-many: true
    generated 1.0.0: true
    policies policies/fine_test.rego: true
    exit 1
    ");
}

#[test]
fn a_policy_that_comes_to_no_end_takes_only_its_own_tests_with_it() {
    let place = Place::with("first-repository");
    place.write("policies/grow.rego", &crate::worker::grows("input.kind == \"ConfigMap\""));
    place.write("policies/grow_test.rego", "package main\n\ntest_it if count(deny) == 0 with input as {\"kind\": \"ConfigMap\"}\n");
    assert_snapshot!(came(&place), @"
    cases defaults: true
    cases too-many: true
    generated 1.0.0: true
    policies policies/grow_test.rego: false
      policies/grow_test.rego:1: running these tests was ended: LIMIT
    exit 1
    ");
}

#[test]
fn a_schema_that_comes_to_no_end_takes_only_its_own_release_with_it() {
    let place = Place::with("first-repository");
    place.write("golden-paths/preview/1.0.0/schema.json", &crate::worker::doubled_schema());
    place.write("policies/fine_test.rego", "package main\n\ntest_it if true\n");
    assert_snapshot!(came(&place), @"
    cases defaults: false
      golden-paths/preview/1.0.0/schema.json:1 worker-ended holding `requests/sample-team/defaults.yaml` against this schema was ended: LIMIT
    cases too-many: false
      golden-paths/preview/1.0.0/schema.json:1 worker-ended holding `requests/sample-team/too-many.yaml` against this schema was ended: LIMIT
    generated 1.0.0: false
      golden-paths/preview/1.0.0/schema.json:1 worker-ended holding `requests/sample-team/sample.yaml` against this schema was ended: LIMIT
    policies policies/fine_test.rego: true
    exit 1
    ");
}
