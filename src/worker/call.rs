//! Calls of a child until one comes to its end, and what is heard of each.

use super::at::Key;
use super::pair::Rest;
use super::wire::{self, Bounds, Errand};
use super::{Amended, At, Death, ENV, Evaluated, Job, Later, Said, TakeUnit, VERB, Walls, culprit, garbled};
use crate::cases::Answer;
use crate::diff::Changes;
use crate::model::{Code, Finding, Place, RepoPath, Turn, sort_findings};
use crate::process;
use crate::render::Unit;
use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A job as it goes over the pipe, and how much it may take.
pub(super) struct Prepared {
    pub(super) bounds: Bounds,
    pub(super) job_frame: Arc<[u8]>,
}

impl Prepared {
    pub(super) fn of(job: &Job, wall: Duration) -> Result<Self, Death> {
        let job_frame: Arc<[u8]> = wire::frame(job).map_err(|error| garbled(&error))?.into();
        let requests = job.snapshot.under("requests").count();
        Ok(Self { bounds: Bounds::of(job_frame.len(), requests, job.threads, wall), job_frame })
    }

    /// What a child is given, piece by piece.
    pub(super) fn pieces(&self, errand: &Errand) -> Result<Vec<Arc<[u8]>>, Death> {
        let frame = |frame: io::Result<Vec<u8>>| Ok(Arc::from(frame.map_err(|error| garbled(&error))?));
        Ok(vec![frame(wire::frame(&self.bounds))?, frame(wire::frame(errand))?, Arc::clone(&self.job_frame)])
    }
}

/// One job, and how often it takes a child to run it.
pub(super) struct Call<'a> {
    pub(super) exe: &'a Path,
    pub(super) prepared: Prepared,
    pub(super) later: Option<Later>,
    pub(super) until: Instant,
    pub(super) take: &'a TakeUnit<'a>,
}

impl<'a> Call<'a> {
    pub(super) fn of(exe: &'a Path, prepared: Prepared, take: &'a TakeUnit<'a>) -> Self {
        let until = Instant::now() + prepared.bounds.wall;
        Self { exe, prepared, later: None, until, take }
    }

    /// What comes of it when a first child gave this: one that ended early is run again, telling where it is, and without what ended it.
    pub(super) fn until_done(mut self, first: Result<Evaluated, Death>) -> Result<Evaluated, Death> {
        let mut errand = Errand::default();
        let mut deaths = Vec::new();
        let mut ended = first;
        loop {
            let death = match ended {
                Ok(evaluated) => return Ok(without(evaluated, &errand, &deaths)),
                Err(death) => death,
            };
            if death.is_nowhere() && !errand.telling {
                errand.telling = true;
                // what took all the time is to be found too
                self.until = Instant::now() + self.prepared.bounds.wall;
            } else if errand.only_reads {
                return Err(death);
            } else {
                // who took all the time may be any of those that ran, and none could be looked for in what is left of it
                let may_go_on = errand.without.len() < MOST_LEFT_OUT && Instant::now() < self.until;
                let found = if may_go_on { culprit::find(&self, &death) } else { None };
                match found.filter(|(file, _)| !errand.without.contains(file)) {
                    Some((file, traced)) => {
                        errand.without.insert(file);
                        deaths.push(traced);
                    }
                    None if death.findings().is_empty() || death.is_nowhere() => return Err(death),
                    // what is left is as much as can be told without running anything
                    None => {
                        errand.only_reads = true;
                        self.until = Instant::now() + self.prepared.bounds.wall;
                        deaths.push(death);
                    }
                }
            }
            ended = self.run(&errand);
        }
    }

    pub(super) fn run(&self, errand: &Errand) -> Result<Evaluated, Death> {
        let mut heard = Heard::by(self.take);
        let output = self.hear(errand, &mut heard)?;
        heard.end(output, self.prepared.bounds.first)
    }

    /// What a child is given, piece by piece: what is told later is only waited for when the rest is written.
    pub(super) fn input(&self, errand: &Errand) -> Result<impl Iterator<Item = Arc<[u8]>> + Send + use<>, Death> {
        let errand = Errand { later: self.later.is_some(), ..errand.clone() };
        let later = self.later.clone().into_iter().map(|later| Arc::clone(later.0.wait()));
        Ok(self.prepared.pieces(&errand)?.into_iter().chain(later))
    }

    /// Runs a child, and hears what it says to its end.
    pub(super) fn hear(&self, errand: &Errand, heard: &mut Heard<'_>) -> Result<Result<process::Output, process::Error>, Death> {
        let input = self.input(errand)?;
        let left = self.until.saturating_duration_since(Instant::now());
        Ok(process::pipe(self.exe, &[VERB], Some(ENV), input, left, |bytes| heard.take(bytes)))
    }
}

/// How many files are left out before the whole is given up: each costs two runs.
const MOST_LEFT_OUT: usize = 8;

/// What was found without some files, with the findings about those.
fn without(mut evaluated: Evaluated, errand: &Errand, deaths: &[Death]) -> Evaluated {
    let mut left_out = errand.without.clone();
    if errand.only_reads {
        let place = Place::file(RepoPath::parse("goldpath.yaml").expect("it is a path"));
        let message = "nothing was rendered, because too many files came to no end: others may, too";
        let finding = Finding::error(Code::WORKER_ENDED, place, message).help("Mend those that are named first.");
        evaluated.rendered.findings.push(finding.turn(Turn::Platform));
    }
    for death in deaths {
        let Death::Ended { at, .. } = death else { continue };
        left_out.extend(at.iter().map(At::file));
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

/// What was found, with the units that were said one by one.
pub(super) fn with(mut evaluated: Evaluated, mut amended: Amended, units: Vec<Unit>) -> Evaluated {
    let units = units.into_iter().filter(|unit| !amended.refused.contains(&unit.id));
    let amend = |mut unit: Unit| {
        unit.depends_on = amended.depends_on.remove(&unit.id).unwrap_or(unit.depends_on);
        (unit.id.clone(), unit)
    };
    evaluated.rendered.units = units.map(amend).collect();
    evaluated
}

/// What was heard of a worker so far.
pub(super) struct Heard<'a> {
    pub(super) take_unit: &'a TakeUnit<'a>,
    pub(super) pending: Vec<u8>,
    pub(super) walls: Option<Walls>,
    pub(super) step: Option<Place>,
    pub(super) at: BTreeMap<Key, At>,
    pub(super) units: Vec<Unit>,
    pub(super) done: Option<(Box<Evaluated>, Amended)>,
    pub(super) compared: Option<Box<Rest>>,
    pub(super) changes: Changes,
    pub(super) answers: Vec<(usize, Answer)>,
    pub(super) garbled: Option<String>,
}

impl<'a> Heard<'a> {
    /// Nothing so far; units that come are given to this.
    pub(super) fn by(take_unit: &'a TakeUnit<'a>) -> Self {
        Self {
            take_unit,
            pending: Vec::new(),
            walls: None,
            step: None,
            at: BTreeMap::new(),
            units: Vec::new(),
            done: None,
            compared: None,
            changes: Changes::default(),
            answers: Vec::new(),
            garbled: None,
        }
    }

    /// What a child that said this came to.
    pub(super) fn end(mut self, output: Result<process::Output, process::Error>, memory: u64) -> Result<Evaluated, Death> {
        match (self.done.take(), self.garbled.take()) {
            (Some((evaluated, amended)), None) => Ok(with(*evaluated, amended, self.units)),
            (_, Some(message)) => Err(Death::Garbled { message }),
            (None, None) => Err(self.death(output, memory)),
        }
    }

    /// The death of a child that said this before.
    pub(super) fn death(self, output: Result<process::Output, process::Error>, memory: u64) -> Death {
        Death::of(output, self.at.into_values().collect(), self.step, memory)
    }

    pub(super) fn take(&mut self, bytes: &[u8]) -> ControlFlow<()> {
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

    pub(super) fn hear(&mut self, said: Said) {
        match said {
            Said::Ready(walls) => self.walls = Some(walls),
            Said::Begins(at) => {
                self.step = None;
                self.at.insert(at.key(), at);
            }
            Said::Step(place) => self.step = Some(place),
            Said::Ended(key) => drop(self.at.remove(&key)),
            Said::Overran(at) => self.at = BTreeMap::from([(at.key(), at)]),
            Said::Unit(unit) => self.units.push((self.take_unit)(*unit)),
            Said::Done(evaluated, amended) => self.done = Some((evaluated, amended)),
            Said::Compared(compared) => self.compared = compared,
            Said::Changes(changes) => self.changes.extend(changes),
            Said::Answer(number, answer) => self.answers.push((number, *answer)),
        }
    }
}
