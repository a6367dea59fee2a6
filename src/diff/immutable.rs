//! Releases, libraries and renderers are immutable once they are on the default branch, and so is where a target leads.

use super::{Source, counted};
use crate::model::{Code, Finding, Place, ReleaseId, RepoPath, Target, Turn};
use crate::snapshot::{Snapshot, is_beside};
use std::collections::BTreeSet;

/// A release of the default branch was changed.
pub(super) const RELEASE_CHANGED: Code = Code::new("release-changed");
/// A release was removed that requests still use.
pub(super) const RELEASE_REMOVED: Code = Code::new("release-removed");

/// A target would lead elsewhere.
pub(super) const TARGET_MOVED: Code = Code::new("target-moved");

/// One finding for each target that would lead elsewhere: what was applied would stay where it is, and each unit go to the new place with its next
/// change, which nobody sees in its bytes.
pub(super) fn moved(base: Source<'_>, head: Source<'_>) -> Vec<Finding> {
    let leads = |target: &Target| (target.kind, target.connection.clone());
    let now = &head.parsed.platform.targets;
    let moved = base.parsed.platform.targets.values().filter(|was| now.get(&was.name).is_some_and(|is| leads(is) != leads(was)));
    let said = |target: &Target| {
        let name = &target.name;
        let message =
            format!("`{name}` is on the default branch, so its type and connection cannot change: what was applied would stay where it is");
        let help =
            "Add a target with another name, and let requests go there. What a connection leads to is said in the daemon's configuration.";
        let place = counted::value_in(head, &target.file, "/spec/connection");
        Finding::error(TARGET_MOVED, place, message).help(help).turn(Turn::Platform)
    };
    moved.map(said).collect()
}

/// One finding for each release of the base whose files changed.
pub(super) fn changed(base: Source<'_>, head: Source<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, release) in &base.parsed.platform.releases {
        let now = head.parsed.platform.releases.get(id);
        if now.is_some_and(|now| now.digest == release.digest) {
            continue;
        }
        let folder = id.folder();
        let differing = differing(base.snapshot, head.snapshot, &folder);
        let gone = differing.iter().all(|path| head.snapshot.get(path.as_str()).is_none()) && now.is_none();
        if gone {
            findings.extend(removed(base, head, id, &release.file));
        } else {
            let whose = head.parsed.platform.paths.get(&id.path).or_else(|| base.parsed.platform.paths.get(&id.path));
            let owned = |finding: Finding| whose.map_or_else(|| finding.clone(), |path| finding.clone().owned(path));
            let what = format!("release `{id}`");
            findings.extend(files_changed(&what, &folder, &differing, Turn::PathOwner).map(owned));
        }
    }
    findings.extend(folders_changed(base, head));
    findings
}

/// Libraries of templates and renderers are immutable as releases are; one that goes away is missed by whoever names it.
fn folders_changed(base: Source<'_>, head: Source<'_>) -> Vec<Finding> {
    let mut folders: BTreeSet<(Turn, String)> = base.parsed.platform.libraries.keys().map(|id| (Turn::PathOwner, id.folder())).collect();
    let of_renderer = |path: &RepoPath| path.as_str().strip_suffix("/renderer.yaml").map(|folder| (Turn::Platform, folder.to_owned()));
    folders.extend(base.snapshot.under("renderers").filter_map(|(path, _)| of_renderer(path)));
    let mut findings = Vec::new();
    for (turn, folder) in &folders {
        if head.snapshot.under(folder).next().is_none() {
            continue;
        }
        let differing = differing(base.snapshot, head.snapshot, folder);
        findings.extend(files_changed(&format!("`{folder}`"), folder, &differing, *turn));
    }
    findings
}

fn differing<'a>(base: &'a Snapshot, head: &'a Snapshot, folder: &'a str) -> Vec<&'a RepoPath> {
    let content = |path: &RepoPath| !path.below(folder).is_some_and(is_beside);
    let differs = |path: &&RepoPath| base.get(path.as_str()).map(|f| (f.id, f.mode)) != head.get(path.as_str()).map(|f| (f.id, f.mode));
    let mut paths: Vec<&RepoPath> = base.under(folder).chain(head.under(folder)).map(|(path, _)| path).collect();
    paths.sort();
    paths.dedup();
    paths.into_iter().filter(|path| content(path)).filter(differs).collect()
}

/// More files of one folder are not named.
const MOST_NAMED: usize = 10;

/// What is wrong with a folder whose files changed: one finding at the first of them, which names the others.
fn files_changed(what: &str, folder: &str, paths: &[&RepoPath], turn: Turn) -> Option<Finding> {
    let (first, others) = paths.split_first()?;
    let names = others.iter().take(MOST_NAMED).map(|path| path.below(folder).unwrap_or(path.as_str()));
    let more = match others.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let also = match others.len() {
        0 => String::new(),
        _ => format!(" (these differ too: {}{more})", names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    };
    let message = format!("{what} is on the default branch, so its files cannot change{also}");
    let help = format!("Copy `{folder}` to a folder with a new version, and change the copy.");
    Some(Finding::error(RELEASE_CHANGED, Place::file((*first).clone()), message).help(help).turn(turn))
}

/// A release may go away only when nobody uses it: a request that loses its release cannot be read at the head, so it is looked up in the base.
fn removed(base: Source<'_>, head: Source<'_>, id: &ReleaseId, file: &RepoPath) -> Option<Finding> {
    let mut users = base.parsed.platform.requests.values().filter(|request| request.release == *id);
    let user = users.find(|request| head.parsed.platform.broken.contains_key(&request.id))?;
    let finding =
        Finding::error(RELEASE_REMOVED, Place::file(file.clone()), format!("release `{id}` goes away, but `{}` uses it", user.id));
    let finding = finding
        .help("Retire it in `path.yaml` and move its requests first.")
        .turn(Turn::PathOwner)
        .related(Place::file(user.file.clone()), "uses it");
    Some(base.parsed.platform.paths.get(&id.path).map_or_else(|| finding.clone(), |path| finding.clone().owned(path)))
}
