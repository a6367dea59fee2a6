//! A pull request before its merge.

use super::town::{ALICE, BOB, Town};
use super::{FILE, MISTAKE, REQUEST};

#[test]
fn a_request_is_answered_with_one_comment_that_is_kept_up_to_date() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, MISTAKE)]);
    insta::assert_snapshot!(town.verdict("1"), @"### ✋ 2 mistakes in 1 request — nothing was planned");
    let comment = town.comment("1");
    assert!(comment.contains("| 9 | error | `spec.region` must be one of"), "{comment}");
    assert!(comment.contains("| 13 | error | `spec.services[0].replicas` must be at most 10, is 40"), "{comment}");

    town.push(ALICE, "staging", &[(FILE, REQUEST)]);
    insta::assert_snapshot!(town.verdict("1"), @"### 1 request → 12 files to 2 targets: 12 added — waiting for a review by payments-team");
    let forge: serde_json::Value = serde_json::from_str(&town.outside().1).expect("the forge's file is JSON");
    let comments = forge.pointer("/pulls/0/thread/comments").or(forge.pointer("/pulls/0/comments"));
    assert_eq!(comments.and_then(|comments| comments.as_array()).map(Vec::len), Some(1), "one comment, updated in place");
    assert_eq!(town.world("staging-eu-central-1/payments-team/payments-staging/cluster/namespace.yaml"), None, "nothing is applied yet");
}

#[test]
fn nobody_approves_their_own_work_and_nothing_merges_without_approval() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    let own = town.ask_as(ALICE, &["change", "approve", "1"]);
    assert_ne!(own.code, 0);
    assert!(own.err.contains("nobody approves their own work"), "{}", own.err);
    let early = town.ask_as(ALICE, &["change", "merge", "1"]);
    assert_eq!(early.code, 4, "{}", early.err);
    assert!(early.err.contains("waiting for a review by payments-team"), "{}", early.err);

    // an approval is of a head: a push after it makes it worthless
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.settle();
    town.push(ALICE, "staging", &[(FILE, &REQUEST.replace("replicas: 2", "replicas: 3"))]);
    assert_eq!(town.ask_as(ALICE, &["change", "merge", "1"]).code, 4, "the approval was of another head");
}

#[test]
fn a_loopback_is_no_identity() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    std::fs::write(town.path("nobody.token"), "gp_nobody").expect("a file");
    let refused = town.ask_as("nobody", &["change", "approve", "1"]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("token"), "{}", refused.err);
    assert_eq!(town.ask_as(ALICE, &["change", "merge", "1"]).code, 4, "and it counts for nothing");
}
