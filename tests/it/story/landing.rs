//! What reached the default branch with Git alone, and removals.

use super::desk::steady;
use super::town::{ALICE, BOB, PLATFORM, Town};
use super::{FILE, REQUEST, request};

const APPLIED: &str = "### ✅ Applied: 2 of 2";

#[test]
fn a_merge_commit_by_hand_is_the_merge_of_what_was_approved() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.merge_by_hand(BOB, &["staging"]);
    town.push_main(BOB);
    assert!(town.verdict("1").starts_with(APPLIED), "{}", town.comment("1"));
    assert_eq!(town.change("1")["landed"], town.commit_of("main").as_str());
    assert_eq!(town.rendered(), town.rendered_at_a_desk(ALICE));
    let log = town.goldpath(&["audit", "log", "--repo", &town.text("platform.git"), "--output", "json"]).done();
    let log: serde_json::Value = serde_json::from_str(&log).expect("JSON");
    let stated = &log["entries"][0]["statement"]["predicate"];
    assert_eq!((&stated["approvals"][0]["user"], &stated["pull"]["number"]), (&"bob".into(), &1.into()));
    assert_eq!((town.notes(), town.verify().code), (1, 0));
}

#[test]
fn a_branch_that_is_merged_by_hand_before_it_was_approved_is_held_until_it_is() {
    let [(one, first), (two, second)] = ["one", "two"].map(request);
    let town = Town::with(&[]);
    town.propose(ALICE, "one", &[(&one, &first)]);
    town.push_main(ALICE);
    assert_eq!(town.change("1")["state"], "held");
    steady(&town.seen_first("1"), |text| insta::assert_snapshot!(text, @""));
    town.propose(ALICE, "two", &[(&two, &second)]);
    town.merge_by_hand(ALICE, &["two"]);
    town.push_main(ALICE);
    assert_eq!((town.change("2")["state"].as_str(), town.settle()["held"].as_u64()), (Some("held"), Some(2)));
    assert_eq!((town.whole_world().len(), town.notes()), (0, 0), "nothing is applied");
    assert_eq!(town.ask_as(ALICE, &["change", "approve", "1"]).code, 4, "not by who wrote it");
    for id in ["2", "1"] {
        town.ask_as(BOB, &["change", "approve", id]).done();
        town.settle();
        assert!(town.verdict(id).starts_with(APPLIED), "{}", town.comment(id));
    }
    assert_eq!(town.rendered(), town.rendered_at_a_desk(ALICE));
    assert_eq!((town.notes(), town.verify().code), (2, 0), "{}", town.verify().out);
}

#[test]
fn a_merge_that_brings_more_than_was_reviewed_is_held_for_what_it_brings() {
    let (other, text) = request("other");
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.merge_by_hand(ALICE, &["staging"]);
    std::fs::write(town.path("work").join(&other), &text).expect("a file");
    town.git(ALICE, &["add", "--all"]).done();
    town.git(ALICE, &["commit", "--quiet", "--amend", "--no-edit"]).done();
    town.push_main(ALICE);
    assert!(!town.whole_world().keys().any(|path| path.contains("/other/")), "{}", town.comment("1"));
    steady(&town.seen_first("1"), |text| insta::assert_snapshot!(text, @""));
}

#[test]
fn a_merge_that_lowers_the_approvals_on_the_way_is_held() {
    let town = Town::with(&[]);
    let settings = std::fs::read_to_string(town.path("work/goldpath.yaml")).expect("there are settings");
    let lowered = format!("{}spec: {{requires: \">=0.1\"}}\n", settings.split("spec:").next().expect("a head"));
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.merge_by_hand(ALICE, &["staging"]);
    std::fs::write(town.path("work/goldpath.yaml"), lowered).expect("a file");
    town.git(ALICE, &["commit", "--quiet", "--all", "--amend", "--no-edit"]).done();
    let accepted = town.settle()["accepted"].clone();
    town.push_main(ALICE);
    assert_eq!(town.settle()["accepted"], accepted, "the approvals that judge are those from before");
    steady(&town.seen_first("1"), |text| insta::assert_snapshot!(text, @""));

    // carol of platform has not written any of it
    town.ask_as(PLATFORM, &["change", "approve", "1"]).done();
    town.settle();
    assert!(town.verdict("1").starts_with(APPLIED), "{}", town.comment("1"));
    assert_eq!(town.settle()["accepted"], town.commit_of("main").as_str());
}

#[test]
fn what_no_rule_covers_is_accepted_and_what_a_rule_covers_waits() {
    let town = Town::with(&[]);
    town.push_directly(ALICE, &[("README.md", "About this repository.\n")]);
    let readme = town.pushed(&[]);
    steady(&town.seen_first(&readme), |text| insta::assert_snapshot!(text, @""));
    assert_eq!(town.settle()["accepted"], town.commit_of("main").as_str());

    town.push_directly(ALICE, &[(FILE, REQUEST)]);
    let unasked = town.pushed(&[&readme]);
    steady(&town.seen_first(&unasked), |text| insta::assert_snapshot!(text, @""));
    assert_eq!(town.settle()["held"], 1);
    assert_eq!((town.whole_world().len(), town.notes()), (0, 0));
    town.ask_as(BOB, &["change", "approve", &unasked]).done();
    town.settle();
    assert!(town.verdict(&unasked).starts_with(APPLIED), "{}", town.comment(&unasked));
}

#[test]
fn a_removal_takes_away_one_request_and_touches_no_other() {
    let requests = ["keeps", "goes"].map(request);
    let [(keeps, _), (goes, _)] = &requests;
    let files: Vec<(&str, &str)> = requests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let town = Town::with(&files);
    assert!(town.path("work").join(keeps).exists());
    let own = town.path("state/world/staging-eu-central-1/payments-team/goes/cluster/own.txt");
    std::fs::write(&own, "mine").expect("a file");
    let others = |town: &Town| -> Vec<_> {
        let world = town.whole_world().into_iter().filter(|(path, _)| path.contains("/keeps/"));
        let inode = |path: &str| std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(town.path("state/world").join(path)).expect("it is there"));
        world.map(|(path, text)| (inode(&path), path, text)).collect()
    };
    let (before, state) = (others(&town), town.terraform("dns/dns/payments-team/keeps/dns"));
    assert_eq!((before.len(), state.is_some()), (7, true));

    town.propose(ALICE, "clean-up", &[(goes, "")]);
    steady(&town.seen_first("1"), |text| insta::assert_snapshot!(text, @""));
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.settle();
    assert_eq!(town.ask_as(ALICE, &["change", "merge", "1"]).code, 0, "{}", town.comment("1"));
    town.settle();
    steady(&town.seen_first("1"), |text| insta::assert_snapshot!(text, @""));
    assert_eq!(town.whole_world().into_keys().filter(|path| path.contains("/goes/")).collect::<Vec<_>>(), [
        "staging-eu-central-1/payments-team/goes/cluster/own.txt"
    ]);
    assert_eq!(town.terraform("dns/dns/payments-team/goes/dns").map(|(_, resources)| resources.len()), Some(0));
    assert_eq!((others(&town), town.terraform("dns/dns/payments-team/keeps/dns")), (before, state));
    assert_eq!(town.rendered(), town.rendered_at_a_desk(ALICE));
    assert_eq!((town.notes(), town.verify().code), (2, 0));
}
