//! `goldpath schema import FILE …`

use super::super::init::replace;
use super::super::{Ended, Output, answer, place};
use crate::error::{Error, Kind};
use crate::model::RepoPath;
use crate::render::schemas_of_crd;
use crate::report::{self, Imported};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The platform repository; the one around this folder when left out
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Definitions of custom resources as YAML, one or several in a file
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    let root = place::root(args.repo.as_deref())?;
    let schemas = read(&args.files)?;
    let imported = schemas.iter().map(|(path, schema)| write(&root, path, schema)).collect::<Result<Vec<_>, _>>()?;
    answer(output, || report::imported_json(&imported), || report::imported_terminal(&imported));
    Ok(Ended::Done)
}

/// All schemas of the files, or everything that is wrong with them: nothing is written then.
fn read(files: &[PathBuf]) -> Result<BTreeMap<RepoPath, Value>, Error> {
    let mut schemas: BTreeMap<RepoPath, (Value, &Path)> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).map_err(|error| Error::unreadable(file, &error))?;
        match schemas_of_crd(&text) {
            Ok(all) => {
                for (path, schema) in all {
                    match schemas.get(&path) {
                        Some((other, first)) if *other != schema => {
                            mistakes.push(format!("{}: another schema for {path} than in {}", file.display(), first.display()));
                        }
                        Some(_) => {}
                        None => drop(schemas.insert(path, (schema, file))),
                    }
                }
            }
            Err(all) => mistakes.extend(all.into_iter().map(|(line, message)| format!("{}:{line}: {message}", file.display()))),
        }
    }
    if mistakes.is_empty() {
        return Ok(schemas.into_iter().map(|(path, (schema, _))| (path, schema)).collect());
    }
    let error = Error::new(Kind::Findings, format!("nothing was imported\n{}", mistakes.join("\n")));
    Err(error.hint("a definition is what `kubectl get crd NAME --output yaml` prints, or what comes with the operator"))
}

/// Writes a schema where rendering looks for it, unless the same is there.
fn write(root: &Path, path: &RepoPath, schema: &Value) -> Result<(RepoPath, Imported), Error> {
    let file = root.join(path.as_str());
    let known = fs::read(&file).ok();
    let imported = match known.as_deref().map(serde_json::from_slice::<Value>) {
        Some(Ok(known)) if known == *schema => return Ok((path.clone(), Imported::Unchanged)),
        Some(_) => Imported::Changed,
        None => Imported::New,
    };
    replace(&file, format!("{schema:#}\n").as_bytes())?;
    Ok((path.clone(), imported))
}
