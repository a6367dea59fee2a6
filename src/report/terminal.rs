//! Text for a terminal: what others wrote cannot steer it.

use super::desk::moment;
use super::excerpt::{Excerpt, is_near};
use super::summary::{DaemonStatus, Detail, Everything, HoldSummary, Summary, TargetStatus};
use super::text::{count, every_line, line, lines, part};
use crate::model::{Finding, Related, RepoPath, Severity, Turn};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use std::fmt::{self, Write as _};

const WIDTH: usize = 120;

/// A finding as miette draws it.
struct Drawn {
    finding: Finding,
    excerpt: Option<Excerpt>,
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.finding.code.as_str())
    }
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&line(&self.finding.message))
    }
}

impl std::error::Error for Drawn {}

impl Diagnostic for Drawn {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let word = match self.finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        Some(Box::new(format!("{word}[{}]", line(self.finding.code.as_str()))))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let mut parts = Vec::new();
        if !self.finding.help.is_empty() {
            parts.push(line(&self.finding.help));
        }
        parts.extend(whose(&self.finding).map(str::to_owned));
        if self.excerpt.is_none() {
            parts.push(format!("at {}", at(&self.finding.place.path, self.finding.place.span.line, self.finding.place.span.column)));
        }
        let near = |related: &&Related| self.excerpt.is_some() && is_near(&self.finding, related.place.span, &related.place.path);
        for related in self.finding.related.iter().filter(|related| !near(related)) {
            let place = at(&related.place.path, related.place.span.line, related.place.span.column);
            parts.push(format!("see {place}: {}", line(&related.message)));
        }
        (!parts.is_empty()).then(|| Box::new(parts.join("\n")) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.as_ref()?.labels()))
    }
}

fn at(path: &RepoPath, line: u32, column: u32) -> String {
    format!("{path}:{line}:{column}")
}

fn whose(finding: &Finding) -> Option<&'static str> {
    match finding.turn {
        Turn::Requester => None,
        Turn::PathOwner if finding.names_owner() => None,
        Turn::PathOwner => Some("this is for the owner of the golden path to mend"),
        Turn::Platform => Some("this is for the platform team to mend"),
    }
}

/// Findings with their source lines; `source` gives the text of a file, where it can be had.
pub fn findings_terminal(findings: &[Finding], source: impl Fn(&RepoPath) -> Option<String>, colour: bool) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(WIDTH).with_context_lines(1);
    let mut text = String::new();
    for finding in findings {
        let excerpt = source(&finding.place.path).and_then(|source| Excerpt::of(finding, &source));
        let drawn = Drawn { finding: finding.clone(), excerpt };
        if handler.render_report(&mut text, &drawn).is_err() {
            // a place that is not in the source any more: said without it
            let plain = Drawn { excerpt: None, ..drawn };
            handler.render_report(&mut text, &plain).expect("a string takes all");
        }
        text.push('\n');
    }
    text + &totals(findings)
}

/// "2 errors, 1 warning".
fn totals(findings: &[Finding]) -> String {
    let kinds = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let number = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let said: Vec<String> = kinds.iter().filter(|(s, _)| number(*s) > 0).map(|(s, word)| count(number(*s), word)).collect();
    if said.is_empty() { String::new() } else { format!("{}\n", said.join(", ")) }
}

/// A list of changes.
pub fn changes_terminal(changes: &[Summary]) -> String {
    if changes.is_empty() {
        return "No changes yet. Push a branch with a request, and it is listed here.\n".to_owned();
    }
    let width = changes.iter().map(|change| change.id.as_str().len()).max().unwrap_or_default();
    let mut text = String::new();
    for change in changes {
        writeln!(text, "{:width$}  {:9}  {}", change.id.as_str(), change.state, line(&change.title)).expect("a string takes all");
        writeln!(text, "{:width$}             {}", "", line(&change.line)).expect("a string takes all");
        holds(&mut text, &change.holds, &format!("{:width$}             ", ""), change.id.as_str());
    }
    text
}

fn holds(text: &mut String, holds: &[HoldSummary], indent: &str, id: &str) {
    for hold in holds {
        let (reason, from, refused, hold) = (line(&hold.reason), line(&hold.from), hold.refused(), line(&hold.id));
        let how = refused.map_or_else(|| format!("{from} types `goldpath change approve {id} {hold}`"), |what| format!("until {what}"));
        writeln!(text, "{indent}held: {reason}; {how}").expect("a string takes all");
    }
}

/// One change in full.
pub fn change_terminal(change: &Detail) -> String {
    let summary = &change.summary;
    let mut text = format!("{}  {}  {}\n", summary.id, summary.state, line(&summary.title));
    for (name, value) in [
        ("branch", summary.branch.clone()),
        ("head", summary.head.as_ref().map(|head| head.short().to_owned())),
        ("landed", summary.landed.as_ref().map(|landed| landed.short().to_owned())),
        ("seen", Some(moment(summary.seen))),
    ] {
        if let Some(value) = value {
            writeln!(text, "{name:8}{}", line(&value)).expect("a string takes all");
        }
    }
    holds(&mut text, &summary.holds, "", summary.id.as_str());
    text.push('\n');
    // the report's own symbols; what others wrote has no such character any more
    text += &every_line(&change.report.replace('\u{fe0f}', ""));
    for remark in &change.remarks {
        write!(text, "\n{} at {}:\n{}", line(&remark.author), moment(remark.at), lines(&remark.text, 200)).expect("a string takes all");
    }
    text
}

/// One change with what its comment leaves out.
pub fn change_in_full(change: &Detail) -> String {
    let text = change_terminal(change);
    match change.everything() {
        Some(Everything::Shown(all)) => {
            let all: String = all.lines().map(|one| part(one, 0, usize::MAX) + "\n").collect();
            format!("{text}\nEverything that changes:\n{all}")
        }
        Some(Everything::Forgotten { .. }) => {
            format!(
                "{text}\nWhat the comment leaves out is not kept any longer than the daemon runs; in a clone `goldpath diff` shows it.\n"
            )
        }
        Some(Everything::Said) | None => text,
    }
}

/// How the daemon is.
pub fn status_terminal(status: &DaemonStatus) -> String {
    let commit = |commit: &Option<crate::model::CommitId>| commit.as_ref().map_or("nothing yet".to_owned(), |id| id.short().to_owned());
    let mut text = format!("goldpath {} watches {} ({})\n", line(&status.version), line(&status.repository), line(&status.branch));
    writeln!(text, "tip {}, accepted {}", commit(&status.tip), commit(&status.accepted)).expect("a string takes all");
    if status.rewound {
        let (branch, tip) = (line(&status.branch), commit(&status.tip));
        writeln!(text, "rewound: {branch} no longer holds {tip}, so nothing lands until it does again: push {tip} back to it")
            .expect("a string takes all");
    }
    if !status.sandbox_lacks.is_empty() {
        let lacks: Vec<String> = status.sandbox_lacks.iter().map(|lack| line(lack)).collect();
        let limits = "what pull requests bring is rendered with limits on memory and time alone";
        writeln!(text, "sandbox: {}: {limits}", lacks.join("; ")).expect("a string takes all");
    }
    let held =
        if status.held > 0 { format!(", {} held: `goldpath change list` says what clears them", status.held) } else { String::new() };
    writeln!(text, "{} open{held}", count(status.open, "change")).expect("a string takes all");
    for target in &status.targets {
        let TargetStatus { target, applied, queued, failed, held } = target;
        let parts = [(*queued, "queued"), (*failed, "failed"), (*held, "held")];
        let more: String = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!(", {n} {word}")).collect();
        writeln!(text, "  {target}: {} applied{more}", count(*applied, "unit")).expect("a string takes all");
    }
    text
}
