//! Every command of the README runs: its blocks marked `sh` and `run`, in a copy of what they need, the way a reader types them.

use super::desk::{Desk, copy};
use crate::example::folder;
use std::net::TcpListener;
use std::os::unix::fs::symlink;

fn readme() -> String {
    std::fs::read_to_string(folder("README.md")).expect("there is a README")
}

/// The blocks of commands: what stands behind the fence, and the lines.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(mark)) => open = Some((mark.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, lines)), None) => *lines += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    blocks
}

/// A line as the script has it: one that says `exits N` must do so, and what goes to the background is waited for until it serves.
fn scripted(line: &str, port: u16) -> String {
    let line = line.replace("7171", &port.to_string());
    let expected = line.split_once("# exits ").and_then(|(_, rest)| rest.split([' ', ':']).next()?.parse::<u8>().ok());
    match expected {
        Some(code) => format!("code=0; {{ {}; }} || code=$?; [ $code = {code} ]\n", line.split('#').next().unwrap_or_default()),
        None if line.ends_with('&') => {
            let line = line.trim_end_matches('&');
            format!("mkfifo said; exec 4<>said; {line} 2>&4 &\nuntil [[ ${{said:-}} == *serves* ]]; do read -rt 60 -u 4 said; done\n")
        }
        None => format!("{line}\n"),
    }
}

#[test]
fn its_commands_work() {
    let desk = Desk::new();
    copy(&folder("platform-repo-example"), &desk.path("platform-repo-example"));
    copy(&folder("demo"), &desk.path("demo"));
    // the same binary where a build puts it, and a front door that does not build
    desk.write("target/debug/.keep", "");
    symlink(env!("CARGO_BIN_EXE_goldpath"), desk.path("target/debug/goldpath")).expect("a link can be made");
    desk.write("Makefile", ".PHONY: demo\ndemo:\n\t@target/debug/goldpath demo $(DEMO_ARGS)\n");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free").port();
    let marked: Vec<String> = blocks(&readme()).into_iter().filter(|(mark, _)| mark == "sh run").map(|(_, lines)| lines).collect();
    assert!(!marked.is_empty(), "the README has no commands");
    let lines: String = marked.iter().flat_map(|block| block.lines()).map(|line| scripted(line, port)).collect();
    desk.write("script", &format!("set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || :' EXIT\n{lines}"));
    let output = desk.command("bash", ".").args(["-x", "script"]).output().expect("bash is there");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    for said in
        ["2 statements verified", "2 errors", "24 requests checked, nothing to mend", "asked for the merge of pr-2", "Applied: 2 of 2"]
    {
        assert!(stdout.contains(said), "{said:?} is not in\n{stdout}\n{stderr}");
    }
}

#[test]
fn its_other_commands_are_those_of_the_makefile() {
    let makefile = std::fs::read_to_string(folder("Makefile")).expect("there is a Makefile");
    for (mark, lines) in blocks(&readme()).into_iter().filter(|(mark, _)| mark != "sh run" && mark.starts_with("sh")) {
        let target = lines.trim().strip_prefix("make ").expect("what is not run is a target of the Makefile");
        assert!(makefile.contains(&format!("\n{target}: ")), "{mark}: make {target}");
    }
}

/// The lines of the comment that it shows.
pub(super) fn comment() -> Vec<String> {
    let text = readme();
    let (_, rest) = text.split_once("<!-- the comment of the demo -->\n").expect("it begins");
    let (shown, _) = rest.split_once("<!-- end of the comment -->").expect("it ends");
    shown.lines().map(|line| line.strip_prefix('>').expect("it is quoted").trim().to_owned()).collect()
}
