//! A town for stories: a platform repository, people with tokens, and the real daemon as a child of the test.
#![expect(clippy::disallowed_methods, reason = "a story starts the real daemon and the real git, as its people do")]

use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Who commits: name, and the e-mail that their user has.
pub(super) const ALICE: &str = "alice";
pub(super) const BOB: &str = "bob";
pub(super) const PLATFORM: &str = "carol";

/// A repository, its people, and a daemon.
pub(super) struct Town {
    dir: TempDir,
    daemon: Option<Child>,
    url: String,
    config: Option<PathBuf>,
}

/// How a command ended.
pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl Drop for Town {
    fn drop(&mut self) {
        self.kill9();
    }
}

impl Town {
    /// A town whose repository is the example without its requests, and these files besides; the daemon has taken it as its base.
    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        let mut town = Self::unstarted(files);
        town.start();
        town.settle();
        town
    }

    /// The same, before the daemon is started.
    pub(super) fn unstarted(files: &[(&str, &str)]) -> Self {
        let town = Self { dir: TempDir::new().expect("a folder"), daemon: None, url: String::new(), config: None };
        run(town.dir.path(), None, "git", &["init", "--quiet", "--bare", "--initial-branch=main", "platform.git"]).done();
        run(town.dir.path(), None, "git", &["clone", "--quiet", "platform.git", "work"]).done();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("platform-repo-example"), &town.work());
        fs::remove_dir_all(town.work().join("requests")).expect("the example has requests");
        town.commit(PLATFORM, files, "The platform");
        town.git(PLATFORM, &["push", "--quiet", "origin", "HEAD:main"]).done();
        for user in [ALICE, BOB, PLATFORM, "dave"] {
            let token =
                town.goldpath(&["change", "token", user, "--email", &format!("{user}@example.org"), "--state", &town.text("state")]);
            fs::write(town.path(&format!("{user}.token")), token.done()).expect("a token");
        }
        town
    }

    /// Gives the daemon a configuration of its own, from its next start on.
    pub(super) fn configure(&mut self, spec: &str) {
        let file = self.path("daemon.yaml");
        fs::write(&file, format!("apiVersion: goldpath.dev/v1\nkind: Daemon\nspec:\n{spec}")).expect("a file");
        self.config = Some(file);
    }

    /// Starts the daemon and waits until it says where it serves.
    pub(super) fn start(&mut self) {
        let (repo, state) = (self.text("platform.git"), self.text("state"));
        let mut args = vec!["run", "--repo", &repo, "--state", &state, "--listen", "127.0.0.1:0"];
        let config = self.config.as_ref().map(|file| file.to_string_lossy().into_owned());
        if let Some(config) = &config {
            args.extend(["--config", config]);
        }
        let mut command = command(self.dir.path(), None, env!("CARGO_BIN_EXE_goldpath"), &args);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the daemon starts");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let log = self.path("daemon.log");
        let mut before = String::new();
        let url = lines.by_ref().map_while(Result::ok).find_map(|line| {
            before += &line;
            line.strip_prefix("goldpath serves ").map(str::to_owned)
        });
        self.url = url.unwrap_or_else(|| panic!("the daemon did not start: {before}"));
        // the rest is kept for whoever looks at a failure, and read so that the daemon never waits for its reader
        std::thread::spawn(move || {
            let text: Vec<String> = lines.map_while(Result::ok).collect();
            drop(fs::write(log, text.join("\n")));
        });
        self.daemon = Some(child);
    }

    /// Ends the daemon as a power cut does.
    pub(super) fn kill9(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            drop(daemon.kill());
            drop(daemon.wait());
        }
    }

    /// The process of the daemon.
    pub(super) fn pid(&self) -> u32 {
        self.daemon.as_ref().expect("it runs").id()
    }

    /// Waits until the daemon has looked once more and has nothing to do.
    pub(super) fn settle(&self) -> Value {
        let status = self.ask(&["status", "--wait", "--output", "json"]);
        serde_json::from_str(&status.out).unwrap_or_else(|error| panic!("no status: {error}: {}", status.err))
    }

    /// A call of the command line that asks the daemon.
    pub(super) fn ask(&self, args: &[&str]) -> Ran {
        self.goldpath(&[args, &["--server", &self.url]].concat())
    }

    /// The same as a person, with their token.
    pub(super) fn ask_as(&self, user: &str, args: &[&str]) -> Ran {
        let token = self.text(&format!("{user}.token"));
        self.ask(&[args, &["--token-file", &token]].concat())
    }

    /// A call of the command line in the town's folder.
    pub(super) fn goldpath(&self, args: &[&str]) -> Ran {
        run(self.dir.path(), None, env!("CARGO_BIN_EXE_goldpath"), args)
    }

    /// One change as the daemon knows it.
    pub(super) fn change(&self, id: &str) -> Value {
        let shown = self.ask(&["change", "show", id, "--output", "json"]).done();
        let answer: Value = serde_json::from_str(&shown).expect("an answer");
        answer["change"].clone()
    }

    /// The comment as it is posted.
    pub(super) fn comment(&self, id: &str) -> String {
        self.change(id)["report"].as_str().unwrap_or_default().to_owned()
    }

    /// Asks until a change is applied and its evidence written: for what is tried again by itself after a while.
    pub(super) fn wait_until_applied(&self, id: &str) {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while self.change(id)["state"] != "applied" {
            assert!(std::time::Instant::now() < until, "{}", self.comment(id));
            self.settle();
        }
    }

    /// The serial of a state that was made and applied once, of the published request with one service.
    pub(super) fn one_apply(&self) -> u64 {
        let (path, text) = super::request("measure");
        self.propose(ALICE, "measure", &[(&path, &super::with_one_service(&text))]);
        let list = self.ask(&["change", "list"]).done();
        let id = list.split_whitespace().find(|word| word.starts_with("pr-")).expect("the newest").to_owned();
        self.approve_and_merge(BOB, ALICE, &id);
        self.terraform("dns/dns/payments-team/measure/dns").expect("it is applied").0
    }

    /// The first line of the comment.
    pub(super) fn verdict(&self, id: &str) -> String {
        self.comment(id).lines().next().unwrap_or_default().to_owned()
    }

    /// A person writes files (nothing: removes them) and commits them in their clone.
    pub(super) fn commit(&self, user: &str, files: &[(&str, &str)], message: &str) {
        for (path, text) in files {
            let path = self.work().join(path);
            if text.is_empty() {
                fs::remove_file(path).expect("it is there");
            } else {
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                fs::write(path, text).expect("a file");
            }
        }
        self.git(user, &["add", "--all"]).done();
        self.git(user, &["commit", "--quiet", "--allow-empty", "--message", message]).done();
    }

    /// A person proposes files on a branch of their own, made from what the default branch is now.
    pub(super) fn propose(&self, user: &str, branch: &str, files: &[(&str, &str)]) {
        self.git(user, &["fetch", "--quiet", "origin"]).done();
        self.git(user, &["checkout", "--quiet", "-B", branch, "origin/main"]).done();
        self.push(user, branch, files);
    }

    /// A person commits on the branch that is checked out and pushes it.
    pub(super) fn push(&self, user: &str, branch: &str, files: &[(&str, &str)]) {
        self.commit(user, files, &format!("Change {branch}"));
        self.git(user, &["push", "--quiet", "--force", "origin", &format!("HEAD:{branch}")]).done();
        self.settle();
    }

    /// Approved by one person, merged by another; nothing is left to do afterwards.
    pub(super) fn approve_and_merge(&self, approver: &str, merger: &str, id: &str) {
        self.ask_as(approver, &["change", "approve", id]).done();
        self.settle();
        self.ask_as(merger, &["change", "merge", id]).done();
        self.settle();
    }

    /// Where its pages are.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn git(&self, user: &str, args: &[&str]) -> Ran {
        run(&self.work(), Some(user), "git", args)
    }

    /// Git in the bare repository.
    pub(super) fn bare(&self, args: &[&str]) -> String {
        run(&self.path("platform.git"), Some(PLATFORM), "git", args).done()
    }

    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    pub(super) fn text(&self, below: &str) -> String {
        self.path(below).to_string_lossy().into_owned()
    }

    fn work(&self) -> PathBuf {
        self.path("work")
    }

    /// A file of a directory target.
    pub(super) fn world(&self, below: &str) -> Option<String> {
        fs::read_to_string(self.path("state/world").join(below)).ok()
    }

    /// The state of a Terraform unit: its serial, and its resources with their ids.
    pub(super) fn terraform(&self, below: &str) -> Option<(u64, Vec<(String, String)>)> {
        let text = fs::read_to_string(self.path("state/terraform").join(below).join("terraform.tfstate")).ok()?;
        let state: Value = serde_json::from_str(&text).expect("a state");
        let resources = state["resources"].as_array().into_iter().flatten().map(|resource| {
            let id = resource["instances"][0]["attributes"]["id"].as_str().unwrap_or_default();
            (resource["name"].as_str().unwrap_or_default().to_owned(), id.to_owned())
        });
        Some((state["serial"].as_u64().unwrap_or_default(), resources.collect()))
    }

    /// How many lines of evidence there are.
    pub(super) fn notes(&self) -> usize {
        let listed = run(&self.path("platform.git"), Some(PLATFORM), "git", &["notes", "--ref", "goldpath", "list"]);
        let on = listed.out.lines().filter_map(|line| line.split(' ').nth(1).map(str::to_owned));
        on.map(|commit| self.bare(&["notes", "--ref", "goldpath", "show", &commit]).lines().count()).sum()
    }

    /// Whether the evidence verifies.
    pub(super) fn verify(&self) -> Ran {
        let (repo, key) = (self.text("platform.git"), self.text("state/keys/evidence.pub"));
        self.goldpath(&["audit", "verify", "--repo", &repo, "--key", &key])
    }

    /// Everything that a reconcile without a change must leave as it is: all refs, and the forge's file.
    pub(super) fn outside(&self) -> (String, String) {
        (self.bare(&["for-each-ref"]), fs::read_to_string(self.path("state/forge.json")).expect("the forge has a file"))
    }
}

impl Ran {
    /// Its output; it has to have ended well.
    #[track_caller]
    pub(super) fn done(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }
}

fn command(dir: &Path, user: Option<&str>, program: &str, args: &[&str]) -> Command {
    let user = user.unwrap_or("nobody");
    let mut command = Command::new(program);
    command.args(args).current_dir(dir).env_clear().stdin(Stdio::null());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", "/nonexistent");
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), user).env(format!("GIT_{role}_EMAIL"), format!("{user}@example.org"));
    }
    command
}

fn run(dir: &Path, user: Option<&str>, program: &str, args: &[&str]) -> Ran {
    let output = command(dir, user, program, args).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file");
        }
    }
}
