//! What runs in the child.

use super::{Asked, At, Evaluated, Job, Said, wire};
use crate::model::{Digest, UnitId};
use crate::parse::{self, Parsed};
use crate::policy::{self, Verdicts};
use crate::render::{self, Cache, Rendered, render_telling};
use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::process::ExitCode;

/// How much address space the child may take: ten thousand requests need a quarter of it, and each thread reserves 130 MiB that it hardly uses.
pub(super) const MEMORY: u64 = 1 << 30;

/// How many seconds of processor time one schema, one template of one unit, or one policy about one unit may take, give or take a half (the
/// kernel counts whole ones). Honest ones take milliseconds; and a policy, which may take a second for one input, gets its own finding first.
const STEP: u64 = 2;

/// Reads a job from the standard input, and says on the standard output where it is and what it found.
pub fn main() -> ExitCode {
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
    limit(Resource::As, MEMORY, MEMORY)?;
    limit(Resource::Core, 0, 0)?;
    limit(Resource::Fsize, 0, 0)?;
    let whole: u64 = wire::read(input)?;
    limit(Resource::Cpu, whole, whole)?;
    let job: Job = wire::read(input)?;
    let begins = |at: At| {
        step(whole);
        // When nobody listens any more, nobody needs what comes of the work: the next write that matters fails.
        say(&Said::Begins(at)).ok();
    };
    let parsed = parse::parse_telling(&job.snapshot, &|progress| match progress {
        parse::Progress::Begins(check) => begins(At::Check(check)),
        parse::Progress::Ended(check) => ended(&At::Check(check)),
    });
    let rendered =
        render_telling(&job.snapshot, &parsed.platform, &job.limits, &mut Cache::new(), job.threads, &|progress| match progress {
            render::Progress::Begins(at) => begins(At::Render(at)),
            render::Progress::Ended(request) => drop(say(&Said::Ended(request.to_string()))),
        });
    let verdicts = verdicts(&job, &parsed, &rendered, &mut |ask| begins(At::Ask(ask)));
    limit(Resource::Cpu, whole, whole)?;
    say(&Said::Done(Box::new(Evaluated { parsed, rendered, verdicts })))
}

/// Compiles the policies of the tree, and asks them where that is wanted.
fn verdicts(job: &Job, parsed: &Parsed, rendered: &Rendered, tell: &mut dyn FnMut(policy::Ask)) -> Verdicts {
    let platform = &parsed.platform;
    let (policies, broken) = policy::compile_telling(&job.snapshot, platform, tell);
    let mut verdicts = Verdicts::default();
    if let Some(Asked { base, exceptions, today }) = &job.asked {
        let changed = |id: &UnitId| differs(base, rendered, id);
        let plans = BTreeMap::new();
        let inputs = policy::inputs(&job.snapshot, platform, rendered, changed, &plans);
        let exceptions = exceptions.as_ref().unwrap_or(&platform.exceptions);
        verdicts = policy::evaluate_telling(&policies, &inputs, exceptions, today, tell);
    }
    verdicts.findings.extend(broken);
    verdicts
}

fn differs(base: &BTreeMap<UnitId, Digest>, rendered: &Rendered, id: &UnitId) -> bool {
    base.get(id) != rendered.units.get(id).map(|unit| &unit.digest)
}

fn ended(at: &At) {
    say(&Said::Ended(at.key())).ok();
}

/// Writes one value at once, whichever thread says it.
fn say(said: &Said) -> io::Result<()> {
    let frame = wire::frame(said)?;
    let mut out = io::stdout().lock();
    out.write_all(&frame)?;
    out.flush()
}

/// A step begins: the kernel ends this process when the step takes too long, whatever it is busy with.
fn step(whole: u64) {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    let rounded = used.tv_sec.unsigned_abs() + u64::from(used.tv_nsec >= 500_000_000);
    // The limit on the whole stays in any case.
    limit(Resource::Cpu, (rounded + STEP).min(whole), whole).ok();
}

fn limit(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) }).map_err(io::Error::from)
}
