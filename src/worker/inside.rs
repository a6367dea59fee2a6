//! What runs in the child.

use super::allowance::Allowance;
use super::asking::Tree;
use super::at::Key;
use super::giver::Giver;
use super::watch::Watch;
use super::wire::{self, Bounds, Errand};
use super::{Amended, At, Evaluated, Job, Said, Wanted, Wants, pair, trials, walls};
use crate::model::{Finding, Platform, RepoPath};
use crate::parse;
use crate::policy::{self, Policies, Verdicts};
use crate::render::{self, Cache, Take, Watched, render_watched};
use crate::snapshot::Snapshot;
use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;

/// Reads a job from the standard input, and says on the standard output where it is and what it found; `early`: the job is still being read
/// by who started this, so what every job needs is made ready first.
pub fn main(early: bool) -> ExitCode {
    if early {
        // on this thread: the walls are for one thread and those that it starts, and they stand only later
        parse::make_ready();
        render::make_ready();
    }
    match work(&mut io::stdin().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The parent shows it; when it cannot be written either, the code says enough.
            writeln!(io::stderr(), "{error}").ok();
            ExitCode::FAILURE
        }
    }
}

fn work(input: &mut impl Read) -> io::Result<()> {
    let bounds: Bounds = wire::read(input)?;
    let walls = walls::close(&bounds)?;
    let allowance = Arc::new(Allowance::of(bounds));
    say(&Said::Ready(walls))?;
    let mut errand: Errand = wire::read(input)?;
    if let Some(picked) = &errand.trials {
        return trials::work(input, picked);
    }
    if errand.pair {
        return pair::work(input, &allowance);
    }
    let mut job: Job = wire::read(input)?;
    let watch = Watch::start()?;
    let (begins, ended) = tellers(&watch, errand.telling);
    let parsed = parse::parse_without(&job.snapshot, &errand.without, &of_parse(&begins, &ended));
    if errand.only_reads {
        errand.without.extend(parsed.platform.releases.values().map(|release| release.file.clone()));
    }
    let requests = parsed.platform.known_requests().count();
    if job.wanted.rendered == Wants::Nothing {
        watch.rest();
        return say(&Said::Done(Box::new(Evaluated { parsed, requests, ..Evaluated::default() }), Amended::default()));
    }
    let traced = errand.traced.is_some();
    // who tells of what was left out says for which request it was
    let wanted = Wanted { platform: job.wanted.platform || !errand.without.is_empty(), ..job.wanted };
    let has_policies = errand.later
        || job.asked.as_ref().is_some_and(|asked| asked.judge.is_some() || asked.was.is_some() || !parsed.platform.policies.is_empty());
    let giver = Arc::new(Giver::of(wanted.rendered, has_policies));
    let taker = Arc::clone(&giver);
    let take: Take = Arc::new(move |unit| taker.take(unit));
    let watched = Watched {
        tell: of_render(&begins, &ended, &allowance),
        without: errand.without,
        traced: errand.traced,
        values: has_policies || matches!(wanted.rendered, Wants::Units | Wants::Everything),
        reads: wanted.rendered == Wants::Everything,
        bytes: wanted.rendered != Wants::Findings,
        // who tells where it is says nothing in between
        take: (!errand.telling).then_some(take),
    };
    let rendered = render_watched(&job.snapshot, &parsed.platform, &job.limits, &mut Cache::off(), job.threads, &watched);
    if traced {
        return say(&Said::Done(Box::default(), Amended::default()));
    }
    if errand.later {
        job.asked = wire::read(input)?;
    }
    let tree = Tree { job: &job, without: &watched.without, parsed: &parsed, rendered: &rendered, begins: &begins, ended: &ended };
    let verdicts = if errand.only_reads { Verdicts::default() } else { tree.verdicts() };
    watch.rest();
    giver.give(Evaluated { parsed, rendered, verdicts, requests, left_out: BTreeSet::new() }, wanted)
}

pub(super) type Teller<T> = Arc<dyn Fn(T) + Send + Sync>;

/// What is called when a step begins, and when one with this key has ended; `telling`: and says so. When nobody listens any more, nobody
/// needs what comes of the work: the next write that matters fails.
pub(super) fn tellers(watch: &Watch, telling: bool) -> (Teller<At>, Teller<Key>) {
    let (beginning, ending) = (watch.clone(), watch.clone());
    let begins = move |at: At| {
        if telling {
            say(&Said::Begins(at.clone())).ok();
        }
        beginning.begins(at);
    };
    let ended = move |key: Key| {
        ending.ended(&key);
        if telling {
            say(&Said::Ended(key)).ok();
        }
    };
    (Arc::new(begins), Arc::new(ended))
}

/// Who is told where reading is.
pub(super) fn of_parse(begins: &Teller<At>, ended: &Teller<Key>) -> impl Fn(parse::Progress) + Sync {
    let (begins, ended) = (Arc::clone(begins), Arc::clone(ended));
    move |progress| match progress {
        parse::Progress::Begins(check) => begins(At::Check(check)),
        parse::Progress::Ended(check) => ended(At::Check(check).key()),
    }
}

/// Who is told where rendering is: what has ended may need more memory than what has not begun.
pub(super) fn of_render(begins: &Teller<At>, ended: &Teller<Key>, allowance: &Arc<Allowance>) -> render::Tell {
    let (begins, ended, allowance) = (Arc::clone(begins), Arc::clone(ended), Arc::clone(allowance));
    Arc::new(move |progress| match progress {
        render::Progress::Loads(release) => begins(At::Load(release)),
        render::Progress::Loaded(release) => ended(At::Load(release).key()),
        render::Progress::Begins(at) => begins(At::Render(at)),
        render::Progress::Step(place) => drop(say(&Said::Step(place))),
        render::Progress::Ended(request, kept) => {
            allowance.keeps(kept);
            ended(Key::Request(request));
        }
    })
}

/// Who is told where asking policies is.
pub(super) fn of_policies(begins: &Teller<At>, ended: &Teller<Key>) -> impl Fn(policy::Progress) + Sync {
    let (begins, ended) = (Arc::clone(begins), Arc::clone(ended));
    move |progress| match progress {
        policy::Progress::Begins(ask) => begins(At::Ask(ask)),
        policy::Progress::Ended(unit) => ended(Key::Unit(unit)),
    }
}

/// The policies of a tree but for some files, made ready to run, and what is wrong with them.
pub(super) fn compiled(
    (snapshot, platform): (&Snapshot, &Platform),
    without: &BTreeSet<RepoPath>,
    begins: &Teller<At>,
    ended: &Teller<Key>,
) -> (Policies, Vec<Finding>) {
    let compiled = policy::compile_without(snapshot, platform, without, &mut |ask| begins(At::Ask(ask)));
    ended(Key::Compiled);
    compiled
}

/// Writes one value at once, whichever thread says it.
pub(super) fn say(said: &Said) -> io::Result<()> {
    let mut out = io::stdout().lock();
    put(&mut out, said)?;
    out.flush()
}

pub(super) fn put(out: &mut impl Write, said: &Said) -> io::Result<()> {
    out.write_all(&wire::frame(said)?)
}
