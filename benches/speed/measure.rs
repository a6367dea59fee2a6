//! Times whole processes: how long, and how much memory they had together.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What to run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    pub(crate) dir: PathBuf,
    pub(crate) stdin: Option<PathBuf>,
    /// A folder that is emptied before each run, outside the time.
    pub(crate) empty: Option<PathBuf>,
    pub(crate) env: Vec<(String, String)>,
}

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) seconds: f64,
    /// Of it and its children together, at the worst moment; nothing when it was not looked at.
    pub(crate) mebibytes: Option<f64>,
}

/// Whether a run is timed, or its memory is looked at, which takes time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Time,
    Memory,
}

/// What several runs took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(Vec<Sample>);

impl Samples {
    pub(crate) fn push(&mut self, sample: Sample) {
        self.0.push(sample);
    }

    /// Fewest, median and most seconds.
    pub(crate) fn seconds(&self) -> (f64, f64, f64) {
        let mut all: Vec<f64> = self.0.iter().map(|sample| sample.seconds).collect();
        all.sort_by(f64::total_cmp);
        (all[0], all[all.len() / 2], all[all.len() - 1])
    }

    /// The most memory of all runs.
    pub(crate) fn mebibytes(&self) -> Option<f64> {
        self.0.iter().filter_map(|sample| sample.mebibytes).max_by(f64::total_cmp)
    }

    /// The median of the ratios, run by run: it holds when the machine's speed drifts.
    pub(crate) fn ratio(&self, other: &Self) -> f64 {
        let mut all: Vec<f64> = self.0.iter().zip(&other.0).map(|(one, other)| one.seconds / other.seconds).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    }
}

/// Runs the calls in turn, so many times each, after one round that does not count and one that only tells how much memory they take.
pub(crate) fn in_turn<const N: usize>(calls: [&Call; N], runs: usize) -> [Samples; N] {
    for call in calls {
        call.run();
    }
    let most = calls.map(|call| call.look(Look::Memory).mebibytes);
    let mut samples = [const { Samples(Vec::new()) }; N];
    for _ in 0..runs {
        for ((call, samples), mebibytes) in calls.iter().zip(&mut samples).zip(most) {
            samples.push(Sample { mebibytes, ..call.run() });
        }
    }
    samples
}

impl Call {
    pub(crate) fn new(program: impl AsRef<Path>, dir: impl AsRef<Path>, args: &[&str]) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            dir: dir.as_ref().to_owned(),
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Runs it and says what it took; exit code 1 is an answer too (there are findings).
    pub(crate) fn run(&self) -> Sample {
        self.look(Look::Time)
    }

    fn look(&self, look: Look) -> Sample {
        if let Some(dir) = &self.empty {
            drop(std::fs::remove_dir_all(dir));
        }
        let mut command = command(&self.program);
        command.args(&self.args).current_dir(&self.dir).envs(self.env.clone());
        command.stdin(self.stdin.as_ref().map_or(Stdio::null(), |file| std::fs::File::open(file).expect("the input can be read").into()));
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let started = Instant::now();
        let mut child = command.spawn().expect("the program can be started");
        let pid = child.id();
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("it is piped");
        let (read, most) = std::thread::scope(|scope| {
            let reader = scope.spawn(|| stderr.read_to_string(&mut said));
            let most = if look == Look::Memory { most_memory(pid, || reader.is_finished()) } else { None };
            (reader.join().expect("it reads"), most)
        });
        let status = child.wait().expect("it ends");
        let seconds = started.elapsed().as_secs_f64();
        assert!(matches!(status.code(), Some(0 | 1)) && read.is_ok(), "{self:?}: {status}: {said}");
        Sample { seconds, mebibytes: most }
    }

    /// What it writes.
    pub(crate) fn output(&self) -> String {
        let output = command(&self.program).args(&self.args).current_dir(&self.dir).envs(self.env.clone()).output();
        String::from_utf8_lossy(&output.expect("the program can be started").stdout).into_owned()
    }
}

/// The most memory that a process and its children had at the same time, in MiB, looked at every millisecond until its end. A page that
/// several of them share counts once: the process is looked at before its children, so that what it shared with one that ends meanwhile is not
/// counted twice.
fn most_memory(pid: u32, ended: impl Fn() -> bool) -> Option<f64> {
    let mut most = 0;
    while !ended() {
        let all = std::iter::once(pid).chain(children(pid));
        most = most.max(all.filter_map(kibibytes).sum());
        std::thread::sleep(Duration::from_millis(1));
    }
    (most > 0).then(|| most as f64 / 1024.0)
}

/// The children of all threads of a process.
fn children(pid: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let children = threads.map(|thread| std::fs::read_to_string(thread.path().join("children")).unwrap_or_default());
    children.flat_map(|all| all.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>()).collect()
}

/// A process's share of the memory that it is in.
fn kibibytes(pid: u32) -> Option<u64> {
    let all = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    all.lines().find_map(|line| line.strip_prefix("Pss:"))?.split_whitespace().next()?.parse().ok()
}

/// A command, as a person would start it.
#[expect(clippy::disallowed_methods, reason = "a benchmark starts the real binary and its peers as whole processes")]
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}
