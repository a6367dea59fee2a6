//! Settings of the repository: what they were when they were accepted is what judges.

use super::desk::steady;
use super::town::{ALICE, BOB, PLATFORM, Town};
use super::{FILE, REQUEST, request};

const APPLIED: &str = "### ✅ Applied: 2 of 2";

#[test]
fn unreadable_settings_hold_everything_until_they_are_repaired() {
    let town = Town::with(&[]);
    let settings = std::fs::read_to_string(town.path("work/goldpath.yaml")).expect("there are settings");
    let accepted = town.settle()["accepted"].clone();
    town.push_directly(ALICE, &[("goldpath.yaml", "spec: [\n")]);
    let broken = town.pushed(&[]);
    steady(&town.seen_first(&broken), |text| {
        insta::assert_snapshot!(text, @r"
    ### ⚠️ 1 file → nothing to apply — on the default branch, held, waiting for a readable goldpath.yaml

    > **Everything is held** · the default branch has no `goldpath.yaml` that can be read, or cannot be read to its end. Mend it there.

    **`goldpath.yaml`**

    | Line | | | |
    | --- | --- | --- | --- |
    | 1 | error | `[` here has no end (`yaml-syntax`) | Close it with `]`.<br>For the platform team. |
    ")
    });
    assert_eq!(town.change(&broken)["state"], "held");
    // no approval clears it
    town.ask_as(PLATFORM, &["change", "approve", &broken]);
    town.settle();
    assert_eq!((town.change(&broken)["state"].as_str(), &town.settle()["accepted"]), (Some("held"), &accepted));

    // a request goes on as soon as the settings can be read again, and not before
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    steady(
        &town.verdict("1"),
        |text| insta::assert_snapshot!(text, @"### 1 request → 12 files to 2 targets: 12 added — waiting for a readable goldpath.yaml"),
    );
    town.ask_as(BOB, &["change", "approve", "1"]);
    town.settle();
    assert_eq!(town.ask_as(ALICE, &["change", "merge", "1"]).code, 4, "{}", town.comment("1"));

    town.push_directly(ALICE, &[("goldpath.yaml", &format!("{settings}# repaired\n"))]);
    let repaired = town.pushed(&[&broken]);
    steady(&town.seen_first(&repaired), |text| {
        insta::assert_snapshot!(text, @r"
    ### ⚠️ 1 file → nothing to apply — on the default branch, held, waiting for a review by platform

    > **Review by platform** (`bob` and `carol`), because `goldpath.yaml` changes. To approve: `goldpath change approve push-COMMIT`.
    ")
    });
    town.ask_as(PLATFORM, &["change", "approve", &repaired]).done();
    town.settle();
    assert_eq!(town.settle()["accepted"], town.commit_of("main").as_str(), "{}\n{}", town.comment(&repaired), town.comment(&broken));
    town.approve_and_merge(BOB, ALICE, "1");
    assert!(town.verdict("1").starts_with(APPLIED), "{}", town.comment("1"));
    assert_eq!(town.settle()["held"], 0);
    assert_eq!((town.notes(), town.verify().code), (1, 0), "{}", town.verify().out);
}

#[test]
fn what_landed_while_the_settings_were_unreadable_comes_with_the_repair_and_is_approved_with_it() {
    let town = Town::with(&[]);
    let settings = std::fs::read_to_string(town.path("work/goldpath.yaml")).expect("there are settings");
    town.push_directly(ALICE, &[("goldpath.yaml", "spec: [\n")]);
    let broken = town.pushed(&[]);
    town.push_directly("dave", &[(FILE, REQUEST)]);
    let unread = town.pushed(&[&broken]);
    town.push_directly(PLATFORM, &[("goldpath.yaml", &settings)]);
    let repaired = town.pushed(&[&broken, &unread]);
    assert_eq!(
        town.verdict(&repaired),
        "### ⚠️ 1 request → 12 files to 2 targets: 12 added — on the default branch, held, waiting for a review by payments-team"
    );
    town.ask_as("dave", &["change", "approve", &repaired]);
    town.settle();
    assert_eq!(town.change(&repaired)["state"], "held", "dave wrote the request that comes with it");
    assert_eq!((town.whole_world().len(), town.settle()["held"].as_u64()), (0, Some(3)));
    town.ask_as(BOB, &["change", "approve", &repaired]).done();
    town.settle();
    assert!(town.verdict(&repaired).starts_with(APPLIED), "{}", town.comment(&repaired));
    assert_eq!(town.settle()["held"], 0, "{}", town.comment(&unread));
    assert_eq!(town.settle()["accepted"], town.commit_of("main").as_str());
    assert_eq!(town.rendered(), town.rendered_at_a_desk(ALICE));
    assert_eq!((town.notes(), town.verify().code), (1, 0), "{}", town.verify().out);
}

#[test]
fn who_lowers_the_approvals_by_a_push_is_not_served_by_the_next_one() {
    let town = Town::with(&[]);
    let settings = std::fs::read_to_string(town.path("work/goldpath.yaml")).expect("there are settings");
    let lowered = format!("{}spec: {{requires: \">=0.1\"}}\n", settings.split("spec:").next().expect("a head"));
    town.push_directly(ALICE, &[("goldpath.yaml", &lowered)]);
    let lowering = town.pushed(&[]);
    assert_eq!(town.change(&lowering)["state"], "held");
    let (path, text) = request("next");
    town.push_directly(ALICE, &[(&path, &text)]);
    let next = town.pushed(&[&lowering]);
    assert_eq!(town.change(&next)["state"], "held", "judged by what was accepted: {}", town.comment(&next));
    assert_eq!(town.whole_world().len(), 0);
    // who takes it back and who asked for the other one need their own approvals, and get no more than these
    town.push_directly(ALICE, &[("goldpath.yaml", &settings)]);
    let back = town.pushed(&[&lowering, &next]);
    town.ask_as(PLATFORM, &["change", "approve", &back]).done();
    town.ask_as(BOB, &["change", "approve", &next]).done();
    town.settle();
    assert!(town.verdict(&next).starts_with(APPLIED), "{}", town.comment(&next));
    assert_eq!(town.change(&lowering)["state"], "held", "what lowered them was never approved");
}

#[test]
fn nothing_is_written_again_in_a_town_where_everything_has_happened() {
    let [(one, first), (two, second), (three, third)] = ["one", "two", "three"].map(request);
    let town = Town::with(&[(&one, &first)]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.approve_and_merge(BOB, ALICE, "1");
    town.propose(ALICE, "open", &[(&two, &second)]);
    town.propose(ALICE, "wrong", &[(&two, &second.replace("eu-central-1", "moon"))]);
    town.propose(ALICE, "gone", &[(&three, &third)]);
    town.git(ALICE, &["push", "--quiet", "origin", ":gone"]).done();
    town.push_directly(ALICE, &[(&three, &third)]);
    town.push_directly(ALICE, &[("goldpath.yaml", "spec: [\n")]);
    town.settle();
    let before = town.outside();
    let rounds = town.settle()["rounds"].as_u64().expect("a number");
    town.settle();
    assert!(town.settle()["rounds"].as_u64().expect("a number") >= rounds + 2, "two reconciles were counted");
    assert_eq!(town.outside(), before);
}

#[test]
fn a_pull_request_is_planned_where_nothing_was_ever_accepted() {
    let mut town = Town::unstarted(&[("goldpath.yaml", "spec: [\n")]);
    town.start();
    town.settle();
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.settle();
    let comment = town.comment("1");
    assert!(comment.contains("| | dns | 3 resources | ✓ 12 passed | planned |"), "{comment}");
}
