//! Templates that are there for others, and that nothing includes: of libraries, and of the renderers of the repository.
//!
//! Only of the newest version of each: what was published does not change.

use super::codes::{IGNORED_FILE, UNUSED_LIBRARY};
use super::engine::Source;
use super::lexer::{Delimiters, Piece, parts};
use super::release::Loaded;
use super::renderer::Renderer;
use crate::model::{Finding, LibraryId, Place, Platform, Release, ReleaseId, RendererId, RepoPath, Turn, child};
use crate::snapshot::Snapshot;
use crate::yaml;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The templates of libraries that some templates of outputs reach, by including them or by calling a component of theirs.
pub(super) fn reached(sources: &[Source], delimiters: &Delimiters) -> BTreeSet<RepoPath> {
    let is_library = |source: &&Source| source.name.starts_with("library/");
    if !sources.iter().any(|source| is_library(&source)) {
        return BTreeSet::new();
    }
    let (mut named, mut defines): (Vec<BTreeSet<&str>>, BTreeMap<&str, usize>) = (Vec::new(), BTreeMap::new());
    for (number, source) in sources.iter().enumerate() {
        defines.insert(&source.name, number);
        let mut names = BTreeSet::new();
        for part in parts(&source.text, delimiters).iter().filter(|part| matches!(part.piece, Piece::Tag | Piece::Expression)) {
            let word = |index: usize| part.word(&source.text, index);
            if part.piece == Piece::Tag && word(0) == "component" {
                defines.insert(word(1), number);
            }
            let called = (1..part.tokens.len()).filter(|index| word(index - 1) == "<").map(word);
            let included = (1..part.tokens.len())
                .filter(|_| matches!(word(0), "include" | "extends"))
                .map(|index| word(index).trim_matches(['"', '\'', '`']));
            names.extend(called.chain(included));
        }
        named.push(names);
    }
    let mut open: Vec<usize> = (0..sources.len()).filter(|number| !sources[*number].name.starts_with("library/")).collect();
    let mut of: BTreeSet<usize> = open.iter().copied().collect();
    while let Some(next) = open.pop() {
        open.extend(named[next].iter().filter_map(|name| defines.get(name)).copied().filter(|number| of.insert(*number)));
    }
    of.into_iter().map(|number| &sources[number]).filter(is_library).map(|source| source.file.clone()).collect()
}

/// Libraries that a release names for nothing, and templates of libraries that no release reaches. Nothing where a release is not looked at, or
/// cannot be loaded: it may use any.
pub(super) fn unused(snapshot: &Snapshot, platform: &Platform, releases: &BTreeMap<ReleaseId, Arc<Loaded>>) -> Vec<Finding> {
    let of = |release: &Release| releases.get(&release.id).filter(|loaded| loaded.mistakes.is_empty() && loaded.findings.is_empty());
    let Some(all) = platform.releases.values().map(|release| Some((release, of(release)?))).collect::<Option<Vec<_>>>() else {
        return Vec::new();
    };
    let reached: BTreeSet<&RepoPath> = all.iter().flat_map(|(_, loaded)| &loaded.reached).collect();
    let mut findings = Vec::new();
    for (release, loaded) in &all {
        let is_newest = !platform.releases.keys().any(|other| other.path == release.id.path && other.version > release.id.version);
        let is_for_nothing = |library: &&LibraryId| !loaded.reached.iter().any(|file| file.below(&library.folder()).is_some());
        findings.extend(
            release
                .libraries
                .iter()
                .filter(|_| is_newest)
                .filter(is_for_nothing)
                .map(|library| named(snapshot, platform, release, library)),
        );
    }
    for library in platform.libraries.keys() {
        let users: Vec<&Release> = all.iter().map(|(release, _)| *release).filter(|release| release.libraries.contains(library)).collect();
        let is_newest = !platform.libraries.keys().any(|other| other.name == library.name && other.version > library.version);
        let folder = library.folder();
        let files: Vec<&RepoPath> = snapshot.under(&folder).map(|(file, _)| file).filter(|file| file.as_str().ends_with(".tera")).collect();
        // a library of which nothing is reached is told of as a whole
        if is_newest && files.iter().any(|file| reached.contains(file)) {
            let unreached = files.into_iter().filter(|file| !reached.contains(file));
            findings.extend(unreached.map(|file| unreached_file(platform, library, users.first().copied(), file)));
        }
    }
    findings
}

/// A library that a release names, and of which none of its templates takes anything.
fn named(snapshot: &Snapshot, platform: &Platform, release: &Release, library: &LibraryId) -> Finding {
    let text = snapshot.text(release.file.as_str()).unwrap_or_default();
    let spot = yaml::locate(text, &child("/spec/libraries", library.name.as_str()));
    let place = spot.map_or_else(|| Place::file(release.file.clone()), |spot| Place::new(release.file.clone(), spot.value));
    let message = format!("no template of this release uses anything of the library `{library}`");
    let finding =
        Finding::warning(UNUSED_LIBRARY, place, message).help("Take it out of `spec.libraries`, or include what it is there for.");
    owned(platform, Some(release), finding)
}

fn unreached_file(platform: &Platform, library: &LibraryId, user: Option<&Release>, file: &RepoPath) -> Finding {
    let message = format!("no template uses anything of this file of the library `{library}`");
    let finding =
        Finding::warning(UNUSED_LIBRARY, Place::file(file.clone()), message).help("Include it, or leave it out of the next version.");
    owned(platform, user, finding)
}

/// The finding as one for the owner of a golden path to mend.
fn owned(platform: &Platform, release: Option<&Release>, finding: Finding) -> Finding {
    let finding = finding.turn(Turn::PathOwner);
    match release.and_then(|release| platform.paths.get(&release.id.path)) {
        Some(path) => finding.owned(path),
        None => finding,
    }
}

/// Files in the folders of renderers that `library` does not name, so that nothing can include them.
pub(super) fn unnamed(snapshot: &Snapshot, renderers: &BTreeMap<RendererId, Renderer>) -> Vec<Finding> {
    let is_newest = |id: &RendererId| !renderers.keys().any(|other| other.name == id.name && other.version > id.version);
    let mut findings = Vec::new();
    for renderer in renderers.values().filter(|renderer| is_newest(&renderer.id)) {
        let is_known = |name: &str| name == "renderer.yaml" || renderer.library.iter().any(|(known, _)| known == name);
        let may_be_anywhere =
            |name: &str| name.starts_with("tests/") || name.split('/').any(|part| part.starts_with('.') || part == "README.md");
        for (file, _) in snapshot.under(renderer.folder.as_str()) {
            let name = file.below(renderer.folder.as_str()).unwrap_or(file.as_str());
            if !is_known(name) && !may_be_anywhere(name) {
                let message =
                    format!("`spec.library` of `{}/renderer.yaml` does not name this file, so nothing can include it", renderer.folder);
                let help = "Name it there, or leave it out of the next version.";
                findings.push(Finding::warning(IGNORED_FILE, Place::file(file.clone()), message).help(help).turn(Turn::Platform));
            }
        }
    }
    findings
}
