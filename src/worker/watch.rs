//! Watches over the steps of a worker from inside: one that takes too long ends the process, and is named.

use super::at::Key;
use super::{At, Said, inside};
use rustix::time::{ClockId, clock_gettime};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The code that a worker ends with when a step takes too long.
pub(super) const OVERRAN: i32 = 75;

/// How often the steps are looked at.
const PERIOD: Duration = Duration::from_millis(20);

/// How much processor time a schema about one file, or a template of one unit, may take; honest ones take milliseconds.
const STEP: Duration = Duration::from_millis(500);

/// The same for a policy about one unit, which gets its own finding after a million steps.
const POLICY: Duration = Duration::from_secs(2);

/// The steps that run.
#[derive(Clone, Default)]
pub(super) struct Watch(Arc<Mutex<BTreeMap<Key, Step>>>);

struct Step {
    at: At,
    begun: Instant,
    /// The processor time of the process when it was first looked at: who begins it does not ask, as there are many short ones.
    used: Option<Duration>,
}

impl Watch {
    /// Begins to watch, on a thread of its own.
    pub(super) fn start() -> std::io::Result<Self> {
        let watch = Self::default();
        let watched = watch.clone();
        std::thread::Builder::new().stack_size(256 << 10).spawn(move || {
            loop {
                std::thread::park_timeout(PERIOD);
                if let Some(at) = watched.overran() {
                    // Who does not hear it sees the code.
                    inside::say(&Said::Overran(at)).ok();
                    std::process::exit(OVERRAN);
                }
            }
        })?;
        Ok(watch)
    }

    pub(super) fn begins(&self, at: At) {
        self.steps().insert(at.key(), Step { at, begun: Instant::now(), used: None });
    }

    pub(super) fn ended(&self, key: &Key) {
        self.steps().remove(key);
    }

    /// Nothing runs any more.
    pub(super) fn rest(&self) {
        self.steps().clear();
    }

    fn steps(&self) -> MutexGuard<'_, BTreeMap<Key, Step>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The step that took longer than it may. Steps that run at the same time share the processor time evenly, as far as is known here;
    /// and none can have taken more than has passed on the clock.
    fn overran(&self) -> Option<At> {
        let mut steps = self.steps();
        let share = u32::try_from(steps.len()).unwrap_or(u32::MAX).max(1);
        let now = used();
        let taken = |step: &mut Step| step.begun.elapsed().min(now.saturating_sub(*step.used.get_or_insert(now)) / share);
        let most = |step: &Step| if matches!(step.at.innermost(), At::Ask(_)) { POLICY } else { STEP };
        steps.values_mut().find_map(|step| (taken(step) > most(step)).then(|| step.at.clone()))
    }
}

/// The processor time of the process.
fn used() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
