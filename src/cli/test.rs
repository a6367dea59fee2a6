//! `goldpath test [--repo DIR] [--update] [--coverage] [--generate N] [PATH[@RELEASE] …]`

use super::{Ended, Output, answer, colour, place, say};
use crate::cases::{self, Answer, Ran, Trial, Tried};
use crate::error::Error;
use crate::model::{Coverage, ReleaseId, RepoPath, close_match};
use crate::policy::Tested;
use crate::report::{self, Covered};
use crate::snapshot::Snapshot;
use crate::worker::{self, Trying};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long all trials of a repository may take.
const WALL: Duration = Duration::from_secs(600);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The platform repository; the one around this folder when left out
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Write what comes out now as what is expected of the cases that failed
    #[arg(long)]
    update: bool,
    /// Say which lines of templates and of their releases' policies no case reaches, and which lines of policies no test
    #[arg(long)]
    coverage: bool,
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
    let wanted = Wanted::of(&args.paths, &snapshot)?;
    let trials: Vec<Trial> = Trial::all(&snapshot, args.generate).into_iter().filter(|trial| wanted.takes(trial.release())).collect();
    if trials.is_empty() && !args.paths.is_empty() {
        let error = Error::usage(format!("there is nothing to test of `{}`", args.paths.join("`, `")));
        return Err(error.hint("write a case below `tests/`, or let requests be made with `--generate N`"));
    }
    let mut came = Came::of(apart(&snapshot, trials, args.coverage)?);
    if args.update {
        came.ran = updated(&root, came.ran)?;
    }
    let Came { ran, tried, tested, coverage } = &came;
    let covered = if args.coverage { covered(coverage, &snapshot, &wanted) } else { Vec::new() };
    let source = |path: &RepoPath| snapshot.text(path.as_str()).map(str::to_owned);
    let text = || {
        let covered = if args.coverage { report::coverage_terminal(&covered) } else { String::new() };
        report::test_terminal(ran, tried, tested, source, colour(&std::io::stdout())) + &covered
    };
    let json = || {
        let mut json = report::test_json(ran, tried, tested);
        if args.coverage {
            json["coverage"] = report::coverage_json(&covered);
        }
        json
    };
    answer(output, json, text);
    let failed = ran.iter().any(|ran| !ran.passed())
        || tried.iter().any(|tried| !tried.passed())
        || tested.iter().any(|tested| tested.failure.is_some());
    Ok(if failed { Ended::Findings } else { Ended::Done })
}

/// Runs trials in a worker: a checkout is somebody's, until it is accepted.
fn apart(snapshot: &Snapshot, trials: Vec<Trial>, coverage: bool) -> Result<Vec<Answer>, Error> {
    let trying = Trying { coverage, threads: super::run::threads(), wall: WALL };
    Ok(worker::try_all(&place::program()?, snapshot, trials, trying)?)
}

/// The lines that were reached, by release, library, renderer, or the organisation's policies; files of which nothing was run are there too.
fn covered(coverage: &Coverage, snapshot: &Snapshot, wanted: &Wanted) -> Vec<Covered> {
    let mut groups: BTreeMap<String, Covered> = BTreeMap::new();
    let runs = |file: &&RepoPath| {
        let name = file.as_str();
        name.ends_with(".tera") || (name.ends_with(".rego") && !name.ends_with("_test.rego"))
    };
    for file in snapshot.files().keys().filter(runs) {
        let parts: Vec<&str> = file.components().collect();
        let lines = coverage.0.get(file).cloned();
        let name = match parts.as_slice() {
            ["golden-paths", "_library", name, version, ..] => format!("golden-paths/_library/{name}/{version}"),
            ["golden-paths", _, _, _, ..] => match ReleaseId::of_file(file) {
                Some(release) if wanted.takes(Some(&release)) => release.to_string(),
                Some(_) | None => continue,
            },
            ["policies", _] if wanted.takes(None) => "policies".to_owned(),
            // what a case renders is its own
            ["renderers", _, _, "tests", ..] => continue,
            ["renderers", name, version, ..] => format!("renderers/{name}/{version}"),
            _ => continue,
        };
        // what is shared is only told of where something of it was run, or everything was asked for
        if lines.is_some() || wanted.takes(None) || name.contains('@') {
            let group = groups.entry(name.clone()).or_insert_with(|| Covered { name, files: Vec::new() });
            group.files.push((file.clone(), lines));
        }
    }
    groups.into_values().collect()
}

/// What came of all trials, by what they are.
#[derive(Default)]
struct Came {
    ran: Vec<Ran>,
    tried: Vec<Tried>,
    tested: Vec<Tested>,
    coverage: Coverage,
}

impl Came {
    fn of(answers: Vec<Answer>) -> Self {
        let mut came = Self::default();
        for answer in answers {
            match answer {
                Answer::Case(ran, reached) => {
                    came.ran.push(ran);
                    came.coverage.extend(reached);
                }
                Answer::Made(tried) => came.tried.extend(tried),
                Answer::Rules(tested, reached) => {
                    came.tested.extend(tested);
                    came.coverage.extend(reached);
                }
            }
        }
        came
    }
}

/// Writes what is expected of the cases that failed, and runs all of them again.
fn updated(root: &Path, ran: Vec<Ran>) -> Result<Vec<Ran>, Error> {
    let written: Vec<String> = ran.iter().filter(|ran| ran.expected.is_some()).map(|ran| update(root, ran)).collect::<Result<_, _>>()?;
    if written.is_empty() {
        return Ok(ran);
    }
    say(&report::updated_terminal(&written));
    let again = ran.into_iter().map(|ran| Trial::Case(ran.case)).collect();
    Ok(Came::of(apart(&place::working_tree(root)?, again, false)?).ran)
}

/// What was asked for: nothing is everything.
struct Wanted(Vec<ReleaseId>, bool);

impl Wanted {
    fn of(asked: &[String], snapshot: &Snapshot) -> Result<Self, Error> {
        let releases = cases::releases(snapshot);
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

/// Writes what is expected of a case: `expected/` as a whole, or `findings.yaml`. A worker named the files: none may lead out of the folder.
fn update(root: &Path, ran: &Ran) -> Result<String, Error> {
    let failed = |path: &Path, error: &std::io::Error| Error::outside(format!("unable to write {}", path.display()), error);
    let folder = root.join(ran.case.folder());
    let files = ran.expected.iter().flatten();
    if let Some((file, _)) = files.clone().find(|(file, _)| !is_expected(file)) {
        return Err(Error::bug(format!("`{file}` is no file of a case")));
    }
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
    Ok(format!("{} {}", ran.case.subject, ran.case.name))
}

fn is_expected(file: &str) -> bool {
    file == "findings.yaml" || RepoPath::parse(file).is_ok_and(|path| path.below("expected").is_some())
}
