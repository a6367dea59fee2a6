//! What is named on the command line: files, folders and requests, and what was most likely meant by a name that nothing bears.

use super::place;
use crate::error::Error;
use crate::model::{Platform, RepoPath, RequestId, close_match, quoted_list};
use crate::parse::{FOLDERS, folder_meant};
use crate::snapshot::Snapshot;
use std::collections::BTreeSet;
use std::path::Path;

/// The file at the top that is read, and what it is taken for.
const SETTINGS: [&str; 2] = ["goldpath.yaml", "goldpath.yml"];
/// Those of them whose documentation lies beside what is read.
const PLAIN: [&str; 5] = ["requests", "targets", "teams", "policies", "exceptions"];

/// A request by its file.
pub(super) struct Named {
    /// Its name; nothing when nothing can be read from the file.
    pub(super) id: Option<RequestId>,
    pub(super) file: RepoPath,
}

/// The first symbolic link within the repository on the way to a file: nothing of what it leads to is read.
pub(super) fn link(root: &Path, file: &Path) -> Option<RepoPath> {
    let full = std::path::absolute(file).ok()?;
    let mut way: Vec<&Path> = full.ancestors().collect();
    way.reverse();
    let link = way.into_iter().filter(|path| path.is_symlink()).find_map(|path| {
        let folder = path.parent()?.canonicalize().ok()?;
        Some(folder.strip_prefix(root).ok()?.join(path.file_name()?))
    })?;
    RepoPath::parse(&link.to_string_lossy()).ok()
}

/// A request by its name, `team/name`, or its file.
pub(super) fn request(text: &str, root: &Path, platform: &Platform) -> Option<Named> {
    let by_name = RequestId::parse(text).and_then(|id| Some(Named { file: file_of(platform, &id)?.clone(), id: Some(id) }));
    by_name.or_else(|| {
        let file = link(root, Path::new(text)).or_else(|| place::inside(root, Path::new(text)).ok())?;
        let read = platform.requests.values().find(|request| request.file == file).map(|request| &request.id);
        let id = read.or_else(|| platform.broken.iter().find(|(_, of)| **of == file).map(|(id, _)| id)).cloned();
        let is_one = id.is_some() || (file.below("requests").is_some() && root.join(file.as_str()).is_file());
        is_one.then_some(Named { id, file })
    })
}

/// The file of a request, with or without mistakes in it.
pub(super) fn file_of<'p>(platform: &'p Platform, id: &RequestId) -> Option<&'p RepoPath> {
    platform.requests.get(id).map(|request| &request.file).or_else(|| platform.broken.get(id))
}

/// The name of the request that was most likely meant.
pub(super) fn near_request(text: &str, platform: &Platform) -> Option<String> {
    let files = platform.requests.values().map(|request| &request.file).chain(platform.broken.values());
    let (team, name) = of_request(near(text, files)?)?;
    Some(format!("{team}/{name}"))
}

/// The file or folder that was most likely meant: one of nearly this name beside it, or the file of a request.
pub(super) fn near_file(text: &str, files: &[RepoPath]) -> Option<String> {
    let (folder, name) = text.rsplit_once('/').map_or(("", text), |(folder, name)| (folder, name));
    let beside = |file: &RepoPath| {
        let below = if folder.is_empty() { Some(file.as_str()) } else { file.below(folder) };
        Some(below?.split('/').next().unwrap_or_default().to_owned())
    };
    let beside: BTreeSet<String> = files.iter().filter_map(beside).collect();
    let gap = if folder.is_empty() { "" } else { "/" };
    let found = close_match(name, beside.iter().map(String::as_str)).map(|near| format!("{folder}{gap}{near}"));
    found.or_else(|| near(text, files).map(ToString::to_string))
}

/// The team and the name that the path of a request's file says.
fn of_request(file: &RepoPath) -> Option<(&str, &str)> {
    let (team, rest) = file.below("requests")?.split_once('/')?;
    Some((team, rest.rsplit('/').next()?.strip_suffix(".yaml")?))
}

/// The file of the request that was most likely meant: one of this team or nearly so with nearly this name, or the only one with this name.
fn near<'f>(text: &str, files: impl IntoIterator<Item = &'f RepoPath>) -> Option<&'f RepoPath> {
    let bare = text.strip_prefix("requests/").unwrap_or(text);
    let bare = bare.strip_suffix(".yaml").or_else(|| bare.strip_suffix(".yml")).unwrap_or(bare);
    let (team, name) = (bare.split_once('/').map(|(team, _)| team), bare.rsplit('/').next()?);
    let known: Vec<(&str, &str, &RepoPath)> =
        files.into_iter().filter_map(|file| of_request(file).map(|(team, name)| (team, name, file))).collect();
    let team = team.and_then(|team| close_match(team, known.iter().map(|(team, _, _)| *team)));
    let in_team = || known.iter().filter(|(of, _, _)| Some(*of) == team);
    let found = close_match(name, in_team().map(|(_, name, _)| *name)).and_then(|name| in_team().find(|(_, of, _)| *of == name));
    let only = || {
        let mut same = known.iter().filter(|(_, of, _)| *of == name);
        same.next().filter(|_| same.next().is_none())
    };
    found.or_else(only).map(|(_, _, file)| *file)
}

/// Refuses a file or folder that is there and of which nothing is read: that nothing is wrong with it would say nothing.
pub(super) fn must_be_read(path: &RepoPath, root: &Path, snapshot: &Snapshot) -> Result<(), Error> {
    let full = root.join(path.as_str());
    let top = path.components().next().unwrap_or_default();
    if !FOLDERS.contains(&top) && !SETTINGS.contains(&path.as_str()) {
        return Err(elsewhere(path, top, full.is_dir()));
    }
    let file_name = path.file_name();
    let is_beside = file_name.starts_with('.') || file_name.ends_with(".md") || file_name == "CODEOWNERS";
    if PLAIN.contains(&top) && is_beside && full.is_file() {
        let error = Error::usage(format!("`{path}` is not read: it is documentation, which may lie beside what is"));
        let ending = if top == "policies" { ".rego" } else { ".yaml" };
        return Err(error.hint(format!("in `{top}/`, files that end with `{ending}` are read")));
    }
    let is_in = |other: &str| other.strip_prefix(path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let seen = snapshot.files().keys().any(|file| is_in(file.as_str())) || snapshot.refused().iter().any(|refused| is_in(&refused.name));
    if seen { Ok(()) } else { Err(unseen(path, root, full.is_dir())) }
}

/// What stands where nothing is read.
fn elsewhere(path: &RepoPath, top: &str, is_folder: bool) -> Error {
    let error = |why: &str| Error::usage(format!("`{path}` is not read: {why}"));
    match folder_meant(top) {
        Some(near) => error(&format!("the folder is called `{near}/`")).hint(format!("rename `{top}/` to `{near}/`")),
        None if is_folder || path.as_str().ends_with(".yaml") || path.as_str().ends_with(".yml") => {
            error("requests live under `requests/<team>/`").hint("move it there when it is one, or leave it out here")
        }
        None => error("it is no part of the platform").hint(format!("what is read is `goldpath.yaml`, and {}", quoted_list(FOLDERS))),
    }
}

/// What Git does not see.
fn unseen(path: &RepoPath, root: &Path, is_folder: bool) -> Error {
    let nested = Path::new(path.as_str())
        .ancestors()
        .filter(|above| !above.as_os_str().is_empty())
        .find(|above| root.join(above).join(".git").exists());
    match nested {
        Some(nested) => Error::usage(format!("`{path}` is not read: `{}` is a Git repository of its own", nested.display()))
            .hint("what is read are the files of the platform repository itself"),
        None if is_folder => Error::usage(format!("`{path}` is not read: there is no file in it that Git sees"))
            .hint("is it empty, or ignored by `.gitignore`?"),
        None => Error::usage(format!("`{path}` is not read: it is ignored by Git, so no commit would hold it"))
            .hint(format!("`git check-ignore --verbose {path}` says which line of which `.gitignore` does that")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_near() {
        let files: Vec<RepoPath> = [
            "goldpath.yaml",
            "requests/orders-team/orders-api.yaml",
            "requests/orders-team/orders-db.yaml",
            "requests/web-team/shop/basket.yaml",
            "teams/orders-team.yaml",
        ]
        .into_iter()
        .map(|path| RepoPath::parse(path).expect("a path"))
        .collect();
        let said: Vec<String> = [
            "requests/orders-team/orders-apii.yaml",
            "requests/order-team/orders-db.yaml",
            "requests/orders-tem",
            "orders-team/orders-api",
            "orders-team/orders-apii",
            "web-team/basket.yaml",
            "basket",
            "teams/order-team.yaml",
            "goldpath.yml",
            "orders-team/zebra",
            "requests/orders-team/zebra.yaml",
        ]
        .iter()
        .map(|text| format!("{text}: {}", near_file(text, &files).unwrap_or_default()))
        .collect();
        insta::assert_snapshot!(said.join("\n"), @"
        requests/orders-team/orders-apii.yaml: requests/orders-team/orders-api.yaml
        requests/order-team/orders-db.yaml: requests/orders-team/orders-db.yaml
        requests/orders-tem: requests/orders-team
        orders-team/orders-api: requests/orders-team/orders-api.yaml
        orders-team/orders-apii: requests/orders-team/orders-api.yaml
        web-team/basket.yaml: requests/web-team/shop/basket.yaml
        basket: requests/web-team/shop/basket.yaml
        teams/order-team.yaml: teams/orders-team.yaml
        goldpath.yml: goldpath.yaml
        orders-team/zebra: 
        requests/orders-team/zebra.yaml: 
        ");
    }
}
