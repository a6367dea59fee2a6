//! Releases, libraries and renderers are immutable once they are on the default branch.

use super::Source;
use crate::model::{Code, Finding, Place, ReleaseId, RepoPath, Turn};
use crate::snapshot::{Snapshot, is_beside};
use std::collections::BTreeSet;

/// A release of the default branch was changed.
pub(super) const RELEASE_CHANGED: Code = Code::new("release-changed");
/// A release was removed that requests still use.
pub(super) const RELEASE_REMOVED: Code = Code::new("release-removed");

/// One finding for each changed file of a release that the base has.
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
            findings.extend(differing.iter().map(|path| file_changed(id, path)));
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
        let message = format!("`{folder}` is on the default branch, so its files cannot change");
        let help = "copy it to a folder with a new version, and change the copy";
        let said = |path: &RepoPath| Finding::error(RELEASE_CHANGED, Place::file(path.clone()), message.clone()).help(help).turn(*turn);
        findings.extend(differing(base.snapshot, head.snapshot, folder).into_iter().map(said));
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

fn file_changed(id: &ReleaseId, path: &RepoPath) -> Finding {
    Finding::error(
        RELEASE_CHANGED,
        Place::file(path.clone()),
        format!("release `{id}` is on the default branch, so its files cannot change"),
    )
    .help(format!("copy `{}` to a folder with a new version, and change the copy", id.folder()))
    .turn(Turn::PathOwner)
}

/// A release may go away only when nobody uses it: a request that loses its release cannot be read at the head, so it is looked up in the base.
fn removed(base: Source<'_>, head: Source<'_>, id: &ReleaseId, file: &RepoPath) -> Option<Finding> {
    let mut users = base.parsed.platform.requests.values().filter(|request| request.release == *id);
    let user = users.find(|request| head.parsed.platform.broken.contains_key(&request.id))?;
    let finding =
        Finding::error(RELEASE_REMOVED, Place::file(file.clone()), format!("release `{id}` goes away, but `{}` uses it", user.id));
    Some(
        finding
            .help("retire it in `path.yaml` and move its requests first")
            .turn(Turn::PathOwner)
            .related(Place::file(user.file.clone()), "uses it"),
    )
}
