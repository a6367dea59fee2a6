//! `goldpath doctor [--repo URL] [--state DIR] [--listen ADDR] [--config FILE]`

use super::{Ended, Output, answer, daemon, place, run};
use crate::config::{self, Config, Connection, Flags};
use crate::error::Error;
use crate::process::Command;
use crate::report::{self, Checkup, Health};
use crate::{git, process, server, worker};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, clap::Args)]
#[group(id = "doctor")]
pub(super) struct Args {
    #[command(flatten)]
    run: run::Args,
}

pub(super) fn run(args: Args, output: Output) -> Result<Ended, Error> {
    let flags = args.run.flags();
    let asked = flags != Flags::default();
    let mut checkups = Vec::new();
    let config = match asked.then(|| Config::load(&flags)) {
        None => None,
        Some(Ok(config)) => Some(config),
        Some(Err(error)) => {
            checkups.push(of_error("configuration", &error));
            None
        }
    };
    checkups.push(git_command(config.as_ref()).checkup());
    checkups.push(terraform(config.as_ref()).checkup());
    checkups.push(walls()?);
    if let Some(config) = &config {
        checkups.push(repository(config));
        let holder = daemon::holder(&config.state_dir);
        // a daemon that runs has its address
        let address = if holder.is_none() { Some(address(config)?) } else { None };
        checkups.push(state(&config.state_dir, holder.as_deref()));
        checkups.extend(address);
        checkups.extend(config.connections.iter().map(|(name, connection)| reached(name, connection, &config.state_dir)));
    }
    answer(output, || report::doctor_json(&checkups), || report::doctor_terminal(&checkups, asked));
    Ok(if checkups.iter().any(|checkup| checkup.health == Health::Error) { Ended::Findings } else { Ended::Done })
}

/// An error of goldpath's own, with its hint as the next step.
fn of_error(subject: &str, error: &Error) -> Checkup {
    Checkup::error(subject, error.causes().to_string()).help(error.next_step().unwrap_or_default())
}

/// What a program says of itself in its first line.
fn version(program: &Path, arg: &str) -> Result<String, String> {
    let command = Command::new(program).arg(arg).env("CHECKPOINT_DISABLE", "1").timeout(Duration::from_secs(10));
    let output = command.run_blocking().and_then(process::Output::success).map_err(|error| error.to_string())?;
    Ok(output.stdout.text().lines().next().unwrap_or_default().to_owned())
}

/// A program that is looked for.
struct Program {
    subject: &'static str,
    found: Option<PathBuf>,
    /// How it is asked for its version.
    arg: &'static str,
    /// What is said when it is not there.
    absent: &'static str,
    install: &'static str,
    /// What it is for.
    why: &'static str,
    /// Whether the configuration cannot do without it.
    needed: bool,
}

impl Program {
    fn checkup(&self) -> Checkup {
        let Self { subject, found, arg, absent, install, why, needed } = self;
        let seen = match found {
            None => Err((*absent).to_owned()),
            Some(program) => match version(program, arg) {
                Ok(version) => Ok(format!("{version} ({}): {why}", program.display())),
                Err(error) => Err(format!("{} does not run: {error}", program.display())),
            },
        };
        match seen {
            Ok(message) => Checkup::ok(*subject, message),
            Err(message) if *needed => Checkup::error(*subject, message).help(format!("{install}: {why}")),
            Err(message) => Checkup::warning(*subject, message).help(format!("{install}: {why}")),
        }
    }
}

fn git_command(config: Option<&Config>) -> Program {
    Program {
        subject: "git",
        found: process::find("git"),
        arg: "--version",
        absent: "there is no `git` on the PATH",
        install: "install Git",
        why: "it fetches and pushes where the repository is not on this machine",
        needed: config.is_some_and(|config| git::is_remote(&config.repository.url)),
    }
}

fn terraform(config: Option<&Config>) -> Program {
    let of = |connection: &Connection| matches!(connection, Connection::Terraform { binary: None, .. });
    Program {
        subject: "terraform",
        found: config::terraform_binary(),
        arg: "version",
        absent: "there is neither `terraform` nor `tofu` on the PATH",
        install: "install Terraform or OpenTofu, or name one in the connection's `binary`",
        why: "targets of type `terraform` are planned and applied with it",
        needed: config.is_some_and(|config| config.connections.values().any(of)),
    }
}

/// How far a worker is shut in here.
fn walls() -> Result<Checkup, Error> {
    const SUBJECT: &str = "walls";
    Ok(match worker::walls(&place::program()?) {
        Ok(walls) if walls.missing.is_empty() => {
            Checkup::ok(SUBJECT, "Landlock and a list of system calls: what a pull request brings is rendered behind them")
        }
        Ok(walls) => Checkup::warning(SUBJECT, walls.to_string()).help(
            "what a pull request brings is rendered with limits on memory and time alone: use a kernel that has both, Linux 5.13 or newer",
        ),
        Err(death) => Checkup::error(SUBJECT, format!("a worker cannot be started: {death}"))
            .help("nothing that a pull request brings can be rendered on this machine"),
    })
}

fn repository(config: &Config) -> Checkup {
    const SUBJECT: &str = "repository";
    let config::Repository { url, branch, .. } = &config.repository;
    if git::is_remote(url) {
        return Checkup::ok(
            SUBJECT,
            "it is on another machine, which is not asked here; `goldpath run` says at once when it does not answer",
        );
    }
    match git::Repository::open(url) {
        Err(error) => of_error(SUBJECT, &error.into()),
        Ok(repository) => match repository.resolve(&format!("refs/heads/{branch}")) {
            Ok(tip) => Checkup::ok(SUBJECT, format!("{url}, whose branch `{branch}` is at {}", tip.short())),
            Err(_) => Checkup::error(SUBJECT, format!("{url} has no branch `{branch}`"))
                .help("push to it, or name the default branch in `spec.repository.branch`"),
        },
    }
}

/// Whether the daemon can keep its state there; `holder`: who does already.
fn state(dir: &Path, holder: Option<&str>) -> Checkup {
    const SUBJECT: &str = "state folder";
    let shown = dir.display();
    match holder {
        Some(holder) => Checkup::warning(SUBJECT, format!("{holder} uses {shown}")).help("nothing to do when that daemon is meant to run"),
        None => takes(SUBJECT, "", dir, (", and no daemon uses it", ", or name another one with `--state DIR`")),
    }
}

/// Whether a folder can be written to, with what else is said when it can, and when it cannot.
fn takes(subject: &str, what: &str, dir: &Path, (more, or): (&str, &str)) -> Checkup {
    let shown = format!("{what}{}", dir.display());
    match writable(dir) {
        Ok(true) => Checkup::ok(subject, format!("{shown} can be written{more}")),
        Ok(false) => Checkup::ok(subject, format!("{shown} is not there yet, and can be made")),
        Err(error) => Checkup::error(subject, format!("{shown} cannot be written: {error}"))
            .help(format!("give it to the user that the daemon runs as{or}")),
    }
}

/// Whether a folder, or else the nearest one above it that is there, takes files; `true` when it is there itself.
fn writable(dir: &Path) -> Result<bool, std::io::Error> {
    let full = std::path::absolute(dir)?;
    let nearest: PathBuf = full.ancestors().find(|folder| fs::symlink_metadata(folder).is_ok()).unwrap_or(Path::new("/")).to_path_buf();
    if !nearest.is_dir() {
        return Err(std::io::Error::other(format!("{} is no folder", nearest.display())));
    }
    // the name of the file that was tried is nobody's affair
    let tried = tempfile::Builder::new().prefix(".goldpath-").tempfile_in(&nearest);
    tried.map(|_gone_again| nearest == full).map_err(|error| error.kind().into())
}

fn address(config: &Config) -> Result<Checkup, Error> {
    const SUBJECT: &str = "address";
    Ok(match run::runtime()?.block_on(server::bind(config.listen)) {
        Ok(_let_go) => Checkup::ok(SUBJECT, format!("{} is free", config.listen)),
        Err(error) => of_error(SUBJECT, &error.into()),
    })
}

/// Whether what a connection names is there.
fn reached(name: &str, connection: &Connection, state_dir: &Path) -> Checkup {
    let subject = format!("connection {name}");
    match connection {
        Connection::Directory { path } => takes(&subject, "the folder ", path, ("", "")),
        Connection::Terraform { binary, state, plan_env: _, apply_env: _ } => {
            match binary.as_deref().map(|binary| version(binary, "version")) {
                Some(Err(error)) => Checkup::error(&subject, format!("its `binary` does not run: {error}"))
                    .help("name Terraform or OpenTofu there, by its full path"),
                Some(Ok(_)) | None => {
                    let states = state.clone().unwrap_or_else(|| state_dir.join("terraform").join(name));
                    takes(&subject, "the folder of states ", &states, ("", ""))
                }
            }
        }
    }
}
