//! A platform repository on disk, and what the real binary says about it.

use crate::sample::FILES;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What parent and worker may take together, in MiB; a debug build is larger itself.
#[cfg(target_os = "linux")]
pub(super) const MOST_MEMORY: u64 = if cfg!(debug_assertions) { 256 + 48 } else { 256 };

/// The file of a request.
pub(super) fn request(spec: &str) -> String {
    format!("apiVersion: platform.example.org/v1\nkind: SampleRequest\nmetadata: {{name: shop}}\nspec: {spec}\n")
}

/// A repository with one golden path and one request, in a folder of its own.
pub(super) struct Repository(TempDir);

impl Repository {
    pub(super) fn new() -> Self {
        let repository = Self(tempfile::tempdir().expect("a temporary folder"));
        FILES.into_iter().fold(repository, |repository, (path, text)| repository.with(path, text))
    }

    /// With a file, instead of the one that is there.
    pub(super) fn with(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        let file = self.path(path);
        fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("it can be made");
        fs::write(file, bytes).expect("it can be written");
        self
    }

    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    /// What `goldpath validate` says: a line for each finding, and how it ended.
    pub(super) fn findings(&self) -> String {
        let (said, code) = self.run(&["--output", "json", "validate"]);
        let Ok(report) = serde_json::from_str::<serde_json::Value>(&said) else { return format!("exit {code}: {said}") };
        let mut lines: Vec<String> = report["findings"].as_array().expect("a list").iter().map(line).collect();
        lines.push(format!("exit {code}"));
        lines.join("\n")
    }

    /// What it prints, and how it ended.
    pub(super) fn said(&self, args: &[&str]) -> String {
        let (said, code) = self.run(args);
        format!("{said}exit {code}")
    }

    /// The units that `goldpath render` gives.
    pub(super) fn units(&self) -> Vec<String> {
        let (said, _) = self.run(&["--output", "json", "render"]);
        let report: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        report["units"].as_array().expect("a list").iter().map(|unit| unit["unit"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The most memory, in MiB, that `goldpath validate` and a child of it had, each at its worst moment.
    #[cfg(target_os = "linux")]
    pub(super) fn most_memory(&self) -> u64 {
        let read = |path: String| fs::read_to_string(path).unwrap_or_default();
        let highest = |pid: &str| -> u64 {
            let status = read(format!("/proc/{pid}/status"));
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or_default()
        };
        let mut running = self.command(&["validate"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("goldpath is there");
        let pid = running.id().to_string();
        let mut most = 0;
        while running.try_wait().expect("it is our child").is_none() {
            let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
            let children: String = threads.map(|thread| read(format!("{}/children", thread.path().display()))).collect();
            most = most.max(highest(&pid) + children.split_whitespace().map(highest).sum::<u64>());
        }
        most / 1024
    }

    #[expect(clippy::disallowed_methods, reason = "a test runs the binary as people do")]
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_goldpath"));
        command.current_dir(self.0.path()).env_clear().stdin(Stdio::null()).args(args);
        command
    }

    fn run(&self, args: &[&str]) -> (String, i32) {
        let output = self.command(args).output().expect("goldpath is there");
        let said = if output.stdout.is_empty() { output.stderr } else { output.stdout };
        (String::from_utf8_lossy(&said).into_owned(), output.status.code().unwrap_or(-1))
    }
}

fn line(finding: &serde_json::Value) -> String {
    let text = |name: &str| finding[name].as_str().unwrap_or_default();
    let at = |name: &str| finding[name].as_u64().unwrap_or_default();
    format!("{}:{}:{} {}: {}", text("path"), at("line"), at("column"), text("code"), text("message"))
}
