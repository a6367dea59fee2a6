//! The child process that reads and renders what a pull request brought, and asks its policies: values in, values out, and where it is on the way.
//!
//! It is this binary with a hidden verb, without the environment, without files, network and other processes, and with limits on memory,
//! processor time and wall time; whatever happens in it ends that process and is told as a [`Death`].

mod allowance;
mod asking;
mod at;
mod call;
mod culprit;
mod death;
mod giver;
mod inside;
mod pair;
mod trials;
mod walls;
mod watch;
mod wire;

pub use at::At;
pub use death::{Death, Why, explained};
pub use inside::main;
pub use pair::{Compared, Pair, WantedClaims, compare};
pub use trials::{Trying, try_all};
pub use walls::Walls;

use crate::cases::Answer;
use crate::diff::Changes;
use crate::model::{Digest, Exception, Place, RepoPath, UnitId};
use crate::observe::TerraformPlan;
use crate::parse::Parsed;
use crate::policy::{Surroundings, Verdicts};
use crate::process;
use crate::render::{Limits, Rendered, Unit};
use crate::snapshot::Snapshot;
use at::Key;
use call::{Call, Heard, Prepared};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use wire::{Bounds, Errand};

/// How long a worker may take for one tree, and as much more as its requests need. What explodes in one step is ended long before by the watch
/// over steps; this one is for what takes long in many small ones, and leaves room for a busy machine.
pub const WALL: Duration = Duration::from_secs(60);

/// The hidden verb of the binary that starts [`main`].
pub const VERB: &str = "__worker";

/// What its start is told when its job is still being read: it makes itself ready meanwhile.
pub const EARLY: &str = "--early";

/// Its whole environment. The allocator of the binary takes memory as it needs it, not a gigabyte at its start: the limit counts what may be
/// written to, whether or not it is.
const ENV: (&str, &str) = ("MIMALLOC_ARENA_EAGER_COMMIT", "0");

/// What a worker is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// The tree.
    pub snapshot: Snapshot,
    /// How much each unit may ask for.
    pub limits: Limits,
    /// How many threads render.
    pub threads: usize,
    /// What policies are asked; nothing: those of the tree are only compiled.
    pub asked: Option<Asked>,
    /// What comes back: much of what is not needed takes longer to send than to make.
    pub wanted: Wanted,
}

/// What a worker gives back besides what is wrong with a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// What it says.
    pub platform: bool,
    /// What it renders to.
    pub rendered: Wants,
}

/// How much of what a tree renders to is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wants {
    /// It is not rendered, and its policies are not compiled.
    Nothing,
    /// What is wrong with it.
    Findings,
    /// Its files, without the objects in them, what was read for them and what they come after.
    Files,
    /// Its files with the objects in them.
    Units,
    /// Everything, also what was read for each.
    Everything,
}

impl Wanted {
    /// What two trees are compared by.
    pub const COMPARABLE: Self = Self { platform: true, rendered: Wants::Units };

    /// Everything there is.
    pub const EVERYTHING: Self = Self { platform: true, rendered: Wants::Everything };
}

/// What the policies of a tree are asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Digests of what policies see of units of the base by themselves ([`policy::seen`]): what has the same is not asked about.
    pub base: BTreeMap<UnitId, Digest>,
    /// The same units as the policies are shown them beside what they are now, without bytes and only where policies look at it; nothing:
    /// nothing is compared.
    pub before: Option<BTreeMap<UnitId, Unit>>,
    /// The exceptions of the judge; nothing: those of the tree itself.
    pub exceptions: Option<Vec<Exception>>,
    /// The date, UTC: `2026-01-31`.
    pub today: String,
    /// By what the base judged, where the tree brings other policies or exceptions; nothing: it brings the same.
    pub was: Option<Was>,
    /// The policies of whoever judges, where the tree has others.
    pub judge: Option<Judge>,
    /// What surrounded requests in the base, where that is not the same.
    pub around: Option<Surroundings>,
    /// What Terraform would do, where that is known.
    pub plans: BTreeMap<UnitId, TerraformPlan>,
}

/// The policies and exceptions of a base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Was {
    /// The files of the policies, and what tells of their owners.
    pub policies: Snapshot,
    /// The exceptions.
    pub exceptions: Vec<Exception>,
}

/// The policies of a judge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judge {
    /// Their files, and what tells of their owners.
    pub policies: Snapshot,
    /// Whether they are asked in the place of those of the tree: it landed before they did, and they hold for it now.
    pub is_newer: bool,
}

impl Asked {
    /// What is asked where everything is new, on this day.
    pub fn about_what_is_new(today: String) -> Self {
        Self { today, before: Some(BTreeMap::new()), ..Self::default() }
    }
}

/// What a worker found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluated {
    /// What the tree says.
    pub parsed: Parsed,
    /// What it renders to.
    pub rendered: Rendered,
    /// What is wrong with its policies, and what they say of its units where they were asked.
    pub verdicts: Verdicts,
    /// How many requests it has, also those that cannot be read.
    pub requests: usize,
    /// Templates (with a `release.yaml` all of its release), schemas and policies that ended a worker and were left out: each has a finding,
    /// and such a tree is never one to be rendered without a worker.
    pub left_out: BTreeSet<RepoPath>,
}

/// What a worker says on its standard output.
#[derive(Debug, Serialize, Deserialize)]
enum Said {
    /// It has shut itself in, and reads its job now.
    Ready(Walls),
    /// It is about to run something that the tree brought.
    Begins(At),
    /// It is about to run this tag or expression.
    Step(Place),
    /// It is done with everything that has this key.
    Ended(Key),
    /// This took longer than it may: it ends for that.
    Overran(At),
    /// This is rendered, as far as it is wanted.
    Unit(Box<Unit>),
    /// It is done; the units were said before, and this has changed of them since.
    Done(Box<Evaluated>, Amended),
    /// What came of comparing two trees; nothing where that takes looking at both by themselves.
    Compared(Option<Box<pair::Rest>>),
    /// Some of what differs between two trees.
    Changes(Changes),
    /// What came of the trial with this number.
    Answer(usize, Box<Answer>),
}

/// Reads and renders a tree, and asks its policies, in a child process, which is ended after `wall`, and a little more for each of many requests; `exe`
/// is this binary.
///
/// It works without a word; when it ends early it is started again and tells where it is, because telling costs more than rendering. A
/// template, a schema or a policy that ends the child is looked for, left out, and told as a finding: the rest goes on.
///
/// # Errors
/// When the child cannot be started, or ends before it is done for another reason than one of these files.
pub fn evaluate(exe: &Path, job: &Job, wall: Duration) -> Result<Evaluated, Death> {
    evaluate_with(exe, job, None, wall)
}

/// The same, where what the policies are asked may be told only when the work has begun: it takes the place of what the job says.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_with(exe: &Path, job: &Job, later: Option<&Later>, wall: Duration) -> Result<Evaluated, Death> {
    let call = Call { later: later.cloned(), ..Call::of(exe, Prepared::of(job, wall)?, &kept) };
    let first = call.run(&Errand::default());
    call.until_done(first)
}

/// Reads a job while a child makes itself ready for it, and evaluates it there; `take` sees each unit as it comes, and gives back what is kept.
///
/// # Errors
/// Why the job could not be read. Beside the job: as [`evaluate`].
pub fn evaluate_early<E>(
    exe: &Path,
    read: impl FnOnce() -> Result<Job, E>,
    wall: Duration,
    take: &TakeUnit,
) -> Result<(Job, Result<Evaluated, Death>), E> {
    let given: Arc<OnceLock<Vec<Arc<[u8]>>>> = Arc::default();
    let waits = Arc::clone(&given);
    std::thread::scope(|scope| {
        // what is given is only waited for when the child is there
        let input = std::iter::once_with(move || waits.wait().clone()).flatten();
        let child = scope.spawn(move || {
            let mut heard = Heard::by(take);
            let output = process::pipe(exe, &[VERB, EARLY], Some(ENV), input, wall.saturating_add(EARLY_MORE), |bytes| heard.take(bytes));
            (heard, output)
        });
        // whatever becomes of reading, nobody waits for ever
        let nothing = GivesNothing(&given);
        let job = read();
        let prepared = job.as_ref().map_or_else(|_| Err(garbled(&io::Error::other("there is no job"))), |job| Prepared::of(job, wall));
        let errand = Errand::default();
        let pieces = prepared.as_ref().ok().and_then(|prepared| prepared.pieces(&errand).ok());
        given.set(pieces.unwrap_or_default()).ok();
        drop(nothing);
        let (heard, output) = child.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let job = job?;
        let evaluated = prepared.and_then(|prepared| {
            let first = heard.end(output, prepared.bounds.first);
            Call::of(exe, prepared, take).until_done(first)
        });
        Ok((job, evaluated))
    })
}

/// Gives nothing in the end, where nothing was given before.
struct GivesNothing<'a>(&'a OnceLock<Vec<Arc<[u8]>>>);

impl Drop for GivesNothing<'_> {
    fn drop(&mut self) {
        self.0.set(Vec::new()).ok();
    }
}

/// How much longer a child may take that was started when nobody knew of how many requests: what runs without end is ended by its processor time.
const EARLY_MORE: Duration = Duration::from_secs(600);

/// Who takes a unit as soon as it comes, and gives back what is kept of it.
pub type TakeUnit<'t> = dyn Fn(Unit) -> Unit + Sync + 't;

/// All of it is kept.
fn kept(unit: Unit) -> Unit {
    unit
}

/// What only all units together tell of some that were said before.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Amended {
    /// They hold what another one holds.
    refused: BTreeSet<UnitId>,
    /// They come after units of other requests too.
    depends_on: BTreeMap<UnitId, Vec<UnitId>>,
}

/// What the policies of a tree are asked, when that is told only after the work on it has begun.
#[derive(Clone, Debug, Default)]
pub struct Later(Arc<OnceLock<Arc<[u8]>>>);

impl Later {
    /// Tells it; nothing: they are only compiled.
    ///
    /// # Errors
    /// When it is too long for a pipe; nothing is asked then.
    pub fn tell(&self, asked: Option<&Asked>) -> Result<(), Death> {
        let (frame, problem) = match wire::frame(&asked) {
            Ok(frame) => (frame, None),
            Err(error) => (wire::frame(&None::<Asked>).unwrap_or_default(), Some(garbled(&error))),
        };
        self.0.set(frame.into()).ok();
        problem.map_or(Ok(()), Err)
    }
}

/// Starts a worker that is given no job, to see how far this machine shuts it in.
///
/// # Errors
/// When the child cannot be started, or cannot shut itself in at all.
pub fn walls(exe: &Path) -> Result<Walls, Death> {
    const WALL: Duration = Duration::from_secs(10);
    let bounds = Bounds::of(0, 0, 1, WALL);
    let mut heard = Heard::by(&kept);
    let frame = wire::frame(&bounds).map_err(|error| garbled(&error))?;
    let output = process::pipe(exe, &[VERB], Some(ENV), std::iter::once(frame.into()), WALL, |bytes| heard.take(bytes));
    heard.walls.ok_or_else(|| Death::of(output, Vec::new(), None, bounds.first))
}

fn garbled(source: &io::Error) -> Death {
    Death::Garbled { message: source.to_string() }
}

#[cfg(test)]
mod tests;
