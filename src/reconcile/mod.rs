//! The loop: one change at a time through its life, behind the one seam `Perform`.
//!
//! Work is named by keys in the store's queue: the repository as a whole, a change, a target. A key says what to look at, never
//! what happened, so a key that is lost or doubled changes nothing. Who holds a key's lease is the only one that works on it.

mod changes;
mod error;
mod gauges;
mod key;
mod line;
mod repository;
mod say;
mod targets;
mod view;

use crate::command::{Command, Event, LeaseProof, Run};
use crate::model::ChangeId;
use crate::plan::{Evaluation, Plans};
use crate::store::{self, Store};
use crate::telemetry;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub use error::Error;
pub use key::Key;
pub use line::Line;
pub use say::Said;

/// How long a lease holds without being renewed.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// How often a lease is renewed.
const PULSE: Duration = Duration::from_secs(10);
/// How long to wait before a store that refused is asked again, when nobody else can do it meanwhile.
const AGAIN: Duration = Duration::from_millis(200);
/// How long to wait before the outside world is asked again after it failed.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// Keys that are worked on at once.
const WORKERS: usize = 4;

/// The one seam between what is decided and what is done.
pub trait Perform: Send + Sync + 'static {
    /// Does what is asked and says what came of it; an error of the outside world is an event too.
    fn perform(&self, command: Command, run: &Run) -> impl Future<Output = Event> + Send;

    /// The time of that world.
    fn now(&self) -> Timestamp;
}

/// The loop with its memory.
pub struct Reconciler<P> {
    store: Store,
    world: P,
    /// Whoever this process is, for leases.
    owner: String,
    /// What was looked at last, per change; it is made again when it is missing.
    looked: Mutex<BTreeMap<ChangeId, Looked>>,
    /// What the comment of each change shows, as far as this process has written or found it so.
    said: Mutex<BTreeMap<ChangeId, Said>>,
    /// Deliveries are read, stepped and written by one task at a time.
    deliveries: tokio::sync::Mutex<()>,
    /// The line is read, moved on and written by one task at a time.
    one_line: tokio::sync::Mutex<()>,
    wake: Notify,
    rounds: AtomicU64,
    page: Option<String>,
    pulse: Duration,
    /// Whether anything was done since the gauges were set.
    moved: AtomicBool,
    /// The gauges are set by one task at a time.
    gauges: tokio::sync::Mutex<()>,
}

/// What was looked at last for a change.
#[derive(Clone)]
struct Looked {
    evaluation: Arc<Evaluation>,
    plans: Option<Arc<Plans>>,
}

impl<P: Perform> Reconciler<P> {
    /// A loop over this memory and this world; `owner` names the process in leases, `page` is where its pages are.
    pub fn new(store: Store, world: P, owner: String, page: Option<String>) -> Self {
        Self {
            store,
            world,
            owner,
            looked: Mutex::default(),
            said: Mutex::default(),
            deliveries: tokio::sync::Mutex::default(),
            one_line: tokio::sync::Mutex::default(),
            wake: Notify::new(),
            rounds: AtomicU64::new(0),
            page,
            pulse: PULSE,
            moved: AtomicBool::new(true),
            gauges: tokio::sync::Mutex::default(),
        }
    }

    /// The same loop, renewing its leases this often.
    #[must_use]
    pub fn with_pulse(self, pulse: Duration) -> Self {
        Self { pulse, ..self }
    }

    /// The world that it works in.
    pub fn world(&self) -> &P {
        &self.world
    }

    /// Puts a key into the queue, to be looked at now.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn look_at(&self, key: &Key) -> Result<(), Error> {
        self.store.enqueue(&key.to_string(), self.world.now()).await?;
        self.wake.notify_waiters();
        Ok(())
    }

    /// Takes up what an earlier process left: everything that is not finished is looked at.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn take_up(&self) -> Result<(), Error> {
        for change in self.store.changes().await?.into_values() {
            if change.is_open() {
                self.look_at(&Key::Change(change.id)).await?;
            }
        }
        for target in self.store.deliveries().await?.into_keys() {
            self.look_at(&Key::Target(target)).await?;
        }
        self.look_at(&Key::Repository).await
    }

    /// Works until it is told to stop.
    pub async fn run(self: &Arc<Self>, stop: CancellationToken) {
        let workers: Vec<_> = (0..WORKERS).map(|_| tokio::spawn(self.clone().work(stop.clone()))).collect();
        for worker in workers {
            if let Err(error) = worker.await {
                tracing::error!(%error, "worker ended");
            }
        }
    }

    async fn work(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let woken = self.wake.notified();
            match self.work_once().await {
                Ok(true) => {}
                Ok(false) => {
                    self.set_gauges().await;
                    tokio::select! {
                        () = woken => {}
                        () = tokio::time::sleep(Duration::from_millis(500)) => {}
                        () = stop.cancelled() => {}
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "unable to work");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Works on the next key that is due; false: none is.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn work_once(&self) -> Result<bool, Error> {
        let Some(lease) = self.store.lease(&self.owner, self.world.now(), LEASE).await? else { return Ok(false) };
        let run = Run { lease: lease.proof, inventory: BTreeMap::new(), approved: None };
        let key = run.lease.key();
        let again = tokio::select! {
            again = self.work_on(key, &run) => again,
            error = self.keep(&run.lease) => Err(error),
        };
        let again = again.unwrap_or_else(|error| {
            tracing::error!(%key, %error, "unable to work on this");
            Some(self.world.now() + PAUSE)
        });
        self.give_back(&run.lease, again).await?;
        self.moved.store(true, Ordering::Relaxed);
        self.wake.notify_waiters();
        Ok(true)
    }

    /// Renews a lease for as long as it is waited for; answers only when the lease is lost. While it still holds, a store that refuses is
    /// asked again: nobody else may work on the key.
    async fn keep(&self, lease: &LeaseProof) -> Error {
        let mut until = self.world.now() + LEASE;
        let mut pause = self.pulse;
        loop {
            tokio::time::sleep(pause).await;
            let next = self.world.now() + LEASE;
            match self.store.renew(lease, next).await {
                Ok(()) => (until, pause) = (next, self.pulse),
                Err(error) if error.is_retryable() && self.world.now() < until => {
                    tracing::warn!(key = lease.key(), %error, "unable to renew a lease, trying again");
                    pause = AGAIN.min(self.pulse);
                }
                Err(error) => return error.into(),
            }
        }
    }

    /// Gives a key back. A store that refuses is asked again for as long as the lease may hold: before its end nobody else would look at
    /// the key.
    async fn give_back(&self, lease: &LeaseProof, again: Option<Timestamp>) -> Result<(), Error> {
        let until = self.world.now() + LEASE;
        loop {
            match self.store.release(lease, again).await {
                Err(store::Error::LeaseLost { .. }) | Ok(()) => return Ok(()),
                Err(error) if error.is_retryable() && self.world.now() < until => {
                    tracing::warn!(key = lease.key(), %error, "unable to give a key back, trying again");
                    tokio::time::sleep(AGAIN).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Works on one key; answers when it is to be looked at again by itself.
    async fn work_on(&self, key: &str, run: &Run) -> Result<Option<Timestamp>, Error> {
        match Key::parse(key) {
            Some(Key::Repository) => {
                let begun = Instant::now();
                let again = self.repository(run).await?;
                telemetry::reconciled(begun.elapsed());
                self.rounds.fetch_add(1, Ordering::Relaxed);
                Ok(again)
            }
            Some(Key::Change(id)) => self.change(&id, run).await,
            Some(Key::Target(target)) => self.target(&target, run).await,
            None => Ok(None),
        }
    }

    /// Works until nothing is due: how tests and `status --wait` see an end.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn settle(&self) -> Result<(), Error> {
        while self.work_once().await? {}
        Ok(())
    }

    /// Looks at the repository once more and waits until nothing is due and nothing is being worked on, while others work.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn settled(&self) -> Result<(), Error> {
        self.look_at(&Key::Repository).await?;
        loop {
            let woken = self.wake.notified();
            if self.is_idle().await? {
                self.set_gauges().await;
                return Ok(());
            }
            let _or_in_a_moment = tokio::time::timeout(Duration::from_millis(100), woken).await;
        }
    }

    /// Waits until the repository was looked at once since the start.
    pub async fn first_round(&self) {
        loop {
            let woken = self.wake.notified();
            if self.rounds() > 0 {
                return;
            }
            let _or_in_a_moment = tokio::time::timeout(Duration::from_millis(100), woken).await;
        }
    }

    /// How often the repository was looked at since the start.
    pub fn rounds(&self) -> u64 {
        self.rounds.load(Ordering::Relaxed)
    }

    /// Whether nothing is due and nothing is being worked on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn is_idle(&self) -> Result<bool, Error> {
        Ok(self.store.is_idle(self.world.now()).await?)
    }

    fn remember(&self, id: &ChangeId, evaluation: Arc<Evaluation>, plans: Option<Arc<Plans>>) {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        looked.insert(id.clone(), Looked { evaluation, plans });
    }

    fn looked(&self, id: &ChangeId) -> Option<Looked> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}
