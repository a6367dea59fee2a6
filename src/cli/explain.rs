//! `goldpath explain UNIT[:FILE] [--line N]`

use super::{Ended, Output, answer, place};
use crate::error::{Error, Kind};
use crate::model::{Finding, RepoPath, UnitId, close_match, quoted_list};
use crate::render::{Limits, Origin, RenderedFile, Traced, Unit, fields, trace};
use crate::report::{self, Explanation, Line};
use crate::worker::Asked;
use crate::world::Tree;
use crate::yaml;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The platform repository; the one around this folder when left out
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// A line of the file: which line of which template wrote it, and which fields of the request it changes with
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    line: Option<u32>,
    /// A unit, `team/name/output@target`, or one of its files behind a colon; `team/name` when it has one unit
    #[arg(value_name = "UNIT[:FILE]")]
    unit: String,
}

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    let root = place::root(args.repo.as_deref())?;
    let asked = Asked { today: super::run::today(), ..Asked::default() };
    let tree = place::apart_with_reads(place::working_tree(&root)?, Some(asked))??;
    let (name, file) = args.unit.split_once(':').map_or((args.unit.as_str(), None), |(unit, file)| (unit, Some(file)));
    let unit = unit(name, &tree)?;
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
    let explanation = explanation(&tree, unit, file, lines, line);
    let explanation = explanation.ok_or_else(|| Error::bug("a unit without its request, path or target"))?;
    answer(output, || report::explain_json(&explanation), || report::explain_terminal(&explanation));
    Ok(Ended::Done)
}

fn explanation<'a>(
    tree: &'a Tree,
    unit: &'a Unit,
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
    Some(Explanation {
        unit,
        request,
        path: platform.paths.get(&unit.release.path)?,
        target: platform.targets.get(&unit.id.target)?,
        platform,
        written: written.documents.into_iter().next()?.into_value(),
        asked: verdicts.asked.iter().filter(|asked| asked.release.as_ref().is_none_or(|release| *release == unit.release)).collect(),
        ends: verdicts.units.get(&unit.id).cloned().unwrap_or_default(),
        findings: tree.parsed.findings.iter().chain(&tree.rendered.findings).chain(&verdicts.findings).filter(about).collect(),
        waived: verdicts.waived.iter().filter(|waived| waived.unit == unit.id).collect(),
        file: file.map(|(path, file)| (path.as_str(), file)),
        lines,
        line,
    })
}

/// A unit by its name, or the only one of a request.
fn unit<'t>(text: &str, tree: &'t Tree) -> Result<&'t Unit, Error> {
    let units = &tree.rendered.units;
    if let Some(unit) = UnitId::parse(text).ok().and_then(|id| units.get(&id)) {
        return Ok(unit);
    }
    let names: Vec<String> = units.keys().map(ToString::to_string).collect();
    let of_request: Vec<&Unit> = units.values().filter(|unit| unit.id.request.to_string() == text).collect();
    match of_request.as_slice() {
        [only] => return Ok(only),
        [] => {}
        several => {
            let names: Vec<String> = several.iter().map(|unit| unit.id.to_string()).collect();
            let hint = format!("they are {}", quoted_list(names.iter().map(String::as_str)));
            return Err(Error::usage(format!("`{text}` has {} units", several.len())).hint(hint));
        }
    }
    let of_broken = tree.parsed.platform.broken.keys().chain(&tree.rendered.failed).any(|id| text.starts_with(&id.to_string()));
    if of_broken {
        let error = Error::new(Kind::Findings, format!("the request of `{text}` has mistakes, so it renders to nothing"));
        return Err(error.hint("`goldpath validate` says what they are, each at its line"));
    }
    let hint = match close_match(text, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a unit is `team/name/output@target`; `goldpath render` shows them as folders".to_owned(),
    };
    Err(Error::usage(format!("there is no unit `{text}`")).hint(hint))
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
    let fields = fields(&tree.snapshot, &tree.parsed.platform, &Limits::default(), unit, path, (number, traced));
    Ok(Line { number, source: source.unwrap_or_default().to_owned(), fields })
}
