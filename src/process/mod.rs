//! The only place that starts a child: argv list, no shell, environment by allow-list, limits.
//!
//! A child leads a process group of its own, and the whole group ends with it: at its time limit, when the future that waits
//! for it is dropped, and when the child itself ends and leaves something behind.

mod error;
mod run;

pub use error::{Error, Stopped};

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a child reads from its standard input.
#[derive(Debug, Default)]
pub enum Stdin {
    /// Nothing: the end of file at once.
    #[default]
    Null,
    /// These bytes, then the end of file.
    Bytes(Vec<u8>),
    /// The same piece by piece, each asked for when those before it are written.
    Pieces(Pieces),
    /// An open file, which the child and its own children inherit together with its lock.
    File(std::fs::File),
}

/// Bytes that come one after another.
pub struct Pieces(Box<dyn Iterator<Item = Arc<[u8]>> + Send>);

impl std::fmt::Debug for Pieces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pieces")
    }
}

/// One child to be started.
#[derive(Debug)]
pub struct Command {
    program: OsString,
    args: Vec<OsString>,
    dir: Option<PathBuf>,
    env: BTreeMap<OsString, OsString>,
    stdin: Stdin,
    timeout: Duration,
    grace: Duration,
    output_cap: usize,
    output_in_files: bool,
}

/// What a child wrote to one of its outputs.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// The first bytes, up to the cap.
    pub bytes: Vec<u8>,
    /// Whether there was more than the cap.
    pub cut: bool,
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It ended by itself with this code.
    Code(i32),
    /// A signal ended it.
    Signal(i32),
}

/// What is known of a child that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The name of the program, for messages.
    pub program: String,
    /// How it ended.
    pub status: Status,
    /// Its standard output.
    pub stdout: Captured,
    /// Its standard error.
    pub stderr: Captured,
}

impl Command {
    /// A command with `PATH` as its only variable, nothing to read, a limit of one minute, and 16 MiB kept of each output.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            dir: None,
            env: std::env::var_os("PATH").map(|path| ("PATH".into(), path)).into_iter().collect(),
            stdin: Stdin::Null,
            timeout: Duration::from_secs(60),
            grace: Duration::ZERO,
            output_cap: 16 << 20,
            output_in_files: false,
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets the folder that it runs in.
    #[must_use]
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// Sets one variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    /// Sets variables.
    #[must_use]
    pub fn envs<N: AsRef<OsStr>, V: AsRef<OsStr>>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self {
        self.env.extend(variables.into_iter().map(|(name, value)| (name.as_ref().to_owned(), value.as_ref().to_owned())));
        self
    }

    /// Passes on these variables of our own environment, those that are set.
    #[must_use]
    pub fn pass<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.env.extend(names.into_iter().filter_map(|name| Some((name.into(), std::env::var_os(name)?))));
        self
    }

    /// Takes away all variables set so far, `PATH` too; the program has to be a path then.
    #[must_use]
    pub fn no_env(mut self) -> Self {
        self.env.clear();
        self
    }

    /// Sets what it reads.
    #[must_use]
    pub fn stdin(mut self, stdin: Stdin) -> Self {
        self.stdin = stdin;
        self
    }

    /// Sets the wall time after which its group is ended.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Asks first: at the end of the time the group gets SIGTERM, and SIGKILL only when this much more time is over.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Sets how many bytes of each output are kept; the rest is read and dropped.
    #[must_use]
    pub fn output_cap(mut self, bytes: usize) -> Self {
        self.output_cap = bytes;
        self
    }

    /// Takes its outputs in unnamed files instead of pipes, to be read when it has ended: a child that outlives us must not die of a pipe
    /// that nobody reads.
    #[must_use]
    pub fn output_in_files(mut self) -> Self {
        self.output_in_files = true;
        self
    }

    /// Runs it, blocking this thread. That the child failed is no error here, see [`Output::success`].
    ///
    /// # Errors
    /// When it cannot be started or its time is over.
    pub fn run_blocking(self) -> Result<Output, Error> {
        run::run(self, run::channel(), |_| ControlFlow::Continue(()))
    }

    /// Runs it, blocking this thread, and gives each piece of its standard output to `on_stdout` as it comes, also what the cap drops;
    /// with [`Command::output_in_files`] there are no pieces.
    ///
    /// # Errors
    /// As [`Command::run_blocking`], and [`Error::Stopped`] when `on_stdout` breaks.
    pub fn run_blocking_with(self, on_stdout: impl FnMut(&[u8]) -> ControlFlow<()>) -> Result<Output, Error> {
        run::run(self, run::channel(), on_stdout)
    }

    /// Runs it without blocking; dropping the future ends the child as its time limit does.
    ///
    /// # Errors
    /// As [`Command::run_blocking`].
    pub async fn run(self) -> Result<Output, Error> {
        let channel = run::channel();
        let _cancelled_when_dropped = channel.canceller();
        let program = self.name();
        tokio::task::spawn_blocking(move || run::run(self, channel, |_| ControlFlow::Continue(())))
            .await
            .unwrap_or_else(|stop| Err(Error::Lost { program, source: std::io::Error::other(stop) }))
    }

    fn name(&self) -> String {
        self.program.to_string_lossy().into_owned()
    }
}

impl Captured {
    /// The bytes as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    fn add(&mut self, bytes: &[u8], cap: usize) {
        let room = cap.saturating_sub(self.bytes.len()).min(bytes.len());
        self.bytes.extend_from_slice(&bytes[..room]);
        self.cut |= room < bytes.len();
    }
}

impl std::fmt::Debug for Captured {
    /// Without the bytes, which may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes{}", self.bytes.len(), if self.cut { ", cut" } else { "" })
    }
}

impl Output {
    /// The output, when the child ended with code 0.
    ///
    /// # Errors
    /// [`Error::Failed`] with the beginning of what it wrote to its standard error.
    pub fn success(self) -> Result<Self, Error> {
        match self.status {
            Status::Code(0) => Ok(self),
            Status::Code(_) | Status::Signal(_) => Err(Error::Failed(Box::new(self))),
        }
    }
}

/// Where `PATH` has a program of this name.
pub fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Gives `input` to a child, which has no environment but `env`, and takes its standard output; `on_output` sees each piece as it comes and may end the child.
///
/// # Errors
/// As [`Command::run_blocking_with`].
pub fn pipe(
    program: impl AsRef<OsStr>,
    args: &[&str],
    env: Option<(&str, &str)>,
    input: impl Iterator<Item = Arc<[u8]>> + Send + 'static,
    wall: Duration,
    on_output: impl FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<Output, Error> {
    // Its output goes to `on_output`: nothing of it needs to be kept.
    let input = Stdin::Pieces(Pieces(Box::new(input)));
    Command::new(program).no_env().envs(env).args(args).stdin(input).timeout(wall).output_cap(64 << 10).run_blocking_with(on_output)
}

#[cfg(test)]
mod tests;
