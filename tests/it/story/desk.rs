//! What can be seen and done at a desk in the town: the forge's file, the branch `rendered`, the server's own words.

use super::town::Town;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;

impl Town {
    /// What the forge keeps in its file.
    pub(super) fn forge(&self) -> Value {
        serde_json::from_str(&self.outside().1).expect("the forge's file is JSON")
    }

    /// What was said on a pull request: id and text, oldest first.
    pub(super) fn comments(&self, number: u64) -> Vec<(u64, String)> {
        let forge = self.forge();
        let pulls = forge["pulls"].as_array().expect("a list").iter();
        let pull = pulls.clone().find(|pull| pull["number"] == number).expect("it is known");
        let comments = pull["thread"]["comments"].as_array().expect("a list").iter();
        comments.map(|one| (one["id"].as_u64().expect("a number"), one["text"].as_str().expect("a text").to_owned())).collect()
    }

    /// What the forge shows beside a commit: the check's conclusion and title, and the status.
    pub(super) fn marks(&self, commit: &str) -> String {
        let head = self.forge()["heads"][commit].clone();
        let status = &head["statuses"]["goldpath"];
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let (check, title) = (text(&head["check"]["conclusion"]), text(&head["check"]["title"]));
        format!("check {check}: {title}\nstatus {}: {}", text(&status["state"]), text(&status["description"]))
    }

    /// The commit that a name stands for, in the bare repository.
    pub(super) fn commit_of(&self, name: &str) -> String {
        self.bare(&["rev-parse", name]).trim().to_owned()
    }

    /// The only change that came by a push to the default branch and is not in `known`.
    pub(super) fn pushed(&self, known: &[&str]) -> String {
        let list = self.ask(&["change", "list"]).done();
        let pushes = list.split_whitespace().filter(|word| word.starts_with("push-") && !known.contains(word));
        let mut pushes: Vec<&str> = pushes.collect();
        assert_eq!(pushes.len(), 1, "{list}");
        pushes.remove(0).to_owned()
    }

    /// The branch `rendered`: path → text.
    pub(super) fn rendered(&self) -> BTreeMap<String, String> {
        let tree = self.bare(&["ls-tree", "-r", "--name-only", "rendered"]);
        tree.lines().map(|path| (path.to_owned(), self.bare(&["show", &format!("rendered:{path}")]))).collect()
    }

    /// What the default branch renders to at anybody's desk: path → text.
    pub(super) fn rendered_at_a_desk(&self, user: &str) -> BTreeMap<String, String> {
        self.git(user, &["fetch", "--quiet", "origin"]).done();
        self.git(user, &["checkout", "--quiet", "--detach", "origin/main"]).done();
        let to = self.text("desk");
        self.goldpath(&["render", "--repo", &self.text("work"), "--output-dir", &to]).done();
        files_below(Path::new(&to))
    }

    /// Files of all directory targets: path → text.
    pub(super) fn whole_world(&self) -> BTreeMap<String, String> {
        files_below(&self.path("state/world"))
    }

    /// One HTTP call as anybody on this machine can make it: status line and body.
    pub(super) fn http(&self, request: &str, headers: &str, body: &str) -> (String, String) {
        let address = self.url().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("it listens");
        let length = body.len();
        let call = format!("{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
        stream.write_all(call.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("it is HTTP");
        (head.lines().next().unwrap_or_default().to_owned(), body.to_owned())
    }
}

/// All files below a folder but goldpath's own notes of what it wrote.
fn files_below(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.expect("an entry")) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if !entry.file_name().to_string_lossy().starts_with('.') {
                let below = path.strip_prefix(root).expect("it is below").to_string_lossy().into_owned();
                found.insert(below, fs::read_to_string(&path).expect("a text"));
            }
        }
    }
    found
}

/// A text without what differs from run to run: commits, digests, addresses, durations.
pub(super) fn steady(text: &str, check: impl FnOnce(&str)) {
    let filters = [
        (r"http://127\.0\.0\.1:\d+", "http://HERE"),
        (r"\b[0-9a-f]{40}\b", "COMMIT"),
        (r"sha256:[0-9a-f]+", "DIGEST"),
        (r"\b(push|base)-[0-9a-f]{7,}\b", "$1-COMMIT"),
        (r"\b(head|checked|on|bytes|at|push) `?[0-9a-f]{6,12}`?\b", "$1 COMMIT"),
        (r"Approved( before)?: `[0-9a-f]{7}`", "Approved$1: `COMMIT`"),
        (r"\b\d+(\.\d+)? (s|ms)\b", "TIME"),
        (r"\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?", "DATE"),
    ];
    insta::with_settings!({filters => filters}, { check(text) });
}

impl Town {
    /// A person merges branches with Git alone, in their clone: one merge commit each; nothing is pushed.
    pub(super) fn merge_by_hand(&self, user: &str, branches: &[&str]) {
        self.git(user, &["fetch", "--quiet", "origin"]).done();
        self.git(user, &["checkout", "--quiet", "-B", "main", "origin/main"]).done();
        for branch in branches {
            self.git(user, &["merge", "--quiet", "--no-ff", "--message", &format!("Merge {branch}"), &format!("origin/{branch}")]).done();
        }
    }

    /// A person merges a branch with Git alone, with another file in the merge commit, and pushes that to the default branch.
    pub(super) fn merge_with(&self, user: &str, branch: &str, path: &str, text: &str) {
        self.merge_by_hand(user, &[branch]);
        fs::write(self.path("work").join(path), text).expect("a file");
        self.git(user, &["add", "--all"]).done();
        self.git(user, &["commit", "--quiet", "--amend", "--no-edit"]).done();
        self.push_main(user);
    }

    /// Pushes what is checked out to the default branch, and waits until there is nothing to do.
    pub(super) fn push_main(&self, user: &str) {
        self.git(user, &["push", "--quiet", "origin", "HEAD:main"]).done();
        self.settle();
    }

    /// Commits on what the default branch is now and pushes it there.
    pub(super) fn push_directly(&self, user: &str, files: &[(&str, &str)]) {
        self.merge_by_hand(user, &[]);
        self.commit(user, files, "Straight to the default branch");
        self.push_main(user);
    }

    /// What one meets first in the comment: all before what is folded, and the footer.
    pub(super) fn seen_first(&self, id: &str) -> String {
        let comment = self.comment(id);
        let above = comment.split("<details>").next().unwrap_or_default().split("\n<sub>").next().unwrap_or_default();
        above.trim().to_owned()
    }
}
