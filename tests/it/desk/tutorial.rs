//! The pages that show commands are true: their files are written and their commands run in their order, and what they print is what is shown.
//!
//! `GOLDPATH_UPDATE=1 cargo test --test it desk::tutorial` writes what they print anew.

use crate::example::folder;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The pages, and how many commands of goldpath each runs at least.
const DOCS: [(&str, usize); 3] = [("docs/policies.md", 5), ("docs/templates.md", 3), ("docs/tutorial.md", 15)];

/// The folder of a reader, and where in it they stand.
struct Reader {
    home: tempfile::TempDir,
    stands: PathBuf,
}

impl Reader {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let stands = home.path().to_path_buf();
        Self { home, stands }
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.stands.join(file);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    /// What a command prints, both streams as on a terminal, and its exit code where it is not 0.
    #[expect(clippy::disallowed_methods, reason = "a test runs what a reader types")]
    fn run(&mut self, command: &str) -> String {
        if let Some(below) = command.strip_prefix("cd ") {
            self.stands.push(below);
            return String::new();
        }
        let binary = Path::new(env!("CARGO_BIN_EXE_goldpath")).parent().expect("a file is in a folder");
        let path = format!("{}:{}", binary.display(), std::env::var("PATH").expect("there is a PATH"));
        let mut shell = Command::new("bash");
        shell.args(["-c", &format!("{{ {command}; }} 2>&1")]).current_dir(&self.stands).env_clear();
        shell.env("PATH", path).env("HOME", self.home.path()).env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            shell.env(format!("GIT_{who}_NAME"), "alice").env(format!("GIT_{who}_EMAIL"), "alice@example.org");
        }
        let output = shell.output().expect("bash is there");
        let text = String::from_utf8(output.stdout).expect("text");
        let lines: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        match output.status.code() {
            Some(0) => lines,
            code => format!("{lines}(exit {})\n", code.expect("it was not killed")),
        }
    }
}

/// The document with what its commands print now.
fn told(document: &str) -> String {
    let mut reader = Reader::new();
    let mut told = String::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        told += &format!("{line}\n");
        let Some(mark) = line.strip_prefix("```").filter(|mark| !mark.is_empty()) else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match mark.split_once(' ') {
            Some((_, file)) => {
                let text = block.join("\n") + "\n";
                reader.write(file, &text);
                told += &text;
            }
            None if mark == "console" => {
                for command in block.iter().filter_map(|line| line.strip_prefix("$ ")) {
                    told += &format!("$ {command}\n{}", reader.run(command));
                }
            }
            None => panic!("{mark}: a block is a console, or says which file it is"),
        }
        told += "```\n";
    }
    told
}

#[test]
fn every_command_prints_what_its_page_shows() {
    for (doc, least) in DOCS {
        let file = folder(doc);
        let document = fs::read_to_string(&file).expect("it is there");
        assert!(document.matches("\n$ goldpath ").count() >= least, "{doc} runs something");
        let told = told(&document);
        if std::env::var_os("GOLDPATH_UPDATE").is_some() {
            fs::write(file, told).expect("it can be written");
            continue;
        }
        let differ = document.lines().zip(told.lines()).find(|(is, wanted)| is != wanted);
        assert!(document == told, "{doc} is old: {differ:?}; write it anew with GOLDPATH_UPDATE=1 cargo test --test it desk::tutorial");
    }
}
