//! Trials of a checkout, run in a child: one that ends it is told as what came of that trial, and the others go on.

use super::call::{Call, Heard, Prepared};
use super::inside::{say, tellers};
use super::watch::Watch;
use super::wire::{self, Bounds, Errand, Picked};
use super::{At, Death, Said, garbled};
use crate::cases::{Answer, Bench, Step, Trial, Watcher};
use crate::model::{Code, Finding, Place};
use crate::process::{Output, Status};
use crate::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How many trials may end a child before the others are left: each costs some runs.
const MOST_ENDED: usize = 8;

/// A checkout, and what can be tried of it.
#[derive(Serialize, Deserialize)]
struct Bundle {
    snapshot: Snapshot,
    trials: Vec<Trial>,
    coverage: bool,
    threads: usize,
}

/// How trials are run.
#[derive(Clone, Copy, Debug)]
pub struct Trying {
    /// Whether the lines that cases and tests reach are told.
    pub coverage: bool,
    /// On how many threads.
    pub threads: usize,
    /// How long all of them may take.
    pub wall: Duration,
}

/// Runs trials of a checkout in a child process; what came of them is in their order. `exe` is this binary.
///
/// # Errors
/// When the child cannot be started, or ends for another reason than a trial.
pub fn try_all(exe: &Path, repository: &Snapshot, trials: Vec<Trial>, trying: Trying) -> Result<Vec<Answer>, Death> {
    let Trying { coverage, threads, wall } = trying;
    let bundle = Bundle { snapshot: Bench::needs(repository), trials, coverage, threads };
    let job_frame: Arc<[u8]> = wire::frame(&bundle).map_err(|error| garbled(&error))?.into();
    // What a trial renders is gone when it is over: each thread needs as much as a few requests do.
    let bounds = Bounds::of(job_frame.len(), 0, threads, wall);
    let call = Call::of(exe, Prepared { bounds, job_frame }, &super::kept);
    let mut round = Round { call: &call, trials: &bundle.trials, answers: vec![None; bundle.trials.len()], ended: 0 };
    while let Some(open) = round.open() {
        if round.ended >= MOST_ENDED {
            round.leave(&open);
            break;
        }
        if let Err(death) = round.run(&open, false) {
            round.settle(death)?;
        }
    }
    Ok(round.answers.into_iter().flatten().collect())
}

/// Trials, and what came of them so far.
struct Round<'a> {
    call: &'a Call<'a>,
    trials: &'a [Trial],
    answers: Vec<Option<Answer>>,
    ended: usize,
}

impl Round<'_> {
    /// The trials that nothing came of yet.
    fn open(&self) -> Option<Vec<usize>> {
        let open: Vec<usize> = (0..self.trials.len()).filter(|number| self.answers[*number].is_none()).collect();
        (!open.is_empty()).then_some(open)
    }

    /// Runs some of them in a child, and takes what it says of each.
    fn run(&mut self, numbers: &[usize], tags: bool) -> Result<(), Death> {
        let picked = Picked { numbers: numbers.to_vec(), tags };
        let mut heard = Heard::by(&super::kept);
        let output = self.call.hear(&Errand { trials: Some(picked), ..Errand::default() }, &mut heard)?;
        if let Some(message) = heard.garbled.take() {
            return Err(Death::Garbled { message });
        }
        for (number, answer) in std::mem::take(&mut heard.answers) {
            if !numbers.contains(&number) || !self.trials[number].fits(&answer) {
                return Err(Death::Garbled { message: "an answer to something that was not asked".to_owned() });
            }
            self.answers[number].get_or_insert(answer);
        }
        let all = numbers.iter().all(|number| self.answers[*number].is_some());
        let well = matches!(output, Ok(Output { status: Status::Code(0), .. }));
        if heard.done.is_some() && all && well { Ok(()) } else { Err(heard.death(output, self.call.prepared.bounds.first)) }
    }

    /// Tries by itself whatever was being tried when a child died; who dies alone has its answer.
    fn settle(&mut self, death: Death) -> Result<(), Death> {
        let Death::Ended { at, .. } = &death else { return Err(death) };
        let number_of = |at: &At| match at {
            At::Try(trial, _) => self.trials.iter().position(|other| other == trial),
            At::Check(_) | At::Load(_) | At::Render(_) | At::Ask(_) => None,
        };
        let suspects: Vec<usize> = at.iter().filter_map(number_of).filter(|number| self.answers[*number].is_none()).collect();
        match suspects.as_slice() {
            [] => Err(death),
            [only] => {
                self.end(*only, &death);
                Ok(())
            }
            several => {
                for number in several {
                    if let Err(alone) = self.run(&[*number], false) {
                        self.end(*number, &alone);
                    }
                }
                Ok(())
            }
        }
    }

    /// Notes what ended a trial: with the line, when that is a template that can be told tag by tag.
    fn end(&mut self, number: usize, death: &Death) {
        let is_template = matches!(death, Death::Ended { at, .. } if at.iter().any(|at| matches!(at.innermost(), At::Render(_))));
        let traced = if is_template { self.run(&[number], true).err() } else { None };
        let traced = traced.filter(|traced| matches!(traced, Death::Ended { step: Some(_), .. }));
        let findings = traced.as_ref().unwrap_or(death).findings();
        let untold = || self.told(number, &death.to_string()).help("Run it again; when it ends so again, it is a mistake in goldpath.");
        let findings = if findings.is_empty() { vec![untold()] } else { findings };
        self.answers[number] = Some(self.trials[number].ended(findings));
        self.ended += 1;
    }

    /// Leaves what is open.
    fn leave(&mut self, open: &[usize]) {
        for number in open {
            let finding = self.told(*number, &format!("this was not tried: {MOST_ENDED} others had to be ended before it"));
            let finding = finding.help("Mend those first.");
            self.answers[*number] = Some(self.trials[*number].ended(vec![finding]));
        }
    }

    fn told(&self, number: usize, message: &str) -> Finding {
        let trial = &self.trials[number];
        Finding::error(Code::WORKER_ENDED, Place::file(trial.file()), message).turn(trial.turn())
    }
}

/// Runs in the child: the trials that were picked, on some threads.
pub(super) fn work(input: &mut impl Read, picked: &Picked) -> io::Result<()> {
    let bundle: Bundle = wire::read(input)?;
    let watch = Watch::start()?;
    let bench = Bench::of(bundle.snapshot, bundle.coverage);
    let (trials, next) = (&bundle.trials, AtomicUsize::new(0));
    let threads = bundle.threads.clamp(1, picked.numbers.len().max(1));
    // Threads of their own: a pool's would begin the next trial while one waits for a part of its own.
    std::thread::scope(|scope| {
        let each = || {
            while let Some(number) = picked.numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
                if let Some(trial) = trials.get(*number) {
                    let answer = one(&bench, trial, &watch, picked.tags);
                    // When nobody listens any more, nobody needs it.
                    say(&Said::Answer(*number, Box::new(answer))).ok();
                }
            }
        };
        let spawned: Vec<_> = (1..threads).map(|_| scope.spawn(each)).collect();
        each();
        drop(spawned);
    });
    watch.rest();
    say(&Said::Done(Box::default(), Default::default()))
}

fn one(bench: &Bench, trial: &Trial, watch: &Watch, tags: bool) -> Answer {
    let (begins, ended) = tellers(watch, true);
    let of = trial.clone();
    let tell = move |step| {
        let inner = match step {
            Step::Check(check) => Some(At::Check(check)),
            Step::Load(release) => Some(At::Load(release)),
            Step::Render(at) => Some(At::Render(at)),
            Step::Ask(ask) => Some(At::Ask(ask)),
            Step::Between => None,
            Step::Tag(place) => return drop(say(&Said::Step(place))),
        };
        begins(At::Try(of.clone(), inner.map(Box::new)));
    };
    tell(Step::Between);
    let answer = bench.run(trial, &Watcher::new(Arc::new(tell), tags));
    ended(At::Try(trial.clone(), None).key());
    answer
}

#[cfg(test)]
mod tests {
    use super::super::Why;
    use super::*;
    use crate::cases::{Case, Failure, Subject, Wrong};
    use crate::model::{ReleaseId, RepoPath};

    /// What is told of a trial, and whose turn it is.
    fn told(answer: Option<&Answer>) -> String {
        let finding = |finding: &Finding| format!("{} {:?}: {}. {}", finding.place.path, finding.turn, finding.message, finding.help);
        match answer {
            Some(Answer::Case(ran, _)) => {
                ran.failures.iter().map(|failure| if let Failure::Said(it) = failure { finding(it) } else { String::new() }).collect()
            }
            Some(Answer::Made(Some(tried))) => tried
                .failures
                .iter()
                .map(|wrong| if let Wrong::Ended { finding: it } = wrong { finding(it) } else { String::new() })
                .collect(),
            Some(Answer::Rules(tested, _)) => tested.iter().filter_map(|tested| tested.failure.clone()).collect(),
            Some(Answer::Made(None)) | None => "nothing".to_owned(),
        }
    }

    #[test]
    fn what_ends_a_trial_is_told_to_whom_it_belongs() {
        let release = || ReleaseId::parse("app@1.0.0").unwrap();
        let rules = |file: &str, release| Trial::Rules { file: RepoPath::parse(file).unwrap(), release };
        let trials = [
            Trial::Case(Case { subject: Subject::Release(release()), name: "small".to_owned() }),
            Trial::Made { release: release(), count: 1 },
            rules("golden-paths/app/1.0.0/policies/a_test.rego", Some(release())),
            rules("policies/a_test.rego", None),
        ];
        let bounds = Bounds::of(0, 0, 1, Duration::ZERO);
        let prepared = Prepared { bounds, job_frame: Arc::new([]) };
        let call = Call::of(Path::new("nowhere"), prepared, &super::super::kept);
        let mut round = Round { call: &call, trials: &trials, answers: vec![None; trials.len()], ended: 0 };
        round.leave(&[0, 1, 2, 3]);
        let left: Vec<String> = round.answers.iter().map(|answer| told(answer.as_ref())).collect();
        round.end(0, &Death::Garbled { message: "no word".to_owned() });
        let garbled = told(round.answers[0].as_ref());
        let slow = |trial: &Trial| Death::Ended { why: Why::Processor, at: vec![At::Try(trial.clone(), None)], step: None };
        let slow =
            trials.iter().flat_map(|trial| slow(trial).findings()).map(|it| format!("{} {:?}: {}", it.place.path, it.turn, it.message));
        insta::assert_snapshot!([left, vec![garbled], slow.collect()].concat().join("\n"), @"
        golden-paths/app/1.0.0/tests/small/request.yaml PathOwner: this was not tried: 8 others had to be ended before it. Mend those first.
        golden-paths/app/1.0.0/release.yaml PathOwner: this was not tried: 8 others had to be ended before it. Mend those first.
        golden-paths/app/1.0.0/policies/a_test.rego:1: this was not tried: 8 others had to be ended before it
        policies/a_test.rego:1: this was not tried: 8 others had to be ended before it
        golden-paths/app/1.0.0/tests/small/request.yaml PathOwner: failed to understand the worker: no word. Run it again; when it ends so again, it is a mistake in goldpath.
        golden-paths/app/1.0.0/tests/small/request.yaml PathOwner: trying app@1.0.0 small was ended: it took too much processor time
        golden-paths/app/1.0.0/release.yaml PathOwner: trying app@1.0.0 made from its schema was ended: it took too much processor time
        golden-paths/app/1.0.0/policies/a_test.rego PathOwner: running these tests was ended: it took too much processor time
        policies/a_test.rego Platform: running these tests was ended: it took too much processor time
        ");
    }
}
