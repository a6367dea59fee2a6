//! `docs/findings.md` is made from the code: each example is run, and what is printed is what the file shows.
//!
//! `GOLDPATH_UPDATE=1 cargo test --test it desk::findings` writes it anew.

use super::mistakes;
use crate::example::{folder, read, verdicts};
use goldpath::diff::{Side, diff};
use goldpath::model::{Code, ContentId, Digest, Edit, Explained, Finding, RepoPath, Turn};
use goldpath::parse::parse;
use goldpath::render::{Cache, Limits, render};
use goldpath::snapshot::{File, Mode, Refused, Snapshot};
use goldpath::{parse, policy, render, report, worker};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

const DOC: &str = "docs/findings.md";

/// The chapters of the file: whose findings they are.
fn chapters() -> [(&'static str, &'static str, &'static [Explained]); 5] {
    [
        ("Reading", "What is wrong with a file as it stands.", parse::explained()),
        ("Rendering", "What is wrong with a golden path, or with where its outputs go.", render::explained()),
        ("Policies", "What the policies say, and what is wrong with them.", policy::explained()),
        ("Comparing", "What only a comparison with the default branch can tell.", goldpath::diff::explained()),
        ("The worker", "What was ended from outside.", worker::explained()),
    ]
}

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).expect("a path")
}

fn file(text: &str, mode: Mode) -> File {
    let mut id = [0; 20];
    id.copy_from_slice(&Digest::of(text.as_bytes()).bytes()[..20]);
    File { id: ContentId::from_bytes(id), mode, bytes: text.as_bytes().into() }
}

/// The first repository with the edits of an example.
fn edited(base: &Snapshot, edits: &[Edit]) -> Snapshot {
    let mut files: BTreeMap<RepoPath, File> = base.files().clone();
    let mut refused = Vec::new();
    for edit in edits {
        let (name, file) = match *edit {
            Edit::Swap(name, from, to) => {
                let text = std::str::from_utf8(&files[&path(name)].bytes).expect("text");
                assert!(text.contains(from), "{name} does not hold {from:?}");
                (name, file(&text.replacen(from, to, 1), Mode::Regular))
            }
            Edit::Write(name, text) => (name, file(text, Mode::Regular)),
            Edit::Bytes(name, bytes) => (name, File { bytes: bytes.into(), ..file(name, Mode::Regular) }),
            Edit::Repeat(name, head, text, times) => (name, file(&format!("{head}{}", text.repeat(times)), Mode::Regular)),
            Edit::Link(name, to) => (name, file(to, Mode::Symlink)),
            Edit::Submodule(name) => (name, file("", Mode::Submodule)),
            Edit::Remove(name) => {
                files.retain(|path, _| path.as_str() != name && path.below(name).is_none());
                continue;
            }
            Edit::Name(name, reason) => {
                refused.push(Refused { name: name.to_owned(), reason: reason.to_owned() });
                continue;
            }
        };
        files.insert(path(name), file);
    }
    Snapshot::new(None, files, refused)
}

/// Everything that is said about a tree.
fn findings(base: &Snapshot, head: &Snapshot) -> Vec<Finding> {
    let parsed = [base, head].map(parse);
    let snapshots = [base, head];
    let rendered: Vec<_> = (0..2).map(|n| render(snapshots[n], &parsed[n].platform, &Limits::default(), &mut Cache::new(), 1)).collect();
    let side = |n: usize| Side { snapshot: snapshots[n], parsed: &parsed[n], rendered: &rendered[n] };
    let compared = diff(Some(side(0)), side(1), None);
    let (verdicts, broken) = verdicts(head, &parsed[1], &rendered[1]);
    let all = parsed[1].findings.iter().chain(&rendered[1].findings).chain(&compared.findings).chain(&broken).chain(&verdicts.findings);
    all.cloned().collect()
}

fn ended(head: &Snapshot) -> Vec<Finding> {
    let job =
        worker::Job { snapshot: head.clone(), limits: Limits::default(), threads: 1, asked: None, wanted: worker::Wanted::EVERYTHING };
    let evaluated = worker::evaluate(Path::new(env!("CARGO_BIN_EXE_goldpath")), &job, Duration::from_secs(60)).expect("the rest goes on");
    evaluated.rendered.findings
}

fn bears(finding: &Finding, code: &str) -> bool {
    let said = finding.code.as_str();
    said == code || (code == "policy/<id>" && said.starts_with("policy/"))
}

fn section(base: &Snapshot, explained: &Explained) -> Result<String, String> {
    let Explained { code, when, before, example, fix } = explained;
    let branch = edited(base, before);
    let head = edited(&branch, example);
    let all = if *code == Code::WORKER_ENDED.as_str() { ended(&head) } else { findings(&branch, &head) };
    let said: Vec<&str> = all.iter().map(|finding| finding.code.as_str()).collect();
    let finding = all.iter().find(|finding| bears(finding, code)).ok_or_else(|| format!("the example of {code} gives {said:?}\n"))?;
    let turn = match finding.turn {
        Turn::Requester => "the requester",
        Turn::PathOwner => "the owner of the golden path",
        Turn::Platform => "the platform team",
    };
    let source = |path: &RepoPath| head.text(path.as_str()).map(str::to_owned);
    let shown = report::findings_terminal(std::slice::from_ref(finding), source, false);
    let shown = shown.lines().filter(|line| !line.starts_with("1 ")).map(str::trim_end).collect::<Vec<_>>().join("\n");
    let mut text = format!("### `{code}`\n\n{when}\n\n");
    if !before.is_empty() {
        text += "On the default branch:\n\n";
        text.extend(before.iter().map(|edit| example_text(base, edit)));
        text += "and then:\n\n";
    }
    text.extend(example.iter().map(|edit| example_text(&branch, edit)));
    let _ = write!(text, "```text\n{}\n```\n\n**Fix** (here it is the turn of {turn}): {fix}\n\n", shown.trim_matches('\n'));
    Ok(text)
}

/// An edit as a reader sees it.
fn example_text(base: &Snapshot, edit: &Edit) -> String {
    let fence = |kind: &str, text: &str| {
        format!("```{kind}\n{}\n```\n\n", text.trim_end_matches('\n').replace('\u{feff}', "<BOM>").replace('\r', "<CR>"))
    };
    match *edit {
        Edit::Swap(name, from, to) => {
            let before = base.text(name).unwrap_or_default();
            let after = before.replacen(from, to, 1);
            format!("In `{name}`:\n\n{}", fence("diff", &lines_that_differ(before, &after)))
        }
        Edit::Write(name, text) => format!("`{name}`:\n\n{}", fence("", text)),
        Edit::Bytes(name, bytes) => format!("`{name}`:\n\n{}", fence("", &bytes.escape_ascii().to_string())),
        Edit::Repeat(name, head, text, times) => {
            let repeated = if text.ends_with('\n') { format!("{text}…") } else { format!("{}…", text.repeat(12)) };
            format!("`{name}`, with `{}` {times} times:\n\n{}", text.trim(), fence("", &format!("{head}{repeated}")))
        }
        Edit::Remove(name) => format!("Without `{name}`.\n\n"),
        Edit::Link(name, to) => format!("`{name}` is a link to `{to}`.\n\n"),
        Edit::Submodule(name) => format!("`{name}` is a submodule.\n\n"),
        Edit::Name(name, _) => format!("The tree has an entry that is named `{name}`.\n\n"),
    }
}

/// The lines between the equal beginning and the equal end of two texts.
fn lines_that_differ(before: &str, after: &str) -> String {
    let split = |text: &str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (split(before), split(after));
    let first = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let most = before.len().min(after.len()) - first;
    let last = before.iter().rev().zip(after.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let line = |sign: char, line: &String| format!("{sign}{}\n", line.trim_end_matches('\n'));
    let taken = before[first..before.len() - last].iter().map(|text| line('-', text));
    let put = after[first..after.len() - last].iter().map(|text| line('+', text));
    let above = first.checked_sub(1).map(|n| line(' ', &before[n]));
    above.into_iter().chain(taken).chain(put).collect()
}

const INTRODUCTION: &str = "# Findings

Everything that goldpath can say about a platform repository, by its code. A finding names the file, the line and the column, what is wrong, the next step, and whose turn it is. An *error* holds the change; a *warning* and a *note* do not.

The examples are edits of the repository that `goldpath init` makes; below each stands what `goldpath validate` prints. This file is made from the code (`GOLDPATH_UPDATE=1 cargo test --test it desk::findings`), and the examples are run by the same test.

";

fn document() -> String {
    let base = read("first-repository");
    let mut text = INTRODUCTION.to_owned();
    for (title, _, explained) in chapters() {
        let links: Vec<String> = explained.iter().map(|it| format!("[`{}`](#{})", it.code, anchor(it.code))).collect();
        let _ = writeln!(text, "- **{title}**: {}", links.join(" · "));
    }
    for (title, about, explained) in chapters() {
        let _ = write!(text, "\n## {title}\n\n{about}\n\n");
        let sections: Vec<Result<String, String>> = explained.par_iter().map(|it| section(&base, it)).collect();
        let wrong: String = sections.iter().filter_map(|section| section.as_ref().err()).map(String::as_str).collect();
        assert_eq!(wrong, "", "examples that do not show their code");
        text.extend(sections.into_iter().flatten());
    }
    text += "\n## Mistakes of a hurried day\n\nEach is one edit of the same repository, and all that is said of it: the file, where in it from and to, and the next step.\n";
    let said = |edits: &[Edit]| findings(&base, &edited(&base, edits));
    for (title, all) in [("In a request", mistakes::IN_REQUESTS), ("In a golden path, and beside it", mistakes::IN_PATHS)] {
        let _ = write!(text, "\n### {title}\n\n{}", mistakes::table(all, said));
    }
    text.trim_end().to_owned() + "\n"
}

/// The anchor that forges make of a heading.
fn anchor(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

#[test]
fn the_list_of_findings_is_what_the_code_says() {
    let document = document();
    let file = folder(DOC);
    if std::env::var_os("GOLDPATH_UPDATE").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
        std::fs::write(file, document).expect("it can be written");
        return;
    }
    let is = std::fs::read_to_string(file).expect("the file is there");
    let differ = is.lines().zip(document.lines()).find(|(is, wanted)| is != wanted);
    assert!(is == document, "{DOC} is old: {differ:?}; write it anew with GOLDPATH_UPDATE=1 cargo test --test it desk::findings");
}

#[test]
fn every_code_is_explained_once() {
    let all: Vec<&str> = chapters().iter().flat_map(|(_, _, explained)| explained.iter().map(|it| it.code)).collect();
    let known: BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!(all.len(), known.len(), "no code is explained twice");
    let codes = [parse::codes(), render::codes(), policy::codes()].concat();
    let listed: BTreeSet<String> = codes.iter().map(Code::as_str).map(str::to_owned).chain(written_codes()).collect();
    let missing: Vec<&String> = listed.iter().filter(|code| !known.contains(code.as_str())).collect();
    assert!(missing.is_empty(), "these codes need a row with an example in `explained.rs` of their module: {missing:?}");
    let idle: Vec<&&str> = known.iter().filter(|code| !listed.contains(**code) && **code != "policy/<id>").collect();
    assert!(idle.is_empty(), "nothing gives these codes: {idle:?}");
}

/// The codes that stand anywhere in the sources: `Code::new("…")`.
fn written_codes() -> Vec<String> {
    let mut codes = Vec::new();
    let top = folder("src");
    let mut open = vec![top.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                open.push(entry);
            } else if entry.extension().is_some_and(|it| it == "rs")
                && !entry.ends_with("tests.rs")
                && !entry.strip_prefix(&top).is_ok_and(|below| below.components().any(|part| part.as_os_str() == "tests"))
            {
                let text = std::fs::read_to_string(&entry).expect("text");
                let made = text.split("Code::new(\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(code, _)| code.to_owned());
                codes.extend(made);
            }
        }
    }
    codes
}
