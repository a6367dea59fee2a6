//! Why a unit looks as it does: what made it, who looked at it, and what would change it.

use super::json::{findings_json, report};
use super::text::{first_of, line, list};
use crate::model::{Exception, Finding, GoldenPath, Platform, ReleaseState, Request, Target, TargetKind, key_of};
use crate::policy::{Asked, End, Ends, Tally, Waived};
use crate::render::{Changing, Origin, RenderedFile, Traced, Unit};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The column behind which the places of lines do not stand in line any more.
const MOST_OF_A_LINE: usize = 80;

/// How many fields are named of which nothing is known.
const MOST_UNTRIED: usize = 3;

/// Everything that explains a unit.
pub struct Explanation<'a> {
    /// The unit.
    pub unit: &'a Unit,
    /// Its request.
    pub request: &'a Request,
    /// The golden path.
    pub path: &'a GoldenPath,
    /// Where it goes.
    pub target: &'a Target,
    /// What everything is part of.
    pub platform: &'a Platform,
    /// The request as its file says it, without defaults.
    pub written: Value,
    /// How the policies that looked ended.
    pub ends: Ends,
    /// Which they are.
    pub asked: Vec<&'a Asked>,
    /// What they said about the request, and what is wrong with it otherwise.
    pub findings: Vec<&'a Finding>,
    /// What exceptions waive of it.
    pub waived: Vec<&'a Waived>,
    /// What they will waive of it once they are on the default branch, which does not have them yet.
    pub later: Vec<&'a Waived>,
    /// The file that was asked about.
    pub file: Option<(&'a str, &'a RenderedFile)>,
    /// The lines of that file, each with where it came from.
    pub lines: Vec<Traced>,
    /// The line that was asked about.
    pub line: Option<Line>,
}

/// A line that was asked about.
pub struct Line {
    /// Its number, from 1.
    pub number: u32,
    /// The line of the template as it is written.
    pub source: String,
    /// What it changes with.
    pub changing: Changing,
}

impl Explanation<'_> {
    /// The release, and why it is this one.
    fn release(&self) -> String {
        let id = &self.unit.release;
        let serves = self.request.document.0.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
        let why = if self.request.pinned { "pinned by the request".to_owned() } else { format!("the current one for `{serves}`") };
        let state = match self.path.releases.get(&id.version) {
            Some(ReleaseState::Deprecated { until, replaced_by }) => {
                let until = until.as_ref().map(|until| format!(", to be left by {until}")).unwrap_or_default();
                let by = replaced_by.as_ref().map(|by| format!(", replaced by `{by}`")).unwrap_or_default();
                format!("; deprecated{until}{by}")
            }
            Some(ReleaseState::Retired { .. }) => "; retired".to_owned(),
            None => String::new(),
        };
        format!("`{id}`, {why}{state}")
    }

    /// What the request does not say and its schema fills in.
    fn defaults(&self) -> Vec<(String, &Value)> {
        let mut defaults = Vec::new();
        if let Some(filled) = self.request.document.0.get("spec") {
            filled_in(self.written.get("spec").unwrap_or(&Value::Null), filled, "spec", &mut defaults);
        }
        defaults
    }

    /// The exceptions that may waive something of it.
    fn exceptions(&self) -> Vec<&Exception> {
        let id = &self.request.id;
        let fits = |exception: &&Exception| exception.team == id.team && exception.request.as_ref().is_none_or(|request| request == id);
        self.platform.exceptions.iter().filter(fits).collect()
    }

    /// The files of the policies that look at it.
    fn policies(&self) -> Vec<&str> {
        let looks = self.platform.policies.iter().filter(|policy| policy.release.as_ref().is_none_or(|id| *id == self.unit.release));
        looks.map(|policy| policy.file.as_str()).collect()
    }
}

/// What stands in a document and not in the one that was written, the outermost of it.
fn filled_in<'v>(written: &Value, filled: &'v Value, at: &str, into: &mut Vec<(String, &'v Value)>) {
    match filled {
        Value::Object(map) => {
            for (key, value) in map {
                let at = format!("{at}.{key}");
                match written.get(key) {
                    Some(there) => filled_in(there, value, &at, into),
                    None => into.push((at, value)),
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                filled_in(written.get(index).unwrap_or(&Value::Null), value, &format!("{at}[{index}]"), into);
            }
        }
        _ => {}
    }
}

/// A JSON pointer as people write it: `spec.services[0].name`.
fn dotted(pointer: &str) -> String {
    let mut text = String::new();
    for part in pointer.split('/').skip(1) {
        let part = key_of(part);
        if part.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
            write!(text, "[{part}]").expect("a string takes all");
        } else {
            text = if text.is_empty() { part.into_owned() } else { format!("{text}.{part}") };
        }
    }
    line(&text)
}

/// The line that was asked about, with where it came from.
fn asked<'e>(it: &'e Explanation<'_>) -> Option<(&'e Line, &'e Traced)> {
    let line = it.line.as_ref()?;
    Some((line, it.lines.get(line.number as usize - 1)?))
}

/// The lines of the file that was asked about, when no single one was.
fn lines(it: &Explanation<'_>) -> Vec<String> {
    if it.line.is_some() {
        return Vec::new();
    }
    let width = it.lines.iter().map(|traced| traced.text.chars().count()).max().unwrap_or(0).min(MOST_OF_A_LINE);
    let one = |(number, traced): (usize, &Traced)| {
        let from = match &traced.origin {
            Origin::Template(place) => format!("{}:{}", place.path.file_name(), place.span.line),
            Origin::Goldpath => "goldpath".to_owned(),
        };
        format!("{number:4}  {:width$}  {from}", line(&traced.text))
    };
    (1..).zip(&it.lines).map(one).collect()
}

fn kind(target: &Target) -> &'static str {
    match target.kind {
        TargetKind::Terraform => "terraform",
        TargetKind::Directory => "directory",
    }
}

/// What a line changes with; that it is no field is only said when all were tried.
fn changes(Changing { fields, untried }: &Changing) -> String {
    let dotted = |pointers: &[String]| pointers.iter().map(|pointer| dotted(pointer)).collect::<Vec<String>>();
    match (fields.is_empty(), untried.is_empty()) {
        (false, _) => format!("with {}", list(&dotted(fields))),
        (true, true) => "with no field of the request".to_owned(),
        (true, false) => {
            let untried = first_of(dotted(untried), MOST_UNTRIED);
            format!("with no field of the request that was tried; what {untried} would change is not known")
        }
    }
}

/// Why it looks so, for a terminal.
pub fn explain_terminal(it: &Explanation<'_>) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: &str| writeln!(text, "{name:10} {value}").expect("a string takes all");
    if let Some((at, traced)) = asked(it) {
        let file = it.file.map_or("", |(file, _)| file);
        row("line", &format!("{file}:{}: {}", at.number, line(traced.text.trim())));
        match &traced.origin {
            Origin::Template(place) => {
                row("from", &format!("{}:{}", place.path, place.span.line));
                row("", &format!("  {}", line(at.source.trim())));
            }
            Origin::Goldpath => row("from", "goldpath itself: what it puts on everything, so that no template can forget it"),
        }
        row("changes", &changes(&at.changing));
        row("", "");
    }
    let support = it.path.support.channel.as_ref().map(|channel| format!(", {}", line(channel))).unwrap_or_default();
    row("unit", &it.unit.id.to_string());
    row("request", it.request.file.as_str());
    row("path", &format!("{} (`{}`), owner `{}`{support}", line(&it.path.title), it.path.name, it.path.owner));
    row("release", &it.release());
    let labels: Vec<String> = it.target.labels.iter().map(|(key, value)| format!("{}: {}", line(key), line(value))).collect();
    let labels = if labels.is_empty() { String::new() } else { format!(" with {}", list(&labels)) };
    row("target", &format!("`{}` ({}){labels}", it.target.name, kind(it.target)));
    row("renderer", &it.unit.renderer.to_string());
    let mut rest = String::new();
    for (title, rows) in [
        ("defaults that the request leaves as they are", defaults(it)),
        ("policies", policies(it)),
        ("files", files(it)),
        ("lines, each with where it came from", lines(it)),
        ("what would change it", reads(it)),
    ] {
        if !rows.is_empty() {
            writeln!(rest, "\n{title}").expect("a string takes all");
            rows.iter().for_each(|row| writeln!(rest, "  {row}").expect("a string takes all"));
        }
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect::<String>() + &rest
}

fn defaults(it: &Explanation<'_>) -> Vec<String> {
    it.defaults().iter().map(|(at, value)| format!("{}: {}", line(at), line(&value.to_string()))).collect()
}

fn policies(it: &Explanation<'_>) -> Vec<String> {
    let Tally { passed, warned, failed, waived } = Tally::of(&it.ends);
    let mut rows = vec![format!("{passed} passed, {warned} warned, {failed} failed, {waived} waived")];
    for Judged { asked, word, said } in judged(it) {
        rows.push(format!("{word:7} {}  {}", asked.policy, line(asked.file.as_str())));
        rows.extend(said.iter().map(|said| format!("        {}", line(said))));
    }
    let unit = format!("`{}`", it.unit.id);
    // what is said of another unit of the request is told there
    let told = |finding: &Finding| match finding.code.as_str().strip_prefix("policy/") {
        Some(policy) => it.asked.iter().any(|asked| asked.policy.as_str() == policy) || !finding.message.contains(&unit),
        None => it.asked.iter().any(|asked| is_of(finding, asked)),
    };
    let elsewhere = it.findings.iter().filter(|finding| !told(finding));
    let kind = |finding: &Finding| if finding.is_error() { "" } else { "warning: " };
    rows.extend(elsewhere.map(|finding| format!("{}{}: {}", kind(finding), finding.code, line(&finding.message))));
    let idle = it.exceptions().into_iter().filter(|exception| {
        let mut waives = it.waived.iter().chain(&it.later);
        !waives.any(|waived| waived.exception == exception.id)
    });
    rows.extend(idle.map(|exception| format!("`{}` waives nothing of it: {}", exception.id, exception.file)));
    rows
}

/// What one policy came to, with its words.
struct Judged<'a> {
    asked: &'a Asked,
    word: &'static str,
    said: Vec<String>,
}

/// What each policy came to.
fn judged<'a>(it: &'a Explanation<'_>) -> Vec<Judged<'a>> {
    let one = |asked: &&'a Asked| {
        let word = match it.ends.get(&asked.policy)? {
            End::Passed => "passed",
            End::Waived => "waived",
            End::Warned => "warned",
            End::Failed => "failed",
        };
        Some(Judged { asked, word, said: said(it, asked) })
    };
    it.asked.iter().filter_map(one).collect()
}

/// What a policy said of this unit; where it failed for another one before, that.
fn said(it: &Explanation<'_>, asked: &Asked) -> Vec<String> {
    let (code, unit) = (format!("policy/{}", asked.policy), format!("`{}`", it.unit.id));
    let of_policy = |finding: &&&Finding| finding.code.as_str() == code || is_of(finding, asked);
    let of_unit = it.findings.iter().filter(of_policy).filter(|finding| finding.message.contains(&unit));
    let (errors, warnings): (Vec<&Finding>, Vec<&Finding>) = of_unit.partition(|finding| finding.is_error());
    let unasked = it.ends.get(&asked.policy) == Some(&End::Failed) && errors.is_empty();
    let elsewhere = it.findings.iter().filter(|finding| unasked && finding.is_error() && is_of(finding, asked));
    let waived = it.waived.iter().filter(|waived| waived.policy == asked.policy);
    let waived = waived.map(|it| format!("waived by `{}` until {}: {}", it.exception, it.expires, it.message));
    let later = it.later.iter().filter(|later| later.policy == asked.policy);
    let later = later.map(|it| format!("not waived yet: `{}` counts once it is on the default branch", it.exception));
    let is_warned = it.ends.get(&asked.policy) == Some(&End::Warned);
    let warning = |finding: &Finding| if is_warned { finding.message.clone() } else { format!("warning: {}", finding.message) };
    let told = errors.iter().chain(elsewhere).map(|finding| finding.message.clone());
    let later: BTreeSet<String> = later.collect();
    told.chain(later).chain(warnings.into_iter().map(warning)).chain(waived).collect()
}

/// Whether something is wrong with a policy itself.
fn is_of(finding: &Finding, asked: &Asked) -> bool {
    finding.place.path == asked.file
}

fn files(it: &Explanation<'_>) -> Vec<String> {
    let all = it.unit.files.iter().filter(|(path, _)| it.file.is_none_or(|(file, _)| path.as_str() == file));
    all.map(|(path, file)| format!("{path}  from {}", file.template)).collect()
}

/// What its rendering read, and what a change of it does.
fn reads(it: &Explanation<'_>) -> Vec<String> {
    let what = |path: &str| {
        if path == it.request.file.as_str() {
            "the request: its fields, or a pin of another release"
        } else if path == "goldpath.yaml" {
            "`values`, which templates read as `platform.values`"
        } else if path.starts_with("golden-paths/") {
            "never changes; another release does, once it is the current one"
        } else if path.starts_with("renderers/") {
            "never changes; another version of it does, by another release"
        } else if path.starts_with("teams/") {
            "contact, cost centre and values of the team"
        } else if path.starts_with("schemas/") {
            "what the API takes of this kind of object: what is rendered is checked against it"
        } else if path.starts_with("requests/") {
            "another request, which this one names: what it exports"
        } else if path == "targets" {
            "the labels of all targets: its output chooses them by these"
        } else {
            "labels and values of the target"
        }
    };
    it.unit.reads.iter().map(|read| format!("{}: {}", read.path, what(read.path.as_str()))).collect()
}

/// Why it looks so, as one JSON object.
pub fn explain_json(it: &Explanation<'_>) -> Value {
    let defaults: Vec<Value> = it.defaults().iter().map(|(at, value)| json!({"field": at, "value": value})).collect();
    let files = it.unit.files.iter().filter(|(path, _)| it.file.is_none_or(|(file, _)| path.as_str() == file));
    let files: Vec<Value> = files.map(|(path, file)| json!({"path": path, "template": file.template, "digest": file.digest})).collect();
    let origin = |traced: &Traced| match &traced.origin {
        Origin::Template(place) => json!({"path": place.path, "line": place.span.line, "column": place.span.column}),
        Origin::Goldpath => Value::Null,
    };
    let lines: Vec<Value> = (1..)
        .zip(&it.lines)
        .map(|(number, traced): (u32, &Traced)| {
            json!({"line": number, "text": traced.text, "pointer": traced.pointer, "template": origin(traced)})
        })
        .collect();
    let of_line = asked(it).map(|(at, traced)| {
        json!({"line": at.number, "text": traced.text, "pointer": traced.pointer, "template": origin(traced), "source": at.source, "fields": at.changing.fields,
            "untried": at.changing.untried})
    });
    let waived = |waived: &[&Waived]| -> Vec<Value> {
        let one = |it: &&Waived| json!({"exception": it.exception, "policy": it.policy, "message": it.message, "expires": it.expires});
        waived.iter().map(one).collect()
    };
    let Tally { passed, warned, failed, waived: waivers } = Tally::of(&it.ends);
    let verdict = |it: Judged<'_>| json!({"policy": it.asked.policy, "file": it.asked.file, "verdict": it.word, "messages": it.said});
    let verdicts: Vec<Value> = judged(it).into_iter().map(verdict).collect();
    report(
        "ExplainReport",
        json!({
            "unit": it.unit.id,
            "request": {"path": it.request.file, "pinned": it.request.pinned},
            "release": {"id": it.unit.release.to_string(), "why": it.release()},
            "path": {"name": it.path.name, "owner": it.path.owner, "channel": it.path.support.channel},
            "target": {"name": it.target.name, "type": kind(it.target), "labels": it.target.labels},
            "renderer": it.unit.renderer.to_string(),
            "defaults": defaults,
            "policies": {"passed": passed, "warned": warned, "failed": failed, "waived": waivers, "files": it.policies(), "verdicts": verdicts},
            "findings": it.findings.iter().map(|finding| findings_json(std::slice::from_ref(*finding))[0].clone()).collect::<Vec<Value>>(),
            "waived": waived(&it.waived),
            "waivedLater": waived(&it.later),
            "exceptions": it.exceptions().iter().map(|it| it.file.as_str()).collect::<Vec<&str>>(),
            "files": files,
            "lines": lines,
            "line": of_line,
            "reads": it.unit.reads,
        }),
    )
}
