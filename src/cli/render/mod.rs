//! `goldpath render [--repo DIR] [--output-dir DIR] [REQUEST …]`

mod writer;

use super::named::{self, Named};
use super::{Ended, Output, about, answer, colour, place, say};
use crate::error::{Error, Kind};
use crate::model::{Finding, Platform, RepoPath, UnitId, sort_findings};
use crate::render::{RenderedFile, Unit};
use crate::report;
use crate::snapshot::Snapshot;
use crate::worker::{Evaluated, TakeUnit, Wanted, Wants};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use writer::Written;

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
    let (made, written) = made(args, &root, output);
    let (snapshot, head) = match made {
        Ok(made) => made,
        Err(error) => {
            // what was written of it goes away again, and the first error counts
            written.map(|written| written.end(|_| false).ok());
            return Err(error);
        }
    };
    let wanted = requests(args, &root, &head.parsed.platform)?;
    let is_wanted =
        |unit: &&Unit| wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|named| named.id.as_ref() == Some(&unit.id.request)));
    let units: Vec<&Unit> = head.rendered.units.values().filter(is_wanted).collect();
    let findings = findings(wanted.as_deref(), &snapshot, &head);
    let errors: Vec<Finding> = findings.iter().filter(|finding| finding.is_error()).cloned().collect();
    if let Some(silent) = wanted.iter().flatten().find(|named| errors.is_empty() && !is_whole(named, &head)) {
        return Err(mistaken(silent.file.as_str()));
    }
    // what is all mistaken is no zero files
    if let Some(dir) = args.output_dir.as_ref().filter(|_| wanted.is_none() || !units.is_empty()) {
        let later = || {
            let mut written = Written::default();
            units.iter().for_each(|unit| written.add(dir, unit));
            written
        };
        tell(dir, &units, written.unwrap_or_else(later))?;
    }
    let printed = args.output_dir.is_none();
    let text = || units.iter().filter(|_| printed).map(|unit| text_of(unit)).collect();
    answer(output, || report::render_json(&units, &findings), text);
    if errors.is_empty() {
        return Ok(Ended::Done);
    }
    let source = |path: &RepoPath| snapshot.text(path.as_str()).map(str::to_owned);
    say(report::findings_terminal(&errors, source, colour(&std::io::stderr())).trim_end());
    Ok(Ended::Findings)
}

/// What is wrong, sorted: with the requests that were named, or with all.
fn findings(wanted: Option<&[Named]>, snapshot: &Snapshot, head: &Evaluated) -> Vec<Finding> {
    let mut all = [head.parsed.findings.as_slice(), &head.rendered.findings].concat();
    sort_findings(&mut all);
    let Some(wanted) = wanted else { return all };
    let files: Vec<RepoPath> = wanted.iter().map(|named| named.file.clone()).collect();
    about::part(all, &files, snapshot, head).about
}

/// Whether everything was rendered that a request asks for.
fn is_whole(named: &Named, head: &Evaluated) -> bool {
    let is_read = |id| head.parsed.platform.requests.contains_key(id) && !head.rendered.failed.contains(id);
    named.id.as_ref().is_some_and(is_read)
}

/// The files of the working tree and what they render to, and what was written meanwhile: where requests are named, it is only known in the
/// end which units are wanted.
fn made(args: &Args, root: &Path, output: Output) -> (Result<(Snapshot, Evaluated), Error>, Option<Written>) {
    let early = |take: &TakeUnit<'_>| evaluated(args, root, take);
    match args.output_dir.as_deref().filter(|_| args.requests.is_empty()) {
        Some(dir) => {
            let (made, written) = writer::while_made(dir, output == Output::Json, early);
            (made, Some(written))
        }
        None => (early(&|unit| unit), None),
    }
}

fn evaluated(args: &Args, root: &Path, take: &TakeUnit<'_>) -> Result<(Snapshot, Evaluated), Error> {
    let wanted = Wanted { platform: !args.requests.is_empty(), rendered: Wants::Files };
    let (snapshot, evaluated) = place::apart_early(|| Ok((place::working_tree(root)?, None, wanted)), take)?;
    Ok((snapshot, evaluated?))
}

/// Brings writing to its end, and says what came of it.
fn tell(dir: &Path, units: &[&Unit], written: Written) -> Result<(), Error> {
    let standing: BTreeSet<&UnitId> = units.iter().map(|unit| &unit.id).collect();
    let written = written.end(|id| standing.contains(id))?;
    let files = units.iter().map(|unit| unit.files.len()).sum();
    say(&report::written_terminal(units.len(), files, written, &dir.display().to_string()));
    Ok(())
}

/// The requests that were named; nothing: all.
fn requests(args: &Args, root: &Path, platform: &Platform) -> Result<Option<Vec<Named>>, Error> {
    if args.requests.is_empty() {
        return Ok(None);
    }
    args.requests.iter().map(|text| request(text, root, platform)).collect::<Result<_, _>>().map(Some)
}

fn request(text: &str, root: &Path, platform: &Platform) -> Result<Named, Error> {
    named::request(text, root, platform).ok_or_else(|| {
        let near = named::near_request(text, platform).map(|near| format!("did you mean `{near}`?"));
        let hint = near.unwrap_or_else(|| "a request is `team/name` or its file below `requests/`".to_owned());
        Error::usage(format!("there is no request `{text}` in this repository")).hint(hint)
    })
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
