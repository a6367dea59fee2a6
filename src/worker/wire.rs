//! Values on a pipe: four bytes of length, then postcard.

use crate::model::{RepoPath, RequestId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::time::Duration;

/// The first value that a worker reads: how much it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bounds {
    /// How long it may take by the clock; the parent ends it then.
    pub(super) wall: Duration,
    /// Seconds of processor time for the whole.
    pub(super) seconds: u64,
    /// Bytes of memory before anything is kept of what is made.
    pub(super) first: u64,
    /// Bytes of memory at most.
    pub(super) memory: u64,
    /// Bytes of address space, most of which nothing is written to.
    pub(super) address_space: u64,
}

/// What a worker needs before it has read anything.
const BASE: u64 = 128 << 20;

/// How much more it needs for each byte of its job.
const FOR_EACH_BYTE: u64 = 48;

/// And for each file of a request, which is short itself and becomes several objects: four small ones take 40 KiB.
const FOR_EACH_REQUEST: u64 = 128 << 10;

/// For so many requests the time is enough that one is given.
const REQUESTS_IN_TIME: usize = 1_000;

/// How much longer a worker may take for each file of a request beyond these: the policies of a dozen objects take a few milliseconds.
const TIME_FOR_EACH_REQUEST: Duration = Duration::from_millis(20);

/// As much as reading a few thousand requests needs, and no more: what grows by itself is to end below 256 MiB.
const OF_FEW: u64 = 224 << 20;

/// Rounded, so that the same mistake is told in the same words when a few files more are there.
const ROUND: u64 = 64 << 20;

/// What a job may come to at most.
const MOST: u64 = 1 << 30;

/// Far more address space than is ever reserved. Linux refuses to make memory that is reserved one that is written to beyond the limit on
/// memory, but only while as much address space more would still be given: near its own limit, it lets everything through.
const PLENTY: u64 = 1 << 40;

impl Bounds {
    /// What a job of this length, with so many requests, is given; `wall` is for one with few.
    pub(super) fn of(job: usize, requests: usize, threads: usize, wall: Duration) -> Self {
        let threads = threads.max(1) as u64;
        let read = (job as u64).saturating_mul(FOR_EACH_BYTE).min(4 * MOST).next_multiple_of(ROUND);
        let made = (requests as u64).saturating_mul(FOR_EACH_REQUEST).min(4 * MOST).next_multiple_of(ROUND);
        let few = |more: u64| more.saturating_add(BASE).min(OF_FEW);
        // what is many is needed by parts: the numbers for each are those of small trees
        let first = few(read).max(read / 4).min(MOST);
        let memory = few(made).max(made / 2).max(read / 2).max(first).min(MOST);
        let more = u32::try_from(requests.saturating_sub(REQUESTS_IN_TIME)).unwrap_or(u32::MAX);
        let wall = wall.saturating_add(TIME_FOR_EACH_REQUEST.saturating_mul(more));
        Self {
            wall,
            // The processor time ends what the wall time would end, even when nobody is there to end it any more.
            seconds: wall.as_secs().saturating_add(1).saturating_mul(threads),
            first,
            memory,
            // Each thread reserves 130 MiB that it hardly uses.
            address_space: if cfg!(target_os = "linux") { PLENTY } else { memory + (1 << 30) + threads * (160 << 20) },
        }
    }
}

/// What a worker is to do with its job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Errand {
    /// Files that ended a worker before: they are left out.
    pub(super) without: BTreeSet<RepoPath>,
    /// Renders nothing and asks no policies: too many files end a worker.
    pub(super) only_reads: bool,
    /// Tells what it begins and what has ended.
    pub(super) telling: bool,
    /// Renders this request alone, telling every step, and asks no policies.
    pub(super) traced: Option<RequestId>,
    /// What its policies are asked comes behind the job, when it is known.
    pub(super) later: bool,
    /// Compares two trees, which then stand in the place of a job.
    pub(super) pair: bool,
    /// What is tried of a list of trials, which then stands in the place of a job.
    pub(super) trials: Option<Picked>,
}

/// Some of a list of trials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Picked {
    /// Their numbers.
    pub(super) numbers: Vec<usize>,
    /// Whether each tag and expression is told.
    pub(super) tags: bool,
}

/// The longest value that is taken.
const LONGEST: usize = 1 << 30;

/// One value as it goes over the pipe.
pub(super) fn frame(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut out = vec![0; 4];
    out = postcard::to_extend(value, out).map_err(io::Error::other)?;
    let length = u32::try_from(out.len() - 4).ok().filter(|length| *length as usize <= LONGEST);
    let length = length.ok_or_else(|| io::Error::other("the value is too long for the pipe"))?;
    out[..4].copy_from_slice(&length.to_le_bytes());
    Ok(out)
}

/// The first value of what has come, and how many bytes it takes, when all of it is there.
pub(super) fn first<T: DeserializeOwned>(come: &[u8]) -> io::Result<Option<(T, usize)>> {
    let Some(length) = come.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes) as usize) else { return Ok(None) };
    if length > LONGEST {
        return Err(io::Error::other("the value is too long for the pipe"));
    }
    let Some(bytes) = come.get(4..4 + length) else { return Ok(None) };
    Ok(Some((postcard::from_bytes(bytes).map_err(io::Error::other)?, 4 + length)))
}

/// Reads one value.
pub(super) fn read<T: DeserializeOwned>(pipe: &mut impl Read) -> io::Result<T> {
    let mut length = [0; 4];
    pipe.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST {
        return Err(io::Error::other("the value is too long for the pipe"));
    }
    let mut bytes = Vec::new();
    pipe.take(length as u64).read_to_end(&mut bytes)?;
    postcard::from_bytes(&bytes).map_err(io::Error::other)
}
