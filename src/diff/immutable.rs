//! Releases are immutable once they are on the default branch.

use super::Side;
use crate::model::{Code, Finding, Place, ReleaseId, RepoPath, Turn};
use crate::snapshot::Snapshot;

/// A release of the default branch was changed.
pub(super) const RELEASE_CHANGED: Code = Code::new("release-changed");
/// A release was removed that requests still use.
pub(super) const RELEASE_REMOVED: Code = Code::new("release-removed");

/// One finding for each changed file of a release that the base has.
pub(super) fn changed(base: Side<'_>, head: Side<'_>) -> Vec<Finding> {
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
    findings
}

fn differing<'a>(base: &'a Snapshot, head: &'a Snapshot, folder: &'a str) -> Vec<&'a RepoPath> {
    let content = |path: &RepoPath| !path.below(folder).is_some_and(|below| below == "README.md" || below.starts_with("tests/"));
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
fn removed(base: Side<'_>, head: Side<'_>, id: &ReleaseId, file: &RepoPath) -> Option<Finding> {
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
