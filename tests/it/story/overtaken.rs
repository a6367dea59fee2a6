//! What people looked at, and what came instead of it: nothing goes on that nobody saw.

use super::desk::steady;
use super::faults::Gate;
use super::town::{ALICE, BOB, PLATFORM, Town};
use super::{FILE, REQUEST, with_one_service};

const TEAM: &str = "teams/payments-team.yaml";

impl Town {
    /// What people said on pull request 1, as the forge keeps it.
    fn reviews(&self) -> usize {
        self.forge()["pulls"][0]["thread"]["reviews"].as_array().map_or(0, Vec::len)
    }

    /// How something that may not be done now is refused.
    fn refused(&self, user: &str, args: &[&str]) -> String {
        let ran = self.ask_as(user, args);
        assert_eq!(ran.code, 4, "{}{}", ran.out, ran.err);
        ran.err
    }
}

#[test]
fn a_push_that_was_not_shown_yet_is_not_approved() {
    let mut town = Town::unstarted(&[]);
    let gate = Gate::before(&mut town, "plan");
    town.start();
    town.settle();
    town.propose(ALICE, "staging", &[(FILE, &with_one_service(REQUEST))]);
    let shown = town.commit_of("staging");

    gate.arm();
    town.commit(ALICE, &[(FILE, &with_one_service(REQUEST).replace("replicas: 2", "replicas: 9"))], "Something else");
    town.git(ALICE, &["push", "--quiet", "origin", "HEAD:staging"]).done();
    gate.wait();
    let pushed = town.commit_of("staging");
    let change = town.change("1");
    assert_eq!((change["state"].as_str(), change["head"].as_str()), (Some("planning"), Some(pushed.as_str())));
    let said = format!(
        "> ⏳ **A newer push, `{}`, is being checked.** What is below is of `{}`; until this shows the outcome, nothing is approved or merged.\n\n### ",
        &pushed[..7],
        &shown[..7]
    );
    assert!(town.comment("1").starts_with(&said), "{}", town.comment("1"));
    let refused = town.refused(BOB, &["change", "approve", "1"]);
    let newer = format!("pr-1 has a newer push, {}, which is being checked; its comment still shows {}", &pushed[..7], &shown[..7]);
    assert!(refused.contains(&newer) && refused.contains("look at it: `goldpath change show pr-1`"), "{refused}");
    for args in [&["change", "approve", "1", "--head", &pushed][..], &["change", "approve", "1", "h-2k9d2k9d"], &["change", "merge", "1"]] {
        town.refused(BOB, args);
    }
    assert_eq!(town.reviews(), 0);

    gate.open();
    town.settle();
    assert!(town.comment("1").starts_with("### 1 request"), "{}", town.comment("1"));
    let refused = town.refused(BOB, &["change", "approve", "1", "--head", &shown[..10]]);
    assert!(refused.contains(&format!("pr-1 is at {} now, and you looked at {}", &pushed[..7], &shown[..10])), "{refused}");
    let other = town.refused(BOB, &["change", "approve", "1", "--bytes", "0123456789ab"]);
    assert!(other.contains("and you looked at bytes 0123456789ab"), "{other}");
    assert_eq!((town.ask_as(BOB, &["change", "approve", "1", "--head", "main"]).code, town.reviews()), (2, 0), "a name is no commit");
    let comment = town.comment("1");
    let bytes = comment.split("bytes ").nth(1).and_then(|rest| rest.split([' ', '<']).next()).expect("the comment names the bytes");
    town.ask_as(BOB, &["change", "approve", "1", "--head", &pushed[..7], "--bytes", bytes]).done();
    assert_eq!(town.reviews(), 1);
}

#[test]
fn an_approval_and_a_wanted_merge_are_of_what_the_head_came_to() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, &with_one_service(REQUEST))]);
    let team = std::fs::read_to_string(town.path("work").join(TEAM)).expect("there is a team");
    town.propose(PLATFORM, "costs", &[(TEAM, &team.replace("cc-1201", "cc-1301"))]);
    for id in ["1", "2"] {
        town.ask_as(BOB, &["change", "approve", id]).done();
    }
    town.settle();
    assert!(town.verdict("1").ends_with("waiting for the merge") && town.verdict("2").ends_with("waiting for the merge"));
    // both at once: the second is wanted as it was on the base before the first, or is no longer ready
    town.ask_as(BOB, &["change", "merge", "2"]).done();
    town.ask_as(BOB, &["change", "merge", "1"]);
    town.settle();
    assert_eq!(town.change("2")["state"], "applied", "{}", town.comment("2"));
    assert_eq!(town.change("1")["state"], "waiting", "{}", town.comment("1"));
    assert_eq!(town.whole_world().len(), 0, "nobody saw these bytes");
    assert!(town.verdict("1").ends_with("waiting for a review by payments-team"), "{}", town.comment("1"));
    let approved = town.comment("1").lines().find(|line| line.contains("Approved")).map(str::to_owned).unwrap_or_default();
    steady(
        &approved,
        |text| insta::assert_snapshot!(text, @"Approved before: `COMMIT` by `bob`, when it came to other bytes, another plan or other risks. Who still agrees approves again."),
    );
    town.refused(ALICE, &["change", "merge", "1"]);

    town.approve_and_merge(BOB, ALICE, "1");
    assert!(town.verdict("1").starts_with("### ✅ Applied: 2 of 2"), "{}", town.comment("1"));
    assert!(!town.comment("1").contains("Approved before"), "{}", town.comment("1"));
    let log = town.goldpath(&["audit", "log", "--repo", &town.text("platform.git"), "--output", "json"]).done();
    let log: serde_json::Value = serde_json::from_str(&log).expect("JSON");
    let mut entries = log["entries"].as_array().expect("a list").iter().map(|entry| &entry["statement"]["predicate"]);
    let stated = entries.find(|stated| stated["change"] == "pr-1").expect("it is recorded");
    assert_eq!(stated["approvals"].as_array().map(Vec::len), Some(1), "the approval that counted, and not the one before: {stated}");
    assert_eq!(town.verify().code, 0, "{}", town.verify().out);
}

#[test]
fn a_branch_merged_with_git_alone_is_not_carried_by_an_approval_of_other_bytes() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, &with_one_service(REQUEST))]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.settle();
    let team = std::fs::read_to_string(town.path("work").join(TEAM)).expect("there is a team");
    town.propose(PLATFORM, "costs", &[(TEAM, &team.replace("cc-1201", "cc-1301"))]);
    town.approve_and_merge(BOB, PLATFORM, "2");
    town.merge_by_hand(ALICE, &["staging"]);
    town.push_main(ALICE);
    assert_eq!((town.change("1")["state"].as_str(), town.whole_world().len()), (Some("held"), 0), "{}", town.comment("1"));
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.settle();
    assert!(town.verdict("1").starts_with("### ✅ Applied: 2 of 2"), "{}", town.comment("1"));
}

#[test]
fn what_ended_says_so() {
    let mut town = Town::with(&[]);
    town.propose(ALICE, "notes", &[("NOTES.md", "Nothing that is rendered.\n")]);
    let head = town.commit_of("notes");
    assert!(town.verdict("1").ends_with("waiting for the merge"), "{}", town.comment("1"));
    town.ask_as(ALICE, &["change", "merge", "1"]).done();
    town.settle();
    let merged = "On the default branch; nothing was to be applied";
    assert!(town.verdict("1").ends_with(merged) && !town.comment("1").contains("Merge it"), "{}", town.comment("1"));
    for commit in [head, town.commit_of("main")] {
        assert_eq!(town.marks(&commit), format!("check success: {merged}\nstatus success: {merged}"));
    }

    town.propose(ALICE, "staging", &[(FILE, &with_one_service(REQUEST))]);
    town.ask_as(BOB, &["change", "approve", "2"]).done();
    town.settle();
    let head = town.commit_of("staging");
    assert!(town.comment("2").contains("Merge it"), "{}", town.comment("2"));
    town.git(ALICE, &["push", "--quiet", "origin", ":staging"]).done();
    town.settle();
    let closed = "Closed without a merge; nothing was applied";
    assert!(town.verdict("2").ends_with(closed) && !town.comment("2").contains("Merge it"), "{}", town.comment("2"));
    assert_eq!(town.marks(&head), format!("check neutral: {closed}\nstatus neutral: {closed}"));

    let before = town.outside();
    town.kill9();
    town.start();
    town.settle();
    assert_eq!(town.outside(), before, "said once");
}
