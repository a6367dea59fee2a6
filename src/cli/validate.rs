//! `goldpath validate [--repo DIR] [--base REV] [FILE or DIR …]`

use super::about::{self, Parted};
use super::compared::{self, Compared};
use super::{Ended, Output, colour, named, place, print, say};
use crate::diff::{Source, between};
use crate::error::Error;
use crate::model::{Explained, Finding, RepoPath};
use crate::policy::{self, Waived};
use crate::report::{self, Validated};
use crate::snapshot::Snapshot;
use crate::worker::{Asked, Evaluated, Wanted, Wants};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The platform repository; the one around the first file, or this folder, when left out
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Compare with this commit instead of the merge base with the default branch
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Only the findings of these files and folders
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    let root = root(args)?;
    let only = args.files.iter().map(|file| only(&root, file)).collect::<Result<Vec<_>, _>>()?;
    // the root itself is everything
    let files: Option<Vec<RepoPath>> = if only.is_empty() { None } else { only.iter().cloned().collect() };
    let mut compared = None;
    let read = || {
        let snapshot = place::working_tree(&root)?;
        files.iter().flatten().try_for_each(|file| named::must_be_read(file, &root, &snapshot))?;
        let with = compared.insert(Compared::of(args.base.as_deref(), &root, &snapshot)?);
        let wanted = Wanted { platform: with.base.is_some() || files.is_some(), rendered: Wants::Findings };
        Ok((snapshot, Some(Asked { today: super::run::today(), ..Asked::default() }), wanted))
    };
    let (snapshot, evaluated) = place::apart_early(read, &|unit| unit)?;
    let Compared { base, changed, unknown } = compared.unwrap_or_default();
    let (parted, requests, waived) = match evaluated {
        Ok(head) => {
            let all = findings(base.as_ref(), &snapshot, &head)?;
            let waived = waived(files.as_deref(), &head, &all);
            (parted(files.as_deref(), all, &snapshot, &head), head.requests, waived)
        }
        Err(death) if death.findings().is_empty() => return Err(death.into()),
        Err(death) => (Parted { about: death.findings(), ..Parted::default() }, 0, Vec::new()),
    };
    // without a base every request may be somebody's change
    let grouped = |findings| policy::grouped(findings, |path| changed.as_ref().is_none_or(|changed| changed.contains(path)));
    let (findings, elsewhere) = (grouped(parted.about), grouped(parted.elsewhere).len());
    let validated = Validated { findings: &findings, requests, only: &only, elsewhere, waived: &waived, uncompared: unknown.as_deref() };
    show(&validated, &snapshot, output);
    Ok(if findings.iter().any(Finding::is_error) { Ended::Findings } else { Ended::Done })
}

/// What is about these files, or about anything.
fn parted(files: Option<&[RepoPath]>, all: Vec<Finding>, snapshot: &Snapshot, head: &Evaluated) -> Parted {
    match files {
        Some(files) => about::part(all, files, snapshot, head),
        None => Parted { about: all, ..Parted::default() },
    }
}

/// What exceptions waive of these files, or of anything; an exception that is refused with what it would waive counts only later.
fn waived(files: Option<&[RepoPath]>, head: &Evaluated, all: &[Finding]) -> Vec<Waived> {
    let is_about = |waived: &&Waived| {
        let Some(files) = files else { return true };
        let file = head.parsed.platform.requests.get(&waived.unit.request).map(|request| &request.file);
        file.is_some_and(|file| files.iter().any(|named| file == named || file.below(named.as_str()).is_some()))
    };
    let counts = |waived: &&Waived| !all.iter().any(|finding| waived.is_of(finding));
    head.verdicts.waived.iter().filter(is_about).filter(counts).cloned().collect()
}

fn show(validated: &Validated<'_>, snapshot: &Snapshot, output: Output) {
    // a workflow sees it as a warning of its own
    if let Some(why) = validated.uncompared.filter(|_| output != Output::Github) {
        say(&format!("warning: {why}"));
    }
    match output {
        Output::Json => print(&report::validate_json(validated).to_string()),
        Output::Sarif => print(&report::sarif(validated, &rules()).to_string()),
        Output::Github => print(&(report::github(validated) + &report::validate_summary(validated))),
        Output::Text | Output::Markdown => {
            let source = |path: &RepoPath| snapshot.text(path.as_str()).map(str::to_owned);
            let text = report::findings_terminal(validated.findings, source, colour(&std::io::stdout()));
            print(&(text + &report::validate_summary(validated)));
        }
    }
}

/// All codes that this verb can give.
fn rules() -> Vec<&'static Explained> {
    let all =
        [crate::parse::explained(), crate::render::explained(), policy::explained(), crate::diff::explained(), crate::worker::explained()];
    all.into_iter().flatten().collect()
}

/// The repository around what is named: a folder itself, or the nearest one above a file that is there.
fn root(args: &Args) -> Result<PathBuf, Error> {
    let first = args.files.first().filter(|_| args.repo.is_none());
    let folder = |file: &PathBuf| file.ancestors().find(|above| above.is_dir()).unwrap_or(Path::new(".")).to_owned();
    let from = args.repo.clone().or_else(|| first.map(folder));
    // a link may lead anywhere, and the one that was named is what is looked at
    let around = |file: &PathBuf| file.ancestors().find(|above| above.is_dir() && !above.is_symlink()).map(Path::to_path_buf);
    let of_link = first.and_then(around).and_then(|folder| place::root(Some(&folder)).ok());
    let found = of_link.map_or_else(|| place::root(from.as_deref()), Ok);
    found.map_err(|error| match first.map(|file| (file, file.canonicalize())) {
        // there is nothing whose repository could be found
        Some((file, Err(cause))) => Error::unreadable(file, &cause),
        Some((_, Ok(_))) | None => error,
    })
}

/// A file or folder of the command line; the root itself is everything.
fn only(root: &Path, file: &Path) -> Result<Option<RepoPath>, Error> {
    if let Some(link) = named::link(root, file) {
        return Ok(Some(link));
    }
    match file.canonicalize() {
        Ok(full) if full == root => Ok(None),
        Ok(_) => place::inside(root, file).map(Some),
        Err(error) => Err(unfound(root, file, &error)),
    }
}

fn unfound(root: &Path, file: &Path, cause: &std::io::Error) -> Error {
    let error = Error::unreadable(file, cause);
    let full = std::path::absolute(file).ok().filter(|_| cause.kind() == ErrorKind::NotFound);
    let near = || {
        let files: Vec<RepoPath> = place::working_tree(root).ok()?.files().keys().cloned().collect();
        named::near_file(&full?.strip_prefix(root).ok()?.to_string_lossy(), &files)
    };
    match near() {
        Some(near) => error.hint(format!("did you mean `{}`?", place::shown(root, &near))),
        None => error,
    }
}

/// All findings of the tree; what only a comparison tells is against the base, where there is one that differs.
fn findings(base: Option<&Snapshot>, snapshot: &Snapshot, head: &Evaluated) -> Result<Vec<Finding>, Error> {
    let (parsed, rendered, verdicts) = (&head.parsed, &head.rendered, &head.verdicts);
    let mut findings: Vec<Finding> = [&parsed.findings, &rendered.findings, &verdicts.findings].into_iter().flatten().cloned().collect();
    if let Some(base) = base {
        // a base that does not come to its end has nothing to be compared with
        let wanted = Wanted { platform: true, rendered: Wants::Nothing };
        if let Some(before) = place::apart_for(wanted, base, None)?.ok().filter(|before| before.left_out.is_empty()) {
            findings.extend(between(Source { snapshot: base, parsed: &before.parsed }, Source { snapshot, parsed }));
        }
    }
    if let Some(base) = base {
        compared::add_by_base(base, snapshot, &mut findings, &verdicts.waived);
    }
    crate::model::sort_findings(&mut findings);
    findings.dedup();
    Ok(findings)
}
