//! Which lines of its templates a release reaches with what was rendered; asked for by tests, so it renders once more.

use super::provenance::Bench;
use super::release::{Body, load};
use super::rendered::{At, Limits, Rendered};
use super::renderer::renderers;
use crate::model::{Coverage, Platform, ReleaseId};
use crate::snapshot::Snapshot;

/// The lines of all templates of a release, its libraries and renderers that write something, and those that wrote something of these units;
/// `begins` is told of each file that is rendered for it.
pub fn coverage(
    snapshot: &Snapshot,
    platform: &Platform,
    limits: &Limits,
    rendered: &Rendered,
    release: &ReleaseId,
    begins: &dyn Fn(At),
) -> Coverage {
    let mut coverage = Coverage::default();
    let Some(known) = platform.releases.get(release) else { return coverage };
    let (renderers, _) = renderers(snapshot);
    for plan in load(snapshot, known, &renderers, limits).outputs.values() {
        plan.engine.lines().into_iter().for_each(|(file, line)| coverage.add(&file, line, false));
    }
    for unit in rendered.units.values().filter(|unit| unit.release == *release) {
        let file = known.file.clone();
        begins(At { request: unit.id.request.clone(), unit: Some(unit.id.clone()), file });
        let Some(bench) = Bench::open(snapshot, platform, limits, unit) else { continue };
        for file in bench.files() {
            let Body::Template(template) = file.body else { continue };
            begins(At { request: unit.id.request.clone(), unit: Some(unit.id.clone()), file: file.source.clone() });
            for (file, line) in bench.reached(template) {
                coverage.add(&file, line, true);
            }
        }
    }
    // what comes with goldpath is not the repository's to test
    coverage.0.retain(|file, _| snapshot.get(file.as_str()).is_some());
    coverage
}
