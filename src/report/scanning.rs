//! Findings for other tools: SARIF for code scanning, commands of GitHub workflows.

use super::text::line;
use super::validated::Validated;
use crate::model::{Code, Digest, Explained, Finding, Place, RepoPath, Severity, Span, Turn};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const HOME: &str = "https://github.com/goldpath/goldpath";
const SARIF: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The code that stands for those of all policies.
const ANY_POLICY: &str = "policy/<id>";

/// Findings as a SARIF 2.1.0 log; `rules`: everything that could have been found.
pub fn sarif(validated: &Validated<'_>, rules: &[&Explained]) -> Value {
    let findings = validated.findings;
    let mut ids: Vec<&str> = rules.iter().map(|rule| rule.code).filter(|code| *code != ANY_POLICY).collect();
    for finding in findings {
        if !ids.contains(&finding.code.as_str()) {
            ids.push(finding.code.as_str());
        }
    }
    let described: Vec<Value> = ids.iter().map(|id| rule(id, rules)).collect();
    let mut said = Said::new();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, &ids, &mut said)).collect();
    let notes = validated.uncompared.map(|why| json!({"level": "warning", "message": {"text": why}}));
    json!({
        "$schema": SARIF,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "goldpath",
                "informationUri": HOME,
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": described,
            }},
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notes.into_iter().collect::<Vec<Value>>(),
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(id: &str, rules: &[&Explained]) -> Value {
    let known = rules.iter().find(|rule| rule.code == id).or_else(|| rules.iter().find(|rule| rule.code == ANY_POLICY));
    let (when, fix) = known.map_or(("", ""), |rule| (rule.when, rule.fix));
    let anchor: String = known.map_or(id, |rule| rule.code).chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let address = format!("{HOME}/blob/main/docs/findings.md#{anchor}");
    json!({
        "id": id,
        "shortDescription": {"text": if when.is_empty() { id } else { when }},
        "help": {"text": format!("{fix} See {address}"), "markdown": format!("{fix} [More]({address})")},
        "helpUri": address,
        "properties": {"tags": [if id.starts_with("policy/") { "policy" } else { "platform-repository" }]},
    })
}

/// How often the same was said of a file so far.
type Said<'a> = BTreeMap<(&'a Code, &'a RepoPath, &'a str), u32>;

/// The same mistake is the same alert when lines above it move; the second of its kind in a file is another one.
fn identity<'a>(finding: &'a Finding, said: &mut Said<'a>) -> Digest {
    let (code, path, message) = (&finding.code, &finding.place.path, finding.message.as_str());
    let before = said.entry((code, path, message)).or_default();
    let number = if *before == 0 { String::new() } else { format!("\n{before}") };
    *before += 1;
    Digest::of(format!("{code}\n{path}\n{message}{number}").as_bytes())
}

fn result<'a>(finding: &'a Finding, ids: &[&str], said: &mut Said<'a>) -> Value {
    let identity = identity(finding, said);
    let Finding { place, severity, code, message, help, turn, related } = finding;
    let level = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let turn = match turn {
        Turn::Requester => "requester",
        Turn::PathOwner => "path-owner",
        Turn::Platform => "platform",
    };
    let related = related.iter().enumerate().map(|(id, related)| {
        let mut at = location(&related.place);
        at["id"] = id.into();
        at["message"] = json!({"text": related.message});
        at
    });
    json!({
        "ruleId": code.as_str(),
        "ruleIndex": ids.iter().position(|id| *id == code.as_str()),
        "level": level,
        "message": {"text": sentences(message, help)},
        "locations": [location(place)],
        "relatedLocations": related.collect::<Vec<Value>>(),
        "partialFingerprints": {"goldpathFinding/v1": identity.hex()},
        "properties": {"turn": turn},
    })
}

/// What is wrong and what to do, as two sentences.
fn sentences(message: &str, help: &str) -> String {
    if help.is_empty() { message.to_owned() } else { format!("{message}. {help}") }
}

fn location(place: &Place) -> Value {
    let Span { line, column, end_line, end_column } = place.span;
    let mut region = json!({"startLine": line, "startColumn": column});
    if (end_line, end_column) > (line, column) {
        region["endLine"] = end_line.into();
        region["endColumn"] = end_column.into();
    }
    let artifact = json!({"uri": address(place.path.as_str()), "uriBaseId": "%SRCROOT%"});
    json!({"physicalLocation": {"artifactLocation": artifact, "region": region}})
}

/// A path as a relative URI.
fn address(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~' | b'@') {
            uri.push(char::from(byte));
        } else {
            write!(uri, "%{byte:02X}").expect("a string takes all");
        }
    }
    uri
}

/// Findings as commands that a workflow of GitHub turns into annotations, one a line.
pub fn github(validated: &Validated<'_>) -> String {
    let uncompared = validated.uncompared.map(|why| format!("::warning title=not-compared::{}\n", data(&line(why))));
    uncompared.into_iter().chain(validated.findings.iter().map(commands)).collect()
}

/// A finding where it stands; one that a request meets elsewhere also at the request, since a pull request shows the files that it changes.
fn commands(finding: &Finding) -> String {
    let is_request = |place: &Place| place.path.below("requests").is_some();
    let said = line(&sentences(&finding.message, &finding.help));
    let see = |place: &Place, message: &str| format!("\nSee {}:{}: {}", place.path, place.span.line, line(message));
    let related: String = finding.related.iter().map(|related| see(&related.place, &related.message)).collect();
    let mut text = command(finding, &finding.place, &(said.clone() + &related));
    for met in finding.related.iter().filter(|related| is_request(&related.place) && !is_request(&finding.place)) {
        text += &command(finding, &met.place, &(said.clone() + &see(&finding.place, &met.message)));
    }
    text
}

fn command(finding: &Finding, at: &Place, said: &str) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let Span { line: from, column, end_line, end_column } = at.span;
    // columns count only within one line
    let end = if end_line == from && end_column > column { format!(",endColumn={end_column}") } else { String::new() };
    let (file, title) = (property(at.path.as_str()), property(finding.code.as_str()));
    format!("::{word} file={file},line={from},endLine={end_line},col={column}{end},title={title}::{}\n", data(said))
}

/// The text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hostile() -> Finding {
        let path = RepoPath::parse("requests/sre/50% a,b:c é.yaml").expect("a path");
        let place = Place::new(path, Span { line: 3, column: 5, end_line: 3, end_column: 9 });
        Finding::error(Code::policy("x"), place, "100%\r\n::error::run, `this`: no").help("Do\nthat.")
    }

    fn found(findings: &[Finding]) -> Validated<'_> {
        Validated { findings, requests: 1, only: &[], elsewhere: 0, waived: &[], uncompared: None }
    }

    #[test]
    fn a_command_ends_where_its_line_ends() {
        let two = [hostile(), Finding::warning(Code::new("symlink"), Place::file(RepoPath::parse("a").expect("a path")), "x")];
        insta::assert_snapshot!(github(&Validated { uncompared: Some("no\nbranch"), ..found(&two) }), @"
        ::warning title=not-compared::no branch
        ::error file=requests/sre/50%25 a%2Cb%3Ac é.yaml,line=3,endLine=3,col=5,endColumn=9,title=policy/x::100%25  ::error::run, `this`: no. Do that.
        ::warning file=a,line=1,endLine=1,col=1,title=symlink::x
        ");
    }

    #[test]
    fn a_mistake_of_a_template_is_shown_at_the_request_that_meets_it() {
        let template = Place::file(RepoPath::parse("golden-paths/a/1.0.0/b/c.yaml.tera").expect("a path"));
        let finding = Finding::error(Code::new("template-error"), template, "`x` is undefined").related(hostile().place, "asked for\nhere");
        insta::assert_snapshot!(github(&found(&[finding])), @"
        ::error file=golden-paths/a/1.0.0/b/c.yaml.tera,line=1,endLine=1,col=1,title=template-error::`x` is undefined%0ASee requests/sre/50%25 a,b:c é.yaml:3: asked for here
        ::error file=requests/sre/50%25 a%2Cb%3Ac é.yaml,line=3,endLine=3,col=5,endColumn=9,title=template-error::`x` is undefined%0ASee golden-paths/a/1.0.0/b/c.yaml.tera:1: asked for here
        ");
    }

    #[test]
    fn the_same_said_twice_of_a_file_is_two_alerts() {
        let again = Finding { place: Place::new(hostile().place.path, Span::point(9, 1)), ..hostile() };
        let log = sarif(&found(&[hostile(), again]), &[]);
        let print = |number: usize| log["runs"][0]["results"][number]["partialFingerprints"]["goldpathFinding/v1"].clone();
        assert_ne!(print(0), print(1));
        let moved = Finding { place: Place::new(hostile().place.path, Span::point(7, 1)), ..hostile() };
        assert_eq!(sarif(&found(&[moved]), &[])["runs"][0]["results"][0]["partialFingerprints"]["goldpathFinding/v1"], print(0));
    }

    #[test]
    fn a_path_is_an_address() {
        assert_eq!(address("requests/sre/50% a,b:c é.yaml"), "requests/sre/50%25%20a%2Cb%3Ac%20%C3%A9.yaml");
    }

    #[test]
    fn a_policy_has_a_rule_of_its_own() {
        let explained = Explained { code: ANY_POLICY, when: "A policy refuses.", before: &[], example: &[], fix: "Do what it says." };
        let log = sarif(&found(&[hostile()]), &[&explained]);
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][0]["id"], "policy/x");
        assert_eq!(log["runs"][0]["results"][0]["ruleIndex"], 0);
        let help = log["runs"][0]["tool"]["driver"]["rules"][0]["helpUri"].as_str().unwrap();
        insta::assert_snapshot!(help, @"https://github.com/goldpath/goldpath/blob/main/docs/findings.md#policyid");
    }
}
