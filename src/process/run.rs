//! One child from its start to its end: threads read and write its pipes and wait for it, one place decides.

use super::{Captured, Command, Error, Output, Status, Stdin, Stopped};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getpgid, kill_process, kill_process_group, waitid};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::ops::ControlFlow;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// How long output is waited for when the child has ended but something that left its group still holds the pipe.
const LINGER: Duration = Duration::from_secs(1);

/// What the threads tell.
enum Told {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    /// One of the two outputs is at its end.
    Closed,
    Ended,
    Cancel,
}

/// Where the threads tell it.
pub(super) struct Channel {
    tell: SyncSender<Told>,
    told: Receiver<Told>,
}

pub(super) fn channel() -> Channel {
    let (tell, told) = sync_channel(16);
    Channel { tell, told }
}

/// Cancels the run when it is dropped; after the run's end that has no effect.
pub(super) struct Canceller(SyncSender<Told>);

impl Channel {
    pub(super) fn canceller(&self) -> Canceller {
        Canceller(self.tell.clone())
    }
}

impl Drop for Canceller {
    fn drop(&mut self) {
        // When the channel is full the reading side is busy: it must not hold up the thread that drops a future.
        if let Err(std::sync::mpsc::TrySendError::Full(told)) = self.0.try_send(Told::Cancel) {
            let tell = self.0.clone();
            std::thread::spawn(move || tell.send(told));
        }
    }
}

pub(super) fn run(mut command: Command, channel: Channel, on_stdout: impl FnMut(&[u8]) -> ControlFlow<()>) -> Result<Output, Error> {
    let program = command.name();
    let start = |source| Error::Start { program: program.clone(), source };
    let files = command.output_in_files.then(OutputFiles::new).transpose().map_err(start)?;
    let mut child = spawn(&command, files.as_ref()).map_err(start)?;
    let pid = Pid::from_child(&child);
    start_threads(&mut child, pid, std::mem::take(&mut command.stdin), &channel.tell);
    drop(channel.tell);
    let mut watch = Watch {
        told: channel.told,
        pid,
        deadline: Instant::now().checked_add(command.timeout),
        stopped: None,
        open: if files.is_some() { 0 } else { 2 },
        stdout: Captured::default(),
        stderr: Captured::default(),
        on_stdout,
    };
    watch.until_ended(&command);
    // What the child left behind in its group ends with it; the child itself is still a zombie, so its number is nobody else's.
    signal(pid, Signal::KILL);
    let status = child.wait().map_err(|source| Error::Lost { program: program.clone(), source })?;
    watch.deadline = Instant::now().checked_add(LINGER);
    watch.until_closed(&command);
    if let Some(files) = files {
        let lost = |source| Error::Lost { program: program.clone(), source };
        watch.stdout = captured(files.stdout, command.output_cap).map_err(lost)?;
        watch.stderr = captured(files.stderr, command.output_cap).map_err(lost)?;
    }
    let status = status.code().map_or_else(|| Status::Signal(status.signal().unwrap_or_default()), Status::Code);
    let output = Output { program, status, stdout: watch.stdout, stderr: watch.stderr };
    match watch.stopped {
        Some(why) => Err(Error::Stopped { why, output: Box::new(output) }),
        None => Ok(output),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place that starts children")]
fn spawn(command: &Command, files: Option<&OutputFiles>) -> std::io::Result<Child> {
    let mut child = std::process::Command::new(&command.program);
    child.args(&command.args).env_clear().envs(&command.env).process_group(0);
    if let Some(dir) = &command.dir {
        child.current_dir(dir);
    }
    child.stdin(match &command.stdin {
        Stdin::Null => Stdio::null(),
        Stdin::Bytes(_) | Stdin::Pieces(_) => Stdio::piped(),
        Stdin::File(file) => file.try_clone()?.into(),
    });
    match files {
        Some(files) => child.stdout(files.stdout.try_clone()?).stderr(files.stderr.try_clone()?),
        None => child.stdout(Stdio::piped()).stderr(Stdio::piped()),
    };
    child.spawn()
}

struct OutputFiles {
    stdout: File,
    stderr: File,
}

impl OutputFiles {
    fn new() -> std::io::Result<Self> {
        Ok(Self { stdout: tempfile::tempfile()?, stderr: tempfile::tempfile()? })
    }
}

fn captured(mut file: File, cap: usize) -> std::io::Result<Captured> {
    file.rewind()?;
    let mut captured = Captured { cut: file.metadata()?.len() > cap as u64, ..Captured::default() };
    file.take(cap as u64).read_to_end(&mut captured.bytes)?;
    Ok(captured)
}

fn start_threads(child: &mut Child, pid: Pid, stdin: Stdin, tell: &SyncSender<Told>) {
    let pipe = child.stdin.take();
    let write = |mut pipe: ChildStdin, mut pieces: Box<dyn Iterator<Item = Arc<[u8]>> + Send>| {
        // A child may end without reading all that it is given: that is its own affair.
        std::thread::spawn(move || pieces.try_for_each(|piece| pipe.write_all(&piece)));
    };
    match (stdin, pipe) {
        (Stdin::Bytes(bytes), Some(pipe)) => write(pipe, Box::new(std::iter::once(bytes.into()))),
        (Stdin::Pieces(pieces), Some(pipe)) => write(pipe, pieces.0),
        _ => {}
    }
    if let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) {
        read(stdout, Told::Stdout, tell.clone());
        read(stderr, Told::Stderr, tell.clone());
    }
    let tell = tell.clone();
    std::thread::spawn(move || {
        // NOWAIT: the child stays a zombie, so that its number cannot be given to another before its group was signalled.
        while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {}
        tell.send(Told::Ended)
    });
}

fn read(mut pipe: impl Read + Send + 'static, what: fn(Vec<u8>) -> Told, tell: SyncSender<Told>) {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let told = match pipe.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => what(buffer[..n].to_vec()),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            if tell.send(told).is_err() {
                return;
            }
        }
        // Nobody listens any more when the run is over.
        tell.send(Told::Closed).ok();
    });
}

fn signal(pid: Pid, signal: Signal) {
    // An empty group is what is wanted.
    kill_process_group(pid, signal).ok();
    // A child that went to another group is reached by its number. One that did not gets each signal once: Terraform takes a second request to
    // end for the order to drop everything.
    if getpgid(Some(pid)) != Ok(pid) {
        kill_process(pid, signal).ok();
    }
}

/// A running child as it is seen from here.
struct Watch<F> {
    told: Receiver<Told>,
    pid: Pid,
    deadline: Option<Instant>,
    stopped: Option<Stopped>,
    open: u8,
    stdout: Captured,
    stderr: Captured,
    on_stdout: F,
}

impl<F: FnMut(&[u8]) -> ControlFlow<()>> Watch<F> {
    fn until_ended(&mut self, command: &Command) {
        loop {
            match self.next() {
                Some(Told::Ended) => return,
                Some(Told::Cancel) => self.stop(Stopped::Cancelled, command),
                Some(told) => {
                    if self.take(told, command).is_break() {
                        self.stop(Stopped::Reader, command);
                    }
                }
                None => self.stop(Stopped::Timeout(command.timeout), command),
            }
        }
    }

    fn until_closed(&mut self, command: &Command) {
        while self.open > 0 {
            let Some(told) = self.next() else { return };
            if self.take(told, command).is_break() {
                self.stopped.get_or_insert(Stopped::Reader);
            }
        }
    }

    /// What is told next; nothing when the time is over.
    fn next(&self) -> Option<Told> {
        let Some(deadline) = self.deadline else { return self.told.recv().ok() };
        self.told.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
    }

    fn take(&mut self, told: Told, command: &Command) -> ControlFlow<()> {
        match told {
            Told::Stdout(bytes) => {
                self.stdout.add(&bytes, command.output_cap);
                if self.stopped.is_none() {
                    return (self.on_stdout)(&bytes);
                }
            }
            Told::Stderr(bytes) => self.stderr.add(&bytes, command.output_cap),
            Told::Closed => self.open -= 1,
            Told::Ended | Told::Cancel => {}
        }
        ControlFlow::Continue(())
    }

    /// Asks the group to end when there is grace and it was not asked before; else ends it.
    fn stop(&mut self, why: Stopped, command: &Command) {
        let asked_before = self.stopped.is_some();
        self.stopped.get_or_insert(why);
        if asked_before || command.grace.is_zero() {
            signal(self.pid, Signal::KILL);
            self.deadline = None;
        } else {
            signal(self.pid, Signal::TERM);
            self.deadline = Instant::now().checked_add(command.grace);
        }
    }
}
