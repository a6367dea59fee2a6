//! The daemon's own configuration: raw, then checked; the only reader of the environment.
//!
//! All mistakes of a file are said at once, each at its line. What this version would not enforce is refused, never ignored.

mod environment;
mod raw;

pub use environment::{cache_folder, dumb_terminal, log_filter, no_color, path, temporary_folder, terraform_binary};

use crate::error::{Error, Kind};
use raw::Raw;
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the daemon is told, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// What it watches.
    pub repository: Repository,
    /// Users of the forge who approve everything outside `requests/`; what the repository says can only add to it.
    pub owners: BTreeSet<String>,
    /// Where changes are proposed.
    pub forge: ForgeKind,
    /// The folder for its database, keys and the local forge's file.
    pub state_dir: PathBuf,
    /// Where it listens: an address of this machine alone; port 0 is any free one.
    pub listen: SocketAddr,
    /// How people reach its pages, without a slash at the end, when that is not where it listens.
    pub public_url: Option<String>,
    /// What targets name; one that is missing here has its place in the state folder.
    pub connections: BTreeMap<String, Connection>,
}

/// The platform repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// A path or a URL that `git fetch` takes.
    pub url: String,
    /// Its default branch.
    pub branch: String,
    /// How often it is looked at when nothing tells of a push.
    pub poll: Duration,
}

/// Where changes are proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForgeKind {
    /// Branches of the repository are pull requests; people and their tokens are in the state folder.
    Local,
}

/// How a target is reached.
#[derive(Clone, Debug)]
pub enum Connection {
    /// A folder of this machine.
    Directory {
        /// The folder.
        path: PathBuf,
    },
    /// Terraform or OpenTofu.
    Terraform {
        /// The program; by default the first `terraform` or `tofu` on the `PATH`.
        binary: Option<PathBuf>,
        /// The folder of the local back end's states; by default in the state folder.
        state: Option<PathBuf>,
        /// Variables for planning.
        plan_env: BTreeMap<String, SecretString>,
        /// Variables for applying.
        apply_env: BTreeMap<String, SecretString>,
    },
}

/// What was said on the command line; it wins over the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config FILE`.
    pub file: Option<PathBuf>,
    /// `--repo URL`.
    pub repository: Option<String>,
    /// `--state DIR`.
    pub state_dir: Option<PathBuf>,
    /// `--listen ADDR`.
    pub listen: Option<String>,
}

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7171);
const BRANCH: &str = "main";
const POLL: Duration = Duration::from_secs(30);

impl Config {
    /// Reads the file, if one is named, and puts the flags over it.
    ///
    /// # Errors
    /// Wrong use, with every mistake of the file at its line; the outside world when the file cannot be read.
    pub fn load(flags: &Flags) -> Result<Self, Error> {
        let Some(file) = &flags.file else { return Self::over(Raw::default(), flags) };
        let text =
            std::fs::read_to_string(file).map_err(|error| Error::unreadable(file, &error).context("unable to read the configuration"))?;
        let raw = raw::read(&text, file, &read_secret).map_err(|mistakes| refused(file, &mistakes))?;
        Self::over(raw, flags)
    }

    /// The configuration of a daemon without a file: local forge, everything in the state folder.
    ///
    /// # Errors
    /// Wrong use when the address cannot be used.
    pub fn without_file(repository: &str, state_dir: &Path, listen: Option<&str>) -> Result<Self, Error> {
        Self::load(&Flags {
            file: None,
            repository: Some(repository.to_owned()),
            state_dir: Some(state_dir.to_path_buf()),
            listen: listen.map(str::to_owned),
        })
    }

    fn over(raw: Raw, flags: &Flags) -> Result<Self, Error> {
        let url = flags.repository.clone().or(raw.url);
        let url = url.ok_or_else(|| missing("which repository to watch", "--repo URL", "spec.repository.url"))?;
        let state_dir = flags.state_dir.clone().or(raw.state_dir);
        let state_dir = state_dir.ok_or_else(|| missing("where to keep its state", "--state DIR", "spec.state.dir"))?;
        let listen = match &flags.listen {
            Some(text) => address(text).map_err(|(message, help)| Error::usage(format!("`--listen`: {message}")).hint(help))?,
            None => raw.listen.unwrap_or(LISTEN),
        };
        Ok(Self {
            repository: Repository { url, branch: raw.branch.unwrap_or_else(|| BRANCH.to_owned()), poll: raw.poll.unwrap_or(POLL) },
            owners: raw.owners,
            forge: ForgeKind::Local,
            state_dir,
            listen,
            public_url: raw.public_url,
            connections: raw.connections,
        })
    }
}

/// Takes variables out of their cover, to hand them to a child.
pub fn reveal(variables: &BTreeMap<String, SecretString>) -> BTreeMap<String, String> {
    variables.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect()
}

fn missing(what: &str, flag: &str, field: &str) -> Error {
    Error::usage(format!("nothing says {what}")).hint(format!("give `{flag}`, or `{field}` in a file named with `--config FILE`"))
}

/// An address to listen at, or why not and what to do.
fn address(text: &str) -> Result<SocketAddr, (String, String)> {
    let Ok(address) = text.parse::<SocketAddr>() else {
        return Err((format!("{text:?} is not an address with a port"), format!("write it like `{LISTEN}`")));
    };
    if !address.ip().is_loopback() {
        let help = format!("listen at `127.0.0.1:{}` and let a proxy in front of it do TLS and the login", address.port());
        return Err((format!("{text} can be reached from other machines, which this version does not protect"), help));
    }
    Ok(address)
}

/// A secret from its file, without the newline at its end.
fn read_secret(file: &Path) -> std::io::Result<SecretString> {
    let text = std::fs::read_to_string(file)?;
    Ok(text.trim_end_matches(['\n', '\r']).into())
}

/// A mistake in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mistake {
    line: u32,
    column: u32,
    message: String,
    /// The next step; may be empty.
    help: String,
}

fn refused(file: &Path, mistakes: &[Mistake]) -> Error {
    let count = match mistakes.len() {
        1 => "1 mistake".to_owned(),
        many => format!("{many} mistakes"),
    };
    let mut text = format!("the configuration has {count}");
    for Mistake { line, column, message, help } in mistakes {
        text += &format!("\n{}:{line}:{column}: {message}", file.display());
        if !help.is_empty() {
            text += &format!(" — {help}");
        }
    }
    Error::new(Kind::Usage, text)
}

#[cfg(test)]
mod tests;
