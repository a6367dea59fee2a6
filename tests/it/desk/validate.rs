//! What `goldpath validate` tells other tools, and that every verb answers programs.

use super::place::Place;
use insta::assert_snapshot;
use serde_json::Value;

fn broken() -> Place {
    let place = Place::with("first-repository");
    place.swap("requests/platform/hello.yaml", "replicas: 2", "replica: 2\n  size: huge");
    place
}

/// The JSON that a call prints.
fn json(place: &Place, args: &[&str]) -> Value {
    let shown = place.run(args);
    let (_, rest) = shown.split_once('\n').expect("the call is a line");
    let (result, _) = rest.rsplit_once("\n-- ").expect("the code is a line");
    let result = result.split("\n-- stderr").next().unwrap_or_default();
    serde_json::from_str(result).unwrap_or_else(|error| panic!("{error}: {shown}"))
}

#[test]
fn a_workflow_gets_a_line_for_each_finding() {
    assert_snapshot!(broken().run(&["validate", "--output", "github"]), @r"
    $ goldpath validate --output github
    ::error file=requests/platform/hello.yaml,line=7,endLine=7,col=3,endColumn=10,title=unknown-field::`replica` is not a field of `spec`. Did you mean `replicas`?
    ::error file=requests/platform/hello.yaml,line=8,endLine=8,col=9,endColumn=13,title=not-one-of::`spec.size` must be one of `small` or `large`, is `huge`. How much each of them gets: small is 100m and 128Mi, large is 500m and 1Gi.
    1 request checked, the errors must be mended
    -- exit 1
    ");
}

#[test]
fn code_scanning_gets_a_log_that_names_its_rules() {
    let log = json(&broken(), &["validate", "--output", "sarif"]);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert!(rules.len() > 70, "{}", rules.len());
    let ids: std::collections::BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().expect("text")).collect();
    assert_eq!(ids.len(), rules.len(), "each rule once");
    let findings = std::fs::read_to_string(crate::example::folder("docs/findings.md")).expect("it is there");
    for rule in rules {
        let text = |pointer: &str| rule.pointer(pointer).and_then(Value::as_str).expect("text").to_owned();
        assert!(!text("/shortDescription/text").is_empty() && !text("/help/text").is_empty(), "{rule}");
        assert!(findings.contains(&format!("### `{}`", text("/id"))), "{rule}");
    }
    for result in run["results"].as_array().expect("results") {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().expect("a number")).expect("small")];
        assert_eq!(rule["id"], result["ruleId"]);
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert!(region["startLine"].as_u64() >= Some(1) && region["startColumn"].as_u64() >= Some(1), "{result}");
    }
}

#[test]
fn a_result_of_code_scanning_has_its_place_and_its_next_step() {
    let log = json(&broken(), &["validate", "--output", "sarif"]);
    assert_snapshot!(format!("{:#}", log["runs"][0]["results"]), @r#"
    [
      {
        "ruleId": "unknown-field",
        "ruleIndex": 23,
        "level": "error",
        "message": {
          "text": "`replica` is not a field of `spec`. Did you mean `replicas`?"
        },
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "requests/platform/hello.yaml",
                "uriBaseId": "%SRCROOT%"
              },
              "region": {
                "startLine": 7,
                "startColumn": 3,
                "endLine": 7,
                "endColumn": 10
              }
            }
          }
        ],
        "relatedLocations": [],
        "partialFingerprints": {
          "goldpathFinding/v1": "9c47de851b57c6b997adf3cfc4815dc85b6e8935a3e8b2f93501f64ef531a238"
        },
        "properties": {
          "turn": "requester"
        }
      },
      {
        "ruleId": "not-one-of",
        "ruleIndex": 26,
        "level": "error",
        "message": {
          "text": "`spec.size` must be one of `small` or `large`, is `huge`. How much each of them gets: small is 100m and 128Mi, large is 500m and 1Gi."
        },
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "requests/platform/hello.yaml",
                "uriBaseId": "%SRCROOT%"
              },
              "region": {
                "startLine": 8,
                "startColumn": 9,
                "endLine": 8,
                "endColumn": 13
              }
            }
          }
        ],
        "relatedLocations": [],
        "partialFingerprints": {
          "goldpathFinding/v1": "55815601ec9d3a9363705563b172f2a7b7d9be3975c4f5abc7bc12ade97f7e0f"
        },
        "properties": {
          "turn": "requester"
        }
      }
    ]
    "#);
}

#[test]
fn a_format_is_of_the_verb_that_writes_it() {
    let place = Place::with("first-repository");
    let calls: [&[&str]; 3] =
        [&["render", "--output", "sarif"], &["test", "--output", "github"], &["new", "preview", "x", "--output", "json"]];
    let said: String = calls.iter().map(|args| place.run(args)).collect();
    assert_snapshot!(said, @r#"
    $ goldpath render --output sarif
    -- stderr
    error: `--output sarif` is for `goldpath validate` alone
      hint: use `--output text` or `--output json`
    -- exit 2
    $ goldpath test --output github
    -- stderr
    error: `--output github` is for `goldpath validate` alone
      hint: use `--output text` or `--output json`
    -- exit 2
    $ goldpath new preview x --output json
    {"apiVersion":"goldpath.dev/v1","kind":"NewReport","file":"requests/platform/x.yaml","path":"preview","release":"1.0.0"}
    -- exit 0
    "#);
}

#[test]
fn every_verb_that_answers_gives_one_object_with_its_kind() {
    let place = Place::with("first-repository");
    let unit = "platform/hello/cluster@staging";
    for (args, kind, field) in [
        (&["validate"][..], "ValidateReport", "findings"),
        (&["render"], "RenderReport", "units"),
        (&["test"], "TestReport", "cases"),
        (&["schema"], "SchemaReport", "kinds"),
        (&["schema", "Team"], "SchemaReport", "kinds"),
        (&["explain", unit], "ExplainReport", "reads"),
    ] {
        let args: Vec<&str> = args.iter().copied().chain(["--output", "json"]).collect();
        let value = json(&place, &args);
        assert_eq!((&value["apiVersion"], &value["kind"]), (&"goldpath.dev/v1".into(), &kind.into()), "{args:?}");
        assert!(value[field].as_array().is_some_and(|all| !all.is_empty() || field == "findings"), "{value}");
    }
}

#[test]
fn what_a_branch_lets_into_a_target_does_not_go_there_yet() {
    let place = Place::with("first-repository");
    place.swap("targets/staging.yaml", "  connection: staging\n", "  connection: staging\n  allow: {teams: [shop]}\n");
    place.write(
        "teams/shop.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: shop}\nspec: {title: Shop, members: {users: [bob]}}\n",
    );
    let request = std::fs::read_to_string(place.path("requests/platform/hello.yaml")).expect("it is there");
    std::fs::remove_file(place.path("requests/platform/hello.yaml")).expect("it was there");
    place.git("", &["init", "--quiet", "--initial-branch", "main"]);
    place.commit("", "The platform");
    place.git("", &["checkout", "--quiet", "-b", "open"]);
    place.swap("targets/staging.yaml", "[shop]", "[shop, platform]");
    place.write("requests/platform/hello.yaml", &request);
    assert_snapshot!(place.run(&["validate"]), @"
    $ goldpath validate
    error[target-widened]

      × `staging` takes the team `platform` only with this change, and `platform/hello/cluster@staging` goes there already
        ╭─[targets/staging.yaml:10:18]
      9 │   connection: staging
     10 │   allow: {teams: [shop, platform]}
        ·                  ────────────────
     11 │   values:
        ╰────
      help: Merge what `targets/staging.yaml` allows first: it counts from the next change on.
            see requests/platform/hello.yaml:1:1: goes there

    1 error
    1 request checked, the errors must be mended
    -- exit 1
    ");
}

#[test]
fn policies_and_exceptions_of_a_branch_do_not_judge_it() {
    let place = Place::with_exception("package main\n\ndeny contains \"too many\" if input.spec.replicas > 2\n");
    assert_snapshot!(place.run(&["validate"]), @"
    $ goldpath validate
    error[policy/few]

      × too many (Deployment `hello` in `platform/hello/cluster@staging`)
       ╭─[requests/platform/hello.yaml:5:1]
     4 │   name: hello
     5 │ spec:
       · ────
     6 │   image: shop/hello:1.0.0
       ╰────
      help: The policies and exceptions of the default branch judge this change: those that it brings count from then on.
            `more` waives this once it is there. The policy `few` belongs to `platform`: change the request, or ask them
            in #platform-help for an exception.

    1 error
    1 request checked, the errors must be mended
    -- exit 1
    ");
    std::fs::remove_file(place.path("policies/few.rego")).expect("it was there");
    std::fs::remove_file(place.path("exceptions/platform/more.yaml")).expect("it was there");
    assert_snapshot!(place.run(&["validate"]), @r"
    $ goldpath validate
    error[policy/few]

      × too many (Deployment `hello` in `platform/hello/cluster@staging`)
       ╭─[requests/platform/hello.yaml:5:1]
     4 │   name: hello
     5 │ spec:
       · ────
     6 │   image: shop/hello:1.0.0
       ╰────
      help: The policies and exceptions of the default branch judge this change: those that it brings count from then on.
            The policy `few` belongs to `platform`: change the request, or ask them in #platform-help for an exception.

    1 error
    1 request checked, the errors must be mended
    -- exit 1
    ");
    place.commit("", "No policy");
    place.git("", &["checkout", "--quiet", "main"]);
    place.write(
        "exceptions/platform/more.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Exception\nmetadata: {name: more}\nspec: {policy: few, reason: a test of the load, expires: 2999-12-31}\n",
    );
    place.commit("", "An exception");
    place.swap("requests/platform/hello.yaml", "replicas: 2", "replicas: 3");
    assert_snapshot!(place.run(&["validate"]), @r"
    $ goldpath validate
    1 request checked, nothing to mend; waived: few by more until 2999-12-31
    -- exit 0
    ");
}

#[test]
fn what_a_branch_only_warns_of_any_more_is_refused_by_its_pull_request() {
    let place = Place::with("first-repository");
    place.write("policies/few.rego", "package main\n\ndeny contains \"too many\" if input.spec.replicas > 2\n");
    place.git("", &["init", "--quiet", "--initial-branch", "main"]);
    place.commit("", "The platform");
    place.swap("policies/few.rego", "deny", "warn");
    place.swap("requests/platform/hello.yaml", "replicas: 2", "replicas: 3");
    assert_snapshot!(place.run(&["validate"]), @r"
    $ goldpath validate
    error[policy/few]

      × too many (Deployment `hello` in `platform/hello/cluster@staging`)
       ╭─[requests/platform/hello.yaml:5:1]
     4 │   name: hello
     5 │ spec:
       · ────
     6 │   image: shop/hello:1.0.0
       ╰────
      help: The policies and exceptions of the default branch judge this change: those that it brings count from then on.
            The policy `few` belongs to `platform`: change the request, or ask them in #platform-help for an exception.

    1 error
    1 request checked, the errors must be mended
    -- exit 1
    ");
    // what both say in the same words is said once
    place.swap("policies/few.rego", "warn", "violation");
    assert_snapshot!(place.run(&["validate"]), @r"
    $ goldpath validate
    error[policy/few]

      × too many (Deployment `hello` in `platform/hello/cluster@staging`)
       ╭─[requests/platform/hello.yaml:5:1]
     4 │   name: hello
     5 │ spec:
       · ────
     6 │   image: shop/hello:1.0.0
       ╰────
      help: The policy `few` belongs to `platform`: change the request, or ask them in #platform-help for an exception.

    1 error
    1 request checked, the errors must be mended
    -- exit 1
    ");
    place.swap("policies/few.rego", "too many", "more than 2 are too many");
    assert_snapshot!(place.run(&["validate"]), @r"
    $ goldpath validate
    error[policy/few]

      × more than 2 are too many (Deployment `hello` in `platform/hello/cluster@staging`)
       ╭─[requests/platform/hello.yaml:5:1]
     4 │   name: hello
     5 │ spec:
       · ────
     6 │   image: shop/hello:1.0.0
       ╰────
      help: The policy `few` belongs to `platform`: change the request, or ask them in #platform-help for an exception.

    error[policy/few]

      × too many (Deployment `hello` in `platform/hello/cluster@staging`)
       ╭─[requests/platform/hello.yaml:5:1]
     4 │   name: hello
     5 │ spec:
       · ────
     6 │   image: shop/hello:1.0.0
       ╰────
      help: The policies and exceptions of the default branch judge this change: those that it brings count from then on.
            The policy `few` belongs to `platform`: change the request, or ask them in #platform-help for an exception.

    2 errors
    1 request checked, the errors must be mended
    -- exit 1
    ");
}
