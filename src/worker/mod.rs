//! The child process that reads and renders what a pull request brought, and asks its policies: values in, values out, and where it is on the way.
//!
//! It is this binary with a hidden verb, without the environment, without files, network and other processes, and with limits on memory,
//! processor time and wall time; whatever happens in it ends that process and is told as a [`Death`].

mod at;
mod culprit;
mod death;
mod giver;
mod inside;
mod trials;
mod walls;
mod watch;
mod wire;

pub use at::At;
pub use death::{Death, Why, explained};
pub use inside::main;
pub use trials::{Trying, try_all};
pub use walls::Walls;

use crate::cases::Answer;
use crate::model::{Digest, Exception, Place, RepoPath, UnitId, sort_findings};
use crate::parse::Parsed;
use crate::policy::Verdicts;
use crate::process;
use crate::render::{Limits, Rendered, Unit};
use crate::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use wire::{Bounds, Errand};

/// How long a worker may take for one tree. What explodes in one step is ended long before by the watch over steps; this one is for
/// what takes long in many small ones, and leaves room for ten thousand requests on a busy machine.
pub const WALL: Duration = Duration::from_secs(60);

/// The hidden verb of the binary that starts [`main`].
pub const VERB: &str = "__worker";

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
    /// What its own policies are asked; nothing when they are those of the judge, who asks them itself: they are only compiled then.
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
    /// Units of the base: what has the same digest is not asked about.
    pub base: BTreeMap<UnitId, Digest>,
    /// The exceptions of the judge; nothing: those of the tree itself.
    pub exceptions: Option<Vec<Exception>>,
    /// The date, UTC: `2026-01-31`.
    pub today: String,
    /// The files of a judge whose policies are asked besides; nothing: the tree's own alone.
    pub judge: Option<Snapshot>,
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
    /// Templates (with a `release.yaml` all of its release) that ended a worker and were left out: each has a finding, and such a tree is
    /// never one to be rendered without a worker.
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
    Ended(String),
    /// This took longer than it may: it ends for that.
    Overran(At),
    /// This is rendered, as far as it is wanted.
    Unit(Box<Unit>),
    /// It is done; the units were said before, and this has changed of them since.
    Done(Box<Evaluated>, Amended),
    /// What came of the trial with this number.
    Answer(usize, Box<Answer>),
}

/// Reads and renders a tree, and asks its policies, in a child process, which is ended after `wall`; `exe` is this binary.
///
/// It works without a word; when it ends early it is started again and tells where it is, because telling costs more than rendering. A
/// template that ends the child is looked for, left out, and told as a finding of what is rendered: the rest goes on.
///
/// # Errors
/// When the child cannot be started, or ends before it is done for another reason than a template.
pub fn evaluate(exe: &Path, job: &Job, wall: Duration) -> Result<Evaluated, Death> {
    evaluate_with(exe, job, None, wall)
}

/// The same, where what the policies are asked may be told only when the work has begun: it takes the place of what the job says.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_with(exe: &Path, job: &Job, later: Option<&Later>, wall: Duration) -> Result<Evaluated, Death> {
    let job_frame: Arc<[u8]> = wire::frame(job).map_err(|error| garbled(&error))?.into();
    let requests = job.snapshot.under("requests").count();
    let bounds = Bounds::of(job_frame.len(), requests, job.threads, wall);
    let mut call = Call { exe, bounds, job_frame, later: later.cloned(), until: Instant::now() + wall };
    let mut errand = Errand::default();
    let mut deaths = Vec::new();
    loop {
        let death = match call.run(&errand) {
            Ok(evaluated) => return Ok(without(evaluated, errand.without, &deaths)),
            Err(death) => death,
        };
        if death.is_nowhere() && !errand.telling {
            errand.telling = true;
            // what took all the time is to be found too
            call.until = Instant::now() + wall;
            continue;
        }
        let Some((file, traced)) = culprit::find(&call, &death) else { return Err(death) };
        if errand.without.len() == MOST_LEFT_OUT || !errand.without.insert(file) {
            return Err(death);
        }
        deaths.push(traced);
    }
}

/// What only all units together tell of some that were said before.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Amended {
    /// They hold what another one holds.
    refused: BTreeSet<UnitId>,
    /// They come after units of other requests too.
    depends_on: BTreeMap<UnitId, Vec<UnitId>>,
}

/// What was found, with the units that were said one by one.
fn with(mut evaluated: Evaluated, mut amended: Amended, units: Vec<Unit>) -> Evaluated {
    let units = units.into_iter().filter(|unit| !amended.refused.contains(&unit.id));
    let amend = |mut unit: Unit| {
        unit.depends_on = amended.depends_on.remove(&unit.id).unwrap_or(unit.depends_on);
        (unit.id.clone(), unit)
    };
    evaluated.rendered.units = units.map(amend).collect();
    evaluated
}

/// How many templates are left out before the whole is given up: each costs two runs.
const MOST_LEFT_OUT: usize = 8;

/// What was found without some templates, with the findings about those.
fn without(mut evaluated: Evaluated, left_out: BTreeSet<RepoPath>, deaths: &[Death]) -> Evaluated {
    for death in deaths {
        let Death::Ended { at, .. } = death else { continue };
        let request = at.first().and_then(At::request).and_then(|id| evaluated.parsed.platform.requests.get(id));
        for mut finding in death.findings() {
            if let Some(request) = request {
                finding = finding.related(Place::file(request.file.clone()), format!("rendered for `{}`", request.id));
            }
            evaluated.rendered.findings.push(finding);
        }
    }
    sort_findings(&mut evaluated.rendered.findings);
    evaluated.left_out = left_out;
    evaluated
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

/// One job, and how often it takes a child to run it.
struct Call<'a> {
    exe: &'a Path,
    bounds: Bounds,
    job_frame: Arc<[u8]>,
    later: Option<Later>,
    until: Instant,
}

impl Call<'_> {
    fn run(&self, errand: &Errand) -> Result<Evaluated, Death> {
        let mut heard = Heard::default();
        let output = self.hear(errand, &mut heard)?;
        match (heard.done.take(), heard.garbled.take()) {
            (Some((evaluated, amended)), None) => Ok(with(*evaluated, amended, heard.units)),
            (_, Some(message)) => Err(Death::Garbled { message }),
            (None, None) => Err(heard.death(output, self.bounds.memory)),
        }
    }

    /// What a child is given, piece by piece: what is told later is only waited for when the rest is written.
    fn input(&self, errand: &Errand) -> Result<impl Iterator<Item = Arc<[u8]>> + Send + use<>, Death> {
        let errand = Errand { later: self.later.is_some(), ..errand.clone() };
        let frame = |frame: std::io::Result<Vec<u8>>| Ok(Arc::from(frame.map_err(|error| garbled(&error))?));
        let before = [frame(wire::frame(&self.bounds))?, frame(wire::frame(&errand))?, Arc::clone(&self.job_frame)];
        Ok(before.into_iter().chain(self.later.clone().into_iter().map(|later| Arc::clone(later.0.wait()))))
    }

    /// Runs a child, and hears what it says to its end.
    fn hear(&self, errand: &Errand, heard: &mut Heard) -> Result<Result<process::Output, process::Error>, Death> {
        let input = self.input(errand)?;
        let left = self.until.saturating_duration_since(Instant::now());
        Ok(process::pipe(self.exe, &[VERB], Some(ENV), input, left, |bytes| heard.take(bytes)))
    }
}

/// Starts a worker that is given no job, to see how far this machine shuts it in.
///
/// # Errors
/// When the child cannot be started, or cannot shut itself in at all.
pub fn walls(exe: &Path) -> Result<Walls, Death> {
    const WALL: Duration = Duration::from_secs(10);
    let bounds = Bounds::of(0, 0, 1, WALL);
    let mut heard = Heard::default();
    let frame = wire::frame(&bounds).map_err(|error| garbled(&error))?;
    let output = process::pipe(exe, &[VERB], Some(ENV), std::iter::once(frame.into()), WALL, |bytes| heard.take(bytes));
    heard.walls.ok_or_else(|| Death::of(output, Vec::new(), None, bounds.memory))
}

fn garbled(source: &std::io::Error) -> Death {
    Death::Garbled { message: source.to_string() }
}

/// What was heard of a worker so far.
#[derive(Default)]
struct Heard {
    pending: Vec<u8>,
    walls: Option<Walls>,
    step: Option<Place>,
    at: BTreeMap<String, At>,
    units: Vec<Unit>,
    done: Option<(Box<Evaluated>, Amended)>,
    answers: Vec<(usize, Answer)>,
    garbled: Option<String>,
}

impl Heard {
    /// The death of a child that said this before.
    fn death(self, output: Result<process::Output, process::Error>, memory: u64) -> Death {
        Death::of(output, self.at.into_values().collect(), self.step, memory)
    }

    fn take(&mut self, bytes: &[u8]) -> ControlFlow<()> {
        let mut pending = std::mem::take(&mut self.pending);
        pending.extend_from_slice(bytes);
        let mut done = 0;
        let ended = loop {
            match wire::first::<Said>(&pending[done..]) {
                Ok(None) => break ControlFlow::Continue(()),
                Ok(Some((said, length))) => {
                    self.hear(said);
                    done += length;
                }
                Err(error) => {
                    self.garbled = Some(error.to_string());
                    break ControlFlow::Break(());
                }
            }
        };
        // once for all that has come, not for each value
        pending.drain(..done);
        self.pending = pending;
        ended
    }

    fn hear(&mut self, said: Said) {
        match said {
            Said::Ready(walls) => self.walls = Some(walls),
            Said::Begins(at) => {
                self.step = None;
                self.at.insert(at.key(), at);
            }
            Said::Step(place) => self.step = Some(place),
            Said::Ended(key) => drop(self.at.remove(&key)),
            Said::Overran(at) => self.at = BTreeMap::from([(at.key(), at)]),
            Said::Unit(unit) => self.units.push(*unit),
            Said::Done(evaluated, amended) => self.done = Some((evaluated, amended)),
            Said::Answer(number, answer) => self.answers.push((number, *answer)),
        }
    }
}

#[cfg(test)]
mod tests;
