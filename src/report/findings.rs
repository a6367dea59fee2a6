//! Findings as Markdown: one table per file, each at its line, with the next step.

use super::bounds::Bounds;
use super::text::{code, count, prose};
use super::view::View;
use crate::model::{Finding, RepoPath, Severity, Turn};
use std::collections::BTreeMap;

/// One block for each file, files with errors first.
pub(super) fn findings(view: &View<'_>, bounds: &Bounds) -> Vec<String> {
    let mut files: BTreeMap<(bool, &RepoPath), Vec<&Finding>> = BTreeMap::new();
    let all = view.findings();
    for finding in &all {
        let has_error = all.iter().any(|other| other.place.path == finding.place.path && other.is_error());
        files.entry((!has_error, &finding.place.path)).or_default().push(finding);
    }
    files.into_iter().map(|((_, path), findings)| file(view, path, &findings, bounds)).collect()
}

fn file(view: &View<'_>, path: &RepoPath, findings: &[&Finding], bounds: &Bounds) -> String {
    let mut table = super::table::Table::new([
        ("Line", super::table::Align::Left),
        ("", super::table::Align::Left),
        ("", super::table::Align::Left),
        ("", super::table::Align::Left),
    ]);
    for finding in findings {
        table.row([line(view, finding), severity(finding.severity).to_owned(), said(finding), next_step(view, finding)]);
    }
    format!("**{}**\n\n{}", code(path.as_str()), table.markdown(bounds.findings, bounds))
}

fn line(view: &View<'_>, finding: &Finding) -> String {
    let line = finding.place.span.line;
    view.address(finding.place.path.as_str(), line).map_or_else(|| line.to_string(), |address| format!("[{line}]({address})"))
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn said(finding: &Finding) -> String {
    let mut text = format!("{} ({})", prose(&finding.message), code(finding.code.as_str()));
    for related in finding.related.iter().take(3) {
        let at = format!("{}:{}", related.place.path, related.place.span.line);
        text += &format!("<br>{}: {}", code(&at), prose(&related.message));
    }
    if finding.related.len() > 3 {
        text += &format!("<br>… and {}", count(finding.related.len() - 3, "other place"));
    }
    text
}

/// The next step, and who takes it when it is not the requester.
fn next_step(view: &View<'_>, finding: &Finding) -> String {
    let help = prose(&finding.help);
    let owner = view.path_of(finding);
    let whose = match finding.turn {
        Turn::Requester => return help,
        Turn::PathOwner if finding.names_owner() => return help,
        Turn::PathOwner => {
            let team = owner.map_or_else(|| "the owner of the golden path".to_owned(), |path| format!("**{}**", path.owner));
            let channel = owner.and_then(|path| path.support.channel.as_deref()).map(|channel| format!(" in {}", code(channel)));
            format!("For {team}{}.", channel.unwrap_or_default())
        }
        Turn::Platform => "For the platform team.".to_owned(),
    };
    if help.is_empty() { whose } else { format!("{help}<br>{whose}") }
}
