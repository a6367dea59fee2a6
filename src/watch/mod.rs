//! What happened outside, as names of what to look at: `Trigger`.
//!
//! Triggers are level-based: one that is not taken yet swallows its like, and losing all of them costs an interval, not a change.

mod bell;
mod remote;
mod repository;
#[cfg(test)]
mod tests;

pub use bell::{Bell, Trigger, Triggers, triggers};
pub use remote::remote;
pub use repository::{Error, repository};

use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// Something that is being watched, until this is dropped.
#[derive(Debug)]
pub struct Watch {
    _tasks: JoinSet<()>,
    _files: Option<notify::RecommendedWatcher>,
}

/// Rings once per interval, whatever happened; the first time after one interval.
pub fn timer(trigger: Trigger, every: Duration, bell: Bell) -> Watch {
    let mut tasks = JoinSet::new();
    tasks.spawn(ring_always(trigger, every, bell));
    Watch { _tasks: tasks, _files: None }
}

async fn ring_always(trigger: Trigger, every: Duration, bell: Bell) {
    let mut interval = pace(every);
    interval.tick().await;
    loop {
        interval.tick().await;
        bell.ring(trigger);
    }
}

/// Ticks at once, then per interval; a tick that was missed is not made up for.
fn pace(every: Duration) -> tokio::time::Interval {
    // an interval of zero is no interval
    let mut interval = tokio::time::interval(every.max(Duration::from_millis(1)));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
