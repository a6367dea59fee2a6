//! `goldpath test [--repo DIR] [--update] [--generate N] [PATH[@RELEASE] …]`

use super::{Ended, Output, answer, colour, place, say};
use crate::cases::{self, Case, Ran};
use crate::error::Error;
use crate::model::{ReleaseId, RepoPath, close_match};
use crate::policy::Tested;
use crate::snapshot::Snapshot;
use crate::{parse, policy, report};
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The platform repository; the one around this folder when left out
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Write what comes out now as what is expected of the cases that failed
    #[arg(long)]
    update: bool,
    /// How many requests are made from the schema of each release, and how many that do not fit it; 0 for none
    #[arg(long, value_name = "N", default_value_t = 4)]
    generate: usize,
    /// Only these golden paths, or releases of them: `environment`, `environment@1.1.0`
    #[arg(value_name = "PATH[@RELEASE]")]
    paths: Vec<String>,
}

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    let root = place::root(args.repo.as_deref())?;
    let snapshot = place::working_tree(&root)?;
    let parsed = parse::parse(&snapshot);
    let wanted = Wanted::of(&args.paths, &snapshot)?;
    let all: Vec<Case> = cases::cases(&snapshot).into_iter().filter(|case| wanted.takes(Some(&case.release))).collect();
    let mut ran = cases::run(&snapshot, &all);
    if args.update {
        let updated = ran.iter().filter(|ran| ran.expected.is_some());
        let updated: Vec<String> = updated.map(|ran| update(&root, ran)).collect::<Result<_, _>>()?;
        if !updated.is_empty() {
            say(&report::updated_terminal(&updated));
            ran = cases::run(&place::working_tree(&root)?, &all);
        }
    }
    let tried = cases::generate(&snapshot, &made_for(args, &wanted, &snapshot), args.generate);
    let policies: Vec<Tested> =
        policy::test(&snapshot, &parsed.platform).into_iter().filter(|tested| wanted.takes(tested.release.as_ref())).collect();
    let source = |path: &RepoPath| snapshot.text(path.as_str()).map(str::to_owned);
    let text = || report::test_terminal(&ran, &tried, &policies, source, colour(&std::io::stdout()));
    answer(output, || report::test_json(&ran, &tried, &policies), text);
    let failed = ran.iter().any(|ran| !ran.passed())
        || tried.iter().any(|tried| !tried.failures.is_empty())
        || policies.iter().any(|tested| tested.failure.is_some());
    Ok(if failed { Ended::Findings } else { Ended::Done })
}

/// The releases whose schemas requests are made from.
fn made_for(args: &Args, wanted: &Wanted, snapshot: &Snapshot) -> Vec<ReleaseId> {
    if args.generate == 0 {
        return Vec::new();
    }
    releases(snapshot).into_iter().filter(|release| wanted.takes(Some(release))).collect()
}

/// What was asked for: nothing is everything.
struct Wanted(Vec<ReleaseId>, bool);

impl Wanted {
    fn of(asked: &[String], snapshot: &Snapshot) -> Result<Self, Error> {
        let releases = releases(snapshot);
        let mut wanted = Vec::new();
        for text in asked {
            let found: Vec<ReleaseId> = releases.iter().filter(|id| id.to_string() == *text || id.path.as_str() == text).cloned().collect();
            if found.is_empty() {
                let names: Vec<String> = releases.iter().flat_map(|id| [id.path.to_string(), id.to_string()]).collect();
                let near = close_match(text, names.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
                let hint = near
                    .unwrap_or_else(|| "a golden path is a folder below `golden-paths/`, and its releases are folders in it".to_owned());
                return Err(Error::usage(format!("there is no golden path or release `{text}` in this repository")).hint(hint));
            }
            wanted.extend(found);
        }
        Ok(Self(wanted, asked.is_empty()))
    }

    /// Whether something of a release, or of the organisation, was asked for.
    fn takes(&self, release: Option<&ReleaseId>) -> bool {
        self.1 || release.is_some_and(|release| self.0.contains(release))
    }
}

/// The releases that have a folder, with or without mistakes.
fn releases(snapshot: &Snapshot) -> Vec<ReleaseId> {
    let of_file = |file: &RepoPath| match file.components().collect::<Vec<_>>().as_slice() {
        ["golden-paths", path, release, _, ..] => ReleaseId::parse(&format!("{path}@{release}")),
        _ => None,
    };
    let mut releases: Vec<ReleaseId> = snapshot.files().keys().filter_map(of_file).collect();
    releases.dedup();
    releases
}

/// Writes what is expected of a case: `expected/` as a whole, or `findings.yaml`.
fn update(root: &Path, ran: &Ran) -> Result<String, Error> {
    let failed = |path: &Path, error: &std::io::Error| Error::outside(format!("unable to write {}", path.display()), error);
    let folder = root.join(ran.case.folder());
    let files = ran.expected.iter().flatten();
    let expected = folder.join("expected");
    if expected.exists() {
        fs::remove_dir_all(&expected).map_err(|error| failed(&expected, &error))?;
    }
    for (file, text) in files {
        let to = folder.join(file);
        let parent = to.parent().expect("a file in a folder has a parent");
        fs::create_dir_all(parent).map_err(|error| failed(parent, &error))?;
        fs::write(&to, text).map_err(|error| failed(&to, &error))?;
    }
    Ok(format!("{} {}", ran.case.release, ran.case.name))
}
