//! A folder of its own for each test, and the real binary in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A temporary folder.
pub(super) struct Place {
    dir: TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A place with a copy of a folder of this repository.
    pub(super) fn with(folder: &str) -> Self {
        let place = Self::new();
        place.copy(folder, "");
        place
    }

    /// The first repository with a policy `few`, and a branch with a request that it refuses and an exception from it, not committed.
    pub(super) fn with_exception(policy: &str) -> Self {
        let place = Self::with("first-repository");
        place.write("policies/few.rego", policy);
        place.git("", &["init", "--quiet", "--initial-branch", "main"]);
        place.commit("", "The platform");
        place.git("", &["checkout", "--quiet", "-b", "more"]);
        place.swap("requests/platform/hello.yaml", "replicas: 2", "replicas: 3");
        place.write(
            "exceptions/platform/more.yaml",
            "apiVersion: goldpath.dev/v1\nkind: Exception\nmetadata: {name: more}\nspec: {policy: few, reason: a test of the load, expires: 2999-12-31}\n",
        );
        place
    }

    /// Copies a folder of this repository here.
    pub(super) fn copy(&self, folder: &str, below: &str) {
        copy(&crate::example::folder(folder), &self.path(below));
    }

    /// Runs git as alice.
    #[expect(clippy::disallowed_methods, reason = "a test runs what a reader types")]
    pub(super) fn git(&self, below: &str, args: &[&str]) {
        let mut command = Command::new("git");
        command.current_dir(self.path(below)).env_clear().stdin(Stdio::null()).args(args);
        command.env("PATH", std::env::var_os("PATH").expect("there is a PATH")).env("HOME", self.dir.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "alice").env(format!("GIT_{who}_EMAIL"), "alice@example.org");
        }
        let output = command.output().expect("git is there");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Commits everything as alice.
    pub(super) fn commit(&self, below: &str, message: &str) {
        self.git(below, &["add", "--all"]);
        self.git(below, &["commit", "--quiet", "--message", message]);
    }

    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    pub(super) fn write(&self, below: &str, text: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    pub(super) fn text(&self, below: &str) -> String {
        fs::read_to_string(self.path(below)).expect("the file is there")
    }

    /// Replaces a part of a file.
    pub(super) fn swap(&self, below: &str, from: &str, to: &str) {
        let text = self.text(below);
        assert!(text.contains(from), "{below} does not hold {from:?}");
        self.write(below, &text.replacen(from, to, 1));
    }

    /// Runs goldpath: what came out where, and the exit code.
    pub(super) fn run(&self, args: &[&str]) -> String {
        self.run_in("", args)
    }

    /// The same in a folder of the place.
    #[expect(clippy::disallowed_methods, reason = "a test runs the binary as people do")]
    pub(super) fn run_in(&self, below: &str, args: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_goldpath"));
        command.current_dir(self.path(below)).env_clear().stdin(Stdio::null()).args(args);
        let output = command.output().expect("goldpath is there");
        let mut shown = format!("$ goldpath {}\n{}", args.join(" "), String::from_utf8_lossy(&output.stdout));
        if !output.stderr.is_empty() {
            shown += &format!("-- stderr\n{}", String::from_utf8_lossy(&output.stderr));
        }
        let here = self.dir.path().canonicalize().expect("it is there").display().to_string();
        let shown = shown.replace(&here, "HERE");
        let code = output.status.code().expect("it was not killed");
        let lines: Vec<&str> = shown.lines().map(str::trim_end).collect();
        format!("{}\n-- exit {code}\n", lines.join("\n"))
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("it can be made");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let to = to.join(entry.file_name().expect("an entry has a name"));
        if entry.is_dir() {
            copy(&entry, &to);
        } else {
            fs::copy(&entry, &to).expect("it can be copied");
        }
    }
}
