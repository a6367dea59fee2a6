//! `goldpath render [--repo DIR] [--output-dir DIR] [REQUEST …]`

use super::{Ended, Output, answer, colour, place, say};
use crate::error::{Error, Kind};
use crate::model::{Finding, Platform, RepoPath, RequestId, sort_findings};
use crate::render::{RenderedFile, Unit};
use crate::report;
use crate::worker::{Evaluated, Wanted, Wants};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The platform repository (default: the one around this folder)
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Write the rendered tree here instead of printing it; files that are already right are left alone, and nothing is taken away
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
    /// Only these requests: `team/name` or a file
    #[arg(value_name = "REQUEST")]
    requests: Vec<String>,
}

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    let root = place::root(args.repo.as_deref())?;
    let snapshot = place::working_tree(&root)?;
    let wanted = Wanted { platform: !args.requests.is_empty(), rendered: Wants::Files };
    let Evaluated { parsed, rendered, .. } = place::apart_for(wanted, &snapshot, None)??;
    let wanted = requests(args, &root, &parsed.platform)?;
    let units: Vec<&Unit> = rendered.units.values().filter(|unit| wanted.as_ref().is_none_or(|w| w.contains(&unit.id.request))).collect();
    let mut findings = [parsed.findings, rendered.findings].concat();
    sort_findings(&mut findings);
    if let Some(dir) = &args.output_dir {
        write(dir, &units)?;
    }
    let printed = args.output_dir.is_none();
    let text = || units.iter().filter(|_| printed).map(|unit| text_of(unit)).collect();
    answer(output, || report::render_json(&units, &findings), text);
    let errors = findings.iter().filter(|finding| finding.is_error()).count();
    if errors > 0 {
        let source = |path: &RepoPath| snapshot.text(path.as_str()).map(str::to_owned);
        let errors: Vec<Finding> = findings.into_iter().filter(Finding::is_error).collect();
        say(report::findings_terminal(&errors, source, colour(&std::io::stderr())).trim_end());
        return Ok(Ended::Findings);
    }
    Ok(Ended::Done)
}

/// The requests that were named; nothing: all.
fn requests(args: &Args, root: &Path, platform: &Platform) -> Result<Option<BTreeSet<RequestId>>, Error> {
    if args.requests.is_empty() {
        return Ok(None);
    }
    args.requests.iter().map(|text| request(text, root, platform)).collect::<Result<_, _>>().map(Some)
}

/// A request by its name or its file.
fn request(text: &str, root: &Path, platform: &Platform) -> Result<RequestId, Error> {
    let file = place::inside(root, Path::new(text)).ok();
    let by_file = || platform.requests.values().find(|request| Some(&request.file) == file.as_ref()).map(|request| request.id.clone());
    let named = RequestId::parse(text).filter(|id| platform.known_requests().any(|known| known == id));
    match named.or_else(by_file) {
        Some(id) if platform.requests.contains_key(&id) => Ok(id),
        // a file that is there and gives no request has mistakes
        Some(_) => Err(mistaken(text)),
        None if file.is_some_and(|file| file.below("requests").is_some()) => Err(mistaken(text)),
        None => {
            let known: Vec<String> = platform.known_requests().map(ToString::to_string).collect();
            let near = crate::model::close_match(text, known.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
            let hint = near.unwrap_or_else(|| "a request is `team/name` or its file below `requests/`".to_owned());
            Err(Error::usage(format!("there is no request `{text}` in this repository")).hint(hint))
        }
    }
}

fn mistaken(text: &str) -> Error {
    Error::new(Kind::Findings, format!("`{text}` has mistakes and cannot be rendered"))
        .hint("`goldpath validate` says what they are, each at its line")
}

fn text_of(unit: &Unit) -> String {
    let file =
        |(path, file): (&RepoPath, &RenderedFile)| format!("# {}/{path}\n{}", unit.id.folder(), String::from_utf8_lossy(&file.bytes));
    unit.files.iter().map(file).collect()
}

/// Writes what differs, and nothing else: a tree that is right already is not touched.
fn write(dir: &Path, units: &[&Unit]) -> Result<(), Error> {
    let written = units.par_iter().map(|unit| write_unit(dir, unit)).try_reduce(|| 0, |one, other| Ok(one + other))?;
    let files = units.iter().map(|unit| unit.files.len()).sum();
    say(&report::written_terminal(units.len(), files, written, &dir.display().to_string()));
    Ok(())
}

/// Writes the files of a unit that differ; gives their number.
fn write_unit(dir: &Path, unit: &Unit) -> Result<usize, Error> {
    let failed = |path: &Path, error: &std::io::Error| Error::outside(format!("unable to write {}", path.display()), error);
    let folder = dir.join(unit.id.folder());
    let (mut written, mut made) = (0, PathBuf::new());
    for (path, file) in &unit.files {
        let full = folder.join(path.as_str());
        let parent = full.parent().expect("a file in a folder has a parent");
        // they are sorted: those of one folder stand together
        if made != parent {
            std::fs::create_dir_all(parent).map_err(|error| failed(parent, &error))?;
            made = parent.to_owned();
        }
        written += usize::from(write_file(&full, &file.bytes).map_err(|error| failed(&full, &error))?);
    }
    Ok(written)
}

/// Whether a file had to be written.
fn write_file(path: &Path, bytes: &[u8]) -> std::io::Result<bool> {
    match std::fs::File::create_new(path) {
        Ok(mut file) => file.write_all(bytes).map(|()| true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let is_right = std::fs::read(path).is_ok_and(|there| there == bytes);
            if is_right { Ok(false) } else { std::fs::write(path, bytes).map(|()| true) }
        }
        Err(error) => Err(error),
    }
}
