//! What reaches the default branch, and how.

use super::town::{ALICE, BOB, PLATFORM, Town};
use super::{FILE, REQUEST, request};

const NAMESPACE: &str = "staging-eu-central-1/payments-team/payments-staging/cluster/namespace.yaml";
const DNS: &str = "dns/dns/payments-team/payments-staging/dns";

#[test]
fn a_merge_is_applied_published_and_recorded_and_a_removal_takes_it_away() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.approve_and_merge(BOB, ALICE, "1");
    assert!(town.verdict("1").starts_with("### ✅ Applied: 2 of 2"), "{}", town.comment("1"));
    assert!(town.world(NAMESPACE).is_some_and(|text| text.contains("name: payments-team-payments-staging")));
    let (serial, resources) = town.terraform(DNS).expect("there is a state");
    assert_eq!((serial > 0, resources.len()), (true, 3));
    assert_eq!(town.notes(), 1);
    assert_eq!(town.verify().code, 0, "{}", town.verify().out);
    assert_eq!(town.bare(&["show", &format!("rendered:{NAMESPACE}")]), town.world(NAMESPACE).expect("it is there"));

    // a file that goldpath did not write stays
    let own = town.path("state/world/staging-eu-central-1/payments-team/payments-staging/cluster/own.txt");
    std::fs::write(&own, "mine").expect("a file");
    town.propose(ALICE, "gone", &[(FILE, "")]);
    assert!(town.verdict("2").contains("9 removed") || town.comment("2").contains("removed"), "{}", town.comment("2"));
    town.ask_as(PLATFORM, &["change", "approve", "2"]).done();
    town.approve_and_merge(BOB, ALICE, "2");
    assert_eq!(town.world(NAMESPACE), None, "{}", town.comment("2"));
    assert_eq!(std::fs::read_to_string(own).expect("it is left alone"), "mine");
    assert_eq!(town.terraform(DNS).map(|(_, resources)| resources.len()), Some(0));
    assert!(!town.bare(&["ls-tree", "-r", "--name-only", "rendered"]).contains("payments-staging"));
    assert_eq!((town.notes(), town.verify().code), (2, 0));
}

#[test]
fn a_push_of_the_branch_to_the_default_branch_is_a_merge_too() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.settle();
    town.git(ALICE, &["push", "--quiet", "origin", "HEAD:main"]).done();
    town.settle();
    assert!(town.verdict("1").starts_with("### ✅ Applied: 2 of 2"), "{}", town.comment("1"));
    assert_eq!((town.notes(), town.verify().code), (1, 0));
}

#[test]
fn a_squashed_branch_is_its_pull_request_too() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, &REQUEST.replace("replicas: 2", "replicas: 3"))]);
    town.push(ALICE, "staging", &[(FILE, REQUEST)]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.settle();
    town.git(PLATFORM, &["checkout", "--quiet", "-B", "main", "origin/main"]).done();
    town.git(PLATFORM, &["merge", "--quiet", "--squash", "staging"]).done();
    town.push(PLATFORM, "main", &[]);
    assert!(town.verdict("1").starts_with("### ✅ Applied: 2 of 2"), "{}", town.comment("1"));
    assert_eq!((town.notes(), town.verify().code), (1, 0));
}

#[test]
fn a_push_that_a_rule_covers_is_held_until_somebody_approves() {
    let town = Town::with(&[]);
    town.git(ALICE, &["checkout", "--quiet", "-B", "main", "origin/main"]).done();
    town.push(ALICE, "main", &[(FILE, REQUEST)]);
    let list = town.ask(&["change", "list"]).done();
    let id = list.split_whitespace().find(|word| word.starts_with("push-")).unwrap_or_else(|| panic!("no push: {list}")).to_owned();
    assert!(town.verdict(&id).contains("held"), "{}", town.comment(&id));
    assert_eq!(town.world(NAMESPACE), None, "nothing is applied");
    town.ask_as(BOB, &["change", "approve", &id]).done();
    town.settle();
    assert!(town.verdict(&id).starts_with("### ✅ Applied: 2 of 2"), "{}", town.comment(&id));
    assert!(town.world(NAMESPACE).is_some());
    assert_eq!((town.notes(), town.verify().code), (1, 0));

    // what no rule covers is accepted as it is
    town.push(ALICE, "main", &[("NOTES.md", "Nothing that is rendered.\n")]);
    assert_eq!(town.settle()["held"], 0);
}

#[test]
fn more_deletions_than_the_budget_wait_for_a_named_approval() {
    let requests: Vec<(String, String)> = ["a1", "a2", "a3", "a4", "a5", "a6"].map(request).into();
    let files: Vec<(&str, &str)> = requests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let town = Town::with(&files);
    let gone: Vec<(&str, &str)> = files.iter().map(|(path, _)| (*path, "")).collect();
    town.propose(ALICE, "clean-up", &gone);
    let comment = town.comment("1");
    let hold =
        comment.split(['`', ' ', '\n']).find(|word| word.starts_with("h-")).unwrap_or_else(|| panic!("no hold: {comment}")).to_owned();
    for user in [BOB, PLATFORM] {
        town.ask_as(user, &["change", "approve", "1"]).done();
    }
    town.settle();
    assert_eq!(town.ask_as(ALICE, &["change", "merge", "1"]).code, 4, "held");
    town.ask_as(PLATFORM, &["change", "approve", "1", &hold]).done();
    town.settle();
    town.ask_as(ALICE, &["change", "merge", "1"]).done();
    town.settle();
    assert!(town.verdict("1").starts_with("### ✅ Applied: 12 of 12"), "{}", town.comment("1"));
    assert_eq!((town.notes(), town.verify().code), (2, 0));
}

#[test]
fn nothing_changed_nothing_written() {
    let (path, text) = request("a1");
    let town = Town::with(&[(&path, &text)]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    let before = town.outside();
    let rounds = town.settle()["rounds"].as_u64().expect("a number");
    town.settle();
    assert!(town.settle()["rounds"].as_u64().expect("a number") >= rounds + 2, "two reconciles were counted");
    assert_eq!(town.outside(), before);
}
