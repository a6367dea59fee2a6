//! What runs in the child.

use super::{Evaluated, Job, Said, wire};
use crate::parse;
use crate::render::{Cache, Progress, render_telling};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::{self, Read, Write};
use std::process::ExitCode;

/// How much address space the child may take.
pub(super) const MEMORY: u64 = 1 << 30;

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
    limit(Resource::As, MEMORY)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    let seconds: u64 = wire::read(input)?;
    limit(Resource::Cpu, seconds)?;
    let job: Job = wire::read(input)?;
    let parsed = parse::parse(&job.snapshot);
    let tell = |progress: Progress| {
        let said = match progress {
            Progress::Begins(at) => Said::Begins(at),
            Progress::Ended(request) => Said::Ended(request),
        };
        // When nobody listens any more, nobody needs what comes of the work: the next write that matters fails.
        say(&said).ok();
    };
    let rendered = render_telling(&job.snapshot, &parsed.platform, &job.limits, &mut Cache::new(), job.threads, &tell);
    say(&Said::Done(Box::new(Evaluated { parsed, rendered })))
}

/// Writes one value at once, whichever thread says it.
fn say(said: &Said) -> io::Result<()> {
    let frame = wire::frame(said)?;
    let mut out = io::stdout().lock();
    out.write_all(&frame)?;
    out.flush()
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }).map_err(io::Error::from)
}
