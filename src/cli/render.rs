//! `goldpath render [--repo DIR] [--output-dir DIR] [REQUEST …]`

use super::{Ended, Output, colour, place, print, say};
use crate::error::Error;
use crate::model::{Finding, RepoPath, RequestId};
use crate::render::{Cache, Unit};
use crate::report;
use crate::world::Tree;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The platform repository (default: the one around this folder)
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Write the rendered tree here instead of printing it; files that are already right are left alone
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
    /// Only these requests: `team/name` or a file
    #[arg(value_name = "REQUEST")]
    requests: Vec<String>,
}

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    let root = place::root(args.repo.as_deref())?;
    let tree = Tree::read(place::working_tree(&root)?, &mut Cache::default(), super::run::threads());
    let wanted = requests(args, &root, &tree)?;
    let units: Vec<&Unit> =
        tree.rendered.units.values().filter(|unit| wanted.as_ref().is_none_or(|w| w.contains(&unit.id.request))).collect();
    let findings = tree.findings();
    match (&args.output_dir, output) {
        (Some(dir), _) => write(dir, &units)?,
        (None, Output::Json) => print(&report::render_json(&units, &findings).to_string()),
        (None, Output::Text | Output::Markdown) => units.iter().for_each(|unit| print_unit(unit)),
    }
    let errors = findings.iter().filter(|finding| finding.is_error()).count();
    if errors > 0 {
        let source = |path: &RepoPath| tree.snapshot.text(path.as_str()).map(str::to_owned);
        let errors: Vec<Finding> = findings.into_iter().filter(Finding::is_error).collect();
        say(&report::findings_terminal(&errors, source, colour()));
        return Ok(Ended::Findings);
    }
    Ok(Ended::Done)
}

/// The requests that were named; nothing: all.
fn requests(args: &Args, root: &Path, tree: &Tree) -> Result<Option<BTreeSet<RequestId>>, Error> {
    if args.requests.is_empty() {
        return Ok(None);
    }
    let known = &tree.parsed.platform.requests;
    let by_file = |text: &str| {
        let path = place::inside(root, Path::new(text)).ok()?;
        known.values().find(|request| request.file == path).map(|request| request.id.clone())
    };
    let named = |text: &String| {
        let id = RequestId::parse(text).filter(|id| known.contains_key(id)).or_else(|| by_file(text));
        id.ok_or_else(|| {
            let near =
                crate::model::close_match(text, known.keys().map(ToString::to_string).collect::<Vec<_>>().iter().map(String::as_str))
                    .map(|near| format!("did you mean `{near}`?"));
            Error::usage(format!("`{text}` is not a request without errors of this repository")).hint(
                near.unwrap_or_else(|| "a request is `team/name` or a file; `goldpath validate` says what is wrong with one".to_owned()),
            )
        })
    };
    args.requests.iter().map(named).collect::<Result<_, _>>().map(Some)
}

fn print_unit(unit: &Unit) {
    for (path, file) in &unit.files {
        print(&format!("# {}/{path}\n{}", unit.id.folder(), String::from_utf8_lossy(&file.bytes)));
    }
}

/// Writes what differs, and nothing else: a tree that is right already is not touched.
fn write(dir: &Path, units: &[&Unit]) -> Result<(), Error> {
    let failed = |path: &Path, error: &std::io::Error| Error::outside(format!("unable to write {}", path.display()), error);
    for unit in units {
        for (path, file) in &unit.files {
            let full = dir.join(unit.id.folder()).join(path.as_str());
            if std::fs::read(&full).is_ok_and(|bytes| *bytes == *file.bytes) {
                continue;
            }
            let parent = full.parent().expect("a file in a folder has a parent");
            std::fs::create_dir_all(parent).map_err(|error| failed(parent, &error))?;
            std::fs::write(&full, &file.bytes).map_err(|error| failed(&full, &error))?;
        }
    }
    say(&format!("{} units written to {}", units.len(), dir.display()));
    Ok(())
}
