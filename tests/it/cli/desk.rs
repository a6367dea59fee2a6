//! A desk of its own for each test: a temporary folder, an environment with nothing in it, the real binary.

use crate::example::folder;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The binary that is tested.
const GOLDPATH: &str = env!("CARGO_BIN_EXE_goldpath");
/// The requests of a desk: few of the example's, so that a daemon is soon done with them.
const REQUESTS: [&str; 5] = [
    "catalog-team/catalog-search",
    "orders-team/orders-api",
    "orders-team/orders-demo",
    "payments-team/payments-gateway",
    "payments-team/payments-preview",
];
/// What stands between words.
const ENDS: [char; 10] = [' ', '\n', '`', '-', '(', ')', ',', ';', '"', '<'];

/// A temporary folder with a copy of the example in `platform/`.
pub(super) struct Desk {
    dir: TempDir,
}

impl Desk {
    /// A desk with a copy of the example that is in no Git repository.
    pub(super) fn new() -> Self {
        let desk = Self { dir: tempfile::tempdir().expect("a temporary folder") };
        copy(&folder("platform-repo-example"), &desk.path("platform"));
        fs::remove_dir_all(desk.path("platform/requests")).expect("the example has requests");
        for request in REQUESTS.map(|name| format!("requests/{name}.yaml")) {
            let text = fs::read_to_string(folder("platform-repo-example").join(&request)).expect("the example has it");
            desk.write(&format!("platform/{request}"), &text);
        }
        // its request is not among them
        fs::remove_dir_all(desk.path("platform/exceptions/identity-team")).expect("the example has an exception of it");
        desk
    }

    /// A desk whose copy of the example is committed.
    pub(super) fn with_git() -> Self {
        let desk = Self::new();
        desk.git("platform", &["init", "--quiet", "--initial-branch", "main"]);
        desk.commit("platform", "The platform");
        desk
    }

    /// A file or folder of the desk.
    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    /// Puts one of the demo's requests where it belongs.
    pub(super) fn put(&self, platform: &str, demo: &str) {
        let to = format!("{platform}/requests/payments-team/payments-staging.yaml");
        fs::copy(folder("demo").join(demo), self.path(&to)).expect("a request of the demo");
    }

    /// Writes a file, with the folders that it needs.
    pub(super) fn write(&self, below: &str, text: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the desk can be written");
        fs::write(path, text).expect("the desk can be written");
    }

    /// A command with an environment of the desk alone.
    #[expect(clippy::disallowed_methods, reason = "a test runs the binary as people do")]
    pub(super) fn command(&self, program: &str, dir: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path(dir)).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").expect("there is a PATH")).env("HOME", self.dir.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "alice").env(format!("GIT_{who}_EMAIL"), "alice@example.org");
            command.env(format!("GIT_{who}_DATE"), "2026-01-31T10:00:00Z");
        }
        command
    }

    /// Runs git as alice.
    pub(super) fn git(&self, dir: &str, args: &[&str]) {
        let output = self.command("git", dir).args(args).output().expect("git is there");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Commits everything as alice.
    pub(super) fn commit(&self, dir: &str, message: &str) {
        self.git(dir, &["add", "--all"]);
        self.git(dir, &["commit", "--quiet", "--message", message]);
    }

    /// Runs goldpath in the platform repository.
    pub(super) fn run(&self, args: &[&str]) -> String {
        self.run_in("platform", args)
    }

    /// Runs goldpath in a folder of the desk: what was typed, what came out where, and the exit code.
    pub(super) fn run_in(&self, dir: &str, args: &[&str]) -> String {
        let output = self.command(GOLDPATH, dir).args(args).output().expect("goldpath is there");
        let code = output.status.code().expect("it was not killed");
        let mut shown = format!("$ goldpath {}\n{}", args.join(" "), String::from_utf8_lossy(&output.stdout));
        if !output.stderr.is_empty() {
            shown += &format!("-- stderr\n{}", String::from_utf8_lossy(&output.stderr));
        }
        self.steady(&format!("{shown}-- exit {code}"))
    }

    /// The result alone, which must be one JSON object of this kind.
    pub(super) fn json(&self, dir: &str, args: &[&str], kind: &str) -> serde_json::Value {
        let output = self.command(GOLDPATH, dir).args(args).args(["--output", "json"]).output().expect("goldpath is there");
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("stdout is one JSON object");
        assert_eq!((&value["apiVersion"], &value["kind"]), (&"goldpath.dev/v1".into(), &kind.into()), "{args:?}");
        value
    }

    /// The same on every machine: no folder, no port, no commit, no digest and no time in it.
    pub(super) fn steady(&self, text: &str) -> String {
        let dir = self.dir.path().canonicalize().expect("the desk is there");
        let mut text = text.replace(&*dir.to_string_lossy(), "DESK").replace(&*self.dir.path().to_string_lossy(), "DESK");
        text = masked(&text, "http://127.0.0.1:", "PORT", |c| c.is_ascii_digit());
        text = masked(&text, "sha256:", "…", |c| c.is_ascii_hexdigit());
        text = text.split(" · ").map(|part| if is_duration(part) { "TIME" } else { part }).collect::<Vec<_>>().join(" · ");
        let words = text.split_inclusive(ENDS);
        without_dates(&words.map(steady_word).collect::<String>())
    }
}

/// What follows a text, as long as it is of such characters, becomes a word.
fn masked(text: &str, after: &str, word: &str, of: impl Fn(char) -> bool) -> String {
    let mut parts = text.split(after);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| format!("{all}{after}{word}{}", part.trim_start_matches(&of)))
}

/// Whether a part of a footer says how long it took: "0.6 s".
fn is_duration(part: &str) -> bool {
    part.strip_suffix(" s").is_some_and(|number| number.parse::<f64>().is_ok())
}

/// "2026-01-31 TIME UTC" becomes "WHEN".
fn without_dates(text: &str) -> String {
    let parts: Vec<&str> = text.split(" TIME UTC").collect();
    let (last, before) = parts.split_last().expect("a split has a part");
    let dated = before.iter().map(|part| format!("{}WHEN", &part[..part.len() - "2026-01-31".len()]));
    dated.collect::<String>() + last
}

/// A word without what is another each time: times, and ids of 7, 12 or 40 digits.
fn steady_word(word: &str) -> String {
    let bare = word.trim_end_matches(ENDS);
    let end = &word[bare.len()..];
    let hex = bare.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    let time = bare.len() == 8 && bare.chars().all(|c| c.is_ascii_digit() || c == ':') && bare.contains(':');
    match bare.len() {
        7 | 12 | 40 if hex => format!("COMMIT{end}"),
        _ if time => format!("TIME{end}"),
        _ => word.to_owned(),
    }
}

/// Copies a folder.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the desk can be written");
    for entry in fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("the desk can be written");
        }
    }
}

/// A daemon of this test alone; it ends with it.
pub(super) struct Daemon {
    child: Child,
    /// Where it serves.
    pub(super) url: String,
}

impl Daemon {
    /// Its process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Starts one on `platform.git` of the desk.
    pub(super) fn start(desk: &Desk) -> Self {
        let args = ["run", "--repo", "platform.git", "--state", "state", "--listen", "127.0.0.1:0"];
        let mut command = desk.command(GOLDPATH, ".");
        let mut child = command.args(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("goldpath is there");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr is piped")).lines();
        let serves = lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix("goldpath serves ").map(str::to_owned));
        // it must not stop at a full pipe
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url: serves.expect("it says where it serves") }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _it_may_be_gone = self.child.kill();
        let _it_may_be_gone = self.child.wait();
    }
}
