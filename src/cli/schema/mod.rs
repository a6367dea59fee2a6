//! `goldpath schema [KIND]`, `goldpath schema import FILE …`

mod import;

use super::init::replace;
use super::{Ended, Output, answer, place};
use crate::error::Error;
use crate::forms;
use crate::model::{close_match, quoted_list};
use crate::parse::{self, Parsed};
use crate::policy;
use crate::report::{self, Kind};
use crate::snapshot::Snapshot;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Where editors find the schemas of a repository, below its root.
pub(super) const FOLDER: &str = ".goldpath/schemas";

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// The platform repository whose request kinds are meant; the one around this folder when left out
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Write the schemas of all kinds here: `<golden path>.json`, and goldpath's own below `goldpath.dev/`. `goldpath new` points editors to `.goldpath/schemas`
    #[arg(long, value_name = "DIR", conflicts_with = "kind")]
    output_dir: Option<PathBuf>,
    /// A kind of goldpath's own, or a kind of request, or a golden path; without it, the list of them
    #[arg(value_name = "KIND")]
    kind: Option<String>,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Verb {
    /// Make the schemas that custom resources are checked against from their definitions: `schemas/<group>/<kind>_<version>.json`
    Import(import::Args),
}

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    if let Some(Verb::Import(args)) = &args.verb {
        return import::run(args, output);
    }
    let around = around(args)?;
    let all = all(around.as_ref());
    if let Some(folder) = &args.output_dir {
        let written = all.iter().map(|made| write(folder, made)).collect::<Result<Vec<String>, _>>()?;
        let text = || report::written_schemas(&folder.display().to_string(), &written);
        answer(output, || report::schema_json(&kinds(&all), false), text);
        return Ok(Ended::Done);
    }
    let Some(wanted) = &args.kind else {
        answer(output, || report::schema_json(&kinds(&all), false), || report::kinds_terminal(&kinds(&all), around.is_some()));
        return Ok(Ended::Done);
    };
    let made = chosen(wanted, &all)?.ok_or_else(|| unknown(wanted, &all, around.as_ref()))?;
    answer(output, || report::schema_json(&kinds(std::slice::from_ref(made)), true), || format!("{:#}", made.schema));
    Ok(Ended::Done)
}

/// The kind of that name, or that of a golden path; groups may have a kind of the same name.
fn chosen<'m>(wanted: &str, all: &'m [Made]) -> Result<Option<&'m Made>, Error> {
    match all.iter().filter(|made| made.kind == wanted).collect::<Vec<&Made>>().as_slice() {
        [] => Ok(all.iter().find(|made| made.path.as_deref() == Some(wanted))),
        [only] => Ok(Some(only)),
        several => Err(several_paths(wanted, several.iter().filter_map(|made| made.path.as_deref()))),
    }
}

/// Says that a kind is not enough to know which golden path is meant.
pub(super) fn several_paths<'n>(kind: &str, paths: impl Iterator<Item = &'n str>) -> Error {
    let hint = format!("name one of them: {}", quoted_list(paths));
    Error::usage(format!("several golden paths take requests of the kind `{kind}`, each in a group of its own")).hint(hint)
}

/// A schema with what it is for.
struct Made {
    kind: String,
    api_version: String,
    /// The golden path, when it is a kind of request.
    path: Option<String>,
    about: String,
    schema: Value,
}

/// The repository, when there is one: goldpath's own kinds need none.
fn around(args: &Args) -> Result<Option<(Snapshot, Parsed)>, Error> {
    let root = match place::root(args.repo.as_deref()) {
        Ok(root) => root,
        Err(_) if args.repo.is_none() => return Ok(None),
        Err(error) => return Err(error),
    };
    let snapshot = place::working_tree(&root)?;
    let parsed = parse::parse(&snapshot);
    Ok(Some((snapshot, parsed)))
}

fn all(around: Option<&(Snapshot, Parsed)>) -> Vec<Made> {
    let own = forms::own_kinds().iter().map(|own| Made {
        kind: own.kind.to_owned(),
        api_version: report::API_VERSION.to_owned(),
        path: None,
        about: own.file.to_owned(),
        schema: own.schema(),
    });
    let input = Made {
        kind: "PolicyInput".to_owned(),
        api_version: report::API_VERSION.to_owned(),
        path: None,
        about: "`input` of the policies of `package goldpath.unit`".to_owned(),
        schema: policy::input_schema(),
    };
    let requests = around.into_iter().flat_map(|(snapshot, parsed)| {
        parsed.platform.paths.values().filter_map(|path| {
            Some(Made {
                kind: path.kind.clone(),
                api_version: format!("{}/{}", path.group, forms::newest(&parsed.platform, path)?.serves),
                path: Some(path.name.to_string()),
                about: format!("requests of the golden path `{}`: {}", path.name, path.title),
                schema: forms::request(snapshot, &parsed.platform, path)?,
            })
        })
    });
    own.chain([input]).chain(requests).collect()
}

fn kinds(all: &[Made]) -> Vec<Kind<'_>> {
    all.iter().map(|made| Kind { kind: &made.kind, api_version: &made.api_version, about: &made.about, schema: &made.schema }).collect()
}

fn write(folder: &Path, made: &Made) -> Result<String, Error> {
    let name = match &made.path {
        Some(path) => format!("{path}.json"),
        None => format!("goldpath.dev/{}.json", made.kind),
    };
    replace(&folder.join(&name), format!("{:#}\n", made.schema).as_bytes())?;
    Ok(name)
}

/// Writes the schema of one golden path where editors look for it, and keeps these files out of Git: each desk makes its own.
pub(super) fn write_for_editors(root: &Path, path: &str, schema: &Value) -> Result<(), Error> {
    let folder = root.join(FOLDER);
    replace(&folder.join(format!("{path}.json")), format!("{schema:#}\n").as_bytes())?;
    replace(&folder.join(".gitignore"), b"*\n")
}

fn unknown(wanted: &str, all: &[Made], around: Option<&(Snapshot, Parsed)>) -> Error {
    let words = all.iter().flat_map(|made| [Some(made.kind.as_str()), made.path.as_deref()]).flatten();
    let lower = wanted.to_ascii_lowercase();
    let words: Vec<&str> = words.collect();
    let near = words.iter().copied().find(|word| word.to_ascii_lowercase() == lower).or_else(|| close_match(wanted, words.iter().copied()));
    let mistakes = around.is_some_and(|(_, parsed)| {
        parsed.findings.iter().any(|finding| finding.is_error() && finding.place.path.below("golden-paths").is_some())
    });
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if mistakes => "some golden paths have mistakes and are left out: `goldpath validate golden-paths` says which".to_owned(),
        None if around.is_none() => {
            "kinds of requests are known in a platform repository: change into one, or name it with `--repo DIR`".to_owned()
        }
        None => "`goldpath schema` lists the kinds".to_owned(),
    };
    Error::usage(format!("there is no kind `{wanted}`")).hint(hint)
}
