//! Terraform or OpenTofu: init, plan to a file, show, apply that file.
//!
//! Each plan has a folder of its own that goes away with it. What is applied is the file that was planned and nothing else; while it is
//! applied, a lock that the child inherits tells a daemon that was restarted in between that the child is still at work.

mod error;
mod fence;
mod state;
mod ui;
mod work;

pub use error::{Diagnostic, Error, Failed, Step};
pub use state::StateFacts;

use crate::model::RepoPath;
use crate::observe::{Secrets, TerraformPlan, read_show_json};
use crate::process::{Command, Output, Status, Stdin};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use work::Work;

/// How long Terraform is given to end by itself when its time is over: it finishes what it is at and writes its state.
const GRACE: Duration = Duration::from_secs(60);

/// The binary and how it is run.
#[derive(Clone)]
pub struct Terraform {
    binary: OsString,
    home: PathBuf,
    cli_config: PathBuf,
    key: [u8; 32],
    timeout: Duration,
    lock_timeout: Duration,
}

/// One root: what it needs to know of one unit's place.
#[derive(Clone)]
pub struct Root {
    /// The folder in which the folders of its plans are made.
    pub dir: PathBuf,
    /// The file of its state in the local back end; one root, one state.
    pub state: PathBuf,
    /// The credentials that this run has; they are not shown.
    pub env: BTreeMap<String, String>,
}

/// A plan in its file; the file goes away with this value.
#[derive(Debug)]
pub struct Planned {
    /// What it would do.
    pub plan: TerraformPlan,
    /// The state that it was made on; nothing when there was none.
    pub state: Option<StateFacts>,
    work: Work,
    secrets: Secrets,
}

/// A plan was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Per address what was done: `created`, `changed`, `removed`, `replaced`.
    pub objects: BTreeMap<String, String>,
    /// The state after it.
    pub state: Option<StateFacts>,
}

impl Terraform {
    /// Prepares to run `binary`, a path or a name in `PATH`; `home` is a folder of the daemon's own, and `key` its key for digests of secrets.
    ///
    /// Providers come from `mirror` alone, a folder laid out as `filesystem_mirror` wants it, else from `home/mirror`; never from a network.
    ///
    /// # Errors
    /// When `home` cannot be written.
    pub fn new(binary: impl Into<OsString>, home: &Path, mirror: Option<&Path>, key: [u8; 32]) -> Result<Self, Error> {
        let home = work::private_folder(home)?;
        let mirror = match mirror {
            Some(mirror) => std::path::absolute(mirror).map_err(Error::folder(mirror))?,
            None => work::private_folder(&home.join("mirror"))?,
        };
        let cli_config = work::write_cli_config(&home, &mirror)?;
        let (timeout, lock_timeout) = (Duration::from_secs(30 * 60), Duration::from_secs(30));
        Ok(Self { binary: binary.into(), home, cli_config, key, timeout, lock_timeout })
    }

    /// Sets how long one run may take; 30 minutes if not set.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how long the lock of the state is waited for; 30 seconds if not set.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// The name and version of the binary: `1.11.4`.
    ///
    /// # Errors
    /// When it cannot be started, or answers as neither Terraform nor OpenTofu does.
    pub async fn version(&self) -> Result<String, Error> {
        let output = self.command(&BTreeMap::new(), &self.home).args(["version", "-json"]).run().await?;
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout.bytes).unwrap_or_default();
        match answer["terraform_version"].as_str() {
            Some(version) => Ok(version.to_owned()),
            None => Err(Failed::of(Step::Version, &output, &Secrets::new()).into()),
        }
    }

    /// Plans to a file, from these files and nothing else; `destroy` plans to take away all that the state knows.
    ///
    /// # Errors
    /// See [`Error`]; nothing of the world was changed.
    pub async fn plan(&self, root: &Root, files: &BTreeMap<RepoPath, Arc<[u8]>>, destroy: bool) -> Result<Planned, Error> {
        let work = Work::open(root.clone(), files.clone()).await?;
        let mut secrets = root.secrets();
        state::add_secrets(root, &mut secrets)?;
        self.init(root, &work, &secrets).await?;
        let state = state::read(root, &self.key)?;
        let command = self
            .command(&root.env, work.root())
            .env("TF_DATA_DIR", work.data())
            .args(["plan", "-json", "-input=false", "-detailed-exitcode"])
            .args([format!("-lock-timeout={}s", self.lock_timeout.as_secs()).as_ref(), work::flag("-out=", work.plan_file()).as_os_str()])
            .args(destroy.then_some("-destroy"));
        let output = command.run().await?;
        if !matches!(output.status, Status::Code(0 | 2)) {
            return Err(Failed::of(Step::Plan, &output, &secrets).into());
        }
        let shown = self.show(root, &work, &secrets).await?;
        let (plan, of_plan) = read_show_json(&shown, &self.key)?;
        secrets.extend(&of_plan);
        Ok(Planned { plan, state, work, secrets })
    }

    /// Applies the file that was planned. Terraform itself refuses it when the state has moved since.
    ///
    /// # Errors
    /// [`Error::OrphanRunning`] when an earlier apply of this root is still at work: nothing was done. [`Error::Failed`] says what was
    /// done before the error.
    pub async fn apply(&self, root: &Root, planned: &Planned) -> Result<Applied, Error> {
        let fence = fence::acquire(&root.state).await?;
        let command = self
            .command(&root.env, planned.work.root())
            .env("TF_DATA_DIR", planned.work.data())
            .args(["apply", "-json", "-input=false"])
            .args([format!("-lock-timeout={}s", self.lock_timeout.as_secs()).as_ref(), planned.work.plan_file().as_os_str()])
            .stdin(Stdin::File(fence.for_child()?))
            .output_in_files();
        let output = command.run().await?;
        if output.status != Status::Code(0) {
            return Err(Failed::of(Step::Apply, &output, &planned.secrets).into());
        }
        Ok(Applied { objects: ui::objects(&output.stdout.bytes), state: state::read(root, &self.key)? })
    }

    /// What the state says of itself; nothing when there is none yet.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn state(&self, root: &Root) -> Result<Option<StateFacts>, Error> {
        state::read(root, &self.key)
    }

    async fn init(&self, root: &Root, work: &Work, secrets: &Secrets) -> Result<(), Error> {
        let command = self
            .command(&root.env, work.root())
            .env("TF_DATA_DIR", work.data())
            .args(["init", "-json", "-input=false", "-no-color"])
            .arg(work::flag("-backend-config=path=", &work.state));
        let output = command.run().await?;
        if output.status != Status::Code(0) {
            return Err(Failed::of(Step::Init, &output, secrets).into());
        }
        work.check_back_end()
    }

    async fn show(&self, root: &Root, work: &Work, secrets: &Secrets) -> Result<String, Error> {
        let command = self.command(&root.env, work.root()).env("TF_DATA_DIR", work.data()).args(["show", "-json"]).arg(work.plan_file());
        let output = command.output_cap(256 << 20).run().await?;
        match String::from_utf8(output.stdout.bytes) {
            Ok(text) if output.status == Status::Code(0) && !output.stdout.cut => Ok(text),
            Ok(_) | Err(_) => {
                // Its standard output holds values in clear: only what it says of its failure is taken on.
                let output = Output { stdout: crate::process::Captured::default(), ..output };
                Err(Failed::of(Step::Show, &output, secrets).into())
            }
        }
    }

    fn command(&self, env: &BTreeMap<String, String>, dir: &Path) -> Command {
        Command::new(&self.binary)
            .dir(dir)
            .timeout(self.timeout)
            .grace(GRACE)
            .env("HOME", &self.home)
            .envs(env)
            .env("TF_CLI_CONFIG_FILE", &self.cli_config)
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
    }
}

impl Root {
    fn secrets(&self) -> Secrets {
        let mut secrets = Secrets::new();
        self.env.values().for_each(|value| secrets.add(value));
        secrets
    }
}

impl Planned {
    /// The file that is applied.
    pub fn file(&self) -> &Path {
        self.work.plan_file()
    }
}

impl fmt::Debug for Terraform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terraform").field("binary", &self.binary).field("home", &self.home).finish_non_exhaustive()
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Root").field("dir", &self.dir).field("state", &self.state).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
