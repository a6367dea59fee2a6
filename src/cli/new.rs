//! `goldpath new PATH [TEAM/]NAME [--team TEAM]`

use super::init::write;
use super::{Ended, Output, answer, named, place, schema};
use crate::error::Error;
use crate::forms::{self, Blank};
use crate::model::{GoldenPath, Platform, RequestId, RequestName, Stage, TeamName, close_match, quoted_list};
use crate::parse;
use crate::report;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The platform repository; the one around this folder when left out
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// The team whose request it is; left out: that of the folder one stands in, or the only one
    #[arg(long, value_name = "TEAM")]
    team: Option<String>,
    /// The golden path, or the kind of its requests
    #[arg(value_name = "PATH")]
    path: String,
    /// The name of the request, and of its file; `TEAM/NAME` names the team too
    #[arg(value_name = "NAME")]
    name: String,
}

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    // what was typed is looked at before anything is asked
    let (team, name) = asked(args)?;
    let root = place::root(args.repo.as_deref())?;
    let snapshot = place::working_tree(&root)?;
    let platform = parse::parse(&snapshot).platform;
    let path = golden_path(&args.path, &platform)?;
    let (release, of_spec, of_file) = forms::newest(&platform, path)
        .and_then(|release| Some((release, forms::schema_of(&snapshot, release)?, forms::request(&snapshot, &platform, path)?)))
        .ok_or_else(|| mistaken(&format!("the golden path `{}` has no current release that can be used", path.name)))?;
    must_fit(&name, path)?;
    let folder = folder(team, &root, &platform)?;
    let id = RequestId { team: folder.team, name };
    if let Some(there) = named::file_of(&platform, &id) {
        let error = Error::usage(format!("the team `{}` has a request `{}` already: {there}", id.team, id.name));
        return Err(error.hint("names are unique in a team across all kinds: choose another"));
    }
    let below = format!("{}/{}.yaml", folder.path, id.name);
    let editor = format!("{}{}/{}.json", "../".repeat(below.matches('/').count()), schema::FOLDER, path.name);
    let text = forms::blank(&Blank { path, release, schema: &of_spec, team: &id.team, name: &id.name, editor: &editor });
    let file = root.join(&below);
    if file.symlink_metadata().is_ok() {
        return Err(Error::usage(format!("{} is there already, and nothing is overwritten", file.display())).hint("choose another name"));
    }
    write(&file, text.as_bytes())?;
    schema::write_for_editors(&root, path.name.as_str(), &of_file)?;
    let shown = || report::new_terminal(&place::shown(&root, &below), path, &release.id, path.stage == Stage::Deprecated);
    answer(output, || report::new_json(&below, path, &release.id), shown);
    Ok(Ended::Done)
}

fn mistaken(message: &str) -> Error {
    Error::usage(message).hint("`goldpath validate golden-paths` says what is wrong with golden paths")
}

fn golden_path<'p>(text: &str, platform: &'p Platform) -> Result<&'p GoldenPath, Error> {
    let of_kind: Vec<&GoldenPath> = platform.paths.values().filter(|path| path.kind == text).collect();
    let found = match of_kind.as_slice() {
        [] => platform.paths.values().find(|path| path.name.as_str() == text),
        [only] => Some(*only),
        several => return Err(schema::several_paths(text, several.iter().map(|path| path.name.as_str()))),
    };
    found.ok_or_else(|| {
        let error = Error::usage(format!("there is no golden path `{text}` in this repository"));
        let names = || platform.paths.values().flat_map(|path| [path.name.as_str(), path.kind.as_str()]);
        match close_match(text, names()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None if platform.paths.is_empty() => error.hint("there is none that can be read: `goldpath validate` says why"),
            None => error.hint(format!("there are {}", quoted_list(platform.paths.keys().map(crate::model::PathName::as_str)))),
        }
    })
}

/// The team, where it is said, and the name: `NAME`, or `TEAM/NAME` as the request will be called everywhere else.
fn asked(args: &Args) -> Result<(Option<&str>, RequestName), Error> {
    let text = args.name.strip_prefix("requests/").unwrap_or(&args.name);
    let (before, text) = text.split_once('/').map_or((None, text), |(team, name)| (Some(team), name));
    let team = match (args.team.as_deref(), before) {
        (Some(one), Some(other)) if one != other => {
            let error = Error::usage(format!("two teams are named: `{}` and `{}`", one.escape_debug(), other.escape_debug()));
            return Err(error.hint("leave one of them out"));
        }
        (team, before) => team.or(before),
    };
    let name = RequestName::parse(text).map_err(|error| {
        let hint = plain(text).map_or_else(|| "such as `payments-api`".to_owned(), |plain| format!("`{plain}` is one"));
        Error::usage(format!("`{}` is not a name: {error}", text.escape_debug())).hint(hint)
    })?;
    Ok((team, name))
}

/// The name that a text would be: without folders and ending, in small letters.
fn plain(text: &str) -> Option<RequestName> {
    let file = text.rsplit('/').next().unwrap_or(text);
    let stem = file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml")).unwrap_or(file);
    let plain: String = stem.to_ascii_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    RequestName::parse(plain.trim_matches('-')).ok()
}

fn must_fit(name: &RequestName, path: &GoldenPath) -> Result<(), Error> {
    let (length, most) = (name.as_str().len(), path.max_name as usize);
    if length <= most {
        return Ok(());
    }
    let error = Error::usage(format!("`{name}` has {length} characters, and `{}` takes at most {most}", path.kind));
    Err(error.hint("choose a shorter name"))
}

/// Where the file goes: `requests/<team>`, or the folder below it that one stands in.
struct Folder {
    team: TeamName,
    path: String,
}

fn folder(team: Option<&str>, root: &Path, platform: &Platform) -> Result<Folder, Error> {
    let here = place::inside(root, Path::new(".")).ok().filter(|here| here.below("requests").is_some());
    let here = here.as_ref().and_then(|here| Some((here.components().nth(1)?, here)));
    let whole = |team: &str| format!("requests/{team}");
    let (text, path) = match (team, here) {
        (Some(team), Some((stands, here))) if team == stands => (team, here.to_string()),
        (Some(team), _) => (team, whole(team)),
        (None, Some((stands, here))) => (stands, here.to_string()),
        (None, None) => match platform.teams.keys().collect::<Vec<_>>().as_slice() {
            [only] => (only.as_str(), whole(only.as_str())),
            _ => {
                let hint = format!(
                    "name it with `--team TEAM`, or before the name: there are {}",
                    quoted_list(platform.teams.keys().map(TeamName::as_str))
                );
                return Err(Error::usage("it is not clear whose request this is").hint(hint));
            }
        },
    };
    let known = platform.teams.keys().find(|team| team.as_str() == text);
    known.map(|team| Folder { team: team.clone(), path }).ok_or_else(|| {
        let hint = match close_match(text, platform.teams.keys().map(TeamName::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", quoted_list(platform.teams.keys().map(TeamName::as_str))),
        };
        Error::usage(format!("there is no team `{}`", text.escape_debug())).hint(hint)
    })
}
