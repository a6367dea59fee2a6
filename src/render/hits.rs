//! What runs into its limits for one request after the other: it is not tried for all of them.
//!
//! Whether something is tried for a request depends on what came of the requests before it alone. Those that come first are always tried, so
//! that it is the same whatever a thread happens to render first; what was tried too early is looked at again in the end.

use super::codes::{EXPRESSION_ERROR, TEMPLATE_LIMIT};
use crate::model::{Finding, OutputName, Place, ReleaseId, RequestId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So often a release may run into its limits before what does so is not tried any more.
pub(super) const MOST: usize = 16;

/// So often all releases together may.
const MOST_OF_ALL: usize = 64;

/// An output of a release; nothing for its exports.
pub(super) type Part = Option<OutputName>;

/// What ran into its limits for which requests.
#[derive(Default)]
pub(super) struct Hits {
    /// Whether anything did, asked without a lock.
    any: AtomicBool,
    all: Mutex<BTreeMap<ReleaseId, BTreeMap<Part, OfPart>>>,
}

/// How often a part ran into its limits for each request, and where it did so first.
type OfPart = BTreeMap<RequestId, (usize, Place)>;

impl Hits {
    /// Notes that something ran into its limits.
    pub(super) fn add(&self, release: &ReleaseId, part: &Part, request: &RequestId, place: &Place) {
        let mut all = self.all();
        let of = all.entry(release.clone()).or_default().entry(part.clone()).or_default();
        of.entry(request.clone()).or_insert_with(|| (0, place.clone())).0 += 1;
        self.any.store(true, Ordering::Relaxed);
    }

    /// Whether a part is not to be tried for a request: it ran into its limits for one before it, and its release or all of them did too often.
    pub(super) fn is_over(&self, release: &ReleaseId, part: &Part, request: &RequestId) -> bool {
        if !self.any.load(Ordering::Relaxed) {
            return false;
        }
        let all = self.all();
        let Some(of_release) = all.get(release) else { return false };
        let own = of_release.get(part).and_then(|of| of.keys().next());
        let of_all = || all.values().map(|parts| before(parts, request)).sum::<usize>();
        own.is_some_and(|first| first < request) && (before(of_release, request) == MOST || of_all() >= MOST_OF_ALL)
    }

    /// The parts of a release that are not to be tried for a request.
    pub(super) fn over(&self, release: &ReleaseId, request: &RequestId) -> Vec<Part> {
        let parts: Vec<Part> = self.all().get(release).into_iter().flat_map(BTreeMap::keys).cloned().collect();
        parts.into_iter().filter(|part| self.is_over(release, part, request)).collect()
    }

    /// Where a part ran into its limits for the first of all requests.
    pub(super) fn first(&self, release: &ReleaseId, part: &Part) -> Option<Place> {
        self.all().get(release)?.get(part)?.values().next().map(|(_, place)| place.clone())
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<ReleaseId, BTreeMap<Part, OfPart>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often a release ran into its limits for requests before this one, as far as that counts.
fn before(parts: &BTreeMap<Part, OfPart>, request: &RequestId) -> usize {
    parts.values().flat_map(|of| of.range(..request)).map(|(_, (times, _))| times).sum::<usize>().min(MOST)
}

/// Says of what ran into its limits for how many requests it was not tried, at the place where it did so first.
pub(super) fn tell(findings: &mut [Finding], untried: &BTreeMap<Place, BTreeSet<RequestId>>) {
    for finding in findings.iter_mut().filter(|finding| [TEMPLATE_LIMIT, EXPRESSION_ERROR].contains(&finding.code)) {
        match untried.get(&finding.place).map_or(0, BTreeSet::len) {
            0 => {}
            1 => finding.message.push_str("; one more request was not tried"),
            more => finding.message.push_str(&format!("; {more} more requests were not tried")),
        }
    }
}
