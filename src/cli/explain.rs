//! `goldpath explain UNIT[:FILE] [--line N]`

use super::compared::{self, Compared};
use super::{Ended, Output, answer, named, place};
use crate::error::{Error, Kind};
use crate::model::{Finding, RepoPath, RequestId, UnitId, close_match, quoted_list};
use crate::policy;
use crate::render::{Limits, Origin, RenderedFile, Traced, Unit, fields, trace};
use crate::report::{self, Explanation, Line};
use crate::snapshot::Snapshot;
use crate::worker::Asked;
use crate::world::Tree;
use crate::yaml;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The platform repository; the one around this folder when left out
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// A line of the file: which line of which template wrote it, and which fields of the request it changes with
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    line: Option<u32>,
    /// A unit, `team/name/output@target`, or one of its files behind a colon; where it is the only one of its request, also `team/name`,
    /// `team/name/output` or the file of the request
    #[arg(value_name = "UNIT[:FILE]")]
    unit: String,
}

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    let root = place::root(args.repo.as_deref())?;
    let asked = Asked { today: super::run::today(), ..Asked::default() };
    let tree = place::apart_with_reads(place::working_tree(&root)?, Some(asked))??;
    let (name, file) = args.unit.split_once(':').map_or((args.unit.as_str(), None), |(unit, file)| (unit, Some(file)));
    let unit = unit(name, &root, &tree)?;
    let file = file.map(|file| file_of(unit, file)).transpose()?;
    let lines = file.and_then(|(path, _)| trace(&tree.snapshot, &tree.parsed.platform, &Limits::default(), unit, path)).unwrap_or_default();
    let line = match (args.line, file) {
        (None, _) => None,
        (Some(_), None) => {
            let hint = format!("name it behind the unit: `{}:{}`", unit.id, unit.files.keys().next().map_or("FILE", RepoPath::as_str));
            return Err(Error::usage("`--line` is of a file").hint(hint));
        }
        (Some(number), Some((path, _))) => Some(of_line(&tree, unit, path, &lines, number)?),
    };
    let compared = Compared::of(None, &root, &tree.snapshot)?;
    let findings = findings(compared.base.as_ref(), &tree);
    let explanation = explanation(&tree, unit, &findings, file, lines, line);
    let explanation = explanation.ok_or_else(|| Error::bug("a unit without its request, path or target"))?;
    answer(output, || report::explain_json(&explanation), || report::explain_terminal(&explanation));
    Ok(Ended::Done)
}

/// What is wrong with a tree; policies and exceptions of its base judge it as well, as they do for `goldpath validate`.
fn findings(base: Option<&Snapshot>, tree: &Tree) -> Vec<Finding> {
    let Some(verdicts) = &tree.brought else { return Vec::new() };
    let all = [&tree.parsed.findings, &tree.rendered.findings, &verdicts.findings];
    let mut findings: Vec<Finding> = all.into_iter().flatten().cloned().collect();
    if let Some(base) = base {
        compared::add_by_base(base, &tree.snapshot, &mut findings, &verdicts.waived);
    }
    findings
}

fn explanation<'a>(
    tree: &'a Tree,
    unit: &'a Unit,
    findings: &'a [Finding],
    file: Option<(&'a RepoPath, &'a RenderedFile)>,
    lines: Vec<Traced>,
    line: Option<Line>,
) -> Option<Explanation<'a>> {
    let platform = &tree.parsed.platform;
    let request = platform.requests.get(&unit.id.request)?;
    let verdicts = tree.brought.as_ref()?;
    let written = tree.snapshot.text(request.file.as_str()).map(yaml::parse).unwrap_or_default();
    let is_policy = |finding: &Finding| verdicts.asked.iter().any(|asked| asked.file == finding.place.path);
    let about = |finding: &&Finding| finding.place.path == request.file || is_policy(finding);
    let waived = verdicts.waived.iter().filter(|waived| waived.unit == unit.id);
    let (later, waived) = waived.partition(|waived| findings.iter().any(|finding| waived.is_of(finding)));
    Some(Explanation {
        unit,
        request,
        path: platform.paths.get(&unit.release.path)?,
        target: platform.targets.get(&unit.id.target)?,
        platform,
        written: written.documents.into_iter().next()?.into_value(),
        asked: verdicts.asked.iter().filter(|asked| asked.release.as_ref().is_none_or(|release| *release == unit.release)).collect(),
        ends: policy::with_refusals(verdicts.units.get(&unit.id).cloned().unwrap_or_default(), &unit.id, findings),
        findings: findings.iter().filter(about).collect(),
        waived,
        later,
        file: file.map(|(path, file)| (path.as_str(), file)),
        lines,
        line,
    })
}

/// A unit by its name, or the only one of a request, or of an output of it.
fn unit<'t>(text: &str, root: &Path, tree: &'t Tree) -> Result<&'t Unit, Error> {
    if let Some(unit) = UnitId::parse(text).ok().and_then(|id| tree.rendered.units.get(&id)) {
        return Ok(unit);
    }
    let platform = &tree.parsed.platform;
    let (request, rest) = parted(text);
    let whole = named::request(text, root, platform).map(|named| (named, None));
    let found = whole.or_else(|| Some((named::request(request, root, platform)?, rest)));
    let Some((named, rest)) = found else { return Err(nowhere(text, tree)) };
    let of_request = || tree.rendered.units.values().filter(|unit| Some(&unit.id.request) == named.id.as_ref());
    let fits = |unit: &&Unit| rest.is_none_or(|output| unit.id.output.as_str() == output);
    let names = |units: &[&Unit]| units.iter().map(|unit| unit.id.to_string()).collect::<Vec<String>>();
    let units: Vec<&Unit> = of_request().filter(fits).collect();
    match units.as_slice() {
        [only] => Ok(only),
        [] => Err(none_of(text, named.id.as_ref(), &names(&of_request().collect::<Vec<_>>()), tree)),
        several => {
            let hint = format!("they are {}", quoted_list(names(several).iter().map(String::as_str)));
            Err(Error::usage(format!("`{text}` has {} units", several.len())).hint(hint))
        }
    }
}

/// `team/name`, and what stands behind it.
fn parted(text: &str) -> (&str, Option<&str>) {
    match text.match_indices('/').nth(1) {
        Some((at, _)) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// A request that is there, and has no such unit; `names`: those that it has.
fn none_of(text: &str, request: Option<&RequestId>, names: &[String], tree: &Tree) -> Error {
    let (platform, failed) = (&tree.parsed.platform, &tree.rendered.failed);
    let is_whole = request.is_some_and(|id| platform.requests.contains_key(id) && !failed.contains(id));
    if !is_whole {
        let error = Error::new(
            Kind::Findings,
            format!("the request of `{text}` renders to nothing, for mistakes in it or in what it is made from"),
        );
        return error.hint("`goldpath validate` says what they are, each at its line and for whom to mend");
    }
    let hint = match close_match(text, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "its request renders to no unit at all".to_owned(),
        None => format!("its request has {}", quoted_list(names.iter().map(String::as_str))),
    };
    Error::usage(format!("there is no unit `{text}`")).hint(hint)
}

fn nowhere(text: &str, tree: &Tree) -> Error {
    let names: Vec<String> = tree.rendered.units.keys().map(ToString::to_string).collect();
    let near_unit = close_match(text, names.iter().map(String::as_str)).filter(|_| text.contains('@')).map(str::to_owned);
    let asked = if text.starts_with("requests/") { text } else { parted(text).0 };
    let hint = match near_unit.or_else(|| named::near_request(asked, &tree.parsed.platform)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a unit is `team/name/output@target`; `goldpath render` shows them as folders".to_owned(),
    };
    Error::usage(format!("there is no unit `{text}`")).hint(hint)
}

fn file_of<'t>(unit: &'t Unit, text: &str) -> Result<(&'t RepoPath, &'t RenderedFile), Error> {
    unit.files.iter().find(|(path, _)| path.as_str() == text).ok_or_else(|| {
        let hint = match close_match(text, unit.files.keys().map(RepoPath::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", quoted_list(unit.files.keys().map(RepoPath::as_str))),
        };
        Error::usage(format!("`{}` has no file `{text}`", unit.id)).hint(hint)
    })
}

fn of_line(tree: &Tree, unit: &Unit, path: &RepoPath, lines: &[Traced], number: u32) -> Result<Line, Error> {
    let traced = lines.get(number as usize - 1).ok_or_else(|| {
        Error::usage(format!("`{path}` has no line {number}"))
            .hint(format!("it has {} lines, as `goldpath render` shows them", lines.len()))
    })?;
    let source = match &traced.origin {
        Origin::Template(place) => tree.snapshot.text(place.path.as_str()).and_then(|text| text.lines().nth(place.span.line as usize - 1)),
        Origin::Goldpath => None,
    };
    let changing = fields(&tree.snapshot, &tree.parsed.platform, &Limits::default(), unit, path, (number, traced));
    Ok(Line { number, source: source.unwrap_or_default().to_owned(), changing })
}
