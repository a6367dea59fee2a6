//! Against real repositories in temporary folders; those that gix would not write are made by the `git` command.

mod hostile;
mod reading;
mod remote;
mod writing;

use super::*;
use crate::model::RepoPath;
use crate::process::{Command, Stdin};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

/// A bare repository that is gone at the end of the test.
struct Bare {
    dir: TempDir,
    repository: Repository,
}

fn bare() -> Bare {
    let dir = tempfile::tempdir().expect("a folder");
    let repository = Repository::init_bare(dir.path().join("r.git"), "main").expect("a repository");
    Bare { dir, repository }
}

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).expect("a path")
}

fn who() -> Person {
    Person { name: "Alice <b>".to_owned(), email: "alice@example.org".to_owned() }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).expect("a time")
}

fn file(name: &str, bytes: &str) -> Edit {
    Edit::File { path: path(name), bytes: Some(bytes.as_bytes().into()) }
}

fn git_with(dir: &Path, args: &[&str], input: &str) -> String {
    let id = ["alice", "alice@example.org"];
    let output = Command::new("git")
        .args(args)
        .dir(dir)
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
        .envs([("GIT_AUTHOR_NAME", id[0]), ("GIT_AUTHOR_EMAIL", id[1]), ("GIT_COMMITTER_NAME", id[0]), ("GIT_COMMITTER_EMAIL", id[1])])
        .stdin(Stdin::Bytes(input.as_bytes().to_vec()))
        .run_blocking()
        .expect("git runs");
    output.success().unwrap_or_else(|error| panic!("git {args:?}: {error}")).stdout.text().trim_end().to_owned()
}

fn git(dir: &Path, args: &[&str]) -> String {
    git_with(dir, args, "")
}

impl Bare {
    fn path(&self) -> PathBuf {
        self.dir.path().join("r.git")
    }

    /// A commit on a branch, which moves there.
    fn commit(&self, branch: &str, parent: Option<&CommitId>, edits: &[Edit]) -> CommitId {
        let new = self.repository.commit_tree_update(parent, edits, &format!("on {branch}"), &who(), at(0)).expect("a commit");
        let old = self.repository.branch(branch).expect("refs");
        self.repository.push(&[Update::branch(branch, old, Some(new.clone()))]).expect("moved");
        new
    }

    fn git(&self, args: &[&str]) -> String {
        git(&self.path(), args)
    }
}

/// One line per file: mode, path, content.
fn shown(snapshot: &crate::snapshot::Snapshot) -> String {
    let files =
        snapshot.files().iter().map(|(path, file)| format!("{:?} {path}: {}", file.mode, String::from_utf8_lossy(&file.bytes).trim_end()));
    let refused = snapshot.refused().iter().map(|refused| format!("refused {:?}: {}", refused.name, refused.reason));
    files.chain(refused).collect::<Vec<_>>().join("\n")
}
