//! Repositories elsewhere, through the `git` command.

use super::{Error, Repository, Update};
use crate::model::CommitId;
use crate::process::{self, Command};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// What is mirrored.
const MIRRORED: [&str; 2] = ["refs/heads/", "refs/notes/goldpath"];

/// A repository elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remote {
    url: String,
}

/// What a server lists.
struct Listed {
    head: Option<String>,
    refs: BTreeMap<String, CommitId>,
}

/// `user@host:path`, as `git` and `ssh` write it.
pub(super) fn is_scp_like(url: &str) -> bool {
    let Some((host, _)) = url.split_once(':') else { return false };
    !host.contains('/') && host.contains('@') && !Path::new(url).exists()
}

impl Remote {
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let refused = |reason| Err(Error::Url { url: without_password(url), reason });
        if url.starts_with('-') || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return refused("it holds characters that an address does not have");
        }
        if is_scp_like(url) {
            return if url.contains("::") { refused("only https, ssh and file are spoken") } else { Ok(Self { url: url.to_owned() }) };
        }
        let Some((scheme, rest)) = url.split_once("://") else { return refused("only https, ssh and file are spoken") };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, host) = host.rsplit_once('@').unwrap_or(("", host));
        let loopback =
            host == "localhost" || host.starts_with("localhost:") || host.starts_with("127.0.0.1:") || host.starts_with("[::1]:");
        match scheme {
            "file" => return Ok(Self { url: url.to_owned() }),
            "https" | "ssh" => {}
            "http" if loopback => {}
            "http" => return refused("http is spoken on this machine only: what it carries can be read and changed on the way"),
            _ => return refused("only https, ssh and file are spoken"),
        }
        if host.is_empty() || host.starts_with('-') || user.starts_with('-') {
            return refused("it names no host");
        }
        if user.contains(':') {
            return refused("a password does not belong into an address");
        }
        Ok(Self { url: url.to_owned() })
    }

    /// A `git` that reads no configuration but the mirror's, asks nobody, runs no hooks, and speaks only what was let through above.
    fn git(&self, dir: &Path) -> Command {
        const OFF: [&str; 12] = [
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "credential.helper=",
            "-c",
            "gc.auto=0",
            "-c",
            "maintenance.auto=false",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "protocol.ext.allow=never",
        ];
        Command::new("git")
            .arg("--git-dir")
            .arg(dir)
            .args(OFF)
            .pass(["HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"])
            .envs([
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
                ("GIT_CONFIG_NOSYSTEM", "1"),
                ("GIT_TERMINAL_PROMPT", "0"),
                ("GIT_ASKPASS", "true"),
                ("SSH_ASKPASS", "true"),
                ("GIT_SSH_COMMAND", "ssh -o BatchMode=yes"),
                ("GIT_ALLOW_PROTOCOL", "https:http:ssh:file"),
                ("LC_ALL", "C"),
            ])
            .timeout(Duration::from_secs(300))
    }

    fn run(&self, command: Command, doing: &str) -> Result<process::Output, Error> {
        let run = command.run_blocking().and_then(process::Output::success);
        run.map_err(|source| Error::Command { doing: format!("{doing} {}", without_password(&self.url)), source })
    }

    fn list(&self, dir: &Path) -> Result<Listed, Error> {
        let command = self.git(dir).args(["ls-remote", "--symref", "--", &self.url, "HEAD", "refs/heads/*", "refs/notes/goldpath"]);
        let output = self.run(command, "list the branches of")?;
        let mut listed = Listed { head: None, refs: BTreeMap::new() };
        for line in output.stdout.text().lines() {
            match line.split_once('\t') {
                Some((id, "HEAD")) => listed.head = id.strip_prefix("ref: refs/heads/").map(ToOwned::to_owned).or(listed.head),
                Some((id, name)) => drop(CommitId::parse(id).and_then(|id| listed.refs.insert(name.to_owned(), id))),
                None => {}
            }
        }
        Ok(listed)
    }

    fn fetch(&self, dir: &Path) -> Result<(), Error> {
        let command = self
            .git(dir)
            .args(["fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--", &self.url])
            .args(["+refs/heads/*:refs/heads/*", "+refs/notes/goldpath*:refs/notes/goldpath*"]);
        self.run(command, "fetch").map(drop)
    }

    pub(super) fn push(&self, dir: &Path, updates: &[Update]) -> Result<(), Error> {
        let mut command = self.git(dir).args(["push", "--porcelain", "--atomic", "--no-verify"]);
        for update in updates {
            let old = update.old.as_ref().map(CommitId::as_str).unwrap_or_default();
            command = command.arg(format!("--force-with-lease={}:{old}", update.name));
        }
        command = command.arg("--").arg(&self.url);
        for update in updates {
            command = command.arg(format!("{}:{}", update.new.as_ref().map(CommitId::as_str).unwrap_or_default(), update.name));
        }
        let doing = |source| Error::Command { doing: format!("push to {}", without_password(&self.url)), source };
        let output = command.run_blocking().map_err(doing)?;
        let said = output.stdout.text().into_owned();
        match output.success() {
            Ok(_) => Ok(()),
            Err(source) => Err(stale(&said, updates).unwrap_or_else(|| doing(source))),
        }
    }
}

/// Lines of `!`, `<from>:<to>` and `[rejected] (stale info)`, with tabs between; the others of an atomic push are rejected with it, for another reason.
fn stale(said: &str, updates: &[Update]) -> Option<Error> {
    let rejected = said.lines().filter(|line| {
        line.starts_with('!') && (line.contains("stale info") || line.contains("failed to update ref") || line.contains("already exists"))
    });
    let names: Vec<&str> = rejected.filter_map(|line| line.split('\t').nth(1)?.split_once(':').map(|(_, to)| to)).collect();
    let moved = updates.iter().find(|update| names.contains(&update.name.as_str()))?;
    Some(Error::Moved { name: moved.name.clone() })
}

/// An address as it may be shown.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((user, host)) if user.contains(':') => {
            format!("{scheme}://{}@{host}{}", user.split(':').next().unwrap_or_default(), &rest[end..])
        }
        _ => url.to_owned(),
    }
}

impl Repository {
    /// Brings the mirror of a remote repository up to date, with one listing when nothing changed; tells whether anything did.
    /// Does nothing for a repository on this machine.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub fn fetch(&self) -> Result<bool, Error> {
        let Some(remote) = &self.remote else { return Ok(false) };
        let listed = remote.list(&self.git_dir())?;
        if let Some(head) = listed.head.filter(|head| self.default_branch().ok().flatten().as_ref() != Some(head)) {
            self.set_head(&head)?;
        }
        let mut here = BTreeMap::new();
        for prefix in MIRRORED {
            here.extend(self.refs_below(prefix)?.into_iter().map(|(name, id)| (format!("{prefix}{name}"), id)));
        }
        if here == listed.refs {
            return Ok(false);
        }
        remote.fetch(&self.git_dir())?;
        Ok(true)
    }

    /// Whether this is the mirror of a remote repository.
    pub fn is_mirror(&self) -> bool {
        self.remote.is_some()
    }
}
