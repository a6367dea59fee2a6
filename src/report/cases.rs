//! What the cases of golden paths and the tests of policies came to.

use super::json::{findings_json, report};
use super::text::{count, line};
use crate::cases::{Denied, Failure, Ran, Subject, Tried, Wrong};
use crate::model::{Finding, RepoPath};
use crate::policy::Tested;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Cases and tests as text: a line for each, what failed with its difference, and how many.
pub fn test_terminal(
    cases: &[Ran],
    tried: &[Tried],
    policies: &[Tested],
    source: impl Fn(&RepoPath) -> Option<String>,
    colour: bool,
) -> String {
    let mut text = String::new();
    for ran in cases {
        writeln!(text, "{}  {}", word(ran.passed()), case_name(ran)).expect("a string takes all");
    }
    for tried in tried {
        let all = format!("{} that fit, {} that do not", tried.valid, tried.refused);
        writeln!(text, "{}  {} made from its schema: {all}", word(tried.passed()), tried.release).expect("a string takes all");
    }
    for tested in policies {
        writeln!(text, "{}  {}", word(tested.failure.is_none()), policy_name(tested)).expect("a string takes all");
    }
    let failed_cases = cases.iter().filter(|ran| !ran.passed());
    for ran in failed_cases.clone() {
        write!(text, "\n{}\n", case_name(ran)).expect("a string takes all");
        for failure in &ran.failures {
            text += &indented(&said(failure, &source, colour));
        }
    }
    let failed_tries = tried.iter().filter(|tried| !tried.passed());
    for tried in failed_tries.clone() {
        write!(text, "\n{} made from its schema\n", tried.release).expect("a string takes all");
        for wrong in &tried.failures {
            text += &indented(&wrong_text(wrong));
        }
        for denied in &tried.denied {
            text += &indented(&denied_text(tried, denied));
        }
    }
    for tested in policies {
        if let Some(failure) = &tested.failure {
            write!(text, "\n{}\n  {}\n", policy_name(tested), line(failure)).expect("a string takes all");
        }
    }
    if failed_cases.clone().any(|ran| ran.expected.is_some()) {
        text +=
            "\nWhen what comes out now is right, `goldpath test --update` writes it; look at it with `git diff` before it is committed.\n";
    }
    let failed = failed_cases.count() + failed_tries.count() + policies.iter().filter(|tested| tested.failure.is_some()).count();
    let passed = cases.len() + tried.len() + policies.len() - failed;
    if !text.is_empty() {
        text.push('\n');
    }
    match (passed, failed) {
        (0, 0) => text += "nothing to test here: a case is a folder `tests/<case>/` of a release or a renderer, with a `request.yaml`\n",
        (passed, 0) => writeln!(text, "{passed} passed").expect("a string takes all"),
        (passed, failed) => writeln!(text, "{passed} passed, {failed} failed").expect("a string takes all"),
    }
    text
}

/// The same as one JSON object.
pub fn test_json(cases: &[Ran], tried: &[Tried], policies: &[Tested]) -> Value {
    let case = |ran: &Ran| {
        let failures: Vec<Value> = ran.failures.iter().map(failure_json).collect();
        let mut case = match &ran.case.subject {
            Subject::Release(release) => json!({ "path": release.path.as_str(), "release": release.version.to_string() }),
            Subject::Renderer(renderer) => json!({ "renderer": renderer.to_string() }),
        };
        case["case"] = json!(ran.case.name);
        case["passed"] = json!(ran.passed());
        case["failures"] = json!(failures);
        case
    };
    let policy = |tested: &Tested| json!({ "file": tested.file, "rule": tested.rule, "passed": tested.failure.is_none(), "message": tested.failure });
    let cases: Vec<Value> = cases.iter().map(case).collect();
    let policies: Vec<Value> = policies.iter().map(policy).collect();
    let generated: Vec<Value> = tried.iter().map(tried_json).collect();
    report("TestReport", json!({ "cases": cases, "generated": generated, "policies": policies }))
}

/// What `goldpath test --update` wrote.
pub fn updated_terminal(cases: &[String]) -> String {
    let names: Vec<String> = cases.iter().map(|name| line(name)).collect();
    format!("wrote what is expected of {}: {}", count(names.len(), "case"), names.join(", "))
}

fn word(passed: bool) -> &'static str {
    if passed { "ok    " } else { "FAILED" }
}

fn case_name(ran: &Ran) -> String {
    format!("{} {}", ran.case.subject, line(&ran.case.name))
}

fn policy_name(tested: &Tested) -> String {
    format!("{} {}", line(tested.file.as_str()), tested.rule).trim_end().to_owned()
}

fn indented(text: &str) -> String {
    let indent = |text: &str| if text.is_empty() { "\n".to_owned() } else { format!("  {text}\n") };
    text.lines().map(|text| indent(text.trim_end())).collect()
}

fn said(failure: &Failure, source: &impl Fn(&RepoPath) -> Option<String>, colour: bool) -> String {
    match failure {
        Failure::Broken { message } => line(message),
        Failure::NothingExpected => {
            "nothing says what is expected: `goldpath test --update` writes `expected/` from what is rendered now; or write `findings.yaml`, when it must be refused"
                .to_owned()
        }
        Failure::Missing { file } => format!("expected, but not rendered: {}", line(file)),
        Failure::Unexpected { file } => format!("rendered, but not expected: {}", line(file)),
        Failure::Differs { file, diff } => {
            let lines: Vec<String> = diff.lines().map(line).collect();
            format!("{} (- expected, + rendered)\n{}", line(file), lines.join("\n"))
        }
        Failure::Said(finding) => format!("not expected:\n{}", finding_text(finding, source, colour)),
        Failure::NotSaid { code, line: None } => format!("not said: {}", line(code)),
        Failure::NotSaid { code, line: Some(at) } => format!("not said: {} in line {at} of request.yaml", line(code)),
    }
}

/// What is wrong with a release, with the request that shows it.
fn wrong_text(wrong: &Wrong) -> String {
    let at = |finding: &Finding| format!("{}:{}:{}", line(finding.place.path.as_str()), finding.place.span.line, finding.place.span.column);
    match wrong {
        Wrong::Ended { finding } => format!("{} ({})\n{}", line(&finding.message), at(finding), line(&finding.help)),
        Wrong::Fails { request, finding } => {
            let at = at(finding);
            format!("a request fits the schema, and fails: {} ({at})\n{}\n{}", line(&finding.message), line(&finding.help), lines(request))
        }
        Wrong::Taken { request, how } => format!("a request does not fit, and is taken: {}\n{}", line(how), lines(request)),
        Wrong::NoneFits { finding: Some(finding) } => {
            format!("no request could be made that fits; the last one: {}", line(&finding.message))
        }
        Wrong::NoneToName { message } => format!("no request could be made: {}", line(message)),
        Wrong::NoneFits { finding: None } => "no request could be made that fits".to_owned(),
    }
}

/// What a policy of the organisation refuses of what a release can make, so that its requesters hear of it too late.
fn denied_text(tried: &Tried, denied: &Denied) -> String {
    let Denied { times, request, finding } = denied;
    let are = if *times == 1 { "is" } else { "are" };
    let of = count(tried.valid, "request");
    format!(
        "{times} of {of} that fit {are} refused by `{}`: {}\nSay it in `schema.json`, where whoever writes a request sees it at once; what no schema can say, refuse with a policy in `{}/policies/`\n{}",
        finding.code,
        line(&finding.message),
        tried.release.folder(),
        lines(request),
    )
}

fn lines(text: &str) -> String {
    text.lines().map(|text| format!("  {}\n", line(text))).collect()
}

fn tried_json(tried: &Tried) -> Value {
    let failures: Vec<Value> = tried
        .failures
        .iter()
        .map(|wrong| match wrong {
            Wrong::Ended { finding } => json!({ "kind": "ended", "finding": findings_json(&[(**finding).clone()])[0] }),
            Wrong::Fails { request, finding } => {
                json!({ "kind": "fails", "request": request, "finding": findings_json(&[(**finding).clone()])[0] })
            }
            Wrong::Taken { request, how } => json!({ "kind": "taken", "request": request, "message": how }),
            Wrong::NoneToName { message } => json!({ "kind": "none-to-name", "message": message }),
            Wrong::NoneFits { finding } => {
                json!({ "kind": "none-fits", "finding": finding.as_ref().map(|finding| findings_json(&[(**finding).clone()])[0].clone()) })
            }
        })
        .collect();
    let denied = |denied: &Denied| json!({ "times": denied.times, "request": denied.request, "finding": findings_json(&[(*denied.finding).clone()])[0] });
    json!({
        "path": tried.release.path.as_str(), "release": tried.release.version.to_string(), "valid": tried.valid, "refused": tried.refused,
        "passed": tried.passed(), "failures": failures, "denied": tried.denied.iter().map(denied).collect::<Vec<Value>>(),
    })
}

fn finding_text(finding: &Finding, source: &impl Fn(&RepoPath) -> Option<String>, colour: bool) -> String {
    let text = super::findings_terminal(std::slice::from_ref(finding), source, colour);
    let text = text.trim_end();
    text.rsplit_once("\n\n").map_or(text, |(text, _)| text).to_owned()
}

fn failure_json(failure: &Failure) -> Value {
    match failure {
        Failure::Broken { message } => json!({ "kind": "broken", "message": message }),
        Failure::NothingExpected => json!({ "kind": "nothing-expected" }),
        Failure::Missing { file } => json!({ "kind": "missing-file", "file": file }),
        Failure::Unexpected { file } => json!({ "kind": "unexpected-file", "file": file }),
        Failure::Differs { file, diff } => json!({ "kind": "different-file", "file": file, "diff": diff }),
        Failure::Said(finding) => json!({ "kind": "unexpected-finding", "finding": findings_json(&[(**finding).clone()])[0] }),
        Failure::NotSaid { code, line } => json!({ "kind": "missing-finding", "code": code, "line": line }),
    }
}
