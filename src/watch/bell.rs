//! Where triggers are rung and taken: one place for each, so that nothing piles up.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// What to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// References of the platform repository may have moved.
    Repository,
    /// People may have said something in the forge.
    Forge,
    /// Something may be due.
    Timer,
}

impl Trigger {
    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Forge => "forge",
            Self::Timer => "timer",
        }
    }
}

#[derive(Debug, Default)]
struct Inbox {
    waiting: Mutex<BTreeSet<Trigger>>,
    rung: Notify,
}

/// Where triggers are rung; clones ring at the same place.
#[derive(Clone, Debug)]
pub struct Bell(Arc<Inbox>);

/// Where triggers are taken.
#[derive(Debug)]
pub struct Triggers(Arc<Inbox>);

/// A place for triggers: who rings, and who takes.
pub fn triggers() -> (Bell, Triggers) {
    let inbox = Arc::new(Inbox::default());
    (Bell(inbox.clone()), Triggers(inbox))
}

impl Bell {
    /// Rings; while the same trigger still waits to be taken, this changes nothing.
    pub fn ring(&self, trigger: Trigger) {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(trigger);
        self.0.rung.notify_one();
    }
}

impl Triggers {
    /// Waits until something was rung, and takes all of it. Nothing is lost when the waiting is given up.
    pub async fn next(&mut self) -> BTreeSet<Trigger> {
        loop {
            let taken = self.take();
            if !taken.is_empty() {
                return taken;
            }
            self.0.rung.notified().await;
        }
    }

    /// Takes what was rung till now, without waiting.
    pub fn take(&mut self) -> BTreeSet<Trigger> {
        std::mem::take(&mut *self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
