//! Where the repositories of a benchmark stand: in memory where the system has such a file system, so that no disk is measured.

use crate::measure::{Call, command};
use crate::repository::{self, Size};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;

/// A folder that goes away again.
pub(crate) struct Place {
    dir: TempDir,
}

/// A clone of a platform repository: what `git clone` leaves, all objects in one pack.
pub(crate) struct Clone {
    pub(crate) dir: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        Self { dir: dir.expect("a folder for the benchmark") }
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A repository with the commits `base`, `one` (one request differs) and `all` (the golden path differs, and so all requests).
    pub(crate) fn clone_of(&self, name: &str, size: Size) -> Clone {
        let dir = self.join(name);
        std::fs::create_dir(&dir).expect("a folder");
        let clone = Clone { dir };
        clone.git(&["init", "--quiet", "--initial-branch=main"]);
        let middle = size.requests / 2;
        let one = BTreeMap::from([(repository::request_file(middle), repository::request(middle, 1))]);
        let all = BTreeMap::from([repository::current("1.1.0")]);
        let mut stream = Vec::new();
        commit(&mut stream, "refs/heads/main", None, &repository::files(size));
        commit(&mut stream, "refs/heads/one", Some("refs/heads/main"), &one);
        commit(&mut stream, "refs/heads/all", Some("refs/heads/main"), &all);
        clone.import(&stream);
        clone.git(&["reset", "--quiet", "--hard"]);
        clone
    }
}

impl Clone {
    pub(crate) fn git(&self, args: &[&str]) -> String {
        Call::new("git", &self.dir, args).output()
    }

    fn import(&self, stream: &[u8]) {
        let mut git = command("git");
        let mut child = git
            .args(["-c", "fastimport.unpackLimit=1", "fast-import", "--quiet"])
            .current_dir(&self.dir)
            .stdin(Stdio::piped())
            .spawn()
            .expect("git can be started");
        child.stdin.take().expect("it is piped").write_all(stream).expect("git reads");
        assert!(child.wait().expect("it ends").success(), "git takes the commits");
    }

    /// The ids of all blobs of a commit, one to a line.
    pub(crate) fn blobs(&self, commit: &str) -> String {
        let listed = self.git(&["ls-tree", "-r", commit]);
        listed.lines().filter_map(|line| line.split_whitespace().nth(2)).fold(String::new(), |mut ids, id| {
            writeln!(ids, "{id}").expect("a string takes all");
            ids
        })
    }
}

/// One commit in the format of `git fast-import`.
fn commit(stream: &mut Vec<u8>, branch: &str, from: Option<&str>, files: &BTreeMap<String, String>) {
    let mut text = format!("commit {branch}\ncommitter Bench <bench@example.org> 1700000000 +0000\ndata 5\nfiles");
    if let Some(from) = from {
        write!(text, "\nfrom {from}").expect("a string takes all");
    }
    for (path, content) in files {
        write!(text, "\nM 100644 inline {path}\ndata {}\n{content}", content.len()).expect("a string takes all");
    }
    stream.extend_from_slice(text.as_bytes());
    stream.extend_from_slice(b"\n\n");
}
