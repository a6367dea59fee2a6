//! What a terminal and a program get.

use super::fixture::{Story, path};
use super::{environment, staging};
use crate::model::{Code, Finding, Place, Span, Turn};
use crate::report::{change_terminal, changes_terminal, detail, diff_report_json, findings_terminal, summary, validate_json};

fn region() -> Finding {
    let file = path("requests/payments-team/payments-staging.yaml");
    let place = Place::new(file.clone(), Span { line: 3, column: 11, end_line: 3, end_column: 22 });
    Finding::error(Code::new("unknown-value"), place, "`spec.region` is `eu-centrl-1`, which is not one of the regions")
        .help("did you mean `eu-central-1`?")
        .related(Place::file(file), "the request")
}

#[test]
fn a_finding_points_at_its_place() {
    let source = "spec:\n  owner: payments-team\n  region: eu-centrl-1\n";
    let elsewhere = Finding::warning(Code::new("old"), Place::file(path("goldpath.yaml")), "this is old").turn(Turn::Platform);
    let text = findings_terminal(&[region(), elsewhere], |path| path.as_str().starts_with("requests").then(|| source.to_owned()), false);
    insta::assert_snapshot!(text, @r#"
error[unknown-value]

  × `spec.region` is `eu-centrl-1`, which is not one of the regions
   ╭─[requests/payments-team/payments-staging.yaml:3:11]
 2 │   owner: payments-team
 3 │   region: eu-centrl-1
   ·           ───────────
   ╰────
  help: did you mean `eu-central-1`?
        see requests/payments-team/payments-staging.yaml:1:1: the request

warning[old]

  ⚠ this is old
  help: this is for the platform team to mend
        at goldpath.yaml:1:1

1 error, 1 warning
"#);
}

#[test]
fn programs_get_flat_findings() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&validate_json(&[region()], 5)).unwrap(), @r#"
{
  "apiVersion": "goldpath.dev/v1",
  "kind": "ValidateReport",
  "findings": [
    {
      "severity": "error",
      "code": "unknown-value",
      "message": "`spec.region` is `eu-centrl-1`, which is not one of the regions",
      "help": "did you mean `eu-central-1`?",
      "turn": "requester",
      "path": "requests/payments-team/payments-staging.yaml",
      "line": 3,
      "column": 11,
      "endLine": 3,
      "endColumn": 22,
      "related": [
        {
          "path": "requests/payments-team/payments-staging.yaml",
          "line": 1,
          "column": 1,
          "message": "the request"
        }
      ]
    }
  ],
  "requests": 5
}
"#);
}

#[test]
fn the_diff_report_names_units_and_files() {
    let story = Story::new(&super::Tree::default(), &environment());
    let report = diff_report_json(&story.evaluation);
    assert_eq!((report["kind"].as_str(), report["units"].as_array().map(Vec::len)), (Some("DiffReport"), Some(2)));
    insta::assert_snapshot!(serde_json::to_string(&report["units"][1]["files"][0]).unwrap(), @r#"{"path":"main.tf","status":"added","template":"golden-paths/environment/1.1.0/dns/main.tf.tera","added":1,"removed":0,"diff":"+resource \"terraform_data\" \"dns\" {}\n"}"#);
}

#[test]
fn lists_say_what_to_do() {
    insta::assert_snapshot!(changes_terminal(&[]), @r#"No changes yet. Push a branch with a request, and it is listed here."#);
    insta::assert_snapshot!(changes_terminal(&[staging().with(summary)]), @r#"
pr-7  waiting    ask for a staging environment
                 1 request → 2 files to 2 targets: 2 added — waiting for the merge
"#);
    let text = change_terminal(&staging().with(|view| detail(view, Vec::new())));
    insta::assert_snapshot!(text.lines().take(6).collect::<Vec<_>>().join("\n"), @r#"
pr-7  waiting  ask for a staging environment
branch  payments
head    aaaaaaa
seen    2026-11-21 10:00:00 UTC

### 1 request → 2 files to 2 targets: 2 added — waiting for the merge
"#);
    let mut long = staging().with(|view| detail(view, Vec::new()));
    long.report = format!("{}the last line\n", "one of many lines\n".repeat(2_000));
    assert!(change_terminal(&long).ends_with("the last line\n"), "a report is shown as a whole");
}

#[test]
fn a_finding_in_an_endless_line_is_said_without_it() {
    let place = Place::new(path("a.yaml"), Span::point(1, 200_000));
    let finding = Finding::error(Code::new("out-of-range"), place, "this is too much");
    let shown = findings_terminal(&[finding], |_| Some("x".repeat(300_000)), false);
    insta::assert_snapshot!(shown, @"
    error[out-of-range]

      × this is too much
      help: at a.yaml:1:200000

    1 error
    ");
}
