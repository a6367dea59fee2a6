//! Findings for other tools: SARIF for code scanning, commands of GitHub workflows.

use super::text::line;
use crate::model::{Digest, Explained, Finding, Place, Severity, Span, Turn};
use serde_json::{Value, json};
use std::fmt::Write as _;

const HOME: &str = "https://github.com/goldpath/goldpath";
const SARIF: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The code that stands for those of all policies.
const ANY_POLICY: &str = "policy/<id>";

/// Findings as a SARIF 2.1.0 log; `rules`: everything that could have been found.
pub fn sarif(findings: &[Finding], rules: &[&Explained]) -> Value {
    let mut ids: Vec<&str> = rules.iter().map(|rule| rule.code).filter(|code| *code != ANY_POLICY).collect();
    for finding in findings {
        if !ids.contains(&finding.code.as_str()) {
            ids.push(finding.code.as_str());
        }
    }
    let described: Vec<Value> = ids.iter().map(|id| rule(id, rules)).collect();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, &ids)).collect();
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

fn result(finding: &Finding, ids: &[&str]) -> Value {
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
    // the same mistake is the same alert when lines above it move
    let identity = Digest::of(format!("{code}\n{}\n{message}", place.path).as_bytes());
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
pub fn github(findings: &[Finding]) -> String {
    findings.iter().map(command).collect()
}

fn command(finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let Span { line: from, column, end_line, end_column } = finding.place.span;
    // columns count only within one line
    let end = if end_line == from && end_column > column { format!(",endColumn={end_column}") } else { String::new() };
    let (file, title) = (property(finding.place.path.as_str()), property(finding.code.as_str()));
    let message = data(&line(&sentences(&finding.message, &finding.help)));
    format!("::{word} file={file},line={from},endLine={end_line},col={column}{end},title={title}::{message}\n")
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
    use crate::model::{Code, RepoPath};

    fn hostile() -> Finding {
        let path = RepoPath::parse("requests/sre/50% a,b:c é.yaml").expect("a path");
        let place = Place::new(path, Span { line: 3, column: 5, end_line: 3, end_column: 9 });
        Finding::error(Code::policy("x"), place, "100%\r\n::error::run, `this`: no").help("Do\nthat.")
    }

    #[test]
    fn a_command_ends_where_its_line_ends() {
        let two = [hostile(), Finding::warning(Code::new("symlink"), Place::file(RepoPath::parse("a").expect("a path")), "x")];
        insta::assert_snapshot!(github(&two), @"
        ::error file=requests/sre/50%25 a%2Cb%3Ac é.yaml,line=3,endLine=3,col=5,endColumn=9,title=policy/x::100%25  ::error::run, `this`: no. Do that.
        ::warning file=a,line=1,endLine=1,col=1,title=symlink::x
        ");
    }

    #[test]
    fn a_path_is_an_address() {
        assert_eq!(address("requests/sre/50% a,b:c é.yaml"), "requests/sre/50%25%20a%2Cb%3Ac%20%C3%A9.yaml");
    }

    #[test]
    fn a_policy_has_a_rule_of_its_own() {
        let explained = Explained { code: ANY_POLICY, when: "A policy refuses.", before: &[], example: &[], fix: "Do what it says." };
        let log = sarif(&[hostile()], &[&explained]);
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][0]["id"], "policy/x");
        assert_eq!(log["runs"][0]["results"][0]["ruleIndex"], 0);
        let help = log["runs"][0]["tool"]["driver"]["rules"][0]["helpUri"].as_str().unwrap();
        insta::assert_snapshot!(help, @"https://github.com/goldpath/goldpath/blob/main/docs/findings.md#policyid");
    }
}
