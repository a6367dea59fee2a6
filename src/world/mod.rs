//! Performs a command and answers with an event: the only place where decisions meet the outside worlds.

mod apply;
mod evidence;
mod looks;
mod publish;
mod resume;
mod rounds;
mod traced;
mod tree;

use crate::command::{Command, Event, Run};
use crate::config::Connection;
use crate::error::{Error, Kind};
use crate::forge::{Forge, Local};
use crate::git::Repository;
use crate::model::CommitId;
use crate::observe::Outcome;
use crate::plan::{Evaluation, Round};
use crate::reconcile::Perform;
use crate::signer::Signer;
use crate::telemetry::{self, Ended};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

pub use tree::{Bench, Tree, evaluate, judgement};

/// Trees and evaluations that are kept; each is made again when it is asked for and gone.
const KEPT: usize = 8;

/// Everything outside, as the daemon's configuration names it.
pub struct World {
    outside: Arc<Outside>,
}

/// What the parts of the world share.
struct Outside {
    git: Repository,
    branch: String,
    forge: Mutex<Forge>,
    connections: BTreeMap<String, Connection>,
    signer: Signer,
    owners: BTreeSet<String>,
    state: PathBuf,
    /// This binary, for the worker.
    exe: PathBuf,
    threads: usize,
    kept: Mutex<Kept>,
    /// goldpath's own refs are written by one task at a time.
    own_refs: Mutex<()>,
}

/// A round, the commit that judges it, and the day: what holds on one may be over on the next.
type Judged = (Round, Option<CommitId>, String);

/// For whom a worker asked the policies of a head.
#[derive(Clone, PartialEq)]
enum Asks {
    /// It is only compared with.
    Nobody,
    /// For this judge, on this day.
    For(Option<CommitId>, String),
}

/// What was read and rendered lately; the oldest goes first.
#[derive(Default)]
struct Kept {
    trusted: Vec<(CommitId, Arc<Tree>)>,
    heads: Vec<((Round, Asks), Arc<Tree>)>,
    evaluations: Vec<(Judged, Arc<Evaluation>)>,
    cache: crate::render::Cache,
}

/// What the world is made of.
pub struct Parts {
    /// The platform repository.
    pub git: Repository,
    /// Its default branch.
    pub branch: String,
    /// Where changes are proposed.
    pub forge: Forge,
    /// What targets name.
    pub connections: BTreeMap<String, Connection>,
    /// The key of the evidence.
    pub signer: Signer,
    /// Users who approve everything outside `requests/`.
    pub owners: BTreeSet<String>,
    /// The daemon's state folder.
    pub state: PathBuf,
    /// This binary, for the worker.
    pub exe: PathBuf,
    /// How many threads render.
    pub threads: usize,
}

impl World {
    /// The world of these parts.
    pub fn new(parts: Parts) -> Self {
        let Parts { git, branch, forge, connections, signer, owners, state, exe, threads } = parts;
        let outside = Outside {
            git,
            branch,
            forge: Mutex::new(forge),
            connections,
            signer,
            owners,
            state,
            exe,
            threads,
            kept: Mutex::default(),
            own_refs: Mutex::default(),
        };
        Self { outside: Arc::new(outside) }
    }

    /// Uses the local forge, one caller at a time.
    pub fn with_local<T>(&self, use_it: impl FnOnce(&mut Local) -> T) -> T {
        self.outside.with_local(use_it)
    }
}

impl Perform for World {
    async fn perform(&self, command: Command, run: &Run) -> Event {
        let name = name(&command);
        let outside = self.outside.clone();
        let run = run.clone();
        let started = std::time::Instant::now();
        let done = tokio::task::spawn_blocking(move || outside.perform(command, &run)).await;
        let event = match done {
            Ok(Ok(event)) => event,
            Ok(Err(error)) => Event::Failed { retry: error.kind() == Kind::Outside, message: said(&error) },
            Err(panic) => Event::Failed { retry: false, message: format!("a mistake in goldpath itself: {panic}") },
        };
        let took = started.elapsed();
        tracing::debug!(command = name, ?took, "performed");
        telemetry::performed(name, ended(&event), took);
        event
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// How a command ended, by its answer.
fn ended(event: &Event) -> Ended {
    match event {
        Event::Failed { .. } | Event::Applied { outcome: Outcome::Failed { .. } | Outcome::Unreachable { .. }, .. } => Ended::Failed,
        Event::Applied { outcome: Outcome::Unreviewed { .. } | Outcome::Foreign { .. }, .. } => Ended::Held,
        Event::Applied { outcome: Outcome::Applied(_), .. }
        | Event::Found(_)
        | Event::Observed(_)
        | Event::Reviewed(_)
        | Event::Landed(_)
        | Event::Rendered(_)
        | Event::Planned(_)
        | Event::Merged { .. }
        | Event::JudgedAlike { .. }
        | Event::NotMerged
        | Event::Said { .. }
        | Event::Published { .. }
        | Event::Recorded { .. }
        | Event::Accepted { .. }
        | Event::Cleared { .. }
        | Event::Tick { .. }
        | Event::Started => Ended::Done,
    }
}

/// An error in one line.
fn said(error: &Error) -> String {
    error.to_string().trim_start_matches("error: ").replace("\n  ", "; ")
}

fn name(command: &Command) -> &'static str {
    match command {
        Command::Observe { .. } => "observe",
        Command::Look { .. } => "look",
        Command::Render { .. } => "render",
        Command::Judge { .. } => "judge",
        Command::Plan { .. } => "plan",
        Command::Merge { .. } => "merge",
        Command::Say { .. } => "say",
        Command::Apply { .. } => "apply",
        Command::Publish { .. } => "publish",
        Command::Record { .. } => "record",
    }
}

impl Outside {
    fn perform(&self, command: Command, run: &Run) -> Result<Event, Error> {
        match command {
            Command::Observe { known } => self.observe(known.as_ref()),
            Command::Look { pull, landed } => self.look(pull, landed.as_ref()),
            Command::Render { round, judge } => self.evaluation(&round, judge.as_ref()).map(Event::Rendered),
            Command::Judge { round, judge, rules } => self.judged_again(&round, &judge, rules),
            Command::Plan { round, judge, units } => self.plan(&round, judge.as_ref(), &units),
            Command::Merge { pull, base, head, by } => self.merge(pull, &base, &head, &by),
            Command::Say { pull, commit, words } => self.say(pull, &commit, &words),
            Command::Apply { apply } => {
                let approved = run.approved.as_ref().ok_or_else(|| Error::bug("nothing is applied without an approved plan"))?;
                self.apply(&apply, approved, &run.lease, &run.inventory)
            }
            Command::Publish { publish } => self.publish(&publish),
            Command::Record { record } => self.record(&record),
        }
    }

    fn with_local<T>(&self, use_it: impl FnOnce(&mut Local) -> T) -> T {
        let Forge::Local(local) = &mut *self.forge.lock().unwrap_or_else(PoisonError::into_inner);
        use_it(local)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds what is kept for a key, and puts it last.
fn recall<K: PartialEq, T: Clone>(kept: &mut Vec<(K, T)>, key: &K) -> Option<T> {
    let at = kept.iter().position(|(known, _)| known == key)?;
    let entry = kept.remove(at);
    let found = entry.1.clone();
    kept.push(entry);
    Some(found)
}

fn keep<K: PartialEq, T>(kept: &mut Vec<(K, T)>, key: K, value: T) {
    kept.retain(|(known, _)| *known != key);
    if kept.len() >= KEPT {
        kept.remove(0);
    }
    kept.push((key, value));
}
