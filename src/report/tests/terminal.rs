//! What a terminal and a program get.

use super::fixture::{Story, path};
use super::{environment, staging};
use crate::model::{Code, Finding, Place, Span, Turn};
use crate::report::{Validated, change_terminal, changes_terminal, detail, diff_report_json, findings_terminal, summary, validate_json};

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
    let findings = [region()];
    let validated = Validated { findings: &findings, requests: 5, only: &[], elsewhere: 2, waived: &[], uncompared: Some("why") };
    insta::assert_snapshot!(serde_json::to_string_pretty(&validate_json(&validated)).unwrap(), @r#"
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
      "requests": 5,
      "elsewhere": 2,
      "waived": [],
      "notCompared": "why"
    }
    "#);
}

#[test]
fn the_diff_report_names_units_and_files() {
    let story = Story::new(&super::Tree::default(), &environment());
    let report = story.with(diff_report_json);
    assert_eq!((report["kind"].as_str(), report["units"].as_array().map(Vec::len)), (Some("DiffReport"), Some(2)));
    insta::assert_snapshot!(serde_json::to_string(&report["units"][1]["files"][0]).unwrap(), @r#"{"path":"main.tf","status":"added","about":"new-objects","template":"golden-paths/environment/1.1.0/dns/main.tf.tera","added":1,"removed":0,"diff":"+resource \"terraform_data\" \"dns\" {}\n"}"#);
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

/// A finding at a place, in a file with this text.
fn drawn(text: &str, span: (u32, u32, u32, u32)) -> String {
    let span = Span { line: span.0, column: span.1, end_line: span.2, end_column: span.3 };
    let finding = Finding::error(Code::new("some-code"), Place::new(path("a.yaml"), span), "this is wrong");
    findings_terminal(&[finding], |_| Some(text.to_owned()), false)
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let text = format!("before: {}\nlong: {}HERE{}\nshort: 1\n", "b".repeat(200), "x".repeat(300), "y".repeat(300));
    let all = [
        drawn(&text, (2, 307, 2, 311)),
        drawn(&text, (2, 1, 2, 5)),
        drawn(&text, (2, 7, 2, 611)),
        drawn(&"x".repeat(300_000), (1, 200_000, 1, 200_000)),
    ];
    insta::assert_snapshot!(all.concat(), @r#"
    error[some-code]

      × this is wrong
       ╭─[a.yaml:2:307]
     1 │ …
     2 │ …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxHEREyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
       ·                                                   ────
     3 │ …
       ╰────

    1 error
    error[some-code]

      × this is wrong
       ╭─[a.yaml:2:1]
     1 │ before: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…
     2 │ long: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
       · ────
     3 │ short: 1
       ╰────

    1 error
    error[some-code]

      × this is wrong
       ╭─[a.yaml:2:7]
     1 │ before: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…
     2 │ long: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
       ·       ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
     3 │ short: 1
       ╰────

    1 error
    error[some-code]

      × this is wrong
       ╭─[a.yaml:1:200000]
     1 │ …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
       ·                                                   ─
       ╰────

    1 error
    "#);
}

#[test]
fn marks_stand_below_tabs_and_wide_characters() {
    let all = [
        drawn("a:\tb:\tc\n", (1, 7, 1, 8)),
        drawn("\u{65e5}\u{672c}: \u{8a9e} # \u{1f600} x\n", (1, 5, 1, 6)),
        drawn("e\u{301}\u{1f469}\u{200d}\u{1f4bb}: wrong\r\nb: 1\r\n", (1, 8, 1, 13)),
        drawn("a: 1\n", (1, 4, 1, 9)),
        drawn("a: 1", (1, 5, 1, 5)),
        drawn("a: 1\n", (7, 1, 7, 1)),
    ];
    insta::assert_snapshot!(all.concat(), @r#"
    error[some-code]

      × this is wrong
       ╭─[a.yaml:1:7]
     1 │ a: b: c
       ·       ─
       ╰────

    1 error
    error[some-code]

      × this is wrong
       ╭─[a.yaml:1:5]
     1 │ 日本: 語 # 😀 x
       ·       ──
       ╰────

    1 error
    error[some-code]

      × this is wrong
       ╭─[a.yaml:1:8]
     1 │ é👩�💻: wrong
       ·         ─────
     2 │ b: 1
       ╰────

    1 error
    error[some-code]

      × this is wrong
       ╭─[a.yaml:1:4]
     1 │ a: 1
       ·    ─
       ╰────

    1 error
    error[some-code]

      × this is wrong
       ╭─[a.yaml:1:5]
     1 │ a: 1
       ·     ─
       ╰────

    1 error
    error[some-code]

      × this is wrong
      help: at a.yaml:7:1

    1 error
    "#);
}

#[test]
fn spans_over_several_lines_are_marked_as_far_as_they_help() {
    let all = [drawn("a: |\n  one\n  two\nb: 1\n", (1, 4, 3, 6)), drawn(&"- x\n".repeat(30), (2, 1, 20, 4))];
    insta::assert_snapshot!(all.concat(), @r#"
    error[some-code]

      × this is wrong
       ╭─[a.yaml:1:4]
     1 │ ╭─▶ a: |
     2 │ │     one
     3 │ ╰─▶   two
     4 │     b: 1
       ╰────

    1 error
    error[some-code]

      × this is wrong
       ╭─[a.yaml:2:1]
     1 │ - x
     2 │ - x
       · ───
     3 │ - x
       ╰────

    1 error
    "#);
}

#[test]
fn related_places_nearby_are_shown_and_others_are_told_of() {
    let place = |line, column, end_column| Place::new(path("a.yaml"), Span { line, column, end_line: line, end_column });
    let finding = Finding::error(Code::new("yaml-duplicate-key"), place(3, 1, 2), "`a` is given twice in the same object")
        .help("Keep one of the two.")
        .related(place(1, 1, 2), "given here before")
        .related(place(30, 1, 2), "and far away")
        .related(Place::new(path("b.yaml"), Span::point(2, 1)), "and elsewhere");
    let text = "a: 1\nb: 2\na: 3\n".to_owned() + &"# more\n".repeat(40);
    insta::assert_snapshot!(findings_terminal(&[finding], |_| Some(text.clone()), false), @r#"
    error[yaml-duplicate-key]

      × `a` is given twice in the same object
       ╭─[a.yaml:3:1]
     1 │ a: 1
       · ┬
       · ╰── given here before
     2 │ b: 2
     3 │ a: 3
       · ─
     4 │ # more
       ╰────
      help: Keep one of the two.
            see a.yaml:30:1: and far away
            see b.yaml:2:1: and elsewhere

    1 error
    "#);
}

#[test]
fn colour_is_for_terminals_only() {
    let finding = region();
    let text = |colour| findings_terminal(std::slice::from_ref(&finding), |_| Some("a\nb\n  region: eu-centrl-1\n".to_owned()), colour);
    assert!(!text(false).contains('\u{1b}'));
    assert!(text(true).contains('\u{1b}'));
}
