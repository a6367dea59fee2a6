//! What renderings read, by path, and what is there now: this alone decides what is rendered again.

use super::rendered::{Limits, Read, Unit};
use super::renderer::{self, Renderer};
use crate::model::{Digest, Digester, LibraryId, Platform, Release, ReleaseId, RendererId, RepoPath, Request};
use crate::snapshot::Snapshot;
use std::collections::BTreeMap;

/// Where the labels of all targets are read, by outputs that choose targets by their labels.
pub(super) const TARGETS: &str = "targets";
/// Where `platform.name` and `platform.values` are read; the rest of the file decides nothing about what is rendered.
pub(super) const SETTINGS: &str = "goldpath.yaml";

/// The digests of what is read as something else than one whole file.
pub struct Inputs<'a> {
    snapshot: &'a Snapshot,
    special: BTreeMap<RepoPath, Digest>,
}

impl<'a> Inputs<'a> {
    /// What there is to read in a platform repository.
    pub fn new(snapshot: &'a Snapshot, platform: &Platform) -> Self {
        Self::of(snapshot, platform, &renderer::renderers(snapshot).0)
    }

    pub(super) fn of(snapshot: &'a Snapshot, platform: &Platform, renderers: &BTreeMap<RendererId, Renderer>) -> Self {
        let path = |text: &str| RepoPath::parse(text).ok();
        let settings = platform.settings.as_ref();
        let values = settings.map(|settings| settings.values.0.to_string()).unwrap_or_default();
        let name = settings.map(|settings| settings.name.as_str()).unwrap_or_default();
        let mut labels = Digester::new();
        for target in platform.targets.values() {
            labels.add(target.name.as_str());
            labels.add(format!("{:?}", target.labels));
        }
        let mut special = BTreeMap::new();
        special.extend(path(SETTINGS).map(|path| (path, Digester::new().field(name).field(values).finish())));
        special.extend(path(TARGETS).map(|path| (path, labels.finish())));
        special.extend(renderers.values().map(|renderer| (renderer.folder.clone(), renderer.digest)));
        special.extend(platform.releases.values().filter_map(|release| Some((path(&release.id.folder())?, release.digest))));
        special.extend(platform.libraries.iter().filter_map(|(library, digest)| Some((path(&library.folder())?, *digest))));
        Self { snapshot, special }
    }

    /// The digest of what is at a path now; of nothing, when nothing is there.
    pub(super) fn digest(&self, path: &RepoPath) -> Digest {
        match (self.special.get(path), self.snapshot.get(path.as_str())) {
            (Some(digest), _) => *digest,
            (None, Some(file)) => Digest::of(file.id.bytes()),
            (None, None) => Digest::of(b""),
        }
    }

    pub(super) fn read(&self, path: RepoPath) -> Read {
        let digest = self.digest(&path);
        Read { path, digest }
    }

    /// Whether everything that was read is still there as it was.
    pub(super) fn still(&self, reads: &[Read]) -> bool {
        reads.iter().all(|read| self.digest(&read.path) == read.digest)
    }

    /// Whether something that the rendering of a unit read is another one now, so that it is rendered again.
    pub fn changed(&self, unit: &Unit) -> bool {
        !self.still(&unit.reads)
    }

    /// What every unit of a request reads, whatever it comes to: the request, its team, its release with libraries and renderers, the settings.
    pub(super) fn of_request(&self, platform: &Platform, request: &Request) -> Vec<RepoPath> {
        let mut paths = self.source(platform, request);
        let release = platform.releases.get(&request.release);
        let renderers = release.into_iter().flat_map(|release| &release.outputs).map(|output| &output.renderer);
        paths.extend(renderers.filter_map(|id| RepoPath::parse(&format!("renderers/{}/{}", id.name, id.version)).ok()));
        paths.extend(
            release.into_iter().flat_map(|release| &release.libraries).filter_map(|id: &LibraryId| RepoPath::parse(&id.folder()).ok()),
        );
        paths.sort();
        paths.dedup();
        paths
    }

    /// What others read of a request that they name.
    pub(super) fn source(&self, platform: &Platform, request: &Request) -> Vec<RepoPath> {
        let release = |id: &ReleaseId| RepoPath::parse(&id.folder()).ok();
        let team = platform.teams.get(&request.id.team).map(|team| team.file.clone());
        [Some(request.file.clone()), team, release(&request.release), RepoPath::parse(SETTINGS).ok()].into_iter().flatten().collect()
    }

    /// The digest of a release with everything that its templates are loaded from.
    pub(super) fn release(&self, release: &Release, limits: &Limits) -> Digest {
        let mut digester = Digester::new().field(release.id.to_string()).field(release.digest.bytes()).field(limits.bytes());
        let renderers = release.outputs.iter().map(|output| format!("renderers/{}/{}", output.renderer.name, output.renderer.version));
        let libraries = release.libraries.iter().map(LibraryId::folder);
        for folder in renderers.chain(libraries).filter_map(|folder| RepoPath::parse(&folder).ok()) {
            digester.add(self.digest(&folder).bytes());
        }
        digester.finish()
    }
}
