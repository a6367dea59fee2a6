//! `goldpath validate [--repo DIR] [--base REV] [FILE or DIR …]`

use super::{Ended, Output, colour, place, print};
use crate::diff::{Source, between, changed_files};
use crate::error::Error;
use crate::model::{Explained, Finding, RepoPath};
use crate::policy;
use crate::report;
use crate::snapshot::Snapshot;
use crate::worker::{Asked, Evaluated, Wanted, Wants};
use std::collections::BTreeSet;
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
    let root = place::root(args.repo.as_deref().or_else(|| args.files.first().map(|file| folder_of(file))))?;
    let only = args.files.iter().map(|file| only(&root, file)).collect::<Result<Vec<_>, _>>()?;
    let mut compared = None;
    let read = || {
        let snapshot = place::working_tree(&root)?;
        let with = compared.insert(Compared::with(base(args, &root, &snapshot)?, &snapshot));
        let wanted = Wanted { platform: with.base.is_some(), rendered: Wants::Findings };
        Ok((snapshot, Some(Asked { today: super::run::today(), ..Asked::default() }), wanted))
    };
    let (snapshot, evaluated) = place::apart_early(read, &|unit| unit)?;
    let Compared { base, changed } = compared.unwrap_or_default();
    let (findings, requests) = match evaluated {
        Ok(head) => (findings(base.as_ref(), &snapshot, &head)?, head.requests),
        Err(death) if death.findings().is_empty() => return Err(death.into()),
        Err(death) => (death.findings(), 0),
    };
    let findings = findings.into_iter().filter(|finding| wanted(&only, finding)).collect();
    // without a base every request may be somebody's change
    let findings = match changed {
        Some(changed) => policy::grouped(findings, |path| changed.contains(path)),
        None => findings,
    };
    match output {
        Output::Json => print(&report::validate_json(&findings, requests).to_string()),
        Output::Sarif => print(&report::sarif(&findings, &rules()).to_string()),
        Output::Github => print(&(report::github(&findings) + &report::validate_summary(&findings, requests, &only))),
        Output::Text | Output::Markdown => {
            let source = |path: &RepoPath| snapshot.text(path.as_str()).map(str::to_owned);
            let text = report::findings_terminal(&findings, source, colour(&std::io::stdout()));
            print(&(text + &report::validate_summary(&findings, requests, &only)));
        }
    }
    Ok(if findings.iter().any(Finding::is_error) { Ended::Findings } else { Ended::Done })
}

/// What the working tree is compared with.
#[derive(Default)]
struct Compared {
    /// What it is compared with, where something differs.
    base: Option<Snapshot>,
    /// What differs; nothing where there is nothing to compare with.
    changed: Option<BTreeSet<RepoPath>>,
}

impl Compared {
    fn with(base: Option<Snapshot>, snapshot: &Snapshot) -> Self {
        let changed: Option<BTreeSet<RepoPath>> = base.as_ref().map(|base| changed_files(Some(base), snapshot).into_keys().collect());
        let base = base.filter(|_| changed.as_ref().is_some_and(|changed| !changed.is_empty()));
        Self { base, changed }
    }
}

/// All codes that this verb can give.
fn rules() -> Vec<&'static Explained> {
    let all =
        [crate::parse::explained(), crate::render::explained(), policy::explained(), crate::diff::explained(), crate::worker::explained()];
    all.into_iter().flatten().collect()
}

/// Where the search for the repository begins: a folder itself, or the one that a file is in.
fn folder_of(file: &Path) -> &Path {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if file.is_dir() { file } else { parent }
}

/// A file or folder of the command line; the root itself is everything.
fn only(root: &Path, file: &Path) -> Result<Option<RepoPath>, Error> {
    let full = file.canonicalize().map_err(|error| Error::unreadable(file, &error))?;
    if full == root { Ok(None) } else { place::inside(root, file).map(Some) }
}

fn wanted(only: &[Option<RepoPath>], finding: &Finding) -> bool {
    let path = &finding.place.path;
    let fits = |wanted: &Option<RepoPath>| wanted.as_ref().is_none_or(|wanted| path == wanted || path.below(wanted.as_str()).is_some());
    only.is_empty() || only.iter().any(fits)
}

/// What the working tree is compared with, where there is something.
fn base(args: &Args, root: &Path, working_tree: &Snapshot) -> Result<Option<Snapshot>, Error> {
    match place::repository(root) {
        Some(repository) => place::base(&repository, args.base.as_deref(), working_tree),
        None if args.base.is_some() => {
            let error = Error::usage(format!("`--base` compares with a commit, and {} is not the top of a Git repository", root.display()));
            Err(error.hint("leave it out, or run it in a clone of the platform repository"))
        }
        None => Ok(None),
    }
}

/// All findings of the tree; what only a comparison tells is against the base, where there is one that differs.
fn findings(base: Option<&Snapshot>, snapshot: &Snapshot, head: &Evaluated) -> Result<Vec<Finding>, Error> {
    let (parsed, rendered, verdicts) = (&head.parsed, &head.rendered, &head.verdicts);
    let mut findings: Vec<Finding> = [&parsed.findings, &rendered.findings, &verdicts.findings].into_iter().flatten().cloned().collect();
    if let Some(base) = base {
        // a base that does not come to its end has nothing to be compared with
        let wanted = Wanted { platform: true, rendered: Wants::Nothing };
        if let Ok(before) = place::apart_for(wanted, base, None)? {
            findings.extend(between(Source { snapshot: base, parsed: &before.parsed }, Source { snapshot, parsed }));
        }
    }
    crate::model::sort_findings(&mut findings);
    findings.dedup();
    Ok(findings)
}
