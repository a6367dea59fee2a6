//! What an auditor finds when somebody has been at the evidence.

use super::town::{ALICE, BOB, Town};
use super::{FILE, REQUEST, request};

/// A town with three statements.
fn town() -> Town {
    let (path, text) = request("a1");
    let town = Town::with(&[(&path, &text)]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.approve_and_merge(BOB, ALICE, "1");
    town.propose(ALICE, "more", &[(FILE, &REQUEST.replace("replicas: 1", "replicas: 2"))]);
    town.approve_and_merge(BOB, ALICE, "2");
    assert_eq!((town.notes(), town.verify().code), (3, 0), "{}", town.verify().out);
    town
}

/// The commits with notes, in the order of the chain.
fn noted(town: &Town) -> Vec<String> {
    let log = town.goldpath(&["audit", "log", "--repo", &town.text("platform.git"), "--output", "json"]).done();
    let log: serde_json::Value = serde_json::from_str(&log).expect("JSON");
    let entries = log["entries"].as_array().expect("entries").iter();
    entries.map(|entry| entry["on"].as_str().expect("a commit").to_owned()).collect()
}

#[track_caller]
fn is_noticed(town: &Town, word: &str) {
    let verified = town.verify();
    assert_eq!(verified.code, 1, "{}", verified.out);
    assert!(verified.out.contains(word), "{}", verified.out);
}

#[test]
fn altered_dropped_and_foreign_notes_are_noticed_with_the_public_key_alone() {
    let town = town();
    let tip = town.bare(&["rev-parse", "refs/notes/goldpath"]);
    let back = || town.bare(&["update-ref", "refs/notes/goldpath", tip.trim()]);
    let commits = noted(&town);
    for commit in &commits {
        let note = town.bare(&["notes", "--ref", "goldpath", "show", commit]);
        let at = note.len() / 2;
        let flipped = if note.as_bytes()[at] == b'A' { 'B' } else { 'A' };
        let altered = format!("{}{flipped}{}", &note[..at], &note[at + 1..]);
        town.bare(&["notes", "--ref", "goldpath", "add", "--force", "--message", altered.trim(), commit]);
        is_noticed(&town, "error:");
        back();
        town.bare(&["notes", "--ref", "goldpath", "remove", commit]);
        is_noticed(&town, "error:");
        back();
    }
    // the whole ref is gone, with everything that the notes knew of themselves
    town.bare(&["update-ref", "-d", "refs/notes/goldpath"]);
    is_noticed(&town, "rendered");
    back();

    let other = self::town();
    let foreign = other.bare(&["notes", "--ref", "goldpath", "show", &noted(&other)[0]]);
    town.bare(&["notes", "--ref", "goldpath", "append", "--message", foreign.trim(), &commits[0]]);
    is_noticed(&town, "another key");
    back();
    assert_eq!(town.verify().code, 0);

    let without_key = town.goldpath(&["audit", "verify", "--repo", &town.text("platform.git")]);
    assert_eq!(without_key.code, 2, "{}", without_key.err);
}

#[test]
fn a_second_kind_of_the_same_name_is_added_by_data_alone() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/second-environment");
    let mut files = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                open.push(entry);
            } else {
                let below = entry.strip_prefix(&root).expect("it is below").to_string_lossy().into_owned();
                files.push((below, std::fs::read_to_string(&entry).expect("text")));
            }
        }
    }
    let mut all: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    all.push((FILE, REQUEST));
    let town = Town::with(&all);
    assert_eq!(town.terraform("dns/dns/payments-team/payments-staging/dns").map(|(_, resources)| resources.len()), Some(3));
    assert_eq!(town.terraform("dns/dns/orders-team/orders-sandbox/budget").map(|(_, resources)| resources.len()), Some(1));
    assert!(town.bare(&["ls-tree", "-r", "--name-only", "rendered"]).contains("staging-eu-central-1/orders-team/orders-sandbox/cluster/"));
    assert_eq!((town.notes(), town.verify().code), (1, 0));
}

#[test]
fn the_demo_leaves_what_it_shows() {
    let town = Town::unstarted(&[]);
    let dir = town.text("demo");
    let told = town.goldpath(&["demo", "--dir", &dir, "--exit"]).done();
    let tree = town.goldpath(&["audit", "log", "--repo", &format!("{dir}/platform.git"), "--output", "json"]).done();
    let digests: Vec<&str> = told.split(char::is_whitespace).filter(|word| word.starts_with("sha256:")).collect();
    assert!(digests.len() >= 4, "{told}");
    for digest in digests {
        assert!(tree.contains(digest.trim_start_matches("sha256:")), "{digest} is not in the record");
    }
    let key = format!("{dir}/state/keys/evidence.pub");
    assert_eq!(town.goldpath(&["audit", "verify", "--repo", &format!("{dir}/platform.git"), "--key", &key]).code, 0);
    assert_eq!(town.goldpath(&["demo", "--dir", &dir, "--exit"]).code, 2, "it never writes into a folder that is not empty");
}
