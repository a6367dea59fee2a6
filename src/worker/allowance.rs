//! How much memory a worker may take now: little more than its work has needed so far, so that what grows by itself ends early also where
//! much honest work is done.

use super::wire::Bounds;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::sync::{Mutex, PoisonError};

/// How much more is allowed for each byte that is kept: it is read, sent and shown to policies too, which takes twice as much.
const FOR_EACH_BYTE: u64 = 4;

/// The limit is raised by so much at once.
const STEP: u64 = 16 << 20;

/// The limit on memory of this process, which is raised as its work goes on.
#[derive(Debug)]
pub(super) struct Allowance {
    bounds: Bounds,
    now: Mutex<Now>,
}

/// Bytes that are kept, and that are allowed for them.
#[derive(Debug)]
struct Now {
    kept: u64,
    given: u64,
}

impl Allowance {
    /// Of a worker with these bounds, which has kept nothing yet.
    pub(super) fn of(bounds: Bounds) -> Self {
        Self { bounds, now: Mutex::new(Now { kept: 0, given: bounds.first }) }
    }

    /// So many bytes more are kept of what was made.
    pub(super) fn keeps(&self, bytes: usize) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.kept = now.kept.saturating_add(bytes as u64);
        let wanted = allowed(&self.bounds, now.kept);
        if wanted > now.given {
            now.given = wanted;
            // who may not raise it goes on with what there is
            setrlimit(Resource::Data, Rlimit { current: Some(wanted), maximum: Some(self.bounds.memory) }).ok();
        }
    }
}

/// What is allowed when so many bytes are kept: half of the first allowance is for what was read, the other half is room for one step.
pub(super) fn allowed(bounds: &Bounds, kept: u64) -> u64 {
    let needed = (bounds.first / 2).saturating_add(kept.saturating_mul(FOR_EACH_BYTE)).min(bounds.memory);
    needed.next_multiple_of(STEP).max(bounds.first).min(bounds.memory)
}
